// SPDX-License-Identifier: Apache-2.0
//
// What a macro gave back is made part of the caller's code: nodes without a line get the call's, and
// variables (and aliases, imports) that the macro's own quotes made get the number of this expansion, so that
// they are told apart from the caller's and from those of other expansions.
//
// A subtree that needs no change is shared, not copied.

#include "compiler/expand/expand.h"

typedef struct Linify {
  Env *env;
  Names *names;
  int line, column;
  const Name *receiver;
  Quoted *counter; // the number, quoted
  int depth;
} Linify;

static Quoted *walk(Linify *l, Quoted *q);

static Quoted *walk_items(Linify *l, Quoted *q) {
  Quoted **items = NULL;
  for (uint32_t i = 0; i < q->count; i++) {
    Quoted *item = walk(l, q->items[i]);
    if (item != q->items[i] && !items) {
      items = ARENA_ARRAY(l->names->arena, Quoted *, q->count);
      for (uint32_t j = 0; j < i; j++) items[j] = q->items[j];
    }
    if (items) items[i] = item;
  }
  Quoted *tail = q->kind == Q_LIST && q->tail ? walk(l, q->tail) : NULL;
  if (q->kind == Q_LIST && q->tail && tail != q->tail && !items) {
    items = ARENA_ARRAY(l->names->arena, Quoted *, q->count);
    for (uint32_t j = 0; j < q->count; j++) items[j] = q->items[j];
  }
  if (!items) return q;
  if (q->kind == Q_TUPLE) return quoted_tuple(l->names, items, q->count);
  return tail ? quoted_improper(l->names, items, q->count, tail) : quoted_list(l->names, items, q->count);
}

static Quoted *walk_call(Linify *l, Quoted *q) {
  Quoted *head = q->head->kind == Q_ATOM ? q->head : walk(l, q->head);
  Quoted *args = q->args->kind == Q_ATOM ? q->args : walk(l, q->args);
  bool counted = false;
  if (l->receiver && q->head->kind == Q_ATOM) {
    if (q->args->kind == Q_ATOM) {
      counted = q->args->name == l->receiver && q->head->name->known != N_UNDERSCORE;
    } else if (quoted_is_list(q->args) && q->args->count > 0) {
      NameId id = q->head->name->known;
      counted = id == N_ALIASES || id == N_ALIAS || id == N_IMPORT || id == N_REQUIRE;
      // The variables that a quote in the macro's quote binds are those of its body, which have the number.
      if (id == N_QUOTE) {
        Quoted *context = quoted_meta_get(l->names, q, N_CONTEXT);
        counted = context && context->kind == Q_ATOM && context->name == l->receiver;
      }
    }
    if (counted && q->extra && quoted_meta_get(l->names, q, N_COUNTER)) counted = false;
  }
  bool line = q->line == 0 && l->line != 0;
  if (head == q->head && args == q->args && !counted && !line) return q;
  Quoted *extra = q->extra;
  if (q->meta_whole && extra) {
    // The list as it came holds line and column itself: take them out, they are added back below.
    QuotedItems kept = {0};
    for (uint32_t i = 0; i < extra->count; i++) {
      Quoted *pair = extra->items[i];
      if (quoted_is_pair(pair) && (quoted_is_name(pair->items[0], N_LINE) || quoted_is_name(pair->items[0], N_COLUMN)))
        continue;
      quoted_push(l->names, &kept, pair);
    }
    extra = kept.count ? quoted_items_list(l->names, &kept) : NULL;
  }
  if (counted) {
    QuotedItems items = {0};
    quoted_push(l->names, &items, quoted_pair(l->names, Q_NAME(l->names, COUNTER), l->counter));
    for (uint32_t i = 0; extra && i < extra->count; i++) quoted_push(l->names, &items, extra->items[i]);
    extra = quoted_items_list(l->names, &items);
  }
  return quoted_call(l->names, head, args, extra, line ? l->line : q->line, line ? l->column : q->column);
}

static Quoted *walk(Linify *l, Quoted *q) {
  switch ((QuotedKind)q->kind) {
  case Q_CALL:
  case Q_LIST:
  case Q_TUPLE: break;
  default: return q;
  }
  if (++l->depth > EXPAND_DEPTH_MAX) {
    if (l->depth == EXPAND_DEPTH_MAX + 1) expand_error(l->env, NULL, DIAG_TOO_DEEP, "a macro's result nests too deeply");
    l->depth--;
    return q;
  }
  Quoted *result = q->kind == Q_CALL ? walk_call(l, q) : (q->kind == Q_TUPLE && q->count != 2) ? q : walk_items(l, q);
  l->depth--;
  return result;
}

// Code as macros see it: with lines, without columns, which are the compiler's own.
static Quoted *strip(Names *names, Quoted *q, int depth) {
  if ((q->kind != Q_CALL && q->kind != Q_LIST && q->kind != Q_TUPLE) || depth > EXPAND_DEPTH_MAX) return q;
  if (q->kind == Q_CALL) {
    Quoted *head = strip(names, q->head, depth + 1), *args = strip(names, q->args, depth + 1);
    if (q->meta_whole || (q->column == 0 && head == q->head && args == q->args)) {
      if (head == q->head && args == q->args) return q;
      Quoted *whole = quoted_with_args(names, q, args);
      return quoted_with_head(names, whole, head);
    }
    return quoted_call(names, head, args, q->extra, q->line, 0);
  }
  Quoted **items = NULL;
  for (uint32_t i = 0; i < q->count; i++) {
    Quoted *item = strip(names, q->items[i], depth + 1);
    if (item != q->items[i] && !items) {
      items = ARENA_ARRAY(names->arena, Quoted *, q->count);
      for (uint32_t j = 0; j < i; j++) items[j] = q->items[j];
    }
    if (items) items[i] = item;
  }
  if (!items) return q;
  if (q->kind == Q_TUPLE) return quoted_tuple(names, items, q->count);
  return q->tail ? quoted_improper(names, items, q->count, q->tail) : quoted_list(names, items, q->count);
}

Quoted *strip_columns(Names *names, Quoted *q) { return strip(names, q, 0); }

Quoted *linify(Env *env, Quoted *q, int line, int column, const Name *receiver, int64_t counter) {
  Linify l = {env, &env->job->names, line, column, receiver, quoted_int(&env->job->names, counter), 0};
  return walk(&l, q);
}

// SPDX-License-Identifier: Apache-2.0
//
// Making and asking quoted terms. The invariants are in quoted.h; the text form is in
// quoted_print.c.

#include "compiler/syntax/quoted.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct QuotedNode *new_node(Names *names, QuotedKind kind) {
  struct QuotedNode *node = ARENA_NEW(names->arena, struct QuotedNode);
  node->kind = (uint8_t)kind;
  return node;
}

static Quoted **copy_items(Names *names, Quoted *const *items, size_t count) {
  if (count == 0) return NULL;
  Quoted **copy = arena_get(names->arena, count * sizeof *copy);
  memcpy(copy, items, count * sizeof *copy);
  return copy;
}

Quoted *quoted_int(Names *names, int64_t value) {
  struct QuotedNode *node = new_node(names, Q_INT);
  node->integer = value;
  return node;
}

Quoted *quoted_bigint(Names *names, const char *digits, size_t count, bool negative) {
  while (count > 1 && *digits == '0') digits++, count--;
  // 19 digits hold every int64; longer never fits.
  if (count <= 19) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++) value = value * 10 + (uint64_t)(digits[i] - '0');
    if (value <= INT64_MAX) return quoted_int(names, negative ? -(int64_t)value : (int64_t)value);
    if (negative && value == (uint64_t)INT64_MAX + 1) return quoted_int(names, INT64_MIN);
  }
  struct QuotedNode *node = new_node(names, Q_BIGINT);
  node->digits = arena_copy(names->arena, digits, count);
  node->count = (uint32_t)count;
  node->negative = negative;
  return node;
}

Quoted *quoted_float(Names *names, double value) {
  struct QuotedNode *node = new_node(names, Q_FLOAT);
  node->real = value;
  return node;
}

Quoted *quoted_binary(Names *names, const void *bytes, size_t size) {
  struct QuotedNode *node = new_node(names, Q_BINARY);
  node->bytes = arena_copy(names->arena, bytes, size);
  node->count = (uint32_t)size;
  return node;
}

Quoted *quoted_value(Names *names, uint8_t tag, uint64_t value) {
  struct QuotedNode *node = new_node(names, Q_VALUE);
  node->tag = tag;
  node->value = value;
  return node;
}

Quoted *quoted_empty_list(Names *names) { return new_node(names, Q_LIST); }

Quoted *quoted_list(Names *names, Quoted *const *items, size_t count) {
  struct QuotedNode *node = new_node(names, Q_LIST);
  node->items = copy_items(names, items, count);
  node->count = (uint32_t)count;
  return node;
}

Quoted *quoted_improper(Names *names, Quoted *const *items, size_t count, Quoted *tail) {
  if (count == 0) return tail;
  if (tail->kind != Q_LIST) {
    struct QuotedNode *node = new_node(names, Q_LIST);
    node->items = copy_items(names, items, count);
    node->count = (uint32_t)count;
    node->tail = tail;
    return node;
  }
  struct QuotedNode *node = new_node(names, Q_LIST);
  Quoted **all = arena_get(names->arena, (count + tail->count) * sizeof *all);
  memcpy(all, items, count * sizeof *all);
  if (tail->count) memcpy(all + count, tail->items, tail->count * sizeof *all);
  node->items = all;
  node->count = (uint32_t)count + tail->count;
  node->tail = tail->tail;
  return node;
}

Quoted *quoted_list_of(Names *names, size_t count, ...) {
  struct QuotedNode *node = new_node(names, Q_LIST);
  Quoted **items = count ? arena_get(names->arena, count * sizeof *items) : NULL;
  va_list args;
  va_start(args, count);
  for (size_t i = 0; i < count; i++) items[i] = va_arg(args, Quoted *);
  va_end(args);
  node->items = items;
  node->count = (uint32_t)count;
  return node;
}

Quoted *quoted_tuple(Names *names, Quoted *const *items, size_t count) {
  if (count == 3 && quoted_is_list(items[1])) return quoted_call_meta(names, items[0], items[1], items[2]); // I1
  struct QuotedNode *node = new_node(names, Q_TUPLE);
  node->items = copy_items(names, items, count);
  node->count = (uint32_t)count;
  return node;
}

Quoted *quoted_pair(Names *names, Quoted *first, Quoted *second) {
  // Node and items in one piece: pairs are the most frequent tuples.
  struct Pair {
    struct QuotedNode node;
    Quoted *items[2];
  } *pair = ARENA_NEW(names->arena, struct Pair);
  pair->node.kind = Q_TUPLE;
  pair->node.count = 2;
  pair->node.items = pair->items;
  pair->items[0] = first;
  pair->items[1] = second;
  return &pair->node;
}

Quoted *quoted_map(Names *names, Quoted *const *pairs, size_t pair_count) {
  struct QuotedNode *node = new_node(names, Q_MAP);
  node->pairs = copy_items(names, pairs, pair_count * 2);
  node->count = (uint32_t)pair_count;
  return node;
}

Quoted *quoted_call(Names *names, Quoted *head, Quoted *args, Quoted *extra, int line, int column) {
  struct QuotedNode *node = new_node(names, Q_CALL);
  node->head = head;
  node->args = args;
  node->extra = extra && extra->count ? extra : NULL;
  node->line = line;
  node->column = column;
  return node;
}

// True for {line, small positive integer} and the like.
static bool is_position(Quoted *entry, NameId key, int *value) {
  if (!quoted_is_pair(entry) || !quoted_is_name(entry->items[0], key)) return false;
  Quoted *number = entry->items[1];
  if (number->kind != Q_INT || number->integer <= 0 || number->integer > INT32_MAX) return false;
  *value = (int)number->integer;
  return true;
}

Quoted *quoted_call_meta(Names *names, Quoted *head, Quoted *meta, Quoted *args) {
  struct QuotedNode *node = new_node(names, Q_CALL);
  node->head = head;
  node->args = args;
  int line = 0, column = 0;
  uint32_t count = meta->count, rest = count;
  // The usual shape ends in line (and column): split it; all else is kept whole.
  if (rest > 0 && is_position(meta->items[rest - 1], N_COLUMN, &column) && rest > 1 &&
      is_position(meta->items[rest - 2], N_LINE, &line)) {
    rest -= 2;
  } else if (column = 0, rest > 0 && is_position(meta->items[rest - 1], N_LINE, &line)) {
    rest -= 1;
  }
  bool again = false;
  for (uint32_t i = 0; i < rest; i++) {
    Quoted *entry = meta->items[i];
    if (quoted_is_pair(entry) && (quoted_is_name(entry->items[0], N_LINE) || quoted_is_name(entry->items[0], N_COLUMN)))
      again = true;
  }
  if (again) {
    // The first entry of a key is the one that counts.
    bool line_seen = false, column_seen = false;
    line = column = 0;
    for (uint32_t i = 0; i < count; i++) {
      Quoted *entry = meta->items[i];
      if (!quoted_is_pair(entry)) continue;
      int value = 0;
      if (!line_seen && quoted_is_name(entry->items[0], N_LINE)) {
        line_seen = true;
        if (is_position(entry, N_LINE, &value)) line = value;
      } else if (!column_seen && quoted_is_name(entry->items[0], N_COLUMN)) {
        column_seen = true;
        if (is_position(entry, N_COLUMN, &value)) column = value;
      }
    }
    node->meta_whole = true;
    node->extra = meta;
  } else if (rest == count) {
    node->extra = count ? meta : NULL;
  } else {
    node->extra = rest ? quoted_list(names, meta->items, rest) : NULL;
  }
  node->line = line;
  node->column = column;
  return node;
}

static struct QuotedNode *copy_call(Names *names, Quoted *call) {
  struct QuotedNode *node = arena_get(names->arena, sizeof *node);
  memcpy(node, call, sizeof *node);
  return node;
}

Quoted *quoted_call_like(Names *names, Name *name, Quoted *like, Quoted *const *args, size_t count) {
  struct QuotedNode *node = like ? copy_call(names, like) : new_node(names, Q_CALL);
  node->head = quoted_atom(name);
  node->args = quoted_list(names, args, count);
  return node;
}

Quoted *quoted_with_args(Names *names, Quoted *call, Quoted *args) {
  struct QuotedNode *node = copy_call(names, call);
  node->args = args;
  return node;
}

Quoted *quoted_with_head(Names *names, Quoted *call, Quoted *head) {
  struct QuotedNode *node = copy_call(names, call);
  node->head = head;
  return node;
}

Quoted *quoted_with_meta(Names *names, Quoted *call, Name *key, Quoted *value) {
  if (call->meta_whole || key->known == N_LINE || key->known == N_COLUMN) {
    Quoted *meta = quoted_meta(names, call);
    QuotedItems items = {0};
    quoted_push(names, &items, quoted_pair(names, quoted_atom(key), value));
    for (uint32_t i = 0; i < meta->count; i++) {
      Quoted *entry = meta->items[i];
      if (!(quoted_is_pair(entry) && entry->items[0] == quoted_atom(key))) quoted_push(names, &items, entry);
    }
    return quoted_call_meta(names, call->head, quoted_items_list(names, &items), call->args);
  }
  struct QuotedNode *node = copy_call(names, call);
  uint32_t count = call->extra ? call->extra->count : 0, kept = 1;
  Quoted **items = arena_get(names->arena, (count + 1) * sizeof *items);
  items[0] = quoted_pair(names, quoted_atom(key), value);
  for (uint32_t i = 0; i < count; i++) {
    Quoted *entry = call->extra->items[i];
    if (!(quoted_is_pair(entry) && entry->items[0] == quoted_atom(key))) items[kept++] = entry;
  }
  struct QuotedNode *list = new_node(names, Q_LIST);
  list->items = items;
  list->count = kept;
  node->extra = list;
  return node;
}

bool quoted_is_keyword(Quoted *q) {
  if (!quoted_is_list(q)) return false;
  for (uint32_t i = 0; i < q->count; i++)
    if (!quoted_is_pair(q->items[i]) || q->items[i]->items[0]->kind != Q_ATOM) return false;
  return true;
}

Quoted *quoted_keyword_get(Quoted *list, const Name *key) {
  if (list->kind != Q_LIST) return NULL;
  for (uint32_t i = 0; i < list->count; i++) {
    Quoted *entry = list->items[i];
    if (quoted_is_pair(entry) && entry->items[0] == key->quoted) return entry->items[1];
  }
  return NULL;
}

Quoted *quoted_meta(Names *names, Quoted *call) {
  if (call->meta_whole) return call->extra;
  uint32_t extra = call->extra ? call->extra->count : 0, count = 0;
  Quoted **items = arena_get(names->arena, (extra + 2) * sizeof *items);
  for (; count < extra; count++) items[count] = call->extra->items[count];
  if (call->line) items[count++] = quoted_pair(names, Q_NAME(names, LINE), quoted_int(names, call->line));
  if (call->column) items[count++] = quoted_pair(names, Q_NAME(names, COLUMN), quoted_int(names, call->column));
  struct QuotedNode *list = new_node(names, Q_LIST);
  list->items = count ? items : NULL;
  list->count = count;
  return list;
}

Quoted *quoted_meta_get(Names *names, Quoted *call, NameId key) {
  if (!call->meta_whole) {
    if (key == N_LINE) return call->line ? quoted_int(names, call->line) : NULL;
    if (key == N_COLUMN) return call->column ? quoted_int(names, call->column) : NULL;
  }
  return call->extra ? quoted_keyword_get(call->extra, names->known[key]) : NULL;
}

Quoted *quoted_tuple_item(Names *names, Quoted *q, uint32_t i) {
  if (q->kind == Q_TUPLE) return q->items[i];
  return i == 0 ? q->head : i == 1 ? quoted_meta(names, q) : q->args;
}

// The first call at the left edge that has a line; sides are not searched, so this
// stays cheap and needs no stack.
static Quoted *first_call(Quoted *q) {
  for (;;) {
    if (q->kind == Q_CALL) {
      if (q->line) return q;
      if (q->head->kind == Q_CALL) q = q->head;
      else if (q->args->kind == Q_LIST && q->args->count) q = q->args->items[0];
      else return NULL;
    } else if ((q->kind == Q_LIST || q->kind == Q_TUPLE) && q->count) {
      uint32_t i = 0;
      while (i + 1 < q->count && q->items[i]->kind != Q_CALL && q->items[i]->kind != Q_LIST && q->items[i]->kind != Q_TUPLE) i++;
      q = q->items[i];
    } else {
      return NULL;
    }
  }
}

int quoted_line(Quoted *q) {
  Quoted *call = first_call(q);
  return call ? call->line : 0;
}

int quoted_column(Quoted *q) {
  Quoted *call = first_call(q);
  return call ? call->column : 0;
}

void quoted_push(Names *names, QuotedItems *items, Quoted *q) {
  ARENA_ROOM(names->arena, items->items, items->count, items->capacity, 4);
  items->items[items->count++] = q;
}

// Compares without recursion: pairs still to be compared wait in `todo`.
bool quoted_equal(Names *names, Quoted *a, Quoted *b) {
  QuotedItems todo = {0};
  quoted_push(names, &todo, a);
  quoted_push(names, &todo, b);
  while (todo.count) {
    b = todo.items[--todo.count];
    a = todo.items[--todo.count];
    if (a == b) continue;
    if (a->kind != b->kind) return false;
    switch ((QuotedKind)a->kind) {
    case Q_ATOM:
      return false; // I2
    case Q_INT:
      if (a->integer != b->integer) return false;
      break;
    case Q_BIGINT:
      if (a->negative != b->negative || a->count != b->count || memcmp(a->digits, b->digits, a->count)) return false;
      break;
    case Q_FLOAT:
      if (a->real != b->real) return false;
      break;
    case Q_BINARY:
      if (a->count != b->count || memcmp(a->bytes, b->bytes, a->count)) return false;
      break;
    case Q_VALUE:
      if (a->tag != b->tag || a->value != b->value) return false;
      break;
    case Q_LIST:
    case Q_TUPLE:
      if (a->count != b->count || !a->tail != !b->tail) return false;
      for (uint32_t i = 0; i < a->count; i++) {
        quoted_push(names, &todo, a->items[i]);
        quoted_push(names, &todo, b->items[i]);
      }
      if (a->tail) {
        quoted_push(names, &todo, a->tail);
        quoted_push(names, &todo, b->tail);
      }
      break;
    case Q_MAP:
      if (a->count != b->count) return false;
      for (uint32_t i = 0; i < a->count * 2; i++) {
        quoted_push(names, &todo, a->pairs[i]);
        quoted_push(names, &todo, b->pairs[i]);
      }
      break;
    case Q_CALL: {
      quoted_push(names, &todo, a->head);
      quoted_push(names, &todo, b->head);
      quoted_push(names, &todo, a->args);
      quoted_push(names, &todo, b->args);
      if (a->meta_whole || b->meta_whole) {
        quoted_push(names, &todo, quoted_meta(names, a));
        quoted_push(names, &todo, quoted_meta(names, b));
      } else {
        if (a->line != b->line || a->column != b->column || !a->extra != !b->extra) return false;
        if (a->extra) {
          quoted_push(names, &todo, a->extra);
          quoted_push(names, &todo, b->extra);
        }
      }
      break;
    }
    }
  }
  return true;
}

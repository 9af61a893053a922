// SPDX-License-Identifier: Apache-2.0
//
// `quote`: code that makes quoted code. What holds no unquote becomes one literal.
//
// Hygiene is written into the metadata: variables get the module as context, aliases what they mean here,
// calls where their name is imported from. The same walk serves Macro.escape(x, unquote: true), which keeps
// everything as it stands: definitions with unquote fragments use it.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

typedef struct Quoting {
  Env *env;
  bool unquote;
  bool escape;        // keep everything
  const Name *context;
  bool generated;
  bool keep_line;     // line: true
  Core *line;         // line: expression, NULL: drop
  const char *keep;   // location: :keep, the file
  Position at;
} Quoting;

static Core *walk(Quoting *s, Quoted *q);

static Core *lit(Quoting *s, Quoted *q) { return core_literal(s->env, s->at, q); }

// The node's metadata, with `more` put behind.
static Core *meta_of(Quoting *s, Quoted *q, Quoted *const *more, uint32_t more_count) {
  Env *env = s->env;
  Names *names = NAMES(env);
  if (s->escape) return lit(s, quoted_meta(names, q));
  QuotedItems items = {0};
  if (s->generated) quoted_push(names, &items, quoted_pair(names, Q_NAME(names, GENERATED), Q_NAME(names, TRUE)));
  for (uint32_t i = 0; q->extra && i < q->extra->count; i++) {
    Quoted *pair = q->extra->items[i];
    if (quoted_is_pair(pair) && pair->items[0]->kind == Q_ATOM) {
      NameId id = pair->items[0]->name->known;
      if (id == N_LINE || id == N_COLUMN) continue;
      bool replaced = id == N_GENERATED && s->generated;
      for (uint32_t j = 0; j < more_count; j++) replaced = replaced || pair->items[0] == more[j]->items[0];
      if (replaced) continue;
    }
    quoted_push(names, &items, pair);
  }
  if (s->keep)
    quoted_push(names, &items, quoted_pair(names, Q_NAME(names, KEEP),
                                           quoted_pair(names, q_text(env, s->keep), quoted_int(names, q->line))));
  else if (s->keep_line && q->line)
    quoted_push(names, &items, quoted_pair(names, Q_NAME(names, LINE), quoted_int(names, q->line)));
  if (s->line && core_is_literal(s->line)) quoted_push(names, &items, quoted_pair(names, Q_NAME(names, LINE), s->line->u.literal));
  for (uint32_t i = 0; i < more_count; i++) quoted_push(names, &items, more[i]);
  Core *rest = lit(s, quoted_items_list(names, &items));
  if (s->line && !core_is_literal(s->line)) {
    Core *pair = core_tuple(env, s->at, 2, lit(s, Q_NAME(names, LINE)), s->line);
    return core_cons(env, s->at, pair, rest);
  }
  return rest;
}

static Core *node(Quoting *s, Core *head, Core *meta, Core *args) {
  Core *parts[3] = {head, meta, args};
  return core_tuple_args(s->env, s->at, parts, 3);
}

static bool is_splice(const Quoting *s, Quoted *q) { return s->unquote && quoted_is_call_arity(q, N_UNQUOTE_SPLICING, 1); }

static Core *append(Quoting *s, Core *left, Core *right) {
  if (core_is_literal(right) && quoted_is_empty(right->u.literal)) {
    // The value may be anything; `[] ++ x` of a macro is not checked here.
    return left;
  }
  return core_erlang(s->env, s->at, N_PLUS_PLUS, 2, left, right);
}

// `[..., unquote_splicing(list) | tail]`: the last of the list stands before the bar.
static Core *walk_spliced_tail(Quoting *s, Quoted *bar) {
  Env *env = s->env;
  Names *names = NAMES(env);
  Core *list = expand(env, quoted_arg(quoted_arg(bar, 0), 0));
  return core_remote(env, s->at, names_intern_text(names, "Elixir.Macro.Escape"), names_intern_text(names, "spliced_tail"), 2, list,
                     walk(s, quoted_arg(bar, 1)));
}

static Core *walk_list(Quoting *s, Quoted *const *items, uint32_t count, Quoted *tail) {
  Env *env = s->env;
  // Evaluated left to right: expand all first, then join from the right.
  Core **out = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
  bool splices = false, spliced_tail = false;
  for (uint32_t i = 0; i < count; i++) {
    if (i + 1 == count && !tail && quoted_is_call_arity(items[i], N_BAR, 2) && is_splice(s, quoted_arg(items[i], 0))) {
      spliced_tail = true;
      out[i] = walk_spliced_tail(s, items[i]);
    } else if (is_splice(s, items[i])) {
      splices = true;
      out[i] = expand(env, quoted_arg(items[i], 0));
    } else {
      out[i] = walk(s, items[i]);
    }
  }
  Core *rest = tail ? walk(s, tail) : NULL;
  if (spliced_tail) rest = out[--count];
  if (!splices) return core_list_args(env, s->at, out, count, rest);
  if (!rest) rest = lit(s, quoted_empty_list(NAMES(env)));
  for (uint32_t i = count; i-- > 0;) {
    if (is_splice(s, items[i])) rest = append(s, out[i], rest);
    else rest = core_list_args(env, s->at, &out[i], 1, rest);
  }
  return rest;
}

// left.name with these arguments.
static Core *dot_node(Quoting *s, Core *dot_meta, Core *left, Core *name, Core *meta, Core *args) {
  Core *pair[2] = {left, name};
  Core *dot = node(s, lit(s, Q_NAME(NAMES(s->env), DOT)), dot_meta, core_list_args(s->env, s->at, pair, 2, NULL));
  return node(s, dot, meta, args);
}

// `left.unquote(right)` and `left.unquote(right)(args)`; args NULL: none were written.
static Core *walk_dot(Quoting *s, Quoted *q, Quoted *dot, Quoted *right_q, Quoted *args_q) {
  Env *env = s->env;
  Names *names = NAMES(env);
  Core *left = walk(s, quoted_arg(dot, 0));
  Core *right = expand(env, right_q);
  Core *dot_meta = meta_of(s, dot, NULL, 0);
  Core *meta = meta_of(s, q, NULL, 0);
  Core *args = args_q ? walk_list(s, args_q->items, args_q->count, NULL) : lit(s, quoted_empty_list(names));
  Quoted *no_parens_pair = quoted_pair(names, Q_NAME(names, NO_PARENS), Q_NAME(names, TRUE));
  Core *bare_meta = args_q ? meta : core_cons(env, s->at, lit(s, no_parens_pair), meta);
  if (core_is_literal(right) && right->u.literal->kind == Q_ATOM) {
    if (args_q || !name_is_alias(right->u.literal->name)) return dot_node(s, dot_meta, left, right, bare_meta, args);
    Core *pair[2] = {left, right};
    return node(s, lit(s, Q_NAME(names, ALIASES)), meta, core_list_args(env, s->at, pair, 2, NULL));
  }
  // Decided at run time: an atom, a variable node, a call node, an alias node.
  return core_remote(env, s->at, names_intern_text(names, "Elixir.Macro.Escape"), names_intern_text(names, "dot"), 5, left, right, dot_meta, meta,
                     args_q ? args : lit(s, Q_NAME(names, NIL)));
}

static Quoted *without_counter(Names *names, Quoted *list) {
  QuotedItems items = {0};
  for (uint32_t i = 0; i < list->count; i++)
    if (!quoted_is_pair(list->items[i]) || !quoted_is_name(list->items[i]->items[0], N_COUNTER)) quoted_push(names, &items, list->items[i]);
  return items.count ? quoted_items_list(names, &items) : NULL;
}

static Quoted *import_list(Quoting *s, const Name *name) {
  Env *env = s->env;
  Names *names = NAMES(env);
  QuotedItems items = {0};
  for (uint32_t arity = 0; arity <= 9; arity++) {
    const Name *module = NULL;
    for (const Import *i = env->macros; i && !module; i = i->next)
      if (function_set_find(i->set, name, arity)) module = i->module;
    for (const Import *i = env->functions; i && !module; i = i->next)
      if (function_set_find(i->set, name, arity)) module = i->module;
    if (module) quoted_push(names, &items, quoted_pair(names, quoted_int(names, arity), module->quoted));
  }
  return items.count ? quoted_items_list(names, &items) : NULL;
}

static bool is_definition(const Name *name) {
  NameId id = name->known;
  return id == N_DEF || id == N_DEFP || id == N_DEFMACRO || id == N_DEFMACROP || id == N_AT;
}

static bool is_unquote(const Quoting *s, Quoted *q) {
  return s->unquote && (quoted_is_call_arity(q, N_UNQUOTE, 1) || quoted_is_call_arity(q, N_UNQUOTE_SPLICING, 1));
}

static Quoted *with_context(Quoting *s, Quoted *q) {
  Names *names = NAMES(s->env);
  if (quoted_is_call_arity(q, N_WHEN, 2)) {
    Quoted *left = quoted_arg(q, 0);
    if (left->kind == Q_CALL && left->head->kind == Q_ATOM && !is_unquote(s, left)) left = with_context(s, left);
    return quoted_with_args(names, q, q_list(s->env, 2, left, quoted_arg(q, 1)));
  }
  return quoted_with_meta(names, q, NAME(names, CONTEXT), s->context->quoted);
}

static Core *walk_named(Quoting *s, Quoted *q) {
  Env *env = s->env;
  Names *names = NAMES(env);
  const Name *name = q->head->name;
  if (q->args->kind == Q_ATOM) { // a variable
    Quoted *context = q->args;
    if (!s->escape && context->name->known == N_NIL) context = s->context->quoted;
    return node(s, lit(s, q->head), meta_of(s, q, NULL, 0), lit(s, context));
  }
  if (!quoted_is_list(q->args)) return node(s, lit(s, q->head), meta_of(s, q, NULL, 0), walk(s, q->args));
  uint32_t count = q->args->count;
  if (s->unquote && name->known == N_UNQUOTE && count == 1) return expand(env, quoted_arg(q, 0));
  if (s->unquote && name->known == N_UNQUOTE_SPLICING && count == 1) {
    expand_error(env, q, DIAG_UNQUOTE, "unquote_splicing only works inside arguments and block contexts, wrap it in parens if you want it to "
                 "work with one-liners");
    return poison(env, q);
  }
  if (name->known == N_QUOTE && (count == 1 || count == 2)) {
    bool outer = s->unquote;
    s->unquote = false;
    Core *args = walk_list(s, q->args->items, count, NULL);
    s->unquote = outer;
    Quoted *context = quoted_pair(names, Q_NAME(names, CONTEXT), s->context->quoted);
    return node(s, lit(s, q->head), meta_of(s, q, &context, s->escape ? 0 : 1), args);
  }
  Quoted *more[2];
  uint32_t more_count = 0;
  if (!s->escape) {
    if (name->known == N_ALIASES && count > 0 && quoted_arg(q, 0)->kind == Q_ATOM && quoted_arg(q, 0)->name->known != N_ELIXIR) {
      const Name *target = alias_expand(env, q);
      const Name *plain = alias_concat(env, NULL, q->args->items, count);
      Quoted *meaning = target && target != plain ? target->quoted : Q_NAME(names, FALSE);
      Quoted *already = quoted_meta_get(names, q, N_ALIAS);
      if (already && already->kind == Q_ATOM && already->name->known != N_FALSE) meaning = already;
      more[more_count++] = quoted_pair(names, Q_NAME(names, ALIAS), meaning);
      // The expansion that this quote came from does not matter to those it will be part of.
      if (q->extra && quoted_meta_get(names, q, N_COUNTER)) q = quoted_call(names, q->head, q->args, without_counter(names, q->extra), q->line, q->column);
      Core *meta = meta_of(s, q, more, more_count);
      return node(s, lit(s, q->head), meta, lit(s, q->args));
    }
    const Name *imported = name;
    if (name->known == N_CAPTURE && count == 1 && quoted_is_call_arity(quoted_arg(q, 0), N_SLASH, 2) &&
        quoted_is_variable(quoted_arg(quoted_arg(q, 0), 0)) && quoted_arg(quoted_arg(q, 0), 1)->kind == Q_INT)
      imported = quoted_arg(quoted_arg(q, 0), 0)->head->name;
    if (count > 0 && (name->known == N_ALIAS || name->known == N_IMPORT || name->known == N_REQUIRE)) {
      more[more_count++] = quoted_pair(names, Q_NAME(names, CONTEXT), s->context->quoted);
    } else if (!quoted_meta_get(names, q, N_IMPORTS) && !is_special_form(name, count)) {
      Quoted *imports = import_list(s, imported);
      if (imports) {
        more[more_count++] = quoted_pair(names, Q_NAME(names, CONTEXT), s->context->quoted);
        more[more_count++] = quoted_pair(names, Q_NAME(names, IMPORTS), imports);
      }
    } else if (imported != name) {
      // `&name/2` in a quote: the name inside remembers its import.
      Quoted *imports = import_list(s, imported);
      if (imports) {
        Quoted *slash = quoted_arg(q, 0), *variable = quoted_arg(slash, 0);
        Quoted *context = quoted_pair(names, Q_NAME(names, CONTEXT), s->context->quoted);
        Quoted *inner_more[2] = {context, quoted_pair(names, Q_NAME(names, IMPORTS), imports)};
        Core *reference = node(s, lit(s, variable->head), meta_of(s, variable, inner_more, 2), lit(s, s->context->quoted));
        Core *pair[2] = {reference, lit(s, quoted_arg(slash, 1))};
        Quoted *slash_imports = import_list(s, slash->head->name);
        Quoted *slash_more[2] = {context, slash_imports ? quoted_pair(names, Q_NAME(names, IMPORTS), slash_imports) : NULL};
        Core *inner = node(s, lit(s, slash->head), meta_of(s, slash, slash_more, slash_imports ? 2 : 0), core_list_args(env, s->at, pair, 2, NULL));
        Quoted *outer_more[2] = {inner_more[1], context};
        return node(s, lit(s, q->head), meta_of(s, q, outer_more, 2), core_list_args(env, s->at, &inner, 1, NULL));
      }
    }
  }
  Core *meta = meta_of(s, q, more, more_count);
  // The head of a definition (and an attribute's name) says where it was written.
  if (!s->escape && count > 0 && is_definition(name) && quoted_arg(q, 0)->kind == Q_CALL && quoted_arg(q, 0)->head->kind == Q_ATOM &&
      !is_unquote(s, quoted_arg(q, 0))) {
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, count);
    memcpy(items, q->args->items, sizeof(Quoted *) * count);
    items[0] = with_context(s, items[0]);
    return node(s, lit(s, q->head), meta, walk_list(s, items, count, NULL));
  }
  return node(s, lit(s, q->head), meta, walk_list(s, q->args->items, count, NULL));
}

static Core *walk_call(Quoting *s, Quoted *q) {
  if (q->head->kind == Q_ATOM) return walk_named(s, q);
  if (s->unquote && q->head->kind == Q_CALL) {
    Quoted *head = q->head;
    // left.unquote(x)
    if (quoted_is_call_arity(head, N_DOT, 2) && quoted_is_name(quoted_arg(head, 1), N_UNQUOTE) && quoted_is_list(q->args) && q->args->count == 1)
      return walk_dot(s, q, head, quoted_arg(q, 0), NULL);
    // left.unquote(x)(args)
    if (head->head->kind == Q_CALL && quoted_is_call_arity(head->head, N_DOT, 2) &&
        quoted_is_name(quoted_arg(head->head, 1), N_UNQUOTE) && quoted_is_list(head->args) && head->args->count == 1 && quoted_is_list(q->args))
      return walk_dot(s, q, head->head, quoted_arg(head, 0), q->args);
  }
  Core *head = walk(s, q->head);
  Core *meta = meta_of(s, q, NULL, 0);
  Core *args = quoted_is_list(q->args) ? walk_list(s, q->args->items, q->args->count, NULL) : walk(s, q->args);
  return node(s, head, meta, args);
}

static Core *walk(Quoting *s, Quoted *q) {
  Env *env = s->env;
  if (q->kind != Q_LIST && q->kind != Q_TUPLE && q->kind != Q_CALL) {
    if (q->kind == Q_VALUE) return expand(env, q);
    return lit(s, q);
  }
  if (!expand_enter(env, q)) {
    expand_leave(env);
    return poison(env, q);
  }
  Core *result;
  if (q->kind == Q_CALL) {
    result = walk_call(s, q);
  } else if (q->kind == Q_LIST) {
    uint32_t count = q->count;
    // `[a | unquote_splicing(b)]` and plain bars are ordinary nodes: their arguments are walked as lists.
    result = walk_list(s, q->items, count, q->tail);
  } else {
    Core **items = ARENA_ARRAY(&env->job->arena, Core *, q->count + 1);
    for (uint32_t i = 0; i < q->count; i++) items[i] = walk(s, q->items[i]);
    result = core_tuple_args(env, s->at, items, q->count);
  }
  expand_leave(env);
  return result;
}

Core *quote_escape(Env *env, Quoted *q, bool unquote) {
  Quoting s = {.env = env, .unquote = unquote, .escape = true, .at = at_of(env, NULL)};
  s.context = NAME(NAMES(env), NIL);
  return walk(&s, q);
}

// Whether an unquote that is not inside a nested quote stands in it. Iterative: the code may be deep.
static bool has_unquotes(Quoted *q, int depth) {
  if (depth > EXPAND_DEPTH_MAX) return false;
  switch ((QuotedKind)q->kind) {
  case Q_LIST:
    if (q->tail && has_unquotes(q->tail, depth + 1)) return true;
    for (uint32_t i = 0; i < q->count; i++)
      if (has_unquotes(q->items[i], depth + 1)) return true;
    return false;
  case Q_TUPLE:
    for (uint32_t i = 0; i < q->count; i++)
      if (has_unquotes(q->items[i], depth + 1)) return true;
    return false;
  case Q_CALL:
    if (q->head->kind == Q_ATOM && quoted_is_list(q->args)) {
      NameId id = q->head->name->known;
      if (id == N_QUOTE && (q->args->count == 1 || q->args->count == 2)) return false;
      if ((id == N_UNQUOTE || id == N_UNQUOTE_SPLICING) && q->args->count == 1) return true;
    }
    if (quoted_is_call_arity(q, N_DOT, 2) && quoted_is_name(quoted_arg(q, 1), N_UNQUOTE)) return true;
    return has_unquotes(q->head, depth + 1) || has_unquotes(q->args, depth + 1);
  default: return false;
  }
}

bool quote_has_unquotes(Quoted *q) { return has_unquotes(q, 0); }

// The metadata of variables bound by bind_quoted: where the quote is, and of which expansion.
static Quoted *bound_meta(Names *names, Quoted *q) {
  QuotedItems items = {0};
  if (q->line) quoted_push(names, &items, quoted_pair(names, Q_NAME(names, LINE), quoted_int(names, q->line)));
  Quoted *counter = q->extra ? quoted_meta_get(names, q, N_COUNTER) : NULL;
  if (counter) quoted_push(names, &items, quoted_pair(names, Q_NAME(names, COUNTER), counter));
  return quoted_items_list(names, &items);
}

Core *expand_quote(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Quoted *last = quoted_arg(q, q->args->count - 1);
  Quoted *first = quoted_arg(q, 0);
  Quoting s = {.env = env, .unquote = true, .at = at_of(env, q)};
  s.context = env->module ? env->module : NAME(names, ELIXIR);
  if (!quoted_is_list(last) || !quoted_keyword_get(last, NAME(names, DO))) {
    expand_error(env, q, DIAG_ARGUMENTS, "invalid or missing do block in quote");
    return poison(env, q);
  }
  Quoted *body = quoted_keyword_get(last, NAME(names, DO));
  Quoted *bind = NULL;
  Core *bound_line = NULL;
  Core *prelude[2];
  uint32_t prelude_count = 0;
  if (q->args->count == 2 && !quoted_is_list(first)) {
    first = expand_term(env, first);
    if (!quoted_is_list(first)) {
      expand_error(env, q, DIAG_ARGUMENTS, "invalid options for quote, expected a keyword list, got: %s", show(env, first));
      return poison(env, q);
    }
  }
  bool unquote_given = false, unquote = true;
  for (uint32_t i = 0; i < first->count; i++) {
    if (!quoted_is_pair(first->items[i]) || first->items[i]->items[0]->kind != Q_ATOM) continue;
    const Name *key = first->items[i]->items[0]->name;
    Quoted *value = first->items[i]->items[1];
    switch (key->known) {
    case N_DO: break;
    case N_BIND_QUOTED: bind = value; break;
    case N_UNQUOTE:
      unquote_given = true;
      unquote = !quoted_is_name(value, N_FALSE);
      break;
    case N_GENERATED: s.generated = quoted_is_name(value, N_TRUE); break;
    case N_LOCATION:
      if (quoted_is_name(value, N_KEEP)) s.keep = env->file;
      break;
    case N_FILE: break;
    case N_LINE:
      if (quoted_is_name(value, N_TRUE)) {
        s.keep_line = true;
      } else if (!quoted_is_name(value, N_FALSE)) {
        Core *line = expand(env, value);
        if (core_is_literal(line)) {
          s.line = line;
        } else {
          CoreVar *v = var_fresh(env, NULL);
          prelude[prelude_count++] = core_let(env, s.at, v, line);
          bound_line = core_var_ref(env, s.at, v);
          s.line = bound_line;
        }
      }
      break;
    case N_CONTEXT: {
      Core *c = expand(env, value);
      if (core_is_literal(c) && c->u.literal->kind == Q_ATOM && c->u.literal->name->known != N_NIL) s.context = c->u.literal->name;
      else expand_error(env, q, DIAG_ARGUMENTS, "invalid :context for quote, expected non-nil compile time atom or alias, got: %s", show(env, value));
      break;
    }
    default: expand_error(env, q, DIAG_ARGUMENTS, "unsupported option :%s in quote", key->text);
    }
  }
  s.unquote = unquote_given ? unquote : bind == NULL;
  Core *result;
  if (bind) {
    if (!quoted_is_keyword(bind)) {
      bind = expand_term(env, bind);
      if (!quoted_is_keyword(bind)) {
        expand_error(env, q, DIAG_ARGUMENTS, "invalid :bind_quoted for quote, expected a keyword list of variable names, got: %s", show(env, bind));
        return poison(env, q);
      }
    }
    Core **items = ARENA_ARRAY(&env->job->arena, Core *, bind->count + 1);
    Core *empty = lit(&s, quoted_empty_list(names));
    for (uint32_t i = 0; i < bind->count; i++) {
      Core *variable = node(&s, lit(&s, bind->items[i]->items[0]), lit(&s, bound_meta(names, q)), lit(&s, s.context->quoted));
      Core *pair[2] = {variable, expand(env, bind->items[i]->items[1])};
      items[i] = node(&s, lit(&s, Q_NAME(names, MATCH)), empty, core_list_args(env, s.at, pair, 2, NULL));
    }
    items[bind->count] = walk(&s, body);
    result = node(&s, lit(&s, Q_NAME(names, BLOCK)), empty, core_list_args(env, s.at, items, bind->count + 1, NULL));
  } else {
    result = walk(&s, body);
  }
  if (prelude_count == 0) return result;
  prelude[prelude_count++] = result;
  return core_seq(env, s.at, prelude, prelude_count);
}

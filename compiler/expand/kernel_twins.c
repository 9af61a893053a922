// SPDX-License-Identifier: Apache-2.0
//
// The Kernel macros that the compiler expands itself, since nearly every function uses them and since the
// library's beginning is compiled before there is a Kernel. Each has its twin in stdlib/kernel/kernel.ex that
// means the same; twin_term() gives the term where code is looked at rather than compiled.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

bool is_twin(const Name *name, uint32_t arity) {
  switch (name->known) {
  case N_IF: case N_UNLESS: case N_AND_AND: case N_OR_OR: case N_AND: case N_OR: case N_PIPE: case N_IN: case N_CONCAT:
  case N_DEFMODULE: return arity == 2;
  case N_BANG: case N_NOT: case N_IS_NIL: case N_AT: case N_TO_STRING: return arity == 1;
  case N_DOTDOT: return arity == 0 || arity == 2;
  case N_DOTDOT_SLASHES: return arity == 3;
  case N_DEF: case N_DEFP: case N_DEFMACRO: case N_DEFMACROP: return arity == 1 || arity == 2;
  default: return false;
  }
}

static Quoted *erl(Env *env, NameId name, Quoted *like, Quoted *a, Quoted *b) {
  Names *names = NAMES(env);
  Quoted *args[2] = {a, b};
  return q_remote(env, NAME(names, ERLANG), names->known[name], like, args, b ? 2 : 1);
}

// --- if and unless

// `if x = 2`: one = where two were meant. What is matched against a literal never depends on anything.
static void warn_binding_condition(Env *env, Quoted *q) {
  if (!quoted_is_call_arity(q, N_MATCH, 2) || q->column <= 0 || !quoted_is_variable(quoted_arg(q, 0)) || meta_flag(env, q, N_GENERATED)) return;
  Quoted *value = quoted_arg(q, 1);
  if (value->kind != Q_ATOM && value->kind != Q_INT && value->kind != Q_FLOAT && value->kind != Q_BINARY) return;
  Diagnostic *d = expand_warn(env, q, DIAG_BINDING_CONDITION, "the condition binds \"%s\" and is always the same", quoted_arg(q, 0)->head->name->text);
  diagnostic_hint(&env->job->diagnostics, d, "= matches and binds; to compare write %s", show(env, quoted_with_head(NAMES(env), q, names_intern_text(NAMES(env), "==")->quoted)));
}

static Core *expand_if(Env *env, Quoted *q, bool negate) {
  Names *names = NAMES(env);
  Quoted *clauses = quoted_arg(q, 1);
  Quoted *yes = quoted_is_keyword(clauses) ? quoted_keyword_get(clauses, NAME(names, DO)) : NULL;
  Quoted *no = quoted_is_keyword(clauses) ? quoted_keyword_get(clauses, NAME(names, ELSE)) : NULL;
  bool good = yes && clauses->count == (no ? 2u : 1u);
  if (!good) {
    expand_raise(env, q, DIAG_ARGUMENTS, "invalid or duplicate keys for %s, only \"do\" and an optional \"else\" are permitted", q->head->kind == Q_ATOM ? q->head->name->text : "if");
    return poison(env, q);
  }
  Position at = at_of(env, q);
  warn_binding_condition(env, quoted_arg(q, 0));
  Core *condition = expand(env, quoted_arg(q, 0));
  Core *on_yes = expand_body(env, yes);
  Core *on_no = no ? expand_body(env, no) : core_nil(env, at);
  return negate ? core_truthy(env, at, condition, on_no, on_yes) : core_truthy(env, at, condition, on_yes, on_no);
}

static Core *expand_and_and(Env *env, Quoted *q, bool or) {
  Position at = at_of(env, q);
  Core *left = expand(env, quoted_arg(q, 0));
  Core *right = expand_body(env, quoted_arg(q, 1));
  CoreVar *x = var_fresh(env, NULL);
  if (core_is_boolean(env, left)) {
    return or ? core_or(env, at, left, right, NULL) : core_and(env, at, left, right, NULL);
  }
  Core *bind = core_let(env, at, x, left);
  Core *test = or ? core_truthy(env, at, core_var_ref(env, at, x), core_var_ref(env, at, x), right)
                  : core_truthy(env, at, core_var_ref(env, at, x), right, core_var_ref(env, at, x));
  return core_seq2(env, at, bind, test);
}

// --- |>

static Quoted *pipe_into(Env *env, Quoted *value, Quoted *call, Quoted *q) {
  Names *names = NAMES(env);
  if (quoted_is_call_arity(call, N_CAPTURE, 1) || quoted_is_call_of(call, N_FN)) {
    expand_error(env, q, DIAG_ARGUMENTS, "cannot pipe %s into %s, the anonymous function must be called: (...).()", show(env, value), show(env, call));
    return NULL;
  }
  if (call->kind == Q_CALL && quoted_is_list(call->args)) {
    if (call->head->kind == Q_ATOM) {
      NameId id = call->head->name->known;
      bool operator = call->head->name->text[0] != '_' && !(call->head->name->text[0] >= 'a' && call->head->name->text[0] <= 'z') &&
                      !(call->head->name->text[0] & 0x80) && !(call->head->name->text[0] >= 'A' && call->head->name->text[0] <= 'Z');
      if (id == N_TUPLE || id == N_MAP || id == N_STRUCT || id == N_BITSTRING || id == N_BLOCK || id == N_ALIASES ||
          (operator && call->args->count == 2) || (operator && call->args->count == 1 && id != N_AT)) {
        expand_error(env, q, DIAG_ARGUMENTS, "cannot pipe %s into %s, can only pipe into local calls foo(), remote calls Foo.bar() or anonymous "
                     "function calls foo.()", show(env, value), show(env, call));
        return NULL;
      }
    } else if (quoted_is_call_arity(call->head, N_DOT, 2) && quoted_is_name(quoted_arg(call->head, 1), N_GET) &&
               quoted_is_name(quoted_arg(call->head, 0), N_M_ACCESS) && meta_flag(env, call, N_FROM_BRACKETS)) {
      expand_error(env, q, DIAG_ARGUMENTS, "cannot pipe %s into %s, the :|> operator can only take function calls on the right", show(env, value), show(env, call));
      return NULL;
    }
    Quoted **args = ARENA_ARRAY(&env->job->arena, Quoted *, call->args->count + 1);
    args[0] = value;
    if (call->args->count) memcpy(args + 1, call->args->items, sizeof(Quoted *) * call->args->count);
    return quoted_with_args(names, call, quoted_list(names, args, call->args->count + 1));
  }
  if (quoted_is_variable(call)) return quoted_with_args(names, call, quoted_list(names, &value, 1));
  expand_error(env, q, DIAG_ARGUMENTS, "cannot pipe %s into %s, can only pipe into local calls foo(), remote calls Foo.bar() or anonymous function "
                 "calls foo.()", show(env, value), show(env, call));
  return NULL;
}

static Quoted *pipe_term(Env *env, Quoted *q) {
  // Left-nested: walk down to the first value, then put it into one call after the other.
  uint32_t depth = 0;
  Quoted *first = q;
  while (quoted_is_call_arity(first, N_PIPE, 2)) first = quoted_arg(first, 0), depth++;
  Quoted **calls = ARENA_ARRAY(&env->job->arena, Quoted *, depth);
  Quoted *p = q;
  for (uint32_t i = depth; i-- > 0; p = quoted_arg(p, 0)) calls[i] = quoted_arg(p, 1);
  Quoted *value = first;
  for (uint32_t i = 0; i < depth; i++) {
    // `a |> (b |> c)`
    Quoted *call = calls[i];
    if (quoted_is_call_arity(call, N_PIPE, 2)) {
      Quoted *inner = pipe_into(env, value, quoted_arg(call, 0), q);
      if (!inner) return Q_NAME(NAMES(env), NIL);
      value = pipe_term(env, quoted_with_args(NAMES(env), call, q_list(env, 2, inner, quoted_arg(call, 1))));
      continue;
    }
    value = pipe_into(env, value, call, q);
    if (!value) return Q_NAME(NAMES(env), NIL);
  }
  return value;
}

// --- <>

static Quoted *binary_segment(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  if (q->kind == Q_BINARY) return q;
  Quoted *type = quoted_call(names, Q_NAME(names, BINARY), Q_NAME(names, NIL), NULL, 0, 0);
  return q_call(env, N_TYPE, q, 2, q, type);
}

static void concat_parts(Env *env, Quoted *q, QuotedItems *out) {
  Names *names = NAMES(env);
  Quoted *left = quoted_arg(q, 0), *right = quoted_arg(q, 1);
  bool bits = false;
  if (env->context == CONTEXT_MATCH && left->kind != Q_BINARY) {
    // Bits are taken as they stand, so that their sizes are known; a variable has none.
    Quoted *term = expand_term(env, left);
    if (term->kind == Q_BINARY) left = term;
    else if (quoted_is_call_of(term, N_BITSTRING)) {
      bits = true;
      for (uint32_t i = 0; i < term->args->count; i++) quoted_push(names, out, quoted_arg(term, i));
    } else if (quoted_is_variable(term) || quoted_is_call_arity(term, N_CARET, 1))
      expand_raise(env, q, DIAG_PATTERN, "the left argument of <> operator inside a match should always be a literal binary because its size "
                   "can't be verified. Got: %s", show(env, left));
  }
  if (bits) {
  } else if (quoted_is_call_arity(left, N_CONCAT, 2)) concat_parts(env, left, out);
  else if (left->kind == Q_ATOM || left->kind == Q_INT || left->kind == Q_FLOAT || left->kind == Q_LIST)
    expand_raise(env, q, DIAG_ARGUMENTS, "expected binary argument in <> operator but got: %s", show(env, left));
  else quoted_push(names, out, binary_segment(env, left));
  if (quoted_is_call_arity(right, N_CONCAT, 2)) concat_parts(env, right, out);
  else if (right->kind == Q_ATOM || right->kind == Q_INT || right->kind == Q_FLOAT || right->kind == Q_LIST)
    expand_raise(env, q, DIAG_ARGUMENTS, "expected binary argument in <> operator but got: %s", show(env, right));
  else quoted_push(names, out, binary_segment(env, right));
}

static Quoted *concat_term(Env *env, Quoted *q) {
  QuotedItems parts = {0};
  concat_parts(env, q, &parts);
  Names *names = NAMES(env);
  return quoted_call(names, Q_NAME(names, BITSTRING), quoted_items_list(names, &parts), NULL, q->line, q->column);
}

// --- ranges

static bool literal_integer(Quoted *q, int64_t *value) {
  if (q->kind == Q_INT) {
    *value = q->integer;
    return true;
  }
  if (quoted_is_call_arity(q, N_MINUS, 1) && quoted_arg(q, 0)->kind == Q_INT) {
    *value = -quoted_arg(q, 0)->integer;
    return true;
  }
  return false;
}

static bool bad_bound(Quoted *q) {
  return q->kind == Q_FLOAT || q->kind == Q_LIST || q->kind == Q_BINARY || q->kind == Q_ATOM || q->kind == Q_TUPLE;
}

static Quoted *range_map(Env *env, Quoted *q, Quoted *first, Quoted *last, Quoted *step) {
  Names *names = NAMES(env);
  Quoted *pairs[4] = {quoted_pair(names, Q_NAME(names, STRUCT_FUNCTION), Q_NAME(names, M_RANGE)),
                      quoted_pair(names, Q_NAME(names, FIRST), first), quoted_pair(names, Q_NAME(names, LAST), last),
                      quoted_pair(names, Q_NAME(names, STEP), step)};
  return quoted_call(names, Q_NAME(names, MAP), quoted_list(names, pairs, 4), NULL, q->line, q->column);
}

// The step of `first..last` in a guard, where only a map can choose: up or down, whichever leads to `last`.
static Quoted *guard_step(Env *env, Quoted *q, Quoted *first, Quoted *last) {
  Names *names = NAMES(env);
  Quoted *ways[2] = {quoted_pair(names, Q_NAME(names, TRUE), quoted_int(names, -1)),
                     quoted_pair(names, Q_NAME(names, FALSE), quoted_int(names, 1))};
  Quoted *map = quoted_call(names, Q_NAME(names, MAP), quoted_list(names, ways, 2), NULL, q->line, q->column);
  return erl(env, N_MAP_GET, q, erl(env, N_GREATER, q, first, last), map);
}

static bool is_guard_step(Quoted *step) {
  return step->kind == Q_CALL && step->args && step->args->count == 2 && quoted_is_call_of(quoted_arg(step, 1), N_MAP);
}

static Quoted *range_term(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  if (q->args->count == 0) return range_map(env, q, quoted_int(names, 0), quoted_int(names, -1), quoted_int(names, 1));
  Quoted *first = expand_term(env, quoted_arg(q, 0)), *last = expand_term(env, quoted_arg(q, 1));
  Quoted *step = q->args->count == 3 ? expand_term(env, quoted_arg(q, 2)) : NULL;
  if (bad_bound(first) || bad_bound(last)) {
    expand_raise(env, q, DIAG_ARGUMENTS, "ranges (first..last//step) expect both sides to be integers, got: %s", show(env, q));
    return range_map(env, q, quoted_int(names, 0), quoted_int(names, 0), quoted_int(names, 1));
  }
  int64_t a, b, s = 0;
  bool known = literal_integer(first, &a) && literal_integer(last, &b);
  if (step && (bad_bound(step) || (literal_integer(step, &s) && s == 0))) {
    expand_raise(env, q, DIAG_ARGUMENTS, "ranges (first..last//step) expect the step to be a non-zero integer, got: %s", show(env, step));
    step = NULL;
  }
  if (!step) {
    if (known) return range_map(env, q, quoted_int(names, a), quoted_int(names, b), quoted_int(names, a <= b ? 1 : -1));
    if (env->context == CONTEXT_NONE) {
      Quoted *args[2] = {first, last};
      return q_remote(env, NAME(names, M_RANGE), names_intern_text(names, "new"), q, args, 2);
    }
    if (env->context == CONTEXT_GUARD) return range_map(env, q, first, last, guard_step(env, q, first, last));
    return range_map(env, q, first, last, quoted_call(names, Q_NAME(names, UNDERSCORE), NAME(names, M_KERNEL)->quoted, NULL, q->line, 0));
  }
  if ((known && s != 0) || env->context != CONTEXT_NONE)
    return range_map(env, q, first, last, s != 0 ? quoted_int(names, s) : step);
  Quoted *args[3] = {first, last, step};
  return q_remote(env, NAME(names, M_RANGE), names_intern_text(names, "new"), q, args, 3);
}

// --- in

static Quoted *member_test(Env *env, Quoted *q, Quoted *x, Quoted *item) { return erl(env, N_ERL_STRICT_EQUAL, q, x, item); }

static Quoted *in_range(Env *env, Quoted *q, Quoted *x, Quoted *map) {
  Names *names = NAMES(env);
  Quoted *fields = map->args;
  Quoted *first = quoted_keyword_get(fields, NAME(names, FIRST)), *last = quoted_keyword_get(fields, NAME(names, LAST));
  Quoted *step = quoted_keyword_get(fields, NAME(names, STEP));
  Quoted *is_int = erl(env, N_IS_INTEGER, q, x, NULL);
  Quoted *up = erl(env, N_ANDALSO, q, erl(env, N_GREATER_EQUAL, q, x, first), erl(env, N_ERL_LESS_EQUAL, q, x, last));
  Quoted *down = erl(env, N_ANDALSO, q, erl(env, N_ERL_LESS_EQUAL, q, x, first), erl(env, N_GREATER_EQUAL, q, x, last));
  if (step->kind == Q_INT) {
    Quoted *test = erl(env, N_ANDALSO, q, is_int, step->integer > 0 ? up : down);
    if (step->integer == 1 || step->integer == -1) return test;
    Quoted *rem = erl(env, N_REM, q, erl(env, N_MINUS, q, x, first), step);
    return erl(env, N_ANDALSO, q, test, erl(env, N_ERL_STRICT_EQUAL, q, rem, quoted_int(names, 0)));
  }
  if (is_guard_step(step)) {
    return erl(env, N_ANDALSO, q, is_int, erl(env, N_ORELSE, q, up, down));
  }
  Quoted *zero = quoted_int(names, 0);
  Quoted *rem = erl(env, N_REM, q, erl(env, N_MINUS, q, x, first), step);
  Quoted *fits = erl(env, N_ANDALSO, q, is_int, erl(env, N_ERL_STRICT_EQUAL, q, rem, zero));
  Quoted *ways = erl(env, N_ORELSE, q, erl(env, N_ANDALSO, q, erl(env, N_GREATER, q, step, zero), up),
                     erl(env, N_ANDALSO, q, erl(env, N_LESS, q, step, zero), down));
  return erl(env, N_ANDALSO, q, fits, ways);
}

enum { IN_LIST_MAX = 32 };

static Quoted *in_term(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Quoted *left = quoted_arg(q, 0), *right_given = quoted_arg(q, 1);
  bool body = env->context == CONTEXT_NONE;
  if (env->context == CONTEXT_MATCH) {
    expand_error(env, q, DIAG_PATTERN, "invalid expression in match, in/2 is not allowed in patterns");
    return Q_NAME(names, NIL);
  }
  // The bounds of a range in a body are looked at as in a guard: a Range that is never built.
  Quoted *right = right_given;
  if (quoted_is_call_arity(right, N_DOTDOT, 2) || quoted_is_call_arity(right, N_DOTDOT_SLASHES, 3)) {
    bool macro;
    const Name *from = import_find(env, right, right->head->name, right->args->count, &macro);
    if (!from || from->known == N_M_KERNEL) {
      right = range_term(env, right);
    }
  } else {
    right = expand_term(env, right);
  }
  bool plain = quoted_is_variable(left) || left->kind == Q_ATOM || left->kind == Q_INT || left->kind == Q_FLOAT || left->kind == Q_BINARY;
  Quoted *x = left, *bind = NULL;
  if (body && !plain) {
    x = q_var(env, "left", q);
    bind = q_call(env, N_MATCH, q, 2, x, left);
  }
  Quoted *test = NULL;
  if (quoted_is_list(right)) {
    uint32_t count = right->count;
    bool bar = count && quoted_is_call_arity(right->items[count - 1], N_BAR, 2);
    if (count == 0) {
      if (!body) return Q_NAME(names, FALSE);
      return q_call(env, N_BLOCK, q, 2, q_call(env, N_MATCH, q, 2, quoted_call(names, Q_NAME(names, UNDERSCORE), Q_NAME(names, NIL), NULL, q->line, 0), left),
                    Q_NAME(names, FALSE));
    }
    if (!bar && (!body || count <= IN_LIST_MAX)) {
      test = member_test(env, q, x, right->items[count - 1]);
      for (uint32_t i = count - 1; i-- > 0;) test = erl(env, N_ORELSE, q, member_test(env, q, x, right->items[i]), test);
    } else if (bar && !body) {
      Quoted *tail = expand_term(env, quoted_arg(right->items[count - 1], 1));
      if (quoted_is_list(tail)) {
        Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, count);
        memcpy(items, right->items, sizeof(Quoted *) * (count - 1));
        items[count - 1] = quoted_arg(right->items[count - 1], 0);
        Quoted *joined = quoted_improper(names, items, count, tail);
        return in_term(env, quoted_with_args(names, q, q_list(env, 2, left, joined)));
      }
    }
    if (!test && body) {
      Quoted *args[2] = {left, right};
      return q_remote(env, NAME(names, LISTS), names_intern_text(names, "member"), q, args, 2);
    }
  } else if (quoted_is_call_of(right, N_MAP) && quoted_is_keyword(right->args) &&
             quoted_is_name(quoted_keyword_get(right->args, NAME(names, STRUCT_FUNCTION)) ? quoted_keyword_get(right->args, NAME(names, STRUCT_FUNCTION)) : Q_NAME(names, NIL), N_M_RANGE)) {
    test = in_range(env, q, x, right);
  } else if (right->kind == Q_MAP && !body) {
    // The value of an attribute: a range as a map.
    Quoted *parts[3] = {NULL, NULL, NULL};
    static const NameId keys[3] = {N_FIRST, N_LAST, N_STEP};
    for (uint32_t i = 0; i < right->count; i++)
      for (int k = 0; k < 3; k++)
        if (quoted_is_name(right->pairs[2 * i], keys[k])) parts[k] = right->pairs[2 * i + 1];
    if (parts[0] && parts[1] && parts[2]) test = in_range(env, q, x, range_map(env, q, parts[0], parts[1], parts[2]));
  }
  if (!test) {
    if (body) {
      Quoted *args[2] = {right_given, left};
      return q_remote(env, NAME(names, M_ENUM), names_intern_text(names, "member?"), q, args, 2);
    }
    expand_error(env, q, DIAG_GUARD, "invalid right argument for operator \"in\", it expects a compile-time proper list or compile-time range on the "
                 "right side when used in guard expressions, got: %s", show(env, right));
    return Q_NAME(names, FALSE);
  }
  return bind ? q_call(env, N_BLOCK, q, 2, bind, test) : test;
}

// --- to_string

static Core *expand_to_string(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  Core *value = expand(env, quoted_arg(q, 0));
  if (core_is_literal(value) && value->u.literal->kind == Q_BINARY) return value;
  CoreVar *x = var_fresh(env, NULL), *other = var_fresh(env, NULL);
  Core *c = core_case(env, at, value, 2, FAIL_NONE);
  c->generated = true;
  CoreClause *yes = core_clause(env, &c->u.branch.clauses[0], at, 1);
  yes->patterns[0] = pat_var(env, at, x);
  clause_guard(env, yes, core_erlang(env, at, N_IS_BINARY, 1, core_var_ref(env, at, x)));
  yes->body = core_var_ref(env, at, x);
  CoreClause *no = core_clause(env, &c->u.branch.clauses[1], at, 1);
  no->patterns[0] = pat_var(env, at, other);
  no->body = core_remote(env, at, NAME(names, M_STRING_CHARS), NAME(names, TO_STRING), 1, core_var_ref(env, at, other));
  return c;
}

static bool forbidden(Env *env, Quoted *q, const Name *name) {
  if (env->context == CONTEXT_NONE) return false;
  expand_error(env, q, env->context == CONTEXT_GUARD ? DIAG_GUARD : DIAG_PATTERN, "invalid expression in %s, %s is not allowed in %s",
               env->context == CONTEXT_GUARD ? "guards" : "match", name->text, env->context == CONTEXT_GUARD ? "guards" : "patterns");
  return true;
}

Core *expand_twin(Env *env, Quoted *q, const Name *name, uint32_t arity) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  (void)arity;
  switch (name->known) {
  case N_IF: return forbidden(env, q, name) ? poison(env, q) : expand_if(env, q, false);
  case N_UNLESS: return forbidden(env, q, name) ? poison(env, q) : expand_if(env, q, true);
  case N_AND_AND: return forbidden(env, q, name) ? poison(env, q) : expand_and_and(env, q, false);
  case N_OR_OR: return forbidden(env, q, name) ? poison(env, q) : expand_and_and(env, q, true);
  case N_BANG:
    if (forbidden(env, q, name)) return poison(env, q);
    return core_truthy(env, at, expand(env, quoted_arg(q, 0)), core_literal(env, at, q_bool(env, false)), core_literal(env, at, q_bool(env, true)));
  case N_AND:
  case N_OR: {
    Core *left = expand(env, quoted_arg(q, 0));
    Core *right = env->context == CONTEXT_NONE ? expand_body(env, quoted_arg(q, 1)) : expand(env, quoted_arg(q, 1));
    return name->known == N_AND ? core_and(env, at, left, right, name) : core_or(env, at, left, right, name);
  }
  case N_NOT: return core_erlang(env, at, N_NOT, 1, expand(env, quoted_arg(q, 0)));
  case N_IS_NIL: return core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, expand(env, quoted_arg(q, 0)), core_nil(env, at));
  case N_PIPE: return expand(env, pipe_term(env, q));
  case N_IN: return expand(env, in_term(env, q));
  case N_CONCAT: return expand(env, concat_term(env, q));
  case N_DOTDOT:
  case N_DOTDOT_SLASHES: return expand(env, range_term(env, q));
  case N_TO_STRING:
    if (forbidden(env, q, name)) return poison(env, q);
    return expand_to_string(env, q);
  case N_AT: return expand_at(env, q);
  case N_DEF: return expand_def(env, q, KIND_DEF);
  case N_DEFP: return expand_def(env, q, KIND_DEFP);
  case N_DEFMACRO: return expand_def(env, q, KIND_DEFMACRO);
  case N_DEFMACROP: return expand_def(env, q, KIND_DEFMACROP);
  case N_DEFMODULE: return forbidden(env, q, name) ? poison(env, q) : expand_defmodule(env, q);
  default: break;
  }
  (void)names;
  return NULL;
}

Quoted *twin_term(Env *env, Quoted *q, const Name *name, uint32_t arity) {
  (void)arity;
  switch (name->known) {
  case N_PIPE: return pipe_term(env, q);
  case N_IN: return in_term(env, q);
  case N_CONCAT: return concat_term(env, q);
  case N_DOTDOT:
  case N_DOTDOT_SLASHES: return range_term(env, q);
  case N_IS_NIL: return erl(env, N_ERL_STRICT_EQUAL, q, quoted_arg(q, 0), Q_NAME(NAMES(env), NIL));
  case N_AND:
    if (env->context == CONTEXT_NONE) return NULL;
    return erl(env, N_ANDALSO, q, quoted_arg(q, 0), quoted_arg(q, 1));
  case N_OR:
    if (env->context == CONTEXT_NONE) return NULL;
    return erl(env, N_ORELSE, q, quoted_arg(q, 0), quoted_arg(q, 1));
  case N_AT: return expand_at_term(env, q);
  default: return NULL;
  }
}

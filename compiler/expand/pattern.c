// SPDX-License-Identifier: Apache-2.0
//
// Patterns: the left side of `=`, heads of clauses, generators.
//
// What a pattern binds is collected in a PatternState and comes into scope when the pattern has ended, so a
// pin sees only older variables. A variable that stands twice becomes two CoreVars and a condition `=:=` in
// `extra`, since a CoreVar is bound once (C1 of core.h); a match with such a condition becomes a case.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

typedef struct PatternVar {
  const Name *name, *context;
  int64_t counter;
  CoreVar *var;
  struct PatternVar *next; // in the order of binding
} PatternVar;

struct PatternState {
  PatternVar *first, *last;
  Core *extra;
  uint32_t count;
};

static PatternVar *find(const PatternState *state, const Name *name, const Name *context, int64_t counter) {
  for (PatternVar *v = state->first; v; v = v->next)
    if (v->name == name && v->context == context && v->counter == counter) return v;
  return NULL;
}

void pattern_add_condition(Env *env, Core *condition) {
  PatternState *state = env->pattern;
  const Name *operator = NAME(NAMES(env), AND);
  state->extra = state->extra ? core_and(env, condition->at, state->extra, condition, operator) : condition;
}

static CorePattern *pattern_variable(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  const Name *name = q->head->name;
  switch (name->known) {
  case N_UNDERSCORE: return pat_any(env, at);
  case N_MODULE_CONTEXT: return pat_name(env, at, env->module ? env->module : NAME(NAMES(env), NIL));
  case N_DIR_CONTEXT:
  case N_ENV_CONTEXT:
  case N_CALLER_CONTEXT:
  case N_STACKTRACE_CONTEXT: {
    Core *c = expand(env, q);
    if (core_is_literal(c)) return pat_literal(env, at, c->u.literal);
    return pat_any(env, at);
  }
  default: break;
  }
  const Name *context;
  int64_t counter;
  variable_key(env, q, &context, &counter);
  PatternVar *seen = find(env->pattern, name, context, counter);
  if (seen) {
    CoreVar *again = var_fresh(env, name->text);
    CorePattern *p = pat_var(env, at, again);
    pattern_add_condition(env, core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, core_var_ref(env, at, seen->var),
                               core_var_ref(env, at, again)));
    return p;
  }
  // scope_bind makes the CoreVar and its note; the binding itself waits.
  const Binding *before = env->vars;
  CoreVar *var = scope_bind(env, q, true);
  env->vars = before;
  PatternVar *v = ARENA_NEW(&env->job->arena, PatternVar);
  *v = (PatternVar){name, context, counter, var, NULL};
  if (env->pattern->last) env->pattern->last->next = v;
  else env->pattern->first = v;
  env->pattern->last = v;
  env->pattern->count++;
  return pat_var(env, at, var);
}

static CorePattern *pattern_pin(Env *env, Quoted *q) {
  Quoted *inner = quoted_arg(q, 0);
  Position at = at_of(env, q);
  if (!quoted_is_variable(inner)) {
    bool changed = false;
    Quoted *term = inner->kind == Q_CALL ? expand_macro_once(env, inner, &changed) : inner;
    if (changed && quoted_is_variable(term)) inner = term;
  }
  if (!quoted_is_variable(inner)) {
    expand_error(env, q, DIAG_UNBOUND_PIN, "invalid argument for unary operator ^, expected an existing variable, got: ^%s", show(env, inner));
    return pat_any(env, at);
  }
  const Binding *b = scope_find(env, inner);
  if (!b) {
    Diagnostic *d = expand_error(env, q, DIAG_UNBOUND_PIN, "undefined variable ^%s. No variable \"%s\" has been defined "
                                 "before the current pattern", inner->head->name->text, inner->head->name->text);
    (void)d;
    return pat_any(env, at);
  }
  return pat_pin(env, at, core_var_ref(env, at, b->var));
}

static CorePattern *cons_patterns(Env *env, CorePattern *const *heads, uint32_t count, CorePattern *rest, Position at) {
  for (uint32_t i = count; i-- > 0;) {
    CorePattern *p = pat_items(env, PAT_CONS, at, 2);
    p->items[0] = heads[i];
    p->items[1] = rest;
    rest = p;
  }
  return rest;
}

static CorePattern *pattern_cons_list(Env *env, Quoted *const *items, uint32_t count, CorePattern *rest, Position at) {
  CorePattern **heads = ARENA_ARRAY(&env->job->arena, CorePattern *, count ? count : 1);
  bool constant = true;
  for (uint32_t i = 0; i < count; i++) {
    heads[i] = pattern_term(env, items[i]);
    constant = constant && heads[i]->kind == PAT_LITERAL;
  }
  if (!rest) rest = pat_literal(env, at, quoted_empty_list(NAMES(env)));
  if (constant && rest->kind == PAT_LITERAL) {
    Quoted **parts = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
    for (uint32_t i = 0; i < count; i++) parts[i] = heads[i]->literal;
    return pat_literal(env, at, quoted_improper(NAMES(env), parts, count, rest->literal));
  }
  return cons_patterns(env, heads, count, rest, at);
}

// [items | rest], looked at from left to right.
static CorePattern *pattern_onto(Env *env, Quoted *const *items, uint32_t count, Quoted *rest, Position at) {
  CorePattern **heads = ARENA_ARRAY(&env->job->arena, CorePattern *, count);
  for (uint32_t i = 0; i < count; i++) heads[i] = pattern_term(env, items[i]);
  return cons_patterns(env, heads, count, pattern_term(env, rest), at);
}

static CorePattern *pattern_list(Env *env, Quoted *q) {
  Position at = at_of(env, NULL);
  if (q->count == 0) return pat_literal(env, at, q);
  Quoted *last = q->items[q->count - 1];
  if (quoted_is_call_arity(last, N_BAR, 2)) {
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, q->count);
    memcpy(items, q->items, sizeof(Quoted *) * (q->count - 1));
    items[q->count - 1] = quoted_arg(last, 0);
    return pattern_onto(env, items, q->count, quoted_arg(last, 1), at);
  }
  return pattern_cons_list(env, q->items, q->count, q->tail ? pattern_term(env, q->tail) : NULL, at);
}

static CorePattern *pattern_tuple(Env *env, Quoted *const *items, uint32_t count, Position at) {
  CorePattern *p = pat_items(env, PAT_TUPLE, at, count);
  bool constant = true;
  for (uint32_t i = 0; i < count; i++) {
    p->items[i] = pattern_term(env, items[i]);
    constant = constant && p->items[i]->kind == PAT_LITERAL;
  }
  if (!constant) return p;
  Quoted **parts = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
  for (uint32_t i = 0; i < count; i++) parts[i] = p->items[i]->literal;
  return pat_literal(env, at, quoted_tuple(NAMES(env), parts, count));
}

static Quoted *negated(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  switch ((QuotedKind)q->kind) {
  case Q_INT:
    if (q->integer == INT64_MIN) return NULL;
    return quoted_int(names, -q->integer);
  case Q_FLOAT: return quoted_float(names, -q->real);
  case Q_BIGINT: return quoted_bigint(names, q->digits, q->count, !q->negative);
  default: return NULL;
  }
}

static CorePattern *pattern_call(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  if (q->line > 0) env->line = q->line;
  if (q->head->kind == Q_ATOM) {
    if (q->args->kind == Q_ATOM) return pattern_variable(env, q);
    if (!quoted_is_list(q->args)) goto invalid;
    const Name *name = q->head->name;
    uint32_t count = q->args->count;
    switch (name->known) {
    case N_TUPLE: return pattern_tuple(env, q->args->items, count, at);
    case N_MAP: return pattern_map(env, q, NULL, false, NULL);
    case N_STRUCT: return pattern_struct(env, q);
    case N_BITSTRING: return pattern_bits(env, q);
    case N_MATCH:
      if (count == 2) {
        CorePattern *left = pattern_term(env, quoted_arg(q, 0));
        CorePattern *right = pattern_term(env, quoted_arg(q, 1));
        CorePattern *p = pat_items(env, PAT_BOTH, at, 2);
        p->items[0] = left;
        p->items[1] = right;
        return p;
      }
      break;
    case N_CARET:
      if (count == 1) return pattern_pin(env, q);
      break;
    case N_BLOCK:
      if (count == 1) return pattern_term(env, quoted_arg(q, 0));
      break;
    case N_MINUS:
    case N_PLUS:
      if (count == 1) {
        Quoted *number = quoted_arg(q, 0);
        Quoted *value = name->known == N_MINUS ? negated(env, number)
                        : (number->kind == Q_INT || number->kind == Q_FLOAT || number->kind == Q_BIGINT) ? number : NULL;
        if (value) return pat_literal(env, at, value);
      }
      break;
    case N_PLUS_PLUS:
      if (count == 2) {
        Quoted *left = quoted_arg(q, 0);
        if (left->kind == Q_CALL) left = expand_term(env, left);
        if (quoted_is_list(left)) {
          bool bar = left->count && quoted_is_call_arity(left->items[left->count - 1], N_BAR, 2);
          if (!bar) {
            if (left->count == 0) return pattern_term(env, quoted_arg(q, 1));
            return pattern_onto(env, left->items, left->count, quoted_arg(q, 1), at);
          }
        }
        expand_error(env, q, DIAG_PATTERN, "invalid argument for ++ operator inside a match, expected a literal proper list, got: %s", show(env, left));
        return pat_any(env, at);
      }
      break;
    case N_ALIASES: {
      const Name *alias = alias_expand(env, q);
      if (alias) return pat_name(env, at, alias);
      Core *c = expand(env, q);
      if (core_is_literal(c)) return pat_literal(env, at, c->u.literal);
      return pat_any(env, at);
    }
    case N_WHEN:
      expand_error(env, q, DIAG_PATTERN, "unexpected operator when inside a pattern");
      return pat_any(env, at);
    default: break;
    }
    if (is_special_form(name, count)) {
      if (name->known == N_MODULE_CONTEXT) return pat_name(env, at, env->module ? env->module : NAME(names, NIL));
      expand_error(env, q, DIAG_PATTERN, "invalid pattern in match, %s is not allowed in matches", name->text);
      return pat_any(env, at);
    }
  }
  {
    bool changed = false;
    Quoted *next = expand_macro_once(env, q, &changed);
    if (changed) return pattern_term(env, next);
    if (q->head->kind == Q_ATOM) {
      expand_error(env, q, DIAG_PATTERN, "cannot invoke %s inside a match, called as: %s",
                   show_fun(env, q->head->name, q->args->count), show(env, q));
      return pat_any(env, at);
    }
    if (quoted_is_call_arity(q->head, N_DOT, 2) && quoted_arg(q->head, 1)->kind == Q_ATOM) {
      expand_error(env, q, DIAG_PATTERN, "cannot invoke remote function %s.%s inside a match", show(env, quoted_arg(q->head, 0)),
                   show_fun(env, quoted_arg(q->head, 1)->name, quoted_arg_count(q)));
      return pat_any(env, at);
    }
  }
invalid:
  expand_error(env, q, DIAG_PATTERN, "invalid pattern: %s", show(env, q));
  return pat_any(env, at);
}

CorePattern *pattern_term(Env *env, Quoted *q) {
  if (!expand_enter(env, q)) {
    expand_leave(env);
    return pat_any(env, at_of(env, q));
  }
  CorePattern *p;
  switch ((QuotedKind)q->kind) {
  case Q_ATOM:
  case Q_INT:
  case Q_BIGINT:
  case Q_FLOAT:
  case Q_BINARY: p = pat_literal(env, at_of(env, NULL), q); break;
  case Q_LIST: p = pattern_list(env, q); break;
  case Q_TUPLE: p = pattern_tuple(env, q->items, q->count, at_of(env, NULL)); break;
  case Q_CALL: p = pattern_call(env, q); break;
  default:
    expand_error(env, NULL, DIAG_PATTERN, "invalid pattern: %s", show(env, q));
    p = pat_any(env, at_of(env, NULL));
  }
  expand_leave(env);
  return p;
}

// A variable for sizes inside bit patterns: one bound earlier in this pattern, or an older one.
CoreVar *pattern_find_variable(Env *env, Quoted *q) {
  const Name *context;
  int64_t counter;
  variable_key(env, q, &context, &counter);
  if (env->pattern) {
    PatternVar *v = find(env->pattern, q->head->name, context, counter);
    if (v) return v->var;
  }
  const Binding *b = scope_find(env, q);
  return b ? b->var : NULL;
}

static void begin(Env *env, PatternState *state, PatternState **outer_state, Context *outer) {
  memset(state, 0, sizeof *state);
  *outer_state = env->pattern;
  *outer = env->context;
  env->pattern = state;
  env->context = CONTEXT_MATCH;
}

static void finish(Env *env, PatternState *state, PatternState *outer_state, Context outer) {
  env->pattern = outer_state;
  env->context = outer;
  for (PatternVar *v = state->first; v; v = v->next) scope_bind_var(env, v->name, v->context, v->counter, v->var);
}

void expand_patterns(Env *env, Quoted *const *items, uint32_t count, CorePattern **out, Core **extra) {
  PatternState state, *outer_state;
  Context outer;
  begin(env, &state, &outer_state, &outer);
  for (uint32_t i = 0; i < count; i++) out[i] = pattern_term(env, items[i]);
  finish(env, &state, outer_state, outer);
  if (extra) *extra = state.extra;
}

CorePattern *expand_pattern(Env *env, Quoted *q, Core **extra) {
  CorePattern *out;
  expand_patterns(env, &q, 1, &out, extra);
  return out;
}

Core *expand_match(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  Core *value = expand(env, quoted_arg(q, 1));
  PatternState state, *outer_state;
  Context outer;
  begin(env, &state, &outer_state, &outer);
  CorePattern *pattern = pattern_term(env, quoted_arg(q, 0));
  if (!state.extra) {
    finish(env, &state, outer_state, outer);
    return core_match(env, at, pattern, value);
  }
  // `{x, x} = value`: a case hands the variables over as a tuple.
  env->pattern = outer_state;
  env->context = outer;
  CoreVar *whole = var_fresh(env, NULL);
  Core *c = core_case(env, at, core_var_ref(env, at, whole), 1, FAIL_MATCH);
  CoreClause *clause = core_clause(env, &c->u.branch.clauses[0], at, 1);
  clause->patterns[0] = pattern;
  clause_guard(env, clause, state.extra);
  Core **inner = ARENA_ARRAY(&env->job->arena, Core *, state.count);
  CorePattern *tuple = pat_items(env, PAT_TUPLE, at, state.count);
  uint32_t i = 0;
  for (PatternVar *v = state.first; v; v = v->next, i++) {
    inner[i] = core_var_ref(env, at, v->var);
    CoreVar *seen_outside = var_fresh(env, v->name->text);
    tuple->items[i] = pat_var(env, at, seen_outside);
    scope_bind_var(env, v->name, v->context, v->counter, seen_outside);
  }
  clause->body = core_tuple_args(env, at, inner, state.count);
  Core *items[3] = {core_let(env, at, whole, value), core_match(env, at, tuple, c), core_var_ref(env, at, whole)};
  return core_seq(env, at, items, 3);
}

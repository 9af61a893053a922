// SPDX-License-Identifier: Apache-2.0
//
// Makers of Core nodes. Nothing here looks at quoted code; nodes lie in the job's arena.
//
// Tuples and lists of literals fold to literals, so that constant data costs nothing at run time.

#include <stdarg.h>
#include <string.h>

#include "compiler/expand/expand.h"

#define ARENA(env) (&(env)->job->arena)
#define NAMES(env) (&(env)->job->names)

Position at_of(const Env *env, Quoted *q) {
  int line = 0, column = 0;
  if (q && q->kind == Q_CALL) line = q->line, column = q->column;
  if (line == 0) line = env->line, column = 0;
  return (Position){(uint32_t)(line > 0 ? line : 0), (uint32_t)(column > 0 ? column : 0)};
}

Core *core_new(Env *env, CoreKind kind, Position at) {
  Core *c = ARENA_NEW(ARENA(env), Core);
  c->kind = kind;
  c->at = at;
  return c;
}

Core *core_nodes(Env *env, CoreKind kind, Position at, uint32_t count) {
  Core *c = core_new(env, kind, at);
  c->count = count;
  c->args = ARENA_ARRAY(ARENA(env), Core *, count ? count : 1);
  return c;
}

Core *core_literal(Env *env, Position at, Quoted *literal) {
  Core *c = core_new(env, CORE_LITERAL, at);
  c->u.literal = literal;
  return c;
}

Core *core_atom(Env *env, Position at, const Name *name) { return core_literal(env, at, name->quoted); }
Core *core_nil(Env *env, Position at) { return core_literal(env, at, Q_NAME(NAMES(env), NIL)); }
Core *core_int(Env *env, Position at, int64_t value) { return core_literal(env, at, quoted_int(NAMES(env), value)); }

Core *core_var_ref(Env *env, Position at, CoreVar *var) {
  Core *c = core_new(env, CORE_VAR, at);
  c->u.var = var;
  var->used = true;
  return c;
}

Core *core_remote_args(Env *env, Position at, Core *module, Core *function, Core **args, uint32_t count) {
  Core *c = core_nodes(env, CORE_REMOTE, at, count);
  for (uint32_t i = 0; i < count; i++) c->args[i] = args[i];
  c->u.remote.module = module;
  c->u.remote.function = function;
  return c;
}

Core *core_remote(Env *env, Position at, const Name *module, const Name *function, uint32_t count, ...) {
  Core *c = core_nodes(env, CORE_REMOTE, at, count);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) c->args[i] = va_arg(list, Core *);
  va_end(list);
  c->u.remote.module = core_atom(env, at, module);
  c->u.remote.function = core_atom(env, at, function);
  return c;
}

Core *core_erlang(Env *env, Position at, NameId function, uint32_t count, ...) {
  Core *c = core_nodes(env, CORE_REMOTE, at, count);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) c->args[i] = va_arg(list, Core *);
  va_end(list);
  c->u.remote.module = core_atom(env, at, NAME(NAMES(env), ERLANG));
  c->u.remote.function = core_atom(env, at, NAMES(env)->known[function]);
  return c;
}

bool core_is_literal(const Core *core) { return core->kind == CORE_LITERAL; }
bool core_is_atom(const Core *core, NameId id) {
  return core->kind == CORE_LITERAL && quoted_is_name(core->u.literal, id);
}

Core *core_tuple_args(Env *env, Position at, Core **items, uint32_t count) {
  bool constant = true;
  for (uint32_t i = 0; i < count; i++) constant = constant && core_is_literal(items[i]);
  if (constant) {
    Quoted **parts = ARENA_ARRAY(ARENA(env), Quoted *, count + 1);
    for (uint32_t i = 0; i < count; i++) parts[i] = items[i]->u.literal;
    return core_literal(env, at, quoted_tuple(NAMES(env), parts, count));
  }
  Core *c = core_nodes(env, CORE_TUPLE, at, count);
  memcpy(c->args, items, sizeof(Core *) * count);
  return c;
}

Core *core_tuple(Env *env, Position at, uint32_t count, ...) {
  Core *items[16];
  CHECK(count <= 16);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) items[i] = va_arg(list, Core *);
  va_end(list);
  return core_tuple_args(env, at, items, count);
}

Core *core_cons(Env *env, Position at, Core *head, Core *tail) { return core_list_args(env, at, &head, 1, tail); }

Core *core_list_args(Env *env, Position at, Core **items, uint32_t count, Core *tail) {
  Core *rest = tail ? tail : core_literal(env, at, quoted_empty_list(NAMES(env)));
  // The longest constant end is one literal.
  uint32_t from = count;
  if (core_is_literal(rest))
    while (from > 0 && core_is_literal(items[from - 1])) from--;
  if (from < count) {
    Quoted **parts = ARENA_ARRAY(ARENA(env), Quoted *, count - from);
    for (uint32_t i = from; i < count; i++) parts[i - from] = items[i]->u.literal;
    rest = core_literal(env, at, quoted_improper(NAMES(env), parts, count - from, rest->u.literal));
  }
  while (from-- > 0) {
    Core *c = core_nodes(env, CORE_CONS, at, 2);
    c->args[0] = items[from];
    c->args[1] = rest;
    rest = c;
  }
  return rest;
}

Core *core_seq(Env *env, Position at, Core **items, uint32_t count) {
  if (count == 0) return core_nil(env, at);
  if (count == 1) return items[0];
  Core *c = core_nodes(env, CORE_SEQ, at, count);
  memcpy(c->args, items, sizeof(Core *) * count);
  return c;
}

Core *core_seq2(Env *env, Position at, Core *first, Core *second) {
  Core *items[2] = {first, second};
  return core_seq(env, at, items, 2);
}

Core *core_case(Env *env, Position at, Core *scrutinee, uint32_t clause_count, CoreFail on_fail) {
  Core *c = core_nodes(env, CORE_CASE, at, 1);
  c->args[0] = scrutinee;
  c->u.branch.clauses = ARENA_ARRAY(ARENA(env), CoreClause, clause_count ? clause_count : 1);
  c->u.branch.clause_count = clause_count;
  c->u.branch.on_fail = on_fail;
  return c;
}

Core *core_match(Env *env, Position at, CorePattern *pattern, Core *value) {
  Core *c = core_nodes(env, CORE_MATCH, at, 1);
  c->args[0] = value;
  c->u.pattern = pattern;
  return c;
}

CoreClause *core_clause(Env *env, CoreClause *clause, Position at, uint32_t pattern_count) {
  memset(clause, 0, sizeof *clause);
  clause->at = at;
  clause->pattern_count = pattern_count;
  clause->patterns = ARENA_ARRAY(ARENA(env), CorePattern *, pattern_count ? pattern_count : 1);
  return clause;
}

void clause_guard(Env *env, CoreClause *clause, Core *guard) {
  Core **guards = ARENA_ARRAY(ARENA(env), Core *, clause->guard_count + 1);
  if (clause->guard_count) memcpy(guards, clause->guards, sizeof(Core *) * clause->guard_count);
  guards[clause->guard_count++] = guard;
  clause->guards = guards;
}

CorePattern *pat_new(Env *env, PatternKind kind, Position at) {
  CorePattern *p = ARENA_NEW(ARENA(env), CorePattern);
  p->kind = kind;
  p->at = at;
  return p;
}

CorePattern *pat_any(Env *env, Position at) { return pat_new(env, PAT_ANY, at); }

CorePattern *pat_var(Env *env, Position at, CoreVar *var) {
  CorePattern *p = pat_new(env, PAT_VAR, at);
  p->var = var;
  return p;
}

CorePattern *pat_literal(Env *env, Position at, Quoted *literal) {
  CorePattern *p = pat_new(env, PAT_LITERAL, at);
  p->literal = literal;
  return p;
}

CorePattern *pat_name(Env *env, Position at, const Name *name) { return pat_literal(env, at, name->quoted); }

CorePattern *pat_pin(Env *env, Position at, Core *value) {
  if (core_is_literal(value)) return pat_literal(env, at, value->u.literal);
  CorePattern *p = pat_new(env, PAT_PIN, at);
  p->expr = value;
  return p;
}

CorePattern *pat_items(Env *env, PatternKind kind, Position at, uint32_t count) {
  CorePattern *p = pat_new(env, kind, at);
  p->count = count;
  p->items = ARENA_ARRAY(ARENA(env), CorePattern *, count ? count : 1);
  if (kind == PAT_MAP) p->keys = ARENA_ARRAY(ARENA(env), Core *, count ? count : 1);
  return p;
}

CoreVar *var_fresh(Env *env, const char *name) {
  CoreVar *var = ARENA_NEW(ARENA(env), CoreVar);
  var->name = name ? names_intern_text(NAMES(env), name) : NULL;
  var->id = env->unit->var_count++;
  return var;
}

Core *core_let(Env *env, Position at, CoreVar *var, Core *value) {
  return core_match(env, at, pat_var(env, at, var), value);
}

CoreLetrec *letrec_new(Env *env, uint32_t param_count) {
  CoreLetrec *l = ARENA_NEW(ARENA(env), CoreLetrec);
  l->name = env->function ? env->function : NAME(NAMES(env), BLOCK);
  l->param_count = param_count;
  l->params = ARENA_ARRAY(ARENA(env), CoreVar *, param_count ? param_count : 1);
  for (uint32_t i = 0; i < param_count; i++) l->params[i] = var_fresh(env, NULL);
  return l;
}

Core *core_letrec(Env *env, Position at, CoreLetrec *letrec, Core *in) {
  Core *c = core_nodes(env, CORE_LETREC, at, 1);
  c->args[0] = in;
  c->u.letrec = letrec;
  return c;
}

Core *core_letrec_call(Env *env, Position at, CoreLetrec *letrec, uint32_t count, ...) {
  Core *c = core_nodes(env, CORE_CALL_LETREC, at, count);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) c->args[i] = va_arg(list, Core *);
  va_end(list);
  c->u.letrec = letrec;
  return c;
}

bool core_is_boolean(Env *env, const Core *core) {
  (void)env;
  switch (core->kind) {
  case CORE_LITERAL: return quoted_is_name(core->u.literal, N_TRUE) || quoted_is_name(core->u.literal, N_FALSE);
  case CORE_REMOTE: {
    if (!core_is_atom(core->u.remote.module, N_ERLANG) || !core_is_literal(core->u.remote.function)) return false;
    const Name *f = core->u.remote.function->u.literal->name;
    switch (f->known) {
    case N_EQUAL: case N_ERL_NOT_EQUAL: case N_ERL_STRICT_EQUAL: case N_ERL_STRICT_NOT_EQUAL: case N_LESS:
    case N_GREATER: case N_ERL_LESS_EQUAL: case N_GREATER_EQUAL: return core->count == 2;
    case N_NOT: return core->count == 1;
    default: return f->length > 3 && memcmp(f->text, "is_", 3) == 0 && core->count <= 2;
    }
  }
  case CORE_CASE:
    if (core->u.branch.clause_count == 0) return false;
    for (uint32_t i = 0; i < core->u.branch.clause_count; i++)
      if (!core_is_boolean(env, core->u.branch.clauses[i].body)) return false;
    return true;
  case CORE_SEQ: return core_is_boolean(env, core->args[core->count - 1]);
  default: return false;
  }
}

static Core *boolean_case(Env *env, Position at, Core *left, Core *on_true, Core *on_false, const Name *operator) {
  bool sure = core_is_boolean(env, left);
  Core *c = core_case(env, at, left, 2, sure ? FAIL_NONE : FAIL_BAD_BOOLEAN);
  c->u.branch.fail_operator = operator;
  c->generated = true;
  CoreClause *clauses = c->u.branch.clauses;
  core_clause(env, &clauses[0], at, 1)->patterns[0] = pat_name(env, at, NAME(NAMES(env), FALSE));
  clauses[0].body = on_false;
  clauses[0].generated = true;
  core_clause(env, &clauses[1], at, 1)->patterns[0] = pat_name(env, at, NAME(NAMES(env), TRUE));
  clauses[1].body = on_true;
  clauses[1].generated = true;
  return c;
}

Core *core_and(Env *env, Position at, Core *left, Core *right, const Name *operator) {
  return boolean_case(env, at, left, right, core_atom(env, at, NAME(NAMES(env), FALSE)), operator);
}

Core *core_or(Env *env, Position at, Core *left, Core *right, const Name *operator) {
  return boolean_case(env, at, left, core_atom(env, at, NAME(NAMES(env), TRUE)), right, operator);
}

Core *core_truthy(Env *env, Position at, Core *value, Core *yes, Core *no) {
  if (core_is_boolean(env, value)) return boolean_case(env, at, value, yes, no, NULL);
  Core *c = core_case(env, at, value, 2, FAIL_NONE);
  c->generated = true;
  CoreClause *clauses = c->u.branch.clauses;
  CoreVar *x = var_fresh(env, NULL);
  core_clause(env, &clauses[0], at, 1)->patterns[0] = pat_var(env, at, x);
  clause_guard(env, &clauses[0],
               core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, core_var_ref(env, at, x),
                           core_atom(env, at, NAME(NAMES(env), FALSE))));
  clause_guard(env, &clauses[0],
               core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, core_var_ref(env, at, x), core_nil(env, at)));
  clauses[0].body = no;
  clauses[0].generated = true;
  core_clause(env, &clauses[1], at, 1)->patterns[0] = pat_any(env, at);
  clauses[1].body = yes;
  clauses[1].generated = true;
  return c;
}

Core *core_raise_error(Env *env, Position at, Core *reason) {
  Core *c = core_nodes(env, CORE_RAISE, at, 2);
  c->args[0] = core_atom(env, at, NAME(NAMES(env), ERROR));
  c->args[1] = reason;
  return c;
}

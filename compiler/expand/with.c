// SPDX-License-Identifier: Apache-2.0
//
// `with`: each `pattern <- value` is a case whose second clause leaves: with the value itself, or through the
// else clauses, which stand once, in a local function that takes the value.

#include <string.h>

#include "compiler/expand/expand.h"

#define NAMES(env) (&(env)->job->names)

typedef struct With {
  Quoted *const *items;
  uint32_t count;
  Quoted *body, *otherwise;
  CoreLetrec *leave;
  bool left; // some clause can leave
} With;

static Core *from(Env *env, With *w, uint32_t i) {
  if (i == w->count) return expand(env, w->body);
  Quoted *item = w->items[i];
  if (!quoted_is_call_arity(item, N_LEFT_ARROW, 2)) {
    Core *first = expand(env, item);
    return core_seq2(env, first->at, first, from(env, w, i + 1));
  }
  Position at = at_of(env, item);
  Core *value = expand(env, quoted_arg(item, 1));
  Quoted *pattern = quoted_arg(item, 0), *guard = NULL;
  if (quoted_is_call_arity(pattern, N_WHEN, 2)) {
    guard = quoted_arg(pattern, 1);
    pattern = quoted_arg(pattern, 0);
  }
  Core *c = core_case(env, at, value, 2, FAIL_NONE);
  c->generated = true;
  CoreClause *yes = core_clause(env, &c->u.branch.clauses[0], at, 1);
  Core *extra = NULL;
  yes->patterns[0] = expand_pattern(env, pattern, &extra);
  expand_guards(env, guard, extra, yes);
  bool sure = yes->guard_count == 0 && (yes->patterns[0]->kind == PAT_VAR || yes->patterns[0]->kind == PAT_ANY);
  yes->body = from(env, w, i + 1);
  if (sure) {
    c->u.branch.clause_count = 1;
    return c;
  }
  w->left = true;
  CoreClause *no = core_clause(env, &c->u.branch.clauses[1], at, 1);
  CoreVar *x = var_fresh(env, NULL);
  no->patterns[0] = pat_var(env, at, x);
  no->generated = true;
  no->body = w->leave ? core_letrec_call(env, at, w->leave, 1, core_var_ref(env, at, x)) : core_var_ref(env, at, x);
  return c;
}

Core *expand_with(Env *outer, Quoted *q) {
  Env env_copy = *outer, *env = &env_copy;
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  uint32_t count = q->args->count;
  Quoted *sections = quoted_arg(q, count - 1);
  if (!quoted_is_keyword(sections) || !quoted_keyword_get(sections, NAME(names, DO))) {
    expand_error(env, q, DIAG_CLAUSES, "missing :do option in \"with\"");
    return poison(env, q);
  }
  With w = {q->args->items, count - 1, quoted_keyword_get(sections, NAME(names, DO)),
            quoted_keyword_get(sections, NAME(names, ELSE)), NULL, false};
  for (uint32_t i = 0; i < sections->count; i++) {
    NameId id = sections->items[i]->items[0]->name->known;
    if (id != N_DO && id != N_ELSE)
      expand_error(env, q, DIAG_CLAUSES, "unexpected option :%s in \"with\"", sections->items[i]->items[0]->name->text);
  }
  if (w.otherwise && !is_arrow_list(w.otherwise)) {
    expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for :else in \"with\"");
    w.otherwise = NULL;
  }
  if (w.otherwise) {
    w.leave = letrec_new(env, 1);
    Core *c = core_case(env, at, core_var_ref(env, at, w.leave->params[0]), w.otherwise->count, FAIL_WITH);
    for (uint32_t i = 0; i < w.otherwise->count; i++)
      expand_clause(outer, w.otherwise->items[i], 1, &c->u.branch.clauses[i], ":else in \"with\"");
    w.leave->body = c;
  }
  Core *chain = from(env, &w, 0);
  if (!w.otherwise) return chain;
  if (!w.left) {
    expand_warn(env, q, DIAG_UNREACHABLE_CLAUSE, "\"else\" clauses in \"with\" will never match because all patterns in \"with\" will always match");
    return chain;
  }
  return core_letrec(env, at, w.leave, chain);
}

// SPDX-License-Identifier: Apache-2.0
//
// Guards: expressions of a small language whose failure means "no". `when a when b` gives alternatives.
//
// The checks of what may stand in a guard are made where each form is expanded (context CONTEXT_GUARD).

#include "compiler/expand/expand.h"

Core *expand_guard(Env *env, Quoted *q) {
  Context outer = env->context;
  PatternState *pattern = env->pattern;
  env->context = CONTEXT_GUARD;
  env->pattern = NULL;
  Core *c = expand(env, q);
  env->context = outer;
  env->pattern = pattern;
  return c;
}

void expand_guards(Env *env, Quoted *guard, Core *extra, CoreClause *clause) {
  const Name *operator = NAME(&env->job->names, AND);
  if (!guard) {
    if (extra) clause_guard(env, clause, extra);
    return;
  }
  while (quoted_is_call_arity(guard, N_WHEN, 2)) {
    Core *one = expand_guard(env, quoted_arg(guard, 0));
    clause_guard(env, clause, extra ? core_and(env, one->at, extra, one, operator) : one);
    guard = quoted_arg(guard, 1);
  }
  Core *last = expand_guard(env, guard);
  if (!extra && core_is_atom(last, N_TRUE) && clause->guard_count == 0) return;
  clause_guard(env, clause, extra ? core_and(env, last->at, extra, last, operator) : last);
}

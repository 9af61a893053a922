// SPDX-License-Identifier: Apache-2.0
//
// Forms made of `left -> right` clauses: case, cond, fn, receive.
//
// A clause is expanded in a copy of the environment; what it binds ends with it.

#include <string.h>

#include "compiler/expand/expand.h"

#define NAMES(env) (&(env)->job->names)

bool is_arrow_list(Quoted *q) {
  if (!quoted_is_list(q) || q->count == 0) return false;
  for (uint32_t i = 0; i < q->count; i++)
    if (!quoted_is_call_arity(q->items[i], N_ARROW, 2) || !quoted_is_list(quoted_arg(q->items[i], 0))) return false;
  return true;
}

Quoted *clause_split_guard(Env *env, Quoted *left, Quoted *const **patterns, uint32_t *count) {
  *patterns = left->items;
  *count = left->count;
  if (left->count == 1 && quoted_is_call_of(left->items[0], N_WHEN) && left->items[0]->args->count >= 1) {
    Quoted *args = left->items[0]->args;
    *patterns = args->items;
    *count = args->count - 1;
    return args->items[args->count - 1];
  }
  (void)env;
  return NULL;
}

void expand_clause(const Env *outer, Quoted *arrow, uint32_t pattern_count, CoreClause *out, const char *what) {
  Env env = *outer;
  if (arrow->line > 0) env.line = arrow->line;
  Quoted *const *patterns;
  uint32_t count;
  Quoted *guard = clause_split_guard(&env, quoted_arg(arrow, 0), &patterns, &count);
  core_clause(&env, out, at_of(&env, arrow), pattern_count);
  out->generated = meta_flag(&env, arrow, N_GENERATED);
  if (count != pattern_count) {
    expand_error(&env, arrow, DIAG_CLAUSES, "expected %u argument%s for %s clauses (->), got %u", pattern_count,
                 pattern_count == 1 ? "" : "s", what, count);
    for (uint32_t i = 0; i < pattern_count; i++) out->patterns[i] = pat_any(&env, out->at);
    out->body = poison(&env, arrow);
    return;
  }
  Core *extra = NULL;
  expand_patterns(&env, patterns, count, out->patterns, &extra);
  expand_guards(&env, guard, extra, out);
  out->body = expand(&env, quoted_arg(arrow, 1));
}

static bool always_matches(const CoreClause *clause) {
  if (clause->guard_count) return false;
  for (uint32_t i = 0; i < clause->pattern_count; i++)
    if (clause->patterns[i]->kind != PAT_ANY && clause->patterns[i]->kind != PAT_VAR) return false;
  return true;
}

// The variable is new in this pattern although the program has one of that name: was it to be compared?
static void hint_pin(Env *env, Diagnostic *d, const CoreClause *clause) {
  if (clause->pattern_count != 1 || clause->patterns[0]->kind != PAT_VAR || !clause->patterns[0]->var->name) return;
  const Name *name = clause->patterns[0]->var->name;
  for (const Binding *b = env->vars; b; b = b->next)
    if (b->name == name && b->var != clause->patterns[0]->var) {
      diagnostic_hint(&env->job->diagnostics, d, "line %u binds \"%s\" anew; to compare with the \"%s\" of before write ^%s", clause->at.line,
                      name->text, name->text, name->text);
      return;
    }
}

void clauses_warn_unreachable(Env *env, const char *file, const CoreClause *clauses, uint32_t count, const char *function) {
  if (env->job->diagnostics.error_count) return; // a refused pattern matches anything
  for (uint32_t i = 0; i + 1 < count; i++) {
    if (!always_matches(&clauses[i])) continue;
    if (clauses[i].generated) return;
    for (uint32_t j = i + 1; j < count; j++) {
      if (clauses[j].generated) continue;
      Diagnostic *d = expand_warn_at(env, file, clauses[j].at, DIAG_UNREACHABLE_CLAUSE,
                                     "this clause%s%s cannot match because a previous clause at line %u always matches", function ? " for " : "",
                                     function ? function : "", clauses[i].at.line);
      if (!function) hint_pin(env, d, &clauses[i]);
    }
    return;
  }
}

// Expands all clauses of `arrows` into a fresh array.
static CoreClause *clauses_of(Env *env, Quoted *arrows, uint32_t pattern_count, const char *what) {
  CoreClause *clauses = ARENA_ARRAY(&env->job->arena, CoreClause, arrows->count);
  for (uint32_t i = 0; i < arrows->count; i++) expand_clause(env, arrows->items[i], pattern_count, &clauses[i], what);
  clauses_warn_unreachable(env, env->file, clauses, arrows->count, NULL);
  return clauses;
}

// The do block of a construct; reports other sections.
static Quoted *only_section(Env *env, Quoted *q, Quoted *sections, NameId id) {
  Names *names = NAMES(env);
  Quoted *value = quoted_is_keyword(sections) ? quoted_keyword_get(sections, names->known[id]) : NULL;
  if (!value) {
    expand_error(env, q, DIAG_CLAUSES, "missing :%s option in \"%s\"", names->known[id]->text, q->head->name->text);
    return NULL;
  }
  for (uint32_t i = 0; i < sections->count; i++)
    if (!quoted_is_name(sections->items[i]->items[0], id))
    {
      Diagnostic *d = expand_error(env, q, DIAG_CLAUSES, "unexpected option :%s in \"%s\"", sections->items[i]->items[0]->name->text,
                                   q->head->name->text);
      if (quoted_is_name(sections->items[i]->items[0], N_ELSE))
        diagnostic_hint(&env->job->diagnostics, d, "the clause for everything else is written %s -> ... and stands last", id == N_DO && q->head->name->known == N_COND ? "true" : "_");
    }
  return value;
}

Core *expand_case(Env *env, Quoted *q) {
  Quoted *clauses = only_section(env, q, quoted_arg(q, 1), N_DO);
  Core *scrutinee = expand(env, quoted_arg(q, 0));
  if (!clauses) return poison(env, q);
  if (!is_arrow_list(clauses)) {
    expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for :do in \"case\"");
    return poison(env, q);
  }
  Core *c = core_case(env, at_of(env, q), scrutinee, 0, FAIL_CASE);
  c->u.branch.clauses = clauses_of(env, clauses, 1, ":do in \"case\"");
  c->u.branch.clause_count = clauses->count;
  c->generated = meta_flag(env, q, N_GENERATED);
  return c;
}

Core *expand_cond(Env *env, Quoted *q) {
  Quoted *arrows = only_section(env, q, quoted_arg(q, 0), N_DO);
  if (!arrows) return poison(env, q);
  if (!is_arrow_list(arrows)) {
    expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for :do in \"cond\"");
    return poison(env, q);
  }
  uint32_t count = arrows->count;
  Core **tests = ARENA_ARRAY(&env->job->arena, Core *, count);
  Core **bodies = ARENA_ARRAY(&env->job->arena, Core *, count);
  for (uint32_t i = 0; i < count; i++) {
    Quoted *left = quoted_arg(arrows->items[i], 0);
    Env inner = *env;
    if (arrows->items[i]->line > 0) inner.line = arrows->items[i]->line;
    if (left->count != 1) {
      expand_error(&inner, arrows->items[i], DIAG_CLAUSES, "expected one argument for :do clauses (->) in \"cond\"");
      tests[i] = bodies[i] = poison(env, arrows->items[i]);
      continue;
    }
    if (i + 1 == count && quoted_is_variable(left->items[0]) && quoted_is_name(left->items[0]->head, N_UNDERSCORE)) {
      Diagnostic *d = expand_error(&inner, arrows->items[i], DIAG_CLAUSES, "invalid use of _ inside \"cond\"");
      diagnostic_hint(&env->job->diagnostics, d, "if you want the last clause to always match, use: true ->");
    }
    tests[i] = expand(&inner, left->items[0]);
    bodies[i] = expand(&inner, quoted_arg(arrows->items[i], 1));
  }
  // What a test binds is seen in its body only, so each test stands in a sequence with its case.
  Core *result = NULL;
  for (uint32_t i = count; i-- > 0;) {
    Position at = at_of(env, arrows->items[i]);
    if (!result) {
      if (tests[i]->kind == CORE_LITERAL && !core_is_atom(tests[i], N_NIL) && !core_is_atom(tests[i], N_FALSE)) {
        result = bodies[i];
        continue;
      }
      Core *c = core_case(env, at, tests[i], 1, FAIL_COND);
      c->generated = true;
      CoreClause *clause = core_clause(env, &c->u.branch.clauses[0], at, 1);
      CoreVar *x = var_fresh(env, NULL);
      clause->patterns[0] = pat_var(env, at, x);
      Core *not_false = core_erlang(env, at, N_ERL_STRICT_NOT_EQUAL, 2, core_var_ref(env, at, x),
                                    core_literal(env, at, q_bool(env, false)));
      Core *not_nil = core_erlang(env, at, N_ERL_STRICT_NOT_EQUAL, 2, core_var_ref(env, at, x), core_nil(env, at));
      clause_guard(env, clause, core_and(env, at, not_false, not_nil, NULL));
      clause->body = bodies[i];
      result = c;
    } else {
      result = core_truthy(env, at, tests[i], bodies[i], result);
    }
  }
  return result;
}

Core *expand_fn(Env *env, Quoted *q) {
  if (!is_arrow_list(q->args)) {
    expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for \"fn\"");
    return poison(env, q);
  }
  Quoted *const *patterns;
  uint32_t arity;
  clause_split_guard(env, quoted_arg(q->args->items[0], 0), &patterns, &arity);
  Env inner = *env;
  inner.in_closure = true;
  inner.capture = NULL;
  for (uint32_t i = 1; i < q->args->count; i++) {
    uint32_t n;
    clause_split_guard(env, quoted_arg(q->args->items[i], 0), &patterns, &n);
    if (n != arity) {
      expand_error(env, q, DIAG_CLAUSES, "cannot mix clauses with different arities in anonymous functions");
      return poison(env, q);
    }
  }
  Core *c = core_new(env, CORE_FUN, at_of(env, q));
  c->u.branch.clauses = clauses_of(&inner, q->args, arity, "\"fn\"");
  c->u.branch.clause_count = q->args->count;
  c->u.branch.arity = arity;
  return c;
}

static bool empty_block(Quoted *q) {
  return quoted_is_name(q, N_NIL) || (quoted_is_call_of(q, N_BLOCK) && q->args->count == 0) || quoted_is_empty(q);
}

Core *expand_receive(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Quoted *sections = quoted_arg(q, 0);
  if (!quoted_is_keyword(sections) || sections->count == 0) {
    expand_error(env, q, DIAG_CLAUSES, "missing :do or :after in \"receive\"");
    return poison(env, q);
  }
  Core *c = core_new(env, CORE_RECEIVE, at_of(env, q));
  Quoted *clauses = quoted_keyword_get(sections, NAME(names, DO));
  Quoted *after = quoted_keyword_get(sections, NAME(names, AFTER));
  for (uint32_t i = 0; i < sections->count; i++) {
    NameId id = sections->items[i]->items[0]->name->known;
    if (id != N_DO && id != N_AFTER)
      expand_error(env, q, DIAG_CLAUSES, "unexpected option :%s in \"receive\"", sections->items[i]->items[0]->name->text);
  }
  if (clauses && !empty_block(clauses)) {
    if (!is_arrow_list(clauses)) {
      expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for :do in \"receive\"");
      return poison(env, q);
    }
    c->u.branch.clauses = clauses_of(env, clauses, 1, ":do in \"receive\"");
    c->u.branch.clause_count = clauses->count;
  }
  if (after) {
    if (!is_arrow_list(after) || after->count != 1 || quoted_arg(after->items[0], 0)->count != 1) {
      expand_error(env, q, DIAG_CLAUSES, "expected a single -> clause for :after in \"receive\"");
      return poison(env, q);
    }
    Env inner = *env;
    c->u.branch.timeout = expand(&inner, quoted_arg(after->items[0], 0)->items[0]);
    c->u.branch.after_body = expand(&inner, quoted_arg(after->items[0], 1));
  }
  return c;
}

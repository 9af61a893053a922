// SPDX-License-Identifier: Apache-2.0
//
// `for`: every comprehension is nested loops that carry one state, the accumulator.
//
//   for x <- list, y <- other, filter, do: body      letrec loop(l, acc) = case l do
//                                                       [x | t] -> loop(t, <inner loop over other with acc>)
//                                                       [_ | t] -> loop(t, acc)      (pattern did not match)
//                                                       [] -> acc
//                                                       rest -> loop(Kernel.Definer.for_next(rest), acc)
//
// A generator that is no list is turned by Kernel.Definer.for_start into a list whose tail may be a
// continuation, so the loop stays one and streams are read element by element. `a..b` counts. The state is the
// list built backwards, the binary parts, the user's accumulator (reduce:) or that of Collectable; with
// `uniq: true` it is {state, seen}.

#include <string.h>

#include "compiler/expand/expand.h"

#define NAMES(env) (&(env)->job->names)

typedef enum Mode { MODE_LIST, MODE_MAP, MODE_BITS, MODE_INTO, MODE_REDUCE } Mode;

typedef struct For {
  Quoted *node;
  Quoted *const *items;
  uint32_t count;
  Quoted *body;
  Mode mode;
  bool uniq;
  CoreVar *collect; // MODE_INTO: the function
} For;

static Core *loop_from(Env *env, For *f, uint32_t i, Core *state);

// The last step with a value: what the new state is.
static Core *add_value(Env *env, For *f, Core *value, Core *state, Position at) {
  Names *names = NAMES(env);
  if (f->mode == MODE_INTO) {
    Core *c = core_nodes(env, CORE_APPLY_FUN, at, 2);
    c->u.callee = core_var_ref(env, at, f->collect);
    c->args[0] = state;
    c->args[1] = core_tuple(env, at, 2, core_atom(env, at, names_intern_text(names, "cont")), value);
    return c;
  }
  return core_cons(env, at, value, state);
}

static Core *step(Env *env, For *f, Core *state) {
  Names *names = NAMES(env);
  Position at = at_of(env, f->node);
  if (f->mode == MODE_REDUCE) {
    Core *c = core_case(env, at, state, f->body->count, FAIL_CASE);
    for (uint32_t i = 0; i < f->body->count; i++)
      expand_clause(env, f->body->items[i], 1, &c->u.branch.clauses[i], "reduce in \"for\"");
    return c;
  }
  if (!f->uniq) return add_value(env, f, expand_body(env, f->body), state, at);
  // {acc, seen} = state; value = body; case seen do %{value => _} -> state; _ -> {[value | acc], put(seen, value)}
  CoreVar *whole = var_fresh(env, NULL), *acc = var_fresh(env, NULL), *seen = var_fresh(env, NULL), *value = var_fresh(env, NULL);
  Core *items[4];
  items[0] = core_let(env, at, whole, state);
  CorePattern *pair = pat_items(env, PAT_TUPLE, at, 2);
  pair->items[0] = pat_var(env, at, acc);
  pair->items[1] = pat_var(env, at, seen);
  items[1] = core_match(env, at, pair, core_var_ref(env, at, whole));
  items[2] = core_let(env, at, value, expand_body(env, f->body));
  Core *c = core_case(env, at, core_erlang(env, at, N_IS_MAP_KEY, 2, core_var_ref(env, at, value), core_var_ref(env, at, seen)), 2, FAIL_NONE);
  CoreClause *yes = core_clause(env, &c->u.branch.clauses[0], at, 1);
  yes->patterns[0] = pat_literal(env, at, q_bool(env, true));
  yes->body = core_var_ref(env, at, whole);
  CoreClause *no = core_clause(env, &c->u.branch.clauses[1], at, 1);
  no->patterns[0] = pat_literal(env, at, q_bool(env, false));
  Core *put = core_remote(env, at, NAME(names, MAPS), NAME(names, PUT), 3, core_var_ref(env, at, value),
                          core_literal(env, at, q_bool(env, true)), core_var_ref(env, at, seen));
  no->body = core_tuple(env, at, 2, add_value(env, f, core_var_ref(env, at, value), core_var_ref(env, at, acc), at), put);
  items[3] = c;
  return core_seq(env, at, items, 4);
}

static Core *definer(Env *env, Position at, const char *function, Core *arg) {
  Names *names = NAMES(env);
  return core_remote(env, at, names_intern_text(names, "Elixir.Kernel.Definer"), names_intern_text(names, function), 1, arg);
}

static bool irrefutable(const CoreClause *clause) {
  return clause->guard_count == 0 && (clause->patterns[0]->kind == PAT_VAR || clause->patterns[0]->kind == PAT_ANY);
}

static void generator_parts(Quoted *item, Quoted **pattern, Quoted **guard) {
  *pattern = quoted_arg(item, 0);
  *guard = NULL;
  if (quoted_is_call_arity(*pattern, N_WHEN, 2)) {
    *guard = quoted_arg(*pattern, 1);
    *pattern = quoted_arg(*pattern, 0);
  }
}

static Core *list_generator(Env *env, For *f, uint32_t i, Core *state, Core *source) {
  Quoted *item = f->items[i];
  Position at = at_of(env, item);
  Quoted *pattern, *guard;
  generator_parts(item, &pattern, &guard);
  CoreLetrec *loop = letrec_new(env, 2);
  CoreVar *list = loop->params[0], *acc = loop->params[1];
  Core *c = core_case(env, at, core_var_ref(env, at, list), 4, FAIL_NONE);
  c->generated = true;
  uint32_t n = 0;
  Env inner = *env;
  CoreClause *take = core_clause(env, &c->u.branch.clauses[n++], at, 1);
  Core *extra = NULL;
  CoreVar *tail = var_fresh(env, NULL);
  CorePattern *head = expand_pattern(&inner, pattern, &extra);
  take->patterns[0] = head;
  expand_guards(&inner, guard, extra, take);
  bool sure = irrefutable(take);
  CorePattern *cons = pat_items(env, PAT_CONS, at, 2);
  cons->items[0] = head;
  cons->items[1] = pat_var(env, at, tail);
  take->patterns[0] = cons;
  take->body = core_letrec_call(env, at, loop, 2, core_var_ref(env, at, tail),
                                loop_from(&inner, f, i + 1, core_var_ref(env, at, acc)));
  if (!sure) {
    CoreClause *skip = core_clause(env, &c->u.branch.clauses[n++], at, 1);
    CoreVar *rest = var_fresh(env, NULL);
    CorePattern *any = pat_items(env, PAT_CONS, at, 2);
    any->items[0] = pat_any(env, at);
    any->items[1] = pat_var(env, at, rest);
    skip->patterns[0] = any;
    skip->body = core_letrec_call(env, at, loop, 2, core_var_ref(env, at, rest), core_var_ref(env, at, acc));
  }
  CoreClause *end = core_clause(env, &c->u.branch.clauses[n++], at, 1);
  end->patterns[0] = pat_literal(env, at, quoted_empty_list(NAMES(env)));
  end->body = core_var_ref(env, at, acc);
  bool is_list = source->kind == CORE_CONS || (core_is_literal(source) && quoted_is_list(source->u.literal));
  if (!is_list) {
    CoreClause *more = core_clause(env, &c->u.branch.clauses[n++], at, 1);
    CoreVar *rest = var_fresh(env, NULL);
    more->patterns[0] = pat_var(env, at, rest);
    more->body = core_letrec_call(env, at, loop, 2, definer(env, at, "for_next", core_var_ref(env, at, rest)),
                                  core_var_ref(env, at, acc));
    // Lists are taken as they are.
    CoreVar *whole = var_fresh(env, NULL);
    Core *start = core_case(env, at, core_erlang(env, at, N_IS_LIST, 1, core_var_ref(env, at, whole)), 2, FAIL_NONE);
    start->generated = true;
    CoreClause *yes = core_clause(env, &start->u.branch.clauses[0], at, 1);
    yes->patterns[0] = pat_literal(env, at, q_bool(env, true));
    yes->body = core_var_ref(env, at, whole);
    CoreClause *no = core_clause(env, &start->u.branch.clauses[1], at, 1);
    no->patterns[0] = pat_literal(env, at, q_bool(env, false));
    no->body = definer(env, at, "for_start", core_var_ref(env, at, whole));
    source = core_seq2(env, at, core_let(env, at, whole, source), start);
  } else {
    c->u.branch.on_fail = FAIL_CASE;
  }
  c->u.branch.clause_count = n;
  loop->body = c;
  return core_letrec(env, at, loop, core_letrec_call(env, at, loop, 2, source, state));
}

// `x <- a..b` and `x <- a..b//step` with a literal step: counts until `stop`.
static Core *range_generator(Env *env, For *f, uint32_t i, Core *state, Quoted *first_q, Quoted *last_q, int64_t step_size) {
  Quoted *item = f->items[i];
  Names *names = NAMES(env);
  Position at = at_of(env, item);
  Quoted *pattern, *guard;
  generator_parts(item, &pattern, &guard);
  Core *bounds[2];
  Quoted *bound_terms[2] = {first_q, last_q};
  expand_args(env, bound_terms, 2, bounds);
  CoreVar *first = var_fresh(env, NULL), *last = var_fresh(env, NULL), *by = var_fresh(env, NULL), *stop = var_fresh(env, NULL);
  Core *seq[6];
  uint32_t n = 0;
  seq[n++] = core_let(env, at, first, bounds[0]);
  seq[n++] = core_let(env, at, last, bounds[1]);
  // Bounds that are no integers: Range.new says what is wrong.
  bool sure = core_is_literal(bounds[0]) && bounds[0]->u.literal->kind == Q_INT && core_is_literal(bounds[1]) &&
              bounds[1]->u.literal->kind == Q_INT;
  if (!sure) {
    Core *both = core_and(env, at, core_erlang(env, at, N_IS_INTEGER, 1, core_var_ref(env, at, first)),
                          core_erlang(env, at, N_IS_INTEGER, 1, core_var_ref(env, at, last)), NULL);
    Core *wrong = core_remote(env, at, NAME(names, M_RANGE), names_intern_text(names, "new"), 2, core_var_ref(env, at, first),
                              core_var_ref(env, at, last));
    seq[n++] = core_truthy(env, at, both, core_nil(env, at), wrong);
  }
  Core *plus_one;
  if (step_size == 0) {
    Core *up = core_erlang(env, at, N_ERL_LESS_EQUAL, 2, core_var_ref(env, at, first), core_var_ref(env, at, last));
    seq[n++] = core_let(env, at, by, core_truthy(env, at, up, core_int(env, at, 1), core_int(env, at, -1)));
    plus_one = core_erlang(env, at, N_PLUS, 2, core_var_ref(env, at, last), core_var_ref(env, at, by));
  } else {
    seq[n++] = core_let(env, at, by, core_int(env, at, step_size));
    Core *none = core_erlang(env, at, step_size > 0 ? N_GREATER : N_LESS, 2, core_var_ref(env, at, first), core_var_ref(env, at, last));
    Core *span = core_erlang(env, at, N_MINUS, 2, core_var_ref(env, at, last), core_var_ref(env, at, first));
    Core *turns = core_erlang(env, at, N_PLUS, 2, core_erlang(env, at, N_DIV, 2, span, core_int(env, at, step_size)), core_int(env, at, 1));
    Core *end = core_erlang(env, at, N_PLUS, 2, core_var_ref(env, at, first),
                            core_erlang(env, at, N_STAR, 2, turns, core_int(env, at, step_size)));
    plus_one = core_truthy(env, at, none, core_var_ref(env, at, first), end);
  }
  seq[n++] = core_let(env, at, stop, plus_one);
  CoreLetrec *loop = letrec_new(env, 2);
  CoreVar *index = loop->params[0], *acc = loop->params[1];
  Core *done = core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, core_var_ref(env, at, index), core_var_ref(env, at, stop));
  Core *next = core_erlang(env, at, N_PLUS, 2, core_var_ref(env, at, index),
                           step_size ? core_int(env, at, step_size) : core_var_ref(env, at, by));
  Env inner = *env;
  Core *c = core_case(env, at, core_var_ref(env, at, index), 2, FAIL_NONE);
  c->generated = true;
  CoreClause *take = core_clause(env, &c->u.branch.clauses[0], at, 1);
  Core *extra = NULL;
  take->patterns[0] = expand_pattern(&inner, pattern, &extra);
  expand_guards(&inner, guard, extra, take);
  take->body = core_letrec_call(env, at, loop, 2, next, loop_from(&inner, f, i + 1, core_var_ref(env, at, acc)));
  if (irrefutable(take)) {
    c->u.branch.clause_count = 1;
  } else {
    CoreClause *skip = core_clause(env, &c->u.branch.clauses[1], at, 1);
    skip->patterns[0] = pat_any(env, at);
    Core *again = core_erlang(env, at, N_PLUS, 2, core_var_ref(env, at, index),
                              step_size ? core_int(env, at, step_size) : core_var_ref(env, at, by));
    skip->body = core_letrec_call(env, at, loop, 2, again, core_var_ref(env, at, acc));
  }
  loop->body = core_truthy(env, at, done, core_var_ref(env, at, acc), c);
  seq[n] = core_letrec(env, at, loop, core_letrec_call(env, at, loop, 2, core_var_ref(env, at, first), state));
  return core_seq(env, at, seq, n + 1);
}

// `<<pattern <- source>>`
static Core *bits_generator(Env *env, For *f, uint32_t i, Core *state) {
  Quoted *item = f->items[i];
  Names *names = NAMES(env);
  Position at = at_of(env, item);
  uint32_t count = item->args->count;
  Quoted *arrow = quoted_arg(item, count - 1);
  Core *source = expand(env, quoted_arg(arrow, 1));
  Quoted *guard = NULL, *last = quoted_arg(arrow, 0);
  if (quoted_is_call_arity(last, N_WHEN, 2)) {
    guard = quoted_arg(last, 1);
    last = quoted_arg(last, 0);
  }
  Quoted **segments = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
  for (uint32_t j = 0; j + 1 < count; j++) segments[j] = quoted_arg(item, j);
  segments[count - 1] = last;
  Quoted *rest_q = q_var(env, "rest", item);
  segments[count] = q_call(env, N_TYPE, item, 2, rest_q, quoted_call(names, Q_NAME(names, BITS), Q_NAME(names, NIL), NULL, 0, 0));
  Quoted *pattern = quoted_with_args(names, item, quoted_list(names, segments, count + 1));
  CoreLetrec *loop = letrec_new(env, 2);
  CoreVar *bits = loop->params[0], *acc = loop->params[1];
  Core *c = core_case(env, at, core_var_ref(env, at, bits), 4, FAIL_NONE);
  c->generated = true;
  uint32_t n = 0;
  Env inner = *env;
  CoreClause *take = core_clause(env, &c->u.branch.clauses[n++], at, 1);
  Core *extra = NULL;
  take->patterns[0] = expand_pattern(&inner, pattern, &extra);
  Core *rest_ref = expand(&inner, rest_q);
  expand_guards(&inner, guard, extra, take);
  take->body = core_letrec_call(env, at, loop, 2, rest_ref, loop_from(&inner, f, i + 1, core_var_ref(env, at, acc)));
  bool fixed = take->guard_count > 0;
  if (take->patterns[0]->kind == PAT_BINARY)
    for (uint32_t j = 0; j < take->patterns[0]->count; j++) {
      PatternKind kind = take->patterns[0]->segments[j].pattern->kind;
      fixed = fixed || (kind != PAT_ANY && kind != PAT_VAR);
    }
  if (fixed) { // values that do not match are skipped by their sizes
    CoreClause *skip = core_clause(env, &c->u.branch.clauses[n++], at, 1);
    Env aside = *env;
    bool quiet = env->job->quiet;
    env->job->quiet = true;
    skip->patterns[0] = expand_pattern(&aside, pattern, NULL);
    env->job->quiet = quiet;
    if (skip->patterns[0]->kind == PAT_BINARY)
      for (uint32_t j = 0; j < skip->patterns[0]->count; j++) {
        CoreSegment *s = &skip->patterns[0]->segments[j];
        if (s->pattern->kind == PAT_LITERAL && s->pattern->literal->kind == Q_BINARY && !s->size) { // text has the size of its bytes
          s->size = core_int(env, at, (int64_t)s->pattern->literal->count);
          s->unit = 8;
        }
        if (s->pattern->kind != PAT_VAR) s->pattern = pat_any(env, at);
      }
    Core *skip_rest = expand(&aside, rest_q);
    for (const Binding *b = aside.vars; b != env->vars; b = b->next) b->var->used = true;
    skip->body = core_letrec_call(env, at, loop, 2, skip_rest, core_var_ref(env, at, acc));
  }
  CoreClause *end = core_clause(env, &c->u.branch.clauses[n++], at, 1);
  CoreVar *x = var_fresh(env, NULL);
  end->patterns[0] = pat_var(env, at, x);
  clause_guard(env, end, core_erlang(env, at, N_IS_BITSTRING, 1, core_var_ref(env, at, x)));
  end->body = core_var_ref(env, at, acc);
  CoreClause *wrong = core_clause(env, &c->u.branch.clauses[n++], at, 1);
  CoreVar *y = var_fresh(env, NULL);
  wrong->patterns[0] = pat_var(env, at, y);
  wrong->body = core_raise_error(env, at, core_tuple(env, at, 2, core_atom(env, at, names_intern_text(names, "bad_generator")),
                                                     core_var_ref(env, at, y)));
  c->u.branch.clause_count = n;
  loop->body = c;
  return core_letrec(env, at, loop, core_letrec_call(env, at, loop, 2, source, state));
}

static bool literal_step(Quoted *q, int64_t *step_size) {
  if (q->kind == Q_INT && q->integer != 0) {
    *step_size = q->integer;
    return true;
  }
  if (quoted_is_call_arity(q, N_MINUS, 1) && quoted_arg(q, 0)->kind == Q_INT && quoted_arg(q, 0)->integer != 0) {
    *step_size = -quoted_arg(q, 0)->integer;
    return true;
  }
  return false;
}

static Core *loop_from(Env *env, For *f, uint32_t i, Core *state) {
  if (i == f->count) return step(env, f, state);
  Quoted *item = f->items[i];
  if (quoted_is_call_arity(item, N_LEFT_ARROW, 2)) {
    if (item->line > 0) env->line = item->line;
    Quoted *source = quoted_arg(item, 1);
    int64_t step_size = 0;
    bool macro;
    if (quoted_is_call_arity(source, N_DOTDOT, 2)) {
      const Name *module = import_find(env, source, NAME(NAMES(env), DOTDOT), 2, &macro);
      if (!module || module->known == N_M_KERNEL)
        return range_generator(env, f, i, state, quoted_arg(source, 0), quoted_arg(source, 1), 0);
    }
    if (quoted_is_call_arity(source, N_DOTDOT_SLASHES, 3) && literal_step(quoted_arg(source, 2), &step_size)) {
      const Name *module = import_find(env, source, NAME(NAMES(env), DOTDOT_SLASHES), 3, &macro);
      if (!module || module->known == N_M_KERNEL)
        return range_generator(env, f, i, state, quoted_arg(source, 0), quoted_arg(source, 1), step_size);
    }
    return list_generator(env, f, i, state, expand(env, source));
  }
  if (quoted_is_call_of(item, N_BITSTRING) && item->args->count > 0 &&
      quoted_is_call_arity(quoted_arg(item, item->args->count - 1), N_LEFT_ARROW, 2))
    return bits_generator(env, f, i, state);
  // A filter. The state is used on both ways, so it must be a plain variable.
  Position at = at_of(env, item);
  CoreVar *acc = var_fresh(env, NULL);
  Core *bind = core_let(env, at, acc, state);
  Core *test = expand(env, item);
  Core *yes = loop_from(env, f, i + 1, core_var_ref(env, at, acc));
  return core_seq2(env, at, bind, core_truthy(env, at, test, yes, core_var_ref(env, at, acc)));
}

static bool is_empty_map(Quoted *q) { return quoted_is_call_of(q, N_MAP) && q->args->count == 0; }

Core *expand_for(Env *outer, Quoted *q) {
  Env env_copy = *outer, *env = &env_copy;
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  uint32_t count = q->args->count;
  QuotedItems options = {0};
  while (count > 0 && quoted_arg(q, count - 1)->kind == Q_LIST && quoted_arg(q, count - 1)->count > 0 &&
         quoted_is_keyword(quoted_arg(q, count - 1)) && q->args->count - count < 2) {
    Quoted *list = quoted_arg(q, --count);
    for (uint32_t i = 0; i < list->count; i++) quoted_push(names, &options, list->items[i]);
  }
  Quoted *all = quoted_items_list(names, &options);
  For f = {q, q->args->items, count, quoted_keyword_get(all, NAME(names, DO)), MODE_LIST, false, NULL};
  if (!f.body) {
    expand_error(env, q, DIAG_CLAUSES, "missing :do option in \"for\"");
    return poison(env, q);
  }
  bool generator = count > 0 && (quoted_is_call_arity(quoted_arg(q, 0), N_LEFT_ARROW, 2) ||
                                 (quoted_is_call_of(quoted_arg(q, 0), N_BITSTRING) && quoted_arg(q, 0)->args->count > 0 &&
                                  quoted_is_call_arity(quoted_arg(quoted_arg(q, 0), quoted_arg(q, 0)->args->count - 1), N_LEFT_ARROW, 2)));
  if (!generator) {
    Diagnostic *d = expand_error(env, q, DIAG_CLAUSES, "for comprehensions must start with a generator");
    diagnostic_hint(&env->job->diagnostics, d, "a generator is written pattern <- collection: for x <- list do ... end");
    return poison(env, q);
  }
  Quoted *into = NULL, *reduce = NULL;
  for (uint32_t i = 0; i < all->count; i++) {
    Quoted *value = all->items[i]->items[1];
    switch (all->items[i]->items[0]->name->known) {
    case N_DO: break;
    case N_INTO: into = value; break;
    case N_REDUCE: reduce = value; break;
    case N_UNIQ:
      if (!quoted_is_name(value, N_TRUE) && !quoted_is_name(value, N_FALSE))
        expand_error(env, q, DIAG_CLAUSES, ":uniq option for comprehensions only accepts a boolean, got: %s", show(env, value));
      f.uniq = quoted_is_name(value, N_TRUE);
      break;
    default: expand_error(env, q, DIAG_CLAUSES, "unsupported option :%s given to for", all->items[i]->items[0]->name->text);
    }
  }
  if (reduce) {
    if (into || f.uniq) {
      expand_error(env, q, DIAG_CLAUSES, "cannot use :reduce alongside :into/:uniq in comprehension");
      return poison(env, q);
    }
    if (!is_arrow_list(f.body)) {
      expand_error(env, q, DIAG_CLAUSES, "when using :reduce with comprehensions, the do block must be written using acc -> expr clauses, "
                   "where each clause expects the accumulator as a single argument");
      return poison(env, q);
    }
    f.mode = MODE_REDUCE;
    return loop_from(env, &f, 0, expand(env, reduce));
  }
  if (is_arrow_list(f.body)) {
    expand_error(env, q, DIAG_CLAUSES, "the do block was written using acc -> expr clauses but the :reduce option was not given");
    return poison(env, q);
  }
  Core *into_value = NULL;
  if (into && !quoted_is_empty(into)) {
    if (is_empty_map(into)) f.mode = MODE_MAP;
    else if (into->kind == Q_BINARY && into->count == 0) f.mode = MODE_BITS;
    else {
      f.mode = MODE_INTO;
      into_value = expand(env, into);
    }
  }
  Core *empty = core_literal(env, at, quoted_empty_list(names));
  Core *items[3];
  uint32_t n = 0;
  Core *start = empty;
  CoreVar *collectable = NULL;
  if (f.mode == MODE_INTO) {
    CorePattern *pair = pat_items(env, PAT_TUPLE, at, 2);
    f.collect = var_fresh(env, NULL);
    collectable = var_fresh(env, NULL);
    pair->items[0] = pat_var(env, at, collectable);
    pair->items[1] = pat_var(env, at, f.collect);
    items[n++] = core_match(env, at, pair, core_remote(env, at, NAME(names, M_COLLECTABLE), NAME(names, INTO), 1, into_value));
    start = core_var_ref(env, at, collectable);
  }
  if (f.uniq) start = core_tuple(env, at, 2, start, core_literal(env, at, quoted_map(names, NULL, 0)));
  Core *result = loop_from(env, &f, 0, start);
  if (f.uniq) {
    Core *taken = core_erlang(env, at, N_ELEMENT, 2, core_int(env, at, 1), result);
    result = taken;
  }
  if (f.mode == MODE_INTO) {
    // What was begun is given up when the loop is left by an exception.
    Core *t = core_nodes(env, CORE_TRY, at, 1);
    t->args[0] = result;
    t->u.branch.clauses = ARENA_ARRAY(&env->job->arena, CoreClause, 1);
    t->u.branch.clause_count = 1;
    CoreClause *clause = core_clause(env, &t->u.branch.clauses[0], at, 2);
    CoreVar *kind = var_fresh(env, NULL), *reason = var_fresh(env, NULL), *stack = var_fresh(env, NULL);
    clause->patterns[0] = pat_var(env, at, kind);
    clause->patterns[1] = pat_var(env, at, reason);
    clause->generated = true;
    t->u.branch.stack_var = stack;
    Core *halt = core_nodes(env, CORE_APPLY_FUN, at, 2);
    halt->u.callee = core_var_ref(env, at, f.collect);
    halt->args[0] = core_var_ref(env, at, collectable);
    halt->args[1] = core_atom(env, at, names_intern_text(names, "halt"));
    Core *again = core_erlang(env, at, N_RAISE, 3, core_var_ref(env, at, kind), core_var_ref(env, at, reason), core_var_ref(env, at, stack));
    clause->body = core_seq2(env, at, halt, again);
    CoreVar *acc = var_fresh(env, NULL);
    items[n++] = core_let(env, at, acc, t);
    Core *done = core_nodes(env, CORE_APPLY_FUN, at, 2);
    done->u.callee = core_var_ref(env, at, f.collect);
    done->args[0] = core_var_ref(env, at, acc);
    done->args[1] = core_atom(env, at, names_intern_text(names, "done"));
    items[n++] = done;
    return core_seq(env, at, items, n);
  }
  result = core_remote(env, at, NAME(names, LISTS), names_intern_text(names, "reverse"), 1, result);
  if (f.mode == MODE_MAP)
    return core_remote(env, at, NAME(names, MAPS), names_intern_text(names, "from_list"), 1, result);
  if (f.mode == MODE_BITS)
    return core_remote(env, at, NAME(names, ERLANG), names_intern_text(names, "list_to_bitstring"), 1, result);
  return result;
}

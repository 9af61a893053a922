// SPDX-License-Identifier: Apache-2.0
//
// Running expanded code: module bodies, programs, evaluated terms.
//
// Plain code (definitions, attributes, data, a few calls) is walked here, in C; services of the compiler are
// called directly, other functions through the host. Everything else is compiled as a function of a temporary
// module and run. Both give the same results: the walker knows a subset of Core exactly.

#include <string.h>

#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

// More calls of ordinary functions than this are better compiled.
enum { CALLS_MAX = 12 };

typedef struct Plain {
  Env *env;
  uint32_t calls;
  bool services_only;
} Plain;

static bool plain_pattern(const CorePattern *p) {
  switch (p->kind) {
  case PAT_ANY:
  case PAT_VAR:
  case PAT_LITERAL: return true;
  case PAT_TUPLE:
  case PAT_CONS:
  case PAT_BOTH:
    for (uint32_t i = 0; i < p->count; i++)
      if (!plain_pattern(p->items[i])) return false;
    return true;
  default: return false;
  }
}

static bool is_service(const Core *c) {
  const char *m = c->u.remote.module->u.literal->name->text;
  return compile_service_known(m, c->u.remote.function->u.literal->name->text, c->count);
}

static bool plain(Plain *p, const Core *c) {
  switch (c->kind) {
  case CORE_LITERAL:
  case CORE_VAR: return true;
  case CORE_CONS:
  case CORE_TUPLE:
  case CORE_MAP:
  case CORE_SEQ: break;
  case CORE_MATCH:
    if (!plain_pattern(c->u.pattern)) return false;
    break;
  case CORE_REMOTE:
    if (!core_is_literal(c->u.remote.module) || !core_is_literal(c->u.remote.function) || c->u.remote.module->u.literal->kind != Q_ATOM ||
        c->u.remote.function->u.literal->kind != Q_ATOM)
      return false;
    if (!is_service(c) && (p->services_only || ++p->calls > CALLS_MAX)) return false;
    break;
  default: return false;
  }
  for (uint32_t i = 0; i < c->count; i++)
    if (!plain(p, c->args[i])) return false;
  return true;
}

typedef struct Walk {
  Env *env;
  Quoted **values; // by variable id
} Walk;

NORETURN static void raise_reason(Env *env, const char *reason, Quoted *value) {
  Job *job = env->job;
  Names *names = &job->names;
  job->failure.class_ = "error";
  job->failure.reason = quoted_pair(names, names_intern_text(names, reason)->quoted, value);
  job->failure.text = arena_format(&job->arena, "** (%s) no match of right hand side value: %s", "MatchError", show(env, value));
  job->failure.stack = NULL;
  job_abort(job);
}

static bool match(Walk *w, const CorePattern *p, Quoted *value) {
  Names *names = NAMES(w->env);
  switch (p->kind) {
  case PAT_ANY: return true;
  case PAT_VAR: w->values[p->var->id] = value; return true;
  case PAT_LITERAL: return quoted_equal(names, p->literal, value);
  case PAT_TUPLE:
    if (!quoted_is_tuple(value) || quoted_tuple_size(value) != p->count) return false;
    for (uint32_t i = 0; i < p->count; i++)
      if (!match(w, p->items[i], quoted_tuple_item(names, value, i))) return false;
    return true;
  case PAT_CONS: {
    if (value->kind != Q_LIST || value->count == 0) return false;
    if (!match(w, p->items[0], value->items[0])) return false;
    Quoted *rest = value->count == 1 ? (value->tail ? value->tail : quoted_empty_list(names))
                   : value->tail ? quoted_improper(names, value->items + 1, value->count - 1, value->tail)
                                 : quoted_list(names, value->items + 1, value->count - 1);
    return match(w, p->items[1], rest);
  }
  case PAT_BOTH: return match(w, p->items[0], value) && match(w, p->items[1], value);
  default: return false;
  }
}

static Quoted *walk(Walk *w, const Core *c) {
  Env *env = w->env;
  Job *job = env->job;
  Names *names = &job->names;
  switch (c->kind) {
  case CORE_LITERAL: return c->u.literal;
  case CORE_VAR: return w->values[c->u.var->id];
  case CORE_CONS: {
    // Long lists are chains of cells: walk along.
    QuotedItems items = {0};
    const Core *p = c;
    for (; p->kind == CORE_CONS; p = p->args[1]) quoted_push(names, &items, walk(w, p->args[0]));
    return quoted_improper(names, items.items, items.count, walk(w, p));
  }
  case CORE_TUPLE: {
    Quoted **items = ARENA_ARRAY(&job->arena, Quoted *, c->count + 1);
    for (uint32_t i = 0; i < c->count; i++) items[i] = walk(w, c->args[i]);
    return quoted_tuple(names, items, c->count);
  }
  case CORE_MAP: {
    Quoted **pairs = ARENA_ARRAY(&job->arena, Quoted *, c->count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->count; i += 2) {
      Quoted *key = walk(w, c->args[i]), *value = walk(w, c->args[i + 1]);
      uint32_t j = 0;
      while (j < n && !quoted_equal(names, pairs[2 * j], key)) j++;
      pairs[2 * j] = key;
      pairs[2 * j + 1] = value;
      if (j == n) n++;
    }
    return quoted_map(names, pairs, n);
  }
  case CORE_SEQ: {
    Quoted *value = NULL;
    for (uint32_t i = 0; i < c->count; i++) value = walk(w, c->args[i]);
    return value;
  }
  case CORE_MATCH: {
    Quoted *value = walk(w, c->args[0]);
    if (!match(w, c->u.pattern, value)) raise_reason(env, "badmatch", value);
    return value;
  }
  case CORE_REMOTE: {
    Quoted **args = ARENA_ARRAY(&job->arena, Quoted *, c->count + 1);
    for (uint32_t i = 0; i < c->count; i++) args[i] = walk(w, c->args[i]);
    const Name *m = c->u.remote.module->u.literal->name, *f = c->u.remote.function->u.literal->name;
    if (is_service(c)) {
      HostFailure failure = {0};
      Quoted *result = compile_service(job, m->text, f->text, args, c->count, &failure);
      if (!result) {
        job->failure = failure;
        job_abort(job);
      }
      return result;
    }
    CallPlace place = {.module = env->module, .file = env->file, .line = c->at.line};
    return job_call_at(job, &place, m, f, args, c->count);
  }
  default: UNREACHABLE();
  }
}

static Quoted *run_compiled(Env *env, Core *body, Unit *unit, CoreVar **params, Quoted *const *values, uint32_t count) {
  Job *job = env->job;
  Names *names = &job->names;
  CoreModule *module = ARENA_NEW(&job->arena, CoreModule);
  TemporaryModule *temporary = job_temporary(job, "joist_body");
  temporary->outer = job->bodies;
  job->bodies = temporary; // whoever lands further out ends it
  module->name = temporary->name;
  module->file = env->file;
  CoreFunction *f = ARENA_NEW(&job->arena, CoreFunction);
  f->name = env->module ? names_intern_text(names, "__MODULE__") : names_intern_text(names, "__FILE__");
  f->arity = count;
  f->exported = true;
  f->keeps_frame = true; // the last line of a program is a place like any other
  f->at = body->at;
  f->clauses = ARENA_ARRAY(&job->arena, CoreClause, 1);
  f->clause_count = 1;
  CoreClause *clause = core_clause(env, f->clauses, body->at, count);
  for (uint32_t i = 0; i < count; i++) clause->patterns[i] = pat_var(env, body->at, params[i]);
  clause->body = body;
  f->var_count = unit->var_count;
  module->functions = ARENA_ARRAY(&job->arena, CoreFunction *, 1);
  module->functions[0] = f;
  module->function_count = 1;
  const void *bytes;
  size_t size;
  if (!job_emit(job, module, &bytes, &size)) {
    job_compile_error(job, &job->failure, "%s: cannot compile %s (errors have been logged)", env->file, env->module ? show_module(env, env->module) : "file");
    job_abort(job);
  }
  Quoted **args = ARENA_ARRAY(&job->arena, Quoted *, count + 1);
  for (uint32_t i = 0; i < count; i++) args[i] = values[i];
  Quoted *result = job_call(job, module->name, f->name, args, count);
  job->bodies = temporary->outer;
  job_temporary_end(job, temporary);
  return result;
}

Quoted *body_run(Env *env, Core *body, Unit *unit, CoreVar **params, Quoted *const *values, uint32_t count) {
  Job *job = env->job;
  // A program's own calls shall stand in stack traces, so only its definitions are walked.
  Plain p = {env, 0, env->module == NULL};
  if (!job->options.general_path && plain(&p, body)) {
    Walk w = {env, ARENA_ARRAY(&job->arena, Quoted *, unit->var_count + 1)};
    for (uint32_t i = 0; i < count; i++) w.values[params[i]->id] = values[i];
    return walk(&w, body);
  }
  return run_compiled(env, body, unit, params, values, count);
}

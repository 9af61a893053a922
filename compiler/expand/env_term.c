// SPDX-License-Identifier: Apache-2.0
//
// Environments as values: `__ENV__`, `__CALLER__`, and the way back.
//
// A map made here carries {:joist_env, job, handle} as lexical_tracker, so that what comes back needs only the few
// fields looked at that code may have changed (context, module, function, file, line, vars). The long lists of
// imports are made once per job where the host can keep terms.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

static Quoted *import_lists(Job *job, const Import *list) {
  Names *names = &job->names;
  QuotedItems modules = {0};
  for (const Import *i = list; i; i = i->next) {
    QuotedItems functions = {0};
    for (uint32_t j = 0; j < i->set->count; j++)
      quoted_push(names, &functions, quoted_pair(names, i->set->items[j].name->quoted, quoted_int(names, i->set->items[j].arity)));
    quoted_push(names, &modules, quoted_pair(names, i->module->quoted, quoted_items_list(names, &functions)));
  }
  return quoted_items_list(names, &modules);
}

static Quoted *kept_imports(Job *job, const Import *list, const void **of, Quoted **kept) {
  if (*kept && *of == list) return *kept;
  Quoted *term = import_lists(job, list);
  if (job->host->keep) {
    Quoted *handle = job->host->keep(job->host->context, job, term);
    if (handle) term = handle;
  }
  *of = list;
  *kept = term;
  return term;
}

static Quoted *to_quoted(const Env *env, int line, bool with_handle, bool literal) {
  Job *job = env->job;
  Names *names = &job->names;
  Quoted *nil = Q_NAME(names, NIL);
  QuotedItems aliases = {0}, macro_aliases = {0}, requires = {0}, modules = {0}, vars = {0};
  for (const Alias *a = env->aliases; a; a = a->next) {
    bool hidden = false;
    for (const Alias *b = env->aliases; b != a; b = b->next) hidden = hidden || (b->name == a->name && b->counter == a->counter);
    if (hidden) continue;
    if (a->counter == 0) quoted_push(names, &aliases, quoted_pair(names, a->name->quoted, a->target->quoted));
    else
      quoted_push(names, &macro_aliases, quoted_pair(names, a->name->quoted, quoted_pair(names, quoted_int(names, a->counter), a->target->quoted)));
  }
  for (const Require *r = env->requires; r; r = r->next) quoted_push(names, &requires, r->module->quoted);
  for (const NameList *m = env->context_modules; m; m = m->next) quoted_push(names, &modules, m->name->quoted);
  for (const Binding *b = env->vars; b; b = b->next) {
    Quoted *key = quoted_pair(names, b->name->quoted, b->counter ? quoted_int(names, b->counter) : b->context->quoted);
    bool seen = false;
    for (uint32_t i = 0; i < vars.count && !seen; i += 2) seen = quoted_equal(names, vars.items[i], key);
    if (seen) continue;
    quoted_push(names, &vars, key);
    quoted_push(names, &vars, quoted_int(names, b->version));
  }
  Quoted *tracker = nil;
  if (with_handle) {
    Env *copy = ARENA_NEW(&job->arena, Env);
    *copy = *env;
    copy->line = line;
    if (job->serial == 0) job->serial = job_counter(job);
    Quoted *parts[3] = {names_intern_text(names, "joist_env")->quoted, quoted_int(names, job->serial), quoted_int(names, job_handle(job, HANDLE_ENV, copy))};
    tracker = quoted_tuple(names, parts, 3);
  }
  Quoted *context = env->context == CONTEXT_GUARD ? names_intern_text(names, "guard")->quoted
                    : env->context == CONTEXT_MATCH ? names_intern_text(names, "match")->quoted : nil;
  struct {
    const char *key;
    Quoted *value;
  } fields[] = {
      {"__struct__", Q_NAME(names, M_MACRO_ENV)},
      {"aliases", quoted_items_list(names, &aliases)},
      {"context", context},
      {"context_modules", quoted_items_list(names, &modules)},
      {"file", q_text((Env *)(uintptr_t)env, absolute_file(env))},
      {"function", env->function ? quoted_pair(names, env->function->quoted, quoted_int(names, env->arity)) : nil},
      {"functions", literal ? import_lists(job, env->functions) : kept_imports(job, env->functions, &job->kept_functions_of, &job->kept_functions)},
      {"lexical_tracker", tracker},
      {"line", quoted_int(names, line)},
      {"macro_aliases", quoted_items_list(names, &macro_aliases)},
      {"macros", literal ? import_lists(job, env->macros) : kept_imports(job, env->macros, &job->kept_macros_of, &job->kept_macros)},
      {"module", env->module ? env->module->quoted : nil},
      {"requires", quoted_items_list(names, &requires)},
      {"tracers", quoted_empty_list(names)},
      {"versioned_vars", quoted_map(names, vars.items, vars.count / 2)},
  };
  enum { FIELDS = sizeof fields / sizeof *fields };
  Quoted *pairs[FIELDS * 2];
  for (int i = 0; i < FIELDS; i++) {
    pairs[2 * i] = names_intern_text(names, fields[i].key)->quoted;
    pairs[2 * i + 1] = fields[i].value;
  }
  return quoted_map(names, pairs, FIELDS);
}

Quoted *env_to_quoted(Env *env) { return to_quoted(env, env->line, true, false); }
Quoted *env_to_quoted_at(const Env *env, int line) { return to_quoted(env, line, true, false); }

// In functions a literal; where the job is alive while the code runs, a call that makes the map.
Core *expand_env(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  if (env->function) {
    // Variables do not matter here: the literal would name them without their values anyway.
    return core_literal(env, at, to_quoted(env, (int)at.line, false, true));
  }
  Env *copy = ARENA_NEW(&env->job->arena, Env);
  *copy = *env;
  copy->line = (int)at.line;
  uint32_t handle = job_handle(env->job, HANDLE_ENV, copy);
  return core_remote(env, at, names_intern_text(names, "joist_macro"), names_intern_text(names, "env"), 1, core_int(env, at, handle));
}

void env_fresh(Job *job, Env *env, const char *file, Unit *unit) {
  memset(env, 0, sizeof *env);
  env->job = job;
  env->file = file;
  env->line = 1;
  env->unit = unit;
  env_import_kernel(env);
}

static Quoted *field(Job *job, Quoted *map, const char *key) {
  const Name *name = names_intern_text(&job->names, key);
  for (uint32_t i = 0; i < map->count; i++)
    if (map->pairs[2 * i] == name->quoted) return map->pairs[2 * i + 1];
  return NULL;
}

static void read_imports(Job *job, Quoted *list, const Import **out) {
  *out = NULL;
  for (uint32_t i = list->count; i-- > 0;) {
    Quoted *pair = list->items[i];
    if (!quoted_is_pair(pair) || pair->items[0]->kind != Q_ATOM || !quoted_is_list(pair->items[1])) continue;
    FunctionSet *set = ARENA_NEW(&job->arena, FunctionSet);
    for (uint32_t j = 0; j < pair->items[1]->count; j++) {
      Quoted *f = pair->items[1]->items[j];
      if (quoted_is_pair(f) && f->items[0]->kind == Q_ATOM && f->items[1]->kind == Q_INT)
        function_set_add(&job->arena, set, f->items[0]->name, (uint32_t)f->items[1]->integer, NULL);
    }
    Import *import = ARENA_NEW(&job->arena, Import);
    *import = (Import){pair->items[0]->name, set, NULL, *out};
    *out = import;
  }
}

bool env_from_quoted(Job *job, Quoted *q, Env *env) {
  if (q->kind == Q_INT) {
    Env *known = job_handle_get(job, HANDLE_ENV, q->integer);
    if (!known) return false;
    *env = *known;
    return true;
  }
  if (q->kind != Q_MAP) return false;
  Quoted *tracker = field(job, q, "lexical_tracker");
  bool known = false;
  if (tracker && tracker->kind == Q_TUPLE && tracker->count == 3 && tracker->items[1]->kind == Q_INT && tracker->items[2]->kind == Q_INT &&
      tracker->items[1]->integer == job->serial) {
    Env *from = job_handle_get(job, HANDLE_ENV, tracker->items[2]->integer);
    if (from) {
      *env = *from;
      known = true;
    }
  }
  Quoted *v;
  if (!known) {
    memset(env, 0, sizeof *env);
    env->job = job;
    env->file = "nofile";
    if ((v = field(job, q, "functions")) && quoted_is_list(v)) read_imports(job, v, &env->functions);
    if ((v = field(job, q, "macros")) && quoted_is_list(v)) read_imports(job, v, &env->macros);
  }
  // Always as the map says: it may have been changed.
  if ((v = field(job, q, "requires")) && quoted_is_list(v)) {
    env->requires = NULL;
    for (uint32_t i = v->count; i-- > 0;)
      if (v->items[i]->kind == Q_ATOM) env_require(env, v->items[i]->name);
  }
  if ((v = field(job, q, "aliases")) && quoted_is_list(v) && !known) {
    for (uint32_t i = v->count; i-- > 0;)
      if (quoted_is_pair(v->items[i]) && v->items[i]->items[0]->kind == Q_ATOM && v->items[i]->items[1]->kind == Q_ATOM)
        alias_put(env, v->items[i]->items[0]->name, v->items[i]->items[1]->name, 0, NULL);
  }
  if ((v = field(job, q, "file")) && v->kind == Q_BINARY && !(known && strcmp(absolute_file(env), v->bytes) == 0)) env->file = v->bytes;
  if ((v = field(job, q, "line")) && v->kind == Q_INT) env->line = (int)v->integer;
  if ((v = field(job, q, "module")) && v->kind == Q_ATOM) {
    env->module = v->name->known == N_NIL ? NULL : v->name;
    env->open = env->module ? module_find_open(job, env->module) : NULL;
  }
  if ((v = field(job, q, "function"))) {
    if (quoted_is_pair(v) && v->items[0]->kind == Q_ATOM && v->items[1]->kind == Q_INT) {
      env->function = v->items[0]->name;
      env->arity = (uint32_t)v->items[1]->integer;
    } else {
      env->function = NULL;
    }
  }
  if ((v = field(job, q, "context")) && v->kind == Q_ATOM)
    env->context = strcmp(v->name->text, "guard") == 0 ? CONTEXT_GUARD : strcmp(v->name->text, "match") == 0 ? CONTEXT_MATCH : CONTEXT_NONE;
  return true;
}

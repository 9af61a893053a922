// SPDX-License-Identifier: Apache-2.0
//
// defmodule: from its body to a loaded module.
//
// The body is expanded whole, then run (body.c); definitions and attributes gather in an OpenModule. At the end:
// the hooks of @before_compile, what was overridden and not defined again, checks, the functions the compiler
// adds (info.c), then bytes, then loading.

#include <string.h>

#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

OpenModule *module_find_open(Job *job, const Name *name) { return name ? name_map_get(&job->open_by_name, name) : NULL; }

// Which variables of the surroundings a body mentions.
static void mentions(Env *env, Quoted *q, const Binding **found, uint32_t *count, uint32_t max, int depth) {
  if (depth > EXPAND_DEPTH_MAX) return;
  switch ((QuotedKind)q->kind) {
  case Q_LIST:
  case Q_TUPLE:
    for (uint32_t i = 0; i < q->count; i++) mentions(env, q->items[i], found, count, max, depth + 1);
    return;
  case Q_CALL:
    if (quoted_is_variable(q)) {
      const Binding *b = scope_find(env, q);
      if (!b) return;
      for (uint32_t i = 0; i < *count; i++)
        if (found[i] == b) return;
      if (*count < max) found[(*count)++] = b;
      return;
    }
    mentions(env, q->head, found, count, max, depth + 1);
    mentions(env, q->args, found, count, max, depth + 1);
    return;
  default: return;
  }
}

static bool calls_binding(Quoted *q, int depth) {
  if (depth > 200) return false;
  switch ((QuotedKind)q->kind) {
  case Q_LIST:
  case Q_TUPLE:
    for (uint32_t i = 0; i < q->count; i++)
      if (calls_binding(q->items[i], depth + 1)) return true;
    return false;
  case Q_CALL: return quoted_is_call_of(q, N_BINDING) || calls_binding(q->head, depth + 1) || calls_binding(q->args, depth + 1);
  default: return false;
  }
}

enum { OUTER_MAX = 200 };

// The module's full name; may add an alias for the nested one to env. NULL: not known at compile time.
static const Name *module_name(Env *env, Quoted *q, Quoted *alias) {
  Names *names = NAMES(env);
  if (quoted_is_call_of(alias, N_ALIASES) && alias->args->count > 0 && quoted_arg(alias, 0)->kind == Q_ATOM) {
    Quoted *const *parts = alias->args->items;
    uint32_t count = alias->args->count;
    for (uint32_t i = 1; i < count; i++)
      if (parts[i]->kind != Q_ATOM) return NULL;
    Quoted *meaning = alias->extra ? quoted_meta_get(names, alias, N_ALIAS) : NULL;
    if (parts[0]->name->known == N_ELIXIR) return count == 1 ? NULL : alias_concat(env, NULL, parts + 1, count - 1);
    if (meaning && meaning->kind == Q_ATOM && meaning->name->known != N_FALSE && meaning->name->known != N_NIL) return meaning->name;
    if (!env->module) {
      const Name *full = alias_expand(env, alias);
      return full;
    }
    const Name *full = alias_concat(env, env->module, parts, count);
    const Name *first = alias_concat(env, NULL, parts, 1);
    const Name *target = alias_concat(env, env->module, parts, 1);
    // `defmodule Sub` in `Outer` makes the alias Sub of Outer.Sub.
    Quoted *counter = alias->extra ? quoted_meta_get(names, alias, N_COUNTER) : NULL;
    alias_put(env, first, target, counter && counter->kind == Q_INT && meaning ? counter->integer : 0, NULL);
    return full;
  }
  Quoted *term = expand_term(env, alias);
  (void)q;
  return term->kind == Q_ATOM ? term->name : NULL;
}

Core *expand_defmodule(Env *env, Quoted *q) {
  Job *job = env->job;
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  Quoted *alias = quoted_arg(q, 0), *sections = quoted_arg(q, 1);
  Quoted *body = quoted_is_keyword(sections) ? quoted_keyword_get(sections, NAME(names, DO)) : NULL;
  if (!body) {
    expand_error(env, q, DIAG_MODULE_NAME, "missing :do option in \"defmodule\"");
    return poison(env, q);
  }
  const Name *name = module_name(env, q, alias);
  if (name && (name->known == N_NIL || name->known == N_TRUE || name->known == N_FALSE)) {
    expand_error(env, q, DIAG_MODULE_NAME, "invalid module name: %s", show(env, name->quoted));
    return poison(env, q);
  }
  Core *dynamic = NULL;
  if (!name) {
    if (alias->kind != Q_CALL || quoted_is_call_of(alias, N_TUPLE)) {
      expand_error(env, q, DIAG_MODULE_NAME, "invalid module name: %s", show(env, alias));
      return poison(env, q);
    }
    // A bare word that is no variable is no module's name either.
    if (quoted_is_variable(alias) && !scope_find(env, alias)) {
      Diagnostic *d = expand_error(env, alias, DIAG_MODULE_NAME, "invalid module name: %s", show(env, alias));
      diagnostic_hint(&job->diagnostics, d, "names of modules begin with an upper case letter: %c%s", alias->head->name->text[0] & ~0x20, alias->head->name->text + 1);
      return poison(env, q);
    }
    dynamic = expand(env, alias);
  }
  const Binding *outer[OUTER_MAX];
  uint32_t outer_count = 0;
  if (calls_binding(body, 0)) {
    for (const Binding *b = env->vars; b && outer_count < OUTER_MAX; b = b->next) {
      bool seen = false;
      for (uint32_t i = 0; i < outer_count; i++)
        seen = seen || (outer[i]->name == b->name && outer[i]->context == b->context && outer[i]->counter == b->counter);
      if (!seen) outer[outer_count++] = b;
    }
  } else {
    mentions(env, body, outer, &outer_count, OUTER_MAX, 0);
  }
  Core **values = ARENA_ARRAY(&job->arena, Core *, outer_count + 1);
  for (uint32_t i = 0; i < outer_count; i++) values[i] = core_var_ref(env, at, outer[i]->var);
  Core *name_core = dynamic ? dynamic : core_atom(env, at, name);
  const Name *code = names_intern_text(names, "joist_code"), *define = names_intern_text(names, "define_module");
  if (env->function || env->in_closure) {
    // This may run when the job is long gone: everything goes along.
    Core **pairs = ARENA_ARRAY(&job->arena, Core *, outer_count + 1);
    for (uint32_t i = 0; i < outer_count; i++) {
      Quoted *key = quoted_pair(names, outer[i]->name->quoted, outer[i]->counter ? quoted_int(names, outer[i]->counter) : outer[i]->context->quoted);
      pairs[i] = core_tuple(env, at, 2, core_literal(env, at, key), values[i]);
    }
    Env plain = *env;
    plain.vars = NULL;
    plain.function = names_intern_text(names, "__info__"); // any: a literal is wanted
    plain.arity = 1;
    Core *env_core = expand_env(&plain, q);
    return core_remote(env, at, code, define, 4, name_core, core_literal(env, at, body),
                       core_list_args(env, at, pairs, outer_count, NULL), env_core);
  }
  PendingModule *pending = ARENA_NEW(&job->arena, PendingModule);
  pending->env = *env;
  pending->env.line = (int)at.line;
  pending->name = name;
  pending->body = body;
  pending->node = q;
  pending->outer = ARENA_ARRAY(&job->arena, const Binding *, outer_count + 1);
  memcpy(pending->outer, outer, sizeof *outer * outer_count);
  pending->outer_count = outer_count;
  Core *list = core_list_args(env, at, values, outer_count, NULL);
  Core *handle = core_int(env, at, job_handle(job, HANDLE_MODULE, pending));
  if (dynamic) return core_remote(env, at, code, define, 3, handle, list, name_core);
  return core_remote(env, at, code, define, 2, handle, list);
}

static OpenModule *open_module(Job *job, const Name *name, const char *file, Position at) {
  OpenModule *m = ARENA_NEW(&job->arena, OpenModule);
  m->name = name;
  m->job = job;
  m->file = file;
  m->at = at;
  m->errors_before = job->diagnostics.error_count;
  m->outer = job->open;
  job->open = m;
  name_map_put(&job->arena, &job->open_by_name, name, m);
  attributes_init(m);
  return m;
}

void module_end_temporaries(OpenModule *m) {
  for (TemporaryUnit *u = m->temporaries; u; u = u->next) job_temporary_end(m->job, u->module);
}

static void close_module(OpenModule *m) {
  m->job->open = m->outer;
  name_map_put(&m->job->arena, &m->job->open_by_name, m->name, NULL);
  module_end_temporaries(m);
}

NORETURN static void fail(OpenModule *m) {
  Job *job = m->job;
  Env env = m->env;
  env.job = job;
  const char *name = show_module(&env, m->name);
  job_report(job);
  job_compile_error(job, &job->failure, "%s: cannot compile module %s (errors have been logged)", m->file, name);
  job_abort(job);
}

static void check_errors(OpenModule *m) {
  if (m->job->diagnostics.error_count != m->errors_before) fail(m);
}

static Quoted *run_code(OpenModule *m, Env *env, Quoted *code) {
  Unit unit;
  unit_init(&unit, NULL, false);
  env->unit = &unit;
  env->function = NULL;
  Core *core = expand(env, code);
  check_errors(m);
  return body_run(env, core, &unit, NULL, NULL, 0);
}

const Name *hook_target(Quoted *hook, const Name **function) {
  if (hook->kind == Q_ATOM) return hook->name;
  if (!quoted_is_pair(hook) || hook->items[0]->kind != Q_ATOM || hook->items[1]->kind != Q_ATOM) return NULL;
  *function = hook->items[1]->name;
  return hook->items[0]->name;
}

static void run_before_compile(OpenModule *m, Env *env) {
  Job *job = m->job;
  Names *names = &job->names;
  const Name *key = NAME(names, BEFORE_COMPILE);
  for (int round = 0; round < 8; round++) {
    Quoted *hooks = attribute_value(m, key);
    if (!hooks || !quoted_is_list(hooks) || hooks->count == 0) return;
    attribute_get(m, key, true)->value = NULL; // hooks may register more
    for (uint32_t i = hooks->count; i-- > 0;) {
      const Name *function = NAME(names, BEFORE_COMPILE_MACRO), *target = hook_target(hooks->items[i], &function);
      if (!target) continue;
      Env inner = *env;
      inner.line = (int)m->at.line;
      if (target == m->name) {
        // The module's own function or macro: from a temporary unit.
        Definition *d = module_definition(m, function, 1);
        const Name *unit = d ? local_unit(&inner, NULL, m, d) : NULL;
        if (!unit) continue;
        Quoted *arg = env_to_quoted(&inner);
        if (d->kind == KIND_DEFMACRO) run_code(m, &inner, macro_call(&inner, NULL, m->name, unit, function, &arg, 1));
        else job_call(job, unit, function, &arg, 1);
        continue;
      }
      ModuleInfo *info = job_module(job, target);
      Quoted *arg = env_to_quoted(&inner);
      if (info && function_set_find(&info->macros, function, 1)) {
        Quoted *code = macro_call(&inner, NULL, target, target, function, &arg, 1);
        run_code(m, &inner, code);
      } else {
        job_call(job, target, function, &arg, 1);
      }
    }
  }
}

static void run_after_compile(OpenModule *m, Env *env, Quoted *hooks, Quoted *binary) {
  Job *job = m->job;
  Names *names = &job->names;
  if (!hooks || !quoted_is_list(hooks)) return;
  for (uint32_t i = hooks->count; i-- > 0;) {
    const Name *function = NAME(names, AFTER_COMPILE_MACRO), *target = hook_target(hooks->items[i], &function);
    if (!target) continue;
    Quoted *args[2] = {env_to_quoted(env), binary};
    ModuleInfo *info = target == m->name ? NULL : job_module(job, target);
    if (info && function_set_find(&info->macros, function, 2)) {
      Quoted *code = macro_call(env, NULL, target, target, function, args, 2);
      run_code(m, env, code);
    } else {
      job_call(job, target, function, args, 2);
    }
  }
}

static void warn_uses(OpenModule *m) {
  Env env = m->env;
  env.job = m->job;
  for (AliasUse *u = m->uses; u; u = u->next) {
    if (u->used || !u->warn) continue;
    expand_warn_at(&env, u->file, (Position){(uint32_t)u->line, (uint32_t)u->column}, u->import ? DIAG_UNUSED_IMPORT : DIAG_UNUSED_ALIAS,
                   "unused %s %s", u->import ? "import" : "alias", show_module(&env, u->name));
  }
}

// What calls from elsewhere in this job are warned about: private functions, deprecated ones.
static void note_functions(OpenModule *m, ModuleInfo *info) {
  Arena *arena = &m->job->arena;
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (!d || !d->clause_count) continue;
    if (kind_is_private(d->kind)) function_set_add(arena, &info->privates, d->name, d->arity, NULL);
    else if (d->deprecated && d->deprecated->kind == Q_BINARY)
      function_set_add(arena, &info->deprecated, d->name, d->arity, (void *)(uintptr_t)arena_copy(arena, d->deprecated->bytes, d->deprecated->count));
  }
}

static void warn_redefined(Env *env, const Name *name, Position at) {
  Job *job = env->job;
  if (job->options.bootstrap || job->options.ignore_module_conflict || !job->host->module_loaded || !job->host->module_loaded(job->host->context, job, name, false)) return;
  expand_warn_at(env, env->file, at, DIAG_REDEFINED_MODULE, "redefining module %s (current version defined in memory)", show_module(env, name));
}

static Quoted *module_body(Job *job, const Name *name, Quoted *body, Env *outer, Quoted *node, const Binding **vars, Quoted *const *values, uint32_t count) {
  Names *names = &job->names;
  Position at = at_of(outer, node);
  if (module_find_open(job, name)) {
    job_compile_error(job, &job->failure, "%s:%u: cannot define module %s because it is currently being defined", outer->file, at.line, show_module(outer, name));
    job_abort(job);
  }
  warn_redefined(outer, name, at);
  OpenModule *m = open_module(job, name, outer->file, at);
  Env env = *outer;
  env.module = name;
  env.open = m;
  env.function = NULL;
  env_leave_scopes(&env);
  NameList *modules = ARENA_NEW(&job->arena, NameList);
  *modules = (NameList){name, outer->context_modules};
  env.context_modules = modules;
  Unit unit;
  unit_init(&unit, NULL, true);
  env.unit = &unit;
  CoreVar **params = ARENA_ARRAY(&job->arena, CoreVar *, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    params[i] = var_fresh(&env, vars[i]->name->text);
    scope_bind_var(&env, vars[i]->name, vars[i]->context, vars[i]->counter, params[i]);
  }
  m->env = env;
  Core *core = expand(&env, body);
  check_errors(m);
  m->env = env;
  unit_warn_unused(&env, &unit);
  Quoted *result = body_run(&env, core, &unit, params, values, count);
  if (job->diagnostics.error_count != m->errors_before) {
    module_restore_overridden(m);
    module_check_locals(m); // more of what is wrong
    fail(m);
  }
  Env hooks = env;
  hooks.vars = NULL;
  Unit hook_unit;
  unit_init(&hook_unit, NULL, false);
  hooks.unit = &hook_unit;
  run_before_compile(m, &hooks);
  check_errors(m);
  module_restore_overridden(m);
  m->env = hooks;
  module_check_locals(m);
  if (!job->options.bootstrap) docs_check_specs(m);
  check_errors(m);
  module_check_behaviours(m);
  attributes_warn_unused(m);
  docs_expand_types(m, &hooks);
  warn_uses(m);
  CoreModule *out = ARENA_NEW(&job->arena, CoreModule);
  out->name = name;
  out->file = m->file;
  out->functions = module_functions(m, &out->function_count);
  out->attributes = attributes_persisted(m);
  out->docs = job->options.no_docs ? NULL : module_docs(m);
  Quoted *after = attribute_value(m, NAME(names, AFTER_COMPILE));
  if (job->options.dump_core) job_dump(job, out);
  const void *bytes;
  size_t size;
  if (!job_emit(job, out, &bytes, &size)) fail(m);
  check_errors(m);
  close_module(m);
  job_module_changed(job, name);
  note_functions(m, job_module_entry(job, name));
  if (job->options.keep_modules) {
    CompiledModule *c = ARENA_NEW(&job->arena, CompiledModule);
    *c = (CompiledModule){name, m->file, bytes, size, NULL};
    if (job->compiled_last) job->compiled_last->next = c;
    else job->compiled = c;
    job->compiled_last = c;
  }
  remote_check_calls(job, false);
  job_report(job);
  Quoted *binary = quoted_binary(names, bytes, size);
  hooks.open = NULL;
  run_after_compile(m, &hooks, after, binary);
  Quoted *parts[4] = {Q_NAME(names, MODULE), name->quoted, binary, result};
  return quoted_tuple(names, parts, 4);
}

Quoted *module_define(Job *job, PendingModule *pending, Quoted *const *values, uint32_t count) {
  return module_body(job, pending->name, pending->body, &pending->env, pending->node, pending->outer, values, count);
}

Quoted *module_create(Job *job, const Name *name, Quoted *body, Env *env, Quoted *binding_list) {
  Names *names = &job->names;
  uint32_t count = binding_list && quoted_is_list(binding_list) ? binding_list->count : 0;
  const Binding **vars = ARENA_ARRAY(&job->arena, const Binding *, count + 1);
  Quoted **values = ARENA_ARRAY(&job->arena, Quoted *, count + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) {
    Quoted *pair = binding_list->items[i];
    if (!quoted_is_pair(pair)) continue;
    Binding *b = ARENA_NEW(&job->arena, Binding);
    Quoted *key = pair->items[0];
    if (key->kind == Q_ATOM) {
      b->name = key->name;
      b->context = NAME(names, NIL);
    } else if (quoted_is_pair(key) && key->items[0]->kind == Q_ATOM) {
      b->name = key->items[0]->name;
      if (key->items[1]->kind == Q_INT) b->counter = key->items[1]->integer;
      else b->context = key->items[1]->kind == Q_ATOM ? key->items[1]->name : NAME(names, NIL);
    } else {
      continue;
    }
    vars[n] = b;
    values[n++] = pair->items[1];
  }
  // Aliases that the body makes are seen by its own quoted names, as in what a macro gives back.
  body = linify(env, body, 0, 0, name, job_counter(job));
  return module_body(job, name, body, env, NULL, vars, values, n);
}

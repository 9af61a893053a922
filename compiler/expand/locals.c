// SPDX-License-Identifier: Apache-2.0
//
// Local functions: who calls whom in a module.
//
// At the module's end every local call must have its function, and private functions that nobody reaches are
// warned about. Before the end, a macro that is used in its own module is compiled, with a copy of all it
// reaches, into a temporary unit; the unit is used again while none of those functions has changed.

#include <string.h>

#include "compiler/expand/copy.h"
#include "compiler/expand/module.h"

CoreFunction *definition_function(OpenModule *module, Definition *d) {
  CoreFunction *f = ARENA_NEW(&module->job->arena, CoreFunction);
  f->name = d->emit_name;
  f->arity = d->arity + (kind_is_macro(d->kind) ? 1 : 0);
  f->exported = !kind_is_private(d->kind) && !d->super_used;
  f->at = d->at;
  f->file = d->file == module->file ? NULL : d->file;
  f->clauses = d->clauses;
  f->clause_count = d->clause_count;
  f->var_count = d->unit.var_count;
  return f;
}

typedef struct Reach {
  Definition **items;
  uint32_t count, capacity;
  uint32_t mark;
} Reach;

static void reach_add(Job *job, Reach *r, Definition *d) {
  if (!d || d->mark == r->mark) return;
  d->mark = r->mark;
  ARENA_ROOM(&job->arena, r->items, r->count, r->capacity, 32);
  r->items[r->count++] = d;
}

static void reach_all(OpenModule *module, Reach *r) {
  for (uint32_t i = 0; i < r->count; i++) {
    Definition *d = r->items[i];
    for (LocalCall *c = d->calls; c; c = c->next) {
      Definition *target = module_definition(module, c->name, c->arity);
      reach_add(module->job, r, target);
    }
    if (d->overridden && d->overridden->super_used) reach_add(module->job, r, d->overridden);
  }
}

static uint32_t next_mark(OpenModule *module) { return (uint32_t)(++module->job->counter & 0x7FFFFFFF) | 0x40000000; }

// Raises what a call of a function that is not there (yet) raises.
static CoreFunction *missing_function(OpenModule *module, const LocalCall *call) {
  Job *job = module->job;
  Env env = module->env;
  Unit unit;
  unit_init(&unit, call->name, false);
  env.unit = &unit;
  env.job = job;
  CoreFunction *f = ARENA_NEW(&job->arena, CoreFunction);
  f->name = call->name;
  f->arity = call->arity;
  f->at = call->at;
  f->clauses = ARENA_ARRAY(&job->arena, CoreClause, 1);
  f->clause_count = 1;
  CoreClause *clause = core_clause(&env, f->clauses, call->at, call->arity);
  Core *remote = core_nodes(&env, CORE_REMOTE, call->at, call->arity);
  remote->u.remote.module = core_atom(&env, call->at, module->name);
  remote->u.remote.function = core_atom(&env, call->at, call->name);
  for (uint32_t i = 0; i < call->arity; i++) {
    CoreVar *v = var_fresh(&env, NULL);
    clause->patterns[i] = pat_var(&env, call->at, v);
    remote->args[i] = core_var_ref(&env, call->at, v);
  }
  clause->body = remote;
  f->var_count = unit.var_count;
  return f;
}

const Name *local_unit(Env *env, Quoted *at, OpenModule *module, Definition *definition) {
  Job *job = env->job;
  if (definition->failed) return NULL; // its errors were reported
  if (definition->clause_count == 0) {
    expand_error(env, at, DIAG_UNDEFINED_FUNCTION, "cannot invoke macro %s before its definition", show_fun(env, definition->name, definition->arity));
    return NULL;
  }
  Reach r = {.mark = next_mark(module)};
  reach_add(job, &r, definition);
  reach_all(module, &r);
  for (TemporaryUnit *u = module->temporaries; u; u = u->next) {
    bool has = false, same = u->count >= r.count;
    for (uint32_t i = 0; i < u->count; i++) {
      has = has || u->definitions[i] == definition;
      // Only what this macro reaches must be as it was.
      if (u->definitions[i]->mark == r.mark && u->versions[i] != u->definitions[i]->version) same = false;
    }
    if (!has || !same) continue;
    uint32_t found = 0;
    for (uint32_t i = 0; i < u->count; i++) found += u->definitions[i]->mark == r.mark;
    if (found == r.count) return u->name;
  }
  TemporaryUnit *u = ARENA_NEW(&job->arena, TemporaryUnit);
  u->module = job_temporary(job, "joist_macros");
  u->name = u->module->name;
  u->definitions = r.items;
  u->count = r.count;
  u->versions = ARENA_ARRAY(&job->arena, uint32_t, r.count);
  CoreModule *core = ARENA_NEW(&job->arena, CoreModule);
  core->name = u->name;
  core->file = module->file;
  FunctionSet missing = {0};
  uint32_t calls = 0;
  for (uint32_t i = 0; i < r.count; i++)
    for (LocalCall *c = r.items[i]->calls; c; c = c->next) calls++;
  core->functions = ARENA_ARRAY(&job->arena, CoreFunction *, r.count + calls + 1);
  for (uint32_t i = 0; i < r.count; i++) {
    Definition *d = r.items[i];
    u->versions[i] = d->version;
    CoreFunction *f = core_function_copy(&job->arena, definition_function(module, d));
    f->exported = f->exported || d == definition || kind_is_macro(d->kind);
    if (f->clause_count) core->functions[core->function_count++] = f;
    for (LocalCall *c = d->calls; c; c = c->next) {
      Definition *target = module_definition(module, c->name, c->arity);
      if ((target && target->clause_count) || function_set_find(&missing, c->name, c->arity)) continue;
      if (target && kind_is_macro(target->kind)) continue;
      function_set_add(&job->arena, &missing, c->name, c->arity, NULL);
      core->functions[core->function_count++] = missing_function(module, c);
    }
  }
  const void *bytes;
  size_t size;
  if (!job_emit(job, core, &bytes, &size)) {
    job_temporary_end(job, u->module);
    return NULL;
  }
  u->next = module->temporaries;
  module->temporaries = u;
  return u->name;
}

void remote_note_call(Env *env, const Name *module, const Name *function, uint32_t arity, Position at) {
  Job *job = env->job;
  if (job->options.bootstrap || job->options.no_warnings || !env->open || !name_is_alias(module)) return;
  RemoteCall *c = ARENA_NEW(&job->arena, RemoteCall);
  *c = (RemoteCall){module, function, arity, at, env->file, NULL};
  if (job->remote_last) job->remote_last->next = c;
  else job->remote_calls = c;
  job->remote_last = c;
}

void remote_check_calls(Job *job, bool ask) {
  RemoteCall *left = NULL, *last = NULL;
  for (RemoteCall *c = job->remote_calls, *next; c; c = next) {
    next = c->next;
    c->next = NULL;
    if (module_find_open(job, c->module)) continue; // its own calls are checked with its definitions
    ModuleInfo *info = job_module_entry(job, c->module);
    bool known = info->exports_known;
    // What can be loaded now (of the library, mostly) is asked now; what cannot may be defined later.
    if (!known) {
      info = job_module(job, c->module);
      known = info != NULL;
    }
    if (!known && !ask) {
      if (last) last->next = c;
      else left = c;
      last = c;
      continue;
    }
    Env env = {.job = job, .file = c->file};
    if (!info) {
      Diagnostic *d = expand_warn_at(&env, c->file, c->at, DIAG_UNDEFINED_REMOTE, "%s.%s is undefined (module %s is not available or is yet to be defined)",
                                     show_module(&env, c->module), show_fun(&env, c->function, c->arity), show_module(&env, c->module));
      hint_module(&env, d, c->module);
      span_name(d, c->function);
      continue;
    }
    bool own = c->function->known == N_MODULE_INFO || c->function->known == N_INFO || c->function->known == N_BEHAVIOUR_INFO;
    FunctionEntry *deprecated = function_set_find(&info->deprecated, c->function, c->arity);
    if (deprecated)
      span_name(expand_warn_at(&env, c->file, c->at, DIAG_DEPRECATED_CALL, "%s.%s is deprecated. %s", show_module(&env, c->module),
                               show_fun(&env, c->function, c->arity), (const char *)deprecated->value), c->function);
    if (own || function_set_find(&info->functions, c->function, c->arity)) continue;
    if (strncmp(c->function->text, "MACRO-", 6) == 0) continue;
    if (function_set_find(&info->macros, c->function, c->arity)) {
      Diagnostic *d = expand_warn_at(&env, c->file, c->at, DIAG_MACRO_NOT_REQUIRED, "you must require %s before invoking the macro %s.%s",
                                     show_module(&env, c->module), show_module(&env, c->module), show_fun(&env, c->function, c->arity));
      diagnostic_hint(&job->diagnostics, d, "add: require %s", show_module(&env, c->module));
      span_name(d, c->function);
      continue;
    }
    bool private = function_set_find(&info->privates, c->function, c->arity) != NULL;
    Diagnostic *d = expand_warn_at(&env, c->file, c->at, private ? DIAG_PRIVATE_CALL : DIAG_UNDEFINED_REMOTE, "%s.%s is undefined or private", show_module(&env, c->module),
                                   show_fun(&env, c->function, c->arity));
    hint_remote(&env, d, info, c->function, c->arity);
    span_name(d, c->function);
  }
  job->remote_calls = left;
  job->remote_last = last;
}

void module_check_locals(OpenModule *module) {
  Job *job = module->job;
  Env env_copy = module->env, *env = &env_copy;
  env->job = job;
  // Imports that were used although the module has a function of that name.
  for (ImportUse *u = module->imports_used; u; u = u->next) {
    Definition *own = module_definition(module, u->name, u->arity);
    if (own && u->from != module->name)
      expand_warn_at(env, u->file, u->at, DIAG_AMBIGUOUS_IMPORT, "imported %s.%s conflicts with local function", show_module(env, u->from), show_fun(env, u->name, u->arity));
  }
  FunctionSet reported = {0};
  Reach r = {.mark = next_mark(module)};
  for (uint32_t i = 0; i < module->definitions.count; i++) {
    Definition *d = module->definitions.items[i].value;
    if (!d) continue;
    if (d->head_only && d->clause_count == 0 && !d->failed)
      expand_warn_at(env, d->file, d->at, DIAG_MISSING_CLAUSES, "implementation not provided for predefined %s %s",
                     definition_kind_name(job, d->kind)->text, show_fun(env, d->name, d->arity));
    if (!d->generated && !d->from_macro) clauses_warn_unreachable(env, d->file, d->clauses, d->clause_count, show_fun(env, d->name, d->arity));
    if (!kind_is_private(d->kind)) reach_add(job, &r, d);
    Definition *lists[2] = {d, d->overridden && d->overridden->super_used ? d->overridden : NULL};
    for (int k = 0; k < 2; k++) {
      for (LocalCall *c = lists[k] ? lists[k]->calls : NULL; c; c = c->next) {
        Definition *target = module_definition(module, c->name, c->arity);
        // What __info__ and friends make at the end is there too.
        if (target || (c->name->known == N_INFO && c->arity == 1) || (c->name->known == N_MODULE_INFO && c->arity <= 1)) {
          if (target && kind_is_macro(target->kind) && c->capture == false && !kind_is_macro(d->kind) && target->order > d->order)
            expand_warn_at(env, c->file, c->at, DIAG_UNDEFINED_FUNCTION, "cannot invoke macro %s before its definition", show_fun(env, c->name, c->arity));
          continue;
        }
        if (function_set_find(&reported, c->name, c->arity) || function_is_doubtful(job, c->name, c->arity)) continue;
        function_set_add(&job->arena, &reported, c->name, c->arity, NULL);
        Diagnostic *error = expand_warn_at(env, c->file, c->at, DIAG_UNDEFINED_FUNCTION,
                                           "undefined function %s (expected %s to define such a function or for it to be imported from another module, "
                                           "but none are available)", show_fun(env, c->name, c->arity), show_module(env, module->name));
        hint_function(env, error, c->name, c->arity, &module->definitions);
        span_name(error, c->name);
      }
    }
  }
  if (job->diagnostics.error_count != module->errors_before) return;
  for (LocalCall *c = module->body_calls; c; c = c->next) reach_add(job, &r, module_definition(module, c->name, c->arity));
  reach_all(module, &r);
  for (uint32_t i = 0; i < module->definitions.count; i++) {
    Definition *d = module->definitions.items[i].value;
    if (!d || d->mark == r.mark || d->default_stub || d->failed || d->name->text[0] == '_') continue;
    if (d->generated || d->from_macro) continue;
    expand_warn_at(env, d->file, d->at, DIAG_UNUSED_FUNCTION, "%s %s is unused", kind_is_macro(d->kind) ? "macro" : "function", show_fun(env, d->name, d->arity));
  }
}

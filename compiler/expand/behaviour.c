// SPDX-License-Identifier: Apache-2.0
//
// Checks of @behaviour and @impl at a module's end: only warnings.

#include <string.h>

#include "compiler/expand/module.h"

typedef struct Callback {
  const Name *name;
  uint32_t arity;
  const Name *behaviour;
  bool optional;
} Callback;

static Quoted *ask(Job *job, const Name *behaviour, const char *what) {
  Names *names = &job->names;
  Quoted *key = names_intern_text(names, what)->quoted;
  return job_call(job, behaviour, NAME(names, BEHAVIOUR_INFO), &key, 1);
}

static const char *known_callbacks(Env *env, const Callback *callbacks, uint32_t count) {
  const char *text = "";
  for (uint32_t i = 0; i < count && i < 20; i++) {
    bool macro = strncmp(callbacks[i].name->text, "MACRO-", 6) == 0;
    const Name *name = macro ? names_intern_text(&env->job->names, callbacks[i].name->text + 6) : callbacks[i].name;
    text = arena_format(&env->job->arena, "%s\n* %s.%s (%s)", text, show_module(env, callbacks[i].behaviour),
                        show_fun(env, name, callbacks[i].arity - (macro ? 1 : 0)), macro ? "macro" : "function");
  }
  return text;
}

void module_check_behaviours(OpenModule *m) {
  Job *job = m->job;
  Names *names = &job->names;
  Env env_copy = m->env, *env = &env_copy;
  env->job = job;
  Quoted *behaviours = attribute_value(m, NAME(names, BEHAVIOUR));
  Callback *callbacks = NULL;
  uint32_t count = 0, capacity = 0;
  for (uint32_t i = behaviours ? behaviours->count : 0; i-- > 0;) {
    if (behaviours->items[i]->kind != Q_ATOM) continue;
    const Name *name = behaviours->items[i]->name;
    if (name == m->name) continue;
    // The library's own behaviours may come behind the first modules that have them.
    FileUnit *unit = job->options.bootstrap ? name_map_get(&job->file_of_module, name) : NULL;
    if (unit && unit->state != FILE_DONE) continue;
    ModuleInfo *info = job_module(job, name);
    if (!info) {
      expand_warn_at(env, m->file, m->at, DIAG_MISSING_CALLBACK, "@behaviour %s does not exist (in module %s)", show_module(env, name), show_module(env, m->name));
      continue;
    }
    if (!function_set_find(&info->functions, NAME(names, BEHAVIOUR_INFO), 1)) {
      expand_warn_at(env, m->file, m->at, DIAG_MISSING_CALLBACK, "module %s is not a behaviour (in module %s)", show_module(env, name), show_module(env, m->name));
      continue;
    }
    Quoted *list = ask(job, name, "callbacks"), *optional = ask(job, name, "optional_callbacks");
    for (uint32_t j = 0; quoted_is_list(list) && j < list->count; j++) {
      if (!quoted_is_pair(list->items[j]) || list->items[j]->items[0]->kind != Q_ATOM || list->items[j]->items[1]->kind != Q_INT) continue;
      ARENA_ROOM(&job->arena, callbacks, count, capacity, 16);
      Callback c = {list->items[j]->items[0]->name, (uint32_t)list->items[j]->items[1]->integer, name, false};
      for (uint32_t k = 0; quoted_is_list(optional) && k < optional->count; k++) c.optional = c.optional || quoted_equal(names, optional->items[k], list->items[j]);
      callbacks[count++] = c;
    }
  }
  bool any_impl = false;
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (d && d->impl && !d->from_macro && !quoted_is_name(d->impl, N_FALSE)) any_impl = true;
  }
  for (uint32_t i = 0; i < count; i++) {
    const char *text = callbacks[i].name->text;
    bool macro = strncmp(text, "MACRO-", 6) == 0;
    const Name *name = macro ? names_intern_text(names, text + 6) : callbacks[i].name;
    uint32_t arity = callbacks[i].arity - (macro ? 1 : 0);
    Definition *d = module_definition(m, name, arity);
    if (!d || kind_is_private(d->kind)) {
      if (!callbacks[i].optional)
        expand_warn_at(env, m->file, m->at, DIAG_MISSING_CALLBACK, "%s %s required by behaviour %s is not implemented (in module %s)",
                       macro ? "macro" : "function", show_fun(env, name, arity), show_module(env, callbacks[i].behaviour), show_module(env, m->name));
      continue;
    }
    d->impl_seen = true;
    if (any_impl && !d->impl && !d->from_macro && !d->default_stub && !d->generated && d->clause_count)
      expand_warn_at(env, d->file, d->at, DIAG_WRONG_IMPL, "module attribute @impl was not set for function %s callback (specified in %s). This either means you forgot "
                     "to add the \"@impl true\" annotation before the definition or that you are accidentally overriding this callback",
                     show_fun(env, d->name, d->arity), show_module(env, callbacks[i].behaviour));
  }
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (!d || !d->impl || quoted_is_name(d->impl, N_FALSE) || d->impl_seen) continue;
    // A function whose defaults make the callback's arity counts too.
    bool by_default = false;
    for (uint32_t j = 0; j < count; j++)
      by_default = by_default || (callbacks[j].name == d->name && callbacks[j].arity < d->arity && callbacks[j].arity + d->default_count >= d->arity);
    if (by_default) continue;
    if (count == 0)
      expand_warn_at(env, d->file, d->at, DIAG_WRONG_IMPL, "got \"@impl true\" for function %s but no behaviour was declared", show_fun(env, d->name, d->arity));
    else
    {
      Diagnostic *w = expand_warn_at(env, d->file, d->at, DIAG_WRONG_IMPL, "got \"@impl true\" for function %s but no behaviour specifies such callback. The known callbacks are:%s",
                                     show_fun(env, d->name, d->arity), known_callbacks(env, callbacks, count));
      const char *names_of[64];
      size_t n = 0;
      for (; n < count && n < 64; n++) names_of[n] = callbacks[n].name->text;
      const char *near = diagnostics_nearest(d->name->text, names_of, n);
      if (near) diagnostic_hint(&job->diagnostics, w, "did you mean %s?", near);
    }
  }
}

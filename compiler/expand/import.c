// SPDX-License-Identifier: Apache-2.0
//
// Imports: which names a module brings into scope.
//
// The exports of a module are read once per job (job_module). An Import holds the set that `only:` and
// `except:` left of them; importing the same module again replaces its sets. Names that start with an
// underscore come only when asked for.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

static const Import *without(Env *env, const Import *list, const Name *module) {
  bool there = false;
  for (const Import *i = list; i; i = i->next) there = there || i->module == module;
  if (!there) return list;
  // Copies what stands in front.
  Import *first = NULL, **end = &first;
  for (const Import *i = list; i; i = i->next) {
    if (i->module == module) continue;
    Import *copy = ARENA_NEW(&env->job->arena, Import);
    *copy = *i;
    copy->next = NULL;
    *end = copy;
    end = (Import **)(uintptr_t)&copy->next;
  }
  return first;
}

static const Import *put(Env *env, const Import *list, const Name *module, const FunctionSet *set) {
  list = without(env, list, module);
  if (set->count == 0) return list;
  Import *i = ARENA_NEW(&env->job->arena, Import);
  i->module = module;
  i->set = set;
  i->next = list;
  return i;
}

static const FunctionSet *current(const Import *list, const Name *module) {
  for (const Import *i = list; i; i = i->next)
    if (i->module == module) return i->set;
  return NULL;
}

// `[name: arity, ...]` as pairs; false when it is something else.
static bool pairs_ok(Quoted *list) {
  if (!quoted_is_list(list)) return false;
  for (uint32_t i = 0; i < list->count; i++)
    if (!quoted_is_pair(list->items[i]) || list->items[i]->items[0]->kind != Q_ATOM ||
        list->items[i]->items[1]->kind != Q_INT)
      return false;
  return true;
}

static bool listed(Quoted *list, const Name *name, uint32_t arity) {
  for (uint32_t i = 0; i < list->count; i++)
    if (list->items[i]->items[0]->name == name && list->items[i]->items[1]->integer == (int64_t)arity) return true;
  return false;
}

static bool is_sigil(const FunctionEntry *e) {
  return e->arity == 2 && e->name->length > 6 && memcmp(e->name->text, "sigil_", 6) == 0;
}

typedef struct Filter {
  Quoted *only, *except; // pairs
  bool sigils;
  const FunctionSet *base; // except: applies to what was imported before
} Filter;

static const FunctionSet *select_set(Env *env, const FunctionSet *all, Filter filter) {
  FunctionSet *out = ARENA_NEW(&env->job->arena, FunctionSet);
  const FunctionSet *from = filter.except && filter.base ? filter.base : all;
  for (uint32_t i = 0; i < from->count; i++) {
    const FunctionEntry *e = &from->items[i];
    if (filter.only) {
      if (!listed(filter.only, e->name, e->arity)) continue;
    } else if (e->name->text[0] == '_') {
      continue;
    }
    if (filter.sigils && !is_sigil(e)) continue;
    if (filter.except && listed(filter.except, e->name, e->arity)) continue;
    function_set_add(&env->job->arena, out, e->name, e->arity, NULL);
  }
  return out;
}

bool import_module(Env *env, Quoted *at, const Name *module, Quoted *options) {
  Names *names = NAMES(env);
  if (module_find_open(env->job, module)) {
    expand_error(env, at, DIAG_MODULE_BEING_DEFINED,
                 "cannot import %s because it is being defined: a module can be imported only behind its end",
                 show_module(env, module));
    return false;
  }
  ModuleInfo *info = job_module(env->job, module);
  if (!info) {
    hint_module(env, expand_error(env, at, DIAG_UNDEFINED_MODULE, "module %s is not loaded and could not be found", show_module(env, module)), module);
    env->job->import_failed = true;
    return false;
  }
  Quoted *only = quoted_keyword_get(options, NAME(names, ONLY));
  Quoted *except = quoted_keyword_get(options, NAME(names, EXCEPT));
  bool functions = true, macros = true;
  Filter filter = {0};
  if (only && only->kind != Q_ATOM && !pairs_ok(only)) only = expand_term(env, only);
  if (except && !pairs_ok(except)) except = expand_term(env, except);
  if (only && only->kind == Q_ATOM) {
    switch (only->name->known) {
    case N_FUNCTIONS: macros = false; break;
    case N_MACROS: functions = false; break;
    case N_SIGILS: filter.sigils = true; break;
    default: goto bad_only;
    }
  } else if (only) {
    if (!pairs_ok(only)) goto bad_only;
    filter.only = only;
    for (uint32_t i = 0; i < only->count; i++) {
      const Name *name = only->items[i]->items[0]->name;
      uint32_t arity = (uint32_t)only->items[i]->items[1]->integer;
      if (!function_set_find(&info->functions, name, arity) && !function_set_find(&info->macros, name, arity))
        expand_error(env, at, DIAG_UNDEFINED_FUNCTION, "cannot import %s.%s because it is undefined or private",
                     show_module(env, module), show_fun(env, name, arity));
    }
  }
  if (except) {
    if (!pairs_ok(except) || (filter.only)) {
      expand_error(env, at, DIAG_ALIAS_USE,
                   filter.only ? ":only and :except can only be given together to import when :only is :functions, :macros, or :sigils"
                               : "invalid :except option for import, expected value to be a list of atom-integer pairs, got: %s",
                   show(env, except));
      return false;
    }
    filter.except = except;
  }
  if (functions) {
    filter.base = current(env->functions, module);
    env->functions = put(env, env->functions, module, select_set(env, &info->functions, filter));
  } else if (only) {
    env->functions = without(env, env->functions, module);
  }
  if (macros) {
    filter.base = current(env->macros, module);
    env->macros = put(env, env->macros, module, select_set(env, &info->macros, filter));
  } else if (only) {
    env->macros = without(env, env->macros, module);
  }
  return true;
bad_only:
  expand_error(env, at, DIAG_ALIAS_USE,
               "invalid :only option for import, expected value to be an atom :functions, :macros, or a list of "
               "atom-integer pairs, got: %s", show(env, only));
  return false;
}

void env_import_kernel(Env *env) {
  Names *names = NAMES(env);
  const Name *kernel = NAME(names, M_KERNEL);
  env_require(env, kernel);
  if (module_find_open(env->job, kernel)) return;
  ModuleInfo *info = job_module(env->job, kernel);
  if (!info) return; // the library's beginning: only the twins are there
  Filter filter = {0};
  // Every job asks for the same two sets.
  if (!info->functions.count) return;
  env->functions = put(env, env->functions, kernel, select_set(env, &info->functions, filter));
  env->macros = put(env, env->macros, kernel, select_set(env, &info->macros, filter));
}

static const Import *find_in(const Import *list, const Name *name, uint32_t arity, const Import **other) {
  const Import *found = NULL;
  *other = NULL;
  for (const Import *i = list; i; i = i->next) {
    if (!function_set_find(i->set, name, arity)) continue;
    if (!found) found = i;
    else if (i->module != found->module) *other = i;
  }
  return found;
}

const Name *import_find(Env *env, Quoted *call, const Name *name, uint32_t arity, bool *macro) {
  Names *names = NAMES(env);
  *macro = false;
  // What the quote that made this call meant.
  if (call && call->kind == Q_CALL && call->extra) {
    Quoted *imports = quoted_meta_get(names, call, N_IMPORTS);
    Quoted *context = quoted_meta_get(names, call, N_CONTEXT);
    if (imports && context && quoted_is_list(imports)) {
      for (uint32_t i = 0; i < imports->count; i++) {
        Quoted *pair = imports->items[i];
        if (quoted_is_pair(pair) && pair->items[0]->kind == Q_INT && pair->items[0]->integer == (int64_t)arity &&
            pair->items[1]->kind == Q_ATOM) {
          const Name *module = pair->items[1]->name;
          ModuleInfo *info = job_module(env->job, module);
          if (info) {
            *macro = function_set_find(&info->macros, name, arity) != NULL;
            return module;
          }
        }
      }
    }
  }
  const Import *second, *third;
  const Import *f = find_in(env->functions, name, arity, &second);
  const Import *m = find_in(env->macros, name, arity, &third);
  const Name *other = second ? second->module : third ? third->module : NULL;
  if (f && m && f->module != m->module) other = f->module;
  const Import *found = m ? m : f;
  if (!found) return NULL;
  if (other && other != found->module) {
    expand_error(env, call, DIAG_AMBIGUOUS_IMPORT, "function %s imported from both %s and %s, call is ambiguous",
                 show_fun(env, name, arity), show_module(env, found->module), show_module(env, other));
  }
  *macro = m != NULL;
  if (found->use) found->use->used = true;
  return found->module;
}

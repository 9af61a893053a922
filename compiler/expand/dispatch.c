// SPDX-License-Identifier: Apache-2.0
//
// Calls: what does `name(args)` or `Mod.name(args)` mean?
//
// Local form: a twin of Kernel (kernel_twins.c) when the name comes from Kernel or Kernel is not there yet; an
// imported macro; an imported function, inlined where inline.def says so; a macro of the module itself; a
// function of the module itself. Remote form: a twin, a macro of a required module, a call.
//
// A macro is the exported function `MACRO-name` with one argument more: a handle of the caller's environment,
// which the library turns into %Macro.Env{} only when the macro looks at __CALLER__.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

static const Name *macro_name(Env *env, const Name *name) {
  char text[512];
  if (name->length + 7 > sizeof text) return name;
  memcpy(text, "MACRO-", 6);
  memcpy(text + 6, name->text, name->length);
  return names_intern(NAMES(env), text, name->length + 6);
}

// `receiver`: whose quotes made the variables; `in_module`: where the code lies (a temporary unit for local ones).
Quoted *macro_call(Env *env, Quoted *call, const Name *receiver, const Name *in_module, const Name *name,
                   Quoted *const *args, uint32_t count) {
  Job *job = env->job;
  Names *names = NAMES(env);
  Env *snapshot = ARENA_NEW(&job->arena, Env);
  *snapshot = *env;
  if (call && call->line) snapshot->line = call->line;
  Quoted **all = ARENA_ARRAY(&job->arena, Quoted *, count + 1);
  all[0] = quoted_int(names, job_handle(job, HANDLE_ENV, snapshot));
  for (uint32_t i = 0; i < count; i++) all[i + 1] = strip_columns(names, args[i]);
  CallPlace place = {env->module, env->function, env->arity, env->file, (uint32_t)snapshot->line, receiver, name, count};
  Quoted *result = job_call_at(job, &place, in_module, macro_name(env, name), all, count + 1);
  return linify(env, result, call ? call->line : 0, 0, receiver, job_counter(job));
}

static bool kernel_missing(Env *env) {
  const Name *kernel = NAME(NAMES(env), M_KERNEL);
  return env->module == kernel || module_find_open(env->job, kernel) || !job_module(env->job, kernel);
}

// Whether a local call of this name means the compiler's own expansion.
static bool means_twin(Env *env, Quoted *q, const Name *name, uint32_t arity) {
  if (!is_twin(name, arity)) return false;
  bool macro;
  const Name *from = import_find(env, q, name, arity, &macro);
  if (from) return from->known == N_M_KERNEL;
  return kernel_missing(env);
}

static void note_import(Env *env, Quoted *q, const Name *name, uint32_t arity, const Name *from) {
  OpenModule *open = env->open;
  if (!open || !env->function || (q->extra && quoted_meta_get(NAMES(env), q, N_IMPORTS))) return;
  for (ImportUse *u = open->imports_used; u; u = u->next)
    if (u->name == name && u->arity == arity) return;
  ImportUse *u = ARENA_NEW(&env->job->arena, ImportUse);
  u->name = name;
  u->arity = arity;
  u->from = from;
  u->at = at_of(env, q);
  u->file = env->file;
  u->next = open->imports_used;
  open->imports_used = u;
}

static Definition *local_macro(Env *env, const Name *name, uint32_t arity) {
  if (!env->open || !env->function) return NULL;
  if (env->function == name && env->arity == arity) return NULL;
  Definition *d = module_definition(env->open, name, arity);
  return d && kind_is_macro(d->kind) ? d : NULL;
}

Core *expand_local_call(Env *env, Quoted *q, const Name *name) {
  uint32_t count = q->args->count;
  Quoted *const *args = q->args->items;
  bool macro;
  if (is_twin(name, count)) {
    if (means_twin(env, q, name, count)) {
      Core *twin = expand_twin(env, q, name, count);
      if (twin) return twin;
    }
  }
  const Name *from = import_find(env, q, name, count, &macro);
  if (from && macro) {
    Definition *own = local_macro(env, name, count);
    if (own && own->name == name && from != env->module) {
      expand_error(env, q, DIAG_AMBIGUOUS_IMPORT, "call to local macro %s conflicts with imported %s.%s, please rename the "
                   "local macro or remove the conflicting import", show_fun(env, name, count), show_module(env, from),
                   show_fun(env, name, count));
      return poison(env, q);
    }
    note_import(env, q, name, count, from);
    return expand(env, macro_call(env, q, from, from, name, args, count));
  }
  if (from) {
    note_import(env, q, name, count, from);
    Core **out = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
    expand_args(env, args, count, out);
    return core_inlined(env, q, from, name, out, count);
  }
  Definition *own = local_macro(env, name, count);
  if (own) {
    own->unit.definition = own;
    const Name *unit = local_unit(env, q, env->open, own);
    own->mark |= 0;
    definition_note_call(env, name, count, at_of(env, q), false);
    if (!unit) return poison(env, q);
    return expand(env, macro_call(env, q, env->module, unit, name, args, count));
  }
  Core **out = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
  Position at = at_of(env, q);
  if (env->context == CONTEXT_MATCH) {
    expand_error(env, q, DIAG_PATTERN, "cannot invoke local %s inside match, called as: %s", show_fun(env, name, count), show(env, q));
    return poison(env, q);
  }
  if (env->context == CONTEXT_GUARD) {
    hint_guard(env, expand_error(env, q, DIAG_GUARD, "cannot find or invoke local %s inside guards. Only macros can be invoked in guards "
                                 "and they must be defined before their invocation. Called as: %s", show_fun(env, name, count), show(env, q)));
    return poison(env, q);
  }
  if (!env->function || !env->module) {
    expand_args(env, args, count, out);
    if (function_is_doubtful(env->job, name, count)) return poison(env, q);
    Diagnostic *d = expand_error(env, q, DIAG_UNDEFINED_FUNCTION, "undefined function %s (there is no such import)",
                                 show_fun(env, name, count));
    if (env->open && module_definition(env->open, name, count))
      diagnostic_hint(&env->job->diagnostics, d, "functions of a module can be called only from other functions or "
                      "behind the end of the module");
    else hint_function(env, d, name, count, NULL);
    return poison(env, q);
  }
  expand_args(env, args, count, out);
  Core *c = core_nodes(env, CORE_LOCAL, at, count);
  memcpy(c->args, out, sizeof(Core *) * count);
  c->u.local.name = name;
  definition_note_call(env, name, count, at, false);
  return c;
}

// `receiver` is expanded; the first argument, so what it binds is seen behind the call only.
Core *expand_remote_call(Env *env, Quoted *q, Core *receiver, Quoted *left, const Name *name) {
  uint32_t count = q->args->count;
  Quoted *const *args = q->args->items;
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  (void)left;
  bool known = core_is_literal(receiver) && receiver->u.literal->kind == Q_ATOM;
  if (known) {
    const Name *module = receiver->u.literal->name;
    if (module->known == N_M_KERNEL && is_twin(name, count)) {
      Core *twin = expand_twin(env, q, name, count);
      if (twin) return twin;
    }
    if (module->known == N_ERLANG && count == 2 && (name->known == N_ANDALSO || name->known == N_ORELSE)) {
      Core *l = expand(env, args[0]);
      Core *r = env->context == CONTEXT_NONE ? expand_body(env, args[1]) : expand(env, args[1]);
      return name->known == N_ANDALSO ? core_and(env, at, l, r, name) : core_or(env, at, l, r, name);
    }
    bool required = env_requires(env, module) || (q->extra && meta_flag(env, q, N_REQUIRE));
    if (required) {
      OpenModule *open = module_find_open(env->job, module);
      if (open) {
        Definition *d = module_definition(open, name, count);
        if (d && d->kind == KIND_DEFMACRO) {
          const Name *unit = local_unit(env, q, open, d);
          if (unit) return expand(env, macro_call(env, q, module, unit, name, args, count));
        }
      } else {
        ModuleInfo *info = job_module(env->job, module);
        if (info && function_set_find(&info->macros, name, count))
          return expand(env, macro_call(env, q, module, module, name, args, count));
      }
    }
  } else if (count == 0 && meta_flag(env, q, N_NO_PARENS)) {
    return expand_field(env, q, receiver, name);
  }
  Core **out = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
  if (env->context == CONTEXT_MATCH) {
    expand_error(env, q, DIAG_PATTERN, "cannot invoke remote function %s.%s/%u inside a match", show(env, left), name->text, count);
    return poison(env, q);
  }
  if (!known && !core_is_literal(receiver)) {
    expand_args(env, args, count, out);
    if (env->context == CONTEXT_GUARD) {
      hint_guard(env, expand_error(env, q, DIAG_GUARD, "cannot invoke remote function %s.%s/%u inside a guard", show(env, left), name->text, count));
      return poison(env, q);
    }
    return core_remote_args(env, at, receiver, core_atom(env, at, name), out, count);
  }
  if (!known) {
    expand_error(env, q, DIAG_ARGUMENTS, "expected a module (an atom) before the dot, got: %s", show(env, left));
    return poison(env, q);
  }
  expand_args(env, args, count, out);
  const Name *module = receiver->u.literal->name;
  if (env->context == CONTEXT_NONE) remote_note_call(env, module, name, count, at);
  Core *call = core_inlined(env, q, module, name, out, count);
  if (env->context == CONTEXT_GUARD) {
    const Core *c = call;
    if (c->kind == CORE_REMOTE && (!core_is_atom(c->u.remote.module, N_ERLANG) ||
                                   !guard_safe(env->job, c->u.remote.function->u.literal->name, c->count))) {
      hint_guard(env, expand_error(env, q, DIAG_GUARD, "cannot invoke remote function %s.%s/%u inside a guard", show_module(env, module), name->text, count));
      return poison(env, q);
    }
  }
  (void)names;
  return call;
}

// One step of expansion as a term: for Macro.expand_once and for the places that look into code.
Quoted *expand_macro_once(Env *env, Quoted *q, bool *changed) {
  Names *names = NAMES(env);
  *changed = false;
  if (q->kind != Q_CALL) return q;
  if (q->line > 0) env->line = q->line;
  if (q->head->kind == Q_ATOM) {
    const Name *name = q->head->name;
    bool empty = q->args->kind == Q_ATOM || quoted_is_empty(q->args);
    if (empty && name->known == N_MODULE_CONTEXT) {
      *changed = true;
      return env->module ? env->module->quoted : Q_NAME(names, NIL);
    }
    if (empty && name->known == N_DIR_CONTEXT) {
      Core *c = expand(env, q);
      *changed = true;
      return c->u.literal;
    }
    if (empty && name->known == N_ENV_CONTEXT && env->context != CONTEXT_MATCH) {
      *changed = true;
      return env_to_quoted(env);
    }
    if (!quoted_is_list(q->args)) return q;
    uint32_t count = q->args->count;
    if (name->known == N_ALIASES) {
      const Name *module = alias_expand(env, q);
      if (!module && count > 0 && quoted_arg(q, 0)->kind != Q_ATOM) {
        bool inner;
        Quoted *first = expand_macro_once(env, quoted_arg(q, 0), &inner);
        bool atoms = first->kind == Q_ATOM;
        for (uint32_t i = 1; i < count; i++) atoms = atoms && quoted_arg(q, i)->kind == Q_ATOM;
        if (atoms) module = alias_concat(env, first->name, q->args->items + 1, count - 1);
      }
      if (!module) return q;
      *changed = true;
      return module->quoted;
    }
    if (is_special_form(name, count)) return q;
    if (means_twin(env, q, name, count)) {
      Quoted *term = twin_term(env, q, name, count);
      if (term && term != q) {
        *changed = true;
        return term;
      }
      if (name->known == N_AT || name->known == N_DEF || name->known == N_DEFP || name->known == N_DEFMACRO ||
          name->known == N_DEFMACROP || name->known == N_DEFMODULE)
        return q;
    }
    bool macro;
    const Name *from = import_find(env, q, name, count, &macro);
    if (from && macro) {
      *changed = true;
      return macro_call(env, q, from, from, name, q->args->items, count);
    }
    if (from) return q;
    Definition *own = local_macro(env, name, count);
    if (own) {
      const Name *unit = local_unit(env, q, env->open, own);
      if (!unit) return q;
      definition_note_call(env, name, count, at_of(env, q), false);
      *changed = true;
      return macro_call(env, q, env->module, unit, name, q->args->items, count);
    }
    return q;
  }
  if (quoted_is_call_arity(q->head, N_DOT, 2) && quoted_arg(q->head, 1)->kind == Q_ATOM && quoted_is_list(q->args)) {
    Quoted *left = quoted_arg(q->head, 0);
    const Name *name = quoted_arg(q->head, 1)->name;
    bool inner = false;
    if (left->kind == Q_CALL) left = expand_macro_once(env, left, &inner);
    if (left->kind != Q_ATOM) return q;
    const Name *module = left->name;
    uint32_t count = q->args->count;
    if (module->known == N_M_KERNEL && is_twin(name, count)) {
      Quoted *term = twin_term(env, q, name, count);
      if (term && term != q) {
        *changed = true;
        return term;
      }
    }
    if (!env_requires(env, module)) return q;
    if (module_find_open(env->job, module)) return q;
    ModuleInfo *info = job_module(env->job, module);
    if (info && function_set_find(&info->macros, name, count)) {
      *changed = true;
      return macro_call(env, q, module, module, name, q->args->items, count);
    }
  }
  return q;
}

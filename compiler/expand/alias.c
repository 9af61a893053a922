// SPDX-License-Identifier: Apache-2.0
//
// `alias`, `require`, and the meaning of `Foo.Bar`.
//
// An alias node made by a macro's quote carries what it means there: `alias: Elixir.Foo` (it was aliased
// where the macro was written) or `alias: false` (it was not: only aliases of the same expansion count).

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

const Name *alias_concat(Env *env, const Name *base, Quoted *const *parts, uint32_t count) {
  char text[1024];
  size_t size = 0;
  if (base && base->known == N_NIL) base = NULL; // `__MODULE__.Foo` outside of modules
  if (base) {
    if (base->length >= sizeof text) return base;
    memcpy(text, base->text, base->length);
    size = base->length;
    // A plain atom in front counts as alias of that name, as in Module.concat.
    if (strncmp(text, "Elixir", 6) != 0 || (size > 6 && text[6] != '.')) {
      memmove(text + 7, text, size);
      memcpy(text, "Elixir.", 7);
      size += 7;
    }
  } else {
    memcpy(text, "Elixir", 6);
    size = 6;
  }
  for (uint32_t i = 0; i < count; i++) {
    const Name *part = parts[i]->name;
    const char *t = part->text;
    size_t n = part->length;
    if (part->known == N_NIL) continue;
    if (n >= 7 && memcmp(t, "Elixir.", 7) == 0) t += 7, n -= 7;
    else if (part->known == N_ELIXIR) continue;
    if (size + n + 1 >= sizeof text) break;
    text[size++] = '.';
    memcpy(text + size, t, n);
    size += n;
  }
  return names_intern(NAMES(env), text, size);
}

static const Name *lookup(const Env *env, const Name *name, int64_t counter, bool hygienic) {
  // An alias may stand for another alias: follow a few times.
  for (const Alias *a = env->aliases; a; a = a->next) {
    if (a->name != name) continue;
    if (hygienic ? a->counter != counter || a->counter == 0 : a->counter != 0) continue;
    if (a->use) a->use->used = true;
    return a->target;
  }
  return NULL;
}

const Name *alias_expand(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Quoted *const *parts = q->args->items;
  uint32_t count = q->args->count;
  if (count == 0) return NAME(names, ELIXIR);
  for (uint32_t i = 1; i < count; i++)
    if (parts[i]->kind != Q_ATOM) return NULL;
  if (parts[0]->kind != Q_ATOM) return NULL;
  const Name *first = parts[0]->name;
  if (first->known == N_ELIXIR) return count == 1 ? first : alias_concat(env, NULL, parts + 1, count - 1);
  bool hygienic = false;
  int64_t counter = 0;
  if (q->extra) {
    Quoted *meta = quoted_meta_get(names, q, N_ALIAS);
    if (meta && meta->kind == Q_ATOM) {
      if (meta->name->known != N_FALSE && meta->name->known != N_NIL) return meta->name;
      hygienic = meta->name->known == N_FALSE;
      Quoted *c = quoted_meta_get(names, q, N_COUNTER);
      if (c && c->kind == Q_INT) counter = c->integer;
    }
  }
  const Name *head = alias_concat(env, NULL, parts, 1);
  const Name *target = lookup(env, head, counter, hygienic);
  if (!target) return count == 1 ? head : alias_concat(env, NULL, parts, count);
  return count == 1 ? target : alias_concat(env, target, parts + 1, count - 1);
}

// True when the alias node stands for something aliased here (quote annotates that).
Core *expand_alias_node(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  if (!quoted_is_list(q->args)) {
    expand_error(env, q, DIAG_INVALID_QUOTED, "invalid quoted expression: %s", show(env, q));
    return poison(env, q);
  }
  const Name *name = alias_expand(env, q);
  if (name) return core_atom(env, at_of(env, q), name);
  // `expr.Sub`: the first part is code.
  Quoted *const *parts = q->args->items;
  Core *first = expand(env, parts[0]);
  bool atoms = true;
  for (uint32_t i = 1; i < q->args->count; i++) atoms = atoms && parts[i]->kind == Q_ATOM;
  if (atoms && core_is_literal(first) && first->u.literal->kind == Q_ATOM)
    return core_atom(env, at_of(env, q), alias_concat(env, first->u.literal->name, parts + 1, q->args->count - 1));
  if (env->context != CONTEXT_NONE || !atoms) {
    expand_error(env, q, DIAG_ALIAS_USE, "invalid alias: \"%s\". If you wanted to define an alias, an alias must expand "
                 "to an atom at compile time but it did not, you can use Module.concat/2 to build it at runtime", show(env, q));
    return poison(env, q);
  }
  Core **list = ARENA_ARRAY(&env->job->arena, Core *, q->args->count);
  list[0] = first;
  for (uint32_t i = 1; i < q->args->count; i++) list[i] = core_literal(env, first->at, parts[i]);
  Position at = at_of(env, q);
  return core_remote(env, at, NAME(names, M_MODULE), names_intern_text(names, "concat"), 1,
                     core_list_args(env, at, list, q->args->count, NULL));
}

void alias_put(Env *env, const Name *name, const Name *target, int64_t counter, AliasUse *use) {
  if (name == target && counter == 0) {
    // `alias Foo` for a top-level Foo takes an older alias away.
    bool there = false;
    for (const Alias *a = env->aliases; a; a = a->next) there = there || (a->name == name && a->counter == 0);
    if (!there) return;
  }
  Alias *a = ARENA_NEW(&env->job->arena, Alias);
  a->name = name;
  a->target = target;
  a->counter = counter;
  a->use = use;
  a->next = env->aliases;
  env->aliases = a;
  // What a macro aliases its caller sees too: `use` may bring aliases along.
  if (counter != 0) alias_put(env, name, target, 0, use);
}

bool env_requires(const Env *env, const Name *module) {
  for (const Require *r = env->requires; r; r = r->next)
    if (r->module == module) return true;
  return false;
}

void env_require(Env *env, const Name *module) {
  if (env_requires(env, module)) return;
  Require *r = ARENA_NEW(&env->job->arena, Require);
  r->module = module;
  r->next = env->requires;
  env->requires = r;
}

Quoted *expand_term(Env *env, Quoted *q) {
  for (int i = 0; i < 1000; i++) {
    bool changed = false;
    q = expand_macro_once(env, q, &changed);
    if (!changed) return q;
  }
  expand_error(env, q, DIAG_TOO_DEEP, "a macro expands to itself without end");
  return Q_NAME(NAMES(env), NIL);
}

const Name *expand_to_module(Env *env, Quoted *q) {
  q = expand_term(env, q);
  if (q->kind == Q_ATOM) return q->name;
  if (quoted_is_call_of(q, N_ALIASES)) {
    Core *c = expand(env, q);
    if (core_is_literal(c) && c->u.literal->kind == Q_ATOM) return c->u.literal->name;
  }
  return NULL;
}

static int64_t counter_of(Env *env, Quoted *q) {
  Quoted *c = q->extra ? quoted_meta_get(NAMES(env), q, N_COUNTER) : NULL;
  return c && c->kind == Q_INT ? c->integer : 0;
}

static AliasUse *note_use(Env *env, Quoted *q, const Name *name, Quoted *warn, bool import) {
  AliasUse *use = ARENA_NEW(&env->job->arena, AliasUse);
  Position at = at_of(env, q);
  use->name = name;
  use->line = (int)at.line;
  use->column = (int)at.column;
  use->file = env->file;
  use->import = import;
  if (warn) use->warn = !quoted_is_name(warn, N_FALSE);
  else use->warn = !(q->extra && quoted_meta_get(NAMES(env), q, N_CONTEXT)) && !meta_flag(env, q, N_GENERATED);
  if (env->open) {
    use->next = env->open->uses;
    env->open->uses = use;
  } else {
    use->warn = false;
  }
  return use;
}

// Options of alias, require, import: a keyword list known now.
static Quoted *options_of(Env *env, Quoted *q) {
  if (q->args->count < 2) return quoted_empty_list(NAMES(env));
  Quoted *options = quoted_arg(q, 1);
  if (!quoted_is_keyword(options)) {
    options = expand_term(env, options);
    if (!quoted_is_keyword(options)) {
      expand_error(env, q, DIAG_ALIAS_USE, "invalid options for %s, expected compile time keywords",
                   q->head->name->text);
      return quoted_empty_list(NAMES(env));
    }
  }
  return options;
}

// `alias Base.{A, B.C}` and the like: each reference as a call of its own.
static bool expand_multi(Env *env, Quoted *q, Core *(*one)(Env *, Quoted *), Core **result) {
  Quoted *target = quoted_arg(q, 0);
  if (target->kind != Q_CALL || !quoted_is_call_arity(target->head, N_DOT, 2) ||
      !quoted_is_name(quoted_arg(target->head, 1), N_TUPLE) || !quoted_is_list(target->args))
    return false;
  Names *names = NAMES(env);
  if (q->args->count == 2 && quoted_is_keyword(quoted_arg(q, 1)) && quoted_keyword_get(quoted_arg(q, 1), names_intern_text(names, "as"))) {
    expand_error(env, q, DIAG_ALIAS_USE, ":as option is not supported by multi-%s call", q->head->name->text);
    *result = poison(env, q);
    return true;
  }
  const Name *base = expand_to_module(env, quoted_arg(target->head, 0));
  Core **items = ARENA_ARRAY(&env->job->arena, Core *, target->args->count + 1);
  uint32_t count = 0;
  if (!base) {
    expand_error(env, q, DIAG_ALIAS_USE, "invalid argument for %s, expected a compile time atom or alias, got: %s",
                 q->head->name->text, show(env, quoted_arg(target->head, 0)));
    *result = poison(env, q);
    return true;
  }
  for (uint32_t i = 0; i < target->args->count; i++) {
    Quoted *part = quoted_arg(target, i);
    const Name *name = NULL;
    if (quoted_is_call_of(part, N_ALIASES)) {
      bool atoms = true;
      for (uint32_t j = 0; j < part->args->count; j++) atoms = atoms && quoted_arg(part, j)->kind == Q_ATOM;
      if (atoms) name = alias_concat(env, base, part->args->items, part->args->count);
    } else if (part->kind == Q_ATOM) {
      name = alias_concat(env, base, &part, 1);
    }
    if (!name) {
      expand_error(env, q, DIAG_ALIAS_USE, "invalid argument for %s, expected a compile time atom or alias, got: %s",
                   q->head->name->text, show(env, part));
      continue;
    }
    Quoted *args[2] = {name->quoted, q->args->count > 1 ? quoted_arg(q, 1) : NULL};
    items[count++] = one(env, quoted_with_args(names, q, quoted_list(names, args, q->args->count)));
  }
  Core *list = core_list_args(env, at_of(env, q), items, count, NULL);
  *result = list;
  return true;
}

static const Name *last_part(Env *env, const Name *name) {
  const char *dot = strrchr(name->text, '.');
  return names_format(NAMES(env), "Elixir.%s", dot ? dot + 1 : name->text);
}

static Core *alias_one(Env *env, Quoted *q, bool from_require) {
  Names *names = NAMES(env);
  Quoted *options = options_of(env, q);
  Quoted *as = quoted_keyword_get(options, NAME(names, AS));
  const Name *target = expand_to_module(env, quoted_arg(q, 0));
  Position at = at_of(env, q);
  if (!target) {
    expand_error(env, q, DIAG_ALIAS_USE, "invalid argument for %s, expected a compile time atom or alias, got: %s",
                 q->head->name->text, show(env, quoted_arg(q, 0)));
    return poison(env, q);
  }
  if (from_require && !as) return core_atom(env, at, target);
  const Name *name = NULL;
  if (as) {
    if (quoted_is_call_of(as, N_ALIASES) && as->args->count == 1 && quoted_arg(as, 0)->kind == Q_ATOM)
      name = alias_concat(env, NULL, as->args->items, 1);
    else if (as->kind == Q_ATOM && name_is_alias(as->name) && !strchr(as->name->text + 7, '.')) name = as->name;
    if (!name) {
      expand_error(env, q, DIAG_ALIAS_USE, "invalid value for option :as, expected a simple alias, got: %s", show(env, as));
      return poison(env, q);
    }
  } else {
    if (!name_is_alias(target)) {
      expand_error(env, q, DIAG_ALIAS_USE,
                   "alias cannot be inferred automatically for module: %s, please use the :as option", show_module(env, target));
      return poison(env, q);
    }
    name = last_part(env, target);
  }
  int64_t counter = counter_of(env, q);
  AliasUse *use = counter ? NULL : note_use(env, q, name, quoted_keyword_get(options, NAME(names, WARN)), false);
  if (name == target) use = NULL;
  alias_put(env, name, target, counter, use);
  return core_atom(env, at, target);
}

Core *expand_alias(Env *env, Quoted *q) {
  Core *multi;
  if (expand_multi(env, q, expand_alias, &multi)) return multi;
  return alias_one(env, q, false);
}

Core *expand_require(Env *env, Quoted *q) {
  Core *multi;
  if (expand_multi(env, q, expand_require, &multi)) return multi;
  const Name *module = expand_to_module(env, quoted_arg(q, 0));
  if (!module) {
    expand_error(env, q, DIAG_ALIAS_USE, "invalid argument for require, expected a compile time atom or alias, got: %s",
                 show(env, quoted_arg(q, 0)));
    return poison(env, q);
  }
  if (!module_find_open(env->job, module) && !job_module(env->job, module)) {
    hint_module(env, expand_error(env, q, DIAG_UNDEFINED_MODULE, "module %s is not loaded and could not be found", show_module(env, module)), module);
    return poison(env, q);
  }
  env_require(env, module);
  return alias_one(env, q, true);
}

Core *expand_import(Env *env, Quoted *q) {
  Core *multi;
  if (expand_multi(env, q, expand_import, &multi)) return multi;
  const Name *module = expand_to_module(env, quoted_arg(q, 0));
  if (!module) {
    expand_error(env, q, DIAG_ALIAS_USE, "invalid argument for import, expected a compile time atom or alias, got: %s",
                 show(env, quoted_arg(q, 0)));
    return poison(env, q);
  }
  Quoted *options = options_of(env, q);
  AliasUse *use = note_use(env, q, module, quoted_keyword_get(options, NAME(NAMES(env), WARN)), true);
  const Import *functions_before = env->functions, *macros_before = env->macros;
  if (!import_module(env, q, module, options)) {
    use->warn = false;
    return poison(env, q);
  }
  // The new entries carry the note.
  if (env->functions != functions_before && env->functions && env->functions->module == module)
    ((Import *)(uintptr_t)env->functions)->use = use;
  if (env->macros != macros_before && env->macros && env->macros->module == module)
    ((Import *)(uintptr_t)env->macros)->use = use;
  env_require(env, module);
  return core_atom(env, at_of(env, q), module);
}

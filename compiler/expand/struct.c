// SPDX-License-Identifier: Apache-2.0
//
// Maps, structs, and `value.field`.
//
// A struct literal is a map literal: the defaults of S.__struct__/0 are merged in while compiling and the keys
// are checked. For the module being compiled its attribute `__joist_struct__` = {map, enforced keys} says both.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

// Pairs of a map node: `[{k, v}, ...]`. False (reported) when an item is no pair.
static bool pairs_ok(Env *env, Quoted *q, Quoted *list) {
  for (uint32_t i = 0; i < list->count; i++)
    if (!quoted_is_pair(list->items[i])) {
      expand_error(env, q, DIAG_INVALID_QUOTED, "expected key-value pairs in a map, got: %s", show(env, list->items[i]));
      return false;
    }
  return true;
}

static Core *map_of(Env *env, Position at, Core **parts, uint32_t pair_count) {
  bool constant = true;
  for (uint32_t i = 0; i < pair_count * 2; i++) constant = constant && core_is_literal(parts[i]);
  if (constant) {
    Names *names = NAMES(env);
    Quoted **pairs = ARENA_ARRAY(&env->job->arena, Quoted *, pair_count * 2 + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < pair_count; i++) {
      Quoted *key = parts[2 * i]->u.literal;
      uint32_t j = 0;
      if (pair_count <= 512 || key->kind != Q_INT)
        for (; j < n && !quoted_equal(names, pairs[2 * j], key); j++) continue;
      else j = n;
      pairs[2 * j] = key;
      pairs[2 * j + 1] = parts[2 * i + 1]->u.literal;
      if (j == n) n++;
    }
    return core_literal(env, at, quoted_map(names, pairs, n));
  }
  Core *c = core_nodes(env, CORE_MAP, at, pair_count * 2);
  if (pair_count) memcpy(c->args, parts, sizeof(Core *) * pair_count * 2);
  return c;
}

static Core **expand_pairs(Env *env, Quoted *list, uint32_t room) {
  Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, list->count * 2 + 1);
  Core **out = ARENA_ARRAY(&env->job->arena, Core *, list->count * 2 + room + 1);
  for (uint32_t i = 0; i < list->count; i++) {
    items[2 * i] = list->items[i]->items[0];
    items[2 * i + 1] = list->items[i]->items[1];
  }
  expand_args(env, items, list->count * 2, out);
  return out;
}

static void warn_duplicates(Env *env, Quoted *q, Quoted *list) {
  if (list->count > 64) return;
  for (uint32_t i = 0; i < list->count; i++) {
    Quoted *key = list->items[i]->items[0];
    if (key->kind == Q_CALL || key->kind == Q_LIST || key->kind == Q_TUPLE) continue;
    for (uint32_t j = 0; j < i; j++)
      if (quoted_equal(NAMES(env), list->items[j]->items[0], key)) {
        expand_warn(env, q, DIAG_DUPLICATE_KEY, "key %s will be overridden in map", show(env, key));
        break;
      }
  }
}

static Core *map_update(Env *env, Position at, Core *map, Core **parts, uint32_t pair_count) {
  Core *c = core_nodes(env, CORE_MAP_UPDATE, at, pair_count * 2 + 1);
  c->args[0] = map;
  if (pair_count) memcpy(c->args + 1, parts, sizeof(Core *) * pair_count * 2);
  return c;
}

static bool is_update(Quoted *args) { return args->count == 1 && quoted_is_call_arity(args->items[0], N_BAR, 2); }

Core *expand_map(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  Quoted *list = q->args;
  if (is_update(list)) {
    if (env->context != CONTEXT_NONE) {
      expand_error(env, q, DIAG_PATTERN, "cannot use map/struct update syntax in guards, got: %s", show(env, q));
      return poison(env, q);
    }
    Quoted *pairs = quoted_arg(list->items[0], 1);
    if (!quoted_is_list(pairs) || !pairs_ok(env, q, pairs)) return poison(env, q);
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, pairs->count * 2 + 1);
    Core **out = ARENA_ARRAY(&env->job->arena, Core *, pairs->count * 2 + 1);
    items[0] = quoted_arg(list->items[0], 0);
    for (uint32_t i = 0; i < pairs->count * 2; i++) items[i + 1] = pairs->items[i / 2]->items[i & 1];
    expand_args(env, items, pairs->count * 2 + 1, out);
    return map_update(env, at, out[0], out + 1, pairs->count);
  }
  if (!pairs_ok(env, q, list)) return poison(env, q);
  warn_duplicates(env, q, list);
  return map_of(env, at, expand_pairs(env, list, 0), list->count);
}

// --- structs

typedef struct StructInfo {
  Quoted *defaults; // Q_MAP
  Quoted *enforce;  // list of keys
} StructInfo;

static bool struct_info(Env *env, Quoted *at, const Name *name, StructInfo *info) {
  Names *names = NAMES(env);
  Job *job = env->job;
  info->enforce = quoted_empty_list(names);
  OpenModule *open = module_find_open(job, name);
  if (open) {
    Quoted *value = attribute_value(open, names_intern_text(names, "__joist_struct__"));
    if (!value || value->kind != Q_TUPLE || value->count != 2 || value->items[0]->kind != Q_MAP) {
      expand_error(env, at, DIAG_STRUCT, "cannot access struct %s, the struct was not yet defined or the struct is being accessed in the same "
                   "context that defines it", show_module(env, name));
      return false;
    }
    info->defaults = value->items[0];
    if (quoted_is_list(value->items[1])) info->enforce = value->items[1];
    return true;
  }
  ModuleInfo *module = job_module(job, name);
  const Name *function = NAME(names, STRUCT_FUNCTION);
  if (!module || !function_set_find(&module->functions, function, 0)) {
    Diagnostic *d = expand_error(env, at, DIAG_STRUCT, module ? "%s.__struct__/0 is undefined, cannot expand struct %s. The module does not define a struct"
                 : "%s.__struct__/0 is undefined, cannot expand struct %s. Make sure the struct name is correct. If the struct name exists "
                 "and is correct but it still cannot be found, you likely have cyclic module usage in your code",
                 show_module(env, name), show_module(env, name));
    if (!module) hint_module(env, d, name);
    return false;
  }
  if (!module->struct_asked) {
    module->struct_asked = true;
    Quoted *defaults = job_call(job, name, function, NULL, 0);
    Quoted *enforce = quoted_empty_list(names);
    if (module->has_info) {
      Quoted *key = names_intern_text(names, "struct_enforced")->quoted;
      Quoted *asked = job_call(job, name, NAME(names, INFO), &key, 1);
      if (quoted_is_list(asked)) enforce = asked;
    }
    module->struct_default = quoted_pair(names, defaults, enforce);
  }
  info->defaults = module->struct_default->items[0];
  info->enforce = module->struct_default->items[1];
  if (info->defaults->kind != Q_MAP) {
    expand_error(env, at, DIAG_STRUCT, "expected %s.__struct__/0 to return a map with a :__struct__ key", show_module(env, name));
    return false;
  }
  return true;
}

static bool has_key(const StructInfo *info, Quoted *key) {
  for (uint32_t i = 0; i < info->defaults->count; i++)
    if (info->defaults->pairs[2 * i] == key) return true;
  return false;
}

static bool keys_known(Env *env, Quoted *q, const Name *name, const StructInfo *info, Quoted *pairs) {
  bool good = true;
  for (uint32_t i = 0; i < pairs->count; i++) {
    Quoted *key = pairs->items[i]->items[0];
    if (key->kind == Q_ATOM && has_key(info, key)) continue;
    Diagnostic *d = expand_error(env, q, DIAG_STRUCT, "unknown key %s for struct %s", show(env, key), show_module(env, name));
    // Building a struct runs its __struct__/1, and so it ends as that does.
    if (env->context == CONTEXT_NONE && good) {
      Names *names = NAMES(env);
      const char *text = arena_format(&env->job->arena, "key %s not found", show(env, key));
      Quoted *fields[6] = {Q_NAME(names, MESSAGE), quoted_binary(names, text, strlen(text)), names_intern_text(names, "key")->quoted, key,
                           names_intern_text(names, "term")->quoted, Q_NAME(names, NIL)};
      job_raise_at_end(env->job, "Elixir.KeyError", fields, 3, text);
    }
    const char *candidates[256];
    size_t n = 0;
    for (uint32_t j = 0; j < info->defaults->count && n < 256; j++)
      if (info->defaults->pairs[2 * j]->kind == Q_ATOM) candidates[n++] = info->defaults->pairs[2 * j]->name->text;
    const char *near = key->kind == Q_ATOM ? diagnostics_nearest(key->name->text, candidates, n) : NULL;
    if (near) diagnostic_hint(&env->job->diagnostics, d, "did you mean :%s?", near);
    good = false;
  }
  return good;
}

Core *expand_struct(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  Quoted *map = quoted_arg(q, 1);
  if (!quoted_is_call_of(map, N_MAP)) {
    expand_error(env, q, DIAG_STRUCT, "expected struct to be followed by a map, got: %s", show(env, map));
    return poison(env, q);
  }
  const Name *name = expand_to_module(env, quoted_arg(q, 0));
  if (!name) {
    expand_error(env, q, DIAG_STRUCT, "expected struct name to be a compile time atom or alias, got: %s", show(env, quoted_arg(q, 0)));
    return poison(env, q);
  }
  StructInfo info;
  if (is_update(map->args)) {
    Quoted *bar = map->args->items[0];
    Quoted *pairs = quoted_arg(bar, 1);
    if (env->context != CONTEXT_NONE || !quoted_is_list(pairs) || !pairs_ok(env, q, pairs)) {
      if (env->context != CONTEXT_NONE) expand_error(env, q, DIAG_STRUCT, "cannot use map/struct update syntax in guards");
      return poison(env, q);
    }
    if (!struct_info(env, q, name, &info) || !keys_known(env, q, name, &info, pairs)) return poison(env, q);
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, pairs->count * 2 + 1);
    Core **out = ARENA_ARRAY(&env->job->arena, Core *, pairs->count * 2 + 1);
    items[0] = quoted_arg(bar, 0);
    for (uint32_t i = 0; i < pairs->count * 2; i++) items[i + 1] = pairs->items[i / 2]->items[i & 1];
    expand_args(env, items, pairs->count * 2 + 1, out);
    CoreVar *checked = var_fresh(env, NULL), *other = var_fresh(env, NULL), *whole = var_fresh(env, NULL);
    Core *c = core_case(env, at, out[0], 2, FAIL_NONE);
    c->generated = true;
    CoreClause *yes = core_clause(env, &c->u.branch.clauses[0], at, 1);
    CorePattern *both = pat_items(env, PAT_BOTH, at, 2);
    CorePattern *is = pat_items(env, PAT_MAP, at, 1);
    is->keys[0] = core_atom(env, at, NAME(names, STRUCT_FUNCTION));
    is->items[0] = pat_name(env, at, name);
    both->items[0] = is;
    both->items[1] = pat_var(env, at, checked);
    yes->patterns[0] = both;
    yes->body = core_var_ref(env, at, checked);
    CoreClause *no = core_clause(env, &c->u.branch.clauses[1], at, 1);
    no->patterns[0] = pat_var(env, at, other);
    no->body = core_raise_error(env, at, core_tuple(env, at, 3, core_atom(env, at, NAME(names, BADSTRUCT)),
                                                    core_atom(env, at, name), core_var_ref(env, at, other)));
    no->generated = true;
    Core *update = map_update(env, at, core_var_ref(env, at, whole), out + 1, pairs->count);
    return core_seq2(env, at, core_let(env, at, whole, c), update);
  }
  Quoted *pairs = map->args;
  if (!pairs_ok(env, q, pairs)) return poison(env, q);
  if (!struct_info(env, q, name, &info) || !keys_known(env, q, name, &info, pairs)) return poison(env, q);
  QuotedItems missing = {0};
  for (uint32_t i = 0; i < info.enforce->count && env->context == CONTEXT_NONE; i++)
    if (info.enforce->items[i]->kind == Q_ATOM && !quoted_keyword_get(pairs, info.enforce->items[i]->name))
      quoted_push(names, &missing, info.enforce->items[i]);
  if (missing.count)
    expand_raise(env, q, DIAG_STRUCT, "the following keys must also be given when building struct %s: %s", show_module(env, name),
                 show(env, quoted_items_list(names, &missing)));
  Core **given = expand_pairs(env, pairs, info.defaults->count * 2 + 2);
  uint32_t n = pairs->count;
  for (uint32_t i = 0; i < info.defaults->count; i++) {
    Quoted *key = info.defaults->pairs[2 * i], *value = info.defaults->pairs[2 * i + 1];
    if (key->kind == Q_ATOM && (key->name->known == N_STRUCT_FUNCTION || quoted_keyword_get(pairs, key->name))) continue;
    given[2 * n] = core_literal(env, at, key);
    given[2 * n + 1] = quoted_has_value(value)
                           ? core_erlang(env, at, N_MAP_GET, 2, core_literal(env, at, key),
                                         core_remote(env, at, name, NAME(names, STRUCT_FUNCTION), 0))
                           : core_literal(env, at, value);
    n++;
  }
  given[2 * n] = core_atom(env, at, NAME(names, STRUCT_FUNCTION));
  given[2 * n + 1] = core_atom(env, at, name);
  return map_of(env, at, given, n + 1);
}

// --- patterns

// The value that a pattern without variables stands for; NULL when it has some.
static Core *pattern_key(Env *env, Position at, const CorePattern *p) {
  switch (p->kind) {
  case PAT_LITERAL: return core_literal(env, at, p->literal);
  case PAT_PIN: return p->expr;
  case PAT_CONS:
  case PAT_TUPLE: {
    Core **items = ARENA_ARRAY(&env->job->arena, Core *, p->count + 1);
    for (uint32_t i = 0; i < p->count; i++)
      if (!(items[i] = pattern_key(env, at, p->items[i]))) return NULL;
    return p->kind == PAT_CONS ? core_cons(env, at, items[0], items[1]) : core_tuple_args(env, at, items, p->count);
  }
  case PAT_MAP: {
    Core **pairs = ARENA_ARRAY(&env->job->arena, Core *, 2 * p->count + 1);
    for (uint32_t i = 0; i < p->count; i++) {
      pairs[2 * i] = p->keys[i];
      if (!(pairs[2 * i + 1] = pattern_key(env, at, p->items[i]))) return NULL;
    }
    return map_of(env, at, pairs, p->count);
  }
  default: return NULL;
  }
}

CorePattern *pattern_map(Env *env, Quoted *q, CorePattern *struct_pattern, bool is_struct, const Name *struct_name) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  Quoted *list = q->args;
  (void)struct_name;
  if (is_update(list)) {
    expand_error(env, q, DIAG_PATTERN, "cannot use map/struct update syntax in match, got: %s", show(env, q));
    return pat_any(env, at);
  }
  if (!pairs_ok(env, q, list)) return pat_any(env, at);
  uint32_t first = is_struct ? 1 : 0;
  CorePattern *p = pat_items(env, PAT_MAP, at, list->count + first);
  if (is_struct) {
    p->keys[0] = core_atom(env, at, NAME(names, STRUCT_FUNCTION));
    p->items[0] = struct_pattern;
  }
  for (uint32_t i = 0; i < list->count; i++) {
    Quoted *key = list->items[i]->items[0];
    Core *k;
    if (quoted_is_call_arity(key, N_CARET, 1) && quoted_is_variable(quoted_arg(key, 0))) {
      const Binding *b = scope_find(env, quoted_arg(key, 0));
      if (b) {
        k = core_var_ref(env, at, b->var);
      } else {
        expand_error(env, key, DIAG_UNBOUND_PIN, "undefined variable ^%s. No variable \"%s\" has been defined before the current pattern",
                     quoted_arg(key, 0)->head->name->text, quoted_arg(key, 0)->head->name->text);
        k = core_nil(env, at);
      }
    } else if (quoted_is_variable(key) && key->head->name->known != N_MODULE_CONTEXT) {
      expand_error(env, key, DIAG_PATTERN, "cannot use variable %s as map key inside a pattern. If you are attempting to match on an "
                   "existing variable, you must use ^%s", key->head->name->text, key->head->name->text);
      k = core_nil(env, at);
    } else {
      k = pattern_key(env, at, pattern_term(env, key));
      if (!k) {
        expand_error(env, key, DIAG_PATTERN, "only literals and pinned variables can be keys of a map pattern, got: %s", show(env, key));
        k = core_nil(env, at);
      }
    }
    p->keys[first + i] = k;
    p->items[first + i] = pattern_term(env, list->items[i]->items[1]);
  }
  return p;
}

CorePattern *pattern_struct(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  Quoted *left = q->args->count == 2 ? quoted_arg(q, 0) : NULL;
  Quoted *map = left ? quoted_arg(q, 1) : NULL;
  if (!left || !quoted_is_call_of(map, N_MAP)) {
    expand_error(env, q, DIAG_STRUCT, "expected struct to be followed by a map, got: %s", show(env, q));
    return pat_any(env, at);
  }
  if ((quoted_is_variable(left) && left->head->name->known != N_MODULE_CONTEXT) || quoted_is_call_arity(left, N_CARET, 1)) {
    CorePattern *name = pattern_term(env, left);
    if (name->kind == PAT_VAR || name->kind == PAT_ANY) {
      // The name of a struct is an atom: said by a pattern of both and a condition.
      CoreVar *var = name->kind == PAT_VAR ? name->var : var_fresh(env, NULL);
      if (name->kind == PAT_ANY) name = pat_var(env, at, var);
      bool used = var->used;
      Core *is = core_erlang(env, at, N_IS_ATOM, 1, core_var_ref(env, at, var));
      var->used = used;
      pattern_add_condition(env, is);
    } else if (name->kind == PAT_PIN) {
      pattern_add_condition(env, core_erlang(env, at, N_IS_ATOM, 1, core_var_ref(env, at, name->expr->u.var)));
    }
    return pattern_map(env, map, name, true, NULL);
  }
  const Name *name = expand_to_module(env, left);
  if (!name) {
    expand_error(env, q, DIAG_STRUCT, "expected struct name in a match to be a compile time atom, alias or a variable, got: %s", show(env, left));
    return pat_any(env, at);
  }
  StructInfo info;
  if (!is_update(map->args) && pairs_ok(env, q, map->args) && struct_info(env, q, name, &info))
    keys_known(env, q, name, &info, map->args);
  return pattern_map(env, map, pat_name(env, at, name), true, name);
}

// `value.field`: a key of a map, or a function without arguments of a module.
Core *expand_field(Env *env, Quoted *q, Core *receiver, const Name *field) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  if (env->context == CONTEXT_GUARD) return core_erlang(env, at, N_MAP_GET, 2, core_atom(env, at, field), receiver);
  if (env->context == CONTEXT_MATCH) {
    expand_error(env, q, DIAG_PATTERN, "cannot invoke remote function .%s/0 inside a match", field->text);
    return poison(env, q);
  }
  Core *c = core_case(env, at, receiver, 3, FAIL_NONE);
  c->generated = true;
  CoreVar *value = var_fresh(env, NULL), *module = var_fresh(env, NULL), *other = var_fresh(env, NULL);
  CoreClause *hit = core_clause(env, &c->u.branch.clauses[0], at, 1);
  CorePattern *p = pat_items(env, PAT_MAP, at, 1);
  p->keys[0] = core_atom(env, at, field);
  p->items[0] = pat_var(env, at, value);
  hit->patterns[0] = p;
  hit->body = core_var_ref(env, at, value);
  CoreClause *call = core_clause(env, &c->u.branch.clauses[1], at, 1);
  call->patterns[0] = pat_var(env, at, module);
  Core *not_nil = core_erlang(env, at, N_ERL_STRICT_NOT_EQUAL, 2, core_var_ref(env, at, module), core_nil(env, at));
  clause_guard(env, call, core_and(env, at, core_erlang(env, at, N_IS_ATOM, 1, core_var_ref(env, at, module)), not_nil, NULL));
  call->body = core_remote_args(env, at, core_var_ref(env, at, module), core_atom(env, at, field), NULL, 0);
  CoreClause *missing = core_clause(env, &c->u.branch.clauses[2], at, 1);
  missing->patterns[0] = pat_var(env, at, other);
  missing->body = core_raise_error(env, at, core_tuple(env, at, 3, core_atom(env, at, NAME(names, BADKEY)), core_atom(env, at, field),
                                                       core_var_ref(env, at, other)));
  for (int i = 0; i < 3; i++) c->u.branch.clauses[i].generated = true;
  return c;
}

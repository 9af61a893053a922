// SPDX-License-Identifier: Apache-2.0
//
// Module attributes: `@name value`, `@name`, and the table behind them.
//
// In a body `@x value` becomes a call of :joist_module.put_attribute/4 and `@x` one of read_attribute/3; in a
// function `@x` is the value of that moment. Type attributes (@spec, @type, ...) are kept as quoted code.

#include <string.h>

#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

static const struct {
  NameId id;
  const char *name;
  bool accumulate, persist;
} reserved[] = {
    {N_BEFORE_COMPILE, NULL, true, false},   {N_AFTER_COMPILE, NULL, true, false}, {N_AFTER_VERIFY, NULL, true, false},
    {N_ON_DEFINITION, NULL, true, false},    {N_BEHAVIOUR, NULL, true, true},      {N_DERIVE, NULL, true, false},
    {N_EXTERNAL_RESOURCE, NULL, true, true}, {N_DIALYZER, NULL, true, true},       {N_COMPILE, NULL, true, false},
    {N_ON_LOAD, NULL, true, true},           {N_NIFS, NULL, true, true},           {N_OPTIONAL_CALLBACKS, NULL, true, false},
    {N_MODULEDOC, NULL, false, false},       {N_DOC, NULL, false, false},          {N_TYPEDOC, NULL, false, false},
    {N_IMPL, NULL, false, false},            {N_DEPRECATED, NULL, false, false},   {N_ENFORCE_KEYS, NULL, false, false},
    {N_VSN, NULL, false, true},              {N_SPEC, NULL, true, false},          {N_TYPE_ATTRIBUTE, NULL, true, false},
    {N_TYPEP, NULL, true, false},            {N_OPAQUE, NULL, true, false},        {N_CALLBACK, NULL, true, false},
    {N_MACROCALLBACK, NULL, true, false},    {N_STRUCT_FUNCTION, NULL, false, false},
    {N_NONE, "__joist_struct__", false, false}, {N_NONE, "joist_direct", false, false}, {N_NONE, "file", false, false},
    {N_NONE, "undefined_impl_description", false, false},
};

// What is wrong with the value of an attribute that means something to the compiler; NULL: nothing.
const char *attribute_fault(OpenModule *module, const Name *key, Quoted *value) {
  Env env = module->env;
  env.job = module->job;
  bool text = value->kind == Q_BINARY, atom = value->kind == Q_ATOM, good = true;
  const char *wants = NULL;
  switch (key->known) {
  case N_DOC: case N_MODULEDOC: case N_TYPEDOC:
    good = text || quoted_is_keyword(value) || (atom && (quoted_is_name(value, N_NIL) || quoted_is_name(value, N_FALSE) || quoted_is_name(value, N_TRUE)));
    wants = "is a built-in module attribute for documentation. It should be either false, nil, a string, or a keyword list";
    break;
  case N_IMPL:
    good = atom;
    wants = "is a built-in module attribute that marks the next definition as a callback implementation. It should be a module or a boolean";
    break;
  case N_BEHAVIOUR:
    good = atom;
    wants = "expects a module";
    break;
  case N_DEPRECATED:
    good = text;
    wants = "is a built-in module attribute that annotates a definition as deprecated. It should be a string with the reason for the deprecation";
    break;
  case N_EXTERNAL_RESOURCE:
    good = text;
    wants = "is a built-in module attribute used for specifying file dependencies. It should be a string path to a file";
    break;
  default: return NULL;
  }
  return good ? NULL : arena_format(&module->job->arena, "@%s %s, got: %s", key->text, wants, show(&env, value));
}

Attribute *attribute_get(OpenModule *module, const Name *key, bool make) {
  Attribute *a = name_map_get(&module->attributes, key);
  if (a || !make) return a;
  Arena *arena = &module->job->arena;
  a = ARENA_NEW(arena, Attribute);
  a->key = key;
  name_map_put(arena, &module->attributes, key, a);
  ARENA_ROOM(arena, module->attribute_order, module->attribute_count, module->attribute_capacity, 32);
  module->attribute_order[module->attribute_count++] = key;
  return a;
}

void attributes_init(OpenModule *module) {
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
    const Name *name = reserved[i].id ? module->job->names.known[reserved[i].id] : names_intern_text(&module->job->names, reserved[i].name);
    Attribute *a = attribute_get(module, name, true);
    a->accumulate = reserved[i].accumulate;
    a->persist = reserved[i].persist;
    a->reserved = true;
    a->read = true;
  }
}

void attribute_put(OpenModule *module, const Name *key, Quoted *value, int line) {
  Names *names = &module->job->names;
  Attribute *a = attribute_get(module, key, true);
  if (docs_note_attribute(module, key, value, line)) return;
  a->line = line;
  if (!a->accumulate) {
    a->value = value;
    return;
  }
  Quoted *old = a->value ? a->value : quoted_empty_list(names);
  a->value = quoted_improper(names, &value, 1, old);
}

Quoted *attribute_value(OpenModule *module, const Name *key) {
  Attribute *a = attribute_get(module, key, false);
  if (!a) return NULL;
  if (!a->value && a->accumulate) return quoted_empty_list(&module->job->names);
  return a->value;
}

Quoted *attribute_take(OpenModule *module, NameId key) {
  Attribute *a = attribute_get(module, module->job->names.known[key], false);
  if (!a) return NULL;
  Quoted *value = a->value;
  a->value = NULL;
  return value;
}

Quoted *attributes_persisted(OpenModule *module) {
  Names *names = &module->job->names;
  QuotedItems items = {0};
  for (uint32_t i = 0; i < module->attribute_count; i++) {
    Attribute *a = attribute_get(module, module->attribute_order[i], false);
    if (!a || !a->persist || !a->value) continue;
    Quoted *value = a->value;
    if (a->accumulate && quoted_is_list(value)) { // oldest first
      Quoted **turned = ARENA_ARRAY(names->arena, Quoted *, value->count + 1);
      for (uint32_t j = 0; j < value->count; j++) turned[j] = value->items[value->count - 1 - j];
      value = quoted_list(names, turned, value->count);
    } else if (!quoted_is_list(value)) {
      value = quoted_list(names, &value, 1);
    }
    quoted_push(names, &items, quoted_pair(names, a->key->quoted, value));
  }
  return quoted_items_list(names, &items);
}

void attributes_warn_unused(OpenModule *module) {
  Env env = module->env;
  for (uint32_t i = 0; i < module->attribute_count; i++) {
    Attribute *a = attribute_get(module, module->attribute_order[i], false);
    if (!a || a->reserved || a->persist || a->accumulate || a->read || !a->value || a->line == 0 || strncmp(a->key->text, "__", 2) == 0)
      continue;
    expand_warn_at(&env, module->file, (Position){(uint32_t)a->line, 0}, DIAG_UNUSED_ATTRIBUTE,
                   "module attribute @%s was set but never used", a->key->text);
  }
}

static bool is_type_attribute(const Name *name) {
  switch (name->known) {
  case N_SPEC: case N_TYPE_ATTRIBUTE: case N_TYPEP: case N_OPAQUE: case N_CALLBACK: case N_MACROCALLBACK: return true;
  default: return false;
  }
}

static Core *service(Env *env, Position at, const char *function, Core **args, uint32_t count) {
  Names *names = NAMES(env);
  return core_remote_args(env, at, core_atom(env, at, names_intern_text(names, "joist_module")),
                          core_atom(env, at, names_intern_text(names, function)), args, count);
}

static Quoted *escape_value(Env *env, Quoted *value, int depth);

// The value of an attribute as an expression that gives it. It runs long after the compiler, so that what is no literal is escaped.
static Core *value_core(Env *env, Position at, Quoted *value) {
  return quoted_has_value(value) ? expand(env, escape_value(env, value, 0)) : core_literal(env, at, value);
}

static Quoted *read_now(Env *env, Quoted *q, const Name *name) {
  Attribute *a = attribute_get(env->open, name, false);
  if (a) a->read = true;
  Quoted *value = attribute_value(env->open, name);
  if (!value) {
    Quoted *nil = Q_NAME(NAMES(env), NIL);
    if (!a || !a->reserved)
      expand_warn(env, q, DIAG_UNDEFINED_ATTRIBUTE, "undefined module attribute @%s, please remove access to @%s or explicitly set it before access",
                  name->text, name->text);
    return nil;
  }
  return value;
}

static bool usable(Env *env, Quoted *q) {
  if (env->open && env->module == env->open->name) return true;
  expand_raise(env, q, DIAG_OUTSIDE_MODULE, "cannot invoke @/1 outside module");
  return false;
}

Core *expand_at(Env *env, Quoted *q) {
  Quoted *inner = quoted_arg(q, 0);
  Position at = at_of(env, q);
  if (inner->kind != Q_CALL || inner->head->kind != Q_ATOM || !(inner->args->kind == Q_ATOM || quoted_is_list(inner->args))) {
    expand_raise(env, q, DIAG_ATTRIBUTE, "expected 0 or 1 argument for @, got: %s", show(env, inner));
    return poison(env, q);
  }
  const Name *name = inner->head->name;
  if (!usable(env, q)) return poison(env, q);
  uint32_t count = inner->args->kind == Q_ATOM ? 0 : inner->args->count;
  if (count > 1) {
    expand_raise(env, q, DIAG_ATTRIBUTE, "expected 0 or 1 argument for @%s, got: %u", name->text, count);
    return poison(env, q);
  }
  if (count == 0) {
    if (env->context == CONTEXT_MATCH || env->context == CONTEXT_GUARD || env->function) return value_core(env, at, read_now(env, q, name));
    Core *args[3] = {core_atom(env, at, env->module), core_atom(env, at, name), core_int(env, at, at.line)};
    Attribute *a = attribute_get(env->open, name, true);
    a->read = true;
    return service(env, at, "read_attribute", args, 3);
  }
  if (env->context != CONTEXT_NONE) {
    expand_error(env, q, DIAG_ATTRIBUTE, "invalid write attribute syntax. If you want to define an attribute, don't do this in a pattern");
    return poison(env, q);
  }
  if (env->function) {
    expand_raise(env, q, DIAG_ATTRIBUTE, "cannot set attribute @%s inside function/macro", name->text);
    return poison(env, q);
  }
  Quoted *value = quoted_arg(inner, 0);
  if (is_type_attribute(name)) {
    Core *args[4] = {core_atom(env, at, env->module), core_atom(env, at, name), quote_escape(env, value, true), core_int(env, at, at.line)};
    return service(env, at, "put_attribute", args, 4);
  }
  if (name->known == N_BEHAVIOUR || name->known == N_BEFORE_COMPILE || name->known == N_AFTER_COMPILE || name->known == N_ON_DEFINITION) {
    // `@behaviour Foo` names a module: known now, it counts as used.
    const Name *module = value->kind == Q_CALL && quoted_is_call_of(value, N_ALIASES) ? expand_to_module(env, value) : NULL;
    if (module) value = module->quoted;
  }
  Core *args[4] = {core_atom(env, at, env->module), core_atom(env, at, name), expand(env, value), core_int(env, at, at.line)};
  return service(env, at, "put_attribute", args, 4);
}

// A term that means the value (Macro.escape of it).
static Quoted *escape_value(Env *env, Quoted *value, int depth) {
  Names *names = NAMES(env);
  if (depth > EXPAND_DEPTH_MAX) return value;
  depth++;
  switch ((QuotedKind)value->kind) {
  case Q_LIST: {
    Quoted **items = ARENA_ARRAY(names->arena, Quoted *, value->count + 1);
    for (uint32_t i = 0; i < value->count; i++) items[i] = escape_value(env, value->items[i], depth);
    if (!value->tail) return quoted_list(names, items, value->count);
    items[value->count - 1] = q_call(env, N_BAR, NULL, 2, items[value->count - 1], escape_value(env, value->tail, depth));
    return quoted_list(names, items, value->count);
  }
  case Q_TUPLE:
  case Q_CALL: {
    uint32_t n = quoted_tuple_size(value);
    Quoted **items = ARENA_ARRAY(names->arena, Quoted *, n + 1);
    for (uint32_t i = 0; i < n; i++) items[i] = escape_value(env, quoted_tuple_item(names, value, i), depth);
    if (n == 2) return quoted_pair(names, items[0], items[1]);
    return quoted_call(names, Q_NAME(names, TUPLE), quoted_list(names, items, n), NULL, 0, 0);
  }
  case Q_MAP: {
    Quoted **pairs = ARENA_ARRAY(names->arena, Quoted *, value->count + 1);
    for (uint32_t i = 0; i < value->count; i++)
      pairs[i] = quoted_pair(names, escape_value(env, value->pairs[2 * i], depth), escape_value(env, value->pairs[2 * i + 1], depth));
    return quoted_call(names, Q_NAME(names, MAP), quoted_list(names, pairs, value->count), NULL, 0, 0);
  }
  case Q_VALUE: return expand_value_term(env, value);
  default: return value;
  }
}

Quoted *expand_at_term(Env *env, Quoted *q) {
  Quoted *inner = quoted_arg(q, 0);
  if (inner->kind != Q_CALL || inner->head->kind != Q_ATOM) return NULL;
  if (!(inner->args->kind == Q_ATOM || quoted_is_empty(inner->args))) return NULL;
  if (!env->open || env->module != env->open->name) return NULL;
  if (!env->function && env->context == CONTEXT_NONE) {
    // In a body the value may still change before this is run; lists and ranges of `in` are wanted now though.
    Quoted *value = attribute_value(env->open, inner->head->name);
    if (!value) return NULL;
  }
  return escape_value(env, read_now(env, q, inner->head->name), 0);
}

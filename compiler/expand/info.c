// SPDX-License-Identifier: Apache-2.0
//
// What the compiler adds to a module: __info__/1, behaviour_info/1, the list of its functions.

#include <stdlib.h>
#include <string.h>

#include "compiler/expand/module.h"

static int by_name(const void *a, const void *b) {
  const Definition *x = *(Definition *const *)a, *y = *(Definition *const *)b;
  int c = strcmp(x->name->text, y->name->text);
  return c ? c : (int)x->arity - (int)y->arity;
}

static Quoted *list_of(OpenModule *m, bool macros) {
  Names *names = &m->job->names;
  Definition **found = ARENA_ARRAY(names->arena, Definition *, m->definitions.count + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (d && d->clause_count && d->kind == (macros ? KIND_DEFMACRO : KIND_DEF)) found[n++] = d;
  }
  qsort(found, n, sizeof *found, by_name);
  QuotedItems items = {0};
  for (uint32_t i = 0; i < n; i++) quoted_push(names, &items, quoted_pair(names, found[i]->name->quoted, quoted_int(names, found[i]->arity)));
  return quoted_items_list(names, &items);
}

static Quoted *struct_fields(OpenModule *m, Quoted **enforce) {
  Names *names = &m->job->names;
  Quoted *value = attribute_value(m, names_intern_text(names, "__joist_struct__"));
  *enforce = quoted_empty_list(names);
  if (!value || value->kind != Q_TUPLE || value->count != 2 || value->items[0]->kind != Q_MAP) return Q_NAME(names, NIL);
  *enforce = value->items[1];
  QuotedItems items = {0};
  Quoted *map = value->items[0];
  // In the order of defstruct, where it is known.
  Quoted *order = attribute_value(m, names_intern_text(names, "__joist_fields__"));
  if (order && quoted_is_list(order)) {
    for (uint32_t i = 0; i < order->count; i++)
      for (uint32_t j = 0; j < map->count; j++) {
        if (map->pairs[2 * j] != order->items[i]) continue;
        Quoted *value_of = map->pairs[2 * j + 1]->kind == Q_VALUE ? Q_NAME(names, NIL) : map->pairs[2 * j + 1];
        Quoted *pairs[4] = {Q_NAME(names, FIELD), map->pairs[2 * j], names_intern_text(names, "default")->quoted, value_of};
        quoted_push(names, &items, quoted_map(names, pairs, 2));
      }
    return quoted_items_list(names, &items);
  }
  for (uint32_t i = 0; i < map->count; i++) {
    if (quoted_is_name(map->pairs[2 * i], N_STRUCT_FUNCTION)) continue;
    Quoted *pairs[4] = {Q_NAME(names, FIELD), map->pairs[2 * i], names_intern_text(names, "default")->quoted, map->pairs[2 * i + 1]};
    if (pairs[3]->kind == Q_VALUE) pairs[3] = Q_NAME(names, NIL);
    quoted_push(names, &items, quoted_map(names, pairs, 2));
  }
  return quoted_items_list(names, &items);
}

// A fingerprint of what the module offers and where.
static Quoted *fingerprint(OpenModule *m) {
  Names *names = &m->job->names;
  uint64_t h[2] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (!d) continue;
    for (int k = 0; k < 2; k++) {
      for (uint32_t j = 0; j < d->name->length; j++) h[k] = (h[k] ^ (unsigned char)d->name->text[j]) * 0x100000001b3u;
      h[k] = (h[k] ^ (d->arity * 131 + d->at.line * 7 + d->clause_count + (uint32_t)k)) * 0x100000001b3u;
    }
  }
  return quoted_binary(names, h, sizeof h);
}

static CoreFunction *info_function(OpenModule *m) {
  Job *job = m->job;
  Names *names = &job->names;
  Env env = m->env;
  Unit unit;
  unit_init(&unit, NAME(names, INFO), false);
  env.unit = &unit;
  env.job = job;
  Quoted *enforce;
  Quoted *fields = struct_fields(m, &enforce);
  QuotedItems deprecated = {0};
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (d && d->deprecated)
      quoted_push(names, &deprecated, quoted_pair(names, quoted_pair(names, d->name->quoted, quoted_int(names, d->arity)), d->deprecated));
  }
  size_t file_size = strlen(m->file);
  Quoted **chars = ARENA_ARRAY(&job->arena, Quoted *, file_size + 1);
  for (size_t i = 0; i < file_size; i++) chars[i] = quoted_int(names, (unsigned char)m->file[i]);
  Quoted *source = quoted_pair(names, names_intern_text(names, "source")->quoted, quoted_list(names, chars, file_size));
  // With the checksum a report of an error can tell whether the file still is what was compiled. The library says neither.
  Quoted *compile[2] = {source, quoted_pair(names, names_intern_text(names, "checksum")->quoted, quoted_int(names, job_source_checksum(job, m->file)))};
  uint32_t compile_count = job->options.bootstrap ? 0 : 2;
  struct {
    const char *key;
    Quoted *value;
  } entries[] = {
      {"module", m->name->quoted}, {"functions", list_of(m, false)}, {"macros", list_of(m, true)}, {"struct", fields},
      {"struct_enforced", enforce}, {"attributes", attributes_persisted(m)}, {"compile", quoted_list(names, compile, compile_count)}, {"md5", fingerprint(m)},
      {"exports_md5", fingerprint(m)}, {"deprecated", quoted_items_list(names, &deprecated)},
  };
  enum { COUNT = sizeof entries / sizeof *entries };
  CoreFunction *f = ARENA_NEW(&job->arena, CoreFunction);
  f->name = NAME(names, INFO);
  f->arity = 1;
  f->exported = true;
  f->at = (Position){0, 0};
  f->clauses = ARENA_ARRAY(&job->arena, CoreClause, COUNT);
  f->clause_count = COUNT;
  for (uint32_t i = 0; i < COUNT; i++) {
    CoreClause *c = core_clause(&env, &f->clauses[i], f->at, 1);
    c->patterns[0] = pat_name(&env, f->at, names_intern_text(names, entries[i].key));
    c->body = core_literal(&env, f->at, entries[i].value);
    c->generated = true;
  }
  f->var_count = unit.var_count;
  return f;
}

// name/arity of `name(args) :: type` with or without `when`.
static bool spec_name(Quoted *q, const Name **name, uint32_t *arity) {
  if (quoted_is_call_arity(q, N_WHEN, 2)) q = quoted_arg(q, 0);
  if (!quoted_is_call_arity(q, N_TYPE, 2)) return false;
  Quoted *left = quoted_arg(q, 0);
  if (left->kind != Q_CALL || left->head->kind != Q_ATOM) return false;
  *name = left->head->name;
  *arity = quoted_arg_count(left);
  return true;
}

static int by_pair(const void *a, const void *b) {
  Quoted *x = *(Quoted *const *)a, *y = *(Quoted *const *)b;
  if (!quoted_is_pair(x) || !quoted_is_pair(y) || x->items[0]->kind != Q_ATOM || y->items[0]->kind != Q_ATOM) return 0;
  return strcmp(x->items[0]->name->text, y->items[0]->name->text);
}

static CoreFunction *behaviour_function(OpenModule *m) {
  Job *job = m->job;
  Names *names = &job->names;
  QuotedItems callbacks = {0}, optional = {0};
  static const NameId keys[2] = {N_CALLBACK, N_MACROCALLBACK};
  for (int k = 0; k < 2; k++) {
    Quoted *list = attribute_value(m, names->known[keys[k]]);
    for (uint32_t i = list ? list->count : 0; i-- > 0;) {
      const Name *name;
      uint32_t arity;
      if (!spec_name(list->items[i], &name, &arity)) continue;
      if (k == 1) name = names_format(names, "MACRO-%s", name->text), arity++;
      Quoted *pair = quoted_pair(names, name->quoted, quoted_int(names, arity));
      bool seen = false;
      for (uint32_t j = 0; j < callbacks.count; j++) seen = seen || quoted_equal(names, callbacks.items[j], pair);
      if (!seen) quoted_push(names, &callbacks, pair);
    }
  }
  if (callbacks.count == 0 || module_definition(m, NAME(names, BEHAVIOUR_INFO), 1)) return NULL;
  Quoted *given = attribute_value(m, NAME(names, OPTIONAL_CALLBACKS));
  for (uint32_t i = 0; given && i < given->count; i++)
    for (uint32_t j = 0; given->items[i]->kind == Q_LIST && j < given->items[i]->count; j++) quoted_push(names, &optional, given->items[i]->items[j]);
  // Optional macros go by their functions' names, too.
  for (uint32_t i = 0; i < optional.count; i++) {
    Quoted *pair = optional.items[i];
    if (!quoted_is_pair(pair) || pair->items[0]->kind != Q_ATOM || pair->items[1]->kind != Q_INT) continue;
    Quoted *macro = quoted_pair(names, names_format(names, "MACRO-%s", pair->items[0]->name->text)->quoted, quoted_int(names, pair->items[1]->integer + 1));
    bool plain = false, is_macro = false;
    for (uint32_t j = 0; j < callbacks.count; j++) {
      plain = plain || quoted_equal(names, callbacks.items[j], pair);
      is_macro = is_macro || quoted_equal(names, callbacks.items[j], macro);
    }
    if (is_macro && !plain) optional.items[i] = macro;
  }
  if (optional.count) qsort(optional.items, optional.count, sizeof *optional.items, by_pair);
  Env env = m->env;
  Unit unit;
  unit_init(&unit, NAME(names, BEHAVIOUR_INFO), false);
  env.unit = &unit;
  env.job = job;
  CoreFunction *f = ARENA_NEW(&job->arena, CoreFunction);
  f->name = NAME(names, BEHAVIOUR_INFO);
  f->arity = 1;
  f->exported = true;
  f->clauses = ARENA_ARRAY(&job->arena, CoreClause, 2);
  f->clause_count = 2;
  for (uint32_t i = 0; i < 2; i++) {
    CoreClause *c = core_clause(&env, &f->clauses[i], f->at, 1);
    c->patterns[0] = pat_name(&env, f->at, i ? NAME(names, OPTIONAL_CALLBACKS) : names_intern_text(names, "callbacks"));
    c->body = core_literal(&env, f->at, quoted_items_list(names, i ? &optional : &callbacks));
    c->generated = true;
  }
  f->var_count = unit.var_count;
  return f;
}

CoreFunction **module_functions(OpenModule *m, uint32_t *count) {
  Job *job = m->job;
  Names *names = &job->names;
  uint32_t room = m->definitions.count + m->overridables.count * 2 + 4;
  // A chain of overridden ones may be longer.
  for (uint32_t i = 0; i < m->definitions.count; i++)
    for (Definition *d = m->definitions.items[i].value; d; d = d->overridden) room++;
  CoreFunction **out = ARENA_ARRAY(&job->arena, CoreFunction *, room);
  uint32_t n = 0;
  if (!module_definition(m, NAME(names, INFO), 1)) out[n++] = info_function(m);
  CoreFunction *behaviour = behaviour_function(m);
  if (behaviour) out[n++] = behaviour;
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (!d) continue;
    if (d->clause_count) out[n++] = definition_function(m, d);
    for (Definition *o = d->overridden; o; o = o->overridden)
      if (o->super_used && o->clause_count && n < room) out[n++] = definition_function(m, o);
  }
  *count = n;
  return out;
}

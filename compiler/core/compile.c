// SPDX-License-Identifier: Apache-2.0
//
// The order of work on a module: names of all functions first, then function by function: lift, lower, clean, order,
// frames, liveness, slots, emit.
//
// Everything is done for one function before the next one starts, in scratch memory that is given back behind it. module_info/0,1
// are added to modules that do not write them.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/core/compile.h"
#include "compiler/emit/emit.h"

void compile_stop(Compile *c, DiagnosticCode code, Position at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char text[512];
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  uint32_t line = at.line ? at.line : c->lifted ? c->lifted->at.line : 0;
  Diagnostic *d = diagnostics_add(c->sink, code, (int)line, (int)at.column, "%s", text);
  if (c->file) d->file = c->file;
  longjmp(*c->stop, 1);
}

static uint32_t table_place(const Compile *c, const Name *name, uint32_t arity) {
  uint32_t at = (name->hash * 31 + arity) & (c->table_capacity - 1);
  while (c->table[at].name && !(c->table[at].name == name && c->table[at].arity == arity)) at = (at + 1) & (c->table_capacity - 1);
  return at;
}

FunctionEntry *compile_find(Compile *c, const Name *name, uint32_t arity) {
  FunctionEntry *entry = &c->table[table_place(c, name, arity)];
  return entry->name ? entry : NULL;
}

static uint32_t declare(Compile *c, const Name *name, uint32_t arity, bool exported) {
  FunctionEntry *entry = &c->table[table_place(c, name, arity)];
  entry->name = name;
  entry->arity = arity;
  entry->index = builder_function(c->builder, builder_atom(c->builder, name->text, name->length), arity, exported);
  return entry->index;
}

static void declare_lifted(Compile *c) {
  ModuleBuilder *b = c->builder;
  for (LiftFun *f = c->lifted->next; f; f = f->next) {
    uint32_t arity = f->arity + f->capture_count;
    if (arity > ARITY_MAX) compile_stop(c, DIAG_LIMIT, f->at, "a function with more than %d arguments and captured variables", ARITY_MAX);
    f->index = builder_function(b, builder_atom(b, f->name, f->name_size), arity, false);
    if (f->closure) f->fun_index = builder_fun(b, f->index, f->arity, f->capture_count);
  }
}

static void compile_lifted(Compile *c, LiftFun *lift) {
  Flow *flow = lower_function(c, lift);
  flow->file = c->file;
  flow_clean(flow);
  flow_order(flow);
  flow_turn_tests(flow);
  flow_frames(flow);
  flow_liveness(flow);
  flow_slots(flow);
  flow_emit(flow, c->builder, lift->index);
}

enum { SCRATCH_KEPT_BYTES = 256 * 1024 };

static void compile_function(Compile *c, CoreFunction *function, uint32_t index) {
  c->file = function->file ? function->file : c->module->file;
  if (function->arity > ARITY_MAX) compile_stop(c, DIAG_LIMIT, function->at, "a function with more than %d arguments", ARITY_MAX);
  lift_function(c, function);
  c->lifted->index = index;
  declare_lifted(c);
  for (LiftFun *f = c->lifted; f; f = f->next) compile_lifted(c, f);
  c->lifted = NULL;
  if (c->arena->total_bytes > SCRATCH_KEPT_BYTES) arena_free(c->arena);
}

// --- module_info: everything it tells is known here, so it is ordinary Core over literals

static Core *new_core(Compile *c, CoreKind kind) {
  Core *core = ARENA_NEW(c->job, Core);
  core->kind = kind;
  return core;
}

static Core *literal_core(Compile *c, Quoted *q) {
  Core *core = new_core(c, CORE_LITERAL);
  core->u.literal = q;
  return core;
}

static Quoted *atom(Compile *c, const char *text) { return quoted_atom(names_intern_text(c->names, text)); }

static Quoted *function_list(Compile *c, bool all) {
  const CoreModule *m = c->module;
  QuotedItems items = {0};
  bool own_info = false; // the module wrote them itself
  for (uint32_t i = 0; i < m->function_count; i++) {
    const CoreFunction *f = m->functions[i];
    own_info |= !strcmp(f->name->text, "module_info") && f->arity < 2;
    if (!all && !f->exported) continue;
    quoted_push(c->names, &items, quoted_pair(c->names, quoted_atom(f->name), quoted_int(c->names, f->arity)));
  }
  Quoted *info = atom(c, "module_info");
  for (uint32_t arity = 0; arity < 2 && !own_info; arity++) {
    quoted_push(c->names, &items, quoted_pair(c->names, info, quoted_int(c->names, arity)));
  }
  return quoted_items_list(c->names, &items);
}

typedef struct Info {
  const char *key;
  Core *value;
} Info;

static CoreFunction *module_info(Compile *c, uint32_t arity, const Info *infos, uint32_t count) {
  CoreFunction *f = ARENA_NEW(c->job, CoreFunction);
  f->name = names_intern_text(c->names, "module_info");
  f->arity = arity;
  f->exported = true;
  f->clause_count = arity ? count : 1;
  f->clauses = ARENA_ARRAY(c->job, CoreClause, f->clause_count);
  if (arity == 0) {
    Core *list = literal_core(c, quoted_empty_list(c->names));
    for (uint32_t i = count; i-- > 0;) {
      Core *pair = new_core(c, CORE_TUPLE), *cons = new_core(c, CORE_CONS);
      pair->count = cons->count = 2;
      pair->args = ARENA_ARRAY(c->job, Core *, 2);
      cons->args = ARENA_ARRAY(c->job, Core *, 2);
      pair->args[0] = literal_core(c, atom(c, infos[i].key));
      pair->args[1] = infos[i].value;
      cons->args[0] = pair;
      cons->args[1] = list;
      list = cons;
    }
    f->clauses[0].body = list;
    return f;
  }
  for (uint32_t i = 0; i < count; i++) {
    CorePattern *key = ARENA_NEW(c->job, CorePattern);
    key->kind = PAT_LITERAL;
    key->literal = atom(c, infos[i].key);
    f->clauses[i].patterns = ARENA_NEW(c->job, CorePattern *);
    f->clauses[i].patterns[0] = key;
    f->clauses[i].pattern_count = 1;
    f->clauses[i].body = infos[i].value;
  }
  return f;
}

static void compile_module_info(Compile *c, uint32_t first, uint32_t second) {
  Quoted *none = quoted_empty_list(c->names), *exports = function_list(c, false), *all = function_list(c, true);
  Core *md5 = literal_core(c, quoted_binary(c->names, "", 0));
  const Name *info = names_intern_text(c->names, "__info__");
  if (compile_find(c, info, 1)) {
    md5 = new_core(c, CORE_LOCAL);
    md5->u.local.name = info;
    md5->count = 1;
    md5->args = ARENA_NEW(c->job, Core *);
    md5->args[0] = literal_core(c, atom(c, "md5"));
  }
  for (uint32_t arity = 0; arity < 2; arity++) {
    uint32_t index = arity ? second : first;
    if (index == UINT32_MAX) continue;
    const Info infos[] = {{"module", literal_core(c, quoted_atom(c->module->name))},
                          {"exports", literal_core(c, exports)},
                          {"attributes", literal_core(c, c->module->attributes ? c->module->attributes : none)},
                          {"compile", literal_core(c, none)},
                          {"md5", md5},
                          {"functions", literal_core(c, all)},
                          {"native", literal_core(c, atom(c, "false"))}};
    compile_function(c, module_info(c, arity, infos, arity ? 7 : 5), index);
  }
}

static void put_term(Compile *c, Quoted *q, void (*put)(ModuleBuilder *, const void *, size_t)) {
  if (!q) return;
  Buffer bytes;
  buffer_init(&bytes, &c->job->as_alloc);
  bool good = literal_encode(c->names, &bytes, q) && !bytes.failed;
  if (good) put(c->builder, bytes.data, bytes.size);
  buffer_free(&bytes);
  if (!good) compile_stop(c, DIAG_INVALID_QUOTED, (Position){0, 0}, "an attribute or documentation holds what no module can keep, such as a pid or function");
}

static void compile_module(Compile *c) {
  CoreModule *module = c->module;
  c->table_capacity = 16;
  while (c->table_capacity < module->function_count * 2 + 8) c->table_capacity *= 2;
  c->table = ARENA_ARRAY(c->job, FunctionEntry, c->table_capacity);
  uint32_t *indexes = ARENA_ARRAY(c->job, uint32_t, module->function_count + 1);
  for (uint32_t i = 0; i < module->function_count; i++) {
    indexes[i] = declare(c, module->functions[i]->name, module->functions[i]->arity, module->functions[i]->exported);
  }
  const Name *info = names_intern_text(c->names, "module_info");
  uint32_t own[2];
  for (uint32_t arity = 0; arity < 2; arity++) own[arity] = compile_find(c, info, arity) ? UINT32_MAX : declare(c, info, arity, true);
  for (uint32_t i = 0; i < module->function_count; i++) compile_function(c, module->functions[i], indexes[i]);
  compile_module_info(c, own[0], own[1]);
  c->lifted = NULL;
  put_term(c, module->attributes, builder_attributes);
  put_term(c, module->docs, builder_docs);
}

// The job's memory ended, or the scratch's: give back the scratch, then end as the job does.
typedef struct Scratch {
  Arena arena;
  Arena *job;
  void (*on_no_memory)(void *);
  void *context;
} Scratch;

static void scratch_end(Scratch *s) {
  s->job->on_no_memory = s->on_no_memory;
  s->job->context = s->context;
  arena_free(&s->arena);
}

static void no_memory(void *context) {
  Scratch *s = context;
  scratch_end(s);
  s->on_no_memory(s->context);
}

ModuleImage *core_compile(Arena *arena, Names *names, CoreModule *module, Diagnostics *sink) {
  jmp_buf stop;
  Compile *c = ARENA_NEW(arena, Compile);
  Scratch *scratch = ARENA_NEW(arena, Scratch);
  *scratch = (Scratch){.job = arena, .on_no_memory = arena->on_no_memory, .context = arena->context};
  *c = (Compile){.arena = &scratch->arena, .job = arena, .names = names, .module = module, .sink = sink, .stop = &stop, .file = module->file};
  c->builder = builder_new(arena, module->name->text, module->name->length);
  arena_init(&scratch->arena, arena->alloc, no_memory, scratch);
  arena->on_no_memory = no_memory;
  arena->context = scratch;
  ModuleImage *image = NULL;
  if (!setjmp(stop)) {
    compile_module(c);
    image = builder_finish(c->builder);
  }
  scratch_end(scratch);
  return image;
}

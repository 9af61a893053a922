// SPDX-License-Identifier: Apache-2.0
//
// Loading and finding code. See code.h for the model.
#include "vm/code/code.h"

#include <string.h>

#include "vm/term/etf.h"

static void unit_no_memory(void *context) { __builtin_longjmp(context, 1); }

static uint64_t mix(uint64_t h) {
  h *= 0x9e3779b97f4a7c15u;
  return h ^ h >> 32;
}
static uint64_t export_hash(Term module, Term name, uint32_t arity) { return mix(module * 31 + name + ((uint64_t)arity << 40)); }

static bool table_grow(const Alloc *alloc, void **array, uint32_t *capacity, size_t item) {
  uint32_t wanted = *capacity ? *capacity * 2 : 64;
  void *bigger = alloc_grow(alloc, *array, *capacity * item, wanted * item);
  if (!bigger) return false;
  *array = bigger;
  *capacity = wanted;
  return true;
}

// --- exports

static ExportEntry **export_place(CodeTable *t, Term module, Term name, uint32_t arity) {
  uint32_t mask = t->export_capacity - 1, at = (uint32_t)export_hash(module, name, arity) & mask;
  for (; t->exports[at]; at = (at + 1) & mask) {
    const Export *e = &t->exports[at]->e;
    if (e->module == module && e->name == name && e->arity == arity) break;
  }
  return &t->exports[at];
}

static bool exports_grow(CodeTable *t) {
  uint32_t old_capacity = t->export_capacity;
  ExportEntry **old = t->exports;
  uint32_t capacity = old_capacity ? old_capacity * 2 : 2048;
  ExportEntry **bigger = alloc_zero(t->alloc, capacity * sizeof *bigger);
  if (!bigger) return false;
  t->exports = bigger;
  t->export_capacity = capacity;
  for (uint32_t i = 0; i < old_capacity; i++)
    if (old[i]) *export_place(t, old[i]->e.module, old[i]->e.name, old[i]->e.arity) = old[i];
  alloc_put(t->alloc, old, old_capacity * sizeof *old);
  return true;
}

Export *code_export_find(CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry *entry = *export_place(t, module, name, arity);
  return entry ? &entry->e : NULL;
}

Export *code_export(CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry **place = export_place(t, module, name, arity);
  if (*place) return &(*place)->e;
  if ((t->export_count + 1) * 2 > t->export_capacity) {
    if (!exports_grow(t)) return NULL;
    place = export_place(t, module, name, arity);
  }
  ExportEntry *entry = arena_zero(&t->arena, sizeof *entry);
  entry->e = (Export){.machine = t->machine_stub, .module = module, .name = name, .arity = arity};
  entry->stub[0] = t->export_stub_word;
  entry->stub[1] = (uint64_t)(uintptr_t)entry;
  entry->e.code = entry->stub;
  *place = entry;
  t->export_count++;
  // A module that is loaded already may have the function.
  CodeUnit *unit = code_module(t, module);
  if (unit) {
    for (uint32_t i = 0; i < unit->image->function_count; i++) {
      CodeFunction *f = &unit->functions[i];
      if (f->name == name && f->arity == arity && unit->image->functions[i].exported) {
        entry->e.code = f->entry;
        entry->e.machine = f->machine;
        entry->e.unit_id = unit->id;
        entry->e.function_index = i;
        break;
      }
    }
  }
  return &entry->e;
}

static void arena_out_of_memory(void *context) {
  (void)context;
  PANIC("no memory for the export table");
}

static Status add_natives(CodeTable *t) {
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    Term module, name;
    Status s = atom_intern(t->atoms, n->module, strlen(n->module), &module);
    if (s == STATUS_OK) s = atom_intern(t->atoms, n->name, strlen(n->name), &name);
    if (s != STATUS_OK) return s;
    ExportEntry *entry = (ExportEntry *)code_export(t, module, name, n->arity);
    if (!entry) return STATUS_NO_MEMORY;
    entry->e.native = n;
    t->make_native_code(entry);
    entry->e.code = entry->native_code;
  }
  return STATUS_OK;
}

Status code_table_init(CodeTable *t, const Alloc *alloc, const TermContext *context, LiteralSpace *literals) {
  t->alloc = alloc;
  t->context = context;
  t->atoms = context->atoms;
  t->literals = literals;
  arena_init(&t->arena, alloc, arena_out_of_memory, NULL);
  if (!exports_grow(t)) return STATUS_NO_MEMORY;
  t->module_capacity = 256;
  t->modules = alloc_zero(alloc, t->module_capacity * sizeof *t->modules);
  if (!t->modules) return STATUS_NO_MEMORY;
  t->unit_count = 1; // id 0 means "none"
  return add_natives(t);
}

static void unit_free(CodeTable *t, CodeUnit *u) {
  if (u->literal_area) literal_area_free(t->literals, u->literal_area);
  arena_free(&u->arena);
  alloc_put(t->alloc, u, sizeof *u);
}

void code_table_free(CodeTable *t) {
  for (CodeUnit *u = t->units, *next; u; u = next) {
    next = u->next_in_table;
    unit_free(t, u);
  }
  alloc_put(t->alloc, t->exports, t->export_capacity * sizeof *t->exports);
  alloc_put(t->alloc, t->modules, t->module_capacity * sizeof *t->modules);
  alloc_put(t->alloc, t->by_id, t->unit_capacity * sizeof *t->by_id);
  alloc_put(t->alloc, t->ranges, t->range_capacity * sizeof *t->ranges);
  arena_free(&t->arena);
}

// --- modules

static CodeUnit **module_place(CodeTable *t, Term module) {
  uint32_t mask = t->module_capacity - 1, at = (uint32_t)mix(module) & mask;
  while (t->modules[at] && t->modules[at]->module != module) at = (at + 1) & mask;
  return &t->modules[at];
}

CodeUnit *code_module(CodeTable *t, Term module) {
  CodeUnit *u = *module_place(t, module);
  return u && u->current ? u : NULL;
}

CodeUnit *code_unit(CodeTable *t, uint32_t id) { return id < t->unit_count && id > 0 ? t->by_id[id] : NULL; }

static bool module_set(CodeTable *t, CodeUnit *unit) {
  if ((t->module_count + 1) * 2 > t->module_capacity) {
    uint32_t old_capacity = t->module_capacity;
    CodeUnit **old = t->modules;
    CodeUnit **bigger = alloc_zero(t->alloc, old_capacity * 2 * sizeof *bigger);
    if (!bigger) return false;
    t->modules = bigger;
    t->module_capacity = old_capacity * 2;
    for (uint32_t i = 0; i < old_capacity; i++)
      if (old[i]) *module_place(t, old[i]->module) = old[i];
    alloc_put(t->alloc, old, old_capacity * sizeof *old);
  }
  CodeUnit **place = module_place(t, unit->module);
  if (!*place) t->module_count++;
  *place = unit;
  return true;
}

static bool unit_make_atoms(CodeTable *t, CodeUnit *u) {
  u->atoms = ARENA_ARRAY(&u->arena, Term, u->image->atom_count);
  for (uint32_t i = 0; i < u->image->atom_count; i++)
    if (atom_intern(t->atoms, u->image->atoms[i].bytes, u->image->atoms[i].size, &u->atoms[i]) != STATUS_OK) return false;
  return true;
}

// All literals of a unit lie in one area; the need is known before it is made.
static LoadStatus unit_make_literals(CodeTable *t, CodeUnit *u, VerifyError *error) {
  uint32_t count = u->image->literal_count;
  u->literals = ARENA_ARRAY(&u->arena, Term, count);
  if (!count) return LOAD_OK;
  EtfDecoder *decoders = ARENA_ARRAY(&u->arena, EtfDecoder, count);
  size_t words = 0;
  LoadStatus result = LOAD_OK;
  uint32_t started = 0;
  for (; started < count; started++) {
    const ImageText *text = &u->image->literals[started];
    Status s = etf_decoder_start(&decoders[started], t->context, (const unsigned char *)text->bytes, text->size, 0);
    if (s != STATUS_OK || decoders[started].used_bytes != text->size) {
      if (s == STATUS_OK) started++;
      *error = (VerifyError){VERIFY_BAD_LITERAL, UINT32_MAX, UINT32_MAX};
      result = s == STATUS_NO_MEMORY ? LOAD_NO_MEMORY : LOAD_REFUSED;
      break;
    }
    words += decoders[started].words;
  }
  if (result == LOAD_OK && words) {
    u->literal_area = literal_area_new(t->literals, words, u->id);
    if (!u->literal_area) result = LOAD_NO_MEMORY;
  }
  TermHeap none = {.off_heap = T_NIL};
  TermHeap *heap = u->literal_area ? &u->literal_area->heap : &none;
  for (uint32_t i = 0; i < started; i++) {
    const ImageText *text = &u->image->literals[i];
    if (result == LOAD_OK && etf_decoder_build(&decoders[i], heap, (const unsigned char *)text->bytes, &u->literals[i]) != STATUS_OK)
      result = LOAD_NO_MEMORY;
    etf_decoder_end(&decoders[i]);
  }
  return result;
}

static void unit_make_functions(CodeTable *t, CodeUnit *u) {
  const ModuleImage *image = u->image;
  u->imports = ARENA_ARRAY(&u->arena, Export *, image->import_count);
  u->functions = ARENA_ARRAY(&u->arena, CodeFunction, image->function_count);
  for (uint32_t i = 0; i < image->function_count; i++) {
    CodeFunction *f = &u->functions[i];
    const ImageFunction *from = &image->functions[i];
    f->unit = u;
    f->index = i;
    f->name = u->atoms[from->name];
    f->arity = from->arity;
    f->slot_count = from->slot_count;
    f->stub[0] = t->link_stub_word;
    f->stub[1] = (uint64_t)(uintptr_t)f;
    f->entry = f->stub;
    f->machine = t->machine_stub;
  }
  u->funs = ARENA_ARRAY(&u->arena, FunEntry, image->fun_count);
  for (uint32_t i = 0; i < image->fun_count; i++) {
    const ImageFun *from = &image->funs[i];
    CodeFunction *body = &u->functions[from->function];
    u->funs[i] = (FunEntry){.code = body->stub, .machine = t->machine_stub, .module = u->module, .name = body->name, .index = i, .arity = from->arity,
                            .capture_count = from->capture_count, .unit_id = u->id, .function_index = from->function};
  }
}

// Exports that somebody asked for already, and that the old unit had, now lead to the new one.
static void switch_exports(CodeTable *t, CodeUnit *old, CodeUnit *u) {
  if (old) {
    for (uint32_t i = 0; i < old->image->function_count; i++) {
      Export *e = code_export_find(t, old->module, old->functions[i].name, old->functions[i].arity);
      if (e && !e->native && e->unit_id == old->id) {
        e->unit_id = 0;
        e->code = ((ExportEntry *)e)->stub;
        e->machine = t->machine_stub;
      }
    }
  }
  for (uint32_t i = 0; u && i < u->image->function_count; i++) {
    if (!u->image->functions[i].exported) continue;
    Export *e = code_export_find(t, u->module, u->functions[i].name, u->functions[i].arity);
    if (e && !e->native) {
      e->unit_id = u->id;
      e->function_index = i;
      e->code = u->functions[i].entry;
      e->machine = u->functions[i].machine;
    }
  }
}

bool code_is_guard_native(const void *table, ImageText module, ImageText name, uint32_t arity) {
  CodeTable *t = (CodeTable *)(uintptr_t)table;
  Term m = atom_lookup(t->atoms, module.bytes, module.size), n = atom_lookup(t->atoms, name.bytes, name.size);
  if (m == T_NONE || n == T_NONE) return false;
  Export *e = code_export_find(t, m, n, arity);
  return e && e->native && (e->native->flags & NATIVE_GUARD);
}

LoadStatus code_load(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error) {
  if (t->unit_count >= t->unit_capacity && !table_grow(t->alloc, (void **)&t->by_id, &t->unit_capacity, sizeof *t->by_id))
    return LOAD_NO_MEMORY;
  CodeUnit *u = alloc_zero(t->alloc, sizeof *u);
  if (!u) return LOAD_NO_MEMORY;
  Arena scratch;
  void *out_of_memory[5];
  LoadStatus volatile result = LOAD_NO_MEMORY;
  arena_init(&u->arena, t->alloc, unit_no_memory, out_of_memory);
  arena_init(&scratch, t->alloc, unit_no_memory, out_of_memory);
  if (__builtin_setjmp(out_of_memory) == 0) {
    u->table = t;
    u->id = t->unit_count;
    u->source = arena_copy(&u->arena, bytes, size);
    u->source_size = size;
    u->image = module_read(&u->arena, u->source, size, error);
    if (!u->image || !module_verify(&scratch, u->image, code_is_guard_native, t, error)) {
      result = LOAD_REFUSED;
    } else if (unit_make_atoms(t, u)) {
      u->module = u->atoms[u->image->name];
      result = expected != T_NONE && expected != u->module ? LOAD_WRONG_NAME : unit_make_literals(t, u, error);
      if (result == LOAD_OK) unit_make_functions(t, u);
    }
  }
  arena_free(&scratch);
  CodeUnit *old = result == LOAD_OK ? code_module(t, u->module) : NULL;
  if (result == LOAD_OK && !module_set(t, u)) result = LOAD_NO_MEMORY;
  if (result != LOAD_OK) {
    unit_free(t, u);
    return result;
  }
  u->arena.on_no_memory = arena_out_of_memory; // from now on it grows by linked code alone
  u->current = true;
  if (old) old->current = false;
  t->by_id[u->id] = u;
  t->unit_count++;
  u->next_in_table = t->units;
  t->units = u;
  t->load_count++;
  switch_exports(t, old, u);
  *unit = u;
  return LOAD_OK;
}

bool code_delete(CodeTable *t, Term module) {
  CodeUnit *u = code_module(t, module);
  if (!u) return false;
  u->current = false;
  t->load_count++;
  switch_exports(t, u, NULL);
  return true;
}

Export *unit_import(CodeUnit *u, uint32_t index) {
  if (!u->imports[index]) {
    const ImageImport *i = &u->image->imports[index];
    u->imports[index] = code_export(u->table, u->atoms[i->module], u->atoms[i->function], i->arity);
  }
  return u->imports[index];
}

// --- addresses

static uint32_t range_after(const CodeTable *t, const uint64_t *address) {
  uint32_t low = 0, high = t->range_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (t->ranges[middle].from <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

CodeFunction *code_find(CodeTable *t, const uint64_t *address) {
  uint32_t after = range_after(t, address);
  if (after == 0 || address >= t->ranges[after - 1].to) return NULL;
  return t->ranges[after - 1].function;
}

static bool add_range(CodeTable *t, CodeRange range) {
  if (t->range_count == t->range_capacity && !table_grow(t->alloc, (void **)&t->ranges, &t->range_capacity, sizeof *t->ranges))
    return false;
  uint32_t at = range_after(t, range.from);
  memmove(&t->ranges[at + 1], &t->ranges[at], (t->range_count - at) * sizeof *t->ranges);
  t->ranges[at] = range;
  t->range_count++;
  return true;
}

bool code_add_range(CodeTable *t, CodeFunction *f) { return add_range(t, (CodeRange){f->code, f->code + f->code_words, f}); }

bool code_add_machine_range(CodeTable *t, CodeFunction *f, const void *from, const void *to) { return add_range(t, (CodeRange){from, to, f}); }

const uint64_t *code_linked_address(const CodeFunction *f, const uint64_t *address) {
  if (!f->points || (address >= f->code && address <= f->code + f->code_words)) return address;
  // The last point that does not lie behind the address.
  size_t offset = (size_t)((const char *)address - (const char *)f->machine);
  uint32_t low = 0, high = f->point_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (f->points[middle].machine_offset <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return f->code + f->points[low ? low - 1 : 0].word;
}

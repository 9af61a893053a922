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

// --- modules

static CodeModule **module_place(CodeTable *t, Term name) {
  uint32_t mask = t->module_capacity - 1, at = (uint32_t)mix(name) & mask;
  while (t->modules[at] && t->modules[at]->name != name) at = (at + 1) & mask;
  return &t->modules[at];
}

CodeUnit *code_module(CodeTable *t, Term module) {
  const CodeModule *m = *module_place(t, module);
  return m ? m->current : NULL;
}

static bool is_free_id(const CodeUnit *entry) { return (uintptr_t)entry & 1; }

CodeUnit *code_unit(CodeTable *t, uint32_t id) { return id < t->unit_count && id > 0 && !is_free_id(t->by_id[id]) ? t->by_id[id] : NULL; }

// The module of that name, made when there was none. Fails: NULL.
static CodeModule *module_get(CodeTable *t, Term name) {
  CodeModule **place = module_place(t, name);
  if (*place) return *place;
  if ((t->module_count + 1) * 2 > t->module_capacity) {
    uint32_t old_capacity = t->module_capacity;
    CodeModule **old = t->modules;
    CodeModule **bigger = alloc_zero(t->alloc, old_capacity * 2 * sizeof *bigger);
    if (!bigger) return NULL;
    t->modules = bigger;
    t->module_capacity = old_capacity * 2;
    for (uint32_t i = 0; i < old_capacity; i++)
      if (old[i]) *module_place(t, old[i]->name) = old[i];
    alloc_put(t->alloc, old, old_capacity * sizeof *old);
    place = module_place(t, name);
  }
  CodeModule *m = arena_try_zero(&t->arena, sizeof *m);
  if (!m) return NULL;
  m->name = name;
  t->module_count++;
  return *place = m;
}

// --- exports, made

static void make_native(CodeTable *t, ExportEntry *entry, const NativeEntry *n) {
  entry->e.native = n;
  t->make_native_code(entry);
  entry->e.code = entry->native_code;
}

void code_set_native(CodeTable *t, Export *e, const NativeEntry *n) {
  e->machine = t->machine_stub;
  e->unit_id = 0;
  make_native(t, (ExportEntry *)e, n);
  t->load_count++;
}

// False: no memory for the function's stub.
static bool lead_to(ExportEntry *entry, CodeUnit *unit, uint32_t index) {
  const CodeFunction *f = unit_function(unit, index);
  if (!f) return false;
  entry->e.code = f->entry;
  entry->e.machine = f->machine;
  entry->e.unit_id = unit->id;
  entry->e.function_index = index;
  return true;
}

bool code_export_resolve(CodeTable *t, Export *e, bool *no_memory) {
  *no_memory = false;
  if (export_is_defined(e)) return true;
  uint32_t index;
  CodeUnit *u = code_module(t, e->module);
  if (!u || !unit_find_export(u, e->name, e->arity, &index)) return false;
  *no_memory = !lead_to((ExportEntry *)e, u, index);
  return !*no_memory;
}

Export *code_export(CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry **place = export_place(t, module, name, arity);
  if (*place) return &(*place)->e;
  if ((t->export_count + 1) * 2 > t->export_capacity) {
    if (!exports_grow(t)) return NULL;
    place = export_place(t, module, name, arity);
  }
  CodeModule *m = module_get(t, module);
  if (!m) return NULL;
  ExportEntry *entry = arena_try_zero(&t->arena, sizeof *entry);
  if (!entry) return NULL;
  entry->e = (Export){.machine = t->machine_stub, .module = module, .name = name, .arity = arity};
  entry->stub[0] = t->export_stub_word;
  entry->stub[1] = (uint64_t)(uintptr_t)entry;
  entry->e.code = entry->stub;
  uint32_t native = t->image ? image_native(t->image, module, name, arity) : UINT32_MAX, index;
  // A module that is loaded already may have the function.
  if (native != UINT32_MAX) make_native(t, entry, &NATIVE_TABLE[native]);
  else if (m->current && unit_find_export(m->current, name, arity, &index) && !lead_to(entry, m->current, index)) return NULL;
  entry->next_of_module = m->exports;
  m->exports = entry;
  *place = entry;
  t->export_count++;
  return &entry->e;
}

Export *code_export_find(CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry *entry = *export_place(t, module, name, arity);
  if (entry) return &entry->e;
  return t->image && image_native(t->image, module, name, arity) != UINT32_MAX ? code_export(t, module, name, arity) : NULL;
}

// Without an image; with one they are made when first asked for.
static Status add_natives(CodeTable *t) {
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    Term module, name;
    Status s = atom_intern(t->atoms, n->module, strlen(n->module), &module);
    if (s == STATUS_OK) s = atom_intern(t->atoms, n->name, strlen(n->name), &name);
    if (s != STATUS_OK) return s;
    ExportEntry *entry = (ExportEntry *)code_export(t, module, name, n->arity);
    if (!entry) return STATUS_NO_MEMORY;
    make_native(t, entry, n);
  }
  return STATUS_OK;
}

Status code_table_init(CodeTable *t, const Alloc *alloc, const TermContext *context, LiteralSpace *literals, const LibraryImage *image) {
  t->alloc = alloc;
  t->image = image;
  t->context = context;
  t->atoms = context->atoms;
  t->literals = literals;
  arena_init(&t->arena, alloc, NULL, NULL); // only arena_try_zero
  if (!exports_grow(t)) return STATUS_NO_MEMORY;
  t->module_capacity = 256;
  t->modules = alloc_zero(alloc, t->module_capacity * sizeof *t->modules);
  if (!t->modules) return STATUS_NO_MEMORY;
  t->unit_count = 1; // id 0 means "none"
  return image ? STATUS_OK : add_natives(t);
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
  while (t->orphans) code_orphan_free(t, t->orphans);
  alloc_put(t->alloc, t->exports, t->export_capacity * sizeof *t->exports);
  alloc_put(t->alloc, t->modules, t->module_capacity * sizeof *t->modules);
  alloc_put(t->alloc, t->by_id, t->unit_capacity * sizeof *t->by_id);
  code_files_free(t);
  alloc_put(t->alloc, t->ranges, t->range_capacity * sizeof *t->ranges);
  arena_free(&t->arena);
}

// --- loading

// All literals of a unit lie in one area; the need is known before it is made.
static LoadStatus unit_make_literals(CodeTable *t, CodeUnit *u, const ModuleImage *image, VerifyError *error) {
  uint32_t count = image->literal_count;
  Term *literals = ARENA_ARRAY(&u->arena, Term, count);
  u->parts.literals = literals;
  u->parts.literal_count = count;
  if (!count) return LOAD_OK;
  EtfDecoder *decoders = ARENA_ARRAY(&u->arena, EtfDecoder, count);
  size_t words = 0;
  LoadStatus result = LOAD_OK;
  uint32_t started = 0;
  for (; started < count; started++) {
    const ImageText *text = &image->literals[started];
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
    const ImageText *text = &image->literals[i];
    if (result == LOAD_OK && etf_decoder_build(&decoders[i], heap, (const unsigned char *)text->bytes, &literals[i]) != STATUS_OK)
      result = LOAD_NO_MEMORY;
    etf_decoder_end(&decoders[i]);
  }
  return result;
}

static void unit_make_room(CodeUnit *u) {
  u->imports = ARENA_ARRAY(&u->arena, Export *, u->parts.import_count);
  u->functions = ARENA_ARRAY(&u->arena, CodeFunction *, u->parts.function_count);
  u->file_numbers = ARENA_ARRAY(&u->arena, uint32_t, u->parts.file_count);
}

// Exports that somebody asked for already lead to the unit that is current now, those it does not have to nowhere.
static void switch_exports(CodeTable *t, CodeModule *m) {
  for (ExportEntry *entry = m->exports; entry; entry = entry->next_of_module) {
    uint32_t index;
    if (entry->e.native) continue;
    // Without memory it leads nowhere for now: code_export_resolve tries again when it is called.
    if (!m->current || !unit_find_export(m->current, entry->e.name, entry->e.arity, &index) || !lead_to(entry, m->current, index)) {
      entry->e.unit_id = 0;
      entry->e.code = entry->stub;
      entry->e.machine = t->machine_stub;
    }
  }
}

size_t code_unit_bytes(const CodeUnit *u) {
  size_t bytes = sizeof *u + u->arena.total_bytes + (u->literal_area ? u->literal_area->word_count * sizeof(Term) : 0);
  for (uint32_t i = 0; i < u->parts.function_count; i++)
    if (u->functions[i]) bytes += (size_t)u->functions[i]->hot_bytes + u->functions[i]->cold_bytes;
  return bytes;
}

static void garbage(CodeTable *t, size_t bytes) {
  t->garbage_bytes += bytes;
  if (t->garbage_grew) t->garbage_grew(t->state);
}

// A unit is no longer its module's.
static void left(CodeTable *t, CodeUnit *u) {
  u->current = false;
  t->old_count++;
  garbage(t, code_unit_bytes(u));
}

void code_orphan(CodeTable *t, uint32_t owner) {
  size_t bytes = 0;
  OrphanAreas *o = alloc_get(t->alloc, sizeof *o);
  LiteralArea *areas = o ? literal_areas_take(t->literals, owner, &bytes) : NULL;
  if (!areas) {
    alloc_put(t->alloc, o, sizeof *o);
    return;
  }
  *o = (OrphanAreas){.next = t->orphans, .areas = areas, .bytes = bytes};
  t->orphans = o;
  garbage(t, bytes);
}

void code_orphan_area(CodeTable *t, LiteralArea *area) {
  OrphanAreas *o = area ? alloc_get(t->alloc, sizeof *o) : NULL;
  if (!o) return;
  *o = (OrphanAreas){.next = t->orphans, .areas = area, .bytes = literal_area_take(t->literals, area)};
  t->orphans = o;
  garbage(t, o->bytes);
}

void code_orphan_free(CodeTable *t, OrphanAreas *o) {
  OrphanAreas **place = &t->orphans;
  while (*place != o) place = &(*place)->next;
  *place = o->next;
  for (LiteralArea *a = o->areas, *next; a; a = next) {
    next = a->next;
    literal_area_free_taken(t->literals, a);
  }
  alloc_put(t->alloc, o, sizeof *o);
}

void code_unit_free(CodeTable *t, CodeUnit *u) {
  CHECK(!u->current && !u->pinned);
  CodeUnit **place = &t->units;
  while (*place != u) place = &(*place)->next_in_table;
  *place = u->next_in_table;
  for (uint32_t i = 0; t->drop_function && i < u->parts.function_count; i++)
    if (u->functions[i] && u->functions[i]->code) t->drop_function(t->state, u->functions[i]);
  t->by_id[u->id] = (CodeUnit *)(uintptr_t)((uint64_t)t->free_id << 1 | 1);
  t->free_id = u->id;
  t->old_count--;
  unit_free(t, u);
}

// A unit that is whole becomes its module's.
static void unit_enter(CodeTable *t, CodeModule *m, CodeUnit *u) {
  u->arena.on_no_memory = NULL; // from now on it grows by what is asked for or linked first: arena_try_zero, engine_link
  u->current = true;
  if (m->current) left(t, m->current);
  m->current = u;
  if (u->id == t->unit_count) t->unit_count++;
  else t->free_id = (uint32_t)((uintptr_t)t->by_id[u->id] >> 1);
  t->by_id[u->id] = u;
  u->next_in_table = t->units;
  t->units = u;
  t->load_count++;
  switch_exports(t, m);
}

static CodeUnit *unit_new(CodeTable *t, void *out_of_memory) {
  if (!t->free_id && t->unit_count >= t->unit_capacity && !table_grow(t->alloc, (void **)&t->by_id, &t->unit_capacity, sizeof *t->by_id)) return NULL;
  CodeUnit *u = alloc_zero(t->alloc, sizeof *u);
  if (!u) return NULL;
  arena_init(&u->arena, t->alloc, unit_no_memory, out_of_memory);
  u->table = t;
  u->id = t->free_id ? t->free_id : t->unit_count;
  return u;
}

bool code_load_from_image(CodeTable *t, Term module, bool *found) {
  const ImageModule *from = t->image ? image_module(t->image, module) : NULL;
  *found = from != NULL;
  if (!from) return false;
  void *out_of_memory[5];
  CodeModule *m = module_get(t, module);
  CodeUnit *u = m ? unit_new(t, out_of_memory) : NULL;
  if (!u) return false;
  if (__builtin_setjmp(out_of_memory) != 0) {
    unit_free(t, u);
    return false;
  }
  u->module = module;
  u->parts = image_parts(t->image, from);
  unit_make_room(u);
  const ImageExport *fixups = image_at(t->image, from->fixups_at);
  for (uint32_t i = 0; i < from->fixup_count; i++) {
    const Export *e = code_export(t, term_atom(fixups[i].module), term_atom(fixups[i].name), fixups[i].arity);
    if (!e) {
      unit_free(t, u);
      return false;
    }
    ((Term *)(void *)t->image->placed)[fixups[i].at] = (Term)(uintptr_t)e;
  }
  unit_enter(t, m, u);
  return true;
}

bool code_is_guard_native(const void *table, ImageText module, ImageText name, uint32_t arity) {
  CodeTable *t = (CodeTable *)(uintptr_t)table;
  Term m = atom_lookup(t->atoms, module.bytes, module.size), n = atom_lookup(t->atoms, name.bytes, name.size);
  if (m == T_NONE || n == T_NONE) return false;
  const ExportEntry *entry = *export_place(t, m, n, arity);
  const NativeEntry *native = entry ? entry->e.native : NULL;
  uint32_t index = !entry && t->image ? image_native(t->image, m, n, arity) : UINT32_MAX; // nobody asked for it yet
  if (index != UINT32_MAX) native = &NATIVE_TABLE[index];
  return native && (native->flags & NATIVE_GUARD);
}

LoadStatus code_load(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error) {
  void *out_of_memory[5];
  CodeUnit *u = unit_new(t, out_of_memory);
  if (!u) return LOAD_NO_MEMORY;
  Arena scratch; // what was read and verified; the unit keeps the bytes alone
  LoadStatus volatile result = LOAD_NO_MEMORY;
  arena_init(&scratch, t->alloc, unit_no_memory, out_of_memory);
  if (__builtin_setjmp(out_of_memory) == 0) {
    const char *source = arena_copy(&u->arena, bytes, size);
    const ModuleImage *image = module_read(&scratch, source, size, error);
    if (!image || !module_verify(&scratch, image, code_is_guard_native, t, error)) {
      result = LOAD_REFUSED;
    } else if (unit_make_parts(u, image, source, size)) {
      LoadStatus s = expected != T_NONE && expected != u->module ? LOAD_WRONG_NAME : unit_make_literals(t, u, image, error);
      if (s == LOAD_OK) unit_make_room(u); // which may leave without memory
      result = s;
    }
  }
  arena_free(&scratch);
  CodeModule *m = result == LOAD_OK ? module_get(t, u->module) : NULL;
  if (result == LOAD_OK && !m) result = LOAD_NO_MEMORY;
  if (result != LOAD_OK) {
    unit_free(t, u);
    return result;
  }
  unit_enter(t, m, u);
  *unit = u;
  return LOAD_OK;
}

bool code_delete(CodeTable *t, Term module) {
  CodeModule *m = *module_place(t, module);
  if (!m || !m->current) return false;
  CodeUnit *u = m->current;
  m->current = NULL;
  t->load_count++;
  switch_exports(t, m);
  left(t, u);
  return true;
}

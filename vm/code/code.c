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

// --- indexes

static size_t index_bytes(uint32_t capacity) { return sizeof(CodeIndex) + capacity * sizeof(_Atomic(void *)); }

// Room for one more in an index, which a copy of twice the size replaces when it is half full. Fails: false.
static bool index_reserve(const Alloc *alloc, _Atomic(CodeIndex *) *index, uint32_t first, uint64_t (*hash_of)(const void *item)) {
  CodeIndex *old = atomic_load_explicit(index, memory_order_relaxed);
  if (old && (old->count + 1) * 2 <= old->mask + 1) return true;
  uint32_t capacity = old ? (old->mask + 1) * 2 : first;
  CodeIndex *bigger = alloc_zero(alloc, index_bytes(capacity));
  if (!bigger) return false;
  bigger->older = old;
  bigger->mask = capacity - 1;
  for (uint32_t i = 0; old && i <= old->mask; i++) {
    void *item = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
    if (!item) continue;
    uint32_t at = (uint32_t)hash_of(item) & bigger->mask;
    while (atomic_load_explicit(&bigger->slots[at], memory_order_relaxed)) at = (at + 1) & bigger->mask;
    atomic_store_explicit(&bigger->slots[at], item, memory_order_relaxed);
    bigger->count++;
  }
  atomic_store_explicit(index, bigger, memory_order_release);
  return true;
}

// There is room; the item is whole.
static void index_add(CodeIndex *index, void *item, uint64_t hash) {
  uint32_t at = (uint32_t)hash & index->mask;
  while (atomic_load_explicit(&index->slots[at], memory_order_relaxed)) at = (at + 1) & index->mask;
  atomic_store_explicit(&index->slots[at], item, memory_order_release);
  index->count++;
}

static void index_free(const Alloc *alloc, CodeIndex *index) {
  for (CodeIndex *older; index; index = older) {
    older = index->older;
    alloc_put(alloc, index, index_bytes(index->mask + 1));
  }
}

static uint64_t hash_of_export(const void *item) {
  const Export *e = item;
  return export_hash(e->module, e->name, e->arity);
}
static uint64_t hash_of_module(const void *item) { return mix(((const CodeModule *)item)->name); }

static ExportEntry *export_find(const CodeTable *t, Term module, Term name, uint32_t arity) {
  const CodeIndex *index = atomic_load_explicit(&t->exports, memory_order_acquire);
  for (uint32_t at = (uint32_t)export_hash(module, name, arity);; at++) {
    ExportEntry *entry = atomic_load_explicit(&index->slots[at & index->mask], memory_order_acquire);
    if (!entry || (entry->e.module == module && entry->e.name == name && entry->e.arity == arity)) return entry;
  }
}

Export *code_export_known(const CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry *entry = export_find(t, module, name, arity);
  return entry ? &entry->e : NULL;
}

// --- modules

static CodeModule *module_find(const CodeTable *t, Term name) {
  const CodeIndex *index = atomic_load_explicit(&t->modules, memory_order_acquire);
  for (uint32_t at = (uint32_t)mix(name);; at++) {
    CodeModule *m = atomic_load_explicit(&index->slots[at & index->mask], memory_order_acquire);
    if (!m || m->name == name) return m;
  }
}

static CodeUnit *current_of(const CodeModule *m) { return m ? atomic_load_explicit(&m->current, memory_order_acquire) : NULL; }

CodeUnit *code_module(const CodeTable *t, Term module) { return current_of(module_find(t, module)); }

static bool is_free_id(const CodeUnit *entry) { return (uintptr_t)entry & 1; }

static CodeUnit *unit_of_id(const CodeTable *t, uint32_t id) {
  return id < t->unit_count && id > 0 && !is_free_id(t->by_id[id]) ? t->by_id[id] : NULL;
}

CodeUnit *code_unit(CodeTable *t, uint32_t id) {
  code_lock(t);
  CodeUnit *u = unit_of_id(t, id);
  code_unlock(t);
  return u;
}

void code_pin(CodeTable *t, uint32_t unit_id) {
  code_lock(t);
  CodeUnit *u = unit_of_id(t, unit_id);
  if (u) u->pinned = true;
  code_unlock(t);
}

// The module of that name, made when there was none. Under the lock. Fails: NULL.
static CodeModule *module_get(CodeTable *t, Term name) {
  CodeModule *m = module_find(t, name);
  if (m) return m;
  if (!index_reserve(t->alloc, &t->modules, 256, hash_of_module)) return NULL;
  m = arena_try_zero(&t->arena, sizeof *m);
  if (!m) return NULL;
  m->name = name;
  m->next = atomic_load_explicit(&t->first_module, memory_order_relaxed);
  index_add(atomic_load_explicit(&t->modules, memory_order_relaxed), m, hash_of_module(m));
  atomic_store_explicit(&t->first_module, m, memory_order_release);
  atomic_fetch_add_explicit(&t->module_count, 1, memory_order_relaxed);
  return m;
}

// --- exports, made

static void make_native(CodeTable *t, ExportEntry *entry, const NativeEntry *n) {
  PUBLISH(entry->e.native, n);
  t->make_native_code(entry);
  PUBLISH(entry->e.code, (const void *)entry->native_code);
}

// U5: code first, since compiled code that meets the table's stub goes where `code` says.
static void lead_to_stub(const CodeTable *t, ExportEntry *entry) {
  PUBLISH(entry->e.code, (const void *)entry->stub);
  PUBLISH(entry->e.machine, t->machine_stub);
}

void code_set_natives(CodeTable *t, Export *const *exports, const NativeEntry *const *natives, uint32_t count) {
  code_lock(t);
  for (uint32_t i = 0; i < count; i++)
    if (!exports[i]->native) lead_to_stub(t, (ExportEntry *)exports[i]);
  for (uint32_t i = 0; i < count; i++) {
    if (exports[i]->native) continue;
    PUBLISH(exports[i]->unit_id, 0);
    make_native(t, (ExportEntry *)exports[i], natives[i]);
  }
  t->load_count++;
  code_unlock(t);
}

// False: no memory for the function's stub.
static bool lead_to(ExportEntry *entry, CodeUnit *unit, uint32_t index) {
  const CodeFunction *f = unit_function(unit, index);
  if (!f) return false;
  entry->e.function_index = index;
  PUBLISH(entry->e.unit_id, unit->id);
  PUBLISH(entry->e.code, f->entry);
  PUBLISH(entry->e.machine, f->machine);
  return true;
}

bool code_export_resolve(CodeTable *t, Export *e, bool *no_memory) {
  code_lock(t); // whoever is switching the module has done so by then (U5)
  uint32_t index;
  CodeUnit *u = export_is_defined(e) ? NULL : code_module(t, e->module);
  *no_memory = u && unit_find_export(u, e->name, e->arity, &index) && !lead_to((ExportEntry *)e, u, index);
  bool there = export_is_defined(e);
  code_unlock(t);
  return there;
}

Export *code_export_locked(CodeTable *t, Term module, Term name, uint32_t arity) {
  ExportEntry *entry = export_find(t, module, name, arity);
  if (entry) return &entry->e;
  if (!index_reserve(t->alloc, &t->exports, 2048, hash_of_export)) return NULL;
  CodeModule *m = module_get(t, module);
  if (!m) return NULL;
  entry = arena_try_zero(&t->arena, sizeof *entry);
  if (!entry) return NULL;
  entry->e = (Export){.machine = t->machine_stub, .module = module, .name = name, .arity = arity};
  entry->stub[0] = t->export_stub_word;
  entry->stub[1] = (uint64_t)(uintptr_t)entry;
  entry->e.code = entry->stub;
  uint32_t native = t->image ? image_native(t->image, module, name, arity) : UINT32_MAX, index;
  CodeUnit *current = current_of(m);
  // A module that is loaded already may have the function.
  if (native != UINT32_MAX) make_native(t, entry, &NATIVE_TABLE[native]);
  else if (current && unit_find_export(current, name, arity, &index) && !lead_to(entry, current, index)) return NULL;
  entry->next_of_module = m->exports;
  m->exports = entry;
  index_add(atomic_load_explicit(&t->exports, memory_order_relaxed), entry, hash_of_export(entry));
  return &entry->e;
}

Export *code_export(CodeTable *t, Term module, Term name, uint32_t arity) {
  Export *e = code_export_known(t, module, name, arity);
  if (LIKELY(e != NULL)) return e;
  code_lock(t);
  e = code_export_locked(t, module, name, arity);
  code_unlock(t);
  return e;
}

Export *code_export_find(CodeTable *t, Term module, Term name, uint32_t arity) {
  Export *e = code_export_known(t, module, name, arity);
  if (e) return e;
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
  lock_init(&t->lock, LOCK_LOADING);
  arena_init(&t->arena, alloc, NULL, NULL); // only arena_try_zero
  if (!index_reserve(alloc, &t->exports, 2048, hash_of_export)) return STATUS_NO_MEMORY;
  if (!index_reserve(alloc, &t->modules, 256, hash_of_module)) return STATUS_NO_MEMORY;
  t->unit_count = 1; // id 0 means "none"
  return image ? STATUS_OK : add_natives(t);
}

// Its memory, when nobody looks at its stretches of code any more (code_find).
static void unit_release(void *state, Retired *r) {
  (void)state;
  CodeUnit *u = (CodeUnit *)(void *)((char *)r - offsetof(CodeUnit, retired));
  const Alloc *alloc = u->arena.alloc;
  arena_free(&u->arena);
  alloc_put(alloc, u, sizeof *u);
}

// A unit that never was entered, or of a table that goes.
static void unit_free(CodeTable *t, CodeUnit *u) {
  if (u->literal_area) literal_area_free(t->literals, u->literal_area);
  unit_release(NULL, &u->retired);
}

void code_table_free(CodeTable *t) {
  for (CodeUnit *u = t->units, *next; u; u = next) {
    next = u->next_in_table;
    unit_free(t, u);
  }
  while (t->orphans) code_orphan_free(t, t->orphans);
  index_free(t->alloc, atomic_load(&t->exports));
  index_free(t->alloc, atomic_load(&t->modules));
  alloc_put(t->alloc, t->by_id, t->unit_capacity * sizeof *t->by_id);
  code_files_free(t);
  code_ranges_free(t);
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

// Exports that somebody asked for already lead to `to` (NULL: to nowhere), which becomes the module's unit (U5). Under the lock.
static void switch_module(CodeTable *t, CodeModule *m, CodeUnit *to) {
  for (ExportEntry *entry = m->exports; entry; entry = entry->next_of_module)
    if (!entry->e.native) lead_to_stub(t, entry);
  atomic_store_explicit(&m->current, to, memory_order_release);
  for (ExportEntry *entry = m->exports; entry; entry = entry->next_of_module) {
    uint32_t index;
    // Without memory it leads nowhere for now: code_export_resolve tries again when it is called.
    if (!entry->e.native && (!to || !unit_find_export(to, entry->e.name, entry->e.arity, &index) || !lead_to(entry, to, index)))
      PUBLISH(entry->e.unit_id, 0);
  }
  t->load_count++;
}

size_t code_unit_bytes(const CodeUnit *u) {
  size_t bytes = sizeof *u + u->arena.total_bytes + (u->literal_area ? u->literal_area->word_count * sizeof(Term) : 0);
  for (uint32_t i = 0; i < u->parts.function_count; i++)
    if (u->functions[i]) bytes += (size_t)u->functions[i]->hot_bytes + u->functions[i]->cold_bytes;
  return bytes;
}

// A unit is no longer its module's. Under the lock; then, without it, garbage_grew.
static void left(CodeTable *t, CodeUnit *u) {
  u->current = false;
  t->old_count++;
  t->garbage_bytes += code_unit_bytes(u);
}

static void garbage_grew(CodeTable *t) {
  if (t->garbage_grew) t->garbage_grew(t->state);
}

static void add_orphan(CodeTable *t, OrphanAreas *o, LiteralArea *areas, size_t bytes) {
  code_lock(t);
  *o = (OrphanAreas){.next = t->orphans, .areas = areas, .bytes = bytes};
  t->orphans = o;
  t->garbage_bytes += bytes;
  code_unlock(t);
  garbage_grew(t);
}

void code_orphan(CodeTable *t, uint32_t owner) {
  size_t bytes = 0;
  OrphanAreas *o = alloc_get(t->alloc, sizeof *o);
  LiteralArea *areas = o ? literal_areas_take(t->literals, owner, &bytes) : NULL;
  if (areas) add_orphan(t, o, areas, bytes);
  else alloc_put(t->alloc, o, sizeof *o);
}

void code_orphan_area(CodeTable *t, LiteralArea *area) {
  OrphanAreas *o = area ? alloc_get(t->alloc, sizeof *o) : NULL;
  if (o) add_orphan(t, o, area, literal_area_take(t->literals, area));
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

// An id for a unit to come, under the lock. 0: no memory.
static uint32_t take_id(CodeTable *t) {
  uint32_t id = t->free_id;
  if (id) {
    t->free_id = (uint32_t)((uintptr_t)t->by_id[id] >> 1);
    t->by_id[id] = (CodeUnit *)1;
    return id;
  }
  if (t->unit_count >= t->unit_capacity && !table_grow(t->alloc, (void **)&t->by_id, &t->unit_capacity, sizeof *t->by_id)) return 0;
  t->by_id[t->unit_count] = (CodeUnit *)1;
  return t->unit_count++;
}
static void give_id(CodeTable *t, uint32_t id) {
  if (!id) return;
  t->by_id[id] = (CodeUnit *)(uintptr_t)((uint64_t)t->free_id << 1 | 1);
  t->free_id = id;
}

void code_unit_free(CodeTable *t, CodeUnit *u) {
  CHECK(!u->current && !u->pinned);
  CodeUnit **place = &t->units;
  while (*place != u) place = &(*place)->next_in_table;
  *place = u->next_in_table;
  for (uint32_t i = 0; t->drop_function && i < u->parts.function_count; i++)
    if (u->functions[i] && u->functions[i]->code) t->drop_function(t->state, u->functions[i]);
  give_id(t, u->id);
  t->old_count--;
  if (u->literal_area) literal_area_free(t->literals, u->literal_area);
  u->literal_area = NULL;
  if (t->retire) t->retire(t->state, &u->retired, unit_release);
  else unit_release(NULL, &u->retired);
}

// A unit that is whole becomes its module's. Under the lock.
static void unit_enter(CodeTable *t, CodeModule *m, CodeUnit *u) {
  u->arena.on_no_memory = NULL; // from now on it grows by what is asked for or linked first: arena_try_zero, engine_link
  u->current = true;
  if (current_of(m)) left(t, current_of(m));
  t->by_id[u->id] = u;
  u->next_in_table = t->units;
  t->units = u;
  switch_module(t, m, u);
}

static CodeUnit *unit_new(CodeTable *t, uint32_t id, void *out_of_memory) {
  CodeUnit *u = id ? alloc_zero(t->alloc, sizeof *u) : NULL;
  if (!u) return NULL;
  arena_init(&u->arena, t->alloc, unit_no_memory, out_of_memory);
  u->table = t;
  u->id = id;
  return u;
}

// Literals that are EXPORTs lead to the VM's own. They are written once, before the first unit of the module is there: a unit of a later
// load finds them right. Fails: false.
static bool fix_literals(CodeTable *t, const ImageModule *from) {
  const ImageExport *fixups = image_at(t->image, from->fixups_at);
  for (uint32_t i = 0; i < from->fixup_count; i++) {
    Export *e = code_export_locked(t, term_atom(fixups[i].module), term_atom(fixups[i].name), fixups[i].arity);
    if (!e) return false;
    Term *word = &((Term *)(void *)t->image->placed)[fixups[i].at];
    if (*word != (Term)(uintptr_t)e) *word = (Term)(uintptr_t)e;
  }
  return true;
}

static bool load_from_image(CodeTable *t, const ImageModule *from) {
  CodeModule *m = module_get(t, term_atom(from->name));
  if (!m) return false;
  if (current_of(m)) return true;
  void *out_of_memory[5];
  uint32_t id = take_id(t);
  CodeUnit *u = unit_new(t, id, out_of_memory);
  if (u && __builtin_setjmp(out_of_memory) == 0) {
    u->module = m->name;
    u->parts = image_parts(t->image, from);
    unit_make_room(u);
    if (fix_literals(t, from)) {
      unit_enter(t, m, u);
      return true;
    }
  }
  if (u) unit_free(t, u);
  give_id(t, id);
  return false;
}

bool code_load_from_image(CodeTable *t, Term module, bool *found) {
  const ImageModule *from = t->image ? image_module(t->image, module) : NULL;
  *found = from != NULL;
  if (!from) return false;
  code_lock(t);
  bool loaded = load_from_image(t, from);
  code_unlock(t);
  return loaded;
}

bool code_is_guard_native(const void *table, ImageText module, ImageText name, uint32_t arity) {
  CodeTable *t = (CodeTable *)(uintptr_t)table;
  Term m = atom_lookup(t->atoms, module.bytes, module.size), n = atom_lookup(t->atoms, name.bytes, name.size);
  if (m == T_NONE || n == T_NONE) return false;
  const ExportEntry *entry = export_find(t, m, n, arity);
  const NativeEntry *native = entry ? PUBLISHED(entry->e.native) : NULL;
  uint32_t index = !entry && t->image ? image_native(t->image, m, n, arity) : UINT32_MAX; // nobody asked for it yet
  if (index != UINT32_MAX) native = &NATIVE_TABLE[index];
  return native && (native->flags & NATIVE_GUARD);
}

static LoadStatus load(CodeTable *t, const void *bytes, size_t size, Term expected, bool absent, CodeUnit **unit, VerifyError *error) {
  void *out_of_memory[5];
  code_lock(t);
  uint32_t id = take_id(t);
  code_unlock(t);
  CodeUnit *u = unit_new(t, id, out_of_memory);
  Arena scratch; // what was read and verified; the unit keeps the bytes alone
  LoadStatus volatile result = LOAD_NO_MEMORY;
  arena_init(&scratch, t->alloc, unit_no_memory, out_of_memory);
  if (u && __builtin_setjmp(out_of_memory) == 0) {
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
  // Nobody knew of it so far.
  code_lock(t);
  CodeModule *m = result == LOAD_OK ? module_get(t, u->module) : NULL;
  if (result == LOAD_OK && !m) result = LOAD_NO_MEMORY;
  bool another = m && absent && current_of(m);
  if (result == LOAD_OK) *unit = another ? current_of(m) : u;
  bool enters = result == LOAD_OK && !another;
  if (enters) unit_enter(t, m, u);
  else give_id(t, id);
  code_unlock(t);
  if (!enters && u) unit_free(t, u);
  if (enters) garbage_grew(t);
  return result;
}

LoadStatus code_load(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error) {
  return load(t, bytes, size, expected, false, unit, error);
}
LoadStatus code_load_absent(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error) {
  return load(t, bytes, size, expected, true, unit, error);
}

bool code_delete(CodeTable *t, Term module) {
  CodeModule *m = module_find(t, module);
  if (!current_of(m)) return false;
  code_lock(t);
  CodeUnit *u = current_of(m);
  if (u) {
    switch_module(t, m, NULL);
    left(t, u);
  }
  code_unlock(t);
  if (u) garbage_grew(t);
  return u != NULL;
}

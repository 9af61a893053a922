// SPDX-License-Identifier: Apache-2.0
//
// Units: their unchanging parts out of a module file, and what of them is made when it is first asked for.
//
// Of a file that was read and verified only its bytes and a few tables stay; a function's instructions are decoded
// again when it is linked. A unit of the image has the same tables where they lie.
#include <stdlib.h>
#include <string.h>

#include "vm/code/code.h"

static int compare_keys(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static bool make_atoms(CodeTable *t, CodeUnit *u, const ModuleImage *image) {
  uint32_t *atoms = ARENA_ARRAY(&u->arena, uint32_t, image->atom_count);
  for (uint32_t i = 0; i < image->atom_count; i++) {
    Term atom;
    if (atom_intern(t->atoms, image->atoms[i].bytes, image->atoms[i].size, &atom) != STATUS_OK) return false;
    atoms[i] = atom_number(atom);
  }
  u->parts.atoms = atoms;
  u->parts.atom_count = image->atom_count;
  return true;
}

static UnitText text_in(const char *source, ImageText text) {
  return text.size ? (UnitText){(uint32_t)(text.bytes - source), text.size} : (UnitText){0, 0};
}

bool unit_make_parts(CodeUnit *u, const ModuleImage *image, const void *source, size_t size) {
  UnitParts *p = &u->parts;
  Arena *arena = &u->arena;
  p->bytes = source;
  p->file_size = size;
  if (image->function_count >= UNIT_FUNCTIONS_MAX) return false;
  if (!make_atoms(u->table, u, image)) return false;
  u->module = unit_atom(u, image->name);
  UnitFunction *functions = ARENA_ARRAY(arena, UnitFunction, image->function_count);
  uint64_t *exports = ARENA_ARRAY(arena, uint64_t, image->function_count);
  for (uint32_t i = 0; i < image->function_count; i++) {
    const ImageFunction *f = &image->functions[i];
    functions[i] = (UnitFunction){p->atoms[f->name], f->at, (uint16_t)f->slot_count, (uint8_t)f->arity, f->exported};
    if (f->exported) exports[p->export_count++] = unit_export_key(functions[i].name, f->arity, i);
  }
  if (p->export_count) qsort(exports, p->export_count, sizeof *exports, compare_keys);
  p->functions = functions;
  p->function_count = image->function_count;
  p->exports = exports;
  p->code_end = image->code_end;
  ImageImport *imports = ARENA_ARRAY(arena, ImageImport, image->import_count);
  for (uint32_t i = 0; i < image->import_count; i++)
    imports[i] = (ImageImport){p->atoms[image->imports[i].module], p->atoms[image->imports[i].function], image->imports[i].arity};
  p->imports = imports;
  p->import_count = image->import_count;
  ImageFun *funs = ARENA_ARRAY(arena, ImageFun, image->fun_count);
  if (image->fun_count) memcpy(funs, image->funs, image->fun_count * sizeof *funs);
  p->funs = funs;
  p->fun_count = image->fun_count;
  UnitText *files = ARENA_ARRAY(arena, UnitText, image->file_count);
  for (uint32_t i = 0; i < image->file_count; i++) files[i] = text_in(source, image->files[i]);
  p->files = files;
  p->file_count = image->file_count;
  p->attributes = text_in(source, image->attributes);
  p->docs = text_in(source, image->docs);
  p->checksum = module_checksum(source, size);
  return true;
}

// --- made when first asked for

CodeFunction *unit_function(CodeUnit *u, uint32_t index) {
  if (u->functions[index]) return u->functions[index];
  const UnitFunction *from = &u->parts.functions[index];
  CodeFunction *f = arena_try_zero(&u->arena, sizeof *f);
  if (!f) return NULL;
  f->unit = u;
  f->index = index;
  f->name = term_atom(from->name);
  f->arity = from->arity;
  f->slot_count = from->slot_count;
  f->stub[0] = u->table->link_stub_word;
  f->stub[1] = (uint64_t)(uintptr_t)f;
  f->entry = f->stub;
  f->machine = u->table->machine_stub;
  return u->functions[index] = f;
}

FunEntry *unit_fun(CodeUnit *u, uint32_t index) {
  if (!u->funs) u->funs = arena_try_zero(&u->arena, sizeof(FunEntry) * u->parts.fun_count);
  if (!u->funs) return NULL;
  FunEntry *fun = &u->funs[index];
  if (fun->code) return fun;
  const ImageFun *from = &u->parts.funs[index];
  const CodeFunction *body = unit_function(u, from->function);
  if (!body) return NULL;
  *fun = (FunEntry){.code = body->entry, .machine = body->machine, .module = u->module, .name = body->name, .index = index, .arity = from->arity,
                    .capture_count = from->capture_count, .unit_id = u->id, .function_index = from->function};
  return fun;
}

Export *unit_import(CodeUnit *u, uint32_t index) {
  if (!u->imports[index]) {
    const ImageImport *i = &u->parts.imports[index];
    u->imports[index] = code_export_locked(u->table, term_atom(i->module), term_atom(i->function), i->arity);
  }
  return u->imports[index];
}

bool unit_find_export(const CodeUnit *u, Term name, uint32_t arity, uint32_t *index) {
  if (arity > ARITY_MAX) return false;
  uint64_t key = unit_export_key(atom_number(name), arity, 0);
  uint32_t low = 0, high = u->parts.export_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (u->parts.exports[middle] < key) low = middle + 1;
    else high = middle;
  }
  if (low == u->parts.export_count || u->parts.exports[low] - key >= UNIT_FUNCTIONS_MAX) return false;
  *index = (uint32_t)(u->parts.exports[low] - key);
  return true;
}

void unit_read_function(Arena *arena, const CodeUnit *u, uint32_t index, ImageFunction *f) {
  const UnitParts *p = &u->parts;
  const ModuleImage pools = {.atom_count = p->atom_count, .literal_count = p->literal_count, .import_count = p->import_count, .fun_count = p->fun_count,
                             .function_count = p->function_count, .file_count = p->file_count};
  // It passed when the unit was loaded, or the image made.
  CHECK(module_read_function(arena, &pools, p->bytes + p->functions[index].at, p->bytes + p->code_end, f));
}

bool code_docs(CodeTable *t, Term module, Buffer *out) {
  const CodeUnit *u = code_module(t, module);
  const ImageModule *m = t->image ? image_module(t->image, module) : NULL;
  if (u && !(m && u->parts.bytes == (const char *)t->image->header)) {
    if (u->parts.docs.size) buffer_add(out, u->parts.bytes + u->parts.docs.at, u->parts.docs.size);
    return u->parts.docs.size && !out->failed;
  }
  return m && image_docs(t->image, m, t->alloc, out);
}

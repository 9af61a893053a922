// SPDX-License-Identifier: Apache-2.0
//
// Making an image: the build's side of image.h.
//
// Three parts grow beside each other: `plain`, position independent; `fixed` and `changing`, which will be placed. Words of the
// placed parts that hold an address are written as a distance from the start of the part they lead to, and remembered; when the sizes
// are known they get the address the image is made for, and become the relocation list.
// Everything comes from the tables of a VM that loaded exactly the library, in an order that only depends on it: same library,
// same bytes.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "vm/code/code.h"
#include "vm/heap/heap.h"
#include "vm/term/copy.h"
#include "vm/term/shared.h"
#include "vm/term/size.h"

uint64_t image_fingerprint(void); // image.c

typedef struct Place { // a word with an address
  uint32_t word;
  bool in_changing, to_changing;
} Place;

typedef struct Writer {
  CodeTable *t;
  Buffer plain, fixed, changing, places;
  ImageHeader header;
  const char *why;
} Writer;

static void fail(Writer *w, const char *why) {
  if (!w->why) w->why = why;
}

static uint32_t pad(Buffer *b, size_t to) {
  while (b->size % to && !b->failed) buffer_byte(b, 0);
  return (uint32_t)b->size;
}

static uint32_t put(Buffer *b, const void *bytes, size_t size) {
  uint32_t at = pad(b, 8);
  buffer_add(b, bytes, size);
  return at;
}

static UnitText put_text(Buffer *b, ImageText text) {
  UnitText t = {(uint32_t)b->size, text.size};
  buffer_add(b, text.bytes, text.size);
  return text.size ? t : (UnitText){0, 0};
}

// The 8-aligned place `at` of a part is to hold an address.
static void remember(Writer *w, bool in_changing, size_t at, bool to_changing) {
  Place p = {(uint32_t)(at / 8), in_changing, to_changing};
  buffer_add(&w->places, &p, sizeof p);
}

// --- literals

typedef struct Copied { // a literal on a heap of its own
  Term *words;
  size_t count;
  uint32_t base; // of the fixed part: where its first word will be
} Copied;

// A native or a fun of a library module; its address comes when the module is loaded.
static void put_export(Writer *w, Buffer *fixups, Term *object) {
  const Export *e = (const Export *)(uintptr_t)object[1];
  uint64_t words[2] = {HEADER(KIND_EXPORT, 1), 0};
  uint32_t at = put(&w->changing, words, sizeof words);
  ImageExport x = {at / 8 + 1, atom_number(e->module), atom_number(e->name), e->arity};
  buffer_add(fixups, &x, sizeof x);
  object[1] = at; // for who refers to it
}

static uint32_t put_shared(Writer *w, const Term *object) {
  const SharedBinary *from = (const SharedBinary *)(uintptr_t)object[2];
  uint64_t bytes = (object[1] + 7) / 8;
  SharedBinary head = {.capacity_bytes = bytes, .alloc = NULL};
  atomic_init(&head.references, 1); // the image's own: it never goes
  atomic_init(&head.used_bits, object[1]);
  uint32_t at = put(&w->changing, &head, sizeof head);
  buffer_add(&w->changing, from->bytes, bytes);
  return at;
}

static void prepare_objects(Writer *w, Buffer *fixups, const Copied *c) {
  for (Term *p = c->words, *end = p + c->count; p < end; p += heap_object_words(p)) {
    if (!word_is_header(*p)) continue;
    switch (header_kind(*p)) {
      case KIND_EXPORT: put_export(w, fixups, p); break;
      case KIND_FUN: fail(w, "a literal of the library holds a fun"); break;
      case KIND_REF:
      case KIND_NATIVE: fail(w, "a literal of the library holds a reference or a native object"); break;
      default: break;
    }
  }
}

static uint64_t final_word(Writer *w, const Copied *c, Term t) {
  if (term_is_pid(t)) fail(w, "a literal of the library holds a pid");
  if (!term_is_pointer(t)) return t;
  const Term *p = (const Term *)(uintptr_t)(t & ~(Term)TAG_MASK);
  bool is_export = term_is_boxed(t) && header_is(*p, KIND_EXPORT);
  remember(w, false, w->fixed.size, is_export);
  uint64_t at = is_export ? p[1] : c->base + 8 * (uint64_t)(p - c->words);
  return at + (t & TAG_MASK);
}

static void put_objects(Writer *w, const Copied *c) {
  for (const Term *p = c->words, *end = p + c->count; p < end;) {
    const Term *behind = p + heap_object_words(p);
    bool boxed = word_is_header(*p);
    if (boxed && header_is(*p, KIND_BIN_SHARED)) {
      buffer_u64(&w->fixed, p[0]);
      buffer_u64(&w->fixed, p[1]);
      uint32_t shared = put_shared(w, p);
      remember(w, false, w->fixed.size, true);
      buffer_u64(&w->fixed, shared);
      buffer_u64(&w->fixed, T_NIL);
    } else if (boxed && header_is(*p, KIND_EXPORT)) {
      buffer_u64(&w->fixed, HEADER(KIND_FILLER, 1)); // it stands in the changing part
      buffer_u64(&w->fixed, 0);
    } else {
      const Term *first_term = boxed ? p + kind_first_term(*p) : p;
      for (const Term *word = p; word < behind; word++) {
        uint64_t value = word < first_term ? *word : final_word(w, c, *word);
        buffer_u64(&w->fixed, value);
      }
    }
    p = behind;
  }
}

// All literals of a unit: objects, then the list of them. Answers where the list is.
static uint32_t put_literals(Writer *w, const CodeUnit *u, Buffer *fixups) {
  const Alloc *alloc = w->t->alloc;
  TermContext whole = *w->t->context;
  whole.literal_lo = whole.literal_hi = 0;
  uint32_t count = u->parts.literal_count;
  Copied *copies = calloc(count + 1, sizeof *copies);
  Term *roots = calloc(count + 1, sizeof *roots);
  CHECK(copies && roots); // of a tool: it may end
  for (uint32_t i = 0; i < count; i++) {
    Copied *c = &copies[i];
    c->count = term_copy_words(&whole, u->parts.literals[i]);
    c->words = calloc(c->count + 1, sizeof(Term));
    CHECK(c->words);
    TermHeap heap = {c->words, c->words + c->count, T_NIL, 0};
    roots[i] = term_copy(&whole, &heap, u->parts.literals[i]);
    c->count = (size_t)(heap.top - c->words);
    c->base = pad(&w->fixed, 8);
    prepare_objects(w, fixups, c);
    put_objects(w, c);
    off_heap_drop_all(heap.off_heap);
  }
  uint32_t list = pad(&w->fixed, 8);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t value = final_word(w, &copies[i], roots[i]);
    buffer_u64(&w->fixed, value);
    free(copies[i].words);
  }
  free(copies);
  free(roots);
  (void)alloc;
  return list;
}

// --- modules

static void put_docs(Writer *w, const CodeUnit *u, ImageModule *m) {
  const UnitParts *p = &u->parts;
  if (!p->docs.size) return;
  uLongf size = compressBound(p->docs.size);
  Bytef *packed = malloc(size);
  CHECK(packed && compress2(packed, &size, (const Bytef *)p->bytes + p->docs.at, p->docs.size, 9) == Z_OK);
  m->docs = put_text(&w->plain, (ImageText){(const char *)packed, (uint32_t)size});
  m->docs_bytes = p->docs.size;
  free(packed);
}

static ImageModule put_module(Writer *w, const CodeUnit *u) {
  const UnitParts *p = &u->parts;
  ImageModule m = {.name = atom_number(u->module), .function_count = p->function_count, .export_count = p->export_count, .atom_count = p->atom_count,
                   .import_count = p->import_count, .fun_count = p->fun_count, .file_count = p->file_count, .literal_count = p->literal_count,
                   .checksum = p->checksum, .file_size = p->file_size};
  // The encoded functions in one piece: they follow each other in the file too.
  uint32_t from = p->function_count ? p->functions[0].at : 0, code_at = (uint32_t)w->plain.size;
  if (p->function_count) buffer_add(&w->plain, p->bytes + from, p->code_end - from);
  m.code_end = (uint32_t)w->plain.size;
  UnitFunction *functions = calloc(p->function_count + 1, sizeof *functions);
  UnitText *files = calloc(p->file_count + 1, sizeof *files);
  CHECK(functions && files);
  for (uint32_t i = 0; i < p->function_count; i++) {
    functions[i] = p->functions[i];
    functions[i].at = functions[i].at - from + code_at;
  }
  for (uint32_t i = 0; i < p->file_count; i++) files[i] = put_text(&w->plain, unit_text(u, p->files[i]));
  m.functions_at = put(&w->plain, functions, p->function_count * sizeof *functions);
  m.exports_at = put(&w->plain, p->exports, p->export_count * sizeof *p->exports);
  m.atoms_at = put(&w->plain, p->atoms, p->atom_count * sizeof *p->atoms);
  m.imports_at = put(&w->plain, p->imports, p->import_count * sizeof *p->imports);
  m.funs_at = put(&w->plain, p->funs, p->fun_count * sizeof *p->funs);
  m.files_at = put(&w->plain, files, p->file_count * sizeof *files);
  m.attributes = put_text(&w->plain, unit_text(u, p->attributes));
  put_docs(w, u, &m);
  Buffer fixups;
  buffer_init(&fixups, w->t->alloc);
  m.literals_at = put_literals(w, u, &fixups);
  m.fixup_count = (uint32_t)(fixups.size / sizeof(ImageExport));
  m.fixups_at = put(&w->plain, fixups.data, fixups.size); // their words count from the changing part until it has its place
  buffer_free(&fixups);
  free(functions);
  free(files);
  return m;
}

static int compare_units(const void *a, const void *b) {
  uint32_t x = atom_number((*(CodeUnit *const *)a)->module), y = atom_number((*(CodeUnit *const *)b)->module);
  return x < y ? -1 : x > y;
}

static void put_modules(Writer *w) {
  CodeTable *t = w->t;
  CodeUnit **units = calloc(t->module_count + 1, sizeof *units);
  ImageModule *modules = calloc(t->module_count + 1, sizeof *modules);
  CHECK(units && modules);
  uint32_t count = 0;
  for (const CodeModule *m = code_first_module(t); m; m = m->next)
    if (m->current) units[count++] = m->current;
  qsort(units, count, sizeof *units, compare_units);
  for (uint32_t i = 0; i < count; i++) modules[i] = put_module(w, units[i]);
  w->header.module_count = count;
  w->header.modules_at = put(&w->plain, modules, count * sizeof *modules);
  free(units);
  free(modules);
}

// --- atoms, natives

static uint32_t slots_for(uint32_t count) {
  uint32_t slots = 64;
  while (slots < 2 * count) slots *= 2;
  return slots;
}

static void put_atoms(Writer *w) {
  const AtomTable *atoms = w->t->atoms;
  uint32_t count = atom_count(atoms), slots = slots_for(count);
  uint64_t *index = calloc(slots, sizeof *index);
  uint32_t *texts = calloc(count, sizeof *texts);
  CHECK(index && texts);
  for (uint32_t i = 0; i < count; i++) {
    const AtomEntry *e = atom_entry(atoms, term_atom(i));
    texts[i] = (uint32_t)w->fixed.size;
    buffer_add(&w->fixed, e->text, (size_t)e->text_bytes + 1);
    uint64_t at = e->hash & (slots - 1);
    while (index[at]) at = (at + 1) & (slots - 1);
    index[at] = atom_index_slot(e->hash, i);
  }
  pad(&w->changing, 8);
  w->header.atom_entries_at = (uint32_t)w->changing.size; // until the changing part has its place
  for (uint32_t i = 0; i < count; i++) {
    AtomEntry e = *atom_entry(atoms, term_atom(i));
    e.text = (const char *)(uintptr_t)texts[i];
    remember(w, true, w->changing.size + offsetof(AtomEntry, text), false);
    buffer_add(&w->changing, &e, sizeof e);
  }
  w->header.atom_count = count;
  w->header.atom_index_slots = slots;
  w->header.atom_index_at = put(&w->plain, index, slots * sizeof *index);
  free(index);
  free(texts);
}

static void put_natives(Writer *w) {
  uint32_t slots = slots_for(NATIVE_COUNT);
  ImageNative *natives = calloc(NATIVE_COUNT, sizeof *natives);
  uint16_t *index = calloc(slots, sizeof *index);
  CHECK(natives && index && NATIVE_COUNT < UINT16_MAX);
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    Term module = atom_lookup(w->t->atoms, n->module, strlen(n->module)), name = atom_lookup(w->t->atoms, n->name, strlen(n->name));
    CHECK(module != T_NONE && name != T_NONE);
    natives[i] = (ImageNative){atom_number(module), atom_number(name)};
    uint32_t at = image_native_hash(natives[i].module, natives[i].name, n->arity) & (slots - 1);
    while (index[at]) at = (at + 1) & (slots - 1);
    index[at] = (uint16_t)(i + 1);
  }
  w->header.native_count = NATIVE_COUNT;
  w->header.native_index_slots = slots;
  w->header.natives_at = put(&w->plain, natives, NATIVE_COUNT * sizeof *natives);
  w->header.native_index_at = put(&w->plain, index, slots * sizeof *index);
  free(natives);
  free(index);
}

// --- the whole

static void put_relocations(Writer *w) {
  const Place *places = (const Place *)(const void *)w->places.data;
  uint32_t count = (uint32_t)(w->places.size / sizeof *places);
  uint32_t *words = calloc(count + 1, sizeof *words);
  CHECK(words);
  for (uint32_t i = 0; i < count; i++) {
    Buffer *part = places[i].in_changing ? &w->changing : &w->fixed;
    uint64_t value;
    memcpy(&value, part->data + 8 * (size_t)places[i].word, 8);
    value += w->header.address + (places[i].to_changing ? w->header.fixed_bytes : 0);
    memcpy(part->data + 8 * (size_t)places[i].word, &value, 8);
    words[i] = places[i].word + (places[i].in_changing ? w->header.fixed_bytes / 8 : 0);
  }
  w->header.relocation_count = count;
  w->header.relocations_at = put(&w->plain, words, count * sizeof *words);
  free(words);
}

static void move_fixups(Writer *w) {
  const ImageModule *modules = (const ImageModule *)(const void *)(w->plain.data + w->header.modules_at);
  for (uint32_t i = 0; i < w->header.module_count; i++) {
    ImageExport *fixups = (ImageExport *)(void *)(w->plain.data + modules[i].fixups_at);
    for (uint32_t j = 0; j < modules[i].fixup_count; j++) fixups[j].at += w->header.fixed_bytes / 8;
  }
}

bool image_write(CodeTable *t, Buffer *out, const char **why) {
  Writer w = {.t = t, .header = {.version = IMAGE_FORMAT_VERSION, .fingerprint = image_fingerprint(), .address = IMAGE_ADDRESS}};
  memcpy(w.header.magic, "JOISTIMG", 8);
  Buffer *parts[] = {&w.plain, &w.fixed, &w.changing, &w.places};
  for (int i = 0; i < 4; i++) buffer_init(parts[i], t->alloc);
  buffer_add(&w.plain, &w.header, sizeof w.header); // its place
  put_modules(&w);
  put_natives(&w);
  put_atoms(&w);
  w.header.fixed_bytes = pad(&w.fixed, IMAGE_PAGE_BYTES);
  w.header.changing_bytes = pad(&w.changing, IMAGE_PAGE_BYTES);
  w.header.atom_entries_at += w.header.fixed_bytes;
  bool good = true;
  for (int i = 0; i < 4; i++) good = good && !parts[i]->failed && parts[i]->size < UINT32_MAX / 4;
  if (!good) fail(&w, "there is no memory for it");
  if (!w.why) {
    put_relocations(&w);
    move_fixups(&w);
    w.header.placed_at = pad(&w.plain, IMAGE_PAGE_BYTES);
    w.header.size_bytes = w.header.placed_at + w.header.fixed_bytes + w.header.changing_bytes;
    size_t start = out->size;
    for (int i = 0; i < 3; i++) buffer_add(out, parts[i]->data, parts[i]->size);
    if (!out->failed) {
      w.header.checksum = module_checksum(out->data + start + sizeof w.header, w.header.size_bytes - sizeof w.header);
      memcpy(out->data + start, &w.header, sizeof w.header);
    }
  }
  for (int i = 0; i < 4; i++) buffer_free(parts[i]);
  *why = w.why ? w.why : "there is no memory for it";
  return !w.why && !out->failed;
}

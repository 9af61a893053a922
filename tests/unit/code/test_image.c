// SPDX-License-Identifier: Apache-2.0
//
// The image: written by a VM that loaded modules, used by others, at its place and away from it, by several at once.
// tests/script/image does the same with the whole library and the executable's file.
#include <sys/mman.h>

#include "maker.h"
#include "vm/term/binary.h"
#include "vm/term/etf.h"

enum { LARGE_BYTES = 500 };

static const struct Export *find_export(void *state, Term module, Term name, uint32_t arity) {
  return code_export(((Vm *)state)->code, module, name, arity);
}

// {[1.5, 2^70], %{a: "small"}, <500 bytes>, &Made.value/0, :of_the_literal}
static void literal_bytes(VmFixture *f, Buffer *out) {
  static Term words[512];
  TermHeap heap = {words, words + 512, T_NIL, 0};
  static const unsigned char BIG[] = {131, 110, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64};
  static const unsigned char MAP[] = {131, 116, 0, 0, 0, 1, 119, 1, 'a', 109, 0, 0, 0, 5, 's', 'm', 'a', 'l', 'l'};
  Term big, map, whole, *items;
  EtfDecoder d;
  cr_assert_eq(etf_decoder_start(&d, &f->vm.context, BIG, sizeof BIG, 0), STATUS_OK);
  cr_assert_eq(etf_decoder_build(&d, &heap, BIG, &big), STATUS_OK);
  etf_decoder_end(&d);
  cr_assert_eq(etf_decoder_start(&d, &f->vm.context, MAP, sizeof MAP, 0), STATUS_OK);
  cr_assert_eq(etf_decoder_build(&d, &heap, MAP, &map), STATUS_OK);
  etf_decoder_end(&d);
  char large[LARGE_BYTES];
  for (int i = 0; i < LARGE_BYTES; i++) large[i] = (char)('a' + i % 26);
  items = heap_tuple(&heap, 5, &whole);
  for (int i = 0; i < 5; i++) items[i] = T_NIL;
  Term list = heap_cons(&heap, big, T_NIL);
  items[0] = heap_cons(&heap, heap_float(&heap, 1.5), list);
  items[1] = map;
  items[2] = binary_make(&f->vm.context, &heap, large, sizeof large);
  Term *export = heap_take(&heap, 2);
  export[0] = HEADER(KIND_EXPORT, 1);
  export[1] = (Term)(uintptr_t)code_export(f->vm.code, fx_atom(f, "Made"), fx_atom(f, "value"), 0);
  items[3] = term_boxed(export);
  items[4] = fx_atom(f, "of_the_literal");
  cr_assert_eq(etf_encode(&f->vm.context, out, whole, 0), STATUS_OK);
  off_heap_drop_all(heap.off_heap);
}

// Made.literal/0, Made.value/0 -> 41, Made.called/0 calls the fun in the literal; Other.sum/1 is a native's caller.
static void load_modules(VmFixture *f) {
  f->vm.context.find_export = find_export;
  Buffer literal;
  buffer_init(&literal, &f->alloc);
  literal_bytes(f, &literal);
  ModuleBuilder *b = fx_builder(f, "Made");
  uint32_t number = builder_literal(b, literal.data, literal.size);
  builder_docs(b, "\203a\7", 3);
  builder_begin(b, FUNCTION("literal", 0));
  EMIT(OP_LOAD, SLOT(0), LITERAL(number));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("value", 0));
  EMIT(OP_LOAD, SLOT(0), SMALL(41));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("called", 0));
  EMIT(OP_FRAME, NO_SLOTS);
  EMIT(OP_LOAD, SLOT(0), LITERAL(number));
  uint32_t no_tuple = builder_label(b);
  EMIT(OP_IS_TUPLE_OF, SLOT(0), NUMBER(5), LABEL(no_tuple));
  EMIT(OP_ELEMENT, SLOT(1), SLOT(0), NUMBER(3));
  EMIT(OP_MOVE, SLOT(3), SLOT(1));
  EMIT(OP_CALL_FUN, SLOT(2), SLOT(3), NUMBER(0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_bind(b, no_tuple);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  fx_load(f, b);
  buffer_free(&literal);
  b = fx_builder(f, "Other");
  program_fib(b);
  fx_load(f, b);
}

typedef struct Made {
  void *bytes;
  size_t size;
} Made;

static Made make_image(void) {
  VmFixture *f = vm_fixture_start();
  load_modules(f);
  Buffer out;
  const char *why;
  buffer_init(&out, &f->alloc);
  cr_assert(image_write(f->vm.code, &out, &why), "%s", why);
  Made m = {aligned_alloc(IMAGE_PAGE_BYTES, out.size), out.size};
  memcpy(m.bytes, out.data, out.size);
  buffer_free(&out);
  vm_fixture_end(f);
  return m;
}

static VmFixture *start_with(const Made *m) {
  cr_assert_eq(image_examine(m->bytes, m->size), IMAGE_GOOD);
  VmFixture *f = vm_fixture_start_with(&(VmOptions){.image = m->bytes});
  f->vm.context.find_export = find_export;
  bool found;
  cr_assert(code_load_from_image(f->vm.code, fx_atom(f, "Made"), &found) && found);
  cr_assert(code_load_from_image(f->vm.code, fx_atom(f, "Other"), &found) && found);
  cr_assert_not(code_load_from_image(f->vm.code, fx_atom(f, "Third"), &found));
  cr_assert_not(found);
  return f;
}

static void use(VmFixture *f) {
  const char *text = fx_run_plain(f, "Made", "literal");
  cr_assert(strncmp(text, "{[1.5, 1180591620717411303424], %{a: \"small\"}, \"abcdef", 50) == 0, "%s", text);
  cr_assert(strstr(text, "&:Made.value/0, :of_the_literal}"), "%s", text);
  expect_text(fx_run_plain(f, "Made", "called"), "41");
  expect_text(fx_run(f, "Other", "fib", term_small(10)), "55");
  // Atoms of the image have one number, new ones follow; natives are there when asked for.
  cr_assert_eq(fx_atom(f, "of_the_literal"), atom_lookup(f->vm.atoms, "of_the_literal", 14));
  cr_assert_lt(atom_number(fx_atom(f, "of_the_literal")), f->vm.image->header->atom_count);
  uint32_t before = atom_count(f->vm.atoms);
  for (int i = 0; i < 5000; i++) {
    char text_of[32];
    snprintf(text_of, sizeof text_of, "new_%d", i);
    cr_assert_eq(atom_number(fx_atom(f, text_of)), before + (uint32_t)i);
    cr_assert_eq(fx_atom(f, text_of), atom_lookup(f->vm.atoms, text_of, strlen(text_of)));
  }
  Export *e = code_export_find(f->vm.code, ATOM_erlang, fx_atom(f, "length"), 1);
  cr_assert(e && e->native && strcmp(e->native->name, "length") == 0);
  cr_assert_null(code_export_find(f->vm.code, ATOM_erlang, fx_atom(f, "length"), 7));
  Buffer docs;
  buffer_init(&docs, &f->alloc);
  cr_assert(code_docs(f->vm.code, fx_atom(f, "Made"), &docs));
  cr_assert(docs.size == 3 && memcmp(docs.data, "\203a\7", 3) == 0);
  cr_assert_not(code_docs(f->vm.code, fx_atom(f, "Other"), &docs));
  buffer_free(&docs);
}

static bool in_place(const VmFixture *f) { return (uintptr_t)f->vm.image->placed == IMAGE_ADDRESS; }

Test(image, is_used_at_its_place) {
  Made m = make_image();
  VmFixture *f = start_with(&m);
  use(f);
  vm_fixture_end(f);
  f = start_with(&m); // the place is free again, and the image as it was
  use(f);
  vm_fixture_end(f);
  free(m.bytes);
}

Test(image, two_machines_at_once) {
  Made m = make_image();
  VmFixture *a = start_with(&m), *b = start_with(&m);
  cr_assert_not(in_place(a) && in_place(b));
  use(a);
  use(b);
  vm_fixture_end(a);
  expect_text(fx_run_plain(b, "Made", "called"), "41");
  vm_fixture_end(b);
  free(m.bytes);
}

Test(image, lies_elsewhere_when_its_place_is_taken) {
  Made m = make_image();
  void *taken = mmap((void *)IMAGE_ADDRESS, IMAGE_PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  VmFixture *f = start_with(&m);
  cr_assert_not(in_place(f));
  use(f);
  vm_fixture_end(f);
  munmap(taken, IMAGE_PAGE_BYTES);
  free(m.bytes);
}

Test(image, a_loaded_module_replaces_its_own) {
  Made m = make_image();
  VmFixture *f = start_with(&m);
  expect_text(fx_run_plain(f, "Made", "value"), "41");
  ModuleBuilder *b = fx_builder(f, "Made");
  builder_begin(b, FUNCTION("value", 0));
  EMIT(OP_LOAD, SLOT(0), SMALL(42));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  fx_load(f, b);
  expect_text(fx_run_plain(f, "Made", "value"), "42");
  cr_assert(strstr(fx_run_plain(f, "Made", "called"), "undef"));
  Buffer docs;
  buffer_init(&docs, &f->alloc);
  cr_assert_not(code_docs(f->vm.code, fx_atom(f, "Made"), &docs), "the new one has none");
  buffer_free(&docs);
  vm_fixture_end(f);
  free(m.bytes);
}

Test(image, the_same_modules_give_the_same_bytes) {
  Made a = make_image(), b = make_image();
  cr_assert_eq(a.size, b.size);
  cr_assert_eq(memcmp(a.bytes, b.bytes, a.size), 0);
  cr_assert(image_is_whole(a.bytes, a.size));
  free(a.bytes);
  free(b.bytes);
}

Test(image, others_are_refused) {
  Made m = make_image();
  ImageHeader *h = m.bytes;
  cr_assert_eq(image_examine(m.bytes, 0), IMAGE_NONE);
  cr_assert_eq(image_examine(m.bytes, 8), IMAGE_DAMAGED);
  cr_assert_eq(image_examine(m.bytes, m.size - IMAGE_PAGE_BYTES), IMAGE_DAMAGED);
  cr_assert_eq(image_examine((char *)m.bytes + 8, m.size - 8), IMAGE_DAMAGED);
  h->fingerprint++;
  cr_assert_eq(image_examine(m.bytes, m.size), IMAGE_OTHER_BUILD);
  h->fingerprint--;
  h->version++;
  cr_assert_eq(image_examine(m.bytes, m.size), IMAGE_OTHER_VERSION);
  h->version--;
  h->magic[0]++;
  cr_assert_eq(image_examine(m.bytes, m.size), IMAGE_DAMAGED);
  h->magic[0]--;
  ((char *)m.bytes)[m.size - 1]++;
  cr_assert_eq(image_examine(m.bytes, m.size), IMAGE_GOOD, "start does not read all of it");
  cr_assert_not(image_is_whole(m.bytes, m.size));
  free(m.bytes);
}

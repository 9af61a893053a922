// SPDX-License-Identifier: Apache-2.0
//
// The shared part of the tests of vm/term.
#include "term_test.h"

typedef struct Counted {
  size_t bytes;
} Counted;

static void *counted_allocate(void *state, size_t size) {
  void *p = malloc(size ? size : 1);
  if (p) ((Counted *)state)->bytes += size;
  return p;
}

static void *counted_reallocate(void *state, void *old, size_t old_size, size_t size) {
  void *p = realloc(old, size ? size : 1);
  if (p) ((Counted *)state)->bytes += size - old_size;
  return p;
}

static void counted_release(void *state, void *memory, size_t size) {
  ((Counted *)state)->bytes -= size;
  free(memory);
}

void world_open(World *w, size_t heap_words, uint64_t seed) {
  memset(w, 0, sizeof *w);
  w->alloc = (Alloc){counted_allocate, counted_reallocate, counted_release, calloc(1, sizeof(Counted))};
  w->context.alloc = &w->alloc;
  w->context.atoms = atom_table_new(&w->alloc, 0);
  cr_assert_not_null(w->context.atoms);
  w->words = malloc(heap_words * sizeof(Term));
  w->word_count = heap_words;
  w->seed = seed;
  w->heap = (TermHeap){w->words, w->words + heap_words, T_NIL, 0};
}

void world_reset(World *w) {
  off_heap_drop_all(w->heap.off_heap);
  w->heap = (TermHeap){w->words, w->words + w->word_count, T_NIL, 0};
}

void world_close(World *w) {
  world_reset(w);
  atom_table_free(w->context.atoms);
  free(w->words);
  cr_assert_eq(((Counted *)w->alloc.state)->bytes, 0, "memory was not given back");
  free(w->alloc.state);
}

uint64_t random_u64(World *w) { // splitmix64
  uint64_t z = w->seed += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

Term random_integer(World *w) {
  uint64_t limbs[6];
  size_t count = random_below(w, 5);
  switch (random_below(w, 4)) {
    case 0: return term_small((int64_t)random_below(w, 20) - 10);
    case 1: { // near a power of two
      uint64_t shift = random_below(w, 62);
      int64_t v = (int64_t)(((uint64_t)1 << shift) + random_below(w, 3) - 1);
      return number_from_int64(&w->heap, random_u64(w) & 1 ? v : -v);
    }
    case 2: return number_from_int64(&w->heap, (int64_t)random_u64(w));
    default:
      for (size_t i = 0; i < count; i++) limbs[i] = random_below(w, 4) ? random_u64(w) : random_below(w, 2) ? ~(uint64_t)0 : 0;
      return number_from_limbs(&w->heap, limbs, count, random_u64(w) & 1);
  }
}

static Term random_float(World *w) {
  uint64_t bits = random_u64(w);
  double d;
  if (random_below(w, 2)) return heap_float(&w->heap, (double)((int64_t)random_below(w, 40) - 20) / 2);
  memcpy(&d, &bits, 8);
  return heap_float(&w->heap, d - d == 0 ? d : 1e300);
}

Term random_number(World *w) { return random_below(w, 3) ? random_integer(w) : random_float(w); }

Term random_bits(World *w) {
  uint64_t bits = random_below(w, 3) ? random_below(w, 100) : random_below(w, 2000);
  if (random_below(w, 2)) bits &= ~(uint64_t)7;
  unsigned char *bytes;
  Term t = bits_new(&w->context, &w->heap, bits, &bytes);
  uint64_t kinds = random_below(w, 2) ? 2 : 256;
  for (uint64_t i = 0; i < (bits + 7) / 8; i++) bytes[i] = (unsigned char)random_below(w, kinds);
  if (bits & 7) bytes[bits / 8] &= (unsigned char)(0xff << (8 - (bits & 7)));
  if (bits == 0 || random_below(w, 2)) return t;
  uint64_t offset = random_below(w, bits), count = random_below(w, bits - offset + 1);
  return bits_slice(&w->heap, t, offset, count);
}

static Term random_leaf(World *w) {
  static const Term atoms[] = {ATOM_ok, ATOM_error, ATOM_nil, ATOM_true, ATOM_a, ATOM_Elixir_Enum, ATOM___struct__};
  char text[8];
  switch (random_below(w, 10)) {
    case 0:
    case 1: return atoms[random_below(w, sizeof atoms / sizeof *atoms)];
    case 2:
      snprintf(text, sizeof text, "a%u", (unsigned)random_below(w, 50));
      return atom_named(w, text);
    case 3: return term_pid((uint32_t)random_below(w, 3), (uint32_t)random_below(w, 3));
    case 4: return heap_ref(&w->heap, random_below(w, 5), 0);
    case 5: return T_NIL;
    case 6:
    case 7: return random_bits(w);
    default: return random_number(w);
  }
}

static Term random_map(World *w, unsigned size) {
  Term pairs[2 * 60];
  size_t count = random_below(w, 4) ? random_below(w, 5) : random_below(w, 60);
  if (count > size) count = size;
  for (size_t i = 0; i < count; i++) {
    pairs[2 * i] = random_term(w, size / 8);
    pairs[2 * i + 1] = random_term(w, size / (unsigned)(count + 1));
  }
  return map_from_pairs(&w->context, &w->heap, pairs, count);
}

Term random_term(World *w, unsigned size) {
  if (size == 0 || random_below(w, 3) == 0) return random_leaf(w);
  size_t count = random_below(w, 5);
  Term items[8], t;
  switch (random_below(w, 4)) {
    case 0:
    case 1:
      for (size_t i = 0; i < count; i++) items[i] = random_term(w, size / (unsigned)(count + 1));
      if (random_below(w, 2)) return tuple_of(w, count, items);
      t = random_below(w, 6) ? T_NIL : random_leaf(w);
      while (count > 0) t = heap_cons(&w->heap, items[--count], t);
      return t;
    case 2: return random_map(w, size);
    default: return random_leaf(w);
  }
}

// The same bits as a slice at an odd offset.
static Term rebuild_bits(World *w, Term t) {
  BitsView v = bits_view(t);
  uint64_t offset = random_below(w, 20);
  unsigned char *bytes;
  Term root = bits_new(&w->context, &w->heap, v.bit_count + offset + 3, &bytes);
  memset(bytes, 0xa5, (v.bit_count + offset + 3 + 7) / 8);
  bits_copy(bytes, offset, v.base, v.bit_offset, v.bit_count);
  return bits_slice(&w->heap, root, offset, v.bit_count);
}

static Term rebuild_map(World *w, Term t) {
  Term map = map_empty(&w->heap), keys = T_NIL;
  MapIterator i;
  for (map_iterate(&i, t); map_next(&i);) keys = heap_cons(&w->heap, i.key, keys);
  for (; term_is_cons(keys); keys = cons_tail(keys)) // in the other direction
    map = map_put(&w->context, &w->heap, map, rebuild(w, cons_head(keys)), rebuild(w, map_get(&w->context, t, cons_head(keys))));
  return map;
}

Term rebuild(World *w, Term t) {
  if (term_is_cons(t)) {
    Term head = rebuild(w, cons_head(t));
    return heap_cons(&w->heap, head, rebuild(w, cons_tail(t)));
  }
  if (!term_is_boxed(t)) return t;
  if (term_is_bits(t)) return rebuild_bits(w, t);
  if (term_is_map(t)) return rebuild_map(w, t);
  size_t words = header_words(boxed_header(t)) + 1;
  Term *p = heap_take(&w->heap, words);
  memcpy(p, boxed_ptr(t), words * sizeof(Term));
  if (term_is_tuple(t))
    for (size_t i = 1; i < words; i++) p[i] = rebuild(w, p[i]);
  return term_boxed(p);
}

Term atom_named(World *w, const char *text) {
  Term atom;
  cr_assert_eq(atom_intern(w->context.atoms, text, strlen(text), &atom), STATUS_OK);
  return atom;
}

Term text_binary(World *w, const char *text) { return binary_make(&w->context, &w->heap, text, strlen(text)); }

Term list_of_terms(World *w, size_t count, const Term *items) {
  Term list = T_NIL;
  while (count > 0) list = heap_cons(&w->heap, items[--count], list);
  return list;
}

Term tuple_of(World *w, size_t count, const Term *items) {
  Term t;
  Term *to = heap_tuple(&w->heap, count, &t);
  for (size_t i = 0; i < count; i++) to[i] = items[i];
  return t;
}

Term deep_tuple(World *w, size_t depth) {
  Term t = T_NIL;
  while (depth-- > 0) t = tuple_of(w, 1, &t);
  return t;
}

Term deep_list(World *w, size_t depth) {
  Term t = T_NIL;
  while (depth-- > 0) t = heap_cons(&w->heap, t, T_NIL);
  return t;
}

Term deep_map(World *w, size_t depth, bool in_key) {
  Term t = term_small(0);
  while (depth-- > 0) t = map_from_pairs(&w->context, &w->heap, (Term[]){in_key ? t : ATOM_a, in_key ? ATOM_a : t}, 1);
  return t;
}

Term deep(World *w, int kind, size_t depth) {
  return kind == 0 ? deep_tuple(w, depth) : kind == 1 ? deep_list(w, depth) : deep_map(w, depth, kind == 3);
}

const char *printed(World *w, Buffer *buffer, Term t) {
  buffer->size = 0;
  cr_assert_eq(term_print(&w->context, buffer, t, NULL), STATUS_OK);
  buffer_byte(buffer, 0);
  return buffer->data;
}

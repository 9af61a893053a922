// SPDX-License-Identifier: Apache-2.0
//
// The C API's pools: where a host's terms live, and how they are built.
//
// A pool owns fragments: chunks that its builders fill, and those that processes handed over as they were. Its terms are words in a table,
// handles are places in it. They never move, so what a handle names stays where it is until the pool is cleared.
//
// Freeing walks fragments for what they hold off the heap (fragment_free), so every chunk is closed before: what its builder
// left free becomes a filler.
#include <math.h>

#include "vm/main/api.h"
#include "vm/engine/engine.h"
#include "vm/term/binary.h"
#include "vm/term/copy.h"
#include "vm/term/etf.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

enum { CHUNK_WORDS = 512, HANDLES_FIRST = 32, TUPLE_ARITY_MAX = 0xffffff };

typedef struct KeptBytes {
  struct KeptBytes *next;
  size_t size; // this header included
  _Alignas(8) unsigned char bytes[];
} KeptBytes;

struct joist_terms {
  joist_vm *vm;
  joist_terms *next, *prev; // all of the VM (vm->lock)
  uint32_t tag;             // in handles; another one after each clear
  uint32_t count, capacity; // of the table; place 0 is JOIST_NONE's
  Term *table;
  HeapFragment *fragments;  // all, the open chunk first when there is one
  bool open;
  TermHeap heap;            // of the open chunk
  KeptBytes *bytes;
  const char *error;        // constant text, or NULL
};

Vm *pool_vm(const joist_terms *terms) { return &terms->vm->vm; }

static uint32_t fresh_tag(joist_vm *vm) {
  pthread_mutex_lock(&vm->lock);
  uint32_t tag = ++vm->next_pool ? vm->next_pool : ++vm->next_pool;
  pthread_mutex_unlock(&vm->lock);
  return tag;
}

joist_terms *joist_terms_new(joist_vm *vm) {
  if (!vm) return NULL;
  joist_terms *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  t->vm = vm;
  t->tag = fresh_tag(vm);
  t->count = 1;
  pthread_mutex_lock(&vm->lock);
  t->next = vm->pools;
  if (t->next) t->next->prev = t;
  vm->pools = t;
  pthread_mutex_unlock(&vm->lock);
  return t;
}

static void close_chunk(joist_terms *t) {
  if (t->open) fragment_close(t->fragments, &t->heap, T_NONE);
  t->open = false;
}

static void drop_all(joist_terms *t) {
  Vm *vm = pool_vm(t);
  close_chunk(t);
  for (HeapFragment *f = t->fragments, *next; f; f = next) {
    next = f->next;
    fragment_free(&vm->alloc, &vm->account, f);
  }
  t->fragments = NULL;
  for (KeptBytes *b = t->bytes, *next; b; b = next) {
    next = b->next;
    alloc_put(&vm->alloc, b, b->size);
  }
  t->bytes = NULL;
}

static void free_pool(joist_terms *t) {
  drop_all(t);
  alloc_put(&t->vm->alloc, t->table, t->capacity * sizeof *t->table);
  alloc_put(&t->vm->alloc, t, sizeof *t);
}

void joist_terms_free(joist_terms *t) {
  if (!t) return;
  pthread_mutex_lock(&t->vm->lock);
  if (t->next) t->next->prev = t->prev;
  if (t->prev) t->prev->next = t->next;
  else t->vm->pools = t->next;
  pthread_mutex_unlock(&t->vm->lock);
  free_pool(t);
}

void pools_free_all(joist_vm *vm) {
  for (joist_terms *t = vm->pools, *next; t; t = next) {
    next = t->next;
    free_pool(t);
  }
  vm->pools = NULL;
}

void joist_terms_clear(joist_terms *t) {
  if (!t) return;
  drop_all(t);
  t->count = 1;
  t->error = NULL;
  t->tag = fresh_tag(t->vm);
}

const char *joist_terms_error(const joist_terms *t) { return t && t->error ? t->error : ""; }

joist_term pool_fail(const joist_terms *t, const char *why) {
  if (t) ((joist_terms *)(uintptr_t)t)->error = why; // readers take pools that are const to their callers
  return JOIST_NONE;
}

Term pool_term(const joist_terms *t, joist_term handle) {
  if (!t || handle.place == 0) return T_NONE;
  if (handle.pool != t->tag || handle.place >= t->count) {
    pool_fail(t, "a handle that is not of this pool, or from before it was cleared");
    return T_NONE;
  }
  return t->table[handle.place];
}

joist_term pool_handle(joist_terms *t, Term term) {
  if (term == T_NONE) return JOIST_NONE;
  if (t->count >= t->capacity) {
    uint32_t capacity = t->capacity ? t->capacity * 2 : HANDLES_FIRST;
    Term *table = capacity > t->capacity ? alloc_grow(&t->vm->alloc, t->table, t->capacity * sizeof *table, capacity * sizeof *table) : NULL;
    if (!table) return pool_fail(t, "no memory");
    t->table = table;
    t->capacity = capacity;
  }
  t->table[t->count] = term;
  return (joist_term){t->count++, t->tag};
}

TermHeap *pool_reserve(joist_terms *t, size_t words) {
  if (t->open && (size_t)(t->heap.end - t->heap.top) >= words) return &t->heap;
  Vm *vm = pool_vm(t);
  size_t want = words > CHUNK_WORDS ? words : CHUNK_WORDS;
  HeapFragment *f = account_allows(&vm->account, want * sizeof(Term)) ? fragment_new(&vm->alloc, &vm->account, want) : NULL;
  if (!f) {
    pool_fail(t, "no memory");
    return NULL;
  }
  close_chunk(t);
  f->next = t->fragments;
  t->fragments = f;
  t->heap = fragment_heap(f);
  t->open = true;
  return &t->heap;
}

joist_term pool_adopt(joist_terms *t, HeapFragment *f) {
  close_chunk(t);
  f->next = t->fragments;
  t->fragments = f;
  return pool_handle(t, f->term);
}

void *pool_bytes(joist_terms *t, size_t size) {
  KeptBytes *b = alloc_get(&t->vm->alloc, sizeof *b + size);
  if (!b) return NULL;
  *b = (KeptBytes){.next = t->bytes, .size = sizeof *b + size};
  t->bytes = b;
  return b->bytes;
}

static HeapFragment *copy_whole(Vm *vm, Term t) {
  TermContext nothing_is_literal = vm->context;
  nothing_is_literal.literal_lo = nothing_is_literal.literal_hi = 0;
  size_t words = 0;
  if (term_is_pointer(t) && size_term(&nothing_is_literal, t, &words) != STATUS_OK) return NULL;
  if (!account_allows(&vm->account, words * sizeof(Term))) return NULL;
  HeapFragment *f = fragment_new(&vm->alloc, &vm->account, words);
  if (!f) return NULL;
  TermHeap heap = fragment_heap(f);
  fragment_close(f, &heap, words ? term_copy(&nothing_is_literal, &heap, t) : t);
  return f;
}

HeapFragment *host_copy(Vm *vm, Term t) {
  HeapFragment *f = copy_whole(vm, t);
  if (f) engine_pin(vm, f);
  return f;
}

// Takes back what was built in the chunk since `before`: it may be half a term.
static void take_back(joist_terms *t, const TermHeap *before) {
  Term made = t->heap.off_heap;
  if (made != before->off_heap) {
    Term last = made;
    while (boxed_ptr(last)[OFF_HEAP_LINK] != before->off_heap) last = boxed_ptr(last)[OFF_HEAP_LINK];
    boxed_ptr(last)[OFF_HEAP_LINK] = T_NIL;
    off_heap_drop_all(made);
  }
  t->heap = *before;
}

// --- building

joist_term joist_integer(joist_terms *t, int64_t value) {
  TermHeap *h = t ? pool_reserve(t, NUMBER_INT64_WORDS) : NULL;
  return h ? pool_handle(t, number_from_int64(h, value)) : JOIST_NONE;
}

joist_term joist_unsigned(joist_terms *t, uint64_t value) {
  TermHeap *h = t ? pool_reserve(t, NUMBER_INT64_WORDS) : NULL;
  return h ? pool_handle(t, number_from_uint64(h, value)) : JOIST_NONE;
}

joist_term joist_integer_from_text(joist_terms *t, const char *text, size_t size, int base) {
  if (!t || !text || base < 2 || base > 36 || !size || size > NUMBER_BITS_MAX) return pool_fail(t, "no integer");
  TermHeap *h = pool_reserve(t, number_parse_words(size, base));
  NumberError error;
  Term n = h ? number_parse(&pool_vm(t)->context, h, text, size, base, &error) : T_NONE;
  return h && n == T_NONE ? pool_fail(t, "no integer") : pool_handle(t, n);
}

joist_term joist_integer_from_bytes(joist_terms *t, const void *bytes, size_t size, bool negative) {
  if (!t || (size && !bytes)) return pool_fail(t, "no bytes");
  size_t limbs = size / 8 + (size % 8 != 0);
  if (limbs > NUMBER_BITS_MAX / 64) return pool_fail(t, "an integer too large");
  TermHeap *h = pool_reserve(t, 2 * limbs + 4);
  if (!h) return JOIST_NONE;
  // The limbs are laid out behind where the number is built, in the same reserve.
  uint64_t *room = h->top + limbs + 2;
  memset(room, 0, (limbs + 1) * sizeof *room);
  if (size) memcpy(room, bytes, size);
  return pool_handle(t, number_from_limbs(h, room, limbs, negative));
}

joist_term joist_float(joist_terms *t, double value) {
  if (!isfinite(value)) return pool_fail(t, "not a number, or infinite: no float of the language");
  TermHeap *h = t ? pool_reserve(t, FLOAT_WORDS) : NULL;
  return h ? pool_handle(t, heap_float(h, value)) : JOIST_NONE;
}

joist_term joist_atom_of_size(joist_terms *t, const char *text, size_t size) {
  Term atom;
  if (!t || !text) return pool_fail(t, "no text");
  switch (atom_intern(pool_vm(t)->atoms, text, size, &atom)) {
    case STATUS_OK: return pool_handle(t, atom);
    case STATUS_BAD_DATA: return pool_fail(t, "an atom's text is not UTF-8");
    case STATUS_LIMIT: return pool_fail(t, "an atom's text is too long, or the atom table is full");
    default: return pool_fail(t, "no memory");
  }
}
joist_term joist_atom(joist_terms *t, const char *text) { return joist_atom_of_size(t, text, text ? strlen(text) : 0); }

joist_term joist_module(joist_terms *t, const char *name) {
  Term atom;
  if (!t || !name) return pool_fail(t, "no text");
  return host_module_atom(pool_vm(t), name, &atom) ? pool_handle(t, atom) : pool_fail(t, "no atom: its text is too long or not UTF-8, or the table is full");
}

joist_term joist_bool(joist_terms *t, bool value) { return t ? pool_handle(t, term_boolean(value)) : JOIST_NONE; }
joist_term joist_nil(joist_terms *t) { return t ? pool_handle(t, ATOM_nil) : JOIST_NONE; }

joist_term joist_binary(joist_terms *t, const void *bytes, size_t size) {
  if (!t || (size && !bytes)) return pool_fail(t, "no bytes");
  if (size > UINT64_MAX / 8 || !account_allows(&pool_vm(t)->account, size)) return pool_fail(t, "no memory");
  TermHeap *h = pool_reserve(t, binary_words(size));
  Term b = h ? binary_make(&pool_vm(t)->context, h, size ? bytes : "", size) : T_NONE;
  return b == T_NONE ? pool_fail(t, "no memory") : pool_handle(t, b);
}
joist_term joist_string(joist_terms *t, const char *text) { return joist_binary(t, text, text ? strlen(text) : 1); }

// Are all of them terms of this pool?
static bool all_there(joist_terms *t, const joist_term *items, size_t count) {
  if (count && !items) return pool_fail(t, "no items"), false;
  for (size_t i = 0; i < count; i++)
    if (pool_term(t, items[i]) == T_NONE) return false;
  return true;
}

joist_term joist_list(joist_terms *t, const joist_term *items, size_t count) {
  if (!t || !all_there(t, items, count)) return JOIST_NONE;
  TermHeap *h = pool_reserve(t, count * CONS_WORDS);
  if (!h) return JOIST_NONE;
  Term list = T_NIL;
  for (size_t i = count; i-- > 0;) list = heap_cons(h, pool_term(t, items[i]), list);
  return pool_handle(t, list);
}

joist_term joist_cons(joist_terms *t, joist_term head, joist_term tail) {
  Term a = pool_term(t, head), b = pool_term(t, tail);
  TermHeap *h = a != T_NONE && b != T_NONE ? pool_reserve(t, CONS_WORDS) : NULL;
  return h ? pool_handle(t, heap_cons(h, a, b)) : JOIST_NONE;
}

joist_term joist_tuple(joist_terms *t, const joist_term *items, size_t count) {
  if (!t || !all_there(t, items, count)) return JOIST_NONE;
  if (count > TUPLE_ARITY_MAX) return pool_fail(t, "a tuple too large");
  TermHeap *h = pool_reserve(t, count + 1);
  if (!h) return JOIST_NONE;
  Term tuple, *to = heap_tuple(h, count, &tuple);
  for (size_t i = 0; i < count; i++) to[i] = pool_term(t, items[i]);
  return pool_handle(t, tuple);
}

joist_term joist_map(joist_terms *t, const joist_term *keys, const joist_term *values, size_t count) {
  if (!t || !all_there(t, keys, count) || !all_there(t, values, count)) return JOIST_NONE;
  if (count > SIZE_MAX / (4 * sizeof(Term))) return pool_fail(t, "no memory");
  const Alloc *alloc = &t->vm->alloc;
  size_t bytes = (count ? count : 1) * 2 * sizeof(Term);
  Term *pairs = alloc_get(alloc, bytes);
  if (!pairs) return pool_fail(t, "no memory");
  for (size_t i = 0; i < count; i++) {
    pairs[2 * i] = pool_term(t, keys[i]);
    pairs[2 * i + 1] = pool_term(t, values[i]);
  }
  TermHeap *h = pool_reserve(t, map_from_pairs_words(count));
  TermHeap before = t->heap;
  Term map = h ? map_from_pairs(&pool_vm(t)->context, h, pairs, count) : T_NONE;
  alloc_put(alloc, pairs, bytes);
  if (map != T_NONE) return pool_handle(t, map);
  if (h) take_back(t, &before);
  return pool_fail(t, "no memory, or too many keys of one hash");
}

joist_term joist_map_put(joist_terms *t, joist_term map, joist_term key, joist_term value) {
  Term m = pool_term(t, map), k = pool_term(t, key), v = pool_term(t, value);
  if (m == T_NONE || k == T_NONE || v == T_NONE || !term_is_map(m)) return pool_fail(t, "no map");
  TermHeap *h = pool_reserve(t, map_put_words(m));
  TermHeap before = t->heap;
  Term made = h ? map_put(&pool_vm(t)->context, h, m, k, v) : T_NONE;
  if (made != T_NONE) return pool_handle(t, made);
  if (h) take_back(t, &before);
  return pool_fail(t, "no memory, or too many keys of one hash");
}

joist_term joist_copy(joist_terms *to, const joist_terms *from, joist_term term) {
  Term x = pool_term(from, term);
  if (!to || x == T_NONE) return JOIST_NONE;
  if (to->vm != from->vm) return pool_fail(to, "a term of another VM");
  HeapFragment *f = copy_whole(pool_vm(to), x); // the units of its funs are pinned since it came
  return f ? pool_adopt(to, f) : pool_fail(to, "no memory");
}

joist_term joist_decode(joist_terms *t, const void *bytes, size_t size) {
  if (!t || !bytes) return pool_fail(t, "no bytes");
  EtfDecoder d;
  Status s = etf_decoder_start(&d, &pool_vm(t)->context, bytes, size, 0);
  if (s != STATUS_OK) return pool_fail(t, s == STATUS_NO_MEMORY ? "no memory" : "no term in the external format");
  TermHeap *h = d.used_bytes == size && account_allows(&pool_vm(t)->account, d.words * sizeof(Term)) ? pool_reserve(t, d.words) : NULL;
  TermHeap before = t->heap;
  Term term = T_NONE;
  if (h && etf_decoder_build(&d, h, bytes, &term) != STATUS_OK) {
    take_back(t, &before);
    term = T_NONE;
  }
  etf_decoder_end(&d);
  return term == T_NONE ? pool_fail(t, "no term in the external format, or no memory") : pool_handle(t, term);
}

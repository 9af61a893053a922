// SPDX-License-Identifier: Apache-2.0
//
// Fragments: made, filled, walked for what they hold off the heap, freed.
#include "vm/heap/heap.h"
#include "vm/term/copy.h"
#include "vm/term/shared.h"

static inline void init(HeapFragment *f, size_t words) {
  f->next = f->prev = NULL;
  f->term = T_NONE;
  f->word_count = (uint32_t)words;
  f->kind = f->flags = 0;
  f->mark_count = 0;
}

HeapFragment *fragment_new(const Alloc *alloc, MemoryAccount *account, size_t words) {
  if (words > FRAGMENT_WORDS_MAX) return NULL;
  HeapFragment *f = alloc_get(account_alloc(account, alloc), sizeof(HeapFragment) + (words | 1) * sizeof(Term));
  if (!f) return NULL;
  init(f, words);
  account_add(account, account_chunk(fragment_bytes(f)));
  return f;
}

static bool is_off_heap(const Term *p) { return header_is(p[0], KIND_BIN_SHARED) || header_is(p[0], KIND_NATIVE); }

void fragment_free(const Alloc *alloc, MemoryAccount *account, HeapFragment *f) {
  if (f->flags & FRAGMENT_OFF_HEAP)
    for (Term *p = f->words, *end = p + f->word_count; p < end;) {
      size_t words = heap_object_words(p); // before the drop: nothing is read after it
      if (header_is(p[0], KIND_BIN_SHARED)) shared_binary_drop((SharedBinary *)(uintptr_t)p[2]);
      else if (header_is(p[0], KIND_NATIVE)) native_object_drop((NativeObject *)(uintptr_t)p[1]);
      p += words;
    }
  account_sub(account, account_chunk(fragment_bytes(f)));
  alloc_put(account_alloc(account, alloc), f, fragment_bytes(f));
}

// --- the cache

static inline uint32_t get_count(const FragmentCache *c, size_t class_) { return atomic_load_explicit(&c->count[class_], memory_order_relaxed); }
static inline void set_count(FragmentCache *c, size_t class_, uint32_t count) {
  atomic_store_explicit(&c->count[class_], count, memory_order_relaxed);
}

HeapFragment *fragment_take(HeapEnv *env, size_t words) {
  FragmentCache *c = &env->fragments;
  HeapFragment *f = words < 2 * FRAGMENT_CLASSES ? c->free[words / 2] : NULL;
  if (UNLIKELY(!f)) return fragment_new(env->alloc, env->account, words);
  c->free[words / 2] = f->next;
  set_count(c, words / 2, get_count(c, words / 2) - 1);
  init(f, words);
  return f;
}

void fragment_put(HeapEnv *env, HeapFragment *f) {
  FragmentCache *c = &env->fragments;
  size_t class_ = f->word_count / 2;
  if (UNLIKELY(class_ >= FRAGMENT_CLASSES || get_count(c, class_) + 1 > FRAGMENT_CACHE_MAX || (f->flags & FRAGMENT_OFF_HEAP))) {
    fragment_free(env->alloc, env->account, f);
    return;
  }
  f->next = c->free[class_];
  c->free[class_] = f;
  set_count(c, class_, get_count(c, class_) + 1);
}

void fragment_cache_empty(HeapEnv *env) {
  for (int i = 0; i < FRAGMENT_CLASSES; i++) {
    HeapFragment *f = env->fragments.free[i];
    env->fragments.free[i] = NULL;
    set_count(&env->fragments, (size_t)i, 0);
    for (HeapFragment *next; f; f = next) {
      next = f->next;
      fragment_free(env->alloc, env->account, f);
    }
  }
}

// --- filling

TermHeap fragment_heap(HeapFragment *f) { return (TermHeap){f->words, f->words + f->word_count, T_NIL, 0}; }

void fragment_close(HeapFragment *f, const TermHeap *built, Term term) {
  size_t left = (size_t)(f->words + f->word_count - built->top);
  if (left) built->top[0] = HEADER(KIND_FILLER, left - 1);
  if (built->off_heap != T_NIL) f->flags |= FRAGMENT_OFF_HEAP;
  f->term = term;
}

size_t fragment_off_heap_words(const HeapFragment *f) {
  size_t words = 0;
  if (!(f->flags & FRAGMENT_OFF_HEAP)) return 0;
  for (const Term *p = f->words, *end = p + f->word_count; p < end; p += heap_object_words(p)) {
    if (!is_off_heap(p)) continue;
    words += (size_t)((header_is(p[0], KIND_BIN_SHARED) ? ((SharedBinary *)(uintptr_t)p[2])->capacity_bytes
                                                        : ((NativeObject *)(uintptr_t)p[1])->payload_bytes) >> 3);
  }
  return words;
}

// What most messages are: a small tuple of words and references. Answers how many words its copy takes, or 0: it is something else.
enum { FLAT_MAX = 8 };
static size_t flat_words(const TermContext *c, Term t) {
  const Term *p = boxed_ptr(t);
  if (!header_is(p[0], KIND_TUPLE) || header_words(p[0]) > FLAT_MAX || term_is_literal(c, t)) return 0;
  size_t count = header_words(p[0]), words = count + 1;
  for (size_t i = 1; i <= count; i++) {
    if (!term_is_pointer(p[i])) continue;
    if (!term_is_ref(p[i])) return 0;
    if (!term_is_literal(c, p[i])) words += REF_WORDS;
  }
  return words;
}

// cached: NULL: without a cache.
static inline HeapFragment *get(const HeapEnv *env, HeapEnv *cached, size_t words) {
  return cached ? fragment_take(cached, words) : fragment_new(env->alloc, env->account, words);
}

static HeapFragment *copy_flat(const HeapEnv *env, HeapEnv *cached, Term t, size_t words) {
  HeapFragment *f = get(env, cached, words);
  if (!f) return NULL;
  const Term *from = boxed_ptr(t);
  size_t count = header_words(from[0]);
  Term *to = f->words, *more = to + count + 1;
  to[0] = from[0];
  for (size_t i = 1; i <= count; i++) {
    to[i] = from[i];
    if (!term_is_pointer(from[i]) || term_is_literal(env->context, from[i])) continue;
    memcpy(more, boxed_ptr(from[i]), REF_WORDS * sizeof(Term));
    to[i] = term_boxed(more);
    more += REF_WORDS;
  }
  f->term = term_boxed(to);
  return f;
}

static inline HeapFragment *copy(const HeapEnv *env, HeapEnv *cached, Term t, size_t most) {
  size_t words = 0;
  if (term_is_boxed(t) && (words = flat_words(env->context, t)) != 0) return copy_flat(env, cached, t, words);
  if (term_is_pointer(t) && (size_term_within(env->context, t, most, &words) != STATUS_OK || words > most)) return NULL;
  if (!account_allows(env->account, words * sizeof(Term))) return NULL;
  HeapFragment *f = get(env, cached, words);
  if (!f) return NULL;
  TermHeap heap = fragment_heap(f);
  fragment_close(f, &heap, words ? term_copy(env->context, &heap, t) : t);
  return f;
}

HeapFragment *fragment_copy(const HeapEnv *env, Term t) { return copy(env, NULL, t, SIZE_MAX); }
HeapFragment *fragment_take_copy(HeapEnv *env, Term t) { return copy(env, env, t, SIZE_MAX); }
HeapFragment *fragment_copy_within(const HeapEnv *env, Term t, size_t most) { return copy(env, NULL, t, most); }
HeapFragment *fragment_take_copy_within(HeapEnv *env, Term t, size_t most) { return copy(env, env, t, most); }

void heap_adopt(HeapEnv *env, Heap *h, HeapFragment *f) {
  if (f->word_count == 0) {
    fragment_put(env, f);
    return;
  }
  h->fragment_words += fragment_footprint_words(f);
  if (f->flags & FRAGMENT_OFF_HEAP) {
    for (Term *p = f->words, *end = p + f->word_count; p < end; p += heap_object_words(p)) {
      if (!is_off_heap(p)) continue;
      p[OFF_HEAP_LINK] = h->heap.off_heap;
      h->heap.off_heap = term_boxed(p);
    }
    h->heap.off_heap_words += fragment_off_heap_words(f);
    f->flags &= (uint8_t)~FRAGMENT_OFF_HEAP;
  }
  f->next = h->fragments;
  h->fragments = f;
  size_t limit = heap_block_words(h) / 2;
  if (h->fragment_words <= (limit < 64 ? 64 : limit)) return;
  h->heap_flags |= h->fragment_words > HEAP_LARGE_WORDS ? HEAP_COLLECT_WANTED | HEAP_IS_LARGE : HEAP_COLLECT_WANTED;
}

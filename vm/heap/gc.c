// SPDX-License-Identifier: Apache-2.0
//
// The collector: Cheney's copying scheme, per process, in two kinds.
//
// Young collection. From-space is the block's heap and the adopted fragments. What lies below age_mark survived one collection
// before and is promoted: copied to the end of the old block. The rest is copied into the scratch area of the thread and
// then moved back to the start of the same block, so the stack stays where it is and a small process needs no memory to
// be collected. Because the final place is the block itself, every reference is written with its final address at
// once ("virtual") while the bytes lie in scratch ("physical", `delta` away). That is right only because each root and each
// field is visited exactly once: a visited word may look like a from-space address.
//
// Full collection. From-space is all of that and the old block; everything goes to a fresh old block as large as the worst case,
// which then is cut to what is used plus room for the next promotions. The young heap is empty afterwards.
//
// Who is old (H2): terms are immutable, so an object refers to older ones only. All that is below age_mark is closed under
// reference; promoting it as a whole keeps the old block closed, and young collections need not look into it. Blocks up to
// HEAP_TINY_WORDS have no old block: nothing is promoted, every collection is complete.
//
// While a message is peeked (H5) its fragment is treated as a literal, and nothing is promoted: an old object that refers to
// the fragment would be overlooked when the fragment, once accepted, is collected.
//
// Invariants:
//  C1  A moved object holds its new address (I3 of term.h), so sharing survives.
//  C2  The scan reaches each copied object once, by its header; raw words are skipped by kind_first_term.
//  C3  An off-heap object whose reference did not move is dropped, each other one is on the chain of its new generation.
//  C4  No step recurses; the only memory taken is the target.
//
// A small slice of a large shared binary that nobody else holds is copied out (copy_slice), or it would keep all of it.
#include <string.h>
#include <sys/mman.h>

#include "vm/heap/heap_internal.h"
#include "vm/term/binary.h"
#include "vm/term/shared.h"

typedef struct Collection {
  // The block's used heap: the commonest from-space, tested first.
  uintptr_t young_lo, young_bytes;
  uintptr_t aged_bytes;          // the first of them are promoted
  // Never moved: the old block in a young collection (empty range otherwise), literals, the peeked fragment.
  uintptr_t old_lo, old_bytes;
  uintptr_t literal_lo, literal_bytes;
  uintptr_t peeked_lo, peeked_bytes;
  // Targets. young_top is physical, delta = physical - virtual.
  Term *young_top, *young_start;
  intptr_t delta;
  Term *old_top, *old_start;
  // Words that each target has beyond what could be copied to it: for slices that become larger.
  size_t young_spare, old_spare;
  bool full;
} Collection;

static inline bool in_range(uintptr_t a, uintptr_t lo, uintptr_t bytes) { return a - lo < bytes; }

// The physical place of an object that was copied to virtual address `p`.
static inline Term *physical(const Collection *c, Term *p) {
  uintptr_t a = (uintptr_t)p;
  uintptr_t start = (uintptr_t)c->young_start - (uintptr_t)c->delta;
  uintptr_t used = (uintptr_t)c->young_top - (uintptr_t)c->young_start;
  return in_range(a, start, used) ? (Term *)(void *)((char *)p + c->delta) : p;
}

// A slice as a binary of its own, if that frees a large one; else NULL. `to` is physical.
static Term *copy_slice(Collection *c, const Term *from, Term *to, size_t *spare) {
  uint64_t bits = from[1], bytes = (bits + 7) >> 3;
  const Term *root = boxed_ptr(from[3]);
  uintptr_t root_address = (uintptr_t)root;
  if (in_range(root_address, c->literal_lo, c->literal_bytes) || in_range(root_address, c->peeked_lo, c->peeked_bytes) ||
      !header_is(root[0], KIND_BIN_SHARED)) // or it moved already: somebody else here holds it
    return NULL;
  SharedBinary *shared = (SharedBinary *)(uintptr_t)root[2];
  size_t words = 2 + (size_t)((bytes + 7) >> 3);
  if (bytes > BIN_HEAP_MAX || shared->capacity_bytes < SLICE_PIN_MIN_BYTES || bytes > shared->capacity_bytes / SLICE_PIN_RATIO ||
      atomic_load_explicit(&shared->references, memory_order_relaxed) != 1 || words > BIN_SLICE_WORDS + *spare)
    return NULL;
  if (words > BIN_SLICE_WORDS) *spare -= words - BIN_SLICE_WORDS;
  to[0] = HEADER(KIND_BIN_HEAP, words - 1);
  to[1] = bits;
  if (words > 2) {
    to[words - 1] = 0;
    bits_copy((unsigned char *)(to + 2), 0, shared->bytes, from[2], bits);
  }
  return to + words;
}

// Copies the object at `from`, answers its virtual address and leaves the new term there.
static Term *move_object(Collection *c, Term *from, bool cons) {
  bool old = c->full || in_range((uintptr_t)from, c->young_lo, c->aged_bytes);
  Term *to = old ? c->old_top : c->young_top;
  Term *final = old ? to : (Term *)(void *)((char *)to - c->delta);
  Term *end;
  if (cons) {
    to[0] = from[0];
    to[1] = from[1];
    end = to + 2;
    from[0] = T_MOVED;
    from[1] = term_cons(final);
  } else {
    Term header = from[0];
    size_t words = header_words(header) + 1;
    end = header_is(header, KIND_BIN_SLICE) ? copy_slice(c, from, to, old ? &c->old_spare : &c->young_spare) : NULL;
    if (!end) {
      if (words <= 8) for (size_t i = 0; i < words; i++) to[i] = from[i];
      else memcpy(to, from, words * sizeof(Term));
      end = to + words;
    }
    from[0] = term_boxed(final);
  }
  if (old) c->old_top = end;
  else c->young_top = end;
  return final;
}

static inline void visit_word(Collection *c, Term *word) {
  Term t = *word;
  if (!term_is_pointer(t)) return;
  uintptr_t a = (uintptr_t)(t & ~(Term)TAG_MASK);
  if (!in_range(a, c->young_lo, c->young_bytes) &&
      (in_range(a, c->old_lo, c->old_bytes) || in_range(a, c->literal_lo, c->literal_bytes) || in_range(a, c->peeked_lo, c->peeked_bytes)))
    return;
  Term *from = (Term *)a;
  if (term_is_cons(t)) *word = from[0] == T_MOVED ? from[1] : term_cons(move_object(c, from, true));
  else *word = word_is_header(from[0]) ? term_boxed(move_object(c, from, false)) : from[0];
}

static inline void visit_roots(void *context, Term *roots, size_t count) {
  for (size_t i = 0; i < count; i++) visit_word(context, roots + i);
}

typedef struct CollectionVisitor {
  RootVisitor visitor;
  Collection *collection;
} CollectionVisitor;
static void visit_extra(RootVisitor *v, Term *roots, size_t count) {
  visit_roots(((CollectionVisitor *)v)->collection, roots, count);
}

static void collect_roots(Collection *c, HeapEnv *env, Heap *h) {
  stack_each_root(h, visit_roots, c);
  CollectionVisitor v = {{visit_extra}, c};
  if (env->each_root) env->each_root(env->state, h, &v.visitor);
}

// Visits the fields of the object at p, answers what follows it.
static inline Term *scan_object(Collection *c, Term *p) {
  Term first = *p;
  if (!word_is_header(first)) {
    visit_word(c, p);
    visit_word(c, p + 1);
    return p + 2;
  }
  Term *end = p + 1 + header_words(first);
  for (Term *w = p + kind_first_term(first); w < end; w++) visit_word(c, w);
  return end;
}

static void scan(Collection *c) {
  Term *young = c->young_start, *old = c->old_start;
  for (;;) {
    while (young < c->young_top) young = scan_object(c, young);
    while (old < c->old_top) old = scan_object(c, old);
    if (young >= c->young_top) return;
  }
}

// C3. Takes a chain apart; what lives is put on the chain of the generation it lies in now.
static void sweep_chain(Collection *c, Term chain, Term *young_chain, size_t *young_words, Term *old_chain, size_t *old_words) {
  while (chain != T_NIL) {
    Term *p = boxed_ptr(chain);
    chain = p[OFF_HEAP_LINK];
    if (word_is_header(p[0])) {
      if (header_is(p[0], KIND_BIN_SHARED)) shared_binary_drop((SharedBinary *)(uintptr_t)p[2]);
      else native_object_drop((NativeObject *)(uintptr_t)p[1]);
      continue;
    }
    Term moved = p[0];
    Term *now = physical(c, boxed_ptr(moved));
    bool old = now == boxed_ptr(moved);
    Term *into = old ? old_chain : young_chain;
    now[OFF_HEAP_LINK] = *into;
    *into = moved;
    *(old ? old_words : young_words) += (size_t)((header_is(now[0], KIND_BIN_SHARED) ? ((SharedBinary *)(uintptr_t)now[2])->capacity_bytes
                                                                                  : ((NativeObject *)(uintptr_t)now[1])->payload_bytes) >> 3);
  }
}

// The area young collections copy into, at least so large.
static bool scratch_reserve(HeapEnv *env, size_t bytes) {
  if (env->scratch_bytes >= bytes) return true;
  size_t size = (size_t)1 << 20;
  while (size < bytes) size *= 2;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  if (env->scratch) munmap(env->scratch, env->scratch_bytes);
  env->scratch = memory;
  env->scratch_bytes = size;
  return true;
}

static void free_fragments(HeapEnv *env, Heap *h) {
  for (HeapFragment *f = h->fragments, *next; f; f = next) {
    next = f->next;
    fragment_put(env, f);
  }
  h->fragments = NULL;
  h->fragment_words = 0;
}

static void collection_start(Collection *c, HeapEnv *env, Heap *h) {
  *c = (Collection){.young_lo = (uintptr_t)h->block, .young_bytes = (uintptr_t)h->heap.top - (uintptr_t)h->block,
                    .literal_lo = env->context->literal_lo, .literal_bytes = env->context->literal_hi - env->context->literal_lo};
  if (h->peeked) {
    c->peeked_lo = (uintptr_t)h->peeked->words;
    c->peeked_bytes = h->peeked->word_count * sizeof(Term);
  }
  env->collection_count++;
#ifdef JOIST_HOSTILE
  heap_poison_dead(h);
#endif
}

static size_t off_heap_limit(size_t kept_words) {
  return kept_words * 2 > HEAP_OFF_HEAP_MIN_WORDS ? kept_words * 2 : HEAP_OFF_HEAP_MIN_WORDS;
}

static void collection_end(HeapEnv *env, Heap *h, size_t before_words, size_t after_words) {
  free_fragments(env, h);
  h->heap.end = h->heap.top;
  h->heap_flags &= (uint8_t)~HEAP_COLLECT_WANTED;
  h->off_heap_limit = off_heap_limit(h->heap.off_heap_words);
  if (before_words > after_words) env->reclaimed_words += before_words - after_words;
}

// What is copied is there twice for a moment: what is left above the budget (A3) may serve for that.
static bool may_be_twice(const HeapEnv *env, size_t bytes) {
  size_t spare = env->account->limit_bytes >> ACCOUNT_RESERVE_SHIFT;
  return bytes <= spare || account_allows(env->account, bytes - spare);
}

bool gc_young(HeapEnv *env, Heap *h, bool promote) {
  size_t used = (size_t)(h->heap.top - h->block), room = (size_t)(h->stack_low - h->block);
  CHECK(used + h->fragment_words <= room); // room_for_fragments saw to it
  size_t copied = (used + h->fragment_words) * sizeof(Term);
  if (copied > SCRATCH_KEEP_BYTES && !may_be_twice(env, copied)) return false;
  if (!scratch_reserve(env, room * sizeof(Term))) return false;
  Collection c;
  collection_start(&c, env, h);
  if (h->old) {
    c.old_lo = (uintptr_t)h->old->words;
    c.old_bytes = (uintptr_t)h->old->top - c.old_lo;
  }
  if (promote) {
    c.aged_bytes = (uintptr_t)h->age_mark - (uintptr_t)h->block;
    c.old_top = c.old_start = h->old->top;
    CHECK(c.aged_bytes <= (uintptr_t)h->old->end - (uintptr_t)h->old->top);
    c.old_spare = (size_t)(h->old->end - h->old->top) - c.aged_bytes / sizeof(Term);
  }
  c.young_start = c.young_top = env->scratch;
  c.young_spare = room - used - h->fragment_words;
  c.delta = (intptr_t)((uintptr_t)env->scratch - (uintptr_t)h->block);
  collect_roots(&c, env, h);
  scan(&c);
  Term chain = h->heap.off_heap;
  h->heap.off_heap = T_NIL;
  h->heap.off_heap_words = 0;
  Term no_chain = T_NIL;
  size_t no_words = 0;
  sweep_chain(&c, chain, &h->heap.off_heap, &h->heap.off_heap_words, promote ? &h->old->off_heap : &no_chain,
              promote ? &h->old->off_heap_words : &no_words);
  size_t live = (size_t)(c.young_top - env->scratch), promoted = promote ? (size_t)(c.old_top - h->old->top) : 0;
  size_t before = used + h->fragment_words;
  memcpy(h->block, env->scratch, live * sizeof(Term));
  if (live * sizeof(Term) > SCRATCH_KEEP_BYTES)
    madvise((char *)env->scratch + SCRATCH_KEEP_BYTES, env->scratch_bytes - SCRATCH_KEEP_BYTES, MADV_DONTNEED);
  h->heap.top = h->block + live;
  if (promote) h->old->top = c.old_top;
  h->age_mark = h->peeked || heap_block_words(h) <= HEAP_TINY_WORDS ? h->block : h->heap.top;
  h->young_count++;
  collection_end(env, h, before, live + promoted);
  return true;
}

bool gc_full(HeapEnv *env, Heap *h) {
  size_t young = (size_t)(h->heap.top - h->block), old = h->old ? (size_t)(h->old->top - h->old->words) : 0;
  size_t bound = young + old + h->fragment_words;
  OldBlock *target = may_be_twice(env, bound * sizeof(Term)) ? heap_old_new(env, bound + bound / 8) : NULL;
  if (!target) return false;
  Collection c;
  collection_start(&c, env, h);
  c.full = true;
  c.old_top = c.old_start = target->words;
  c.old_spare = bound / 8;
  c.young_start = c.young_top = h->block; // stays empty
  collect_roots(&c, env, h);
  scan(&c);
  target->top = c.old_top;
  size_t live = target->live_words = (size_t)(target->top - target->words);
  Term none = T_NIL;
  size_t none_words = 0;
  Term chains[2] = {h->heap.off_heap, h->old ? h->old->off_heap : T_NIL};
  for (int i = 0; i < 2; i++) sweep_chain(&c, chains[i], &none, &none_words, &target->off_heap, &target->off_heap_words);
  if (h->old) heap_old_free(env, h->old);
  h->old = target;
  h->heap.off_heap = T_NIL;
  h->heap.off_heap_words = 0;
  h->heap.top = h->age_mark = h->block;
  h->young_count = 0;
  env->full_count++;
  collection_end(env, h, bound, live);
  return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// The life of a heap and its policies: when to collect and which way, how large blocks are, when they
// grow, move and shrink, and what is too much.
//
//  - A tiny block (HEAP_TINY_WORDS) is collected whole. Above, young collections promote, and a full one comes when the
//    old block has no room for what is aged.
//  - The block grows when less than a quarter is free after a collection, and doubles (to BURST_WORDS_MAX) when its
//    owner collected BURST_MAX times without waiting in between: who works much gets a larger nursery.
//  - It shrinks after SHRINK_VOTES_MAX collections in a row that found it eight times too large, or
//    when the owner rests (heap_trim); the home block in the owner's allocation is taken again when all fits.
//  - Over limit_words or the budget, reserving fails; the owner is then ended by who owns it.
#include <string.h>
#include <sys/mman.h>

#include "vm/heap/heap_internal.h"
#include "vm/term/shared.h"

void heap_env_init(HeapEnv *env, const Alloc *alloc, const TermContext *context, MemoryAccount *account) {
  *env = (HeapEnv){.alloc = alloc, .context = context, .account = account};
}

void heap_env_free(HeapEnv *env) {
#ifdef JOIST_HOSTILE
  heap_points_append(env);
#endif
  fragment_cache_empty(env);
  if (env->scratch) munmap(env->scratch, env->scratch_bytes);
  alloc_put(env->alloc, env->points, env->point_capacity * sizeof(CollectPoint));
  env->scratch = NULL;
  env->points = NULL;
}

// --- blocks

// Sizes are 64, 96, 128, 192, 256 …: at most half of a block is given for nothing.
size_t heap_block_size(size_t words) {
  size_t size = 64;
  while (size < words) {
    if (size + size / 2 >= words) return size + size / 2;
    size *= 2;
  }
  return size;
}

static Term *block_new(HeapEnv *env, size_t words) {
  if (words > SIZE_MAX / 16) return NULL;
  Term *block = alloc_get(env->alloc, words * sizeof(Term));
  if (block) account_add(env->account, account_chunk(words * sizeof(Term)));
  return block;
}

void heap_block_free(HeapEnv *env, Heap *h, Term *block, size_t words) {
  if (h->home_offset && block == heap_home(h)) return;
  account_sub(env->account, account_chunk(words * sizeof(Term)));
  alloc_put(env->alloc, block, words * sizeof(Term));
}

OldBlock *heap_old_new(HeapEnv *env, size_t words) {
  if (words > SIZE_MAX / 16) return NULL;
  size_t bytes = sizeof(OldBlock) + words * sizeof(Term);
  OldBlock *old = alloc_get(env->alloc, bytes);
  if (!old) return NULL;
  old->top = old->words;
  old->end = old->words + words;
  old->off_heap = T_NIL;
  old->off_heap_words = 0;
  old->block_bytes = bytes;
  old->live_words = 0;
  account_add(env->account, account_chunk(bytes));
  return old;
}

// The objects of its chain live elsewhere already, or were dropped.
void heap_old_free(HeapEnv *env, OldBlock *old) {
  if (!old) return;
  account_sub(env->account, account_chunk(old->block_bytes));
  alloc_put(env->alloc, old, old->block_bytes);
}

bool heap_init(HeapEnv *env, Heap *h, Term *home, size_t home_words, size_t min_words, uint64_t limit_words) {
  memset(h, 0, sizeof *h);
  size_t words = home_words;
  if (home) {
    h->home_offset = (uint16_t)((char *)home - (char *)h);
    h->home_words = (uint16_t)home_words;
  }
  h->block = home;
  if (!home || min_words > home_words) {
    words = heap_block_size(min_words);
    h->block = block_new(env, words);
    if (!h->block) return false;
    h->min_block_words = min_words > UINT32_MAX ? UINT32_MAX : (uint32_t)min_words;
  }
  h->block_end = h->block + words;
  h->fp = h->stack_low = h->block_end;
  h->heap = (TermHeap){h->block, h->block, T_NIL, 0};
  h->age_mark = h->block;
  h->exc_class = h->exc_reason = h->exc_trace = T_NONE;
  h->limit_words = limit_words;
  h->off_heap_limit = HEAP_OFF_HEAP_MIN_WORDS;
  return true;
}

void heap_free(HeapEnv *env, Heap *h) {
  off_heap_drop_all(h->heap.off_heap);
  h->heap.off_heap = T_NIL;
  if (h->old) {
    off_heap_drop_all(h->old->off_heap);
    heap_old_free(env, h->old);
    h->old = NULL;
  }
  for (HeapFragment *f = h->fragments, *next; f; f = next) {
    next = f->next;
    fragment_put(env, f);
  }
  h->fragments = NULL;
  if (h->block) heap_block_free(env, h, h->block, heap_block_words(h));
  h->block = NULL;
}

// --- moving

static inline void relocate_word(Term *w, uintptr_t lo, uintptr_t hi, intptr_t delta) {
  if (term_is_pointer(*w) && (uintptr_t)*w - lo < hi - lo) *w = (Term)((uintptr_t)*w + (uintptr_t)delta);
}

void heap_relocate_objects(Term *from, Term *to, uintptr_t lo, uintptr_t hi, intptr_t delta) {
  for (Term *p = from; p < to;) {
    Term *end = p + heap_object_words(p);
    for (Term *w = word_is_header(*p) ? p + kind_first_term(*p) : p; w < end; w++) relocate_word(w, lo, hi, delta);
    p = end;
  }
}

typedef struct Relocation {
  RootVisitor visitor;
  uintptr_t lo, hi;
  intptr_t delta;
} Relocation;
static void relocate_range(RootVisitor *v, Term *roots, size_t count) {
  Relocation *r = (Relocation *)v;
  for (size_t i = 0; i < count; i++) relocate_word(roots + i, r->lo, r->hi, r->delta);
}
void heap_relocate_roots(HeapEnv *env, Heap *h, uintptr_t lo, uintptr_t hi, intptr_t delta) {
  Relocation r = {{relocate_range}, lo, hi, delta};
  heap_each_root(env, h, &r.visitor);
}

Term heap_relocate_chain(Term chain, uintptr_t lo, uintptr_t hi, intptr_t delta) {
  relocate_word(&chain, lo, hi, delta);
  for (Term t = chain; t != T_NIL; t = boxed_ptr(t)[OFF_HEAP_LINK]) relocate_word(boxed_ptr(t) + OFF_HEAP_LINK, lo, hi, delta);
  return chain;
}

bool heap_move_block(HeapEnv *env, Heap *h, size_t new_words) {
  size_t heap_words = (size_t)(h->heap.top - h->block), stack_words = heap_stack_words(h), old_words = heap_block_words(h);
  CHECK(heap_words + stack_words <= new_words);
  bool home = h->home_offset && !heap_is_home(h) && new_words <= h->home_words;
  if (home) new_words = h->home_words;
  Term *old_block = h->block, *block = home ? heap_home(h) : block_new(env, new_words);
  if (!block) return false;
  Term *block_end = block + new_words;
  memcpy(block, h->block, heap_words * sizeof(Term));
  memcpy(block_end - stack_words, h->stack_low, stack_words * sizeof(Term));
  uintptr_t lo = (uintptr_t)h->block, hi = (uintptr_t)h->heap.top;
  intptr_t delta = (intptr_t)((uintptr_t)block - (uintptr_t)h->block);
  intptr_t stack_delta = (intptr_t)((uintptr_t)block_end - (uintptr_t)h->block_end);
  if (h->arg_count && h->args >= h->block && h->args < h->block_end) h->args = (Term *)(void *)((char *)h->args + stack_delta);
  h->fp = (Term *)(void *)((char *)h->fp + stack_delta);
  h->stack_low = (Term *)(void *)((char *)h->stack_low + stack_delta);
  h->age_mark = (Term *)(void *)((char *)h->age_mark + delta);
  h->block = block;
  h->block_end = block_end;
  h->heap.top = block + heap_words;
  h->heap.end = h->heap.top;
  heap_relocate_objects(block, h->heap.top, lo, hi, delta);
  for (HeapFragment *f = h->fragments; f; f = f->next)
    if (!(f->flags & FRAGMENT_APART)) heap_relocate_objects(f->words, f->words + f->word_count, lo, hi, delta); // G1
  heap_relocate_roots(env, h, lo, hi, delta);
  h->heap.off_heap = heap_relocate_chain(h->heap.off_heap, lo, hi, delta);
#ifdef JOIST_HOSTILE
  for (size_t i = 0; i < old_words; i++) old_block[i] = T_POISON;
#endif
  heap_block_free(env, h, old_block, old_words);
  return true;
}

// --- policies

static bool within_limits(const HeapEnv *env, const Heap *h, size_t now_words, size_t new_words) {
  size_t total = heap_total_words(h) - now_words + new_words;
  if (h->limit_words && total > h->limit_words) return false;
  return new_words <= now_words || account_allows_work(env->account, new_words * sizeof(Term)); // both are there for a moment
}

// A block of about `want` words, or as near to that as limits allow, at least `least`. Fails: false.
static bool resize(HeapEnv *env, Heap *h, size_t want, size_t least) {
  size_t now = heap_block_words(h);
  if (within_limits(env, h, now, want) && heap_move_block(env, h, want)) return true;
  // All that the limit leaves at once: growing towards it word by word would collect for each of them.
  size_t others = heap_total_words(h) - now, left = h->limit_words > others ? (size_t)(h->limit_words - others) : 0;
  if (left > least && left > now && left < want && within_limits(env, h, now, left) && heap_move_block(env, h, left)) return true;
  size_t some = least + (want - least) / 4;
  if (want > least && some > now && within_limits(env, h, now, some) && heap_move_block(env, h, some)) return true;
  if (least <= now) return true;
  return least < want && within_limits(env, h, now, least) && heap_move_block(env, h, least);
}

// Cuts the old block after a full collection, or empties it into the block when little is left.
static void settle_old(HeapEnv *env, Heap *h) {
  OldBlock *old = h->old;
  size_t live = (size_t)(old->top - old->words);
  bool fits = h->heap.top == h->block && heap_block_words(h) <= 2 * HEAP_TINY_WORDS &&
              (live + heap_stack_words(h) + HEAP_SLACK_WORDS) * 2 <= heap_block_words(h);
  if (live == 0 || fits) {
    uintptr_t lo = (uintptr_t)old->words, hi = (uintptr_t)old->top;
    intptr_t delta = (intptr_t)((uintptr_t)h->block - lo);
    memcpy(h->block, old->words, live * sizeof(Term));
    h->heap.top = h->heap.end = h->block + live;
    h->age_mark = h->block;
    heap_relocate_objects(h->block, h->heap.top, lo, hi, delta);
    heap_relocate_roots(env, h, lo, hi, delta);
    h->heap.off_heap = heap_relocate_chain(old->off_heap, lo, hi, delta);
    h->heap.off_heap_words = old->off_heap_words;
    h->old = NULL;
    heap_old_free(env, old);
    return;
  }
  size_t want = live + live / 2 + heap_block_words(h);
  size_t bytes = sizeof(OldBlock) + want * sizeof(Term), now = old->block_bytes;
  uintptr_t lo = (uintptr_t)old->words, hi = (uintptr_t)old->top;
  if (bytes > now && !account_allows(env->account, bytes - now)) return;
  OldBlock *cut = alloc_grow(env->alloc, old, now, bytes);
  if (!cut) return; // as large as it was
  account_sub(env->account, account_chunk(now));
  account_add(env->account, account_chunk(bytes));
  cut->block_bytes = bytes;
  cut->end = cut->words + want;
  cut->top = cut->words + live;
  h->old = cut;
  intptr_t delta = (intptr_t)((uintptr_t)cut->words - lo);
  if (delta == 0) return;
  heap_relocate_objects(cut->words, cut->top, lo, hi, delta);
  heap_relocate_roots(env, h, lo, hi, delta);
  cut->off_heap = heap_relocate_chain(cut->off_heap, lo, hi, delta);
}

// Fragments join the heap at a young collection: the block must have room for all of them and what is there.
static bool room_for_fragments(HeapEnv *env, Heap *h) {
  if (!h->fragments) return true;
  size_t used = (size_t)(h->heap.top - h->block) + h->fragment_words;
  if (used <= (size_t)(h->stack_low - h->block)) return true;
  size_t least = used + heap_stack_words(h) + HEAP_SLACK_WORDS;
  return resize(env, h, heap_block_size(least), least);
}

// What lived the last time goes to the old block, if it lives still and there is room.
static size_t aged_words(const Heap *h) { return (size_t)(h->age_mark - h->block); }

static bool must_be_full(const Heap *h) {
  if (!h->old) return false;
  if (aged_words(h) > (size_t)(h->old->end - h->old->top)) return true;
  return h->old->off_heap_words > HEAP_OFF_HEAP_MIN_WORDS && h->young_count >= 16 && h->heap.off_heap_words > h->old->off_heap_words;
}

size_t heap_collection_words(const Heap *h) {
  size_t all = (size_t)(h->heap.top - h->block) + h->fragment_words, last = aged_words(h);
  if (last == 0) last = all; // behind a full collection nothing is known
  if (must_be_full(h) && !h->peeked) {
    size_t old = (size_t)(h->old->top - h->old->words);
    all += old;
    last += h->old->live_words ? h->old->live_words : old;
  }
  return (all + last) / 2 + heap_stack_words(h); // each frame is looked at, and moves when the block grows
}

size_t heap_full_collection_words(const Heap *h) {
  size_t old = h->old ? (size_t)(h->old->top - h->old->words) : 0;
  return (size_t)(h->heap.top - h->block) + h->fragment_words + old + heap_stack_words(h);
}

static bool collect(HeapEnv *env, Heap *h, bool full) {
  bool tiny = heap_block_words(h) <= HEAP_TINY_WORDS;
  size_t aged = aged_words(h);
  if (h->peeked || (tiny && !h->old)) return room_for_fragments(env, h) && gc_young(env, h, false);
  if (!full) full = must_be_full(h);
  if (!full && !h->old && aged) {
    size_t words = aged * 2 + heap_block_words(h);
    if (!account_allows_work(env->account, words * sizeof(Term))) return false;
    h->old = heap_old_new(env, words);
    if (!h->old) return false;
  }
  if (!full) return room_for_fragments(env, h) && gc_young(env, h, h->old != NULL);
  if (!gc_full(env, h)) return false;
  settle_old(env, h);
  return true;
}

// After a collection: is the block of a good size for what is left and `words` more?
static bool make_room(HeapEnv *env, Heap *h, size_t words) {
  size_t now = heap_block_words(h);
  size_t required = (size_t)(h->heap.top - h->block) + heap_stack_words(h) + words + HEAP_SLACK_WORDS;
  if (required < words) return false;
  size_t want = now;
  if (required > now || (now > HEAP_TINY_WORDS && required > now / 4 * 3)) {
    want = heap_block_size(required < 1 << 20 ? required * 2 : required + required / 2);
    if (now <= HEAP_TINY_WORDS && required <= HEAP_TINY_WORDS / 2) want = heap_block_size(required + required / 2);
  } else if (h->burst_count >= BURST_MAX && now < BURST_WORDS_MAX) {
    want = heap_block_size(now * 2);
    h->burst_count = 0;
  }
  if (want > now) {
    h->shrink_votes = 0;
    // A large block that stays all but full would be collected again at once, and again.
    return resize(env, h, want, now > HEAP_TINY_WORDS ? required + now / 32 : required);
  }
  bool too_large = now > BURST_WORDS_MAX && required * 8 < now;
  if (!too_large) {
    h->shrink_votes = 0;
  } else if (++h->shrink_votes >= SHRINK_VOTES_MAX) {
    h->shrink_votes = 0;
    size_t size = heap_block_size(required * 2);
    heap_move_block(env, h, size > h->min_block_words ? size : h->min_block_words);
  }
  return true;
}

bool heap_collect(HeapEnv *env, Heap *h, size_t words, bool full) {
  if (h->burst_count < 15) h->burst_count++;
  h->heap_flags &= (uint8_t)~HEAP_TRIMMED;
  bool ok = words <= HEAP_WORDS_MAX && collect(env, h, full) && make_room(env, h, words);
#ifdef JOIST_HOSTILE
  if (ok) {
    heap_move_block(env, h, heap_block_words(h)); // nobody may have kept an address
    heap_check(env, h);
  }
#endif
  size_t off_heap = h->heap_flags & HEAP_LIMIT_OFF_HEAP ? heap_off_heap_words(h) : 0;
  if (ok && h->limit_words && heap_total_words(h) + off_heap > h->limit_words) ok = false;
  if (!ok) {
    h->heap_flags |= HEAP_OVER_LIMIT;
    return false;
  }
  h->heap.end = h->heap.top + words;
  return true;
}

bool heap_reserve_slow(HeapEnv *env, Heap *h, size_t words) {
  if (heap_reserve_fast(h, words)) return true;
  return heap_collect(env, h, words, false);
}

bool heap_reserve_at(HeapEnv *env, Heap *h, size_t words, const char *file, int line) {
  // A large heap is collected (and checked whole) now and then only, the more seldom the larger it is, or nothing would ever
  // end; but at each place the first times.
  size_t total = heap_total_words(h);
  bool collect = env->collect_always &&
                 (total <= COLLECT_ALWAYS_WORDS || ++env->reserve_count % (COLLECT_LARGE_EVERY + total / COLLECT_LARGE_SHARE) == 0 ||
                  heap_point_count(env, file, line) < COLLECT_FIRST_TIMES);
  if (!collect) return heap_reserve_slow(env, h, words);
  heap_count_point(env, file, line);
  return heap_collect(env, h, words, false);
}

// Small heaps only: a large one is not worth a collection each time its owner pauses.
bool heap_trim_is_worth(const Heap *h) {
  size_t words = heap_block_words(h);
  if (h->fragments && words <= HEAP_TINY_WORDS && !h->old) return true;
  return !(h->heap_flags & HEAP_TRIMMED) && h->home_offset && !heap_is_home(h) && words <= BURST_WORDS_MAX &&
         heap_old_words(h) <= BURST_WORDS_MAX;
}

void heap_trim(HeapEnv *env, Heap *h) {
  h->heap_flags |= HEAP_TRIMMED;
  if (!collect(env, h, h->old != NULL)) return;
  h->burst_count = 0;
  size_t required = (size_t)(h->heap.top - h->block) + heap_stack_words(h) + HEAP_SLACK_WORDS;
  size_t want = required + required / 2;
  if (want < h->min_block_words) want = h->min_block_words;
  if (required <= h->home_words && h->min_block_words <= h->home_words && !heap_is_home(h)) heap_move_block(env, h, required);
  else if (!heap_is_home(h) && heap_block_size(want) * 2 <= heap_block_words(h)) heap_move_block(env, h, heap_block_size(want));
}

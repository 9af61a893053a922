// SPDX-License-Identifier: Apache-2.0
//
// What the files of this folder share: the stack walk as an inlined template, block sizes, moving a block.
#ifndef JOIST_HEAP_HEAP_INTERNAL_H
#define JOIST_HEAP_HEAP_INTERNAL_H

#include "vm/heap/heap.h"
#include "vm/term/size.h"

enum {
  BURST_MAX = 8,               // collections without a wait, then the block doubles …
  BURST_WORDS_MAX = 1 << 14,   // … up to here
  SHRINK_VOTES_MAX = 4,
  SCRATCH_KEEP_BYTES = 1 << 20,
  SLICE_PIN_MIN_BYTES = 1024,  // a shared binary smaller than this may be pinned by any slice
  COLLECT_ALWAYS_WORDS = 4096,
  COLLECT_LARGE_EVERY = 61,
  COLLECT_LARGE_SHARE = 16,
  COLLECT_FIRST_TIMES = 5,
  SLICE_PIN_RATIO = 16,        // copied out when the slice is at most one part in so many
};

#define HEAP_WORDS_MAX ((size_t)1 << 48) // more can never be had

#define ALWAYS_INLINE __attribute__((always_inline)) static inline
typedef void (*RangeVisit)(void *context, Term *roots, size_t count);

// Calls visit for each live slot of the frames, the args and the exception words: each once, even when args and
// live slots of the running frame overlap.
ALWAYS_INLINE void stack_each_root(Heap *h, RangeVisit visit, void *context) {
  visit(context, &h->exc_class, 1);
  visit(context, &h->exc_reason, 1);
  visit(context, &h->exc_trace, 1);
  Term *args_low = h->args, *args_high = h->args;
  if (h->arg_count) {
    args_low = h->args - (h->arg_count - 1);
    args_high = h->args + 1;
    visit(context, args_low, h->arg_count);
  }
  if (h->fp == h->block_end) return;
  Term *fp = h->fp;
  uint64_t map = h->live_map;
  MAP_EACH_SLOT(map, i, {
    Term *slot = fp - i;
    if (slot < args_low || slot >= args_high) visit(context, slot, 1);
  });
  for (;;) {
    map = return_point_map(fp[1]);
    if (map & MAP_BARRIER) return;
    fp += map_k_words(map);
    DCHECK(map_k_words(map) != 0 && fp < h->block_end);
    MAP_EACH_SLOT(map, i, { visit(context, fp - i, 1); });
  }
}

// A good block size of at least so many words.
size_t heap_block_size(size_t words);
// Moves heap and stack to a block of `new_words` (at least what is used), fresh or the owner's home. There must be no adopted fragments.
// Fails: false: no memory, nothing changed.
bool heap_move_block(HeapEnv *env, Heap *h, size_t new_words);
// Adds delta to every pointer into [lo, hi) of the objects in [from, to).
void heap_relocate_objects(Term *from, Term *to, uintptr_t lo, uintptr_t hi, intptr_t delta);
// The same for all roots of h.
void heap_relocate_roots(HeapEnv *env, Heap *h, uintptr_t lo, uintptr_t hi, intptr_t delta);
// Adds delta to the links of a chain into [lo, hi), whose objects lie in their new place already.
Term heap_relocate_chain(Term chain, uintptr_t lo, uintptr_t hi, intptr_t delta);
static inline Term *heap_home(Heap *h) { return (Term *)(void *)((char *)h + h->home_offset); }
static inline bool heap_is_home(const Heap *h) {
  return h->home_offset != 0 && h->block == (const Term *)(const void *)((const char *)h + h->home_offset);
}
void heap_block_free(HeapEnv *env, Heap *h, Term *block, size_t words);
void heap_old_free(HeapEnv *env, OldBlock *old);
OldBlock *heap_old_new(HeapEnv *env, size_t words);
// The collection itself (gc.c). young: promote what is aged when `promote`. Fails: false: no memory for the target; nothing changed.
bool gc_young(HeapEnv *env, Heap *h, bool promote);
bool gc_full(HeapEnv *env, Heap *h);
void heap_poison_dead(Heap *h);

#endif

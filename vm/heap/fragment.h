// SPDX-License-Identifier: Apache-2.0
//
// Fragments: pieces of heap outside the block. A message is one; so is what C code built that could not
// collect. A fragment is one allocation: this header, then the words.
//
//  G1  Terms in a fragment refer to that fragment, to literals and to off-heap objects, to nothing else; those of a fragment
//      that was made for a Heap and adopted at once may refer to that heap too (raising builds so: decision 0002).
//  G2  A fragment has one owner at a time: who builds it, an inbound queue, a mailbox, or a Heap.
//  G3  Its words can be walked from first to last (heap_walk): headers tell their length.
//
// Messages come and go by the million, and most are small. Each thread that collects keeps some freed small fragments for the next ones
// (FragmentCache, in its HeapEnv): taking one from there asks neither the allocator nor the account. They stay counted as used.
#ifndef JOIST_HEAP_FRAGMENT_H
#define JOIST_HEAP_FRAGMENT_H

#include <stdatomic.h>

#include "vm/base/alloc.h"
#include "vm/heap/account.h"
#include "vm/term/term.h"

typedef struct HeapFragment HeapFragment;
struct HeapFragment {
  HeapFragment *next, *prev; // in the list of its owner
  Term term;                 // what it carries, or T_NONE
  uint32_t word_count;
  uint8_t kind;              // the owner's: enum SignalKind in queues
  uint8_t flags;             // FRAGMENT_…
  uint16_t mark_count;       // receive marks that point here (mailbox)
  Term words[];
};
enum {
  FRAGMENT_OFF_HEAP = 1, // holds BIN_SHARED or NATIVE objects
  FRAGMENT_REPORTED = 2, // counted in its holder's off-heap words
  FRAGMENT_COUNTED = 4,  // a message that counts in its receiver's bounded mailbox
  FRAGMENT_FOREIGN = 8,  // the same, of a sender that is no process
  FRAGMENT_APART = 16,   // refers to no heap, adopted or not: a message that was received
};
#define FRAGMENT_WORDS_MAX UINT32_MAX

// Two sizes next to each other take the same, as the allocator gives it: so they are one class of the cache.
static inline size_t fragment_bytes(const HeapFragment *f) { return sizeof(HeapFragment) + ((size_t)f->word_count | 1) * sizeof(Term); }

#if defined(__SANITIZE_ADDRESS__) || defined(JOIST_HOSTILE)
enum { FRAGMENT_CACHE_MAX = 0 }; // who uses what was freed shall be found
#else
enum { FRAGMENT_CACHE_MAX = 64 }; // of a class
#endif
enum { FRAGMENT_CLASSES = 8 }; // word_count / 2
typedef struct FragmentCache {
  HeapFragment *free[FRAGMENT_CLASSES]; // by next
  _Atomic(uint32_t) count[FRAGMENT_CLASSES]; // (any: read)
} FragmentCache;
// What is in it. Exact while its thread does nothing.
static inline size_t fragment_cache_bytes(const FragmentCache *c) {
  size_t bytes = 0;
  for (size_t i = 0; i < FRAGMENT_CLASSES; i++)
    bytes += atomic_load_explicit(&c->count[i], memory_order_relaxed) * account_chunk(sizeof(HeapFragment) + (2 * i + 1) * sizeof(Term));
  return bytes;
}

// What it counts as, in words.
static inline size_t fragment_footprint_words(const HeapFragment *f) { return account_chunk(fragment_bytes(f)) / sizeof(Term); }

// Owns: the caller gets it. Thread: any. Fails: NULL (no memory, or more than FRAGMENT_WORDS_MAX).
HeapFragment *fragment_new(const Alloc *alloc, MemoryAccount *account, size_t words);
// Drops what lies off the heap, then frees.
void fragment_free(const Alloc *alloc, MemoryAccount *account, HeapFragment *f);
// A heap that builds into a fresh fragment, from its first word on; fragment_close when done fills what is left.
TermHeap fragment_heap(HeapFragment *f);
void fragment_close(HeapFragment *f, const TermHeap *built, Term term);
// Words that its off-heap objects hold outside.
size_t fragment_off_heap_words(const HeapFragment *f);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The memory of a process: one block with the heap growing up and the stack growing down, one old block
// for what survived, adopted fragments, and everything that the collector must know about where terms are.
//
//   block          heap.top                          stack_low              block_end
//     |  young heap   | free (at least the slack)        |  frames, top first  |
//     |aged|new       |                                  |fp                   |
//
// Invariants:
//  H1  block <= age_mark <= heap.top <= stack_low <= block_end. Objects below age_mark survived one collection.
//  H2  Old refers to old, literals and off-heap objects only; aged refers to aged and old; so young
//      collections never look into the old block.
//  H3  No object but those of the block, the old block, adopted fragments, the peeked fragment and the literal range is
//      referred to from here.
//  H4  Every BIN_SHARED and NATIVE object is on exactly one off-heap chain: the young one (heap.off_heap, which adopted
//      fragments join) or the old one. Fragments that nobody adopted keep theirs to themselves.
//  H5  While a message is peeked, its fragment is neither moved nor freed and nothing is promoted.
//
// The layer above hands down what it has for roots (HeapEnv.each_root) and reads p->heap, p->fp … directly, since the
// fields stand first in its Process (HEAP_FIELDS).
#ifndef JOIST_HEAP_HEAP_H
#define JOIST_HEAP_HEAP_H

#include "vm/base/buffer.h"
#include "vm/heap/account.h"
#include "vm/heap/fragment.h"
#include "vm/heap/frame.h"
#include "vm/heap/literal.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

enum {
  // Words kept free between heap and stack beside what is asked for: S + M of the engine.
  HEAP_SLACK_WORDS = STACK_SLACK_WORDS + FRAME_SMALL_WORDS,
  HEAP_TINY_WORDS = 1024,  // blocks up to this size have no old generation
  HEAP_OFF_HEAP_MIN_WORDS = 1 << 17, // held outside before that alone asks for a collection (1 MB)
  HEAP_LARGE_WORDS = 1 << 17, // of a heap that has HEAP_IS_LARGE
  HEAP_WAIT_FRAGMENT_WORDS = 24, // adopted ones that a waiting owner may keep
};

typedef struct OldBlock {
  Term *top, *end;
  Term off_heap;         // chain, as in TermHeap
  size_t off_heap_words;
  size_t block_bytes;    // this header included
  size_t live_words;     // what the full collection that made it found; 0: none did
  Term words[];
} OldBlock;

// Every field: owner thread only.
#define HEAP_FIELDS \
  TermHeap heap;         /* young heap; `end` counts only while C code builds: top + reserved */ \
  Term *fp;              /* slot 0 of the running frame */ \
  const uint64_t *pc;    /* instruction to go on at; no root */ \
  uint64_t live_map;     /* what of the running frame is live at pc */ \
  Term *args;            /* args[-i], i < arg_count: a native's arguments and scratch; in the block or outside it */ \
  Term *stack_low;       /* lowest stack word in use, windows included */ \
  Term *block;           /* first word */ \
  Term *block_end;       /* behind the last word */ \
  Term *age_mark;        /* H1 */ \
  OldBlock *old;         /* or NULL */ \
  HeapFragment *fragments; /* adopted; the newest first, linked by next */ \
  HeapFragment *peeked;  /* H5: the message a receive looks at, or NULL */ \
  size_t fragment_words; /* of the adopted ones, off-heap words included */ \
  Term exc_class;        /* T_NONE: no exception */ \
  Term exc_reason; \
  Term exc_trace; \
  uint64_t limit_words;  /* max_heap_size: block, old and fragments together */ \
  size_t off_heap_limit; /* heap.off_heap_words above this ask for a collection */ \
  uint32_t arg_count; \
  uint32_t min_block_words; /* the block never shrinks below */ \
  uint16_t home_offset;  /* bytes from here to the block inside the owner's allocation; 0: there is none */ \
  uint16_t home_words; \
  uint16_t young_count;  /* young collections since the last full one */ \
  uint8_t shrink_votes : 4, /* collections in a row that found the block far too large */ \
      burst_count : 4;   /* collections since the owner last waited: above BURST_MAX the block doubles */ \
  uint8_t heap_flags;    /* HEAP_… */

enum {
  HEAP_COLLECT_WANTED = 2,  // fragments or off-heap objects piled up: collect at the next chance
  HEAP_OVER_LIMIT = 4,      // a collection found it beyond limit_words or the budget
  HEAP_TRIMMED = 8,         // trimmed, and no collection was needed since
  HEAP_IS_LARGE = 32,       // of the owner: collecting it may take long (process_may_be_large)
  HEAP_LIMIT_OFF_HEAP = 16, // limit_words counts what is held off the heap too
};

typedef struct Heap {
  HEAP_FIELDS
} Heap;

// Answers the root in its new place; how roots are walked. `context` is the collection's.
typedef struct RootVisitor RootVisitor;
struct RootVisitor {
  void (*visit)(RootVisitor *v, Term *roots, size_t count); // updates each in place
};

typedef struct HeapEnv HeapEnv;
struct HeapEnv {
  const Alloc *alloc;
  const TermContext *context;
  MemoryAccount *account;
  // Roots beside frames, args and exception words: whatever the owner of the heap keeps (may be NULL).
  void (*each_root)(void *state, Heap *h, RootVisitor *v);
  void *state;
  // Scratch of young collections: one per collecting thread. Grows by reservation, keeps SCRATCH_KEEP_BYTES.
  Term *scratch;
  size_t scratch_bytes;
  FragmentCache fragments;
  uint64_t collection_count, full_count; // statistics
  uint64_t reclaimed_words;
  bool collect_always;        // hostile: every reserve collects
  uint64_t reserve_count;     // of large heaps, while collect_always
  struct CollectPoint *points; // hostile: how often each place collected, hashed; file NULL: free
  size_t point_count, point_capacity;
};

void heap_env_init(HeapEnv *env, const Alloc *alloc, const TermContext *context, MemoryAccount *account);
void heap_env_free(HeapEnv *env);

// Starts on its home, `home_words` at `home` in the owner's allocation (NULL: it has none), or when that is smaller than
// `min_words` on a block of its own. fp, stack_low: block_end (no frame yet). Fails: false.
bool heap_init(HeapEnv *env, Heap *h, Term *home, size_t home_words, size_t min_words, uint64_t limit_words);
// Frees blocks and fragments, drops off-heap objects.
void heap_free(HeapEnv *env, Heap *h);

static inline size_t heap_free_words(const Heap *h) { return (size_t)(h->stack_low - h->heap.top); }
static inline size_t heap_block_words(const Heap *h) { return (size_t)(h->block_end - h->block); }
static inline size_t heap_stack_words(const Heap *h) { return (size_t)(h->block_end - h->stack_low); }
static inline size_t heap_old_words(const Heap *h) { return h->old ? (size_t)(h->old->end - h->old->words) : 0; }
// What the limit is compared with.
static inline size_t heap_total_words(const Heap *h) { return heap_block_words(h) + heap_old_words(h) + h->fragment_words; }

static inline size_t heap_off_heap_words(const Heap *h) { return h->heap.off_heap_words + (h->old ? h->old->off_heap_words : 0); }

// Room for `words` beside HEAP_SLACK_WORDS, after which heap.end = heap.top + words. The lowest stack word in use must stand
// in stack_low. GC: may; block, fp, args and stack_low may move. Fails: false: over its limit or
// the budget, nothing is lost, and the owner is to be ended.
bool heap_reserve_slow(HeapEnv *env, Heap *h, size_t words);
bool heap_reserve_at(HeapEnv *env, Heap *h, size_t words, const char *file, int line);
static inline bool heap_reserve_fast(Heap *h, size_t words) {
  if (UNLIKELY(heap_free_words(h) < words + HEAP_SLACK_WORDS || (h->heap_flags & HEAP_COLLECT_WANTED) ||
               h->heap.off_heap_words > h->off_heap_limit))
    return false;
  h->heap.end = h->heap.top + words;
  return true;
}
#ifdef JOIST_HOSTILE
// Every place that may collect leaves its name in one section of the executable, so that those that never did can be told.
typedef struct CollectPlace {
  const char *file;
  long line;
} CollectPlace;
#define HERE_MAY_COLLECT() \
  do { \
    static const CollectPlace place __attribute__((section("collect_places"), used)) = {__FILE__, __LINE__}; \
    (void)place; \
  } while (0)
#define heap_reserve(env, h, words) __extension__({ HERE_MAY_COLLECT(); heap_reserve_at((env), (h), (words), __FILE__, __LINE__); })
#else
static inline bool heap_reserve(HeapEnv *env, Heap *h, size_t words) {
  return LIKELY(heap_reserve_fast(h, words)) || heap_reserve_slow(env, h, words);
}
#endif
// Collects now and leaves room for `words`. full: the old block too. GC, Fails: as above.
bool heap_collect(HeapEnv *env, Heap *h, size_t words, bool full);
// About how many words the next collection will copy: half way between all that could live and what lived the last time, and the stack. (A young heap of a
// megabyte that is nearly all dead is collected in 0.1 ms, and most are. Where nothing is known of the last time, all is taken to live.)
size_t heap_collection_words(const Heap *h);
// At most how many words a full collection copies or looks at.
size_t heap_full_collection_words(const Heap *h);
// Is a collection due at the next safe point (adopted fragments or off-heap words piled up)?
static inline bool heap_wants_collection(const Heap *h) {
  return (h->heap_flags & HEAP_COLLECT_WANTED) || h->heap.off_heap_words > h->off_heap_limit;
}
// The owner has nothing to do: collects and gives back what is too large. GC: yes.
void heap_trim(HeapEnv *env, Heap *h);
bool heap_trim_is_worth(const Heap *h);
// The owner goes to wait.
static inline void heap_rest(Heap *h) { h->burst_count = 0; }

// Adopts a fragment: its terms may now be referred to from the heap. Owns: takes f.
void heap_adopt(HeapEnv *env, Heap *h, HeapFragment *f);
// A copy of a term that lies anywhere readable into a fresh fragment whose `term` is the copy. Thread: any. Fails: NULL.
HeapFragment *fragment_copy(const HeapEnv *env, Term t);
// The same for a term of at most `most` words. Fails: NULL, when it has more, too.
HeapFragment *fragment_copy_within(const HeapEnv *env, Term t, size_t most);
HeapFragment *fragment_take_copy_within(HeapEnv *env, Term t, size_t most); // through the cache of env. Thread: env's
// As fragment_new, fragment_free and fragment_copy, through the cache of env. Thread: env's.
HeapFragment *fragment_take(HeapEnv *env, size_t words);
void fragment_put(HeapEnv *env, HeapFragment *f);
HeapFragment *fragment_take_copy(HeapEnv *env, Term t);
void fragment_cache_empty(HeapEnv *env);

// All roots of h, the frames' included, once each.
void heap_each_root(HeapEnv *env, Heap *h, RootVisitor *v);
// One frame of the stack walk; first: {fp, live_map, stack_low}. False at the barrier.
typedef struct FrameWalk {
  Term *fp;
  uint64_t map;
  Term return_address; // that led to this frame; 0 for the running one
} FrameWalk;
void frame_walk_start(FrameWalk *w, const Heap *h);
bool frame_walk_next(FrameWalk *w);

// --- who refers to what code units own (search.c): terms whose address, and funs whose entry, lies in [lo, lo + bytes) are told, dead
// ones too. The owner does not run.
typedef struct HeapSearch HeapSearch;
struct HeapSearch {
  uintptr_t lo, bytes;
  void (*found)(HeapSearch *s, uintptr_t address);
};
void heap_search(HeapEnv *env, HeapSearch *s, Heap *h);
void heap_search_memory(HeapSearch *s, const Heap *h); // without roots
void heap_search_words(HeapSearch *s, const Term *from, const Term *to);
void fragment_search(HeapSearch *s, const HeapFragment *f);
// Walks everything and panics when H1..H4 do not hold. For tests and the hostile build.
void heap_check(HeapEnv *env, Heap *h);
// The object at p (cons or boxed): its length in words. Walking from a stretch's first word reaches each once.
static inline size_t heap_object_words(const Term *p) { return word_is_header(*p) ? 1 + header_words(*p) : 2; }

// Hostile build: every place that may collect, and how often it did.
typedef struct CollectPoint {
  const char *file;
  int line;
  uint64_t count;
} CollectPoint;
void heap_count_point(HeapEnv *env, const char *file, int line);
uint64_t heap_point_count(const HeapEnv *env, const char *file, int line);
// One line a place, "file:line count", for whoever proves that all of them did; those with 0 as well, in the hostile build.
void heap_points_report(const HeapEnv *env, Buffer *buffer);
// The same, appended to the file that JOIST_COLLECT_POINTS names: tests sum these up over all threads of many runs.
void heap_points_append(const HeapEnv *env);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The word: how every value of the language is laid out.
//
// A Term is 64 bits, the low three are its tag:
//
//   000  small integer, 61 bits, two's complement (value << 3)
//   001  cons: address of [head, tail]
//   010  boxed: address of a header word and what follows it
//   011  immediate: bits 3..5 say which: atom, pid, special ([] and markers)
//   111  header word (only in memory, never in a slot)
//
// A header is (words << 8 | kind << 3 | 7), `words` counting what follows it, for every kind:
// so a heap can be walked, and headers and atoms fit 32-bit immediates of compiled compares.
//
// Invariants:
//  I1  Every object is 8-aligned; a boxed term points to its header, a cons term to its head.
//  I2  A word that is no term (raw) stands only where the kind says so (table below); the
//      collector looks at no raw word but the off-heap links.
//  I3  During a collection a moved boxed object's header is replaced by the new boxed term (its tag is
//      not 111), a moved cons has T_MOVED as head and its new term as tail.
//  I4  Maps of up to MAP_FLAT_MAX keys are flat and sorted by term order of the keys; above they are
//      hash tries. A map of a given content has one shape.
//  I5  Return addresses are 8-aligned and so look like small integers.
#ifndef JOIST_TERM_TERM_H
#define JOIST_TERM_TERM_H

#include <string.h>
#include "vm/base/check.h"

typedef uint64_t Term;

enum {
  TAG_MASK = 7,
  TAG_SMALL = 0,
  TAG_CONS = 1,
  TAG_BOXED = 2,
  TAG_IMMEDIATE = 3,
  TAG_HEADER = 7,

  IMM_MASK = 0x3f,
  IMM_ATOM = 0x03,    // atom number << 6
  IMM_PID = 0x0b,     // slot (28 bits) << 6, serial (30 bits) << 34
  IMM_SPECIAL = 0x13, // see T_…
};

#define SMALL_MAX (((int64_t)1 << 60) - 1)
#define SMALL_MIN (-((int64_t)1 << 60))
#define TERM_SPECIAL(n) ((Term)(n) << 6 | IMM_SPECIAL)
#define T_NIL TERM_SPECIAL(0)    // []
#define T_NONE TERM_SPECIAL(1)   // no value: never visible to a program
#define T_MOVED TERM_SPECIAL(2)  // I3
#define T_POISON TERM_SPECIAL(3) // hostile build: a slot nobody may read
#define T_YIELD TERM_SPECIAL(4)  // a native's answer: call me again (vm/code/native.h)

// What follows the header; t: terms, r: raw words.
//   kind          name          layout after the header
#define TERM_KINDS(X)                                                                                   \
  X(TUPLE, 0)      /* t…                                                                             */ \
  X(FLOAT, 1)      /* r double                                                                       */ \
  X(BIG_POS, 2)    /* r limbs, least significant first, no leading zero limb, beyond small's range   */ \
  X(BIG_NEG, 3)    /* r the same, of the absolute value                                              */ \
  X(REF, 4)        /* r number, r pid word of its process when it is an alias, else 0                */ \
  X(FUN, 5)        /* r FunEntry*, t captures…                                                       */ \
  X(EXPORT, 6)     /* r Export*                                                                      */ \
  X(MAP_FLAT, 7)   /* t keys: boxed tuple (may be shared by maps) or T_NIL when empty, t values…     */ \
  X(MAP_HASH, 8)   /* t count (small), t root node                                                   */ \
  X(MAP_NODE, 9)   /* t bitmap (small), t children: MAP_NODE or cons [key|value]; collision: map.c   */ \
  X(BIN_HEAP, 10)  /* r bit count, r bytes, the last word padded with zeros                          */ \
  X(BIN_SHARED, 11)/* r bit count, r SharedBinary*, r off-heap link                                  */ \
  X(BIN_SLICE, 12) /* r bit count, r bit offset, t BIN_HEAP or BIN_SHARED                            */ \
  X(BIN_MATCH, 13) /* r end bit, r position bit, t BIN_HEAP or BIN_SHARED: a match context           */ \
  X(NATIVE, 14)    /* r NativeObject*, r (unused), r off-heap link                                   */ \
  X(FILLER, 15)    /* r dead words                                                                   */

enum TermKind {
#define X(name, number) KIND_##name = number,
  TERM_KINDS(X)
#undef X
      KIND_COUNT
};

enum {
  MAP_FLAT_MAX = 32,          // keys of a flat map
  BIN_HEAP_MAX = 64,          // bytes of a binary on the heap
  OFF_HEAP_LINK = 3,          // word index of the link in BIN_SHARED and NATIVE
};

#define HEADER(kind, words) ((Term)(words) << 8 | (Term)(kind) << 3 | TAG_HEADER)

static inline uint32_t header_kind(Term h) { return (uint32_t)(h >> 3) & 31; }
static inline size_t header_words(Term h) { return (size_t)(h >> 8); }
static inline bool header_is(Term h, uint32_t kind) { return (h & 0xff) == (kind << 3 | TAG_HEADER); }
static inline bool word_is_header(Term w) { return (w & TAG_MASK) == TAG_HEADER; }

// --- small integers
static inline bool term_is_small(Term t) { return (t & TAG_MASK) == TAG_SMALL; }
static inline bool terms_are_small(Term a, Term b) { return ((a | b) & TAG_MASK) == 0; }
static inline Term term_small(int64_t v) { return (Term)((uint64_t)v << 3); }
static inline int64_t small_value(Term t) { return (int64_t)t >> 3; }
static inline bool fits_small(int64_t v) { return v >= SMALL_MIN && v <= SMALL_MAX; }

// --- conses
static inline bool term_is_cons(Term t) { return (t & TAG_MASK) == TAG_CONS; }
static inline Term *cons_ptr(Term t) { return (Term *)(uintptr_t)(t - TAG_CONS); }
static inline Term term_cons(const Term *p) { return (Term)(uintptr_t)p + TAG_CONS; }
static inline Term cons_head(Term t) { return cons_ptr(t)[0]; }
static inline Term cons_tail(Term t) { return cons_ptr(t)[1]; }
static inline bool term_is_list(Term t) { return term_is_cons(t) || t == T_NIL; }

// --- boxed
static inline bool term_is_boxed(Term t) { return (t & TAG_MASK) == TAG_BOXED; }
static inline Term *boxed_ptr(Term t) { return (Term *)(uintptr_t)(t - TAG_BOXED); }
static inline Term term_boxed(const Term *p) { return (Term)(uintptr_t)p + TAG_BOXED; }
static inline Term boxed_header(Term t) { return *boxed_ptr(t); }
static inline bool term_is_kind(Term t, uint32_t kind) { return term_is_boxed(t) && header_is(boxed_header(t), kind); }
static inline bool term_is_pointer(Term t) { return ((t - TAG_CONS) & (TAG_MASK - 1)) == 0; } // cons or boxed: one test
_Static_assert(TAG_CONS == 1 && TAG_BOXED == 2, "tags of pointers are 1 and 2");

// --- immediates
static inline bool term_is_atom(Term t) { return (t & IMM_MASK) == IMM_ATOM; }
static inline Term term_atom(uint32_t number) { return (Term)number << 6 | IMM_ATOM; }
static inline uint32_t atom_number(Term t) { return (uint32_t)(t >> 6); }
static inline bool term_is_pid(Term t) { return (t & IMM_MASK) == IMM_PID; }
static inline Term term_pid(uint32_t slot, uint32_t serial) { return (Term)serial << 34 | (Term)slot << 6 | IMM_PID; }
static inline uint32_t pid_slot(Term t) { return (uint32_t)(t >> 6) & 0xfffffff; }
static inline uint32_t pid_serial(Term t) { return (uint32_t)(t >> 34); }

// --- tuples
static inline bool term_is_tuple(Term t) { return term_is_kind(t, KIND_TUPLE); }
static inline size_t tuple_arity(Term t) { return header_words(boxed_header(t)); }
static inline Term *tuple_items(Term t) { return boxed_ptr(t) + 1; }

// --- floats
static inline bool term_is_float(Term t) { return term_is_kind(t, KIND_FLOAT); }
static inline double float_value(Term t) {
  double d;
  memcpy(&d, boxed_ptr(t) + 1, 8);
  return d;
}

// --- other kinds
static inline bool term_is_big(Term t) {
  return term_is_boxed(t) && (header_is(boxed_header(t), KIND_BIG_POS) || header_is(boxed_header(t), KIND_BIG_NEG));
}
static inline bool term_is_integer(Term t) { return term_is_small(t) || term_is_big(t); }
static inline bool term_is_number(Term t) { return term_is_small(t) || term_is_big(t) || term_is_float(t); }
static inline bool term_is_ref(Term t) { return term_is_kind(t, KIND_REF); }
static inline bool term_is_fun(Term t) {
  return term_is_boxed(t) && (header_is(boxed_header(t), KIND_FUN) || header_is(boxed_header(t), KIND_EXPORT));
}
static inline bool term_is_map(Term t) {
  return term_is_boxed(t) && (header_is(boxed_header(t), KIND_MAP_FLAT) || header_is(boxed_header(t), KIND_MAP_HASH));
}
// Any bit string. A match context is none: it is never a value of a program.
static inline bool term_is_bits(Term t) {
  return term_is_boxed(t) && header_kind(boxed_header(t)) >= KIND_BIN_HEAP && header_kind(boxed_header(t)) <= KIND_BIN_SLICE;
}
static inline uint64_t bits_count(Term t) { return boxed_ptr(t)[1]; }
static inline bool term_is_binary(Term t) { return term_is_bits(t) && (bits_count(t) & 7) == 0; }
static inline bool term_is_native_object(Term t) { return term_is_kind(t, KIND_NATIVE); }

// --- where terms are built
//
// A TermHeap is a stretch of free words and the chain of the off-heap objects built in it. Builders
// reserve first (whoever owns the heap: a process may collect for it, vm/heap), then build without
// failing: heap_take never fails and never collects. A Process starts with one.
typedef struct TermHeap {
  Term *top;           // next free word (owner thread)
  Term *end;           // behind the last free word that builders may use
  Term off_heap;       // newest BIN_SHARED or NATIVE object on this heap, or T_NIL; linked by OFF_HEAP_LINK
  size_t off_heap_words; // what the chain holds outside, in words: counts towards the next collection
} TermHeap;

static inline Term *heap_take(TermHeap *h, size_t words) {
  Term *p = h->top;
  DCHECK((size_t)(h->end - p) >= words);
  h->top = p + words;
  return p;
}
static inline Term heap_cons(TermHeap *h, Term head, Term tail) {
  Term *p = heap_take(h, 2);
  p[0] = head;
  p[1] = tail;
  return term_cons(p);
}
// A tuple whose items the caller fills at once.
static inline Term *heap_tuple(TermHeap *h, size_t arity, Term *tuple) {
  Term *p = heap_take(h, arity + 1);
  p[0] = HEADER(KIND_TUPLE, arity);
  *tuple = term_boxed(p);
  return p + 1;
}
enum { FLOAT_WORDS = 2, REF_WORDS = 3, CONS_WORDS = 2, BIN_SHARED_WORDS = 4, BIN_SLICE_WORDS = 4, NATIVE_WORDS = 4 };
static inline Term heap_float(TermHeap *h, double d) {
  Term *p = heap_take(h, FLOAT_WORDS);
  p[0] = HEADER(KIND_FLOAT, 1);
  memcpy(p + 1, &d, 8);
  return term_boxed(p);
}
static inline Term heap_ref(TermHeap *h, uint64_t number, Term alias_pid) {
  Term *p = heap_take(h, REF_WORDS);
  p[0] = HEADER(KIND_REF, 2);
  p[1] = number;
  p[2] = alias_pid;
  return term_boxed(p);
}

_Static_assert(sizeof(Term) == 8, "terms are 64-bit words");
_Static_assert(KIND_COUNT <= 32, "a kind is five bits of the header");
_Static_assert(HEADER(KIND_TUPLE, 0xffffff) <= UINT32_MAX, "headers of ordinary size are 32-bit immediates");

#endif

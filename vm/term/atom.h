// SPDX-License-Identifier: Apache-2.0
//
// The atom table: the text of every atom, once per VM.
//
//  A1  An atom's number never changes and its text never moves while the table lives.
//  A2  Atoms of atoms.def have the same number in every VM: ATOM_name is a constant Term.
//  A3  Reading (text, hash, order, lookup) takes no lock; inserting takes the table's lock.
//  A4  Text is valid UTF-8 of at most ATOM_CHARACTERS_MAX code points; order of code points is
//      order of bytes, so atoms compare by memcmp.
#ifndef JOIST_TERM_ATOM_H
#define JOIST_TERM_ATOM_H

#include <stdatomic.h>
#include "vm/base/alloc.h"
#include "vm/term/term.h"

enum AtomNumber {
#define ATOM(c_name, text) ATOM_NUMBER_##c_name,
#include "vm/term/atoms.def"
#undef ATOM
  ATOM_PREDEFINED_COUNT
};
enum {
#define ATOM(c_name, text) ATOM_##c_name = ATOM_NUMBER_##c_name << 6 | IMM_ATOM,
#include "vm/term/atoms.def"
#undef ATOM
};

typedef struct AtomEntry {
  const char *text;     // zero-terminated, may hold zeros inside
  uint32_t text_bytes;
  uint32_t reserved;
  uint64_t prefix;      // the first eight bytes, big endian, padded with zeros: orders like the text
  uint64_t hash;        // of the text alone: the same in every run
} AtomEntry;

enum { ATOM_SEGMENT_SHIFT = 12, ATOM_SEGMENT_COUNT = 4096 };

typedef struct AtomTable AtomTable;
struct AtomTable {
  _Atomic(AtomEntry *) segments[ATOM_SEGMENT_COUNT]; // of 1 << ATOM_SEGMENT_SHIFT entries each
  _Atomic(uint32_t) count;
  struct AtomTableRest *rest;
};

// The first atoms of a table, made before: those of atoms.def and others behind them. All of it must live as long as the table.
typedef struct AtomImage {
  AtomEntry *entries;      // room for whole segments: behind the last entry zeros
  uint32_t count;
  const uint64_t *slots;   // index of them, as atom_index_slot says
  uint64_t slot_mask;
} AtomImage;
// Entry of an index for an atom: its place is the first that is 0 from (hash & mask) on.
static inline uint64_t atom_index_slot(uint64_t hash, uint32_t number) { return hash >> 32 << 32 | (number + 1); }

// count_max 0: ATOM_COUNT_MAX. Fails: NULL.
AtomTable *atom_table_new(const Alloc *alloc, uint32_t count_max);
// The same, beginning with the atoms of an image (NULL: only those of atoms.def).
AtomTable *atom_table_new_from(const Alloc *alloc, uint32_t count_max, const AtomImage *image);
void atom_table_free(AtomTable *table);

// The atom of this text, made when it is new. Thread: any. Fails: STATUS_LIMIT (text too long, table
// full), STATUS_BAD_DATA (no UTF-8), STATUS_NO_MEMORY.
MUST_USE Status atom_intern(AtomTable *table, const char *text, size_t text_bytes, Term *atom);
// Thread: any. Fails: T_NONE when no such atom is.
Term atom_lookup(AtomTable *table, const char *text, size_t text_bytes);

static inline const AtomEntry *atom_entry(const AtomTable *table, Term atom) {
  uint32_t n = atom_number(atom);
  AtomEntry *segment = atomic_load_explicit(&table->segments[n >> ATOM_SEGMENT_SHIFT], memory_order_acquire);
  return segment + (n & ((1u << ATOM_SEGMENT_SHIFT) - 1));
}
static inline const char *atom_text(const AtomTable *table, Term atom, size_t *text_bytes) {
  const AtomEntry *e = atom_entry(table, atom);
  *text_bytes = e->text_bytes;
  return e->text;
}
static inline uint64_t atom_hash(const AtomTable *table, Term atom) { return atom_entry(table, atom)->hash; }

// Order of the texts: <0, 0, >0.
int atom_compare_slow(const AtomEntry *a, const AtomEntry *b);
static inline int atom_compare(const AtomTable *table, Term a, Term b) {
  if (a == b) return 0;
  const AtomEntry *x = atom_entry(table, a), *y = atom_entry(table, b);
  if (LIKELY(x->prefix != y->prefix)) return x->prefix < y->prefix ? -1 : 1;
  return atom_compare_slow(x, y);
}
// Atoms are numbered 0 .. atom_count - 1; `for (i…) term_atom(i)` iterates.
static inline uint32_t atom_count(const AtomTable *table) {
  return atomic_load_explicit(&table->count, memory_order_acquire);
}

static inline bool term_is_boolean(Term t) { return t == ATOM_true || t == ATOM_false; }
static inline Term term_boolean(bool b) { return b ? ATOM_true : ATOM_false; }

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The hash of a term's content: atoms by text, so it is the same in every run and on every machine.
// Identical terms hash equal; 1 and 1.0 do not. Tries (map.h) stand on it: changing it changes the order in
// which large maps are walked.
#ifndef JOIST_TERM_HASH_H
#define JOIST_TERM_HASH_H

#include "vm/term/atom.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

#define HASH_SEED 0x9e3779b97f4a7c15u

// Folded 128-bit product: every bit of both words reaches every bit of the result. The operands are added
// again so that no crafted word (a factor of zero) makes the state forget what came before.
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
  a ^= 0xa0761d6478bd642fu;
  b ^= 0xe7037ed1a0b428dbu;
  unsigned __int128 p = (unsigned __int128)a * b;
  return ((uint64_t)p ^ (uint64_t)(p >> 64)) + a + (b << 32 | b >> 32);
}
uint64_t hash_bytes(const void *bytes, size_t size, uint64_t seed);

// Fails: STATUS_NO_MEMORY.
MUST_USE Status hash_term(const TermContext *c, Term t, uint64_t *hash);
// The same for no more than about *work words (compare.h). Fails also: STATUS_LIMIT.
MUST_USE Status hash_term_within(const TermContext *c, Term t, uint64_t *hash, size_t *work);
uint64_t hash_slow(const TermContext *c, Term t);
static inline uint64_t term_hash(const TermContext *c, Term t) {
  if (term_is_atom(t)) return hash_mix(HASH_SEED, atom_hash(c->atoms, t));
  if (term_is_small(t)) return hash_mix(HASH_SEED, t);
  return hash_slow(c, t);
}
#endif

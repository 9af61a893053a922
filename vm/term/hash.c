// SPDX-License-Identifier: Apache-2.0
//
// Hashing content. A term is hashed as the stream of its parts in prefix order (kind and size, then the parts), which
// tells different terms apart; each part folds into the state. Maps stream in their one order (map.h, M3), so equal
// maps stream equally.
#include "vm/term/hash.h"

#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/fun.h"
#include "vm/term/shared.h"

static uint64_t load64(const unsigned char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return v;
}

// Up to seven bytes as a little-endian number, from overlapping loads.
static uint64_t load_tail(const unsigned char *p, size_t size) {
  if (size >= 4) {
    uint64_t low = p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
    const unsigned char *q = p + size - 4;
    uint64_t high = q[0] | (uint64_t)q[1] << 8 | (uint64_t)q[2] << 16 | (uint64_t)q[3] << 24;
    return low | high << (8 * (size - 4));
  }
  if (size == 0) return 0;
  return p[0] | (uint64_t)p[size >> 1] << (8 * (size >> 1)) | (uint64_t)p[size - 1] << (8 * (size - 1));
}

uint64_t hash_bytes(const void *bytes, size_t size, uint64_t seed) {
  const unsigned char *p = bytes;
  uint64_t h = hash_mix(seed, size);
  for (; size >= 16; p += 16, size -= 16) h = hash_mix(h ^ load64(p), load64(p + 8));
  if (size >= 8) {
    h = hash_mix(h ^ load64(p), 0x1d8e4e27c47d124fu);
    p += 8, size -= 8;
  }
  return hash_mix(h, load_tail(p, size));
}

uint64_t bits_hash(BitsView v, uint64_t seed) {
  if ((v.bit_offset & 7) == 0 && (v.bit_count & 7) == 0)
    return hash_bytes(v.base + (v.bit_offset >> 3), (size_t)(v.bit_count >> 3), seed);
  // The same chunks as hash_bytes: alignment of the view must not show.
  uint64_t whole = v.bit_count >> 3, i = 0, h = hash_mix(seed, whole);
  if (v.bit_count & 7) h = hash_mix(h, v.bit_count);
  BitsView bytes = {v.base, v.bit_offset, whole << 3};
  for (; whole - i >= 16; i += 16) h = hash_mix(h ^ bits_load(&bytes, i), bits_load(&bytes, i + 8));
  if (whole - i >= 8) {
    h = hash_mix(h ^ bits_load(&bytes, i), 0x1d8e4e27c47d124fu);
    i += 8;
  }
  h = hash_mix(h, whole > i ? bits_load(&bytes, i) : 0);
  if (v.bit_count & 7) {
    unsigned rest = (unsigned)v.bit_count & 7;
    h = hash_mix(h, bits_get_u64(v.base, v.bit_offset + (whole << 3), rest));
  }
  return h;
}

// Kinds and markers of the stream.
enum { MARK_CONS = 0x51, MARK_FLOAT = 0x52, MARK_BIG = 0x53, MARK_REF = 0x54, MARK_FUN = 0x55, MARK_EXPORT = 0x56, MARK_BITS = 0x57, MARK_NATIVE = 0x58 };

static uint64_t step(uint64_t h, uint64_t v) { return hash_mix(h, v); }

static uint64_t hash_leaf(const TermContext *c, uint64_t h, Term t) {
  if (term_is_atom(t)) return step(h, atom_hash(c->atoms, t));
  return step(h, t);
}

static uint64_t hash_float(uint64_t h, double d) {
  uint64_t bits;
  if (d == 0) d = 0; // both zeros are one term
  memcpy(&bits, &d, 8);
  return step(step(h, MARK_FLOAT), bits);
}

static uint64_t hash_big(uint64_t h, const Term *p) {
  h = step(h, MARK_BIG + (p[0] & 0xff) * 256);
  return hash_bytes(p + 1, header_words(p[0]) * 8, h);
}

static bool push_all(TermStack *s, const Term *items, size_t count) {
  if (!term_stack_reserve(s, count)) return false;
  while (count > 0) term_stack_push(s, items[--count]);
  return true;
}

// Folds a boxed term's own words into *h and pushes its parts. False without memory.
static bool hash_boxed(const TermContext *c, TermStack *s, uint64_t *h, Term t) {
  const Term *p = boxed_ptr(t);
  size_t words = header_words(p[0]);
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
    case KIND_MAP_HASH:
    case KIND_MAP_NODE:
      *h = step(*h, p[0]);
      return push_all(s, p + 1, words);
    case KIND_MAP_FLAT:
      *h = step(*h, p[0]);
      return words == 1 || (push_all(s, p + 2, words - 1) && push_all(s, tuple_items(p[1]), words - 1));
    case KIND_FLOAT: *h = hash_float(*h, float_value(t)); return true;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: *h = hash_big(*h, p); return true;
    case KIND_REF: *h = step(step(*h, MARK_REF), p[1]); return true;
    case KIND_NATIVE: *h = step(step(*h, MARK_NATIVE), term_native_object(t)->id); return true;
    case KIND_BIN_HEAP:
    case KIND_BIN_SHARED:
    case KIND_BIN_SLICE: *h = bits_hash(bits_view(t), step(*h, MARK_BITS)); return true;
    case KIND_FUN: {
      const FunEntry *e = fun_entry(t);
      *h = step(step(*h, MARK_FUN), atom_hash(c->atoms, e->module));
      *h = step(*h, (uint64_t)e->index << 32 | e->arity);
      return push_all(s, fun_captures(t), fun_capture_count(t));
    }
    case KIND_EXPORT: {
      const Export *e = export_of(t);
      *h = step(step(*h, MARK_EXPORT), atom_hash(c->atoms, e->module));
      *h = step(step(*h, atom_hash(c->atoms, e->name)), e->arity);
      return true;
    }
    default: UNREACHABLE();
  }
}

Status hash_term(const TermContext *c, Term t, uint64_t *hash) {
  size_t work = SIZE_MAX;
  return hash_term_within(c, t, hash, &work);
}

Status hash_term_within(const TermContext *c, Term t, uint64_t *hash, size_t *work) {
  TermStack s;
  term_stack_init(&s, c->alloc);
  uint64_t h = HASH_SEED;
  bool good = true, too_much = false;
  size_t left = *work;
  for (;;) {
    size_t cost = term_is_cons(t) ? 1 : term_own_work(t);
    if ((too_much = UNLIKELY(left < cost))) break;
    left -= cost;
    if (term_is_cons(t)) {
      h = step(h, MARK_CONS);
      if (!(good = term_stack_reserve(&s, 1))) break;
      term_stack_push(&s, cons_tail(t));
      t = cons_head(t);
      continue;
    }
    if (!term_is_boxed(t)) h = hash_leaf(c, h, t);
    else if (!(good = hash_boxed(c, &s, &h, t))) break;
    if (s.count == 0) break;
    t = term_stack_pop(&s);
  }
  term_stack_free(&s);
  *hash = h;
  *work = left;
  return too_much ? STATUS_LIMIT : good ? STATUS_OK : STATUS_NO_MEMORY;
}

uint64_t hash_slow(const TermContext *c, Term t) {
  uint64_t hash;
  if (term_is_bits(t)) { // the commonest key
    if (UNLIKELY(bits_count(t) > WALK_SHORT_BITS)) context_walks_bits(c, bits_count(t));
    return bits_hash(bits_view(t), step(HASH_SEED, MARK_BITS));
  }
  size_t work = WALK_LONG;
  Status s = hash_term_within(c, t, &hash, &work);
  if (UNLIKELY(s != STATUS_OK || work < WALK_LONG - WALK_SHORT)) {
    context_walked(c, WALK_LONG - work, s == STATUS_LIMIT);
    if (s == STATUS_LIMIT) s = hash_term(c, t, &hash);
    if (s != STATUS_OK) context_no_memory(c);
  }
  return hash;
}

// SPDX-License-Identifier: Apache-2.0
//
// Erlang's portable hash. A term is folded part by part into a word of 32 bits by the mixing of Bob Jenkins' "lookup2" (public domain); each
// sort of part has a multiple of the golden ratio as its constant.
//
// I1  An atom or [] that stands first (the state is still 0) is its own hash; elsewhere it is folded in.
// I2  Runs of bytes in a list are folded four at a time, as strings are lists.
// I3  A map's pairs are hashed each from 0 and joined by exclusive or, as their order is nobody's business.
// I4  Pids, references and functions have values of our own: Erlang's depend on its machine's internals.
//
// The walk keeps a stack of terms; T_NONE on it marks what is to be done between terms: a Mark, and for END_OF_MAP two saved words beneath.
#include "vm/term/portable_hash.h"

#include "vm/term/atom.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"

enum { GOLDEN = 0x9e3779b9 };
typedef enum Sort {
  SORT_INTEGER = 1, SORT_NIL, SORT_ATOM, SORT_STRING, SORT_OTHER, SORT_TUPLE = 9, SORT_NEGATIVE, SORT_POSITIVE, SORT_FLOAT, SORT_BITS,
  SORT_FUN, SORT_REST_BITS, SORT_MAP, SORT_PAIRS = 19
} Sort;
typedef enum Mark { END_OF_PAIR, END_OF_MAP } Mark;

typedef struct Walk {
  const TermContext *context;
  TermStack stack;
  uint32_t hash, pairs; // pairs: of the map that is being walked (I3)
  size_t left;
} Walk;

static void mix(uint32_t *a, uint32_t *b, uint32_t *c) {
  static const uint8_t SHIFTS[3][3] = {{13, 8, 13}, {12, 16, 5}, {3, 10, 15}};
  for (int i = 0; i < 3; i++) {
    *a = (*a - *b - *c) ^ *c >> SHIFTS[i][0];
    *b = (*b - *c - *a) ^ *a << SHIFTS[i][1];
    *c = (*c - *a - *b) ^ *b >> SHIFTS[i][2];
  }
}

static void fold(Walk *w, uint32_t x, uint32_t y, Sort sort) {
  uint32_t base = (uint32_t)GOLDEN * sort, a = base + x, b = base + y;
  mix(&a, &b, &w->hash);
}

static void fold_wide(Walk *w, uint64_t word, Sort sort) { fold(w, (uint32_t)word, (uint32_t)(word >> 32), sort); }

// Of the name's bytes; two bytes of UTF-8 that are a character of Latin-1 count as that one.
static uint32_t atom_value(const Walk *w, Term atom) {
  size_t size;
  const unsigned char *text = (const unsigned char *)atom_text(w->context->atoms, atom, &size);
  uint32_t h = 0;
  for (size_t i = 0; i < size; i++) {
    uint32_t byte = text[i];
    if ((byte & 0xfe) == 0xc2 && i + 1 < size) byte = (byte << 6 | (text[++i] & 0x3f)) & 0xff;
    h = (h << 4) + byte;
    uint32_t high = h & 0xf0000000;
    h ^= high >> 24 ^ high;
  }
  return h;
}

static void fold_small(Walk *w, int64_t value) {
  bool fits = value >= -(1 << 27) && value < 1 << 27;
  if (!fits) {
    fold_wide(w, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0 ? SORT_NEGATIVE : SORT_POSITIVE);
    return;
  }
  if (value < 0) fold(w, (uint32_t)-value, 0, SORT_INTEGER);
  fold(w, (uint32_t)value, 0, SORT_INTEGER);
}

static void fold_bits(Walk *w, BitsView v) {
  uint64_t whole = v.bit_count >> 3, i = 0;
  uint32_t a = GOLDEN, b = GOLDEN, c = (uint32_t)GOLDEN * SORT_BITS + w->hash;
  w->hash = c;
  if (v.bit_count == 0) return;
  BitsView bytes = {v.base, v.bit_offset, whole << 3};
  for (; whole - i >= 12; i += 12) {
    uint64_t word = bits_load(&bytes, i);
    a += (uint32_t)word, b += (uint32_t)(word >> 32), c += (uint32_t)bits_load(&bytes, i + 8);
    mix(&a, &b, &c);
  }
  // The lowest byte of the last third is the length's.
  uint64_t word = whole > i ? bits_load(&bytes, i) : 0;
  a += (uint32_t)word, b += (uint32_t)(word >> 32), c += (uint32_t)whole;
  if (whole - i > 8) c += (uint32_t)bits_load(&bytes, i + 8) << 8;
  mix(&a, &b, &c);
  w->hash = c;
  unsigned rest = (unsigned)v.bit_count & 7;
  if (rest) fold(w, rest, (uint32_t)bits_get_u64(v.base, v.bit_offset + (whole << 3), rest), SORT_REST_BITS);
}

static bool push(Walk *w, Term t) {
  if (!term_stack_reserve(&w->stack, 1)) return false;
  term_stack_push(&w->stack, t);
  return true;
}

static bool push_map(Walk *w, Term map) {
  size_t size = map_size(map);
  fold(w, (uint32_t)size, 0, SORT_MAP);
  if (size == 0) return true;
  if (!term_stack_reserve(&w->stack, size * 4 + 4)) return false;
  term_stack_push(&w->stack, w->pairs);
  term_stack_push(&w->stack, w->hash);
  term_stack_push(&w->stack, END_OF_MAP);
  term_stack_push(&w->stack, T_NONE);
  MapIterator i;
  map_iterate(&i, map);
  while (map_next(&i)) {
    term_stack_push(&w->stack, END_OF_PAIR);
    term_stack_push(&w->stack, T_NONE);
    term_stack_push(&w->stack, i.value);
    term_stack_push(&w->stack, i.key);
  }
  w->hash = w->pairs = 0;
  return true;
}

static void do_mark(Walk *w) {
  if (term_stack_pop(&w->stack) == END_OF_PAIR) {
    w->pairs ^= w->hash;
    w->hash = 0;
    return;
  }
  w->hash = (uint32_t)term_stack_pop(&w->stack);
  fold(w, w->pairs, 0, SORT_PAIRS);
  w->pairs = (uint32_t)term_stack_pop(&w->stack);
}

// Folds what a boxed term says itself and pushes its parts. False without memory.
static bool fold_boxed(Walk *w, Term t) {
  const Term *p = boxed_ptr(t);
  size_t words = header_words(p[0]);
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
      fold(w, (uint32_t)words, 0, SORT_TUPLE);
      if (!term_stack_reserve(&w->stack, words)) return false;
      while (words > 0) term_stack_push(&w->stack, p[words--]);
      return true;
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: return push_map(w, t);
    case KIND_FLOAT: {
      double d = float_value(t);
      uint64_t bits;
      if (d == 0) d = 0; // both zeros are one term
      memcpy(&bits, &d, 8);
      fold(w, (uint32_t)(bits >> 32), (uint32_t)bits, SORT_FLOAT);
      return true;
    }
    case KIND_BIG_POS:
    case KIND_BIG_NEG:
      for (size_t i = 1; i <= words; i++) fold_wide(w, p[i], header_kind(p[0]) == KIND_BIG_NEG ? SORT_NEGATIVE : SORT_POSITIVE);
      return true;
    case KIND_BIN_HEAP:
    case KIND_BIN_SHARED:
    case KIND_BIN_SLICE: fold_bits(w, bits_view(t)); return true;
    case KIND_REF: fold_wide(w, p[1], SORT_OTHER); return true;
    case KIND_NATIVE: fold_wide(w, term_native_object(t)->id, SORT_OTHER); return true;
    case KIND_EXPORT: {
      const Export *e = export_of(t);
      fold(w, e->arity, atom_value(w, e->module), SORT_INTEGER);
      fold(w, atom_value(w, e->name), 0, SORT_FUN);
      return true;
    }
    case KIND_FUN: {
      const FunEntry *e = fun_entry(t);
      size_t count = fun_capture_count(t);
      fold(w, (uint32_t)count, atom_value(w, e->module), SORT_TUPLE);
      fold(w, e->index, e->arity, SORT_FUN);
      if (!term_stack_reserve(&w->stack, count)) return false;
      while (count > 0) term_stack_push(&w->stack, fun_captures(t)[--count]);
      return true;
    }
    default: UNREACHABLE();
  }
}

static void fold_leaf(Walk *w, Term t) {
  bool first = w->hash == 0;
  if (term_is_small(t)) fold_small(w, small_value(t));
  else if (t == T_NIL && first) w->hash = 3468870702u;
  else if (t == T_NIL) fold(w, 2, 0, SORT_NIL);
  else if (term_is_atom(t) && first) w->hash = atom_value(w, t);
  else if (term_is_atom(t)) fold(w, atom_value(w, t), 0, SORT_ATOM);
  else fold_wide(w, t, SORT_OTHER);
}

static bool is_byte(Term t) { return term_is_small(t) && (uint64_t)small_value(t) < 256; }

// Folds the bytes at the head of a list (I2); pushes the rest. False without memory or when it takes too long (left is 0 then).
static bool fold_list(Walk *w, Term t) {
  uint32_t four = 0, count = 0;
  while (term_is_cons(t) && is_byte(cons_head(t))) {
    if (w->left == 0) return false;
    w->left--;
    four = four << 8 | (uint32_t)small_value(cons_head(t));
    if (++count == 4) {
      fold(w, four, 0, SORT_STRING);
      four = count = 0;
    }
    t = cons_tail(t);
  }
  if (count > 0) fold(w, four, 0, SORT_STRING);
  return term_is_cons(t) ? push(w, cons_tail(t)) && push(w, cons_head(t)) : push(w, t);
}

Status hash_portable(const TermContext *c, Term t, uint32_t *hash, size_t *work) {
  Walk w = {.context = c, .left = *work};
  term_stack_init(&w.stack, c->alloc);
  Status status = STATUS_OK;
  for (;;) {
    if (t == T_NONE) {
      do_mark(&w);
    } else {
      size_t cost = term_is_map(t) ? 1 + 2 * map_size(t) : term_is_cons(t) ? 1 : term_own_work(t);
      bool enough = w.left >= cost;
      w.left = enough ? w.left - cost : 0;
      bool good = enough && (term_is_cons(t) ? fold_list(&w, t) : term_is_boxed(t) ? fold_boxed(&w, t) : (fold_leaf(&w, t), true));
      if (!good) {
        status = w.left == 0 ? STATUS_LIMIT : STATUS_NO_MEMORY;
        break;
      }
    }
    if (w.stack.count == 0) break;
    t = term_stack_pop(&w.stack);
  }
  term_stack_free(&w.stack);
  *hash = w.hash;
  *work = w.left;
  return status;
}

// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic. Small operands whose result is small never come to the limbs; else each operand is viewed as limbs
// and sign, the result is built at the heap's top with all the room it may need, and what is too much is given
// back (`finish`).
#include "vm/term/number.h"

#include <gmp.h>
#include <math.h>

typedef struct Operand {
  const uint64_t *limbs;
  size_t count;
  bool negative;
  uint64_t room;
} Operand;

static void operand(Operand *o, Term t) { o->limbs = number_limbs(t, &o->room, &o->count, &o->negative); }

enum { LIMBS_MAX = NUMBER_BITS_MAX / 64 + 1 };

static Term fail(NumberError *error, NumberError what) {
  if (error) *error = what;
  return T_NONE;
}

// The integer of `count` limbs standing at p + 1, p being the heap's top.
static Term finish(TermHeap *heap, Term *p, size_t count, bool negative, NumberError *error) {
  while (count > 0 && p[count] == 0) count--;
  if (count <= 1) {
    uint64_t limb = count ? p[1] : 0;
    if (limb <= (uint64_t)SMALL_MAX) return term_small(negative ? -(int64_t)limb : (int64_t)limb);
    if (negative && limb == (uint64_t)SMALL_MAX + 1) return term_small(SMALL_MIN);
  }
  if (UNLIKELY(count >= LIMBS_MAX)) {
    uint64_t bits = (uint64_t)count * 64 - (uint64_t)__builtin_clzll(p[count]);
    if (bits > NUMBER_BITS_MAX) return fail(error, NUMBER_LIMIT);
  }
  p[0] = HEADER(negative ? KIND_BIG_NEG : KIND_BIG_POS, count);
  heap->top = p + count + 1;
  return term_boxed(p);
}

// --- how much
static size_t limb_count(Term t) { return term_is_big(t) ? header_words(boxed_header(t)) : 1; }

static size_t shift_words(Term a, int64_t left) {
  size_t n = limb_count(a);
  if (left <= 0 || left > NUMBER_BITS_MAX) return n + 3;
  return n + (size_t)left / 64 + 3;
}

static size_t shift_count_words(NumberOp op, Term a, Term b) {
  if (!term_is_small(b)) return 0;
  int64_t left = op == NUMBER_BSL ? small_value(b) : -small_value(b);
  return shift_words(a, left);
}

size_t number_op_words(NumberOp op, Term a, Term b) {
  switch (op) {
    case NUMBER_MUL: {
      size_t n = limb_count(a) + limb_count(b);
      return n > LIMBS_MAX + 1 ? 0 : n + 1;
    }
    case NUMBER_DIV:
    case NUMBER_REM: return limb_count(a) + limb_count(b) + 4;
    case NUMBER_BSL:
    case NUMBER_BSR: return term_is_integer(a) ? shift_count_words(op, a, b) : 0;
    case NUMBER_DIVIDE:
    case NUMBER_FLOAT: return FLOAT_WORDS;
    case NUMBER_TRUNC:
    case NUMBER_ROUND:
    case NUMBER_FLOOR:
    case NUMBER_CEIL: return term_is_float(a) ? number_from_double_words(float_value(a)) + 1 : 0;
    case NUMBER_PLUS: return 0;
    case NUMBER_BNOT:
    case NUMBER_NEG:
    case NUMBER_ABS: return limb_count(a) + 3;
    default: {
      size_t x = limb_count(a), y = limb_count(b);
      return (x > y ? x : y) + 3;
    }
  }
}

// --- sums and products
static Term add_limbs(TermHeap *heap, const Operand *a, const Operand *b, bool b_negative, NumberError *error) {
  if (a->count < b->count) return add_limbs(heap, &(Operand){b->limbs, b->count, b_negative, 0}, a, a->negative, error);
  Term *p = heap->top;
  if (b->count == 0) {
    if (a->count) mpn_copyi(p + 1, a->limbs, (mp_size_t)a->count);
    return finish(heap, p, a->count, a->negative, error);
  }
  if (a->negative == b_negative) {
    p[a->count + 1] = mpn_add(p + 1, a->limbs, (mp_size_t)a->count, b->limbs, (mp_size_t)b->count);
    return finish(heap, p, a->count + 1, a->negative, error);
  }
  bool swap = a->count == b->count && mpn_cmp(a->limbs, b->limbs, (mp_size_t)a->count) < 0;
  if (swap) {
    mpn_sub_n(p + 1, b->limbs, a->limbs, (mp_size_t)a->count);
    return finish(heap, p, a->count, b_negative, error);
  }
  mpn_sub(p + 1, a->limbs, (mp_size_t)a->count, b->limbs, (mp_size_t)b->count);
  return finish(heap, p, a->count, a->negative, error);
}

static Term add_integers(TermHeap *heap, Term a, Term b, bool subtract, NumberError *error) {
  if (terms_are_small(a, b)) { // 61 bits each: their sum fits 64
    int64_t x = small_value(a), y = small_value(b);
    return number_from_int64(heap, subtract ? x - y : x + y);
  }
  Operand x, y;
  operand(&x, a);
  operand(&y, b);
  return add_limbs(heap, &x, &y, y.negative != subtract, error);
}

static Term multiply_integers(TermHeap *heap, Term a, Term b, NumberError *error) {
  if (terms_are_small(a, b)) {
    int64_t product;
    if (!__builtin_mul_overflow(small_value(a), small_value(b), &product)) return number_from_int64(heap, product);
  }
  Operand x, y;
  operand(&x, a);
  operand(&y, b);
  if (x.count == 0 || y.count == 0) return term_small(0);
  if (x.count + y.count > LIMBS_MAX + 1) return fail(error, NUMBER_LIMIT);
  Term *p = heap->top;
  DCHECK((size_t)(heap->end - p) >= x.count + y.count + 1);
  if (x.limbs == y.limbs) mpn_sqr(p + 1, x.limbs, (mp_size_t)x.count);
  else if (x.count >= y.count) mpn_mul(p + 1, x.limbs, (mp_size_t)x.count, y.limbs, (mp_size_t)y.count);
  else mpn_mul(p + 1, y.limbs, (mp_size_t)y.count, x.limbs, (mp_size_t)x.count);
  return finish(heap, p, x.count + y.count, x.negative != y.negative, error);
}

static Term divide_integers(TermHeap *heap, Term a, Term b, bool remainder, NumberError *error) {
  if (b == term_small(0)) return fail(error, NUMBER_BADARITH);
  if (terms_are_small(a, b)) { // SMALL_MIN div -1 leaves small's range, not int64's
    int64_t x = small_value(a), y = small_value(b);
    return remainder ? term_small(x % y) : number_from_int64(heap, x / y);
  }
  Operand x, y;
  operand(&x, a);
  operand(&y, b);
  if (x.count < y.count) return remainder ? a : term_small(0);
  Term *p = heap->top;
  size_t quotient_count = x.count - y.count + 1;
  if (!remainder) {
    mpn_tdiv_qr(p + 1, p + 1 + quotient_count, 0, x.limbs, (mp_size_t)x.count, y.limbs, (mp_size_t)y.count);
    return finish(heap, p, quotient_count, x.negative != y.negative, error);
  }
  mpn_tdiv_qr(p + 1 + y.count, p + 1, 0, x.limbs, (mp_size_t)x.count, y.limbs, (mp_size_t)y.count);
  return finish(heap, p, y.count, x.negative, error);
}

// --- bits: operands and result stream as two's complement, from the lowest limb up
typedef struct BitStream {
  Operand o;
  uint64_t borrow; // of |x| - 1, whose complement a negative x is
} BitStream;

static uint64_t stream_limb(BitStream *s, size_t i) {
  uint64_t limb = i < s->o.count ? s->o.limbs[i] : 0;
  if (!s->o.negative) return limb;
  uint64_t less = limb - s->borrow;
  s->borrow = s->borrow && limb == 0;
  return ~less;
}

static uint64_t combine(NumberOp op, uint64_t x, uint64_t y) { return op == NUMBER_BAND ? x & y : op == NUMBER_BOR ? x | y : x ^ y; }

static Term bitwise_integers(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error) {
  if (terms_are_small(a, b)) return term_small((int64_t)combine(op, (uint64_t)small_value(a), (uint64_t)small_value(b)));
  BitStream x = {.borrow = 1}, y = {.borrow = 1};
  operand(&x.o, a);
  operand(&y.o, b);
  size_t count = (x.o.count > y.o.count ? x.o.count : y.o.count) + 1;
  bool negative = combine(op, x.o.negative, y.o.negative) & 1;
  Term *p = heap->top;
  uint64_t carry = 1;
  for (size_t i = 0; i < count; i++) {
    uint64_t limb = combine(op, stream_limb(&x, i), stream_limb(&y, i));
    if (negative) {
      limb = ~limb + carry;
      carry = carry && limb == 0;
    }
    p[i + 1] = limb;
  }
  return finish(heap, p, count, negative, error);
}

static Term shift_left(TermHeap *heap, Term a, uint64_t bits, NumberError *error) {
  Operand x;
  operand(&x, a);
  if (x.count == 0) return a;
  if (bits > NUMBER_BITS_MAX || number_bit_length(a) + bits > NUMBER_BITS_MAX) return fail(error, NUMBER_LIMIT);
  Term *p = heap->top;
  size_t limbs = (size_t)bits / 64;
  unsigned rest = (unsigned)bits % 64;
  memset(p + 1, 0, limbs * 8);
  if (rest) {
    p[1 + limbs + x.count] = mpn_lshift(p + 1 + limbs, x.limbs, (mp_size_t)x.count, rest);
  } else {
    mpn_copyi(p + 1 + limbs, x.limbs, (mp_size_t)x.count);
    p[1 + limbs + x.count] = 0;
  }
  return finish(heap, p, limbs + x.count + 1, x.negative, error);
}

static Term shift_right(TermHeap *heap, Term a, uint64_t bits, NumberError *error) {
  if (term_is_small(a)) return term_small(bits > 62 ? (small_value(a) < 0 ? -1 : 0) : small_value(a) >> bits);
  Operand x;
  operand(&x, a);
  uint64_t limbs = bits / 64;
  unsigned rest = (unsigned)(bits % 64);
  if (limbs >= x.count) return term_small(x.negative ? -1 : 0);
  Term *p = heap->top;
  size_t count = x.count - (size_t)limbs;
  bool lost = false;
  for (size_t i = 0; i < limbs && !lost; i++) lost = x.limbs[i] != 0;
  if (rest) lost |= mpn_rshift(p + 1, x.limbs + limbs, (mp_size_t)count, rest) != 0;
  else mpn_copyi(p + 1, x.limbs + limbs, (mp_size_t)count);
  p[count + 1] = 0;
  if (x.negative && lost) p[count + 1] = mpn_add_1(p + 1, p + 1, (mp_size_t)count, 1); // towards minus infinity
  return finish(heap, p, count + 1, x.negative, error);
}

static Term shift_integer(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error) {
  bool left = (op == NUMBER_BSL) != number_is_negative(b);
  uint64_t bits = UINT64_MAX;
  if (term_is_small(b)) bits = small_value(b) < 0 ? 0 - (uint64_t)small_value(b) : (uint64_t)small_value(b);
  return left ? shift_left(heap, a, bits, error) : shift_right(heap, a, bits, error);
}

static Term negate(TermHeap *heap, Term a, NumberError *error) {
  if (term_is_small(a)) return number_from_int64(heap, -small_value(a));
  Operand x;
  operand(&x, a);
  Term *p = heap->top;
  mpn_copyi(p + 1, x.limbs, (mp_size_t)x.count);
  return finish(heap, p, x.count, !x.negative, error);
}

static Term integer_op(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error) {
  switch (op) {
    case NUMBER_ADD: return add_integers(heap, a, b, false, error);
    case NUMBER_SUB: return add_integers(heap, a, b, true, error);
    case NUMBER_MUL: return multiply_integers(heap, a, b, error);
    case NUMBER_DIV: return divide_integers(heap, a, b, false, error);
    case NUMBER_REM: return divide_integers(heap, a, b, true, error);
    case NUMBER_BAND:
    case NUMBER_BOR:
    case NUMBER_BXOR: return bitwise_integers(heap, op, a, b, error);
    case NUMBER_BSL:
    case NUMBER_BSR: return shift_integer(heap, op, a, b, error);
    case NUMBER_BNOT: return add_integers(heap, term_small(-1), a, true, error);
    case NUMBER_NEG: return negate(heap, a, error);
    case NUMBER_ABS: return number_is_negative(a) ? negate(heap, a, error) : a;
    default: return a; // plus, and the roundings
  }
}

static Term make_float(TermHeap *heap, double d, NumberError *error) {
  return LIKELY(isfinite(d)) ? heap_float(heap, d) : fail(error, NUMBER_BADARITH);
}

static Term float_op(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error) {
  double x, y = 0;
  if (!number_to_double(a, &x)) return fail(error, NUMBER_BADARITH);
  if (op <= NUMBER_DIVIDE && !number_to_double(b, &y)) return fail(error, NUMBER_BADARITH);
  switch (op) {
    case NUMBER_ADD: return make_float(heap, x + y, error);
    case NUMBER_SUB: return make_float(heap, x - y, error);
    case NUMBER_MUL: return make_float(heap, x * y, error);
    case NUMBER_DIVIDE: return y == 0 ? fail(error, NUMBER_BADARITH) : make_float(heap, x / y, error);
    case NUMBER_NEG: return heap_float(heap, -x);
    case NUMBER_ABS: return heap_float(heap, fabs(x));
    case NUMBER_PLUS: return a;
    case NUMBER_FLOAT: return term_is_float(a) ? a : heap_float(heap, x);
    case NUMBER_TRUNC: return number_from_double(heap, trunc(x));
    case NUMBER_ROUND: return number_from_double(heap, round(x));
    case NUMBER_FLOOR: return number_from_double(heap, floor(x));
    case NUMBER_CEIL: return number_from_double(heap, ceil(x));
    default: return fail(error, NUMBER_BADARITH); // integers only
  }
}

Term number_op(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error) {
  if (error) *error = NUMBER_OK;
  bool two = op < NUMBER_BNOT;
  bool floats = op == NUMBER_DIVIDE || op == NUMBER_FLOAT;
  if (!floats && term_is_integer(a) && (!two || term_is_integer(b))) return integer_op(heap, op, a, b, error);
  return float_op(heap, op, a, b, error);
}

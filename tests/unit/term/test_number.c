// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/number*.c: every operation against GMP's mpz, comparison with floats, text in every base.
#include <gmp.h>
#include <math.h>

#include "term_test.h"

static void to_mpz(mpz_t z, Term t) {
  uint64_t room;
  size_t count;
  bool negative;
  const uint64_t *limbs = number_limbs(t, &room, &count, &negative);
  mpz_import(z, count, -1, 8, 0, 0, limbs);
  if (negative) mpz_neg(z, z);
}

static void assert_is(Term t, mpz_t expected) {
  mpz_t z;
  mpz_init(z);
  cr_assert(term_is_integer(t));
  to_mpz(z, t);
  cr_assert_eq(mpz_cmp(z, expected), 0);
  // N1: small when it fits, no leading zero limb.
  if (term_is_big(t)) {
    size_t words = header_words(boxed_header(t));
    cr_assert_neq(boxed_ptr(t)[words], 0);
    cr_assert(mpz_sizeinbase(z, 2) > 60);
    int64_t v;
    cr_assert(!number_to_int64(t, &v) || !fits_small(v));
  }
  mpz_clear(z);
}

// Builds with exactly the words that were asked for.
static Term run(World *w, NumberOp op, Term a, Term b, NumberError *error) {
  Term *end = w->heap.end;
  w->heap.end = w->heap.top + number_op_words(op, a, b);
  Term t = number_op(&w->heap, op, a, b, error);
  cr_assert(w->heap.top <= w->heap.end);
  w->heap.end = end;
  return t;
}

static bool oracle(NumberOp op, mpz_t r, const mpz_t a, const mpz_t b) {
  long shift = mpz_fits_slong_p(b) ? mpz_get_si(b) : 0;
  switch (op) {
    case NUMBER_ADD: mpz_add(r, a, b); return true;
    case NUMBER_SUB: mpz_sub(r, a, b); return true;
    case NUMBER_MUL: mpz_mul(r, a, b); return true;
    case NUMBER_DIV: if (mpz_sgn(b) == 0) return false; mpz_tdiv_q(r, a, b); return true;
    case NUMBER_REM: if (mpz_sgn(b) == 0) return false; mpz_tdiv_r(r, a, b); return true;
    case NUMBER_BAND: mpz_and(r, a, b); return true;
    case NUMBER_BOR: mpz_ior(r, a, b); return true;
    case NUMBER_BXOR: mpz_xor(r, a, b); return true;
    case NUMBER_BSL:
    case NUMBER_BSR:
      if (op == NUMBER_BSR) shift = -shift;
      if (shift >= 0) mpz_mul_2exp(r, a, (unsigned long)shift);
      else mpz_fdiv_q_2exp(r, a, (unsigned long)-shift);
      return true;
    case NUMBER_BNOT: mpz_com(r, a); return true;
    case NUMBER_NEG: mpz_neg(r, a); return true;
    case NUMBER_ABS: mpz_abs(r, a); return true;
    default: mpz_set(r, a); return true;
  }
}

Test(number, integers_like_mpz) {
  World w;
  world_open(&w, 10000, 7);
  mpz_t a, b, r;
  mpz_inits(a, b, r, NULL);
  for (int round = 0; round < 40000; round++) {
    world_reset(&w);
    Term x = random_integer(&w), y = random_integer(&w);
    NumberOp op = (NumberOp)random_below(&w, NUMBER_FLOAT);
    if (op == NUMBER_DIVIDE) continue;
    if (op == NUMBER_BSL || op == NUMBER_BSR) y = term_small((int64_t)random_below(&w, 600) - 300);
    else if (random_below(&w, 10) == 0) y = x;
    to_mpz(a, x);
    to_mpz(b, y);
    NumberError error;
    Term t = run(&w, op, x, y, &error);
    if (!oracle(op, r, a, b)) {
      cr_assert_eq(t, T_NONE);
      cr_assert_eq(error, NUMBER_BADARITH);
      continue;
    }
    cr_assert_neq(t, T_NONE, "op %d", op);
    assert_is(t, r);
    int order = number_compare(x, y), expected = mpz_cmp(a, b);
    cr_assert_eq((order > 0) - (order < 0), (expected > 0) - (expected < 0));
  }
  mpz_clears(a, b, r, NULL);
  world_close(&w);
}

Test(number, limits_and_errors) {
  World w;
  world_open(&w, 4 << 20, 1);
  NumberError error;
  cr_assert_eq(run(&w, NUMBER_BSL, term_small(1), term_small(NUMBER_BITS_MAX), &error), T_NONE);
  cr_assert_eq(error, NUMBER_LIMIT);
  Term huge = run(&w, NUMBER_BSL, term_small(1), term_small(NUMBER_BITS_MAX - 1), &error);
  cr_assert_neq(huge, T_NONE);
  cr_assert_eq(run(&w, NUMBER_MUL, huge, huge, &error), T_NONE);
  cr_assert_eq(error, NUMBER_LIMIT);
  cr_assert_eq(run(&w, NUMBER_ADD, huge, huge, &error), T_NONE);
  cr_assert_eq(error, NUMBER_LIMIT);
  cr_assert_eq(run(&w, NUMBER_BSL, term_small(1), huge, &error), T_NONE);
  cr_assert_eq(error, NUMBER_LIMIT);
  cr_assert_eq(run(&w, NUMBER_BSL, term_small(0), huge, &error), term_small(0));
  cr_assert_eq(run(&w, NUMBER_BSR, term_small(-5), huge, &error), term_small(-1));
  cr_assert_eq(run(&w, NUMBER_FLOAT, huge, 0, &error), T_NONE);
  cr_assert_eq(run(&w, NUMBER_ADD, ATOM_ok, term_small(1), &error), T_NONE);
  cr_assert_eq(error, NUMBER_BADARITH);
  cr_assert_eq(run(&w, NUMBER_BAND, heap_float(&w.heap, 1), term_small(1), &error), T_NONE);
  cr_assert_eq(run(&w, NUMBER_DIV, heap_float(&w.heap, 4), term_small(2), &error), T_NONE);
  cr_assert_eq(run(&w, NUMBER_DIVIDE, term_small(1), heap_float(&w.heap, 0), &error), T_NONE);
  cr_assert_eq(run(&w, NUMBER_MUL, heap_float(&w.heap, 1e300), heap_float(&w.heap, 1e300), &error), T_NONE);
  cr_assert_eq(error, NUMBER_BADARITH);
  cr_assert_eq(float_value(run(&w, NUMBER_DIVIDE, term_small(7), term_small(2), &error)), 3.5);
  world_close(&w);
}

Test(number, doubles) {
  World w;
  world_open(&w, 10000, 11);
  mpz_t z;
  mpz_init(z);
  mpq_t q, f;
  mpq_inits(q, f, NULL);
  for (int turn = 0; turn < 40000; turn++) {
    world_reset(&w);
    Term i = random_integer(&w), number = random_number(&w);
    double d, x;
    to_mpz(z, i);
    cr_assert(number_to_double(i, &d));
    // Correctly rounded: no neighbour is nearer.
    mpq_set_z(q, z);
    mpq_set_d(f, d);
    mpq_sub(f, f, q);
    mpq_abs(f, f);
    for (int side = -1; side <= 1; side += 2) {
      mpq_t g;
      mpq_init(g);
      mpq_set_d(g, nextafter(d, side * INFINITY));
      mpq_sub(g, g, q);
      mpq_abs(g, g);
      cr_assert(mpq_cmp(f, g) <= 0);
      mpq_clear(g);
    }
    // Exact comparison with a float near it, and any other.
    for (int k = 0; k < 4; k++) {
      x = k == 0 ? d : k == 1 ? nextafter(d, INFINITY) : k == 2 ? d + 0.5 : term_is_float(number) ? float_value(number) : 0.25;
      mpq_set_d(f, x);
      int order = number_compare(i, heap_float(&w.heap, x)), expected = mpq_cmp(q, f);
      cr_assert_eq((order > 0) - (order < 0), (expected > 0) - (expected < 0));
      order = number_compare(heap_float(&w.heap, x), i);
      cr_assert_eq((order > 0) - (order < 0), (expected < 0) - (expected > 0));
    }
    // Whole parts.
    x = term_is_float(number) ? float_value(number) : d + 0.5;
    Term y = heap_float(&w.heap, x);
    NumberError error;
    mpz_set_d(z, trunc(x));
    assert_is(run(&w, NUMBER_TRUNC, y, 0, &error), z);
    mpz_set_d(z, floor(x));
    assert_is(run(&w, NUMBER_FLOOR, y, 0, &error), z);
    mpz_set_d(z, ceil(x));
    assert_is(run(&w, NUMBER_CEIL, y, 0, &error), z);
    mpz_set_d(z, round(x));
    assert_is(run(&w, NUMBER_ROUND, y, 0, &error), z);
  }
  mpz_clear(z);
  mpq_clears(q, f, NULL);
  world_close(&w);
}

Test(number, text_in_every_base) {
  World w;
  world_open(&w, 10000, 3);
  mpz_t z;
  mpz_init(z);
  Buffer text;
  buffer_init(&text, &w.alloc);
  for (int round = 0; round < 20000; round++) {
    world_reset(&w);
    Term i = random_integer(&w);
    int base = 2 + (int)random_below(&w, 35);
    bool lower = random_below(&w, 2);
    to_mpz(z, i);
    char *expected = mpz_get_str(NULL, lower ? base : -base, z);
    text.size = 0;
    number_text(&text, i, base, lower);
    buffer_byte(&text, 0);
    cr_assert_str_eq(text.data, expected);
    NumberError error;
    Term *end = w.heap.end;
    w.heap.end = w.heap.top + number_parse_words(text.size - 1, base);
    Term back = number_parse(&w.context, &w.heap, text.data, text.size - 1, base, &error);
    w.heap.end = end;
    assert_is(back, z);
    free(expected);
  }
  const char *bad[] = {"", "-", "+", "12a", "1 ", " 1", "1_0", "--1"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_eq(number_parse(&w.context, &w.heap, bad[i], strlen(bad[i]), 10, NULL), T_NONE);
  cr_assert_eq(number_parse(&w.context, &w.heap, "+007", 4, 10, NULL), term_small(7));
  buffer_free(&text);
  mpz_clear(z);
  world_close(&w);
}

Test(number, from_c) {
  World w;
  world_open(&w, 1000, 3);
  int64_t values[] = {0, 1, -1, SMALL_MAX, SMALL_MAX + 1, SMALL_MIN, SMALL_MIN - 1, INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    int64_t back;
    uint64_t u;
    Term t = number_from_int64(&w.heap, values[i]);
    cr_assert(number_to_int64(t, &back));
    cr_assert_eq(back, values[i]);
    cr_assert_eq(number_to_uint64(t, &u), values[i] >= 0);
  }
  uint64_t u;
  int64_t v;
  Term t = number_from_uint64(&w.heap, UINT64_MAX);
  cr_assert(number_to_uint64(t, &u) && u == UINT64_MAX && !number_to_int64(t, &v));
  world_close(&w);
}

// What arithmetic is said to take grows with the length as GMP's products do, and never overflows.
Test(number, what_it_takes) {
  World w;
  world_open(&w, 4000000, 9);
  Term a[21];
  for (int i = 0; i <= 20; i++) { // 2^(2^i) and so on: 2^i limbs
    NumberError error;
    Term shift = term_small((int64_t)64 << i);
    a[i] = i <= 19 ? number_op(&w.heap, NUMBER_BSL, term_small(1), shift, &error) : a[19];
  }
  cr_assert_eq(number_cost(NUMBER_MUL, term_small(7), term_small(9)), 0);
  for (int i = 1; i < 20; i++) {
    cr_assert_geq(number_cost(NUMBER_MUL, a[i], a[i]), number_cost(NUMBER_MUL, a[i - 1], a[i - 1]));
    cr_assert_geq(number_cost(NUMBER_MUL, a[i], a[i - 1]), number_cost(NUMBER_MUL, a[i - 1], a[i - 1]));
    cr_assert_eq(number_cost(NUMBER_MUL, a[i], a[3]), number_cost(NUMBER_MUL, a[3], a[i]));
    cr_assert_geq(number_text_cost(a[i], 10), number_text_cost(a[i - 1], 10));
    if (i > 4) cr_assert_leq(number_text_cost(a[i], 16), number_text_cost(a[i], 10));
  }
  size_t bits_8k = number_cost(NUMBER_MUL, a[7], a[7]), bits_262k = number_cost(NUMBER_MUL, a[12], a[12]), division = number_cost(NUMBER_DIV, a[13], a[12]);
  cr_assert(bits_8k > 20 && bits_8k < 100, "%zu", bits_8k);
  cr_assert(bits_262k > 3000 && bits_262k < 12000, "%zu", bits_262k);
  cr_assert(division > bits_262k && division < 5 * bits_262k, "%zu", division);
  cr_assert_gt(number_cost(NUMBER_MUL, a[19], a[19]), 300000);
  cr_assert_leq(number_cost(NUMBER_ADD, a[12], a[12]), 4096 / 8);
  cr_assert(number_parse_cost(1000000, 10) > 10000 && number_parse_cost(10, 10) == 0);
  world_close(&w);
}

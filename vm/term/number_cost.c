// SPDX-License-Identifier: Apache-2.0
//
// What arithmetic on long integers takes. GMP changes its way with the length (schoolbook, Karatsuba, Toom, Fourier): schoolbook's product
// of n limbs takes 0.28 n^2 ns, from 128 limbs on a doubling costs 2.7 times as much, from 4096 on 2.13 times. Measured on one Zen 5
// core with GMP 6.2: 128 limbs 4 us, 1024 77 us, 8192 1.3 ms, 131072 35 ms; a quotient takes 2.5 times a product, decimal text 3 times
// (5 times when it is very long), reading it 2 times.
#include "vm/term/number.h"

enum { SCHOOL_LIMBS = 128, FOURIER_LIMBS = 4096, NS = 100, LINEAR_SHIFT = 4 };

static size_t limbs_of(Term t) { return term_is_big(t) ? header_words(boxed_header(t)) : 1; }

// Nanoseconds of a product of two numbers of n limbs.
static uint64_t product_ns(uint64_t n) {
  uint64_t ns_times = 1024; // of 1024: what the doublings add
  while (n > SCHOOL_LIMBS) {
    ns_times = n > FOURIER_LIMBS ? ns_times * 17 / 8 : ns_times * 27 / 10;
    n = (n + 1) / 2;
  }
  return (n * n * 73 / 256 * ns_times) >> 10;
}

// Of m and n limbs: the longer one in pieces as long as the shorter.
static uint64_t uneven_ns(uint64_t m, uint64_t n) {
  uint64_t shorter = m < n ? m : n, longer = m < n ? n : m;
  if (shorter == 0) return longer;
  return product_ns(shorter) * longer / shorter + longer;
}

size_t number_cost(NumberOp op, Term a, Term b) {
  if (terms_are_small(a, b)) return 0;
  uint64_t x = limbs_of(a), y = limbs_of(b), ns = 0;
  switch (op) {
    case NUMBER_MUL: ns = uneven_ns(x, y); break;
    case NUMBER_DIV:
    case NUMBER_REM: ns = x < y ? 0 : uneven_ns(x - y + 1, y) * 5 / 2; break;
    default: break;
  }
  size_t linear = number_op_words(op, a, b) >> LINEAR_SHIFT, cost = (size_t)(ns / NS);
  return cost > linear ? cost : linear;
}

size_t number_text_cost(Term integer, int base) {
  uint64_t n = limbs_of(integer);
  if (n == 1) return 0;
  if ((base & (base - 1)) == 0) return (size_t)(n >> 1);
  return (size_t)(product_ns(n) * (n > FOURIER_LIMBS ? 5 : 3) / NS + (n >> 2));
}

size_t number_parse_cost(size_t text_bytes, int base) {
  uint64_t n = number_parse_words(text_bytes, base);
  if (text_bytes < 20) return 0;
  if ((base & (base - 1)) == 0) return (size_t)(n >> 1);
  return (size_t)(product_ns(n) * 2 / NS + (n >> 2));
}

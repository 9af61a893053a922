// SPDX-License-Identifier: Apache-2.0
//
// Numbers: integers of any size (small, or limbs on the heap, worked on by GMP's mpn functions)
// and floats.
//
//  N1  An integer that fits 61 bits is small; a big one has no leading zero limb. Whatever stands
//      here answers integers in that form.
//  N2  No float is infinite or NaN: an operation whose result would be one is NUMBER_BADARITH.
//  N3  Comparing an integer with a float is exact, as if both were real numbers.
//
// Two steps, as for everything that builds terms: number_op_words says how many words the result needs at
// most; after they were reserved number_op builds. Neither collects.
#ifndef JOIST_TERM_NUMBER_H
#define JOIST_TERM_NUMBER_H

#include "vm/base/buffer.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

typedef enum NumberOp {
  NUMBER_ADD,
  NUMBER_SUB,
  NUMBER_MUL,
  NUMBER_DIVIDE, // `/`: always a float
  NUMBER_DIV,    // integers, towards zero
  NUMBER_REM,    // integers, sign of the dividend
  NUMBER_BAND,   // bitwise: two's complement without end
  NUMBER_BOR,
  NUMBER_BXOR,
  NUMBER_BSL, // a negative count shifts the other way
  NUMBER_BSR,
  // One operand, `b` is ignored.
  NUMBER_BNOT,
  NUMBER_NEG,
  NUMBER_PLUS, // the number itself
  NUMBER_ABS,
  NUMBER_TRUNC, // to an integer
  NUMBER_ROUND, // half away from zero
  NUMBER_FLOOR,
  NUMBER_CEIL,
  NUMBER_FLOAT, // to a float, correctly rounded
  NUMBER_OP_COUNT,
} NumberOp;

typedef enum NumberError { NUMBER_OK, NUMBER_BADARITH, NUMBER_LIMIT /* system_limit */ } NumberError;

// Words that number_op needs at most (scratch included). Any terms may be given.
size_t number_op_words(NumberOp op, Term a, Term b);
// Fails: T_NONE and *error (which may be NULL): no numbers, division by zero, a float out of range; too large.
Term number_op(TermHeap *heap, NumberOp op, Term a, Term b, NumberError *error);

// About what the operation takes, in reductions (100 ns); any terms may be given. Products and quotients of long numbers cost more than
// their size: as measured of GMP's.
size_t number_cost(NumberOp op, Term a, Term b);
// The same for writing an integer in a base and for reading so many bytes.
size_t number_text_cost(Term integer, int base);
size_t number_parse_cost(size_t text_bytes, int base);

// An integer from C. Words: at most NUMBER_INT64_WORDS.
enum { NUMBER_INT64_WORDS = 2 };
Term number_from_int64(TermHeap *heap, int64_t value);
Term number_from_uint64(TermHeap *heap, uint64_t value);
// False when `t` is no integer or out of range.
bool number_to_int64(Term t, int64_t *value);
bool number_to_uint64(Term t, uint64_t *value);
// Any number, correctly rounded (half to even). False: no number, or out of range of a double.
bool number_to_double(Term t, double *value);
// The integer that a finite double with no fraction is. Words: number_from_double_words.
size_t number_from_double_words(double value);
Term number_from_double(TermHeap *heap, double whole);

// Order of two numbers by value (1 == 1.0): <0, 0, >0. Both must be numbers.
int number_compare(Term a, Term b);
// Integers only.
bool number_is_negative(Term integer);
// Bits of the absolute value; 0 has none.
uint64_t number_bit_length(Term integer);
// The limbs of the absolute value, least significant first; a small one's stands in *room.
const uint64_t *number_limbs(Term integer, uint64_t *room, size_t *count, bool *negative);
// An integer of `count` limbs (leading zeros allowed) and a sign. Words: count + 1.
Term number_from_limbs(TermHeap *heap, const uint64_t *limbs, size_t count, bool negative);

// Text in base 2..36, digits above 9 as capitals (`lower`: small letters). Fails: buffer->failed.
void number_text(Buffer *buffer, Term integer, int base, bool lower);
// Parses [+-]digits in base 2..36, all of `text`. Words: number_parse_words. Fails: T_NONE (no such
// number, or *error NUMBER_LIMIT when it is too large).
size_t number_parse_words(size_t text_bytes, int base);
Term number_parse(const TermContext *c, TermHeap *heap, const char *text, size_t text_bytes, int base, NumberError *error);

#endif

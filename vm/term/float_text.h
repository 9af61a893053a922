// SPDX-License-Identifier: Apache-2.0
//
// Floats as text, and back. Nothing here looks at the locale.
//
// The shortest text that reads back as the same double is found as in Raffaello Giulietti, "The Schubfach way
// to render doubles" (2020/2021); the powers of ten it needs are made from 24 stored ones.
#ifndef JOIST_TERM_FLOAT_TEXT_H
#define JOIST_TERM_FLOAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vm/base/check.h"

enum {
  FLOAT_TEXT_MAX = 32,      // bytes that float_text_short writes at most
  FLOAT_DECIMALS_MAX = 253, // digits behind the point that may be asked for
  FLOAT_FORMAT_MAX = 600,   // bytes that the other two write at most
};

// The shortest digits: value = digits * 10^exponent, digits without trailing zeros. value: finite, > 0.
void float_shortest(double value, uint64_t *digits, int *exponent);
// The uppermost 128 bits of 10^k, k in -292..324, rounded up (for the test of the stored powers).
void float_power_of_ten(int k, uint64_t *high, uint64_t *low);
// The shorter of `100.0` and `1.0e3`, as to_string and float_to_binary(x, [:short]) write. Returns bytes
// written (no zero byte).
size_t float_text_short(double value, char *out);
// As inspect writes: whole numbers from 1 to 10^16 never with an exponent (`1000.0`).
size_t float_text_inspect(double value, char *out);
// `decimals` digits behind the point, ties away from zero; compact: without trailing zeros (one stays).
// Fails: 0 when decimals is out of 0..FLOAT_DECIMALS_MAX.
size_t float_text_decimals(double value, int decimals, bool compact, char *out);
// d.ddde+XX with `decimals` digits behind the point (0..249). Fails: 0.
size_t float_text_scientific(double value, int decimals, char *out);
// Reads digits.digits[e[+-]digits] with optional sign, all of `text`: the language's own form of
// a float, the point is required. False: other text, or out of range.
bool float_parse(const char *text, size_t text_bytes, double *value);

#endif

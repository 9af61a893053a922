// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/float_text.c: texts of real Elixir, the stored powers of ten, round trips.
#include <gmp.h>
#include <math.h>

#include "term_test.h"
#include "vm/term/float_text.h"

static const struct {
  const char *bits, *shortest, *inspected, *decimals4, *compact10, *scientific6;
} rows[] = {
#include "data/floats.inc"
};

Test(float_text, like_elixir) {
  char text[FLOAT_FORMAT_MAX + 1];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint64_t bits = strtoull(rows[i].bits, NULL, 16);
    double d, back;
    memcpy(&d, &bits, 8);
    text[float_text_short(d, text)] = 0;
    cr_assert_str_eq(text, rows[i].shortest);
    cr_assert(float_parse(text, strlen(text), &back) && memcmp(&back, &d, 8) == 0, "%s", text);
    text[float_text_inspect(d, text)] = 0;
    cr_assert_str_eq(text, rows[i].inspected);
    text[float_text_scientific(d, 6, text)] = 0;
    cr_assert_str_eq(text, rows[i].scientific6);
    text[float_text_decimals(d, 4, false, text)] = 0;
    if (*rows[i].decimals4) cr_assert_str_eq(text, rows[i].decimals4);
    text[float_text_decimals(d, 10, true, text)] = 0;
    if (*rows[i].compact10) cr_assert_str_eq(text, rows[i].compact10);
  }
}

Test(float_text, powers_of_ten_are_exact_and_rounded_up) {
  mpz_t ten, one, stored;
  mpz_inits(ten, one, stored, NULL);
  for (int k = -292; k <= 324; k++) {
    uint64_t high, low;
    float_power_of_ten(k, &high, &low);
    mpz_ui_pow_ui(ten, 10, (unsigned long)abs(k));
    size_t bits = mpz_sizeinbase(ten, 2);
    if (k < 0) {
      mpz_set_ui(one, 1);
      mpz_mul_2exp(one, one, bits + 127);
      mpz_cdiv_q(ten, one, ten);
    } else if (bits <= 128) {
      mpz_mul_2exp(ten, ten, 128 - bits);
    } else {
      mpz_cdiv_q_2exp(ten, ten, bits - 128);
    }
    mpz_set_ui(stored, high);
    mpz_mul_2exp(stored, stored, 64);
    mpz_add_ui(stored, stored, low);
    cr_assert_eq(mpz_cmp(stored, ten), 0, "10^%d", k);
  }
  mpz_clears(ten, one, stored, NULL);
}

Test(float_text, shortest_reads_back_and_is_shortest) {
  World w;
  world_open(&w, 10, 5);
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = random_u64(&w), digits;
    double d, back;
    int exponent, precision = 1;
    char text[FLOAT_TEXT_MAX + 1], other[40];
    memcpy(&d, &bits, 8);
    d = fabs(d);
    if (!isfinite(d) || d == 0) continue;
    size_t size = float_text_short(d, text);
    cr_assert(float_parse(text, size, &back));
    cr_assert_eq(back, d);
    if (i % 20) continue;
    float_shortest(d, &digits, &exponent);
    for (; precision < 17; precision++) {
      snprintf(other, sizeof other, "%.*e", precision - 1, d);
      if (strtod(other, NULL) == d) break;
    }
    cr_assert(snprintf(other, sizeof other, "%llu", (unsigned long long)digits) <= precision);
  }
  world_close(&w);
}

Test(float_text, parsing_refuses) {
  const char *bad[] = {"", "1", "1.", ".5", "1e5", "1.0e", "1.0e+", "1.0x", "nan", "inf", "1.0e400", "1..0", "1.0.0", "-", "0x1.0p3", " 1.0"};
  double d;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) cr_assert_not(float_parse(bad[i], strlen(bad[i]), &d), "%s", bad[i]);
  cr_assert(float_parse("+1.5E-3", 7, &d) && d == 1.5e-3);
  cr_assert(float_parse("123456789012345678901234567890.5", 32, &d) && d == 123456789012345678901234567890.5);
  cr_assert(float_parse("0.00000000000000000000000000000000000000000000000001", 52, &d) && d == 1e-50);
  char text[FLOAT_FORMAT_MAX];
  cr_assert_eq(float_text_decimals(1.0, 254, false, text), 0);
  cr_assert_eq(float_text_decimals(1.7976931348623157e308, 253, false, text), 309 + 1 + 253);
  cr_assert_eq(float_text_scientific(5e-324, 249, text), 251 + 5);
}

// SPDX-License-Identifier: Apache-2.0
//
// Floats as text. Two independent ways to digits:
//
//  shortest   Schubfach: of the decimals that read back as this double, the one with the fewest digits, and of those the
//             nearest. It multiplies with powers of ten of 128 bits rounded up; they come from 24 stored powers
//             5^(27 i) of 192 bits times a power of five below 2^64 (power_of_ten). A test compares all 617 with exact ones.
//  exact      for a given number of digits: value * 10^n as a quotient of big integers, rounded.
#include "vm/term/float_text.h"

#include <gmp.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

// --- powers of ten
// 5^(27 i), i = -11..12, its uppermost 192 bits, cut.
static const uint64_t powers_of_five_27[24][3] = {
    {0xa76c582338ed2621, 0xaf2af2b80af6f24e, 0x657c8f4d43323a36}, // 5^-297
    {0x873e4f75e2224e68, 0x5a7744a6e804a291, 0xcc35eddfcf0996d7}, // 5^-270
    {0xda7f5bf590966848, 0xaf39a475506a899e, 0xa30294cc2934e662}, // 5^-243
    {0xb080392cc4349dec, 0xbd8d794d96aacfb3, 0xfe13a5c86af64418}, // 5^-216
    {0x8e938662882af53e, 0x547eb47b7282ee9c, 0x41b0230e1421487d}, // 5^-189
    {0xe65829b3046b0afa, 0x0cb4a5a3112a5112, 0xa3b561b1cb208396}, // 5^-162
    {0xba121a4650e4ddeb, 0x92f34d62616ce413, 0x21a0183e10583cd3}, // 5^-135
    {0x964e858c91ba2655, 0x3a6a07f8d510f86f, 0xe9082f25e9c5e9ec}, // 5^-108
    {0xf2d56790ab41c2a2, 0xfae27299423fb9c3, 0x3695dad7e8858901}, // 5^-81
    {0xc428d05aa4751e4c, 0xaa97e14c3c26b886, 0x96842dc95323f5a8}, // 5^-54
    {0x9e74d1b791e07e48, 0x775ea264cf55347d, 0xca49f1c05120c9c7}, // 5^-27
    {0x8000000000000000, 0x0000000000000000, 0x0000000000000000}, // 5^0
    {0xcecb8f27f4200f3a, 0x0000000000000000, 0x0000000000000000}, // 5^27
    {0xa70c3c40a64e6c51, 0x999090b65f67d924, 0x0000000000000000}, // 5^54
    {0x86f0ac99b4e8dafd, 0x69a028bb3ded71a3, 0xdf9f915627c04e28}, // 5^81
    {0xda01ee641a708de9, 0xe80e6f4820cc9495, 0xd74baad03bc1d8d3}, // 5^108
    {0xb01ae745b101e9e4, 0x5ec05dcff72e7f8f, 0xc04c79ffe324301f}, // 5^135
    {0x8e41ade9fbebc27d, 0x14588f13be847307, 0x23bd6a2059c002f5}, // 5^162
    {0xe5d3ef282a242e81, 0x8f1668c8a86da5fa, 0xf0b5ccf5176ecc7c}, // 5^189
    {0xb9a74a0637ce2ee1, 0x6d953e2bd7173692, 0x88efb0037ac08bde}, // 5^216
    {0x95f83d0a1fb69cd9, 0x4abdaf101564f98e, 0x0d5a4af7b3a98e47}, // 5^243
    {0xf24a01a73cf2dccf, 0xbc633b39673c8cec, 0x3d9c44cd2f36917c}, // 5^270
    {0xc3b8358109e84f07, 0x0a862f80ec4700c8, 0x02606ea01029dc37}, // 5^297
    {0x9e19db92b4e31ba9, 0x6c07a2c26a8346d1, 0x4944d9f52cd0dec2}, // 5^324
};

typedef struct Power {
  uint64_t high, low;
} Power;

// The uppermost 128 bits of 10^k, rounded up: 10^k = (high:low) * 2^(floor(log2(10^k)) - 127). k: -292..324.
static Power power_of_ten(int k) {
  int i = (k + 11 * 27) / 27 - 11, rest = k - 27 * i;
  uint64_t small = 1;
  for (int n = 0; n < rest; n++) small *= 5;
  const uint64_t *row = powers_of_five_27[i + 11];
  // row * small: four limbs, lowest first
  u128 a = (u128)row[2] * small, b = (u128)row[1] * small, c = (u128)row[0] * small;
  u128 p1 = (a >> 64) + (uint64_t)b, p2 = (b >> 64) + (uint64_t)c + (p1 >> 64);
  uint64_t limbs[4] = {(uint64_t)a, (uint64_t)p1, (uint64_t)p2, (uint64_t)(c >> 64) + (uint64_t)(p2 >> 64)};
  unsigned bits = limbs[3] ? 64 - (unsigned)__builtin_clzll(limbs[3]) : 0; // of the top limb: how far to shift right
  Power p;
  bool rest_set;
  if (bits == 0) {
    p = (Power){limbs[2], limbs[1]};
    rest_set = limbs[0] != 0;
  } else if (bits == 64) {
    p = (Power){limbs[3], limbs[2]};
    rest_set = (limbs[1] | limbs[0]) != 0;
  } else {
    p = (Power){limbs[3] << (64 - bits) | limbs[2] >> bits, limbs[2] << (64 - bits) | limbs[1] >> bits};
    rest_set = (limbs[1] << (64 - bits) | limbs[0]) != 0;
  }
  bool row_is_exact = i >= 0 && i <= 3; // 5^81 has 189 bits
  if (!row_is_exact || rest_set) p.high += ++p.low == 0;
  return p;
}

void float_power_of_ten(int k, uint64_t *high, uint64_t *low) {
  Power p = power_of_ten(k);
  *high = p.high;
  *low = p.low;
}

// floor(log2(10^k)), floor(log10(2^e)), floor(log10(3/4 * 2^e)) in the ranges needed.
static int log2_of_power10(int k) { return (k * 1741647) >> 19; }
static int log10_of_power2(int e) { return (e * 1262611) >> 22; }
static int log10_of_three_quarters(int e) { return (e * 1262611 - 524031) >> 22; }

// power * n / 2^128 rounded to odd: the lowest bit also says whether something was cut off.
static uint64_t multiply_to_odd(Power p, uint64_t n) {
  u128 low = (u128)p.low * n, high = (u128)p.high * n + (low >> 64);
  return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static void strip_zeros(uint64_t *digits, int *exponent) {
  while (*digits % 10 == 0) *digits /= 10, ++*exponent;
}

void float_shortest(double value, uint64_t *digits, int *exponent) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
  int biased = (int)(bits >> 52 & 0x7ff);
  uint64_t c = biased ? fraction | (uint64_t)1 << 52 : fraction;
  int q = (biased ? biased : 1) - 1075; // value = c * 2^q
  if (q <= 0 && q >= -52 && (c & (((uint64_t)1 << -q) - 1)) == 0) { // a whole number below 2^53
    *digits = c >> -q;
    *exponent = 0;
    strip_zeros(digits, exponent);
    return;
  }
  // All in units of a quarter of the last place: the value is 4c, what rounds to it reaches from `left` to `right`,
  // ends included when c is even.
  bool even = (c & 1) == 0, below_is_closer = fraction == 0 && biased > 1;
  uint64_t left = 4 * c - 2 + below_is_closer, right = 4 * c + 2;
  int k = below_is_closer ? log10_of_three_quarters(q) : log10_of_power2(q);
  int h = q + log2_of_power10(-k) + 1;
  Power p = power_of_ten(-k);
  uint64_t v_left = multiply_to_odd(p, left << h), v = multiply_to_odd(p, 4 * c << h), v_right = multiply_to_odd(p, right << h);
  uint64_t lower = v_left + !even, upper = v_right - !even, s = v / 4;
  *exponent = k;
  if (s >= 10) { // one digit less?
    uint64_t tens = s / 10;
    bool down_fits = lower <= 40 * tens, up_fits = 40 * tens + 40 <= upper;
    if (down_fits != up_fits) {
      *digits = tens + up_fits;
      *exponent = k + 1;
      strip_zeros(digits, exponent);
      return;
    }
  }
  bool down_fits = lower <= 4 * s, up_fits = 4 * s + 4 <= upper;
  uint64_t middle = 4 * s + 2;
  bool up = down_fits != up_fits ? up_fits : v > middle || (v == middle && (s & 1));
  *digits = s + up;
  strip_zeros(digits, exponent);
}

// --- texts of shortest digits
static size_t put_integer(char *out, uint64_t v) {
  char text[20];
  size_t i = sizeof text;
  do text[--i] = (char)('0' + v % 10);
  while ((v /= 10) != 0);
  memcpy(out, text + i, sizeof text - i);
  return sizeof text - i;
}

static size_t put_exponent(char *out, int e) {
  size_t n = 0;
  if (e < 0) out[n++] = '-';
  return n + put_integer(out + n, (uint64_t)(e < 0 ? -e : e));
}

static size_t put_scientific(char *out, const char *digits, size_t count, int e) {
  size_t n = 0;
  out[n++] = digits[0];
  out[n++] = '.';
  if (count == 1) out[n++] = '0';
  memcpy(out + n, digits + 1, count - 1);
  n += count - 1;
  out[n++] = 'e';
  return n + put_exponent(out + n, e);
}

// 0.digits * 10^place, without exponent.
static size_t put_plain(char *out, const char *digits, size_t count, int place) {
  size_t n = 0;
  if (place <= 0) {
    out[n++] = '0';
    out[n++] = '.';
    for (int i = place; i < 0; i++) out[n++] = '0';
    memcpy(out + n, digits, count);
    return n + count;
  }
  for (int i = 0; i < place || (size_t)i < count; i++) {
    if (i == place) out[n++] = '.';
    out[n++] = (size_t)i < count ? digits[i] : '0';
  }
  if ((size_t)place >= count) {
    out[n++] = '.';
    out[n++] = '0';
  }
  return n;
}

size_t float_text_short(double value, char *out) {
  size_t n = 0;
  if (signbit(value)) out[n++] = '-';
  value = fabs(value);
  if (value == 0) {
    memcpy(out + n, "0.0", 3);
    return n + 3;
  }
  uint64_t integer;
  int exponent;
  char digits[20];
  float_shortest(value, &integer, &exponent);
  size_t count = put_integer(digits, integer);
  int place = (int)count + exponent;
  // The shorter form; plain when both are equal.
  char room[8];
  size_t scientific = (count == 1 ? 3 : count + 1) + 1 + put_exponent(room, place - 1);
  size_t plain = place <= 0 ? 2 + (size_t)-place + count : (size_t)place >= count ? (size_t)place + 2 : count + 1;
  if (value >= 0x1p53 || plain > scientific) return n + put_scientific(out + n, digits, count, place - 1);
  return n + put_plain(out + n, digits, count, place);
}

size_t float_text_inspect(double value, char *out) {
  double magnitude = fabs(value);
  if (!(magnitude >= 1.0 && magnitude < 1.0e16 && trunc(value) == value)) return float_text_short(value, out);
  size_t n = 0;
  if (value < 0) out[n++] = '-';
  n += put_integer(out + n, (uint64_t)magnitude);
  memcpy(out + n, ".0", 2);
  return n + 2;
}

// --- exact digits
enum { EXACT_LIMBS = 64, EXACT_DIGITS = 640 };

typedef struct Exact {
  mp_limb_t limbs[EXACT_LIMBS];
  mp_size_t count;
} Exact;

static void exact_multiply(Exact *x, mp_limb_t factor) {
  mp_limb_t carry = mpn_mul_1(x->limbs, x->limbs, x->count, factor);
  if (carry) x->limbs[x->count++] = carry;
}

static void exact_power_of_ten(Exact *x, int n) {
  for (; n >= 19; n -= 19) exact_multiply(x, 10000000000000000000u);
  for (; n > 0; n--) exact_multiply(x, 10);
}

static void exact_shift(Exact *x, unsigned bits) {
  unsigned limbs = bits / 64, rest = bits % 64;
  memmove(x->limbs + limbs, x->limbs, (size_t)x->count * 8);
  memset(x->limbs, 0, limbs * 8);
  x->count += limbs;
  if (rest == 0) return;
  mp_limb_t out = mpn_lshift(x->limbs + limbs, x->limbs + limbs, x->count - (mp_size_t)limbs, rest);
  if (out) x->limbs[x->count++] = out;
}

// The digits of value * 10^scale, rounded to a whole number: ties to even, or away from zero. Returns their count
// ("0" for zero).
static size_t exact_digits(double value, int scale, bool ties_to_even, char *digits) {
  int e;
  double fraction = frexp(value, &e);
  Exact top = {.limbs = {(mp_limb_t)ldexp(fraction, 53)}, .count = 1}, bottom = {.limbs = {1}, .count = 1};
  e -= 53;
  exact_power_of_ten(scale > 0 ? &top : &bottom, abs(scale));
  exact_shift(e > 0 ? &top : &bottom, (unsigned)abs(e));
  Exact quotient = {.count = 1}, rest = {.count = 0};
  if (top.count >= bottom.count) {
    quotient.count = top.count - bottom.count + 1;
    mpn_tdiv_qr(quotient.limbs, rest.limbs, 0, top.limbs, top.count, bottom.limbs, bottom.count);
  } else {
    quotient.limbs[0] = 0;
    memset(rest.limbs, 0, (size_t)bottom.count * 8);
    memcpy(rest.limbs, top.limbs, (size_t)top.count * 8);
  }
  rest.limbs[bottom.count] = mpn_lshift(rest.limbs, rest.limbs, bottom.count, 1);
  bottom.limbs[bottom.count] = 0;
  int order = mpn_cmp(rest.limbs, bottom.limbs, bottom.count + 1);
  if (order > 0 || (order == 0 && (!ties_to_even || (quotient.limbs[0] & 1)))) {
    mp_limb_t carry = mpn_add_1(quotient.limbs, quotient.limbs, quotient.count, 1);
    if (carry) quotient.limbs[quotient.count++] = carry;
  }
  while (quotient.count > 1 && quotient.limbs[quotient.count - 1] == 0) quotient.count--;
  unsigned char text[EXACT_DIGITS + 32];
  size_t count = mpn_get_str(text, 10, quotient.limbs, quotient.count), zeros = 0;
  while (zeros + 1 < count && text[zeros] == 0) zeros++;
  for (size_t i = zeros; i < count; i++) digits[i - zeros] = (char)('0' + text[i]);
  return count - zeros;
}

size_t float_text_decimals(double value, int decimals, bool compact, char *out) {
  if (decimals < 0 || decimals > FLOAT_DECIMALS_MAX) return 0;
  size_t n = 0;
  char digits[EXACT_DIGITS];
  if (signbit(value)) out[n++] = '-';
  size_t count = value == 0 ? 0 : exact_digits(fabs(value), decimals, false, digits);
  size_t wanted = (size_t)decimals;
  if (count == 1 && digits[0] == '0') count = 0;
  // Whole part, point, then `decimals` digits, zeros in front where there are too few.
  if (count <= wanted) out[n++] = '0';
  for (size_t i = 0; i + wanted < count; i++) out[n++] = digits[i];
  if (wanted == 0) return n;
  out[n++] = '.';
  size_t first = n;
  for (size_t i = 0; i < wanted; i++) out[n++] = count + i >= wanted ? digits[count + i - wanted] : '0';
  while (compact && n > first + 1 && out[n - 1] == '0') n--;
  return n;
}

size_t float_text_scientific(double value, int decimals, char *out) {
  if (decimals < 0 || decimals > 249) return 0;
  size_t n = 0, wanted = (size_t)decimals + 1, count = wanted;
  char digits[EXACT_DIGITS];
  int e = 0;
  if (signbit(value)) out[n++] = '-';
  value = fabs(value);
  if (value == 0) {
    memset(digits, '0', wanted);
  } else {
    e = (int)floor(log10(value)); // may be one off
    for (;;) {
      count = exact_digits(value, decimals - e, true, digits);
      if (count == wanted) break;
      e += count > wanted ? 1 : -1;
    }
  }
  out[n++] = digits[0];
  if (decimals > 0) out[n++] = '.';
  memcpy(out + n, digits + 1, wanted - 1);
  n += wanted - 1;
  out[n++] = 'e';
  out[n++] = e < 0 ? '-' : '+';
  if (abs(e) < 10) out[n++] = '0';
  return n + put_integer(out + n, (uint64_t)abs(e));
}

// --- reading
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool read_slowly(const char *text, size_t size, double *value) {
  char room[128], *copy = size < sizeof room ? room : malloc(size + 1);
  if (!copy) return false;
  memcpy(copy, text, size);
  copy[size] = 0;
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  bool good = c_locale != (locale_t)0;
  if (good) {
    *value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
  }
  if (copy != room) free(copy);
  return good && isfinite(*value);
}

bool float_parse(const char *text, size_t size, double *value) {
  static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  size_t i = 0, digit_count = 0;
  uint64_t mantissa = 0;
  int exponent = 0, e = 0;
  bool negative = size > 0 && text[0] == '-', point = false;
  if (size > 0 && (text[0] == '-' || text[0] == '+')) i++;
  size_t start = i;
  for (; i < size; i++) {
    if (text[i] == '.' && !point && i > start) {
      point = true;
      start = i + 1;
      continue;
    }
    if (!is_digit(text[i])) break;
    if (digit_count < 19) mantissa = mantissa * 10 + (uint64_t)(text[i] - '0');
    digit_count += digit_count > 0 || text[i] != '0';
    exponent -= point;
  }
  if (!point || i == start) return false;
  if (i < size && (text[i] == 'e' || text[i] == 'E')) {
    i++;
    bool minus = i < size && text[i] == '-';
    if (i < size && (text[i] == '-' || text[i] == '+')) i++;
    if (i == size) return false;
    for (; i < size && is_digit(text[i]); i++)
      if (e < 100000) e = e * 10 + (text[i] - '0');
    exponent += minus ? -e : e;
  }
  if (i != size) return false;
  if (digit_count <= 15 && exponent >= -22 && exponent <= 22) { // both exact: one rounding, the right one
    double d = (double)mantissa;
    d = exponent < 0 ? d / exact_powers[-exponent] : d * exact_powers[exponent];
    *value = negative ? -d : d;
    return true;
  }
  return read_slowly(text, size, value);
}

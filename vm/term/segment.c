// SPDX-License-Identifier: Apache-2.0
//
// Segments of bit strings: integers, floats and characters at any bit position.
//
// An integer of n bits is its two's complement, cut to the low n bits, in chunks of 64 bits. Little endian means: the
// lowest byte first; when n is no multiple of 8 the last, highest part has fewer bits.
#include <gmp.h>
#include <math.h>

#include "vm/term/binary.h"
#include "vm/term/number.h"

// --- integers
// Chunks of the two's complement, lowest first.
typedef struct Chunks {
  const uint64_t *limbs;
  size_t count, next;
  bool negative;
  uint64_t borrow;
  uint64_t room;
} Chunks;

static uint64_t chunk_next(Chunks *c) {
  uint64_t limb = c->next < c->count ? c->limbs[c->next] : 0;
  c->next++;
  if (!c->negative) return limb;
  uint64_t less = limb - c->borrow;
  c->borrow = c->borrow && limb == 0;
  return ~less;
}

static void put_little(unsigned char *to, uint64_t at, unsigned n, uint64_t value) {
  for (; n >= 8; n -= 8, at += 8, value >>= 8) bits_put_u64(to, at, 8, value & 0xff);
  if (n) bits_put_u64(to, at, n, value & ((1u << n) - 1));
}

void bits_put_integer(unsigned char *to, uint64_t at, Term integer, uint64_t bit_count, unsigned flags) {
  if (term_is_small(integer) && bit_count <= 64) {
    uint64_t v = (uint64_t)small_value(integer);
    if (flags & SEGMENT_LITTLE) put_little(to, at, (unsigned)bit_count, v);
    else bits_put_u64(to, at, (unsigned)bit_count, v);
    return;
  }
  Chunks c = {.borrow = 1};
  c.limbs = number_limbs(integer, &c.room, &c.count, &c.negative);
  for (uint64_t done = 0; done < bit_count;) {
    unsigned n = bit_count - done < 64 ? (unsigned)(bit_count - done) : 64;
    uint64_t chunk = chunk_next(&c);
    if (flags & SEGMENT_LITTLE) put_little(to, at + done, n, chunk);
    else bits_put_u64(to, at + bit_count - done - n, n, chunk);
    done += n;
  }
}

static uint64_t get_little(const unsigned char *from, uint64_t at, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i += 8) {
    unsigned take = n - i < 8 ? n - i : 8;
    v |= bits_get_u64(from, at + i, take) << i;
  }
  return v;
}

static Term get_word(TermHeap *heap, const unsigned char *from, uint64_t at, unsigned n, unsigned flags) {
  uint64_t v = flags & SEGMENT_LITTLE ? get_little(from, at, n) : bits_get_u64(from, at, n);
  if (!(flags & SEGMENT_SIGNED) || n == 0) return number_from_uint64(heap, v);
  return number_from_int64(heap, (int64_t)(v << (64 - n)) >> (64 - n));
}

Term bits_get_integer(TermHeap *heap, const unsigned char *from, uint64_t at, uint64_t bit_count, unsigned flags) {
  if (bit_count <= 64) return get_word(heap, from, at, (unsigned)bit_count, flags);
  size_t count = (size_t)((bit_count + 63) >> 6);
  Term *p = heap->top;
  DCHECK((size_t)(heap->end - p) >= count + 1);
  for (size_t i = 0; i < count; i++) {
    uint64_t done = (uint64_t)i << 6;
    unsigned n = bit_count - done < 64 ? (unsigned)(bit_count - done) : 64;
    p[i + 1] = flags & SEGMENT_LITTLE ? get_little(from, at + done, n) : bits_get_u64(from, at + bit_count - done - n, n);
  }
  unsigned unused = (unsigned)((count << 6) - bit_count);
  bool negative = (flags & SEGMENT_SIGNED) && (p[count] >> (63 - unused) & 1);
  if (negative) {
    p[count] = (uint64_t)((int64_t)(p[count] << unused) >> unused);
    mpn_neg(p + 1, p + 1, (mp_size_t)count);
  }
  return number_from_limbs(heap, p + 1, count, negative);
}

// --- floats
// value * 2^shift, rounded half to even, of a value whose result is far below 2^53.
static uint64_t round_scaled(double value, int shift) { return (uint64_t)nearbyint(ldexp(value, shift)); }

static bool to_half(double d, uint64_t *bits) {
  uint64_t sign = signbit(d) ? 0x8000 : 0;
  d = fabs(d);
  int exponent;
  frexp(d, &exponent); // d = f * 2^exponent, f in [0.5, 1)
  if (d < 0x1p-14) {   // zero and subnormal: units of 2^-24
    *bits = sign | round_scaled(d, 24);
    return true;
  }
  uint64_t mantissa = round_scaled(d, 11 - exponent); // 1024..2048
  uint64_t half = ((uint64_t)(exponent + 13) << 10) + mantissa; // a carry moves into the exponent
  if (half >= 0x7c00) return false;
  *bits = sign | half;
  return true;
}

static bool from_half(uint64_t bits, double *value) {
  int exponent = (int)(bits >> 10 & 31);
  double mantissa = (double)(bits & 0x3ff);
  if (exponent == 31) return false;
  double d = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);
  *value = bits & 0x8000 ? -d : d;
  return true;
}

bool bits_put_float(unsigned char *to, uint64_t at, Term number, unsigned bit_count, unsigned flags) {
  double d;
  uint64_t bits;
  if (!number_to_double(number, &d)) return false;
  if (bit_count == 64) {
    memcpy(&bits, &d, 8);
  } else if (bit_count == 32) {
    float f = (float)d;
    uint32_t word;
    if (isinf(f)) return false;
    memcpy(&word, &f, 4);
    bits = word;
  } else if (bit_count != 16 || !to_half(d, &bits)) {
    return false;
  }
  if (flags & SEGMENT_LITTLE) put_little(to, at, bit_count, bits);
  else bits_put_u64(to, at, bit_count, bits);
  return true;
}

bool bits_get_float(const unsigned char *from, uint64_t at, unsigned bit_count, unsigned flags, double *value) {
  if (bit_count != 16 && bit_count != 32 && bit_count != 64) return false;
  uint64_t bits = flags & SEGMENT_LITTLE ? get_little(from, at, bit_count) : bits_get_u64(from, at, bit_count);
  if (bit_count == 16) return from_half(bits, value);
  if (bit_count == 32) {
    uint32_t word = (uint32_t)bits;
    float f;
    memcpy(&f, &word, 4);
    *value = f;
  } else {
    memcpy(value, &bits, 8);
  }
  return isfinite(*value);
}

// --- characters
unsigned utf8_put(unsigned char *to, uint32_t c) {
  unsigned n = utf8_bytes(c);
  if (n == 1) {
    to[0] = (unsigned char)c;
    return 1;
  }
  static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (unsigned i = n - 1; i > 0; i--, c >>= 6) to[i] = (unsigned char)(0x80 | (c & 0x3f));
  to[0] = (unsigned char)(lead[n] | c);
  return n;
}

unsigned utf8_get(const unsigned char *p, size_t size, uint32_t *code_point) {
  if (size == 0) return 0;
  unsigned char c = p[0];
  if (c < 0x80) {
    *code_point = c;
    return 1;
  }
  unsigned n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
  if (c < 0xc2 || c > 0xf4 || size < n) return 0;
  uint32_t v = c & (0x7fu >> n);
  for (unsigned i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    v = v << 6 | (p[i] & 0x3f);
  }
  if (!is_code_point(v) || utf8_bytes(v) != n) return 0; // surrogates, overlong forms
  *code_point = v;
  return n;
}

size_t utf8_valid_bytes(const unsigned char *p, size_t size) {
  size_t i = 0;
  while (i < size) {
    uint64_t word;
    if (i + 8 <= size && (memcpy(&word, p + i, 8), (word & 0x8080808080808080u) == 0)) {
      i += 8;
      continue;
    }
    uint32_t c;
    unsigned n = utf8_get(p + i, size - i, &c);
    if (n == 0) break;
    i += n;
  }
  return i;
}

size_t utf8_count(const unsigned char *p, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) count += (p[i] & 0xc0) != 0x80;
  return count;
}

static unsigned get_utf16(const unsigned char *from, uint64_t at, uint64_t end, unsigned flags, uint32_t *code_point) {
  if (end - at < 16) return 0;
  uint32_t unit = (uint32_t)(flags & SEGMENT_LITTLE ? get_little(from, at, 16) : bits_get_u64(from, at, 16));
  if (unit < 0xd800 || unit > 0xdfff) {
    *code_point = unit;
    return 16;
  }
  if (unit > 0xdbff || end - at < 32) return 0;
  uint32_t low = (uint32_t)(flags & SEGMENT_LITTLE ? get_little(from, at + 16, 16) : bits_get_u64(from, at + 16, 16));
  if (low < 0xdc00 || low > 0xdfff) return 0;
  *code_point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  return 32;
}

unsigned bits_get_utf(const unsigned char *from, uint64_t at, uint64_t end, unsigned kind, unsigned flags, uint32_t *code_point) {
  if (at > end) return 0;
  uint64_t left = end - at;
  if (kind == 8) {
    if ((at & 7) == 0) return utf8_get(from + (at >> 3), left > 32 ? 4 : (size_t)(left >> 3), code_point) * 8;
    unsigned char bytes[4];
    unsigned n = left >= 32 ? 4 : (unsigned)(left >> 3);
    for (unsigned i = 0; i < n; i++) bytes[i] = (unsigned char)bits_get_u64(from, at + i * 8, 8);
    return utf8_get(bytes, n, code_point) * 8;
  }
  if (kind == 16) return get_utf16(from, at, end, flags, code_point);
  if (left < 32) return 0;
  uint64_t v = flags & SEGMENT_LITTLE ? get_little(from, at, 32) : bits_get_u64(from, at, 32);
  if (!is_code_point((int64_t)v)) return 0;
  *code_point = (uint32_t)v;
  return 32;
}

unsigned bits_utf_size(unsigned kind, Term code_point) {
  if (!term_is_small(code_point) || !is_code_point(small_value(code_point))) return 0;
  uint32_t c = (uint32_t)small_value(code_point);
  return kind == 8 ? utf8_bytes(c) * 8 : kind == 16 && c < 0x10000 ? 16 : 32;
}

void bits_put_utf(unsigned char *to, uint64_t at, unsigned kind, unsigned flags, uint32_t c) {
  if (kind == 8) {
    unsigned char bytes[4];
    unsigned n = utf8_put(bytes, c);
    for (unsigned i = 0; i < n; i++) bits_put_u64(to, at + i * 8, 8, bytes[i]);
    return;
  }
  void (*put)(unsigned char *, uint64_t, unsigned, uint64_t) = flags & SEGMENT_LITTLE ? put_little : bits_put_u64;
  if (kind == 32) {
    put(to, at, 32, c);
  } else if (c < 0x10000) {
    put(to, at, 16, c);
  } else {
    put(to, at, 16, 0xd800 + ((c - 0x10000) >> 10));
    put(to, at + 16, 16, 0xdc00 + ((c - 0x10000) & 0x3ff));
  }
}

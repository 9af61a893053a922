// SPDX-License-Identifier: Apache-2.0
//
// Checksums of iodata: MD5 (RFC 1321), CRC-32 and Adler-32 (zlib).
#include <math.h>
#include <zlib.h>

#include "vm/native/bytes.h"

enum { MD5_BYTES = 16, MD5_BLOCK_BYTES = 64, CHARGE_SHIFT = 6 };

// Will it take so long that a dirty thread should?
static bool is_long(Process *p, unsigned arg) {
  uint64_t bits;
  size_t work = native_work_allowed(p);
  Term bad, t = ARG(arg);
  if (term_is_binary(t)) return native_is_long(p, bytes_size(p, arg) >> CHARGE_SHIFT);
  if (!term_is_list(t)) return false;
  Status s = iolist_count_within(native_context(p), t, true, &bits, &bad, &work);
  return s == STATUS_LIMIT || (s == STATUS_OK && native_is_long(p, (size_t)(bits >> 3) >> CHARGE_SHIFT));
}
// The bytes of the iodata in argument `arg`. False: raised. The caller frees *scratch either way.
static bool iodata_bytes(Process *p, unsigned arg, Buffer *scratch, const unsigned char **bytes, size_t *size) {
  buffer_init(scratch, &p->vm->alloc);
  Term bad, t = ARG(arg);
  if (term_is_binary(t)) {
    *bytes = binary_bytes_any(t, scratch, size);
  } else {
    Status s = term_is_list(t) ? iolist_to_buffer(native_context(p), t, scratch, &bad) : STATUS_BAD_DATA;
    if (s == STATUS_BAD_DATA) {
      native_badarg(p);
      return false;
    }
    *bytes = scratch->failed || s != STATUS_OK ? NULL : (const unsigned char *)(scratch->size ? scratch->data : "");
    *size = scratch->size;
  }
  if (!*bytes) native_error(p, ATOM_system_limit);
  native_charge(p, *bytes ? *size >> CHARGE_SHIFT : 0);
  return *bytes != NULL;
}

// --- MD5

typedef struct Md5 {
  uint32_t state[4], sines[64];
} Md5;

static uint32_t turn(uint32_t v, unsigned n) { return v << n | v >> (32 - n); }
static void md5_block(Md5 *m, const unsigned char *p) {
  static const uint8_t TURNS[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  uint32_t words[16], a = m->state[0], b = m->state[1], c = m->state[2], d = m->state[3];
  for (int i = 0; i < 16; i++) words[i] = p[4 * i] | (uint32_t)p[4 * i + 1] << 8 | (uint32_t)p[4 * i + 2] << 16 | (uint32_t)p[4 * i + 3] << 24;
  for (unsigned i = 0; i < 64; i++) {
    uint32_t mixed;
    unsigned word;
    switch (i / 16) {
      case 0: mixed = (b & c) | (~b & d), word = i; break;
      case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
      case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
      default: mixed = c ^ (b | ~d), word = 7 * i % 16; break;
    }
    uint32_t sum = a + mixed + m->sines[i] + words[word];
    a = d;
    d = c;
    c = b;
    b += turn(sum, TURNS[i / 16][i % 4]);
  }
  m->state[0] += a;
  m->state[1] += b;
  m->state[2] += c;
  m->state[3] += d;
}
static void md5(const unsigned char *bytes, size_t size, unsigned char digest[MD5_BYTES]) {
  Md5 m = {.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
  for (int i = 0; i < 64; i++) m.sines[i] = (uint32_t)(int64_t)floor(fabs(sin(i + 1)) * 4294967296.0);
  size_t at = 0;
  for (; size - at >= MD5_BLOCK_BYTES; at += MD5_BLOCK_BYTES) md5_block(&m, bytes + at);
  // The end: one bit, zeros, and the size in bits.
  unsigned char last[2 * MD5_BLOCK_BYTES] = {0};
  size_t rest = size - at, padded = rest < 56 ? MD5_BLOCK_BYTES : 2 * MD5_BLOCK_BYTES;
  memcpy(last, bytes + at, rest);
  last[rest] = 0x80;
  for (unsigned i = 0; i < 8; i++) last[padded - 8 + i] = (unsigned char)((uint64_t)size << 3 >> 8 * i);
  for (size_t i = 0; i < padded; i += MD5_BLOCK_BYTES) md5_block(&m, last + i);
  for (unsigned i = 0; i < MD5_BYTES; i++) digest[i] = (unsigned char)(m.state[i / 4] >> 8 * (i % 4));
}
Term native_md5(Process *p) {
  if (is_long(p, 0)) return native_go_dirty(p);
  Buffer scratch;
  const unsigned char *bytes;
  size_t size;
  unsigned char digest[MD5_BYTES];
  bool good = iodata_bytes(p, 0, &scratch, &bytes, &size);
  if (good) md5(bytes, size, digest);
  buffer_free(&scratch);
  return good ? native_binary(p, digest, MD5_BYTES) : T_NONE;
}

// --- zlib's

typedef uLong (*Sum)(uLong old, const Bytef *bytes, z_size_t size);
static Term checksum(Process *p, Sum sum, bool goes_on, uLong start) {
  uint64_t old = start;
  if (goes_on && (!native_count(ARG(0), &old) || old > UINT32_MAX)) return native_badarg(p);
  if (is_long(p, goes_on)) return native_go_dirty(p);
  Buffer scratch;
  const unsigned char *bytes;
  size_t size;
  Term t = T_NONE;
  if (iodata_bytes(p, goes_on, &scratch, &bytes, &size)) t = term_small((int64_t)sum((uLong)old, bytes, size));
  buffer_free(&scratch);
  return t;
}
Term native_crc32_1(Process *p) { return checksum(p, crc32_z, false, 0); }
Term native_crc32_2(Process *p) { return checksum(p, crc32_z, true, 0); }
Term native_adler32_1(Process *p) { return checksum(p, adler32_z, false, 1); }
Term native_adler32_2(Process *p) { return checksum(p, adler32_z, true, 1); }
static Term combine(Process *p, uLong (*join)(uLong, uLong, z_off_t)) {
  uint64_t a, b, size;
  if (!native_count(ARG(0), &a) || !native_count(ARG(1), &b) || !native_count(ARG(2), &size)) return native_badarg(p);
  if (a > UINT32_MAX || b > UINT32_MAX || size > INT64_MAX / 2) return native_badarg(p);
  return term_small((int64_t)join((uLong)a, (uLong)b, (z_off_t)size));
}
Term native_crc32_combine(Process *p) { return combine(p, crc32_combine); }
Term native_adler32_combine(Process *p) { return combine(p, adler32_combine); }

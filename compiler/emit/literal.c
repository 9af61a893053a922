// SPDX-License-Identifier: Apache-2.0
//
// Constants as external term format: an encoder for quoted terms, so that modules can be made without a VM.
//
// Atoms are UTF-8 (short form below 256 bytes), integers as small as they fit, big ones in base 256, floats as IEEE doubles.
// A map's pairs are sorted by the bytes of their keys, so that equal maps get equal bytes.
#include <stdlib.h>
#include <string.h>

#include "compiler/emit/emit.h"
#include "vm/base/limits.h"

enum {
  ETF_VERSION = 131, ETF_NEW_FLOAT = 70, ETF_SMALL_INT = 97, ETF_INT = 98, ETF_SMALL_TUPLE = 104, ETF_LARGE_TUPLE = 105, ETF_NIL = 106,
  ETF_STRING = 107, ETF_LIST = 108, ETF_BINARY = 109, ETF_SMALL_BIG = 110, ETF_LARGE_BIG = 111, ETF_MAP = 116, ETF_ATOM = 118, ETF_SMALL_ATOM = 119,
};

typedef struct Encoder {
  Names *names;
  Buffer *out;
  bool bad;
} Encoder;

static void put(Encoder *e, Quoted *q, uint32_t depth);

static void big_endian(Buffer *out, uint64_t v, int bytes) {
  for (int i = bytes - 1; i >= 0; i--) buffer_byte(out, (unsigned char)(v >> (8 * i)));
}

static void put_atom(Encoder *e, const Name *name) {
  if (name->length > 255) {
    buffer_byte(e->out, ETF_ATOM);
    big_endian(e->out, name->length, 2);
  } else {
    buffer_byte(e->out, ETF_SMALL_ATOM);
    buffer_byte(e->out, (unsigned char)name->length);
  }
  buffer_add(e->out, name->text, name->length);
}

static void put_magnitude(Encoder *e, bool negative, const unsigned char *bytes, size_t count) {
  if (count > 255) {
    buffer_byte(e->out, ETF_LARGE_BIG);
    big_endian(e->out, count, 4);
  } else {
    buffer_byte(e->out, ETF_SMALL_BIG);
    buffer_byte(e->out, (unsigned char)count);
  }
  buffer_byte(e->out, negative);
  buffer_add(e->out, bytes, count);
}

static void put_int(Encoder *e, int64_t v) {
  if (v >= 0 && v < 256) {
    buffer_byte(e->out, ETF_SMALL_INT);
    buffer_byte(e->out, (unsigned char)v);
  } else if (v >= INT32_MIN && v <= INT32_MAX) {
    buffer_byte(e->out, ETF_INT);
    big_endian(e->out, (uint64_t)v, 4);
  } else {
    uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    unsigned char bytes[8];
    size_t count = 0;
    for (; magnitude; magnitude >>= 8) bytes[count++] = (unsigned char)magnitude;
    put_magnitude(e, v < 0, bytes, count);
  }
}

// Decimal digits to base 256, nine digits at a time.
static void put_digits(Encoder *e, Quoted *q) {
  size_t room = q->count / 2 + 8, count = 0;
  size_t limb_bytes = (room / 4 + 2) * sizeof(uint32_t);
  uint32_t *limbs = alloc_zero(e->out->alloc, limb_bytes);
  if (!limbs) {
    e->out->failed = true;
    return;
  }
  for (uint32_t i = 0; i < q->count;) {
    uint32_t chunk = 0, scale = 1;
    for (; i < q->count && scale < 1000000000; i++) {
      chunk = chunk * 10 + (uint32_t)(q->digits[i] - '0');
      scale *= 10;
    }
    uint64_t carry = chunk;
    for (size_t n = 0; n < count; n++) {
      carry += (uint64_t)limbs[n] * scale;
      limbs[n] = (uint32_t)carry;
      carry >>= 32;
    }
    if (carry) limbs[count++] = (uint32_t)carry;
  }
  Buffer bytes;
  buffer_init(&bytes, e->out->alloc);
  for (size_t n = 0; n < count; n++) buffer_u32(&bytes, limbs[n]);
  while (bytes.size && !bytes.data[bytes.size - 1]) bytes.size--;
  put_magnitude(e, q->negative, (const unsigned char *)bytes.data, bytes.size);
  e->out->failed = e->out->failed || bytes.failed;
  buffer_free(&bytes);
  alloc_put(e->out->alloc, limbs, limb_bytes);
}

static void put_list(Encoder *e, Quoted *q, uint32_t depth) {
  if (!q->count) {
    buffer_byte(e->out, ETF_NIL);
    return;
  }
  bool text = !q->tail && q->count < 65536;
  for (uint32_t i = 0; i < q->count && text; i++) text = q->items[i]->kind == Q_INT && q->items[i]->integer >= 0 && q->items[i]->integer < 256;
  if (text) {
    buffer_byte(e->out, ETF_STRING);
    big_endian(e->out, q->count, 2);
    for (uint32_t i = 0; i < q->count; i++) buffer_byte(e->out, (unsigned char)q->items[i]->integer);
    return;
  }
  buffer_byte(e->out, ETF_LIST);
  big_endian(e->out, q->count, 4);
  for (uint32_t i = 0; i < q->count; i++) put(e, q->items[i], depth + 1);
  if (q->tail) {
    put(e, q->tail, depth + 1);
  } else {
    buffer_byte(e->out, ETF_NIL);
  }
}

typedef struct Pair {
  const char *key;
  size_t size;
  Quoted *value;
} Pair;

static int compare_pairs(const void *a, const void *b) {
  const Pair *x = a, *y = b;
  size_t common = x->size < y->size ? x->size : y->size;
  int order = memcmp(x->key, y->key, common);
  return order ? order : (x->size > y->size) - (x->size < y->size);
}

static void put_map(Encoder *e, Quoted *q, uint32_t depth) {
  const Alloc *alloc = e->out->alloc;
  size_t pairs_bytes = ((size_t)q->count + 1) * sizeof(Pair), starts_bytes = ((size_t)q->count + 1) * sizeof(size_t);
  Pair *pairs = alloc_zero(alloc, pairs_bytes);
  size_t *starts = alloc_zero(alloc, starts_bytes);
  Buffer keys;
  buffer_init(&keys, e->out->alloc);
  if (pairs && starts) {
    Encoder inner = {e->names, &keys, false};
    for (uint32_t i = 0; i < q->count; i++) {
      starts[i] = keys.size;
      put(&inner, q->pairs[2 * i], depth + 1);
    }
    starts[q->count] = keys.size;
    e->bad = e->bad || inner.bad;
    for (uint32_t i = 0; i < q->count && !keys.failed; i++) pairs[i] = (Pair){keys.data + starts[i], starts[i + 1] - starts[i], q->pairs[2 * i + 1]};
    if (!keys.failed) qsort(pairs, q->count, sizeof(Pair), compare_pairs);
    buffer_byte(e->out, ETF_MAP);
    big_endian(e->out, q->count, 4);
    for (uint32_t i = 0; i < q->count && !keys.failed; i++) {
      buffer_add(e->out, pairs[i].key, pairs[i].size);
      put(e, pairs[i].value, depth + 1);
    }
  }
  e->out->failed = e->out->failed || keys.failed || !pairs || !starts;
  buffer_free(&keys);
  alloc_put(alloc, pairs, pairs_bytes);
  alloc_put(alloc, starts, starts_bytes);
}

static void put(Encoder *e, Quoted *q, uint32_t depth) {
  if (depth > LITERAL_DEPTH_MAX) e->bad = true;
  if (e->bad || e->out->failed) return;
  switch (q->kind) {
    case Q_ATOM: put_atom(e, q->name); break;
    case Q_INT: put_int(e, q->integer); break;
    case Q_BIGINT: put_digits(e, q); break;
    case Q_FLOAT: {
      uint64_t bits;
      memcpy(&bits, &q->real, sizeof bits);
      buffer_byte(e->out, ETF_NEW_FLOAT);
      big_endian(e->out, bits, 8);
      break;
    }
    case Q_BINARY:
      buffer_byte(e->out, ETF_BINARY);
      big_endian(e->out, q->count, 4);
      buffer_add(e->out, q->bytes, q->count);
      break;
    case Q_LIST: put_list(e, q, depth); break;
    case Q_TUPLE:
      if (q->count > 255) {
        buffer_byte(e->out, ETF_LARGE_TUPLE);
        big_endian(e->out, q->count, 4);
      } else {
        buffer_byte(e->out, ETF_SMALL_TUPLE);
        buffer_byte(e->out, (unsigned char)q->count);
      }
      for (uint32_t i = 0; i < q->count; i++) put(e, q->items[i], depth + 1);
      break;
    case Q_CALL:
      buffer_byte(e->out, ETF_SMALL_TUPLE);
      buffer_byte(e->out, 3);
      put(e, q->head, depth + 1);
      put(e, quoted_meta(e->names, q), depth + 1);
      put(e, q->args, depth + 1);
      break;
    case Q_MAP: put_map(e, q, depth); break;
    default: e->bad = true; break;
  }
}

bool literal_encode(Names *names, Buffer *out, Quoted *q) {
  Encoder e = {names, out, false};
  buffer_byte(out, ETF_VERSION);
  put(&e, q, 0);
  return !e.bad;
}

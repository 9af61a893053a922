// SPDX-License-Identifier: Apache-2.0
//
// A growing byte buffer on an Alloc. A failed growth sets `failed` and drops what
// does not fit: callers check once, at the end.
#ifndef JOIST_BASE_BUFFER_H
#define JOIST_BASE_BUFFER_H

#include <string.h>
#include "vm/base/alloc.h"

typedef struct Buffer {
  const Alloc *alloc;
  char *data;
  size_t size, capacity;
  bool failed;
} Buffer;

void buffer_init(Buffer *b, const Alloc *alloc);
void buffer_free(Buffer *b);
// Room for `more` bytes; false (and failed) without memory.
bool buffer_reserve(Buffer *b, size_t more);
void buffer_add(Buffer *b, const void *bytes, size_t size);
void buffer_text(Buffer *b, const char *text); // zero-terminated
PRINTF_LIKE(2, 3) void buffer_format(Buffer *b, const char *format, ...);

static inline void buffer_byte(Buffer *b, unsigned char byte) {
  if (UNLIKELY(b->size == b->capacity) && !buffer_reserve(b, 1)) return;
  b->data[b->size++] = (char)byte;
}
void buffer_u16(Buffer *b, uint16_t v); // little endian
void buffer_u32(Buffer *b, uint32_t v);
void buffer_u64(Buffer *b, uint64_t v);
void buffer_varint(Buffer *b, uint64_t v);      // LEB128
void buffer_signed_varint(Buffer *b, int64_t v); // zig-zag LEB128
// A code point as UTF-8.
void buffer_utf8(Buffer *b, uint32_t code_point);

#endif

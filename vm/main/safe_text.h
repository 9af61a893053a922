// SPDX-License-Identifier: Apache-2.0
//
// Text for a file descriptor, made without allocating: usable in a signal handler. Written when the buffer is full, and by text_flush.
#ifndef JOIST_MAIN_SAFE_TEXT_H
#define JOIST_MAIN_SAFE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

typedef struct SafeText {
  int fd;
  size_t size;
  char bytes[512];
} SafeText;

static inline void text_flush(SafeText *t) {
  for (size_t at = 0; at < t->size;) {
    ssize_t n = write(t->fd, t->bytes + at, t->size - at);
    if (n <= 0) break;
    at += (size_t)n;
  }
  t->size = 0;
}
static inline void text_add(SafeText *t, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (t->size == sizeof t->bytes) text_flush(t);
    t->bytes[t->size++] = bytes[i];
  }
}
static inline void text_put(SafeText *t, const char *text) { text_add(t, text, strlen(text)); }
static inline void text_number(SafeText *t, uint64_t n, unsigned base) {
  char digits[20], *at = digits + sizeof digits;
  do *--at = "0123456789abcdef"[n % base];
  while (n /= base);
  text_add(t, at, (size_t)(digits + sizeof digits - at));
}
static inline void text_decimal(SafeText *t, uint64_t n) { text_number(t, n, 10); }
static inline void text_hex(SafeText *t, uint64_t n) {
  text_put(t, "0x");
  text_number(t, n, 16);
}

#endif

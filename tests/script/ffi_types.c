// SPDX-License-Identifier: Apache-2.0
//
// The library that tests/script/ffi calls: each type of C as argument and as result, many arguments, and what C keeps.
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define NEXT(name, type) \
  type next_##name(type v) { return (type)(v + 1); }
NEXT(int8, int8_t)
NEXT(int16, int16_t)
NEXT(int32, int32_t)
NEXT(int64, int64_t)
NEXT(uint8, uint8_t)
NEXT(uint16, uint16_t)
NEXT(uint32, uint32_t)
NEXT(uint64, uint64_t)
NEXT(char, signed char)
NEXT(short, short)
NEXT(int, int)
NEXT(long, long)
NEXT(longlong, long long)
NEXT(uchar, unsigned char)
NEXT(ushort, unsigned short)
NEXT(uint, unsigned)
NEXT(ulong, unsigned long)
NEXT(ulonglong, unsigned long long)
NEXT(size, size_t)
NEXT(ssize, ssize_t)
NEXT(intptr, intptr_t)
NEXT(uintptr, uintptr_t)
NEXT(float, float)
NEXT(double, double)

bool negated(bool v) { return !v; }
double nothing_over_nothing(void) { return NAN; }
double without_end(void) { return -INFINITY; }

// More than registers hold, of both kinds in turn.
double weigh(int8_t a, double b, int16_t c, float d, int32_t e, double f, int64_t g, float h, uint8_t i, double j, uint16_t k, float l, uint32_t m,
             double n, uint64_t o, float p) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * (double)g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m + 14 * n + 15 * (double)o + 16 * p;
}
int none(void) { return 7; }
void does_nothing(int unused) { (void)unused; }
const char *no_text(void) { return NULL; }
const char *text_behind(const char *text, size_t at) { return text + at; }
uint64_t sum_bytes(const unsigned char *bytes, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) sum += bytes[i];
  return sum;
}
int is_null(const void *p) { return p == NULL; }
int fails(int error) { return errno = error, -1; }

// A thing that lives in C.
typedef struct Counter {
  int64_t value;
} Counter;
Counter *counter_new(int64_t start) {
  Counter *c = malloc(sizeof *c);
  if (c) c->value = start;
  return c;
}
int64_t counter_add(Counter *c, int64_t more) { return c->value += more; }
void counter_free(Counter *c) { free(c); }

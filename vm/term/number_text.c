// SPDX-License-Identifier: Apache-2.0
//
// Integers as text and back, in base 2 to 36.
#include <gmp.h>

#include "vm/term/number.h"

enum { WORD_TEXT_MAX = 66 };

static void small_text(Buffer *buffer, int64_t value, int base, const char *digits) {
  char text[WORD_TEXT_MAX];
  size_t i = sizeof text;
  uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do text[--i] = digits[v % (unsigned)base];
  while ((v /= (unsigned)base) != 0);
  if (value < 0) text[--i] = '-';
  buffer_add(buffer, text + i, sizeof text - i);
}

// Bits that one digit holds, in 1/1024, rounded up and down.
static unsigned digit_bits_up(int base) {
  static const uint16_t bits[37] = {0,    0,    1024, 1624, 2048, 2378, 2648, 2875, 3072, 3247, 3402, 3543, 3672,
                                    3790, 3899, 4001, 4096, 4186, 4271, 4350, 4426, 4498, 4567, 4633, 4696, 4756,
                                    4814, 4870, 4923, 4975, 5025, 5074, 5120, 5166, 5210, 5253, 5295};
  return bits[base];
}

void number_text(Buffer *buffer, Term integer, int base, bool lower) {
  CHECK(base >= 2 && base <= 36);
  const char *digits = lower ? "0123456789abcdefghijklmnopqrstuvwxyz" : "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (term_is_small(integer)) {
    small_text(buffer, small_value(integer), base, digits);
    return;
  }
  uint64_t room;
  size_t count;
  bool negative;
  const uint64_t *limbs = number_limbs(integer, &room, &count, &negative);
  size_t scratch_bytes = count * 8;
  uint64_t *scratch = alloc_get(buffer->alloc, scratch_bytes); // mpn_get_str destroys its operand
  // digit_bits_up - 1 is a lower bound of the bits of a digit.
  size_t text_max = (size_t)(number_bit_length(integer) * 1024 / (digit_bits_up(base) - 1)) + 4;
  if (!scratch || !buffer_reserve(buffer, text_max + 1)) {
    buffer->failed = true;
    alloc_put(buffer->alloc, scratch, scratch_bytes);
    return;
  }
  memcpy(scratch, limbs, scratch_bytes);
  if (negative) buffer_byte(buffer, '-');
  unsigned char *text = (unsigned char *)buffer->data + buffer->size;
  size_t size = mpn_get_str(text, base, scratch, (mp_size_t)count);
  size_t zeros = 0;
  while (zeros + 1 < size && text[zeros] == 0) zeros++;
  for (size_t i = zeros; i < size; i++) text[i - zeros] = (unsigned char)digits[text[i]];
  buffer->size += size - zeros;
  alloc_put(buffer->alloc, scratch, scratch_bytes);
}

size_t number_parse_words(size_t text_bytes, int base) {
  if (text_bytes > NUMBER_BITS_MAX) return 0;
  return (size_t)((uint64_t)text_bytes * digit_bits_up(base) / 1024 / 64) + 4;
}

static int digit_value(unsigned char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static Term parse_big(const TermContext *c, TermHeap *heap, const char *text, size_t size, int base, bool negative, NumberError *error) {
  unsigned char *digits = alloc_get(c->alloc, size);
  if (!digits) {
    *error = NUMBER_LIMIT;
    return T_NONE;
  }
  for (size_t i = 0; i < size; i++) digits[i] = (unsigned char)digit_value((unsigned char)text[i]);
  Term *p = heap->top;
  DCHECK((size_t)(heap->end - p) >= number_parse_words(size, base));
  size_t count = (size_t)mpn_set_str(p + 1, digits, size, base);
  alloc_put(c->alloc, digits, size);
  return number_from_limbs(heap, p + 1, count, negative);
}

Term number_parse(const TermContext *c, TermHeap *heap, const char *text, size_t size, int base, NumberError *error) {
  NumberError ignored;
  if (!error) error = &ignored;
  *error = NUMBER_BADARITH;
  if (base < 2 || base > 36) return T_NONE;
  bool negative = size > 0 && text[0] == '-';
  if (negative || (size > 0 && text[0] == '+')) text++, size--;
  if (size == 0) return T_NONE;
  for (size_t i = 0; i < size; i++)
    if (digit_value((unsigned char)text[i]) >= base) return T_NONE;
  while (size > 1 && text[0] == '0') text++, size--;
  if (size > NUMBER_BITS_MAX || (uint64_t)(size - 1) * (digit_bits_up(base) - 1) / 1024 > NUMBER_BITS_MAX) {
    *error = NUMBER_LIMIT;
    return T_NONE;
  }
  *error = NUMBER_OK;
  if ((uint64_t)size * digit_bits_up(base) / 1024 < 60) {
    int64_t v = 0;
    for (size_t i = 0; i < size; i++) v = v * base + digit_value((unsigned char)text[i]);
    return term_small(negative ? -v : v);
  }
  Term t = parse_big(c, heap, text, size, base, negative, error);
  if (t != T_NONE && number_bit_length(t) > NUMBER_BITS_MAX) {
    *error = NUMBER_LIMIT;
    return T_NONE;
  }
  return t;
}

// SPDX-License-Identifier: Apache-2.0
//
// Bit strings: made, viewed, sliced, appended to, compared; and integers, floats and
// characters put into them and taken out again at any bit position.
//
//  B1  Up to BIN_HEAP_MAX bytes lie on the heap, more in a SharedBinary.
//  B2  A slice refers to a BIN_HEAP or BIN_SHARED, never to a slice.
//  B3  Bits are counted from the most significant of each byte. Unused bits of the last byte of a
//      BIN_HEAP are zero; of shared ones they are undefined to the reader.
//  B4  Only who moved SharedBinary.used_bits forward writes behind the old end (shared.h), and only from a
//      whole byte on.
#ifndef JOIST_TERM_BINARY_H
#define JOIST_TERM_BINARY_H

#include "vm/base/buffer.h"
#include "vm/base/segment.h"
#include "vm/term/shared.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

// --- making
// Words for a new bit string of so many bits.
static inline size_t bits_words(uint64_t bit_count) {
  uint64_t bytes = (bit_count + 7) >> 3;
  return bytes <= BIN_HEAP_MAX ? 2 + (size_t)((bytes + 7) >> 3) : BIN_SHARED_WORDS;
}
static inline size_t binary_words(uint64_t byte_count) { return bits_words(byte_count << 3); }
// A fresh one whose bytes the caller fills at once (unused bits of the last byte stay as they are: zero).
// Fails: T_NONE without memory for a shared one.
Term bits_new(const TermContext *c, TermHeap *heap, uint64_t bit_count, unsigned char **bytes);
Term binary_make(const TermContext *c, TermHeap *heap, const void *bytes, size_t byte_count);
// Wraps a Buffer's content.
static inline Term binary_from_buffer(const TermContext *c, TermHeap *heap, const Buffer *b) {
  return binary_make(c, heap, b->data, b->size);
}

// --- viewing
typedef struct BitsView {
  const unsigned char *base;
  uint64_t bit_offset; // of the first bit, from base
  uint64_t bit_count;
} BitsView;

// The bytes behind BIN_HEAP or BIN_SHARED.
static inline unsigned char *bits_root_bytes(Term root) {
  return header_is(boxed_header(root), KIND_BIN_HEAP) ? (unsigned char *)(boxed_ptr(root) + 2) : term_shared_binary(root)->bytes;
}
// `t` must be a bit string. Valid until the next collection (heap binaries) or drop.
static inline BitsView bits_view(Term t) {
  const Term *p = boxed_ptr(t);
  if (header_is(p[0], KIND_BIN_SLICE)) return (BitsView){bits_root_bytes(p[3]) + (p[2] >> 3), p[2] & 7, p[1]};
  return (BitsView){bits_root_bytes(t), 0, p[1]};
}
// The bytes when they start at a byte and are whole, else NULL.
static inline const unsigned char *binary_bytes(Term t, size_t *byte_count) {
  BitsView v = bits_view(t);
  *byte_count = (size_t)(v.bit_count >> 3);
  return ((v.bit_offset | v.bit_count) & 7) == 0 ? v.base : NULL;
}
// The bytes of any binary (whole bytes): its own, or when it is unaligned a copy in `scratch` (which
// the caller frees). Fails: NULL without memory (scratch->failed).
const unsigned char *binary_bytes_any(Term t, Buffer *scratch, size_t *byte_count);
// The root of a slice, or the bit string itself; *bit_offset from the root's first bit.
static inline Term bits_root(Term t, uint64_t *bit_offset) {
  if (!header_is(boxed_header(t), KIND_BIN_SLICE)) {
    *bit_offset = 0;
    return t;
  }
  *bit_offset = boxed_ptr(t)[2];
  return boxed_ptr(t)[3];
}

// --- slicing. Words: BIN_SLICE_WORDS. The range must lie inside.
Term bits_slice(TermHeap *heap, Term bits, uint64_t bit_offset, uint64_t bit_count);
// The same from a root (BIN_HEAP or BIN_SHARED), as match contexts hold it.
Term bits_slice_root(TermHeap *heap, Term root, uint64_t bit_offset, uint64_t bit_count);

// --- copying and comparing
// Copies bits; neighbours in the first and last byte of the target stay. Ranges must not overlap.
void bits_copy(unsigned char *to, uint64_t to_bit, const unsigned char *from, uint64_t from_bit, uint64_t bit_count);
// Order of Erlang: as if padded left-aligned, then by length. <0, 0, >0.
int bits_compare(BitsView a, BitsView b);
bool bits_equal(BitsView a, BitsView b);
// Up to eight bytes at byte `index` of the view as a little-endian word; bits behind the end are zero.
uint64_t bits_load(const BitsView *v, uint64_t index);
uint64_t bits_hash(BitsView v, uint64_t seed);

// --- appending
// A bit string of left's bits and `more` further ones, which the caller writes at once at
// (*bytes, *bit_position). In place and without copying when left ends where its SharedBinary is
// used up to and there is room; else copied to a new one with room to double. Words: BITS_APPEND_WORDS
// or bits_append_words. Fails: T_NONE without memory.
enum { BITS_APPEND_WORDS = BIN_SHARED_WORDS + BIN_SLICE_WORDS + 2 + BIN_HEAP_MAX / 8 };
size_t bits_append_words(Term left, uint64_t more);
// Would it copy now?
bool bits_append_copies(Term left, uint64_t more);
Term bits_append(const TermContext *c, TermHeap *heap, Term left, uint64_t more, unsigned char **bytes, uint64_t *bit_position);

// Writes the low `bit_count` (up to 64) bits of a word, big endian. Neighbouring bits stay.
void bits_put_u64(unsigned char *to, uint64_t bit_position, unsigned bit_count, uint64_t value);

// --- segments: flags of construction and matching

// Writes the low `bit_count` bits of an integer of any size. Neighbouring bits stay.
void bits_put_integer(unsigned char *to, uint64_t bit_position, Term integer, uint64_t bit_count, unsigned flags);
// 16, 32 or 64 bits. False: no number, or too large for the size.
bool bits_put_float(unsigned char *to, uint64_t bit_position, Term number, unsigned bit_count, unsigned flags);
// Takes an integer; bits must lie inside the view's base. Words: bits_integer_words(bit_count).
static inline size_t bits_integer_words(uint64_t bit_count) { return bit_count <= 60 ? 0 : (size_t)((bit_count + 63) >> 6) + 2; }
Term bits_get_integer(TermHeap *heap, const unsigned char *from, uint64_t bit_position, uint64_t bit_count, unsigned flags);
// Up to 64 bits, unsigned, big endian: the hot path of matching.
static inline uint64_t bits_get_u64(const unsigned char *from, uint64_t bit_position, unsigned bit_count) {
  const unsigned char *p = from + (bit_position >> 3);
  unsigned shift = (unsigned)bit_position & 7, bytes = (shift + bit_count + 7) >> 3;
  if (bit_count == 0) return 0;
  uint64_t v = 0;
  unsigned n = bytes < 8 ? bytes : 8;
  for (unsigned i = 0; i < n; i++) v = v << 8 | p[i];
  unsigned have = n * 8 - shift; // valid bits in v, after dropping `shift` at the top
  if (bytes == 9) { // 64 bits that straddle nine bytes
    unsigned rest = bit_count - have;
    v = v << rest | p[8] >> (8 - rest);
  } else {
    v >>= have - bit_count;
  }
  return bit_count == 64 ? v : v & (((uint64_t)1 << bit_count) - 1);
}
// 16, 32, 64 bits. False: infinite or NaN, no float of the language.
bool bits_get_float(const unsigned char *from, uint64_t bit_position, unsigned bit_count, unsigned flags, double *value);

static inline bool is_code_point(int64_t v) { return (v >= 0 && v < 0xd800) || (v > 0xdfff && v <= 0x10ffff); }
// Bytes of a code point in UTF-8 (1..4).
static inline unsigned utf8_bytes(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
unsigned utf8_put(unsigned char *to, uint32_t code_point);
// Bytes of the character at the start of [p, p+size), 0 when there is no valid one.
unsigned utf8_get(const unsigned char *p, size_t size, uint32_t *code_point);
// Bytes that are valid UTF-8 from the start on.
size_t utf8_valid_bytes(const unsigned char *p, size_t size);
static inline bool utf8_is_valid(const unsigned char *p, size_t size) { return utf8_valid_bytes(p, size) == size; }
// Code points in valid UTF-8.
size_t utf8_count(const unsigned char *p, size_t size);
// The same at any bit position; bit_end bounds what may be read. Answer bits taken, 0: none.
// kind: 8, 16 or 32. flags: SEGMENT_LITTLE for 16 and 32.
unsigned bits_get_utf(const unsigned char *from, uint64_t bit_position, uint64_t bit_end, unsigned kind, unsigned flags, uint32_t *code_point);
// Bits needed (0: no code point), and writing them.
unsigned bits_utf_size(unsigned kind, Term code_point);
void bits_put_utf(unsigned char *to, uint64_t bit_position, unsigned kind, unsigned flags, uint32_t code_point);

// --- iolists
// Bits of an iolist (bytes and bit strings nested in lists, bit strings as tails). Fails: STATUS_BAD_DATA
// for anything else (*bad: the element), STATUS_NO_MEMORY.
MUST_USE Status iolist_bit_count(const TermContext *c, Term list, uint64_t *bit_count, Term *bad);
// The same for :erlang.iolist_size and what takes bytes: a bit string of no whole bytes is a bad element.
MUST_USE Status iolist_byte_count(const TermContext *c, Term list, uint64_t *byte_count, Term *bad);
// Both at once (bytes: as iolist_byte_count, but the answer is in bits), for no more than *work elements, which are counted down: what is
// shared counts as often as it occurs. Fails also: STATUS_LIMIT: there are more.
MUST_USE Status iolist_count_within(const TermContext *c, Term list, bool bytes, uint64_t *bit_count, Term *bad, size_t *work);
// Flattens to `to`, which has room for what iolist_bit_count said.
MUST_USE Status iolist_copy(const TermContext *c, Term list, unsigned char *to);
// Appends to a buffer; an iolist of whole bytes.
MUST_USE Status iolist_to_buffer(const TermContext *c, Term list, Buffer *buffer, Term *bad);

#endif

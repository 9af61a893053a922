// SPDX-License-Identifier: Apache-2.0
//
// Bit strings as a whole: making, slicing, copying, comparing, appending. What is inside them is taken out and put in by
// segment.c; iolists are iolist.c.
#include "vm/term/binary.h"

static uint64_t load_big(const unsigned char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(v) : v;
}

static void store_big(unsigned char *p, uint64_t v) {
  if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) v = __builtin_bswap64(v);
  memcpy(p, &v, 8);
}

Term bits_new(const TermContext *c, TermHeap *heap, uint64_t bit_count, unsigned char **bytes) {
  uint64_t byte_count = (bit_count >> 3) + ((bit_count & 7) != 0);
  if (byte_count > BIN_HEAP_MAX) {
    SharedBinary *b = shared_binary_new(c->binary_alloc ? c->binary_alloc : c->alloc, byte_count);
    if (!b) return T_NONE;
    atomic_store_explicit(&b->used_bits, bit_count, memory_order_relaxed);
    b->bytes[byte_count - 1] = 0;
    *bytes = b->bytes;
    return heap_shared_binary(heap, b, bit_count);
  }
  size_t words = 1 + (size_t)((byte_count + 7) >> 3);
  Term *p = heap_take(heap, words + 1);
  p[0] = HEADER(KIND_BIN_HEAP, words);
  p[words] = 0; // the padding; the bit count when there is no byte
  p[1] = bit_count;
  *bytes = (unsigned char *)(p + 2);
  return term_boxed(p);
}

Term binary_make(const TermContext *c, TermHeap *heap, const void *bytes, size_t byte_count) {
  unsigned char *to;
  Term t = bits_new(c, heap, (uint64_t)byte_count << 3, &to);
  if (t != T_NONE && byte_count) memcpy(to, bytes, byte_count);
  return t;
}

const unsigned char *binary_bytes_any(Term t, Buffer *scratch, size_t *byte_count) {
  const unsigned char *bytes = binary_bytes(t, byte_count);
  if (bytes) return bytes;
  BitsView v = bits_view(t);
  if (!buffer_reserve(scratch, *byte_count + 1)) return NULL;
  bits_copy((unsigned char *)scratch->data, 0, v.base, v.bit_offset, (uint64_t)*byte_count << 3);
  scratch->size = *byte_count;
  return (unsigned char *)scratch->data;
}

Term bits_slice_root(TermHeap *heap, Term root, uint64_t bit_offset, uint64_t bit_count) {
  if (bit_offset == 0 && bit_count == bits_count(root)) return root;
  Term *p = heap_take(heap, BIN_SLICE_WORDS);
  p[0] = HEADER(KIND_BIN_SLICE, BIN_SLICE_WORDS - 1);
  p[1] = bit_count;
  p[2] = bit_offset;
  p[3] = root;
  return term_boxed(p);
}

Term bits_slice(TermHeap *heap, Term bits, uint64_t bit_offset, uint64_t bit_count) {
  DCHECK(bit_offset <= bits_count(bits) && bit_count <= bits_count(bits) - bit_offset);
  if (bit_offset == 0 && bit_count == bits_count(bits)) return bits;
  uint64_t root_offset;
  Term root = bits_root(bits, &root_offset);
  return bits_slice_root(heap, root, root_offset + bit_offset, bit_count);
}

void bits_put_u64(unsigned char *to, uint64_t bit_position, unsigned n, uint64_t value) {
  unsigned char *p = to + (bit_position >> 3);
  unsigned used = (unsigned)bit_position & 7;
  if (used) { // up to the byte's end
    unsigned room = 8 - used, take = n < room ? n : room;
    unsigned mask = ((1u << take) - 1) << (room - take);
    unsigned bits = (unsigned)(value >> (n - take)) << (room - take);
    *p = (unsigned char)((*p & ~mask) | (bits & mask));
    n -= take;
    p++;
  }
  for (; n >= 8; n -= 8) *p++ = (unsigned char)(value >> (n - 8));
  if (n) *p = (unsigned char)((*p & (0xff >> n)) | (unsigned char)(value << (8 - n)));
}

void bits_copy(unsigned char *to, uint64_t to_bit, const unsigned char *from, uint64_t from_bit, uint64_t n) {
  to += to_bit >> 3;
  to_bit &= 7;
  from += from_bit >> 3;
  from_bit &= 7;
  if (to_bit && n) {
    unsigned take = 8 - (unsigned)to_bit;
    if (take > n) take = (unsigned)n;
    bits_put_u64(to, to_bit, take, bits_get_u64(from, from_bit, take));
    from_bit += take;
    from += from_bit >> 3;
    from_bit &= 7;
    n -= take;
    to++;
  }
  size_t bytes = (size_t)(n >> 3);
  if (from_bit == 0) {
    if (bytes) memcpy(to, from, bytes);
  } else {
    size_t i = 0;
    unsigned shift = (unsigned)from_bit;
    // Nine source bytes make eight: all of them hold wanted bits, since shift is not 0.
    for (; i + 8 <= bytes; i += 8) store_big(to + i, load_big(from + i) << shift | from[i + 8] >> (8 - shift));
    for (; i < bytes; i++) to[i] = (unsigned char)(from[i] << shift | from[i + 1] >> (8 - shift));
  }
  unsigned rest = (unsigned)n & 7;
  if (rest) bits_put_u64(to + bytes, 0, rest, bits_get_u64(from + bytes, from_bit, rest));
}

uint64_t bits_load(const BitsView *v, uint64_t index) {
  uint64_t at = index << 3, left = v->bit_count - at;
  unsigned n = left < 64 ? (unsigned)left : 64;
  if (n == 0) return 0;
  return __builtin_bswap64(bits_get_u64(v->base, v->bit_offset + at, n) << (64 - n));
}

int bits_compare(BitsView a, BitsView b) {
  uint64_t common = a.bit_count < b.bit_count ? a.bit_count : b.bit_count, at = 0;
  if (((a.bit_offset | b.bit_offset) & 7) == 0) {
    int order = common >> 3 ? memcmp(a.base + (a.bit_offset >> 3), b.base + (b.bit_offset >> 3), (size_t)(common >> 3)) : 0;
    if (order != 0) return order;
    at = common & ~(uint64_t)7;
  }
  while (at < common) {
    unsigned n = common - at < 64 ? (unsigned)(common - at) : 64;
    uint64_t x = bits_get_u64(a.base, a.bit_offset + at, n), y = bits_get_u64(b.base, b.bit_offset + at, n);
    if (x != y) return x < y ? -1 : 1;
    at += n;
  }
  return (a.bit_count > b.bit_count) - (a.bit_count < b.bit_count);
}

bool bits_equal(BitsView a, BitsView b) {
  if (a.bit_count != b.bit_count) return false;
  if (((a.bit_offset | b.bit_offset | a.bit_count) & 7) == 0)
    return memcmp(a.base + (a.bit_offset >> 3), b.base + (b.bit_offset >> 3), (size_t)(a.bit_count >> 3)) == 0;
  return bits_compare(a, b) == 0;
}

// --- appending
size_t bits_append_words(Term left, uint64_t more) {
  uint64_t total = bits_count(left) + more;
  return total <= BIN_HEAP_MAX * 8 ? bits_words(total) : BIN_SHARED_WORDS + BIN_SLICE_WORDS;
}

static bool has_room(SharedBinary *b, uint64_t end, uint64_t more) { return !(end & 7) && more <= b->capacity_bytes * 8 - end; }

bool bits_append_copies(Term left, uint64_t more) {
  uint64_t offset;
  Term root = bits_root(left, &offset);
  if (!header_is(boxed_header(root), KIND_BIN_SHARED)) return true;
  SharedBinary *b = term_shared_binary(root);
  uint64_t end = offset + bits_count(left);
  return atomic_load_explicit(&b->used_bits, memory_order_relaxed) != end || !has_room(b, end, more);
}

// Moves the end of what is used from `end` by `more` bits, if nobody did and there is room.
static bool claim(SharedBinary *b, uint64_t end, uint64_t more) {
  if (!has_room(b, end, more)) return false;
  return atomic_compare_exchange_strong_explicit(&b->used_bits, &end, end + more, memory_order_acq_rel, memory_order_relaxed);
}

enum { APPEND_BYTES_MIN = 256 };

Term bits_append(const TermContext *c, TermHeap *heap, Term left, uint64_t more, unsigned char **bytes, uint64_t *bit_position) {
  uint64_t count = bits_count(left), offset, total = count + more;
  Term root = bits_root(left, &offset);
  if (header_is(boxed_header(root), KIND_BIN_SHARED)) {
    SharedBinary *b = term_shared_binary(root);
    if (claim(b, offset + count, more)) {
      *bytes = b->bytes;
      *bit_position = offset + count;
      return bits_slice_root(heap, root, offset, total);
    }
  }
  if (total < count) return T_NONE;
  BitsView v = bits_view(left);
  *bit_position = count;
  if (total <= BIN_HEAP_MAX * 8) {
    Term t = bits_new(c, heap, total, bytes);
    bits_copy(*bytes, 0, v.base, v.bit_offset, count);
    return t;
  }
  uint64_t capacity = (total >> 2) + 1; // twice what is needed now
  if (capacity < APPEND_BYTES_MIN) capacity = APPEND_BYTES_MIN;
  SharedBinary *b = shared_binary_new(c->binary_alloc ? c->binary_alloc : c->alloc, capacity);
  if (!b) return T_NONE;
  atomic_store_explicit(&b->used_bits, total, memory_order_relaxed);
  b->bytes[total >> 3] = 0;
  *bytes = b->bytes;
  bits_copy(b->bytes, 0, v.base, v.bit_offset, count);
  return heap_shared_binary(heap, b, total);
}

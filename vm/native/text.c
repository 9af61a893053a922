// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_text that look at text or cut it: clusters, characters, white space, validity. How text is walked
// stands in text_scan.h, changing case and normal forms in text_case.c.
//
// Lists of pieces of a text up to CHUNK_BYTES are built front to back in one go. Of longer texts a chunk at a time is put in
// front of what is there, the native yields in between, and lists:reverse/1 ends the work.
#include "vm/native/text_scan.h"

#include "vm/native/bytes.h"

enum { CHUNK_BYTES = 1 << 15 };
// What bytes cost: a cluster of ASCII about 0.1 ns counted, 2 ns walked, of others 5 ns.
enum { FAST_SHIFT = 10, WALK_SHIFT = 6 };

static size_t saved_count(Term t) { return t == T_NIL ? 0 : (size_t)small_value(t); }

// --- lists of pieces

typedef struct Piece {
  size_t from, size, next; // next: where to go on
} Piece;
// The piece at or behind `at`; false: there is none.
typedef bool (*NextPiece)(const unsigned char *bytes, size_t size, size_t at, Piece *piece);

// Scratch: `at` the place to go on at, `done` the pieces so far, reversed. A piece takes PIECE_WORDS + CONS_WORDS, less than five
// words for two bytes; single bytes take no more than their cons.
static inline __attribute__((always_inline)) Term piece_list(Process *p, unsigned at_word, unsigned done_word, NextPiece next) {
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size, at = saved_count(ARG(at_word));
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  if (at == 0 && size <= CHUNK_BYTES) {
    NATIVE_RESERVE(size * 5 / 2 + PIECE_WORDS + 2 * CONS_WORDS);
    bytes = bytes_of_argument(p, 0, &size);
    Term list = T_NIL, *last = &list;
    for (Piece piece; next(bytes, size, at, &piece); at = piece.next) {
      Term t = bytes_piece(p, 0, bytes, piece.from, piece.size), *cell = heap_take(&p->heap, CONS_WORDS);
      cell[0] = t;
      *last = term_cons(cell);
      last = &cell[1];
    }
    *last = T_NIL;
    native_charge(p, size >> WALK_SHIFT);
    return list;
  }
  for (;;) {
    size_t until = size - at < CHUNK_BYTES ? size : at + CHUNK_BYTES, from = at, words = (until - at) * 5 / 2 + PIECE_WORDS + 2 * CONS_WORDS;
    if (native_room_is_long(p, words)) return native_go_dirty(p);
    NATIVE_RESERVE(words);
    bytes = bytes_of_argument(p, 0, &size);
    Term list = ARG(done_word);
    Piece piece;
    bool more = true;
    while (at < until && (more = next(bytes, size, at, &piece))) {
      Term t = bytes_piece(p, 0, bytes, piece.from, piece.size);
      list = heap_cons(&p->heap, t, list);
      at = piece.next;
    }
    ARG(done_word) = list;
    if (!more || at >= size) return native_call(p, native_export(p, ATOM_lists, ATOM_reverse, 1), 1, list);
    ARG(at_word) = term_small((int64_t)at);
    if (native_charge_piece(p, (at - from) >> WALK_SHIFT)) return native_yield(p);
  }
}

static inline bool next_grapheme(const unsigned char *bytes, size_t size, size_t at, Piece *piece) {
  if (at >= size) return false;
  size_t n = text_cluster(bytes + at, size - at);
  *piece = (Piece){at, n, at + n};
  return true;
}
static inline bool next_codepoint(const unsigned char *bytes, size_t size, size_t at, Piece *piece) {
  if (at >= size) return false;
  size_t n = text_step(bytes + at, size - at);
  *piece = (Piece){at, n, at + n};
  return true;
}
static inline bool next_word(const unsigned char *bytes, size_t size, size_t at, Piece *piece) {
  unsigned space;
  while (at < size && (space = text_space(bytes + at, size - at, false)) != 0) at += space;
  if (at >= size) return false;
  size_t end = at + 1;
  while (end < size && !text_space(bytes + end, size - end, false)) end++;
  *piece = (Piece){at, end - at, end};
  return true;
}
Term native_text_graphemes(Process *p) { return piece_list(p, 1, 2, next_grapheme); }
Term native_text_codepoints(Process *p) { return piece_list(p, 1, 2, next_codepoint); }
Term native_text_split_whitespace(Process *p) { return piece_list(p, 1, 2, next_word); }

// --- counting and walking

Term native_text_next_grapheme(Process *p) {
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  return term_small((int64_t)text_cluster(bytes, size));
}

// Scratch: 1 where it stands, 2 how many so far.
Term native_text_grapheme_count(Process *p) {
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size, at = saved_count(ARG(1)), count = saved_count(ARG(2));
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  while (at < size) {
    size_t from = at, until = size - at < CHUNK_BYTES ? size : at + CHUNK_BYTES;
    size_t more = text_cluster_count(bytes, size, at, until, &at);
    count += more;
    if (native_charge_piece(p, more == at - from ? more >> FAST_SHIFT : (at - from) >> WALK_SHIFT) && at < size) {
      ARG(1) = term_small((int64_t)at);
      ARG(2) = term_small((int64_t)count);
      return native_yield(p);
    }
  }
  return term_small((int64_t)count);
}

// Characters of valid text are its bytes that continue none; of other text they are walked.
Term native_text_codepoint_count(Process *p) {
  if (native_is_long(p, bytes_size(p, 0) >> FAST_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size, count;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  size_t valid = text_valid_bytes(bytes, size);
  count = utf8_count(bytes, valid);
  for (size_t at = valid; at < size; at += text_step(bytes + at, size - at)) count++;
  native_charge(p, size >> FAST_SHIFT);
  return term_small((int64_t)count);
}

Term native_text_grapheme_skip(Process *p) {
  uint64_t count, skipped;
  if (native_is_long(p, bytes_size(p, 0) >> WALK_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  if (!native_count(ARG(1), &count)) {
    if (!term_is_integer(ARG(1)) || number_is_negative(ARG(1))) return native_badarg(p);
    count = (uint64_t)SMALL_MAX; // beyond any text
  }
  NATIVE_RESERVE(PAIR_WORDS);
  size_t size;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  size_t at = text_cluster_skip(bytes, size, 0, count, &skipped);
  native_charge(p, skipped == at ? at >> FAST_SHIFT : at >> WALK_SHIFT);
  return native_pair(p, term_small((int64_t)at), term_small((int64_t)skipped));
}

Term native_text_reverse(Process *p) {
  if (native_is_long(p, bytes_size(p, 0) >> WALK_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  bytes_of_argument(p, 0, &size);
  if (size < 2) return ARG(0);
  if (!account_allows_work(&p->vm->account, size)) return native_error(p, ATOM_system_limit);
  NATIVE_RESERVE(binary_words(size));
  unsigned char *to;
  Term t = bits_new(native_context(p), &p->heap, (uint64_t)size << 3, &to);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  text_reverse(bytes_of_argument(p, 0, &size), size, to);
  native_charge(p, size >> WALK_SHIFT);
  return t;
}

// --- white space at the ends
Term native_text_trim(Process *p) {
  bool leading = ARG(1) == ATOM_leading || ARG(1) == ATOM_both, trailing = ARG(1) == ATOM_trailing || ARG(1) == ATOM_both;
  if (!leading && !trailing) return native_badarg(p);
  if (native_is_long(p, bytes_size(p, 0) >> FAST_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  NATIVE_RESERVE(PIECE_WORDS);
  size_t size, from = 0;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  size_t end = size;
  unsigned space;
  while (leading && from < end && (space = text_space(bytes + from, end - from, true)) != 0) from += space;
  while (trailing && end > from && (space = text_space_before(bytes + from, bytes + end, true)) != 0) end -= space;
  native_charge(p, (size - (end - from)) >> FAST_SHIFT);
  return end - from == size ? ARG(0) : bytes_piece(p, 0, bytes, from, end - from);
}

// --- questions
Term native_text_valid_utf8(Process *p) {
  if (native_is_long(p, bytes_size(p, 0) >> FAST_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  native_charge(p, size >> FAST_SHIFT);
  return native_bool(text_valid_bytes(bytes, size) == size);
}

static inline bool is_printable(uint32_t c) {
  if (c < 0x80) return c >= 0x20 || (c >= 7 && c <= 13) || c == 27;
  return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}
Term native_text_printable(Process *p) {
  uint64_t limit = UINT64_MAX;
  if (ARG(1) != ATOM_infinity && !native_count(ARG(1), &limit)) return native_badarg(p);
  if (native_is_long(p, bytes_size(p, 0) >> WALK_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size, at = 0;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  bool good = true;
  for (; good && at < size && limit > 0; limit--) {
    uint32_t point;
    unsigned n = text_decode(bytes + at, size - at, &point);
    good = n && is_printable(point);
    at += n;
  }
  native_charge(p, at >> WALK_SHIFT);
  return native_bool(good);
}

Term native_text_category(Process *p) {
  if (!term_is_small(ARG(0)) || !is_code_point(small_value(ARG(0)))) return native_badarg(p);
  const char *name = utf8proc_category_string((utf8proc_int32_t)small_value(ARG(0)));
  char lower[2] = {(char)(name[0] | 0x20), (char)(name[1] | 0x20)};
  Term atom;
  return atom_intern(p->vm->atoms, lower, 2, &atom) == STATUS_OK ? atom : native_error(p, ATOM_system_limit);
}

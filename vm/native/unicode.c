// SPDX-License-Identifier: Apache-2.0
//
// :unicode.characters_to_binary and characters_to_list: character data (code points and binaries in nested lists, a
// binary also as a tail) between encodings.
//
// The data is walked once, everything decoded and encoded into a buffer. A character may be spread over several binaries:
// what one leaves over is decoded with the next. When the data is bad the walk is done again after room was made, since terms
// moved: so the rest of the data, in the shape that it has from the bad place on, is built without keeping any of it.
#include "vm/native/bytes.h"
#include "vm/native/files.h"
#include "vm/native/text_scan.h"

typedef enum WalkEnd { WALK_DONE, WALK_BAD_DATA, WALK_INCOMPLETE, WALK_BADARG, WALK_NO_MEMORY } WalkEnd;
enum { INCOMPLETE = -1, CHARACTER_BYTES_MAX = 4 };

typedef struct Walk {
  const TermContext *context;
  FileEncoding in, out;
  Buffer text;     // the result, encoded
  TermStack outer; // tails of the lists around the one being walked
  unsigned char left[2 * CHARACTER_BYTES_MAX];
  size_t left_count; // bytes of an unfinished character
  // Where it ended when it ended badly:
  Term bad;         // the code point, or the binary
  size_t bad_at;    // its first byte that was not taken
  Term tail;        // what follows in the same list; T_NONE: bad was no element of a list
  bool joined;      // what was left over precedes bad
} Walk;

// --- one character

static int decode_utf16(const unsigned char *p, size_t n, bool little, uint32_t *c) {
  if (n < 2) return INCOMPLETE;
  uint32_t a = little ? p[0] | (uint32_t)p[1] << 8 : (uint32_t)p[0] << 8 | p[1];
  if (a < 0xd800 || a > 0xdfff) return *c = a, 2;
  if (a > 0xdbff) return 0;
  if (n < 4) return INCOMPLETE;
  uint32_t b = little ? p[2] | (uint32_t)p[3] << 8 : (uint32_t)p[2] << 8 | p[3];
  if (b < 0xdc00 || b > 0xdfff) return 0;
  return *c = 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00), 4;
}
static int decode_utf32(const unsigned char *p, size_t n, bool little, uint32_t *c) {
  if (n < 4) return INCOMPLETE;
  *c = little ? p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24
              : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
  return is_code_point(*c) ? 4 : 0;
}
// May these bytes be the beginning of a character?
static bool utf8_may_go_on(const unsigned char *p, size_t n) {
  size_t need = p[0] >= 0xc2 && p[0] <= 0xdf ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
  if (n >= need) return false;
  if (n > 1) {
    unsigned low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80, high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) return false;
  }
  return n < 3 || (p[2] & 0xc0) == 0x80;
}
// Bytes of the character, 0: bad, INCOMPLETE. n > 0.
static int decode(FileEncoding e, const unsigned char *p, size_t n, uint32_t *c) {
  switch (e) {
    case FILE_LATIN1: return *c = p[0], 1;
    case FILE_UNICODE: {
      unsigned size = text_decode(p, n, c);
      return size ? (int)size : utf8_may_go_on(p, n) ? INCOMPLETE : 0;
    }
    case FILE_UTF16_BIG:
    case FILE_UTF16_LITTLE: return decode_utf16(p, n, e == FILE_UTF16_LITTLE, c);
    default: return decode_utf32(p, n, e == FILE_UTF32_LITTLE, c);
  }
}
// False: the encoding has no such character.
static bool encode(Walk *w, uint32_t c) {
  if (w->out == FILE_UNICODE) return buffer_utf8(&w->text, c), true;
  if (w->out == FILE_LATIN1) {
    if (c > 255) return false;
    buffer_byte(&w->text, (unsigned char)c);
    return true;
  }
  bool wide = w->out == FILE_UTF32_BIG || w->out == FILE_UTF32_LITTLE, little = w->out == FILE_UTF16_LITTLE || w->out == FILE_UTF32_LITTLE;
  unsigned kind = wide ? 32 : 16, bytes = wide || c > 0xffff ? 4 : 2;
  unsigned char to[4];
  bits_put_utf(to, 0, kind, little ? SEGMENT_LITTLE : 0, c);
  buffer_add(&w->text, to, bytes);
  return true;
}

// --- the walk

enum { CONVERT_SHIFT = 7, LIST_SHIFT = 4 }; // 1 ns a byte; 7 ns to a list

// Takes characters from p[*at, n). WALK_INCOMPLETE: the end may be the beginning of one.
static WalkEnd take(Walk *w, const unsigned char *p, size_t n, size_t *at) {
  while (*at < n) {
    if (w->in == FILE_UNICODE && w->out == FILE_UNICODE) {
      size_t valid = text_valid_bytes(p + *at, n - *at);
      buffer_add(&w->text, p + *at, valid);
      *at += valid;
      if (*at == n) break;
    }
    uint32_t c;
    int size = decode(w->in, p + *at, n - *at, &c);
    if (size == INCOMPLETE) return WALK_INCOMPLETE;
    if (size == 0 || !encode(w, c)) return WALK_BAD_DATA;
    *at += (size_t)size;
  }
  return w->text.failed ? WALK_NO_MEMORY : WALK_DONE;
}
static WalkEnd take_binary(Walk *w, Term t, Term tail) {
  if (!term_is_binary(t)) return WALK_BADARG;
  Buffer scratch;
  buffer_init(&scratch, w->context->alloc);
  size_t n, at = 0;
  const unsigned char *p = binary_bytes_any(t, &scratch, &n);
  WalkEnd end = p ? WALK_DONE : WALK_NO_MEMORY;
  if (p && w->left_count && n) {
    size_t more = n < CHARACTER_BYTES_MAX ? n : CHARACTER_BYTES_MAX;
    memcpy(w->left + w->left_count, p, more);
    uint32_t c;
    int size = decode(w->in, w->left, w->left_count + more, &c);
    if (size == INCOMPLETE) {
      w->left_count += more;
      buffer_free(&scratch);
      return WALK_DONE;
    }
    if (size == 0 || !encode(w, c)) {
      end = WALK_BAD_DATA;
      w->joined = true;
    } else {
      at = (size_t)size - w->left_count;
      w->left_count = 0;
    }
  }
  if (end == WALK_DONE) end = take(w, p, n, &at);
  if (end == WALK_INCOMPLETE) {
    w->left_count = n - at;
    memcpy(w->left, p + at, n - at);
    end = WALK_DONE;
  } else if (end == WALK_BAD_DATA) {
    w->bad = t;
    w->bad_at = at;
    w->tail = tail;
  }
  buffer_free(&scratch);
  return end;
}
static WalkEnd take_point(Walk *w, Term t, Term tail) {
  bool good = !w->left_count && term_is_small(t) && is_code_point(small_value(t)) && (w->in != FILE_LATIN1 || small_value(t) < 256);
  if (good && encode(w, (uint32_t)small_value(t))) return WALK_DONE;
  w->bad = t;
  w->tail = tail;
  w->joined = w->left_count != 0;
  return WALK_BAD_DATA;
}

static WalkEnd walk(Walk *w, Term data) {
  w->text.size = 0;
  w->left_count = 0;
  w->joined = false;
  w->outer.count = 0;
  WalkEnd end = WALK_DONE;
  if (term_is_bits(data)) {
    end = take_binary(w, data, T_NONE);
  } else if (!term_is_list(data)) {
    return WALK_BADARG;
  } else {
    for (;;) {
      if (term_is_cons(data)) {
        Term head = cons_head(data), tail = cons_tail(data);
        if (term_is_list(head)) {
          if (head != T_NIL) {
            if (!term_stack_reserve(&w->outer, 1)) return WALK_NO_MEMORY;
            term_stack_push(&w->outer, tail);
            tail = head;
          }
        } else if (term_is_integer(head)) {
          end = take_point(w, head, tail);
        } else {
          end = take_binary(w, head, tail);
        }
        if (end != WALK_DONE) break;
        data = tail;
      } else {
        if (data != T_NIL && (end = take_binary(w, data, T_NONE)) != WALK_DONE) break;
        if (!w->outer.count) break;
        data = term_stack_pop(&w->outer);
      }
    }
  }
  if (w->text.failed) return WALK_NO_MEMORY;
  return end == WALK_DONE && w->left_count ? WALK_INCOMPLETE : end;
}

// --- answers

static Term list_of_text(Process *p, const unsigned char *text, size_t size) {
  Term list = T_NIL;
  for (size_t end = size; end > 0;) {
    size_t from = end - 1;
    while ((text[from] & 0xc0) == 0x80) from--;
    uint32_t point = 0;
    text_decode(text + from, end - from, &point);
    list = heap_cons(&p->heap, term_small(point), list);
    end = from;
  }
  return list;
}
static size_t rest_words(const Walk *w) {
  size_t bytes = term_is_bits(w->bad) ? (size_t)(bits_count(w->bad) >> 3) : 0;
  return (w->outer.count + 5) * CONS_WORDS + binary_words(bytes + sizeof w->left) + BIN_SLICE_WORDS;
}
// The rest of the data from the bad place on. Words: rest_words.
static Term rest_of_data(Process *p, const Walk *w) {
  TermHeap *h = &p->heap;
  Term first = w->bad, rest;
  bool binary = term_is_bits(w->bad);
  if (!w->joined) {
    if (binary) first = bits_slice(h, w->bad, (uint64_t)w->bad_at << 3, bits_count(w->bad) - ((uint64_t)w->bad_at << 3));
    // No character of Latin-1: the point stands in a list of its own.
    if (!binary && w->out == FILE_LATIN1) first = heap_cons(h, first, T_NIL);
    rest = w->tail == T_NONE ? first : heap_cons(h, first, w->tail);
    for (size_t i = w->outer.count; i-- > 0;) rest = heap_cons(h, rest, w->outer.items[i]);
    return rest;
  }
  // What was left over comes first, joined with the binary behind it; then what follows, as one list.
  rest = w->tail == T_NONE ? T_NIL : w->tail;
  size_t more = 0;
  if (binary) {
    more = (size_t)(bits_count(w->bad) >> 3);
  } else {
    rest = heap_cons(h, w->bad, rest);
  }
  for (size_t i = w->outer.count; i-- > 0;) rest = rest == T_NIL ? w->outer.items[i] : heap_cons(h, rest, w->outer.items[i]);
  unsigned char *to;
  Term joined = bits_new(&p->vm->context, h, (uint64_t)(w->left_count + more) << 3, &to);
  if (joined == T_NONE) return T_NONE;
  memcpy(to, w->left, w->left_count);
  if (more) {
    BitsView v = bits_view(w->bad);
    bits_copy(to, (uint64_t)w->left_count << 3, v.base, v.bit_offset, v.bit_count);
  }
  return rest == T_NIL ? joined : heap_cons(h, joined, heap_cons(h, rest, T_NIL));
}

// By its bytes and elements. Code points are no bytes: a list that is no iodata is counted up to where it is none.
static bool is_long(Process *p) {
  if (term_is_bits(ARG(0))) return native_is_long(p, (size_t)(bits_count(ARG(0)) >> 3) >> CONVERT_SHIFT);
  size_t work = native_work_allowed(p);
  uint64_t bits = 0;
  Term bad;
  if (!term_is_list(ARG(0))) return false;
  Status s = iolist_count_within(native_context(p), ARG(0), false, &bits, &bad, &work);
  bool points = s == STATUS_BAD_DATA && native_is_long(p, native_length_within(p, ARG(0)) >> (CONVERT_SHIFT - 2));
  return s == STATUS_LIMIT || points || native_is_long(p, (size_t)(bits >> 3) >> CONVERT_SHIFT);
}

static Term convert(Process *p, FileEncoding in, FileEncoding out, bool list) {
  if (in == FILE_NO_ENCODING || out == FILE_NO_ENCODING) return native_badarg(p);
  if (is_long(p)) return native_go_dirty(p);
  Walk w = {.context = native_context(p), .in = in, .out = out, .bad = T_NIL, .tail = T_NONE};
  buffer_init(&w.text, &p->vm->alloc);
  term_stack_init(&w.outer, &p->vm->alloc);
  WalkEnd end = walk(&w, ARG(0));
  native_charge(p, w.text.size >> CONVERT_SHIFT);
  Term t = T_NONE;
  size_t words = list ? CONS_WORDS * utf8_count((unsigned char *)w.text.data, w.text.size) : binary_words(w.text.size);
  bool bad = end == WALK_BAD_DATA || end == WALK_INCOMPLETE;
  if (end == WALK_BADARG) {
    native_badarg(p);
  } else if (end == WALK_NO_MEMORY || !account_allows_work(&p->vm->account, w.text.size)) {
    native_error(p, ATOM_system_limit);
  } else if (native_reserve(p, words + (bad ? rest_words(&w) + 4 : 0))) {
    if (bad) walk(&w, ARG(0));
    Term good = list ? list_of_text(p, (unsigned char *)w.text.data, w.text.size) : binary_from_buffer(&p->vm->context, &p->heap, &w.text);
    t = good;
    if (bad && good != T_NONE) {
      Term rest = end == WALK_INCOMPLETE ? binary_make(&p->vm->context, &p->heap, w.left, w.left_count) : rest_of_data(p, &w), *items;
      items = heap_tuple(&p->heap, 3, &t);
      items[0] = end == WALK_INCOMPLETE ? ATOM_incomplete : ATOM_error;
      items[1] = good;
      items[2] = rest;
      if (rest == T_NONE) t = T_NONE;
    }
    if (t == T_NONE) native_error(p, ATOM_system_limit);
  }
  term_stack_free(&w.outer);
  buffer_free(&w.text);
  return t;
}
static Term to_binary(Process *p, FileEncoding in, FileEncoding out) {
  size_t size;
  // Text that is already what is wanted.
  if (term_is_binary(ARG(0)) && in == FILE_UNICODE && out == FILE_UNICODE) {
    if (native_is_long(p, (size_t)(bits_count(ARG(0)) >> 3) >> 10)) return native_go_dirty(p);
    const unsigned char *bytes = binary_bytes(ARG(0), &size);
    if (bytes && text_valid_bytes(bytes, size) == size) {
      native_charge(p, size >> 10);
      return ARG(0);
    }
  }
  return convert(p, in, out, false);
}
Term native_characters_to_binary_1(Process *p) { return to_binary(p, FILE_UNICODE, FILE_UNICODE); }
Term native_characters_to_binary_2(Process *p) { return to_binary(p, file_encoding(ARG(1)), FILE_UNICODE); }
Term native_characters_to_binary_3(Process *p) { return to_binary(p, file_encoding(ARG(1)), file_encoding(ARG(2))); }
// Good text straight into a list.
Term native_characters_to_list_1(Process *p) {
  size_t size;
  if (term_is_binary(ARG(0)) && native_is_long(p, (size_t)(bits_count(ARG(0)) >> 3) >> LIST_SHIFT)) return native_go_dirty(p);
  const unsigned char *bytes = term_is_binary(ARG(0)) ? binary_bytes(ARG(0), &size) : NULL;
  if (!bytes || text_valid_bytes(bytes, size) != size) return convert(p, FILE_UNICODE, FILE_UNICODE, true);
  native_charge(p, size >> LIST_SHIFT);
  size_t count = utf8_count(bytes, size);
  NATIVE_RESERVE(count * CONS_WORDS);
  return list_of_text(p, binary_bytes(ARG(0), &size), size);
}
Term native_characters_to_list_2(Process *p) { return convert(p, file_encoding(ARG(1)), FILE_UNICODE, true); }

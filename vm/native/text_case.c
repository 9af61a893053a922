// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_text that make new text: upper, lower and title case, and normal forms. Text that does not change is
// answered itself.
#include "vm/native/bytes.h"
#include "vm/native/casing.h"
#include "vm/native/text_scan.h"

enum { CASE_SHIFT = 5, ASCII_SHIFT = 9 }; // 3 ns a byte, 0.2 ns a byte of ASCII

static bool casing_mode(Term t, CasingMode *mode) {
  *mode = t == ATOM_default  ? CASING_DEFAULT
          : t == ATOM_ascii_k  ? CASING_ASCII
          : t == ATOM_greek  ? CASING_GREEK
                             : CASING_TURKIC;
  return *mode != CASING_TURKIC || t == ATOM_turkic;
}

static Term change_case(Process *p, bool upper) {
  CasingMode mode;
  if (!casing_mode(ARG(1), &mode)) return native_badarg(p);
  if (native_is_long(p, bytes_size(p, 0) >> CASE_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  bool letters_only = mode == CASING_ASCII || (mode != CASING_TURKIC && text_ascii_run(bytes, size) == size);
  native_charge(p, size >> (letters_only ? ASCII_SHIFT : CASE_SHIFT));
  if (letters_only) {
    if (casing_ascii_unchanged(bytes, size, upper) == size) return ARG(0);
    NATIVE_RESERVE(binary_words(size));
    unsigned char *to;
    Term t = bits_new(native_context(p), &p->heap, (uint64_t)size << 3, &to);
    if (t == T_NONE) return native_error(p, ATOM_system_limit);
    casing_ascii(bytes_of_argument(p, 0, &size), size, to, upper);
    return t;
  }
  Buffer out;
  buffer_init(&out, &p->vm->alloc);
  buffer_reserve(&out, size + 8);
  if (upper) {
    casing_text_upper(&out, bytes, size, mode);
  } else {
    casing_text_lower(&out, bytes, size, mode);
  }
  if (!out.failed && out.size == size && memcmp(out.data, bytes, size) == 0) {
    buffer_free(&out);
    return ARG(0);
  }
  return bytes_from_buffer(p, &out);
}
Term native_text_upcase(Process *p) { return change_case(p, true); }
Term native_text_downcase(Process *p) { return change_case(p, false); }

Term native_text_titlecase_first(Process *p) {
  CasingMode mode;
  if (!casing_mode(ARG(1), &mode)) return native_badarg(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  NATIVE_RESERVE(2 * PIECE_WORDS + PAIR_WORDS);
  size_t size, title_size = 0;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  if (size == 0) return native_pair(p, ARG(0), ARG(0));
  unsigned char title[CASING_POINTS_MAX * 4];
  uint32_t point, to[CASING_POINTS_MAX];
  unsigned n = text_decode(bytes, size, &point);
  if (n) {
    unsigned count = casing_title(point, mode, to);
    for (unsigned i = 0; i < count; i++) title_size += utf8_put(title + title_size, to[i]);
  } else {
    title[title_size++] = bytes[0];
    n = 1;
  }
  Term first = title_size == 1 ? native_state(p->vm)->single_bytes[title[0]] : binary_make(native_context(p), &p->heap, title, title_size);
  Term rest = bytes_piece(p, 0, bytes, n, size - n);
  return native_pair(p, first, rest);
}

// --- normal forms

// Below this no character changes under NFC, and none is composed with one behind it that stands below too.
enum { NFC_STABLE_BELOW = 0x300 };
static bool is_stable(const unsigned char *bytes, size_t size, bool nfc) {
  size_t at = text_ascii_run(bytes, size);
  for (; nfc && at < size; at++)
    if (bytes[at] >= 0xcc) return false; // U+0300 is CC 80
  return at == size;
}

// The form of valid text; false: no memory.
static bool normal_form(const Alloc *alloc, Buffer *out, const unsigned char *bytes, size_t size, int options) {
  size_t capacity = size + 32;
  for (;;) {
    utf8proc_int32_t *points = alloc_get(alloc, capacity * sizeof *points);
    if (!points) return false;
    // Room for one more than is told: re-encoding writes a zero behind.
    utf8proc_ssize_t need = utf8proc_decompose(bytes, (utf8proc_ssize_t)size, points, (utf8proc_ssize_t)capacity - 1, options);
    if (need < 0 || (size_t)need < capacity) {
      utf8proc_ssize_t length = need < 0 ? need : utf8proc_reencode(points, need, options);
      if (length > 0) buffer_add(out, points, (size_t)length);
      alloc_put(alloc, points, capacity * sizeof *points);
      return length >= 0 && !out->failed;
    }
    alloc_put(alloc, points, capacity * sizeof *points);
    capacity = (size_t)need + 2;
  }
}

// Text, or {error, what is good in the form, rest}.
Term native_text_normalize(Process *p) {
  int options;
  if (ARG(1) == ATOM_nfc) {
    options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  } else if (ARG(1) == ATOM_nfd) {
    options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
  } else if (ARG(1) == ATOM_nfkc) {
    options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
  } else if (ARG(1) == ATOM_nfkd) {
    options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;
  } else {
    return native_badarg(p);
  }
  if (native_is_long(p, bytes_size(p, 0) >> CASE_SHIFT)) return native_go_dirty(p);
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  size_t good = text_valid_bytes(bytes, size);
  native_charge(p, size >> CASE_SHIFT);
  if (good == size && is_stable(bytes, size, ARG(1) == ATOM_nfc)) return ARG(0);
  Buffer out;
  buffer_init(&out, &p->vm->alloc);
  if (!normal_form(&p->vm->alloc, &out, bytes, good, options) || !account_allows_work(&p->vm->account, out.size)) {
    buffer_free(&out);
    return native_error(p, ATOM_system_limit);
  }
  if (good == size && out.size == size && memcmp(out.data, bytes, size) == 0) {
    buffer_free(&out);
    return ARG(0);
  }
  if (good == size) return bytes_from_buffer(p, &out);
  size_t words = binary_words(out.size) + PIECE_WORDS + 4;
  Term error = T_NONE, *items;
  if (native_reserve(p, words)) {
    Term prefix = binary_from_buffer(native_context(p), &p->heap, &out);
    bytes = bytes_of_argument(p, 0, &size);
    Term rest = bytes_piece(p, 0, bytes, good, size - good);
    items = heap_tuple(&p->heap, 3, &error);
    items[0] = ATOM_error;
    items[1] = prefix;
    items[2] = rest;
    if (prefix == T_NONE) error = native_error(p, ATOM_system_limit);
  }
  buffer_free(&out);
  return error;
}

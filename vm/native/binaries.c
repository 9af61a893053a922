// SPDX-License-Identifier: Apache-2.0
//
// Natives over binaries, atoms and iodata: conversions and the parts of :binary that do not search.
#include "vm/native/native_api.h"
#include "vm/term/atom.h"
#include "vm/term/float_text.h"

// What bytes cost: 0.05 ns copied in a row (memory fresh from the system is far dearer), 2 ns as an element of a list, 1 ns as a part of a number.
enum { COPY_SHIFT = 9, LIST_SHIFT = 6, NUMBER_SHIFT = 7 };

// The bytes of a binary argument. Not byte-aligned ones are copied into `scratch`, which the caller frees.
static const unsigned char *bytes_of(Process *p, Term t, Buffer *scratch, size_t *size) {
  buffer_init(scratch, &p->vm->alloc);
  return binary_bytes_any(t, scratch, size);
}

// --- atoms
Term native_atom_to_binary_1(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  size_t size;
  const char *text = atom_text(p->vm->atoms, ARG(0), &size);
  return native_binary(p, text, size);
}
static bool is_encoding(Term t) { return t == ATOM_utf8 || t == ATOM_unicode || t == ATOM_latin1; }
Term native_atom_to_binary_2(Process *p) {
  if (!is_encoding(ARG(1))) return native_badarg(p);
  if (ARG(1) != ATOM_latin1 || !term_is_atom(ARG(0))) return native_atom_to_binary_1(p);
  size_t size;
  const unsigned char *text = (const unsigned char *)atom_text(p->vm->atoms, ARG(0), &size);
  unsigned char latin[256];
  size_t count = 0;
  for (size_t at = 0; at < size;) {
    uint32_t point;
    at += utf8_get(text + at, size - at, &point);
    if (point > 255) return native_badarg(p);
    latin[count++] = (unsigned char)point;
  }
  return native_binary(p, latin, count);
}
Term native_atom_to_list(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  size_t size;
  const char *text = atom_text(p->vm->atoms, ARG(0), &size);
  return native_char_list(p, text, size);
}
static Term make_atom(Process *p, const char *text, size_t size, bool existing) {
  Term atom;
  if (existing) {
    atom = atom_lookup(p->vm->atoms, text, size);
    return atom == T_NONE ? native_badarg(p) : atom;
  }
  switch (atom_intern(p->vm->atoms, text, size, &atom)) {
    case STATUS_OK: return atom;
    case STATUS_BAD_DATA: return native_badarg(p);
    case STATUS_LIMIT:
      return native_limit(p, utf8_count((const unsigned char *)text, size) > ATOM_CHARACTERS_MAX ? LIMIT_ATOM_CHARACTERS_MAX : LIMIT_ATOM_COUNT_MAX);
    default: return native_error(p, ATOM_system_limit);
  }
}
static Term binary_to_atom(Process *p, bool existing, bool latin) {
  if (!term_is_binary(ARG(0))) return native_badarg(p);
  NATIVE_COSTS((size_t)(bits_count(ARG(0)) >> 3) >> BYTE_SHIFT);
  Buffer scratch, wide;
  size_t size;
  const unsigned char *bytes = bytes_of(p, ARG(0), &scratch, &size);
  buffer_init(&wide, &p->vm->alloc);
  for (size_t i = 0; bytes && latin && i < size; i++) buffer_utf8(&wide, bytes[i]);
  Term t = !bytes || wide.failed ? native_error(p, ATOM_system_limit) : latin ? make_atom(p, wide.data ? wide.data : "", wide.size, existing)
                 : utf8_is_valid(bytes, size) ? make_atom(p, (const char *)bytes, size, existing) : native_badarg(p);
  buffer_free(&wide);
  buffer_free(&scratch);
  return t;
}
Term native_binary_to_atom_1(Process *p) { return binary_to_atom(p, false, false); }
Term native_binary_to_atom_2(Process *p) { return is_encoding(ARG(1)) ? binary_to_atom(p, false, ARG(1) == ATOM_latin1) : native_badarg(p); }
Term native_binary_to_existing_atom_1(Process *p) { return binary_to_atom(p, true, false); }
Term native_binary_to_existing_atom_2(Process *p) { return is_encoding(ARG(1)) ? binary_to_atom(p, true, ARG(1) == ATOM_latin1) : native_badarg(p); }
static Term list_to_atom(Process *p, bool existing) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  Term l = ARG(0);
  bool good = true;
  for (; good && term_is_cons(l) && b.size <= 4 * ATOM_CHARACTERS_MAX; l = cons_tail(l)) { // longer ones are none
    good = term_is_small(cons_head(l)) && is_code_point(small_value(cons_head(l)));
    if (good) buffer_utf8(&b, (uint32_t)small_value(cons_head(l)));
  }
  Term t = b.failed ? native_error(p, ATOM_system_limit) : good && (l == T_NIL || term_is_cons(l)) ? make_atom(p, b.data ? b.data : "", b.size, existing) : native_badarg(p);
  buffer_free(&b);
  return t;
}
Term native_list_to_atom(Process *p) { return list_to_atom(p, false); }
Term native_list_to_existing_atom(Process *p) { return list_to_atom(p, true); }

// --- floats as text
static Term float_text(Process *p, bool with_options, bool list) {
  Term t = ARG(0);
  if (!term_is_float(t)) return native_badarg(p);
  char text[FLOAT_FORMAT_MAX];
  double value = float_value(t);
  enum { SCIENTIFIC, SHORT, DECIMALS } kind = SCIENTIFIC;
  int64_t digits = 20;
  bool compact = false;
  for (Term l = with_options ? ARG(1) : T_NIL; l != T_NIL; l = cons_tail(l)) {
    if (!term_is_cons(l)) return native_badarg(p);
    Term o = cons_head(l);
    if (o == ATOM_short) {
      kind = SHORT;
    } else if (o == ATOM_compact) {
      compact = true;
    } else if (term_is_tuple(o) && tuple_arity(o) == 2 && number_to_int64(tuple_items(o)[1], &digits) && digits >= 0 &&
               (tuple_items(o)[0] == ATOM_decimals ? digits <= FLOAT_DECIMALS_MAX : tuple_items(o)[0] == ATOM_scientific && digits < 250)) {
      kind = tuple_items(o)[0] == ATOM_decimals ? DECIMALS : SCIENTIFIC;
    } else {
      return native_badarg(p);
    }
  }
  size_t size = kind == SHORT      ? float_text_short(value, text)
                : kind == DECIMALS ? float_text_decimals(value, (int)digits, compact, text)
                                   : float_text_scientific(value, (int)digits, text);
  return list ? native_char_list(p, text, size) : native_binary(p, text, size);
}
Term native_float_to_binary_1(Process *p) { return float_text(p, false, false); }
Term native_float_to_binary_2(Process *p) { return float_text(p, true, false); }
Term native_float_to_list_1(Process *p) { return float_text(p, false, true); }
Term native_float_to_list_2(Process *p) { return float_text(p, true, true); }

// --- sizes and parts
Term native_byte_size(Process *p) {
  return term_is_bits(ARG(0)) ? term_small((int64_t)((bits_count(ARG(0)) + 7) / 8)) : native_badarg(p);
}
Term native_bit_size(Process *p) { return term_is_bits(ARG(0)) ? term_small((int64_t)bits_count(ARG(0))) : native_badarg(p); }

// erlang:size/1: of a tuple or a binary.
Term native_size(Process *p) {
  if (term_is_tuple(ARG(0))) return term_small((int64_t)tuple_arity(ARG(0)));
  return native_byte_size(p);
}

enum { SLICE_WORDS = BIN_SLICE_WORDS + 2 + BIN_HEAP_MAX / 8 };
static Term slice(Process *p, unsigned arg, uint64_t from_byte, uint64_t bytes) {
  NATIVE_RESERVE(SLICE_WORDS);
  return bits_slice(&p->heap, ARG(arg), from_byte * 8, bytes * 8);
}
// Start and length as OTP has them: a negative length goes back from the start.
static Term binary_part(Process *p, Term start, Term length) {
  if (!term_is_binary(ARG(0)) || !terms_are_small(start, length)) return native_badarg(p);
  int64_t size = (int64_t)(bits_count(ARG(0)) / 8), from = small_value(start), count = small_value(length);
  if (count < 0) {
    from += count;
    count = -count;
  }
  if (from < 0 || from > size || count > size - from) return native_badarg(p);
  return slice(p, 0, (uint64_t)from, (uint64_t)count);
}
Term native_binary_part_3(Process *p) { return binary_part(p, ARG(1), ARG(2)); }
Term native_binary_part_2(Process *p) {
  Term t = ARG(1);
  if (!term_is_tuple(t) || tuple_arity(t) != 2) return native_badarg(p);
  return binary_part(p, tuple_items(t)[0], tuple_items(t)[1]);
}
Term native_split_binary(Process *p) {
  uint64_t at;
  if (!term_is_binary(ARG(0)) || !native_count(ARG(1), &at) || at > bits_count(ARG(0)) / 8) return native_badarg(p);
  NATIVE_RESERVE(2 * SLICE_WORDS + PAIR_WORDS);
  Term left = bits_slice(&p->heap, ARG(0), 0, at * 8), right = bits_slice(&p->heap, ARG(0), at * 8, bits_count(ARG(0)) - at * 8);
  return native_pair(p, left, right);
}
static Term byte_at(Process *p, int64_t index) {
  if (!term_is_binary(ARG(0)) || index < 0 || index >= (int64_t)(bits_count(ARG(0)) / 8)) return native_badarg(p);
  BitsView v = bits_view(ARG(0));
  return term_small((int64_t)bits_get_u64(v.base, v.bit_offset + 8 * (uint64_t)index, 8));
}
Term native_binary_at(Process *p) { return term_is_small(ARG(1)) ? byte_at(p, small_value(ARG(1))) : native_badarg(p); }
Term native_binary_first(Process *p) { return byte_at(p, 0); }
Term native_binary_last(Process *p) { return term_is_bits(ARG(0)) ? byte_at(p, (int64_t)(bits_count(ARG(0)) / 8) - 1) : native_badarg(p); }
Term native_binary_copy_2(Process *p) {
  uint64_t times, total;
  if (!term_is_binary(ARG(0)) || !native_count(ARG(1), &times)) return native_badarg(p);
  uint64_t bits = bits_count(ARG(0));
  if (__builtin_mul_overflow(bits, times, &total) || !account_allows_work(&p->vm->account, total / 8)) return native_error(p, ATOM_system_limit);
  NATIVE_COSTS((size_t)(total >> 3) >> COPY_SHIFT);
  NATIVE_RESERVE(bits_words(total));
  unsigned char *bytes;
  Term t = bits_new(native_context(p), &p->heap, total, &bytes);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  BitsView v = bits_view(ARG(0));
  // One copy, then doubling what is there.
  uint64_t done = bits < total ? bits : total;
  bits_copy(bytes, 0, v.base, v.bit_offset, done);
  for (uint64_t more; done < total; done += more) {
    more = done < total - done ? done : total - done;
    memcpy(bytes + done / 8, bytes, (size_t)(more / 8));
  }
  return t;
}
Term native_binary_copy_1(Process *p) {
  ARG(1) = term_small(1); // scratch
  return native_binary_copy_2(p);
}
Term native_binary_referenced_byte_size(Process *p) {
  if (!term_is_binary(ARG(0))) return native_badarg(p);
  uint64_t offset;
  Term root = bits_root(ARG(0), &offset);
  return term_small((int64_t)((bits_count(root) + 7) / 8));
}

// --- iodata

enum { ELEMENT_SHIFT = 3 }; // counted and copied: 12 ns each
static Term bad_iodata(Process *p, Status s) { return s == STATUS_NO_MEMORY ? native_error(p, ATOM_system_limit) : native_badarg(p); }
// Counts, as far as may be done here. T_NIL: *bits is the count; else what to answer.
static Term count_iodata(Process *p, bool bytes_only, uint64_t *bits, size_t *elements) {
  size_t allowed = native_work_allowed(p), work = allowed;
  Term bad;
  Status s = iolist_count_within(native_context(p), ARG(0), bytes_only, bits, &bad, &work);
  *elements = allowed - work;
  if (s == STATUS_LIMIT) return native_go_dirty(p);
  return s == STATUS_OK ? T_NIL : bad_iodata(p, s);
}
static Term iodata_to_bits(Process *p, bool bytes_only) {
  uint64_t bits = 0;
  size_t elements;
  Term counted = count_iodata(p, bytes_only, &bits, &elements);
  if (counted != T_NIL) return counted;
  if (!account_allows_work(&p->vm->account, bits / 8)) return native_error(p, ATOM_system_limit);
  NATIVE_COSTS((elements >> ELEMENT_SHIFT) + ((size_t)(bits >> 3) >> COPY_SHIFT));
  NATIVE_RESERVE(bits_words(bits));
  unsigned char *to;
  Term t = bits_new(native_context(p), &p->heap, bits, &to);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  Status s = iolist_copy(native_context(p), ARG(0), to);
  return s == STATUS_OK ? t : bad_iodata(p, s);
}
Term native_iolist_to_binary(Process *p) {
  if (term_is_binary(ARG(0))) return ARG(0);
  return term_is_list(ARG(0)) ? iodata_to_bits(p, true) : native_badarg(p);
}
Term native_list_to_binary(Process *p) { return term_is_list(ARG(0)) ? iodata_to_bits(p, true) : native_badarg(p); }
Term native_list_to_bitstring(Process *p) { return term_is_list(ARG(0)) ? iodata_to_bits(p, false) : native_badarg(p); }
Term native_iolist_size(Process *p) {
  uint64_t bits = 0;
  size_t elements;
  if (!term_is_list(ARG(0)) && !term_is_binary(ARG(0))) return native_badarg(p);
  Term counted = count_iodata(p, true, &bits, &elements);
  if (counted != T_NIL) return counted;
  native_charge(p, elements >> TERM_SHIFT);
  return term_small((int64_t)(bits >> 3));
}
// Bytes first .. last (from 1) as a list in front of `tail_bits` of the same bit string.
static Term bytes_list(Process *p, uint64_t from, uint64_t count, bool with_tail) {
  uint64_t rest = with_tail ? bits_count(ARG(0)) & 7 : 0;
  NATIVE_COSTS((size_t)count >> LIST_SHIFT);
  NATIVE_RESERVE(count * CONS_WORDS + (rest ? CONS_WORDS + SLICE_WORDS : 0));
  BitsView v = bits_view(ARG(0));
  Term list = T_NIL;
  if (rest) list = heap_cons(&p->heap, bits_slice(&p->heap, ARG(0), bits_count(ARG(0)) - rest, rest), list);
  v = bits_view(ARG(0));
  for (uint64_t i = count; i-- > 0;) list = heap_cons(&p->heap, term_small((int64_t)bits_get_u64(v.base, v.bit_offset + 8 * (from + i), 8)), list);
  return list;
}
Term native_binary_to_list_1(Process *p) { return term_is_binary(ARG(0)) ? bytes_list(p, 0, bits_count(ARG(0)) / 8, false) : native_badarg(p); }
Term native_bitstring_to_list(Process *p) { return term_is_bits(ARG(0)) ? bytes_list(p, 0, bits_count(ARG(0)) / 8, true) : native_badarg(p); }
Term native_binary_to_list_3(Process *p) {
  uint64_t first, last;
  if (!term_is_binary(ARG(0)) || !native_count(ARG(1), &first) || !native_count(ARG(2), &last)) return native_badarg(p);
  if (first < 1 || last < first || last > bits_count(ARG(0)) / 8) return native_badarg(p);
  return bytes_list(p, first - 1, last - first + 1, false);
}
static Term bin_to_list(Process *p, Term start, Term length) {
  if (!term_is_binary(ARG(0)) || !terms_are_small(start, length)) return native_badarg(p);
  int64_t size = (int64_t)(bits_count(ARG(0)) / 8), from = small_value(start), count = small_value(length);
  if (count < 0) {
    from += count;
    count = -count;
  }
  if (from < 0 || from > size || count > size - from) return native_badarg(p);
  return bytes_list(p, (uint64_t)from, (uint64_t)count, false);
}
Term native_bin_to_list_2(Process *p) {
  Term t = ARG(1);
  if (!term_is_tuple(t) || tuple_arity(t) != 2) return native_badarg(p);
  return bin_to_list(p, tuple_items(t)[0], tuple_items(t)[1]);
}
Term native_bin_to_list_3(Process *p) { return bin_to_list(p, ARG(1), ARG(2)); }

// --- unsigned integers
static Term decode_unsigned(Process *p, bool little) {
  if (!term_is_binary(ARG(0))) return native_badarg(p);
  uint64_t bits = bits_count(ARG(0));
  NATIVE_COSTS((size_t)(bits >> 3) >> NUMBER_SHIFT);
  NATIVE_RESERVE(bits_integer_words(bits));
  BitsView v = bits_view(ARG(0));
  return bits_get_integer(&p->heap, v.base, v.bit_offset, bits, little ? SEGMENT_LITTLE : 0);
}
Term native_decode_unsigned_1(Process *p) { return decode_unsigned(p, false); }
Term native_decode_unsigned_2(Process *p) {
  return ARG(1) == ATOM_big || ARG(1) == ATOM_little ? decode_unsigned(p, ARG(1) == ATOM_little) : native_badarg(p);
}
static Term encode_unsigned(Process *p, bool little) {
  if (!term_is_integer(ARG(0)) || number_is_negative(ARG(0))) return native_badarg(p);
  uint64_t bytes = (number_bit_length(ARG(0)) + 7) / 8;
  if (bytes == 0) bytes = 1;
  NATIVE_COSTS((size_t)bytes >> NUMBER_SHIFT);
  NATIVE_RESERVE(binary_words(bytes));
  unsigned char *to;
  Term t = bits_new(native_context(p), &p->heap, bytes * 8, &to);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  bits_put_integer(to, 0, ARG(0), bytes * 8, little ? SEGMENT_LITTLE : 0);
  return t;
}
Term native_encode_unsigned_1(Process *p) { return encode_unsigned(p, false); }
Term native_encode_unsigned_2(Process *p) {
  return ARG(1) == ATOM_big || ARG(1) == ATOM_little ? encode_unsigned(p, ARG(1) == ATOM_little) : native_badarg(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// The C API's readers: what a handle names. None of them changes a term; those that answer parts of one make handles.
#include <limits.h>

#include "vm/main/api.h"
#include "vm/native/foreign.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/etf.h"
#include "vm/term/map.h"
#include "vm/term/number.h"
#include "vm/term/print.h"

_Static_assert((int)JOIST_TYPE_INTEGER == (int)JOIST_SLOT_INTEGER && (int)JOIST_TYPE_RESOURCE == (int)JOIST_SLOT_RESOURCE, "both headers number types alike");

joist_type joist_type_of(const joist_terms *t, joist_term handle) { return (joist_type)foreign_type(pool_term(t, handle)); }

bool joist_get_int64(const joist_terms *t, joist_term handle, int64_t *value) {
  Term x = pool_term(t, handle);
  int64_t read;
  if (x == T_NONE || !term_is_integer(x) || !number_to_int64(x, &read)) return false;
  if (value) *value = read;
  return true;
}

bool joist_get_uint64(const joist_terms *t, joist_term handle, uint64_t *value) {
  Term x = pool_term(t, handle);
  uint64_t read;
  if (x == T_NONE || !term_is_integer(x) || !number_to_uint64(x, &read)) return false;
  if (value) *value = read;
  return true;
}

bool joist_get_double(const joist_terms *t, joist_term handle, double *value) {
  Term x = pool_term(t, handle);
  double read;
  if (x == T_NONE || !term_is_number(x) || !number_to_double(x, &read)) return false;
  if (value) *value = read;
  return true;
}

bool joist_get_bool(const joist_terms *t, joist_term handle, bool *value) {
  Term x = pool_term(t, handle);
  if (x != ATOM_true && x != ATOM_false) return false;
  if (value) *value = x == ATOM_true;
  return true;
}

// What fits, terminated when it is text and there is room. Answers the whole size.
static size_t copy_out(Buffer *b, void *out, size_t capacity, bool text) {
  size_t size = b->failed ? 0 : b->size, fits = size < capacity ? size : capacity;
  if (fits) memcpy(out, b->data, fits);
  if (text && capacity) ((char *)out)[fits < capacity ? fits : capacity - 1] = 0;
  buffer_free(b);
  return size;
}

size_t joist_get_integer_text(const joist_terms *t, joist_term handle, int base, char *out, size_t capacity) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_integer(x) || base < 2 || base > 36) return 0;
  Buffer b;
  buffer_init(&b, &pool_vm(t)->alloc);
  number_text(&b, x, base, true);
  return copy_out(&b, out, capacity, true);
}

size_t joist_get_integer_bytes(const joist_terms *t, joist_term handle, void *out, size_t capacity, bool *negative) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_integer(x)) return 0;
  uint64_t room;
  size_t count;
  bool is_negative;
  const uint64_t *limbs = number_limbs(x, &room, &count, &is_negative);
  size_t size = count * 8;
  while (size > 1 && !((const unsigned char *)limbs)[size - 1]) size--;
  if (size == 0) size = 1; // zero is one byte
  for (size_t i = 0; i < size && i < capacity; i++) ((unsigned char *)out)[i] = count ? ((const unsigned char *)limbs)[i] : 0;
  if (negative) *negative = is_negative;
  return size;
}

const char *joist_get_atom(const joist_terms *t, joist_term handle, size_t *size) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_atom(x)) return NULL;
  size_t bytes;
  const char *text = atom_text(pool_vm(t)->atoms, x, &bytes);
  if (size) *size = bytes;
  return text;
}

bool joist_is_atom(const joist_terms *t, joist_term handle, const char *text) {
  size_t size;
  const char *own = joist_get_atom(t, handle, &size);
  return own && text && strlen(text) == size && memcmp(own, text, size) == 0;
}

const void *joist_get_binary(joist_terms *t, joist_term handle, size_t *size) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_binary(x)) return NULL;
  size_t bytes;
  const unsigned char *own = binary_bytes(x, &bytes);
  if (!own) { // it starts within a byte
    Buffer scratch;
    buffer_init(&scratch, &pool_vm(t)->alloc);
    const unsigned char *copy = binary_bytes_any(x, &scratch, &bytes);
    void *kept = copy ? pool_bytes(t, bytes) : NULL;
    if (kept) memcpy(kept, copy, bytes);
    else pool_fail(t, "no memory");
    buffer_free(&scratch);
    own = kept;
  }
  if (size) *size = bytes;
  return own;
}

// --- lists, tuples, maps

int64_t joist_list_length(const joist_terms *t, joist_term handle) {
  Term x = pool_term(t, handle);
  int64_t n = 0;
  for (; term_is_cons(x); x = cons_tail(x)) n++;
  return x == T_NIL ? n : -1;
}

bool joist_list_next(joist_terms *t, joist_term *list, joist_term *head) {
  Term x = list ? pool_term(t, *list) : T_NONE;
  if (!term_is_cons(x)) return false;
  joist_term first = head ? pool_handle(t, cons_head(x)) : JOIST_NONE, rest = pool_handle(t, cons_tail(x));
  if ((head && !joist_is_some(first)) || !joist_is_some(rest)) return false;
  if (head) *head = first;
  *list = rest;
  return true;
}

int64_t joist_tuple_size(const joist_terms *t, joist_term handle) {
  Term x = pool_term(t, handle);
  return x != T_NONE && term_is_tuple(x) ? (int64_t)tuple_arity(x) : -1;
}

joist_term joist_tuple_element(joist_terms *t, joist_term handle, size_t index) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_tuple(x) || index >= tuple_arity(x)) return JOIST_NONE;
  return pool_handle(t, tuple_items(x)[index]);
}

int64_t joist_map_size(const joist_terms *t, joist_term handle) {
  Term x = pool_term(t, handle);
  return x != T_NONE && term_is_map(x) ? (int64_t)map_size(x) : -1;
}

joist_term joist_map_get(joist_terms *t, joist_term map, joist_term key) {
  Term m = pool_term(t, map), k = pool_term(t, key);
  if (m == T_NONE || k == T_NONE || !term_is_map(m)) return JOIST_NONE;
  return pool_handle(t, map_get(&pool_vm(t)->context, m, k));
}

size_t joist_map_pairs(joist_terms *t, joist_term handle, joist_term *keys, joist_term *values, size_t capacity) {
  Term x = pool_term(t, handle);
  if (x == T_NONE || !term_is_map(x)) return 0;
  MapIterator i;
  map_iterate(&i, x);
  for (size_t n = 0; n < capacity && map_next(&i); n++) {
    if (keys) keys[n] = pool_handle(t, i.key);
    if (values) values[n] = pool_handle(t, i.value);
  }
  return map_size(x);
}

// --- whole terms

bool joist_equal(const joist_terms *t, joist_term a, joist_term b) {
  Term x = pool_term(t, a), y = pool_term(t, b);
  bool same = false;
  if (x == T_NONE || y == T_NONE) return false;
  if (equal_terms(&pool_vm(t)->context, x, y, true, &same) != STATUS_OK) pool_fail(t, "no memory");
  return same;
}

int joist_compare(const joist_terms *t, joist_term a, joist_term b) {
  Term x = pool_term(t, a), y = pool_term(t, b);
  if (x == T_NONE || y == T_NONE) return (x != T_NONE) - (y != T_NONE);
  int order = 0;
  if (compare_terms(&pool_vm(t)->context, x, y, false, &order) != STATUS_OK) pool_fail(t, "no memory");
  return order;
}

size_t joist_inspect(const joist_terms *t, joist_term handle, char *out, size_t capacity) {
  Term x = pool_term(t, handle);
  if (!t) return 0;
  Buffer b;
  buffer_init(&b, &pool_vm(t)->alloc);
  if (x == T_NONE) buffer_text(&b, "(no term)");
  else if (term_print(&pool_vm(t)->context, &b, x, NULL) != STATUS_OK) b.failed = true;
  return copy_out(&b, out, capacity, true);
}

size_t joist_encode(const joist_terms *t, joist_term handle, void *out, size_t capacity) {
  Term x = pool_term(t, handle);
  if (x == T_NONE) return 0;
  Buffer b;
  buffer_init(&b, &pool_vm(t)->alloc);
  if (etf_encode(&pool_vm(t)->context, &b, x, 0) != STATUS_OK) b.failed = true;
  return copy_out(&b, out, capacity, false);
}

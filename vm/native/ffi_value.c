// SPDX-License-Identifier: Apache-2.0
//
// Values between terms and C: what fits which type, and how wide it lies in memory. Model and rules: ffi.h.
#include <ffi.h>
#include <float.h>
#include <math.h>
#include <sys/types.h>

#include "vm/native/ffi.h"

typedef struct FfiTypeEntry {
  const char *name;
  FfiClass class_;
  ffi_type *type;
  size_t size_bytes;
} FfiTypeEntry;

static const FfiTypeEntry TYPES[] = {
#define FFI_TYPE(name, class_, libffi, ctype) {name, FFI_CLASS_##class_, &libffi, sizeof(ctype)},
#include "vm/native/ffi_types.def"
#undef FFI_TYPE
};
enum { TYPE_COUNT = sizeof TYPES / sizeof *TYPES };

int ffi_type_index(Vm *vm, Term atom) {
  if (!term_is_atom(atom)) return -1;
  size_t size;
  const char *text = atom_text(vm->atoms, atom, &size);
  for (int i = 0; i < TYPE_COUNT; i++)
    if (strlen(TYPES[i].name) == size && memcmp(TYPES[i].name, text, size) == 0) return i;
  return -1;
}
size_t ffi_type_size(int type) { return TYPES[type].size_bytes; }
FfiClass ffi_type_class(int type) { return TYPES[type].class_; }
ffi_type *ffi_type_of(int type) { return TYPES[type].type; }

Term ffi_atom(Process *p, const char *text) {
  Term t;
  return atom_intern(p->vm->atoms, text, strlen(text), &t) == STATUS_OK ? t : T_NIL;
}
Term ffi_refuse(Process *p, Term where, Term why) {
  NATIVE_RESERVE(4);
  Term t, tag = ffi_atom(p, "ffi_error"), *items = heap_tuple(&p->heap, 3, &t);
  items[0] = tag;
  items[1] = where;
  items[2] = why;
  return t;
}

// --- into C

static bool signed_fits(int64_t v, size_t size_bytes) {
  unsigned unused = 64 - 8 * (unsigned)size_bytes;
  return (int64_t)((uint64_t)v << unused) >> unused == v;
}
static bool unsigned_fits(uint64_t v, size_t size_bytes) { return size_bytes == 8 || v >> 8 * size_bytes == 0; }

// Integers, floats, and the three values of C that no float of the language is.
static bool any_double(Vm *vm, Term t, double *d) {
  if (term_is_atom(t)) {
    size_t size;
    const char *text = atom_text(vm->atoms, t, &size);
    if (size == 3 && memcmp(text, "nan", 3) == 0) return *d = NAN, true;
    if (t == ATOM_infinity) return *d = INFINITY, true;
    if (size == 12 && memcmp(text, "neg_infinity", 12) == 0) return *d = -INFINITY, true;
    return false;
  }
  return number_to_double(t, d);
}

bool ffi_value_from_term(Vm *vm, int type, Term t, FfiValue *value) {
  double d;
  value->u = 0;
  switch (TYPES[type].class_) {
    case FFI_CLASS_SIGNED: return number_to_int64(t, &value->i) && signed_fits(value->i, TYPES[type].size_bytes);
    case FFI_CLASS_UNSIGNED: return number_to_uint64(t, &value->u) && unsigned_fits(value->u, TYPES[type].size_bytes);
    case FFI_CLASS_BOOL: return value->u = t == ATOM_true, t == ATOM_true || t == ATOM_false;
    case FFI_CLASS_FLOAT:
      if (!any_double(vm, t, &d) || (isfinite(d) && fabs(d) > (double)FLT_MAX)) return false;
      return value->f = (float)d, true;
    case FFI_CLASS_DOUBLE: return any_double(vm, t, &value->d);
    case FFI_CLASS_POINTER:
      if (t == ATOM_nil) return value->p = NULL, true;
      FfiPointer *pointer = ffi_pointer(t);
      return pointer && (value->p = pointer->address, true);
    default: return false;
  }
}

void ffi_value_store(int type, FfiValue value, unsigned char *to) {
  // The low bytes come first in memory on the machines that Joist runs on.
  _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are stored by their low bytes");
  memcpy(to, value.bytes, TYPES[type].size_bytes);
}
FfiValue ffi_value_load(int type, const unsigned char *from) {
  FfiValue value = {.u = 0};
  size_t size_bytes = TYPES[type].size_bytes;
  memcpy(value.bytes, from, size_bytes);
  if (TYPES[type].class_ == FFI_CLASS_SIGNED) {
    unsigned unused = 64 - 8 * (unsigned)size_bytes;
    value.i = (int64_t)(value.u << unused) >> unused;
  }
  return value;
}

// --- out of C

static Term double_term(Process *p, double d) {
  if (isnan(d)) return ffi_atom(p, "nan");
  if (isinf(d)) return d > 0 ? ATOM_infinity : ffi_atom(p, "neg_infinity");
  NATIVE_RESERVE(FLOAT_WORDS);
  return heap_float(&p->heap, d);
}

Term ffi_value_to_term(Process *p, int type, FfiValue value) {
  switch (TYPES[type].class_) {
    case FFI_CLASS_SIGNED:
      NATIVE_RESERVE(NUMBER_INT64_WORDS);
      return number_from_int64(&p->heap, value.i);
    case FFI_CLASS_UNSIGNED:
      NATIVE_RESERVE(NUMBER_INT64_WORDS);
      return number_from_uint64(&p->heap, value.u);
    case FFI_CLASS_BOOL: return native_bool(value.bytes[0] != 0);
    case FFI_CLASS_FLOAT: return double_term(p, (double)value.f);
    case FFI_CLASS_DOUBLE: return double_term(p, value.d);
    case FFI_CLASS_POINTER: return ffi_pointer_make(p, value.p, FFI_SIZE_UNKNOWN, NULL);
    case FFI_CLASS_STRING: return value.p ? native_binary(p, value.p, strlen(value.p)) : ATOM_nil;
    default: return ATOM_ok;
  }
}

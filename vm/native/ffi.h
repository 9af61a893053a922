// SPDX-License-Identifier: Apache-2.0
//
// C called from the language: libraries, their functions and memory, as native objects (vm/term/shared.h).
//
// Three kinds of object, each counted: a library (an open shared object), a function (its address, the prepared call of libffi, a
// reference to its library) and a pointer (an address; its size where it is known; what must live as long as it). What is
// known is checked: types, ranges, zero bytes in strings, the bounds of memory that FFI.alloc made. What C does
// with an address is C's affair: a wrong prototype can end the VM, and nothing here can see it.
//
//  F1  A function keeps its library open, a pointer made from another one keeps that one alive.
//  F2  A C function runs to its end, in the scheduler's thread unless it was named as blocking; the bytes of a :binary argument are the term's own, so
//      nothing collects meanwhile and C must not write to them.
//  F3  Refusals are answers, {:ffi_error, where, why}, never exceptions: FFI (stdlib/system/ffi.ex) makes them readable.
//      No C function answers a tuple.
#ifndef JOIST_NATIVE_FFI_H
#define JOIST_NATIVE_FFI_H

#include "vm/native/native_api.h"
#include "vm/term/shared.h"

typedef enum FfiClass {
  FFI_CLASS_SIGNED,
  FFI_CLASS_UNSIGNED,
  FFI_CLASS_BOOL,
  FFI_CLASS_FLOAT,
  FFI_CLASS_DOUBLE,
  FFI_CLASS_POINTER, // a pointer object, nil for NULL
  FFI_CLASS_STRING,  // zero-terminated; nil for NULL
  FFI_CLASS_BINARY,  // an argument alone: the address of the bytes
  FFI_CLASS_VOID,    // a result alone
} FfiClass;

// Any value of C that a call passes or memory holds.
typedef union FfiValue {
  int64_t i;
  uint64_t u;
  float f;
  double d;
  void *p;
  unsigned char bytes[8];
} FfiValue;

typedef struct FfiPointer {
  unsigned char *address;
  uint64_t size_bytes; // FFI_SIZE_UNKNOWN where C gave the address
  NativeObject *owner; // kept, or NULL
  MemoryAccount *account; // where memory of its own is counted, or NULL: it has none
} FfiPointer;
#define FFI_SIZE_UNKNOWN UINT64_MAX

// Index into ffi_types.def of a type's atom, or -1.
int ffi_type_index(Vm *vm, Term atom);
size_t ffi_type_size(int type);
FfiClass ffi_type_class(int type);
struct _ffi_type *ffi_type_of(int type);

// Reads term t as a value of that type, of class SIGNED to POINTER. False: it does not fit.
bool ffi_value_from_term(Vm *vm, int type, Term t, FfiValue *value);
// The term of a value. GC: may. Fails: T_NONE, raised.
Term ffi_value_to_term(Process *p, int type, FfiValue value);
// To and from memory, as wide as the type is. No alignment is needed.
void ffi_value_store(int type, FfiValue value, unsigned char *to);
FfiValue ffi_value_load(int type, const unsigned char *from);

// NULL: no pointer object.
FfiPointer *ffi_pointer(Term t);
// A pointer object for an address, nil for NULL. Keeps `owner`, which may be NULL. GC: may. Fails: T_NONE, raised.
Term ffi_pointer_make(Process *p, void *address, uint64_t size_bytes, NativeObject *owner);

// {:ffi_error, where, why}. GC: may. `where` and `why` are immediate.
Term ffi_refuse(Process *p, Term where, Term why);
Term ffi_atom(Process *p, const char *text);

#endif

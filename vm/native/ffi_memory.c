// SPDX-License-Identifier: Apache-2.0
//
// C's memory as the language sees it: pointer objects, reading and writing through them. Model and rules: ffi.h.
//
// Memory of FFI.alloc lies in the object itself and goes with the last reference to it; its bounds are checked, those of an
// address that C gave are not known. A read or write through nil is refused.
#include "vm/native/ffi.h"

static void pointer_destroy(void *payload) {
  FfiPointer *pointer = payload;
  if (pointer->owner) native_object_drop(pointer->owner);
}
static const NativeType POINTER_TYPE = {"pointer", pointer_destroy};

FfiPointer *ffi_pointer(Term t) {
  if (!term_is_native_object(t) || term_native_object(t)->type != &POINTER_TYPE) return NULL;
  return (FfiPointer *)(void *)term_native_object(t)->payload;
}

Term ffi_pointer_make(Process *p, void *address, uint64_t size_bytes, NativeObject *owner) {
  if (!address) return ATOM_nil;
  if (owner) native_object_keep(owner); // collecting below may drop the term it came from
  if (!native_reserve(p, NATIVE_WORDS)) {
    if (owner) native_object_drop(owner);
    return T_NONE;
  }
  NativeObject *o = native_object_new(vm_alloc_of(p->vm, METER_BINARY), &POINTER_TYPE, vm_next_ref(p->vm), sizeof(FfiPointer));
  if (!o) {
    if (owner) native_object_drop(owner);
    return native_error(p, ATOM_system_limit);
  }
  *(FfiPointer *)(void *)o->payload = (FfiPointer){.address = address, .size_bytes = size_bytes, .owner = owner};
  return heap_native_object(&p->heap, o);
}

// :joist_ffi.alloc(size): zeroed.
Term native_ffi_alloc(Process *p) {
  uint64_t size;
  if (!native_count(ARG(0), &size) || size == 0) return native_badarg(p);
  NATIVE_RESERVE(NATIVE_WORDS);
  NativeObject *o = NULL;
  if (account_allows_work(&p->vm->account, size)) o = native_object_new(&p->vm->alloc, &POINTER_TYPE, vm_next_ref(p->vm), sizeof(FfiPointer) + 8 + size);
  if (!o) return native_error(p, ATOM_system_limit);
  FfiPointer *pointer = (FfiPointer *)(void *)o->payload;
  // Aligned as malloc's would be: C may keep any type there.
  unsigned char *memory = (unsigned char *)(((uintptr_t)(pointer + 1) + 15) & ~(uintptr_t)15);
  memset(memory, 0, size);
  *pointer = (FfiPointer){.address = memory, .size_bytes = size, .account = &p->vm->account};
  native_charge(p, size >> 10);
  return heap_native_object(&p->heap, o);
}
_Static_assert(sizeof(FfiPointer) % 16 == 0 && offsetof(NativeObject, payload) % 8 == 0, "8 spare bytes align what follows to 16");

Term native_ffi_is_pointer(Process *p) { return native_bool(ffi_pointer(ARG(0)) != NULL); }
Term native_ffi_address(Process *p) {
  FfiPointer *pointer = ffi_pointer(ARG(0));
  if (!pointer && ARG(0) != ATOM_nil) return native_badarg(p);
  uint64_t address = pointer ? (uintptr_t)pointer->address : 0;
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  return number_from_uint64(&p->heap, address);
}
Term native_ffi_pointer(Process *p) {
  uint64_t address;
  if (!number_to_uint64(ARG(0), &address)) return native_badarg(p);
  return ffi_pointer_make(p, (void *)(uintptr_t)address, FFI_SIZE_UNKNOWN, NULL);
}
// Bytes that may be read there; :unknown.
Term native_ffi_size(Process *p) {
  FfiPointer *pointer = ffi_pointer(ARG(0));
  if (!pointer) return native_badarg(p);
  return pointer->size_bytes == FFI_SIZE_UNKNOWN ? ATOM_nil : term_small((int64_t)pointer->size_bytes);
}

// Where `size` bytes at the offset in argument 1 lie. NULL: *refusal says why.
static unsigned char *place(Process *p, uint64_t size, const char **refusal) {
  FfiPointer *pointer = ffi_pointer(ARG(0));
  int64_t offset;
  *refusal = NULL;
  if (!pointer) *refusal = ARG(0) == ATOM_nil ? "null" : "no_pointer";
  else if (!number_to_int64(ARG(1), &offset)) *refusal = "offset";
  else if (pointer->size_bytes != FFI_SIZE_UNKNOWN && (offset < 0 || (uint64_t)offset > pointer->size_bytes || size > pointer->size_bytes - (uint64_t)offset))
    *refusal = "bounds";
  return *refusal ? NULL : pointer->address + offset;
}
static Term refuse(Process *p, const char *why) { return ffi_refuse(p, ATOM_nil, ffi_atom(p, why)); }

// :joist_ffi.offset(pointer, bytes)
Term native_ffi_offset(Process *p) {
  const char *why;
  unsigned char *at = place(p, 0, &why);
  if (!at) return refuse(p, why);
  FfiPointer *pointer = ffi_pointer(ARG(0));
  uint64_t size = pointer->size_bytes == FFI_SIZE_UNKNOWN ? FFI_SIZE_UNKNOWN : pointer->size_bytes - (uint64_t)(at - pointer->address);
  return ffi_pointer_make(p, at, size, term_native_object(ARG(0)));
}

// :joist_ffi.read(pointer, offset, type)
Term native_ffi_read(Process *p) {
  int type = ffi_type_index(p->vm, ARG(2));
  const char *why = "type";
  if (type < 0 || ffi_type_class(type) == FFI_CLASS_BINARY || ffi_type_class(type) == FFI_CLASS_VOID) return refuse(p, why);
  unsigned char *at = place(p, ffi_type_size(type), &why);
  return at ? ffi_value_to_term(p, type, ffi_value_load(type, at)) : refuse(p, why);
}
// :joist_ffi.write(pointer, offset, type, value)
Term native_ffi_write(Process *p) {
  int type = ffi_type_index(p->vm, ARG(2));
  const char *why = "type";
  if (type < 0 || ffi_type_class(type) >= FFI_CLASS_STRING) return refuse(p, why);
  unsigned char *at = place(p, ffi_type_size(type), &why);
  FfiValue value;
  if (at && !ffi_value_from_term(p->vm, type, ARG(3), &value)) at = NULL, why = "value";
  if (!at) return refuse(p, why);
  ffi_value_store(type, value, at);
  return ATOM_ok;
}
// :joist_ffi.read_bytes(pointer, offset, size)
Term native_ffi_read_bytes(Process *p) {
  uint64_t size;
  const char *why = "size";
  unsigned char *at = native_count(ARG(2), &size) ? place(p, size, &why) : NULL;
  if (!at) return refuse(p, why);
  FfiPointer *pointer = ffi_pointer(ARG(0));
  NativeObject *keep = pointer->account ? term_native_object(ARG(0)) : pointer->owner;
  if (keep) native_object_keep(keep); // native_binary may collect
  if (!account_allows_work(&p->vm->account, size)) at = NULL;
  native_charge(p, size >> 10);
  Term t = at ? native_binary(p, at, size) : native_error(p, ATOM_system_limit);
  if (keep) native_object_drop(keep);
  return t;
}
// :joist_ffi.write_bytes(pointer, offset, binary)
Term native_ffi_write_bytes(Process *p) {
  Buffer scratch;
  const char *why = "value";
  unsigned char *at = NULL;
  buffer_init(&scratch, &p->vm->alloc);
  if (term_is_binary(ARG(2))) {
    size_t size;
    const unsigned char *bytes = binary_bytes_any(ARG(2), &scratch, &size);
    if (!bytes) return buffer_free(&scratch), native_error(p, ATOM_system_limit);
    at = place(p, size, &why);
    if (at) memmove(at, bytes, size);
    native_charge(p, size >> 10);
  }
  buffer_free(&scratch);
  return at ? ATOM_ok : refuse(p, why);
}
// :joist_ffi.read_string(pointer, offset): up to the first zero byte, or the end of what is known.
Term native_ffi_read_string(Process *p) {
  const char *why;
  unsigned char *at = place(p, 0, &why);
  if (!at) return refuse(p, why);
  FfiPointer *pointer = ffi_pointer(ARG(0));
  uint64_t room = pointer->size_bytes == FFI_SIZE_UNKNOWN ? SIZE_MAX / 2 : pointer->size_bytes - (uint64_t)(at - pointer->address);
  NativeObject *keep = term_native_object(ARG(0));
  native_object_keep(keep);
  Term t = native_binary(p, at, strnlen((const char *)at, room));
  native_object_drop(keep);
  return t;
}
// :joist_ffi.type_size(type); nil: no type of a value.
Term native_ffi_type_size(Process *p) {
  int type = ffi_type_index(p->vm, ARG(0));
  return type < 0 || ffi_type_class(type) == FFI_CLASS_VOID || ffi_type_class(type) == FFI_CLASS_BINARY ? ATOM_nil : term_small((int64_t)ffi_type_size(type));
}

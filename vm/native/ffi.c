// SPDX-License-Identifier: Apache-2.0
//
// Libraries and their functions: opening, looking up, calling. Model and rules: ffi.h.
#include <dlfcn.h>
#include <errno.h>
#include <ffi.h>
#include <stdio.h>

#include "vm/native/ffi.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"

enum { ARGUMENTS_MAX = 64, TEXT_MAX = 512 };

// --- libraries

typedef struct FfiLibrary {
  void *handle;
} FfiLibrary;
static void library_destroy(void *payload) { dlclose(((FfiLibrary *)payload)->handle); }
static const NativeType LIBRARY_TYPE = {"library", library_destroy};

static FfiLibrary *ffi_library(Term t) {
  if (!term_is_native_object(t) || term_native_object(t)->type != &LIBRARY_TYPE) return NULL;
  return (FfiLibrary *)(void *)term_native_object(t)->payload;
}

static Term refuse_text(Process *p, const char *text) {
  char copy[TEXT_MAX];
  snprintf(copy, sizeof copy, "%s", text ? text : "unknown error"); // the linker's text goes with its next call
  Term t = native_binary(p, copy, strlen(copy));
  if (t == T_NONE) return T_NONE;
  ARG(0) = t;
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, ATOM_error, ARG(0));
}

// :joist_ffi.open(name | nil) -> library | {:error, text}. nil: the program itself and what it is linked with.
Term native_ffi_open(Process *p) {
  NATIVE_RESERVE(NATIVE_WORDS);
  char *name = NULL;
  size_t size = 0;
  if (ARG(0) != ATOM_nil && !(name = native_c_string(p, ARG(0), &size))) return T_NONE;
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (name) alloc_put(&p->vm->alloc, name, size + 1);
  if (!handle) return refuse_text(p, dlerror());
  NativeObject *o = native_object_new(&p->vm->alloc, &LIBRARY_TYPE, vm_next_ref(p->vm), sizeof(FfiLibrary));
  if (!o) {
    dlclose(handle);
    return native_error(p, ATOM_system_limit);
  }
  ((FfiLibrary *)(void *)o->payload)->handle = handle;
  return heap_native_object(&p->heap, o);
}

// --- functions

typedef struct FfiFunction {
  ffi_cif cif;
  void (*address)(void);
  NativeObject *library; // kept
  uint8_t argument_count, result;
  bool with_errno, blocking;
  uint8_t types[ARGUMENTS_MAX]; // indices into ffi_types.def
  ffi_type *ffi_types[];
} FfiFunction;

static void function_destroy(void *payload) { native_object_drop(((FfiFunction *)payload)->library); }
static const NativeType FUNCTION_TYPE = {"c_function", function_destroy};

static FfiFunction *ffi_function(Term t) {
  if (!term_is_native_object(t) || term_native_object(t)->type != &FUNCTION_TYPE) return NULL;
  return (FfiFunction *)(void *)term_native_object(t)->payload;
}

// C widens what stands behind the three dots: float to double, small integers to int.
static bool widened(int type) {
  FfiClass class_ = ffi_type_class(type);
  return class_ == FFI_CLASS_FLOAT || class_ == FFI_CLASS_BOOL || (class_ <= FFI_CLASS_UNSIGNED && ffi_type_size(type) < sizeof(int));
}

// Reads the list of argument types; `:...` starts the variable ones. Answers how many, or -1 with *bad, the place in the
// list of the first that is wrong. *fixed: how many stand before the dots; -1: there are none.
static int read_types(Process *p, Term list, uint8_t *types, int *fixed, int *bad) {
  Term dots = ffi_atom(p, "...");
  int count = 0;
  *fixed = -1;
  *bad = 0;
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term t = cons_head(list);
    ++*bad;
    if (t == dots) {
      if (*fixed >= 0) return -1;
      *fixed = count;
      continue;
    }
    int type = ffi_type_index(p->vm, t);
    if (type < 0 || ffi_type_class(type) == FFI_CLASS_VOID || count == ARGUMENTS_MAX) return -1;
    if (*fixed >= 0 && widened(type)) return -1;
    types[count++] = (uint8_t)type;
  }
  return list == T_NIL ? count : -1;
}

// :joist_ffi.function(library, name, types, result, {with_errno, blocking}) -> function | {:error, text} | {:ffi_error, place, :type}
Term native_ffi_function(Process *p) {
  if (!term_is_tuple(ARG(4)) || tuple_arity(ARG(4)) != 2) return native_badarg(p);
  NATIVE_RESERVE(NATIVE_WORDS);
  FfiLibrary *library = ffi_library(ARG(0));
  if (!library) return ffi_refuse(p, ATOM_nil, ffi_atom(p, "library"));
  uint8_t types[ARGUMENTS_MAX];
  int fixed, bad, count = read_types(p, ARG(2), types, &fixed, &bad), result = ffi_type_index(p->vm, ARG(3));
  if (count < 0) return ffi_refuse(p, term_small(bad), ffi_atom(p, "type"));
  if (result < 0 || ffi_type_class(result) == FFI_CLASS_BINARY) return ffi_refuse(p, ffi_atom(p, "result"), ffi_atom(p, "type"));
  size_t size;
  char *name = native_c_string(p, ARG(1), &size);
  if (!name) return T_NONE;
  dlerror();
  void *address = dlsym(library->handle, name);
  alloc_put(&p->vm->alloc, name, size + 1);
  if (!address) return refuse_text(p, dlerror());
  NativeObject *o = native_object_new(&p->vm->alloc, &FUNCTION_TYPE, vm_next_ref(p->vm), sizeof(FfiFunction) + (size_t)count * sizeof(ffi_type *));
  if (!o) return native_error(p, ATOM_system_limit);
  FfiFunction *f = (FfiFunction *)(void *)o->payload;
  f->library = term_native_object(ARG(0));
  native_object_keep(f->library);
  memcpy(&f->address, &address, sizeof address);
  f->argument_count = (uint8_t)count;
  f->result = (uint8_t)result;
  f->with_errno = tuple_items(ARG(4))[0] == ATOM_true;
  f->blocking = tuple_items(ARG(4))[1] == ATOM_true;
  memcpy(f->types, types, sizeof types);
  for (int i = 0; i < count; i++) f->ffi_types[i] = ffi_type_of(types[i]);
  ffi_status s = fixed < 0 ? ffi_prep_cif(&f->cif, FFI_DEFAULT_ABI, (unsigned)count, ffi_type_of(result), f->ffi_types)
                           : ffi_prep_cif_var(&f->cif, FFI_DEFAULT_ABI, (unsigned)fixed, (unsigned)count, ffi_type_of(result), f->ffi_types);
  if (s != FFI_OK) {
    native_object_drop(o);
    return refuse_text(p, "libffi cannot call a function of these types");
  }
  return heap_native_object(&p->heap, o);
}

// What a call holds besides its values: copies of strings, and of binaries that start within a byte.
typedef struct CallTexts {
  Buffer copies[ARGUMENTS_MAX];
  int count;
} CallTexts;

static const char *text_value(Process *p, bool string, Term t, FfiValue *value, CallTexts *texts) {
  if (t == ATOM_nil) return value->p = NULL, NULL;
  if (!term_is_binary(t)) return "value";
  Buffer *copy = &texts->copies[texts->count++];
  buffer_init(copy, &p->vm->alloc);
  size_t size;
  const unsigned char *bytes = binary_bytes_any(t, copy, &size);
  if (!bytes) return "no_memory";
  if (!string) return value->p = (void *)(uintptr_t)bytes, NULL;
  if (memchr(bytes, 0, size)) return "zero_byte";
  if (copy->size == 0) buffer_add(copy, bytes, size);
  buffer_add(copy, "", 1);
  if (copy->failed) return "no_memory";
  value->p = copy->data;
  return NULL;
}

// The text may lie in a binary of this process, which collecting moves: it is copied before anything is reserved.
static Term text_result(Process *p, const char *text) {
  if (!text) return ATOM_nil;
  Buffer copy;
  buffer_init(&copy, &p->vm->alloc);
  buffer_text(&copy, text);
  Term t = copy.failed ? native_error(p, ATOM_system_limit) : native_binary(p, copy.data ? copy.data : "", copy.size);
  buffer_free(&copy);
  return t;
}

// :joist_ffi.call(function, arguments) -> result | {result, errno} | {:ffi_error, place, why}
Term native_ffi_call(Process *p) {
  FfiFunction *f = ffi_function(ARG(0));
  if (!f) return native_badarg(p);
  if (f->blocking && native_may_leave(p)) return native_go_blocking(p);
  output_flush_some(p->vm); // C may print, or block
  FfiValue values[ARGUMENTS_MAX];
  void *places[ARGUMENTS_MAX];
  CallTexts texts;
  texts.count = 0;
  const char *why = NULL;
  Term list = ARG(1);
  int count = 0;
  for (; !why && term_is_cons(list) && count < f->argument_count; list = cons_tail(list), count++) {
    int type = f->types[count];
    Term t = cons_head(list);
    places[count] = &values[count];
    if (ffi_type_class(type) == FFI_CLASS_STRING) why = text_value(p, true, t, &values[count], &texts);
    else if (ffi_type_class(type) == FFI_CLASS_BINARY) why = text_value(p, false, t, &values[count], &texts);
    else if (!ffi_value_from_term(p->vm, type, t, &values[count])) why = "value";
  }
  FfiValue result = {.u = 0};
  Term answer = T_NONE;
  int error = 0;
  if (why) {
    answer = ffi_refuse(p, term_small(count), ffi_atom(p, why));
  } else if (count != f->argument_count || list != T_NIL) {
    answer = native_badarg(p);
  } else {
    // The function's object and library stay: this frame's argument holds them, and nothing collects before the call is over.
    int type = f->result;
    bool with_errno = f->with_errno;
    native_charge(p, 1);
    if (f->blocking) native_blocking_begin(p);
    errno = 0;
    ffi_call(&f->cif, f->address, &result, places);
    error = errno;
    if (f->blocking) native_blocking_end(p);
    answer = ffi_type_class(type) == FFI_CLASS_STRING ? text_result(p, result.p) : ffi_value_to_term(p, type, result);
    if (answer != T_NONE && with_errno) {
      ARG(0) = answer;
      answer = T_NONE;
      if (native_reserve(p, PAIR_WORDS)) answer = native_pair(p, ARG(0), error ? posix_atom(p->vm, error) : ATOM_nil);
    }
  }
  for (int i = 0; i < texts.count; i++) buffer_free(&texts.copies[i]);
  return answer;
}

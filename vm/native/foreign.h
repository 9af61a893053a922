// SPDX-License-Identifier: Apache-2.0
//
// Natives of others: functions of shared objects and of host programs, by include/joist/native.h.
//
//  X1  A foreign native sees slots by number: words of its window (ARG), which are roots. No term or address of one leaves to it, but the
//      addresses of bytes, which it may use until its next setter.
//  X2  Whatever it hands in is checked: numbers of slots, types, sizes, the outcome.
//  X3  The first failure of a setter is kept in the call: what comes after it fails too, and the exception is the answer.
//  X4  A library stays open as long as its VM: resources of its types may be destroyed late.
#ifndef JOIST_NATIVE_FOREIGN_H
#define JOIST_NATIVE_FOREIGN_H

#include "joist/native.h"
#include "vm/base/buffer.h"
#include "vm/code/native.h"
#include "vm/process/vm.h"

enum { FOREIGN_SLOTS_MAX = 128, FOREIGN_TEXT_MAX = 255 };

typedef struct ForeignNative {
  NativeEntry entry; // first: what the engine calls leads here
  joist_native_function function;
} ForeignNative;

typedef struct ForeignLibrary {
  struct ForeignLibrary *next; // of the VM; under LOCK_LIBRARIES
  void *handle;                // of dlopen, or NULL: part of the program
  const joist_native_library *library;
  char *texts;                 // names of entries
  size_t texts_size;
  uint32_t count;
  ForeignNative natives[];
} ForeignLibrary;

// The native of all of them.
Term native_foreign(Process *p);

// What a term is to C, T_NONE included.
joist_slot_type foreign_type(Term x);

// Makes the library's functions callable; again: no effect. handle: taken over with success alone. Thread: worker.
// Fails: STATUS_NO_MEMORY; STATUS_BAD_DATA, *why says what is wrong with it.
MUST_USE Status foreign_register(Vm *vm, const joist_native_library *library, void *handle, Buffer *why);
// After every heap of the VM is gone. `first` was vm->foreign, alloc vm->raw_alloc.
void foreign_free(const Alloc *alloc, ForeignLibrary *first);

#endif

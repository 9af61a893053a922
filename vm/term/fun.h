// SPDX-License-Identifier: Apache-2.0
//
// What the terms FUN and EXPORT point to. Both live as long as the code unit or the
// VM's export table that owns them (vm/code); here stands only what comparing,
// hashing and printing need.
#ifndef JOIST_TERM_FUN_H
#define JOIST_TERM_FUN_H

#include "vm/term/term.h"

typedef struct FunEntry {
  const void *code;       // where a call goes; owned by vm/code (linking stub first). Published, as the next
  const void *machine;    // the same for compiled code; NULL where the interpreter runs
  Term module;            // atom
  Term name;              // atom of the function that implements it, "-main/0-fun-0-" like
  uint32_t index;         // within the unit
  uint32_t arity;         // arguments of a call
  uint32_t capture_count; // captures, passed behind the arguments
  uint32_t unit_id;
  uint32_t function_index; // within the unit: its body, of arity `arity + capture_count`
} FunEntry;

typedef struct Export {
  const void *code;  // where a call goes, switched atomically; first the linking stub. Published, as `machine`, `unit_id` and `native`
  const void *machine; // the same for compiled code; NULL where the interpreter runs
  Term module, name; // atoms
  uint32_t arity;
  uint32_t unit_id;   // 0: not loaded
  uint32_t function_index;
  const struct NativeEntry *native; // not NULL: this is a native
} Export;

static inline const FunEntry *fun_entry(Term t) { return (const FunEntry *)(uintptr_t)boxed_ptr(t)[1]; }
static inline const Export *export_of(Term t) { return (const Export *)(uintptr_t)boxed_ptr(t)[1]; }
static inline size_t fun_capture_count(Term t) { return header_words(boxed_header(t)) - 1; }
static inline Term *fun_captures(Term t) { return boxed_ptr(t) + 2; }

#endif

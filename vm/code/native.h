// SPDX-License-Identifier: Apache-2.0
//
// The one convention for native functions.
//
// A native is `Term fn(Process *p)`. It reads its arguments by index, native_arg(p, i), never through kept
// pointers: whatever may collect may move them. Scratch words, counted in natives.def, follow the
// arguments; they start as [], are roots, and survive a yield.
//
//   N1  Reserve, then build: native_reserve(p, words) may collect and move every term; after it heap_… builders
//       on &p->heap cannot fail for that many words. Read arguments again after it.
//   N2  The answer is a term, or T_NONE after native_error (an exception), or what native_yield, native_call
//       or native_wait answered, returned at once.
//   N3  No C stack is kept across a yield: a long native counts its work with native_charge, keeps what it needs
//       in its arguments and scratch words, and returns native_yield(p); it is then called again from the
//       start with these words (native_resumed(p) tells so).
//       What cannot be divided, or blocks, answers native_go_dirty(p) and is called again from the start on a thread where
//       it may take its time; NATIVE_BLOCKING ones are there from the beginning.
//   N4  A native may end by calling a function of the language: return native_call(p, module, name, n, args…).
//       It does not come back from that; the called function's answer is the native's.
//   N5  Guard natives (NATIVE_GUARD) do not yield, call, wait or change anything. With one or two arguments they may go to a dirty
//       thread; they have no scratch words to keep anything in.
//   N6  Natives run on several threads at once. Its process is a native's own; what natives share is NativeState's
//       (vm/native/native_state.h), each part by its own rule.
//   N7  A NATIVE_PURE one touches its process and what that refers to, the atom table and constants, and nothing that is retired
//       (vm/base/quiescent.h): no other process, no table of code, neither persistent terms nor the cache of protocols; it ends by an answer,
//       not by a call. So a dirty thread is offline while it works, and nobody's memory waits for it.
#ifndef JOIST_CODE_NATIVE_H
#define JOIST_CODE_NATIVE_H

#include "vm/term/term.h"

typedef struct Process Process;
typedef Term (*NativeFn)(Process *p);

enum NativeFlags {
  NATIVE_GUARD = 1,    // may stand in guards and GUARD1
  NATIVE_BLOCKING = 2, // may block its thread: runs on a dirty thread where there are some
  NATIVE_RAISES = 4,   // exists to raise: the trace begins with who called it
  NATIVE_PURE = 8,     // N7
};

typedef struct NativeEntry {
  const char *module, *name; // module "erlang" is the atom :erlang, "Elixir.Foo" is Foo
  uint8_t arity, scratch, flags;
  NativeFn function;
} NativeEntry;

// Every native of natives.def. The table is constant.
extern const NativeEntry NATIVE_TABLE[];
extern const uint32_t NATIVE_COUNT;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Where a process stands, for reports: its frames by function and line, and the native it is in.
#ifndef JOIST_ENGINE_WHERE_H
#define JOIST_ENGINE_WHERE_H

#include "vm/engine/engine.h"

typedef struct EngineFrame {
  const CodeFunction *function;
  ImageText file; // empty: unknown
  uint32_t line;  // 0: unknown
} EngineFrame;

// The innermost frames of p, which does not run, at most `max`; answers how many. Frames of no function are left out.
// Thread: who may touch p. GC: no.
uint32_t engine_frames(Process *p, EngineFrame *frames, uint32_t max);
// The same from an address of code, linked or compiled, and its frame pointer; the stack ends at `end`.
uint32_t engine_frames_from(Vm *vm, const void *address, const Term *fp, const Term *end, EngineFrame *frames, uint32_t max);
// From a frame to who called it: *fp moves there; answers an address within the call. NULL: the stack ends here.
static inline const uint64_t *engine_caller(const Term **fp) {
  Term back = (*fp)[1];
  uint64_t map = return_point_map(back);
  if (map & MAP_BARRIER) return NULL;
  *fp += map_k_words(map);
  return (const uint64_t *)(uintptr_t)back - 1; // the return point itself lies behind it
}
// The native that p's present instruction calls, or NULL.
const NativeEntry *engine_native(Process *p);
// The guard native that it calls, at a GUARD1.
const NativeEntry *engine_guard_native(const Process *p);
// The innermost frames as the list that programs see, on `h`: words it needs at most, then the list (raise.c).
size_t stack_frames_words(Process *p);
Term stack_frames_list(Process *p, TermHeap *h);

#endif

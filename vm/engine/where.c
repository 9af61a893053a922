// SPDX-License-Identifier: Apache-2.0
#include "vm/engine/where.h"

uint32_t engine_frames_from(Vm *vm, const void *from, const Term *fp, const Term *end, EngineFrame *frames, uint32_t max) {
  uint32_t count = 0;
  const uint64_t *address = from;
  while (address && fp && count < max) {
    CodeFunction *f;
    uint32_t file, line;
    if (engine_locate(vm, address, &f, &file, &line)) {
      if (!line && f->line_count) { // before the first line that is known: at the function's entry
        line = f->lines[0].line;
        file = f->lines[0].file;
      }
      frames[count++] = (EngineFrame){f, line ? unit_file(f->unit, file) : (ImageText){"", 0}, line};
    }
    address = fp < end - 1 ? engine_caller(&fp) : NULL;
  }
  return count;
}

uint32_t engine_frames(Process *p, EngineFrame *frames, uint32_t max) {
  return engine_frames_from(p->vm, p->pc, p->fp, p->block_end, frames, max);
}

const NativeEntry *engine_native(Process *p) {
  const Engine *e = vm_engine(p->vm);
  if (!p->pc) return NULL;
  uint32_t op = (uint32_t)p->pc[0];
  uint64_t word = op == e->handlers[L_CALL_NATIVE] ? p->pc[FIRST_CALL_NATIVE] : op == e->handlers[L_NATIVE_BODY] ? p->pc[FIRST_NATIVE_BODY] : 0;
  const NativeEntry *n = (const NativeEntry *)(uintptr_t)word;
  return n >= NATIVE_TABLE && n < NATIVE_TABLE + NATIVE_COUNT ? n : NULL;
}

const NativeEntry *engine_guard_native(const Process *p) { return (const NativeEntry *)(uintptr_t)p->pc[FIRST_GUARD1]; }

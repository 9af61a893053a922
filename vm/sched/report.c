// SPDX-License-Identifier: Apache-2.0
//
// When every process waits for ever: who, where, and for whom.
#include "vm/sched/internal.h"

typedef struct WaitReport {
  Buffer buffer;
  size_t count;
} WaitReport;
enum { WAIT_REPORT_MAX = 50 };

static bool report_waiting(void *state, Process *p) {
  WaitReport *r = state;
  if (r->count++ < WAIT_REPORT_MAX) {
    buffer_text(&r->buffer, "  ");
    process_describe(p, &r->buffer);
    buffer_byte(&r->buffer, '\n');
  }
  return true;
}

void report_deadlock(Vm *vm) {
  WaitReport r = {.count = 0};
  buffer_init(&r.buffer, &vm->alloc);
  buffer_text(&r.buffer, "deadlock: every process waits, and nothing can wake any of them\n");
  process_each(vm, report_waiting, &r);
  if (r.count > WAIT_REPORT_MAX) buffer_format(&r.buffer, "  … and %zu more\n", r.count - WAIT_REPORT_MAX);
  if (!r.buffer.failed && vm->hooks.report) vm->hooks.report(vm, r.buffer.data, r.buffer.size);
  else vm_report(vm, "Everybody waits for ever, and there is no memory to say who and where\n");
  buffer_free(&r.buffer);
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/main/report.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "vm/engine/where.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/observe/processes_report.h"

static bool is_library(Vm *vm, Term module) { return module == ATOM_joist_evaluator || (vm->image && image_module(vm->image, module)); }

static void write_all(const char *bytes, size_t size) {
  while (size) {
    ssize_t n = write(STDERR_FILENO, bytes, size);
    if (n <= 0) return;
    bytes += n;
    size -= (size_t)n;
  }
}

void report_processes(Vm *vm) {
  ProcessesReportOptions options = {.cause = "SIGQUIT", .is_library = is_library};
  Buffer b;
  buffer_init(&b, &vm->alloc);
  native_output_flush(vm);
  processes_report(vm, &options, &b);
  if (b.failed) dprintf(STDERR_FILENO, "joist: SIGQUIT: %zu processes, and no memory to report them\n", process_count(vm));
  else vm_write(vm, VM_REPORT, b.data, b.size);
  buffer_free(&b);
}

// One request: freed by who comes second, the scheduler or the one that waits.
typedef struct Request {
  _Atomic(bool) begun;
  _Atomic(int) users;
} Request;

static void let_go(Vm *vm, Request *r) {
  if (atomic_fetch_sub(&r->users, 1) == 1) alloc_put(&vm->alloc, r, sizeof *r);
}

static void serve(Vm *vm, void *state) {
  Request *r = state;
  atomic_store(&r->begun, true);
  report_processes(vm);
  let_go(vm, r);
}

// The scheduler is in a native, or in a compile job's turn. Its process's words are read without its leave: single words that do not go
// away while it runs.
static void report_stuck(Vm *vm) {
  Process *p = sched_worker(vm, 0)->current;
  char text[600];
  int n = snprintf(text, sizeof text, "joist: SIGQUIT: the scheduler did not come back within %d ms, so no process can be looked at yet.\n", REPORT_WAIT_MS);
  if (p) {
    const NativeEntry *native = engine_native(p);
    size_t module_size, name_size;
    const char *module = atom_text(vm->atoms, term_atom(p->initial_module), &module_size);
    const char *name = atom_text(vm->atoms, term_atom(p->initial_function), &name_size);
    n += snprintf(text + n, sizeof text - (size_t)n, "  running: #PID<0.%u.%u>, started as %.*s.%.*s/%u", pid_slot(p->pid), pid_serial(p->pid),
                  (int)module_size, module, (int)name_size, name, p->initial_arity);
    if (native && n < (int)sizeof text)
      n += snprintf(text + n, sizeof text - (size_t)n, ", last native %s.%s/%u", native->module, native->name, native->arity);
    if (n < (int)sizeof text) n += snprintf(text + n, sizeof text - (size_t)n, "\n");
  } else {
    n += snprintf(text + n, sizeof text - (size_t)n, "  running: no process: it is at work itself\n");
  }
  n += snprintf(text + n, sizeof text - (size_t)n, "  %zu processes are alive; all are reported as soon as it comes back.\n", process_count(vm));
  write_all(text, (size_t)n);
}

void report_from_outside(Vm *vm, bool (*hurry)(void)) {
  Request *r = alloc_get(&vm->alloc, sizeof *r);
  if (!r) return;
  atomic_init(&r->begun, false);
  atomic_init(&r->users, 2);
  if (!sched_post(vm, serve, r)) {
    alloc_put(&vm->alloc, r, sizeof *r);
    return;
  }
  for (int waited_ms = 0; waited_ms < REPORT_WAIT_MS && !atomic_load(&r->begun) && !hurry(); waited_ms++) {
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  if (!atomic_load(&r->begun)) report_stuck(vm);
  let_go(vm, r);
}

Term native_report_processes(Process *p) {
  report_processes(p->vm);
  return ATOM_ok;
}

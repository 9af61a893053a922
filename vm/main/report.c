// SPDX-License-Identifier: Apache-2.0
#include "vm/main/report.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "vm/engine/where.h"
#include "vm/main/safe_text.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/observe/processes_report.h"

static bool is_library(Vm *vm, Term module) { return module == ATOM_joist_evaluator || (vm->image && image_module(vm->image, module)); }

// The report looks at every process: nobody else runs meanwhile.
static void write_report(Vm *vm) {
  ProcessesReportOptions options = {.cause = "SIGQUIT", .is_library = is_library};
  Buffer b;
  buffer_init(&b, &vm->alloc);
  processes_report(vm, &options, &b);
  if (b.failed) dprintf(STDERR_FILENO, "joist: SIGQUIT: %zu processes, and no memory to report them\n", process_count(vm));
  else output_write(vm, VM_REPORT, b.data, b.size);
  buffer_free(&b);
}

void report_processes(Vm *vm) {
  vm_exclusive_begin(vm);
  write_report(vm);
  vm_exclusive_end(vm);
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
  vm_exclusive_begin(vm); // as long as a worker does not come back nothing has begun
  atomic_store(&r->begun, true);
  write_report(vm);
  vm_exclusive_end(vm);
  let_go(vm, r);
}

static void put_atom(SafeText *t, Vm *vm, uint32_t number) {
  size_t size;
  const char *text = atom_text(vm->atoms, term_atom(number), &size);
  text_add(t, text, size);
}

// What a worker's process is doing, read from outside and without its leave: single words, which the memory that they stand in outlives
// while this thread is online among those that read shared tables.
static void put_running(SafeText *t, Vm *vm, const Process *p) {
  text_put(t, "  running: #PID<0.");
  text_decimal(t, pid_slot(p->pid));
  text_put(t, ".");
  text_decimal(t, pid_serial(p->pid));
  text_put(t, ">, started as ");
  put_atom(t, vm, p->initial_module);
  text_put(t, ".");
  put_atom(t, vm, p->initial_function);
  text_put(t, "/");
  text_decimal(t, p->initial_arity);
  const NativeEntry *native = engine_native((Process *)(uintptr_t)p);
  if (native) {
    text_put(t, ", last native ");
    text_put(t, native->module);
    text_put(t, ".");
    text_put(t, native->name);
    text_put(t, "/");
    text_decimal(t, native->arity);
  }
  text_put(t, "\n");
}

static const Process *running_on(Vm *vm, uint32_t index) {
  const Scheduler *s = sched_of(vm, index);
  const Worker *w = s ? __atomic_load_n(&s->worker, __ATOMIC_ACQUIRE) : NULL;
  return w ? worker_current(w) : NULL;
}

// Some worker does not come to the end of its slice: it is in a native, or at work on memory.
static void report_stuck(Vm *vm) {
  SafeText t = {.fd = STDERR_FILENO};
  text_put(&t, "joist: SIGQUIT: the scheduler did not come back within ");
  text_decimal(&t, REPORT_WAIT_MS);
  text_put(&t, " ms, so no process can be looked at yet.\n");
  Participant self;
  participant_join(&vm->quiescence, &self, vm);
  participant_online(&self);
  uint32_t running = 0;
  for (uint32_t i = 0; i < vm->options.schedulers; i++) {
    const Process *p = running_on(vm, i);
    if (!p) continue;
    put_running(&t, vm, p);
    running++;
  }
  participant_offline(&self);
  participant_leave(&self);
  if (!running) text_put(&t, "  running: no process: it is at work itself\n");
  text_put(&t, "  ");
  text_decimal(&t, process_count(vm));
  text_put(&t, " processes are alive; all are reported as soon as it comes back.\n");
  text_flush(&t);
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

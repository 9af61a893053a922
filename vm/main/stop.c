// SPDX-License-Identifier: Apache-2.0
#include "vm/main/stop.h"

#include <signal.h>
#include <string.h>

#include "vm/main/library.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/process/extra.h"

static const struct {
  const char *name;
  int number;
} SIGNALS[] = {
    {"sigabrt", SIGABRT}, {"sigalrm", SIGALRM}, {"sigchld", SIGCHLD}, {"sighup", SIGHUP},   {"sigquit", SIGQUIT},   {"sigstop", SIGSTOP},
    {"sigterm", SIGTERM}, {"sigtstp", SIGTSTP}, {"sigusr1", SIGUSR1}, {"sigusr2", SIGUSR2}, {"sigcont", SIGCONT}, {"sigwinch", SIGWINCH},
};
enum { SIGNAL_NAME_COUNT = sizeof SIGNALS / sizeof *SIGNALS };

const char *stop_signal_name(int number) {
  for (int i = 0; i < SIGNAL_NAME_COUNT; i++)
    if (SIGNALS[i].number == number) return SIGNALS[i].name;
  return NULL;
}

bool stop_has_begun(Vm *vm) {
  NativeState *s = native_state(vm);
  return s && atomic_load(&s->stop_begun);
}

// In a worker's thread. The process prints where the program does: it is told the first process's group leader, one word that is read
// without that process's leave, as it may be busy for long.
static void start_delivery(Vm *vm, void *state) {
  const char *name = stop_signal_name((int)(intptr_t)state);
  Term module, function, signal = T_NIL, error;
  uint64_t ref;
  SpawnOptions options = spawn_options_default();
  options.priority = PRIORITY_HIGH; // not behind a thousand busy processes
  bool ok = name && vm->image && atom_intern(vm->atoms, "joist_signal", 12, &module) == STATUS_OK &&
            atom_intern(vm->atoms, "deliver", 7, &function) == STATUS_OK && atom_intern(vm->atoms, name, strlen(name), &signal) == STATUS_OK;
  const Process *first = process_find(vm, vm->first_pid);
  const Term args[2] = {signal, first ? __atomic_load_n(&first->group_leader, __ATOMIC_RELAXED) : ATOM_nil};
  ok = ok && process_spawn(NULL, vm, &options, module, function, args, 2, &ref, &error) != T_NONE;
  if (!ok && (int)(intptr_t)state == SIGTERM) vm_stop(vm, 0); // no process to be had: it ends all the same
}

bool stop_deliver(Vm *vm, int number) { return sched_post(vm, start_delivery, (void *)(intptr_t)number); }

// --- natives

// stop_begin(): is the caller the first who wants the program to stop?
Term native_stop_begin(Process *p) {
  if (p->vm->options.seeded) p->vm->clock.passes = true; // what is left may compute for ever; nobody waits for that without end
  return native_bool(!atomic_exchange(&native_state(p->vm)->stop_begun, true));
}
Term native_stop_has_begun(Process *p) { return native_bool(stop_has_begun(p->vm)); }

// set_signal(name, default | ignore | handle | restore): false when this program or this system cannot.
Term native_set_signal(Process *p) {
  if (!term_is_atom(ARG(0)) || !p->vm->hooks.set_signal) return ATOM_false;
  SignalAction action;
  if (vm_atom_is(p->vm, ARG(1), "handle")) action = SIGNAL_IS_HANDLED;
  else if (vm_atom_is(p->vm, ARG(1), "ignore")) action = SIGNAL_IS_IGNORED;
  else if (vm_atom_is(p->vm, ARG(1), "default")) action = SIGNAL_IS_DEFAULT;
  else if (vm_atom_is(p->vm, ARG(1), "restore")) action = SIGNAL_IS_RESTORED;
  else return native_badarg(p);
  for (int i = 0; i < SIGNAL_NAME_COUNT; i++)
    if (vm_atom_is(p->vm, ARG(0), SIGNALS[i].name)) return native_bool(p->vm->hooks.set_signal(p->vm, SIGNALS[i].number, action));
  return ATOM_false;
}

Term native_first_process(Process *p) { return p->vm->first_pid; }

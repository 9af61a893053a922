// SPDX-License-Identifier: Apache-2.0
//
// The operating system's signals, for the executable alone: the library installs none.
//
//  G1  A handler only notes the number and posts a semaphore; all work is done by one thread, which is there from the start and
//      sleeps. So a signal is answered while the scheduler computes, is stuck in a native, or waits for input.
//  G2  The thread touches no heap. What concerns processes is posted to the scheduler; what must not wait is done at once: SIGINT
//      (130), SIGHUP (129), the second SIGTERM (143): output written as far as it goes without blocking, terminal restored, _exit.
//  G3  Handlers, not blocked signals: programs that this one starts get the system's default actions back.
//  G4  Who started us with SIGHUP or SIGTERM ignored (nohup) wants them ignored. SIGINT then counts only when a program sent it, not when
//      the terminal did: a shell starts background jobs so.
#ifndef JOIST_MAIN_SIGNALS_H
#define JOIST_MAIN_SIGNALS_H

#include "vm/process/vm.h"

// Installs handlers and starts the thread. Before any other thread; once. Where no thread can be had, the system's
// default actions stay.
void signals_install(void);
// From here on SIGTERM stops `vm` in order and SIGQUIT reports its processes; its set_signal hook is set.
void signals_attach(Vm *vm);
// The VM goes: afterwards nothing of it is touched. Signals that end the program at once still do.
void signals_detach(void);
// SIGINT calls f(state), in the signals' thread, instead of ending the program (a shell: interrupt the evaluation). f NULL:
// it ends the program again. Thread: any.
void signals_set_interrupt(void (*f)(void *state), void *state);
// SIGWINCH (another size) and SIGCONT (it was stopped) call f(state), in the signals' thread. f NULL: nobody is told. Thread: any.
void signals_set_window(void (*f)(void *state), void *state);
// The terminal as it was when the program started, when it is ours alone; called by every end that signals and faults bring.
// Async-signal-safe.
void signals_restore_terminal(void);

#endif

// SPDX-License-Identifier: Apache-2.0
#include "vm/main/signals.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "vm/io/terminal.h"
#include "vm/main/fault.h"
#include "vm/main/report.h"
#include "vm/main/stop.h"
#include "vm/native/output.h"
#include "vm/process/process.h"
#include "vm/sched/sched.h"

enum {
  STATUS_HANGUP = 128 + SIGHUP,
  STATUS_INTERRUPT = 128 + SIGINT,
  STATUS_TERMINATED = 128 + SIGTERM,
  SIGNALS_STACK_BYTES = 256 << 10,
  FLUSH_WAIT_MS = 100, // how long an end that is wanted at once waits for a reader of standard output
};

// The executable's alone; there is one program, so one of these.
static struct {
  _Atomic(uint64_t) pending; // bit per signal; set by handlers, cleared by the thread
  sem_t wake;
  bool has_thread, int_was_ignored;
  pthread_mutex_t lock;   // guards what follows
  Vm *vm;                 // attached, or NULL
  bool ended;             // it was detached: the program's status is decided
  bool stopping;          // a SIGTERM was taken
  uint64_t trapped;       // signals that the program asked for
  void (*interrupt)(void *state);
  void *interrupt_state;
  void (*window)(void *state);
  void *window_state;
  // Constant after signals_install.
  uint64_t ignored;       // from the start (G4)
  bool has_terminal;
  struct termios terminal;
} signals = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t bit(int number) { return (uint64_t)1 << number; }

// --- handlers: any thread, any time

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)context;
  int saved = errno;
  if (number != SIGINT || !signals.int_was_ignored || info->si_code != SI_KERNEL) { // G4
    atomic_fetch_or(&signals.pending, bit(number));
    sem_post(&signals.wake);
  }
  errno = saved;
}
// Writing to a pipe without reader answers EPIPE, beyond ulimit -f EFBIG; ignoring the signals would be inherited by programs that are
// started.
static void on_failed_write(int number) { (void)number; }

static bool handle(int number) {
  struct sigaction a = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
  return sigaction(number, &a, NULL) == 0;
}
static bool is_ignored(int number) {
  struct sigaction a;
  return sigaction(number, NULL, &a) == 0 && !(a.sa_flags & SA_SIGINFO) && a.sa_handler == SIG_IGN;
}

// --- ends at once

// Only a terminal that is ours alone: in the background it is somebody else's, and at the head of a pipeline (`joist x.exs | less`) too.
static bool is_in_front(void) { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

void signals_restore_terminal(void) {
  struct termios now;
  if (signals.vm) terminal_restore(signals.vm);
  if (!signals.has_terminal || !is_in_front() || tcgetattr(STDIN_FILENO, &now) != 0) return;
  if (memcmp(&now, &signals.terminal, sizeof now) != 0) tcsetattr(STDIN_FILENO, TCSANOW, &signals.terminal);
}

static void end_at_once(int status) {
  if (signals.vm) output_flush_now(signals.vm, FLUSH_WAIT_MS);
  signals_restore_terminal();
  _exit(status);
}

// --- the thread, with the lock

static void take_interrupt(void) {
  void (*f)(void *) = signals.interrupt;
  void *state = signals.interrupt_state;
  if (!f) end_at_once(STATUS_INTERRUPT);
  pthread_mutex_unlock(&signals.lock);
  f(state);
  pthread_mutex_lock(&signals.lock);
}

static void take_terminate(void) {
  if (signals.ended) return;
  if (!signals.vm) end_at_once(0); // nothing runs yet
  // Traps come before the stop, and may take their time: then what counts is that the stop has begun.
  bool again = signals.trapped & bit(SIGTERM) ? stop_has_begun(signals.vm) : signals.stopping;
  if (again) end_at_once(STATUS_TERMINATED);
  signals.stopping = true;
  if (!stop_deliver(signals.vm, SIGTERM)) end_at_once(STATUS_TERMINATED);
}

static bool more_came(void) { return atomic_load(&signals.pending) != 0; }

static void take(int number) {
  switch (number) {
    case SIGINT: take_interrupt(); break;
    case SIGWINCH:
    case SIGCONT:
      if (signals.window) signals.window(signals.window_state);
      break;
    case SIGHUP:
      if (!(signals.trapped & bit(SIGHUP)) || !signals.vm) end_at_once(STATUS_HANGUP);
      stop_deliver(signals.vm, SIGHUP);
      break;
    case SIGTERM: take_terminate(); break;
    case SIGQUIT:
      if (signals.vm && !(signals.trapped & bit(SIGQUIT))) report_from_outside(signals.vm, more_came);
      else if (signals.vm) stop_deliver(signals.vm, SIGQUIT);
      break;
    default:
      if (signals.vm) stop_deliver(signals.vm, number);
      break;
  }
}

static void *signals_main(void *unused) {
  (void)unused;
  fault_thread_begin();
  for (;;) {
    while (sem_wait(&signals.wake) != 0) {}
    uint64_t pending = atomic_exchange(&signals.pending, 0);
    pthread_mutex_lock(&signals.lock);
    for (int number = 1; number < 64; number++)
      if (pending & bit(number)) take(number);
    pthread_mutex_unlock(&signals.lock);
  }
  return NULL;
}

// --- what the program asks for

static bool set_signal(Vm *vm, int number, SignalAction action) {
  (void)vm;
  bool ok = signals.has_thread;
  pthread_mutex_lock(&signals.lock);
  bool own = number == SIGTERM || number == SIGHUP || number == SIGQUIT; // handled in any case
  if (action == SIGNAL_IS_HANDLED) {
    ok = ok && handle(number);
    if (ok) signals.trapped |= bit(number);
  } else {
    signals.trapped &= ~bit(number);
    bool restored = action == SIGNAL_IS_RESTORED, ignored = action == SIGNAL_IS_IGNORED || (restored && (signals.ignored & bit(number)));
    struct sigaction a = {.sa_handler = ignored ? SIG_IGN : SIG_DFL};
    if (restored && number == SIGABRT) fault_install();
    else ok = restored && own && !ignored ? handle(number) : sigaction(number, &a, NULL) == 0;
  }
  pthread_mutex_unlock(&signals.lock);
  return ok;
}

void signals_set_interrupt(void (*f)(void *state), void *state) {
  pthread_mutex_lock(&signals.lock);
  signals.interrupt = f;
  signals.interrupt_state = state;
  pthread_mutex_unlock(&signals.lock);
}

void signals_set_window(void (*f)(void *state), void *state) {
  pthread_mutex_lock(&signals.lock);
  signals.window = f;
  signals.window_state = state;
  if (f && signals.has_thread) handle(SIGWINCH), handle(SIGCONT);
  pthread_mutex_unlock(&signals.lock);
}

void signals_attach(Vm *vm) {
  pthread_mutex_lock(&signals.lock);
  signals.vm = vm;
  signals.ended = false;
  fault_attach(vm);
  vm->hooks.set_signal = set_signal;
  pthread_mutex_unlock(&signals.lock);
}

void signals_detach(void) {
  pthread_mutex_lock(&signals.lock);
  signals.vm = NULL;
  signals.ended = true;
  fault_attach(NULL);
  pthread_mutex_unlock(&signals.lock);
}

void signals_install(void) {
  fault_install();
  struct sigaction quiet = {.sa_handler = on_failed_write, .sa_flags = SA_RESTART};
  sigaction(SIGPIPE, &quiet, NULL);
  sigaction(SIGXFSZ, &quiet, NULL);
  signals.has_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && is_in_front() && tcgetattr(STDIN_FILENO, &signals.terminal) == 0;
  if (sem_init(&signals.wake, 0, 0) != 0) return;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, SIGNALS_STACK_BYTES);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  signals.has_thread = pthread_create(&thread, &attributes, signals_main, NULL) == 0;
  pthread_attr_destroy(&attributes);
  if (!signals.has_thread) return;
  signals.int_was_ignored = is_ignored(SIGINT);
  handle(SIGINT);
  handle(SIGQUIT);
  static const int ENDS[] = {SIGHUP, SIGTERM};
  for (int i = 0; i < 2; i++) {
    if (is_ignored(ENDS[i])) signals.ignored |= bit(ENDS[i]);
    else handle(ENDS[i]);
  }
}

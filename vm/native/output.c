// SPDX-License-Identifier: Apache-2.0
#include "vm/native/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vm/native/native_state.h"

void output_init(Vm *vm, Output *o) {
  pthread_mutex_init(&o->lock, NULL);
  buffer_init(&o->buffer, &vm->alloc);
  atomic_init(&o->error, 0);
  o->is_terminal = !vm->options.without_standard_streams && isatty(STDOUT_FILENO);
}

void output_free(Output *o) {
  buffer_free(&o->buffer);
  pthread_mutex_destroy(&o->lock);
}

// O2. Thread: scheduler.
static void note_failure(Vm *vm, Output *o, int error) {
  int none = 0;
  if (o) atomic_compare_exchange_strong(&o->error, &none, error);
  if (error == EPIPE) vm_stop(vm, STATUS_PIPE);
}

// With the lock.
static int flush_locked(Vm *vm, Output *o) {
  if (!o->buffer.size) return 0;
  int error = vm_write(vm, VM_STDOUT, o->buffer.data, o->buffer.size);
  o->buffer.size = 0; // also after a failure: what cannot be written must not pile up
  return error;
}

static int flush(Vm *vm, Output *o) {
  pthread_mutex_lock(&o->lock);
  int error = flush_locked(vm, o);
  pthread_mutex_unlock(&o->lock);
  if (error) note_failure(vm, o, o->untold = error);
  return error;
}

bool native_output_flush(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s) return true;
  if (s->output.buffer.size) flush(vm, &s->output);
  return atomic_load_explicit(&s->output.error, memory_order_relaxed) == 0;
}

int output_write(Vm *vm, bool to_stderr, const void *bytes, size_t size) {
  Output *o = &native_state(vm)->output;
  if (to_stderr) {
    native_output_flush(vm); // its failure is not standard error's
    int error = vm_write(vm, VM_STDERR, bytes, size);
    if (error == EPIPE) vm_stop(vm, STATUS_PIPE);
    return error;
  }
  if (o->untold) { // what was written before is lost: this is the first chance to say so
    int error = o->untold;
    o->untold = 0;
    return error;
  }
  pthread_mutex_lock(&o->lock);
  if (!o->buffer.size && !vm->options.seeded) o->oldest_ns = vm_monotonic_ns(vm);
  buffer_add(&o->buffer, bytes, size);
  int error = 0;
  if (o->buffer.failed) { // no room: what is there goes out, then this
    o->buffer.failed = false;
    error = flush_locked(vm, o);
    if (!error) error = vm_write(vm, VM_STDOUT, bytes, size);
  } else if (o->is_terminal || o->buffer.size >= OUTPUT_BUFFER_BYTES) {
    error = flush_locked(vm, o);
  }
  pthread_mutex_unlock(&o->lock);
  if (error) note_failure(vm, o, error);
  return error;
}

void output_flush_old(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s || !s->output.buffer.size || vm->options.seeded) return;
  if (vm_monotonic_ns(vm) - s->output.oldest_ns >= OUTPUT_DELAY_MS * (int64_t)1000000) flush(vm, &s->output);
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void output_flush_now(Vm *vm, int wait_ms) {
  NativeState *s = native_state(vm);
  if (!s) return;
  Output *o = &s->output;
  int64_t end = now_ms() + wait_ms;
  while (pthread_mutex_trylock(&o->lock) != 0) { // its holder writes, and may be blocked in that
    if (now_ms() >= end) return;
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  // A blocking descriptor takes at least PIPE_BUF without blocking when poll says that it is writable.
  const char *bytes = o->buffer.data;
  for (size_t left = o->buffer.size; left;) {
    struct pollfd ready = {STDOUT_FILENO, POLLOUT, 0};
    int64_t rest = end - now_ms();
    int n = poll(&ready, 1, rest > 0 ? (int)rest : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || (ready.revents & (POLLERR | POLLNVAL))) break;
    ssize_t written = write(STDOUT_FILENO, bytes, left < 4096 ? left : 4096);
    if (written < 0 && errno != EINTR && errno != EAGAIN) break;
    if (written < 0) continue;
    bytes += written;
    left -= (size_t)written;
  }
  o->buffer.size = 0;
  pthread_mutex_unlock(&o->lock);
}

int output_finish(Vm *vm, int status) {
  if (native_output_flush(vm)) return status;
  int error = atomic_load(&native_state(vm)->output.error);
  if (error == EPIPE) return STATUS_PIPE;
  if (status == 0) vm_report(vm, "joist: cannot write standard output: %s\n", strerror(error));
  return status == 0 ? 1 : status;
}

// SPDX-License-Identifier: Apache-2.0
//
// One thread at a time writes a stream: it takes the buffer for its own (`pending`), gives the lock, and writes. Who comes meanwhile
// leaves its bytes in the buffer: the writer looks again before it goes. Streams go out in order, standard output first (O1).
#include "vm/native/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "vm/native/native_state.h"
#include "vm/sched/watch.h"

enum { STREAM_COUNT = 3, THREAD_STACK_BYTES = 128 << 10, PIECE_BYTES = 4096 };

void output_init(Vm *vm, Output *o) {
  lock_init(&o->lock, LOCK_OUTPUT);
  pthread_mutex_init(&o->calm_lock, NULL);
  pthread_cond_init(&o->calm, NULL);
  pthread_cond_init(&o->wake, NULL);
  for (int i = 0; i < STREAM_COUNT; i++) {
    buffer_init(&o->streams[i].buffer, &vm->alloc);
    buffer_init(&o->streams[i].pending, &vm->alloc);
  }
  o->drained_fd = -1;
  o->is_terminal = !vm->options.without_standard_streams && isatty(STDOUT_FILENO);
  struct stat out, error;
  bool known = !vm->options.without_standard_streams && fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &error) == 0;
  o->in_order = !known || (out.st_dev == error.st_dev && out.st_ino == error.st_ino);
}

// O2.
static void note_failure(Vm *vm, Output *o, int error) {
  int none = 0;
  atomic_compare_exchange_strong(&o->error, &none, error);
  if (error == EPIPE) vm_stop(vm, STATUS_PIPE);
}

// --- with the lock

// Released: who reads that nothing is left knows that it was written.
static void backlog_add(Output *o, size_t bytes) {
  atomic_store_explicit(&o->backlog, atomic_load_explicit(&o->backlog, memory_order_relaxed) + bytes, memory_order_release);
}
static void backlog_sub(Output *o, size_t bytes) { backlog_add(o, (size_t)0 - bytes); }

// Says to who waits whether there is room.
static void tell_room(Output *o) {
  bool room = atomic_load_explicit(&o->backlog, memory_order_relaxed) < OUTPUT_BUFFER_BYTES;
  if (o->drained_fd < 0 || room == o->drained_is_told) return;
  uint64_t word = 1;
  // Never blocks: it counts one at most, and is read only then.
  ssize_t done = room ? write(o->drained_fd, &word, sizeof word) : read(o->drained_fd, &word, sizeof word);
  if (done == sizeof word) o->drained_is_told = room;
}

// Is there anything to write? Then it stands in `pending`.
static bool has_pending(OutputStream *s) {
  if (s->at < s->pending.size) return true;
  s->at = s->pending.size = 0;
  s->stuck = false;
  if (!s->buffer.size) return false;
  Buffer empty = s->pending;
  s->pending = s->buffer;
  s->buffer = empty;
  return true;
}
static bool is_writing(const Output *o) { return o->streams[0].writing || o->streams[1].writing || o->streams[2].writing; }
static bool is_stuck(const Output *o) { return o->streams[0].stuck || o->streams[1].stuck || o->streams[2].stuck; }

// --- writing

// Bytes of `s` that went out, or -errno. wait: however long that takes.
static ssize_t put(Vm *vm, Output *o, OutputStream *s, bool wait) {
  int stream = (int)(s - o->streams) + VM_STDOUT;
  const char *bytes = s->pending.data + s->at;
  size_t size = s->pending.size - s->at;
  if (!wait && vm->hooks.write_some) return vm->hooks.write_some(vm, stream, bytes, size);
  if (vm->hooks.write_some && size > PIECE_BYTES) size = PIECE_BYTES; // so that who waits for room hears of it early
  int error = vm_write(vm, stream, bytes, size);
  return error ? -error : (ssize_t)size;
}

static void tell_calm(Output *o) {
  if (!atomic_load(&o->waiters)) return;
  pthread_mutex_lock(&o->calm_lock);
  pthread_cond_broadcast(&o->calm);
  pthread_mutex_unlock(&o->calm_lock);
}

typedef enum Left { LEFT_NOTHING, LEFT_TO_ANOTHER, LEFT_WAITING } Left;

// Takes the lock. Writes a stream until nothing is left, or (without `wait`) it would have to wait. *error: the first failure, else as it was.
static Left write_stream(Vm *vm, Output *o, OutputStream *s, bool wait, int *error) {
  Left left = LEFT_NOTHING;
  lock_take(&o->lock);
  while (left == LEFT_NOTHING) {
    if (o->in_order ? is_writing(o) : s->writing) { // a host is called by one thread at a time
      left = LEFT_TO_ANOTHER;
      break;
    }
    if (!has_pending(s)) break;
    if (s->stuck && !wait) {
      left = LEFT_TO_ANOTHER;
      break;
    }
    s->writing = true;
    lock_give(&o->lock);
    ssize_t done = put(vm, o, s, wait);
    lock_take(&o->lock);
    s->writing = false;
    size_t rest = s->pending.size - s->at, gone = done < 0 ? rest : (size_t)done; // what cannot be written must not pile up
    s->at += gone;
    backlog_sub(o, gone);
    tell_room(o);
    if (done < 0 && !*error) *error = (int)-done;
    if (gone < rest && !wait) {
      left = LEFT_WAITING;
      s->stuck = true;
    }
  }
  lock_give(&o->lock);
  tell_calm(o);
  return left;
}

// All streams, again when others left something to this thread meanwhile. What is left of one holds up those behind it when they are one.
static Left write_out(Vm *vm, Output *o, bool wait, int errors[STREAM_COUNT]) {
  Left left = LEFT_NOTHING;
  do {
    for (int i = 0; i < STREAM_COUNT && (left == LEFT_NOTHING || !o->in_order); i++) {
      Left here = write_stream(vm, o, &o->streams[i], wait, &errors[i]);
      if (here > left) left = here;
    }
  } while (left == LEFT_NOTHING && atomic_load_explicit(&o->backlog, memory_order_acquire));
  return left;
}

// Until nobody writes. The caller is counted in `waiters`.
static void wait_for_calm(Output *o) {
  pthread_mutex_lock(&o->calm_lock);
  for (;;) {
    lock_take(&o->lock);
    bool busy = is_writing(o);
    lock_give(&o->lock);
    if (!busy) break;
    pthread_cond_wait(&o->calm, &o->calm_lock);
  }
  pthread_mutex_unlock(&o->calm_lock);
}

// All of it, and what another is writing now.
static void drain(Vm *vm, Output *o, int errors[STREAM_COUNT]) {
  atomic_fetch_add(&o->waiters, 1);
  while (write_out(vm, o, true, errors) == LEFT_TO_ANOTHER) wait_for_calm(o);
  atomic_fetch_sub(&o->waiters, 1);
}

// What found no room in the buffer: behind all that is there, by this thread, when no other writes.
static int write_past_buffer(Vm *vm, Output *o, int stream, const void *bytes, size_t size, int errors[STREAM_COUNT]) {
  OutputStream *s = &o->streams[stream - VM_STDOUT];
  atomic_fetch_add(&o->waiters, 1);
  for (bool mine = false; !mine;) {
    if (write_out(vm, o, true, errors) == LEFT_TO_ANOTHER) wait_for_calm(o);
    lock_take(&o->lock);
    mine = !is_writing(o) && !s->buffer.size && s->at == s->pending.size;
    if (mine) s->writing = true;
    lock_give(&o->lock);
  }
  int error = vm_write(vm, stream, bytes, size);
  lock_take(&o->lock);
  s->writing = false;
  lock_give(&o->lock);
  atomic_fetch_sub(&o->waiters, 1);
  tell_calm(o);
  return error;
}

// Of a flush that is no write's own.
static void keep_failures(Vm *vm, Output *o, const int errors[STREAM_COUNT]) {
  if (errors[0]) {
    atomic_store(&o->untold, errors[0]);
    note_failure(vm, o, errors[0]);
  }
  if (errors[1] == EPIPE || errors[2] == EPIPE) vm_stop(vm, STATUS_PIPE);
}

// --- the thread

static void *thread_main(void *state) {
  Vm *vm = state;
  Output *o = &native_state(vm)->output;
  if (vm->hooks.thread_begin) vm->hooks.thread_begin();
  pthread_mutex_lock(&o->calm_lock);
  while (!o->quit) {
    if (!o->wanted) {
      pthread_cond_wait(&o->wake, &o->calm_lock);
      continue;
    }
    o->wanted = false;
    pthread_mutex_unlock(&o->calm_lock);
    bool again = true;
    while (again) {
      int errors[STREAM_COUNT] = {0};
      drain(vm, o, errors);
      keep_failures(vm, o, errors);
      lock_take(&o->lock);
      again = atomic_load_explicit(&o->backlog, memory_order_relaxed) != 0;
      lock_give(&o->lock);
    }
    pthread_mutex_lock(&o->calm_lock);
  }
  pthread_mutex_unlock(&o->calm_lock);
  if (vm->hooks.thread_end) vm->hooks.thread_end();
  return NULL;
}

// With calm_lock. Signals are others' business.
static bool start_thread(Vm *vm, Output *o) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  o->has_thread = pthread_create(&o->thread, &attributes, thread_main, vm) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return o->has_thread;
}

// The reader is slow: what is left is the thread's from now on.
static void leave_to_thread(Vm *vm, Output *o) {
  pthread_mutex_lock(&o->calm_lock);
  bool there = o->has_thread || start_thread(vm, o);
  o->wanted = there;
  pthread_cond_signal(&o->wake);
  pthread_mutex_unlock(&o->calm_lock);
  if (there) return;
  int errors[STREAM_COUNT] = {0}; // no thread to be had: in place
  drain(vm, o, errors);
  keep_failures(vm, o, errors);
}

// --- what others call

// Without waiting for anybody, where that is to be had. The errors are the caller's to tell.
static void flush_some(Vm *vm, Output *o, int errors[STREAM_COUNT]) {
  bool in_place = vm->options.seeded || !vm->hooks.write_some;
  if (write_out(vm, o, in_place, errors) == LEFT_WAITING) leave_to_thread(vm, o);
}

bool output_is_waiting(Vm *vm) {
  NativeState *s = native_state(vm);
  return s && atomic_load_explicit(&s->output.backlog, memory_order_acquire) != 0;
}

void output_flush_some(Vm *vm) {
  if (!output_is_waiting(vm)) return;
  Output *o = &native_state(vm)->output;
  int errors[STREAM_COUNT] = {0};
  flush_some(vm, o, errors);
  keep_failures(vm, o, errors);
}

void output_flush_old(Vm *vm) {
  if (vm->options.seeded || !output_is_waiting(vm)) return;
  Output *o = &native_state(vm)->output;
  int64_t oldest = atomic_load_explicit(&o->oldest_ns, memory_order_relaxed);
  if (vm_monotonic_ns(vm) - oldest >= OUTPUT_DELAY_MS * (int64_t)1000000) output_flush_some(vm);
}

bool native_output_flush(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s) return true;
  Output *o = &s->output;
  if (output_is_waiting(vm)) {
    int errors[STREAM_COUNT] = {0};
    drain(vm, o, errors);
    keep_failures(vm, o, errors);
  }
  return atomic_load_explicit(&o->error, memory_order_relaxed) == 0;
}

int output_write(Vm *vm, int stream, const void *bytes, size_t size) {
  Output *o = &native_state(vm)->output;
  int errors[STREAM_COUNT] = {0}, untold;
  if (stream == VM_STDOUT && atomic_load_explicit(&o->untold, memory_order_relaxed) && (untold = atomic_exchange(&o->untold, 0)) != 0)
    return untold; // what was written before is lost: this is the first chance to say so
  if (stream == VM_REPORT && vm->hooks.write_some) stream = VM_STDERR; // one descriptor: in one order
  Buffer *b = &o->streams[stream - VM_STDOUT].buffer;
  lock_take(&o->lock);
  size_t before = atomic_load_explicit(&o->backlog, memory_order_relaxed);
  buffer_add(b, bytes, size);
  bool kept = !b->failed;
  b->failed = false;
  if (kept) backlog_add(o, size);
  tell_room(o);
  lock_give(&o->lock);
  if (!before && stream == VM_STDOUT && !vm->options.seeded) atomic_store_explicit(&o->oldest_ns, vm_monotonic_ns(vm), memory_order_relaxed);
  if (!kept) {
    int error = write_past_buffer(vm, o, stream, bytes, size, errors);
    if (error) errors[stream - VM_STDOUT] = error;
    flush_some(vm, o, errors); // what others left to this thread meanwhile
  } else if (stream != VM_STDOUT || o->is_terminal || before + size >= OUTPUT_BUFFER_BYTES) {
    flush_some(vm, o, errors);
  }
  int error = errors[stream - VM_STDOUT];
  if (stream == VM_STDOUT && error) note_failure(vm, o, error);
  errors[stream - VM_STDOUT] = 0;
  if (error == EPIPE && stream != VM_STDOUT) vm_stop(vm, STATUS_PIPE);
  keep_failures(vm, o, errors); // another stream's are not this one's
  return error;
}

bool output_wait(Process *p, int stream) {
  Vm *vm = p->vm;
  Output *o = &native_state(vm)->output;
  if (vm->options.seeded || atomic_load_explicit(&o->backlog, memory_order_relaxed) < OUTPUT_BUFFER_BYTES) return false;
  lock_take(&o->lock);
  bool full = (o->in_order ? is_stuck(o) : o->streams[stream - VM_STDOUT].stuck) && atomic_load_explicit(&o->backlog, memory_order_relaxed) >= OUTPUT_BUFFER_BYTES;
  if (full && o->drained_fd < 0) o->drained_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int fd = o->drained_fd;
  lock_give(&o->lock);
  LimitId lacking; // without a watch it goes on writing
  return full && fd >= 0 && watch_begin(p, fd, &lacking);
}

void output_free(Vm *vm) {
  Output *o = &native_state(vm)->output;
  native_output_flush(vm);
  if (o->has_thread) {
    pthread_mutex_lock(&o->calm_lock);
    o->quit = true;
    pthread_cond_signal(&o->wake);
    pthread_mutex_unlock(&o->calm_lock);
    pthread_join(o->thread, NULL);
  }
  for (int i = 0; i < STREAM_COUNT; i++) {
    buffer_free(&o->streams[i].buffer);
    buffer_free(&o->streams[i].pending);
  }
  if (o->drained_fd >= 0) close(o->drained_fd);
  pthread_cond_destroy(&o->wake);
  pthread_cond_destroy(&o->calm);
  pthread_mutex_destroy(&o->calm_lock);
}

// --- ends at once

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// A blocking descriptor takes at least PIPE_BUF without blocking when poll says that it is writable.
static void put_until(int fd, const char *bytes, size_t left, int64_t end) {
  while (left) {
    struct pollfd ready = {fd, POLLOUT, 0};
    int64_t rest = end - now_ms();
    int n = poll(&ready, 1, rest > 0 ? (int)rest : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || (ready.revents & (POLLERR | POLLNVAL))) return;
    ssize_t written = write(fd, bytes, left < PIECE_BYTES ? left : PIECE_BYTES);
    if (written < 0 && errno != EINTR && errno != EAGAIN) return;
    if (written < 0) continue;
    bytes += written;
    left -= (size_t)written;
  }
}

void output_flush_now(Vm *vm, int wait_ms) {
  NativeState *s = native_state(vm);
  if (!s) return;
  Output *o = &s->output;
  int64_t end = now_ms() + wait_ms;
  bool mine = false;
  while (!mine) { // who writes may be blocked in that
    if (lock_try(&o->lock)) {
      mine = !o->streams[0].writing;
      if (!mine) lock_give(&o->lock);
    }
    if (mine) break;
    if (now_ms() >= end) return;
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  for (int i = 0; i < STREAM_COUNT; i++) {
    OutputStream *stream = &o->streams[i];
    int fd = i == 0 ? STDOUT_FILENO : STDERR_FILENO;
    if (stream->writing) continue;
    if (stream->at < stream->pending.size) put_until(fd, stream->pending.data + stream->at, stream->pending.size - stream->at, end);
    put_until(fd, stream->buffer.data, stream->buffer.size, end);
    stream->at = stream->pending.size = stream->buffer.size = 0;
  }
  atomic_store(&o->backlog, 0);
  lock_give(&o->lock);
}

int output_finish(Vm *vm, int status) {
  if (native_output_flush(vm)) return status;
  int error = atomic_load(&native_state(vm)->output.error);
  if (error == EPIPE) return STATUS_PIPE;
  if (status == 0) {
    vm_report(vm, "joist: cannot write standard output: %s\n", strerror(error));
    native_output_flush(vm);
  }
  return status == 0 ? 1 : status;
}

// SPDX-License-Identifier: Apache-2.0
//
// Standard input: one buffer for the whole VM, read by whoever asks.
//
// A reader that finds too little in the buffer waits for the descriptor to become readable (watch.h) while other processes run, and
// tries again; what it has seen stays in the buffer, so nothing is lost when it is ended meanwhile. On virtual time the one thread
// blocks instead: the schedule of a seed must not depend on when somebody types.
//
// The end of input is told once; after it reading goes on, as a terminal may have more to say.
//
// The buffer is under LOCK_INPUT. Reading a descriptor that poll calls ready is no waiting, so it is done under the lock; room on the
// reader's heap is made without it, and what there is is looked at again.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"
#include "vm/sched/watch.h"

enum { CHUNK_BYTES = 1 << 16 };

struct InputBuffer {
  Lock lock;      // LOCK_INPUT: all that follows
  Buffer bytes;
  size_t at;      // first that nobody took
  size_t scanned; // up to here from `at` on there is no newline
  bool ended;
};

Status native_input_init(Vm *vm) {
  InputBuffer *in = alloc_zero(&vm->alloc, sizeof *in);
  if (!in) return STATUS_NO_MEMORY;
  lock_init(&in->lock, LOCK_INPUT);
  buffer_init(&in->bytes, &vm->alloc);
  native_state(vm)->input = in;
  return STATUS_OK;
}
void native_input_free(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s->input) return;
  buffer_free(&s->input->bytes);
  alloc_put(&vm->alloc, s->input, sizeof *s->input);
  s->input = NULL;
}

typedef enum Fill { FILL_MORE, FILL_WAIT, FILL_END, FILL_FAILED } Fill;

// Reads what is there, without blocking if that can be helped. FILL_FAILED: errno.
static Fill fill(Vm *vm, InputBuffer *in) {
  if (vm->options.without_standard_streams) return FILL_END;
  if (!vm->options.seeded && !posix_is_ready(STDIN_FILENO, POLLIN)) return FILL_WAIT;
  if (in->at > in->bytes.size / 2) { // taken bytes make room
    memmove(in->bytes.data, in->bytes.data + in->at, in->bytes.size - in->at);
    in->bytes.size -= in->at;
    in->at = 0;
  }
  if (!account_allows(&vm->account, in->bytes.size + CHUNK_BYTES) || !buffer_reserve(&in->bytes, CHUNK_BYTES)) {
    in->bytes.failed = false;
    errno = ENOMEM;
    return FILL_FAILED;
  }
  for (;;) {
    ssize_t n = read(STDIN_FILENO, in->bytes.data + in->bytes.size, CHUNK_BYTES);
    if (n > 0) return in->bytes.size += (size_t)n, FILL_MORE;
    if (n == 0) return FILL_END;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return FILL_WAIT;
    if (errno != EINTR) return FILL_FAILED;
  }
}

// How many bytes answer the request; 0: more are needed.
static size_t enough(InputBuffer *in, bool line, uint64_t limit) {
  size_t there = in->bytes.size - in->at;
  if (!line) return there >= limit ? limit : 0;
  const char *from = in->bytes.data ? in->bytes.data + in->at : "";
  const char *newline = there > in->scanned ? memchr(from + in->scanned, '\n', there - in->scanned) : NULL;
  in->scanned = newline ? 0 : there;
  return newline ? (size_t)(newline - from) + 1 : 0;
}

// The first `count` bytes, for which `words` are reserved. T_NONE: no memory.
static Term take(Process *p, InputBuffer *in, size_t count) {
  Term t = binary_make(native_context(p), &p->heap, in->bytes.data + in->at, count);
  if (t == T_NONE) return T_NONE;
  in->scanned = 0;
  in->at += count;
  if (in->at == in->bytes.size) in->at = in->bytes.size = 0;
  if (in->bytes.size == 0 && in->bytes.capacity > 4 * CHUNK_BYTES) buffer_free(&in->bytes), buffer_init(&in->bytes, &p->vm->alloc);
  return t;
}

typedef enum Look { LOOK_TAKEN, LOOK_NO_MEMORY, LOOK_ROOM, LOOK_END, LOOK_WAIT, LOOK_FAILED } Look;

// One line, or `limit` bytes; what is left when input ends. With the lock. LOOK_ROOM: *words are needed. LOOK_FAILED: errno.
static Look look(Process *p, InputBuffer *in, bool line, uint64_t limit, size_t *words, Term *answer) {
  for (;;) {
    size_t there = in->bytes.size - in->at, count = enough(in, line, limit);
    bool last = !count && in->ended; // what is left, or that nothing is
    if (last && !there) {
      in->ended = false;
      return LOOK_END;
    }
    if (last) count = there;
    if (count) {
      if (binary_words(count) > *words) {
        *words = binary_words(count);
        in->scanned = 0;
        return LOOK_ROOM;
      }
      *answer = take(p, in, count);
      if (last && *answer != T_NONE) in->ended = false;
      return *answer == T_NONE ? LOOK_NO_MEMORY : LOOK_TAKEN;
    }
    switch (fill(p->vm, in)) {
      case FILL_MORE: break;
      case FILL_END: in->ended = true; break;
      case FILL_FAILED: return LOOK_FAILED;
      case FILL_WAIT: return LOOK_WAIT;
    }
  }
}

static Term read_input(Process *p, bool line, uint64_t limit) {
  Vm *vm = p->vm;
  InputBuffer *in = native_state(vm)->input;
  size_t words = 0;
  Term answer = T_NONE;
  LimitId lacking;
  output_flush_some(vm); // a prompt shall be seen
  for (;;) {
    lock_take(&in->lock);
    Look l = look(p, in, line, limit, &words, &answer);
    int error = errno;
    lock_give(&in->lock);
    switch (l) {
      case LOOK_TAKEN: native_charge(p, (size_t)(bits_count(answer) >> 13)); return answer;
      case LOOK_NO_MEMORY: return native_error(p, ATOM_system_limit);
      case LOOK_ROOM: NATIVE_RESERVE(words); break;
      case LOOK_END: return ATOM_eof;
      case LOOK_FAILED: return error == ENOMEM ? native_error(p, ATOM_system_limit) : native_failed(p, posix_atom(vm, error));
      case LOOK_WAIT:
        if (!watch_begin(p, STDIN_FILENO, &lacking)) return native_limit(p, lacking);
        return native_wait(p);
    }
  }
}
Term native_io_read_line(Process *p) { return read_input(p, true, 0); }
Term native_io_read(Process *p) {
  uint64_t limit;
  return native_count(ARG(1), &limit) && limit > 0 ? read_input(p, false, limit) : native_badarg(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// Standard input: one buffer for the whole VM, read by whoever asks.
//
// A reader that finds too little in the buffer waits for the descriptor to become readable (watch.h) while other processes run, and
// tries again; what it has seen stays in the buffer, so nothing is lost when it is ended meanwhile. On virtual time the one thread
// blocks instead: the schedule of a seed must not depend on when somebody types.
//
// The end of input is told once; after it reading goes on, as a terminal may have more to say.
// Thread: scheduler.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"
#include "vm/sched/watch.h"

enum { CHUNK_BYTES = 1 << 16 };

struct InputBuffer {
  Buffer bytes;
  size_t at;      // first that nobody took
  size_t scanned; // up to here from `at` on there is no newline
  bool ended;
};

static InputBuffer *input_of(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s->input) {
    s->input = alloc_zero(&vm->alloc, sizeof *s->input);
    if (s->input) buffer_init(&s->input->bytes, &vm->alloc);
  }
  return s->input;
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
  struct pollfd fd = {STDIN_FILENO, POLLIN, 0};
  if (!vm->options.seeded && poll(&fd, 1, 0) == 0) return FILL_WAIT;
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

static Term take(Process *p, InputBuffer *in, size_t count) {
  in->scanned = 0;
  native_charge(p, count >> 10);
  Term t = native_binary(p, in->bytes.data + in->at, count);
  if (t == T_NONE) return T_NONE;
  in->at += count;
  if (in->at == in->bytes.size) in->at = in->bytes.size = 0;
  if (in->bytes.size == 0 && in->bytes.capacity > 4 * CHUNK_BYTES) buffer_free(&in->bytes), buffer_init(&in->bytes, &p->vm->alloc);
  return t;
}

// One line, or `limit` bytes; what is left when input ends.
static Term read_input(Process *p, bool line, uint64_t limit) {
  Vm *vm = p->vm;
  InputBuffer *in = input_of(vm);
  if (!in) return native_error(p, ATOM_system_limit);
  for (;;) {
    size_t count = enough(in, line, limit);
    if (count) return take(p, in, count);
    if (in->ended) {
      in->ended = false;
      return in->bytes.size > in->at ? take(p, in, in->bytes.size - in->at) : ATOM_eof;
    }
    native_output_flush(vm); // a prompt shall be seen
    switch (fill(vm, in)) {
      case FILL_MORE: break;
      case FILL_END: in->ended = true; break;
      case FILL_FAILED: return errno == ENOMEM ? native_error(p, ATOM_system_limit) : native_failed(p, posix_atom(vm, errno));
      case FILL_WAIT:
        if (!watch_begin(p, STDIN_FILENO)) return native_error(p, ATOM_system_limit);
        return native_wait(p);
    }
  }
}
Term native_io_read_line(Process *p) { return read_input(p, true, 0); }
Term native_io_read(Process *p) {
  uint64_t limit;
  return native_count(ARG(1), &limit) && limit > 0 ? read_input(p, false, limit) : native_badarg(p);
}

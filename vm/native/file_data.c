// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_file that read, write and move in open files (files.h has the model, F1 to F5).
//
// What was read ahead answers at once, in the scheduler's thread. The disk is read and written on a dirty thread. What waits for somebody
// else is read without blocking, in any thread, into `ahead`; too little there, and the process waits for the descriptor.
#include "vm/native/files.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "vm/native/bytes.h"
#include "vm/sched/watch.h"

enum { LOOK_MS = 100 }; // how often one that writes to a slow reader looks whether it is wanted elsewhere

// --- reading

static size_t ready(const FileHandle *f) { return f->ahead.size - f->at; }
static const char *next_bytes(const FileHandle *f) { return f->ahead.data ? f->ahead.data + f->at : ""; }
static void skip(FileHandle *f, size_t count) {
  f->at += count;
  if (f->at < f->ahead.size) return;
  f->at = f->ahead.size = 0;
  if (f->ahead.capacity > 4 * FILE_BUFFER_BYTES) {
    const Alloc *alloc = f->ahead.alloc;
    buffer_free(&f->ahead);
    buffer_init(&f->ahead, alloc);
  }
}

// Reads ahead, `want` bytes at most. 0: the end; -1: errno (ENOMEM without memory, EAGAIN when it has to wait).
static ssize_t fill(Process *p, FileHandle *f, size_t want) {
  if (f->at) { // taken bytes make room
    memmove(f->ahead.data, f->ahead.data + f->at, ready(f));
    f->ahead.size -= f->at;
    f->at = 0;
  }
  if (!account_allows_work(&p->vm->account, want) || !buffer_reserve(&f->ahead, want)) {
    f->ahead.failed = false;
    errno = ENOMEM;
    return -1;
  }
  for (;;) {
    ssize_t n = read(f->fd, f->ahead.data + f->ahead.size, want);
    if (n > 0) f->ahead.size += (size_t)n;
    if (n >= 0 || errno == ENOMEM) return n;
    if (errno == EAGAIN && p->vm->options.seeded) { // the one thread waits: who reads when must not depend on others
      struct pollfd until = {f->fd, POLLIN, 0};
      poll(&until, 1, -1);
    } else if (errno != EINTR) {
      return -1;
    }
  }
}

typedef struct ReadWish {
  uint64_t limit; // bytes; 0: a line
  size_t scanned; // of what is ready: no newline there
} ReadWish;

// How many bytes answer the wish; 0: more are needed.
static size_t enough(const FileHandle *f, ReadWish *w) {
  size_t there = ready(f);
  if (w->limit) return there >= w->limit ? (size_t)w->limit : 0;
  const char *from = next_bytes(f), *newline = there > w->scanned ? memchr(from + w->scanned, '\n', there - w->scanned) : NULL;
  w->scanned = there;
  return newline ? (size_t)(newline - from) + 1 : 0;
}

// {ok, bytes}: the first `count` of what is ready. A line ends in one linefeed: a carriage return before it is left out, as OTP does.
// Gives the lock back; room is made without it, by who calls (*words).
static Term take(Process *p, FileHandle *f, size_t count, bool line) {
  const char *bytes = next_bytes(f);
  bool carriage_return = line && count >= 2 && bytes[count - 1] == '\n' && bytes[count - 2] == '\r';
  unsigned char *to;
  Term t = bits_new(native_context(p), &p->heap, (uint64_t)(count - carriage_return) << 3, &to);
  if (t != T_NONE) {
    memcpy(to, bytes, count - carriage_return);
    if (carriage_return) to[count - 2] = '\n';
    skip(f, count);
  }
  file_give(f);
  native_charge(p, count >> 10);
  return t == T_NONE ? native_error(p, ATOM_system_limit) : native_pair(p, ATOM_ok, t);
}

// What is missing of a large wish, in pieces that grow with what is there.
static size_t piece(const FileHandle *f, const ReadWish *w) {
  size_t want = FILE_BUFFER_BYTES;
  if (w->limit > ready(f) + want) {
    uint64_t missing = w->limit - ready(f), most = FILE_BUFFER_BYTES + ready(f);
    want = (size_t)(missing < most ? missing : most);
  }
  return want;
}

// Scratch 2: `true` while the process waits for the descriptor. Answers T_YIELD too.
static Term read_wish(Process *p, ReadWish w) {
  Term answer;
  for (size_t room = 0;;) {
    FileHandle *f = file_take(p, &answer);
    if (!f) return answer;
    if (ARG(2) == ATOM_true) {
      ARG(2) = T_NIL;
      f->waiting--;
    }
    size_t count;
    ssize_t n = 1;
    int error = 0;
    w.scanned = 0;
    while ((count = enough(f, &w)) == 0 && n > 0) {
      if (!f->waits && !native_is_dirty(p)) {
        file_give(f);
        return native_go_blocking(p);
      }
      file_before_blocking(p->vm, NULL, f);
      n = fill(p, f, piece(f, &w));
      error = errno;
    }
    if (n < 0 && error == EAGAIN && vm_worker(p->vm)->is_dirty) { // who waits does so on a scheduler
      file_give(f);
      return native_yield(p);
    }
    if (n < 0 && error == EAGAIN) {
      f->waiting++;
      ARG(2) = ATOM_true;
      LimitId lacking;
      bool watched = watch_begin(p, f->fd, &lacking);
      if (!watched) f->waiting--;
      file_give(f);
      return watched ? native_wait(p) : native_limit(p, lacking);
    }
    if (n < 0 && error == ENOMEM) {
      file_give(f);
      return native_error(p, ATOM_system_limit);
    }
    if (!count) count = ready(f); // the end, or a failure: what there is comes first
    if (!count) {
      file_give(f);
      errno = error;
      return n < 0 ? file_result(p, false) : ATOM_eof;
    }
    size_t words = binary_words(count) + PAIR_WORDS;
    if (words <= room) return take(p, f, count, !w.limit);
    file_give(f);
    if (!account_allows_work(&p->vm->account, count)) return native_error(p, ATOM_system_limit);
    room = words; // others may read meanwhile: it is looked at again
    NATIVE_RESERVE(room);
  }
}
Term native_file_read(Process *p) {
  uint64_t limit;
  if (!native_count(ARG(1), &limit)) return native_badarg(p);
  if (limit) return read_wish(p, (ReadWish){.limit = limit});
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  file_give(f);
  answer = native_binary(p, "", 0);
  return answer == T_NONE ? answer : native_ok(p, answer);
}
Term native_file_read_line(Process *p) { return read_wish(p, (ReadWish){.limit = 0}); }

// --- position (F2)

// Drops what was read ahead; the file's position becomes the program's. False: errno.
static bool drop_ahead(FileHandle *f) {
  size_t ahead = ready(f);
  if (f->waits) return true; // there is no position: what came in stays
  f->at = f->ahead.size = 0;
  return ahead == 0 || lseek(f->fd, -(off_t)ahead, SEEK_CUR) >= 0;
}
Term native_file_position(Process *p) {
  int whence = SEEK_SET;
  int64_t offset = 0;
  Term to = ARG(1);
  if (term_is_tuple(to)) {
    if (tuple_arity(to) != 2 || !number_to_int64(tuple_items(to)[1], &offset)) return native_badarg(p);
    to = tuple_items(to)[0];
    if (!term_is_atom(to)) return native_badarg(p);
  }
  if (term_is_atom(to)) {
    if (to != ATOM_bof && to != ATOM_cur && to != ATOM_eof) return native_badarg(p);
    whence = to == ATOM_bof ? SEEK_SET : to == ATOM_cur ? SEEK_CUR : SEEK_END;
  } else if (!number_to_int64(to, &offset)) {
    return native_badarg(p);
  }
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  off_t at = drop_ahead(f) ? lseek(f->fd, offset, whence) : -1;
  file_give(f);
  if (at < 0) return file_result(p, false);
  NATIVE_RESERVE(NUMBER_INT64_WORDS + PAIR_WORDS);
  Term t = number_from_int64(&p->heap, at);
  return native_pair(p, ATOM_ok, t);
}
Term native_file_truncate(Process *p) {
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  off_t at = drop_ahead(f) ? lseek(f->fd, 0, SEEK_CUR) : -1;
  bool ok = at >= 0 && ftruncate(f->fd, at) == 0;
  file_give(f);
  return file_result(p, ok);
}
Term native_file_sync(Process *p) {
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  bool ok = fsync(f->fd) == 0;
  file_give(f);
  return file_result(p, ok);
}

// --- writing

bool file_write_all(int fd, const void *bytes, size_t size) {
  int error = posix_write_all(fd, bytes, size);
  errno = error;
  return !error;
}
const unsigned char *file_iodata(Process *p, Term t, Buffer *scratch, size_t *size) {
  buffer_init(scratch, &p->vm->alloc);
  if (term_is_binary(t)) return binary_bytes_any(t, scratch, size);
  Term bad;
  if (!term_is_list(t)) return NULL;
  Status s = iolist_to_buffer(native_context(p), t, scratch, &bad);
  if (s == STATUS_NO_MEMORY) scratch->failed = true;
  *size = scratch->size;
  if (s != STATUS_OK || scratch->failed) return NULL;
  return (const unsigned char *)(scratch->size ? scratch->data : "");
}

// To a descriptor that waits, from *done on; one writer after another. Without the lock, so that the handle can be closed meanwhile. Answers an
// errno, 0, or EINTR: the process has signals to act on, and goes on afterwards.
static int write_slowly(Process *p, FileHandle *f, const unsigned char *bytes, size_t size, size_t *done) {
  int error = 0;
  native_blocking_begin(p);
  pthread_mutex_lock(&f->writing);
  while (*done < size && !error) {
    ssize_t n = posix_write_some(f->fd, bytes + *done, size - *done);
    if (n < 0) error = (int)-n;
    else *done += (size_t)n;
    if (error || *done == size) break;
    struct pollfd ready = {f->fd, POLLOUT, 0};
    if (poll(&ready, 1, LOOK_MS) > 0) continue;
    if (atomic_load(&f->close_wanted)) error = EBADF;
    else if (native_has_signals(p)) error = EINTR;
  }
  pthread_mutex_unlock(&f->writing);
  native_blocking_end(p);
  return error;
}

// Scratch 2: how much is written, while it was left for signals.
Term native_file_write(Process *p) {
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  Buffer scratch;
  size_t size, done = ARG(2) == T_NIL ? 0 : (size_t)small_value(ARG(2));
  const unsigned char *bytes = file_iodata(p, ARG(1), &scratch, &size);
  if (!bytes) {
    bool no_memory = scratch.failed;
    buffer_free(&scratch);
    file_give(f);
    return no_memory ? native_error(p, ATOM_system_limit) : native_failed(p, ATOM_badarg);
  }
  int error = drop_ahead(f) ? 0 : errno;
  if (!error && f->waits) {
    f->waiting++;
    pthread_mutex_unlock(&f->lock);
    error = write_slowly(p, f, bytes, size, &done);
    pthread_mutex_lock(&f->lock);
    f->waiting--;
    if (error == EBADF && (f->closed || atomic_load(&f->close_wanted))) error = -1;
    if (f->closed) atomic_store(&f->close_wanted, true); // the descriptor is left to us
  } else if (!error) {
    error = file_write_all(f->fd, bytes, size) ? 0 : errno;
  }
  file_give(f);
  buffer_free(&scratch);
  native_charge(p, 10 + (size >> 10));
  if (error == EINTR) {
    ARG(2) = term_small((int64_t)done);
    return native_yield(p);
  }
  if (error < 0) return native_failed(p, ATOM_terminated);
  errno = error;
  return file_result(p, !error);
}

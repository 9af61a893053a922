// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_file over open files. Paths and directories are in file_system.c.
#include "vm/native/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/native/bytes.h"
#include "vm/native/posix.h"

// --- the table (F3)

enum { BUCKETS = 64 };
typedef struct FileTable {
  _Atomic(uint64_t) references; // the VM's, and one of each handle
  pthread_mutex_t lock;
  const Alloc *alloc;
  void (*next_process_end)(Process *p); // the hook that was there before
  size_t count;
  _Atomic(uint32_t) open_count;
  FileHandle *buckets[BUCKETS];
} FileTable;

static void table_drop(FileTable *t) {
  if (atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) != 1) return;
  pthread_mutex_destroy(&t->lock);
  alloc_put(t->alloc, t, sizeof *t);
}
static void close_files_of(Process *p) {
  FileTable *t = native_state(p->vm)->files;
  pthread_mutex_lock(&t->lock);
  for (FileHandle *f = t->count ? t->buckets[pid_slot(p->pid) % BUCKETS] : NULL; f; f = f->next)
    if (f->owner == p->pid && f->fd >= 0) file_close(f);
  pthread_mutex_unlock(&t->lock);
  if (t->next_process_end) t->next_process_end(p);
}
static FileTable *file_table(Vm *vm) {
  NativeState *s = native_state(vm);
  if (s->files) return s->files;
  FileTable *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  atomic_init(&t->references, 1);
  pthread_mutex_init(&t->lock, NULL);
  t->alloc = &vm->alloc;
  t->next_process_end = vm->hooks.process_end;
  vm->hooks.process_end = close_files_of;
  return s->files = t;
}
void native_files_free(Vm *vm) {
  FileTable *t = native_state(vm)->files;
  if (!t) return;
  vm->hooks.process_end = t->next_process_end;
  native_state(vm)->files = NULL;
  table_drop(t);
}

// --- handles

static void handle_destroy(void *payload) {
  FileHandle *f = payload;
  FileTable *t = f->table;
  pthread_mutex_lock(&t->lock);
  *f->place = f->next;
  if (f->next) f->next->place = f->place;
  t->count--;
  pthread_mutex_unlock(&t->lock);
  if (f->fd >= 0) file_close(f);
  table_drop(t);
}
static const NativeType FILE_TYPE = {"file", handle_destroy};

FileHandle *file_handle(Term t) {
  if (!term_is_native_object(t) || term_native_object(t)->type != &FILE_TYPE) return NULL;
  return (FileHandle *)(void *)term_native_object(t)->payload;
}

Term file_wrap(Process *p, int fd, const FileModes *modes) {
  FileTable *t = file_table(p->vm);
  NativeObject *o = t ? native_object_new(&p->vm->alloc, &FILE_TYPE, vm_next_ref(p->vm), sizeof(FileHandle)) : NULL;
  if (!o) return T_NONE;
  FileHandle *f = (FileHandle *)(void *)o->payload;
  f->table = t;
  f->owner = p->pid;
  f->fd = fd;
  f->encoding = modes->encoding;
  f->is_directory = modes->directory;
  atomic_fetch_add(&t->references, 1);
  atomic_fetch_add(&t->open_count, 1);
  FileHandle **bucket = &t->buckets[pid_slot(p->pid) % BUCKETS];
  pthread_mutex_lock(&t->lock);
  f->next = *bucket;
  f->place = bucket;
  if (f->next) f->next->place = &f->next;
  *bucket = f;
  t->count++;
  pthread_mutex_unlock(&t->lock);
  return heap_native_object(&p->heap, o);
}

bool file_close(FileHandle *f) {
  int fd = f->fd;
  f->fd = -1;
  atomic_fetch_sub(&f->table->open_count, 1);
  if (f->buffer) alloc_put(f->table->alloc, f->buffer, FILE_BUFFER_BYTES);
  f->buffer = NULL;
  f->at = f->end = 0;
  return close(fd) == 0 || errno == EINTR;
}

Term file_result(Process *p, bool ok) { return ok ? ATOM_ok : native_failed(p, posix_atom(p->vm, errno)); }

// The open handle in ARG(0). NULL: *answer is what the native answers.
static FileHandle *open_handle(Process *p, Term *answer) {
  FileHandle *f = file_handle(ARG(0));
  if (!f) {
    *answer = native_badarg(p);
    return NULL;
  }
  if (f->fd >= 0) return f;
  *answer = native_failed(p, ATOM_terminated);
  return NULL;
}

// --- opening

FileEncoding file_encoding(Term t) {
  if (t == ATOM_latin1) return FILE_LATIN1;
  if (t == ATOM_unicode || t == ATOM_utf8) return FILE_UNICODE;
  if (t == ATOM_utf16) return FILE_UTF16_BIG;
  if (t == ATOM_utf32) return FILE_UTF32_BIG;
  if (!term_is_tuple(t) || tuple_arity(t) != 2) return FILE_NO_ENCODING;
  Term name = tuple_items(t)[0], order = tuple_items(t)[1];
  if ((name != ATOM_utf16 && name != ATOM_utf32) || (order != ATOM_big && order != ATOM_little)) return FILE_NO_ENCODING;
  return (name == ATOM_utf16 ? FILE_UTF16_BIG : FILE_UTF32_BIG) + (order == ATOM_little);
}

bool file_modes_read(Term list, FileModes *m) {
  bool exclusive = false, sync = false;
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term t = cons_head(list);
    bool pair = term_is_tuple(t) && tuple_arity(t) == 2;
    Term name = pair ? tuple_items(t)[0] : t;
    if (pair && name == ATOM_encoding) {
      m->encoding = file_encoding(tuple_items(t)[1]);
      if (m->encoding == FILE_NO_ENCODING) return false;
    } else if (pair) {
      if (name != ATOM_read_ahead) return false;
    } else if (t == ATOM_read) {
      m->read = true;
    } else if (t == ATOM_write) {
      m->write = true;
    } else if (t == ATOM_append) {
      m->append = true;
    } else if (t == ATOM_exclusive) {
      exclusive = m->write = true;
    } else if (t == ATOM_sync) {
      sync = true;
    } else if (t == ATOM_directory) {
      m->directory = true;
    } else if (t == ATOM_utf8) {
      m->encoding = FILE_UNICODE;
    } else if (t == ATOM_ram || t == ATOM_compressed) {
      m->unsupported = true;
    } else if (t != ATOM_binary && t != ATOM_raw && t != ATOM_read_ahead && t != ATOM_delayed_write && t != ATOM_charlist) {
      if (!term_is_tuple(t) || tuple_arity(t) != 3 || tuple_items(t)[0] != ATOM_delayed_write) return false;
    }
  }
  if (list != T_NIL) return false;
  if (m->directory) {
    m->flags = O_RDONLY | O_DIRECTORY;
  } else if (m->append) {
    m->flags = (m->read ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
  } else if (m->write) {
    m->flags = m->read ? O_RDWR | O_CREAT : O_WRONLY | O_CREAT | (exclusive ? 0 : O_TRUNC);
  } else {
    m->flags = O_RDONLY;
  }
  m->flags |= O_CLOEXEC | (exclusive ? O_EXCL : 0) | (sync ? O_SYNC : 0);
  return true;
}

void file_before_blocking(Vm *vm, const char *path, const FileHandle *f) {
  if (!native_state(vm)->output.buffer.size) return;
  struct stat s;
  bool regular = path ? stat(path, &s) != 0 || S_ISREG(s.st_mode) || S_ISDIR(s.st_mode) : fstat(f->fd, &s) == 0 && S_ISREG(s.st_mode);
  if (!regular) native_output_flush(vm);
}

int file_open(const char *path, const FileModes *m) {
  int fd;
  do fd = open(path, m->flags, 0666);
  while (fd < 0 && errno == EINTR);
  struct stat s;
  if (fd >= 0 && !m->directory && fstat(fd, &s) == 0 && S_ISDIR(s.st_mode)) {
    close(fd);
    errno = EISDIR;
    return -1;
  }
  return fd;
}

// False with EMFILE, as the system says it: max_files are open.
static bool may_open(Vm *vm) {
  FileTable *t = native_state(vm)->files;
  if (!vm->options.max_files || !t || atomic_load(&t->open_count) < vm->options.max_files) return true;
  errno = EMFILE;
  return false;
}

Term native_file_open(Process *p) {
  FileModes modes = {0};
  size_t size;
  if (!file_modes_read(ARG(1), &modes)) return native_badarg(p);
  if (modes.unsupported) return native_failed(p, ATOM_enotsup);
  NATIVE_RESERVE(NATIVE_WORDS + PAIR_WORDS);
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  file_before_blocking(p->vm, path, NULL);
  int fd = may_open(p->vm) ? file_open(path, &modes) : -1;
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  if (fd < 0) return native_failed(p, posix_atom(p->vm, error));
  Term handle = file_wrap(p, fd, &modes);
  if (handle == T_NONE) {
    close(fd);
    return native_error(p, ATOM_system_limit);
  }
  return native_pair(p, ATOM_ok, handle);
}
Term native_file_close(Process *p) {
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  return f ? file_result(p, file_close(f)) : answer;
}

Term native_file_encoding(Process *p) {
  FileHandle *f = file_handle(ARG(0));
  if (!f) return native_badarg(p);
  if (f->encoding <= FILE_UNICODE) return f->encoding == FILE_UNICODE ? ATOM_unicode : ATOM_latin1;
  NATIVE_RESERVE(PAIR_WORDS);
  bool little = f->encoding == FILE_UTF16_LITTLE || f->encoding == FILE_UTF32_LITTLE;
  return native_pair(p, f->encoding <= FILE_UTF16_LITTLE ? ATOM_utf16 : ATOM_utf32, little ? ATOM_little : ATOM_big);
}
Term native_file_set_encoding(Process *p) {
  FileHandle *f = file_handle(ARG(0));
  FileEncoding encoding = file_encoding(ARG(1));
  if (!f || encoding == FILE_NO_ENCODING) return native_badarg(p);
  f->encoding = encoding;
  return ATOM_ok;
}

// --- reading

// Reads ahead into an empty buffer. 0: the end; -1: errno (ENOMEM without memory).
static ssize_t fill(FileHandle *f) {
  if (!f->buffer && !(f->buffer = alloc_get(f->table->alloc, FILE_BUFFER_BYTES))) {
    errno = ENOMEM;
    return -1;
  }
  ssize_t n;
  do n = read(f->fd, f->buffer, FILE_BUFFER_BYTES);
  while (n < 0 && errno == EINTR);
  f->at = 0;
  f->end = n > 0 ? (size_t)n : 0;
  return n;
}
static Term ok_binary(Process *p, const void *bytes, size_t size) {
  NATIVE_RESERVE(binary_words(size) + PAIR_WORDS);
  Term t = binary_make(native_context(p), &p->heap, bytes, size);
  return t == T_NONE ? native_error(p, ATOM_system_limit) : native_pair(p, ATOM_ok, t);
}
// {ok, what was read}, eof when it is nothing, or the error. Frees b.
static Term read_result(Process *p, Buffer *b, bool failed) {
  int error = errno;
  Term t;
  if (b->failed || !account_allows_work(&p->vm->account, b->size)) {
    t = native_error(p, ATOM_system_limit);
  } else if (b->size) {
    t = ok_binary(p, b->data, b->size);
  } else {
    t = failed ? native_failed(p, posix_atom(p->vm, error)) : ATOM_eof;
  }
  buffer_free(b);
  return t;
}

Term native_file_read(Process *p) {
  uint64_t limit;
  if (!native_count(ARG(1), &limit)) return native_badarg(p);
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  if (!f) return answer;
  if (limit == 0) return ok_binary(p, "", 0);
  size_t ready = f->end - f->at;
  if (ready >= limit) {
    f->at += limit;
    return ok_binary(p, f->buffer + f->at - limit, limit);
  }
  file_before_blocking(p->vm, NULL, f);
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  buffer_add(&b, f->buffer + f->at, ready);
  f->at = f->end;
  ssize_t n = 1;
  while (!b.failed && b.size < limit && n > 0) {
    uint64_t want = limit - b.size;
    if (want < FILE_BUFFER_BYTES) {
      n = fill(f);
      size_t take = n <= 0 ? 0 : (uint64_t)n < want ? (size_t)n : (size_t)want;
      buffer_add(&b, f->buffer, take);
      f->at = take;
      continue;
    }
    if (want > FILE_BUFFER_BYTES + b.size) want = FILE_BUFFER_BYTES + b.size; // grows with what is there
    if (!account_allows_work(&p->vm->account, want) || !buffer_reserve(&b, want)) {
      b.failed = true;
      break;
    }
    n = read(f->fd, b.data + b.size, want);
    if (n < 0 && errno == EINTR) n = 1;
    else if (n > 0) b.size += (size_t)n;
  }
  native_charge(p, b.size >> 10);
  return read_result(p, &b, n < 0);
}

// A line ends in one linefeed: a carriage return before it is left out, as OTP does.
Term native_file_read_line(Process *p) {
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  if (!f) return answer;
  const char *newline = f->at < f->end ? memchr(f->buffer + f->at, '\n', f->end - f->at) : NULL;
  if (newline) { // the usual case: no copy in between
    size_t from = f->at;
    f->at = (size_t)(newline - f->buffer) + 1;
    size_t size = f->at - from;
    if (size >= 2 && newline[-1] == '\r') f->buffer[from + --size - 1] = '\n'; // what was read is not read again
    return ok_binary(p, f->buffer + from, size);
  }
  file_before_blocking(p->vm, NULL, f);
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  ssize_t n = 1;
  while (!newline && !b.failed) {
    if (f->at == f->end && (n = fill(f)) <= 0) break;
    newline = memchr(f->buffer + f->at, '\n', f->end - f->at);
    size_t take = newline ? (size_t)(newline - f->buffer) + 1 - f->at : f->end - f->at;
    if (!account_allows_work(&p->vm->account, take)) b.failed = true;
    buffer_add(&b, f->buffer + f->at, take);
    f->at += take;
  }
  if (b.size >= 2 && b.data[b.size - 1] == '\n' && b.data[b.size - 2] == '\r') b.data[--b.size - 1] = '\n';
  native_charge(p, b.size >> 10);
  return read_result(p, &b, n < 0);
}

// --- position (F2)

// Drops what was read ahead; the file's position becomes the program's. False: errno.
static bool drop_ahead(FileHandle *f) {
  size_t ahead = f->end - f->at;
  f->at = f->end = 0;
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
  FileHandle *f = open_handle(p, &answer);
  if (!f) return answer;
  off_t at = drop_ahead(f) ? lseek(f->fd, offset, whence) : -1;
  if (at < 0) return file_result(p, false);
  NATIVE_RESERVE(NUMBER_INT64_WORDS + PAIR_WORDS);
  Term t = number_from_int64(&p->heap, at);
  return native_pair(p, ATOM_ok, t);
}
Term native_file_truncate(Process *p) {
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  if (!f) return answer;
  off_t at = drop_ahead(f) ? lseek(f->fd, 0, SEEK_CUR) : -1;
  return file_result(p, at >= 0 && ftruncate(f->fd, at) == 0);
}
Term native_file_sync(Process *p) {
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  return f ? file_result(p, fsync(f->fd) == 0) : answer;
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
Term native_file_write(Process *p) {
  Term answer;
  FileHandle *f = open_handle(p, &answer);
  if (!f) return answer;
  Buffer scratch;
  size_t size;
  const unsigned char *bytes = file_iodata(p, ARG(1), &scratch, &size);
  if (!bytes) {
    bool no_memory = scratch.failed;
    buffer_free(&scratch);
    return no_memory ? native_error(p, ATOM_system_limit) : native_failed(p, ATOM_badarg);
  }
  bool ok = drop_ahead(f) && file_write_all(f->fd, bytes, size);
  int error = errno;
  buffer_free(&scratch);
  errno = error;
  native_charge(p, 10 + (size >> 10));
  return file_result(p, ok);
}

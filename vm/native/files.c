// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_file over open files: handles, opening, closing. What is done with them is in file_data.c, paths and directories
// are in file_system.c.
#include "vm/native/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// --- the table (F3)

enum { BUCKETS = 64 };
typedef struct FileTable {
  _Atomic(uint64_t) references; // the VM's, and one of each handle
  pthread_mutex_t lock;         // taken before a handle's
  const Alloc *alloc;
  size_t count;
  _Atomic(uint32_t) open_count;
  FileHandle *buckets[BUCKETS];
} FileTable;

static void table_drop(FileTable *t) {
  if (atomic_fetch_sub_explicit(&t->references, 1, memory_order_acq_rel) != 1) return;
  pthread_mutex_destroy(&t->lock);
  alloc_put(t->alloc, t, sizeof *t);
}
static FileTable *file_table(Vm *vm) {
  NativeState *s = native_state(vm);
  FileTable *t = atomic_load_explicit(&s->files, memory_order_acquire), *fresh;
  if (t || !(fresh = alloc_zero(&vm->alloc, sizeof *fresh))) return t;
  atomic_init(&fresh->references, 1);
  pthread_mutex_init(&fresh->lock, NULL);
  fresh->alloc = &vm->alloc;
  if (atomic_compare_exchange_strong(&s->files, &t, fresh)) return fresh;
  table_drop(fresh); // another was faster
  return t;
}
void native_files_free(Vm *vm) {
  FileTable *t = atomic_exchange(&native_state(vm)->files, NULL);
  if (t) table_drop(t);
}

// --- handles

// With the lock, or nobody else's any more.
static bool close_now(FileHandle *f) {
  if (!f->closed) atomic_fetch_sub(&f->table->open_count, 1);
  f->closed = true;
  buffer_free(&f->ahead);
  buffer_init(&f->ahead, f->table->alloc);
  f->at = 0;
  if (f->fd < 0 || f->waiting) return true; // F5
  int fd = f->fd;
  f->fd = -1;
  return close(fd) == 0 || errno == EINTR;
}

// Who wants it closed and finds it taken leaves that to who has it: one of the two sees the other.
void file_give(FileHandle *f) {
  int error = errno;
  do {
    if (atomic_load(&f->close_wanted)) close_now(f);
    bool closed = f->closed;
    pthread_mutex_unlock(&f->lock);
    if (closed) break;
  } while (atomic_load(&f->close_wanted) && pthread_mutex_trylock(&f->lock) == 0);
  errno = error;
}

void native_process_end(Process *p) {
  NativeState *s = native_state(p->vm);
  FileTable *t = s ? atomic_load_explicit(&s->files, memory_order_acquire) : NULL;
  if (!t || !atomic_load_explicit(&t->open_count, memory_order_relaxed)) return;
  pthread_mutex_lock(&t->lock);
  for (FileHandle *f = t->count ? t->buckets[pid_slot(p->pid) % BUCKETS] : NULL; f; f = f->next) {
    if (f->owner != p->pid) continue;
    atomic_store(&f->close_wanted, true);
    if (pthread_mutex_trylock(&f->lock) == 0) file_give(f);
  }
  pthread_mutex_unlock(&t->lock);
}

static void handle_destroy(void *payload) {
  FileHandle *f = payload;
  FileTable *t = f->table;
  pthread_mutex_lock(&t->lock);
  *f->place = f->next;
  if (f->next) f->next->place = f->place;
  t->count--;
  pthread_mutex_unlock(&t->lock);
  f->waiting = 0;
  close_now(f);
  pthread_mutex_destroy(&f->writing);
  pthread_mutex_destroy(&f->lock);
  table_drop(t);
}
static const NativeType FILE_TYPE = {"file", handle_destroy};

FileHandle *file_handle(Term t) {
  if (!term_is_native_object(t) || term_native_object(t)->type != &FILE_TYPE) return NULL;
  return (FileHandle *)(void *)term_native_object(t)->payload;
}

// A handle for an open file, which it takes over; NATIVE_WORDS are reserved. Fails: T_NONE.
static Term wrap(Process *p, int fd, const FileModes *modes) {
  FileTable *t = file_table(p->vm);
  NativeObject *o = t ? native_object_new(&p->vm->alloc, &FILE_TYPE, vm_next_ref(p->vm), sizeof(FileHandle)) : NULL;
  if (!o) return T_NONE;
  struct stat s;
  FileHandle *f = (FileHandle *)(void *)o->payload;
  f->table = t;
  f->owner = p->pid;
  f->fd = fd;
  atomic_init(&f->encoding, (uint8_t)modes->encoding);
  f->is_directory = modes->directory;
  f->waits = fstat(fd, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode) && !S_ISBLK(s.st_mode);
  if (f->waits) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); // its description is ours alone
  pthread_mutex_init(&f->lock, NULL);
  pthread_mutex_init(&f->writing, NULL);
  buffer_init(&f->ahead, &p->vm->alloc);
  atomic_fetch_add(&t->references, 1);
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

Term file_result(Process *p, bool ok) { return ok ? ATOM_ok : native_failed(p, posix_atom(p->vm, errno)); }

FileHandle *file_take(Process *p, Term *answer) {
  FileHandle *f = file_handle(ARG(0));
  if (!f) {
    *answer = native_badarg(p);
    return NULL;
  }
  if (pthread_mutex_trylock(&f->lock) != 0) {
    if (!native_is_dirty(p)) {
      *answer = native_go_blocking(p);
      return NULL;
    }
    pthread_mutex_lock(&f->lock);
  }
  if (!f->closed && !atomic_load(&f->close_wanted)) return f;
  file_give(f);
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
  if (!output_is_waiting(vm)) return;
  struct stat s;
  bool waits = path ? stat(path, &s) == 0 && !S_ISREG(s.st_mode) && !S_ISDIR(s.st_mode) : f->waits;
  if (waits) output_flush_some(vm);
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

// A place among the open files. False with EMFILE, as the system says it: max_files are open.
static bool may_open(Vm *vm, FileTable *t) {
  uint32_t open = atomic_fetch_add(&t->open_count, 1);
  if (!vm->options.max_files || open < vm->options.max_files) return true;
  atomic_fetch_sub(&t->open_count, 1);
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
  FileTable *t = file_table(p->vm);
  if (!t) return native_error(p, ATOM_system_limit);
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  file_before_blocking(p->vm, path, NULL);
  int fd = -1;
  bool place = may_open(p->vm, t);
  if (place) {
    native_blocking_begin(p);
    fd = file_open(path, &modes); // of a pipe: when its other end is opened
    native_blocking_end(p);
  }
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  Term handle = fd < 0 ? T_NONE : wrap(p, fd, &modes);
  if (handle != T_NONE) return native_pair(p, ATOM_ok, handle);
  if (place) atomic_fetch_sub(&t->open_count, 1);
  if (fd < 0) return native_failed(p, posix_atom(p->vm, error));
  close(fd);
  return native_error(p, ATOM_system_limit);
}
Term native_file_close(Process *p) {
  Term answer;
  FileHandle *f = file_take(p, &answer);
  if (!f) return answer;
  bool ok = close_now(f);
  file_give(f);
  return file_result(p, ok);
}

Term native_file_encoding(Process *p) {
  FileHandle *f = file_handle(ARG(0));
  if (!f) return native_badarg(p);
  FileEncoding encoding = (FileEncoding)atomic_load_explicit(&f->encoding, memory_order_relaxed);
  if (encoding <= FILE_UNICODE) return encoding == FILE_UNICODE ? ATOM_unicode : ATOM_latin1;
  NATIVE_RESERVE(PAIR_WORDS);
  bool little = encoding == FILE_UTF16_LITTLE || encoding == FILE_UTF32_LITTLE;
  return native_pair(p, encoding <= FILE_UTF16_LITTLE ? ATOM_utf16 : ATOM_utf32, little ? ATOM_little : ATOM_big);
}
Term native_file_set_encoding(Process *p) {
  FileHandle *f = file_handle(ARG(0));
  FileEncoding encoding = file_encoding(ARG(1));
  if (!f || encoding == FILE_NO_ENCODING) return native_badarg(p);
  atomic_store_explicit(&f->encoding, (uint8_t)encoding, memory_order_relaxed);
  return ATOM_ok;
}

// SPDX-License-Identifier: Apache-2.0
//
// Open files: the native object behind a handle of :joist_file, and the table of those that are open.
//
//  F1  A handle is open or closed; closed ones answer {error, terminated}. Any process may use a handle that it was given; the one
//      that opened it owns it: when that ends, the file is closed.
//  F2  What was read ahead lies in ahead[at, size): the file's own position is that many bytes further than the program's.
//      Whatever does not read on from there drops it and moves the position back first.
//  F3  A handle is in the table while it exists, in the bucket of the process that opened it. The table lives as long as its
//      handles: heaps go after natives' state.
//  F4  A handle's fields belong to who holds its lock, which is held for as long as the disk takes. A scheduler's thread only tries it and
//      goes to a dirty thread when it is taken; who wants to close says so (`close_wanted`), and who gives the lock back closes.
//  F5  Descriptors that can wait for somebody else (pipes, terminals, devices: `waits`) are non-blocking. A reader waits as one of
//      standard input does (vm/sched/watch.h), a writer on its dirty thread; nobody holds the lock meanwhile. While one may still
//      wait the descriptor stays open, closed handle or not: with the last reference it goes.
#ifndef JOIST_NATIVE_FILES_H
#define JOIST_NATIVE_FILES_H

#include <pthread.h>

#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"

typedef enum FileEncoding {
  FILE_LATIN1,
  FILE_UNICODE,
  FILE_UTF16_BIG,
  FILE_UTF16_LITTLE,
  FILE_UTF32_BIG,
  FILE_UTF32_LITTLE,
  FILE_NO_ENCODING, // no such name
} FileEncoding;

typedef struct FileHandle {
  struct FileTable *table;
  struct FileHandle *next, **place; // in its bucket; the table's lock
  Term owner;                       // pid; constant
  bool is_directory, waits;         // constant
  _Atomic(uint8_t) encoding;        // (any) FileEncoding
  _Atomic(bool) close_wanted;       // (any)
  pthread_mutex_t lock, writing;    // writing: of the one that writes to a descriptor that waits, taken first
  // Under lock:
  int fd;                           // -1: it was closed
  bool closed;
  uint32_t waiting;                 // who may still be waiting for fd
  Buffer ahead;
  size_t at;
} FileHandle;
enum { FILE_BUFFER_BYTES = 1 << 16 };

// The path in an argument with a zero byte behind, on the VM's Alloc (size + 1 bytes). NULL: *answer is what the native answers.
char *file_path(Process *p, unsigned arg, size_t *size, Term *answer);

// How to open, from a list of modes.
typedef struct FileModes {
  int flags; // of open(2)
  bool read, write, append, directory, unsupported;
  FileEncoding encoding;
} FileModes;
// False: badarg.
bool file_modes_read(Term list, FileModes *modes);
// What the program has written is shown before a pipe or a terminal, by path or open, may keep the process waiting.
void file_before_blocking(Vm *vm, const char *path, const FileHandle *f);
// The file, or -1 with errno.
int file_open(const char *path, const FileModes *modes);
bool file_write_all(int fd, const void *bytes, size_t size);
FileEncoding file_encoding(Term name);
// The handle in a term, or NULL.
FileHandle *file_handle(Term t);
// The open handle in ARG(0), locked. NULL: *answer is what the native answers; T_YIELD to go on on a dirty thread.
FileHandle *file_take(Process *p, Term *answer);
// Gives the lock back, and closes what shall be closed. errno stays.
void file_give(FileHandle *f);

// ok, or {error, errno}.
Term file_result(Process *p, bool ok);
// The bytes of iodata: of a binary its own, else flattened into *scratch. NULL: no iodata, or no memory (scratch->failed).
const unsigned char *file_iodata(Process *p, Term t, Buffer *scratch, size_t *size);

#endif

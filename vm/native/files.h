// SPDX-License-Identifier: Apache-2.0
//
// Open files: the native object behind a handle of :joist_file, and the table of those that are open.
//
//  F1  A handle is open (fd >= 0) or closed; closed ones answer {error, terminated}.
//  F2  What was read ahead lies in buffer[at, end): the file's own position is `end - at` bytes further than the program's.
//      Whatever does not read on from there drops it and moves the position back first.
//  F3  A handle is in the table while it exists, in the bucket of the process that opened it; when that ends,
//      the file is closed. The table lives as long as its handles: heaps go after natives' state.
//
// Natives run in the scheduler's thread; the last reference may go in any thread, so the table has a lock.
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
  struct FileHandle *next, **place; // in its bucket
  Term owner;                       // pid
  int fd;
  FileEncoding encoding;
  bool is_directory;
  char *buffer; // FILE_BUFFER_BYTES, or NULL until something is read
  size_t at, end;
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
// What the program has written is shown before a pipe or a terminal, by path or open, may block the scheduler.
void file_before_blocking(Vm *vm, const char *path, const FileHandle *f);
// The file, or -1 with errno.
int file_open(const char *path, const FileModes *modes);
bool file_write_all(int fd, const void *bytes, size_t size);
FileEncoding file_encoding(Term name);
// A handle for an open file, which it takes over; NATIVE_WORDS are reserved. Fails: T_NONE.
Term file_wrap(Process *p, int fd, const FileModes *modes);
// The handle in a term, or NULL.
FileHandle *file_handle(Term t);
// False: errno.
bool file_close(FileHandle *f);

// ok, or {error, errno}.
Term file_result(Process *p, bool ok);
// The bytes of iodata: of a binary its own, else flattened into *scratch. NULL: no iodata, or no memory (scratch->failed).
const unsigned char *file_iodata(Process *p, Term t, Buffer *scratch, size_t *size);

#endif

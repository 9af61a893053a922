// SPDX-License-Identifier: Apache-2.0
//
// Natives of :joist_file over paths: whole files, directories, links, attributes.
//
// A path is a binary of raw bytes. One with a zero byte is {error, badarg}, no exception.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/native/bytes.h"
#include "vm/native/files.h"

char *file_path(Process *p, unsigned arg, size_t *size, Term *answer) {
  if (!term_is_binary(ARG(arg))) {
    *answer = native_badarg(p);
    return NULL;
  }
  char *path = native_c_string(p, ARG(arg), size);
  if (path) return path;
  *answer = T_NONE;
  if (p->exc_reason == ATOM_system_limit) return NULL;
  p->exc_class = p->exc_reason = T_NONE; // a zero byte
  *answer = native_failed(p, ATOM_badarg);
  return NULL;
}

// Calls `use` with the path in ARG(0).
typedef bool (*UsePath)(const char *path);
static Term with_path(Process *p, UsePath use) {
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  bool ok = use(path);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  errno = error;
  return file_result(p, ok);
}
typedef bool (*UsePaths)(const char *from, const char *to);
static Term with_paths(Process *p, UsePaths use) {
  size_t size, other_size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  char *other = file_path(p, 1, &other_size, &answer);
  bool ok = other && use(path, other);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  if (!other) return answer;
  alloc_put(&p->vm->alloc, other, other_size + 1);
  errno = error;
  return file_result(p, ok);
}
// Where the system says "not empty" Erlang says eexist.
static bool named_as_expected(bool ok) {
  if (!ok && errno == ENOTEMPTY) errno = EEXIST;
  return ok;
}
static bool make_dir(const char *path) { return mkdir(path, 0777) == 0; }
static bool remove_dir(const char *path) { return named_as_expected(rmdir(path) == 0); }
static bool remove_file(const char *path) {
  if (unlink(path) == 0) return true;
  if (errno == EISDIR) errno = EPERM;
  return false;
}
static bool change_dir(const char *path) { return chdir(path) == 0; }
static bool move(const char *from, const char *to) { return named_as_expected(rename(from, to) == 0); }
static bool make_link(const char *from, const char *to) { return link(from, to) == 0; }
static bool make_symlink(const char *from, const char *to) { return symlink(from, to) == 0; }
Term native_file_make_dir(Process *p) { return with_path(p, make_dir); }
Term native_file_del_dir(Process *p) { return with_path(p, remove_dir); }
Term native_file_delete(Process *p) { return with_path(p, remove_file); }
Term native_file_set_cwd(Process *p) { return with_path(p, change_dir); }
Term native_file_rename(Process *p) { return with_paths(p, move); }
Term native_file_make_link(Process *p) { return with_paths(p, make_link); }
Term native_file_make_symlink(Process *p) { return with_paths(p, make_symlink); }

Term native_file_cwd(Process *p) {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof path)) return file_result(p, false);
  Term t = native_binary(p, path, strlen(path));
  return t == T_NONE ? t : native_ok(p, t);
}
Term native_file_read_link(Process *p) {
  char target[PATH_MAX];
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  ssize_t n = readlink(path, target, sizeof target);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  errno = error;
  if (n < 0) return file_result(p, false);
  Term t = native_binary(p, target, (size_t)n);
  return t == T_NONE ? t : native_ok(p, t);
}

// --- attributes

enum { STAT_ITEMS = 13 };
Term native_file_stat(Process *p) {
  if (ARG(1) != ATOM_follow && ARG(1) != ATOM_nofollow) return native_badarg(p);
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  struct stat s;
  bool ok = (ARG(1) == ATOM_follow ? stat(path, &s) : lstat(path, &s)) == 0;
  int error = errno;
  bool readable = ok && access(path, R_OK) == 0, writable = ok && access(path, W_OK) == 0;
  alloc_put(&p->vm->alloc, path, size + 1);
  if (!ok) return native_failed(p, posix_atom(p->vm, error));
  NATIVE_RESERVE(PAIR_WORDS + 1 + STAT_ITEMS * (1 + NUMBER_INT64_WORDS));
  Term items[STAT_ITEMS] = {
      [1] = S_ISREG(s.st_mode)                          ? ATOM_regular
            : S_ISDIR(s.st_mode)                        ? ATOM_directory
            : S_ISLNK(s.st_mode)                        ? ATOM_symlink
            : S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode) ? ATOM_device
                                                        : ATOM_other,
      [2] = readable ? writable ? ATOM_read_write : ATOM_read : writable ? ATOM_write : ATOM_none,
  };
  const int64_t numbers[STAT_ITEMS] = {[0] = s.st_size,
                                       [3] = s.st_atim.tv_sec,
                                       [4] = s.st_mtim.tv_sec,
                                       [5] = s.st_ctim.tv_sec,
                                       [6] = s.st_mode,
                                       [7] = (int64_t)s.st_nlink,
                                       [8] = (int64_t)s.st_dev,
                                       [9] = (int64_t)s.st_rdev,
                                       [10] = (int64_t)s.st_ino,
                                       [11] = s.st_uid,
                                       [12] = s.st_gid};
  for (int i = 0; i < STAT_ITEMS; i++)
    if (i != 1 && i != 2) items[i] = number_from_int64(&p->heap, numbers[i]);
  Term tuple, *to = heap_tuple(&p->heap, STAT_ITEMS, &tuple);
  memcpy(to, items, sizeof items);
  return native_pair(p, ATOM_ok, tuple);
}

// (path, number[, number]) with what the system does with them.
static Term set_attribute(Process *p, unsigned numbers, bool (*set)(const char *path, int64_t a, int64_t b)) {
  int64_t a, b = 0;
  if (!number_to_int64(ARG(1), &a) || (numbers == 2 && !number_to_int64(ARG(2), &b))) return native_badarg(p);
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  bool ok = set(path, a, b);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  errno = error;
  return file_result(p, ok);
}
static bool set_mode(const char *path, int64_t mode, int64_t none) { return (void)none, chmod(path, (mode_t)mode & 07777) == 0; }
static bool set_owner(const char *path, int64_t user, int64_t group) { return chown(path, (uid_t)user, (gid_t)group) == 0; }
static bool set_times(const char *path, int64_t accessed, int64_t modified) {
  const struct timespec times[2] = {{.tv_sec = accessed}, {.tv_sec = modified}};
  return utimensat(AT_FDCWD, path, times, 0) == 0;
}
Term native_file_set_mode(Process *p) { return set_attribute(p, 1, set_mode); }
Term native_file_set_owner(Process *p) { return set_attribute(p, 2, set_owner); }
Term native_file_set_times(Process *p) { return set_attribute(p, 2, set_times); }

// --- directories

// The names go into a buffer, each with its size in front, then into a list.
Term native_file_list_dir(Process *p) {
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  DIR *dir = opendir(path);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  errno = error;
  if (!dir) return file_result(p, false);
  Buffer names;
  buffer_init(&names, &p->vm->alloc);
  size_t words = PAIR_WORDS;
  struct dirent *e;
  while ((errno = 0, e = readdir(dir)) != NULL) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    size_t n = strlen(e->d_name);
    buffer_u16(&names, (uint16_t)n);
    buffer_add(&names, e->d_name, n);
    words += CONS_WORDS + binary_words(n);
  }
  error = errno;
  closedir(dir);
  Term t;
  if (names.failed) {
    t = native_error(p, ATOM_system_limit);
  } else if (error) {
    t = native_failed(p, posix_atom(p->vm, error));
  } else if (!native_reserve(p, words)) {
    t = T_NONE;
  } else {
    t = T_NIL;
    for (size_t at = 0; at < names.size && t != T_NONE;) {
      const unsigned char *entry = (const unsigned char *)names.data + at;
      size_t n = entry[0] | (size_t)entry[1] << 8;
      Term name = binary_make(native_context(p), &p->heap, entry + 2, n);
      t = name == T_NONE ? native_error(p, ATOM_system_limit) : heap_cons(&p->heap, name, t);
      at += n + 2;
    }
    if (t != T_NONE) t = native_pair(p, ATOM_ok, t);
  }
  buffer_free(&names);
  return t;
}

// --- whole files

static const FileModes READING = {.flags = O_RDONLY | O_CLOEXEC, .read = true};

// Until its end, whatever size it tells: files under /proc tell none.
static Term read_to_end(Process *p, int fd) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  ssize_t n = 1;
  while (n > 0 && !b.failed) {
    size_t want = FILE_BUFFER_BYTES + b.size;
    if (!account_allows_work(&p->vm->account, want) || !buffer_reserve(&b, want)) {
      b.failed = true;
      break;
    }
    n = read(fd, b.data + b.size, want);
    if (n < 0 && errno == EINTR) n = 1;
    else if (n > 0) b.size += (size_t)n;
  }
  int error = errno;
  if (n < 0) {
    buffer_free(&b);
    return native_failed(p, posix_atom(p->vm, error));
  }
  Term t = bytes_from_buffer(p, &b);
  return t == T_NONE ? t : native_ok(p, t);
}
// Straight into a binary of the size that the file tells.
static Term read_sized(Process *p, int fd, size_t size) {
  if (!account_allows_work(&p->vm->account, size)) return native_error(p, ATOM_system_limit);
  NATIVE_RESERVE(binary_words(size) + BIN_SLICE_WORDS + PAIR_WORDS);
  unsigned char *to;
  Term t = bits_new(native_context(p), &p->heap, (uint64_t)size << 3, &to);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  size_t done = 0;
  while (done < size) {
    ssize_t n = read(fd, to + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_result(p, false);
    if (n == 0) break;
    done += (size_t)n;
  }
  native_charge(p, size >> 10);
  return native_pair(p, ATOM_ok, bits_slice(&p->heap, t, 0, (uint64_t)done << 3));
}
Term native_file_read_file(Process *p) {
  size_t size;
  Term answer;
  char *path = file_path(p, 0, &size, &answer);
  if (!path) return answer;
  file_before_blocking(p->vm, path, NULL);
  int fd = file_open(path, &READING);
  int error = errno;
  alloc_put(&p->vm->alloc, path, size + 1);
  if (fd < 0) return native_failed(p, posix_atom(p->vm, error));
  struct stat s;
  bool sized = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0;
  Term t = sized ? read_sized(p, fd, (size_t)s.st_size) : read_to_end(p, fd);
  close(fd);
  return t;
}

Term native_file_write_file(Process *p) {
  FileModes modes = {.write = true};
  size_t size, path_size;
  if (!file_modes_read(ARG(2), &modes)) return native_badarg(p);
  if (modes.unsupported) return native_failed(p, ATOM_enotsup);
  Term answer;
  char *path = file_path(p, 0, &path_size, &answer);
  if (!path) return answer;
  Buffer scratch;
  const unsigned char *bytes = file_iodata(p, ARG(1), &scratch, &size);
  if (!bytes) {
    bool no_memory = scratch.failed;
    buffer_free(&scratch);
    alloc_put(&p->vm->alloc, path, path_size + 1);
    return no_memory ? native_error(p, ATOM_system_limit) : native_failed(p, ATOM_badarg);
  }
  file_before_blocking(p->vm, path, NULL);
  int fd = file_open(path, &modes);
  bool ok = fd >= 0 && file_write_all(fd, bytes, size);
  int error = errno;
  if (fd >= 0 && close(fd) != 0 && ok && errno != EINTR) {
    ok = false;
    error = errno;
  }
  buffer_free(&scratch);
  alloc_put(&p->vm->alloc, path, path_size + 1);
  errno = error;
  native_charge(p, 10 + (size >> 10));
  return file_result(p, ok);
}

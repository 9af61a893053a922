// SPDX-License-Identifier: Apache-2.0
#include "vm/main/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/code/code.h"
#include "vm/engine/engine.h"
#include "vm/native/native_state.h"
#include "vm/term/binary.h"

static uint32_t u32_at(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

static int compare_items(const void *a, const void *b) { return strcmp(((const PackItem *)a)->name, ((const PackItem *)b)->name); }

bool library_write_pack(Buffer *out, PackItem *items, size_t count) {
  qsort(items, count, sizeof *items, compare_items);
  buffer_add(out, "JPAK", 4);
  buffer_u32(out, (uint32_t)count);
  for (size_t i = 0; i < count; i++) {
    buffer_u16(out, (uint16_t)strlen(items[i].name));
    buffer_text(out, items[i].name);
    buffer_u32(out, (uint32_t)items[i].size);
    buffer_add(out, items[i].bytes, items[i].size);
  }
  return !out->failed;
}

bool file_read_whole(const char *path, Buffer *out) {
  int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  for (;;) {
    if (!buffer_reserve(out, 1 << 14)) break;
    ssize_t n = read(fd, out->data + out->size, out->capacity - out->size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      int error = errno;
      if (fd != STDIN_FILENO) close(fd);
      errno = error;
      return n == 0;
    }
    out->size += (size_t)n;
  }
  if (fd != STDIN_FILENO) close(fd);
  errno = ENOMEM;
  return false;
}

void library_set_path(Vm *vm, const char *const *directories) { vm->embedder = (void *)(uintptr_t)directories; }

static bool load_bytes(Vm *vm, Term module, const void *bytes, size_t size, const char *where) {
  CodeUnit *unit;
  VerifyError error;
  LoadStatus s = code_load_absent(vm->code, bytes, size, module, &unit, &error); // of two workers that read it one loads it
  if (s == LOAD_OK) return true;
  const char *why = s == LOAD_REFUSED ? verify_reason_text(error.reason) : s == LOAD_WRONG_NAME ? "it holds another module" : "no memory";
  if (s == LOAD_REFUSED && error.function != UINT32_MAX)
    vm_report(vm, "joist: cannot load %s: %s (%s in function %u, instruction %u)\n", where, why, verify_reason_name(error.reason), error.function,
              error.instruction);
  else vm_report(vm, "joist: cannot load %s: %s\n", where, why);
  vm_engine_run(vm)->load_no_memory = s == LOAD_NO_MEMORY;
  return false;
}

bool library_load_pack(Vm *vm, const void *pack, size_t size) {
  const unsigned char *p = pack, *end = p + size;
  bool whole = size >= 8 && memcmp(p, "JPAK", 4) == 0;
  uint32_t count = whole ? u32_at(p + 4) : 0;
  p += 8;
  for (uint32_t i = 0; i < count && whole; i++) {
    size_t length = end - p >= 2 ? p[0] | (size_t)p[1] << 8 : 0;
    whole = (size_t)(end - p) >= 2 + length + 4 && length < 1024 && u32_at(p + 2 + length) <= (size_t)(end - p) - 2 - length - 4;
    if (!whole) break;
    char name[1024];
    memcpy(name, p + 2, length);
    name[length] = 0;
    Term module;
    size_t bytes = u32_at(p + 2 + length);
    p += 2 + length + 4;
    if (atom_intern(vm->atoms, name, length, &module) != STATUS_OK || !load_bytes(vm, module, p, bytes, name)) return false;
    p += bytes;
  }
  if (!whole) fputs("joist: this is no pack of modules, or it is damaged\n", stderr);
  return whole;
}

// DIRECTORY/NAME.jo, when there is such a file.
static bool load_from(Vm *vm, Term module, const char *directory, size_t directory_size, const char *name, size_t name_size, bool *found) {
  char path[4096];
  *found = false;
  if (snprintf(path, sizeof path, "%.*s/%.*s.jo", (int)directory_size, directory, (int)name_size, name) >= (int)sizeof path) return false;
  Buffer file;
  buffer_init(&file, &vm->alloc);
  *found = access(path, R_OK) == 0 && file_read_whole(path, &file);
  bool loaded = *found && load_bytes(vm, module, file.data, file.size, path);
  buffer_free(&file);
  return loaded;
}

bool library_load(Vm *vm, Term module) {
  size_t name_size;
  const char *name = atom_text(vm->atoms, module, &name_size);
  bool in_image;
  if (code_load_from_image(vm->code, module, &in_image) || in_image) {
    if (!code_module(vm->code, module)) {
      vm_report(vm, "joist: cannot load %s: no memory\n", name);
      vm_engine_run(vm)->load_no_memory = true;
    }
    return code_module(vm->code, module) != NULL;
  }
  if (memchr(name, '/', name_size) || memchr(name, 0, name_size)) return false;
  // What the program added stands before what the command line said.
  bool found = false;
  for (Term l = atomic_load_explicit(&native_state(vm)->code_path, memory_order_acquire); term_is_cons(l) && !found; l = cons_tail(l)) {
    Buffer scratch;
    size_t size;
    buffer_init(&scratch, &vm->alloc);
    const unsigned char *directory = binary_bytes_any(cons_head(l), &scratch, &size);
    bool loaded = directory && load_from(vm, module, (const char *)directory, size, name, name_size, &found);
    buffer_free(&scratch);
    if (found) return loaded;
  }
  const char *const *directories = vm->embedder;
  for (; directories && *directories; directories++) {
    bool loaded = load_from(vm, module, *directories, strlen(*directories), name, name_size, &found);
    if (found) return loaded;
  }
  return false;
}

// SPDX-License-Identifier: Apache-2.0
//
// What is to be known of modules that are not loaded: their docs and their names, from the embedded library and from the
// directories of the code path, looked through in the order of library_load. Thread: worker.
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vm/code/code.h"
#include "vm/main/library.h"
#include "vm/native/native_state.h"
#include "vm/term/binary.h"

// Calls `visit` with each directory until it answers true.
static bool each_directory(Vm *vm, bool (*visit)(Vm *vm, const char *directory, void *state), void *state) {
  for (Term l = atomic_load_explicit(&native_state(vm)->code_path, memory_order_acquire); term_is_cons(l); l = cons_tail(l)) {
    Buffer path;
    size_t size;
    buffer_init(&path, &vm->alloc);
    const unsigned char *bytes = binary_bytes_any(cons_head(l), &path, &size);
    Buffer text;
    buffer_init(&text, &vm->alloc);
    if (bytes) buffer_add(&text, bytes, size);
    else text.failed = true;
    buffer_add(&text, "", 1);
    bool done = !text.failed && visit(vm, text.data, state);
    buffer_free(&text);
    buffer_free(&path);
    if (done) return true;
  }
  for (const char *const *d = vm->embedder; d && *d; d++)
    if (visit(vm, *d, state)) return true;
  return false;
}

typedef struct Wanted {
  const char *name;
  size_t name_size;
  Buffer *out;
} Wanted;

static bool docs_from(Vm *vm, const char *directory, void *state) {
  Wanted *w = state;
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%.*s.jo", directory, (int)w->name_size, w->name) >= (int)sizeof path || access(path, R_OK) != 0) return false;
  Buffer file;
  buffer_init(&file, &vm->alloc);
  ImageText docs;
  bool there = file_read_whole(path, &file) && module_find_docs(file.data, file.size, &docs);
  if (there) buffer_add(w->out, docs.bytes, docs.size);
  buffer_free(&file);
  return there;
}

bool library_docs(Vm *vm, Term module, Buffer *out) {
  size_t name_size;
  const char *name = atom_text(vm->atoms, module, &name_size);
  if (vm->image && image_module(vm->image, module)) {
    code_docs(vm->code, module, out);
    return true;
  }
  if (memchr(name, '/', name_size) || memchr(name, 0, name_size)) return false;
  return each_directory(vm, docs_from, &(Wanted){name, name_size, out});
}

static bool names_from(Vm *vm, const char *directory, void *state) {
  (void)vm;
  Buffer *out = state;
  DIR *d = opendir(directory);
  for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
    size_t size = strlen(e->d_name);
    if (size < 4 || strcmp(e->d_name + size - 3, ".jo") != 0) continue;
    buffer_add(out, e->d_name, size - 3);
    buffer_add(out, "", 1);
  }
  if (d) closedir(d);
  return false;
}

bool library_names(Vm *vm, Buffer *out) {
  const ImageModule *modules = vm->image ? image_at(vm->image, vm->image->header->modules_at) : NULL;
  for (uint32_t i = 0; modules && i < vm->image->header->module_count; i++) {
    size_t size;
    const char *name = atom_text(vm->atoms, term_atom(modules[i].name), &size);
    buffer_add(out, name, size);
    buffer_add(out, "", 1);
  }
  each_directory(vm, names_from, out);
  return !out->failed;
}

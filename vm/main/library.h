// SPDX-License-Identifier: Apache-2.0
//
// Where modules come from: the library that is embedded in the executable, then the directories of the code path.
//
// The embedded library is one pack: "JPAK", u32 count, then per module u16 name length, name, u32 size, and the bytes of its
// module file; names ascending. The stage-0 executable has an empty pack.
#ifndef JOIST_MAIN_LIBRARY_H
#define JOIST_MAIN_LIBRARY_H

#include "vm/base/buffer.h"
#include "vm/process/vm.h"

// The embedded pack; defined by the object that the build makes.
extern const unsigned char library_pack[];
extern const size_t library_pack_bytes;

// Finds a module in the pack. NULL: it is not there.
const void *library_find(const char *name, size_t name_size, size_t *size);

// The name of the index-th module of the pack, not ended by a zero. NULL: there are no more.
const char *library_name(uint32_t index, size_t *name_size);

// What is to be known of modules without loading them (library_docs.c); they fit Engine.module_docs and Engine.module_names.
bool library_docs(Vm *vm, Term module, Buffer *out);
bool library_names(Vm *vm, Buffer *out);

// Loads `module` from the pack or the code path. False: not found or refused (said on standard error).
// Fits Engine.load_module.
bool library_load(Vm *vm, Term module);

// Directories searched, ended by NULL; the array must live as long as the VM runs.
void library_set_path(Vm *vm, const char *const *directories);

// Writes a pack of module files. Fails: false.
typedef struct PackItem {
  const char *name;
  const void *bytes;
  size_t size;
} PackItem;
bool library_write_pack(Buffer *out, PackItem *items, size_t count);

// The whole file. Fails: false, errno.
bool file_read_whole(const char *path, Buffer *out);

#endif

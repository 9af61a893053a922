// SPDX-License-Identifier: Apache-2.0
//
// Where modules come from: the library's image that is embedded in the executable, then the directories of the code path.
//
// The build compiles the library to a pack, "JPAK", u32 count, then per module u16 name length, name, u32 size, and the bytes of its
// module file, names ascending; and makes the image (vm/code/image.h) of that. The stage-0 executable has no image.
#ifndef JOIST_MAIN_LIBRARY_H
#define JOIST_MAIN_LIBRARY_H

#include "vm/base/buffer.h"
#include "vm/process/vm.h"

// The embedded image, on a page of its own; defined by the object that the build makes. 0 bytes: none.
extern const unsigned char library_image[];
extern const size_t library_image_bytes;

// Does this executable carry the library? Stage 0 does not, and runs the compiler's natives directly.
static inline bool library_is_there(void) { return library_image_bytes != 0; }

// What is to be known of modules without loading them (library_docs.c); they fit Engine.module_docs and Engine.module_names.
bool library_docs(Vm *vm, Term module, Buffer *out);
bool library_names(Vm *vm, Buffer *out);

// Loads `module` from the image or the code path, unless another worker has done so by then. False: not found or refused (said on
// standard error). Thread: worker.
// Fits Engine.load_module.
bool library_load(Vm *vm, Term module);

// Directories searched, ended by NULL; the array must live as long as the VM runs.
void library_set_path(Vm *vm, const char *const *directories);

// Loads every module of a pack. False: damaged or refused (said on standard error).
bool library_load_pack(Vm *vm, const void *pack, size_t size);

// Makes the image of a pack in a VM of its own (image_build.c). False: said on standard error.
bool library_build_image(const Alloc *alloc, const void *pack, size_t size, Buffer *image);

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

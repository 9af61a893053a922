// SPDX-License-Identifier: Apache-2.0
//
// The step of the build that makes the library's image: loads a pack of modules into a VM of its own, which knows nothing else, and
// writes what it then has.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vm/code/code.h"
#include "vm/main/library.h"
#include "vm/main/start.h"

bool library_build_image(const Alloc *alloc, const void *pack, size_t size, Buffer *image) {
  Vm vm;
  StartOptions options = {.engine = ENGINE_INTERPRETER, .without_library = true};
  if (start_vm(&vm, alloc, &options) != STATUS_OK) return fputs("joist: no memory to make an image\n", stderr), false;
  const char *why = NULL;
  bool loaded = library_load_pack(&vm, pack, size);
  bool good = loaded && image_write(vm.code, image, &why);
  if (loaded && !good) fprintf(stderr, "joist: cannot make an image of the library: %s\n", why);
  stop_vm(&vm);
  return good;
}

// SPDX-License-Identifier: Apache-2.0
//
// Listings of module files and images, derived from opcodes.def.
#ifndef JOIST_CODE_DISASM_H
#define JOIST_CODE_DISASM_H

#include "vm/code/module_file.h"

// Appends the listing of a whole module file. False: the file was refused, *error says why.
bool disasm_module(const Alloc *alloc, const void *bytes, size_t size, Buffer *out, VerifyError *error);
// Appends one function of an image.
void disasm_function(const ModuleImage *image, const ImageFunction *f, Buffer *out);

#endif

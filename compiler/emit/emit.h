// SPDX-License-Identifier: Apache-2.0
//
// From Core to a module image: the back half of the compiler, as its callers see it.
//
// core_compile lifts closures, lowers each function to flow form, cleans it, finds slots and
// writes file opcodes (compiler/core and compiler/emit). It needs no VM: atoms and literals
// become pools of the image.
#ifndef JOIST_EMIT_EMIT_H
#define JOIST_EMIT_EMIT_H

#include "compiler/core/core.h"
#include "compiler/diagnostics/diagnostic.h"
#include "vm/code/module_image.h"

// The image of a module; NULL when there were errors (they are in `sink`). Nodes of `module` are
// rewritten on the way: use it once. Adds module_info/0,1 when the module has none.
// Owns: the result lies in `arena` and refers to nothing outside it. Thread: the job's, with a stack of at least 4 MB.
// Fails: NULL with diagnostics; memory: the arena's way.
ModuleImage *core_compile(Arena *arena, Names *names, CoreModule *module, Diagnostics *sink);

// A constant as external term format, 131 included. false: it holds what no literal can (Q_VALUE) or is nested
// too deep. Maps come out with their keys in the order of their bytes, so equal constants give equal bytes.
bool literal_encode(Names *names, Buffer *out, Quoted *q);

// Core as an s-expression, for tests and for people.
void core_print(Names *names, Buffer *out, const CoreModule *module);

#endif

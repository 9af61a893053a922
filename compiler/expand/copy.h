// SPDX-License-Identifier: Apache-2.0
//
// Copying Core, see copy.c.
#ifndef JOIST_EXPAND_COPY_H
#define JOIST_EXPAND_COPY_H

#include "compiler/core/core.h"

// A function equal to `from` that shares only names and literals with it. Fails: as the arena does.
CoreFunction *core_function_copy(Arena *arena, const CoreFunction *from);

#endif

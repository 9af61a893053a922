// SPDX-License-Identifier: Apache-2.0
//
// What calling a fun needs to know of it.
#ifndef JOIST_ENGINE_FUN_CALL_H
#define JOIST_ENGINE_FUN_CALL_H

#include "vm/term/fun.h"

static inline uint32_t fun_arity(Term t) {
  return header_is(boxed_header(t), KIND_FUN) ? fun_entry(t)->arity : export_of(t)->arity;
}

#endif

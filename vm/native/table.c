// SPDX-License-Identifier: Apache-2.0
#include "vm/code/native.h"

#define NATIVE(module, name, arity, scratch, flags, function) Term function(Process *p);
#include "vm/code/natives.def"
#undef NATIVE

const NativeEntry NATIVE_TABLE[] = {
#define NATIVE(module, name, arity, scratch, flags, function) {module, name, arity, scratch, flags, function},
#include "vm/code/natives.def"
#undef NATIVE
};
const uint32_t NATIVE_COUNT = sizeof NATIVE_TABLE / sizeof *NATIVE_TABLE;

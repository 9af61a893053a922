// SPDX-License-Identifier: Apache-2.0
//
// The module file (.jo): its layout, and reading and verifying untrusted bytes.
//
//   "JOIST" 0x1a, u16 version, u64 checksum of what follows, then chunks: 4-letter tag, u32 size, contents.
//   ATOM LITS IMPT LAMB FILE CODE ATTR DOCS, in this order; the last two may be missing.
// Numbers inside chunks are LEB128, signed ones zig-zag. Operands follow the letters of opcodes.def.
//
// module_read checks form (everything can be decoded, indexes lie in their pools, counts within limits) and
// module_verify checks meaning (slots, live maps, windows, handlers, frames) by a data-flow analysis
// per function. A module that passes both cannot break the VM.
#ifndef JOIST_CODE_MODULE_FILE_H
#define JOIST_CODE_MODULE_FILE_H

#include "vm/code/module_image.h"

enum { MODULE_FORMAT_VERSION = 3, MODULE_HEADER_BYTES = 16 };

typedef enum VerifyReason {
  VERIFY_OK = 0,
#define VERIFY_REASON(name, text) VERIFY_##name,
#include "vm/code/verify.def"
#undef VERIFY_REASON
  VERIFY_REASON_COUNT,
} VerifyReason;

typedef struct VerifyError {
  VerifyReason reason;
  uint32_t function, instruction; // where; UINT32_MAX: not in code
} VerifyError;

const char *verify_reason_name(VerifyReason reason);
const char *verify_reason_text(VerifyReason reason);

// Is `module:function/arity` a native that guards may call? Handed in by whoever knows natives.def.
typedef bool (*GuardNativeTest)(const void *context, ImageText module, ImageText function, uint32_t arity);

// Does it begin as module files do?
static inline bool module_file_is(const void *bytes, size_t size) { return size >= 6 && memcmp(bytes, "JOIST\x1a", 6) == 0; }

// Decodes `bytes` into `arena`; texts and literals point into `bytes`. NULL: refused, *error says why.
// Thread: any. Fails: the arena's way without memory.
ModuleImage *module_read(Arena *arena, const void *bytes, size_t size, VerifyError *error);

// The docs chunk of a module file, without decoding the rest; it points into `bytes`. False: not a module file of this version, or
// damaged. Empty: it has none.
bool module_find_docs(const void *bytes, size_t size, ImageText *docs);

// Decodes one function of bytes that module_read and module_verify passed before: `bytes` up to `end` begin with it. Of `image` only
// the counts matter. Fails: false: the bytes changed since.
bool module_read_function(Arena *arena, const ModuleImage *image, const void *bytes, const void *end, ImageFunction *f);

// Checks the code of a decoded module. True: safe to run.
bool module_verify(Arena *scratch, const ModuleImage *image, GuardNativeTest is_guard, const void *context, VerifyError *error);

// Slots of an operand list that are live; the checks of a decoded function in one place for tests.
uint64_t module_checksum(const void *bytes, size_t size);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// A module in memory between compiler, module file and loader.
//
// The compiler fills a ModuleImage through ModuleBuilder (module_builder.h) and
// module_write turns it into the bytes of a .jo file; module_read does the reverse for untrusted bytes.
// Atoms, literals and imports are pools that instructions refer to by index. Everything
// lies in one arena; nothing here is a term, so images need no VM.
#ifndef JOIST_CODE_MODULE_IMAGE_H
#define JOIST_CODE_MODULE_IMAGE_H

#include "vm/base/arena.h"
#include "vm/base/buffer.h"
#include "vm/code/opcode.h"

typedef struct ImageText {
  const char *bytes;
  uint32_t size;
} ImageText;

typedef struct ImageImport {
  uint32_t module, function; // atoms
  uint32_t arity;
} ImageImport;

typedef struct ImageFun {    // operand u
  uint32_t function;         // its body: takes arity + capture_count arguments, captures last
  uint32_t arity, capture_count;
} ImageFun;

// From instruction `from` up to, not including, `to`: what raises goes to `handler`, where slots
// base, base+1, base+2 hold class (an atom), reason and the stack trace handle.
// Inner regions come before the outer ones that hold them.
typedef struct ImageHandler {
  uint32_t from, to, handler;
  uint32_t base;
} ImageHandler;

typedef struct ImageLine {   // instructions from `from` on stand at `line` of `file`
  uint32_t from;
  uint32_t line, file;       // file: index into files
} ImageLine;

typedef struct ImageFunction {
  uint32_t name;             // atom
  uint32_t arity;
  bool exported;
  uint32_t at;               // where its bytes begin in the module file; 0: it was built in memory
  uint32_t slot_count;       // highest slot written or used as window argument, plus one
  Instruction *instructions;
  uint32_t instruction_count;
  ImageHandler *handlers;
  uint32_t handler_count;
  ImageLine *lines;
  uint32_t line_count;
} ImageFunction;

typedef struct ModuleImage {
  uint32_t name;             // atom
  ImageText *atoms;
  uint32_t atom_count;
  ImageText *literals;       // external term format, without the version byte's compression
  uint32_t literal_count;
  ImageImport *imports;
  uint32_t import_count;
  ImageFun *funs;
  uint32_t fun_count;
  ImageFunction *functions;
  uint32_t function_count;
  uint32_t code_end;         // behind the last function's bytes in the module file
  ImageText *files;          // source paths
  uint32_t file_count;
  ImageText attributes, docs; // external term format, may be empty
} ModuleImage;

#endif

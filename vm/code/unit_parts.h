// SPDX-License-Identifier: Apache-2.0
//
// What of a unit never changes, as tables without pointers: they can lie in the library's image as they are.
//
// Names are atom numbers of the VM; places count from `bytes`, the module file or the image.
#ifndef JOIST_CODE_UNIT_PARTS_H
#define JOIST_CODE_UNIT_PARTS_H

#include "vm/code/module_image.h"
#include "vm/term/term.h"

typedef struct UnitFunction {
  uint32_t name;       // atom number
  uint32_t at;         // where its encoded instructions begin
  uint16_t slot_count;
  uint8_t arity;
  uint8_t exported;
} UnitFunction;

typedef struct UnitText {
  uint32_t at, size;
} UnitText;

// Exported functions, sorted: name << 32 | arity << 24 | index.
enum { UNIT_FUNCTIONS_MAX = 1 << 24 };
static inline uint64_t unit_export_key(uint32_t name, uint32_t arity, uint32_t index) { return (uint64_t)name << 32 | (uint64_t)arity << 24 | index; }

typedef struct UnitParts {
  const char *bytes;
  const uint32_t *atoms;        // by index of the module's pools: atom numbers
  const Term *literals;
  const UnitFunction *functions;
  const uint64_t *exports;
  const ImageImport *imports;   // of atom numbers
  const ImageFun *funs;
  const UnitText *files;
  uint32_t atom_count, literal_count, function_count, export_count, import_count, fun_count, file_count;
  uint32_t code_end;            // behind the last function's bytes
  UnitText attributes;
  UnitText docs;                // of a loaded file; an image has them packed
  uint64_t checksum, file_size; // of the module file
} UnitParts;

_Static_assert(sizeof(UnitFunction) == 12 && sizeof(ImageImport) == 12 && sizeof(ImageFun) == 12, "tables of the image");

#endif

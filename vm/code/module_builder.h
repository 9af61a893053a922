// SPDX-License-Identifier: Apache-2.0
//
// Builds a ModuleImage: interns pools, collects instructions, patches labels.
//
// One builder makes one module, on one thread, in an arena. Labels are made with
// builder_label and bound with builder_bind; an instruction takes them as operands at any time.
#ifndef JOIST_CODE_MODULE_BUILDER_H
#define JOIST_CODE_MODULE_BUILDER_H

#include "vm/code/module_image.h"

typedef struct ModuleBuilder ModuleBuilder;

// Owns: the result lies in `arena`. Fails: the arena's way.
ModuleBuilder *builder_new(Arena *arena, const char *module_name, size_t name_size);

uint32_t builder_atom(ModuleBuilder *b, const char *text, size_t size);
// `bytes`: external term format (131 …). Equal bytes share one literal.
uint32_t builder_literal(ModuleBuilder *b, const void *bytes, size_t size);
uint32_t builder_import(ModuleBuilder *b, uint32_t module_atom, uint32_t function_atom, uint32_t arity);
uint32_t builder_file(ModuleBuilder *b, const char *path, size_t size);
uint32_t builder_fun(ModuleBuilder *b, uint32_t function, uint32_t arity, uint32_t capture_count);
void builder_attributes(ModuleBuilder *b, const void *etf, size_t size);
void builder_docs(ModuleBuilder *b, const void *etf, size_t size);

// Reserves the index of a function, so that calls to it can be emitted before it.
uint32_t builder_function(ModuleBuilder *b, uint32_t name_atom, uint32_t arity, bool exported);
// Starts its code; one function at a time.
void builder_begin(ModuleBuilder *b, uint32_t function);
uint32_t builder_label(ModuleBuilder *b);
void builder_bind(ModuleBuilder *b, uint32_t label);
// What follows stands at this line (0: unknown).
void builder_line(ModuleBuilder *b, uint32_t file, uint32_t line);
// Appends an instruction; `operands` (opcode_info's count, in the table's order) and what they point to are copied.
// Label operands are the numbers of builder_label.
void builder_emit(ModuleBuilder *b, FileOpcode opcode, const Operand *operands);
// Code between the labels `from` and `to` is guarded by `handler`. Inner ones first.
void builder_handler(ModuleBuilder *b, uint32_t from, uint32_t to, uint32_t handler, uint32_t base_slot);
// Ends the function: labels become instruction indexes, slot_count is computed.
void builder_end(ModuleBuilder *b);

ModuleImage *builder_finish(ModuleBuilder *b);

// The bytes of a .jo file, appended to `out`. Fails: out->failed.
void module_write(const ModuleImage *image, Buffer *out);

#endif

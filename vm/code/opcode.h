// SPDX-License-Identifier: Apache-2.0
//
// File opcodes in memory: what the compiler emits, the writer encodes, and the reader
// gives to verifier, linker and disassembler. All of it derives from opcodes.def.
#ifndef JOIST_CODE_OPCODE_H
#define JOIST_CODE_OPCODE_H

#include "vm/base/limits.h"
#include "vm/base/check.h"
#include "vm/base/segment.h"

typedef enum FileOpcode {
#define FILE_OP(number, name, operands, flags, meaning) OP_##name = number,
#include "vm/code/opcodes.def"
#undef FILE_OP
  FILE_OPCODE_MAX = 144,
} FileOpcode;

enum { OP_OPERANDS_MAX = 9 };

typedef struct OpcodeInfo {
  const char *name;     // NULL: no such opcode
  const char *operands; // letters of opcodes.def
  const char *flags;
  const char *meaning;
  uint8_t operand_count;
  bool may_collect, may_raise, ends_block, may_yield, is_call;
} OpcodeInfo;

// Info of an opcode number, or NULL. Thread: any. Fails: never.
const OpcodeInfo *opcode_info(unsigned number);

typedef enum CodeConstantKind { CONSTANT_SMALL, CONSTANT_ATOM, CONSTANT_NIL, CONSTANT_LITERAL } CodeConstantKind;
typedef struct CodeConstant {
  CodeConstantKind kind;
  int64_t value; // the small integer, or an index into the module's atoms or literals
} CodeConstant;

typedef struct SlotList { // operands S and m
  uint32_t count;
  const uint16_t *slots; // m: ascending, no slot twice
} SlotList;

typedef struct SelectTable { // operand T
  uint32_t count;
  const CodeConstant *values;
  const uint32_t *labels; // count + 1: the last one is the default
} SelectTable;


typedef enum SegmentKind { SEGMENT_INTEGER, SEGMENT_FLOAT, SEGMENT_BITS, SEGMENT_UTF8, SEGMENT_UTF16, SEGMENT_UTF32 } SegmentKind;
typedef enum SegmentSize {
  SIZE_ALL,  // SEGMENT_BITS: the whole value (a multiple of `unit` bits); UTF: as the code point needs
  SIZE_BITS, // `size` bits
  SIZE_SLOT, // value of slot `size`, times unit
} SegmentSize;
typedef struct Segment { // one of operand G
  uint8_t kind, flags, size_kind;
  bool value_is_constant;
  uint16_t unit;
  uint32_t size;
  uint32_t value;        // a slot, when it is no constant
  CodeConstant constant; // an integer for any kind but SEGMENT_BITS; a literal binary for SEGMENT_BITS
} Segment;
typedef struct SegmentList {
  uint32_t count;
  const Segment *segments;
} SegmentList;

enum { LABEL_NONE = UINT32_MAX };

typedef union Operand {
  uint32_t slot;  // d s k
  uint32_t label; // l L
  uint64_t number; // i f e u
  int64_t integer; // n
  CodeConstant constant; // c
  SlotList list;   // S m
  SelectTable table; // T
  SegmentList segments; // G
} Operand;

typedef struct Instruction {
  uint16_t opcode;
  const Operand *operands; // opcode_info(opcode)->operand_count
} Instruction;

enum {
  FRAME_SMALL_MAX = 16, // slots of a frame that the constant slack covers (S and M of the engine)
};

#endif

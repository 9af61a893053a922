// SPDX-License-Identifier: Apache-2.0
#include "vm/code/opcode.h"

#include <string.h>

// sizeof counts the letters at compile time; strchr would not be a constant expression.
#define FLAG(flags, letter) \
  ((sizeof(flags) > 1 && (flags)[0] == letter) || (sizeof(flags) > 2 && (flags)[sizeof(flags) > 2 ? 1 : 0] == letter) || \
   (sizeof(flags) > 3 && (flags)[sizeof(flags) > 3 ? 2 : 0] == letter) || (sizeof(flags) > 4 && (flags)[sizeof(flags) > 4 ? 3 : 0] == letter))

static const OpcodeInfo OPCODES[FILE_OPCODE_MAX] = {
#define FILE_OP(number, op_name, op_operands, op_flags, op_meaning) \
  [number] = {.name = #op_name, .operands = op_operands, .flags = op_flags, .meaning = op_meaning, \
              .operand_count = sizeof(op_operands) - 1, .may_collect = FLAG(op_flags, 'C'), .may_raise = FLAG(op_flags, 'R'), \
              .ends_block = FLAG(op_flags, 'E'), .may_yield = FLAG(op_flags, 'Y'), .is_call = FLAG(op_flags, 'K')},
#include "vm/code/opcodes.def"
#undef FILE_OP
};

const OpcodeInfo *opcode_info(unsigned number) {
  return number < FILE_OPCODE_MAX && OPCODES[number].name ? &OPCODES[number] : NULL;
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/engine/linked.h"

#include "vm/engine/slow.h"

const LinkedInfo LINKED_INFO[LINKED_COUNT] = {
#define LINKED(op, op_fields, op_words) {#op, op_fields, op_words, FIRST_##op, WORDS_##op, false},
#define LINKED_LIST(op, op_fields, op_words) {#op, op_fields, op_words, FIRST_##op, WORDS_##op, true},
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
};

// Opcodes whose bodies never leave: nothing to mend.
#define NEVER_SLOW(NAME) \
  const uint64_t *slow_##NAME(Process *p, const uint64_t *pc) { \
    (void)p, (void)pc; \
    PANIC("opcode " #NAME " has no slow path"); \
  }
NEVER_SLOW(MOVE)
NEVER_SLOW(MOVE2)
NEVER_SLOW(LOAD)
NEVER_SLOW(SWAP)
NEVER_SLOW(JUMP)
NEVER_SLOW(RETURN)
NEVER_SLOW(RETURN_CONST)
NEVER_SLOW(CALL)
NEVER_SLOW(CALL_EXT)
NEVER_SLOW(TAIL)
NEVER_SLOW(TAIL_SELF)
NEVER_SLOW(TAIL_EXT)
NEVER_SLOW(SELECT)
NEVER_SLOW(SELECT_ARITY)
NEVER_SLOW(IS_INTEGER)
NEVER_SLOW(IS_FLOAT)
NEVER_SLOW(IS_NUMBER)
NEVER_SLOW(IS_ATOM)
NEVER_SLOW(IS_BOOLEAN)
NEVER_SLOW(IS_PID)
NEVER_SLOW(IS_REFERENCE)
NEVER_SLOW(IS_PORT)
NEVER_SLOW(IS_FUNCTION)
NEVER_SLOW(IS_FUNCTION_ARITY)
NEVER_SLOW(IS_LIST)
NEVER_SLOW(IS_CONS)
NEVER_SLOW(IS_NIL)
NEVER_SLOW(IS_TUPLE)
NEVER_SLOW(IS_TUPLE_OF)
NEVER_SLOW(IS_TAGGED)
NEVER_SLOW(IS_MAP)
NEVER_SLOW(IS_BINARY)
NEVER_SLOW(IS_BITSTRING)
NEVER_SLOW(SAME_IMM)
NEVER_SLOW(NOT_SAME_IMM)
NEVER_SLOW(GET_LIST)
NEVER_SLOW(HEAD)
NEVER_SLOW(TAIL_OF)
NEVER_SLOW(ELEMENT_KNOWN)
NEVER_SLOW(BITS_START)
NEVER_SLOW(BITS_EMPTY)

const SlowPath SLOW_PATHS[LINKED_COUNT] = {
#define LINKED(name, fields, words) slow_##name,
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
};

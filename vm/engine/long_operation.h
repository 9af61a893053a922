// SPDX-License-Identifier: Apache-2.0
//
// Instructions that may take long: arithmetic, comparisons, guard natives, copies into bit strings and long integers out of them, maps with
// huge keys.
//
// Such an instruction works under a budget, or knows its cost beforehand. What would take more than ENGINE_LONG_REDUCTIONS goes to a dirty
// thread: the process stands at the instruction, its map word says what is live, the operation is named in dirty_words and its
// operands are in two exception words, as roots. The dirty thread does the operation (dirty.c) and leaves the value there; then the instruction
// is run again, and finds it. Nothing is written to slots elsewhere, so a collection in between is as at any other instruction.
//
// Keys of maps are hashed and compared deep inside vm/term, mostly in no time. A walk that finds a key to be huge leaves from there, by a jump
// (engine_key_context), and the dirty thread does the whole operation: so the common way has nothing to look at.
#ifndef JOIST_ENGINE_LONG_OPERATION_H
#define JOIST_ENGINE_LONG_OPERATION_H

#include "vm/code/native.h"
#include "vm/engine/engine.h"
#include "vm/term/compare.h"
#include "vm/term/number.h"

// What dirty_words names: a NumberOp, or
enum {
  OPERATION_SAME = NUMBER_OP_COUNT, // the value is 0 or 1
  OPERATION_EQUAL,
  OPERATION_ORDER, // < 0, 0, > 0
  OPERATION_BUILD, // of the bit string that the instruction builds, which has its operands; on failure the error is slow_bits.c's
  OPERATION_TAKE,  // of the integer that the instruction takes out of a bit string, likewise
  OPERATION_KEYS,  // of the instruction over a map, likewise; the error is slow_map.c's
  OPERATION_COPY,  // of the first operand, for what the instruction does with it (vm/process/long_copy.h)
  OPERATION_GUARD, // and the index of the native, whose arguments are the operands
};
enum { OPERATION_WORK_SHIFT = 4 }; // words that a comparison looks at for a reduction

// Names the operation. The caller has set the process to stand at the instruction, and leaves the engine with ENGINE_LONG.
static inline void operation_send(Process *p, size_t operation, Term a, Term b) {
  p->exc_class = a;
  p->exc_reason = b;
  p->dirty_words = operation;
  p->flags |= PROCESS_DIRTY_OPERATION;
}

static inline bool operation_is_back(const Process *p) { return UNLIKELY(p->flags & PROCESS_DIRTY_OPERATION_DONE); }
// Its value, T_NONE when it failed (*error has the NumberError, or what building says). A guard native that raised leaves the exception words as it set them.
static inline Term operation_take(Process *p, size_t *error) {
  Term value = p->exc_reason;
  *error = p->dirty_words;
  bool raised = p->flags & PROCESS_DIRTY_RAISED;
  p->flags &= ~(uint32_t)(PROCESS_DIRTY_OPERATION_DONE | PROCESS_DIRTY_RAISED);
  if (raised) return T_NONE;
  p->exc_class = p->exc_reason = T_NONE;
  return value;
}

// Builds what BITS_BUILD at pc says, where p stands (slow_bits.c). False: p is doomed. *value: T_NONE and *error when it failed.
MUST_USE bool engine_build_bits(Process *p, const uint64_t *pc, Term *value, size_t *error);

// The integer that BITS_INT or BITS_INT_VAR at pc takes, where p stands (slow_bits.c). False: p is doomed.
MUST_USE bool engine_take_integer(Process *p, const uint64_t *pc, Term *value);

// What the instruction over a map at pc makes or finds, where p stands (slow_map.c). False: p is doomed.
MUST_USE bool engine_key_operation(Process *p, const uint64_t *pc, Term *value, size_t *error);

// One of the three comparisons, for about as much work as *work says. Fails: STATUS_LIMIT, STATUS_NO_MEMORY.
static inline Status operation_compare(const TermContext *c, size_t operation, Term a, Term b, int *value, size_t *work) {
  if (operation == OPERATION_ORDER) return compare_terms_within(c, a, b, false, value, work);
  bool equal = false;
  Status s = equal_terms_within(c, a, b, operation == OPERATION_SAME, &equal, work);
  *value = equal;
  return s;
}

#endif

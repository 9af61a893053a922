// SPDX-License-Identifier: Apache-2.0
//
// The bodies of ops.inc once more, as functions: what tools/make-stencils cuts into stencils.
//
// Never linked into the program: clang compiles it to assembly text while building, and the script reads that.
// The pinned registers are arguments of a calling convention that keeps none, so every body ends in tail calls:
// to the next instruction, to a target, to the slow exit. What is not known before run time is an undefined symbol,
// a hole; its name tells what is put there:
//
//   hole_slot<i>  byte offset of a slot field (negative)    hole_number<i>  a number field
//   hole_word<i>  word i of the instruction                 hole_list       address of the list of slots
//   hole_return   the return point behind the instruction
//   go_next  go_slow  go_code<i> (word i as an address)  go_callee (function of word 0)
//
//  S1  Words stand in two forms: op_NAME loads 64 bits, narrow_NAME has immediates of 32 (used where they fit).
//  S2  Holes are weak: else the compiler believes that no address, so no number, can be zero.
//  S3  The fifth argument matters to the stub at callees that are not compiled yet: the object that was entered through.
#include "vm/code/code.h"
#include "vm/engine/engine.h"
#include "vm/engine/fun_call.h"
#include "vm/term/atom.h"
#include "vm/term/shared.h"

#define STENCIL __attribute__((preserve_none)) void
#define ARGUMENTS Term *htop, Term *fp, int64_t reds, Process *p, const void *through
typedef STENCIL (*Body)(ARGUMENTS);

#define HOLE(name) extern char name[] __attribute__((weak, visibility("hidden")))
#define HOLES(kind) \
  HOLE(hole_##kind##0); HOLE(hole_##kind##1); HOLE(hole_##kind##2); HOLE(hole_##kind##3); HOLE(hole_##kind##4); HOLE(hole_##kind##5); \
  HOLE(hole_##kind##6); HOLE(hole_##kind##7); HOLE(hole_##kind##8); HOLE(hole_##kind##9)
HOLES(slot);
HOLES(number);
HOLES(word);
HOLE(hole_return);
extern STENCIL go_next(ARGUMENTS), go_slow(ARGUMENTS), go_callee(ARGUMENTS), go_code0(ARGUMENTS), go_code1(ARGUMENTS), go_code2(ARGUMENTS);

// A value that costs nothing: any register will do.
#define NOTHING() \
  ({ \
    const void *nothing_; \
    __asm__("" : "=r"(nothing_)); \
    nothing_; \
  })
#define LEAVE_WITH(target, value) \
  do { \
    __attribute__((musttail)) return (target)(htop, fp, reds, p, (value)); \
  } while (0)
#define LEAVE_TO(target) LEAVE_WITH(target, NOTHING())

#define WIDE(symbol) \
  ({ \
    uint64_t wide_; \
    __asm__("movabsq $" symbol ", %0" : "=r"(wide_)); \
    wide_; \
  })

#define R(i) (*(Term *)((char *)fp + (intptr_t)hole_slot##i))
#define I(i) ((size_t)(uintptr_t)hole_number##i)
#define CODE(NAME, i) (&go_code##i)
#define LIST_SLOT(NAME, i) (*(Term *)((char *)fp + (int16_t)linked_list_item((const uint64_t *)WIDE("hole_list"), (i))))
#define NEXT(NAME) LEAVE_TO(go_next)
#define NEXT_LIST(NAME, count) LEAVE_TO(go_next)
#define GOTO(address) LEAVE_TO((Body)(uintptr_t)(address))
#define ENTER(target, field) \
  do { \
    const __typeof__(*(target)) *target_ = (target); \
    LEAVE_WITH((Body)(uintptr_t)target_->machine, target_); \
  } while (0)
#define ENTER_LOCAL(NAME) LEAVE_TO(go_callee)
#define RETURN_POINT(NAME) ((Term)(uintptr_t)hole_return)
#define RETURN_TO(address) LEAVE_TO((Body)(uintptr_t)(address))
#define SLOW(NAME) LEAVE_TO(go_slow)

#define W(NAME, i) WIDE("hole_word" #i)
#define BODY(NAME) STENCIL op_##NAME(ARGUMENTS)
#include "vm/engine/ops.inc"
#undef W
#undef BODY
#undef FREE_BYTES
#undef SLOT_BYTES
#undef MAY_BE_SAME
#undef BOX_FLOAT
#undef BOTH_FLOAT

#define W(NAME, i) ((uint64_t)(uintptr_t)hole_word##i)
#define BODY(NAME) STENCIL narrow_##NAME(ARGUMENTS)
#include "vm/engine/ops.inc"

// Shows the script in which registers this compiler passes the arguments.
STENCIL probe_registers(ARGUMENTS) {
  const void **to = (const void **)p;
  to[0] = htop;
  to[1] = fp;
  to[2] = (const void *)(intptr_t)reds;
  to[3] = through;
  LEAVE_TO(go_next);
}

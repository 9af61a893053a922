// SPDX-License-Identifier: Apache-2.0
//
// The interpreter: the bodies of ops.inc under labels, chained by computed goto.
//
// Word 0 of an instruction holds the distance of its body's label from the first one, so that dispatch is
// one load, one add, one indirect jump, each body with its own jump for the branch predictor. The portable engine,
// the one that sanitizers run, and the oracle for the JIT.
//
// Linked code is whole before the word is stored that leads to it (engine_link), and the interpreter loads that word with acquire: so a
// worker that comes to a function which another one linked finds all of it. In code itself nothing ever changes.
#include "vm/code/code.h"
#include "vm/engine/engine.h"
#include "vm/engine/fun_call.h"
#include "vm/term/atom.h"
#include "vm/term/shared.h"

#pragma GCC diagnostic ignored "-Wpedantic" // labels as values are what this file is about

#define DISPATCH() goto *(const void *)((const char *)&&body_LINK_STUB + (int32_t)(uint32_t)pc[0])

void engine_interpret(Process *p, uint32_t *handlers) {
  if (!p) {
    static const void *const LABELS[] = {
#define LINKED(name, fields, words) &&body_##name,
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
    };
    for (unsigned i = 0; i < LINKED_COUNT; i++) handlers[i] = (uint32_t)((const char *)LABELS[i] - (const char *)&&body_LINK_STUB);
    return;
  }
  const uint64_t *pc = p->pc;
  Term *htop = p->heap.top, *fp = p->fp;
  int64_t reds = p->reductions;
#ifdef JOIST_HOSTILE
  const uint64_t *mended = NULL; // the instruction that the slow path before has made room for
#define FREE_BYTES(n) (mended == pc ? (mended = NULL, (char *)htop + (n) <= (char *)fp) : false)
#define LEAVING() const uint64_t *before = pc
#define BACK() (mended = pc == before ? pc : NULL)
#else
#define LEAVING() ((void)0)
#define BACK() ((void)0)
#endif
  DISPATCH();

#define BODY(NAME) body_##NAME:
#define FIELD(i) linked_field(pc, i)
#define R(i) (*(Term *)((char *)fp + (int16_t)FIELD(i)))
#define I(i) ((size_t)FIELD(i))
#define W(NAME, i) (pc[FIRST_##NAME + (i)])
#define CODE(NAME, i) ((const void *)(uintptr_t)W(NAME, i))
#define LIST_SLOT(NAME, i) (*(Term *)((char *)fp + (int16_t)linked_list_item(pc + WORDS_##NAME, i)))
#define NEXT(NAME) \
  do { \
    pc += WORDS_##NAME; \
    DISPATCH(); \
  } while (0)
#define NEXT_LIST(NAME, count) \
  do { \
    pc += WORDS_##NAME + LIST_WORDS(count); \
    DISPATCH(); \
  } while (0)
#define GOTO(address) \
  do { \
    pc = (const uint64_t *)(address); \
    DISPATCH(); \
  } while (0)
#define ENTER(x, field) GOTO(PUBLISHED((x)->field))
#define ENTER_LOCAL(NAME) GOTO(PUBLISHED(((const CodeFunction *)W(NAME, 0))->entry))
#define RETURN_POINT(NAME) ((Term)(uintptr_t)(pc + WORDS_##NAME))
#define RETURN_TO(address) \
  do { \
    pc = (const uint64_t *)(uintptr_t)(address); \
    fp = (Term *)((char *)fp + (pc[-1] & MAP_K_MASK)); \
    DISPATCH(); \
  } while (0)
#define SLOW(NAME) \
  do { \
    LEAVING(); \
    p->heap.top = htop; \
    p->fp = fp; \
    p->reductions = reds; \
    pc = SLOW_PATHS[L_##NAME](p, pc); \
    if (!pc) return; \
    BACK(); \
    htop = p->heap.top; \
    fp = p->fp; \
    reds = p->reductions; \
    DISPATCH(); \
  } while (0)

#include "vm/engine/ops.inc"
}

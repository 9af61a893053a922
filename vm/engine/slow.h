// SPDX-License-Identifier: Apache-2.0
//
// What the slow paths share: access to operands, and leaving registers in order for C code that may collect.
#ifndef JOIST_ENGINE_SLOW_H
#define JOIST_ENGINE_SLOW_H

#include "vm/engine/engine.h"
#include "vm/engine/fun_call.h"
#include "vm/process/mailbox.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

#define FIELD(i) linked_field(pc, (i))
#define R(i) (*(Term *)((char *)p->fp + (int16_t)FIELD(i)))
#define I(i) ((size_t)FIELD(i))
#define W(NAME, i) (pc[FIRST_##NAME + (i)])
#define CODE(NAME, i) ((const uint64_t *)(uintptr_t)W(NAME, i))
#define LIST_SLOT(NAME, i) (*(Term *)((char *)p->fp + (int16_t)linked_list_item(pc + WORDS_##NAME, i)))
#define BEHIND(NAME) (pc + WORDS_##NAME)
#define BEHIND_LIST(NAME, count) (pc + WORDS_##NAME + LIST_WORDS(count))
#define SLOW_PATH(NAME) const uint64_t *slow_##NAME(Process *p, const uint64_t *pc)

#define LINKED(name, fields, words) SLOW_PATH(name);
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST

// Leaves the engine.
static inline const uint64_t *engine_leave(Process *p, EngineExit exit) {
  vm_engine_run(p->vm)->exit = (uint8_t)exit;
  return NULL;
}

// Says what is live in the running frame at pc, from an instruction's map word (E2).
static inline void engine_stand_at(Process *p, const uint64_t *pc, uint64_t map) {
  size_t slots = map_k_words(map);
  p->pc = pc;
  p->live_map = map & ~(uint64_t)MAP_K_MASK;
  p->stack_low = slots ? p->fp - (slots - 1) : p->fp;
}

// Room for `words` at an instruction with a map word. False: leave with engine_leave(p, ENGINE_YIELD). GC: may.
// A macro, as the hostile build wants to know the place.
#define engine_reserve(p, pc, map, words) (engine_stand_at((p), (pc), (map)), process_reserve((p), (words)))
// A large collection that is due at an instruction is a dirty thread's: the instruction is run again behind it.
static inline bool engine_collects_elsewhere(Process *p, size_t words) {
  if (LIKELY(!process_may_be_large(p)) || heap_reserve_fast(&p->memory, words) || !process_is_large(p) || !engine_has_dirty(p)) return false;
  p->flags |= PROCESS_DIRTY_COLLECT;
  p->dirty_words = words;
  return true;
}
#define RESERVE(map, words) \
  do { \
    size_t words_ = (words); \
    engine_stand_at(p, pc, (map)); \
    if (UNLIKELY(engine_collects_elsewhere(p, words_))) return engine_leave(p, ENGINE_LONG); \
    if (UNLIKELY(!process_reserve(p, words_))) return engine_leave(p, ENGINE_YIELD); \
  } while (0)

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Liveness, exact: which registers are needed at the start of each block, at each instruction that may collect, and where
// each of them is used for the last time.
//
// Registers are defined once, so each is followed from its uses up to its definition, block by block; the cost is
// what it finds. What a handler needs is needed through every block of its region: a handler's predecessors
// are all these blocks, and a region's block starts its backward walk with the handler's needs.
// On that walk registers also get hints: what they die as (argument of a call, of a jump).
#include <string.h>

#include "compiler/core/flow.h"

enum { HINT_NONE, HINT_CALL, HINT_TAIL, HINT_JUMP };

typedef struct Live {
  Flow *f;
  uint32_t *items; // the set of live registers
  uint32_t count;
  uint32_t *place; // by register: index in items plus 1, 0: not live
  uint32_t *calls_at_death;
  Block **died_in;
  uint32_t calls; // body calls behind this place of the block
} Live;

static void block_live_in(Flow *f, Block *b, uint32_t reg) {
  ARENA_ROOM(f->arena, b->live_in, b->live_in_count, b->live_in_capacity, 8);
  b->live_in[b->live_in_count++] = reg;
}

typedef struct Use {
  uint32_t reg;
  Block *block;
} Use;

// All uses outside of the defining block, grouped by register.
static Use *far_uses(Flow *f, uint32_t *total) {
  uint32_t *starts = ARENA_ARRAY(f->arena, uint32_t, f->register_count + 1);
  Use *uses = NULL;
  for (int fill = 0; fill < 2; fill++) {
    for (uint32_t n = 0; n < f->order_count; n++) {
      Block *b = f->order[n];
      for (Instr *i = b->first; i; i = i->next) {
        for (uint32_t u = 0; u < i->use_count; u++) {
          if (i->uses[u].kind != VAL_REG || f->registers[i->uses[u].reg].block == b) continue;
          uint32_t reg = i->uses[u].reg;
          if (fill) {
            uses[starts[reg]++] = (Use){reg, b};
          } else {
            starts[reg + 1]++;
          }
        }
      }
    }
    if (fill) break;
    for (uint32_t r = 0; r < f->register_count; r++) starts[r + 1] += starts[r];
    *total = starts[f->register_count];
    uses = ARENA_ARRAY(f->arena, Use, *total + 1);
  }
  return uses;
}

static void find_live_in(Flow *f) {
  uint32_t total = 0;
  Use *uses = far_uses(f, &total);
  uint32_t *mark = ARENA_ARRAY(f->arena, uint32_t, f->block_count);
  Block **stack = ARENA_ARRAY(f->arena, Block *, f->order_count + 1);
  for (uint32_t n = 0; n < f->order_count; n++) f->order[n]->live_in_count = 0;
  for (uint32_t n = 0; n < total; n++) {
    uint32_t reg = uses[n].reg, depth = 0;
    Block *home = f->registers[reg].block;
    if (mark[uses[n].block->id] == reg) continue;
    mark[uses[n].block->id] = reg;
    stack[depth++] = uses[n].block;
    while (depth) {
      Block *b = stack[--depth];
      CHECK(b != f->entry);
      block_live_in(f, b, reg);
      for (uint32_t p = 0; p < b->pred_count; p++) {
        Block *pred = b->preds[p];
        if (pred == home || mark[pred->id] == reg) continue;
        mark[pred->id] = reg;
        stack[depth++] = pred;
      }
    }
  }
}

static bool live_add(Live *l, uint32_t reg) {
  if (l->place[reg]) return false;
  l->items[l->count] = reg;
  l->place[reg] = ++l->count;
  return true;
}

static void live_remove(Live *l, uint32_t reg) {
  uint32_t at = l->place[reg];
  if (!at) return;
  uint32_t last = l->items[--l->count];
  l->items[at - 1] = last;
  l->place[last] = at;
  l->place[reg] = 0;
}

static void note_live(Live *l, Instr *i) {
  i->live = arena_get(l->f->arena, sizeof(uint32_t) * l->count);
  i->live_count = l->count;
  memcpy(i->live, l->items, sizeof(uint32_t) * l->count);
}

static void live_target(Live *l, const Block *to) {
  for (uint32_t n = 0; n < to->live_in_count; n++) live_add(l, to->live_in[n]);
}

static void define(Live *l, Block *b, uint32_t reg) {
  Register *r = &l->f->registers[reg];
  if (r->hint_kind == HINT_CALL && (l->died_in[reg] != b || l->calls != l->calls_at_death[reg])) r->hint_kind = HINT_NONE;
  r->mark = l->place[reg] && l->died_in[reg] == b && l->calls == l->calls_at_death[reg]; // lives across no call
  live_remove(l, reg);
}

static void hint(Live *l, Block *b, Instr *i, uint32_t reg, uint32_t use) {
  Register *r = &l->f->registers[reg];
  r->hint_kind = HINT_NONE;
  r->hint_instr = i;
  r->hint_index = (uint16_t)use;
  r->hint_block = i->fail;
  if (instr_is_body_call(i)) r->hint_kind = HINT_CALL;
  if (instr_is_tail_call(i)) r->hint_kind = HINT_TAIL;
  if (i->op == OP_JUMP) r->hint_kind = HINT_JUMP;
  if (i->op == OP_RETURN) r->hint_kind = HINT_NONE;
  (void)b;
}

static void walk_block(Live *l, Block *b) {
  l->count = 0;
  l->calls = 0;
  Instr *next_call = NULL;
  if (b->region) live_target(l, b->region->handler);
  for (Instr *i = b->last; i; i = i->prev) {
    const OpcodeInfo *info = opcode_info(i->op);
    bool call = instr_is_body_call(i);
    for (uint32_t d = 0; d < i->def_count; d++) define(l, b, i->defs[d]);
    if (call) {
      note_live(l, i);
      l->calls++;
      next_call = i;
    }
    i->next_call = next_call;
    uint32_t before = l->count;
    if (i->fail) live_target(l, i->fail);
    for (uint32_t t = 0; t < i->target_count; t++) live_target(l, i->targets[t]);
    for (uint32_t n = before; n < l->count; n++) l->f->registers[l->items[n]].hint_kind = HINT_NONE, l->died_in[l->items[n]] = NULL;
    for (uint32_t u = 0; u < i->use_count; u++) {
      if (i->uses[u].kind != VAL_REG) continue;
      uint32_t reg = i->uses[u].reg;
      if (!live_add(l, reg)) continue;
      hint(l, b, i, reg, u);
      l->died_in[reg] = b;
      l->calls_at_death[reg] = l->calls;
    }
    i->death_count = l->count - before;
    i->deaths = arena_get(l->f->arena, sizeof(uint32_t) * i->death_count);
    memcpy(i->deaths, l->items + before, sizeof(uint32_t) * i->death_count);
    if (info->may_collect && !call) note_live(l, i);
  }
  for (uint32_t p = 0; p < b->param_count; p++) define(l, b, b->params[p]);
  if (b == l->f->entry) {
    for (uint32_t p = 1; p <= l->f->param_count; p++) define(l, b, p);
  }
  while (l->count) l->place[l->items[--l->count]] = 0;
}

void flow_liveness(Flow *f) {
  find_live_in(f);
  Live l = {.f = f};
  l.items = ARENA_ARRAY(f->arena, uint32_t, f->register_count + 1);
  l.place = ARENA_ARRAY(f->arena, uint32_t, f->register_count + 1);
  l.calls_at_death = ARENA_ARRAY(f->arena, uint32_t, f->register_count + 1);
  l.died_in = ARENA_ARRAY(f->arena, Block *, f->register_count + 1);
  for (uint32_t n = f->order_count; n-- > 0;) walk_block(&l, f->order[n]);
}

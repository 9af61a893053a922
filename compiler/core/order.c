// SPDX-License-Identifier: Apache-2.0
//
// The order of blocks, who comes before whom, and where FRAME goes.
//
// Reverse postorder: every block stands behind all that dominate it, and a block's jump target directly behind it where
// that is possible, so most jumps are fallthroughs. A handler counts as a successor of every block of its region.
//
// FRAME stands before the first body call of each path. Where a framed and an unframed way meet before
// a call, the unframed one gets its FRAME at its end, so paths that only return or tail call have none.
#include <string.h>

#include "compiler/core/flow.h"

typedef struct Visit {
  Block *block;
  Block **next;
  uint32_t count, at;
} Visit;

static uint32_t successor_count(const Block *b) {
  uint32_t count = b->region ? 1 : 0;
  for (const Instr *i = b->first; i; i = i->next) count += (i->fail != NULL) + i->target_count;
  return count;
}

// In the order in which they are visited: the last one will stand right behind the block.
static void successors(const Block *b, Block **out) {
  uint32_t n = 0;
  if (b->region) out[n++] = b->region->handler;
  for (const Instr *i = b->first; i; i = i->next) {
    if (i->fail) out[n++] = i->fail;
    for (uint32_t t = i->target_count; t-- > 0;) out[n++] = i->targets[t];
  }
}

static void add_pred(Flow *f, Block *b, Block *pred) {
  if (b->pred_count && b->preds[b->pred_count - 1] == pred) return;
  ARENA_ROOM(f->arena, b->preds, b->pred_count, b->pred_capacity, 4);
  b->preds[b->pred_count++] = pred;
}

static Visit visit(Flow *f, Block *b) {
  b->reached = true;
  Visit v = {.block = b, .count = successor_count(b)};
  v.next = v.count ? ARENA_ARRAY(f->arena, Block *, v.count) : NULL;
  successors(b, v.next);
  for (uint32_t i = 0; i < v.count; i++) add_pred(f, v.next[i], b);
  return v;
}

void flow_order(Flow *f) {
  for (Block *b = f->blocks; b; b = b->next) b->reached = false, b->pred_count = 0;
  Visit *stack = ARENA_ARRAY(f->arena, Visit, f->block_count + 1);
  Block **done = ARENA_ARRAY(f->arena, Block *, f->block_count + 1);
  uint32_t depth = 0, count = 0;
  stack[depth++] = visit(f, f->entry);
  while (depth) {
    Visit *v = &stack[depth - 1];
    if (v->at == v->count) {
      done[count++] = v->block;
      depth--;
      continue;
    }
    Block *next = v->next[v->at++];
    if (!next->reached) stack[depth++] = visit(f, next);
  }
  f->order = ARENA_ARRAY(f->arena, Block *, count);
  f->order_count = count;
  for (uint32_t i = 0; i < count; i++) {
    f->order[i] = done[count - 1 - i];
    f->order[i]->order = i;
  }
  for (uint32_t i = 0; i < count; i++) {
    Block *b = f->order[i];
    for (uint32_t p = 0; p < b->param_count; p++) f->registers[b->params[p]].block = b;
    for (Instr *in = b->first; in; in = in->next) {
      for (uint32_t d = 0; d < in->def_count; d++) f->registers[in->defs[d]].block = b;
    }
  }
  for (uint32_t p = 1; p <= f->param_count; p++) f->registers[p].block = f->entry;
}

static uint16_t opposite(uint16_t op) {
  switch (op) {
    case OP_SAME: return OP_NOT_SAME;
    case OP_NOT_SAME: return OP_SAME;
    case OP_EQUAL: return OP_NOT_EQUAL;
    case OP_NOT_EQUAL: return OP_EQUAL;
    case OP_LESS: return OP_NOT_LESS;
    case OP_NOT_LESS: return OP_LESS;
    case OP_SAME_CONST: return OP_NOT_SAME_CONST;
    case OP_NOT_SAME_CONST: return OP_SAME_CONST;
    case OP_LESS_INT: return OP_NOT_LESS_INT;
    case OP_NOT_LESS_INT: return OP_LESS_INT;
    case OP_GREATER_INT: return OP_NOT_GREATER_INT;
    case OP_NOT_GREATER_INT: return OP_GREATER_INT;
    default: return 0;
  }
}

// A test whose failure is the next block and whose success jumps: the other way round it needs no jump.
void flow_turn_tests(Flow *f) {
  for (uint32_t n = 0; n < f->order_count; n++) {
    Block *b = f->order[n];
    Instr *jump = b->last, *test = jump->prev;
    if (jump->op != OP_JUMP || jump->use_count || !test || !test->fail || test->fail->order != n + 1 || !opposite(test->op)) continue;
    if (jump->fail->order == n + 1) continue;
    test->op = opposite(test->op);
    Block *swap = test->fail;
    test->fail = jump->fail;
    jump->fail = swap;
  }
}

static Instr *first_call(Block *b) {
  for (Instr *i = b->first; i; i = i->next) {
    if (instr_is_body_call(i)) return i;
  }
  return NULL;
}

typedef struct Framing { // of a block
  bool all, some;   // ways in that are framed
  bool end;         // it ends framed
  bool single;      // its only successor is its jump's target
} Framing;

static void frame_edge(Framing *framing, const Block *from, const Block *to, bool framed) {
  if (to->order <= from->order) return; // the way back of a receive loop: framed if its way in is
  framing[to->order].all = framing[to->order].all && framed;
  framing[to->order].some = framing[to->order].some || framed;
}

// Frames the unframed ways into `b` at their ends. false: one of them has other successors too.
static bool frame_ways(Flow *f, Framing *framing, Block *b) {
  for (uint32_t p = 0; p < b->pred_count; p++) {
    const Block *pred = b->preds[p];
    if (pred->order >= b->order || (!framing[pred->order].end && !framing[pred->order].single)) return false;
    if (!framing[pred->order].single && !framing[pred->order].all) return false; // a way out of its middle may be unframed
  }
  for (uint32_t p = 0; p < b->pred_count; p++) {
    Block *pred = b->preds[p];
    if (framing[pred->order].end) continue;
    block_insert_before(pred, pred->last, flow_instr(f, OP_FRAME, 0));
    framing[pred->order].end = true;
  }
  return true;
}

void flow_frames(Flow *f) {
  Framing *framing = ARENA_ARRAY(f->arena, Framing, f->order_count);
  for (uint32_t n = 0; n < f->order_count; n++) framing[n].all = n > 0;
  for (uint32_t n = 0; n < f->order_count; n++) {
    Block *b = f->order[n];
    Instr *call = first_call(b);
    bool framed = framing[n].all;
    if (call && !framed && framing[n].some && !b->handler_of) framed = frame_ways(f, framing, b);
    framing[n].all = framed;
    if (b->region) frame_edge(framing, b, b->region->handler, framed);
    uint32_t edges = b->region ? 1 : 0;
    for (Instr *i = b->first; i; i = i->next) {
      if (i == call && !framed) {
        block_insert_before(b, call, flow_instr(f, OP_FRAME, 0));
        framed = true;
      }
      if (i->fail) frame_edge(framing, b, i->fail, framed);
      for (uint32_t t = 0; t < i->target_count; t++) frame_edge(framing, b, i->targets[t], framed);
      edges += (i->fail != NULL) + i->target_count;
    }
    framing[n].end = framed;
    framing[n].single = edges == 1 && b->last->op == OP_JUMP;
  }
}

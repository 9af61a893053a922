// SPDX-License-Identifier: Apache-2.0
//
// Slots: where each register lives, for the whole of its life.
//
// One walk over the blocks in order. What is live at a block's start has its slot already (its definition
// dominates the block); each definition takes a slot that nothing live occupies. Liveness is exact, so this needs no
// intervals, and sources that die make room for results.
//
//  S1  A call's window base k is at least two above the highest slot that lives across the call: slot k-1 takes the return address.
//  S2  Wishes, never duties: an argument is made where its window will probably be, a tail call's in its final slot,
//      a jump's in the slot of the parameter. Emission moves what did not get its wish.
//  S3  A call's result stays in slot k, unless that lies so high that the frame is better compacted.
//  S4  Parameters of the function keep slots 0… as long as they live.
#include <string.h>

#include "compiler/core/compile.h"

enum { HINT_NONE, HINT_CALL, HINT_TAIL, HINT_JUMP };
enum { COMPACT_ABOVE = 9, SLOT_WORDS = SLOT_MAX / 64 + 1 };

typedef struct Slots {
  Flow *f;
  uint64_t used[SLOT_WORDS];
  uint32_t words; // of `used` that may hold bits
} Slots;

static bool is_free(const Slots *s, uint32_t slot) { return !(s->used[slot / 64] >> (slot % 64) & 1); }

static void take(Slots *s, uint32_t reg, uint32_t slot) {
  if (slot >= SLOT_MAX - ARITY_MAX - 8) compile_stop(s->f->compile, DIAG_LIMIT, (Position){0, 0}, "a function keeps too many values at a time");
  s->used[slot / 64] |= (uint64_t)1 << (slot % 64);
  if (slot / 64 >= s->words) s->words = slot / 64 + 1;
  s->f->registers[reg].slot = (int32_t)slot;
}

static void give(Slots *s, uint32_t reg) {
  int32_t slot = s->f->registers[reg].slot;
  if (slot >= 0) s->used[slot / 64] &= ~((uint64_t)1 << (slot % 64));
}

static uint32_t lowest_free(const Slots *s, uint32_t from) {
  uint32_t word = from / 64;
  uint64_t free = ~s->used[word] & ~(uint64_t)0 << (from % 64);
  while (!free) {
    if (++word == SLOT_WORDS) return SLOT_MAX;
    free = ~s->used[word];
  }
  return word * 64 + (uint32_t)__builtin_ctzll(free);
}

static uint32_t least_window(const Slots *s, const Instr *call) {
  uint32_t k = 1;
  for (uint32_t n = 0; n < call->live_count; n++) {
    int32_t slot = s->f->registers[call->live[n]].slot;
    if (slot >= 0 && (uint32_t)slot + 2 > k) k = (uint32_t)slot + 2;
  }
  return k;
}

// Where the window will probably be: values not yet made are taken to find room below.
static uint32_t probable_window(const Slots *s, Instr *call) {
  if (call->window < 0) {
    uint32_t k = least_window(s, call);
    if (call->live_count && call->live_count + 1 > k) k = call->live_count + 1;
    call->window = (int32_t)k;
  }
  return (uint32_t)call->window;
}

static int32_t wish_of(const Slots *s, uint32_t reg, int depth) {
  const Register *r = &s->f->registers[reg];
  if (r->wish >= 0) return r->wish;
  switch (r->hint_kind) {
    case HINT_CALL: return (int32_t)(probable_window(s, r->hint_instr) + r->hint_index);
    case HINT_TAIL: return r->hint_index;
    case HINT_JUMP: {
      uint32_t param = r->hint_block->params[r->hint_index];
      if (s->f->registers[param].slot >= 0) return s->f->registers[param].slot;
      return depth ? wish_of(s, param, depth - 1) : -1;
    }
    default: return -1;
  }
}

static void settle_wish(Slots *s, uint32_t reg) { // the others that meet in this parameter should come here too
  Register *r = &s->f->registers[reg];
  if (r->hint_kind != HINT_JUMP) return;
  Register *param = &s->f->registers[r->hint_block->params[r->hint_index]];
  bool own = param->hint_kind == HINT_TAIL || param->hint_kind == HINT_CALL; // it knows where it must go
  if (!own && param->slot < 0 && param->wish < 0) param->wish = r->slot;
}

static void place(Slots *s, uint32_t reg, Instr *next_call) {
  Register *r = &s->f->registers[reg];
  int32_t wish = wish_of(s, reg, 4);
  uint32_t slot = SLOT_MAX;
  if (wish >= 0 && wish < SLOT_MAX - ARITY_MAX - 8 && is_free(s, (uint32_t)wish)) {
    slot = (uint32_t)wish;
  } else if (r->mark && next_call) { // short-lived: out of the way of what lives across the call
    slot = lowest_free(s, probable_window(s, next_call) - 1);
    uint32_t low = lowest_free(s, 0);
    if (slot > low + 6) slot = low;
  } else {
    slot = lowest_free(s, 0);
  }
  take(s, reg, slot);
  settle_wish(s, reg);
}

static void place_call_result(Slots *s, Instr *i) {
  uint32_t k = (uint32_t)i->window, reg = i->defs[0];
  if (k >= COMPACT_ABOVE && s->f->registers[reg].uses) {
    int32_t wish = wish_of(s, reg, 4);
    uint32_t slot = wish >= 0 && (uint32_t)wish < k && is_free(s, (uint32_t)wish) ? (uint32_t)wish : lowest_free(s, 0);
    if (slot + 1 < k) {
      take(s, reg, slot);
      settle_wish(s, reg);
      return;
    }
  }
  take(s, reg, k);
  settle_wish(s, reg);
}

static void choose_window(Slots *s, Instr *i) {
  uint32_t least = least_window(s, i), k = least;
  uint32_t arguments = i->use_count;
  if (i->window > (int32_t)least && i->window <= (int32_t)least + 3) { // keep the guess if arguments stand there
    uint32_t there = 0, here = 0;
    for (uint32_t u = 0; u < arguments; u++) {
      if (i->uses[u].kind != VAL_REG) continue;
      int32_t slot = s->f->registers[i->uses[u].reg].slot;
      there += slot == i->window + (int32_t)u;
      here += slot == (int32_t)(least + u);
    }
    if (there > here) k = (uint32_t)i->window;
  }
  i->window = (int32_t)k;
}

static void place_handler(Slots *s, Block *b) {
  uint32_t base = 0;
  while (!(is_free(s, base) && is_free(s, base + 1) && is_free(s, base + 2))) base++;
  for (uint32_t p = 0; p < 3; p++) take(s, b->params[p], base + p);
}

static void place_params(Slots *s, Block *b, Instr *next_call) {
  Flow *f = s->f;
  if (b->handler_of) {
    place_handler(s, b);
    return;
  }
  for (uint32_t p = 0; p < b->param_count; p++) {
    Register *param = &f->registers[b->params[p]];
    int32_t wish = wish_of(s, b->params[p], 4);
    if (wish < 0 || !is_free(s, (uint32_t)wish)) { // an argument's slot, if one is already there
      param->wish = -1;
      for (uint32_t n = 0; n < b->pred_count && param->wish < 0; n++) {
        const Instr *jump = b->preds[n]->last;
        if (jump->op != OP_JUMP || jump->fail != b || jump->uses[p].kind != VAL_REG) continue;
        int32_t slot = f->registers[jump->uses[p].reg].slot;
        if (slot >= 0 && is_free(s, (uint32_t)slot)) param->wish = slot;
      }
    }
    place(s, b->params[p], next_call);
  }
}

static void walk(Slots *s, Block *b) {
  Flow *f = s->f;
  memset(s->used, 0, sizeof(uint64_t) * (s->words ? s->words : 1));
  s->words = 0;
  for (uint32_t n = 0; n < b->live_in_count; n++) {
    CHECK(f->registers[b->live_in[n]].slot >= 0);
    take(s, b->live_in[n], (uint32_t)f->registers[b->live_in[n]].slot);
  }
  if (b == f->entry) {
    for (uint32_t p = 1; p <= f->param_count; p++) {
      f->registers[p].slot = (int32_t)p - 1;
      if (f->registers[p].uses) take(s, p, p - 1);
    }
  }
  place_params(s, b, b->first->next_call);
  for (uint32_t p = 0; p < b->param_count; p++) {
    if (!f->registers[b->params[p]].uses) give(s, b->params[p]);
  }
  for (Instr *i = b->first; i; i = i->next) {
    bool call = instr_is_body_call(i);
    if (call) choose_window(s, i);
    for (uint32_t n = 0; n < i->death_count; n++) give(s, i->deaths[n]);
    for (uint32_t d = 0; d < i->def_count; d++) {
      if (call) {
        place_call_result(s, i);
      } else {
        place(s, i->defs[d], i->next_call);
      }
    }
    for (uint32_t d = 0; d < i->def_count; d++) {
      if (!f->registers[i->defs[d]].uses) give(s, i->defs[d]);
    }
  }
}

static void count_uses(Flow *f) {
  for (uint32_t r = 0; r < f->register_count; r++) f->registers[r].uses = 0;
  for (uint32_t n = 0; n < f->order_count; n++) {
    for (Instr *i = f->order[n]->first; i; i = i->next) {
      for (uint32_t u = 0; u < i->use_count; u++) {
        if (i->uses[u].kind == VAL_REG) f->registers[i->uses[u].reg].uses++;
      }
    }
  }
}

void flow_slots(Flow *f) {
  Slots s = {.f = f};
  count_uses(f);
  for (uint32_t n = 0; n < f->order_count; n++) walk(&s, f->order[n]);
}

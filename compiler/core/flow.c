// SPDX-License-Identifier: Apache-2.0
//
// Making flow form: blocks, registers, instructions and their lists. No policy here; who makes what is in
// lower.h and the passes.
#include "compiler/core/flow.h"

#include <string.h>

Flow *flow_new(Compile *compile, Arena *arena, uint32_t param_count) {
  Flow *f = ARENA_NEW(arena, Flow);
  f->compile = compile;
  f->arena = arena;
  f->register_capacity = 64 + param_count;
  f->registers = ARENA_ARRAY(arena, Register, f->register_capacity);
  f->register_count = 1;
  f->entry = flow_block(f, NULL, 0);
  f->entry->ref_count = 1;
  f->param_count = param_count;
  for (uint32_t i = 0; i < param_count; i++) flow_register(f, f->entry);
  return f;
}

uint32_t flow_register(Flow *f, Block *block) {
  if (f->register_count == f->register_capacity) {
    Register *bigger = ARENA_ARRAY(f->arena, Register, f->register_capacity * 2);
    memcpy(bigger, f->registers, sizeof(Register) * f->register_count);
    f->registers = bigger;
    f->register_capacity *= 2;
  }
  f->registers[f->register_count] = (Register){.block = block, .slot = -1, .wish = -1};
  return f->register_count++;
}

Block *flow_block(Flow *f, Region *region, uint32_t param_count) {
  Block *b = ARENA_NEW(f->arena, Block);
  b->id = f->block_count++;
  b->region = region;
  b->param_count = param_count;
  b->params = param_count ? ARENA_ARRAY(f->arena, uint32_t, param_count) : NULL;
  for (uint32_t i = 0; i < param_count; i++) b->params[i] = flow_register(f, b);
  if (f->last_block) {
    f->last_block->next = b;
  } else {
    f->blocks = b;
  }
  f->last_block = b;
  return b;
}

Region *flow_region(Flow *f, Region *parent) {
  Region *r = ARENA_NEW(f->arena, Region);
  r->parent = parent;
  r->depth = parent ? parent->depth + 1 : 1;
  r->id = f->region_count++;
  r->handler = flow_block(f, parent, 3);
  r->handler->handler_of = r;
  r->next = f->regions;
  f->regions = r;
  return r;
}

Instr *flow_instr(Flow *f, FileOpcode op, uint32_t use_count) {
  Instr *i = ARENA_NEW(f->arena, Instr);
  i->op = (uint16_t)op;
  i->use_count = use_count;
  i->uses = use_count ? ARENA_ARRAY(f->arena, Val, use_count) : NULL;
  i->window = -1;
  return i;
}

void block_append(Block *b, Instr *i) {
  i->prev = b->last;
  i->next = NULL;
  if (b->last) {
    b->last->next = i;
  } else {
    b->first = i;
  }
  b->last = i;
}

void block_insert_before(Block *b, Instr *at, Instr *i) {
  i->next = at;
  i->prev = at->prev;
  if (at->prev) {
    at->prev->next = i;
  } else {
    b->first = i;
  }
  at->prev = i;
}

void block_remove(Block *b, Instr *i) {
  if (i->prev) {
    i->prev->next = i->next;
  } else {
    b->first = i->next;
  }
  if (i->next) {
    i->next->prev = i->prev;
  } else {
    b->last = i->prev;
  }
  i->prev = i->next = NULL;
}

Val flow_resolve(Flow *f, Val v) {
  while (v.kind == VAL_REG && f->registers[v.reg].alias.kind != VAL_NONE) v = f->registers[v.reg].alias;
  return v;
}

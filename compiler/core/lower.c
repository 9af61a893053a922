// SPDX-License-Identifier: Apache-2.0
//
// The ground of lowering: starting and joining blocks, emitting instructions, what is known of values.
//
// A block with one edge by JUMP is not started as such: its code goes on behind the code that jumped, and its parameters
// become other names of the arguments (Register.alias).
#include "compiler/core/lower.h"

#include <string.h>

Block *lower_block(Lower *l, uint32_t params) { return flow_block(l->f, l->region, params); }

void lower_edge(Lower *l, Block *to, Version *v) {
  to->entry = !to->ref_count ? v : to->started ? to->entry : facts_join(&l->facts, to->entry, v);
  to->ref_count++;
}

void lower_start(Lower *l, Block *b) {
  CHECK(!b->started);
  b->started = true;
  l->region = b->region;
  if (!b->ref_count) {
    l->block = NULL;
    return;
  }
  facts_go(&l->facts, b->entry);
  if (b->ref_count == 1 && b->only_jump && !b->loop && b->only_from->region == b->region) {
    Instr *jump = b->only_jump;
    l->block = b->only_from;
    for (uint32_t i = 0; i < b->param_count; i++) l->f->registers[b->params[i]].alias = jump->uses[i];
    block_remove(l->block, jump);
    return;
  }
  l->block = b;
}

void lower_end(Lower *l, Instr *i) {
  i->line = l->line;
  if (l->block) block_append(l->block, i);
  l->block = NULL;
}

void lower_jump_values(Lower *l, Block *to, const Val *values) {
  if (!l->block) return;
  Instr *i = flow_instr(l->f, OP_JUMP, to->param_count);
  for (uint32_t n = 0; n < to->param_count; n++) i->uses[n] = flow_resolve(l->f, values[n]);
  i->fail = to;
  if (!to->ref_count) {
    to->only_jump = i;
    to->only_from = l->block;
  }
  lower_edge(l, to, l->facts.version);
  lower_end(l, i);
}

void lower_jump(Lower *l, Block *to) {
  CHECK(to->param_count == 0);
  lower_jump_values(l, to, NULL);
}

void lower_jump_value(Lower *l, Block *to, Val v) {
  CHECK(to->param_count <= 1);
  lower_jump_values(l, to, &v);
}

Val lower_join_value(Lower *l, Block *join) {
  lower_start(l, join);
  if (!l->block || !join->param_count) return val_const(l->k_empty);
  return flow_resolve(l->f, val_reg(join->params[0]));
}

Block *lower_impossible(Lower *l) {
  if (l->receive_next) {
    lower_edge(l, l->receive_next, l->facts.version);
    return l->receive_next;
  }
  if (!l->impossible) {
    l->impossible = flow_block(l->f, NULL, 0);
    l->impossible->started = true;
    Instr *load = flow_instr(l->f, OP_LOAD, 0), *error = flow_instr(l->f, OP_ERROR, 1);
    load->constant = l->k_empty;
    load->def_count = 1;
    load->defs[0] = flow_register(l->f, l->impossible);
    l->f->registers[load->defs[0]].def = load;
    error->numbers[0] = 8;
    error->uses[0] = val_reg(load->defs[0]);
    block_append(l->impossible, load);
    block_append(l->impossible, error);
  }
  l->impossible->ref_count++;
  return l->impossible;
}

uint32_t lower_def(Lower *l, Instr *i) {
  uint32_t reg = flow_register(l->f, l->block);
  l->f->registers[reg].def = i;
  i->defs[i->def_count++] = reg;
  return reg;
}

Val lower_load(Lower *l, Val v) {
  v = flow_resolve(l->f, v);
  if (v.kind == VAL_REG) return v;
  Instr *i = flow_instr(l->f, OP_LOAD, 0);
  i->constant = v.constant;
  i->line = l->line;
  uint32_t reg = lower_def(l, i);
  if (l->block) {
    block_append(l->block, i);
    fact_set(&l->facts, reg, fact_of_const(l, fact_of(&l->facts, reg), v.constant));
  }
  return val_reg(reg);
}

Instr *lower_call_instr(Lower *l, FileOpcode op, const Val *uses, uint32_t use_count) {
  Instr *i = flow_instr(l->f, op, use_count);
  for (uint32_t n = 0; n < use_count; n++) i->uses[n] = flow_resolve(l->f, uses[n]);
  i->line = l->line;
  return i;
}

Instr *lower_emit(Lower *l, FileOpcode op, const Val *uses, uint32_t use_count, uint32_t defs) {
  Instr *i = flow_instr(l->f, op, use_count);
  for (uint32_t n = 0; n < use_count; n++) {
    Val v = flow_resolve(l->f, uses[n]);
    for (uint32_t m = 0; v.kind == VAL_CONST && m < n && m < 16; m++) { // the same constant again
      Val before = flow_resolve(l->f, uses[m]);
      if (before.kind == VAL_CONST && before.constant->q == v.constant->q) v = i->uses[m];
    }
    i->uses[n] = lower_load(l, v);
  }
  i->line = l->line;
  while (defs--) lower_def(l, i);
  if (l->block) block_append(l->block, i);
  return i;
}

void lower_error(Lower *l, unsigned number, Val value) {
  if (!l->block) return;
  value = lower_load(l, value);
  Instr *i = flow_instr(l->f, OP_ERROR, 1);
  i->numbers[0] = number;
  i->uses[0] = value;
  lower_end(l, i);
}

uint32_t lower_import(Lower *l, const char *module, const char *function, uint32_t arity) {
  ModuleBuilder *b = l->c->builder;
  uint32_t m = builder_atom(b, module, strlen(module)), f = builder_atom(b, function, strlen(function));
  return builder_import(b, m, f, arity);
}

Val lower_call_import(Lower *l, const char *module, const char *function, const Val *args, uint32_t count) {
  Instr *i = lower_call_instr(l, OP_CALL_EXT, args, count);
  i->index = lower_import(l, module, function, count);
  uint32_t reg = lower_def(l, i);
  if (l->block) block_append(l->block, i);
  return val_reg(reg);
}

Val lower_guard_native(Lower *l, const char *function, const Val *args, uint32_t count, uint32_t types) {
  Instr *i = lower_emit(l, OP_GUARD1, args, count, 1);
  i->index = lower_import(l, "erlang", function, count);
  if (l->guard_fail && l->block) {
    i->fail = l->guard_fail;
    lower_edge(l, i->fail, l->facts.version);
  }
  return lower_typed(l, val_reg(i->defs[0]), types);
}

Val lower_typed(Lower *l, Val v, uint32_t types) {
  if (v.kind == VAL_REG && l->block) {
    const Fact *old = fact_of(&l->facts, v.reg), *new = fact_types(&l->facts, old, types);
    if (new != old) fact_set(&l->facts, v.reg, new);
  }
  return v;
}

uint32_t val_types(Lower *l, Val v) {
  v = flow_resolve(l->f, v);
  if (v.kind == VAL_CONST) return const_types(v.constant);
  return v.kind == VAL_REG ? fact_of(&l->facts, v.reg)->types : TY_ANY;
}

const Fact *val_fact(Lower *l, Val v) {
  v = flow_resolve(l->f, v);
  if (v.kind == VAL_REG) return fact_of(&l->facts, v.reg);
  Fact *fact = ARENA_NEW(l->arena, Fact);
  *fact = (Fact){.types = TY_ANY, .arity = -1};
  return v.kind == VAL_CONST ? fact_of_const(l, fact, v.constant) : fact;
}

bool val_equal(Lower *l, Val a, Val b) {
  a = flow_resolve(l->f, a);
  b = flow_resolve(l->f, b);
  if (a.kind != b.kind) return false;
  return a.kind == VAL_REG ? a.reg == b.reg : a.kind == VAL_NONE || const_equal(l->c, a.constant, b.constant);
}

// SPDX-License-Identifier: Apache-2.0
//
// Receive and try.
//
// Receive: a loop of RECV_PEEK, the decision over the message, RECV_NEXT where no clause fits; RECV_WAIT or RECV_WAIT_UNTIL
// at the end of the mailbox. When every clause holds the same pinned variable, RECV_MARK skips what is older than it.
//
// Try: the body is a region whose handler decides over class and reason; what no clause takes is raised
// again with its trace. An `after` is a second region round all of that: its code runs on the normal way and in the
// handler, twice in the image when it is short, else once, told by a flag which way to go on.
#include "compiler/core/lower.h"

enum { AFTER_COPY_MAX = 24 }; // nodes of an after body that is copied

static bool pattern_pins(const CorePattern *p, const CoreVar *var, const CoreVar **first, uint32_t depth) {
  if (depth > 200) return false;
  switch (p->kind) {
    case PAT_PIN:
      if (p->expr->kind != CORE_VAR) return false;
      if (!var) *first = p->expr->u.var;
      return !var || p->expr->u.var == var;
    case PAT_CONS:
    case PAT_TUPLE:
    case PAT_BOTH:
    case PAT_MAP:
      for (uint32_t i = 0; i < (p->kind == PAT_CONS || p->kind == PAT_BOTH ? 2 : p->count); i++) {
        if (pattern_pins(p->items[i], var, first, depth + 1)) return true;
      }
      return false;
    default: return false;
  }
}

static void mark(Lower *l, Core *core) {
  const CoreVar *var = NULL;
  if (!core->u.branch.clause_count || !pattern_pins(core->u.branch.clauses[0].patterns[0], NULL, &var, 0)) return;
  for (uint32_t i = 1; i < core->u.branch.clause_count; i++) {
    if (!pattern_pins(core->u.branch.clauses[i].patterns[0], var, &var, 0)) return;
  }
  Val v = lower_var(l, (CoreVar *)(uintptr_t)var, core->at);
  if (val_types(l, v) & TY_REFERENCE && v.kind == VAL_REG) lower_emit(l, OP_RECV_MARK, &v, 1, 0);
}

void lower_receive(Lower *l, Core *core, Cont cont) {
  Core *timeout = core->u.branch.timeout;
  bool forever = !timeout || (timeout->kind == CORE_LITERAL && timeout->u.literal->kind == Q_ATOM &&
                              timeout->u.literal->name == names_intern_text(l->c->names, "infinity"));
  Val limit = {0};
  if (!forever) limit = lower_load(l, lower_value(l, timeout));
  if (!l->block) return;
  if (core->at.line) l->line = core->at.line;
  mark(l, core);
  Block *peek = lower_block(l, 0), *wait = lower_block(l, 0);
  peek->loop = wait->loop = true;
  bool clauses = core->u.branch.clause_count > 0;
  uint32_t line = l->line;
  Match m;
  lower_jump(l, peek);
  lower_start(l, peek);
  Instr *look = lower_emit(l, OP_RECV_PEEK, NULL, 0, 1);
  look->fail = wait;
  lower_edge(l, wait, l->facts.version);
  Block *next = lower_block(l, 0);
  if (clauses) {
    Val message = val_reg(look->defs[0]);
    match_init(l, &m, core->u.branch.clauses, core->u.branch.clause_count, cont);
    m.accept = true;
    m.fail_kind = FAIL_TO_BLOCK;
    m.fail_block = next;
    m.line = line;
    Block *outer = l->receive_next;
    l->receive_next = next;
    match_apply(l, &m, &message);
    l->receive_next = outer;
  } else {
    lower_jump(l, next); // every message is passed over
  }
  lower_start(l, next);
  if (l->block) {
    Instr *again = lower_call_instr(l, OP_RECV_NEXT, NULL, 0);
    again->fail = peek;
    lower_edge(l, peek, l->facts.version);
    lower_end(l, again);
  }
  lower_start(l, wait);
  l->line = line;
  if (l->block) {
    Block *again = peek;
    if (forever) {
      Instr *i = lower_call_instr(l, OP_RECV_WAIT, NULL, 0);
      i->fail = again;
      lower_edge(l, again, l->facts.version);
      lower_end(l, i);
    } else {
      Instr *i = lower_emit(l, OP_RECV_WAIT_UNTIL, &limit, 1, 0);
      i->fail = again;
      lower_edge(l, again, l->facts.version);
      lower_into(l, core->u.branch.after_body, cont);
    }
  }
  if (clauses) match_finish(l, &m);
}

static uint32_t core_size(const Core *core, uint32_t limit) {
  uint32_t size = 1;
  switch (core->kind) {
    case CORE_CASE:
    case CORE_FUN:
    case CORE_RECEIVE:
    case CORE_TRY:
    case CORE_LETREC: return limit + 1;
    default: break;
  }
  for (uint32_t i = 0; i < core->count && size <= limit; i++) size += core_size(core->args[i], limit - size);
  return size;
}

static void reraise(Lower *l, const uint32_t *params) {
  if (!l->block) return;
  Val args[3] = {val_reg(params[0]), val_reg(params[1]), val_reg(params[2])};
  lower_end(l, lower_call_instr(l, OP_RAISE, args, 3));
}

static Region *region_enter(Lower *l) {
  Region *r = flow_region(l->f, l->region);
  Region *outer = l->region;
  lower_edge(l, r->handler, l->facts.version);
  l->region = r;
  Block *first = lower_block(l, 0);
  r->first = first;
  l->region = outer;
  lower_jump(l, first);
  lower_start(l, first);
  return r;
}

// Body, else and catch, without the after.
static void lower_try_inner(Lower *l, Core *core, Cont cont) {
  Region *outer = l->region;
  uint32_t line = l->line;
  bool catches = core->u.branch.clause_count > 0;
  Region *region = NULL;
  Block *done = lower_block(l, 1);
  if (catches) region = region_enter(l);
  lower_into(l, core->args[0], cont_join(done));
  l->region = outer;
  Val value = lower_join_value(l, done);
  if (l->block) {
    l->line = line;
    if (core->u.branch.else_count) {
      Match m;
      match_init(l, &m, core->u.branch.else_clauses, core->u.branch.else_count, cont);
      m.fail = FAIL_TRY;
      m.line = line;
      match_apply(l, &m, &value);
      match_finish(l, &m);
    } else {
      cont_apply(l, cont, value);
    }
  }
  if (!catches) return;
  Block *handler = region->handler;
  lower_start(l, handler);
  l->region = outer;
  l->line = line;
  Val args[3] = {val_reg(handler->params[0]), val_reg(handler->params[1]), val_reg(handler->params[2])};
  lower_typed(l, args[0], TY_OTHER_ATOM);
  if (core->u.branch.stack_var && var_info(core->u.branch.stack_var)->uses) {
    Instr *trace = lower_emit(l, OP_STACKTRACE, &args[2], 1, 1);
    trace->safe = true;
    lower_bind(core->u.branch.stack_var, lower_typed(l, val_reg(trace->defs[0]), TY_LIST));
  }
  Match m;
  match_init(l, &m, core->u.branch.clauses, core->u.branch.clause_count, cont);
  m.fail_kind = FAIL_TO_RAISE;
  for (uint32_t i = 0; i < 3; i++) m.raise[i] = args[i];
  m.line = line;
  match_apply(l, &m, args);
  match_finish(l, &m);
}

void lower_try(Lower *l, Core *core, Cont cont) {
  Core *after = core->u.branch.after_body;
  if (!after) {
    lower_try_inner(l, core, cont);
    return;
  }
  Region *outer = l->region;
  Block *done = lower_block(l, 1);
  Region *region = region_enter(l);
  lower_try_inner(l, core, cont_join(done));
  l->region = outer;
  Block *handler = region->handler;
  if (core_size(after, AFTER_COPY_MAX) <= AFTER_COPY_MAX) {
    Val value = lower_join_value(l, done);
    if (l->block) {
      lower_effect(l, after);
      cont_apply(l, cont, value);
    }
    lower_start(l, handler);
    lower_effect(l, after);
    reraise(l, handler->params);
    return;
  }
  // Shared: parameters are value or class, reason, trace, and whether it raised.
  Block *shared = lower_block(l, 4);
  Val value = lower_join_value(l, done);
  Val normal[4] = {value, val_const(l->k_empty), val_const(l->k_empty), val_const(l->k_false)};
  if (l->block) lower_jump_values(l, shared, normal);
  lower_start(l, handler);
  Val raised[4] = {val_reg(handler->params[0]), val_reg(handler->params[1]), val_reg(handler->params[2]), val_const(l->k_true)};
  if (l->block) lower_jump_values(l, shared, raised);
  lower_start(l, shared);
  lower_effect(l, after);
  if (!l->block) return;
  Val params[4];
  for (uint32_t i = 0; i < 4; i++) params[i] = flow_resolve(l->f, val_reg(shared->params[i]));
  Block *again = lower_block(l, 0);
  Test is_normal = test_const(params[3], l->k_false);
  test_emit(l, &is_normal, again);
  cont_apply(l, cont, params[0]);
  lower_start(l, again);
  if (!l->block) return;
  for (uint32_t i = 0; i < 3; i++) params[i] = lower_load(l, params[i]);
  lower_end(l, lower_call_instr(l, OP_RAISE, params, 3));
}

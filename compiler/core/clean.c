// SPDX-License-Identifier: Apache-2.0
//
// Cleaning flow form: jumps to jumps, blocks with one way in, values nobody uses, values that only one branch uses.
//
//  - A block that does nothing but jump is left out of every way that leads through it.
//  - A value without uses goes, with what it was made of; readings whose value is unused become plain tests.
//  - What allocates (or loads a constant) for one other block only, such as the reason of an error, moves there.
//    Operands follow, since users are looked at before what they use.
#include <string.h>

#include "compiler/core/flow.h"

enum { THREAD_MAX = 64 };

static bool ends(const Instr *i) { return opcode_info(i->op)->ends_block; }

// --- jumps

static Block *thread_label(Block *to) {
  for (int hops = 0; hops < THREAD_MAX; hops++) {
    const Instr *i = to->first;
    if (!i || i->op != OP_JUMP || to->param_count || i->fail->param_count || i->fail == to) break;
    to = i->fail;
  }
  return to;
}

static void thread_jump(Instr *i) {
  for (int hops = 0; hops < THREAD_MAX; hops++) {
    Block *to = i->fail;
    Instr *next = to->first;
    if (!next || next->op != OP_JUMP || to->param_count || next->fail == to) return;
    i->fail = next->fail;
    i->uses = next->uses;
    i->use_count = next->use_count;
  }
}

// A test that goes to the same place either way is none.
static void drop_idle_tests(Block *b) {
  while (b->last && b->last->op == OP_JUMP && !b->last->use_count && b->last->prev) {
    Instr *test = b->last->prev;
    bool plain = (test->op >= OP_IS_INTEGER && test->op <= OP_HAS_KEY) && !test->def_count;
    if (!plain || thread_label(test->fail) != thread_label(b->last->fail)) return;
    block_remove(b, test);
  }
}

static void thread_all(Flow *f) {
  for (Block *b = f->blocks; b; b = b->next) {
    drop_idle_tests(b);
    for (Instr *i = b->first; i; i = i->next) {
      if (i->op == OP_JUMP) {
        thread_jump(i);
      } else if (i->fail) {
        i->fail = thread_label(i->fail);
      }
      for (uint32_t t = 0; t < i->target_count; t++) i->targets[t] = thread_label(i->targets[t]);
    }
  }
}

typedef struct Stack {
  Block **items;
  uint32_t count;
} Stack;

static void reach(Stack *s, Block *b) {
  b->ref_count++;
  if (b->reached) return;
  b->reached = true;
  s->items[s->count++] = b;
}

static void find_reached(Flow *f) {
  Stack s = {ARENA_ARRAY(f->arena, Block *, f->block_count + 1), 0};
  for (Block *b = f->blocks; b; b = b->next) b->reached = false, b->ref_count = 0;
  reach(&s, f->entry);
  while (s.count) {
    Block *b = s.items[--s.count];
    if (b->region) reach(&s, b->region->handler);
    for (Instr *i = b->first; i; i = i->next) {
      if (i->fail) reach(&s, i->fail);
      for (uint32_t t = 0; t < i->target_count; t++) reach(&s, i->targets[t]);
    }
  }
}

// A block behind the only jump to it becomes part of the block that jumps.
static void merge(Flow *f) {
  for (Block *b = f->blocks; b; b = b->next) {
    if (!b->reached) continue;
    for (;;) {
      Instr *jump = b->last;
      if (!jump || jump->op != OP_JUMP) break;
      Block *to = jump->fail;
      if (to->ref_count != 1 || to->region != b->region || to == b || to == f->entry || to->handler_of) break;
      block_remove(b, jump);
      for (uint32_t p = 0; p < to->param_count; p++) {
        Register *param = &f->registers[to->params[p]];
        if (jump->uses[p].kind == VAL_REG) {
          param->alias = jump->uses[p];
          continue;
        }
        Instr *load = flow_instr(f, OP_LOAD, 0);
        load->constant = jump->uses[p].constant;
        load->def_count = 1;
        load->defs[0] = to->params[p];
        load->line = jump->line;
        block_append(b, load);
      }
      for (Instr *i = to->first, *next; i; i = next) {
        next = i->next;
        block_append(b, i);
      }
      to->first = to->last = NULL;
      to->reached = false;
    }
  }
}

// --- unused values

typedef struct Clean {
  Flow *f;
  uint32_t *work; // registers without uses
  uint32_t work_count, work_capacity;
  Instr ***jumps;  // by block: the jumps to it, if it has parameters
  uint32_t *jump_counts;
} Clean;

static void unused(Clean *c, uint32_t reg) {
  ARENA_ROOM(c->f->arena, c->work, c->work_count, c->work_capacity, 64);
  c->work[c->work_count++] = reg;
}

static void drop_use(Clean *c, Val v) {
  if (v.kind == VAL_REG && --c->f->registers[v.reg].uses == 0) unused(c, v.reg);
}

static void count_uses(Clean *c) {
  Flow *f = c->f;
  for (uint32_t r = 0; r < f->register_count; r++) {
    f->registers[r].uses = 0;
    f->registers[r].def = NULL;
    f->registers[r].use_block = NULL;
  }
  for (Block *b = f->blocks; b; b = b->next) {
    if (!b->reached) continue;
    for (uint32_t p = 0; p < b->param_count; p++) f->registers[b->params[p]].block = b;
    for (Instr *i = b->first; i; i = i->next) {
      for (uint32_t u = 0; u < i->use_count; u++) {
        i->uses[u] = flow_resolve(f, i->uses[u]);
        if (i->uses[u].kind == VAL_REG) f->registers[i->uses[u].reg].uses++;
      }
      for (uint32_t d = 0; d < i->def_count; d++) {
        f->registers[i->defs[d]].def = i;
        f->registers[i->defs[d]].block = b;
      }
    }
  }
}

// It does nothing but make a value of its operands, and cannot fail.
static bool only_makes(const Instr *i) {
  switch (i->op) {
    case OP_LOAD:
    case OP_CONS:
    case OP_TUPLE:
    case OP_MAP_NEW:
    case OP_MAKE_FUN:
    case OP_STACKTRACE: return true;
    default: return false;
  }
}

static bool removable(const Instr *i) {
  return only_makes(i) || i->op == OP_MOVE || (i->op == OP_BITS_REST ? i->numbers[0] == 1 : i->safe);
}

static void keep_def(Instr *i, uint32_t which) {
  i->defs[0] = i->defs[which];
  i->def_count = 1;
}

// Some results of the instruction are unused: a cheaper form.
static void narrow(Clean *c, Instr *i) {
  const Register *regs = c->f->registers;
  bool first = regs[i->defs[0]].uses > 0, second = i->def_count > 1 && regs[i->defs[1]].uses > 0;
  switch (i->op) {
    case OP_GET_LIST:
      if (first && second) break;
      i->op = first ? OP_HEAD : second ? OP_TAIL_OF : OP_IS_CONS;
      if (second) keep_def(i, 1);
      i->def_count = first || second;
      break;
    case OP_HEAD:
    case OP_TAIL_OF:
      if (first) break;
      i->op = OP_IS_CONS;
      i->def_count = 0;
      break;
    case OP_MAP_GET:
      if (first) break;
      i->op = OP_HAS_KEY;
      i->def_count = 0;
      break;
    case OP_BITS_INT:
    case OP_BITS_SLICE:
      if (first) break;
      i->op = OP_BITS_SKIP;
      keep_def(i, 1);
      break;
    case OP_BITS_INT_VAR:
    case OP_BITS_SLICE_VAR:
      if (first) break;
      i->op = OP_BITS_SKIP_VAR;
      keep_def(i, 1);
      break;
    case OP_BITS_REST:
      if (first) break;
      i->op = OP_BITS_REST_UNIT;
      i->def_count = 0;
      break;
    default: break;
  }
}

static void drop_param(Clean *c, Block *b, uint32_t reg) {
  uint32_t p = 0;
  while (p < b->param_count && b->params[p] != reg) p++;
  if (p == b->param_count) return;
  for (uint32_t n = 0; n < c->jump_counts[b->id]; n++) {
    Instr *jump = c->jumps[b->id][n];
    Val gone = jump->uses[p];
    Val *uses = ARENA_ARRAY(c->f->arena, Val, jump->use_count);
    for (uint32_t u = 0, to = 0; u < jump->use_count; u++) {
      if (u != p) uses[to++] = jump->uses[u];
    }
    jump->uses = uses;
    jump->use_count--;
    drop_use(c, gone);
  }
  for (uint32_t n = p; n + 1 < b->param_count; n++) b->params[n] = b->params[n + 1];
  b->param_count--;
}

static void gather_jumps(Clean *c) {
  Flow *f = c->f;
  c->jumps = ARENA_ARRAY(f->arena, Instr **, f->block_count);
  c->jump_counts = ARENA_ARRAY(f->arena, uint32_t, f->block_count);
  for (int fill = 0; fill < 2; fill++) {
    for (Block *b = f->blocks; b; b = b->next) {
      Instr *i = b->reached ? b->last : NULL;
      if (!i || i->op != OP_JUMP || !i->fail->param_count) continue;
      uint32_t to = i->fail->id;
      if (fill) c->jumps[to][c->jump_counts[to]] = i;
      c->jump_counts[to]++;
    }
    if (fill) break;
    for (Block *b = f->blocks; b; b = b->next) {
      if (c->jump_counts[b->id]) c->jumps[b->id] = ARENA_ARRAY(f->arena, Instr *, c->jump_counts[b->id]);
      c->jump_counts[b->id] = 0;
    }
  }
}

static void drop_unused(Clean *c) {
  Flow *f = c->f;
  for (Block *b = f->blocks; b; b = b->next) {
    if (!b->reached) continue;
    for (uint32_t p = 0; p < b->param_count; p++) {
      if (!f->registers[b->params[p]].uses && !b->handler_of) unused(c, b->params[p]);
    }
    for (Instr *i = b->first; i; i = i->next) {
      for (uint32_t d = 0; d < i->def_count; d++) {
        if (!f->registers[i->defs[d]].uses) unused(c, i->defs[d]);
      }
    }
  }
  while (c->work_count) {
    uint32_t reg = c->work[--c->work_count];
    Register *r = &f->registers[reg];
    if (r->uses || !r->block) continue;
    Instr *i = r->def;
    if (!i) {
      if (!r->block->handler_of && r->block != f->entry) drop_param(c, r->block, reg);
      continue;
    }
    bool all = true;
    for (uint32_t d = 0; d < i->def_count; d++) all = all && !f->registers[i->defs[d]].uses;
    if (all && removable(i)) {
      Block *b = r->block;
      for (uint32_t d = 0; d < i->def_count; d++) f->registers[i->defs[d]].block = NULL;
      for (uint32_t u = 0; u < i->use_count; u++) drop_use(c, i->uses[u]);
      block_remove(b, i);
    }
  }
}

// --- sinking

static void note_uses(Flow *f, Block *b, const Instr *i) {
  for (uint32_t u = 0; u < i->use_count; u++) {
    if (i->uses[u].kind != VAL_REG) continue;
    Register *r = &f->registers[i->uses[u].reg];
    r->use_block = !r->use_block || r->use_block == b ? b : f->entry; // nothing is sunk into the entry: it stands for several
  }
}

static void sink(Flow *f) {
  for (uint32_t n = f->order_count; n-- > 0;) {
    Block *b = f->order[n];
    for (Instr *i = b->last, *prev; i; i = prev) {
      prev = i->prev;
      Block *at = b;
      if (only_makes(i)) {
        Block *to = f->registers[i->defs[0]].use_block;
        if (to && to != f->entry && to != b && !to->loop && !to->handler_of) {
          block_remove(b, i);
          if (to->first) {
            block_insert_before(to, to->first, i);
          } else {
            block_append(to, i);
          }
          at = to;
        }
      }
      note_uses(f, at, i);
    }
  }
}

void flow_clean(Flow *f) {
  thread_all(f);
  find_reached(f);
  merge(f);
  Clean c = {.f = f};
  count_uses(&c);
  gather_jumps(&c);
  drop_unused(&c);
  for (Block *b = f->blocks; b; b = b->next) {
    if (!b->reached) continue;
    for (Instr *i = b->first; i; i = i->next) {
      CHECK(!ends(i) || !i->next);
      if (i->def_count) narrow(&c, i);
    }
  }
  flow_order(f);
  sink(f);
}

// SPDX-License-Identifier: Apache-2.0
//
// Flow form with slots to file opcodes, through the module builder.
//
// Operands are written by the letters of opcodes.def, so most opcodes need no code here. By hand: moves into windows, tail
// call arguments and block parameters (a parallel assignment: cycles are broken by SWAP, constants are loaded last), calls, and
// jumps to the next block, which vanish.
#include <stdlib.h>
#include <string.h>

#include "compiler/core/compile.h"

typedef struct Emit {
  Flow *f;
  ModuleBuilder *b;
  uint32_t file, line;
  uint16_t *list; // scratch: slots of m and S
  uint32_t list_capacity;
} Emit;

static uint32_t slot_of(const Emit *e, Val v) {
  CHECK(v.kind == VAL_REG && e->f->registers[v.reg].slot >= 0);
  return (uint32_t)e->f->registers[v.reg].slot;
}

static uint16_t *list_room(Emit *e, uint32_t count) {
  if (count > e->list_capacity) {
    e->list_capacity = count * 2;
    e->list = ARENA_ARRAY(e->f->arena, uint16_t, e->list_capacity);
  }
  return e->list;
}

static int compare_slots(const void *a, const void *b) { return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b; }

static SlotList live_list(Emit *e, const Instr *i) {
  uint16_t *slots = i->live_count ? ARENA_ARRAY(e->f->arena, uint16_t, i->live_count) : NULL;
  for (uint32_t n = 0; n < i->live_count; n++) slots[n] = (uint16_t)slot_of(e, val_reg(i->live[n]));
  if (i->live_count > 16) {
    qsort(slots, i->live_count, sizeof *slots, compare_slots);
  } else {
    for (uint32_t n = 1; n < i->live_count; n++) {
      uint16_t slot = slots[n];
      uint32_t at = n;
      for (; at > 0 && slots[at - 1] > slot; at--) slots[at] = slots[at - 1];
      slots[at] = slot;
    }
  }
  return (SlotList){i->live_count, slots};
}

// --- parallel moves

typedef struct Move {
  uint32_t to, from;
  Const *constant;
} Move;

static void move_slot(Emit *e, uint32_t to, uint32_t from) {
  if (to != from) builder_emit(e->b, OP_MOVE, (Operand[]){{.slot = to}, {.slot = from}});
}

static void move_all(Emit *e, Move *moves, uint32_t count) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!moves[i].constant && moves[i].to != moves[i].from) {
      Move swap = moves[left];
      moves[left++] = moves[i];
      moves[i] = swap;
    }
  }
  while (left) {
    bool progress = false;
    for (uint32_t i = 0; i < left;) {
      bool blocked = false;
      for (uint32_t j = 0; j < left && !blocked; j++) blocked = j != i && moves[j].from == moves[i].to;
      if (blocked) {
        i++;
        continue;
      }
      move_slot(e, moves[i].to, moves[i].from);
      Move done = moves[i];
      moves[i] = moves[--left];
      moves[left] = done;
      moves[left].from = done.to; // a constant or nothing is left to do for it
      progress = true;
    }
    if (progress || !left) continue;
    uint32_t a = moves[0].to, b = moves[0].from; // nothing but cycles
    builder_emit(e->b, OP_SWAP, (Operand[]){{.slot = a}, {.slot = b}});
    for (uint32_t i = 0; i < left; i++) moves[i].from = moves[i].from == a ? b : moves[i].from == b ? a : moves[i].from;
    for (uint32_t i = 0; i < left;) {
      if (moves[i].to != moves[i].from) {
        i++;
        continue;
      }
      Move done = moves[i];
      moves[i] = moves[--left];
      moves[left] = done;
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    if (moves[i].constant) builder_emit(e->b, OP_LOAD, (Operand[]){{.slot = moves[i].to}, {.constant = const_code(e->f->compile, moves[i].constant)}});
  }
}

static Move move_of(const Emit *e, uint32_t to, Val v) {
  if (v.kind == VAL_CONST) return (Move){to, to, v.constant};
  return (Move){to, slot_of(e, v), NULL};
}

// --- instructions

static SegmentList segments_of(Emit *e, const Instr *i) {
  Segment *out = ARENA_ARRAY(e->f->arena, Segment, i->segment_count + 1);
  for (uint32_t n = 0; n < i->segment_count; n++) {
    const FlowSegment *s = &i->segments[n];
    out[n] = s->proto;
    if (s->value_use >= 0) out[n].value = slot_of(e, i->uses[s->value_use]);
    if (s->constant) out[n].constant = const_code(e->f->compile, s->constant);
    if (s->size_use >= 0) out[n].size = slot_of(e, i->uses[s->size_use]);
  }
  return (SegmentList){i->segment_count, out};
}

static SelectTable table_of(Emit *e, const Instr *i) {
  uint32_t count = i->target_count - 1;
  CodeConstant *values = ARENA_ARRAY(e->f->arena, CodeConstant, count + 1);
  uint32_t *labels = ARENA_ARRAY(e->f->arena, uint32_t, count + 1);
  for (uint32_t n = 0; n < count; n++) {
    values[n] = const_code(e->f->compile, i->values[n]);
    labels[n] = i->targets[n]->label;
  }
  labels[count] = i->targets[count]->label;
  return (SelectTable){count, values, labels};
}

static void emit_plain(Emit *e, const Instr *i) {
  const OpcodeInfo *info = opcode_info(i->op);
  Operand operands[OP_OPERANDS_MAX];
  uint32_t use = 0, def = 0, number = 0;
  for (uint32_t n = 0; n < info->operand_count; n++) {
    Operand *o = &operands[n];
    switch (info->operands[n]) {
      case 'd': o->slot = slot_of(e, val_reg(i->defs[def++])); break;
      case 's': o->slot = slot_of(e, i->uses[use++]); break;
      case 'l':
      case 'L': o->label = i->fail ? i->fail->label : LABEL_NONE; break;
      case 'c': o->constant = const_code(e->f->compile, i->constant); break;
      case 'i': o->number = (uint64_t)i->numbers[number++]; break;
      case 'n': o->integer = i->numbers[number++]; break;
      case 'f':
      case 'e':
      case 'u': o->number = i->index; break;
      case 'm': o->list = live_list(e, i); break;
      case 'S': {
        uint32_t count = i->use_count - use;
        uint16_t *slots = list_room(e, count + 1);
        for (uint32_t u = 0; u < count; u++) slots[u] = (uint16_t)slot_of(e, i->uses[use + u]);
        o->list = (SlotList){count, slots};
        use = i->use_count;
        break;
      }
      case 'T': o->table = table_of(e, i); break;
      case 'G': o->segments = segments_of(e, i); break;
      default: UNREACHABLE();
    }
  }
  builder_emit(e->b, (FileOpcode)i->op, operands);
}

static bool lives(const Instr *i, uint32_t reg) {
  for (uint32_t n = 0; n < i->live_count; n++) {
    if (i->live[n] == reg) return true;
  }
  return false;
}

static void emit_call(Emit *e, const Instr *i) {
  uint32_t k = (uint32_t)i->window, callees = instr_callee_count(i), args = i->use_count - callees, count = 0;
  Move *moves = ARENA_ARRAY(e->f->arena, Move, i->use_count + 1);
  uint32_t callee[2] = {0};
  for (uint32_t u = 0; u < args; u++) moves[count++] = move_of(e, k + u, i->uses[u]);
  for (uint32_t n = 0; n < callees; n++) { // behind the arguments, unless it lives on below the window
    Val v = i->uses[args + n];
    callee[n] = k + args + n;
    if (lives(i, v.reg)) {
      callee[n] = slot_of(e, v);
    } else {
      moves[count++] = move_of(e, callee[n], v);
    }
  }
  move_all(e, moves, count);
  SlotList live = live_list(e, i);
  Operand o[5] = {{.slot = k}};
  switch (i->op) {
    case OP_CALL:
    case OP_CALL_EXT:
      o[1].number = i->index;
      o[2].list = live;
      break;
    case OP_CALL_FUN:
      o[1].slot = callee[0];
      o[2].number = args;
      o[3].list = live;
      break;
    default:
      o[1].slot = callee[0];
      o[2].slot = callee[1];
      o[3].number = args;
      o[4].list = live;
      break;
  }
  builder_emit(e->b, (FileOpcode)i->op, o);
  const Register *result = &e->f->registers[i->defs[0]];
  if (result->uses) move_slot(e, (uint32_t)result->slot, k);
}

static void emit_tail_call(Emit *e, const Instr *i) {
  uint32_t callees = instr_callee_count(i), args = i->use_count - callees;
  Move *moves = ARENA_ARRAY(e->f->arena, Move, i->use_count + 1);
  for (uint32_t u = 0; u < i->use_count; u++) moves[u] = move_of(e, u, i->uses[u]);
  move_all(e, moves, i->use_count);
  Operand o[3] = {{0}};
  switch (i->op) {
    case OP_TAIL:
    case OP_TAIL_EXT: o[0].number = i->index; break;
    case OP_TAIL_FUN:
      o[0].slot = args;
      o[1].number = args;
      break;
    default:
      o[0].slot = args;
      o[1].slot = args + 1;
      o[2].number = args;
      break;
  }
  builder_emit(e->b, (FileOpcode)i->op, o);
}

// It jumps to `to` and emits nothing when it stands right before it: all values are in their slots.
static bool is_hollow(const Emit *e, const Block *b, const Block *to) {
  const Instr *i = b->first;
  if (i->op != OP_JUMP || i->fail != to) return false;
  for (uint32_t u = 0; u < i->use_count; u++) {
    if (i->uses[u].kind != VAL_REG || e->f->registers[i->uses[u].reg].slot != e->f->registers[to->params[u]].slot) return false;
  }
  return true;
}

static bool falls_to(const Emit *e, const Block *b, const Block *to) {
  if (to->order <= b->order) return false;
  for (uint32_t n = b->order + 1; n < to->order; n++) {
    if (!is_hollow(e, e->f->order[n], to)) return false;
  }
  return true;
}

static void emit_jump(Emit *e, const Block *b, const Instr *i) {
  if (i->use_count) {
    Move *moves = ARENA_ARRAY(e->f->arena, Move, i->use_count);
    for (uint32_t u = 0; u < i->use_count; u++) moves[u] = move_of(e, (uint32_t)e->f->registers[i->fail->params[u]].slot, i->uses[u]);
    move_all(e, moves, i->use_count);
  }
  if (!falls_to(e, b, i->fail)) builder_emit(e->b, OP_JUMP, (Operand[]){{.label = i->fail->label}});
}

static void emit_line(Emit *e, const Instr *i) {
  const OpcodeInfo *info = opcode_info(i->op);
  // Where a process may stand when somebody looks: what can raise, calls, and waits.
  if (!i->line || i->line == e->line || !(info->may_raise || info->is_call || i->op == OP_RECV_WAIT)) return;
  e->line = i->line;
  builder_line(e->b, e->file, i->line);
}

static void emit_instr(Emit *e, const Block *b, const Instr *i) {
  if (i->op == OP_JUMP) {
    emit_jump(e, b, i);
    return;
  }
  emit_line(e, i);
  if (instr_is_body_call(i)) {
    emit_call(e, i);
  } else if (instr_is_tail_call(i)) {
    emit_tail_call(e, i);
  } else if (i->op == OP_MOVE) {
    move_slot(e, slot_of(e, val_reg(i->defs[0])), slot_of(e, i->uses[0]));
  } else {
    emit_plain(e, i);
  }
}

// --- regions

typedef struct Range {
  Region *region;
  uint32_t from, to, last_order; // labels
  struct Range *next;
} Range;

// Ranges of the same depth stay in order; inner ones come first.
static void emit_ranges(Emit *e, Range **by_depth, uint32_t depth_max) {
  for (uint32_t depth = depth_max; depth > 0; depth--) {
    for (Range *r = by_depth[depth]; r; r = r->next) {
      const Block *handler = r->region->handler;
      builder_handler(e->b, r->from, r->to, handler->label, (uint32_t)e->f->registers[handler->params[0]].slot);
    }
  }
}

void flow_emit(Flow *f, ModuleBuilder *b, uint32_t function) {
  Emit e = {.f = f, .b = b};
  if (f->file) e.file = builder_file(b, f->file, strlen(f->file));
  uint32_t depth_max = 0;
  for (Region *r = f->regions; r; r = r->next) depth_max = r->depth > depth_max ? r->depth : depth_max;
  Range **by_depth = ARENA_ARRAY(f->arena, Range *, depth_max + 1);
  Range **open = ARENA_ARRAY(f->arena, Range *, f->region_count + 1);
  builder_begin(b, function);
  for (uint32_t n = 0; n < f->order_count; n++) f->order[n]->label = builder_label(b);
  for (uint32_t n = 0; n < f->order_count; n++) {
    Block *block = f->order[n];
    builder_bind(b, block->label);
    for (const Instr *i = block->first; i; i = i->next) emit_instr(&e, block, i);
    if (!block->region) continue;
    uint32_t end = builder_label(b);
    builder_bind(b, end);
    for (Region *r = block->region; r; r = r->parent) {
      Range *range = open[r->id];
      if (!range || range->last_order + 1 != n) {
        range = ARENA_NEW(f->arena, Range);
        *range = (Range){.region = r, .from = block->label, .next = by_depth[r->depth]};
        by_depth[r->depth] = open[r->id] = range;
      }
      range->to = end;
      range->last_order = n;
    }
  }
  emit_ranges(&e, by_depth, depth_max);
  builder_end(b);
}

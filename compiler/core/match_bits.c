// SPDX-License-Identifier: Apache-2.0
//
// Bit strings as decisions: each reading at a position is a test that gives a value and the next position.
//
// Equal readings at one position are one BitsStep, so rows with the same beginning read it once. A literal is either one
// step (all its bytes) or, where several rows begin with different literals, read byte by byte so that
// SELECT can tell them apart. What is known of a position: which steps succeed there and which do not.
#include <string.h>

#include "compiler/core/match.h"

static Item settle(const Item *given) {
  Item item = *given;
  while (item.segment < item.pattern->count) {
    const CoreSegment *s = &item.pattern->segments[item.segment];
    bool literal = s->type == SEG_BINARY && !s->size && s->pattern->kind == PAT_LITERAL && s->pattern->literal->kind == Q_BINARY;
    if (!literal || item.offset < s->pattern->literal->count) break;
    item.segment++;
    item.offset = 0;
  }
  return item;
}

const char *bits_literal(const Item *given, uint32_t *count) {
  Item item = settle(given);
  if (item.segment >= item.pattern->count) return NULL;
  const CoreSegment *s = &item.pattern->segments[item.segment];
  if (s->type != SEG_BINARY || s->size || s->pattern->kind != PAT_LITERAL || s->pattern->literal->kind != Q_BINARY) return NULL;
  *count = s->pattern->literal->count - item.offset;
  return s->pattern->literal->bytes + item.offset;
}

const CorePattern *bits_of_literal(Lower *l, Const *k) {
  CorePattern *p = ARENA_NEW(l->arena, CorePattern), *literal = ARENA_NEW(l->arena, CorePattern);
  literal->kind = PAT_LITERAL;
  literal->literal = k->q;
  p->kind = PAT_BINARY;
  p->count = 1;
  p->segments = ARENA_NEW(l->arena, CoreSegment);
  *p->segments = (CoreSegment){.type = SEG_BINARY, .pattern = literal, .unit = 8};
  return p;
}

static BitsStep *intern(Lower *l, Occ *position, BitsStep wanted) {
  for (BitsStep *s = position->steps; s; s = s->next) {
    if (s->kind != wanted.kind || s->bits != wanted.bits || s->unit != wanted.unit || s->flags != wanted.flags || s->byte_count != wanted.byte_count) continue;
    if (s->size.kind != wanted.size.kind || (s->size.kind == VAL_REG && s->size.reg != wanted.size.reg)) continue;
    if (s->byte_count && memcmp(s->bytes, wanted.bytes, s->byte_count) != 0) continue;
    return s;
  }
  BitsStep *s = ARENA_NEW(l->arena, BitsStep);
  *s = wanted;
  s->next = position->steps;
  return position->steps = s;
}

static BitsStep *sized(Lower *l, Occ *position, const CoreSegment *s, Val size) {
  BitsStep step = {.kind = s->type == SEG_INTEGER ? BITS_STEP_INTEGER : s->type == SEG_FLOAT ? BITS_STEP_FLOAT : BITS_STEP_SLICE};
  uint32_t unit = s->unit ? s->unit : s->type == SEG_BINARY ? 8 : 1;
  if (step.kind != BITS_STEP_SLICE) step.flags = (s->is_signed && step.kind == BITS_STEP_INTEGER ? SEGMENT_SIGNED : 0) | (s->little ? SEGMENT_LITTLE : 0);
  if (size.kind == VAL_CONST) {
    Quoted *q = size.constant->q;
    if (q->kind != Q_INT || q->integer < 0 || q->integer > INT32_MAX) return NULL;
    step.bits = q->integer * unit;
    if (step.bits <= 8) step.flags &= ~(uint32_t)SEGMENT_LITTLE;
  } else {
    step.size = size;
    step.unit = unit;
  }
  return intern(l, position, step);
}

BitsStep *bits_step(Lower *l, const Item *given, bool bytewise) {
  Item item = settle(given);
  Occ *position = item.occ;
  if (item.segment >= item.pattern->count) return intern(l, position, (BitsStep){.kind = BITS_STEP_EMPTY});
  uint32_t count;
  const char *bytes = bits_literal(&item, &count);
  if (bytes && bytewise) return intern(l, position, (BitsStep){.kind = BITS_STEP_INTEGER, .bits = 8});
  if (bytes) return intern(l, position, (BitsStep){.kind = BITS_STEP_LITERAL, .bits = (int64_t)count * 8, .bytes = bytes, .byte_count = count});
  const CoreSegment *s = &item.pattern->segments[item.segment];
  switch (s->type) {
    case SEG_UTF8: return intern(l, position, (BitsStep){.kind = BITS_STEP_UTF, .bits = 8});
    case SEG_UTF16: return intern(l, position, (BitsStep){.kind = BITS_STEP_UTF, .bits = 16 + (s->little ? 256 : 0)});
    case SEG_UTF32: return intern(l, position, (BitsStep){.kind = BITS_STEP_UTF, .bits = 32 + (s->little ? 256 : 0)});
    default: break;
  }
  if (!s->size) {
    if (s->type == SEG_BINARY) return intern(l, position, (BitsStep){.kind = BITS_STEP_REST, .bits = s->unit ? s->unit : 8});
    return sized(l, position, &(CoreSegment){.type = s->type, .unit = 1, .is_signed = s->is_signed, .little = s->little},
                 val_const(const_int(l->c, s->type == SEG_FLOAT ? 64 : 8)));
  }
  if (s->size->kind == CORE_LITERAL) return sized(l, position, s, val_const(const_of(l->c, s->size->u.literal)));
  if (s->size->kind != CORE_VAR) return NULL;
  VarInfo *info = var_info(s->size->u.var);
  Val size = flow_resolve(l->f, info->val);
  if (size.kind == VAL_NONE && (!info->occ || !occ_peek(l, info->occ, &size))) return NULL;
  return sized(l, position, s, size);
}

static int64_t least_bits(const BitsStep *s) {
  switch (s->kind) {
    case BITS_STEP_INTEGER:
    case BITS_STEP_FLOAT:
    case BITS_STEP_SLICE:
    case BITS_STEP_LITERAL: return s->size.kind == VAL_NONE ? s->bits : 0;
    case BITS_STEP_UTF: return s->bits & 255;
    default: return 0;
  }
}

// Does the step fail for want of bits alone?
static bool only_length(const BitsStep *s) { return (s->kind == BITS_STEP_INTEGER || s->kind == BITS_STEP_SLICE) && s->size.kind == VAL_NONE; }

static Effect solve(bool outcome) { return outcome ? EFFECT_SOLVE : EFFECT_DROP; }
static bool is_byte(const BitsStep *s) { return s->kind == BITS_STEP_INTEGER && s->bits == 8 && !s->flags && s->size.kind == VAL_NONE; }

Effect bits_when(Lower *l, const Item *item, const BitsStep *step, bool outcome) {
  uint32_t count;
  const char *bytes = bits_literal(item, &count);
  if (bytes && is_byte(step)) return solve(outcome);
  if (bytes && step->kind == BITS_STEP_LITERAL) {
    uint32_t common = count < step->byte_count ? count : step->byte_count;
    if (memcmp(bytes, step->bytes, common) != 0) return outcome ? EFFECT_DROP : EFFECT_KEEP;
    return step->byte_count <= count ? solve(outcome) : EFFECT_KEEP;
  }
  const BitsStep *mine = bits_step(l, item, false);
  if (!mine) return EFFECT_KEEP;
  if (mine == step) return solve(outcome);
  if (outcome) {
    if (step->kind == BITS_STEP_EMPTY && least_bits(mine) > 0) return EFFECT_DROP;
    if (mine->kind == BITS_STEP_EMPTY && least_bits(step) > 0) return EFFECT_DROP;
    return EFFECT_KEEP;
  }
  return only_length(step) && least_bits(mine) >= step->bits ? EFFECT_DROP : EFFECT_KEEP;
}

static BitsStep *known_step(Lower *l, const Item *item, Effect *effect) {
  Val position;
  if (!occ_peek(l, item->occ, &position)) return NULL;
  for (const Known *k = val_fact(l, position)->known; k; k = k->next) {
    if (k->kind != KNOWN_BITS_STEP) continue;
    *effect = bits_when(l, item, k->step, k->outcome);
    if (*effect != EFFECT_KEEP) return k->step;
  }
  return NULL;
}

Answer bits_ask(Lower *l, const Item *item) {
  Effect effect;
  if (!known_step(l, item, &effect)) return ANSWER_OPEN;
  return effect == EFFECT_DROP ? ANSWER_NO : ANSWER_YES;
}

bool bits_started(Lower *l, Val v) {
  for (const Known *k = val_fact(l, v)->known; k; k = k->next) {
    if (k->kind == KNOWN_BITS_START) return true;
  }
  return false;
}

void bits_open(RowBuild *b, const Item *given, const BitsStep *passed) {
  Lower *l = b->l;
  Item item = settle(given);
  BitsStep *step = (BitsStep *)(uintptr_t)passed;
  Effect effect;
  if (!step) step = known_step(l, given, &effect);
  CHECK(step);
  if (step->kind == BITS_STEP_EMPTY) return;
  uint32_t count;
  const char *bytes = bits_literal(&item, &count);
  if (bytes) {
    if (step->kind == BITS_STEP_INTEGER) {
      CorePattern *byte = ARENA_NEW(l->arena, CorePattern);
      byte->kind = PAT_LITERAL;
      byte->literal = quoted_int(l->c->names, (unsigned char)bytes[0]);
      row_want(b, bits_value(l, step, item.occ), byte);
      item.offset++;
    } else {
      item.offset += step->byte_count;
    }
  } else {
    row_want(b, bits_value(l, step, item.occ), item.pattern->segments[item.segment].pattern);
    item.segment++;
    item.offset = 0;
    if (step->kind == BITS_STEP_REST) return;
  }
  item.occ = bits_after(l, step, item.occ);
  row_put(b, item);
}

BitsStep *bits_evaluate(Lower *l, const Item *given, Block *no) {
  Item item = settle(given);
  const CoreSegment *s = &item.pattern->segments[item.segment];
  Block *outer = l->guard_fail;
  l->guard_fail = no;
  Val size = lower_value(l, s->size);
  l->guard_fail = outer;
  size = flow_resolve(l->f, size);
  BitsStep *step = sized(l, item.occ, s, size);
  if (!step && l->block) lower_jump(l, no);
  return step;
}

void bits_emit_start(Lower *l, Occ *occ, Block *no) {
  Val source = occ_value(l, occ);
  if (!l->block) return;
  Instr *i = lower_emit(l, OP_BITS_START, &source, 1, 1);
  i->fail = no;
  const Fact *fact = fact_of(&l->facts, i->uses[0].reg);
  lower_edge(l, no, facts_with(&l->facts, i->uses[0].reg, fact_types(&l->facts, fact, TY_ANY & ~TY_BITSTRING)));
  fact = fact_types(&l->facts, fact, TY_BITSTRING);
  fact_set(&l->facts, i->uses[0].reg, fact_known(&l->facts, fact, (Known){.kind = KNOWN_BITS_START, .value = val_reg(i->defs[0])}));
}

static Instr *read_instr(Lower *l, const BitsStep *s, Val source, Val position) {
  Val uses[3] = {source, position, s->size};
  bool variable = s->size.kind != VAL_NONE;
  Instr *i = NULL;
  switch (s->kind) {
    case BITS_STEP_INTEGER: i = lower_emit(l, variable ? OP_BITS_INT_VAR : OP_BITS_INT, uses, variable ? 3 : 2, 2); break;
    case BITS_STEP_FLOAT: i = lower_emit(l, variable ? OP_BITS_FLOAT_VAR : OP_BITS_FLOAT, uses, variable ? 3 : 2, 2); break;
    case BITS_STEP_SLICE: i = lower_emit(l, variable ? OP_BITS_SLICE_VAR : OP_BITS_SLICE, uses, variable ? 3 : 2, 2); break;
    case BITS_STEP_REST: i = lower_emit(l, OP_BITS_REST, uses, 2, 1); break;
    case BITS_STEP_UTF: i = lower_emit(l, OP_BITS_UTF, uses, 2, 2); break;
    case BITS_STEP_LITERAL:
      i = lower_emit(l, OP_BITS_LITERAL, uses, 2, 1);
      i->constant = const_of(l->c, quoted_binary(l->c->names, s->bytes, s->byte_count));
      break;
    case BITS_STEP_EMPTY: i = lower_emit(l, OP_BITS_EMPTY, uses, 2, 0); break;
  }
  i->numbers[0] = variable ? s->unit : s->bits;
  i->numbers[1] = s->flags;
  return i;
}

void bits_emit(Lower *l, Occ *position, BitsStep *step, Block *no) {
  if (!l->block) return;
  Occ *start = position;
  while (start->kind != OCC_START) start = start->parent;
  Val source = occ_value(l, start->parent), at = occ_value(l, position);
  Instr *i = read_instr(l, step, source, at);
  if (!l->block) return;
  i->fail = no;
  at = i->uses[1];
  Known known = {.kind = KNOWN_BITS_STEP, .step = step};
  const Fact *fact = fact_of(&l->facts, at.reg);
  lower_edge(l, no, facts_with(&l->facts, at.reg, fact_known(&l->facts, fact, known)));
  known.outcome = true;
  if (step->kind == BITS_STEP_LITERAL) {
    known.after = val_reg(i->defs[0]);
  } else if (step->kind == BITS_STEP_REST) {
    known.value = val_reg(i->defs[0]);
  } else if (step->kind != BITS_STEP_EMPTY) {
    known.value = val_reg(i->defs[0]);
    known.after = val_reg(i->defs[1]);
  }
  fact_set(&l->facts, at.reg, fact_known(&l->facts, fact, known));
  if (known.value.kind != VAL_REG) return;
  uint32_t types = step->kind == BITS_STEP_INTEGER || step->kind == BITS_STEP_UTF ? TY_INTEGER
                   : step->kind == BITS_STEP_FLOAT                                 ? TY_FLOAT
                                                                                   : TY_BITSTRING;
  bool whole = (step->kind == BITS_STEP_REST && step->bits % 8 == 0) || (step->kind == BITS_STEP_SLICE && step->bits % 8 == 0 && step->unit % 8 == 0);
  lower_typed(l, known.value, whole ? TY_BINARY : types);
}

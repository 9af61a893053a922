// SPDX-License-Identifier: Apache-2.0
//
// Which test comes next, and how it looks as an instruction.
//
//  M1  Of the first row's items that one is tested which most of the next rows ask about too.
//  - A tuple whose rows all want the same tag is tested for arity and tag at once; a cons whose parts are wanted is taken
//    apart by its test; literals at the start of bit strings are read byte by byte when they are many.
#include "compiler/core/match.h"

enum { LOOK_AHEAD = 24, BINARY_SELECT_MIN = 4 };

const Item *item_at(const Row *row, const Occ *occ) {
  for (uint32_t i = 0; i < row->item_count; i++) {
    if (row->items[i].occ == occ) return &row->items[i];
  }
  return NULL;
}

const Item *choose_item(Lower *l, uint32_t from, uint32_t to) {
  const Row *first = l->rows[from];
  const Item *best = &first->items[0];
  if (first->item_count == 1) return best;
  uint32_t best_score = 0, last = to - from > LOOK_AHEAD ? from + LOOK_AHEAD : to;
  for (uint32_t i = 0; i < first->item_count; i++) {
    const Item *item = &first->items[i];
    uint32_t score = 1;
    for (uint32_t r = from + 1; r < last; r++) score += item_at(l->rows[r], item->occ) != NULL;
    score = score * 4 + (item->kind == ITEM_CONST && const_is_atom(item->constant) ? 3 : item->kind == ITEM_BITS || item->kind == ITEM_SAME ? 0 : 2);
    if (score > best_score) {
      best_score = score;
      best = item;
    }
  }
  return best;
}

bool item_is_selectable(const Item *item) {
  return item->kind == ITEM_CONST && (const_is_atom(item->constant) || (const_is_int(item->constant) && int_is_small(item->constant->q->integer)));
}

static bool is_wanted(const CorePattern *p) {
  if (p->kind == PAT_ANY) return false;
  return p->kind != PAT_VAR || var_info(p->var)->uses > 0;
}

// All rows that want a tuple of this arity there want the same tag in it.
static bool same_tag(Lower *l, const Item *item, uint32_t from, uint32_t to, Const **tag) {
  const CorePattern *p = item->pattern;
  if (p->count == 0 || p->items[0]->kind != PAT_LITERAL || p->items[0]->literal->kind != Q_ATOM) return false;
  for (uint32_t r = from + 1; r < to; r++) {
    const Item *other = item_at(l->rows[r], item->occ);
    if (!other || other->kind != ITEM_TUPLE || other->pattern->count != p->count) continue;
    const CorePattern *t = other->pattern->items[0];
    if (t->kind != PAT_LITERAL || t->literal != p->items[0]->literal) return false;
  }
  *tag = const_of(l->c, p->items[0]->literal);
  return true;
}

static bool start_binary(Lower *l, const Item *item, uint32_t from, uint32_t to) {
  if (item->kind == ITEM_BINARY) return true;
  uint32_t constants = 0, last = to - from > 64 ? from + 64 : to;
  for (uint32_t r = from; r < last; r++) {
    const Item *other = item_at(l->rows[r], item->occ);
    if (other && other->kind == ITEM_BINARY) return true;
    constants += other && item_is_binary_const(other);
  }
  return constants >= 8;
}

static bool read_bytewise(Lower *l, const Item *item, uint32_t from, uint32_t to) {
  uint32_t count, others = 0, last = to - from > 64 ? from + 64 : to;
  const char *mine = bits_literal(item, &count);
  if (!mine) return false;
  for (uint32_t r = from + 1; r < last; r++) {
    const Item *other = item_at(l->rows[r], item->occ);
    uint32_t other_count;
    const char *bytes = other && other->kind == ITEM_BITS ? bits_literal(other, &other_count) : NULL;
    if (bytes) {
      others += bytes[0] != mine[0] || count != other_count;
    } else if (other && other->kind == ITEM_BITS) {
      const BitsStep *s = bits_step(l, other, false); // reads that byte anyway
      if (s && s->kind == BITS_STEP_INTEGER && s->bits == 8 && !s->flags && s->size.kind == VAL_NONE) return true;
    }
  }
  return others + 1 >= BINARY_SELECT_MIN;
}

Decision decision_of(Lower *l, const Item *item, uint32_t from, uint32_t to) {
  Decision d = {.kind = DECIDE_CONST, .occ = item->occ, .constant = item->constant, .value = item->value};
  switch (item->kind) {
    case ITEM_CONST:
      if (item_is_binary_const(item) && start_binary(l, item, from, to)) d.kind = DECIDE_START;
      break;
    case ITEM_CONS:
      d.kind = DECIDE_CONS;
      d.head = is_wanted(item->pattern->items[0]);
      d.tail = is_wanted(item->pattern->items[1]);
      break;
    case ITEM_TUPLE:
      d.kind = same_tag(l, item, from, to, &d.constant) ? DECIDE_TAGGED : DECIDE_TUPLE;
      d.arity = item->pattern->count;
      break;
    case ITEM_MAP: d.kind = DECIDE_MAP; break;
    case ITEM_KEY: d.kind = DECIDE_KEY; break;
    case ITEM_SAME: d.kind = DECIDE_SAME; break;
    case ITEM_BINARY: d.kind = DECIDE_START; break;
    case ITEM_BITS:
      d.kind = DECIDE_STEP;
      d.step = bits_step(l, item, read_bytewise(l, item, from, to));
      break;
  }
  return d;
}

// --- emitting

static void emit_cons(Lower *l, const Decision *d, Block *no) {
  Val v = occ_value(l, d->occ);
  Test t = test_types(v, OP_IS_CONS, TY_CONS);
  if ((!d->head && !d->tail) || v.kind != VAL_REG || test_ask(l, &t) != ANSWER_OPEN) {
    test_emit(l, &t, no);
    return;
  }
  Instr *i = lower_emit(l, d->head && d->tail ? OP_GET_LIST : d->head ? OP_HEAD : OP_TAIL_OF, &v, 1, d->head && d->tail ? 2 : 1);
  if (!l->block) return;
  i->fail = no;
  Facts *f = &l->facts;
  const Fact *fact = fact_of(f, v.reg);
  lower_edge(l, no, facts_with(f, v.reg, fact_types(f, fact, TY_ANY & ~TY_CONS)));
  fact = fact_types(f, fact, TY_CONS);
  if (d->head) fact = fact_known(f, fact, (Known){.kind = KNOWN_FIELD, .number = FIELD_HEAD, .value = val_reg(i->defs[0])});
  if (d->tail) fact = fact_known(f, fact, (Known){.kind = KNOWN_FIELD, .number = FIELD_TAIL, .value = val_reg(i->defs[i->def_count - 1])});
  fact_set(f, v.reg, fact);
}

static void emit_key(Lower *l, const Decision *d, Block *no) {
  Val v = lower_load(l, occ_value(l, d->occ));
  Instr *i;
  if (d->value.kind == VAL_CONST) {
    i = lower_emit(l, OP_MAP_GET_CONST, &v, 1, 1);
    i->constant = d->value.constant;
  } else {
    i = lower_emit(l, OP_MAP_GET, (Val[]){v, d->value}, 2, 1);
  }
  if (!l->block) return;
  i->fail = no;
  Facts *f = &l->facts;
  const Fact *fact = fact_of(f, v.reg);
  lower_edge(l, no, facts_with(f, v.reg, fact_known(f, fact, (Known){.kind = KNOWN_NO_KEY, .key = d->value})));
  fact = fact_types(f, fact, TY_MAP);
  fact_set(f, v.reg, fact_known(f, fact, (Known){.kind = KNOWN_KEY, .key = d->value, .value = val_reg(i->defs[0])}));
}

void decision_emit(Lower *l, const Decision *d, Block *no) {
  if (!l->block) return;
  Test t = {.constant = d->constant, .n = d->arity};
  switch (d->kind) {
    case DECIDE_CONS: emit_cons(l, d, no); return;
    case DECIDE_KEY: emit_key(l, d, no); return;
    case DECIDE_START: bits_emit_start(l, d->occ, no); return;
    case DECIDE_STEP: bits_emit(l, d->occ, d->step, no); return;
    case DECIDE_CONST: t.kind = TEST_CONST; break;
    case DECIDE_TUPLE: t.kind = TEST_ARITY; break;
    case DECIDE_TAGGED: t.kind = TEST_TAGGED; break;
    case DECIDE_MAP: t = test_types((Val){0}, OP_IS_MAP, TY_MAP); break;
    case DECIDE_SAME:
      t.kind = TEST_COMPARE;
      t.op = OP_SAME;
      t.b = d->value;
      break;
  }
  t.a = occ_value(l, d->occ);
  test_emit(l, &t, no);
}

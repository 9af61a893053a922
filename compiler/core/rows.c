// SPDX-License-Identifier: Apache-2.0
//
// Rows: what clauses still want, and what each test means to that.
//
//  R1  A row holds no item whose answer was known when it was last normalized.
//  R2  item_when tells the truth or KEEP: keeping an item that the test decides costs a question to the facts later,
//      never a wrong result.
#include <string.h>

#include "compiler/core/match.h"

enum { LITERAL_OPEN_MAX = 16 }; // larger literals are compared whole

void row_put(RowBuild *b, Item item) {
  ARENA_ROOM(b->l->arena, b->items, b->count, b->capacity, 16);
  b->items[b->count++] = item;
}

static const CorePattern *literal_pattern(Lower *l, Quoted *q, Position at) {
  CorePattern *p = ARENA_NEW(l->arena, CorePattern);
  p->kind = PAT_LITERAL;
  p->literal = q;
  p->at = at;
  return p;
}

// A literal tuple or list as a pattern of its parts; NULL: compare it whole.
static const CorePattern *literal_open(Lower *l, const CorePattern *p) {
  Names *names = l->c->names;
  Quoted *q = p->literal;
  CorePattern *open = NULL;
  if (quoted_is_tuple(q) && quoted_tuple_size(q) <= LITERAL_OPEN_MAX) {
    open = ARENA_NEW(l->arena, CorePattern);
    open->kind = PAT_TUPLE;
    open->count = quoted_tuple_size(q);
    open->items = ARENA_ARRAY(l->arena, CorePattern *, open->count + 1);
    for (uint32_t i = 0; i < open->count; i++) {
      open->items[i] = (CorePattern *)(uintptr_t)literal_pattern(l, quoted_tuple_item(names, q, i), p->at);
    }
  } else if (q->kind == Q_LIST && q->count && q->count <= LITERAL_OPEN_MAX) {
    open = ARENA_NEW(l->arena, CorePattern);
    open->kind = PAT_CONS;
    open->count = 2;
    open->items = ARENA_ARRAY(l->arena, CorePattern *, 2);
    Quoted *rest = q->count == 1 ? (q->tail ? q->tail : quoted_empty_list(names))
                   : q->tail     ? quoted_improper(names, q->items + 1, q->count - 1, q->tail)
                                 : quoted_list(names, q->items + 1, q->count - 1);
    open->items[0] = (CorePattern *)(uintptr_t)literal_pattern(l, q->items[0], p->at);
    open->items[1] = (CorePattern *)(uintptr_t)literal_pattern(l, rest, p->at);
  }
  return open;
}

void row_want(RowBuild *b, Occ *occ, const CorePattern *p) {
  Lower *l = b->l;
  while (p->kind == PAT_BOTH) {
    row_want(b, occ, p->items[0]);
    p = p->items[1];
  }
  Item item = {.occ = occ, .pattern = p};
  Quoted *literal = p->kind == PAT_LITERAL ? p->literal : NULL;
  switch (p->kind) {
    case PAT_ANY: return;
    case PAT_VAR: {
      VarInfo *info = var_info(p->var);
      info->occ = occ;
      info->val = (Val){0};
      return;
    }
    case PAT_PIN: {
      if (p->expr->kind == CORE_LITERAL) {
        literal = p->expr->u.literal;
        break;
      }
      Val v = lower_value(l, p->expr);
      if (v.kind == VAL_CONST) {
        literal = v.constant->q;
        break;
      }
      item.kind = ITEM_SAME;
      item.value = v;
      row_put(b, item);
      return;
    }
    case PAT_LITERAL: break;
    case PAT_CONS: item.kind = ITEM_CONS; break;
    case PAT_TUPLE: item.kind = ITEM_TUPLE; break;
    case PAT_BINARY: item.kind = ITEM_BINARY; break;
    case PAT_MAP:
      if (p->count == 0) {
        item.kind = ITEM_MAP;
        break;
      }
      for (uint32_t i = 0; i < p->count; i++) {
        Val key = p->keys[i]->kind == CORE_LITERAL ? val_const(const_of(l->c, p->keys[i]->u.literal)) : lower_value(l, p->keys[i]);
        row_put(b, (Item){.kind = ITEM_KEY, .occ = occ, .pattern = p->items[i], .value = key});
      }
      return;
    default: break;
  }
  if (literal) {
    CorePattern whole = {.kind = PAT_LITERAL, .literal = literal, .at = p->at};
    const CorePattern *open = literal_open(l, &whole);
    item.kind = open ? (open->kind == PAT_CONS ? ITEM_CONS : ITEM_TUPLE) : ITEM_CONST;
    item.pattern = open;
    if (!open) item.constant = const_of(l->c, literal);
  }
  row_put(b, item);
}

Row *row_finish(RowBuild *b, const Row *like) {
  Row *row = arena_get(b->l->arena, sizeof(Row) + sizeof(Item) * b->count);
  *row = *like;
  row->item_count = b->count;
  if (b->count) memcpy(row->items, b->items, sizeof(Item) * b->count);
  return row;
}

bool item_is_binary_const(const Item *item) { return item->kind == ITEM_CONST && item->constant->q->kind == Q_BINARY; }

static uint32_t item_types(const Item *item) {
  switch (item->kind) {
    case ITEM_CONST: return const_types(item->constant);
    case ITEM_CONS: return TY_CONS;
    case ITEM_TUPLE: return TY_TUPLE;
    case ITEM_MAP:
    case ITEM_KEY: return TY_MAP;
    case ITEM_BINARY: return TY_BITSTRING;
    case ITEM_SAME:
    case ITEM_BITS: return TY_ANY;
  }
  return TY_ANY;
}

static Const *tuple_tag(Lower *l, const Item *item) {
  const CorePattern *p = item->pattern;
  if (item->kind != ITEM_TUPLE || p->count == 0) return NULL;
  p = p->items[0];
  return p->kind == PAT_LITERAL && p->literal->kind == Q_ATOM ? const_of(l->c, p->literal) : NULL;
}

static Effect solve(bool outcome) { return outcome ? EFFECT_SOLVE : EFFECT_DROP; }

Effect item_when(Lower *l, const Item *item, const Decision *d, bool outcome) {
  if (item->occ != d->occ) return EFFECT_KEEP;
  if (item->kind == ITEM_BITS) return d->kind == DECIDE_STEP ? bits_when(l, item, d->step, outcome) : EFFECT_KEEP;
  if (item->kind == ITEM_SAME) return d->kind == DECIDE_SAME && val_equal(l, item->value, d->value) ? solve(outcome) : EFFECT_KEEP;
  uint32_t types = TY_ANY;
  switch (d->kind) {
    case DECIDE_CONST:
      if (item->kind == ITEM_CONST && const_equal(l->c, item->constant, d->constant)) return solve(outcome);
      if (item->kind == ITEM_CONST && outcome) return EFFECT_DROP;
      types = const_types(d->constant);
      break;
    case DECIDE_CONS:
      if (item->kind == ITEM_CONS) return solve(outcome);
      types = TY_CONS;
      break;
    case DECIDE_TUPLE:
      if (item->kind == ITEM_TUPLE && item->pattern->count == d->arity) return solve(outcome);
      if (item->kind == ITEM_TUPLE && outcome) return EFFECT_DROP;
      types = TY_TUPLE;
      break;
    case DECIDE_TAGGED:
      if (item->kind == ITEM_TUPLE) {
        if (item->pattern->count != d->arity) return outcome ? EFFECT_DROP : EFFECT_KEEP;
        Const *tag = tuple_tag(l, item);
        if (tag && const_equal(l->c, tag, d->constant)) return solve(outcome);
        return tag && outcome ? EFFECT_DROP : EFFECT_KEEP;
      }
      types = TY_TUPLE;
      break;
    case DECIDE_MAP:
      if (item->kind == ITEM_MAP) return solve(outcome);
      if (item->kind == ITEM_KEY) return outcome ? EFFECT_KEEP : EFFECT_DROP;
      types = TY_MAP;
      break;
    case DECIDE_KEY:
      if (item->kind == ITEM_KEY) return val_equal(l, item->value, d->value) ? solve(outcome) : EFFECT_KEEP;
      if (item->kind == ITEM_MAP && outcome) return EFFECT_SOLVE;
      types = TY_MAP;
      break;
    case DECIDE_START:
      if (item->kind == ITEM_BINARY || item_is_binary_const(item)) return solve(outcome);
      types = TY_BITSTRING;
      break;
    case DECIDE_SAME:
    case DECIDE_STEP: break;
  }
  return outcome && !(item_types(item) & types) ? EFFECT_DROP : EFFECT_KEEP;
}

static Answer item_ask(Lower *l, const Item *item) {
  Val v;
  if (item->kind == ITEM_BITS) return bits_ask(l, item);
  if (!occ_peek(l, item->occ, &v)) return ANSWER_OPEN;
  Test t = {.a = v};
  switch (item->kind) {
    case ITEM_CONST: {
      Answer answer = fact_has_const(l, val_fact(l, v), item->constant);
      return answer == ANSWER_OPEN && item_is_binary_const(item) && bits_started(l, v) ? ANSWER_YES : answer;
    }
    case ITEM_CONS: t = test_types(v, OP_IS_CONS, TY_CONS); break;
    case ITEM_MAP: t = test_types(v, OP_IS_MAP, TY_MAP); break;
    case ITEM_TUPLE:
      t.kind = TEST_ARITY;
      t.n = item->pattern->count;
      break;
    case ITEM_KEY:
      t.kind = TEST_HAS_KEY;
      t.op = OP_HAS_KEY;
      t.b = item->value;
      break;
    case ITEM_SAME:
      t.kind = TEST_COMPARE;
      t.op = OP_SAME;
      t.b = item->value;
      break;
    case ITEM_BINARY:
      if (bits_started(l, v)) return ANSWER_YES;
      return val_types(l, v) & TY_BITSTRING ? ANSWER_OPEN : ANSWER_NO;
    case ITEM_BITS: break;
  }
  return test_ask(l, &t);
}

void item_open(RowBuild *b, const Item *item, const Decision *d) {
  Lower *l = b->l;
  switch (item->kind) {
    case ITEM_CONS:
      row_want(b, occ_field(l, item->occ, FIELD_HEAD), item->pattern->items[0]);
      row_want(b, occ_field(l, item->occ, FIELD_TAIL), item->pattern->items[1]);
      break;
    case ITEM_TUPLE:
      for (uint32_t i = 0; i < item->pattern->count; i++) row_want(b, occ_field(l, item->occ, i), item->pattern->items[i]);
      break;
    case ITEM_KEY: row_want(b, occ_key(l, item->occ, item->value), item->pattern); break;
    case ITEM_BINARY: row_put(b, (Item){.kind = ITEM_BITS, .occ = occ_start(l, item->occ), .pattern = item->pattern}); break;
    case ITEM_BITS: bits_open(b, item, d ? d->step : NULL); break;
    case ITEM_CONST: {
      Val v;
      bool begun = d ? d->kind == DECIDE_START : occ_peek(l, item->occ, &v) && fact_has_const(l, val_fact(l, v), item->constant) == ANSWER_OPEN;
      if (item_is_binary_const(item) && begun) {
        row_put(b, (Item){.kind = ITEM_BITS, .occ = occ_start(l, item->occ), .pattern = bits_of_literal(l, item->constant)});
      }
      break;
    }
    case ITEM_MAP:
    case ITEM_SAME: break;
  }
}

Row *row_normalize(Lower *l, Row *row) {
  for (uint32_t i = 0;; i++) {
    if (i == row->item_count) return row;
    Answer answer = item_ask(l, &row->items[i]);
    if (answer == ANSWER_NO) return NULL;
    if (answer == ANSWER_YES) break;
  }
  RowBuild b = {.l = l}, kept = {.l = l};
  for (uint32_t i = row->item_count; i-- > 0;) row_put(&b, row->items[i]); // a stack, the first item on top
  while (b.count) {
    Item item = b.items[--b.count];
    Answer answer = item_ask(l, &item);
    if (answer == ANSWER_NO) return NULL;
    if (answer == ANSWER_OPEN) {
      row_put(&kept, item);
      continue;
    }
    uint32_t from = b.count;
    item_open(&b, &item, NULL);
    for (uint32_t x = from, y = b.count; x + 1 < y; x++) { // keep their order
      Item swap = b.items[x];
      b.items[x] = b.items[--y];
      b.items[y] = swap;
    }
  }
  return row_finish(&kept, row);
}

Row *row_after(Lower *l, Row *row, const Decision *d, bool outcome) {
  uint32_t touched = UINT32_MAX;
  for (uint32_t i = 0; i < row->item_count; i++) {
    Effect effect = item_when(l, &row->items[i], d, outcome);
    if (effect == EFFECT_DROP) return NULL;
    if (effect == EFFECT_SOLVE && touched == UINT32_MAX) touched = i;
  }
  if (touched == UINT32_MAX) return row;
  RowBuild b = {.l = l};
  for (uint32_t i = 0; i < row->item_count; i++) {
    if (i >= touched && item_when(l, &row->items[i], d, outcome) == EFFECT_SOLVE) {
      item_open(&b, &row->items[i], d);
    } else {
      row_put(&b, row->items[i]);
    }
  }
  return row_finish(&b, row);
}

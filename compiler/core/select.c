// SPDX-License-Identifier: Apache-2.0
//
// Many ways at once: rows that want three and more atoms or small integers at one place become one SELECT, three and more
// arities one SELECT_ARITY.
//
// Rows that want nothing there go every way, in their order; rows that want something else go the default way, which
// decide() goes on with.
#include "compiler/core/match.h"

enum { SELECT_MIN = 3 };

typedef struct Bucket {
  Const *constant;
  uint32_t arity;
  Block *block;
  uint32_t first, last; // of a list of rows through `next_of`
} Bucket;

static uint64_t constant_key(const Item *item) {
  if (item->kind == ITEM_TUPLE) return item->pattern->count;
  Quoted *q = item->constant->q;
  return q->kind == Q_ATOM ? (uint64_t)(uintptr_t)q : (uint64_t)q->integer * 2 + 1;
}

static bool bucket_takes(Lower *l, const Item *item, const Item *first) {
  if (first->kind == ITEM_TUPLE) return item->kind == ITEM_TUPLE;
  (void)l;
  return item_is_selectable(item);
}

bool decide_select(Context *x, const Item *first, uint32_t from, uint32_t *to) {
  Lower *l = x->l;
  uint32_t count = *to - from, capacity = 8, bucket_count = 0;
  Occ *occ = first->occ;
  bool arities = first->kind == ITEM_TUPLE;
  if (!arities && !item_is_selectable(first)) return false;
  { // a quick look before tables are made
    uint64_t seen[SELECT_MIN];
    uint32_t different = 0;
    for (uint32_t r = from; r < *to && different < SELECT_MIN; r++) {
      const Item *item = item_at(l->rows[r], occ);
      if (!item || !bucket_takes(l, item, first)) continue;
      uint64_t key = constant_key(item);
      bool old = false;
      for (uint32_t i = 0; i < different; i++) old |= seen[i] == key;
      if (!old) seen[different++] = key;
    }
    if (different < SELECT_MIN) return false;
  }
  Val v = occ_value(l, occ);
  if (!l->block || v.kind != VAL_REG) return false;
  const Fact *fact = val_fact(l, v);
  while (capacity < count * 2) capacity *= 2;
  uint32_t *table = ARENA_ARRAY(l->arena, uint32_t, capacity);
  Bucket *buckets = ARENA_ARRAY(l->arena, Bucket, count);
  uint32_t *next_of = ARENA_ARRAY(l->arena, uint32_t, count), *wild = ARENA_ARRAY(l->arena, uint32_t, count), wild_count = 0;
  for (uint32_t r = 0; r < count; r++) {
    const Item *item = item_at(l->rows[from + r], occ);
    next_of[r] = UINT32_MAX;
    if (!item || item->kind == ITEM_SAME) {
      wild[wild_count++] = r;
      continue;
    }
    if (!bucket_takes(l, item, first)) {
      if (arities && item->kind == ITEM_CONST && const_types(item->constant) == TY_TUPLE) wild[wild_count++] = r;
      continue;
    }
    uint64_t key = constant_key(item);
    uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 40) & (capacity - 1);
    while (table[at]) {
      Bucket *b = &buckets[table[at] - 1];
      if (arities ? b->arity == item->pattern->count : const_equal(l->c, b->constant, item->constant)) break;
      at = (at + 1) & (capacity - 1);
    }
    if (!table[at]) {
      Bucket *b = &buckets[bucket_count];
      *b = (Bucket){.constant = item->constant, .first = r, .last = r};
      if (arities) b->arity = item->pattern->count;
      Answer answer = arities ? ANSWER_OPEN : fact_has_const(l, fact, item->constant);
      if (answer == ANSWER_NO) continue; // its rows end in no bucket and are dropped below
      table[at] = ++bucket_count;
      continue;
    }
    Bucket *b = &buckets[table[at] - 1];
    next_of[b->last] = r;
    b->last = r;
  }
  if (bucket_count < SELECT_MIN) return false;
  x->work += (uint64_t)wild_count * bucket_count + count;
  Instr *select = flow_instr(l->f, arities ? OP_SELECT_ARITY : OP_SELECT, 1);
  select->uses[0] = v;
  select->target_count = bucket_count + 1;
  select->targets = ARENA_ARRAY(l->arena, Block *, bucket_count + 1);
  select->values = ARENA_ARRAY(l->arena, Const *, bucket_count);
  Facts *f = &l->facts;
  for (uint32_t i = 0; i < bucket_count; i++) {
    Bucket *b = &buckets[i];
    const Fact *then;
    if (arities) {
      Fact *tuple = fact_copy(f, fact_types(f, fact, TY_TUPLE));
      tuple->arity = (int32_t)b->arity;
      then = tuple;
      b->constant = const_int(l->c, b->arity);
    } else {
      then = fact_of_const(l, fact, b->constant);
    }
    b->block = lower_block(l, 0);
    select->targets[i] = b->block;
    select->values[i] = b->constant;
    lower_edge(l, b->block, facts_with(f, v.reg, then));
  }
  const Fact *other = fact;
  for (uint32_t i = 0; i < bucket_count; i++) {
    if (arities) {
      other = fact_known(f, other, (Known){.kind = KNOWN_NOT_ARITY, .number = buckets[i].arity});
    } else if (bucket_count <= 16) {
      other = fact_not_const(l, other, buckets[i].constant);
    }
  }
  Block *rest = lower_block(l, 0);
  select->targets[bucket_count] = rest;
  lower_edge(l, rest, facts_with(f, v.reg, other));
  lower_end(l, select);
  for (uint32_t i = 0; i < bucket_count; i++) {
    Bucket *b = &buckets[i];
    Decision d = {.kind = arities ? DECIDE_TUPLE : DECIDE_CONST, .occ = occ, .constant = b->constant, .arity = b->arity};
    lower_start(l, b->block);
    uint32_t base = l->row_top, w = 0;
    for (uint32_t r = b->first; r != UINT32_MAX || w < wild_count;) {
      uint32_t pick;
      if (w < wild_count && wild[w] < r) {
        pick = wild[w++];
      } else {
        pick = r;
        r = next_of[r];
      }
      Row *row = row_after(l, l->rows[from + pick], &d, true);
      if (row) match_push(l, row);
    }
    compile_enter(l->c, (Position){l->line, 0});
    decide(x, base, l->row_top);
    compile_leave(l->c);
    l->row_top = base;
  }
  uint32_t kept = from;
  for (uint32_t r = from; r < *to; r++) {
    const Item *item = item_at(l->rows[r], occ);
    if (!item || !bucket_takes(l, item, first)) l->rows[kept++] = l->rows[r];
  }
  *to = kept;
  lower_start(l, rest);
  return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// The decision over clauses: first match wins, nothing is tested twice on a path.
//
// decide() looks at the first row that is left. If it wants something, one of its items becomes a test: rows are split into
// those that live where it is true and those that live where it is false, and both parts are decided with what the test
// taught. Rows that want nothing more run their guard, then they are a leaf. The part where a test fails
// is a loop, the part where it holds a recursion (a loop too when nothing is left on the other side).
//
//  M1  Of the first row's items that one is tested which most of the next rows ask about too. Three and more atoms or small
//      integers at one place are one SELECT, three and more arities one SELECT_ARITY.
//  M2  A clause reached from several leaves is lowered once, in a block whose parameters are the variables that differ.
//  M3  Splitting copies rows. Past a budget that is linear in the clauses, what is left goes on in a chain of
//      blocks, one for each row, shared by all who arrive: code stays small, tests may repeat there. Ordinary programs
//      never get there.
//  M4  Guards run in order. If a conjunct is false, and it was a plain test that rows behind ask about too, its own failure
//      path keeps what it taught; all other failures of a guard go on together.
#include <string.h>

#include "compiler/core/match.h"

struct Leaf {
  Block *block;
  Version *version;
  Val *values; // of the clause's variables
  Leaf *next;
};

typedef struct MatchBody {
  CoreVar **vars;
  uint32_t var_count, var_capacity;
  Leaf *leaves;
  uint32_t leaf_count;
} MatchBody;

typedef struct Context { // of one decision
  Lower *l;
  Match *m;
  Row **original;
  uint32_t original_count;
  Block *fail;
  Block **chain;
  uint64_t work, budget;
} Context;

enum { LOOK_AHEAD = 24, RELATED_ROWS = 12, SELECT_MIN = 3, BINARY_SELECT_MIN = 4 };

static void decide(Context *x, uint32_t from, uint32_t to);

// --- the stack of rows

static void push_row(Lower *l, Row *row) {
  if (l->row_top == l->row_capacity) {
    uint32_t capacity = l->row_capacity ? l->row_capacity * 2 : 256;
    Row **bigger = ARENA_ARRAY(l->arena, Row *, capacity);
    if (l->row_top) memcpy(bigger, l->rows, sizeof(Row *) * l->row_top);
    l->rows = bigger;
    l->row_capacity = capacity;
  }
  l->rows[l->row_top++] = row;
}

// --- choosing

static const Item *find_item(const Row *row, const Occ *occ) {
  for (uint32_t i = 0; i < row->item_count; i++) {
    if (row->items[i].occ == occ) return &row->items[i];
  }
  return NULL;
}

static const Item *choose(Lower *l, uint32_t from, uint32_t to) {
  const Row *first = l->rows[from];
  const Item *best = &first->items[0];
  if (first->item_count == 1) return best;
  uint32_t best_score = 0, last = to - from > LOOK_AHEAD ? from + LOOK_AHEAD : to;
  for (uint32_t i = 0; i < first->item_count; i++) {
    const Item *item = &first->items[i];
    uint32_t score = 1;
    for (uint32_t r = from + 1; r < last; r++) score += find_item(l->rows[r], item->occ) != NULL;
    score = score * 4 + (item->kind == ITEM_CONST && const_is_atom(item->constant) ? 3 : item->kind == ITEM_BITS || item->kind == ITEM_SAME ? 0 : 2);
    if (score > best_score) {
      best_score = score;
      best = item;
    }
  }
  return best;
}

static bool selectable(const Item *item) {
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
    const Item *other = find_item(l->rows[r], item->occ);
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
    const Item *other = find_item(l->rows[r], item->occ);
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
    const Item *other = find_item(l->rows[r], item->occ);
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

static Decision decision_of(Lower *l, const Item *item, uint32_t from, uint32_t to) {
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

static void emit_decision(Lower *l, const Decision *d, Block *no) {
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

// --- leaves

static void leaf(Context *x, const Row *row) {
  Lower *l = x->l;
  MatchBody *body = &x->m->bodies[row->clause];
  Leaf *leaf = ARENA_NEW(l->arena, Leaf);
  leaf->values = ARENA_ARRAY(l->arena, Val, body->var_count);
  for (uint32_t i = 0; i < body->var_count; i++) {
    VarInfo *info = var_info(body->vars[i]);
    if (info->uses && info->occ) leaf->values[i] = occ_value(l, info->occ);
  }
  leaf->block = l->block;
  leaf->version = l->facts.version;
  leaf->next = body->leaves;
  body->leaves = leaf;
  body->leaf_count++;
  l->block = NULL;
}

Val occ_var_value(Lower *l, CoreVar *var) { return occ_value(l, var_info(var)->occ); }

// --- guards

static bool is_plain(const Core *core) { return core->kind == CORE_LITERAL || core->kind == CORE_VAR; }

// A test of plain operands that are already in registers or constants; nothing is emitted.
static bool plain_test(Lower *l, const Core *expr, Test *t) {
  const Name *name;
  bool negate = false;
  while (core_erlang_call(expr, &name) && expr->count == 1 && !strcmp(name->text, "not") && core_is_condition(expr->args[0])) {
    expr = expr->args[0];
    negate = !negate;
  }
  Val args[2];
  if (expr->kind == CORE_VAR) {
    VarInfo *info = var_info(expr->u.var);
    args[0] = flow_resolve(l->f, info->val);
    if (args[0].kind == VAL_NONE && (!info->occ || !occ_peek(l, info->occ, &args[0]))) return false;
    *t = test_const(args[0], l->k_true);
  } else {
    if (!core_erlang_call(expr, &name) || !expr->count || expr->count > 2) return false;
    for (uint32_t i = 0; i < expr->count; i++) {
      const Core *arg = expr->args[i];
      if (!is_plain(arg)) return false;
      if (arg->kind == CORE_LITERAL) {
        args[i] = val_const(const_of(l->c, arg->u.literal));
        continue;
      }
      VarInfo *info = var_info(arg->u.var);
      args[i] = flow_resolve(l->f, info->val);
      if (args[i].kind == VAL_NONE && (!info->occ || !occ_peek(l, info->occ, &args[i]))) return false;
    }
    if (!condition_test(l, name, args, expr->count, t)) return false;
  }
  if (negate) t->negate = !t->negate;
  return true;
}

// Makes the operands of a plain test be there.
static void fetch_operands(Lower *l, const Core *expr) {
  const Name *name;
  while (core_erlang_call(expr, &name) && expr->count == 1 && !strcmp(name->text, "not")) expr = expr->args[0];
  if (expr->kind == CORE_VAR) lower_var(l, expr->u.var, expr->at);
  if (expr->kind != CORE_REMOTE) return;
  for (uint32_t i = 0; i < expr->count; i++) {
    if (!is_plain(expr->args[i])) return;
  }
  for (uint32_t i = 0; i < expr->count; i++) {
    if (expr->args[i]->kind == CORE_VAR) lower_var(l, expr->args[i]->u.var, expr->args[i]->at);
  }
}

// Do rows behind ask about the same value? Their variables may be bound at other places, so places are compared by register.
static bool related(Lower *l, const Test *t, uint32_t from, uint32_t to) {
  uint32_t last = to - from > RELATED_ROWS ? from + RELATED_ROWS : to;
  for (uint32_t r = from; r < last; r++) {
    const Row *row = l->rows[r];
    Val v;
    for (uint32_t i = 0; i < row->item_count; i++) {
      if (occ_peek(l, row->items[i].occ, &v) && val_equal(l, v, t->a)) return true;
    }
    uint32_t looked = 0;
    for (const Conjunct *g = row->guard; g && looked < 4; g = g->next, looked++) {
      Test other;
      if (plain_test(l, g->expr, &other) && val_equal(l, other.a, t->a) && other.kind == t->kind) return true;
    }
  }
  return false;
}

static void decide_copy(Context *x, uint32_t from, uint32_t to) {
  Lower *l = x->l;
  uint32_t base = l->row_top;
  for (uint32_t r = from; r < to; r++) push_row(l, l->rows[r]);
  compile_enter(l->c, (Position){l->line, 0});
  decide(x, base, base + (to - from));
  compile_leave(l->c);
  l->row_top = base;
}

enum { GUARD_SPLITS_MAX = 8 };

// The guard of a row that wants nothing more, and its leaf. Other rows are [from, to).
// Answers the block where the guard was false, NULL: it goes nowhere.
static Block *run_guard(Context *x, const Row *row, uint32_t from, uint32_t to) {
  Lower *l = x->l;
  Block *splits[GUARD_SPLITS_MAX], *fail = NULL;
  uint32_t split_count = 0;
  for (const Conjunct *g = row->guard; g && l->block; g = g->next) {
    Test t;
    if (g->expr->at.line) l->line = g->expr->at.line;
    fetch_operands(l, g->expr);
    if (!fail) fail = lower_block(l, 0);
    if (!plain_test(l, g->expr, &t)) {
      Block *yes = lower_block(l, 0), *outer = l->guard_fail;
      l->guard_fail = fail;
      lower_condition(l, g->expr, yes, fail);
      l->guard_fail = outer;
      lower_start(l, yes);
      continue;
    }
    Block *no = fail;
    if (g->next && from < to && split_count < GUARD_SPLITS_MAX && test_ask(l, &t) == ANSWER_OPEN && related(l, &t, from, to)) {
      no = splits[split_count++] = lower_block(l, 0);
    }
    test_emit(l, &t, no);
  }
  if (l->block) leaf(x, row);
  for (uint32_t i = 0; i < split_count; i++) {
    lower_start(l, splits[i]);
    if (l->block) decide_copy(x, from, to);
  }
  return fail;
}

// --- many ways at once

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
  return selectable(item);
}

// Splits by all constants (arities) that rows want at the place of `first`. false: they are too few.
static bool decide_select(Context *x, const Item *first, uint32_t from, uint32_t *to) {
  Lower *l = x->l;
  uint32_t count = *to - from, capacity = 8, bucket_count = 0;
  Occ *occ = first->occ;
  bool arities = first->kind == ITEM_TUPLE;
  if (!arities && !selectable(first)) return false;
  { // a quick look before tables are made
    uint64_t seen[SELECT_MIN];
    uint32_t different = 0;
    for (uint32_t r = from; r < *to && different < SELECT_MIN; r++) {
      const Item *item = find_item(l->rows[r], occ);
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
    const Item *item = find_item(l->rows[from + r], occ);
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
      if (row) push_row(l, row);
    }
    compile_enter(l->c, (Position){l->line, 0});
    decide(x, base, l->row_top);
    compile_leave(l->c);
    l->row_top = base;
  }
  uint32_t kept = from;
  for (uint32_t r = from; r < *to; r++) {
    const Item *item = find_item(l->rows[r], occ);
    if (!item || !bucket_takes(l, item, first)) l->rows[kept++] = l->rows[r];
  }
  *to = kept;
  lower_start(l, rest);
  return true;
}

// --- the decision

static void fail(Context *x) {
  if (x->l->block) lower_jump(x->l, x->fail);
}

static void go_chain(Context *x, const Row *row) { // M3
  Lower *l = x->l;
  if (!x->chain) x->chain = ARENA_ARRAY(l->arena, Block *, x->original_count);
  if (!x->chain[row->index]) x->chain[row->index] = lower_block(l, 0);
  lower_jump(l, x->chain[row->index]);
}

static void decide(Context *x, uint32_t from, uint32_t to) {
  Lower *l = x->l;
  while (l->block) {
    Row *first = NULL;
    while (from < to && !(first = row_normalize(l, l->rows[from]))) from++;
    if (!first) {
      fail(x);
      return;
    }
    l->rows[from] = first;
    x->work += to - from > LOOK_AHEAD ? LOOK_AHEAD : to - from;
    if (x->work > x->budget) {
      go_chain(x, first);
      return;
    }
    if (first->item_count == 0) {
      from++;
      Block *no = run_guard(x, first, from, to);
      if (!no) return;
      lower_start(l, no);
      continue;
    }
    const Item *item = choose(l, from, to);
    if ((item->kind == ITEM_CONST || item->kind == ITEM_TUPLE) && decide_select(x, item, from, &to)) continue;
    Decision d = decision_of(l, item, from, to);
    Block *evaluated = NULL;
    if (d.kind == DECIDE_STEP && !d.step) { // its size is an expression
      evaluated = lower_block(l, 0);
      d.step = bits_evaluate(l, item, evaluated);
      if (!d.step) { // no size at all
        from++;
        lower_start(l, evaluated);
        continue;
      }
    }
    uint32_t base = l->row_top, kept = from;
    for (uint32_t r = from; r < to; r++) {
      Row *row = l->rows[r];
      Row *yes;
      if (evaluated && r == from) { // only this row knows the step
        RowBuild b = {.l = l};
        for (uint32_t i = 0; i < row->item_count; i++) {
          if (&row->items[i] == item) {
            item_open(&b, item, &d);
          } else {
            row_put(&b, row->items[i]);
          }
        }
        push_row(l, row_finish(&b, row));
        continue;
      }
      yes = row_after(l, row, &d, true);
      Row *no = row_after(l, row, &d, false);
      if (yes) push_row(l, yes);
      if (no) l->rows[kept++] = no;
    }
    uint32_t yes_count = l->row_top - base;
    if (kept == from && !evaluated) { // nobody is left where it fails
      emit_decision(l, &d, x->fail);
      memmove(&l->rows[from], &l->rows[base], sizeof(Row *) * yes_count);
      l->row_top = base;
      to = from + yes_count;
      continue;
    }
    Block *no = evaluated ? evaluated : lower_block(l, 0);
    emit_decision(l, &d, no);
    compile_enter(l->c, (Position){l->line, 0});
    decide(x, base, l->row_top);
    compile_leave(l->c);
    l->row_top = base;
    to = kept;
    lower_start(l, no);
  }
}

// --- the match as a whole

static void collect_vars(Lower *l, MatchBody *body, const CorePattern *p) {
  while (p->kind == PAT_CONS || p->kind == PAT_BOTH) {
    collect_vars(l, body, p->items[0]);
    p = p->items[1];
  }
  if (p->kind == PAT_VAR) {
    VarInfo *info = var_info(p->var);
    info->val = (Val){0};
    info->occ = NULL;
    if (body->var_count == body->var_capacity) {
      uint32_t capacity = body->var_capacity ? body->var_capacity * 2 : 8;
      CoreVar **bigger = ARENA_ARRAY(l->arena, CoreVar *, capacity);
      if (body->var_count) memcpy(bigger, body->vars, sizeof(CoreVar *) * body->var_count);
      body->vars = bigger;
      body->var_capacity = capacity;
    }
    body->vars[body->var_count++] = p->var;
  } else if (p->kind == PAT_TUPLE || p->kind == PAT_MAP) {
    for (uint32_t i = 0; i < p->count; i++) collect_vars(l, body, p->items[i]);
  } else if (p->kind == PAT_BINARY) {
    for (uint32_t i = 0; i < p->count; i++) collect_vars(l, body, p->segments[i].pattern);
  }
}

static bool is_small_guard(const Core *core, uint32_t *left) {
  if (!*left) return false;
  --*left;
  if (core->kind == CORE_CASE) {
    Core *a, *b;
    return core_boolean_operator(core, &a, &b) && is_small_guard(a, left) && is_small_guard(b, left);
  }
  for (uint32_t i = 0; i < core->count; i++) {
    if (!is_small_guard(core->args[i], left)) return false;
  }
  return core->kind == CORE_LITERAL || core->kind == CORE_VAR || core->kind == CORE_REMOTE;
}

static bool is_small(const CoreClause *clauses, uint32_t count) {
  uint32_t left = 10;
  if (count > 3) return false;
  for (uint32_t i = 0; i < count; i++) {
    const CorePattern *p = clauses[i].pattern_count == 1 ? clauses[i].patterns[0] : NULL;
    if (!p || !(p->kind == PAT_ANY || p->kind == PAT_VAR || (p->kind == PAT_LITERAL && p->literal->kind == Q_ATOM))) return false;
    for (uint32_t g = 0; g < clauses[i].guard_count; g++) {
      if (!is_small_guard(clauses[i].guards[g], &left)) return false;
    }
  }
  return true;
}

void match_init(Lower *l, Match *m, CoreClause *clauses, uint32_t count, Cont cont) {
  *m = (Match){.clauses = clauses, .clause_count = count, .cont = cont, .fail_kind = FAIL_TO_ERROR, .fail = FAIL_CASE};
  m->bodies = ARENA_ARRAY(l->arena, MatchBody, count);
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t j = 0; j < clauses[i].pattern_count; j++) collect_vars(l, &m->bodies[i], clauses[i].patterns[j]);
  }
  m->small = is_small(clauses, count);
}

static Conjunct *conjuncts(Lower *l, Core *guard, Conjunct *rest) {
  Core *left, *right;
  compile_enter(l->c, guard->at);
  if (core_boolean_operator(guard, &left, &right) == 'a') {
    rest = conjuncts(l, left, conjuncts(l, right, rest));
  } else if (!(guard->kind == CORE_LITERAL && quoted_is_name(guard->u.literal, N_TRUE))) {
    Conjunct *g = ARENA_NEW(l->arena, Conjunct);
    *g = (Conjunct){guard, rest};
    rest = g;
  }
  compile_leave(l->c);
  return rest;
}

static void push_clause(Lower *l, const CoreClause *clause, uint32_t index, Occ **roots) {
  uint32_t alternatives = clause->guard_count ? clause->guard_count : 1;
  RowBuild b = {.l = l};
  for (uint32_t j = 0; j < clause->pattern_count; j++) row_want(&b, roots[j], clause->patterns[j]);
  for (uint32_t g = 0; g < alternatives; g++) {
    Row like = {.index = 0, .clause = index};
    if (clause->guard_count) like.guard = conjuncts(l, clause->guards[g], NULL);
    push_row(l, row_finish(&b, &like));
  }
}

static void emit_fail(Lower *l, Match *m, const Val *values, Block *block) {
  lower_start(l, block);
  if (!l->block) return;
  uint32_t line = l->line;
  l->line = m->line;
  Val v = values ? values[0] : val_const(l->k_empty);
  if (m->fail_kind == FAIL_TO_RAISE) {
    Val args[3];
    for (uint32_t i = 0; i < 3; i++) args[i] = lower_load(l, m->raise[i]);
    lower_end(l, lower_call_instr(l, OP_RAISE, args, 3));
  } else if (m->fail_kind == FAIL_TO_FUNCTION_CLAUSE) {
    Instr *i = flow_instr(l->f, OP_FUNCTION_CLAUSE, l->lift->arity);
    for (uint32_t n = 0; n < l->lift->arity; n++) i->uses[n] = val_reg(n + 1);
    lower_end(l, i);
  } else if (m->fail == FAIL_BAD_BOOLEAN) {
    Val items[3] = {val_const(const_atom(l->c, names_intern_text(l->c->names, "badbool"))),
                    val_const(const_atom(l->c, m->fail_operator ? m->fail_operator : names_intern_text(l->c->names, "and"))), v};
    Val reason = lower_tuple(l, items, 3);
    Val result = lower_call_import(l, "erlang", "error", &reason, 1);
    lower_end(l, lower_call_instr(l, OP_RETURN, &result, 1));
  } else {
    static const uint8_t NUMBERS[] = {[FAIL_CASE] = 1, [FAIL_COND] = 2, [FAIL_WITH] = 3, [FAIL_TRY] = 4, [FAIL_MATCH] = 0, [FAIL_NONE] = 8};
    lower_error(l, NUMBERS[m->fail], m->fail == FAIL_COND || m->fail == FAIL_NONE ? val_const(l->k_empty) : v);
  }
  l->line = line;
}

void match_apply(Lower *l, Match *m, const Val *given) {
  if (!l->block) return;
  uint32_t columns = m->clause_count ? m->clauses[0].pattern_count : 0, base = l->row_top;
  Occ **roots = ARENA_ARRAY(l->arena, Occ *, columns + 1);
  Val *values = ARENA_ARRAY(l->arena, Val, columns + 1);
  if (!columns && given && !m->clause_count) values[0] = *given;
  for (uint32_t i = 0; i < columns; i++) {
    values[i] = flow_resolve(l->f, given[i]);
    if (values[i].kind == VAL_CONST && !quoted_is_simple(values[i].constant->q)) values[i] = lower_load(l, values[i]);
    roots[i] = occ_root(l, values[i]);
  }
  bool own = m->fail_kind != FAIL_TO_BLOCK;
  Context x = {.l = l, .m = m, .fail = own ? lower_block(l, 0) : m->fail_block};
  for (uint32_t i = 0; i < m->clause_count; i++) push_clause(l, &m->clauses[i], i, roots);
  x.original_count = l->row_top - base;
  x.original = ARENA_ARRAY(l->arena, Row *, x.original_count + 1);
  for (uint32_t i = 0; i < x.original_count; i++) {
    l->rows[base + i]->index = i;
    x.original[i] = l->rows[base + i];
    x.budget += 200 + 100 * (uint64_t)l->rows[base + i]->item_count;
  }
  x.budget += 20000;
  uint32_t line = l->line;
  decide(&x, base, l->row_top);
  l->row_top = base;
  Block *last = x.fail;
  for (uint32_t i = 0; x.chain && i < x.original_count; i++) {
    if (!x.chain[i]) continue;
    lower_start(l, x.chain[i]);
    if (!l->block) continue;
    if (i + 1 < x.original_count && !x.chain[i + 1]) x.chain[i + 1] = lower_block(l, 0);
    x.fail = i + 1 < x.original_count ? x.chain[i + 1] : last;
    x.work = 0;
    push_row(l, x.original[i]);
    decide(&x, base, base + 1);
    l->row_top = base;
  }
  l->line = line;
  if (own) emit_fail(l, m, columns || given ? values : NULL, last);
}

void match_arrive(Lower *l, Match *m, Val v) {
  if (!l->block) return;
  if (v.kind == VAL_CONST || m->small) {
    match_apply(l, m, &v);
    return;
  }
  if (!m->generic) m->generic = flow_block(l->f, l->region, 1);
  lower_jump_value(l, m->generic, v);
}

static void resume(Lower *l, const Leaf *leaf) {
  l->block = leaf->block;
  l->region = leaf->block->region;
  facts_go(&l->facts, leaf->version);
}

static Leaf *leaves_in_order(MatchBody *body) {
  Leaf *first = NULL;
  for (Leaf *leaf = body->leaves, *next; leaf; leaf = next) {
    next = leaf->next;
    leaf->next = first;
    first = leaf;
  }
  return body->leaves = first;
}

static void join_leaves(Lower *l, MatchBody *body) {
  uint32_t params = 0;
  bool *differs = ARENA_ARRAY(l->arena, bool, body->var_count);
  for (uint32_t i = 0; i < body->var_count; i++) {
    for (Leaf *leaf = body->leaves->next; leaf && !differs[i]; leaf = leaf->next) {
      differs[i] = !val_equal(l, leaf->values[i], body->leaves->values[i]);
    }
    params += differs[i];
  }
  Block *join = flow_block(l->f, body->leaves->block->region, params);
  Val *values = ARENA_ARRAY(l->arena, Val, params);
  for (Leaf *leaf = body->leaves; leaf; leaf = leaf->next) {
    resume(l, leaf);
    uint32_t n = 0;
    for (uint32_t i = 0; i < body->var_count; i++) {
      if (differs[i]) values[n++] = leaf->values[i];
    }
    lower_jump_values(l, join, values);
  }
  lower_start(l, join);
  uint32_t n = 0;
  for (uint32_t i = 0; i < body->var_count; i++) {
    lower_bind(body->vars[i], differs[i] ? val_reg(join->params[n++]) : body->leaves->values[i]);
  }
}

static bool enter_body(Lower *l, MatchBody *body) {
  if (!leaves_in_order(body)) return false;
  if (body->leaf_count == 1) {
    resume(l, body->leaves);
    for (uint32_t i = 0; i < body->var_count; i++) lower_bind(body->vars[i], body->leaves->values[i]);
  } else {
    join_leaves(l, body);
  }
  return true;
}

void match_finish(Lower *l, Match *m) {
  uint32_t line = l->line;
  Region *region = l->region;
  if (m->generic) {
    lower_start(l, m->generic);
    Val v = flow_resolve(l->f, val_reg(m->generic->params[0]));
    match_apply(l, m, &v);
  }
  for (uint32_t i = 0; i < m->clause_count; i++) {
    if (!enter_body(l, &m->bodies[i])) continue;
    if (m->accept) lower_emit(l, OP_RECV_ACCEPT, NULL, 0, 0);
    lower_into(l, m->clauses[i].body, m->cont);
  }
  l->block = NULL;
  l->region = region;
  l->line = line;
}

void match_bind(Lower *l, Core *core, Val v) {
  CorePattern *p = core->u.pattern;
  if (!l->block || p->kind == PAT_ANY) return;
  if (p->kind == PAT_VAR) {
    lower_bind(p->var, v);
    return;
  }
  CoreClause clause = {.patterns = &p, .pattern_count = 1, .at = core->at};
  Match m;
  match_init(l, &m, &clause, 1, (Cont){.kind = CONT_RETURN});
  m.fail = FAIL_MATCH;
  m.line = l->line;
  match_apply(l, &m, &v);
  l->block = NULL;
  enter_body(l, &m.bodies[0]);
}

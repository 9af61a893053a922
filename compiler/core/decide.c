// SPDX-License-Identifier: Apache-2.0
//
// The decision over clauses: first match wins, nothing is tested twice on a path.
//
// decide() looks at the first row that is left. If it wants something, one of its items becomes a test: rows are split into
// those that live where it is true and those that live where it is false, and both parts are decided with what the test
// taught. Rows that want nothing more run their guard, then they are a leaf. The part where a test fails
// is a loop, the part where it holds a recursion (a loop too when nothing is left on the other side).
//
//  (M1 is in choose.c, M2 in match.c.)
//  M3  Splitting copies rows. Past a budget that is linear in the clauses, what is left goes on in a chain of
//      blocks, one for each row, shared by all who arrive: code stays small, tests may repeat there. Ordinary programs
//      never get there.
//  M4  Guards run in order. If a conjunct is false, and it was a plain test that rows behind ask about too, its own failure
//      path keeps what it taught; all other failures of a guard go on together.
#include <string.h>

#include "compiler/core/match.h"

enum { LOOK_AHEAD = 24, RELATED_ROWS = 12 };

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
  for (uint32_t r = from; r < to; r++) match_push(l, l->rows[r]);
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
  if (l->block) match_leaf(x, row);
  for (uint32_t i = 0; i < split_count; i++) {
    lower_start(l, splits[i]);
    if (l->block) decide_copy(x, from, to);
  }
  return fail;
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

void decide(Context *x, uint32_t from, uint32_t to) {
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
    const Item *item = choose_item(l, from, to);
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
        match_push(l, row_finish(&b, row));
        continue;
      }
      yes = row_after(l, row, &d, true);
      Row *no = row_after(l, row, &d, false);
      if (yes) match_push(l, yes);
      if (no) l->rows[kept++] = no;
    }
    uint32_t yes_count = l->row_top - base;
    if (kept == from && !evaluated) { // nobody is left where it fails
      decision_emit(l, &d, x->fail);
      memmove(&l->rows[from], &l->rows[base], sizeof(Row *) * yes_count);
      l->row_top = base;
      to = from + yes_count;
      continue;
    }
    Block *no = evaluated ? evaluated : lower_block(l, 0);
    decision_emit(l, &d, no);
    compile_enter(l->c, (Position){l->line, 0});
    decide(x, base, l->row_top);
    compile_leave(l->c);
    l->row_top = base;
    to = kept;
    lower_start(l, no);
  }
}

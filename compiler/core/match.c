// SPDX-License-Identifier: Apache-2.0
//
// A match as a whole: clauses become rows, rows are decided (decide.c), leaves become bodies.
//
//  M2  A clause reached from several leaves is lowered once, in a block whose parameters are the variables that differ.
//  - Bodies are lowered when all leaves are known. A body with one leaf goes on in the leaf's block, with all that was learnt
//    on the way.
//  - A scrutinee with branches of its own (a condition, another case) gives several values: constants and small matches are
//    decided where they arrive, all others in one block.
#include <string.h>

#include "compiler/core/match.h"

// --- the stack of rows

void match_push(Lower *l, Row *row) {
  ARENA_ROOM(l->arena, l->rows, l->row_top, l->row_capacity, 256);
  l->rows[l->row_top++] = row;
}

// --- leaves

void match_leaf(Context *x, const Row *row) {
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
    ARENA_ROOM(l->arena, body->vars, body->var_count, body->var_capacity, 8);
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
    match_push(l, row_finish(&b, &like));
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
    match_push(l, x.original[i]);
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

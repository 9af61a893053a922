// SPDX-License-Identifier: Apache-2.0
//
// Expressions to flow form: the normal form by construction. Arguments become registers or constants, left to right;
// what has branches (case, conditions, receive, try) is lowered into a Cont.
//
//  - A value in tail position is returned; a call there is a tail call unless a region of a try surrounds it
//    or the function keeps its frame.
//  - Constants stay constants as long as no slot is needed.
//  - Long lists are built from their end; where elements call functions and are many, they are gathered in reverse
//    and turned round once, so that few values are alive at a time.
#include <string.h>

#include "compiler/core/lower.h"

enum {
  LIST_CALLS_MAX = 48,  // elements that are not plain before a list is gathered in reverse
  MAP_CHUNK_PAIRS = 40, // of one MAP_NEW, MAP_PUT, MAP_UPDATE
};

Cont cont_join(Block *block) { return (Cont){.kind = CONT_JOIN, .block = block}; }

void lower_bind(CoreVar *var, Val v) {
  VarInfo *info = var_info(var);
  info->val = v;
  info->occ = NULL;
}

Val lower_var(Lower *l, CoreVar *var, Position at) {
  VarInfo *info = var->slot;
  if (info && info->val.kind != VAL_NONE) return flow_resolve(l->f, info->val);
  if (info && info->occ) return occ_var_value(l, var);
  if (!l->block) return val_const(l->k_empty);
  compile_stop(l->c, DIAG_INTERNAL, at, "variable %s is used before it is bound", var->name ? var->name->text : "_");
}

// What facts hold of an operand: the register that was loaded for it, unless it is a simple constant.
static Val part(Lower *l, Val given, Val loaded) {
  given = flow_resolve(l->f, given);
  return given.kind == VAL_CONST && !quoted_is_simple(given.constant->q) ? loaded : given;
}

Val lower_tuple(Lower *l, const Val *items, uint32_t count) {
  Instr *i = lower_emit(l, OP_TUPLE, items, count, 1);
  i->safe = true;
  if (l->block) {
    Fact fact = {TY_TUPLE, (int32_t)count, NULL, NULL};
    const Fact *known = &fact;
    for (uint32_t n = count; n-- > 0;) {
      known = fact_known(&l->facts, known, (Known){.kind = KNOWN_FIELD, .number = n, .value = part(l, items[n], i->uses[n])});
    }
    fact_set(&l->facts, i->defs[0], known);
  }
  return val_reg(i->defs[0]);
}

Val lower_cons(Lower *l, Val head, Val tail) {
  Instr *i = lower_emit(l, OP_CONS, (Val[]){head, tail}, 2, 1);
  i->safe = true;
  if (l->block) {
    Fact fact = {TY_CONS, -1, NULL, NULL};
    const Fact *known = fact_known(&l->facts, &fact, (Known){.kind = KNOWN_FIELD, .number = FIELD_HEAD, .value = part(l, head, i->uses[0])});
    known = fact_known(&l->facts, known, (Known){.kind = KNOWN_FIELD, .number = FIELD_TAIL, .value = part(l, tail, i->uses[1])});
    fact_set(&l->facts, i->defs[0], known);
  }
  return val_reg(i->defs[0]);
}

static bool is_plain(const Core *core) { return core->kind == CORE_LITERAL || core->kind == CORE_VAR; }

static Val lower_list(Lower *l, Core *core) {
  uint32_t count = 0, busy = 0;
  Core *end = core;
  for (; end->kind == CORE_CONS; end = end->args[1]) {
    count++;
    busy += !is_plain(end->args[0]);
  }
  if (busy > LIST_CALLS_MAX) {
    Val gathered = val_const(l->k_empty);
    for (Core *node = core; node->kind == CORE_CONS; node = node->args[1]) {
      Val head = lower_value(l, node->args[0]);
      gathered = lower_cons(l, head, gathered);
    }
    Val tail = lower_value(l, end);
    return lower_typed(l, lower_call_import(l, "lists", "reverse", (Val[]){gathered, tail}, 2), TY_CONS);
  }
  Val *heads = ARENA_ARRAY(l->arena, Val, count);
  uint32_t n = 0;
  for (Core *node = core; node->kind == CORE_CONS; node = node->args[1]) heads[n++] = lower_value(l, node->args[0]);
  Val list = lower_value(l, end);
  while (n-- > 0) list = lower_cons(l, heads[n], list);
  return list;
}

// --- maps

static bool literal_keys(Lower *l, const Core *core, uint32_t from) {
  uint32_t pairs = (core->count - from) / 2;
  if (pairs > 64) return false;
  for (uint32_t i = from; i < core->count; i += 2) {
    const Core *key = core->args[i];
    if (key->kind != CORE_LITERAL || !(key->u.literal->kind == Q_ATOM || key->u.literal->kind == Q_INT || key->u.literal->kind == Q_BINARY)) return false;
    for (uint32_t j = from; j < i; j += 2) {
      if (quoted_equal(l->c->names, key->u.literal, core->args[j]->u.literal)) return false;
    }
  }
  return true;
}

static Val map_chunks(Lower *l, FileOpcode op, Val map, const Val *pairs, uint32_t count) {
  for (uint32_t from = 0; from < count; from += 2 * MAP_CHUNK_PAIRS) {
    uint32_t n = count - from < 2 * MAP_CHUNK_PAIRS ? count - from : 2 * MAP_CHUNK_PAIRS;
    Val *uses = ARENA_ARRAY(l->arena, Val, n + 1);
    uses[0] = map;
    memcpy(uses + 1, pairs + from, sizeof(Val) * n);
    Instr *i = op == OP_MAP_NEW ? lower_emit(l, OP_MAP_NEW, uses + 1, n, 1) : lower_emit(l, op, uses, n + 1, 1);
    i->safe = op == OP_MAP_NEW || (op == OP_MAP_PUT && val_types(l, map) == TY_MAP);
    if (op == OP_MAP_NEW) op = OP_MAP_PUT;
    map = lower_typed(l, val_reg(i->defs[0]), TY_MAP);
  }
  return map;
}

// With distinct literal keys a constant map of the same keys is the start: putting into it copies and sorts nothing anew.
static Val lower_map(Lower *l, Core *core) {
  Val *pairs = ARENA_ARRAY(l->arena, Val, core->count);
  if (core->count >= 4 && literal_keys(l, core, 0)) {
    Quoted **items = ARENA_ARRAY(l->arena, Quoted *, core->count);
    uint32_t open = 0;
    for (uint32_t i = 0; i < core->count; i += 2) {
      items[i] = core->args[i]->u.literal;
      if (core->args[i + 1]->kind == CORE_LITERAL) {
        items[i + 1] = core->args[i + 1]->u.literal;
      } else {
        items[i + 1] = l->k_nil->q;
        pairs[open++] = val_const(const_of(l->c, items[i]));
        pairs[open++] = lower_value(l, core->args[i + 1]);
      }
    }
    if (open * 2 <= core->count) {
      Val base = val_const(const_of(l->c, quoted_map(l->c->names, items, core->count / 2)));
      return map_chunks(l, OP_MAP_PUT, base, pairs, open);
    }
    Val *all = ARENA_ARRAY(l->arena, Val, core->count);
    uint32_t at = 0;
    for (uint32_t i = 0; i < core->count; i += 2) {
      all[i] = val_const(const_of(l->c, items[i]));
      if (core->args[i + 1]->kind == CORE_LITERAL) {
        all[i + 1] = val_const(const_of(l->c, items[i + 1]));
      } else {
        all[i + 1] = pairs[at + 1];
        at += 2;
      }
    }
    return map_chunks(l, OP_MAP_NEW, val_const(l->k_empty), all, core->count);
  }
  for (uint32_t i = 0; i < core->count; i++) pairs[i] = lower_value(l, core->args[i]);
  return map_chunks(l, OP_MAP_NEW, val_const(l->k_empty), pairs, core->count);
}

static Val lower_map_change(Lower *l, Core *core) {
  Val map = lower_value(l, core->args[0]);
  Val *pairs = ARENA_ARRAY(l->arena, Val, core->count);
  for (uint32_t i = 1; i < core->count; i++) pairs[i - 1] = lower_value(l, core->args[i]);
  FileOpcode op = core->kind == CORE_MAP_UPDATE ? OP_MAP_UPDATE : OP_MAP_PUT;
  if (core->count > 1) return map_chunks(l, op, map, pairs, core->count - 1);
  Test is_map = test_types(map, OP_IS_MAP, TY_MAP); // %{m | } changes nothing but wants a map
  if (l->block && test_ask(l, &is_map) != ANSWER_YES) {
    Block *bad = lower_block(l, 0), *here = lower_block(l, 0);
    test_emit(l, &is_map, bad);
    lower_jump(l, here);
    lower_start(l, bad);
    lower_error(l, 5, map);
    lower_start(l, here);
  }
  return map;
}

static Val lower_closure(Lower *l, Core *core) {
  LiftFun *lifted = core->slot;
  Val *captures = ARENA_ARRAY(l->arena, Val, lifted->capture_count);
  for (uint32_t i = 0; i < lifted->capture_count; i++) captures[i] = lower_var(l, lifted->captures[i], core->at);
  Instr *i = lower_emit(l, OP_MAKE_FUN, captures, lifted->capture_count, 1);
  i->index = lifted->fun_index;
  i->safe = true;
  return lower_typed(l, val_reg(i->defs[0]), TY_FUN);
}

static Val lower_plain(Lower *l, Core *core) {
  switch (core->kind) {
    case CORE_LITERAL: return val_const(const_of(l->c, core->u.literal));
    case CORE_VAR: return lower_var(l, core->u.var, core->at);
    case CORE_CONS: return lower_list(l, core);
    case CORE_TUPLE: {
      if (core->count > 3000) compile_stop(l->c, DIAG_LIMIT, core->at, "a tuple of more than 3000 expressions");
      Val *items = ARENA_ARRAY(l->arena, Val, core->count);
      for (uint32_t i = 0; i < core->count; i++) items[i] = lower_value(l, core->args[i]);
      return lower_tuple(l, items, core->count);
    }
    case CORE_MAP: return lower_map(l, core);
    case CORE_MAP_UPDATE:
    case CORE_MAP_PUT: return lower_map_change(l, core);
    case CORE_BINARY: return lower_binary(l, core);
    case CORE_FUN: return lower_closure(l, core);
    default: return lower_call(l, core);
  }
}

static void lower_raise(Lower *l, Core *core) {
  Val args[3];
  for (uint32_t i = 0; i < core->count && i < 3; i++) args[i] = lower_value(l, core->args[i]);
  if (!l->block) return;
  if (core->count == 3) {
    for (uint32_t i = 0; i < 3; i++) args[i] = lower_load(l, args[i]);
    lower_end(l, lower_call_instr(l, OP_RAISE, args, 3));
    return;
  }
  const char *name = "error";
  if (args[0].kind == VAL_CONST && const_is_atom(args[0].constant)) name = args[0].constant->q->name->text;
  if (strcmp(name, "exit") != 0 && strcmp(name, "throw") != 0) name = "error";
  Val result = lower_call_import(l, "erlang", name, &args[1], 1);
  lower_end(l, lower_call_instr(l, OP_RETURN, &result, 1));
}

static bool has_branches(const Core *core) {
  switch (core->kind) {
    case CORE_CASE:
    case CORE_RECEIVE:
    case CORE_TRY: return true;
    default: return core_is_condition(core);
  }
}

static void note_line(Lower *l, const Core *core) {
  if (core->at.line) l->line = core->at.line;
}

Val lower_value(Lower *l, Core *core) {
  if (!l->block) return val_const(l->k_empty);
  if (core->kind == CORE_LITERAL || core->kind == CORE_VAR) return lower_plain(l, core);
  compile_enter(l->c, core->at);
  uint32_t line = l->line;
  note_line(l, core);
  Val result = val_const(l->k_empty);
  if (core->kind == CORE_SEQ) {
    for (uint32_t i = 0; i + 1 < core->count; i++) lower_effect(l, core->args[i]);
    if (core->count) result = lower_value(l, core->args[core->count - 1]);
  } else if (core->kind == CORE_MATCH) {
    result = lower_value(l, core->args[0]);
    match_bind(l, core, result);
  } else if (core->kind == CORE_LETREC) {
    result = lower_value(l, core->args[0]);
  } else if (core->kind == CORE_RAISE) {
    lower_raise(l, core);
  } else if (has_branches(core)) {
    Block *join = lower_block(l, 1);
    lower_into(l, core, cont_join(join));
    result = lower_join_value(l, join);
  } else {
    result = lower_plain(l, core);
  }
  l->line = line;
  compile_leave(l->c);
  return result;
}

void lower_effect(Lower *l, Core *core) {
  if (!l->block) return;
  if (core->kind == CORE_LITERAL || core->kind == CORE_VAR) return;
  if (!has_branches(core)) {
    lower_value(l, core);
    return;
  }
  uint32_t line = l->line;
  Block *join = lower_block(l, 0);
  lower_into(l, core, cont_join(join));
  lower_start(l, join);
  l->line = line;
}

void cont_apply(Lower *l, Cont cont, Val v) {
  if (!l->block) return;
  v = flow_resolve(l->f, v);
  switch (cont.kind) {
    case CONT_RETURN:
      v = lower_load(l, v);
      lower_end(l, lower_call_instr(l, OP_RETURN, &v, 1));
      return;
    case CONT_JOIN: lower_jump_value(l, cont.block, v); return;
    case CONT_MATCH: match_arrive(l, cont.match, v); return;
    case CONT_TEST: break;
  }
  Test is_true = test_const(v, l->k_true), is_false = test_const(v, l->k_false);
  if (test_ask(l, &is_true) == ANSWER_YES) {
    lower_jump(l, cont.block);
  } else if (cont.other == l->guard_fail || !l->guard_fail) { // what is no boolean counts as false
    test_emit(l, &is_true, cont.other);
    if (l->block) lower_jump(l, cont.block);
  } else {
    Block *rest = lower_block(l, 0);
    test_emit(l, &is_true, rest);
    if (l->block) lower_jump(l, cont.block);
    lower_start(l, rest);
    if (!l->block) return;
    test_emit(l, &is_false, l->guard_fail);
    if (l->block) lower_jump(l, cont.other);
  }
}

static bool is_call(const Core *core) {
  return core->kind == CORE_LOCAL || core->kind == CORE_REMOTE || core->kind == CORE_APPLY_FUN || core->kind == CORE_CALL_LETREC;
}

static void lower_case(Lower *l, Core *core, Cont cont) {
  Match m;
  match_init(l, &m, core->u.branch.clauses, core->u.branch.clause_count, cont);
  m.fail = core->u.branch.on_fail;
  m.fail_operator = core->u.branch.fail_operator;
  if (l->guard_fail) {
    m.fail_kind = FAIL_TO_BLOCK;
    m.fail_block = l->guard_fail;
  }
  m.line = l->line;
  lower_into(l, core->args[0], (Cont){.kind = CONT_MATCH, .match = &m});
  match_finish(l, &m);
}

void lower_into(Lower *l, Core *core, Cont cont) {
  if (!l->block) return;
  compile_enter(l->c, core->at);
  uint32_t line = l->line;
  note_line(l, core);
  if (core->kind == CORE_SEQ && core->count) {
    for (uint32_t i = 0; i + 1 < core->count; i++) lower_effect(l, core->args[i]);
    lower_into(l, core->args[core->count - 1], cont);
  } else if (core->kind == CORE_CASE) {
    lower_case(l, core, cont);
  } else if (core->kind == CORE_RECEIVE) {
    lower_receive(l, core, cont);
  } else if (core->kind == CORE_TRY) {
    lower_try(l, core, cont);
  } else if (core->kind == CORE_LETREC) {
    lower_into(l, core->args[0], cont);
  } else if (core_is_condition(core)) {
    Block *yes = lower_block(l, 0), *no = lower_block(l, 0);
    lower_condition(l, core, yes, no);
    lower_start(l, yes);
    cont_apply(l, cont, val_const(l->k_true));
    lower_start(l, no);
    cont_apply(l, cont, val_const(l->k_false));
  } else if (cont.kind == CONT_RETURN && !l->region && is_call(core) && !(l->lift->function && l->lift->function->keeps_frame)) {
    lower_tail_call(l, core);
  } else {
    cont_apply(l, cont, lower_value(l, core));
  }
  l->line = line;
  compile_leave(l->c);
}

Flow *lower_function(Compile *c, LiftFun *lift) {
  uint32_t params = lift->arity + lift->capture_count;
  Lower lower = {.c = c, .arena = c->arena, .lift = lift, .f = flow_new(c, c->arena, params)}, *l = &lower;
  facts_init(&l->facts, c->arena);
  l->k_true = const_of(c, Q_NAME(c->names, TRUE));
  l->k_false = const_of(c, Q_NAME(c->names, FALSE));
  l->k_nil = const_of(c, Q_NAME(c->names, NIL));
  l->k_empty = const_of(c, quoted_empty_list(c->names));
  l->block = l->f->entry;
  l->block->started = true;
  l->line = lift->at.line;
  for (uint32_t i = 0; i < lift->capture_count; i++) lower_bind(lift->captures[i], val_reg(lift->arity + i + 1));
  Cont cont = {.kind = CONT_RETURN};
  if (lift->letrec) {
    for (uint32_t i = 0; i < lift->arity; i++) lower_bind(lift->letrec->params[i], val_reg(i + 1));
    lower_into(l, lift->letrec->body, cont);
    return l->f;
  }
  Match m;
  if (lift->function) {
    match_init(l, &m, lift->function->clauses, lift->function->clause_count, cont);
  } else {
    match_init(l, &m, lift->closure->u.branch.clauses, lift->closure->u.branch.clause_count, cont);
  }
  m.fail_kind = FAIL_TO_FUNCTION_CLAUSE;
  m.line = l->line;
  Val *values = ARENA_ARRAY(c->arena, Val, lift->arity);
  for (uint32_t i = 0; i < lift->arity; i++) values[i] = val_reg(i + 1);
  match_apply(l, &m, values);
  match_finish(l, &m);
  return l->f;
}

// SPDX-License-Identifier: Apache-2.0
//
// Lambda lifting: every closure and every letrec of a function becomes a function of the module.
//
// One walk gives each variable its owner, the lifted function that binds it. A use inside another function makes the
// variable a capture of that function and of all between it and the owner. A letrec's captures are extra arguments of
// each call to it, so the caller must have them too: that is found by repeating over the calls until
// nothing changes (few calls, few captures). On its way back the walk folds constants.
//
//  L1  A list's spine is walked in a loop: lists may be long.
//  L2  Names: `-NAME/ARITY-fun-N-` for closures, `-NAME/ARITY-loop-N-` for letrecs, N counted in the module's function.
#include <string.h>

#include "compiler/core/compile.h"

typedef struct Lift {
  Compile *c;
  LiftFun *current;
} Lift;

static void visit(Lift *l, Core *core);

static void bind(Lift *l, CoreVar *var) {
  VarInfo *info = ARENA_NEW(l->c->arena, VarInfo);
  info->owner = l->current;
  var->slot = info;
}

static bool capture_add(Lift *l, LiftFun *f, CoreVar *var) {
  for (uint32_t i = 0; i < f->capture_count; i++) {
    if (f->captures[i] == var) return false;
  }
  ARENA_ROOM(l->c->arena, f->captures, f->capture_count, f->capture_capacity, 8);
  f->captures[f->capture_count++] = var;
  return true;
}

static bool capture_from(Lift *l, LiftFun *from, CoreVar *var) {
  bool changed = false;
  for (LiftFun *f = from; f && f != var_info(var)->owner; f = f->parent) changed |= capture_add(l, f, var);
  return changed;
}

static void use(Lift *l, CoreVar *var, Position at) {
  if (!var->slot) {
    compile_stop(l->c, DIAG_INTERNAL, at, "variable %s is used where it is not bound", var->name ? var->name->text : "_");
  }
  var_info(var)->uses++;
  capture_from(l, l->current, var);
}

static void visit_pattern(Lift *l, CorePattern *p) {
  while (p->kind == PAT_CONS) { // L1
    visit_pattern(l, p->items[0]);
    p = p->items[1];
  }
  compile_enter(l->c, p->at);
  switch (p->kind) {
    case PAT_VAR: bind(l, p->var); break;
    case PAT_PIN: visit(l, p->expr); break;
    case PAT_TUPLE:
    case PAT_BOTH:
      for (uint32_t i = 0; i < (p->kind == PAT_BOTH ? 2 : p->count); i++) visit_pattern(l, p->items[i]);
      break;
    case PAT_MAP:
      for (uint32_t i = 0; i < p->count; i++) {
        visit(l, p->keys[i]);
        visit_pattern(l, p->items[i]);
      }
      break;
    case PAT_BINARY:
      for (uint32_t i = 0; i < p->count; i++) {
        if (p->segments[i].size) visit(l, p->segments[i].size);
        if (p->segments[i].pattern) visit_pattern(l, p->segments[i].pattern);
      }
      pattern_fold(l->c, p);
      break;
    default: break;
  }
  compile_leave(l->c);
}

static void visit_clauses(Lift *l, CoreClause *clauses, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    CoreClause *clause = &clauses[i];
    for (uint32_t j = 0; j < clause->pattern_count; j++) visit_pattern(l, clause->patterns[j]);
    for (uint32_t j = 0; j < clause->guard_count; j++) visit(l, clause->guards[j]);
    visit(l, clause->body);
  }
}

static LiftFun *lift_new(Lift *l, const char *kind, uint32_t *counter, Position at) {
  Compile *c = l->c;
  LiftFun *f = ARENA_NEW(c->arena, LiftFun);
  const CoreFunction *top = c->lifted->function;
  f->name = arena_format(c->arena, "-%s/%u-%s-%u-", top->name->text, top->arity, kind, (*counter)++);
  f->name_size = (uint32_t)strlen(f->name);
  f->parent = l->current;
  f->at = at;
  c->last_lifted->next = f;
  c->last_lifted = f;
  return f;
}

static void visit_list(Lift *l, Core *core) {
  uint32_t count = 0;
  Core *tail = core;
  for (; tail->kind == CORE_CONS; tail = tail->args[1]) {
    visit(l, tail->args[0]);
    count++;
  }
  visit(l, tail);
  if (tail->kind != CORE_LITERAL) return;
  Core **spine = ARENA_ARRAY(l->c->arena, Core *, count);
  Core *node = core;
  for (uint32_t i = 0; i < count; i++, node = node->args[1]) spine[i] = node;
  uint32_t from = count; // the constant end of the list
  while (from > 0 && spine[from - 1]->args[0]->kind == CORE_LITERAL) from--;
  if (from == count) return;
  Quoted **items = ARENA_ARRAY(l->c->arena, Quoted *, count - from);
  for (uint32_t i = from; i < count; i++) items[i - from] = spine[i]->args[0]->u.literal;
  Quoted *end = tail->u.literal;
  Core *start = spine[from];
  start->kind = CORE_LITERAL;
  start->count = 0;
  start->u.literal = quoted_is_empty(end) ? quoted_list(l->c->names, items, count - from)
                                          : quoted_improper(l->c->names, items, count - from, end);
}

static void visit_closure(Lift *l, Core *core) {
  LiftFun *f = lift_new(l, "fun", &l->c->closure_count, core->at);
  f->closure = core;
  f->arity = core->u.branch.arity;
  core->slot = f;
  LiftFun *outer = l->current;
  l->current = f;
  visit_clauses(l, core->u.branch.clauses, core->u.branch.clause_count);
  l->current = outer;
}

static void visit_letrec(Lift *l, Core *core) {
  CoreLetrec *letrec = core->u.letrec;
  LiftFun *f = lift_new(l, "loop", &l->c->letrec_count, core->at);
  f->letrec = letrec;
  f->arity = letrec->param_count;
  letrec->slot = f;
  LiftFun *outer = l->current;
  l->current = f;
  for (uint32_t i = 0; i < letrec->param_count; i++) bind(l, letrec->params[i]);
  visit(l, letrec->body);
  l->current = outer;
}

static void visit_args(Lift *l, Core *core) {
  for (uint32_t i = 0; i < core->count; i++) visit(l, core->args[i]);
}

static void visit(Lift *l, Core *core) {
  compile_enter(l->c, core->at);
  switch (core->kind) {
    case CORE_VAR: use(l, core->u.var, core->at); break;
    case CORE_CONS: visit_list(l, core); break;
    case CORE_BINARY:
      for (uint32_t i = 0; i < core->u.binary.count; i++) {
        visit(l, core->u.binary.segments[i].value);
        if (core->u.binary.segments[i].size) visit(l, core->u.binary.segments[i].size);
      }
      break;
    case CORE_REMOTE:
    case CORE_REMOTE_REF:
      visit(l, core->u.remote.module);
      visit(l, core->u.remote.function);
      visit_args(l, core);
      break;
    case CORE_APPLY_FUN:
      visit(l, core->u.callee);
      visit_args(l, core);
      break;
    case CORE_FUN: visit_closure(l, core); break;
    case CORE_MATCH:
      visit_args(l, core);
      visit_pattern(l, core->u.pattern);
      break;
    case CORE_CASE:
      visit_args(l, core);
      visit_clauses(l, core->u.branch.clauses, core->u.branch.clause_count);
      break;
    case CORE_RECEIVE:
      visit_clauses(l, core->u.branch.clauses, core->u.branch.clause_count);
      if (core->u.branch.timeout) visit(l, core->u.branch.timeout);
      if (core->u.branch.after_body) visit(l, core->u.branch.after_body);
      break;
    case CORE_TRY:
      visit_args(l, core);
      visit_clauses(l, core->u.branch.else_clauses, core->u.branch.else_count);
      if (core->u.branch.stack_var) bind(l, core->u.branch.stack_var);
      visit_clauses(l, core->u.branch.clauses, core->u.branch.clause_count);
      if (core->u.branch.after_body) visit(l, core->u.branch.after_body);
      break;
    case CORE_LETREC:
      visit_letrec(l, core);
      visit_args(l, core);
      break;
    case CORE_CALL_LETREC: {
      LetrecCall *call = ARENA_NEW(l->c->arena, LetrecCall);
      *call = (LetrecCall){l->current, core->u.letrec, l->c->letrec_calls};
      l->c->letrec_calls = call;
      visit_args(l, core);
      break;
    }
    default: visit_args(l, core); break;
  }
  core_fold(l->c, core);
  compile_leave(l->c);
}

static void spread_captures(Lift *l) {
  for (bool changed = true; changed;) {
    changed = false;
    for (LetrecCall *call = l->c->letrec_calls; call; call = call->next) {
      LiftFun *target = call->letrec->slot;
      if (!target) compile_stop(l->c, DIAG_INTERNAL, call->from->at, "a loop is called outside of its scope");
      if (target == call->from) continue;
      for (uint32_t i = 0; i < target->capture_count; i++) changed |= capture_from(l, call->from, target->captures[i]);
    }
  }
}

void lift_function(Compile *c, CoreFunction *function) {
  LiftFun *top = ARENA_NEW(c->arena, LiftFun);
  top->function = function;
  top->arity = function->arity;
  top->name = function->name->text;
  top->name_size = function->name->length;
  top->at = function->at;
  c->lifted = c->last_lifted = top;
  c->letrec_calls = NULL;
  c->closure_count = c->letrec_count = 0;
  Lift l = {c, top};
  visit_clauses(&l, function->clauses, function->clause_count);
  spread_captures(&l);
}

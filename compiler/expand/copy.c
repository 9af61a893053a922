// SPDX-License-Identifier: Apache-2.0
//
// Copies of Core functions, with variables and local functions of their own.
//
// core_compile rewrites what it is given, and a function of a module may be needed before the module ends: in
// the temporary unit of a macro that calls it. So units get copies.

#include <string.h>

#include "compiler/expand/copy.h"

typedef struct LetrecPair {
  const CoreLetrec *from;
  CoreLetrec *to;
  struct LetrecPair *next;
} LetrecPair;

typedef struct Copy {
  Arena *arena;
  CoreVar **vars; // by id
  uint32_t var_count;
  LetrecPair *letrecs;
} Copy;

static Core *copy_core(Copy *c, const Core *from);

static CoreVar *copy_var(Copy *c, CoreVar *from) {
  if (!from) return NULL;
  CHECK(from->id < c->var_count);
  if (!c->vars[from->id]) {
    CoreVar *to = ARENA_NEW(c->arena, CoreVar);
    *to = *from;
    to->slot = NULL;
    c->vars[from->id] = to;
  }
  return c->vars[from->id];
}

static Core **copy_cores(Copy *c, Core **from, uint32_t count) {
  if (!from) return NULL;
  Core **to = ARENA_ARRAY(c->arena, Core *, count ? count : 1);
  for (uint32_t i = 0; i < count; i++) to[i] = copy_core(c, from[i]);
  return to;
}

static CorePattern *copy_pattern(Copy *c, const CorePattern *from);

static CoreSegment *copy_segments(Copy *c, const CoreSegment *from, uint32_t count) {
  CoreSegment *to = ARENA_ARRAY(c->arena, CoreSegment, count ? count : 1);
  for (uint32_t i = 0; i < count; i++) {
    to[i] = from[i];
    to[i].value = from[i].value ? copy_core(c, from[i].value) : NULL;
    to[i].size = from[i].size ? copy_core(c, from[i].size) : NULL;
    to[i].pattern = from[i].pattern ? copy_pattern(c, from[i].pattern) : NULL;
  }
  return to;
}

static CorePattern *copy_pattern(Copy *c, const CorePattern *from) {
  CorePattern *to = ARENA_NEW(c->arena, CorePattern);
  *to = *from;
  to->var = copy_var(c, from->var);
  to->expr = from->expr ? copy_core(c, from->expr) : NULL;
  if (from->segments) to->segments = copy_segments(c, from->segments, from->count);
  if (from->items) {
    to->items = ARENA_ARRAY(c->arena, CorePattern *, from->count ? from->count : 1);
    for (uint32_t i = 0; i < from->count; i++) to->items[i] = copy_pattern(c, from->items[i]);
  }
  if (from->keys) to->keys = copy_cores(c, from->keys, from->count);
  return to;
}

static CoreClause *copy_clauses(Copy *c, const CoreClause *from, uint32_t count) {
  if (!from) return NULL;
  CoreClause *to = ARENA_ARRAY(c->arena, CoreClause, count ? count : 1);
  for (uint32_t i = 0; i < count; i++) {
    to[i] = from[i];
    to[i].patterns = ARENA_ARRAY(c->arena, CorePattern *, from[i].pattern_count ? from[i].pattern_count : 1);
    for (uint32_t j = 0; j < from[i].pattern_count; j++) to[i].patterns[j] = copy_pattern(c, from[i].patterns[j]);
    to[i].guards = copy_cores(c, from[i].guards, from[i].guard_count);
    to[i].body = copy_core(c, from[i].body);
  }
  return to;
}

static CoreLetrec *copy_letrec(Copy *c, const CoreLetrec *from) {
  for (LetrecPair *p = c->letrecs; p; p = p->next)
    if (p->from == from) return p->to;
  CoreLetrec *to = ARENA_NEW(c->arena, CoreLetrec);
  LetrecPair *pair = ARENA_NEW(c->arena, LetrecPair);
  *pair = (LetrecPair){from, to, c->letrecs};
  c->letrecs = pair;
  *to = *from;
  to->slot = NULL;
  to->params = ARENA_ARRAY(c->arena, CoreVar *, from->param_count ? from->param_count : 1);
  for (uint32_t i = 0; i < from->param_count; i++) to->params[i] = copy_var(c, from->params[i]);
  to->body = copy_core(c, from->body);
  return to;
}

static Core *copy_core(Copy *c, const Core *from) {
  if (!from) return NULL;
  Core *to = ARENA_NEW(c->arena, Core);
  *to = *from;
  to->slot = NULL;
  to->args = copy_cores(c, from->args, from->count);
  switch (from->kind) {
  case CORE_VAR: to->u.var = copy_var(c, from->u.var); break;
  case CORE_REMOTE:
  case CORE_REMOTE_REF:
    to->u.remote.module = copy_core(c, from->u.remote.module);
    to->u.remote.function = copy_core(c, from->u.remote.function);
    break;
  case CORE_APPLY_FUN: to->u.callee = copy_core(c, from->u.callee); break;
  case CORE_BINARY: to->u.binary.segments = copy_segments(c, from->u.binary.segments, from->u.binary.count); break;
  case CORE_CASE:
  case CORE_RECEIVE:
  case CORE_TRY:
  case CORE_FUN:
    to->u.branch.clauses = copy_clauses(c, from->u.branch.clauses, from->u.branch.clause_count);
    to->u.branch.else_clauses = copy_clauses(c, from->u.branch.else_clauses, from->u.branch.else_count);
    to->u.branch.timeout = copy_core(c, from->u.branch.timeout);
    to->u.branch.after_body = copy_core(c, from->u.branch.after_body);
    to->u.branch.stack_var = copy_var(c, from->u.branch.stack_var);
    break;
  case CORE_MATCH: to->u.pattern = copy_pattern(c, from->u.pattern); break;
  case CORE_LETREC:
  case CORE_CALL_LETREC: to->u.letrec = copy_letrec(c, from->u.letrec); break;
  default: break;
  }
  return to;
}

CoreFunction *core_function_copy(Arena *arena, const CoreFunction *from) {
  Copy c = {arena, ARENA_ARRAY(arena, CoreVar *, from->var_count + 1), from->var_count, NULL};
  CoreFunction *to = ARENA_NEW(arena, CoreFunction);
  *to = *from;
  to->clauses = copy_clauses(&c, from->clauses, from->clause_count);
  return to;
}

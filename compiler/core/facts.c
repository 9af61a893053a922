// SPDX-License-Identifier: Apache-2.0
//
// The versions of facts.h: rerooting, common ancestors, making facts.
#include "compiler/core/facts.h"

#include <string.h>

static const Fact NOTHING = {TY_ANY, -1, NULL, NULL};

void facts_init(Facts *f, Arena *arena) {
  *f = (Facts){.arena = arena, .version = ARENA_NEW(arena, Version), .capacity = 64};
  f->facts = ARENA_ARRAY(arena, const Fact *, f->capacity);
}

const Fact *fact_of(const Facts *f, uint32_t reg) {
  return reg < f->capacity && f->facts[reg] ? f->facts[reg] : &NOTHING;
}

static void make_room(Facts *f, uint32_t reg) {
  if (reg < f->capacity) return;
  uint32_t capacity = f->capacity;
  while (capacity <= reg) capacity *= 2;
  const Fact **bigger = ARENA_ARRAY(f->arena, const Fact *, capacity);
  memcpy(bigger, f->facts, sizeof *bigger * f->capacity);
  f->facts = bigger;
  f->capacity = capacity;
}

Version *facts_with(Facts *f, uint32_t reg, const Fact *fact) {
  make_room(f, reg);
  Version *v = ARENA_NEW(f->arena, Version);
  *v = (Version){f->version, reg, fact, f->version, reg, fact, f->version->depth + 1};
  return v;
}

void facts_go(Facts *f, Version *v) {
  uint32_t count = 0;
  for (Version *at = v; at; at = at->next) {
    ARENA_ROOM(f->arena, f->path, count, f->path_capacity, 64);
    f->path[count++] = at;
  }
  for (uint32_t i = count - 1; i-- > 0;) {
    Version *to = f->path[i], *from = f->path[i + 1];
    from->next = to;
    from->reg = to->reg;
    from->fact = f->facts[to->reg];
    f->facts[to->reg] = to->fact;
    to->next = NULL;
  }
  f->version = v;
}

static Version *common(Version *a, Version *b) {
  while (a->depth > b->depth) a = a->up;
  while (b->depth > a->depth) b = b->up;
  while (a != b) a = a->up, b = b->up;
  return a;
}

enum { JOIN_PATH_MAX = 12 };

// The newest fact of `reg` between `v` and its ancestor `top`, or NULL.
static const Fact *set_between(const Version *v, const Version *top, uint32_t reg) {
  for (; v != top; v = v->up) {
    if (v->set_reg == reg) return v->set_fact;
  }
  return NULL;
}

Version *facts_join(Facts *f, Version *a, Version *b) {
  if (!a || !b) return a ? a : b;
  Version *top = common(a, b), *result = top;
  if (a == top || b == top || a->depth - top->depth > JOIN_PATH_MAX || b->depth - top->depth > JOIN_PATH_MAX) return top;
  for (const Version *v = a; v != top; v = v->up) {
    uint32_t reg = v->set_reg;
    if (set_between(a, v, reg)) continue; // an older fact of it
    const Fact *other = set_between(b, top, reg);
    uint32_t types = other ? v->set_fact->types | other->types : TY_ANY;
    if (types == TY_ANY) continue;
    const Fact *before = &NOTHING; // as it was above, as far as that can be seen cheaply
    int steps = 0;
    for (const Version *up = top; up && steps < 64; up = up->up, steps++) {
      if (up->set_fact && up->set_reg == reg) {
        before = up->set_fact;
        break;
      }
    }
    if ((before->types & types) == before->types) continue;
    Version *joined = ARENA_NEW(f->arena, Version);
    const Fact *fact = fact_types(f, before, types);
    *joined = (Version){result, reg, fact, result, reg, fact, result->depth + 1};
    result = joined;
  }
  return result;
}

Fact *fact_copy(Facts *f, const Fact *fact) {
  Fact *copy = ARENA_NEW(f->arena, Fact);
  *copy = *fact;
  return copy;
}

const Fact *fact_types(Facts *f, const Fact *fact, uint32_t types) {
  if ((fact->types & types) == fact->types) return fact;
  Fact *copy = fact_copy(f, fact);
  copy->types &= types;
  return copy;
}

const Fact *fact_known(Facts *f, const Fact *fact, Known known) {
  Fact *copy = fact_copy(f, fact);
  Known *k = ARENA_NEW(f->arena, Known);
  *k = known;
  k->next = fact->known;
  copy->known = k;
  return copy;
}

uint32_t const_types(const Const *k) {
  if (k->external) return TY_FUN;
  switch (k->q->kind) {
    case Q_ATOM:
      return quoted_is_name(k->q, N_TRUE)    ? TY_TRUE
             : quoted_is_name(k->q, N_FALSE) ? TY_FALSE
             : quoted_is_name(k->q, N_NIL)   ? TY_NIL_ATOM
                                             : TY_OTHER_ATOM;
    case Q_INT:
    case Q_BIGINT: return TY_INTEGER;
    case Q_FLOAT: return TY_FLOAT;
    case Q_BINARY: return TY_BINARY;
    case Q_LIST: return k->q->count ? TY_CONS : TY_EMPTY_LIST;
    case Q_TUPLE:
    case Q_CALL: return TY_TUPLE;
    case Q_MAP: return TY_MAP;
    default: return TY_ANY;
  }
}

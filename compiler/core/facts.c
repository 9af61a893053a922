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
  *v = (Version){f->version, reg, fact, f->version, f->version->depth + 1};
  return v;
}

void facts_go(Facts *f, Version *v) {
  uint32_t count = 0;
  for (Version *at = v; at; at = at->next) {
    if (count == f->path_capacity) {
      uint32_t capacity = f->path_capacity ? f->path_capacity * 2 : 64;
      Version **bigger = ARENA_ARRAY(f->arena, Version *, capacity);
      if (count) memcpy(bigger, f->path, sizeof *bigger * count);
      f->path = bigger;
      f->path_capacity = capacity;
    }
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

Version *facts_common(Version *a, Version *b) {
  if (!a) return b;
  if (!b) return a;
  while (a->depth > b->depth) a = a->up;
  while (b->depth > a->depth) b = b->up;
  while (a != b) a = a->up, b = b->up;
  return a;
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

// SPDX-License-Identifier: Apache-2.0
//
// Places of a value and the registers that hold them (see match.h).
//
// Fetching a field happens only behind the test that its parent has it, so it cannot fail; opcodes that
// need a label get the block that is never reached.
#include "compiler/core/match.h"

Occ *occ_root(Lower *l, Val v) {
  Occ *o = ARENA_NEW(l->arena, Occ);
  o->value = v;
  return o;
}

static Occ *child(Lower *l, Occ *parent, OccKind kind, int64_t number, Val key, BitsStep *step) {
  for (Occ *o = parent->children; o; o = o->sibling) {
    if (o->kind == kind && o->number == number && o->step == step && (kind != OCC_KEY || val_equal(l, o->value, key))) return o;
  }
  Occ *o = ARENA_NEW(l->arena, Occ);
  *o = (Occ){.kind = kind, .parent = parent, .number = number, .value = key, .step = step, .sibling = parent->children};
  parent->children = o;
  return o;
}

Occ *occ_field(Lower *l, Occ *parent, int64_t number) { return child(l, parent, OCC_FIELD, number, (Val){0}, NULL); }
Occ *occ_key(Lower *l, Occ *parent, Val key) { return child(l, parent, OCC_KEY, 0, key, NULL); }
Occ *occ_start(Lower *l, Occ *parent) { return child(l, parent, OCC_START, 0, (Val){0}, NULL); }
Occ *bits_value(Lower *l, BitsStep *step, Occ *position) {
  if (!step->value) step->value = child(l, position, OCC_VALUE, 0, (Val){0}, step);
  return step->value;
}
Occ *bits_after(Lower *l, BitsStep *step, Occ *position) {
  if (!step->after) step->after = child(l, position, OCC_AFTER, 0, (Val){0}, step);
  return step->after;
}

static Quoted *literal_field(Lower *l, Quoted *q, int64_t number) {
  Names *names = l->c->names;
  if (number >= 0) return quoted_is_tuple(q) && number < quoted_tuple_size(q) ? quoted_tuple_item(names, q, (uint32_t)number) : NULL;
  if (q->kind != Q_LIST || !q->count) return NULL;
  if (number == FIELD_HEAD) return q->items[0];
  if (q->count == 1) return q->tail ? q->tail : quoted_empty_list(names);
  return q->tail ? quoted_improper(names, q->items + 1, q->count - 1, q->tail) : quoted_list(names, q->items + 1, q->count - 1);
}

static bool known_part(Lower *l, const Occ *o, Val parent, Val *v) {
  const Fact *fact = val_fact(l, parent);
  for (const Known *k = fact->known; k; k = k->next) {
    switch (o->kind) {
      case OCC_FIELD:
        if (k->kind == KNOWN_FIELD && k->number == o->number) return *v = k->value, true;
        break;
      case OCC_KEY:
        if (k->kind == KNOWN_KEY && val_equal(l, k->key, o->value)) return *v = k->value, true;
        break;
      case OCC_START:
        if (k->kind == KNOWN_BITS_START) return *v = k->value, true;
        break;
      default:
        if (k->kind == KNOWN_BITS_STEP && k->step == o->step && k->outcome) return *v = o->kind == OCC_VALUE ? k->value : k->after, true;
        break;
    }
  }
  if (o->kind == OCC_FIELD && fact->literal) {
    Quoted *q = literal_field(l, fact->literal->q, o->number);
    if (q && quoted_is_simple(q)) return *v = val_const(const_of(l->c, q)), true; // others are fetched into a register
  }
  return false;
}

bool occ_peek(Lower *l, Occ *occ, Val *v) {
  if (occ->kind == OCC_ROOT) {
    *v = flow_resolve(l->f, occ->value);
    return true;
  }
  Val parent;
  if (!occ_peek(l, occ->parent, &parent) || !known_part(l, occ, parent, v)) return false;
  *v = flow_resolve(l->f, *v);
  return true;
}

static Val fetch(Lower *l, const Occ *occ, Val parent) {
  Instr *i;
  Known known = {.kind = KNOWN_FIELD, .number = occ->number};
  if (occ->kind == OCC_FIELD && occ->number >= 0) {
    i = lower_emit(l, OP_ELEMENT, &parent, 1, 1);
    i->numbers[0] = occ->number;
  } else if (occ->kind == OCC_FIELD) {
    i = lower_emit(l, occ->number == FIELD_HEAD ? OP_HEAD : OP_TAIL_OF, &parent, 1, 1);
    i->fail = lower_impossible(l);
  } else {
    CHECK(occ->kind == OCC_KEY);
    known = (Known){.kind = KNOWN_KEY, .key = occ->value};
    if (occ->value.kind == VAL_CONST) {
      i = lower_emit(l, OP_MAP_GET_CONST, &parent, 1, 1);
      i->constant = occ->value.constant;
    } else {
      i = lower_emit(l, OP_MAP_GET, (Val[]){parent, occ->value}, 2, 1);
    }
    i->fail = lower_impossible(l);
  }
  i->safe = true;
  known.value = val_reg(i->defs[0]);
  const Fact *whole = val_fact(l, parent);
  Quoted *q = whole->literal && occ->kind == OCC_FIELD ? literal_field(l, whole->literal->q, occ->number) : NULL;
  if (q && l->block) fact_set(&l->facts, i->defs[0], fact_of_const(l, fact_of(&l->facts, i->defs[0]), const_of(l->c, q)));
  if (parent.kind == VAL_REG) fact_set(&l->facts, parent.reg, fact_known(&l->facts, fact_of(&l->facts, parent.reg), known));
  return known.value;
}

Val occ_value(Lower *l, Occ *occ) {
  if (!l->block) return val_const(l->k_empty);
  Val v;
  if (occ_peek(l, occ, &v)) return v;
  Occ *path[64]; // places that are missing, the innermost first
  uint32_t count = 0;
  Occ *at = occ;
  while (!occ_peek(l, at, &v)) {
    if (count < 64) path[count++] = at;
    at = at->parent;
    if (count == 64) {
      v = occ_value(l, at);
      break;
    }
  }
  while (count-- > 0) v = fetch(l, path[count], v);
  return v;
}

// SPDX-License-Identifier: Apache-2.0
//
// Tests: asking what is known, emitting what is not, and noting what each outcome teaches.
//
// test_emit goes on in the current block where the test is true and leaves by `no` where it is false. A test whose answer is
// known costs nothing. Opcodes without an opposite are negated by a jump behind them.
#include "compiler/core/lower.h"

Test test_const(Val a, Const *k) { return (Test){.kind = TEST_CONST, .a = a, .constant = k}; }
Test test_types(Val a, uint16_t op, uint32_t mask) { return (Test){.kind = TEST_TYPES, .a = a, .op = op, .mask = mask}; }

static bool one_value(uint32_t type) {
  return type == TY_TRUE || type == TY_FALSE || type == TY_NIL_ATOM || type == TY_EMPTY_LIST;
}

Answer fact_has_const(Lower *l, const Fact *fact, Const *k) {
  uint32_t types = const_types(k);
  if (!(fact->types & types)) return ANSWER_NO;
  if (fact->types == types && one_value(types)) return ANSWER_YES;
  if (fact->literal) return const_equal(l->c, fact->literal, k) ? ANSWER_YES : ANSWER_NO;
  if (one_value(types)) return ANSWER_OPEN;
  for (const Known *n = fact->known; n; n = n->next) {
    if (n->kind == KNOWN_NOT_CONST && const_equal(l->c, n->constant, k)) return ANSWER_NO;
  }
  return ANSWER_OPEN;
}

const Fact *fact_of_const(Lower *l, const Fact *fact, Const *k) {
  Fact *copy = fact_copy(&l->facts, fact);
  copy->types &= const_types(k);
  if (k->q->kind != Q_VALUE) copy->literal = k;
  if (quoted_is_tuple(k->q)) copy->arity = (int32_t)quoted_tuple_size(k->q);
  return copy;
}

const Fact *fact_not_const(Lower *l, const Fact *fact, Const *k) {
  uint32_t types = const_types(k);
  if (one_value(types)) return fact_types(&l->facts, fact, TY_ANY & ~types);
  return fact_known(&l->facts, fact, (Known){.kind = KNOWN_NOT_CONST, .constant = k});
}

static Answer ask_types(uint32_t types, uint32_t mask) {
  if (!(types & ~mask)) return ANSWER_YES;
  return types & mask ? ANSWER_OPEN : ANSWER_NO;
}

static Answer ask_arity(const Fact *fact, int64_t n) {
  if (!(fact->types & TY_TUPLE)) return ANSWER_NO;
  if (fact->arity >= 0) return fact->arity != n ? ANSWER_NO : fact->types == TY_TUPLE ? ANSWER_YES : ANSWER_OPEN;
  for (const Known *k = fact->known; k; k = k->next) {
    if (k->kind == KNOWN_NOT_ARITY && k->number == n) return ANSWER_NO;
  }
  return ANSWER_OPEN;
}

static Answer ask_tagged(Lower *l, const Fact *fact, int64_t n, Const *tag) {
  Answer arity = ask_arity(fact, n);
  if (arity == ANSWER_NO) return ANSWER_NO;
  if (fact->literal && quoted_is_tuple(fact->literal->q) && n > 0) {
    return const_equal(l->c, const_of(l->c, quoted_tuple_item(l->c->names, fact->literal->q, 0)), tag) ? ANSWER_YES : ANSWER_NO;
  }
  for (const Known *k = fact->known; k; k = k->next) {
    if (k->kind == KNOWN_NOT_TAGGED && k->number == n && const_equal(l->c, k->constant, tag)) return ANSWER_NO;
    if (k->kind == KNOWN_FIELD && k->number == 0) {
      Answer answer = fact_has_const(l, val_fact(l, k->value), tag);
      if (answer == ANSWER_NO || (answer == ANSWER_YES && arity == ANSWER_YES)) return answer;
    }
  }
  return ANSWER_OPEN;
}

static Answer ask_compared(Lower *l, const Test *t) {
  for (const Known *k = val_fact(l, t->a)->known; k; k = k->next) {
    if (k->kind != KNOWN_COMPARED || k->op != t->op) continue;
    if (t->b.kind == VAL_NONE ? k->key.kind == VAL_NONE && k->number == t->n : k->key.kind != VAL_NONE && val_equal(l, k->key, t->b)) {
      return k->outcome ? ANSWER_YES : ANSWER_NO;
    }
  }
  return ANSWER_OPEN;
}

static Answer ask_compare(Lower *l, const Test *t) {
  if (val_equal(l, t->a, t->b)) return t->op == OP_LESS ? ANSWER_NO : ANSWER_YES;
  uint32_t a = val_types(l, t->a), b = val_types(l, t->b);
  if (t->op == OP_SAME && !(a & b)) return ANSWER_NO;
  if (t->op == OP_EQUAL && !(a & b) && !(a & TY_NUMBER && b & TY_NUMBER)) return ANSWER_NO;
  const Fact *fa = val_fact(l, t->a), *fb = val_fact(l, t->b);
  if (fa->literal && fb->literal && t->op == OP_SAME) return const_equal(l->c, fa->literal, fb->literal) ? ANSWER_YES : ANSWER_NO;
  return ask_compared(l, t);
}

static Answer ask_int(Lower *l, const Test *t) {
  const Fact *fact = val_fact(l, t->a);
  if (!(fact->types & TY_NUMBER)) return t->op == OP_GREATER_INT ? ANSWER_YES : ANSWER_NO; // numbers are the least of all
  if (fact->literal && fact->literal->q->kind == Q_INT) {
    int64_t v = fact->literal->q->integer;
    bool is = t->op == OP_LESS_INT ? v < t->n : t->op == OP_GREATER_INT ? v > t->n : v == t->n;
    return is ? ANSWER_YES : ANSWER_NO;
  }
  return ask_compared(l, t);
}

static Answer ask_key(Lower *l, const Test *t) {
  const Fact *fact = val_fact(l, t->a);
  if (!(fact->types & TY_MAP)) return ANSWER_NO;
  for (const Known *k = fact->known; k; k = k->next) {
    if (k->kind == KNOWN_KEY && val_equal(l, k->key, t->b)) return ANSWER_YES;
    if (k->kind == KNOWN_NO_KEY && val_equal(l, k->key, t->b)) return ANSWER_NO;
  }
  return ask_compared(l, t);
}

static Answer ask(Lower *l, const Test *t) {
  switch (t->kind) {
    case TEST_TYPES: return ask_types(val_types(l, t->a), t->mask);
    case TEST_CONST: return fact_has_const(l, val_fact(l, t->a), t->constant);
    case TEST_ARITY: return ask_arity(val_fact(l, t->a), t->n);
    case TEST_TAGGED: return ask_tagged(l, val_fact(l, t->a), t->n, t->constant);
    case TEST_COMPARE: return ask_compare(l, t);
    case TEST_INT: return ask_int(l, t);
    case TEST_FUN_ARITY: return val_types(l, t->a) & TY_FUN ? ask_compared(l, t) : ANSWER_NO;
    case TEST_HAS_KEY: return ask_key(l, t);
  }
  return ANSWER_OPEN;
}

Answer test_ask(Lower *l, const Test *t) {
  Answer answer = ask(l, t);
  if (!t->negate || answer == ANSWER_OPEN) return answer;
  return answer == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
}

// What the register t->a is when the test without its negation came out as `outcome`.
static const Fact *learn(Lower *l, const Test *t, bool outcome) {
  Facts *f = &l->facts;
  const Fact *fact = fact_of(f, t->a.reg);
  Known compared = {.kind = KNOWN_COMPARED, .op = t->op, .key = t->b, .number = t->n, .outcome = outcome};
  switch (t->kind) {
    case TEST_TYPES: return fact_types(f, fact, outcome ? t->mask : TY_ANY & ~t->mask);
    case TEST_CONST: return outcome ? fact_of_const(l, fact, t->constant) : fact_not_const(l, fact, t->constant);
    case TEST_ARITY:
      if (!outcome) return fact_known(f, fact, (Known){.kind = KNOWN_NOT_ARITY, .number = t->n});
      break;
    case TEST_TAGGED:
      if (!outcome) return fact_known(f, fact, (Known){.kind = KNOWN_NOT_TAGGED, .number = t->n, .constant = t->constant});
      fact = fact_known(f, fact, (Known){.kind = KNOWN_FIELD, .number = 0, .value = val_const(t->constant)});
      break;
    case TEST_COMPARE:
      if (t->op == OP_SAME && outcome) fact = fact_types(f, fact, val_types(l, t->b));
      return fact_known(f, fact, compared);
    case TEST_INT:
      if (outcome ? t->op != OP_GREATER_INT : t->op == OP_GREATER_INT) fact = fact_types(f, fact, TY_NUMBER);
      return fact_known(f, fact, compared);
    case TEST_FUN_ARITY:
      if (outcome) fact = fact_types(f, fact, TY_FUN);
      return fact_known(f, fact, compared);
    case TEST_HAS_KEY:
      if (outcome) fact = fact_types(f, fact, TY_MAP);
      return fact_known(f, fact, compared);
  }
  Fact *tuple = fact_copy(f, fact); // ARITY and TAGGED that hold
  tuple->types &= TY_TUPLE;
  tuple->arity = (int32_t)t->n;
  return tuple;
}

// The opcode, or its opposite; 0: there is none.
static FileOpcode opcode_of(const Test *t) {
  if (!t->negate) {
    switch (t->kind) {
      case TEST_CONST: return quoted_is_empty(t->constant->q) ? OP_IS_NIL : OP_SAME_CONST;
      case TEST_ARITY: return OP_IS_TUPLE_OF;
      case TEST_TAGGED: return OP_IS_TAGGED;
      case TEST_FUN_ARITY: return OP_IS_FUNCTION_ARITY;
      case TEST_HAS_KEY: return OP_HAS_KEY;
      default: return (FileOpcode)t->op;
    }
  }
  if (t->kind == TEST_CONST) return OP_NOT_SAME_CONST;
  switch (t->op) {
    case OP_SAME: return OP_NOT_SAME;
    case OP_EQUAL: return OP_NOT_EQUAL;
    case OP_LESS: return OP_NOT_LESS;
    case OP_LESS_INT: return OP_NOT_LESS_INT;
    case OP_GREATER_INT: return OP_NOT_GREATER_INT;
    default: return (FileOpcode)0;
  }
}

void test_emit(Lower *l, const Test *given, Block *no) {
  if (!l->block) return;
  Test t = *given;
  t.a = flow_resolve(l->f, t.a);
  Answer answer = test_ask(l, &t);
  if (answer == ANSWER_YES) return;
  if (answer == ANSWER_NO) {
    lower_jump(l, no);
    return;
  }
  t.a = lower_load(l, t.a);
  FileOpcode op = opcode_of(&t);
  if (!op) {
    Test plain = t;
    plain.negate = false;
    Block *go_on = lower_block(l, 0);
    test_emit(l, &plain, go_on);
    if (l->block) lower_jump(l, no);
    lower_start(l, go_on);
    return;
  }
  Val uses[2] = {t.a, t.b};
  bool two = op == OP_HAS_KEY || op == OP_IS_FUNCTION_ARITY || t.kind == TEST_COMPARE;
  Instr *i = lower_emit(l, op, uses, two ? 2 : 1, 0);
  i->constant = t.constant;
  i->numbers[0] = t.n;
  i->fail = no;
  Version *negative = facts_with(&l->facts, t.a.reg, learn(l, &t, t.negate));
  lower_edge(l, no, negative);
  fact_set(&l->facts, t.a.reg, learn(l, &t, !t.negate));
}

// SPDX-License-Identifier: Apache-2.0
//
// Conditions: expressions that give true or false become tests and jumps; no boolean is put into a slot unless somebody
// wants it as a value.
//
// In guards (guard_fail is set) an operand that is no boolean, or that raises, goes to guard_fail: the whole alternative is
// false then, also under `not`. Outside of guards only what cannot raise is a condition; the rest are calls.
#include <string.h>

#include "compiler/core/lower.h"

typedef struct TypeTest {
  const char *name;
  uint16_t op;
  uint32_t mask;
} TypeTest;

static const TypeTest TYPE_TESTS[] = {
  {"is_atom", OP_IS_ATOM, TY_ATOM},
  {"is_binary", OP_IS_BINARY, TY_BINARY},
  {"is_bitstring", OP_IS_BITSTRING, TY_BITSTRING},
  {"is_boolean", OP_IS_BOOLEAN, TY_BOOLEAN},
  {"is_float", OP_IS_FLOAT, TY_FLOAT},
  {"is_function", OP_IS_FUNCTION, TY_FUN},
  {"is_integer", OP_IS_INTEGER, TY_INTEGER},
  {"is_list", OP_IS_LIST, TY_LIST},
  {"is_map", OP_IS_MAP, TY_MAP},
  {"is_number", OP_IS_NUMBER, TY_NUMBER},
  {"is_pid", OP_IS_PID, TY_PID},
  {"is_port", OP_IS_PORT, TY_PORT},
  {"is_reference", OP_IS_REFERENCE, TY_REFERENCE},
  {"is_tuple", OP_IS_TUPLE, TY_TUPLE},
};

static const TypeTest *type_test(const Name *name) {
  if (name->length < 6 || memcmp(name->text, "is_", 3) != 0) return NULL;
  for (size_t i = 0; i < sizeof TYPE_TESTS / sizeof TYPE_TESTS[0]; i++) {
    if (!strcmp(TYPE_TESTS[i].name, name->text)) return &TYPE_TESTS[i];
  }
  return NULL;
}

typedef enum Comparison { COMPARE_NONE, COMPARE_SAME, COMPARE_NOT_SAME, COMPARE_EQUAL, COMPARE_NOT_EQUAL, COMPARE_LESS, COMPARE_GREATER, COMPARE_LESS_EQUAL, COMPARE_GREATER_EQUAL } Comparison;

static Comparison comparison(const Name *name) {
  static const struct {
    const char *text;
    Comparison what;
  } ALL[] = {{"=:=", COMPARE_SAME}, {"=/=", COMPARE_NOT_SAME}, {"==", COMPARE_EQUAL}, {"/=", COMPARE_NOT_EQUAL},
             {"<", COMPARE_LESS},   {">", COMPARE_GREATER},    {"=<", COMPARE_LESS_EQUAL}, {">=", COMPARE_GREATER_EQUAL}};
  if (name->length > 3) return COMPARE_NONE;
  for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
    if (!strcmp(ALL[i].text, name->text)) return ALL[i].what;
  }
  return COMPARE_NONE;
}

static bool short_int(Val v, int64_t *n) {
  if (v.kind != VAL_CONST || v.constant->q->kind != Q_INT || !int_is_short(v.constant->q->integer)) return false;
  *n = v.constant->q->integer;
  return true;
}

static bool simple_constant(Val v) {
  return v.kind == VAL_CONST && (const_is_atom(v.constant) || quoted_is_empty(v.constant->q) || v.constant->q->kind == Q_BINARY);
}

static Test equality(Lower *l, bool exact, bool negate, Val a, Val b) {
  if (a.kind == VAL_CONST && b.kind != VAL_CONST) {
    Val swap = a;
    a = b;
    b = swap;
  }
  Test t = {.negate = negate, .a = a, .b = b};
  if (b.kind == VAL_CONST && (exact || simple_constant(b))) {
    t.kind = TEST_CONST;
    t.constant = b.constant;
    t.b = (Val){0};
  } else if (!exact && short_int(b, &t.n)) {
    if (val_types(l, a) & TY_FLOAT) {
      t.kind = TEST_INT;
      t.op = OP_EQUAL_INT;
    } else {
      t.kind = TEST_CONST;
      t.constant = b.constant;
    }
    t.b = (Val){0};
  } else {
    t.kind = TEST_COMPARE;
    t.op = exact ? OP_SAME : OP_EQUAL;
  }
  return t;
}

// a < b, or with `negate` a >= b
static Test less(Val a, Val b, bool negate) {
  Test t = {.kind = TEST_INT, .negate = negate};
  if (short_int(b, &t.n)) {
    t.op = OP_LESS_INT;
    t.a = a;
  } else if (short_int(a, &t.n)) {
    t.op = OP_GREATER_INT;
    t.a = b;
  } else {
    t.kind = TEST_COMPARE;
    t.op = OP_LESS;
    t.a = a;
    t.b = b;
  }
  return t;
}

bool condition_test(Lower *l, const Name *function, const Val *args, uint32_t count, Test *test) {
  if (count == 1) {
    const TypeTest *type = type_test(function);
    if (!type) return false;
    *test = test_types(args[0], type->op, type->mask);
    return true;
  }
  if (count != 2) return false;
  if (!strcmp(function->text, "is_function")) {
    if (args[1].kind != VAL_CONST || args[1].constant->q->kind != Q_INT || args[1].constant->q->integer < 0) return false;
    *test = (Test){.kind = TEST_FUN_ARITY, .op = OP_IS_FUNCTION_ARITY, .a = args[0], .b = args[1]};
    return true;
  }
  if (!strcmp(function->text, "is_map_key")) {
    if (val_types(l, args[1]) != TY_MAP) return false; // badmap otherwise
    *test = (Test){.kind = TEST_HAS_KEY, .op = OP_HAS_KEY, .a = args[1], .b = args[0]};
    return true;
  }
  switch (comparison(function)) {
    case COMPARE_NONE: return false;
    case COMPARE_SAME: *test = equality(l, true, false, args[0], args[1]); break;
    case COMPARE_NOT_SAME: *test = equality(l, true, true, args[0], args[1]); break;
    case COMPARE_EQUAL: *test = equality(l, false, false, args[0], args[1]); break;
    case COMPARE_NOT_EQUAL: *test = equality(l, false, true, args[0], args[1]); break;
    case COMPARE_LESS: *test = less(args[0], args[1], false); break;
    case COMPARE_GREATER: *test = less(args[1], args[0], false); break;
    case COMPARE_GREATER_EQUAL: *test = less(args[0], args[1], true); break;
    case COMPARE_LESS_EQUAL: *test = less(args[1], args[0], true); break;
  }
  return true;
}

static bool is_literal(const Core *core, NameId id) { return core->kind == CORE_LITERAL && quoted_is_name(core->u.literal, id); }
static bool clause_is(const CoreClause *clause, NameId id) {
  return clause->pattern_count == 1 && clause->guard_count == 0 && clause->patterns[0]->kind == PAT_LITERAL && quoted_is_name(clause->patterns[0]->literal, id);
}

char core_boolean_operator(const Core *core, Core **left, Core **right) {
  const Name *name;
  if (core_erlang_call(core, &name) && core->count == 2) {
    *left = core->args[0];
    *right = core->args[1];
    if (!strcmp(name->text, "andalso") || !strcmp(name->text, "and")) return 'a';
    if (!strcmp(name->text, "orelse") || !strcmp(name->text, "or")) return 'o';
    return 0;
  }
  if (core->kind != CORE_CASE || core->u.branch.clause_count < 2) return 0;
  const CoreClause *yes = &core->u.branch.clauses[0], *no = &core->u.branch.clauses[1];
  if (core->u.branch.clause_count > 2 && core->u.branch.on_fail != FAIL_BAD_BOOLEAN) return 0;
  if (!clause_is(yes, N_TRUE)) {
    const CoreClause *swap = yes;
    yes = no;
    no = swap;
  }
  if (!clause_is(yes, N_TRUE) || !clause_is(no, N_FALSE)) return 0;
  *left = core->args[0];
  if (is_literal(no->body, N_FALSE)) {
    *right = yes->body;
    return 'a';
  }
  if (is_literal(yes->body, N_TRUE)) {
    *right = no->body;
    return 'o';
  }
  return 0;
}

bool core_is_condition(const Core *core) {
  const Name *name;
  if (!core_erlang_call(core, &name)) return false;
  if (core->count == 1) {
    if (!strcmp(name->text, "not")) return core_is_condition(core->args[0]);
    return type_test(name) != NULL;
  }
  if (core->count != 2) return false;
  if (!strcmp(name->text, "andalso") || !strcmp(name->text, "orelse")) return true;
  if (!strcmp(name->text, "is_function")) {
    const Core *arity = core->args[1];
    return arity->kind == CORE_LITERAL && arity->u.literal->kind == Q_INT && arity->u.literal->integer >= 0;
  }
  return comparison(name) != COMPARE_NONE;
}

// x =:= 1 or x =:= 2 or …: counts the constants, or answers 0 when it is something else.
static uint32_t member_chain(const Core *core, const CoreVar **var, Quoted **values, uint32_t room) {
  Core *left, *right;
  if (core_boolean_operator(core, &left, &right) == 'o') {
    uint32_t a = member_chain(left, var, values, room);
    uint32_t b = a && a < room ? member_chain(right, var, values + a, room - a) : 0;
    return b ? a + b : 0;
  }
  const Name *name;
  if (!room || !core_erlang_call(core, &name) || core->count != 2) return 0;
  bool exact = !strcmp(name->text, "=:=");
  if (!exact && strcmp(name->text, "==") != 0) return 0;
  const Core *x = core->args[0], *k = core->args[1];
  if (x->kind == CORE_LITERAL) {
    const Core *swap = x;
    x = k;
    k = swap;
  }
  if (x->kind != CORE_VAR || k->kind != CORE_LITERAL || (*var && *var != x->u.var)) return 0;
  Quoted *q = k->u.literal;
  if (!(q->kind == Q_ATOM || (exact && q->kind == Q_INT && int_is_small(q->integer)))) return 0;
  *var = x->u.var;
  values[0] = q;
  return 1;
}

enum { MEMBERS_MAX = 256 };

static bool lower_members(Lower *l, Core *core, Block *yes, Block *no) {
  Core *left, *right;
  if (core_boolean_operator(core, &left, &right) != 'o') return false;
  const CoreVar *var = NULL;
  Quoted *values[MEMBERS_MAX];
  uint32_t count = member_chain(core, &var, values, MEMBERS_MAX);
  if (count < 3) return false;
  Val v = lower_var(l, (CoreVar *)(uintptr_t)var, core->at);
  const Fact *fact = val_fact(l, v);
  uint32_t kept = 0;
  Const **open = ARENA_ARRAY(l->arena, Const *, count);
  for (uint32_t i = 0; i < count; i++) {
    Const *k = const_of(l->c, values[i]);
    Answer answer = fact_has_const(l, fact, k);
    if (answer == ANSWER_YES) {
      lower_jump(l, yes);
      return true;
    }
    bool twice = false;
    for (uint32_t j = 0; j < kept && !twice; j++) twice = const_equal(l->c, open[j], k);
    if (answer == ANSWER_OPEN && !twice) open[kept++] = k;
  }
  if (kept < 3) {
    for (uint32_t i = 0; i < kept && l->block; i++) {
      Block *next = lower_block(l, 0);
      Test t = test_const(v, open[i]);
      test_emit(l, &t, next);
      lower_jump(l, yes);
      lower_start(l, next);
    }
    lower_jump(l, no);
    return true;
  }
  Instr *i = flow_instr(l->f, OP_SELECT, 1);
  i->uses[0] = v;
  i->target_count = kept + 1;
  i->values = open;
  i->targets = ARENA_ARRAY(l->arena, Block *, kept + 1);
  for (uint32_t n = 0; n < kept; n++) {
    i->targets[n] = yes;
    lower_edge(l, yes, l->facts.version);
  }
  i->targets[kept] = no;
  lower_edge(l, no, l->facts.version);
  lower_end(l, i);
  return true;
}

void lower_condition(Lower *l, Core *core, Block *yes, Block *no) {
  if (!l->block) return;
  compile_enter(l->c, core->at);
  if (core->at.line) l->line = core->at.line;
  const Name *name;
  Core *left, *right;
  char operator = core_boolean_operator(core, &left, &right);
  Test test;
  if (operator && lower_members(l, core, yes, no)) {
  } else if (operator && (l->guard_fail || core->kind == CORE_REMOTE)) {
    Block *middle = lower_block(l, 0);
    if (operator == 'a') {
      lower_condition(l, left, middle, no);
    } else {
      lower_condition(l, left, yes, middle);
    }
    lower_start(l, middle);
    lower_condition(l, right, yes, no);
  } else if (core_erlang_call(core, &name) && core->count == 1 && !strcmp(name->text, "not") && (l->guard_fail || core_is_condition(core->args[0]))) {
    lower_condition(l, core->args[0], no, yes);
  } else if (core_erlang_call(core, &name) && core->count == 2 && !strcmp(name->text, "is_map_key") && l->guard_fail) {
    Val args[2] = {lower_value(l, core->args[0]), lower_value(l, core->args[1])};
    if (l->block) {
      Test is_map = test_types(args[1], OP_IS_MAP, TY_MAP);
      test_emit(l, &is_map, l->guard_fail);
      if (l->block) {
        Val key = lower_load(l, args[0]);
        test = (Test){.kind = TEST_HAS_KEY, .op = OP_HAS_KEY, .a = args[1], .b = key};
        test_emit(l, &test, no);
        if (l->block) lower_jump(l, yes);
      }
    }
  } else if (core_is_condition(core) && core_erlang_call(core, &name)) {
    Val args[2] = {{0}};
    for (uint32_t i = 0; i < core->count; i++) args[i] = lower_value(l, core->args[i]);
    if (l->block) {
      bool is_test = condition_test(l, name, args, core->count, &test);
      CHECK(is_test);
      test_emit(l, &test, no);
      if (l->block) lower_jump(l, yes);
    }
  } else {
    lower_into(l, core, (Cont){.kind = CONT_TEST, .block = yes, .other = no});
  }
  compile_leave(l->c);
}

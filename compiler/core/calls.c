// SPDX-License-Identifier: Apache-2.0
//
// Calls: of this module, of others, of funs and loops; and the functions of `:erlang` that are opcodes.
//
//  - What never returns (error, exit, throw, raise) is no tail call, so that the caller stays in the stack trace.
//  - An opcode that can only jump when it fails (HEAD, MAP_GET, …) fails outside of guards to a call of the real function,
//    which raises with its proper reason.
#include <string.h>

#include "compiler/core/lower.h"

bool core_erlang_call(const Core *core, const Name **function) {
  if (core->kind != CORE_REMOTE) return false;
  const Core *m = core->u.remote.module, *f = core->u.remote.function;
  if (m->kind != CORE_LITERAL || m->u.literal->kind != Q_ATOM || f->kind != CORE_LITERAL || f->u.literal->kind != Q_ATOM) return false;
  const Name *name = m->u.literal->name;
  if (name->length != 6 || memcmp(name->text, "erlang", 6) != 0) return false;
  *function = f->u.literal->name;
  return true;
}

typedef struct Arithmetic {
  const char *name;
  FileOpcode op;
  uint32_t arity, types;
  uint32_t wants; // what the operands were when it did not raise
} Arithmetic;

static const Arithmetic ARITHMETIC[] = {
  {"+", OP_ADD, 2, TY_NUMBER, TY_NUMBER},        {"-", OP_SUB, 2, TY_NUMBER, TY_NUMBER},
  {"*", OP_MUL, 2, TY_NUMBER, TY_NUMBER},        {"/", OP_DIVIDE, 2, TY_FLOAT, TY_NUMBER},
  {"div", OP_DIV, 2, TY_INTEGER, TY_INTEGER},    {"rem", OP_REM, 2, TY_INTEGER, TY_INTEGER},
  {"band", OP_BAND, 2, TY_INTEGER, TY_INTEGER},  {"bor", OP_BOR, 2, TY_INTEGER, TY_INTEGER},
  {"bxor", OP_BXOR, 2, TY_INTEGER, TY_INTEGER},  {"bsl", OP_BSL, 2, TY_INTEGER, TY_INTEGER},
  {"bsr", OP_BSR, 2, TY_INTEGER, TY_INTEGER},    {"-", OP_NEGATE, 1, TY_NUMBER, TY_NUMBER},
  {"bnot", OP_BNOT, 1, TY_INTEGER, TY_INTEGER},
};

typedef struct GuardNative {
  const char *name;
  uint32_t arity, types;
} GuardNative;

static const GuardNative GUARD_NATIVES[] = {
  {"abs", 1, TY_NUMBER},       {"binary_part", 2, TY_BINARY}, {"binary_part", 3, TY_BINARY}, {"bit_size", 1, TY_INTEGER},
  {"byte_size", 1, TY_INTEGER}, {"ceil", 1, TY_INTEGER},      {"element", 2, TY_ANY},        {"float", 1, TY_FLOAT},
  {"floor", 1, TY_INTEGER},    {"hd", 1, TY_ANY},             {"is_function", 2, TY_BOOLEAN}, {"is_map_key", 2, TY_BOOLEAN},
  {"length", 1, TY_INTEGER},   {"map_get", 2, TY_ANY},        {"map_size", 1, TY_INTEGER},   {"node", 0, TY_ATOM},
  {"node", 1, TY_ATOM},        {"round", 1, TY_INTEGER},      {"self", 0, TY_PID},           {"size", 1, TY_INTEGER},
  {"tl", 1, TY_ANY},           {"trunc", 1, TY_INTEGER},      {"tuple_size", 1, TY_INTEGER}, {"+", 1, TY_NUMBER},
};

static void may_fail(Lower *l, Instr *i) {
  if (!l->guard_fail || !l->block) return;
  i->fail = l->guard_fail;
  lower_edge(l, i->fail, l->facts.version);
}

static Val arithmetic(Lower *l, const Arithmetic *what, const Val *args) {
  Instr *i;
  int64_t n = 0;
  bool add = what->op == OP_ADD, sub = what->op == OP_SUB;
  Val a = args[0], b = what->arity == 2 ? args[1] : args[0];
  // What fails shows its operands in their order: only what is known to be a number is turned around.
  if (add && a.kind == VAL_CONST && b.kind == VAL_REG && !(val_types(l, b) & ~(unsigned)TY_NUMBER)) {
    Val swap = a;
    a = b;
    b = swap;
  }
  uint32_t types = what->types;
  bool whole = val_types(l, args[0]) == TY_INTEGER && (what->arity == 1 || val_types(l, args[1]) == TY_INTEGER);
  if (types == TY_NUMBER && whole) types = TY_INTEGER;
  if ((add || sub) && a.kind == VAL_REG && b.kind == VAL_CONST && const_is_int(b.constant) && int_is_short(b.constant->q->integer) &&
      int_is_short(-b.constant->q->integer)) {
    n = add ? b.constant->q->integer : -b.constant->q->integer;
    i = lower_emit(l, OP_ADD_INT, &a, 1, 1);
    i->numbers[0] = n;
  } else {
    i = lower_emit(l, what->op, args, what->arity, 1);
  }
  may_fail(l, i);
  for (uint32_t k = 0; k < what->arity; k++) lower_typed(l, flow_resolve(l->f, args[k]), what->wants);
  return lower_typed(l, val_reg(i->defs[0]), types);
}

// Where an opcode with a label goes: the guard's way, or a block that calls the function to raise.
static Block *failure_of(Lower *l, Block **raise) {
  if (l->guard_fail) return l->guard_fail;
  return *raise = lower_block(l, 0);
}

static void raise_by_call(Lower *l, Block *raise, const char *function, const Val *args, uint32_t count) {
  if (!raise || !raise->ref_count) return;
  Block *here = l->block;
  Version *version = l->facts.version;
  lower_start(l, raise);
  Val result = lower_call_import(l, "erlang", function, args, count);
  lower_end(l, lower_call_instr(l, OP_RETURN, &result, 1));
  l->block = here;
  facts_go(&l->facts, version);
}

static Val list_part(Lower *l, const char *function, Val list, FileOpcode op, int64_t field) {
  const Fact *fact = val_fact(l, list);
  for (const Known *k = fact->known; k; k = k->next) {
    if (k->kind == KNOWN_FIELD && k->number == field && fact->types == TY_CONS) return k->value;
  }
  Block *raise = NULL;
  Instr *i = lower_emit(l, op, &list, 1, 1);
  if (!l->block) return val_const(l->k_empty);
  if (fact->types == TY_CONS) {
    i->fail = lower_impossible(l);
    i->safe = true;
  } else {
    i->fail = failure_of(l, &raise);
    lower_edge(l, i->fail, l->facts.version);
  }
  raise_by_call(l, raise, function, &list, 1);
  Val result = val_reg(i->defs[0]);
  if (list.kind == VAL_REG) {
    const Fact *cons = fact_types(&l->facts, fact_of(&l->facts, list.reg), TY_CONS);
    fact_set(&l->facts, list.reg, fact_known(&l->facts, cons, (Known){.kind = KNOWN_FIELD, .number = field, .value = result}));
  }
  return result;
}

static Val map_get(Lower *l, Val key, Val map) {
  for (const Known *k = val_fact(l, map)->known; k; k = k->next) {
    if (k->kind == KNOWN_KEY && val_equal(l, k->key, key)) return k->value;
  }
  Block *raise = NULL;
  Instr *i;
  if (key.kind == VAL_CONST) {
    i = lower_emit(l, OP_MAP_GET_CONST, &map, 1, 1);
    i->constant = key.constant;
  } else {
    i = lower_emit(l, OP_MAP_GET, (Val[]){map, key}, 2, 1);
  }
  if (!l->block) return val_const(l->k_empty);
  i->fail = failure_of(l, &raise);
  lower_edge(l, i->fail, l->facts.version);
  raise_by_call(l, raise, "map_get", (Val[]){key, map}, 2);
  Val result = val_reg(i->defs[0]);
  if (map.kind == VAL_REG) {
    const Fact *fact = fact_types(&l->facts, fact_of(&l->facts, map.reg), TY_MAP);
    fact_set(&l->facts, map.reg, fact_known(&l->facts, fact, (Known){.kind = KNOWN_KEY, .key = key, .value = result}));
  }
  return result;
}

static bool element(Lower *l, Val index, Val tuple, Val *result) {
  if (index.kind != VAL_CONST || index.constant->q->kind != Q_INT || index.constant->q->integer < 1 || index.constant->q->integer > 1 << 20) return false;
  int64_t n = index.constant->q->integer - 1;
  const Fact *fact = val_fact(l, tuple);
  bool sure = fact->types == TY_TUPLE && n < fact->arity;
  if (l->guard_fail && !sure) return false;
  for (const Known *k = fact->known; k && sure; k = k->next) {
    if (k->kind == KNOWN_FIELD && k->number == n) {
      *result = k->value;
      return true;
    }
  }
  Instr *i = lower_emit(l, OP_ELEMENT, &tuple, 1, 1);
  i->numbers[0] = n;
  i->safe = sure;
  *result = val_reg(i->defs[0]);
  if (tuple.kind == VAL_REG && l->block) {
    fact = fact_types(&l->facts, fact_of(&l->facts, tuple.reg), TY_TUPLE);
    if (sure) fact = fact_known(&l->facts, fact, (Known){.kind = KNOWN_FIELD, .number = n, .value = *result});
    fact_set(&l->facts, tuple.reg, fact);
  }
  return true;
}

// not, and, or, xor of values that are not known to be booleans before.
static bool boolean_call(Lower *l, const char *name, Core *core, Val *result) {
  if (strcmp(name, "not") != 0 || core->count != 1) return false;
  Val v = lower_value(l, core->args[0]);
  if (!l->block) return true;
  Block *join = lower_block(l, 1), *not_true = lower_block(l, 0);
  Block *bad = l->guard_fail ? l->guard_fail : lower_block(l, 0);
  Test is_true = test_const(v, l->k_true), is_false = test_const(v, l->k_false);
  test_emit(l, &is_true, not_true);
  lower_jump_value(l, join, val_const(l->k_false));
  lower_start(l, not_true);
  test_emit(l, &is_false, bad);
  lower_jump_value(l, join, val_const(l->k_true));
  if (!l->guard_fail) {
    lower_start(l, bad);
    if (l->block) {
      Val raised = lower_call_import(l, "erlang", "not", &v, 1);
      lower_end(l, lower_call_instr(l, OP_RETURN, &raised, 1));
    }
  }
  *result = lower_typed(l, lower_join_value(l, join), TY_BOOLEAN);
  return true;
}

// A function of `:erlang` as opcodes.
static bool inline_call(Lower *l, Core *core, Val *result) {
  const Name *function;
  if (!core_erlang_call(core, &function) || core->count > 3) return false;
  const char *name = function->text;
  *result = val_const(l->k_empty);
  if (boolean_call(l, name, core, result)) return true;
  const Arithmetic *arith = NULL;
  for (size_t i = 0; i < sizeof ARITHMETIC / sizeof ARITHMETIC[0] && !arith; i++) {
    if (ARITHMETIC[i].arity == core->count && !strcmp(ARITHMETIC[i].name, name)) arith = &ARITHMETIC[i];
  }
  const GuardNative *native = NULL;
  for (size_t i = 0; i < sizeof GUARD_NATIVES / sizeof GUARD_NATIVES[0] && !arith && !native; i++) {
    if (GUARD_NATIVES[i].arity == core->count && !strcmp(GUARD_NATIVES[i].name, name)) native = &GUARD_NATIVES[i];
  }
  bool send = core->count == 2 && (!strcmp(name, "send") || !strcmp(name, "!"));
  if (!arith && !native && !send) return false;
  Val args[3];
  for (uint32_t i = 0; i < core->count; i++) args[i] = lower_value(l, core->args[i]);
  for (uint32_t i = 0; i < core->count; i++) args[i] = flow_resolve(l->f, args[i]);
  if (!l->block) return true;
  if (arith) {
    *result = arithmetic(l, arith, args);
  } else if (send) {
    Instr *i = lower_emit(l, OP_SEND, args, 2, 1);
    *result = val_reg(i->defs[0]);
  } else if (!strcmp(name, "hd")) {
    *result = list_part(l, "hd", args[0], OP_HEAD, FIELD_HEAD);
  } else if (!strcmp(name, "tl")) {
    *result = list_part(l, "tl", args[0], OP_TAIL_OF, FIELD_TAIL);
  } else if (!strcmp(name, "map_get")) {
    *result = map_get(l, args[0], args[1]);
  } else if (!strcmp(name, "tuple_size") && val_fact(l, args[0])->types == TY_TUPLE && val_fact(l, args[0])->arity >= 0) {
    *result = val_const(const_int(l->c, val_fact(l, args[0])->arity));
  } else if (strcmp(name, "element") != 0 || !element(l, args[0], args[1], result)) {
    *result = lower_guard_native(l, name, args, core->count, native->types);
    if (!strcmp(name, "length")) lower_typed(l, args[0], TY_LIST);
    if (!strcmp(name, "tuple_size")) lower_typed(l, args[0], TY_TUPLE);
    if (!strcmp(name, "map_size")) lower_typed(l, args[0], TY_MAP);
    if (!strcmp(name, "byte_size") || !strcmp(name, "bit_size")) lower_typed(l, args[0], TY_BITSTRING);
  }
  return true;
}

static bool never_returns(const Core *core) {
  const Name *name;
  if (!core_erlang_call(core, &name)) return false;
  if (core->count == 1) return !strcmp(name->text, "error") || !strcmp(name->text, "exit") || !strcmp(name->text, "throw");
  if (core->count == 2) return !strcmp(name->text, "error");
  return core->count == 3 && (!strcmp(name->text, "raise") || !strcmp(name->text, "error"));
}

static bool is_atom(const Core *core) { return core->kind == CORE_LITERAL && core->u.literal->kind == Q_ATOM; }

static uint32_t import_of(Lower *l, const Name *module, const Name *function, uint32_t arity) {
  ModuleBuilder *b = l->c->builder;
  uint32_t m = builder_atom(b, module->text, module->length), f = builder_atom(b, function->text, function->length);
  return builder_import(b, m, f, arity);
}

// The call as an instruction without result; NULL: nothing can come to it.
static Instr *make_call(Lower *l, Core *core, bool tail) {
  LiftFun *loop = core->kind == CORE_CALL_LETREC ? core->u.letrec->slot : NULL;
  uint32_t extra = loop ? loop->capture_count : 0, count = core->count + extra;
  if (count > ARITY_MAX) compile_stop(l->c, DIAG_LIMIT, core->at, "a call with more than %d arguments", ARITY_MAX);
  Val *uses = ARENA_ARRAY(l->arena, Val, count + 2), callee = {0}, module = {0}, function = {0};
  if (core->kind == CORE_APPLY_FUN) callee = lower_value(l, core->u.callee);
  bool dynamic = core->kind == CORE_REMOTE && !(is_atom(core->u.remote.module) && is_atom(core->u.remote.function));
  if (dynamic) {
    module = lower_value(l, core->u.remote.module);
    function = lower_value(l, core->u.remote.function);
  }
  for (uint32_t i = 0; i < core->count; i++) uses[i] = lower_value(l, core->args[i]);
  for (uint32_t i = 0; i < extra; i++) uses[core->count + i] = lower_var(l, loop->captures[i], core->at);
  if (!l->block) return NULL;
  if (core->at.line) l->line = core->at.line;
  FileOpcode op = tail ? OP_TAIL : OP_CALL;
  uint32_t index = 0, use_count = count;
  if (loop) {
    index = loop->index;
  } else if (core->kind == CORE_LOCAL) {
    FunctionEntry *entry = compile_find(l->c, core->u.local.name, core->count);
    if (entry) {
      index = entry->index;
    } else { // raises undef
      op = tail ? OP_TAIL_EXT : OP_CALL_EXT;
      index = import_of(l, l->c->module->name, core->u.local.name, core->count);
    }
  } else if (core->kind == CORE_APPLY_FUN) {
    op = tail ? OP_TAIL_FUN : OP_CALL_FUN;
    uses[use_count++] = lower_load(l, callee);
  } else if (dynamic) {
    op = tail ? OP_TAIL_DYN : OP_CALL_DYN;
    uses[use_count++] = lower_load(l, module);
    uses[use_count++] = lower_load(l, function);
  } else {
    op = tail ? OP_TAIL_EXT : OP_CALL_EXT;
    index = import_of(l, core->u.remote.module->u.literal->name, core->u.remote.function->u.literal->name, core->count);
  }
  Instr *i = lower_call_instr(l, op, uses, use_count);
  i->index = index;
  i->numbers[0] = core->count;
  return i;
}

static Val local_reference(Lower *l, Core *core) {
  FunctionEntry *entry = compile_find(l->c, core->u.local.name, core->u.local.arity);
  if (!entry) {
    compile_stop(l->c, DIAG_INTERNAL, core->at, "reference to %s/%u, which the module does not define", core->u.local.name->text, core->u.local.arity);
  }
  if (!entry->ref_fun) entry->ref_fun = builder_fun(l->c->builder, entry->index, entry->arity, 0) + 1;
  Instr *i = lower_emit(l, OP_MAKE_FUN, NULL, 0, 1);
  i->index = entry->ref_fun - 1;
  i->safe = true;
  return lower_typed(l, val_reg(i->defs[0]), TY_FUN);
}

static Val remote_reference(Lower *l, Core *core) {
  const Core *m = core->u.remote.module, *f = core->u.remote.function, *arity = core->args[0];
  if (is_atom(m) && is_atom(f) && arity->kind == CORE_LITERAL && arity->u.literal->kind == Q_INT) {
    Const *k = const_external_fun(l->c, m->u.literal->name, f->u.literal->name, arity->u.literal->integer);
    if (k) return val_const(k);
  }
  Val args[3];
  args[0] = lower_value(l, core->u.remote.module);
  args[1] = lower_value(l, core->u.remote.function);
  args[2] = lower_value(l, core->args[0]);
  return lower_typed(l, lower_call_import(l, "erlang", "make_fun", args, 3), TY_FUN);
}

Val lower_call(Lower *l, Core *core) {
  if (core->kind == CORE_LOCAL_REF) return local_reference(l, core);
  if (core->kind == CORE_REMOTE_REF) return remote_reference(l, core);
  Val result;
  if (core->kind == CORE_REMOTE && inline_call(l, core, &result)) return result;
  if (l->guard_fail && core->kind == CORE_REMOTE && !core_is_condition(core)) {
    const Name *name; // a guard native of a newer level: the verifier tells if there is none
    if (core_erlang_call(core, &name)) {
      Val *args = ARENA_ARRAY(l->arena, Val, core->count);
      for (uint32_t i = 0; i < core->count; i++) args[i] = lower_value(l, core->args[i]);
      return lower_guard_native(l, name->text, args, core->count, TY_ANY);
    }
  }
  Instr *call = make_call(l, core, false);
  if (!call) return val_const(l->k_empty);
  uint32_t reg = lower_def(l, call);
  block_append(l->block, call);
  result = val_reg(reg);
  if (never_returns(core)) lower_end(l, lower_call_instr(l, OP_RETURN, &result, 1));
  return result;
}

void lower_tail_call(Lower *l, Core *core) {
  Val result;
  if (core->kind == CORE_REMOTE && inline_call(l, core, &result)) {
    cont_apply(l, (Cont){.kind = CONT_RETURN}, result);
  } else if (never_returns(core)) {
    lower_call(l, core);
  } else {
    Instr *call = make_call(l, core, true);
    if (call) lower_end(l, call);
  }
}

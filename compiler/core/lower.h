// SPDX-License-Identifier: Apache-2.0
//
// Lowering Core to flow form: what anf.c, condition.c, match.c, control.c and the others share.
//
// Lowering is one walk. `block` is where instructions go; it is NULL where nothing can come to (all
// that is asked for there is dropped). Where a value goes is told by a Cont, so tail calls, tests and
// joins need no passes of their own. In guards `guard_fail` is set: whatever would raise goes there instead.
//
//  W1  A block is started once, after at least one edge to it was made; what is known there is what all
//      edges made so far have in common (edges made later come from blocks that it dominates).
//  W2  A region's blocks are those made or started while `region` is set to it.
#ifndef JOIST_CORE_LOWER_H
#define JOIST_CORE_LOWER_H

#include "compiler/core/facts.h"

typedef struct Match Match;

typedef enum ContKind {
  CONT_RETURN, // of the function; calls become tail calls
  CONT_JOIN,   // to `block`, with the value as its parameter if it has one
  CONT_TEST,   // to `block` if true, to `other` if false; in guards
  CONT_MATCH,  // to the clauses of `match`
} ContKind;
typedef struct Cont {
  ContKind kind;
  Block *block, *other;
  Match *match;
} Cont;

typedef struct Row Row;
typedef struct Lower {
  Compile *c;
  Flow *f;
  Arena *arena;
  LiftFun *lift;
  Block *block;
  Region *region;
  uint32_t line;
  Block *guard_fail;
  Block *impossible;
  Block *receive_next; // while a message is being examined: what cannot fail has this as its label
  Facts facts;
  Row **rows; // match.c's stack of rows
  uint32_t row_top, row_capacity;
  Const *k_true, *k_false, *k_nil, *k_empty;
} Lower;

// --- blocks
Block *lower_block(Lower *l, uint32_t params);   // in the current region
void lower_start(Lower *l, Block *b);            // W1; nothing happens (block NULL) if no edge leads there
void lower_edge(Lower *l, Block *to, Version *v); // counts an edge
void lower_jump(Lower *l, Block *to);
void lower_jump_value(Lower *l, Block *to, Val v); // the value is dropped if `to` has no parameter
void lower_jump_values(Lower *l, Block *to, const Val *values);
Block *lower_impossible(Lower *l);               // never reached: for labels of what cannot fail

// --- instructions; all of them do nothing and answer `[]` where nothing can come to
Instr *lower_emit(Lower *l, FileOpcode op, const Val *uses, uint32_t use_count, uint32_t defs); // constants are loaded first
uint32_t lower_def(Lower *l, Instr *i);          // one more register of it
Val lower_load(Lower *l, Val v);                 // in a register
Instr *lower_call_instr(Lower *l, FileOpcode op, const Val *uses, uint32_t use_count); // constants stay
Val lower_typed(Lower *l, Val v, uint32_t types); // notes the types of a register
void lower_end(Lower *l, Instr *i);              // the current block ends here
void lower_error(Lower *l, unsigned number, Val value);
uint32_t lower_import(Lower *l, const char *module, const char *function, uint32_t arity);
Val lower_call_import(Lower *l, const char *module, const char *function, const Val *args, uint32_t count);
Val lower_guard_native(Lower *l, const char *function, const Val *args, uint32_t count, uint32_t types);
uint32_t val_types(Lower *l, Val v);
const Fact *val_fact(Lower *l, Val v);           // of constants too
bool val_equal(Lower *l, Val a, Val b);
// Constants that facts keep as such; all others are held in registers as soon as something looks into them.
static inline bool quoted_is_simple(Quoted *q) { return q->kind == Q_ATOM || q->kind == Q_INT || q->kind == Q_FLOAT || quoted_is_empty(q); }

// --- expressions (anf.c)
Val lower_value(Lower *l, Core *core);
void lower_effect(Lower *l, Core *core);
void lower_into(Lower *l, Core *core, Cont cont);
void cont_apply(Lower *l, Cont cont, Val v);
void lower_bind(CoreVar *var, Val v);
Val lower_var(Lower *l, CoreVar *var, Position at);
Val lower_join_value(Lower *l, Block *join);     // starts it; its parameter's value
Cont cont_join(Block *block);
Val lower_tuple(Lower *l, const Val *items, uint32_t count);
Val lower_cons(Lower *l, Val head, Val tail);
// calls.c
Val lower_call(Lower *l, Core *core);            // CORE_LOCAL, CORE_REMOTE, CORE_APPLY_FUN, CORE_CALL_LETREC, references
void lower_tail_call(Lower *l, Core *core);
bool core_erlang_call(const Core *core, const Name **function); // a call of `:erlang` by literal names
// binary.c
Val lower_binary(Lower *l, Core *core);
// condition.c
bool core_is_condition(const Core *core);        // gives true or false, by tests
void lower_condition(Lower *l, Core *core, Block *yes, Block *no);
// `function` of `:erlang` with these arguments as one test that cannot raise; false: it is none.
struct Test;
bool condition_test(Lower *l, const Name *function, const Val *args, uint32_t count, struct Test *test);
// `a and b`, `a or b` in any of their forms; answers 'a', 'o' or 0.
char core_boolean_operator(const Core *core, Core **left, Core **right);
// control.c
void lower_receive(Lower *l, Core *core, Cont cont);
void lower_try(Lower *l, Core *core, Cont cont);

// --- tests (test.c)
typedef enum TestKind { TEST_TYPES, TEST_CONST, TEST_ARITY, TEST_TAGGED, TEST_COMPARE, TEST_INT, TEST_FUN_ARITY, TEST_HAS_KEY } TestKind;
typedef struct Test {
  TestKind kind;
  bool negate;
  uint16_t op;      // TEST_TYPES, TEST_COMPARE (SAME, EQUAL, LESS), TEST_INT (LESS_INT, GREATER_INT, EQUAL_INT)
  uint32_t mask;    // TEST_TYPES
  Val a, b;
  Const *constant;  // TEST_CONST, TEST_TAGGED
  int64_t n;        // TEST_ARITY, TEST_TAGGED, TEST_INT
} Test;
typedef enum Answer { ANSWER_NO, ANSWER_YES, ANSWER_OPEN } Answer;
Answer test_ask(Lower *l, const Test *t);        // what is known
void test_emit(Lower *l, const Test *t, Block *no); // goes on where it is true; asks first
Answer fact_has_const(Lower *l, const Fact *fact, Const *k);
const Fact *fact_of_const(Lower *l, const Fact *fact, Const *k);
const Fact *fact_not_const(Lower *l, const Fact *fact, Const *k);
Test test_const(Val a, Const *k);
Test test_types(Val a, uint16_t op, uint32_t mask);

// --- matching (match.c)
typedef struct Leaf Leaf;
struct Match {
  CoreClause *clauses;
  uint32_t clause_count;
  struct MatchBody *bodies;
  Cont cont;
  // what happens when no clause fits
  enum { FAIL_TO_ERROR, FAIL_TO_BLOCK, FAIL_TO_FUNCTION_CLAUSE, FAIL_TO_RAISE } fail_kind;
  CoreFail fail;
  const Name *fail_operator;
  Block *fail_block;       // FAIL_TO_BLOCK
  Val raise[3];            // FAIL_TO_RAISE
  uint32_t line;
  bool accept;             // a receive: bodies begin with RECV_ACCEPT
  bool small;              // deciding it again for each value is cheap
  Block *generic;          // where values arrive for which nothing is known
};
void match_init(Lower *l, Match *m, CoreClause *clauses, uint32_t count, Cont cont);
void match_apply(Lower *l, Match *m, const Val *values); // decides over these
void match_arrive(Lower *l, Match *m, Val v);            // a value of the scrutinee: decides at once or in `generic`
void match_finish(Lower *l, Match *m);                   // lowers the bodies
void match_bind(Lower *l, Core *core, Val v);            // CORE_MATCH: goes on in the same block
Val occ_var_value(Lower *l, CoreVar *var);               // a variable of the row being matched

#endif

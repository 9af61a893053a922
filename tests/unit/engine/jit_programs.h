// SPDX-License-Identifier: Apache-2.0
//
// More programs assembled by hand: what the JIT's test and bench run beside those of programs.h.
#ifndef JOIST_TESTS_ENGINE_JIT_PROGRAMS_H
#define JOIST_TESTS_ENGINE_JIT_PROGRAMS_H

#include "programs.h"

#define NO_LABEL LABEL(LABEL_NONE)
#define JIT_FUNCTION(name, arity) builder_function(b, ATOM_INDEX(name), (arity), true)
#define JIT_IMPORT(module, name, arity) NUMBER(builder_import(b, ATOM_INDEX(module), ATOM_INDEX(name), (arity)))
#define JIT_ATOM(text) {.constant = {CONSTANT_ATOM, ATOM_INDEX(text)}}
#define JIT_NIL {.constant = {CONSTANT_NIL, 0}}

// append(a, b), nrev(list): the reversal that takes a square of steps. nrev_range(n): nrev([1, …, n]).
// nrev_times(times, list): that often. Needs program_lists before it for range/2.
static inline void program_nrev(ModuleBuilder *b, const char *own_module) {
  uint32_t append = JIT_FUNCTION("append", 2), nrev = JIT_FUNCTION("nrev", 1), times = JIT_FUNCTION("nrev_times", 2);
  uint32_t of_range = JIT_FUNCTION("nrev_range", 2);
  builder_begin(b, append);
  uint32_t end = builder_label(b);
  EMIT(OP_GET_LIST, SLOT(0), SLOT(2), SLOT(0), LABEL(end));
  EMIT(OP_FRAME, SLOTS(0, 1, 2));
  EMIT(OP_MOVE, SLOT(4), SLOT(0));
  EMIT(OP_MOVE, SLOT(5), SLOT(1));
  EMIT(OP_CALL, SLOT(4), NUMBER(append), SLOTS(2));
  EMIT(OP_CONS, SLOT(0), SLOT(2), SLOT(4), SLOTS(2, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, end);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);

  builder_begin(b, nrev);
  end = builder_label(b);
  EMIT(OP_GET_LIST, SLOT(0), SLOT(1), SLOT(0), LABEL(end));
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_CALL, SLOT(3), NUMBER(nrev), SLOTS(1));
  EMIT(OP_LOAD, SLOT(2), JIT_NIL);
  EMIT(OP_CONS, SLOT(1), SLOT(1), SLOT(2), SLOTS(1, 2, 3));
  EMIT(OP_MOVE, SLOT(0), SLOT(3));
  EMIT(OP_TAIL, NUMBER(append));
  builder_bind(b, end);
  EMIT(OP_LOAD, SLOT(0), JIT_NIL);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, times);
  uint32_t more = builder_label(b);
  EMIT(OP_NOT_GREATER_INT, SLOT(0), {.integer = 1}, LABEL(more));
  EMIT(OP_MOVE, SLOT(0), SLOT(1));
  EMIT(OP_TAIL, NUMBER(nrev));
  builder_bind(b, more);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(3), SLOT(1));
  EMIT(OP_CALL, SLOT(3), NUMBER(nrev), SLOTS(0, 1));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, NO_LABEL, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(times));
  builder_end(b);

  // nrev_range(times, n): the list is made by another function of this module, found by name.
  builder_begin(b, of_range);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(3), SLOT(1));
  EMIT(OP_LOAD, SLOT(4), JIT_NIL);
  EMIT(OP_CALL_EXT, SLOT(3), JIT_IMPORT(own_module, "range", 2), SLOTS(0));
  EMIT(OP_MOVE, SLOT(1), SLOT(3));
  EMIT(OP_TAIL, NUMBER(times));
  builder_end(b);
}

// make(n): {n, make(n - 1), make(n - 1)}, {1} at the bottom, so that live tuples stand in every frame below.
// total(tree): the sum of its numbers. churn(n, tree): makes n trees to throw away, collects fully after
// each, then answers {total(tree), total of the last}.
static inline void program_trees(ModuleBuilder *b) {
  uint32_t make = JIT_FUNCTION("make", 1), total = JIT_FUNCTION("total", 1), churn = JIT_FUNCTION("churn", 2), start = JIT_FUNCTION("trees", 2);
  builder_begin(b, make);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_LOAD, SLOT(1), SMALL(1));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(1), SLOTS(1));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, more);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_ADD_INT, SLOT(2), SLOT(0), {.integer = -1}, NO_LABEL, SLOTS(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(make), SLOTS(0));
  EMIT(OP_MOVE, SLOT(1), SLOT(2));
  EMIT(OP_ADD_INT, SLOT(3), SLOT(0), {.integer = -1}, NO_LABEL, SLOTS(0, 1));
  EMIT(OP_CALL, SLOT(3), NUMBER(make), SLOTS(0, 1));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 1, 3), SLOTS(0, 1, 3));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, total);
  uint32_t leaf = builder_label(b);
  EMIT(OP_IS_TUPLE_OF, SLOT(0), NUMBER(3), LABEL(leaf));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_ELEMENT, SLOT(2), SLOT(0), NUMBER(1));
  EMIT(OP_CALL, SLOT(2), NUMBER(total), SLOTS(0));
  EMIT(OP_MOVE, SLOT(1), SLOT(2));
  EMIT(OP_ELEMENT, SLOT(3), SLOT(0), NUMBER(2));
  EMIT(OP_CALL, SLOT(3), NUMBER(total), SLOTS(0, 1));
  EMIT(OP_ADD, SLOT(1), SLOT(1), SLOT(3), NO_LABEL, SLOTS(0, 1, 3));
  EMIT(OP_ELEMENT, SLOT(2), SLOT(0), NUMBER(0));
  EMIT(OP_ADD, SLOT(1), SLOT(1), SLOT(2), NO_LABEL, SLOTS(1, 2));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, leaf);
  EMIT(OP_ELEMENT, SLOT(0), SLOT(0), NUMBER(0));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, churn);
  more = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_LOAD, SLOT(4), SMALL(10));
  EMIT(OP_CALL, SLOT(4), NUMBER(make), SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(2), SLOT(4));
  EMIT(OP_CALL_EXT, SLOT(4), JIT_IMPORT("erlang", "garbage_collect", 0), SLOTS(0, 1, 2));
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_MOVE, SLOT(4), SLOT(2));
  EMIT(OP_CALL, SLOT(4), NUMBER(total), SLOTS(1));
  EMIT(OP_MOVE, SLOT(0), SLOT(4));
  EMIT(OP_MOVE, SLOT(4), SLOT(1));
  EMIT(OP_CALL, SLOT(4), NUMBER(total), SLOTS(0));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(4, 0), SLOTS(0, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, more);
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, NO_LABEL, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(churn));
  builder_end(b);

  builder_begin(b, start); // trees(depth, n)
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_CALL, SLOT(3), NUMBER(make), SLOTS(1));
  EMIT(OP_MOVE, SLOT(0), SLOT(1));
  EMIT(OP_MOVE, SLOT(1), SLOT(3));
  EMIT(OP_TAIL, NUMBER(churn));
  builder_end(b);
}

// caught(n): {class, reason, trace list} of deep(n), whose calls stand on lines of "jit.ex". Needs program_lists.
static inline void program_caught(ModuleBuilder *b, const char *own_module) {
  uint32_t caught = JIT_FUNCTION("caught", 1), missing = JIT_FUNCTION("missing", 1);
  uint32_t file = builder_file(b, "jit.ex", 6);
  for (unsigned i = 0; i < 2; i++) {
    builder_begin(b, i ? missing : caught);
    uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
    builder_line(b, file, 10 + i);
    EMIT(OP_FRAME, SLOTS(0));
    EMIT(OP_MOVE, SLOT(5), SLOT(0));
    builder_bind(b, from);
    builder_line(b, file, 20 + i);
    EMIT(OP_CALL_EXT, SLOT(5), JIT_IMPORT(i ? "nowhere" : own_module, "deep", 1), NO_SLOTS);
    builder_bind(b, to);
    builder_line(b, file, 30 + i);
    EMIT(OP_RETURN, SLOT(5));
    builder_bind(b, handler);
    EMIT(OP_STACKTRACE, SLOT(3), SLOT(3), SLOTS(1, 2, 3));
    EMIT(OP_TUPLE, SLOT(0), SLOTS(1, 2, 3), SLOTS(1, 2, 3));
    EMIT(OP_RETURN, SLOT(0));
    builder_handler(b, from, to, handler, 1);
    builder_end(b);
  }
}

// Calls of every kind. scale(x, by): x * by. maps(list, by): each element scaled through a fun. applied(x): through the native apply/2.
// named(module, function, x): CALL_DYN. kind(x): a table of small integers and atoms. power(n, acc): acc * n * (n - 1) …
static inline void program_calls(ModuleBuilder *b) {
  uint32_t scale = JIT_FUNCTION("scale", 2), map = JIT_FUNCTION("map", 2), maps = JIT_FUNCTION("maps", 2), applied = JIT_FUNCTION("applied", 1);
  uint32_t named = JIT_FUNCTION("named", 3), kind = JIT_FUNCTION("kind", 1), power = JIT_FUNCTION("power", 2), absolute = JIT_FUNCTION("absolute", 1);
  uint32_t fun = builder_fun(b, scale, 1, 1);
  builder_begin(b, scale);
  EMIT(OP_MUL, SLOT(0), SLOT(0), SLOT(1), NO_LABEL, SLOTS(0, 1));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, map);
  uint32_t end = builder_label(b);
  EMIT(OP_GET_LIST, SLOT(0), SLOT(2), SLOT(0), LABEL(end));
  EMIT(OP_FRAME, SLOTS(0, 1, 2));
  EMIT(OP_MOVE, SLOT(4), SLOT(2));
  EMIT(OP_CALL_FUN, SLOT(4), SLOT(1), NUMBER(1), SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(2), SLOT(4));
  EMIT(OP_MOVE, SLOT(4), SLOT(0));
  EMIT(OP_MOVE, SLOT(5), SLOT(1));
  EMIT(OP_CALL, SLOT(4), NUMBER(map), SLOTS(2));
  EMIT(OP_CONS, SLOT(0), SLOT(2), SLOT(4), SLOTS(2, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, end);
  EMIT(OP_LOAD, SLOT(0), JIT_NIL);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, maps);
  EMIT(OP_MAKE_FUN, SLOT(1), NUMBER(fun), SLOTS(1), SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(map));
  builder_end(b);

  builder_begin(b, applied);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_LOAD, SLOT(1), SMALL(3));
  EMIT(OP_MAKE_FUN, SLOT(4), NUMBER(fun), SLOTS(1), SLOTS(0, 1));
  EMIT(OP_LOAD, SLOT(1), JIT_NIL);
  EMIT(OP_CONS, SLOT(5), SLOT(0), SLOT(1), SLOTS(0, 1, 4));
  EMIT(OP_CALL_EXT, SLOT(4), JIT_IMPORT("erlang", "apply", 2), SLOTS(0));
  EMIT(OP_ADD, SLOT(0), SLOT(0), SLOT(4), NO_LABEL, SLOTS(0, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, named);
  EMIT(OP_FRAME, SLOTS(0, 1, 2));
  EMIT(OP_MOVE, SLOT(4), SLOT(2));
  EMIT(OP_MOVE, SLOT(5), SLOT(0));
  EMIT(OP_MOVE, SLOT(6), SLOT(1));
  EMIT(OP_CALL_DYN, SLOT(4), SLOT(5), SLOT(6), NUMBER(1), SLOTS(2));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(2, 4), SLOTS(2, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, kind);
  uint32_t labels[5], other = builder_label(b);
  for (unsigned i = 0; i < 4; i++) labels[i] = builder_label(b);
  labels[4] = other;
  CodeConstant values[4] = {{CONSTANT_SMALL, 7}, {CONSTANT_SMALL, -2}, {CONSTANT_ATOM, ATOM_INDEX("ok")}, {CONSTANT_ATOM, ATOM_INDEX("error")}};
  EMIT(OP_SELECT, SLOT(0), {.table = {4, values, labels}});
  for (unsigned i = 0; i < 5; i++) {
    builder_bind(b, labels[i]);
    EMIT(OP_LOAD, SLOT(0), SMALL((int64_t)i * 1000000007 * 1000));
    EMIT(OP_RETURN, SLOT(0));
  }
  builder_end(b);

  builder_begin(b, power);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, more);
  EMIT(OP_MUL, SLOT(1), SLOT(1), SLOT(0), NO_LABEL, SLOTS(0, 1));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, NO_LABEL, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(power));
  builder_end(b);

  builder_begin(b, absolute);
  EMIT(OP_TAIL_EXT, JIT_IMPORT("erlang", "abs", 1));
  builder_end(b);
}

#endif

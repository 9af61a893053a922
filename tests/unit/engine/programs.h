// SPDX-License-Identifier: Apache-2.0
//
// Programs assembled by hand, for tests of the engine that need no compiler.
#ifndef JOIST_TESTS_ENGINE_PROGRAMS_H
#define JOIST_TESTS_ENGINE_PROGRAMS_H

#include <string.h>

#include "vm/code/code.h"
#include "vm/code/module_builder.h"
#include "vm/engine/engine.h"
#include "vm/native/native_state.h"
#include "vm/process/vm.h"
#include "vm/sched/sched.h"
#include "vm/term/number.h"

#define SLOT(n) {.slot = (n)}
#define NUMBER(n) {.number = (n)}
#define LABEL(n) {.label = (n)}
#define SMALL(n) {.constant = {CONSTANT_SMALL, (n)}}
#define SLOTS(...) {.list = {sizeof((uint16_t[]){__VA_ARGS__}) / 2, (const uint16_t[]){__VA_ARGS__}}}
#define NO_SLOTS {.list = {0, NULL}}
#define EMIT(op, ...) builder_emit(b, op, (Operand[]){__VA_ARGS__})
#define ATOM_INDEX(text) builder_atom(b, text, strlen(text))

// fib(n): two body calls and an addition.
static inline void program_fib(ModuleBuilder *b) {
  uint32_t fib = builder_function(b, ATOM_INDEX("fib"), 1, true);
  builder_begin(b, fib);
  uint32_t recurse = builder_label(b);
  EMIT(OP_LESS_INT, SLOT(0), {.integer = 2}, LABEL(recurse));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, recurse);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_ADD_INT, SLOT(2), SLOT(0), {.integer = -1}, LABEL(LABEL_NONE), SLOTS(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(fib), SLOTS(0));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -2}, LABEL(LABEL_NONE), SLOTS(0, 2));
  EMIT(OP_MOVE, SLOT(1), SLOT(2));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_CALL, SLOT(3), NUMBER(fib), SLOTS(1));
  EMIT(OP_ADD, SLOT(0), SLOT(1), SLOT(3), LABEL(LABEL_NONE), SLOTS(1, 3));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

// range(n, list): [1, …, n | list].  reverse(list, acc).  deep(n): n body calls deep, then divides by zero.
// guarded(n): 'caught' when deep(n) raised.
static inline void program_lists(ModuleBuilder *b) {
  uint32_t range = builder_function(b, ATOM_INDEX("range"), 2, true);
  uint32_t reverse = builder_function(b, ATOM_INDEX("reverse"), 2, true);
  uint32_t deep = builder_function(b, ATOM_INDEX("deep"), 1, true);
  uint32_t guarded = builder_function(b, ATOM_INDEX("guarded"), 1, true);
  builder_begin(b, range);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, more);
  EMIT(OP_CONS, SLOT(1), SLOT(0), SLOT(1), SLOTS(0, 1));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, LABEL(LABEL_NONE), SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(range));
  builder_end(b);

  builder_begin(b, reverse);
  uint32_t end = builder_label(b);
  EMIT(OP_GET_LIST, SLOT(0), SLOT(2), SLOT(0), LABEL(end));
  EMIT(OP_CONS, SLOT(1), SLOT(2), SLOT(1), SLOTS(0, 1, 2));
  EMIT(OP_TAIL, NUMBER(reverse));
  builder_bind(b, end);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);

  builder_begin(b, deep);
  uint32_t down = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(down));
  EMIT(OP_DIV, SLOT(0), SLOT(0), SLOT(0), LABEL(LABEL_NONE), SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, down);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_ADD_INT, SLOT(2), SLOT(0), {.integer = -1}, LABEL(LABEL_NONE), SLOTS(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(deep), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);

  builder_begin(b, guarded);
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(5), SLOT(0));
  builder_bind(b, from);
  EMIT(OP_CALL, SLOT(5), NUMBER(deep), SLOTS(0));
  builder_bind(b, to);
  EMIT(OP_RETURN, SLOT(5));
  builder_bind(b, handler);
  EMIT(OP_TUPLE, SLOT(0), SLOTS(1, 2), SLOTS(0, 1, 2));
  EMIT(OP_RETURN, SLOT(0));
  builder_handler(b, from, to, handler, 1);
  builder_end(b);
}

#endif

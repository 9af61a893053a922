// SPDX-License-Identifier: Apache-2.0
//
// Slow paths of data: comparisons of pointers, arithmetic beyond small integers, building, maps.
#include "vm/engine/slow.h"

static inline const TermContext *context_of(Process *p) { return &p->vm->context; }

// --- comparisons. Large terms cost reductions by what could be seen of them: nothing yet but the call itself.

#define COMPARISON(NAME, CONDITION) \
  SLOW_PATH(NAME) { \
    Term a = R(0), b = R(1); \
    return (CONDITION) ? BEHIND(NAME) : CODE(NAME, 0); \
  }
COMPARISON(SAME, term_identical(context_of(p), a, b))
COMPARISON(NOT_SAME, !term_identical(context_of(p), a, b))
COMPARISON(EQUAL, term_equal(context_of(p), a, b))
COMPARISON(NOT_EQUAL, !term_equal(context_of(p), a, b))
COMPARISON(LESS, term_compare(context_of(p), a, b) < 0)
COMPARISON(NOT_LESS, term_compare(context_of(p), a, b) >= 0)

#define COMPARISON_CONST(NAME, CONDITION) \
  SLOW_PATH(NAME) { \
    Term a = R(0), b = W(NAME, 0); \
    return (CONDITION) ? BEHIND(NAME) : CODE(NAME, 1); \
  }
COMPARISON_CONST(SAME_LITERAL, term_identical(context_of(p), a, b))
COMPARISON_CONST(NOT_SAME_LITERAL, !term_identical(context_of(p), a, b))
COMPARISON_CONST(LESS_INT, term_compare(context_of(p), a, b) < 0)
COMPARISON_CONST(NOT_LESS_INT, term_compare(context_of(p), a, b) >= 0)
COMPARISON_CONST(GREATER_INT, term_compare(context_of(p), a, b) > 0)
COMPARISON_CONST(NOT_GREATER_INT, term_compare(context_of(p), a, b) <= 0)
COMPARISON_CONST(EQUAL_INT, term_equal(context_of(p), a, b))

SLOW_PATH(HAS_KEY) {
  Term map = R(0);
  return term_is_map(map) && map_has(context_of(p), map, R(1)) ? BEHIND(HAS_KEY) : CODE(HAS_KEY, 0);
}

// --- arithmetic

static const uint64_t *arithmetic_failed(Process *p, const uint64_t *pc, Term name, Term a, Term b, uint32_t count, NumberError error) {
  Term operands[2] = {b, a}; // descending, as arguments are
  if (error == NUMBER_LIMIT) vm_engine_run(p->vm)->limit = 1 + LIMIT_NUMBER_BITS_MAX;
  return engine_raise_call(p, pc, ATOM_error, error == NUMBER_LIMIT ? ATOM_system_limit : ATOM_badarith, ATOM_erlang, name, operands + 1, count);
}

// --- what takes long is done on a dirty thread (dirty.c); the instruction is run again behind it, and finds the value

// Charges. True: leave with ENGINE_LONG. p stands at the instruction.
static bool number_goes_elsewhere(Process *p, NumberOp op, Term a, Term b) {
  size_t cost = number_cost(op, a, b);
  p->reductions -= (int64_t)cost;
  if (LIKELY(cost <= ENGINE_LONG_REDUCTIONS) || !engine_has_dirty(p)) return false;
  p->exc_class = a;
  p->exc_reason = b;
  p->dirty_words = (size_t)op;
  p->flags |= PROCESS_DIRTY_NUMBER;
  return true;
}

static Term number_from_elsewhere(Process *p, NumberError *error) {
  Term value = p->exc_reason;
  *error = (NumberError)p->dirty_words;
  p->exc_class = p->exc_reason = T_NONE;
  p->flags &= ~(uint32_t)PROCESS_DIRTY_NUMBER_DONE;
  return value;
}

// The value of an operation to `value` and `error`; it leaves the slow path when room or time must be found first.
#define NUMBER_VALUE(MAP_WORD, OP, A, B) \
  NumberError error; \
  Term value; \
  if (UNLIKELY(p->flags & PROCESS_DIRTY_NUMBER_DONE)) { \
    value = number_from_elsewhere(p, &error); \
  } else { \
    engine_stand_at(p, pc, (MAP_WORD)); \
    if (UNLIKELY(number_goes_elsewhere(p, (OP), (A), (B)))) return engine_leave(p, ENGINE_LONG); \
    RESERVE((MAP_WORD), number_op_words((OP), (A), (B))); \
    value = number_op(&p->heap, (OP), (A), (B), &error); \
  }

#define BINARY_ARITHMETIC(NAME, OP, NAME_ATOM) \
  SLOW_PATH(NAME) { \
    const uint64_t *fail = CODE(NAME, 1); \
    NUMBER_VALUE(W(NAME, 0), OP, R(1), R(2)) \
    if (UNLIKELY(value == T_NONE)) return fail ? fail : arithmetic_failed(p, pc, NAME_ATOM, R(1), R(2), 2, error); \
    R(0) = value; \
    return BEHIND(NAME); \
  }
BINARY_ARITHMETIC(ADD, NUMBER_ADD, ATOM_plus)
BINARY_ARITHMETIC(SUB, NUMBER_SUB, ATOM_minus)
BINARY_ARITHMETIC(MUL, NUMBER_MUL, ATOM_times)
BINARY_ARITHMETIC(DIVIDE, NUMBER_DIVIDE, ATOM_slash)
BINARY_ARITHMETIC(DIV, NUMBER_DIV, ATOM_div)
BINARY_ARITHMETIC(REM, NUMBER_REM, ATOM_rem)
BINARY_ARITHMETIC(BAND, NUMBER_BAND, ATOM_band)
BINARY_ARITHMETIC(BOR, NUMBER_BOR, ATOM_bor)
BINARY_ARITHMETIC(BXOR, NUMBER_BXOR, ATOM_bxor)
BINARY_ARITHMETIC(BSL, NUMBER_BSL, ATOM_bsl)
BINARY_ARITHMETIC(BSR, NUMBER_BSR, ATOM_bsr)

#define UNARY_ARITHMETIC(NAME, OP, NAME_ATOM) \
  SLOW_PATH(NAME) { \
    const uint64_t *fail = CODE(NAME, 1); \
    NUMBER_VALUE(W(NAME, 0), OP, R(1), T_NIL) \
    if (UNLIKELY(value == T_NONE)) return fail ? fail : arithmetic_failed(p, pc, NAME_ATOM, R(1), T_NIL, 1, error); \
    R(0) = value; \
    return BEHIND(NAME); \
  }
UNARY_ARITHMETIC(NEGATE, NUMBER_NEG, ATOM_minus)
UNARY_ARITHMETIC(BNOT, NUMBER_BNOT, ATOM_bnot)

SLOW_PATH(ADD_INT) {
  const uint64_t *fail = CODE(ADD_INT, 2);
  Term b = W(ADD_INT, 0);
  NUMBER_VALUE(W(ADD_INT, 1), NUMBER_ADD, R(1), b)
  if (UNLIKELY(value == T_NONE)) {
    if (fail) return fail;
    // A negative constant was written as a subtraction.
    bool minus = small_value(b) < 0;
    return arithmetic_failed(p, pc, minus ? ATOM_minus : ATOM_plus, R(1), minus ? term_small(-small_value(b)) : b, 2, error);
  }
  R(0) = value;
  return BEHIND(ADD_INT);
}

// --- guards with an opcode of their own

static const uint64_t *guard_failed(Process *p, const uint64_t *pc, const uint64_t *fail, Term reason, Term name, const Term *args,
                                    uint32_t count) {
  if (fail) return fail;
  return engine_raise_call(p, pc, ATOM_error, reason, ATOM_erlang, name, args, count);
}

SLOW_PATH(MAP_SIZE) {
  Term map = R(1);
  if (!term_is_map(map)) {
    const uint64_t *fail = CODE(MAP_SIZE, 1);
    return fail ? fail : engine_raise_about(p, pc, ATOM_badmap, map);
  }
  R(0) = term_small((int64_t)map_size(map));
  return BEHIND(MAP_SIZE);
}

SLOW_PATH(TUPLE_SIZE) {
  Term t = R(1);
  return guard_failed(p, pc, CODE(TUPLE_SIZE, 1), ATOM_badarg, ATOM_tuple_size, &t, 1);
}

SLOW_PATH(BYTE_SIZE) {
  Term t = R(1);
  return guard_failed(p, pc, CODE(BYTE_SIZE, 1), ATOM_badarg, ATOM_byte_size, &t, 1);
}

SLOW_PATH(ELEMENT_DYN) {
  Term args[2] = {R(2), R(1)};
  return guard_failed(p, pc, CODE(ELEMENT_DYN, 1), ATOM_badarg, ATOM_element, args + 1, 2);
}

// --- building: mend, and run the instruction again

SLOW_PATH(CONS) {
  RESERVE(W(CONS, 0), I(0) / 8);
  return pc;
}

SLOW_PATH(TUPLE) {
  RESERVE(W(TUPLE, 0), I(0) / 8);
  return pc;
}

SLOW_PATH(MAKE_FUN) {
  RESERVE(W(MAKE_FUN, 1), I(0) / 8);
  return pc;
}

SLOW_PATH(ELEMENT) {
  Term args[2] = {R(1), term_small((int64_t)I(2) + 1)};
  return engine_raise_call(p, pc, ATOM_error, ATOM_badarg, ATOM_erlang, ATOM_element, args + 1, 2);
}

// --- maps

SLOW_PATH(MAP_NEW) {
  size_t count = I(1);
  RESERVE(W(MAP_NEW, 0), count ? map_from_pairs_words(count / 2) : MAP_EMPTY_WORDS);
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_NEW, i);
  Term map = map_from_pairs(context_of(p), &p->heap, pairs, count / 2);
  if (map == T_NONE) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  R(0) = map;
  return BEHIND_LIST(MAP_NEW, count);
}

SLOW_PATH(MAP_PUT) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  RESERVE(W(MAP_PUT, 0), map_put_pairs_words(R(1), count / 2));
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_PUT, i);
  Term map = map_put_pairs(context_of(p), &p->heap, R(1), pairs, count / 2);
  if (map == T_NONE) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  R(0) = map;
  return BEHIND_LIST(MAP_PUT, count);
}

SLOW_PATH(MAP_UPDATE) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  RESERVE(W(MAP_UPDATE, 0), map_update_pairs_words(R(1), count / 2));
  Term pairs[count + 1], missing = T_NONE;
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_UPDATE, i);
  Term map = map_update_pairs(context_of(p), &p->heap, R(1), pairs, count / 2, &missing);
  if (map == T_NONE) {
    if (missing == T_NONE) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
    return engine_raise_about(p, pc, ATOM_badkey, missing);
  }
  R(0) = map;
  return BEHIND_LIST(MAP_UPDATE, count);
}

SLOW_PATH(MAP_GET) {
  Term map = R(1);
  if (!term_is_map(map)) return CODE(MAP_GET, 0);
  Term value = map_get(context_of(p), map, R(2));
  if (value == T_NONE) return CODE(MAP_GET, 0);
  R(0) = value;
  return BEHIND(MAP_GET);
}

#define MAP_GET_CONSTANT(NAME) \
  SLOW_PATH(NAME) { \
    Term map = R(1); \
    if (!term_is_map(map)) return CODE(NAME, 1); \
    Term value = map_get(context_of(p), map, W(NAME, 0)); \
    if (value == T_NONE) return CODE(NAME, 1); \
    R(0) = value; \
    return BEHIND(NAME); \
  }
MAP_GET_CONSTANT(MAP_GET_ATOM)
MAP_GET_CONSTANT(MAP_GET_LITERAL)

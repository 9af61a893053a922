// SPDX-License-Identifier: Apache-2.0
//
// Slow paths of data: comparisons of pointers, arithmetic beyond small integers, building. Maps: slow_map.c.
#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"

static inline const TermContext *context_of(Process *p) { return &p->vm->context; }

// --- comparisons, which cost reductions by what they look at

enum { AT_ONCE_BITS = 1 << 16 };
static const size_t COMPARED_HERE = (size_t)ENGINE_LONG_REDUCTIONS << OPERATION_WORK_SHIFT; // words

// Most comparisons need no walk: of atoms, numbers, short bit strings.
static inline bool ordered_at_once(const TermContext *c, Term a, Term b, int *order) {
  if (term_is_atom(a) && term_is_atom(b)) {
    *order = atom_compare(c->atoms, a, b);
    return true;
  }
  if (term_is_bits(a) && term_is_bits(b)) {
    if (bits_count(a) > AT_ONCE_BITS) return false;
    *order = bits_compare(bits_view(a), bits_view(b)); // as far as the shorter one goes
    return true;
  }
  if (!term_is_number(a) || !term_is_number(b)) return false;
  *order = number_compare(a, b);
  return true;
}

static inline bool equal_at_once(bool exact, Term a, Term b, int *equal) {
  if (!term_is_boxed(a) || !term_is_boxed(b)) return false;
  *equal = false;
  if (term_is_bits(a)) {
    if (!term_is_bits(b) || bits_count(a) != bits_count(b)) return true;
    if (bits_count(a) > AT_ONCE_BITS) return false;
    *equal = bits_equal(bits_view(a), bits_view(b));
    return true;
  }
  return exact && boxed_header(a) != boxed_header(b);
}

// A walk. False: it is to be done elsewhere; p stands at the instruction.
static bool compared(Process *p, const uint64_t *pc, uint64_t map, size_t operation, Term a, Term b, int *value) {
  if (operation_is_back(p)) {
    size_t error;
    *value = (int)small_value(operation_take(p, &error));
    return true;
  }
  size_t work = COMPARED_HERE;
  Status s = operation_compare(context_of(p), operation, a, b, value, &work);
  p->reductions -= (int64_t)((COMPARED_HERE - work) >> OPERATION_WORK_SHIFT);
  if (LIKELY(s == STATUS_OK)) return true;
  if (s == STATUS_LIMIT && engine_has_dirty(p)) {
    engine_stand_at(p, pc, map);
    operation_send(p, operation, a, b);
    return false;
  }
  work = INT64_MAX;
  if (s == STATUS_NO_MEMORY || operation_compare(context_of(p), operation, a, b, value, &work) != STATUS_OK) context_no_memory(context_of(p));
  p->reductions -= (int64_t)((INT64_MAX - work) >> OPERATION_WORK_SHIFT);
  return true;
}

#define EQUALITY(NAME, OPERATION, WANTED) \
  SLOW_PATH(NAME) { \
    Term a = R(0), b = R(1); \
    int equal; \
    if (!equal_at_once((OPERATION) == OPERATION_SAME, a, b, &equal) && !compared(p, pc, W(NAME, 0), (OPERATION), a, b, &equal)) \
      return engine_leave(p, ENGINE_LONG); \
    return equal == (WANTED) ? BEHIND(NAME) : CODE(NAME, 1); \
  }
EQUALITY(SAME, OPERATION_SAME, 1)
EQUALITY(NOT_SAME, OPERATION_SAME, 0)
EQUALITY(EQUAL, OPERATION_EQUAL, 1)
EQUALITY(NOT_EQUAL, OPERATION_EQUAL, 0)

#define ORDERING(NAME, CONDITION) \
  SLOW_PATH(NAME) { \
    Term a = R(0), b = R(1); \
    int order; \
    if (!ordered_at_once(context_of(p), a, b, &order) && !compared(p, pc, W(NAME, 0), OPERATION_ORDER, a, b, &order)) \
      return engine_leave(p, ENGINE_LONG); \
    return (CONDITION) ? BEHIND(NAME) : CODE(NAME, 1); \
  }
ORDERING(LESS, order < 0)
ORDERING(NOT_LESS, order >= 0)

// With a constant: no more work than the source wrote down.
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

// --- arithmetic

static const uint64_t *arithmetic_failed(Process *p, const uint64_t *pc, Term name, Term a, Term b, uint32_t count, NumberError error) {
  Term operands[2] = {b, a}; // descending, as arguments are
  if (error == NUMBER_LIMIT) vm_engine_run(p->vm)->limit = 1 + LIMIT_NUMBER_BITS_MAX;
  return engine_raise_call(p, pc, ATOM_error, error == NUMBER_LIMIT ? ATOM_system_limit : ATOM_badarith, ATOM_erlang, name, operands + 1, count);
}

// A reduction of a loop takes some 12 ns, not 100: a slice of products shall be about as long as one of a loop (64 us beside 46 us; it was
// 510 us). With a seed the clock counts 100 ns a reduction, and the charge is what it says.
enum { NUMBER_WEIGHT = 8 };

// Charges. True: leave with ENGINE_LONG. p stands at the instruction.
static bool number_goes_elsewhere(Process *p, NumberOp op, Term a, Term b) {
  size_t cost = number_cost(op, a, b);
  if (LIKELY(cost <= ENGINE_LONG_REDUCTIONS) || !engine_has_dirty(p)) {
    p->reductions -= (int64_t)(p->vm->options.seeded ? cost : cost * NUMBER_WEIGHT);
    return false;
  }
  p->reductions -= (int64_t)cost;
  operation_send(p, op, a, b);
  return true;
}

static Term number_from_elsewhere(Process *p, NumberError *error) {
  size_t kept;
  Term value = operation_take(p, &kept);
  *error = (NumberError)kept;
  return value;
}

// The value of an operation to `value` and `error`; it leaves the slow path when room or time must be found first.
#define NUMBER_VALUE(MAP_WORD, OP, A, B) \
  NumberError error; \
  Term value; \
  if (operation_is_back(p)) { \
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

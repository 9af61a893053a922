// SPDX-License-Identifier: Apache-2.0
//
// Natives over numbers, type tests and comparisons: the functions behind operators, for captures and apply, and
// what has no opcode. :math as well.
#include <errno.h>
#include <math.h>

#include "vm/native/native_api.h"
#include "vm/term/float_text.h"
#include "vm/term/portable_hash.h"

static Term operate(Process *p, NumberOp op, bool unary) {
  size_t words = number_op_words(op, ARG(0), unary ? T_NIL : ARG(1)), cost = number_cost(op, ARG(0), unary ? T_NIL : ARG(1));
  if (native_is_long(p, cost)) return native_go_dirty(p);
  NATIVE_RESERVE(words);
  native_charge(p, cost);
  NumberError error;
  Term t = number_op(&p->heap, op, ARG(0), unary ? T_NIL : ARG(1), &error);
  if (t != T_NONE) return t;
  return error == NUMBER_LIMIT ? native_limit(p, LIMIT_NUMBER_BITS_MAX) : native_error(p, ATOM_badarith);
}
#define BINARY(name, op) \
  Term native_##name(Process *p) { return operate(p, op, false); }
#define UNARY(name, op) \
  Term native_##name(Process *p) { return operate(p, op, true); }
BINARY(add, NUMBER_ADD)
BINARY(sub, NUMBER_SUB)
BINARY(mul, NUMBER_MUL)
BINARY(divide, NUMBER_DIVIDE)
BINARY(div, NUMBER_DIV)
BINARY(rem, NUMBER_REM)
BINARY(band, NUMBER_BAND)
BINARY(bor, NUMBER_BOR)
BINARY(bxor, NUMBER_BXOR)
BINARY(bsl, NUMBER_BSL)
BINARY(bsr, NUMBER_BSR)
UNARY(bnot, NUMBER_BNOT)
UNARY(negate, NUMBER_NEG)
UNARY(plus, NUMBER_PLUS)

// Like those, but a wrong type is badarg.
static Term convert(Process *p, NumberOp op) {
  if (!term_is_number(ARG(0))) return native_badarg(p);
  Term t = operate(p, op, true);
  if (t == T_NONE && p->exc_reason == ATOM_badarith) p->exc_reason = ATOM_badarg;
  return t;
}
#define CONVERT(name, op) \
  Term native_##name(Process *p) { return convert(p, op); }
CONVERT(abs, NUMBER_ABS)
CONVERT(trunc, NUMBER_TRUNC)
CONVERT(round, NUMBER_ROUND)
CONVERT(floor, NUMBER_FLOOR)
CONVERT(ceil, NUMBER_CEIL)
CONVERT(float, NUMBER_FLOAT)

// --- comparisons and booleans
// Each with what a scheduler's thread may spend on it; huge terms are compared elsewhere. GC: no.
typedef enum Compared { COMPARED, COMPARED_ELSEWHERE } Compared;
static Compared equal_in_time(Process *p, bool exact, bool *equal) {
  size_t allowed = native_work_allowed(p), work = allowed;
  Status s = equal_terms_within(native_context(p), ARG(0), ARG(1), exact, equal, &work);
  if (s == STATUS_NO_MEMORY) context_no_memory(native_context(p));
  native_charge(p, (allowed - work) >> TERM_SHIFT);
  return s == STATUS_LIMIT ? COMPARED_ELSEWHERE : COMPARED;
}
static Compared order_in_time(Process *p, int *order) {
  size_t allowed = native_work_allowed(p), work = allowed;
  Status s = compare_terms_within(native_context(p), ARG(0), ARG(1), false, order, &work);
  if (s == STATUS_NO_MEMORY) context_no_memory(native_context(p));
  native_charge(p, (allowed - work) >> TERM_SHIFT);
  return s == STATUS_LIMIT ? COMPARED_ELSEWHERE : COMPARED;
}
#define EQUALITY(name, exact, condition) \
  Term native_##name(Process *p) { \
    bool equal = ARG(0) == ARG(1); \
    if (!equal && equal_in_time(p, exact, &equal) != COMPARED) return native_go_dirty(p); \
    return native_bool(condition); \
  }
EQUALITY(equal, false, equal)
EQUALITY(not_equal, false, !equal)
EQUALITY(same, true, equal)
EQUALITY(not_same, true, !equal)
#define ORDER(name, answer) \
  Term native_##name(Process *p) { \
    int order = 0; \
    if (ARG(0) != ARG(1) && order_in_time(p, &order) != COMPARED) return native_go_dirty(p); \
    return answer; \
  }
ORDER(less, native_bool(order < 0))
ORDER(not_greater, native_bool(order <= 0))
ORDER(greater, native_bool(order > 0))
ORDER(not_less, native_bool(order >= 0))
ORDER(min, order <= 0 ? ARG(0) : ARG(1))
ORDER(max, order >= 0 ? ARG(0) : ARG(1))
Term native_not(Process *p) { return term_is_boolean(ARG(0)) ? native_bool(ARG(0) == ATOM_false) : native_badarg(p); }
#define BOOLEAN(name, expression) \
  Term native_##name(Process *p) { \
    if (!term_is_boolean(ARG(0)) || !term_is_boolean(ARG(1))) return native_badarg(p); \
    bool a = ARG(0) == ATOM_true, b = ARG(1) == ATOM_true; \
    return native_bool(expression); \
  }
BOOLEAN(and, a &&b)
BOOLEAN(or, a || b)
BOOLEAN(xor, a != b)

// --- type tests
#define TEST(name, condition) \
  Term native_is_##name(Process *p) { \
    Term t = ARG(0); \
    return native_bool(condition); \
  }
TEST(atom, term_is_atom(t))
TEST(binary, term_is_binary(t))
TEST(bitstring, term_is_bits(t))
TEST(boolean, term_is_boolean(t))
TEST(float, term_is_float(t))
TEST(function, term_is_fun(t))
TEST(integer, term_is_integer(t))
TEST(list, term_is_list(t))
TEST(map, term_is_map(t))
TEST(number, term_is_number(t))
TEST(pid, term_is_pid(t))
TEST(port, t == T_NONE) // there are no ports
TEST(reference, term_is_ref(t) || term_is_native_object(t))
TEST(tuple, term_is_tuple(t))
Term native_is_function_2(Process *p) {
  uint64_t arity;
  if (!native_count(ARG(1), &arity)) return native_badarg(p);
  if (!term_is_fun(ARG(0))) return ATOM_false;
  Term t = ARG(0);
  uint32_t own = term_is_kind(t, KIND_FUN) ? fun_entry(t)->arity : export_of(t)->arity;
  return native_bool(own == arity);
}

// --- text
// A small integer in base 10, what nearly all are: without a buffer.
static Term small_text(Process *p, int64_t value) {
  char text[24], *start = text + sizeof text;
  uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
  do *--start = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0) *--start = '-';
  return native_binary(p, start, (size_t)(text + sizeof text - start));
}
static Term integer_text(Process *p, int base, bool list) {
  if (!term_is_integer(ARG(0))) return native_badarg(p);
  if (term_is_small(ARG(0)) && base == 10 && !list) return small_text(p, small_value(ARG(0)));
  size_t cost = number_text_cost(ARG(0), base);
  if (native_is_long(p, cost)) return native_go_dirty(p);
  native_charge(p, cost);
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  number_text(&b, ARG(0), base, false);
  Term t = b.failed ? native_error(p, ATOM_system_limit) : list ? native_char_list(p, b.data, b.size) : native_binary(p, b.data, b.size);
  buffer_free(&b);
  return t;
}
static int base_of(Term t) { return term_is_small(t) && small_value(t) >= 2 && small_value(t) <= 36 ? (int)small_value(t) : 0; }
Term native_integer_to_binary_1(Process *p) { return integer_text(p, 10, false); }
Term native_integer_to_list_1(Process *p) { return integer_text(p, 10, true); }
Term native_integer_to_binary_2(Process *p) { return base_of(ARG(1)) ? integer_text(p, base_of(ARG(1)), false) : native_badarg(p); }
Term native_integer_to_list_2(Process *p) { return base_of(ARG(1)) ? integer_text(p, base_of(ARG(1)), true) : native_badarg(p); }

// The bytes of a binary or of a list of bytes, in the buffer.
static bool text_argument(Process *p, Term t, Buffer *b) {
  buffer_init(b, &p->vm->alloc);
  if (term_is_binary(t)) {
    Buffer scratch;
    buffer_init(&scratch, &p->vm->alloc);
    size_t size;
    const unsigned char *bytes = binary_bytes_any(t, &scratch, &size);
    if (bytes) buffer_add(b, bytes, size);
    else b->failed = true;
    buffer_free(&scratch);
  } else {
    for (; term_is_cons(t); t = cons_tail(t)) {
      if (!term_is_small(cons_head(t)) || (uint64_t)small_value(cons_head(t)) > 255) return false;
      buffer_byte(b, (unsigned char)small_value(cons_head(t)));
    }
    if (t != T_NIL) return false;
  }
  buffer_byte(b, 0);
  if (!b->failed) b->size--;
  return !b->failed;
}
static Term parse_integer(Process *p, bool list, Term base_term) {
  int base = base_of(base_term);
  Term t = ARG(0);
  if (!base || (list ? !term_is_list(t) : !term_is_binary(t))) return native_badarg(p);
  size_t digits = list ? native_length_within(p, t) : (size_t)(bits_count(t) >> 3), cost = number_parse_cost(digits, base);
  if (native_is_long(p, cost)) return native_go_dirty(p);
  native_charge(p, cost);
  Buffer b;
  Term result = T_NONE;
  NumberError error = NUMBER_BADARITH;
  if (text_argument(p, t, &b) && native_reserve(p, number_parse_words(b.size, base)))
    result = number_parse(native_context(p), &p->heap, b.data, b.size, base, &error);
  if (b.failed) error = NUMBER_LIMIT;
  buffer_free(&b);
  if (result != T_NONE || process_must_exit(p)) return result;
  return error == NUMBER_LIMIT ? native_limit(p, LIMIT_NUMBER_BITS_MAX) : native_error(p, ATOM_badarg);
}
Term native_binary_to_integer_1(Process *p) { return parse_integer(p, false, term_small(10)); }
Term native_binary_to_integer_2(Process *p) { return parse_integer(p, false, ARG(1)); }
Term native_list_to_integer_1(Process *p) { return parse_integer(p, true, term_small(10)); }
Term native_list_to_integer_2(Process *p) { return parse_integer(p, true, ARG(1)); }

enum { FLOAT_TEXT_SHIFT = 5, FLOAT_LIST_SHIFT = 3 }; // digits for a reduction
static Term parse_float(Process *p, bool list) {
  Term t = ARG(0);
  if (list ? !term_is_list(t) : !term_is_binary(t)) return native_badarg(p);
  NATIVE_COSTS(list ? native_length_within(p, t) >> FLOAT_LIST_SHIFT : (size_t)(bits_count(t) >> 3) >> FLOAT_TEXT_SHIFT);
  Buffer b;
  double value;
  bool ok = text_argument(p, t, &b) && float_parse(b.data, b.size, &value), no_memory = b.failed;
  buffer_free(&b);
  if (!ok) return native_error(p, no_memory ? ATOM_system_limit : ATOM_badarg);
  NATIVE_RESERVE(FLOAT_WORDS);
  return heap_float(&p->heap, value);
}
Term native_binary_to_float(Process *p) { return parse_float(p, false); }
Term native_list_to_float(Process *p) { return parse_float(p, true); }

// --- math
typedef double (*MathFunction)(double);
static Term math_result(Process *p, double value) {
  if (!isfinite(value)) return native_error(p, ATOM_badarith);
  NATIVE_RESERVE(FLOAT_WORDS);
  return heap_float(&p->heap, value);
}
static Term math_1(Process *p, MathFunction f) {
  double x;
  if (!term_is_number(ARG(0))) return native_badarg(p);
  if (!number_to_double(ARG(0), &x)) return native_error(p, ATOM_badarith);
  return math_result(p, f(x));
}
static Term math_2(Process *p, double (*f)(double, double)) {
  double x, y;
  if (!term_is_number(ARG(0)) || !term_is_number(ARG(1))) return native_badarg(p);
  if (!number_to_double(ARG(0), &x) || !number_to_double(ARG(1), &y)) return native_error(p, ATOM_badarith);
  return math_result(p, f(x, y));
}
#define MATH1(name) \
  Term native_math_##name(Process *p) { return math_1(p, name); }
MATH1(sin)
MATH1(cos)
MATH1(tan)
MATH1(asin)
MATH1(acos)
MATH1(atan)
MATH1(sinh)
MATH1(cosh)
MATH1(tanh)
MATH1(asinh)
MATH1(acosh)
MATH1(atanh)
MATH1(exp)
MATH1(log)
MATH1(log2)
MATH1(log10)
MATH1(sqrt)
MATH1(ceil)
MATH1(floor)
MATH1(erf)
MATH1(erfc)
Term native_math_atan2(Process *p) { return math_2(p, atan2); }
Term native_math_pow(Process *p) { return math_2(p, pow); }
Term native_math_fmod(Process *p) { return math_2(p, fmod); }
Term native_math_pi(Process *p) { return math_result(p, 3.141592653589793); }
Term native_math_tau(Process *p) { return math_result(p, 6.283185307179586); }

// --- hashes
static bool hash_in_time(Process *p, uint32_t *hash) {
  size_t allowed = native_work_allowed(p), work = allowed;
  Status s = hash_portable(native_context(p), ARG(0), hash, &work);
  if (s == STATUS_NO_MEMORY) context_no_memory(native_context(p));
  native_charge(p, (allowed - work) >> TERM_SHIFT);
  return s != STATUS_LIMIT;
}
Term native_phash2_1(Process *p) {
  uint32_t hash;
  return hash_in_time(p, &hash) ? term_small(hash & 0x7ffffff) : native_go_dirty(p);
}
Term native_phash2_2(Process *p) {
  int64_t range;
  uint32_t hash;
  if (!number_to_int64(ARG(1), &range) || range < 1 || range > (int64_t)1 << 32) return native_badarg(p);
  return hash_in_time(p, &hash) ? term_small((int64_t)(hash % (uint64_t)range)) : native_go_dirty(p);
}

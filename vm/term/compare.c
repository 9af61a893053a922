// SPDX-License-Identifier: Apache-2.0
//
// Equality. Pairs still to be compared wait on a stack; terms of one kind and size push their parts.
//
// Keys of maps are compared exactly even by `==`: they are pushed above a mark (T_NONE twice) which, when it comes up,
// switches back to by-value. Tries of the same keys have the same shape (map.h, M3), so they are compared
// node by node. Order is order.c.
#include "vm/term/compare.h"

#include "vm/term/binary.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

static bool push_pairs(TermStack *s, const Term *x, const Term *y, size_t count) {
  if (!term_stack_reserve(s, count * 2)) return false;
  while (count-- > 0) {
    if (x[count] == y[count]) continue;
    term_stack_push(s, x[count]);
    term_stack_push(s, y[count]);
  }
  return true;
}

static bool push_mark(TermStack *s) {
  if (!term_stack_reserve(s, 2)) return false;
  term_stack_push(s, T_NONE);
  term_stack_push(s, T_NONE);
  return true;
}

typedef enum Outcome { DIFFERENT, SO_FAR_EQUAL, NO_MEMORY, TOO_MUCH } Outcome;

static Outcome memory(bool good) { return good ? SO_FAR_EQUAL : NO_MEMORY; }

static Outcome equal_flat_maps(TermStack *s, const Term *p, const Term *q, bool *exact) {
  size_t n = header_words(p[0]) - 1;
  if (!push_pairs(s, p + 2, q + 2, n)) return NO_MEMORY;
  if (p[1] == q[1]) return SO_FAR_EQUAL;
  if (!*exact && !push_mark(s)) return NO_MEMORY;
  *exact = true;
  return memory(push_pairs(s, tuple_items(p[1]), tuple_items(q[1]), n));
}

// Values and nodes first, so that the keys lie above the mark.
static Outcome equal_nodes(TermStack *s, const Term *p, const Term *q, bool *exact) {
  size_t n = header_words(p[0]) - 1;
  if (p[1] != q[1]) return DIFFERENT;
  if (!term_stack_reserve(s, 4 * n + 2)) return NO_MEMORY;
  for (size_t i = 0; i < n; i++) {
    Term x = p[2 + i], y = q[2 + i];
    if (term_is_cons(x) != term_is_cons(y)) return DIFFERENT;
    if (x == y) continue;
    term_stack_push(s, term_is_cons(x) ? cons_tail(x) : x);
    term_stack_push(s, term_is_cons(x) ? cons_tail(y) : y);
  }
  if (!*exact) push_mark(s);
  *exact = true;
  for (size_t i = 0; i < n; i++) {
    Term x = p[2 + i], y = q[2 + i];
    if (x == y || !term_is_cons(x)) continue;
    term_stack_push(s, cons_head(x));
    term_stack_push(s, cons_head(y));
  }
  return SO_FAR_EQUAL;
}

static bool same_fun(const FunEntry *a, const FunEntry *b) {
  return a == b || (a->module == b->module && a->index == b->index && a->unit_id == b->unit_id);
}

static bool same_export(const Export *a, const Export *b) {
  return a == b || (a->module == b->module && a->name == b->name && a->arity == b->arity);
}

// Two boxed terms that are not the same object.
// *work: what is left of it; a bit string costs by its length.
static Outcome equal_boxed(TermStack *s, Term a, Term b, bool *exact, int64_t *work) {
  const Term *p = boxed_ptr(a), *q = boxed_ptr(b);
  uint32_t kind = header_kind(p[0]);
  if (kind >= KIND_BIN_HEAP && kind <= KIND_BIN_SLICE) {
    if (!term_is_bits(b) || p[1] != q[1]) return DIFFERENT;
    *work -= (int64_t)(p[1] >> 6);
    return *work < 0 ? TOO_MUCH : (Outcome)bits_equal(bits_view(a), bits_view(b));
  }
  if (p[0] != q[0]) return !*exact && term_is_number(a) && term_is_number(b) && number_compare(a, b) == 0;
  size_t words = header_words(p[0]);
  *work -= (int64_t)words;
  switch (kind) {
    case KIND_TUPLE: return memory(push_pairs(s, p + 1, q + 1, words));
    case KIND_FLOAT: return float_value(a) == float_value(b);
    case KIND_BIG_POS:
    case KIND_BIG_NEG: return memcmp(p + 1, q + 1, words * 8) == 0;
    case KIND_REF: return p[1] == q[1];
    case KIND_NATIVE: return p[1] == q[1];
    case KIND_FUN: return same_fun(fun_entry(a), fun_entry(b)) ? memory(push_pairs(s, p + 2, q + 2, words - 1)) : DIFFERENT;
    case KIND_EXPORT: return same_export(export_of(a), export_of(b));
    case KIND_MAP_FLAT: return equal_flat_maps(s, p, q, exact);
    case KIND_MAP_HASH: return p[1] != q[1] ? DIFFERENT : memory(push_pairs(s, p + 2, q + 2, 1));
    case KIND_MAP_NODE: return equal_nodes(s, p, q, exact);
    default: UNREACHABLE();
  }
}

// Two terms whose words differ.
static Outcome equal_step(TermStack *s, Term a, Term b, bool *exact, int64_t *work) {
  if (term_is_boxed(a) && term_is_boxed(b)) return equal_boxed(s, a, b, exact, work);
  if (*exact || !term_is_number(a) || !term_is_number(b)) return DIFFERENT;
  return number_compare(a, b) == 0;
}

size_t term_own_work(Term t) {
  if (!term_is_boxed(t)) return 1;
  const Term *p = boxed_ptr(t);
  uint32_t kind = header_kind(p[0]);
  return kind >= KIND_BIN_HEAP && kind <= KIND_BIN_SLICE ? 1 + (size_t)(p[1] >> 6) : 1 + header_words(p[0]);
}

Status equal_terms(const TermContext *c, Term a, Term b, bool exact, bool *equal) {
  size_t work = SIZE_MAX;
  return equal_terms_within(c, a, b, exact, equal, &work);
}

Status equal_terms_within(const TermContext *c, Term a, Term b, bool exact, bool *equal, size_t *work) {
  TermStack s;
  term_stack_init(&s, c->alloc);
  Outcome outcome = SO_FAR_EQUAL;
  int64_t left = *work > INT64_MAX ? INT64_MAX : (int64_t)*work;
  for (;;) {
    if (a != b) {
      if (UNLIKELY(--left < 0)) {
        outcome = TOO_MUCH;
        break;
      }
      if (term_is_cons(a) && term_is_cons(b)) {
        if (!term_stack_reserve(&s, 2)) {
          outcome = NO_MEMORY;
          break;
        }
        term_stack_push(&s, cons_tail(a));
        term_stack_push(&s, cons_tail(b));
        a = cons_head(a);
        b = cons_head(b);
        continue;
      }
      outcome = equal_step(&s, a, b, &exact, &left);
      if (outcome != SO_FAR_EQUAL) break;
    }
    do {
      if (s.count == 0) goto done;
      b = term_stack_pop(&s);
      a = term_stack_pop(&s);
      if (UNLIKELY(a == T_NONE)) exact = false;
    } while (a == b);
  }
done:
  term_stack_free(&s);
  *equal = outcome == SO_FAR_EQUAL;
  *work = left > 0 ? (size_t)left : 0;
  return outcome == NO_MEMORY ? STATUS_NO_MEMORY : outcome == TOO_MUCH ? STATUS_LIMIT : STATUS_OK;
}

bool equal_slow(const TermContext *c, Term a, Term b, bool exact) {
  // What map keys and tags mostly are needs no stack.
  if (term_is_boxed(a) && term_is_boxed(b)) {
    const Term *p = boxed_ptr(a), *q = boxed_ptr(b);
    if (term_is_bits(a)) {
      if (!term_is_bits(b) || p[1] != q[1]) return false;
      if (UNLIKELY(bits_count(a) > WALK_SHORT_BITS)) context_walks_bits(c, bits_count(a));
      return bits_equal(bits_view(a), bits_view(b));
    }
    if (exact && p[0] != q[0]) return false;
  }
  bool equal;
  size_t work = WALK_LONG;
  Status s = equal_terms_within(c, a, b, exact, &equal, &work);
  if (UNLIKELY(s != STATUS_OK || work < WALK_LONG - WALK_SHORT)) {
    context_walked(c, WALK_LONG - work, s == STATUS_LIMIT);
    if (s == STATUS_LIMIT) s = equal_terms(c, a, b, exact, &equal);
    if (s != STATUS_OK) context_no_memory(c);
  }
  return equal;
}

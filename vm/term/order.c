// SPDX-License-Identifier: Apache-2.0
//
// The total order of terms. Pairs wait on a stack as in compare.c; the first pair that differs decides.
//
// Except inside tries, which are not walked in term order. Of two tries of one size the smaller is the one that
// holds the smallest key the other lacks; when none is lacking, the smallest key with different values decides.
// Finding these takes comparisons, whose outcome does not decide at once. Each pair of tries under
// comparison has a TrieFrame that says what its running comparison is for; nested ones form a chain.
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"
#include "vm/term/number.h"
#include "vm/term/shared.h"

typedef enum TriePhase { KEYS_OF_A, KEYS_OF_B, VALUES, PHASE_END } TriePhase;

typedef struct TrieFrame {
  struct TrieFrame *outer;
  size_t base;       // of the stack outside this frame's running comparison
  bool exact;        // mode outside
  bool compares_key; // running: the iterator's key with `best`; else values
  TriePhase phase;
  Term a, b;
  MapIterator i;
  Term best;      // smallest deciding key so far, or T_NONE
  int best_order; // what it decides
  int candidate;  // what the iterator's key decides if it is smaller
} TrieFrame;

typedef struct Ordering {
  const TermContext *context;
  TermStack stack;
  TrieFrame *frame; // innermost
  bool exact;
  bool no_memory, too_much;
  int64_t work; // left: a step costs one, what it pushes or looks through its size
} Ordering;

// False: it is used up.
static inline bool spend(Ordering *o, int64_t cost) {
  o->work -= cost;
  if (LIKELY(o->work >= 0)) return true;
  o->too_much = true;
  return false;
}

int term_rank(Term t) {
  static const unsigned char kind_ranks[KIND_COUNT] = {
      [KIND_TUPLE] = 6,    [KIND_FLOAT] = 0,    [KIND_BIG_POS] = 0,   [KIND_BIG_NEG] = 0,   [KIND_REF] = 2,        [KIND_FUN] = 3,
      [KIND_EXPORT] = 3,   [KIND_MAP_FLAT] = 7, [KIND_MAP_HASH] = 7,  [KIND_MAP_NODE] = 7,  [KIND_BIN_HEAP] = 10,  [KIND_BIN_SHARED] = 10,
      [KIND_BIN_SLICE] = 10, [KIND_BIN_MATCH] = 10, [KIND_NATIVE] = 2, [KIND_FILLER] = 11};
  switch (t & TAG_MASK) {
    case TAG_SMALL: return 0;
    case TAG_CONS: return 9;
    case TAG_BOXED: return kind_ranks[header_kind(boxed_header(t))];
    default: return term_is_atom(t) ? 1 : term_is_pid(t) ? 5 : 8;
  }
}

static int order64(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static bool push_pairs(Ordering *o, const Term *x, const Term *y, size_t count) {
  if (!term_stack_reserve(&o->stack, count * 2)) return false;
  o->work -= (int64_t)count;
  while (count-- > 0) {
    if (x[count] == y[count]) continue;
    term_stack_push(&o->stack, x[count]);
    term_stack_push(&o->stack, y[count]);
  }
  return true;
}

static int out_of_memory(Ordering *o) {
  o->no_memory = true;
  return 1;
}

static int order_flat_maps(Ordering *o, const Term *p, const Term *q) {
  size_t n = header_words(p[0]) - 1;
  if (n == 0) return 0;
  if (!push_pairs(o, p + 2, q + 2, n)) return out_of_memory(o);
  if (p[1] == q[1]) return 0;
  if (!o->exact) {
    if (!term_stack_reserve(&o->stack, 2)) return out_of_memory(o);
    term_stack_push(&o->stack, T_NONE);
    term_stack_push(&o->stack, T_NONE);
    o->exact = true;
  }
  return push_pairs(o, tuple_items(p[1]), tuple_items(q[1]), n) ? 0 : out_of_memory(o);
}

static int begin_tries(Ordering *o, Term a, Term b) {
  TrieFrame *f = alloc_get(o->context->alloc, sizeof *f);
  if (!f) return out_of_memory(o);
  f->outer = o->frame;
  f->base = o->stack.count;
  f->exact = o->exact;
  f->phase = KEYS_OF_A;
  f->a = a;
  f->b = b;
  f->best = T_NONE;
  f->best_order = 0;
  f->candidate = -1;
  f->compares_key = false;
  map_iterate(&f->i, a);
  o->frame = f;
  return 0;
}

static int order_maps(Ordering *o, Term a, Term b) {
  size_t m = map_size(a), n = map_size(b);
  if (m != n) return order64(m, n);
  return map_is_flat(a) ? order_flat_maps(o, boxed_ptr(a), boxed_ptr(b)) : begin_tries(o, a, b);
}

static int order_refs(Term a, Term b) {
  bool x = term_is_native_object(a), y = term_is_native_object(b);
  if (x != y) return x ? 1 : -1;
  return x ? order64(term_native_object(a)->id, term_native_object(b)->id) : order64(boxed_ptr(a)[1], boxed_ptr(b)[1]);
}

static int order_exports(Ordering *o, const Export *x, const Export *y) {
  int order = atom_compare(o->context->atoms, x->module, y->module);
  if (order == 0) order = atom_compare(o->context->atoms, x->name, y->name);
  return order ? order : order64(x->arity, y->arity);
}

static int order_funs(Ordering *o, Term a, Term b) {
  bool x_export = header_is(boxed_header(a), KIND_EXPORT), y_export = header_is(boxed_header(b), KIND_EXPORT);
  if (x_export != y_export) return x_export ? 1 : -1;
  if (x_export) return order_exports(o, export_of(a), export_of(b));
  const FunEntry *x = fun_entry(a), *y = fun_entry(b);
  if (x != y) {
    int order = atom_compare(o->context->atoms, x->module, y->module);
    if (order == 0) order = order64(x->index, y->index);
    if (order == 0) order = order64(x->unit_id, y->unit_id);
    if (order != 0) return order;
  }
  size_t m = fun_capture_count(a), n = fun_capture_count(b);
  if (m != n) return order64(m, n);
  return push_pairs(o, fun_captures(a), fun_captures(b), n) ? 0 : out_of_memory(o);
}

static int order_numbers(Ordering *o, Term a, Term b) {
  int kinds = (int)term_is_float(a) - (int)term_is_float(b);
  return o->exact && kinds != 0 ? kinds : number_compare(a, b);
}

// Two terms whose words differ: their order, or 0 when that depends on what was pushed.
static int order_step(Ordering *o, Term a, Term b) {
  int x = term_rank(a), y = term_rank(b);
  if (x != y) return x < y ? -1 : 1;
  switch (x) {
    case 0: return order_numbers(o, a, b);
    case 1: return atom_compare(o->context->atoms, a, b);
    case 2: return order_refs(a, b);
    case 3: return order_funs(o, a, b);
    case 5: return pid_slot(a) != pid_slot(b) ? order64(pid_slot(a), pid_slot(b)) : order64(pid_serial(a), pid_serial(b));
    case 6: {
      size_t m = tuple_arity(a), n = tuple_arity(b);
      if (m != n) return order64(m, n);
      return push_pairs(o, tuple_items(a), tuple_items(b), n) ? 0 : out_of_memory(o);
    }
    case 7: return order_maps(o, a, b);
    case 9:
      if (!term_stack_reserve(&o->stack, 4)) return out_of_memory(o);
      term_stack_push(&o->stack, cons_tail(a));
      term_stack_push(&o->stack, cons_tail(b));
      term_stack_push(&o->stack, cons_head(a));
      term_stack_push(&o->stack, cons_head(b));
      return 0;
    case 10: return spend(o, (int64_t)(bits_count(a) >> 6)) ? bits_compare(bits_view(a), bits_view(b)) : 0;
    default: return order64(a, b);
  }
}

enum { TRIE_STEP_WORK = 16 }; // a key is looked up

static void consider(TrieFrame *f, Term key, int order) {
  f->best = key;
  f->best_order = order;
}

// The next comparison that the innermost tries need, as a pair; false: they are done, *order is theirs.
static bool frame_next(Ordering *o, TrieFrame *f, Term *a, Term *b, int *order) {
  while (f->phase < PHASE_END) {
    while (map_next(&f->i)) {
      if (!spend(o, TRIE_STEP_WORK)) break;
      Term other = map_get(o->context, f->phase == KEYS_OF_B ? f->a : f->b, f->i.key);
      if (f->phase == VALUES) {
        if (f->i.value == other) continue;
        f->compares_key = false;
        o->exact = f->exact;
        *a = f->i.value;
        *b = other;
        return true;
      }
      if (other != T_NONE) continue;
      f->candidate = f->phase == KEYS_OF_A ? -1 : 1;
      if (f->best == T_NONE) {
        consider(f, f->i.key, f->candidate);
        continue;
      }
      f->compares_key = true;
      o->exact = true;
      *a = f->i.key;
      *b = f->best;
      return true;
    }
    if (o->too_much) break;
    f->phase++;
    if (f->phase == VALUES && f->best != T_NONE) break;
    if (f->phase < PHASE_END) map_iterate(&f->i, f->phase == KEYS_OF_B ? f->b : f->a);
  }
  *order = f->best_order;
  return false;
}

// The running comparison of the innermost tries came out. True: another one must follow, the pair given.
static bool frame_feed(Ordering *o, TrieFrame *f, int order, Term *a, Term *b) {
  if (f->compares_key) {
    if (order < 0) consider(f, f->i.key, f->candidate);
    return false;
  }
  if (order == 0) return false;
  f->candidate = order;
  if (f->best == T_NONE) {
    consider(f, f->i.key, order);
    return false;
  }
  f->compares_key = true;
  o->exact = true;
  *a = f->i.key;
  *b = f->best;
  return true;
}

static void frame_end(Ordering *o) {
  TrieFrame *f = o->frame;
  o->frame = f->outer;
  o->exact = f->exact;
  alloc_put(o->context->alloc, f, sizeof *f);
}

// The next pair that waits in the innermost frame; false: all there were equal.
static bool next_pair(Ordering *o, Term *a, Term *b) {
  size_t base = o->frame ? o->frame->base : 0;
  while (o->stack.count > base) {
    *b = term_stack_pop(&o->stack);
    *a = term_stack_pop(&o->stack);
    if (*a != T_NONE) return true;
    o->exact = false;
  }
  return false;
}

static int order_run(Ordering *o, Term a, Term b) {
  for (;;) {
    TrieFrame *before = o->frame;
    int order = a == b ? 0 : order_step(o, a, b);
    if (UNLIKELY(o->no_memory) || !spend(o, 1)) return 0;
    bool fresh = o->frame != before;
    // An outcome ends the innermost running comparison; it may end those around it.
    for (;;) {
      if (!fresh) {
        if (order == 0 && next_pair(o, &a, &b)) break;
        if (!o->frame) return order;
        o->stack.count = o->frame->base;
        if (frame_feed(o, o->frame, order, &a, &b)) break;
      }
      fresh = false;
      if (frame_next(o, o->frame, &a, &b, &order)) break;
      if (o->too_much) return 0;
      frame_end(o);
    }
  }
}

Status compare_terms(const TermContext *c, Term a, Term b, bool exact, int *order) {
  size_t work = SIZE_MAX;
  return compare_terms_within(c, a, b, exact, order, &work);
}

// What is sorted most: tuples of one size that differ first in a small integer, or nowhere. It counts the work that the walk would. (A sort of
// pairs took three times as long without this.) False: it is something else.
static bool order_at_once(Term a, Term b, int *order, size_t *work) {
  if (!term_is_boxed(a) || !term_is_boxed(b)) return false;
  const Term *p = boxed_ptr(a), *q = boxed_ptr(b);
  size_t n = header_words(p[0]);
  if (p[0] != q[0] || !header_is(p[0], KIND_TUPLE) || *work < n + 2) return false;
  for (size_t i = 1; i <= n; i++) {
    if (p[i] == q[i]) continue;
    if (!terms_are_small(p[i], q[i])) return false;
    *order = (int64_t)p[i] < (int64_t)q[i] ? -1 : 1;
    *work -= n + 2;
    return true;
  }
  *order = 0;
  *work -= n + 1;
  return true;
}

Status compare_terms_within(const TermContext *c, Term a, Term b, bool exact, int *order, size_t *work) {
  if (order_at_once(a, b, order, work)) return STATUS_OK;
  Ordering o = {.context = c, .exact = exact, .work = *work > INT64_MAX ? INT64_MAX : (int64_t)*work};
  term_stack_init(&o.stack, c->alloc);
  *order = order_run(&o, a, b);
  while (o.frame) frame_end(&o);
  term_stack_free(&o.stack);
  *work = o.work > 0 ? (size_t)o.work : 0;
  return o.no_memory ? STATUS_NO_MEMORY : o.too_much ? STATUS_LIMIT : STATUS_OK;
}

int compare_slow(const TermContext *c, Term a, Term b, bool exact) {
  int x = term_rank(a), y = term_rank(b);
  if (x != y) return x < y ? -1 : 1;
  if (x == 10) {
    if (UNLIKELY(bits_count(a) > WALK_SHORT_BITS && bits_count(b) > WALK_SHORT_BITS)) context_walks_bits(c, bits_count(a) < bits_count(b) ? bits_count(a) : bits_count(b));
    return bits_compare(bits_view(a), bits_view(b));
  }
  int order;
  size_t work = WALK_LONG;
  Status s = compare_terms_within(c, a, b, exact, &order, &work);
  if (UNLIKELY(s != STATUS_OK || work < WALK_LONG - WALK_SHORT)) {
    context_walked(c, WALK_LONG - work, s == STATUS_LIMIT);
    if (s == STATUS_LIMIT) s = compare_terms(c, a, b, exact, &order);
    if (s != STATUS_OK) context_no_memory(c);
  }
  return order;
}

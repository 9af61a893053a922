// SPDX-License-Identifier: Apache-2.0
//
// Natives over lists and tuples. Long lists are walked in pieces: a native that has used up its slice keeps where it
// is in its words and yields.
#include "vm/native/native_api.h"

enum { CHUNK = 2000, CONS_SHIFT = 4 }; // elements between two looks at the reductions; elements that are read and built for one, in memory that is new

// --- erlang:length/1, hd/1, tl/1

// A guard counts on, however long that takes; elsewhere a dirty thread counts what is too long.
Term native_length(Process *p) {
  size_t n = 0, most = native_work_allowed(p);
  Term list = ARG(0);
  for (; term_is_cons(list); list = cons_tail(list))
    if (UNLIKELY(++n > most)) return native_go_dirty(p);
  if (list != T_NIL) return native_badarg(p);
  native_charge(p, n >> 6);
  return term_small((int64_t)n);
}
Term native_hd(Process *p) { return term_is_cons(ARG(0)) ? cons_head(ARG(0)) : native_badarg(p); }
Term native_tl(Process *p) { return term_is_cons(ARG(0)) ? cons_tail(ARG(0)) : native_badarg(p); }

// --- lists:reverse/1,2. Scratch 0: what is reversed so far.

static Term reverse_onto(Process *p, unsigned rest, unsigned done) {
  for (;;) {
    Term probe = ARG(rest);
    size_t n = 0;
    while (n < CHUNK && term_is_cons(probe)) {
      probe = cons_tail(probe);
      n++;
    }
    if (native_room_is_long(p, n * CONS_WORDS)) return native_go_dirty(p);
    NATIVE_RESERVE(n * CONS_WORDS);
    Term list = ARG(rest), result = ARG(done);
    for (; n; n--) {
      result = heap_cons(&p->heap, cons_head(list), result);
      list = cons_tail(list);
    }
    ARG(rest) = list;
    ARG(done) = result;
    if (list == T_NIL) return result;
    if (!term_is_cons(list)) return native_badarg(p);
    if (native_charge_piece(p, CHUNK >> CONS_SHIFT)) return native_yield(p);
  }
}
Term native_lists_reverse_1(Process *p) { return reverse_onto(p, 0, 1); } // scratch starts as []
Term native_lists_reverse_2(Process *p) { return reverse_onto(p, 0, 1); } // the tail is the start

// --- erlang:++/2. Scratch: 2 reversed left side, 3 state.

Term native_append(Process *p) {
  if (ARG(3) == T_NIL) {
    if (ARG(0) == T_NIL) return ARG(1);
    size_t n = 0;
    Term list = ARG(0);
    for (; n <= CHUNK && term_is_cons(list); list = cons_tail(list)) n++;
    if (n <= CHUNK) {
      if (list != T_NIL) return native_badarg(p);
      NATIVE_RESERVE(n * CONS_WORDS);
      Term *cells = heap_take(&p->heap, n * CONS_WORDS), *at = cells;
      for (list = ARG(0); list != T_NIL; list = cons_tail(list), at += 2) {
        at[0] = cons_head(list);
        at[1] = term_cons(at + 2);
      }
      at[-1] = ARG(1);
      native_charge(p, n >> 6);
      return term_cons(cells);
    }
    ARG(3) = ATOM_true;
  }
  // A long one goes through its reverse, in pieces.
  if (ARG(3) == ATOM_true) {
    Term t = reverse_onto(p, 0, 2);
    if (t == T_YIELD || t == T_NONE) return t;
    ARG(0) = t;
    ARG(3) = ATOM_false;
  }
  return reverse_onto(p, 0, 1);
}

// --- erlang:--/2: removes the first occurrence of each element of the right side.
// Elements of the right side are counted in a map, so that this is no product of the lengths.

enum { SUBTRACT_COST = 3, SUBTRACT_FEW_SHIFT = 3 }; // an element's place in a map; comparing with a few

Term native_subtract(Process *p) {
  size_t most = native_length_within(p, ARG(0)), more = native_length_within(p, ARG(1));
  if (native_is_long(p, more <= 8 ? most >> SUBTRACT_FEW_SHIFT : (most + more) * SUBTRACT_COST)) return native_go_dirty(p);
  int64_t left = native_list_length(ARG(0)), right = native_list_length(ARG(1));
  if (left < 0 || right < 0) return native_badarg(p);
  if (left == 0 || right == 0) return ARG(0);
  const TermContext *c = native_context(p);
  if (right <= 8) {
    NATIVE_RESERVE((size_t)left * CONS_WORDS);
    Term remove[8];
    int count = 0;
    for (Term l = ARG(1); l != T_NIL; l = cons_tail(l)) remove[count++] = cons_head(l);
    Term result = T_NIL, *last = &result, l = ARG(0);
    for (; l != T_NIL && count; l = cons_tail(l)) {
      int i = 0;
      while (i < count && !term_identical(c, remove[i], cons_head(l))) i++;
      if (i < count) {
        memmove(&remove[i], &remove[i + 1], sizeof(Term) * (size_t)(count - i - 1));
        count--;
        continue;
      }
      Term *cell = heap_take(&p->heap, 2);
      cell[0] = cons_head(l);
      *last = term_cons(cell);
      last = &cell[1];
    }
    *last = l; // the rest is shared
    native_charge(p, (size_t)left >> 5);
    return result;
  }
  // Scratch 2: map of element -> how many are left to remove.
  NATIVE_RESERVE(MAP_EMPTY_WORDS);
  ARG(2) = map_empty(&p->heap);
  for (ARG(3) = ARG(1); ARG(3) != T_NIL; ARG(3) = cons_tail(ARG(3))) {
    NATIVE_RESERVE(map_put_words(ARG(2)));
    Term key = cons_head(ARG(3)), old = map_get(c, ARG(2), key);
    ARG(2) = map_put(c, &p->heap, ARG(2), key, old == T_NONE ? term_small(1) : old + term_small(1));
    if (ARG(2) == T_NONE) return native_error(p, ATOM_system_limit);
  }
  ARG(4) = T_NIL; // result, reversed
  for (ARG(3) = ARG(0); ARG(3) != T_NIL; ARG(3) = cons_tail(ARG(3))) {
    NATIVE_RESERVE(map_update_words(ARG(2)) + CONS_WORDS);
    Term key = cons_head(ARG(3)), left_over = map_get(c, ARG(2), key);
    if (left_over != T_NONE && left_over != term_small(0)) {
      ARG(2) = map_update(c, &p->heap, ARG(2), key, left_over - term_small(1));
    } else {
      ARG(4) = heap_cons(&p->heap, key, ARG(4));
    }
  }
  native_charge(p, (size_t)(left + right) * SUBTRACT_COST >> 2);
  NATIVE_RESERVE((size_t)left * CONS_WORDS);
  Term result = T_NIL;
  for (Term l = ARG(4); l != T_NIL; l = cons_tail(l)) result = heap_cons(&p->heap, cons_head(l), result);
  return result;
}

// --- lists:member/2, keyfind/3, keymember/3, keysearch/3
//
// A long list is walked in pieces: the first scratch word is what is left of it while the native yields. Work is what comparisons
// count (compare.h), of which a piece has PIECE_WORK; an element that alone takes more is a dirty thread's.

enum { PIECE_WORK = 1 << 15, ELEMENT_WORK_SHIFT = 5 };

// Where a walk begins or goes on: T_NIL stands in the scratch word at first, and the end of a list is never kept there.
static Term walk_list(Process *p, unsigned list_arg, unsigned scratch) { return ARG(scratch) == T_NIL ? ARG(list_arg) : ARG(scratch); }

typedef enum Found { FOUND_NOT, FOUND, FOUND_LATER } Found;
// Compares; FOUND_LATER: the element is too large for here. *work: what is left of the piece.
static Found equals(Process *p, Term a, Term b, bool exact, size_t *work) {
  bool equal = a == b;
  if (equal || (!term_is_pointer(a) && !term_is_pointer(b))) return equal ? FOUND : FOUND_NOT;
  size_t allowed = native_work_allowed(p), left = allowed;
  Status s = equal_terms_within(native_context(p), a, b, exact, &equal, &left);
  if (s == STATUS_NO_MEMORY) context_no_memory(native_context(p));
  if (s == STATUS_LIMIT) return FOUND_LATER;
  size_t spent = allowed - left;
  *work -= spent < *work ? spent : *work;
  return equal ? FOUND : FOUND_NOT;
}
// Ends a piece: charges, and says where to go on. True: yield.
static bool end_piece(Process *p, unsigned scratch, Term list, size_t n, size_t *work) {
  bool over = native_charge_piece(p, (n >> ELEMENT_WORK_SHIFT) + ((PIECE_WORK - *work) >> TERM_SHIFT));
  *work = PIECE_WORK;
  if (over) ARG(scratch) = list;
  return over;
}

Term native_lists_member(Process *p) {
  Term wanted = ARG(0), list = walk_list(p, 1, 2);
  bool simple = !term_is_pointer(wanted);
  size_t n = 0, work = PIECE_WORK;
  for (; term_is_cons(list); list = cons_tail(list)) {
    if (cons_head(list) == wanted) return ATOM_true;
    if (!simple) {
      Found found = equals(p, cons_head(list), wanted, true, &work);
      if (found == FOUND) return ATOM_true;
      if (found == FOUND_LATER) return native_go_dirty(p);
    }
    if (UNLIKELY(++n > PIECE_WORK || !work)) {
      Term next = cons_tail(list);
      if (next != T_NIL && end_piece(p, 2, next, n, &work)) return native_yield(p);
      n = 0;
    }
  }
  native_charge(p, (n >> ELEMENT_WORK_SHIFT) + ((PIECE_WORK - work) >> TERM_SHIFT));
  return list == T_NIL ? ATOM_false : native_badarg(p);
}

// The tuple whose element `position` equals key; T_NIL: none; T_NONE: raised; T_YIELD: later. Scratch 3.
static Term key_find(Process *p) {
  Term key = ARG(0), position = ARG(1), list = walk_list(p, 2, 3);
  if (!term_is_small(position) || small_value(position) < 1) return native_badarg(p);
  size_t at = (size_t)small_value(position), n = 0, work = PIECE_WORK;
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term t = cons_head(list);
    if (term_is_tuple(t) && tuple_arity(t) >= at) {
      Found found = equals(p, boxed_ptr(t)[at], key, false, &work);
      if (found == FOUND) return t;
      if (found == FOUND_LATER) return native_go_dirty(p);
    }
    if (UNLIKELY(++n > PIECE_WORK || !work)) {
      Term next = cons_tail(list);
      if (next != T_NIL && end_piece(p, 3, next, n, &work)) return native_yield(p);
      n = 0;
    }
  }
  native_charge(p, (n >> ELEMENT_WORK_SHIFT) + ((PIECE_WORK - work) >> TERM_SHIFT));
  return list == T_NIL ? T_NIL : native_badarg(p);
}
Term native_lists_keyfind(Process *p) {
  Term t = key_find(p);
  return t == T_NIL ? ATOM_false : t;
}
Term native_lists_keymember(Process *p) {
  Term t = key_find(p);
  return t == T_NONE || t == T_YIELD ? t : native_bool(t != T_NIL);
}
Term native_lists_keysearch(Process *p) {
  Term t = key_find(p);
  if (t == T_NIL) return ATOM_false;
  if (t == T_NONE || t == T_YIELD) return t;
  ARG(0) = t;
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, ATOM_value, ARG(0));
}

// --- tuples

enum { TUPLE_SHIFT = 6, LIST_TUPLE_SHIFT = 3 }; // words that are copied in a row; elements of a list that is walked twice and copied
#define LONG_TUPLE(words) NATIVE_COSTS((words) >> TUPLE_SHIFT)

Term native_tuple_size(Process *p) { return term_is_tuple(ARG(0)) ? term_small((int64_t)tuple_arity(ARG(0))) : native_badarg(p); }

// Index from 1 into a tuple with `extra` more places; 0: bad.
static size_t tuple_index(Term index, Term tuple, size_t extra) {
  if (!term_is_tuple(tuple) || !term_is_small(index)) return 0;
  int64_t i = small_value(index);
  return i >= 1 && (uint64_t)i <= tuple_arity(tuple) + extra ? (size_t)i : 0;
}
Term native_element(Process *p) {
  size_t i = tuple_index(ARG(0), ARG(1), 0);
  return i ? boxed_ptr(ARG(1))[i] : native_badarg(p);
}
Term native_setelement(Process *p) {
  size_t i = tuple_index(ARG(0), ARG(1), 0);
  if (!i) return native_badarg(p);
  size_t arity = tuple_arity(ARG(1));
  LONG_TUPLE(arity);
  NATIVE_RESERVE(arity + 1);
  Term t, *items = heap_tuple(&p->heap, arity, &t);
  memcpy(items, tuple_items(ARG(1)), sizeof(Term) * arity);
  items[i - 1] = ARG(2);
  return t;
}
Term native_make_tuple(Process *p) {
  uint64_t arity;
  if (!native_count(ARG(0), &arity)) return native_badarg(p);
  if (arity > TUPLE_ELEMENTS_MAX) return native_limit(p, LIMIT_TUPLE_ELEMENTS_MAX);
  LONG_TUPLE((size_t)arity);
  NATIVE_RESERVE((size_t)arity + 1);
  Term t, *items = heap_tuple(&p->heap, (size_t)arity, &t);
  for (size_t i = 0; i < arity; i++) items[i] = ARG(1);
  return t;
}
static Term tuple_insert(Process *p, size_t at, unsigned value_arg, unsigned tuple_arg) {
  size_t arity = tuple_arity(ARG(tuple_arg));
  if (arity >= TUPLE_ELEMENTS_MAX) return native_limit(p, LIMIT_TUPLE_ELEMENTS_MAX);
  LONG_TUPLE(arity);
  NATIVE_RESERVE(arity + 2);
  Term t, *items = heap_tuple(&p->heap, arity + 1, &t), *old = tuple_items(ARG(tuple_arg));
  memcpy(items, old, sizeof(Term) * (at - 1));
  items[at - 1] = ARG(value_arg);
  memcpy(items + at, old + at - 1, sizeof(Term) * (arity - at + 1));
  return t;
}
Term native_append_element(Process *p) {
  if (!term_is_tuple(ARG(0))) return native_badarg(p);
  return tuple_insert(p, tuple_arity(ARG(0)) + 1, 1, 0);
}
Term native_insert_element(Process *p) {
  size_t i = tuple_index(ARG(0), ARG(1), 1);
  return i ? tuple_insert(p, i, 2, 1) : native_badarg(p);
}
Term native_delete_element(Process *p) {
  size_t i = tuple_index(ARG(0), ARG(1), 0);
  if (!i) return native_badarg(p);
  size_t arity = tuple_arity(ARG(1));
  LONG_TUPLE(arity);
  NATIVE_RESERVE(arity);
  Term t, *items = heap_tuple(&p->heap, arity - 1, &t), *old = tuple_items(ARG(1));
  memcpy(items, old, sizeof(Term) * (i - 1));
  memcpy(items + i - 1, old + i, sizeof(Term) * (arity - i));
  return t;
}
Term native_tuple_to_list(Process *p) {
  if (!term_is_tuple(ARG(0))) return native_badarg(p);
  size_t arity = tuple_arity(ARG(0));
  LONG_TUPLE(2 * arity);
  NATIVE_RESERVE(arity * CONS_WORDS);
  Term list = T_NIL, *items = tuple_items(ARG(0));
  while (arity) list = heap_cons(&p->heap, items[--arity], list);
  return list;
}
Term native_list_to_tuple(Process *p) {
  NATIVE_COSTS(native_length_within(p, ARG(0)) >> LIST_TUPLE_SHIFT);
  int64_t n = native_list_length(ARG(0));
  if (n < 0) return native_badarg(p);
  if (n > TUPLE_ELEMENTS_MAX) return native_limit(p, LIMIT_TUPLE_ELEMENTS_MAX);
  NATIVE_RESERVE((size_t)n + 1);
  Term t, *items = heap_tuple(&p->heap, (size_t)n, &t);
  for (Term l = ARG(0); l != T_NIL; l = cons_tail(l)) *items++ = cons_head(l);
  return t;
}

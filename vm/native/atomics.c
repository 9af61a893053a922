// SPDX-License-Identifier: Apache-2.0
//
// :atomics and :counters: arrays of 64-bit integers that processes change at once, without messages.
//
// An array is a native object: what refers to it is a reference to the language, sending it copies nothing, and the last one frees it.
// Each cell is one atomic word in two's complement, changed by single instructions in sequentially consistent order, on whatever
// scheduler. Numbers wrap around, as in OTP. Counters are the same with another name: OTP's option `write_concurrency` gives up
// consistency for speed, which is allowed and not needed.
#include "vm/native/native_api.h"

typedef struct Cells {
  uint64_t count;
  bool is_signed;
  _Atomic(uint64_t) at[];
} Cells;
static const NativeType ATOMICS_TYPE = {"atomics", NULL}, COUNTERS_TYPE = {"counters", NULL};

// What the instructions share: the array of argument 0 and the cell of argument 1, counted from 1. False: wrong ones.
static bool find_cell(Process *p, const NativeType *type, _Atomic(uint64_t) **cell, const Cells **cells) {
  if (!term_is_native_object(ARG(0)) || term_native_object(ARG(0))->type != type) return false;
  Cells *c = (Cells *)(void *)term_native_object(ARG(0))->payload;
  uint64_t index;
  if (cells) *cells = c;
  if (!cell) return true;
  if (!native_count(ARG(1), &index) || index == 0 || index > c->count) return false;
  *cell = &c->at[index - 1];
  return true;
}

// An integer of either range, as a word.
static bool to_word(Term t, uint64_t *word) {
  int64_t value;
  if (number_to_uint64(t, word)) return true;
  if (!number_to_int64(t, &value)) return false;
  *word = (uint64_t)value;
  return true;
}
// One that the array can hold.
static bool to_value(const Cells *c, Term t, uint64_t *word) {
  int64_t value;
  if (!c->is_signed) return number_to_uint64(t, word);
  if (!number_to_int64(t, &value)) return false;
  *word = (uint64_t)value;
  return true;
}
// GC: none, NUMBER_INT64_WORDS are reserved.
static Term to_term(Process *p, const Cells *c, uint64_t word) {
  return c->is_signed ? number_from_int64(&p->heap, (int64_t)word) : number_from_uint64(&p->heap, word);
}

static Term new_cells(Process *p, const NativeType *type, uint64_t count, bool is_signed) {
  uint64_t bytes = count * sizeof(uint64_t);
  if (count >= (uint64_t)1 << 57 || !account_allows_work(&p->vm->account, bytes)) return native_error(p, ATOM_system_limit);
  NATIVE_COSTS((size_t)bytes >> BYTE_SHIFT);
  NATIVE_RESERVE(NATIVE_WORDS);
  NativeObject *o = native_object_new(vm_alloc_of(p->vm, METER_BINARY), type, vm_next_ref(p->vm), sizeof(Cells) + bytes);
  if (!o) return native_error(p, ATOM_system_limit);
  Cells *c = (Cells *)(void *)o->payload;
  c->count = count;
  c->is_signed = is_signed;
  return heap_native_object(&p->heap, o);
}

Term native_atomics_new(Process *p) {
  uint64_t count;
  bool is_signed = true;
  if (!native_count(ARG(0), &count) || count == 0 || native_list_length(ARG(1)) < 0) return native_badarg(p);
  for (Term list = ARG(1); list != T_NIL; list = cons_tail(list)) {
    Term option = cons_head(list);
    bool pair = term_is_tuple(option) && tuple_arity(option) == 2 && tuple_items(option)[0] == ATOM_signed;
    if (!pair || (tuple_items(option)[1] != ATOM_true && tuple_items(option)[1] != ATOM_false)) return native_badarg(p);
    is_signed = tuple_items(option)[1] == ATOM_true;
  }
  return new_cells(p, &ATOMICS_TYPE, count, is_signed);
}
Term native_counters_new(Process *p) {
  uint64_t count;
  if (!native_count(ARG(0), &count) || count == 0 || native_list_length(ARG(1)) < 0) return native_badarg(p);
  for (Term list = ARG(1); list != T_NIL; list = cons_tail(list))
    if (cons_head(list) != ATOM_atomics && cons_head(list) != ATOM_write_concurrency) return native_badarg(p);
  return new_cells(p, &COUNTERS_TYPE, count, true);
}

static Term get(Process *p, const NativeType *type) {
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  _Atomic(uint64_t) *cell;
  const Cells *c;
  return find_cell(p, type, &cell, &c) ? to_term(p, c, atomic_load(cell)) : native_badarg(p);
}
Term native_atomics_get(Process *p) { return get(p, &ATOMICS_TYPE); }
Term native_counters_get(Process *p) { return get(p, &COUNTERS_TYPE); }

static Term put(Process *p, const NativeType *type) {
  _Atomic(uint64_t) *cell;
  const Cells *c;
  uint64_t word;
  if (!find_cell(p, type, &cell, &c) || !to_value(c, ARG(2), &word)) return native_badarg(p);
  atomic_store(cell, word);
  return ATOM_ok;
}
Term native_atomics_put(Process *p) { return put(p, &ATOMICS_TYPE); }
Term native_counters_put(Process *p) { return put(p, &COUNTERS_TYPE); }

// Adds; what the cell holds then.
static Term add(Process *p, const NativeType *type, bool subtract, bool answer) {
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  _Atomic(uint64_t) *cell;
  const Cells *c;
  uint64_t word;
  if (!find_cell(p, type, &cell, &c) || !to_word(ARG(2), &word)) return native_badarg(p);
  if (subtract) word = -word;
  uint64_t after = atomic_fetch_add(cell, word) + word;
  return answer ? to_term(p, c, after) : ATOM_ok;
}
Term native_atomics_add(Process *p) { return add(p, &ATOMICS_TYPE, false, false); }
Term native_atomics_add_get(Process *p) { return add(p, &ATOMICS_TYPE, false, true); }
Term native_atomics_sub(Process *p) { return add(p, &ATOMICS_TYPE, true, false); }
Term native_atomics_sub_get(Process *p) { return add(p, &ATOMICS_TYPE, true, true); }
Term native_counters_add(Process *p) { return add(p, &COUNTERS_TYPE, false, false); }
Term native_counters_sub(Process *p) { return add(p, &COUNTERS_TYPE, true, false); }

Term native_atomics_exchange(Process *p) {
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  _Atomic(uint64_t) *cell;
  const Cells *c;
  uint64_t word;
  if (!find_cell(p, &ATOMICS_TYPE, &cell, &c) || !to_value(c, ARG(2), &word)) return native_badarg(p);
  return to_term(p, c, atomic_exchange(cell, word));
}
// :ok, or what is there instead.
Term native_atomics_compare_exchange(Process *p) {
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  _Atomic(uint64_t) *cell;
  const Cells *c;
  uint64_t expected, word;
  if (!find_cell(p, &ATOMICS_TYPE, &cell, &c) || !to_value(c, ARG(2), &expected) || !to_value(c, ARG(3), &word)) return native_badarg(p);
  return atomic_compare_exchange_strong(cell, &expected, word) ? ATOM_ok : to_term(p, c, expected);
}

static Term memory_of(const Cells *c) { return term_small((int64_t)(sizeof(NativeObject) + sizeof(Cells) + c->count * sizeof(uint64_t))); }
Term native_atomics_info(Process *p) {
  NATIVE_RESERVE(map_from_pairs_words(4) + 2 * NUMBER_INT64_WORDS);
  const Cells *c;
  if (!find_cell(p, &ATOMICS_TYPE, NULL, &c)) return native_badarg(p);
  Term pairs[] = {ATOM_size, term_small((int64_t)c->count), ATOM_memory, memory_of(c), ATOM_max, T_NIL, ATOM_min, T_NIL};
  pairs[5] = to_term(p, c, c->is_signed ? INT64_MAX : UINT64_MAX);
  pairs[7] = to_term(p, c, c->is_signed ? (uint64_t)INT64_MIN : 0);
  return map_from_pairs(native_context(p), &p->heap, pairs, 4);
}
Term native_counters_info(Process *p) {
  NATIVE_RESERVE(map_from_pairs_words(2));
  const Cells *c;
  if (!find_cell(p, &COUNTERS_TYPE, NULL, &c)) return native_badarg(p);
  const Term pairs[] = {ATOM_size, term_small((int64_t)c->count), ATOM_memory, memory_of(c)};
  return map_from_pairs(native_context(p), &p->heap, pairs, 2);
}

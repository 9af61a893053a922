// SPDX-License-Identifier: Apache-2.0
//
// Natives over maps. What is no map is {badmap, term}. Keys may be huge: engine_key_context has such a native go to a dirty thread.
#include "vm/native/native_api.h"

// A large map's entries lie all over the heap: 10 ns each to walk, more than 100 ns to build.
enum { LIST_SHIFT = 4 };

#define WANT_MAP(i) \
  do { \
    if (UNLIKELY(!term_is_map(ARG(i)))) return native_error_about(p, ATOM_badmap, ARG(i)); \
  } while (0)

static Term bad_key(Process *p, Term key) { return native_error_about(p, ATOM_badkey, key); }

Term native_map_size(Process *p) {
  WANT_MAP(0);
  return term_small((int64_t)map_size(ARG(0)));
}
// erlang:map_get/2, maps:get/2: (key, map)
Term native_map_get(Process *p) {
  WANT_MAP(1);
  Term value = map_get(engine_key_context(p), ARG(1), ARG(0));
  return value == T_NONE ? bad_key(p, ARG(0)) : value;
}
Term native_maps_get_3(Process *p) {
  WANT_MAP(1);
  Term value = map_get(engine_key_context(p), ARG(1), ARG(0));
  return value == T_NONE ? ARG(2) : value;
}
Term native_is_map_key(Process *p) {
  WANT_MAP(1);
  return native_bool(map_has(engine_key_context(p), ARG(1), ARG(0)));
}
Term native_maps_find(Process *p) {
  WANT_MAP(1);
  if (!map_has(engine_key_context(p), ARG(1), ARG(0))) return ATOM_error;
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, ATOM_ok, map_get(engine_key_context(p), ARG(1), ARG(0)));
}
Term native_maps_put(Process *p) {
  WANT_MAP(2);
  NATIVE_RESERVE(map_put_words(ARG(2)));
  Term map = map_put(engine_key_context(p), &p->heap, ARG(2), ARG(0), ARG(1));
  return map == T_NONE ? native_error(p, ATOM_system_limit) : map;
}
Term native_maps_update(Process *p) {
  WANT_MAP(2);
  if (!map_has(engine_key_context(p), ARG(2), ARG(0))) return bad_key(p, ARG(0));
  NATIVE_RESERVE(map_update_words(ARG(2)));
  return map_update(engine_key_context(p), &p->heap, ARG(2), ARG(0), ARG(1));
}
Term native_maps_remove(Process *p) {
  WANT_MAP(1);
  NATIVE_RESERVE(map_remove_words(ARG(1)));
  return map_remove(engine_key_context(p), &p->heap, ARG(1), ARG(0));
}
Term native_maps_take(Process *p) {
  WANT_MAP(1);
  if (!map_has(engine_key_context(p), ARG(1), ARG(0))) return ATOM_error;
  NATIVE_RESERVE(map_remove_words(ARG(1)) + PAIR_WORDS);
  Term value = map_get(engine_key_context(p), ARG(1), ARG(0));
  return native_pair(p, value, map_remove(engine_key_context(p), &p->heap, ARG(1), ARG(0)));
}
Term native_maps_merge(Process *p) {
  WANT_MAP(0);
  WANT_MAP(1);
  size_t entries = map_size(ARG(1)); // each is looked for; charged at the old rate, as the large ones are done elsewhere
  if (native_is_long(p, entries + (map_size(ARG(0)) >> 4))) return native_go_dirty(p);
  native_charge(p, entries >> 4);
  NATIVE_RESERVE(map_merge_words(engine_key_context(p), ARG(0), ARG(1)));
  Term map = map_merge(engine_key_context(p), &p->heap, ARG(0), ARG(1));
  return map == T_NONE ? native_error(p, ATOM_system_limit) : map;
}
Term native_maps_keys(Process *p) {
  WANT_MAP(0);
  NATIVE_COSTS(map_size(ARG(0)) >> LIST_SHIFT);
  NATIVE_RESERVE(map_list_words(ARG(0)));
  return map_keys(&p->heap, ARG(0));
}
Term native_maps_values(Process *p) {
  WANT_MAP(0);
  NATIVE_COSTS(map_size(ARG(0)) >> LIST_SHIFT);
  NATIVE_RESERVE(map_list_words(ARG(0)));
  return map_values(&p->heap, ARG(0));
}
Term native_maps_to_list(Process *p) {
  WANT_MAP(0);
  NATIVE_COSTS(map_size(ARG(0)) >> (LIST_SHIFT - 1));
  NATIVE_RESERVE(map_to_list_words(ARG(0)));
  return map_to_list(&p->heap, ARG(0));
}
Term native_maps_new(Process *p) {
  NATIVE_RESERVE(MAP_EMPTY_WORDS);
  return map_empty(&p->heap);
}

// Builds from `count` pairs; fill gets them from ARG(0), again after room was made.
static Term from_few(Process *p, size_t count, void (*fill)(Process *p, Term *pairs)) {
  NATIVE_RESERVE(map_from_pairs_words(count));
  Term pairs[2 * MAP_FLAT_MAX];
  fill(p, pairs);
  return map_from_pairs(engine_key_context(p), &p->heap, pairs, count);
}
static Term from_pairs(Process *p, size_t count, void (*fill)(Process *p, Term *pairs)) {
  if (count == 0) return native_maps_new(p);
  if (count <= MAP_FLAT_MAX) return from_few(p, count, fill);
  size_t bytes = sizeof(Term) * 2 * count;
  Term *pairs = alloc_get(&p->vm->alloc, bytes);
  if (!pairs) return native_error(p, ATOM_system_limit);
  fill(p, pairs);
  MapPlan plan;
  Term map = T_NONE;
  size_t work = native_work_allowed(p);
  if (map_plan_make_within(&plan, native_context(p), pairs, count, &work) == STATUS_OK) {
    // The plan holds hashes and indexes, no terms, so a collection in between does no harm.
    if (native_reserve(p, plan.words)) {
      fill(p, pairs);
      map = map_plan_build(&plan, &p->heap, pairs);
    }
    map_plan_free(&plan);
  }
  alloc_put(&p->vm->alloc, pairs, bytes);
  native_charge(p, count >> 3);
  if (!work && native_may_leave(p)) return native_go_dirty(p);
  if (map == T_NONE && !process_must_exit(p)) return native_error(p, ATOM_system_limit);
  return map;
}
static void fill_from_tuples(Process *p, Term *pairs) {
  for (Term l = ARG(0); l != T_NIL; l = cons_tail(l)) {
    *pairs++ = tuple_items(cons_head(l))[0];
    *pairs++ = tuple_items(cons_head(l))[1];
  }
}
Term native_maps_from_list(Process *p) {
  size_t count = 0;
  Term l = ARG(0);
  if (native_is_long(p, native_length_within(p, l))) return native_go_dirty(p); // 80 to 100 ns an entry
  for (; term_is_cons(l); l = cons_tail(l), count++)
    if (!term_is_tuple(cons_head(l)) || tuple_arity(cons_head(l)) != 2) return native_badarg(p);
  return l == T_NIL ? from_pairs(p, count, fill_from_tuples) : native_badarg(p);
}
static void fill_from_keys(Process *p, Term *pairs) {
  for (Term l = ARG(0); l != T_NIL; l = cons_tail(l)) {
    *pairs++ = cons_head(l);
    *pairs++ = ARG(1);
  }
}
Term native_maps_from_keys(Process *p) {
  if (native_is_long(p, native_length_within(p, ARG(0)))) return native_go_dirty(p);
  int64_t count = native_list_length(ARG(0));
  return count < 0 ? native_badarg(p) : from_pairs(p, (size_t)count, fill_from_keys);
}

// Iterators: [continuation | map] before the first step or after some; :none at the end.
Term native_maps_iterator(Process *p) {
  WANT_MAP(0);
  NATIVE_RESERVE(MAP_CONTINUATION_WORDS);
  MapIterator i;
  map_iterate(&i, ARG(0));
  return map_iterator_save(&i, &p->heap);
}
Term native_maps_next(Process *p) {
  MapIterator i;
  if (ARG(0) == ATOM_none) return ATOM_none;
  if (!map_iterator_load(&i, ARG(0))) return native_badarg(p);
  NATIVE_RESERVE(MAP_CONTINUATION_WORDS + 4);
  map_iterator_load(&i, ARG(0));
  if (!map_next(&i)) return ATOM_none;
  Term t, *items = heap_tuple(&p->heap, 3, &t);
  items[0] = i.key;
  items[1] = i.value;
  items[2] = map_iterator_save(&i, &p->heap);
  return t;
}

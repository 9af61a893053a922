// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/map*.c against a naive list of pairs; shape, sharing, iteration, colliding hashes.
#include "term_test.h"
#include "vm/term/map_trie.h"

enum { MODEL_MAX = 400 };

typedef struct Model {
  Term keys[MODEL_MAX], values[MODEL_MAX];
  size_t count;
} Model;

static size_t model_find(World *w, const Model *m, Term key) {
  size_t i = 0;
  while (i < m->count && !term_identical(&w->context, m->keys[i], key)) i++;
  return i;
}

static void model_put(World *w, Model *m, Term key, Term value) {
  size_t i = model_find(w, m, key);
  m->keys[i] = key;
  m->values[i] = value;
  if (i == m->count) m->count++;
}

static void model_remove(World *w, Model *m, Term key) {
  size_t i = model_find(w, m, key);
  if (i == m->count) return;
  m->count--;
  m->keys[i] = m->keys[m->count];
  m->values[i] = m->values[m->count];
}

static void assert_like(World *w, Term map, const Model *m) {
  cr_assert(map_is_valid(&w->context, map));
  cr_assert_eq(map_size(map), m->count);
  for (size_t i = 0; i < m->count; i++) cr_assert_eq(map_get(&w->context, map, m->keys[i]), m->values[i]);
}

// One step with just the words that it asked for.
#define WITHIN(w, need, call)                          \
  ({                                                   \
    Term *end_ = (w)->heap.end;                        \
    (w)->heap.end = (w)->heap.top + (need);            \
    Term result_ = (call);                             \
    cr_assert((w)->heap.top <= (w)->heap.end);         \
    (w)->heap.end = end_;                              \
    result_;                                           \
  })

static Term random_key(World *w) {
  switch (random_below(w, 4)) {
    case 0: return random_term(w, 3);
    case 1: return heap_float(&w->heap, (double)random_below(w, 60));
    default: return term_small((int64_t)random_below(w, 300));
  }
}

Test(map, like_a_list_of_pairs) {
  World w;
  world_open(&w, 4000000, 1);
  for (int round = 0; round < 60; round++) {
    world_reset(&w);
    Model m = {.count = 0};
    Term map = map_empty(&w.heap);
    size_t target = random_below(&w, 2) ? 40 : 200;
    for (int step = 0; step < 600; step++) {
      Term key = m.count && random_below(&w, 3) == 0 ? m.keys[random_below(&w, m.count)] : random_key(&w), value = term_small(step);
      uint64_t what = random_below(&w, 10);
      if (what < (m.count < target ? 6 : 2)) {
        map = WITHIN(&w, map_put_words(map), map_put(&w.context, &w.heap, map, key, value));
        model_put(&w, &m, key, value);
      } else if (what < 8) {
        map = WITHIN(&w, map_remove_words(map), map_remove(&w.context, &w.heap, map, key));
        model_remove(&w, &m, key);
      } else {
        bool there = model_find(&w, &m, key) < m.count;
        Term updated = WITHIN(&w, map_update_words(map), map_update(&w.context, &w.heap, map, key, value));
        cr_assert_eq(updated != T_NONE, there);
        cr_assert_eq(map_has(&w.context, map, key), there);
        if (there) map = updated, model_put(&w, &m, key, value);
      }
      if (step % 20 == 0) assert_like(&w, map, &m);
    }
    assert_like(&w, map, &m);
    // The shape is the content's alone.
    Term pairs[2 * MODEL_MAX];
    for (size_t i = 0; i < m.count; i++) pairs[2 * i] = m.keys[i], pairs[2 * i + 1] = m.values[i];
    Term built = WITHIN(&w, map_from_pairs_words(m.count), map_from_pairs(&w.context, &w.heap, pairs, m.count));
    cr_assert(map_is_valid(&w.context, built));
    cr_assert(term_identical(&w.context, built, map));
    cr_assert_eq(term_hash(&w.context, built), term_hash(&w.context, map));
  }
  world_close(&w);
}

Test(map, plans_need_exactly_what_they_say) {
  World w;
  world_open(&w, 4000000, 2);
  for (int round = 0; round < 300; round++) {
    world_reset(&w);
    Term pairs[2 * MODEL_MAX];
    Model m = {.count = 0};
    size_t count = random_below(&w, MODEL_MAX);
    for (size_t i = 0; i < count; i++) {
      pairs[2 * i] = random_key(&w);
      pairs[2 * i + 1] = term_small((int64_t)i);
      model_put(&w, &m, pairs[2 * i], pairs[2 * i + 1]);
    }
    MapPlan plan;
    cr_assert_eq(map_plan_make(&plan, &w.context, pairs, count), STATUS_OK);
    cr_assert_eq(plan.count, m.count);
    Term *before = w.heap.top, map = map_plan_build(&plan, &w.heap, pairs);
    cr_assert_eq((size_t)(w.heap.top - before), plan.words);
    map_plan_free(&plan);
    assert_like(&w, map, &m);
  }
  world_close(&w);
}

static Term random_whole_map(World *w, size_t max, Model *m) {
  Term map = map_empty(&w->heap);
  size_t count = random_below(w, max);
  m->count = 0;
  for (size_t i = 0; i < count; i++) {
    Term key = random_key(w), value = term_small((int64_t)random_below(w, 5));
    map = map_put(&w->context, &w->heap, map, key, value);
    model_put(w, m, key, value);
  }
  return map;
}

Test(map, merging) {
  World w;
  world_open(&w, 4000000, 3);
  for (int round = 0; round < 400; round++) {
    world_reset(&w);
    Model a, b;
    Term x = random_whole_map(&w, random_below(&w, 2) ? 40 : 150, &a), y = random_whole_map(&w, random_below(&w, 2) ? 40 : 150, &b);
    if (random_below(&w, 4) == 0) { // mostly the same trie
      y = map_put(&w.context, &w.heap, x, term_small(-1), term_small(0));
      b = a;
      model_put(&w, &b, term_small(-1), term_small(0));
    }
    Term merged = WITHIN(&w, map_merge_words(&w.context, x, y), map_merge(&w.context, &w.heap, x, y));
    Model both = a;
    for (size_t i = 0; i < b.count; i++) model_put(&w, &both, b.keys[i], b.values[i]);
    assert_like(&w, merged, &both);
    assert_like(&w, x, &a);
    assert_like(&w, y, &b);
  }
  world_close(&w);
}

Test(map, several_pairs_at_once) {
  World w;
  world_open(&w, 4000000, 4);
  for (int round = 0; round < 400; round++) {
    world_reset(&w);
    Model m;
    Term map = random_whole_map(&w, random_below(&w, 2) ? 35 : 150, &m), pairs[2 * 50], missing = T_NONE;
    Model changed = m;
    size_t count = random_below(&w, random_below(&w, 4) ? 6 : 50);
    bool all_there = true;
    for (size_t i = 0; i < count; i++) {
      pairs[2 * i] = m.count && random_below(&w, 3) ? m.keys[random_below(&w, m.count)] : random_key(&w);
      pairs[2 * i + 1] = term_small(1000 + (int64_t)i);
      all_there = all_there && model_find(&w, &m, pairs[2 * i]) < m.count;
      model_put(&w, &changed, pairs[2 * i], pairs[2 * i + 1]);
    }
    Term put = WITHIN(&w, map_put_pairs_words(map, count), map_put_pairs(&w.context, &w.heap, map, pairs, count));
    assert_like(&w, put, &changed);
    Term updated = WITHIN(&w, map_update_pairs_words(map, count), map_update_pairs(&w.context, &w.heap, map, pairs, count, &missing));
    cr_assert_eq(updated != T_NONE, all_there);
    if (all_there) assert_like(&w, updated, &changed);
    else cr_assert_eq(model_find(&w, &m, missing), m.count);
    assert_like(&w, map, &m);
  }
  world_close(&w);
}

Test(map, iteration_can_stop_and_go_on) {
  World w;
  world_open(&w, 4000000, 5);
  for (int round = 0; round < 100; round++) {
    world_reset(&w);
    Model m;
    Term map = random_whole_map(&w, random_below(&w, 2) ? 33 : 300, &m), list = map_to_list(&w.heap, map);
    Term keys = map_keys(&w.heap, map), values = map_values(&w.heap, map);
    MapIterator i;
    map_iterate(&i, map);
    for (size_t n = 0; n < m.count; n++) {
      Term rest = WITHIN(&w, MAP_CONTINUATION_WORDS, map_iterator_save(&i, &w.heap));
      cr_assert(map_iterator_load(&i, rest));
      cr_assert(map_next(&i));
      cr_assert_eq(i.key, tuple_items(cons_head(list))[0]);
      cr_assert_eq(i.value, tuple_items(cons_head(list))[1]);
      cr_assert_eq(i.key, cons_head(keys));
      cr_assert_eq(i.value, cons_head(values));
      list = cons_tail(list), keys = cons_tail(keys), values = cons_tail(values);
    }
    cr_assert_eq(map_iterator_save(&i, &w.heap), T_NIL);
    cr_assert_not(map_next(&i));
    cr_assert_eq(list, T_NIL);
  }
  MapIterator i;
  cr_assert_not(map_iterator_load(&i, ATOM_ok));
  cr_assert_not(map_iterator_load(&i, tuple_of(&w, 5, (Term[]){ATOM_a, ATOM_a, ATOM_a, ATOM_a, ATOM_a})));
  world_close(&w);
}

Test(map, values_replaced_share_the_keys) {
  World w;
  world_open(&w, 10000, 6);
  Term map = map_from_pairs(&w.context, &w.heap, (Term[]){ATOM_b, term_small(1), ATOM_a, term_small(2)}, 2);
  Term next = map_put(&w.context, &w.heap, map, ATOM_a, term_small(3));
  cr_assert_eq(boxed_ptr(next)[1], boxed_ptr(map)[1]);
  cr_assert_eq(map_get(&w.context, map, ATOM_a), term_small(2));
  cr_assert_eq(map_get(&w.context, next, ATOM_a), term_small(3));
  cr_assert_eq(map_put(&w.context, &w.heap, map, ATOM_a, term_small(2)), map);
  cr_assert_eq(map_remove(&w.context, &w.heap, map, ATOM_c), map);
  cr_assert_eq(map_flat_keys(map)[0], ATOM_a);
  Term both = map_from_pairs(&w.context, &w.heap, (Term[]){heap_float(&w.heap, 1), ATOM_b, term_small(1), ATOM_a}, 2);
  cr_assert_eq(map_size(both), 2);
  cr_assert_eq(map_flat_keys(both)[0], term_small(1));
  world_close(&w);
}

// Tries whose leaves have one hash: built from entries, as keys that collide are hard to come by.
Test(map, collision_nodes) {
  World w;
  world_open(&w, 100000, 7);
  enum { COUNT = 40 };
  Term pairs[2 * COUNT];
  MapPlanEntry entries[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    pairs[2 * i] = term_small((int64_t)i);
    pairs[2 * i + 1] = ATOM_a;
    entries[i] = (MapPlanEntry){i < 5 ? 7 : i * 0x0123456789abcdefu, i};
  }
  MapPlanEntry scratch[COUNT];
  entries_sort_hashes(entries, scratch, COUNT);
  Term map = entries_build_trie(&w.heap, entries, COUNT, pairs);
  Term found = map_hash_get(&w.context, map, term_small(4), 7);
  cr_assert_eq(found, ATOM_a);
  cr_assert_eq(map_hash_get(&w.context, map, term_small(5), 7), T_NONE);
  size_t seen = 0;
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i);) seen++;
  cr_assert_eq(seen, COUNT);
  for (size_t k = 0; k < COUNT; k++) entries[k].hash = 9;
  cr_assert_eq(entries_build_trie(&w.heap, entries, COUNT, pairs), T_NONE);
  Term leaf_a = heap_cons(&w.heap, term_small(2), ATOM_a), leaf_b = heap_cons(&w.heap, term_small(1), ATOM_b);
  Term node = trie_split(&w.context, &w.heap, leaf_a, 5, leaf_b, 5, 14);
  node = node_children(node_children(node)[0])[0];
  cr_assert_eq(boxed_ptr(node)[1], NODE_COLLISION);
  cr_assert_eq(node_children(node)[0], leaf_b);
  world_close(&w);
}

// Sorting by hash: hashes that are even, that share their upper bits, that are equal; entries of one hash keep their order.
Test(map, entries_sorted_by_hash) {
  enum { MOST = 5000 };
  static MapPlanEntry entries[MOST], scratch[MOST];
  uint64_t random = 1;
  static const uint64_t MASKS[] = {UINT64_MAX, 0xffff, 0xf, 0xff00000000000000, 0, 0x3fffffffff};
  for (size_t m = 0; m < sizeof MASKS / sizeof *MASKS; m++)
    for (size_t count = 1; count <= MOST; count = count * 3 + 1) {
      uint64_t sum = 0, sum_after = 0;
      for (size_t i = 0; i < count; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        entries[i] = (MapPlanEntry){(random ^ random >> 31) & MASKS[m], i};
        sum += entries[i].hash * (i + 1);
      }
      entries_sort_hashes(entries, scratch, count);
      for (size_t i = 0; i < count; i++) {
        sum_after += entries[i].hash * (entries[i].index + 1);
        if (i == 0) continue;
        const MapPlanEntry *a = &entries[i - 1], *b = &entries[i];
        cr_assert(a->hash < b->hash || (a->hash == b->hash && a->index < b->index));
      }
      cr_assert_eq(sum_after, sum);
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// Maps from many pairs. Pairs are sorted as indices (entries), so that the terms may move between planning and
// building. A trie is built from entries in order of hash, which is its order of iteration: each node is a run
// of entries with a common prefix.
#include "vm/term/hash.h"
#include "vm/term/map_trie.h"

// --- sorting: stable merges, bottom up. Scratch must be as long as the entries.
static void sort(const TermContext *c, MapPlanEntry *entries, MapPlanEntry *scratch, size_t count, const Term *pairs) {
  MapPlanEntry *from = entries, *to = scratch;
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count;
      size_t high = middle + width < count ? middle + width : count;
      size_t i = low, j = middle, k = low;
      while (i < middle && j < high) {
        bool right = pairs ? term_compare_exact(c, pairs[2 * from[j].index], pairs[2 * from[i].index]) < 0 : from[j].hash < from[i].hash;
        to[k++] = right ? from[j++] : from[i++];
      }
      while (i < middle) to[k++] = from[i++];
      while (j < high) to[k++] = from[j++];
    }
    MapPlanEntry *swap = from;
    from = to;
    to = swap;
  }
  if (from != entries) memcpy(entries, from, count * sizeof *entries);
}

static bool sorted_by_key(const TermContext *c, const MapPlanEntry *entries, size_t count, const Term *pairs) {
  for (size_t i = 1; i < count; i++)
    if (term_compare_exact(c, pairs[2 * entries[i - 1].index], pairs[2 * entries[i].index]) > 0) return false;
  return true;
}

void entries_sort_keys(const TermContext *c, MapPlanEntry *entries, MapPlanEntry *scratch, size_t count, const Term *pairs) {
  if (!sorted_by_key(c, entries, count, pairs)) sort(c, entries, scratch, count, pairs);
}

// By hash: distributed by the upper RADIX_BITS twice, lower digit first, which leaves hardly anything to do where hashes are even; what is
// still in disorder is in short runs, or (hashes that somebody chose) in long ones, which are merged. Five times as fast as merging all of
// ten thousand, whose comparisons no processor can foretell.
enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, RADIX_MIN = 128, INSERTION_MAX = 16 };

static uint32_t digit(uint64_t hash, int place) { return (uint32_t)(hash >> (64 - (2 - place) * RADIX_BITS)) & (RADIX - 1); } // place 1: the upper

static void distribute(const MapPlanEntry *from, MapPlanEntry *to, size_t count, int place) {
  uint32_t starts[RADIX] = {0}, at = 0;
  for (size_t i = 0; i < count; i++) starts[digit(from[i].hash, place)]++;
  for (int d = 0; d < RADIX; d++) {
    uint32_t there = starts[d];
    starts[d] = at;
    at += there;
  }
  for (size_t i = 0; i < count; i++) to[starts[digit(from[i].hash, place)]++] = from[i];
}

static void insertion_sort(MapPlanEntry *entries, size_t count) {
  for (size_t i = 1; i < count; i++) {
    MapPlanEntry e = entries[i];
    size_t j = i;
    for (; j > 0 && e.hash < entries[j - 1].hash; j--) entries[j] = entries[j - 1];
    entries[j] = e;
  }
}

void entries_sort_hashes(MapPlanEntry *entries, MapPlanEntry *scratch, size_t count) {
  if (count < RADIX_MIN || count > UINT32_MAX) {
    sort(NULL, entries, scratch, count, NULL);
    return;
  }
  distribute(entries, scratch, count, 0);
  distribute(scratch, entries, count, 1);
  for (size_t low = 0, high; low < count; low = high) {
    uint64_t upper = entries[low].hash >> (64 - 2 * RADIX_BITS);
    for (high = low + 1; high < count && entries[high].hash >> (64 - 2 * RADIX_BITS) == upper;) high++;
    if (high - low <= INSERTION_MAX) insertion_sort(entries + low, high - low);
    else sort(NULL, entries + low, scratch, high - low, NULL);
  }
}

// Of identical keys beside each other the last stays. Returns how many are left.
static size_t drop_repeated(const TermContext *c, MapPlanEntry *entries, size_t count, const Term *pairs) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    bool again = i + 1 < count && entries[i].hash == entries[i + 1].hash &&
                 term_identical(c, pairs[2 * entries[i].index], pairs[2 * entries[i + 1].index]);
    if (!again) entries[kept++] = entries[i];
  }
  return kept;
}

// Runs of one hash are put in order of their keys (nearly always there are only repeated keys in them).
static void sort_runs(const TermContext *c, MapPlanEntry *entries, MapPlanEntry *scratch, size_t count, const Term *pairs) {
  for (size_t low = 0, high; low < count; low = high) {
    for (high = low + 1; high < count && entries[high].hash == entries[low].hash;) high++;
    if (high - low > 1) entries_sort_keys(c, entries + low, scratch, high - low, pairs);
  }
}

// --- building
Term entries_build_flat(TermHeap *heap, const MapPlanEntry *entries, size_t count, const Term *pairs) {
  Term *keys, *values;
  Term map = flat_take(heap, count, &keys, &values);
  for (size_t i = 0; i < count; i++) {
    keys[i] = pairs[2 * entries[i].index];
    values[i] = pairs[2 * entries[i].index + 1];
  }
  return map;
}

static size_t run_end(const MapPlanEntry *entries, size_t low, size_t high, int level) {
  uint32_t slot = hash_slot(entries[low].hash, level);
  size_t end = low + 1;
  while (end < high && hash_slot(entries[end].hash, level) == slot) end++;
  return end;
}

// Words of the nodes and leaves of a run; SIZE_MAX: too many keys of one hash.
static size_t run_words(const MapPlanEntry *entries, size_t low, size_t high, int level) {
  if (high - low == 1) return 2;
  if (level == MAP_LEVELS) return high - low > MAP_COLLISION_MAX ? SIZE_MAX : 2 + 3 * (high - low);
  size_t words = 2;
  for (size_t i = low, end; i < high; i = end) {
    end = run_end(entries, i, high, level);
    size_t child = run_words(entries, i, end, level + 1);
    if (child == SIZE_MAX) return SIZE_MAX;
    words += 1 + child;
  }
  return words;
}

static Term run_build(TermHeap *heap, const MapPlanEntry *entries, size_t low, size_t high, int level, const Term *pairs) {
  if (high - low == 1 && level > 0) return heap_cons(heap, pairs[2 * entries[low].index], pairs[2 * entries[low].index + 1]);
  size_t count = 0;
  uint32_t bitmap = 0;
  if (level == MAP_LEVELS) {
    Term node = node_take(heap, high - low, NODE_COLLISION);
    for (size_t i = low; i < high; i++)
      node_children(node)[i - low] = heap_cons(heap, pairs[2 * entries[i].index], pairs[2 * entries[i].index + 1]);
    return node;
  }
  for (size_t i = low; i < high; i = run_end(entries, i, high, level)) {
    bitmap |= 1u << hash_slot(entries[i].hash, level);
    count++;
  }
  Term node = node_take(heap, count, term_small((int64_t)bitmap)), *child = node_children(node);
  for (size_t i = low, end; i < high; i = end) {
    end = run_end(entries, i, high, level);
    *child++ = run_build(heap, entries, i, end, level + 1, pairs);
  }
  return node;
}

Term entries_build_trie(TermHeap *heap, const MapPlanEntry *entries, size_t count, const Term *pairs) {
  if (run_words(entries, 0, count, 0) == SIZE_MAX) return T_NONE;
  Term root = run_build(heap, entries, 0, count, 0, pairs);
  return trie_map(heap, count, root);
}

// --- plans

// The hashes of all keys. (What takes long when they are compared behind that does when they are hashed.)
static Status plan_hash(MapPlan *plan, const TermContext *c, const Term *pairs, size_t *work) {
  for (size_t i = 0; i < plan->count; i++) {
    Term key = pairs[2 * i];
    size_t cost = term_is_bits(key) ? term_own_work(key) : 1;
    if (UNLIKELY(cost > *work)) {
      *work = 0;
      return STATUS_LIMIT;
    }
    if (!term_is_pointer(key) || term_is_bits(key)) {
      *work -= cost;
      plan->entries[i].hash = term_hash(c, key);
      continue;
    }
    Status s = hash_term_within(c, key, &plan->entries[i].hash, work);
    if (UNLIKELY(s != STATUS_OK)) {
      *work = 0;
      return s;
    }
  }
  return STATUS_OK;
}

// By keys; those of many are hashed before.
static void plan_sort(MapPlan *plan, const TermContext *c, const Term *pairs) {
  MapPlanEntry *scratch = plan->entries + plan->capacity;
  size_t n = plan->count;
  if (n > MAP_FLAT_MAX) {
    entries_sort_hashes(plan->entries, scratch, n);
    sort_runs(c, plan->entries, scratch, n, pairs);
    n = drop_repeated(c, plan->entries, n, pairs);
  }
  if (n <= MAP_FLAT_MAX) {
    for (size_t i = 0; i < n; i++) plan->entries[i].hash = 0;
    entries_sort_keys(c, plan->entries, scratch, n, pairs);
    n = drop_repeated(c, plan->entries, n, pairs);
  }
  plan->count = n;
}

Status map_plan_make(MapPlan *plan, const TermContext *c, const Term *pairs, size_t pair_count) {
  size_t work = SIZE_MAX;
  return map_plan_make_within(plan, c, pairs, pair_count, &work);
}

Status map_plan_make_within(MapPlan *plan, const TermContext *c, const Term *pairs, size_t pair_count, size_t *work) {
  *plan = (MapPlan){.context = c, .count = pair_count, .capacity = pair_count};
  if (pair_count > SIZE_MAX / sizeof(MapPlanEntry) / 4) return STATUS_NO_MEMORY;
  plan->entries = alloc_get(c->alloc, 2 * pair_count * sizeof(MapPlanEntry));
  if (!plan->entries) return STATUS_NO_MEMORY;
  for (size_t i = 0; i < pair_count; i++) plan->entries[i] = (MapPlanEntry){0, i};
  Status s = pair_count > MAP_FLAT_MAX ? plan_hash(plan, c, pairs, work) : STATUS_OK;
  if (s != STATUS_OK) {
    map_plan_free(plan);
    return s;
  }
  plan_sort(plan, c, pairs);
  if (plan->count <= MAP_FLAT_MAX) {
    plan->words = flat_words(plan->count);
    return STATUS_OK;
  }
  size_t words = run_words(plan->entries, 0, plan->count, 0);
  if (words == SIZE_MAX) {
    map_plan_free(plan);
    return STATUS_LIMIT;
  }
  plan->words = words + 3;
  return STATUS_OK;
}

Term map_plan_build(const MapPlan *plan, TermHeap *heap, const Term *pairs) {
  if (plan->count <= MAP_FLAT_MAX) return entries_build_flat(heap, plan->entries, plan->count, pairs);
  return entries_build_trie(heap, plan->entries, plan->count, pairs);
}

void map_plan_free(MapPlan *plan) {
  alloc_put(plan->context->alloc, plan->entries, 2 * plan->capacity * sizeof(MapPlanEntry));
  plan->entries = NULL;
}

size_t map_from_pairs_words(size_t pair_count) {
  return pair_count <= MAP_FLAT_MAX ? flat_words(pair_count) : trie_words_max(pair_count);
}

Term map_from_pairs(const TermContext *c, TermHeap *heap, const Term *pairs, size_t pair_count) {
  if (pair_count <= MAP_FLAT_MAX) {
    MapPlanEntry room[2 * MAP_FLAT_MAX];
    MapPlan plan = {.context = c, .entries = room, .count = pair_count, .capacity = pair_count};
    for (size_t i = 0; i < pair_count; i++) room[i] = (MapPlanEntry){0, i};
    plan_sort(&plan, c, pairs);
    return entries_build_flat(heap, room, plan.count, pairs);
  }
  MapPlan plan;
  Status status = map_plan_make(&plan, c, pairs, pair_count);
  if (status == STATUS_NO_MEMORY) context_no_memory(c);
  if (status != STATUS_OK) return T_NONE;
  Term map = map_plan_build(&plan, heap, pairs);
  map_plan_free(&plan);
  return map;
}

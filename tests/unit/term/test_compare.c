// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/compare.c, order.c and hash.c: a total order that agrees with equality and hash, real Elixir's order, depth.
#include "term_test.h"
#include "vm/term/binary.h"
#include "vm/term/etf.h"
#include "vm/term/portable_hash.h"

static int sign(int v) { return (v > 0) - (v < 0); }

Test(compare, is_a_total_order) {
  World w;
  world_open(&w, 4000000, 1);
  const TermContext *c = &w.context;
  for (int round = 0; round < 150; round++) {
    world_reset(&w);
    enum { COUNT = 24 };
    Term terms[COUNT];
    for (size_t i = 0; i < COUNT; i++) terms[i] = i && random_below(&w, 6) == 0 ? rebuild(&w, terms[random_below(&w, i)]) : random_term(&w, 80);
    for (size_t i = 0; i < COUNT; i++)
      for (size_t j = 0; j < COUNT; j++) {
        Term a = terms[i], b = terms[j];
        int order = term_compare(c, a, b), exact = term_compare_exact(c, a, b);
        cr_assert_eq(sign(order), -sign(term_compare(c, b, a)));
        cr_assert_eq(sign(exact), -sign(term_compare_exact(c, b, a)));
        cr_assert_eq(order == 0, term_equal(c, a, b));
        cr_assert_eq(exact == 0, term_identical(c, a, b));
        if (i == j) cr_assert_eq(exact, 0);
        if (exact == 0) {
          cr_assert_eq(order, 0);
          cr_assert_eq(term_hash(c, a), term_hash(c, b));
        }
        for (size_t k = 0; k < COUNT; k++)
          if (order <= 0 && term_compare(c, b, terms[k]) <= 0) cr_assert(term_compare(c, a, terms[k]) <= 0);
      }
  }
  world_close(&w);
}

Test(compare, rebuilt_terms_are_identical) {
  World w;
  world_open(&w, 4000000, 2);
  for (int round = 0; round < 4000; round++) {
    world_reset(&w);
    Term a = random_term(&w, 200), b = rebuild(&w, a);
    cr_assert(term_identical(&w.context, a, b));
    cr_assert(term_equal(&w.context, a, b));
    cr_assert_eq(term_compare_exact(&w.context, a, b), 0);
    cr_assert_eq(term_hash(&w.context, a), term_hash(&w.context, b));
  }
  world_close(&w);
}

static const struct {
  int equal;
  const char *etf;
} sorted[] = {
#include "data/order.inc"
};

static Term decode_hex(World *w, const char *hex) {
  size_t size = strlen(hex) / 2;
  unsigned char *bytes = malloc(size);
  for (size_t i = 0; i < size; i++) sscanf(hex + 2 * i, "%2hhx", &bytes[i]);
  EtfDecoder d;
  Term t;
  cr_assert_eq(etf_decoder_start(&d, &w->context, bytes, size, 0), STATUS_OK);
  cr_assert_eq(etf_decoder_build(&d, &w->heap, bytes, &t), STATUS_OK);
  etf_decoder_end(&d);
  free(bytes);
  return t;
}

Test(compare, orders_like_elixir) {
  World w;
  world_open(&w, 400000, 3);
  enum { COUNT = sizeof sorted / sizeof *sorted };
  Term terms[COUNT];
  for (size_t i = 0; i < COUNT; i++) terms[i] = decode_hex(&w, sorted[i].etf);
  Buffer a, b;
  buffer_init(&a, &w.alloc);
  buffer_init(&b, &w.alloc);
  for (size_t i = 1; i < COUNT; i++) {
    int order = term_compare(&w.context, terms[i - 1], terms[i]);
    cr_assert_eq(sign(order), sorted[i].equal ? 0 : -1, "%s and %s", printed(&w, &a, terms[i - 1]), printed(&w, &b, terms[i]));
  }
  buffer_free(&a);
  buffer_free(&b);
  world_close(&w);
}

Test(compare, hash_knows_kinds_and_content) {
  World w;
  world_open(&w, 10000, 4);
  const TermContext *c = &w.context;
  Term one = term_small(1);
  Term different[] = {one, heap_float(&w.heap, 1), tuple_of(&w, 1, &one), heap_cons(&w.heap, one, T_NIL), ATOM_a, text_binary(&w, "a"), text_binary(&w, ""), T_NIL, map_empty(&w.heap),
                      tuple_of(&w, 0, NULL), tuple_of(&w, 2, (Term[]){one, one}), list_of_terms(&w, 2, (Term[]){one, one}), heap_cons(&w.heap, one, one)};
  size_t count = sizeof different / sizeof *different;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i; j++) cr_assert_neq(term_hash(c, different[i]), term_hash(c, different[j]), "%zu %zu", i, j);
  cr_assert_eq(term_hash(c, heap_float(&w.heap, 0.0)), term_hash(c, heap_float(&w.heap, -0.0)));
  // A word that makes a factor of the mixing zero must not swallow what stands before it.
  unsigned char crafted[2][16] = {"prefix 1", "prefix 2"};
  uint64_t word = 0xe7037ed1a0b428dbu;
  memcpy(crafted[0] + 8, &word, 8);
  memcpy(crafted[1] + 8, &word, 8);
  cr_assert_neq(hash_bytes(crafted[0], 16, 1), hash_bytes(crafted[1], 16, 1));
  // The same in every run: tries in stored images depend on it.
  cr_assert_eq(term_hash(c, ATOM_ok) >> 32, hash_mix(HASH_SEED, hash_bytes("ok", 2, HASH_SEED)) >> 32);
  world_close(&w);
}

// Values that Erlang gives; more of them are compared in tests/stdlib/phash2.exs.
Test(compare, portable_hash_is_erlangs_and_bounded) {
  World w;
  world_open(&w, 10000, 4);
  const TermContext *c = &w.context;
  Term one = term_small(1), pair = tuple_of(&w, 2, (Term[]){one, term_small(2)});
  Term bytes = list_of_terms(&w, 3, (Term[]){term_small('a'), term_small('b'), term_small('c')});
  struct { Term term; uint32_t hash; size_t work; } known[] = {
    {one, 539485162u, 1}, {T_NIL, 3468870702u, 1}, {ATOM_a, 97, 1}, {text_binary(&w, "abc"), 1306188027u, 1}, {pair, 4118095950u, 5}, {bytes, 519996486u, 5}, {map_empty(&w.heap), 844985373u, 1},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t hash;
    size_t work = 1000;
    cr_assert_eq(hash_portable(c, known[i].term, &hash, &work), STATUS_OK);
    cr_assert_eq(hash, known[i].hash, "%zu: %u", i, hash);
    cr_assert_eq(1000 - work, known[i].work, "%zu: %zu", i, 1000 - work);
    for (size_t allowed = 0; allowed < known[i].work; allowed++) {
      work = allowed;
      cr_assert_eq(hash_portable(c, known[i].term, &hash, &work), STATUS_LIMIT, "%zu with %zu", i, allowed);
    }
  }
  world_close(&w);
}

static Term wide_map(World *w, Term key, Term value) {
  Term pairs[2 * 40];
  for (int64_t i = 0; i < 40; i++) pairs[2 * i] = i ? term_small(i) : key, pairs[2 * i + 1] = i ? term_small(0) : value;
  return map_from_pairs(&w->context, &w->heap, pairs, 40);
}

// A tower of tries, each a key or a value of the next.
static Term trie_tower(World *w, int depth, bool in_key, int64_t bottom) {
  Term t = term_small(bottom);
  for (int i = 0; i < depth; i++) t = in_key ? wide_map(w, t, term_small(0)) : wide_map(w, ATOM_a, t);
  return t;
}

// Comparing tries takes comparisons inside a comparison: these nest, too, without growing the C stack. (As keys the
// depth is less only since every level's hash walks all below.)
Test(compare, nested_tries) {
  World w;
  world_open(&w, 14000000, 5);
  for (int in_key = 0; in_key < 2; in_key++) {
    world_reset(&w);
    int depth = in_key ? 300 : 15000;
    Term a = trie_tower(&w, depth, in_key, 100), b = trie_tower(&w, depth, in_key, 101), again = trie_tower(&w, depth, in_key, 100);
    cr_assert(term_compare(&w.context, a, b) < 0);
    cr_assert(term_compare(&w.context, b, a) > 0);
    cr_assert_eq(term_compare(&w.context, a, again), 0);
    cr_assert(term_identical(&w.context, a, again));
    cr_assert_not(term_equal(&w.context, a, b));
  }
  world_close(&w);
}

Test(compare, a_million_deep) {
  World w;
  world_open(&w, 14000000, 6);
  enum { DEPTH = 1000000 };
  for (int kind = 0; kind < DEEP_KINDS; kind++) {
    world_reset(&w);
    Term a = deep(&w, kind, DEPTH), b = deep(&w, kind, DEPTH);
    cr_assert(term_identical(&w.context, a, b));
    cr_assert(term_equal(&w.context, a, b));
    cr_assert_eq(term_compare(&w.context, a, b), 0);
    cr_assert_eq(term_hash(&w.context, a), term_hash(&w.context, b));
  }
  world_close(&w);
}

static void *no_allocate(void *state, size_t size) {
  (void)state, (void)size;
  return NULL;
}

Test(compare, tells_when_memory_ends) {
  World w;
  world_open(&w, 100000, 7);
  Term a = deep_list(&w, 10000), b = deep_list(&w, 10000);
  Alloc none = {.allocate = no_allocate};
  TermContext c = w.context;
  c.alloc = &none;
  int order;
  bool equal;
  uint64_t hash;
  // Tails that are [] wait on the stack, too.
  cr_assert_eq(compare_terms(&c, a, b, false, &order), STATUS_NO_MEMORY);
  cr_assert_eq(equal_terms(&c, a, b, true, &equal), STATUS_NO_MEMORY);
  cr_assert_eq(hash_term(&c, a, &hash), STATUS_NO_MEMORY);
  world_close(&w);
}

// What is bounded answers as what is not, or says that it would take more; and more is never less.
Test(compare, work_is_bounded) {
  World w;
  world_open(&w, 4000000, 3);
  const TermContext *c = &w.context;
  int limited = 0;
  for (int round = 0; round < 2000; round++) {
    world_reset(&w);
    Term a = random_term(&w, 120), b = random_below(&w, 3) ? rebuild(&w, a) : random_term(&w, 120);
    int order, whole;
    bool equal, same;
    uint64_t hash, right;
    cr_assert_eq(compare_terms(c, a, b, false, &whole), STATUS_OK);
    cr_assert_eq(equal_terms(c, a, b, false, &same), STATUS_OK);
    cr_assert_eq(hash_term(c, a, &right), STATUS_OK);
    bool done[3] = {false};
    for (size_t allowed = 0; allowed < 4096; allowed = allowed * 2 + 1) {
      size_t work = allowed;
      Status s = compare_terms_within(c, a, b, false, &order, &work);
      cr_assert(s == STATUS_OK ? order == whole : s == STATUS_LIMIT && !done[0]);
      done[0] |= s == STATUS_OK;
      work = allowed;
      s = equal_terms_within(c, a, b, false, &equal, &work);
      cr_assert(s == STATUS_OK ? equal == same : s == STATUS_LIMIT && !done[1]);
      done[1] |= s == STATUS_OK;
      work = allowed;
      s = hash_term_within(c, a, &hash, &work);
      cr_assert(s == STATUS_OK ? hash == right : s == STATUS_LIMIT && !done[2]);
      done[2] |= s == STATUS_OK;
      limited += s == STATUS_LIMIT;
    }
  }
  cr_assert_gt(limited, 2000);
  // A list that shares its halves is as long as what is looked at.
  world_reset(&w);
  Term list = heap_cons(&w.heap, term_small(65), T_NIL), bad;
  for (int i = 0; i < 24; i++) list = heap_cons(&w.heap, list, heap_cons(&w.heap, list, T_NIL));
  size_t work = 100000;
  uint64_t bits;
  cr_assert_eq(iolist_count_within(c, list, true, &bits, &bad, &work), STATUS_LIMIT);
  cr_assert_eq(work, 0);
  world_close(&w);
}

// Tuples that differ first in a small integer, or nowhere, take a short way: the same answer for the same work as on the long one, which a
// float in the place of an equal integer forces.
Test(compare, small_tuples_at_once) {
  World w;
  world_open(&w, 10000, 5);
  const TermContext *c = &w.context;
  for (int64_t x = -2; x <= 2; x++)
    for (int64_t y = -2; y <= 2; y++) {
      Term a = tuple_of(&w, 3, (Term[]){ATOM_a, term_small(x), term_small(y)}), b = tuple_of(&w, 3, (Term[]){ATOM_a, term_small(y), term_small(x)});
      Term slow_a = tuple_of(&w, 3, (Term[]){ATOM_a, heap_float(&w.heap, (double)x), term_small(y)});
      int order, slow_order;
      size_t work = 1000, slow_work = 1000;
      cr_assert_eq(compare_terms_within(c, a, b, false, &order, &work), STATUS_OK);
      cr_assert_eq(order, x < y ? -1 : x > y);
      cr_assert_eq(compare_terms_within(c, slow_a, b, false, &slow_order, &slow_work), STATUS_OK);
      cr_assert_eq(slow_order, order);
      if (x != y) cr_assert_eq(work, slow_work);
      work = 3; // less than it takes
      if (x != y) cr_assert_eq(compare_terms_within(c, a, b, false, &order, &work), STATUS_LIMIT);
    }
  world_close(&w);
}

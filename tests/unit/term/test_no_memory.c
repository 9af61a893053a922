// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term against memory that ends: the n-th allocation fails, for every n until the operation gets through.
// Each failure must be told, and nothing may be lost (world_close counts).
#include "term_test.h"
#include "vm/term/copy.h"
#include "vm/term/etf.h"

typedef struct Failing {
  Alloc under;
  int64_t left; // allocations that still succeed
} Failing;

static void *failing_allocate(void *state, size_t size) {
  Failing *f = state;
  return f->left-- > 0 ? f->under.allocate(f->under.state, size) : NULL;
}
static void *failing_reallocate(void *state, void *old, size_t old_size, size_t size) {
  Failing *f = state;
  return f->left-- > 0 ? f->under.reallocate(f->under.state, old, old_size, size) : NULL;
}
static void failing_release(void *state, void *memory, size_t size) {
  Failing *f = state;
  f->under.release(f->under.state, memory, size);
}

typedef Status Operation(World *w, const TermContext *c, Term t, Buffer *encoded);

// Runs with 0, 1, 2 … allocations allowed.
static void exhaust(World *w, Term t, Buffer *encoded, Operation *run) {
  Failing f = {.under = w->alloc};
  Alloc alloc = {failing_allocate, failing_reallocate, failing_release, &f};
  TermContext c = w->context;
  c.alloc = &alloc;
  int64_t n = 0;
  for (; n < 10000; n++) {
    TermHeap before = w->heap;
    f.left = n;
    Status status = run(w, &c, t, encoded);
    while (w->heap.off_heap != before.off_heap) {
      Term newest = w->heap.off_heap;
      w->heap.off_heap = boxed_ptr(newest)[OFF_HEAP_LINK];
      shared_binary_drop(term_shared_binary(newest));
    }
    w->heap = before;
    if (status == STATUS_OK) break;
    cr_assert_eq(status, STATUS_NO_MEMORY);
  }
  cr_assert(n > 0 && n < 10000);
}

static Status encode(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)w, (void)encoded;
  Buffer out;
  buffer_init(&out, c->alloc);
  Status status = etf_encode(c, &out, t, 6);
  buffer_free(&out);
  return status;
}

static Status decode(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)t;
  EtfDecoder d;
  Term back;
  Status status = etf_decoder_start(&d, c, (unsigned char *)encoded->data, encoded->size, 0);
  if (status != STATUS_OK) return status;
  status = etf_decoder_build(&d, &w->heap, (unsigned char *)encoded->data, &back);
  etf_decoder_end(&d);
  return status;
}

static Status print(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)w, (void)encoded;
  Buffer out;
  buffer_init(&out, c->alloc);
  Status status = term_print(c, &out, t, NULL);
  buffer_free(&out);
  return status;
}

static Status plan(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)w, (void)encoded;
  MapPlan p;
  Status status = map_plan_make(&p, c, (Term[]){t, t, ATOM_a, t}, 2);
  if (status == STATUS_OK) map_plan_free(&p);
  return status;
}

static Status walk(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)encoded;
  Term other = rebuild(w, t);
  uint64_t hash;
  size_t words;
  int order;
  bool equal;
  Status status = hash_term(c, t, &hash);
  if (status == STATUS_OK) status = size_term(c, t, &words);
  if (status == STATUS_OK) status = compare_terms(c, t, other, false, &order);
  if (status == STATUS_OK) status = equal_terms(c, t, other, true, &equal);
  return status;
}

static Status table(World *w, const TermContext *c, Term t, Buffer *encoded) {
  (void)w, (void)t, (void)encoded;
  AtomTable *atoms = atom_table_new(c->alloc, 0);
  atom_table_free(atoms);
  return atoms ? STATUS_OK : STATUS_NO_MEMORY;
}

Test(no_memory, is_told_and_loses_nothing) {
  World w;
  world_open(&w, 4000000, 1);
  Term pairs[2 * 40];
  for (int64_t i = 0; i < 40; i++) pairs[2 * i] = term_small(i), pairs[2 * i + 1] = deep_list(&w, 100);
  unsigned char *bytes;
  Term large = bits_new(&w.context, &w.heap, 8000, &bytes);
  memset(bytes, 'x', 1000);
  pairs[1] = large;
  pairs[3] = map_from_pairs(&w.context, &w.heap, pairs, 40);
  Term map = map_from_pairs(&w.context, &w.heap, pairs, 40), t = tuple_of(&w, 2, (Term[]){map, deep_list(&w, 300)});
  Buffer encoded, plain;
  buffer_init(&encoded, &w.alloc);
  buffer_init(&plain, &w.alloc);
  cr_assert_eq(etf_encode(&w.context, &encoded, t, 9), STATUS_OK);
  cr_assert_eq(etf_encode(&w.context, &plain, t, 0), STATUS_OK);
  exhaust(&w, t, NULL, encode);
  exhaust(&w, t, &encoded, decode);
  exhaust(&w, t, &plain, decode);
  exhaust(&w, t, NULL, print);
  exhaust(&w, t, NULL, plan);
  exhaust(&w, t, NULL, walk);
  exhaust(&w, t, NULL, table);
  buffer_free(&encoded);
  buffer_free(&plain);
  world_close(&w);
}

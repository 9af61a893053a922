// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/etf_*.c (bytes of real Elixir, round trips, hostile input) and, with the same terms, the printer.
#include "term_test.h"
#include "vm/term/etf.h"

static Term decode(World *w, const unsigned char *bytes, size_t size, unsigned flags, Status *status) {
  EtfDecoder d;
  Term t = T_NONE;
  *status = etf_decoder_start(&d, &w->context, bytes, size, flags);
  if (*status != STATUS_OK) return T_NONE;
  cr_assert(d.used_bytes <= size);
  cr_assert((size_t)(w->heap.end - w->heap.top) >= d.words, "asks for %zu words", d.words);
  Term *end = w->heap.end;
  w->heap.end = w->heap.top + d.words;
  *status = etf_decoder_build(&d, &w->heap, bytes, &t);
  cr_assert(w->heap.top <= w->heap.end);
  w->heap.end = end;
  etf_decoder_end(&d);
  return *status == STATUS_OK ? t : T_NONE;
}

static Export exports[16];
static size_t export_count;

static const Export *find_export(void *state, Term module, Term name, uint32_t arity) {
  (void)state;
  for (size_t i = 0; i < export_count; i++)
    if (exports[i].module == module && exports[i].name == name && exports[i].arity == arity) return &exports[i];
  cr_assert_lt(export_count, 16);
  exports[export_count] = (Export){.module = module, .name = name, .arity = arity};
  return &exports[export_count++];
}

static const struct {
  const char *text, *etf;
} rows[] = {
#include "data/etf.inc"
};

Test(etf, like_elixir) {
  World w;
  world_open(&w, 100000, 1);
  w.context.find_export = find_export;
  export_count = 0;
  Buffer text, out;
  buffer_init(&text, &w.alloc);
  buffer_init(&out, &w.alloc);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t size = strlen(rows[i].etf) / 2;
    unsigned char *bytes = malloc(size);
    for (size_t k = 0; k < size; k++) sscanf(rows[i].etf + 2 * k, "%2hhx", &bytes[k]);
    Status status;
    Term t = decode(&w, bytes, size, 0, &status);
    cr_assert_eq(status, STATUS_OK, "%s", rows[i].text);
    if (*rows[i].text) cr_assert_str_eq(printed(&w, &text, t), rows[i].text);
    out.size = 0;
    cr_assert_eq(etf_encode(&w.context, &out, t, 0), STATUS_OK);
    cr_assert_eq(out.size, size, "%s", rows[i].text);
    cr_assert_arr_eq(out.data, bytes, size, "%s", rows[i].text);
    free(bytes);
  }
  buffer_free(&text);
  buffer_free(&out);
  world_close(&w);
}

Test(etf, round_trips) {
  World w;
  world_open(&w, 4000000, 2);
  Buffer out;
  buffer_init(&out, &w.alloc);
  for (int round = 0; round < 4000; round++) {
    world_reset(&w);
    Term t = random_term(&w, 300);
    out.size = 0;
    cr_assert_eq(etf_encode(&w.context, &out, t, (int)random_below(&w, 10)), STATUS_OK);
    size_t size = out.size;
    buffer_add(&out, "rest", 4);
    Status status;
    EtfDecoder d;
    cr_assert_eq(etf_decoder_start(&d, &w.context, (unsigned char *)out.data, out.size, ETF_SAFE), STATUS_OK);
    cr_assert_eq(d.used_bytes, size);
    etf_decoder_end(&d);
    Term back = decode(&w, (unsigned char *)out.data, out.size, 0, &status);
    cr_assert_eq(status, STATUS_OK);
    cr_assert(term_identical(&w.context, t, back));
  }
  buffer_free(&out);
  world_close(&w);
}

Test(etf, large_maps_round_trip) {
  World w;
  world_open(&w, 4000000, 3);
  Buffer out;
  buffer_init(&out, &w.alloc);
  for (size_t count = 30; count < 20000; count = count * 3 / 2) {
    world_reset(&w);
    Term *pairs = malloc(2 * count * sizeof(Term));
    for (size_t i = 0; i < count; i++) pairs[2 * i] = term_small((int64_t)random_u64(&w) >> 4), pairs[2 * i + 1] = term_small((int64_t)i);
    MapPlan plan;
    cr_assert_eq(map_plan_make(&plan, &w.context, pairs, count), STATUS_OK);
    Term map = map_plan_build(&plan, &w.heap, pairs);
    map_plan_free(&plan);
    out.size = 0;
    cr_assert_eq(etf_encode(&w.context, &out, map, 0), STATUS_OK);
    Status status;
    Term back = decode(&w, (unsigned char *)out.data, out.size, 0, &status);
    cr_assert_eq(status, STATUS_OK);
    cr_assert(map_is_valid(&w.context, back));
    cr_assert(term_identical(&w.context, map, back));
    free(pairs);
  }
  buffer_free(&out);
  world_close(&w);
}

Test(etf, survives_any_input) {
  World w;
  world_open(&w, 4000000, 4);
  w.context.find_export = find_export;
  Buffer out;
  buffer_init(&out, &w.alloc);
  int good = 0;
  for (int round = 0; round < 60000; round++) {
    world_reset(&w);
    export_count = 0;
    out.size = 0;
    cr_assert_eq(etf_encode(&w.context, &out, random_term(&w, 60), random_below(&w, 5) ? 0 : 6), STATUS_OK);
    for (uint64_t k = random_below(&w, 4); k > 0; k--) {
      unsigned char tags[] = {70, 77, 80, 88, 90, 97, 98, 99, 100, 101, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 118, 119, 0, 255};
      out.data[random_below(&w, out.size)] = (char)(random_below(&w, 2) ? tags[random_below(&w, sizeof tags)] : random_u64(&w));
    }
    size_t size = random_below(&w, 3) ? out.size : random_below(&w, out.size + 1);
    unsigned char *exact = malloc(size ? size : 1); // so that a sanitizer sees every byte too far
    memcpy(exact, out.data, size);
    Status status;
    Term t = decode(&w, exact, size, random_below(&w, 2) ? ETF_SAFE : 0, &status);
    if (status == STATUS_OK) {
      good++;
      cr_assert(term_identical(&w.context, t, t));
      term_hash(&w.context, t);
      out.size = 0;
      cr_assert_eq(term_print(&w.context, &out, t, NULL), STATUS_OK);
    }
    free(exact);
  }
  cr_assert_gt(good, 1000);
  buffer_free(&out);
  world_close(&w);
}

static Status status_of(World *w, const char *bytes, size_t size, unsigned flags) {
  Status status;
  decode(w, (const unsigned char *)bytes, size, flags, &status);
  return status;
}
#define STATUS_OF(w, bytes, flags) status_of(w, bytes, sizeof(bytes) - 1, flags)

Test(etf, refuses) {
  World w;
  world_open(&w, 10000, 5);
  cr_assert_eq(STATUS_OF(&w, "\x83", 0), STATUS_BAD_DATA);
  cr_assert_eq(STATUS_OF(&w, "\x82\x6a", 0), STATUS_BAD_DATA);
  cr_assert_eq(STATUS_OF(&w, "\x83\x6c\xff\xff\xff\xff\x6a", 0), STATUS_BAD_DATA);          // a list longer than the input
  cr_assert_eq(STATUS_OF(&w, "\x83\x6d\xff\xff\xff\xff" "abc", 0), STATUS_BAD_DATA);          // a binary
  cr_assert_eq(STATUS_OF(&w, "\x83t\x00\x00\x00\x02" "a\x01" "a\x01" "a\x01" "a\x02", 0), STATUS_BAD_DATA); // one key twice
  cr_assert_eq(STATUS_OF(&w, "\x83" "F\x7f\xf0\0\0\0\0\0\0", 0), STATUS_BAD_DATA);             // infinity
  cr_assert_eq(STATUS_OF(&w, "\x83w\x0bnever made!", ETF_SAFE), STATUS_BAD_DATA);
  cr_assert_eq(STATUS_OF(&w, "\x83w\x0bnever made!", 0), STATUS_OK);
  cr_assert_eq(STATUS_OF(&w, "\x83w\x0bnever made!", ETF_SAFE), STATUS_OK);
  cr_assert_eq(STATUS_OF(&w, "\x83w\x01\xff", 0), STATUS_BAD_DATA);
  cr_assert_eq(STATUS_OF(&w, "\x83" "d\x00\x01\xe9", 0), STATUS_OK); // Latin-1
  cr_assert_eq(atom_lookup(w.context.atoms, "\xc3\xa9", 2) != T_NONE, true);
  cr_assert_eq(STATUS_OF(&w, "\x83P\xff\xff\xff\xff\x78\x9c", 0), STATUS_BAD_DATA); // a bomb's claim
  cr_assert_eq(STATUS_OF(&w, "\x83" "Xw\x05other\0\0\0\1\0\0\0\0\0\0\0\0", 0), STATUS_BAD_DATA); // another node's pid
  cr_assert_eq(STATUS_OF(&w, "\x83" "c1.50000000000000000000e+00\0\0\0\0\0", 0), STATUS_OK);
  world_close(&w);
}

Test(etf, integers_that_are_written_long_become_small) {
  World w;
  world_open(&w, 1000, 6);
  Status status;
  Term t = decode(&w, (const unsigned char *)"\x83\x6e\x0a\x01\x05\0\0\0\0\0\0\0\0\0", 14, 0, &status);
  cr_assert_eq(t, term_small(-5));
  world_close(&w);
}

Test(etf, a_million_deep) {
  World w;
  world_open(&w, 24000000, 7);
  enum { DEPTH = 1000000 };
  Buffer out;
  buffer_init(&out, &w.alloc);
  for (int kind = 0; kind < DEEP_KINDS; kind++) {
    world_reset(&w);
    Term t = deep(&w, kind, DEPTH);
    out.size = 0;
    cr_assert_eq(etf_encode(&w.context, &out, t, 0), STATUS_OK);
    Status status;
    Term back = decode(&w, (unsigned char *)out.data, out.size, 0, &status);
    cr_assert_eq(status, STATUS_OK);
    cr_assert(term_identical(&w.context, t, back));
  }
  buffer_free(&out);
  world_close(&w);
}

// What may be written at a stretch is measured by bytes and by terms: many small ones take long too.
Test(etf, stops_at_what_is_allowed) {
  World w;
  world_open(&w, 100000, 8);
  enum { ITEMS = 1000, MOST = 80 * ITEMS };
  Term list = T_NIL;
  for (int i = 0; i < ITEMS; i++) list = heap_cons(&w.heap, term_small(1000), list);
  Buffer out;
  buffer_init(&out, &w.alloc);
  cr_assert_eq(etf_encode_within(&w.context, &out, list, 0, 3 * MOST), STATUS_OK);
  cr_assert_lt(out.size, 6 * ITEMS); // fewer bytes by far than MOST
  out.size = 0;
  cr_assert_eq(etf_encode_within(&w.context, &out, list, 0, MOST / 2), STATUS_LIMIT);
  cr_assert_lt(out.size, 3 * ITEMS);
  buffer_free(&out);
  world_close(&w);
}

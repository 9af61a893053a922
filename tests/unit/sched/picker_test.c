// SPDX-License-Identifier: Apache-2.0
//
// The fair picker alone: P1 to P4 of vm/sched/picker.c, with processes that are nothing but links, and a count of reductions that the
// test drives.
#include <criterion/criterion.h>

#include "vm/sched/picker.h"

enum { PROCESSES = 64, SLICE = SLICE_REDUCTIONS };

typedef struct Bench {
  Alloc alloc;
  uint64_t used;
  FairPicker *f;
  Process *p[PROCESSES];
  int64_t got[PROCESSES]; // reductions
} Bench;

static Bench *bench_new(void) {
  Bench *b = calloc(1, sizeof *b);
  b->alloc = alloc_system();
  b->f = (FairPicker *)picker_fair_new(&b->alloc, &b->used);
  cr_assert(b->f);
  for (int i = 0; i < PROCESSES; i++) {
    b->p[i] = calloc(1, sizeof(Process));
    b->p[i]->priority = PRIORITY_NORMAL;
  }
  return b;
}
static void bench_free(Bench *b) {
  picker_free(&b->alloc, &b->f->picker);
  for (int i = 0; i < PROCESSES; i++) free(b->p[i]);
  free(b);
}
static int number(const Bench *b, const Process *p) {
  for (int i = 0; i < PROCESSES; i++)
    if (b->p[i] == p) return i;
  return -1;
}
static void woken(Bench *b, int i) { fair_picker_add(b->f, b->p[i], (Priority)b->p[i]->priority); }
static void preempted(Bench *b, int i) { fair_picker_add_preempted(b->f, b->p[i], (Priority)b->p[i]->priority); }
// Takes the next one and has it use so much. -1: nobody.
static int serve(Bench *b, int64_t reductions) {
  int i = number(b, fair_picker_next(b->f));
  if (i < 0) return i;
  b->used += (uint64_t)reductions;
  b->got[i] += reductions;
  return i;
}

Test(picker, each_level_is_first_in_first_out_and_the_foreground_goes_first) {
  Bench *b = bench_new();
  for (int i = 0; i < 4; i++) preempted(b, i);
  for (int i = 4; i < 8; i++) woken(b, i);
  static const int ORDER[] = {4, 5, 6, 7, 0, 1, 2, 3, -1};
  for (int i = 0; i < 9; i++) cr_assert_eq(serve(b, 10), ORDER[i], "at %d", i);
  cr_assert_eq(picker_count(&b->f->picker), 0u);
  bench_free(b);
}

// One that is woken beside fifty that compute is served at the next choice, each time.
Test(picker, who_is_woken_waits_for_nobody_that_computes) {
  Bench *b = bench_new();
  for (int i = 0; i < 50; i++) preempted(b, i);
  for (int round = 0; round < 1000; round++) {
    preempted(b, serve(b, SLICE));
    woken(b, 50);
    cr_assert_eq(serve(b, 20), 50);
  }
  for (int i = 0; i < 50; i++) cr_assert_eq(b->got[i], 20 * SLICE); // and those in turn
  bench_free(b);
}

// Two that wake each other for ever, in pieces of whatever length: who computes has exactly as much.
static void storm(int64_t piece, int hogs) {
  Bench *b = bench_new();
  for (int i = 0; i < hogs; i++) preempted(b, 2 + i);
  woken(b, 0);
  int64_t talk = 0, work = 0, turns[PROCESSES] = {0};
  while (work < 1200 * SLICE) {
    int i = number(b, fair_picker_next(b->f));
    bool talks = i < 2;
    b->used += (uint64_t)(talks ? piece : SLICE);
    *(talks ? &talk : &work) += talks ? piece : SLICE;
    turns[i]++;
    if (talks) woken(b, 1 - i);
    else preempted(b, i);
    cr_assert(talk - work <= 2 * SLICE + piece && work - talk <= 2 * SLICE, "%ld beside %ld", (long)talk, (long)work);
  }
  for (int i = 0; i < hogs; i++) cr_assert_eq(turns[2 + i], 1200 / hogs);
  bench_free(b);
}
Test(picker, neither_level_starves_the_other) {
  storm(7, 1);
  storm(300, 3);
  storm(SLICE, 1);
  storm(SLICE, 4);
}

// A background that nobody else wanted to run beside owes nothing: the foreground's account begins with it.
Test(picker, what_was_used_before_is_no_debt) {
  Bench *b = bench_new();
  for (int i = 0; i < 100; i++) {
    woken(b, 0);
    cr_assert_eq(serve(b, SLICE), 0);
  }
  woken(b, 1);
  woken(b, 2);
  preempted(b, 0);
  cr_assert_eq(serve(b, 10), 1);
  cr_assert_eq(serve(b, 10), 2);
  cr_assert_eq(serve(b, 10), 0);
  bench_free(b);
}

// Who computes goes before none that has waited longer, however much these use (P3).
Test(picker, turns_are_kept_in_a_crowd) {
  Bench *b = bench_new();
  for (int i = 1; i < 40; i++) woken(b, i);
  preempted(b, 0);
  for (int i = 40; i < 60; i++) woken(b, i);
  for (int i = 1; i < 40; i++) cr_assert_eq(serve(b, SLICE), i);
  cr_assert_eq(serve(b, SLICE), 0);
  for (int i = 40; i < 60; i++) cr_assert_eq(serve(b, SLICE), i);
  bench_free(b);
}

Test(picker, priorities_come_before_levels) {
  Bench *b = bench_new();
  b->p[0]->priority = PRIORITY_HIGH;
  b->p[2]->priority = PRIORITY_LOW;
  woken(b, 2);
  woken(b, 1);
  preempted(b, 0);
  cr_assert_eq(serve(b, 10), 0);
  cr_assert_eq(serve(b, 10), 1);
  cr_assert_eq(serve(b, 10), 2);
  // A low one that computes is served beside normal ones that are always woken.
  preempted(b, 2);
  int slices = 0;
  woken(b, 1);
  for (int i; (i = serve(b, 10)) != 2; slices++) woken(b, i);
  cr_assert(slices <= 9, "low waited for %d slices", slices);
  bench_free(b);
}

Test(picker, whoever_is_removed_is_gone_from_its_level) {
  Bench *b = bench_new();
  for (int i = 0; i < 6; i++) preempted(b, i);
  for (int i = 6; i < 12; i++) woken(b, i);
  Picker *k = &b->f->picker;
  static const int GONE[] = {0, 3, 5, 6, 8, 11};
  for (int i = 0; i < 6; i++) k->remove(k, b->p[GONE[i]]);
  cr_assert_eq(picker_count(k), 6u);
  static const int ORDER[] = {7, 9, 10, 1, 2, 4, -1};
  for (int i = 0; i < 7; i++) cr_assert_eq(serve(b, 10), ORDER[i]);
  cr_assert_eq(b->f->background, 0u);
  bench_free(b);
}

// A thief gets half of either level, the longest waiting first, and each goes on where it was (P4).
static void steal(int talking, int computing, int expect_talking, int expect_computing, size_t max) {
  Bench *b = bench_new(), *to = bench_new();
  for (int i = 0; i < computing; i++) preempted(b, i);
  for (int i = 0; i < talking; i++) woken(b, computing + i);
  Process *taken[PROCESSES];
  size_t count = fair_picker_take_half(b->f, taken, max);
  cr_assert_eq(count, (size_t)(expect_talking + expect_computing), "%zu", count);
  for (int i = 0; i < (int)count; i++) {
    int want = i < expect_talking ? computing + i : i - expect_talking;
    cr_assert_eq(taken[i], b->p[want], "at %d", i);
    fair_picker_add_moved(to->f, taken[i]);
  }
  cr_assert_eq(to->f->background, (size_t)expect_computing);
  cr_assert_eq(picker_count(&to->f->picker), count);
  cr_assert_eq(b->f->background, (size_t)(computing - expect_computing));
  cr_assert_eq(picker_count(&b->f->picker), (size_t)(talking + computing) - count);
  bench_free(b), bench_free(to);
}
Test(picker, stealing_halves_both_levels) {
  steal(0, 0, 0, 0, 64);
  steal(1, 0, 1, 0, 64);
  steal(0, 1, 0, 1, 64);
  steal(1, 1, 1, 0, 64);
  steal(1, 7, 1, 3, 64);
  steal(20, 4, 10, 2, 64);
  steal(0, 9, 0, 5, 64);
  steal(20, 20, 4, 4, 8);
}

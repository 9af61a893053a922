// SPDX-License-Identifier: Apache-2.0
//
// The JIT against the interpreter: the same programs in two VMs, the same text of what they answer, with whole slices
// and with one function entry per slice, so that every entry is left and resumed.
#include <stdio.h>

#include "jit_programs.h"
#include "vm/engine/stencils/jit.h"
#include "vm_fixture.h"

typedef struct Counts {
  uint64_t collections, full_collections, slices;
} Counts;

static void load_programs(VmFixture *f) {
  ModuleBuilder *b = fx_builder(f, "t");
  program_fib(b);
  program_lists(b);
  program_nrev(b, "t");
  program_trees(b);
  program_caught(b, "t");
  program_calls(b);
  fx_load(f, b);
}

static void run_once(char *text, size_t size, bool jit, bool whole_unit, bool preempt, const char *function, const Term *args, uint32_t count,
                     const char *const *atoms, Counts *counts) {
  VmFixture *f = vm_fixture_start();
  if (jit) cr_assert_eq(jit_install(&f->vm, 1 << 20), STATUS_OK);
  load_programs(f);
  if (whole_unit) cr_assert(jit_compile_unit(&f->vm, f->vm.code->units));
  if (preempt) fx_preempt_always(f);
  Term given[4];
  for (uint32_t i = 0; i < count; i++) given[i] = atoms && atoms[i] ? fx_atom(f, atoms[i]) : args[i];
  snprintf(text, size, "%s", fx_run_terms(f, "t", function, given, count));
  *counts = (Counts){f->vm.first_worker->heap_env.collection_count, f->vm.first_worker->heap_env.full_count, sched_of(&f->vm, 0)->slice_count};
  if (jit) cr_assert_gt(vm_engine(&f->vm)->jit->function_count, 0);
  jit_remove(&f->vm);
  vm_fixture_end(f);
}

// Runs it in every way; answers the counts of the compiled run with whole slices.
static Counts compare(const char *want, const char *function, uint32_t count, const Term *args, const char *const *atoms) {
  static char interpreted[1 << 16], compiled[1 << 16];
  Counts counts, result = {0};
  run_once(interpreted, sizeof interpreted, false, false, false, function, args, count, atoms, &counts);
  if (want) cr_expect_str_eq(interpreted, want, "interpreter: %.500s", interpreted);
  for (int preempt = 0; preempt < 2; preempt++)
    for (int whole = 0; whole < 2; whole++) {
      run_once(compiled, sizeof compiled, true, whole, preempt, function, args, count, atoms, preempt || whole ? &counts : &result);
      cr_expect_str_eq(compiled, interpreted, "%s: compiled: %.500s, interpreted: %.500s", function, compiled, interpreted);
    }
  cr_expect_gt(counts.slices, 0);
  return result;
}
#define same(want, function, ...) \
  compare((want), (function), sizeof((Term[]){__VA_ARGS__}) / sizeof(Term), (Term[]){__VA_ARGS__}, NULL)

Test(jit, fib) {
  Counts c = same("75025", "fib", term_small(25));
  cr_expect_gt(c.slices, 20, "240,000 calls are many slices");
}

Test(jit, nrev) {
  same("[6, 5, 4, 3, 2, 1]", "nrev_range", term_small(3), term_small(6));
  Counts c = same(NULL, "nrev_range", term_small(20), term_small(200));
  cr_expect_gt(c.collections, 1);
}

Test(jit, live_data_in_frames_survives_collections) {
  Counts c = same("{12274, 3060}", "trees", term_small(12), term_small(20));
  cr_expect_geq(c.full_collections, 20);
  cr_expect_gt(c.collections, c.full_collections, "young ones too");
}

Test(jit, exceptions_are_caught_far_up) {
  same("{:error, :badarith}", "guarded", term_small(3));
  same("{:error, :badarith}", "guarded", term_small(100000));
  same(NULL, "caught", term_small(3));
  static char text[4096];
  Counts counts;
  run_once(text, sizeof text, true, false, false, "caught", (Term[]){term_small(1)}, 1, NULL, &counts);
  expect_text(text, "{:error, :badarith, [{:erlang, :div, [0, 0], []}, {:t, :deep, 1, []}, {:t, :deep, 1, []}, "
                    "{:t, :caught, 1, [file: ~c\"jit.ex\", line: 20]}]}");
}

Test(jit, nobody_catches) {
  same(NULL, "deep", term_small(2));
  compare(NULL, "named", 3, (Term[]){term_small(1), term_small(2), term_small(3)}, NULL);
}

Test(jit, undefined_functions) {
  same(NULL, "missing", term_small(1));
  compare(NULL, "named", 3, (Term[]){0, 0, term_small(3)}, (const char *const[]){"t", "nothing", NULL});
}

Test(jit, calls_of_every_kind) {
  same("-5", "scale", term_small(-5), term_small(1));
  same("[]", "maps", T_NIL, term_small(2));
  same("40", "applied", term_small(10));
  same("4", "absolute", term_small(-4));
  compare("{-7, 7}", "named", 3, (Term[]){0, 0, term_small(-7)}, (const char *const[]){"erlang", "abs", NULL});
  compare("{9, 36}", "named", 3, (Term[]){0, 0, term_small(9)}, (const char *const[]){"t", "applied", NULL});
}

Test(jit, tables_and_wide_constants) {
  same("0", "kind", term_small(7));
  same("1000000007000", "kind", term_small(-2));
  compare("2000000014000", "kind", 1, (Term[]){0}, (const char *const[]){"ok"});
  compare("3000000021000", "kind", 1, (Term[]){0}, (const char *const[]){"error"});
  same("4000000028000", "kind", term_small(8));
  same("4000000028000", "kind", T_NIL);
}

Test(jit, large_integers_take_the_slow_way) { same("15511210043330985984000000", "power", term_small(25), term_small(1)); }

Test(jit, a_full_region_is_an_error_of_the_process) {
  VmFixture *f = vm_fixture_start();
  cr_assert_eq(jit_install(&f->vm, 4096), STATUS_OK);
  load_programs(f);
  fx_run(f, "t", "trees", term_small(2), term_small(1));
  fx_run(f, "t", "guarded", term_small(2));
  const char *text = fx_run(f, "t", "nrev_range", term_small(1), term_small(3));
  cr_expect_not_null(strstr(text, "system_limit"), "got %s", text);
  jit_remove(&f->vm);
  vm_fixture_end(f);
}

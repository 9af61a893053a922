// SPDX-License-Identifier: Apache-2.0
//
// Loaded code: exports follow loading, deleting and loading again; units have ids; addresses lead to functions.
#include "maker.h"

// value/0 answers `value`; through/0 calls value/0 of its own module by name; local/0 calls it locally.
static ModuleBuilder *version(VmFixture *f, const char *module, int64_t value) {
  ModuleBuilder *b = fx_builder(f, module);
  uint32_t function = FUNCTION("value", 0);
  builder_begin(b, function);
  EMIT(OP_LOAD, SLOT(0), SMALL(value));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("through", 0));
  EMIT(OP_FRAME, NO_SLOTS);
  EMIT(OP_CALL_EXT, SLOT(1), IMPORT(module, "value", 0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);
  builder_begin(b, FUNCTION("local", 0));
  EMIT(OP_TAIL, NUMBER(function));
  builder_end(b);
  return b;
}

// ask/0 of Caller calls value/0 of a module.
static void load_caller(VmFixture *f, const char *module) {
  ModuleBuilder *b = fx_builder(f, "Caller");
  builder_begin(b, FUNCTION("ask", 0));
  EMIT(OP_FRAME, NO_SLOTS);
  EMIT(OP_CALL_EXT, SLOT(1), IMPORT(module, "value", 0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);
  builder_begin(b, FUNCTION("tail", 0));
  EMIT(OP_TAIL_EXT, IMPORT(module, "value", 0));
  builder_end(b);
  fx_load(f, b);
}

Test(code, exports_switch_on_load) {
  VmFixture *f = vm_fixture_start();
  load_caller(f, "Version");
  const char *undefined = fx_run_plain(f, "Caller", "ask");
  cr_assert(strstr(undefined, "** {:undef, [{:Version, :value, [], []}"), "%s", undefined);
  fx_load(f, version(f, "Version", 1));
  expect_text(fx_run_plain(f, "Caller", "ask"), "1");
  expect_text(fx_run_plain(f, "Caller", "tail"), "1");
  fx_load(f, version(f, "Version", 2));
  expect_text(fx_run_plain(f, "Caller", "ask"), "2");
  expect_text(fx_run_plain(f, "Caller", "tail"), "2");
  expect_text(fx_run_plain(f, "Version", "through"), "2");
  expect_text(fx_run_plain(f, "Version", "local"), "2");
  vm_fixture_end(f);
}

Test(code, deleting_takes_exports_away) {
  VmFixture *f = vm_fixture_start();
  load_caller(f, "Version");
  CodeTable *code = f->vm.code;
  Term module = fx_atom(f, "Version");
  cr_assert_not(code_delete(code, module), "there is nothing yet");
  CodeUnit *unit = fx_load(f, version(f, "Version", 1));
  expect_text(fx_run_plain(f, "Caller", "ask"), "1");
  uint64_t loads = code->load_count;
  cr_assert(code_delete(code, module));
  cr_assert_gt(code->load_count, loads, "caches must see it");
  cr_assert_null(code_module(code, module));
  cr_assert_eq(code_unit(code, unit->id), unit, "traces still find it");
  Export *e = code_export_find(code, module, fx_atom(f, "value"), 0);
  cr_assert_not(export_is_defined(e));
  cr_assert(strstr(fx_run_plain(f, "Caller", "ask"), "undef"));
  cr_assert_not(code_delete(code, module));
  fx_load(f, version(f, "Version", 3));
  expect_text(fx_run_plain(f, "Caller", "ask"), "3");
  vm_fixture_end(f);
}

Test(code, a_function_gone_in_the_new_version_is_gone) {
  VmFixture *f = vm_fixture_start();
  fx_load(f, version(f, "Version", 1));
  CodeTable *code = f->vm.code;
  Export *through = code_export(code, fx_atom(f, "Version"), fx_atom(f, "through"), 0);
  cr_assert(export_is_defined(through));
  ModuleBuilder *b = fx_builder(f, "Version");
  builder_begin(b, FUNCTION("value", 0));
  EMIT(OP_LOAD, SLOT(0), SMALL(5));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  fx_load(f, b);
  cr_assert_not(export_is_defined(through));
  expect_text(fx_run_plain(f, "Version", "value"), "5");
  cr_assert(strstr(fx_run_plain(f, "Version", "through"), "undef"));
  vm_fixture_end(f);
}

Test(code, old_code_runs_on) {
  // wait/0 of the old version waits for a message while a new one is loaded, then calls itself locally and by name.
  VmFixture *f = vm_fixture_start_with(&(VmOptions){.seeded = true, .seed = 1});
  ModuleBuilder *b = version(f, "Version", 1);
  uint32_t both = FUNCTION("both", 0);
  builder_begin(b, both);
  uint32_t again = builder_label(b), none = builder_label(b);
  EMIT(OP_FRAME, NO_SLOTS);
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(0), LABEL(none));
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_CALL, SLOT(3), NUMBER(0), NO_SLOTS);
  EMIT(OP_MOVE, SLOT(0), SLOT(3));
  EMIT(OP_CALL_EXT, SLOT(3), IMPORT("Version", "value", 0), SLOTS(0));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 3), SLOTS(0, 3));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT, LABEL(again), NO_SLOTS);
  builder_end(b);
  CodeUnit *first = fx_load(f, b);
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term error;
  f->vm.first_pid = process_spawn(NULL, &f->vm, &options, fx_atom(f, "Version"), fx_atom(f, "both"), NULL, 0, &ref, &error);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK, "it waits");
  CodeUnit *second = fx_load(f, version(f, "Version", 2));
  cr_assert_not(first->current);
  cr_assert(second->current && second->id > first->id);
  cr_assert_eq(code_unit(f->vm.code, first->id), first);
  cr_assert_eq(process_send(NULL, &f->vm, f->vm.first_pid, ATOM_ok), SEND_OK);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  expect_text(f->result.data, "{1, 2}");
  vm_fixture_end(f);
}

Test(code, one_export_of_a_name) {
  VmFixture *f = vm_fixture_start();
  CodeTable *code = f->vm.code;
  Term module = fx_atom(f, "Nowhere"), name = fx_atom(f, "f");
  cr_assert_null(code_export_find(code, module, name, 1));
  Export *e = code_export(code, module, name, 1);
  cr_assert_eq(code_export(code, module, name, 1), e);
  cr_assert_eq(code_export_find(code, module, name, 1), e);
  cr_assert_neq(code_export(code, module, name, 2), e);
  // Growing the table keeps every one of them where it is.
  char text[24];
  Export *many[5000];
  for (int i = 0; i < 5000; i++) {
    snprintf(text, sizeof text, "f%d", i);
    many[i] = code_export(code, module, fx_atom(f, text), (uint32_t)(i % 256));
  }
  for (int i = 0; i < 5000; i++) {
    snprintf(text, sizeof text, "f%d", i);
    cr_assert_eq(code_export_find(code, module, fx_atom(f, text), (uint32_t)(i % 256)), many[i]);
  }
  cr_assert_eq(code_export_find(code, module, name, 1), e);
  vm_fixture_end(f);
}

Test(code, many_modules) {
  VmFixture *f = vm_fixture_start();
  char name[24];
  for (int i = 0; i < 600; i++) {
    snprintf(name, sizeof name, "Module%d", i);
    cr_assert_eq(fx_load(f, version(f, name, i))->id, (uint32_t)i + 1);
  }
  for (int i = 0; i < 600; i += 37) {
    snprintf(name, sizeof name, "Module%d", i);
    cr_assert_eq(atoi(fx_run_plain(f, name, "through")), i);
    cr_assert_eq(code_module(f->vm.code, fx_atom(f, name))->id, (uint32_t)i + 1);
  }
  cr_assert_null(code_unit(f->vm.code, 0), "0 means none");
  cr_assert_null(code_unit(f->vm.code, 601));
  vm_fixture_end(f);
}

Test(code, loading_under_another_name_is_refused) {
  VmFixture *f = vm_fixture_start();
  Buffer bytes;
  buffer_init(&bytes, &f->alloc);
  module_write(builder_finish(version(f, "Version", 1)), &bytes);
  CodeUnit *unit;
  VerifyError error;
  cr_assert_eq(code_load(f->vm.code, bytes.data, bytes.size, fx_atom(f, "Other"), &unit, &error), LOAD_WRONG_NAME);
  cr_assert_null(code_module(f->vm.code, fx_atom(f, "Version")));
  cr_assert_eq(code_load(f->vm.code, bytes.data, bytes.size, fx_atom(f, "Version"), &unit, &error), LOAD_OK);
  buffer_free(&bytes);
  vm_fixture_end(f);
}

Test(code, addresses_lead_to_functions) {
  VmFixture *f = vm_fixture_start();
  ModuleBuilder *b = fx_builder(f, "Made");
  program_fib(b);
  program_lists(b);
  CodeUnit *unit = fx_load(f, b);
  CodeTable *code = f->vm.code;
  cr_assert_eq(unit_function(unit, 0)->entry, unit_function(unit, 0)->stub, "linked on its first call");
  expect_text(fx_run(f, "Made", "fib", term_small(5)), "5");
  expect_text(fx_run(f, "Made", "range", term_small(2), T_NIL), "[1, 2]");
  for (uint32_t i = 0; i < 2; i++) {
    CodeFunction *function = unit_function(unit, (uint32_t)i);
    cr_assert_eq(function->entry, function->code);
    cr_assert_eq(code_find(code, function->code), function);
    cr_assert_eq(code_find(code, function->code + function->code_words - 1), function);
    cr_assert_neq(code_find(code, function->code + function->code_words), function);
    cr_assert_neq(code_find(code, function->code - 1), function);
  }
  cr_assert(!unit->functions[2] || !unit->functions[2]->code, "deep was never called");
  cr_assert_null(code_find(code, (const uint64_t *)(uintptr_t)8));
  vm_fixture_end(f);
}

Test(code, natives_win_over_functions_of_a_module) {
  VmFixture *f = vm_fixture_start();
  ModuleBuilder *b = fx_builder(f, "lists");
  for (int i = 0; i < 2; i++) {
    builder_begin(b, builder_function(b, i ? ATOM_INDEX("mine") : ATOM_INDEX("reverse"), 1, true));
    EMIT(OP_LOAD, SLOT(0), ATOM("mine"));
    EMIT(OP_RETURN, SLOT(0));
    builder_end(b);
  }
  fx_load(f, b);
  expect_text(fx_run(f, "lists", "mine", T_NIL), ":mine");
  expect_text(fx_run(f, "lists", "reverse", T_NIL), "[]");
  cr_assert(code_delete(f->vm.code, fx_atom(f, "lists")));
  expect_text(fx_run(f, "lists", "reverse", T_NIL), "[]");
  vm_fixture_end(f);
}

Test(code, guard_natives) {
  VmFixture *f = vm_fixture_start();
  static const struct {
    const char *module, *name;
    uint32_t arity;
    bool guard;
  } CASES[] = {{"erlang", "abs", 1, true},   {"erlang", "self", 0, true},  {"erlang", "abs", 2, false},  {"erlang", "spawn", 1, false},
               {"lists", "reverse", 1, false}, {"nothing", "abs", 1, false}, {"erlang", "no such", 1, false}};
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    ImageText module = {CASES[i].module, (uint32_t)strlen(CASES[i].module)}, name = {CASES[i].name, (uint32_t)strlen(CASES[i].name)};
    cr_expect_eq(code_is_guard_native(f->vm.code, module, name, CASES[i].arity), CASES[i].guard, "%s.%s/%u", CASES[i].module, CASES[i].name,
                 CASES[i].arity);
  }
  vm_fixture_end(f);
}

Test(code, native_table_has_no_name_twice) {
  VmFixture *f = vm_fixture_start();
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    Export *e = code_export_find(f->vm.code, fx_atom(f, n->module), fx_atom(f, n->name), n->arity);
    cr_assert_not_null(e);
    cr_expect_eq(e->native, n, "%s.%s/%u stands twice", n->module, n->name, n->arity);
    cr_expect_leq((int)n->arity + n->scratch, ARITY_MAX);
  }
  vm_fixture_end(f);
}

Test(code, literals_live_with_their_unit) {
  VmFixture *f = vm_fixture_start();
  ModuleBuilder *b = fx_builder(f, "Made");
  static const char TUPLE[] = "\x83\x68\x02\x64\0\3abc\x6d\0\0\0\2hi", BIG[] = "\x83\x6e\x0a\0\1\2\3\4\5\6\7\x08\x09\x0a";
  uint32_t tuple = builder_literal(b, TUPLE, sizeof TUPLE - 1), big = builder_literal(b, BIG, sizeof BIG - 1);
  builder_begin(b, FUNCTION("f", 0));
  EMIT(OP_LOAD, SLOT(0), LITERAL(tuple));
  EMIT(OP_LOAD, SLOT(1), LITERAL(big));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 1), SLOTS(0, 1));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  CodeUnit *unit = fx_load(f, b);
  expect_text(fx_run_plain(f, "Made", "f"), "{{:abc, \"hi\"}, 47390263963055590408705}");
  cr_assert_not_null(unit->literal_area);
  vm_fixture_end(f);
}

// Allocation that fails after a number of calls.
typedef struct Failing {
  int64_t left;
} Failing;
static void *failing_get(void *state, size_t size) {
  Failing *c = state;
  return c->left-- <= 0 ? NULL : malloc(size ? size : 1);
}
static void *failing_grow(void *state, void *old, size_t old_size, size_t size) {
  (void)old_size;
  Failing *c = state;
  return c->left-- <= 0 ? NULL : realloc(old, size ? size : 1);
}
static void failing_put(void *state, void *memory, size_t size) {
  (void)state, (void)size;
  free(memory);
}

Test(code, loading_without_memory_leaves_nothing) {
  VmFixture *f = vm_fixture_start();
  Buffer bytes;
  buffer_init(&bytes, &f->alloc);
  ModuleBuilder *b = fx_builder(f, "Made");
  builder_literal(b, "\x83\x68\x02\x61\1\x61\2", 7);
  program_lists(b);
  module_write(builder_finish(b), &bytes);
  fx_atom(f, "Made");
  Failing failing = {0};
  const Alloc scarce = {failing_get, failing_grow, failing_put, &failing}, *plenty = f->vm.code->alloc;
  CodeUnit *unit = NULL;
  int64_t n = 0;
  for (;; n++) {
    failing.left = n;
    f->vm.code->alloc = &scarce;
    VerifyError error;
    LoadStatus s = code_load(f->vm.code, bytes.data, bytes.size, T_NONE, &unit, &error);
    f->vm.code->alloc = plenty;
    if (s == LOAD_OK) break;
    cr_assert_eq(s, LOAD_NO_MEMORY);
    cr_assert_null(code_module(f->vm.code, fx_atom(f, "Made")));
    cr_assert_lt(n, 1000);
  }
  cr_assert_gt(n, 2, "loading takes memory");
  failing.left = INT64_MAX;
  expect_text(fx_run(f, "Made", "range", term_small(3), T_NIL), "[1, 2, 3]");
  buffer_free(&bytes);
  vm_fixture_end(f);
}

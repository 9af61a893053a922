// SPDX-License-Identifier: Apache-2.0
//
// A VM without compiler and library, for tests of code and engine: modules are assembled by hand, a first process runs one
// function, and what became of it is text.
#ifndef JOIST_TESTS_ENGINE_VM_FIXTURE_H
#define JOIST_TESTS_ENGINE_VM_FIXTURE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "programs.h"
#include "vm/term/print.h"

typedef struct VmFixture {
  Alloc alloc;
  Vm vm;
  Arena arena;     // of the module builders
  Buffer result;   // what the first process answered, or `** ` and its exit reason
} VmFixture;

static inline void vm_fixture_no_memory(void *context) {
  (void)context;
  abort();
}

// The answer of a process that ended well lies in slot 0 of the frame it returned to.
static inline void vm_fixture_end_of_process(Process *p) {
  if (p->pid != p->vm->first_pid || p->exit_reason == T_NONE) return; // T_NONE: the VM goes, and p with it
  VmFixture *f = p->vm->embedder;
  f->result.size = 0;
  bool well = p->exit_reason == ATOM_normal;
  if (!well) buffer_text(&f->result, "** ");
  cr_assert_eq(term_print(&p->vm->context, &f->result, well ? p->fp[0] : p->exit_reason, NULL), STATUS_OK);
  buffer_byte(&f->result, 0);
  vm_stop(p->vm, well ? 0 : 1);
}

static inline void vm_fixture_report(Vm *vm, const char *text, size_t size) { (void)vm, (void)text, (void)size; }

static inline VmFixture *vm_fixture_start_with(const VmOptions *options) {
  VmFixture *f = calloc(1, sizeof *f);
  f->alloc = alloc_system();
  arena_init(&f->arena, &f->alloc, vm_fixture_no_memory, NULL);
  buffer_init(&f->result, &f->alloc);
  cr_assert_eq(vm_init(&f->vm, &f->alloc, options), STATUS_OK);
  cr_assert_eq(sched_new(&f->vm), STATUS_OK);
  cr_assert_eq(engine_init(&f->vm), STATUS_OK);
  cr_assert_eq(native_state_init(&f->vm, NULL, 0), STATUS_OK);
  f->vm.hooks.process_end = vm_fixture_end_of_process;
  f->vm.hooks.report = vm_fixture_report;
  f->vm.embedder = f;
  return f;
}
static inline VmFixture *vm_fixture_start(void) { return vm_fixture_start_with(&(VmOptions){0}); }

static inline void vm_fixture_end(VmFixture *f) {
  native_state_free(&f->vm);
  sched_free(&f->vm);
  engine_free(&f->vm);
  vm_free(&f->vm);
  buffer_free(&f->result);
  arena_free(&f->arena);
  free(f);
}

static inline Term fx_atom(VmFixture *f, const char *text) {
  Term t;
  cr_assert_eq(atom_intern(f->vm.atoms, text, strlen(text), &t), STATUS_OK);
  return t;
}

// --- modules
static inline ModuleBuilder *fx_builder(VmFixture *f, const char *module) { return builder_new(&f->arena, module, strlen(module)); }

static inline LoadStatus fx_load_bytes(VmFixture *f, const void *bytes, size_t size, VerifyError *error) {
  CodeUnit *unit;
  *error = (VerifyError){VERIFY_OK, UINT32_MAX, UINT32_MAX};
  return code_load(f->vm.code, bytes, size, T_NONE, &unit, error);
}

static inline CodeUnit *fx_load_image(VmFixture *f, const ModuleImage *image) {
  Buffer bytes;
  buffer_init(&bytes, &f->alloc);
  module_write(image, &bytes);
  VerifyError error;
  LoadStatus s = fx_load_bytes(f, bytes.data, bytes.size, &error);
  cr_assert_eq(s, LOAD_OK, "refused: %s in function %d at %d", verify_reason_name(error.reason), (int)error.function, (int)error.instruction);
  buffer_free(&bytes);
  return f->vm.code->units;
}
static inline CodeUnit *fx_load(VmFixture *f, ModuleBuilder *b) { return fx_load_image(f, builder_finish(b)); }

// --- running
static inline int64_t fx_slice_of_one(Picker *k) {
  (void)k;
  return 1;
}
// Every entry of a function ends the slice.
static inline void fx_preempt_always(VmFixture *f) { sched_of(&f->vm, 0)->picker->slice = fx_slice_of_one; }

// A VM with a module Made.
static inline VmFixture *fx_start(const VmOptions *options, bool preempt, void (*program)(ModuleBuilder *b)) {
  VmFixture *f = vm_fixture_start_with(options);
  if (preempt) fx_preempt_always(f);
  ModuleBuilder *b = fx_builder(f, "Made");
  program(b);
  fx_load(f, b);
  return f;
}

static inline const char *fx_run_terms(VmFixture *f, const char *module, const char *function, const Term *args, uint32_t count) {
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term error = T_NONE;
  atomic_store(&f->vm.stopping, false);
  f->vm.first_pid = process_spawn(NULL, &f->vm, &options, fx_atom(f, module), fx_atom(f, function), args, count, &ref, &error);
  cr_assert_neq(f->vm.first_pid, T_NONE);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  return f->result.data;
}
#define fx_run(f, module, function, ...) \
  fx_run_terms((f), (module), (function), (Term[]){__VA_ARGS__}, sizeof((Term[]){__VA_ARGS__}) / sizeof(Term))
#define fx_run_plain(f, module, function) fx_run_terms((f), (module), (function), NULL, 0)

#define expect_text(got, want) \
  do { \
    const char *got_ = (got); \
    cr_expect_str_eq(got_, (want), "got %.1500s", got_); \
  } while (0)

// --- words for assembling, beside those of programs.h
#define ATOM(text) {.constant = {CONSTANT_ATOM, ATOM_INDEX(text)}}
#define NIL {.constant = {CONSTANT_NIL, 0}}
#define LITERAL(n) {.constant = {CONSTANT_LITERAL, (n)}}
#define RAISES LABEL(LABEL_NONE)
#define IMPORT(module, name, arity) NUMBER(builder_import(b, ATOM_INDEX(module), ATOM_INDEX(name), (arity)))
#define FUNCTION(name, arity) builder_function(b, ATOM_INDEX(name), (arity), true)
#define SLOT_LIST(count, array) {.list = {(count), (array)}}

#endif

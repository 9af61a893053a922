// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/run_module.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/target.h"
#include "vm/code/code.h"
#include "vm/engine/engine.h"
#include "vm/main/start.h"
#include "vm/native/native_api.h"
#include "vm/term/binary.h"

const char *const MODULE_FATES[MODULE_FATE_COUNT] = {"refused by the reader", "refused by the verifier", "refused with their literals", "ran to their end", "ran until stopped"};

enum { BUDGET_BYTES = 64 << 20, READ_BYTES_MAX = 64 << 20, FUNCTIONS_MAX = 24 };

static void no_memory(void *context) {
  (void)context;
  fuzz_fail("a small file asked for more memory than there is");
}

// --- natives that hostile code may have

static Term denied(Process *p) { return native_error(p, ATOM_eperm); }
static Term swallowed(Process *p) {
  (void)p;
  return ATOM_ok;
}

static bool is_harmless(const NativeEntry *n) {
  static const char *const MODULES[] = {"lists", "maps", "binary", "math", "unicode", "joist_text", "joist_crash", "persistent_term", "calendar"};
  static const char *const CODE[] = {"loaded", "ensure_loaded", "all_loaded", "exports", "impl_for", "cache_impl"};
  if (strcmp(n->module, "erlang") == 0) return strcmp(n->name, "display") != 0;
  for (size_t i = 0; i < sizeof MODULES / sizeof *MODULES; i++)
    if (strcmp(n->module, MODULES[i]) == 0) return true;
  for (size_t i = 0; strcmp(n->module, "joist_code") == 0 && i < sizeof CODE / sizeof *CODE; i++)
    if (strcmp(n->name, CODE[i]) == 0) return true;
  return false;
}

static void fence(Vm *vm) {
  static NativeEntry *fenced;
  if (!fenced) fenced = calloc(NATIVE_COUNT, sizeof *fenced);
  if (!fenced) fuzz_fail("no memory");
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    if (is_harmless(n)) continue;
    fenced[i] = *n;
    fenced[i].function = strcmp(n->name, "write") == 0 || strcmp(n->name, "display") == 0 ? swallowed : denied;
    Term module = atom_lookup(vm->atoms, n->module, strlen(n->module)), name = atom_lookup(vm->atoms, n->name, strlen(n->name));
    ExportEntry *entry = (ExportEntry *)code_export_find(vm->code, module, name, n->arity);
    if (!entry) fuzz_fail("a native without export");
    entry->e.native = &fenced[i];
    vm->code->make_native_code(entry);
  }
}

// --- counting reductions

static EngineExit (*run_slice)(Worker *w, Process *p);
static uint64_t reductions_left;

static EngineExit run_counted(Worker *w, Process *p) {
  int64_t before = p->reductions + p->slice_rest;
  EngineExit e = run_slice(w, p);
  int64_t used = before - (p->reductions + p->slice_rest);
  uint64_t cost = used > 0 ? (uint64_t)used : 1;
  if (cost >= reductions_left) {
    reductions_left = 0;
    vm_stop(w->vm, 3);
  } else {
    reductions_left -= cost;
  }
  return e;
}

static void be_quiet(Vm *vm, const char *text, size_t size) { (void)vm, (void)text, (void)size; }

// --- the calls

static void call(Vm *vm, const CodeUnit *unit, uint32_t index, unsigned turn) {
  uint32_t arity = unit->parts.functions[index].arity;
  Term args[ARITY_MAX], words[64];
  TermHeap heap = {.top = words, .end = words + 64, .off_heap = T_NIL};
  Term pair, *items = heap_tuple(&heap, 2, &pair);
  items[0] = ATOM_ok, items[1] = term_small(9);
  Term list = heap_cons(&heap, term_small(1), heap_cons(&heap, pair, T_NIL)), improper = heap_cons(&heap, term_small(1), pair);
  Term binary = binary_make(&vm->context, &heap, "\3binary text", 12), number = heap_float(&heap, 1.5);
  Term choices[] = {term_small(3), list, ATOM_error, binary, pair, T_NIL, term_small(-1), improper, number};
  for (uint32_t j = 0; j < arity; j++) args[j] = choices[(index + turn * 5 + j * 7) % (sizeof choices / sizeof *choices)];
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term error = T_NONE;
  atomic_store(&vm->stopping, false);
  vm->first_pid = process_spawn(NULL, vm, &options, unit->module, term_atom(unit->parts.functions[index].name), args, arity, &ref, &error);
  if (vm->first_pid != T_NONE) sched_run(vm);
}

static void run_all(Vm *vm, const CodeUnit *unit) {
  uint32_t called = 0, main_index = UINT32_MAX, index;
  Term main_name = atom_lookup(vm->atoms, "main", 4);
  if (main_name != T_NONE && unit_find_export(unit, main_name, 0, &main_index)) call(vm, unit, main_index, 0);
  for (uint32_t i = 0; i < unit->parts.function_count && reductions_left && called < FUNCTIONS_MAX; i++) {
    const UnitFunction *f = &unit->parts.functions[i];
    if (i == main_index || !unit_find_export(unit, term_atom(f->name), f->arity, &index) || index != i) continue;
    call(vm, unit, i, 1);
    called++;
  }
}

static bool is_readable(const Alloc *alloc, const void *bytes, size_t size, VerifyError *error) {
  Arena arena;
  arena_init(&arena, alloc, no_memory, NULL);
  bool readable = module_read(&arena, bytes, size, error) != NULL;
  if (arena.total_bytes > READ_BYTES_MAX || arena.total_bytes > 600 * size + 65536) fuzz_fail("a small file made the reader take much memory");
  arena_free(&arena);
  if (!readable && error->reason == VERIFY_OK) fuzz_fail("refused without a reason");
  return readable;
}

ModuleFate run_module_bytes(const void *bytes, size_t size, uint64_t reductions, VerifyError *error) {
  Alloc alloc = alloc_system();
  // An exact copy: a read behind its end is seen.
  void *exact = malloc(size ? size : 1);
  memcpy(exact, bytes, size);
  ModuleFate fate = MODULE_REFUSED_BY_READER;
  if (is_readable(&alloc, exact, size, error)) {
    Vm vm;
    StartOptions options = {.engine = ENGINE_INTERPRETER, .vm = {.seeded = true, .seed = size, .budget_bytes = BUDGET_BYTES, .literal_bytes = 64 << 20, .max_processes = 4096, .max_atoms = 1 << 16}};
    if (start_vm(&vm, &alloc, &options) != STATUS_OK) fuzz_fail("the VM does not start");
    fence(&vm);
    vm.hooks.report = be_quiet;
    run_slice = vm.hooks.run;
    vm.hooks.run = run_counted;
    reductions_left = reductions;
    CodeUnit *unit;
    LoadStatus s = code_load(vm.code, exact, size, T_NONE, &unit, error);
    if (s == LOAD_OK) {
      run_all(&vm, unit);
      fate = reductions_left ? MODULE_RAN : MODULE_STOPPED;
    } else {
      if (s == LOAD_REFUSED && error->reason == VERIFY_OK) fuzz_fail("refused without a reason");
      fate = s == LOAD_REFUSED && error->reason != VERIFY_BAD_LITERAL ? MODULE_REFUSED_BY_VERIFIER : MODULE_REFUSED_LATER;
    }
    stop_vm(&vm);
  }
  free(exact);
  return fate;
}

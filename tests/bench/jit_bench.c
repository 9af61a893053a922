// SPDX-License-Identifier: Apache-2.0
//
// The interpreter against compiled code: the same hand-assembled programs in two VMs of one run, in turn, the
// least CPU time of several rounds each.
//
//   jit_bench [rounds]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/engine/jit_programs.h"
#include "vm/engine/stencils/jit.h"
#include "vm/term/compare.h"

typedef struct BenchVm {
  Vm vm;
  Alloc alloc;
  Arena arena;
} BenchVm;

static void stop(const char *why) {
  fprintf(stderr, "jit_bench: %s\n", why);
  exit(1);
}
static void no_memory(void *context) {
  (void)context;
  stop("no memory");
}
static void end_of_process(Process *p) { vm_stop(p->vm, p->exit_reason == ATOM_normal ? 0 : 1); }

static void start(BenchVm *b_vm, bool jit) {
  b_vm->alloc = alloc_system();
  arena_init(&b_vm->arena, &b_vm->alloc, no_memory, NULL);
  if (vm_init(&b_vm->vm, &b_vm->alloc, &(VmOptions){0}) != STATUS_OK || sched_new(&b_vm->vm) != STATUS_OK || engine_init(&b_vm->vm) != STATUS_OK ||
      native_state_init(&b_vm->vm, NULL, 0) != STATUS_OK || (jit && jit_install(&b_vm->vm, 0) != STATUS_OK))
    stop("the VM does not start");
  b_vm->vm.hooks.process_end = end_of_process;
  ModuleBuilder *b = builder_new(&b_vm->arena, "t", 1);
  program_fib(b);
  program_lists(b);
  program_nrev(b, "t");
  program_trees(b);
  Buffer bytes;
  buffer_init(&bytes, &b_vm->alloc);
  module_write(builder_finish(b), &bytes);
  CodeUnit *unit;
  VerifyError error;
  if (code_load(b_vm->vm.code, bytes.data, bytes.size, T_NONE, &unit, &error) != LOAD_OK) stop("the programs are refused");
  buffer_free(&bytes);
}

static double cpu_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double run(BenchVm *b_vm, const char *function, const Term *args, uint32_t count) {
  Vm *vm = &b_vm->vm;
  Term module, name, error;
  uint64_t ref;
  if (atom_intern(vm->atoms, "t", 1, &module) != STATUS_OK || atom_intern(vm->atoms, function, strlen(function), &name) != STATUS_OK) stop("no atom");
  SpawnOptions options = spawn_options_default();
  atomic_store(&vm->stopping, false);
  double before = cpu_ms();
  vm->first_pid = process_spawn(NULL, vm, &options, module, name, args, count, &ref, &error);
  sched_run(vm);
  double took = cpu_ms() - before;
  if (vm->stop_status != 0) stop("a program failed");
  return took;
}

int main(int argument_count, char **arguments) {
  int rounds = argument_count > 1 ? atoi(arguments[1]) : 7;
  static BenchVm interpreted, compiled;
  start(&interpreted, false);
  start(&compiled, true);
  const struct {
    const char *label, *function;
    Term args[2];
    uint32_t count;
  } PROGRAMS[] = {
    {"fib(32)", "fib", {term_small(32)}, 1},
    {"nrev of 400, 250 times", "nrev_range", {term_small(250), term_small(400)}, 2},
    {"trees of depth 10, 300 of them", "trees", {term_small(4), term_small(300)}, 2},
  };
  for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
    double least[2] = {1e9, 1e9};
    for (int round = 0; round < rounds; round++) {
      for (int engine = 0; engine < 2; engine++) {
        double ms = run(engine ? &compiled : &interpreted, PROGRAMS[i].function, PROGRAMS[i].args, PROGRAMS[i].count);
        if (ms < least[engine]) least[engine] = ms;
      }
    }
    printf("%-32s interpreter %8.2f ms   compiled %8.2f ms   ratio %.2f\n", PROGRAMS[i].label, least[0], least[1], least[1] / least[0]);
  }
  const Jit *j = vm_engine(&compiled.vm)->jit;
  printf("%" PRIu64 " functions, %" PRIu64 " instructions: %.1f hot and %.1f cold bytes each\n", j->function_count, j->instruction_count,
         (double)j->hot_bytes / (double)j->instruction_count, (double)j->cold_bytes / (double)j->instruction_count);
  return 0;
}

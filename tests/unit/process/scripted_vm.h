// SPDX-License-Identifier: Apache-2.0
//
// A Vm whose engine runs C functions: each process calls its script once a slice. It may have several workers, each of which runs scripts;
// a script belongs to its process, so it is run by one at a time.
#ifndef JOIST_TESTS_SCRIPTED_VM_H
#define JOIST_TESTS_SCRIPTED_VM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/sched/sched.h"

typedef struct Script Script;
struct Script {
  EngineExit (*step)(Worker *w, Process *p, Script *s);
  void *state;
  int phase, number;
};

typedef struct FakeVm {
  Vm vm;
  int64_t bytes;     // allocated now; foreign threads allocate too
  char reports[4096];
  uint64_t return_point[2];
} FakeVm;

static inline void *fake_get(void *state, size_t size) {
  __atomic_add_fetch((int64_t *)state, (int64_t)size, __ATOMIC_RELAXED);
  return malloc(size ? size : 1);
}
static inline void *fake_grow(void *state, void *old, size_t old_size, size_t size) {
  __atomic_add_fetch((int64_t *)state, (int64_t)size - (int64_t)old_size, __ATOMIC_RELAXED);
  return realloc(old, size ? size : 1);
}
static inline void fake_put(void *state, void *memory, size_t size) {
  __atomic_sub_fetch((int64_t *)state, (int64_t)size, __ATOMIC_RELAXED);
  free(memory);
}

// The script's address is an aligned word and so a small integer.
static inline bool fake_prepare(Vm *vm, Process *p, Term module, Term function, const Term *args, uint32_t count) {
  (void)module, (void)function;
  FakeVm *f = (FakeVm *)vm;
  CHECK(count == 1);
  p->pc = (const uint64_t *)(uintptr_t)args[0];
  // One frame of four slots, all live, behind a barrier.
  p->block_end[-1] = (Term)(uintptr_t)&f->return_point[1];
  p->fp = p->block_end - 2;
  for (int i = 0; i < 4; i++) p->fp[-i] = T_NIL;
  p->stack_low = p->fp - 3;
  p->live_map = (uint64_t)0xf << MAP_MASK_SHIFT;
  p->arg_count = 0;
  return true;
}
static inline Script *fake_script(Process *p) { return (Script *)(uintptr_t)p->pc; }
static inline EngineExit fake_run(Worker *w, Process *p) {
  Script *s = fake_script(p);
  return s->step(w, p, s);
}
static inline void fake_report(Vm *vm, const char *text, size_t bytes) {
  FakeVm *f = (FakeVm *)vm;
  size_t have = strlen(f->reports);
  if (have + bytes < sizeof f->reports) {
    memcpy(f->reports + have, text, bytes);
    f->reports[have + bytes] = 0;
  }
}

static inline FakeVm *fake_new_with(VmOptions options) {
  FakeVm *f = calloc(1, sizeof *f);
  Alloc alloc = {fake_get, fake_grow, fake_put, &f->bytes};
  options.literal_bytes = (size_t)16 << 20;
  if (!options.max_processes) options.max_processes = 100000;
  f->return_point[0] = MAP_BARRIER;
  CHECK(vm_init(&f->vm, &alloc, &options) == STATUS_OK);
  f->vm.hooks.run = fake_run;
  f->vm.hooks.prepare = fake_prepare;
  f->vm.hooks.report = fake_report;
  CHECK(sched_new(&f->vm) == STATUS_OK);
  return f;
}
static inline FakeVm *fake_new(bool seeded, uint64_t seed) { return fake_new_with((VmOptions){.seeded = seeded, .seed = seed}); }
// Ends everything; nothing may be left.
static inline void fake_free(FakeVm *f) {
  sched_free(&f->vm);
  MemoryAccount *account = &f->vm.account;
  (void)account;
  vm_free(&f->vm);
  if (f->bytes) PANIC("%ld bytes left", (long)f->bytes);
  free(f);
}

static inline Process *fake_spawn_options(FakeVm *f, Process *parent, const SpawnOptions *o, Script *s) {
  Term error, args[1] = {(Term)(uintptr_t)s};
  Term pid = process_spawn(parent, &f->vm, o, ATOM_process, ATOM_spawn, args, 1, NULL, &error);
  CHECK(pid != T_NONE);
  return process_find(&f->vm, pid);
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// A Vm whose engine runs C functions: each process calls its script once a slice. Time is virtual and the schedule
// seeded unless asked otherwise; fake_settle runs until nobody can run.
#ifndef JOIST_TESTS_FAKE_ENGINE_H
#define JOIST_TESTS_FAKE_ENGINE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"
#include "vm/sched/sched.h"
#include "vm/term/compare.h"
#include "vm/term/copy.h"
#include "vm/term/map.h"
#include "vm/term/print.h"

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
  cr_assert_eq(count, 1u);
  p->pc = (const uint64_t *)(uintptr_t)args[0];
  // One frame of four slots, all live, behind a barrier.
  f->return_point[0] = MAP_BARRIER;
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

static inline FakeVm *fake_new(bool seeded, uint64_t seed) {
  FakeVm *f = calloc(1, sizeof *f);
  Alloc alloc = {fake_get, fake_grow, fake_put, &f->bytes};
  VmOptions options = {.seeded = seeded, .seed = seed, .literal_bytes = (size_t)16 << 20, .max_processes = 100000};
  cr_assert_eq(vm_init(&f->vm, &alloc, &options), STATUS_OK);
  f->vm.hooks.run = fake_run;
  f->vm.hooks.prepare = fake_prepare;
  f->vm.hooks.report = fake_report;
  cr_assert_eq(sched_new(&f->vm), STATUS_OK);
  return f;
}
// Ends everything; nothing may be left.
static inline void fake_free(FakeVm *f) {
  sched_free(&f->vm);
  MemoryAccount *account = &f->vm.account;
  (void)account;
  vm_free(&f->vm);
  cr_assert_eq(f->bytes, 0, "%ld bytes left", (long)f->bytes);
  free(f);
}

static inline Process *fake_spawn_options(FakeVm *f, Process *parent, const SpawnOptions *o, Script *s) {
  Term error, args[1] = {(Term)(uintptr_t)s};
  Term pid = process_spawn(parent, &f->vm, o, ATOM_process, ATOM_spawn, args, 1, NULL, &error);
  cr_assert_neq(pid, (Term)T_NONE);
  return process_find(&f->vm, pid);
}
static inline Process *fake_spawn(FakeVm *f, Script *s) { return fake_spawn_options(f, NULL, NULL, s); }

// Waits for ever; messages stay in the mailbox.
static inline EngineExit fake_wait_step(Worker *w, Process *p, Script *s) {
  (void)w, (void)s;
  while (process_receive_peek(p) != T_NONE) process_receive_next(p);
  return process_receive_wait(p) ? ENGINE_YIELD : ENGINE_WAIT;
}
static Script FAKE_WAITER = {fake_wait_step, NULL, 0, 0};
static inline EngineExit fake_exit_step(Worker *w, Process *p, Script *s) {
  (void)w;
  p->exit_reason = s->state ? (Term)(uintptr_t)s->state : (Term)ATOM_normal;
  return ENGINE_EXIT;
}

// Until nobody can run and no timer is left.
static inline void fake_settle(FakeVm *f) {
  cr_assert(f->vm.options.seeded);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  f->reports[0] = 0;
}

static inline Process *fake_waiter(FakeVm *f) {
  Process *p = fake_spawn(f, &FAKE_WAITER);
  Term pid = p->pid;
  fake_settle(f);
  return process_find(&f->vm, pid);
}
// What stands in the mailbox, printed; messages that wait inbound are fetched.
static inline char *fake_mailbox(Process *p) {
  static char text[2048];
  if (signal_inbound(p)) signal_handle_inbound(p);
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  for (HeapFragment *m = p->first; m; m = m->next) {
    if (m != p->first) buffer_byte(&b, ' ');
    cr_assert_eq(term_print(&p->vm->context, &b, m->term, NULL), STATUS_OK);
  }
  cr_assert(b.size < sizeof text);
  if (b.size) memcpy(text, b.data, b.size);
  text[b.size] = 0;
  buffer_free(&b);
  return text;
}
// Ends one that waits or is ready.
static inline void fake_finish(Process *p, Term reason) {
  if (process_state(p) == PROCESS_WAITING) cr_assert(process_transition(p, PROCESS_WAITING, PROCESS_IN_C));
  process_finish(p, reason);
}
static inline void fake_send(Process *to, Term t) { cr_assert_eq(process_send(NULL, to->vm, to->pid, t), SEND_OK); }
static inline Term fake_ref_number(uint64_t n) { return term_small((int64_t)n); }

#endif

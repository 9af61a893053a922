// SPDX-License-Identifier: Apache-2.0
//
// A scripted Vm for tests of Criterion. Time is virtual and the schedule seeded unless asked otherwise; fake_settle runs until nobody
// can run.
#ifndef JOIST_TESTS_FAKE_ENGINE_H
#define JOIST_TESTS_FAKE_ENGINE_H

#include <criterion/criterion.h>

#include "scripted_vm.h"
#include "vm/process/registry.h"
#include "vm/process/timer.h"
#include "vm/term/compare.h"
#include "vm/term/copy.h"
#include "vm/term/map.h"
#include "vm/term/print.h"

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

// SPDX-License-Identifier: Apache-2.0
//
// Waiting for descriptors: news of an earlier wait that come late.
#include <unistd.h>

#include "tests/unit/process/fake_engine.h"
#include "vm/sched/watch.h"

typedef struct Pipe {
  int ends[2];
} Pipe;

// It waits, and finds in that moment what was posted for a wait of before: woken for nothing, it stands in no list any more, and waits again.
static EngineExit reader_step(Worker *w, Process *p, Script *s) {
  const Pipe *pipe = s->state;
  LimitId lacking;
  char byte;
  switch (s->phase++) {
    case 0:
      cr_assert(watch_begin(p, pipe->ends[0], &lacking));
      cr_assert_eq(watch_count(w->vm), 1u);
      process_set_bits(p, STATE_INPUT);
      return ENGINE_WAIT;
    case 1:
      cr_assert_eq(watch_count(w->vm), 0u, "the wait that was over has left its place in the list");
      cr_assert(watch_begin(p, pipe->ends[0], &lacking));
      cr_assert_eq(watch_count(w->vm), 1u);
      cr_assert_eq(write(pipe->ends[1], "x", 1), 1);
      return ENGINE_WAIT;
    default:
      cr_assert_eq(read(pipe->ends[0], &byte, 1), 1);
      cr_assert_eq(watch_count(w->vm), 0u);
      vm_stop(w->vm, 0);
      p->exit_reason = ATOM_normal;
      return ENGINE_EXIT;
  }
}

Test(watch, late_news_of_an_earlier_wait) {
  FakeVm *f = fake_new(false, 0);
  Pipe p;
  cr_assert_eq(pipe(p.ends), 0);
  Script reader = {reader_step, &p, 0, 0};
  fake_spawn(f, &reader);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert_eq(reader.phase, 3);
  fake_free(f);
  close(p.ends[0]);
  close(p.ends[1]);
}

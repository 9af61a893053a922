// SPDX-License-Identifier: Apache-2.0
//
// A worker that has nothing to run: what it does before it sleeps, how it sleeps, and how it is woken.
//
// Sleeping. The worker says that it sleeps, looks once more at what it is woken for (posts, the end of its run, its queue), and sleeps in ppoll on
// its eventfd until its next timer. Who has something for it looks whether it sleeps afterwards, and writes to the eventfd if so.
// Both do it in sequentially consistent order, so one of them sees the other (the store-buffer pattern): no wake-up is lost. Whether
// another has more than it can run needs no such care: that one looks again with its next slice (queue_share).
//
// Trimming. Waiting processes with a little garbage (adopted messages) are listed by pid, each once (STATE_TRIM_LISTED), and collected
// when there is nothing else to do: so a process that sleeps is small, and one that talks busily pays nothing for that. A full list
// is worked off a few at a time in between.
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/sched/internal.h"

enum { TRIM_BATCH = 64 };

void scheduler_poke(Scheduler *s) {
  atomic_thread_fence(memory_order_seq_cst);
  if (!atomic_load_explicit(&s->sleeping, memory_order_relaxed)) return;
  uint64_t one = 1;
  while (write(s->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void drain_wake_fd(Scheduler *s) {
  uint64_t count;
  while (read(s->wake_fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

static bool is_first(const Scheduler *s) { return s->worker->index == 0; }

static bool has_reason(const Scheduler *s) {
  const Schedulers *all = s->all;
  if (picker_count(s->picker) || atomic_load(&all->vm->stopping) || sched_posts_wait(all)) return true;
  return is_first(s) ? all->done && atomic_load(all->done) : atomic_load(&all->gate.closing);
}

bool scheduler_sleep(Scheduler *s, int64_t next_ns, int64_t deadline_ns) {
  bool go_on = true;
  Vm *vm = s->all->vm;
  atomic_store(&s->sleeping, true); // before the last look
  atomic_fetch_add(&s->all->sleepers, 1);
  atomic_thread_fence(memory_order_seq_cst); // the queue's length is no sequentially consistent read
  if (!has_reason(s)) {
    int64_t left = next_ns < 0 ? INT64_MAX : next_ns - vm_monotonic_ns(vm);
    int64_t allowed = deadline_ns < 0 ? INT64_MAX : deadline_ns - host_monotonic_ns();
    if (allowed < left) left = allowed;
    struct timespec t = {0, 0};
    if (left > 0) t = (struct timespec){left / 1000000000, left % 1000000000};
    struct pollfd own = {s->wake_fd, POLLIN, 0};
    scheduler_go_out(s);
    ppoll(&own, 1, left == INT64_MAX ? NULL : &t, NULL);
    go_on = scheduler_come_in(s);
  }
  atomic_fetch_sub(&s->all->sleepers, 1);
  atomic_store(&s->sleeping, false);
  drain_wake_fd(s);
  return go_on;
}

void trim_list_add(Scheduler *s, Process *p) {
  if (s->trim_count == TRIM_LIST_MAX || process_state_bits(p, STATE_TRIM_LISTED)) return;
  process_set_bits(p, STATE_TRIM_LISTED);
  s->trim[s->trim_count++] = p->pid;
}

bool trim_some(Scheduler *s) {
  if (!s->trim_count) return false;
  // A few at a time: who becomes runnable meanwhile must not wait for all.
  for (int i = 0; i < TRIM_BATCH && s->trim_count; i++) {
    Process *p = process_find(s->all->vm, s->trim[--s->trim_count]);
    if (!p) continue;
    process_clear_bits(p, STATE_TRIM_LISTED);
    ProcessState was;
    if (process_state(p) != PROCESS_WAITING || !process_claim(p, &was)) continue;
    heap_trim(&s->worker->heap_env, &p->memory);
    process_unclaim(p, was);
  }
  return true;
}

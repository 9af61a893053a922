// SPDX-License-Identifier: Apache-2.0
//
// The mailbox: order, selective receive against a model, marks, timeouts, what a waiting process weighs.
#include "fake_engine.h"

// A receive that takes the first message for which wanted(n, want) holds; -1: none.
static int64_t receive(Process *p, bool (*wanted)(int64_t n, int64_t want), int64_t want) {
  for (;;) {
    Term t = process_receive_peek(p);
    if (t == T_NONE) {
      // As after a timeout of 0: the next receive begins at the start.
      ReceiveTimeout r = process_receive_timeout(p, term_small(0));
      if (r == RECEIVE_AGAIN) continue;
      cr_assert_eq(r, RECEIVE_EXPIRED);
      return -1;
    }
    int64_t n = small_value(tuple_items(t)[0]);
    if (wanted(n, want)) {
      process_receive_accept(p);
      return n;
    }
    process_receive_next(p);
  }
}
static bool any(int64_t n, int64_t want) {
  (void)n, (void)want;
  return true;
}
static bool congruent(int64_t n, int64_t want) { return n % 7 == want; }

static void send_number(Process *p, int64_t n) {
  Term cells[2];
  TermHeap h = {cells, cells + 2, T_NIL, 0};
  Term t, *items = heap_tuple(&h, 1, &t);
  items[0] = term_small(n);
  fake_send(p, t);
}

Test(mailbox, random_against_model) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  enum { MAX = 4000 };
  static int64_t model[MAX];
  size_t count = 0;
  int64_t next = 0;
  VmRandom random;
  vm_random_seed(&random, 3);
  for (int step = 0; step < 60000; step++) {
    if (vm_random_below(&random, 2) && count < MAX) {
      send_number(p, next);
      model[count++] = next++;
    } else {
      bool selective = vm_random_below(&random, 2);
      int64_t want = (int64_t)vm_random_below(&random, 7), expected = -1;
      for (size_t i = 0; i < count; i++)
        if (!selective || model[i] % 7 == want) {
          expected = model[i];
          memmove(model + i, model + i + 1, (--count - i) * sizeof *model);
          break;
        }
      cr_assert_eq(receive(p, selective ? congruent : any, want), expected);
    }
    cr_assert_eq(process_queue_count(p), count);
    if (heap_wants_collection(&p->memory)) cr_assert(process_collect(p, 0));
  }
  fake_free(f);
}

// A fresh reference is awaited at the same cost behind any number of messages.
Test(mailbox, receive_marker) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  for (int i = 0; i < 100000; i++) send_number(p, i);
  cr_assert(process_reserve(p, REF_WORDS));
  p->fp[0] = process_make_ref(p);
  uint64_t number = boxed_ptr(p->fp[0])[1];
  send_number(p, (int64_t)number); // the reply
  send_number(p, 5);
  process_receive_mark(p, p->fp[0]);
  Term t = process_receive_peek(p);
  cr_assert_eq(small_value(tuple_items(t)[0]), (int64_t)number, "the receive did not start behind the mark");
  process_receive_accept(p);
  // The next receive begins at the start again.
  cr_assert_eq(receive(p, any, 0), 0);
  // Messages that carried the mark go: it moves before them, never behind anything later.
  cr_assert(process_reserve(p, REF_WORDS));
  p->fp[-1] = process_make_ref(p);
  while (process_queue_count(p) > 0) cr_assert(receive(p, any, 0) >= 0);
  send_number(p, 77);
  process_receive_mark(p, p->fp[-1]);
  cr_assert_eq(small_value(tuple_items(process_receive_peek(p))[0]), 77);
  process_receive_accept(p);
  fake_free(f);
}

// Random: a receive with a mark never misses a message that came after the reference was made.
Test(mailbox, marks_against_model) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  VmRandom random;
  vm_random_seed(&random, 9);
  for (int round = 0; round < 3000; round++) {
    int before = (int)vm_random_below(&random, 6), after = 1 + (int)vm_random_below(&random, 4);
    for (int i = 0; i < before; i++) send_number(p, 7 * i + 1);
    cr_assert(process_reserve(p, 6 * REF_WORDS));
    p->fp[0] = process_make_ref(p);
    int others = (int)vm_random_below(&random, 6); // up to all marks overwritten
    for (int i = 0; i < others; i++) p->fp[-1] = process_make_ref(p);
    int taken = (int)vm_random_below(&random, 3);
    for (int i = 0; i < taken; i++) receive(p, any, 0);
    for (int i = 0; i < after; i++) send_number(p, 7 * i + 2);
    process_receive_mark(p, p->fp[0]);
    int64_t got = receive(p, congruent, 2);
    cr_assert(others < RECEIVE_MARKS ? got == 2 : got % 7 == 2, "got %ld, %d marks later", (long)got, others);
    if (vm_random_below(&random, 3) == 0)
      while (receive(p, any, 0) >= 0) {}
    cr_assert(process_collect(p, 0));
  }
  fake_free(f);
}

// --- timeouts

static EngineExit timeout_step(Worker *w, Process *p, Script *s) {
  (void)w;
  int64_t *log = s->state;
  for (;;) {
    Term t = process_receive_peek(p);
    if (t == ATOM_ok) {
      process_receive_accept(p);
      log[0] = 1;
      p->exit_reason = ATOM_normal;
      return ENGINE_EXIT;
    }
    if (t != T_NONE) {
      process_receive_next(p);
      continue;
    }
    switch (process_receive_timeout(p, s->number < 0 ? (Term)ATOM_infinity : term_small(s->number))) {
      case RECEIVE_AGAIN: continue;
      case RECEIVE_WAIT: return ENGINE_WAIT;
      case RECEIVE_EXPIRED:
        log[0] = 2;
        log[1] = vm_monotonic_ns(p->vm);
        p->exit_reason = ATOM_normal;
        return ENGINE_EXIT;
      case RECEIVE_BADARG:
        log[0] = 3;
        p->exit_reason = ATOM_badarg;
        return ENGINE_EXIT;
    }
  }
}

Test(mailbox, timeout_is_counted_once) {
  FakeVm *f = fake_new(true, 1);
  int64_t log[2] = {0, 0};
  Script s = {timeout_step, log, 0, 100};
  Process *p = fake_spawn(f, &s);
  // Messages that do not match, at 30 and 60 ms, do not begin the count anew.
  Process *helper = fake_waiter(f); // the settling runs all timers, so:
  (void)helper;
  cr_assert_eq(log[0], 2);
  cr_assert_eq(log[1], 100 * 1000000);
  log[0] = 0;
  p = fake_spawn(f, &s);
  cr_assert(process_reserve(helper, 3 * REF_WORDS));
  timer_start(helper, 30, false, p->pid, ATOM_error, false);
  timer_start(helper, 60, false, p->pid, ATOM_error, false);
  int64_t start = vm_monotonic_ns(&f->vm);
  fake_settle(f);
  cr_assert_eq(log[0], 2);
  cr_assert_eq(log[1] - start, 100 * 1000000);
  // The one it waits for ends it, and its timer goes.
  log[0] = 0;
  p = fake_spawn(f, &s);
  timer_start(helper, 30, false, p->pid, ATOM_ok, false);
  start = vm_monotonic_ns(&f->vm);
  fake_settle(f);
  cr_assert_eq(log[0], 1);
  cr_assert_eq(timer_wheel_count(f->vm.first_worker->wheel), 0u);
  cr_assert_eq(vm_monotonic_ns(&f->vm) - start, 30 * 1000000);
  fake_free(f);
}

Test(mailbox, timeout_zero_infinite_bad) {
  FakeVm *f = fake_new(true, 1);
  int64_t log[2] = {0, 0};
  Script zero = {timeout_step, log, 0, 0}, infinite = {timeout_step, log, 0, -1};
  Process *p = fake_spawn(f, &zero);
  fake_send(p, ATOM_error);
  fake_send(p, ATOM_ok); // there before it runs: after 0 takes it
  fake_settle(f);
  cr_assert_eq(log[0], 1);
  fake_spawn(f, &zero);
  fake_settle(f);
  cr_assert_eq(log[0], 2);
  log[0] = 0;
  p = fake_spawn(f, &infinite);
  fake_settle(f);
  cr_assert_eq(log[0], 0);
  fake_send(p, ATOM_ok);
  fake_settle(f);
  cr_assert_eq(log[0], 1);
  Process *q = fake_waiter(f);
  cr_assert_eq(process_receive_timeout(q, ATOM_ok), RECEIVE_BADARG);
  cr_assert_eq(process_receive_timeout(q, term_small(-1)), RECEIVE_BADARG);
  cr_assert_eq(process_receive_timeout(q, term_small((int64_t)UINT32_MAX + 1)), RECEIVE_BADARG);
  fake_free(f);
}

// --- size: the budget of design: at most 960 bytes for a process that waits after ten messages.

static EngineExit reader_step(Worker *w, Process *p, Script *s) {
  (void)w, (void)s;
  for (;;) {
    Term t = process_receive_peek(p);
    if (t == T_NONE) {
      if (process_receive_wait(p)) continue;
      return ENGINE_WAIT;
    }
    p->fp[0] = t; // it keeps the last
    process_receive_accept(p);
  }
}

Test(process, resident_bytes_after_ten_messages) {
  FakeVm *f = fake_new(true, 1);
  static Script reader = {reader_step, NULL, 0, 0};
  enum { COUNT = 1000 };
  Term pids[COUNT];
  fake_waiter(f);
  for (int i = 0; i < COUNT; i++) pids[i] = fake_spawn(f, &reader)->pid;
  fake_settle(f);
  for (int m = 0; m < 10; m++)
    for (int i = 0; i < COUNT; i++) {
      Term cells[8];
      TermHeap h = {cells, cells + 8, T_NIL, 0};
      Term t, *items = heap_tuple(&h, 3, &t);
      items[0] = ATOM_message;
      items[1] = term_small(m);
      items[2] = heap_cons(&h, term_small(1), T_NIL);
      fake_send(process_find(&f->vm, pids[i]), t);
      if (i % 100 == 0) fake_settle(f);
    }
  fake_settle(f);
  int64_t before = f->bytes;
  for (int i = 0; i < COUNT; i++) {
    Process *p = process_find(&f->vm, pids[i]);
    cr_assert_eq(tuple_items(p->fp[0])[1], term_small(9));
    fake_finish(p, ATOM_normal);
  }
  int64_t each = (before - f->bytes) / COUNT;
  cr_assert(each <= 960 - 16, "%ld bytes a process", (long)each); // 16: what malloc adds
  cr_assert_eq(each, PROCESS_ALLOCATION_BYTES);
  fake_free(f);
}

Test(mailbox, a_million_waiting_messages) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  for (int i = 0; i < 1000000; i++) send_number(p, i);
  cr_assert_eq(process_queue_count(p), 1000000u);
  fake_settle(f);
  uint64_t collections = f->vm.first_worker->heap_env.collection_count;
  for (int i = 0; i < 1000; i++) cr_assert(process_collect(p, 0)); // no roots: fast
  cr_assert_eq(f->vm.first_worker->heap_env.collection_count - collections, 1000u);
  cr_assert_eq(process_receive_timeout(p, term_small(0)), RECEIVE_EXPIRED); // its script had looked at all
  cr_assert_eq(receive(p, any, 0), 0);
  cr_assert_eq(receive(p, any, 0), 1);
  fake_finish(p, ATOM_normal);
  fake_free(f);
}

Test(send, pays_by_the_queue_and_dead_mailbox_is_killed) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  q->reductions = 0;
  process_send(q, &f->vm, p->pid, ATOM_ok);
  cr_assert_eq(q->reductions, -1);
  for (int i = 0; i < 1000; i++) process_send(NULL, &f->vm, p->pid, ATOM_ok);
  q->reductions = 0;
  process_send(q, &f->vm, p->pid, ATOM_ok);
  cr_assert_eq(q->reductions, -1 - (1001 >> REDUCTION_QUEUE_SHIFT));
  // Beyond max_heap_size the receiver is killed.
  Term pid = p->pid;
  p->limit_words = 20000;
  process_limit_queue(p);
  for (int i = 0; i < 10000 && process_find(&f->vm, pid); i++) process_send(NULL, &f->vm, pid, ATOM_ok);
  cr_assert_not(process_settle(p)); // it learns of it
  cr_assert(strstr(f->reports, "max_heap_size"));
  cr_assert_null(process_find(&f->vm, pid));
  // Names and other addresses.
  cr_assert_eq(process_send(q, &f->vm, ATOM_timer, ATOM_ok), SEND_BADARG);
  cr_assert_eq(process_send(q, &f->vm, pid, ATOM_ok), SEND_OK);
  cr_assert_eq(process_send(q, &f->vm, term_small(1), ATOM_ok), SEND_BADARG);
  Term cells[3], to;
  TermHeap h = {cells, cells + 3, T_NIL, 0};
  Term *items = heap_tuple(&h, 2, &to);
  items[0] = ATOM_timer;
  items[1] = ATOM_nonode_nohost;
  cr_assert_eq(process_send(q, &f->vm, to, ATOM_ok), SEND_OK);
  cr_assert(registry_register(&f->vm, ATOM_timer, q->pid));
  cr_assert_eq(process_send(q, &f->vm, to, term_small(3)), SEND_OK);
  cr_assert_eq(process_send(q, &f->vm, ATOM_timer, term_small(4)), SEND_OK);
  cr_assert_str_eq(fake_mailbox(q), "3 4");
  fake_free(f);
}

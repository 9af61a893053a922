// SPDX-License-Identifier: Apache-2.0
//
// Bounded mailboxes: counting, policies, the line of waiting senders, and that every way out of a wait leaves nothing behind.
#include "fake_engine.h"
#include "vm/process/bound.h"

static Process *bounded(FakeVm *f, uint64_t max, OnFull on_full) {
  Process *p = fake_waiter(f);
  cr_assert(bound_set(p, (MailboxOptions){max, (uint8_t)on_full}));
  return p;
}
static uint64_t dropped(Process *p) { return p->extra->bound->dropped; }

Test(bound, drops) {
  FakeVm *f = fake_new(true, 1);
  Process *q = fake_waiter(f), *newest = bounded(f, 3, ON_FULL_DROP_NEWEST), *oldest = bounded(f, 3, ON_FULL_DROP_OLDEST);
  for (int i = 0; i < 10; i++) {
    cr_assert_eq(process_send(q, &f->vm, newest->pid, term_small(i)), SEND_OK);
    cr_assert_eq(process_send(q, &f->vm, oldest->pid, term_small(i)), SEND_OK);
    cr_assert(process_queue_count(oldest) <= 3);
  }
  cr_assert_str_eq(fake_mailbox(newest), "0 1 2");
  cr_assert_str_eq(fake_mailbox(oldest), "7 8 9");
  cr_assert_eq(dropped(newest), 7u);
  cr_assert_eq(dropped(oldest), 7u);
  // Those of no process are dropped too, and have a count of their own.
  fake_send(newest, term_small(99));
  cr_assert_eq(dropped(newest), 8u);
  cr_assert(process_receive_peek(oldest) != T_NONE);
  process_receive_accept(oldest);
  for (int i = 0; i < 5; i++) fake_send(oldest, term_small(100 + i));
  cr_assert_str_eq(fake_mailbox(oldest), "8 9 100 101 102");
  cr_assert_eq(process_send(q, &f->vm, oldest->pid, term_small(10)), SEND_OK);
  cr_assert_eq(process_send(q, &f->vm, oldest->pid, term_small(11)), SEND_OK);
  cr_assert_str_eq(fake_mailbox(oldest), "9 100 101 102 10 11");
  // A message that is being looked at stays, whatever comes.
  while (process_receive_peek(oldest) != T_NONE && oldest->peeked->term != term_small(9)) process_receive_next(oldest);
  process_receive_timeout(oldest, term_small(0));
  cr_assert_eq(process_receive_peek(oldest), term_small(9));
  for (int i = 12; i < 16; i++) process_send(q, &f->vm, oldest->pid, term_small(i));
  cr_assert_eq(oldest->peeked->term, term_small(9));
  process_receive_accept(oldest);
  cr_assert_str_eq(fake_mailbox(oldest), "100 101 102 14 15");
  fake_free(f);
}

Test(bound, errors_and_kills) {
  FakeVm *f = fake_new(true, 1);
  Process *q = fake_waiter(f), *p = bounded(f, 1, ON_FULL_ERROR);
  cr_assert_eq(process_send(q, &f->vm, p->pid, ATOM_ok), SEND_OK);
  cr_assert_eq(process_send(q, &f->vm, p->pid, ATOM_ok), SEND_FULL);
  cr_assert_eq(tuple_items(q->exc_reason)[0], (Term)ATOM_mailbox_full);
  cr_assert_eq(tuple_items(q->exc_reason)[1], p->pid);
  q->exc_reason = T_NONE;
  Process *k = bounded(f, 1, ON_FULL_KILL);
  k->flags |= PROCESS_TRAP_EXIT;
  Term pid = k->pid;
  for (int i = 0; i < 5; i++) cr_assert_eq(process_send(q, &f->vm, pid, ATOM_ok), SEND_OK);
  cr_assert(!process_settle(k)); // it says so itself, and ends
  cr_assert(strstr(f->reports, "max 1, on_full: :kill"));
  fake_settle(f);
  cr_assert_null(process_find(&f->vm, pid));
  // Its own mailbox: waiting would be for ever.
  Process *b = bounded(f, 1, ON_FULL_BLOCK);
  cr_assert_eq(process_send(b, &f->vm, b->pid, ATOM_ok), SEND_OK);
  cr_assert_eq(process_send(b, &f->vm, b->pid, ATOM_ok), SEND_FULL);
  cr_assert_eq(process_send_with(b, &f->vm, b->pid, ATOM_ok, false), SEND_WOULD_WAIT);
  cr_assert_eq(process_send_self(b, ATOM_ok), SEND_OK);
  fake_free(f);
}

Test(bound, what_passes) {
  FakeVm *f = fake_new(true, 1);
  Process *q = fake_waiter(f), *p = bounded(f, 1, ON_FULL_ERROR);
  cr_assert_eq(process_send(q, &f->vm, p->pid, ATOM_ok), SEND_OK);
  cr_assert(process_reserve(p, 2 * REF_WORDS));
  Term awaited = process_alias(p, ALIAS_EXPLICIT), other = process_make_ref(p);
  Term cells[16], pair, *items;
  TermHeap h = {cells, cells + 16, T_NIL, 0};
  items = heap_tuple(&h, 2, &pair);
  items[0] = awaited;
  items[1] = ATOM_ok;
  cr_assert_eq(process_send(q, &f->vm, p->pid, pair), SEND_OK, "a reply");
  cr_assert_eq(process_send(q, &f->vm, awaited, ATOM_ok), SEND_OK, "to the alias");
  items[0] = other;
  cr_assert_eq(process_send(q, &f->vm, p->pid, pair), SEND_FULL, "a reference nobody awaits");
  Term system, *three = heap_tuple(&h, 3, &system);
  three[0] = ATOM_system;
  three[1] = pair;
  three[2] = ATOM_ok;
  items[0] = q->pid;
  cr_assert_eq(process_send(q, &f->vm, p->pid, system), SEND_OK);
  q->exc_reason = T_NONE;
  fake_free(f);
}

// Sends s->number messages {own index, n} to s->state; each slice one.
typedef struct Sender {
  Script script;
  Term to;
  int index, count, next, result;
  bool timed;
} Sender;
static EngineExit sender_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Sender *me = (Sender *)s;
  if (me->next == me->count) return p->exit_reason = ATOM_normal, ENGINE_EXIT;
  Term cells[3], t, *items, timeout = term_small(5);
  TermHeap h = {cells, cells + 3, T_NIL, 0};
  items = heap_tuple(&h, 2, &t);
  items[0] = term_small(me->index);
  items[1] = term_small(me->next);
  p->reductions = 0;
  me->result = me->timed ? process_send_within(p, me->to, t, &timeout) : process_send(p, p->vm, me->to, t);
  if (me->result == SEND_WAIT) return ENGINE_WAIT;
  me->next++;
  return ENGINE_YIELD;
}

typedef struct Taker {
  Script script;
  int taken[64], most, last_of[64];
} Taker;
static EngineExit taker_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Taker *me = (Taker *)s;
  if ((int)process_queue_count(p) > me->most) me->most = (int)process_queue_count(p);
  Term t = process_receive_peek(p);
  if (t == T_NONE) return process_receive_wait(p) ? ENGINE_YIELD : ENGINE_WAIT;
  int64_t sender = small_value(tuple_items(t)[0]), n = small_value(tuple_items(t)[1]);
  cr_assert_eq(n, me->last_of[sender], "sender %d: %d came, %d awaited", (int)sender, (int)n, me->last_of[sender]);
  me->last_of[sender]++;
  process_receive_accept(p);
  p->reductions = 0;
  return ENGINE_YIELD;
}

enum { SENDERS = 40, EACH = 30 };

Test(bound, many_senders_keep_order) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    FakeVm *f = fake_new(true, seed);
    static Taker taker;
    static Sender senders[SENDERS];
    taker = (Taker){.script = {taker_step, NULL, 0, 0}};
    SpawnOptions o = spawn_options_default();
    o.mailbox = (MailboxOptions){1 + seed % 5, ON_FULL_BLOCK};
    Process *p = fake_spawn_options(f, NULL, &o, &taker.script);
    for (int i = 0; i < SENDERS; i++) {
      senders[i] = (Sender){.script = {sender_step, NULL, 0, 0}, .to = p->pid, .index = i, .count = EACH};
      fake_spawn(f, &senders[i].script);
    }
    fake_settle(f);
    for (int i = 0; i < SENDERS; i++) cr_assert_eq(taker.last_of[i], EACH);
    cr_assert(taker.most <= (int)o.mailbox.max);
    cr_assert_eq(process_count(&f->vm), 1u);
    cr_assert_null(p->extra->bound->first);
    cr_assert_eq(p->extra->bound->held, 0u);
    fake_free(f);
  }
}

// A1: what processes hold and what the account says they hold is the same, to the byte.
static bool add_memory(void *state, Process *p) {
  *(uint64_t *)state += process_memory_bytes(p);
  return true;
}
static void check_account(FakeVm *f) {
  uint64_t sum = 0;
  process_each(&f->vm, add_memory, &sum);
  cr_assert_eq(sum, vm_process_bytes(&f->vm), "%llu by process, %llu by the account", (unsigned long long)sum, (unsigned long long)vm_process_bytes(&f->vm));
}

// Senders and receiver are killed, suspended, resumed, collected at random times; bounds change. Nothing hangs or is left.
Test(bound, every_way_out) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    FakeVm *f = fake_new(true, seed);
    static Sender senders[SENDERS];
    Process *p = fake_waiter(f), *boss = fake_waiter(f); // p takes nothing: all will wait
    Term receiver = p->pid, pids[SENDERS];
    cr_assert(bound_set(p, (MailboxOptions){2, ON_FULL_BLOCK}));
    for (int i = 0; i < SENDERS; i++) {
      senders[i] = (Sender){.script = {sender_step, NULL, 0, 0}, .to = receiver, .index = i, .count = 3, .timed = i % 4 == 3};
      pids[i] = fake_spawn(f, &senders[i].script)->pid;
    }
    VmRandom r;
    vm_random_seed(&r, seed);
    for (int step = 0; step < 30; step++) {
      fake_settle(f);
      check_account(f);
      Term pid = pids[vm_random_below(&r, SENDERS)];
      Process *s = process_find(&f->vm, pid);
      switch (vm_random_below(&r, 7)) {
        case 0: process_exit_signal(boss, &f->vm, pid, ATOM_kill); break;
        case 1:
          if (s) process_suspend(boss, pid);
          break;
        case 2:
          if (s) process_resume(boss, pid);
          break;
        case 3:
          if (s) cr_assert(process_collect_full(s, 0));
          break;
        case 4:
          if (process_find(&f->vm, receiver) && process_receive_timeout(p, term_small(0)) && process_receive_peek(p) != T_NONE) process_receive_accept(p);
          break;
        case 5:
          if (process_find(&f->vm, receiver)) cr_assert(bound_set(p, (MailboxOptions){1 + vm_random_below(&r, 3), ON_FULL_BLOCK}));
          break;
        default:
          if (vm_random_below(&r, 20) == 0) process_exit_signal(boss, &f->vm, receiver, ATOM_kill);
      }
    }
    process_exit_signal(boss, &f->vm, receiver, ATOM_kill);
    for (int i = 0; i < SENDERS; i++)
      while (process_find(&f->vm, pids[i]) && boss->extra && relation_find(&boss->extra->suspending, pids[i])) process_resume(boss, pids[i]);
    fake_settle(f);
    if (seed % 2) cr_assert_eq(process_count(&f->vm), 1u, "seed %d: %zu left", (int)seed, process_count(&f->vm)); // the boss
    fake_free(f);
  }
}

Test(bound, senders_that_wait_when_the_vm_ends) {
  FakeVm *f = fake_new(true, 1);
  static Sender sender;
  Process *p = bounded(f, 1, ON_FULL_BLOCK);
  sender = (Sender){.script = {sender_step, NULL, 0, 0}, .to = p->pid, .count = 9};
  Process *s = fake_spawn(f, &sender.script);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  cr_assert(strstr(f->reports, "mailbox full (max 1)"), "%s", f->reports);
  cr_assert_eq(bound_waits_for(s), p->pid);
  fake_free(f);
}

Test(bound, circles_are_named) {
  FakeVm *f = fake_new(true, 1);
  static Sender senders[3];
  Process *p[3];
  SpawnOptions o = spawn_options_default();
  o.mailbox = (MailboxOptions){1, ON_FULL_BLOCK};
  for (int i = 0; i < 3; i++) {
    senders[i] = (Sender){.script = {sender_step, NULL, 0, 0}, .count = 9};
    p[i] = fake_spawn_options(f, NULL, &o, &senders[i].script);
  }
  for (int i = 0; i < 3; i++) senders[i].to = p[(i + 1) % 3]->pid;
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert(strstr(f->reports, "deadlock: these processes wait to send to one another"), "%s", f->reports);
  fake_free(f);
}

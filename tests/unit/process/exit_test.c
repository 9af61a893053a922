// SPDX-License-Identifier: Apache-2.0
//
// Links, monitors, exits, aliases against what OTP does (tables written down from runs of it).
#include "fake_engine.h"

enum How { BY_OTHER, BY_SELF, BY_LINK };
static const struct {
  enum How how;
  Term reason;
  bool trap;
  const char *result; // "alive", "dies R" or "message R"
} EXITS[] = {
    {BY_OTHER, ATOM_normal, false, "alive"},            {BY_OTHER, ATOM_normal, true, "message :normal"},
    {BY_OTHER, ATOM_kill, false, "dies :killed"},       {BY_OTHER, ATOM_kill, true, "dies :killed"},
    {BY_OTHER, ATOM_shutdown, false, "dies :shutdown"}, {BY_OTHER, ATOM_shutdown, true, "message :shutdown"},
    {BY_SELF, ATOM_normal, false, "dies :normal"},      {BY_SELF, ATOM_normal, true, "message :normal"},
    {BY_SELF, ATOM_kill, false, "dies :killed"},        {BY_SELF, ATOM_kill, true, "dies :killed"},
    {BY_SELF, ATOM_shutdown, false, "dies :shutdown"},  {BY_SELF, ATOM_shutdown, true, "message :shutdown"},
    {BY_LINK, ATOM_normal, false, "alive"},             {BY_LINK, ATOM_normal, true, "message :normal"},
    {BY_LINK, ATOM_kill, false, "dies :kill"},          {BY_LINK, ATOM_kill, true, "message :kill"},
    {BY_LINK, ATOM_shutdown, false, "dies :shutdown"},  {BY_LINK, ATOM_shutdown, true, "message :shutdown"},
};

Test(exit, matrix) {
  for (size_t i = 0; i < sizeof EXITS / sizeof *EXITS; i++) {
    FakeVm *f = fake_new(true, i);
    Process *p = fake_waiter(f), *watcher = fake_waiter(f), *other = fake_waiter(f);
    Term pid = p->pid;
    if (EXITS[i].trap) p->flags |= PROCESS_TRAP_EXIT;
    RelationResult result;
    cr_assert(process_reserve(watcher, 10));
    cr_assert_neq(process_monitor(watcher, p->pid, ALIAS_NONE, T_NONE, &result), (Term)T_NONE);
    fake_settle(f);
    Term from = other->pid;
    if (EXITS[i].how == BY_OTHER) {
      process_exit_signal(other, &f->vm, p->pid, EXITS[i].reason);
    } else if (EXITS[i].how == BY_SELF) {
      from = p->pid;
      bool ends = process_exit_signal(p, &f->vm, p->pid, EXITS[i].reason);
      cr_assert_eq(ends, EXITS[i].result[0] == 'd');
    } else {
      cr_assert_eq(process_link(other, p->pid), RELATION_OK);
      fake_settle(f);
      fake_finish(other, EXITS[i].reason);
    }
    fake_settle(f);
    char expected[256], buffer[64] = "";
    p = process_find(&f->vm, pid);
    const char *mail = p ? fake_mailbox(p) : fake_mailbox(watcher);
    if (EXITS[i].result[0] == 'a') {
      cr_assert(p, "row %zu: died", i);
      cr_assert_str_eq(mail, "");
    } else if (EXITS[i].result[0] == 'm') {
      cr_assert(p, "row %zu: died", i);
      snprintf(expected, sizeof expected, "{:EXIT, #PID<0.%u.%u>, %s}", pid_slot(from), pid_serial(from), EXITS[i].result + 8);
      cr_assert_str_eq(mail, expected, "row %zu: %s", i, mail);
    } else {
      cr_assert(!p, "row %zu: lives", i);
      snprintf(buffer, sizeof buffer, "#PID<0.%u.%u>, %s}", pid_slot(pid), pid_serial(pid), EXITS[i].result + 5);
      cr_assert(strstr(mail, buffer) && strstr(mail, ":DOWN") && strstr(mail, ":process"), "row %zu: %s", i, mail);
    }
    fake_free(f);
  }
}

Test(exit, chain_of_links_ends_with_one_reason) {
  FakeVm *f = fake_new(true, 1);
  enum { COUNT = 300 };
  Process *ring[COUNT];
  Term pids[COUNT];
  for (int i = 0; i < COUNT; i++) {
    ring[i] = fake_waiter(f);
    pids[i] = ring[i]->pid;
    if (i) cr_assert_eq(process_link(ring[i], ring[i - 1]->pid), RELATION_OK);
  }
  Process *trapper = fake_waiter(f);
  trapper->flags |= PROCESS_TRAP_EXIT;
  cr_assert_eq(process_link(trapper, pids[COUNT - 1]), RELATION_OK);
  fake_settle(f);
  process_exit_signal(NULL, &f->vm, pids[0], ATOM_badarg);
  fake_settle(f);
  for (int i = 0; i < COUNT; i++) cr_assert_null(process_find(&f->vm, pids[i]));
  cr_assert(strstr(fake_mailbox(trapper), ":badarg"));
  cr_assert_eq(process_count(&f->vm), 1u);
  fake_free(f);
}

Test(exit, message_sent_before_the_exit_comes_first) {
  FakeVm *f = fake_new(true, 1);
  Process *a = fake_waiter(f), *b = fake_waiter(f);
  b->flags |= PROCESS_TRAP_EXIT;
  cr_assert_eq(process_link(b, a->pid), RELATION_OK);
  fake_settle(f);
  process_send(a, &f->vm, b->pid, ATOM_ok);
  fake_finish(a, ATOM_badarg);
  fake_settle(f);
  char *mail = fake_mailbox(b);
  cr_assert(strncmp(mail, ":ok {:EXIT", 10) == 0, "%s", mail);
  fake_free(f);
}

Test(link, to_the_dead) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  Term dead = q->pid;
  fake_finish(q, ATOM_normal);
  cr_assert_eq(process_link(p, dead), RELATION_NOPROC);
  cr_assert_eq(process_link(p, ATOM_ok), RELATION_BADARG);
  cr_assert_eq(process_link(p, p->pid), RELATION_OK);
  p->flags |= PROCESS_TRAP_EXIT;
  cr_assert_eq(process_link(p, dead), RELATION_OK);
  fake_settle(f);
  cr_assert(strstr(fake_mailbox(p), ":noproc"));
  cr_assert_eq(p->extra->links.count, 0u);
  fake_free(f);
}

static bool linked(Process *p, Process *q) {
  Relation *r = p->extra ? relation_find(&p->extra->links, q->pid) : NULL;
  return r && (r->flags & LINK_ACTIVE);
}

// As process_link does when the other is running, and so cannot be settled first.
static void link_unsettled(FakeVm *f, Process *who, Process *whom) {
  Relation *r = process_extra(who) ? relation_find(&who->extra->links, whom->pid) : NULL;
  if (!r) r = relation_add(&f->vm.alloc, &who->extra->links, whom->pid);
  r->flags |= LINK_ACTIVE;
  signal_send(&f->vm, whom->pid, signal_new(&f->vm, SIGNAL_LINK, who->pid, 0, T_NONE));
}

// Link and unlink from both sides in any interleaving: both ends come to the same answer, nothing is left over.
Test(link, races_agree) {
  FakeVm *f = fake_new(true, 5);
  VmRandom random;
  vm_random_seed(&random, 77);
  int both = 0, none = 0;
  for (int round = 0; round < 3000; round++) {
    Process *a = fake_spawn(f, &FAKE_WAITER), *b = fake_spawn(f, &FAKE_WAITER);
    fake_settle(f);
    int steps = 1 + (int)vm_random_below(&random, 9);
    for (int i = 0; i < steps; i++) {
      Process *who = vm_random_below(&random, 2) ? a : b, *whom = who == a ? b : a;
      switch (vm_random_below(&random, 4)) {
        case 0: cr_assert_eq(process_unlink(who, whom->pid), RELATION_OK); break;
        case 1: signal_handle_inbound(who); break; // it looks at its signals now
        default:
          if (!linked(who, whom)) link_unsettled(f, who, whom);
      }
    }
    while (signal_inbound(a) || signal_inbound(b)) {
      signal_handle_inbound(a);
      signal_handle_inbound(b);
    }
    fake_settle(f);
    cr_assert_eq(linked(a, b), linked(b, a), "round %d", round);
    if (linked(a, b)) both++;
    else none++;
    if (a->extra && !linked(a, b)) cr_assert_eq(a->extra->links.count, 0u);
    if (b->extra && !linked(b, a)) cr_assert_eq(b->extra->links.count, 0u);
    Term b_pid = b->pid;
    fake_finish(a, ATOM_kill);
    fake_settle(f);
    if (process_find(&f->vm, b_pid)) fake_finish(b, ATOM_normal);
  }
  cr_assert(both > 300 && none > 300);
  cr_assert_eq(process_count(&f->vm), 0u);
  fake_free(f);
}

// Both unlink and link again, crossing; one sees that, and ends unlinked; its LINK, still on the way, must not count with the other, which
// unlinked the dead before it looked at it. Found by tests/models/links.pml (MUTANT_FORGETS_PENDING).
Test(link, crossed_link_of_the_dead) {
  FakeVm *f = fake_new(true, 1);
  Process *a = fake_waiter(f), *b = fake_waiter(f);
  Term pid = a->pid;
  link_unsettled(f, a, b);
  signal_handle_inbound(b);
  process_unlink(b, a->pid);
  link_unsettled(f, b, a);
  process_unlink(a, b->pid);
  link_unsettled(f, a, b);
  signal_handle_inbound(a);
  cr_assert_not(linked(a, b));
  fake_finish(a, ATOM_badarg);
  process_unlink(b, pid);
  fake_settle(f);
  cr_assert_eq(b->extra->links.count, 0u);
  fake_free(f);
}

// A process that has taken its deadly signal in the middle of a slice: nobody finds it alive, and nobody is told that it is gone until it
// says nothing any more. Found by tests/stress/oracle.exs.
Test(exit, the_doomed_do_not_live) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  fake_settle(f);
  process_exit_signal(q, &f->vm, p->pid, ATOM_shutdown);
  cr_assert(process_reserve(q, 10));
  cr_assert_neq(process_monitor(q, p->pid, ALIAS_NONE, T_NONE, &result), (Term)T_NONE);
  f->vm.scheduling.dequeue(&f->vm, p);
  cr_assert(process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING));
  signal_handle_inbound(p);
  cr_assert(p->exit_pending && !signal_inbound(q));
  cr_assert_neq(process_is_alive(q, p->pid), (Term)ATOM_true);
  process_finish(p, p->exit_reason);
  fake_settle(f);
  cr_assert(strstr(fake_mailbox(q), ":noproc"));
  fake_free(f);
}

Test(link, unlink_silences) {
  FakeVm *f = fake_new(true, 1);
  Process *a = fake_waiter(f), *b = fake_waiter(f);
  b->flags |= PROCESS_TRAP_EXIT;
  cr_assert_eq(process_link(b, a->pid), RELATION_OK);
  fake_settle(f);
  Term pid = a->pid;
  fake_finish(a, ATOM_badarg); // its exit signal is on its way
  process_unlink(b, pid);
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(b), "");
  fake_free(f);
}

Test(monitor, dead_name_and_self) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  Term dead = q->pid;
  fake_finish(q, ATOM_normal);
  cr_assert(process_reserve(p, 30));
  cr_assert_neq(process_monitor(p, dead, ALIAS_NONE, T_NONE, &result), (Term)T_NONE);
  fake_settle(f);
  cr_assert(strstr(fake_mailbox(p), ":noproc}"));
  mailbox_free(p);
  atomic_store(&p->queue_load, 0);
  cr_assert(process_reserve(p, 30));
  cr_assert_neq(process_monitor(p, ATOM_timer, ALIAS_NONE, T_NONE, &result), (Term)T_NONE);
  fake_settle(f);
  cr_assert(strstr(fake_mailbox(p), "{:timer, :nonode@nohost}, :noproc}"), "%s", fake_mailbox(p));
  cr_assert(process_reserve(p, 30));
  Term ref = process_monitor(p, p->pid, ALIAS_NONE, T_NONE, &result);
  bool flushed;
  cr_assert_not(process_demonitor(p, ref, false, &flushed), "watching oneself makes no monitor");
  cr_assert_eq(process_monitor(p, term_small(1), ALIAS_NONE, T_NONE, &result), (Term)T_NONE);
  cr_assert_eq(result, RELATION_BADARG);
  fake_free(f);
}

Test(monitor, by_name_says_the_name) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  cr_assert(registry_register(&f->vm, ATOM_timer, q->pid));
  cr_assert(process_reserve(p, 10));
  process_monitor(p, ATOM_timer, ALIAS_NONE, T_NONE, &result);
  cr_assert_eq(result, RELATION_OK);
  fake_settle(f);
  fake_finish(q, ATOM_shutdown);
  cr_assert_eq(registry_whereis(&f->vm, ATOM_timer), (Term)T_NONE);
  fake_settle(f);
  cr_assert(strstr(fake_mailbox(p), "{:timer, :nonode@nohost}, :shutdown}"));
  cr_assert_eq(p->extra->monitors.count, 0u);
  fake_free(f);
}

Test(monitor, demonitor_and_flush) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  RelationResult result;
  for (int late = 0; late < 3; late++) {
    Process *q = fake_waiter(f);
    Term pid = q->pid;
    cr_assert(process_reserve(p, 10));
    Term ref = process_monitor(p, pid, ALIAS_NONE, T_NONE, &result);
    p->fp[0] = ref;
    fake_settle(f);
    if (late == 2) {
      fake_finish(q, ATOM_badarg);
      fake_settle(f); // the message is there
    }
    bool flushed, was = process_demonitor(p, p->fp[0], late == 2, &flushed);
    cr_assert_eq(was, late != 2);
    cr_assert_eq(flushed, late == 2);
    if (late < 2) {
      fake_settle(f);
      cr_assert_eq(q->extra->monitored_by.count, 0u);
      fake_finish(q, ATOM_badarg);
    }
    fake_settle(f);
    cr_assert_str_eq(fake_mailbox(p), "");
    cr_assert_eq(process_queue_count(p), 0u);
  }
  fake_free(f);
}

Test(monitor, own_tag) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  cr_assert(process_reserve(p, 30));
  Term tag, *items = heap_tuple(&p->heap, 2, &tag);
  items[0] = ATOM_name;
  items[1] = term_small(5);
  process_monitor(p, q->pid, ALIAS_NONE, tag, &result);
  cr_assert(process_collect_full(p, 0) && process_reserve(p, 10)); // the tag is a root
  process_monitor(p, q->pid, ALIAS_NONE, ATOM_low, &result);
  fake_settle(f);
  fake_finish(q, ATOM_badarg);
  fake_settle(f);
  char *mail = fake_mailbox(p);
  cr_assert(strncmp(mail, "{{:name, 5}, #Reference<", 24) == 0 && strstr(mail, " {:low, #Reference<"), "%s", mail);
  fake_free(f);
}

Test(alias, kinds) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  // explicit: works until unalias
  cr_assert(process_reserve(p, 10));
  p->fp[0] = process_alias(p, ALIAS_EXPLICIT);
  cr_assert_eq(process_send(q, &f->vm, p->fp[0], term_small(1)), SEND_OK);
  cr_assert_eq(process_send(q, &f->vm, p->fp[0], term_small(2)), SEND_OK);
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "1 2");
  cr_assert(process_unalias(p, p->fp[0]));
  cr_assert_not(process_unalias(p, p->fp[0]));
  cr_assert_eq(process_send(q, &f->vm, p->fp[0], term_small(3)), SEND_OK);
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "1 2");
  // reply: one message
  cr_assert(process_reserve(p, 10));
  p->fp[0] = process_alias(p, ALIAS_REPLY);
  for (int i = 4; i < 7; i++) process_send(q, &f->vm, p->fp[0], term_small(i));
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "1 2 4");
  // monitor with reply_demonitor: the reply ends the monitor
  cr_assert(process_reserve(p, 10));
  p->fp[0] = process_monitor(p, q->pid, ALIAS_REPLY, T_NONE, &result);
  fake_settle(f);
  process_send(q, &f->vm, p->fp[0], term_small(7));
  fake_settle(f);
  cr_assert_eq(p->extra->monitors.count, 0u);
  cr_assert_eq(q->extra->monitored_by.count, 0u);
  process_send(q, &f->vm, p->fp[0], term_small(8));
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "1 2 4 7");
  // monitor with demonitor: gone with the monitor
  cr_assert(process_reserve(p, 10));
  p->fp[0] = process_monitor(p, q->pid, ALIAS_DEMONITOR, T_NONE, &result);
  bool flushed;
  process_send(q, &f->vm, p->fp[0], term_small(9));
  cr_assert(process_demonitor(p, p->fp[0], false, &flushed));
  process_send(q, &f->vm, p->fp[0], term_small(10));
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "1 2 4 7 9");
  // A plain reference is no address.
  cr_assert(process_reserve(p, 10));
  cr_assert_eq(process_send(q, &f->vm, process_make_ref(p), ATOM_ok), SEND_OK);
  fake_free(f);
}

Test(spawn, linked_and_monitored) {
  FakeVm *f = fake_new(true, 1);
  static Script crash = {fake_exit_step, (void *)(uintptr_t)ATOM_badarg, 0, 0};
  Process *p = fake_waiter(f);
  p->flags |= PROCESS_TRAP_EXIT;
  SpawnOptions o = spawn_options_default();
  o.flags = SPAWN_LINK | SPAWN_MONITOR;
  Process *q = fake_spawn_options(f, p, &o, &crash);
  Term pid = q->pid;
  cr_assert_eq(q->parent, p->pid);
  cr_assert_eq(q->group_leader, p->group_leader);
  fake_settle(f);
  cr_assert_null(process_find(&f->vm, pid));
  char *mail = fake_mailbox(p);
  cr_assert(strstr(mail, "{:EXIT, ") && strstr(mail, "{:DOWN, "), "%s", mail);
  cr_assert_eq(p->extra->links.count + p->extra->monitors.count, 0u);
  fake_free(f);
}

Test(suspend, keeps_off_and_remembers) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  cr_assert_eq(process_suspend(p, q->pid), (Term)ATOM_true);
  cr_assert_eq(process_suspend(p, q->pid), (Term)ATOM_true);
  cr_assert_eq(process_suspend(p, p->pid), (Term)T_NONE);
  fake_send(q, ATOM_ok);
  fake_settle(f);
  cr_assert_eq(process_state(q), PROCESS_SUSPENDED);
  cr_assert(signal_inbound(q));
  cr_assert(process_resume(p, q->pid));
  cr_assert_eq(process_state(q), PROCESS_SUSPENDED);
  cr_assert(process_resume(p, q->pid));
  cr_assert_not(process_resume(p, q->pid));
  fake_settle(f);
  cr_assert_eq(process_state(q), PROCESS_WAITING);
  cr_assert_str_eq(fake_mailbox(q), ":ok");
  // Who suspended it ends: it is resumed.
  cr_assert_eq(process_suspend(p, q->pid), (Term)ATOM_true);
  fake_finish(p, ATOM_normal);
  cr_assert_eq(process_state(q), PROCESS_WAITING);
  fake_free(f);
}

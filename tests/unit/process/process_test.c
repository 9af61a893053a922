// SPDX-License-Identifier: Apache-2.0
//
// Table, states, registry, dictionary, options, flags, information, limits, timers of programs.
#include "fake_engine.h"

Test(table, pids_lead_to_one_process_or_nobody) {
  FakeVm *f = fake_new(true, 1);
  enum { COUNT = 20000 };
  static Term seen[COUNT];
  for (int i = 0; i < COUNT; i++) {
    Process *p = fake_spawn(f, &FAKE_WAITER);
    seen[i] = p->pid;
    if (i >= 50) {
      Process *old = process_find(&f->vm, seen[i - 50]);
      cr_assert(old);
      fake_finish(old, ATOM_normal);
      cr_assert_null(process_find(&f->vm, seen[i - 50]));
    }
  }
  cr_assert_eq(process_count(&f->vm), 50u);
  for (int i = 0; i < COUNT - 50; i++) cr_assert_null(process_find(&f->vm, seen[i]));
  // A slot comes again late: not within the last thousand.
  for (int i = 1000; i < COUNT; i++)
    for (int j = i - 900; j < i; j += 50) cr_assert_neq(pid_slot(seen[i]), pid_slot(seen[j]));
  cr_assert(process_table_slots(f->vm.processes) < 2000);
  cr_assert_null(process_find(&f->vm, ATOM_ok));
  cr_assert_null(process_find(&f->vm, term_pid(12345678, 0)));
  fake_free(f);
}

Test(table, limit) {
  FakeVm *f = calloc(1, sizeof *f);
  Alloc alloc = {fake_get, fake_grow, fake_put, &f->bytes};
  VmOptions options = {.seeded = true, .max_processes = 10, .literal_bytes = (size_t)16 << 20};
  cr_assert_eq(vm_init(&f->vm, &alloc, &options), STATUS_OK);
  f->vm.hooks.run = fake_run;
  f->vm.hooks.prepare = fake_prepare;
  cr_assert_eq(sched_new(&f->vm), STATUS_OK);
  Term error, args[1] = {(Term)(uintptr_t)&FAKE_WAITER};
  for (int i = 0; i < 10; i++) fake_spawn(f, &FAKE_WAITER);
  cr_assert_eq(process_spawn(NULL, &f->vm, NULL, ATOM_ok, ATOM_ok, args, 1, NULL, &error), (Term)T_NONE);
  cr_assert_eq(error, (Term)ATOM_system_limit);
  fake_free(f);
}

// One worker gives out the same pids in the same order always: fresh ones while few are free, then the oldest.
Test(table, order_of_pids) {
  FakeVm *f = fake_new(true, 1);
  for (uint32_t i = 1; i <= 1024; i++) {
    Process *p = fake_spawn(f, &FAKE_WAITER);
    cr_assert_eq(p->pid, term_pid(i, 0));
    fake_finish(p, ATOM_normal);
  }
  for (uint32_t i = 1; i <= 2500; i++) {
    Process *p = fake_spawn(f, &FAKE_WAITER);
    cr_assert_eq(p->pid, term_pid((i - 1) % 1024 + 1, (i - 1) / 1024 + 1));
    fake_finish(p, ATOM_normal);
  }
  fake_free(f);
}

// Several workers, in one thread: the order of their calls is the test's.
enum { WORKERS = 5 };
typedef struct Workers {
  FakeVm *f;
  Worker *workers[WORKERS];
  Process *processes; // blocks of their own: only what the table looks at
} Workers;
static Workers workers_new(uint32_t process_max, size_t process_count) {
  FakeVm *f = calloc(1, sizeof *f);
  Alloc alloc = {fake_get, fake_grow, fake_put, &f->bytes};
  VmOptions options = {.max_processes = process_max, .literal_bytes = (size_t)16 << 20};
  cr_assert_eq(vm_init(&f->vm, &alloc, &options), STATUS_OK);
  f->vm.shared = true;
  Workers w = {.f = f, .processes = calloc(process_count, sizeof(Process))};
  for (uint32_t i = 0; i < WORKERS; i++) {
    cr_assert(w.workers[i] = worker_new(&f->vm, i, true));
    participant_online(&w.workers[i]->participant); // as whoever looks into the table is
  }
  return w;
}
static void workers_free(Workers *w) {
  worker_now = NULL;
  for (uint32_t i = 0; i < WORKERS; i++) {
    if (w->workers[i]) participant_offline(&w->workers[i]->participant);
    worker_free(w->workers[i]);
  }
  free(w->processes);
  vm_free(&w->f->vm);
  cr_assert_eq(w->f->bytes, 0);
  free(w->f);
}

Test(table, workers_fill_it_to_the_last_place) {
  enum { MAX = 1000 };
  Workers w = workers_new(MAX, MAX + 1);
  ProcessTable *t = w.f->vm.processes;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < MAX; i++) {
      worker_now = w.workers[i % WORKERS];
      cr_assert_neq(process_table_add(t, &w.processes[i]), (Term)T_NONE, "round %d: %d are there", round, i);
      cr_assert_eq(process_count(&w.f->vm), (size_t)i + 1);
    }
    for (int i = 0; i < WORKERS; i++) {
      worker_now = w.workers[i];
      cr_assert_eq(process_table_add(t, &w.processes[MAX]), (Term)T_NONE);
    }
    // What one worker frees, another can have at once.
    worker_now = w.workers[round];
    process_table_remove(t, w.processes[7].pid);
    worker_now = w.workers[round + 1];
    cr_assert_neq(process_table_add(t, &w.processes[7]), (Term)T_NONE);
    for (int i = 0; i < MAX; i++) process_table_remove(t, w.processes[i].pid);
    cr_assert_eq(process_count(&w.f->vm), 0u);
  }
  worker_now = w.workers[0];
  worker_free(w.workers[4]); // its slots are not lost
  w.workers[4] = NULL;
  for (int i = 0; i < MAX; i++) cr_assert_neq(process_table_add(t, &w.processes[i]), (Term)T_NONE);
  for (int i = 0; i < MAX; i++) process_table_remove(t, w.processes[i].pid);
  workers_free(&w);
}

// B1 and B2 whatever worker starts and ends them.
Test(table, workers_use_slots_again_late) {
  enum { ALIVE = 300, ROUNDS = 100000, SLOTS = 1 << 16 };
  Workers w = workers_new(100000, ALIVE);
  ProcessTable *t = w.f->vm.processes;
  static uint32_t freed_at[SLOTS], serials[SLOTS];
  uint32_t frees = 0;
  VmRandom random;
  vm_random_seed(&random, 3);
  for (int i = 0; i < ROUNDS; i++) {
    Process *p = &w.processes[vm_random_below(&random, ALIVE)];
    worker_now = w.workers[vm_random_below(&random, 1000) % WORKERS];
    if (p->pid) {
      process_table_remove(t, p->pid);
      freed_at[pid_slot(p->pid)] = ++frees;
      cr_assert_null(process_find(&w.f->vm, p->pid));
      p->pid = 0;
    } else {
      Term pid = process_table_add(t, p);
      uint32_t slot = pid_slot(pid);
      cr_assert(slot > 0 && slot < SLOTS && process_find(&w.f->vm, pid) == p);
      cr_assert_eq(pid_serial(pid), serials[slot]++);
      if (freed_at[slot]) cr_assert_gt(frees - freed_at[slot], 1000u);
    }
  }
  cr_assert_lt(process_table_slots(t), 2500u); // 300 alive, 1,024 waiting, two caches each
  for (int i = 0; i < ALIVE; i++)
    if (w.processes[i].pid) process_table_remove(t, w.processes[i].pid);
  workers_free(&w);
}

// Costing address space only: also beside others of its kind, and where it is limited.
Test(table, largest_costs_no_memory) {
  Alloc alloc = alloc_system();
  Vm *vm = calloc(1, sizeof *vm);
  vm->alloc = alloc;
  ProcessTable *tables[8];
  for (int i = 0; i < 8; i++) {
    cr_assert(tables[i] = process_table_new(vm, PROCESSES_MAX));
    cr_assert_eq(process_table_max(tables[i]), (uint32_t)PROCESSES_MAX);
    vm->processes = tables[i];
    cr_assert_null(process_find(vm, term_pid(PROCESSES_MAX + 1000, 0)));
    cr_assert_null(process_find(vm, term_pid((1 << 28) - 1, 0)));
  }
  for (int i = 0; i < 8; i++) process_table_free(tables[i]);
  free(vm);
}

Test(state, transitions) {
  cr_assert(process_transition_is_legal(PROCESS_RUNNABLE, PROCESS_RUNNING));
  cr_assert_not(process_transition_is_legal(PROCESS_WAITING, PROCESS_RUNNING));
  cr_assert_not(process_transition_is_legal(PROCESS_DEAD, PROCESS_RUNNABLE));
  cr_assert_str_eq(process_state_name(PROCESS_SUSPENDED), "SUSPENDED");
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  atomic_fetch_or(&p->state, STATE_WOKEN);
  cr_assert_not(process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING));
  cr_assert(process_transition(p, PROCESS_WAITING, PROCESS_IN_C));
  cr_assert(atomic_load(&p->state) & STATE_WOKEN, "flags survive");
  cr_assert(process_transition(p, PROCESS_IN_C, PROCESS_WAITING));
  fake_free(f);
}

Test(registry, names) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  cr_assert_not(registry_register(&f->vm, ATOM_undefined, p->pid));
  cr_assert_not(registry_register(&f->vm, term_small(1), p->pid));
  cr_assert(registry_register(&f->vm, ATOM_timer, p->pid));
  cr_assert_not(registry_register(&f->vm, ATOM_timer, q->pid));
  cr_assert_not(registry_register(&f->vm, ATOM_queue, p->pid));
  cr_assert_eq(registry_whereis(&f->vm, ATOM_timer), p->pid);
  cr_assert_eq(registry_whereis(&f->vm, ATOM_queue), (Term)T_NONE);
  cr_assert_eq(registry_count(&f->vm), 1u);
  cr_assert(registry_unregister(&f->vm, ATOM_timer));
  cr_assert_not(registry_unregister(&f->vm, ATOM_timer));
  cr_assert(registry_register(&f->vm, ATOM_timer, p->pid));
  fake_finish(p, ATOM_normal);
  cr_assert(registry_register(&f->vm, ATOM_timer, q->pid));
  fake_free(f);
}

static bool stop_at_third(void *state, Term name, Term pid) {
  (void)name, (void)pid;
  return ++*(int *)state < 3;
}
Test(registry, one_name_each) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f), *r = fake_waiter(f);
  cr_assert(registry_register(&f->vm, ATOM_timer, p->pid));
  cr_assert_eq(process_name(p), (Term)ATOM_timer);
  cr_assert(registry_unregister(&f->vm, ATOM_timer)); // by whomever
  cr_assert_eq(process_name(p), (Term)T_NONE);
  cr_assert(registry_register(&f->vm, ATOM_queue, p->pid));
  cr_assert(registry_register(&f->vm, ATOM_timer, q->pid));
  cr_assert(registry_register(&f->vm, ATOM_process, r->pid));
  int seen = 0;
  cr_assert_not(registry_each(&f->vm, stop_at_third, &seen));
  cr_assert_eq(seen, 3);
  Term pid = p->pid;
  fake_finish(p, ATOM_normal);
  cr_assert_eq(registry_whereis(&f->vm, ATOM_queue), (Term)T_NONE);
  cr_assert_not(registry_register(&f->vm, ATOM_queue, pid));
  cr_assert_eq(registry_count(&f->vm), 2u);
  fake_free(f);
}

Test(dictionary, against_model) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  enum { KEYS = 200 };
  int64_t model[KEYS];
  for (int i = 0; i < KEYS; i++) model[i] = -1;
  VmRandom random;
  vm_random_seed(&random, 5);
  for (int step = 0; step < 20000; step++) {
    int k = (int)vm_random_below(&random, KEYS);
    cr_assert(process_reserve(p, 10));
    Term key = k % 2 ? term_small(k) : heap_cons(&p->heap, term_small(k), T_NIL), old;
    switch (vm_random_below(&random, 4)) {
      case 0:
      case 1: {
        bool no_memory;
        Term value = heap_cons(&p->heap, term_small(step), T_NIL);
        old = process_dictionary_put(p, &p->vm->context, key, value, &no_memory);
        cr_assert_not(no_memory);
        cr_assert_eq(old == T_NONE ? -1 : small_value(cons_head(old)), model[k]);
        model[k] = step;
        break;
      }
      case 2:
        old = process_dictionary_erase(p, &p->vm->context, key);
        cr_assert_eq(old == T_NONE ? -1 : small_value(cons_head(old)), model[k]);
        model[k] = -1;
        break;
      default:
        old = process_dictionary_get(p, &p->vm->context, key);
        cr_assert_eq(old == T_NONE ? -1 : small_value(cons_head(old)), model[k]);
    }
    uint32_t count = 0;
    for (int i = 0; i < KEYS; i++) count += model[i] >= 0;
    cr_assert_eq(p->dictionary_count, count);
    if (step % 50 == 0) cr_assert(process_collect_full(p, 0));
    if (step % 500 == 0)
      for (uint32_t i = 0; i < count; i++) {
        Term kk, v;
        process_dictionary_entry(p, i, &kk, &v);
        cr_assert_eq(model[small_value(term_is_cons(kk) ? cons_head(kk) : kk)], small_value(cons_head(v)));
      }
  }
  process_dictionary_clear(p);
  cr_assert_eq(p->dictionary_count, 0u);
  fake_free(f);
}

Test(relation, against_model) {
  Alloc alloc = alloc_system();
  RelationTable t = {0};
  enum { KEYS = 500 };
  bool in[KEYS] = {0};
  VmRandom random;
  vm_random_seed(&random, 8);
  for (int step = 0; step < 50000; step++) {
    uint64_t k = 1 + vm_random_below(&random, step % 5000 < 2500 ? KEYS - 1 : 12);
    Relation *r = relation_find(&t, k);
    cr_assert_eq(r != NULL, in[k]);
    if (r) {
      cr_assert_eq(r->a, term_small((int64_t)k));
      relation_remove(&alloc, &t, r);
    } else {
      r = relation_add(&alloc, &t, k);
      r->a = term_small((int64_t)k);
    }
    in[k] = !in[k];
    uint32_t count = 0;
    for (int i = 0; i < KEYS; i++) count += in[i];
    cr_assert_eq(t.count, count);
  }
  relation_free(&alloc, &t);
}

static char *printed(Process *p, Term t) {
  static char text[4096];
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  cr_assert_eq(term_print(&p->vm->context, &b, t, NULL), STATUS_OK);
  snprintf(text, sizeof text, "%.*s", (int)b.size, b.data ? b.data : "");
  buffer_free(&b);
  return text;
}

Test(info, items) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  RelationResult result;
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_registered_name)), "[]");
  cr_assert(registry_register(&f->vm, ATOM_timer, q->pid));
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_registered_name)), "{:registered_name, :timer}");
  fake_send(q, ATOM_ok);
  fake_send(q, term_small(3));
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_message_queue_len)), "{:message_queue_len, 2}");
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_messages)), "{:messages, [:ok, 3]}");
  fake_settle(f);
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_status)), "{:status, :waiting}");
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_priority)), "{:priority, :normal}");
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_trap_exit)), "{:trap_exit, false}");
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_initial_call)), "{:initial_call, {:process, :spawn, 1}}");
  cr_assert_eq(process_link(p, q->pid), RELATION_OK);
  cr_assert(process_reserve(p, 10));
  process_monitor(p, q->pid, ALIAS_NONE, T_NONE, &result);
  char expected[200];
  snprintf(expected, sizeof expected, "{:links, [#PID<0.%u.%u>]}", pid_slot(p->pid), pid_serial(p->pid));
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_links)), expected);
  snprintf(expected, sizeof expected, "{:monitored_by, [#PID<0.%u.%u>]}", pid_slot(p->pid), pid_serial(p->pid));
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_monitored_by)), expected);
  snprintf(expected, sizeof expected, "{:monitors, [process: #PID<0.%u.%u>]}", pid_slot(q->pid), pid_serial(q->pid));
  cr_assert_str_eq(printed(p, process_info(p, p->pid, ATOM_monitors)), expected);
  bool no_memory;
  process_dictionary_put(q, &q->vm->context, ATOM_key, term_small(1), &no_memory);
  cr_assert_str_eq(printed(p, process_info(p, q->pid, ATOM_dictionary)), "{:dictionary, [key: 1]}");
  cr_assert(process_reserve(p, 10));
  Term list = heap_cons(&p->heap, ATOM_trap_exit, heap_cons(&p->heap, ATOM_message_queue_len, T_NIL));
  cr_assert_str_eq(printed(p, process_info(p, q->pid, list)), "[trap_exit: false, message_queue_len: 2]");
  cr_assert_eq(process_info(p, q->pid, ATOM_error), (Term)T_NONE);
  cr_assert_eq(process_info(p, ATOM_ok, ATOM_links), (Term)T_NONE);
  cr_assert(strstr(printed(p, process_info_all(p, q->pid)), "registered_name: :timer"));
  cr_assert(strstr(printed(p, process_info_all(p, p->pid)), "status: "));
  cr_assert(small_value(tuple_items(process_info(p, q->pid, ATOM_memory))[1]) >= PROCESS_ALLOCATION_BYTES);
  Term pid = q->pid;
  p->flags |= PROCESS_TRAP_EXIT;
  process_exit_signal(p, &f->vm, pid, ATOM_kill); // handled before the question
  cr_assert_eq(process_info(p, pid, ATOM_status), (Term)ATOM_undefined);
  cr_assert_eq(process_is_alive(p, pid), (Term)ATOM_false);
  cr_assert_str_eq(printed(p, process_list(p)), "[#PID<0.1.0>]");
  cr_assert(process_collect_full(p, 0));
  fake_free(f);
}

static Term option_list(Process *p, const char **names, const Term *values, size_t count) {
  Term list = T_NIL;
  cr_assert(process_reserve(p, 10 * count));
  for (size_t i = count; i-- > 0;) {
    Term pair, *items = heap_tuple(&p->heap, 2, &pair);
    items[0] = vm_atom(p->vm, names[i]);
    items[1] = values[i];
    list = heap_cons(&p->heap, pair, list);
  }
  return list;
}

Test(options, spawn_and_flags) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  SpawnOptions o;
  cr_assert(spawn_options_parse(&f->vm, T_NIL, &o));
  cr_assert_eq(o.priority, PRIORITY_NORMAL);
  const char *names[] = {"priority", "max_heap_size", "min_heap_size", "fullsweep_after", "message_queue_data"};
  Term values[] = {ATOM_high, term_small(100000), term_small(5000), term_small(3), vm_atom(&f->vm, "off_heap")};
  Term list = option_list(p, names, values, 5);
  list = heap_cons(&p->heap, ATOM_link, heap_cons(&p->heap, ATOM_monitor, list));
  cr_assert(spawn_options_parse(&f->vm, list, &o));
  cr_assert_eq(o.flags, (uint32_t)(SPAWN_LINK | SPAWN_MONITOR));
  cr_assert_eq(o.priority, PRIORITY_HIGH);
  cr_assert(o.has_max_heap && o.max_heap_words == 100000 && o.min_heap_words == 5000);
  Process *q = fake_spawn_options(f, p, &o, &FAKE_WAITER);
  cr_assert(heap_block_words(&q->memory) >= 5000);
  const char *mailbox[] = {"mailbox"};
  Term none[] = {T_NIL};
  cr_assert_not(spawn_options_parse(&f->vm, option_list(p, mailbox, none, 1), &o));
  const char *odd[] = {"colour"};
  cr_assert_not(spawn_options_parse(&f->vm, option_list(p, odd, none, 1), &o));
  cr_assert_not(spawn_options_parse(&f->vm, ATOM_ok, &o));
  // flags
  cr_assert_eq(process_flag(p, ATOM_trap_exit, ATOM_true), (Term)ATOM_false);
  cr_assert_eq(process_flag(p, ATOM_trap_exit, ATOM_true), (Term)ATOM_true);
  cr_assert_eq(process_flag(p, ATOM_trap_exit, ATOM_ok), (Term)T_NONE);
  cr_assert_eq(process_flag(p, ATOM_priority, ATOM_low), (Term)ATOM_normal);
  cr_assert_eq(process_flag(p, ATOM_priority, ATOM_max), (Term)ATOM_low);
  Term old = process_flag(p, ATOM_max_heap_size, term_small(70000));
  cr_assert(term_is_map(old) && map_get(&f->vm.context, old, ATOM_size) == term_small(0));
  old = process_flag(p, ATOM_max_heap_size, term_small(0));
  cr_assert_eq(map_get(&f->vm.context, old, ATOM_size), term_small(70000));
  cr_assert_eq(process_flag(p, ATOM_ok, term_small(0)), (Term)T_NONE);
  fake_free(f);
}

static EngineExit hungry_step(Worker *w, Process *p, Script *s) {
  (void)w, (void)s;
  for (int i = 0; i < 1000; i++) {
    if (!process_reserve(p, 2)) return ENGINE_YIELD;
    p->fp[0] = heap_cons(&p->heap, term_small(i), p->fp[0]);
  }
  return ENGINE_YIELD;
}

Test(limits, process_over_its_limit_is_killed_with_a_report) {
  FakeVm *f = fake_new(true, 1);
  static Script hungry = {hungry_step, NULL, 0, 0};
  SpawnOptions o = spawn_options_default();
  o.has_max_heap = true;
  o.max_heap_words = 50000;
  o.flags = SPAWN_MONITOR;
  Process *p = fake_waiter(f);
  fake_spawn_options(f, p, &o, &hungry);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  cr_assert(strstr(f->reports, "max_heap_size"), "%s", f->reports);
  cr_assert(strstr(fake_mailbox(p), ":killed}"));
  cr_assert_eq(process_count(&f->vm), 1u);
  fake_free(f);
}

Test(limits, budget_of_the_vm) {
  FakeVm *f = fake_new(true, 1);
  static Script hungry = {hungry_step, NULL, 0, 0};
  f->vm.account.limit_bytes = 20 << 20;
  f->vm.options.max_heap_words = (10 << 20) / 8;
  Process *p = fake_waiter(f);
  SpawnOptions o = spawn_options_default();
  o.flags = SPAWN_MONITOR;
  for (int i = 0; i < 3; i++) fake_spawn_options(f, p, &o, &hungry);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  cr_assert_eq(process_count(&f->vm), 1u);
  cr_assert(account_used(&f->vm.account) < 1 << 20);
  fake_free(f);
}

Test(timers, start_read_cancel) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  cr_assert(process_reserve(p, 10 * REF_WORDS));
  p->fp[0] = timer_start(p, 500, false, q->pid, ATOM_ok, true);
  p->fp[-1] = timer_start(p, 300, false, q->pid, term_small(2), false);
  cr_assert_eq(timer_start(p, -1, false, q->pid, ATOM_ok, false), (Term)T_NONE);
  cr_assert_eq(timer_start(p, 1, false, term_small(1), ATOM_ok, false), (Term)T_NONE);
  cr_assert_eq(timer_read(&f->vm, p->fp[0]), 500);
  f->vm.clock.virtual_ns += 100500000;
  cr_assert_eq(timer_read(&f->vm, p->fp[0]), 400);
  cr_assert_eq(timer_cancel(&f->vm, p->fp[-1]), 200);
  cr_assert_eq(timer_cancel(&f->vm, p->fp[-1]), -1);
  fake_settle(f);
  char *mail = fake_mailbox(q);
  cr_assert(strncmp(mail, "{:timeout, #Reference<", 22) == 0 && strstr(mail, ">, :ok}"), "%s", mail);
  cr_assert_eq(timer_read(&f->vm, p->fp[0]), -1);
  // Absolute; to a name; to the dead.
  int64_t now = vm_monotonic_ns(&f->vm) / 1000000;
  timer_start(p, now + 50, true, ATOM_timer, term_small(9), false);
  p->fp[-2] = timer_start(p, 1000, false, q->pid, ATOM_ok, false);
  cr_assert(registry_register(&f->vm, ATOM_timer, p->pid));
  fake_finish(q, ATOM_normal);
  cr_assert_eq(timer_read(&f->vm, p->fp[-2]), -1);
  fake_settle(f);
  cr_assert_str_eq(fake_mailbox(p), "9");
  fake_free(f);
}

// SPDX-License-Identifier: Apache-2.0
//
// The scheduler: fairness, priorities, slices and interruptions, sleeping, posts of other threads, virtual time, seeds, deadlock.
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/process/fake_engine.h"

// Works `number` slices, then ends; each slice appends its phase to the log.
typedef struct Log {
  char text[4096];
  size_t count;
} Log;
static EngineExit work_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Log *log = s->state;
  if (log->count < sizeof log->text - 1) log->text[log->count++] = (char)s->phase;
  p->reductions = 0;
  if (--s->number > 0) return ENGINE_YIELD;
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}
static EngineExit stop_step(Worker *w, Process *p, Script *s) {
  (void)s;
  vm_stop(w->vm, 7);
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}

Test(sched, takes_turns) {
  FakeVm *f = fake_new(false, 0);
  Log log = {.count = 0};
  Script a = {work_step, &log, 'a', 3}, b = {work_step, &log, 'b', 3}, c = {work_step, &log, 'c', 3};
  fake_spawn(f, &a), fake_spawn(f, &b), fake_spawn(f, &c);
  Script stop = {stop_step, NULL, 0, 0};
  SpawnOptions o = spawn_options_default();
  o.priority = PRIORITY_LOW;
  fake_spawn_options(f, NULL, &o, &stop);
  // low comes when nobody else is there, or after eight others
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert_eq(atomic_load(&f->vm.stop_status), 7);
  cr_assert(strncmp(log.text, "abcabcab", 8) == 0, "%s", log.text);
  fake_free(f);
}

// max before high before normal before low; but even beside endless work of the others everybody runs.
Test(sched, priorities_without_starvation) {
  FakeVm *f = fake_new(false, 0);
  static Log log;
  Script s[PRIORITY_COUNT];
  for (int i = 0; i < PRIORITY_COUNT; i++) {
    s[i] = (Script){work_step, &log, "mhnl"[i], 1000000};
    SpawnOptions o = spawn_options_default();
    o.priority = (uint8_t)i;
    fake_spawn_options(f, NULL, &o, &s[i]);
  }
  for (int i = 0; i < 4000; i++) { // slice by slice
    Scheduler *w = sched_of(&f->vm, 0);
    Process *p = w->picker->next(w->picker);
    log.text[log.count++] = (char)fake_script(p)->phase;
    w->picker->add(w->picker, p, (Priority)p->priority);
  }
  size_t count[128] = {0}, longest = 0, since = 0;
  for (size_t i = 0; i < log.count; i++) {
    count[(int)log.text[i]]++;
    since = log.text[i] == 'l' ? 0 : since + 1;
    if (since > longest) longest = since;
  }
  cr_assert(log.text[0] == 'm');
  cr_assert(count['m'] > count['h'] && count['h'] >= count['n'] && count['l'] > 0 && count['n'] > 0);
  cr_assert(longest <= 80, "low waited for %zu slices", longest);
  fake_free(f);
}

static EngineExit count_slice_step(Worker *w, Process *p, Script *s) {
  (void)w;
  int64_t *seen = s->state;
  seen[s->phase++] = p->reductions;
  if (s->phase == 1) {
    p->reductions -= 1000;
    process_interrupt(p);
    return ENGINE_YIELD;
  }
  if (s->phase == 2) {
    p->reductions -= 500;
    return ENGINE_YIELD; // of its own accord: the slice is over
  }
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}

// An interrupted slice goes on with what was left, and reductions are counted exactly.
Test(sched, interruption_costs_nothing) {
  FakeVm *f = fake_new(false, 0);
  int64_t seen[8] = {0};
  Script s = {count_slice_step, seen, 0, 0}, stop = {stop_step, NULL, 0, 0};
  Process *p = fake_spawn(f, &s);
  (void)p;
  fake_spawn(f, &stop);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert_eq(seen[0], SLICE_REDUCTIONS);
  cr_assert_eq(seen[1], SLICE_REDUCTIONS - 1000);
  fake_free(f);
}

static EngineExit exit_self_step(Worker *w, Process *p, Script *s) {
  (void)w;
  s->number++;
  process_exit_signal(p, p->vm, p->pid, ATOM_kill);
  cr_assert(p->exit_pending);
  cr_assert_eq(p->reductions, 0);
  return ENGINE_YIELD;
}
Test(sched, kills_itself) {
  FakeVm *f = fake_new(true, 0);
  Script s = {exit_self_step, NULL, 0, 0};
  Term pid = fake_spawn(f, &s)->pid;
  fake_settle(f);
  cr_assert_null(process_find(&f->vm, pid));
  cr_assert_eq(s.number, 1);
  fake_free(f);
}

// An interruption that comes while its process looks at the mailbox, about to wait, is raised all the same.
static bool raise_interrupted(Process *p) {
  fake_script(p)->number++;
  return true;
}
static EngineExit interrupted_step(Worker *w, Process *p, Script *s) {
  if (s->phase++ == 0) signal_push(w->vm, p, signal_new(w->vm, SIGNAL_INTERRUPT, p->pid, 0, T_NONE));
  if (s->number == 0) return process_receive_wait(p) ? ENGINE_YIELD : ENGINE_WAIT;
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}
Test(sched, interrupted_while_it_goes_to_wait) {
  FakeVm *f = fake_new(true, 0);
  f->vm.hooks.interrupt = raise_interrupted;
  Script s = {interrupted_step, NULL, 0, 0};
  Term pid = fake_spawn(f, &s)->pid;
  fake_settle(f);
  cr_assert_eq(s.number, 1);
  cr_assert_null(process_find(&f->vm, pid));
  fake_free(f);
}

// --- ping-pong on real time

static EngineExit pong_step(Worker *w, Process *p, Script *s) {
  (void)w;
  for (;;) {
    Term t = process_receive_peek(p);
    if (t == T_NONE) {
      if (process_receive_wait(p)) continue;
      return ENGINE_WAIT;
    }
    Term from = tuple_items(t)[0];
    process_receive_accept(p);
    s->number++;
    if (!process_reserve(p, 3)) return ENGINE_YIELD;
    Term reply, *items = heap_tuple(&p->heap, 2, &reply);
    items[0] = p->pid;
    items[1] = term_small(s->number);
    if (s->number == 100000) {
      vm_stop(p->vm, 0);
      p->exit_reason = ATOM_normal;
      return ENGINE_EXIT;
    }
    cr_assert_eq(process_send(p, p->vm, from, reply), SEND_OK);
  }
}
Test(sched, ping_pong) {
  FakeVm *f = fake_new(false, 0);
  Script a = {pong_step, NULL, 0, 0}, b = {pong_step, NULL, 0, 0};
  Process *p = fake_spawn(f, &a), *q = fake_spawn(f, &b);
  Term cells[3], first;
  TermHeap h = {cells, cells + 3, T_NIL, 0};
  Term *items = heap_tuple(&h, 2, &first);
  items[0] = p->pid;
  items[1] = term_small(0);
  fake_send(q, first);
  struct timespec t0, t1;
  clock_gettime(CLOCK_MONOTONIC, &t0);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  clock_gettime(CLOCK_MONOTONIC, &t1);
  fprintf(stderr, "ping-pong: %.0f ns a message\n", ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) / 200000);
  cr_assert(a.number + b.number >= 199999);
  fake_free(f);
}

static EngineExit quick_step(Worker *w, Process *p, Script *s) {
  (void)w;
  if (s->number++ == 200000) vm_stop(p->vm, 0);
  Term error, args[1] = {(Term)(uintptr_t)s};
  cr_assert_neq(process_spawn(p, p->vm, NULL, ATOM_ok, ATOM_ok, args, 1, NULL, &error), (Term)T_NONE);
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}
Test(sched, spawn_and_exit) {
  FakeVm *f = fake_new(false, 0);
  Script s = {quick_step, NULL, 0, 0};
  fake_spawn(f, &s);
  struct timespec t0, t1;
  clock_gettime(CLOCK_MONOTONIC, &t0);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  clock_gettime(CLOCK_MONOTONIC, &t1);
  fprintf(stderr, "spawn and exit: %.0f ns\n", ((double)(t1.tv_sec - t0.tv_sec) * 1e9 + (double)(t1.tv_nsec - t0.tv_nsec)) / 200000);
  fake_free(f);
}

// --- time

typedef struct Sleep {
  int64_t slept_ns;
} Sleep;
static EngineExit sleep_step(Worker *w, Process *p, Script *s) {
  Sleep *sleep = s->state;
  int64_t now = vm_monotonic_ns(w->vm);
  if (s->phase++ == 0) sleep->slept_ns = -now;
  for (;;) {
    cr_assert_eq(process_receive_peek(p), (Term)T_NONE);
    ReceiveTimeout r = process_receive_timeout(p, term_small(s->number));
    if (r == RECEIVE_AGAIN) continue;
    if (r == RECEIVE_WAIT) return ENGINE_WAIT;
    cr_assert_eq(r, RECEIVE_EXPIRED);
    sleep->slept_ns += now;
    vm_stop(w->vm, 0);
    p->exit_reason = ATOM_normal;
    return ENGINE_EXIT;
  }
}
Test(sched, sleeps_until_the_timer) {
  FakeVm *f = fake_new(false, 0);
  Sleep sleep = {0};
  Script s = {sleep_step, &sleep, 0, 120};
  fake_spawn(f, &s);
  struct timespec cpu0, cpu1;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu0);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu1);
  cr_assert(sleep.slept_ns >= 120 * 1000000, "woke early: %ld ns", (long)sleep.slept_ns);
  double cpu_ms = (double)(cpu1.tv_sec - cpu0.tv_sec) * 1e3 + (double)(cpu1.tv_nsec - cpu0.tv_nsec) / 1e6;
  cr_assert(cpu_ms < 60, "an idle scheduler burnt %.1f ms", cpu_ms);
  fake_free(f);
}

Test(sched, virtual_time_costs_no_time) {
  FakeVm *f = fake_new(true, 3);
  Sleep sleep = {0};
  Script s = {sleep_step, &sleep, 0, 100000000}; // 27 hours
  fake_spawn(f, &s);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert_eq(sleep.slept_ns, (int64_t)100000000 * 1000000);
  fake_free(f);
}

// --- other threads

typedef struct Poster {
  Vm *vm;
  Term pid;
  int base;
} Poster;
static Term build_post(TermHeap *h, void *context) {
  Term t, *items = heap_tuple(h, 1, &t);
  items[0] = term_small(*(int *)context);
  return t;
}
static void *post_thread(void *context) {
  Poster *p = context;
  for (int i = 0; i < 2000; i++) {
    int n = p->base + i;
    cr_assert(process_post(p->vm, p->pid, 5, build_post, &n));
    if (i % 500 == 0) usleep(2000);
  }
  return NULL;
}
static EngineExit collect_step(Worker *w, Process *p, Script *s) {
  int *next = s->state;
  for (;;) {
    Term t = process_receive_peek(p);
    if (t == T_NONE) {
      if (process_receive_wait(p)) continue;
      return ENGINE_WAIT;
    }
    int n = (int)small_value(tuple_items(t)[0]), thread = n / 100000;
    cr_assert_eq(n % 100000, next[thread]++, "out of order");
    process_receive_accept(p);
    if (++s->number == 8000) {
      vm_stop(w->vm, 0);
      p->exit_reason = ATOM_normal;
      return ENGINE_EXIT;
    }
  }
}
Test(sched, posts_of_threads_wake_it_and_keep_order) {
  FakeVm *f = fake_new(false, 0);
  int next[4] = {0};
  Script s = {collect_step, next, 0, 0};
  Term pid = fake_spawn(f, &s)->pid;
  pthread_t threads[4];
  Poster posters[4];
  for (int i = 0; i < 4; i++) {
    posters[i] = (Poster){&f->vm, pid, i * 100000};
    pthread_create(&threads[i], NULL, post_thread, &posters[i]);
  }
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  fake_free(f);
}

static void *stop_thread(void *context) {
  usleep(20000);
  vm_stop(context, 5);
  return NULL;
}
Test(sched, stop_from_another_thread) {
  FakeVm *f = fake_new(false, 0);
  fake_spawn(f, &FAKE_WAITER);
  pthread_t thread;
  pthread_create(&thread, NULL, stop_thread, &f->vm);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  cr_assert_eq(atomic_load(&f->vm.stop_status), 5);
  pthread_join(thread, NULL);
  vm_stop(&f->vm, 6); // who comes second does not change what the first said
  cr_assert_eq(atomic_load(&f->vm.stop_status), 5);
  fake_free(f);
}

// Under --seed, work that another thread owes is waited for.
static void *late_post(void *context) {
  Poster *p = context;
  usleep(30000);
  int n = 0;
  process_post(p->vm, p->pid, 2, build_post, &n);
  atomic_fetch_sub(&p->vm->pending_work, 1);
  return NULL;
}
Test(sched, seeded_waits_for_other_threads) {
  FakeVm *f = fake_new(true, 1);
  int next[1] = {0};
  Script s = {collect_step, next, 0, 7999};
  Term pid = fake_spawn(f, &s)->pid;
  atomic_fetch_add(&f->vm.pending_work, 1);
  Poster poster = {&f->vm, pid, 0};
  pthread_t thread;
  pthread_create(&thread, NULL, late_post, &poster);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  pthread_join(thread, NULL);
  fake_free(f);
}

// --- seeds

static void seeded_run(uint64_t seed, Log *log) {
  FakeVm *f = fake_new(true, seed);
  Script s[6];
  memset(log, 0, sizeof *log);
  for (int i = 0; i < 6; i++) {
    s[i] = (Script){work_step, log, 'a' + i, 20};
    fake_spawn(f, &s[i]);
  }
  fake_settle(f);
  fake_free(f);
}
Test(sched, seeds_decide_and_reproduce) {
  static Log a, b, first;
  int different = 0;
  seeded_run(0, &first);
  for (uint64_t seed = 0; seed < 50; seed++) {
    seeded_run(seed, &a);
    seeded_run(seed, &b);
    cr_assert_eq(a.count, 120u);
    cr_assert_str_eq(a.text, b.text);
    different += strcmp(a.text, first.text) != 0;
  }
  cr_assert_eq(different, 49);
}

static EngineExit slices_step(Worker *w, Process *p, Script *s) {
  (void)w;
  int64_t *range = s->state;
  if (p->reductions < range[0]) range[0] = p->reductions;
  if (p->reductions > range[1]) range[1] = p->reductions;
  p->reductions = 0;
  if (--s->number > 0) return ENGINE_YIELD;
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}
Test(sched, seeded_slices_are_drawn) {
  FakeVm *f = fake_new(true, 2);
  int64_t range[2] = {INT64_MAX, 0};
  Script s = {slices_step, range, 0, 3000};
  fake_spawn(f, &s);
  fake_settle(f);
  cr_assert(range[0] >= 1 && range[0] < 50 && range[1] > SEEDED_SLICE_REDUCTIONS - 50 && range[1] <= SEEDED_SLICE_REDUCTIONS);
  fake_free(f);
}

Test(sched, deadlock_is_named_under_a_seed) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *q = fake_waiter(f);
  cr_assert(registry_register(&f->vm, ATOM_timer, p->pid));
  RelationResult result;
  cr_assert(process_reserve(p, 10));
  p->fp[0] = process_monitor(p, q->pid, ALIAS_NONE, T_NONE, &result);
  process_receive_mark(p, p->fp[0]);
  fake_send(q, ATOM_ok);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  cr_assert(strstr(f->reports, "deadlock"), "%s", f->reports);
  cr_assert(strstr(f->reports, "#PID<0.1.0> (:timer) waiting for a reply of #PID<0.2.0>, 0 messages"), "%s", f->reports);
  cr_assert(strstr(f->reports, "#PID<0.2.0> waiting, 1 message\n"), "%s", f->reports);
  fake_free(f);
}

// Lets `left` allocations through and no more; its own bytes are counted.
typedef struct Failing {
  int64_t bytes, left;
} Failing;
static void *failing_get(void *state, size_t size) {
  Failing *f = state;
  return f->left-- > 0 ? fake_get(&f->bytes, size) : NULL;
}
static void *failing_grow(void *state, void *old, size_t old_size, size_t size) {
  Failing *f = state;
  return f->left-- > 0 ? fake_grow(&f->bytes, old, old_size, size) : NULL;
}
static void failing_put(void *state, void *memory, size_t size) { fake_put(&((Failing *)state)->bytes, memory, size); }

// Whichever allocation fails while schedulers are made: it is told, and what was made goes with its size.
Test(sched, making_schedulers_without_memory) {
  static Vm vm;
  Failing f = {0, INT64_MAX};
  Alloc alloc = {failing_get, failing_grow, failing_put, &f};
  int64_t allowed = 0;
  Status status = STATUS_NO_MEMORY;
  for (; status != STATUS_OK; allowed++) {
    f.left = INT64_MAX;
    cr_assert_eq(vm_init(&vm, &alloc, &(VmOptions){.schedulers = 5, .literal_bytes = (size_t)16 << 20, .max_processes = 1000}), STATUS_OK);
    f.left = allowed;
    status = sched_new(&vm);
    f.left = INT64_MAX;
    if (status == STATUS_OK) sched_free(&vm);
    else cr_assert_eq(status, STATUS_NO_MEMORY);
    cr_assert_null(vm.schedulers);
    vm_free(&vm);
    cr_assert_eq(f.bytes, 0, "%ld bytes left when %ld allocations went well", (long)f.bytes, (long)allowed);
  }
  cr_assert(allowed > 5 * 3);
}

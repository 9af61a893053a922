// SPDX-License-Identifier: Apache-2.0
//
// The process table and the names alone under many threads. Each is a worker that starts, ends, finds and names processes, its own and
// others'; control blocks are retired and poisoned.
//   - nobody finds another process than the one the pid was given to (B1), nor memory that was given back (K2)
//   - never are there more processes than there may be, and as many there may be fit in the end, whatever the workers' caches hold (B3)
//   - a name is told of one process, of none that has ended, and in the end table and processes agree (R1, R2)
#include "tests/unit/threads.h"
#include "vm/process/extra.h"
#include "vm/process/registry.h"

enum { THREADS = 6, ROUNDS = 60000, OWN = 200, PUBLIC = 64, PROCESSES = 600, NAMES = 12, FIRST_NAME = 100 };
static Vm vm;
_Thread_local Worker *worker_now;

static _Atomic(Term) published[PUBLIC];       // pids, of the living and the dead
static _Atomic(uint32_t) serials[PROCESSES + 2048]; // by slot: of its last process, + 1
static _Atomic(uint32_t) alive, refused, found_count, named, ends_named, released_count, made_count;

typedef struct Block {
  Process process;
  Retired retired;
  struct Block *next;
} Block;

typedef struct Thread {
  Worker worker;
  uint64_t random;
  Block *own[OWN];
} Thread;

// What registering asks of the layers beside.
bool process_settle(Process *p) {
  (void)p;
  return true;
}

static void release(void *state, Retired *r) {
  EXPECT(state == &vm);
  Block *b = (Block *)(void *)((char *)r - offsetof(Block, retired));
  b->process.pid = 0;
  b->process.vm = NULL;
  free(b);
  atomic_fetch_add_explicit(&released_count, 1, memory_order_relaxed);
}

static void start(Thread *t, uint32_t at) {
  Block *b = calloc(1, sizeof *b);
  EXPECT(b);
  b->process.vm = &vm;
  atomic_init(&b->process.state, PROCESS_RUNNING);
  Term pid = process_table_add(vm.processes, &b->process);
  if (pid == T_NONE) {
    atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
    free(b);
    return;
  }
  EXPECT(atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed) < PROCESSES);
  EXPECT(atomic_exchange_explicit(&serials[pid_slot(pid)], pid_serial(pid) + 1, memory_order_relaxed) == pid_serial(pid));
  EXPECT(process_find(&vm, pid) == &b->process);
  atomic_fetch_add_explicit(&made_count, 1, memory_order_relaxed);
  t->own[at] = b;
  atomic_store_explicit(&published[draw(&t->random, PUBLIC)], pid, memory_order_release);
}

static void end(Thread *t, uint32_t at) {
  Block *b = t->own[at];
  Term pid = b->process.pid, name = process_name(&b->process);
  t->own[at] = NULL;
  atomic_fetch_sub_explicit(&alive, 1, memory_order_relaxed);
  process_table_remove(vm.processes, pid);
  registry_end(&b->process);
  EXPECT(!process_find(&vm, pid) && process_name(&b->process) == T_NONE);
  if (name != T_NONE) {
    EXPECT(registry_whereis(&vm, name) != pid);
    atomic_fetch_add_explicit(&ends_named, 1, memory_order_relaxed);
  }
  participant_retire(&t->worker.participant, &b->retired, release);
}

static void look(Thread *t) {
  Term pid = atomic_load_explicit(&published[draw(&t->random, PUBLIC)], memory_order_acquire);
  Process *p = pid ? process_find(&vm, pid) : NULL;
  if (!p) return;
  for (int i = 0; i < 4; i++) EXPECT(p->pid == pid && p->vm == &vm);
  atomic_fetch_add_explicit(&found_count, 1, memory_order_relaxed);
}

static void name_somebody(Thread *t) {
  Term name = term_atom(FIRST_NAME + draw(&t->random, NAMES));
  Term pid = atomic_load_explicit(&published[draw(&t->random, PUBLIC)], memory_order_acquire);
  if (draw(&t->random, 3) == 0) {
    registry_unregister(&vm, name);
  } else if (pid && registry_register(&vm, name, pid)) {
    atomic_fetch_add_explicit(&named, 1, memory_order_relaxed);
  }
  Term whose = registry_whereis(&vm, name);
  EXPECT(whose == T_NONE || term_is_pid(whose));
}

// A name and a process that nobody else uses: what one thread does is seen by it in order.
static void name_own(Thread *t, uint32_t at, Term name) {
  Term pid = t->own[at]->process.pid;
  if (process_name(&t->own[at]->process) != T_NONE || !registry_register(&vm, name, pid)) return;
  EXPECT(registry_whereis(&vm, name) == pid);
  EXPECT(!registry_register(&vm, name, pid));
  if (draw(&t->random, 2)) EXPECT(registry_unregister(&vm, name) && !registry_unregister(&vm, name));
  else end(t, at);
  EXPECT(registry_whereis(&vm, name) == T_NONE);
}

// Two processes that live, two names, and everybody changes them: what is lost here is missed in the end.
static Block rivals[2];
static void fight(Thread *t) {
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t dice = draw(&t->random, 8);
    Term name = term_atom(FIRST_NAME + NAMES + THREADS + (dice & 1)), pid = rivals[dice >> 1 & 1].process.pid;
    if (dice & 4) registry_register(&vm, name, pid);
    else registry_unregister(&vm, name);
  }
}

static void run(void *context) {
  Thread *t = context;
  worker_now = &t->worker;
  fight(t);
  Term own_name = term_atom(FIRST_NAME + NAMES + (uint32_t)(t->worker.index));
  participant_online(&t->worker.participant);
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t at = draw(&t->random, OWN);
    if (!t->own[at]) start(t, at);
    else if (draw(&t->random, 4) == 0) end(t, at);
    else if (draw(&t->random, 16) == 0) name_own(t, at, own_name);
    look(t);
    if (draw(&t->random, 4) == 0) name_somebody(t);
    if (draw(&t->random, 8) == 0) participant_pass(&t->worker.participant);
    if (draw(&t->random, 2000) == 0) {
      participant_offline(&t->worker.participant);
      participant_online(&t->worker.participant);
    }
  }
  participant_offline(&t->worker.participant);
}

static size_t names_seen;
static bool check_name(void *state, Term name, Term pid) {
  (void)state;
  Process *p = process_find(&vm, pid);
  EXPECT(p && process_name(p) == name);
  names_seen++;
  return true;
}
static size_t processes_seen, processes_named;
static bool check_process(void *state, Process *p) {
  (void)state;
  processes_seen++;
  if (process_name(p) == T_NONE) return true;
  processes_named++;
  EXPECT(registry_whereis(&vm, process_name(p)) == p->pid);
  return true;
}

int main(void) {
  static Thread threads[THREADS];
  vm.alloc = alloc_system();
  vm.shared = true;
  quiescence_init(&vm.quiescence);
  EXPECT((vm.processes = process_table_new(&vm, PROCESSES)) && (vm.names = name_table_new(&vm.alloc)));
  vm.first_worker = &threads[0].worker;
  for (uint32_t i = 0; i < THREADS; i++) {
    threads[i].random = random_of(i);
    threads[i].worker.vm = &vm;
    threads[i].worker.index = i;
    EXPECT((threads[i].worker.slots = process_table_join(vm.processes, NULL)));
    participant_join(&vm.quiescence, &threads[i].worker.participant, &vm);
  }
  for (int i = 0; i < 2; i++) {
    rivals[i].process.vm = &vm;
    atomic_init(&rivals[i].process.state, PROCESS_RUNNING);
    EXPECT(process_table_add(vm.processes, &rivals[i].process) != T_NONE);
    EXPECT(atomic_fetch_add(&serials[pid_slot(rivals[i].process.pid)], 1) == 0);
    atomic_fetch_add(&alive, 1);
  }
  threads_run(THREADS, run, threads, sizeof *threads);

  process_each(&vm, check_process, NULL);
  EXPECT(registry_each(&vm, check_name, NULL));
  EXPECT(processes_seen == atomic_load(&alive) && processes_seen == process_count(&vm));
  EXPECT(names_seen == processes_named && names_seen == registry_count(&vm));
  EXPECT(atomic_load(&found_count) > 0 && atomic_load(&named) > 0 && atomic_load(&ends_named) > 0 && atomic_load(&refused) > 0);
  EXPECT(atomic_load(&released_count) == atomic_load(&made_count) + 2 - atomic_load(&alive));
  // One worker fills it up, though the others' caches hold slots.
  static Block more[PROCESSES];
  size_t before = process_count(&vm), added = 0;
  while (process_table_add(vm.processes, &more[added].process) != T_NONE) EXPECT(++added < PROCESSES);
  EXPECT(before + added == PROCESSES && process_count(&vm) == PROCESSES);
  for (size_t i = 0; i < added; i++) process_table_remove(vm.processes, more[i].process.pid);
  for (int i = 0; i < THREADS; i++) {
    for (uint32_t at = 0; at < OWN; at++)
      if (threads[i].own[at]) end(&threads[i], at);
    participant_leave(&threads[i].worker.participant);
    process_table_leave(vm.processes, threads[i].worker.slots);
  }
  for (int i = 0; i < 2; i++) {
    process_table_remove(vm.processes, rivals[i].process.pid);
    registry_end(&rivals[i].process);
  }
  EXPECT(process_count(&vm) == 0 && registry_count(&vm) == 0 && atomic_load(&released_count) == atomic_load(&made_count));
  name_table_free(vm.names);
  process_table_free(vm.processes);
  return 0;
}

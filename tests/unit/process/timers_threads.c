// SPDX-License-Identifier: Apache-2.0
//
// Timers under threads. Workers take processes from one another, have them start timers, cancel and read those of others, begin receives with timeouts and end them in every way, their own end among them, while each worker fires
// what lies in its own wheel. Time is a counter that they all push on.
//
// Guards: a timer fires exactly once or is cancelled once, never both and never early; one to a dead process does neither; who cancels in vain
// finds the message delivered (T5); numbers of references are unique; a receive expires only when its own time is over, and then it always does; nothing is left.
//
// The processes are RUNNING all the while, as to the VM: here nobody wakes up, all ask again.
#include "scripted_vm.h"
#include "tests/unit/threads.h"
#include "vm/process/timer.h"

enum { WORKERS = 5, PROCESSES = 12, STEPS = 60000, RECORDS = WORKERS * STEPS, MS = 1000000, LONG_MS = 3600000 };

static Vm vm;
static _Atomic(int64_t) now_ns;
static Term dead_pid;

// A timer that was started. Its number is stored last: who reads it sees the rest.
typedef struct Record {
  _Atomic(uint64_t) number;
  Term to;
  int64_t deadline_ns; // at the earliest
  _Atomic(int) fired, cancelled;
} Record;
static Record records[RECORDS];
static _Atomic(uint32_t) record_count;

// What a process is doing, beside what the VM knows of it.
typedef struct Actor {
  Process *p;
  bool waits;          // in a receive with a timeout
  int64_t deadline_ns; // of that, at the earliest
} Actor;
static Actor actors[PROCESSES];
static _Atomic(Actor *) free_actors[PROCESSES];
static _Atomic(Term) pids[PROCESSES];

static int64_t clock_read(VmClock *c) {
  (void)c;
  return atomic_load_explicit(&now_ns, memory_order_relaxed);
}

// --- what an actor does

static void start_one(Actor *a, VmRandom *random) {
  uint32_t id = atomic_fetch_add(&record_count, 1);
  Record *r = &records[id];
  uint64_t whom = vm_random_below(random, PROCESSES + 1), ms = vm_random_below(random, vm_random_below(random, 4) ? 8 : 300);
  r->to = whom == PROCESSES ? dead_pid : vm_random_below(random, 2) ? a->p->pid : atomic_load(&pids[whom]);
  r->deadline_ns = vm_monotonic_ns(&vm) + (int64_t)ms * MS;
  if (!process_reserve(a->p, REF_WORDS)) abort();
  Term *top = a->p->heap.top; // the reference is not kept: its number is
  Term ref = timer_start(a->p, (int64_t)ms, false, r->to, term_small(id), false);
  EXPECT(ref != T_NONE);
  atomic_store_explicit(&r->number, boxed_ptr(ref)[1], memory_order_release);
  a->p->heap.top = top;
}

static void got(Term message) {
  Record *r = &records[small_value(message)];
  EXPECT(atomic_fetch_add(&r->fired, 1) == 0);
  EXPECT(atomic_load(&r->cancelled) == 0);
  EXPECT(vm_monotonic_ns(&vm) >= r->deadline_ns);
}

static void take_all(Actor *a) {
  process_receive_leave(a->p);
  a->waits = false;
  while (process_receive_peek(a->p) != T_NONE) {
    got(a->p->peeked->term);
    process_receive_accept(a->p);
  }
}

static void ask_one(Actor *a, VmRandom *random, bool cancel) {
  uint32_t count = atomic_load(&record_count), recent = count < 200 ? count : 200;
  if (!count) return;
  Record *r = &records[count - 1 - vm_random_below(random, recent)];
  uint64_t number = atomic_load_explicit(&r->number, memory_order_acquire);
  if (!number) return; // being started
  Term words[REF_WORDS];
  TermHeap heap = {words, words + REF_WORDS};
  Term ref = heap_ref(&heap, number, 0);
  int64_t left = cancel ? timer_cancel(&vm, ref) : timer_read(&vm, ref);
  EXPECT(left < 0 || r->to != dead_pid);
  EXPECT(left <= 300);
  if (cancel && left >= 0) {
    EXPECT(atomic_fetch_add(&r->cancelled, 1) == 0);
    EXPECT(atomic_load(&r->fired) == 0);
  } else if (left < 0 && r->to == a->p->pid) {
    take_all(a);
    // T5. But another's cancelling may be under way, which was not noted yet.
    while (!atomic_load(&r->fired) && !atomic_load(&r->cancelled)) {
      take_all(a);
      EXPECT(!atomic_load(&r->fired));
    }
  }
}

static void wait_on(Actor *a, VmRandom *random) {
  uint64_t ms = vm_random_below(random, 3) ? vm_random_below(random, 6) + 1 : LONG_MS; // a stale time-out would end a long one
  int64_t deadline = vm_monotonic_ns(&vm) + (int64_t)ms * MS;
  switch (process_receive_timeout(a->p, term_small((int64_t)ms))) {
    case RECEIVE_AGAIN:
      got(process_receive_peek(a->p));
      process_receive_accept(a->p);
      a->waits = false;
      break;
    case RECEIVE_WAIT:
      if (!a->waits) a->deadline_ns = deadline;
      a->waits = true;
      break;
    case RECEIVE_EXPIRED:
      EXPECT(a->waits && vm_monotonic_ns(&vm) >= a->deadline_ns);
      EXPECT(!a->p->receive_timer);
      a->waits = false;
      break;
    case RECEIVE_BADARG: EXPECT(!"a timeout");
  }
}

static Process *new_running(void) {
  Term error, pid = process_spawn(NULL, &vm, NULL, ATOM_process, ATOM_spawn, NULL, 0, NULL, &error);
  Process *p = process_find(&vm, pid);
  EXPECT(p && process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING));
  return p;
}

// In the middle of whatever it does: armed or fired, its timeout goes with it.
static void die(Actor *a) {
  process_finish(a->p, ATOM_normal);
  a->p = new_running();
  a->waits = false;
  atomic_store(&pids[a - actors], a->p->pid);
}

static void run_worker(void *context) {
  Worker *w = *(Worker **)context;
  VmRandom random;
  vm_random_seed(&random, w->index + 1);
  worker_now = w;
  participant_online(&w->participant);
  for (int step = 0; step < STEPS; step++) {
    atomic_fetch_add_explicit(&now_ns, (int64_t)vm_random_below(&random, MS), memory_order_relaxed);
    timer_run_due(&vm, w->wheel);
    _Atomic(Actor *) *place = &free_actors[vm_random_below(&random, PROCESSES)];
    Actor *a = atomic_exchange_explicit(place, NULL, memory_order_acquire);
    if (a) {
      if (!a->waits) start_one(a, &random);
      if (vm_random_below(&random, 40) == 0) die(a);
      switch (vm_random_below(&random, 8)) {
        case 0: process_receive_leave(a->p); a->waits = false; break;
        case 1: take_all(a); break;
        case 2: ask_one(a, &random, false); break;
        case 3:
        case 4: ask_one(a, &random, true); break;
        default: wait_on(a, &random);
      }
      atomic_store_explicit(place, a, memory_order_release);
    }
    participant_pass(&w->participant);
  }
  participant_offline(&w->participant);
}

// --- around it

static bool prepare(Vm *v, Process *p, Term module, Term function, const Term *args, uint32_t count) {
  (void)v, (void)module, (void)function, (void)args, (void)count;
  p->fp = p->stack_low = p->block_end;
  p->arg_count = 0;
  return true;
}
static void enqueue(Vm *v, Process *p) { (void)v, (void)p; }

// No two workers give out the same number, and a scheduler worker's say whose they are.
static void check_numbers(Worker **workers) {
  enum { EACH = 3 * REF_BLOCK, BLOCKS = 8 * (WORKERS + 1) };
  static bool seen[BLOCKS * REF_BLOCK];
  for (int i = 0; i <= WORKERS; i++) {
    worker_now = workers[i];
    for (int n = 0; n < EACH; n++) {
      uint64_t number = vm_next_ref(&vm);
      EXPECT(number > 0 && number < BLOCKS * REF_BLOCK && !seen[number]);
      EXPECT(vm_ref_lane(&vm, number) == (uint64_t)i); // the last is of no scheduler
      seen[number] = true;
    }
  }
}

static void check_end(Worker **workers) {
  atomic_fetch_add(&now_ns, (int64_t)2 * LONG_MS * MS);
  for (int i = 0; i < WORKERS; i++) {
    worker_now = workers[i];
    while (timer_run_due(&vm, workers[i]->wheel)) {}
    EXPECT(timer_next_ns(&vm, workers[i]->wheel) < 0);
  }
  for (int i = 0; i < PROCESSES; i++) {
    Actor *a = &actors[i];
    if (a->p->receive_timer) {
      EXPECT(atomic_load(&a->p->state) & STATE_TIMED_OUT); // it would have been woken
      EXPECT(mailbox_timed_out(a->p));
    }
    if (i % 2) take_all(a); // the others' are freed with them
  }
  uint32_t count = atomic_load(&record_count), fired = 0, cancelled = 0;
  for (uint32_t i = 0; i < count; i++) {
    Record *r = &records[i];
    int f = atomic_load(&r->fired), c = atomic_load(&r->cancelled);
    fired += (uint32_t)f;
    cancelled += (uint32_t)c;
    bool unread = true; // with its receiver, which ended
    for (int k = 1; k < PROCESSES; k += 2) unread &= r->to != atomic_load(&pids[k]);
    if (r->to == dead_pid) EXPECT(f + c == 0);
    else if (!unread) EXPECT(f + c == 1);
    else EXPECT(f + c <= 1);
  }
  EXPECT(fired > STEPS / 20 && cancelled > STEPS / 20); // otherwise this tested nothing
}

int main(void) {
  int64_t bytes = 0;
  Alloc alloc = {fake_get, fake_grow, fake_put, &bytes};
  VmOptions options = {.schedulers = WORKERS, .literal_bytes = (size_t)16 << 20, .max_processes = 1000};
  EXPECT(vm_init(&vm, &alloc, &options) == STATUS_OK);
  vm.shared = true;
  atomic_init(&now_ns, vm_monotonic_ns(&vm)); // the first wheel begins there
  vm.clock.monotonic = clock_read;
  vm.hooks.prepare = prepare;
  vm.scheduling.enqueue = enqueue;
  Worker *workers[WORKERS + 1] = {vm.first_worker};
  for (uint32_t i = 1; i < WORKERS; i++) EXPECT((workers[i] = worker_new(&vm, i, false)) != NULL);
  EXPECT((workers[WORKERS] = worker_new(&vm, 0, true)) != NULL);
  check_numbers(workers);
  worker_now = workers[0];
  Process *dead = new_running();
  dead_pid = dead->pid;
  process_finish(dead, ATOM_normal);
  for (int i = 0; i < PROCESSES; i++) {
    actors[i].p = new_running();
    atomic_init(&pids[i], actors[i].p->pid);
    atomic_init(&free_actors[i], &actors[i]);
  }
  threads_run(WORKERS, run_worker, workers, sizeof *workers);
  check_end(workers);
  for (int i = 1; i <= WORKERS; i++) worker_free(workers[i]);
  worker_now = NULL;
  vm_free(&vm);
  EXPECT(bytes == 0);
  return 0;
}

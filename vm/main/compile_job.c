// SPDX-License-Identifier: Apache-2.0
//
// Jobs: which there are, their turns, their ends. The rules stand in compile_job.h.
//
// Most turns of a job last some microseconds: it asks for a macro, is answered, asks for the next. Leaving the process waiting costs more than
// that, so its worker first sleeps LOOK_NS for the turn, or LOOK_ALONE_NS, as long as a slice, when there is nobody else to run. Then the process
// waits as in a receive, and the worker goes on with others.
#include "vm/main/compile_job.h"

#include <stdio.h>
#include <string.h>

#include "vm/base/address_space.h"
#include "vm/base/futex.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/process/signal.h"
#include "vm/sched/sched.h"

enum {
  LOOK_NS = 50000,
  LOOK_ALONE_NS = 1000000,
  NS_PER_REDUCTION = 100, // native_charge
  // Where address space is limited a job has less stack. Measured without instrumentation: the deepest programs need less than 2 MB.
  STACK_LEAST_BYTES = 4 << 20,
};

// --- the list

static Turn turn_of(const JobThread *j) { return (Turn)atomic_load_explicit(&j->turn, memory_order_acquire); }
bool job_is_cancelled(const JobThread *j) { return turn_of(j) == TURN_CANCELLED; }

JobThread *job_of(Process *p) {
  // In its place while it is on a dirty thread: its flags are that thread's.
  if (process_state(p) != PROCESS_DIRTY_IN_C && !(p->flags & PROCESS_HAS_JOBS)) return NULL;
  CompileJobs *jobs = jobs_of(p->vm);
  lock_take(&jobs->lock);
  JobThread *j = jobs->newest;
  while (j && j->evaluator != p->pid) j = j->outer;
  lock_give(&jobs->lock);
  return j;
}

JobThread *job_by_id(Process *p, Term id) {
  CompileJobs *jobs = jobs_of(p->vm);
  lock_take(&jobs->lock);
  JobThread *j = jobs->newest;
  while (j && (j->evaluator != p->pid || term_small((int64_t)j->id) != id)) j = j->outer;
  lock_give(&jobs->lock);
  return j;
}

static void list(CompileJobs *jobs, JobThread *j) {
  lock_take(&jobs->lock);
  j->id = ++jobs->next_id;
  j->outer = jobs->newest;
  jobs->newest = j;
  lock_give(&jobs->lock);
}

static void unlist(CompileJobs *jobs, JobThread *j) {
  lock_take(&jobs->lock);
  for (JobThread **place = &jobs->newest; *place; place = &(*place)->outer)
    if (*place == j) {
      *place = j->outer;
      break;
    }
  lock_give(&jobs->lock);
}

// What the program set by Code.compiler_options/1 (stdlib/kernel/code.ex: keys {Code, :option, name}).
static bool program_option(Vm *vm, const char *name) {
  Term words[4] = {HEADER(KIND_TUPLE, 3), atom_lookup(vm->atoms, "Elixir.Code", 11), atom_lookup(vm->atoms, "option", 6),
                   atom_lookup(vm->atoms, name, strlen(name))};
  for (int i = 1; i < 4; i++)
    if (words[i] == T_NONE) return false;
  return native_persistent_value(vm, term_boxed(words)) == ATOM_true;
}

// Its memory is the VM's; once it is cancelled there is none, so that it comes to its end soon, wherever it computes.
static void *job_memory(void *state, size_t size) {
  JobThread *j = state;
  return job_is_cancelled(j) ? NULL : alloc_get(&j->vm->alloc, size);
}
static void *job_more_memory(void *state, void *old, size_t old_size, size_t size) {
  JobThread *j = state;
  return job_is_cancelled(j) ? NULL : alloc_grow(&j->vm->alloc, old, old_size, size);
}
static void job_memory_back(void *state, void *memory, size_t size) { alloc_put(&((JobThread *)state)->vm->alloc, memory, size); }

JobThread *job_new(Process *p, WorkKind work) {
  Vm *vm = p->vm;
  JobThread *j = alloc_zero(&vm->alloc, sizeof *j);
  if (!j) return NULL;
  j->vm = vm;
  j->evaluator = p->pid;
  j->work = work;
  j->host = job_host(j);
  CompileOptions options = jobs_of(vm)->options;
  options.ignore_module_conflict = program_option(vm, "ignore_module_conflict");
  j->alloc = (Alloc){job_memory, job_more_memory, job_memory_back, j};
  j->job = compile_job_new(&j->alloc, &j->host, &options);
  if (!j->job) {
    alloc_put(&vm->alloc, j, sizeof *j);
    return NULL;
  }
  list(jobs_of(vm), j);
  j->literal_owner = LITERAL_OWNER_JOBS | (uint32_t)(j->id & 0x7fffffff);
  p->flags |= PROCESS_HAS_JOBS;
  return j;
}

// --- the turn

// On a worker.
static void send_wake(Vm *vm, void *signal) {
  HeapFragment *s = signal;
  signal_send(vm, signal_from(s), s);
}

// From the job's thread. Nobody else wakes the process, so without memory for the post there is nothing but trying again.
static void post_wake(Vm *vm, HeapFragment *wake) {
  while (!vm->scheduling.post(vm, send_wake, wake)) {
    if (atomic_load(&vm->stopping)) { // it wakes nobody any more
      fragment_free(&vm->alloc, &vm->account, wake);
      return;
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

// T2: the job may be gone behind it. False: cancelled, the job is still its thread's.
static bool hand_to_process(JobThread *j) {
  Vm *vm = j->vm;
  HeapFragment *wake = NULL;
  _Atomic(uint32_t) *turn = &j->turn;
  uint32_t was = atomic_load_explicit(turn, memory_order_acquire);
  do {
    if (was == TURN_CANCELLED) return false;
    if (was == TURN_JOB_AWAITED) wake = j->wake;
  } while (!atomic_compare_exchange_weak_explicit(turn, &was, TURN_PROCESS, memory_order_acq_rel, memory_order_acquire));
  if (was == TURN_JOB_AWAITED) post_wake(vm, wake);
  else futex_wake(turn);
  return true;
}

static bool await_job_turn(JobThread *j) {
  for (;;) {
    switch (turn_of(j)) {
      case TURN_PROCESS: futex_wait(&j->turn, TURN_PROCESS, NULL); break;
      case TURN_CANCELLED: return false;
      default: return true;
    }
  }
}

bool job_asks(JobThread *j, RequestKind request) {
  j->request = request;
  return hand_to_process(j) && await_job_turn(j);
}

// Walks over terms that find no memory leave the job while its arena is used (engine.h).
static EngineRun *job_is_used(JobThread *j) {
  EngineRun *run = vm_engine_run(j->vm);
  run->job = j->job;
  return run;
}

bool job_guarded(JobThread *j, void (*work)(void *context), void *context) {
  EngineRun *run = job_is_used(j);
  bool good = compile_guarded(j->job, work, context);
  run->job = NULL;
  return good;
}

Quoted *job_quick_service(JobThread *j, const char *module, const char *function, Quoted **args, uint32_t count, HostFailure *failure) {
  EngineRun *run = job_is_used(j);
  Quoted *value = compile_service(j->job, module, function, args, count, failure);
  run->job = NULL;
  return value;
}

void job_give_turn(JobThread *j) {
  atomic_store_explicit(&j->turn, TURN_JOB, memory_order_release);
  futex_wake(&j->turn);
  j->given = true;
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// The worker sleeps until the turn is back, for the moment described above. With --seed to the end (T4).
static void look(Process *p, JobThread *j) {
  bool seeded = p->vm->options.seeded;
  struct timespec most = {0, sched_runnable_count(p->vm) ? LOOK_NS : LOOK_ALONE_NS};
  do
    if (turn_of(j) == TURN_JOB) futex_wait(&j->turn, TURN_JOB, seeded ? NULL : &most);
  while (seeded && turn_of(j) == TURN_JOB);
}

// It is back.
static void take_turn(JobThread *j) {
  if (j->has_asked) j->wake = NULL; // on its way
  j->given = j->has_asked = false;
}

// Before the process waits. False: the turn came back.
static bool ask_to_be_woken(JobThread *j) {
  uint32_t turn = TURN_JOB;
  return atomic_compare_exchange_strong_explicit(&j->turn, &turn, TURN_JOB_AWAITED, memory_order_acq_rel, memory_order_acquire);
}

// T_NONE: the turn is back. Else what the native answers now.
static Term await_turn(Process *p, JobThread *j) {
  look(p, j);
  if (turn_of(j) == TURN_PROCESS) return T_NONE;
  // Made first: being woken must not fail. Without memory the process comes back to look.
  if (!j->wake) j->wake = signal_new(p->vm, SIGNAL_LOOK, p->pid, 0, T_NONE);
  if (!j->wake) return native_yield(p);
  if (!j->has_asked) j->has_asked = ask_to_be_woken(j);
  if (!j->has_asked || turn_of(j) == TURN_PROCESS) return T_NONE;
  // What comes meanwhile lies in the private queue: unread messages must not keep who waits here running.
  if (signal_inbound(p)) signal_handle_inbound(p);
  return native_wait(p);
}

// An errand that finds no memory has said so by what it left undone.
static void do_errand(JobThread *j) { (void)!job_guarded(j, j->errand, j->errand_context); }

bool job_takes_turn(Process *p, JobThread *j, Term *leave) {
  bool seeded = p->vm->options.seeded; // a schedule must not depend on time
  int64_t begin = seeded ? 0 : now_ns();
  for (;;) {
    if (!j->given) job_give_turn(j);
    *leave = await_turn(p, j);
    if (*leave != T_NONE) return false;
    take_turn(j);
    int64_t now = seeded ? 0 : now_ns();
    bool slice_is_over = native_charge(p, (size_t)((now - begin) / NS_PER_REDUCTION));
    begin = now;
    if (j->request != REQUEST_ERRAND) return true;
    do_errand(j);
    if (!slice_is_over || seeded) continue;
    job_give_turn(j);
    *leave = native_yield(p);
    return false;
  }
}

// --- the job's thread

static void job_free(JobThread *j) {
  Vm *vm = j->vm;
  compile_job_free(j->job);
  if (j->wake) fragment_free(&vm->alloc, &vm->account, j->wake);
  if (j->file) alloc_put(&vm->alloc, j->file, strlen(j->file) + 1);
  if (j->text) alloc_put(&vm->alloc, j->text, j->text_size + 1);
  alloc_put(&vm->alloc, j, sizeof *j);
}

// It was cancelled: nobody else knows it any more.
static void give_up(JobThread *j) {
  CompileJobs *jobs = jobs_of(j->vm);
  job_free(j);
  if (atomic_fetch_sub_explicit(&jobs->giving_up, 1, memory_order_acq_rel) == 1) futex_wake(&jobs->giving_up);
}

static void work_on(JobThread *j) {
  CompileStatus s = COMPILE_FAILED;
  Quoted *value = NULL;
  const HostFailure *failure = NULL;
  HostFailure service_failure = {0};
  switch (j->work) {
    case WORK_RUN_TEXT: s = compile_run_text(j->job, j->file, j->text, j->text_size, &value); break;
    case WORK_FILES: s = compile_files(j->job, j->files, j->file_count); break;
    case WORK_SERVICE:
      value = compile_service(j->job, j->service_module, j->service_function, j->service_args, j->service_arg_count, &service_failure);
      if (value) s = COMPILE_OK;
      failure = &service_failure;
      break;
  }
  if (s == COMPILE_OK) {
    j->value = value ? value : Q_NAME(compile_names(j->job), OK);
    j->request = REQUEST_DONE;
    return;
  }
  if (!failure) failure = compile_failure(j->job);
  j->service_failure = failure ? *failure : (HostFailure){.class_ = "error"};
  j->failure = &j->service_failure;
  j->request = REQUEST_FAILED;
}

static void job_main(void *argument) {
  JobThread *j = argument;
  if (await_job_turn(j)) work_on(j);
  j->ended = true;
  if (!hand_to_process(j)) give_up(j);
}

bool job_make_thread(JobThread *j, int *error) {
  size_t stack_bytes = address_space_share(COMPILE_STACK_BYTES, 4, STACK_LEAST_BYTES);
  j->has_thread = compile_thread_start(&jobs_of(j->vm)->threads, stack_bytes, job_main, j, error);
  return j->has_thread;
}

// --- the end

void job_end(JobThread *j) {
  CompileJobs *jobs = jobs_of(j->vm);
  bool seeded = j->vm->options.seeded;
  unlist(jobs, j);
  code_orphan(j->vm->code, j->literal_owner); // what it passed to code may have been kept
  if (!j->has_thread) {
    job_free(j);
    return;
  }
  atomic_fetch_add_explicit(&jobs->giving_up, 1, memory_order_relaxed);
  uint32_t was = atomic_load_explicit(&j->turn, memory_order_acquire);
  do {
    if (was != TURN_PROCESS) continue;
    take_turn(j);
    if (!j->ended) continue;
    give_up(j);
    return;
  } while (!atomic_compare_exchange_weak_explicit(&j->turn, &was, TURN_CANCELLED, memory_order_acq_rel, memory_order_acquire));
  // From here on it is its thread's.
  if (was == TURN_PROCESS) futex_wake(&j->turn);
  for (uint32_t left; seeded && (left = atomic_load_explicit(&jobs->giving_up, memory_order_acquire));) futex_wait(&jobs->giving_up, left, NULL);
}

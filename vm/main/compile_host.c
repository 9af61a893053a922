// SPDX-License-Identifier: Apache-2.0
//
// Compile jobs inside a running VM.
//
// A job has a thread of its own (deep C stack; compile_thread.c). It and the scheduler take turns: exactly one runs, so
// neither needs a lock on the job or on the VM, and a seed's schedule never depends on the compiler's speed.
//
//   process: run_text ──start──> job thread compiles … needs a macro: puts a REQUEST, gives the turn back
//            <── next answers {call, module, function, args}; the evaluator applies it
//            answer or fail ──turn──> job thread goes on …
//
// The evaluator is one function, loop/1 of :joist_evaluator (compile_evaluator.c). While code that it applied runs, that code may ask the compiler for a service (define this
// function, expand this term): quick ones run at once in the scheduler's thread, others go to the job's
// thread as an ANSWER of their own kind, and a nested loop serves it until the service is done.
//
//  J1  A job belongs to the process that started it (the evaluator); a process's innermost job is the one that
//      its services reach.
//  J2  Terms that cross and have no quoted form are literals owned by the job. Code that got them may keep them: they go when nobody
//      refers to them (vm/engine/purge.c).
#include "vm/main/compile_host.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "vm/base/address_space.h"
#include "vm/code/disasm.h"
#include "vm/main/compile_evaluator.h"
#include "vm/main/compile_thread.h"
#include "vm/main/quoted_terms.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/term/copy.h"

typedef enum RequestKind { REQUEST_CALL, REQUEST_DONE, REQUEST_FAILED, REQUEST_SERVICE_DONE, REQUEST_SERVICE_FAILED } RequestKind;
typedef enum AnswerKind { ANSWER_VALUE, ANSWER_FAILURE, ANSWER_SERVICE } AnswerKind;
typedef enum WorkKind { WORK_RUN_TEXT, WORK_FILES, WORK_SERVICE } WorkKind;

typedef struct JobThread {
  struct JobThread *outer;
  Vm *vm;
  uint64_t id;
  Term evaluator;
  CompileJob *job;
  CompileHost host;
  uint32_t literal_owner;
  CompileThread *thread; // once started
  bool ended; // its work is done
  bool cancelled;      // its process is gone: what it asks for fails at once, until it ends
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool job_turn; // under mutex
  Worker *worker; // whose turn it was: the job's thread works for it meanwhile
  // What the job was made for.
  WorkKind work;
  char *file, *text;
  size_t text_size;
  SourceFile *files;
  uint32_t file_count;
  // Job -> process.
  RequestKind request;
  const char *module, *function;
  Quoted **args;
  uint32_t arg_count;
  Quoted *value;
  const HostFailure *failure;
  HostFailure service_failure;
  // Process -> job.
  AnswerKind answer;
  Quoted *answer_value;
  HostFailure answer_failure;
  const char *service_module, *service_function;
  Quoted **service_args;
  uint32_t service_arg_count;
} JobThread;

struct CompileJobs {
  JobThread *innermost;
  uint64_t next_id;
  Export *loop;
  CompileOptions options;
  CompiledModuleSink sink;
  void *sink_context;
  CompileThreads threads;
  bool *number_taken; // by temporary modules, by number
  uint32_t number_capacity;
};

static CompileJobs *jobs_of(Vm *vm) { return vm->compile; }

// --- turns

static void give_turn(JobThread *j, bool to_job) {
  pthread_mutex_lock(&j->mutex);
  if (to_job) j->worker = vm_worker(j->vm);
  j->job_turn = to_job;
  pthread_cond_broadcast(&j->changed);
  while (j->job_turn == to_job) pthread_cond_wait(&j->changed, &j->mutex);
  if (!to_job) worker_now = j->worker;
  pthread_mutex_unlock(&j->mutex);
}

static void end_turn(JobThread *j) {
  pthread_mutex_lock(&j->mutex);
  j->job_turn = false;
  pthread_cond_broadcast(&j->changed);
  pthread_mutex_unlock(&j->mutex);
}

// Walks over terms that find no memory leave the job while it has the turn or its arena is used (engine.h).
static EngineRun *job_is_used(JobThread *j) {
  EngineRun *run = vm_engine_run(j->vm);
  vm_engine(j->vm)->job_no_memory = compile_no_memory;
  run->job = j->job;
  return run;
}

// To the job and back: the scheduler's thread.
static void let_job_run(JobThread *j) {
  EngineRun *run = job_is_used(j);
  give_turn(j, true);
  run->job = NULL;
}

static bool guarded(JobThread *j, void (*work)(void *context), void *context) {
  EngineRun *run = job_is_used(j);
  bool good = compile_guarded(j->job, work, context);
  run->job = NULL;
  return good;
}

// --- what the job's thread calls

static Quoted *cancelled(CompileJob *job, HostFailure *failure) {
  *failure = (HostFailure){.class_ = "exit", .reason = compile_names(job)->known[N_SYSTEM_LIMIT]->quoted, .text = "** (EXIT) the process that compiled has ended"};
  return NULL;
}

static Quoted *host_call(void *context, CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count,
                         HostFailure *failure) {
  JobThread *j = context;
  if (j->cancelled) return cancelled(job, failure);
  j->request = REQUEST_CALL;
  j->module = module;
  j->function = function;
  j->args = args;
  j->arg_count = count;
  for (;;) {
    give_turn(j, false);
    if (j->cancelled) return cancelled(job, failure);
    if (j->answer == ANSWER_VALUE) return j->answer_value;
    if (j->answer == ANSWER_FAILURE) {
      *failure = j->answer_failure;
      return NULL;
    }
    HostFailure service_failure = {0};
    Quoted *value = compile_service(job, j->service_module, j->service_function, j->service_args, j->service_arg_count, &service_failure);
    j->request = value ? REQUEST_SERVICE_DONE : REQUEST_SERVICE_FAILED;
    j->value = value;
    j->service_failure = service_failure;
    j->failure = &j->service_failure;
    if (j->cancelled) return cancelled(job, failure); // meanwhile, in a call of the service
  }
}

static const char *load_text(LoadStatus s, const VerifyError *error) {
  switch (s) {
    case LOAD_REFUSED: return verify_reason_text(error->reason);
    case LOAD_WRONG_NAME: return "the module has another name";
    default: return "memory or a table is full";
  }
}

static bool host_load(void *context, CompileJob *job, const Name *module, const void *bytes, size_t size, HostFailure *failure) {
  JobThread *j = context;
  if (j->cancelled) return cancelled(job, failure) != NULL;
  CodeUnit *unit;
  VerifyError error;
  LoadStatus s = code_load(j->vm->code, bytes, size, T_NONE, &unit, &error);
  if (s == LOAD_OK) return true;
  Names *names = compile_names(job);
  failure->class_ = "error";
  failure->text = s == LOAD_REFUSED ? arena_format(names->arena, "cannot load module %s: %s (%s, function %d, instruction %d)", module->text,
                                                   load_text(s, &error), verify_reason_name(error.reason), (int)error.function, (int)error.instruction)
                                    : arena_format(names->arena, "cannot load module %s: %s", module->text, load_text(s, &error));
  // Code that the compiler made and the verifier refuses is a bug of the compiler: show the function.
  if (s == LOAD_REFUSED && error.function != UINT32_MAX) {
    Buffer listing;
    VerifyError again;
    buffer_init(&listing, &j->vm->alloc);
    ModuleImage *image = module_read(names->arena, bytes, size, &again);
    if (image) disasm_function(image, &image->functions[error.function], &listing);
    buffer_byte(&listing, 0);
    if (!listing.failed) failure->text = arena_format(names->arena, "%s\n%s", failure->text, listing.data);
    buffer_free(&listing);
  }
  failure->reason = quoted_binary(names, failure->text, strlen(failure->text));
  failure->stack = NULL;
  return false;
}

static int64_t host_number(void *context, CompileJob *job) {
  (void)job;
  CompileJobs *jobs = jobs_of(((JobThread *)context)->vm);
  uint32_t number = 0;
  while (number < jobs->number_capacity && jobs->number_taken[number]) number++;
  if (number == jobs->number_capacity) {
    uint32_t capacity = number ? number * 2 : 64;
    bool *bigger = alloc_grow(&((JobThread *)context)->vm->alloc, jobs->number_taken, number, capacity);
    if (!bigger) return atomic_fetch_add(&((JobThread *)context)->vm->next_unique, 1) + (1LL << 32); // not given back
    memset(bigger + number, 0, capacity - number);
    jobs->number_taken = bigger;
    jobs->number_capacity = capacity;
  }
  jobs->number_taken[number] = true;
  return number;
}

static void host_unload(void *context, CompileJob *job, const Name *module, int64_t number) {
  (void)job;
  JobThread *j = context;
  CompileJobs *jobs = jobs_of(j->vm);
  if (number < jobs->number_capacity) jobs->number_taken[number] = false;
  Term atom = atom_lookup(j->vm->atoms, module->text, module->length);
  if (atom != T_NONE) code_delete(j->vm->code, atom);
}

static bool host_module_loaded(void *context, CompileJob *job, const Name *module, bool from_path) {
  (void)job;
  JobThread *j = context;
  Term atom;
  if (j->cancelled) return false;
  if (atom_intern(j->vm->atoms, module->text, module->length, &atom) != STATUS_OK) return false;
  if (code_module(j->vm->code, atom)) return true;
  Engine *e = vm_engine(j->vm);
  return from_path && e->load_module && e->load_module(j->vm, atom) && code_module(j->vm->code, atom);
}

static Quoted *host_keep(void *context, CompileJob *job, Quoted *term) {
  JobThread *j = context;
  size_t words = quoted_term_words(term);
  if (words == SIZE_MAX || words == 0) return term;
  LiteralArea *area = literal_area_new(j->vm->literals, words, j->literal_owner);
  if (!area) return term;
  Term t = term_from_quoted(compile_names(job), j->vm, &area->heap, term);
  return t == T_NONE ? term : quoted_value(compile_names(job), QUOTED_TERM_VALUE, t);
}

static int64_t host_fresh(void *context, CompileJob *job) {
  (void)job;
  JobThread *j = context;
  return (int64_t)atomic_fetch_add(&j->vm->next_unique, 1) + 1;
}

static void host_report(void *context, CompileJob *job, const char *text, size_t size) {
  (void)job;
  JobThread *j = context;
  if (j->cancelled) return;
  j->vm->hooks.report(j->vm, text, size); // it has the turn: the scheduler waits
}

static void job_main(void *argument) {
  JobThread *j = argument;
  const VmHooks *hooks = &j->vm->hooks;
  if (hooks->thread_begin) hooks->thread_begin();
  pthread_mutex_lock(&j->mutex);
  while (!j->job_turn) pthread_cond_wait(&j->changed, &j->mutex);
  worker_now = j->worker;
  pthread_mutex_unlock(&j->mutex);
  CompileStatus s = COMPILE_FAILED;
  Quoted *value = NULL;
  HostFailure service_failure = {0};
  const HostFailure *failure = NULL;
  if (!j->cancelled) switch (j->work) {
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
  } else {
    if (!failure) failure = compile_failure(j->job);
    j->service_failure = failure ? *failure : (HostFailure){.class_ = "error"};
    j->failure = &j->service_failure;
    j->request = REQUEST_FAILED;
  }
  j->ended = true;
  worker_now = NULL;
  if (hooks->thread_end) hooks->thread_end(); // before the turn ends: then the VM may go
  end_turn(j);
}

// --- making and ending jobs

// What the program set by Code.compiler_options/1 (stdlib/kernel/code.ex: keys {Code, :option, name}).
static bool program_option(Vm *vm, const char *name) {
  Term words[4] = {HEADER(KIND_TUPLE, 3), atom_lookup(vm->atoms, "Elixir.Code", 11), atom_lookup(vm->atoms, "option", 6),
                   atom_lookup(vm->atoms, name, strlen(name))};
  for (int i = 1; i < 4; i++)
    if (words[i] == T_NONE) return false;
  return native_persistent_value(vm, term_boxed(words)) == ATOM_true;
}

static JobThread *job_new(Process *p, WorkKind work) {
  Vm *vm = p->vm;
  CompileJobs *jobs = jobs_of(vm);
  JobThread *j = alloc_zero(&vm->alloc, sizeof *j);
  if (!j) return NULL;
  j->vm = vm;
  j->id = ++jobs->next_id;
  j->literal_owner = LITERAL_OWNER_JOBS | (uint32_t)(j->id & 0x7fffffff);
  j->evaluator = p->pid;
  j->work = work;
  j->host = (CompileHost){j, host_call, host_load, host_number, host_unload, host_module_loaded, host_keep, host_fresh, host_report};
  CompileOptions options = jobs->options;
  options.ignore_module_conflict = program_option(vm, "ignore_module_conflict");
  j->job = compile_job_new(&vm->alloc, &j->host, &options);
  if (!j->job) {
    alloc_put(&vm->alloc, j, sizeof *j);
    return NULL;
  }
  pthread_mutex_init(&j->mutex, NULL);
  pthread_cond_init(&j->changed, NULL);
  j->outer = jobs->innermost;
  jobs->innermost = j;
  return j;
}

// Owns: takes j. A job in the middle of its work is told to give up: what it asks for fails, until it comes to its end.
static void job_free(JobThread *j) {
  CompileJobs *jobs = jobs_of(j->vm);
  for (JobThread **place = &jobs->innermost; *place; place = &(*place)->outer)
    if (*place == j) {
      *place = j->outer;
      break;
    }
  if (j->thread) {
    j->cancelled = true;
    if (!j->ended) let_job_run(j);
    compile_thread_finish(&jobs->threads, j->thread);
  }
  compile_job_free(j->job);
  code_orphan(j->vm->code, j->literal_owner); // what it passed to code may have been kept
  pthread_cond_destroy(&j->changed);
  pthread_mutex_destroy(&j->mutex);
  if (j->file) alloc_put(&j->vm->alloc, j->file, strlen(j->file) + 1);
  if (j->text) alloc_put(&j->vm->alloc, j->text, j->text_size + 1);
  alloc_put(&j->vm->alloc, j, sizeof *j);
}

static JobThread *job_of(Process *p) {
  for (JobThread *j = jobs_of(p->vm)->innermost; j; j = j->outer)
    if (j->evaluator == p->pid) return j;
  return NULL;
}

static JobThread *job_by_id(Process *p, Term id) {
  for (JobThread *j = jobs_of(p->vm)->innermost; j; j = j->outer)
    if (term_small((int64_t)j->id) == id) return j;
  return NULL;
}

// Where address space is limited a job has less stack. Measured without instrumentation: the deepest programs need less than 2 MB.
enum { COMPILE_STACK_LEAST_BYTES = 4 << 20 };

// Begins the job's work: its thread starts, the evaluator serves it. Return what it answers.
static Term job_start(Process *p, JobThread *j) {
  int error;
  j->thread = compile_thread_start(&jobs_of(p->vm)->threads, &p->vm->alloc, address_space_share(COMPILE_STACK_BYTES, 4, COMPILE_STACK_LEAST_BYTES),
                                   job_main, j, &error);
  if (!j->thread) {
    vm_report(p->vm, "joist: no thread for the compiler: %s (threads are limited by ulimit -u, their stacks by ulimit -v)\n", strerror(error));
    job_free(j);
    return native_error(p, ATOM_system_limit);
  }
  return native_call(p, jobs_of(p->vm)->loop, 1, term_small((int64_t)j->id));
}

static char *copy_text(Process *p, Term t, size_t *size) {
  Buffer scratch;
  buffer_init(&scratch, &p->vm->alloc);
  const unsigned char *bytes = binary_bytes_any(t, &scratch, size);
  char *copy = scratch.failed ? NULL : alloc_get(&p->vm->alloc, *size + 1);
  if (copy) {
    memcpy(copy, bytes, *size);
    copy[*size] = 0;
  }
  buffer_free(&scratch);
  return copy;
}

// --- natives of :joist_compile

// run_text(file, text): value of the last expression; raises what it raises.
Term native_compile_run_text(Process *p) {
  if (!term_is_binary(ARG(0)) || !term_is_binary(ARG(1))) return native_badarg(p);
  JobThread *j = job_new(p, WORK_RUN_TEXT);
  size_t size;
  if (!j) return native_error(p, ATOM_system_limit);
  j->file = copy_text(p, ARG(0), &size);
  j->text = copy_text(p, ARG(1), &j->text_size);
  if (j->file && j->text) return job_start(p, j);
  job_free(j);
  return native_error(p, ATOM_system_limit);
}

typedef struct FilesWork {
  Process *p;
  JobThread *j;
  size_t count;
  bool bad;
  Buffer scratch; // of slices that are not aligned; the caller's to free
} FilesWork;
static const char *arena_text(FilesWork *w, Arena *arena, Term t, size_t *size) {
  w->scratch.size = 0;
  const unsigned char *bytes = binary_bytes_any(t, &w->scratch, size);
  return w->scratch.failed ? w->bad = true, NULL : arena_copy(arena, bytes, *size);
}
static void take_files(void *context) {
  FilesWork *w = context;
  Arena *arena = compile_names(w->j->job)->arena;
  w->j->files = ARENA_ARRAY(arena, SourceFile, w->count);
  for (Term l = w->p->args[0]; l != T_NIL && !w->bad; l = cons_tail(l)) {
    Term t = cons_head(l);
    w->bad = !term_is_tuple(t) || tuple_arity(t) != 2 || !term_is_binary(tuple_items(t)[0]) || !term_is_binary(tuple_items(t)[1]);
    if (w->bad) return;
    SourceFile *file = &w->j->files[w->j->file_count++];
    size_t path_size;
    file->path = arena_text(w, arena, tuple_items(t)[0], &path_size);
    file->text = arena_text(w, arena, tuple_items(t)[1], &file->size);
  }
}

// files([{path, text}, …]): compiles them; the modules go to the VM's sink.
Term native_compile_files(Process *p) {
  int64_t count = native_list_length(ARG(0));
  if (count < 0) return native_badarg(p);
  JobThread *j = job_new(p, WORK_FILES);
  if (!j) return native_error(p, ATOM_system_limit);
  FilesWork w = {p, j, (size_t)count, false, {0}};
  buffer_init(&w.scratch, &p->vm->alloc);
  bool good = guarded(j, take_files, &w) && !w.bad;
  bool no_memory = w.scratch.failed;
  buffer_free(&w.scratch);
  if (good) return job_start(p, j);
  job_free(j);
  return w.bad && !no_memory ? native_badarg(p) : native_error(p, ATOM_system_limit);
}

// What a call of the job is told that could not be made, or whose value does not fit: needs no memory.
static void answer_limit(JobThread *j) {
  j->answer = ANSWER_FAILURE;
  j->answer_failure = (HostFailure){.class_ = "error", .reason = compile_names(j->job)->known[N_SYSTEM_LIMIT]->quoted};
}

typedef struct TermWork { // terms from and to quoted ones, guarded (compile_guarded)
  Process *p;
  JobThread *j;
  Term term;      // in or out
  Quoted *quoted; // likewise
} TermWork;
static void work_from_term(void *context) {
  TermWork *w = context;
  w->quoted = quoted_from_term(compile_names(w->j->job), w->p->vm, w->term, w->j->literal_owner);
}
static void work_from_quoted(void *context) {
  TermWork *w = context;
  w->term = process_term_from_quoted(w->p, compile_names(w->j->job), w->quoted);
}
// NULL: it cannot be expressed, or no memory.
static Quoted *take_term(Process *p, JobThread *j, Term t) {
  TermWork w = {p, j, t, NULL};
  return guarded(j, work_from_term, &w) ? w.quoted : NULL;
}
// T_NONE: no memory.
static Term give_term(Process *p, JobThread *j, Quoted *q) {
  TermWork w = {p, j, T_NONE, q};
  return guarded(j, work_from_quoted, &w) ? w.term : T_NONE;
}

static void work_call_tuple(void *context) {
  TermWork *w = context;
  JobThread *j = w->j;
  Names *names = compile_names(j->job);
  QuotedItems items = {0};
  quoted_push(names, &items, quoted_atom(names_intern_text(names, "call")));
  quoted_push(names, &items, quoted_atom(names_intern_text(names, j->module)));
  quoted_push(names, &items, quoted_atom(names_intern_text(names, j->function)));
  quoted_push(names, &items, quoted_list(names, j->args, j->arg_count));
  w->quoted = quoted_tuple(names, items.items, items.count);
  work_from_quoted(w);
}

// next(job): gives the job its turn and answers what it wants.
Term native_compile_next(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  if (!j) return native_badarg(p);
  for (;;) {
    let_job_run(j);
    if (j->request != REQUEST_CALL) return term_small(j->request);
    TermWork w = {p, j, T_NONE, NULL};
    if (guarded(j, work_call_tuple, &w) && w.term != T_NONE) return w.term;
    answer_limit(j); // it goes on without the call
  }
}

// answer(job, value): what the call gave.
Term native_compile_answer(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  if (!j) return native_badarg(p);
  j->answer_value = take_term(p, j, ARG(1));
  j->answer = ANSWER_VALUE;
  if (!j->answer_value) answer_limit(j);
  return ATOM_ok;
}

static const char *class_text(Term class_) { return class_ == ATOM_exit ? "exit" : class_ == ATOM_throw ? "throw" : "error"; }

// fail(job, class, reason, stack): how the call ended.
Term native_compile_fail(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  if (!j) return native_badarg(p);
  Quoted *reason = take_term(p, j, ARG(2)), *stack = take_term(p, j, ARG(3));
  answer_limit(j);
  j->answer_failure.class_ = class_text(ARG(1));
  if (reason) j->answer_failure.reason = reason;
  j->answer_failure.stack = stack;
  return ATOM_ok;
}

static Term raise_failure(Process *p, JobThread *j, const HostFailure *failure) {
  Term class_ = !failure->class_ || strcmp(failure->class_, "error") == 0 ? ATOM_error : strcmp(failure->class_, "exit") == 0 ? ATOM_exit : ATOM_throw;
  Term reason = failure->reason ? give_term(p, j, failure->reason) : ATOM_system_limit;
  if (reason == T_NONE) reason = ATOM_system_limit;
  p->exc_reason = reason; // kept while the stack is built (which does not collect)
  Term stack = failure->stack ? give_term(p, j, failure->stack) : T_NONE;
  return native_raise(p, class_, p->exc_reason, stack != T_NONE && term_is_list(stack) ? stack : T_NONE);
}

// Replaces a term by a copy that shares nothing, literals included, in a fragment that p adopts. Fails: false.
static bool own_copy(Process *p, Term *t) {
  if (!term_is_pointer(*t)) return true;
  TermContext whole = p->vm->context;
  whole.literal_lo = whole.literal_hi = 0;
  size_t words;
  if (size_term(&whole, *t, &words) != STATUS_OK) return false;
  HeapFragment *f = fragment_new(&p->vm->alloc, &p->vm->account, words);
  if (!f) return false;
  TermHeap heap = fragment_heap(f);
  *t = term_copy(&whole, &heap, *t);
  fragment_close(f, &heap, *t);
  heap_adopt(vm_heap_env(p->vm), &p->memory, f);
  return true;
}

// finish(job, request): the value of a job or a service, or its exception.
Term native_compile_finish(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  if (!j || !term_is_small(ARG(1))) return native_badarg(p);
  CompileJobs *jobs = jobs_of(p->vm);
  RequestKind request = (RequestKind)small_value(ARG(1));
  Term answer;
  if (request == REQUEST_DONE || request == REQUEST_SERVICE_DONE) {
    answer = give_term(p, j, j->value);
    if (answer == T_NONE) answer = native_error(p, ATOM_system_limit);
  } else {
    answer = raise_failure(p, j, j->failure);
  }
  if (request == REQUEST_DONE || request == REQUEST_FAILED) {
    if (j->work == WORK_FILES && jobs->sink && request == REQUEST_DONE)
      for (const CompiledModule *m = compile_modules(j->job); m; m = m->next) jobs->sink(jobs->sink_context, m);
    // Values, exceptions too, may refer to the job's literals: they are copied whole before those go.
    bool copied = own_copy(p, &answer) && own_copy(p, &p->exc_reason) && own_copy(p, &p->exc_trace);
    if (!copied) answer = native_error(p, ATOM_system_limit);
    job_free(j);
  }
  return answer;
}

// --- services. `name` of an entry of natives.def is the service's own.

typedef struct ArgumentsWork {
  Process *p;
  JobThread *j;
  uint32_t count;
  Quoted **args; // NULL: one of them cannot be expressed
} ArgumentsWork;
static void take_arguments(void *context) {
  ArgumentsWork *w = context;
  Names *names = compile_names(w->j->job);
  Quoted **args = ARENA_ARRAY(names->arena, Quoted *, w->count + 1);
  for (uint32_t i = 0; i < w->count; i++)
    if (!(args[i] = quoted_from_term(names, w->p->vm, w->p->args[-(ptrdiff_t)i], w->j->literal_owner))) return;
  w->args = args;
}

static Term service(Process *p, const char *module, const char *function, uint32_t count) {
  JobThread *j = job_of(p);
  // What needs nothing of the running job has one of its own: its memory goes with the call.
  if (j && compile_service_alone(j->job, module, function, count)) j = NULL;
  bool own = j == NULL;
  if (own) {
    j = job_new(p, WORK_SERVICE);
    if (!j) return native_error(p, ATOM_system_limit);
  }
  ArgumentsWork w = {p, j, count, NULL};
  if (!guarded(j, take_arguments, &w) || !w.args) {
    if (own) job_free(j);
    return native_error(p, ATOM_system_limit);
  }
  Quoted **args = w.args;
  if (!compile_service_quick(module, function, count)) {
    j->service_module = module;
    j->service_function = function;
    j->service_args = args;
    j->service_arg_count = count;
    if (own) return job_start(p, j);
    j->answer = ANSWER_SERVICE;
    return native_call(p, jobs_of(p->vm)->loop, 1, term_small((int64_t)j->id));
  }
  HostFailure failure = {0};
  EngineRun *run = job_is_used(j);
  Quoted *value = compile_service(j->job, module, function, args, count, &failure);
  run->job = NULL;
  Term answer;
  if (value) {
    answer = give_term(p, j, value);
    if (answer == T_NONE) answer = native_error(p, ATOM_system_limit);
  } else {
    answer = raise_failure(p, j, &failure);
  }
  if (own) {
    if (!own_copy(p, &answer) || !own_copy(p, &p->exc_reason) || !own_copy(p, &p->exc_trace)) answer = native_error(p, ATOM_system_limit);
    job_free(j);
  }
  return answer;
}

#define SERVICE(module, name, arity) \
  Term native_##module##_##name##_##arity(Process *p) { return service(p, #module, #name, arity); }
#include "vm/main/services.def"
#undef SERVICE

// --- start and end

Status compile_host_init(Vm *vm) {
  CompileJobs *jobs = alloc_zero(&vm->alloc, sizeof *jobs);
  if (!jobs) return STATUS_NO_MEMORY;
  vm->compile = jobs;
  bool in_image;
  if (!code_load_from_image(vm->code, ATOM_joist_evaluator, &in_image) && !compile_evaluator_load(vm)) return STATUS_NO_MEMORY;
  jobs->loop = code_export(vm->code, ATOM_joist_evaluator, ATOM_loop, 1);
  return jobs->loop ? STATUS_OK : STATUS_NO_MEMORY;
}

void compile_host_options(Vm *vm, const CompileOptions *options) {
  bool color = jobs_of(vm)->options.color;
  jobs_of(vm)->options = *options;
  jobs_of(vm)->options.color = color;
}
void compile_host_color(Vm *vm, bool color) { jobs_of(vm)->options.color = color; }

void compile_host_sink(Vm *vm, CompiledModuleSink sink, void *context) {
  jobs_of(vm)->sink = sink;
  jobs_of(vm)->sink_context = context;
}

void compile_host_process_end(Process *p) {
  CompileJobs *jobs = jobs_of(p->vm);
  for (JobThread *j = jobs ? jobs->innermost : NULL, *outer; j; j = outer) {
    outer = j->outer;
    if (j->evaluator == p->pid) job_free(j);
  }
}

void compile_host_free(Vm *vm) {
  while (vm->compile && vm->compile->innermost) job_free(vm->compile->innermost);
  if (vm->compile) compile_threads_free(&vm->compile->threads);
  if (vm->compile) alloc_put(&vm->alloc, vm->compile->number_taken, vm->compile->number_capacity);
  if (vm->compile) alloc_put(&vm->alloc, vm->compile, sizeof *vm->compile);
  vm->compile = NULL;
}

// SPDX-License-Identifier: Apache-2.0
//
// Compile jobs as their processes see them: the natives of :joist_compile, and services.
//
//   process: run_text ──start──> job's thread compiles … needs a macro: puts a REQUEST, hands the turn back (compile_job.h)
//            <── next answers {call, module, function, args}; the evaluator applies it
//            answer or fail ──turn──> job's thread goes on …
//
// The evaluator is one function, loop/1 of :joist_evaluator (compile_evaluator.c). While code that it applied runs, that code may ask the compiler for a service (define this
// function, expand this term): quick ones run at once in the process's thread, others go to the job's
// thread as an ANSWER of their own kind, and a nested loop serves it until the service is done.
//
//  J1  A job belongs to the process that started it (the evaluator); a process's innermost job is the one that
//      its services reach.
//  J2  Terms that cross and have no quoted form are literals owned by the job. Code that got them may keep them: they go when nobody
//      refers to them (vm/engine/purge.c).
//  J3  An exception from outside (SIGNAL_INTERRUPT) may take the process out of `next` while the job has the turn. A job that nothing of
//      waits for a call any more is cancelled when the process next comes to the compiler, or ends. One that does had been asked for a service: what
//      that asks for fails until it is done, then the call is answered.
#include "vm/main/compile_host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vm/engine/engine.h"
#include "vm/main/compile_evaluator.h"
#include "vm/main/compile_job.h"
#include "vm/main/quoted_terms.h"
#include "vm/native/native_api.h"
#include "vm/term/copy.h"

// --- starting

static Term serve(Process *p, JobThread *j) { return native_call(p, jobs_of(p->vm)->loop, 1, term_small((int64_t)j->id)); }

// Begins the job's work: its thread is made, the evaluator serves it. Return what it answers.
static Term job_start(Process *p, JobThread *j) {
  int error;
  if (job_make_thread(j, &error)) return serve(p, j);
  vm_report(p->vm, "joist: no thread for the compiler: %s (threads are limited by ulimit -u, their stacks by ulimit -v)\n", strerror(error));
  job_end(j);
  return native_limit(p, error == ENOMEM ? LIMIT_MEMORY_BUDGET : LIMIT_SYSTEM_THREADS);
}

// J3: jobs of p that it left, and whose answer nobody awaits any more. Answers the innermost that is left.
static JobThread *drop_left_jobs(Process *p) {
  JobThread *j;
  while ((j = job_of(p)) && j->given && !j->open_calls) job_end(j);
  return j;
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
  drop_left_jobs(p);
  JobThread *j = job_new(p, WORK_RUN_TEXT);
  size_t size;
  if (!j) return native_error(p, ATOM_system_limit);
  j->file = copy_text(p, ARG(0), &size);
  j->text = copy_text(p, ARG(1), &j->text_size);
  if (j->file && j->text) return job_start(p, j);
  job_end(j);
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
  drop_left_jobs(p);
  JobThread *j = job_new(p, WORK_FILES);
  if (!j) return native_error(p, ATOM_system_limit);
  FilesWork w = {p, j, (size_t)count, false, {0}};
  buffer_init(&w.scratch, &p->vm->alloc);
  bool good = job_guarded(j, take_files, &w) && !w.bad;
  bool no_memory = w.scratch.failed;
  buffer_free(&w.scratch);
  if (good) return job_start(p, j);
  job_end(j);
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
  return job_guarded(j, work_from_term, &w) ? w.quoted : NULL;
}
// T_NONE: no memory.
static Term give_term(Process *p, JobThread *j, Quoted *q) {
  TermWork w = {p, j, T_NONE, q};
  return job_guarded(j, work_from_quoted, &w) ? w.term : T_NONE;
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
  Term leave;
  if (!j || (!j->given && (j->owes || j->ended))) return native_badarg(p);
  for (;;) {
    if (!job_takes_turn(p, j, &leave)) return leave;
    if (j->request != REQUEST_CALL) return term_small(j->request);
    TermWork w = {p, j, T_NONE, NULL};
    if (job_guarded(j, work_call_tuple, &w) && w.term != T_NONE) {
      j->open_calls++;
      j->owes = true;
      return w.term;
    }
    answer_limit(j); // it goes on without the call
  }
}

// J3: brings the job to where it awaits an answer to its call. False: *leave is what to answer now.
static bool awaits_answer(Process *p, JobThread *j, Term *leave) {
  while (j->given) {
    if (!job_takes_turn(p, j, leave)) return false;
    j->owes = j->request != REQUEST_CALL;
    if (j->owes) break;
    answer_limit(j);
    job_give_turn(j);
  }
  return true;
}

// answer(job, value): what the call gave.
Term native_compile_answer(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  Term leave;
  if (!j || !j->open_calls) return native_badarg(p);
  if (!awaits_answer(p, j, &leave)) return leave;
  j->answer_value = take_term(p, j, ARG(1));
  j->answer = ANSWER_VALUE;
  if (!j->answer_value) answer_limit(j);
  j->open_calls--;
  j->owes = false;
  return ATOM_ok;
}

static const char *class_text(Term class_) { return class_ == ATOM_exit ? "exit" : class_ == ATOM_throw ? "throw" : "error"; }

// fail(job, class, reason, stack): how the call ended.
Term native_compile_fail(Process *p) {
  JobThread *j = job_by_id(p, ARG(0));
  Term leave;
  if (!j || !j->open_calls) return native_badarg(p);
  if (!awaits_answer(p, j, &leave)) return leave;
  Quoted *reason = take_term(p, j, ARG(2)), *stack = take_term(p, j, ARG(3));
  answer_limit(j);
  j->answer_failure.class_ = class_text(ARG(1));
  if (reason) j->answer_failure.reason = reason;
  j->answer_failure.stack = stack;
  j->open_calls--;
  j->owes = false;
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
  if (!j || j->given || ARG(1) != term_small(j->request)) return native_badarg(p);
  CompileJobs *jobs = jobs_of(p->vm);
  RequestKind request = j->request;
  j->owes = true; // a service is done: what it was asked from goes on
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
    job_end(j);
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
  JobThread *j = drop_left_jobs(p);
  Term leave;
  if (j && !awaits_answer(p, j, &leave)) return leave;
  // What needs nothing of the running job has one of its own: its memory goes with the call.
  if (j && compile_service_alone(j->job, module, function, count)) j = NULL;
  bool own = j == NULL;
  if (own) {
    j = job_new(p, WORK_SERVICE);
    if (!j) return native_error(p, ATOM_system_limit);
  }
  ArgumentsWork w = {p, j, count, NULL};
  if (!job_guarded(j, take_arguments, &w) || !w.args) {
    if (own) job_end(j);
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
    j->owes = false;
    return serve(p, j);
  }
  HostFailure failure = {0};
  Quoted *value = job_quick_service(j, module, function, args, count, &failure);
  Term answer;
  if (value) {
    answer = give_term(p, j, value);
    if (answer == T_NONE) answer = native_error(p, ATOM_system_limit);
  } else {
    answer = raise_failure(p, j, &failure);
  }
  if (own) {
    if (!own_copy(p, &answer) || !own_copy(p, &p->exc_reason) || !own_copy(p, &p->exc_trace)) answer = native_error(p, ATOM_system_limit);
    job_end(j);
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
  lock_init(&jobs->lock, LOCK_COMPILE);
  compile_threads_init(&jobs->threads, vm);
  vm_engine(vm)->job_no_memory = compile_no_memory;
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
  if (!p->vm->compile) return; // the VM is being freed
  for (JobThread *j; (j = job_of(p));) job_end(j);
}

void compile_host_free(Vm *vm) {
  CompileJobs *jobs = vm->compile;
  if (!jobs) return;
  while (jobs->newest) job_end(jobs->newest);
  compile_threads_free(&jobs->threads); // those of jobs that are giving up too
  alloc_put(&vm->alloc, jobs->number_taken, jobs->number_capacity);
  alloc_put(&vm->alloc, jobs, sizeof *jobs);
  vm->compile = NULL;
}

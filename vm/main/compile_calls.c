// SPDX-License-Identifier: Apache-2.0
//
// What a job's thread is handed by the VM (compiler/driver/host.h). Whatever touches the VM is an errand: the job's process does it,
// with the turn, on its worker (T1 of compile_job.h).
#include "vm/main/compile_job.h"

#include <string.h>

#include "vm/code/disasm.h"
#include "vm/engine/engine.h"
#include "vm/main/quoted_terms.h"

static Quoted *cancelled(CompileJob *job, HostFailure *failure) {
  *failure = (HostFailure){.class_ = "exit", .reason = compile_names(job)->known[N_SYSTEM_LIMIT]->quoted, .text = "** (EXIT) the process that compiled has ended"};
  return NULL;
}

// False: cancelled, or there was no memory: what it was to say is as before.
static bool run_errand(JobThread *j, void (*errand)(void *context), void *context) {
  if (job_is_cancelled(j)) return false;
  j->errand = errand;
  j->errand_context = context;
  return job_asks(j, REQUEST_ERRAND);
}

// --- calls

static Quoted *host_call(void *context, CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count,
                         HostFailure *failure) {
  JobThread *j = context;
  if (job_is_cancelled(j)) return cancelled(job, failure);
  j->module = module;
  j->function = function;
  j->args = args;
  j->arg_count = count;
  RequestKind request = REQUEST_CALL;
  while (job_asks(j, request)) {
    if (j->answer == ANSWER_VALUE) return j->answer_value;
    if (j->answer == ANSWER_FAILURE) {
      *failure = j->answer_failure;
      return NULL;
    }
    HostFailure service_failure = {0};
    Quoted *value = compile_service(job, j->service_module, j->service_function, j->service_args, j->service_arg_count, &service_failure);
    if (job_is_cancelled(j)) break; // then the job's own, but nobody reads it
    request = value ? REQUEST_SERVICE_DONE : REQUEST_SERVICE_FAILED;
    j->value = value;
    j->service_failure = service_failure;
    j->failure = &j->service_failure;
  }
  return cancelled(job, failure);
}

// --- code

typedef struct LoadErrand {
  JobThread *j;
  const Name *module;
  const void *bytes;
  size_t size;
  bool done;
  HostFailure failure;
} LoadErrand;

static const char *load_text(LoadStatus s, const VerifyError *error) {
  switch (s) {
    case LOAD_REFUSED: return verify_reason_text(error->reason);
    case LOAD_WRONG_NAME: return "the module has another name";
    default: return "memory or a table is full";
  }
}

static void load(void *context) {
  LoadErrand *l = context;
  JobThread *j = l->j;
  CodeUnit *unit;
  VerifyError error;
  LoadStatus s = code_load(j->vm->code, l->bytes, l->size, T_NONE, &unit, &error);
  l->done = s == LOAD_OK;
  if (l->done) return;
  Names *names = compile_names(j->job);
  const char *text = s == LOAD_REFUSED ? arena_format(names->arena, "cannot load module %s: %s (%s, function %d, instruction %d)", l->module->text,
                                                      load_text(s, &error), verify_reason_name(error.reason), (int)error.function, (int)error.instruction)
                                       : arena_format(names->arena, "cannot load module %s: %s", l->module->text, load_text(s, &error));
  // Code that the compiler made and the verifier refuses is a bug of the compiler: show the function.
  if (s == LOAD_REFUSED && error.function != UINT32_MAX) {
    Buffer listing;
    VerifyError again;
    buffer_init(&listing, &j->vm->alloc);
    ModuleImage *image = module_read(names->arena, l->bytes, l->size, &again);
    if (image) disasm_function(image, &image->functions[error.function], &listing);
    buffer_byte(&listing, 0);
    if (!listing.failed) text = arena_format(names->arena, "%s\n%s", text, listing.data);
    buffer_free(&listing);
  }
  l->failure = (HostFailure){.class_ = "error", .text = text, .reason = quoted_binary(names, text, strlen(text))};
}

static bool host_load(void *context, CompileJob *job, const Name *module, const void *bytes, size_t size, HostFailure *failure) {
  JobThread *j = context;
  LoadErrand l = {.j = j, .module = module, .bytes = bytes, .size = size};
  cancelled(job, &l.failure); // unless it comes to say something else
  (void)!run_errand(j, load, &l);
  if (!l.done) *failure = l.failure;
  return l.done;
}

static void look_for(void *context) {
  LoadErrand *l = context;
  Vm *vm = l->j->vm;
  Engine *e = vm_engine(vm);
  Term atom;
  if (atom_intern(vm->atoms, l->module->text, l->module->length, &atom) != STATUS_OK) return;
  l->done = e->load_module && e->load_module(vm, atom) && code_module(vm->code, atom);
}

// Looking up is safe for any thread (code.h), and what is asked most.
static bool host_module_loaded(void *context, CompileJob *job, const Name *module, bool from_path) {
  (void)job;
  LoadErrand l = {.j = context, .module = module};
  Vm *vm = l.j->vm;
  Term atom = atom_lookup(vm->atoms, module->text, module->length);
  if (job_is_cancelled(l.j)) return false;
  if (atom != T_NONE && code_module(vm->code, atom)) return true;
  return from_path && run_errand(l.j, look_for, &l) && l.done;
}

// --- numbers

static int64_t host_fresh(void *context, CompileJob *job) {
  (void)job;
  JobThread *j = context;
  return (int64_t)atomic_fetch_add(&j->vm->next_unique, 1) + 1;
}

// Under the lock. False: no memory.
static bool more_numbers(CompileJobs *jobs, const Alloc *alloc) {
  uint32_t before = jobs->number_capacity, capacity = before ? before * 2 : 64;
  bool *bigger = alloc_grow(alloc, jobs->number_taken, before, capacity);
  if (!bigger) return false;
  memset(bigger + before, 0, capacity - before);
  jobs->number_taken = bigger;
  jobs->number_capacity = capacity;
  return true;
}

static int64_t host_number(void *context, CompileJob *job) {
  JobThread *j = context;
  CompileJobs *jobs = jobs_of(j->vm);
  lock_take(&jobs->lock);
  uint32_t number = 0;
  while (number < jobs->number_capacity && jobs->number_taken[number]) number++;
  bool good = number < jobs->number_capacity || more_numbers(jobs, &j->vm->alloc);
  if (good) jobs->number_taken[number] = true;
  lock_give(&jobs->lock);
  return good ? number : host_fresh(context, job) + (1LL << 32); // not given back
}

typedef struct Unloading {
  Vm *vm;
  Term module; // T_NONE: it was never loaded
  int64_t number;
} Unloading;

// The number goes last: until then nobody else's module has the name.
static void unload(void *context) {
  Unloading *u = context;
  CompileJobs *jobs = jobs_of(u->vm);
  if (u->module != T_NONE) code_delete(u->vm->code, u->module);
  lock_take(&jobs->lock);
  if (u->number < jobs->number_capacity) jobs->number_taken[u->number] = false;
  lock_give(&jobs->lock);
}

static void unload_later(Vm *vm, void *state) {
  if (vm->compile) unload(state); // else the VM is being freed
  alloc_put(&vm->alloc, state, sizeof(Unloading));
}

// For a job that was cancelled somebody else must do it.
static void host_unload(void *context, CompileJob *job, const Name *module, int64_t number) {
  (void)job;
  JobThread *j = context;
  Vm *vm = j->vm;
  Unloading u = {vm, atom_lookup(vm->atoms, module->text, module->length), number};
  if (run_errand(j, unload, &u)) return;
  Unloading *later = alloc_get(&vm->alloc, sizeof *later);
  if (!later) return; // module and number stay taken
  *later = u;
  if (!vm->scheduling.post(vm, unload_later, later)) alloc_put(&vm->alloc, later, sizeof *later);
}

// --- terms and texts

typedef struct TermErrand {
  JobThread *j;
  Quoted *term;
  const char *text;
  size_t size;
} TermErrand;

static void keep(void *context) {
  TermErrand *t = context;
  JobThread *j = t->j;
  size_t words = quoted_term_words(t->term);
  if (words == SIZE_MAX || words == 0) return;
  LiteralArea *area = literal_area_new(j->vm->literals, words, j->literal_owner);
  if (!area) return;
  Term made = term_from_quoted(compile_names(j->job), j->vm, &area->heap, t->term);
  if (made != T_NONE) t->term = quoted_value(compile_names(j->job), QUOTED_TERM_VALUE, made);
}

static Quoted *host_keep(void *context, CompileJob *job, Quoted *term) {
  (void)job;
  TermErrand t = {.j = context, .term = term};
  (void)!run_errand(t.j, keep, &t);
  return t.term;
}

static void report(void *context) {
  TermErrand *t = context;
  t->j->vm->hooks.report(t->j->vm, t->text, t->size);
}

static void host_report(void *context, CompileJob *job, const char *text, size_t size) {
  (void)job;
  TermErrand t = {.j = context, .text = text, .size = size};
  (void)!run_errand(t.j, report, &t);
}

CompileHost job_host(JobThread *j) {
  return (CompileHost){j, host_call, host_load, host_number, host_unload, host_module_loaded, host_keep, host_fresh, host_report};
}

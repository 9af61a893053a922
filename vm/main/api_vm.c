// SPDX-License-Identifier: Apache-2.0
//
// The C API: making, stopping and freeing a VM; what it writes; what went wrong last.
#include "vm/main/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "vm/main/library.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"
#include "vm/sched/sched.h"

_Static_assert((int)JOIST_STDOUT == VM_STDOUT && (int)JOIST_STDERR == VM_STDERR && (int)JOIST_REPORT == VM_REPORT, "streams have one numbering");

const char *joist_version(void) { return JOIST_VERSION; }

const char *joist_status_text(joist_status status) {
  switch (status) {
    case JOIST_OK: return "ok";
    case JOIST_RAISED: return "the code raised an exception";
    case JOIST_TIMEOUT: return "the time is over";
    case JOIST_STOPPED: return "the VM is stopped";
    case JOIST_NO_MEMORY: return "no memory";
    case JOIST_LIMIT: return "a limit is reached";
    case JOIST_INVALID: return "an invalid argument";
    case JOIST_BUSY: return "somebody is inside this VM";
    case JOIST_REFUSED: return "the module file is refused";
    case JOIST_IO: return "a file cannot be read";
    case JOIST_EMPTY: return "no message";
    case JOIST_CLOSED: return "the mailbox is closed";
    case JOIST_DEADLOCK: return "every process waits for ever";
  }
  return "an unknown status";
}

// --- entering and leaving

bool host_enter(joist_vm *vm) {
  if (atomic_exchange(&vm->inside, true)) return false;
  vm->error_class.size = vm->error_message.size = vm->error_stack.size = 0;
  return true;
}

joist_status host_leave(joist_vm *vm, joist_status status) {
  if (vm->started) native_output_flush(&vm->vm);
  atomic_store(&vm->inside, false);
  return status;
}

joist_status host_fail(joist_vm *vm, joist_status status, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  vm->error_message.size = 0;
  buffer_text(&vm->error_message, text);
  return host_leave(vm, status);
}

static const char *text_of(Buffer *b) {
  if (!b->size) return "";
  buffer_byte(b, 0);
  b->failed = false;
  if (b->data[b->size - 1]) b->data[b->size - 1] = 0; // no memory for the zero: the last character gives way
  else b->size--;
  return b->data;
}
const char *joist_error_class(joist_vm *vm) { return vm ? text_of(&vm->error_class) : ""; }
const char *joist_error_message(joist_vm *vm) { return vm ? text_of(&vm->error_message) : ""; }
const char *joist_error_stack(joist_vm *vm) { return vm ? text_of(&vm->error_stack) : ""; }

// --- what the VM writes

static int write_out(Vm *inner, int stream, const char *bytes, size_t size) {
  joist_vm *vm = inner->host;
  if (vm->output) {
    if (size) vm->output(vm->output_context, (joist_stream)stream, bytes, size);
    return 0;
  }
  return vm->standard_streams ? write_standard(inner, stream, bytes, size) : 0;
}

// --- making

// The host's table as the VM's: the same shape, another name.
_Static_assert(sizeof(joist_allocator) == sizeof(Alloc) && offsetof(joist_allocator, release) == offsetof(Alloc, release), "tables are alike");

static bool keep_code_path(joist_vm *vm, const joist_options *o) {
  for (size_t i = 0; i < o->code_path_count; i++) vm->path_text_size += strlen(o->code_path[i]) + 1;
  vm->code_path_count = o->code_path_count;
  vm->code_path = alloc_zero(&vm->alloc, (o->code_path_count + 1) * sizeof *vm->code_path);
  if (vm->path_text_size) vm->path_text = alloc_get(&vm->alloc, vm->path_text_size);
  if (!vm->code_path || (vm->path_text_size && !vm->path_text)) return false;
  char *at = vm->path_text;
  for (size_t i = 0; i < o->code_path_count; i++) {
    vm->code_path[i] = at;
    at = stpcpy(at, o->code_path[i]) + 1;
  }
  return true;
}

enum { MAX_ATOMS_MOST = 1 << 24 }; // as --max-atoms

static joist_status check(const joist_options *o) {
  if (o->schedulers > SCHEDULERS_MAX && o->schedulers != JOIST_SCHEDULERS_CPUS) return JOIST_LIMIT;
  if (o->seeded && o->schedulers > 1 && o->schedulers != JOIST_SCHEDULERS_CPUS) return JOIST_INVALID;
  if (o->engine == JOIST_ENGINE_COMPILED && !start_has_jit()) return JOIST_INVALID;
  if ((unsigned)o->engine > JOIST_ENGINE_COMPILED || o->max_processes > PROCESSES_MAX || o->max_blocking > BLOCKING_CALLS_MOST) return JOIST_INVALID;
  if (o->allocator && (!o->allocator->allocate || !o->allocator->reallocate || !o->allocator->release)) return JOIST_INVALID;
  if (o->max_atoms > MAX_ATOMS_MOST) return JOIST_INVALID;
  for (size_t i = 0; o->arguments && i < o->argument_count; i++)
    if (!o->arguments[i]) return JOIST_INVALID;
  for (size_t i = 0; o->code_path && i < o->code_path_count; i++)
    if (!o->code_path[i]) return JOIST_INVALID;
  if (o->argument_count > UINT32_MAX || (o->argument_count && !o->arguments) || (o->code_path_count && !o->code_path)) return JOIST_INVALID;
  return JOIST_OK;
}

static void free_rest(joist_vm *vm) {
  buffer_free(&vm->error_class);
  buffer_free(&vm->error_message);
  buffer_free(&vm->error_stack);
  alloc_put(&vm->alloc, vm->code_path, (vm->code_path_count + 1) * sizeof *vm->code_path);
  alloc_put(&vm->alloc, vm->path_text, vm->path_text_size);
  if (vm->poll_fd >= 0) close(vm->poll_fd);
  if (vm->timer_fd >= 0) close(vm->timer_fd);
  pthread_mutex_destroy(&vm->lock);
  Alloc alloc = vm->alloc;
  alloc_put(&alloc, vm, sizeof *vm);
}

static uint32_t scheduler_count(const joist_options *o) {
  if (o->schedulers != JOIST_SCHEDULERS_CPUS) return o->schedulers;
  if (o->seeded) return 1;
  uint32_t cpus = cpus_configured();
  return cpus < SCHEDULERS_MAX ? cpus : SCHEDULERS_MAX;
}

static joist_status start(joist_vm *vm, const joist_options *o) {
  StartOptions start = {
      .engine = (EngineKind)o->engine,
      .vm = {.max_processes = o->max_processes,
             .max_atoms = o->max_atoms,
             .max_files = o->max_files,
             .max_blocking = o->max_blocking,
             .alarms = o->alarms,
             .migrate = o->migrate,
             .budget_bytes = o->memory_budget,
             .max_heap_words = o->max_heap / sizeof(Term),
             .literal_bytes = o->address_space,
             .schedulers = scheduler_count(o),
             .follow_cpus = o->schedulers == JOIST_SCHEDULERS_CPUS && !o->seeded,
             .without_standard_streams = !o->standard_streams || o->output,
             .seeded = o->seeded,
             .seed = o->seed},
      .arguments = o->arguments,
      .argument_count = (uint32_t)o->argument_count,
      .code_path = vm->code_path,
      .quiet = !o->standard_streams,
      .write = write_out,
      .write_some = o->standard_streams && !o->output ? write_standard_some : NULL,
      .host = vm,
  };
  Status s = start_vm(&vm->vm, &vm->alloc, &start);
  vm->started = s == STATUS_OK;
  switch (s) {
    case STATUS_OK: return JOIST_OK;
    case STATUS_NO_MEMORY: return JOIST_NO_MEMORY;
    case STATUS_BAD_DATA: return JOIST_REFUSED; // the embedded library
    default: return JOIST_LIMIT;
  }
}

static int64_t vm_made_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

joist_status joist_create(const joist_options *options, joist_vm **made) {
  if (!made) return JOIST_INVALID;
  *made = NULL;
  joist_options o = joist_options_default();
  if (options) {
    // A host built with an older header has a shorter struct; one with a newer header may have set what this library does not know.
    if (options->struct_size < offsetof(joist_options, output)) return JOIST_INVALID;
    memcpy(&o, options, options->struct_size < sizeof o ? options->struct_size : sizeof o);
    for (size_t i = sizeof o; i < options->struct_size; i++)
      if (((const char *)options)[i]) return JOIST_INVALID;
  }
  joist_status status = check(&o);
  if (status != JOIST_OK) return status;
  Alloc alloc = o.allocator ? (Alloc){o.allocator->allocate, o.allocator->reallocate, o.allocator->release, o.allocator->state} : alloc_system();
  joist_vm *vm = alloc_zero(&alloc, sizeof *vm);
  if (!vm) return JOIST_NO_MEMORY;
  vm->alloc = alloc;
  vm->output = o.output;
  vm->output_context = o.output_context;
  vm->standard_streams = o.standard_streams;
  vm->until = T_NONE;
  // Tags of pools begin elsewhere in each VM: handles of one are noticed in another, and those of a freed one in its successor.
  vm->next_pool = (uint32_t)(((uint64_t)(uintptr_t)vm ^ (uint64_t)vm_made_ns()) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
  vm->poll_fd = vm->timer_fd = -1;
  buffer_init(&vm->error_class, &vm->alloc);
  buffer_init(&vm->error_message, &vm->alloc);
  buffer_init(&vm->error_stack, &vm->alloc);
  pthread_mutex_init(&vm->lock, NULL);
  status = keep_code_path(vm, &o) ? start(vm, &o) : JOIST_NO_MEMORY;
  if (status == JOIST_OK && !host_module_atom(&vm->vm, "joist_host", &vm->host_module)) {
    stop_vm(&vm->vm);
    status = JOIST_LIMIT;
  }
  if (status != JOIST_OK) {
    free_rest(vm);
    return status;
  }
  vm->process_end = vm->vm.hooks.process_end;
  vm->vm.hooks.process_end = host_process_end;
  *made = vm;
  return JOIST_OK;
}

enum { MS_NS = 1000000 };

joist_status joist_free_within(joist_vm *vm, int64_t timeout_ms) {
  if (!vm) return JOIST_OK;
  CHECK(!atomic_load(&vm->inside)); // freed while somebody is inside it: the host's memory is at stake
  joist_stop(vm, 0); // natives that look see it
  native_output_flush(&vm->vm);
  // Before anything goes that natives use.
  if (!sched_end_dirty_within(&vm->vm, timeout_ms < 0 || timeout_ms > INT64_MAX / MS_NS ? -1 : timeout_ms * MS_NS)) return JOIST_BUSY;
  mailboxes_free_all(vm);
  pools_free_all(vm);
  stop_vm(&vm->vm);
  free_rest(vm);
  return JOIST_OK;
}

void joist_free(joist_vm *vm) {
  if (joist_free_within(vm, JOIST_FREE_MS) == JOIST_OK) return;
  size_t count = sched_dirty_busy(&vm->vm);
  vm_report(&vm->vm, "joist_free: %zu native call%s not return; what the VM holds is not given back\n", count, count == 1 ? " does" : "s do");
}

void joist_stop(joist_vm *vm, int exit_status) {
  if (vm && !atomic_load(&vm->vm.stopping)) vm_stop(&vm->vm, exit_status); // the first status stays
}

int joist_exit_status(joist_vm *vm) { return vm && atomic_load(&vm->vm.stopping) ? atomic_load(&vm->vm.stop_status) : 0; }

bool host_module_atom(Vm *vm, const char *name, Term *atom) {
  char alias[1100];
  bool is_alias = name[0] >= 'A' && name[0] <= 'Z' && strncmp(name, "Elixir.", 7) != 0 && strcmp(name, "Elixir") != 0;
  if (is_alias && (size_t)snprintf(alias, sizeof alias, "Elixir.%s", name) >= sizeof alias) return false;
  const char *text = is_alias ? alias : name;
  return atom_intern(vm->atoms, text, strlen(text), atom) == STATUS_OK;
}

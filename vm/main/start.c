// SPDX-License-Identifier: Apache-2.0
#include "vm/main/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm/engine/engine.h"
#ifdef JOIST_JIT
#include "vm/engine/stencils/jit.h"
#endif
#include "vm/io/terminal.h"
#include "vm/main/library.h"
#include "vm/main/stop.h"
#include "vm/native/foreign.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"
#include "vm/sched/online.h"
#include "vm/sched/sched.h"
#include "vm/term/print.h"

typedef struct FirstProcess {
  Term pid;
  int status;
} FirstProcess;

// From any worker, and from who ends the program.
static void report(Vm *vm, const char *text, size_t size) {
  if (!native_state(vm)) { // at the start, or the end
    vm_write(vm, VM_REPORT, text, size);
    if (size && text[size - 1] != '\n') vm_write(vm, VM_REPORT, "\n", 1);
    return;
  }
  Buffer line; // one write: others report too
  buffer_init(&line, &vm->alloc);
  buffer_add(&line, text, size);
  if (size && text[size - 1] != '\n') buffer_byte(&line, '\n');
  output_write(vm, VM_REPORT, line.failed ? text : line.data, line.failed ? size : line.size);
  buffer_free(&line);
}

int write_standard(Vm *vm, int stream, const char *bytes, size_t size) {
  // The shell's terminal writes in our place, so that text comes above the line being edited.
  if (terminal_write(vm, stream == VM_STDOUT ? STDOUT_FILENO : STDERR_FILENO, bytes, size)) return 0;
  return posix_write_all(stream == VM_STDOUT ? STDOUT_FILENO : STDERR_FILENO, bytes, size);
}

ssize_t write_standard_some(Vm *vm, int stream, const char *bytes, size_t size) {
  int fd = stream == VM_STDOUT ? STDOUT_FILENO : STDERR_FILENO;
  ssize_t done;
  if (terminal_write_some(vm, fd, bytes, size, &done)) return done;
  return posix_write_some(fd, bytes, size);
}

static void idle(Worker *w) { output_flush_some(w->vm); }
static void between(Worker *w) {
  if (output_is_waiting(w->vm)) output_flush_old(w->vm);
}

// The library tells why the first process was ended from outside, in a process of its own that stands in for it.
static bool explain_end(Process *p) {
  Vm *vm = p->vm;
  Term module, function, error = T_NONE, args[3] = {p->pid, process_ended_by(p) == T_NONE ? ATOM_nil : process_ended_by(p), process_end_reason(p)};
  if (!library_is_there() || atom_intern(vm->atoms, "joist_main", 10, &module) != STATUS_OK ||
      atom_intern(vm->atoms, "ended", 5, &function) != STATUS_OK)
    return false;
  if (p->initial_module == atom_number(module) && p->initial_function == atom_number(function)) return false; // it was that process itself
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term pid = process_spawn(NULL, vm, &options, module, function, args, 3, &ref, &error);
  if (pid == T_NONE) return false;
  vm->first_pid = pid;
  if (!process_find(vm, pid) && !atomic_load(&vm->stopping)) vm_stop(vm, 1); // another worker was so fast that nobody saw its end
  return true;
}

// The first process is known by its pid, the first one ever: the VM ends with it.
// But in a stop in order, which ends the VM itself.
static void process_end(Process *p) {
  // In its place while it is on a dirty thread: its flags are that thread's.
  if (UNLIKELY(process_state(p) == PROCESS_DIRTY_IN_C || p->flags & PROCESS_HAS_JOBS)) compile_host_process_end(p);
  if (!native_state(p->vm)) return; // the VM itself goes: nobody is left to hear of it
  native_process_end(p);
  if (p->pid != p->vm->first_pid || stop_has_begun(p->vm)) return;
  Term reason = process_end_reason(p);
  if (reason != ATOM_normal && reason != T_NONE) {
    if (reason != ATOM_system_limit && explain_end(p)) return;
    Buffer text;
    buffer_init(&text, &p->vm->alloc);
    buffer_text(&text, "** (EXIT) ");
    PrintOptions limits = {.item_limit = 50, .depth_limit = 20, .byte_limit = 4000};
    if (term_print(&p->vm->context, &text, reason, &limits) == STATUS_OK && !text.failed) p->vm->hooks.report(p->vm, text.data, text.size);
    else vm_report(p->vm, "** (EXIT) the first process ended, and there is no memory to say why\n");
    buffer_free(&text);
    vm_stop(p->vm, 1);
  } else {
    vm_stop(p->vm, 0);
  }
}

static const Export *find_export(void *state, Term module, Term name, uint32_t arity) {
  Vm *vm = state;
  return code_export(vm->code, module, name, arity);
}

bool start_has_jit(void) {
#ifdef JOIST_JIT
  return true;
#else
  return false;
#endif
}

// Without room for code the interpreter runs instead.
static void choose_engine(Vm *vm, EngineKind kind) {
#ifdef JOIST_JIT
#ifdef JOIST_JIT_DEFAULT
  bool wanted = kind != ENGINE_INTERPRETER;
#else
  bool wanted = kind == ENGINE_JIT;
#endif
  if (wanted && jit_install(vm, 0) != STATUS_OK && kind == ENGINE_JIT) vm_report(vm, "joist: no room for compiled code: the interpreter runs\n");
#else
  (void)vm, (void)kind;
#endif
}

Status start_vm(Vm *vm, const Alloc *alloc, const StartOptions *options) {
  VmOptions vm_options = options->vm;
  if (library_is_there() && !options->without_library) {
    ImageFault fault = image_examine(library_image, library_image_bytes);
    if (fault != IMAGE_GOOD) {
      if (!options->quiet) fprintf(stderr, "joist: the library in this executable cannot be used: %s\n", image_fault_text(fault));
      return STATUS_BAD_DATA;
    }
    vm_options.image = library_image;
  }
  Status s = vm_init(vm, alloc, &vm_options);
  if (s != STATUS_OK) return s;
  vm->context.find_export = find_export;
  vm->host = options->host;
  vm->hooks.write = options->write ? options->write : write_standard;
  vm->hooks.write_some = options->write ? options->write_some : write_standard_some;
  vm->hooks.report = report;
  s = sched_new(vm);
  if (s == STATUS_OK) sched_follow_cpus(vm);
  if (s == STATUS_OK) s = engine_init(vm);
  if (s == STATUS_OK) choose_engine(vm, options->engine);
  if (s == STATUS_OK) s = native_state_init(vm, options->arguments, options->argument_count);
  if (s == STATUS_OK) s = compile_host_init(vm);
  if (s != STATUS_OK) {
    stop_vm(vm);
    return s;
  }
  vm->hooks.idle = idle;
  vm->hooks.between = between;
  vm->hooks.process_end = process_end;
  vm_engine(vm)->load_module = library_load;
  vm_engine(vm)->module_docs = library_docs;
  vm_engine(vm)->module_names = library_names;
  library_set_path(vm, options->code_path);
  return STATUS_OK;
}

void stop_vm(Vm *vm) {
  sched_end_dirty(vm);
  terminal_free(vm);
  compile_host_free(vm);
  native_state_free(vm);
  sched_free(vm);
#ifdef JOIST_JIT
  jit_remove(vm);
#endif
  engine_free(vm);
  ForeignLibrary *foreign = vm->foreign;
  Alloc alloc = vm->raw_alloc;
  vm_free(vm);
  foreign_free(&alloc, foreign); // the last resources of their types are gone
}

static int cannot_start(Vm *vm) {
  vm_report(vm, "joist: no memory to start the first process\n");
  return 1;
}

int run_first_process(Vm *vm, const char *module, const char *function, const Term *args, uint32_t arg_count) {
  Term m, f, error = T_NONE;
  if (atom_intern(vm->atoms, module, strlen(module), &m) != STATUS_OK || atom_intern(vm->atoms, function, strlen(function), &f) != STATUS_OK)
    return cannot_start(vm);
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  vm->first_pid = process_spawn(NULL, vm, &options, m, f, args, arg_count, &ref, &error);
  if (vm->first_pid == T_NONE) return cannot_start(vm);
  SchedEnd end = sched_run(vm);
  return output_finish(vm, end == SCHED_DEADLOCK ? 1 : atomic_load(&vm->stop_status));
}

// SPDX-License-Identifier: Apache-2.0
//
// The compiler's door: a job, what can be run in it, and the services its running code may ask for.
//
//   source text ─parse─> quoted ─expand─> Core IR ─core_compile─> module bytes ─host->load─> running code
//
// A job owns an arena; everything it returns lies there until compile_job_free. One thread at a time works
// in a job: its own thread (stack of COMPILE_STACK_BYTES or more), or, while that is parked inside
// host->call, the one that runs a quick service on its behalf.
//
// A file is expanded whole as one function and then run. `defmodule` in it became a call of the service
// `:joist_code.define_module/2`, so a module is compiled when execution reaches it.
#ifndef JOIST_DRIVER_COMPILE_H
#define JOIST_DRIVER_COMPILE_H

#include "compiler/driver/host.h"

enum { COMPILE_STACK_BYTES = 64 << 20 };

typedef struct CompileOptions {
  bool bootstrap;     // the library itself is compiled: modules of the file set are not taken from the image
  bool dump_core;     // Core IR of every module goes to host->report
  bool general_path;  // module bodies are always compiled and run, never taken apart in C (for tests)
  bool no_docs;       // leave the docs chunk out
  bool no_warnings;   // of the compiler
  bool warnings_as_errors;
  bool color;         // of reported diagnostics: they go to a terminal
  bool keep_modules;  // remember the bytes of every module defined (joist compile)
  bool ignore_module_conflict; // no warning for a module that is defined again
  bool no_unused;     // no warnings about unused variables at the top level (shell, eval)
  const char *const *script_arguments; // reserved
} CompileOptions;

typedef enum CompileStatus {
  COMPILE_OK,
  COMPILE_FAILED, // an exception is to be raised or shown: compile_failure(); diagnostics were reported
  COMPILE_NO_MEMORY,
} CompileStatus;

typedef struct CompiledModule {
  const Name *name;
  const char *file;
  const void *bytes; // a .jo file
  size_t size;
  struct CompiledModule *next;
} CompiledModule;

// The job's memory comes from `alloc`; `host` must outlive it. Fails: NULL without memory.
CompileJob *compile_job_new(const Alloc *alloc, const CompileHost *host, const CompileOptions *options);
void compile_job_free(CompileJob *job);

// Runs work(context), which uses the job's names, on a thread that is in none of the entries below. False: memory ended in it.
// Leaves the innermost entry, or compile_guarded: what asked for memory elsewhere found none. Thread: who uses the job.
NORETURN void compile_no_memory(void *job);
MUST_USE bool compile_guarded(CompileJob *job, void (*work)(void *context), void *context);

Names *compile_names(CompileJob *job); // to make arguments; names->arena is the job's arena
const Diagnostics *compile_diagnostics(CompileJob *job);
// Why the last entry gave COMPILE_FAILED. For compile errors reason is %CompileError{}, text its message.
const HostFailure *compile_failure(CompileJob *job);
// What code asked for while running, see CompiledModule; oldest first. Only with keep_modules.
const CompiledModule *compile_modules(CompileJob *job);
// Free for the host.
void *compile_host_data(CompileJob *job);
void compile_set_host_data(CompileJob *job, void *data);

// Parses, compiles and runs a program. `value` (may be NULL) gets the last expression's value.
CompileStatus compile_run_text(CompileJob *job, const char *file, const char *text, size_t size, Quoted **value);

typedef struct EvalResult {
  Quoted *value;
  Quoted *binding; // [{name | {name, context}, value}, ...]
  Quoted *env;     // handle for the next round, or a %Macro.Env{} map
} EvalResult;
// Evaluates `quoted` with a binding (a list, may be NULL) in an environment: NULL or [] for a fresh one, a
// %Macro.Env{} map, or a handle. With `env_handle` the result's env is a handle (a small integer that only
// this job understands, for the shell), else a map.
CompileStatus compile_eval(CompileJob *job, Quoted *quoted, Quoted *binding, Quoted *env, bool env_handle,
                           EvalResult *result);
// The same for text.
CompileStatus compile_eval_text(CompileJob *job, const char *file, int line, const char *text, size_t size,
                                Quoted *binding, Quoted *env, bool env_handle, EvalResult *result);

typedef struct SourceFile {
  const char *path;
  const char *text;
  size_t size;
} SourceFile;
// Compiles and runs files in this order; a file whose module another one needs while compiling is taken
// first. Goes on with the next file after an error. compile_modules() gives the results.
CompileStatus compile_files(CompileJob *job, const SourceFile *files, uint32_t count);

// Services: what running code asks of the compiler, natives of `:joist_module`, `:joist_macro` and
// `:joist_code`; service.c lists them. `module` and `function` are the native's, args are its arguments.
// Call it on the job's thread (the process that asked waits), or, when compile_service_quick says so, from
// the scheduler's thread directly while the job's thread is parked in host->call.
// Fails: NULL, `failure` says what to raise in the process that asked (its text may be NULL).
Quoted *compile_service(CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count,
                        HostFailure *failure);
// True for services that never call the host, so that they may run on any thread that holds the job still.
bool compile_service_quick(const char *module, const char *function, uint32_t count);
// True when this service needs nothing of what the job has under way: better run in a job of its own, whose memory
// goes away with it (a program that evaluates text again and again stays small).
bool compile_service_alone(const CompileJob *job, const char *module, const char *function, uint32_t count);
// True if compile_service knows it.
bool compile_service_known(const char *module, const char *function, uint32_t count);

#endif

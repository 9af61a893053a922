// SPDX-License-Identifier: Apache-2.0
//
// What the compiler is handed by whoever starts it: run this function, load these bytes, say this text.
//
// The compiler stands below the engine, so it never includes it; a CompileHost is the one thing it gets
// from above. Every function is called on the job's own thread and may block it.
//
// Values cross as quoted terms in the job's arena. A term without quoted form (pid, reference, fun, port)
// crosses as Q_VALUE: `tag` and `value` are the host's, which keeps the term alive as long as the job.
//
// While `call` runs, the code that it started may ask for services of the compiler (define this function,
// expand this term). The host hands them to compile_service() of compile.h on the job's thread, which is
// parked inside `call` at that time; calls nest on one C stack, in one evaluator process.
#ifndef JOIST_DRIVER_HOST_H
#define JOIST_DRIVER_HOST_H

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/quoted.h"

typedef struct CompileJob CompileJob;

// How code that ran came to an end other than by returning, or how a service failed.
typedef struct HostFailure {
  const char *class_; // "error", "exit" or "throw"
  Quoted *reason;     // for exceptions a map with __struct__
  const char *text;   // rendered message and stack, in the job's arena; may be NULL in failures of services
  Quoted *stack;      // the stack trace as a term, or NULL
} HostFailure;

typedef struct CompileHost {
  void *context;

  // Runs module:function(args...) in the evaluator process and waits for the result, which lies in the
  // job's arena. `module` and `function` are whole names ("Elixir.Foo", "MACRO-bar").
  // Fails: NULL, `failure` is filled in.
  Quoted *(*call)(void *context, CompileJob *job, const char *module, const char *function, Quoted **args,
                  uint32_t count, HostFailure *failure);

  // Loads the bytes of a .jo file; replaces a module of that name. Fails: false, `failure` filled in.
  bool (*load)(void *context, CompileJob *job, const Name *module, const void *bytes, size_t size,
               HostFailure *failure);

  // The smallest number that no temporary module of the VM has now: their names are few, used again and again. May be NULL.
  int64_t (*number)(void *context, CompileJob *job);

  // A temporary module, of that number, is not needed any more; code that still runs in it goes on. May be NULL.
  void (*unload)(void *context, CompileJob *job, const Name *module, int64_t number);

  // Whether the module is there; with `from_path` it is first looked for in the library and the code path.
  bool (*module_loaded)(void *context, CompileJob *job, const Name *module, bool from_path);

  // Makes the term once, so that handing it over again costs nothing: gives a Q_VALUE that stands for it.
  // May be NULL (then terms are handed over whole every time).
  Quoted *(*keep)(void *context, CompileJob *job, Quoted *term);

  // A number that no other call of the same VM gives; positive, below 2^59.
  int64_t (*fresh)(void *context, CompileJob *job);

  // Shows warnings and errors to the user (standard error). May be NULL.
  void (*report)(void *context, CompileJob *job, const char *text, size_t size);
} CompileHost;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The VM's side of compile jobs: threads, the evaluator, the natives that reach a job.
#ifndef JOIST_MAIN_COMPILE_HOST_H
#define JOIST_MAIN_COMPILE_HOST_H

#include "compiler/driver/compile.h"
#include "vm/process/vm.h"

typedef struct CompileJobs CompileJobs;

// Makes vm->compile and loads the evaluator. After engine_init.
MUST_USE Status compile_host_init(Vm *vm);
// Ends the jobs that still run. Before the layers that they use are gone.
void compile_host_free(Vm *vm);
// p ends: so do its jobs. Thread: scheduler.
void compile_host_process_end(Process *p);

// Options of jobs that start from now on.
void compile_host_options(Vm *vm, const CompileOptions *options);
// Whether diagnostics of jobs that start from now on are coloured.
void compile_host_color(Vm *vm, bool color);
// Where `joist compile` puts the modules: called for each one compiled by :joist_compile.files/1. Thread: scheduler.
typedef void (*CompiledModuleSink)(void *context, const CompiledModule *module);
void compile_host_sink(Vm *vm, CompiledModuleSink sink, void *context);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The evaluator: the one function that a process runs while a compile job works for it. It is assembled in C, so that the library can
// be compiled before any of it exists; the library's image has it too.
#ifndef JOIST_MAIN_COMPILE_EVALUATOR_H
#define JOIST_MAIN_COMPILE_EVALUATOR_H

#include "vm/process/vm.h"

// Loads :joist_evaluator. Thread: scheduler. False: no memory.
bool compile_evaluator_load(Vm *vm);

#endif

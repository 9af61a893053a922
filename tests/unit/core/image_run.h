// SPDX-License-Identifier: Apache-2.0
//
// Runs functions of an image over quoted terms: file opcodes as opcodes.def tells, one by one, without a VM.
//
// It knows the opcodes that matching, guards, data and calls inside the module need. Besides the result it notes which
// places were tested for what, so that a test made twice on one path shows.
#ifndef JOIST_TEST_IMAGE_RUN_H
#define JOIST_TEST_IMAGE_RUN_H

#include "compiler/syntax/quoted.h"
#include "vm/code/module_image.h"

typedef enum RunEnd { RUN_RETURNED, RUN_FUNCTION_CLAUSE, RUN_ERROR, RUN_BROKEN } RunEnd;

typedef struct RunResult {
  RunEnd end;
  Quoted *value;         // returned, or what the error is about
  uint32_t error;        // number of RUN_ERROR
  const char *broken;    // RUN_BROKEN: what was wrong with the code
  const char *twice;     // a test made a second time, NULL: none
  uint32_t steps;
} RunResult;

RunResult image_run(Names *names, const ModuleImage *image, uint32_t function, Quoted *const *args, uint32_t count);
// Index of a function by name, or UINT32_MAX.
uint32_t image_find(const ModuleImage *image, const char *name, uint32_t arity);

#endif

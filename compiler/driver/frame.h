// SPDX-License-Identifier: Apache-2.0
//
// Entries into a job, for the files of compiler/driver.
#ifndef JOIST_DRIVER_FRAME_H
#define JOIST_DRIVER_FRAME_H

#include "compiler/expand/module.h"

// if (setjmp(frame.jump)) { job_land(job, &frame); ... failed ... } job_enter(job, &frame) must come before it.
void job_enter(Job *job, JobFrame *frame);
void job_leave(Job *job, JobFrame *frame);
// Behind a longjmp: leaves the frame and closes what was open above it.
void job_land(Job *job, JobFrame *frame);
// The same for an entry of compile.h: shows what is to be said, and answers what the entry answers.
CompileStatus job_fail(Job *job, JobFrame *frame);

// Keeps a text for excerpts in diagnostics.
void job_source(Job *job, const char *file, const char *text, size_t size);
// Expands and runs a program. Aborts on failure.
Quoted *job_run_program(Job *job, const char *file, Quoted *program);
Quoted *job_parse(Job *job, const char *file, int line, const char *text, size_t size);

#endif

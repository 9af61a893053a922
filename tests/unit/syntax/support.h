// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the syntax layer share: a job with an arena, and short questions to
// the parser. Include once per test file.
#ifndef JOIST_TESTS_SYNTAX_SUPPORT_H
#define JOIST_TESTS_SYNTAX_SUPPORT_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/syntax/parser.h"

typedef struct Job {
  Alloc alloc;
  Arena arena;
  Names names;
  Diagnostics sink;
} Job;

static inline void job_no_memory(void *context) {
  (void)context;
  abort();
}

static inline Job *job_new(void) {
  Job *job = malloc(sizeof *job);
  job->alloc = alloc_system();
  arena_init(&job->arena, &job->alloc, job_no_memory, NULL);
  names_init(&job->names, &job->arena);
  diagnostics_init(&job->sink, &job->arena, "file.exs");
  return job;
}

static inline void job_free(Job *job) {
  arena_free(&job->arena);
  free(job);
}

// A term as text, in the job's arena.
static inline const char *job_print(Job *job, Quoted *q) {
  Buffer out;
  buffer_init(&out, &job->alloc);
  quoted_print(&job->names, &out, q);
  char *text = arena_copy(&job->arena, out.data, out.size);
  buffer_free(&out);
  return text;
}

static inline Quoted *job_parse(Job *job, const char *text, ParseOptions options) {
  return parse_program(&job->names, &options, text, strlen(text), &job->sink);
}

// The term without metadata but lines, as text; "error" when there is none.
static inline const char *job_quote(Job *job, const char *text) {
  ParseOptions options = {.line = 1, .column = 1};
  Quoted *q = job_parse(job, text, options);
  return q ? job_print(job, q) : "error";
}

static inline const char *job_render(Job *job, const char *text, DiagnosticStyle style) {
  Buffer out;
  buffer_init(&out, &job->alloc);
  diagnostics_render(&out, &job->sink, text, text ? strlen(text) : 0, style);
  char *copy = arena_copy(&job->arena, out.data, out.size);
  buffer_free(&out);
  return copy;
}

#endif

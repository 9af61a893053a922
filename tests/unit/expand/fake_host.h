// SPDX-License-Identifier: Apache-2.0
//
// A host that runs nothing: it knows a small Kernel by name, records what is loaded, and answers calls with nil.
#ifndef TESTS_EXPAND_FAKE_HOST_H
#define TESTS_EXPAND_FAKE_HOST_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/compile.h"

typedef struct FakeHost {
  Alloc alloc;
  CompileHost host;
  CompileJob *job;
  int64_t fresh;
  uint32_t loads, calls;
  char last_loaded[128], last_called[128];
  char reported[8192];
} FakeHost;

static const struct {
  const char *name;
  uint32_t arity;
} fake_kernel[] = {{"+", 2}, {"-", 2}, {"*", 2}, {">", 2}, {"<", 2}, {"==", 2}, {"is_integer", 1}, {"is_atom", 1}, {"elem", 2}, {"length", 1},
                   {"MACRO-if", 3}, {"MACRO-|>", 3}, {"MACRO-in", 3}, {"MACRO-and", 3}, {"MACRO-@", 2}, {"MACRO-def", 3}, {"MACRO-defp", 3},
                   {"MACRO-defmodule", 3}, {"MACRO-<>", 3}, {"MACRO-..", 3}, {"MACRO-defmacro", 3}, {"MACRO-def", 2}, {"MACRO-or", 3}};

static inline Quoted *fake_call(void *context, CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count, HostFailure *failure) {
  FakeHost *f = context;
  Names *names = compile_names(job);
  (void)args, (void)failure;
  f->calls++;
  snprintf(f->last_called, sizeof f->last_called, "%s.%s/%u", module, function, count);
  if (strcmp(function, "module_info") != 0) return Q_NAME(names, NIL);
  QuotedItems items = {0};
  if (strcmp(module, "Elixir.Kernel") == 0)
    for (size_t i = 0; i < sizeof fake_kernel / sizeof *fake_kernel; i++)
      quoted_push(names, &items, quoted_pair(names, names_intern_text(names, fake_kernel[i].name)->quoted, quoted_int(names, fake_kernel[i].arity)));
  return quoted_items_list(names, &items);
}

static inline bool fake_load(void *context, CompileJob *job, const Name *module, const void *bytes, size_t size, HostFailure *failure) {
  FakeHost *f = context;
  (void)job, (void)bytes, (void)size, (void)failure;
  f->loads++;
  snprintf(f->last_loaded, sizeof f->last_loaded, "%s", module->text);
  return true;
}

static inline bool fake_loaded(void *context, CompileJob *job, const Name *module, bool from_path) {
  (void)context, (void)job, (void)from_path;
  return strcmp(module->text, "Elixir.Kernel") == 0;
}

static inline int64_t fake_fresh(void *context, CompileJob *job) {
  (void)job;
  return ++((FakeHost *)context)->fresh;
}

static inline void fake_report(void *context, CompileJob *job, const char *text, size_t size) {
  FakeHost *f = context;
  (void)job;
  size_t used = strlen(f->reported);
  if (size > sizeof f->reported - used - 1) size = sizeof f->reported - used - 1;
  memcpy(f->reported + used, text, size);
}

static inline FakeHost *fake_new(void) {
  FakeHost *f = calloc(1, sizeof *f);
  f->alloc = alloc_system();
  f->host = (CompileHost){f, fake_call, fake_load, NULL, NULL, fake_loaded, NULL, fake_fresh, fake_report};
  CompileOptions options = {.keep_modules = true};
  f->job = compile_job_new(&f->alloc, &f->host, &options);
  cr_assert_not_null(f->job);
  return f;
}

static inline void fake_free(FakeHost *f) {
  compile_job_free(f->job);
  free(f);
}

#endif

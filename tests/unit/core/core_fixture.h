// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the back end share: a job's arena, names and diagnostics; text to Core to image, verified.
#ifndef JOIST_TEST_CORE_FIXTURE_H
#define JOIST_TEST_CORE_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/emit/emit.h"
#include "core_reader.h"
#include "image_run.h"
#include "vm/code/disasm.h"
#include "vm/code/module_file.h"

typedef struct Fixture {
  Alloc alloc;
  Arena arena;
  Names names;
  Diagnostics sink;
} Fixture;

static inline void fixture_no_memory(void *context) {
  (void)context;
  abort();
}

static inline void fixture_start(Fixture *f) {
  f->alloc = alloc_system();
  arena_init(&f->arena, &f->alloc, fixture_no_memory, NULL);
  names_init(&f->names, &f->arena);
  diagnostics_init(&f->sink, &f->arena, "test.ex");
}

static inline void fixture_end(Fixture *f) { arena_free(&f->arena); }

static inline bool fixture_guard(const void *context, ImageText module, ImageText function, uint32_t arity) {
  (void)context, (void)function, (void)arity;
  return module.size == 6 && memcmp(module.bytes, "erlang", 6) == 0;
}

static inline CoreModule *fixture_read(Fixture *f, const char *text) {
  const char *error = NULL;
  CoreModule *m = core_read(&f->names, text, &error);
  cr_assert(m != NULL, "%s", error);
  return m;
}

// Compiles, and lets the verifier prove that every slot is defined where it is read.
static inline ModuleImage *fixture_compile(Fixture *f, CoreModule *m) {
  ModuleImage *image = core_compile(&f->arena, &f->names, m, &f->sink);
  cr_assert(image != NULL, "%s", f->sink.first ? f->sink.first->message : "no diagnostic");
  VerifyError error;
  bool good = module_verify(&f->arena, image, fixture_guard, NULL, &error);
  if (!good) {
    Buffer out;
    buffer_init(&out, &f->alloc);
    if (error.function < image->function_count) disasm_function(image, &image->functions[error.function], &out);
    cr_assert(good, "%s at instruction %u of:\n%.*s", verify_reason_text(error.reason), error.instruction, (int)out.size, out.data);
  }
  return image;
}

#endif

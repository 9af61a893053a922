// SPDX-License-Identifier: Apache-2.0
//
// Program text -> tokens -> quoted terms -> printed -> parsed again -> expanded and compiled, without running any code.
//
// The first byte chooses the parser's options. What must hold: there is a term exactly when there is no error; every
// diagnostic can be shown with its source line; parse_status agrees; what was printed parses again. Then the text goes
// through a compile job whose host refuses to call or load anything: expansion stops where code would have to run.
#include <string.h>

#include "compiler/driver/compile.h"
#include "compiler/syntax/parser.h"
#include "tests/fuzz/target.h"
#include "vm/code/module_file.h"

enum { TEXT_MAX = 1 << 14, EXPAND_MAX = 1 << 12 };

static void no_memory(void *context) {
  (void)context;
  fuzz_fail("a program asked for more memory than there is");
}

static void parse_whole(const Alloc *alloc, const char *text, size_t size, unsigned choice) {
  Arena arena;
  arena_init(&arena, alloc, no_memory, NULL);
  Names names;
  names_init(&names, &arena);
  Diagnostics sink;
  diagnostics_init(&sink, &arena, "fuzz.exs");
  ParseOptions options = choice & 1 ? parse_options_full() : parse_options_compile();
  Quoted *q = parse_program(&names, &options, text, size, &sink);
  if (!q == !sink.error_count) fuzz_fail("a term with errors, or neither");
  Buffer out;
  buffer_init(&out, alloc);
  diagnostics_render(&out, &sink, text, size, (DiagnosticStyle){.color = choice & 2});
  if (q) quoted_print(&names, &out, q);
  if (options.first_error_only && (parse_status(&names, text, size) == PARSE_COMPLETE) != (q != NULL)) fuzz_fail("parse_status disagrees");
  if (arena.total_bytes > (size_t)64 << 20) fuzz_fail("a small program took 64 MB");
  buffer_free(&out);
  arena_free(&arena);
}

// --- a host that runs nothing

static Quoted *host_call(void *context, CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count,
                         HostFailure *failure) {
  (void)context, (void)module, (void)function, (void)args, (void)count;
  Names *names = compile_names(job);
  *failure = (HostFailure){.class_ = "error", .reason = quoted_atom(names_intern_text(names, "nothing_runs_here")), .text = "nothing runs here"};
  return NULL;
}
static bool host_load(void *context, CompileJob *job, const Name *module, const void *bytes, size_t size, HostFailure *failure) {
  (void)context, (void)module;
  Names *names = compile_names(job);
  // What the compiler made must pass the reader.
  VerifyError error;
  if (!module_read(names->arena, bytes, size, &error)) fuzz_fail("the compiler made a file that the reader refuses");
  *failure = (HostFailure){.class_ = "error", .reason = quoted_atom(names_intern_text(names, "nothing_is_loaded")), .text = "nothing is loaded"};
  return false;
}
static bool host_module_loaded(void *context, CompileJob *job, const Name *module, bool from_path) {
  (void)context, (void)job, (void)module, (void)from_path;
  return false;
}
static int64_t host_fresh(void *context, CompileJob *job) {
  (void)job;
  return ++*(int64_t *)context;
}
static void host_report(void *context, CompileJob *job, const char *text, size_t size) { (void)context, (void)job, (void)text, (void)size; }

static void compile_whole(const Alloc *alloc, const char *text, size_t size) {
  int64_t counter = 0;
  CompileHost host = {.context = &counter, .call = host_call, .load = host_load, .module_loaded = host_module_loaded, .fresh = host_fresh,
                      .report = host_report};
  // As the library compiles itself: Kernel's own macros are not there, special forms and definitions are.
  CompileOptions options = {.bootstrap = true};
  CompileJob *job = compile_job_new(alloc, &host, &options);
  if (!job) fuzz_fail("no memory");
  Quoted *value;
  (void)compile_run_text(job, "fuzz.exs", text, size, &value);
  compile_job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > TEXT_MAX) return -1;
  Alloc alloc = alloc_system();
  // An exact copy: reading behind its end is seen.
  char *text = malloc(size > 1 ? size - 1 : 1);
  memcpy(text, data + 1, size - 1);
  parse_whole(&alloc, text, size - 1, data[0]);
  if (size <= EXPAND_MAX) compile_whole(&alloc, text, size - 1);
  free(text);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// `joist FILE`, `joist -e`, `joist -` and `joist` alone: a program from where it stands to its exit status.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/base/address_space.h"
#include "vm/code/code.h"
#include "vm/io/terminal.h"
#include "vm/main/commands.h"
#include "vm/main/library.h"
#include "vm/main/signals.h"
#include "vm/native/output.h"
#include "vm/sched/sched.h"

static bool ends_with(const char *text, const char *suffix) {
  size_t n = strlen(text), m = strlen(suffix);
  return n >= m && strcmp(text + n - m, suffix) == 0;
}

// As the library decides for reports of errors (:joist_fault).
static bool errors_are_coloured(void) {
  const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
  return isatty(STDERR_FILENO) && !(no && *no) && !(terminal && strcmp(terminal, "dumb") == 0);
}

bool command_start(CommandLine *c, joist_vm **vm) {
  c->host.arguments = (const char *const *)c->words;
  c->host.argument_count = (size_t)c->word_count;
  c->host.code_path = c->path;
  c->host.code_path_count = (size_t)c->path_count;
  joist_status s = joist_create(&c->host, vm);
  if (s == JOIST_OK) {
    signals_attach(host_vm(*vm));
    compile_host_color(host_vm(*vm), errors_are_coloured());
  } else {
    fprintf(stderr, "joist: cannot start: %s%s\n", joist_status_text(s),
            s == JOIST_NO_MEMORY && address_space_is_limited() ? " (the address space is limited: ulimit -v)" : "");
  }
  return s == JOIST_OK;
}

#ifdef __SANITIZE_THREAD__
static const int64_t STOP_WAIT_NS = 10000000000; // it counts threads that nobody joined
#else
static const int64_t STOP_WAIT_NS = 200000000;
#endif

// A thread that waits in the system for somebody else cannot be ended: then the program ends without it, and frees nothing. One that frees what a
// process had is done soon.
void command_stop(joist_vm *vm, int status) {
  if (!sched_end_dirty_within(host_vm(vm), STOP_WAIT_NS)) {
    native_output_flush(host_vm(vm));
    signals_restore_terminal();
    fflush(NULL);
    _exit(status);
  }
  signals_detach();
  joist_free(vm);
}

static int run_program(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *args, size_t count) {
  int status = 1;
  joist_status s = joist_run_program(vm, module, function, terms, args, count, &status);
  if (s != JOIST_OK) fprintf(stderr, "joist: cannot run the program: %s\n", joist_status_text(s));
  return status;
}

static int run_text(joist_vm *vm, joist_terms *terms, const char *file, const Buffer *text) {
  joist_term args[2] = {joist_string(terms, file), joist_binary(terms, text->data, text->size)};
  // The library's runner prints errors and calls what at_exit left; the bare executable runs the compiler itself.
  return run_program(vm, library_is_there() ? "joist_main" : "joist_compile", "run_text", terms, args, 2);
}

// Loads a module file; *name is the module's. Fails: false, said on standard error.
static bool load_program(joist_vm *vm, joist_terms *terms, const char *path, const Buffer *file, joist_term *name) {
  CodeUnit *unit; // the API loads modules, but tells no names
  VerifyError error;
  LoadStatus s = code_load(host_vm(vm)->code, file->data, file->size, T_NONE, &unit, &error);
  if (s == LOAD_OK) {
    *name = pool_handle(terms, unit->module);
    return true;
  }
  fprintf(stderr, "joist: %s: %s\n", path, s == LOAD_REFUSED ? verify_reason_text(error.reason) : "no memory");
  return false;
}

// -e and -r in order, before `list`.
static joist_term steps_before(joist_terms *terms, const CommandLine *c, joist_term list) {
  for (int i = c->step_count; i-- > 0;) {
    joist_term items[2] = {joist_atom(terms, c->steps[i].is_file ? "require" : "eval"), joist_string(terms, c->steps[i].text)};
    list = joist_cons(terms, joist_tuple(terms, items, 2), list);
  }
  return list;
}

// Several -e and -r, then perhaps a file (path not NULL), as [{eval | require, text} | {file, path, text} | {module, name}].
static int run_steps(joist_vm *vm, joist_terms *terms, const CommandLine *c, const char *path, const Buffer *text) {
  joist_term list = joist_list(terms, NULL, 0);
  if (path && ends_with(path, ".jo")) {
    joist_term items[2] = {joist_atom(terms, "module")};
    if (!load_program(vm, terms, path, text, &items[1])) return 1;
    list = joist_cons(terms, joist_tuple(terms, items, 2), list);
  } else if (path) {
    joist_term items[3] = {joist_atom(terms, "file"), joist_string(terms, path), joist_binary(terms, text->data, text->size)};
    list = joist_cons(terms, joist_tuple(terms, items, 3), list);
  }
  joist_term args[2] = {steps_before(terms, c, list), joist_atom(terms, c->no_halt ? "true" : "false")};
  return run_program(vm, "joist_main", "run_steps", terms, args, 2);
}

// What the command line names: the text of one -e, of a file, or of standard input (then *name is "stdin").
static bool read_program(CommandLine *c, Buffer *text, const char **name) {
  if (c->has_expression) {
    *name = "nofile";
    buffer_text(text, c->steps[0].text);
    if (text->failed) fputs("joist: no memory to start\n", stderr);
    return !text->failed;
  }
  const char *path = c->words[0];
  c->words++;
  c->word_count--;
  struct stat info;
  bool is_input = strcmp(path, "-") == 0, is_directory = !is_input && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  if (is_directory) errno = EISDIR;
  if (is_directory || !file_read_whole(path, text)) {
    fprintf(stderr, "joist: cannot read %s: %s\n", is_input ? "standard input" : path, strerror(errno));
    return false;
  }
  *name = is_input ? "stdin" : path;
  return true;
}

static void interrupted(void *vm) { terminal_interrupt(vm); }
static void resized(void *vm) { terminal_resized(vm); }

// The interactive shell: signals of the terminal are its business.
static int run_shell(joist_vm *vm, joist_terms *terms, const CommandLine *c) {
  joist_term steps = steps_before(terms, c, joist_list(terms, NULL, 0));
  signals_set_interrupt(interrupted, host_vm(vm));
  signals_set_window(resized, host_vm(vm));
  int status = run_program(vm, "joist_main", "run_shell", terms, &steps, 1);
  signals_set_interrupt(NULL, NULL);
  signals_set_window(NULL, NULL);
  return status;
}

int command_run(CommandLine *c) {
  char standard_input[] = "-", *no_words[] = {standard_input, NULL};
  bool nothing = !c->has_expression && c->word_count == 0, shell = nothing && isatty(STDIN_FILENO) && library_is_there();
  if (nothing && !shell && c->step_count == 0) { // nothing is named: the program comes from standard input
    c->words = no_words;
    c->word_count = 1;
  }
  Alloc alloc = alloc_system();
  Buffer text;
  buffer_init(&text, &alloc);
  const char *name = NULL;
  joist_vm *vm;
  int status = 1;
  bool named = !c->has_expression && c->word_count > 0;
  // One text that can halt goes the short way; the bare executable knows no other.
  bool steps = c->step_count > 1 || (c->step_count && !c->has_expression) || c->no_halt || (named && ends_with(c->words[0], ".jo"));
  bool there = shell || (!named && steps) || read_program(c, &text, &name);
  c->path[c->path_count++] = ".";
  if (there && command_start(c, &vm)) {
    joist_terms *terms = joist_terms_new(vm);
    if (shell) status = run_shell(vm, terms, c);
    else status = steps ? run_steps(vm, terms, c, named ? name : NULL, &text) : run_text(vm, terms, name, &text);
    command_stop(vm, status);
  }
  buffer_free(&text);
  return status;
}

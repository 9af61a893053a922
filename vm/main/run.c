// SPDX-License-Identifier: Apache-2.0
//
// `joist FILE`, `joist -e` and `joist -`: a program from where it stands to its exit status.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "vm/code/code.h"
#include "vm/main/commands.h"
#include "vm/main/library.h"
#include "vm/main/signals.h"
#include "vm/term/binary.h"

static bool ends_with(const char *text, const char *suffix) {
  size_t n = strlen(text), m = strlen(suffix);
  return n >= m && strcmp(text + n - m, suffix) == 0;
}

// --- terms that start a program, in a literal area of their own

static Term literal_text(Vm *vm, const char *bytes, size_t size) {
  LiteralArea *area = literal_area_new(vm->literals, binary_words(size) + 1, 0);
  return area ? binary_make(&vm->context, &area->heap, bytes, size) : T_NONE;
}

static int run_text(Vm *vm, const char *file, const Buffer *text) {
  Term args[2] = {literal_text(vm, file, strlen(file)), literal_text(vm, text->data ? text->data : "", text->size)};
  if (args[0] == T_NONE || args[1] == T_NONE) return 1;
  // The library's runner prints errors and calls what at_exit left; the bare executable runs the compiler itself.
  return library_is_there() ? run_first_process(vm, "joist_main", "run_text", args, 2) : run_first_process(vm, "joist_compile", "run_text", args, 2);
}

static int run_module_file(Vm *vm, const char *path, const Buffer *file) {
  CodeUnit *unit;
  VerifyError error;
  LoadStatus s = code_load(vm->code, file->data, file->size, T_NONE, &unit, &error);
  if (s != LOAD_OK) {
    fprintf(stderr, "joist: %s: %s\n", path, s == LOAD_REFUSED ? verify_reason_text(error.reason) : "no memory");
    return 1;
  }
  Term name = unit->module;
  return run_first_process(vm, "joist_main", "run_module", &name, 1);
}

// What the command line names: the text of -e, of a file, or of standard input (then *name is "stdin").
static bool read_program(CommandLine *c, Buffer *text, const char **name) {
  if (c->expression) {
    *name = "nofile";
    buffer_text(text, c->expression);
    return !text->failed;
  }
  const char *path = c->words[0];
  c->words++;
  c->word_count--;
  struct stat info;
  bool is_input = strcmp(path, "-") == 0, is_directory = !is_input && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  if (is_directory) errno = EISDIR;
  if (is_directory || !file_read_whole(path, text)) {
    fprintf(stderr, "joist: cannot read %s: %s\n", path, strerror(errno));
    return false;
  }
  *name = is_input ? "stdin" : path;
  return true;
}

int command_run(CommandLine *c) {
  if (!c->expression && c->word_count == 0)
    return options_usage_error("%s", c->path_count ? "no program given" : "the interactive shell is not there yet; give a file, -e or -");
  Alloc alloc = alloc_system();
  Buffer text;
  buffer_init(&text, &alloc);
  const char *name;
  int status = 1;
  if (read_program(c, &text, &name)) {
    c->start.arguments = (const char *const *)c->words;
    c->start.argument_count = (uint32_t)c->word_count;
    c->path[c->path_count++] = ".";
    c->start.code_path = c->path;
    Vm vm;
    Status started = start_vm(&vm, &alloc, &c->start);
    if (started == STATUS_OK) {
      signals_attach(&vm);
      status = !c->expression && ends_with(name, ".jo") ? run_module_file(&vm, name, &text) : run_text(&vm, name, &text);
      signals_detach();
      stop_vm(&vm);
    } else if (started == STATUS_NO_MEMORY) {
      fputs("joist: no memory to start\n", stderr);
    }
  }
  buffer_free(&text);
  return status;
}

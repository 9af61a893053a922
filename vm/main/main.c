// SPDX-License-Identifier: Apache-2.0
//
// The command line of `joist`.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vm/code/code.h"
#include "vm/code/disasm.h"
#include "vm/main/library.h"
#include "vm/main/start.h"
#include "vm/term/binary.h"

#define JOIST_VERSION "0.1.0"

enum { STATUS_USAGE = 2, PATHS_MAX = 64 };

static const char HELP[] =
    "usage: joist [OPTIONS] FILE.exs [ARGS]     run a script\n"
    "       joist [OPTIONS] FILE.jo [ARGS]      run main/0 of a compiled module\n"
    "       joist [OPTIONS] -e EXPR [ARGS]      evaluate an expression\n"
    "       joist [OPTIONS] - [ARGS]            run a program from standard input\n"
    "       joist compile [-o DIR] FILES        compile modules to .jo files\n"
    "       joist disasm FILE.jo                list the code of a module\n"
    "       joist --version | --help\n"
    "\n"
    "options:\n"
    "  --seed N        run on a seeded scheduler and virtual time: same seed, same run\n"
    "  --schedulers N  scheduler threads (1 so far)\n"
    "  --max-processes N\n"
    "  --engine=interp|jit\n"
    "  -pa DIR         look for modules in DIR as well\n";

typedef struct CommandLine {
  StartOptions start;
  const char *path[PATHS_MAX + 2];
  int path_count;
  const char *expression;
} CommandLine;

static int usage(const char *format, const char *what) {
  fprintf(stderr, format, what);
  fputs("\ntry: joist --help\n", stderr);
  return STATUS_USAGE;
}

static bool number_option(const char *text, uint64_t *value) {
  char *end;
  errno = 0;
  if (!text || *text < '0' || *text > '9') return false;
  *value = strtoull(text, &end, 10);
  return *end == 0 && errno == 0;
}

// Reads options up to the first other word. Answers its index, or -1 after saying what is wrong.
static int read_options(CommandLine *c, int argc, char **argv) {
  int i = 1;
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    const char *o = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
    uint64_t n;
    if (strcmp(o, "--seed") == 0 || strcmp(o, "--schedulers") == 0 || strcmp(o, "--max-processes") == 0) {
      if (!number_option(next, &n)) return usage("joist: %s needs a number", o), -1;
      if (o[3] == 'e' && o[4] == 'e') {
        c->start.vm.seeded = true;
        c->start.vm.seed = n;
      } else if (o[2] == 's') {
        if (n != 1) return usage("joist: %s: this version runs on one scheduler thread", o), -1;
        c->start.vm.schedulers = 1;
      } else {
        if (n < 1 || n > PROCESSES_MAX) return usage("joist: %s: out of range", o), -1;
        c->start.vm.max_processes = (uint32_t)n;
      }
      i++;
    } else if (strcmp(o, "--engine=interp") == 0) {
      c->start.engine = ENGINE_INTERPRETER;
    } else if (strcmp(o, "--engine=jit") == 0) {
      if (!start_has_jit()) return usage("joist: %s: this build has the interpreter alone", o), -1;
      c->start.engine = ENGINE_JIT;
    } else if (strcmp(o, "-pa") == 0) {
      if (!next || c->path_count == PATHS_MAX) return usage("joist: %s needs a directory", o), -1;
      c->path[c->path_count++] = next;
      i++;
    } else if (strcmp(o, "-e") == 0) {
      if (!next) return usage("joist: %s needs an expression", o), -1;
      c->expression = next;
      return i + 2;
    } else {
      return usage("joist: unknown option %s", o), -1;
    }
  }
  return i;
}

static bool ends_with(const char *text, const char *suffix) {
  size_t n = strlen(text), m = strlen(suffix);
  return n >= m && strcmp(text + n - m, suffix) == 0;
}

// --- terms that start a program, in a literal area of their own

static Term literal_text(Vm *vm, const char *bytes, size_t size) {
  LiteralArea *area = literal_area_new(vm->literals, binary_words(size) + 1, 0);
  return area ? binary_make(&vm->context, &area->heap, bytes, size) : T_NONE;
}

static bool library_is_there(void) {
  size_t size;
  return library_find("joist_main", 10, &size) != NULL;
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

// --- joist compile

typedef struct CompileOutput {
  const char *directory;
  Vm *vm;
  bool failed;
  PackItem *pack; // with --pack: collected instead of written one by one
  size_t pack_count, pack_capacity;
  bool packing;
} CompileOutput;

static bool write_file(const char *path, const void *bytes, size_t size) {
  FILE *f = fopen(path, "wb");
  bool ok = f && fwrite(bytes, 1, size, f) == size;
  if (f && fclose(f) != 0) ok = false;
  if (!ok) fprintf(stderr, "joist: cannot write %s: %s\n", path, strerror(errno));
  return ok;
}

static void write_module(void *context, const CompiledModule *m) {
  CompileOutput *out = context;
  if (out->packing) {
    if (out->pack_count == out->pack_capacity) {
      out->pack_capacity = out->pack_capacity ? out->pack_capacity * 2 : 64;
      out->pack = realloc(out->pack, out->pack_capacity * sizeof *out->pack);
      CHECK(out->pack);
    }
    char *name = strdup(m->name->text);
    void *bytes = malloc(m->size);
    CHECK(name && bytes);
    memcpy(bytes, m->bytes, m->size);
    out->pack[out->pack_count++] = (PackItem){name, bytes, m->size};
    return;
  }
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s.jo", out->directory, m->name->text) >= (int)sizeof path || !write_file(path, m->bytes, m->size))
    out->failed = true;
}

static int compile_command(int argc, char **argv) {
  CompileOutput out = {.directory = "."};
  const char *pack_path = NULL;
  CompileOptions options = {.keep_modules = true};
  int first = 2;
  for (; first < argc && argv[first][0] == '-'; first++) {
    if (strcmp(argv[first], "-o") == 0 && first + 1 < argc) {
      out.directory = argv[++first];
    } else if (strcmp(argv[first], "--pack") == 0 && first + 1 < argc) {
      pack_path = argv[++first]; // of the build: one file for the library, compiled without another library
      out.packing = true;
      options.bootstrap = true;
    } else if (strcmp(argv[first], "--bootstrap") == 0) {
      options.bootstrap = true;
    } else if (strcmp(argv[first], "--general-path") == 0) {
      options.general_path = true;
    } else if (strcmp(argv[first], "--dump-core") == 0) {
      options.dump_core = true;
    } else if (strcmp(argv[first], "--warnings-as-errors") == 0) {
      options.warnings_as_errors = true;
    } else {
      return usage("joist: unknown option %s of compile", argv[first]);
    }
  }
  if (first == argc) return usage("joist: %s needs files", "compile");
  mkdir(out.directory, 0777); // when it is there already, writing tells more
  Vm vm;
  Alloc alloc = alloc_system();
  StartOptions start = {0};
  if (start_vm(&vm, &alloc, &start) != STATUS_OK) return fputs("joist: no memory to start\n", stderr), 1;
  compile_host_options(&vm, &options);
  compile_host_sink(&vm, write_module, &out);
  size_t words = 0;
  int status = 0;
  Buffer *files = calloc((size_t)(argc - first), sizeof *files);
  CHECK(files);
  for (int i = first; i < argc; i++) {
    buffer_init(&files[i - first], &alloc);
    if (!file_read_whole(argv[i], &files[i - first])) {
      fprintf(stderr, "joist: cannot read %s: %s\n", argv[i], strerror(errno));
      status = 1;
    }
    words += CONS_WORDS + 3 + binary_words(strlen(argv[i])) + binary_words(files[i - first].size);
  }
  LiteralArea *area = status ? NULL : literal_area_new(vm.literals, words, 0);
  if (area) {
    Term list = T_NIL;
    for (int i = argc; i-- > first;) {
      Term pair, *items = heap_tuple(&area->heap, 2, &pair);
      items[0] = items[1] = T_NIL;
      items[0] = binary_make(&vm.context, &area->heap, argv[i], strlen(argv[i]));
      items[1] = binary_make(&vm.context, &area->heap, files[i - first].data ? files[i - first].data : "", files[i - first].size);
      list = heap_cons(&area->heap, pair, list);
    }
    status = library_is_there() ? run_first_process(&vm, "joist_main", "compile_files", &list, 1)
                                : run_first_process(&vm, "joist_compile", "files", &list, 1);
  }
  for (int i = first; i < argc; i++) buffer_free(&files[i - first]);
  free(files);
  if (pack_path && status == 0) {
    Buffer pack;
    buffer_init(&pack, &alloc);
    if (!library_write_pack(&pack, out.pack, out.pack_count) || !write_file(pack_path, pack.data, pack.size)) status = 1;
    buffer_free(&pack);
  }
  for (size_t i = 0; i < out.pack_count; i++) {
    free((void *)(uintptr_t)out.pack[i].name);
    free((void *)(uintptr_t)out.pack[i].bytes);
  }
  free(out.pack);
  stop_vm(&vm);
  return status || out.failed;
}

static int disasm_command(const char *path) {
  Alloc alloc = alloc_system();
  Buffer file, text;
  buffer_init(&file, &alloc);
  buffer_init(&text, &alloc);
  int status = 1;
  if (!file_read_whole(path, &file)) {
    fprintf(stderr, "joist: cannot read %s: %s\n", path, strerror(errno));
  } else {
    VerifyError error;
    if (disasm_module(&alloc, file.data, file.size, &text, &error)) {
      fwrite(text.data, 1, text.size, stdout);
      status = 0;
    } else {
      fprintf(stderr, "joist: %s: %s\n", path, verify_reason_text(error.reason));
    }
  }
  buffer_free(&text);
  buffer_free(&file);
  return status;
}

static int run_command(CommandLine *c, int first, int argc, char **argv) {
  Alloc alloc = alloc_system();
  Buffer text;
  buffer_init(&text, &alloc);
  const char *name = c->expression ? "nofile" : argv[first];
  if (c->expression) {
    buffer_text(&text, c->expression);
  } else {
    struct stat info;
    bool is_directory = strcmp(name, "-") != 0 && stat(name, &info) == 0 && S_ISDIR(info.st_mode);
    if (is_directory) errno = EISDIR;
    if (is_directory || !file_read_whole(name, &text)) {
      fprintf(stderr, "joist: cannot read %s: %s\n", name, strerror(errno));
      return 1;
    }
    first++;
  }
  c->start.arguments = (const char *const *)(argv + first);
  c->start.argument_count = (uint32_t)(argc - first);
  c->path[c->path_count++] = ".";
  c->start.code_path = c->path;
  Vm vm;
  if (start_vm(&vm, &alloc, &c->start) != STATUS_OK) return fputs("joist: no memory to start\n", stderr), 1;
  int status = !c->expression && ends_with(name, ".jo") ? run_module_file(&vm, name, &text) : run_text(&vm, strcmp(name, "-") == 0 ? "stdin" : name, &text);
  buffer_free(&text);
  stop_vm(&vm);
  return status;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc > 1 && strcmp(argv[1], "--version") == 0) return puts("joist " JOIST_VERSION), 0;
  if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) return fputs(HELP, stdout), 0;
  if (argc > 1 && strcmp(argv[1], "compile") == 0) return compile_command(argc, argv);
  if (argc > 1 && strcmp(argv[1], "disasm") == 0) return argc == 3 ? disasm_command(argv[2]) : usage("joist: %s needs one file", "disasm");
  CommandLine c = {0};
  int first = read_options(&c, argc, argv);
  if (first < 0) return STATUS_USAGE;
  if (first >= argc && !c.expression) {
    if (argc == 1) return usage("joist: %s", "the interactive shell is not there yet; give a file, -e or -");
    return usage("joist: %s", "no program given");
  }
  return run_command(&c, first, argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
//
// Reads the command line by the table in options.def.
//
// Options stand behind the command's name and end at the first other word or at "--". A new option is a line in options.def and a function set_<id> here.
#include "vm/main/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/main/commands.h"

// --- where values go

static const char *set_seed(CommandLine *c, OptionValue v) {
  c->host.seeded = true;
  c->host.seed = v.number;
  return NULL;
}

static const char *set_schedulers(CommandLine *c, OptionValue v) {
  c->host.schedulers = (uint32_t)v.number;
  return NULL;
}

static const char *set_migrate(CommandLine *c, OptionValue v) {
  (void)v;
  c->host.migrate = true;
  return NULL;
}

static const char *set_max_processes(CommandLine *c, OptionValue v) {
  c->host.max_processes = (uint32_t)v.number;
  return NULL;
}

static const char *set_max_atoms(CommandLine *c, OptionValue v) {
  c->host.max_atoms = (uint32_t)v.number;
  return NULL;
}
static const char *set_max_memory(CommandLine *c, OptionValue v) {
  c->host.memory_budget = v.number;
  return NULL;
}
static const char *set_max_heap(CommandLine *c, OptionValue v) {
  c->host.max_heap = v.number;
  return NULL;
}
static const char *set_max_files(CommandLine *c, OptionValue v) {
  c->host.max_files = (uint32_t)v.number;
  return NULL;
}
static const char *set_max_blocking(CommandLine *c, OptionValue v) {
  c->host.max_blocking = (uint32_t)v.number;
  return NULL;
}

static const char *set_alarms(CommandLine *c, OptionValue v) {
  (void)v;
  c->host.alarms = true;
  return NULL;
}

static const char *set_engine(CommandLine *c, OptionValue v) {
  if (strcmp(v.text, "interp") == 0) {
    c->host.engine = JOIST_ENGINE_INTERPRETER;
  } else if (strcmp(v.text, "jit") == 0) {
    if (!start_has_jit()) return "this build has the interpreter alone";
    c->host.engine = JOIST_ENGINE_COMPILED;
  } else {
    return "there are interp and jit";
  }
  return NULL;
}

static const char *set_code_path(CommandLine *c, OptionValue v) {
  c->path[c->path_count++] = v.text;
  return NULL;
}

static const char *set_expression(CommandLine *c, OptionValue v) {
  c->steps[c->step_count++] = (Step){false, v.text};
  c->has_expression = true;
  return NULL;
}

static const char *set_require(CommandLine *c, OptionValue v) {
  c->steps[c->step_count++] = (Step){true, v.text};
  return NULL;
}

static const char *set_no_halt(CommandLine *c, OptionValue v) {
  (void)v;
  c->no_halt = true;
  return NULL;
}

static const char *set_directory(CommandLine *c, OptionValue v) {
  c->compile.directory = v.text;
  return NULL;
}

static const char *set_warnings_as_errors(CommandLine *c, OptionValue v) {
  (void)v;
  c->compile.options.warnings_as_errors = true;
  return NULL;
}

static const char *set_dump_core(CommandLine *c, OptionValue v) {
  (void)v;
  c->compile.options.dump_core = true;
  return NULL;
}

// Of the build: one file for the library, compiled without another library.
static const char *set_image(CommandLine *c, OptionValue v) {
  c->compile.image = v.text;
  return NULL;
}
static const char *set_root(CommandLine *c, OptionValue v) {
  c->compile.root = v.text;
  return NULL;
}
static const char *set_pack(CommandLine *c, OptionValue v) {
  c->compile.pack = v.text;
  c->compile.options.bootstrap = true;
  return NULL;
}

static const char *set_bootstrap(CommandLine *c, OptionValue v) {
  (void)v;
  c->compile.options.bootstrap = true;
  return NULL;
}

static const char *set_general_path(CommandLine *c, OptionValue v) {
  (void)v;
  c->compile.options.general_path = true;
  return NULL;
}

// --- the tables

const CommandEntry COMMAND_TABLE[COMMAND_INDEX_COUNT] = {
#define COMMAND(id, name, arguments, function, summary, more) {name, arguments, summary, more, function, COMMAND_##id},
#define FORM(id, arguments, summary)
#define OPTION(mask, id, spelling, kind, value, minimum, maximum, help)
#include "vm/main/options.def"
};

const OptionEntry OPTION_TABLE[] = {
#define COMMAND(id, name, arguments, function, summary, more)
#define FORM(id, arguments, summary)
#define OPTION(mask, id, spelling, kind, value, minimum, maximum, help) {mask, spelling, value, help, OPTION_##kind, minimum, maximum, set_##id},
#include "vm/main/options.def"
};
const uint32_t OPTION_COUNT = sizeof OPTION_TABLE / sizeof *OPTION_TABLE;

// --- reading

int options_usage_error(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("joist: ", stderr);
  vfprintf(stderr, format, args);
  va_end(args);
  fputs("\ntry: joist --help\n", stderr);
  return EXIT_STATUS_USAGE;
}

// Decimal digits, behind them for a size one of k, M, G, T.
static bool read_number(const char *text, bool is_size, uint64_t *value) {
  static const char SUFFIXES[] = "kMGT";
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  uint64_t n = strtoull(text, &end, 10);
  if (errno) return false;
  const char *suffix = is_size && *end ? strchr(SUFFIXES, *end) : NULL;
  for (const char *s = SUFFIXES; suffix && s <= suffix; s++)
    if (__builtin_mul_overflow(n, 1024, &n)) return false;
  if (end[suffix != NULL]) return false;
  *value = n;
  return true;
}

// The option that `word` begins, for this command; *value behind its "=", or NULL.
static const OptionEntry *find_option(unsigned command, const char *word, const char **value) {
  const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
  size_t length = equals ? (size_t)(equals - word) : strlen(word);
  *value = equals ? equals + 1 : NULL;
  for (uint32_t i = 0; i < OPTION_COUNT; i++) {
    const OptionEntry *o = &OPTION_TABLE[i];
    if ((o->commands & command) && strncmp(o->spelling, word, length) == 0 && !o->spelling[length]) return o;
  }
  return NULL;
}

// Reads the option at argv[i]. Answers the index behind it, or -1.
static int read_option(CommandLine *c, int i, int argc, char **argv) {
  const char *name = c->command->name, *text;
  const OptionEntry *o = find_option(c->command->bit, argv[i], &text);
  if (!o && c->has_expression)
    return options_usage_error("unknown option %s (put -- before words that are the program's)", argv[i]), -1;
  if (!o) return options_usage_error("unknown option %s%s%s", argv[i], *name ? " of " : "", name), -1;
  OptionValue v = {text, 0};
  if (o->kind == OPTION_FLAG) {
    if (text) return options_usage_error("%s takes no value", o->spelling), -1;
  } else if (!text) {
    if (++i == argc) return options_usage_error("%s needs a value: %s %s", o->spelling, o->spelling, o->value_name), -1;
    v.text = argv[i];
  }
  if (o->kind == OPTION_NUMBER || o->kind == OPTION_SIZE) {
    bool is_size = o->kind == OPTION_SIZE;
    if (!read_number(v.text, is_size, &v.number))
      return options_usage_error("%s needs a number%s, not %s", o->spelling, is_size ? " of bytes, as 64M" : "", v.text), -1;
    if (v.number < o->minimum || v.number > o->maximum)
      return options_usage_error("%s: %s is out of range, which is %llu to %llu", o->spelling, v.text, (unsigned long long)o->minimum,
                                 (unsigned long long)o->maximum),
             -1;
  }
  const char *wrong = o->set(c, v);
  if (wrong) return options_usage_error("%s: %s is not possible: %s", o->spelling, v.text ? v.text : "it", wrong), -1;
  return i + 1;
}

// What one option alone cannot see.
static bool options_agree(const CommandLine *c) {
  uint32_t n = c->host.schedulers;
  if (!c->host.seeded || n == 1 || n == JOIST_SCHEDULERS_CPUS) return true;
  options_usage_error("--seed runs on one scheduler, as the order of several cannot be repeated: leave out --schedulers %u", n);
  return false;
}

static const CommandEntry *find_command(const char *word) {
  for (int i = 0; i < COMMAND_INDEX_COUNT; i++)
    if (*COMMAND_TABLE[i].name && strcmp(COMMAND_TABLE[i].name, word) == 0) return &COMMAND_TABLE[i];
  return NULL;
}

bool options_read(CommandLine *c, int argc, char **argv) {
  memset(c, 0, sizeof *c);
  c->host = joist_options_default();
  c->host.standard_streams = true;
  c->host.schedulers = JOIST_SCHEDULERS_CPUS;
  c->compile.directory = ".";
  c->compile.options.keep_modules = true;
  c->path = calloc((size_t)argc + 2, sizeof *c->path);
  c->steps = calloc((size_t)argc + 1, sizeof *c->steps);
  if (!c->path || !c->steps) return fputs("joist: no memory to start\n", stderr), false;
  int i = 1;
  // --help and --version are commands that look like options.
  const char *first = argc > 1 ? argv[1] : "";
  if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) first = "help";
  if (strcmp(first, "--version") == 0 || strcmp(first, "-v") == 0) first = "version";
  if (strcmp(first, "--licenses") == 0) first = "licenses";
  c->command = find_command(first);
  if (c->command) i++;
  else c->command = &COMMAND_TABLE[COMMAND_INDEX_RUN];
  while (i >= 0 && i < argc && argv[i][0] == '-' && argv[i][1]) {
    if (strcmp(argv[i], "--") == 0) {
      i++;
      break;
    }
    i = read_option(c, i, argc, argv);
  }
  if (i < 0 || !options_agree(c)) return false;
  c->words = argv + i;
  c->word_count = argc - i;
  return true;
}

void options_free(CommandLine *c) {
  free(c->path);
  free(c->steps);
}

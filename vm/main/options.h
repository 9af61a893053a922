// SPDX-License-Identifier: Apache-2.0
//
// The command line, read: which command, its options, its words. Thread: main, before any VM is there.
#ifndef JOIST_MAIN_OPTIONS_H
#define JOIST_MAIN_OPTIONS_H

#include "joist/joist.h"
#include "vm/main/start.h"

enum { EXIT_STATUS_USAGE = 2 };

typedef enum CommandIndex {
#define COMMAND(id, name, arguments, function, summary, more) COMMAND_INDEX_##id,
#define FORM(id, arguments, summary)
#define OPTION(mask, id, spelling, kind, value, minimum, maximum, help)
#include "vm/main/options.def"
  COMMAND_INDEX_COUNT
} CommandIndex;
enum {
#define COMMAND(id, name, arguments, function, summary, more) COMMAND_##id = 1 << COMMAND_INDEX_##id,
#define FORM(id, arguments, summary)
#define OPTION(mask, id, spelling, kind, value, minimum, maximum, help)
#include "vm/main/options.def"
  COMMANDS_WITH_VM = COMMAND_RUN | COMMAND_COMPILE, // those that start a VM take its options
};

typedef struct CommandLine CommandLine;

typedef struct CommandEntry {
  const char *name, *arguments, *summary, *more;
  int (*function)(CommandLine *c); // answers the exit status
  unsigned bit;
} CommandEntry;
extern const CommandEntry COMMAND_TABLE[COMMAND_INDEX_COUNT];

typedef enum OptionKind { OPTION_FLAG, OPTION_NUMBER, OPTION_SIZE, OPTION_TEXT } OptionKind;
typedef struct OptionValue {
  const char *text; // as it was written; NULL for FLAG
  uint64_t number;  // of NUMBER and SIZE, within its bounds
} OptionValue;
typedef struct OptionEntry {
  unsigned commands;
  const char *spelling, *value_name, *help;
  OptionKind kind;
  uint64_t minimum, maximum;
  // Puts it where it belongs. NULL, or what is wrong with the value ("one scheduler so far").
  const char *(*set)(CommandLine *c, OptionValue v);
} OptionEntry;
extern const OptionEntry OPTION_TABLE[];
extern const uint32_t OPTION_COUNT;

typedef struct Step {
  bool is_file; // -r
  const char *text;
} Step;

struct CommandLine {
  const CommandEntry *command;
  char **words; // behind the options; argument_count of them, then NULL
  int word_count;
  joist_options host;     // of the VM; code path and arguments are filled in by command_start
  const char **path;      // of -pa; room for one more
  int path_count;
  Step *steps;            // of -e and -r, in order
  int step_count;
  bool has_expression;    // one of them is -e: no word names a program
  bool no_halt;
  struct {
    const char *directory, *pack, *image, *root; // image: of the pack; root: what modules call their files counts from there
    CompileOptions options;
  } compile;
};

// Reads argv. Fails: false, said on standard error: exit with EXIT_STATUS_USAGE.
bool options_read(CommandLine *c, int argc, char **argv);
void options_free(CommandLine *c);
// Says what is wrong with how it was called, and where to look. Answers EXIT_STATUS_USAGE.
int options_usage_error(const char *format, ...) PRINTF_LIKE(1, 2);

#endif

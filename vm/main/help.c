// SPDX-License-Identifier: Apache-2.0
//
// What `joist help` prints: lists made from options.def.
#include <stdio.h>
#include <string.h>

#include "joist/joist.h"
#include "vm/base/limits.h"
#include "vm/main/commands.h"

enum { USAGE_COLUMN = 44, HELP_COLUMN = 24 };

typedef struct Form {
  unsigned command;
  const char *arguments, *summary;
} Form;
static const Form FORMS[] = {
#define COMMAND(id, name, arguments, function, summary, more) {COMMAND_##id, arguments, summary},
#define FORM(id, arguments, summary) {COMMAND_##id, arguments, summary},
#define OPTION(mask, id, spelling, kind, value, minimum, maximum, help)
#include "vm/main/options.def"
};
enum { FORM_COUNT = sizeof FORMS / sizeof *FORMS };

static bool takes_options(unsigned command) {
  for (uint32_t i = 0; i < OPTION_COUNT; i++)
    if ((OPTION_TABLE[i].commands & command) && *OPTION_TABLE[i].help) return true;
  return false;
}

static void print_forms(unsigned commands) {
  const char *lead = "usage:";
  for (int i = 0; i < FORM_COUNT; i++) {
    if (!(FORMS[i].command & commands)) continue;
    const char *name = COMMAND_TABLE[__builtin_ctz(FORMS[i].command)].name;
    int used = printf("%6s joist%s%s%s%s%s", lead, *name ? " " : "", name, takes_options(FORMS[i].command) ? " [OPTIONS]" : "",
                      *FORMS[i].arguments ? " " : "", FORMS[i].arguments);
    printf("%*s %s\n", used < USAGE_COLUMN ? USAGE_COLUMN - used : 0, "", FORMS[i].summary);
    lead = "";
  }
}

static void print_options(const char *title, unsigned command) {
  for (uint32_t i = 0; i < OPTION_COUNT; i++) {
    const OptionEntry *o = &OPTION_TABLE[i];
    if (!(o->commands & command) || !*o->help) continue;
    if (title) printf("\n%s:\n", title);
    title = NULL;
    int used = printf("  %s%s%s", o->spelling, o->kind == OPTION_FLAG ? "" : " ", o->value_name);
    printf("%*s %s\n", used < HELP_COLUMN ? HELP_COLUMN - used : 0, "", o->help);
  }
}

static void print_command(const CommandEntry *e) {
  print_forms(e->bit);
  if (*e->more) printf("\n%s", e->more);
  print_options("options", e->bit);
}

static void print_overview(void) {
  print_forms(~0u);
  print_options("options", COMMAND_RUN);
}

// joist help limits: the table of limits.def, as docs/reference/limits.md shows it.
static int print_limits(void) {
  static const struct {
    const char *title; // of a group; NULL: a limit
    LimitId id;
  } ROWS[] = {
#define LIMIT_GROUP(title) {title, 0},
#define LIMIT(name, key, value, unit, option, said, beyond) {NULL, LIMIT_##name},
#include "vm/base/limits.def"
#undef LIMIT
#undef LIMIT_GROUP
  };
  Alloc alloc = alloc_system();
  Buffer b;
  buffer_init(&b, &alloc);
  buffer_text(&b, "Limits, what becomes of who asks for more, and what raises them.\n");
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    if (ROWS[i].title) {
      buffer_format(&b, "\n%s\n", ROWS[i].title);
      continue;
    }
    const LimitEntry *e = &LIMIT_TABLE[ROWS[i].id];
    const char *number = strstr(e->said, "%N");
    buffer_format(&b, "  %s: %.*s", e->key, number ? (int)(number - e->said) : (int)strlen(e->said), e->said);
    if (number && e->value) limit_say_number(&b, e->value, e->is_bytes);
    else if (number) buffer_text(&b, "N");
    if (number) buffer_text(&b, number + 2);
    buffer_byte(&b, '\n');
    if (*e->beyond) buffer_format(&b, "      beyond: %s\n", e->beyond);
    if (*e->option) buffer_format(&b, "      raised by: %s\n", e->option);
  }
  int status = b.failed;
  fwrite(b.data, 1, b.size, stdout);
  buffer_free(&b);
  return status;
}

int command_help(CommandLine *c) {
  if (c->word_count == 0) {
    print_overview();
    return 0;
  }
  const char *word = c->words[0];
  if (strcmp(word, "limits") == 0) return print_limits();
  bool all = strcmp(word, "all") == 0, found = false;
  for (int i = 0; i < COMMAND_INDEX_COUNT; i++) {
    const CommandEntry *e = &COMMAND_TABLE[i];
    if (!all && strcmp(*e->name ? e->name : "run", word) != 0) continue;
    if (found) putchar('\n');
    print_command(e);
    found = true;
  }
  if (found || explain_word(word)) return 0;
  const char *near = explain_nearest(word);
  return near ? options_usage_error("there is no command, code or exception %s: did you mean %s?", word, near)
              : options_usage_error("there is no command, code or exception %s; joist help codes lists codes and exceptions", word);
}

int command_version(CommandLine *c) {
  (void)c;
  puts("joist " JOIST_VERSION);
  return 0;
}

extern const char notice_text[]; // NOTICE, by notice.S
extern const size_t notice_text_bytes;
int command_licenses(CommandLine *c) {
  (void)c;
  fwrite(notice_text, 1, notice_text_bytes, stdout);
  return 0;
}

int command_test(CommandLine *c) {
  (void)c;
  return options_usage_error("joist test is not there yet: run test files as scripts");
}

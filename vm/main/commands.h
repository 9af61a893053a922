// SPDX-License-Identifier: Apache-2.0
//
// The commands of `joist`, one function each (options.def); every one answers the exit status. Thread: main.
#ifndef JOIST_MAIN_COMMANDS_H
#define JOIST_MAIN_COMMANDS_H

#include "vm/main/api.h"
#include "vm/main/options.h"

// Makes the VM that the command line asks for, with its words as the program's arguments, and lets the operating system's signals reach it.
// False: said on standard error. Then command_stop. (run.c)
bool command_start(CommandLine *c, joist_vm **vm);
void command_stop(joist_vm *vm, int status);

int command_run(CommandLine *c);     // run.c
int command_compile(CommandLine *c); // compile.c
int command_disasm(CommandLine *c);  // compile.c
int command_help(CommandLine *c);    // help.c
int command_version(CommandLine *c); // help.c
int command_licenses(CommandLine *c); // help.c
int command_test(CommandLine *c);    // help.c

// explain.c: prints what is known of a diagnostic's code or an exception, or the list of them for "codes". False: nothing is.
bool explain_word(const char *word);
// The code, exception or command that looks most like a word, or NULL.
const char *explain_nearest(const char *word);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The commands of `joist`, one function each (options.def); every one answers the exit status. Thread: main.
#ifndef JOIST_MAIN_COMMANDS_H
#define JOIST_MAIN_COMMANDS_H

#include "vm/main/options.h"

int command_run(CommandLine *c);     // run.c
int command_compile(CommandLine *c); // compile.c
int command_disasm(CommandLine *c);  // compile.c
int command_help(CommandLine *c);    // help.c
int command_version(CommandLine *c); // help.c

#endif

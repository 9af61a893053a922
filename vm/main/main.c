// SPDX-License-Identifier: Apache-2.0
//
// The executable `joist`: reads the command line and runs one command. Nothing else belongs here; a command or an option is a
// line in options.def.
#include "vm/main/commands.h"
#include "vm/main/signals.h"

int main(int argc, char **argv) {
  signals_install();
  CommandLine c;
  int status = options_read(&c, argc, argv) ? c.command->function(&c) : EXIT_STATUS_USAGE;
  options_free(&c);
  return status;
}

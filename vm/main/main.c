// SPDX-License-Identifier: Apache-2.0
//
// The executable `joist`: reads the command line and runs one command. Nothing else belongs here; a command or an option is a
// line in options.def.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "vm/main/commands.h"
#include "vm/main/signals.h"

// Who started us may have closed standard streams. Their numbers must not go to something else that the VM opens: reading there
// finds the end, writing fails.
static void keep_standard_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0) return;
}

int main(int argc, char **argv) {
  keep_standard_streams();
  signals_install();
  CommandLine c;
  int status = options_read(&c, argc, argv) ? c.command->function(&c) : EXIT_STATUS_USAGE;
  options_free(&c);
  return status;
}

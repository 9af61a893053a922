// SPDX-License-Identifier: Apache-2.0
//
// Feeds files to a fuzz target: replay_TARGET FILE_OR_DIRECTORY… Ends with status 0 when the target took them all;
// what it fails on ends the program, and the file's name stands last on standard error with -v.
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/target.h"

static bool loud;
static unsigned count;

static void feed(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END) != 0) {
    perror(path);
    exit(2);
  }
  size_t size = (size_t)ftell(f);
  rewind(f);
  uint8_t *data = malloc(size ? size : 1);
  if (!data || fread(data, 1, size, f) != size) exit(2);
  fclose(f);
  if (loud) fprintf(stderr, "%s\n", path);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
  count++;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    struct stat info;
    if (strcmp(argv[i], "-v") == 0) {
      loud = true;
    } else if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode)) {
      DIR *d = opendir(argv[i]);
      if (!d) return perror(argv[i]), 2;
      for (struct dirent *e; (e = readdir(d));) {
        char path[4096];
        if (e->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name) >= (int)sizeof path) continue;
        feed(path);
      }
      closedir(d);
    } else {
      feed(argv[i]);
    }
  }
  printf("%u inputs\n", count);
  return 0;
}

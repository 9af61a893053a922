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
  size_t length = strlen(path);
  bool packed = length > 5 && strcmp(path + length - 5, ".pack") == 0;
  for (size_t at = 0; packed && at + 4 <= size;) { // u32 size, bytes, and so on
    size_t one = data[at] | (size_t)data[at + 1] << 8 | (size_t)data[at + 2] << 16 | (size_t)data[at + 3] << 24;
    if (one > size - at - 4) exit(2);
    if (loud) fprintf(stderr, "  input at %zu, %zu bytes\n", at + 4, one);
    uint8_t *exact = malloc(one ? one : 1);
    memcpy(exact, data + at + 4, one);
    LLVMFuzzerTestOneInput(exact, one);
    free(exact);
    count++;
    at += 4 + one;
  }
  if (!packed) {
    LLVMFuzzerTestOneInput(data, size);
    count++;
  }
  free(data);
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

// SPDX-License-Identifier: Apache-2.0
//
// COUNT damaged module files, each made from its number and run (run_module.h): damaged_modules FIRST COUNT FILE.jo…
//
// Children of this process do batches of them, so that a crash, a hang or a leak ends one child; the batch is then done again
// file by file, and the number of each culprit is told (`damaged_modules N 1 FILES` does that one alone). Prints what
// became of how many, and why how many were refused. Status 1: some broke the VM, or too few reached the verifier.
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/mutate_module.h"
#include "tests/fuzz/run_module.h"
#include "tests/fuzz/sanitizers.h"
#include "tests/fuzz/target.h"

enum { REDUCTIONS = 1000000, BATCH = 50, SECONDS_EACH = 20, FILES_MAX = 100 };

typedef struct Counts { // shared with the children
  uint32_t fates[MODULE_FATE_COUNT];
  uint32_t reasons[VERIFY_REASON_COUNT];
} Counts;

static Buffer files[FILES_MAX];
static int file_count;

static void one(uint64_t number, Counts *counts) {
  Alloc alloc = alloc_system();
  Dice dice = {number * 0x9e3779b97f4a7c15u + 1};
  const Buffer *file = &files[dice_roll(&dice, (uint32_t)file_count)];
  Buffer damaged;
  buffer_init(&damaged, &alloc);
  mutate_module(&dice, file->data, file->size, &damaged);
  VerifyError error = {VERIFY_OK, UINT32_MAX, UINT32_MAX};
  const char *path = getenv("JOIST_DAMAGED_FILE"); // to look at it with `joist disasm`
  FILE *f = path ? fopen(path, "wb") : NULL;
  if (f) {
    fwrite(damaged.data, 1, damaged.size, f);
    fclose(f);
  }
  ModuleFate fate = run_module_bytes(damaged.data, damaged.size, REDUCTIONS, &error);
  buffer_free(&damaged);
  counts->fates[fate]++;
  if (error.reason != VERIFY_OK) counts->reasons[error.reason]++;
}

// False: the child broke.
static bool batch(uint64_t first, uint64_t count, Counts *counts) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) return perror("fork"), false;
  if (child == 0) {
    alarm((unsigned)(SECONDS_EACH * (count == 1 ? 1 : 6)));
    for (uint64_t i = 0; i < count; i++) one(first + i, counts);
#ifdef ASAN
    if (__lsan_do_recoverable_leak_check()) _exit(98);
#endif
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0 && count == 1) {
    printf("number %llu: %s %d\n", (unsigned long long)first, WIFSIGNALED(status) ? WTERMSIG(status) == SIGALRM ? "hangs, signal" : "signal" : "status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
  }
  return status == 0;
}

static void read_files(char **paths, int count, const Alloc *alloc) {
  for (int i = 0; i < count && file_count < FILES_MAX; i++) {
    FILE *f = fopen(paths[i], "rb");
    if (!f) {
      perror(paths[i]);
      exit(2);
    }
    buffer_init(&files[file_count], alloc);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f));) buffer_add(&files[file_count], piece, n);
    fclose(f);
    file_count++;
  }
}

int main(int argc, char **argv) {
  if (argc < 4) return fputs("usage: damaged_modules FIRST COUNT FILE.jo...\n", stderr), 2;
  uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
  Alloc alloc = alloc_system();
  read_files(argv + 3, argc - 3, &alloc);
  Counts *counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (counts == MAP_FAILED) return perror("mmap"), 2;
  uint32_t broken = 0;
  for (uint64_t at = first; at < first + count; at += BATCH) {
    uint64_t size = first + count - at < BATCH ? first + count - at : BATCH;
    Counts before = *counts;
    if (batch(at, size, counts)) continue;
    *counts = before;
    for (uint64_t i = 0; i < size; i++) broken += !batch(at + i, 1, counts);
  }
  uint32_t reached = (uint32_t)count - counts->fates[MODULE_REFUSED_BY_READER] - broken;
  printf("%llu damaged modules: %u reached the verifier, %u broke the VM\n", (unsigned long long)count, reached, broken);
  for (int i = 0; i < MODULE_FATE_COUNT; i++) printf("  %6u %s\n", counts->fates[i], MODULE_FATES[i]);
  for (int i = 1; i < VERIFY_REASON_COUNT; i++)
    if (counts->reasons[i]) printf("  %6u %s: %s\n", counts->reasons[i], verify_reason_name((VerifyReason)i), verify_reason_text((VerifyReason)i));
  bool few = count >= 100 && reached * 3 < count;
  if (few) puts("too few reached the verifier");
  for (int i = 0; i < file_count; i++) buffer_free(&files[i]);
  munmap(counts, sizeof *counts);
  return broken || few;
}

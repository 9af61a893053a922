// SPDX-License-Identifier: Apache-2.0
//
// The whole program with the n-th allocation failing: failing_allocations [OPTIONS] ARGUMENTS OF joist
//
//   --first N --count N   which allocations of a run fail, one run each (1 and all there are)
//   --step N              every N-th of them only (1)
//   --on                  from the n-th on all fail, not the n-th alone
//   --sites               instead: the first allocation beyond --first of every call site (four return addresses deep)
//   --verbose             says how each run ended
//
// The linker leads alloc_system here, and malloc and its like of all that is linked statically (vm, compiler, GMP,
// utf8proc, zlib): what counts is allocations from the start of main to its end. A run without failures comes first. Of every run with
// one it is asked that it ends in time, that it is no crash, that all memory came back, and that it is not silent: either it
// prints what the first run did with the same status, or its status or standard error tells of it.
//
// Children of this process do batches, so that a crash ends one child; its batch is then done again run by run. The
// schedule is seeded, so the same n is the same allocation again: `--first n --count 1`, under a debugger with --here (no child; with
// ASan it then tells where that allocation is).
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/sanitizers.h"
#include "vm/base/alloc.h"

#undef main // the program's own main is called joist_program here
int joist_program(int argc, char **argv);

enum { BATCH = 32, SECONDS_EACH = 10, SITES_MAX = 1 << 16, OUTPUT_MAX = 1 << 20, DEPTH = 4 };

// --- counting and failing. One thread of the program runs at a time, but not always the same one: atomics all the same.
static _Atomic(uint64_t) allocation_count;
static _Atomic(int64_t) live_bytes;
static uint64_t fail_at; // 0: none
static bool fail_on;
static bool counting;
static bool verbose, here;
static void (*on_allocation)(uint64_t n, void *frame);

static bool refused(void *frame) {
  if (!counting) return false;
  uint64_t n = atomic_fetch_add(&allocation_count, 1) + 1;
  if (on_allocation) on_allocation(n, frame);
  if (!fail_at || n < fail_at || (n > fail_at && !fail_on)) return false;
#ifdef ASAN
  if (here && n == fail_at) __sanitizer_print_stack_trace(); // onto the run's standard error
#endif
  return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
Alloc __wrap_alloc_system(void);

void *__wrap_malloc(size_t size) { return refused(__builtin_frame_address(0)) ? errno = ENOMEM, NULL : __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return refused(__builtin_frame_address(0)) ? errno = ENOMEM, NULL : __real_calloc(count, size); }
void *__wrap_realloc(void *old, size_t size) { return refused(__builtin_frame_address(0)) ? errno = ENOMEM, NULL : __real_realloc(old, size); }
char *__wrap_strdup(const char *text) { return refused(__builtin_frame_address(0)) ? errno = ENOMEM, NULL : __real_strdup(text); }

static void *table_allocate(void *state, size_t size) {
  (void)state;
  if (refused(__builtin_frame_address(0))) return NULL;
  void *memory = __real_malloc(size ? size : 1);
  if (memory) atomic_fetch_add(&live_bytes, (int64_t)size);
  return memory;
}
static void *table_reallocate(void *state, void *old, size_t old_size, size_t size) {
  (void)state;
  if (refused(__builtin_frame_address(0))) return NULL;
  void *memory = __real_realloc(old, size ? size : 1);
  if (memory) atomic_fetch_add(&live_bytes, (int64_t)size - (old ? (int64_t)old_size : 0));
  return memory;
}
static void table_release(void *state, void *memory, size_t size) {
  (void)state;
  atomic_fetch_sub(&live_bytes, (int64_t)size);
  free(memory);
}
Alloc __wrap_alloc_system(void) { return (Alloc){table_allocate, table_reallocate, table_release, NULL}; }

// --- call sites
typedef struct Site {
  uint64_t key, n;
} Site;
static Site *sites; // shared with the child that runs without failures
static uint32_t site_count;
static uint64_t sites_from;

__attribute__((no_sanitize("address", "undefined"))) static uint64_t site_key(void *frame) {
  uint64_t key = 0;
  void **f = frame;
  for (int i = 0; i < DEPTH && f; i++) {
    key = (key ^ (uint64_t)(uintptr_t)f[1]) * 0x9e3779b97f4a7c15u;
    void **next = f[0];
    if (next <= f || (char *)next - (char *)f > 1 << 20) break;
    f = next;
  }
  return key ? key : 1;
}
static void note_site(uint64_t n, void *frame) {
  if (n < sites_from) return;
  uint64_t key = site_key(frame);
  uint32_t at = (uint32_t)(key >> 40) % SITES_MAX;
  while (sites[at].key && sites[at].key != key) at = (at + 1) % SITES_MAX;
  if (sites[at].key || site_count == SITES_MAX / 2) return;
  sites[at] = (Site){key, n};
  site_count++;
}

// --- one run
typedef struct Outcome {
  int status;
  uint64_t allocations;
  int64_t left_bytes;
  size_t output_size, error_size;
  char output[OUTPUT_MAX], errors[OUTPUT_MAX];
} Outcome;

static int output_fd, error_fd;
static int program_argc;
static char **program_argv;

static size_t take(int fd, char *room) {
  ssize_t n = pread(fd, room, OUTPUT_MAX - 1, 0);
  room[n > 0 ? n : 0] = 0;
  if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0) abort();
  return n > 0 ? (size_t)n : 0;
}

static void run(uint64_t n, Outcome *o) {
  int saved[2] = {dup(1), dup(2)};
  fflush(NULL);
  dup2(output_fd, 1);
  dup2(error_fd, 2);
  char *argv[1024];
  for (int i = 0; i <= program_argc; i++) argv[i] = program_argv[i];
  atomic_store(&allocation_count, 0);
  atomic_store(&live_bytes, 0);
  fail_at = n;
  counting = true;
  o->status = joist_program(program_argc, argv);
  counting = false;
  fflush(NULL);
  dup2(saved[0], 1);
  dup2(saved[1], 2);
  close(saved[0]), close(saved[1]);
  o->allocations = atomic_load(&allocation_count);
  o->left_bytes = atomic_load(&live_bytes);
  o->output_size = take(output_fd, o->output);
  o->error_size = take(error_fd, o->errors);
}

static const char *judge(const Outcome *o, const Outcome *plain) {
  if (o->left_bytes != 0) return "memory was not given back";
  if (strstr(o->errors, "runtime error:") || strstr(o->errors, "Sanitizer")) return "a sanitizer speaks";
  bool same = o->status == plain->status && o->output_size == plain->output_size && memcmp(o->output, plain->output, o->output_size) == 0;
  if (same) return NULL;
  // The program may have been told, and have printed what: the reason of a process that ended, an error it rescued.
  bool told = strstr(o->output, "system_limit") || strstr(o->output, "system limit") || strstr(o->output, "SystemLimitError") ||
              strstr(o->errors, "memory") || strstr(o->output, "enomem") || strstr(o->output, "killed") || strstr(o->output, "memory");
  if (o->status == 0 && o->error_size <= plain->error_size && !told) return "another output, and nothing tells why";
  if (o->status != 0 && o->status != plain->status && o->error_size == 0 && o->output_size <= plain->output_size) return "a status without a word";
  if (o->status < 0 || o->status > 255) return "no status";
  return NULL;
}

static bool try(uint64_t n, const Outcome *plain, Outcome *o) {
  run(n, o);
  const char *fault = judge(o, plain);
  if (verbose || fault) {
    printf("n %llu: status %d%s%s\n", (unsigned long long)n, o->status, fault ? ", FAULT: " : "", fault ? fault : "");
    if (fault && o->left_bytes) printf("  %lld bytes left\n", (long long)o->left_bytes);
    if (fault) printf("  stdout: %.800s\n", o->output);
    if (o->error_size) printf("  stderr: %.1500s\n", o->errors);
    fflush(stdout);
  }
  return !fault;
}

// Runs in a child; answers how many of them failed.
static uint32_t batch(const uint64_t *list, size_t count, const Outcome *plain, Outcome *o) {
  if (here) {
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) bad += !try(list[i], plain, o);
    return bad;
  }
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) return perror("fork"), (uint32_t)count;
  if (child == 0) {
    alarm(SECONDS_EACH + (unsigned)count * 3);
    bool good = true;
    for (size_t i = 0; i < count; i++) good = try(list[i], plain, o) && good;
#ifdef ASAN
    if (__lsan_do_recoverable_leak_check()) _exit(98);
#endif
    _exit(good ? 0 : 97);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status == 0) return 0;
  if (count == 1) {
    size_t size = take(error_fd, o->errors); // what it said before it broke
    take(output_fd, o->output);
    bool hangs = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    if (!(WIFEXITED(status) && WEXITSTATUS(status) == 97))
      printf("n %llu: FAULT: %s %d\n%.*s\n", (unsigned long long)list[0], hangs ? "hangs" : WIFSIGNALED(status) ? "signal" : "leak or sanitizer, status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), (int)(size < 4000 ? size : 4000), o->errors);
    fflush(stdout);
    return 1;
  }
  take(error_fd, o->errors);
  take(output_fd, o->output);
  uint32_t bad = 0;
  for (size_t i = 0; i < count; i++) bad += batch(list + i, 1, plain, o);
  return bad;
}

// In a child too: threads that the program leaves behind would be missed in later children.
static bool run_plain(Outcome *plain) {
  fflush(NULL);
  pid_t child = here ? 0 : fork();
  if (child < 0) return false;
  if (child == 0) {
    alarm(60);
    run(0, plain);
    if (here) return alarm(0), true;
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

static void *shared(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static int compare_n(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  uint64_t first = 1, count = UINT64_MAX, step = 1, most_bad = 10;
  bool only_sites = false;
  int i = 1;
  for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
    if (strcmp(argv[i], "--first") == 0 && i + 1 < argc) first = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) count = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--step") == 0 && i + 1 < argc) step = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--most") == 0 && i + 1 < argc) most_bad = strtoull(argv[++i], NULL, 10);
    else if (strcmp(argv[i], "--on") == 0) fail_on = true;
    else if (strcmp(argv[i], "--sites") == 0) only_sites = true;
    else if (strcmp(argv[i], "--verbose") == 0) verbose = true;
    else if (strcmp(argv[i], "--here") == 0) here = true;
    else break;
  }
  if (argc - i < 1 || argc - i > 1000 || step == 0) return fputs("usage: failing_allocations [--first N] [--count N] [--step N] [--on] [--sites] ARGUMENTS OF joist\n", stderr), 2;
  program_argv = argv + i - 1;
  program_argc = argc - i + 1;
  program_argv[0] = argv[0];
  output_fd = memfd_create("output", MFD_CLOEXEC);
  error_fd = memfd_create("errors", MFD_CLOEXEC);
  Outcome *plain = shared(sizeof *plain), *o = shared(sizeof *o);
  sites = shared(SITES_MAX * sizeof *sites);
  if (output_fd < 0 || error_fd < 0 || !plain || !o || !sites) return perror("failing_allocations"), 2;
  sites_from = only_sites ? first : 0;
  on_allocation = only_sites ? note_site : NULL;
  if (!run_plain(plain)) return puts("FAULT: it breaks without any failure"), 1;
  on_allocation = NULL;
  uint64_t last = plain->allocations;
  printf("%s: %llu allocations, status %d\n", argv[argc - 1], (unsigned long long)last, plain->status);
  if (plain->left_bytes) printf("FAULT: %lld bytes left without any failure\n", (long long)plain->left_bytes);
  if (count < last - first + 1 && first <= last) last = first + count - 1;
  uint64_t *list = malloc(sizeof *list * (size_t)(last + 1 + SITES_MAX));
  size_t list_count = 0;
  if (!list) return 2;
  if (only_sites) {
    for (uint32_t s = 0; s < SITES_MAX; s++)
      if (sites[s].key) list[list_count++] = sites[s].n;
    qsort(list, list_count, sizeof *list, compare_n);
  } else {
    for (uint64_t n = first; n <= last; n += step) list[list_count++] = n;
  }
  uint32_t bad = plain->left_bytes != 0;
  size_t at = 0;
  for (; at < list_count && bad < most_bad; at += BATCH) bad += batch(list + at, list_count - at < BATCH ? list_count - at : BATCH, plain, o);
  if (at > list_count) at = list_count;
  printf("%zu runs with a failing allocation%s: %u faults\n", at, only_sites ? " (one a call site)" : "", bad);
  free(list);
  return bad != 0;
}

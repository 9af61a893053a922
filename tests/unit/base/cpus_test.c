// SPDX-License-Identifier: Apache-2.0
//
// Control groups and processors, read from trees made for the purpose: version 1, 2, both, containers that see a part of the tree,
// and files that say nothing useful.
#include <criterion/criterion.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/base/cpus.h"
#include "vm/heap/account.h"

// --- a made-up tree

typedef struct Tree {
  char root[64];
} Tree;

static Tree tree_new(void) {
  Tree t = {"/tmp/cpus-test-XXXXXX"};
  cr_assert_not_null(mkdtemp(t.root));
  return t;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *place) {
  (void)s, (void)kind, (void)place;
  return remove(path);
}
static void tree_free(Tree *t) { cr_assert_eq(nftw(t->root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0); }

// Writes a file, and makes the folders it lies in.
static void put(Tree *t, const char *name, const char *text) {
  char path[6000];
  snprintf(path, sizeof path, "%s/%s", t->root, name);
  for (char *slash = path + strlen(t->root); (slash = strchr(slash + 1, '/'));) {
    *slash = 0;
    mkdir(path, 0700);
    *slash = '/';
  }
  FILE *f = fopen(path, "w");
  cr_assert_not_null(f, "%s", path);
  fputs(text, f);
  fclose(f);
}
static void put_quota(Tree *t, const char *folder, const char *quota, const char *period) {
  char name[200];
  snprintf(name, sizeof name, "%s/cpu.cfs_quota_us", folder);
  put(t, name, quota);
  snprintf(name, sizeof name, "%s/cpu.cfs_period_us", folder);
  put(t, name, period);
}

// --- a made-up machine

enum { MACHINE_CPUS = 3000 };

// As the kernel: a mask that has no room for all processors is refused. Every second one is allowed, and the last.
static int large_machine(pid_t thread, size_t bytes, cpu_set_t *mask) {
  (void)thread;
  if (bytes * 8 < MACHINE_CPUS) return -1;
  CPU_ZERO_S(bytes, mask);
  for (size_t i = 0; i < MACHINE_CPUS; i += 2) CPU_SET_S(i, bytes, mask);
  CPU_SET_S(MACHINE_CPUS - 1, bytes, mask);
  return 0;
}
static int refuses(pid_t thread, size_t bytes, cpu_set_t *mask) {
  (void)thread, (void)bytes, (void)mask;
  return -1;
}
static int asked_small, asked_large;
static int counts_questions(pid_t thread, size_t bytes, cpu_set_t *mask) {
  if (bytes * 8 < MACHINE_CPUS) asked_small++;
  else asked_large++;
  return large_machine(thread, bytes, mask);
}
static int no_cpu(pid_t thread, size_t bytes, cpu_set_t *mask) {
  (void)thread;
  memset(mask, 0, bytes);
  return 0;
}

static uint32_t online(Tree *t, const char *lines) {
  CpuReader r;
  cpu_reader_init(&r);
  r.groups = (ControlGroups){t->root, lines};
  r.affinity = large_machine;
  CpuCounts c = cpus_count(&r);
  cr_assert_eq(c.allowed, MACHINE_CPUS / 2 + 1u);
  cr_assert_eq(c.online, c.quota && c.quota < c.allowed ? c.quota : c.allowed);
  cr_assert_eq(cpus_online(&r), c.online);
  return c.quota;
}

// --- quotas

Test(cpus, version_2_takes_the_least_of_all_levels) {
  Tree t = tree_new();
  put(&t, "a/b/cpu.max", "max 100000\n");
  cr_expect_eq(online(&t, "0::/a/b\n"), 0u);
  put(&t, "a/cpu.max", "250000 100000\n");
  cr_expect_eq(online(&t, "0::/a/b\n"), 3u, "two and a half processors keep three busy");
  put(&t, "a/b/cpu.max", "200000 100000\n");
  cr_expect_eq(online(&t, "0::/a/b\n"), 2u, "a whole number is not rounded up");
  cr_expect_eq(online(&t, "0::/a/b"), 2u, "the last line needs no end");
  cr_expect_eq(online(&t, "0::/a\n"), 3u);
  put(&t, "a/b/cpu.max", "1000 1000000\n");
  cr_expect_eq(online(&t, "0::/a/b\n"), 1u, "at least one");
  put(&t, "a/b/c/d/e/cpu.stat", "");
  cr_expect_eq(online(&t, "0::/a/b/c/d/e\n"), 1u, "groups without the controller");
  put(&t, "cpu.max", "max 100000\n");
  cr_expect_eq(online(&t, "0::/\n"), 0u);
  tree_free(&t);
}

Test(cpus, version_1_by_the_name_of_the_controller) {
  Tree t = tree_new();
  put_quota(&t, "cpu/x", "-1\n", "100000\n");
  cr_expect_eq(online(&t, "3:cpuset:/\n2:cpuacct:/x\n1:cpu:/x\n"), 0u);
  put_quota(&t, "cpu/x", "150000\n", "50000\n");
  cr_expect_eq(online(&t, "3:cpuset:/\n2:cpuacct:/\n1:cpu:/x\n"), 3u);
  put_quota(&t, "cpu", "100000\n", "100000\n");
  cr_expect_eq(online(&t, "1:cpu:/x\n"), 1u, "the mount's root is a group as well");
  cr_expect_eq(online(&t, "1:cpuset,cpuacct:/x\n2:name=cpu:/x\n"), 0u, "names are compared whole");
  put_quota(&t, "cpu,cpuacct/y", "400000\n", "100000\n");
  cr_expect_eq(online(&t, "1:cpu,cpuacct:/y\n"), 4u, "mounted under both names");
  cr_expect_eq(online(&t, "1:cpuacct,cpu:/x\n"), 1u, "under its own alone");
  tree_free(&t);
}

Test(cpus, hybrid_systems_have_both) {
  Tree t = tree_new();
  put(&t, "unified/s/cgroup.procs", "");
  put_quota(&t, "cpu/s", "500000\n", "100000\n");
  const char *lines = "2:memory:/m\n1:cpu:/s\n0::/s\n";
  cr_expect_eq(online(&t, lines), 5u);
  put(&t, "unified/s/cpu.max", "300000 100000\n");
  cr_expect_eq(online(&t, lines), 3u);
  put(&t, "unified/cpu.max", "700000 100000\n");
  cr_expect_eq(online(&t, lines), 3u);
  put_quota(&t, "cpu", "200000\n", "100000\n");
  cr_expect_eq(online(&t, lines), 2u);
  tree_free(&t);
}

Test(cpus, containers_see_a_part_of_the_tree) {
  Tree t = tree_new();
  put(&t, "cpu.max", "200000 100000\n");
  cr_expect_eq(online(&t, "0::/docker/0123abcd\n"), 2u, "nothing of the path is there: the mount's root");
  put(&t, "inner/cpu.max", "100000 100000\n");
  cr_expect_eq(online(&t, "0::/docker/0123abcd/inner\n"), 1u, "a group made inside");
  cr_expect_eq(online(&t, "0::/docker/0123abcd/inner/\n"), 1u);
  cr_expect_eq(online(&t, "0::/../../inner\n"), 2u, "another namespace's group of that name");
  cr_expect_eq(online(&t, "0::/..\n"), 2u);
  cr_expect_eq(online(&t, "0::/gone (deleted)\n"), 2u);
  put_quota(&t, "cpu", "300000\n", "100000\n");
  cr_expect_eq(online(&t, "4:cpu:/kubepods/pod1/c\n"), 3u);
  tree_free(&t);
}

Test(cpus, nonsense_is_no_limit) {
  Tree t = tree_new();
  static const char *const BAD[] = {"", "\n", "max", "max max\n", "many 100000\n", "-1 100000\n", "0 100000\n", "100000x 100000\n", "100000 0\n",
                                    "99999999999999999999 100000\n", "\xff\xfe\n", "  \n200000 100000\n"};
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    put(&t, "a/cpu.max", BAD[i]);
    cr_expect_eq(online(&t, "0::/a\n"), 0u, "%s", BAD[i]);
  }
  put(&t, "a/cpu.max", "200000\n");
  cr_expect_eq(online(&t, "0::/a\n"), 2u, "a period of 100 ms is the default");
  put(&t, "a/cpu.max", "  9223372036854775807   3");
  cr_expect_eq(online(&t, "0::/a\n"), (uint32_t)INT32_MAX);
  put(&t, "cpu/a/cpu.cfs_quota_us", "100000\n");
  cr_expect_eq(online(&t, "1:cpu:/a\n"), 0u, "no period");
  static const char *const LINES[] = {"", "\n\n\n", ":", "::", "0:", "0::", "0::\n", "0::a\n", "1:cpu", "1:cpu:", "garbage\n", "0::/\0cut", ":::::::\n"};
  put(&t, "a/cpu.max", "max");
  for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) cr_expect_eq(online(&t, LINES[i]), 0u, "%s", LINES[i]);
  // Longer than any path.
  put(&t, "cpu.max", "600000 100000");
  char *line = malloc(20000);
  memset(line, '/', 20000);
  memcpy(line, "0::/", 4);
  for (int i = 5; i < 20000; i += 2) line[i] = 'l';
  line[19999] = 0;
  cr_expect_eq(online(&t, line), 6u);
  free(line);
  tree_free(&t);
}

Test(cpus, no_tree_at_all) {
  CpuReader r;
  cpu_reader_init(&r);
  r.groups = (ControlGroups){"/nowhere", "0::/a\n1:cpu:/b\n"};
  cr_expect_eq(cpus_count(&r).quota, 0u);
}

// --- affinity

Test(cpus, the_mask_of_this_thread) {
  CpuReader r;
  cpu_reader_init(&r);
  r.groups.lines = "";
  cpu_set_t before, one;
  cr_assert_eq(sched_getaffinity(0, sizeof before, &before), 0);
  uint32_t online = 0;
  cr_expect(cpus_changed(&r, &online));
  cr_expect_eq(online, (uint32_t)CPU_COUNT(&before));
  cr_expect_not(cpus_changed(&r, &online));
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
  cr_expect_eq(cpus_changed(&r, &online), CPU_COUNT(&before) > 1);
  cr_expect_eq(online, 1u);
  cr_assert_eq(sched_setaffinity(0, sizeof before, &before), 0);
  CpuCounts c = cpus_count(&r);
  cr_expect_eq(c.allowed, (uint32_t)CPU_COUNT(&before));
  cr_expect_geq(c.present, c.allowed);
  cr_expect_geq(cpus_configured(), c.present);
}

typedef struct OneThread {
  CpuReader reader;
  uint32_t online;
  cpu_set_t mask;
} OneThread;
static void *make_reader(void *state) {
  OneThread *o = state;
  cr_assert_eq(pthread_setaffinity_np(pthread_self(), sizeof o->mask, &o->mask), 0);
  cpu_reader_init(&o->reader);
  o->reader.groups.lines = "";
  return NULL;
}
static void *ask_reader(void *state) {
  OneThread *o = state;
  cr_assert_eq(pthread_setaffinity_np(pthread_self(), sizeof o->mask, &o->mask), 0);
  o->online = cpus_online(&o->reader);
  return NULL;
}

// The thread that made the reader counts, and when it is gone the one that asks.
Test(cpus, whose_mask) {
  OneThread o = {0};
  cpu_set_t all;
  cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
  for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&o.mask); i++)
    if (CPU_ISSET(i, &all)) CPU_SET(i, &o.mask);
  pthread_t thread;
  cpu_reader_init(&o.reader);
  o.reader.groups.lines = "";
  cr_assert_eq(pthread_create(&thread, NULL, ask_reader, &o), 0);
  cr_assert_eq(pthread_join(thread, NULL), 0);
  cr_expect_eq(o.online, (uint32_t)CPU_COUNT(&all));
  cr_assert_eq(pthread_create(&thread, NULL, make_reader, &o), 0);
  cr_assert_eq(pthread_join(thread, NULL), 0);
  cr_expect_eq(cpus_online(&o.reader), (uint32_t)CPU_COUNT(&all));
}

Test(cpus, a_mask_that_cannot_be_had) {
  CpuReader r;
  cpu_reader_init(&r);
  r.groups.lines = "";
  r.affinity = refuses;
  CpuCounts c = cpus_count(&r);
  cr_expect_eq(c.allowed, c.present);
  r.affinity = no_cpu;
  cr_expect_eq(cpus_online(&r), 1u);
}

// The small mask that suffices nearly everywhere is tried first; who needs a larger one is asked with that.
Test(cpus, a_mask_that_is_too_small_is_followed_by_a_large_one) {
  CpuReader r;
  cpu_reader_init(&r);
  r.groups.lines = "";
  r.affinity = counts_questions;
  cr_expect_eq(cpus_allowed(&r), MACHINE_CPUS / 2 + 1u);
  cr_expect(asked_small == 1 && asked_large == 1, "%d %d", asked_small, asked_large);
}

Test(cpus, lists) {
  static const struct {
    const char *text;
    uint32_t count;
  } LISTS[] = {{"0\n", 1}, {"0-1\n", 2}, {"0-3,8", 5}, {"0-3,8,10-11\n", 7}, {"0-4095\n", 4096}, {"", 0}, {"\n", 0}, {"a", 0}, {"3-1", 0}, {"0-", 0}, {"-3", 0}, {"0,", 0},
               {"0 1", 0}, {"0-99999999999", 0}, {"0-2147483646,0-2147483646", 0}};
  for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) cr_expect_eq(cpus_in_list(LISTS[i].text), LISTS[i].count, "%s", LISTS[i].text);
}

// --- the other user of control groups

Test(control_groups, memory_budget) {
  Tree t = tree_new();
  ControlGroups g = {t.root, "5:memory:/m/n\n0::/u\n"};
  uint64_t machine = account_budget(&g);
  put(&t, "memory/m/n/memory.limit_in_bytes", "9223372036854771712\n");
  put(&t, "unified/u/memory.max", "max\n");
  cr_expect_eq(account_budget(&g), machine);
  put(&t, "memory/m/memory.limit_in_bytes", "50000000\n");
  cr_expect_eq(account_budget(&g), 40000000u);
  put(&t, "unified/u/memory.max", "10000000\n");
  cr_expect_eq(account_budget(&g), 8000000u);
  tree_free(&t);
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/base/cpus.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

// The system refuses a mask that is too small for its kernel. So it is asked with a small one first, as most machines need no more,
// then with one larger than that of any kernel.
enum { SMALL_MASK_BYTES = 128, MASK_BYTES = 8192, PERIOD_DEFAULT_US = 100000 };

static int system_affinity(pid_t thread, size_t bytes, cpu_set_t *mask) { return sched_getaffinity(thread, bytes, mask); }

void cpu_reader_init(CpuReader *r) {
  *r = (CpuReader){.groups = control_groups_own(), .thread = (pid_t)syscall(SYS_gettid), .affinity = system_affinity};
}

static uint32_t at_least_one(long n) { return n < 1 ? 1 : n > INT32_MAX ? INT32_MAX : (uint32_t)n; }

uint32_t cpus_in_list(const char *list) {
  uint64_t count = 0;
  for (;;) {
    char *end;
    if (*list < '0' || *list > '9') return 0;
    unsigned long first = strtoul(list, &end, 10), last = first;
    if (*end == '-' && end[1] >= '0' && end[1] <= '9') last = strtoul(end + 1, &end, 10);
    if (last < first || last > INT32_MAX) return 0;
    count += last - first + 1;
    if (*end != ',') return (*end == 0 || *end == '\n') && count <= INT32_MAX ? (uint32_t)count : 0;
    list = end + 1;
  }
}

// sysconf counts places for processors too, of which a virtual machine may have a hundred with two in use.
uint32_t cpus_configured(void) {
  char text[4096];
  uint32_t count = control_group_text("/sys/devices/system/cpu/present", text, sizeof text) ? cpus_in_list(text) : 0;
  return count ? count : at_least_one(sysconf(_SC_NPROCESSORS_CONF));
}

static uint32_t count_present(void) { return at_least_one(sysconf(_SC_NPROCESSORS_ONLN)); }

static uint32_t count_allowed(const CpuReader *r) {
  _Alignas(cpu_set_t) char room[MASK_BYTES];
  cpu_set_t *mask = (cpu_set_t *)(void *)room;
  // Signal 0 only asks whether that thread is (still) one of this program.
  bool lives = syscall(SYS_tgkill, getpid(), r->thread, 0) == 0;
  pid_t thread = lives ? r->thread : 0;
  for (size_t bytes = SMALL_MASK_BYTES; bytes <= MASK_BYTES; bytes *= MASK_BYTES / SMALL_MASK_BYTES)
    if (r->affinity(thread, bytes, mask) == 0) return at_least_one(CPU_COUNT_S(bytes, mask));
  return count_present();
}

static void read_quota(void *state, int version, const char *folder) {
  uint32_t *found = state; // the least quota; 0: none so far
  int64_t v[2];
  if (version == 2) {
    if (!control_group_numbers(folder, "cpu.max", v, 2)) return;
    if (v[1] < 0) v[1] = PERIOD_DEFAULT_US;
  } else {
    if (!control_group_numbers(folder, "cpu.cfs_quota_us", v, 1) || !control_group_numbers(folder, "cpu.cfs_period_us", v + 1, 1)) return;
  }
  if (v[0] <= 0 || v[1] <= 0) return;
  int64_t quota = v[0] / v[1] + (v[0] % v[1] != 0);
  if (!*found || quota < *found) *found = at_least_one(quota);
}

static uint32_t count_quota(const CpuReader *r) {
  uint32_t quota = 0;
  control_groups_walk(&r->groups, "cpu", read_quota, &quota);
  return quota;
}

static uint32_t least(uint32_t allowed, uint32_t quota) { return quota && quota < allowed ? quota : allowed; }

CpuCounts cpus_count(const CpuReader *r) {
  CpuCounts c = {.present = count_present(), .allowed = count_allowed(r), .quota = count_quota(r)};
  c.online = least(c.allowed, c.quota);
  return c;
}

uint32_t cpus_allowed(const CpuReader *r) { return count_allowed(r); }

uint32_t cpus_online(const CpuReader *r) { return least(count_allowed(r), count_quota(r)); }

bool cpus_changed(const CpuReader *r, uint32_t *online) {
  uint32_t before = *online;
  *online = cpus_online(r);
  return *online != before;
}

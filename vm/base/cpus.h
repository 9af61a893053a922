// SPDX-License-Identifier: Apache-2.0
//
// How many processors this program may keep busy: so many schedulers take work.
//
// Three things bound it: the processors there are, the affinity mask (taskset, and cpusets of control groups, which the system writes into
// the mask), and the quota of processor time of the control group and all above it, in version 2 (cpu.max) and version 1
// (cpu.cfs_quota_us, cpu.cfs_period_us). A quota is rounded up: two and a half processors keep three threads busy.
//
// All three change while a program runs: a container is given less, an administrator calls taskset. Who follows calls cpus_online from time to
// time; nothing tells of a change by itself (a cpuset's change has no event, a poll of cgroup.events does not cover cpu.max). It costs
// about ten system calls and no memory: once a second is nothing that can be measured. Idle programs need not ask at all.
//
// A CpuReader is not changed by reading. Thread: any, several at the same time.
#ifndef JOIST_BASE_CPUS_H
#define JOIST_BASE_CPUS_H

#include <sched.h>
#include <sys/types.h>
#include "vm/base/control_group.h"

typedef struct CpuReader {
  ControlGroups groups;
  // The thread whose affinity counts: the one that made the reader, as long as it lives, then the one that asks. Threads inherit
  // the mask of the thread that starts them, and `taskset -p` without -a changes that of the main thread alone.
  pid_t thread;
  // sched_getaffinity, or a test's.
  int (*affinity)(pid_t thread, size_t bytes, cpu_set_t *mask);
} CpuReader;

typedef struct CpuCounts {
  uint32_t present; // processors of this machine that are switched on
  uint32_t allowed; // those in the affinity mask
  uint32_t quota;   // as many as the quota keeps busy, rounded up; 0: there is none
  uint32_t online;  // the least of them: 1 or more
} CpuCounts;

// The real machine, and the calling thread.
void cpu_reader_init(CpuReader *r);
// Reads everything.
CpuCounts cpus_count(const CpuReader *r);
// `allowed` alone.
uint32_t cpus_allowed(const CpuReader *r);
// `online` alone, cheaper.
uint32_t cpus_online(const CpuReader *r);
// Reads it again into *online. Is it another than before?
bool cpus_changed(const CpuReader *r, uint32_t *online);
// As many as this machine can have in use, those switched off now included: 1 or more.
uint32_t cpus_configured(void);
// How many a list as the system writes it names: "0-3,8\n" is 5. 0: it is no such list.
uint32_t cpus_in_list(const char *list);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// How many of the schedulers take work: workers 0 … vm->schedulers_online - 1 do, the others give theirs away and sleep, but for their timers.
//
// Who decides, the last of these that applies:
//   options.schedulers   so many there are (--schedulers N): all of them take work
//   options.follow_cpus  as many as processors may be kept busy (vm/base/cpus.h), now and as that changes; at most options.schedulers
//   schedulers_set       :erlang.system_flag(:schedulers_online, n): n, from then on
//
// Two threads that decide at the same time: each writes the number, then looks whether what it went by still holds, and begins again when not.
// So the last word stays. Sequentially consistent, as two variables are looked at; none of this is done often.
#ifndef JOIST_SCHED_ONLINE_H
#define JOIST_SCHED_ONLINE_H

#include "vm/process/vm.h"

enum { ONLINE_ASK_NS = 1000000000 }; // how often a program that works looks at its processors

// How many take work now. Thread: any.
static inline uint32_t sched_online(const Vm *vm) { return atomic_load_explicit(&vm->schedulers_online, memory_order_relaxed); }
// They are more than the processors in the affinity mask, when that was looked at last: they give way to each other. Thread: any.
static inline bool sched_crowded(const Vm *vm) { return atomic_load_explicit(&vm->schedulers_crowded, memory_order_relaxed); }
// Decides once more. Answers whether the number is another now; when it is larger, who asked wakes the others. Costs ten microseconds when
// processors are followed, else the look at the mask that sched_crowded needs. Thread: any.
bool sched_follow_cpus(Vm *vm);
// The same once a second at most, for the housekeeping of schedulers that are awake: a clock reading. Idle ones need not ask, nor does
// one alone, or under a seed. Thread: any.
static inline bool sched_follow_sometimes(Vm *vm) {
  if (vm->options.schedulers < 2 || vm->options.seeded) return false;
  int64_t now = vm_monotonic_ns(vm), asked = atomic_load_explicit(&vm->online_asked_ns, memory_order_relaxed);
  if (now - asked < ONLINE_ASK_NS || !atomic_compare_exchange_strong(&vm->online_asked_ns, &asked, now)) return false;
  return sched_follow_cpus(vm);
}
// Asks for n of them. False: n is 0, or more than there are. Thread: any.
bool sched_set_online(Vm *vm, uint32_t n);

#endif

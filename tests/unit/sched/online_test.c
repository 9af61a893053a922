// SPDX-License-Identifier: Apache-2.0
//
// How many schedulers take work: by options, by processors, by what a program asked for. (Threads that decide at once: online_threads.c.)
#include <criterion/criterion.h>
#include <stdlib.h>

#include "vm/sched/online.h"

// A machine with as many processors as a test says.
static int processors = 4;
static void have(int n) { processors = n; }
static int machine(pid_t thread, size_t bytes, cpu_set_t *mask) {
  (void)thread;
  CPU_ZERO_S(bytes, mask);
  for (int i = 0; i < processors; i++) CPU_SET_S((size_t)i, bytes, mask);
  return 0;
}

static Vm *online_vm(uint32_t schedulers, bool follow) {
  Vm *vm = calloc(1, sizeof *vm);
  Alloc alloc = alloc_system();
  cr_assert_eq(vm_init(vm, &alloc, &(VmOptions){.schedulers = schedulers, .follow_cpus = follow, .literal_bytes = 1 << 20}), STATUS_OK);
  vm->cpus.affinity = machine;
  vm->cpus.groups.lines = "";
  return vm;
}

static void online_vm_free(Vm *vm) {
  vm_free(vm);
  free(vm);
}

Test(online, options_processors_and_wishes) {
  Vm *fixed = online_vm(3, false);
  have(2);
  cr_expect_not(sched_follow_cpus(fixed));
  cr_expect_eq(sched_online(fixed), 3u);
  cr_expect_not(sched_set_online(fixed, 0));
  cr_expect_not(sched_set_online(fixed, 4));
  cr_expect(sched_set_online(fixed, 2));
  cr_expect_eq(sched_online(fixed), 2u);
  online_vm_free(fixed);

  Vm *follows = online_vm(6, true);
  cr_expect(sched_follow_cpus(follows));
  cr_expect_eq(sched_online(follows), 2u);
  have(5);
  cr_expect(sched_follow_cpus(follows));
  cr_expect_eq(sched_online(follows), 5u);
  cr_expect_not(sched_follow_cpus(follows));
  have(100);
  cr_expect(sched_follow_cpus(follows));
  cr_expect_eq(sched_online(follows), 6u, "not more than there are");
  cr_expect(sched_set_online(follows, 1));
  have(3);
  cr_expect_not(sched_follow_cpus(follows));
  cr_expect_eq(sched_online(follows), 1u, "what was asked for stays");
  online_vm_free(follows);
}

static int64_t test_now;
static int64_t test_clock(VmClock *c) { return (void)c, test_now; }

Test(online, once_a_second) {
  Vm *vm = online_vm(8, true);
  vm->clock.monotonic = test_clock;
  have(2), test_now = 5 * (int64_t)ONLINE_ASK_NS;
  cr_expect(sched_follow_sometimes(vm));
  have(3), test_now += ONLINE_ASK_NS - 1;
  cr_expect_not(sched_follow_sometimes(vm));
  cr_expect_eq(sched_online(vm), 2u);
  test_now++;
  cr_expect(sched_follow_sometimes(vm));
  cr_expect_eq(sched_online(vm), 3u);
  online_vm_free(vm);
}

// Threads that share processors give way to each other, as long as they do.
Test(online, crowded_as_the_mask_changes) {
  Vm *vm = online_vm(4, false);
  vm->clock.monotonic = test_clock;
  have(4), test_now = 5 * (int64_t)ONLINE_ASK_NS;
  sched_follow_cpus(vm);
  cr_expect_not(sched_crowded(vm));
  have(2);
  cr_expect_not(sched_follow_sometimes(vm), "so many there are: the number stays");
  cr_expect(sched_crowded(vm));
  cr_expect(sched_set_online(vm, 2));
  cr_expect_not(sched_crowded(vm), "two on two");
  have(1), test_now += ONLINE_ASK_NS - 1;
  sched_follow_sometimes(vm);
  cr_expect_not(sched_crowded(vm), "looked at less than a second ago");
  test_now++;
  sched_follow_sometimes(vm);
  cr_expect(sched_crowded(vm));
  have(3), test_now += ONLINE_ASK_NS;
  sched_follow_sometimes(vm);
  cr_expect_not(sched_crowded(vm));
  online_vm_free(vm);

  Vm *alone = online_vm(1, true);
  alone->clock.monotonic = test_clock;
  have(1);
  cr_expect_not(sched_follow_cpus(alone));
  cr_expect_not(sched_crowded(alone));
  online_vm_free(alone);
}

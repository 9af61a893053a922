// SPDX-License-Identifier: Apache-2.0
#include "vm/sched/online.h"

bool sched_follow_cpus(Vm *vm) {
  uint32_t before = atomic_load(&vm->schedulers_online), set, n;
  do {
    set = atomic_load(&vm->schedulers_set);
    n = set ? set : vm->options.follow_cpus ? cpus_online(&vm->cpus) : vm->options.schedulers;
    if (n > vm->options.schedulers) n = vm->options.schedulers;
    atomic_store(&vm->schedulers_online, n);
    atomic_store(&vm->schedulers_crowded, n > 1 && n > cpus_allowed(&vm->cpus));
  } while (atomic_load(&vm->schedulers_set) != set);
  return n != before;
}

bool sched_set_online(Vm *vm, uint32_t n) {
  if (n == 0 || n > vm->options.schedulers) return false;
  atomic_store(&vm->schedulers_set, n);
  sched_follow_cpus(vm);
  return true;
}

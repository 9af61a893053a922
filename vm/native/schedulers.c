// SPDX-License-Identifier: Apache-2.0
//
// Natives about schedulers and the processors under them. A seeded program sees one of each, on whatever machine it runs.
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/sched/online.h"

static Term processors(Process *p, Term item) {
  Vm *vm = p->vm;
  if (vm->options.seeded) return item == ATOM_cpu_quota ? ATOM_unknown : term_small(1);
  if (item == ATOM_logical_processors) return term_small(cpus_configured());
  CpuCounts c = cpus_count(&vm->cpus);
  if (item == ATOM_logical_processors_online) return term_small(c.present);
  if (item == ATOM_logical_processors_available) return term_small(c.allowed);
  return c.quota ? term_small(c.quota) : ATOM_unknown;
}

// Dirty threads at most, for long and for blocking work; none with a seed.
static Term dirty_threads(Vm *vm, bool blocking) { return term_small(vm->options.seeded ? 0 : sched_dirty_threads(vm, blocking)); }

Term native_scheduler_info(Process *p, Term item) {
  Vm *vm = p->vm;
  if (item == ATOM_schedulers) return term_small(vm->options.schedulers);
  if (item == ATOM_schedulers_online) return term_small(sched_online(vm));
  if (item == ATOM_dirty_cpu_schedulers || item == ATOM_dirty_cpu_schedulers_online) return dirty_threads(vm, false);
  if (item == ATOM_dirty_io_schedulers) return dirty_threads(vm, true);
  if (item == ATOM_scheduler_id) return term_small((int64_t)vm_worker(vm)->index + 1);
  if (item == ATOM_logical_processors || item == ATOM_logical_processors_online || item == ATOM_logical_processors_available || item == ATOM_cpu_quota)
    return processors(p, item);
  if (item == ATOM_multi_scheduling) return vm->options.schedulers > 1 ? ATOM_enabled : ATOM_disabled;
  if (item == ATOM_multi_scheduling_blockers || item == ATOM_normal_multi_scheduling_blockers) return T_NIL;
  if (item == ATOM_scheduler_bind_type) return ATOM_unbound;
  if (item == ATOM_threads || item == ATOM_smp_support) return ATOM_true;
  return T_NONE;
}

// Answers what it was before. Those that shall work again are woken; those that shall not stop after their slice.
Term native_system_flag(Process *p) {
  uint64_t n;
  uint32_t before = sched_online(p->vm);
  if (ARG(0) != ATOM_schedulers_online || !native_count(ARG(1), &n) || n > SCHEDULERS_MAX || !sched_set_online(p->vm, (uint32_t)n)) return native_badarg(p);
  p->vm->scheduling.wake(p->vm);
  return term_small(before);
}

// SPDX-License-Identifier: Apache-2.0
//
// statistics/1, and the items of system_info/1 that are the same in every VM or come from its options.
//
// What schedulers count for themselves is read while all of them stand (sched_work), so that counting costs them nothing; lengths of queues
// are read as they are just then.
#include <stdio.h>
#include <stdlib.h>

#include "vm/engine/engine.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/process/extra.h"
#include "vm/sched/online.h"
#include "vm/sched/sched.h"
#include "vm/term/map.h"

// --- statistics

// {a, b}.
static Term two(Process *p, int64_t a, int64_t b) {
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, term_small(a), term_small(b));
}

// Milliseconds of processor time, or of the clock, or what all processes used together; and since it was last asked for.
static Term since_asked(Process *p, int64_t now, _Atomic(int64_t) *asked) {
  return two(p, now, now - atomic_exchange(asked, now));
}

static Term runtime(Process *p) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return since_asked(p, t.tv_sec * 1000 + t.tv_nsec / 1000000, &native_state(p->vm)->asked_runtime_ms);
}

static Term wall_clock(Process *p) {
  NativeState *s = native_state(p->vm);
  return since_asked(p, (vm_monotonic_ns(p->vm) - s->started_ns) / 1000000, &s->asked_wall_ms);
}

static Term reductions(Process *p) {
  SchedWork w = sched_work(p->vm);
  int64_t running = p->slice_given - p->reductions - p->slice_rest; // its own slice is not counted yet
  return since_asked(p, (int64_t)w.reductions + (running > 0 ? running : 0), &native_state(p->vm)->asked_reductions);
}

// Processes ready in a queue, and with `running` those that run too. Behind those of the schedulers come the queues of dirty threads.
static size_t queue_at(Vm *vm, uint32_t index, bool running) {
  uint32_t count = sched_count(vm);
  if (index < count) return sched_queue_length(vm, index) + (running && sched_runs_one(vm, index));
  return sched_dirty_load(vm, index > count, running);
}

// Lists have a number a queue; `all`: with that of blocking work.
static Term queues(Process *p, bool running, bool all, bool total) {
  Vm *vm = p->vm;
  uint32_t count = sched_count(vm) + (all ? 2 : 1);
  int64_t sum = 0;
  NATIVE_RESERVE(total ? 0 : count * CONS_WORDS);
  Term list = T_NIL;
  for (uint32_t i = count; i-- > 0;) {
    int64_t n = (int64_t)queue_at(vm, i, running);
    sum += n;
    if (!total) list = heap_cons(&p->heap, term_small(n), list);
  }
  return total ? term_small(sum) : list;
}

Term native_statistics(Process *p) {
  Vm *vm = p->vm;
  Term item = ARG(0);
  static const struct {
    const char *name;
    bool running, all, total;
  } QUEUES[] = {{"run_queue_lengths", false, false, false},    {"run_queue_lengths_all", false, true, false},
                {"total_run_queue_lengths", false, false, true}, {"total_run_queue_lengths_all", false, true, true},
                {"active_tasks", true, false, false},          {"active_tasks_all", true, true, false},
                {"total_active_tasks", true, false, true},     {"total_active_tasks_all", true, true, true}};
  if (item == ATOM_runtime) return runtime(p);
  if (item == ATOM_wall_clock) return wall_clock(p);
  if (item == ATOM_reductions || vm_atom_is(vm, item, "exact_reductions")) return reductions(p);
  if (vm_atom_is(vm, item, "context_switches")) return two(p, (int64_t)sched_work(vm).switches, 0);
  if (vm_atom_is(vm, item, "run_queue")) return term_small((int64_t)sched_runnable_count(vm));
  // As in OTP while nobody has these measured; here nobody can (system_flag).
  if (vm_atom_is(vm, item, "scheduler_wall_time") || vm_atom_is(vm, item, "scheduler_wall_time_all")) return ATOM_undefined;
  for (size_t i = 0; i < sizeof QUEUES / sizeof *QUEUES; i++)
    if (vm_atom_is(vm, item, QUEUES[i].name)) return queues(p, QUEUES[i].running, QUEUES[i].all, QUEUES[i].total);
  return native_badarg(p);
}

// --- constant items

// {item, number}.
static Term named(Process *p, Term item, int64_t n) {
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, item, term_small(n));
}

// What a process may have at most that nobody set another limit for, as process_flag takes it.
static Term default_max_heap(Process *p) {
  Vm *vm = p->vm;
  uint64_t words = vm->options.max_heap_words;
  NATIVE_RESERVE(map_from_pairs_words(4));
  Term pairs[8] = {ATOM_size, term_small(words < (uint64_t)SMALL_MAX ? (int64_t)words : SMALL_MAX), ATOM_kill, ATOM_true, ATOM_error_logger, ATOM_true,
                   vm_atom(vm, "include_shared_binaries"), ATOM_true};
  return map_from_pairs(native_context(p), &p->heap, pairs, 4);
}

static Term bindings(Process *p) {
  uint32_t count = sched_count(p->vm);
  NATIVE_RESERVE(count + 1);
  Term tuple, *items = heap_tuple(&p->heap, count, &tuple);
  for (uint32_t i = 0; i < count; i++) items[i] = ATOM_unbound;
  return tuple;
}

static Term system_version(Process *p) {
  char text[80];
  int size = snprintf(text, sizeof text, "Joist " NATIVE_VERSION " [64-bit] [smp:%u:%u]\n", sched_count(p->vm), sched_online(p->vm));
  return native_char_list(p, text, (size_t)size);
}

// Those that are an atom, or a number when the text begins with a digit.
static const struct {
  const char *name, *value;
} CONSTANTS[] = {
    {"build_type", "opt"},        {"compat_rel", "25"},           {"cpu_topology", "undefined"},  {"creation", "0"},
    {"debug_compiled", "false"},  {"dynamic_trace", "none"},      {"dynamic_trace_probes", "false"}, {"emu_type", "opt"},
    {"heap_type", "private"},     {"kernel_poll", "true"},        {"message_queue_data", "on_heap"}, {"modified_timing_level", "undefined"},
    {"port_count", "0"},          {"port_parallelism", "false"},  {"time_correction", "true"},    {"time_offset", "final"},
    {"time_warp_mode", "no_time_warp"}, {"tolerant_timeofday", "enabled"}, {"trace_control_word", "0"}, {"update_cpu_info", "unchanged"},
};

Term native_constant_info(Process *p, Term item) {
  Vm *vm = p->vm;
  if (term_is_tuple(item) && tuple_arity(item) == 2) { // {:wordsize, :internal | :external}, {:cpu_topology, …}
    Term key = tuple_items(item)[0], which = tuple_items(item)[1];
    if (key == ATOM_wordsize && (vm_atom_is(vm, which, "internal") || vm_atom_is(vm, which, "external"))) return term_small(8);
    return vm_atom_is(vm, key, "cpu_topology") ? (Term)ATOM_undefined : T_NONE;
  }
  for (size_t i = 0; i < sizeof CONSTANTS / sizeof *CONSTANTS; i++)
    if (vm_atom_is(vm, item, CONSTANTS[i].name)) {
      const char *v = CONSTANTS[i].value;
      return *v >= '0' && *v <= '9' ? (Term)term_small(strtol(v, NULL, 10)) : vm_atom(vm, v);
    }
  if (vm_atom_is(vm, item, "emu_flavor")) return vm_atom(vm, vm_engine(vm)->jit ? "jit" : "emu");
  if (vm_atom_is(vm, item, "start_time")) return term_small(native_state(vm)->started_ns);
  if (vm_atom_is(vm, item, "scheduler_bindings")) return bindings(p);
  if (vm_atom_is(vm, item, "system_version")) return system_version(p);
  if (item == ATOM_max_heap_size) return default_max_heap(p);
  if (item == ATOM_min_heap_size) return named(p, item, p->home_words);
  if (vm_atom_is(vm, item, "min_bin_vheap_size")) return named(p, item, HEAP_OFF_HEAP_MIN_WORDS);
  if (item == ATOM_fullsweep_after) return named(p, item, 65535);
  return T_NONE;
}

// SPDX-License-Identifier: Apache-2.0
//
// The state machine, the extension, memory on behalf of a process, and how one process is looked at by another.
//
// State changes are compare-and-swaps along the transitions of state.def; the flags beside the state survive them. Whoever
// needs to touch a process that is not its own claims it (IN_C): process_settle does so to act on waiting signals.
#include "vm/process/process.h"

#include "vm/process/alarm.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/term/print.h"

const char *process_state_name(ProcessState s) {
  static const char *const NAMES[] = {
#define STATE(name, owner, meaning) #name,
#define TRANSITION(from, to)
#include "vm/process/state.def"
#undef STATE
#undef TRANSITION
  };
  return s < PROCESS_STATE_COUNT ? NAMES[s] : "?";
}

bool process_transition_is_legal(ProcessState from, ProcessState to) {
  static const uint32_t LEGAL[PROCESS_STATE_COUNT][PROCESS_STATE_COUNT] = {
#define STATE(name, owner, meaning)
#define TRANSITION(from, to) [PROCESS_##from][PROCESS_##to] = 1,
#include "vm/process/state.def"
#undef STATE
#undef TRANSITION
  };
  return LEGAL[from][to];
}

bool process_transition(Process *p, ProcessState from, ProcessState to) {
  DCHECK(process_transition_is_legal(from, to));
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed);
  do
    if ((now & STATE_MASK) != (uint64_t)from) return false;
  while (!atomic_compare_exchange_weak_explicit(&p->state, &now, (now & ~(uint64_t)STATE_MASK) | (uint64_t)to, memory_order_acq_rel,
                                                memory_order_relaxed));
  return true;
}

void process_wake(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_acquire);
  if ((now & STATE_MASK) == PROCESS_WAITING) {
    // A message is nothing to who waits for room elsewhere, or for input.
    if (UNLIKELY(p->flags & (PROCESS_SENDING | PROCESS_AWAITS_INPUT)) && !(now & (STATE_SIGNALS | STATE_TIMED_OUT)) && !p->exit_pending) return;
    if (process_transition(p, PROCESS_WAITING, PROCESS_RUNNABLE)) p->vm->scheduling.enqueue(p->vm, p);
  } else if ((now & STATE_MASK) == PROCESS_SUSPENDED) {
    atomic_fetch_or_explicit(&p->state, STATE_WOKEN, memory_order_acq_rel);
  }
}

void process_doom(Process *p, Term reason) {
  if (p->exit_pending) return;
  p->exit_reason = reason;
  p->exit_pending = 1;
  process_interrupt(p);
  process_wake(p); // if it waits, it does not any more
}

// --- extension

ProcessExtra *process_extra(Process *p) {
  if (p->extra) return p->extra;
  return p->extra = alloc_zero(vm_alloc_of(p->vm, METER_PROCESS), sizeof *p->extra);
}

void process_extra_free(Process *p) {
  ProcessExtra *x = p->extra;
  if (!x) return;
  const Alloc *alloc = vm_alloc_of(p->vm, METER_PROCESS);
  relation_free(alloc, &x->links);
  relation_free(alloc, &x->monitors);
  relation_free(alloc, &x->monitored_by);
  relation_free(alloc, &x->aliases);
  relation_free(alloc, &x->suspending);
  process_dictionary_clear(p);
  bound_free(p);
  alloc_put(alloc, x->dictionary.entries, x->dictionary.capacity * sizeof *x->dictionary.entries);
  alloc_put(alloc, x->dictionary.index, x->dictionary.index_capacity * sizeof *x->dictionary.index);
  alloc_put(alloc, x, sizeof *x);
  p->extra = NULL;
}

// --- memory

static bool over_limit(Process *p) {
  Vm *vm = p->vm;
  if (p->exit_pending) return false;
  bool log = !(p->flags & PROCESS_LIMIT_NO_LOG) && vm->hooks.report;
  if (log) {
    Buffer b;
    buffer_init(&b, &vm->alloc);
    size_t held = heap_total_words(&p->memory) + (p->heap_flags & HEAP_LIMIT_OFF_HEAP ? heap_off_heap_words(&p->memory) : 0);
    bool own = p->limit_words && held * 2 > p->limit_words;
    buffer_text(&b, own ? "A process is killed because it needs more memory than its max_heap_size: " : "A process is killed because it needs more memory than is left: ");
    limit_say(&b, own ? LIMIT_PROCESS_HEAP : LIMIT_MEMORY_BUDGET, own ? p->limit_words * sizeof(Term) : vm->account.limit_bytes);
    buffer_text(&b, "\n");
    process_describe(p, &b);
    buffer_byte(&b, '\n');
    if (!b.failed) vm->hooks.report(vm, b.data, b.size);
    buffer_free(&b);
  }
  process_doom(p, ATOM_killed);
  return false;
}

// L1: the clock is read only when somebody wants to know.
typedef struct Watch {
  uint64_t collections;
  int64_t start_ns;
} Watch;
static inline Watch watch_start(Process *p) {
  Vm *vm = p->vm;
  return LIKELY(!vm->alarms.watches_heaps) ? (Watch){UINT64_MAX, 0} : (Watch){vm_heap_env(vm)->collection_count, vm_monotonic_ns(vm)};
}
static inline bool watch_end(Process *p, Watch w, bool ok) {
  if (UNLIKELY(w.collections != UINT64_MAX) && w.collections < vm_heap_env(p->vm)->collection_count) alarm_collected(p, vm_monotonic_ns(p->vm) - w.start_ns);
  return LIKELY(ok) || over_limit(p);
}

bool process_reserve_slow(Process *p, size_t words) {
  Watch w = watch_start(p);
  return watch_end(p, w, heap_reserve_slow(vm_heap_env(p->vm), &p->memory, words));
}
bool process_reserve_at(Process *p, size_t words, const char *file, int line) {
  Watch w = watch_start(p);
  return watch_end(p, w, heap_reserve_at(vm_heap_env(p->vm), &p->memory, words, file, line));
}
bool process_collect(Process *p, size_t need_words) {
  Watch w = watch_start(p);
  return watch_end(p, w, heap_collect(vm_heap_env(p->vm), &p->memory, need_words, false));
}
bool process_collect_full(Process *p, size_t need_words) {
  Watch w = watch_start(p);
  return watch_end(p, w, heap_collect(vm_heap_env(p->vm), &p->memory, need_words, true));
}

static size_t array_bytes(size_t count, size_t item_bytes) { return count ? account_chunk(count * item_bytes) : 0; }

size_t process_memory_bytes(const Process *p) {
  size_t bytes = account_chunk(PROCESS_ALLOCATION_BYTES);
  bool home = (const char *)p->block == (const char *)p + p->home_offset;
  if (!home) bytes += account_chunk(heap_block_words(&p->memory) * sizeof(Term));
  if (p->old) bytes += account_chunk(p->old->block_bytes);
  for (const HeapFragment *f = p->fragments; f; f = f->next) bytes += account_chunk(fragment_bytes(f));
  bytes += process_queue_words(p) * sizeof(Term);
  // Signals that are no messages and that it has not seen, as when it is suspended. (Nobody else takes them meanwhile.)
  for (const HeapFragment *s = atomic_load_explicit(&((Process *)(uintptr_t)p)->inbound, memory_order_acquire); s; s = s->next)
    if (s->kind != SIGNAL_MESSAGE) bytes += account_chunk(fragment_bytes(s));
  const ProcessExtra *x = p->extra;
  if (x) {
    bytes += account_chunk(sizeof *x) + array_bytes(x->dictionary.capacity, sizeof *x->dictionary.entries) +
             array_bytes(x->dictionary.index_capacity, sizeof(uint32_t));
    const RelationTable *tables[] = {&x->links, &x->monitors, &x->monitored_by, &x->aliases, &x->suspending};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
      bytes += array_bytes(tables[i]->capacity, sizeof(Relation)) + array_bytes(tables[i]->index_capacity, sizeof(uint32_t));
    bytes += bound_bytes(p);
  }
  return bytes;
}

// --- another process

bool process_settle(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_acquire);
  ProcessState state = (ProcessState)(now & STATE_MASK);
  if (!(now & STATE_SIGNALS) || (state != PROCESS_WAITING && state != PROCESS_RUNNABLE && state != PROCESS_SUSPENDED)) return true;
  if (!process_transition(p, state, PROCESS_IN_C)) return true;
  signal_handle_inbound(p);
  if (p->exit_pending) {
    process_finish(p, p->exit_reason);
    return false;
  }
  CHECK(process_transition(p, PROCESS_IN_C, state));
  if ((p->save || signal_inbound(p)) && state != PROCESS_RUNNABLE) process_wake(p);
  return true;
}

bool process_is_alive(Process *caller, Term pid) {
  Process *p = process_find(caller->vm, pid);
  if (!p) return false;
  if (p == caller) return !p->exit_pending;
  return process_settle(p);
}

bool process_set_group_leader(Process *caller, Term leader, Term pid) {
  Vm *vm = caller->vm;
  if (!term_is_pid(pid) || (leader == ATOM_user ? !vm->host : !term_is_pid(leader) || !process_find(vm, leader))) return false;
  if (pid == caller->pid) {
    caller->group_leader = leader;
    return true;
  }
  Process *p = process_find(vm, pid);
  if (!p || !process_settle(p)) return false;
  HeapFragment *s = signal_new(vm, SIGNAL_GROUP_LEADER, caller->pid, 0, leader);
  if (!s) return false;
  signal_push(vm, p, s);
  return true;
}

// Suspended: taken off at its next slice; what wakes it meanwhile is remembered.
bool process_suspend(Process *caller, Term pid) {
  Process *p = pid == caller->pid ? NULL : process_find(caller->vm, pid);
  if (!p || !process_settle(p)) return false;
  ProcessExtra *own = process_extra(caller), *its = process_extra(p);
  if (!own || !its) return false;
  Relation *r = relation_find(&own->suspending, pid);
  if (!r) r = relation_add(vm_alloc_of(caller->vm, METER_PROCESS), &own->suspending, pid);
  if (!r) return false;
  r->flags++;
  its->suspend_count++;
  p->flags |= PROCESS_SUSPEND_WANTED;
  if (process_transition(p, PROCESS_WAITING, PROCESS_IN_C)) CHECK(process_transition(p, PROCESS_IN_C, PROCESS_SUSPENDED));
  return true;
}

bool process_resume(Process *caller, Term pid) {
  ProcessExtra *own = caller->extra;
  Relation *r = own ? relation_find(&own->suspending, pid) : NULL;
  if (!r) return false;
  if (--r->flags == 0) relation_remove(vm_alloc_of(caller->vm, METER_PROCESS), &own->suspending, r);
  Process *p = process_find(caller->vm, pid);
  if (!p || --p->extra->suspend_count > 0) return true;
  p->flags &= ~(uint32_t)PROCESS_SUSPEND_WANTED;
  uint64_t now = atomic_load_explicit(&p->state, memory_order_acquire);
  if ((now & STATE_MASK) != PROCESS_SUSPENDED) return true;
  bool run = (now & (STATE_WOKEN | STATE_SIGNALS | STATE_TIMED_OUT)) || signal_inbound(p);
  atomic_fetch_and_explicit(&p->state, ~(uint64_t)STATE_WOKEN, memory_order_acq_rel);
  if (run) {
    CHECK(process_transition(p, PROCESS_SUSPENDED, PROCESS_RUNNABLE));
    p->vm->scheduling.enqueue(p->vm, p);
  } else {
    CHECK(process_transition(p, PROCESS_SUSPENDED, PROCESS_IN_C) && process_transition(p, PROCESS_IN_C, PROCESS_WAITING));
  }
  return true;
}

// --- for reports

static void describe_pid(Vm *vm, Buffer *b, Term pid) {
  if (term_print(&vm->context, b, pid, NULL) != STATUS_OK) b->failed = true;
}

void process_describe(Process *p, Buffer *b) {
  Vm *vm = p->vm;
  static const char *const VERBS[PROCESS_STATE_COUNT] = {
      [PROCESS_NEW] = "being made",     [PROCESS_RUNNABLE] = "ready", [PROCESS_RUNNING] = "running",
      [PROCESS_WAITING] = "waiting",    [PROCESS_SUSPENDED] = "suspended", [PROCESS_DIRTY] = "in a native",
      [PROCESS_IN_C] = "claimed",       [PROCESS_EXITING] = "ending", [PROCESS_DEAD] = "dead"};
  describe_pid(vm, b, p->pid);
  Term name = process_name(p);
  if (name != T_NONE) {
    buffer_text(b, " (");
    print_atom(&vm->context, b, name);
    buffer_text(b, ")");
  }
  buffer_format(b, " %s", p->flags & PROCESS_SENDING && process_state(p) == PROCESS_RUNNING ? "waiting" : VERBS[process_state(p)]);
  Term module, function;
  uint32_t arity;
  if (vm->hooks.current_function && vm->hooks.current_function(p, &module, &function, &arity)) {
    buffer_text(b, " in ");
    print_atom(&vm->context, b, module);
    buffer_byte(b, '.');
    print_function_name(&vm->context, b, function);
    buffer_format(b, "/%u", arity);
  }
  if (p->flags & PROCESS_SENDING) {
    bound_describe_wait(p, b);
  } else if (p->flags & PROCESS_AWAITS_INPUT) {
    buffer_text(b, " for input");
  } else if (p->waits_for != T_NONE) {
    buffer_text(b, " for a reply of ");
    describe_pid(vm, b, p->waits_for);
  }
  size_t count = process_queue_count(p);
  buffer_format(b, ", %zu message%s", count, count == 1 ? "" : "s");
}

// SPDX-License-Identifier: Apache-2.0
//
// The state machine, the extension, memory on behalf of a process, and how one process is looked at by another.
//
// State changes are compare-and-swaps along the transitions of state.def; the flags beside the state survive them. Whoever
// needs to touch a process that is not its own claims it (IN_C): process_settle does so to act on waiting signals.
#include "vm/process/process.h"

#include "vm/process/alarm.h"
#include "vm/process/ask.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
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

static inline bool mark_runnable(Process *p, ProcessState from) {
  DCHECK(process_transition_is_legal(from, PROCESS_RUNNABLE));
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed);
  do CHECK((now & STATE_MASK) == (uint64_t)from);
  while (!atomic_compare_exchange_weak_explicit(&p->state, &now, (now & ~(uint64_t)STATE_MASK) | PROCESS_RUNNABLE | STATE_QUEUED,
                                                memory_order_acq_rel, memory_order_relaxed));
  return !(now & STATE_QUEUED);
}

bool process_mark_runnable(Process *p, ProcessState from) { return mark_runnable(p, from); }

void process_make_runnable(Process *p, ProcessState from) {
  if (mark_runnable(p, from)) p->vm->scheduling.enqueue(p->vm, p);
}

ProcessState process_take(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed), next;
  do {
    next = now & ~(uint64_t)STATE_QUEUED;
    if (LIKELY((now & STATE_MASK) == PROCESS_RUNNABLE)) next = (next & ~(uint64_t)STATE_MASK) | PROCESS_RUNNING;
    else if ((now & STATE_MASK) == PROCESS_DIRTY && (now & (STATE_SIGNALS | STATE_DOOMED))) next = (next & ~(uint64_t)STATE_MASK) | PROCESS_DIRTY_IN_C;
  } while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_relaxed));
  return (ProcessState)(next & STATE_MASK);
}

// Sequentially consistent, as is the push to an inbound queue (queue.c): whoever comes second, the one that goes to wait or the one that
// pushes, sees what the other did.
void process_go_to_wait(Process *p, ProcessState from) {
  DCHECK(process_transition_is_legal(from, PROCESS_WAITING));
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed);
  do CHECK((now & STATE_MASK) == (uint64_t)from);
  while (!atomic_compare_exchange_weak(&p->state, &now, (now & ~(uint64_t)STATE_MASK) | PROCESS_WAITING));
  // From here on it may be another's. `inbound` and `state` can be read as long as this worker has not passed.
  if ((now & STATE_CALLS) || atomic_load(&p->inbound)) process_wake(p);
}

// What makes a waiting process run.
static bool is_called(uint64_t state) { return !(state & STATE_DEAF) || (state & STATE_CALLS); }

void process_wake(Process *p) {
  uint64_t now = atomic_load(&p->state), next;
  for (;;) {
    next = now & ~(uint64_t)STATE_MASK;
    switch ((ProcessState)(now & STATE_MASK)) {
      case PROCESS_WAITING:
        if (!is_called(now)) return;
        next |= PROCESS_RUNNABLE | STATE_QUEUED;
        break;
      case PROCESS_SUSPENDED: // only to act on signals; it goes back to where it was
        next |= STATE_WOKEN | (now & (STATE_SIGNALS | STATE_DOOMED) ? PROCESS_RUNNABLE | STATE_QUEUED : PROCESS_SUSPENDED);
        break;
      case PROCESS_DIRTY: // a worker acts on its signals (dirty.c)
        if (!(now & (STATE_SIGNALS | STATE_DOOMED)) || (now & STATE_QUEUED)) return;
        next |= PROCESS_DIRTY | STATE_QUEUED;
        break;
      default: return; // whoever has it looks again before it lets it wait
    }
    if (!atomic_compare_exchange_weak(&p->state, &now, next)) continue;
    if ((next & STATE_MASK) != PROCESS_SUSPENDED && !(now & STATE_QUEUED)) p->vm->scheduling.enqueue(p->vm, p);
    return;
  }
}

void process_doom(Process *p, Term reason) {
  if (p->exit_pending) return;
  process_set_bits(p, STATE_DOOMED); // who is told that it is dead, as by a monitor, must not find it alive (process_is_alive)
  p->exit_reason = reason;
  p->exit_pending = 1;
  process_interrupt(p);
}

void process_doom_untold(Process *p) {
  process_set_bits(p, STATE_DOOMED);
  process_wake(p);
}

// --- extension

ProcessExtra *process_extra(Process *p) {
  if (p->extra) return p->extra;
  return p->extra = alloc_zero(vm_alloc_of(p->vm, METER_PROCESS), sizeof *p->extra);
}

void process_extra_empty(Process *p) {
  ProcessExtra *x = p->extra;
  if (!x) return;
  ask_forget(p);
  long_copy_drop(p);
  if (UNLIKELY(x->kept))
    for (HeapFragment *s = signal_take_kept(p), *next; s; s = next) {
      next = s->next;
      vm_fragment_free(p->vm, s);
    }
  const Alloc *alloc = vm_alloc_of(p->vm, METER_PROCESS);
  relation_free(alloc, &x->links);
  relation_free(alloc, &x->monitors);
  relation_free(alloc, &x->monitored_by);
  relation_free(alloc, &x->aliases);
  relation_free(alloc, &x->suspending);
  if (UNLIKELY(x->blocked)) bound_free_wait(p);
  if (x->dictionary.entries) {
    process_dictionary_clear(p);
    alloc_put(alloc, x->dictionary.entries, x->dictionary.capacity * sizeof *x->dictionary.entries);
    alloc_put(alloc, x->dictionary.index, x->dictionary.index_capacity * sizeof *x->dictionary.index);
  }
  if (x->bound) return;
  alloc_put(alloc, x, sizeof *x);
  p->extra = NULL;
}

void process_extra_free(Process *p) {
  if (!p->extra) return;
  bound_free(p);
  alloc_put(vm_alloc_of(p->vm, METER_PROCESS), p->extra, sizeof *p->extra);
  p->extra = NULL;
}

// --- memory

void process_limit_queue(Process *p) {
  bool none = !p->limit_words || (p->flags & PROCESS_LIMIT_NO_KILL);
  atomic_store_explicit(&p->queue_limit, none ? UINT64_MAX : p->limit_words, memory_order_relaxed);
}

static bool over_limit(Process *p) {
  worker_be_online(vm_worker(p->vm)); // to tell of it
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
  if (UNLIKELY(w.collections != UINT64_MAX) && w.collections < vm_heap_env(p->vm)->collection_count) {
    worker_be_online(vm_worker(p->vm));
    alarm_collected(p, vm_monotonic_ns(p->vm) - w.start_ns);
  }
  bool large = heap_total_words(&p->memory) > HEAP_LARGE_WORDS;
  p->heap_flags = (uint8_t)((p->heap_flags & ~HEAP_IS_LARGE) | (large ? HEAP_IS_LARGE : 0));
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
  for (const HeapFragment *s = atomic_load_explicit(&p->inbound, memory_order_acquire); s; s = s->next)
    if (s->kind != SIGNAL_MESSAGE) bytes += account_chunk(fragment_bytes(s));
  const ProcessExtra *x = p->extra;
  if (x) {
    bytes += account_chunk(sizeof *x) + array_bytes(x->dictionary.capacity, sizeof *x->dictionary.entries) +
             array_bytes(x->dictionary.index_capacity, sizeof(uint32_t));
    const RelationTable *tables[] = {&x->links, &x->monitors, &x->monitored_by, &x->aliases, &x->suspending};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) bytes += relation_bytes(tables[i]);
    bytes += bound_bytes(p);
  }
  return bytes;
}

// --- another process

bool process_claim(Process *p, ProcessState *was) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed);
  do {
    *was = (ProcessState)(now & STATE_MASK);
    if (*was != PROCESS_WAITING && *was != PROCESS_RUNNABLE && *was != PROCESS_SUSPENDED) return false;
  } while (!atomic_compare_exchange_weak_explicit(&p->state, &now, (now & ~(uint64_t)STATE_MASK) | PROCESS_IN_C, memory_order_acq_rel,
                                                  memory_order_relaxed));
  p->claimed_from = (uint8_t)*was;
  return true;
}

void process_unclaim(Process *p, ProcessState was) {
  bool suspend = (p->flags & PROCESS_SUSPEND_WANTED) && !p->exit_pending;
  if (was == PROCESS_SUSPENDED && !suspend) was = process_state_bits(p, STATE_WOKEN | STATE_CALLS) ? PROCESS_RUNNABLE : PROCESS_WAITING;
  if (was == PROCESS_WAITING && !suspend && process_state_bits(p, STATE_WOKEN)) was = PROCESS_RUNNABLE; // signal.c: must_run
  if (!suspend) process_clear_bits(p, STATE_WOKEN);
  if (p->exit_pending) was = PROCESS_RUNNABLE;
  bool unread = p->save && !process_state_bits(p, STATE_DEAF);
  if (suspend) process_suspend_now(p);
  else if (was == PROCESS_RUNNABLE || unread) process_make_runnable(p, PROCESS_IN_C);
  else process_go_to_wait(p, PROCESS_IN_C);
}

void process_end_claimed(Process *p, ProcessState was) {
  if (p->vm->shared && process_state_bits(p, STATE_QUEUED)) { // whose queue it stands in, nobody knows
    process_unclaim(p, was);
    return;
  }
  process_finish(p, p->exit_reason);
}

bool process_settle(Process *p) {
  ProcessState was;
  if (!process_state_bits(p, STATE_SIGNALS | STATE_DOOMED) || !process_claim(p, &was)) return process_state(p) < PROCESS_EXITING;
  process_be_searched(p); // it may answer with what it holds
  signal_handle_inbound(p);
  if (!p->exit_pending) {
    process_unclaim(p, was);
    return true;
  }
  process_end_claimed(p, was);
  return false;
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

// --- for reports

static void describe_pid(Vm *vm, Buffer *b, Term pid) {
  if (term_print(&vm->context, b, pid, NULL) != STATUS_OK) b->failed = true;
}

void process_describe(Process *p, Buffer *b) {
  Vm *vm = p->vm;
  static const char *const VERBS[PROCESS_STATE_COUNT] = {
      [PROCESS_NEW] = "being made",     [PROCESS_RUNNABLE] = "ready", [PROCESS_RUNNING] = "running",
      [PROCESS_WAITING] = "waiting",    [PROCESS_SUSPENDED] = "suspended", [PROCESS_DIRTY] = "in a native",
      [PROCESS_IN_C] = "claimed",       [PROCESS_EXITING] = "ending", [PROCESS_DEAD] = "dead",
      [PROCESS_ABANDONED] = "ending"};
  describe_pid(vm, b, p->pid);
  Term name = process_name(p);
  if (name != T_NONE) {
    buffer_text(b, " (");
    print_atom(&vm->context, b, name);
    buffer_text(b, ")");
  }
  buffer_format(b, " %s", process_state(p) == PROCESS_RUNNING && p->flags & PROCESS_SENDING ? "waiting" : VERBS[process_shown_state(p)]);
  bool elsewhere = process_state(p) == PROCESS_DIRTY_IN_C; // a dirty thread has its memory and plain fields
  Term module, function;
  uint32_t arity;
  if (!elsewhere && vm->hooks.current_function && vm->hooks.current_function(p, &module, &function, &arity)) {
    buffer_text(b, " in ");
    print_atom(&vm->context, b, module);
    buffer_byte(b, '.');
    print_function_name(&vm->context, b, function);
    buffer_format(b, "/%u", arity);
  }
  if (elsewhere) {
  } else if (p->flags & PROCESS_SENDING) {
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

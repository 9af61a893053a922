// SPDX-License-Identifier: Apache-2.0
//
// Birth and death.
//
// Birth: one allocation holds the control block and the first heap. Arguments are copied to its heap and
// named by args[] at the end of its stack; the engine's prepare makes a frame of them. Links and monitors asked for at
// spawn are entered on both sides before anybody can see the child.
//
// Death (P4): the table first, so that nobody finds it; then the name; what waits unread is answered; links and
// watchers are told the reason; whom it watched or suspended is released; upper layers let go; memory is freed.
#include <string.h>

#include "vm/process/ask.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"
#include "vm/term/copy.h"
#include "vm/term/fun.h"

static void release_block(void *state, Retired *r) {
  Vm *vm = state;
  Process *p = (Process *)(void *)((char *)r - offsetof(Process, retired));
  process_extra_free(p);
  account_sub(&vm->account, account_chunk(PROCESS_ALLOCATION_BYTES));
  alloc_put(&vm->raw_alloc, p, PROCESS_ALLOCATION_BYTES);
}

// Others may still hold a pointer that they found in the table: the control block goes when no worker can.
static void free_process(Process *p) {
  Vm *vm = p->vm;
  mailbox_free(p);
  heap_free(vm_heap_env(vm), &p->memory);
  process_extra_empty(p);
  if (vm->shared) participant_retire(&vm_worker(vm)->participant, &p->retired, release_block);
  else release_block(vm, &p->retired);
}

static Process *new_process(Vm *vm, size_t heap_words, uint64_t limit_words) {
  Process *p = alloc_get(&vm->raw_alloc, PROCESS_ALLOCATION_BYTES);
  if (!p) return NULL;
  memset(p, 0, sizeof *p);
  if (!heap_init(vm_heap_env(vm), &p->memory, (Term *)(void *)(p + 1), (PROCESS_ALLOCATION_BYTES - sizeof *p) / sizeof(Term), heap_words,
                 limit_words)) {
    alloc_put(&vm->raw_alloc, p, PROCESS_ALLOCATION_BYTES);
    return NULL;
  }
  account_add(&vm->account, account_chunk(PROCESS_ALLOCATION_BYTES));
  p->vm = vm;
  p->flags = __atomic_load_n(&vm->searched_mark, __ATOMIC_ACQUIRE);
  p->exit_reason = p->parent = p->waits_for = T_NONE;
  p->skips_left = SKIPPED_AT_ONCE;
  atomic_init(&p->state, PROCESS_NEW);
  atomic_init(&p->inbound, NULL);
  return p;
}

// The first `count` of args[] that p begins with; a fun behind them is one more. Copied to its heap, or in `made`, which becomes part of
// it, as a tuple.
static void copy_arguments(Process *p, Term *args, uint32_t count, HeapFragment *made, size_t words) {
  const TermContext *c = &p->vm->context;
  p->heap.end = p->heap.top + words;
  p->args = p->block_end - 1;
  p->arg_count = count;
  p->stack_low = p->block_end - count;
  for (uint32_t i = 0; i < count; i++) {
    if (UNLIKELY(made)) args[i] = count == 1 ? made->term : tuple_items(made->term)[i];
    else if (term_is_pointer(args[i])) args[i] = term_copy(c, &p->heap, args[i]);
    p->args[-(intptr_t)i] = args[i];
  }
  if (UNLIKELY(made)) heap_adopt(vm_heap_env(p->vm), &p->memory, made);
}

// What the arguments take in the child's heap; nothing when they were copied beforehand. Fails: false, *error as process_spawn says.
static inline bool argument_words(Process *parent, Vm *vm, const SpawnOptions *o, const Term *args, uint32_t count, size_t *words, Term *error) {
  size_t total = *words = 0;
  if (UNLIKELY(long_copy_is_made(parent))) return true;
  for (uint32_t i = 0; i < count; i++) {
    if (!term_is_pointer(args[i])) continue;
    size_t one, most = COPY_HERE_WORDS - total; // behind one that is longer and stays here: wraps, to no limit
    if (size_term_within(&vm->context, args[i], most, &one) != STATUS_OK) return false;
    if (UNLIKELY(one > most)) {
      if ((o->flags & SPAWN_MAY_LEAVE) && long_copy_may_leave(parent)) {
        *error = T_YIELD;
        return false;
      }
      if (size_term(&vm->context, args[i], &one) != STATUS_OK) return false;
    }
    total += one;
  }
  if (UNLIKELY(total >= REDUCTION_COPY_WORDS) && parent && !vm->options.seeded) parent->reductions -= (int64_t)(total >> REDUCTION_COPY_SHIFT);
  *words = total;
  return true;
}

static void note_initial_call(Process *p, Term module, Term function, uint32_t count) {
  if (module != T_NONE) {
    p->initial_module = atom_number(module);
    p->initial_function = atom_number(function);
  } else if (term_is_kind(function, KIND_FUN)) {
    p->initial_module = atom_number(fun_entry(function)->module);
    p->initial_function = atom_number(fun_entry(function)->name);
    count = fun_entry(function)->arity + fun_entry(function)->capture_count;
  } else if (term_is_kind(function, KIND_EXPORT)) {
    p->initial_module = atom_number(export_of(function)->module);
    p->initial_function = atom_number(export_of(function)->name);
  }
  p->initial_arity = (uint8_t)count;
}

static bool relate(Process *parent, Process *p, const SpawnOptions *o, uint64_t *ref_number) {
  const Alloc *alloc = vm_alloc_of(p->vm, METER_PROCESS);
  if (o->flags & SPAWN_LINK) {
    ProcessExtra *a = process_extra(parent), *b = process_extra(p);
    Relation *mine = a ? relation_add(alloc, &a->links, p->pid) : NULL;
    Relation *its = mine && b ? relation_add(alloc, &b->links, parent->pid) : NULL;
    if (!its) return false;
    mine->flags = its->flags = LINK_ACTIVE;
  }
  if (o->flags & SPAWN_MONITOR) {
    uint64_t number = vm_next_ref(p->vm);
    ProcessExtra *a = process_extra(parent), *b = process_extra(p);
    Relation *mine = a ? relation_add_awaited(parent, &a->monitors, number) : NULL;
    Relation *its = mine && b ? relation_add(alloc, &b->monitored_by, number) : NULL;
    if (!its) return false;
    mine->a = p->pid;
    mine->tag = o->monitor_tag;
    if (term_is_pointer(o->monitor_tag)) a->has_term_tags = true;
    its->a = parent->pid;
    if (o->flags & SPAWN_ALIAS) {
      Relation *alias = relation_add_awaited(parent, &a->aliases, number);
      if (!alias) return false;
      mine->flags = alias->flags = o->alias_kind;
    }
    mailbox_note_ref(parent, number);
    if (ref_number) *ref_number = number;
  }
  return true;
}

// A child that could not be completed: nobody was told of it.
static void undo(Process *parent, Process *p, uint64_t number) {
  if (parent && parent->extra) {
    RelationTable *tables[] = {&parent->extra->links, &parent->extra->monitors, &parent->extra->aliases};
    uint64_t keys[] = {p->pid, number, number};
    for (int i = 0; i < 3; i++) {
      Relation *r = keys[i] ? relation_find(tables[i], keys[i]) : NULL;
      if (r) relation_remove_awaited(parent, tables[i], r);
    }
  }
  process_table_remove(p->vm->processes, p->pid);
  registry_end(p); // who looked through the table may have found it
  signal_drain_dead(p);
  if (p->extra) bound_leave(p);
  free_process(p);
}

Term process_spawn(Process *parent, Vm *vm, const SpawnOptions *options, Term module, Term function, const Term *args,
                   uint32_t arg_count, uint64_t *ref_number, Term *error) {
  SpawnOptions defaults;
  const SpawnOptions *o = options;
  if (!o) {
    defaults = spawn_options_default();
    o = &defaults;
  }
  bool fun = module == T_NONE;
  *error = ATOM_badarg;
  if (arg_count > 255 || (fun ? !term_is_fun(function) : !term_is_atom(module) || !term_is_atom(function))) return T_NONE;
  if (!parent && (o->flags & (SPAWN_LINK | SPAWN_MONITOR))) return T_NONE;
  *error = ATOM_system_limit;
  Term copies[256];
  uint32_t count = arg_count;
  for (uint32_t i = 0; i < arg_count; i++) copies[i] = args[i];
  if (fun) copies[count++] = function;
  size_t words;
  if (!argument_words(parent, vm, o, copies, count, &words, error)) return T_NONE;
  // Arguments, their names and first frame, and what is always free. min_heap_size is a size of the whole.
  size_t need = words + 2 * (size_t)arg_count + 1 + SPAWN_STACK_WORDS + HEAP_SLACK_WORDS;
  uint64_t limit = o->has_max_heap ? o->max_heap_words : vm->options.max_heap_words;
  if (!account_allows(&vm->account, PROCESS_ALLOCATION_BYTES + need * sizeof(Term))) return T_NONE;
  if (vm->options.seeded && vm->scheduling.reserve && !vm->scheduling.reserve(vm, process_count(vm) + 1)) return T_NONE;
  Process *p = new_process(vm, need > o->min_heap_words ? need : (size_t)o->min_heap_words, limit);
  if (!p) return T_NONE;
  p->min_block_words = o->min_heap_words > UINT32_MAX ? UINT32_MAX : (uint32_t)o->min_heap_words;
  p->priority = o->priority;
  if (!o->has_max_heap) {
    p->flags |= PROCESS_DEFAULT_LIMIT;
    p->heap_flags |= HEAP_LIMIT_OFF_HEAP;
  }
  if (o->max_heap_no_kill) p->flags |= PROCESS_LIMIT_NO_KILL;
  process_limit_queue(p);
  if (o->max_heap_no_log) p->flags |= PROCESS_LIMIT_NO_LOG;
  if (process_table_add(vm->processes, p) == T_NONE) {
    free_process(p);
    return T_NONE;
  }
  p->parent = parent ? parent->pid : T_NONE;
  // The program's first process leads itself; what a host starts prints where the VM does.
  p->group_leader = parent ? parent->group_leader : vm->host ? (Term)ATOM_user : p->pid;
  note_initial_call(p, module, function, arg_count);
  uint64_t number = 0;
  bool ok = relate(parent, p, o, &number);
  if (ok && o->mailbox.max) ok = bound_set(p, o->mailbox);
  if (ok) {
    copy_arguments(p, copies, count, long_copy_take(parent), words);
    ok = vm->hooks.prepare(vm, p, module, fun ? copies[arg_count] : function, copies, arg_count);
  }
  if (!ok) {
    undo(parent, p, number);
    return T_NONE;
  }
  if (ref_number) *ref_number = number;
  worker_count(&vm_worker(vm)->spawn_count);
  Term pid = p->pid;
  process_make_runnable(p, PROCESS_NEW);
  return pid;
}

// --- death

// No memory even for the smallest of signals: who should have heard of the end, or should end, ends at once instead. That needs
// none, and waiting for ever for what never comes would be worse.
static void end_untold(Process *other) { process_doom_untold(other); }

bool process_exit_signal(Process *from, Vm *vm, Term to, Term reason) {
  Term sender = from ? from->pid : to;
  Process *p = process_find(vm, to);
  if (!p) return false;
  bool traps = p == from && (p->flags & PROCESS_TRAP_EXIT) && reason != ATOM_kill; // of another it is not ours to look at
  if (p == from && reason == ATOM_normal && !traps) {
    signal_handle_inbound(p); // what came before
    process_doom(p, ATOM_normal);
    process_wake(p);
    return true;
  }
  HeapFragment *s = from ? long_copy_take(from) : NULL;
  if (UNLIKELY(s)) signal_dress_exit(s, sender);
  else s = signal_new_exit(vm, SIGNAL_EXIT, sender, reason);
  if (!s) {
    if (reason != ATOM_normal) end_untold(p);
    return p == from && p->exit_pending;
  }
  signal_push(vm, p, s);
  if (p != from || traps) return false;
  signal_handle_inbound(p); // to itself: acted on before the call returns
  return p->exit_pending != 0;
}

static void tell_links(Process *p, Term reason) {
  Vm *vm = p->vm;
  RELATION_EACH(&p->extra->links, r) {
    if (!(r->flags & LINK_ACTIVE)) continue;
    Process *other = process_find(vm, r->key);
    if (!other) continue;
    HeapFragment *s = signal_new_exit(vm, SIGNAL_EXIT_LINK, p->pid, reason);
    if (s) signal_push(vm, other, s);
    else if (reason != ATOM_normal) end_untold(other);
  }
}

static void tell_watchers(Process *p, Term reason) {
  Vm *vm = p->vm;
  RELATION_EACH(&p->extra->monitored_by, r) {
    Process *other = process_find(vm, r->a);
    if (!other) continue;
    HeapFragment *s = signal_new_down(vm, r->key, p->pid, r->b, reason);
    if (s) signal_push(vm, other, s);
    else end_untold(other);
  }
}

static inline void release_others(Process *p) {
  Vm *vm = p->vm;
  RELATION_EACH(&p->extra->monitors, r) {
    Process *other = r->a == T_NONE ? NULL : process_find(vm, r->a);
    HeapFragment *s = other ? signal_new(vm, SIGNAL_DEMONITOR, p->pid, r->key, T_NONE) : NULL;
    if (s) signal_push(vm, other, s);
  }
  if (UNLIKELY(p->extra->asked)) ask_withdraw(p);
  if (UNLIKELY(p->extra->suspending.count)) process_resume_all(p);
}

// What it held (open files …) goes before anybody hears of its end.
static inline void end_for_others(Process *p, Term reason) {
  Vm *vm = p->vm;
  process_table_remove(vm->processes, p->pid);
  registry_end(p);
  if (vm->hooks.process_end) vm->hooks.process_end(p);
  signal_drain_dead(p);
  const ProcessExtra *x = p->extra;
  if (x) {
    if (UNLIKELY(x->bound || x->blocked)) bound_leave(p);
    if (x->links.count) tell_links(p, reason);
    if (x->monitored_by.count) tell_watchers(p, reason);
    release_others(p);
  }
  worker_count(&vm_worker(vm)->exit_count);
}
void process_end_for_others(Process *p, Term reason) { end_for_others(p, reason); }

// What only it and its memory had.
static void let_go(Process *p) {
  if (p->flags & PROCESS_AWAITS_INPUT) p->vm->scheduling.unwatch(p);
  if (p->receive_timer) mailbox_end_timeout(p);
}

void process_free_abandoned(Process *p) {
  Vm *vm = p->vm;
  if (p->flags & PROCESS_UNTOLD) process_end_for_others(p, p->exit_reason);
  let_go(p);
  process_be_searched(p); // what its native handed on, or its end (P8 of vm/engine/purge.c)
  CHECK(process_transition(p, PROCESS_ABANDONED, PROCESS_DEAD));
  free_process(p);
  atomic_fetch_sub_explicit(&vm->abandoned, 1, memory_order_release);
}

enum {
  LONG_END_NS = 1000000, // more is a dirty thread's
  WORD_PS = 400,         // of a block that goes back to the system
  OBJECT_WORD_PS = 8000, // of a heap that holds objects outside of it: each is looked at
  MESSAGE_NS = 60, RELATION_NS = 250, COPIED_WORD_NS = 16,
};

// Roughly how long it takes to free p, and to tell of its end.
static uint64_t free_ns(const Process *p) {
  const Heap *h = &p->memory;
  bool outside = h->heap.off_heap != T_NIL || (h->old && h->old->off_heap != T_NIL);
  return heap_total_words(h) * (outside ? OBJECT_WORD_PS : WORD_PS) / 1000 + process_queue_count(p) * MESSAGE_NS;
}
static uint64_t tell_ns(const Process *p) {
  const ProcessExtra *x = p->extra;
  if (!x) return 0;
  uint64_t told = (uint64_t)x->links.count + x->monitored_by.count;
  size_t words = 0; // of the reason, which each is told
  if (told && term_is_pointer(p->exit_reason)) (void)!size_term_within(&p->vm->context, p->exit_reason, COPY_HERE_WORDS, &words);
  return told * (RELATION_NS + words * COPIED_WORD_NS) + x->monitors.count * RELATION_NS;
}

// p, EXITING, is left to a dirty thread: to be told of too, or only freed. False: nobody takes it. Not when memory is short: who needs its memory
// must not wait for a thread of low priority.
__attribute__((noinline)) static bool give_away(Process *p, bool untold) {
  Vm *vm = p->vm;
  if (!vm->scheduling.give_away || account_used(&vm->account) > vm->account.limit_bytes / 2) return false;
  if (untold) p->flags |= PROCESS_UNTOLD;
  atomic_fetch_add_explicit(&vm->abandoned, 1, memory_order_relaxed);
  CHECK(process_transition(p, PROCESS_EXITING, PROCESS_ABANDONED));
  if (!vm->scheduling.give_away(p)) process_free_abandoned(p);
  return true;
}

void process_finish(Process *p, Term reason) {
  Vm *vm = p->vm;
  process_be_searched(p);
  ProcessState state = process_state(p);
  CHECK(process_transition(p, state, PROCESS_EXITING));
  if (!vm->shared && process_state_bits(p, STATE_QUEUED)) vm->scheduling.dequeue(vm, p); // claimed while it was runnable
  p->exit_reason = reason;
  p->exit_pending = 1;
  if (vm->hooks.process_died) vm->hooks.process_died(p, reason); // may collect: exit_reason is a root
  if (UNLIKELY(tell_ns(p) > LONG_END_NS) && give_away(p, true)) return;
  end_for_others(p, p->exit_reason);
  if (UNLIKELY(free_ns(p) > LONG_END_NS) && give_away(p, false)) return;
  let_go(p);
  CHECK(process_transition(p, PROCESS_EXITING, PROCESS_DEAD));
  free_process(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// Signals: who sends what to whom, and what each does at the receiver.
//
// Everything between processes is a signal in the receiver's inbound queue (queue.c): messages, exits, link, unlink and its
// acknowledgement, monitor, demonitor, down, group leader. So one order holds for all of them, S1: a process that sends a message and
// then ends has its message handled before its exit signal; one that monitors and then sends, likewise.
//
// Where they are acted on (signal_handle_inbound), always by whoever may touch the receiver (state.def):
//   - by the process itself, when it looks for a message, makes a reference or ends its slice;
//   - by the scheduler before it runs the process, when STATE_SIGNALS says that more than messages wait;
//   - by another process that must know (process_settle): is it alive, what does it hold;
//   - by a worker in its place, while it is on a dirty thread: as far as its heap is not needed (signal_handle_dirty, dirty.c).
// Messages go to the end of the private queue, unlooked at.
//
// Links. Both ends hold an entry. `unlink` makes the own entry inactive and sends SIGNAL_UNLINK with a fresh number; until
// it is acknowledged with that number, exit signals of the old link and a LINK that crossed are ignored. So after unlink no exit
// comes through that link, and both ends always come to the same answer, whatever crosses (tests/unit/process: link races).
//
// Monitors. The watcher's entry decides: a DOWN without one is dropped, so after demonitor none comes any more. The message of
// a DOWN is built by who ends, in the fragment of the signal; the receiver puts in its tag and alias.
//
// Exits, by the receiver (reason `kill` counts only when sent by exit/2):
//   exit/2, reason kill                     ends with killed
//   any, trapping                           message {:EXIT, from, reason}
//   reason normal                           ignored
//   any other reason                        ends with that reason
// Whether it traps is asked when the signal is acted on. exit/2 to oneself is acted on at once, normal too, unless one traps: then it is
// a signal like others, and finds what process_flag says by then (as in OTP).
//
// Nobody can signal the dead: signal_send answers in their place, and what lies unread when a process ends is answered
// then (signal_drain_dead).
#include "vm/process/signal.h"

#include "vm/process/alarm.h"
#include "vm/process/ask.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/term/copy.h"

// --- making

static void dress(HeapFragment *s, enum SignalKind kind, Term from, uint64_t a, Term b) {
  Term *w = s->words;
  s->kind = (uint8_t)kind;
  w[0] = HEADER(KIND_FILLER, SIGNAL_WORDS - 1);
  w[1] = a;
  w[2] = b;
  w[3] = from;
}
void signal_dress(HeapFragment *copy, enum SignalKind kind, Term from, uint64_t a, Term b) { dress(copy, kind, from, a, b); }

static HeapFragment *make(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b, size_t more_words, TermHeap *heap) {
  HeapFragment *s = vm_fragment_new(vm, SIGNAL_WORDS + more_words);
  if (!s) return NULL;
  *heap = fragment_heap(s);
  heap_take(heap, SIGNAL_WORDS);
  dress(s, kind, from, a, b);
  return s;
}

// The flat size; false when it cannot be found, is more than `most`, or would burst the budget.
static inline bool copy_words(Vm *vm, Term t, size_t most, size_t *words) {
  *words = 0;
  if (!term_is_pointer(t)) return true;
  return size_term_within(&vm->context, t, most, words) == STATUS_OK && *words <= most && account_allows(&vm->account, *words * sizeof(Term));
}

HeapFragment *signal_new(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b) {
  TermHeap heap;
  return make(vm, kind, from, a, b, 0, &heap);
}

HeapFragment *signal_new_term_within(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b, Term term, size_t most) {
  size_t words;
  TermHeap heap;
  if (!copy_words(vm, term, most, &words)) return NULL;
  HeapFragment *s = make(vm, kind, from, a, b, words, &heap);
  if (s) fragment_close(s, &heap, words ? term_copy(&vm->context, &heap, term) : term);
  return s;
}

HeapFragment *signal_new_term(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b, Term term) {
  return signal_new_term_within(vm, kind, from, a, b, term, SIZE_MAX);
}

// A reason too large to copy must not save anybody from an exit: what is told then is that memory ended.
static HeapFragment *make_with_reason(Vm *vm, enum SignalKind kind, Term from, uint64_t a, size_t own_words, Term *reason, TermHeap *heap) {
  size_t words = 0;
  bool fits = !term_is_pointer(*reason) ||
              (size_term(&vm->context, *reason, &words) == STATUS_OK && account_allows_work(&vm->account, words * sizeof(Term)));
  HeapFragment *s = fits ? make(vm, kind, from, a, T_NONE, own_words + words, heap) : NULL;
  if (!s) {
    *reason = ATOM_system_limit;
    return make(vm, kind, from, a, T_NONE, own_words, heap);
  }
  if (words) *reason = term_copy(&vm->context, heap, *reason);
  return s;
}

static Term exit_message(TermHeap *heap, Term from, Term reason) {
  Term tuple, *items = heap_tuple(heap, 3, &tuple);
  items[0] = ATOM_EXIT;
  items[1] = from;
  items[2] = reason;
  return tuple;
}

void signal_dress_exit(HeapFragment *copy, Term from) {
  TermHeap heap = long_copy_room(copy);
  dress(copy, SIGNAL_EXIT, from, 0, T_NONE);
  fragment_close(copy, &heap, exit_message(&heap, from, copy->term));
}

HeapFragment *signal_new_exit(Vm *vm, enum SignalKind kind, Term from, Term reason) {
  TermHeap heap;
  HeapFragment *s = make_with_reason(vm, kind, from, 0, 4, &reason, &heap);
  if (s) fragment_close(s, &heap, exit_message(&heap, from, reason));
  return s;
}

HeapFragment *signal_new_down(Vm *vm, uint64_t ref_number, Term pid, Term name, Term reason) {
  TermHeap heap;
  HeapFragment *s = make_with_reason(vm, SIGNAL_DOWN, pid, ref_number, 6 + REF_WORDS + 3, &reason, &heap);
  if (!s) return NULL;
  Term object = pid, tuple, *items;
  if (name != T_NONE) {
    items = heap_tuple(&heap, 2, &object);
    items[0] = name;
    items[1] = ATOM_nonode_nohost;
  }
  Term ref = heap_ref(&heap, ref_number, 0);
  items = heap_tuple(&heap, 5, &tuple);
  items[0] = ATOM_DOWN;
  items[1] = ref;
  items[2] = ATOM_process;
  items[3] = object;
  items[4] = reason;
  fragment_close(s, &heap, tuple);
  return s;
}

// --- sending

static bool is_message(const HeapFragment *s) { return s->kind == SIGNAL_MESSAGE; }

static uint64_t load_of(const HeapFragment *s) { return ((uint64_t)1 << QUEUE_COUNT_SHIFT) + fragment_footprint_words(s); }

static void answer_for_dead(Vm *vm, Term dead, HeapFragment *s);

void signal_push(Vm *vm, Process *to, HeapFragment *s) {
  if (is_message(s)) {
    uint64_t before = atomic_fetch_add_explicit(&to->queue_load, load_of(s), memory_order_relaxed);
    if (UNLIKELY(before >> QUEUE_COUNT_SHIFT >= vm->alarms.queue_high)) alarm_queue_grew(vm, to);
    if (UNLIKELY(!inbound_push(&to->inbound, s))) {
      answer_for_dead(vm, to->pid, s);
      return;
    }
  } else {
    if (UNLIKELY(!inbound_push(&to->inbound, s))) {
      answer_for_dead(vm, to->pid, s);
      return;
    }
    // After the push: whoever sees the flag finds the signal.
    atomic_fetch_or_explicit(&to->state, STATE_SIGNALS, memory_order_acq_rel);
  }
  process_wake(to);
}

bool signal_put(Vm *vm, Process *to, HeapFragment *m) {
  uint64_t before = atomic_fetch_add_explicit(&to->queue_load, load_of(m), memory_order_relaxed);
  if (UNLIKELY(!inbound_push(&to->inbound, m))) answer_for_dead(vm, to->pid, m);
  return before >> QUEUE_COUNT_SHIFT >= vm->alarms.queue_high;
}

void signal_was_put(Vm *vm, Process *to, bool is_long) {
  if (UNLIKELY(is_long)) alarm_queue_grew(vm, to);
  process_wake(to);
}

// S4, S5: what the dead owe. Owns: takes s.
static void answer_for_dead(Vm *vm, Term dead, HeapFragment *s) {
  Term from = s->kind == SIGNAL_MESSAGE ? T_NONE : signal_from(s);
  uint64_t a = s->kind == SIGNAL_MESSAGE ? 0 : signal_a(s);
  Term b = s->kind == SIGNAL_MESSAGE ? T_NONE : signal_b(s);
  uint8_t kind = s->kind;
  vm_fragment_free(vm, s);
  Process *p = from == T_NONE ? NULL : process_find(vm, from);
  if (!p) return;
  HeapFragment *answer = NULL;
  if (kind == SIGNAL_LINK) answer = signal_new_exit(vm, SIGNAL_EXIT_LINK, dead, ATOM_noproc);
  else if (kind == SIGNAL_MONITOR) answer = signal_new_down(vm, a, dead, b, ATOM_noproc);
  else if (kind == SIGNAL_UNLINK) answer = signal_new(vm, SIGNAL_UNLINK_ACK, dead, a, T_NONE);
  else if (kind == SIGNAL_ASK) answer = signal_new_term(vm, SIGNAL_ANSWER, dead, a, T_NONE, ATOM_undefined);
  if (answer) signal_push(vm, p, answer);
}

void signal_send(Vm *vm, Term to, HeapFragment *s) {
  if (!s) return;
  Process *p = process_find(vm, to);
  if (p) signal_push(vm, p, s);
  else answer_for_dead(vm, to, s);
}

// --- acting

static void drop(Process *p, HeapFragment *s) { vm_fragment_free(p->vm, s); }

static void become_message(Process *p, HeapFragment *s) {
  s->kind = SIGNAL_MESSAGE;
  atomic_fetch_add_explicit(&p->queue_load, load_of(s), memory_order_relaxed);
  mailbox_append(p, s);
}

static void doom_with(Process *p, HeapFragment *s, Term reason) {
  heap_adopt(vm_heap_env(p->vm), &p->memory, s); // `reason` lies in it
  process_doom(p, reason);
}

typedef enum Verdict { EXIT_IS_IGNORED, EXIT_IS_MESSAGE, EXIT_IS_DEADLY } Verdict;

// What an exit signal is for p; an inactive link goes. *reason: what p ends with.
static Verdict judge(Process *p, HeapFragment *s, bool traps, Term *reason) {
  Vm *vm = p->vm;
  Term *items = tuple_items(s->term), from = items[1];
  *reason = items[2];
  bool link = s->kind == SIGNAL_EXIT_LINK;
  if (link) {
    Relation *r = p->extra ? relation_find(&p->extra->links, from) : NULL;
    bool active = r && (r->flags & LINK_ACTIVE);
    if (r) relation_remove(vm_alloc_of(vm, METER_PROCESS), &p->extra->links, r); // the other end is gone: no acknowledgement will come
    if (!active) return EXIT_IS_IGNORED;
  } else if (*reason == ATOM_kill) {
    *reason = ATOM_killed;
    return EXIT_IS_DEADLY;
  }
  if (traps) return EXIT_IS_MESSAGE;
  return *reason == ATOM_normal ? EXIT_IS_IGNORED : EXIT_IS_DEADLY;
}

static void on_exit(Process *p, HeapFragment *s) {
  Term reason, from = tuple_items(s->term)[1];
  bool link = s->kind == SIGNAL_EXIT_LINK;
  switch (judge(p, s, p->flags & PROCESS_TRAP_EXIT, &reason)) {
    case EXIT_IS_IGNORED: drop(p, s); break;
    case EXIT_IS_MESSAGE: become_message(p, s); break;
    case EXIT_IS_DEADLY:
      // Who pulled it along: waits are over (process.h).
      if (!p->exit_pending) p->waits_for = link ? from : T_NONE;
      doom_with(p, s, reason);
      break;
  }
}

static void on_link(Process *p, Term from) {
  Vm *vm = p->vm;
  ProcessExtra *x = process_extra(p);
  Relation *r = x ? relation_find(&x->links, from) : NULL;
  if (r) {
    if (!(r->flags & LINK_ACTIVE) && r->id == 0) r->flags |= LINK_ACTIVE;
    return; // it is active, or an unlink of ours has crossed it
  }
  r = x ? relation_add(vm_alloc_of(vm, METER_PROCESS), &x->links, from) : NULL;
  if (r) r->flags = LINK_ACTIVE;
  else signal_send(vm, from, signal_new_exit(vm, SIGNAL_EXIT_LINK, p->pid, ATOM_system_limit));
}

static void on_unlink(Process *p, Term from, uint64_t id) {
  Vm *vm = p->vm;
  Relation *r = p->extra ? relation_find(&p->extra->links, from) : NULL;
  if (r) {
    r->flags &= ~(uint32_t)LINK_ACTIVE;
    if (r->id == 0) relation_remove(vm_alloc_of(vm, METER_PROCESS), &p->extra->links, r);
  }
  signal_send(vm, from, signal_new(vm, SIGNAL_UNLINK_ACK, p->pid, id, T_NONE));
}

static void on_unlink_ack(Process *p, Term from, uint64_t id) {
  Relation *r = p->extra ? relation_find(&p->extra->links, from) : NULL;
  if (!r || r->id != id) return;
  r->id = 0;
  if (!(r->flags & LINK_ACTIVE)) relation_remove(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->links, r);
}

static void on_monitor(Process *p, HeapFragment *s) {
  Vm *vm = p->vm;
  ProcessExtra *x = process_extra(p);
  Relation *r = x ? relation_add(vm_alloc_of(vm, METER_PROCESS), &x->monitored_by, signal_a(s)) : NULL;
  if (!r) {
    HeapFragment *down = signal_new_down(vm, signal_a(s), p->pid, signal_b(s), ATOM_system_limit);
    Process *watcher = process_find(vm, signal_from(s));
    if (down) signal_send(vm, signal_from(s), down);
    else if (watcher) process_doom_untold(watcher); // it would wait for ever for what cannot be told (life.c: end_untold)
    return;
  }
  r->a = signal_from(s);
  r->b = signal_b(s);
}

// The message of a DOWN under the watcher's own tag, which is no immediate: built anew.
static HeapFragment *retag(Process *p, HeapFragment *s, Term tag) {
  Vm *vm = p->vm;
  Term old[5];
  memcpy(old, tuple_items(s->term), sizeof old);
  size_t tag_words, words = 6;
  if (!copy_words(vm, tag, SIZE_MAX, &tag_words)) return s;
  for (int i = 1; i < 5; i++) words += term_size(&vm->context, old[i]);
  HeapFragment *n = vm_fragment_new(vm, words + tag_words);
  if (!n) return s;
  TermHeap heap = fragment_heap(n);
  Term tuple, *items = heap_tuple(&heap, 5, &tuple);
  for (int i = 0; i < 5; i++) items[i] = T_NIL;
  old[0] = tag;
  for (int i = 0; i < 5; i++) items[i] = term_is_pointer(old[i]) ? term_copy(&vm->context, &heap, old[i]) : old[i];
  fragment_close(n, &heap, tuple);
  drop(p, s);
  return n;
}

static void on_down(Process *p, HeapFragment *s) {
  uint64_t number = signal_a(s);
  Relation *r = p->extra ? relation_find(&p->extra->monitors, number) : NULL;
  if (!r) {
    drop(p, s);
    return;
  }
  Term tag = r->tag, *items = tuple_items(s->term);
  if (r->flags != ALIAS_NONE) {
    boxed_ptr(items[1])[2] = p->pid; // an alias reference names its process
    Relation *alias = r->flags != ALIAS_EXPLICIT ? relation_find(&p->extra->aliases, number) : NULL;
    if (alias) relation_remove_awaited(p, &p->extra->aliases, alias);
  }
  relation_remove_awaited(p, &p->extra->monitors, r);
  if (tag != T_NONE && !term_is_pointer(tag)) items[0] = tag;
  else if (tag != T_NONE) s = retag(p, s, tag);
  become_message(p, s);
}

static void on_alias(Process *p, HeapFragment *s) {
  uint64_t number = signal_a(s);
  Relation *alias = p->extra ? relation_find(&p->extra->aliases, number) : NULL;
  if (!alias) {
    drop(p, s);
    return;
  }
  if (alias->flags == ALIAS_REPLY) { // the first reply ends alias and monitor
    relation_remove_awaited(p, &p->extra->aliases, alias);
    Relation *monitor = relation_find(&p->extra->monitors, number);
    if (monitor) {
      Term target = monitor->a;
      relation_remove_awaited(p, &p->extra->monitors, monitor);
      if (target != T_NONE) signal_send(p->vm, target, signal_new(p->vm, SIGNAL_DEMONITOR, p->pid, number, T_NONE));
    }
  }
  become_message(p, s);
}

// Of the dead by a limit: no report is wanted. While it is on a dirty thread, its flags are that thread's.
static bool is_silent(const Process *p) {
  return process_state(p) == PROCESS_DIRTY_IN_C ? process_state_bits(p, STATE_SILENT) : p->flags & PROCESS_LIMIT_NO_LOG;
}

// No trapping helps: {:mailbox_full, max}, in a fragment; NULL: no memory for more than the atom.
static HeapFragment *overfull_reason(Process *p, uint64_t max, Term *reason) {
  if (p->vm->hooks.report && !is_silent(p)) {
    Buffer text;
    buffer_init(&text, &p->vm->alloc);
    buffer_format(&text, "A process is killed because its mailbox is full (max %llu, on_full: :kill):\n", (unsigned long long)max);
    process_describe(p, &text);
    buffer_byte(&text, '\n');
    if (!text.failed) p->vm->hooks.report(p->vm, text.data, text.size);
    buffer_free(&text);
  }
  *reason = ATOM_mailbox_full;
  HeapFragment *f = vm_fragment_new(p->vm, 3);
  if (!f) return NULL;
  TermHeap heap = fragment_heap(f);
  Term *items = heap_tuple(&heap, 2, reason);
  items[0] = ATOM_mailbox_full;
  items[1] = term_small((int64_t)max);
  fragment_close(f, &heap, *reason);
  return f;
}

static void on_overfull(Process *p, uint64_t max) {
  Term reason;
  HeapFragment *f = overfull_reason(p, max, &reason);
  if (f) doom_with(p, f, reason);
  else process_doom(p, reason);
}

static void report_outgrown(Process *p) {
  Vm *vm = p->vm;
  if (is_silent(p) || !vm->hooks.report) return;
  Buffer b;
  buffer_init(&b, &vm->alloc);
  buffer_text(&b, "The messages that wait for a process outgrew its max_heap_size; it is killed: ");
  limit_say(&b, LIMIT_PROCESS_HEAP, p->limit_words * sizeof(Term));
  buffer_byte(&b, '\n');
  process_describe(p, &b);
  buffer_byte(&b, '\n');
  if (!b.failed) vm->hooks.report(vm, b.data, b.size);
  buffer_free(&b);
}

// What came is for the process itself to see. Who runs or is about to does so; one that another has claimed must not be put back to wait.
static void must_run(Process *p) {
  if (process_state(p) == PROCESS_IN_C) process_set_bits(p, STATE_WOKEN);
}

static void act(Process *p, HeapFragment *s) {
  switch ((enum SignalKind)s->kind) {
    case SIGNAL_ALIAS: on_alias(p, s); return;
    case SIGNAL_EXIT:
    case SIGNAL_EXIT_LINK: on_exit(p, s); return;
    case SIGNAL_DOWN: on_down(p, s); return;
    case SIGNAL_LINK: on_link(p, signal_from(s)); break;
    case SIGNAL_UNLINK: on_unlink(p, signal_from(s), signal_a(s)); break;
    case SIGNAL_UNLINK_ACK: on_unlink_ack(p, signal_from(s), signal_a(s)); break;
    case SIGNAL_MONITOR: on_monitor(p, s); break;
    case SIGNAL_DEMONITOR: {
      Relation *r = p->extra ? relation_find(&p->extra->monitored_by, signal_a(s)) : NULL;
      if (r) relation_remove(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->monitored_by, r);
      break;
    }
    case SIGNAL_GROUP_LEADER: p->group_leader = signal_b(s); break;
    case SIGNAL_OVERFULL: on_overfull(p, signal_a(s)); break;
    case SIGNAL_OUTGROWN:
      report_outgrown(p);
      process_doom(p, ATOM_killed);
      break;
    case SIGNAL_ASK: ask_serve(p, s); return;
    case SIGNAL_ANSWER:
      ask_answered(p, s);
      must_run(p);
      return;
    case SIGNAL_RESUME: ask_resume(p, signal_from(s)); break;
    case SIGNAL_MESSAGE:
    case SIGNAL_COUNT: UNREACHABLE();
    case SIGNAL_INTERRUPT:
      p->flags |= PROCESS_INTERRUPTED;
      must_run(p);
      break;
    case SIGNAL_LOOK: must_run(p); break;
  }
  drop(p, s);
}

// What came behind the deadly signal meets a dead process, but not before that is dead: it may still be in the middle of a slice, and
// whoever was told that it is gone must hear nothing of it. It is answered when it ends.
static void put_back(Process *p, HeapFragment *s) {
  for (HeapFragment *next; s; s = next) {
    next = s->next;
    CHECK(inbound_push(&p->inbound, s));
  }
}

static HeapFragment *take_with_kept(Process *p);

// Before taking: a signal pushed after this sets SIGNALS anew. Who asks whether p lives must see that one of its own is under way, until it has
// shown what came of it (process_is_alive): so SIGNALS becomes ACTING in one step. Answers the state before.
static inline uint64_t begin_acting(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_acquire), next;
  if (!(now & STATE_SIGNALS)) return now; // whoever pushes one now sets it, and finds it set until that is acted on
  do next = (now & ~(uint64_t)STATE_SIGNALS) | STATE_ACTING;
  while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_relaxed));
  return now;
}
static inline void end_acting(Process *p, uint64_t state) {
  if (state & STATE_SIGNALS) process_clear_bits(p, STATE_ACTING);
}

bool signal_handle_inbound(Process *p) {
  uint64_t state = begin_acting(p);
  if (UNLIKELY(state & STATE_DOOMED)) process_doom(p, ATOM_killed);
  if (UNLIKELY(p->exit_pending)) {
    end_acting(p, state);
    return false;
  }
  const HeapFragment *last = p->last;
  HeapFragment *s;
  if (UNLIKELY(state & STATE_KEPT)) s = take_with_kept(p);
  else s = inbound_take(&p->inbound);
  for (HeapFragment *next; s; s = next) {
    next = s->next;
    if (is_message(s)) {
      mailbox_append(p, s);
    } else {
      act(p, s);
      if (p->exit_pending) {
        put_back(p, next);
        break;
      }
    }
  }
  end_acting(p, state);
  return p->last != last && p->last != NULL;
}

// --- in place of a process that is on a dirty thread (dirty.c)

static void keep(Process *p, HeapFragment *s) {
  HeapFragment *newest = p->extra->kept;
  s->next = newest ? newest->next : s;
  if (newest) newest->next = s;
  p->extra->kept = s;
}

HeapFragment *signal_take_kept(Process *p) {
  HeapFragment *newest = p->extra ? p->extra->kept : NULL;
  if (!newest) return NULL;
  HeapFragment *oldest = newest->next;
  newest->next = NULL;
  p->extra->kept = NULL;
  return oldest;
}

// What came behind the kept ones, behind them.
static HeapFragment *take_with_kept(Process *p) {
  process_clear_bits(p, STATE_KEPT);
  HeapFragment *newest = p->extra->kept, *oldest = signal_take_kept(p), *rest = inbound_take(&p->inbound);
  if (!newest) return rest;
  newest->next = rest;
  return oldest;
}

// True: p is to end with *reason, which lies in *in.
static bool act_for(Process *p, HeapFragment *s, bool traps, Term *reason, HeapFragment **in) {
  switch ((enum SignalKind)s->kind) {
    case SIGNAL_LINK:
    case SIGNAL_UNLINK:
    case SIGNAL_UNLINK_ACK:
    case SIGNAL_MONITOR:
    case SIGNAL_DEMONITOR: act(p, s); return false;
    case SIGNAL_EXIT:
    case SIGNAL_EXIT_LINK: {
      Verdict verdict = judge(p, s, traps, reason);
      if (verdict == EXIT_IS_DEADLY) {
        p->extra->ended_by = s->kind == SIGNAL_EXIT_LINK ? tuple_items(s->term)[1] : (Term)T_NONE;
        *in = s;
        return true;
      }
      if (verdict == EXIT_IS_IGNORED) {
        drop(p, s);
        return false;
      }
      s->kind = SIGNAL_MESSAGE;
      atomic_fetch_add_explicit(&p->queue_load, load_of(s), memory_order_relaxed);
      break;
    }
    case SIGNAL_OVERFULL:
      *in = overfull_reason(p, signal_a(s), reason);
      drop(p, s);
      return true;
    case SIGNAL_OUTGROWN:
      report_outgrown(p);
      drop(p, s);
      *reason = ATOM_killed;
      return true;
    case SIGNAL_ASK:
      if (signal_b(s) != term_small(ASK_ALIVE) && !(signal_b(s) == term_small(ASK_INFO) && info_is_at_hand(p->vm, s->term))) break;
      ask_serve(p, s);
      return false;
    default: break;
  }
  keep(p, s);
  return false;
}

bool signal_handle_dirty(Process *p, Term *reason, HeapFragment **in) {
  uint64_t state = begin_acting(p);
  *in = NULL;
  *reason = ATOM_killed;
  p->extra->ended_by = T_NONE;
  bool ends = state & STATE_DOOMED;
  for (HeapFragment *s = ends ? NULL : inbound_take(&p->inbound), *next; s; s = next) {
    next = s->next;
    if (ends) keep(p, s); // it meets a dead process: signal_drain_dead
    else ends = act_for(p, s, state & STATE_TRAPS, reason, in);
  }
  if (p->extra->kept) process_set_bits(p, STATE_KEPT);
  if (!ends) end_acting(p, state); // else it is alive for nobody any more, once its state says so
  return ends;
}

static void answer_all(Process *p, HeapFragment *s) {
  for (HeapFragment *next; s; s = next) {
    next = s->next;
    answer_for_dead(p->vm, p->pid, s);
  }
  for (HeapFragment *s = p->extra ? p->extra->asked_late : NULL, *next; s; s = next) {
    next = s->next;
    p->extra->asked_late = next;
    answer_for_dead(p->vm, p->pid, s);
  }
}

void signal_drain_dead(Process *p) {
  if (UNLIKELY(p->extra && p->extra->kept)) answer_all(p, signal_take_kept(p));
  answer_all(p, inbound_close(&p->inbound));
}

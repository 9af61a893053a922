// SPDX-License-Identifier: Apache-2.0
//
// The mailbox: the private queue, the save pointer, the receive marker, the timeout of a receive.
//
// A message is one fragment. It goes from the inbound queue to the end of the private queue (signal.c) and stays there,
// outside the heap and no root, until a receive takes it: then the heap adopts the fragment, and a later collection copies
// what is still referred to out of it and frees it. So a million waiting messages cost a collection nothing.
//
//   first … save … last
//   what this receive has looked at lies before `save`; save == NULL: all was looked at, the next to come is next.
//
// While a receive examines a message (`peeked`), patterns and guards hold pointers into its fragment and may collect:
// heap.h H5.
//
// Receive marker. When a process makes a reference, no message that is already there can contain it. The last message at that time
// is noted in one of RECEIVE_MARKS places (`mark_count` in the fragment says that it is noted). A receive all of whose
// clauses want that reference starts behind it: a call to a server costs the same behind a million messages. A noted
// message that is taken out hands the mark to the one before it; with none before it the start of the queue is right.
//
// Timeout. The first process_receive_timeout of a receive arms a timer and says so in PROCESS_TIMEOUT_SET; the
// later ones, after messages that did not match, see that and count nothing anew. A timer that fires says so in itself, sets
// STATE_TIMED_OUT and wakes, from another thread perhaps; messages that are there are looked at first all the same. Accepting and
// expiring put an end to both (timer.c: who of the two frees the timer). Worker and process meet so: the worker marks the timer, then sets the
// bit, then wakes; the process clears the bit, then looks at its timer, then goes to wait. So it sees the mark, or the bit is set again.
#include "vm/process/mailbox.h"

#include "vm/process/alarm.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"

void mailbox_append(Process *p, HeapFragment *m) {
  m->prev = p->last;
  m->next = NULL;
  if (p->last) p->last->next = m;
  else p->first = m;
  p->last = m;
  if (!p->save) p->save = m;
  if (UNLIKELY(m->flags & FRAGMENT_COUNTED)) bound_appended(p, m);
}

static void unmark(Process *p, HeapFragment *m) {
  for (int i = 0; i < RECEIVE_MARKS; i++) {
    ReceiveMark *mark = &p->extra->marks[i];
    if (mark->ref_number == 0 || mark->after != m) continue;
    mark->after = m->prev;
    if (m->prev) m->prev->mark_count++;
    else mark->ref_number = 0;
  }
  m->mark_count = 0;
}

void mailbox_unlink(Process *p, HeapFragment *m) {
  if (m->mark_count) unmark(p, m);
  if (m->prev) m->prev->next = m->next;
  else p->first = m->next;
  if (m->next) m->next->prev = m->prev;
  else p->last = m->prev;
  if (p->save == m) p->save = m->next;
  uint64_t load = ((uint64_t)1 << QUEUE_COUNT_SHIFT) + fragment_footprint_words(m);
  atomic_fetch_sub_explicit(&p->queue_load, load, memory_order_relaxed);
  if (UNLIKELY(process_state_bits(p, STATE_QUEUE_ALARM))) alarm_queue_shrank(p);
  if (UNLIKELY(m->flags & (FRAGMENT_COUNTED | FRAGMENT_FOREIGN))) bound_unlinked(p, m);
}

void mailbox_note_ref(Process *p, uint64_t ref_number) {
  if (signal_inbound(p)) {
    signal_handle_inbound(p);
    if (p->exit_pending) process_interrupt(p);
  }
  HeapFragment *last = p->last;
  if (!last || last->mark_count == UINT16_MAX) return; // an empty queue needs no mark: its start is right
  ProcessExtra *x = process_extra(p);
  if (!x) return; // only slower
  ReceiveMark *mark = &x->marks[x->mark_next];
  x->mark_next = (x->mark_next + 1) % RECEIVE_MARKS;
  if (mark->ref_number) mark->after->mark_count--;
  *mark = (ReceiveMark){ref_number, last};
  last->mark_count++;
}

bool mailbox_flush_down(Process *p, uint64_t ref_number) {
  if (signal_inbound(p)) signal_handle_inbound(p);
  for (HeapFragment *m = p->first; m; m = m->next) {
    if (m == p->peeked || !term_is_tuple(m->term) || tuple_arity(m->term) != 5) continue;
    Term ref = tuple_items(m->term)[1];
    if (!term_is_ref(ref) || boxed_ptr(ref)[1] != ref_number) continue;
    mailbox_unlink(p, m);
    vm_fragment_free(p->vm, m);
    return true;
  }
  return false;
}

void mailbox_free(Process *p) {
  for (HeapFragment *m = p->first, *next; m; m = next) {
    next = m->next;
    vm_fragment_free(p->vm, m);
  }
  p->first = p->last = p->save = p->peeked = NULL;
}

// --- what receive does

Term process_receive_peek(Process *p) {
  if (UNLIKELY(p->exit_pending)) return T_NONE;
  if (!p->save && signal_inbound(p)) {
    signal_handle_inbound(p);
    if (UNLIKELY(p->exit_pending)) return T_NONE;
  }
  p->peeked = p->save;
  return p->save ? p->save->term : T_NONE;
}

void mailbox_end_timeout(Process *p) {
  p->flags &= ~(uint32_t)PROCESS_TIMEOUT_SET;
  if (p->receive_timer) {
    timer_end_timeout(p->vm, p->receive_timer);
    p->receive_timer = NULL;
  }
  if (atomic_load_explicit(&p->state, memory_order_relaxed) & STATE_TIMED_OUT)
    atomic_fetch_and_explicit(&p->state, ~(uint64_t)STATE_TIMED_OUT, memory_order_relaxed);
}

bool mailbox_timed_out(Process *p) {
  if (atomic_load_explicit(&p->state, memory_order_relaxed) & STATE_TIMED_OUT)
    atomic_fetch_and_explicit(&p->state, ~(uint64_t)STATE_TIMED_OUT, memory_order_acq_rel);
  return p->receive_timer && timer_has_fired(p->receive_timer);
}

void process_receive_accept(Process *p) {
  HeapFragment *m = p->peeked;
  CHECK(m != NULL);
  mailbox_unlink(p, m);
  p->peeked = NULL;
  p->save = p->first;
  p->waits_for = T_NONE;
  if (p->flags & PROCESS_TIMEOUT_SET) mailbox_end_timeout(p);
  m->flags |= FRAGMENT_APART;
  heap_adopt(vm_heap_env(p->vm), &p->memory, m);
  if (UNLIKELY(heap_wants_collection(&p->memory))) process_interrupt(p);
}

void process_receive_leave(Process *p) {
  p->peeked = NULL;
  p->save = p->first;
  p->waits_for = T_NONE;
  mailbox_end_timeout(p);
}

void process_receive_next(Process *p) {
  DCHECK(p->save == p->peeked && p->save);
  p->save = p->save->next;
  p->peeked = NULL;
}

bool process_receive_wait(Process *p) {
  p->peeked = NULL;
  if (!p->exit_pending && !p->save && signal_inbound(p)) signal_handle_inbound(p);
  if (p->exit_pending) return false;
  if (p->save) return true;
  p->flags |= PROCESS_IN_RECEIVE;
  return false;
}

bool mailbox_is_timeout(Term t) { return term_is_small(t) && small_value(t) >= 0 && small_value(t) <= (int64_t)UINT32_MAX; }

bool mailbox_arm_timeout(Process *p, int64_t ms) {
  p->receive_timer = timer_start_timeout(p, ms);
  return p->receive_timer != NULL;
}

static ReceiveTimeout expire(Process *p) {
  mailbox_end_timeout(p);
  p->peeked = NULL;
  p->save = p->first;
  p->waits_for = T_NONE;
  return RECEIVE_EXPIRED;
}

ReceiveTimeout process_receive_timeout(Process *p, Term ms) {
  p->peeked = NULL;
  if (!p->exit_pending && !p->save && signal_inbound(p)) signal_handle_inbound(p);
  if (p->exit_pending) return RECEIVE_WAIT;
  if (p->save) return RECEIVE_AGAIN;
  if (p->receive_timer && mailbox_timed_out(p)) return expire(p);
  if (!(p->flags & PROCESS_TIMEOUT_SET)) {
    if (ms == term_small(0)) return expire(p);
    if (ms != ATOM_infinity) {
      if (!mailbox_is_timeout(ms)) {
        expire(p);
        return RECEIVE_BADARG;
      }
      if (!mailbox_arm_timeout(p, small_value(ms))) { // without memory for a timer the process cannot keep its word
        process_doom(p, ATOM_system_limit);
        return RECEIVE_WAIT;
      }
    }
    p->flags |= PROCESS_TIMEOUT_SET;
  }
  p->flags |= PROCESS_IN_RECEIVE;
  return RECEIVE_WAIT;
}

void process_receive_mark(Process *p, Term ref) {
  if (!p->extra || !term_is_ref(ref)) return;
  uint64_t number = boxed_ptr(ref)[1];
  Relation *monitor = relation_find(&p->extra->monitors, number);
  if (monitor) p->waits_for = monitor->a;
  if (p->save != p->first) return; // only a receive that has not begun may start further behind
  for (int i = 0; i < RECEIVE_MARKS; i++)
    if (p->extra->marks[i].ref_number == number) {
      p->save = p->extra->marks[i].after->next;
      return;
    }
}

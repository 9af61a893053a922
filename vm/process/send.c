// SPDX-License-Identifier: Apache-2.0
//
// Sending: to a pid, a name, an alias; and posts of threads that are no scheduler.
//
// One deep copy into one fragment; a huge one is made on a dirty thread first (long_copy.h). The sender pays reductions for what it copies, and by the length
// of the receiver's queue, so who floods a slow receiver runs less often. A receiver whose unread messages outgrow its max_heap_size is
// ended: nobody else can be told to stop.
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"

// Under a seed slices stay what they were before copies were charged.
static inline void charge_copy(Process *from, const HeapFragment *m) {
  if (UNLIKELY(m->word_count >= REDUCTION_COPY_WORDS) && from && !from->vm->options.seeded) from->reductions -= m->word_count >> REDUCTION_COPY_SHIFT;
}

static void charge(Process *from, const Process *to) {
  if (!from) return;
  size_t queued = process_queue_count(to) >> REDUCTION_QUEUE_SHIFT;
  from->reductions -= 1 + (int64_t)(queued < REDUCTION_SEND_MAX ? queued : REDUCTION_SEND_MAX);
}

// The receiver is told once, and does the rest itself.
__attribute__((noinline)) static void mailbox_outgrew(Process *from, Process *to) {
  if (atomic_fetch_or_explicit(&to->state, STATE_OUTGROWN, memory_order_acq_rel) & STATE_OUTGROWN) return;
  HeapFragment *s = signal_new(to->vm, SIGNAL_OUTGROWN, from ? from->pid : to->pid, 0, T_NONE);
  if (s) signal_push(to->vm, to, s);
  else process_doom_untold(to);
}

static inline void check_mailbox(Process *from, Process *to) {
  if (UNLIKELY(process_queue_words(to) > atomic_load_explicit(&to->queue_limit, memory_order_relaxed))) mailbox_outgrew(from, to);
}

// A copy that was not made here: it was elsewhere; or it is to be; or memory is short.
__attribute__((noinline)) static SendResult copy_long(Process *from, Vm *vm, Term message, HeapFragment **m) {
  if (long_copy_may_leave(from)) return SEND_LONG;
  *m = long_copy_take(from);
  if (!*m) *m = vm_fragment_copy(vm, message);
  return *m ? SEND_OK : SEND_LIMIT;
}

static SendResult send_to(Process *from, Vm *vm, Term pid, Term message, bool may_wait) {
  Process *to = process_find(vm, pid);
  if (!to) {
    if (from) from->reductions--;
    return SEND_OK;
  }
  if (UNLIKELY(atomic_load_explicit(&to->state, memory_order_relaxed) & STATE_BOUNDED)) {
    charge(from, to);
    SendResult r = bound_send(from, to, message, may_wait);
    if (r == SEND_OK && (to = process_find(vm, pid))) check_mailbox(from, to);
    return r;
  }
  HeapFragment *m = vm_fragment_copy_within(vm, message, COPY_HERE_WORDS);
  if (UNLIKELY(!m)) {
    SendResult r = copy_long(from, vm, message, &m);
    if (!m) return r;
  } else {
    charge_copy(from, m);
  }
  m->kind = SIGNAL_MESSAGE;
  charge(from, to);
  signal_push(vm, to, m);
  check_mailbox(from, to);
  return SEND_OK;
}

__attribute__((noinline)) static SendResult send_to_alias(Process *from, Vm *vm, Term ref, Term message) {
  Term pid = boxed_ptr(ref)[2];
  if (pid == 0) return SEND_OK; // a plain reference: nobody gets it, as in OTP
  Process *to = process_find(vm, pid);
  if (!to) return SEND_OK;
  Term sender = from ? from->pid : T_NONE;
  uint64_t number = boxed_ptr(ref)[1];
  HeapFragment *m = signal_new_term_within(vm, SIGNAL_ALIAS, sender, number, T_NONE, message, COPY_HERE_WORDS);
  if (UNLIKELY(!m)) {
    if (long_copy_may_leave(from)) return SEND_LONG;
    m = long_copy_take(from);
    if (m) signal_dress(m, SIGNAL_ALIAS, sender, number, T_NONE);
    else m = signal_new_term(vm, SIGNAL_ALIAS, sender, number, T_NONE, message);
    if (!m) return SEND_LIMIT;
  } else {
    charge_copy(from, m);
  }
  charge(from, to);
  signal_push(vm, to, m);
  return SEND_OK;
}

SendResult process_send_self(Process *p, Term message) {
  HeapFragment *m = vm_fragment_copy(p->vm, message);
  if (!m) return SEND_LIMIT;
  m->kind = SIGNAL_MESSAGE;
  signal_push(p->vm, p, m);
  return SEND_OK;
}

SendResult process_send_with(Process *from, Vm *vm, Term to, Term message, bool may_wait) {
  if (UNLIKELY(from && (from->flags & PROCESS_SEND_FLAGS))) return bound_resume(from);
  if (LIKELY(term_is_pid(to))) return send_to(from, vm, to, message, may_wait);
  if (term_is_atom(to)) {
    Term pid = registry_whereis(vm, to);
    return pid == T_NONE ? SEND_BADARG : send_to(from, vm, pid, message, may_wait);
  }
  if (term_is_ref(to)) return send_to_alias(from, vm, to, message);
  if (term_is_tuple(to) && tuple_arity(to) == 2 && term_is_atom(tuple_items(to)[0]) && term_is_atom(tuple_items(to)[1])) {
    if (tuple_items(to)[1] != ATOM_nonode_nohost) return SEND_OK; // no such node: lost, as on any network
    Term pid = registry_whereis(vm, tuple_items(to)[0]);
    return pid == T_NONE ? SEND_OK : send_to(from, vm, pid, message, may_wait);
  }
  return SEND_BADARG;
}

SendResult process_send_within(Process *from, Term to, Term message, Term *timeout) {
  Vm *vm = from->vm;
  bool again = from->flags & PROCESS_SEND_FLAGS;
  if (!again && *timeout != ATOM_infinity && !mailbox_is_timeout(*timeout)) return SEND_BADARG;
  SendResult r = process_send_with(from, vm, to, message, *timeout != term_small(0));
  if (r == SEND_WAIT && !again && *timeout != ATOM_infinity && !mailbox_arm_timeout(from, small_value(*timeout))) {
    bound_give_up(from);
    return bound_resume(from) == SEND_OK ? SEND_OK : SEND_LIMIT; // it may have been taken just before
  }
  if (r == SEND_WAIT || !again) return r;
  if (from->receive_timer) {
    int64_t left = timer_ms_ceil(from->receive_timer->deadline_ns - vm_monotonic_ns(vm));
    *timeout = term_small(left > 0 ? left : 0);
  }
  mailbox_end_timeout(from);
  return r;
}

typedef struct PostedMessage {
  Term pid;
  HeapFragment *message;
} PostedMessage;

void process_deliver(Vm *vm, Term pid, HeapFragment *message) {
  Process *to = process_find(vm, pid);
  if (to && bound_admits_foreign(to, message)) signal_push(vm, to, message);
  else vm_fragment_free(vm, message);
}

static void deliver(Vm *vm, void *state) {
  PostedMessage *posted = state;
  process_deliver(vm, posted->pid, posted->message);
  alloc_put(&vm->alloc, posted, sizeof *posted);
}

bool process_post(Vm *vm, Term pid, size_t words, Term (*build)(TermHeap *heap, void *context), void *context) {
  HeapFragment *m = vm_fragment_new(vm, words);
  if (!m) return false;
  TermHeap heap = fragment_heap(m);
  fragment_close(m, &heap, build(&heap, context));
  m->kind = SIGNAL_MESSAGE;
  PostedMessage *posted = alloc_get(&vm->alloc, sizeof *posted);
  if (posted) {
    *posted = (PostedMessage){pid, m};
    if (vm->scheduling.post(vm, deliver, posted)) return true;
    alloc_put(&vm->alloc, posted, sizeof *posted);
  }
  vm_fragment_free(vm, m);
  return false;
}

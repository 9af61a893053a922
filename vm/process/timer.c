// SPDX-License-Identifier: Apache-2.0
//
// Timers as programs know them: a reference, a receiver, a message; and the timeouts of receives.
#include "vm/process/timer.h"

#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/term/copy.h"

#define MS_NS 1000000

static void free_timer(Vm *vm, Timer *t) {
  if (t->message) fragment_free(&vm->alloc, &vm->account, t->message);
  alloc_put(&vm->alloc, t, sizeof *t);
}

// {:timeout, ref, message}, or the message alone. NULL: no memory.
static HeapFragment *timer_message(Vm *vm, uint64_t number, Term message, bool wrap) {
  if (!wrap) return fragment_copy(vm_heap_env(vm), message);
  size_t words = 0;
  if (term_is_pointer(message) && size_term(&vm->context, message, &words) != STATUS_OK) return NULL;
  if (!account_allows(&vm->account, words * sizeof(Term))) return NULL;
  HeapFragment *m = fragment_new(&vm->alloc, &vm->account, words + 4 + REF_WORDS);
  if (!m) return NULL;
  TermHeap heap = fragment_heap(m);
  if (words) message = term_copy(&vm->context, &heap, message);
  Term ref = heap_ref(&heap, number, 0), tuple, *items = heap_tuple(&heap, 3, &tuple);
  items[0] = ATOM_timeout;
  items[1] = ref;
  items[2] = message;
  fragment_close(m, &heap, tuple);
  return m;
}

Term timer_start(Process *p, int64_t ms, bool absolute, Term to, Term message, bool wrap) {
  Vm *vm = p->vm;
  if (!term_is_pid(to) && !term_is_atom(to)) return T_NONE;
  if (!absolute && (ms < 0 || ms > INT64_MAX / MS_NS / 4)) return T_NONE;
  if (ms > INT64_MAX / MS_NS / 4 || ms < INT64_MIN / MS_NS / 4) return T_NONE;
  if (!timer_wheel_reserve_ref(vm_worker(vm)->wheel)) return T_NONE;
  uint64_t number = vm_next_ref(vm);
  Timer *t = alloc_zero(&vm->alloc, sizeof *t);
  HeapFragment *m = t ? timer_message(vm, number, message, wrap) : NULL;
  if (!m) {
    alloc_put(&vm->alloc, t, sizeof *t);
    return T_NONE;
  }
  m->kind = SIGNAL_MESSAGE;
  t->ref_number = number;
  t->to = to;
  t->message = m;
  int64_t deadline = ms * MS_NS + (absolute ? 0 : vm_monotonic_ns(vm));
  timer_wheel_add(vm_worker(vm)->wheel, t, deadline);
  mailbox_note_ref(p, number);
  return process_wrap_ref(p, number, false);
}

// The live timer of a reference; one whose receiver ended is taken away here.
static Timer *find(Vm *vm, Term ref) {
  if (!term_is_ref(ref)) return NULL;
  Timer *t = timer_wheel_find(vm_worker(vm)->wheel, boxed_ptr(ref)[1]);
  if (!t || !term_is_pid(t->to) || process_find(vm, t->to)) return t;
  timer_wheel_cancel(vm_worker(vm)->wheel, t);
  free_timer(vm, t);
  return NULL;
}

static int64_t ms_left(Vm *vm, const Timer *t) {
  int64_t left = t->deadline_ns - vm_monotonic_ns(vm);
  return left <= 0 ? 0 : timer_ms_ceil(left);
}

int64_t timer_cancel(Vm *vm, Term ref) {
  Timer *t = find(vm, ref);
  if (!t) return -1;
  int64_t left = ms_left(vm, t);
  timer_wheel_cancel(vm_worker(vm)->wheel, t);
  free_timer(vm, t);
  return left;
}

int64_t timer_read(Vm *vm, Term ref) {
  Timer *t = find(vm, ref);
  return t ? ms_left(vm, t) : -1;
}

static void fire(void *state, Timer *t) {
  Vm *vm = state;
  Term pid = term_is_atom(t->to) ? registry_whereis(vm, t->to) : t->to;
  Process *p = pid == T_NONE ? NULL : process_find(vm, pid);
  if (t->message) {
    if (p && bound_admits_foreign(p, t->message)) {
      signal_push(vm, p, t->message);
      t->message = NULL;
    }
  } else if (p && p->receive_timer == t) {
    p->receive_timer = NULL;
    atomic_fetch_or_explicit(&p->state, STATE_TIMED_OUT, memory_order_acq_rel);
    process_wake(p);
  }
  free_timer(vm, t);
}

size_t timer_run_due(Vm *vm) { return timer_wheel_advance(vm_worker(vm)->wheel, vm_monotonic_ns(vm), fire, vm); }

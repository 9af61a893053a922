// SPDX-License-Identifier: Apache-2.0
//
// A process on a dirty thread, and what others do to it meanwhile.
//
// The dirty thread has its memory, its flags and all that natives use. Links, those who monitor it and the inbound queue nobody there
// touches: they belong to the worker that takes it DIRTY_IN_C. So a process that computes for a second, or waits in the system for ever, is linked,
// monitored, asked whether it lives, and killed as any other:
//
//   a signal comes        who pushed it puts the process into a run queue although it is DIRTY (process_wake)
//   a worker takes it     DIRTY_IN_C: acts on links, monitors and exits in its place; what needs its heap, or is for its mailbox, is kept
//                         in order for when it is back (signal_handle_dirty), as are messages that came before that
//   it lives on           DIRTY again; or, when its dirty thread came back meanwhile (STATE_RETURNED), RUNNABLE
//   it ends               for everybody else at once: pid, name, links, monitors, files. Then it is ABANDONED: the dirty thread finds that
//                         when it comes back, throws the native's answer away and frees the memory. If it came back meanwhile, the worker does.
//
//   Z1  All that is decided between the two is one compare-and-swap of the state word each; neither ever waits for the other.
//   Z2  Who is DIRTY_IN_C or ABANDONED stands in no run queue, and nobody puts it there: taking it out and claiming it are one step
//       (process_take).
//   Z3  The worker reads of a process that is DIRTY_IN_C: what is fixed at its birth, the state word (which has what it needs of the flags), name,
//       the load of its queue, links, monitors (not their tags, which a collection moves), aliases, whom it suspends, priority: natives that change
//       these are never on dirty threads. It writes links, monitored_by and the last fields of the extension, which is there (process_go_dirty).
//       What process_info asks of these alone it answers at once (info.c: ELSEWHERE). Not the group leader: a signal that was put aside may
//       change it before the question.
//   Z4  An abandoned process is in no table, so the search for unused code cannot find it; it does not end while there are any
//       (Vm.abandoned), as what they hold is still read.
//
// The same way goes who has so much memory that freeing it would hold up a scheduler (process_finish): it is abandoned to a dirty thread that
// has nothing else to do with it.
#include "vm/process/extra.h"
#include "vm/process/signal.h"

bool process_go_dirty(Process *p) {
  if (!process_extra(p)) return false;
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed), next;
  do {
    DCHECK((now & STATE_MASK) == PROCESS_RUNNING);
    next = (now & ~(uint64_t)(STATE_MASK | STATE_TRAPS | STATE_SILENT)) | PROCESS_DIRTY;
    if (p->flags & PROCESS_TRAP_EXIT) next |= STATE_TRAPS;
    if (p->flags & PROCESS_LIMIT_NO_LOG) next |= STATE_SILENT;
  } while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_relaxed));
  if (now & (STATE_SIGNALS | STATE_DOOMED)) process_wake(p); // who pushed them found it running, and left them to it
  return true;
}

// The change that puts p, whose dirty thread is done with it, among the runnable.
static uint64_t runnable(uint64_t now) {
  uint64_t next = (now & ~(uint64_t)(STATE_MASK | STATE_RETURNED)) | PROCESS_RUNNABLE | STATE_QUEUED;
  return now & STATE_KEPT ? next | STATE_SIGNALS : next;
}

void process_leave_dirty(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_acquire), next;
  do {
    switch ((ProcessState)(now & STATE_MASK)) {
      case PROCESS_DIRTY: next = runnable(now); break;
      case PROCESS_DIRTY_IN_C: next = now | STATE_RETURNED; break;
      default:
        CHECK((now & STATE_MASK) == PROCESS_ABANDONED);
        process_free_abandoned(p);
        return;
    }
  } while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_acquire));
  if ((now & STATE_MASK) == PROCESS_DIRTY && !(now & STATE_QUEUED)) p->vm->scheduling.enqueue(p->vm, p);
}

// From DIRTY_IN_C to where it belongs. False: signals came meanwhile.
static bool put_back(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed), next;
  do {
    if (now & STATE_RETURNED) next = runnable(now);
    else if (now & (STATE_SIGNALS | STATE_DOOMED)) return false;
    else next = (now & ~(uint64_t)STATE_MASK) | PROCESS_DIRTY;
  } while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_relaxed));
  if (now & STATE_RETURNED) p->vm->scheduling.enqueue(p->vm, p);
  return true;
}

static void abandon(Process *p) {
  atomic_fetch_add_explicit(&p->vm->abandoned, 1, memory_order_relaxed);
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed), next;
  do next = (now & ~(uint64_t)STATE_MASK) | PROCESS_ABANDONED | STATE_DOOMED; // natives that look come back soon
  while (!atomic_compare_exchange_weak_explicit(&p->state, &now, next, memory_order_acq_rel, memory_order_relaxed));
  if (now & STATE_RETURNED) process_free_abandoned(p);
}

void process_serve_dirty(Process *p) {
  Vm *vm = p->vm;
  Term reason;
  HeapFragment *in;
  do {
    if (!signal_handle_dirty(p, &reason, &in)) continue;
    if (in && vm->hooks.search_message) vm->hooks.search_message(vm, in); // its reason goes to others
    p->extra->end_reason = reason;
    process_end_for_others(p, reason);
    if (in) vm_fragment_free(vm, in);
    abandon(p);
    return;
  } while (!put_back(p));
}

Term process_end_reason(const Process *p) { return process_state(p) == PROCESS_DIRTY_IN_C ? p->extra->end_reason : p->exit_reason; }
Term process_ended_by(const Process *p) { return process_state(p) == PROCESS_DIRTY_IN_C ? p->extra->ended_by : p->waits_for; }

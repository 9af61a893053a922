// SPDX-License-Identifier: Apache-2.0
//
// One slice of one process: from the run queue through the engine to wherever it goes.
//
// A process comes back from the engine in one of five ways (EngineExit):
//   YIELD  its slice is over; or it was interrupted (process_interrupt): a collection is due or it must end. Then what it
//          had left of the slice is given back to it at once, so that being interrupted costs it nothing and shifts no slice.
//          Whose slice is over stands behind those that were woken (picker.c).
//   WAIT   it waits in a receive. Only now, with everything saved, does it become WAITING; a signal that came meanwhile is
//          seen by the look at the inbound queue behind that (process_go_to_wait; W2: no wake-up is lost).
//   EXIT   it is over.
//   LONG   what comes next (a native, a long product, a collection) would hold up this thread: its slice is over, and it is a
//          dirty thread's (dirty.c). So is one that comes back by YIELD with so large a heap to collect.
//   BLOCKS likewise, with a native that may block its thread.
//
// Signals that are no messages do not start a waiting process: they are acted on here, and it goes on waiting.
//
// From the moment that it is WAITING or RUNNABLE the process belongs to whoever takes it next: nothing of it is touched behind that.
#include "vm/process/alarm.h"
#include "vm/process/ask.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/sched/internal.h"
#include "vm/sched/watch.h"

enum { LARGE_OFF_HEAP_WORDS = 1 << 21 };

static void finish(Process *p) { process_finish(p, p->exit_reason == T_NONE ? ATOM_normal : p->exit_reason); }

// slice_start_ns is 0 for a slice that began before anybody asked.
__attribute__((noinline)) static void watched_slice(Scheduler *s, Process *p, int64_t used) {
  if (s->slice_start_ns) alarm_slice(p, vm_monotonic_ns(p->vm) - s->slice_start_ns, used);
  s->slice_start_ns = 0;
}

static inline void end_slice(Scheduler *s, Process *p) {
  worker_set_current(s->worker, NULL);
  int64_t used = p->slice_given - p->reductions - p->slice_rest;
  if (UNLIKELY(p->vm->alarms.watches_slices)) watched_slice(s, p, used);
  if (used > 0) {
    p->reduction_total += (uint64_t)used;
    s->reduction_count += (uint64_t)used;
    s->surplus_work += used;
  }
  p->slice_given = p->reductions = p->slice_rest = 0;
}

// A large heap is a dirty thread's to collect. p, which has left the engine and its slice, is not the caller's afterwards.
static bool collect_elsewhere(Scheduler *s, Process *p) {
  if (!p->vm->hooks.run_dirty) return false;
  p->flags |= PROCESS_DIRTY_COLLECT;
  p->dirty_words = 0;
  dirty_give(s, p, false);
  return true;
}

// Others asked for its collection (ask.h K4, K5). True: it is a dirty thread's, as above.
__attribute__((noinline)) static bool serve_late(Scheduler *s, Process *p) {
  if (ask_collects_elsewhere(p)) {
    end_slice(s, p);
    dirty_give(s, p, false);
    return true;
  }
  ask_serve_late(p);
  return false;
}

// Giving megabytes of binaries back takes the system as long as copying (0.25 us a page).
static bool frees_much(const Process *p) { return p->heap.off_heap_words > LARGE_OFF_HEAP_WORDS; }

// It left the engine in a receive.
static void went_to_wait(Scheduler *s, Process *p) {
  if (UNLIKELY(p->flags & PROCESS_INTERRUPTED)) { // that came while it looked at its mailbox: ready sees to it
    process_make_runnable(p, PROCESS_RUNNING);
    return;
  }
  if (UNLIKELY(p->flags & PROCESS_ASKED_LATE)) {
    if (serve_late(s, p)) return;
    if (p->exit_pending) {
      finish(p);
      return;
    }
  }
  heap_rest(&p->memory);
  if (p->fragment_words > HEAP_WAIT_FRAGMENT_WORDS || heap_wants_collection(&p->memory)) {
    bool in_receive = !(p->flags & (PROCESS_SENDING | PROCESS_AWAITS_INPUT)); // it can come back to its wait (ready)
    if (UNLIKELY(process_is_large(p) || frees_much(p)) && in_receive && collect_elsewhere(s, p)) return;
    if (!process_collect(p, 0)) {
      finish(p);
      return;
    }
    heap_rest(&p->memory);
  }
  if (UNLIKELY(p->flags & (PROCESS_SENDING | PROCESS_AWAITS_INPUT))) {
    if (p->flags & PROCESS_SENDING) bound_look_for_circle(p);
    process_set_bits(p, STATE_DEAF);
  } else if (heap_trim_is_worth(&p->memory)) {
    trim_list_add(s, p);
  }
  if (UNLIKELY(p->flags & PROCESS_SUSPEND_WANTED)) process_suspend_now(p);
  else process_go_to_wait(p, PROCESS_RUNNING);
}

// Acts on signals before p runs. False: it does not run now.
static bool ready(Scheduler *s, Process *p) {
  uint64_t state = process_state_bits(p, ~(uint64_t)0);
  if (state & (STATE_SIGNALS | STATE_DOOMED)) signal_handle_inbound(p);
  if (UNLIKELY(p->flags & PROCESS_ASKED_LATE) && serve_late(s, p)) return false;
  if (p->exit_pending) {
    finish(p);
    return false;
  }
  if (UNLIKELY(p->flags & PROCESS_SUSPEND_WANTED)) {
    process_suspend_now(p);
    return false;
  }
  if (UNLIKELY(p->flags & PROCESS_INTERRUPTED)) {
    if (p->flags & PROCESS_SENDING) bound_give_up(p);
    if (p->flags & PROCESS_AWAITS_INPUT) watch_end(p);
    process_clear_bits(p, STATE_DEAF);
    p->flags &= ~(uint32_t)(PROCESS_SEND_FLAGS | PROCESS_IN_RECEIVE);
    return true;
  }
  if (UNLIKELY(p->flags & PROCESS_SENDING)) { // signals that ask for nothing: it goes on waiting for room
    if (bound_wait_is_over(p)) return true;
    process_clear_bits(p, STATE_INPUT);
    process_go_to_wait(p, PROCESS_RUNNING);
    return false;
  }
  if (UNLIKELY(p->flags & PROCESS_AWAITS_INPUT)) {
    if (watch_is_over(p)) return true;
    process_clear_bits(p, STATE_TIMED_OUT | STATE_ADMITTED); // late news of an earlier wait
    process_go_to_wait(p, PROCESS_RUNNING);
    return false;
  }
  if (!(p->flags & PROCESS_IN_RECEIVE)) return true;
  // Nothing new for its receive: it goes on waiting.
  if (!p->save && !signal_inbound(p) && !mailbox_timed_out(p)) {
    if (UNLIKELY(state & (STATE_INPUT | STATE_ADMITTED))) process_clear_bits(p, STATE_INPUT | STATE_ADMITTED); // likewise
    process_go_to_wait(p, PROCESS_RUNNING);
    return false;
  }
  p->flags &= ~(uint32_t)PROCESS_IN_RECEIVE;
  return true;
}

void slice_run(Scheduler *s, Process *p) {
  Vm *vm = p->vm;
  p->last_worker = (uint16_t)s->worker->index;
  process_be_searched(p);
  if (!ready(s, p)) return;
  worker_set_current(s->worker, p);
  s->slice_count++;
  if (UNLIKELY(vm->alarms.watches_slices)) s->slice_start_ns = vm_monotonic_ns(vm) | 1;
  p->slice_given = p->reductions = s->picker->slice(s->picker);
  p->slice_rest = 0;
  for (;;) {
    if (UNLIKELY(p->flags & PROCESS_INTERRUPTED)) {
      p->flags &= ~(uint32_t)PROCESS_INTERRUPTED;
      if (!vm->hooks.interrupt(p)) break;
    }
    EngineExit how = vm->hooks.run(s->worker, p);
    if (how == ENGINE_EXIT || p->exit_pending) break;
    if (UNLIKELY(how >= ENGINE_LONG)) {
      end_slice(s, p);
      dirty_give(s, p, how == ENGINE_BLOCKS);
      return;
    }
    if (how == ENGINE_WAIT) {
      end_slice(s, p);
      went_to_wait(s, p);
      return;
    }
    if (process_state_bits(p, STATE_SIGNALS | STATE_DOOMED)) signal_handle_inbound(p);
    if (UNLIKELY(p->flags & PROCESS_ASKED_LATE) && serve_late(s, p)) return;
    if (heap_wants_collection(&p->memory)) {
      if (UNLIKELY(process_is_large(p) || frees_much(p)) && vm->hooks.run_dirty) {
        end_slice(s, p);
        collect_elsewhere(s, p);
        return;
      }
      process_collect(p, 0);
    }
    if (p->exit_pending) break;
    if (p->slice_rest <= 0 || (p->flags & PROCESS_SUSPEND_WANTED)) {
      end_slice(s, p);
      if (process_mark_runnable(p, PROCESS_RUNNING)) queue_add_preempted(s, p);
      return;
    }
    p->reductions += p->slice_rest; // it was interrupted: the slice goes on
    p->slice_rest = 0;
  }
  end_slice(s, p);
  finish(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// A native, a collection, or an instruction's long operation (long_operation.h) on a dirty thread.
//
// A process goes there with its window in place, as if its native had yielded. The dirty thread calls the native and leaves what it answered in
// the process: a value in args[0], an exception in the exception words, a call in the window. Then the process is made runnable, and the
// scheduler worker that takes it runs the same instruction again, which finds that the native is done and goes on with its answer
// (dirty_result in slow_call.c). So no compiled code, frame or handler is touched here, and a dirty thread needs neither engine nor
// interpreter.
//
// A native that yields or waits here is called again where its process runs next.
//
// Offline. A dirty thread may be at one piece of work for seconds, and what others retire meanwhile would have to wait for it: the control
// blocks of all processes that end, code, tables that grew. So it is offline for the quiescence (vm/base/quiescent.h) while it does what
// touches its process and what that refers to alone: collections, instructions' long operations, natives that say so (NATIVE_PURE, N7 of
// vm/code/native.h). That is safe, as of what it reads and others may change
//   the process, its control block too  is its own until process_leave_dirty: one that ends meanwhile is ABANDONED, and freed by this thread
//   atoms                               are never freed, nor are the indexes that they are found by (vm/term/atom.c, I3)
//   code: funs, exports, frames' maps,  lies in units, which are freed, and only then retired, at the end of a search that has found nobody who refers
//   constants, where the process stands to them. No search ends before a dirty process has come back and been searched (P8 of purge.c). Exports are never
//                                       freed. What stands at a return address is read without a look into the table of code
//   binaries, native objects            are counted, and it has its own count; giving back the last one calls nothing of Joist
//   a collection's each_root            reads the tags of monitors, which nobody else touches, and the dictionary
// What is retired it does not look at: other processes, tables of code, persistent terms, the cache of protocols. Where one of these would be
// reached after all it comes back online first (worker_be_online): telling of a collection that was long, of memory that is used up, or that
// a walk found none; debug builds check it (worker_may_look).
#include "vm/code/native.h"
#include "vm/engine/long_operation.h"
#include "vm/process/long_copy.h"

static void keep_answer(Worker *w, Process *p, Term value) {
  if (value == T_NONE) {
    p->flags |= PROCESS_DIRTY_RAISED;
  } else if (value != T_YIELD) {
    p->args[0] = value;
    if (p->arg_count == 0) p->arg_count = 1; // a root
    p->flags |= PROCESS_DIRTY_DONE;
  } else if (w->engine.action == NATIVE_CALL) {
    p->dirty_call = w->engine.call;
    p->exc_reason = w->engine.call ? T_NONE : w->engine.call_fun;
    p->arg_count = w->engine.call_arg_count;
    Term *last = p->args - (p->arg_count ? p->arg_count - 1 : 0); // below the window, perhaps: a collection that moves the stack must take it along
    if (last < p->stack_low) p->stack_low = last;
    p->flags |= PROCESS_DIRTY_CALL;
  } else {
    p->flags |= PROCESS_NATIVE_RESUMED;
  }
}

static void call_native(Engine *e, Process *p) {
  (void)e;
  const NativeEntry *n = p->dirty_native;
  ptrdiff_t k_words = p->fp - p->args;
  p->flags &= ~(uint32_t)PROCESS_NATIVE_RESUMED;
  p->heap.end = p->heap.top;
  Term value = n->function(p);
  p->args = p->fp - k_words; // a collection leaves it behind when there are no arguments
  keep_answer(vm_worker(p->vm), p, value);
}

// The guard native of an operation. Its arguments stand where those of guards do.
static Term call_guard(Worker *w, Process *p, const NativeEntry *n) {
  Term *args = w->guard_args + 255;
  args[0] = p->exc_class;
  args[-1] = p->exc_reason;
  p->exc_class = p->exc_reason = T_NONE;
  p->args = args;
  p->arg_count = n->arity;
  p->heap.end = p->heap.top;
  Term value = n->function(p);
  p->arg_count = 0;
  return value;
}

static void operate(Engine *e, Process *p) {
  (void)e;
  size_t operation = p->dirty_words;
  size_t error = 0;
  Term value;
  if (operation >= OPERATION_GUARD) {
    value = call_guard(vm_worker(p->vm), p, &NATIVE_TABLE[operation - OPERATION_GUARD]);
    if (value == T_NONE) p->flags |= PROCESS_DIRTY_RAISED;
  } else if (operation == OPERATION_BUILD) {
    if (!engine_build_bits(p, p->pc, &value, &error)) return;
  } else if (operation == OPERATION_TAKE) {
    if (!engine_take_integer(p, p->pc, &value)) return;
  } else if (operation == OPERATION_KEYS) {
    if (!engine_key_operation(p, p->pc, &value, &error)) return;
  } else if (operation == OPERATION_COPY) {
    error = !long_copy_make(p, &p->exc_class, 1);
    value = ATOM_ok;
  } else if (operation >= OPERATION_SAME) {
    size_t work = SIZE_MAX;
    int result = 0;
    Status s = operation_compare(&p->vm->context, operation, p->exc_class, p->exc_reason, &result, &work);
    if (s != STATUS_OK) context_no_memory(&p->vm->context);
    value = term_small(result);
  } else {
    NumberOp op = (NumberOp)operation;
    if (!process_reserve(p, number_op_words(op, p->exc_class, p->exc_reason))) return; // doomed
    NumberError why = NUMBER_OK;
    value = number_op(&p->heap, op, p->exc_class, p->exc_reason, &why);
    error = (size_t)why;
  }
  if (!(p->flags & PROCESS_DIRTY_RAISED)) {
    p->exc_class = T_NONE;
    p->exc_reason = value;
  }
  p->dirty_words = error;
  p->flags |= PROCESS_DIRTY_OPERATION_DONE;
}

// Does all that it is to do touch its memory alone?
static bool is_own_work(const Process *p) {
  if (p->flags & PROCESS_COLLECTED_AS_ASKED) return true;
  if (p->flags & PROCESS_DIRTY_OPERATION) return p->dirty_words < OPERATION_GUARD || NATIVE_TABLE[p->dirty_words - OPERATION_GUARD].flags & NATIVE_PURE;
  return p->flags & PROCESS_DIRTY_COLLECT || (!process_must_exit(p) && p->dirty_native->flags & NATIVE_PURE);
}

void engine_run_dirty(Worker *w, Process *p) {
  if (is_own_work(p)) participant_offline(&w->participant);
  if (p->flags & PROCESS_COLLECTED_AS_ASKED) { // whatever else it stands in the middle of goes on behind that
    process_collect_full(p, 0);
  } else if (p->flags & PROCESS_DIRTY_OPERATION) {
    p->flags &= ~(uint32_t)PROCESS_DIRTY_OPERATION;
    engine_run_guarded(w, p, operate);
  } else if (p->flags & PROCESS_DIRTY_COLLECT) {
    size_t words = p->dirty_words;
    p->flags &= ~(uint32_t)PROCESS_DIRTY_COLLECT;
    process_collect(p, words); // without room it is doomed, and ends when it runs
  } else if (!process_must_exit(p)) {
    engine_run_guarded(w, p, call_native);
  }
  worker_be_online(w);
}

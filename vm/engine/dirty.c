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
  Participant *t = &vm_worker(p->vm)->participant; // offline while it computes for seconds, perhaps: nobody's memory is to wait for that
  size_t operation = p->dirty_words;
  size_t error = 0;
  Term value;
  if (operation >= OPERATION_GUARD) {
    value = call_guard(vm_worker(p->vm), p, &NATIVE_TABLE[operation - OPERATION_GUARD]);
    if (value == T_NONE) p->flags |= PROCESS_DIRTY_RAISED;
  } else if (operation == OPERATION_BUILD) {
    if (!engine_build_bits(p, p->pc, &value, &error)) return;
  } else if (operation == OPERATION_KEYS) {
    if (!engine_key_operation(p, p->pc, &value, &error)) return;
  } else if (operation == OPERATION_COPY) {
    error = !long_copy_make(p, &p->exc_class, 1);
    value = ATOM_ok;
  } else if (operation >= OPERATION_SAME) {
    size_t work = SIZE_MAX;
    int result = 0;
    participant_offline(t);
    Status s = operation_compare(&p->vm->context, operation, p->exc_class, p->exc_reason, &result, &work);
    participant_online(t);
    if (s != STATUS_OK) context_no_memory(&p->vm->context);
    value = term_small(result);
  } else {
    NumberOp op = (NumberOp)operation;
    if (!process_reserve(p, number_op_words(op, p->exc_class, p->exc_reason))) return; // doomed
    NumberError why = NUMBER_OK;
    participant_offline(t);
    value = number_op(&p->heap, op, p->exc_class, p->exc_reason, &why);
    participant_online(t);
    error = (size_t)why;
  }
  if (!(p->flags & PROCESS_DIRTY_RAISED)) {
    p->exc_class = T_NONE;
    p->exc_reason = value;
  }
  p->dirty_words = error;
  p->flags |= PROCESS_DIRTY_OPERATION_DONE;
}

void engine_run_dirty(Worker *w, Process *p) {
  if (p->flags & PROCESS_COLLECTED_AS_ASKED) { // whatever else it stands in the middle of goes on behind that
    process_collect_full(p, 0);
    return;
  }
  if (p->flags & PROCESS_DIRTY_OPERATION) {
    p->flags &= ~(uint32_t)PROCESS_DIRTY_OPERATION;
    engine_run_guarded(w, p, operate);
    return;
  }
  if (p->flags & PROCESS_DIRTY_COLLECT) {
    size_t words = p->dirty_words;
    p->flags &= ~(uint32_t)PROCESS_DIRTY_COLLECT;
    process_collect(p, words); // without room it is doomed, and ends when it runs
    return;
  }
  if (!process_must_exit(p)) engine_run_guarded(w, p, call_native);
}

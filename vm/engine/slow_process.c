// SPDX-License-Identifier: Apache-2.0
//
// Slow paths of messages and exceptions.
#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"
#include "vm/process/long_copy.h"

SLOW_PATH(RECV_PEEK) {
  Term message = process_receive_peek(p);
  if (message == T_NONE) return CODE(RECV_PEEK, 0);
  R(0) = message;
  return BEHIND(RECV_PEEK);
}

SLOW_PATH(RECV_ACCEPT) {
  process_receive_accept(p);
  return BEHIND(RECV_ACCEPT);
}

// What is live at the head of a receive's loop, by the wait that its end leads to. 0: something else stands there.
static uint64_t map_of_loop(const Process *p, const uint64_t *head) {
  const uint32_t *handlers = vm_engine(p->vm)->handlers;
  const uint64_t *end = (const uint64_t *)(uintptr_t)head[FIRST_RECV_PEEK];
  if ((uint32_t)end[0] == handlers[L_RECV_WAIT]) return end[FIRST_RECV_WAIT + 1];
  return (uint32_t)end[0] == handlers[L_RECV_WAIT_UNTIL] ? end[FIRST_RECV_WAIT_UNTIL + 1] : 0;
}

// Many messages were gone past.
SLOW_PATH(RECV_NEXT) {
  const uint64_t *head = CODE(RECV_NEXT, 0);
  process_receive_next(p);
  p->skips_left = SKIPPED_AT_ONCE;
  p->reductions -= SKIPPED_REDUCTIONS;
  uint64_t map = LIKELY(p->reductions > 0) ? 0 : map_of_loop(p, head);
  if (LIKELY(!map)) return head;
  engine_stand_at(p, head, map);
  return engine_leave(p, ENGINE_YIELD);
}

// Whoever waits looks at the mailbox again when it runs: it stands at the loop's head.
static const uint64_t *wait_at(Process *p, const uint64_t *again, uint64_t map) {
  engine_stand_at(p, again, map);
  return engine_leave(p, ENGINE_WAIT);
}

// Once more around the receive's loop, the only one that jumps back: it counts as a call does. p stands at `again`.
static const uint64_t *look_again(Process *p, const uint64_t *again) {
  if (LIKELY(--p->reductions >= 0)) return again;
  p->reductions++;
  process_end_slice(p);
  return engine_leave(p, ENGINE_YIELD);
}

SLOW_PATH(RECV_WAIT) {
  engine_stand_at(p, CODE(RECV_WAIT, 0), W(RECV_WAIT, 1));
  return process_receive_wait(p) ? look_again(p, CODE(RECV_WAIT, 0)) : wait_at(p, CODE(RECV_WAIT, 0), W(RECV_WAIT, 1));
}

SLOW_PATH(RECV_WAIT_UNTIL) {
  // Timeouts are counted once per receive: the first value stands, as the process keeps it.
  engine_stand_at(p, CODE(RECV_WAIT_UNTIL, 0), W(RECV_WAIT_UNTIL, 1));
  switch (process_receive_timeout(p, R(0))) {
    case RECEIVE_AGAIN: return look_again(p, CODE(RECV_WAIT_UNTIL, 0));
    case RECEIVE_WAIT: return wait_at(p, CODE(RECV_WAIT_UNTIL, 0), W(RECV_WAIT_UNTIL, 1));
    case RECEIVE_EXPIRED: return BEHIND(RECV_WAIT_UNTIL);
    default: return engine_raise(p, pc, ATOM_error, ATOM_timeout_value, T_NONE);
  }
}

SLOW_PATH(RECV_MARK) {
  process_receive_mark(p, R(0));
  return BEHIND(RECV_MARK);
}

SLOW_PATH(SEND) {
  engine_stand_at(p, pc, W(SEND, 0));
  Term to = R(1), message = R(2);
  size_t error = 0;
  bool again = operation_is_back(p);
  if (UNLIKELY(again)) operation_take(p, &error);
  if (UNLIKELY(error)) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  SendResult sent = process_send(p, p->vm, to, message);
  if (UNLIKELY(again)) long_copy_drop(p); // who should have got it may be gone
  switch (sent) {
    case SEND_OK: R(0) = message; return BEHIND(SEND);
    case SEND_LONG: operation_send(p, OPERATION_COPY, message, T_NONE); return engine_leave(p, ENGINE_LONG);
    case SEND_LIMIT: return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
    case SEND_WAIT: return engine_leave(p, ENGINE_WAIT); // and again from here
    case SEND_FULL: {
      Term args[2] = {message, to};
      return engine_raise_call(p, pc, ATOM_error, p->exc_reason, ATOM_erlang, ATOM_send, args + 1, 2);
    }
    default: {
      Term args[2] = {message, to};
      return engine_raise_call(p, pc, ATOM_error, ATOM_badarg, ATOM_erlang, ATOM_send, args + 1, 2);
    }
  }
}

// --- exceptions

SLOW_PATH(ERROR) {
  static const struct {
    Term atom;
    bool with_value;
  } ERRORS[] = {
#define CODE_ERROR(number, name, value, meaning) [number] = {ATOM_##name, value},
#include "vm/code/errors.def"
#undef CODE_ERROR
  };
  size_t number = I(0);
  if (!ERRORS[number].with_value) return engine_raise(p, pc, ATOM_error, ERRORS[number].atom, T_NONE);
  return engine_raise_about(p, pc, ERRORS[number].atom, R(1));
}

SLOW_PATH(FUNCTION_CLAUSE) {
  CodeFunction *f = code_find(p->vm->code, pc);
  return engine_raise_call(p, pc, ATOM_error, ATOM_function_clause, f->unit->module, f->name, p->fp, (uint32_t)I(0));
}

SLOW_PATH(RAISE) {
  Term class_ = R(0), reason = R(1), trace = R(2);
  if (class_ != ATOM_error && class_ != ATOM_exit && class_ != ATOM_throw) return engine_raise(p, pc, ATOM_error, ATOM_badarg, T_NONE);
  bool keep = term_is_list(trace) || term_is_tuple(trace);
  return engine_raise(p, pc, class_, reason, keep ? trace : T_NONE);
}

SLOW_PATH(STACKTRACE) {
  RESERVE(W(STACKTRACE, 0), stack_trace_words(p, R(1)));
  R(0) = stack_trace_list(p, R(1));
  return BEHIND(STACKTRACE);
}

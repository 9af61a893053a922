// SPDX-License-Identifier: Apache-2.0
//
// erlang:hibernate/3: waits for a message, then calls module.function(args).
//
// The stack below stays, as with apply: called last in a function, as it is meant to be, it grows no stack; what the callers
// below hold is kept and goes on when the called function returns, where OTP would have dropped it.
#include "vm/native/native_api.h"
#include "vm/process/mailbox.h"

Term native_hibernate(Process *p) {
  int64_t count = native_list_length(ARG(2));
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1)) || count < 0) return native_badarg(p);
  if (count > ARITY_MAX) return native_error(p, ATOM_system_limit);
  if (process_queue_count(p) == 0 && !process_receive_wait(p)) return native_wait(p);
  Export *target = native_export(p, ARG(0), ARG(1), (uint32_t)count);
  if (!target) return native_error(p, ATOM_system_limit);
  NATIVE_RESERVE((size_t)count + 1); // the window may reach lower than it does
  Term list = ARG(2);
  for (int64_t i = 0; i < count; i++, list = cons_tail(list)) ARG((unsigned)i) = cons_head(list);
  return native_call_placed(p, target, T_NIL, (uint32_t)count);
}

// process_flag/3: of another process only save_calls can be set, and nothing is saved.
Term native_process_flag_3(Process *p) {
  uint64_t count;
  bool good = term_is_pid(ARG(0)) && ARG(1) == ATOM_save_calls && native_count(ARG(2), &count) && count <= 10000;
  if (!good) return native_badarg(p);
  Term alive = process_is_alive(p, ARG(0));
  return alive == T_YIELD ? native_wait(p) : alive == ATOM_true ? term_small(0) : native_badarg(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// erlang:hibernate/3: waits for a message, then calls module.function(args) with the stack gone.
//
// Called last in a function (as it is meant to be) the native's window is the frame at hand: the arguments move to the bottom of
// the stack, whose return point ends the process. Called in the middle of one, where a return point was written, it keeps the
// stack, as apply does.
#include "vm/native/native_api.h"
#include "vm/process/mailbox.h"

static Term wait(Process *p) {
  vm_engine(p->vm)->action = NATIVE_WAIT;
  return T_YIELD;
}
Term native_hibernate(Process *p) {
  int64_t count = native_list_length(ARG(2));
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1)) || count < 0) return native_badarg(p);
  if (count > ARITY_MAX) return native_error(p, ATOM_system_limit);
  if (process_queue_count(p) == 0 && !process_receive_wait(p)) return wait(p);
  Export *target = native_export(p, ARG(0), ARG(1), (uint32_t)count);
  if (!target) return native_error(p, ATOM_system_limit);
  NATIVE_RESERVE((size_t)count + 1); // the window may reach lower than it does
  Term list = ARG(2);
  Term *to = p->args == p->fp ? p->block_end - 2 : p->args;
  for (int64_t i = 0; i < count; i++, list = cons_tail(list)) to[-i] = cons_head(list);
  p->args = to;
  return native_call_placed(p, target, T_NIL, (uint32_t)count);
}

// process_flag/3: of another process only save_calls can be set, and nothing is saved.
Term native_process_flag_3(Process *p) {
  uint64_t count;
  bool good = term_is_pid(ARG(0)) && ARG(1) == ATOM_save_calls && native_count(ARG(2), &count) && count <= 10000;
  return good && process_is_alive(p, ARG(0)) ? term_small(0) : native_badarg(p);
}

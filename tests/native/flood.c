/* SPDX-License-Identifier: Apache-2.0
 *
 * Natives on dirty threads: one that sends for as long as it is wanted, one that calls with more arguments than it has slots. flood.exs calls them.
 */
#include <joist/native.h>

/* flood(to, message, n): n times, or until somebody has ended the process */
static joist_outcome flood(joist_native_call *call) {
  int64_t n;
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  if (!joist_slot_get_int64(call, 2, &n)) return joist_raise_badarg(call);
  for (; n > 0 && !joist_is_over(call); n--) joist_slot_send(call, 0, 1);
  return joist_answer(call, 2);
}

/* spread(fun): fun.(fun, fun, fun, fun, fun, fun, fun, fun) */
static joist_outcome spread(joist_native_call *call) {
  const uint32_t arguments[8] = {0};
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  return joist_tail_call_fun(call, 0, arguments, 8);
}

static const joist_native FUNCTIONS[] = {{"flood", 3, 0, flood}, {"spread", 1, 0, spread}};
JOIST_NATIVE_LIBRARY("Flood", FUNCTIONS)

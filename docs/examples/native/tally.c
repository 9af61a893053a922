/* SPDX-License-Identifier: Apache-2.0
 *
 * Natives: a resource that counts bytes, and a long count that lets other processes run in between. README.md tells how to build it.
 */
#include <joist/native.h>
#include <stdatomic.h>

typedef struct tally {
  atomic_uint_least64_t counts[256]; /* processes may share a tally, and run at the same time */
} tally;
static const joist_resource_type TALLY = {"tally", NULL}; /* plain memory: nothing to destroy */

/* Tally.new() -> a tally, all zeros */
static joist_outcome new_tally(joist_native_call *call) {
  if (!joist_slot_set_resource(call, 0, &TALLY, sizeof(tally))) return joist_failed(call);
  return joist_answer(call, 0);
}

/* Tally.add(tally, binary) -> :ok. Slot 2 remembers how far it got when its slice ended: it starts as []. */
static joist_outcome add(joist_native_call *call) {
  size_t size;
  uint64_t at = 0;
  tally *t = (tally *)joist_slot_get_resource(call, 0, &TALLY);
  const unsigned char *bytes = (const unsigned char *)joist_slot_get_binary(call, 1, &size);
  if (!t || !bytes) return joist_raise_badarg(call);
  joist_slot_get_uint64(call, 2, &at);
  while (at < size) {
    size_t end = size - at > 4096 ? at + 4096 : size;
    for (; at < end; at++) atomic_fetch_add_explicit(&t->counts[bytes[at]], 1, memory_order_relaxed);
    if (joist_charge(call, 10) && at < size) return joist_slot_set_unsigned(call, 2, at) ? joist_yield(call) : joist_failed(call);
  }
  joist_slot_set_atom(call, 0, "ok");
  return joist_answer(call, 0);
}

/* Tally.counts(tally) -> %{byte => count} of the bytes that came. Slots 1 to 3: the map, a key, a value. */
static joist_outcome counts(joist_native_call *call) {
  tally *t = (tally *)joist_slot_get_resource(call, 0, &TALLY);
  if (!t) return joist_raise_text(call, "ArgumentError", "counts/1 takes what Tally.new/0 answers");
  for (int byte = 0; byte < 256; byte++) {
    if (!t->counts[byte]) continue;
    joist_slot_set_integer(call, 2, byte);
    joist_slot_set_unsigned(call, 3, t->counts[byte]);
    joist_slot_set_map(call, 1, 1, 2, 3); /* of [] and a pair: a map of that pair */
  }
  return joist_answer(call, 1);
}

static const joist_native FUNCTIONS[] = {{"new", 0, 1, new_tally}, {"add", 2, 1, add}, {"counts", 1, 3, counts}};
JOIST_NATIVE_LIBRARY("Tally", FUNCTIONS)

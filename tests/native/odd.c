/* SPDX-License-Identifier: Apache-2.0
 *
 * Natives that use everything, and natives that do everything wrong that can be told. odd.exs calls them.
 */
#include <joist/native.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* echo(term): the term as inspect shows it, and its size */
static joist_outcome echo(joist_native_call *call) {
  char text[200];
  int64_t size = joist_slot_get_size(call, 0);
  joist_slot_inspect(call, 0, text, sizeof text);
  joist_slot_set_integer(call, 1, (int64_t)joist_slot_get_type(call, 0));
  joist_slot_set_string(call, 2, text);
  joist_slot_set_integer(call, 3, size);
  const uint32_t all[] = {1, 2, 3};
  joist_slot_set_tuple(call, 0, all, 3);
  return joist_answer(call, 0);
}

/* numbers(a): every number there is, made of C's */
static joist_outcome numbers(joist_native_call *call) {
  uint64_t u;
  double d;
  if (!joist_slot_get_uint64(call, 0, &u) || !joist_slot_get_double(call, 0, &d)) return joist_raise_badarg(call);
  joist_slot_set_unsigned(call, 1, UINT64_MAX);
  joist_slot_set_integer(call, 2, INT64_MIN);
  joist_slot_set_float(call, 3, d / 2);
  joist_slot_set_bool(call, 4, u > 5);
  const uint32_t all[] = {1, 2, 3, 4, 0};
  joist_slot_set_list(call, 0, all, 5);
  return joist_answer(call, 0);
}

/* range(n): a long list, with garbage in between */
static joist_outcome range(joist_native_call *call) {
  int64_t n;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_badarg(call);
  for (; n > 0; n--) {
    joist_slot_set_string(call, 2, "garbage that is collected");
    joist_slot_set_integer(call, 2, n);
    if (!joist_slot_set_cons(call, 1, 2, 1)) return joist_failed(call);
  }
  return joist_answer(call, 1);
}

/* sum(list): slots change as it walks */
static joist_outcome sum(joist_native_call *call) {
  int64_t total = 0, n;
  while (joist_slot_get_next(call, 0, 1)) {
    if (!joist_slot_get_int64(call, 1, &n)) return joist_raise(call, 1);
    total += n;
  }
  joist_slot_set_integer(call, 0, total);
  return joist_answer(call, 0);
}

/* squares(n): %{1 => 1, 2 => 4, …} */
static joist_outcome squares(joist_native_call *call) {
  int64_t n;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_badarg(call);
  for (int64_t i = 1; i <= n; i++) {
    joist_slot_set_integer(call, 2, i);
    joist_slot_set_integer(call, 3, i * i);
    joist_slot_set_map(call, 1, 1, 2, 3);
  }
  return joist_answer(call, 1);
}
static joist_outcome pairs(joist_native_call *call) { return joist_slot_set_pairs(call, 0, 0) ? joist_answer(call, 0) : joist_raise_badarg(call); }
static joist_outcome value(joist_native_call *call) { return joist_slot_get_value(call, 0, 0, 1) ? joist_answer(call, 0) : joist_raise(call, 1); }
static joist_outcome element(joist_native_call *call) {
  uint64_t index;
  if (!joist_slot_get_uint64(call, 1, &index) || !joist_slot_get_element(call, 0, 0, index)) return joist_raise_text(call, "ArgumentError", "no such element");
  return joist_answer(call, 0);
}
static joist_outcome same(joist_native_call *call) {
  joist_slot_set_bool(call, 0, joist_slot_equal(call, 0, 1));
  return joist_answer(call, 0);
}

/* reversed(binary) */
static joist_outcome reversed(joist_native_call *call) {
  size_t size;
  const unsigned char *from = (const unsigned char *)joist_slot_get_binary(call, 0, &size);
  if (!from) return joist_raise_badarg(call);
  unsigned char *copy = (unsigned char *)malloc(size + 1);
  for (size_t i = 0; i < size; i++) copy[i] = from[size - 1 - i];
  unsigned char *to = (unsigned char *)joist_slot_set_binary(call, 0, NULL, size);
  if (to) memcpy(to, copy, size);
  free(copy);
  return to ? joist_answer(call, 0) : joist_failed(call);
}
static joist_outcome atom_size(joist_native_call *call) {
  size_t size;
  if (!joist_slot_get_atom(call, 0, &size)) return joist_raise_badarg(call);
  joist_slot_set_unsigned(call, 0, size);
  return joist_answer(call, 0);
}

/* Processes */
static joist_outcome tell(joist_native_call *call) {
  joist_slot_set_self(call, 2);
  const uint32_t both[] = {2, 1};
  joist_slot_set_tuple(call, 1, both, 2);
  joist_slot_set_bool(call, 0, joist_slot_send(call, 0, 1));
  return joist_answer(call, 0);
}
static joist_outcome apply_swapped(joist_native_call *call) {
  const uint32_t swapped[] = {2, 1};
  return joist_tail_call_fun(call, 0, swapped, 2);
}
static joist_outcome upcase(joist_native_call *call) {
  const uint32_t argument[] = {0};
  return joist_tail_call(call, "String", "upcase", argument, 1);
}
static joist_outcome steps(joist_native_call *call) {
  uint64_t done = 0, wanted;
  if (!joist_slot_get_uint64(call, 0, &wanted)) return joist_raise_badarg(call);
  joist_slot_get_uint64(call, 1, &done);
  joist_slot_set_string(call, 2, "so that slots move");
  joist_charge(call, 100);
  if (done >= wanted) return joist_answer(call, 1);
  joist_slot_set_unsigned(call, 1, done + 1);
  return joist_yield(call);
}
static joist_outcome for_ever(joist_native_call *call) { return joist_yield(call); }
static joist_outcome dirty(joist_native_call *call) {
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  joist_slot_set_atom(call, 0, "dirty");
  return joist_answer(call, 0);
}
static joist_outcome hoard(joist_native_call *call) {
  for (;;) {
    joist_slot_set_string(call, 1, "a piece of memory");
    if (!joist_slot_set_cons(call, 0, 1, 0)) return joist_failed(call);
  }
}

/* Resources */
static int64_t alive;
static void gone(void *data) { alive -= *(int64_t *)data; }
static const joist_resource_type COUNTED = {"counted", gone}, OTHER = {"other", NULL};
static joist_outcome resource(joist_native_call *call) {
  int64_t *data = (int64_t *)joist_slot_set_resource(call, 0, &COUNTED, sizeof *data);
  if (!data) return joist_failed(call);
  alive += *data = 1;
  return joist_answer(call, 0);
}
static joist_outcome is_resource(joist_native_call *call) {
  joist_slot_set_bool(call, 1, joist_slot_get_resource(call, 0, &COUNTED) && !joist_slot_get_resource(call, 0, &OTHER));
  return joist_answer(call, 1);
}
static joist_outcome alive_now(joist_native_call *call) {
  joist_slot_set_integer(call, 0, alive);
  return joist_answer(call, 0);
}

/* What is wrong */
static joist_outcome bad_slot(joist_native_call *call) {
  joist_slot_set_integer(call, 1000, 1);
  joist_slot_set_integer(call, 0, 1);
  return joist_answer(call, 0);
}
static joist_outcome bad_answer(joist_native_call *call) { return joist_answer(call, 4000000000u); }
static joist_outcome bad_outcome(joist_native_call *call) { return (void)call, (joist_outcome)77; }
static joist_outcome no_answer(joist_native_call *call) { return (void)call, JOIST_OUTCOME_ANSWER; }
static joist_outcome no_call(joist_native_call *call) { return (void)call, JOIST_OUTCOME_CALL; }
static joist_outcome only_failed(joist_native_call *call) { return joist_failed(call); }
static joist_outcome always_dirty(joist_native_call *call) { return joist_go_dirty(call); }
static joist_outcome not_a_number(joist_native_call *call) { return joist_slot_set_float(call, 0, NAN) ? joist_answer(call, 0) : joist_failed(call); }
static joist_outcome bad_text(joist_native_call *call) { return joist_slot_set_atom(call, 0, "\xff\xfe") ? joist_answer(call, 0) : joist_failed(call); }
static joist_outcome huge(joist_native_call *call) { return joist_slot_set_binary(call, 0, NULL, SIZE_MAX / 2) ? joist_answer(call, 0) : joist_failed(call); }
static joist_outcome huge_reserve(joist_native_call *call) { return joist_reserve(call, SIZE_MAX / 64) ? joist_raise_badarg(call) : joist_answer(call, 0); }
static joist_outcome nobody(joist_native_call *call) { return joist_tail_call(call, "Nobody", "home", NULL, 0); }
static joist_outcome many(joist_native_call *call) {
  uint32_t nine[9] = {0};
  return joist_tail_call(call, "String", "upcase", nine, 9);
}
static joist_outcome unknown_exception(joist_native_call *call) { return joist_raise_text(call, "NoSuchError", "text"); }
static joist_outcome not_a_map(joist_native_call *call) { return joist_slot_set_map(call, 0, 0, 0, 0) ? joist_answer(call, 0) : joist_failed(call); }

/* What is handed in as NULL, and bytes that are a slot's own while setters collect. */
static joist_outcome null_items(joist_native_call *call) {
  joist_slot_set_tuple(call, 0, (const uint32_t *)0, 2);
  return joist_answer(call, 0);
}
static joist_outcome null_call(joist_native_call *call) { return joist_tail_call(call, "Enum", "sort", (const uint32_t *)0, 1); }
static joist_outcome pairs_unasked(joist_native_call *call) {
  joist_slot_set_pairs(call, 0, 0);
  return joist_answer(call, 0);
}
static joist_outcome no_message(joist_native_call *call) { return joist_raise_text(call, "RuntimeError", (const char *)0); }
static joist_outcome copies(joist_native_call *call) {
  int64_t n;
  size_t size;
  if (!joist_slot_get_int64(call, 1, &n) || !joist_slot_get_int64(call, 1, (int64_t *)0)) return joist_raise_badarg(call);
  for (; n > 0; n--) {
    if (!joist_reserve(call, 16)) return joist_failed(call);
    const void *bytes = joist_slot_get_binary(call, 0, &size);
    if (!bytes) return joist_raise_badarg(call);
    joist_slot_set_binary(call, 0, bytes, size);
  }
  return joist_answer(call, 0);
}

static const joist_native FUNCTIONS[] = {
    {"echo", 1, 3, echo}, {"numbers", 1, 4, numbers}, {"range", 1, 2, range}, {"sum", 1, 1, sum}, {"squares", 1, 3, squares}, {"pairs", 1, 0, pairs},
    {"value", 2, 0, value}, {"element", 2, 0, element}, {"same", 2, 0, same}, {"reversed", 1, 0, reversed}, {"atom_size", 1, 0, atom_size},
    {"tell", 2, 1, tell}, {"apply_swapped", 3, 0, apply_swapped}, {"upcase", 1, 0, upcase}, {"steps", 1, 2, steps}, {"for_ever", 0, 0, for_ever},
    {"dirty", 0, 0, dirty}, {"hoard", 0, 2, hoard}, {"resource", 0, 0, resource}, {"is_resource", 1, 1, is_resource}, {"alive", 0, 0, alive_now},
    {"bad_slot", 1, 0, bad_slot}, {"bad_answer", 0, 0, bad_answer}, {"bad_outcome", 0, 0, bad_outcome}, {"no_answer", 0, 0, no_answer},
    {"no_call", 0, 0, no_call}, {"only_failed", 0, 0, only_failed}, {"always_dirty", 0, 0, always_dirty}, {"not_a_number", 0, 0, not_a_number},
    {"bad_text", 0, 0, bad_text}, {"huge", 0, 0, huge}, {"huge_reserve", 1, 0, huge_reserve}, {"nobody", 0, 0, nobody}, {"many", 1, 0, many},
    {"unknown_exception", 0, 0, unknown_exception}, {"not_a_map", 1, 0, not_a_map},
    {"null_items", 1, 0, null_items},
    {"null_call", 1, 0, null_call},
    {"pairs_unasked", 1, 0, pairs_unasked},
    {"no_message", 0, 0, no_message},
    {"copies", 2, 0, copies},
};
JOIST_NATIVE_LIBRARY("Odd", FUNCTIONS)

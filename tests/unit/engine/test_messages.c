// SPDX-License-Identifier: Apache-2.0
//
// Receive loops, selective receive, timeouts on virtual time, sends between processes, links and crashes beside each other.
#include "vm_fixture.h"
#include "vm/term/binary.h"

static VmFixture *start_seeded(uint64_t seed, void (*program)(ModuleBuilder *b)) {
  return fx_start(&(VmOptions){.seeded = true, .seed = seed}, seed % 2, program);
}
#define EACH_SEED(f, program, ...) \
  for (uint64_t seed = 1; seed <= 6; seed++) { \
    VmFixture *f = start_seeded(seed, program); \
    __VA_ARGS__ \
    vm_fixture_end(f); \
  }

// spawn(name, [self(), argument]) into slot `to`; slots 0 … live-1 stay. The window lies at `k`.
static void emit_spawn(ModuleBuilder *b, const char *name, uint32_t to, uint32_t argument, uint32_t live, uint32_t k) {
  uint16_t slots[8] = {0, 1, 2, 3, 4, 5, 6, 7}, built[12] = {0, 1, 2, 3, 4, 5, 6, 7};
  SlotList stay = {live, slots};
  EMIT(OP_CALL_EXT, SLOT(k), IMPORT("erlang", "self", 0), {.list = stay});
  EMIT(OP_LOAD, SLOT(k + 2), NIL);
  built[live] = (uint16_t)k, built[live + 1] = (uint16_t)(k + 2);
  EMIT(OP_CONS, SLOT(k + 2), SLOT(argument), SLOT(k + 2), SLOT_LIST(live + 2, built));
  EMIT(OP_CONS, SLOT(k + 2), SLOT(k), SLOT(k + 2), SLOT_LIST(live + 2, built));
  EMIT(OP_LOAD, SLOT(k), ATOM("Made"));
  EMIT(OP_LOAD, SLOT(k + 1), {.constant = {CONSTANT_ATOM, builder_atom(b, name, strlen(name))}});
  EMIT(OP_CALL_EXT, SLOT(k), IMPORT("erlang", "spawn", 3), {.list = stay});
  EMIT(OP_MOVE, SLOT(to), SLOT(k));
}

// A receive that takes any message into `to`.
static void emit_receive(ModuleBuilder *b, uint32_t to, SlotList live) {
  uint32_t again = builder_label(b), none = builder_label(b), got = builder_label(b);
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(to), LABEL(none));
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_JUMP, LABEL(got));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT, LABEL(again), {.list = live});
  builder_bind(b, got);
}

// gather(n): n children each send {their argument, garbage}; the sum of the arguments.
static void program_gather(ModuleBuilder *b) {
  builder_begin(b, FUNCTION("child", 2)); // parent, number
  EMIT(OP_TUPLE, SLOT(2), SLOTS(1, 0, 1), SLOTS(0, 1));
  EMIT(OP_SEND, SLOT(2), SLOT(0), SLOT(2), SLOTS(0, 2));
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  uint32_t start = FUNCTION("start", 1), collect = FUNCTION("collect", 2);
  builder_begin(b, start);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, more);
  EMIT(OP_FRAME, SLOTS(0));
  emit_spawn(b, "child", 1, 0, 1, 4);
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, RAISES, SLOTS(0));
  EMIT(OP_TAIL, NUMBER(start));
  builder_end(b);
  builder_begin(b, collect); // how many, sum
  uint32_t next = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(next));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, next);
  EMIT(OP_FRAME, SLOTS(0, 1));
  emit_receive(b, 2, (SlotList){2, (uint16_t[]){0, 1}});
  EMIT(OP_ELEMENT, SLOT(2), SLOT(2), NUMBER(2));
  EMIT(OP_ADD, SLOT(1), SLOT(1), SLOT(2), RAISES, SLOTS(0, 1, 2));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, RAISES, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(collect));
  builder_end(b);
  builder_begin(b, FUNCTION("gather", 1));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(start), SLOTS(0));
  EMIT(OP_LOAD, SLOT(1), SMALL(0));
  EMIT(OP_TAIL, NUMBER(collect));
  builder_end(b);
}

Test(messages, from_many_children) {
  EACH_SEED(f, program_gather, {
    expect_text(fx_run(f, "Made", "gather", term_small(200)), "20100");
    // Children whose message was taken may still have their last step to do; nobody else is left.
    cr_assert_leq(process_count(&f->vm), 200u);
  })
}

// ping(n): two processes throw a growing tuple to and fro.
static void program_ping(ModuleBuilder *b) {
  uint32_t echo = FUNCTION("echo", 2), loop = FUNCTION("loop", 3);
  builder_begin(b, echo);
  EMIT(OP_FRAME, SLOTS(0, 1));
  emit_receive(b, 2, (SlotList){2, (uint16_t[]){0, 1}});
  EMIT(OP_SEND, SLOT(2), SLOT(0), SLOT(2), SLOTS(0, 1, 2));
  EMIT(OP_TAIL, NUMBER(echo));
  builder_end(b);
  builder_begin(b, loop); // other, left, term
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(1), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(2));
  builder_bind(b, more);
  EMIT(OP_FRAME, SLOTS(0, 1, 2));
  EMIT(OP_CONS, SLOT(2), SLOT(1), SLOT(2), SLOTS(0, 1, 2));
  EMIT(OP_SEND, SLOT(3), SLOT(0), SLOT(2), SLOTS(0, 1, 2));
  emit_receive(b, 2, (SlotList){2, (uint16_t[]){0, 1}});
  EMIT(OP_ADD_INT, SLOT(1), SLOT(1), {.integer = -1}, RAISES, SLOTS(0, 1, 2));
  EMIT(OP_TAIL, NUMBER(loop));
  builder_end(b);
  builder_begin(b, FUNCTION("ping", 1));
  EMIT(OP_FRAME, SLOTS(0));
  emit_spawn(b, "echo", 1, 0, 1, 4);
  EMIT(OP_SWAP, SLOT(0), SLOT(1));
  EMIT(OP_LOAD, SLOT(2), NIL);
  EMIT(OP_TAIL, NUMBER(loop));
  builder_end(b);
}

Test(messages, to_and_fro) {
  EACH_SEED(f, program_ping, { expect_text(fx_run(f, "Made", "ping", term_small(12)), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]"); })
}

// selective(n): 1 … n are sent to itself, then taken from n down to 1, each past those before it.
static void program_selective(ModuleBuilder *b) {
  uint32_t fill = FUNCTION("fill", 2), take = FUNCTION("take", 2);
  builder_begin(b, fill); // n, self
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, more);
  EMIT(OP_SEND, SLOT(2), SLOT(1), SLOT(0), SLOTS(0, 1));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, RAISES, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(fill));
  builder_end(b);
  builder_begin(b, take); // wanted, list
  uint32_t next = builder_label(b), again = builder_label(b), none = builder_label(b), other = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(next));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, next);
  EMIT(OP_FRAME, SLOTS(0, 1));
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(2), LABEL(none));
  EMIT(OP_SAME, SLOT(2), SLOT(0), LABEL(other), SLOTS(0, 1, 2));
  EMIT(OP_TUPLE, SLOT(3), SLOTS(2, 2), SLOTS(0, 1, 2)); // collects while the message still lies in its fragment
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_CONS, SLOT(1), SLOT(2), SLOT(1), SLOTS(0, 1, 2));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, RAISES, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(take));
  builder_bind(b, other);
  EMIT(OP_RECV_NEXT, LABEL(again));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT, LABEL(again), SLOTS(0, 1));
  builder_end(b);
  builder_begin(b, FUNCTION("selective", 1));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "self", 0), SLOTS(0));
  EMIT(OP_MOVE, SLOT(3), SLOT(2));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(fill), SLOTS(0));
  EMIT(OP_LOAD, SLOT(1), NIL);
  EMIT(OP_TAIL, NUMBER(take));
  builder_end(b);
}

Test(messages, taken_out_of_order) {
  // Sent as n … 1: the last one in is wanted last, so each search starts at the front.
  EACH_SEED(f, program_selective, { expect_text(fx_run(f, "Made", "selective", term_small(9)), "[1, 2, 3, 4, 5, 6, 7, 8, 9]"); })
}

// wait(ms): :message or :timeout. late(ms): a timer sends to itself after 50 ms. endless(): nobody will ever send.
static void program_timeouts(ModuleBuilder *b) {
  uint32_t wait = FUNCTION("wait", 1);
  builder_begin(b, wait);
  uint32_t again = builder_label(b), none = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0));
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(1), LABEL(none));
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT_UNTIL, SLOT(0), LABEL(again), SLOTS(0));
  EMIT(OP_LOAD, SLOT(0), ATOM("timeout"));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("late", 1));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "self", 0), SLOTS(0));
  EMIT(OP_MOVE, SLOT(3), SLOT(2));
  EMIT(OP_LOAD, SLOT(2), SMALL(50));
  EMIT(OP_LOAD, SLOT(4), ATOM("late"));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "send_after", 3), SLOTS(0));
  EMIT(OP_TAIL, NUMBER(wait));
  builder_end(b);
}

Test(messages, timeouts) {
  EACH_SEED(f, program_timeouts, {
    expect_text(fx_run(f, "Made", "wait", term_small(0)), ":timeout");
    int64_t before = vm_monotonic_ns(&f->vm);
    expect_text(fx_run(f, "Made", "wait", term_small(3600000)), ":timeout"); // an hour of virtual time
    cr_assert_geq(vm_monotonic_ns(&f->vm) - before, 3600000000000);
    expect_text(fx_run(f, "Made", "late", term_small(60)), ":late");
    expect_text(fx_run(f, "Made", "late", term_small(40)), ":timeout");
    expect_text(fx_run(f, "Made", "late", ATOM_infinity), ":late");
    const char *bad = fx_run(f, "Made", "wait", term_small(-1));
    cr_assert_eq(strncmp(bad, "** {:timeout_value, [{:Made, :wait, 1, []}]}", 40), 0, "%s", bad);
  })
}

Test(messages, waiting_for_ever_is_seen) {
  VmFixture *f = start_seeded(2, program_timeouts);
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term error, forever = ATOM_infinity;
  f->vm.first_pid = process_spawn(NULL, &f->vm, &options, fx_atom(f, "Made"), fx_atom(f, "wait"), &forever, 1, &ref, &error);
  cr_assert_eq(sched_run(&f->vm), SCHED_DEADLOCK);
  // A message from outside wakes it.
  cr_assert_eq(process_send(NULL, &f->vm, f->vm.first_pid, term_small(7)), SEND_OK);
  cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
  expect_text(f->result.data, "7");
  vm_fixture_end(f);
}

Test(messages, on_the_real_clock) {
  VmFixture *f = vm_fixture_start();
  ModuleBuilder *b = fx_builder(f, "Made");
  program_timeouts(b);
  fx_load(f, b);
  int64_t before = vm_monotonic_ns(&f->vm);
  expect_text(fx_run(f, "Made", "wait", term_small(30)), ":timeout");
  cr_assert_geq(vm_monotonic_ns(&f->vm) - before, 30000000);
  expect_text(fx_run(f, "Made", "late", term_small(2000)), ":late");
  vm_fixture_end(f);
}

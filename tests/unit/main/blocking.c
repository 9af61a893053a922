// SPDX-License-Identifier: Apache-2.0
//
// Natives that block: many that wait for one another, more than there may be, ones that never return when their VM is freed, and ones that look
// whether anybody still wants their answer. None of them returns before the test lets it.
#include <unistd.h>

#include "host.h"
#include <joist/native.h>

static _Atomic(int) inside, released, over;

static void nap(void) { usleep(200); }
static joist_outcome answer(joist_native_call *call, int64_t n) {
  joist_slot_set_integer(call, 0, n);
  return joist_answer(call, 0);
}

// Returns when `released` is n.
static joist_outcome stuck(joist_native_call *call) {
  int64_t n;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_badarg(call);
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  inside++;
  while (released != n) nap();
  inside--;
  return answer(call, n);
}
// Returns when n of them are there.
static joist_outcome meet(joist_native_call *call) {
  int64_t n;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_badarg(call);
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  inside++;
  while (inside < n) nap();
  return answer(call, n);
}
// Returns when nobody wants to know any more.
static joist_outcome polite(joist_native_call *call) {
  if (!joist_is_dirty(call)) return joist_go_dirty(call);
  inside++;
  while (!joist_is_over(call)) nap();
  over++;
  return answer(call, 0);
}
static const joist_native NATIVES[] = {{"stuck", 1, 0, stuck}, {"meet", 1, 0, meet}, {"polite", 1, 0, polite}};
static const joist_native_library LIBRARY = {JOIST_NATIVE_ABI, sizeof LIBRARY, "Block", NATIVES, 3};

static joist_vm *start(const joist_allocator *allocator, Written *output, uint32_t max_blocking) {
  joist_options o = joist_options_default();
  joist_vm *vm = NULL;
  o.allocator = allocator;
  o.schedulers = host_schedulers;
  o.max_blocking = max_blocking;
  if (output) {
    o.output = written;
    o.output_context = output;
  }
  EXPECT(joist_create(&o, &vm) == JOIST_OK && joist_native_register(vm, &LIBRARY) == JOIST_OK);
  inside = released = over = 0;
  return vm;
}
static void run_until(joist_vm *vm, _Atomic(int) *what, int wanted) {
  while (*what != wanted) EXPECT_EVAL(vm, "Process.sleep(1)", ":ok");
}

static void many_meet(void) {
  joist_vm *vm = start(NULL, NULL, 0);
  EXPECT_EVAL(vm, "all = for _ <- 1..150, do: spawn_monitor(fn -> exit(Block.meet(150)) end)\n"
                  "Enum.uniq(for {_, ref} <- all, do: (receive do {:DOWN, ^ref, _, _, n} -> n end))", "[150]");
  joist_free(vm);
}

static void more_than_there_may_be_stand_in_line(void) {
  static Written output;
  output = (Written){0};
  joist_vm *vm = start(NULL, &output, 3);
  EXPECT_EVAL(vm, "me = self()\nfor i <- 1..8, do: spawn(fn -> send(me, {i, Block.stuck(1)}) end)\nspawn(fn -> send(:nobody, :x) end)\n:erlang.system_info(:dirty_io_schedulers)", "3");
  run_until(vm, &inside, 3);
  while (!output.size[JOIST_REPORT]) EXPECT_EVAL(vm, "Process.sleep(1)", ":ok");
  EXPECT(strcmp(output.text[JOIST_REPORT], "Calls that block wait for one another: as many calls block a thread as there may be (3); raise it with --max-blocking\n") == 0);
  // One in the line is killed: it is dead at once, and has never been inside.
  EXPECT_EVAL(vm, "{pid, ref} = spawn_monitor(fn -> Block.stuck(1) end)\nProcess.sleep(1)\nProcess.exit(pid, :kill)\nreceive do {:DOWN, ^ref, _, _, reason} -> reason end", ":killed");
  EXPECT(inside == 3);
  released = 1;
  run_until(vm, &inside, 0);
  EXPECT_EVAL(vm, "{pid, ref} = spawn_monitor(fn -> exit(Block.stuck(1)) end)\nreceive do {:DOWN, ^ref, _, _, n} -> n end", "1");
  joist_free(vm);
}

static void one_that_never_returns_keeps_the_vm(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  joist_vm *vm = start(&table, NULL, 0);
  EXPECT_EVAL(vm, "for _ <- 1..2, do: spawn(fn -> Block.stuck(7) end)\n:ok", ":ok");
  run_until(vm, &inside, 2);
  EXPECT(joist_free_within(vm, 0) == JOIST_BUSY && joist_free_within(vm, 10) == JOIST_BUSY && inside == 2);
  released = 7;
  EXPECT(joist_free_within(vm, JOIST_FOREVER) == JOIST_OK && inside == 0 && c.blocks == 0 && c.bytes == 0);
  EXPECT(joist_free_within(NULL, 0) == JOIST_OK);
}

static void killed_ones_are_told_and_freed_ones_too(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  joist_vm *vm = start(&table, NULL, 0);
  EXPECT_EVAL(vm, "pid = spawn(fn -> Block.polite(1) end)\nProcess.register(pid, :polite)\nspawn(fn -> Block.polite(2) end)\n:ok", ":ok");
  run_until(vm, &inside, 2);
  EXPECT(over == 0);
  EXPECT_EVAL(vm, "ref = Process.monitor(:polite)\nProcess.exit(Process.whereis(:polite), :kill)\nreceive do {:DOWN, ^ref, _, _, reason} -> reason end", ":killed");
  run_until(vm, &over, 1);
  EXPECT(joist_free_within(vm, JOIST_FOREVER) == JOIST_OK && over == 2 && c.blocks == 0 && c.bytes == 0);
}

int main(void) {
  for (host_schedulers = 1; host_schedulers <= 4; host_schedulers += 3) {
    many_meet();
    more_than_there_may_be_stand_in_line();
    one_that_never_returns_keeps_the_vm();
    killed_ones_are_told_and_freed_ones_too();
  }
  return 0;
}

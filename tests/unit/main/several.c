// SPDX-License-Identifier: Apache-2.0
//
// Several VMs in one program: one after another, interleaved in one thread, in threads of their own, one in turns of two threads; memory
// that runs out; and a host's allocator that gets everything back.
#include <poll.h>
#include <unistd.h>

#include "host.h"
#include <joist/native.h>

static const char WORK[] =
    "defmodule Counter do\n"
    "  use GenServer\n"
    "  def init(n), do: {:ok, n}\n"
    "  def handle_call(:next, _from, n), do: {:reply, n, n + 1}\n"
    "  def handle_cast(:crash, _), do: raise \"boo\"\n"
    "end\n"
    "{:ok, _} = GenServer.start(Counter, 10, name: :counter)\n"
    "me = self()\n"
    "for i <- 1..10, do: spawn(fn -> send(me, {i, String.duplicate(\"x\", 100 * i)}) end)\n"
    "sizes = for _ <- 1..10 do receive do {_, text} -> byte_size(text) end end\n"
    "{Enum.sum(sizes), Enum.reduce(1..30, 1, &(&1 * &2))}";

static void work(joist_vm *vm, int rounds) {
  EXPECT_EVAL(vm, WORK, "{5500, 265252859812191058636308480000000}");
  for (int i = 0; i < rounds; i++) {
    char wanted[20];
    snprintf(wanted, sizeof wanted, "%d", 10 + i);
    EXPECT_EVAL(vm, "GenServer.call(:counter, :next)", wanted);
  }
}

static void one_after_another_leaves_nothing(int count) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  for (int i = 0; i < count; i++) {
    joist_vm *vm = vm_new(&table, NULL);
    if (i % 20 == 0) {
      joist_mailbox *box;
      work(vm, 2);
      EXPECT(joist_mailbox_open(vm, "left", &box) == JOIST_OK && joist_poll_fd(vm) >= 0);
      EXPECT(eval(vm, NULL, "for i <- 1..5, do: send(:left, {i, String.duplicate(\"y\", 1000)})\nGenServer.cast(:counter, :crash)\nProcess.sleep(1)", NULL) == JOIST_OK);
      EXPECT(joist_terms_new(vm)); // freed by nobody but the VM
    }
    joist_free(vm);
    EXPECT(c.blocks == 0 && c.bytes == 0);
  }
}

static void two_in_one_thread(void) {
  joist_vm *a = vm_new(NULL, NULL), *b = vm_new(NULL, NULL);
  joist_mailbox *in_a, *in_b;
  EXPECT(joist_mailbox_open(a, "host", &in_a) == JOIST_OK && joist_mailbox_open(b, "host", &in_b) == JOIST_OK);
  static const char SERVE[] = "pid = spawn(fn -> f = fn f -> receive do n -> send(:host, n + 1); f.(f) end end; f.(f) end)\nProcess.register(pid, :adder)";
  EXPECT(eval(a, NULL, SERVE, NULL) == JOIST_OK && eval(b, NULL, SERVE, NULL) == JOIST_OK);
  joist_terms *ta = joist_terms_new(a), *tb = joist_terms_new(b);
  int64_t n = 0;
  while (n < 100) { // from one to the other and back
    joist_term x, y;
    EXPECT(joist_send(a, ta, joist_atom(ta, "adder"), joist_integer(ta, n)) == JOIST_OK && joist_receive_wait(in_a, ta, 10000, &x) == JOIST_OK);
    EXPECT(joist_get_int64(ta, x, &n) && joist_send(b, tb, joist_atom(tb, "adder"), joist_integer(tb, n)) == JOIST_OK);
    EXPECT(joist_receive_wait(in_b, tb, 10000, &y) == JOIST_OK && joist_get_int64(tb, y, &n));
    EXPECT(joist_send(a, tb, y, y) == JOIST_INVALID && !joist_is_some(joist_copy(tb, ta, x))); // terms do not change VMs
  }
  work(a, 3);
  joist_free(a);
  work(b, 3);
  joist_free(b);
}

static void *worker(void *unused) {
  (void)unused;
  for (int i = 0; i < 2; i++) {
    joist_vm *vm = vm_new(NULL, NULL);
    work(vm, 5);
    joist_free(vm);
  }
  return NULL;
}

static void two_in_two_threads(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) EXPECT(pthread_create(&threads[i], NULL, worker, NULL) == 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

typedef struct Sender {
  joist_vm *vm;
  int count;
} Sender;
static void *send_many(void *state) {
  Sender *s = (Sender *)state;
  joist_terms *t = joist_terms_new(s->vm);
  for (int i = 0; i < s->count; i++) {
    joist_term pair[2] = {joist_integer(t, i), joist_string(t, "some text that is longer than sixty-four bytes, so that it lies outside the heap")};
    EXPECT(joist_send(s->vm, t, joist_atom(t, "sink"), joist_tuple(t, pair, 2)) == JOIST_OK);
    if (i % 50 == 0) joist_terms_clear(t);
    if (i % 100 == 0) usleep(100);
  }
  joist_terms_free(t);
  return NULL;
}

// One thread runs the VM, two send, and a mailbox is emptied by a fourth.
static void *drain(void *state) {
  joist_mailbox *box = (joist_mailbox *)((void **)state)[0];
  joist_vm *vm = (joist_vm *)((void **)state)[1];
  joist_terms *t = joist_terms_new(vm);
  int64_t sum = 0, n;
  for (int got = 0; got < 1000;) {
    joist_term m;
    if (joist_receive(box, t, &m) == JOIST_OK) {
      EXPECT(joist_get_int64(t, m, &n));
      sum += n;
      got++;
      if (got % 100 == 0) joist_terms_clear(t);
    } else {
      usleep(100);
    }
  }
  joist_terms_free(t);
  joist_stop(vm, (int)(sum == 2 * (499 * 500 / 2)));
  return NULL;
}

static void any_thread_may_send_and_receive(void) {
  joist_vm *vm = vm_new(NULL, NULL);
  joist_mailbox *box;
  EXPECT(joist_mailbox_open(vm, "box", &box) == JOIST_OK);
  EXPECT(eval(vm, NULL, "pid = spawn(fn -> f = fn f -> receive do {n, _} -> send(:box, n); f.(f) end end; f.(f) end)\nProcess.register(pid, :sink)", NULL) == JOIST_OK);
  Sender s = {vm, 500};
  pthread_t threads[3];
  void *state[2] = {box, vm};
  EXPECT(pthread_create(&threads[0], NULL, send_many, &s) == 0 && pthread_create(&threads[1], NULL, send_many, &s) == 0);
  EXPECT(pthread_create(&threads[2], NULL, drain, state) == 0);
  joist_run_result r;
  EXPECT(joist_run(vm, NULL, &r) == JOIST_OK && r.end == JOIST_RUN_STOPPED && joist_exit_status(vm) == 1);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  joist_free(vm);
}

typedef struct Turns {
  joist_vm *vm;
  _Atomic(int) calls, busy;
} Turns;
static void *take_turns(void *state) {
  Turns *t = (Turns *)state;
  joist_terms *terms = joist_terms_new(t->vm);
  for (int done = 0; done < 200;) {
    joist_term two[2] = {joist_integer(terms, done), joist_integer(terms, 1)}, r;
    joist_status s = joist_call(t->vm, "erlang", "+", terms, two, 2, JOIST_FOREVER, &r);
    int64_t n;
    EXPECT(s == JOIST_OK || s == JOIST_BUSY);
    if (s == JOIST_BUSY) {
      t->busy++;
      usleep(10);
      continue;
    }
    EXPECT(joist_get_int64(terms, r, &n) && n == done + 1);
    t->calls++;
    done++;
    joist_terms_clear(terms);
  }
  joist_terms_free(terms);
  return NULL;
}

static void two_threads_take_turns(void) {
  Turns t = {vm_new(NULL, NULL), 0, 0};
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) EXPECT(pthread_create(&threads[i], NULL, take_turns, &t) == 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  EXPECT(t.calls == 400);
  joist_free(t.vm);
}

// The n-th allocation of a start fails, for every n: it is refused, or works all the same, and everything comes back.
static void starts_survive_no_memory(void) {
  long n = 1;
  for (;; n++) {
    for (int on = 0; on < 2; on++) {
      Counted c = {.fail_at = n, .fail_on = on};
      joist_allocator table = counted_table(&c);
      joist_options o = joist_options_default();
      joist_vm *vm;
      o.allocator = &table;
      joist_status s = joist_create(&o, &vm);
      if (s == JOIST_OK && c.calls < n) { // the start takes fewer
        joist_free(vm);
        EXPECT(c.blocks == 0 && n > 10);
        return;
      }
      EXPECT(s == JOIST_OK || (s == JOIST_NO_MEMORY && !vm));
      joist_free(vm);
      EXPECT(c.blocks == 0 && c.bytes == 0);
    }
  }
}

// The same while a host works: every function says so in its own way and the VM goes on when there is memory again.
static void work_survives_no_memory(int steps) {
  static const char TEXT[] = "x = Enum.map(1..100, &{&1, Integer.to_string(&1)})\nme = self()\n{_, ref} = spawn_monitor(fn -> send(me, x) end)\n"
                             "receive do\n  l when is_list(l) -> length(l)\n  {:DOWN, ^ref, _, _, reason} when reason != :normal -> exit(reason)\nend";
  for (int step = 0; step < steps; step++) {
    Counted c = {0};
    joist_allocator table = counted_table(&c);
    joist_vm *vm = vm_new(&table, NULL);
    c.fail_at = c.calls + 1 + step * 7;
    joist_terms *t = joist_terms_new(vm);
    joist_term r = JOIST_NONE;
    joist_status s = eval(vm, t, TEXT, &r);
    EXPECT(s == JOIST_OK || s == JOIST_NO_MEMORY || s == JOIST_RAISED || s == JOIST_LIMIT || s == JOIST_INVALID);
    if (s == JOIST_OK && c.calls < c.fail_at) c.fail_at = 0; // it took fewer: nothing is to fail later
    EXPECT_EVAL(vm, TEXT, "100");
    joist_free(vm);
    EXPECT(c.blocks == 0 && c.bytes == 0);
  }
}

// A native of one VM, on any of its workers, runs another VM; whose turn it is with that waits for nobody.
static joist_vm *inner;
static joist_outcome inner_double(joist_native_call *call) {
  int64_t n, doubled = -1;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_badarg(call);
  joist_terms *t = joist_terms_new(inner);
  joist_term argument = joist_integer(t, n), result;
  joist_status status;
  while ((status = joist_call(inner, "Doubler", "of", t, &argument, 1, JOIST_FOREVER, &result)) == JOIST_BUSY) usleep(100);
  EXPECT(status == JOIST_OK && joist_get_int64(t, result, &doubled));
  joist_terms_free(t);
  joist_slot_set_integer(call, 0, doubled);
  return joist_answer(call, 0);
}
static const joist_native INNER_NATIVES[] = {{"double", 1, 0, inner_double}};

static void a_native_runs_another_vm(void) {
  static const joist_native_library library = {JOIST_NATIVE_ABI, sizeof library, "Inner", INNER_NATIVES, 1};
  joist_vm *outer = vm_new(NULL, NULL);
  inner = vm_new(NULL, NULL);
  EXPECT(joist_native_register(outer, &library) == JOIST_OK);
  EXPECT(eval(inner, NULL, "defmodule Doubler do\n  def of(n) do\n    me = self()\n    for i <- 1..4, do: spawn(fn -> send(me, {i, Enum.reduce(1..2000, 0, &(&1 + &2))}) end)\n"
                           "    for i <- 1..4, do: (receive do {^i, _} -> :ok end)\n    2 * n\n  end\nend", NULL) == JOIST_OK);
  EXPECT_EVAL(outer, "me = self()\nfor i <- 1..40, do: spawn(fn -> x = Enum.map(1..500, &(&1 * i)); send(me, {i, Inner.double(i), length(x)}) end)\n"
                     "Enum.map(1..40, fn i -> receive do {^i, n, 500} -> n end end) == Enum.map(1..40, &(2 * &1))", "true");
  joist_free(outer);
  EXPECT_EVAL(inner, "Doubler.of(4)", "8");
  joist_free(inner);
}

// A host that waits for the descriptor alone is woken for the timers of all schedulers: processes that sleep in turns end.
static void timers_of_all_schedulers_wake_the_host(void) {
  enum { SLEEPERS = 6 };
  joist_options o = joist_options_default();
  o.schedulers = host_schedulers;
  o.migrate = true; // so that timers start on each
  joist_vm *vm = NULL;
  joist_mailbox *box;
  EXPECT(joist_create(&o, &vm) == JOIST_OK && joist_mailbox_open(vm, "host", &box) == JOIST_OK);
  EXPECT(eval(vm, NULL, "for i <- 1..6, do: spawn(fn -> for _ <- 1..40, do: (receive do after i -> :ok end); send(:host, i) end)", NULL) == JOIST_OK);
  joist_terms *t = joist_terms_new(vm);
  struct pollfd wake = {joist_poll_fd(vm), POLLIN, 0};
  for (int done = 0; done < SLEEPERS;) {
    EXPECT(poll(&wake, 1, 20000) == 1);
    joist_run_options r = joist_run_options_default();
    r.until_idle = true;
    EXPECT(joist_run(vm, &r, NULL) == JOIST_OK);
    for (joist_term m; joist_receive(box, t, &m) == JOIST_OK;) done++;
  }
  joist_free(vm);
}

int main(int argc, char **argv) {
  int scale = argc > 1 ? atoi(argv[1]) : 1;
  for (host_schedulers = 1; host_schedulers <= 4; host_schedulers += 3) {
    two_in_one_thread();
    two_in_two_threads();
    any_thread_may_send_and_receive();
    two_threads_take_turns();
    a_native_runs_another_vm();
    timers_of_all_schedulers_wake_the_host();
  }
  host_schedulers = 1;
  starts_survive_no_memory();
  work_survives_no_memory(20 * scale);
  one_after_another_leaves_nothing(200 * scale);
  host_schedulers = 4;
  one_after_another_leaves_nothing(40 * scale);
  return 0;
}

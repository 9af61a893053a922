// SPDX-License-Identifier: Apache-2.0
//
// Compile jobs beside everything else: who compiles ends in the middle, VMs are stopped and freed while jobs run, many compile at
// once. No memory and no thread is left.
#include <dirent.h>
#include <unistd.h>

#include "host.h"

// Source that takes the compiler a while: a module of so many functions.
static char *long_source(const char *module, int functions) {
  size_t room = 100 + 60 * (size_t)functions, size = 0;
  char *text = malloc(room);
  size += (size_t)snprintf(text, room, "defmodule %s do\n", module);
  for (int i = 0; i < functions; i++) size += (size_t)snprintf(text + size, room - size, "  def f%d(x), do: {x + %d * 2, :atom_%d}\n", i, i, i);
  snprintf(text + size, room - size, "end\n:compiled\n");
  return text;
}

static int thread_count(void) {
  DIR *d = opendir("/proc/self/task");
  int count = 0;
  for (struct dirent *e; (e = readdir(d));) count += e->d_name[0] != '.';
  closedir(d);
  return count;
}

// Those that were joined may be seen for a moment yet.
static bool only_threads(int wanted) {
  for (int i = 0; i < 5000; i++) {
    if (thread_count() <= wanted) return true;
    usleep(1000);
  }
  return false;
}

// Whatever moment the time limit meets, the compiler is given up and everything goes on.
static void given_up_anywhere(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  int threads = thread_count();
  joist_vm *vm = vm_new(&table, NULL);
  char *text = long_source("Long", 1500);
  for (int ms = 0; ms < 40; ms += 2) {
    joist_status status = joist_eval(vm, "long.exs", text, strlen(text), ms, NULL, NULL);
    EXPECT(status == JOIST_TIMEOUT || status == JOIST_OK);
    EXPECT_EVAL(vm, "defmodule Short do\n  def twice(x), do: if(x, do: x * 2)\nend\nShort.twice(4)", "8");
  }
  joist_free(vm);
  EXPECT(c.blocks == 0 && c.bytes == 0 && only_threads(threads));
  free(text);
}

static const char COMPILERS[] =
    "text = System.argv() |> hd()\n"
    "for i <- 1..4, do: spawn(fn -> Code.eval_string(String.replace(text, \"Long\", \"Long#{i}\")) end)\n"
    ":ok";

static joist_vm *vm_with_argument(const joist_allocator *table, const char *text) {
  joist_options o = joist_options_default();
  o.allocator = table;
  o.schedulers = host_schedulers;
  o.arguments = &text;
  o.argument_count = 1;
  joist_vm *vm;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  return vm;
}

// The VM goes while four jobs are somewhere in the middle.
static void freed_while_jobs_run(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  int threads = thread_count();
  char *text = long_source("Long", 1500);
  for (int ms = 0; ms < 30; ms += 3) {
    joist_vm *vm = vm_with_argument(&table, text);
    EXPECT(eval(vm, NULL, COMPILERS, NULL) == JOIST_OK);
    joist_run_options o = joist_run_options_default();
    o.timeout_ms = ms;
    EXPECT(joist_run(vm, &o, NULL) == JOIST_OK);
    joist_free(vm);
    EXPECT(c.blocks == 0 && c.bytes == 0 && only_threads(threads));
  }
  free(text);
}

static void *stop_soon(void *vm) {
  usleep(5000);
  joist_stop(vm, 7);
  return NULL;
}

static void stopped_while_it_compiles(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  char *text = long_source("Long", 8000);
  joist_vm *vm = vm_new(&table, NULL);
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, stop_soon, vm) == 0);
  EXPECT(joist_eval(vm, "long.exs", text, strlen(text), JOIST_FOREVER, NULL, NULL) == JOIST_STOPPED && joist_exit_status(vm) == 7);
  pthread_join(thread, NULL);
  joist_free(vm);
  EXPECT(c.blocks == 0 && c.bytes == 0);
  free(text);
}

// Jobs that are ended and jobs that come to their end, nested ones among them, side by side; those that end say the right thing.
static const char MANY[] =
    "defmodule Work do\n"
    "  def text(i), do: \"\"\"\n"
    "  defmodule Work.M#{i} do\n"
    "    defmacro add(a), do: quote(do: unquote(a) + #{i})\n"
    "    def nested, do: elem(Code.eval_string(\"Enum.sum(for x <- 1..#{i}, do: x)\"), 0)\n"
    "  end\n"
    "  \"\"\"\n"
    "  def job(i, parent) do\n"
    "    Code.eval_string(text(i))\n"
    "    send(parent, {i, elem(Code.eval_string(\"require Work.M#{i}; {Work.M#{i}.add(1), Work.M#{i}.nested(), a * 2}\", a: i), 0)})\n"
    "  end\n"
    "end\n"
    "me = self()\n"
    "kept = for i <- 1..12, do: (spawn(fn -> Work.job(i, me) end); i)\n"
    "dying = for i <- 101..112, do: spawn(fn -> Work.job(i, spawn(fn -> :ok end)) end)\n"
    "for pid <- dying, do: Process.exit(pid, :kill)\n"
    "Enum.all?(kept, fn i -> receive do {^i, {a, b, c}} -> {a, b, c} == {i + 1, div(i * (i + 1), 2), 2 * i} end end)";

static void many_at_once(void) {
  Counted c = {0};
  joist_allocator table = counted_table(&c);
  int threads = thread_count();
  joist_vm *vm = vm_new(&table, NULL);
  for (int round = 0; round < 3; round++) EXPECT_EVAL(vm, MANY, "true");
  joist_free(vm);
  EXPECT(c.blocks == 0 && c.bytes == 0 && only_threads(threads));
}

static void *many_in_a_thread(void *unused) {
  (void)unused;
  joist_vm *vm = vm_new(NULL, NULL);
  EXPECT_EVAL(vm, MANY, "true");
  joist_free(vm);
  return NULL;
}

static void *nothing(void *unused) { return unused; }

int main(void) {
  pthread_t threads[2];
  EXPECT(pthread_create(&threads[0], NULL, nothing, NULL) == 0 && pthread_join(threads[0], NULL) == 0); // sanitizers start one of their own with it
  for (host_schedulers = 1; host_schedulers <= 4; host_schedulers += 3) {
    given_up_anywhere();
    freed_while_jobs_run();
    stopped_while_it_compiles();
    many_at_once();
    for (int i = 0; i < 2; i++) EXPECT(pthread_create(&threads[i], NULL, many_in_a_thread, NULL) == 0);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  }
  return 0;
}

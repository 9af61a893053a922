// SPDX-License-Identifier: Apache-2.0
//
// The C API as a host uses it: terms, calls, code, messages, running, and what happens when things go wrong.
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include <joist/native.h>

static void terms_are_built_and_read(void) {
  joist_vm *vm = vm_new(NULL, NULL);
  joist_terms *t = joist_terms_new(vm);
  int64_t i;
  uint64_t u;
  double d;
  bool b, negative;
  size_t size;
  EXPECT(joist_get_int64(t, joist_integer(t, INT64_MIN), &i) && i == INT64_MIN);
  EXPECT(joist_get_uint64(t, joist_unsigned(t, UINT64_MAX), &u) && u == UINT64_MAX);
  EXPECT(!joist_get_int64(t, joist_unsigned(t, UINT64_MAX), &i));
  EXPECT(!joist_get_uint64(t, joist_integer(t, -1), &u));
  EXPECT(joist_get_double(t, joist_float(t, -0.5), &d) && d == -0.5);
  EXPECT(joist_get_double(t, joist_integer(t, 3), &d) && d == 3.0);
  EXPECT(!joist_get_int64(t, joist_float(t, 3.0), &i));
  EXPECT(!joist_is_some(joist_float(t, NAN)) && *joist_terms_error(t));
  EXPECT(!joist_is_some(joist_float(t, INFINITY)));
  // Integers of any size, as text and as bytes.
  const char *digits = "-123456789012345678901234567890123456789012345678901234567890";
  joist_term big = joist_integer_from_text(t, digits, strlen(digits), 10);
  char text[100];
  EXPECT(joist_get_integer_text(t, big, 10, text, sizeof text) == strlen(digits) && strcmp(text, digits) == 0);
  EXPECT(joist_get_integer_text(t, big, 10, text, 5) == strlen(digits) && strcmp(text, "-123") == 0);
  unsigned char bytes[64];
  size = joist_get_integer_bytes(t, big, bytes, sizeof bytes, &negative);
  EXPECT(size == 25 && negative);
  EXPECT(joist_equal(t, big, joist_integer_from_bytes(t, bytes, size, true)));
  EXPECT(joist_get_integer_bytes(t, joist_integer(t, 0), bytes, 1, &negative) == 1 && bytes[0] == 0 && !negative);
  EXPECT_TERM(t, joist_integer_from_bytes(t, "\x00\x01", 2, false), "256");
  EXPECT_TERM(t, joist_integer_from_bytes(t, NULL, 0, true), "0");
  EXPECT_TERM(t, joist_integer_from_text(t, "-zz", 3, 36), "-1295");
  EXPECT(!joist_is_some(joist_integer_from_text(t, "12x", 3, 10)) && !joist_is_some(joist_integer_from_text(t, "", 0, 10)));
  // Atoms and binaries.
  EXPECT(joist_is_atom(t, joist_atom(t, "ok"), "ok") && !joist_is_atom(t, joist_atom(t, "okay"), "ok"));
  EXPECT_TERM(t, joist_module(t, "GenServer"), "GenServer");
  EXPECT_TERM(t, joist_module(t, "lists"), ":lists");
  EXPECT_TERM(t, joist_atom(t, "with space"), ":\"with space\"");
  EXPECT(!joist_is_some(joist_atom(t, "\xff")) && strstr(joist_terms_error(t), "UTF-8"));
  EXPECT(joist_get_bool(t, joist_bool(t, true), &b) && b && !joist_get_bool(t, joist_nil(t), &b));
  EXPECT(strcmp(joist_get_atom(t, joist_nil(t), &size), "nil") == 0 && size == 3);
  char *large = malloc(100000);
  memset(large, 'x', 100000);
  joist_term binary = joist_binary(t, large, 100000);
  free(large);
  const char *inside = joist_get_binary(t, binary, &size);
  EXPECT(inside && size == 100000 && inside[99999] == 'x');
  EXPECT(joist_get_binary(t, joist_binary(t, NULL, 0), &size) && size == 0);
  EXPECT(!joist_get_binary(t, joist_nil(t), &size));
  // Bytes that do not start at a byte.
  joist_term odd;
  EXPECT(eval(vm, t, "<<_::3, rest::bitstring>> = <<255, 1, 2, 3::5>>; [rest, <<1::3>>]", &odd) == JOIST_OK);
  joist_term head;
  EXPECT(joist_list_next(t, &odd, &head));
  inside = joist_get_binary(t, head, &size);
  EXPECT(joist_type_of(t, head) == JOIST_TYPE_BITSTRING || (inside && size == 3));
  EXPECT(joist_list_next(t, &odd, &head) && joist_type_of(t, head) == JOIST_TYPE_BITSTRING && !joist_get_binary(t, head, &size));
  EXPECT(!joist_list_next(t, &odd, &head) && joist_list_length(t, odd) == 0);
  // Lists, tuples, maps.
  joist_term three[3] = {joist_integer(t, 1), joist_string(t, "two"), joist_float(t, 3.0)};
  joist_term list = joist_list(t, three, 3), tuple = joist_tuple(t, three, 3);
  EXPECT_TERM(t, list, "[1, \"two\", 3.0]");
  EXPECT_TERM(t, tuple, "{1, \"two\", 3.0}");
  EXPECT_TERM(t, joist_cons(t, three[0], three[1]), "[1 | \"two\"]");
  EXPECT(joist_list_length(t, joist_cons(t, three[0], three[1])) == -1 && joist_list_length(t, list) == 3);
  EXPECT_TERM(t, joist_list(t, NULL, 0), "[]");
  EXPECT_TERM(t, joist_tuple(t, NULL, 0), "{}");
  EXPECT(joist_tuple_size(t, tuple) == 3 && joist_tuple_size(t, list) == -1);
  EXPECT_TERM(t, joist_tuple_element(t, tuple, 1), "\"two\"");
  EXPECT(!joist_is_some(joist_tuple_element(t, tuple, 3)));
  joist_term keys[100], values[100], read_keys[100], read_values[100];
  for (int n = 0; n < 100; n++) {
    keys[n] = joist_integer(t, n % 80); // twenty come twice: the last one counts
    values[n] = joist_integer(t, n);
  }
  joist_term map = joist_map(t, keys, values, 100);
  EXPECT(joist_map_size(t, map) == 80);
  EXPECT_TERM(t, joist_map_get(t, map, keys[5]), "85");
  EXPECT(!joist_is_some(joist_map_get(t, map, list)));
  map = joist_map_put(t, map, list, tuple);
  EXPECT(joist_map_pairs(t, map, read_keys, read_values, 100) == 81 && joist_map_size(t, map) == 81);
  EXPECT_TERM(t, joist_map_get(t, map, joist_list(t, three, 3)), "{1, \"two\", 3.0}");
  EXPECT_TERM(t, joist_map(t, keys, values, 2), "%{0 => 0, 1 => 1}");
  EXPECT(joist_compare(t, keys[0], keys[1]) < 0 && joist_compare(t, tuple, list) < 0 && joist_compare(t, keys[3], keys[3]) == 0);
  EXPECT(!joist_equal(t, joist_integer(t, 1), joist_float(t, 1.0)) && joist_compare(t, joist_integer(t, 1), joist_float(t, 1.0)) == 0);
  // Encoding there and back.
  size = joist_encode(t, map, NULL, 0);
  unsigned char *encoded = malloc(size);
  EXPECT(joist_encode(t, map, encoded, size) == size && joist_equal(t, joist_decode(t, encoded, size), map));
  for (size_t cut = 0; cut < size; cut++) EXPECT(!joist_is_some(joist_decode(t, encoded, cut)));
  for (size_t at = 0; at < size; at++) { // damaged: a term or none, never more
    encoded[at] ^= 0x55;
    joist_decode(t, encoded, size);
    encoded[at] ^= 0x55;
  }
  free(encoded);
  // What is none stays none; handles of another time or pool are noticed.
  joist_term bad[2] = {three[0], JOIST_NONE};
  EXPECT(!joist_is_some(joist_list(t, bad, 2)) && !joist_is_some(joist_map(t, bad, bad, 2)) && !joist_is_some(joist_cons(t, bad[1], list)));
  EXPECT(joist_type_of(t, JOIST_NONE) == JOIST_TYPE_NONE && joist_list_length(t, JOIST_NONE) == -1);
  joist_terms *other = joist_terms_new(vm);
  EXPECT(joist_type_of(other, list) == JOIST_TYPE_NONE && strstr(joist_terms_error(other), "not of this pool"));
  EXPECT_TERM(other, joist_copy(other, t, list), "[1, \"two\", 3.0]");
  joist_terms_clear(t);
  EXPECT(joist_type_of(t, list) == JOIST_TYPE_NONE);
  EXPECT_TERM(other, joist_integer(other, 7), "7");
  joist_terms_free(other);
  joist_free(vm); // t goes with it
}

static void calls_answer_or_tell_why(void) {
  Written out = {0};
  joist_vm *vm = vm_new(NULL, &out);
  joist_terms *t = joist_terms_new(vm);
  joist_term args[3] = {joist_integer(t, 20)}, r;
  int64_t n;
  EXPECT(joist_call(vm, "Integer", "digits", t, args, 1, JOIST_FOREVER, &r) == JOIST_OK);
  EXPECT_TERM(t, r, "[2, 0]");
  EXPECT(joist_call(vm, "erlang", "+", t, (joist_term[]){args[0], args[0]}, 2, 1000, &r) == JOIST_OK && joist_get_int64(t, r, &n) && n == 40);
  EXPECT(joist_call(vm, "IO", "puts", t, (joist_term[]){joist_string(t, "hello")}, 1, JOIST_FOREVER, NULL) == JOIST_OK);
  EXPECT(strcmp(out.text[JOIST_STDOUT], "hello\n") == 0);
  EXPECT(eval(vm, t, "defmodule T do\n  def fail(x), do: x / 0\n  def out(x), do: throw({:ball, x})\n  def leave(x), do: exit({:shutdown, x})\n"
                     "  def die, do: Process.exit(self(), :kill)\n  def loop, do: loop()\n  def sleep, do: Process.sleep(:infinity)\n"
                     "  def bad, do: raise(Enum.BadMessage)\nend\nfn a, b -> a * b end", &r) == JOIST_OK);
  joist_term fun = r;
  EXPECT(joist_type_of(t, fun) == JOIST_TYPE_FUNCTION);
  EXPECT(joist_call_fun(vm, t, fun, (joist_term[]){args[0], args[0]}, 2, JOIST_FOREVER, &r) == JOIST_OK);
  EXPECT_TERM(t, r, "400");
  EXPECT(joist_call_fun(vm, t, fun, args, 1, JOIST_FOREVER, &r) == JOIST_RAISED && strstr(joist_error_message(vm), "BadArityError"));
  EXPECT(joist_call(vm, "T", "fail", t, args, 1, JOIST_FOREVER, &r) == JOIST_RAISED);
  EXPECT_TERM(t, r, ":badarith");
  EXPECT(strcmp(joist_error_class(vm), "error") == 0 && strstr(joist_error_message(vm), "** (ArithmeticError)") && strstr(joist_error_stack(vm), "test.exs:2: T.fail/1"));
  EXPECT(!strstr(joist_error_stack(vm), "joist_host"));
  EXPECT(joist_call(vm, "T", "out", t, args, 1, JOIST_FOREVER, &r) == JOIST_RAISED && strcmp(joist_error_class(vm), "throw") == 0);
  EXPECT_TERM(t, r, "{:ball, 20}");
  EXPECT(joist_call(vm, "T", "leave", t, args, 1, JOIST_FOREVER, &r) == JOIST_RAISED && strcmp(joist_error_class(vm), "exit") == 0);
  EXPECT_TERM(t, r, "{:shutdown, 20}");
  EXPECT(joist_call(vm, "T", "die", t, NULL, 0, JOIST_FOREVER, &r) == JOIST_RAISED && strcmp(joist_error_class(vm), "exit") == 0);
  EXPECT_TERM(t, r, ":killed");
  EXPECT(joist_call(vm, "T", "loop", NULL, NULL, 0, 20, NULL) == JOIST_TIMEOUT && joist_call(vm, "T", "sleep", NULL, NULL, 0, 20, NULL) == JOIST_TIMEOUT);
  // Time ends while a macro runs for the compiler, which waits for it in a thread of its own.
  EXPECT(eval(vm, t, "defmodule M do\n  defmacro loop, do: T.loop()\nend", NULL) == JOIST_OK);
  static const char EXPANDS[] = "defmodule N do\n  require M\n  def f, do: M.loop()\nend";
  EXPECT(joist_eval(vm, "n.exs", EXPANDS, sizeof EXPANDS - 1, 20, NULL, NULL) == JOIST_TIMEOUT);
  EXPECT(joist_call(vm, "Nobody", "home", NULL, NULL, 0, JOIST_FOREVER, NULL) == JOIST_RAISED && strstr(joist_error_message(vm), "UndefinedFunctionError"));
  EXPECT(joist_call(vm, "T", "fail", t, (joist_term[]){JOIST_NONE}, 1, JOIST_FOREVER, &r) == JOIST_INVALID && !joist_is_some(r));
  EXPECT(joist_call(vm, NULL, "x", NULL, NULL, 0, 1, NULL) == JOIST_INVALID && joist_call(NULL, "a", "b", NULL, NULL, 0, 1, NULL) == JOIST_INVALID);
  EXPECT_EVAL(vm, "length(Process.list())", "1"); // nothing of all that is left but who asks
  joist_free(vm);
}

static void code_is_loaded(void) {
  Written out = {0};
  joist_vm *vm = vm_new(NULL, &out), *other = vm_new(NULL, NULL);
  joist_terms *t = joist_terms_new(vm);
  joist_term r;
  EXPECT(eval(vm, t, "1 +", &r) == JOIST_RAISED && strstr(joist_error_message(vm), "TokenMissingError") && strstr(out.text[JOIST_REPORT], "test.exs:1"));
  EXPECT(eval(vm, t, "raise ArgumentError, \"no\"", &r) == JOIST_RAISED && strcmp(joist_error_message(vm), "** (ArgumentError) no") == 0);
  // A module's file, taken out of one VM and put into another.
  EXPECT(eval(vm, t, "{:module, _, file, _} = defmodule Carried do\n  def twice(x), do: 2 * x\nend\nfile", &r) == JOIST_OK);
  size_t size;
  const void *bytes = joist_get_binary(t, r, &size);
  EXPECT(joist_call(other, "Carried", "twice", NULL, NULL, 0, JOIST_FOREVER, NULL) == JOIST_RAISED);
  EXPECT(joist_load_module(other, bytes, size) == JOIST_OK);
  EXPECT_EVAL(other, "Carried.twice(21)", "42");
  unsigned char *damaged = malloc(size);
  memcpy(damaged, bytes, size);
  damaged[size / 2] ^= 1;
  EXPECT(joist_load_module(other, damaged, size) == JOIST_REFUSED && *joist_error_message(other));
  free(damaged);
  EXPECT(joist_load_module(other, "", 0) == JOIST_REFUSED);
  EXPECT(joist_load_file(other, "/nonexistent/x.exs") == JOIST_IO && strstr(joist_error_message(other), "No such file"));
  EXPECT(joist_load_file(other, "/") == JOIST_IO);
  char path[] = "/tmp/host-api-XXXXXX";
  int fd = mkstemp(path);
  static const char SOURCE[] = "defmodule FromFile do\n  def name, do: __ENV__.file\nend\n";
  EXPECT(fd >= 0 && write(fd, SOURCE, sizeof SOURCE - 1) == (ssize_t)sizeof SOURCE - 1);
  EXPECT(joist_load_file(other, path) == JOIST_OK);
  EXPECT_EVAL(other, "is_binary(FromFile.name())", "true");
  EXPECT(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, bytes, size) == (ssize_t)size);
  joist_vm *third = vm_new(NULL, NULL);
  EXPECT(joist_load_file(third, path) == JOIST_OK);
  EXPECT_EVAL(third, "Carried.twice(4)", "8");
  close(fd);
  unlink(path);
  joist_free(third);
  joist_free(other);
  joist_free(vm);
}

static void messages_go_both_ways(void) {
  joist_vm *vm = vm_new(NULL, NULL);
  joist_terms *t = joist_terms_new(vm);
  joist_mailbox *box, *second;
  joist_term pid, m;
  EXPECT(joist_mailbox_open(vm, "host", &box) == JOIST_OK);
  EXPECT(joist_mailbox_open(vm, "host", &second) == JOIST_RAISED && !second);
  EXPECT(joist_mailbox_open(vm, NULL, &second) == JOIST_OK);
  EXPECT(joist_receive(box, t, &m) == JOIST_EMPTY && joist_receive_wait(box, t, 10, &m) == JOIST_TIMEOUT);
  EXPECT(eval(vm, t, "pid = spawn(fn -> f = fn f -> receive do :stop -> :ok; {to, x} -> send(to, {:echo, x}); f.(f) end end; f.(f) end)\nProcess.register(pid, :echo)\npid",
              &pid) == JOIST_OK);
  EXPECT(joist_type_of(t, pid) == JOIST_TYPE_PID);
  EXPECT(joist_mailbox_monitor(box, t, pid) == JOIST_OK);
  for (int i = 0; i < 100; i++) {
    joist_term pair[2] = {joist_mailbox_pid(box, t), joist_integer(t, i)};
    EXPECT(joist_send(vm, t, i % 2 ? pid : joist_atom(t, "echo"), joist_tuple(t, pair, 2)) == JOIST_OK);
  }
  for (int i = 0; i < 100; i++) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, "{:echo, %d}", i);
    EXPECT(joist_receive_wait(box, t, 10000, &m) == JOIST_OK);
    EXPECT_TERM(t, m, wanted);
  }
  EXPECT(joist_send(vm, t, pid, joist_atom(t, "stop")) == JOIST_OK);
  EXPECT(joist_receive_wait(box, t, 10000, &m) == JOIST_OK && joist_tuple_size(t, m) == 5);
  EXPECT_TERM(t, joist_tuple_element(t, m, 0), ":DOWN");
  EXPECT_TERM(t, joist_tuple_element(t, m, 4), ":normal");
  EXPECT(joist_send(vm, t, joist_atom(t, "nobody"), m) == JOIST_OK); // lost, as any message to nobody
  EXPECT(joist_send(vm, t, m, m) == JOIST_INVALID && joist_send(vm, t, pid, JOIST_NONE) == JOIST_INVALID);
  // A large binary goes out and comes back by reference, and outlives who sent it.
  EXPECT(eval(vm, t, "send(:host, {String.duplicate(\"ab\", 50_000), [1, 2 | 3], %{k: self()}}); :erlang.garbage_collect()", &m) == JOIST_OK);
  EXPECT(joist_receive_wait(box, t, 10000, &m) == JOIST_OK);
  size_t size;
  EXPECT(joist_get_binary(t, joist_tuple_element(t, m, 0), &size) && size == 100000);
  // Who kills the mailbox's process closes it.
  EXPECT(joist_send(vm, t, joist_mailbox_pid(second, t), joist_integer(t, 1)) == JOIST_OK);
  joist_term killed[2] = {joist_mailbox_pid(second, t), joist_atom(t, "kill")};
  EXPECT(joist_run(vm, &(joist_run_options){.struct_size = sizeof(joist_run_options), .timeout_ms = 0}, NULL) == JOIST_OK);
  EXPECT(joist_call(vm, "Process", "exit", t, killed, 2, JOIST_FOREVER, NULL) == JOIST_OK);
  EXPECT(joist_receive_wait(second, t, 10000, &m) == JOIST_OK);
  EXPECT(joist_receive_wait(second, t, 10000, &m) == JOIST_CLOSED);
  joist_mailbox_close(second);
  joist_mailbox_close(box);
  joist_run_options idle = joist_run_options_default();
  idle.until_idle = true;
  EXPECT(joist_run(vm, &idle, NULL) == JOIST_OK);
  EXPECT_EVAL(vm, "{Process.whereis(:host), length(Process.list())}", "{nil, 1}");
  joist_free(vm);
}

static bool readable(int fd, int timeout_ms) {
  struct pollfd p = {fd, POLLIN, 0};
  return poll(&p, 1, timeout_ms) == 1;
}

static joist_run_end run(joist_vm *vm, joist_run_options o, int64_t *next_ms) {
  joist_run_result r;
  EXPECT(joist_run(vm, &o, &r) == JOIST_OK);
  if (next_ms) *next_ms = r.next_ms;
  return r.end;
}

static void a_vm_fits_into_an_event_loop(void) {
  joist_vm *vm = vm_new(NULL, NULL);
  joist_terms *t = joist_terms_new(vm);
  joist_run_options all = joist_run_options_default(), idle = all, o;
  joist_term pid, r;
  int64_t next;
  idle.until_idle = true;
  EXPECT(run(vm, idle, &next) == JOIST_RUN_IDLE && next == JOIST_FOREVER);
  int fd = joist_poll_fd(vm);
  EXPECT(fd >= 0 && fd == joist_poll_fd(vm) && !readable(fd, 0));
  // A process that counts for ever.
  EXPECT(eval(vm, t, "defmodule L do\n def loop(n), do: loop(n + 1)\nend", NULL) == JOIST_OK);
  EXPECT(joist_spawn(vm, "L", "loop", t, (joist_term[]){joist_integer(t, 0)}, 1, &pid) == JOIST_OK);
  EXPECT(readable(fd, 0));
  o = all, o.timeout_ms = 5;
  EXPECT(run(vm, o, &next) == JOIST_RUN_TIME && next == 0 && readable(fd, 0));
  o = all, o.reductions = 50000;
  EXPECT(run(vm, o, NULL) == JOIST_RUN_REDUCTIONS);
  EXPECT(joist_call(vm, "Process", "exit", t, (joist_term[]){pid, joist_atom(t, "kill")}, 2, JOIST_FOREVER, NULL) == JOIST_OK);
  o = all, o.terms = t, o.until = pid;
  EXPECT(run(vm, o, NULL) == JOIST_RUN_ENDED && run(vm, o, NULL) == JOIST_RUN_ENDED);
  o.until = joist_nil(t);
  EXPECT(joist_run(vm, &o, NULL) == JOIST_INVALID);
  EXPECT(run(vm, idle, NULL) == JOIST_RUN_IDLE && !readable(fd, 0));
  // Timers and messages make the descriptor readable.
  joist_mailbox *box;
  EXPECT(joist_mailbox_open(vm, "box", &box) == JOIST_OK);
  EXPECT(eval(vm, t, "Process.send_after(:box, :now, 30)", NULL) == JOIST_OK);
  EXPECT(run(vm, idle, &next) == JOIST_RUN_IDLE && next > 0 && next <= 31 && !readable(fd, 0));
  EXPECT(readable(fd, 10000));
  o = idle, o.until_message = true;
  while (joist_receive(box, t, &r) == JOIST_EMPTY) run(vm, o, NULL);
  EXPECT_TERM(t, r, ":now");
  EXPECT(run(vm, idle, NULL) == JOIST_RUN_IDLE && !readable(fd, 0));
  EXPECT(joist_send(vm, t, joist_atom(t, "box"), joist_integer(t, 1)) == JOIST_OK && readable(fd, 10000));
  o = all, o.until_message = true;
  EXPECT(run(vm, o, NULL) == JOIST_RUN_MESSAGE && run(vm, o, NULL) == JOIST_RUN_MESSAGE);
  joist_stop(vm, 7);
  EXPECT(run(vm, all, NULL) == JOIST_RUN_STOPPED && joist_exit_status(vm) == 7);
  EXPECT(eval(vm, t, "1", &r) == JOIST_STOPPED && joist_spawn(vm, "L", "loop", t, NULL, 0, NULL) == JOIST_STOPPED);
  EXPECT(joist_receive(box, t, &r) == JOIST_OK && joist_receive_wait(box, t, 100, &r) == JOIST_STOPPED);
  joist_free(vm);
}

static void halting_stops(void) {
  Written out = {0};
  joist_vm *vm = vm_new(NULL, &out);
  EXPECT(eval(vm, NULL, "IO.write(\"last\"); System.halt(3)", NULL) == JOIST_STOPPED && joist_exit_status(vm) == 3);
  EXPECT(strcmp(out.text[JOIST_STDOUT], "last") == 0);
  joist_free(vm);
  vm = vm_new(NULL, &out);
  EXPECT(eval(vm, NULL, "System.halt(:abort)", NULL) == JOIST_STOPPED && joist_exit_status(vm) == 134);
  joist_free(vm);
  vm = vm_new(NULL, &out);
  int status;
  joist_terms *t = joist_terms_new(vm);
  joist_term args[2] = {joist_string(t, "p.exs"), joist_string(t, "System.at_exit(fn s -> IO.write(\" at exit #{s}\") end); exit({:shutdown, 9})")};
  EXPECT(joist_run_program(vm, "joist_main", "run_text", t, args, 2, &status) == JOIST_OK && status == 9 && joist_exit_status(vm) == 9);
  EXPECT(strstr(out.text[JOIST_STDOUT], " at exit 9"));
  joist_free(vm);
}

static joist_status inner_status;
static void calls_back(void *context, joist_stream stream, const char *bytes, size_t size) {
  (void)stream, (void)bytes, (void)size;
  joist_vm *vm = *(joist_vm **)context;
  inner_status = joist_call(vm, "erlang", "self", NULL, NULL, 0, JOIST_FOREVER, NULL);
  joist_terms *t = joist_terms_new(vm); // this may be done from anywhere
  EXPECT(joist_send(vm, t, joist_atom(t, "nobody"), joist_nil(t)) == JOIST_OK);
  joist_terms_free(t);
}

static void who_is_inside_is_alone(void) {
  joist_vm *vm;
  joist_options o = joist_options_default();
  o.output = calls_back;
  o.output_context = &vm;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  EXPECT(eval(vm, NULL, "IO.puts(1)", NULL) == JOIST_OK && inner_status == JOIST_BUSY);
  joist_free(vm);
}

static void options_are_checked(void) {
  joist_vm *vm = (joist_vm *)&vm;
  joist_options o = joist_options_default();
  EXPECT(joist_create(&o, NULL) == JOIST_INVALID);
  o.struct_size = 0;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID && !vm);
  struct {
    joist_options known;
    char later[16];
  } newer = {.known = joist_options_default()};
  newer.known.struct_size = sizeof newer;
  EXPECT(joist_create(&newer.known, &vm) == JOIST_OK); // a newer host that sets nothing new
  joist_free(vm);
  newer.later[3] = 1;
  EXPECT(joist_create(&newer.known, &vm) == JOIST_INVALID);
  o = joist_options_default();
  o.schedulers = 1025;
  EXPECT(joist_create(&o, &vm) == JOIST_LIMIT);
  o.schedulers = 2, o.seeded = true;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID);
  o.schedulers = JOIST_SCHEDULERS_CPUS;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  EXPECT_EVAL(vm, "System.schedulers()", "1");
  joist_free(vm);
  o.seeded = false;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  EXPECT_EVAL(vm, "System.schedulers_online() in 1..System.schedulers()", "true");
  joist_free(vm);
  o.schedulers = 3;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  EXPECT_EVAL(vm, "{System.schedulers(), System.schedulers_online()}", "{3, 3}");
  joist_free(vm);
  o = joist_options_default();
  o.engine = (joist_engine)9;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID);
  const char *arguments[] = {"one", "zwei €"}, *path[] = {"/nowhere", "."};
  o = joist_options_default();
  o.arguments = arguments, o.argument_count = 2, o.code_path = path, o.code_path_count = 2;
  o.engine = JOIST_ENGINE_INTERPRETER, o.memory_budget = 64 << 20, o.max_heap = 8 << 20, o.max_processes = 100;
  EXPECT(joist_create(&o, &vm) == JOIST_OK);
  EXPECT_EVAL(vm, "System.argv()", "[\"one\", \"zwei €\"]");
  EXPECT_EVAL(vm, "for _ <- 1..2, do: IO.gets(\"\")", "[:eof, :eof]"); // no standard input unless the host says so
  char got[200];
  EXPECT(strstr(evaluated(vm, "Enum.to_list(1..5_000_000)", got, sizeof got), "killed"));
  EXPECT(strstr(evaluated(vm, "for _ <- 1..1000, do: spawn(fn -> Process.sleep(:infinity) end)", got, sizeof got), "SystemLimitError"));
  EXPECT_EVAL(vm, "1 + 1", "2");
  joist_free(vm);
  joist_free(NULL);
}

// A seed gives the same run every time, in whatever program.
static void seeds_repeat(void) {
  char texts[2][2000];
  for (int i = 0; i < 2; i++) {
    joist_options o = joist_options_default();
    joist_vm *vm;
    o.seeded = true, o.seed = 42;
    EXPECT(joist_create(&o, &vm) == JOIST_OK);
    evaluated(vm, "me = self(); for i <- 1..20, do: spawn(fn -> Process.sleep(rem(i, 3)); send(me, i) end); for _ <- 1..20 do receive do i -> i end end", texts[i],
              sizeof texts[i]);
    EXPECT(eval(vm, NULL, "receive do :never -> 1 end", NULL) == JOIST_DEADLOCK);
    joist_free(vm);
  }
  EXPECT(strcmp(texts[0], texts[1]) == 0 && texts[0][0] == '[');
}

// A reader that goes away ends the program's output, not the host: SIGPIPE has its default action here.
static void a_closed_pipe_does_not_kill_the_host(void) {
  int ends[2];
  EXPECT(pipe(ends) == 0);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    joist_options o = joist_options_default();
    joist_vm *vm;
    o.standard_streams = true;
    EXPECT(joist_create(&o, &vm) == JOIST_OK);
    joist_status s = eval(vm, NULL, "for _ <- 1..100_000, do: IO.puts(\"line\")", NULL);
    joist_free(vm);
    _exit(s == JOIST_STOPPED ? 11 : 12);
  }
  close(ends[0]);
  close(ends[1]);
  int status;
  EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 11);
}

// Natives that are part of the host: they reach its data.
static int64_t host_counter;
static joist_outcome count(joist_native_call *call) {
  int64_t n;
  if (!joist_slot_get_int64(call, 0, &n)) return joist_raise_text(call, "ArgumentError", "count/1 takes an integer");
  joist_slot_set_integer(call, 0, host_counter += n);
  return joist_answer(call, 0);
}
static const joist_native NATIVES[] = {{"count", 1, 0, count}}, TWICE[] = {{"count", 1, 1, count}};
static void natives_of_the_host_are_called(void) {
  static const joist_native_library own = {JOIST_NATIVE_ABI, sizeof own, "Host", NATIVES, 1}, erlang = {JOIST_NATIVE_ABI, sizeof erlang, "erlang", NATIVES, 1},
                                    twice = {JOIST_NATIVE_ABI, sizeof twice, "Host", TWICE, 1}, newer = {JOIST_NATIVE_ABI + 1, sizeof newer, "N", NATIVES, 1};
  joist_vm *vm = vm_new(NULL, NULL), *other = vm_new(NULL, NULL);
  char got[300];
  EXPECT(strstr(evaluated(vm, "Host.count(1)", got, sizeof got), "UndefinedFunctionError"));
  EXPECT(joist_native_register(vm, &own) == JOIST_OK && joist_native_register(vm, &own) == JOIST_OK && joist_native_register(other, &own) == JOIST_OK);
  EXPECT_EVAL(vm, "Enum.map(1..3, &Host.count/1)", "[1, 3, 6]");
  EXPECT_EVAL(other, "Host.count(4)", "10");
  EXPECT_EVAL(vm, "Host.count(:x)", "** (ArgumentError) count/1 takes an integer");
  EXPECT(joist_native_register(vm, &twice) == JOIST_INVALID && strstr(joist_error_message(vm), "already"));
  EXPECT(joist_native_register(vm, &erlang) == JOIST_INVALID && strstr(joist_error_message(vm), "own"));
  EXPECT(joist_native_register(vm, &newer) == JOIST_INVALID && strstr(joist_error_message(vm), "version 2"));
  EXPECT(joist_native_register(vm, NULL) == JOIST_INVALID);
  EXPECT_EVAL(vm, "defmodule Host do\n  def count(_), do: :of_the_language\n  def more(n), do: Host.count(n)\nend\nHost.more(0)", "10");
  joist_free(vm);
  EXPECT_EVAL(other, "Host.count(0)", "10");
  joist_free(other);
}

// What a host gets wrong, or does on purpose: nothing is read or written through NULL, and every status says what it was.
static void careless_hosts_are_told(void) {
  joist_vm *vm = vm_new(NULL, NULL), *other = vm_new(NULL, NULL);
  joist_terms *t = joist_terms_new(vm), *of_other = joist_terms_new(other);
  joist_term n = joist_integer(t, 7), list = joist_list(t, &n, 1), foreign = joist_integer(of_other, 1), result = n;
  // Nowhere to put the value: only whether it would be there.
  EXPECT(joist_get_int64(t, n, NULL) && joist_get_uint64(t, n, NULL) && joist_get_double(t, n, NULL) && !joist_get_int64(t, list, NULL));
  EXPECT(joist_get_bool(t, joist_bool(t, true), NULL) && !joist_get_bool(t, n, NULL));
  EXPECT(!joist_list_next(t, NULL, NULL) && joist_list_next(t, &list, NULL) && !joist_list_next(t, &list, NULL));
  // The result may go where an argument came from.
  joist_term x = joist_integer(t, 20);
  EXPECT(joist_call(vm, "Integer", "digits", t, &x, 1, JOIST_FOREVER, &x) == JOIST_OK);
  EXPECT_TERM(t, x, "[2, 0]");
  joist_term fun;
  EXPECT(eval(vm, t, "fn x -> {x} end", &fun) == JOIST_OK && joist_call_fun(vm, t, fun, &x, 1, JOIST_FOREVER, &x) == JOIST_OK);
  EXPECT_TERM(t, x, "{[2, 0]}");
  EXPECT(joist_spawn(vm, "Kernel", "is_list", t, &x, 1, &x) == JOIST_OK && joist_type_of(t, x) == JOIST_TYPE_PID);
  // A result without a pool to put it into; a pool of another VM; too many arguments.
  EXPECT(joist_call(vm, "Kernel", "self", NULL, NULL, 0, JOIST_FOREVER, &result) == JOIST_INVALID && !joist_is_some(result));
  EXPECT(joist_eval(vm, "x", "1", 1, JOIST_FOREVER, NULL, &result) == JOIST_INVALID && strstr(joist_error_message(vm), "no pool"));
  EXPECT(joist_call(vm, "Kernel", "hd", of_other, &foreign, 1, JOIST_FOREVER, NULL) == JOIST_INVALID && strstr(joist_error_message(vm), "another VM"));
  joist_term many[256];
  for (int i = 0; i < 256; i++) many[i] = n;
  EXPECT(joist_call(vm, "Kernel", "hd", t, many, 256, JOIST_FOREVER, NULL) == JOIST_INVALID && strstr(joist_error_message(vm), "255"));
  EXPECT(joist_call(vm, "Kernel", "hd", t, many, 255, JOIST_FOREVER, NULL) == JOIST_RAISED);
  EXPECT(!joist_is_some(joist_integer_from_bytes(t, many, SIZE_MAX, false)));
  // Handles of another VM.
  EXPECT(!joist_is_some(joist_list(t, &foreign, 1)) && strstr(joist_terms_error(t), "not of this pool"));
  EXPECT(joist_call(vm, "Kernel", "hd", t, &foreign, 1, JOIST_FOREVER, NULL) == JOIST_INVALID);
  // A closed mailbox's name is free at once.
  joist_mailbox *box;
  for (int i = 0; i < 3; i++) {
    EXPECT(joist_mailbox_open(vm, "again", &box) == JOIST_OK);
    EXPECT(joist_send(vm, t, joist_atom(t, "again"), n) == JOIST_OK && joist_receive_wait(box, t, 10000, &x) == JOIST_OK);
    joist_mailbox_close(box);
  }
  joist_mailbox_close(NULL);
  // A program is named as everything else; what is stopped runs none.
  int status = 77;
  EXPECT(eval(other, NULL, "defmodule Program do\n  def main(n), do: System.halt(n + 1)\nend", NULL) == JOIST_OK);
  EXPECT(joist_run_program(other, "Program", "main", of_other, &foreign, 1, &status) == JOIST_OK && status == 2);
  EXPECT(joist_run_program(other, "Program", "main", of_other, &foreign, 1, &status) == JOIST_STOPPED);
  joist_stop(other, 9);
  EXPECT(joist_exit_status(other) == 2);
  joist_free(other);
  joist_free(vm);
  // Options.
  const char *texts[2] = {"a", NULL};
  joist_options o = joist_options_default();
  o.arguments = texts;
  o.argument_count = 2;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID && !vm);
  o = joist_options_default();
  o.code_path = texts;
  o.code_path_count = 2;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID && !vm);
  o = joist_options_default();
  o.max_atoms = (1 << 24) + 1;
  EXPECT(joist_create(&o, &vm) == JOIST_INVALID && !vm);
}

// A signal of the program is for a thread of the program: the compiler's blocks it.
static pthread_t main_thread;
static atomic_int elsewhere, here;
static void note_signal(int number) {
  (void)number;
  if (pthread_equal(pthread_self(), main_thread)) here++;
  else elsewhere++;
}
static void signals_are_the_hosts(void) {
  joist_vm *vm = vm_new(NULL, NULL);
  main_thread = pthread_self();
  struct sigaction mine = {.sa_handler = note_signal}, before;
  sigaction(SIGUSR1, &mine, &before);
  EXPECT_EVAL(vm, "1 + 1", "2");
  // While this thread keeps it off, no other takes it.
  sigset_t one, old, waiting;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, &old);
  kill(getpid(), SIGUSR1);
  EXPECT_EVAL(vm, "defmodule Sig do\n  def f, do: 3\nend\nSig.f()", "3");
  sigpending(&waiting);
  EXPECT(sigismember(&waiting, SIGUSR1) == 1 && elsewhere == 0 && here == 0);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  EXPECT(here == 1);
  sigaction(SIGUSR1, &before, NULL);
  joist_free(vm);
}

// A host's own text for a check of Joist that failed, before the program ends.
void joist_panic_hook(const char *text) {
  if (strstr(text, "internal error at") && strstr(text, "inside")) _exit(21);
}
static void frees_itself(void *context, joist_stream stream, const char *bytes, size_t size) {
  (void)stream, (void)bytes, (void)size;
  joist_free(*(joist_vm **)context);
}
static void a_failed_check_tells_the_host(void) {
  pid_t child = fork();
  if (child == 0) {
    joist_vm *vm;
    joist_options o = joist_options_default();
    o.output = frees_itself;
    o.output_context = &vm;
    EXPECT(joist_create(&o, &vm) == JOIST_OK);
    eval(vm, NULL, "IO.puts(1)", NULL);
    _exit(22);
  }
  int status;
  EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 21);
}

int main(void) {
  a_closed_pipe_does_not_kill_the_host(); // forks: before there are threads
  a_failed_check_tells_the_host();
  for (host_schedulers = 1; host_schedulers <= 4; host_schedulers += 3) {
    terms_are_built_and_read();
    calls_answer_or_tell_why();
    code_is_loaded();
    messages_go_both_ways();
    a_vm_fits_into_an_event_loop();
    halting_stops();
  }
  host_schedulers = 1;
  who_is_inside_is_alone();
  options_are_checked();
  seeds_repeat();
  natives_of_the_host_are_called();
  careless_hosts_are_told();
  signals_are_the_hosts();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Natives of the system: time, standard streams, halting; and the state that natives keep.
#include "vm/native/native_state.h"
#include "vm/process/extra.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "vm/native/native_api.h"
#include "vm/native/posix.h"

// A copy that outlives every heap. Old ones are left, as others may be reading them: these change rarely.
static Term keep(Vm *vm, Term t) { return literal_copy(vm->literals, &vm->context, t, 0); }

Status native_state_init(Vm *vm, const char *const *arguments, uint32_t argument_count) {
  NativeState *s = alloc_zero(&vm->alloc, sizeof *s);
  if (!s) return STATUS_NO_MEMORY;
  vm->natives = (struct NativeTable *)(void *)s;
  lock_init(&s->lock, LOCK_NATIVES);
  lock_init(&s->libraries_lock, LOCK_LIBRARIES);
  atomic_init(&s->at_exit, T_NIL);
  atomic_init(&s->code_path, T_NIL);
  atomic_init(&s->arguments, T_NIL);
  output_init(vm, &s->output);
  s->started_ns = vm_monotonic_ns(vm);
  atomic_init(&s->asked_wall_ms, 0);
  atomic_init(&s->asked_runtime_ms, 0);
  atomic_init(&s->asked_reductions, 0);
  Status status = environment_init(vm);
  if (status == STATUS_OK) status = native_input_init(vm);
  if (status == STATUS_OK) status = native_bytes_init(vm);
  if (status != STATUS_OK) return status;
  size_t words = 0;
  for (uint32_t i = 0; i < argument_count; i++) words += CONS_WORDS + binary_words(strlen(arguments[i]));
  if (!words) return STATUS_OK;
  LiteralArea *area = literal_area_new(vm->literals, words, 0);
  if (!area) return STATUS_NO_MEMORY;
  Term list = T_NIL;
  for (uint32_t i = argument_count; i-- > 0;)
    list = heap_cons(&area->heap, binary_make(&vm->context, &area->heap, arguments[i], strlen(arguments[i])), list);
  atomic_init(&s->arguments, list);
  return STATUS_OK;
}

void native_state_free(Vm *vm) {
  NativeState *s = native_state(vm);
  if (!s) return;
  output_free(vm);
  native_files_free(vm);
  native_input_free(vm);
  native_persistent_free(vm);
  native_impls_free(vm);
  environment_free(vm);
  alloc_put(&vm->alloc, s, sizeof *s);
  vm->natives = NULL;
}

// --- time
static int64_t unit_parts(Term unit) { // per second; 0: bad
  if (unit == ATOM_second || unit == ATOM_seconds) return 1;
  if (unit == ATOM_millisecond || unit == ATOM_milli_seconds) return 1000;
  if (unit == ATOM_microsecond || unit == ATOM_micro_seconds) return 1000000;
  if (unit == ATOM_nanosecond || unit == ATOM_nano_seconds || unit == ATOM_native || unit == ATOM_perf_counter) return 1000000000;
  return term_is_small(unit) && small_value(unit) > 0 ? small_value(unit) : 0;
}
static Term time_in(Process *p, int64_t ns, Term unit) {
  int64_t parts = unit_parts(unit);
  if (!parts) return native_badarg(p);
  __int128 scaled = (__int128)ns * parts;
  __int128 whole = scaled / 1000000000;
  if (scaled % 1000000000 < 0) whole--; // towards minus infinity
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  return number_from_int64(&p->heap, (int64_t)whole);
}
Term native_monotonic_time_0(Process *p) { return time_in(p, vm_monotonic_ns(p->vm), ATOM_native); }
Term native_monotonic_time_1(Process *p) { return time_in(p, vm_monotonic_ns(p->vm), ARG(0)); }
Term native_system_time_0(Process *p) { return time_in(p, vm_system_ns(p->vm), ATOM_native); }
Term native_system_time_1(Process *p) { return time_in(p, vm_system_ns(p->vm), ARG(0)); }
Term native_time_offset_0(Process *p) { return time_in(p, vm_system_ns(p->vm) - vm_monotonic_ns(p->vm), ATOM_native); }
Term native_time_offset_1(Process *p) { return time_in(p, vm_system_ns(p->vm) - vm_monotonic_ns(p->vm), ARG(0)); }
Term native_timestamp(Process *p) {
  int64_t us = vm_system_ns(p->vm) / 1000;
  NATIVE_RESERVE(4);
  Term t, *items = heap_tuple(&p->heap, 3, &t);
  items[0] = term_small(us / 1000000000000);
  items[1] = term_small(us / 1000000 % 1000000);
  items[2] = term_small(us % 1000000);
  return t;
}
static Term date_and_time(Process *p, bool local) {
  time_t now = (time_t)(vm_system_ns(p->vm) / 1000000000);
  struct tm tm;
  if (local) {
    localtime_r(&now, &tm);
  } else {
    gmtime_r(&now, &tm);
  }
  NATIVE_RESERVE(11);
  Term date, clock, *items = heap_tuple(&p->heap, 3, &date);
  items[0] = term_small(tm.tm_year + 1900);
  items[1] = term_small(tm.tm_mon + 1);
  items[2] = term_small(tm.tm_mday);
  items = heap_tuple(&p->heap, 3, &clock);
  items[0] = term_small(tm.tm_hour);
  items[1] = term_small(tm.tm_min);
  items[2] = term_small(tm.tm_sec);
  return native_pair(p, date, clock);
}
Term native_universaltime(Process *p) { return date_and_time(p, false); }
Term native_localtime(Process *p) { return date_and_time(p, true); }

// --- numbers nobody else gets
Term native_unique_integer_1(Process *p) {
  bool positive = false;
  Term l = ARG(0);
  for (; term_is_cons(l); l = cons_tail(l)) {
    if (cons_head(l) == ATOM_positive) {
      positive = true;
    } else if (cons_head(l) != ATOM_monotonic) {
      return native_badarg(p);
    }
  }
  if (l != T_NIL) return native_badarg(p);
  int64_t n = (int64_t)atomic_fetch_add(&p->vm->next_unique, 1) + 1;
  return term_small(positive ? n : n - (SMALL_MAX >> 2));
}
Term native_unique_integer_0(Process *p) { return term_small((int64_t)atomic_fetch_add(&p->vm->next_unique, 1) + 1 - (SMALL_MAX >> 2)); }
// The system's, which any thread may ask; a seeded run has its own, and one thread.
static void random_fill(Vm *vm, unsigned char *bytes, size_t count) {
  bool own = vm->options.seeded;
  size_t done = 0;
  while (!own && done < count) {
    ssize_t n = getrandom(bytes + done, count - done, 0);
    if (n > 0) done += (size_t)n;
    else own = errno != EINTR;
  }
  VmRandom spare, *r = &vm->random;
  if (own && !vm->options.seeded) vm_random_system(r = &spare); // a system without
  for (; done < count; done += 8) {
    uint64_t word = vm_random_next(r);
    memcpy(bytes + done, &word, count - done < 8 ? count - done : 8);
  }
}
enum { RANDOM_SHIFT = 6 }; // 2 ns a byte
Term native_random_bytes(Process *p) {
  uint64_t count;
  if (!native_count(ARG(0), &count)) return native_badarg(p);
  if (native_is_long(p, count >> RANDOM_SHIFT)) return native_go_dirty(p);
  native_charge(p, count >> RANDOM_SHIFT);
  if (!account_allows_work(&p->vm->account, count)) return native_error(p, ATOM_system_limit);
  NATIVE_RESERVE(binary_words(count));
  unsigned char *bytes;
  Term t = bits_new(native_context(p), &p->heap, count * 8, &bytes);
  if (t == T_NONE) return native_error(p, ATOM_system_limit);
  random_fill(p->vm, bytes, count);
  return t;
}

// --- arguments, the machine
Term native_argv(Process *p) { return atomic_load_explicit(&native_state(p->vm)->arguments, memory_order_acquire); }
Term native_set_argv(Process *p) {
  if (native_is_long(p, native_term_words(p, ARG(0)) >> TERM_SHIFT)) return native_go_dirty(p);
  Term list = keep(p->vm, ARG(0));
  if (list == T_NONE) return native_error(p, ATOM_system_limit);
  atomic_store_explicit(&native_state(p->vm)->arguments, list, memory_order_release);
  return ATOM_ok;
}
// The text of a binary without zero bytes, on the Alloc with its size; NULL: raised.
char *native_c_string(Process *p, Term t, size_t *size) {
  if (!term_is_binary(t)) {
    native_badarg(p);
    return NULL;
  }
  Buffer scratch;
  buffer_init(&scratch, &p->vm->alloc);
  const unsigned char *bytes = binary_bytes_any(t, &scratch, size);
  bool zero = bytes && memchr(bytes, 0, *size);
  char *copy = !bytes || zero ? NULL : alloc_get(&p->vm->alloc, *size + 1);
  if (copy) {
    memcpy(copy, bytes, *size);
    copy[*size] = 0;
  } else {
    native_error(p, zero ? ATOM_badarg : ATOM_system_limit);
  }
  buffer_free(&scratch);
  return copy;
}
Term native_os_type(Process *p) {
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, ATOM_unix, ATOM_linux);
}
Term native_os_version(Process *p) {
  struct utsname u;
  int a = 0, b = 0, c = 0;
  if (uname(&u) == 0) sscanf(u.release, "%d.%d.%d", &a, &b, &c);
  NATIVE_RESERVE(4);
  Term t, *items = heap_tuple(&p->heap, 3, &t);
  items[0] = term_small(a);
  items[1] = term_small(b);
  items[2] = term_small(c);
  return t;
}
Term native_os_pid(Process *p) { return (void)p, term_small(getpid()); }
Term native_os_time(Process *p) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  NATIVE_RESERVE(NUMBER_INT64_WORDS);
  return number_from_int64(&p->heap, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

// --- the end
Term native_at_exit(Process *p) {
  NativeState *s = native_state(p->vm);
  if (!term_is_fun(ARG(0))) return native_badarg(p);
  NATIVE_RESERVE(CONS_WORDS);
  Term before = atomic_load_explicit(&s->at_exit, memory_order_acquire), *cell = heap_take(&p->heap, CONS_WORDS), list;
  cell[0] = ARG(0);
  do { // again when another process was faster
    cell[1] = before;
    list = keep(p->vm, term_cons(cell));
    if (list == T_NONE) return native_error(p, ATOM_system_limit);
  } while (!atomic_compare_exchange_strong(&s->at_exit, &before, list));
  return ATOM_ok;
}
Term native_take_at_exit(Process *p) { return atomic_exchange(&native_state(p->vm)->at_exit, T_NIL); }
enum { STATUS_ABORT = 134 }; // as shells tell an abort
Term native_halt_2(Process *p) {
  int status = 0;
  if (term_is_small(ARG(0))) {
    status = (int)(small_value(ARG(0)) & 0xff);
  } else if (ARG(0) == ATOM_abort) {
    native_output_flush(p->vm);
    if (p->vm->hooks.set_signal) { // the executable's; a host program is not ours to end
      p->vm->hooks.set_signal(p->vm, SIGABRT, SIGNAL_IS_DEFAULT); // it is wanted: no fault to report
      abort();
    }
    status = STATUS_ABORT;
  } else if (term_is_binary(ARG(0)) || term_is_list(ARG(0))) {
    Buffer text;
    Term bad;
    buffer_init(&text, &p->vm->alloc);
    if (iolist_to_buffer(native_context(p), ARG(0), &text, &bad) == STATUS_OK) {
      buffer_byte(&text, '\n');
      if (!text.failed) output_write(p->vm, VM_STDERR, text.data, text.size);
    }
    buffer_free(&text);
    status = 1;
  } else {
    return native_badarg(p);
  }
  vm_stop(p->vm, status);
  p->reductions = 0;
  return native_yield(p); // it never goes on: the scheduler stops first
}
Term native_halt_1(Process *p) { return native_halt_2(p); }
Term native_halt_0(Process *p) {
  vm_stop(p->vm, 0);
  return native_yield(p);
}

// --- standard streams; reading is in input.c

// Scratch 2: `true` when it is written, and the process waits because much else is not (O4 of output.h).
Term native_io_write(Process *p) {
  int stream = ARG(0) == ATOM_stderr ? VM_STDERR : VM_STDOUT;
  if (ARG(2) == T_NIL) {
    if (!term_is_binary(ARG(1)) || (ARG(0) != ATOM_stdio && ARG(0) != ATOM_stderr)) return native_badarg(p);
    Buffer scratch;
    size_t size;
    buffer_init(&scratch, &p->vm->alloc);
    const unsigned char *bytes = binary_bytes_any(ARG(1), &scratch, &size);
    int error = bytes ? output_write(p->vm, stream, bytes, size) : ENOMEM;
    buffer_free(&scratch);
    native_charge(p, size >> 10);
    if (error == EPIPE) return native_yield(p); // it never goes on: the VM stops
    if (error) return native_failed(p, posix_atom(p->vm, error));
    ARG(2) = ATOM_true;
  }
  return output_wait(p, stream) ? native_wait(p) : ATOM_ok;
}
Term native_io_terminal_size(Process *p) {
  struct winsize w;
  if (p->vm->options.without_standard_streams || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0) return ATOM_error;
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, term_small(w.ws_col), term_small(w.ws_row));
}
Term native_io_is_terminal(Process *p) {
  int fd = ARG(0) == ATOM_stdin ? 0 : ARG(0) == ATOM_stdio ? 1 : ARG(0) == ATOM_stderr ? 2 : -1;
  return fd < 0 ? native_badarg(p) : native_bool(!p->vm->options.without_standard_streams && isatty(fd));
}

// --- numbers about the VM
Term native_system_info(Process *p) {
  Term item = ARG(0);
  if (item == ATOM_process_count) return term_small((int64_t)process_count(p->vm));
  if (item == ATOM_process_limit) return term_small(p->vm->options.max_processes ? p->vm->options.max_processes : PROCESSES_DEFAULT);
  if (item == ATOM_atom_count) return term_small(atom_count(p->vm->atoms));
  if (item == ATOM_atom_limit) return term_small(p->vm->options.max_atoms ? p->vm->options.max_atoms : ATOM_COUNT_MAX);
  if (item == ATOM_wordsize) return term_small(8);
  if (item == ATOM_otp_release) return native_char_list(p, "25", 2);
  if (item == ATOM_version) return native_char_list(p, NATIVE_VERSION, sizeof NATIVE_VERSION - 1);
  if (item == ATOM_machine) return native_char_list(p, "JOIST", 5);
  if (item == ATOM_system_architecture) return native_char_list(p, "x86_64-linux-gnu", 16);
  Term t = native_scheduler_info(p, item);
  if (t == T_NONE) t = native_constant_info(p, item);
  return t == T_NONE ? native_badarg(p) : t;
}
static Term memory_item(Process *p, Term item) {
  Vm *vm = p->vm;
  uint64_t total = account_used(&vm->account), processes = vm_process_bytes(vm), bytes;
  if (item == ATOM_total) bytes = total;
  else if (item == ATOM_processes || item == ATOM_processes_used) bytes = processes;
  else if (item == ATOM_system) bytes = total - processes;
  else if (item == ATOM_binary) bytes = meter_used(&vm->meters[METER_BINARY]);
  else if (item == ATOM_atom || item == ATOM_atom_used) bytes = meter_used(&vm->meters[METER_ATOM]);
  else if (item == ATOM_code) bytes = meter_used(&vm->meters[METER_CODE]);
  else if (item == ATOM_ets) bytes = 0;
  else return T_NONE;
  return term_small((int64_t)bytes);
}
Term native_memory_1(Process *p) {
  if (term_is_list(ARG(0))) { // of a list of items, a list of pairs
    size_t count = 0;
    for (Term l = ARG(0); term_is_cons(l) && count <= ARITY_MAX; l = cons_tail(l)) count++;
    if (count > ARITY_MAX) return native_badarg(p);
    NATIVE_RESERVE(count * (PAIR_WORDS + CONS_WORDS));
    Term pairs[ARITY_MAX], list = T_NIL, l = ARG(0);
    for (size_t i = 0; i < count; i++, l = cons_tail(l)) {
      Term value = memory_item(p, cons_head(l));
      if (value == T_NONE) return native_badarg(p);
      pairs[i] = native_pair(p, cons_head(l), value);
    }
    if (l != T_NIL) return native_badarg(p);
    while (count) list = heap_cons(&p->heap, pairs[--count], list);
    return list;
  }
  Term t = memory_item(p, ARG(0));
  return t == T_NONE ? native_badarg(p) : t;
}
Term native_memory_0(Process *p) {
  static const Term ITEMS[] = {ATOM_ets, ATOM_code, ATOM_binary, ATOM_atom_used, ATOM_atom, ATOM_system, ATOM_processes_used, ATOM_processes, ATOM_total};
  NATIVE_RESERVE(9 * (PAIR_WORDS + CONS_WORDS));
  Term list = T_NIL;
  for (int i = 0; i < 9; i++) list = heap_cons(&p->heap, native_pair(p, ITEMS[i], memory_item(p, ITEMS[i])), list);
  return list;
}
Term native_node_0(Process *p) { return (void)p, ATOM_nonode_nohost; }
Term native_node_1(Process *p) {
  return term_is_pid(ARG(0)) || term_is_ref(ARG(0)) ? ATOM_nonode_nohost : native_badarg(p);
}
Term native_nodes_0(Process *p) { return (void)p, T_NIL; }
Term native_is_alive(Process *p) { return (void)p, ATOM_false; }

// --- limits

uint64_t native_limit_in_force(Vm *vm, LimitId id) {
  switch (id) {
    case LIMIT_MEMORY_BUDGET: return vm->account.limit_bytes;
    case LIMIT_PROCESS_HEAP: return vm->options.max_heap_words * sizeof(Term);
    case LIMIT_LITERAL_RANGE: return vm->context.literal_hi - vm->context.literal_lo;
    case LIMIT_ATOM_COUNT_MAX: return vm->options.max_atoms ? vm->options.max_atoms : ATOM_COUNT_MAX;
    case LIMIT_PROCESSES_DEFAULT: return process_table_max(vm->processes);
    case LIMIT_OPEN_FILES: return vm->options.max_files;
    default: return LIMIT_TABLE[id].value;
  }
}

// (key): {sentence, option or nil, the limit in force or nil}, or nil.
Term native_limit_text(Process *p) {
  LimitId id = 0;
  while (id < LIMIT_COUNT && !vm_atom_is(p->vm, ARG(0), LIMIT_TABLE[id].key)) id++;
  if (id == LIMIT_COUNT) return ATOM_nil;
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  uint64_t value = native_limit_in_force(p->vm, id);
  limit_say(&b, id, value);
  Term t = b.failed ? native_error(p, ATOM_system_limit) : native_binary(p, b.data, b.size);
  buffer_free(&b);
  if (t == T_NONE) return T_NONE;
  ARG(0) = t;
  Term option = ATOM_nil;
  if (*LIMIT_TABLE[id].option) {
    option = native_binary(p, LIMIT_TABLE[id].option, strlen(LIMIT_TABLE[id].option));
    if (option == T_NONE) return T_NONE;
  }
  p->exc_reason = option; // a root while room is made
  bool room = native_reserve(p, 4);
  option = p->exc_reason;
  p->exc_reason = T_NONE;
  if (!room) return T_NONE;
  Term tuple, *items = heap_tuple(&p->heap, 3, &tuple);
  items[0] = ARG(0);
  items[1] = option;
  items[2] = value && value < (uint64_t)SMALL_MAX ? term_small((int64_t)value) : ATOM_nil;
  return tuple;
}

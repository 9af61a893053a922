// SPDX-License-Identifier: Apache-2.0
//
// The C API: calls, processes, running.
//
// A call spawns a process of :joist_host and runs the scheduler in the caller's thread until that process answers (native_host_answer)
// or ends (host_process_end). Both set `wake`, which the scheduler looks at between slices.
//
// When somebody leaves the VM it comes to rest (sched_rest): what is posted from then on makes the descriptor of joist_poll_fd readable, and so
// does work that was left over. Timers are put into a timerfd beside it.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "vm/main/api.h"
#include "vm/main/library.h"
#include "vm/native/foreign.h"
#include "vm/native/native_api.h"
#include "vm/process/signal.h"
#include "vm/sched/sched.h"
#include "vm/term/copy.h"
#include "vm/term/print.h"

// --- time

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t deadline_ns(int64_t timeout_ms) {
  int64_t span, end;
  if (timeout_ms < 0 || __builtin_mul_overflow(timeout_ms, 1000000, &span) || __builtin_add_overflow(now_ns(), span, &end)) return -1;
  return end;
}

// Nanoseconds of the host's clock until the VM has something to do by itself: 0 now, -1 never.
static int64_t next_ns(Vm *vm) {
  if (sched_runnable_count(vm)) return 0;
  int64_t next = sched_next_timer_ns(vm);
  if (next < 0 || vm->options.seeded) return next < 0 ? -1 : 0;
  int64_t left = next - vm_monotonic_ns(vm);
  return left > 0 ? left : 0;
}

// --- the descriptor

static void set_timer(joist_vm *vm) {
  int64_t left = next_ns(&vm->vm);
  struct itimerspec t = {{0, 0}, {0, 0}}; // zeros: off
  if (left == 0) left = 1; // at once
  if (left > 0) t.it_value = (struct timespec){left / 1000000000, left % 1000000000};
  timerfd_settime(vm->timer_fd, 0, &t, NULL);
}

static void come_to_rest(joist_vm *vm) {
  sched_rest(&vm->vm);
  if (vm->poll_fd >= 0) set_timer(vm);
}

int joist_poll_fd(joist_vm *vm) {
  if (!vm || !host_enter(vm)) return -1;
  if (vm->poll_fd < 0) {
    int poll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN};
    if (poll >= 0 && timer >= 0 && epoll_ctl(poll, EPOLL_CTL_ADD, timer, &e) == 0 && epoll_ctl(poll, EPOLL_CTL_ADD, sched_wake_fd(&vm->vm), &e) == 0) {
      vm->poll_fd = poll;
      vm->timer_fd = timer;
      come_to_rest(vm);
    } else {
      if (poll >= 0) close(poll);
      if (timer >= 0) close(timer);
    }
  }
  int fd = vm->poll_fd;
  host_leave(vm, JOIST_OK);
  return fd;
}

// --- running

void host_come_back(joist_vm *vm) {
  atomic_store_explicit(&vm->wake, true, memory_order_release);
  sched_wake(&vm->vm);
}

// The scheduler comes back when `wake` is set, besides the limits.
static SchedEnd run(joist_vm *vm, SchedLimits limits) {
  atomic_store(&vm->wake, false);
  limits.done = &vm->wake;
  SchedEnd end = sched_run_limited(&vm->vm, &limits);
  come_to_rest(vm);
  return end;
}

static bool message_there(joist_vm *vm) {
  bool there = false;
  pthread_mutex_lock(&vm->lock);
  for (joist_mailbox *m = vm->mailboxes; m && !there; m = m->next) there = m->first != NULL || m->closed;
  pthread_mutex_unlock(&vm->lock);
  return there;
}

static joist_run_end run_end(joist_vm *vm, SchedEnd end) {
  switch (end) {
    case SCHED_STOPPED: return JOIST_RUN_STOPPED;
    case SCHED_DEADLOCK: return JOIST_RUN_DEADLOCK;
    case SCHED_TIME: return JOIST_RUN_TIME;
    case SCHED_REDUCTIONS: return JOIST_RUN_REDUCTIONS;
    case SCHED_RESTING: return JOIST_RUN_IDLE;
    case SCHED_DONE: break;
  }
  return vm->until != T_NONE && !process_find(&vm->vm, vm->until) ? JOIST_RUN_ENDED : JOIST_RUN_MESSAGE;
}

joist_status joist_run(joist_vm *vm, const joist_run_options *options, joist_run_result *result) {
  if (!vm) return JOIST_INVALID;
  joist_run_options o = joist_run_options_default();
  if (options) {
    if (options->struct_size < sizeof o) return JOIST_INVALID; // the first version's
    memcpy(&o, options, sizeof o);
  }
  if (!host_enter(vm)) return JOIST_BUSY;
  Term until = joist_is_some(o.until) ? pool_term(o.terms, o.until) : T_NONE;
  if (joist_is_some(o.until) && !term_is_pid(until)) return host_fail(vm, JOIST_INVALID, "joist_run: until is no pid");
  vm->until = until;
  vm->until_message = o.until_message;
  joist_run_end end;
  if (atomic_load(&vm->vm.stopping)) {
    end = JOIST_RUN_STOPPED;
  } else if (until != T_NONE && !process_find(&vm->vm, until)) {
    end = JOIST_RUN_ENDED;
  } else if (o.until_message && message_there(vm)) {
    end = JOIST_RUN_MESSAGE;
  } else {
    SchedLimits limits = {.deadline_ns = deadline_ns(o.timeout_ms), .reductions = o.reductions, .return_when_idle = o.until_idle || o.timeout_ms == 0};
    end = run_end(vm, run(vm, limits));
  }
  vm->until = T_NONE;
  vm->until_message = false;
  if (result) {
    int64_t left = next_ns(&vm->vm);
    *result = (joist_run_result){end, left < 0 ? JOIST_FOREVER : (left + 999999) / 1000000};
  }
  return host_leave(vm, JOIST_OK);
}

joist_status host_wait_message(joist_mailbox *m, joist_terms *terms, int64_t timeout_ms, joist_term *message) {
  joist_vm *vm = m->vm;
  int64_t deadline = deadline_ns(timeout_ms);
  joist_status status = JOIST_EMPTY;
  SchedEnd end = SCHED_DONE;
  vm->until_message = true;
  // A message of another mailbox comes back here too: then it waits on.
  while ((status = joist_receive(m, terms, message)) == JOIST_EMPTY && end == SCHED_DONE)
    end = atomic_load(&vm->vm.stopping) ? SCHED_STOPPED : run(vm, (SchedLimits){.deadline_ns = deadline});
  if (status == JOIST_EMPTY) status = end == SCHED_STOPPED ? JOIST_STOPPED : end == SCHED_TIME ? JOIST_TIMEOUT : JOIST_DEADLOCK;
  vm->until_message = false;
  return host_leave(vm, status);
}

// --- calls

// {:ok, value} or {:raised, …} from the process of call `id`.
Term native_host_answer(Process *p) {
  joist_vm *vm = p->vm->host;
  HostCall *c = vm ? vm->call : NULL;
  uint64_t id;
  if (!c || p->pid != c->pid || !native_count(ARG(0), &id) || id != c->id || c->done) return ATOM_false; // of a call that was given up
  c->answer = host_copy(p->vm, ARG(1));
  c->done = true;
  host_come_back(vm);
  process_interrupt(p); // the host waits: this slice is over
  return ATOM_true;
}

void host_process_end(Process *p) {
  joist_vm *vm = p->vm->host;
  HostCall *c = vm->call;
  if (c && p->pid == c->pid && !c->done) {
    c->done = c->died = true;
    c->answer = host_copy(p->vm, process_end_reason(p) == T_NONE ? ATOM_normal : process_end_reason(p));
    host_come_back(vm);
  }
  if (p->pid == vm->until) host_come_back(vm);
  if (p->initial_module == atom_number(vm->host_module)) mailbox_process_end(vm, p->pid); // others have none
  vm->process_end(p);
}

static void keep_text(Buffer *to, Term text) {
  size_t size;
  const unsigned char *bytes = term_is_binary(text) ? binary_bytes(text, &size) : NULL;
  to->size = 0;
  if (bytes) buffer_add(to, bytes, size);
}

// What the process said, in the caller's pool; takes c->answer.
static joist_status take_answer(joist_vm *vm, HostCall *c, joist_terms *terms, joist_term *result) {
  HeapFragment *f = c->answer;
  if (!f) return JOIST_NO_MEMORY;
  Term answer = f->term, value = answer;
  joist_status status = JOIST_RAISED;
  if (c->died) {
    buffer_text(&vm->error_class, "exit");
    buffer_text(&vm->error_message, "** (EXIT) ");
    PrintOptions limits = {.item_limit = 50, .depth_limit = 20, .byte_limit = 4000};
    if (term_print(&vm->vm.context, &vm->error_message, answer, &limits) != STATUS_OK) vm->error_message.failed = false;
  } else {
    const Term *items = tuple_items(answer);
    if (items[0] == ATOM_ok) {
      status = JOIST_OK;
      value = items[1];
    } else {
      size_t size;
      buffer_text(&vm->error_class, atom_text(vm->vm.atoms, items[1], &size));
      value = items[2];
      keep_text(&vm->error_message, items[3]);
      keep_text(&vm->error_stack, items[4]);
    }
  }
  if (!terms || !result) {
    fragment_free(&vm->vm.alloc, &vm->vm.account, f);
    return status;
  }
  pool_adopt(terms, f);
  *result = pool_handle(terms, value);
  return joist_is_some(*result) ? status : JOIST_NO_MEMORY;
}

// Runs a function of :joist_host, whose first argument is the call's number, to its answer. Leaves the VM.
joist_status host_call(joist_vm *vm, const char *function, Term *args, uint32_t arg_count, int64_t timeout_ms, joist_terms *terms,
                       joist_term *result) {
  Vm *inner = &vm->vm;
  Term module, name, error;
  uint64_t ref;
  if (atomic_load(&inner->stopping)) return host_leave(vm, JOIST_STOPPED);
  if (!host_module_atom(inner, "joist_host", &module) || !host_module_atom(inner, function, &name)) return host_leave(vm, JOIST_LIMIT);
  HostCall c = {.id = ++vm->next_id};
  args[0] = term_small((int64_t)c.id);
  c.pid = process_spawn(NULL, inner, NULL, module, name, args, arg_count, &ref, &error);
  if (c.pid == T_NONE) return host_fail(vm, JOIST_LIMIT, "no process can be started: memory or the process table is full");
  vm->call = &c;
  SchedEnd end = run(vm, (SchedLimits){.deadline_ns = deadline_ns(timeout_ms)});
  joist_status status = end == SCHED_STOPPED ? JOIST_STOPPED : end == SCHED_TIME ? JOIST_TIMEOUT : end == SCHED_DEADLOCK ? JOIST_DEADLOCK : JOIST_OK;
  if (c.done) {
    status = take_answer(vm, &c, terms, result);
  } else if (status != JOIST_STOPPED) {
    process_exit_signal(NULL, inner, c.pid, ATOM_kill);
    vm->call = NULL;
    vm->until = c.pid;
    if (process_find(inner, c.pid)) run(vm, (SchedLimits){.deadline_ns = -1});
    vm->until = T_NONE;
  }
  vm->call = NULL;
  return host_leave(vm, status);
}

// The arguments as a list in the pool. T_NONE: *status says whether a handle is wrong or there is no memory.
static Term argument_list(joist_terms *terms, const joist_term *arguments, size_t count, joist_status *status) {
  *status = JOIST_OK;
  if (!count) return T_NIL;
  for (size_t i = 0; i < count; i++)
    if (!arguments || pool_term(terms, arguments[i]) == T_NONE) return *status = JOIST_INVALID, T_NONE;
  Term list = pool_term(terms, joist_list(terms, arguments, count));
  if (list == T_NONE) *status = JOIST_NO_MEMORY;
  return list;
}

// Enters. False: *status says why, and *result (may be NULL) is no term.
static bool begin(joist_vm *vm, joist_terms *terms, size_t count, joist_term *result, joist_status *status) {
  if (!vm) *status = JOIST_INVALID;
  else if (!host_enter(vm)) *status = JOIST_BUSY;
  else if (!terms && (count || result)) *status = host_fail(vm, JOIST_INVALID, "no pool for the arguments or the result");
  else if (terms && pool_vm(terms) != &vm->vm) *status = host_fail(vm, JOIST_INVALID, "the pool belongs to another VM");
  else if (count > 255) *status = host_fail(vm, JOIST_INVALID, "%zu arguments: a function has at most 255", count);
  else return true;
  if (result) *result = JOIST_NONE;
  return false;
}

joist_status joist_call(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                        size_t count, int64_t timeout_ms, joist_term *result) {
  joist_status status;
  if (!begin(vm, terms, count, result, &status)) return status;
  Term args[4] = {T_NONE, T_NONE, T_NONE, argument_list(terms, arguments, count, &status)};
  if (result) *result = JOIST_NONE; // not before: it may be where an argument is
  if (status == JOIST_NO_MEMORY) return host_leave(vm, status);
  if (!module || !function || args[3] == T_NONE || !host_module_atom(&vm->vm, module, &args[1]) ||
      atom_intern(vm->vm.atoms, function, strlen(function), &args[2]) != STATUS_OK)
    return host_fail(vm, JOIST_INVALID, "joist_call: no module, no function, or an argument that is no term of this pool");
  return host_call(vm, "call", args, 4, timeout_ms, terms, result);
}

joist_status joist_call_fun(joist_vm *vm, joist_terms *terms, joist_term fun, const joist_term *arguments, size_t count, int64_t timeout_ms,
                            joist_term *result) {
  joist_status status;
  if (!begin(vm, terms, count, result, &status)) return status;
  Term args[3] = {T_NONE, pool_term(terms, fun), argument_list(terms, arguments, count, &status)};
  if (result) *result = JOIST_NONE;
  if (status == JOIST_NO_MEMORY) return host_leave(vm, status);
  if (!term_is_fun(args[1]) || args[2] == T_NONE) return host_fail(vm, JOIST_INVALID, "joist_call_fun: no function, or an argument that is no term of this pool");
  return host_call(vm, "call_fun", args, 3, timeout_ms, terms, result);
}

// --- code

static joist_status eval(joist_vm *vm, const char *name, const char *text, size_t size, int64_t timeout_ms, joist_terms *terms, joist_term *result) {
  Vm *inner = &vm->vm;
  size_t words = binary_words(strlen(name)) + binary_words(size);
  HeapFragment *f = account_allows(&inner->account, size) ? fragment_new(&inner->alloc, &inner->account, words) : NULL;
  if (!f) return host_leave(vm, JOIST_NO_MEMORY);
  TermHeap heap = fragment_heap(f);
  Term args[3] = {T_NONE, binary_make(&inner->context, &heap, name, strlen(name)), T_NONE};
  if (args[1] != T_NONE) args[2] = binary_make(&inner->context, &heap, text, size);
  fragment_close(f, &heap, T_NONE);
  joist_status status = args[2] == T_NONE ? host_leave(vm, JOIST_NO_MEMORY) : host_call(vm, "eval", args, 3, timeout_ms, terms, result);
  fragment_free(&inner->alloc, &inner->account, f);
  return status;
}

joist_status joist_eval(joist_vm *vm, const char *name, const char *text, size_t size, int64_t timeout_ms, joist_terms *terms, joist_term *result) {
  joist_status status;
  if (!begin(vm, terms, 0, result, &status)) return status;
  if (result) *result = JOIST_NONE;
  if (!name || (size && !text)) return host_fail(vm, JOIST_INVALID, "joist_eval: no name or no text");
  return eval(vm, name, size ? text : "", size, timeout_ms, terms, result);
}

static joist_status load(joist_vm *vm, const void *bytes, size_t size) {
  CodeUnit *unit;
  VerifyError error;
  switch (code_load(vm->vm.code, bytes, size, T_NONE, &unit, &error)) {
    case LOAD_OK: return host_leave(vm, JOIST_OK);
    case LOAD_REFUSED:
      if (error.function == UINT32_MAX) return host_fail(vm, JOIST_REFUSED, "%s", verify_reason_text(error.reason));
      return host_fail(vm, JOIST_REFUSED, "%s (%s in function %u, instruction %u)", verify_reason_text(error.reason), verify_reason_name(error.reason),
                       error.function, error.instruction);
    default: return host_fail(vm, JOIST_NO_MEMORY, "memory or a table is full");
  }
}

joist_status joist_load_module(joist_vm *vm, const void *bytes, size_t size) {
  if (!vm || !bytes) return JOIST_INVALID;
  return host_enter(vm) ? load(vm, bytes, size) : JOIST_BUSY;
}

joist_status joist_load_file(joist_vm *vm, const char *path) {
  if (!vm || !path) return JOIST_INVALID;
  if (!host_enter(vm)) return JOIST_BUSY;
  Buffer file;
  buffer_init(&file, &vm->vm.alloc);
  struct stat info;
  bool is_directory = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  if (is_directory) errno = EISDIR;
  joist_status status;
  if (is_directory || !file_read_whole(path, &file)) status = host_fail(vm, JOIST_IO, "cannot read %s: %s", path, strerror(errno));
  else if (module_file_is(file.data, file.size)) status = load(vm, file.data, file.size);
  else status = eval(vm, path, file.data ? file.data : "", file.size, JOIST_FOREVER, NULL, NULL);
  buffer_free(&file);
  return status;
}

joist_status joist_native_register(joist_vm *vm, const joist_native_library *library) {
  if (!vm) return JOIST_INVALID;
  if (!host_enter(vm)) return JOIST_BUSY;
  Buffer why;
  buffer_init(&why, &vm->vm.alloc);
  Status s = foreign_register(&vm->vm, library, NULL, &why);
  joist_status status = s == STATUS_BAD_DATA ? host_fail(vm, JOIST_INVALID, "%.*s", (int)why.size, why.data ? why.data : "") : host_leave(vm, s == STATUS_OK ? JOIST_OK : JOIST_NO_MEMORY);
  buffer_free(&why);
  return status;
}

// --- processes

joist_status joist_spawn(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                         size_t count, joist_term *pid) {
  joist_status status;
  if (!begin(vm, terms, count, pid, &status)) return status;
  Term args[255], m, f, error;
  uint64_t ref;
  size_t good = 0;
  while (good < count && (args[good] = arguments ? pool_term(terms, arguments[good]) : T_NONE) != T_NONE) good++;
  if (pid) *pid = JOIST_NONE; // not before: it may be where an argument is
  if (good < count) return host_fail(vm, JOIST_INVALID, "joist_spawn: argument %zu is no term of this pool", good);
  if (!module || !function || !host_module_atom(&vm->vm, module, &m) || atom_intern(vm->vm.atoms, function, strlen(function), &f) != STATUS_OK)
    return host_fail(vm, JOIST_INVALID, "joist_spawn: no module or no function");
  if (atomic_load(&vm->vm.stopping)) return host_leave(vm, JOIST_STOPPED);
  Term made = process_spawn(NULL, &vm->vm, NULL, m, f, args, (uint32_t)count, &ref, &error);
  if (made == T_NONE) return host_fail(vm, JOIST_LIMIT, "no process can be started: memory or the process table is full");
  come_to_rest(vm);
  if (pid) *pid = pool_handle(terms, made);
  return host_leave(vm, pid && !joist_is_some(*pid) ? JOIST_NO_MEMORY : JOIST_OK);
}

joist_status joist_run_program(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                               size_t count, int *exit_status) {
  joist_status status;
  if (!begin(vm, terms, count, NULL, &status)) return status;
  Term args[255];
  for (size_t i = 0; i < count; i++)
    if ((args[i] = arguments ? pool_term(terms, arguments[i]) : T_NONE) == T_NONE) return host_fail(vm, JOIST_INVALID, "argument %zu is no term of this pool", i);
  Term named;
  if (!module || !function || !host_module_atom(&vm->vm, module, &named)) return host_fail(vm, JOIST_INVALID, "joist_run_program: no module or no function");
  if (atomic_load(&vm->vm.stopping)) return host_leave(vm, JOIST_STOPPED);
  size_t size;
  int said = run_first_process(&vm->vm, atom_text(vm->vm.atoms, named, &size), function, args, (uint32_t)count);
  if (!atomic_load(&vm->vm.stopping)) vm_stop(&vm->vm, said);
  if (exit_status) *exit_status = said;
  return host_leave(vm, JOIST_OK);
}

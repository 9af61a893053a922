// SPDX-License-Identifier: Apache-2.0
//
// Where code ends: each way to refer to an old unit keeps it, and with the last one it goes, in the interpreter and compiled.
#include "vm_fixture.h"
#ifdef JOIST_JIT
#include "vm/engine/stencils/jit.h"
#endif
#include "vm/process/ask.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/timer.h"
#include "vm/term/binary.h"

static const unsigned char LITERAL_BYTES[] = {131, 104, 2, 97, 1, 109, 0, 0, 0, 3, 'a', 'b', 'c'}; // {1, "abc"}

// value/0 -> version; wait/0 waits for any message and answers its own value; local/0 is the body of a fun; literal/0.
static CodeUnit *load_version(VmFixture *f, int64_t version) {
  ModuleBuilder *b = fx_builder(f, "Made");
  uint32_t literal = builder_literal(b, LITERAL_BYTES, sizeof LITERAL_BYTES);
  uint32_t value = FUNCTION("value", 0);
  builder_begin(b, value);
  EMIT(OP_LOAD, SLOT(0), SMALL(version));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("wait", 0));
  EMIT(OP_FRAME, NO_SLOTS);
  uint32_t again = builder_label(b), none = builder_label(b), got = builder_label(b);
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(0), LABEL(none));
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_JUMP, LABEL(got));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT, LABEL(again), NO_SLOTS);
  builder_bind(b, got);
  EMIT(OP_CALL, SLOT(1), NUMBER(value), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);
  builder_begin(b, FUNCTION("literal", 0));
  EMIT(OP_LOAD, SLOT(0), LITERAL(literal));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_fun(b, value, 0, 0);
  return fx_load(f, b);
}

// Idle.wait/0 is of a module that stays; Idle.done/0 lets the others run.
static VmFixture *start(bool jit) {
  VmFixture *f = vm_fixture_start();
#ifdef JOIST_JIT
  if (jit) cr_assert_eq(jit_install(&f->vm, 1 << 20), STATUS_OK);
#else
  (void)jit;
#endif
  ModuleBuilder *b = fx_builder(f, "Idle");
  builder_begin(b, FUNCTION("done", 0));
  EMIT(OP_LOAD, SLOT(0), SMALL(0));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("wait", 0));
  EMIT(OP_FRAME, NO_SLOTS);
  uint32_t again = builder_label(b), none = builder_label(b);
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(0), LABEL(none));
  EMIT(OP_RECV_NEXT, LABEL(again));
  builder_bind(b, none);
  EMIT(OP_RECV_WAIT, LABEL(again), NO_SLOTS);
  builder_end(b);
  fx_load(f, b);
  return f;
}
static void stop(VmFixture *f) {
#ifdef JOIST_JIT
  jit_remove(&f->vm);
#endif
  vm_fixture_end(f);
}

static Term spawn_in(VmFixture *f, const char *module, const char *function) {
  SpawnOptions options = spawn_options_default();
  uint64_t ref;
  Term error = T_NONE, pid = process_spawn(NULL, &f->vm, &options, fx_atom(f, module), fx_atom(f, function), NULL, 0, &ref, &error);
  cr_assert_neq(pid, T_NONE);
  return pid;
}
static void settle(VmFixture *f) { expect_text(fx_run_plain(f, "Idle", "done"), "0"); }

static Term fun_of(CodeUnit *u, Term *words) {
  words[0] = HEADER(KIND_FUN, 1);
  words[1] = (Term)(uintptr_t)unit_fun(u, 0);
  return term_boxed(words);
}

// A version that is to be replaced. Its id is kept beside it, as its memory goes.
typedef struct Old {
  CodeUnit *unit;
  uint32_t id;
} Old;
static Old load_old(VmFixture *f, int64_t version) {
  CodeUnit *unit = load_version(f, version);
  return (Old){unit, unit->id};
}
// After a search it is there still, as somebody refers to it; or gone.
static void expect_kept(VmFixture *f, Old old) {
  engine_purge_now(&f->vm);
  cr_assert_eq(code_unit(f->vm.code, old.id), old.unit);
}
static void expect_gone(VmFixture *f, Old old) {
  engine_purge_now(&f->vm);
  cr_assert_null(code_unit(f->vm.code, old.id));
}

#define EACH_ENGINE(...) \
  for (int jit = 0; jit < 2; jit++) { \
    VmFixture *f = start(jit); \
    CodeTable *code = f->vm.code; \
    (void)code; \
    __VA_ARGS__ \
    stop(f); \
  }

Test(purge, nobody_refers_to_it) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    expect_text(fx_run_plain(f, "Made", "value"), "1");
    uint32_t ranges = code->range_count;
    load_version(f, 2);
    expect_text(fx_run_plain(f, "Made", "value"), "2");
    cr_assert_gt(code->range_count, ranges);
    cr_assert_eq(code->old_count, 1);
    expect_gone(f, old);
    cr_assert_eq(code->old_count, 0);
    cr_assert_eq(code->range_count, ranges, "its addresses are forgotten");
    cr_assert_eq(load_version(f, 3)->id, old.id, "its id is used again");
    expect_text(fx_run_plain(f, "Made", "value"), "3");
  })
}

Test(purge, a_process_waits_in_it) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term pid = spawn_in(f, "Made", "wait");
    settle(f);
    load_version(f, 2);
    expect_kept(f, old);
    f->vm.first_pid = pid; // its value is the result
    cr_assert_eq(process_send(NULL, &f->vm, pid, ATOM_ok), SEND_OK);
    atomic_store(&f->vm.stopping, false);
    cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
    expect_text(f->result.data, "1");
    expect_gone(f, old);
  })
}

Test(purge, a_process_has_not_begun) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term pid = spawn_in(f, "Made", "value");
    load_version(f, 2);
    expect_kept(f, old);
    f->vm.first_pid = pid;
    atomic_store(&f->vm.stopping, false);
    cr_assert_eq(sched_run(&f->vm), SCHED_STOPPED);
    expect_text(f->result.data, "1");
    expect_gone(f, old);
  })
}

// Its literal, and a fun, in a message that nobody read; the process's end lets go.
Test(purge, a_message_holds_it) {
  EACH_ENGINE({
    for (int fun = 0; fun < 2; fun++) {
      Old old = load_old(f, 1);
      Term words[2];
      Term what = fun ? fun_of(old.unit, words) : old.unit->parts.literals[0], pid = spawn_in(f, "Idle", "wait");
      settle(f);
      cr_assert_eq(process_send(NULL, &f->vm, pid, what), SEND_OK);
      load_version(f, 2);
      expect_kept(f, old); // it is on its way
      settle(f);
      expect_kept(f, old); // it waits unread
      process_exit_signal(NULL, &f->vm, pid, ATOM_kill);
      settle(f);
      expect_gone(f, old);
    }
  })
}

// What another process answered to a question (process_info) lies beside the mailbox.
Test(purge, an_answer_holds_it) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term words[2];
    Term pid = spawn_in(f, "Idle", "wait");
    settle(f);
    Process *p = process_find(&f->vm, pid);
    ProcessExtra *x = process_extra(p);
    cr_assert_not_null(x);
    x->asked = 1;
    x->answer = fragment_copy(vm_heap_env(&f->vm), fun_of(old.unit, words));
    load_version(f, 2);
    expect_kept(f, old);
    ask_forget(p);
    expect_gone(f, old);
  })
}

// The search does not know what a process in a dirty native holds until it comes back.
Test(purge, a_dirty_process_holds_it_up) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term pid = spawn_in(f, "Idle", "wait");
    Process *p = process_find(&f->vm, pid);
    cr_assert(process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING) && process_transition(p, PROCESS_RUNNING, PROCESS_DIRTY));
    load_version(f, 2);
    expect_kept(f, old);
    cr_assert(process_transition(p, PROCESS_DIRTY, PROCESS_RUNNABLE));
    expect_gone(f, old);
  })
}

Test(purge, kept_literals_and_hosts_hold_it) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term words[2];
    LiteralArea *area;
    cr_assert_neq(literal_copy_to(f->vm.literals, &f->vm.context, fun_of(old.unit, words), 0, &area), T_NONE);
    load_version(f, 2);
    expect_kept(f, old);
    code_orphan_area(code, area);
    engine_purge_now(&f->vm);
    cr_assert_null(code->orphans);
    expect_gone(f, old); // as only now the area is gone
    // A copy of a literal holds nothing.
    Old other = load_old(f, 3);
    Term copy = literal_copy(f->vm.literals, &f->vm.context, other.unit->parts.literals[0], 0);
    load_version(f, 4);
    expect_gone(f, other);
    cr_assert_eq(tuple_items(copy)[0], term_small(1));
    // A fun in a host's memory holds it for ever.
    other = load_old(f, 5);
    HeapFragment *fragment = fragment_copy(vm_heap_env(&f->vm), fun_of(other.unit, words));
    engine_pin(&f->vm, fragment);
    fragment_free(&f->vm.alloc, &f->vm.account, fragment);
    load_version(f, 6);
    expect_kept(f, other);
  })
}

Test(purge, a_timer_holds_it) {
  EACH_ENGINE({
    Old old = load_old(f, 1);
    Term pid = spawn_in(f, "Idle", "wait");
    settle(f);
    Process *p = process_find(&f->vm, pid);
    cr_assert(process_reserve(p, REF_WORDS));
    Term ref = timer_start(p, 1000000, false, pid, old.unit->parts.literals[0], false);
    cr_assert_neq(ref, T_NONE);
    load_version(f, 2);
    expect_kept(f, old);
    cr_assert_geq(timer_cancel(&f->vm, ref), 0);
    expect_gone(f, old);
  })
}

static struct {
  void (*work)(Vm *vm, void *state);
  void *state;
} posted;
static bool keep_post(Vm *vm, void (*work)(Vm *vm, void *state), void *state) {
  (void)vm;
  posted.work = work;
  posted.state = state;
  return true;
}

static int64_t later(VmClock *c) {
  (void)c;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return ((int64_t)t.tv_sec + 100) * 1000000000;
}

// P4: timers that fire when the search has begun and not come to them yet. Their receiver was searched before.
Test(purge, timers_that_fire_meanwhile_hold_it) {
  enum { OTHERS = 20000, OLD = 5 };
  EACH_ENGINE({
    Old old[OLD];
    Term pid = spawn_in(f, "Idle", "wait"), asker = spawn_in(f, "Idle", "wait");
    settle(f);
    Process *p = process_find(&f->vm, pid);
    cr_assert(process_reserve(p, REF_WORDS * (OTHERS + OLD)));
    for (int i = 0; i < OTHERS; i++) cr_assert_neq(timer_start(p, 1000000, false, pid, ATOM_ok, false), T_NONE);
    bool (*post)(Vm *, void (*)(Vm *, void *), void *) = f->vm.scheduling.post;
    f->vm.scheduling.post = keep_post; // whenever it is garbage enough
    posted.work = NULL;
    for (int i = 0; i < OLD; i++) {
      old[i] = load_old(f, i);
      cr_assert_neq(timer_start(p, 1000, false, pid, old[i].unit->parts.literals[0], false), T_NONE);
    }
    load_version(f, OLD);
    atomic_store(&f->vm.code->garbage_bytes, (size_t)1 << 40);
    f->vm.code->garbage_grew(&f->vm);
    cr_assert(posted.work);
    uint32_t mark = f->vm.searched_mark;
    atomic_store(&f->vm.stopping, false);
    posted.work(&f->vm, posted.state); // begins, and looks through a few timers
    cr_assert_neq(f->vm.searched_mark, mark);
    cr_assert_neq(process_info(process_find(&f->vm, asker), pid, fx_atom(f, "message_queue_len")), T_NONE);
    cr_assert_not((p->flags ^ f->vm.searched_mark) & PROCESS_SEARCHED);
    f->vm.clock.monotonic = later;
    timer_run_due(&f->vm, f->vm.first_worker->wheel);
    cr_assert_eq(process_queue_count(p), OLD);
    for (void (*work)(Vm *vm, void *state) = posted.work; work; work = posted.work) {
      posted.work = NULL;
      work(&f->vm, posted.state);
    }
    f->vm.scheduling.post = post;
    for (int i = 0; i < OLD; i++) cr_assert_eq(code_unit(code, old[i].id), old[i].unit);
  })
}

static void many_versions(VmFixture *f) {
  for (int i = 0; i < 200; i++) {
    load_version(f, i);
    char want[16];
    snprintf(want, sizeof want, "%d", i);
    expect_text(fx_run_plain(f, "Made", "value"), want);
  }
  engine_purge_now(&f->vm);
}

// A thousand versions: memory of every kind is used again.
Test(purge, memory_is_used_again) {
  EACH_ENGINE({
    many_versions(f);
    many_versions(f);
    size_t literals = literal_space_used(f->vm.literals);
    uint32_t units = code->unit_count, ranges = code->range_count;
#ifdef JOIST_JIT
    const char *hot = jit ? vm_engine(&f->vm)->jit->region.hot : NULL, *cold = jit ? vm_engine(&f->vm)->jit->region.cold : NULL;
#endif
    for (int round = 0; round < 3; round++) many_versions(f);
    cr_assert_eq(literal_space_used(f->vm.literals), literals);
    cr_assert_eq(code->unit_count, units);
    cr_assert_eq(code->range_count, ranges);
#ifdef JOIST_JIT
    if (jit) cr_assert_eq(vm_engine(&f->vm)->jit->region.hot, hot);
    if (jit) cr_assert_eq(vm_engine(&f->vm)->jit->region.cold, cold);
#endif
  })
}

// Garbage by itself brings a search about, in slices between those of processes.
// Not in the hostile build: its searches look at one process a slice, and every slice here is a process of its own.
Test(purge, happens_by_itself, .disabled = HOSTILE) {
  EACH_ENGINE({
    for (int i = 0; i < 3000; i++) {
      load_version(f, i);
      if (i % 10 == 0) settle(f);
    }
    for (int i = 0; i < 20; i++) settle(f);
    cr_assert_lt(code->old_count, 1000);
  })
}

// P3: who runs, ends, or is looked into is searched first. The order is what counts: `searched` is looked at by the engine's hook.
static struct {
  Term pid[16];
  uint32_t count;
  bool late; // somebody ran first
  void (*search)(Process *p);
  EngineExit (*run)(Worker *w, Process *p);
} order;
static bool was_searched(Term pid) {
  for (uint32_t i = 0; i < order.count; i++)
    if (order.pid[i] == pid) return true;
  return false;
}
static void note_search(Process *p) {
  order.pid[order.count++] = p->pid;
  order.search(p);
}
static EngineExit note_run(Worker *w, Process *p) {
  order.late = order.late || (!was_searched(p->pid) && ((p->flags ^ p->vm->searched_mark) & PROCESS_SEARCHED));
  return order.run(w, p);
}

Test(purge, nobody_acts_before_it_is_searched) {
  EACH_ENGINE({
    Term waits = spawn_in(f, "Idle", "wait"), runs = spawn_in(f, "Idle", "wait"), ends = spawn_in(f, "Idle", "wait");
    settle(f);
    order.count = 0;
    order.late = false;
    order.search = f->vm.hooks.search;
    order.run = f->vm.hooks.run;
    f->vm.hooks.search = note_search;
    f->vm.hooks.run = note_run;
    f->vm.searched_mark ^= PROCESS_SEARCHED;
    cr_assert_eq(process_send(NULL, &f->vm, runs, ATOM_ok), SEND_OK);
    process_exit_signal(NULL, &f->vm, ends, ATOM_kill);
    settle(f);
    cr_assert_not(order.late);
    cr_assert(was_searched(runs) && was_searched(ends) && !was_searched(waits));
    cr_assert_null(process_find(&f->vm, ends));
    Process *p = process_find(&f->vm, runs);
    cr_assert_neq(process_info(p, waits, fx_atom(f, "messages")), T_NONE);
    cr_assert(was_searched(waits), "its messages went to another");
    uint32_t before = order.count;
    settle(f); // the new process begins as searched, the others are
    cr_assert_eq(order.count, before);
    f->vm.hooks.search = order.search;
    f->vm.hooks.run = order.run;
  })
}

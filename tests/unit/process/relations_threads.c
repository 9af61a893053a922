// SPDX-License-Identifier: Apache-2.0
//
// Links, monitors, exits, kills, suspending and questions raced by processes on several workers. Every slice goes on on another worker.
//
// A group has a leader, who starts one target after another, and watchers, who all get to know each target and do something with it at the
// same time, while it ends by itself or is killed. What must hold, whoever comes first:
//
//   a monitor brings exactly one DOWN, a link one EXIT, with the target's reason, killed, or noproc
//   once demonitored (flush) or unlinked, none comes any more
//   a question is answered, or the one asked is gone; who was suspended goes on
//   what a child sent before it ended stands before its EXIT and DOWN, in order
//   a chain of links dies whole, whoever of it ends first
//   all that holds for who is on a dirty thread in the meantime, as every other target is; and who is in a native that does not come back
//   is asked, and dead for everybody before that comes back (vm/process/dirty.c)
//
// At the end nobody is left that should not be, and no memory.
#include <sched.h>

#include "scripted_vm.h"
#include "tests/unit/threads.h"
#include "vm/process/ask.h"

enum { WORKERS = 5, GROUPS = 3, WATCHERS = 6, ROUNDS = 1000, CHAIN = 10, SCRIPTS = 1 << 16 };

static FakeVm *fake;
static _Atomic(int) leaders_left;
static _Atomic(int) dirty_count, abandoned_count;

// --- scripts: never freed, a child may end anywhere

typedef struct Part {
  Script script; // first
  uint64_t random;
  Term parent, leader;
  int group, delay, count;
  _Atomic(int) stuck;         // of one whose native does not come back: 1; 2 it is inside, 3 it may come back
  struct Part *stuck_one;     // of a leader
  // Of a watcher.
  int mode;
  Term target;
  uint64_t refs[3];           // of monitors that are to bring a DOWN
  int ref_count, exits_due;
} Part;
static Part parts[SCRIPTS];
static _Atomic(uint32_t) part_count;

static Part *part_new(EngineExit (*step)(Worker *w, Process *p, Script *s), Term parent) {
  uint32_t i = atomic_fetch_add(&part_count, 1);
  EXPECT(i < SCRIPTS);
  parts[i] = (Part){.script = {.step = step}, .random = random_of(i), .parent = parent};
  return &parts[i];
}
static Term spawn_part(Process *parent, Part *a, uint32_t flags, uint64_t *ref) {
  SpawnOptions o = spawn_options_default();
  o.flags = flags;
  Term error, args[1] = {(Term)(uintptr_t)&a->script};
  Term pid = process_spawn(parent, &fake->vm, &o, ATOM_process, ATOM_spawn, args, 1, ref, &error);
  EXPECT(pid != T_NONE);
  return pid;
}
static EngineExit ends(Process *p, Term reason) {
  p->exit_reason = reason;
  return ENGINE_EXIT;
}
static void send(Process *p, Term to, Term message) { EXPECT(process_send(p, &fake->vm, to, message) == SEND_OK); }

// The next message, taken out; T_NONE: there is none, *exit says how to leave.
static Term take(Process *p, EngineExit *exit) {
  Term t;
  while ((t = process_receive_peek(p)) == T_NONE)
    if (!process_receive_wait(p)) {
      *exit = p->exit_pending ? ENGINE_YIELD : ENGINE_WAIT;
      return T_NONE;
    }
  process_receive_accept(p);
  return t;
}

// --- targets

// On a dirty thread: builds and collects, as a native would.
static void run_dirty(Worker *w, Process *p) {
  (void)w;
  Part *a = (Part *)(void *)fake_script(p);
  atomic_fetch_add(&dirty_count, 1);
  if (a->stuck) {
    atomic_store(&a->stuck, 2);
    while (atomic_load(&a->stuck) != 3) sched_yield();
    EXPECT(process_state(p) == PROCESS_ABANDONED || process_state(p) == PROCESS_DIRTY_IN_C); // the worker may not be done with it
    while (a->count && process_state(p) != PROCESS_ABANDONED) sched_yield();
    if (process_state(p) == PROCESS_ABANDONED) atomic_fetch_add(&abandoned_count, 1);
  }
  for (uint32_t i = draw(&a->random, 3); i > 0; i--) {
    if (!process_reserve(p, 100)) return;
    for (int n = 0; n < 30; n++) p->fp[-1] = heap_cons(&p->heap, term_small(n), p->fp[-1]);
    if (!process_collect(p, 0)) return;
    if (draw(&a->random, 2)) sched_yield();
  }
}
static EngineExit some_yield(Part *a) {
  static const EngineExit WAYS[] = {ENGINE_YIELD, ENGINE_LONG, ENGINE_YIELD, ENGINE_BLOCKS};
  return WAYS[draw(&a->random, 4)];
}

static EngineExit target_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Part *a = (Part *)s;
  if (a->stuck) return ENGINE_BLOCKS;
  if (a->delay-- > 0) return some_yield(a);
  static const Term REASONS[] = {ATOM_normal, ATOM_shutdown, ATOM_badarg};
  return ends(p, REASONS[draw(&a->random, 3)]);
}
static bool is_reason_of_target(Term r) { return r == ATOM_normal || r == ATOM_shutdown || r == ATOM_badarg || r == ATOM_killed || r == ATOM_noproc; }

// --- watchers

enum Mode { MONITOR, DEMONITOR, LINK, UNLINK, BOTH, KILL, THRICE, ASK, SUSPEND, BROOD, MODES };

// Numbers of references are kept; the reference of DEMONITOR and THRICE in the frame's first slot.
static Term monitor(Process *p, Part *a, bool due) {
  RelationResult result;
  EXPECT(process_reserve(p, REF_WORDS));
  Term ref = process_monitor(p, a->target, ALIAS_NONE, T_NONE, &result);
  EXPECT(ref != T_NONE && result == RELATION_OK);
  if (due) a->refs[a->ref_count++] = boxed_ptr(ref)[1];
  return ref;
}

static EngineExit child_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Part *a = (Part *)s;
  if (a->count == 3) return ends(p, ATOM_shutdown);
  send(p, a->parent, term_small(++a->count));
  return draw(&a->random, 2) ? ENGINE_YIELD : child_step(w, p, s);
}

static void begin(Process *p, Part *a) {
  a->mode = (int)draw(&a->random, MODES);
  a->delay = (int)draw(&a->random, 4);
  a->ref_count = a->exits_due = a->count = 0;
  switch ((enum Mode)a->mode) {
    case MONITOR: monitor(p, a, true); break;
    case DEMONITOR: p->fp[0] = monitor(p, a, false); break;
    case BOTH: monitor(p, a, true); // fallthrough
    case LINK:
      a->exits_due = 1; // fallthrough
    case UNLINK: EXPECT(process_link(p, a->target) == RELATION_OK); break;
    case THRICE:
      monitor(p, a, true);
      p->fp[0] = monitor(p, a, false);
      monitor(p, a, true);
      break;
    case KILL:
      process_exit_signal(p, &fake->vm, a->target, ATOM_kill);
      monitor(p, a, true);
      break;
    case BROOD: {
      Part *child = part_new(child_step, p->pid);
      a->target = spawn_part(p, child, SPAWN_LINK | SPAWN_MONITOR, &a->refs[0]);
      a->ref_count = a->exits_due = 1;
      break;
    }
    default: break;
  }
}

// The second half. False: not done yet, *exit.
static bool go_on(Process *p, Part *a, EngineExit *exit) {
  Term t;
  bool flushed;
  switch ((enum Mode)a->mode) {
    case DEMONITOR:
    case THRICE: process_demonitor(p, p->fp[0], true, &flushed); return true;
    case UNLINK: {
      EXPECT(process_unlink(p, a->target) == RELATION_OK);
      while ((t = process_receive_peek(p)) != T_NONE) { // it may have come before
        EXPECT(tuple_arity(t) == 3 && tuple_items(t)[0] == ATOM_EXIT && tuple_items(t)[1] == a->target);
        process_receive_accept(p);
      }
      return true;
    }
    case ASK:
    case SUSPEND:
      t = a->mode == ASK ? process_info(p, a->target, ATOM_status) : process_suspend(p, a->target);
      if (t == T_YIELD) {
        *exit = ENGINE_WAIT;
        return false;
      }
      if (a->mode == SUSPEND && t == ATOM_true) EXPECT(process_resume(p, a->target));
      else EXPECT(t != ATOM_true && t != T_NONE);
      monitor(p, a, true);
      return true;
    default: return true;
  }
}

static void note(Part *a, Term t) {
  if (term_is_small(t)) { // of the child, before its end
    EXPECT(a->mode == BROOD && small_value(t) == ++a->count && a->ref_count + a->exits_due == 2);
    return;
  }
  EXPECT(a->mode != BROOD || a->count == 3);
  const Term *items = tuple_items(t);
  if (items[0] == ATOM_EXIT) {
    EXPECT(tuple_arity(t) == 3 && a->exits_due == 1 && items[1] == a->target && is_reason_of_target(items[2]));
    a->exits_due = 0;
    return;
  }
  EXPECT(tuple_arity(t) == 5 && items[0] == ATOM_DOWN && items[2] == ATOM_process && items[3] == a->target && is_reason_of_target(items[4]));
  int i = 0;
  while (i < a->ref_count && a->refs[i] != boxed_ptr(items[1])[1]) i++;
  EXPECT(i < a->ref_count);
  a->refs[i] = a->refs[--a->ref_count];
}

static EngineExit watcher_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Part *a = (Part *)s;
  EngineExit exit = ENGINE_YIELD;
  Term t;
  switch (s->phase) {
    case 0: // between two rounds: nothing of earlier ones may come
      p->flags |= PROCESS_TRAP_EXIT;
      if ((t = take(p, &exit)) == T_NONE) return exit;
      EXPECT(term_is_pid(t));
      a->target = t;
      begin(p, a);
      s->phase = 1;
      return ENGINE_YIELD;
    case 1:
      if (a->delay-- > 0) return ENGINE_YIELD;
      s->phase = 2; // fallthrough
    case 2:
      if (!go_on(p, a, &exit)) return exit;
      s->phase = 3; // fallthrough
    default:
      while (a->ref_count || a->exits_due) {
        if ((t = take(p, &exit)) == T_NONE) return exit;
        note(a, t);
      }
      s->phase = 0;
      send(p, a->leader, ATOM_ok);
      return ENGINE_YIELD;
  }
}

// --- chains: each links to the next; one somewhere ends, so all do

static EngineExit member_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Part *a = (Part *)s;
  if (s->phase == 0) {
    s->phase = 1;
    if (a->count > 1) {
      Part *next = part_new(member_step, p->pid);
      next->count = a->count - 1;
      next->delay = a->delay;
      spawn_part(p, next, SPAWN_LINK, NULL);
    }
    return some_yield(a);
  }
  if (a->count == a->delay) return ends(p, ATOM_shutdown);
  EngineExit exit;
  EXPECT(take(p, &exit) == T_NONE);
  return exit;
}

static void start_chain(Process *p, Part *a) {
  Part *first = part_new(member_step, p->pid);
  first->count = CHAIN;
  first->delay = 1 + (int)draw(&a->random, CHAIN);
  spawn_part(p, first, SPAWN_MONITOR, &a->refs[0]);
}

// --- leaders

static Term watchers[GROUPS][WATCHERS];

// Waits for WATCHERS answers and the chain's DOWN.
static EngineExit leader_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Part *a = (Part *)s;
  EngineExit exit;
  if (s->phase == 2) { // its stuck one is not inside yet, or to be killed
    if (atomic_load(&a->stuck_one->stuck) == 1) return ENGINE_YIELD;
    Term told = process_info(p, a->target, ATOM_status); // answered in its place
    if (told == T_YIELD) return ENGINE_WAIT;
    EXPECT(tuple_items(told)[0] == ATOM_status && tuple_items(told)[1] == ATOM_running);
    process_exit_signal(p, &fake->vm, a->target, ATOM_kill);
    s->phase = 3;
  }
  if (s->phase == 3) {
    Term t = take(p, &exit);
    if (t == T_NONE) return exit;
    EXPECT(tuple_arity(t) == 5 && boxed_ptr(tuple_items(t)[1])[1] == a->refs[1] && tuple_items(t)[4] == ATOM_killed);
    EXPECT(!process_find(&fake->vm, a->target) && process_is_alive(p, a->target) == ATOM_false);
    atomic_store(&a->stuck_one->stuck, 3);
    s->phase = 4;
  }
  while (a->count > 0) {
    Term t = take(p, &exit);
    if (t == T_NONE) return exit;
    if (t != ATOM_ok) EXPECT(tuple_arity(t) == 5 && boxed_ptr(tuple_items(t)[1])[1] == a->refs[0] && tuple_items(t)[4] == ATOM_shutdown);
    a->count--;
  }
  if (s->number == ROUNDS) { // the last leader waits until nobody but the watchers is left
    if (s->phase == 0 && (s->phase = 1, atomic_fetch_sub(&leaders_left, 1) > 1)) return ends(p, ATOM_normal);
    if (process_count(&fake->vm) > GROUPS * WATCHERS + 1) return ENGINE_YIELD;
    vm_stop(&fake->vm, 0);
    return ends(p, ATOM_normal);
  }
  if (s->phase == 0) {
    Part *stuck = part_new(target_step, p->pid);
    atomic_store(&stuck->stuck, 1);
    stuck->count = s->number == 0; // the first one comes back when it is abandoned, later ones perhaps a moment before
    a->stuck_one = stuck;
    a->target = spawn_part(p, stuck, SPAWN_MONITOR, &a->refs[1]);
    s->phase = 2;
    return ENGINE_YIELD;
  }
  s->phase = 0;
  s->number++;
  Part *target = part_new(target_step, p->pid);
  target->delay = (int)draw(&a->random, 12);
  Term pid = spawn_part(p, target, 0, NULL);
  start_chain(p, a);
  a->count = WATCHERS + 1;
  for (int i = 0; i < WATCHERS; i++) send(p, watchers[a->group][i], pid);
  return ENGINE_YIELD;
}

int main(void) {
  fake = fake_new_with((VmOptions){.schedulers = WORKERS, .migrate = true, .idle_thread_ns = 3000000}); // dirty threads come and go
  atomic_store(&leaders_left, GROUPS);
  fake->vm.hooks.run_dirty = run_dirty;
  for (int g = 0; g < GROUPS; g++) {
    Part *leader = part_new(leader_step, T_NONE);
    leader->group = g;
    Term pid = spawn_part(NULL, leader, 0, NULL);
    for (int i = 0; i < WATCHERS; i++) {
      Part *a = part_new(watcher_step, pid);
      a->leader = pid;
      watchers[g][i] = spawn_part(NULL, a, 0, NULL);
    }
  }
  EXPECT(sched_run(&fake->vm) == SCHED_STOPPED);
  EXPECT(process_count(&fake->vm) == GROUPS * WATCHERS);
  sched_end_dirty(&fake->vm);
  EXPECT(atomic_load(&dirty_count) >= GROUPS && atomic_load(&abandoned_count) >= GROUPS && atomic_load(&fake->vm.abandoned) == 0);
  fake_free(fake);
  return 0;
}

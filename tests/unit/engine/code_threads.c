// SPDX-License-Identifier: Apache-2.0
//
// Code under several workers: threads run processes that call, link, raise and catch in modules that another thread replaces, deletes and
// searches for unused code meanwhile. Interpreter and JIT.
//
// What must hold: of a module's versions nobody sees an older one after a newer one, whatever way he calls it; a module that is deleted
// is loaded again by whoever calls it; what nobody refers to goes.
#include <sched.h>

#include "programs.h"
#include "tests/unit/threads.h"
#include "vm/term/print.h"
#ifdef JOIST_JIT
#include "vm/engine/stencils/jit.h"
#endif

#define ATOM(text) {.constant = {CONSTANT_ATOM, ATOM_INDEX(text)}}
#define RAISES LABEL(LABEL_NONE)
#define IMPORT(module, name, arity) NUMBER(builder_import(b, ATOM_INDEX(module), ATOM_INDEX(name), (arity)))
#define FUNCTION(name, arity) builder_function(b, ATOM_INDEX(name), (arity), true)

enum { THREADS = 4, VERSIONS = 1000, SLICES = 1000, FUNCTIONS = 24, STEP = 64, SLICE = 60, FIRST_VERSION = 1 };

// Who may run: as vm/sched/rendezvous.c, without its sleepers.
typedef struct Gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int active;
  bool owned;
  _Atomic(bool) closing;
} Gate;

typedef struct Runner {
  Worker *worker;
  Process *process;
  _Atomic(uint64_t) slices;
  _Atomic(bool) ended;
} Runner;

static struct {
  Alloc alloc;
  Vm vm;
  Gate gate;
  _Atomic(Process *) spawned;
  Runner runners[THREADS];
  _Atomic(bool) stopping;
  void (*_Atomic posted)(Vm *vm, void *state);
  _Atomic(void *) posted_state;
  Buffer gone; // the module file of Gone
} world;

static bool is_active(void) { return worker_now && worker_now->participant.seen; }
static void come_in(void) {
  Gate *g = &world.gate;
  pthread_mutex_lock(&g->mutex);
  while (g->owned) pthread_cond_wait(&g->changed, &g->mutex);
  g->active++;
  pthread_mutex_unlock(&g->mutex);
  participant_online(&worker_now->participant);
}
static void go_out(void) {
  Gate *g = &world.gate;
  participant_advance(&worker_now->participant);
  participant_offline(&worker_now->participant);
  pthread_mutex_lock(&g->mutex);
  g->active--;
  pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}
static void exclusive_begin(Vm *vm) {
  (void)vm;
  Gate *g = &world.gate;
  pthread_mutex_lock(&g->mutex);
  if (is_active()) g->active--;
  pthread_cond_broadcast(&g->changed);
  while (g->owned) pthread_cond_wait(&g->changed, &g->mutex);
  g->owned = true;
  atomic_store(&g->closing, true);
  while (g->active) pthread_cond_wait(&g->changed, &g->mutex);
  pthread_mutex_unlock(&g->mutex);
}
static void exclusive_end(Vm *vm) {
  (void)vm;
  Gate *g = &world.gate;
  pthread_mutex_lock(&g->mutex);
  g->owned = false;
  atomic_store(&g->closing, false);
  if (is_active()) g->active++;
  pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}
static void enqueue(Vm *vm, Process *p) {
  (void)vm;
  world.spawned = p;
}
// One is outstanding at most (Purge.posted); the thread that changes modules runs it.
static bool post(Vm *vm, void (*work)(Vm *vm, void *state), void *state) {
  (void)vm;
  atomic_store(&world.posted_state, state);
  atomic_store(&world.posted, work);
  return true;
}

// --- modules

// first/0, second/0 -> version * STEP, through functions of the module; make/0 -> a fun that answers it; f0/0 … -> the same + number,
// the odd ones through the one before; guarded/1: what deep/1 raises.
static void version_module(ModuleBuilder *b, int64_t version) {
  program_lists(b);
  uint32_t value = FUNCTION("value", 0), other = FUNCTION("other", 0), numbered[FUNCTIONS];
  builder_begin(b, value);
  EMIT(OP_LOAD, SLOT(0), SMALL(version * STEP));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, other);
  EMIT(OP_TAIL, NUMBER(value));
  builder_end(b);
  const char *names[] = {"first", "second"};
  for (int i = 0; i < 2; i++) {
    builder_begin(b, FUNCTION(names[i], 0));
    EMIT(OP_FRAME, NO_SLOTS);
    EMIT(OP_CALL, SLOT(1), NUMBER(i ? other : value), NO_SLOTS);
    EMIT(OP_RETURN, SLOT(1));
    builder_end(b);
  }
  uint32_t fun = builder_fun(b, other, 0, 0);
  builder_begin(b, FUNCTION("make", 0));
  EMIT(OP_MAKE_FUN, SLOT(0), NUMBER(fun), NO_SLOTS, NO_SLOTS);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  for (int i = 0; i < FUNCTIONS; i++) {
    char name[16];
    snprintf(name, sizeof name, "f%d", i);
    numbered[i] = FUNCTION(name, 0);
  }
  for (int i = 0; i < FUNCTIONS; i++) {
    builder_begin(b, numbered[i]);
    if (i & 1) {
      EMIT(OP_FRAME, NO_SLOTS);
      EMIT(OP_CALL, SLOT(1), NUMBER(numbered[i - 1]), NO_SLOTS);
      EMIT(OP_ADD_INT, SLOT(0), SLOT(1), {.integer = 1}, RAISES, SLOTS(1));
    } else {
      EMIT(OP_LOAD, SLOT(0), SMALL(version * STEP + i));
    }
    EMIT(OP_RETURN, SLOT(0));
    builder_end(b);
  }
}

static void gone_module(ModuleBuilder *b, int64_t value) {
  builder_begin(b, FUNCTION("value", 0));
  EMIT(OP_LOAD, SLOT(0), SMALL(value));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

// loop(_, version): calls everything, for ever; answers when something is wrong.
static void loop_module(ModuleBuilder *b, int64_t number) {
  uint32_t loop = FUNCTION("loop", 2);
  builder_begin(b, loop);
  uint32_t bad = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  const char *names[] = {"first", "second"};
  for (int i = 0; i < 2; i++) {
    EMIT(OP_CALL_EXT, SLOT(5), IMPORT("Version", names[i], 0), SLOTS(0, 1));
    EMIT(OP_NOT_LESS, SLOT(5), SLOT(1), LABEL(bad), SLOTS(0, 1, 5));
    EMIT(OP_MOVE, SLOT(1), SLOT(5));
  }
  EMIT(OP_CALL_EXT, SLOT(5), IMPORT("Version", "make", 0), SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(2), SLOT(5));
  EMIT(OP_CALL_FUN, SLOT(5), SLOT(2), NUMBER(0), SLOTS(0, 1));
  EMIT(OP_NOT_LESS, SLOT(5), SLOT(1), LABEL(bad), SLOTS(0, 1, 5));
  EMIT(OP_MOVE, SLOT(1), SLOT(5));
  EMIT(OP_LOAD, SLOT(5), SMALL(3));
  EMIT(OP_CALL_EXT, SLOT(5), IMPORT("Version", "guarded", 1), SLOTS(0, 1));
  EMIT(OP_IS_TUPLE, SLOT(5), LABEL(bad));
  EMIT(OP_LOAD, SLOT(2), ATOM("Version"));
  EMIT(OP_LOAD, SLOT(3), ATOM("first"));
  EMIT(OP_CALL_DYN, SLOT(5), SLOT(2), SLOT(3), NUMBER(0), SLOTS(0, 1));
  EMIT(OP_NOT_LESS, SLOT(5), SLOT(1), LABEL(bad), SLOTS(0, 1, 5));
  EMIT(OP_MOVE, SLOT(1), SLOT(5));
  EMIT(OP_CALL_EXT, SLOT(5), IMPORT("Gone", "value", 0), SLOTS(0, 1));
  EMIT(OP_EQUAL_INT, SLOT(5), {.integer = 77}, LABEL(bad));
  for (int i = 0; i < FUNCTIONS; i++) {
    char name[16];
    int which = (int)((i + number * FUNCTIONS / THREADS) % FUNCTIONS);
    snprintf(name, sizeof name, "f%d", which);
    EMIT(OP_CALL_EXT, SLOT(5), IMPORT("Version", name, 0), SLOTS(0, 1));
    EMIT(OP_ADD_INT, SLOT(5), SLOT(5), {.integer = -which}, RAISES, SLOTS(0, 1, 5));
    EMIT(OP_NOT_LESS, SLOT(5), SLOT(1), LABEL(bad), SLOTS(0, 1, 5));
    EMIT(OP_MOVE, SLOT(1), SLOT(5));
  }
  EMIT(OP_TAIL, NUMBER(loop));
  builder_bind(b, bad);
  EMIT(OP_TUPLE, SLOT(0), SLOTS(1, 5), SLOTS(1, 5));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

static void no_memory(void *context) {
  (void)context;
  abort();
}
static Term atom(const char *text) {
  Term t;
  EXPECT(atom_intern(world.vm.atoms, text, strlen(text), &t) == STATUS_OK);
  return t;
}

// The module file of what make(b, number) assembles.
static void assemble(Buffer *bytes, const char *name, void (*make)(ModuleBuilder *b, int64_t number), int64_t number) {
  Arena arena;
  arena_init(&arena, &world.alloc, no_memory, NULL);
  buffer_init(bytes, &world.alloc);
  ModuleBuilder *b = builder_new(&arena, name, strlen(name));
  make(b, number);
  module_write(builder_finish(b), bytes);
  arena_free(&arena);
}
static void load(const char *name, void (*make)(ModuleBuilder *b, int64_t number), int64_t number) {
  Buffer bytes;
  CodeUnit *unit;
  VerifyError error;
  assemble(&bytes, name, make, number);
  EXPECT(code_load(world.vm.code, bytes.data, bytes.size, T_NONE, &unit, &error) == LOAD_OK);
  buffer_free(&bytes);
}

static bool load_module(Vm *vm, Term module) {
  CodeUnit *unit;
  VerifyError error;
  return code_load_absent(vm->code, world.gone.data, world.gone.size, module, &unit, &error) == LOAD_OK;
}

// --- threads

static void run(void *context) {
  Runner *r = context;
  Vm *vm = r->worker->vm;
  Process *p = r->process;
  worker_now = r->worker;
  come_in();
  while (!r->ended && !atomic_load(&world.stopping)) {
    while (!process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING)) sched_yield(); // a step of the search has claimed it
    process_be_searched(p);
    worker_set_current(r->worker, p);
    p->reductions = SLICE;
    r->ended = vm->hooks.run(r->worker, p) == ENGINE_EXIT;
    worker_set_current(r->worker, NULL);
    atomic_fetch_add(&r->slices, 1);
    EXPECT(process_transition(p, PROCESS_RUNNING, PROCESS_RUNNABLE));
    participant_pass(&r->worker->participant);
    if (atomic_load(&world.gate.closing)) {
      go_out();
      come_in();
    }
  }
  go_out();
}

static void make_runner(int i) {
  char name[16];
  snprintf(name, sizeof name, "Loop%d", i);
  load(name, loop_module, i);
  SpawnOptions options = spawn_options_default();
  Term error, args[2] = {T_NIL, term_small(FIRST_VERSION * STEP)};
  EXPECT(process_spawn(NULL, &world.vm, &options, atom(name), atom("loop"), args, 2, NULL, &error) != T_NONE);
  Runner *r = &world.runners[i];
  r->process = world.spawned;
  r->worker = worker_new(&world.vm, (uint32_t)i + 1, false);
  EXPECT(r->worker);
}

static bool all_ran(void) {
  for (int i = 0; i < THREADS; i++)
    if (atomic_load(&world.runners[i].slices) < SLICES && !world.runners[i].ended) return false;
  return true;
}

static void change_modules(Vm *vm) {
  int64_t version = FIRST_VERSION;
  Term gone = atom("Gone");
  worker_now = vm->first_worker;
  come_in();
  do {
    load("Version", version_module, ++version);
    if (version % 2) code_delete(vm->code, gone);
    void (*work)(Vm *vm, void *state) = atomic_exchange(&world.posted, NULL);
    if (work) work(vm, atomic_load(&world.posted_state));
    if (version % 5 == 0) engine_purge_now(vm);
    participant_pass(&vm->first_worker->participant);
  } while (version < VERSIONS || !all_ran());
  atomic_store(&world.stopping, true);
  go_out();
}

static void report(Term reason) {
  Buffer b;
  buffer_init(&b, &world.alloc);
  if (term_print(&world.vm.context, &b, reason, NULL) == STATUS_OK) fprintf(stderr, "it ended: %.*s\n", (int)b.size, b.data);
  buffer_free(&b);
}

static void storm(bool jit) {
  memset(&world, 0, sizeof world);
  world.alloc = alloc_system();
  Vm *vm = &world.vm;
  EXPECT(vm_init(vm, &world.alloc, &(VmOptions){.schedulers = THREADS + 1}) == STATUS_OK && sched_new(vm) == STATUS_OK && engine_init(vm) == STATUS_OK);
#ifdef JOIST_JIT
  if (jit) EXPECT(jit_install(vm, 4 << 20) == STATUS_OK);
#else
  (void)jit;
#endif
  pthread_mutex_init(&world.gate.mutex, NULL);
  pthread_cond_init(&world.gate.changed, NULL);
  vm->shared = true;
  vm->scheduling.enqueue = enqueue;
  vm->scheduling.post = post;
  vm->scheduling.exclusive_begin = exclusive_begin;
  vm->scheduling.exclusive_end = exclusive_end;
  vm_engine(vm)->load_module = load_module;
  assemble(&world.gone, "Gone", gone_module, 77);
  load("Version", version_module, FIRST_VERSION);
  for (int i = 0; i < THREADS; i++) make_runner(i);
  Threads threads;
  threads_start(&threads, THREADS, run, world.runners, sizeof *world.runners);
  change_modules(vm);
  threads_join(&threads);
  for (int i = 0; i < THREADS; i++) {
    Runner *r = &world.runners[i];
    if (r->ended) report(r->process->exit_reason == ATOM_normal ? r->process->fp[0] : r->process->exit_reason);
    EXPECT(!r->ended);
    EXPECT(process_transition(r->process, PROCESS_RUNNABLE, PROCESS_RUNNING));
    process_finish(r->process, ATOM_normal);
  }
  engine_purge_now(vm);
  EXPECT(vm->code->old_count == 0); // nobody is left to refer to old versions
  for (int i = 0; i < THREADS; i++) worker_free(world.runners[i].worker);
  worker_now = NULL;
  buffer_free(&world.gone);
#ifdef JOIST_JIT
  jit_remove(vm);
#endif
  sched_free(vm);
  engine_free(vm);
  vm_free(vm);
  pthread_cond_destroy(&world.gate.changed);
  pthread_mutex_destroy(&world.gate.mutex);
}

int main(void) {
  storm(false);
#ifdef JOIST_JIT
  storm(true);
#endif
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// What natives share, under many threads at once: each is a worker with a process of its own and calls natives as the engine does.
//
//   persistent terms   a value is always that of its key, whole, whatever is put and erased meanwhile and however often the table grows
//   impls              an answer is the one for its protocol and target
//   environment        a value is whole
//   output             a write stays whole, a thread's writes stay in order, whether the reader is fast or slow
//   files              a handle that all read gives each line once, and one that is closed meanwhile says so
//   lists of the VM    of at_exit and of the code path nothing is lost
//   libraries          each is entered once, whoever loads it, and none is lost
#include <unistd.h>

#include "tests/unit/threads.h"
#include "vm/engine/engine.h"
#include "vm/native/files.h"
#include "vm/native/foreign.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/process/extra.h"

#define NATIVE(module, name, arity, scratch, flags, function) Term function(Process *p);
#include "vm/code/natives.def"
#undef NATIVE

enum { THREADS = 4, ROUNDS = 3000, KEYS = 97, LINES = 4000, WORDS = 8, LONG_LINE = 100000 };

typedef struct Runner {
  Worker *worker;
  Process *process;
  uint64_t random;
  int number;
  Term words[WORDS];  // the native's window: argument i at the end - i
  int lines_read, exits_added;
} Runner;

static struct {
  Alloc system, alloc;
  Vm vm;
  Process *spawned;
  Runner runners[THREADS];
  NativeObject *file;
  char path[64];
  _Atomic(int) begun_lines[LINES];
  // What was written, by who writes: one at a time.
  _Atomic(bool) in_write;
  Buffer written;
  uint64_t slow; // its own generator; 0: everything goes out at once
} world;


static void enqueue(Vm *vm, Process *p) {
  (void)vm;
  world.spawned = p;
}
static Term atom(const char *text) {
  Term t;
  EXPECT(atom_intern(world.vm.atoms, text, strlen(text), &t) == STATUS_OK);
  return t;
}

// --- memory, of which this thread gets none while it says so

static _Thread_local bool without_memory;
static _Atomic(int) refused;
static bool is_refused(void) {
  if (without_memory) atomic_fetch_add(&refused, 1);
  return without_memory;
}
static void *some_memory(void *state, size_t size) {
  const Alloc *a = state;
  return is_refused() ? NULL : a->allocate(a->state, size);
}
static void *more_memory(void *state, void *old, size_t old_size, size_t size) {
  const Alloc *a = state;
  return is_refused() ? NULL : a->reallocate(a->state, old, old_size, size);
}
static void memory_back(void *state, void *memory, size_t size) {
  const Alloc *a = state;
  a->release(a->state, memory, size);
}

// --- what leaves the VM

static int keep_written(Vm *vm, int stream, const char *bytes, size_t size) {
  (void)vm;
  EXPECT(!atomic_exchange(&world.in_write, true));
  if (stream == VM_STDOUT) buffer_add(&world.written, bytes, size);
  atomic_store(&world.in_write, false);
  return 0;
}
// A reader that takes little, and often nothing.
static ssize_t keep_some(Vm *vm, int stream, const char *bytes, size_t size) {
  EXPECT(!atomic_exchange(&world.in_write, true));
  size_t takes = draw(&world.slow, (uint32_t)size + 1);
  atomic_store(&world.in_write, false);
  if (takes) keep_written(vm, stream, bytes, takes);
  return (ssize_t)takes;
}

// --- calling

// Calls with `count` arguments; scratch words are []. Natives that raise answer T_NONE.
static Term call(Runner *r, NativeFn f, uint32_t count, Term a, Term b, Term c, Term d) {
  Process *p = r->process;
  Term given[4] = {a, b, c, d};
  p->args = &r->words[WORDS - 1];
  for (uint32_t i = 0; i < WORDS; i++) p->args[-(ptrdiff_t)i] = i < count ? given[i] : T_NIL;
  p->arg_count = WORDS;
  p->heap.end = p->heap.top;
  Term t = f(p);
  p->arg_count = 0;
  p->exc_class = p->exc_reason = T_NONE;
  p->reductions = SLICE_REDUCTIONS;
  EXPECT(!process_must_exit(p));
  return t;
}
static void make_room(Runner *r) {
  r->process->arg_count = 0;
  EXPECT(process_reserve(r->process, 1000));
}
static Term text(Runner *r, const char *bytes) {
  Term t = binary_make(&world.vm.context, &r->process->heap, bytes, strlen(bytes));
  EXPECT(t != T_NONE);
  return t;
}

// --- each by itself

// Keys are small integers and pairs; the value {key's number, x, x + 1, …}.
static void persistent_terms(Runner *r) {
  for (int i = 0; i < ROUNDS; i++) {
    make_room(r);
    TermHeap *h = &r->process->heap;
    int64_t number = draw(&r->random, KEYS);
    Term key = term_small(number), value, *items;
    if (number & 1) {
      items = heap_tuple(h, 2, &key);
      items[0] = ATOM_ok;
      items[1] = term_small(number);
    }
    switch (draw(&r->random, 6)) {
      case 0:
        EXPECT(call(r, native_persistent_erase, 1, key, 0, 0, 0) != T_NONE);
        break;
      case 1: {
        int64_t x = draw(&r->random, 1000000);
        items = heap_tuple(h, 4, &value);
        items[0] = term_small(number);
        for (int k = 1; k < 4; k++) items[k] = term_small(x + k);
        EXPECT(call(r, native_persistent_put, 2, key, value, 0, 0) == ATOM_ok);
        break;
      }
      case 2:
        if (i % 64 == 0) EXPECT(call(r, native_persistent_get_0, 0, 0, 0, 0, 0) != T_NONE);
        break;
      default:
        value = call(r, native_persistent_get_2, 2, key, ATOM_nil, 0, 0);
        if (value == ATOM_nil) break;
        EXPECT(term_is_tuple(value) && tuple_arity(value) == 4);
        items = tuple_items(value);
        EXPECT(items[0] == term_small(number));
        for (int k = 2; k < 4; k++) EXPECT(small_value(items[k]) == small_value(items[1]) + k - 1);
    }
    participant_pass(&r->worker->participant);
  }
}

static void impls(Runner *r) {
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t protocol = draw(&r->random, 30), target = draw(&r->random, 60);
    Term p = term_atom(protocol + 1), t = term_atom(target + 100), right = term_atom(protocol + target + 200);
    Term loads = call(r, native_code_load_count, 0, 0, 0, 0, 0), found = call(r, native_impl_for, 2, p, t, 0, 0);
    EXPECT(found == ATOM_unknown || found == right);
    if (found == ATOM_unknown) EXPECT(call(r, native_cache_impl, 4, p, t, right, loads) == ATOM_ok);
    if (draw(&r->random, 200) == 0) atomic_fetch_add(&world.vm.code->load_count, 1);
    participant_pass(&r->worker->participant);
  }
}

// The value of a name is letters of one kind.
static void environment(Runner *r) {
  for (int i = 0; i < ROUNDS; i++) {
    make_room(r);
    char name[16], value[40];
    snprintf(name, sizeof name, "NAME%u", draw(&r->random, 20));
    uint32_t size = 1 + draw(&r->random, 38);
    memset(value, 'a' + r->number, size);
    value[size] = 0;
    switch (draw(&r->random, 5)) {
      case 0: EXPECT(call(r, native_putenv, 2, text(r, name), text(r, value), 0, 0) == ATOM_ok); break;
      case 1: EXPECT(call(r, native_unsetenv, 1, text(r, name), 0, 0, 0) == ATOM_ok); break;
      case 2:
        if (i % 16 == 0) EXPECT(term_is_list(call(r, native_env, 0, 0, 0, 0, 0)));
        break;
      default: {
        Term t = call(r, native_getenv, 1, text(r, name), 0, 0, 0);
        if (t == ATOM_nil) break;
        size_t n;
        const unsigned char *bytes = binary_bytes(t, &n);
        for (size_t k = 0; k < n; k++) EXPECT(bytes[k] == bytes[0] && bytes[k] >= 'a' && bytes[k] < 'a' + THREADS);
      }
    }
  }
}

static void output(Runner *r) {
  for (int i = 0; i < ROUNDS; i++) {
    char line[LONG_LINE + 200];
    without_memory = draw(&r->random, 100) == 0; // a long one, for which the buffer has to grow
    int size = snprintf(line, sizeof line, "%d %d %*s\n", r->number, i, (without_memory ? LONG_LINE : 1) + (int)draw(&r->random, 150), ".");
    EXPECT(output_write(&world.vm, VM_STDOUT, line, (size_t)size) == 0);
    without_memory = false;
    if (draw(&r->random, 20) == 0) EXPECT(output_write(&world.vm, VM_STDERR, "e", 1) == 0);
    if (draw(&r->random, 50) == 0) output_flush_some(&world.vm);
  }
}

static void files(Runner *r) {
  Process *p = r->process;
  for (;;) {
    make_room(r);
    native_object_keep(world.file);
    Term answer = call(r, native_file_read_line, 1, heap_native_object(&p->heap, world.file), 0, 0, 0);
    if (answer == ATOM_eof || answer == T_NONE || tuple_items(answer)[0] != ATOM_ok) {
      // One of them closes it; the others find it so.
      EXPECT(answer == ATOM_eof || tuple_items(answer)[1] == ATOM_terminated);
      break;
    }
    size_t size;
    const char *line = (const char *)binary_bytes(tuple_items(answer)[1], &size);
    EXPECT(size == 8 && line[7] == '\n'); // the binary lies on the heap
    EXPECT(atomic_fetch_add(&world.begun_lines[atoi(line)], 1) == 0);
    r->lines_read++;
  }
  make_room(r);
  native_object_keep(world.file);
  Term closed = call(r, native_file_close, 1, heap_native_object(&p->heap, world.file), 0, 0, 0);
  EXPECT(closed == ATOM_ok || tuple_items(closed)[1] == ATOM_terminated);
}

static void lists_of_the_vm(Runner *r) {
  make_room(r);
  for (int i = 0; i < 20; i++) {
    make_room(r);
    char name[32];
    snprintf(name, sizeof name, "/of/%d/%d", r->number, i);
    EXPECT(call(r, native_code_append_path, 1, text(r, name), 0, 0, 0) == ATOM_true);
    EXPECT(term_is_small(call(r, native_unique_integer_0, 0, 0, 0, 0, 0)));
    EXPECT(call(r, native_random_bytes, 1, term_small(100), 0, 0, 0) != T_NONE);
  }
}

// One of its own and one that all load.
static joist_outcome nothing(joist_native_call *call) {
  joist_slot_set_atom(call, 0, "ok");
  return joist_answer(call, 0);
}
static const joist_native FUNCTIONS[] = {{"nothing", 0, 1, nothing}};
#define LIBRARY(name) {JOIST_NATIVE_ABI, sizeof(joist_native_library), name, FUNCTIONS, 1}
static const joist_native_library LIBRARIES[THREADS + 1] = {LIBRARY("L0"), LIBRARY("L1"), LIBRARY("L2"), LIBRARY("L3"), LIBRARY("Shared")};
static void libraries(Runner *r) {
  Buffer why;
  buffer_init(&why, &world.alloc);
  EXPECT(foreign_register(&world.vm, &LIBRARIES[r->number], NULL, &why) == STATUS_OK);
  EXPECT(foreign_register(&world.vm, &LIBRARIES[THREADS], NULL, &why) == STATUS_OK);
  buffer_free(&why);
}

static void run(void *context) {
  Runner *r = context;
  worker_now = r->worker;
  participant_online(&r->worker->participant);
  libraries(r); // first, as they begin together
  persistent_terms(r);
  impls(r);
  environment(r);
  output(r);
  files(r);
  lists_of_the_vm(r);
  participant_advance(&r->worker->participant);
  participant_offline(&r->worker->participant);
}

// --- before and after

static void make_file(void) {
  snprintf(world.path, sizeof world.path, P_tmpdir "/natives_threads_%d", (int)getpid());
  FILE *f = fopen(world.path, "w");
  EXPECT(f);
  for (int i = 0; i < LINES; i++) fprintf(f, "%07d\n", i);
  EXPECT(fclose(f) == 0);
}
static void open_file(Runner *r) {
  make_room(r);
  Term modes = heap_cons(&r->process->heap, ATOM_read, T_NIL);
  Term t = call(r, native_file_open, 2, text(r, world.path), modes, 0, 0);
  EXPECT(term_is_tuple(t) && tuple_items(t)[0] == ATOM_ok);
  world.file = term_native_object(tuple_items(t)[1]);
  native_object_keep(world.file);
}

static void check_output(void) {
  int expected[THREADS] = {0};
  buffer_byte(&world.written, 0);
  const char *at = world.written.data;
  while (*at) {
    int number = -1, count = -1, length = 0;
    EXPECT(sscanf(at, "%d %d %n", &number, &count, &length) == 2);
    const char *end = strchr(at, '\n');
    EXPECT(number >= 0 && number < THREADS && count == expected[number]++ && end && end[-1] == '.' && memchr(at, '.', (size_t)(end - at)) == end - 1);
    at = end + 1;
  }
  for (int i = 0; i < THREADS; i++) EXPECT(expected[i] == ROUNDS);
}

static void storm(bool slow) {
  memset(&world, 0, sizeof world);
  world.system = alloc_system();
  world.alloc = (Alloc){some_memory, more_memory, memory_back, &world.system};
  world.slow = slow ? random_of(THREADS) : 0;
  buffer_init(&world.written, &world.system);
  Vm *vm = &world.vm;
  EXPECT(vm_init(vm, &world.alloc, &(VmOptions){.schedulers = THREADS + 1, .without_standard_streams = true}) == STATUS_OK);
  EXPECT(sched_new(vm) == STATUS_OK && engine_init(vm) == STATUS_OK && native_state_init(vm, NULL, 0) == STATUS_OK);
  vm->shared = true;
  vm->scheduling.enqueue = enqueue;
  vm->hooks.write = keep_written;
  vm->hooks.write_some = slow ? keep_some : NULL;
  vm->hooks.process_end = native_process_end;
  for (int i = 0; i < 300; i++) {
    char name[16];
    snprintf(name, sizeof name, "a%d", i);
    atom(name);
  }
  make_file();
  int before = atomic_load(&refused);
  without_memory = true; // nothing is in the buffer, and there is none
  EXPECT(output_write(vm, VM_STDERR, "e", 1) == 0);
  without_memory = false;
  EXPECT(atomic_load(&refused) == before + 1);
  for (int i = 0; i < THREADS; i++) {
    Runner *r = &world.runners[i];
    SpawnOptions options = spawn_options_default();
    Term error;
    EXPECT(process_spawn(NULL, vm, &options, atom("none"), atom("none"), NULL, 0, NULL, &error) != T_NONE);
    r->process = world.spawned;
    r->number = i;
    r->random = random_of((uint64_t)i);
    r->worker = worker_new(vm, (uint32_t)i + 1, true);
    EXPECT(r->worker && process_transition(r->process, PROCESS_RUNNABLE, PROCESS_RUNNING));
  }
  worker_now = world.runners[0].worker;
  open_file(&world.runners[0]);
  worker_now = NULL;
  threads_run(THREADS, run, world.runners, sizeof *world.runners);
  int lines = 0;
  for (int i = 0; i < THREADS; i++) lines += world.runners[i].lines_read;
  EXPECT(lines == LINES);
  EXPECT(native_output_flush(vm));
  check_output();
  EXPECT(native_list_length(native_state(vm)->code_path) == THREADS * 20);
  int entered = 0;
  for (ForeignLibrary *l = vm->foreign; l; l = l->next) entered++;
  EXPECT(entered == THREADS + 1);
  for (int i = 0; i < THREADS; i++) {
    process_finish(world.runners[i].process, ATOM_normal);
  }
  for (int i = 0; i < THREADS; i++) worker_free(world.runners[i].worker);
  native_object_drop(world.file);
  native_state_free(vm);
  sched_free(vm);
  engine_free(vm);
  ForeignLibrary *entered_libraries = vm->foreign;
  vm_free(vm);
  foreign_free(&world.alloc, entered_libraries);
  unlink(world.path);
  buffer_free(&world.written);
}

int main(void) {
  storm(false);
  storm(true);
  return 0;
}

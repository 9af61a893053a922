// SPDX-License-Identifier: Apache-2.0
//
// Installing the JIT in a VM, entering compiled code, and its ways through C: slow paths, stubs, the exit.
#include "vm/engine/stencils/jit.h"

#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm/base/address_space.h"
#include "vm/engine/slow.h"

typedef struct JitRegisters { // jit_thunks.S knows the order
  Term *heap_top, *fp;
  int64_t reductions;
} JitRegisters;

void jit_enter(const void *place, Process *p, const JitRegisters *registers);
void jit_slow_thunk(void);
void jit_through_thunk(void);
// Called by the thunks.
const void *jit_slow(Process *p, JitRegisters *registers, uint32_t which, CodeFunction *f);
const void *jit_through(Process *p, JitRegisters *registers, const void *object);

bool jit_op_is_call(LinkedOp op) {
  return op == L_CALL || op == L_CALL_EXT || op == L_CALL_FUN || op == L_CALL_DYN || op == L_CALL_NATIVE;
}

const char *jit_place_from(const CodeFunction *f, const char *base, const uint64_t *pc) {
  size_t word = (size_t)(pc - f->code);
  CHECK(word <= f->code_words && f->word_places[word] != UINT32_MAX);
  return base + f->word_places[word];
}

static inline bool holds(const CodeFunction *f, const uint64_t *pc) { return pc >= f->code && pc < f->code + f->code_words; }

// Where compiled code goes on for a linked address; stubs and wrappers of natives, which nobody compiles, run here. NULL:
// leave the engine. f: a function that probably holds pc, or NULL.
static const char *place_of(Process *p, const CodeFunction *f, const uint64_t *pc) {
  while (pc) {
    if (f && holds(f, pc)) return jit_place(f, pc);
    f = code_find(p->vm->code, pc);
    if (f) return jit_place(f, pc);
    LinkedOp op = (LinkedOp)(uint32_t)pc[0];
    if (op == L_RETURN) return (const char *)(uintptr_t)p->fp[1]; // behind NATIVE_BODY: the value is in slot 0
    CHECK(op == L_LINK_STUB || op == L_EXPORT_STUB || op == L_NATIVE_BODY || op == L_EXIT);
    pc = SLOW_PATHS[op](p, pc);
  }
  return NULL;
}

#ifdef __SANITIZE_THREAD__
// What compiled code loaded with plain moves (jit.h, "Several workers") ThreadSanitizer cannot see: it is told where C begins.
static inline void see_published(const Process *p) { (void)atomic_load_explicit(&vm_engine(p->vm)->jit->published, memory_order_acquire); }
#else
static inline void see_published(const Process *p) { (void)p; }
#endif

static inline void save(Process *p, const JitRegisters *r) {
  see_published(p);
  p->heap.top = r->heap_top;
  p->fp = r->fp;
  p->reductions = r->reductions;
}

static inline const void *load(Process *p, JitRegisters *r, const char *place) {
  *r = (JitRegisters){p->heap.top, p->fp, p->reductions};
  return place;
}

const void *jit_slow(Process *p, JitRegisters *registers, uint32_t which, CodeFunction *f) {
  save(p, registers);
  const uint64_t *pc = f->code + (which >> 8);
  LinkedOp op = (LinkedOp)(which & 0xff);
  const uint64_t *to = SLOW_PATHS[op](p, pc);
  if (jit_op_is_call(op)) {
    const uint64_t *behind = pc + LINKED_INFO[op].word_count;
    if (p->fp[1] == (Term)(uintptr_t)behind) p->fp[1] = (Term)(uintptr_t)(jit_place(f, behind) - jit_return_bytes(behind[-1]));
  }
  // Nearly always on in the same function.
  return load(p, registers, to && holds(f, to) ? jit_place(f, to) : place_of(p, f, to));
}

const void *jit_through(Process *p, JitRegisters *registers, const void *object) {
  save(p, registers);
  return load(p, registers, place_of(p, NULL, PUBLISHED(*(const uint64_t *const *)object)));
}

static void run_compiled(Engine *e, Process *p) {
  (void)e;
  const char *place = place_of(p, NULL, p->pc);
  if (place) jit_enter(place, p, &(JitRegisters){p->heap.top, p->fp, p->reductions});
}
static EngineExit run(Worker *w, Process *p) { return engine_run_guarded(w, p, run_compiled); }

// --- the head of the region: ways to the thunks, and the exit point with its map word

static char *put_way(char *to, void (*thunk)(void)) {
  static const unsigned char JUMP_THROUGH_NEXT[6] = {0xff, 0x25, 0, 0, 0, 0}; // jmp *0(%rip)
  uint64_t address = (uint64_t)(uintptr_t)thunk;
  memcpy(to, JUMP_THROUGH_NEXT, 6);
  memcpy(to + 6, &address, 8);
  return to + 16;
}

// Answers the exit point; 0: no memory.
static Term make_head(Jit *j) {
  char *head, *none;
  if (!region_take(&j->region, 64, 0, &head, &none)) return 0;
  char *to = region_writable(&j->region, head);
  j->slow_thunk = head;
  j->through_thunk = head + 16;
  to = put_way(put_way(to, jit_slow_thunk), jit_through_thunk);
  uint64_t map = MAP_BARRIER, object = (uint64_t)(uintptr_t)&j->exit_pc;
  memcpy(to, &map, 8);
  memcpy(to + 8, "\x48\xbf", 2); // movabs $object, %rdi
  memcpy(to + 10, &object, 8);
  to[18] = (char)0xe9; // jmp
  int32_t distance = (int32_t)(j->through_thunk - (head + 32 + 23));
  memcpy(to + 19, &distance, 4);
  return (Term)(uintptr_t)(head + 40);
}

// A VM that compiles holds opcode numbers in word 0 where others have distances to the interpreter's labels.
static void make_native_code(ExportEntry *entry) {
  Engine e;
  for (uint32_t i = 0; i < LINKED_COUNT; i++) e.handlers[i] = i;
  engine_make_native_code(entry, &e);
}

static void renumber(Vm *vm) {
  Engine *e = vm_engine(vm);
  CodeTable *t = vm->code;
  for (uint32_t i = 0; i < LINKED_COUNT; i++) e->handlers[i] = i;
  e->exit_code[1] = L_EXIT;
  t->link_stub_word = L_LINK_STUB;
  t->export_stub_word = L_EXPORT_STUB;
  t->make_native_code = make_native_code;
  t->machine_stub = e->jit->through_thunk;
  const CodeIndex *exports = atomic_load(&t->exports);
  for (uint32_t i = 0; i <= exports->mask; i++) {
    ExportEntry *entry = atomic_load(&exports->slots[i]);
    if (!entry) continue;
    entry->stub[0] = L_EXPORT_STUB;
    entry->e.machine = t->machine_stub;
    if (entry->e.native) make_native_code(entry);
  }
}

Status jit_install(Vm *vm, size_t region_bytes) {
  Engine *e = vm_engine(vm);
  CHECK(!vm->code->units);
  Jit *j = alloc_zero(&vm->alloc, sizeof *j);
  if (!j) return STATUS_NO_MEMORY;
  Status s = region_open(&j->region, &vm->alloc, region_bytes ? region_bytes : address_space_share(COMPILED_CODE_BYTES, 8, JIT_REGION_LEAST_BYTES));
  if (s != STATUS_OK) {
    alloc_put(&vm->alloc, j, sizeof *j);
    return s;
  }
  j->vm = vm;
  j->exit_pc = &e->exit_code[1];
  Term exit_point = make_head(j);
  if (!exit_point) {
    region_close(&j->region);
    alloc_put(&vm->alloc, j, sizeof *j);
    return STATUS_NO_MEMORY;
  }
  e->exit_point = exit_point;
  e->jit = j;
  e->compile = jit_compile;
  e->drop_compiled = jit_drop;
  e->settle_compiled = jit_settle;
  renumber(vm);
  vm->hooks.run = run;
  return STATUS_OK;
}

void jit_remove(Vm *vm) {
  Engine *e = vm_engine(vm);
  if (!e || !e->jit) return;
  region_close(&e->jit->region);
  alloc_put(&vm->alloc, e->jit, sizeof *e->jit);
  e->jit = NULL;
  e->compile = NULL;
  e->drop_compiled = NULL;
  e->settle_compiled = NULL;
}

// Memory of code that went is used again. What other cores have fetched of the old code they must not run as the new: each gets a
// serializing instruction. (Who frees has all workers standing; none of them is in compiled code.)
void jit_settle(Jit *j) {
  if (!j->vm->shared) return;
  if (!j->settles) syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
  j->settles = true;
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
}

void jit_drop(Jit *j, CodeFunction *f) {
  if (f->hot_bytes) region_give(&j->region, (char *)(uintptr_t)f->machine, f->hot_bytes, (char *)(uintptr_t)f->cold, f->cold_bytes);
}

bool jit_compile_unit(Vm *vm, CodeUnit *unit) {
  for (uint32_t i = 0; i < unit->parts.function_count; i++) {
    code_lock(vm->code);
    CodeFunction *f = unit_function(unit, i);
    code_unlock(vm->code);
    if (!f || !engine_link(vm_engine(vm), f)) return false;
  }
  return true;
}

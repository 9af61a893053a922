// SPDX-License-Identifier: Apache-2.0
//
// The engine: runs linked code, links functions on their first call, raises and unwinds.
//
// What belongs to one thread (EngineRun) stands in its worker; the Engine is the VM's.
//
// State of a running process is in registers of the interpreter (pc, fp, heap top, reductions) and, whenever C
// code other than the interpreter's loop runs, in the Process (pc, fp, heap.top, reductions): SLOW saves and reloads.
//
//  E1  A slow path does its whole instruction and answers the next pc, or mends something and answers
//      the same pc, or answers NULL: leave the engine with the worker's engine.exit.
//  E2  Map words of instructions hold in bits 0..15 the number of slots of the function (those of calls hold K):
//      what lies below the frame pointer is kept while C code may collect.
//  E3  Only the worker's thread touches a running process.
#ifndef JOIST_ENGINE_ENGINE_H
#define JOIST_ENGINE_ENGINE_H

#include "vm/code/code.h"
#include "vm/engine/linked.h"
#include "vm/process/process.h"
#include "vm/sched/sched.h"

typedef const uint64_t *(*SlowPath)(Process *p, const uint64_t *pc);

// What natives ask the engine for (vm/native/native_api.h).
typedef enum NativeAction { NATIVE_NO_ACTION, NATIVE_YIELD, NATIVE_WAIT, NATIVE_CALL, NATIVE_EXIT, NATIVE_DIRTY, NATIVE_DIRTY_BLOCKS } NativeAction;

typedef struct Engine {
  uint32_t handlers[LINKED_COUNT]; // offset of each body from the interpreter's base
  struct Jit *jit;                 // compiled code (stencils/jit.h); NULL: the interpreter runs, and handlers are its own
  bool (*compile)(struct Jit *jit, CodeFunction *f); // with jit: makes compiled code of a function just linked
  void (*drop_compiled)(struct Jit *jit, CodeFunction *f); // with jit: the function goes
  void (*settle_compiled)(struct Jit *jit); // with jit: after the last that went for now
  Term exit_point;                 // where the first function of a process returns to
  uint64_t exit_code[2];           // barrier map, EXIT: the return point of every process's first function
  Export *crash_handler;           // :joist_crash.uncaught/3
  bool (*load_module)(Vm *vm, Term module); // finds and loads a module that is not there; may be NULL
  // Appends the docs chunk (external term format) of a module that is not loaded, reading no more than that; `out` stays empty when
  // it has none. False: there is no such module. May be NULL.
  bool (*module_docs)(Vm *vm, Term module, Buffer *out);
  // Appends the names of the modules that load_module can find, a zero byte behind each. False: no memory. May be NULL.
  bool (*module_names)(Vm *vm, Buffer *out);
  struct Purge *purge;             // purge.c
  uint64_t linked_function_count, linked_word_count;
  NORETURN void (*job_no_memory)(void *job); // of a worker's job (EngineRun)
} Engine;

// A slice, left by no_memory_jump: `run` is the interpreter or compiled code.
EngineExit engine_run_guarded(Worker *w, Process *p, void (*run)(Engine *e, Process *p));

// VmHooks.run_dirty (dirty.c).
void engine_run_dirty(Worker *w, Process *p);

// Makes vm->engine, sets the engine's hooks of vm and of vm->code. Fails: STATUS_NO_MEMORY.
MUST_USE Status engine_init(Vm *vm);
void engine_free(Vm *vm);

// The interpreter. p NULL: fills `handlers` and returns.
void engine_interpret(Process *p, uint32_t *handlers);
// Writes the wrapper that lets a native be called like a function.
void engine_make_native_code(ExportEntry *entry, const Engine *e);
extern const SlowPath SLOW_PATHS[LINKED_COUNT];

// Makes linked code of a function, and compiled code where there is a JIT, and leads calls to it. No-op when it is there. Takes the code
// table's lock. Thread: worker. False: no memory, or no room for compiled code.
bool engine_link(Engine *e, CodeFunction *f);

// Raises in p, which stands at pc: answers where to go on, or NULL. trace: T_NONE captures the stack;
// else a trace handle or list is kept. GC: no.
const uint64_t *engine_raise(Process *p, const uint64_t *pc, Term class_, Term reason, Term trace);
// The same; the trace is headed by the call that failed (a native's, a function's without a clause): its
// arguments are args[0], args[-1], …
const uint64_t *engine_raise_call(Process *p, const uint64_t *pc, Term class_, Term reason, Term module, Term name, const Term *args,
                                  uint32_t arg_count);
// class error, reason :system_limit, of that limit (its sentence goes into the trace).
const uint64_t *engine_raise_limit(Process *p, const uint64_t *pc, LimitId limit);
// class error, reason {tag, value}.
const uint64_t *engine_raise_about(Process *p, const uint64_t *pc, Term tag, Term value);
// The list of a trace handle, built on p's heap. words: how many it needs at most. No-op for lists.
size_t stack_trace_words(Process *p, Term trace);
Term stack_trace_list(Process *p, Term trace);
// Module, name, arity and line of an address. False: not linked code.
bool engine_locate(Vm *vm, const uint64_t *address, CodeFunction **f, uint32_t *file, uint32_t *line);

// --- where code ends (purge.c)
typedef struct Purge Purge;
MUST_USE Status engine_purge_init(Vm *vm); // of engine_init
void engine_purge_free(Vm *vm);
// A whole search at once: what nobody refers to now is gone afterwards, unless a process in a dirty native holds the search up.
// All other workers stand meanwhile. Thread: worker; its own process, if it is in a slice, is in order as for a collection.
void engine_purge_now(Vm *vm);
// The fragment goes where no search looks (a host's memory): units whose funs it holds stay for ever.
void engine_pin(Vm *vm, const HeapFragment *f);

static inline Engine *vm_engine(Vm *vm) { return vm->engine; }
// More than that at a stretch (1 ms) is a dirty thread's.
enum { ENGINE_LONG_REDUCTIONS = 10000 };
// May p go to a dirty thread? Not on virtual time, not from one.
static inline bool engine_has_dirty(const Process *p) { return p->vm->hooks.run_dirty && !vm_worker(p->vm)->is_dirty; }
static inline EngineRun *vm_engine_run(Vm *vm) { return &vm_worker(vm)->engine; }

// What the running instruction or native of p hashes and compares keys of maps with. A walk over a huge key leaves in the middle: the process
// goes to a dirty thread, which does the native, or the instruction's operation (long_operation.h), from the start. So it is for those that hold
// nothing a jump would lose: memory of an Alloc, a lock. What was built on the heap from here on is cut off. The process stands at the instruction,
// which is one that engine_key_operation knows; of a native, its arguments are still what they were.
static inline const TermContext *engine_key_context(Process *p) {
  p->dirty_words = (size_t)(uintptr_t)p->heap.top;
  return &p->vm->key_context;
}

#endif

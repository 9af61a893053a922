// SPDX-License-Identifier: Apache-2.0
//
// Starting and stopping the engine, preparing processes, running slices.
#include "vm/engine/engine.h"

#include <string.h>

#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"
#include "vm/engine/where.h"
#include "vm/process/ask.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"

void engine_make_native_code(ExportEntry *entry, const Engine *e) {
  const NativeEntry *n = entry->e.native;
  uint64_t *code = entry->native_code;
  _Static_assert(sizeof entry->native_code / 8 >= WORDS_NATIVE_BODY + WORDS_RETURN, "a wrapper fits");
  code[0] = e->handlers[L_NATIVE_BODY];
  linked_set_field(code, 0, (uint16_t)(8 * ((uint64_t)n->arity + n->scratch + HEAP_SLACK_WORDS)));
  code[FIRST_NATIVE_BODY] = (uint64_t)(uintptr_t)n;
  code[FIRST_NATIVE_BODY + 1] = 0;
  code[WORDS_NATIVE_BODY] = e->handlers[L_RETURN]; // field 0: slot 0
}

// The handlers are the same for every VM of one program, so the hook finds them by asking the interpreter.
static void native_code_hook(ExportEntry *entry) {
  Engine e;
  engine_interpret(NULL, e.handlers);
  engine_make_native_code(entry, &e);
}

// What the instruction was building is cut off with the process; what it held outside of the heap (a scratch buffer) is lost
// until the VM ends, which is why natives use the walks with a Status wherever they hold something.
static EngineExit leave_without_memory(Worker *w) {
  Process *p = worker_current(w);
  w->engine.no_memory_jump = NULL;
  vm_report(w->vm, "A process is killed because there is no memory to walk a deep term:\n");
  process_doom(p, ATOM_killed);
  p->arg_count = 0;
  return ENGINE_YIELD;
}

// A walk over a key left (engine_key_context).
static EngineExit leave_for_long(Worker *w) {
  Process *p = worker_current(w);
  w->engine.no_memory_jump = NULL;
  w->engine.leaves_long = false;
  p->heap.top = p->heap.end = (Term *)(uintptr_t)p->dirty_words;
  const NativeEntry *n = engine_native(p);
  if (n) {
    p->flags |= PROCESS_NATIVE_RESUMED;
    p->dirty_native = n;
    return ENGINE_LONG;
  }
  if (p->arg_count) { // a guard's native
    n = engine_guard_native(p);
    operation_send(p, OPERATION_GUARD + (size_t)(n - NATIVE_TABLE), p->args[0], p->arg_count == 2 ? p->args[-1] : T_NONE);
    p->arg_count = 0;
  } else {
    operation_send(p, OPERATION_KEYS, T_NONE, T_NONE);
  }
  return ENGINE_LONG;
}

EngineExit engine_run_guarded(Worker *w, Process *p, void (*run)(Engine *e, Process *p)) {
  Engine *e = vm_engine(w->vm);
  void *jump[5];
  w->engine.no_memory_jump = jump;
  if (__builtin_setjmp(jump) != 0) {
    worker_be_online(w);
    return w->engine.leaves_long ? leave_for_long(w) : leave_without_memory(w);
  }
  run(e, p);
  w->engine.no_memory_jump = NULL;
  return (EngineExit)w->engine.exit;
}

static void no_memory(void *state) {
  Engine *e = vm_engine((Vm *)state);
  if (!e) return;
  Worker *w = worker_now;
  if (!w || w->vm != state) return; // a host's thread: its walk says so by itself. Another's jump is not its to take
  EngineRun *run = &w->engine;
  if (run->job) e->job_no_memory(run->job);
  if (run->no_memory_jump) __builtin_longjmp(run->no_memory_jump, 1);
}

// TermContext.walked: charges, and leaves with what takes long, alone or together with what was charged before.
static void walked(void *state, size_t words, bool more) {
  Worker *w = worker_now;
  if (!w || w->vm != state || !w->engine.no_memory_jump) return;
  Process *p = worker_current(w);
  p->reductions -= (int64_t)(words >> OPERATION_WORK_SHIFT);
  if (w->is_dirty || !engine_has_dirty(p) || (!more && p->reductions > -ENGINE_LONG_REDUCTIONS)) return;
  w->engine.leaves_long = true;
  __builtin_longjmp(w->engine.no_memory_jump, 1);
}

static void interpret(Engine *e, Process *p) {
  (void)e;
  engine_interpret(p, NULL);
}
static EngineExit run(Worker *w, Process *p) { return engine_run_guarded(w, p, interpret); }

// The map that names slots 0 … count-1, for more slots than a word holds. Few processes start so: one each, kept. 0: no memory.
static uint64_t far_prefix(CodeTable *code, uint32_t count) {
  uint32_t words = (count + 63) / 64;
  code_lock(code);
  FarMap *map = arena_try_zero(&code->arena, sizeof(FarMap) + 8 * (size_t)words);
  code_unlock(code);
  if (!map) return 0;
  map->word_count = words;
  for (uint32_t i = 0; i < count; i++) map->bits[i / 64] |= (uint64_t)1 << (i % 64);
  return MAP_FAR | (uint64_t)(uintptr_t)map >> 3 << MAP_MASK_SHIFT;
}

// The stack of a new process: its arguments in slots 0…, the return address of the first frame above them.
static bool prepare(Vm *vm, Process *p, Term module, Term function, const Term *args, uint32_t arg_count) {
  Engine *e = vm_engine(vm);
  p->args = (Term *)(uintptr_t)args; // roots while room is made: they lie in p's memory
  p->arg_count = 0;
  Export *export = NULL;
  uint32_t captures = 0;
  if (module != T_NONE) {
    export = code_export(vm->code, module, function, arg_count);
    if (!export) return false;
  } else {
    if (!term_is_fun(function)) return false;
    if (header_is(boxed_header(function), KIND_EXPORT)) {
      export = (Export *)(uintptr_t)export_of(function);
    } else {
      captures = (uint32_t)fun_capture_count(function);
    }
  }
  size_t words = 2 + (size_t)arg_count + captures;
  p->fp = p->block_end;
  p->stack_low = p->block_end;
  if (HOSTILE || heap_free_words(&p->memory) < words + HEAP_SLACK_WORDS) {
    // No collection yet: arguments are not rooted, so the block must have been made large enough for them.
    p->exc_reason = function;
    Term kept[ARITY_MAX];
    memcpy(kept, args, arg_count * sizeof(Term));
    p->args = kept + arg_count - 1; // descending
    for (uint32_t i = 0; i < arg_count / 2; i++) {
      Term t = kept[i];
      kept[i] = kept[arg_count - 1 - i];
      kept[arg_count - 1 - i] = t;
    }
    p->arg_count = arg_count;
    bool ok = process_reserve(p, words);
    function = p->exc_reason;
    p->exc_reason = T_NONE;
    p->arg_count = 0;
    if (!ok) return false;
    p->fp = p->block_end - 2;
    for (uint32_t i = 0; i < arg_count; i++) p->fp[-(ptrdiff_t)i] = kept[arg_count - 1 - i];
  } else {
    p->fp = p->block_end - 2;
    for (uint32_t i = 0; i < arg_count; i++) p->fp[-(ptrdiff_t)i] = args[i];
  }
  p->fp[1] = e->exit_point;
  if (export) {
    p->pc = PUBLISHED(export->code);
  } else {
    const FunEntry *entry = fun_entry(function);
    if (entry->arity != arg_count) return false;
    for (uint32_t i = 0; i < captures; i++) p->fp[-(ptrdiff_t)(arg_count + i)] = fun_captures(function)[i];
    p->pc = PUBLISHED(entry->code);
  }
  uint32_t live = arg_count + captures;
  p->args = NULL;
  p->stack_low = live ? p->fp - (live - 1) : p->fp;
  p->live_map = live <= MAP_NEAR_SLOTS ? (((uint64_t)1 << live) - 1) << MAP_MASK_SHIFT : far_prefix(vm->code, live);
  return live == 0 || p->live_map != 0;
}

static bool current_function(Process *p, Term *module, Term *function, uint32_t *arity) {
  CodeFunction *f = p->pc ? code_find(p->vm->code, p->pc) : NULL;
  if (!f) return false;
  const NativeEntry *native = engine_native(p);
  if (native && native->arity == 3 && strcmp(native->name, "hibernate") == 0) { // who hibernates has no caller, as far as programs see
    *module = ATOM_erlang;
    *function = ATOM_hibernate;
    *arity = native->arity;
    return true;
  }
  *module = f->unit->module;
  *function = f->name;
  *arity = f->arity;
  return true;
}

// p stands at an instruction with everything saved: at the entry of a function, in a receive, in a native that yielded. A message
// that is being looked at stays in the queue: nothing that is raised here refers to it.
static bool interrupt(Process *p) {
  process_receive_leave(p);
  p->flags &= ~(uint32_t)(PROCESS_NATIVE_RESUMED | PROCESS_DIRTY_DONE | PROCESS_DIRTY_RAISED | PROCESS_DIRTY_CALL | PROCESS_DIRTY_OPERATION_DONE);
  ask_withdraw(p);
  long_copy_drop(p);
  const uint64_t *pc = engine_raise(p, p->pc, ATOM_exit, ATOM_interrupted, T_NONE);
  if (pc) p->pc = pc;
  return pc != NULL;
}

Status engine_init(Vm *vm) {
  Engine *e = alloc_zero(&vm->alloc, sizeof *e);
  if (!e) return STATUS_NO_MEMORY;
  vm->engine = e;
  engine_interpret(NULL, e->handlers);
  e->exit_code[0] = MAP_BARRIER;
  e->exit_code[1] = e->handlers[L_EXIT];
  e->exit_point = (Term)(uintptr_t)&e->exit_code[1];
  vm->hooks.run = run;
  if (!vm->options.seeded) vm->hooks.run_dirty = engine_run_dirty;
  vm->context.no_memory = no_memory;
  vm->hooks.interrupt = interrupt;
  vm->hooks.prepare = prepare;
  vm->hooks.current_function = current_function;
  vm->hooks.stacktrace_words = stack_frames_words;
  vm->hooks.stacktrace = stack_frames_list;
  CodeTable *code = alloc_zero(&vm->alloc, sizeof *code);
  if (!code) return STATUS_NO_MEMORY;
  vm->code = code;
  code->link_stub_word = e->handlers[L_LINK_STUB];
  code->export_stub_word = e->handlers[L_EXPORT_STUB];
  code->make_native_code = native_code_hook;
  Status s = code_table_init(code, vm_alloc_of(vm, METER_CODE), &vm->context, vm->literals, vm->image);
  vm->key_context = vm->context;
  vm->key_context.walked = walked;
  if (s == STATUS_OK) s = engine_purge_init(vm);
  if (s == STATUS_OK) e->crash_handler = code_export(code, ATOM_joist_crash, ATOM_uncaught, 3);
  if (s == STATUS_OK && !e->crash_handler) s = STATUS_NO_MEMORY;
  return s;
}

void engine_free(Vm *vm) {
  if (vm->engine) engine_purge_free(vm);
  if (vm->code) {
    code_table_free(vm->code);
    alloc_put(&vm->alloc, vm->code, sizeof *vm->code);
    vm->code = NULL;
  }
  if (vm->engine) alloc_put(&vm->alloc, vm->engine, sizeof *vm->engine);
  vm->engine = NULL;
}

// SPDX-License-Identifier: Apache-2.0
//
// Slow paths of flow: entry and frames, stubs, natives, calls of funs and by name.
//
// A native's window: arguments, then scratch words, below the frame pointer of the window. While it runs they are
// roots through p->args; they stay so across a yield.
#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"

// Where the error is raised is by chance, and may be outside of all that would tell of it.
__attribute__((noinline, cold)) static void tell_of_link(const Process *p, const CodeFunction *f) {
  size_t module_bytes, name_bytes;
  const char *module = atom_text(p->vm->context.atoms, f->unit->module, &module_bytes), *name = atom_text(p->vm->context.atoms, f->name, &name_bytes);
  vm_report(p->vm, "There is no memory, or no room for code, to prepare %.*s/%u of %.*s for its first call\n", (int)name_bytes, name, f->arity, (int)module_bytes,
            module);
}

SLOW_PATH(LINK_STUB) {
  CodeFunction *f = (CodeFunction *)(uintptr_t)W(LINK_STUB, 0);
  if (PUBLISHED(f->entry) != f->stub || engine_link(vm_engine(p->vm), f)) return PUBLISHED(f->entry); // another worker may have been first
  tell_of_link(p, f);
  return engine_raise_limit(p, pc, account_allows(&p->vm->account, 1 << 20) ? LIMIT_COMPILED_CODE_BYTES : LIMIT_MEMORY_BUDGET);
}

SLOW_PATH(EXPORT_STUB) {
  Export *e = (Export *)(uintptr_t)W(EXPORT_STUB, 0);
  Engine *engine = vm_engine(p->vm);
  CodeTable *code = p->vm->code;
  bool no_memory, again;
  do { // again while other workers load or delete the module in between; a unit that stays does not have the function
    const CodeUnit *before = code_module(code, e->module);
    bool there = before || export_is_defined(e) || (engine->load_module && engine->load_module(p->vm, e->module));
    if (code_export_resolve(code, e, &no_memory)) return PUBLISHED(e->code);
    again = there && !no_memory && !(before && code_module(code, e->module) == before);
  } while (again);
  EngineRun *run = vm_engine_run(p->vm);
  bool not_loaded = run->load_no_memory;
  run->load_no_memory = false;
  return engine_raise_call(p, pc, ATOM_error, no_memory || not_loaded ? ATOM_system_limit : ATOM_undef, e->module, e->name, p->fp, e->arity);
}

SLOW_PATH(EXIT) {
  (void)pc;
  p->exit_reason = ATOM_normal;
  return engine_leave(p, ENGINE_EXIT);
}

SLOW_PATH(ENTRY) {
  engine_stand_at(p, pc, W(ENTRY, 0));
  p->reductions++; // the entry counts when it is made
  process_end_slice(p);
  return engine_leave(p, ENGINE_YIELD);
}

SLOW_PATH(ENTRY_LARGE) {
  if (p->reductions <= 0) {
    engine_stand_at(p, pc, W(ENTRY_LARGE, 0));
    return engine_leave(p, ENGINE_YIELD);
  }
  RESERVE(W(ENTRY_LARGE, 0), I(0) / 8);
  return pc;
}

SLOW_PATH(FRAME) {
  RESERVE(W(FRAME, 0), I(0) / 8);
  return pc;
}

// --- natives

static const uint64_t *native_raised(Process *p, const uint64_t *pc, const NativeEntry *n, const Term *args) {
  Term class_ = p->exc_class, reason = p->exc_reason;
  if (p->exc_trace != T_NONE && !term_is_small(p->exc_trace)) return engine_raise(p, pc, class_, reason, p->exc_trace);
  // Which limit it was; memory when the native does not say.
  if (reason == ATOM_system_limit && !(n->flags & NATIVE_RAISES))
    vm_engine_run(p->vm)->limit = (uint8_t)(1 + (term_is_small(p->exc_trace) ? small_value(p->exc_trace) : LIMIT_MEMORY_BUDGET));
  p->exc_trace = T_NONE;
  if (class_ != ATOM_error || (n->flags & NATIVE_RAISES)) return engine_raise(p, pc, class_, reason, T_NONE);
  Term module = atom_lookup(p->vm->atoms, n->module, strlen(n->module));
  Term name = atom_lookup(p->vm->atoms, n->name, strlen(n->name));
  return engine_raise_call(p, pc, class_, reason, module, name, args, n->arity);
}

static bool fun_takes(Term fun, uint32_t arg_count) { return term_is_fun(fun) && fun_arity(fun) == arg_count; }

// Where a call of a fun of that arity goes; its arguments stand in the window, fp is the callee's.
static const uint64_t *enter_fun(Process *p, Term fun, uint32_t arg_count) {
  if (header_is(boxed_header(fun), KIND_EXPORT)) return PUBLISHED(export_of(fun)->code);
  size_t captures = fun_capture_count(fun);
  Term *from = fun_captures(fun), *to = p->fp - arg_count;
  for (size_t i = 0; i < captures; i++) to[-(ptrdiff_t)i] = from[i];
  return PUBLISHED(fun_entry(fun)->code);
}

static const uint64_t *bad_arity(Process *p, const uint64_t *pc, Term fun, const Term *args, uint32_t arg_count) {
  // {badarity, {fun, arguments}} is built in the trace's way, so that nothing moves: as the head of the call.
  HeapFragment *f = fragment_new(&p->vm->alloc, &p->vm->account, 6 + 2 * (size_t)arg_count);
  if (!f) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  TermHeap h = fragment_heap(f);
  Term list = T_NIL;
  for (uint32_t i = arg_count; i-- > 0;) list = heap_cons(&h, args[-(ptrdiff_t)i], list);
  Term pair, *items = heap_tuple(&h, 2, &pair);
  items[0] = fun;
  items[1] = list;
  Term reason;
  items = heap_tuple(&h, 2, &reason);
  items[0] = ATOM_badarity;
  items[1] = pair;
  fragment_close(f, &h, T_NONE);
  heap_adopt(vm_heap_env(p->vm), &p->memory, f);
  return engine_raise(p, pc, ATOM_error, reason, T_NONE);
}

static const uint64_t *leave_for_dirty(Process *p, const NativeEntry *n, EngineExit how) {
  p->flags |= PROCESS_NATIVE_RESUMED;
  p->dirty_native = n;
  return engine_leave(p, how);
}

// What the native did on a dirty thread (dirty.c); its value as if it had answered it here.
static Term dirty_result(Process *p) {
  uint32_t was = p->flags;
  p->flags &= ~(uint32_t)(PROCESS_DIRTY_DONE | PROCESS_DIRTY_RAISED | PROCESS_DIRTY_CALL);
  if (was & PROCESS_DIRTY_DONE) return p->args[0];
  if (was & PROCESS_DIRTY_RAISED) return T_NONE;
  EngineRun *run = vm_engine_run(p->vm);
  run->action = NATIVE_CALL;
  run->call = p->dirty_call;
  run->call_fun = p->exc_reason;
  run->call_arg_count = p->arg_count;
  p->exc_reason = T_NONE;
  return T_YIELD;
}

// The rest of a native that raised, waits, or wants a call: it answered T_NONE or T_YIELD.
// Apart, so that what runs for every native stays short.
__attribute__((noinline)) static const uint64_t *native_left(Process *p, const uint64_t *pc, const NativeEntry *n, Term value,
                                                             const uint64_t *behind) {
  EngineRun *run = vm_engine_run(p->vm);
  if (value == T_NONE) {
    if (process_must_exit(p)) return engine_leave(p, ENGINE_YIELD);
    Term *args = p->args;
    return native_raised(p, pc, n, args);
  }
  switch ((NativeAction)run->action) {
    case NATIVE_YIELD:
    case NATIVE_WAIT:
      p->flags |= PROCESS_NATIVE_RESUMED;
      if (run->action == NATIVE_YIELD) process_end_slice(p);
      return engine_leave(p, run->action == NATIVE_YIELD ? ENGINE_YIELD : ENGINE_WAIT);
    case NATIVE_CALL: {
      p->arg_count = 0;
      p->fp = p->args;
      if (behind) p->fp[1] = (Term)(uintptr_t)behind;
      if (run->call) return PUBLISHED(run->call->code);
      // The window is a frame of its own by now, and stands in no function: only its callers have handlers.
      const uint64_t *nowhere = &vm_engine(p->vm)->exit_code[1];
      const uint64_t *to = fun_takes(run->call_fun, run->call_arg_count) ? enter_fun(p, run->call_fun, run->call_arg_count) : NULL;
      if (to) return to;
      if (!term_is_fun(run->call_fun)) return engine_raise_about(p, nowhere, ATOM_badfun, run->call_fun);
      return bad_arity(p, nowhere, run->call_fun, p->fp, run->call_arg_count);
    }
    case NATIVE_EXIT: return engine_leave(p, ENGINE_EXIT);
    case NATIVE_DIRTY: return leave_for_dirty(p, n, ENGINE_LONG);
    case NATIVE_DIRTY_BLOCKS: return leave_for_dirty(p, n, ENGINE_BLOCKS);
    default: UNREACHABLE();
  }
}

enum { DIRTY_FLAGS = PROCESS_DIRTY_DONE | PROCESS_DIRTY_RAISED | PROCESS_DIRTY_CALL };

// The same call again: the native yielded or waited, or was on a dirty thread. False: to a dirty thread with it.
__attribute__((noinline)) static bool run_again(Process *p, const NativeEntry *n, Term *value) {
  p->flags &= ~(uint32_t)PROCESS_NATIVE_RESUMED;
  p->heap.end = p->heap.top;
  if (p->flags & DIRTY_FLAGS) {
    *value = dirty_result(p);
    return true;
  }
  p->arg_count = (uint32_t)n->arity + n->scratch;
  if ((n->flags & NATIVE_BLOCKING) && engine_has_dirty(p)) return false;
  *value = n->function(p);
  return true;
}

// A dirty thread makes room, and then the call is made again; the arguments are roots.
static const uint64_t *collect_first(Process *p, size_t free_bytes) {
  p->flags |= PROCESS_DIRTY_COLLECT;
  p->dirty_words = free_bytes / 8 + 2 * NATIVE_ROOM_WORDS;
  return engine_leave(p, ENGINE_LONG);
}

// Runs a native whose window starts `k_words` below p->fp. free_bytes: what must be free below p->fp (the window and the
// function's own slots included). Answers the pc to leave or go to, or NULL with *done when its value stands in the window. Inlined always: as
// a function with eight arguments it took 30 of the 90 instructions that a call of a native costs.
__attribute__((always_inline)) static inline const uint64_t *run_native(Process *p, const uint64_t *pc, const NativeEntry *n, size_t k_words,
                                                                        size_t free_bytes, uint64_t map, const uint64_t *behind, bool *done) {
  *done = false;
  p->pc = pc;
  p->live_map = map & ~(uint64_t)MAP_K_MASK;
  p->args = p->fp - k_words;
  Term value;
  if (UNLIKELY(p->flags & (PROCESS_NATIVE_RESUMED | DIRTY_FLAGS))) {
    p->stack_low = p->fp - (free_bytes / 8 - HEAP_SLACK_WORDS - 1);
    if (!(p->flags & DIRTY_FLAGS) && process_is_large_and_full(p) && engine_has_dirty(p)) {
      p->arg_count = (uint32_t)n->arity + n->scratch;
      return collect_first(p, free_bytes);
    }
    if (!run_again(p, n, &value)) return leave_for_dirty(p, n, ENGINE_BLOCKS);
  } else {
    uint32_t arity = n->arity, word_count = arity + n->scratch;
    if (UNLIKELY(HOSTILE || (char *)p->heap.top + free_bytes > (char *)p->fp)) {
      p->arg_count = arity;
      p->stack_low = arity ? p->args - (arity - 1) : p->args;
      if (engine_collects_elsewhere(p, free_bytes / 8 + 2 * NATIVE_ROOM_WORDS)) return engine_leave(p, ENGINE_LONG); // and the call again
      if (!process_reserve(p, free_bytes / 8)) return engine_leave(p, ENGINE_YIELD);
      p->args = p->fp - k_words; // left behind when there are no arguments; scratch words follow
    }
    p->stack_low = p->fp - (free_bytes / 8 - HEAP_SLACK_WORDS - 1);
    if (UNLIKELY(process_is_large_and_full(p)) && engine_has_dirty(p)) {
      p->arg_count = arity;
      p->stack_low = arity ? p->args - (arity - 1) : p->args;
      return collect_first(p, free_bytes);
    }
    Term *args = p->args;
    for (uint32_t i = arity; i < word_count; i++) args[-(ptrdiff_t)i] = T_NIL;
    p->arg_count = word_count;
    p->heap.end = p->heap.top;
    if (UNLIKELY(n->flags & NATIVE_BLOCKING) && engine_has_dirty(p)) return leave_for_dirty(p, n, ENGINE_BLOCKS);
    value = n->function(p);
  }
  p->args = p->fp - k_words; // a collection leaves it behind when there are no arguments
  if (UNLIKELY(value == T_NONE || value == T_YIELD)) return native_left(p, pc, n, value, behind);
  p->arg_count = 0;
  p->args[0] = value;
  if (UNLIKELY(process_must_exit(p))) {
    // It ended itself (exit(self(), :kill)); the value is not needed any more.
    return engine_leave(p, ENGINE_YIELD);
  }
  *done = true;
  return NULL;
}

SLOW_PATH(CALL_NATIVE) {
  const NativeEntry *n = (const NativeEntry *)(uintptr_t)W(CALL_NATIVE, 0);
  size_t k_words = (size_t)(p->fp - &R(0));
  bool done;
  const uint64_t *to = run_native(p, pc, n, k_words, I(1), W(CALL_NATIVE, 1), BEHIND(CALL_NATIVE), &done);
  return done ? BEHIND(CALL_NATIVE) : to;
}

SLOW_PATH(NATIVE_BODY) {
  const NativeEntry *n = (const NativeEntry *)(uintptr_t)W(NATIVE_BODY, 0);
  bool done;
  const uint64_t *to = run_native(p, pc, n, 0, I(0), 0, NULL, &done);
  return done ? BEHIND(NATIVE_BODY) : to;
}

// A guard native takes its arguments from slots, through the worker's array.
SLOW_PATH(GUARD1) {
  const NativeEntry *n = (const NativeEntry *)(uintptr_t)W(GUARD1, 0);
  const uint64_t *fail = CODE(GUARD1, 2);
  Worker *w = vm_worker(p->vm);
  Term *args = w->guard_args + 255;
  size_t count = I(1);
  for (size_t i = 0; i < count; i++) args[-(ptrdiff_t)i] = LIST_SLOT(GUARD1, i);
  for (size_t i = count; i < (size_t)count + n->scratch; i++) args[-(ptrdiff_t)i] = T_NIL;
  engine_stand_at(p, pc, W(GUARD1, 1));
  p->args = args;
  p->arg_count = (uint32_t)count + n->scratch;
  p->heap.end = p->heap.top;
  size_t unused;
  Term value = operation_is_back(p) ? operation_take(p, &unused) : n->function(p);
  p->arg_count = 0;
  if (UNLIKELY(value == T_YIELD)) { // it takes long
    CHECK(vm_engine_run(p->vm)->action == NATIVE_DIRTY && count <= 2);
    operation_send(p, OPERATION_GUARD + (size_t)(n - NATIVE_TABLE), args[0], count == 2 ? args[-1] : T_NONE);
    return engine_leave(p, ENGINE_LONG);
  }
  if (UNLIKELY(value == T_NONE)) {
    if (process_must_exit(p)) return engine_leave(p, ENGINE_YIELD);
    if (fail) {
      p->exc_class = p->exc_reason = p->exc_trace = T_NONE;
      return fail;
    }
    return native_raised(p, pc, n, args);
  }
  R(0) = value;
  return BEHIND_LIST(GUARD1, count);
}

// --- calls

// Room for the captures of a fun with many of them behind the arguments of a window.
static bool room_for_captures(Process *p, const uint64_t *pc, uint64_t map, size_t k_words, Term *fun, uint32_t arg_count) {
  size_t words = fun_capture_count(*fun) + arg_count;
  if (words <= STACK_SLACK_WORDS) return true;
  p->pc = pc;
  p->live_map = map & ~(uint64_t)MAP_K_MASK;
  p->args = p->fp - k_words;
  p->arg_count = arg_count;
  p->stack_low = arg_count ? p->args - (arg_count - 1) : p->args;
  p->exc_reason = *fun; // its slot may be dead after the call: it is a root here
  bool ok = process_reserve(p, words);
  *fun = p->exc_reason;
  p->exc_reason = T_NONE;
  p->arg_count = 0;
  return ok;
}

SLOW_PATH(CALL_FUN) {
  Term fun = R(1);
  uint32_t arg_count = (uint32_t)I(2);
  size_t k_words = (size_t)(p->fp - &R(0));
  if (!fun_takes(fun, arg_count))
    return term_is_fun(fun) ? bad_arity(p, pc, fun, p->fp - k_words, arg_count) : engine_raise_about(p, pc, ATOM_badfun, fun);
  if (header_is(boxed_header(fun), KIND_FUN) && !room_for_captures(p, pc, W(CALL_FUN, 0), k_words, &fun, arg_count))
    return engine_leave(p, ENGINE_YIELD);
  p->fp -= k_words;
  p->fp[1] = (Term)(uintptr_t)BEHIND(CALL_FUN);
  return enter_fun(p, fun, arg_count);
}

SLOW_PATH(TAIL_FUN) {
  Term fun = R(0);
  uint32_t arg_count = (uint32_t)I(1);
  if (!fun_takes(fun, arg_count))
    return term_is_fun(fun) ? bad_arity(p, pc, fun, p->fp, arg_count) : engine_raise_about(p, pc, ATOM_badfun, fun);
  if (header_is(boxed_header(fun), KIND_FUN) && !room_for_captures(p, pc, 0, 0, &fun, arg_count)) return engine_leave(p, ENGINE_YIELD);
  return enter_fun(p, fun, arg_count);
}

static Export *dynamic_target(Process *p, Term module, Term name, uint32_t arity) {
  if (!term_is_atom(module) || !term_is_atom(name)) return NULL;
  return code_export(p->vm->code, module, name, arity);
}

static const uint64_t *bad_target(Process *p, const uint64_t *pc, Term module, Term name, const Term *args, uint32_t arg_count) {
  return engine_raise_call(p, pc, ATOM_error, term_is_atom(module) && term_is_atom(name) ? ATOM_system_limit : ATOM_badarg, module, name,
                           args, arg_count);
}

SLOW_PATH(CALL_DYN) {
  Term module = R(1), name = R(2);
  uint32_t arg_count = (uint32_t)I(3);
  Term *frame = &R(0);
  Export *e = dynamic_target(p, module, name, arg_count);
  if (!e) return bad_target(p, pc, module, name, frame, arg_count);
  frame[1] = (Term)(uintptr_t)BEHIND(CALL_DYN);
  p->fp = frame;
  return PUBLISHED(e->code);
}

SLOW_PATH(TAIL_DYN) {
  Term module = R(0), name = R(1);
  uint32_t arg_count = (uint32_t)I(2);
  Export *e = dynamic_target(p, module, name, arg_count);
  if (!e) return bad_target(p, pc, module, name, p->fp, arg_count);
  return PUBLISHED(e->code);
}

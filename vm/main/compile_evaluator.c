// SPDX-License-Identifier: Apache-2.0
//
// loop(job) of :joist_evaluator, assembled by hand:
//
//   case :joist_compile.next(job) do
//     {:call, module, function, args} -> apply it, then :joist_compile.answer(job, value) or, caught, fail(job, class, reason, stack); again
//     done -> :joist_compile.finish(job, done)
//   end
#include "vm/main/compile_evaluator.h"

#include "vm/code/code.h"
#include "vm/code/module_builder.h"
#include "vm/code/module_file.h"
#include "vm/process/vm.h"

// Its bytes go to `bytes`. Leaves to the arena's on_no_memory.
static void assemble_evaluator(Arena *arena, Buffer *bytes) {
  ModuleBuilder *b = builder_new(arena, "joist_evaluator", 15);
  uint32_t compile = builder_atom(b, "joist_compile", 13), erlang = builder_atom(b, "erlang", 6), call = builder_atom(b, "call", 4);
  uint32_t next = builder_import(b, compile, builder_atom(b, "next", 4), 1), apply = builder_import(b, erlang, builder_atom(b, "apply", 5), 3),
           answer = builder_import(b, compile, builder_atom(b, "answer", 6), 2), fail = builder_import(b, compile, builder_atom(b, "fail", 4), 4),
           finish = builder_import(b, compile, builder_atom(b, "finish", 6), 2);
  uint32_t loop = builder_function(b, builder_atom(b, "loop", 4), 1, true);
  static const uint16_t JOB[] = {0};
  Operand only_job = {.list = {1, JOB}};
  static const uint16_t CAUGHT[] = {0, 1, 2, 3};
  Operand caught = {.list = {4, CAUGHT}};
#define SLOT(n) {.slot = (n)}
#define EMIT(op, ...) builder_emit(b, op, (Operand[]){__VA_ARGS__})
  builder_begin(b, loop);
  uint32_t again = builder_label(b), done = builder_label(b), from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  EMIT(OP_FRAME, only_job);
  builder_bind(b, again);
  // Slot 0: job, 1…3: what a handler gets, 5: return address, 6…: windows.
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(6), {.number = next}, only_job);
  EMIT(OP_IS_TAGGED, SLOT(6), {.number = 4}, {.constant = {CONSTANT_ATOM, call}}, {.label = done});
  EMIT(OP_ELEMENT, SLOT(7), SLOT(6), {.number = 2});
  EMIT(OP_ELEMENT, SLOT(8), SLOT(6), {.number = 3});
  EMIT(OP_ELEMENT, SLOT(6), SLOT(6), {.number = 1});
  builder_bind(b, from);
  EMIT(OP_CALL_EXT, SLOT(6), {.number = apply}, only_job);
  builder_bind(b, to);
  EMIT(OP_MOVE, SLOT(7), SLOT(6));
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(6), {.number = answer}, only_job);
  EMIT(OP_TAIL, {.number = loop});
  builder_bind(b, done);
  EMIT(OP_MOVE, SLOT(1), SLOT(6));
  EMIT(OP_TAIL_EXT, {.number = finish});
  builder_bind(b, handler);
  EMIT(OP_STACKTRACE, SLOT(9), SLOT(3), caught);
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  EMIT(OP_MOVE, SLOT(7), SLOT(1));
  EMIT(OP_MOVE, SLOT(8), SLOT(2));
  EMIT(OP_CALL_EXT, SLOT(6), {.number = fail}, only_job);
  EMIT(OP_TAIL, {.number = loop});
  builder_handler(b, from, to, handler, 1);
  builder_end(b);
  (void)again;
  module_write(builder_finish(b), bytes);
}

static void no_memory(void *context) { __builtin_longjmp(context, 1); }

bool compile_evaluator_load(Vm *vm) {
  CodeUnit *unit;
  Arena arena;
  void *out_of_memory[5];
  arena_init(&arena, &vm->alloc, no_memory, out_of_memory);
  Buffer bytes;
  buffer_init(&bytes, &vm->alloc);
  if (__builtin_setjmp(out_of_memory) == 0) assemble_evaluator(&arena, &bytes);
  else bytes.failed = true;
  VerifyError error;
  LoadStatus s = bytes.failed ? LOAD_NO_MEMORY : code_load(vm->code, bytes.data, bytes.size, ATOM_joist_evaluator, &unit, &error);
  CHECK(s != LOAD_REFUSED);
  buffer_free(&bytes);
  arena_free(&arena);
  return s == LOAD_OK;
}

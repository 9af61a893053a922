// SPDX-License-Identifier: Apache-2.0
//
// The JIT: compiled code in place of the interpreter. One engine per VM; frames are never mixed.
//
// A function is linked first (vm/engine/link.c), then its linked words are compiled, instruction by instruction, by copying
// stencils and filling their holes. The linked words stay: they say where a process stands.
//
//  J1  C code knows linked addresses alone: Process.pc, what slow paths take and answer, handlers, lines,
//      CodeFunction.entry, FunEntry.code and Export.code. Word 0 of a linked instruction holds its opcode's number.
//  J2  Frames hold addresses of compiled code alone. Each return point has its map word in the 8 bytes before it, and begins with
//      `add fp, K`. A slow path that leaves a linked return address in the frame it made has it replaced at once.
//  J3  Compiled code enters others through `machine` of CodeFunction, FunEntry and Export, with the object in the fifth
//      argument's register. Where nothing is compiled, `machine` is the table's stub: it goes to the linked address in the
//      object's first word, which links, loads a module, runs a native, or raises.
//  J4  Calls within a unit jump directly; those whose callee is not compiled yet are kept in its list of call sites, and
//      patched when it is.
//  J5  CodeFunction.points leads from an instruction's place in compiled code to the linked one and back.
//
// Several workers. Code is made under the code table's lock, through the writable mapping, in memory that no worker runs; then `machine`
// of the function and of what leads to it is stored with release. Compiled code loads `machine` with a plain move, which on x86-64
// neither goes before older loads nor sees the pointer without the stores before it, the bytes of the code among them. Fetching is
// kept coherent with stores by physical address (Intel SDM vol. 3, "Self-modifying code"; AMD APM vol. 2, "Cross-modifying code"), so the
// two mappings do not matter. Memory that held other code before is given out only after every core has serialized (jit_settle).
//
// The one thing that changes in code that may be running is the distance in a direct jump (J4). AMD's rule for that: one store of a
// naturally aligned quadword is seen by fetching cores wholly or not at all, at once or later; both targets are right. Intel's
// processors do the same within a cache line. So a call that will be patched is laid out with its four bytes in one such quadword
// (compile.c, with a `nop` before it where they would cross), and the store is of the whole quadword.
#ifndef JOIST_ENGINE_JIT_H
#define JOIST_ENGINE_JIT_H

#include "vm/engine/engine.h"
#include "vm/engine/stencils/region.h"

typedef struct Jit {
  Vm *vm;
  CodeRegion region;
  const char *slow_thunk, *through_thunk; // at the region's head
  const uint64_t *exit_pc;                // what the exit point goes through
  uint64_t function_count, instruction_count, hot_bytes, cold_bytes; // under the code table's lock
  _Atomic(uint64_t) published;            // grows before code can be entered
  bool settles;                           // the system knows that jit_settle will ask it
} Jit;

enum { JIT_REGION_LEAST_BYTES = 4 << 20 };

// Makes vm's engine the compiled one. Call it right after engine_init, before a module is loaded. region_bytes 0: as above.
// Fails: STATUS_NO_MEMORY: nothing is changed, and the interpreter runs.
MUST_USE Status jit_install(Vm *vm, size_t region_bytes);
// Gives the code back. After the last process ran, before engine_free. No-op without jit_install.
void jit_remove(Vm *vm);
// Links and compiles all functions of a unit. False: no room.
bool jit_compile_unit(Vm *vm, CodeUnit *unit);

// --- between jit.c and compile.c
// Compiled code of a linked function; publishes f->machine. Under the code table's lock, within engine_link. False: no room.
bool jit_compile(Jit *j, CodeFunction *f);
// Gives the compiled code of a function back whose unit goes, and what is due after the last of them. Nobody runs it.
void jit_settle(Jit *j);
void jit_drop(Jit *j, CodeFunction *f);
// The compiled place of a linked instruction of f, whose compiled code begins, or will begin, at `base`.
const char *jit_place_from(const CodeFunction *f, const char *base, const uint64_t *pc);
static inline const char *jit_place(const CodeFunction *f, const uint64_t *pc) { return jit_place_from(f, f->machine, pc); }
// Bytes of the instruction that begins the code at a return point.
static inline size_t jit_return_bytes(uint64_t map) { return (map & MAP_K_MASK) < 128 ? 4 : 7; }
bool jit_op_is_call(LinkedOp op);

#endif

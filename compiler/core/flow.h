// SPDX-License-Identifier: Apache-2.0
//
// Flow form: one function as blocks of instructions over registers, between Core and file opcodes.
//
// Opcodes are those of opcodes.def; operands are registers (each defined once) until slots.c gives them slots.
// A block runs from its first instruction to its last; on the way, tests and what else has a label may leave it by
// `fail`. Only a JUMP brings arguments to the parameters of its target.
//
//  F1  A register is defined by one instruction, as a function's parameter or as a block's parameter, and that
//      definition dominates its uses.
//  F2  A block that is the `fail` of an instruction has no parameters.
//  F3  Each block ends in exactly one instruction that ends the block; nothing follows it.
//  F4  What may raise inside a region goes to the region's handler block, whose three parameters are class, reason, trace.
//      No register defined inside a region is used in its handler.
//
// Thread: the job's. All of it lies in the job's arena.
#ifndef JOIST_CORE_FLOW_H
#define JOIST_CORE_FLOW_H

#include "compiler/core/core.h"
#include "vm/code/opcode.h"

typedef struct Block Block;
typedef struct Instr Instr;
typedef struct Flow Flow;
typedef struct Version Version;
typedef struct Compile Compile;

typedef struct Const { // one constant; its code is made when first asked for
  Quoted *q;
  CodeConstant code;
  bool coded;
  const char *external; // &module.function/arity: its external term format (q is a Q_VALUE then)
  uint32_t external_size;
} Const;

typedef enum ValKind { VAL_NONE, VAL_REG, VAL_CONST } ValKind;
typedef struct Val {
  ValKind kind;
  uint32_t reg; // VAL_REG, from 1
  Const *constant;
} Val;

static inline Val val_reg(uint32_t reg) { return (Val){VAL_REG, reg, NULL}; }
static inline Val val_const(Const *c) { return (Val){VAL_CONST, 0, c}; }

typedef struct FlowSegment { // of BITS_BUILD
  Segment proto;
  int32_t value_use, size_use; // index into uses, -1: none
  Const *constant;
} FlowSegment;

struct Instr {
  Instr *prev, *next;
  uint16_t op;       // FileOpcode
  bool safe;         // known to succeed: may be dropped when its results are unused
  uint8_t def_count;
  uint32_t line;
  uint32_t defs[3];
  uint32_t use_count;
  Val *uses;         // registers, in the order of the opcode's operands; constants only in calls, tail calls and JUMP
  int64_t numbers[2];
  Const *constant;
  uint32_t index;    // f, e, u
  Block *fail;       // l, L; target of JUMP, RECV_NEXT, RECV_WAIT
  Block **targets;   // SELECT: target_count of them, the last one the default
  Const **values;
  uint32_t target_count;
  FlowSegment *segments;
  uint32_t segment_count;
  // made by liveness.c
  uint32_t *live;    // what m must name
  uint32_t live_count;
  uint32_t *deaths;  // registers that nothing on the main path needs behind this instruction
  uint32_t death_count;
  Instr *next_call;  // of the block, this one included
  int32_t window;    // slots.c, of calls: k, -1 while not chosen
};

typedef struct Region Region;
struct Region {
  Region *parent;
  Block *handler;
  Block *first; // where the region is entered
  uint32_t depth, id;
  Region *next;  // all regions of the function
  Block **blocks; // with those of inner regions
  uint32_t block_count, block_capacity;
};

struct Block {
  uint32_t id;
  Region *region;
  Instr *first, *last;
  uint32_t *params;
  uint32_t param_count;
  uint32_t ref_count;  // edges into it, exceptions included
  Version *entry;      // what is known whichever way it was entered
  Region *handler_of;  // it is this region's handler
  Instr *only_jump;    // the first JUMP to it (useful when ref_count is 1)
  Block *only_from;    // the block that JUMP stands in
  bool started, loop;  // loop: entered by a jump back too
  Block *next;         // all blocks of the function
  // order.c
  bool reached;
  uint32_t order;
  Block **preds;
  uint32_t pred_count, pred_capacity;
  // liveness.c
  uint32_t *live_in;
  uint32_t live_in_count, live_in_capacity;
  uint32_t label; // emit
};

typedef struct Register {
  Instr *def;        // NULL: parameter
  Block *block;      // where it is defined
  uint32_t uses;
  Val alias;         // VAL_NONE: itself
  Block *use_block;  // clean.c
  uint32_t mark;     // liveness.c
  // slots.c
  int32_t slot, wish;    // -1: none
  uint8_t hint_kind;
  uint16_t hint_index;   // argument number, parameter number
  Instr *hint_instr;
  Block *hint_block;
} Register;

struct Flow {
  Compile *compile;
  Arena *arena;
  Block *entry;
  Block *blocks, *last_block;
  uint32_t block_count;
  Register *registers; // [0] is unused
  uint32_t register_count, register_capacity;
  uint32_t param_count; // registers 1..param_count are the parameters, in slots 0…
  Region *regions;
  uint32_t region_count;
  Block **order;        // reached blocks, dominators first
  uint32_t order_count;
  const char *file;
};

Flow *flow_new(Compile *compile, Arena *arena, uint32_t param_count);
uint32_t flow_register(Flow *f, Block *block);
Block *flow_block(Flow *f, Region *region, uint32_t param_count);
Region *flow_region(Flow *f, Region *parent);
Instr *flow_instr(Flow *f, FileOpcode op, uint32_t use_count);
void block_append(Block *b, Instr *i);
void block_insert_before(Block *b, Instr *at, Instr *i);
void block_remove(Block *b, Instr *i);
// The register or constant that stands for `v` after aliases.
Val flow_resolve(Flow *f, Val v);
static inline bool instr_is_body_call(const Instr *i) { return i->op >= OP_CALL && i->op <= OP_CALL_DYN; }
static inline bool instr_is_tail_call(const Instr *i) { return i->op >= OP_TAIL && i->op <= OP_TAIL_DYN; }
// Fewer than four operands of a call are its target, not arguments: registers of the fun, or module and function, stand last in `uses`.
static inline uint32_t instr_callee_count(const Instr *i) {
  return i->op == OP_CALL_FUN || i->op == OP_TAIL_FUN ? 1 : i->op == OP_CALL_DYN || i->op == OP_TAIL_DYN ? 2 : 0;
}

// Passes, in this order.
void flow_clean(Flow *f);    // clean.c: threads jumps, merges blocks, drops what is unused, sinks what one path needs
void flow_order(Flow *f);    // order.c: order of blocks, predecessors
void flow_turn_tests(Flow *f); // order.c: fewer jumps; the order stays
void flow_frames(Flow *f);   // order.c: FRAME
void flow_liveness(Flow *f); // liveness.c
void flow_slots(Flow *f);    // slots.c
// compiler/emit/emit.c
struct ModuleBuilder;
void flow_emit(Flow *f, struct ModuleBuilder *b, uint32_t function);

#endif

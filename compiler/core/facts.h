// SPDX-License-Identifier: Apache-2.0
//
// What is known about registers at a place of a function while it is being lowered.
//
// A Fact is immutable. Facts of all registers at one place are a Version; versions form a tree that follows the
// tests made on the way. One version is current: its facts lie in a plain array, the others are kept as differences from
// their neighbours, so going to a near version is cheap (a persistent array by rerooting).
//
//  K1  A fact once true of a register stays true: registers never change.
//  K2  What two ways into a block have in common is what their nearest common ancestor knew, and of a register that both
//      tested meanwhile, that it has one of the types it had on either way.
//
// Thread: the job's.
#ifndef JOIST_CORE_FACTS_H
#define JOIST_CORE_FACTS_H

#include "compiler/core/compile.h"

enum {
  TY_TRUE = 1 << 0, TY_FALSE = 1 << 1, TY_NIL_ATOM = 1 << 2, TY_OTHER_ATOM = 1 << 3,
  TY_INTEGER = 1 << 4, TY_FLOAT = 1 << 5, TY_EMPTY_LIST = 1 << 6, TY_CONS = 1 << 7, TY_TUPLE = 1 << 8,
  TY_MAP = 1 << 9, TY_BINARY = 1 << 10, TY_BITS = 1 << 11 /* no whole bytes */, TY_FUN = 1 << 12, TY_PID = 1 << 13,
  TY_REFERENCE = 1 << 14, TY_PORT = 1 << 15,
  TY_ANY = (1 << 16) - 1,
  TY_BOOLEAN = TY_TRUE | TY_FALSE,
  TY_ATOM = TY_BOOLEAN | TY_NIL_ATOM | TY_OTHER_ATOM,
  TY_NUMBER = TY_INTEGER | TY_FLOAT,
  TY_LIST = TY_EMPTY_LIST | TY_CONS,
  TY_BITSTRING = TY_BINARY | TY_BITS,
};

typedef struct BitsStep BitsStep;

typedef enum KnownKind {
  KNOWN_FIELD,      // number: element of a tuple, FIELD_HEAD, FIELD_TAIL; value
  KNOWN_KEY,        // key, value
  KNOWN_NO_KEY,     // key (of a map, or it is no map)
  KNOWN_NOT_CONST,  // constant
  KNOWN_NOT_ARITY,  // number
  KNOWN_NOT_TAGGED, // number, constant
  KNOWN_COMPARED,   // op, key (or number when key is VAL_NONE), outcome
  KNOWN_BITS_START, // value: position register
  KNOWN_BITS_STEP,  // of a position: step, outcome, value, next
} KnownKind;

enum { FIELD_HEAD = -1, FIELD_TAIL = -2 };

typedef struct Known {
  KnownKind kind;
  bool outcome;
  uint16_t op;
  int64_t number;
  Const *constant;
  Val key, value, after;
  BitsStep *step;
  const struct Known *next;
} Known;

typedef struct Fact {
  uint32_t types;
  int32_t arity; // of a tuple; -1: not known
  Const *literal; // it is this constant
  const Known *known;
} Fact;

struct Version {
  Version *next; // towards the current version, NULL in it
  uint32_t reg;  // the difference from `next`
  const Fact *fact;
  Version *up;   // what it was made from
  uint32_t set_reg; // by this
  const Fact *set_fact;
  uint32_t depth;
};

typedef struct Facts {
  Arena *arena;
  Version *version; // current
  const Fact **facts; // by register, NULL: nothing known
  uint32_t capacity;
  Version **path; // scratch
  uint32_t path_capacity;
} Facts;

void facts_init(Facts *f, Arena *arena);
// Never NULL.
const Fact *fact_of(const Facts *f, uint32_t reg);
// A version that knows `fact` of `reg` and else what the current one knows. Does not go there.
Version *facts_with(Facts *f, uint32_t reg, const Fact *fact);
void facts_go(Facts *f, Version *v);
static inline void fact_set(Facts *f, uint32_t reg, const Fact *fact) { facts_go(f, facts_with(f, reg, fact)); }
// What holds on two ways that meet: their common ancestor, and the types of registers that both ways tested.
Version *facts_join(Facts *f, Version *a, Version *b);

// Made from another fact, in the arena.
Fact *fact_copy(Facts *f, const Fact *fact);
const Fact *fact_types(Facts *f, const Fact *fact, uint32_t types);
const Fact *fact_known(Facts *f, const Fact *fact, Known known);
// Types a constant has: one bit, or TY_ANY when it cannot be told.
uint32_t const_types(const Const *k);

#endif

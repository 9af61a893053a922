// SPDX-License-Identifier: Apache-2.0
//
// What a stencil is as data. The tables themselves are made while building, by tools/make-stencils, which writes the names
// below into stencil_data.h.
#ifndef JOIST_ENGINE_STENCIL_TABLE_H
#define JOIST_ENGINE_STENCIL_TABLE_H

#include "vm/engine/linked.h"

enum HoleKind {
  HOLE_SLOT,    // byte offset of slot field `index`
  HOLE_NUMBER,  // number field `index`
  HOLE_WORD,    // word `index` of the instruction
  HOLE_CODE,    // the instruction that word `index` leads to
  HOLE_LIST,    // address of the instruction's list of slots
  HOLE_RETURN,  // the return point behind the instruction
  HOLE_NEXT,    // the next instruction
  HOLE_SLOW,    // the instruction's slow exit
  HOLE_CALLEE,  // the function that word 0 points to
  HOLE_HOT,     // the stencil's own parts
  HOLE_COLD,
};
enum HoleForm { HOLE_64, HOLE_32, HOLE_32S, HOLE_PC32 }; // 8 bytes; zero-extended; sign-extended; relative to its place

typedef struct StencilHole {
  uint16_t offset; // within its part
  uint8_t kind, index, form;
  int32_t addend;
} StencilHole;

enum { STENCIL_GOES_SLOW = 1, STENCIL_GOES_CALLEE = 2 };

typedef struct Stencil {
  uint16_t at, hot_bytes, cold_bytes; // in STENCIL_BYTES, the cold part behind the hot one
  uint16_t hole_at;                   // in STENCIL_HOLES, those of the hot part first
  uint8_t hot_hole_count, cold_hole_count, flags;
} Stencil;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Segments of BITS_BUILD as the linker leaves them for the slow path.
#ifndef JOIST_ENGINE_BUILD_SEGMENTS_H
#define JOIST_ENGINE_BUILD_SEGMENTS_H

#include "vm/code/opcode.h"
#include "vm/term/term.h"

typedef struct BuildSegment {
  uint8_t kind, flags, size_kind;
  bool value_is_constant;
  uint16_t unit;
  int16_t value_slot; // byte offset, as in fields
  int16_t size_slot;
  uint32_t size_bits;
  Term constant;
} BuildSegment;

typedef struct BuildSegments {
  uint32_t count;
  BuildSegment segments[];
} BuildSegments;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Frames: how the stack of a process is read.
//
// One block per process: the heap grows up from its start, the stack down from its end. A frame pointer
// `fp` points to slot 0; slot i is fp[-i]; fp[1] is the return address (an 8-aligned address of code).
// The callee's frame starts at `fp - K` words of its caller, so K tells how far back the caller's frame is.
//
// The map word stands in the 8 bytes before every return point (code), and as an operand of every
// instruction that may collect. It alone says what of a frame is live:
//
//   bits  0..15  K, in bytes: how far the callee's frame lies below this one (0 in an operand)
//   bit   16     MAP_HANDLER   a handler of this function covers this point
//   bit   17     MAP_FAR       bits 20..63 are (address >> 3) of a FarMap, else they are the mask
//   bit   18     MAP_BARRIER   no frame of the language lies behind: the stack ends here (for this entry)
//   bit   19     MAP_STUB      a replaced return address; the real one is found through the process
//   bits 20..63  mask of live slots 0..43
//
// Invariants:
//  F1  A slot that the map does not name is never read; the hostile build fills those with T_POISON.
//  F2  Live slots hold terms; slot K-1 of a frame with a callee holds the return address and is never named.
//  F3  fp - heap top >= STACK_SLACK at every function entry, and >= STACK_SLACK + max(FRAME_SMALL, slots) from
//      FRAME to the return.
#ifndef JOIST_HEAP_FRAME_H
#define JOIST_HEAP_FRAME_H

#include "vm/term/term.h"

enum {
  STACK_SLACK_WORDS = 16, // S of the engine
  FRAME_SMALL_WORDS = 16, // M of the engine
};

#define MAP_K_MASK 0xffffu
#define MAP_HANDLER ((uint64_t)1 << 16)
#define MAP_FAR ((uint64_t)1 << 17)
#define MAP_BARRIER ((uint64_t)1 << 18)
#define MAP_STUB ((uint64_t)1 << 19)
enum { MAP_MASK_SHIFT = 20, MAP_NEAR_SLOTS = 44 };

typedef struct FarMap { // live slots of a frame too large for the word
  uint32_t word_count;
  uint64_t bits[];      // slot i: bits[i / 64] >> (i % 64) & 1
} FarMap;

static inline const FarMap *map_far(uint64_t map) { return (const FarMap *)(uintptr_t)(map >> MAP_MASK_SHIFT << 3); }
static inline uint64_t return_point_map(Term return_address) { return ((const uint64_t *)(uintptr_t)return_address)[-1]; }
static inline size_t map_k_words(uint64_t map) { return (size_t)(map & MAP_K_MASK) >> 3; }

// Calls visit(context, slot) for each live slot of one frame.
#define MAP_EACH_SLOT(map, i, BODY) \
  do { \
    if (LIKELY(!((map)&MAP_FAR))) { \
      for (uint64_t mask_ = (map) >> MAP_MASK_SHIFT; mask_; mask_ &= mask_ - 1) { \
        size_t i = (size_t)__builtin_ctzll(mask_); \
        BODY \
      } \
    } else { \
      const FarMap *far_ = map_far(map); \
      for (uint32_t w_ = 0; w_ < far_->word_count; w_++) \
        for (uint64_t mask_ = far_->bits[w_]; mask_; mask_ &= mask_ - 1) { \
          size_t i = (size_t)w_ * 64 + (size_t)__builtin_ctzll(mask_); \
          BODY \
        } \
    } \
  } while (0)

#endif

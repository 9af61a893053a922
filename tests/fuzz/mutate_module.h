// SPDX-License-Identifier: Apache-2.0
//
// Damages module files with knowledge of what they are made of, and seals them with a right checksum.
//
// Three ways, chosen by the seed:
//   image  the file is read, something that it says is changed (an operand, opcode, label, live map, handler, table, segment, fun,
//          import, line, atom, literal …), and it is written again: nearly all of these reach the verifier
//   chunk  numbers and bytes inside chunks are changed, moved, doubled or dropped; chunks cut, exchanged, renamed or
//          copied over: this is what the reader must stand
//   bomb   a count or size becomes huge: what a small file may ask for
// The same seed does the same to the same bytes.
#ifndef JOIST_TESTS_FUZZ_MUTATE_MODULE_H
#define JOIST_TESTS_FUZZ_MUTATE_MODULE_H

#include "vm/base/buffer.h"
#include "vm/code/module_file.h"

typedef struct Dice {
  uint64_t state;
} Dice;
static inline uint32_t dice_roll(Dice *d, uint32_t below) {
  d->state = d->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((d->state >> 33) % (below ? below : 1));
}

// One change to a decoded module, whose arrays lie in `arena`.
void mutate_image(Dice *d, Arena *arena, ModuleImage *image);
// A damaged copy of a module file goes to `out`. A file that cannot be read is damaged in its chunks.
void mutate_module(Dice *d, const void *bytes, size_t size, Buffer *out);
// Puts a right checksum into a file.
void mutate_seal(void *bytes, size_t size);

#endif

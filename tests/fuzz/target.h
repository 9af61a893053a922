// SPDX-License-Identifier: Apache-2.0
//
// What a fuzz target is: libFuzzer's entries, and what all three targets share.
//
// The same object files are linked twice: with libFuzzer (tests/fuzz/run), and with replay.c, which feeds kept inputs
// to a target in any build. A target ends the program (fuzz_fail) when something holds no longer; memory errors are the sanitizers'.
// Nothing survives from one input to the next: an input must fail alone as well.
#ifndef JOIST_TESTS_FUZZ_TARGET_H
#define JOIST_TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
// Optional; replay.c does without. `seed` decides everything.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
// Of libFuzzer's: its own mutations of bytes.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static inline void fuzz_fail(const char *what) {
  fprintf(stderr, "fuzz: %s\n", what);
  abort();
}

#endif

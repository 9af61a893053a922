// SPDX-License-Identifier: Apache-2.0
//
// Module file -> reader -> verifier -> linker -> run for some reductions, in a whole VM (run_module.h).
//
// Mutations know the file's structure (mutate_module.h), and the checksum is put right before each run, so that also
// libFuzzer's own mutations of bytes get behind it.
#include <string.h>

#include "tests/fuzz/mutate_module.h"
#include "tests/fuzz/run_module.h"
#include "tests/fuzz/target.h"

enum { REDUCTIONS = 20000, INPUT_MAX = 1 << 16 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  Dice dice = {seed};
#ifdef JOIST_LIBFUZZER
  if (dice_roll(&dice, 5) == 0) {
    size = LLVMFuzzerMutate(data, size, max_size);
    mutate_seal(data, size);
    return size;
  }
#endif
  Alloc alloc = alloc_system();
  Buffer out;
  buffer_init(&out, &alloc);
  mutate_module(&dice, data, size, &out);
  if (out.size && out.size <= max_size) {
    memcpy(data, out.data, out.size);
    size = out.size;
  }
  buffer_free(&out);
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < MODULE_HEADER_BYTES || size > INPUT_MAX) return -1;
  uint8_t *sealed = malloc(size);
  memcpy(sealed, data, size);
  mutate_seal(sealed, size);
  VerifyError error;
  run_module_bytes(sealed, size, REDUCTIONS, &error);
  free(sealed);
  return 0;
}

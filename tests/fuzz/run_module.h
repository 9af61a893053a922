// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a hostile module file in a whole VM: refused, or run for at most so many reductions.
//
// A VM of its own for each file (seeded: virtual time; 64 MB), on the interpreter. Every exported function is called, main/0 first,
// with arguments that it may not expect. Natives that touch the world outside of the VM (files, streams, environment, foreign C,
// compile jobs) answer with an error or :ok, so that hostile code under test cannot harm who tests it.
#ifndef JOIST_TESTS_FUZZ_RUN_MODULE_H
#define JOIST_TESTS_FUZZ_RUN_MODULE_H

#include "vm/code/module_file.h"

typedef enum ModuleFate {
  MODULE_REFUSED_BY_READER,
  MODULE_REFUSED_BY_VERIFIER,
  MODULE_REFUSED_LATER, // atoms, literals
  MODULE_RAN,           // every call came to an end (or waits for ever)
  MODULE_STOPPED,       // the reductions were used up
  MODULE_FATE_COUNT,
} ModuleFate;
extern const char *const MODULE_FATES[MODULE_FATE_COUNT];

// Ends the program when something broke. *error: why it was refused.
ModuleFate run_module_bytes(const void *bytes, size_t size, uint64_t reductions, VerifyError *error);

#endif

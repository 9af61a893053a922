// SPDX-License-Identifier: Apache-2.0
//
// The two implementations of Picker (sched.h).
#ifndef JOIST_SCHED_PICKER_H
#define JOIST_SCHED_PICKER_H

#include "vm/sched/sched.h"

// In turn, by priority. Fails: NULL.
Picker *picker_fair_new(const Alloc *alloc);
// Drawn by `random`, slices too. Fails: NULL.
Picker *picker_seeded_new(const Alloc *alloc, VmRandom *random);
void picker_free(const Alloc *alloc, Picker *k);

#endif

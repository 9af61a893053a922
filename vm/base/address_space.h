// SPDX-License-Identifier: Apache-2.0
//
// How much address space a reservation may take. Without a limit (ulimit -v) everything that is asked for; under one each of the
// large reservations (literals, code, process table, stacks) takes a share of what is left, so that all of them and the heaps find room.
// Thread: any.
#ifndef JOIST_BASE_ADDRESS_SPACE_H
#define JOIST_BASE_ADDRESS_SPACE_H

#include "vm/base/check.h"

// The largest of want, want/2, want/4 … that is no more than 1/parts of the address space that is left; at least `least`, even where
// that is more: then trying is the answer.
size_t address_space_share(size_t want_bytes, unsigned parts, size_t least_bytes);
// Is there a limit at all?
bool address_space_is_limited(void);

#endif

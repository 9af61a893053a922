// SPDX-License-Identifier: Apache-2.0
//
// Memory for machine code, mapped twice: no address is both writable and executable.
//
// Both mappings show the same memory file; `shift` leads from an executable address to the writable one. The
// executable one lies below 2 GB, so that addresses of code fit 32 bits, signed. Two stacks grow towards each other: hot
// code up from the start, cold code down from the end. What is given back is kept for others of its kind: hot by hot, cold by cold.
// Thread: one at a time takes and gives (the code table's lock); any may run the code.
#ifndef JOIST_ENGINE_REGION_H
#define JOIST_ENGINE_REGION_H

#include "vm/base/stretches.h"

typedef struct CodeRegion {
  char *start, *end; // executable
  char *hot, *cold;  // free between them
  ptrdiff_t shift;
  Stretches free_hot, free_cold; // given back
  size_t piece_count;            // taken
} CodeRegion;

// Fails: STATUS_NO_MEMORY, also where nothing below 2 GB is free.
MUST_USE Status region_open(CodeRegion *r, const Alloc *alloc, size_t bytes);
void region_close(CodeRegion *r);
// Room for both parts, 16-aligned. False: full, or no memory for the book-keeping.
bool region_take(CodeRegion *r, size_t hot_bytes, size_t cold_bytes, char **hot, char **cold);
// Gives back what region_take answered for these sizes. Nobody may be in it.
void region_give(CodeRegion *r, char *hot, size_t hot_bytes, char *cold, size_t cold_bytes);

static inline void *region_writable(const CodeRegion *r, const void *address) { return (char *)(uintptr_t)address + r->shift; }

#endif

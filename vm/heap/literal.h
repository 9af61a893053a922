// SPDX-License-Identifier: Apache-2.0
//
// Literals: terms that outlive every heap, in one reserved range of addresses per VM.
//
//  L1  Everything in [lo, hi) is a literal and nothing else is: one compare tells (term_is_literal).
//  L2  The range is reserved once, PROT_NONE, and committed by areas; it never moves.
//  L3  An area is owned by a code unit and freed as a whole, when no process refers to the unit.
//  L4  Literals refer to their own area and off-heap objects only; a job's (compile_host.c) also to other areas of the same owner.
//
// Thread: any; a lock guards making and freeing areas. Building into an area is its maker's alone.
#ifndef JOIST_HEAP_LITERAL_H
#define JOIST_HEAP_LITERAL_H

#include "vm/base/alloc.h"
#include "vm/heap/account.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

typedef struct LiteralSpace LiteralSpace;

#define LITERAL_OWNER_JOBS 0x80000000u // owners from here on are compile jobs

typedef struct LiteralArea {
  TermHeap heap;           // where its maker builds; full when heap.top == heap.end
  Term *words;             // its first word
  size_t word_count;       // as asked for
  uint32_t unit_id;        // the owner: a unit, a job, or 0: the VM
  struct LiteralArea *next, *prev; // all areas of the space (lock)
} LiteralArea;

// want_bytes 0: 64 GB, halved until the system gives it (ulimit -v). Fails: NULL.
LiteralSpace *literal_space_new(const Alloc *alloc, size_t want_bytes);
// The same, at `address` when that is free (0: anywhere). The first head_bytes (whole pages) are not given out: who asks for them
// maps something there.
LiteralSpace *literal_space_new_for(const Alloc *alloc, size_t want_bytes, uintptr_t address, size_t head_bytes);
// Areas count there from now on. NULL: nowhere.
void literal_space_meter(LiteralSpace *space, Meter *meter);
void literal_space_free(LiteralSpace *space);
uintptr_t literal_space_lo(const LiteralSpace *space);
uintptr_t literal_space_hi(const LiteralSpace *space);
// Bytes of all areas.
size_t literal_space_used(LiteralSpace *space);

// Fails: NULL (range or memory used up).
LiteralArea *literal_area_new(LiteralSpace *space, size_t word_count, uint32_t unit_id);
void literal_area_free(LiteralSpace *space, LiteralArea *area);
// Calls visit for each area that belongs to no code unit: owner 0, or from LITERAL_OWNER_JOBS on. Nobody may be building in
// one; `visit` runs under the lock.
void literal_each_kept(LiteralSpace *space, void (*visit)(void *state, const LiteralArea *area), void *state);
// Takes all areas of an owner out of the list, linked by next: who asks frees each with literal_area_free_taken. Their bytes are
// added to *bytes.
LiteralArea *literal_areas_take(LiteralSpace *space, uint32_t owner, size_t *bytes);
void literal_area_free_taken(LiteralSpace *space, LiteralArea *area);
// Frees every area of a unit. Answers how many.
size_t literal_areas_free_unit(LiteralSpace *space, uint32_t unit_id);
// A deep copy of `t` into an area of its own, of what is a literal too (L4); t itself when it is immediate. Fails: T_NONE.
Term literal_copy(LiteralSpace *space, const TermContext *c, Term t, uint32_t unit_id);
// The same; *area: where it lies, NULL when it is immediate.
Term literal_copy_to(LiteralSpace *space, const TermContext *c, Term t, uint32_t unit_id, LiteralArea **area);
// Takes one area out of the list, as literal_areas_take. Answers its bytes.
size_t literal_area_take(LiteralSpace *space, LiteralArea *area);

#endif

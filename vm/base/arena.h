// SPDX-License-Identifier: Apache-2.0
//
// An arena: memory of one job, given back all at once.
//
// Used by the compiler for quoted terms, core IR and names. Blocks grow
// geometrically from 4 KB. When memory ends, the arena calls `on_no_memory`, which must
// not return (a compile job longjmps out of the job and reports the error).
#ifndef JOIST_BASE_ARENA_H
#define JOIST_BASE_ARENA_H

#include <stdarg.h>

#include "vm/base/alloc.h"

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
  const Alloc *alloc;
  ArenaBlock *blocks; // newest first
  char *top, *end;    // free part of the newest block
  size_t total_bytes; // of all blocks
  void (*on_no_memory)(void *context);
  void *context;
  Alloc as_alloc;     // takes from the arena, gives nothing back: for buffers of a job, which then need no care when the job
                      // leaves in the middle. The arena must not move.
} Arena;

void arena_init(Arena *arena, const Alloc *alloc, void (*on_no_memory)(void *), void *context);
void arena_free(Arena *arena);

// Memory for `size` bytes, 8-aligned, not cleared. Fails: on_no_memory, never NULL.
void *arena_get(Arena *arena, size_t size);
// The same, cleared.
void *arena_zero(Arena *arena, size_t size);
// The same, but answers NULL when memory ends: for arenas that outlive the jobs that fill them.
MUST_USE void *arena_try_zero(Arena *arena, size_t size);
// What happens when memory ends, for who finds out by other ways.
NORETURN void arena_no_memory(Arena *arena);
// A copy of `size` bytes with a zero byte behind.
char *arena_copy(Arena *arena, const void *bytes, size_t size);
// printf into the arena; and for callers that hold a va_list.
PRINTF_LIKE(2, 3) char *arena_format(Arena *arena, const char *format, ...);
PRINTF_LIKE(2, 0) char *arena_format_list(Arena *arena, const char *format, va_list args);
// A larger place, cleared behind a copy of what stood in the old one (which stays).
void *arena_more(Arena *arena, const void *old, size_t old_bytes, size_t bytes);

#define ARENA_NEW(arena, Type) ((Type *)arena_zero((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, Type, count) ((Type *)arena_zero((arena), sizeof(Type) * (size_t)(count)))
// Makes room for one more in a growing array that has `first` places at first. items and capacity are lvalues.
#define ARENA_ROOM(arena, items, count, capacity, first) \
  do { \
    if ((count) != (capacity)) break; \
    size_t places_ = (capacity) ? 2 * (size_t)(capacity) : (first); \
    (items) = arena_more((arena), (items), sizeof *(items) * (capacity), sizeof *(items) * places_); \
    (capacity) = places_; \
  } while (0)

#endif

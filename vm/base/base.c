// SPDX-License-Identifier: Apache-2.0
//
// Panic, the system's allocation table, arena and buffer: the glue that every layer stands on.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/base/arena.h"
#include "vm/base/buffer.h"

// The host program's, when it has one (include/joist/joist.h).
extern __attribute__((weak, visibility("default"))) void joist_panic_hook(const char *text);

void base_panic(const char *file, int line, const char *format, ...) {
  char text[1024];
  int size = snprintf(text, sizeof text, "joist: internal error at %s:%d: ", file, line);
  va_list args;
  va_start(args, format);
  vsnprintf(text + size, sizeof text - (size_t)size, format, args);
  va_end(args);
  if (joist_panic_hook) joist_panic_hook(text);
  else fprintf(stderr, "%s\n", text);
  abort();
}

static void *system_allocate(void *state, size_t size) {
  (void)state;
  return malloc(size ? size : 1);
}

static void *system_reallocate(void *state, void *old, size_t old_size, size_t size) {
  (void)state, (void)old_size;
  return realloc(old, size ? size : 1);
}

static void system_release(void *state, void *memory, size_t size) {
  (void)state, (void)size;
  free(memory);
}

Alloc alloc_system(void) { return (Alloc){system_allocate, system_reallocate, system_release, NULL}; }

void *alloc_zero(const Alloc *a, size_t size) {
  if (a->allocate == system_allocate) return calloc(1, size ? size : 1); // fresh pages are zero already: not touched
  void *memory = alloc_get(a, size);
  if (memory) memset(memory, 0, size);
  return memory;
}

struct ArenaBlock {
  ArenaBlock *next;
  size_t size; // bytes, this header included
};

enum { ARENA_FIRST_BYTES = 4096, ARENA_LARGEST_BYTES = 1 << 20 };

static void *arena_table_allocate(void *state, size_t size) { return arena_get(state, size); }
static void *arena_table_reallocate(void *state, void *old, size_t old_size, size_t size) {
  void *memory = arena_get(state, size);
  size_t kept = old_size < size ? old_size : size;
  return kept ? memcpy(memory, old, kept) : memory;
}
static void arena_table_release(void *state, void *memory, size_t size) { (void)state, (void)memory, (void)size; }

void arena_init(Arena *arena, const Alloc *alloc, void (*on_no_memory)(void *), void *context) {
  *arena = (Arena){.alloc = alloc, .on_no_memory = on_no_memory, .context = context};
  arena->as_alloc = (Alloc){arena_table_allocate, arena_table_reallocate, arena_table_release, arena};
}

void arena_free(Arena *arena) {
  for (ArenaBlock *b = arena->blocks, *next; b; b = next) {
    next = b->next;
    alloc_put(arena->alloc, b, b->size);
  }
  arena->blocks = NULL;
  arena->top = arena->end = NULL;
  arena->total_bytes = 0;
}

static void *arena_take(Arena *arena, size_t size) {
  size = size ? (size + 7) & ~(size_t)7 : 8; // never NULL but for want of memory
  if (LIKELY((size_t)(arena->end - arena->top) >= size)) {
    void *memory = arena->top;
    arena->top += size;
    return memory;
  }
  size_t block_size = arena->blocks ? arena->blocks->size * 2 : ARENA_FIRST_BYTES;
  if (block_size > ARENA_LARGEST_BYTES) block_size = ARENA_LARGEST_BYTES;
  if (block_size < size + sizeof(ArenaBlock)) block_size = size + sizeof(ArenaBlock);
  ArenaBlock *block = alloc_get(arena->alloc, block_size);
  if (!block) return NULL;
  block->next = arena->blocks;
  block->size = block_size;
  arena->blocks = block;
  arena->total_bytes += block_size;
  arena->top = (char *)(block + 1) + size;
  arena->end = (char *)block + block_size;
  return block + 1;
}

void *arena_get(Arena *arena, size_t size) {
  void *memory = arena_take(arena, size);
  if (LIKELY(memory != NULL)) return memory;
  arena_no_memory(arena);
}

void arena_no_memory(Arena *arena) {
  arena->on_no_memory(arena->context);
  PANIC("an arena's on_no_memory returned");
}

void *arena_zero(Arena *arena, size_t size) { return memset(arena_get(arena, size), 0, size); }

void *arena_try_zero(Arena *arena, size_t size) {
  void *memory = arena_take(arena, size);
  return memory ? memset(memory, 0, size) : NULL;
}

char *arena_copy(Arena *arena, const void *bytes, size_t size) {
  char *copy = arena_get(arena, size + 1);
  if (size) memcpy(copy, bytes, size);
  copy[size] = 0;
  return copy;
}

void *arena_more(Arena *arena, const void *old, size_t old_bytes, size_t bytes) {
  char *more = arena_get(arena, bytes);
  if (old_bytes) memcpy(more, old, old_bytes);
  memset(more + old_bytes, 0, bytes - old_bytes);
  return more;
}

char *arena_format_list(Arena *arena, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, again);
  va_end(again);
  CHECK(size >= 0);
  char *text = arena_get(arena, (size_t)size + 1);
  vsnprintf(text, (size_t)size + 1, format, args);
  return text;
}

char *arena_format(Arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = arena_format_list(arena, format, args);
  va_end(args);
  return text;
}

void buffer_init(Buffer *b, const Alloc *alloc) { *b = (Buffer){.alloc = alloc}; }

void buffer_free(Buffer *b) {
  alloc_put(b->alloc, b->data, b->capacity);
  *b = (Buffer){.alloc = b->alloc};
}

bool buffer_reserve(Buffer *b, size_t more) {
  if (b->capacity - b->size >= more) return true;
  size_t capacity = b->capacity ? b->capacity * 2 : 64;
  while (capacity - b->size < more) capacity *= 2;
  char *data = alloc_grow(b->alloc, b->data, b->capacity, capacity);
  if (!data) {
    b->failed = true;
    return false;
  }
  b->data = data;
  b->capacity = capacity;
  return true;
}

void buffer_add(Buffer *b, const void *bytes, size_t size) {
  if (!size || !buffer_reserve(b, size)) return;
  memcpy(b->data + b->size, bytes, size);
  b->size += size;
}

void buffer_text(Buffer *b, const char *text) { buffer_add(b, text, strlen(text)); }

void buffer_format(Buffer *b, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  CHECK(size >= 0);
  if (buffer_reserve(b, (size_t)size + 1)) {
    vsnprintf(b->data + b->size, (size_t)size + 1, format, again);
    b->size += (size_t)size;
  }
  va_end(again);
}

static void buffer_little(Buffer *b, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++) buffer_byte(b, (unsigned char)(v >> (8 * i)));
}
void buffer_u16(Buffer *b, uint16_t v) { buffer_little(b, v, 2); }
void buffer_u32(Buffer *b, uint32_t v) { buffer_little(b, v, 4); }
void buffer_u64(Buffer *b, uint64_t v) { buffer_little(b, v, 8); }

void buffer_varint(Buffer *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) buffer_byte(b, (unsigned char)(v | 0x80));
  buffer_byte(b, (unsigned char)v);
}

void buffer_signed_varint(Buffer *b, int64_t v) {
  buffer_varint(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

void buffer_utf8(Buffer *b, uint32_t c) {
  if (c < 0x80) {
    buffer_byte(b, (unsigned char)c);
  } else if (c < 0x800) {
    buffer_byte(b, (unsigned char)(0xc0 | c >> 6));
    buffer_byte(b, (unsigned char)(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    buffer_byte(b, (unsigned char)(0xe0 | c >> 12));
    buffer_byte(b, (unsigned char)(0x80 | (c >> 6 & 63)));
    buffer_byte(b, (unsigned char)(0x80 | (c & 63)));
  } else {
    buffer_byte(b, (unsigned char)(0xf0 | c >> 18));
    buffer_byte(b, (unsigned char)(0x80 | (c >> 12 & 63)));
    buffer_byte(b, (unsigned char)(0x80 | (c >> 6 & 63)));
    buffer_byte(b, (unsigned char)(0x80 | (c & 63)));
  }
}

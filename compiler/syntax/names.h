// SPDX-License-Identifier: Apache-2.0
//
// Names: the symbols of one compile job, interned in the job's arena.
//
// I1  Two names with the same bytes are the same pointer.
// I2  A name lives as long as the job's arena; it becomes an atom of the VM only when
//     code that mentions it is emitted or a term that holds it is handed to the VM.
// I3  `known` is the index in names.def (N_CASE, ...), or N_NONE for all other names:
//     C code switches on it.
//
// A table belongs to one job and one thread. `slot`, `term` and `number` are free for
// passes that stand above; the parser never touches them.
#ifndef JOIST_SYNTAX_NAMES_H
#define JOIST_SYNTAX_NAMES_H

#include "vm/base/arena.h"

struct QuotedNode;

typedef enum NameId {
  N_NONE = 0,
#define X(id, text) N_##id,
#include "compiler/syntax/names.def"
#undef X
  N_COUNT
} NameId;

typedef struct Name {
  const char *text; // UTF-8, zero-terminated, may hold zero bytes
  uint32_t length;  // bytes
  uint32_t hash;
  NameId known;                    // N_NONE: not in names.def
  uint32_t number;                 // free for later passes, 0 at first
  const struct QuotedNode *quoted; // the one Q_ATOM of this name
  void *slot;                      // free for later passes, NULL at first
  uint64_t term;                   // free for later passes, 0 at first
  struct Name *next;               // in its bucket
} Name;

typedef struct Names {
  Arena *arena;
  Name **buckets;
  uint32_t bucket_count; // a power of two
  uint32_t count;
  Name *known[N_COUNT]; // [N_NONE] is NULL
} Names;

// The well-known name, as in NAME(names, CASE).
#define NAME(names, id) ((names)->known[N_##id])

// Interns all well-known names. Fails: as the arena does.
void names_init(Names *names, Arena *arena);
// The name of these bytes; made when new. Fails: as the arena does.
Name *names_intern(Names *names, const char *text, size_t length);
Name *names_intern_text(Names *names, const char *text);
PRINTF_LIKE(2, 3) Name *names_format(Names *names, const char *format, ...);
// The name of these bytes, or NULL when nobody interned it.
Name *names_find(const Names *names, const char *text, size_t length);

static inline bool name_is(const Name *name, NameId id) { return name->known == id; }
// True for aliases such as `Elixir.Foo.Bar`.
bool name_is_alias(const Name *name);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The intern table: chained buckets, doubled when as many names as buckets are in it.

#include "compiler/syntax/names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/syntax/quoted.h"

static const struct {
  const char *text;
  uint32_t length;
} known_text[N_COUNT] = {
#define X(id, name) [N_##id] = {name, sizeof(name) - 1},
#include "compiler/syntax/names.def"
#undef X
};

enum { FIRST_BUCKETS = 1024 };

static uint32_t hash_bytes(const char *text, size_t length) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
  return h ^ (h >> 15);
}

static void grow(Names *names) {
  uint32_t count = names->bucket_count * 2;
  Name **buckets = ARENA_ARRAY(names->arena, Name *, count);
  for (uint32_t i = 0; i < names->bucket_count; i++) {
    Name *name = names->buckets[i];
    while (name) {
      Name *next = name->next;
      Name **bucket = &buckets[name->hash & (count - 1)];
      name->next = *bucket;
      *bucket = name;
      name = next;
    }
  }
  names->buckets = buckets;
  names->bucket_count = count;
}

static Name *find(const Names *names, const char *text, size_t length, uint32_t hash) {
  for (Name *name = names->buckets[hash & (names->bucket_count - 1)]; name; name = name->next)
    if (name->hash == hash && name->length == length && memcmp(name->text, text, length) == 0) return name;
  return NULL;
}

Name *names_find(const Names *names, const char *text, size_t length) {
  return find(names, text, length, hash_bytes(text, length));
}

Name *names_intern(Names *names, const char *text, size_t length) {
  uint32_t hash = hash_bytes(text, length);
  Name *name = find(names, text, length, hash);
  if (name) return name;
  if (names->count >= names->bucket_count) grow(names);
  // The name and its one quoted atom lie together.
  struct Pair {
    Name name;
    struct QuotedNode node;
  } *pair = ARENA_NEW(names->arena, struct Pair);
  name = &pair->name;
  name->text = arena_copy(names->arena, text, length);
  name->length = (uint32_t)length;
  name->hash = hash;
  pair->node.kind = Q_ATOM;
  pair->node.name = name;
  name->quoted = &pair->node;
  Name **bucket = &names->buckets[hash & (names->bucket_count - 1)];
  name->next = *bucket;
  *bucket = name;
  names->count++;
  return name;
}

Name *names_intern_text(Names *names, const char *text) { return names_intern(names, text, strlen(text)); }

Name *names_format(Names *names, const char *format, ...) {
  char small[256];
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(small, sizeof small, format, args);
  va_end(args);
  CHECK(size >= 0);
  Name *name;
  if ((size_t)size < sizeof small) {
    name = names_intern(names, small, (size_t)size);
  } else {
    char *text = arena_get(names->arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    name = names_intern(names, text, (size_t)size);
  }
  va_end(again);
  return name;
}

void names_init(Names *names, Arena *arena) {
  memset(names, 0, sizeof *names);
  names->arena = arena;
  names->bucket_count = FIRST_BUCKETS;
  names->buckets = ARENA_ARRAY(arena, Name *, FIRST_BUCKETS);
  for (int id = N_NONE + 1; id < N_COUNT; id++) {
    Name *name = names_intern(names, known_text[id].text, known_text[id].length);
    CHECK(name->known == N_NONE); // one text, one index
    name->known = (NameId)id;
    names->known[id] = name;
  }
}

bool name_is_alias(const Name *name) {
  return name->length > 7 && memcmp(name->text, "Elixir.", 7) == 0;
}

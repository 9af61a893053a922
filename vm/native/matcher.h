// SPDX-License-Identifier: Apache-2.0
//
// Finding patterns in bytes: where one of them stands first, and of those that start there the longest.
//
//   BYTE   one byte: memchr
//   TEXT   one longer pattern: memchr for its first byte while that finds few false starts, memmem after that
//   BYTES  several single bytes: a table
//   FEW    up to MATCHER_FEW patterns of up to MATCHER_FEW_BYTES: those that start with the byte at hand are compared
//   MANY   anything else: an automaton (Aho and Corasick) with a full table over the classes of bytes that occur, one step a byte
//
// TEXT and FEW refer to the patterns' bytes; MANY holds all it needs. A Matcher made with `keep` copies them behind itself.
#ifndef JOIST_NATIVE_MATCHER_H
#define JOIST_NATIVE_MATCHER_H

#include "vm/base/alloc.h"

typedef struct Pattern {
  const unsigned char *bytes;
  size_t size;
} Pattern;

enum { MATCHER_FEW = 8, MATCHER_FEW_BYTES = 64 };
typedef enum MatcherKind { MATCHER_BYTE, MATCHER_TEXT, MATCHER_BYTES, MATCHER_FEW_TEXTS, MATCHER_MANY } MatcherKind;

typedef struct Matcher {
  MatcherKind kind;
  uint32_t count;
  Pattern patterns[MATCHER_FEW]; // TEXT, FEW: the longest first
  uint8_t starts[256];           // BYTES: is it one? FEW: which patterns start with it, a bit each. MANY: its class
  // MANY: a row for each state: the size of the longest pattern that ends there (0: none), how many bytes of a pattern the state
  // stands for, then for each class the row (its offset) that a byte of it leads to. Row 0: nothing matched yet.
  uint32_t class_count, row_words;
  uint32_t *rows;
} Matcher;

// What the patterns (at least one, none empty) need: *kind, and the memory behind the Matcher: MANY always, others with `keep`.
// Fails: false: too much.
bool matcher_plan(const Pattern *patterns, size_t count, bool keep, MatcherKind *kind, size_t *extra_bytes);
// Makes it; `extra` is the memory that the plan asked for (8-aligned). alloc: for working memory. Fails: false: no memory.
bool matcher_make(Matcher *m, MatcherKind kind, const Pattern *patterns, size_t count, void *extra, bool keep, const Alloc *alloc);

// The first match that lies in bytes[from, until).
bool matcher_find_several(const Matcher *m, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size);
bool matcher_find_text(const Pattern *pattern, const unsigned char *bytes, size_t from, size_t until, size_t *at);
static inline bool matcher_find(const Matcher *m, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size) {
  if (m->kind > MATCHER_TEXT) return matcher_find_several(m, bytes, from, until, at, size);
  *size = m->patterns[0].size;
  if (m->kind == MATCHER_TEXT) return matcher_find_text(&m->patterns[0], bytes, from, until, at);
  const unsigned char *p = from < until ? __builtin_memchr(bytes + from, m->patterns[0].bytes[0], until - from) : NULL;
  if (!p) return false;
  *at = (size_t)(p - bytes);
  return true;
}

#endif

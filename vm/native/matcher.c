// SPDX-License-Identifier: Apache-2.0
#include "vm/native/matcher.h"

#include <string.h>

enum { FALSE_STARTS_MAX = 16 }; // and one for every 64 bytes: then memmem, which prepares itself for about 50 ns

bool matcher_find_text(const Pattern *pattern, const unsigned char *bytes, size_t from, size_t until, size_t *at) {
  if (from > until || until - from < pattern->size) return false;
  const unsigned char *p = bytes + from, *last = bytes + until - pattern->size; // the last place it may start at
  size_t allowed = FALSE_STARTS_MAX;
  while (p <= last) {
    const unsigned char *hit = memchr(p, pattern->bytes[0], (size_t)(last - p) + 1);
    if (!hit) return false;
    if (memcmp(hit + 1, pattern->bytes + 1, pattern->size - 1) == 0) {
      *at = (size_t)(hit - bytes);
      return true;
    }
    allowed += (size_t)(hit - p) >> 6;
    p = hit + 1;
    if (allowed-- == 0) {
      hit = memmem(p, (size_t)(bytes + until - p), pattern->bytes, pattern->size);
      if (hit) *at = (size_t)(hit - bytes);
      return hit != NULL;
    }
  }
  return false;
}

static bool find_few(const Matcher *m, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size) {
  for (size_t i = from; i < until; i++) {
    // The longest stand first, so the lowest bit whose pattern fits is the answer.
    for (unsigned candidates = m->starts[bytes[i]]; candidates; candidates &= candidates - 1) {
      const Pattern *pattern = &m->patterns[__builtin_ctz(candidates)];
      if (pattern->size > until - i || memcmp(bytes + i, pattern->bytes, pattern->size) != 0) continue;
      *at = i;
      *size = pattern->size;
      return true;
    }
  }
  return false;
}

enum { ROW_MATCHED, ROW_DEPTH, ROW_NEXT };

// Goes on behind a match only while the state stands for the beginning of a pattern that started no later.
static bool find_many(const Matcher *m, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size) {
  const uint32_t *row = m->rows, *start_row = m->rows;
  size_t best = 0, found = 0;
  for (size_t i = from; i < until; i++) {
    if (row == start_row) { // most of the way nothing is matched
      while (i < until && !start_row[ROW_NEXT + m->starts[bytes[i]]]) i++;
      if (i == until) break;
    }
    row = m->rows + row[ROW_NEXT + m->starts[bytes[i]]];
    size_t matched = row[ROW_MATCHED];
    if (matched) {
      size_t start = i + 1 - matched;
      if (!best || start < found || (start == found && matched > best)) {
        found = start;
        best = matched;
      }
    }
    if (best && i + 1 - row[ROW_DEPTH] > found) break;
  }
  *at = found;
  *size = best;
  return best != 0;
}

bool matcher_find_several(const Matcher *m, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size) {
  if (m->kind == MATCHER_FEW_TEXTS) return find_few(m, bytes, from, until, at, size);
  if (m->kind == MATCHER_MANY) return find_many(m, bytes, from, until, at, size);
  size_t i = from;
  while (i < until && !m->starts[bytes[i]]) i++;
  *at = i;
  *size = 1;
  return i < until;
}

// --- making

// Numbers the bytes that occur from 1 on; class 0 is all others. Answers how many classes.
static uint32_t classify(const Pattern *patterns, size_t count, uint8_t *classes) {
  bool seen[256] = {false};
  uint32_t n = 1;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < patterns[i].size; k++) seen[patterns[i].bytes[k]] = true;
  for (int b = 0; b < 256; b++) {
    // With all 256 in use no class is left for "others", and none is needed.
    bool last_of_all = n == 256;
    classes[b] = seen[b] ? last_of_all ? 0 : (uint8_t)n : 0;
    if (seen[b] && !last_of_all) n++;
  }
  return n;
}

bool matcher_plan(const Pattern *patterns, size_t count, bool keep, MatcherKind *kind, size_t *extra_bytes) {
  size_t total = 0, longest = 0;
  for (size_t i = 0; i < count; i++) {
    if (__builtin_add_overflow(total, patterns[i].size, &total)) return false;
    if (patterns[i].size > longest) longest = patterns[i].size;
  }
  *kind = count == 1          ? longest == 1 ? MATCHER_BYTE : MATCHER_TEXT
          : longest == 1      ? MATCHER_BYTES
          : count <= MATCHER_FEW && longest <= MATCHER_FEW_BYTES ? MATCHER_FEW_TEXTS
                                                                 : MATCHER_MANY;
  *extra_bytes = keep && *kind != MATCHER_BYTES ? total : 0;
  if (*kind != MATCHER_MANY) return true;
  uint8_t classes[256];
  size_t states = total + 1, row = (classify(patterns, count, classes) + ROW_NEXT) * sizeof(uint32_t);
  return states < ((size_t)1 << 32) / row && !__builtin_mul_overflow(states, row, extra_bytes);
}

static void make_few(Matcher *m, const Pattern *patterns, size_t count) {
  // Sorted by size, the longest first.
  for (size_t i = 0; i < count; i++) {
    size_t k = i;
    for (; k > 0 && m->patterns[k - 1].size < patterns[i].size; k--) m->patterns[k] = m->patterns[k - 1];
    m->patterns[k] = patterns[i];
  }
  memset(m->starts, 0, sizeof m->starts);
  for (size_t i = 0; i < count; i++) m->starts[m->patterns[i].bytes[0]] |= (uint8_t)(1u << i);
}

// The tree of the patterns, then breadth first: where no edge leads on, the longest shorter beginning's edge does.
static bool make_many(Matcher *m, const Pattern *patterns, size_t count, void *extra, const Alloc *alloc) {
  size_t state_max = 1;
  for (size_t i = 0; i < count; i++) state_max += patterns[i].size;
  uint32_t classes = m->class_count = classify(patterns, count, m->starts), row_words = m->row_words = classes + ROW_NEXT;
  uint32_t *rows = m->rows = extra, end = row_words;
  memset(rows, 0, state_max * row_words * sizeof *rows);
  for (size_t i = 0; i < count; i++) {
    uint32_t state = 0;
    for (size_t k = 0; k < patterns[i].size; k++) {
      uint32_t *edge = &rows[state + ROW_NEXT + m->starts[patterns[i].bytes[k]]];
      if (!*edge) {
        *edge = end;
        rows[end + ROW_DEPTH] = (uint32_t)k + 1;
        end += row_words;
      }
      state = *edge;
    }
    rows[state + ROW_MATCHED] = (uint32_t)patterns[i].size;
  }
  size_t states = end / row_words;
  uint32_t *shorter_of = alloc_get(alloc, 2 * states * sizeof *shorter_of), *queue = shorter_of + states;
  if (!shorter_of) return false;
  size_t head = 0, tail = 0;
  shorter_of[0] = 0;
  queue[tail++] = 0;
  while (head < tail) {
    uint32_t state = queue[head++];
    const uint32_t *shorter = &rows[shorter_of[state / row_words]];
    if (!rows[state + ROW_MATCHED]) rows[state + ROW_MATCHED] = shorter[ROW_MATCHED];
    for (uint32_t c = 0; c < classes; c++) {
      uint32_t *edge = &rows[state + ROW_NEXT + c];
      if (*edge) {
        shorter_of[*edge / row_words] = state ? shorter[ROW_NEXT + c] : 0;
        queue[tail++] = *edge;
      } else if (state) {
        *edge = shorter[ROW_NEXT + c];
      }
    }
  }
  alloc_put(alloc, shorter_of, 2 * states * sizeof *shorter_of);
  return true;
}

bool matcher_make(Matcher *m, MatcherKind kind, const Pattern *patterns, size_t count, void *extra, bool keep, const Alloc *alloc) {
  m->kind = kind;
  m->count = (uint32_t)count;
  switch (kind) {
    case MATCHER_BYTE:
    case MATCHER_TEXT: m->patterns[0] = patterns[0]; break;
    case MATCHER_BYTES:
      memset(m->starts, 0, sizeof m->starts);
      for (size_t i = 0; i < count; i++) m->starts[patterns[i].bytes[0]] = 1;
      return true;
    case MATCHER_FEW_TEXTS: make_few(m, patterns, count); break;
    case MATCHER_MANY: return make_many(m, patterns, count, extra, alloc);
  }
  unsigned char *to = extra;
  for (size_t i = 0; keep && i < count; i++) {
    memcpy(to, m->patterns[i].bytes, m->patterns[i].size);
    m->patterns[i].bytes = to;
    to += m->patterns[i].size;
  }
  return true;
}

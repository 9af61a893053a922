// SPDX-License-Identifier: Apache-2.0
//
// Walking over UTF-8: characters, extended grapheme clusters, white space. Pure functions over bytes.
//
// A byte that starts no valid sequence counts as a character by itself everywhere and stands alone, as a control
// character does. Runs of ASCII are found eight bytes at a time: there every byte is a cluster, except that CR LF is one.
//
// Clusters follow the rules of Unicode (UAX 29): whether there is a boundary between two characters depends on their
// classes, on pairs of regional indicators, and on what stands before a joiner. Classes come from utf8proc; of the
// scripts that most text is written in they are known here without looking.
#ifndef JOIST_NATIVE_TEXT_SCAN_H
#define JOIST_NATIVE_TEXT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

// Bytes of the valid character at p, 0 when there is none. n > 0.
static inline unsigned text_decode(const unsigned char *p, size_t n, uint32_t *point) {
  unsigned a = p[0];
  if (a < 0x80) return *point = a, 1;
  if (a < 0xc2 || n < 2 || (p[1] & 0xc0) != 0x80) return 0;
  if (a < 0xe0) return *point = (a & 0x1f) << 6 | (p[1] & 0x3f), 2;
  if (n < 3 || (p[2] & 0xc0) != 0x80) return 0;
  if (a < 0xf0) {
    uint32_t c = (a & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff)) return 0;
    return *point = c, 3;
  }
  if (n < 4 || (p[3] & 0xc0) != 0x80) return 0;
  uint32_t c = (a & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
  if (a > 0xf4 || c < 0x10000 || c > 0x10ffff) return 0;
  return *point = c, 4;
}
// Bytes of the character at p, 1 for a stray byte.
static inline unsigned text_step(const unsigned char *p, size_t n) {
  uint32_t point;
  unsigned size = text_decode(p, n, &point);
  return size ? size : 1;
}

// How many bytes from p on are ASCII.
static inline size_t text_ascii_run(const unsigned char *p, size_t n) {
  const uint64_t HIGH = 0x8080808080808080u;
  size_t i = 0;
  for (; n - i >= 32; i += 32) {
    uint64_t w[4];
    memcpy(w, p + i, 32);
    if ((w[0] | w[1] | w[2] | w[3]) & HIGH) break;
  }
  for (; n - i >= 8; i += 8) {
    uint64_t w;
    memcpy(&w, p + i, 8);
    if (w & HIGH) break;
  }
  while (i < n && p[i] < 0x80) i++;
  return i;
}

// How many bytes from p on are valid.
size_t text_valid_bytes(const unsigned char *p, size_t n);

// --- classes of the rules of clusters
enum {
  CLUSTER_OTHER = UTF8PROC_BOUNDCLASS_OTHER,
  CLUSTER_CR = UTF8PROC_BOUNDCLASS_CR,
  CLUSTER_LF = UTF8PROC_BOUNDCLASS_LF,
  CLUSTER_CONTROL = UTF8PROC_BOUNDCLASS_CONTROL,
};
static inline uint8_t text_cluster_class(uint32_t c) {
  if (c < 0x300) {
    if (c >= 0xa0) return c == 0xa9 || c == 0xae ? UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC : c == 0xad ? CLUSTER_CONTROL : CLUSTER_OTHER;
    return c == '\r' ? CLUSTER_CR : c == '\n' ? CLUSTER_LF : c < 0x20 || c >= 0x7f ? CLUSTER_CONTROL : CLUSTER_OTHER;
  }
  if ((c >= 0x370 && c < 0x483) || (c >= 0x4e00 && c < 0xa000) || (c >= 0x30a1 && c <= 0x30ff) || (c >= 0x3041 && c <= 0x3096))
    return CLUSTER_OTHER; // Greek, Cyrillic, ideographs, kana
  if (c >= 0xac00 && c <= 0xd7a3) return (c - 0xac00) % 28 == 0 ? UTF8PROC_BOUNDCLASS_LV : UTF8PROC_BOUNDCLASS_LVT;
  return (uint8_t)utf8proc_get_property((utf8proc_int32_t)c)->boundclass;
}
enum ClusterState { CLUSTER_PLAIN, CLUSTER_PICTURE, CLUSTER_PICTURE_JOINED, CLUSTER_HALF_FLAG };
// Is there a boundary between two characters of these classes? *state belongs to the cluster so far and is advanced.
bool text_cluster_breaks(uint8_t before, uint8_t after, enum ClusterState *state);
static inline enum ClusterState text_cluster_start(uint8_t first) {
  return first == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ? CLUSTER_PICTURE
         : first == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR  ? CLUSTER_HALF_FLAG
                                                            : CLUSTER_PLAIN;
}

// A walk over clusters: the character at `at`, the next cluster's first, is known already.
typedef struct ClusterWalk {
  const unsigned char *bytes;
  size_t size, at;
  unsigned char_bytes; // 0 at the end
  uint8_t char_class;
} ClusterWalk;

static inline void cluster_load(ClusterWalk *w) {
  if (w->at >= w->size) {
    w->char_bytes = 0;
    w->char_class = CLUSTER_CONTROL;
    return;
  }
  uint32_t point;
  w->char_bytes = text_decode(w->bytes + w->at, w->size - w->at, &point);
  w->char_class = w->char_bytes ? text_cluster_class(point) : CLUSTER_CONTROL;
  if (!w->char_bytes) w->char_bytes = 1;
}
static inline void cluster_start(ClusterWalk *w, const unsigned char *bytes, size_t size, size_t at) {
  *w = (ClusterWalk){.bytes = bytes, .size = size, .at = at};
  cluster_load(w);
}
// Walks over one cluster; there must be one (char_bytes > 0).
static inline void cluster_next(ClusterWalk *w) {
  uint8_t before = w->char_class;
  w->at += w->char_bytes;
  cluster_load(w);
  if (before == CLUSTER_OTHER && w->char_class == CLUSTER_OTHER) return;
  enum ClusterState state = text_cluster_start(before);
  while (w->char_bytes && !text_cluster_breaks(before, w->char_class, &state)) {
    before = w->char_class;
    w->at += w->char_bytes;
    cluster_load(w);
  }
}
// Bytes of the first cluster; 0 when there is nothing.
static inline size_t text_cluster(const unsigned char *p, size_t n) {
  if (n < 2) return n;
  if (p[0] < 0x80 && p[1] < 0x80) return p[0] == '\r' && p[1] == '\n' ? 2 : 1;
  ClusterWalk w;
  cluster_start(&w, p, n, 0);
  cluster_next(&w);
  return w.at;
}
// Clusters that start in [from, until), until <= size; *end: where the last of them ends.
size_t text_cluster_count(const unsigned char *bytes, size_t size, size_t from, size_t until, size_t *end);
// Walks from `at` over up to `count` clusters; answers where it came to, *skipped how many there were.
size_t text_cluster_skip(const unsigned char *bytes, size_t size, size_t at, uint64_t count, uint64_t *skipped);
// Clusters in reverse order. `to` has room for size bytes.
void text_reverse(const unsigned char *bytes, size_t size, unsigned char *to);

// --- white space. `wide`: the spaces that do not break lines too.
// Bytes of the space at p, 0: there is none. n > 0.
unsigned text_space_wide(const unsigned char *p, size_t n, bool wide);
static inline unsigned text_space(const unsigned char *p, size_t n, bool wide) {
  if (p[0] < 0x80) return p[0] == ' ' || (p[0] >= 9 && p[0] <= 13);
  return p[0] == 0xc2 || (p[0] >= 0xe1 && p[0] <= 0xe3) ? text_space_wide(p, n, wide) : 0;
}
// Bytes of the space that ends before `end`, 0: there is none.
unsigned text_space_before(const unsigned char *start, const unsigned char *end, bool wide);

#endif

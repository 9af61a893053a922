// SPDX-License-Identifier: Apache-2.0
#include "vm/native/text_scan.h"

// Text of one script comes in runs of characters of one size: short loops over those that need no look at limits.
size_t text_valid_bytes(const unsigned char *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    if (p[i] < 0x80) {
      i += text_ascii_run(p + i, n - i);
      continue;
    }
    while (n - i >= 2 && p[i] >= 0xc2 && p[i] < 0xe0 && (p[i + 1] & 0xc0) == 0x80) i += 2;
    // All of three bytes but the first of them (short forms) and the surrogates.
    while (n - i >= 3 && (p[i] & 0xf0) == 0xe0 && p[i] != 0xe0 && p[i] != 0xed && (p[i + 1] & 0xc0) == 0x80 && (p[i + 2] & 0xc0) == 0x80) i += 3;
    if (i == n) break;
    uint32_t point;
    unsigned size = text_decode(p + i, n - i, &point);
    if (!size) break;
    i += size;
  }
  return i;
}

bool text_cluster_breaks(uint8_t before, uint8_t after, enum ClusterState *state) {
  enum ClusterState was = *state;
  // What this character makes of the state, should it join.
  if (after == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC) {
    *state = CLUSTER_PICTURE;
  } else if (after == UTF8PROC_BOUNDCLASS_ZWJ && was == CLUSTER_PICTURE) {
    *state = CLUSTER_PICTURE_JOINED;
  } else if (after == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR && was != CLUSTER_HALF_FLAG) {
    *state = CLUSTER_HALF_FLAG;
  } else if (after != UTF8PROC_BOUNDCLASS_EXTEND || was != CLUSTER_PICTURE) {
    *state = CLUSTER_PLAIN;
  }
  if (before == CLUSTER_CR) return after != CLUSTER_LF;
  if (before == CLUSTER_LF || before == CLUSTER_CONTROL) return true;
  switch (after) {
    case CLUSTER_CR:
    case CLUSTER_LF:
    case CLUSTER_CONTROL: return true;
    case UTF8PROC_BOUNDCLASS_EXTEND:
    case UTF8PROC_BOUNDCLASS_ZWJ:
    case UTF8PROC_BOUNDCLASS_SPACINGMARK: return false;
    default: break;
  }
  switch (before) {
    case UTF8PROC_BOUNDCLASS_PREPEND: return false;
    case UTF8PROC_BOUNDCLASS_L:
      return after != UTF8PROC_BOUNDCLASS_L && after != UTF8PROC_BOUNDCLASS_V && after != UTF8PROC_BOUNDCLASS_LV && after != UTF8PROC_BOUNDCLASS_LVT;
    case UTF8PROC_BOUNDCLASS_LV:
    case UTF8PROC_BOUNDCLASS_V: return after != UTF8PROC_BOUNDCLASS_V && after != UTF8PROC_BOUNDCLASS_T;
    case UTF8PROC_BOUNDCLASS_LVT:
    case UTF8PROC_BOUNDCLASS_T: return after != UTF8PROC_BOUNDCLASS_T;
    case UTF8PROC_BOUNDCLASS_ZWJ: return !(was == CLUSTER_PICTURE_JOINED && after == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC);
    case UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR: return !(was == CLUSTER_HALF_FLAG && after == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR);
    default: return true;
  }
}

// CR LF pairs in n bytes.
static size_t line_pairs(const unsigned char *p, size_t n) {
  size_t pairs = 0;
  const unsigned char *end = p + n;
  while (p < end && (p = memchr(p, '\r', (size_t)(end - p))) != NULL) {
    p++;
    if (p < end && *p == '\n') pairs++;
  }
  return pairs;
}

size_t text_cluster_count(const unsigned char *bytes, size_t size, size_t from, size_t until, size_t *end) {
  size_t count = 0, at = from;
  ClusterWalk w;
  while (at < until) {
    // The last byte of a run may have marks behind it, or an LF behind a CR: it is left to the walk.
    size_t run = text_ascii_run(bytes + at, until - at);
    if (run > 1) {
      run--;
      if (bytes[at + run - 1] == '\r') run--; // never between CR and LF
      count += run - line_pairs(bytes + at, run);
      at += run;
      if (run && at < until && bytes[at] < 0x80 && (at + 1 >= size || bytes[at + 1] < 0x80)) {
        size_t one = text_cluster(bytes + at, size - at);
        count++;
        at += one;
        continue;
      }
    }
    // Until the next run of some length.
    cluster_start(&w, bytes, size, at);
    while (w.char_bytes && w.at < until) {
      cluster_next(&w);
      count++;
      if (w.size - w.at >= 8) {
        uint64_t word;
        memcpy(&word, bytes + w.at, 8);
        if (!(word & 0x8080808080808080u)) break;
      }
    }
    at = w.at;
  }
  *end = at;
  return count;
}

enum { SKIP_WINDOW_BYTES = 512 }; // looked at once more when a CR stands in it

size_t text_cluster_skip(const unsigned char *bytes, size_t size, size_t at, uint64_t count, uint64_t *skipped) {
  uint64_t left = count;
  while (left && at < size) {
    size_t limit = size - at;
    if (limit > left) limit = (size_t)left + 1;
    if (limit > SKIP_WINDOW_BYTES) limit = SKIP_WINDOW_BYTES;
    size_t run = text_ascii_run(bytes + at, limit);
    if (run > 1) {
      const unsigned char *pair = memchr(bytes + at, '\r', run);
      // All but the last of the run stand alone; so does the last when the text ends with it.
      size_t alone = pair ? (size_t)(pair - bytes) - at : at + run == size && run <= left ? run : run - 1;
      if (alone) {
        at += alone;
        left -= alone;
        continue;
      }
    }
    ClusterWalk w;
    cluster_start(&w, bytes, size, at);
    do {
      cluster_next(&w);
      left--;
    } while (left && w.char_bytes && (w.char_class != CLUSTER_OTHER || bytes[w.at] >= 0x80));
    at = w.at;
  }
  *skipped = count - left;
  return at;
}

static void reverse_bytes(const unsigned char *bytes, size_t n, unsigned char *end) {
  for (; n >= 8; n -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    word = __builtin_bswap64(word);
    memcpy(end -= 8, &word, 8);
  }
  while (n--) *--end = *bytes++;
}
void text_reverse(const unsigned char *bytes, size_t size, unsigned char *to) {
  unsigned char *end = to + size;
  for (size_t at = 0; at < size;) {
    // A run of ASCII up to a CR, without its last byte, which may have marks behind it.
    size_t run = text_ascii_run(bytes + at, size - at < SKIP_WINDOW_BYTES ? size - at : SKIP_WINDOW_BYTES);
    const unsigned char *pair = run ? memchr(bytes + at, '\r', run) : NULL;
    size_t alone = pair ? (size_t)(pair - bytes) - at : at + run == size || run == 0 ? run : run - 1;
    reverse_bytes(bytes + at, alone, end);
    at += alone;
    end -= alone;
    ClusterWalk w;
    cluster_start(&w, bytes, size, at);
    while (w.char_bytes) {
      cluster_next(&w);
      end -= w.at - at;
      memcpy(end, bytes + at, w.at - at);
      at = w.at;
      if (w.char_class == CLUSTER_OTHER && bytes[at] < 0x80) break;
    }
  }
}

unsigned text_space_wide(const unsigned char *p, size_t n, bool wide) {
  if (p[0] == 0xc2) return n >= 2 && (p[1] == 0x85 || (wide && p[1] == 0xa0)) ? 2 : 0;
  if (n < 3) return 0;
  if (p[0] == 0xe1) return p[1] == 0x9a && p[2] == 0x80 ? 3 : 0;
  if (p[0] == 0xe3) return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
  if (p[0] != 0xe2) return 0;
  if (p[1] == 0x81) return p[2] == 0x9f ? 3 : 0;
  if (p[1] != 0x80) return 0;
  if (p[2] <= 0x8a) return p[2] >= 0x80 && (p[2] != 0x87 || wide) ? 3 : 0;
  return p[2] == 0xa8 || p[2] == 0xa9 || (wide && p[2] == 0xaf) ? 3 : 0;
}

unsigned text_space_before(const unsigned char *start, const unsigned char *end, bool wide) {
  size_t n = (size_t)(end - start);
  if (n >= 1 && end[-1] < 0x80) return text_space(end - 1, 1, wide);
  if (n >= 2 && end[-2] == 0xc2) return text_space(end - 2, 2, wide);
  return n >= 3 ? text_space(end - 3, 3, wide) == 3 ? 3 : 0 : 0;
}

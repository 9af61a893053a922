// SPDX-License-Identifier: Apache-2.0
//
// Which function an address belongs to: ranges of linked and of compiled code, sorted by address.
#include <string.h>

#include "vm/code/code.h"

static uint32_t range_after(const CodeTable *t, const uint64_t *address) {
  uint32_t low = 0, high = t->range_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (t->ranges[middle].from <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

CodeFunction *code_find(CodeTable *t, const uint64_t *address) {
  uint32_t after = range_after(t, address);
  if (after == 0 || address >= t->ranges[after - 1].to) return NULL;
  return t->ranges[after - 1].function;
}

static bool grow(CodeTable *t) {
  uint32_t wanted = t->range_capacity ? t->range_capacity * 2 : 64;
  CodeRange *bigger = alloc_grow(t->alloc, t->ranges, t->range_capacity * sizeof *bigger, wanted * sizeof *bigger);
  if (!bigger) return false;
  t->ranges = bigger;
  t->range_capacity = wanted;
  return true;
}

static bool add_range(CodeTable *t, CodeRange range) {
  if (t->range_count == t->range_capacity && !grow(t)) return false;
  uint32_t at = range_after(t, range.from);
  memmove(&t->ranges[at + 1], &t->ranges[at], (t->range_count - at) * sizeof *t->ranges);
  t->ranges[at] = range;
  t->range_count++;
  return true;
}

bool code_add_range(CodeTable *t, CodeFunction *f) { return add_range(t, (CodeRange){f->code, f->code + f->code_words, f}); }

bool code_add_machine_range(CodeTable *t, CodeFunction *f, const void *from, const void *to) { return add_range(t, (CodeRange){from, to, f}); }

void code_forget_ranges(CodeTable *t, bool (*doomed)(void *state, const CodeUnit *u), void *state) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < t->range_count; i++)
    if (!doomed(state, t->ranges[i].function->unit)) t->ranges[kept++] = t->ranges[i];
  t->range_count = kept;
}

const uint64_t *code_linked_address(const CodeFunction *f, const uint64_t *address) {
  if (!f->points || (address >= f->code && address <= f->code + f->code_words)) return address;
  // The last point that does not lie behind the address.
  size_t offset = (size_t)((const char *)address - (const char *)f->machine);
  uint32_t low = 0, high = f->point_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (f->points[middle].machine_offset <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return f->code + f->points[low ? low - 1 : 0].word;
}

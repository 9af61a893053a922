// SPDX-License-Identifier: Apache-2.0
//
// Linked instructions as data: their numbers, sizes and where operands lie. Derived from linked.def.
#ifndef JOIST_ENGINE_LINKED_H
#define JOIST_ENGINE_LINKED_H

#include "vm/base/check.h"

typedef enum LinkedOp {
#define LINKED(name, fields, words) L_##name,
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
  LINKED_COUNT
} LinkedOp;

// Words that hold the handler and the fields.
#define FIELD_WORDS(fields) (1 + (sizeof(fields) - 1 > 2) + (sizeof(fields) - 1 > 6))
enum LinkedFirstWord {
#define LINKED(name, fields, words) FIRST_##name = FIELD_WORDS(fields),
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
};
// Length of an instruction without its list.
enum LinkedWords {
#define LINKED(name, fields, words) WORDS_##name = FIELD_WORDS(fields) + sizeof(words) - 1,
#define LINKED_LIST LINKED
#include "vm/engine/linked.def"
#undef LINKED
#undef LINKED_LIST
};
#define LIST_WORDS(count) (((size_t)(count) + 3) / 4)

typedef struct LinkedInfo {
  const char *name, *fields, *words;
  uint8_t first_word, word_count;
  bool has_list;
} LinkedInfo;
extern const LinkedInfo LINKED_INFO[LINKED_COUNT];

// Field i of the instruction at pc.
static inline uint16_t linked_field(const uint64_t *pc, unsigned i) {
  if (i < 2) return (uint16_t)(pc[0] >> (32 + 16 * i));
  return (uint16_t)(pc[1 + (i - 2) / 4] >> (16 * ((i - 2) & 3)));
}
static inline void linked_set_field(uint64_t *pc, unsigned i, uint16_t value) {
  uint64_t *word = i < 2 ? pc : pc + 1 + (i - 2) / 4;
  unsigned shift = i < 2 ? 32 + 16 * i : 16 * ((i - 2) & 3);
  *word = (*word & ~((uint64_t)0xffff << shift)) | (uint64_t)value << shift;
}
// Item i of a list that starts at word `list`.
static inline uint16_t linked_list_item(const uint64_t *list, size_t i) { return (uint16_t)(list[i / 4] >> (16 * (i & 3))); }

#endif

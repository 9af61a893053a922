// SPDX-License-Identifier: Apache-2.0
//
// Names of source files as stack traces hold them: numbers of a table that outlives the units.
//
// A file has one number however many units come of it, so the table grows with the files of a program, not with what it loads;
// programs that make up names without end run into FILE_NUMBERS_MAX, and later traces show no file for them.
//
// Texts lie in segments that double and never move, so that who has a number reads its text without a lock; numbers are given out under the
// table's lock, and published in the units.
#include <string.h>

#include "vm/code/code.h"
#include "vm/term/hash.h"

static ImageText *text_at(const CodeTable *t, uint32_t i) {
  unsigned segment = 31 - (unsigned)__builtin_clz(i / FILE_SEGMENT_FIRST + 1);
  return PUBLISHED(t->files[segment]) + (i - FILE_SEGMENT_FIRST * ((1u << segment) - 1));
}

static uint32_t *place(const CodeTable *t, ImageText text) {
  uint32_t mask = t->file_capacity * 2 - 1, at = (uint32_t)hash_bytes(text.bytes, text.size, HASH_SEED) & mask;
  for (; t->file_index[at]; at = (at + 1) & mask) {
    const ImageText *known = text_at(t, t->file_index[at] - 1);
    if (known->size == text.size && memcmp(known->bytes, text.bytes, text.size) == 0) break;
  }
  return &t->file_index[at];
}

static bool grow_index(CodeTable *t) {
  uint32_t capacity = t->file_capacity ? t->file_capacity * 2 : FILE_SEGMENT_FIRST;
  if (capacity > FILE_NUMBERS_MAX) return false;
  uint32_t *index = alloc_zero(t->alloc, 2 * capacity * sizeof *index);
  if (!index) return false;
  alloc_put(t->alloc, t->file_index, 2 * t->file_capacity * sizeof *index);
  t->file_index = index;
  t->file_capacity = capacity;
  for (uint32_t i = 0; i < t->file_count; i++) *place(t, *text_at(t, i)) = i + 1;
  return true;
}

static uint32_t number_of(CodeTable *t, ImageText text) {
  if (t->file_count == t->file_capacity && !grow_index(t)) return 0;
  uint32_t *at = place(t, text);
  if (*at) return *at;
  unsigned segment = 31 - (unsigned)__builtin_clz(t->file_count / FILE_SEGMENT_FIRST + 1);
  if (!t->files[segment]) PUBLISH(t->files[segment], alloc_zero(t->alloc, sizeof(ImageText) * FILE_SEGMENT_FIRST << segment));
  char *kept = t->files[segment] ? alloc_get(t->alloc, text.size + 1) : NULL;
  if (!kept) return 0;
  memcpy(kept, text.bytes, text.size);
  ImageText *to = text_at(t, t->file_count);
  to->bytes = kept;
  PUBLISH(to->size, text.size);
  return *at = ++t->file_count;
}

uint32_t code_file_number(CodeUnit *u, uint32_t index) {
  CodeTable *t = u->table;
  if (index >= u->parts.file_count) return 0;
  uint32_t number = PUBLISHED(u->file_numbers[index]);
  if (number) return number;
  code_lock(t);
  number = number_of(t, unit_file(u, index));
  PUBLISH(u->file_numbers[index], number);
  code_unlock(t);
  return number;
}

// Numbers come out of traces, which a module file can make up: one that was not given out finds no segment, or an empty text.
ImageText code_file_name(const CodeTable *t, uint32_t number) {
  if (number == 0 || number > FILE_NUMBERS_MAX) return (ImageText){"", 0};
  unsigned segment = 31 - (unsigned)__builtin_clz((number - 1) / FILE_SEGMENT_FIRST + 1);
  const ImageText *text = PUBLISHED(t->files[segment]) ? text_at(t, number - 1) : NULL;
  uint32_t size = text ? PUBLISHED(text->size) : 0;
  return size ? (ImageText){text->bytes, size} : (ImageText){"", 0};
}

void code_files_free(CodeTable *t) {
  for (uint32_t i = 0; i < t->file_count; i++) alloc_put(t->alloc, (void *)(uintptr_t)text_at(t, i)->bytes, text_at(t, i)->size + 1);
  for (unsigned segment = 0; segment < FILE_SEGMENTS; segment++)
    alloc_put(t->alloc, t->files[segment], sizeof(ImageText) * FILE_SEGMENT_FIRST << segment);
  alloc_put(t->alloc, t->file_index, 2 * t->file_capacity * sizeof *t->file_index);
}

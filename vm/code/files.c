// SPDX-License-Identifier: Apache-2.0
//
// Names of source files as stack traces hold them: numbers of a table that outlives the units.
//
// A file has one number however many units come of it, so the table grows with the files of a program, not with what it loads;
// programs that make up names without end run into FILE_NUMBERS_MAX, and later traces show no file for them.
// Thread: the scheduler's.
#include <string.h>

#include "vm/code/code.h"
#include "vm/term/hash.h"

static uint32_t *place(const CodeTable *t, ImageText text) {
  uint32_t mask = t->file_capacity * 2 - 1, at = (uint32_t)hash_bytes(text.bytes, text.size, HASH_SEED) & mask;
  for (; t->file_index[at]; at = (at + 1) & mask) {
    const ImageText *known = &t->files[t->file_index[at] - 1];
    if (known->size == text.size && memcmp(known->bytes, text.bytes, text.size) == 0) break;
  }
  return &t->file_index[at];
}

static bool grow(CodeTable *t) {
  uint32_t capacity = t->file_capacity ? t->file_capacity * 2 : 16;
  if (capacity > FILE_NUMBERS_MAX) return false;
  uint32_t *index = alloc_zero(t->alloc, 2 * capacity * sizeof *index);
  ImageText *files = index ? alloc_grow(t->alloc, t->files, t->file_capacity * sizeof *files, capacity * sizeof *files) : NULL;
  if (!files) {
    alloc_put(t->alloc, index, 2 * capacity * sizeof *index);
    return false;
  }
  alloc_put(t->alloc, t->file_index, 2 * t->file_capacity * sizeof *index);
  t->files = files;
  t->file_index = index;
  t->file_capacity = capacity;
  for (uint32_t i = 0; i < t->file_count; i++) *place(t, files[i]) = i + 1;
  return true;
}

uint32_t code_file_number(CodeUnit *u, uint32_t index) {
  CodeTable *t = u->table;
  if (index >= u->parts.file_count) return 0;
  if (u->file_numbers[index]) return u->file_numbers[index];
  ImageText text = unit_file(u, index);
  if (t->file_count == t->file_capacity && !grow(t)) return 0;
  uint32_t *at = place(t, text);
  if (!*at) {
    char *kept = alloc_get(t->alloc, text.size + 1);
    if (!kept) return 0;
    memcpy(kept, text.bytes, text.size);
    t->files[t->file_count] = (ImageText){kept, text.size};
    *at = ++t->file_count;
  }
  return u->file_numbers[index] = *at;
}

ImageText code_file_name(const CodeTable *t, uint32_t number) { return number > 0 && number <= t->file_count ? t->files[number - 1] : (ImageText){"", 0}; }

void code_files_free(CodeTable *t) {
  for (uint32_t i = 0; i < t->file_count; i++) alloc_put(t->alloc, (void *)(uintptr_t)t->files[i].bytes, t->files[i].size + 1);
  alloc_put(t->alloc, t->files, t->file_capacity * sizeof *t->files);
  alloc_put(t->alloc, t->file_index, 2 * t->file_capacity * sizeof *t->file_index);
}

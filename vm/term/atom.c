// SPDX-License-Identifier: Apache-2.0
//
// The atom table. Entries lie in segments that never move; finding one by text goes through an
// open-addressed index of words (upper half of the hash << 32 | number + 1).
//
//  I1  A slot of an index is written once, from 0, after its entry is complete (release). A reader that misses
//      sees a state of the table before some insertion, and inserts under the lock, where it looks again.
//  I2  The atoms of an image have an index of their own, which never changes and is looked at first.
//  I3  A grown index replaces the old one; old ones are kept until the table is freed, as readers may still look
//      there. Together they are no larger than the newest.
#include "vm/term/atom.h"

#include <stdlib.h>
#include "vm/base/lock.h"
#include "vm/term/binary.h"
#include "vm/term/hash.h"

enum { ATOM_INDEX_FIRST = 1024, TEXT_BLOCK_BYTES = 32 * 1024 };

typedef struct AtomIndex {
  struct AtomIndex *older;
  uint64_t mask;
  _Atomic(uint64_t) slots[];
} AtomIndex;

typedef struct TextBlock {
  struct TextBlock *older;
  size_t size; // of the block
  char bytes[];
} TextBlock;

typedef struct AtomTableRest {
  const Alloc *alloc;
  Lock lock; // insertion
  _Atomic(AtomIndex *) index;
  TextBlock *texts; // under the lock
  size_t text_used; // of the newest block's bytes
  uint32_t count_max;
  AtomImage image; // count 0: none
} AtomTableRest;

static size_t index_bytes(uint64_t slot_count) { return sizeof(AtomIndex) + (size_t)slot_count * sizeof(uint64_t); }

static AtomIndex *index_new(const Alloc *alloc, uint64_t slot_count) {
  AtomIndex *index = alloc_zero(alloc, index_bytes(slot_count));
  if (index) index->mask = slot_count - 1;
  return index;
}

static bool slot_is(const AtomTable *table, uint64_t slot, const char *text, size_t text_bytes, uint64_t hash) {
  if (slot >> 32 != hash >> 32) return false;
  const AtomEntry *e = atom_entry(table, term_atom((uint32_t)slot - 1));
  return e->hash == hash && e->text_bytes == text_bytes && memcmp(e->text, text, text_bytes) == 0;
}

static Term image_find(const AtomTable *table, const char *text, size_t text_bytes, uint64_t hash) {
  const AtomImage *image = &table->rest->image;
  if (!image->count) return T_NONE;
  for (uint64_t i = hash & image->slot_mask; image->slots[i]; i = (i + 1) & image->slot_mask)
    if (slot_is(table, image->slots[i], text, text_bytes, hash)) return term_atom((uint32_t)image->slots[i] - 1);
  return T_NONE;
}

static Term index_find(const AtomTable *table, const AtomIndex *index, const char *text, size_t text_bytes, uint64_t hash) {
  for (uint64_t i = hash & index->mask;; i = (i + 1) & index->mask) {
    uint64_t slot = atomic_load_explicit(&index->slots[i], memory_order_acquire);
    if (slot == 0) return T_NONE;
    if (slot_is(table, slot, text, text_bytes, hash)) return term_atom((uint32_t)slot - 1);
  }
}

static Term find(const AtomTable *table, const char *text, size_t text_bytes, uint64_t hash) {
  Term atom = image_find(table, text, text_bytes, hash);
  return atom != T_NONE ? atom : index_find(table, atomic_load_explicit(&table->rest->index, memory_order_acquire), text, text_bytes, hash);
}

static void index_add(AtomIndex *index, uint32_t number, uint64_t hash) {
  uint64_t i = hash & index->mask;
  while (atomic_load_explicit(&index->slots[i], memory_order_relaxed) != 0) i = (i + 1) & index->mask;
  atomic_store_explicit(&index->slots[i], atom_index_slot(hash, number), memory_order_release);
}

static bool index_grow(AtomTable *table, AtomIndex *old) {
  AtomIndex *index = index_new(table->rest->alloc, (old->mask + 1) * 2);
  if (!index) return false;
  uint32_t count = atom_count(table);
  for (uint32_t n = table->rest->image.count; n < count; n++) index_add(index, n, atom_entry(table, term_atom(n))->hash);
  index->older = old;
  atomic_store_explicit(&table->rest->index, index, memory_order_release);
  return true;
}

static char *text_keep(AtomTableRest *rest, const char *text, size_t text_bytes) {
  if (!rest->texts || rest->texts->size - rest->text_used < text_bytes + 1) {
    TextBlock *block = alloc_get(rest->alloc, sizeof(TextBlock) + TEXT_BLOCK_BYTES);
    if (!block) return NULL;
    block->older = rest->texts;
    block->size = TEXT_BLOCK_BYTES;
    rest->texts = block;
    rest->text_used = 0;
  }
  char *kept = rest->texts->bytes + rest->text_used;
  memcpy(kept, text, text_bytes);
  kept[text_bytes] = 0;
  rest->text_used += text_bytes + 1;
  return kept;
}

static uint64_t text_prefix(const char *text, size_t text_bytes) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; i++) prefix = prefix << 8 | (i < text_bytes ? (unsigned char)text[i] : 0);
  return prefix;
}

// Under the lock.
static Status insert(AtomTable *table, const char *text, size_t text_bytes, uint64_t hash, Term *atom) {
  AtomTableRest *rest = table->rest;
  AtomIndex *index = atomic_load_explicit(&rest->index, memory_order_relaxed);
  *atom = index_find(table, index, text, text_bytes, hash);
  if (*atom != T_NONE) return STATUS_OK;
  uint32_t number = atomic_load_explicit(&table->count, memory_order_relaxed);
  if (number >= rest->count_max) return STATUS_LIMIT;
  if ((uint64_t)(number - rest->image.count) * 2 > index->mask) {
    if (!index_grow(table, index)) return STATUS_NO_MEMORY;
    index = atomic_load_explicit(&rest->index, memory_order_relaxed);
  }
  _Atomic(AtomEntry *) *place = &table->segments[number >> ATOM_SEGMENT_SHIFT];
  AtomEntry *segment = atomic_load_explicit(place, memory_order_relaxed);
  if (!segment) {
    segment = alloc_zero(rest->alloc, sizeof(AtomEntry) << ATOM_SEGMENT_SHIFT);
    if (!segment) return STATUS_NO_MEMORY;
    atomic_store_explicit(place, segment, memory_order_release);
  }
  char *kept = text_keep(rest, text, text_bytes);
  if (!kept) return STATUS_NO_MEMORY;
  segment[number & ((1u << ATOM_SEGMENT_SHIFT) - 1)] = (AtomEntry){
      .text = kept, .text_bytes = (uint32_t)text_bytes, .prefix = text_prefix(text, text_bytes), .hash = hash};
  atomic_store_explicit(&table->count, number + 1, memory_order_release);
  index_add(index, number, hash);
  *atom = term_atom(number);
  return STATUS_OK;
}

Status atom_intern(AtomTable *table, const char *text, size_t text_bytes, Term *atom) {
  uint64_t hash = hash_bytes(text, text_bytes, HASH_SEED);
  *atom = find(table, text, text_bytes, hash);
  if (*atom != T_NONE) return STATUS_OK;
  if (text_bytes > ATOM_CHARACTERS_MAX * 4) return STATUS_LIMIT;
  if (!utf8_is_valid((const unsigned char *)text, text_bytes)) return STATUS_BAD_DATA;
  if (utf8_count((const unsigned char *)text, text_bytes) > ATOM_CHARACTERS_MAX) return STATUS_LIMIT;
  lock_take(&table->rest->lock);
  Status status = insert(table, text, text_bytes, hash, atom);
  lock_give(&table->rest->lock);
  return status;
}

Term atom_lookup(AtomTable *table, const char *text, size_t text_bytes) {
  uint64_t hash = hash_bytes(text, text_bytes, HASH_SEED);
  return find(table, text, text_bytes, hash);
}

int atom_compare_slow(const AtomEntry *a, const AtomEntry *b) {
  size_t common = a->text_bytes < b->text_bytes ? a->text_bytes : b->text_bytes;
  int order = memcmp(a->text, b->text, common);
  if (order != 0) return order;
  return (a->text_bytes > b->text_bytes) - (a->text_bytes < b->text_bytes);
}

static const struct {
  const char *text;
  size_t text_bytes;
} predefined[] = {
#define ATOM(c_name, text) {text, sizeof(text) - 1},
#include "vm/term/atoms.def"
#undef ATOM
};

AtomTable *atom_table_new(const Alloc *alloc, uint32_t count_max) { return atom_table_new_from(alloc, count_max, NULL); }

AtomTable *atom_table_new_from(const Alloc *alloc, uint32_t count_max, const AtomImage *image) {
  uint32_t first_count = image ? image->count : ATOM_PREDEFINED_COUNT;
  if (count_max == 0) count_max = ATOM_COUNT_MAX;
  uint32_t possible = (uint32_t)ATOM_SEGMENT_COUNT << ATOM_SEGMENT_SHIFT;
  if (count_max > possible) count_max = possible;
  if (count_max < first_count) count_max = first_count;
  AtomTable *table = alloc_zero(alloc, sizeof(AtomTable));
  if (!table) return NULL;
  table->rest = alloc_zero(alloc, sizeof(AtomTableRest));
  if (!table->rest) {
    alloc_put(alloc, table, sizeof(AtomTable));
    return NULL;
  }
  AtomTableRest *rest = table->rest;
  rest->alloc = alloc;
  rest->count_max = count_max;
  lock_init(&rest->lock, LOCK_ATOMS);
  AtomIndex *index = index_new(alloc, ATOM_INDEX_FIRST);
  atomic_init(&rest->index, index);
  bool good = index != NULL;
  if (image) {
    rest->image = *image;
    for (uint32_t i = 0; i < image->count; i += 1u << ATOM_SEGMENT_SHIFT) atomic_init(&table->segments[i >> ATOM_SEGMENT_SHIFT], image->entries + i);
    atomic_init(&table->count, image->count);
  }
  for (uint32_t i = 0; good && !image && i < ATOM_PREDEFINED_COUNT; i++) {
    Term atom;
    good = atom_intern(table, predefined[i].text, predefined[i].text_bytes, &atom) == STATUS_OK;
    // A text that stands twice in atoms.def would shift all constants behind it.
    if (good && atom != term_atom(i)) PANIC("atom '%s' stands twice in atoms.def", predefined[i].text);
  }
  if (good) return table;
  atom_table_free(table);
  return NULL;
}

void atom_table_free(AtomTable *table) {
  if (!table) return;
  AtomTableRest *rest = table->rest;
  for (AtomIndex *i = atomic_load(&rest->index), *older; i; i = older) {
    older = i->older;
    alloc_put(rest->alloc, i, index_bytes(i->mask + 1));
  }
  for (TextBlock *b = rest->texts, *older; b; b = older) {
    older = b->older;
    alloc_put(rest->alloc, b, sizeof(TextBlock) + b->size);
  }
  size_t of_image = (rest->image.count + (1u << ATOM_SEGMENT_SHIFT) - 1) >> ATOM_SEGMENT_SHIFT;
  for (size_t i = of_image; i < ATOM_SEGMENT_COUNT; i++)
    alloc_put(rest->alloc, atomic_load(&table->segments[i]), sizeof(AtomEntry) << ATOM_SEGMENT_SHIFT);
  const Alloc *alloc = rest->alloc;
  alloc_put(alloc, rest, sizeof(AtomTableRest));
  alloc_put(alloc, table, sizeof(AtomTable));
}

// SPDX-License-Identifier: Apache-2.0
//
// The literal range: address space reserved once, handed out in pieces of GRAIN bytes.
//
// Free stretches stand in an array sorted by address, neighbours joined; the first that fits is taken. Pages below
// `committed` are readable and writable; a freed stretch gives its whole pages back to the system but
// keeps them mapped, so they read as zero when used again.
#include <string.h>
#include <sys/mman.h>

#include "vm/base/address_space.h"
#include "vm/base/lock.h"
#include "vm/base/stretches.h"
#include "vm/heap/literal.h"
#include "vm/term/copy.h"
#include "vm/term/shared.h"

enum { GRAIN = 64, COMMIT_BYTES = 1 << 20, PAGE = 4096, RESERVE_SHIFT_MIN = 22 };

enum { AREAS_OF_VM, AREAS_OF_JOBS, AREAS_OF_UNITS, AREA_LISTS };

struct LiteralSpace {
  const Alloc *alloc;
  uintptr_t lo, hi, committed; // committed: first address without access
  Lock lock;                   // everything below
  Stretches free;
  LiteralArea *areas[AREA_LISTS]; // by kind of owner: few belong to jobs, most to units
  size_t area_count, used_bytes;
  Meter *meter;                // or NULL; set before there is more than one thread
};

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0 // then the address is a hint
#endif

LiteralSpace *literal_space_new(const Alloc *alloc, size_t want_bytes) { return literal_space_new_for(alloc, want_bytes, 0, 0); }

static void *reserve(uintptr_t address, size_t bytes) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
#ifdef __SANITIZE_THREAD__
  address = 0; // its mmap takes the wish for address 0 instead, and then ends the program
#endif
  if (address) {
    void *range = mmap((void *)address, bytes, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0);
    if (range != MAP_FAILED) return range; // kernels before 4.17 may answer another place: as good as any
  }
  return mmap(NULL, bytes, PROT_NONE, flags, -1, 0);
}

LiteralSpace *literal_space_new_for(const Alloc *alloc, size_t want_bytes, uintptr_t address, size_t head_bytes) {
  if (want_bytes) want_bytes += head_bytes;
  size_t bytes = want_bytes ? (want_bytes + COMMIT_BYTES - 1) & ~(size_t)(COMMIT_BYTES - 1)
                            : address_space_share((size_t)64 << 30, 4, ((size_t)1 << RESERVE_SHIFT_MIN) + head_bytes);
  void *range = MAP_FAILED;
  for (; bytes >= ((size_t)1 << RESERVE_SHIFT_MIN) + head_bytes || want_bytes; bytes /= 2) {
    range = reserve(address, bytes);
    if (range != MAP_FAILED || want_bytes) break;
  }
  if (range == MAP_FAILED) return NULL;
  LiteralSpace *s = alloc_zero(alloc, sizeof *s);
  Stretches free = {.alloc = alloc};
  if (!s || !stretches_reserve(&free, 2)) {
    munmap(range, bytes);
    alloc_put(alloc, s, sizeof *s);
    return NULL;
  }
  s->alloc = alloc;
  s->lo = (uintptr_t)range;
  s->committed = s->lo + head_bytes;
  s->hi = s->lo + bytes;
  lock_init(&s->lock, LOCK_LITERALS);
  s->free = free;
  stretches_give(&s->free, s->committed, s->hi);
  return s;
}

void literal_space_meter(LiteralSpace *s, Meter *meter) {
  s->meter = meter;
  meter_add(meter, s->used_bytes);
}

uintptr_t literal_space_lo(const LiteralSpace *s) { return s->lo; }
uintptr_t literal_space_hi(const LiteralSpace *s) { return s->hi; }

size_t literal_space_used(LiteralSpace *s) {
  lock_take(&s->lock);
  size_t used = s->used_bytes;
  lock_give(&s->lock);
  return used;
}

static size_t area_bytes(size_t word_count) {
  size_t bytes = word_count * sizeof(Term);
  return bytes ? (bytes + GRAIN - 1) & ~(size_t)(GRAIN - 1) : GRAIN;
}

// Takes `bytes`, committing pages. 0: none.
static uintptr_t take(LiteralSpace *s, size_t bytes) {
  uintptr_t at = stretches_take(&s->free, bytes), end = at + bytes;
  if (!at || end <= s->committed) return at;
  uintptr_t upto = (end + COMMIT_BYTES - 1) & ~(uintptr_t)(COMMIT_BYTES - 1);
  if (upto > s->hi) upto = s->hi;
  if (mprotect((void *)s->committed, upto - s->committed, PROT_READ | PROT_WRITE) != 0) {
    stretches_give(&s->free, at, end);
    return 0;
  }
  s->committed = upto;
  return at;
}

static void give(LiteralSpace *s, uintptr_t lo, uintptr_t hi) {
  stretches_give(&s->free, lo, hi);
  if (HOSTILE) { // whoever still reads it finds nonsense
    for (Term *p = (Term *)lo; p < (Term *)hi; p++) *p = T_POISON;
    return;
  }
  uintptr_t page_lo = (lo + PAGE - 1) & ~(uintptr_t)(PAGE - 1), page_hi = hi & ~(uintptr_t)(PAGE - 1);
  if (page_hi > page_lo) madvise((void *)page_lo, page_hi - page_lo, MADV_DONTNEED);
}

// Every area may leave a hole when it goes: holes are at most one more than areas.
static bool room_for_hole(LiteralSpace *s) { return stretches_reserve(&s->free, s->area_count + 3); }

static LiteralArea **list_of(LiteralSpace *s, uint32_t owner) {
  return &s->areas[owner == 0 ? AREAS_OF_VM : owner >= LITERAL_OWNER_JOBS ? AREAS_OF_JOBS : AREAS_OF_UNITS];
}

LiteralArea *literal_area_new(LiteralSpace *s, size_t word_count, uint32_t unit_id) {
  if (word_count > (s->hi - s->lo) / sizeof(Term)) return NULL;
  size_t bytes = area_bytes(word_count);
  if (s->meter && !account_allows_work(s->meter->account, bytes)) return NULL;
  LiteralArea *a = alloc_get(s->alloc, sizeof *a);
  if (!a) return NULL;
  lock_take(&s->lock);
  uintptr_t at = room_for_hole(s) ? take(s, bytes) : 0;
  if (at) {
    Term *words = (Term *)at;
    *a = (LiteralArea){.heap = {words, words + word_count, T_NIL, 0}, .words = words, .word_count = word_count, .unit_id = unit_id};
    LiteralArea **list = list_of(s, unit_id);
    a->next = *list;
    if (*list) (*list)->prev = a;
    *list = a;
    s->area_count++;
    s->used_bytes += bytes;
    if (s->meter) meter_add(s->meter, bytes);
  }
  lock_give(&s->lock);
  if (!at) {
    alloc_put(s->alloc, a, sizeof *a);
    return NULL;
  }
  return a;
}

static void unlist(LiteralSpace *s, LiteralArea *a) {
  if (a->prev) a->prev->next = a->next;
  else *list_of(s, a->unit_id) = a->next;
  if (a->next) a->next->prev = a->prev;
}

void literal_area_free(LiteralSpace *s, LiteralArea *a) {
  lock_take(&s->lock);
  unlist(s, a);
  lock_give(&s->lock);
  literal_area_free_taken(s, a);
}

void literal_area_free_taken(LiteralSpace *s, LiteralArea *a) {
  off_heap_drop_all(a->heap.off_heap);
  size_t bytes = area_bytes(a->word_count);
  lock_take(&s->lock);
  give(s, (uintptr_t)a->words, (uintptr_t)a->words + bytes);
  s->area_count--;
  s->used_bytes -= bytes;
  if (s->meter) meter_sub(s->meter, bytes);
  lock_give(&s->lock);
  alloc_put(s->alloc, a, sizeof *a);
}

size_t literal_areas_free_unit(LiteralSpace *s, uint32_t unit_id) {
  size_t count = 0;
  for (;;) {
    lock_take(&s->lock);
    LiteralArea *a = *list_of(s, unit_id);
    while (a && a->unit_id != unit_id) a = a->next;
    lock_give(&s->lock);
    if (!a) return count;
    literal_area_free(s, a);
    count++;
  }
}

LiteralArea *literal_areas_take(LiteralSpace *s, uint32_t owner, size_t *bytes) {
  LiteralArea *taken = NULL;
  lock_take(&s->lock);
  for (LiteralArea *a = *list_of(s, owner), *next; a; a = next) {
    next = a->next;
    if (a->unit_id != owner) continue;
    unlist(s, a);
    a->next = taken;
    a->prev = NULL;
    taken = a;
    *bytes += area_bytes(a->word_count);
  }
  lock_give(&s->lock);
  return taken;
}

void literal_each_kept(LiteralSpace *s, void (*visit)(void *state, const LiteralArea *area), void *state) {
  lock_take(&s->lock);
  for (int list = AREAS_OF_VM; list <= AREAS_OF_JOBS; list++)
    for (const LiteralArea *a = s->areas[list]; a; a = a->next) visit(state, a);
  lock_give(&s->lock);
}

size_t literal_area_take(LiteralSpace *s, LiteralArea *a) {
  lock_take(&s->lock);
  unlist(s, a);
  lock_give(&s->lock);
  a->next = a->prev = NULL;
  return area_bytes(a->word_count);
}

Term literal_copy(LiteralSpace *s, const TermContext *c, Term t, uint32_t unit_id) {
  LiteralArea *area;
  return literal_copy_to(s, c, t, unit_id, &area);
}

Term literal_copy_to(LiteralSpace *s, const TermContext *c, Term t, uint32_t unit_id, LiteralArea **area) {
  size_t words = 0;
  *area = NULL;
  if (!term_is_pointer(t)) return t;
  TermContext whole = *c;
  whole.literal_lo = whole.literal_hi = 0;
  if (size_term(&whole, t, &words) != STATUS_OK) return T_NONE;
  LiteralArea *a = *area = literal_area_new(s, words, unit_id);
  return a ? term_copy(&whole, &a->heap, t) : T_NONE;
}

void literal_space_free(LiteralSpace *s) {
  if (!s) return;
  for (int list = 0; list < AREA_LISTS; list++)
    while (s->areas[list]) literal_area_free(s, s->areas[list]);
  munmap((void *)s->lo, s->hi - s->lo);
  stretches_free(&s->free);
  alloc_put(s->alloc, s, sizeof *s);
}

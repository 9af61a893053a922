// SPDX-License-Identifier: Apache-2.0
//
// Which function an address belongs to: asked for every frame of a trace, found without a lock.
//
// Addresses are cut into granules of 512 bytes. A hash table leads from a granule to the stretches of code that lie in it or reach into
// it: a handful, in a list. So finding costs the same however much code there is, and adding a function costs its own granules.
//
//   granule of 0x7f…1200 ──> [0x…1230, 0x…1310) f ──> [0x…1190, 0x…1228) g      granule of 0x…1000 ──> … g …
//
// Readers take no lock, writers have the table's. A node is whole before it becomes the first of its list, a list before its granule
// has a number. Who asks for an address got it from somewhere after it was added here, so he sees it: what he might miss is what was
// added since. When the table is half full a copy replaces it, with the same lists.
//
// Stretches leave only while all workers stand still. Granules that are left empty keep their slots: another granule that is added may
// take one over (who looks for the old one finds a list without its address, which is right), and the next copy has none of them.
// What is taken out is retired, since threads that do not stand still may be reading it.
#include <string.h>

#include "vm/code/code.h"

enum { GRANULE_SHIFT = 9, FIRST_CAPACITY = 512 };

typedef struct Stretch { // of the unit's arena
  const uint64_t *from, *to;
  CodeFunction *function;
  _Atomic(struct Stretch *) next;
} Stretch;

typedef struct Granule {
  _Atomic(uintptr_t) number; // 0: free
  _Atomic(Stretch *) first;
} Granule;

typedef struct CodePlaces {
  Retired retired;
  const Alloc *alloc;
  uint32_t used, mask; // used: under the lock
  Granule slots[];
} CodePlaces;

static size_t places_bytes(uint32_t capacity) { return sizeof(CodePlaces) + capacity * sizeof(Granule); }
static uintptr_t granule_of(const void *address) { return (uintptr_t)address >> GRANULE_SHIFT; }
static uint32_t home_of(uintptr_t number) { return (uint32_t)(number * 0x9e3779b97f4a7c15u >> 32); }

CodeFunction *code_find(const CodeTable *t, const uint64_t *address) {
  const CodePlaces *places = atomic_load_explicit(&t->places, memory_order_acquire);
  if (UNLIKELY(!places)) return NULL;
  uintptr_t number = granule_of(address);
  uint32_t at = home_of(number) & places->mask;
  for (uintptr_t found; (found = atomic_load_explicit(&places->slots[at].number, memory_order_acquire)) != number; at = (at + 1) & places->mask)
    if (!found) return NULL;
  const Stretch *s = atomic_load_explicit(&places->slots[at].first, memory_order_acquire);
  for (; s; s = atomic_load_explicit(&s->next, memory_order_acquire))
    if (address >= s->from && address < s->to) return s->function;
  return NULL;
}

// --- changing it

static void places_release(void *state, Retired *r) {
  (void)state;
  CodePlaces *places = (CodePlaces *)(void *)r;
  alloc_put(places->alloc, places, places_bytes(places->mask + 1));
}

static Stretch *first_of(const Granule *g) { return atomic_load_explicit(&g->first, memory_order_relaxed); }

// The granule's slot; else one that is empty, or a free one.
static Granule *slot_for(CodePlaces *places, uintptr_t number) {
  Granule *empty = NULL;
  for (uint32_t at = home_of(number) & places->mask;; at = (at + 1) & places->mask) {
    Granule *g = &places->slots[at];
    uintptr_t found = atomic_load_explicit(&g->number, memory_order_relaxed);
    if (found == number) return g;
    if (!found) return empty ? empty : g;
    if (!empty && !first_of(g)) empty = g;
  }
}

static void put(CodePlaces *places, uintptr_t number, Stretch *first) {
  Granule *g = slot_for(places, number);
  uintptr_t before = atomic_load_explicit(&g->number, memory_order_relaxed);
  atomic_store_explicit(&g->first, first, memory_order_release);
  if (before == number) return;
  places->used += !before;
  atomic_store_explicit(&g->number, number, memory_order_release);
}

// Replaces the table by one with room for `more` granules. Fails: false.
static bool make_room(CodeTable *t, uint32_t more) {
  CodePlaces *old = atomic_load_explicit(&t->places, memory_order_relaxed);
  if (old && (uint64_t)(old->used + more) * 2 <= (uint64_t)old->mask + 1) return true;
  uint64_t wanted = more, capacity = FIRST_CAPACITY;
  for (uint32_t i = 0; old && i <= old->mask; i++) wanted += first_of(&old->slots[i]) != NULL;
  while (capacity < wanted * 4) capacity *= 2;
  if (capacity > UINT32_MAX / 2) return false;
  CodePlaces *fresh = alloc_zero(t->alloc, places_bytes((uint32_t)capacity));
  if (!fresh) return false;
  fresh->alloc = t->alloc;
  fresh->mask = (uint32_t)capacity - 1;
  for (uint32_t i = 0; old && i <= old->mask; i++)
    if (first_of(&old->slots[i])) put(fresh, atomic_load_explicit(&old->slots[i].number, memory_order_relaxed), first_of(&old->slots[i]));
  atomic_store_explicit(&t->places, fresh, memory_order_release);
  if (old && t->retire) t->retire(t->state, &old->retired, places_release);
  else if (old) places_release(NULL, &old->retired);
  return true;
}

static bool add(CodeTable *t, CodeFunction *f, const uint64_t *from, const uint64_t *to) {
  uintptr_t first = granule_of(from), last = granule_of(to - 1);
  size_t count = last - first + 1;
  if (count > UINT32_MAX / 8 || !make_room(t, (uint32_t)count)) return false;
  Stretch *nodes = arena_try_zero(&f->unit->arena, count * sizeof *nodes);
  if (!nodes) return false;
  CodePlaces *places = atomic_load_explicit(&t->places, memory_order_relaxed);
  for (size_t i = 0; i < count; i++) {
    nodes[i].from = from;
    nodes[i].to = to;
    nodes[i].function = f;
    const Granule *g = slot_for(places, first + i);
    atomic_init(&nodes[i].next, atomic_load_explicit(&g->number, memory_order_relaxed) == first + i ? first_of(g) : NULL);
    put(places, first + i, &nodes[i]);
  }
  t->range_count++;
  return true;
}

bool code_add_range(CodeTable *t, CodeFunction *f) { return add(t, f, f->code, f->code + f->code_words); }

bool code_add_machine_range(CodeTable *t, CodeFunction *f, const void *from, const void *to) { return add(t, f, from, to); }

void code_forget_ranges(CodeTable *t, bool (*doomed)(void *state, const CodeUnit *u), void *state) {
  CodePlaces *places = atomic_load_explicit(&t->places, memory_order_relaxed);
  for (uint32_t i = 0; places && i <= places->mask; i++) {
    uintptr_t number = atomic_load_explicit(&places->slots[i].number, memory_order_relaxed);
    _Atomic(Stretch *) *place = &places->slots[i].first;
    for (Stretch *s = first_of(&places->slots[i]); s; s = atomic_load_explicit(&s->next, memory_order_relaxed)) {
      if (!doomed(state, s->function->unit)) {
        place = &s->next;
        continue;
      }
      atomic_store_explicit(place, atomic_load_explicit(&s->next, memory_order_relaxed), memory_order_release);
      if (granule_of(s->from) == number) t->range_count--; // counted where it begins
    }
  }
}

void code_ranges_free(CodeTable *t) {
  CodePlaces *places = atomic_load_explicit(&t->places, memory_order_relaxed);
  if (places) places_release(NULL, &places->retired);
}

const uint64_t *code_linked_address(const CodeFunction *f, const uint64_t *address) {
  if (!f->hot_bytes || (address >= f->code && address <= f->code + f->code_words)) return address;
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

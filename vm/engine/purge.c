// SPDX-License-Identifier: Apache-2.0
//
// Where code ends: units that are no longer a module's, and literals that compile jobs left behind, are freed when nobody refers to
// them. Who does is found by a search in slices, between the slices of processes:
//
//   begin     what is garbage now is condemned; timers' messages and the literals that the VM keeps are looked through
//   step      a few processes at a time: frames, heap, mailbox
//   end       what no one led to is freed
//
// References are terms that lie in a condemned literal area, funs (their entry is the unit's), return addresses and where a process
// stands. Everything is read as it lies, garbage included, so after a search no word of any memory leads to what was freed.
//
//  P1  The condemned are fixed when a search begins; what becomes garbage later waits for the next one.
//  P2  A condemned unit is entered by nobody new but through a reference that exists: exports lead to current units only.
//  P3  No process runs, ends, or lends its memory to another before it was searched (process_be_searched). So whoever could hand
//      a reference on has had all of its references counted, and memory searched already never gains one to the condemned that was
//      not counted. New processes begin as searched: their arguments come from one that was.
//  P4  Memory outside processes is searched when the search begins: what is put there later comes from processes searched
//      already. What is not searched there (pools of hosts) copies terms and pins units (engine_pin).
//  P5  Literals refer to their own area alone (L4 of literal.h), those of a job to the job's: marking needs no second step.
//
// A search begins when the garbage since the last one is worth it: a share of what the last one could not free and of the memory
// that must be looked through, so the work per freed byte is bounded. Thread: the scheduler's.
#include <stdlib.h>
#include <string.h>

#include "vm/engine/engine.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/timer.h"

enum {
  GARBAGE_MIN_BYTES = 1 << 20,
  GARBAGE_SHARE = 16,          // of the memory that processes use
  STEP_WORDS = 1 << 16,        // looked through in a step, about
  STEP_PROCESSES = HOSTILE ? 1 : 1024, // one: as many chances as there are to hand something on in the middle of a search
};

typedef struct Item { // condemned: one of both
  CodeUnit *unit;
  OrphanAreas *orphan;
  bool used;
} Item;

typedef struct Range {
  uintptr_t lo, hi;
  uint32_t item;
} Range;

struct Purge {
  Vm *vm;
  bool searching, posted;
  Item *items;
  uint32_t item_count;
  Range *ranges; // of literals and fun entries, by address; they do not overlap
  uint32_t range_count, range_capacity;
  HeapSearch search;
  uint32_t slot;           // of the process table: the next to look at
  size_t step_words;       // looked through in this step
  size_t survived_bytes;   // garbage that the last search found in use
  uint64_t search_count, freed_unit_count;
};

// --- what is found

static void found(HeapSearch *s, uintptr_t address) {
  Purge *g = (Purge *)(void *)((char *)s - offsetof(Purge, search));
  uint32_t low = 0, high = g->range_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (g->ranges[middle].lo <= address) low = middle + 1;
    else high = middle;
  }
  if (low && address < g->ranges[low - 1].hi) g->items[g->ranges[low - 1].item].used = true;
}

static void found_code(Purge *g, const uint64_t *address) {
  CodeTable *t = g->vm->code;
  const CodeFunction *f = code_find(t, address);
  if (f && f->unit->condemned) g->items[f->unit->condemned - 1].used = true;
}

// Where it stands may be a function's stub, which lies in no range.
static void found_pc(Purge *g, const uint64_t *pc) {
  if (!pc) return;
  const CodeFunction *f = pc[0] == g->vm->code->link_stub_word ? (const CodeFunction *)(uintptr_t)pc[1] : code_find(g->vm->code, pc);
  if (f && f->unit->condemned) g->items[f->unit->condemned - 1].used = true;
}

// --- processes

static void search_frames(Purge *g, const Process *p) {
  found_pc(g, p->pc);
  if (p->fp == p->block_end) return;
  FrameWalk w;
  frame_walk_start(&w, &p->memory);
  do found_code(g, (const uint64_t *)(uintptr_t)w.fp[1] - 1);
  while (frame_walk_next(&w));
}

static void search_process(Process *p) {
  Purge *g = vm_engine(p->vm)->purge;
  ProcessState state = process_state(p);
  p->flags = (p->flags & ~(uint32_t)PROCESS_SEARCHED) | p->vm->searched_mark;
  if (!g || !g->searching) return;
  HeapSearch *s = &g->search;
  if (state == PROCESS_NEW) return;
  heap_search(vm_heap_env(p->vm), s, &p->memory);
  search_frames(g, p);
  for (const HeapFragment *m = p->first; m; m = m->next) fragment_search(s, m);
  for (const HeapFragment *m = atomic_load_explicit(&p->inbound, memory_order_acquire); m; m = m->next) fragment_search(s, m);
  if (p->extra && p->extra->blocked && p->extra->blocked->message) fragment_search(s, p->extra->blocked->message);
  g->step_words += heap_total_words(&p->memory) + process_queue_words(p) + PROCESS_ALLOCATION_BYTES / 8;
}

// --- a search

static bool add_range(Purge *g, const void *lo, size_t bytes, uint32_t item) {
  if (!bytes) return true;
  if (g->range_count == g->range_capacity) {
    uint32_t capacity = g->range_capacity ? g->range_capacity * 2 : 256;
    Range *bigger = alloc_grow(&g->vm->alloc, g->ranges, g->range_capacity * sizeof *bigger, capacity * sizeof *bigger);
    if (!bigger) return false;
    g->ranges = bigger;
    g->range_capacity = capacity;
  }
  g->ranges[g->range_count++] = (Range){(uintptr_t)lo, (uintptr_t)lo + bytes, item};
  return true;
}

static bool add_area(Purge *g, const LiteralArea *a, uint32_t item) { return add_range(g, a->words, a->word_count * sizeof(Term), item); }

static int compare_ranges(const void *a, const void *b) {
  const Range *x = a, *y = b;
  return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static bool is_garbage(const CodeUnit *u) { return !u->current && !u->pinned; }

static bool condemn(Purge *g) {
  CodeTable *t = g->vm->code;
  uint32_t count = 0;
  for (const CodeUnit *u = t->units; u; u = u->next_in_table) count += is_garbage(u);
  for (const OrphanAreas *o = t->orphans; o; o = o->next) count++;
  g->items = count ? alloc_zero(&g->vm->alloc, count * sizeof *g->items) : NULL;
  g->item_count = count;
  g->range_count = 0;
  if (!g->items) return false;
  bool good = true;
  uint32_t n = 0;
  for (CodeUnit *u = t->units; u; u = u->next_in_table) {
    if (!is_garbage(u)) continue;
    g->items[n].unit = u;
    if (u->literal_area) good = add_area(g, u->literal_area, n) && good;
    if (u->funs) good = add_range(g, u->funs, u->parts.fun_count * sizeof *u->funs, n) && good;
    u->condemned = ++n;
  }
  for (OrphanAreas *o = t->orphans; o; o = o->next) {
    g->items[n].orphan = o;
    for (const LiteralArea *a = o->areas; a; a = a->next) good = add_area(g, a, n) && good;
    o->condemned = ++n;
  }
  if (g->range_count) qsort(g->ranges, g->range_count, sizeof *g->ranges, compare_ranges);
  g->search.found = found;
  g->search.lo = g->range_count ? g->ranges[0].lo : 0;
  g->search.bytes = g->range_count ? g->ranges[g->range_count - 1].hi - g->ranges[0].lo : 0;
  return good;
}

static void pardon(Purge *g) {
  for (uint32_t i = 0; i < g->item_count; i++) {
    if (g->items[i].unit) g->items[i].unit->condemned = 0;
    if (g->items[i].orphan) g->items[i].orphan->condemned = 0;
  }
  if (g->items) alloc_put(&g->vm->alloc, g->items, g->item_count * sizeof *g->items);
  g->items = NULL;
  g->item_count = 0;
  g->searching = false;
}

static void search_timer(void *state, const Timer *t) {
  if (t->message) fragment_search(state, t->message);
}
static void search_kept(void *state, const LiteralArea *a) { heap_search_words(state, a->words, a->heap.top); }

static void begin(Purge *g) {
  Vm *vm = g->vm;
  vm->code->garbage_bytes = 0;
  if (!condemn(g)) { // no memory: another time
    pardon(g);
    return;
  }
  g->searching = true;
  g->search_count++;
  g->slot = 0;
  vm->searched_mark ^= PROCESS_SEARCHED;
  timers_each(vm, search_timer, &g->search);
  literal_each_kept(vm->literals, search_kept, &g->search);
}

static bool is_doomed(void *state, const CodeUnit *u) {
  const Purge *g = state;
  return u->condemned && !g->items[u->condemned - 1].used && is_garbage(u);
}

static void end(Purge *g) {
  CodeTable *t = g->vm->code;
  code_forget_ranges(t, is_doomed, g);
  g->survived_bytes = 0;
  for (uint32_t i = 0; i < g->item_count; i++) {
    Item *item = &g->items[i];
    if (item->unit && is_doomed(g, item->unit)) {
      code_unit_free(t, item->unit);
      item->unit = NULL;
      g->freed_unit_count++;
    } else if (item->orphan && !item->used) {
      code_orphan_free(t, item->orphan);
      item->orphan = NULL;
    } else {
      g->survived_bytes += item->unit ? code_unit_bytes(item->unit) : item->orphan->bytes;
    }
  }
  pardon(g);
}

static void step(Purge *g) {
  uint32_t slots = process_table_slots(g->vm->processes);
  g->step_words = 0;
  for (uint32_t n = 0; g->slot < slots && n < STEP_PROCESSES && g->step_words < STEP_WORDS; n++) {
    Process *p = process_table_at(g->vm->processes, g->slot++);
    if (p) process_be_searched(p);
  }
  if (g->slot >= slots) end(g);
}

static void work(Vm *vm, void *state) {
  Purge *g = state;
  g->posted = false;
  if (atomic_load(&vm->stopping)) return;
  if (!g->searching) begin(g);
  if (!g->searching) return;
  step(g);
  if (g->searching) g->posted = vm->scheduling.post(vm, work, g);
}

static size_t threshold(const Purge *g) {
  size_t bytes = HOSTILE ? 1 << 14 : GARBAGE_MIN_BYTES;
  if (!HOSTILE && bytes < account_used(&g->vm->account) / GARBAGE_SHARE) bytes = account_used(&g->vm->account) / GARBAGE_SHARE;
  return bytes < g->survived_bytes / 2 ? g->survived_bytes / 2 : bytes;
}

static void garbage_grew(void *state) {
  Purge *g = vm_engine(state)->purge;
  if (!g->searching && !g->posted && g->vm->code->garbage_bytes >= threshold(g) && g->vm->scheduling.post)
    g->posted = g->vm->scheduling.post(g->vm, work, g);
}

static void drop_function(void *state, CodeFunction *f) {
  Engine *e = vm_engine(state);
  if (e->drop_compiled) e->drop_compiled(e->jit, f);
}

// --- from outside

Status engine_purge_init(Vm *vm) {
  Purge *g = alloc_zero(&vm->alloc, sizeof *g);
  if (!g) return STATUS_NO_MEMORY;
  g->vm = vm;
  vm_engine(vm)->purge = g;
  vm->hooks.search = search_process;
  vm->code->state = vm;
  vm->code->garbage_grew = garbage_grew;
  vm->code->drop_function = drop_function;
  return STATUS_OK;
}

void engine_purge_free(Vm *vm) {
  Purge *g = vm_engine(vm)->purge;
  if (!g) return;
  pardon(g);
  alloc_put(&vm->alloc, g->ranges, g->range_capacity * sizeof *g->ranges);
  alloc_put(&vm->alloc, g, sizeof *g);
  vm_engine(vm)->purge = NULL;
}

void engine_purge_now(Vm *vm) {
  Purge *g = vm_engine(vm)->purge;
  if (g->searching) // one that began earlier condemned less
    while (g->searching) step(g);
  begin(g);
  while (g->searching) step(g);
}

// --- terms that leave

void engine_pin(Vm *vm, const HeapFragment *f) {
  for (const Term *p = f->words, *to = p + f->word_count; p < to; p += heap_object_words(p)) {
    if (!word_is_header(*p) || !header_is(*p, KIND_FUN)) continue;
    CodeUnit *u = code_unit(vm->code, ((const FunEntry *)(uintptr_t)p[1])->unit_id);
    if (u) u->pinned = true;
  }
}

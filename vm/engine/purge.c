// SPDX-License-Identifier: Apache-2.0
//
// Where code ends: units that are no longer a module's, and literals that compile jobs left behind, are freed when nobody refers to
// them. Who does is found by a search in slices, between the slices of processes:
//
//   begin     what is garbage now is condemned; the literals that the VM keeps are looked through
//   step      some messages of timers at a time, then a few processes: frames, heap, mailbox
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
//      already. So it is with the messages of timers, but that these are searched in steps, and by who fires one meanwhile.
//      What is not searched there (pools of hosts) copies terms and pins units (engine_pin).
//  P5  Literals refer to their own area alone (L4 of literal.h), those of a job to the job's: marking needs no second step.
//
// Several workers:
//  P6  A search begins and ends while all other workers stand (vm_exclusive_begin): nobody is in the middle of handing something on, and
//      the mark that tells who was searched turns for everybody at once. A worker that waits for such a section in the middle of a slice
//      has its process searched before it goes on. A message that is taken out of a process which is not the taker's is searched by itself
//      (hooks.search_message).
//  P7  A process is searched by whoever may touch it: the worker that is about to run it, who has claimed it for another reason, or a
//      step of the search that claims it. One that a step cannot claim is put on a list; those that still are not searched when all
//      workers stand at the end are searched there.
//  P8  A dirty thread does not stand. Its process is searched when it comes back, and the search does not end before; it hands nothing
//      on meanwhile without process_be_searched, which then looks through its memory alone (search_dirty). One that was abandoned there (vm/process/dirty.c) is in no table: the search does not end
//      while there are any, and each is searched before its memory goes, for what it handed on.
//  P9  Between begin and end the condemned and their ranges are only read; the marks of what is used are set by any worker, and
//      read at the end.
//
// A search begins when the garbage since the last one is worth it: a share of what the last one could not free and of the memory
// that must be looked through, so the work per freed byte is bounded. Its steps are posts, one after the other, to any worker.
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
  STEP_TIMERS = HOSTILE ? 1 : 4096,
  STEP_PROCESSES = HOSTILE ? 1 : 1024, // one: as many chances as there are to hand something on in the middle of a search
};

typedef struct Item { // condemned: one of both
  CodeUnit *unit;
  OrphanAreas *orphan;
  _Atomic(bool) used;
} Item;

typedef struct Range {
  uintptr_t lo, hi;
  uint32_t item;
} Range;

struct Purge {
  Vm *vm;
  _Atomic(bool) searching; // changes while all workers stand
  _Atomic(bool) posted;    // a step is on its way, or under way
  // All below: of who makes the present step, or has the VM for itself.
  Item *items;
  uint32_t item_count;
  Range *ranges; // of literals and fun entries, by address; they do not overlap
  uint32_t range_count, range_capacity;
  HeapSearch search;
  TimerPlace timers;       // the next to look at
  bool timers_searched;
  uint32_t slot;           // of the process table: the next to look at
  Term *left;              // pids of those that a step could not claim
  uint32_t left_count, left_capacity;
  bool failed;             // no memory for that list: processes must be looked at again
  _Atomic(size_t) waited_bytes; // garbage_bytes when the end was put off because of a dirty process; 0: it was not
  _Atomic(size_t) survived_bytes; // garbage that the last search found in use
  uint64_t search_count, freed_unit_count;
};

// --- what is found

// P9. Mostly it is set already: then the line stays shared.
static inline void is_used(Purge *g, uint32_t item) {
  _Atomic(bool) *used = &g->items[item].used;
  if (!atomic_load_explicit(used, memory_order_relaxed)) atomic_store_explicit(used, true, memory_order_relaxed);
}

static void found(HeapSearch *s, uintptr_t address) {
  Purge *g = (Purge *)(void *)((char *)s - offsetof(Purge, search));
  uint32_t low = 0, high = g->range_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (g->ranges[middle].lo <= address) low = middle + 1;
    else high = middle;
  }
  if (low && address < g->ranges[low - 1].hi) is_used(g, g->ranges[low - 1].item);
}

static void found_code(Purge *g, const uint64_t *address) {
  CodeTable *t = g->vm->code;
  const CodeFunction *f = code_find(t, address);
  if (f && f->unit->condemned) is_used(g, f->unit->condemned - 1);
}

// Where it stands may be a function's stub, which lies in no range.
static void found_pc(Purge *g, const uint64_t *pc) {
  if (!pc) return;
  const CodeFunction *f = pc[0] == g->vm->code->link_stub_word ? (const CodeFunction *)(uintptr_t)pc[1] : code_find(g->vm->code, pc);
  if (f && f->unit->condemned) is_used(g, f->unit->condemned - 1);
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

// P8. Its dirty thread asks: what it may hand on lies in its memory. Its signals are not that thread's to look at, so it counts as searched only
// once it is back. In a search its memory is looked through once: nothing is added to it there that was not counted.
static void search_dirty(Purge *g, Process *p) {
  if (!g || !atomic_load_explicit(&g->searching, memory_order_relaxed) || p->extra->dirty_search == g->search_count) return;
  p->extra->dirty_search = g->search_count;
  heap_search(vm_heap_env(p->vm), &g->search, &p->memory);
  search_frames(g, p);
}

static void search_process(Process *p) {
  Purge *g = vm_engine(p->vm)->purge;
  ProcessState state = process_state(p);
  if (state == PROCESS_DIRTY || state == PROCESS_DIRTY_IN_C) {
    search_dirty(g, p);
    return;
  }
  p->flags = (p->flags & ~(uint32_t)PROCESS_SEARCHED) | __atomic_load_n(&p->vm->searched_mark, __ATOMIC_ACQUIRE);
  if (!g || !atomic_load_explicit(&g->searching, memory_order_relaxed)) return;
  HeapSearch *s = &g->search;
  if (state == PROCESS_NEW) return;
  heap_search(vm_heap_env(p->vm), s, &p->memory);
  search_frames(g, p);
  for (const HeapFragment *m = p->first; m; m = m->next) fragment_search(s, m);
  if (state < PROCESS_EXITING) // else the queue may be closed, and nobody reads what is in it
    for (const HeapFragment *m = atomic_load_explicit(&p->inbound, memory_order_acquire); m; m = m->next) fragment_search(s, m);
  if (!p->extra) return;
  for (const HeapFragment *m = p->extra->kept, *end = NULL; m && m != end; m = m->next) {
    fragment_search(s, m);
    end = p->extra->kept;
  }
  if (p->extra->answer) fragment_search(s, p->extra->answer);
  bound_search(p, s);
}

static void search_message(Vm *vm, const HeapFragment *m) {
  Purge *g = vm_engine(vm)->purge;
  if (g && atomic_load_explicit(&g->searching, memory_order_relaxed)) fragment_search(&g->search, m);
}

static size_t words_of(const Process *p) { return heap_total_words(&p->memory) + process_queue_words(p) + PROCESS_ALLOCATION_BYTES / 8; }

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
  alloc_put(&g->vm->alloc, g->left, g->left_capacity * sizeof *g->left);
  g->left = NULL;
  g->left_count = g->left_capacity = 0;
  atomic_store_explicit(&g->searching, false, memory_order_relaxed);
  g->vm->searches = false;
}

static void search_timer(void *state, const Timer *t) {
  fragment_search(state, t->message);
}
static void search_kept(void *state, const LiteralArea *a) { heap_search_words(state, a->words, a->heap.top); }

static bool is_searching(const Purge *g) { return atomic_load_explicit(&g->searching, memory_order_relaxed); }

// All workers stand.
static void begin(Purge *g) {
  Vm *vm = g->vm;
  atomic_store_explicit(&vm->code->garbage_bytes, 0, memory_order_relaxed);
  code_lock(vm->code);
  bool condemned = condemn(g);
  if (!condemned) pardon(g); // no memory: another time
  code_unlock(vm->code);
  if (!condemned) return;
  g->search_count++;
  g->slot = 0;
  g->timers = (TimerPlace){0, 0};
  g->timers_searched = false;
  g->failed = false;
  g->waited_bytes = 0;
  atomic_store_explicit(&g->searching, true, memory_order_relaxed);
  vm->searches = true;
  __atomic_store_n(&vm->searched_mark, vm->searched_mark ^ PROCESS_SEARCHED, __ATOMIC_RELEASE); // P8
  literal_each_kept(vm->literals, search_kept, &g->search);
  Process *p = worker_current(vm_worker(vm)); // who asks in the middle of a slice goes on afterwards
  if (p) process_be_searched(p);
}

static bool is_doomed(void *state, const CodeUnit *u) {
  const Purge *g = state;
  return u->condemned && !g->items[u->condemned - 1].used && is_garbage(u);
}

// All workers stand, and all processes were searched.
static void end(Purge *g) {
  CodeTable *t = g->vm->code;
  code_lock(t);
  code_forget_ranges(t, is_doomed, g);
  size_t survived_bytes = 0;
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
      survived_bytes += item->unit ? code_unit_bytes(item->unit) : item->orphan->bytes;
    }
  }
  Engine *e = vm_engine(g->vm);
  if (e->settle_compiled) e->settle_compiled(e->jit);
  pardon(g);
  code_unlock(t);
  g->survived_bytes = survived_bytes;
}

static void leave_for_later(Purge *g, Term pid) {
  if (g->left_count == g->left_capacity) {
    uint32_t capacity = g->left_capacity ? g->left_capacity * 2 : 16;
    Term *bigger = alloc_grow(&g->vm->alloc, g->left, g->left_capacity * sizeof *bigger, capacity * sizeof *bigger);
    g->failed = g->failed || !bigger;
    if (!bigger) return;
    g->left = bigger;
    g->left_capacity = capacity;
  }
  g->left[g->left_count++] = pid;
}

// P7. False: p is not the caller's to search now. Answers how many words there were to look through.
static bool claim_and_search(Process *p, size_t *words) {
  ProcessState was;
  if (!process_claim(p, &was)) return false;
  if ((p->flags ^ p->vm->searched_mark) & PROCESS_SEARCHED) *words += words_of(p);
  process_be_searched(p);
  process_unclaim(p, was);
  return true;
}

// Some timers or processes more. False: all were looked at.
static bool step(Purge *g) {
  if (!g->timers_searched) {
    size_t budget = STEP_TIMERS;
    g->timers_searched = !timers_walk(g->vm, &g->timers, &budget, search_timer, &g->search);
    return true;
  }
  uint32_t slots = process_table_slots(g->vm->processes);
  size_t words = 0;
  for (uint32_t n = 0; g->slot < slots && n < STEP_PROCESSES && words < STEP_WORDS; n++) {
    Process *p = process_table_at(g->vm->processes, g->slot++);
    if (p && !claim_and_search(p, &words)) leave_for_later(g, p->pid);
  }
  return g->slot < slots;
}

// Is it searched, or can it be now that all workers stand?
static bool search_left(Process *p) {
  size_t words = 0;
  if (claim_and_search(p, &words)) return true;
  ProcessState state = process_state(p);
  if (state != PROCESS_RUNNING && state != PROCESS_EXITING) return false; // a dirty thread has it
  process_be_searched(p); // its worker stands in the middle of its slice
  return true;
}

// All workers stand, and step has looked at all processes. Ends the search unless dirty threads hold it up (P8).
static void end_if_complete(Purge *g) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->left_count; i++) {
    Process *p = process_find(g->vm, g->left[i]);
    if (p && !search_left(p)) g->left[kept++] = g->left[i];
  }
  g->left_count = kept;
  if (atomic_load_explicit(&g->vm->abandoned, memory_order_acquire)) kept++;
  if (g->failed) { // not pardoned: who was not searched would count as searched in the next one. All are looked at again, later
    g->failed = false;
    g->slot = g->left_count = 0;
    g->waited_bytes = g->vm->code->garbage_bytes + 1;
    return;
  }
  g->waited_bytes = kept ? g->vm->code->garbage_bytes + 1 : 0;
  if (!kept) end(g);
}

static bool is_complete(const Purge *g) { return g->timers_searched && g->slot >= process_table_slots(g->vm->processes); }

static size_t threshold(const Purge *g) {
  size_t bytes = HOSTILE ? 1 << 14 : GARBAGE_MIN_BYTES, survived = g->survived_bytes / 2;
  if (!HOSTILE && bytes < account_used(&g->vm->account) / GARBAGE_SHARE) bytes = account_used(&g->vm->account) / GARBAGE_SHARE;
  return bytes < survived ? survived : bytes;
}

// A step. Between a look at `searching` and having the VM for itself another worker may have searched (engine_purge_now): each is looked
// at again.
static void work(Vm *vm, void *state) {
  Purge *g = state;
  if (atomic_load(&vm->stopping)) return;
  if (!is_searching(g)) {
    vm_exclusive_begin(vm);
    if (!is_searching(g)) begin(g);
    vm_exclusive_end(vm);
  }
  if (is_searching(g) && !step(g)) {
    vm_exclusive_begin(vm);
    if (is_searching(g) && is_complete(g)) end_if_complete(g);
    vm_exclusive_end(vm);
  }
  bool goes_on = is_searching(g) && !g->waited_bytes;
  if (!goes_on || !vm->scheduling.post(vm, work, g)) atomic_store(&g->posted, false);
}

// Any thread, without a lock.
static void garbage_grew(void *state) {
  Vm *vm = state;
  Purge *g = vm_engine(vm)->purge;
  if (atomic_load_explicit(&g->posted, memory_order_relaxed) || !vm->scheduling.post) return;
  if (atomic_load_explicit(&vm->code->garbage_bytes, memory_order_relaxed) < g->waited_bytes + threshold(g)) return;
  if (!atomic_exchange(&g->posted, true) && !vm->scheduling.post(vm, work, g)) atomic_store(&g->posted, false);
}

// Before the first worker runs and after the last nobody else reads.
static void retire(void *state, Retired *r, void (*release)(void *, Retired *)) {
  Participant *t = &vm_worker(state)->participant;
  if (atomic_load_explicit(&t->seen, memory_order_relaxed)) participant_retire(t, r, release);
  else release(state, r);
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
  vm->hooks.search_message = search_message;
  vm->code->state = vm;
  vm->code->garbage_grew = garbage_grew;
  vm->code->drop_function = drop_function;
  vm->code->retire = retire;
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
  vm_exclusive_begin(vm);
  for (int run = 0; run < 2; run++) { // one that began earlier condemned less
    if (run == 1 && !is_searching(g)) begin(g);
    if (!is_searching(g)) continue;
    while (step(g));
    end_if_complete(g);
  }
  vm_exclusive_end(vm);
}

// --- terms that leave

void engine_pin(Vm *vm, const HeapFragment *f) {
  for (const Term *p = f->words, *to = p + f->word_count; p < to; p += heap_object_words(p))
    if (word_is_header(*p) && header_is(*p, KIND_FUN)) code_pin(vm->code, ((const FunEntry *)(uintptr_t)p[1])->unit_id);
}

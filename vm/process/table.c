// SPDX-License-Identifier: Apache-2.0
//
// The process table: slots in a reserved stretch of address space, touched as it grows.
//
//  B1  A pid is (slot, serial). The serial of a slot goes up each time the slot is given out: an old pid leads to nobody.
//  B2  Free slots wait in a queue, oldest first, and at least REUSE_DELAY of them stay there while the table can grow: so a
//      pid's slot is used again late.
//  B3  A slot is unused (beyond slot_count), in the queue, in a worker's cache, or a process's. Those of the last two kinds are out;
//      never more than process_max are, and a spawn fails only when all of those have processes.
//  B4  process_find is two loads: a slot is one atomic pointer, and the process says its own pid, written before it is put there.
//      What was found stays readable until the finder's next quiescent point (K2), as control blocks are retired.
//
// One worker takes from the queue and gives back to it, one slot at a time and without a lock; so pids come in one order always.
//
// Several workers each have a cache of slots to give out (`ready`) and one of slots given back (`freed`); spawning and exiting
// touch nothing else. A cache that is empty, or full, is exchanged with the queue under the lock, BATCH slots at a time and without
// looking at any: a full cache goes into a ring of whole batches as it is, and comes out of it as somebody's cache. (Handing 64
// slots over one by one took as long under the lock as 64 spawns without it.) A cache is one word, its first slot and how many there
// are, since two threads may take from it: its worker one slot, and whoever finds no slot to be left, all of it. Both by
// compare-and-swap on a line that is the worker's alone otherwise. Only the worker adds to it: so a first slot that is unchanged has
// the same slot behind it, and the swap needs no count of changes.
//
// When few slots are left (B3), batches get smaller; when none is, all caches are emptied into the queue before a spawn fails.
#include <sys/mman.h>

#include "vm/base/address_space.h"

#include "vm/process/extra.h"

enum { REUSE_DELAY = 1024, SERIAL_MAX = (1 << 30) - 1, BATCH = 64, CACHES_MAX = 4096, PAGE_BYTES = 4096 };

typedef struct Slot {
  _Atomic(Process *) process;
  uint32_t serial;              // of the present process here, or of the next one; its owner's (B3)
  _Atomic(uint32_t) next_free;  // slot, in the queue or a cache; 0: the last
} Slot;
_Static_assert(sizeof(Slot) == 16, "four slots are a cache line");

// Slots linked by next_free: how many << 32 | the first.
typedef uint64_t Chain;
static uint32_t chain_first(Chain c) { return (uint32_t)c; }
static uint32_t chain_count(Chain c) { return (uint32_t)(c >> 32); }
static Chain chain(uint32_t count, uint32_t first) { return (uint64_t)count << 32 | first; }

// Of one worker, on lines of its own. The worker takes and adds; others take all, under the lock.
struct SlotCache {
  _Atomic(Chain) ready, freed;
  uint32_t next_idle; // cache + 1, of those that no worker has now; under the lock
  const FragmentCache *fragments; // of its worker, or NULL: this table knows all workers. Under the lock
  char apart[96];
};
_Static_assert(sizeof(SlotCache) == 128, "no two caches share a line, nor the one that is fetched with it");

struct ProcessTable {
  Vm *vm;
  // Fixed at start. One reservation: slots, ring, caches; zero until used.
  Slot *slots;
  uint32_t *ring;
  SlotCache *caches;
  size_t reserved_bytes;
  uint32_t slot_max, process_max, ring_max;
  // The queue. Under the lock when there are several workers.
  char apart[64];
  Lock lock;
  _Atomic(uint32_t) slot_count;                // ever used (any: read)
  uint32_t free_first, free_last, free_single; // slots one by one
  uint32_t ring_first, ring_count;             // whole batches: ring[ring_first …], round; taken when there are few single ones
  uint32_t cache_count, idle_first;            // caches ever had; of those that nobody has
};

static size_t whole_pages(size_t bytes) { return (bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1); }

ProcessTable *process_table_new(Vm *vm, uint32_t process_max) {
  // The default gives way where address space is limited; what was asked for does not.
  if (process_max == 0) process_max = (uint32_t)(address_space_share(PROCESSES_DEFAULT * sizeof(Slot), 16, (PROCESSES_DEFAULT >> 6) * sizeof(Slot)) / sizeof(Slot));
  if (process_max > PROCESSES_MAX) process_max = PROCESSES_MAX;
  ProcessTable *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  t->vm = vm;
  t->process_max = process_max;
  t->slot_max = process_max + REUSE_DELAY;
  t->ring_max = t->slot_max / BATCH + 1;
  size_t slots = whole_pages((size_t)t->slot_max * sizeof(Slot)), ring = whole_pages((size_t)t->ring_max * sizeof *t->ring);
  t->reserved_bytes = slots + ring + CACHES_MAX * sizeof(SlotCache);
  char *memory = mmap(NULL, t->reserved_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    alloc_put(&vm->alloc, t, sizeof *t);
    return NULL;
  }
  madvise(memory, t->reserved_bytes, MADV_NOHUGEPAGE); // else the first process would cost 2 MB
  t->slots = (Slot *)(void *)memory;
  t->ring = (uint32_t *)(void *)(memory + slots);
  t->caches = (SlotCache *)(void *)(memory + slots + ring);
  lock_init(&t->lock, LOCK_PROCESS_TABLE);
  atomic_init(&t->slot_count, 1); // no process has slot 0: a pid is never a word without payload, and 0 ends a chain
  return t;
}
_Static_assert((uint64_t)PROCESSES_MAX + REUSE_DELAY < 1 << 28, "a pid has 28 bits for its slot");

void process_table_free(ProcessTable *t) {
  if (!t) return;
  munmap(t->slots, t->reserved_bytes);
  alloc_put(&t->vm->alloc, t, sizeof *t);
}

// --- the queue. Under the lock, or there is one worker.

static uint32_t slots_used(const ProcessTable *t) { return atomic_load_explicit(&t->slot_count, memory_order_relaxed); }
static uint32_t queued(const ProcessTable *t) { return t->free_single + t->ring_count * BATCH; }
static uint32_t slots_out(const ProcessTable *t) { return slots_used(t) - 1 - queued(t); } // B3

static uint32_t next_of(const ProcessTable *t, uint32_t slot) { return atomic_load_explicit(&t->slots[slot].next_free, memory_order_relaxed); }
static void set_next(ProcessTable *t, uint32_t slot, uint32_t next) { atomic_store_explicit(&t->slots[slot].next_free, next, memory_order_relaxed); }

// Inlined: the exits of one worker do nothing else here.
static inline __attribute__((always_inline)) void put_single(ProcessTable *t, uint32_t slot) {
  set_next(t, slot, 0);
  if (t->free_last) set_next(t, t->free_last, slot);
  else t->free_first = slot;
  t->free_last = slot;
  t->free_single++;
}

static void put_singles(ProcessTable *t, Chain c) {
  for (uint32_t slot = chain_first(c), next; slot; slot = next) {
    next = next_of(t, slot);
    put_single(t, slot);
  }
}

static void put_batch(ProcessTable *t, Chain c) {
  if (chain_count(c) != BATCH) {
    put_singles(t, c);
    return;
  }
  uint32_t at = t->ring_first + t->ring_count++;
  t->ring[at < t->ring_max ? at : at - t->ring_max] = chain_first(c);
}

static Chain take_batch(ProcessTable *t) {
  uint32_t first = t->ring[t->ring_first++];
  if (t->ring_first == t->ring_max) t->ring_first = 0;
  t->ring_count--;
  return chain(BATCH, first);
}

static Chain take_singles(ProcessTable *t, uint32_t count) {
  uint32_t first = t->free_first, last = first;
  for (uint32_t i = 1; i < count; i++) last = next_of(t, last);
  t->free_first = next_of(t, last);
  if (!t->free_first) t->free_last = 0;
  t->free_single -= count;
  set_next(t, last, 0);
  return chain(count, first);
}

static Chain take_unused(ProcessTable *t, uint32_t count) {
  uint32_t first = slots_used(t);
  if (count > t->slot_max - first) count = t->slot_max - first;
  for (uint32_t i = 1; i < count; i++) set_next(t, first + i - 1, first + i);
  set_next(t, first + count - 1, 0);
  atomic_store_explicit(&t->slot_count, first + count, memory_order_relaxed);
  return chain(count, first);
}

// So many, or fewer, but one at least: there are some (B3).
static Chain take(ProcessTable *t, uint32_t count) {
  if (slots_used(t) < t->slot_max && queued(t) < REUSE_DELAY + count - 1) return take_unused(t, count);
  if (t->free_single < count && t->ring_count) {
    if (count == BATCH) return take_batch(t);
    put_singles(t, take_batch(t));
  }
  return take_singles(t, count < t->free_single ? count : t->free_single);
}

// --- caches

SlotCache *process_table_join(ProcessTable *t, const FragmentCache *fragments) {
  SlotCache *c = NULL;
  lock_take(&t->lock);
  if (t->idle_first) {
    c = &t->caches[t->idle_first - 1];
    t->idle_first = c->next_idle;
  } else if (t->cache_count < CACHES_MAX) {
    c = &t->caches[t->cache_count++];
  }
  if (c) c->fragments = fragments;
  lock_give(&t->lock);
  return c;
}

void process_table_leave(ProcessTable *t, SlotCache *c) {
  if (!c) return;
  lock_take(&t->lock);
  c->fragments = NULL;
  c->next_idle = t->idle_first; // with what is in it: its next worker's, or whoever finds no other
  t->idle_first = (uint32_t)(c - t->caches) + 1;
  lock_give(&t->lock);
}

size_t process_table_cached_bytes(ProcessTable *t) {
  size_t bytes = 0;
  lock_take(&t->lock);
  for (uint32_t i = 0; i < t->cache_count; i++)
    if (t->caches[i].fragments) bytes += fragment_cache_bytes(t->caches[i].fragments);
  lock_give(&t->lock);
  return bytes;
}

static void empty_all_caches(ProcessTable *t) {
  for (uint32_t i = 0; i < t->cache_count; i++) {
    put_singles(t, atomic_exchange_explicit(&t->caches[i].freed, 0, memory_order_acq_rel));
    put_singles(t, atomic_exchange_explicit(&t->caches[i].ready, 0, memory_order_acq_rel));
  }
}

// Answers a slot, with more of them put to `ready`; 0: the table is full.
static uint32_t refill(ProcessTable *t, SlotCache *c) {
  lock_take(&t->lock);
  uint32_t slot = 0;
  if (slots_out(t) >= t->process_max) empty_all_caches(t);
  if (slots_out(t) < t->process_max) {
    // Near the end everybody gets a share.
    uint32_t room = (t->process_max - slots_out(t)) / (2 * t->cache_count);
    Chain got = take(t, room > BATCH ? BATCH : room ? room : 1);
    slot = chain_first(got);
    atomic_store_explicit(&c->ready, chain(chain_count(got) - 1, next_of(t, slot)), memory_order_release);
  }
  lock_give(&t->lock);
  return slot;
}

static uint32_t take_slot(ProcessTable *t, SlotCache *c) {
  Chain ready = atomic_load_explicit(&c->ready, memory_order_acquire);
  while (chain_first(ready)) {
    uint32_t slot = chain_first(ready);
    Chain rest = chain(chain_count(ready) - 1, next_of(t, slot));
    if (atomic_compare_exchange_weak_explicit(&c->ready, &ready, rest, memory_order_acq_rel, memory_order_acquire)) return slot;
  }
  return refill(t, c);
}

static void give_slot(ProcessTable *t, SlotCache *c, uint32_t slot) {
  Chain freed = atomic_load_explicit(&c->freed, memory_order_relaxed);
  do set_next(t, slot, chain_first(freed));
  while (!atomic_compare_exchange_weak_explicit(&c->freed, &freed, chain(chain_count(freed) + 1, slot), memory_order_acq_rel, memory_order_relaxed));
  if (chain_count(freed) + 1 < BATCH) return;
  lock_take(&t->lock);
  put_batch(t, atomic_exchange_explicit(&c->freed, 0, memory_order_acq_rel));
  lock_give(&t->lock);
}

// --- processes

// The same as taking one of the queue, with less ado: one worker's spawns. 0: the table is full.
static inline uint32_t take_alone(ProcessTable *t) {
  uint32_t used = slots_used(t), queue = queued(t), slot = t->free_first;
  if (UNLIKELY(used - 1 - queue >= t->process_max)) return 0;
  if (queue < REUSE_DELAY && used < t->slot_max) {
    atomic_store_explicit(&t->slot_count, used + 1, memory_order_relaxed);
    return used;
  }
  if (UNLIKELY(!slot)) return chain_first(take(t, 1)); // what several workers left
  t->free_first = next_of(t, slot);
  if (!t->free_first) t->free_last = 0;
  t->free_single--;
  return slot;
}

Term process_table_add(ProcessTable *t, Process *p) {
  uint32_t slot = t->vm->shared ? take_slot(t, vm_worker(t->vm)->slots) : take_alone(t);
  if (!slot) return T_NONE;
  Slot *s = &t->slots[slot];
  p->pid = term_pid(slot, s->serial);
  atomic_store_explicit(&s->process, p, memory_order_release);
  return p->pid;
}

void process_table_remove(ProcessTable *t, Term pid) {
  uint32_t slot = pid_slot(pid);
  Slot *s = &t->slots[slot];
  atomic_store_explicit(&s->process, NULL, memory_order_release);
  s->serial = s->serial == SERIAL_MAX ? 0 : s->serial + 1; // B1
  if (t->vm->shared) give_slot(t, vm_worker(t->vm)->slots, slot);
  else put_single(t, slot);
}

Process *process_find(Vm *vm, Term pid) {
  DCHECK(worker_may_look(vm));
  ProcessTable *t = vm->processes;
  uint32_t slot = pid_slot(pid);
  if (!term_is_pid(pid) || slot >= t->slot_max) return NULL;
  Process *p = atomic_load_explicit(&t->slots[slot].process, memory_order_acquire);
  return p && p->pid == pid ? p : NULL;
}

size_t process_table_count(ProcessTable *t) {
  if (!t->vm->shared) return slots_out(t);
  lock_take(&t->lock);
  size_t count = slots_out(t);
  for (uint32_t i = 0; i < t->cache_count; i++)
    count -= chain_count(atomic_load_explicit(&t->caches[i].ready, memory_order_relaxed)) + chain_count(atomic_load_explicit(&t->caches[i].freed, memory_order_relaxed));
  lock_give(&t->lock);
  return count;
}
size_t process_count(const Vm *vm) { return process_table_count(vm->processes); }
uint32_t process_table_max(const ProcessTable *t) { return t->process_max; }
uint32_t process_table_slots(const ProcessTable *t) { return slots_used(t); }
Process *process_table_at(const ProcessTable *t, uint32_t slot) {
  DCHECK(worker_may_look(t->vm));
  return slot < t->slot_max ? atomic_load_explicit(&t->slots[slot].process, memory_order_acquire) : NULL;
}

void process_each(Vm *vm, bool (*visit)(void *state, Process *p), void *state) {
  for (uint32_t slot = 0; slot < process_table_slots(vm->processes); slot++) {
    Process *p = process_table_at(vm->processes, slot);
    if (p && !visit(state, p)) return;
  }
}

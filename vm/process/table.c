// SPDX-License-Identifier: Apache-2.0
//
// The process table: slots in a reserved stretch of address space, touched as it grows.
//
//  B1  A pid is (slot, serial). The serial of a slot goes up each time the slot is given out: an old pid leads to nobody.
//  B2  Free slots wait in a queue, oldest first, and at least REUSE_DELAY of them stay there while the table can grow: so a
//      pid's slot is used again late.
//
// Reading needs no lock: a slot is one atomic pointer, and the process says its own pid. Adding and removing are the
// scheduler's thread's alone (later: under a lock).
#include <sys/mman.h>

#include "vm/base/address_space.h"

#include "vm/process/extra.h"

enum { REUSE_DELAY = 1024, SERIAL_MAX = (1 << 30) - 1 };

typedef struct Slot {
  _Atomic(Process *) process;
  uint32_t serial;    // of the present process here, or of the next one
  uint32_t next_free; // slot + 1, when free
} Slot;

struct ProcessTable {
  const Alloc *alloc;
  Slot *slots;          // reserved for slot_max, zero beyond slot_count
  size_t reserved_bytes;
  uint32_t slot_max, slot_count; // count: ever used
  uint32_t free_first, free_last, free_count; // slot + 1; 0: none
  uint32_t process_max, process_count;
};

ProcessTable *process_table_new(const Alloc *alloc, uint32_t process_max) {
  // The default gives way where address space is limited; what was asked for does not.
  if (process_max == 0) process_max = (uint32_t)(address_space_share(PROCESSES_DEFAULT * sizeof(Slot), 16, (PROCESSES_DEFAULT >> 6) * sizeof(Slot)) / sizeof(Slot));
  if (process_max > PROCESSES_MAX) process_max = PROCESSES_MAX;
  ProcessTable *t = alloc_zero(alloc, sizeof *t);
  if (!t) return NULL;
  t->alloc = alloc;
  t->process_max = process_max;
  t->slot_max = process_max + REUSE_DELAY;
  t->reserved_bytes = (size_t)t->slot_max * sizeof(Slot);
  void *slots = mmap(NULL, t->reserved_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (slots == MAP_FAILED) {
    alloc_put(alloc, t, sizeof *t);
    return NULL;
  }
  t->slots = slots;
  t->slot_count = 1; // no process has slot 0: a pid is never a word without payload
  return t;
}

void process_table_free(ProcessTable *t) {
  if (!t) return;
  munmap(t->slots, t->reserved_bytes);
  alloc_put(t->alloc, t, sizeof *t);
}

Term process_table_add(ProcessTable *t, Process *p) {
  if (t->process_count >= t->process_max) return T_NONE;
  uint32_t slot;
  if (t->slot_count < t->slot_max && t->free_count < REUSE_DELAY) {
    slot = t->slot_count++;
  } else {
    if (!t->free_first) return T_NONE;
    slot = t->free_first - 1;
    t->free_first = t->slots[slot].next_free;
    if (!t->free_first) t->free_last = 0;
    t->free_count--;
  }
  Slot *s = &t->slots[slot];
  s->next_free = 0;
  p->pid = term_pid(slot, s->serial);
  atomic_store_explicit(&s->process, p, memory_order_release);
  t->process_count++;
  return p->pid;
}

void process_table_remove(ProcessTable *t, Term pid) {
  uint32_t slot = pid_slot(pid);
  Slot *s = &t->slots[slot];
  atomic_store_explicit(&s->process, NULL, memory_order_release);
  s->serial = s->serial == SERIAL_MAX ? 0 : s->serial + 1; // B1
  s->next_free = 0;
  if (t->free_last) t->slots[t->free_last - 1].next_free = slot + 1;
  else t->free_first = slot + 1;
  t->free_last = slot + 1;
  t->free_count++;
  t->process_count--;
}

Process *process_find(Vm *vm, Term pid) {
  ProcessTable *t = vm->processes;
  uint32_t slot = pid_slot(pid);
  if (!term_is_pid(pid) || slot >= t->slot_count) return NULL;
  Process *p = atomic_load_explicit(&t->slots[slot].process, memory_order_acquire);
  return p && p->pid == pid ? p : NULL;
}

size_t process_count(const Vm *vm) { return vm->processes->process_count; }
size_t process_table_count(const ProcessTable *t) { return t->process_count; }
uint32_t process_table_max(const ProcessTable *t) { return t->process_max; }
uint32_t process_table_slots(const ProcessTable *t) { return t->slot_count; }
Process *process_table_at(const ProcessTable *t, uint32_t slot) {
  return slot < t->slot_count ? atomic_load_explicit(&t->slots[slot].process, memory_order_acquire) : NULL;
}

void process_each(Vm *vm, bool (*visit)(void *state, Process *p), void *state) {
  for (uint32_t slot = 0; slot < vm->processes->slot_count; slot++) {
    Process *p = process_table_at(vm->processes, slot);
    if (p && !visit(state, p)) return;
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/process/worker.h"

#include "vm/process/extra.h"
#include "vm/process/timer.h"

_Thread_local Worker *worker_now;

static void each_root(void *state, Heap *h, RootVisitor *v) {
  (void)state;
  Process *p = (Process *)(void *)h;
  v->visit(v, &p->exit_reason, 1);
  ProcessExtra *x = p->extra;
  if (!x) return;
  for (uint32_t i = 0; UNLIKELY(x->has_term_tags) && i < x->monitors.used; i++)
    if (x->monitors.items[i].key) v->visit(v, &x->monitors.items[i].tag, 1);
  for (uint32_t i = 0; i < x->dictionary.used; i++) v->visit(v, &x->dictionary.entries[i].key, 2);
}
_Static_assert(offsetof(DictionaryEntry, value) == offsetof(DictionaryEntry, key) + sizeof(Term), "key and value are visited as two");

Worker *worker_new(Vm *vm, uint32_t index, bool is_dirty) {
  Worker *w = alloc_zero(&vm->alloc, sizeof *w);
  if (!w) return NULL;
  w->vm = vm;
  w->index = index;
  w->is_dirty = is_dirty;
  w->wheel = is_dirty ? NULL : timers_wheel_for(vm, index);
  heap_env_init(&w->heap_env, &vm->raw_alloc, &vm->context, &vm->account);
  w->slots = process_table_join(vm->processes, &w->heap_env.fragments);
  if ((!is_dirty && !w->wheel) || !w->slots) {
    process_table_leave(vm->processes, w->slots);
    alloc_put(&vm->alloc, w, sizeof *w);
    return NULL;
  }
#ifdef JOIST_HOSTILE
  w->heap_env.collect_always = true;
#endif
  w->heap_env.each_root = each_root;
  w->heap_env.state = vm;
  participant_join(&vm->quiescence, &w->participant, vm);
  return w;
}

void worker_free(Worker *w) {
  if (!w) return;
  Vm *vm = w->vm;
  participant_leave(&w->participant);
  process_table_leave(vm->processes, w->slots);
  heap_env_free(&w->heap_env);
  alloc_put(&vm->alloc, w, sizeof *w);
}

void vm_exclusive_begin(Vm *vm) {
  if (!vm->scheduling.exclusive_begin) return;
  vm->scheduling.exclusive_begin(vm);
  // A search for unused code may have begun while this worker waited in the middle of a slice (P3 of vm/engine/purge.c).
  Process *p = worker_current(vm_worker(vm));
  if (p) process_be_searched(p);
}

void vm_exclusive_end(Vm *vm) {
  if (vm->scheduling.exclusive_end) vm->scheduling.exclusive_end(vm);
}

uint64_t vm_next_ref_slow(Worker *w) {
  Vm *vm = w->vm;
  uint64_t lanes = vm_ref_lanes(vm);
  if (!w->wheel) w->next_ref = 1 + (atomic_fetch_add_explicit(&vm->foreign_ref_blocks, 1, memory_order_relaxed) * lanes + lanes - 1) * REF_BLOCK;
  else w->next_ref = 1 + (w->ref_blocks++ * lanes + w->index) * REF_BLOCK;
  w->last_ref = w->next_ref + REF_BLOCK;
  return w->next_ref++;
}

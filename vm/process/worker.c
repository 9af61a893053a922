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
  for (uint32_t i = 0; i < x->monitors.used; i++)
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
  w->wheel = is_dirty ? NULL : timer_wheel_new(&vm->alloc, vm_monotonic_ns(vm));
  if (!is_dirty && !w->wheel) {
    alloc_put(&vm->alloc, w, sizeof *w);
    return NULL;
  }
  heap_env_init(&w->heap_env, &vm->raw_alloc, &vm->context, &vm->account);
#ifdef JOIST_HOSTILE
  w->heap_env.collect_always = true;
#endif
  w->heap_env.each_root = each_root;
  w->heap_env.state = vm;
  participant_join(&vm->quiescence, &w->participant, vm);
  return w;
}

static void drop_timer(void *state, Timer *t) {
  Vm *vm = state;
  if (t->message) fragment_free(&vm->alloc, &vm->account, t->message);
  alloc_put(&vm->alloc, t, sizeof *t);
}

void worker_free(Worker *w) {
  if (!w) return;
  Vm *vm = w->vm;
  participant_leave(&w->participant);
  timer_wheel_free(w->wheel, drop_timer, vm); // armed timers of receives too
  heap_env_free(&w->heap_env);
  alloc_put(&vm->alloc, w, sizeof *w);
}

uint64_t vm_next_ref_slow(Worker *w) {
  w->next_ref = atomic_fetch_add_explicit(&w->vm->next_ref, REF_BLOCK, memory_order_relaxed);
  w->last_ref = w->next_ref + REF_BLOCK;
  return w->next_ref++;
}

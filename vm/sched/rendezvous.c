// SPDX-License-Identifier: Apache-2.0
//
// Having the VM for oneself: all other workers stand between two slices, or sleep, or wait for the same.
//
// A worker is active from coming in to going out; it goes out to sleep, and when it finds `closing` set between two slices. Who
// wants the VM for itself goes out (if it was in), waits until nobody else owns the gate, takes it, sets `closing` and waits until
// nobody is active. So two who want it at once get it one after the other, and the one that waits counts as standing: it must expect that
// the other changed what such sections change.
//
//  R1  Between begin and end no other worker touches a process, a shared table or the memory of either. Dirty threads do go on with the one
//      process each has.
//  R2  The gate is open only while a sched_run is under way: before and after it no worker runs.
//  R3  Coming in and going out are the sequential points between whoever changed something in such a section and whoever reads it: both
//      hold the gate's mutex.
//
// For rare things alone: it costs the longest slice of any worker.
#include "vm/sched/internal.h"

void gate_init(Gate *g) {
  pthread_mutex_init(&g->mutex, NULL);
  pthread_cond_init(&g->changed, NULL);
}

void gate_free(Gate *g) {
  pthread_cond_destroy(&g->changed);
  pthread_mutex_destroy(&g->mutex);
}

// `closing` follows what it stands for. Under the mutex.
static void settle(Gate *g) { atomic_store_explicit(&g->closing, g->owned || !g->open || g->quit, memory_order_relaxed); }

bool scheduler_come_in(Scheduler *s) {
  Gate *g = &s->all->gate;
  pthread_mutex_lock(&g->mutex);
  while ((g->owned || !g->open) && !g->quit) pthread_cond_wait(&g->changed, &g->mutex);
  bool go_on = !g->quit;
  if (go_on) {
    g->active++;
    s->standing = false;
  }
  pthread_mutex_unlock(&g->mutex);
  if (go_on) participant_online(&s->worker->participant);
  return go_on;
}

void scheduler_go_out(Scheduler *s) {
  Gate *g = &s->all->gate;
  participant_advance(&s->worker->participant);
  participant_offline(&s->worker->participant);
  pthread_mutex_lock(&g->mutex);
  g->active--;
  s->standing = true;
  if (g->owned || !g->open) pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}

void gate_open(Schedulers *all) {
  Gate *g = &all->gate;
  pthread_mutex_lock(&g->mutex);
  g->open = true;
  settle(g);
  pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}

void gate_close(Schedulers *all) {
  Gate *g = &all->gate;
  pthread_mutex_lock(&g->mutex);
  g->open = false;
  settle(g);
  while (g->active + g->visitors) pthread_cond_wait(&g->changed, &g->mutex);
  pthread_mutex_unlock(&g->mutex);
}

// The scheduler whose worker the calling thread is, if that is active.
static Scheduler *active_caller(Vm *vm) {
  Worker *w = worker_now;
  Scheduler *s = w && w->vm == vm ? w->scheduler : NULL;
  return s && !s->standing ? s : NULL;
}

void sched_exclusive_begin(Vm *vm) {
  if (!vm->shared) return;
  Schedulers *all = vm->schedulers;
  Gate *g = &all->gate;
  bool active = active_caller(vm) != NULL;
  pthread_mutex_lock(&g->mutex);
  if (active) {
    g->active--;
    g->visitors++;
    if (g->owned || !g->open) pthread_cond_broadcast(&g->changed);
  }
  while (g->owned) pthread_cond_wait(&g->changed, &g->mutex);
  g->owned = true;
  settle(g);
  while (g->active) pthread_cond_wait(&g->changed, &g->mutex);
  pthread_mutex_unlock(&g->mutex);
}

void sched_exclusive_end(Vm *vm) {
  if (!vm->shared) return;
  Schedulers *all = vm->schedulers;
  Gate *g = &all->gate;
  pthread_mutex_lock(&g->mutex);
  g->owned = false;
  settle(g);
  if (active_caller(vm)) {
    g->active++;
    g->visitors--;
  }
  pthread_cond_broadcast(&g->changed);
  pthread_mutex_unlock(&g->mutex);
}

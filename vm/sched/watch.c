// SPDX-License-Identifier: Apache-2.0
#include "vm/sched/watch.h"

#include <string.h>

static bool grow(Scheduler *w, uint32_t capacity) {
  WatchList *l = &w->watches;
  const Alloc *alloc = &w->worker->vm->alloc;
  Process **waiting = alloc_get(alloc, capacity * sizeof *waiting);
  struct pollfd *fds = alloc_get(alloc, (capacity + 1) * sizeof *fds);
  if (!waiting || !fds) {
    alloc_put(alloc, waiting, capacity * sizeof *waiting);
    alloc_put(alloc, fds, (capacity + 1) * sizeof *fds);
    return false;
  }
  if (l->count) {
    memcpy(waiting, l->waiting, l->count * sizeof *waiting);
    memcpy(fds, l->fds, (l->count + 1) * sizeof *fds);
  }
  uint32_t count = l->count;
  watch_free(w);
  *l = (WatchList){waiting, fds, count, capacity};
  fds[0] = (struct pollfd){w->wake_fd, POLLIN, 0};
  return true;
}

void watch_free(Scheduler *w) {
  WatchList *l = &w->watches;
  if (!l->capacity) return;
  alloc_put(&w->worker->vm->alloc, l->waiting, l->capacity * sizeof *l->waiting);
  alloc_put(&w->worker->vm->alloc, l->fds, (l->capacity + 1) * sizeof *l->fds);
  *l = (WatchList){.count = 0};
}

bool watch_begin(Process *p, int fd) {
  Scheduler *w = sched_of(p->vm, 0);
  WatchList *l = &w->watches;
  if (l->count == l->capacity && !grow(w, l->capacity ? 2 * l->capacity : 4)) return false;
  l->waiting[l->count++] = p;
  l->fds[l->count] = (struct pollfd){fd, POLLIN, 0};
  p->flags |= PROCESS_AWAITS_INPUT;
  return true;
}

static void remove_at(WatchList *l, uint32_t i) {
  l->waiting[i]->flags &= ~(uint32_t)PROCESS_AWAITS_INPUT;
  for (uint32_t j = i + 1; j < l->count; j++) { // in the order they came
    l->waiting[j - 1] = l->waiting[j];
    l->fds[j] = l->fds[j + 1];
  }
  l->count--;
}

void watch_end(Scheduler *w, Process *p) {
  WatchList *l = &w->watches;
  for (uint32_t i = 0; i < l->count; i++) {
    if (l->waiting[i] != p) continue;
    remove_at(l, i);
    return;
  }
}

// Whoever's descriptor has something to say, an error or its end included, tries again.
static void wake_ready(Scheduler *w) {
  WatchList *l = &w->watches;
  for (uint32_t i = 0; i < l->count;) {
    Process *p = l->waiting[i];
    if (!l->fds[i + 1].revents) {
      i++;
      continue;
    }
    remove_at(l, i);
    process_wake(p);
  }
}

void watch_sleep(Scheduler *w, const struct timespec *timeout) {
  WatchList *l = &w->watches;
  struct pollfd own = {w->wake_fd, POLLIN, 0};
  if (ppoll(l->count ? l->fds : &own, l->count + 1, timeout, NULL) > 0) wake_ready(w);
}

void watch_look(Scheduler *w) {
  WatchList *l = &w->watches;
  if (l->count && poll(l->fds + 1, l->count, 0) > 0) wake_ready(w);
}

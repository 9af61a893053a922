// SPDX-License-Identifier: Apache-2.0
//
// The poll thread (watch.h). Watches are few (who reads standard input): one list under a lock. A descriptor is armed for one event
// while anybody watches it; the event takes all who do off the list.
#include "vm/sched/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vm/base/thread.h"
#include "vm/sched/internal.h"

typedef struct Watch {
  Term pid;
  int fd;
} Watch;

struct PollThread {
  Vm *vm;
  pthread_t thread;
  int epoll_fd, quit_fd;
  Lock lock; // the list
  Watch *watches;
  uint32_t count, capacity;
};
typedef struct PollThread PollThread;

// In a worker's thread; `state` is a pid.
static void wake_watcher(Vm *vm, void *state) {
  Process *p = process_find(vm, (Term)(uintptr_t)state);
  if (!p) return;
  process_set_bits(p, STATE_INPUT);
  process_wake(p);
}

// Whoever's descriptor has something to say, an error or its end included, tries again.
static void ready(PollThread *t, int fd) {
  for (;;) {
    Term pid = T_NONE;
    lock_take(&t->lock);
    for (uint32_t i = 0; i < t->count && pid == T_NONE; i++)
      if (t->watches[i].fd == fd) {
        pid = t->watches[i].pid;
        t->watches[i] = t->watches[--t->count];
      }
    lock_give(&t->lock);
    if (pid == T_NONE) return;
    while (!sched_post(t->vm, wake_watcher, (void *)(uintptr_t)pid)) usleep(1000); // no memory for a moment: the reader must not be forgotten
  }
}

static void *poll_main(void *argument) {
  PollThread *t = argument;
  const VmHooks *hooks = &t->vm->hooks;
  if (hooks->thread_begin) hooks->thread_begin();
  for (bool quit = false; !quit;) {
    struct epoll_event events[16];
    int n = epoll_wait(t->epoll_fd, events, 16, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == t->quit_fd) quit = true;
      else ready(t, events[i].data.fd);
    }
    if (n < 0 && errno != EINTR) PANIC("epoll_wait: %s", strerror(errno));
  }
  if (hooks->thread_end) hooks->thread_end();
  return NULL;
}

static void poll_drop(PollThread *t) {
  const Alloc *alloc = &t->vm->alloc;
  if (t->epoll_fd >= 0) close(t->epoll_fd);
  if (t->quit_fd >= 0) close(t->quit_fd);
  alloc_put(alloc, t->watches, t->capacity * sizeof *t->watches);
  alloc_put(alloc, t, sizeof *t);
}

static PollThread *poll_new(Vm *vm, LimitId *lacking) {
  *lacking = LIMIT_MEMORY_BUDGET;
  PollThread *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  t->vm = vm;
  lock_init(&t->lock, LOCK_POLL);
  t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  t->quit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event quit = {.events = EPOLLIN, .data.fd = t->quit_fd};
  if (t->epoll_fd < 0 || t->quit_fd < 0) {
    if (errno == EMFILE || errno == ENFILE) *lacking = LIMIT_OPEN_FILES;
  } else if (epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, t->quit_fd, &quit) == 0) {
    int error = thread_start(&t->thread, THREAD_STACK_BYTES, poll_main, t);
    if (error == 0) return t;
    if (error != ENOMEM) *lacking = LIMIT_SYSTEM_THREADS;
  }
  poll_drop(t);
  return NULL;
}

static PollThread *poll_of(Vm *vm, LimitId *lacking) {
  Schedulers *all = vm->schedulers;
  pthread_mutex_lock(&all->gate.mutex);
  if (!all->poll) all->poll = poll_new(vm, lacking);
  PollThread *t = all->poll;
  pthread_mutex_unlock(&all->gate.mutex);
  return t;
}

void watch_free(Vm *vm) {
  PollThread *t = vm->schedulers->poll;
  if (!t) return;
  uint64_t one = 1;
  while (write(t->quit_fd, &one, sizeof one) < 0 && errno == EINTR) {}
  pthread_join(t->thread, NULL);
  poll_drop(t);
  vm->schedulers->poll = NULL;
}

// False: no memory.
static bool list_add(PollThread *t, Term pid, int fd) {
  const Alloc *alloc = &t->vm->alloc;
  bool room = true;
  lock_take(&t->lock);
  if (t->count == t->capacity) {
    uint32_t capacity = t->capacity ? 2 * t->capacity : 4;
    Watch *grown = alloc_grow(alloc, t->watches, t->capacity * sizeof *grown, capacity * sizeof *grown);
    room = grown != NULL;
    if (room) {
      t->watches = grown;
      t->capacity = capacity;
    }
  }
  if (room) t->watches[t->count++] = (Watch){pid, fd};
  lock_give(&t->lock);
  return room;
}

bool watch_begin(Process *p, int fd, LimitId *lacking) {
  PollThread *t = poll_of(p->vm, lacking);
  if (!t) return false;
  *lacking = LIMIT_MEMORY_BUDGET;
  if (!list_add(t, p->pid, fd)) return false;
  p->flags |= PROCESS_AWAITS_INPUT;
  process_set_bits(p, STATE_DEAF);
  struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.fd = fd};
  if (epoll_ctl(t->epoll_fd, EPOLL_CTL_MOD, fd, &e) == 0) return true;
  if (errno == ENOENT && epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0) return true;
  ready(t, fd); // a file, which can always be read; or whatever is wrong is found by reading
  return true;
}

uint32_t watch_count(Vm *vm) {
  pthread_mutex_lock(&vm->schedulers->gate.mutex);
  PollThread *t = vm->schedulers->poll;
  pthread_mutex_unlock(&vm->schedulers->gate.mutex);
  if (!t) return 0;
  lock_take(&t->lock);
  uint32_t count = t->count;
  lock_give(&t->lock);
  return count;
}

static void over(Process *p) {
  p->flags &= ~(uint32_t)PROCESS_AWAITS_INPUT;
  process_clear_bits(p, STATE_DEAF | STATE_INPUT);
}

void watch_end(Process *p) {
  PollThread *t = p->vm->schedulers->poll;
  over(p);
  lock_take(&t->lock);
  for (uint32_t i = 0; i < t->count; i++)
    if (t->watches[i].pid == p->pid) {
      t->watches[i] = t->watches[--t->count];
      break;
    }
  lock_give(&t->lock);
}

bool watch_is_over(Process *p) {
  if (!process_state_bits(p, STATE_INPUT)) return false;
  watch_end(p); // its place in the list is free already, but for late news: who watches again must not stand there twice
  return true;
}

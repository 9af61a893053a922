// SPDX-License-Identifier: Apache-2.0
//
// Waiting for a lock: a short spin (its holder may be about to give it), then sleep on the futex.
#include "vm/base/lock.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm/base/thread.h"

enum { SPINS = 64 };

void lock_wait(Lock *l) {
  for (int i = 0; i < SPINS; i++) {
    uint32_t free = 0;
    if (atomic_load_explicit(&l->word, memory_order_relaxed) == 0 &&
        atomic_compare_exchange_weak_explicit(&l->word, &free, 1, memory_order_acquire, memory_order_relaxed))
      return;
    thread_pause();
  }
  // From here on the word is 2 while we have it, too: others may wait. One wake-up too many does no harm.
  while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire) != 0) syscall(SYS_futex, &l->word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
}

void lock_wake(Lock *l) { syscall(SYS_futex, &l->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

#ifdef JOIST_DEBUG
static const char *const NAMES[] = {
#define LOCK(name, guards) #name,
#include "vm/base/locks.def"
#undef LOCK
};

static _Thread_local uint32_t held; // bit: rank

void lock_note_taken(const Lock *l) {
  uint32_t above = held >> l->rank;
  if (above) PANIC("lock %s is taken while %s is held", NAMES[l->rank], NAMES[l->rank + (uint32_t)__builtin_ctz(above)]);
  held |= (uint32_t)1 << l->rank;
}
void lock_note_given(const Lock *l) {
  CHECK(held & (uint32_t)1 << l->rank);
  held &= ~((uint32_t)1 << l->rank);
}
#endif

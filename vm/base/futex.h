// SPDX-License-Identifier: Apache-2.0
//
// Sleeping until a word changes. Waking is harmless where nobody waits, even when the word is gone by then: only its address is looked at.
#ifndef JOIST_BASE_FUTEX_H
#define JOIST_BASE_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Sleeps while the word is `value`, at most for `most` (NULL: no end). Comes back early now and then: look again. Thread: any.
static inline void futex_wait(_Atomic(uint32_t) *word, uint32_t value, const struct timespec *most) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, most, NULL, 0);
}
static inline void futex_wake(_Atomic(uint32_t) *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0); }

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The account under many threads that count apart, for ThreadSanitizer too: what one takes another gives back; what is settled is never
// further from the truth than A5 says, what is told is the truth when nobody counts, and the budget holds. A program of its own: exit
// status 0 and "ok".
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/heap/account.h"

enum { THREADS = 6, ROUNDS = 200000, PLACES = 64, BUDGET = 3 << 20 };

#define EXPECT(what) \
  do { \
    if (!(what)) { \
      fprintf(stderr, "line %d: %s\n", __LINE__, #what); \
      exit(1); \
    } \
  } while (0)

static MemoryAccount account;
static Meter meters[METER_COUNT];
static _Atomic(uint64_t) places[PLACES]; // what is held: kind << 32 | bytes; kind METER_COUNT: of processes
static _Atomic(uint64_t) refused;

static void count(uint64_t held, bool add) {
  uint32_t kind = (uint32_t)(held >> 32), bytes = (uint32_t)held;
  if (kind < METER_COUNT && add) meter_add(&meters[kind], bytes);
  else if (kind < METER_COUNT) meter_sub(&meters[kind], bytes);
  else if (add) account_add(&account, bytes);
  else account_sub(&account, bytes);
}

static void *run(void *context) {
  uint32_t random = (uint32_t)(uintptr_t)context * 2654435761u + 1;
  for (int i = 0; i < ROUNDS; i++) {
    random = random * 1664525 + 1013904223;
    uint32_t bytes = random >> 8 & 1 ? random >> 20 : random >> 12 & 0x3ffff;
    uint64_t made = (uint64_t)((random >> 9) % (METER_COUNT + 1)) << 32 | bytes;
    if (!account_allows(&account, bytes)) {
      atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
      made = 0;
    } else {
      count(made, true);
    }
    uint64_t old = atomic_exchange_explicit(&places[random >> 26], made, memory_order_relaxed);
    if (old) count(old, false);
  }
  return NULL;
}

int main(void) {
  Alloc raw = alloc_system();
  account.raw = &raw;
  account.limit_bytes = BUDGET;
  for (int i = 0; i < METER_COUNT; i++) meter_init(&meters[i], &account, (MeterKind)i);
  EXPECT(account_divide(&account, THREADS, &meters[METER_SYSTEM].alloc) && account.stripes);
  uint64_t own = account_used(&account), truth = own, of_kind[METER_COUNT + 1] = {0};
  pthread_t ids[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) EXPECT(pthread_create(&ids[i], NULL, run, (void *)i) == 0);
  for (int i = 0; i < THREADS; i++) pthread_join(ids[i], NULL);
  for (int i = 0; i < PLACES; i++) {
    uint64_t held = atomic_load(&places[i]);
    truth += (uint32_t)held;
    of_kind[held >> 32] += (uint32_t)held;
  }
  EXPECT(account_used(&account) == truth);
  for (int i = 0; i < METER_COUNT; i++) EXPECT(meter_used(&meters[i]) == of_kind[i] + (i == METER_SYSTEM ? own : 0));
  uint64_t settled = account_settled(&account), distance = settled > truth ? settled - truth : truth - settled;
  EXPECT(distance <= (uint64_t)(THREADS + 1) * ACCOUNT_KINDS * account.slack_bytes);
  EXPECT(distance > 0 && atomic_load(&refused) > 0);
  for (int i = 0; i < PLACES; i++) count(atomic_load(&places[i]), false);
  account_unite(&account, meters, &meters[METER_SYSTEM].alloc);
  EXPECT(account_used(&account) == 0 && account_settled(&account) == 0);
  for (int i = 0; i < METER_COUNT; i++) EXPECT(meter_used(&meters[i]) == 0);
  puts("ok");
  return 0;
}

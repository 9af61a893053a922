// SPDX-License-Identifier: Apache-2.0
//
// The account under many threads that count apart: what one takes another gives back; what is settled is never further from the truth
// than A5 says, what is told is the truth when nobody counts, and the budget holds.
#include "tests/unit/threads.h"
#include "vm/heap/account.h"

enum { THREADS = 6, ROUNDS = 200000, PLACES = 64, BUDGET = 3 << 20 };

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

static void run(void *random) {
  for (int i = 0; i < ROUNDS; i++) {
    uint32_t bytes = draw(random, draw(random, 2) ? 1 << 12 : 1 << 18);
    uint64_t made = (uint64_t)draw(random, METER_COUNT + 1) << 32 | bytes;
    if (!account_allows(&account, bytes)) {
      atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
      made = 0;
    } else {
      count(made, true);
    }
    uint64_t old = atomic_exchange_explicit(&places[draw(random, PLACES)], made, memory_order_relaxed);
    if (old) count(old, false);
  }
}

int main(void) {
  Alloc raw = alloc_system();
  account.raw = &raw;
  account.limit_bytes = BUDGET;
  for (int i = 0; i < METER_COUNT; i++) meter_init(&meters[i], &account, (MeterKind)i);
  EXPECT(account_divide(&account, THREADS, &meters[METER_SYSTEM].alloc) && account.stripes);
  uint64_t own = account_used(&account), truth = own, of_kind[METER_COUNT + 1] = {0};
  uint64_t randoms[THREADS];
  for (int i = 0; i < THREADS; i++) randoms[i] = random_of((uint64_t)i);
  threads_run(THREADS, run, randoms, sizeof *randoms);
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
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// When retired memory is freed, step by step in one thread.
#include <criterion/criterion.h>

#include "vm/base/quiescent.h"

typedef struct Thing {
  Retired retired;
  bool released;
} Thing;

static void release(void *state, Retired *r) {
  ++*(int *)state;
  ((Thing *)(void *)r)->released = true;
}

Test(quiescent, a_reader_holds_up_what_it_may_have_found) {
  Quiescence q;
  Participant writer, reader;
  Thing thing = {.released = false};
  int count = 0;
  quiescence_init(&q);
  participant_join(&q, &writer, &count);
  participant_join(&q, &reader, &count);
  participant_online(&writer);
  participant_online(&reader);
  participant_retire(&writer, &thing.retired, release);
  for (int i = 0; i < 5; i++) participant_offline(&writer), participant_online(&writer);
  cr_assert_not(thing.released, "the reader has not passed");
  cr_assert_eq(atomic_load(&q.left_count), 1u, "who goes offline leaves it to others");
  participant_offline(&writer);
  participant_pass(&reader);
  participant_offline(&reader);
  cr_assert(thing.released && count == 1, "the last one to go offline frees what is left");
  participant_leave(&writer);
  participant_leave(&reader);
}

// Counted to the retiring thread's own epoch: a reader that came online after the epoch had moved on once may have found it too.
Test(quiescent, a_reader_of_the_next_epoch_holds_it_up_too) {
  Quiescence q;
  Participant writer, early, reader;
  Thing thing = {.released = false}, other = {.released = false};
  int count = 0;
  quiescence_init(&q);
  participant_join(&q, &writer, &count);
  participant_join(&q, &early, &count);
  participant_join(&q, &reader, &count);
  participant_online(&writer);
  participant_online(&early);
  participant_retire(&early, &other.retired, release);
  participant_offline(&early); // moves the epoch: everybody had seen it
  cr_assert_eq(atomic_load(&q.epoch), 3u);
  participant_online(&reader); // at 3, while the writer still says 2
  participant_retire(&writer, &thing.retired, release);
  participant_offline(&writer);
  for (int i = 0; i < 5; i++) participant_online(&early), participant_offline(&early);
  cr_assert_not(thing.released);
  participant_offline(&reader);
  cr_assert(thing.released && other.released && count == 2);
  participant_leave(&writer);
  participant_leave(&early);
  participant_leave(&reader);
}

Test(quiescent, one_alone_frees_in_batches_and_the_rest_when_it_leaves) {
  enum { COUNT = 1000 };
  static Thing things[COUNT];
  Quiescence q;
  Participant only;
  int count = 0;
  quiescence_init(&q);
  participant_join(&q, &only, &count);
  participant_online(&only);
  for (int i = 0; i < COUNT; i++) {
    participant_retire(&only, &things[i].retired, release);
    participant_pass(&only);
    cr_assert_eq(only.retired_count, (size_t)(i + 1 - count));
    cr_assert_leq(only.retired_count, (size_t)RETIRED_BATCH + 2 * RETIRED_PATIENCE);
  }
  cr_assert_gt(count, COUNT - 2 * RETIRED_BATCH);
  participant_leave(&only);
  cr_assert_eq(count, COUNT);
}

static void retire_another(void *state, Retired *r) {
  static Thing second;
  Participant *t = state;
  (void)r;
  participant_retire(t, &second.retired, release);
  t->state = &((Participant *)state)->patience; // counts there from now on
}

Test(quiescent, releasing_may_retire_more) {
  Quiescence q;
  Participant only;
  Thing first = {.released = false};
  quiescence_init(&q);
  participant_join(&q, &only, &only);
  participant_online(&only);
  participant_retire(&only, &first.retired, retire_another);
  only.patience = 0;
  participant_leave(&only);
  cr_assert_eq(only.patience, 1u);
  cr_assert_null(only.all);
}

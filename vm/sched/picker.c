// SPDX-License-Identifier: Apache-2.0
//
// Who runs next.
//
// Fair: a feedback queue of two levels for each priority (after Corbató, Merwin-Daggett and Daley, "An experimental time-sharing system", 1962: CTSS
// asks no program how long it will compute, it looks how long it did). Who used up its slice stands in the priority's background;
// who was woken by a message, a timer or a signal, came back from a dirty thread, or is new, in its foreground. Both are first in,
// first out. So who answers waits for others that answer, and not for all that compute.
//
//   P1  The highest priority that has anybody is served, but nobody starves: a lower one that was passed over PATIENCE times in a row is
//       served once. (max and high are there to go first, not to shut out; a low process gets at least one slice in nine beside normal ones.)
//   P2  Within a priority the foreground goes first, unless it owes the background.
//   P3  It owes when it has used FOREGROUND_WORK reductions more than the background since that has had anybody, and none of it has waited
//       longer than the first of the background. Then the background has the next slice. So who computes has half of its priority's time
//       beside processes that only talk to each other, and its turn in the line where very many are woken at once; but one that is woken
//       beside hundreds that compute waits for two slices at most and the rest of the one that runs (FOREGROUND_DEBT_MAX). What the background uses
//       while nobody is in the foreground is no debt of anybody's.
//   P4  What stands in one level goes on in the same in another worker's queue: stealing says nothing of how long it computes.
//
// What was used is known by the reductions of the owner between two choices. While no background waits, as mostly, nothing of this is
// counted and the choice is the first of the one line.
//
// Tried: half of the time for the background without its turn in the line (P3). Who spawns, or sends to hundreds, computes as seen from here, and
// was served more often than those that it gave work to: messages piled up, and 800 processes that all ping each other took 1.6 times
// as long in twice the memory.
//
// Seeded: all runnable processes stand in one array, the next one and the length of its slice are drawn. Priorities do not
// count: a program that is right only because of them is wrong, and this is where that shows.
#include "vm/sched/picker.h"

static const uint32_t PATIENCE[PRIORITY_COUNT] = {0, 64, 64, 8};

static void fair_add(Picker *k, Process *p, Priority priority) { fair_picker_add((FairPicker *)k, p, priority); }

void fair_picker_add_preempted(FairPicker *f, Process *p, Priority priority) {
  uint32_t line = BACKGROUND + priority;
  // Nobody stood there, nor has anybody just been served from there: a new account.
  if (!f->lines[line].first && f->served != line) {
    f->work[priority] = 0;
    f->begins |= 1u << priority;
  }
  p->run_turn = f->left_front + (uint32_t)(picker_count(&f->picker) - f->background);
  f->background++;
  fair_picker_append(f, p, line);
}

void fair_picker_add_moved(FairPicker *f, Process *p) {
  if (p->run_line >= BACKGROUND) fair_picker_add_preempted(f, p, (Priority)(p->run_line - BACKGROUND));
  else fair_picker_add(f, p, (Priority)p->run_line);
}

static void fair_remove(Picker *k, Process *p) {
  FairPicker *f = (FairPicker *)k;
  uint32_t line = p->run_line;
  if (p->run_prev) p->run_prev->run_next = p->run_next;
  else f->lines[line].first = p->run_next;
  if (p->run_next) p->run_next->run_prev = p->run_prev;
  else f->lines[line].last = p->run_prev;
  if (!f->lines[line].first) f->waiting &= ~(1u << line);
  if (line >= BACKGROUND) f->background--;
  else f->left_front++;
  p->run_next = p->run_prev = NULL;
  picker_grow(k, (size_t)-1);
}

// What was used since the last choice, to whom it was given (P3). A choice of fair_picker_next that went by without this was made when there was no background:
// whichever account that goes to begins anew with its next one, or is at zero.
static void settle(FairPicker *f) {
  uint32_t priority = f->served % PRIORITY_COUNT;
  int64_t used = (int64_t)(*f->used - f->seen), *work = &f->work[priority];
  f->seen = *f->used;
  if (!(f->begins & 1u << priority)) {
    *work += f->served < BACKGROUND ? used : -used;
    if (*work < 0) *work = 0;
    if (*work > FOREGROUND_DEBT_MAX) *work = FOREGROUND_DEBT_MAX;
  }
  f->begins = 0;
}

// P3. Turns wrap.
static bool owes(const FairPicker *f, int priority) {
  return f->work[priority] >= FOREGROUND_WORK && (int32_t)(f->left_front - f->lines[priority + BACKGROUND].first->run_turn) >= 0;
}

// Nobody but normal ones, some in either level, and the foreground was served before: mostly it is again, and that takes few instructions. NULL:
// look closer.
static inline Process *next_in_front(FairPicker *f) {
  enum { NORMAL = 1u << PRIORITY_NORMAL };
  if (f->waiting != (NORMAL | NORMAL << BACKGROUND) || f->served != PRIORITY_NORMAL || f->begins) return NULL;
  int64_t work = f->work[PRIORITY_NORMAL] + (int64_t)(*f->used - f->seen);
  if (work >= FOREGROUND_WORK && (int32_t)(f->left_front - f->lines[PRIORITY_NORMAL + BACKGROUND].first->run_turn) >= 0) return NULL;
  f->work[PRIORITY_NORMAL] = work < FOREGROUND_DEBT_MAX ? work : FOREGROUND_DEBT_MAX;
  f->seen = *f->used;
  f->left_front++;
  return fair_picker_take_normal(f, NORMAL << BACKGROUND);
}

Process *fair_picker_next_slow(FairPicker *f) {
  Process *p = next_in_front(f);
  if (LIKELY(p != NULL)) return p;
  int chosen = -1;
  uint32_t priorities = f->waiting | f->waiting >> BACKGROUND;
  for (int i = 0; i < PRIORITY_COUNT; i++) {
    if (!(priorities & 1u << i)) continue;
    if (chosen < 0) chosen = i;
    else if (++f->passed_over[i] > PATIENCE[i]) chosen = i;
  }
  if (chosen < 0) return NULL;
  settle(f);
  f->passed_over[chosen] = 0;
  bool in_front = f->waiting & 1u << chosen, behind = f->waiting & 1u << (chosen + BACKGROUND);
  f->served = (uint8_t)(behind && (!in_front || owes(f, chosen)) ? chosen + BACKGROUND : chosen);
  p = f->lines[f->served].first;
  fair_remove(&f->picker, p);
  return p;
}

size_t fair_picker_take_half(FairPicker *f, Process **taken, size_t max) {
  size_t all = picker_count(&f->picker), half = (all + 1) / 2, count = 0;
  if (half > max) half = max;
  size_t behind = all ? half * f->background / all : 0;
  if (half - behind > all - f->background) behind = half - (all - f->background);
  size_t wanted = half - behind;
  for (uint32_t line = 0; line < LINE_COUNT; line++) {
    if (line == BACKGROUND) wanted = half;
    while (count < wanted && f->lines[line].first) {
      taken[count] = f->lines[line].first;
      fair_remove(&f->picker, taken[count++]);
    }
  }
  return count;
}

static Process *fair_next(Picker *k) { return fair_picker_next((FairPicker *)k); }

static int64_t fair_slice(Picker *k) {
  (void)k;
  return SLICE_REDUCTIONS;
}

static bool fair_reserve(Picker *k, size_t count) { // its queues are links in the processes
  (void)k, (void)count;
  return true;
}

Picker *picker_fair_new(const Alloc *alloc, const uint64_t *used) {
  FairPicker *f = alloc_zero(alloc, sizeof *f);
  if (!f) return NULL;
  f->picker = (Picker){fair_add, fair_remove, fair_next, fair_slice, fair_reserve, sizeof *f, 0};
  f->used = used;
  return &f->picker;
}

typedef struct SeededPicker {
  Picker picker;
  const Alloc *alloc;
  VmRandom *random;
  Process **ready;
  size_t capacity;
} SeededPicker;

static bool seeded_reserve(Picker *k, size_t count) {
  SeededPicker *s = (SeededPicker *)k;
  if (count <= s->capacity) return true;
  size_t capacity = s->capacity ? s->capacity : 64;
  while (capacity < count) capacity *= 2;
  Process **grown = alloc_grow(s->alloc, s->ready, s->capacity * sizeof *grown, capacity * sizeof *grown);
  if (!grown) return false;
  s->ready = grown;
  s->capacity = capacity;
  return true;
}

static void seeded_add(Picker *k, Process *p, Priority priority) {
  SeededPicker *s = (SeededPicker *)k;
  (void)priority;
  CHECK(picker_count(k) < s->capacity); // seeded_reserve saw to it
  p->run_position = picker_count(k);
  s->ready[p->run_position] = p;
  picker_grow(k, 1);
}

static void seeded_remove(Picker *k, Process *p) {
  SeededPicker *s = (SeededPicker *)k;
  picker_grow(k, (size_t)-1);
  Process *last = s->ready[picker_count(k)];
  s->ready[p->run_position] = last;
  last->run_position = p->run_position;
}

static Process *seeded_next(Picker *k) {
  SeededPicker *s = (SeededPicker *)k;
  if (picker_count(k) == 0) return NULL;
  Process *p = s->ready[vm_random_below(s->random, picker_count(k))];
  seeded_remove(k, p);
  return p;
}

static int64_t seeded_slice(Picker *k) { return 1 + (int64_t)vm_random_below(((SeededPicker *)k)->random, SEEDED_SLICE_REDUCTIONS); }

Picker *picker_seeded_new(const Alloc *alloc, VmRandom *random) {
  SeededPicker *s = alloc_zero(alloc, sizeof *s);
  if (!s) return NULL;
  s->picker = (Picker){seeded_add, seeded_remove, seeded_next, seeded_slice, seeded_reserve, sizeof *s, 0};
  s->alloc = alloc;
  s->random = random;
  return &s->picker;
}

void picker_free(const Alloc *alloc, Picker *k) {
  if (!k) return;
  if (k->next == seeded_next) {
    SeededPicker *s = (SeededPicker *)k;
    alloc_put(alloc, s->ready, s->capacity * sizeof *s->ready);
  }
  alloc_put(alloc, k, k->size_bytes);
}

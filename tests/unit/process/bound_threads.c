// SPDX-License-Identifier: Apache-2.0
//
// Bounded mailboxes with several workers. Every slice goes on on another worker. Two runs:
//
// Traffic. Senders send to receivers of all five policies, by pid, waiting for ever, for a while, or not at all. Some of both live to the end, the others
// are killed at random times by an agent of chaos, which starts new ones, suspends and resumes senders, and asks about mailboxes. Receivers
// change their bounds, make and drop aliases that senders look for, and one of them takes its bound off and puts it on again. What must hold:
//
//   what was sent to a receiver that lives was taken or, where its policy is to drop, counted as dropped; nothing twice
//   what one sender sent comes in order
//   no mailbox is fuller than its largest bound
//   at the end nobody waits, nothing is held, and processes and account agree on the memory in use
//
// Circles. Rings of processes fill one another's mailboxes at the same time: each ring is told of exactly once.
#include <unistd.h>

#include "scripted_vm.h"
#include "tests/unit/threads.h"
#include "vm/process/bound.h"

enum {
  WORKERS = 5,
  LASTING = 4,       // receivers: as POLICIES
  RECEIVERS = LASTING + 6,
  ODD = RECEIVERS - 1, // takes its bound off
  SENDERS = 24,
  MORTAL_SENDERS = SENDERS / 3, // the first ones
  EACH = 20000,      // messages of a lasting sender
  MAX_MAX = 6,
  CHAOS_WAIT = 20,
  RINGS = 100,
  RING = 3,
};

static FakeVm *fake;
static const OnFull POLICIES[RECEIVERS] = {ON_FULL_BLOCK, ON_FULL_ERROR, ON_FULL_DROP_NEWEST, ON_FULL_DROP_OLDEST, // these last
                                           ON_FULL_BLOCK, ON_FULL_ERROR, ON_FULL_DROP_NEWEST, ON_FULL_DROP_OLDEST, ON_FULL_KILL, ON_FULL_BLOCK};

static _Atomic(int) killed_reports, circle_reports;

static bool says(const char *text, size_t bytes, const char *what) { return memmem(text, bytes, what, strlen(what)) != NULL; }
static void report(Vm *vm, const char *text, size_t bytes) {
  (void)vm;
  if (says(text, bytes, "on_full: :kill")) atomic_fetch_add(&killed_reports, 1);
  else if (says(text, bytes, "wait to send to one another")) atomic_fetch_add(&circle_reports, 1);
  else EXPECT(!text);
}

static EngineExit ends(Process *p) {
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}
static MailboxOptions options_of(int receiver, uint64_t max) { return (MailboxOptions){max, (uint8_t)POLICIES[receiver]}; }

// --- receivers: take {sender, number}, and {reference, anything}

typedef struct Receiver {
  Script script; // first
  uint64_t random;
  int index;
  int64_t next[SENDERS];
  uint64_t taken;
} Receiver;
static Receiver receivers[RECEIVERS];
static _Atomic(Term) receiver_pids[RECEIVERS];
static _Atomic(uint64_t) aliases[RECEIVERS]; // numbers, perhaps of the past

// Both live to the end and nothing is dropped.
static bool is_whole(int receiver, int sender) {
  return receiver < LASTING && sender >= MORTAL_SENDERS && (POLICIES[receiver] == ON_FULL_BLOCK || POLICIES[receiver] == ON_FULL_ERROR);
}

static void note(Receiver *me, Term t) {
  const Term *items = tuple_items(t);
  if (!term_is_small(items[0])) return;
  int64_t sender = small_value(items[0]), n = small_value(items[1]);
  EXPECT(is_whole(me->index, (int)sender) ? n == me->next[sender] : n >= me->next[sender]);
  me->next[sender] = n + 1;
  me->taken++;
}

static void change_alias(Process *p, Receiver *me) {
  _Atomic(uint64_t) *place = &aliases[me->index];
  Term words[REF_WORDS];
  TermHeap heap = {words, words + REF_WORDS, T_NIL, 0};
  if (atomic_load(place)) process_unalias(p, heap_ref(&heap, atomic_load(place), p->pid));
  EXPECT(process_reserve(p, REF_WORDS));
  Term ref = process_alias(p, ALIAS_EXPLICIT);
  EXPECT(ref != T_NONE);
  atomic_store(place, boxed_ptr(ref)[1]);
}

static EngineExit receiver_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Receiver *me = (Receiver *)s;
  size_t most = POLICIES[me->index] == ON_FULL_DROP_OLDEST ? 2 * MAX_MAX + DROP_SLACK : MAX_MAX;
  if (me->index != ODD) EXPECT(process_queue_count(p) <= most);
  if (draw(&me->random, 8) == 0) EXPECT(bound_set(p, options_of(me->index, me->index == ODD && draw(&me->random, 2) ? 0 : 1 + draw(&me->random, MAX_MAX))));
  if (me->index == ODD && draw(&me->random, 4) == 0) change_alias(p, me);
  for (uint32_t n = draw(&me->random, 5); n > 0; n--) {
    Term t = process_receive_peek(p);
    if (t == T_NONE) return process_receive_wait(p) || p->exit_pending ? ENGINE_YIELD : ENGINE_WAIT;
    note(me, t);
    process_receive_accept(p);
  }
  return ENGINE_YIELD;
}

// --- senders

typedef struct Sender {
  Script script;
  uint64_t random;
  int index, to, left; // `to`: of the message being sent, also while it waits
  Term pid;            // of that receiver
  int64_t timeout;     // -1: none; -2: it may not wait
  bool sending;
  int64_t next[RECEIVERS];
} Sender;
static Sender senders[SENDERS];
static _Atomic(Term) sender_pids[SENDERS];
static _Atomic(uint64_t) sent[RECEIVERS];
static _Atomic(int) senders_left;

// To one that has no bound now and then: as a timer, or with a reference that it may await.
static void send_oddly(Process *p, Sender *me) {
  Term words[REF_WORDS + 3], t, *items;
  TermHeap h = {words, words + REF_WORDS + 3, T_NIL, 0};
  Term pid = atomic_load(&receiver_pids[ODD]);
  uint64_t number = atomic_load(&aliases[ODD]);
  Term ref = heap_ref(&h, number ? number : 1, 0);
  items = heap_tuple(&h, 2, &t);
  items[0] = ref;
  items[1] = ATOM_ok;
  SendResult r = process_send_with(draw(&me->random, 3) ? p : NULL, &fake->vm, pid, t, false);
  EXPECT(r == SEND_OK || r == SEND_WOULD_WAIT);
}

static SendResult send_one(Process *p, Sender *me) {
  Term cells[3], t, *items;
  TermHeap h = {cells, cells + 3, T_NIL, 0};
  items = heap_tuple(&h, 2, &t);
  items[0] = term_small(me->index);
  items[1] = term_small(me->next[me->to]);
  Term timeout = me->timeout < 0 ? (Term)ATOM_infinity : term_small(me->timeout);
  return me->timeout == -2 ? process_send_with(p, &fake->vm, me->pid, t, false) : process_send_within(p, me->pid, t, &timeout);
}

static EngineExit sender_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Sender *me = (Sender *)s;
  for (int n = 0; n < 4; n++) {
    if (!me->sending) {
      if (me->index >= MORTAL_SENDERS && me->left-- == 0) {
        atomic_fetch_sub(&senders_left, 1);
        return ends(p);
      }
      me->sending = true;
      me->to = (int)draw(&me->random, RECEIVERS);
      me->pid = atomic_load(&receiver_pids[me->to]);
      uint32_t how = draw(&me->random, 8);
      me->timeout = how == 0 ? -2 : how < 3 ? (int64_t)draw(&me->random, 2) : -1;
    }
    SendResult r = send_one(p, me);
    if (r == SEND_WAIT) return ENGINE_WAIT;
    me->sending = false;
    EXPECT(r == SEND_OK || r == SEND_WOULD_WAIT || (r == SEND_FULL && POLICIES[me->to] == ON_FULL_ERROR));
    EXPECT(r != SEND_WOULD_WAIT || me->timeout != -1);
    p->exc_reason = T_NONE;
    if (r == SEND_OK) {
      me->next[me->to]++;
      atomic_fetch_add(&sent[me->to], 1);
    }
    if (draw(&me->random, 16) == 0) send_oddly(p, me);
  }
  return ENGINE_YIELD;
}

// --- chaos

static Term start(Script *s, const MailboxOptions *mailbox) {
  SpawnOptions o = spawn_options_default();
  if (mailbox) o.mailbox = *mailbox;
  Term error, args[1] = {(Term)(uintptr_t)s};
  Term pid = process_spawn(NULL, &fake->vm, &o, ATOM_process, ATOM_spawn, args, 1, NULL, &error);
  EXPECT(pid != T_NONE);
  return pid;
}
static void start_receiver(int i, uint64_t random) {
  receivers[i] = (Receiver){.script = {.step = receiver_step}, .random = random_of(random), .index = i};
  atomic_store(&aliases[i], 0);
  MailboxOptions mailbox = options_of(i, 2);
  atomic_store(&receiver_pids[i], start(&receivers[i].script, &mailbox));
}
// What the one before was sending may have come.
static void start_sender(int i, uint64_t random) {
  Sender *me = &senders[i];
  me->script = (Script){.step = sender_step};
  me->random = random_of(random);
  me->index = i;
  me->left = EACH;
  me->sending = false;
  for (int k = 0; k < RECEIVERS; k++) me->next[k]++;
  atomic_store(&sender_pids[i], start(&me->script, NULL));
}

typedef struct Chaos {
  Script script;
  uint64_t random;
  Term asked; // a question to it is open
  bool suspends;
  int delay, deaths;
} Chaos;

static bool is_dead(_Atomic(Term) *pid) { return !process_find(&fake->vm, atomic_load(pid)); }

// False: all mortals are to be gone, and some are not.
static bool end_mortals(Process *p) {
  bool gone = true;
  for (int i = 0; i < RECEIVERS + MORTAL_SENDERS; i++) {
    _Atomic(Term) *pid = i < RECEIVERS ? &receiver_pids[i] : &sender_pids[i - RECEIVERS];
    if (i < LASTING || is_dead(pid)) continue;
    process_exit_signal(p, &fake->vm, atomic_load(pid), ATOM_kill);
    gone = false;
  }
  return gone;
}

static bool is_drained(void) {
  for (int i = 0; i < LASTING; i++)
    if (process_queue_count(process_find(&fake->vm, atomic_load(&receiver_pids[i])))) return false;
  return true;
}

static EngineExit chaos_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Chaos *me = (Chaos *)s;
  if (me->asked != T_NONE) {
    EXPECT(process_reserve(p, 64));
    Term t = me->suspends ? process_suspend(p, me->asked) : process_info(p, me->asked, ATOM_mailbox);
    if (t == T_YIELD) return ENGINE_WAIT;
    if (me->suspends && t == ATOM_true) EXPECT(process_resume(p, me->asked));
    me->asked = T_NONE;
  }
  if (atomic_load(&senders_left) == 0) {
    if (!end_mortals(p) || !is_drained()) return ENGINE_YIELD;
    vm_stop(&fake->vm, 0);
    return ends(p);
  }
  if (me->delay-- > 0) return ENGINE_YIELD;
  me->delay = (int)draw(&me->random, CHAOS_WAIT);
  for (int i = LASTING; i < RECEIVERS; i++)
    if (is_dead(&receiver_pids[i])) me->deaths++, start_receiver(i, me->random + (uint64_t)i);
  for (int i = 0; i < MORTAL_SENDERS; i++)
    if (is_dead(&sender_pids[i])) me->deaths++, start_sender(i, me->random + (uint64_t)i);
  Term receiver = atomic_load(&receiver_pids[draw(&me->random, RECEIVERS)]), sender = atomic_load(&sender_pids[draw(&me->random, SENDERS)]);
  switch (draw(&me->random, 4)) {
    case 0: process_exit_signal(p, &fake->vm, atomic_load(&receiver_pids[LASTING + draw(&me->random, RECEIVERS - LASTING)]), ATOM_kill); break;
    case 1: process_exit_signal(p, &fake->vm, atomic_load(&sender_pids[draw(&me->random, MORTAL_SENDERS)]), ATOM_kill); break;
    case 2:
      me->asked = sender;
      me->suspends = true;
      break;
    default:
      me->asked = draw(&me->random, 2) ? receiver : sender;
      me->suspends = false;
  }
  return ENGINE_YIELD;
}

// --- the runs

static bool add_memory(void *state, Process *p) {
  *(uint64_t *)state += process_memory_bytes(p);
  return true;
}

static void check_end(void) {
  Vm *vm = &fake->vm;
  for (int i = 0; i < LASTING; i++) {
    const MailboxBound *b = process_find(vm, atomic_load(&receiver_pids[i]))->extra->bound;
    EXPECT(!b->first && b->held == 0 && b->foreign_held == 0);
    uint64_t took = receivers[i].taken + b->dropped, gave = atomic_load(&sent[i]);
    // A mortal sender may end before it knows that what it waited to send was taken.
    EXPECT(POLICIES[i] == ON_FULL_BLOCK ? took >= gave : took == gave);
    EXPECT(gave > EACH / 10);
    for (int s = 0; s < SENDERS; s++) EXPECT(!is_whole(i, s) || receivers[i].next[s] == senders[s].next[i]);
  }
  // What the dead left goes when every worker has passed: they are offline.
  Participant *t = &vm->first_worker->participant;
  for (int i = 0; i < 10; i++) {
    participant_online(t);
    participant_advance(t);
    participant_offline(t);
  }
  uint64_t sum = 0;
  process_each(vm, add_memory, &sum);
  if (sum != vm_process_bytes(vm)) fprintf(stderr, "%llu by process, %llu by the account\n", (unsigned long long)sum, (unsigned long long)vm_process_bytes(vm));
  EXPECT(sum == vm_process_bytes(vm));
}

static void run_traffic(void) {
  static Chaos chaos;
  fake = fake_new_with((VmOptions){.schedulers = WORKERS, .migrate = true});
  fake->vm.hooks.report = report;
  for (int i = 0; i < RECEIVERS; i++) start_receiver(i, 1000 + (uint64_t)i);
  atomic_store(&senders_left, SENDERS - MORTAL_SENDERS);
  for (int i = 0; i < SENDERS; i++) {
    for (int k = 0; k < RECEIVERS; k++) senders[i].next[k] = -1;
    start_sender(i, 1 + (uint64_t)i);
  }
  chaos = (Chaos){.script = {.step = chaos_step}, .random = random_of(77), .asked = T_NONE};
  start(&chaos.script, NULL);
  EXPECT(sched_run(&fake->vm) == SCHED_STOPPED);
  check_end();
  EXPECT(chaos.deaths > 50 && atomic_load(&killed_reports) > 0);
  EXPECT(atomic_load(&circle_reports) == 0);
  fake_free(fake);
}

typedef struct Member {
  Script script;
  int number, left;
} Member;
static Member members[RINGS * RING];
static _Atomic(Term) member_pids[RINGS * RING];

static EngineExit member_step(Worker *w, Process *p, Script *s) {
  (void)w;
  Member *me = (Member *)s;
  int ring = me->number / RING;
  if (me->left == 0) return ends(p);
  Term to = atomic_load(&member_pids[ring * RING + (me->number + 1) % RING]);
  if (process_send(p, &fake->vm, to, ATOM_ok) == SEND_WAIT) return ENGINE_WAIT;
  me->left--;
  return ENGINE_YIELD;
}

// When all were told of, one of each ring is killed: then the others go on, and end.
static EngineExit ring_master_step(Worker *w, Process *p, Script *s) {
  (void)w;
  if (atomic_load(&circle_reports) < RINGS) return ENGINE_YIELD;
  if (s->phase == 0)
    for (int i = 0; i < RINGS; i++) process_exit_signal(p, &fake->vm, atomic_load(&member_pids[i * RING]), ATOM_kill);
  s->phase = 1;
  if (process_count(&fake->vm) > 1) return ENGINE_YIELD;
  vm_stop(&fake->vm, 0);
  return ends(p);
}

static void run_rings(void) {
  static Script master = {.step = ring_master_step};
  MailboxOptions mailbox = {1, ON_FULL_BLOCK};
  fake = fake_new_with((VmOptions){.schedulers = WORKERS, .migrate = true});
  fake->vm.hooks.report = report;
  for (int i = 0; i < RINGS * RING; i++) {
    members[i] = (Member){.script = {.step = member_step}, .number = i, .left = 9};
    atomic_store(&member_pids[i], start(&members[i].script, &mailbox));
  }
  start(&master, NULL);
  EXPECT(sched_run(&fake->vm) == SCHED_STOPPED);
  EXPECT(atomic_load(&circle_reports) == RINGS);
  fake_free(fake);
}

int main(void) {
  alarm(280); // somebody waits for ever
  run_traffic();
  run_rings();
  return 0;
}

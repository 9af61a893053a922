// SPDX-License-Identifier: Apache-2.0
//
// Bounded mailboxes (bound.h): counting, the five policies, the line of waiting senders, circles of them.
//
// Counting. `held` is the number of messages with FRAGMENT_COUNTED, wherever they are, and of places reserved for one that is being made.
// Taking one out of the private queue undoes that and lets the first of the line in; also while no bound is set, so that the
// count is right when there is one again. `oldest` is the first counted one of the private queue, so that
// ON_FULL_DROP_OLDEST does not search past what does not count: it only ever moves towards the end.
//
// What passes (B1) is told by shape and by what the receiver asked for, not by shape alone: a pair or :io_reply with a
// reference that the receiver monitors or has as an alias, {:system, from, request}, and a child's acknowledgement
// of its start to its parent. So a call is answered, a debugger is heard and start_link ends even when the caller's mailbox is full.
// The sender looks into tables of the receiver for that, under the lock (B5).
//
// A send. What becomes of the message is decided under the lock (decide), nothing made yet: mostly a place is reserved, then the message
// is copied and pushed without the lock. Who is to wait copies its message first and has that decided again, now with a place in
// the line ready. Who makes room goes round: one of the line at a time is put into the inbound queue, by whomever, and woken when the lock
// is given back. Whoever leaves room and a line behind when giving the lock back goes round again.
//
// Circles. Who begins to wait follows the chain: who it waits for, whom that one waits to send to or awaits a
// reply of, and so on. Coming back to itself it tells who they are. When all of them wait to send, only an exit
// signal can end it: with --seed that is reported as the deadlock it is, and the run ends. With several workers the chain
// is first followed as it stands, from process to process: each bounded one says in `sends_to` whom it waits to send to (of two that close a circle
// at once, the second to say so sees the first), any other is claimed for a moment when it waits. Only what then looks like a circle
// is looked at again while all workers stand, and told of.
#include "vm/process/bound.h"

#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/term/print.h"

enum { CIRCLE_STEPS_MAX = 1000, BOUND_FLAGS = FRAGMENT_COUNTED | FRAGMENT_FOREIGN };

static MailboxBound *bound_of(const Process *p) { return p->extra ? p->extra->bound : NULL; }
static BlockedSend *wait_of(const Process *p) { return p->extra ? p->extra->blocked : NULL; }
static inline void guard(const Vm *vm, MailboxBound *b) {
  if (vm->shared) lock_take(&b->lock);
}
static inline void unguard(const Vm *vm, MailboxBound *b) {
  if (vm->shared) lock_give(&b->lock);
}
// B7. NULL: p does not wait, or no longer.
static BlockedSend *open_wait(const Process *p) { return process_state_bits(p, STATE_ADMITTED) ? NULL : wait_of(p); }

Term bound_waits_for(const Process *p) {
  const BlockedSend *w = open_wait(p);
  return w ? w->pid : (Term)T_NONE;
}

// --- what passes

// A reference that p waits for an answer to: monitored by, or an alias of its own. Under the lock.
static bool awaits(const Process *p, Term t) {
  if (term_is_cons(t) && cons_head(t) == ATOM_alias) t = cons_tail(t); // the tag of a call: [:alias | ref]
  if (!term_is_ref(t)) return false;
  uint64_t number = boxed_ptr(t)[1];
  return relation_find(&p->extra->monitors, number) || relation_find(&p->extra->aliases, number);
}

static bool passes(const Process *from, const Process *to, Term message) {
  if (!term_is_tuple(message)) return false;
  const Term *items = tuple_items(message);
  if (tuple_arity(message) == 2) return awaits(to, items[0]);
  if (tuple_arity(message) != 3) return false;
  if (items[0] == ATOM_system) return term_is_tuple(items[1]) && tuple_arity(items[1]) == 2 && term_is_pid(tuple_items(items[1])[0]);
  if (items[0] == ATOM_ack || items[0] == ATOM_nack) return items[1] == from->pid && from->parent == to->pid;
  return items[0] == ATOM_io_reply && awaits(to, items[1]);
}

// --- the line of waiting senders

static void line_add(MailboxBound *b, BlockedSend *w) {
  w->previous = b->last;
  w->next = NULL;
  if (b->last) b->last->next = w;
  else b->first = w;
  b->last = w;
}

static void line_remove(BlockedSend *w) {
  MailboxBound *b = w->bound;
  if (w->previous) w->previous->next = w->next;
  else b->first = w->next;
  if (w->next) w->next->previous = w->previous;
  else b->last = w->previous;
}

// B6: its send is done. The instruction finishes when the sender runs. Answers who that is, to be woken without the lock.
static Process *release(BlockedSend *w) {
  Process *sender = w->from;
  line_remove(w);
  process_set_bits(sender, STATE_ADMITTED);
  return sender;
}

void bound_free_wait(Process *p) {
  BlockedSend *w = wait_of(p);
  if (!w) return;
  Vm *vm = p->vm;
  p->extra->blocked = NULL;
  if (bound_of(p)) atomic_store(&bound_of(p)->sends_to, T_NONE);
  if (w->message) vm_fragment_free(vm, w->message);
  alloc_put(vm_alloc_of(vm, METER_PROCESS), w, sizeof *w);
}

// p waits no longer, whatever comes. True: what it sent was taken before. Its own thread.
static bool end_wait(Process *p) {
  BlockedSend *w = open_wait(p);
  if (w) {
    MailboxBound *b = w->bound;
    guard(p->vm, b);
    w = open_wait(p); // or it was taken just now
    if (w) line_remove(w);
    unguard(p->vm, b);
  }
  bound_free_wait(p);
  process_clear_bits(p, STATE_ADMITTED);
  return w == NULL;
}

// Takes the lock as held and gives it back. `all`: whether there is room or not.
static void admit_and_unguard(Process *p, bool all) {
  Vm *vm = p->vm;
  MailboxBound *b = bound_of(p);
  BlockedSend *w;
  while ((w = b->first) && (all || b->held < b->max)) {
    HeapFragment *m = w->message;
    w->message = NULL;
    if (vm->hooks.search_message) vm->hooks.search_message(vm, m); // the sender may be another worker's to search
    m->flags |= FRAGMENT_COUNTED;
    b->held++;
    bool many = signal_put(vm, p, m);
    Process *sender = release(w);
    unguard(vm, b);
    signal_was_put(vm, p, many);
    process_wake(sender);
    guard(vm, b);
  }
  unguard(vm, b);
}

// --- circles

// Who `p` waits for: its receiver, or whose reply its receive awaits. For who may touch p.
static Term waited_for(const Process *p) {
  Term pid = bound_waits_for(p);
  if (pid != T_NONE) return pid;
  return (p->flags & PROCESS_IN_RECEIVE) && !p->save ? p->waits_for : (Term)T_NONE;
}

// The next in the chain while all other workers stand, or in a VM of one. What a dirty thread has, or ends, waits for nobody.
static Process *next_of(const Process *p) {
  ProcessState s = process_state(p);
  bool stands = s == PROCESS_RUNNABLE || s == PROCESS_RUNNING || s == PROCESS_WAITING || s == PROCESS_SUSPENDED;
  Term pid = stands ? waited_for(p) : (Term)T_NONE;
  return pid == T_NONE ? NULL : process_find(p->vm, pid);
}

static bool is_circle(const Process *from, bool *replies) {
  size_t steps = 0;
  const Process *at = next_of(from);
  *replies = false;
  for (; at && at != from && ++steps < CIRCLE_STEPS_MAX; at = next_of(at)) *replies |= !open_wait(at);
  return at == from;
}

static void describe_circle(Process *from, Buffer *b) {
  size_t steps = 0;
  Process *at = from;
  do {
    if (++steps <= 50) {
      buffer_text(b, "  ");
      process_describe(at, b);
      buffer_byte(b, '\n');
    }
    if (open_wait(at)) open_wait(at)->told = true;
    at = next_of(at);
  } while (at != from);
  if (steps > 50) buffer_format(b, "  … and %zu more\n", steps - 50);
}

static void tell_of_circle(Process *from) {
  Vm *vm = from->vm;
  bool replies;
  vm_exclusive_begin(vm);
  process_be_searched(from); // it may have waited there
  const BlockedSend *w = open_wait(from);
  if (!w || w->told || !is_circle(from, &replies)) {
    vm_exclusive_end(vm);
    return;
  }
  bool deadlock = vm->options.seeded && !replies;
  Buffer b;
  buffer_init(&b, &vm->alloc);
  buffer_text(&b, deadlock ? "deadlock: these processes wait to send to one another, and every mailbox is full\n"
                  : replies ? "alarm: these processes wait for one another, one to send and one for a reply\n"
                            : "alarm: these processes wait to send to one another, and every mailbox is full\n");
  describe_circle(from, &b);
  vm_exclusive_end(vm);
  if (!b.failed && vm->hooks.report) vm->hooks.report(vm, b.data, b.size);
  buffer_free(&b);
  if (deadlock) vm_stop(vm, 1);
}

// Whom the process of a pid waits for as far as this thread can see, while others run.
static Term seen_next(Vm *vm, Term pid) {
  Process *p = process_find(vm, pid);
  if (!p) return T_NONE;
  Term next = process_state_bits(p, STATE_BOUNDED) ? atomic_load(&p->extra->bound->sends_to) : (Term)T_NONE;
  ProcessState was;
  if (next != T_NONE || process_state(p) != PROCESS_WAITING || !process_claim(p, &was)) return next;
  next = waited_for(p);
  process_unclaim(p, was);
  return next;
}

void bound_look_for_circle(Process *p) {
  Vm *vm = p->vm;
  if (!vm->shared) return;
  Term at = bound_waits_for(p);
  for (int steps = 0; at != T_NONE && at != p->pid; at = seen_next(vm, at))
    if (++steps == CIRCLE_STEPS_MAX) return;
  if (at == p->pid) tell_of_circle(p);
}

// --- policies

// A message that somebody wants to send to a process with a bound, and what came out of decide.
typedef struct Offer {
  Process *from, *to;
  Term message;
  bool may_wait;
  BlockedSend *wait; // a place in the line, ready, or NULL
  // Out:
  bool over;         // FATE_COUNTS: one more than there may be
  uint64_t max;
  uint8_t on_full;
} Offer;
typedef enum Fate {
  FATE_PASSES,    // to be pushed
  FATE_COUNTS,    // likewise; a place is reserved
  FATE_WAITS,     // when there is a place in the line ready, it was taken
  FATE_WOULD_WAIT,
  FATE_DROPPED,
  FATE_REFUSED,
  FATE_KILLS,     // it is the first to
} Fate;

static Fate decide_when_full(Offer *o, MailboxBound *b) {
  switch ((OnFull)b->on_full) {
    case ON_FULL_BLOCK:
      if (!o->may_wait) return FATE_WOULD_WAIT;
      if (o->from == o->to) return FATE_REFUSED; // nobody but itself could make room: waiting would be for ever
      if (o->wait) line_add(b, o->wait);
      return FATE_WAITS;
    case ON_FULL_DROP_OLDEST:
      if (b->held >= 2 * b->max + DROP_SLACK) {
        b->dropped++;
        return FATE_DROPPED;
      }
      b->held++;
      o->over = true;
      return FATE_COUNTS;
    case ON_FULL_ERROR: return FATE_REFUSED;
    case ON_FULL_DROP_NEWEST: b->dropped++; return FATE_DROPPED;
    case ON_FULL_KILL: {
      bool first = !b->killed;
      b->dropped++;
      b->killed = true;
      return first ? FATE_KILLS : FATE_DROPPED;
    }
  }
  UNREACHABLE();
}

static Fate decide(Offer *o) {
  MailboxBound *b = bound_of(o->to);
  Vm *vm = o->to->vm;
  Fate fate;
  guard(vm, b);
  // Others may have made room and be on their way to let the first of the line in.
  bool full = b->held >= b->max || (b->first && b->on_full == ON_FULL_BLOCK);
  o->max = b->max;
  o->on_full = b->on_full;
  if (b->gone) {
    fate = FATE_DROPPED;
  } else if (!b->set || passes(o->from, o->to, o->message)) {
    fate = FATE_PASSES;
  } else if (full) {
    fate = decide_when_full(o, b);
  } else {
    b->held++;
    fate = FATE_COUNTS;
  }
  unguard(vm, b);
  return fate;
}

// There was no memory for the message.
static void give_place_back(Process *to) {
  guard(to->vm, bound_of(to));
  bound_of(to)->held--;
  admit_and_unguard(to, false);
}

static Term policy_name(uint8_t on_full) {
  static const Term NAMES[] = {ATOM_block, ATOM_drop_newest, ATOM_drop_oldest, ATOM_error, ATOM_kill};
  return NAMES[on_full];
}

// The reason {:mailbox_full, pid, max, policy} in a fragment of the sender, as its exc_reason.
static SendResult refuse(const Offer *o) {
  Vm *vm = o->to->vm;
  HeapFragment *f = vm_fragment_new(vm, 5);
  if (!f) return SEND_LIMIT;
  TermHeap heap = fragment_heap(f);
  Term reason, *items = heap_tuple(&heap, 4, &reason);
  items[0] = ATOM_mailbox_full;
  items[1] = o->to->pid;
  items[2] = term_small((int64_t)o->max);
  items[3] = policy_name(o->on_full);
  fragment_close(f, &heap, reason);
  heap_adopt(vm_heap_env(vm), &o->from->memory, f);
  o->from->exc_reason = reason;
  return SEND_FULL;
}

static SendResult kill_receiver(const Offer *o) {
  Process *to = o->to;
  Vm *vm = to->vm;
  HeapFragment *s = signal_new(vm, SIGNAL_OVERFULL, o->from->pid, o->max, T_NONE);
  if (!s) {
    guard(vm, bound_of(to));
    bound_of(to)->killed = false;
    unguard(vm, bound_of(to));
    return SEND_LIMIT;
  }
  signal_push(vm, to, s);
  if (to == o->from && !vm_worker(vm)->is_dirty) signal_handle_inbound(to);
  return SEND_OK;
}

static HeapFragment *copy_message(Process *from, Vm *vm, Term message) {
  HeapFragment *m = long_copy_take(from);
  if (!m) m = vm_fragment_copy(vm, message);
  if (m) m->kind = SIGNAL_MESSAGE;
  return m;
}

// `m`, when it is there already, else a copy.
static SendResult push(const Offer *o, HeapFragment *m, bool counts) {
  Process *to = o->to;
  if (!m) m = copy_message(o->from, to->vm, o->message);
  if (!m) {
    if (counts) give_place_back(to);
    return SEND_LIMIT;
  }
  if (counts) m->flags |= FRAGMENT_COUNTED;
  signal_push(to->vm, to, m);
  if (!o->over) return SEND_OK;
  // ON_FULL_DROP_OLDEST: taking the message in drops another (bound_appended). Whoever runs does that at its next look.
  process_set_bits(to, STATE_SIGNALS);
  if (to != o->from) process_settle(to);
  else if (!vm_worker(to->vm)->is_dirty) signal_handle_inbound(to); // there it is not its own to handle (dirty.c)
  return SEND_OK;
}

static SendResult settle_fate(const Offer *o, Fate fate, HeapFragment *m) {
  Vm *vm = o->to->vm;
  if (fate == FATE_PASSES || fate == FATE_COUNTS) return push(o, m, fate == FATE_COUNTS);
  if (m) vm_fragment_free(vm, m);
  if (fate == FATE_REFUSED) return refuse(o);
  if (fate == FATE_KILLS) return kill_receiver(o);
  return fate == FATE_WOULD_WAIT ? SEND_WOULD_WAIT : SEND_OK;
}

// Everything is made ready before the line is joined; when there is room by then, it is not.
static SendResult wait_for_room(Offer *o) {
  Process *from = o->from, *to = o->to;
  Vm *vm = to->vm;
  HeapFragment *m = copy_message(from, vm, o->message);
  if (!m) return SEND_LIMIT;
  ProcessExtra *x = process_extra(from);
  BlockedSend *w = x ? alloc_get(vm_alloc_of(vm, METER_PROCESS), sizeof *w) : NULL;
  if (!w) {
    vm_fragment_free(vm, m);
    return SEND_LIMIT;
  }
  *w = (BlockedSend){.from = from, .to = to, .bound = bound_of(to), .pid = to->pid, .message = m};
  o->wait = w;
  Fate fate = decide(o);
  if (fate != FATE_WAITS) {
    alloc_put(vm_alloc_of(vm, METER_PROCESS), w, sizeof *w);
    return settle_fate(o, fate, m);
  }
  x->blocked = w;
  if (x->bound) atomic_store(&x->bound->sends_to, to->pid);
  from->flags |= PROCESS_SENDING;
  if (!vm->shared) tell_of_circle(from);
  return SEND_WAIT;
}

static SendResult send_foreign(Process *to, Term message) {
  Vm *vm = to->vm;
  HeapFragment *m = copy_message(NULL, vm, message);
  if (!m) return SEND_LIMIT;
  if (bound_admits_foreign(to, m)) signal_push(vm, to, m);
  else vm_fragment_free(vm, m);
  return SEND_OK;
}

SendResult bound_send(Process *from, Process *to, Term message, bool may_wait) {
  // Acquire: the bound is seen by who sees the bit, or saw it.
  (void)process_state_bits(to, STATE_BOUNDED);
  if (!from) return send_foreign(to, message);
  if (UNLIKELY(long_copy_is_due(from, &message, 1))) return SEND_LONG; // before a place is taken
  Offer o = {.from = from, .to = to, .message = message, .may_wait = may_wait};
  Fate fate = decide(&o);
  return fate == FATE_WAITS ? wait_for_room(&o) : settle_fate(&o, fate, NULL);
}

void bound_give_up(Process *from) {
  bool sent = end_wait(from);
  from->flags = (from->flags & ~(uint32_t)PROCESS_SENDING) | (sent ? PROCESS_SENT : PROCESS_SEND_GIVEN_UP);
}

bool bound_wait_is_over(Process *from) {
  if (!process_state_bits(from, STATE_ADMITTED) && !mailbox_timed_out(from)) return false;
  bound_give_up(from);
  process_clear_bits(from, STATE_DEAF);
  return true;
}

SendResult bound_resume(Process *from) {
  uint32_t was = from->flags;
  if (was & PROCESS_SENDING) return SEND_WAIT;
  from->flags &= ~(uint32_t)PROCESS_SEND_FLAGS;
  return was & PROCESS_SENT ? SEND_OK : SEND_WOULD_WAIT;
}

bool bound_admits_foreign(Process *to, HeapFragment *m) {
  if (!process_state_bits(to, STATE_BOUNDED)) return true;
  MailboxBound *b = bound_of(to);
  guard(to->vm, b);
  bool admitted = !b->set || (b->held < b->max && b->foreign_held < b->max);
  if (!admitted) {
    b->dropped++;
  } else if (b->set) {
    b->foreign_held++;
    m->flags |= FRAGMENT_FOREIGN;
  }
  unguard(to->vm, b);
  return admitted;
}

// --- the private queue

void bound_unlinked(Process *p, HeapFragment *m) {
  MailboxBound *b = bound_of(p);
  uint8_t was = m->flags;
  m->flags &= (uint8_t)~BOUND_FLAGS;
  if (b->oldest == m) {
    do b->oldest = b->oldest->next; // still linked: the caller's m keeps its neighbours
    while (b->oldest && !(b->oldest->flags & FRAGMENT_COUNTED));
  }
  guard(p->vm, b);
  if (was & FRAGMENT_FOREIGN) b->foreign_held--;
  if (was & FRAGMENT_COUNTED) b->held--;
  admit_and_unguard(p, false);
}

// Of a mailbox that drops the oldest: more than there may be?
static bool is_over(Process *p, MailboxBound *b) {
  guard(p->vm, b);
  bool over = b->held > b->max;
  unguard(p->vm, b);
  return over;
}

void bound_appended(Process *p, HeapFragment *m) {
  MailboxBound *b = bound_of(p);
  if (!b->oldest) b->oldest = m;
  if (!b->set || b->on_full != ON_FULL_DROP_OLDEST) return;
  while (is_over(p, b)) {
    HeapFragment *old = b->oldest;
    if (old == p->peeked && old)
      for (old = old->next; old && !(old->flags & FRAGMENT_COUNTED);) old = old->next;
    if (!old) return; // the others are inbound yet
    mailbox_unlink(p, old);
    guard(p->vm, b);
    b->dropped++;
    unguard(p->vm, b);
    vm_fragment_free(p->vm, old);
  }
}

// --- setting

static MailboxBound *new_bound(Process *p) {
  ProcessExtra *x = process_extra(p);
  if (!x) return NULL;
  if (x->bound) return x->bound;
  MailboxBound *b = alloc_zero(vm_alloc_of(p->vm, METER_PROCESS), sizeof *b);
  if (!b) return NULL;
  lock_init(&b->lock, LOCK_BOUND);
  atomic_init(&b->sends_to, T_NONE);
  return x->bound = b;
}

// There is a bound from now on: all that wait in the private queue count. Leaves the lock taken.
static void guard_and_begin(Process *p, MailboxBound *b) {
  uint64_t more = 0, foreign = 0;
  for (HeapFragment *m = p->first; m; m = m->next) {
    more += !(m->flags & FRAGMENT_COUNTED);
    foreign += (m->flags & FRAGMENT_FOREIGN) != 0;
    m->flags = (uint8_t)((m->flags & ~BOUND_FLAGS) | FRAGMENT_COUNTED);
  }
  b->oldest = p->first;
  guard(p->vm, b);
  b->held += more;
  b->foreign_held -= foreign;
  b->dropped = 0;
  b->killed = false;
  b->set = true;
  process_set_bits(p, STATE_BOUNDED);
}

bool bound_set(Process *p, MailboxOptions o) {
  if (signal_inbound(p)) signal_handle_inbound(p);
  MailboxBound *b = bound_of(p);
  bool was_set = b && b->set;
  if (o.max == 0) {
    if (!was_set) return true;
    guard(p->vm, b);
    b->set = false;
    process_clear_bits(p, STATE_BOUNDED);
    admit_and_unguard(p, true);
    return true;
  }
  if (!b) b = new_bound(p);
  if (!b) return false;
  if (was_set) guard(p->vm, b);
  else guard_and_begin(p, b);
  b->max = o.max;
  b->on_full = o.on_full;
  admit_and_unguard(p, o.on_full != ON_FULL_BLOCK); // who waits under another policy gets in first
  return true;
}

void bound_leave(Process *p) {
  if (wait_of(p)) {
    end_wait(p);
    p->flags &= ~(uint32_t)PROCESS_SENDING;
  }
  Vm *vm = p->vm;
  MailboxBound *b = bound_of(p);
  if (!b) return;
  guard(vm, b);
  b->gone = true;
  while (b->first) {
    HeapFragment *m = b->first->message;
    b->first->message = NULL;
    Process *sender = release(b->first);
    unguard(vm, b);
    vm_fragment_free(vm, m);
    process_wake(sender);
    guard(vm, b);
  }
  unguard(vm, b);
}

void bound_free(Process *p) {
  MailboxBound *b = bound_of(p);
  if (!b) return;
  alloc_put(vm_alloc_of(p->vm, METER_PROCESS), b, sizeof *b);
  p->extra->bound = NULL;
}

void bound_search(Process *p, HeapSearch *s) {
  BlockedSend *w = open_wait(p);
  if (!w) return;
  MailboxBound *b = w->bound;
  guard(p->vm, b);
  w = open_wait(p);
  if (w && w->message) fragment_search(s, w->message);
  unguard(p->vm, b);
}

// --- telling

static Term add_pair(TermHeap *heap, Term key, Term value, Term rest) {
  Term pair, *items = heap_tuple(heap, 2, &pair);
  items[0] = key;
  items[1] = value;
  return heap_cons(heap, pair, rest);
}

// At most `shown` of the line; the list is turned over where it is made, so the walk begins with the last of those.
static Term blocked_list(const MailboxBound *b, TermHeap *heap) {
  const BlockedSend *w = b->first;
  Term list = T_NIL;
  size_t left = b->shown;
  if (!w || !left) return T_NIL;
  while (--left && w->next) w = w->next;
  for (; w; w = w->previous) list = heap_cons(heap, w->from->pid, list);
  return list;
}

static size_t line_length(const MailboxBound *b) {
  size_t n = 0;
  for (const BlockedSend *w = b->first; w; w = w->next) n++;
  return n;
}

Term bound_describe(const Process *p, TermHeap *heap, size_t *words) {
  MailboxBound *b = bound_of(p);
  if (b && !b->set) b = NULL;
  if (b) guard(p->vm, b);
  if (b && !heap) b->shown = line_length(b);
  if (words) *words += 5 * (3 + CONS_WORDS) + (b ? b->shown : 0) * CONS_WORDS;
  Term list = T_NIL;
  if (heap) {
    if (b) list = add_pair(heap, ATOM_blocked, blocked_list(b, heap), list);
    list = add_pair(heap, ATOM_dropped, term_small(b ? (int64_t)b->dropped : 0), list);
    list = add_pair(heap, ATOM_length, term_small(b ? (int64_t)b->held : (int64_t)process_queue_count(p)), list);
    if (b) list = add_pair(heap, ATOM_on_full, policy_name(b->on_full), list);
    list = add_pair(heap, ATOM_max, b ? term_small((int64_t)b->max) : ATOM_infinity, list);
  }
  if (b) unguard(p->vm, b);
  return list;
}

void bound_describe_wait(const Process *p, Buffer *b) {
  const BlockedSend *w = open_wait(p);
  if (!w) return;
  guard(p->vm, w->bound);
  uint64_t max = w->bound->max;
  unguard(p->vm, w->bound);
  buffer_text(b, " to send to ");
  if (term_print(&p->vm->context, b, w->pid, NULL) != STATUS_OK) b->failed = true;
  buffer_format(b, ", mailbox full (max %llu)", (unsigned long long)max);
}

size_t bound_bytes(const Process *p) {
  const BlockedSend *w = wait_of(p);
  size_t bytes = (bound_of(p) ? account_chunk(sizeof(MailboxBound)) : 0) + (w ? account_chunk(sizeof *w) : 0);
  if (!w || !open_wait(p)) return bytes;
  MailboxBound *b = w->bound;
  guard(p->vm, b);
  if (w->message) bytes += account_chunk(fragment_bytes(w->message));
  unguard(p->vm, b);
  return bytes;
}

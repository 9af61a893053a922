// SPDX-License-Identifier: Apache-2.0
//
// Bounded mailboxes (bound.h): counting, the five policies, the line of waiting senders, circles of them.
//
// Counting. FRAGMENT_COUNTED on a message says that it was counted when it was pushed; taking it out of the private queue
// undoes that and lets the first of the line in. `oldest` is the first counted one of the private queue, so that
// ON_FULL_DROP_OLDEST does not search past what does not count: it only ever moves towards the end.
//
// What passes (B1) is told by shape and by what the receiver asked for, not by shape alone: a pair or :io_reply with a
// reference that the receiver monitors or has as an alias, {:system, from, request}, and a child's acknowledgement
// of its start to its parent. So a call is answered, a debugger is heard and start_link ends even when the caller's mailbox is full.
//
// Circles. Who begins to wait follows the chain: who it waits for, whom that one waits to send to or awaits a
// reply of, and so on. Coming back to itself it tells who they are. When all of them wait to send, only an exit
// signal can end it: with --seed that is reported as the deadlock it is, and the run ends.
#include "vm/process/bound.h"

#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/term/print.h"

enum { CIRCLE_STEPS_MAX = 1000, BOUND_FLAGS = FRAGMENT_COUNTED | FRAGMENT_FOREIGN };

static MailboxBound *bound_of(const Process *p) { return p->extra ? p->extra->bound : NULL; }
static BlockedSend *wait_of(const Process *p) { return p->extra ? p->extra->blocked : NULL; }
const Process *bound_waits_for(const Process *p) {
  const BlockedSend *w = wait_of(p);
  return w ? w->to : NULL;
}

// --- what passes

// A reference that p waits for an answer to: monitored by, or an alias of its own.
static bool awaits(const Process *p, Term t) {
  if (term_is_cons(t) && cons_head(t) == ATOM_alias) t = cons_tail(t); // the tag of a call: [:alias | ref]
  if (!term_is_ref(t) || !p->extra) return false;
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

static void line_remove(Process *sender) {
  BlockedSend *w = wait_of(sender);
  MailboxBound *b = bound_of(w->to);
  if (w->previous) wait_of(w->previous)->next = w->next;
  else b->first = w->next;
  if (w->next) wait_of(w->next)->previous = w->previous;
  else b->last = w->previous;
}

static void forget_wait(Process *sender) {
  BlockedSend *w = wait_of(sender);
  Vm *vm = sender->vm;
  if (w->message) fragment_free(&vm->alloc, &vm->account, w->message);
  sender->extra->blocked = NULL;
  alloc_put(vm_alloc_of(vm, METER_PROCESS), w, sizeof *w);
}

// Its send is done: the instruction finishes when it runs.
static void release(Process *sender) {
  line_remove(sender);
  forget_wait(sender);
  process_set_bits(sender, STATE_ADMITTED);
  process_wake(sender);
}

static void push_counted(Process *to, HeapFragment *m) {
  m->flags |= FRAGMENT_COUNTED;
  to->extra->bound->held++;
  signal_push(to->vm, to, m);
}

static void admit_waiting(Process *p) {
  MailboxBound *b = bound_of(p);
  while (b->first && b->held < b->max) {
    Process *sender = b->first;
    HeapFragment *m = wait_of(sender)->message;
    if (p->vm->hooks.search_message) p->vm->hooks.search_message(p->vm, m); // the sender may be another worker's to search
    wait_of(sender)->message = NULL;
    push_counted(p, m);
    release(sender);
  }
}

// --- circles

// Who `p` waits for: its receiver, or whose reply its receive awaits.
static Process *waited_for(const Process *p, bool *reply) {
  BlockedSend *w = wait_of(p);
  *reply = !w;
  if (w) return w->to;
  return p->waits_for != T_NONE && (p->flags & PROCESS_IN_RECEIVE) && !p->save ? process_find(p->vm, p->waits_for) : NULL;
}

static void tell_of_circle(Process *from) {
  Vm *vm = from->vm;
  bool reply, replies = false;
  size_t steps = 0;
  Process *at = waited_for(from, &reply);
  for (; at && at != from && ++steps < CIRCLE_STEPS_MAX; at = waited_for(at, &reply)) {
    const BlockedSend *w = wait_of(at);
    replies |= !w;
  }
  if (at != from) return;
  bool deadlock = vm->options.seeded && !replies;
  Buffer b;
  buffer_init(&b, &vm->alloc);
  buffer_text(&b, deadlock ? "deadlock: these processes wait to send to one another, and every mailbox is full\n"
                  : replies ? "alarm: these processes wait for one another, one to send and one for a reply\n"
                            : "alarm: these processes wait to send to one another, and every mailbox is full\n");
  steps = 0;
  do {
    if (++steps <= 50) {
      buffer_text(&b, "  ");
      process_describe(at, &b);
      buffer_byte(&b, '\n');
    }
    at = waited_for(at, &reply);
  } while (at != from);
  if (steps > 50) buffer_format(&b, "  … and %zu more\n", steps - 50);
  if (!b.failed && vm->hooks.report) vm->hooks.report(vm, b.data, b.size);
  buffer_free(&b);
  if (deadlock) vm_stop(vm, 1);
}

// --- policies

static SendResult wait_for_room(Process *from, Process *to, HeapFragment *m) {
  Vm *vm = to->vm;
  MailboxBound *b = bound_of(to);
  ProcessExtra *x = process_extra(from);
  BlockedSend *w = x ? alloc_get(vm_alloc_of(vm, METER_PROCESS), sizeof *w) : NULL;
  if (!w) {
    fragment_free(&vm->alloc, &vm->account, m);
    return SEND_LIMIT;
  }
  *w = (BlockedSend){.to = to, .message = m, .previous = b->last};
  x->blocked = w;
  if (b->last) wait_of(b->last)->next = from;
  else b->first = from;
  b->last = from;
  from->flags |= PROCESS_SENDING;
  tell_of_circle(from);
  return SEND_WAIT;
}

static Term policy_name(uint8_t on_full) {
  static const Term NAMES[] = {ATOM_block, ATOM_drop_newest, ATOM_drop_oldest, ATOM_error, ATOM_kill};
  return NAMES[on_full];
}

// The reason {:mailbox_full, pid, max, policy} in a fragment of `from`, as its exc_reason.
static SendResult refuse(Process *from, Process *to) {
  Vm *vm = to->vm;
  MailboxBound *b = bound_of(to);
  HeapFragment *f = fragment_new(&vm->alloc, &vm->account, 5);
  if (!f) return SEND_LIMIT;
  TermHeap heap = fragment_heap(f);
  Term reason, *items = heap_tuple(&heap, 4, &reason);
  items[0] = ATOM_mailbox_full;
  items[1] = to->pid;
  items[2] = term_small((int64_t)b->max);
  items[3] = policy_name(b->on_full);
  fragment_close(f, &heap, reason);
  heap_adopt(vm_heap_env(vm), &from->memory, f);
  from->exc_reason = reason;
  return SEND_FULL;
}

static SendResult kill_receiver(Process *from, Process *to) {
  Vm *vm = to->vm;
  MailboxBound *b = bound_of(to);
  b->dropped++;
  if (b->killed) return SEND_OK;
  HeapFragment *s = signal_new(vm, SIGNAL_OVERFULL, from->pid, b->max, T_NONE);
  if (!s) return SEND_LIMIT;
  b->killed = true;
  if (vm->hooks.report && !(to->flags & PROCESS_LIMIT_NO_LOG)) {
    Buffer text;
    buffer_init(&text, &vm->alloc);
    buffer_format(&text, "A process is killed because its mailbox is full (max %llu, on_full: :kill):\n", (unsigned long long)b->max);
    process_describe(to, &text);
    buffer_byte(&text, '\n');
    if (!text.failed) vm->hooks.report(vm, text.data, text.size);
    buffer_free(&text);
  }
  signal_push(vm, to, s);
  if (to == from) signal_handle_inbound(to);
  return SEND_OK;
}

static HeapFragment *copy_message(Vm *vm, Term message) {
  HeapFragment *m = fragment_copy(vm_heap_env(vm), message);
  if (m) m->kind = SIGNAL_MESSAGE;
  return m;
}

SendResult bound_send(Process *from, Process *to, Term message, bool may_wait) {
  Vm *vm = to->vm;
  MailboxBound *b = bound_of(to);
  bool counts = from && !passes(from, to, message), full = b->held >= b->max;
  if (counts && full) {
    if (b->on_full == ON_FULL_DROP_NEWEST) {
      b->dropped++;
      return SEND_OK;
    }
    if (b->on_full == ON_FULL_KILL) return kill_receiver(from, to);
    if (b->on_full == ON_FULL_BLOCK && !may_wait) return SEND_WOULD_WAIT;
    // Nobody but itself could make room: waiting would be for ever.
    if (b->on_full == ON_FULL_ERROR || (b->on_full == ON_FULL_BLOCK && from == to)) return refuse(from, to);
  }
  HeapFragment *m = copy_message(vm, message);
  if (!m) return SEND_LIMIT;
  if (!from) {
    if (bound_admits_foreign(to, m)) signal_push(vm, to, m);
    else fragment_free(&vm->alloc, &vm->account, m);
    return SEND_OK;
  }
  if (!counts) {
    signal_push(vm, to, m);
    return SEND_OK;
  }
  if (full && b->on_full == ON_FULL_BLOCK) return wait_for_room(from, to, m);
  push_counted(to, m);
  if (!full) return SEND_OK;
  // ON_FULL_DROP_OLDEST: taking the message in drops another (bound_appended). Whoever runs does that at its next look.
  atomic_fetch_or_explicit(&to->state, STATE_SIGNALS, memory_order_acq_rel);
  if (to == from) signal_handle_inbound(to);
  else process_settle(to);
  return SEND_OK;
}

void bound_give_up(Process *from) {
  line_remove(from);
  forget_wait(from);
  from->flags = (from->flags & ~(uint32_t)PROCESS_SENDING) | PROCESS_SEND_GIVEN_UP;
}

bool bound_wait_is_over(Process *from) {
  if (process_state_bits(from, STATE_ADMITTED)) from->flags = (from->flags & ~(uint32_t)PROCESS_SENDING) | PROCESS_SENT;
  else if (mailbox_timed_out(from)) bound_give_up(from);
  else return false;
  process_clear_bits(from, STATE_ADMITTED | STATE_DEAF);
  return true;
}

SendResult bound_resume(Process *from) {
  uint32_t was = from->flags;
  if (was & PROCESS_SENDING) return SEND_WAIT;
  from->flags &= ~(uint32_t)PROCESS_SEND_FLAGS;
  return was & PROCESS_SENT ? SEND_OK : SEND_WOULD_WAIT;
}

bool bound_admits_foreign(Process *to, HeapFragment *m) {
  MailboxBound *b = bound_of(to);
  if (!b) return true;
  if (b->held >= b->max || b->foreign_held >= b->max) {
    b->dropped++;
    return false;
  }
  b->foreign_held++;
  m->flags |= FRAGMENT_FOREIGN;
  return true;
}

// --- the private queue

void bound_unlinked(Process *p, HeapFragment *m) {
  MailboxBound *b = bound_of(p);
  uint8_t was = m->flags;
  m->flags &= (uint8_t)~BOUND_FLAGS;
  if (!b) return; // the bound was taken off meanwhile
  if (was & FRAGMENT_FOREIGN) b->foreign_held--;
  if (!(was & FRAGMENT_COUNTED)) return;
  b->held--;
  if (b->oldest == m) {
    do b->oldest = b->oldest->next; // still linked: the caller's m keeps its neighbours
    while (b->oldest && !(b->oldest->flags & FRAGMENT_COUNTED));
  }
  admit_waiting(p);
}

void bound_appended(Process *p, HeapFragment *m) {
  MailboxBound *b = bound_of(p);
  if (!b || !(m->flags & FRAGMENT_COUNTED)) return;
  if (!b->oldest) b->oldest = m;
  while (b->on_full == ON_FULL_DROP_OLDEST && b->held > b->max) {
    HeapFragment *old = b->oldest;
    if (old == p->peeked && old)
      for (old = old->next; old && !(old->flags & FRAGMENT_COUNTED);) old = old->next;
    if (!old) return; // the others are inbound yet
    mailbox_unlink(p, old);
    b->dropped++;
    fragment_free(&p->vm->alloc, &p->vm->account, old);
  }
}

// --- setting

bool bound_set(Process *p, MailboxOptions o) {
  Vm *vm = p->vm;
  if (signal_inbound(p)) signal_handle_inbound(p);
  MailboxBound *b = bound_of(p);
  if (o.max == 0) {
    if (!b) return true;
    atomic_fetch_and_explicit(&p->state, ~(uint64_t)STATE_BOUNDED, memory_order_acq_rel);
    b->max = UINT64_MAX;
    admit_waiting(p);
    bound_free(p);
    return true;
  }
  if (!b) {
    ProcessExtra *x = process_extra(p);
    b = x ? alloc_zero(vm_alloc_of(vm, METER_PROCESS), sizeof *b) : NULL;
    if (!b) return false;
    x->bound = b;
    for (HeapFragment *m = p->first; m; m = m->next) {
      m->flags = (uint8_t)((m->flags & ~BOUND_FLAGS) | FRAGMENT_COUNTED);
      if (!b->oldest) b->oldest = m;
      b->held++;
    }
    atomic_fetch_or_explicit(&p->state, STATE_BOUNDED, memory_order_acq_rel);
  }
  b->max = o.max;
  b->on_full = o.on_full;
  if (o.on_full != ON_FULL_BLOCK) b->max = UINT64_MAX; // who waits under another policy gets in first
  admit_waiting(p);
  b->max = o.max;
  return true;
}

void bound_leave(Process *p) {
  if (p->flags & PROCESS_SENDING && wait_of(p)) {
    line_remove(p);
    forget_wait(p);
    p->flags &= ~(uint32_t)PROCESS_SENDING;
  }
  MailboxBound *b = bound_of(p);
  while (b && b->first) release(b->first);
}

void bound_free(Process *p) {
  if (wait_of(p)) forget_wait(p);
  MailboxBound *b = bound_of(p);
  if (!b) return;
  alloc_put(vm_alloc_of(p->vm, METER_PROCESS), b, sizeof *b);
  p->extra->bound = NULL;
}

// --- telling

static Term add_pair(TermHeap *heap, Term key, Term value, Term rest) {
  Term pair, *items = heap_tuple(heap, 2, &pair);
  items[0] = key;
  items[1] = value;
  return heap_cons(heap, pair, rest);
}

Term bound_describe(const Process *p, TermHeap *heap, size_t *words) {
  const MailboxBound *b = bound_of(p);
  size_t waiting = 0;
  for (const Process *s = b ? b->first : NULL; s; s = wait_of(s)->next) waiting++;
  if (words) *words += 5 * (3 + CONS_WORDS) + waiting * CONS_WORDS;
  if (!heap) return T_NIL;
  Term blocked = T_NIL, list = T_NIL;
  for (const Process *s = b ? b->last : NULL; s; s = wait_of(s)->previous) blocked = heap_cons(heap, s->pid, blocked);
  if (b) list = add_pair(heap, ATOM_blocked, blocked, list);
  list = add_pair(heap, ATOM_dropped, term_small(b ? (int64_t)b->dropped : 0), list);
  list = add_pair(heap, ATOM_length, term_small(b ? (int64_t)b->held : (int64_t)process_queue_count(p)), list);
  if (b) list = add_pair(heap, ATOM_on_full, policy_name(b->on_full), list);
  return add_pair(heap, ATOM_max, b ? term_small((int64_t)b->max) : ATOM_infinity, list);
}

void bound_describe_wait(const Process *p, Buffer *b) {
  const BlockedSend *w = wait_of(p);
  if (!w) return;
  buffer_text(b, " to send to ");
  if (term_print(&p->vm->context, b, w->to->pid, NULL) != STATUS_OK) b->failed = true;
  buffer_format(b, ", mailbox full (max %llu)", (unsigned long long)bound_of(w->to)->max);
}

size_t bound_bytes(const Process *p) {
  const BlockedSend *w = wait_of(p);
  return (bound_of(p) ? account_chunk(sizeof(MailboxBound)) : 0) +
         (w ? account_chunk(sizeof *w) + (w->message ? account_chunk(fragment_bytes(w->message)) : 0) : 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/process/ask.h"

#include "vm/process/extra.h"
#include "vm/process/signal.h"

static HeapFragment *just(Vm *vm, Term immediate) {
  HeapFragment *f = vm_fragment_new(vm, 1);
  if (!f) return NULL;
  TermHeap heap = fragment_heap(f);
  fragment_close(f, &heap, immediate);
  return f;
}

// Counts; takes effect where p stops running. OTP: suspending twice takes resuming twice.
static HeapFragment *suspend(Process *p) {
  HeapFragment *f = just(p->vm, ATOM_true);
  ProcessExtra *x = f ? process_extra(p) : NULL;
  if (!x) {
    if (f) vm_fragment_free(p->vm, f);
    return NULL;
  }
  x->suspend_count++;
  p->flags |= PROCESS_SUSPEND_WANTED;
  return f;
}

static HeapFragment *serve(Process *p, AskKind kind, Term argument) {
  switch (kind) {
    case ASK_ALIVE: return just(p->vm, ATOM_true);
    case ASK_INFO: return info_answer(p, argument);
    case ASK_SUSPEND: return suspend(p);
    case ASK_COLLECT: {
      bool ok = p->flags & PROCESS_COLLECTED_AS_ASKED || process_collect_full(p, 0);
      return just(p->vm, ok ? ATOM_true : ATOM_undefined);
    }
  }
  UNREACHABLE();
}

static Term keep(Process *p, HeapFragment *f) {
  if (!f) return T_NONE;
  Term t = f->term;
  heap_adopt(vm_heap_env(p->vm), &p->memory, f);
  return t;
}

// The target is claimed.
static Term serve_claimed(Process *p, Process *target, ProcessState was, AskKind kind, Term argument) {
  process_be_searched(target);
  if (signal_inbound(target) || process_state_bits(target, STATE_SIGNALS | STATE_DOOMED)) signal_handle_inbound(target);
  HeapFragment *f = target->exit_pending ? NULL : serve(target, kind, argument);
  bool gone = target->exit_pending;
  if (!gone) {
    process_unclaim(target, was);
    return keep(p, f);
  }
  if (f) vm_fragment_free(p->vm, f);
  process_end_claimed(target, was);
  return ATOM_undefined;
}

// K5. Not for who waits to send or for input: that wait begins anew behind a dirty thread.
static bool is_long(const Process *p) { return process_is_large_in_all(p) && p->vm->hooks.run_dirty && !(p->flags & (PROCESS_SENDING | PROCESS_AWAITS_INPUT)); }

// The answer if it is there. What came meanwhile is taken in: unread messages must not keep who waits here running.
static Term take_answer(Process *p) {
  ProcessExtra *x = p->extra;
  if (!x->answer && signal_inbound(p)) signal_handle_inbound(p);
  HeapFragment *answer = x->answer;
  if (!answer) return T_YIELD;
  x->asked = 0;
  x->answer = NULL;
  return keep(p, answer);
}

static Term ask_by_signal(Process *p, Process *target, AskKind kind, Term argument) {
  ProcessExtra *x = process_extra(p);
  uint64_t number = vm_next_ref(p->vm);
  HeapFragment *s = x ? signal_new_term(p->vm, SIGNAL_ASK, p->pid, number, term_small(kind), argument) : NULL;
  if (!s) return T_NONE;
  x->asked = number;
  x->asked_suspends = kind == ASK_SUSPEND ? target->pid : (Term)T_NONE;
  signal_push(p->vm, target, s);
  return take_answer(p);
}

Term process_ask(Process *p, Term pid, AskKind kind, Term argument) {
  ProcessExtra *x = p->extra;
  if (x && x->asked) return take_answer(p);
  if (pid == p->pid) {
    if (signal_inbound(p) && !vm_worker(p->vm)->is_dirty) signal_handle_inbound(p); // else whoever acts on its signals does
    return keep(p, serve(p, kind, argument));
  }
  Process *target = process_find(p->vm, pid);
  if (!target) return ATOM_undefined;
  ProcessState was;
  if (process_claim(target, &was)) {
    if (LIKELY(kind != ASK_COLLECT || was == PROCESS_SUSPENDED || !is_long(target))) return serve_claimed(p, target, was, kind, argument);
    process_unclaim(target, was);
  }
  if (process_state(target) >= PROCESS_EXITING) return ATOM_undefined;
  return ask_by_signal(p, target, kind, argument);
}

void ask_forget(Process *p) {
  ProcessExtra *x = p->extra;
  if (!x) return;
  if (x->answer) vm_fragment_free(p->vm, x->answer);
  x->answer = NULL;
  x->asked = 0;
}

// By a signal: behind the question, which perhaps nobody has seen yet.
static void resume_behind(Process *p, Term pid) {
  Process *target = process_find(p->vm, pid);
  if (!target) return;
  HeapFragment *s = signal_new(p->vm, SIGNAL_RESUME, p->pid, 0, T_NONE);
  if (s) signal_push(p->vm, target, s);
  else process_doom_untold(target); // it would wait for ever
}

void ask_withdraw(Process *p) {
  ProcessExtra *x = p->extra;
  if (!x || !x->asked) return;
  bool refused = x->answer && x->answer->term != ATOM_true;
  if (x->asked_suspends != T_NONE && !refused) resume_behind(p, x->asked_suspends);
  ask_forget(p);
}

static bool defer(Process *p, HeapFragment *s) {
  ProcessExtra *x = process_extra(p);
  if (!x) return false;
  s->next = x->asked_late;
  x->asked_late = s;
  p->flags |= PROCESS_ASKED_LATE;
  process_interrupt(p);
  return true;
}

// Owns: takes s. Not `possible`: the answer is as that of one who is gone.
static void serve_and_answer(Process *p, HeapFragment *s, bool possible) {
  Vm *vm = p->vm;
  Term from = signal_from(s);
  uint64_t number = signal_a(s);
  HeapFragment *f = possible ? serve(p, (AskKind)small_value(signal_b(s)), s->term) : NULL;
  // Without memory the asker would wait for ever: it is told that nobody is there.
  HeapFragment *answer = signal_new_term(vm, SIGNAL_ANSWER, p->pid, number, T_NONE, f ? f->term : (Term)ATOM_undefined);
  if (f) vm_fragment_free(vm, f);
  vm_fragment_free(vm, s);
  Process *asker = process_find(vm, from);
  if (!asker) {
    if (answer) vm_fragment_free(vm, answer);
  } else if (answer) {
    signal_push(vm, asker, answer);
  } else {
    process_doom_untold(asker);
  }
}

void ask_serve(Process *p, HeapFragment *s) {
  bool at_rest = signal_b(s) == term_small(ASK_COLLECT) || signal_b(s) == term_small(ASK_SUSPEND);
  bool late = at_rest && process_state(p) == PROCESS_RUNNING;
  if (!late || !defer(p, s)) serve_and_answer(p, s, !late);
}

bool ask_collects_elsewhere(Process *p) {
  bool asked = false;
  for (const HeapFragment *s = p->extra->asked_late; s && !asked; s = s->next) asked = signal_b(s) == term_small(ASK_COLLECT);
  if (!asked || p->exit_pending || p->flags & PROCESS_COLLECTED_AS_ASKED || !is_long(p)) return false;
  p->flags |= PROCESS_COLLECTED_AS_ASKED;
  return true;
}

void ask_serve_late(Process *p) {
  HeapFragment *s = p->extra->asked_late;
  p->extra->asked_late = NULL;
  for (HeapFragment *next; s; s = next) {
    next = s->next;
    serve_and_answer(p, s, !p->exit_pending);
  }
  p->flags &= ~(uint32_t)(PROCESS_ASKED_LATE | PROCESS_COLLECTED_AS_ASKED);
}

void ask_answered(Process *p, HeapFragment *s) {
  ProcessExtra *x = p->extra;
  if (x && x->asked == signal_a(s) && !x->answer) x->answer = s;
  else vm_fragment_free(p->vm, s);
}

// --- suspending

static Relation *suspending(Process *p, Term pid) { return p->extra ? relation_find(&p->extra->suspending, pid) : NULL; }

Term process_suspend(Process *p, Term pid) {
  if (pid == p->pid || !process_extra(p)) return T_NONE;
  Relation *r = suspending(p, pid);
  if (!r) r = relation_add(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->suspending, pid);
  if (!r) return T_NONE;
  Term answer = process_ask(p, pid, ASK_SUSPEND, T_NIL);
  if (answer == ATOM_true) r->flags++;
  else if (answer != T_YIELD && r->flags == 0) relation_remove(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->suspending, r);
  return answer;
}

void process_be_resumed(Process *p) {
  if (!p->extra || p->extra->suspend_count == 0 || --p->extra->suspend_count > 0) return;
  p->flags &= ~(uint32_t)PROCESS_SUSPEND_WANTED;
}

void ask_resume(Process *p, Term from) {
  for (HeapFragment **at = p->extra ? &p->extra->asked_late : NULL; at && *at; at = &(*at)->next) {
    HeapFragment *s = *at;
    if (signal_from(s) != from || signal_b(s) != term_small(ASK_SUSPEND)) continue;
    *at = s->next;
    vm_fragment_free(p->vm, s);
    return;
  }
  process_be_resumed(p);
}

void process_suspend_now(Process *p) {
  uint64_t now = atomic_load_explicit(&p->state, memory_order_relaxed);
  // Who was running or about to goes on when it is resumed; who waited waits, unless it was woken meanwhile.
  bool waited = process_state(p) == PROCESS_IN_C && p->claimed_from != PROCESS_RUNNABLE;
  do DCHECK(process_transition_is_legal((ProcessState)(now & STATE_MASK), PROCESS_SUSPENDED));
  while (!atomic_compare_exchange_weak(&p->state, &now, (now & ~(uint64_t)STATE_MASK) | PROCESS_SUSPENDED | (waited ? 0 : STATE_WOKEN)));
  if (now & (STATE_SIGNALS | STATE_DOOMED)) process_wake(p); // what came meanwhile
}

static void resume(Process *p, Term pid) {
  Process *target = process_find(p->vm, pid);
  if (!target) return;
  ProcessState was;
  if (process_claim(target, &was)) {
    process_be_searched(target);
    process_be_resumed(target);
    process_unclaim(target, was);
    return;
  }
  resume_behind(p, pid);
}

bool process_resume(Process *p, Term pid) {
  Relation *r = suspending(p, pid);
  if (!r || r->flags == 0) return false;
  if (--r->flags == 0) relation_remove(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->suspending, r);
  resume(p, pid);
  return true;
}

void process_resume_all(Process *p) {
  while (p->extra && p->extra->suspending.count) {
    Relation last = {0};
    RELATION_EACH(&p->extra->suspending, r) last = *r;
    relation_remove(vm_alloc_of(p->vm, METER_PROCESS), &p->extra->suspending, relation_find(&p->extra->suspending, last.key));
    for (uint32_t i = 0; i < last.flags; i++) resume(p, last.key);
  }
}

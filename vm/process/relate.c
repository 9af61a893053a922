// SPDX-License-Identifier: Apache-2.0
//
// References, links, monitors and aliases: the sending side. What arrives is handled in signal.c.
//
// The own entry is made at once, the other side by a signal; the semantics are those of OTP's documentation
// for link, unlink, monitor, demonitor, alias and unalias.
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"

Term process_wrap_ref(Process *p, uint64_t number, bool alias) { return heap_ref(&p->heap, number, alias ? p->pid : 0); }

Term process_make_ref(Process *p) {
  uint64_t number = vm_next_ref(p->vm);
  mailbox_note_ref(p, number);
  return process_wrap_ref(p, number, false);
}

// The process that a signal of p should find, brought up to date; NULL: dead.
static Process *living(Process *p, Term pid) {
  Process *other = process_find(p->vm, pid);
  return other && (other == p || process_settle(other)) ? other : NULL;
}

RelationResult process_link(Process *p, Term pid) {
  Vm *vm = p->vm;
  if (!term_is_pid(pid)) return RELATION_BADARG;
  if (pid == p->pid) return RELATION_OK;
  ProcessExtra *x = process_extra(p);
  if (!x) return RELATION_NO_MEMORY;
  Relation *r = relation_find(&x->links, pid);
  if (r && (r->flags & LINK_ACTIVE)) return RELATION_OK;
  bool there = living(p, pid) != NULL;
  if (!there && !(p->flags & PROCESS_TRAP_EXIT)) return RELATION_NOPROC;
  HeapFragment *s = signal_new(vm, SIGNAL_LINK, p->pid, 0, T_NONE);
  if (!s) return RELATION_NO_MEMORY;
  if (!r) r = relation_add(vm_alloc_of(vm, METER_PROCESS), &x->links, pid);
  if (!r) {
    vm_fragment_free(vm, s);
    return RELATION_NO_MEMORY;
  }
  r->flags |= LINK_ACTIVE;
  signal_send(vm, pid, s); // to the dead: the answer is an exit signal, noproc
  return RELATION_OK;
}

RelationResult process_unlink(Process *p, Term pid) {
  Vm *vm = p->vm;
  if (!term_is_pid(pid)) return RELATION_BADARG;
  Relation *r = p->extra ? relation_find(&p->extra->links, pid) : NULL;
  if (!r || !(r->flags & LINK_ACTIVE)) return RELATION_OK;
  uint64_t id = atomic_fetch_add_explicit(&vm->next_unique, 1, memory_order_relaxed) + 1;
  HeapFragment *s = process_find(vm, pid) ? signal_new(vm, SIGNAL_UNLINK, p->pid, id, T_NONE) : NULL;
  r->flags &= ~(uint32_t)LINK_ACTIVE;
  if (!s) { // nobody there who could acknowledge, or no memory to ask
    // An unlink before this one will be: until then its entry keeps out a LINK that crossed it.
    if (r->id == 0) relation_remove(vm_alloc_of(vm, METER_PROCESS), &p->extra->links, r);
    return RELATION_OK;
  }
  r->id = id;
  signal_send(vm, pid, s);
  return RELATION_OK;
}

Term process_monitor(Process *p, Term target, enum AliasKind alias, Term tag, RelationResult *result) {
  Vm *vm = p->vm;
  Term pid = target, name = T_NONE;
  *result = RELATION_BADARG;
  if (term_is_tuple(target) && tuple_arity(target) == 2 && tuple_items(target)[1] == ATOM_nonode_nohost) target = tuple_items(target)[0];
  if (term_is_atom(target)) {
    name = target;
    pid = registry_whereis(vm, name);
  } else if (!term_is_pid(target)) {
    return T_NONE;
  }
  if (pid == p->pid) { // watching oneself never says anything, and in OTP makes no alias either
    *result = RELATION_OK;
    return process_wrap_ref(p, vm_next_ref(vm), false);
  }
  *result = RELATION_NO_MEMORY;
  ProcessExtra *x = process_extra(p);
  uint64_t number = vm_next_ref(vm);
  mailbox_note_ref(p, number);
  HeapFragment *s = pid == T_NONE ? signal_new_down(vm, number, T_NONE, name, ATOM_noproc) : signal_new(vm, SIGNAL_MONITOR, p->pid, number, name);
  Relation *a = x && alias != ALIAS_NONE ? relation_add_awaited(p, &x->aliases, number) : NULL;
  Relation *r = x && s && (a || alias == ALIAS_NONE) ? relation_add_awaited(p, &x->monitors, number) : NULL;
  if (!r) {
    if (a) relation_remove_awaited(p, &x->aliases, a);
    if (s) vm_fragment_free(vm, s);
    return T_NONE;
  }
  r->a = pid;
  r->b = name;
  r->tag = tag;
  if (term_is_pointer(tag)) p->extra->has_term_tags = true;
  r->flags = alias;
  if (a) a->flags = alias;
  if (pid == T_NONE) signal_push(vm, p, s);
  else signal_send(vm, pid, s);
  *result = RELATION_OK;
  return process_wrap_ref(p, number, alias != ALIAS_NONE);
}

bool process_demonitor(Process *p, Term ref, bool flush, bool *flushed) {
  Vm *vm = p->vm;
  uint64_t number = boxed_ptr(ref)[1];
  *flushed = false;
  if (signal_inbound(p)) signal_handle_inbound(p);
  Relation *r = p->extra ? relation_find(&p->extra->monitors, number) : NULL;
  if (r) {
    Term target = r->a;
    enum AliasKind kind = (enum AliasKind)r->flags;
    relation_remove_awaited(p, &p->extra->monitors, r);
    if (kind == ALIAS_DEMONITOR || kind == ALIAS_REPLY) {
      Relation *alias = relation_find(&p->extra->aliases, number);
      if (alias) relation_remove_awaited(p, &p->extra->aliases, alias);
    }
    Process *other = target == T_NONE ? NULL : process_find(vm, target);
    HeapFragment *s = other ? signal_new(vm, SIGNAL_DEMONITOR, p->pid, number, T_NONE) : NULL;
    if (s) signal_push(vm, other, s);
  } else if (flush) {
    *flushed = mailbox_flush_down(p, number);
  }
  if (p->exit_pending) process_interrupt(p);
  return r != NULL;
}

Term process_alias(Process *p, enum AliasKind kind) {
  ProcessExtra *x = process_extra(p);
  uint64_t number = vm_next_ref(p->vm);
  Relation *r = x ? relation_add_awaited(p, &x->aliases, number) : NULL;
  if (!r) return T_NONE;
  r->flags = kind;
  mailbox_note_ref(p, number);
  return process_wrap_ref(p, number, true);
}

bool process_unalias(Process *p, Term ref) {
  Relation *r = p->extra && term_is_ref(ref) ? relation_find(&p->extra->aliases, boxed_ptr(ref)[1]) : NULL;
  if (!r) return false;
  relation_remove_awaited(p, &p->extra->aliases, r);
  return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// The C API: messages from the host to processes, and mailboxes: messages from processes to the host.
//
// A mailbox's process (:joist_host) hands every message to native_host_deliver, which copies it into the mailbox's list. The list belongs
// to vm->lock: the process fills it on its worker, the host empties it in any thread.
#include <string.h>

#include "vm/main/api.h"
#include "vm/native/native_api.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"

// --- to processes

typedef struct Sending {
  Term to;   // pid or name
  Term free; // of a closed mailbox: its name, which is free again before its process has ended; else nil
  HeapFragment *message;
} Sending;

static void deliver(Vm *vm, void *state) {
  Sending *s = state;
  if (s->free != ATOM_nil && registry_whereis(vm, s->free) == s->to) registry_unregister(vm, s->free);
  Term pid = term_is_atom(s->to) ? registry_whereis(vm, s->to) : s->to;
  if (pid == T_NONE) fragment_free(&vm->alloc, &vm->account, s->message);
  else process_deliver(vm, pid, s->message);
  alloc_put(&vm->alloc, s, sizeof *s);
}

// Owns: takes message, which may be NULL.
static joist_status post(Vm *vm, Term to, Term free, HeapFragment *message) {
  Sending *s = message ? alloc_get(&vm->alloc, sizeof *s) : NULL;
  if (s) {
    message->kind = SIGNAL_MESSAGE;
    *s = (Sending){to, free, message};
    if (vm->scheduling.post(vm, deliver, s)) return JOIST_OK;
    alloc_put(&vm->alloc, s, sizeof *s);
  }
  if (message) fragment_free(&vm->alloc, &vm->account, message);
  return JOIST_NO_MEMORY;
}

joist_status joist_send(joist_vm *vm, const joist_terms *terms, joist_term to, joist_term message) {
  if (!vm || !terms || pool_vm(terms) != &vm->vm) return JOIST_INVALID;
  Term target = pool_term(terms, to), m = pool_term(terms, message);
  if (m == T_NONE || (!term_is_pid(target) && !term_is_atom(target))) return JOIST_INVALID;
  return post(&vm->vm, target, ATOM_nil, fragment_copy(vm_heap_env(&vm->vm), m));
}

// --- mailboxes

static joist_mailbox *mailbox_find(joist_vm *vm, uint64_t id) { // lock
  joist_mailbox *m = vm->mailboxes;
  while (m && m->id != id) m = m->next;
  return m;
}

// deliver(mailbox, message): true, or false when the host closed it.
Term native_host_deliver(Process *p) {
  joist_vm *vm = p->vm->host;
  uint64_t id;
  if (!vm || !native_count(ARG(0), &id)) return native_badarg(p);
  HeapFragment *f = host_copy(p->vm, ARG(1));
  if (!f) return native_error(p, ATOM_system_limit);
  native_charge(p, 1 + (f->word_count >> 6));
  pthread_mutex_lock(&vm->lock);
  joist_mailbox *m = mailbox_find(vm, id);
  if (m) {
    if (m->last) m->last->next = f;
    else m->first = f;
    m->last = f;
  }
  pthread_mutex_unlock(&vm->lock);
  if (!m) fragment_free(&p->vm->alloc, &p->vm->account, f);
  else if (vm->until_message) host_come_back(vm);
  return native_bool(m != NULL);
}

void mailbox_process_end(joist_vm *vm, Term pid) {
  if (atomic_load_explicit(&vm->mailbox_count, memory_order_relaxed) == 0) return;
  bool closed = false;
  pthread_mutex_lock(&vm->lock);
  for (joist_mailbox *m = vm->mailboxes; m; m = m->next)
    if (m->pid == pid) {
      m->closed = true;
      closed = true;
    }
  pthread_mutex_unlock(&vm->lock);
  if (closed && vm->until_message) host_come_back(vm);
}

static void drop_messages(joist_mailbox *m) {
  Vm *vm = &m->vm->vm;
  for (HeapFragment *f = m->first, *next; f; f = next) {
    next = f->next;
    fragment_free(&vm->alloc, &vm->account, f);
  }
}

static void unlist(joist_mailbox *m) {
  pthread_mutex_lock(&m->vm->lock);
  atomic_fetch_sub(&m->vm->mailbox_count, 1);
  if (m->next) m->next->prev = m->prev;
  if (m->prev) m->prev->next = m->next;
  else m->vm->mailboxes = m->next;
  pthread_mutex_unlock(&m->vm->lock);
}

joist_status joist_mailbox_open(joist_vm *vm, const char *name, joist_mailbox **made) {
  if (made) *made = NULL;
  if (!vm || !made) return JOIST_INVALID;
  if (!host_enter(vm)) return JOIST_BUSY;
  Term args[3] = {T_NONE, T_NONE, ATOM_nil};
  if (name && atom_intern(vm->vm.atoms, name, strlen(name), &args[2]) != STATUS_OK) return host_fail(vm, JOIST_INVALID, "joist_mailbox_open: no name for a process");
  joist_terms *terms = joist_terms_new(vm);
  joist_mailbox *m = terms ? alloc_zero(&vm->alloc, sizeof *m) : NULL;
  if (!m) {
    joist_terms_free(terms);
    return host_leave(vm, JOIST_NO_MEMORY);
  }
  *m = (joist_mailbox){.vm = vm, .id = ++vm->next_id, .pid = T_NONE};
  m->name = args[2];
  pthread_mutex_lock(&vm->lock);
  m->next = vm->mailboxes;
  if (m->next) m->next->prev = m;
  vm->mailboxes = m;
  atomic_fetch_add(&vm->mailbox_count, 1);
  pthread_mutex_unlock(&vm->lock);
  args[1] = term_small((int64_t)m->id);
  joist_term pid;
  joist_status status = host_call(vm, "open", args, 3, JOIST_FOREVER, terms, &pid);
  if (status == JOIST_OK) {
    pthread_mutex_lock(&vm->lock);
    m->pid = pool_term(terms, pid);
    pthread_mutex_unlock(&vm->lock);
    *made = m;
  } else {
    unlist(m);
    drop_messages(m);
    alloc_put(&vm->alloc, m, sizeof *m);
  }
  joist_terms_free(terms);
  return status;
}

void joist_mailbox_close(joist_mailbox *m) {
  if (!m) return;
  joist_vm *vm = m->vm;
  unlist(m);
  // Any message makes its process see that nobody takes them any more. Without memory for one it ends with the VM.
  (void)post(&vm->vm, m->pid, m->name, fragment_copy(vm_heap_env(&vm->vm), ATOM_ok));
  drop_messages(m);
  alloc_put(&vm->alloc, m, sizeof *m);
}

void mailboxes_free_all(joist_vm *vm) {
  for (joist_mailbox *m = vm->mailboxes, *next; m; m = next) {
    next = m->next;
    drop_messages(m);
    alloc_put(&vm->alloc, m, sizeof *m);
  }
  vm->mailboxes = NULL;
  atomic_store(&vm->mailbox_count, 0);
}

joist_term joist_mailbox_pid(const joist_mailbox *m, joist_terms *terms) {
  return m && terms && pool_vm(terms) == &m->vm->vm ? pool_handle(terms, m->pid) : JOIST_NONE;
}

joist_status joist_mailbox_monitor(joist_mailbox *m, const joist_terms *terms, joist_term pid) {
  if (!m || !terms || pool_vm(terms) != &m->vm->vm) return JOIST_INVALID;
  Vm *vm = &m->vm->vm;
  Term target = pool_term(terms, pid), tag;
  if (!term_is_pid(target)) return JOIST_INVALID;
  if (!host_module_atom(vm, "$joist_monitor", &tag)) return JOIST_LIMIT;
  HeapFragment *f = fragment_new(&vm->alloc, &vm->account, 4);
  if (!f) return JOIST_NO_MEMORY;
  TermHeap heap = fragment_heap(f);
  Term message, *items = heap_tuple(&heap, 3, &message);
  items[0] = tag;
  items[1] = term_small((int64_t)m->id);
  items[2] = target;
  fragment_close(f, &heap, message);
  return post(vm, m->pid, ATOM_nil, f);
}

joist_status joist_receive(joist_mailbox *m, joist_terms *terms, joist_term *message) {
  if (message) *message = JOIST_NONE;
  if (!m || !terms || !message || pool_vm(terms) != &m->vm->vm) return JOIST_INVALID;
  pthread_mutex_lock(&m->vm->lock);
  HeapFragment *f = m->first;
  if (f && !(m->first = f->next)) m->last = NULL;
  joist_status status = f ? JOIST_OK : m->closed ? JOIST_CLOSED : JOIST_EMPTY;
  pthread_mutex_unlock(&m->vm->lock);
  if (!f) return status;
  *message = pool_adopt(terms, f);
  return joist_is_some(*message) ? JOIST_OK : JOIST_NO_MEMORY;
}

joist_status joist_receive_wait(joist_mailbox *m, joist_terms *terms, int64_t timeout_ms, joist_term *message) {
  joist_status status = joist_receive(m, terms, message);
  if (status != JOIST_EMPTY) return status; // m, terms and message are there
  if (!host_enter(m->vm)) return JOIST_BUSY;
  return host_wait_message(m, terms, timeout_ms, message);
}

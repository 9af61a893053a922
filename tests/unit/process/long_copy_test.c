// SPDX-License-Identifier: Apache-2.0
//
// Copies made beforehand: who asks for one, what is made, how each kind of signal is made of it, and that it is used once or dropped.
#include "fake_engine.h"
#include "vm/process/long_copy.h"

static HeapFragment *lists;

static void no_dirty(Worker *w, Process *p) { (void)w, (void)p; }

// A list of count small numbers, two words each, in memory that no collection moves.
static Term long_list(Process *p, size_t count) {
  HeapFragment *f = vm_fragment_new(p->vm, count * CONS_WORDS);
  cr_assert(f);
  TermHeap heap = fragment_heap(f);
  Term l = T_NIL;
  for (size_t i = 0; i < count; i++) l = heap_cons(&heap, term_small((int64_t)i), l);
  fragment_close(f, &heap, l);
  f->next = lists;
  lists = f;
  return l;
}
static Term too_long(Process *p) { return long_list(p, COPY_HERE_WORDS / CONS_WORDS + 1); }
static void end(FakeVm *f) {
  for (HeapFragment *next; lists; lists = next) {
    next = lists->next;
    vm_fragment_free(&f->vm, lists);
  }
  fake_free(f);
}
static size_t length(Term l) {
  size_t n = 0;
  for (; term_is_cons(l); l = cons_tail(l)) n++;
  return n;
}
static bool equal(FakeVm *f, Term a, Term b) { return term_identical(&f->vm.context, a, b); }

Test(long_copy, due_by_all_terms_together_and_only_where_it_can_leave) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  Term exact = long_list(p, COPY_HERE_WORDS / CONS_WORDS), more = too_long(p), half = long_list(p, COPY_HERE_WORDS / CONS_WORDS / 2 + 1);
  Term both[] = {half, term_small(1), half};
  cr_assert(!long_copy_is_due(p, &more, 1)); // no dirty threads
  f->vm.hooks.run_dirty = no_dirty;
  cr_assert(long_copy_is_due(p, &more, 1));
  cr_assert(!long_copy_is_due(p, &exact, 1));
  cr_assert(!long_copy_is_due(p, both, 2));
  cr_assert(long_copy_is_due(p, both, 3));
  vm_worker(&f->vm)->is_dirty = true;
  cr_assert(!long_copy_is_due(p, &more, 1));
  vm_worker(&f->vm)->is_dirty = false;
  cr_assert(long_copy_make(p, &more, 1));
  cr_assert(!long_copy_is_due(p, &more, 1)); // it is there
  f->vm.hooks.run_dirty = NULL;
  end(f);
}

Test(long_copy, one_term_or_a_tuple_and_taken_once) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  Term more = too_long(p), three[] = {more, ATOM_ok, term_small(3)};
  cr_assert(long_copy_make(p, &more, 1));
  HeapFragment *m = long_copy_take(p);
  cr_assert(m && m->kind == SIGNAL_MESSAGE && equal(f, m->term, more) && m->term != more);
  cr_assert_null(long_copy_take(p));
  vm_fragment_free(&f->vm, m);
  cr_assert(long_copy_make(p, three, 3));
  cr_assert(long_copy_make(p, three, 3)); // the first is dropped: nothing leaks (ASan)
  m = long_copy_take(p);
  cr_assert(term_is_tuple(m->term) && tuple_arity(m->term) == 3);
  for (size_t i = 0; i < 3; i++) cr_assert(equal(f, tuple_items(m->term)[i], three[i]));
  vm_fragment_free(&f->vm, m);
  cr_assert(long_copy_make(p, &more, 1));
  long_copy_drop(p);
  cr_assert(!long_copy_is_made(p));
  cr_assert(long_copy_make(p, &more, 1)); // left behind: freed with p
  end(f);
}

Test(long_copy, sending_asks_for_it_and_then_takes_it) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *to = fake_waiter(f);
  Term more = too_long(p);
  int64_t before = p->reductions;
  f->vm.hooks.run_dirty = no_dirty;
  cr_assert_eq(process_send(p, &f->vm, to->pid, more), SEND_LONG);
  cr_assert_eq(p->reductions, before); // it is charged when it is done
  cr_assert(!signal_inbound(to));
  cr_assert(long_copy_make(p, &more, 1));
  HeapFragment *made = p->extra->made;
  cr_assert_eq(process_send(p, &f->vm, to->pid, more), SEND_OK);
  cr_assert(!long_copy_is_made(p));
  signal_handle_inbound(to);
  cr_assert(to->first == made && equal(f, made->term, more));
  // To nobody: it asks for none, and takes none that is there.
  Term gone = term_pid(5000, 3);
  cr_assert_eq(process_send(p, &f->vm, gone, more), SEND_OK);
  cr_assert(long_copy_make(p, &more, 1));
  cr_assert_eq(process_send(p, &f->vm, gone, more), SEND_OK);
  cr_assert(long_copy_is_made(p));
  // The VM itself cannot leave.
  long_copy_drop(p);
  cr_assert_eq(process_send(NULL, &f->vm, to->pid, more), SEND_OK);
  f->vm.hooks.run_dirty = NULL;
  end(f);
}

Test(long_copy, alias) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *to = fake_waiter(f);
  Term more = too_long(p);
  cr_assert(process_reserve(to, REF_WORDS));
  Term alias = process_alias(to, ALIAS_REPLY);
  f->vm.hooks.run_dirty = no_dirty;
  cr_assert_eq(process_send(p, &f->vm, alias, more), SEND_LONG);
  cr_assert(long_copy_make(p, &more, 1));
  cr_assert_eq(process_send(p, &f->vm, alias, more), SEND_OK);
  signal_handle_inbound(to);
  cr_assert(to->first && equal(f, to->first->term, more));
  // An answer ends that kind of alias: another is dropped where it arrives.
  cr_assert(long_copy_make(p, &more, 1));
  cr_assert_eq(process_send(p, &f->vm, alias, more), SEND_OK);
  signal_handle_inbound(to);
  cr_assert_null(to->first->next);
  f->vm.hooks.run_dirty = NULL;
  end(f);
}

Test(long_copy, exit_and_timers_wrap_it) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f), *to = fake_waiter(f);
  Term more = too_long(p);
  to->flags |= PROCESS_TRAP_EXIT;
  cr_assert(long_copy_make(p, &more, 1));
  HeapFragment *made = p->extra->made;
  cr_assert(!process_exit_signal(p, &f->vm, to->pid, more));
  cr_assert(!long_copy_is_made(p));
  signal_handle_inbound(to);
  Term *items = tuple_items(to->first->term);
  cr_assert(to->first == made && tuple_arity(made->term) == 3);
  cr_assert(items[0] == ATOM_EXIT && items[1] == p->pid && equal(f, items[2], more));
  for (int wrap = 0; wrap < 2; wrap++) {
    Term pid = to->pid;
    cr_assert(process_reserve(p, REF_WORDS));
    cr_assert(long_copy_make(p, &more, 1));
    Term ref = timer_start(p, 1, false, pid, more, wrap);
    cr_assert(ref != T_NONE && !long_copy_is_made(p));
    fake_settle(f);
    if (signal_inbound(to)) signal_handle_inbound(to);
    Term got = to->last->term;
    if (wrap) {
      cr_assert(term_is_tuple(got) && tuple_items(got)[0] == ATOM_timeout && equal(f, tuple_items(got)[1], ref));
      got = tuple_items(got)[2];
    }
    cr_assert_eq(length(got), length(more));
    cr_assert(process_collect(to, 0)); // whatever lies around the copy can be walked
  }
  end(f);
}

static bool prepare_nothing(Vm *vm, Process *p, Term module, Term function, const Term *args, uint32_t count) {
  (void)vm, (void)p, (void)module, (void)function, (void)args, (void)count;
  return true;
}

Test(long_copy, a_child_begins_with_it) {
  FakeVm *f = fake_new(true, 1);
  Process *p = fake_waiter(f);
  Term args[] = {too_long(p), term_small(7)}, error;
  SpawnOptions o = spawn_options_default();
  f->vm.hooks.run_dirty = no_dirty;
  f->vm.hooks.prepare = prepare_nothing;
  size_t before = process_count(&f->vm);
  Term pid = process_spawn(p, &f->vm, &o, ATOM_erlang, ATOM_send, args, 2, NULL, &error);
  cr_assert(pid != T_NONE); // who does not say that it may leave does not
  o.flags = SPAWN_MAY_LEAVE;
  cr_assert_eq(process_spawn(p, &f->vm, &o, ATOM_erlang, ATOM_send, args, 2, NULL, &error), (Term)T_NONE);
  cr_assert_eq(error, (Term)T_YIELD);
  cr_assert_eq(process_count(&f->vm), before + 1);
  cr_assert(long_copy_make(p, args, 2));
  pid = process_spawn(p, &f->vm, &o, ATOM_erlang, ATOM_send, args, 2, NULL, &error);
  Process *child = process_find(&f->vm, pid);
  cr_assert(child && !long_copy_is_made(p));
  cr_assert(equal(f, child->args[0], args[0]) && child->args[0] != args[0] && child->args[-1] == term_small(7));
  cr_assert(!process_may_be_large(child) || (size_t)COPY_HERE_WORDS > (size_t)HEAP_LARGE_WORDS);
  cr_assert(process_collect(child, 0));
  cr_assert(equal(f, child->args[0], args[0]));
  f->vm.hooks.run_dirty = NULL;
  end(f);
}

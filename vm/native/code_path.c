// SPDX-License-Identifier: Apache-2.0
//
// The directories that a running program added to those modules are looked for in: NativeState.code_path, a literal list of
// binaries, the first one first. A change exchanges the list whole; old lists stay where they are, as others may be reading them: paths
// change seldom.
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"

// The path `path` without the directory in ARG(0), and `tail` behind it. Words for all of it must be there.
static Term path_without(Process *p, Term path, Term tail, bool *found) {
  const TermContext *c = native_context(p);
  Term list = T_NIL, *last = &list;
  *found = false;
  for (Term l = path; l != T_NIL; l = cons_tail(l)) {
    if (term_identical(c, cons_head(l), ARG(0))) {
      *found = true;
      continue;
    }
    Term *cell = heap_take(&p->heap, CONS_WORDS);
    cell[0] = cons_head(l);
    *last = term_cons(cell);
    last = &cell[1];
  }
  *last = tail;
  return list;
}
enum PathChange { PATH_PREPEND, PATH_APPEND, PATH_DELETE };
static Term change_path(Process *p, enum PathChange change) {
  if (!term_is_binary(ARG(0))) return native_badarg(p);
  NativeState *s = native_state(p->vm);
  Term path = atomic_load_explicit(&s->code_path, memory_order_acquire); // a literal: room may be made
  for (;;) { // again when another process was faster
    NATIVE_RESERVE((size_t)(native_list_length(path) + 1) * CONS_WORDS);
    bool found;
    Term tail = change == PATH_APPEND ? heap_cons(&p->heap, ARG(0), T_NIL) : T_NIL;
    Term list = path_without(p, path, tail, &found);
    if (change == PATH_DELETE && !found) return ATOM_false;
    if (change == PATH_PREPEND) list = heap_cons(&p->heap, ARG(0), list);
    Term kept = literal_copy(p->vm->literals, native_context(p), list, 0);
    if (kept == T_NONE) return native_error(p, ATOM_system_limit);
    if (atomic_compare_exchange_strong(&s->code_path, &path, kept)) return ATOM_true;
  }
}
Term native_code_prepend_path(Process *p) { return change_path(p, PATH_PREPEND); }
Term native_code_append_path(Process *p) { return change_path(p, PATH_APPEND); }
Term native_code_delete_path(Process *p) { return change_path(p, PATH_DELETE); }
Term native_code_get_path(Process *p) { return atomic_load_explicit(&native_state(p->vm)->code_path, memory_order_acquire); }

// SPDX-License-Identifier: Apache-2.0
//
// Natives of `:joist_terminal`.
#include <sys/ioctl.h>
#include <unistd.h>

#include "vm/io/terminal_start.h"
#include "vm/native/native_api.h"
#include "vm/process/signal.h"

static Terminal *terminal_of(Process *p) { return (Terminal *)(void *)__atomic_load_n(&p->vm->io, __ATOMIC_ACQUIRE); }

static bool add_text(Buffer *b, Term t) {
  if (!term_is_binary(t)) return false;
  Buffer scratch;
  size_t size;
  buffer_init(&scratch, b->alloc);
  const unsigned char *bytes = binary_bytes_any(t, &scratch, &size);
  if (bytes) buffer_add(b, bytes, size);
  else b->failed = true;
  buffer_free(&scratch);
  return !b->failed;
}

// start(): the calling process owns the terminal from now on: :edited, :plain (lines without editing), or false: there is none.
Term native_terminal_start(Process *p) {
  Terminal *t = terminal_start(p->vm, p->pid);
  return !t ? ATOM_false : t->plain ? ATOM_plain : ATOM_edited;
}

// read(id, kind, prompt, continuation): wants an entry; kind :statement or :line.
Term native_terminal_read(Process *p) {
  Terminal *t = terminal_of(p);
  uint64_t id;
  if (!t || !native_count(ARG(0), &id) || (ARG(1) != ATOM_statement && ARG(1) != ATOM_line)) return native_badarg(p);
  EntryRequest r = {.id = id, .kind = ARG(1) == ATOM_statement ? ENTRY_STATEMENT : ENTRY_LINE};
  buffer_init(&r.prompt, &p->vm->alloc);
  buffer_init(&r.continuation, &p->vm->alloc);
  if (!add_text(&r.prompt, ARG(2)) || !add_text(&r.continuation, ARG(3))) {
    buffer_free(&r.prompt);
    buffer_free(&r.continuation);
    return native_badarg(p);
  }
  terminal_want_entry(t, &r);
  return ATOM_ok;
}

// cancel(id)
Term native_terminal_cancel(Process *p) {
  uint64_t id;
  if (!terminal_of(p) || !native_count(ARG(0), &id)) return native_badarg(p);
  terminal_cancel(terminal_of(p), id);
  return ATOM_ok;
}

// answer(:complete | :incomplete): to {:check, text}.
Term native_terminal_answer(Process *p) {
  if (!terminal_of(p) || (ARG(0) != ATOM_complete && ARG(0) != ATOM_incomplete)) return native_badarg(p);
  terminal_answer(terminal_of(p), ARG(0) == ATOM_complete ? ANSWER_COMPLETE : ANSWER_INCOMPLETE, NULL, NULL);
  return ATOM_ok;
}

// completion(insert, candidates): to {:complete, text}.
Term native_terminal_completion(Process *p) {
  Terminal *t = terminal_of(p);
  if (!t) return native_badarg(p);
  Buffer insert, candidates;
  buffer_init(&insert, &p->vm->alloc);
  buffer_init(&candidates, &p->vm->alloc);
  bool ok = add_text(&insert, ARG(0));
  Term list = ARG(1);
  for (; ok && term_is_cons(list); list = cons_tail(list)) {
    ok = add_text(&candidates, cons_head(list));
    buffer_byte(&candidates, 0);
  }
  if (!ok || list != T_NIL || candidates.failed) {
    buffer_free(&insert);
    buffer_free(&candidates);
    return native_badarg(p);
  }
  terminal_answer(t, ANSWER_COMPLETION, &insert, &candidates);
  return ATOM_ok;
}

// size(): {columns, rows} of the terminal, {80, 24} when there is none.
Term native_terminal_size(Process *p) {
  struct winsize w;
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row;
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, term_small(known ? w.ws_col : 80), term_small(known ? w.ws_row : 24));
}

Term native_terminal_clear(Process *p) {
  if (!terminal_of(p)) return ATOM_false;
  terminal_clear(terminal_of(p));
  return ATOM_ok;
}

// history(): entries, the newest first.
Term native_terminal_history(Process *p) {
  Terminal *t = terminal_of(p);
  if (!t) return T_NIL;
  size_t words = 0;
  pthread_mutex_lock(&t->lock);
  for (size_t i = 0; i < t->history.count; i++) words += CONS_WORDS + binary_words(t->history.entries[i].size);
  pthread_mutex_unlock(&t->lock);
  NATIVE_RESERVE(words);
  Term list = T_NIL;
  pthread_mutex_lock(&t->lock);
  // What was added meanwhile (it is only added to) did not get room.
  for (size_t i = 0; i < t->history.count && words; i++) {
    const HistoryEntry *e = &t->history.entries[i];
    size_t needs = CONS_WORDS + binary_words(e->size);
    if (needs > words) break;
    words -= needs;
    Term text = binary_make(native_context(p), &p->heap, e->text, e->size);
    if (text != T_NONE) list = heap_cons(&p->heap, text, list);
  }
  pthread_mutex_unlock(&t->lock);
  native_charge(p, t->history.count / 8);
  return list;
}

// interrupt(pid): the process gets an exception, class exit, reason :interrupted, wherever it is.
Term native_terminal_interrupt(Process *p) {
  if (!term_is_pid(ARG(0))) return native_badarg(p);
  signal_send(p->vm, ARG(0), signal_new(p->vm, SIGNAL_INTERRUPT, p->pid, 0, T_NONE));
  return ATOM_true;
}

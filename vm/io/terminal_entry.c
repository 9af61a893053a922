// SPDX-License-Identifier: Apache-2.0
//
// Reading one entry, from its prompt to the message that tells its owner how it ended.
//
// Keys go to libedit one by one (terminal_edit.c); what it leaves over comes back as an EditCommand and is done here: entering, completing,
// pastes, the ways out. Whether a statement is complete, and what completes a word, only the owner knows: it is asked, and while
// it thinks text of others is shown and Ctrl-C is seen.
// Thread: the terminal's, without the lock.
#include <string.h>

#include "vm/io/terminal_internal.h"

static void begin_editing(Terminal *t) {
  pthread_mutex_lock(&t->lock);
  t->editing = true;
  t->answer = ANSWER_NONE;
  pthread_mutex_unlock(&t->lock);
  // A statement begins on a row of its own; a program's prompt stays where it was written.
  if (t->entry.kind == ENTRY_STATEMENT && t->column.column) {
    buffer_text(&t->out, "\r\n");
    t->column = (ScreenColumn){0};
  }
  if (t->column.column >= t->screen.columns) {
    buffer_text(&t->out, "\r\n");
    t->column = (ScreenColumn){0};
  }
  t->screen.origin = t->screen.at_column = t->column.column;
  t->dirty = true;
}

static void end_editing(Terminal *t) {
  screen_leave(&t->screen, &t->out);
  pthread_mutex_lock(&t->lock);
  t->editing = false;
  t->column = (ScreenColumn){0};
  buffer_add(&t->out, t->output.data, t->output.size);
  screen_column_follow(&t->column, t->output.data, t->output.size, t->columns);
  t->output.size = 0;
  terminal_send(t, &t->out);
  pthread_cond_broadcast(&t->written);
  pthread_mutex_unlock(&t->lock);
}

static void text_of(Terminal *t, Buffer *b) {
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  b->size = 0;
  wide_to_utf8(b, text, length);
}

// Asks the owner and waits for its answer. False: interrupted, or not wanted any more (*command).
static bool ask_owner(Terminal *t, Term word, const Buffer *text, AnswerKind *answer, EditCommand *command) {
  pthread_mutex_lock(&t->lock);
  t->answer = ANSWER_NONE;
  pthread_mutex_unlock(&t->lock);
  terminal_post(t, word, text->data ? text->data : "", text->size);
  for (;;) {
    pthread_mutex_lock(&t->lock);
    *answer = t->answer;
    pthread_mutex_unlock(&t->lock);
    if (*answer != ANSWER_NONE) return true;
    uint32_t seen = terminal_look_around(t);
    // A check is answered at once, and what is typed behind the entry is for its evaluation; a completion may take its time.
    bool interrupted = seen == KEY_INTERRUPT || (word == ATOM_complete && input_take_interrupt(t));
    if (interrupted || seen == KEY_CANCEL || t->ended) {
      *command = seen == KEY_CANCEL ? EDIT_CANCEL : interrupted ? EDIT_INTERRUPT : EDIT_END;
      return false;
    }
    if (t->out.size) terminal_show(t);
    input_wait(t, -1);
  }
}

static void show_candidates(Terminal *t, const Buffer *list) {
  unsigned widest = 0, count = 0;
  for (size_t i = 0; i < list->size; i += strlen(list->data + i) + 1, count++) {
    ScreenColumn c = {0};
    screen_column_follow(&c, list->data + i, strlen(list->data + i), UINT32_MAX);
    if (c.column > widest) widest = c.column;
  }
  if (!count) return;
  const char **items = alloc_get(&t->vm->alloc, count * sizeof *items);
  if (!items) return;
  size_t at = 0;
  for (unsigned i = 0; i < count; i++, at += strlen(list->data + at) + 1) items[i] = list->data + at;
  unsigned per_row = t->screen.columns / (widest + 2), rows;
  if (per_row == 0) per_row = 1;
  rows = (count + per_row - 1) / per_row;
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length);
  terminal_show(t);
  edit_move(t, cursor);
  screen_leave(&t->screen, &t->out);
  t->column = (ScreenColumn){0};
  for (unsigned row = 0; row < rows; row++) {
    for (unsigned i = row; i < count; i += rows) {
      ScreenColumn c = {0};
      buffer_text(&t->out, items[i]);
      screen_column_follow(&c, items[i], strlen(items[i]), UINT32_MAX);
      for (unsigned pad = c.column; i + rows < count && pad < widest + 2; pad++) buffer_byte(&t->out, ' ');
    }
    buffer_text(&t->out, "\r\n");
  }
  alloc_put(&t->vm->alloc, items, count * sizeof *items);
}

static void insert_utf8(Terminal *t, const char *bytes, size_t size) {
  size_t length;
  wchar_t *text = wide_from_utf8(&t->vm->alloc, bytes, size, &length);
  if (!text) return;
  edit_insert(t, text, length);
  alloc_put(&t->vm->alloc, text, (size + 1) * sizeof *text);
}

static EditCommand complete(Terminal *t) {
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  size_t start = cursor;
  while (start && text[start - 1] != '\n' && (text[start - 1] == ' ' || text[start - 1] == '\t')) start--;
  if (cursor && (start == 0 || text[start - 1] == '\n')) { // indentation
    edit_insert(t, L"  ", 2);
    return EDIT_NOTHING;
  }
  if (t->entry.kind != ENTRY_STATEMENT) {
    edit_insert(t, L"\t", 1);
    return EDIT_NOTHING;
  }
  Buffer before;
  buffer_init(&before, &t->vm->alloc);
  wide_to_utf8(&before, text, cursor);
  AnswerKind answer;
  EditCommand command = EDIT_NOTHING;
  bool answered = ask_owner(t, ATOM_complete, &before, &answer, &command);
  buffer_free(&before);
  if (!answered) return command;
  pthread_mutex_lock(&t->lock);
  Buffer insert = t->insert, candidates = t->candidates;
  buffer_init(&t->insert, &t->vm->alloc);
  buffer_init(&t->candidates, &t->vm->alloc);
  pthread_mutex_unlock(&t->lock);
  show_candidates(t, &candidates);
  if (insert.size) insert_utf8(t, insert.data, insert.size);
  else if (!candidates.size) buffer_byte(&t->out, '\a');
  buffer_free(&insert);
  buffer_free(&candidates);
  t->dirty = true;
  return EDIT_NOTHING;
}

// A paste: line ends are \n, other controls but tabs are dropped. True: it ends with a line end, and is entered.
static bool take_paste(Terminal *t) {
  Buffer clean;
  buffer_init(&clean, &t->vm->alloc);
  for (size_t i = 0; i < t->paste.size; i++) {
    unsigned char c = (unsigned char)t->paste.data[i];
    if (c == '\r') {
      if (i + 1 < t->paste.size && t->paste.data[i + 1] == '\n') i++;
      c = '\n';
    }
    if (c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t') buffer_byte(&clean, c);
  }
  size_t size = clean.size;
  bool entered = size && clean.data[size - 1] == '\n';
  while (size && (clean.data[size - 1] == '\n' || clean.data[size - 1] == ' ' || clean.data[size - 1] == '\t') && entered) size--;
  if (size) insert_utf8(t, clean.data, size);
  buffer_free(&clean);
  t->paste.size = 0;
  return entered;
}

// Is the statement complete? Then it is entered. Else it goes on, on a line of its own.
static EditCommand enter(Terminal *t, bool *done) {
  *done = true;
  if (t->entry.kind != ENTRY_STATEMENT) return EDIT_NOTHING;
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  text_of(t, &text);
  AnswerKind answer;
  EditCommand command = EDIT_NOTHING;
  bool answered = ask_owner(t, ATOM_check, &text, &answer, &command);
  buffer_free(&text);
  *done = answered && answer == ANSWER_COMPLETE;
  if (answered && !*done) edit_insert(t, L"\n", 1);
  return command;
}

typedef enum EntryEnd { END_ENTERED, END_EOF, END_INTERRUPTED, END_CANCELLED } EntryEnd;

static void write_interrupted(Terminal *t) {
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length);
  terminal_show(t);
  buffer_text(&t->out, "^C");
  screen_leave(&t->screen, &t->out);
  t->column = (ScreenColumn){0};
}

static EntryEnd edit_entry(Terminal *t) {
  HistoryWalk walk = {0};
  for (;;) {
    EditCommand command = edit_step(t);
    bool done = false;
    if (t->pasting) {
      size_t length, cursor;
      bool entered = take_paste(t);
      edit_text(t, &length, &cursor);
      if (entered && cursor == length) command = EDIT_ENTER;
    }
    if (command == EDIT_COMPLETE) command = complete(t);
    if (command == EDIT_SEARCH) command = history_search(t, &walk);
    if (command == EDIT_ENTER) command = enter(t, &done);
    if (done) break;
    switch (command) {
      case EDIT_NEW_LINE: edit_insert(t, L"\n", 1); break;
      case EDIT_UP: history_up(t, &walk); break;
      case EDIT_DOWN: history_down(t, &walk); break;
      case EDIT_OLDER_SAME: history_same(t, &walk, true); break;
      case EDIT_NEWER_SAME: history_same(t, &walk, false); break;
      case EDIT_CLEAR: terminal_clear_window(t); break;
      case EDIT_SUSPEND:
        screen_leave(&t->screen, &t->out);
        terminal_send(t, &t->out);
        input_suspend(t);
        t->dirty = true;
        break;
      case EDIT_INTERRUPT:
        write_interrupted(t);
        history_walk_end(t, &walk);
        if (t->entry.kind == ENTRY_LINE) return END_INTERRUPTED;
        edit_begin(t);
        break;
      case EDIT_END: history_walk_end(t, &walk); return END_EOF;
      case EDIT_CANCEL: history_walk_end(t, &walk); return END_CANCELLED;
      default: break;
    }
  }
  history_walk_end(t, &walk);
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length); // the whole entry is seen when it is entered
  terminal_show(t);
  return END_ENTERED;
}

static void finish_entry(Terminal *t, EntryEnd end) {
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  if (end == END_ENTERED) text_of(t, &text);
  end_editing(t);
  edit_begin(t);
  switch (end) {
    case END_ENTERED:
      if (t->entry.kind == ENTRY_STATEMENT) {
        pthread_mutex_lock(&t->lock);
        history_add(&t->history, text.data ? text.data : "", text.size);
        pthread_mutex_unlock(&t->lock);
      } else {
        buffer_byte(&text, '\n');
      }
      terminal_post(t, ATOM_entry, text.data ? text.data : "", text.size);
      break;
    case END_EOF: terminal_post(t, ATOM_eof, NULL, 0); break;
    case END_INTERRUPTED: terminal_post(t, ATOM_interrupt, NULL, 0); break;
    case END_CANCELLED: break;
  }
  buffer_free(&text);
}

void entry_edit(Terminal *t) {
  terminal_look_at_window(t);
  begin_editing(t);
  finish_entry(t, edit_entry(t));
}

// --- terminals that cannot move their cursor: lines as the system gives them

void entry_read_plain(Terminal *t) {
  buffer_add(&t->out, t->entry.prompt.data, t->entry.prompt.size);
  terminal_send(t, &t->out);
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  for (;;) {
    uint32_t seen = terminal_look_around(t);
    if (seen == KEY_CANCEL) break;
    if (seen == KEY_INTERRUPT) {
      t->input.size = t->input_at = 0;
      if (t->entry.kind == ENTRY_LINE) {
        terminal_post(t, ATOM_interrupt, NULL, 0);
        break;
      }
      text.size = 0;
      buffer_text(&t->out, "\n");
      buffer_add(&t->out, t->entry.prompt.data, t->entry.prompt.size);
      terminal_send(t, &t->out);
    }
    const char *from = t->input.data + t->input_at;
    size_t there = t->input.size - t->input_at;
    const char *end = there ? memchr(from, '\n', there) : NULL;
    if (end || (t->ended && there)) {
      size_t size = end ? (size_t)(end - from) : there;
      buffer_add(&text, from, size);
      t->input_at += size + (end ? 1 : 0);
      if (t->entry.kind == ENTRY_LINE) buffer_byte(&text, '\n');
      AnswerKind answer = ANSWER_COMPLETE;
      EditCommand command;
      if (t->entry.kind == ENTRY_STATEMENT && !ask_owner(t, ATOM_check, &text, &answer, &command) && !t->ended) continue;
      if (answer == ANSWER_INCOMPLETE) {
        buffer_byte(&text, '\n');
        buffer_add(&t->out, t->entry.continuation.data, t->entry.continuation.size);
        terminal_send(t, &t->out);
        continue;
      }
      terminal_post(t, ATOM_entry, text.data ? text.data : "", text.size);
      break;
    }
    if (t->ended) {
      terminal_post(t, ATOM_eof, NULL, 0);
      t->ended = false; // the end of a file on a terminal is not for ever
      break;
    }
    input_wait(t, -1);
  }
  buffer_free(&text);
}

// SPDX-License-Identifier: Apache-2.0
//
// What the files of the terminal share. Outside vm/io: terminal.h.
#ifndef JOIST_IO_TERMINAL_INTERNAL_H
#define JOIST_IO_TERMINAL_INTERNAL_H

#include <pthread.h>
#include <termios.h>

#include "vm/io/terminal.h"
#include "vm/io/terminal_history.h"
#include "vm/io/terminal_screen.h"

// What an entry is read for.
typedef enum EntryKind {
  ENTRY_STATEMENT, // of the shell: may have many lines, goes to the history, TAB completes
  ENTRY_LINE,      // for a program that reads standard input
} EntryKind;

typedef enum AnswerKind { ANSWER_NONE, ANSWER_COMPLETE, ANSWER_INCOMPLETE, ANSWER_COMPLETION } AnswerKind;

// What a key, or something that came meanwhile, asks of the loop that reads an entry.
typedef enum EditCommand {
  EDIT_NOTHING,
  EDIT_ENTER,
  EDIT_NEW_LINE,   // a line end without entering
  EDIT_END,        // Ctrl-D on an empty line, or no more input
  EDIT_COMPLETE,
  EDIT_UP,
  EDIT_DOWN,
  EDIT_OLDER_SAME, // the older entry that begins as what stands before the cursor
  EDIT_NEWER_SAME,
  EDIT_SEARCH,
  EDIT_CLEAR,
  EDIT_SUSPEND,
  EDIT_INTERRUPT,  // Ctrl-C
  EDIT_CANCEL,     // the owner wants the entry no more
} EditCommand;

// Keys that are no characters; behind the last code point.
enum { KEY_NONE = 0x110000, KEY_INTERRUPT, KEY_CANCEL, KEY_END, KEY_PASTE };

typedef struct EntryRequest {
  uint64_t id;
  EntryKind kind;
  Buffer prompt, continuation;
} EntryRequest;

struct Terminal {
  Vm *vm;
  _Atomic(Term) owner;     // (any) pid; the shell may be another process later
  bool plain;              // the terminal cannot move its cursor, or output goes elsewhere: lines as the system gives them
  bool error_is_terminal, output_is_terminal;
  pthread_t thread;
  _Atomic(bool) started;   // any
  int wake_fd;             // eventfd; any
  _Atomic(bool) resized, interrupted, quit; // any
  // Settings. `raw` says that they are ours; terminal_restore reads them without a lock.
  struct termios saved, own;
  _Atomic(bool) raw;

  pthread_mutex_t lock;
  pthread_cond_t written;  // output has room again
  // Under lock:
  bool editing;            // an entry is on the screen: text of others goes to `output`
  Buffer output;
  ScreenColumn column;
  bool wanted;             // `request` waits to be taken by the thread
  EntryRequest request;
  uint64_t cancelled;      // id of the entry nobody wants any more
  AnswerKind answer;       // to the question asked last
  uint64_t answer_id;
  Buffer insert;           // ANSWER_COMPLETION
  Buffer candidates;       // … each ended by a zero byte
  bool clear_wanted;
  EntryHistory history;
  unsigned columns, rows;

  // Of the thread alone:
  Buffer input;            // typed, not yet taken; input_at bytes of it are gone
  size_t input_at;
  bool ended;              // the terminal is gone
  bool pasting;            // input_at stands within a bracketed paste that is being taken
  Buffer paste;
  Screen screen;
  Buffer out;              // scratch for what goes to the terminal
  EntryRequest entry;      // what is being read
  struct editline *edit;
  EditCommand command;     // of the key handled last
  bool dirty;              // the screen does not show the entry as it is
  const char *prompt_now;  // searching shows another prompt; NULL: the entry's
  size_t prompt_now_size;
};

// --- terminal_input.c: settings, bytes, keys
// Ours: no echo, no line discipline, every key a byte; `saved` is what they were. False: standard input is no terminal any more.
bool input_take_terminal(Terminal *t);
void input_give_terminal_back(Terminal *t);
// Somebody may have changed the settings (the program was stopped and goes on): puts ours in force again. True: it had to.
bool input_keep_terminal(Terminal *t);
// The next key, waiting for it; what comes meanwhile (text, resizing, the owner's wishes) is seen to. `pending` (may be NULL) is called before it
// waits, to show what has changed. A code point, or KEY_….
uint32_t input_key(Terminal *t);
// Waits until something comes; reads what is typed into t->input. Thread: the terminal's, without the lock.
void input_wait(Terminal *t, int timeout_ms);
// Nothing is being read: only interrupting keys count. True: one was typed; what was typed before it is dropped.
bool input_take_interrupt(Terminal *t);
bool input_is_waiting(const Terminal *t); // bytes are there
void input_suspend(Terminal *t);
// Puts bytes in front of what was typed.
void input_put_back(Terminal *t, const char *bytes, size_t size);

// --- terminal_edit.c: libedit
bool edit_open(Terminal *t);
void edit_close(Terminal *t);
// Lets libedit handle the next key. Answers what is left to do for the caller.
EditCommand edit_step(Terminal *t);
const wchar_t *edit_text(Terminal *t, size_t *length, size_t *cursor);
void edit_begin(Terminal *t); // an empty line, as at the start; what was killed is kept
void edit_set(Terminal *t, const wchar_t *text, size_t length); // the cursor behind it
void edit_insert(Terminal *t, const wchar_t *text, size_t length);
void edit_move(Terminal *t, size_t cursor);

// --- terminal_walk.c: the history while an entry is edited
typedef struct HistoryWalk {
  size_t back;    // entry of the history that is being edited, 1 the newest; 0: none
  Buffer present; // what was typed before the walk began
} HistoryWalk;
void history_up(Terminal *t, HistoryWalk *w);
void history_down(Terminal *t, HistoryWalk *w);
void history_same(Terminal *t, HistoryWalk *w, bool older);
EditCommand history_search(Terminal *t, HistoryWalk *w);
void history_walk_end(Terminal *t, HistoryWalk *w);

// --- terminal_entry.c: one entry. Each ends with a message to the owner, unless the entry was cancelled.
void entry_edit(Terminal *t);
void entry_read_plain(Terminal *t); // a line as the system gives it

// --- terminal.c
// {:joist_terminal, id of the entry, word or {word, text}} to the owner; bytes NULL: no text.
void terminal_post(Terminal *t, Term word, const char *bytes, size_t size);
void terminal_look_at_window(Terminal *t); // its size
void terminal_clear_window(Terminal *t);
// Takes note of what others did: quit, cancelled, resized, text to show. Answers KEY_CANCEL, KEY_END, KEY_INTERRUPT or KEY_NONE.
uint32_t terminal_look_around(Terminal *t);
void terminal_show(Terminal *t);   // brings the screen up to date
void terminal_send(Terminal *t, Buffer *bytes); // to the terminal; empties it

// UTF-8 to wide characters, on the Alloc: NULL without memory. Bytes that are no text become U+FFFD.
wchar_t *wide_from_utf8(const Alloc *a, const char *bytes, size_t size, size_t *length);
void wide_to_utf8(Buffer *b, const wchar_t *text, size_t length);

#endif

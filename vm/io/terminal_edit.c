// SPDX-License-Identifier: Apache-2.0
//
// libedit: key maps (emacs, or vi when ~/.editrc says so), editing commands, kills and yanks.
//
// libedit is given keys one by one (its unbuffered mode) and edits its line. What it cannot do, or not well enough, are
// commands of ours that it only maps keys to; they say in t->command what the loop in terminal.c shall do: lines of an entry
// (its Up and Down know one line), history (it keeps 1,024 characters of the line one leaves), searching (its search keeps
// state in static variables), completion, clearing the screen. It draws too, onto nothing: see terminal_screen.h.
//
// libedit changes the settings of a terminal whenever it likes; after its start it is given /dev/null for a terminal, so it no longer can.
#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "vm/io/terminal_internal.h"

enum { EDIT_BYTES_MAX = 16 << 20 };

static Terminal *terminal_of(EditLine *e) {
  void *t = NULL;
  el_wget(e, EL_CLIENTDATA, &t);
  return t;
}

// --- commands that libedit maps keys to

static unsigned char ask(EditLine *e, EditCommand command) {
  terminal_of(e)->command = command;
  return CC_NORM;
}

#define COMMANDS(X) \
  X(enter, EDIT_ENTER) X(new_line, EDIT_NEW_LINE) X(complete, EDIT_COMPLETE) X(up, EDIT_UP) X(down, EDIT_DOWN) X(older_same, EDIT_OLDER_SAME) \
  X(newer_same, EDIT_NEWER_SAME) X(search, EDIT_SEARCH) X(clear, EDIT_CLEAR) X(suspend, EDIT_SUSPEND) X(interrupt, EDIT_INTERRUPT)

#define COMMAND(name, command) \
  static unsigned char on_##name(EditLine *e, wint_t key) { return (void)key, ask(e, command); }
COMMANDS(COMMAND)
#undef COMMAND

// --- within an entry of several lines, line by line

static unsigned char move(EditLine *e, const wchar_t *to) { return el_cursor(e, (int)(to - el_wline(e)->cursor)), CC_REFRESH; }

static unsigned char on_line_begin(EditLine *e, wint_t key) {
  (void)key;
  const LineInfoW *line = el_wline(e);
  const wchar_t *at = line->cursor;
  while (at > line->buffer && at[-1] != L'\n') at--;
  return move(e, at);
}
static unsigned char on_line_end(EditLine *e, wint_t key) {
  (void)key;
  const LineInfoW *line = el_wline(e);
  const wchar_t *at = line->cursor;
  while (at < line->lastchar && *at != L'\n') at++;
  return move(e, at);
}
// libedit's own killing keeps what is killed; it is told to by keys that nobody can type: mark, move, kill what is between.
static unsigned char on_kill_line(EditLine *e, wint_t key) {
  (void)key;
  const LineInfoW *line = el_wline(e);
  if (line->cursor < line->lastchar && *line->cursor == L'\n') {
    el_cursor(e, 1);
    el_deletestr(e, 1);
  } else if (line->cursor < line->lastchar) {
    el_wpush(e, L"\x80\x82\x81");
  }
  return CC_REFRESH;
}
static unsigned char on_kill_begin(EditLine *e, wint_t key) {
  (void)key;
  const LineInfoW *line = el_wline(e);
  if (line->cursor > line->buffer && line->cursor[-1] == L'\n') el_deletestr(e, 1);
  else if (line->cursor > line->buffer) el_wpush(e, L"\x80\x83\x81");
  return CC_REFRESH;
}

// Ctrl-D: the end on an empty line, else it deletes a character.
static unsigned char on_end(EditLine *e, wint_t key) {
  (void)key;
  const LineInfoW *line = el_wline(e);
  if (line->buffer == line->lastchar) return ask(e, EDIT_END);
  if (line->cursor == line->lastchar) return CC_ERROR;
  el_cursor(e, 1);
  el_deletestr(e, 1);
  return CC_REFRESH;
}

static const struct {
  const wchar_t *name;
  unsigned char (*function)(EditLine *, wint_t);
} FUNCTIONS[] = {
#define COMMAND(name, command) {L"joist-" L## #name, on_##name},
    COMMANDS(COMMAND)
#undef COMMAND
    {L"joist-end", on_end}, {L"joist-line_begin", on_line_begin}, {L"joist-line_end", on_line_end}, {L"joist-kill_line", on_kill_line},
    {L"joist-kill_begin", on_kill_begin},
};

static const struct {
  const wchar_t *keys, *function;
} BINDINGS[] = {
    {L"^M", L"joist-enter"},       {L"^J", L"joist-enter"},       {L"\\e^M", L"joist-new_line"}, {L"\\e^J", L"joist-new_line"},
    {L"^I", L"joist-complete"},    {L"^C", L"joist-interrupt"},   {L"^Z", L"joist-suspend"},     {L"^L", L"joist-clear"},
    {L"^D", L"joist-end"},
};
static const struct {
  const wchar_t *keys, *function;
} EMACS_BINDINGS[] = {
    {L"^P", L"joist-up"},            {L"^N", L"joist-down"},        {L"^R", L"joist-search"},       {L"\\ep", L"joist-older_same"},
    {L"\\en", L"joist-newer_same"},  {L"\\e[A", L"joist-up"},       {L"\\eOA", L"joist-up"},        {L"\\e[B", L"joist-down"},
    {L"\\eOB", L"joist-down"},       {L"\\e[H", L"joist-line_begin"}, {L"\\eOH", L"joist-line_begin"},  {L"\\e[1~", L"joist-line_begin"},
    {L"\\e[F", L"joist-line_end"},   {L"\\eOF", L"joist-line_end"}, {L"\\e[4~", L"joist-line_end"}, {L"\\e[3~", L"ed-delete-next-char"},
    {L"\\e[1;5C", L"em-next-word"},  {L"\\e[1;5D", L"ed-prev-word"}, {L"\\e[1;3C", L"em-next-word"}, {L"\\e[1;3D", L"ed-prev-word"},
    {L"\\e^?", L"ed-delete-prev-word"}, {L"\\e[C", L"ed-next-char"}, {L"\\eOC", L"ed-next-char"},    {L"\\e[D", L"ed-prev-char"},
    {L"\\eOD", L"ed-prev-char"},     {L"^G", L"ed-unassigned"},      {L"^W", L"ed-delete-prev-word"}, {L"^U", L"joist-kill_begin"},
    {L"^K", L"joist-kill_line"},     {L"^A", L"joist-line_begin"},   {L"^E", L"joist-line_end"},     {L"\x80", L"em-set-mark"},
    {L"\x81", L"em-kill-region"},   {L"\x82", L"joist-line_end"},  {L"\x83", L"joist-line_begin"},
    {L"^Q", L"ed-quoted-insert"},    {L"^V", L"ed-quoted-insert"},
};

// --- keys for libedit

static int get_key(EditLine *e, wchar_t *key) {
  Terminal *t = terminal_of(e);
  uint32_t k = input_key(t);
  switch (k) {
    case KEY_INTERRUPT: t->command = EDIT_INTERRUPT; break;
    case KEY_CANCEL: t->command = EDIT_CANCEL; break;
    case KEY_END: t->command = EDIT_END; break;
    case KEY_PASTE: t->command = EDIT_NOTHING; *key = 0; return t->pasting = true, 0;
    default: *key = (wchar_t)k; return 1;
  }
  *key = 0;
  return 0;
}

EditCommand edit_step(Terminal *t) {
  int count;
  size_t length, cursor, length_before, before;
  edit_text(t, &length_before, &before);
  t->command = EDIT_NOTHING;
  t->pasting = false;
  el_wgets(t->edit, &count);
  t->dirty = true;
  // A character and what combines with it are passed in one go.
  const wchar_t *text = edit_text(t, &length, &cursor);
  if (length == length_before && cursor != before) {
    ptrdiff_t step = cursor < before ? -1 : 1;
    size_t at = cursor;
    while (at > 0 && at < length && text[at] != L'\n' && screen_width((uint32_t)text[at]) == 0) at = (size_t)((ptrdiff_t)at + step);
    if (at != cursor) edit_move(t, at);
  }
  return t->command;
}

const wchar_t *edit_text(Terminal *t, size_t *length, size_t *cursor) {
  const LineInfoW *line = el_wline(t->edit);
  *length = (size_t)(line->lastchar - line->buffer);
  *cursor = (size_t)(line->cursor - line->buffer);
  return line->buffer;
}

void edit_move(Terminal *t, size_t cursor) {
  size_t length, now;
  edit_text(t, &length, &now);
  if (cursor > length) cursor = length;
  if (cursor != now) el_cursor(t->edit, (int)((ptrdiff_t)cursor - (ptrdiff_t)now));
  t->dirty = true;
}

void edit_insert(Terminal *t, const wchar_t *text, size_t length) {
  size_t there, cursor;
  edit_text(t, &there, &cursor);
  if (length && there + length < EDIT_BYTES_MAX) el_winsertstr(t->edit, text);
  t->dirty = true;
}

void edit_begin(Terminal *t) {
  el_reset(t->edit); // vi's insert mode, no argument, no mark; it would change the settings of /dev/null
  t->dirty = true;
}

void edit_set(Terminal *t, const wchar_t *text, size_t length) {
  size_t there, cursor;
  edit_text(t, &there, &cursor);
  edit_move(t, there);
  if (there) el_deletestr(t->edit, (int)there);
  edit_insert(t, text, length);
}

// --- start and end

static bool bind(EditLine *e, const wchar_t *map, const wchar_t *keys, const wchar_t *function) {
  return (map ? el_wset(e, EL_BIND, map, keys, function, NULL) : el_wset(e, EL_BIND, keys, function, NULL)) == 0;
}

static void bind_all(EditLine *e) {
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
    el_wset(e, EL_ADDFN, FUNCTIONS[i].name, L"of Joist's shell", FUNCTIONS[i].function);
  for (size_t i = 0; i < sizeof EMACS_BINDINGS / sizeof *EMACS_BINDINGS; i++) bind(e, NULL, EMACS_BINDINGS[i].keys, EMACS_BINDINGS[i].function);
  for (size_t i = 0; i < sizeof BINDINGS / sizeof *BINDINGS; i++) bind(e, NULL, BINDINGS[i].keys, BINDINGS[i].function);
  // Characters of the second half of Latin-1 are characters, whatever the locale says.
  for (wchar_t c = 0xa0; c <= 0xff; c++) bind(e, NULL, (const wchar_t[]){c, 0}, L"ed-insert");
}

bool edit_open(Terminal *t) {
  FILE *none_in = fopen("/dev/null", "re"), *none_out = fopen("/dev/null", "we");
  EditLine *e = none_in && none_out ? el_init_fd("joist", none_in, none_out, none_out, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO) : NULL;
  if (!e) {
    if (none_in) fclose(none_in);
    if (none_out) fclose(none_out);
    return false;
  }
  t->edit = e;
  el_wset(e, EL_CLIENTDATA, t);
  el_wset(e, EL_SIGNAL, 0);
  el_wset(e, EL_EDITOR, L"emacs");
  bind_all(e);
  el_wset(e, EL_GETCFN, get_key);
  el_wset(e, EL_UNBUFFERED, 1); // it sets the terminal to its editing mode: the last time that it touches it
  el_set(e, EL_SETFP, 0, none_in);
  el_source(e, NULL);
  // A vi map has its own keys for what we do.
  wchar_t *editor = NULL;
  if (el_wget(e, EL_EDITOR, &editor) == 0 && editor && wcscmp(editor, L"vi") == 0) {
    // Escape is a key of its own there: sequences of keys that begin with it are known in the command map alone, where it has
    // led to, and once more whole, for who is there already.
    for (size_t i = 0; i < sizeof BINDINGS / sizeof *BINDINGS; i++) {
      if (BINDINGS[i].keys[0] == L'\\') continue;
      bind(e, NULL, BINDINGS[i].keys, BINDINGS[i].function);
      bind(e, L"-a", BINDINGS[i].keys, BINDINGS[i].function);
    }
    static const wchar_t *const UP[] = {L"[A", L"OA", L"\\e[A", L"\\eOA"}, *const DOWN[] = {L"[B", L"OB", L"\\e[B", L"\\eOB"};
    for (int i = 0; i < 4; i++) {
      bind(e, L"-a", UP[i], L"joist-up");
      bind(e, L"-a", DOWN[i], L"joist-down");
    }
    bind(e, L"-a", L"k", L"joist-up");
    bind(e, L"-a", L"j", L"joist-down");
    bind(e, L"-a", L"/", L"joist-search");
    bind(e, NULL, L"^R", L"joist-search");
  }
  return true;
}

void edit_close(Terminal *t) {
  if (!t->edit) return;
  FILE *in = NULL, *out = NULL;
  el_get(t->edit, EL_GETFP, 0, &in);
  el_get(t->edit, EL_GETFP, 1, &out);
  el_end(t->edit);
  if (in) fclose(in);
  if (out) fclose(out);
  t->edit = NULL;
}

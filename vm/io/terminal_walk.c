// SPDX-License-Identifier: Apache-2.0
//
// Going through the history while an entry is edited: up and down, by the same beginning, by searching.
//
// An entry that is left is kept as it was edited until the walk ends (one that is not in the history yet: position 0);
// others come from the history as they are there.
#include "vm/io/terminal_internal.h"

static void keep_present(Terminal *t, HistoryWalk *w) {
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  Buffer b;
  buffer_init(&b, &t->vm->alloc);
  wide_to_utf8(&b, text, length);
  if (w->present.alloc) buffer_free(&w->present);
  w->present = b;
}

void history_walk_end(Terminal *t, HistoryWalk *w) {
  (void)t;
  if (w->present.alloc) buffer_free(&w->present);
  *w = (HistoryWalk){0};
}

// Entry `back` of the history, 1 the newest, 0 the present one, as wide text. NULL: there is none.
static wchar_t *entry_at(Terminal *t, HistoryWalk *w, size_t back, size_t *length, size_t *room) {
  wchar_t *text = NULL;
  pthread_mutex_lock(&t->lock);
  if (back == 0) {
    *room = w->present.size + 1;
    text = wide_from_utf8(&t->vm->alloc, w->present.data, w->present.size, length);
  } else if (back <= t->history.count) {
    const HistoryEntry *e = &t->history.entries[t->history.count - back];
    *room = e->size + 1;
    text = wide_from_utf8(&t->vm->alloc, e->text, e->size, length);
  }
  pthread_mutex_unlock(&t->lock);
  return text;
}

static void drop(Terminal *t, wchar_t *text, size_t room) { alloc_put(&t->vm->alloc, text, room * sizeof *text); }

// False: there is no such entry.
static bool go_to(Terminal *t, HistoryWalk *w, size_t back) {
  if (w->back == 0) keep_present(t, w);
  size_t length, room;
  wchar_t *text = entry_at(t, w, back, &length, &room);
  if (!text) return false;
  edit_set(t, text, length);
  drop(t, text, room);
  w->back = back;
  return true;
}

static void beep(Terminal *t) { buffer_byte(&t->out, '\a'); }

// Within an entry of several lines the cursor goes up and down, keeping its column.
static bool move_line(Terminal *t, bool up) {
  size_t length, cursor, start, target;
  const wchar_t *text = edit_text(t, &length, &cursor);
  for (start = cursor; start && text[start - 1] != '\n'; start--) {}
  size_t column = cursor - start;
  if (up) {
    if (start == 0) return false;
    for (target = start - 1; target && text[target - 1] != '\n'; target--) {}
  } else {
    for (target = cursor; target < length && text[target] != '\n'; target++) {}
    if (target == length) return false;
    target++;
  }
  for (size_t i = 0; i < column && target < length && text[target] != '\n'; i++) target++;
  edit_move(t, target);
  return true;
}

void history_up(Terminal *t, HistoryWalk *w) {
  if (t->entry.kind != ENTRY_STATEMENT || (!move_line(t, true) && !go_to(t, w, w->back + 1))) beep(t);
}

void history_down(Terminal *t, HistoryWalk *w) {
  if (t->entry.kind != ENTRY_STATEMENT || (!move_line(t, false) && (w->back == 0 || !go_to(t, w, w->back - 1)))) beep(t);
}

static size_t find_from(const wchar_t *in, size_t length, const wchar_t *what, size_t what_length) {
  for (size_t i = 0; i + what_length <= length; i++)
    if (wmemcmp(in + i, what, what_length) == 0) return i;
  return SIZE_MAX;
}

void history_same(Terminal *t, HistoryWalk *w, bool older) {
  size_t length, cursor;
  const wchar_t *now = edit_text(t, &length, &cursor);
  wchar_t *beginning = alloc_get(&t->vm->alloc, (cursor + 1) * sizeof *beginning);
  if (!beginning || t->entry.kind != ENTRY_STATEMENT) return;
  wmemcpy(beginning, now, cursor);
  bool found = false;
  for (size_t back = w->back; !found && (older || back > 0);) {
    back = older ? back + 1 : back - 1;
    if (w->back == 0 && !w->present.alloc) keep_present(t, w);
    size_t room, size;
    wchar_t *text = entry_at(t, w, back, &size, &room);
    if (!text) break;
    found = size >= cursor && wmemcmp(text, beginning, cursor) == 0 && (size != length || wmemcmp(text, now, size) != 0);
    drop(t, text, room);
    if (found && go_to(t, w, back)) edit_move(t, cursor);
    now = edit_text(t, &length, &(size_t){0});
  }
  if (!found) beep(t);
  alloc_put(&t->vm->alloc, beginning, (cursor + 1) * sizeof *beginning);
}

// --- searching backwards, key by key

enum { PATTERN_MAX = 200 };

typedef struct Search {
  wchar_t pattern[PATTERN_MAX];
  size_t length;
  size_t back; // entry shown
  bool failed;
} Search;

static void show_search(Terminal *t, const Search *s, Buffer *prompt) {
  prompt->size = 0;
  buffer_text(prompt, s->failed ? "(not found)`" : "(search)`");
  wide_to_utf8(prompt, s->pattern, s->length);
  buffer_text(prompt, "': ");
  t->prompt_now = prompt->data;
  t->prompt_now_size = prompt->size;
  t->dirty = true;
}

// The next entry from `back` on that holds the pattern; direction by `older`.
static void search_from(Terminal *t, HistoryWalk *w, Search *s, size_t back, bool older) {
  for (;; back = older ? back + 1 : back - 1) {
    size_t length, room;
    wchar_t *text = back == 0 ? NULL : entry_at(t, w, back, &length, &room);
    if (!text) {
      s->failed = true;
      return;
    }
    size_t at = find_from(text, length, s->pattern, s->length);
    drop(t, text, room);
    if (at == SIZE_MAX) continue;
    s->failed = false;
    s->back = back;
    go_to(t, w, back);
    edit_move(t, at);
    return;
  }
}

EditCommand history_search(Terminal *t, HistoryWalk *w) {
  if (t->entry.kind != ENTRY_STATEMENT) return EDIT_NOTHING;
  Search s = {.back = w->back ? w->back : 1};
  Buffer prompt;
  buffer_init(&prompt, &t->vm->alloc);
  size_t began = w->back;
  if (w->back == 0) keep_present(t, w);
  EditCommand command = EDIT_NOTHING;
  for (bool searching = true; searching;) {
    show_search(t, &s, &prompt);
    uint32_t key = input_key(t);
    switch (key) {
      case KEY_INTERRUPT: command = EDIT_INTERRUPT; searching = false; break;
      case KEY_CANCEL: command = EDIT_CANCEL; searching = false; break;
      case KEY_END: command = EDIT_END; searching = false; break;
      case KEY_PASTE: t->paste.size = 0; break;
      case 3: command = EDIT_INTERRUPT; searching = false; break;
      case 7: go_to(t, w, began); searching = false; break;
      case 18: if (s.length) search_from(t, w, &s, s.back + 1, true); break;
      case 19: if (s.length) search_from(t, w, &s, s.back - 1, false); break;
      case 8:
      case 127:
        if (s.length) s.length--;
        if (s.length) search_from(t, w, &s, 1, true);
        break;
      default:
        if (key >= 0x20) {
          if (s.length < PATTERN_MAX) s.pattern[s.length++] = (wchar_t)key;
          search_from(t, w, &s, s.back ? s.back : 1, true);
        } else { // it ends the search and is then what it always is
          char byte = (char)key;
          input_put_back(t, &byte, 1);
          searching = false;
        }
        break;
    }
  }
  t->prompt_now = NULL;
  t->dirty = true;
  buffer_free(&prompt);
  return command;
}

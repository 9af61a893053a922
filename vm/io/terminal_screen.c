// SPDX-License-Identifier: Apache-2.0
#include "vm/io/terminal_screen.h"

#include <utf8proc.h>

unsigned screen_width(uint32_t character) {
  if (character < 0x300) return 1; // controls are shown by other means
  int width = utf8proc_charwidth((utf8proc_int32_t)character);
  return width < 0 ? 0 : (unsigned)width;
}

// --- the column after written text

static void follow_character(ScreenColumn *c, uint32_t character, unsigned columns) {
  unsigned width = screen_width(character);
  // A terminal stays behind the last column until something more comes.
  c->column = c->column + width > columns ? width : c->column + width;
}

static void follow_control(ScreenColumn *c, unsigned char byte, unsigned columns) {
  if (byte == '\n' || byte == '\r') {
    c->column = 0;
  } else if (byte == '\b') {
    if (c->column) c->column--;
  } else if (byte == '\t') {
    c->column = (c->column | 7) + 1;
    if (c->column >= columns) c->column = columns - 1;
  } else if (byte == 27) {
    c->escape = 1;
  }
}

static void follow_escape(ScreenColumn *c, unsigned char byte) {
  switch (c->escape) {
    case 1: c->escape = byte == '[' ? 2 : byte == ']' ? 3 : 0; break;
    case 2:
      if (byte >= 0x40 && byte < 0x7f) {
        if (byte == 'G' || byte == 'H') c->column = 0; // moved to a place; programs that do more look after themselves
        c->escape = 0;
      }
      break;
    default:
      if (byte == 7) c->escape = 0;
      if (byte == 27) c->escape = 1; // ESC \ ends a command string
      break;
  }
}

void screen_column_follow(ScreenColumn *c, const char *bytes, size_t size, unsigned columns) {
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (c->escape) {
      follow_escape(c, byte);
    } else if (c->wanted && (byte & 0xc0) == 0x80) {
      c->character = c->character << 6 | (byte & 0x3f);
      if (--c->wanted == 0) follow_character(c, c->character, columns);
    } else if (byte < 0x20 || byte == 0x7f) {
      c->wanted = 0;
      follow_control(c, byte, columns);
    } else if (byte < 0x80) {
      c->wanted = 0;
      follow_character(c, byte, columns);
    } else {
      c->wanted = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
      c->character = byte & (0x3fu >> c->wanted);
      if (!c->wanted) follow_character(c, 0xfffd, columns);
    }
  }
}

// --- laying out: where each character of an entry comes to stand

typedef struct Layout {
  Screen *screen;
  size_t row;       // of the entry
  unsigned column;
  size_t from, to;  // rows whose bytes are wanted
  ScreenRow *rows;  // row `from` is rows[0]; NULL: only places are wanted
} Layout;

static ScreenRow *layout_row(Layout *l) { return l->rows && l->row >= l->from && l->row < l->to ? &l->rows[l->row - l->from] : NULL; }

static void layout_bytes(Layout *l, const char *bytes, size_t size) {
  ScreenRow *row = layout_row(l);
  if (row) buffer_add(&row->bytes, bytes, size);
}

static void layout_end_row(Layout *l) {
  ScreenRow *row = layout_row(l);
  if (row) row->width = l->column;
  l->row++;
  l->column = 0;
}

static void layout_piece(Layout *l, const char *bytes, size_t size, unsigned width) {
  if (l->column + width > l->screen->columns) layout_end_row(l);
  layout_bytes(l, bytes, size);
  l->column += width;
}

static void layout_character(Layout *l, uint32_t c) {
  char bytes[4];
  if (c == '\t') {
    unsigned spaces = 8 - l->column % 8;
    while (spaces--) layout_piece(l, " ", 1, 1);
  } else if (c < 0x20 || c == 0x7f) {
    bytes[0] = '^';
    bytes[1] = (char)(c ^ 0x40);
    layout_piece(l, bytes, 2, 2);
  } else {
    size_t size = (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)bytes);
    layout_piece(l, bytes, size, screen_width(c));
  }
}

// Sequences take no columns, everything else does.
static void layout_prompt(Layout *l, const char *text, size_t size) {
  for (size_t i = 0; i < size;) {
    if (text[i] == 27) {
      size_t end = i + 1;
      if (end < size && text[end] == '[')
        for (end++; end < size && !(text[end] >= 0x40 && text[end] < 0x7f); end++) {}
      if (end < size) end++;
      layout_bytes(l, text + i, end - i);
      i = end;
      continue;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + i, (utf8proc_ssize_t)(size - i), &c);
    if (step <= 0) {
      c = 0xfffd;
      step = 1;
    }
    layout_character(l, (uint32_t)c);
    i += (size_t)step;
  }
}

typedef struct Place {
  size_t row;
  unsigned column;
} Place;

// Walks the entry; answers where the cursor stands. l->row is the last row afterwards.
static Place layout_entry(Layout *l, const ScreenEntry *e) {
  Place cursor = {0, 0};
  l->column = l->screen->origin;
  layout_prompt(l, e->prompt, e->prompt_size);
  for (size_t i = 0; i <= e->length; i++) {
    if (i == e->cursor) {
      // A character that does not fit any more stands on the next row, and the cursor on it.
      unsigned width = i < e->length && e->text[i] >= 0x20 ? screen_width((uint32_t)e->text[i]) : 1;
      if (l->column + width > l->screen->columns && (i == e->length || e->text[i] != '\n')) layout_end_row(l);
      cursor = (Place){l->row, l->column};
    }
    if (i == e->length) break;
    if (e->text[i] == '\n') {
      layout_end_row(l);
      layout_prompt(l, e->continuation, e->continuation_size);
    } else {
      layout_character(l, (uint32_t)e->text[i]);
    }
  }
  ScreenRow *row = layout_row(l);
  if (row) row->width = l->column;
  if (cursor.column >= l->screen->columns) cursor.column = l->screen->columns - 1; // in front of a line's end behind a full row
  return cursor;
}

// --- drawing

void screen_init(Screen *s, const Alloc *alloc) { *s = (Screen){.alloc = alloc, .columns = 80, .rows = 24}; }

static void free_rows(Screen *s, ScreenRow *rows, size_t count, size_t capacity) {
  for (size_t i = 0; i < count; i++) buffer_free(&rows[i].bytes);
  alloc_put(s->alloc, rows, capacity * sizeof *rows);
}

void screen_free(Screen *s) {
  free_rows(s, s->shown, s->shown_count, s->shown_capacity);
  s->shown = NULL;
  s->shown_count = s->shown_capacity = 0;
}

void screen_forget(Screen *s) {
  screen_free(s);
  s->at_row = 0;
  s->at_column = s->origin = 0;
}

static void move_to(Screen *s, Buffer *out, size_t row, unsigned column) {
  if (row < s->at_row) {
    buffer_format(out, "\033[%zuA", s->at_row - row);
  } else {
    // Line feeds, which make room at the bottom of the window where a movement would stop.
    for (size_t i = s->at_row; i < row; i++) buffer_text(out, "\r\n");
    if (row > s->at_row) s->at_column = 0;
  }
  s->at_row = row;
  if (column == s->at_column) return;
  buffer_byte(out, '\r');
  if (column) buffer_format(out, "\033[%uC", column);
  s->at_column = column;
}

static unsigned row_start(const Screen *s, size_t row) { return row == 0 && s->first_row == 0 ? s->origin : 0; }

static void draw_row(Screen *s, size_t row, const ScreenRow *new, const ScreenRow *old, Buffer *out) {
  size_t same = 0;
  bool appended = old && old->bytes.size <= new->bytes.size && old->width < s->columns &&
                  (!old->bytes.size || memcmp(old->bytes.data, new->bytes.data, old->bytes.size) == 0);
  if (appended) {
    same = old->bytes.size;
    if (same == new->bytes.size) return;
    move_to(s, out, row, old->width);
  } else {
    move_to(s, out, row, row_start(s, row));
  }
  buffer_add(out, new->bytes.data + same, new->bytes.size - same);
  s->at_column = new->width;
  if (!appended && new->width < s->columns) buffer_text(out, "\033[K");
  if (s->at_column >= s->columns) { // the terminal waits behind the last column
    buffer_byte(out, '\r');
    s->at_column = 0;
  }
}

void screen_draw(Screen *s, const ScreenEntry *entry, Buffer *out) {
  Layout measure = {.screen = s};
  Place cursor = layout_entry(&measure, entry);
  size_t total = measure.row + 1, height = s->rows ? s->rows : 1, first = s->shown_count ? s->first_row : 0;
  if (total <= height) first = 0;
  else if (first + height > total) first = total - height;
  if (cursor.row < first) first = cursor.row;
  if (cursor.row >= first + height) first = cursor.row - height + 1;
  if (first != s->first_row && s->shown_count && (first == 0 || s->first_row == 0) && s->origin) {
    // The row that begins behind others' text comes or goes: begin anew.
    screen_erase(s, out);
    if (first) s->origin = 0, buffer_text(out, "\r\n");
  }
  size_t count = total - first < height ? total - first : height;
  ScreenRow *rows = alloc_zero(s->alloc, count * sizeof *rows);
  if (!rows) {
    s->failed = true;
    return;
  }
  for (size_t i = 0; i < count; i++) buffer_init(&rows[i].bytes, s->alloc);
  Layout l = {.screen = s, .from = first, .to = first + count, .rows = rows};
  layout_entry(&l, entry);
  s->first_row = first;
  for (size_t i = 0; i < count; i++) {
    const ScreenRow *old = i < s->shown_count ? &s->shown[i] : NULL;
    if (!old) move_to(s, out, i, row_start(s, i));
    draw_row(s, i, &rows[i], old, out);
  }
  if (s->shown_count > count) {
    unsigned width = rows[count - 1].width;
    move_to(s, out, width < s->columns ? count - 1 : count, width < s->columns ? width : 0);
    buffer_text(out, "\033[J");
  }
  screen_free(s);
  s->shown = rows;
  s->shown_count = s->shown_capacity = count;
  move_to(s, out, cursor.row - first, cursor.column);
}

void screen_erase(Screen *s, Buffer *out) {
  if (!s->shown_count) return;
  move_to(s, out, 0, row_start(s, 0));
  buffer_text(out, "\033[J");
  screen_free(s);
  s->first_row = 0;
  s->at_row = 0;
  s->at_column = s->origin;
}

void screen_leave(Screen *s, Buffer *out) {
  if (s->shown_count) {
    move_to(s, out, s->shown_count - 1, s->at_column);
    buffer_text(out, "\r\n");
  }
  screen_forget(s);
  s->first_row = 0;
}

void screen_resize(Screen *s, unsigned columns, unsigned rows, Buffer *out) {
  if (columns == s->columns && rows == s->rows) return;
  // Most terminals break rows anew that have become too long: the cursor is then further down than it was.
  size_t above = 0;
  if (s->shown_count && columns < s->columns)
    for (size_t i = 0; i < s->at_row; i++) above += s->shown[i].width > columns ? (s->shown[i].width - 1) / columns : 0;
  if (s->shown_count && columns < s->columns) above += s->at_column / columns;
  s->at_row += above;
  s->columns = columns;
  s->rows = rows;
  if (s->origin >= columns) s->origin = 0;
  if (s->at_column >= columns) s->at_column = UINT32_MAX; // somewhere
  screen_erase(s, out);
}

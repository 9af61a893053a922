// SPDX-License-Identifier: Apache-2.0
//
// Whatever is drawn after whatever: a terminal shows the entry as if it had been written there once, plainly, and its cursor stands
// where it would stand after the text before it. The terminal here knows what a VT100 does with a full row.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "vm/io/terminal_screen.h"

enum { ROWS_MAX = 40, COLUMNS_MAX = 60 };

typedef struct Grid {
  unsigned columns, rows, row, column;
  bool waits; // behind the last column
  uint32_t cells[ROWS_MAX][COLUMNS_MAX];
} Grid;

static void grid_init(Grid *g, unsigned columns, unsigned rows) { *g = (Grid){.columns = columns, .rows = rows}; }

static void line_feed(Grid *g) {
  if (g->row + 1 < g->rows) {
    g->row++;
  } else {
    memmove(g->cells[0], g->cells[1], (ROWS_MAX - 1) * sizeof g->cells[0]);
    memset(g->cells[g->rows - 1], 0, sizeof g->cells[0]);
  }
}

static void put(Grid *g, uint32_t c) {
  unsigned width = screen_width(c);
  if (!width) return;
  if (g->waits || g->column + width > g->columns) {
    line_feed(g);
    g->column = 0;
    g->waits = false;
  }
  g->cells[g->row][g->column] = c == ' ' ? 0 : c;
  if (width == 2) g->cells[g->row][g->column + 1] = 0;
  g->column += width;
  if (g->column == g->columns) {
    g->column--;
    g->waits = true;
  }
}

static void control(Grid *g, unsigned n, char final) {
  unsigned count = n ? n : 1;
  g->waits = false;
  switch (final) {
    case 'A': g->row -= g->row < count ? g->row : count; break;
    case 'C': g->column = g->column + count < g->columns ? g->column + count : g->columns - 1; break;
    case 'K': memset(&g->cells[g->row][g->column], 0, (COLUMNS_MAX - g->column) * sizeof(uint32_t)); break;
    case 'J':
      memset(&g->cells[g->row][g->column], 0, (COLUMNS_MAX - g->column) * sizeof(uint32_t));
      for (unsigned i = g->row + 1; i < g->rows; i++) memset(g->cells[i], 0, sizeof g->cells[i]);
      break;
    default: cr_assert_fail("a sequence that is not used: %c", final);
  }
}

static void feed(Grid *g, const char *bytes, size_t size) {
  for (size_t i = 0; i < size;) {
    unsigned char b = (unsigned char)bytes[i++];
    if (b == 27) {
      unsigned n = 0;
      cr_assert_eq(bytes[i++], '[');
      for (; bytes[i] >= '0' && bytes[i] <= '9'; i++) n = n * 10 + (unsigned)(bytes[i] - '0');
      if (bytes[i] != 'm') control(g, n, bytes[i]);
      i++;
    } else if (b == '\r') {
      g->column = 0;
      g->waits = false;
    } else if (b == '\n') {
      line_feed(g);
      g->waits = false;
    } else {
      uint32_t c = b;
      if (b >= 0x80) {
        int more = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
        c = b & (0x3fu >> more);
        while (more--) c = c << 6 | ((unsigned char)bytes[i++] & 0x3f);
      }
      put(g, c);
    }
  }
}

// The entry written once; the cursor's place after `cursor` characters.
static void write_plainly(Grid *g, const ScreenEntry *e, unsigned *row, unsigned *column) {
  feed(g, e->prompt, e->prompt_size);
  for (size_t i = 0; i <= e->length; i++) {
    if (i == e->cursor) {
      bool before_end = i < e->length && e->text[i] == L'\n';
      unsigned width = i < e->length ? screen_width((uint32_t)e->text[i]) : 1;
      // Something there would stand on the next row; what cannot stand behind a full row stands in its last column.
      bool next = !before_end && width && (g->waits || g->column + width > g->columns);
      *row = g->row + next;
      *column = next ? 0 : g->column;
    }
    if (i == e->length) break;
    if (e->text[i] == L'\n') {
      feed(g, "\r\n", 2);
      feed(g, e->continuation, e->continuation_size);
    } else {
      put(g, (uint32_t)e->text[i]);
    }
  }
}

static uint64_t seed = 42;
static unsigned any(unsigned below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(seed >> 33) % below;
}

static size_t change(wchar_t *text, size_t length) {
  static const wchar_t SOME[] = L"abcdefgh  xyz\n\n日本語\u0301e\U0001f388";
  size_t at = length ? any((unsigned)length + 1) : 0;
  unsigned kind = any(10);
  if (kind < 6 || length == 0) {
    size_t n = any(4) ? 1 : any(20);
    wmemmove(text + at + n, text + at, length - at);
    for (size_t i = 0; i < n; i++) text[at + i] = SOME[any(sizeof SOME / sizeof *SOME - 1)];
    return length + n;
  }
  size_t n = kind == 9 ? length - at : any((unsigned)(length - at) + 1);
  if (n > 5 && kind != 9) n = 1;
  wmemmove(text + at, text + at + n, length - at - n);
  return length - n;
}

static size_t rows_of(const ScreenEntry *e, unsigned columns, unsigned origin) {
  Grid g;
  grid_init(&g, columns, ROWS_MAX);
  for (unsigned i = 0; i < origin; i++) put(&g, '-');
  unsigned row = 0, column;
  write_plainly(&g, e, &row, &column);
  return (row > g.row ? row : g.row) + 1;
}

Test(screen, shows_what_writing_once_would) {
  Alloc alloc = alloc_system();
  for (int round = 0; round < 300; round++) {
    unsigned columns = 12 + any(30), rows = 24, origin = any(3) ? 0 : any(columns);
    Screen s;
    Buffer out;
    Grid g;
    screen_init(&s, &alloc);
    buffer_init(&out, &alloc);
    grid_init(&g, columns, rows);
    s.columns = columns;
    s.rows = rows;
    for (unsigned i = 0; i < origin; i++) put(&g, '-');
    s.origin = s.at_column = origin;
    wchar_t text[2000];
    size_t length = 0;
    for (int step = 0; step < 60; step++) {
      length = change(text, length);
      ScreenEntry e = {"\033[1mp(1)>\033[0m ", "..> ", strlen("\033[1mp(1)>\033[0m "), 4, text, length, any((unsigned)length + 1)};
      if (rows_of(&e, columns, origin) > rows - 2) {
        length = 0;
        e.length = e.cursor = 0;
      }
      if (any(20) == 0) screen_erase(&s, &out);
      screen_draw(&s, &e, &out);
      feed(&g, out.data, out.size);
      out.size = 0;
      Grid expected;
      grid_init(&expected, columns, rows);
      for (unsigned i = 0; i < origin; i++) put(&expected, '-');
      unsigned row = 0, column = 0;
      write_plainly(&expected, &e, &row, &column);
      // The block may have moved up when rows were made at the bottom; here it never comes that far.
      for (unsigned y = 0; y < rows; y++)
        for (unsigned x = 0; x < columns; x++)
          cr_assert_eq(g.cells[y][x], expected.cells[y][x], "round %d step %d: row %u column %u is %x, not %x", round, step, y, x, g.cells[y][x], expected.cells[y][x]);
      cr_assert(g.row == row && (g.column == column || column >= columns), "round %d step %d: the cursor is at %u %u, not %u %u", round, step, g.row, g.column, row, column);
    }
    screen_leave(&s, &out);
    screen_free(&s);
    buffer_free(&out);
  }
}

// An entry higher than the window: the row of the cursor is always shown, and nothing above the window is touched.
Test(screen, entries_higher_than_the_window) {
  Alloc alloc = alloc_system();
  Screen s;
  Buffer out;
  Grid g;
  screen_init(&s, &alloc);
  buffer_init(&out, &alloc);
  grid_init(&g, 20, 6);
  s.columns = 20;
  s.rows = 6;
  wchar_t text[200];
  size_t length = 0;
  for (unsigned i = 0; i < 30; i++) {
    text[length++] = (wchar_t)('A' + i % 26);
    text[length++] = L'\n';
  }
  for (int step = 0; step < 200; step++) {
    size_t cursor = any((unsigned)length + 1);
    ScreenEntry e = {"> ", ". ", 2, 2, text, length, cursor};
    screen_draw(&s, &e, &out);
    feed(&g, out.data, out.size);
    out.size = 0;
    // Even places are letters, odd ones line ends; the row's letter says which it is.
    size_t line = cursor / 2;
    cr_assert_eq(g.cells[g.row][0], (uint32_t)(line ? '.' : '>'));
    cr_assert_eq(g.cells[g.row][2], line < 30 ? (uint32_t)('A' + line % 26) : 0);
    cr_assert_eq(g.column, cursor % 2 ? 3u : 2u);
  }
  screen_free(&s);
  buffer_free(&out);
}

Test(screen, column_after_text) {
  ScreenColumn c = {0};
  screen_column_follow(&c, "abc", 3, 80);
  cr_assert_eq(c.column, 3);
  screen_column_follow(&c, "\033[31mde\033[0m", 11, 80);
  cr_assert_eq(c.column, 5);
  screen_column_follow(&c, "\n\xe6\x97", 3, 80); // a character in two pieces
  screen_column_follow(&c, "\xa5\xcc\x81", 3, 80);
  cr_assert_eq(c.column, 2);
  screen_column_follow(&c, "\r\t.", 3, 80);
  cr_assert_eq(c.column, 9);
  screen_column_follow(&c, "\r0123456789abcdef", 17, 10);
  cr_assert_eq(c.column, 6);
  screen_column_follow(&c, "\033]0;a title\007x", 13, 10);
  cr_assert_eq(c.column, 7);
}

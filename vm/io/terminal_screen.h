// SPDX-License-Identifier: Apache-2.0
//
// What an entry that is being edited looks like: rows of text at the bottom of what was written so far.
//
// libedit could draw lines too, but knows neither combining characters, nor a prompt for each further line of an
// entry, nor entries higher than the window, nor text of others that comes in between. So it edits, and this draws.
//
//  S1  The block begins at column `origin` of a row and has `row_count` rows; every further row begins at column 0.
//  S2  The cursor stands at (at_row, at_column) of the block whenever no function of this file runs.
//  S3  Only what differs from what is shown is written.
// Thread: the terminal's. Sequences used are those that every terminal since the VT100 knows.
#ifndef JOIST_IO_TERMINAL_SCREEN_H
#define JOIST_IO_TERMINAL_SCREEN_H

#include <wchar.h>

#include "vm/base/buffer.h"

typedef struct ScreenRow {
  Buffer bytes;
  unsigned width; // columns, the origin included
} ScreenRow;

typedef struct Screen {
  const Alloc *alloc;
  unsigned columns, rows; // of the window
  unsigned origin;
  ScreenRow *shown;
  size_t shown_count, shown_capacity;
  size_t at_row;
  unsigned at_column;
  size_t first_row; // of the entry, that stands in the block's row 0: entries may be higher than the window
  bool failed;      // no memory: what is shown is not known
} Screen;

// An entry to show. Prompts are UTF-8 and may hold colour sequences.
typedef struct ScreenEntry {
  const char *prompt, *continuation;
  size_t prompt_size, continuation_size;
  const wchar_t *text;
  size_t length, cursor;
} ScreenEntry;

// Where the cursor is after written text: enough of a terminal to know the column.
typedef struct ScreenColumn {
  unsigned column;
  uint8_t escape;    // 0: text, 1: after ESC, 2: in a control sequence, 3: in a command string
  uint8_t wanted;    // bytes that the present character still lacks
  uint32_t character;
} ScreenColumn;
void screen_column_follow(ScreenColumn *c, const char *bytes, size_t size, unsigned columns);

// Columns that a character takes: 0, 1 or 2.
unsigned screen_width(uint32_t character);

void screen_init(Screen *s, const Alloc *alloc);
void screen_free(Screen *s);
// Appends to `out` what makes the terminal show the entry.
void screen_draw(Screen *s, const ScreenEntry *entry, Buffer *out);
// Appends what removes the block; the cursor is then at its origin.
void screen_erase(Screen *s, Buffer *out);
// Appends what puts the cursor behind the block, on a row of its own; the block stays and is no longer ours.
void screen_leave(Screen *s, Buffer *out);
// The window has another size: what is shown is removed as well as can be known, for a new drawing.
void screen_resize(Screen *s, unsigned columns, unsigned rows, Buffer *out);
// Nothing is shown any more (somebody else has used the terminal); the cursor is at column 0.
void screen_forget(Screen *s);

#endif

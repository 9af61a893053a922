// SPDX-License-Identifier: Apache-2.0
//
// Entries of the shell, kept on disk: one line of the file an entry, its own line ends written as \n, backslashes
// doubled. A session appends each entry as it is entered, with one write, so sessions beside each other do not lose
// each other's. A file that cannot be read or written is no error: the history is then of this session alone.
//
// Thread: under the terminal's lock, but for opening.
#ifndef JOIST_IO_TERMINAL_HISTORY_H
#define JOIST_IO_TERMINAL_HISTORY_H

#include "vm/base/buffer.h"

enum { HISTORY_ENTRIES_MAX = 5000 };

typedef struct HistoryEntry {
  char *text;
  size_t size;
} HistoryEntry;

typedef struct EntryHistory {
  const Alloc *alloc;
  HistoryEntry *entries; // oldest first
  size_t count, capacity;
  char path[4096];       // "": not kept
} EntryHistory;

// Reads the file: $JOIST_HISTORY ("" keeps none), else $XDG_STATE_HOME/joist/history, else ~/.joist_history.
void history_open(EntryHistory *h, const Alloc *alloc);
void history_close(EntryHistory *h);
// Adds an entry unless it is empty or the same as the last one.
void history_add(EntryHistory *h, const char *text, size_t size);

#endif

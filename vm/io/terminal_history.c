// SPDX-License-Identifier: Apache-2.0
#include "vm/io/terminal_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool keep(EntryHistory *h, const char *text, size_t size) {
  if (h->count == h->capacity) {
    size_t capacity = h->capacity ? h->capacity * 2 : 64;
    HistoryEntry *more = alloc_grow(h->alloc, h->entries, h->capacity * sizeof *more, capacity * sizeof *more);
    if (!more) return false;
    h->entries = more;
    h->capacity = capacity;
  }
  char *copy = alloc_get(h->alloc, size + 1);
  if (!copy) return false;
  memcpy(copy, text, size);
  copy[size] = 0;
  h->entries[h->count++] = (HistoryEntry){copy, size};
  return true;
}

static void drop_oldest(EntryHistory *h, size_t count) {
  for (size_t i = 0; i < count; i++) alloc_put(h->alloc, h->entries[i].text, h->entries[i].size + 1);
  h->count -= count;
  if (h->count) memmove(h->entries, h->entries + count, h->count * sizeof *h->entries);
}

static void choose_path(EntryHistory *h) {
  const char *named = getenv("JOIST_HISTORY"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  int size = 0;
  if (named) {
    size = snprintf(h->path, sizeof h->path, "%s", named);
  } else if (state && *state == '/') {
    size = snprintf(h->path, sizeof h->path, "%s/joist", state);
    if (size < (int)sizeof h->path) mkdir(h->path, 0700); // when it cannot be, opening fails too
    size = snprintf(h->path, sizeof h->path, "%s/joist/history", state);
  } else if (home && *home) {
    size = snprintf(h->path, sizeof h->path, "%s/.joist_history", home);
  }
  if (size >= (int)sizeof h->path) h->path[0] = 0;
}

// One line of the file; what follows a backslash is n or itself.
static void add_line(EntryHistory *h, Buffer *text, const char *line, size_t size) {
  text->size = 0;
  for (size_t i = 0; i < size; i++) {
    if (line[i] == '\\' && i + 1 < size) {
      i++;
      buffer_byte(text, line[i] == 'n' ? '\n' : (unsigned char)line[i]);
    } else if (line[i] != 0) {
      buffer_byte(text, (unsigned char)line[i]);
    }
  }
  if (text->size && !text->failed) keep(h, text->data, text->size);
}

static void write_escaped(Buffer *b, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\n') buffer_text(b, "\\n");
    else if (text[i] == '\\') buffer_text(b, "\\\\");
    else buffer_byte(b, (unsigned char)text[i]);
  }
  buffer_byte(b, '\n');
}

static bool write_whole(int fd, const Buffer *b) { return write(fd, b->data, b->size) == (ssize_t)b->size; }

// The file has grown to twice what is kept: written anew beside it and put in its place.
static void shorten_file(EntryHistory *h) {
  char fresh[sizeof h->path + 8];
  snprintf(fresh, sizeof fresh, "%s.new", h->path);
  int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  Buffer b;
  buffer_init(&b, h->alloc);
  for (size_t i = 0; i < h->count; i++) write_escaped(&b, h->entries[i].text, h->entries[i].size);
  bool ok = !b.failed && write_whole(fd, &b);
  buffer_free(&b);
  if (close(fd) != 0) ok = false;
  if (!ok || rename(fresh, h->path) != 0) unlink(fresh);
}

void history_open(EntryHistory *h, const Alloc *alloc) {
  *h = (EntryHistory){.alloc = alloc};
  choose_path(h);
  // Not waiting for a writer, should it be a fifo.
  int fd = h->path[0] ? open(h->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
  if (!f) {
    if (fd >= 0) close(fd);
    return;
  }
  struct stat info;
  char *line = NULL;
  size_t room = 0, lines = 0;
  ssize_t size;
  Buffer text;
  buffer_init(&text, alloc);
  // Anything but a plain file (a fifo, a device) would be read for ever.
  while (fstat(fileno(f), &info) == 0 && S_ISREG(info.st_mode) && (size = getline(&line, &room, f)) > 0) {
    if (line[size - 1] == '\n') size--;
    lines++;
    add_line(h, &text, line, (size_t)size);
    if (h->count >= 2 * HISTORY_ENTRIES_MAX) drop_oldest(h, h->count - HISTORY_ENTRIES_MAX);
  }
  free(line);
  fclose(f);
  buffer_free(&text);
  if (h->count > HISTORY_ENTRIES_MAX) drop_oldest(h, h->count - HISTORY_ENTRIES_MAX);
  if (lines >= 2 * HISTORY_ENTRIES_MAX) shorten_file(h);
}

void history_close(EntryHistory *h) {
  drop_oldest(h, h->count);
  alloc_put(h->alloc, h->entries, h->capacity * sizeof *h->entries);
  h->entries = NULL;
  h->capacity = 0;
}

void history_add(EntryHistory *h, const char *text, size_t size) {
  while (size && (text[size - 1] == '\n' || text[size - 1] == ' ')) size--;
  size_t blank = 0;
  while (blank < size && (text[blank] == ' ' || text[blank] == '\n' || text[blank] == '\t')) blank++;
  if (blank == size) return;
  const HistoryEntry *last = h->count ? &h->entries[h->count - 1] : NULL;
  if (last && last->size == size && memcmp(last->text, text, size) == 0) return;
  if (h->count >= 2 * HISTORY_ENTRIES_MAX) drop_oldest(h, h->count - HISTORY_ENTRIES_MAX);
  if (!keep(h, text, size) || !h->path[0]) return;
  int fd = open(h->path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return;
  Buffer b;
  buffer_init(&b, h->alloc);
  write_escaped(&b, text, size);
  if (!b.failed && !write_whole(fd, &b)) h->path[0] = 0; // a full disk: it is not tried for every entry
  buffer_free(&b);
  close(fd);
}

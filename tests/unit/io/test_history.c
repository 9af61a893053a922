// SPDX-License-Identifier: Apache-2.0
//
// The history's file: what is entered comes back, whatever it holds; damaged and foreign files do no harm; it stays short.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm/io/terminal_history.h"

static char folder[] = "/tmp/history of entries XXXXXX", path[64];

static void set_up(void) {
  cr_assert(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/h", folder);
  setenv("JOIST_HISTORY", path, 1);
}
static void tear_down(void) {
  unlink(path);
  rmdir(folder);
}

static void add(EntryHistory *h, const char *text) { history_add(h, text, strlen(text)); }

Test(history, comes_back, .init = set_up, .fini = tear_down) {
  Alloc alloc = alloc_system();
  EntryHistory h;
  static const char *const TEXTS[] = {"one", "two\n  lines\n", "back\\slash \\n and \\\\", "\ttab", "ünï", "one"};
  history_open(&h, &alloc);
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) add(&h, TEXTS[i]);
  add(&h, "one");    // the same again
  add(&h, "  \n\t"); // nothing
  cr_assert_eq(h.count, 6);
  history_close(&h);
  struct stat info;
  cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
  history_open(&h, &alloc);
  cr_assert_eq(h.count, 6);
  cr_assert_str_eq(h.entries[1].text, "two\n  lines");
  cr_assert_str_eq(h.entries[2].text, "back\\slash \\n and \\\\");
  cr_assert_str_eq(h.entries[5].text, "one");
  history_close(&h);
}

Test(history, two_sessions, .init = set_up, .fini = tear_down) {
  Alloc alloc = alloc_system();
  EntryHistory a, b;
  history_open(&a, &alloc);
  history_open(&b, &alloc);
  add(&a, "a1");
  add(&b, "b1");
  add(&a, "a2");
  history_close(&a);
  history_close(&b);
  history_open(&a, &alloc);
  cr_assert_eq(a.count, 3);
  cr_assert_str_eq(a.entries[1].text, "b1");
  history_close(&a);
}

Test(history, stays_short, .init = set_up, .fini = tear_down) {
  Alloc alloc = alloc_system();
  FILE *f = fopen(path, "w");
  for (int i = 0; i < 2 * HISTORY_ENTRIES_MAX + 10; i++) fprintf(f, "entry %d\n", i);
  fclose(f);
  EntryHistory h;
  history_open(&h, &alloc);
  cr_assert_eq(h.count, HISTORY_ENTRIES_MAX);
  cr_assert_str_eq(h.entries[h.count - 1].text, "entry 10009");
  history_close(&h);
  history_open(&h, &alloc);
  cr_assert_eq(h.count, HISTORY_ENTRIES_MAX);
  history_close(&h);
}

Test(history, damaged_files, .init = set_up, .fini = tear_down) {
  Alloc alloc = alloc_system();
  FILE *f = fopen(path, "w");
  fwrite("a\0b\n\xff\xfe\\\n\n\\x", 1, 12, f);
  fclose(f);
  EntryHistory h;
  history_open(&h, &alloc);
  cr_assert_str_eq(h.entries[0].text, "ab");
  cr_assert_str_eq(h.entries[h.count - 1].text, "x");
  history_close(&h);
  unlink(path);
  cr_assert_eq(mkfifo(path, 0600), 0); // reading it would wait for ever
  history_open(&h, &alloc);
  cr_assert_eq(h.count, 0);
  add(&h, "kept in memory");
  cr_assert_eq(h.count, 1);
  history_close(&h);
}

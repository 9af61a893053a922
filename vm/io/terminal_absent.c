// SPDX-License-Identifier: Apache-2.0
//
// What stands in libjoist in place of terminal_edit.c: a host has no line editor, and does not carry one. The terminal falls back to
// plain lines when editing cannot begin, and calls nothing else of this then.
#include "vm/io/terminal_internal.h"

bool edit_open(Terminal *t) { return (void)t, false; }
void edit_close(Terminal *t) { (void)t; }
void edit_begin(Terminal *t) { (void)t, UNREACHABLE(); }
EditCommand edit_step(Terminal *t) { (void)t, UNREACHABLE(); }
const wchar_t *edit_text(Terminal *t, size_t *length, size_t *cursor) { (void)t, (void)length, (void)cursor, UNREACHABLE(); }
void edit_move(Terminal *t, size_t cursor) { (void)t, (void)cursor, UNREACHABLE(); }
void edit_insert(Terminal *t, const wchar_t *text, size_t length) { (void)t, (void)text, (void)length, UNREACHABLE(); }
void edit_set(Terminal *t, const wchar_t *text, size_t length) { (void)t, (void)text, (void)length, UNREACHABLE(); }

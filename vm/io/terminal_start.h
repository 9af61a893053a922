// SPDX-License-Identifier: Apache-2.0
//
// What the natives of `:joist_terminal` ask of the terminal. Thread: scheduler.
#ifndef JOIST_IO_TERMINAL_START_H
#define JOIST_IO_TERMINAL_START_H

#include "vm/io/terminal_internal.h"

// The terminal, started if need be; its messages go to `owner`. NULL: standard input is no terminal, or no memory.
Terminal *terminal_start(Vm *vm, Term owner);
// The next entry. Owns: takes the request's buffers.
void terminal_want_entry(Terminal *t, EntryRequest *request);
// Nobody wants entry `id` any more: nothing is sent about it.
void terminal_cancel(Terminal *t, uint64_t id);
// To the question that the terminal asked last. insert, candidates: of ANSWER_COMPLETION, else NULL. Owns: takes them.
void terminal_answer(Terminal *t, AnswerKind answer, Buffer *insert, Buffer *candidates);
void terminal_clear(Terminal *t);

#endif

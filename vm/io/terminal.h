// SPDX-License-Identifier: Apache-2.0
//
// The terminal of the interactive shell: a thread of its own that reads keys, edits lines, and shows them.
//
// The scheduler never waits for it. A process (the owner, stdlib/shell/joist_shell.ex) asks for an entry with natives of
// `:joist_terminal`; what the user does comes back as messages {:joist_terminal, id, what}. While an entry is being
// edited, text that anybody writes is handed to the thread, which puts it above the entry; otherwise the writer
// writes it itself, under the same lock, so that the order is kept and the cursor's column is always known.
//
//  T1  The thread starts with the first native that needs it and ends with the VM. Programs that are no shell have none.
//  T2  Settings of the terminal are changed only by the thread, and put back by terminal_restore on every way out.
//  T3  What was typed is never lost: bytes are read into a queue at any time and taken from it when an entry is read.
//  T4  The thread touches the VM only through process_post and `pending_work`.
//
// Under --seed `pending_work` counts a wanted entry, so that waiting for the user is no deadlock.
#ifndef JOIST_IO_TERMINAL_H
#define JOIST_IO_TERMINAL_H

#include "vm/process/process.h"

typedef struct Terminal Terminal;

// Ends the thread, puts the settings back and frees all. No-op when there never was one. Thread: who stops the VM, when no worker runs any more.
void terminal_free(Vm *vm);
// Puts the settings of the terminal back at once. No lock, no allocation: may be called by a signal handler.
void terminal_restore(Vm *vm);
// The window has another size, or the program was stopped and goes on; the user interrupts what runs (as Ctrl-C does). Thread: any; safe in a signal handler.
void terminal_resized(Vm *vm);
void terminal_interrupt(Vm *vm);
// Is there a terminal thread? Then interrupts are its business. Thread: any.
bool terminal_is_running(Vm *vm);
// Writes to standard output (fd 1) or error (2). False: no terminal is running or that stream is none; the caller writes itself.
// Thread: any. Blocks only as long as writing to a terminal does.
bool terminal_write(Vm *vm, int fd, const void *bytes, size_t size);
// The same for as much as goes without waiting for the window: *done is how much that was, or -errno.
bool terminal_write_some(Vm *vm, int fd, const void *bytes, size_t size, ssize_t *done);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Asking another process for what only who may touch it can do: tell about itself, be suspended, collect.
//
// A process that waits, is runnable or suspended is claimed and served at once. One that runs elsewhere, or is in a dirty native, is asked by a
// signal (SIGNAL_ASK); it serves the request where it acts on signals and answers (SIGNAL_ANSWER). The asking native waits and is called
// again when the answer is there: meanwhile its process can be asked and claimed itself, so two that ask each other both get an answer.
// Whoever ends answers that it is gone.
//
//  K1  A process has at most one question open: the native that asked is called again until it has its answer.
//  K2  A question is a signal: what was sent before it is acted on before it.
//  K3  Who asked to suspend another and is gone before it has the answer takes the question back, by a signal behind it.
//  K4  Signals are acted on in the middle of a slice too, where a process must not be collected, and goes on afterwards: a question that
//      collects or suspends waits for its end (ask_serve_late). So who was told that another is suspended hears nothing more of it.
//  K5  A large heap is collected by a dirty thread (ask_collects_elsewhere, PROCESS_COLLECTED_AS_ASKED), and the question answered behind that, by the
//      worker that runs the process then. Such a process is not claimed but asked by a signal, unless it is suspended: then nothing would run it.
#ifndef JOIST_PROCESS_ASK_H
#define JOIST_PROCESS_ASK_H

#include "vm/process/process.h"

typedef enum AskKind { ASK_ALIVE, ASK_INFO, ASK_SUSPEND, ASK_COLLECT } AskKind;

// Asks p's living process `pid`. The answer, a term that the caller may keep, or: T_YIELD: not there yet, call again when woken (as after
// native_wait); T_NONE: no memory; ATOM_undefined: it is gone. argument: of ASK_INFO, a term. GC: no.
Term process_ask(Process *p, Term pid, AskKind kind, Term argument);
// p gives up its question: it was interrupted, or ends. Whom it asked to be suspended goes on.
void ask_withdraw(Process *p);
// The same without telling anybody.
void ask_forget(Process *p);
// What signal.c calls: p is asked; p gets an answer. Own: take s.
void ask_serve(Process *p, HeapFragment *s);
void ask_answered(Process *p, HeapFragment *s);
// `from` takes back that it suspended p, or its question for that.
void ask_resume(Process *p, Term from);
// p, which has PROCESS_ASKED_LATE, has left the engine, or is about to enter it (K4). GC: may. May set exit_pending. Thread: its worker.
void ask_serve_late(Process *p);
// The same p is to go to a dirty thread first, to be collected (K5); its flags say so. Thread: its worker.
bool ask_collects_elsewhere(Process *p);
// What a kind of question does to p, which is the caller's; the answer in a fragment, or NULL without memory.
HeapFragment *info_answer(Process *p, Term argument); // info.c
// All that ASK_INFO asks for can be told by who acts on p's signals while p is on a dirty thread (DIRTY_IN_C).
bool info_is_at_hand(Vm *vm, Term argument);
#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The gate: who wants the VM for itself, and workers that stand meanwhile.
 *
 * What is modelled: vm/sched/rendezvous.c, statement by statement: one mutex, one condition on which a waiter sleeps until a broadcast
 * (so a broadcast left out is seen), workers that come in, look at `closing` between slices and go out, sections of workers and of a thread that is
 * none, a host that runs the VM twice and then ends it.
 *
 *  R1  In a section nobody else runs.
 *  R2  When a run is over, no worker runs, nor has the VM for itself, nor will.
 *  R3  Everybody comes to an end: nobody waits for a broadcast that never comes.
 *  R4  Nothing goes round for ever.
 */
#define RUNS 2
#ifndef OTHERS
#define OTHERS 2
#endif
#define THREADS (OTHERS + 2)

bool locked;
bool waiting[THREADS]; /* for a broadcast */
byte inside;           /* workers between coming in and going out */
byte visitors;         /* workers that went out only to have the VM for themselves */
bool owned, open, quit, closing;

/* For the properties alone. */
byte running;          /* who is between two steps of a slice */
bool in_section;
bool host_runs;        /* the host has the VM, outside of any run */

inline take() { d_step { !locked -> locked = true } }
inline give() { locked = false }
inline broadcast() {
  d_step {
    waiting[0] = false;
    waiting[1] = false;
    waiting[2] = false
#if OTHERS > 1
    ; waiting[3] = false
#endif
  }
}
inline wait() {
  d_step { waiting[_pid] = true; locked = false };
  !waiting[_pid];
  take()
}
inline settle() { closing = (owned || !open || quit) }

inline come_in() {
  take();
  do
  :: (owned || !open) && !quit -> wait()
  :: else -> break
  od;
  go_on = !quit;
  if :: go_on -> d_step { inside++; running++; assert(!in_section && !host_runs) } :: else fi;
  give()
}

inline go_out() {
  take();
  d_step { inside--; running-- };
#ifndef MUTANT_OUT_UNTOLD
  if :: owned || !open -> broadcast() :: else fi;
#endif
  give()
}

inline begin(is_worker) {
  take();
  if
  :: is_worker ->
    d_step { inside--; visitors++; running-- };
    if :: owned || !open -> broadcast() :: else fi
  :: else
  fi;
#ifndef MUTANT_TWO_OWNERS
  do
  :: owned -> wait()
  :: else -> break
  od;
#endif
  owned = true;
  settle();
#ifndef MUTANT_BEGUN_AT_ONCE
  do
  :: inside > 0 -> wait()
  :: else -> break
  od;
#endif
  give();
  d_step { assert(!in_section && running == 0); in_section = true }
}

inline end_section(is_worker) {
  in_section = false;
  take();
  owned = false;
  settle();
  if
  :: is_worker -> d_step { inside++; visitors--; running++; assert(!host_runs) }
  :: else
  fi;
#ifndef MUTANT_END_UNTOLD
  broadcast();
#endif
  give()
}

/* The host, whose thread is the first worker. */
active proctype Host() {
  byte runs = RUNS, sections = 1;
  bool go_on;
  do
  :: runs > 0 ->
    runs--;
    host_runs = false;
    take();
    open = true;
    settle();
    broadcast();
    give();
    come_in();
    if
    :: closing -> go_out(); come_in()
    :: else
    fi;
    if
    :: sections > 0 -> sections--; begin(true); end_section(true)
    :: true
    fi;
    go_out();
    take();
    open = false;
    settle();
    do
#ifdef MUTANT_VISITORS_FORGOTTEN
    :: inside > 0 -> wait()
#else
    :: inside + visitors > 0 -> wait()
#endif
    :: else -> break
    od;
    give();
    d_step { host_runs = true; assert(running == 0) } /* R2 */
  :: else -> break
  od;
  take();
  d_step { quit = true; closing = true };
#ifndef MUTANT_QUIT_UNTOLD
  broadcast();
#endif
  give()
}

active [OTHERS] proctype Worker() {
  byte sections = 1, sleeps = 1;
  bool go_on;
  come_in();
  do
  :: !go_on -> break
  :: go_on && closing -> go_out(); come_in()
  :: go_on && !closing && sections > 0 -> sections--; begin(true); end_section(true)
  :: go_on && !closing && sleeps > 0 -> sleeps--; go_out(); come_in() /* as in sleep */
  :: go_on && !closing && sections == 0 && sleeps == 0 -> closing /* slices, until it is asked to stand */
  od
}

/* A thread that is no worker, while the VM runs or does not. */
active proctype Outsider() {
  begin(false);
  end_section(false)
}

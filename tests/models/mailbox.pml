/* SPDX-License-Identifier: Apache-2.0
 *
 * A mailbox and the state word of its owner: pushing, waking, waiting, claiming, timing out, ending.
 *
 * What is modelled: the state word of vm/process/state.def with its flags, process_wake, process_claim and process_unclaim, a worker
 * that takes a process out of a run queue and runs it, a timer that fires, and the end of a process. Pushing, taking and closing
 * the queue are one step each (queue.pml shows why they may be). Else one step here is one atomic access there; what only
 * the owner may touch is done in one step. A load that is followed by a compare-and-swap which wants what was loaded is one step:
 * when either fails, nothing was done.
 *
 *  M1  Every message is received once, in the order of its sender, or disposed of once when the receiver has ended.
 *  M2  When nobody moves any more, a living receiver has received everything (no wake-up was lost).
 *  M3  At most one touches the private part of a process at a time.
 *  M4  A process stands in at most one run queue, and in none when it ends.
 *  M5  Nothing goes round for ever (there is no cycle: all loops end, whoever runs).
 *
 * Configurations: none (it lives), DEADLY (the signal ends it), BLOCKED (it waits for room elsewhere: only signals and timeouts
 * wake it); WORKERS, CLAIMERS, TIMERS count who takes part. Mutants, each of which must be found wrong, are marked by
 * the name of their define.
 */
#ifndef WORKERS
#define WORKERS 1
#endif
#ifndef CLAIMERS
#define CLAIMERS 1
#endif
#ifndef TIMERS
#define TIMERS 1
#endif
#define COUNT 3
#define SIGNAL 3 /* of a sender of its own; 1 and 2 are messages of one sender */

mtype = { RUNNABLE, RUNNING, WAITING, IN_C, EXITING, DEAD };

/* The state word: what is changed in one step is one compare-and-swap. */
mtype state = RUNNABLE;
bool queued = true, signals, timed_out;

chan inbound = [COUNT] of { byte };
bool closed;
chan mailbox = [COUNT] of { byte }; /* the private queue */
bool doomed;                        /* exit_pending */
byte slices = 1;                    /* how often it may still lose its worker before its receive */
byte run_queue = 1;                 /* how many times it stands in run queues */

/* For the properties alone. */
bool touched;
byte expired, received[COUNT + 1], disposed[COUNT + 1];

inline touch() { d_step { assert(!touched && state != DEAD); touched = true } }

/* After a step that said `won`. */
inline enqueue_if_won() {
  if
  :: d_step { won -> assert(run_queue == 0); run_queue++; won = false }
  :: !won
  fi
}

#ifdef BLOCKED
#define IS_WOKEN (signals || timed_out)
#else
#define IS_WOKEN true
#endif

inline wake() {
#ifdef MUTANT_QUEUED_APART
  d_step { if :: state == WAITING && IS_WOKEN -> state = RUNNABLE; won = true :: else fi };
  if :: won -> queued = true :: else fi;
#else
  d_step { if :: state == WAITING && IS_WOKEN -> state = RUNNABLE; queued = true; won = true :: else fi };
#endif
  enqueue_if_won()
}

/* Once more after it was given away as WAITING: who pushed before may have seen it still running. */
inline last_look() {
#ifdef BLOCKED
  if :: signals || timed_out -> wake() :: else fi
#else
  if
  :: nempty(inbound) -> wake()
  :: empty(inbound) -> if :: signals || timed_out -> wake() :: else fi
  fi
#endif
}

/* In order of pushing; what is behind a deadly signal stays until the end. */
inline take() {
  do
  :: !doomed && nempty(inbound) ->
    inbound?node;
    if
    :: node == SIGNAL ->
      received[node]++;
#ifdef DEADLY
      doomed = true
#endif
    :: else -> mailbox!node
    fi
  :: else -> break
  od;
  node = 0
}

inline handle_inbound() {
#ifdef MUTANT_CLEARED_LATE
  d_step { take() };
  signals = false
#else
  signals = false;
  d_step { take() }
#endif
}

/* By its worker or by who claimed it. */
inline finish() {
  d_step { assert(!queued && run_queue == 0); state = EXITING };
  d_step {
#ifndef MUTANT_NOT_CLOSED
    closed = true;
#endif
    do
    :: inbound?node -> disposed[node]++
    :: empty(inbound) -> break
    od;
    do
    :: mailbox?node -> disposed[node]++
    :: empty(mailbox) -> break
    od;
    node = 0
  };
  touched = false;
  state = DEAD
}

inline push(number) {
#ifdef MUTANT_WOKEN_BEFORE
  wake();
#endif
#ifdef MUTANT_FLAG_BEFORE
  if :: number == SIGNAL -> signals = true :: else fi;
#endif
  if
  :: d_step { !closed -> inbound!number };
#ifndef MUTANT_FLAG_BEFORE
    if :: number == SIGNAL -> signals = true :: else fi;
#endif
#ifndef MUTANT_WOKEN_BEFORE
    wake()
#endif
#ifdef MUTANT_NOT_ANSWERED
  :: closed
#else
  :: d_step { closed -> disposed[number]++ }
#endif
  fi
}

active proctype Talker() {
  bool won;
  push(1);
  push(2)
}

active proctype Signaller() {
  bool won;
  push(SIGNAL)
}

active [TIMERS] proctype Timer() {
  bool won;
#ifdef MUTANT_TIMED_OUT_LATE
  wake();
  timed_out = true
#else
  timed_out = true;
  wake()
#endif
}

/* Another thread that must know: acts on what waits, and puts the process back as it was. */
active [CLAIMERS] proctype Claimer() {
  byte node;
  mtype was;
  bool won;
  d_step {
    if
    :: state == WAITING || state == RUNNABLE -> was = state; state = IN_C
    :: else -> was = DEAD
    fi
  };
  if
  :: was == DEAD
  :: else ->
    touch();
    handle_inbound();
    if
#ifdef MUTANT_ENDED_IN_QUEUE
    :: doomed -> finish()
    :: else ->
#else
    :: doomed && !queued -> finish()
    :: else -> /* doomed, but in a queue that only its worker knows: that one ends it */
#endif
      touched = false; /* with the next step: the state gives it away */
      if
      :: doomed || was == RUNNABLE ->
        /* Taken out of its queue meanwhile, it is put into one again. */
#ifdef MUTANT_ALWAYS_ENQUEUED
        d_step { state = RUNNABLE; queued = true; won = true };
#else
        d_step { state = RUNNABLE; if :: !queued -> queued = true; won = true :: else fi };
#endif
        enqueue_if_won()
      :: !doomed && was == WAITING ->
        if
#if !defined BLOCKED && !defined MUTANT_FOUND_FORGOTTEN
        :: d_step { nempty(mailbox) -> state = RUNNABLE; queued = true; won = true };
          enqueue_if_won()
        :: d_step { empty(mailbox) -> state = WAITING };
#else
        :: state = WAITING;
#endif
#ifndef MUTANT_UNCLAIM_LOOKS_NOT
          last_look()
#endif
        fi
      fi
    fi
  fi
}

active [WORKERS] proctype Worker() {
  byte node;
  bool won;
end:
  if
  :: d_step { run_queue > 0 -> run_queue-- } /* under the queue's lock */
  fi;
  d_step {
    if
    :: state == RUNNABLE -> state = RUNNING; queued = false; won = true
#ifdef MUTANT_DROPPED_UNCLEARED
    :: state == IN_C
#else
    :: state == IN_C -> queued = false
#endif
    :: else -> assert(false)
    fi
  };
  if :: won -> won = false :: else -> goto end fi;
  touch();
  if :: signals -> handle_inbound() :: else fi;
  if
  :: !doomed && slices > 0 -> /* its slice ends before its receive */
    slices--;
    touched = false;
    d_step { state = RUNNABLE; queued = true; won = true };
    enqueue_if_won();
    goto end
  :: true
  fi;
  do
  :: doomed -> finish(); goto end
  :: !doomed ->
#ifdef BLOCKED
    if
    :: signals -> handle_inbound()
    :: !signals && timed_out -> d_step { timed_out = false; expired++ }
    :: !signals && !timed_out -> break
    fi
#else
    if
    :: nempty(mailbox) ->
      d_step {
        mailbox?node;
        received[node]++;
        assert(node != 2 || received[1] == 1);
        node = 0
      }
    :: empty(mailbox) && nempty(inbound) -> handle_inbound()
    :: empty(mailbox) && empty(inbound) -> if :: d_step { timed_out -> timed_out = false; expired++ } :: !timed_out -> break fi
    fi
#endif
  od;
  touched = false;
  state = WAITING;
#ifndef MUTANT_LOOKS_NOT
  last_look();
#endif
  goto end
}

active proctype Check() {
  byte i = 1;
  timeout; /* nobody else moves any more */
  d_step {
    assert(!touched && run_queue == 0 && !queued);
    assert(received[SIGNAL] + disposed[SIGNAL] == 1);
#ifdef DEADLY
    assert(state == DEAD);
#else
    assert(state == WAITING && received[SIGNAL] == 1 && expired == TIMERS && !timed_out && !signals);
#endif
#ifndef BLOCKED
    assert(empty(inbound));
    do
    :: i <= COUNT ->
      assert(received[i] + disposed[i] == 1);
      assert(state == DEAD || received[i] == 1);
      i++
    :: else -> break
    od
#endif
  }
}

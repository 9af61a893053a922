/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitors: a watcher that monitors, demonitors and ends, a target that ends, and one who replies for it, all at any time.
 *
 * What is modelled: process_monitor, process_demonitor (vm/process/relate.c), on_monitor, on_down, on_alias, the answers for the dead
 * (vm/process/signal.c) and the end of a process (vm/process/life.c). Every process has its own thread. There are two references, of
 * one watcher to one target.
 *
 *  D1  A monitor says DOWN once when its target has ended, and never when it was demonitored: with flush, from then on none lies in
 *      the mailbox and none comes.
 *  D2  The reason is noproc when the target was gone before it was monitored, and its own when it had entered the monitor.
 *  D3  When all signals are handled, neither side has an entry for a monitor which the other has not.
 *  D4  With an alias that ends by the first reply (a call): one of reply and DOWN comes, never both, and one does come.
 *  D5  Nothing goes round for ever.
 *
 * CALL: the references are such aliases.
 */
#define REFS 2

mtype = { MONITOR, DEMONITOR, DOWN, REPLY };
mtype = { NOPROC, REASON };

bool watches[REFS], watched[REFS], aliased[REFS]; /* monitors and aliases of the watcher; monitored_by of the target */
chan to_target = [8] of { mtype, byte };
chan to_watcher = [8] of { mtype, byte, mtype };
bool target_gone, target_closed, target_ended, watcher_closed, watcher_ended;

/* What lies in the watcher's mailbox, by reference. */
byte downs[REFS], replies[REFS];

/* For the properties alone. */
bool made[REFS], given_up[REFS], was_gone[REFS], was_entered[REFS];
byte downs_ever[REFS];

inline to_the_watcher(kind, number, why) {
  if :: !watcher_closed -> to_watcher!kind, number, why :: else fi
}

/* Acts on one signal of the watcher. */
inline watcher_handle() {
  d_step {
    to_watcher?kind, ref, why;
    if
    :: kind == DOWN ->
      if
#ifdef MUTANT_DOWN_UNASKED
      :: true ->
#else
      :: watches[ref] ->
#endif
#ifndef MUTANT_ENTRY_STAYS
        watches[ref] = false;
#endif
#ifndef MUTANT_ALIAS_STAYS
        aliased[ref] = false;
#endif
        downs[ref]++;
        downs_ever[ref]++;
        assert(downs_ever[ref] == 1);           /* D1 */
        assert(!was_gone[ref] || why == NOPROC); /* D2 */
        assert(!was_entered[ref] || why == REASON)
      :: else
      fi
    :: kind == REPLY ->
      if
      :: aliased[ref] ->
        aliased[ref] = false;
        replies[ref]++;
        release = watches[ref];
#ifndef MUTANT_MONITOR_STAYS
        watches[ref] = false
#endif
      :: else
      fi
    fi
  };
  if :: release -> tell_target(DEMONITOR, ref) :: else fi;
  d_step { release = false; kind = 0; ref = 0; why = 0 }
}

/* The look into the table, then the push or the answer. */
inline tell_target(what, number) {
  found = !target_gone;
  d_step {
    if
    :: found && !target_closed -> to_target!what, number
#ifndef MUTANT_MONITOR_UNANSWERED
    :: !(found && !target_closed) && what == MONITOR -> to_the_watcher(DOWN, number, NOPROC)
#endif
    :: else
    fi;
    found = false
  }
}

active proctype Watcher() {
  byte ref, i;
  mtype kind, why;
  bool found, release;
end:
  do
  :: i < REFS && !made[i] ->
    d_step {
      made[i] = true;
      watches[i] = true;
      was_gone[i] = target_gone;
#ifdef CALL
      aliased[i] = true
#endif
    };
    tell_target(MONITOR, i);
    if
    :: i++ /* it is not given up */
    :: true
    fi
  :: i < REFS && made[i] -> /* demonitor with flush */
    if
    :: watches[i] ->
      d_step { watches[i] = false; aliased[i] = false };
#ifndef MUTANT_DEMONITOR_UNTOLD
      tell_target(DEMONITOR, i)
#endif
    :: else ->
      /* It is over: its DOWN may lie in the mailbox. */
#ifdef MUTANT_NOT_FLUSHED
      skip
#else
      d_step { if :: downs[i] > 0 -> downs[i]-- :: else fi }
#endif
    fi;
    d_step { given_up[i] = true; assert(downs[i] == 0) };
    i++
  :: nempty(to_watcher) -> watcher_handle()
  :: i == REFS -> break
  od;
  if
  :: true -> /* lives on, and handles what comes */
end_living:
    do
    :: nempty(to_watcher) -> watcher_handle()
    od
  :: true -> /* ends */
    d_step {
      watcher_closed = true;
      do
      :: to_watcher?kind, ref, why
      :: empty(to_watcher) -> break
      od
    };
    i = 0;
    do
    :: i < REFS ->
#ifndef MUTANT_NOT_RELEASED
      if :: watches[i] -> tell_target(DEMONITOR, i) :: else fi;
#endif
      i++
    :: else -> break
    od;
    watcher_ended = true
  fi
}

inline target_handle() {
  if
  :: kind == MONITOR -> watched[ref] = true; was_entered[ref] = true
  :: kind == DEMONITOR -> watched[ref] = false
  fi;
  kind = 0;
  ref = 0
}

active proctype Target() {
  byte ref;
  mtype kind;
end:
  do
  :: to_target?kind, ref ->
    d_step { target_handle() }
  :: true -> break
  :: true -> /* lives on, and handles what comes */
end_living:
    do
    :: to_target?kind, ref -> d_step { target_handle() }
    od
  od;
  target_gone = true;
#ifdef MUTANT_NOT_CLOSED
  d_step {
#else
  d_step {
    target_closed = true;
#endif
    do
    :: to_target?kind, ref ->
      if
      :: kind == MONITOR -> to_the_watcher(DOWN, ref, NOPROC)
      :: kind == DEMONITOR -> skip /* its DOWN finds no entry */
      fi
    :: empty(to_target) -> break
    od
  };
  ref = 0;
  do
  :: ref < REFS ->
    d_step { if :: watched[ref] -> to_the_watcher(DOWN, ref, REASON) :: else fi };
    d_step { watched[ref] = false; ref++ }
  :: else -> break
  od;
  target_ended = true
}

#ifdef CALL
/* Who was asked may have others reply: before the target's end or after it. */
active proctype Replier() {
end:
  if
  :: d_step { was_entered[0] -> to_the_watcher(REPLY, 0, REASON) }
  fi;
end_second:
  if
  :: d_step { was_entered[1] -> to_the_watcher(REPLY, 1, REASON) }
  fi
}
#endif

active proctype Check() {
  byte i;
  timeout;
  d_step {
    do
    :: i < REFS ->
      assert(!given_up[i] || downs[i] == 0);
      assert(target_ended || watcher_ended || watches[i] == watched[i]);  /* D3 */
      assert(target_ended || !watcher_ended || !watched[i]);
      assert(!target_ended || watcher_ended || !watches[i]);
#ifdef CALL
      assert(watcher_ended || downs[i] + replies[i] <= 1);                /* D4 */
      assert(watcher_ended || given_up[i] || !made[i] || !target_ended || downs[i] + replies[i] == 1);
#else
      assert(watcher_ended || given_up[i] || !made[i] || !target_ended || downs[i] == 1); /* D1 */
#endif
      i++
    :: else -> break
    od
  }
}

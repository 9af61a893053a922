/* SPDX-License-Identifier: Apache-2.0
 *
 * Workers that have nothing to do: the last look, the sleep, and who wakes them.
 *
 * What is modelled: scheduler_sleep and scheduler_poke (vm/sched/idle.c), posts and the workers' rounds (vm/sched/sched.c), run queues with
 * stealing (vm/sched/queue.c, one step each, as under their locks). An eventfd is a flag that poll waits for.
 *
 *  S1  All work is run: what was posted, what a thread that is no worker put into a queue, what running work put into one.
 *  S2  Everybody comes to an end when it is stopped: no wake-up is lost, nobody is stuck.
 *  S3  Nothing goes round for ever.
 */
#define TOTAL 4

byte queue[2], posts, ran;
bool sleeping[2], eventfd[2], stopping, quit;

/* Behind what it is to see. */
inline poke(who) {
  if :: sleeping[who] -> eventfd[who] = true :: else fi
}

inline work() {
  d_step { ran++; if :: ran == 2 -> queue[_pid]++ :: else fi } /* the second makes another runnable: in its own queue, and nobody is told */
}

active [2] proctype Worker() {
  byte taken;
  do
  :: (_pid == 0 && stopping) || quit -> break
  :: else ->
    if
    :: _pid == 0 && posts > 0 ->
      d_step { taken = posts; posts = 0 };
      d_step { queue[_pid] = queue[_pid] + taken; taken = 0 }
    :: else
    fi;
    if
    :: d_step { queue[_pid] > 0 -> queue[_pid]-- };
      work()
    :: queue[_pid] == 0 ->
      if
      :: d_step { queue[1 - _pid] > 0 -> queue[1 - _pid]-- };
        work()
      :: queue[1 - _pid] == 0 ->
#ifndef MUTANT_SAID_LATE
        sleeping[_pid] = true;
#endif
        if
#ifndef MUTANT_QUEUE_UNSEEN
        :: queue[_pid] > 0
#define LOOKS_SO_FAR (queue[_pid] == 0)
#else
#define LOOKS_SO_FAR true
#endif
        :: LOOKS_SO_FAR ->
          if
          :: _pid == 0 && (stopping || posts > 0)
#ifndef MUTANT_QUIT_UNSEEN
          :: _pid == 1 && quit
          :: (_pid == 0 && !stopping && posts == 0) || (_pid == 1 && !quit) ->
#else
          :: (_pid == 0 && !stopping && posts == 0) || _pid == 1 ->
#endif
#ifdef MUTANT_SAID_LATE
            sleeping[_pid] = true;
#endif
            eventfd[_pid]
          fi
        fi;
        sleeping[_pid] = false;
        eventfd[_pid] = false
      fi
    fi
  od;
  if
  :: _pid == 0 -> /* the run is over: the threads shall end */
    quit = true;
#ifndef MUTANT_QUIT_UNTOLD
    poke(1)
#endif
  :: else
  fi
}

/* Twice: a push and a poke. */
active [2] proctype Poster() {
#ifdef MUTANT_POKED_BEFORE
  poke(0);
  posts++
#else
  posts++;
#ifndef MUTANT_UNPOKED
  poke(0)
#endif
#endif
}

/* A dirty thread gives a process back to the worker that it ran on. */
active proctype Dirty() {
  queue[1]++;
  poke(1)
}

active proctype Stopper() {
  ran == TOTAL;
  stopping = true;
  poke(0)
}

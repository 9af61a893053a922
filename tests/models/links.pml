/* SPDX-License-Identifier: Apache-2.0
 *
 * Links: link, unlink, its acknowledgement and exits between two processes that do all of them at any time.
 *
 * What is modelled: process_link, process_unlink (vm/process/relate.c), on_link, on_unlink, on_unlink_ack, on_exit, the answers for the
 * dead (vm/process/signal.c) and the end of a process (vm/process/life.c). Each process has its own thread; the inbound queue keeps
 * the order of arrival; between looking for a process and pushing to it anything may happen, and so between all steps of an end.
 *
 *  L1  When all signals are handled, both ends have an active entry or neither has; no entry waits for an acknowledgement.
 *  L2  When one has ended, the other has no entry: it was told, or had unlinked.
 *  L3  After unlink returned, no exit comes through that link: an exit is acted on only when there was a link call of its
 *      own since, or a LINK which the other sent after it had handled the unlink.
 *  L4  Nothing goes round for ever.
 *
 * OPERATIONS: how many calls each makes; TRAPPING: the first process traps exits; LINKED: they start linked, as after spawn_link.
 */
#ifndef OPERATIONS
#define OPERATIONS 2
#endif
#ifdef LINKED
#define START 1
#else
#define START 0
#endif
#define OTHER (1 - _pid)

mtype = { LINK, UNLINK, ACK, EXIT };

/* The entry each has for the other. id: of the unlink that is not acknowledged yet. */
bool there[2] = START, is_active[2] = START;
byte id[2];

chan inbound[2] = [8] of { mtype, byte /* id */, byte /* for L3: unlinks of the receiver that the sender had handled */ };
bool closed[2], gone[2], ended[2]; /* queue closed; not found any more; nothing more comes of it */
byte next_id = 1;

/* For the properties alone. */
byte unlinks[2], handled[2]; /* unlink calls; unlinks of the other handled */
bool wanted[2] = START;

/* Drops the own entry. Kept values would only multiply states. */
inline forget() { there[_pid] = false; is_active[_pid] = false; id[_pid] = 0 }

/* Everything here is by the sender: to itself, what the dead one owes. */
inline answer_for(dead, signal, number, who) {
  if
#ifndef MUTANT_LINK_UNANSWERED
  :: signal == LINK -> if :: !closed[who] -> inbound[who]!EXIT, 0, 0 :: else fi
#endif
#ifndef MUTANT_UNLINK_UNANSWERED
  :: signal == UNLINK -> if :: !closed[who] -> inbound[who]!ACK, number, 0 :: else fi
#endif
  :: else
  fi
}

/* The look into the table, then the push or the answer. */
inline send(signal, number) {
  found = !gone[OTHER];
  d_step {
    if
    :: found && !closed[OTHER] -> inbound[OTHER]!signal, number, handled[_pid]
    :: else -> answer_for(OTHER, signal, number, _pid)
    fi;
    found = false
  }
}

inline call_link() {
  if
  :: is_active[_pid]
  :: !is_active[_pid] && gone[OTHER] && !traps /* raises noproc */
  :: !is_active[_pid] && !(gone[OTHER] && !traps) ->
    d_step { there[_pid] = true; is_active[_pid] = true; wanted[_pid] = true };
    send(LINK, 0)
  fi
}

inline call_unlink() {
  if
  :: !is_active[_pid]
  :: is_active[_pid] && gone[OTHER] -> /* nobody there who could acknowledge; but an earlier unlink is still to be */
    d_step {
      unlinks[_pid]++;
      wanted[_pid] = false;
#ifdef MUTANT_FORGETS_PENDING
      forget()
#else
      is_active[_pid] = false;
      if :: id[_pid] == 0 -> forget() :: else fi
#endif
    }
  :: is_active[_pid] && !gone[OTHER] ->
    d_step {
      unlinks[_pid]++;
      wanted[_pid] = false;
      number = next_id;
      next_id++;
#ifdef MUTANT_UNLINK_FORGETS
      forget()
#else
      is_active[_pid] = false;
      id[_pid] = number
#endif
    };
    send(UNLINK, number);
    number = 0
  fi
}

inline handle() {
  d_step { inbound[_pid]?signal, number, seen };
  if
  :: signal == LINK ->
    d_step {
      if
      :: !there[_pid] -> there[_pid] = true; is_active[_pid] = true; wanted[_pid] = true
#ifdef MUTANT_LINK_REVIVES
      :: there[_pid] && !is_active[_pid] -> is_active[_pid] = true; if :: seen == unlinks[_pid] -> wanted[_pid] = true :: else fi
#endif
      :: else
      fi
    }
  :: signal == UNLINK ->
    d_step {
      is_active[_pid] = false;
      wanted[_pid] = false;
      handled[_pid]++;
      if :: id[_pid] == 0 -> forget() :: else fi
    };
    send(ACK, number)
  :: signal == ACK ->
    d_step {
      if
#ifdef MUTANT_ANY_ACK
      :: there[_pid] && id[_pid] != 0 ->
#else
      :: there[_pid] && id[_pid] == number ->
#endif
        id[_pid] = 0;
        if :: !is_active[_pid] -> forget() :: else fi
      :: else
      fi
    }
  :: signal == EXIT ->
    d_step {
#ifdef MUTANT_EXIT_UNASKED
      if :: there[_pid] -> pulled = true :: else fi;
#else
      if :: is_active[_pid] -> pulled = true :: else fi;
#endif
      assert(!pulled || wanted[_pid]); /* L3 */
      forget();
      wanted[_pid] = false;
      if :: traps -> pulled = false :: else fi /* a message */
    }
  fi;
  d_step { signal = 0; number = 0; seen = 0 }
}

/* Each step where another may look: not found; closed, what is unread answered; the links told. */
inline finish() {
  gone[_pid] = true;
#ifdef MUTANT_NOT_CLOSED
  d_step {
#else
  d_step {
    closed[_pid] = true;
#endif
    do
    :: inbound[_pid]?signal, number, seen -> answer_for(_pid, signal, number, OTHER)
    :: empty(inbound[_pid]) -> break
    od;
    signal = 0;
    number = 0;
    seen = 0
  };
#ifndef MUTANT_LINKS_UNTOLD
  if
  :: is_active[_pid] -> send(EXIT, 0)
  :: else
  fi;
#endif
  d_step { ended[_pid] = true; forget() }
}

active [2] proctype Process() {
  byte calls, number, seen;
  mtype signal;
  bool found, pulled, traps;
#ifdef TRAPPING
  traps = (_pid == 0);
#endif
end:
  do
  :: calls < OPERATIONS -> calls++;
    if
    :: call_link()
    :: call_unlink()
    fi
  :: calls < OPERATIONS -> break /* it ends by itself */
  :: nempty(inbound[_pid]) -> handle(); if :: pulled -> break :: else fi
  od;
  pulled = false;
  finish()
}

active proctype Check() {
  timeout;
  d_step {
    if
    :: !ended[0] && !ended[1] ->
      assert(there[0] == there[1] && is_active[0] == there[0] && is_active[1] == there[1]); /* L1 */
      assert(id[0] == 0 && id[1] == 0)
    :: ended[0] && !ended[1] -> assert(!there[1])
    :: !ended[0] && ended[1] -> assert(!there[0])
    :: else
    fi
  }
}

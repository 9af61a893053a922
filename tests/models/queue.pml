/* SPDX-License-Identifier: Apache-2.0
 *
 * The inbound queue alone (vm/process/queue.c): a stack that any thread pushes to by compare-and-swap, that its owner takes whole by
 * one exchange and turns over, and that is closed by the last exchange.
 *
 *  Q1  Every node that was pushed is taken once; a push that finds the queue closed says so, and that node is never taken.
 *  Q2  What one thread pushed is taken in its order, over several takings too.
 *  Q3  No loop runs for ever.
 *
 * So pushing, taking and closing may be treated as one step each: mailbox.pml, links.pml and monitors.pml do.
 */
#define EACH 2
#define COUNT 4
#define NIL 0
#define CLOSED 255

byte inbound = NIL; /* newest first */
byte after[COUNT + 1];
byte taken_count[COUNT + 1], refused[COUNT + 1];

active [2] proctype Pusher() {
  byte node = _pid * EACH + 1, newest;
  bool done;
  do
  :: node > (_pid + 1) * EACH -> break
  :: else ->
    done = false;
    newest = inbound;
    do
    :: newest == CLOSED -> refused[node]++; break
    :: else ->
      after[node] = newest;
#ifdef MUTANT_STORED
      inbound = node;
      break
#else
      d_step { if :: inbound == newest -> inbound = node; done = true :: else -> newest = inbound fi };
      if :: done -> break :: else fi
#endif
    od;
    node++
  od
}

active proctype Owner() {
  byte takings = 3, found, turned, rest, last[2];
  do
  :: takings > 0 ->
    takings--;
#ifdef MUTANT_NOT_CLOSED
#define LEAVE NIL
#else
#define LEAVE (takings == 0 -> CLOSED : NIL)
#endif
#ifdef MUTANT_TAKEN_IN_TWO
    found = inbound;
    inbound = LEAVE;
#else
    d_step { found = inbound; inbound = LEAVE };
#endif
    do
    :: found != NIL ->
      rest = after[found];
#ifdef MUTANT_NOT_TURNED
      taken_count[found]++;
      assert(last[(found - 1) / EACH] < found);
      last[(found - 1) / EACH] = found;
#else
      after[found] = turned;
      turned = found;
#endif
      found = rest
    :: else -> break
    od;
    rest = NIL;
    do
    :: turned != NIL ->
      taken_count[turned]++;
      assert(last[(turned - 1) / EACH] < turned);
      last[(turned - 1) / EACH] = turned;
      turned = after[turned]
    :: else -> break
    od
  :: else -> break
  od;
  timeout;
  d_step {
    found = 1;
    do
    :: found <= COUNT -> assert(taken_count[found] + refused[found] == 1); found++
    :: else -> break
    od
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// What only some processes need, made on demand: relations to others, dictionary, receive marks.
//
// A RelationTable keeps its entries in the order they were made (so that nothing depends on addresses), found by
// key through an index once there are more than a few. The first entry lies in the table itself: one link or monitor takes no memory of its own,
// and a call of a server, which monitors for a moment, none either.
#ifndef JOIST_PROCESS_EXTRA_H
#define JOIST_PROCESS_EXTRA_H

#include "vm/process/process.h"

typedef struct Relation {
  uint64_t key; // pid or reference number; 0: removed
  Term a, b;    // meaning by table
  Term tag;     // monitors: instead of 'DOWN', or T_NONE; a root
  uint64_t id;  // links: number of the unlink that is not acknowledged yet, or 0
  uint32_t flags;
} Relation;

typedef struct RelationTable {
  Relation *items;       // NULL: empty; &one: while there was no more than one
  uint32_t *index;       // position + 1; 0 free, RELATION_INDEX_GONE removed
  uint32_t count;        // living entries
  uint32_t used;         // with removed ones
  uint32_t capacity, index_capacity;
  Relation one;
} RelationTable;
enum { RELATION_LINEAR_MAX = 8 };
#define RELATION_INDEX_GONE UINT32_MAX

Relation *relation_find(const RelationTable *t, uint64_t key);
// A new entry (the key must not be there). Fails: NULL.
Relation *relation_add(const Alloc *alloc, RelationTable *t, uint64_t key);
void relation_remove(const Alloc *alloc, RelationTable *t, Relation *r);
void relation_free_entries(const Alloc *alloc, RelationTable *t);
static inline void relation_free(const Alloc *alloc, RelationTable *t) {
  if (t->items) relation_free_entries(alloc, t);
}
// What it holds beside itself.
size_t relation_bytes(const RelationTable *t);
// The same for p's own monitors and aliases, which senders look into while p is bounded (bound.h B5). Owner.
Relation *relation_add_awaited(Process *p, RelationTable *t, uint64_t key);
void relation_remove_awaited(Process *p, RelationTable *t, Relation *r);
#define RELATION_EACH(t, r) \
  for (Relation *r = (t)->items, *end_##r = r ? r + (t)->used : NULL; r < end_##r; r++) \
    if (r->key != 0)

enum { LINK_ACTIVE = 1 };

typedef struct DictionaryEntry {
  Term key, value; // key T_NONE: removed
  uint64_t hash;
} DictionaryEntry;
typedef struct Dictionary {
  DictionaryEntry *entries;
  uint32_t *index; // as above
  uint32_t used, capacity, index_capacity;
} Dictionary;

enum { RECEIVE_MARKS = 4 };
typedef struct ReceiveMark {
  uint64_t ref_number;  // 0: unused
  HeapFragment *after;  // the last message when the reference was made
} ReceiveMark;

struct ProcessExtra {
  RelationTable links;        // key pid; flags LINK_ACTIVE; id
  RelationTable monitors;     // own: key reference number; a: pid watched, b: name or T_NONE; flags AliasKind
  RelationTable monitored_by; // key reference number; a: watching pid, b: name or T_NONE
  RelationTable aliases;      // key reference number; flags AliasKind
  RelationTable suspending;   // key pid; flags: how often
  Dictionary dictionary;
  ReceiveMark marks[RECEIVE_MARKS];
  uint32_t mark_next;         // the one to overwrite next
  bool has_term_tags;         // a monitor has, or had, a tag that is no immediate: tags are looked at as roots
  uint32_t suspend_count;     // how often others suspended this one
  struct MailboxBound *bound; // of its mailbox, or NULL (bound.h)
  struct BlockedSend *blocked; // while it waits to send, or NULL
  HeapFragment *asked_late;   // questions that wait until it is between two slices, the newest first (ask.h K4)
  uint64_t asked;             // number of its open question (ask.h); 0: none
  Term asked_suspends;        // whom that question is to suspend, or T_NONE
  HeapFragment *answer;       // to that, when it is there
  HeapFragment *made;         // a copy that a dirty thread made for what the process does next (long_copy.h), or NULL
  uint64_t dirty_search;      // number of the search for unused code that its dirty thread has looked through its memory for (vm/engine/purge.c)
  // Of who acts on its signals while it is on a dirty thread (dirty.c):
  HeapFragment *kept;         // what only the process itself can act on: the newest, in a ring by next; or NULL
  Term end_reason, ended_by;  // why it ends there, and the linked process that pulled it along or T_NONE
};

// Made when it is not there. Fails: NULL.
ProcessExtra *process_extra(Process *p);
// At the end of p: all but what its control block still leads others to, the bound; then that, when nobody can hold p any more.
void process_extra_empty(Process *p);
void process_extra_free(Process *p);

// Takes p for a moment, to act on its signals or to read it: IN_C. False: it runs, is in a dirty native, is claimed, or ends. Thread:
// worker.
bool process_claim(Process *p, ProcessState *was);
// Puts it back to what it was, or to run when there is a reason by now. p is not the caller's afterwards.
void process_unclaim(Process *p, ProcessState was);
// Brings p up to date by the signals that wait for it, when it can be claimed. False: they end it (it may be gone). Thread: worker.
bool process_settle(Process *p);
// A claimed process that is to end: ends it, or hands it to the worker in whose queue it stands. p is gone.
void process_end_claimed(Process *p, ProcessState was);
// p, which is the caller's and has SUSPEND_WANTED, is put aside until resumed. p is not the caller's afterwards.
void process_suspend_now(Process *p);
void process_be_resumed(Process *p);
// Whom p, which ends, has suspended goes on.
void process_resume_all(Process *p);
// After limit_words or LIMIT_NO_KILL changed: what senders look at.
void process_limit_queue(Process *p);
// p, which is the caller's, is to end: sets exit_reason and exit_pending. `reason` must be readable by p for good.
void process_doom(Process *p, Term reason);
// Another process is to end, killed, and there is no memory for a signal that says so.
void process_doom_untold(Process *p);
// p ends, with that reason, for everybody else: table, name, signals, links, monitors, upper layers. Its memory is not touched. Thread: who ends it.
void process_end_for_others(Process *p, Term reason);
// The text `name` is this atom's.
bool vm_atom_is(Vm *vm, Term atom, const char *name);
// Interned; ATOM_undefined when the table is full.
Term vm_atom(Vm *vm, const char *name);
// A worker's cache of slots; its cache of fragments is noted. Joining fails: NULL: too many workers. Thread: any.
SlotCache *process_table_join(ProcessTable *t, const FragmentCache *fragments);
// What the workers' caches of fragments hold. Exact while they do nothing. Thread: any.
size_t process_table_cached_bytes(ProcessTable *t);
void process_table_leave(ProcessTable *t, SlotCache *c);
// Puts p in and numbers it. Fails: T_NONE: full. Thread: any worker, online or not.
Term process_table_add(ProcessTable *t, Process *p);
// Takes the process of that pid, which is there, out: process_find finds it no more, but who found it already may read it still.
void process_table_remove(ProcessTable *t, Term pid);
size_t process_table_count(ProcessTable *t); // as process_count
uint32_t process_table_max(const ProcessTable *t);
// Slots are 0 … slots - 1; new processes may come behind them meanwhile. The process in one, or NULL: as process_find.
uint32_t process_table_slots(const ProcessTable *t);
Process *process_table_at(const ProcessTable *t, uint32_t slot);

#endif

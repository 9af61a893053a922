// SPDX-License-Identifier: Apache-2.0
//
// The process: control block, life cycle and everything processes do to each other.
//
// A process is one allocation of PROCESS_ALLOCATION_BYTES: this struct, then its first heap-and-stack block. What
// most processes never need (links, monitors, dictionary, name, limits, receive marks) hangs off `extra`,
// made on demand.
//
//  P1  `state` alone says who may touch what (state.def); it changes only along legal transitions.
//  P2  Fields marked (any) are atomic; all others belong to whoever may touch the process by its state.
//  P3  A pid leads to its process through the table or to nobody; slots are used again late and with another serial.
//  P4  At the end: the name goes, then links and monitors are told, then memory is freed.
#ifndef JOIST_PROCESS_PROCESS_H
#define JOIST_PROCESS_PROCESS_H

#include "vm/process/worker.h"

typedef enum ProcessState {
#define STATE(name, owner, meaning) PROCESS_##name,
#define TRANSITION(from, to)
#include "vm/process/state.def"
#undef STATE
#undef TRANSITION
  PROCESS_STATE_COUNT
} ProcessState;
enum {
  STATE_MASK = 0xff,
  STATE_SIGNALS = 1 << 8, // signals that are no messages wait in the inbound queue
  STATE_WOKEN = 1 << 9,   // was woken while suspended
  STATE_TIMED_OUT = 1 << 10, // a receive's timer fired, perhaps not the present one's: mailbox_timed_out knows
  STATE_BOUNDED = 1 << 11,   // its mailbox is bounded (bound.h)
  STATE_QUEUED = 1 << 12,    // stands in a run queue: set by who puts it there, cleared by the worker that takes it out
  STATE_DEAF = 1 << 13,      // waits, but not for messages (for room elsewhere, for input): they do not wake it
  STATE_DOOMED = 1 << 14,    // is to end: exit_pending says why; without it killed, and there was no memory for a signal that says so. Never cleared
  STATE_TRIM_LISTED = 1 << 15, // on a worker's list of those to trim when it is idle
  STATE_OUTGROWN = 1 << 16,  // told already that its unread messages outgrew its limit
  STATE_QUEUE_ALARM = 1 << 17, // its long queue was told (alarm.h)
  STATE_INPUT = 1 << 18,     // the descriptor it watches is ready (vm/sched/watch.h)
  STATE_ADMITTED = 1 << 19,  // what it waited to send was taken (bound.h)
  STATE_RETURNED = 1 << 20,  // its dirty thread is done with it, and leaves it to who acts on its signals (dirty.c)
  STATE_KEPT = 1 << 21,      // signals were put aside for it while it was dirty
  STATE_TRAPS = 1 << 22,     // while it is dirty: it traps exits …
  STATE_SILENT = 1 << 23,    // … it has LIMIT_NO_LOG
  STATE_ACTING = 1 << 24,    // signals were taken and are being acted on: whether it lives is not known before that is done
  // What wakes a waiting process whether it is deaf or not.
  STATE_CALLS = STATE_SIGNALS | STATE_TIMED_OUT | STATE_DOOMED | STATE_INPUT | STATE_ADMITTED,
};

typedef enum Priority { PRIORITY_MAX, PRIORITY_HIGH, PRIORITY_NORMAL, PRIORITY_LOW, PRIORITY_COUNT } Priority;

// Numbered by their place in flags.def.
enum ProcessFlagNumber {
#define FLAG(name, meaning) PROCESS_FLAG_NUMBER_##name,
#include "vm/process/flags.def"
#undef FLAG
  PROCESS_FLAG_COUNT
};
enum ProcessFlag {
#define FLAG(name, meaning) PROCESS_##name = 1 << PROCESS_FLAG_NUMBER_##name,
#include "vm/process/flags.def"
#undef FLAG
  PROCESS_SEND_FLAGS = PROCESS_SENDING | PROCESS_SENT | PROCESS_SEND_GIVEN_UP,
};
_Static_assert(PROCESS_FLAG_COUNT <= 31, "Process.flags is a word of 32 bits");

enum {
  QUEUE_COUNT_SHIFT = 36,
  PROCESS_ALLOCATION_BYTES = 896,
  SLICE_REDUCTIONS = 3000,        // some 30 us of a loop: what sixteen others cost who waits among them
  SEEDED_SLICE_REDUCTIONS = 4000, // the most that a slice is drawn as
  REDUCTION_QUEUE_SHIFT = 6,      // a send costs 1 + queue length >> this, at most REDUCTION_SEND_MAX
  REDUCTION_SEND_MAX = 400,
  SKIPPED_AT_ONCE = 1024,         // messages that a receive goes past (8 ns each) between two looks at the slice, …
  SKIPPED_REDUCTIONS = 64,        // … and what they cost
  REDUCTION_COPY_WORDS = 64, REDUCTION_COPY_SHIFT = 3, // a copy of so many words and more costs words >> that
};

typedef struct ProcessExtra ProcessExtra; // extra.h

struct Process {
  // Engine and natives use p->heap, p->fp …; vm/heap takes &p->memory.
  union {
    struct {
      HEAP_FIELDS
    };
    Heap memory;
  };
  Vm *vm;
  Term pid;
  _Atomic(uint64_t) state;       // ProcessState | STATE_… (any)
  int64_t reductions;            // left of the slice
  uint64_t reduction_total;      // of finished slices, and of what was charged beyond them
  _Atomic(HeapFragment *) inbound; // newest first (any)
  _Atomic(uint64_t) queue_load;  // messages << QUEUE_COUNT_SHIFT + their words, inbound included (any)
  uint32_t flags;                // PROCESS_…
  uint32_t skips_left;           // messages that receives go past before that is charged for (the engine)
  // Private queue, oldest first, linked both ways. `peeked` (HEAP_FIELDS) is the message being looked at.
  HeapFragment *first, *last;
  HeapFragment *save;            // next to look at; NULL: all were (then the next append becomes it)
  ProcessExtra *extra;           // or NULL
  struct Timer *receive_timer;   // armed or fired, or NULL
  Term exit_reason;              // T_NONE while it lives; a root
  Term group_leader;             // pid
  Term parent;                   // pid, or T_NONE
  Term waits_for;                // recorded wait: the pid whose reply the present receive awaits, or T_NONE; once it is ended by
                                 // a link: the pid of the linked process
  union {
    int64_t slice_given;         // reductions the slice started with
    Process *dirty_next;         // while DIRTY or ABANDONED: in the queue for dirty threads (vm/sched/dirty.c)
  };
  int64_t slice_rest;            // reductions set aside by process_interrupt: the slice goes on with them
  union {
    Process *run_next;           // run queue; dead: below
    Retired retired;
    struct {
      Process *run_next_;
      union {
        Process *run_prev;       // the same
        size_t run_position;     // seeded run queue: in its array
      };
    };
  };
  uint32_t initial_module, initial_function; // atom numbers
  uint8_t initial_arity;
  uint8_t priority;              // Priority
  uint8_t run_line;              // of its run queue, in which it stands or stood last (vm/sched/picker.h)
  uint8_t exit_pending;          // ended by a signal: exit_reason is set, the worker finishes it
  uint8_t claimed_from;          // ProcessState before it was claimed
  uint16_t last_worker;          // index of the scheduler worker that ran it last
  _Atomic(uint64_t) queue_limit; // words of unread messages that end it; UINT64_MAX: none (any: read)
  uint32_t dictionary_count;     // entries
  uint32_t run_turn;             // in a background: FairPicker.left_front when all have left that stood before it
  union {                        // what a dirty thread is to do, or did
    const struct NativeEntry *dirty_native;
    struct Export *dirty_call;
    size_t dirty_words;
  };
  _Atomic(uint32_t) name;        // registered: NAME_… or an atom number (any; process_name, registry.h)
};
enum { NAME_NONE = 0, NAME_GONE = UINT32_MAX }; // no name; it has ended and gets none any more. No name is atom number 0 (nil)

// The registered name, or T_NONE. Thread: any.
static inline Term process_name(const Process *p) {
  uint32_t name = atomic_load_explicit(&p->name, memory_order_acquire);
  return name == NAME_NONE || name == NAME_GONE ? (Term)T_NONE : term_atom(name);
}

_Static_assert(offsetof(Process, heap) == 0, "a Process starts with its TermHeap");
_Static_assert(sizeof(Process) <= 448, "control block leaves half of the allocation to the first heap");

static inline ProcessState process_state(const Process *p) {
  return (ProcessState)(atomic_load_explicit(&p->state, memory_order_acquire) & STATE_MASK);
}
static inline uint64_t process_state_bits(const Process *p, uint64_t bits) {
  return atomic_load_explicit(&p->state, memory_order_acquire) & bits;
}
static inline void process_set_bits(Process *p, uint64_t bits) { atomic_fetch_or_explicit(&p->state, bits, memory_order_acq_rel); }
static inline void process_clear_bits(Process *p, uint64_t bits) { atomic_fetch_and_explicit(&p->state, ~bits, memory_order_acq_rel); }
static inline size_t process_queue_count(const Process *p) {
  return (size_t)(atomic_load_explicit(&p->queue_load, memory_order_relaxed) >> QUEUE_COUNT_SHIFT);
}
static inline size_t process_queue_words(const Process *p) {
  return (size_t)(atomic_load_explicit(&p->queue_load, memory_order_relaxed) & (((uint64_t)1 << QUEUE_COUNT_SHIFT) - 1));
}
// Before p runs, ends, or something is taken out of its memory or for another process: the search for unused code sees it first, so
// nothing that leads to such code comes out of memory not seen yet into memory seen already. Thread: scheduler.
static inline void process_be_searched(Process *p) {
  // Dirty threads do not stand when it turns (vm/engine/purge.c).
  uint32_t mark = __atomic_load_n(&p->vm->searched_mark, __ATOMIC_ACQUIRE);
  if (UNLIKELY((p->flags ^ mark) & PROCESS_SEARCHED)) p->vm->hooks.search(p);
}
// Has the scheduler look at p soon (a collection, a signal of its own): the next entry of a function yields, and the slice goes
// on afterwards. Thread: owner.
static inline void process_interrupt(Process *p) {
  if (p->reductions > 0) {
    p->slice_rest += p->reductions;
    p->reductions = 0;
  }
}
// The slice is over, perhaps by more than there was of it: a native may charge whatever it did. That counts as used. Thread: owner.
static inline void process_end_slice(Process *p) {
  if (p->reductions < 0) p->reduction_total += (uint64_t)-p->reductions;
  p->reductions = 0;
}
// For information: that of a claimed process is what it was before. Thread: who may touch p.
static inline ProcessState process_shown_state(const Process *p) {
  ProcessState s = process_state(p);
  return s == PROCESS_IN_C ? (ProcessState)p->claimed_from : s == PROCESS_DIRTY_IN_C ? PROCESS_DIRTY : s;
}
const char *process_state_name(ProcessState s);
bool process_transition_is_legal(ProcessState from, ProcessState to);
// Moves along a legal transition when p is in `from`. False: it was not. Thread: any.
bool process_transition(Process *p, ProcessState from, ProcessState to);
// From a state that is the caller's (NEW, RUNNING, IN_C, SUSPENDED, DIRTY) to RUNNABLE, and into a run queue if it stands in none.
void process_make_runnable(Process *p, ProcessState from);
// The same without enqueueing. True: the caller does that (it stands in no run queue).
MUST_USE bool process_mark_runnable(Process *p, ProcessState from);
// The worker took p out of its run queue. RUNNING: it is to run it. DIRTY_IN_C: it is to act on its signals (process_serve_dirty).
// Else: somebody has claimed it, and puts it back when that is over. Thread: scheduler.
ProcessState process_take(Process *p);
// From RUNNING or IN_C to WAITING; wakes it again when something came since its last look. p is not the caller's afterwards.
void process_go_to_wait(Process *p, ProcessState from);

// --- on a dirty thread (dirty.c)
// From RUNNING to DIRTY: p is to be handed to a dirty thread. False: no memory; it stays RUNNING. Thread: owner.
bool process_go_dirty(Process *p);
// The dirty thread is done with p: it is runnable again, or, if it was abandoned meanwhile, freed. p is not the caller's afterwards.
// Thread: a worker's, online.
void process_leave_dirty(Process *p);
// Acts on the signals of p, DIRTY_IN_C since process_take, in its place; may end it. p is not the caller's afterwards.
void process_serve_dirty(Process *p);
// Why p ends, and what linked process pulled it along, or for whom it waited, or T_NONE: for hooks.process_end. Thread: who ends it.
Term process_end_reason(const Process *p);
Term process_ended_by(const Process *p);
// p, ABANDONED and the caller's, goes. Thread: a worker's, online.
void process_free_abandoned(Process *p);

// --- memory
// Room for `words` more words; p->heap.end is set accordingly. See heap_reserve. GC: may.
// Fails: false: over max_heap_size or the budget; the process ends (exit_pending is set, :killed): leave the native or the engine.
bool process_reserve_slow(Process *p, size_t words);
MUST_USE bool process_reserve_at(Process *p, size_t words, const char *file, int line);
#ifdef JOIST_HOSTILE
#define process_reserve(p, words) __extension__({ HERE_MAY_COLLECT(); process_reserve_at((p), (words), __FILE__, __LINE__); })
#else
static inline MUST_USE bool process_reserve(Process *p, size_t words) {
  return LIKELY(heap_reserve_fast(&p->memory, words)) || process_reserve_slow(p, words);
}
#endif
// Is the next collection more than a scheduler's thread should do? Copying a word takes 3 to 5 ns, and as long again when the block, being full, moves to a larger
// one behind that, onto fresh pages; so LARGE_COLLECTION_WORDS are about a millisecond. Heaps below HEAP_LARGE_WORDS, old block included, are not asked.
enum { LARGE_COLLECTION_WORDS = 1 << 17, NATIVE_ROOM_WORDS = 1 << 12 };
static inline bool process_may_be_large(const Process *p) { return p->heap_flags & HEAP_IS_LARGE; }
static inline bool process_is_large(const Process *p) {
  return process_may_be_large(p) && heap_collection_words(&p->memory) > LARGE_COLLECTION_WORDS;
}
// The same for a full one, which somebody asks for.
static inline bool process_is_large_in_all(const Process *p) { return heap_full_collection_words(&p->memory) > LARGE_COLLECTION_WORDS; }
// A native is about to be called that could have it collected in the middle.
static inline bool process_is_large_and_full(const Process *p) {
  return UNLIKELY(process_may_be_large(p)) && heap_free_words(&p->memory) < NATIVE_ROOM_WORDS && process_is_large(p);
}
// Collects now. full: old generation too.
bool process_collect(Process *p, size_t need_words);
bool process_collect_full(Process *p, size_t need_words);

// --- the table
typedef struct ProcessTable ProcessTable;
typedef struct SlotCache SlotCache;
// process_max 0: the default. Fails: NULL. Thread: the VM's maker, both.
ProcessTable *process_table_new(Vm *vm, uint32_t process_max);
void process_table_free(ProcessTable *t);
// The living process of a pid, or NULL. It may end at any time, but can be read until the caller's next quiescent point (K2).
// Thread: any worker that is online.
Process *process_find(Vm *vm, Term pid);
// Now, or a moment ago. With several workers it takes a lock: not for hot paths. Thread: any.
size_t process_count(const Vm *vm);
// Calls visit for each living process by slot; stops when it answers false. While others run, processes may come and go meanwhile:
// each that lives from the beginning to the end is visited once, others once or not at all, and one may have ended when it is. Thread:
// any worker that is online.
void process_each(Vm *vm, bool (*visit)(void *state, Process *p), void *state);

// --- birth
// What a full mailbox does with one more ordinary message.
typedef enum OnFull { ON_FULL_BLOCK, ON_FULL_DROP_NEWEST, ON_FULL_DROP_OLDEST, ON_FULL_ERROR, ON_FULL_KILL } OnFull;
typedef struct MailboxOptions {
  uint64_t max;    // ordinary messages; 0: no bound
  uint8_t on_full; // OnFull
} MailboxOptions;
enum SpawnFlags {
  SPAWN_LINK = 1, SPAWN_MONITOR = 2, SPAWN_ALIAS = 4,
  SPAWN_MAY_LEAVE = 8, // long copies are made on a dirty thread (long_copy.h)
};
typedef struct SpawnOptions {
  uint32_t flags;
  uint8_t priority;        // Priority; set to PRIORITY_NORMAL by spawn_options_init
  bool has_max_heap, max_heap_no_kill, max_heap_no_log;
  uint64_t max_heap_words; // 0: no limit but the budget
  uint64_t min_heap_words; // 0: default
  Term monitor_tag;        // T_NONE: DOWN
  uint8_t alias_kind;      // enum AliasKind, with SPAWN_ALIAS
  MailboxOptions mailbox;
} SpawnOptions;
static inline SpawnOptions spawn_options_default(void) {
  return (SpawnOptions){.priority = PRIORITY_NORMAL, .monitor_tag = T_NONE};
}
// Reads spawn_opt's list. Fails: false: badarg.
bool spawn_options_parse(Vm *vm, Term list, SpawnOptions *options);
// Starts module.function(args), or the fun `function` when module is T_NONE; arguments are copied. parent NULL: spawned by
// the VM. With SPAWN_MONITOR the reference's number is put to *ref_number: the caller wraps it with
// process_wrap_ref. Answers the pid, or T_NONE with *error: ATOM_system_limit, ATOM_badarg, or T_YIELD: arguments, and the fun behind
// them, are to be copied elsewhere, and then it is called again. GC: no.
Term process_spawn(Process *parent, Vm *vm, const SpawnOptions *options, Term module, Term function, const Term *args,
                   uint32_t arg_count, uint64_t *ref_number, Term *error);

// --- death
// Ends p: by the scheduler after ENGINE_EXIT or a deadly signal. `reason` is a term that p may read. p is gone afterwards.
void process_finish(Process *p, Term reason);
// exit(to, reason). True: the caller itself must end or has something to handle: leave the engine with ENGINE_YIELD
// soon (p->reductions is 0). `to` may be any pid. from NULL: the VM.
bool process_exit_signal(Process *from, Vm *vm, Term to, Term reason);
// The scheduler's thread notices that p->exit_pending was set by a native.
static inline bool process_must_exit(const Process *p) { return p->exit_pending != 0; }

// --- messages
typedef enum SendResult {
  SEND_OK,
  SEND_BADARG,   // no pid, name, {name, node}, or a name nobody has
  SEND_LIMIT,    // too large, or over the budget: SystemLimitError
  SEND_FULL,     // the bounded mailbox is full: raise from->exc_reason
  SEND_WAIT,     // likewise: leave the engine to wait, and send again when `from` runs: then it is SEND_OK
  SEND_WOULD_WAIT, // likewise, where waiting was forbidden: nothing was sent
  SEND_LONG,     // the copy is a dirty thread's to make (long_copy.h): there, then send again. Only where `from` may leave for one
} SendResult;
// to: pid, registered name, alias reference, {name, node()}. A name nobody has is SEND_BADARG, a dead pid or
// alias SEND_OK. Charges p->reductions. from NULL: the VM. may_wait: else a full mailbox is SEND_WOULD_WAIT. GC: no.
SendResult process_send_with(Process *from, Vm *vm, Term to, Term message, bool may_wait);
static inline SendResult process_send(Process *from, Vm *vm, Term to, Term message) { return process_send_with(from, vm, to, message, true); }
// Waits no longer than *timeout (milliseconds or infinity; then SEND_WOULD_WAIT). When sent, *timeout is what is left of it.
// Fails also: SEND_BADARG for another *timeout.
SendResult process_send_within(Process *from, Term to, Term message, Term *timeout);
// To itself, what it asked for: no bound holds it up.
SendResult process_send_self(Process *p, Term message);
// A message of no process to a pid, dropped when that is gone or its bounded mailbox is full. Owns: takes message, of kind
// SIGNAL_MESSAGE. Thread: scheduler.
void process_deliver(Vm *vm, Term pid, HeapFragment *message);
// From any thread: builds a message of at most `words` words and has the scheduler deliver it. build(heap, context) is called at
// once, in the calling thread. False: no memory.
bool process_post(Vm *vm, Term pid, size_t words, Term (*build)(TermHeap *heap, void *context), void *context);

// --- references. Words: REF_WORDS reserved by the caller.
Term process_make_ref(Process *p);
// For a number that process_spawn or process_monitor_begin answered; alias: it is one.
Term process_wrap_ref(Process *p, uint64_t number, bool alias);

// --- links and monitors
typedef enum RelationResult { RELATION_OK, RELATION_BADARG, RELATION_NOPROC, RELATION_NO_MEMORY } RelationResult;
// Linking to the dead: RELATION_NOPROC when the caller does not trap exits (the native raises noproc), else an
// exit message comes.
RelationResult process_link(Process *p, Term pid);
RelationResult process_unlink(Process *p, Term pid);
enum AliasKind { ALIAS_NONE, ALIAS_EXPLICIT, ALIAS_DEMONITOR, ALIAS_REPLY };
// target: pid, registered name, {name, node()}. tag: T_NONE for 'DOWN', else any term of p's heap. Answers the reference (T_NONE and
// *result otherwise). Words: REF_WORDS, and 3 more when the target is a name.
Term process_monitor(Process *p, Term target, enum AliasKind alias, Term tag, RelationResult *result);
// True: the monitor was there. flush: a DOWN message that came is taken out (*flushed: there was one).
bool process_demonitor(Process *p, Term ref, bool flush, bool *flushed);
// Words: REF_WORDS.
Term process_alias(Process *p, enum AliasKind kind); // ALIAS_EXPLICIT or ALIAS_REPLY
bool process_unalias(Process *p, Term ref);

// --- dictionary. Terms live in p's heap and are roots.
// T_NONE: absent.
Term process_dictionary_get(Process *p, const TermContext *c, Term key);
// Answers the old value or T_NONE. Fails: *no_memory.
Term process_dictionary_put(Process *p, const TermContext *c, Term key, Term value, bool *no_memory);
Term process_dictionary_erase(Process *p, const TermContext *c, Term key);
// Would one more key have all of them moved?
bool process_dictionary_is_full(const Process *p);
void process_dictionary_clear(Process *p);
// Entry i of 0 … dictionary_count - 1, oldest first.
void process_dictionary_entry(Process *p, uint32_t i, Term *key, Term *value);

// --- flags and information
// The old value, or T_NONE: badarg. GC: no. A raised limit or a lowered one counts from the next collection on.
Term process_flag(Process *p, Term flag, Term value);
// item: an atom (answers {item, value}; [] for registered_name without a name), or a list of atoms (a list of pairs).
// ATOM_undefined: dead; T_NONE: badarg, or exc_reason is ATOM_system_limit; T_YIELD: as process_ask (ask.h). The answer lies in a fragment of the
// caller. GC: no.
Term process_info(Process *caller, Term pid, Term item);
// All standard items, as process_info/1.
Term process_info_all(Process *caller, Term pid);
// true or false; T_YIELD, T_NONE: as process_ask.
Term process_is_alive(Process *caller, Term pid);
// All living pids, in a fragment of the caller. GC: no. T_NONE: no memory.
Term process_list(Process *caller);
bool process_set_group_leader(Process *caller, Term leader, Term pid);
// Suspending counts. Answers as process_ask (ask.h); T_NONE or undefined: badarg.
Term process_suspend(Process *caller, Term pid);
bool process_resume(Process *caller, Term pid);
// Bytes of everything p holds.
size_t process_memory_bytes(const Process *p);
// "#PID<0.5.0> (name) waiting in mod.fun/1 for a reply of #PID<0.7.0>, 3 messages": for reports.
void process_describe(Process *p, Buffer *buffer);

// Something came for p: if it waits, it waits no longer. Thread: any that may hold p.
void process_wake(Process *p);

#endif

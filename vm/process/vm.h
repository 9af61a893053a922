// SPDX-License-Identifier: Apache-2.0
//
// The Vm: everything mutable of one virtual machine hangs off this struct. Several VMs can live in one program.
//
// Lower layers are members, upper ones (code, engine, natives, io) are opaque pointers that who starts
// the VM fills in, and functions handed down in `hooks`: nothing here calls up by name.
//
// Time, randomness and "who runs next" go through VmClock, VmRandom and the scheduler's picker (sched.h), so that
// --seed can put virtual ones in their place.
#ifndef JOIST_PROCESS_VM_H
#define JOIST_PROCESS_VM_H

#include <sys/types.h>

#include <stdatomic.h>
#include "vm/base/alloc.h"
#include "vm/base/buffer.h"
#include "vm/base/cpus.h"
#include "vm/base/quiescent.h"
#include "vm/code/image.h"
#include "vm/heap/heap.h"
#include "vm/term/atom.h"
#include "vm/term/term_context.h"

typedef struct Vm Vm;
typedef struct Process Process;
typedef struct Worker Worker;

// Time. All in nanoseconds; system time is since 1970, monotonic since some fixed point.
typedef struct VmClock {
  int64_t (*monotonic)(struct VmClock *c);
  int64_t (*system)(struct VmClock *c);
  int64_t virtual_ns; // of the virtual clock: moves only when everybody waits, or …
  bool passes;        // … as processes work too, the same for each run of a seed: the program is being stopped, and somebody computes for ever
} VmClock;
VmClock vm_clock_real(void);
VmClock vm_clock_virtual(void);

// A generator of 64-bit words: seeded, or from the system when the VM starts without --seed.
typedef struct VmRandom {
  uint64_t state[4];
} VmRandom;
void vm_random_seed(VmRandom *r, uint64_t seed);
void vm_random_system(VmRandom *r);
uint64_t vm_random_next(VmRandom *r);
// 0 .. bound - 1, even.
uint64_t vm_random_below(VmRandom *r, uint64_t bound);

typedef enum EngineExit {
  ENGINE_YIELD, // still runnable: the slice is over, or it asked
  ENGINE_WAIT,  // in a receive, after process_receive_wait or process_receive_timeout said so
  ENGINE_EXIT,  // it ended: exit_reason holds why, a term of its heap
  ENGINE_LONG,  // p->dirty_native is to go on on a dirty thread, or, when that is NULL, a collection is
  ENGINE_BLOCKS, // likewise, and may block its thread
} EngineExit;

// The operating system's default action; ignored; told to the program; what it was at the start (SIGTERM: a stop in order).
typedef enum SignalAction { SIGNAL_IS_DEFAULT, SIGNAL_IS_IGNORED, SIGNAL_IS_HANDLED, SIGNAL_IS_RESTORED } SignalAction;
enum { VM_STDOUT = 1, VM_STDERR = 2, VM_REPORT = 3 }; // as JOIST_STDOUT … of the C API

// What sched and process need from above. Set before the first spawn.
typedef struct VmHooks {
  // Makes p, which does not run, go on with an exception, class exit, reason :interrupted. False: it cannot, and ends.
  bool (*interrupt)(Process *p);
  // Runs p until one of the above. p->reductions is the slice; what is left of it stands there afterwards.
  EngineExit (*run)(Worker *w, Process *p);
  // Goes on with p->dirty_native on the dirty thread of w. p is the caller's, and is to run again afterwards. NULL: there are no dirty threads.
  void (*run_dirty)(Worker *w, Process *p);
  // Makes p start with module.function(args), or with the fun `function` when module is T_NONE. The args
  // lie in p's memory and stand in p->args[-i] too, at the end of the stack (the fun behind them as args[-arg_count]); fp ==
  // block_end: no frame yet. There is room for arg_count + SPAWN_STACK_WORDS words of frames: no need to
  // reserve. Sets fp, pc, live_map, stack_low, and arg_count = 0. Fails: false: the process is then dropped.
  bool (*prepare)(Vm *vm, Process *p, Term module, Term function, const Term *args, uint32_t arg_count);
  // Where p stands. NULL or false: unknown. p does not run.
  bool (*current_function)(Process *p, Term *module, Term *function, uint32_t *arity);
  // The list of frames for process_info's current_stacktrace: words it needs, then built on `heap`. NULL: [].
  size_t (*stacktrace_words)(Process *p);
  Term (*stacktrace)(Process *p, TermHeap *heap);
  // p ends (process_end_reason): what upper layers hold for it goes (open files …). May be NULL. A dirty thread may still have its memory.
  void (*process_end)(Process *p);
  // A process was ended by the VM itself (memory limit …): one text. Default: to `write`, as VM_REPORT.
  void (*report)(Vm *vm, const char *text, size_t text_bytes);
  // Looks through p for references to code that may go (vm/engine/purge.c), and turns its PROCESS_SEARCHED to vm->searched_mark.
  void (*search)(Process *p);
  // The same for a message alone, which is taken from a process that was perhaps not searched yet.
  void (*search_message)(Vm *vm, const HeapFragment *m);
  // p ended by an exception nobody caught or an exit signal; for reports. May be NULL.
  void (*process_died)(Process *p, Term reason);
  // Standard output and error leave through this. Answers 0 or an errno. stream: VM_STDOUT …; the bytes are whole writes of programs
  // or what was buffered. Default: nowhere.
  int (*write)(Vm *vm, int stream, const char *bytes, size_t size);
  // The same for as much as goes without waiting for a reader: how much that was, or -errno. NULL: `write` waits for nobody.
  ssize_t (*write_some)(Vm *vm, int stream, const char *bytes, size_t size);
  // Nothing to do: called before a worker sleeps (flush output …). May be NULL.
  void (*idle)(Worker *w);
  // Between two slices, while somebody can run: cheap when there is nothing to do. May be NULL.
  void (*between)(Worker *w);
  // Called first and last by every thread that the VM starts. May be NULL.
  void (*thread_begin)(void);
  void (*thread_end)(void);
  // What the operating system's signal `number` shall do to the whole program. False: it cannot be set. NULL: the host
  // program owns its signals.
  bool (*set_signal)(Vm *vm, int number, SignalAction action);
} VmHooks;

// What process needs from sched; set by sched_new.
typedef struct VmScheduling {
  void (*enqueue)(Vm *vm, Process *p); // p just became RUNNABLE; any thread that works for a worker
  void (*dequeue)(Vm *vm, Process *p); // p shall leave the run queue it stands in; in VMs that are not shared
  void (*unwatch)(Process *p);         // p ends while it awaits input
  bool (*post)(Vm *vm, void (*work)(Vm *vm, void *state), void *state); // any thread: run in the scheduler's
  void (*wake)(Vm *vm);                // any thread: the scheduler shall look around
  bool (*give_away)(Process *p);       // p, EXITING or ABANDONED, goes to a dirty thread, which ends or frees it. False: not now, not from here
  bool (*reserve)(Vm *vm, size_t count); // room for so many processes to be runnable at once; then enqueue cannot fail
  // All other workers stand still between the two. Two that begin at once get it one after the other; no lock may be held.
  void (*exclusive_begin)(Vm *vm);
  void (*exclusive_end)(Vm *vm);
} VmScheduling;

typedef struct VmOptions {
  uint32_t max_processes;       // 0: PROCESSES_DEFAULT
  uint32_t max_atoms;           // 0: ATOM_COUNT_MAX
  uint32_t max_files;           // open at once; 0: what the system allows
  uint32_t max_blocking;        // calls that block a thread each at once; 0: BLOCKING_CALLS_MAX
  int64_t idle_thread_ns;       // after which a dirty thread without work ends; 0: 5 s
  uint64_t budget_bytes;        // 0: account_default_budget
  uint64_t max_heap_words;      // default max_heap_size of processes; 0: half the budget
  size_t literal_bytes;         // address space for literals; 0: as literal_space_new
  uint32_t schedulers;          // scheduler workers at most; 0: 1
  bool follow_cpus;             // as many of them take work as processors may be kept busy; else all (vm/sched/online.h)
  const void *image;            // the library's, examined (image_examine); NULL: none
  bool without_standard_streams; // standard input is at its end, and no terminal is asked
  bool alarms;                  // --alarms: thresholds of extremes, told on standard error
  bool migrate;                 // every slice goes on on another worker: for tests
  bool seeded;                  // --seed
  uint64_t seed;
} VmOptions;
enum { SPAWN_STACK_WORDS = 16 };
enum { STOP_NONE = INT32_MIN };
enum { PROCESSES_MAX = 1 << 27, BLOCKING_CALLS_MOST = 2000 };

// Thresholds of alarms (alarm.h). Read by any thread without the lock, each for itself.
typedef struct Alarms {
  _Atomic(Term) monitor;     // pid who is told, or T_NONE
  bool reports;              // --alarms
  _Atomic(bool) watches_heaps, watches_slices;
  _Atomic(uint64_t) queue_high, queue_low; // messages; UINT64_MAX: off
  _Atomic(uint64_t) large_heap_words;      // UINT64_MAX: off
  _Atomic(int64_t) long_gc_ms, long_schedule_ms; // INT64_MAX: off
  Lock lock;                 // changes of all that, and the rest:
  int64_t report_second;     // of the lines counted in report_count
  uint32_t report_count;
  uint64_t suppressed;
} Alarms;

struct Vm {
  Alloc alloc;            // of METER_SYSTEM
  Alloc raw_alloc;        // the host's; counted by whoever uses it (heaps, fragments, control blocks)
  Meter meters[METER_COUNT];
  AtomTable *atoms;
  TermContext context;    // immutable once started; context.state is the Vm
  TermContext key_context; // the same, with `walked` (engine_key_context)
  LiteralSpace *literals;
  LibraryImage library;
  const LibraryImage *image; // &library, or NULL
  MemoryAccount account;
  Quiescence quiescence;  // of the workers and whoever reads shared tables
  Worker *first_worker;   // worker 0 (worker.h); the others are the scheduler's
  bool shared;            // more than one thread may run processes, dirty ones included; becomes true once, while one runs
  VmOptions options;
  VmClock clock;
  VmRandom random;        // for the program's unseeded needs and the picker; scheduler thread
  VmHooks hooks;
  Alarms alarms;
  struct ProcessTable *processes;
  _Atomic(uint32_t) abandoned;      // processes that ended, and whose memory dirty threads still have (any; vm/process/dirty.c)
  struct NameTable *names;
  struct Schedulers *schedulers;
  VmScheduling scheduling;
  CpuReader cpus;
  _Atomic(uint32_t) schedulers_online; // workers 0 … n - 1 take work (any; written by vm/sched/online.c)
  _Atomic(bool) schedulers_crowded;    // those are more than the processors they may run on (as before)
  _Atomic(uint32_t) schedulers_set;    // asked for by system_flag; 0: never (any)
  _Atomic(int64_t) online_asked_ns;    // when processors were looked at last (any)
  _Atomic(uint64_t) foreign_ref_blocks; // blocks of reference numbers given to workers that are no schedulers (worker.h)
  _Atomic(struct TimerWheel *) *wheels; // of scheduler workers by index; NULL: not made yet. They outlive the workers
  _Atomic(uint64_t) next_unique;    // unique_integer
  _Atomic(uint64_t) pending_work;   // jobs on other threads that will wake the VM: then waiting is no deadlock
  _Atomic(int) stop_status;         // see stopping; STOP_NONE before
  _Atomic(bool) stopping;           // sched_run returns at the next chance
  uint32_t searched_mark;           // PROCESS_SEARCHED of those that the present search has seen; changes while all workers stand
  bool searches;                    // a search is under way; likewise, and read by schedulers
  _Atomic(Term) first_pid;          // (any) the process whose end is the program's
  // Upper layers; opaque here.
  struct CodeTable *code;
  struct Engine *engine;
  struct NativeTable *natives;
  struct IoSystem *io;
  struct CompileJobs *compile;
  void *embedder;
  struct ForeignLibrary *foreign;   // libraries of natives (vm/native/foreign.h)
  struct joist_vm *host;            // who made this VM through the C API (vm/main/api.h), or NULL
};

// Makes tables, literal range, heap environment, scheduler is made by sched_new. Fails: STATUS_NO_MEMORY.
MUST_USE Status vm_init(Vm *vm, const Alloc *alloc, const VmOptions *options);
// Ends every process without telling anybody, then frees all. After the upper layers freed theirs.
void vm_free(Vm *vm);
// sched_run will return `status`, unless somebody wanted another before. Thread: any.
void vm_stop(Vm *vm, int status);

static inline int vm_write(Vm *vm, int stream, const char *bytes, size_t size) { return vm->hooks.write(vm, stream, bytes, size); }
// One line or more of the VM's own, to VM_REPORT. Thread: scheduler.
PRINTF_LIKE(2, 3) void vm_report(Vm *vm, const char *format, ...);
static inline int64_t vm_monotonic_ns(Vm *vm) { return vm->clock.monotonic(&vm->clock); }
static inline int64_t vm_system_ns(Vm *vm) { return vm->clock.system(&vm->clock); }
static inline const Alloc *vm_alloc_of(const Vm *vm, MeterKind kind) { return &vm->meters[kind].alloc; }
// Bytes that processes hold: what no other meter has (A1).
uint64_t vm_process_bytes(const Vm *vm);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Joist inside a C program: make a virtual machine, load code, call functions, exchange messages, run it, stop it.
 *
 *   joist_options options = joist_options_default();
 *   joist_vm *vm;
 *   if (joist_create(&options, &vm) != JOIST_OK) ...
 *   joist_terms *terms = joist_terms_new(vm);
 *   joist_term x = joist_integer(terms, 20), y;
 *   if (joist_call(vm, "Integer", "digits", terms, &x, 1, JOIST_FOREVER, &y) == JOIST_OK) ...   y is [2, 0]
 *   joist_free(vm);
 *
 * Threads. Code runs inside joist_call, joist_eval, joist_run and what is said below to run code, in the thread that calls them and, with
 * options.schedulers above 1, in threads of the VM beside it. One thread of the host at a time may be inside a VM, any thread, not always the same; a second one, or a
 * call out of a callback, gets JOIST_BUSY. What may be called at any time from any thread says "Thread: any". While nobody is inside, no
 * process runs. What a process has begun in a thread made for it may still go on: a blocking or long function, and the compiler (which calls nothing of the host's but its
 * allocator). In all threads of the VM every signal is blocked but those that tell of a fault. Several VMs are independent of each other: in one
 * thread, or each in its own; a native of one may run another.
 *
 * Terms. Values of the language are reached through handles, joist_term, that belong to a pool, joist_terms, and are
 * good until the pool is cleared or freed; no handle is a pointer into the VM, and a pool's terms never move. What goes to a
 * process or comes from it is copied. A builder that fails answers JOIST_NONE; JOIST_NONE as an argument gives JOIST_NONE again,
 * and JOIST_INVALID where a term is needed: so one check at the end is enough, and joist_terms_error tells the reason.
 *
 * Names. Where a module is named by text, "Enum" is the module Enum of the language and "lists" is :lists: a name that starts with
 * a capital letter gets "Elixir." in front, as in source code.
 *
 * Errors. A function that can fail answers a joist_status. After JOIST_RAISED (the code that ran ended with an error, an exit or
 * a throw), JOIST_REFUSED and others, joist_error_class, _message and _stack tell more. No function prints, exits or aborts; what
 * a bug in Joist itself does is told at joist_panic_hook.
 *
 * What the library leaves alone: signal handlers (none is installed), SIGPIPE (never raised by its writes), the locale, child
 * processes, standard streams (unless options.standard_streams is set), environment (System.put_env changes a copy of the VM's own), and global
 * state: it has none. Memory comes from options.allocator; small short-lived scratch of the C library, GMP and zlib from malloc.
 */
#ifndef JOIST_H
#define JOIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JOIST_VERSION "0.1.0"
#define JOIST_VERSION_MAJOR 0
#define JOIST_VERSION_MINOR 1
#define JOIST_VERSION_PATCH 0

#if defined(__GNUC__)
#define JOIST_API __attribute__((visibility("default")))
#else
#define JOIST_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct joist_vm joist_vm;
typedef struct joist_terms joist_terms;
typedef struct joist_mailbox joist_mailbox;

/* The version of the library that runs, as JOIST_VERSION. Thread: any. */
JOIST_API const char *joist_version(void);

typedef enum joist_status {
  JOIST_OK = 0,
  JOIST_RAISED = 1,    /* the code ended with an error, an exit or a throw: see joist_error_… */
  JOIST_TIMEOUT = 2,   /* the time given is over */
  JOIST_STOPPED = 3,   /* the VM was stopped: joist_stop, or code called System.halt; joist_exit_status */
  JOIST_NO_MEMORY = 4, /* the allocator, or the VM's memory budget, gave no more */
  JOIST_LIMIT = 5,     /* a table is full or a value too large */
  JOIST_INVALID = 6,   /* an argument that cannot be: NULL, JOIST_NONE, an unknown process … */
  JOIST_BUSY = 7,      /* another thread, or this one further out, is inside this VM */
  JOIST_REFUSED = 8,   /* a module file (or the library itself) is damaged or holds code that could break the VM */
  JOIST_IO = 9,        /* a file cannot be read; joist_error_message says why */
  JOIST_EMPTY = 10,    /* no message is there */
  JOIST_CLOSED = 11,   /* the mailbox's process has ended */
  JOIST_DEADLOCK = 12  /* seeded VMs: every process waits, and nothing can wake any of them */
} joist_status;

/* A few words for a status. Thread: any. */
JOIST_API const char *joist_status_text(joist_status status);

/* ---- making a VM ------------------------------------------------------------------------------------------------------------------ */

/* Where memory comes from. Called from any thread the VM uses, at the same time too. Sizes are in bytes; the size that was asked for is
 * told again when memory is given back. Answers are aligned as malloc's; NULL: no memory, which the VM survives. */
typedef struct joist_allocator {
  void *(*allocate)(void *state, size_t size);
  void *(*reallocate)(void *state, void *old, size_t old_size, size_t size); /* old may be NULL; on failure old stays good */
  void (*release)(void *state, void *memory, size_t size);
  void *state;
} joist_allocator;

typedef enum joist_engine {
  JOIST_ENGINE_DEFAULT = 0,
  JOIST_ENGINE_INTERPRETER = 1,
  JOIST_ENGINE_COMPILED = 2 /* joist_create answers JOIST_INVALID when this build has none */
} joist_engine;

typedef enum joist_stream {
  JOIST_STDOUT = 1, /* what code writes to :stdio */
  JOIST_STDERR = 2, /* what code writes to :stderr, crashed processes included */
  JOIST_REPORT = 3  /* the VM itself: a process over its memory limit, a module that cannot be loaded, errors and warnings of the compiler … */
} joist_stream;

/* As `schedulers`: one for each processor that this program may keep busy (affinity, quota of its control groups), also when that changes. With
 * `seeded` it is 1. */
#define JOIST_SCHEDULERS_CPUS UINT32_MAX

/* Start with joist_options_default(): every field left at zero means its default. `struct_size` lets later versions grow the struct. */
typedef struct joist_options {
  size_t struct_size;
  const joist_allocator *allocator; /* NULL: malloc. The table is copied; its state must outlive the VM */
  joist_engine engine;
  uint32_t schedulers;     /* threads that run processes, the one inside the VM included; 0: 1; JOIST_SCHEDULERS_CPUS. More than 1,024: JOIST_LIMIT; more than 1 with
                            * `seeded`: JOIST_INVALID */
  uint32_t max_processes;  /* alive at once; 0: 1,048,576 */
  uint32_t max_atoms;      /* 0: 1,048,576; at most 16,777,216 */
  uint32_t max_files;      /* open at once; 0: what the system allows */
  uint64_t memory_budget;  /* bytes that the VM may take; 0: 80% of the machine's or cgroup's memory, less under ulimit -v */
  uint64_t max_heap;       /* bytes that one process may hold unless it sets its own; 0: half of the budget */
  uint64_t address_space;  /* bytes of address space set aside for constants of loaded code; 0: 64 GB, less where that is not to be had */
  bool alarms;             /* tell of long queues, large heaps, long collections and slices, on the error stream */
  bool seeded;             /* deterministic scheduling and virtual time from `seed`: same program, same run */
  uint64_t seed;
  const char *const *arguments; /* System.argv(); copied */
  size_t argument_count;
  const char *const *code_path; /* directories searched for MODULE.jo when a module is first needed; copied */
  size_t code_path_count;
  /* Called with what the VM writes: in the thread that is inside the VM or in one of the VM's own, also while nobody is inside (a process whose large
   * heap is collected there may come to its limit); never twice at the same time. It must not call functions of this VM but those of "Thread: any", and should be quick. NULL: see standard_streams. */
  void (*output)(void *output_context, joist_stream stream, const char *bytes, size_t size);
  void *output_context;
  bool standard_streams; /* with output NULL: write to file descriptors 1 and 2, else write nowhere. Reads of :stdio read descriptor 0; else they get :eof */
  bool migrate;          /* for tests: with several schedulers every process goes on on another one with each slice, so that what depends on where it runs shows */
  uint32_t max_blocking; /* natives that block a thread each at once (joist_go_dirty_blocking, files, host names …); 0: 1,024; at most 2,000 */
} joist_options;

static inline joist_options joist_options_default(void) {
  joist_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

/* Makes a VM with the whole standard library; options NULL: the defaults. Nothing runs yet. Owns: the caller gets *vm: joist_free. Thread: any. Runs code: no.
 * Fails: JOIST_NO_MEMORY, JOIST_LIMIT, JOIST_INVALID (options); nothing is left behind, and *vm is NULL. */
JOIST_API joist_status joist_create(const joist_options *options, joist_vm **vm);

/* Ends every process at once, without telling them, and gives back all memory: pools and mailboxes of this VM too. NULL is ignored.
 * No other thread may use the VM any more. For an orderly end let code end first (Supervisor.stop …). Runs code: no; destructors of
 * native resources are called.
 * Natives that block or compute in threads of their own (joist_go_dirty, C functions called with blocking: true, files, host names) are told to
 * give up where they look (joist_has_signals) and waited for, for JOIST_FREE_MS. One that does not return by then cannot be ended by anybody: the VM is
 * left to it as it is, which is said on JOIST_REPORT, and its memory is never given back. A host that wants to decide about that calls: */
JOIST_API void joist_free(joist_vm *vm);
#define JOIST_FREE_MS 5000

/* The same, waiting for natives for timeout_ms at most (0: only a look; JOIST_FOREVER). JOIST_OK: all is given back. JOIST_BUSY: a native has not returned;
 * nothing is given back yet, nothing runs in the VM any more, and all that may be done with it is joist_free or this, again, later, or never. */
JOIST_API joist_status joist_free_within(joist_vm *vm, int64_t timeout_ms);

/* Makes whoever is inside the VM come back soon with JOIST_STOPPED. Nothing runs in it afterwards. Thread: any. */
JOIST_API void joist_stop(joist_vm *vm, int exit_status);

/* What joist_stop or System.halt said, whichever was first; 0 while it is not stopped. Thread: any. */
JOIST_API int joist_exit_status(joist_vm *vm);

/* About the last function that failed on this VM, "" when there is nothing to say: "error", "exit" or "throw"; the message as the
 * language shows it ("** (ArithmeticError) …"); the stack, a line a frame. Good until the next call on this VM. Thread: who is inside. */
JOIST_API const char *joist_error_class(joist_vm *vm);
JOIST_API const char *joist_error_message(joist_vm *vm);
JOIST_API const char *joist_error_stack(joist_vm *vm);

/* ---- terms ------------------------------------------------------------------------------------------------------------------------ */

/* A handle; treat as opaque. */
typedef struct joist_term {
  uint32_t place, pool;
} joist_term;
static inline joist_term joist_none(void) {
  joist_term none = {0, 0};
  return none;
}
#define JOIST_NONE (joist_none())
static inline bool joist_is_some(joist_term term) { return term.place != 0; }

/* A pool. Owns: the caller gets it; it goes with the VM at the latest. Thread: any may make, use, clear and free pools, each pool one
 * thread at a time. Fails: NULL. Nothing about terms runs code or waits for who is inside the VM. */
JOIST_API joist_terms *joist_terms_new(joist_vm *vm);
JOIST_API void joist_terms_free(joist_terms *terms);
/* Makes every handle of the pool invalid (using one is an error that is noticed) and gives its memory back. */
JOIST_API void joist_terms_clear(joist_terms *terms);
/* Why the last builder or reader of this pool failed, "" when none did since it was made or cleared. */
JOIST_API const char *joist_terms_error(const joist_terms *terms);

typedef enum joist_type {
  JOIST_TYPE_NONE = 0, /* JOIST_NONE, or a handle of another pool */
  JOIST_TYPE_INTEGER = 1,
  JOIST_TYPE_FLOAT = 2,
  JOIST_TYPE_ATOM = 3, /* true, false and nil too */
  JOIST_TYPE_BINARY = 4,
  JOIST_TYPE_BITSTRING = 5, /* of no whole bytes */
  JOIST_TYPE_LIST = 6,
  JOIST_TYPE_TUPLE = 7,
  JOIST_TYPE_MAP = 8, /* structs too */
  JOIST_TYPE_PID = 9,
  JOIST_TYPE_REFERENCE = 10,
  JOIST_TYPE_FUNCTION = 11,
  JOIST_TYPE_RESOURCE = 12 /* a native object */
} joist_type;

/* Builders. Fails: JOIST_NONE. Text is UTF-8; text without a size ends with a zero byte. Bytes and items are copied. */
JOIST_API joist_term joist_integer(joist_terms *terms, int64_t value);
JOIST_API joist_term joist_unsigned(joist_terms *terms, uint64_t value);
/* An integer of any size from its digits in base 2 … 36, a sign in front if need be. */
JOIST_API joist_term joist_integer_from_text(joist_terms *terms, const char *text, size_t size, int base);
/* From its magnitude, least significant byte first. */
JOIST_API joist_term joist_integer_from_bytes(joist_terms *terms, const void *bytes, size_t size, bool negative);
JOIST_API joist_term joist_float(joist_terms *terms, double value); /* NaN and infinities are no floats of the language */
JOIST_API joist_term joist_atom(joist_terms *terms, const char *text);
JOIST_API joist_term joist_atom_of_size(joist_terms *terms, const char *text, size_t size);
JOIST_API joist_term joist_module(joist_terms *terms, const char *name); /* an atom by the rule for names of modules */
JOIST_API joist_term joist_bool(joist_terms *terms, bool value);
JOIST_API joist_term joist_nil(joist_terms *terms);
JOIST_API joist_term joist_binary(joist_terms *terms, const void *bytes, size_t size);
JOIST_API joist_term joist_string(joist_terms *terms, const char *text); /* a binary */
JOIST_API joist_term joist_list(joist_terms *terms, const joist_term *items, size_t count);
JOIST_API joist_term joist_cons(joist_terms *terms, joist_term head, joist_term tail);
JOIST_API joist_term joist_tuple(joist_terms *terms, const joist_term *items, size_t count);
/* Of equal keys the last one counts. */
JOIST_API joist_term joist_map(joist_terms *terms, const joist_term *keys, const joist_term *values, size_t count);
JOIST_API joist_term joist_map_put(joist_terms *terms, joist_term map, joist_term key, joist_term value);
/* A copy of a term of another pool of the same VM. */
JOIST_API joist_term joist_copy(joist_terms *to, const joist_terms *from, joist_term term);
/* From Erlang's external term format (as :erlang.term_to_binary writes it). The bytes may be anything. */
JOIST_API joist_term joist_decode(joist_terms *terms, const void *bytes, size_t size);

/* Readers. `false` or JOIST_NONE: it is not of that type, or out of range. Where the value goes may be NULL, to ask whether it would be there. Pointers that are answered point to memory of the pool
 * and are good as long as its handles. */
JOIST_API joist_type joist_type_of(const joist_terms *terms, joist_term term);
JOIST_API bool joist_get_int64(const joist_terms *terms, joist_term term, int64_t *value);
JOIST_API bool joist_get_uint64(const joist_terms *terms, joist_term term, uint64_t *value);
JOIST_API bool joist_get_double(const joist_terms *terms, joist_term term, double *value); /* a float, or an integer in a double's range */
JOIST_API bool joist_get_bool(const joist_terms *terms, joist_term term, bool *value);
/* An integer's digits, or its magnitude least significant byte first: written up to `capacity` bytes. Answers how many bytes there are
 * in all (text: without the zero byte that is written behind it where there is room), 0 when it is no integer. */
JOIST_API size_t joist_get_integer_text(const joist_terms *terms, joist_term term, int base, char *out, size_t capacity);
JOIST_API size_t joist_get_integer_bytes(const joist_terms *terms, joist_term term, void *out, size_t capacity, bool *negative);
/* Zero-terminated as well; NULL: no atom. size may be NULL. */
JOIST_API const char *joist_get_atom(const joist_terms *terms, joist_term term, size_t *size);
JOIST_API bool joist_is_atom(const joist_terms *terms, joist_term term, const char *text);
/* Not terminated; NULL: no binary. */
JOIST_API const void *joist_get_binary(joist_terms *terms, joist_term term, size_t *size);
JOIST_API int64_t joist_list_length(const joist_terms *terms, joist_term list); /* -1: no proper list */
/* Takes the head off: *head (may be NULL) is it and *list the rest. False at the end, and when *list is no list. */
JOIST_API bool joist_list_next(joist_terms *terms, joist_term *list, joist_term *head);
JOIST_API int64_t joist_tuple_size(const joist_terms *terms, joist_term tuple); /* -1: no tuple */
JOIST_API joist_term joist_tuple_element(joist_terms *terms, joist_term tuple, size_t index); /* from 0 on */
JOIST_API int64_t joist_map_size(const joist_terms *terms, joist_term map); /* -1: no map */
JOIST_API joist_term joist_map_get(joist_terms *terms, joist_term map, joist_term key);
/* Its pairs in the map's order, up to `capacity`; either array may be NULL. Answers how many there are. */
JOIST_API size_t joist_map_pairs(joist_terms *terms, joist_term map, joist_term *keys, joist_term *values, size_t capacity);
JOIST_API bool joist_equal(const joist_terms *terms, joist_term a, joist_term b);  /* as === */
JOIST_API int joist_compare(const joist_terms *terms, joist_term a, joist_term b); /* order of the language: below, at, above 0 */
/* As snprintf: the term as inspect shows it (structs without their protocols), cut to `capacity`, terminated where capacity is not 0.
 * Answers the size of the whole. */
JOIST_API size_t joist_inspect(const joist_terms *terms, joist_term term, char *out, size_t capacity);
/* In the external term format: as joist_get_integer_bytes. 0: what cannot be encoded (resources), or no memory. */
JOIST_API size_t joist_encode(const joist_terms *terms, joist_term term, void *out, size_t capacity);

/* ---- code ------------------------------------------------------------------------------------------------------------------------- */

/* Times are in milliseconds of the host's clock; this one never comes. */
#define JOIST_FOREVER ((int64_t)-1)

/* Compiles and runs source text, as a script is run: modules it defines are there afterwards; *result (NULL: not wanted; terms NULL
 * then too) is the value of its last expression. name: what errors call the file. Other processes run meanwhile. Runs code: yes.
 * Fails: JOIST_RAISED (compile errors too: what they are goes to JOIST_REPORT), JOIST_TIMEOUT, JOIST_STOPPED, JOIST_BUSY … */
JOIST_API joist_status joist_eval(joist_vm *vm, const char *name, const char *text, size_t size, int64_t timeout_ms, joist_terms *terms,
                                  joist_term *result);
/* Loads a file: a module file (.jo, known by its content), whose module is then there, or source, which is run like joist_eval. */
JOIST_API joist_status joist_load_file(joist_vm *vm, const char *path);
/* Loads a module file's bytes, which may be anything: they are checked. Runs code: no. Fails: JOIST_REFUSED … */
JOIST_API joist_status joist_load_module(joist_vm *vm, const void *bytes, size_t size);

/* Calls module.function(arguments…) in a process of its own and runs the VM until it answers. Other processes run meanwhile, and go on
 * existing: state lives in them (GenServer …). At most 255 arguments; `result` may point to one of them. `terms` may be NULL when
 * there are neither arguments nor a wish for *result (may be NULL). JOIST_RAISED: *result is the reason. JOIST_TIMEOUT: the process is killed. Runs code: yes. */
JOIST_API joist_status joist_call(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                                  size_t argument_count, int64_t timeout_ms, joist_term *result);
/* The same with a function as a value (JOIST_TYPE_FUNCTION). */
JOIST_API joist_status joist_call_fun(joist_vm *vm, joist_terms *terms, joist_term fun, const joist_term *arguments, size_t argument_count,
                                      int64_t timeout_ms, joist_term *result);

/* ---- processes and messages --------------------------------------------------------------------------------------------------------- */

/* Starts a process with module.function(arguments…); it runs when the VM runs. *pid may be NULL. Runs code: no. */
JOIST_API joist_status joist_spawn(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                                   size_t argument_count, joist_term *pid);
/* Sends a message to a process (a pid) or to a registered name (an atom). It arrives when the VM runs; messages of one thread arrive in
 * order; one to nobody is lost. If the VM sleeps in joist_run it wakes; if its descriptor is polled it becomes readable.
 * Thread: any. Runs code: no. Fails: JOIST_NO_MEMORY, JOIST_INVALID. */
JOIST_API joist_status joist_send(joist_vm *vm, const joist_terms *terms, joist_term to, joist_term message);

/* A mailbox of the host: a process whose messages the host takes. Code can send to it, link to it, monitor it. name: registers it
 * under that atom; NULL: no name. Owns: the caller gets it; it goes with the VM at the latest. Runs code: yes.
 * Fails: JOIST_RAISED (the name is taken), JOIST_BUSY, JOIST_NO_MEMORY … */
JOIST_API joist_status joist_mailbox_open(joist_vm *vm, const char *name, joist_mailbox **mailbox);
/* Ends its process (with reason normal) when the VM next runs; its name is free at once for another joist_mailbox_open. Unread messages are
 * dropped. NULL is ignored; the pointer is no longer good. Thread: any. */
JOIST_API void joist_mailbox_close(joist_mailbox *mailbox);
/* Its pid, for code to know. Thread: any. */
JOIST_API joist_term joist_mailbox_pid(const joist_mailbox *mailbox, joist_terms *terms);
/* Has {:DOWN, reference, :process, pid, reason} come to the mailbox when the process ends, or at once when there is none.
 * Thread: any. */
JOIST_API joist_status joist_mailbox_monitor(joist_mailbox *mailbox, const joist_terms *terms, joist_term pid);
/* The next message, as a term of `terms`. Does not wait: JOIST_EMPTY, JOIST_CLOSED. Thread: any. Runs code: no. */
JOIST_API joist_status joist_receive(joist_mailbox *mailbox, joist_terms *terms, joist_term *message);
/* The same, running the VM until one comes. Runs code: yes. Fails: JOIST_TIMEOUT, JOIST_CLOSED, JOIST_STOPPED … */
JOIST_API joist_status joist_receive_wait(joist_mailbox *mailbox, joist_terms *terms, int64_t timeout_ms, joist_term *message);

/* ---- running ------------------------------------------------------------------------------------------------------------------------ */

typedef enum joist_run_end {
  JOIST_RUN_STOPPED = 1,    /* joist_stop or System.halt */
  JOIST_RUN_IDLE = 2,       /* nothing to do now: see next_ms and joist_poll_fd */
  JOIST_RUN_TIME = 3,       /* timeout_ms is over */
  JOIST_RUN_REDUCTIONS = 4, /* so much work was done */
  JOIST_RUN_ENDED = 5,      /* the process `until` has ended */
  JOIST_RUN_MESSAGE = 6,    /* a mailbox has a message */
  JOIST_RUN_DEADLOCK = 7    /* seeded: nothing can ever happen again but by joist_send */
} joist_run_end;

typedef struct joist_run_options {
  size_t struct_size;
  int64_t timeout_ms;   /* at most so long; JOIST_FOREVER (0: one look at what is due, then back) */
  uint64_t reductions;  /* at most about so much work (a reduction is a call of a function) in the calling thread; 0: no limit */
  bool until_idle;      /* come back instead of sleeping when nothing is to do */
  bool until_message;   /* come back when a mailbox has a message */
  const joist_terms *terms; /* of until */
  joist_term until;     /* a pid: come back when it has ended; JOIST_NONE: none */
} joist_run_options;

/* No limit of any kind. */
static inline joist_run_options joist_run_options_default(void) {
  joist_run_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.timeout_ms = JOIST_FOREVER;
  return options;
}

typedef struct joist_run_result {
  joist_run_end end;
  int64_t next_ms; /* until the next timer is due, rounded up; 0: there is work now; JOIST_FOREVER: none is set */
} joist_run_result;

/* Runs processes until one of the above. A process that has begun a slice (at most some thousand reductions) ends it first.
 * options NULL: until the VM is stopped. result may be NULL. Runs code: yes. Fails: JOIST_BUSY, JOIST_INVALID. */
JOIST_API joist_status joist_run(joist_vm *vm, const joist_run_options *options, joist_run_result *result);

/* For event loops: a file descriptor that becomes readable (poll, epoll, select) when the VM has something to do: a timer is due, a
 * message was sent, work was left over. Then call joist_run with until_idle, which makes it unreadable again. It belongs to the VM. Made on the
 * first call. Thread: who is inside. Fails: -1. */
JOIST_API int joist_poll_fd(joist_vm *vm);

/* Runs a whole program as the executable `joist` does: starts module.function(arguments…), runs until the VM stops or that process ends,
 * and stops the VM. *exit_status: what System.halt said, 0 when the process ended normally, else 1. Runs code: yes. */
JOIST_API joist_status joist_run_program(joist_vm *vm, const char *module, const char *function, joist_terms *terms, const joist_term *arguments,
                                         size_t argument_count, int *exit_status);

/* ---- bugs of Joist ------------------------------------------------------------------------------------------------------------------ */

/* Joist checks itself; when a check fails, it says so on standard error and calls abort(): its data cannot be trusted any more. A host
 * that wants to know, or to write elsewhere, defines this function (the library refers to it weakly and does not define it): it is called
 * instead of the writing, with one line of text. When it returns, abort() is called. It must not use any VM. */
void joist_panic_hook(const char *text);

#ifdef __cplusplus
}
#endif

#endif

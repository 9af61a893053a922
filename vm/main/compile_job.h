// SPDX-License-Identifier: Apache-2.0
//
// One compile job: its thread, whose turn it is, what crosses between it and its process. Inside vm/main/compile_*.c alone.
//
// A job has a thread of its own (deep C stack; compile_thread.h), and belongs to the process that started it. Of the two exactly one
// has the turn: it may use the job, its arena and all of JobThread that is not marked otherwise; the other waits for it.
//
//   TURN_PROCESS      the process's. The job's thread sleeps until it is answered, or has ended its work
//   TURN_JOB          the job's. The process's worker looks for a moment whether it comes back at once, as it mostly does
//   TURN_JOB_AWAITED  the job's. The process waits, others run on its worker; the job's thread wakes it
//   TURN_CANCELLED    the process has ended, the job is its thread's: what it asks for fails, memory too; at its end the thread frees it
//
//  T1  The thread of a job touches nothing of the VM but memory, the numbers of compile_calls.c (a lock), and its process by a post of a
//      signal. All else (loading, looking modules up, literals, reports) it asks its process to do: an errand, done on that one's
//      worker. So whatever holds for natives on workers holds for jobs, and a job is safe beside any number of workers.
//  T2  Only the process and its end move TURN_PROCESS to another; only the job's thread moves TURN_JOB and TURN_JOB_AWAITED to
//      TURN_PROCESS. Who hands the turn over has written before (release) what the other reads after (acquire). After handing over, the job's thread touches
//      the job no more until it has the turn again: the process may have freed it.
//  T3  Being woken promises nothing: the process looks whose turn it is and waits again.
//  T4  With --seed a worker blocks until the turn comes back, and until a cancelled job is gone: exactly one thread runs.
#ifndef JOIST_MAIN_COMPILE_JOB_H
#define JOIST_MAIN_COMPILE_JOB_H

#include "compiler/driver/compile.h"
#include "vm/base/lock.h"
#include "vm/main/compile_host.h"
#include "vm/main/compile_thread.h"
#include "vm/process/process.h"

typedef enum Turn { TURN_PROCESS, TURN_JOB, TURN_JOB_AWAITED, TURN_CANCELLED } Turn;
typedef enum RequestKind { REQUEST_CALL, REQUEST_DONE, REQUEST_FAILED, REQUEST_SERVICE_DONE, REQUEST_SERVICE_FAILED, REQUEST_ERRAND } RequestKind;
typedef enum AnswerKind { ANSWER_VALUE, ANSWER_FAILURE, ANSWER_SERVICE } AnswerKind;
typedef enum WorkKind { WORK_RUN_TEXT, WORK_FILES, WORK_SERVICE } WorkKind;

typedef struct JobThread {
  struct JobThread *outer; // of all jobs of the VM, newer ones first (lock)
  Vm *vm;
  uint64_t id;
  Term evaluator;
  CompileJob *job;
  CompileHost host;
  Alloc alloc;             // of its memory: of the VM's until it is cancelled
  uint32_t literal_owner;
  _Atomic(uint32_t) turn;  // Turn (any)
  bool has_thread;         // was started
  bool ended;              // its work is done
  // Of the process.
  bool given;              // it gave the turn away and has not had it back
  HeapFragment *wake;      // the signal, to its sender, that wakes the process: the job's thread takes it with a turn that is awaited
  bool has_asked;          // the present turn is, or was, awaited
  uint32_t open_calls;     // of the job, begun and not answered
  bool owes;               // the job awaits an answer or a service before it can go on
  // What the job was made for.
  WorkKind work;
  char *file, *text;
  size_t text_size;
  SourceFile *files;
  uint32_t file_count;
  // Job -> process.
  RequestKind request;
  const char *module, *function;
  Quoted **args;
  uint32_t arg_count;
  void (*errand)(void *context);
  void *errand_context;
  Quoted *value;
  const HostFailure *failure;
  HostFailure service_failure;
  // Process -> job.
  AnswerKind answer;
  Quoted *answer_value;
  HostFailure answer_failure;
  const char *service_module, *service_function;
  Quoted **service_args;
  uint32_t service_arg_count;
} JobThread;

struct CompileJobs {
  Lock lock;
  JobThread *newest;          // lock
  uint64_t next_id;           // lock
  bool *number_taken;         // by temporary modules, by number (lock)
  uint32_t number_capacity;   // lock
  _Atomic(uint32_t) giving_up; // jobs cancelled and not yet freed (any)
  CompileThreads threads;
  struct Export *loop;
  CompileOptions options;
  CompiledModuleSink sink;
  void *sink_context;
};
static inline CompileJobs *jobs_of(Vm *vm) { return vm->compile; }

// --- compile_job.c
// A job of p, of which nothing runs yet. Fails: NULL.
JobThread *job_new(Process *p, WorkKind work);
// Makes its thread, which waits for its first turn. Fails: false, *error an errno.
bool job_make_thread(JobThread *j, int *error);
// The process's innermost job; p's job of that number. NULL: none.
JobThread *job_of(Process *p);
JobThread *job_by_id(Process *p, Term id);
// Ends a job, wherever it is. Owns: takes j. Thread: the worker that has its process.
void job_end(JobThread *j);
// Gives the job the turn if the process has it, and does the errands it comes back with. True: the turn is the process's again, with another request.
// False: *leave is what the native is to answer now (it waits, or its slice is over); called again it goes on here. Thread: the worker that has p.
bool job_takes_turn(Process *p, JobThread *j, Term *leave);
// Only the first of this. Thread: likewise.
void job_give_turn(JobThread *j);
// A service that needs no thread (compile_service_quick), by the process that has the turn.
Quoted *job_quick_service(JobThread *j, const char *module, const char *function, Quoted **args, uint32_t count, HostFailure *failure);
// Work on quoted terms of the job by the process that has the turn. False: no memory.
bool job_guarded(JobThread *j, void (*work)(void *context), void *context);
// The job's side: hands the turn to the process until it is given back. False: cancelled.
bool job_asks(JobThread *j, RequestKind request);
bool job_is_cancelled(const JobThread *j);

// --- compile_calls.c
// What the job's thread is handed (compiler/driver/host.h).
CompileHost job_host(JobThread *j);

#endif

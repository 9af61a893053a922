// SPDX-License-Identifier: Apache-2.0
//
// The compile job's inside, shared by compiler/expand and compiler/driver.
//
// I1  Everything lies in job->arena, except what host and alloc own.
// I2  An exception of code that ran while compiling (a macro, a module body) is kept in job->failure and
//     leaves by job_abort() to the innermost JobFrame; errors of the compiler's own are diagnostics, and
//     expansion goes on with a poison value. A unit (function body, module, program) with errors gives no code.
// I3  `handles` numbers what emitted code refers to while the job lives: definitions, nested modules, envs.
#ifndef JOIST_EXPAND_JOB_H
#define JOIST_EXPAND_JOB_H

#include <setjmp.h>

#include "compiler/core/core.h"
#include "compiler/driver/compile.h"
#include "vm/base/limits.h"

// EXPAND_DEPTH_MAX of limits.def is measured so that COMPILE_STACK_BYTES is enough.
// A map from names to anything; grows; never forgets.
typedef struct NameMap {
  const Name **keys;
  void **values;
  uint32_t capacity, count;
} NameMap;
void *name_map_get(const NameMap *map, const Name *key);
void name_map_put(Arena *arena, NameMap *map, const Name *key, void *value);

// A set of name/arity with a payload.
typedef struct FunctionEntry {
  const Name *name;
  uint32_t arity;
  void *value;
} FunctionEntry;
typedef struct FunctionSet {
  FunctionEntry *items; // in the order they came
  uint32_t count, capacity;
  uint32_t *index; // open addressing: 1 + position, 0 empty
  uint32_t index_size;
} FunctionSet;
FunctionEntry *function_set_find(const FunctionSet *set, const Name *name, uint32_t arity);
FunctionEntry *function_set_add(Arena *arena, FunctionSet *set, const Name *name, uint32_t arity, void *value);
// True if some arity of the name is in it.
bool function_set_has_name(const FunctionSet *set, const Name *name);

// What is known of a module that can be called: its exports. Read once and again after it was redefined.
typedef struct ModuleInfo {
  const Name *name;
  bool looked, there;     // there: loaded
  bool defined_here;      // by this job
  bool exports_known;
  FunctionSet functions, macros;
  FunctionSet privates, deprecated; // defined_here only; deprecated: the text, a char *
  Quoted *struct_default; // %{} of __struct__/0; NULL not asked
  bool struct_asked;
  bool has_info;          // has __info__/1 (else module_info exports)
} ModuleInfo;

typedef struct Source {
  const char *file;
  const char *text;
  size_t size;
  bool summed; // `checksum` is made
  uint32_t checksum;
  struct Source *next;
} Source;

// A file of a set that is compiled on demand.
typedef struct FileUnit {
  SourceFile source;
  Quoted *program; // NULL: parse error
  enum { FILE_WAITING, FILE_RUNNING, FILE_DONE } state;
  const Name **defines; // modules, as far as the text tells
  uint32_t define_count;
} FileUnit;

// A module made for the job alone: a body that is run, macros called before their module's end.
typedef struct TemporaryModule {
  const Name *name;
  int64_t number;
  bool gone;
  struct TemporaryModule *outer; // bodies: the one that called this one's compilation
} TemporaryModule;

struct OpenModule;
typedef struct JobFrame {
  jmp_buf jump;
  struct JobFrame *outer;
  int depth;
  struct OpenModule *open;
  TemporaryModule *bodies;
  bool quiet;
} JobFrame;

typedef enum HandleKind { HANDLE_NONE, HANDLE_DEFINITION, HANDLE_MODULE, HANDLE_ENV, HANDLE_VALUE } HandleKind;
typedef struct Handle {
  HandleKind kind;
  void *data;
} Handle;

struct OpenModule;
struct Env;

// A call of another module, checked when that module is known.
typedef struct RemoteCall {
  const Name *module, *function;
  uint32_t arity;
  Position at;
  const char *file;
  struct RemoteCall *next;
} RemoteCall;

struct CompileJob {
  Arena arena;
  Names names;
  Diagnostics diagnostics;
  const Alloc *alloc;
  const CompileHost *host;
  CompileOptions options;
  HostFailure failure;  // what ended the last unit
  Quoted *raised;       // the exception that ends the unit in CompileError's stead (expand_raise), or NULL
  const char *raised_text;
  bool no_memory;
  JobFrame *frame;
  int depth;            // of expressions
  Diagnostic *reported; // the last one that was shown
  NameMap modules;      // ModuleInfo
  FunctionSet refused;  // functions whose definitions were errors; of the outermost entry
  bool import_failed;   // of the outermost entry
  struct OpenModule *open; // innermost first
  NameMap open_by_name;    // OpenModule or NULL
  TemporaryModule *bodies; // that run, innermost first
  CompiledModule *compiled, *compiled_last;
  Source *sources;
  FileUnit *files;
  uint32_t file_count;
  NameMap file_of_module;  // FileUnit
  Handle *handles;
  uint32_t handle_count, handle_capacity;
  int64_t counter;         // of macro expansions, see job_counter
  int64_t counter_base, counter_left;
  int64_t serial;          // of the job in its VM, 0: not asked for yet
  RemoteCall *remote_calls, *remote_last;
  NameMap inline_table, guard_table; // see inline.c
  Quoted *kept_functions;  // what `functions` below was kept as
  const void *kept_functions_of, *kept_macros_of;
  Quoted *kept_macros;
  bool files_failed;
  bool quiet;              // no diagnostics (expansion for a look only)
  void *host_data;
};

typedef struct CompileJob Job;

// Leaves to the innermost frame with job->failure set.
NORETURN void job_abort(Job *job);
// A failure of the compiler's own: CompileError with this message, for services; or what expand_raise left.
PRINTF_LIKE(3, 4) void job_compile_error(Job *job, HostFailure *failure, const char *format, ...);
// That exception, whose fields are `count` pairs of key and value, ends the unit unless another does already.
void job_raise_at_end(Job *job, const char *module, Quoted **fields, uint32_t count, const char *message);
// %Module{message: text} (ArgumentError and the like).
PRINTF_LIKE(4, 5) void job_exception(Job *job, HostFailure *failure, const char *module, const char *format, ...);
// Calls the host; on failure aborts.
Quoted *job_call(Job *job, const Name *module, const Name *function, Quoted **args, uint32_t count);
// The same for calls that the expander makes in the program's name: on failure `place` stands below the called function's own
// frames in the stack trace. `macro` (or NULL) says what was expanded there.
typedef struct CallPlace {
  const Name *module, *function; // function NULL: the module's body, or the file's without a module
  uint32_t arity;
  const char *file;
  uint32_t line;
  const Name *macro_module, *macro;
  uint32_t macro_arity;
} CallPlace;
Quoted *job_call_at(Job *job, const CallPlace *place, const Name *module, const Name *function, Quoted **args, uint32_t count);
// A number unique in the VM.
int64_t job_counter(Job *job);
// A temporary module with a name of its own ("joist_body_3"), not loaded yet; and its end, which comes once.
TemporaryModule *job_temporary(Job *job, const char *prefix);
void job_temporary_end(Job *job, TemporaryModule *t);
uint32_t job_handle(Job *job, HandleKind kind, void *data);
void *job_handle_get(Job *job, HandleKind kind, int64_t handle);
// Shows what has not been shown yet.
void job_report(Job *job);
// The CRC-32 of a file's text, as :erlang.crc32/1 has it; 0 when the job has no text of that file.
uint32_t job_source_checksum(Job *job, const char *file);
void job_dump(Job *job, const CoreModule *module);
char *job_print(Job *job, Quoted *q); // as data, on one line
// Makes the bytes of a module and loads it. Fails: false with diagnostics, or aborts when loading failed.
bool job_emit(Job *job, CoreModule *module, const void **bytes, size_t *size);
// The module's exports, NULL when there is no such module (compiled on demand from the file set).
ModuleInfo *job_module(Job *job, const Name *name);
// Compiles the file of the set that defines the module, if there is one that waits. True: it did.
bool job_compile_module_file(Job *job, const Name *name);
// Its entry without looking for it.
ModuleInfo *job_module_entry(Job *job, const Name *name);
// It was (re)defined: forget what was known.
void job_module_changed(Job *job, const Name *name);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Core IR: what a module means after expansion.
//
// The expander (compiler/expand) builds it from quoted terms, in the arena of the compile job: every
// macro is gone, every variable is a CoreVar that is bound exactly once (rebinding a name makes a new
// CoreVar), every call says what it calls. Arguments may still nest; compiler/core brings them into
// administrative normal form (anf.c), builds decision trees (match.c), finds liveness and slots, and compiler/emit
// writes file opcodes.
//
// Invariants:
//  C1  A CoreVar is bound by exactly one pattern, parameter or letrec parameter, and used only where it is
//      in scope (clauses export nothing).
//  C2  Order of evaluation is left to right, arguments before the call.
//  C3  A guard is an expression of CORE_LITERAL, CORE_VAR, data constructors, guard-safe CORE_REMOTE calls to
//      `:erlang` and CORE_CASE made by and/or/in expansions; whatever raises in it makes its alternative false.
//  C4  Every node has a position; line 0 means "made by the compiler" and takes the parent's.
#ifndef JOIST_COMPILER_CORE_CORE_H
#define JOIST_COMPILER_CORE_CORE_H

#include "compiler/syntax/quoted.h"
#include "vm/base/arena.h"

typedef struct CoreVar {
  const Name *name; // as written, or NULL
  uint32_t id;      // unique in its function
  bool used;        // set by the expander when read
  void *slot;       // for compiler/core
} CoreVar;

typedef struct Position {
  uint32_t line, column;
} Position;

typedef enum CoreKind {
  CORE_LITERAL,   // literal: a constant of any size
  CORE_VAR,       // var
  CORE_CONS,      // args[0], args[1]
  CORE_TUPLE,     // args
  CORE_MAP,       // args: k, v, k, v, …  (later keys win)
  CORE_MAP_UPDATE,// args[0]: map, then k, v, …: every key must exist (KeyError), no map: BadMapError
  CORE_MAP_PUT,   // args[0]: map known to be one, then k, v, …: keys may be new
  CORE_BINARY,    // segments
  CORE_LOCAL,     // name/arg_count of this module; args
  CORE_REMOTE,    // module, function (expressions, mostly literals); args
  CORE_APPLY_FUN, // callee; args
  CORE_FUN,       // clauses (all of arity `arity`); a closure
  CORE_LOCAL_REF, // &name/arity
  CORE_REMOTE_REF,// module, function expressions, arity expression in args[0]
  CORE_MATCH,     // pattern = args[0]; value is that of args[0]; binds in what follows in the same CORE_SEQ
  CORE_SEQ,       // args, in order; value of the last
  CORE_CASE,      // scrutinee args[0]; clauses; on_fail
  CORE_RECEIVE,   // clauses (one pattern each); timeout (NULL: none) and after_body
  CORE_TRY,       // body args[0]; else_clauses (count 0: value of the body); catch clauses (patterns: class,
                  // reason, and stack_var may be bound); after_body or NULL
  CORE_LETREC,    // letrec: function of params and letrec_body, in scope in itself and args[0]
  CORE_CALL_LETREC, // letrec; args
  CORE_RAISE,     // args: class literal, reason, [stacktrace]: erlang:raise without the checks
} CoreKind;

typedef enum CoreFail { // what a case without a matching clause raises
  FAIL_CASE,            // {:case_clause, value}
  FAIL_COND,            // :cond_clause
  FAIL_WITH,            // {:with_clause, value}
  FAIL_TRY,             // {:try_clause, value}
  FAIL_MATCH,           // {:badmatch, value}
  FAIL_BAD_BOOLEAN,     // {:badbool, operator, value}: `and or not`; operator in fail_operator
  FAIL_NONE,            // the clauses cover everything: the compiler's word, checked by an always-on error opcode
} CoreFail;

typedef struct Core Core;
typedef struct CorePattern CorePattern;
typedef struct CoreLetrec CoreLetrec;

typedef struct CoreClause {
  CorePattern **patterns;
  uint32_t pattern_count;
  Core **guards; // alternatives (`when a when b`); the clause is taken if one is true
  uint32_t guard_count;
  Core *body;
  Position at;
  bool generated; // no warnings about it
} CoreClause;

typedef enum SegmentType { SEG_INTEGER, SEG_FLOAT, SEG_BINARY /* bytes or bits by unit */, SEG_UTF8, SEG_UTF16, SEG_UTF32 } SegmentType;
typedef struct CoreSegment {
  SegmentType type;
  Core *value;          // in expressions
  CorePattern *pattern; // in patterns
  Core *size;           // NULL: the type's default, or the rest for SEG_BINARY in a last place; may use earlier segments' variables
  uint32_t unit;        // bits per size
  bool is_signed, little; // native endianness was made little or big by the expander
  Position at;
} CoreSegment;

typedef enum PatternKind {
  PAT_ANY,
  PAT_VAR,     // binds var
  PAT_PIN,     // equals (=:=) the value of `expr` (a variable or literal)
  PAT_LITERAL, // literal (numbers match by =:=; +0.0 and -0.0 are the same, as in OTP 25)
  PAT_CONS,    // items[0], items[1]
  PAT_TUPLE,   // items
  PAT_MAP,     // keys[i] (expressions: literals or variables) must be there with items[i]
  PAT_BINARY,  // segments
  PAT_BOTH,    // items[0] and items[1] (`a = b`)
} PatternKind;

struct CorePattern {
  PatternKind kind;
  Position at;
  uint32_t count; // of items (and keys), or segments
  CorePattern **items;
  Core **keys;
  CoreSegment *segments;
  CoreVar *var;
  Core *expr;
  Quoted *literal;
};

struct CoreLetrec {
  const Name *name; // for stack traces: the enclosing function's
  CoreVar **params;
  uint32_t param_count;
  Core *body;
  void *slot; // for compiler/core
};

struct Core {
  CoreKind kind;
  Position at;
  bool generated;
  uint32_t count; // of args
  Core **args;
  union {
    Quoted *literal;
    CoreVar *var;
    struct {
      const Name *name; // CORE_LOCAL, CORE_LOCAL_REF
      uint32_t arity;   // CORE_LOCAL_REF
    } local;
    struct {
      Core *module, *function;
    } remote;
    Core *callee;
    struct {
      CoreSegment *segments;
      uint32_t count;
    } binary;
    struct {
      CoreClause *clauses;
      uint32_t clause_count;
      uint32_t arity; // CORE_FUN
      CoreFail on_fail;
      const Name *fail_operator;
      Core *timeout, *after_body; // CORE_RECEIVE; after_body also CORE_TRY
      CoreClause *else_clauses;
      uint32_t else_count;
      CoreVar *stack_var; // CORE_TRY: the stack trace, NULL when nobody asks for it (then none is built)
    } branch;
    CorePattern *pattern; // CORE_MATCH
    CoreLetrec *letrec;
  } u;
  void *slot; // for compiler/core, NULL at first
};

typedef struct CoreFunction {
  const Name *name;
  uint32_t arity;
  bool exported;
  Position at;
  const char *file; // where its lines count; NULL: the module's
  CoreClause *clauses;
  uint32_t clause_count;
  uint32_t var_count; // ids are below
  bool keeps_frame;   // its last call is no tail call: it shall stand in stack traces
} CoreFunction;

typedef struct CoreModule {
  const Name *name; // "Elixir.Foo"
  const char *file;
  CoreFunction **functions;
  uint32_t function_count;
  Quoted *attributes; // keyword list persisted in the module (module_info(:attributes)), may be NULL
  Quoted *docs;       // what the docs chunk holds, may be NULL
} CoreModule;

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What all passes over one module share: the job's arena, names and diagnostics, the builder of the image, constants, and the
// functions that lifting finds.
//
// Thread: the job's. Errors that end the compilation of the module go through compile_stop, which does not return.
#ifndef JOIST_CORE_COMPILE_H
#define JOIST_CORE_COMPILE_H

#include <setjmp.h>

#include "compiler/core/flow.h"
#include "compiler/diagnostics/diagnostic.h"
#include "vm/base/limits.h"
#include "vm/code/module_builder.h"

typedef struct LiftFun LiftFun;
struct LiftFun { // a function of the image: one of the module, a closure's body or a letrec's
  const CoreFunction *function; // exactly one of these three
  Core *closure;
  CoreLetrec *letrec;
  LiftFun *parent, *next;
  CoreVar **captures; // arguments behind the others
  uint32_t capture_count, capture_capacity;
  uint32_t arity;     // without captures
  const char *name;
  uint32_t name_size;
  uint32_t index;     // in the image
  uint32_t fun_index; // closures: operand u
  Position at;
};

typedef struct Occ Occ;
typedef struct VarInfo { // CoreVar.slot
  LiftFun *owner;
  uint32_t uses;
  Occ *occ; // bound by a pattern that is being matched
  Val val;  // its value in the function being lowered
} VarInfo;

static inline VarInfo *var_info(const CoreVar *v) { return v->slot; }

typedef struct LetrecCall {
  LiftFun *from;
  CoreLetrec *letrec;
  struct LetrecCall *next;
} LetrecCall;

typedef struct FunctionEntry {
  const Name *name;
  uint32_t arity, index; // in the image
  uint32_t ref_fun;      // operand u of &name/arity plus 1, 0: none yet
} FunctionEntry;

struct Compile {
  Arena *arena; // scratch of one function of the module, given back behind it
  Arena *job;   // what stays: the image, nodes put into the tree
  Names *names;
  CoreModule *module;
  Diagnostics *sink;
  ModuleBuilder *builder;
  jmp_buf *stop;
  uint32_t depth;
  FunctionEntry *table; // open addressing by name and arity
  uint32_t table_capacity;
  // the module's function being lifted
  LiftFun *lifted, *last_lifted;
  LetrecCall *letrec_calls;
  uint32_t closure_count, letrec_count;
  const char *file;
};

NORETURN PRINTF_LIKE(4, 5) void compile_stop(Compile *c, DiagnosticCode code, Position at, const char *format, ...);
static inline void compile_enter(Compile *c, Position at) {
  if (UNLIKELY(++c->depth > CORE_DEPTH_MAX)) compile_stop(c, DIAG_LIMIT, at, "code is nested too deeply");
}
static inline void compile_leave(Compile *c) { c->depth--; }
FunctionEntry *compile_find(Compile *c, const Name *name, uint32_t arity);

// constant.c
Const *const_of(Compile *c, Quoted *q);
Const *const_atom(Compile *c, const Name *name);
Const *const_int(Compile *c, int64_t value);
// &module.function/arity, NULL: it cannot be a literal.
Const *const_external_fun(Compile *c, const Name *module, const Name *function, int64_t arity);
CodeConstant const_code(Compile *c, Const *k);
bool const_equal(Compile *c, Const *a, Const *b); // as =:=
static inline bool const_is_int(const Const *k) { return k->q->kind == Q_INT; }
static inline bool const_is_atom(const Const *k) { return k->q->kind == Q_ATOM; }
static inline bool const_is_name(const Const *k, NameId id) { return quoted_is_name(k->q, id); }
bool int_is_small(int64_t value);  // fits a small integer
bool int_is_short(int64_t value);  // fits the 30 bits of ADD_INT and its like
// The node as a constant if it is built of nothing but constants, or known arithmetic: rewrites it in place. Its children were folded before.
void core_fold(Compile *c, Core *core);
// Joins neighbouring segments whose bytes are known into one literal.
void pattern_fold(Compile *c, CorePattern *p);

// lift.c: finds variables' owners and captures, folds constants; the functions found are c->lifted, the given one first.
void lift_function(Compile *c, CoreFunction *function);

// anf.c
Flow *lower_function(Compile *c, LiftFun *lift);

#endif

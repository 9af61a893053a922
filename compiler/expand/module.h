// SPDX-License-Identifier: Apache-2.0
//
// A module under construction: its definitions, attributes and what must be checked at its end.
//
// I1  Between module_open and module_close the module is in job->open_by_name; services work on it only then.
// I2  A Definition's clauses are Core from the moment `def` is reached; attributes read in them have the
//     value of that moment.
// I3  Clauses of one definition share its Unit: variables have ids unique in the function.
#ifndef JOIST_EXPAND_MODULE_H
#define JOIST_EXPAND_MODULE_H

#include "compiler/expand/expand.h"

typedef enum DefKind { KIND_DEF, KIND_DEFP, KIND_DEFMACRO, KIND_DEFMACROP } DefKind;

typedef struct LocalCall {
  const Name *name;
  uint32_t arity;
  Position at;
  const char *file;
  bool capture;
  struct LocalCall *next;
} LocalCall;

typedef struct Definition {
  const Name *name;      // as written
  const Name *emit_name; // "MACRO-x" for macros, another for overridden ones
  uint32_t arity;        // as written; macros take one more
  DefKind kind;
  const char *file;
  Position at;
  CoreClause *clauses;
  uint32_t clause_count, clause_capacity;
  QuotedItems quoted;    // {meta, args, guards, body}
  uint32_t default_count;
  bool default_stub;     // made from `\\`
  bool head_only;        // a head without body came; no clause yet
  bool has_head;
  bool generated;
  bool failed;           // had errors: no wrong follow-up messages
  bool impl_seen;
  bool from_macro;       // written by a macro's quote
  Quoted *impl;          // value of @impl, or NULL
  Quoted *doc;           // value of @doc, or NULL
  int doc_line;          // of that @doc
  Quoted *deprecated;
  Quoted *doc_facts;     // keyword list of @doc key: value, or NULL
  struct SignatureArg *signature; // `arity` of them (docs.c)
  uint32_t version;      // counts changes
  uint32_t order;
  Unit unit;
  LocalCall *calls, *calls_last;
  struct Definition *overridden; // what super means here
  bool super_used;
  bool removed;
  uint32_t mark; // of walks
} Definition;

typedef struct Attribute {
  const Name *key;
  Quoted *value;  // accumulating: list, newest first; NULL: never set
  bool accumulate, persist, read, reserved, unset_warned;
  int line;
} Attribute;

typedef struct ImportUse {
  const Name *name;
  uint32_t arity;
  const Name *from;
  Position at;
  const char *file;
  struct ImportUse *next;
} ImportUse;

typedef struct Overridable {
  const Name *name;
  uint32_t arity;
  Definition *original; // NULL: taken back in use
  uint32_t count;
} Overridable;

typedef struct TemporaryUnit { // macros of this module made callable before its end
  const Name *name;
  TemporaryModule *module;
  Definition **definitions;
  uint32_t *versions;
  uint32_t count;
  struct TemporaryUnit *next;
} TemporaryUnit;

typedef struct OpenModule {
  const Name *name;
  Job *job;
  const char *file;
  Position at;
  Env env; // of its body's end, for hooks
  FunctionSet definitions; // Definition
  NameMap attributes;      // Attribute
  const Name **attribute_order;
  uint32_t attribute_count, attribute_capacity;
  FunctionSet overridables; // Overridable
  ImportUse *imports_used;
  AliasUse *uses;
  TemporaryUnit *temporaries;
  LocalCall *body_calls;
  const Name *last_name; // of the last definition, for "not grouped"
  uint32_t last_arity;
  int errors_before;
  uint32_t order;
  uint32_t super_count;
  bool running_hooks;
  QuotedItems types;    // what the docs chunk says of specs, types and callbacks (docs.c) ...
  QuotedItems type_docs; // ... and the entries that document types and callbacks
  Quoted *doc_facts[3]; // key: value of @moduledoc, @doc and @typedoc since they were last taken; NULL: none
  struct OpenModule *outer;
} OpenModule;

typedef struct PendingDefinition { // behind a HANDLE_DEFINITION
  DefKind kind;
  Env env;
  Quoted *call; // the whole def node
  Quoted *head, *body; // without unquote fragments
} PendingDefinition;

typedef struct PendingModule { // behind a HANDLE_MODULE
  Env env;
  const Name *name;
  Quoted *body;
  Quoted *node;
  const Binding **outer; // variables of the surroundings that the body mentions
  uint32_t outer_count;
} PendingModule;

// --- definition.c
// def/defp/defmacro/defmacrop in a body: a call that defines when it is reached.
Core *expand_def(Env *env, Quoted *q, DefKind kind);
// What that call does. `head` and `body` as quoted; aborts or counts errors.
Quoted *definition_run(Job *job, PendingDefinition *pending, Quoted *head, Quoted *body);
bool module_defines(const OpenModule *module, const Name *name, uint32_t arity);
Definition *module_definition(const OpenModule *module, const Name *name, uint32_t arity);
void definition_note_call(Env *env, const Name *name, uint32_t arity, Position at, bool capture);
const Name *definition_kind_name(Job *job, DefKind kind);
static inline bool kind_is_macro(DefKind kind) { return kind == KIND_DEFMACRO || kind == KIND_DEFMACROP; }
static inline bool kind_is_private(DefKind kind) { return kind == KIND_DEFP || kind == KIND_DEFMACROP; }
Core *expand_super(Env *env, Quoted *q);
bool module_make_overridable(OpenModule *module, const Name *name, uint32_t arity);
void module_restore_overridden(OpenModule *module);
Quoted *definition_quoted(OpenModule *module, Definition *definition);

// --- locals.c
// The name of a loaded unit that holds the macro (or function) and all it calls.
const Name *local_unit(Env *env, Quoted *at, OpenModule *module, Definition *definition);
void module_check_locals(OpenModule *module);
// Calls of functions that other modules do not have: warned about. With `ask` modules are looked for.
void remote_note_call(Env *env, const Name *module, const Name *function, uint32_t arity, Position at);
void remote_check_calls(Job *job, bool ask);
CoreFunction *definition_function(OpenModule *module, Definition *definition);

// --- attribute.c
Core *expand_at(Env *env, Quoted *q);
Quoted *expand_at_term(Env *env, Quoted *q); // the read of an attribute as a term; NULL: it is no read
void attributes_init(OpenModule *module);
Attribute *attribute_get(OpenModule *module, const Name *key, bool make);
// NULL, or what is wrong with a value of @doc, @impl and the others whose values have a fixed form.
const char *attribute_fault(OpenModule *module, const Name *key, Quoted *value);
void attribute_put(OpenModule *module, const Name *key, Quoted *value, int line);
Quoted *attribute_value(OpenModule *module, const Name *key); // NULL: unset
Quoted *attribute_take(OpenModule *module, NameId key);       // and forget
Quoted *attributes_persisted(OpenModule *module);
void attributes_warn_unused(OpenModule *module);

// --- module.c
Core *expand_defmodule(Env *env, Quoted *q);
Quoted *module_define(Job *job, PendingModule *pending, Quoted *const *values, uint32_t count);
Quoted *module_create(Job *job, const Name *name, Quoted *body, Env *env, Quoted *at);
OpenModule *module_find_open(Job *job, const Name *name);
// What a hook (@before_compile …) calls: a module's function of the usual name, which is *function, or the one it names. NULL: it is no hook.
const Name *hook_target(Quoted *hook, const Name **function);

// --- info.c
void module_add_info(OpenModule *module, CoreModule *core, QuotedItems *functions);
CoreFunction **module_functions(OpenModule *module, uint32_t *count);

// --- docs.c: what the docs chunk holds
Quoted *module_docs(OpenModule *module);
// A head or clause of d was met: its arguments name those of the signature.
void docs_note_clause(OpenModule *module, Definition *d, Quoted *const *args, uint32_t count);
// An attribute is put: true when it is a keyword list of facts beside the text of a doc, and kept.
bool docs_note_attribute(OpenModule *module, const Name *key, Quoted *value, int line);
// The facts given with @doc since the last definition, and forget.
Quoted *docs_take_facts(OpenModule *module);
// Before unused aliases are warned about: those in specs are used.
void docs_expand_types(OpenModule *module, Env *env);
// Reports specs of functions that the module does not define.
void docs_check_specs(OpenModule *module);

// --- behaviour.c
void module_check_behaviours(OpenModule *module);

// --- body.c: running expanded code
// Runs an expression whose free variables are `params`: taken apart in C when it is plain, else compiled.
Quoted *body_run(Env *env, Core *body, Unit *unit, CoreVar **params, Quoted *const *values, uint32_t count);

// Ends what was made of the module's macros before its own end.
void module_end_temporaries(OpenModule *m);

#endif

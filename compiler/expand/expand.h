// SPDX-License-Identifier: Apache-2.0
//
// From quoted terms to Core IR: environments and the functions that the files of this folder share.
//
// An Env is a value: its lists are immutable and shared, so a nested scope is a copy of the struct that
// is thrown away behind it. What a construct binds or imports is written into the Env it was given.
//
// I1  A variable is (name, context) or (name, counter); a Binding maps it to the CoreVar of its latest value.
// I2  expand() never gives NULL: after an error it gives poison (the literal nil), and the error is counted.
// I3  In patterns `context` is CONTEXT_MATCH, in guards CONTEXT_GUARD; only pattern.c handles patterns.
#ifndef JOIST_EXPAND_EXPAND_H
#define JOIST_EXPAND_EXPAND_H

#include "compiler/expand/job.h"

typedef struct Binding {
  const Name *name;
  const Name *context; // NULL when counter counts
  int64_t counter;     // 0: context counts
  CoreVar *var;
  uint32_t version;
  const struct Binding *next;
} Binding;

typedef struct Alias {
  const Name *name; // "Elixir.Foo"
  const Name *target;
  int64_t counter; // made inside a macro's quote: seen by that expansion only
  struct AliasUse *use;
  const struct Alias *next;
} Alias;

typedef struct AliasUse { // for "unused alias" and "unused import"
  bool used, warn;
  const Name *name;
  int line, column;
  const char *file;
  bool import;
  struct AliasUse *next;
} AliasUse;

typedef struct Require {
  const Name *module;
  const struct Require *next;
} Require;

typedef struct Import {
  const Name *module;
  const FunctionSet *set;
  AliasUse *use;
  const struct Import *next;
} Import;

typedef struct NameList {
  const Name *name;
  const struct NameList *next;
} NameList;

typedef enum Context { CONTEXT_NONE, CONTEXT_MATCH, CONTEXT_GUARD } Context;

typedef struct VarNote { // a variable as it was bound, for warnings
  CoreVar *var;
  int line, column;
  bool warn;
  struct VarNote *next;
} VarNote;

// A function under construction: what is shared by all scopes in it.
typedef struct Unit {
  const Name *name; // NULL for programs and module bodies
  uint32_t var_count;
  VarNote *notes, *notes_last;
  uint32_t version;
  struct Definition *definition; // whose clauses these are, or NULL
  bool warn_unused;
} Unit;

typedef struct Capture Capture;

typedef struct Env {
  Job *job;
  Unit *unit;
  const Name *module; // NULL: none
  const Name *function;
  uint32_t arity;
  const char *file;
  int line;
  Context context;
  const Binding *vars;
  const Alias *aliases;
  const Require *requires;
  const Import *functions, *macros;
  const NameList *context_modules;
  struct OpenModule *open; // the module being defined, or NULL
  CoreVar *caller;         // in macros: the parameter that holds the caller
  CoreVar *stack;          // in rescue and catch: the stack trace
  Capture *capture;        // inside &(...)
  struct PatternState *pattern; // inside a pattern
  bool in_closure;         // inside fn
  bool prune;              // eval
} Env;

// --- build.c: Core nodes
Position at_of(const Env *env, Quoted *q);
Core *core_new(Env *env, CoreKind kind, Position at);
Core *core_nodes(Env *env, CoreKind kind, Position at, uint32_t count); // args cleared
Core *core_literal(Env *env, Position at, Quoted *literal);
Core *core_atom(Env *env, Position at, const Name *name);
Core *core_nil(Env *env, Position at);
Core *core_int(Env *env, Position at, int64_t value);
Core *core_var_ref(Env *env, Position at, CoreVar *var);
Core *core_remote(Env *env, Position at, const Name *module, const Name *function, uint32_t count, ...);
Core *core_remote_args(Env *env, Position at, Core *module, Core *function, Core **args, uint32_t count);
Core *core_erlang(Env *env, Position at, NameId function, uint32_t count, ...);
Core *core_tuple(Env *env, Position at, uint32_t count, ...);
Core *core_cons(Env *env, Position at, Core *head, Core *tail);
// Folded to literals when all parts are.
Core *core_tuple_args(Env *env, Position at, Core **items, uint32_t count);
Core *core_list_args(Env *env, Position at, Core **items, uint32_t count, Core *tail);
Core *core_seq(Env *env, Position at, Core **items, uint32_t count);
Core *core_seq2(Env *env, Position at, Core *first, Core *second);
Core *core_case(Env *env, Position at, Core *scrutinee, uint32_t clause_count, CoreFail on_fail);
Core *core_match(Env *env, Position at, CorePattern *pattern, Core *value);
CoreClause *core_clause(Env *env, CoreClause *clause, Position at, uint32_t pattern_count);
CorePattern *pat_new(Env *env, PatternKind kind, Position at);
CorePattern *pat_any(Env *env, Position at);
CorePattern *pat_var(Env *env, Position at, CoreVar *var);
CorePattern *pat_literal(Env *env, Position at, Quoted *literal);
CorePattern *pat_name(Env *env, Position at, const Name *name);
CorePattern *pat_pin(Env *env, Position at, Core *value);
CorePattern *pat_items(Env *env, PatternKind kind, Position at, uint32_t count);
void clause_guard(Env *env, CoreClause *clause, Core *guard); // one more alternative
// A fresh variable that has no name in the source.
CoreVar *var_fresh(Env *env, const char *name);
// let var = value: a SEQ item that binds.
Core *core_let(Env *env, Position at, CoreVar *var, Core *value);
CoreLetrec *letrec_new(Env *env, uint32_t param_count);
Core *core_letrec(Env *env, Position at, CoreLetrec *letrec, Core *in);
Core *core_letrec_call(Env *env, Position at, CoreLetrec *letrec, uint32_t count, ...);
bool core_is_literal(const Core *core);
bool core_is_atom(const Core *core, NameId id);
bool core_is_boolean(Env *env, const Core *core); // gives true or false for sure
// andalso / orelse; `operator` names what a non-boolean left raises.
Core *core_and(Env *env, Position at, Core *left, Core *right, const Name *operator);
Core *core_or(Env *env, Position at, Core *left, Core *right, const Name *operator);
// case value do falsy -> no; _ -> yes
Core *core_truthy(Env *env, Position at, Core *value, Core *yes, Core *no);
Core *core_raise_error(Env *env, Position at, Core *reason);

// --- report.c: diagnostics and quoted helpers
PRINTF_LIKE(4, 5) Diagnostic *expand_error(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...);
// An error that ends the unit with an ArgumentError of the same text: what would be raised if the form were a macro.
PRINTF_LIKE(4, 5) Diagnostic *expand_raise(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...);
PRINTF_LIKE(4, 5) Diagnostic *expand_warn(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...);
PRINTF_LIKE(5, 6)
Diagnostic *expand_warn_at(Env *env, const char *file, Position at, DiagnosticCode code, const char *format, ...);
const char *show(Env *env, Quoted *q);            // as source text, short
const char *show_module(Env *env, const Name *n); // without "Elixir."
const char *show_atom(Env *env, const Name *n);
const char *show_fun(Env *env, const Name *n, uint32_t arity);

// Warns about clauses behind one that always matches. function: "name/arity", or NULL.
void clauses_warn_unreachable(Env *env, const char *file, const CoreClause *clauses, uint32_t count, const char *function);

// --- hints.c: what may have been meant. May load modules: for certain errors and warnings only.
const char *hint_foreign(const char *name); // for a word of other languages, or NULL
// A function that is neither `own` (NULL: none) nor imported.
void hint_function(Env *env, Diagnostic *d, const Name *name, uint32_t arity, const FunctionSet *own);
// Whether something reported before explains that a function is missing: its definition was refused, or an import.
bool function_is_doubtful(const Job *job, const Name *name, uint32_t arity);
void hint_remote(Env *env, Diagnostic *d, ModuleInfo *info, const Name *function, uint32_t arity);
void hint_module(Env *env, Diagnostic *d, const Name *module);
void hint_guard(Env *env, Diagnostic *d);
// Underlines a name that stands where the diagnostic is; of a node, its name.
void span_name(Diagnostic *d, const Name *name);
void span_node(Diagnostic *d, Quoted *q);
const char *absolute_file(const Env *env);
bool quoted_has_value(Quoted *q);
// What Macro.escape makes of a value without quoted form: bits and functions of modules become code, a pid stays; for the rest the job ends
// with its ArgumentError.
Quoted *expand_value_term(Env *env, Quoted *value);
Core *poison(Env *env, Quoted *at);
Quoted *q_call(Env *env, NameId name, Quoted *like, uint32_t count, ...);
Quoted *q_remote(Env *env, const Name *module, const Name *function, Quoted *like, Quoted **args, uint32_t count);
Quoted *q_var(Env *env, const char *name, Quoted *like); // {name, meta, :"$joist"} fresh counter
Quoted *q_block(Env *env, Quoted *like, Quoted **items, uint32_t count);
Quoted *q_list(Env *env, uint32_t count, ...);
Quoted *q_bool(Env *env, bool b);
Quoted *q_text(Env *env, const char *text);
bool meta_flag(Env *env, Quoted *call, NameId key);

// --- expand.c
Core *expand(Env *env, Quoted *q);
// Arguments see the variables from before; what they bind is seen behind.
void expand_args(Env *env, Quoted *const *args, uint32_t count, Core **out);
Core *expand_block(Env *env, Quoted *const *items, uint32_t count, Position at);
Core *expand_body(const Env *env, Quoted *q); // in a scope of its own
bool expand_enter(Env *env, Quoted *q); // depth check
static inline void expand_leave(Env *env) { env->job->depth--; }

// --- scope.c
const Binding *scope_find(const Env *env, Quoted *variable);
void variable_key(const Env *env, Quoted *variable, const Name **context, int64_t *counter);
CoreVar *scope_bind(Env *env, Quoted *variable, bool warn);
void env_leave_scopes(Env *env); // as if at the top of a program: no variables, inside of nothing
void scope_bind_var(Env *env, const Name *name, const Name *context, int64_t counter, CoreVar *var);
Core *expand_variable(Env *env, Quoted *q);
void unit_init(Unit *unit, const Name *name, bool warn_unused);
void unit_warn_unused(Env *env, Unit *unit);

// --- alias.c
// The atom of an alias node, or NULL when a part is no atom (then `parts` are for run time).
const Name *alias_expand(Env *env, Quoted *q);
Core *expand_alias_node(Env *env, Quoted *q);
const Name *alias_concat(Env *env, const Name *base, Quoted *const *parts, uint32_t count);
Core *expand_alias(Env *env, Quoted *q);
Core *expand_require(Env *env, Quoted *q);
Core *expand_import(Env *env, Quoted *q);
void alias_put(Env *env, const Name *name, const Name *target, int64_t counter, AliasUse *use);
void env_require(Env *env, const Name *module);
bool env_requires(const Env *env, const Name *module);
// A module known at compile time: expands aliases, macros, __MODULE__; NULL otherwise.
const Name *expand_to_module(Env *env, Quoted *q);
// Macro-expands the head of a term until it is no macro any more (Macro.expand).
Quoted *expand_term(Env *env, Quoted *q);
bool import_module(Env *env, Quoted *at, const Name *module, Quoted *options);
void env_import_kernel(Env *env);

// --- dispatch.c
Core *expand_local_call(Env *env, Quoted *q, const Name *name);
Core *expand_remote_call(Env *env, Quoted *q, Core *receiver, Quoted *receiver_quoted, const Name *name);
// Finds the module that `name/arity` is imported from; `macro` says which kind.
const Name *import_find(Env *env, Quoted *call, const Name *name, uint32_t arity, bool *macro);
// The macro's result for a call, or NULL when it is no macro. See dispatch.c for `receiver`.
Quoted *expand_macro_once(Env *env, Quoted *q, bool *changed);
Quoted *macro_call(Env *env, Quoted *call, const Name *receiver, const Name *in_module, const Name *name,
                   Quoted *const *args, uint32_t count);
bool is_special_form(const Name *name, uint32_t arity);
// The remote call after the table of inlined functions.
Core *core_inlined(Env *env, Quoted *q, const Name *module, const Name *function, Core **args, uint32_t count);
bool inline_lookup(Job *job, const Name *module, const Name *function, uint32_t arity, const Name **to_module,
                   const Name **to_function);
bool guard_safe(Job *job, const Name *function, uint32_t arity);

// --- linify.c: hygiene of a macro's result
Quoted *linify(Env *env, Quoted *q, int line, int column, const Name *receiver, int64_t counter);

Quoted *strip_columns(Names *names, Quoted *q);

// --- quote.c
Core *expand_quote(Env *env, Quoted *q);
// Macro.escape(q, unquote: true) as code; a literal when there is no unquote in it.
Core *quote_escape(Env *env, Quoted *q, bool unquote);
bool quote_has_unquotes(Quoted *q);

// --- pattern.c
typedef struct PatternState PatternState;
// Expands patterns of one clause or match; afterwards the variables are bound in env. `extra` collects
// conditions that cannot be said in a pattern (repeated variables): guards to add.
CorePattern *expand_pattern(Env *env, Quoted *q, Core **extra);
// Several patterns of one head; `out` has room for `count`.
void expand_patterns(Env *env, Quoted *const *items, uint32_t count, CorePattern **out, Core **extra);
Core *expand_match(Env *env, Quoted *q);
CorePattern *pattern_term(Env *env, Quoted *q); // inside a pattern only
void pattern_add_condition(Env *env, Core *condition);
CoreVar *pattern_find_variable(Env *env, Quoted *q);

// --- guard.c
// Adds `when` alternatives and `extra` to the clause.
void expand_guards(Env *env, Quoted *guard, Core *extra, CoreClause *clause);
Core *expand_guard(Env *env, Quoted *q);

// --- bits.c
Core *expand_bits(Env *env, Quoted *q);
CorePattern *pattern_bits(Env *env, Quoted *q);

// --- clauses.c
Core *expand_case(Env *env, Quoted *q);
Core *expand_cond(Env *env, Quoted *q);
Core *expand_fn(Env *env, Quoted *q);
Core *expand_receive(Env *env, Quoted *q);
// One `left -> right`; left is a list of patterns, maybe [{:when, ...}].
void expand_clause(const Env *env, Quoted *arrow, uint32_t pattern_count, CoreClause *out, const char *what);
// Takes `[a, b, {:when, _, [c, guard]}]` apart.
Quoted *clause_split_guard(Env *env, Quoted *left, Quoted *const **patterns, uint32_t *count);
bool is_arrow_list(Quoted *q);

// --- try.c, with.c, comprehension.c, capture.c
Core *expand_try(Env *env, Quoted *q);
Core *expand_try_sections(Env *env, Quoted *q, Quoted *sections);
Core *expand_with(Env *env, Quoted *q);
Core *expand_for(Env *env, Quoted *q);
Core *expand_capture(Env *env, Quoted *q);
Core *expand_capture_argument(Env *env, Quoted *q);

// --- struct.c
Core *expand_map(Env *env, Quoted *q);
Core *expand_struct(Env *env, Quoted *q);
CorePattern *pattern_map(Env *env, Quoted *q, CorePattern *struct_pattern, bool is_struct, const Name *struct_name);
CorePattern *pattern_struct(Env *env, Quoted *q);
Core *expand_field(Env *env, Quoted *q, Core *receiver, const Name *field);

// --- kernel_twins.c
// NULL: not one of them.
Core *expand_twin(Env *env, Quoted *q, const Name *name, uint32_t arity);
bool is_twin(const Name *name, uint32_t arity);
// The same as a term, for patterns and guards; NULL when it is none.
Quoted *twin_term(Env *env, Quoted *q, const Name *name, uint32_t arity);

// --- env_term.c
Quoted *env_to_quoted(Env *env); // %Macro.Env{} as a map
Quoted *env_to_quoted_at(const Env *env, int line);
bool env_from_quoted(Job *job, Quoted *q, Env *env);
void env_fresh(Job *job, Env *env, const char *file, Unit *unit);
Core *expand_env(Env *env, Quoted *q);

// --- module.h has the rest: definitions, attributes, modules.

#endif

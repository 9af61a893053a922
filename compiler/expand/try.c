// SPDX-License-Identifier: Apache-2.0
//
// `try`, also the implicit one of functions with rescue, catch, else, after.
//
// A rescue clause becomes a catch clause of class :error whose guards name the exceptions asked for: a raised
// struct is told by its `__struct__` directly; a plain reason of the VM (`:badarith`, `{:badmatch, v}`, ...)
// by its shape, and only then the library's Exception.normalize/3 makes a struct of it. What no clause
// takes goes on by itself, with its stack trace.

#include <string.h>

#include "compiler/expand/expand.h"

#define NAMES(env) (&(env)->job->names)

typedef enum Shape { ATOM, TUPLE, OTHER } Shape; // TUPLE: {atom, ...} of 2 to 3 elements

// Which plain reasons become which exception.
static const struct {
  const char *exception, *reason;
  Shape shape;
} plain[] = {
    {"Elixir.ArithmeticError", "badarith", ATOM},        {"Elixir.ArgumentError", "badarg", ATOM},
    {"Elixir.ArgumentError", "badarg", TUPLE},           {"Elixir.SystemLimitError", "system_limit", ATOM},
    {"Elixir.CondClauseError", "cond_clause", ATOM},     {"Elixir.BadFunctionError", "badfun", TUPLE},
    {"Elixir.BadStructError", "badstruct", TUPLE},       {"Elixir.MatchError", "badmatch", TUPLE},
    {"Elixir.BadMapError", "badmap", TUPLE},             {"Elixir.BadBooleanError", "badbool", TUPLE},
    {"Elixir.KeyError", "badkey", TUPLE},                {"Elixir.CaseClauseError", "case_clause", TUPLE},
    {"Elixir.WithClauseError", "with_clause", TUPLE},    {"Elixir.WithClauseError", "else_clause", TUPLE},
    {"Elixir.TryClauseError", "try_clause", TUPLE},      {"Elixir.BadArityError", "badarity", TUPLE},
    {"Elixir.UndefinedFunctionError", "undef", ATOM},    {"Elixir.FunctionClauseError", "function_clause", ATOM},
    {"Elixir.MailboxFullError", "mailbox_full", TUPLE}, {"Elixir.ErlangError", NULL, OTHER},
};

// reason matched by a guard; `r` is its variable.
static void guard_struct(Env *env, CoreClause *clause, CoreVar *r, const Name *module, Position at) {
  Names *names = NAMES(env);
  const Name *and = NAME(names, AND);
  Core *name = core_erlang(env, at, N_MAP_GET, 2, core_atom(env, at, NAME(names, STRUCT_FUNCTION)), core_var_ref(env, at, r));
  Core *is = core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, name, core_atom(env, at, module));
  Core *key = core_erlang(env, at, N_MAP_GET, 2, core_atom(env, at, NAME(names, EXCEPTION_KEY)), core_var_ref(env, at, r));
  Core *exception = core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, key, core_literal(env, at, q_bool(env, true)));
  clause_guard(env, clause, core_and(env, at, is, exception, and));
}

static void guard_plain(Env *env, CoreClause *clause, CoreVar *r, const Name *reason, Shape shape, Position at) {
  Names *names = NAMES(env);
  if (shape == ATOM) {
    clause_guard(env, clause, core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, core_var_ref(env, at, r), core_atom(env, at, reason)));
    return;
  }
  Core *first = core_erlang(env, at, N_ELEMENT, 2, core_int(env, at, 1), core_var_ref(env, at, r));
  Core *is = core_erlang(env, at, N_ERL_STRICT_EQUAL, 2, first, core_atom(env, at, reason));
  Core *size = core_erlang(env, at, N_TUPLE_SIZE, 1, core_var_ref(env, at, r));
  Core *more = core_erlang(env, at, N_GREATER, 2, size, core_int(env, at, 1));
  clause_guard(env, clause, core_and(env, at, more, is, NAME(names, AND)));
}

// case r do %{__exception__: true} -> r; _ -> Exception.normalize(:error, r, stack) end
static Core *normalize(Env *env, CoreVar *r, Position at) {
  Names *names = NAMES(env);
  Core *c = core_case(env, at, core_var_ref(env, at, r), 2, FAIL_NONE);
  c->generated = true;
  CoreClause *yes = core_clause(env, &c->u.branch.clauses[0], at, 1);
  CorePattern *map = pat_items(env, PAT_MAP, at, 1);
  map->keys[0] = core_atom(env, at, NAME(names, EXCEPTION_KEY));
  map->items[0] = pat_literal(env, at, q_bool(env, true));
  yes->patterns[0] = map;
  yes->body = core_var_ref(env, at, r);
  yes->generated = true;
  CoreClause *no = core_clause(env, &c->u.branch.clauses[1], at, 1);
  no->patterns[0] = pat_any(env, at);
  no->body = core_remote(env, at, NAME(names, M_EXCEPTION), names_intern_text(names, "normalize"), 3,
                         core_atom(env, at, NAME(names, ERROR)), core_var_ref(env, at, r), core_var_ref(env, at, env->stack));
  no->generated = true;
  return c;
}

static const Name *exception_name(Env *env, Quoted *q) {
  const Name *module = expand_to_module(env, q);
  if (!module)
    expand_error(env, q, DIAG_CLAUSES, "invalid \"rescue\" clause. The clause should match on an alias, a variable or be in the "
                 "\"var in [alias]\" format, got: %s", show(env, q));
  return module;
}

static void rescue_clause(const Env *outer, Quoted *arrow, CoreClause *out) {
  Env env_copy = *outer, *env = &env_copy;
  Names *names = NAMES(env);
  if (arrow->line > 0) env->line = arrow->line;
  Position at = at_of(env, arrow);
  core_clause(env, out, at, 2);
  out->patterns[0] = pat_name(env, at, NAME(names, ERROR));
  CoreVar *r = var_fresh(env, NULL);
  out->patterns[1] = pat_var(env, at, r);
  Quoted *left = quoted_arg(arrow, 0);
  if (left->count != 1) {
    expand_error(env, arrow, DIAG_CLAUSES, "expected one argument for :rescue clauses (->) in \"try\"");
    out->body = poison(env, arrow);
    return;
  }
  Quoted *what = left->items[0];
  if (what->kind == Q_CALL && what->head->kind == Q_ATOM && quoted_is_list(what->args) &&
      what->head->name->known != N_IN && what->head->name->known != N_ALIASES && what->head->name->known != N_WHEN)
    what = expand_term(env, what);
  Quoted *variable = NULL, *modules = NULL;
  if (quoted_is_call_arity(what, N_IN, 2)) {
    variable = quoted_arg(what, 0);
    modules = quoted_arg(what, 1);
    if (!quoted_is_variable(variable)) {
      expand_error(env, what, DIAG_CLAUSES, "invalid \"rescue\" clause, expected a variable on the left of in, got: %s", show(env, variable));
      variable = NULL;
    }
    if (quoted_is_variable(modules)) {
      if (!quoted_is_name(modules->head, N_UNDERSCORE))
        expand_error(env, what, DIAG_CLAUSES, "invalid \"rescue\" clause, expected aliases on the right of in, got: %s", show(env, modules));
      modules = NULL;
    }
  } else if (quoted_is_variable(what) && what->head->name->known != N_MODULE_CONTEXT) {
    variable = what;
  } else {
    modules = what;
  }
  bool may_be_plain = modules == NULL;
  if (modules) {
    Quoted *one[1] = {modules};
    if (!quoted_is_list(modules) && modules->kind == Q_CALL && !quoted_is_call_of(modules, N_ALIASES)) {
      modules = expand_term(env, modules);
      one[0] = modules;
    }
    Quoted *const *items = quoted_is_list(modules) ? modules->items : one;
    uint32_t count = quoted_is_list(modules) ? modules->count : 1;
    for (uint32_t i = 0; i < count; i++) {
      const Name *module = exception_name(env, items[i]);
      if (!module) continue;
      guard_struct(env, out, r, module, at);
      for (size_t j = 0; j < sizeof plain / sizeof *plain; j++) {
        if (strcmp(plain[j].exception, module->text) != 0) continue;
        may_be_plain = true;
        if (plain[j].shape != OTHER) {
          guard_plain(env, out, r, names_intern_text(names, plain[j].reason), plain[j].shape, at);
          continue;
        }
        // ErlangError: whatever is raised that is no exception struct, as in Elixir, also what has an exception of its own.
        clause_guard(env, out, core_erlang(env, at, N_NOT, 1, core_erlang(env, at, N_IS_MAP, 1, core_var_ref(env, at, r))));
        Core *has_mark = core_erlang(env, at, N_IS_MAP_KEY, 2, core_atom(env, at, names_intern_text(names, "__exception__")), core_var_ref(env, at, r));
        Core *is_map = core_erlang(env, at, N_IS_MAP, 1, core_var_ref(env, at, r));
        clause_guard(env, out, core_and(env, at, is_map, core_erlang(env, at, N_NOT, 1, has_mark), NULL));
      }
    }
    if (out->guard_count == 0) clause_guard(env, out, core_literal(env, at, q_bool(env, false)));
  }
  Core *bind = NULL;
  if (variable && !quoted_is_name(variable->head, N_UNDERSCORE)) {
    CoreVar *e = scope_bind(env, variable, true);
    // The value is filled in below, once it is known whether anybody reads it.
    Core *body = expand(env, quoted_arg(arrow, 1));
    Core *value = may_be_plain && e->used ? normalize(env, r, at) : core_var_ref(env, at, r);
    bind = core_let(env, at, e, value);
    out->body = core_seq2(env, at, bind, body);
    return;
  }
  out->body = expand(env, quoted_arg(arrow, 1));
}

static void catch_clause(const Env *outer, Quoted *arrow, CoreClause *out) {
  Env env_copy = *outer, *env = &env_copy;
  if (arrow->line > 0) env->line = arrow->line;
  Position at = at_of(env, arrow);
  Quoted *const *patterns;
  uint32_t count;
  Quoted *guard = clause_split_guard(env, quoted_arg(arrow, 0), &patterns, &count);
  core_clause(env, out, at, 2);
  if (count != 1 && count != 2) {
    expand_error(env, arrow, DIAG_CLAUSES, "expected one or two args for :catch clauses (->) in \"try\"");
    out->patterns[0] = out->patterns[1] = pat_any(env, at);
    out->body = poison(env, arrow);
    return;
  }
  Core *extra = NULL;
  if (count == 1) {
    out->patterns[0] = pat_name(env, at, NAME(NAMES(env), THROW));
    expand_patterns(env, patterns, 1, &out->patterns[1], &extra);
  } else {
    expand_patterns(env, patterns, 2, out->patterns, &extra);
  }
  expand_guards(env, guard, extra, out);
  out->body = expand(env, quoted_arg(arrow, 1));
}

Core *expand_try_sections(Env *env, Quoted *q, Quoted *sections) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  Quoted *body = quoted_keyword_get(sections, NAME(names, DO));
  Core *c = core_nodes(env, CORE_TRY, at, 1);
  {
    Env inner = *env;
    c->args[0] = body ? expand(&inner, body) : core_nil(env, at);
  }
  uint32_t count = 0;
  for (uint32_t i = 0; i < sections->count; i++) {
    NameId id = sections->items[i]->items[0]->name->known;
    Quoted *value = sections->items[i]->items[1];
    switch (id) {
    case N_RESCUE:
    case N_CATCH:
    case N_ELSE:
      if (!is_arrow_list(value)) {
        expand_error(env, q, DIAG_CLAUSES, "expected -> clauses for :%s in \"try\"", sections->items[i]->items[0]->name->text);
        return poison(env, q);
      }
      if (id != N_ELSE) count += value->count;
      break;
    case N_DO:
    case N_AFTER: break;
    default:
      expand_error(env, q, DIAG_CLAUSES, "unexpected option :%s in \"try\"", sections->items[i]->items[0]->name->text);
    }
  }
  c->u.branch.clauses = ARENA_ARRAY(&env->job->arena, CoreClause, count ? count : 1);
  CoreVar *stack = var_fresh(env, NULL);
  Env handlers = *env;
  handlers.stack = stack;
  for (uint32_t i = 0; i < sections->count; i++) {
    NameId id = sections->items[i]->items[0]->name->known;
    Quoted *value = sections->items[i]->items[1];
    if (id == N_RESCUE || id == N_CATCH) {
      for (uint32_t j = 0; j < value->count; j++) {
        CoreClause *out = &c->u.branch.clauses[c->u.branch.clause_count++];
        if (id == N_RESCUE) rescue_clause(&handlers, value->items[j], out);
        else catch_clause(&handlers, value->items[j], out);
      }
    } else if (id == N_ELSE) {
      c->u.branch.else_clauses = ARENA_ARRAY(&env->job->arena, CoreClause, value->count);
      c->u.branch.else_count = value->count;
      for (uint32_t j = 0; j < value->count; j++)
        expand_clause(env, value->items[j], 1, &c->u.branch.else_clauses[j], ":else in \"try\"");
    } else if (id == N_AFTER) {
      Env inner = *env;
      c->u.branch.after_body = expand(&inner, value);
    }
  }
  if (stack->used) c->u.branch.stack_var = stack;
  if (c->u.branch.clause_count == 0 && !c->u.branch.after_body && c->u.branch.else_count == 0) return c->args[0];
  return c;
}

Core *expand_try(Env *env, Quoted *q) {
  Quoted *sections = quoted_arg(q, 0);
  if (!quoted_is_keyword(sections) || !quoted_keyword_get(sections, NAME(NAMES(env), DO))) {
    expand_error(env, q, DIAG_CLAUSES, "missing :do option in \"try\"");
    return poison(env, q);
  }
  if (sections->count == 1) {
    expand_error(env, q, DIAG_CLAUSES, "missing :catch/:rescue/:after option in \"try\"");
    return poison(env, q);
  }
  return expand_try_sections(env, q, sections);
}

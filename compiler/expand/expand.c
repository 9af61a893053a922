// SPDX-License-Identifier: Apache-2.0
//
// The centre of expansion: looks at the head of a quoted term and hands it to the file that knows the form.
//
// Order: literals and containers, special forms (nothing can shadow them), then calls, where dispatch.c
// decides between the compiler's twins of Kernel macros, imports, local macros and plain calls.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

bool expand_enter(Env *env, Quoted *q) {
  if (++env->job->depth <= EXPAND_DEPTH_MAX) return true;
  if (env->job->depth == EXPAND_DEPTH_MAX + 1)
    expand_error(env, q, DIAG_TOO_DEEP, "the expression nests deeper than %d levels, or a macro expands to itself "
                 "without end", EXPAND_DEPTH_MAX);
  return false;
}

void expand_args(Env *env, Quoted *const *args, uint32_t count, Core **out) {
  const Binding *start = env->vars, *merged = start;
  for (uint32_t i = 0; i < count; i++) {
    env->vars = start;
    out[i] = expand(env, args[i]);
    if (env->vars == start) continue;
    if (merged == start) {
      merged = env->vars;
      continue;
    }
    const Binding *fresh[256];
    uint32_t n = 0;
    for (const Binding *b = env->vars; b != start && n < 256; b = b->next) fresh[n++] = b;
    while (n-- > 0) {
      Binding *copy = ARENA_NEW(&env->job->arena, Binding);
      *copy = *fresh[n];
      copy->next = merged;
      merged = copy;
    }
  }
  env->vars = merged;
}

static Core **args_new(Env *env, uint32_t count) { return ARENA_ARRAY(&env->job->arena, Core *, count ? count : 1); }

Core *expand_body(const Env *env, Quoted *q) {
  Env inner = *env;
  return expand(&inner, q);
}

static bool unused_literal(Quoted *q) {
  return q->kind == Q_INT || q->kind == Q_FLOAT || q->kind == Q_BINARY || q->kind == Q_BIGINT;
}

// Operators only give a value. What a macro wrote has no columns and is not the reader's business.
static bool unused_operator(Env *env, Quoted *q) {
  static const char *const OPERATORS[] = {"+", "-", "*", "/", "==", "!=", "===", "!==", "<", ">", "<=", ">=", "++", "--"};
  if (q->kind != Q_CALL || q->head->kind != Q_ATOM || q->args->kind != Q_LIST || q->column <= 0 || meta_flag(env, q, N_GENERATED)) return false;
  for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++)
    if (strcmp(q->head->name->text, OPERATORS[i]) == 0) return true;
  return false;
}

Core *expand_block(Env *env, Quoted *const *items, uint32_t count, Position at) {
  if (count == 0) return core_nil(env, at);
  Core **out = args_new(env, count);
  for (uint32_t i = 0; i < count; i++) {
    if (i + 1 < count && unused_literal(items[i]))
      expand_warn(env, NULL, DIAG_UNUSED_VALUE, "code block contains unused literal %s (remove the literal or assign it "
                  "to _ to avoid warnings)", show(env, items[i]));
    else if (i + 1 < count && unused_operator(env, items[i]))
      expand_warn(env, items[i], DIAG_UNUSED_VALUE, "the result of evaluating operator '%s'/%u is ignored (suppress the warning by assigning the expression "
                  "to the _ variable)", items[i]->head->name->text, items[i]->args->count);
    out[i] = expand(env, items[i]);
  }
  return core_seq(env, at, out, count);
}

static Core *expand_list(Env *env, Quoted *q) {
  Position at = at_of(env, NULL);
  if (q->count == 0) return core_literal(env, at, q);
  uint32_t count = q->count;
  Quoted *last = q->items[count - 1];
  if (quoted_is_call_arity(last, N_BAR, 2)) {
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
    memcpy(items, q->items, sizeof(Quoted *) * (count - 1));
    items[count - 1] = quoted_arg(last, 0);
    items[count] = quoted_arg(last, 1);
    Core **out = args_new(env, count + 1);
    expand_args(env, items, count + 1, out);
    return core_list_args(env, at, out, count, out[count]);
  }
  Core **out = args_new(env, count + 1);
  if (q->tail) {
    expand_args(env, q->items, count, out);
    return core_list_args(env, at, out, count, expand(env, q->tail));
  }
  expand_args(env, q->items, count, out);
  return core_list_args(env, at, out, count, NULL);
}

static Core *expand_tuple(Env *env, Quoted *const *items, uint32_t count, Position at) {
  Core **out = args_new(env, count);
  expand_args(env, items, count, out);
  return core_tuple_args(env, at, out, count);
}

// The pseudo-variables.
static Core *expand_pseudo(Env *env, Quoted *q, bool *known) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  *known = true;
  switch (q->head->name->known) {
  case N_MODULE_CONTEXT: return env->module ? core_atom(env, at, env->module) : core_nil(env, at);
  case N_DIR_CONTEXT: {
    const char *file = absolute_file(env);
    const char *slash = strrchr(file, '/');
    if (!slash) return core_nil(env, at);
    return core_literal(env, at, quoted_binary(names, file, slash == file ? 1 : (size_t)(slash - file)));
  }
  case N_ENV_CONTEXT:
    if (env->context == CONTEXT_MATCH) {
      expand_error(env, q, DIAG_CALLER_FORM, "invalid expression in match, __ENV__ is not allowed in patterns");
      return poison(env, q);
    }
    return expand_env(env, q);
  case N_CALLER_CONTEXT:
    if (!env->caller || env->context == CONTEXT_MATCH) {
      expand_error(env, q, DIAG_CALLER_FORM, "__CALLER__ is available only inside defmacro and defmacrop");
      return poison(env, q);
    }
    return core_remote(env, at, names_intern_text(names, "joist_macro"), names_intern_text(names, "caller"), 1,
                       core_var_ref(env, at, env->caller));
  case N_STACKTRACE_CONTEXT:
    if (!env->stack || env->context == CONTEXT_MATCH) {
      expand_error(env, q, DIAG_CALLER_FORM,
                   "__STACKTRACE__ is available only inside catch and rescue clauses of try expressions");
      return poison(env, q);
    }
    return core_var_ref(env, at, env->stack);
  default: *known = false; return NULL;
  }
}

static bool no_match_or_guard(Env *env, Quoted *q) {
  if (env->context == CONTEXT_NONE) return true;
  if (env->context == CONTEXT_GUARD)
    expand_error(env, q, DIAG_GUARD, "invalid expression in guard, %s is not allowed in guards. To learn more about "
                 "guards, visit the documentation of guards", q->head->name->text);
  else
    expand_error(env, q, DIAG_PATTERN, "invalid pattern in match, %s is not allowed in matches", q->head->name->text);
  return false;
}

static Core *bad_form(Env *env, Quoted *q) {
  expand_error(env, q, DIAG_ARGUMENTS, "invalid arguments for %s: %s", q->head->name->text, show(env, q));
  return poison(env, q);
}

bool is_special_form(const Name *name, uint32_t arity) {
  switch (name->known) {
  case N_BLOCK: case N_TUPLE: case N_MAP: case N_BITSTRING: case N_ALIASES: case N_SUPER: case N_FOR: case N_WITH:
  case N_FN: return true;
  case N_STRUCT: case N_MATCH: case N_CASE: case N_DOT: case N_TYPE: return arity == 2;
  case N_COND: case N_RECEIVE: case N_TRY: case N_CAPTURE: case N_CARET: case N_UNQUOTE: case N_UNQUOTE_SPLICING:
    return arity == 1;
  case N_QUOTE: case N_ALIAS: case N_IMPORT: case N_REQUIRE: return arity == 1 || arity == 2;
  case N_MODULE_CONTEXT: case N_DIR_CONTEXT: case N_ENV_CONTEXT: case N_CALLER_CONTEXT: case N_STACKTRACE_CONTEXT:
    return arity == 0;
  default: return false;
  }
}

static Core *expand_named(Env *env, Quoted *q) {
  const Name *name = q->head->name;
  uint32_t count = q->args->count;
  Position at = at_of(env, q);
  switch (name->known) {
  case N_BLOCK:
    if (count == 1) return expand(env, quoted_arg(q, 0));
    return expand_block(env, q->args->items, count, at);
  case N_TUPLE: return expand_tuple(env, q->args->items, count, at);
  case N_MAP: return expand_map(env, q);
  case N_STRUCT: return count == 2 ? expand_struct(env, q) : bad_form(env, q);
  case N_BITSTRING: return expand_bits(env, q);
  case N_ALIASES: return expand_alias_node(env, q);
  case N_MATCH:
    if (count != 2) break;
    return no_match_or_guard(env, q) ? expand_match(env, q) : poison(env, q);
  case N_QUOTE:
    if (count < 1 || count > 2) return bad_form(env, q);
    return no_match_or_guard(env, q) ? expand_quote(env, q) : poison(env, q);
  case N_UNQUOTE:
  case N_UNQUOTE_SPLICING:
    if (count != 1) break;
    expand_error(env, q, DIAG_UNQUOTE, "%s called outside quote", name->text);
    return poison(env, q);
  case N_CASE:
    if (count != 2) break;
    return no_match_or_guard(env, q) ? expand_case(env, q) : poison(env, q);
  case N_COND:
    if (count != 1) break;
    return no_match_or_guard(env, q) ? expand_cond(env, q) : poison(env, q);
  case N_FN: return no_match_or_guard(env, q) ? expand_fn(env, q) : poison(env, q);
  case N_RECEIVE:
    if (count != 1) break;
    return no_match_or_guard(env, q) ? expand_receive(env, q) : poison(env, q);
  case N_TRY:
    if (count != 1) break;
    return no_match_or_guard(env, q) ? expand_try(env, q) : poison(env, q);
  case N_FOR:
    if (count == 0) break;
    return no_match_or_guard(env, q) ? expand_for(env, q) : poison(env, q);
  case N_WITH:
    if (count == 0) break;
    return no_match_or_guard(env, q) ? expand_with(env, q) : poison(env, q);
  case N_SUPER: return no_match_or_guard(env, q) ? expand_super(env, q) : poison(env, q);
  case N_CAPTURE:
    if (count != 1) break;
    if (quoted_arg(q, 0)->kind == Q_INT) return expand_capture_argument(env, q);
    return no_match_or_guard(env, q) ? expand_capture(env, q) : poison(env, q);
  case N_CARET:
    if (count != 1) break;
    expand_error(env, q, DIAG_UNBOUND_PIN, "misplaced operator ^%s. The pin operator ^ is supported only inside matches "
                 "or inside custom macros", show(env, quoted_arg(q, 0)));
    return poison(env, q);
  case N_TYPE:
    if (count != 2) break;
    expand_error(env, q, DIAG_OPERATOR_USE, "misplaced operator ::/2. The :: operator is typically used in bitstrings "
                 "(<<x::size(8)>>) and typespecs: %s", show(env, q));
    return poison(env, q);
  case N_BAR:
    if (count != 2) break;
    expand_error(env, q, DIAG_OPERATOR_USE, "misplaced operator |/2. The | operator is typically used between brackets as "
                 "the cons operator [head | tail] or in maps %%{map | key: value}: %s", show(env, q));
    return poison(env, q);
  case N_ARROW:
    expand_error(env, q, DIAG_CLAUSES, "unhandled operator ->");
    return poison(env, q);
  case N_ALIAS:
    if (count < 1 || count > 2) break;
    return no_match_or_guard(env, q) ? expand_alias(env, q) : poison(env, q);
  case N_REQUIRE:
    if (count < 1 || count > 2) break;
    return no_match_or_guard(env, q) ? expand_require(env, q) : poison(env, q);
  case N_IMPORT:
    if (count < 1 || count > 2) break;
    return no_match_or_guard(env, q) ? expand_import(env, q) : poison(env, q);
  case N_DOT:
    if (count == 2 && quoted_arg(q, 1)->kind == Q_ATOM) {
      Quoted *call = quoted_call(NAMES(env), q, quoted_empty_list(NAMES(env)), NULL, q->line, q->column);
      return expand(env, call);
    }
    break;
  case N_MODULE_CONTEXT:
  case N_DIR_CONTEXT:
  case N_ENV_CONTEXT:
  case N_CALLER_CONTEXT:
  case N_STACKTRACE_CONTEXT: {
    bool known;
    if (count == 0) return expand_pseudo(env, q, &known);
    break;
  }
  default: break;
  }
  return expand_local_call(env, q, name);
}

// `__ENV__.line` and the like need no environment at run time.
static Core *expand_env_field(Env *env, Quoted *q, const Name *field) {
  Names *names = NAMES(env);
  Position at = at_of(env, q);
  switch (field->known) {
  case N_LINE: return core_int(env, at, (int64_t)at.line);
  case N_FILE: return core_literal(env, at, q_text(env, absolute_file(env)));
  case N_MODULE: return env->module ? core_atom(env, at, env->module) : core_nil(env, at);
  case N_FUNCTION:
    if (!env->function) return core_nil(env, at);
    return core_literal(env, at, quoted_pair(names, env->function->quoted, quoted_int(names, env->arity)));
  default: return NULL;
  }
}

static Core *expand_dotted(Env *env, Quoted *q) {
  Quoted *head = q->head;
  Names *names = NAMES(env);
  if (!quoted_is_list(q->args)) {
    expand_error(env, q, DIAG_INVALID_QUOTED, "invalid quoted expression: %s", show(env, q));
    return poison(env, q);
  }
  if (quoted_is_call_arity(head, N_DOT, 1)) {
    if (!no_match_or_guard(env, quoted_with_head(names, q, NAME(names, FN)->quoted))) return poison(env, q);
    uint32_t count = q->args->count;
    Quoted **items = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
    items[0] = quoted_arg(head, 0);
    if (count) memcpy(items + 1, q->args->items, sizeof(Quoted *) * count);
    Core **out = args_new(env, count + 1);
    expand_args(env, items, count + 1, out);
    Position at = at_of(env, q);
    if (out[0]->kind == CORE_LITERAL && out[0]->u.literal->kind == Q_ATOM)
      expand_error(env, q, DIAG_ARGUMENTS, "invalid function call :%s.()", out[0]->u.literal->name->text);
    Core *c = core_nodes(env, CORE_APPLY_FUN, at, count);
    c->u.callee = out[0];
    if (count) memcpy(c->args, out + 1, sizeof(Core *) * count);
    return c;
  }
  if (quoted_is_call_arity(head, N_DOT, 2) && quoted_arg(head, 1)->kind == Q_ATOM) {
    const Name *name = quoted_arg(head, 1)->name;
    Quoted *left = quoted_arg(head, 0);
    if (left->kind == Q_CALL && left->head->kind == Q_ATOM && left->head->name->known == N_ENV_CONTEXT &&
        q->args->count == 0 && (left->args->kind == Q_ATOM || quoted_is_empty(left->args))) {
      Core *field = expand_env_field(env, q, name);
      if (field) return field;
    }
    return expand_remote_call(env, q, expand(env, left), left, name);
  }
  if (quoted_is_call_arity(head, N_DOT, 2)) {
    // `Foo."#{x}"` does not exist; `{:., _, [a, {...}]}` comes from wrong macros.
    expand_error(env, q, DIAG_INVALID_QUOTED, "invalid remote call: %s", show(env, q));
    return poison(env, q);
  }
  if (quoted_is_call_of(head, N_UNQUOTE) || quoted_is_call_of(head, N_UNQUOTE_SPLICING))
    expand_error(env, q, DIAG_UNQUOTE, "unquote called outside quote");
  else
    expand_error(env, q, DIAG_INVALID_QUOTED, "invalid call %s", show(env, q));
  return poison(env, q);
}

static Core *expand_call_node(Env *env, Quoted *q) {
  if (q->line > 0) env->line = q->line;
  if (q->head->kind == Q_ATOM) {
    if (q->args->kind == Q_ATOM) {
      bool known;
      Core *pseudo = expand_pseudo(env, q, &known);
      return known ? pseudo : expand_variable(env, q);
    }
    if (quoted_is_list(q->args)) return expand_named(env, q);
    expand_error(env, q, DIAG_INVALID_QUOTED, "invalid quoted expression: %s", show(env, q));
    return poison(env, q);
  }
  if (q->head->kind == Q_CALL) return expand_dotted(env, q);
  expand_error(env, q, DIAG_INVALID_QUOTED, "invalid call %s", show(env, q));
  return poison(env, q);
}

Quoted *expand_value_term(Env *env, Quoted *value) {
  Names *names = NAMES(env);
  Quoted *args[2] = {value, quoted_empty_list(names)};
  return job_call(env->job, names_intern_text(names, "Elixir.Macro"), names_intern_text(names, "escape"), args, 2);
}

Core *expand(Env *env, Quoted *q) {
  switch ((QuotedKind)q->kind) {
  case Q_ATOM:
  case Q_INT:
  case Q_BIGINT:
  case Q_FLOAT:
  case Q_BINARY: return core_literal(env, at_of(env, NULL), q);
  case Q_VALUE: {
    Names *names = NAMES(env);
    Position at = at_of(env, NULL);
    Quoted *term = env->function || env->context != CONTEXT_NONE ? expand_value_term(env, q) : q;
    if (term->kind != Q_VALUE) return expand(env, term);
    if (env->context != CONTEXT_NONE)
      expand_error(env, NULL, DIAG_INVALID_QUOTED, "a pid, reference or function cannot stand in a pattern or guard");
    uint32_t handle = job_handle(env->job, HANDLE_VALUE, (void *)(uintptr_t)q);
    return core_remote(env, at, names_intern_text(names, "joist_code"), names_intern_text(names, "compile_value"), 1,
                       core_int(env, at, handle));
  }
  case Q_MAP: {
    expand_error(env, NULL, DIAG_INVALID_QUOTED,
                 "invalid quoted expression: %s. Please make sure your quoted expressions are made of valid AST nodes. "
                 "If you would like to introduce a value into the AST, such as a four-element tuple or a map, make sure "
                 "to call Macro.escape/1 before", show(env, q));
    return poison(env, NULL);
  }
  case Q_LIST:
  case Q_TUPLE:
  case Q_CALL: break;
  }
  if (!expand_enter(env, q)) {
    expand_leave(env);
    return poison(env, q);
  }
  Core *result;
  if (q->kind == Q_LIST) {
    result = expand_list(env, q);
  } else if (q->kind == Q_TUPLE) {
    if (q->count == 2) {
      result = expand_tuple(env, q->items, 2, at_of(env, NULL));
    } else {
      expand_error(env, NULL, DIAG_INVALID_QUOTED, "invalid quoted expression: %s", show(env, q));
      result = poison(env, NULL);
    }
  } else {
    result = expand_call_node(env, q);
  }
  expand_leave(env);
  return result;
}

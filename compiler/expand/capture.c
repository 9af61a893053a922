// SPDX-License-Identifier: Apache-2.0
//
// `&`: references to functions, and short closures with &1, &2, ...
//
// `&foo(&1, &2)` with its arguments in order is `&foo/2`. A macro cannot be referred to, so a capture of one
// becomes a closure around its call.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

struct Capture {
  Quoted *vars[256];
  uint32_t max;
  bool seen[256];
  bool failed;
};

static Quoted *argument(Env *env, Capture *c, Quoted *q, int64_t n) {
  if (n < 1 || n > 255) {
    expand_error(env, q, DIAG_CAPTURE, "capture argument &%lld must be between 1 and 255", (long long)n);
    c->failed = true;
    return Q_NAME(NAMES(env), NIL);
  }
  if (!c->vars[n]) {
    char name[8] = "&";
    int i = 1;
    if (n >= 100) name[i++] = (char)('0' + n / 100);
    if (n >= 10) name[i++] = (char)('0' + n / 10 % 10);
    name[i++] = (char)('0' + n % 10);
    name[i] = 0;
    c->vars[n] = q_var(env, name, q);
  }
  c->seen[n] = true;
  if ((uint32_t)n > c->max) c->max = (uint32_t)n;
  return c->vars[n];
}

static Quoted *replace(Env *env, Capture *c, Quoted *q) {
  Names *names = NAMES(env);
  switch ((QuotedKind)q->kind) {
  case Q_LIST:
  case Q_TUPLE: {
    Quoted **items = NULL;
    for (uint32_t i = 0; i < q->count; i++) {
      Quoted *item = replace(env, c, q->items[i]);
      if (item != q->items[i] && !items) {
        items = ARENA_ARRAY(&env->job->arena, Quoted *, q->count);
        memcpy(items, q->items, sizeof(Quoted *) * i);
      }
      if (items) items[i] = item;
    }
    if (!items) return q;
    return q->kind == Q_TUPLE ? quoted_tuple(names, items, q->count) : quoted_list(names, items, q->count);
  }
  case Q_CALL:
    if (quoted_is_call_arity(q, N_CAPTURE, 1)) {
      Quoted *inner = quoted_arg(q, 0);
      if (inner->kind == Q_INT) return argument(env, c, q, inner->integer);
      if (quoted_is_call_arity(inner, N_SLASH, 2)) return q; // a reference to a function
      expand_error(env, q, DIAG_CAPTURE, "nested captures are not allowed. You cannot define a function using the capture operator & inside "
                   "another function defined via &. Got: %s", show(env, q));
      c->failed = true;
      return q;
    }
    {
      Quoted *head = q->head->kind == Q_CALL ? replace(env, c, q->head) : q->head;
      Quoted *args = quoted_is_list(q->args) ? replace(env, c, q->args) : q->args;
      if (head == q->head && args == q->args) return q;
      if (head != q->head) q = quoted_with_head(names, q, head);
      return args == q->args ? q : quoted_with_args(names, q, args);
    }
  default: return q;
  }
}

// fn v1, ..., vn -> body end
static Core *closure(Env *env, Quoted *q, Quoted *const *vars, uint32_t count, Quoted *body) {
  Names *names = NAMES(env);
  Quoted *arrow = quoted_call(names, Q_NAME(names, ARROW), q_list(env, 2, quoted_list(names, vars, count), body), NULL, q->line, q->column);
  Quoted *fn = quoted_call(names, Q_NAME(names, FN), q_list(env, 1, arrow), NULL, q->line, q->column);
  return expand_fn(env, fn);
}

static Core *closure_of_call(Env *env, Quoted *q, Quoted *callee, uint32_t arity) {
  Names *names = NAMES(env);
  Quoted **vars = ARENA_ARRAY(&env->job->arena, Quoted *, arity + 1);
  for (uint32_t i = 0; i < arity; i++) vars[i] = q_var(env, "arg", q);
  return closure(env, q, vars, arity, quoted_with_args(names, callee, quoted_list(names, vars, arity)));
}

static Core *remote_ref(Env *env, Position at, Core *module, Core *function, uint32_t arity) {
  Core *c = core_nodes(env, CORE_REMOTE_REF, at, 1);
  c->u.remote.module = module;
  c->u.remote.function = function;
  c->args[0] = core_int(env, at, arity);
  return c;
}

static Core *known_remote_ref(Env *env, Quoted *q, Quoted *callee, const Name *module, const Name *name, uint32_t arity) {
  Position at = at_of(env, q);
  Job *job = env->job;
  if (env_requires(env, module) && !module_find_open(job, module)) {
    ModuleInfo *info = job_module(job, module);
    if (info && function_set_find(&info->macros, name, arity)) return closure_of_call(env, q, callee, arity);
  }
  const Name *to_module, *to_function;
  if (inline_lookup(job, module, name, arity, &to_module, &to_function)) module = to_module, name = to_function;
  return remote_ref(env, at, core_atom(env, at, module), core_atom(env, at, name), arity);
}

// `callee` is the call node without arguments: {name, meta, _} or {{:., _, [module, name]}, meta, _}.
static Core *reference(Env *env, Quoted *q, Quoted *callee, uint32_t arity) {
  Position at = at_of(env, q);
  if (callee->head->kind == Q_ATOM) {
    const Name *name = callee->head->name;
    if (is_special_form(name, arity) || is_twin(name, arity)) {
      bool macro;
      const Name *from = import_find(env, callee, name, arity, &macro);
      if (is_special_form(name, arity) || !from || from->known == N_M_KERNEL) return closure_of_call(env, q, callee, arity);
    }
    bool macro;
    const Name *from = import_find(env, callee, name, arity, &macro);
    if (from && macro) return closure_of_call(env, q, callee, arity);
    if (from) return known_remote_ref(env, q, callee, from, name, arity);
    if (env->open && env->function) {
      Definition *own = module_definition(env->open, name, arity);
      if (own && kind_is_macro(own->kind)) return closure_of_call(env, q, callee, arity);
    }
    if (!env->function || !env->module) {
      expand_error(env, q, DIAG_UNDEFINED_FUNCTION, "undefined function %s (there is no such import)", show_fun(env, name, arity));
      return poison(env, q);
    }
    Core *c = core_new(env, CORE_LOCAL_REF, at);
    c->u.local.name = name;
    c->u.local.arity = arity;
    definition_note_call(env, name, arity, at, true);
    return c;
  }
  Quoted *left = quoted_arg(callee->head, 0);
  const Name *name = quoted_arg(callee->head, 1)->name;
  Core *receiver = expand(env, left);
  if (core_is_literal(receiver) && receiver->u.literal->kind == Q_ATOM) {
    if (receiver->u.literal->name->known == N_M_KERNEL && is_twin(name, arity)) return closure_of_call(env, q, callee, arity);
    return known_remote_ref(env, q, callee, receiver->u.literal->name, name, arity);
  }
  return remote_ref(env, at, receiver, core_atom(env, at, name), arity);
}

static bool is_callee(Quoted *q) {
  if (q->kind != Q_CALL) return false;
  if (q->head->kind == Q_ATOM) return q->args->kind == Q_ATOM || quoted_is_empty(q->args);
  return quoted_is_call_arity(q->head, N_DOT, 2) && quoted_arg(q->head, 1)->kind == Q_ATOM && quoted_is_empty(q->args);
}

static bool in_order(Quoted *q) {
  if (!quoted_is_list(q->args) || q->args->count == 0) return false;
  for (uint32_t i = 0; i < q->args->count; i++) {
    Quoted *a = quoted_arg(q, i);
    if (!quoted_is_call_arity(a, N_CAPTURE, 1) || quoted_arg(a, 0)->kind != Q_INT || quoted_arg(a, 0)->integer != (int64_t)i + 1)
      return false;
  }
  if (q->head->kind == Q_ATOM) {
    const Name *name = q->head->name;
    return !is_special_form(name, q->args->count) && name->known != N_BLOCK;
  }
  return quoted_is_call_arity(q->head, N_DOT, 2) && quoted_arg(q->head, 1)->kind == Q_ATOM &&
         (quoted_arg(q->head, 0)->kind == Q_ATOM || quoted_is_call_of(quoted_arg(q->head, 0), N_ALIASES));
}

Core *expand_capture_argument(Env *env, Quoted *q) {
  expand_error(env, q, DIAG_CAPTURE, "capture argument &%lld must be used within the capture operator &", (long long)quoted_arg(q, 0)->integer);
  return poison(env, q);
}

Core *expand_capture(Env *env, Quoted *q) {
  Quoted *what = quoted_arg(q, 0);
  if (quoted_is_call_arity(what, N_SLASH, 2) && quoted_arg(what, 1)->kind == Q_INT && is_callee(quoted_arg(what, 0))) {
    int64_t arity = quoted_arg(what, 1)->integer;
    if (arity < 0 || arity > 255) {
      expand_error(env, q, DIAG_CAPTURE, "capture arity must be between 0 and 255, got: %lld", (long long)arity);
      return poison(env, q);
    }
    return reference(env, q, quoted_arg(what, 0), (uint32_t)arity);
  }
  if (quoted_is_call_of(what, N_BLOCK) && what->args->count == 1) what = quoted_arg(what, 0);
  if (quoted_is_call_of(what, N_BLOCK)) {
    expand_error(env, q, DIAG_CAPTURE, "block expressions are not allowed inside the capture operator &, got: %s", show(env, what));
    return poison(env, q);
  }
  if (what->kind == Q_CALL && in_order(what)) return reference(env, q, what, what->args->count);
  Capture *c = ARENA_NEW(&env->job->arena, Capture);
  Quoted *body = replace(env, c, what);
  if (c->failed) return poison(env, q);
  if (c->max == 0) {
    expand_error(env, q, DIAG_CAPTURE, "invalid args for &, expected one of:\n\n  * &Mod.fun/arity to capture a remote function, such as "
                 "&Enum.map/2\n  * &fun/arity to capture a local or imported function, such as &is_atom/1\n  * &some_code(&1, ...) containing at "
                 "least one argument as &1, such as &List.flatten(&1)\n\nGot: %s", show(env, what));
    return poison(env, q);
  }
  for (uint32_t i = 1; i <= c->max; i++)
    if (!c->seen[i]) {
      expand_error(env, q, DIAG_CAPTURE, "capture argument &%u cannot be defined without &%u (you cannot skip arguments)", c->max, i);
      return poison(env, q);
    }
  return closure(env, q, c->vars + 1, c->max, body);
}

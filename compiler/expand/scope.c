// SPDX-License-Identifier: Apache-2.0
//
// Variables: finding, binding, and the warnings about those that nobody reads.
//
// A variable is told apart by its name and where it comes from: the context atom of its node, or, inside
// the result of a macro, the counter of that expansion. Binding a name again makes a new CoreVar; the list
// of bindings only grows at its front, so scopes cost nothing to enter or to leave.

#include <string.h>

#include "compiler/expand/expand.h"
#include "compiler/expand/module.h"

void variable_key(const Env *env, Quoted *q, const Name **context, int64_t *counter) {
  *context = q->args->name;
  *counter = 0;
  if (q->extra) {
    Quoted *c = quoted_meta_get(&env->job->names, q, N_COUNTER);
    if (c && c->kind == Q_INT && c->integer != 0) {
      *counter = c->integer;
      *context = NULL;
    } else if (c && quoted_is_pair(c) && c->items[1]->kind == Q_INT) {
      *counter = c->items[1]->integer;
      *context = NULL;
    }
  }
}

static const Binding *find(const Env *env, const Name *name, const Name *context, int64_t counter) {
  for (const Binding *b = env->vars; b; b = b->next)
    if (b->name == name && b->context == context && b->counter == counter) return b;
  return NULL;
}

const Binding *scope_find(const Env *env, Quoted *q) {
  const Name *context;
  int64_t counter;
  variable_key(env, q, &context, &counter);
  return find(env, q->head->name, context, counter);
}

void env_leave_scopes(Env *env) {
  env->vars = NULL;
  env->caller = NULL;
  env->stack = NULL;
  env->capture = NULL;
  env->pattern = NULL;
  env->context = CONTEXT_NONE;
  env->in_closure = false;
}

void scope_bind_var(Env *env, const Name *name, const Name *context, int64_t counter, CoreVar *var) {
  Binding *b = ARENA_NEW(&env->job->arena, Binding);
  b->name = name;
  b->context = context;
  b->counter = counter;
  b->var = var;
  b->version = env->unit->version++;
  b->next = env->vars;
  env->vars = b;
}

CoreVar *scope_bind(Env *env, Quoted *q, bool warn) {
  const Name *context;
  int64_t counter;
  variable_key(env, q, &context, &counter);
  CoreVar *var = ARENA_NEW(&env->job->arena, CoreVar);
  var->name = q->head->name;
  var->id = env->unit->var_count++;
  scope_bind_var(env, q->head->name, context, counter, var);
  // Only what the user wrote is worth a warning.
  if (warn && counter == 0 && context && context->known == N_NIL && q->head->name->text[0] != '_' &&
      !meta_flag(env, q, N_GENERATED)) {
    VarNote *note = ARENA_NEW(&env->job->arena, VarNote);
    Position at = at_of(env, q);
    note->var = var;
    note->line = (int)at.line;
    note->column = (int)at.column;
    note->warn = true;
    Unit *unit = env->unit;
    if (unit->notes_last) unit->notes_last->next = note;
    else unit->notes = note;
    unit->notes_last = note;
  }
  return var;
}

// A variable of that name which was bound in this function, in a scope that has ended.
static const VarNote *ended_variable(const Env *env, const Name *name) {
  const VarNote *last = NULL;
  for (const VarNote *n = env->unit->notes; n; n = n->next)
    if (n->var->name == name) last = n;
  return last;
}

static const char *nearest_variable(Env *env, const Name *name) {
  const char *candidates[64];
  size_t count = 0;
  for (const Binding *b = env->vars; b && count < 64; b = b->next)
    if (b->context && b->context->known == N_NIL) candidates[count++] = b->name->text;
  return diagnostics_nearest(name->text, candidates, count);
}

Core *expand_variable(Env *env, Quoted *q) {
  const Name *name = q->head->name;
  const Binding *b = scope_find(env, q);
  Position at = at_of(env, q);
  if (b) {
    if (name->text[0] == '_' && name->length > 1 && name->text[1] != '_' && b->counter == 0 && b->context &&
        b->context->known == N_NIL && !meta_flag(env, q, N_GENERATED))
      expand_warn(env, q, DIAG_UNDERSCORED_USED,
                  "the underscored variable \"%s\" is used after being set. A leading underscore indicates that the "
                  "value of the variable should be ignored. If this is intended please rename the variable to remove "
                  "the underscore", name->text);
    return core_var_ref(env, at, b->var);
  }
  if (name->known == N_UNDERSCORE) {
    expand_error(env, q, DIAG_UNDEFINED_VARIABLE,
                 "invalid use of _. _ can only be used inside patterns to ignore values and cannot be used in "
                 "expressions. Make sure you are inside a pattern or change it accordingly");
    return poison(env, q);
  }
  Names *names = &env->job->names;
  Quoted *undefined = quoted_meta_get(names, q, N_IF_UNDEFINED);
  if (undefined && quoted_is_name(undefined, N_APPLY)) {
    Quoted *call = quoted_with_args(names, q, quoted_empty_list(names));
    return expand(env, call);
  }
  const Name *context;
  int64_t counter;
  variable_key(env, q, &context, &counter);
  Diagnostic *d;
  if (counter || (context && context->known != N_NIL))
    d = expand_error(env, q, DIAG_UNDEFINED_VARIABLE,
                     "undefined variable \"%s\" (context %s). Variables of a macro's quote are not those of the code "
                     "around the call: use var!(%s) for those", name->text,
                     show_atom(env, q->args->name), name->text);
  else
    d = expand_error(env, q, DIAG_UNDEFINED_VARIABLE, "undefined variable \"%s\"", name->text);
  bool macro;
  const char *near = nearest_variable(env, name);
  const VarNote *gone = ended_variable(env, name);
  if (gone) {
    diagnostic_note(&env->job->diagnostics, d, gone->line, gone->column, "\"%s\" is bound here, in a scope that has ended", name->text);
    diagnostic_hint(&env->job->diagnostics, d, "if, case, fn and the like do not change variables outside: bind their value, as in %s = if ... do ... end", name->text);
  } else if ((env->open && module_defines(env->open, name, 0)) || import_find(env, NULL, name, 0, &macro))
    diagnostic_hint(&env->job->diagnostics, d, "to call the function write %s()", name->text);
  else if (near) diagnostic_hint(&env->job->diagnostics, d, "did you mean \"%s\"?", near);
  else if (hint_foreign(name->text)) diagnostic_hint(&env->job->diagnostics, d, "%s", hint_foreign(name->text));
  return poison(env, q);
}

void unit_init(Unit *unit, const Name *name, bool warn_unused) {
  memset(unit, 0, sizeof *unit);
  unit->name = name;
  unit->warn_unused = warn_unused;
}

void unit_warn_unused(Env *env, Unit *unit) {
  if (!unit->warn_unused) return;
  for (VarNote *n = unit->notes; n; n = n->next)
    if (!n->var->used && n->warn)
      span_name(expand_warn_at(env, env->file, (Position){(uint32_t)n->line, (uint32_t)n->column}, DIAG_UNUSED_VARIABLE,
                               "variable \"%s\" is unused (if the variable is not meant to be used, prefix it with an underscore)", n->var->name->text),
                n->var->name);
}

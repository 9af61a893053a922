// SPDX-License-Identifier: Apache-2.0
//
// def, defp, defmacro, defmacrop.
//
// In a body a definition becomes a call of :joist_module.define with a handle of what was written and the
// environment there (and, with unquote fragments, the code they give). When the call is reached, the clause is
// expanded with the attributes of that moment and added to the module.

#include <string.h>

#include "compiler/expand/module.h"

#define NAMES(env) (&(env)->job->names)

const Name *definition_kind_name(Job *job, DefKind kind) {
  static const NameId ids[] = {N_DEF, N_DEFP, N_DEFMACRO, N_DEFMACROP};
  return job->names.known[ids[kind]];
}

Definition *module_definition(const OpenModule *module, const Name *name, uint32_t arity) {
  FunctionEntry *e = function_set_find(&module->definitions, name, arity);
  return e ? e->value : NULL;
}

bool module_defines(const OpenModule *module, const Name *name, uint32_t arity) {
  return module_definition(module, name, arity) != NULL;
}

// Calls of a function whose definition was refused are not reported as well.
static void note_misplaced(Job *job, Quoted *head) {
  if (quoted_is_call_arity(head, N_WHEN, 2)) head = quoted_arg(head, 0);
  if (head->kind == Q_CALL && head->head->kind == Q_ATOM) function_set_add(&job->arena, &job->refused, head->head->name, quoted_arg_count(head), NULL);
}

Core *expand_def(Env *env, Quoted *q, DefKind kind) {
  Job *job = env->job;
  Names *names = NAMES(env);
  const char *word = definition_kind_name(job, kind)->text;
  Position at = at_of(env, q);
  if (env->function) {
    expand_error(env, q, DIAG_INSIDE_FUNCTION, "cannot invoke %s/2 inside function/macro", word);
    note_misplaced(job, quoted_arg(q, 0));
    return poison(env, q);
  }
  if (!env->open || env->open->name != env->module) {
    expand_raise(env, q, DIAG_OUTSIDE_MODULE, "cannot invoke %s/2 outside module", word);
    note_misplaced(job, quoted_arg(q, 0));
    return poison(env, q);
  }
  Quoted *head = quoted_arg(q, 0);
  Quoted *body = q->args->count == 2 ? quoted_arg(q, 1) : Q_NAME(names, NIL);
  PendingDefinition *pending = ARENA_NEW(&job->arena, PendingDefinition);
  pending->kind = kind;
  pending->env = *env;
  pending->env.vars = NULL;
  pending->env.line = (int)at.line;
  pending->call = q;
  pending->head = head;
  pending->body = body;
  Core *handle = core_int(env, at, job_handle(job, HANDLE_DEFINITION, pending));
  const Name *module = names_intern_text(names, "joist_module"), *define = names_intern_text(names, "define");
  if (!quote_has_unquotes(head) && !quote_has_unquotes(body)) return core_remote(env, at, module, define, 1, handle);
  Core *head_code = quote_escape(env, head, true);
  Core *body_code = quote_escape(env, body, true);
  return core_remote(env, at, module, define, 3, handle, head_code, body_code);
}

void definition_note_call(Env *env, const Name *name, uint32_t arity, Position at, bool capture) {
  LocalCall *call = ARENA_NEW(&env->job->arena, LocalCall);
  *call = (LocalCall){name, arity, at, env->file, capture, NULL};
  Definition *d = env->unit->definition;
  if (d) {
    if (d->calls_last) d->calls_last->next = call;
    else d->calls = call;
    d->calls_last = call;
  } else if (env->open) {
    call->next = env->open->body_calls;
    env->open->body_calls = call;
  }
}

static const Name *emit_name(Job *job, const Name *name, DefKind kind) {
  return kind_is_macro(kind) ? names_format(&job->names, "MACRO-%s", name->text) : name;
}

static Definition *definition_new(OpenModule *module, const Name *name, uint32_t arity, DefKind kind, Env *env, Quoted *q) {
  Job *job = module->job;
  Definition *d = ARENA_NEW(&job->arena, Definition);
  d->name = name;
  d->emit_name = emit_name(job, name, kind);
  d->arity = arity;
  d->kind = kind;
  d->file = env->file;
  d->at = at_of(env, q);
  d->order = module->order++;
  unit_init(&d->unit, name, true);
  d->unit.definition = d;
  function_set_add(&job->arena, &module->definitions, name, arity, d);
  return d;
}

static CoreClause *clause_new(Job *job, Definition *d) {
  ARENA_ROOM(&job->arena, d->clauses, d->clause_count, d->clause_capacity, 4);
  d->version++;
  return &d->clauses[d->clause_count++];
}

// A function of fewer arguments that calls the whole one: `given` of the defaults are handed in.
static void add_default_stub(OpenModule *module, Env *env, Definition *full, Quoted *const *args, uint32_t count, uint32_t defaults, uint32_t given) {
  Job *job = module->job;
  Names *names = &job->names;
  uint32_t arity = count - defaults + given;
  Definition *old = module_definition(module, full->name, arity);
  if (old) {
    if (old->failed) return;
    expand_error(env, NULL, DIAG_DEFAULTS_CONFLICT, "%s %s defaults conflicts with %s", definition_kind_name(job, full->kind)->text,
                 show_fun(env, full->name, count), show_fun(env, full->name, arity));
    return;
  }
  Definition *stub = definition_new(module, full->name, arity, full->kind, env, NULL);
  stub->default_stub = true;
  stub->unit.warn_unused = false;
  Env inner = *env;
  inner.unit = &stub->unit;
  inner.function = full->name;
  inner.arity = arity;
  inner.vars = NULL;
  bool macro = kind_is_macro(full->kind);
  Position at = full->at;
  CoreClause *clause = clause_new(job, stub);
  core_clause(&inner, clause, at, arity + (macro ? 1 : 0));
  clause->generated = true;
  Core *call = core_nodes(&inner, CORE_LOCAL, at, count + (macro ? 1 : 0));
  call->u.local.name = full->emit_name;
  uint32_t p = 0, a = 0, seen = 0;
  if (macro) {
    CoreVar *caller = var_fresh(&inner, NULL);
    inner.caller = caller;
    clause->patterns[p++] = pat_var(&inner, at, caller);
    call->args[a++] = core_var_ref(&inner, at, caller);
  }
  for (uint32_t i = 0; i < count; i++) {
    bool has_default = quoted_is_call_arity(args[i], N_DEFAULT, 2);
    if (has_default && seen++ >= given) {
      call->args[a++] = expand_body(&inner, quoted_arg(args[i], 1));
      continue;
    }
    CoreVar *v = var_fresh(&inner, NULL);
    clause->patterns[p++] = pat_var(&inner, at, v);
    call->args[a++] = core_var_ref(&inner, at, v);
  }
  clause->body = call;
  definition_note_call(&inner, full->name, count, at, false);
  (void)names;
}

static void check_kind(Env *env, Quoted *q, Definition *d, DefKind kind) {
  if (d->kind == kind || d->failed) return;
  Job *job = env->job;
  expand_error(env, q, DIAG_CLAUSE_CONFLICT, "%s %s already defined as %s in %s:%u", definition_kind_name(job, kind)->text,
               show_fun(env, d->name, d->arity), definition_kind_name(job, d->kind)->text, d->file, d->at.line);
}

static bool is_operator_default(Quoted *q) { return quoted_is_call_arity(q, N_DEFAULT, 2); }

static void run_on_definition(OpenModule *module, Env *env, Definition *d, Quoted *args, Quoted *guards, Quoted *body) {
  Job *job = module->job;
  Names *names = &job->names;
  Quoted *hooks = attribute_value(module, NAME(names, ON_DEFINITION));
  if (!hooks || !quoted_is_list(hooks) || hooks->count == 0) return;
  Quoted *env_term = env_to_quoted(env);
  for (uint32_t i = hooks->count; i-- > 0;) {
    const Name *function = NAME(names, ON_DEFINITION_MACRO), *target = hook_target(hooks->items[i], &function);
    if (!target) continue;
    Quoted *list[6] = {env_term, definition_kind_name(job, d->kind)->quoted, d->name->quoted, strip_columns(names, args), strip_columns(names, guards), strip_columns(names, body)};
    job_call(job, target, function, list, 6);
  }
}

static void take_documentation(OpenModule *module, Definition *d, Env *env) {
  int doc_line = attribute_get(module, NAME(&module->job->names, DOC), true)->line;
  Quoted *doc = attribute_take(module, N_DOC);
  if (doc) {
    if (kind_is_private(d->kind) && !quoted_is_name(doc, N_FALSE))
      expand_warn(env, NULL, DIAG_REDEFINED_DOC, "%s %s is private, @doc attribute is always discarded for private functions/macros/types",
                  definition_kind_name(module->job, d->kind)->text, show_fun(env, d->name, d->arity));
    else d->doc = doc, d->doc_line = doc_line;
  }
  Quoted *facts = docs_take_facts(module);
  if (facts && !kind_is_private(d->kind)) d->doc_facts = facts;
  Quoted *impl = attribute_take(module, N_IMPL);
  if (impl) d->impl = impl;
  Quoted *deprecated = attribute_take(module, N_DEPRECATED);
  if (deprecated) d->deprecated = deprecated;
}

Quoted *definition_run(Job *job, PendingDefinition *pending, Quoted *head, Quoted *body) {
  Names *names = &job->names;
  Env env_copy = pending->env, *env = &env_copy;
  OpenModule *module = env->open;
  DefKind kind = pending->kind;
  const char *word = definition_kind_name(job, kind)->text;
  Quoted *q = pending->call;
  Unit dummy;
  unit_init(&dummy, NULL, false);
  env->unit = &dummy;
  env->in_closure = false;
  env->capture = NULL;
  env->stack = NULL;
  Quoted *nil = Q_NAME(names, NIL);
  if (module_find_open(job, module->name) != module) {
    expand_error(env, q, DIAG_OUTSIDE_MODULE, "could not define %s: the module %s is already compiled", word, show_module(env, module->name));
    return nil;
  }
  bool fragments = head != pending->head; // made by unquote: clauses may come from a loop
  Quoted *guard = NULL;
  if (quoted_is_call_arity(head, N_WHEN, 2)) {
    guard = quoted_arg(head, 1);
    head = quoted_arg(head, 0);
  }
  if (quoted_is_call_of(head, N_BLOCK) && head->args->count == 1) head = quoted_arg(head, 0);
  if (head->kind == Q_ATOM && head->name->known == N_NIL) {
    expand_error(env, q, DIAG_DEFINITION, "invalid syntax in %s nil", word);
    return nil;
  }
  if (head->kind != Q_CALL || head->head->kind != Q_ATOM || !(head->args->kind == Q_ATOM || quoted_is_list(head->args))) {
    expand_error(env, q, DIAG_DEFINITION, "invalid syntax in %s %s", word, show(env, head));
    return nil;
  }
  const Name *name = head->head->name;
  uint32_t count = quoted_is_list(head->args) ? head->args->count : 0;
  Quoted *const *args = count ? head->args->items : NULL;
  if (head->line > 0) env->line = head->line;
  if (count > 250) {
    expand_error(env, q, DIAG_LIMIT, "%s %s has more than 250 arguments", word, name->text);
    return nil;
  }
  bool automatic = (strcmp(name->text, "__info__") == 0 && count == 1) || (strcmp(name->text, "module_info") == 0 && count <= 1);
  if (automatic && !kind_is_macro(kind)) {
    expand_error(env, q, DIAG_DEFINITION, "cannot define %s %s as it is automatically defined by Elixir", word, show_fun(env, name, count));
    return nil;
  }
  env->function = name;
  env->arity = count;
  env->vars = NULL;
  int errors_before = job->diagnostics.error_count;

  Definition *d = module_definition(module, name, count);
  bool fresh = d == NULL;
  if (d && d->default_stub) {
    expand_error(env, q, DIAG_DEFAULTS_CONFLICT, "%s %s conflicts with defaults from %s/%u", word, show_fun(env, name, count), name->text, count + 1);
    return nil;
  }
  if (d) check_kind(env, q, d, kind);
  FunctionEntry *over = function_set_find(&module->overridables, name, count);
  if (!d) {
    d = definition_new(module, name, count, kind, env, q);
    if (over && over->value) {
      Overridable *o = over->value;
      d->overridden = o->original;
    }
  }
  uint32_t defaults = 0;
  for (uint32_t i = 0; i < count; i++) defaults += is_operator_default(args[i]);
  bool has_body = !quoted_is_name(body, N_NIL);
  if (defaults) {
    if (!fresh && (d->clause_count > 0 || d->has_head)) {
      if (d->has_head && d->default_count)
        expand_error(env, q, DIAG_DEFAULTS_CONFLICT, "%s %s has default values and was already defined with defaults in %s:%u", word, show_fun(env, name, count), d->file, d->at.line);
      else
        expand_error(env, q, DIAG_DEFAULTS_CONFLICT, "%s %s has multiple clauses and also declares default values. In such cases, the default values should "
                     "be defined in a header:\n\n    def %s(...) \\\\ \n\nthat is, a head without a body comes first", word, show_fun(env, name, count), name->text);
    }
    d->default_count = defaults;
    for (uint32_t given = 0; given < defaults; given++) add_default_stub(module, env, d, args, count, defaults, given);
  } else if (!fresh && d->default_count && !d->has_head && d->clause_count > 0) {
    expand_warn(env, q, DIAG_UNUSED_DEFAULTS, "%s %s has multiple clauses and also declares default values. In such cases, the default values should be "
                "defined in a header", word, show_fun(env, name, count));
    d->has_head = true; // said once
  }
  if (fresh) {
    // A function with fewer arguments made by another's defaults?
    for (uint32_t i = 0; i < module->definitions.count; i++) {
      Definition *other = module->definitions.items[i].value;
      if (other && other->name == name && other != d && !other->default_stub && other->default_count && other->arity > count &&
          other->arity - other->default_count <= count)
        expand_error(env, q, DIAG_DEFAULTS_CONFLICT, "%s %s conflicts with defaults from %s", word, show_fun(env, name, count), show_fun(env, name, other->arity));
    }
  }
  take_documentation(module, d, env);
  docs_note_clause(module, d, args, count);
  d->from_macro = q->extra && quoted_meta_get(names, q, N_CONTEXT);
  Quoted *result = quoted_pair(names, name->quoted, quoted_int(names, count));
  if (!has_body) {
    if (guard) {
      expand_error(env, q, DIAG_DEFINITION, "missing :do option in \"%s\"", word);
      d->failed = true;
    }
    for (uint32_t i = 0; i < count; i++) {
      Quoted *arg = is_operator_default(args[i]) ? quoted_arg(args[i], 0) : args[i];
      if (!quoted_is_variable(arg))
        expand_error(env, q, DIAG_DEFINITION, "only variables and \\\\ are allowed as arguments in function head. If you did not intend to define a "
                     "function head, make sure your function definition has the proper syntax by wrapping the arguments in parentheses and using "
                     "the do instruction accordingly");
    }
    d->has_head = true;
    d->head_only = d->clause_count == 0;
    module->last_name = name;
    module->last_arity = count;
    if (!d->failed) run_on_definition(module, env, d, quoted_list(names, args, count), quoted_empty_list(names), nil);
    return result;
  }
  if (!quoted_is_keyword(body)) {
    expand_error(env, q, DIAG_DEFINITION, "missing :do option in \"%s\"", word);
    return nil;
  }
  if (!fresh && !fragments && d->clause_count > 0 && (module->last_name != name || module->last_arity != count) && !meta_flag(env, q, N_GENERATED) &&
      !(over && over->value) && !(q->extra && quoted_meta_get(names, q, N_CONTEXT)))
    expand_warn(env, q, DIAG_SCATTERED_CLAUSES, "clauses of the same name and arity (%s) must be grouped together, \"%s %s\" was previously defined (%s:%u)",
                show_fun(env, name, count), word, show_fun(env, name, count), d->file, d->at.line);
  module->last_name = name;
  module->last_arity = count;

  env->unit = &d->unit;
  Quoted **plain_args = ARENA_ARRAY(&job->arena, Quoted *, count + 1);
  for (uint32_t i = 0; i < count; i++) plain_args[i] = is_operator_default(args[i]) ? quoted_arg(args[i], 0) : args[i];
  Quoted *args_list = quoted_list(names, plain_args, count);
  bool macro = kind_is_macro(kind);
  uint32_t extra_arg = macro ? 1 : 0;
  CoreClause work;
  core_clause(env, &work, at_of(env, head), count + extra_arg);
  if (macro) {
    env->caller = var_fresh(env, "caller");
    work.patterns[0] = pat_var(env, work.at, env->caller);
  } else {
    env->caller = NULL;
  }
  Core *extra = NULL;
  expand_patterns(env, plain_args, count, work.patterns + extra_arg, &extra);
  expand_guards(env, guard, extra, &work);
  Quoted *do_body = quoted_keyword_get(body, NAME(names, DO));
  if (!do_body) {
    expand_error(env, q, DIAG_DEFINITION, "missing :do option in \"%s\"", word);
    do_body = nil;
  }
  if (body->count == 1) work.body = expand(env, do_body);
  else work.body = expand_try_sections(env, q, body);
  work.generated = meta_flag(env, q, N_GENERATED);
  if (job->diagnostics.error_count == errors_before) unit_warn_unused(env, &d->unit);
  d->unit.notes = d->unit.notes_last = NULL;
  *clause_new(job, d) = work;
  d->head_only = false;
  if (job->diagnostics.error_count != errors_before) d->failed = true;
  Quoted *guards = guard ? quoted_list(names, &guard, 1) : quoted_empty_list(names);
  Quoted *parts[4] = {quoted_meta(names, strip_columns(names, head)), args_list, guards, body->count == 1 ? do_body : body};
  quoted_push(names, &d->quoted, quoted_call(names, Q_NAME(names, TUPLE), quoted_list(names, parts, 4), NULL, 0, 0));
  if (!d->failed) run_on_definition(module, env, d, args_list, guards, body);
  return result;
}

// --- overriding

bool module_make_overridable(OpenModule *module, const Name *name, uint32_t arity) {
  Job *job = module->job;
  Definition *d = module_definition(module, name, arity);
  if (!d) {
    FunctionEntry *e = function_set_find(&module->overridables, name, arity);
    return e && e->value;
  }
  FunctionEntry *e = function_set_find(&module->overridables, name, arity);
  Overridable *o = e ? e->value : NULL;
  if (!o) {
    o = ARENA_NEW(&job->arena, Overridable);
    o->name = name;
    o->arity = arity;
    function_set_add(&job->arena, &module->overridables, name, arity, o);
  }
  o->original = d;
  o->count++;
  function_set_add(&job->arena, &module->definitions, name, arity, NULL);
  return true;
}

void module_restore_overridden(OpenModule *module) {
  for (uint32_t i = 0; i < module->overridables.count; i++) {
    Overridable *o = module->overridables.items[i].value;
    if (!o || !o->original) continue;
    if (!module_definition(module, o->name, o->arity)) function_set_add(&module->job->arena, &module->definitions, o->name, o->arity, o->original);
  }
}

Core *expand_super(Env *env, Quoted *q) {
  Names *names = NAMES(env);
  Definition *d = env->unit->definition;
  if (!quoted_is_list(q->args)) return poison(env, q);
  uint32_t count = q->args->count;
  if (!d || !env->open) {
    expand_error(env, q, DIAG_CALLER_FORM, "super can only be invoked inside a function");
    return poison(env, q);
  }
  if (!d->overridden) {
    expand_error(env, q, DIAG_UNDEFINED_FUNCTION, "no super defined for %s in module %s. Overridable functions available are: %s", show_fun(env, d->name, d->arity),
                 show_module(env, env->module), env->open->overridables.count ? "others" : "(none)");
    return poison(env, q);
  }
  if (count != d->arity) {
    expand_error(env, q, DIAG_ARGUMENTS, "super must be called with the same number of arguments as the current definition");
    return poison(env, q);
  }
  Definition *original = d->overridden;
  if (!original->super_used) {
    original->super_used = true;
    original->emit_name = names_format(names, "%s (overridable %u)", original->emit_name->text, ++env->open->super_count);
  }
  bool macro = kind_is_macro(original->kind);
  Position at = at_of(env, q);
  Core **out = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
  expand_args(env, q->args->items, count, out);
  Core *c = core_nodes(env, CORE_LOCAL, at, count + (macro ? 1 : 0));
  c->u.local.name = original->emit_name;
  if (macro) c->args[0] = core_var_ref(env, at, env->caller);
  for (uint32_t i = 0; i < count; i++) c->args[i + (macro ? 1 : 0)] = out[i];
  return c;
}

Quoted *definition_quoted(OpenModule *module, Definition *d) {
  Names *names = &module->job->names;
  QuotedItems clauses = {0};
  for (uint32_t i = 0; i < d->quoted.count; i++) {
    Quoted *parts = d->quoted.items[i]->args;
    quoted_push(names, &clauses, quoted_tuple(names, parts->items, 4));
  }
  Quoted *line = quoted_pair(names, Q_NAME(names, LINE), quoted_int(names, d->at.line));
  Quoted *items[4] = {names_intern_text(names, "v1")->quoted, definition_kind_name(module->job, d->kind)->quoted, quoted_list(names, &line, 1),
                      quoted_items_list(names, &clauses)};
  return quoted_tuple(names, items, 4);
}

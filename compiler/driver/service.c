// SPDX-License-Identifier: Apache-2.0
//
// Services: what running code asks of the compiler, in the library's name the natives of :joist_module,
// :joist_macro and :joist_code that concern a job. One table: name, arity, whether it never calls the host,
// and the function that does it.
//
// A service works on quoted values. It fails by exception: service_fail sets the job's failure and leaves.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/driver/frame.h"
#include "compiler/syntax/parser.h"

typedef Quoted *(*Service)(Job *job, Quoted **a);

NORETURN PRINTF_LIKE(2, 3) static void argument_error(Job *job, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  job_exception(job, &job->failure, "Elixir.ArgumentError", "%s", text);
  job_abort(job);
}

static const char *module_text(Quoted *q) {
  if (q->kind != Q_ATOM) return "?";
  return name_is_alias(q->name) ? q->name->text + 7 : q->name->text;
}

static OpenModule *open_of(Job *job, Quoted *q, const char *what, const char *advice) {
  OpenModule *m = q->kind == Q_ATOM ? module_find_open(job, q->name) : NULL;
  if (!m) argument_error(job, "could not call Module.%s because the module %s is already compiled%s", what, module_text(q), advice);
  return m;
}

static const Name *atom_of(Job *job, Quoted *q, const char *what) {
  if (q->kind != Q_ATOM) argument_error(job, "%s: expected an atom", what);
  return q->name;
}

static Quoted *atom(Job *job, const char *text) { return names_intern_text(&job->names, text)->quoted; }
static Quoted *boolean(Job *job, bool b) { return b ? Q_NAME(&job->names, TRUE) : Q_NAME(&job->names, FALSE); }
static Quoted *nil(Job *job) { return Q_NAME(&job->names, NIL); }
static Quoted *ok(Job *job) { return Q_NAME(&job->names, OK); }

static bool pair_of(Quoted *q, const Name **name, uint32_t *arity) {
  if (!quoted_is_pair(q) || q->items[0]->kind != Q_ATOM || q->items[1]->kind != Q_INT || q->items[1]->integer < 0) return false;
  *name = q->items[0]->name;
  *arity = (uint32_t)q->items[1]->integer;
  return true;
}

// Errors that the service's own work reported become an exception.
static void check_errors(Job *job, int before, const char *file) {
  if (job->diagnostics.error_count == before) return;
  job_report(job);
  job_compile_error(job, &job->failure, "%s: cannot compile file (errors have been logged)", file);
  job_abort(job);
}

// --- :joist_module

static Quoted *put_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "put_attribute/3", "");
  const Name *key = atom_of(job, a[1], "put_attribute");
  const char *fault = a[3]->kind == Q_INT ? attribute_fault(m, key, a[2]) : NULL; // as written; what Module.put_attribute/3 puts is trusted
  if (fault) argument_error(job, "%s", fault);
  if (key->known == N_DERIVE && quoted_is_list(a[2])) {
    for (uint32_t i = 0; i < a[2]->count; i++) attribute_put(m, key, a[2]->items[i], a[3]->kind == Q_INT ? (int)a[3]->integer : 0);
    return ok(job);
  }
  attribute_put(m, key, a[2], a[3]->kind == Q_INT ? (int)a[3]->integer : 0);
  return ok(job);
}

static Quoted *get_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "get_attribute/2", ". Use the Module.__info__/1 callback or Code.fetch_docs/1 instead");
  const Name *key = atom_of(job, a[1], "get_attribute");
  Attribute *attribute = attribute_get(m, key, false);
  if (attribute) attribute->read = true;
  Quoted *value = attribute_value(m, key);
  return value ? value : a[2];
}

static Quoted *read_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "get_attribute/2", ". Use the Module.__info__/1 callback or Code.fetch_docs/1 instead");
  const Name *key = atom_of(job, a[1], "get_attribute");
  Attribute *attribute = attribute_get(m, key, true);
  attribute->read = true;
  Quoted *value = attribute_value(m, key);
  if (value) return value;
  if (!attribute->reserved) {
    Env env = m->env;
    expand_warn_at(&env, m->file, (Position){(uint32_t)(a[2]->kind == Q_INT ? a[2]->integer : 0), 0}, DIAG_UNDEFINED_ATTRIBUTE,
                   "undefined module attribute @%s, please remove access to @%s or explicitly set it before access", key->text, key->text);
  }
  return nil(job);
}

static Quoted *has_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "has_attribute?/2", "");
  Attribute *attribute = attribute_get(m, atom_of(job, a[1], "has_attribute?"), false);
  return boolean(job, attribute && (attribute->value || (attribute->accumulate && !attribute->reserved)));
}

static Quoted *delete_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "delete_attribute/2", "");
  Attribute *attribute = attribute_get(m, atom_of(job, a[1], "delete_attribute"), false);
  if (!attribute) return nil(job);
  attribute->read = true;
  Quoted *value = attribute->value;
  attribute->value = NULL;
  if (!value) return attribute->accumulate ? quoted_empty_list(&job->names) : nil(job);
  return value;
}

static Quoted *register_attribute(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "register_attribute/3", "");
  Attribute *attribute = attribute_get(m, atom_of(job, a[1], "register_attribute"), true);
  Quoted *accumulate = quoted_keyword_get(a[2], names_intern_text(&job->names, "accumulate"));
  Quoted *persist = quoted_keyword_get(a[2], names_intern_text(&job->names, "persist"));
  if (accumulate && quoted_is_name(accumulate, N_TRUE)) {
    if (!attribute->accumulate && attribute->value) attribute->value = quoted_list(&job->names, &attribute->value, 1);
    attribute->accumulate = true;
  }
  if (persist && quoted_is_name(persist, N_TRUE)) attribute->persist = true;
  return ok(job);
}

static Quoted *attributes_in(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "attributes_in/1", "");
  QuotedItems items = {0};
  for (uint32_t i = 0; i < m->attribute_count; i++) {
    Attribute *attribute = attribute_get(m, m->attribute_order[i], false);
    if (attribute && attribute->value && strncmp(attribute->key->text, "__joist", 7) != 0) quoted_push(&job->names, &items, attribute->key->quoted);
  }
  return quoted_items_list(&job->names, &items);
}

static bool kind_is(Job *job, const Definition *d, Quoted *kind) {
  return kind->kind == Q_ATOM && (kind->name->known == N_NIL || kind->name == definition_kind_name(job, d->kind));
}

static Quoted *defines(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], quoted_is_name(a[2], N_NIL) ? "defines?/2" : "defines?/3", ". Use Kernel.function_exported?/3 and Kernel.macro_exported?/3 to check for public functions and macros instead");
  const Name *name;
  uint32_t arity;
  if (!pair_of(a[1], &name, &arity)) argument_error(job, "defines?: expected a {name, arity} tuple");
  Definition *d = module_definition(m, name, arity);
  return boolean(job, d && kind_is(job, d, a[2]));
}

static Quoted *definitions(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], quoted_is_name(a[1], N_NIL) ? "definitions_in/1" : "definitions_in/2", ". Use the Module.__info__/1 callback to get public functions and macros instead");
  QuotedItems items = {0};
  Names *names = &job->names;
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (d && kind_is(job, d, a[1])) quoted_push(names, &items, quoted_pair(names, d->name->quoted, quoted_int(names, d->arity)));
  }
  return quoted_items_list(names, &items);
}

static Quoted *definition(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "get_definition/3", "");
  const Name *name;
  uint32_t arity;
  if (!pair_of(a[1], &name, &arity)) argument_error(job, "get_definition: expected a {name, arity} tuple");
  Definition *d = module_definition(m, name, arity);
  return d ? definition_quoted(m, d) : nil(job);
}

static Quoted *delete_definition(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "delete_definition/2", "");
  const Name *name;
  uint32_t arity;
  if (!pair_of(a[1], &name, &arity)) argument_error(job, "delete_definition: expected a {name, arity} tuple");
  if (!module_definition(m, name, arity)) return boolean(job, false);
  function_set_add(&job->arena, &m->definitions, name, arity, NULL);
  return boolean(job, true);
}

static Quoted *make_overridable(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "make_overridable/2", "");
  if (!quoted_is_list(a[1])) argument_error(job, "make_overridable: expected a list of {name, arity} tuples");
  for (uint32_t i = 0; i < a[1]->count; i++) {
    const Name *name;
    uint32_t arity;
    if (!pair_of(a[1]->items[i], &name, &arity)) argument_error(job, "each element in tuple list has to be a {function_name :: atom, arity :: 0..255} tuple");
    if (!module_make_overridable(m, name, arity)) return quoted_pair(&job->names, Q_NAME(&job->names, UNDEFINED), a[1]->items[i]);
  }
  return ok(job);
}

static Quoted *overridables(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "overridables_in/1", "");
  Names *names = &job->names;
  QuotedItems items = {0};
  for (uint32_t i = 0; i < m->overridables.count; i++) {
    FunctionEntry *e = &m->overridables.items[i];
    if (e->value) quoted_push(names, &items, quoted_pair(names, e->name->quoted, quoted_int(names, e->arity)));
  }
  return quoted_items_list(names, &items);
}

static Quoted *is_open(Job *job, Quoted **a) { return boolean(job, a[0]->kind == Q_ATOM && module_find_open(job, a[0]->name)); }

static void env_of(Job *job, Quoted *q, Env *env, Unit *unit) {
  unit_init(unit, NULL, false);
  if (quoted_is_list(q)) {
    env_fresh(job, env, "nofile", unit);
    Quoted *file = quoted_keyword_get(q, NAME(&job->names, FILE));
    Quoted *line = quoted_keyword_get(q, NAME(&job->names, LINE));
    Quoted *module = quoted_keyword_get(q, NAME(&job->names, MODULE));
    if (file && file->kind == Q_BINARY) env->file = file->bytes;
    if (line && line->kind == Q_INT) env->line = (int)line->integer;
    if (module && module->kind == Q_ATOM && module->name->known != N_NIL) {
      env->module = module->name;
      env->open = module_find_open(job, module->name);
    }
  } else if (!env_from_quoted(job, q, env)) {
    argument_error(job, "expected a %%Macro.Env{}");
  }
  env->job = job;
  env->unit = unit;
}

static Quoted *create(Job *job, Quoted **a) {
  Env env;
  Unit unit;
  env_of(job, a[2], &env, &unit);
  env.module = NULL;
  env.open = NULL;
  return module_create(job, atom_of(job, a[0], "Module.create"), a[1], &env, NULL);
}

static Quoted *eval_in(Job *job, Quoted *quoted, Quoted *binding, Quoted *env, bool with_env) {
  EvalResult result;
  if (compile_eval(job, quoted, binding, env, false, &result) != COMPILE_OK) job_abort(job);
  Names *names = &job->names;
  if (!with_env) return quoted_pair(names, result.value, result.binding);
  Quoted *parts[3] = {result.value, result.binding, result.env};
  // {value, binding, env} has a list in its middle: a plain tuple all the same to whoever takes it apart.
  return quoted_tuple(names, parts, 3);
}

static Quoted *module_eval_quoted(Job *job, Quoted **a) {
  OpenModule *m = open_of(job, a[0], "eval_quoted/4", "");
  Quoted *env = a[3];
  if (quoted_is_list(env) || quoted_is_name(env, N_NIL)) {
    Env *copy = ARENA_NEW(&job->arena, Env);
    *copy = m->env;
    env = quoted_int(&job->names, job_handle(job, HANDLE_ENV, copy));
  }
  return eval_in(job, a[1], a[2], env, false);
}

static Quoted *define(Job *job, PendingDefinition *p, Quoted *head, Quoted *body) {
  if (!p) argument_error(job, "a definition was run outside of the compilation it belongs to");
  return definition_run(job, p, head, body);
}

static Quoted *define_1(Job *job, Quoted **a) {
  PendingDefinition *p = job_handle_get(job, HANDLE_DEFINITION, a[0]->kind == Q_INT ? a[0]->integer : 0);
  return define(job, p, p ? p->head : NULL, p ? p->body : NULL);
}

static Quoted *define_3(Job *job, Quoted **a) {
  PendingDefinition *p = job_handle_get(job, HANDLE_DEFINITION, a[0]->kind == Q_INT ? a[0]->integer : 0);
  return define(job, p, a[1], a[2]);
}

// --- :joist_macro

static Quoted *expand_once(Job *job, Quoted **a) {
  Env env;
  Unit unit;
  env_of(job, a[1], &env, &unit);
  int errors = job->diagnostics.error_count;
  bool changed = false;
  Quoted *result = expand_macro_once(&env, a[0], &changed);
  check_errors(job, errors, env.file);
  return quoted_pair(&job->names, result, boolean(job, changed));
}

static Quoted *fresh_counter(Job *job, Quoted **a) {
  (void)a;
  return quoted_int(&job->names, job_counter(job));
}

static Quoted *caller(Job *job, Quoted **a) {
  if (a[0]->kind != Q_INT) return a[0];
  Env *env = job_handle_get(job, HANDLE_ENV, a[0]->integer);
  if (!env) argument_error(job, "__CALLER__ was read outside of the expansion it belongs to");
  return env_to_quoted(env);
}

// --- :joist_code

static Quoted *define_module(Job *job, Quoted *handle, Quoted *values, Quoted *name) {
  PendingModule *p = job_handle_get(job, HANDLE_MODULE, handle->kind == Q_INT ? handle->integer : 0);
  if (!p || !quoted_is_list(values) || values->count != p->outer_count) argument_error(job, "defmodule was run outside of the compilation it belongs to");
  if (name) {
    PendingModule *copy = ARENA_NEW(&job->arena, PendingModule);
    *copy = *p;
    if (name->kind != Q_ATOM) argument_error(job, "invalid module name");
    copy->name = name->name;
    p = copy;
  }
  return module_define(job, p, values->items, values->count);
}

static Quoted *define_module_2(Job *job, Quoted **a) { return define_module(job, a[0], a[1], NULL); }
static Quoted *define_module_3(Job *job, Quoted **a) { return define_module(job, a[0], a[1], a[2]); }

static Quoted *define_module_4(Job *job, Quoted **a) {
  Env env;
  Unit unit;
  env_of(job, a[3], &env, &unit);
  env.module = NULL;
  env.open = NULL;
  env.function = NULL;
  return module_create(job, atom_of(job, a[0], "defmodule"), a[1], &env, a[2]);
}

static Quoted *compile_value(Job *job, Quoted **a) {
  void *value = job_handle_get(job, HANDLE_VALUE, a[0]->kind == Q_INT ? a[0]->integer : 0);
  if (!value) argument_error(job, "a value given to the compiler is not there any more");
  return value;
}

static Quoted *eval_quoted(Job *job, Quoted **a) { return eval_in(job, a[0], a[1], a[2], true); }

// The same with the text that the code was read from, for reports of what is wrong with it.
static Quoted *eval_quoted_of_text(Job *job, Quoted **a) {
  Env env;
  Unit unit;
  env_of(job, a[2], &env, &unit);
  if (a[3]->kind == Q_BINARY && env.file) job_source(job, env.file, a[3]->bytes, a[3]->count);
  return eval_quoted(job, a);
}

static Quoted *env_for_eval(Job *job, Quoted **a) {
  Env env;
  Unit unit;
  env_of(job, a[0], &env, &unit);
  return env_to_quoted(&env);
}

static int64_t int_option(Job *job, Quoted *options, NameId key, int64_t otherwise) {
  Quoted *v = quoted_keyword_get(options, job->names.known[key]);
  return v && v->kind == Q_INT ? v->integer : otherwise;
}

static bool flag_option(Job *job, Quoted *options, const char *key, bool otherwise) {
  Quoted *v = quoted_keyword_get(options, names_intern_text(&job->names, key));
  return v ? quoted_is_name(v, N_TRUE) : otherwise;
}

static Quoted *text_of(Job *job, const char *text) { return quoted_binary(&job->names, text ? text : "", text ? strlen(text) : 0); }

static Quoted *string_to_quoted(Job *job, Quoted **a) {
  Names *names = &job->names;
  if (a[0]->kind != Q_BINARY || !quoted_is_list(a[1])) argument_error(job, "string_to_quoted: expected a string and a keyword list");
  ParseOptions options = {0};
  options.line = (int)int_option(job, a[1], N_LINE, 1);
  options.column = (int)int_option(job, a[1], N_COLUMN, 1);
  options.columns = flag_option(job, a[1], "columns", false);
  options.token_metadata = flag_option(job, a[1], "token_metadata", false);
  options.emit_warnings = flag_option(job, a[1], "emit_warnings", true);
  options.first_error_only = true;
  Quoted *file = quoted_keyword_get(a[1], NAME(names, FILE));
  Diagnostics sink;
  diagnostics_init(&sink, &job->arena, file && file->kind == Q_BINARY ? file->bytes : "nofile");
  Quoted *program = parse_program(names, &options, a[0]->bytes, a[0]->count, &sink);
  if (program) return quoted_pair(names, ok(job), program);
  Diagnostic *d = sink.first;
  while (d && d->severity != SEVERITY_ERROR) d = d->next;
  if (!d) argument_error(job, "string_to_quoted: the text cannot be parsed");
  const SyntaxFailure *f = d->failure;
  Quoted *meta[8];
  uint32_t n = 0;
  meta[n++] = quoted_pair(names, Q_NAME(names, LINE), quoted_int(names, d->line));
  meta[n++] = quoted_pair(names, Q_NAME(names, COLUMN), quoted_int(names, d->column));
  if (f && f->opening) meta[n++] = quoted_pair(names, Q_NAME(names, OPENING_DELIMITER), atom(job, f->opening));
  if (f && f->expected) meta[n++] = quoted_pair(names, Q_NAME(names, EXPECTED_DELIMITER), atom(job, f->expected));
  if (f && f->closing) meta[n++] = quoted_pair(names, Q_NAME(names, CLOSING_DELIMITER), atom(job, f->closing));
  if (f && f->end_line) {
    meta[n++] = quoted_pair(names, Q_NAME(names, END_LINE), quoted_int(names, f->end_line));
    meta[n++] = quoted_pair(names, Q_NAME(names, END_COLUMN), quoted_int(names, f->end_column));
  }
  Quoted *message = !f ? text_of(job, d->message) : f->suffix ? quoted_pair(names, text_of(job, f->prefix), text_of(job, f->suffix)) : text_of(job, f->prefix);
  Quoted *error[3] = {quoted_list(names, meta, n), message, text_of(job, f ? f->token : "")};
  return quoted_pair(names, Q_NAME(names, ERROR), quoted_tuple(names, error, 3));
}

// What was defined since `from`, as [{module, binary}].
static Quoted *defined_since(Job *job, CompiledModule *from) {
  Names *names = &job->names;
  QuotedItems items = {0};
  for (CompiledModule *m = from ? from->next : job->compiled; m; m = m->next)
    quoted_push(names, &items, quoted_pair(names, m->name->quoted, quoted_binary(names, m->bytes, m->size)));
  return quoted_items_list(names, &items);
}

static Quoted *compile_program(Job *job, Quoted *program, const char *file) {
  CompiledModule *before = job->compiled_last;
  bool keep = job->options.keep_modules;
  job->options.keep_modules = true;
  job_run_program(job, file, program);
  job->options.keep_modules = keep;
  return defined_since(job, before);
}

static const char *file_of(Quoted *q) { return q->kind == Q_BINARY ? q->bytes : "nofile"; }

static Quoted *compile_quoted(Job *job, Quoted **a) { return compile_program(job, a[0], file_of(a[1])); }

static Quoted *compile_string(Job *job, Quoted **a) {
  if (a[0]->kind != Q_BINARY) argument_error(job, "compile_string: expected a string");
  Quoted *program = job_parse(job, file_of(a[1]), 1, a[0]->bytes, a[0]->count);
  return compile_program(job, program, file_of(a[1]));
}

static Quoted *ensure_compiled(Job *job, Quoted **a) {
  Names *names = &job->names;
  const Name *name = atom_of(job, a[0], "ensure_compiled");
  if (module_find_open(job, name)) return quoted_pair(names, Q_NAME(names, ERROR), atom(job, "unavailable"));
  if (job_module(job, name)) return quoted_pair(names, Q_NAME(names, MODULE), a[0]);
  job_module_entry(job, name)->looked = false; // it may come later
  return quoted_pair(names, Q_NAME(names, ERROR), atom(job, "nofile"));
}

static const struct {
  const char *module, *function;
  uint32_t arity;
  bool quick;
  Service run;
} services[] = {
    {"joist_module", "put_attribute", 4, true, put_attribute},
    {"joist_module", "get_attribute", 3, true, get_attribute},
    {"joist_module", "read_attribute", 3, true, read_attribute},
    {"joist_module", "has_attribute", 2, true, has_attribute},
    {"joist_module", "delete_attribute", 2, true, delete_attribute},
    {"joist_module", "register_attribute", 3, true, register_attribute},
    {"joist_module", "attributes_in", 1, true, attributes_in},
    {"joist_module", "defines", 3, true, defines},
    {"joist_module", "definitions", 2, true, definitions},
    {"joist_module", "definition", 2, true, definition},
    {"joist_module", "delete_definition", 2, true, delete_definition},
    {"joist_module", "make_overridable", 2, true, make_overridable},
    {"joist_module", "overridables", 1, true, overridables},
    {"joist_module", "open", 1, true, is_open},
    {"joist_module", "create", 3, false, create},
    {"joist_module", "eval_quoted", 4, false, module_eval_quoted},
    {"joist_module", "define", 1, false, define_1},
    {"joist_module", "define", 3, false, define_3},
    {"joist_macro", "expand_once", 2, false, expand_once},
    {"joist_macro", "fresh_counter", 0, false, fresh_counter},
    {"joist_macro", "caller", 1, false, caller},
    {"joist_macro", "env", 1, false, caller},
    {"joist_code", "define_module", 2, false, define_module_2},
    {"joist_code", "define_module", 3, false, define_module_3},
    {"joist_code", "define_module", 4, false, define_module_4},
    {"joist_code", "compile_value", 1, true, compile_value},
    {"joist_code", "eval_quoted", 3, false, eval_quoted},
    {"joist_code", "eval_quoted", 4, false, eval_quoted_of_text},
    {"joist_code", "env_for_eval", 1, false, env_for_eval},
    {"joist_code", "string_to_quoted", 2, true, string_to_quoted},
    {"joist_code", "compile_quoted", 2, false, compile_quoted},
    {"joist_code", "compile_string", 2, false, compile_string},
    {"joist_code", "ensure_compiled", 2, false, ensure_compiled},
};
enum { SERVICES = sizeof services / sizeof *services };

static int find(const char *module, const char *function, uint32_t count) {
  if (strncmp(module, "joist_", 6) != 0) return -1;
  for (int i = 0; i < SERVICES; i++)
    if (services[i].arity == count && strcmp(services[i].function, function) == 0 && strcmp(services[i].module, module) == 0) return i;
  return -1;
}

bool compile_service_known(const char *module, const char *function, uint32_t count) { return find(module, function, count) >= 0; }

bool compile_service_quick(const char *module, const char *function, uint32_t count) {
  int i = find(module, function, count);
  return i >= 0 && services[i].quick;
}

bool compile_service_alone(const CompileJob *job, const char *module, const char *function, uint32_t count) {
  // While a module or a file of a set is being compiled, evaluated code may see what is there already.
  if (job->open || job->file_count > 0 || find(module, function, count) < 0) return false;
  return strcmp(function, "eval_quoted") == 0 || strcmp(function, "string_to_quoted") == 0 || strcmp(function, "compile_quoted") == 0 ||
         strcmp(function, "compile_string") == 0 || strcmp(function, "env_for_eval") == 0;
}

Quoted *compile_service(CompileJob *job, const char *module, const char *function, Quoted **args, uint32_t count, HostFailure *failure) {
  int i = find(module, function, count);
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) {
    job_land(job, &frame);
    *failure = job->failure;
    return NULL;
  }
  if (i < 0) argument_error(job, "no such service of the compiler: %s.%s/%u", module, function, count);
  Quoted *result = services[i].run(job, args);
  job_leave(job, &frame);
  return result;
}

// SPDX-License-Identifier: Apache-2.0
//
// Programs and evaluated terms: parse, expand as one function, run.

#include <stdlib.h>
#include <string.h>

#include "compiler/driver/frame.h"
#include "compiler/syntax/parser.h"

void job_source(Job *job, const char *file, const char *text, size_t size) {
  for (Source *s = job->sources; s; s = s->next)
    if (strcmp(s->file, file) == 0) {
      s->text = arena_copy(&job->arena, text, size);
      s->size = size;
      s->summed = false;
      return;
    }
  Source *s = ARENA_NEW(&job->arena, Source);
  s->file = arena_copy(&job->arena, file, strlen(file));
  s->text = arena_copy(&job->arena, text, size);
  s->size = size;
  s->next = job->sources;
  job->sources = s;
}

static const char *exception_of(SyntaxFailureKind kind) {
  switch (kind) {
  case FAILURE_TOKEN_MISSING: return "Elixir.TokenMissingError";
  case FAILURE_MISMATCHED: return "Elixir.MismatchedDelimiterError";
  default: return "Elixir.SyntaxError";
  }
}

static Quoted *source_lines(Job *job, const char *file, int from, int to) {
  Source *s = job->sources;
  while (s && strcmp(s->file, file) != 0) s = s->next;
  if (!s) return Q_NAME(&job->names, NIL);
  size_t start = 0, i = 0;
  for (int line = 1; i < s->size; i++) {
    if (s->text[i] != '\n') continue;
    if (++line == from) start = i + 1;
    if (line == to + 1) break;
  }
  return quoted_binary(&job->names, s->text + start, i - start);
}

// The exception of a syntax error, of the first one among those found.
static void syntax_failure(Job *job, const Diagnostic *d, HostFailure *out) {
  Names *names = &job->names;
  const SyntaxFailure *f = d->failure;
  SyntaxFailureKind kind = f ? f->kind : FAILURE_SYNTAX;
  Quoted *nil = Q_NAME(names, NIL);
  Quoted *pairs[32];
  uint32_t n = 0;
#define FIELD(key, value) pairs[n++] = names_intern_text(names, key)->quoted, pairs[n++] = (value)
  FIELD("__struct__", names_intern_text(names, exception_of(kind))->quoted);
  FIELD("__exception__", Q_NAME(names, TRUE));
  FIELD("file", quoted_binary(names, d->file, strlen(d->file)));
  FIELD("line", quoted_int(names, f ? f->line : d->line));
  FIELD("column", quoted_int(names, f ? f->column : d->column));
  // The diagnostics have shown the place; only the message about two delimiters needs their lines.
  FIELD("snippet", kind == FAILURE_MISMATCHED ? source_lines(job, d->file, f->line, f->end_line) : nil);
  FIELD("description", quoted_binary(names, d->message, strlen(d->message)));
  if (kind != FAILURE_SYNTAX) {
    FIELD("end_line", f->end_line ? quoted_int(names, f->end_line) : nil);
    FIELD("end_column", f->end_column ? quoted_int(names, f->end_column) : nil);
    FIELD("opening_delimiter", f->opening ? names_intern_text(names, f->opening)->quoted : nil);
    FIELD("expected_delimiter", f->expected ? names_intern_text(names, f->expected)->quoted : nil);
    if (kind == FAILURE_MISMATCHED) {
      FIELD("closing_delimiter", f->closing ? names_intern_text(names, f->closing)->quoted : nil);
    }
  }
#undef FIELD
  out->class_ = "error";
  out->reason = quoted_map(names, pairs, n / 2);
  out->text = arena_format(&job->arena, "** (%s) %s:%d:%d: %s", exception_of(kind) + 7, d->file,
                           d->line, d->column, d->message);
  out->stack = NULL;
}

Quoted *job_parse(Job *job, const char *file, int line, const char *text, size_t size) {
  job_source(job, file, text, size);
  file = arena_copy(&job->arena, file, strlen(file));
  job->diagnostics.file = file;
  Diagnostic *last = job->diagnostics.last;
  ParseOptions options = parse_options_compile();
  options.line = line;
  Quoted *program = parse_program(&job->names, &options, text, size, &job->diagnostics);
  if (program) return program;
  Diagnostic *d = last ? last->next : job->diagnostics.first;
  while (d && d->severity != SEVERITY_ERROR) d = d->next;
  job_report(job);
  if (d) syntax_failure(job, d, &job->failure);
  else job_compile_error(job, &job->failure, "%s: cannot parse the file", file);
  job_abort(job);
}

NORETURN static void failed(Job *job, const char *file) {
  job_report(job);
  job_compile_error(job, &job->failure, "%s: cannot compile file (errors have been logged)", file);
  job_abort(job);
}

Quoted *job_run_program(Job *job, const char *file, Quoted *program) {
  Env env;
  Unit unit;
  unit_init(&unit, NULL, !job->options.no_unused);
  file = arena_copy(&job->arena, file, strlen(file));
  env_fresh(job, &env, file, &unit);
  int errors = job->diagnostics.error_count;
  Core *body = expand(&env, program);
  if (job->diagnostics.error_count != errors) failed(job, file);
  unit_warn_unused(&env, &unit);
  job_report(job);
  Quoted *value = body_run(&env, body, &unit, NULL, NULL, 0);
  remote_check_calls(job, true);
  job_report(job);
  return value;
}

CompileStatus compile_run_text(CompileJob *job, const char *file, const char *text, size_t size, Quoted **value) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) return job_fail(job, &frame);
  Quoted *program = job_parse(job, file, 1, text, size);
  Quoted *result = job_run_program(job, file, program);
  if (value) *value = result;
  job_leave(job, &frame);
  return COMPILE_OK;
}

// --- eval

static bool binding_key(Job *job, Quoted *key, const Name **name, const Name **context, int64_t *counter) {
  *counter = 0;
  *context = NAME(&job->names, NIL);
  if (key->kind == Q_ATOM) {
    *name = key->name;
    return true;
  }
  if (quoted_is_pair(key) && key->items[0]->kind == Q_ATOM) {
    *name = key->items[0]->name;
    if (key->items[1]->kind == Q_ATOM) *context = key->items[1]->name;
    else if (key->items[1]->kind == Q_INT) *counter = key->items[1]->integer, *context = NULL;
    else return false;
    return true;
  }
  return false;
}

static int by_name_backwards(const void *a, const void *b) {
  Quoted *x = (*(Quoted *const *)a)->items[0], *y = (*(Quoted *const *)b)->items[0];
  if (x->kind != Q_ATOM) x = x->items[0];
  if (y->kind != Q_ATOM) y = y->items[0];
  return strcmp(y->name->text, x->name->text);
}

static void eval(Job *job, Quoted *quoted, Quoted *binding, Quoted *env_given, bool env_handle, const char *file, int line, EvalResult *result) {
  Names *names = &job->names;
  Env env;
  Unit unit;
  unit_init(&unit, NULL, false);
  bool given = env_given && !quoted_is_empty(env_given) && !quoted_is_name(env_given, N_NIL);
  if (!given) {
    env_fresh(job, &env, file, &unit);
  } else if (!env_from_quoted(job, env_given, &env)) {
    job_exception(job, &job->failure, "Elixir.ArgumentError", "invalid environment given to eval");
    job_abort(job);
  } else if (!env.file) {
    env.file = file;
  }
  env.unit = &unit;
  if (line > 0) env.line = line;
  env_leave_scopes(&env);
  const Name *function = env.function;
  if (!env.open) env.function = NULL;
  uint32_t count = binding && quoted_is_list(binding) ? binding->count : 0;
  CoreVar **params = ARENA_ARRAY(&job->arena, CoreVar *, count + 1);
  Quoted **values = ARENA_ARRAY(&job->arena, Quoted *, count + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) {
    const Name *name, *context;
    int64_t counter;
    if (!quoted_is_pair(binding->items[i]) || !binding_key(job, binding->items[i]->items[0], &name, &context, &counter)) continue;
    params[n] = var_fresh(&env, name->text);
    values[n] = binding->items[i]->items[1];
    scope_bind_var(&env, name, context, counter, params[n]);
    n++;
  }
  int errors = job->diagnostics.error_count;
  Core *body = expand(&env, quoted);
  if (job->diagnostics.error_count != errors) failed(job, env.file);
  job_report(job);
  // The value together with the variables as they are then.
  QuotedItems keys = {0};
  Core *parts[1024];
  uint32_t part_count = 0;
  CoreVar *value = var_fresh(&env, NULL);
  parts[part_count++] = core_var_ref(&env, body->at, value);
  for (const Binding *b = env.vars; b && part_count < 1000; b = b->next) {
    bool seen = false;
    for (const Binding *c = env.vars; c != b && !seen; c = c->next) seen = c->name == b->name && c->context == b->context && c->counter == b->counter;
    if (seen) continue;
    Quoted *key = b->counter ? quoted_pair(names, b->name->quoted, quoted_int(names, b->counter))
                  : b->context->known == N_NIL ? b->name->quoted : quoted_pair(names, b->name->quoted, b->context->quoted);
    quoted_push(names, &keys, key);
    parts[part_count++] = core_var_ref(&env, body->at, b->var);
  }
  Core *whole = core_nodes(&env, CORE_TUPLE, body->at, part_count);
  memcpy(whole->args, parts, sizeof(Core *) * part_count);
  Core *seq = core_seq2(&env, body->at, core_let(&env, body->at, value, body), whole);
  const Name *module = env.module;
  Quoted *tuple = body_run(&env, seq, &unit, params, values, n);
  (void)module;
  result->value = quoted_tuple_item(names, tuple, 0);
  Quoted **bound = ARENA_ARRAY(&job->arena, Quoted *, keys.count + 1);
  for (uint32_t i = 0; i < keys.count; i++) bound[i] = quoted_pair(names, keys.items[i], quoted_tuple_item(names, tuple, i + 1));
  qsort(bound, keys.count, sizeof *bound, by_name_backwards);
  result->binding = quoted_list(names, bound, keys.count);
  env.function = function;
  if (env_handle) {
    Env *kept = ARENA_NEW(&job->arena, Env);
    *kept = env;
    kept->unit = NULL;
    result->env = quoted_int(names, job_handle(job, HANDLE_ENV, kept));
  } else {
    result->env = env_to_quoted(&env);
  }
}

CompileStatus compile_eval(CompileJob *job, Quoted *quoted, Quoted *binding, Quoted *env, bool env_handle, EvalResult *result) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) return job_fail(job, &frame);
  eval(job, quoted, binding, env, env_handle, "nofile", 0, result);
  job_leave(job, &frame);
  return COMPILE_OK;
}

CompileStatus compile_eval_text(CompileJob *job, const char *file, int line, const char *text, size_t size, Quoted *binding, Quoted *env,
                                bool env_handle, EvalResult *result) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) return job_fail(job, &frame);
  Quoted *program = job_parse(job, file, line, text, size);
  eval(job, program, binding, env, env_handle, file, line, result);
  job_leave(job, &frame);
  return COMPILE_OK;
}

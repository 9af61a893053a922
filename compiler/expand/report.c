// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics of the expander, the text of quoted code in messages, and makers of quoted code.
//
// show() prints what a person would write, on one line and shortened: enough for a message, not a formatter.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/expand/expand.h"

enum { SHOW_MAX = 160 };

PRINTF_LIKE(6, 0)
static Diagnostic *add(Env *env, const char *file, int line, int column, DiagnosticCode code, const char *format,
                       va_list args) {
  Job *job = env->job;
  CHECK(format != NULL);
  const char *text = arena_format_list(&job->arena, format, args);
  bool warning = diagnostic_info(code)->severity == SEVERITY_WARNING;
  if (job->quiet || (warning && job->options.no_warnings)) { // counted by nobody, but the caller may add a hint
    Diagnostics aside;
    diagnostics_init(&aside, &job->arena, file);
    if (job->quiet && !warning) job->diagnostics.error_count++;
    return diagnostics_add(&aside, code, line, column, "%s", text);
  }
  job->diagnostics.file = file;
  return diagnostics_add(&job->diagnostics, code, line, column, "%s", text);
}

PRINTF_LIKE(4, 0)
static Diagnostic *add_at(Env *env, Quoted *at, DiagnosticCode code, const char *format, va_list args) {
  Position p = at_of(env, at);
  Diagnostic *d = add(env, env->file, (int)p.line, (int)p.column, code, format, args);
  span_node(d, at);
  return d;
}

Diagnostic *expand_raise(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  Diagnostic *d = add_at(env, at, code, format, args);
  va_end(args);
  Names *names = &env->job->names;
  Quoted *fields[2] = {Q_NAME(names, MESSAGE), quoted_binary(names, d->message, strlen(d->message))};
  job_raise_at_end(env->job, "Elixir.ArgumentError", fields, 1, d->message);
  return d;
}

Diagnostic *expand_error(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  Diagnostic *d = add_at(env, at, code, format, args);
  va_end(args);
  return d;
}

Diagnostic *expand_warn(Env *env, Quoted *at, DiagnosticCode code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  Diagnostic *d = add_at(env, at, code, format, args);
  va_end(args);
  return d;
}

Diagnostic *expand_warn_at(Env *env, const char *file, Position at, DiagnosticCode code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  Diagnostic *d = add(env, file ? file : env->file, (int)at.line, (int)at.column, code, format, args);
  va_end(args);
  return d;
}

// --- text of quoted code

typedef struct Shown {
  char *data;
  size_t size, capacity;
} Shown;

static void put(Shown *s, const char *text, size_t size) {
  if (s->size + size > s->capacity) size = s->capacity - s->size;
  memcpy(s->data + s->size, text, size);
  s->size += size;
}
static void put_text(Shown *s, const char *text) { put(s, text, strlen(text)); }
static bool full(const Shown *s) { return s->size >= s->capacity; }

static bool plain_name(const char *t, size_t n) {
  if (n == 0 || !((t[0] >= 'a' && t[0] <= 'z') || t[0] == '_' || (t[0] & 0x80))) return false;
  for (size_t i = 1; i < n; i++) {
    bool ok = (t[i] >= 'a' && t[i] <= 'z') || (t[i] >= 'A' && t[i] <= 'Z') || (t[i] >= '0' && t[i] <= '9') ||
              t[i] == '_' || t[i] == '@' || (t[i] & 0x80) || (i == n - 1 && (t[i] == '?' || t[i] == '!'));
    if (!ok) return false;
  }
  return true;
}

static bool operator_name(const Name *n, int arity) {
  if (n->length == 0 || n->length > 6) return false;
  char c = n->text[0];
  bool word = (c >= 'a' && c <= 'z');
  if (word) {
    if (arity == 1) return n->known == N_NOT;
    return n->known == N_AND || n->known == N_OR || n->known == N_IN || n->known == N_WHEN;
  }
  if (c == '_' || c == '%' || c == '{' || (c >= 'A' && c <= 'Z') || (c & 0x80)) return false;
  return n->known != N_BITSTRING && n->known != N_DOT && n->known != N_EMPTY;
}

static void put_atom(Shown *s, const Name *n) {
  if (n->known == N_NIL || n->known == N_TRUE || n->known == N_FALSE) {
    put(s, n->text, n->length);
  } else if (name_is_alias(n) && n->text[7] >= 'A' && n->text[7] <= 'Z') {
    put(s, n->text + 7, n->length - 7);
  } else if (plain_name(n->text, n->length) || operator_name(n, 2) || operator_name(n, 1) || n->known == N_TUPLE ||
             n->known == N_MAP || n->known == N_BITSTRING) {
    put_text(s, ":");
    put(s, n->text, n->length);
  } else {
    put_text(s, ":\"");
    put(s, n->text, n->length);
    put_text(s, "\"");
  }
}

static void put_quoted(Shown *s, Quoted *q, int depth);

static void put_items(Shown *s, Quoted *const *items, uint32_t count, int depth) {
  for (uint32_t i = 0; i < count && !full(s); i++) {
    if (i) put_text(s, ", ");
    Quoted *q = items[i];
    bool last = i + 1 == count;
    if (last && q->kind == Q_LIST && q->count > 0 && quoted_is_keyword(q) && count > 1) {
      put_quoted(s, q, -depth);
      continue;
    }
    put_quoted(s, q, depth);
  }
}

static void put_block(Shown *s, Quoted *q, int depth) {
  put_text(s, "(");
  for (uint32_t i = 0; i < q->args->count && !full(s); i++) {
    if (i) put_text(s, "; ");
    put_quoted(s, quoted_arg(q, i), depth);
  }
  put_text(s, ")");
}

static void put_string(Shown *s, const char *bytes, uint32_t count) {
  put_text(s, "\"");
  for (uint32_t i = 0; i < count && !full(s); i++) {
    char c = bytes[i];
    if (c == '\n') put_text(s, "\\n");
    else if (c == '"') put_text(s, "\\\"");
    else if (c == '\\') put_text(s, "\\\\");
    else put(s, &c, 1);
  }
  put_text(s, "\"");
}

static void put_call(Shown *s, Quoted *q, int depth) {
  Quoted *head = q->head;
  if (!quoted_is_list(q->args)) {
    if (head->kind == Q_ATOM) put(s, head->name->text, head->name->length);
    return;
  }
  uint32_t n = q->args->count;
  if (head->kind == Q_ATOM) {
    const Name *name = head->name;
    switch (name->known) {
    case N_BLOCK: put_block(s, q, depth); return;
    case N_ALIASES:
      for (uint32_t i = 0; i < n; i++) {
        if (i) put_text(s, ".");
        if (quoted_arg(q, i)->kind == Q_ATOM) put(s, quoted_arg(q, i)->name->text, quoted_arg(q, i)->name->length);
        else put_quoted(s, quoted_arg(q, i), depth);
      }
      return;
    case N_TUPLE: put_text(s, "{"); put_items(s, q->args->items, n, depth); put_text(s, "}"); return;
    case N_BITSTRING: put_text(s, "<<"); put_items(s, q->args->items, n, depth); put_text(s, ">>"); return;
    case N_MAP:
      put_text(s, "%{");
      for (uint32_t i = 0; i < n && !full(s); i++) {
        Quoted *pair = quoted_arg(q, i);
        if (i) put_text(s, ", ");
        if (!quoted_is_pair(pair)) { put_quoted(s, pair, depth); continue; }
        if (pair->items[0]->kind == Q_ATOM && plain_name(pair->items[0]->name->text, pair->items[0]->name->length)) {
          put(s, pair->items[0]->name->text, pair->items[0]->name->length);
          put_text(s, ": ");
        } else {
          put_quoted(s, pair->items[0], depth);
          put_text(s, " => ");
        }
        put_quoted(s, pair->items[1], depth);
      }
      put_text(s, "}");
      return;
    case N_STRUCT:
      if (n == 2 && quoted_is_call(quoted_arg(q, 1))) {
        Shown part = {s->data + s->size, 0, s->capacity - s->size};
        put_quoted(&part, quoted_arg(q, 1), depth);
        // "%{...}" becomes "%Name{...}"
        char *copy = s->data + s->size;
        char rest[SHOW_MAX];
        size_t size = part.size < sizeof rest ? part.size : sizeof rest;
        memcpy(rest, copy, size);
        put_text(s, "%");
        put_quoted(s, quoted_arg(q, 0), depth);
        if (size > 1) put(s, rest + 1, size - 1);
        return;
      }
      break;
    default: break;
    }
    if (n == 2 && operator_name(name, 2)) {
      put_quoted(s, quoted_arg(q, 0), depth);
      if (name->known != N_DOTDOT) put_text(s, " ");
      put(s, name->text, name->length);
      if (name->known != N_DOTDOT) put_text(s, " ");
      put_quoted(s, quoted_arg(q, 1), depth);
      return;
    }
    if (n == 1 && operator_name(name, 1)) {
      put(s, name->text, name->length);
      if (name->known == N_NOT) put_text(s, " ");
      put_quoted(s, quoted_arg(q, 0), depth);
      return;
    }
    put(s, name->text, name->length);
  } else if (quoted_is_call_arity(head, N_DOT, 2) && quoted_arg(head, 1)->kind == Q_ATOM) {
    put_quoted(s, quoted_arg(head, 0), depth);
    put_text(s, ".");
    put(s, quoted_arg(head, 1)->name->text, quoted_arg(head, 1)->name->length);
  } else if (quoted_is_call_arity(head, N_DOT, 1)) {
    put_quoted(s, quoted_arg(head, 0), depth);
    put_text(s, ".");
  } else {
    put_quoted(s, head, depth);
  }
  put_text(s, "(");
  put_items(s, q->args->items, n, depth);
  put_text(s, ")");
}

// A negative depth leaves the brackets of a keyword list away.
static void put_quoted(Shown *s, Quoted *q, int depth) {
  bool bare = depth < 0;
  if (bare) depth = -depth;
  if (depth > 40 || full(s)) {
    put_text(s, "...");
    return;
  }
  depth++;
  char text[64];
  switch ((QuotedKind)q->kind) {
  case Q_ATOM: put_atom(s, q->name); break;
  case Q_INT:
    snprintf(text, sizeof text, "%lld", (long long)q->integer);
    put_text(s, text);
    break;
  case Q_BIGINT:
    if (q->negative) put_text(s, "-");
    put(s, q->digits, q->count);
    break;
  case Q_FLOAT:
    snprintf(text, sizeof text, "%.17g", q->real);
    for (int p = 1; p < 17; p++) {
      char shorter[64];
      snprintf(shorter, sizeof shorter, "%.*g", p, q->real);
      double back = 0;
      if (sscanf(shorter, "%lf", &back) == 1 && back == q->real) {
        memcpy(text, shorter, sizeof text);
        break;
      }
    }
    if (!strpbrk(text, ".en")) strcat(text, ".0");
    put_text(s, text);
    break;
  case Q_BINARY: put_string(s, q->bytes, q->count); break;
  case Q_LIST: {
    bool keywords = q->count > 0 && quoted_is_keyword(q);
    if (!bare) put_text(s, "[");
    for (uint32_t i = 0; i < q->count && !full(s); i++) {
      if (i) put_text(s, ", ");
      if (keywords) {
        put(s, q->items[i]->items[0]->name->text, q->items[i]->items[0]->name->length);
        put_text(s, ": ");
        put_quoted(s, q->items[i]->items[1], depth);
      } else {
        put_quoted(s, q->items[i], depth);
      }
    }
    if (q->tail) {
      put_text(s, " | ");
      put_quoted(s, q->tail, depth);
    }
    if (!bare) put_text(s, "]");
    break;
  }
  case Q_TUPLE:
    put_text(s, "{");
    put_items(s, q->items, q->count, depth);
    put_text(s, "}");
    break;
  case Q_CALL: put_call(s, q, depth); break;
  case Q_MAP:
    put_text(s, "%{");
    for (uint32_t i = 0; i < q->count && !full(s); i++) {
      if (i) put_text(s, ", ");
      put_quoted(s, q->pairs[2 * i], depth);
      put_text(s, " => ");
      put_quoted(s, q->pairs[2 * i + 1], depth);
    }
    put_text(s, "}");
    break;
  case Q_VALUE: put_text(s, "#Value<>"); break;
  }
}

const char *show(Env *env, Quoted *q) {
  char text[SHOW_MAX];
  Shown s = {text, 0, sizeof text - 4};
  put_quoted(&s, q, 1);
  if (full(&s)) {
    memcpy(text + s.size, "...", 3);
    s.size += 3;
  }
  return arena_copy(&env->job->arena, text, s.size);
}

const char *show_atom(Env *env, const Name *n) { return show(env, n->quoted); }
const char *show_module(Env *env, const Name *n) { return n ? show(env, n->quoted) : "nil"; }

const char *show_fun(Env *env, const Name *n, uint32_t arity) {
  Arena *arena = &env->job->arena;
  if (plain_name(n->text, n->length) || operator_name(n, 1) || operator_name(n, 2))
    return arena_format(arena, "%s/%u", n->text, arity);
  return arena_format(arena, "\"%s\"/%u", n->text, arity);
}

// The file of the code as an absolute path; names of no file ("nofile", "-e") stay.
const char *absolute_file(const Env *env) {
  char here[4096];
  if (env->file[0] == '/' || access(env->file, F_OK) != 0 || !getcwd(here, sizeof here)) return env->file;
  const char *file = env->file;
  while (file[0] == '.' && file[1] == '/') file += 2;
  return arena_format(&env->job->arena, "%s/%s", strcmp(here, "/") == 0 ? "" : here, file);
}

// Whether a term without quoted form is in it; terms too deep to be literals count as such.
static bool has_value(Quoted *q, int depth) {
  if (depth > EXPAND_DEPTH_MAX) return true;
  switch ((QuotedKind)q->kind) {
  case Q_VALUE: return true;
  case Q_LIST:
    if (q->tail && has_value(q->tail, depth + 1)) return true;
    // fallthrough
  case Q_TUPLE:
    for (uint32_t i = 0; i < q->count; i++)
      if (has_value(q->items[i], depth + 1)) return true;
    return false;
  case Q_CALL: return has_value(q->head, depth + 1) || has_value(q->args, depth + 1) || (q->extra && has_value(q->extra, depth + 1));
  case Q_MAP:
    for (uint32_t i = 0; i < q->count * 2; i++)
      if (has_value(q->pairs[i], depth + 1)) return true;
    return false;
  default: return false;
  }
}

bool quoted_has_value(Quoted *q) { return has_value(q, 0); }

// --- makers

Core *poison(Env *env, Quoted *at) { return core_nil(env, at_of(env, at)); }

Quoted *q_call(Env *env, NameId name, Quoted *like, uint32_t count, ...) {
  Quoted *items[12];
  CHECK(count <= 12);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) items[i] = va_arg(list, Quoted *);
  va_end(list);
  Names *names = &env->job->names;
  return quoted_call(names, names->known[name]->quoted,
                     quoted_list(names, items, count), NULL, like && like->kind == Q_CALL ? like->line : env->line,
                     like && like->kind == Q_CALL ? like->column : 0);
}

Quoted *q_remote(Env *env, const Name *module, const Name *function, Quoted *like, Quoted **args, uint32_t count) {
  Names *names = &env->job->names;
  Quoted *dot = q_call(env, N_DOT, like, 2, module->quoted, function->quoted);
  return quoted_call(names, dot, quoted_list(names, args, count), NULL, dot->line, dot->column);
}

Quoted *q_var(Env *env, const char *name, Quoted *like) {
  Names *names = &env->job->names;
  Quoted *counter = quoted_pair(names, Q_NAME(names, COUNTER), quoted_int(names, job_counter(env->job)));
  Quoted *extra = quoted_list(names, &counter, 1);
  return quoted_call(names, names_intern_text(names, name)->quoted, NAME(names, M_KERNEL)->quoted, extra,
                     like && like->kind == Q_CALL ? like->line : env->line, 0);
}

Quoted *q_block(Env *env, Quoted *like, Quoted **items, uint32_t count) {
  if (count == 1) return items[0];
  Names *names = &env->job->names;
  return quoted_call(names, Q_NAME(names, BLOCK), quoted_list(names, items, count), NULL,
                     like && like->kind == Q_CALL ? like->line : 0, 0);
}

Quoted *q_list(Env *env, uint32_t count, ...) {
  Quoted *items[12];
  CHECK(count <= 12);
  va_list list;
  va_start(list, count);
  for (uint32_t i = 0; i < count; i++) items[i] = va_arg(list, Quoted *);
  va_end(list);
  return quoted_list(&env->job->names, items, count);
}

Quoted *q_bool(Env *env, bool b) {
  Names *names = &env->job->names;
  return b ? Q_NAME(names, TRUE) : Q_NAME(names, FALSE);
}

Quoted *q_text(Env *env, const char *text) { return quoted_binary(&env->job->names, text, strlen(text)); }

bool meta_flag(Env *env, Quoted *call, NameId key) {
  if (!call || call->kind != Q_CALL || !call->extra) return false;
  Quoted *value = quoted_meta_get(&env->job->names, call, key);
  return value && quoted_is_name(value, N_TRUE);
}

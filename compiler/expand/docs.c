// SPDX-License-Identifier: Apache-2.0
//
// The docs chunk: what a module says about itself to people, as one term.
//
//   {:docs_v1, line, doc, facts, entries, types}
//     doc      a binary; nil: nothing was said; false: hidden
//     facts    a keyword list: what `@moduledoc key: value` gave
//     entries  [{kind, name, arity, line, arguments, doc, facts}], kind one of :function, :macro, :callback,
//              :macrocallback, :type; arguments are names, or {:\\, name, default}
//     types    [{kind, line, code}], kind the attribute's name (:spec, :type, :opaque, :callback, ...), code quoted
//              without metadata and with aliases expanded
// `:joist_docs` (stdlib/shell) is its one reader and gives it the shape of Code.fetch_docs/1.
//
//  D1  Text and facts given with @doc belong to what comes next: a definition, or a callback. Texts are the attribute's
//      value, facts (`@doc since: "1.0"`) are collected beside it, so neither hides the other.
//  D2  An argument's name is the first variable that a clause gives it; without one, a guess from the patterns if all
//      clauses guess the same, else argN. As in Elixir, whose tools show the same names.

#include <string.h>

#include "compiler/expand/module.h"

typedef struct SignatureArg {
  const Name *name;
  bool guess;
  Quoted *default_value; // NULL: none
} SignatureArg;

enum { FACTS_MODULE, FACTS_DOC, FACTS_TYPE };

// --- arguments' names

static const Name *without_underscore(Names *names, const Name *name) {
  const char *text = name->text;
  return text[0] == '_' && text[1] ? names_intern_text(names, text + 1) : name;
}

static const Name *lowered_alias(Names *names, Quoted *alias, const char *otherwise) {
  Quoted *last = quoted_is_call_of(alias, N_ALIASES) && alias->args->count ? quoted_arg(alias, alias->args->count - 1) : NULL;
  if (!last || last->kind != Q_ATOM) return names_intern_text(names, otherwise);
  char text[256];
  size_t n = 0;
  for (uint32_t i = 0; i < last->name->length && n + 3 < sizeof text; i++) {
    char c = last->name->text[i];
    bool upper = c >= 'A' && c <= 'Z';
    if (upper && i && !(last->name->text[i - 1] >= 'A' && last->name->text[i - 1] <= 'Z')) text[n++] = '_';
    text[n++] = upper ? (char)(c - 'A' + 'a') : c;
  }
  return names_intern(names, text, n);
}

// The name that a pattern suggests for its argument.
static SignatureArg suggest(Names *names, Quoted *q) {
  while (quoted_is_call_arity(q, N_MATCH, 2)) {
    if (quoted_is_variable(quoted_arg(q, 0))) q = quoted_arg(q, 0);
    else q = quoted_arg(q, 1);
  }
  if (quoted_is_variable(q)) return (SignatureArg){without_underscore(names, q->head->name), false, NULL};
  const char *guess = "arg";
  switch ((QuotedKind)q->kind) {
  case Q_ATOM: guess = q->name->known == N_TRUE || q->name->known == N_FALSE ? "bool" : "atom"; break;
  case Q_INT: case Q_BIGINT: guess = "int"; break;
  case Q_FLOAT: guess = "float"; break;
  case Q_BINARY: guess = "binary"; break;
  case Q_LIST: guess = "list"; break;
  case Q_CALL:
    if (quoted_is_call_arity(q, N_STRUCT, 2)) return (SignatureArg){lowered_alias(names, quoted_arg(q, 0), "struct"), true, NULL};
    if (quoted_is_call_of(q, N_MAP)) guess = "map";
    break;
  default: break;
  }
  return (SignatureArg){names_intern_text(names, guess), true, NULL};
}

void docs_note_clause(OpenModule *module, Definition *d, Quoted *const *args, uint32_t count) {
  Names *names = &module->job->names;
  if (kind_is_private(d->kind) || module->job->options.no_docs) return;
  SignatureArg *clause = ARENA_ARRAY(&module->job->arena, SignatureArg, count + 1);
  const Name **plain = ARENA_ARRAY(&module->job->arena, const Name *, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    bool has_default = quoted_is_call_arity(args[i], N_DEFAULT, 2);
    clause[i] = suggest(names, has_default ? quoted_arg(args[i], 0) : args[i]);
    clause[i].default_value = has_default ? quoted_arg(args[i], 1) : NULL;
    plain[i] = clause[i].name;
  }
  // Guesses that are alike are numbered, and `arg` always.
  for (uint32_t i = 0; i < count; i++) {
    uint32_t alike = strcmp(plain[i]->text, "arg") == 0, before = 0;
    for (uint32_t j = 0; j < count; j++)
      if (clause[j].guess && plain[j] == plain[i]) alike++, before += j < i;
    if (clause[i].guess && alike > 1) clause[i].name = names_format(names, "%s%u", plain[i]->text, before + 1);
  }
  if (!d->signature) {
    d->signature = clause;
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    SignatureArg *old = &d->signature[i], *new = &clause[i];
    if (!new->default_value) new->default_value = old->default_value;
    if (old->guess && !new->guess) *old = *new;
    else if (old->guess && old->name != new->name) old->name = names_format(names, "arg%u", i + 1);
    old->default_value = new->default_value;
  }
}

// --- quoted code as data

// Without metadata, with aliases as the modules that they mean.
static Quoted *plain_code(Env *env, Quoted *q, int depth) {
  Names *names = &env->job->names;
  if (depth > EXPAND_DEPTH_MAX) return Q_NAME(names, NIL);
  depth++;
  switch ((QuotedKind)q->kind) {
  case Q_LIST: {
    if (q->tail) return q;
    Quoted **items = ARENA_ARRAY(names->arena, Quoted *, q->count + 1);
    for (uint32_t i = 0; i < q->count; i++) items[i] = plain_code(env, q->items[i], depth);
    return quoted_list(names, items, q->count);
  }
  case Q_TUPLE: {
    Quoted **items = ARENA_ARRAY(names->arena, Quoted *, q->count + 1);
    for (uint32_t i = 0; i < q->count; i++) items[i] = plain_code(env, q->items[i], depth);
    return quoted_tuple(names, items, q->count);
  }
  case Q_CALL: {
    bool alias = quoted_is_call_of(q, N_ALIASES), own = quoted_is_variable(q) && q->head->name->known == N_MODULE_CONTEXT;
    bool plain = alias && q->args->count > 0;
    for (uint32_t i = 0; plain && i < q->args->count; i++)
      plain = quoted_arg(q, i)->kind == Q_ATOM || (i == 0 && quoted_is_variable(quoted_arg(q, 0)) && quoted_arg(q, 0)->head->name->known == N_MODULE_CONTEXT);
    if (own && env->module) return env->module->quoted;
    if (plain) {
      const Name *name = expand_to_module(env, q);
      if (name) return name->quoted;
    }
    Quoted *head = q->head->kind == Q_ATOM ? q->head : plain_code(env, q->head, depth);
    return quoted_call(names, head, q->args->kind == Q_ATOM ? Q_NAME(names, NIL) : plain_code(env, q->args, depth), NULL, 0, 0);
  }
  case Q_VALUE: return Q_NAME(names, NIL);
  default: return q;
  }
}

void docs_expand_types(OpenModule *m, Env *env) {
  if (m->job->options.no_docs) return;
  Names *names = &m->job->names;
  for (uint32_t i = 0; i < m->types.count; i++) {
    Quoted *t = m->types.items[i];
    Quoted *parts[3] = {t->items[0], t->items[1], plain_code(env, t->items[2], 0)};
    m->types.items[i] = quoted_tuple(names, parts, 3);
  }
}

// --- entries

static Quoted *entry(OpenModule *m, Quoted *kind, const Name *name, uint32_t arity, int line, Quoted *arguments, Quoted *doc, Quoted *facts) {
  Names *names = &m->job->names;
  Quoted *parts[7] = {kind, name->quoted, quoted_int(names, arity), quoted_int(names, line),
                      arguments ? arguments : quoted_empty_list(names), doc && (doc->kind == Q_BINARY || doc->kind == Q_ATOM) ? doc : Q_NAME(names, NIL),
                      facts && quoted_has_value(facts) ? quoted_empty_list(names) : facts ? facts : quoted_empty_list(names)};
  return quoted_tuple(names, parts, 7);
}

static Quoted *joined(Names *names, Quoted *before, Quoted *more) {
  QuotedItems items = {0};
  for (uint32_t i = 0; before && i < before->count; i++) quoted_push(names, &items, before->items[i]);
  for (uint32_t i = 0; i < more->count; i++) quoted_push(names, &items, more->items[i]);
  return quoted_items_list(names, &items);
}

static Quoted *take_facts(OpenModule *m, int which) {
  Quoted *facts = m->doc_facts[which];
  m->doc_facts[which] = NULL;
  return facts;
}

Quoted *docs_take_facts(OpenModule *m) { return take_facts(m, FACTS_DOC); }

// `name(...)` and its number of arguments in a type, spec or callback; `when` and `::` are passed.
static bool type_head(Quoted *q, const Name **name, Quoted **args, uint32_t *arity) {
  if (quoted_is_call_arity(q, N_WHEN, 2)) q = quoted_arg(q, 0);
  if (quoted_is_call_arity(q, N_TYPE, 2)) q = quoted_arg(q, 0);
  if (q->kind != Q_CALL || q->head->kind != Q_ATOM) return false;
  *name = q->head->name;
  *arity = quoted_arg_count(q);
  *args = quoted_is_list(q->args) ? q->args : NULL;
  return true;
}

void docs_check_specs(OpenModule *m) {
  Env env = m->env;
  env.job = m->job;
  for (uint32_t i = 0; i < m->types.count; i++) {
    Quoted *t = m->types.items[i], *args;
    const Name *name;
    uint32_t arity;
    if (!quoted_is_name(t->items[0], N_SPEC) || !type_head(t->items[2], &name, &args, &arity)) continue;
    if (module_definition(m, name, arity) || name->known == N_UNQUOTE) continue;
    Position at = {(uint32_t)t->items[1]->integer, 0};
    env.line = (int)at.line;
    Diagnostic *d = expand_error(&env, NULL, DIAG_ATTRIBUTE, "spec for undefined function %s", show_fun(&env, name, arity));
    hint_function(&env, d, name, arity, &m->definitions);
  }
}

// Names for a callback's arguments: `name :: type`, else the type's own.
static Quoted *callback_arguments(Names *names, Quoted *args) {
  QuotedItems items = {0};
  for (uint32_t i = 0; args && i < args->count; i++) {
    Quoted *q = args->items[i];
    if (quoted_is_call_arity(q, N_TYPE, 2)) q = quoted_arg(q, 0);
    const Name *name = q->kind == Q_CALL && q->head->kind == Q_ATOM && q->head->name->text[0] >= 'a' && q->head->name->text[0] <= 'z' ? q->head->name
                                                                                                                                   : suggest(names, q).name;
    quoted_push(names, &items, name->quoted);
  }
  return quoted_items_list(names, &items);
}

static void note_type(OpenModule *m, const Name *key, Quoted *value, int line) {
  Names *names = &m->job->names;
  Quoted *parts[3] = {key->quoted, quoted_int(names, line), value};
  quoted_push(names, &m->types, quoted_tuple(names, parts, 3));
  bool callback = key->known == N_CALLBACK || key->known == N_MACROCALLBACK;
  if (!callback && key->known != N_TYPE_ATTRIBUTE && key->known != N_OPAQUE) return;
  Attribute *text = attribute_get(m, names->known[callback ? N_DOC : N_TYPEDOC], true);
  if (text->value) line = text->line;
  Quoted *doc = attribute_take(m, callback ? N_DOC : N_TYPEDOC), *facts = take_facts(m, callback ? FACTS_DOC : FACTS_TYPE), *args;
  const Name *name;
  uint32_t arity;
  if (!type_head(value, &name, &args, &arity)) return;
  if (key->known == N_OPAQUE) {
    Quoted *opaque = quoted_pair(names, key->quoted, Q_NAME(names, TRUE));
    facts = joined(names, facts, quoted_list(names, &opaque, 1));
  }
  Quoted *kind = callback ? key->quoted : Q_NAME(names, TYPE_ATTRIBUTE);
  for (uint32_t i = 0; i < m->type_docs.count; i++) { // a callback's further clause: documented once
    Quoted *const *old = m->type_docs.items[i]->items;
    if (old[0] != kind || old[1] != name->quoted || old[2]->integer != arity) continue;
    if (doc) m->type_docs.items[i] = entry(m, kind, name, arity, line, old[4], doc, facts ? facts : old[6]);
    return;
  }
  quoted_push(names, &m->type_docs, entry(m, kind, name, arity, line, callback ? callback_arguments(names, args) : NULL, doc, facts));
}

bool docs_note_attribute(OpenModule *m, const Name *key, Quoted *value, int line) {
  Names *names = &m->job->names;
  switch (key->known) {
  case N_MODULEDOC: case N_DOC: case N_TYPEDOC: {
    if (value->kind != Q_LIST || value->count == 0 || !quoted_is_keyword(value)) return false;
    Quoted **facts = &m->doc_facts[key->known == N_MODULEDOC ? FACTS_MODULE : key->known == N_DOC ? FACTS_DOC : FACTS_TYPE];
    *facts = joined(names, *facts, value);
    return true;
  }
  case N_SPEC: case N_TYPE_ATTRIBUTE: case N_TYPEP: case N_OPAQUE: case N_CALLBACK: case N_MACROCALLBACK:
    if (!m->job->options.no_docs) note_type(m, key, value, line);
    return false;
  default: return false;
  }
}

static Quoted *arguments_of(OpenModule *m, Definition *d) {
  Names *names = &m->job->names;
  QuotedItems items = {0};
  for (uint32_t i = 0; d->signature && i < d->arity; i++) {
    SignatureArg *a = &d->signature[i];
    Quoted *value = a->default_value ? plain_code(&m->env, a->default_value, 0) : NULL;
    Quoted *parts[3] = {Q_NAME(names, DEFAULT), a->name->quoted, value};
    quoted_push(names, &items, value ? quoted_tuple(names, parts, 3) : a->name->quoted);
  }
  return quoted_items_list(names, &items);
}

// @doc of a definition. What implements a callback and has no words of its own, and names with an underscore, are hidden.
static Quoted *doc_of(OpenModule *m, Definition *d) {
  Names *names = &m->job->names;
  if (d->doc) return d->doc;
  bool impl = d->impl && !quoted_is_name(d->impl, N_FALSE);
  return impl || d->name->text[0] == '_' ? Q_NAME(names, FALSE) : Q_NAME(names, NIL);
}

Quoted *module_docs(OpenModule *m) {
  Names *names = &m->job->names;
  QuotedItems items = {0};
  for (uint32_t i = 0; i < m->definitions.count; i++) {
    Definition *d = m->definitions.items[i].value;
    if (!d || kind_is_private(d->kind) || d->default_stub) continue;
    QuotedItems facts = {0};
    for (uint32_t j = 0; d->doc_facts && j < d->doc_facts->count; j++) quoted_push(names, &facts, d->doc_facts->items[j]);
    if (d->deprecated) quoted_push(names, &facts, quoted_pair(names, names_intern_text(names, "deprecated")->quoted, d->deprecated));
    if (d->default_count) quoted_push(names, &facts, quoted_pair(names, Q_NAME(names, DEFAULTS), quoted_int(names, d->default_count)));
    Quoted *kind = kind_is_macro(d->kind) ? Q_NAME(names, MACRO) : Q_NAME(names, FUNCTION);
    quoted_push(names, &items, entry(m, kind, d->name, d->arity, d->doc && d->doc_line ? d->doc_line : (int)d->at.line, arguments_of(m, d), doc_of(m, d), quoted_items_list(names, &facts)));
  }
  for (uint32_t i = 0; i < m->type_docs.count; i++) quoted_push(names, &items, m->type_docs.items[i]);
  Quoted *moduledoc = attribute_value(m, NAME(names, MODULEDOC)), *facts = m->doc_facts[FACTS_MODULE];
  bool sayable = moduledoc && (moduledoc->kind == Q_BINARY || quoted_is_name(moduledoc, N_FALSE));
  Attribute *text = attribute_get(m, NAME(names, MODULEDOC), true);
  int line = text->value && text->line ? text->line : (int)m->at.line;
  Quoted *parts[6] = {names_intern_text(names, "docs_v1")->quoted, quoted_int(names, line), sayable ? moduledoc : Q_NAME(names, NIL),
                      facts && !quoted_has_value(facts) ? facts : quoted_empty_list(names), quoted_items_list(names, &items), quoted_items_list(names, &m->types)};
  return quoted_tuple(names, parts, 6);
}

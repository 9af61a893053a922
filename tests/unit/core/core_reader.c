// SPDX-License-Identifier: Apache-2.0
//
// The reader of core_reader.h: text to a tree of forms, forms to Core.
#include "core_reader.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct Form {
  const char *text; // NULL: a list
  size_t size;
  bool string;
  uint32_t line;
  struct Form **items;
  uint32_t count;
} Form;

typedef struct Bound {
  const char *text;
  size_t size;
  CoreVar *var;
} Bound;

enum { BOUND_MAX = 16384 };

typedef struct Reader {
  Names *names;
  Arena *arena;
  const char *at, *error;
  jmp_buf failed;
  Bound bound[BOUND_MAX];
  uint32_t bound_count, next_id;
  CoreLetrec *letrecs[64];
  uint32_t letrec_count;
} Reader;

_Noreturn static void wrong(Reader *r, const char *message) {
  r->error = arena_format(r->arena, "%s near: %.40s", message, r->at);
  longjmp(r->failed, 1);
}

// --- forms

static void blank(Reader *r) {
  for (;;) {
    while (isspace((unsigned char)*r->at)) r->at++;
    if (*r->at != ';') return;
    while (*r->at && *r->at != '\n') r->at++;
  }
}

static Form *form(Reader *r) {
  Form *f = ARENA_NEW(r->arena, Form);
  blank(r);
  if (*r->at == '@') {
    f->line = (uint32_t)strtoul(r->at + 1, (char **)&r->at, 10);
    uint32_t line = f->line;
    f = form(r);
    f->line = line;
    return f;
  }
  if (*r->at == '(') {
    uint32_t capacity = 8;
    f->items = ARENA_ARRAY(r->arena, Form *, capacity);
    r->at++;
    for (blank(r); *r->at != ')'; blank(r)) {
      if (!*r->at) wrong(r, "a list is not closed");
      if (f->count == capacity) {
        Form **bigger = ARENA_ARRAY(r->arena, Form *, capacity * 2);
        memcpy(bigger, f->items, sizeof *bigger * capacity);
        f->items = bigger;
        capacity *= 2;
      }
      f->items[f->count++] = form(r);
    }
    r->at++;
    return f;
  }
  if (*r->at == '"') {
    f->string = true;
    f->text = ++r->at;
    while (*r->at && *r->at != '"') r->at++;
    if (!*r->at) wrong(r, "a text is not closed");
    f->size = (size_t)(r->at++ - f->text);
    return f;
  }
  f->text = r->at;
  while (*r->at && !isspace((unsigned char)*r->at) && !strchr("()\"", *r->at)) r->at++;
  f->size = (size_t)(r->at - f->text);
  if (!f->size) wrong(r, "a form is missing");
  return f;
}

static bool is(const Form *f, const char *text) { return f->text && !f->string && strlen(text) == f->size && memcmp(f->text, text, f->size) == 0; }
static bool is_list_of(const Form *f, const char *head) { return !f->text && f->count && is(f->items[0], head); }
static Name *name_of(Reader *r, const Form *f) {
  if (!f->text) wrong(r, "a name was expected");
  return names_intern(r->names, f->text, f->size);
}
static Form *item(Reader *r, const Form *f, uint32_t i) {
  if (i >= f->count) wrong(r, "a form is too short");
  return f->items[i];
}

// --- Core

static Core *expr(Reader *r, const Form *f);
static CorePattern *pattern(Reader *r, const Form *f);

static Quoted *literal(Reader *r, const Form *f) {
  if (!f->text) return NULL;
  if (f->string) return quoted_binary(r->names, f->text, f->size);
  char c = f->text[0];
  if (is(f, "[]")) return quoted_empty_list(r->names);
  if (c == ':') return quoted_atom(names_intern(r->names, f->text + 1, f->size - 1));
  if (is(f, "true") || is(f, "false") || is(f, "nil")) return quoted_atom(names_intern(r->names, f->text, f->size));
  if (!isdigit((unsigned char)c) && !(c == '-' && f->size > 1 && isdigit((unsigned char)f->text[1]))) return NULL;
  if (memchr(f->text, '.', f->size)) return quoted_float(r->names, strtod(f->text, NULL));
  bool negative = c == '-';
  return quoted_bigint(r->names, f->text + negative, f->size - negative, negative);
}

static CoreVar *bind(Reader *r, const Form *f) {
  CoreVar *v = ARENA_NEW(r->arena, CoreVar);
  v->name = name_of(r, f);
  v->id = r->next_id++;
  v->used = true;
  if (r->bound_count == BOUND_MAX) wrong(r, "too many variables");
  r->bound[r->bound_count++] = (Bound){f->text, f->size, v};
  return v;
}

static CoreVar *find(Reader *r, const Form *f) {
  for (uint32_t i = r->bound_count; i-- > 0;) {
    if (r->bound[i].size == f->size && memcmp(r->bound[i].text, f->text, f->size) == 0) return r->bound[i].var;
  }
  r->at = f->text;
  wrong(r, "an unknown variable");
}

static Core *core(Reader *r, CoreKind kind, const Form *f) {
  Core *c = ARENA_NEW(r->arena, Core);
  c->kind = kind;
  c->at.line = f ? f->line : 0;
  return c;
}

static void args_from(Reader *r, Core *c, const Form *f, uint32_t from) {
  c->count = f->count > from ? f->count - from : 0;
  c->args = ARENA_ARRAY(r->arena, Core *, c->count + 1);
  for (uint32_t i = 0; i < c->count; i++) c->args[i] = expr(r, f->items[from + i]);
}

static CoreSegment segment(Reader *r, const Form *f, bool in_pattern) {
  static const char *const TYPES[] = {"integer", "float", "binary", "utf8", "utf16", "utf32"};
  CoreSegment s = {.unit = 0};
  for (uint32_t t = 0; t < 6; t++) {
    if (is(item(r, f, 1), TYPES[t])) s.type = (SegmentType)t;
  }
  s.unit = s.type == SEG_BINARY ? 8 : 1;
  if (in_pattern) {
    s.pattern = pattern(r, item(r, f, 2));
  } else {
    s.value = expr(r, item(r, f, 2));
  }
  for (uint32_t i = 3; i < f->count; i++) {
    if (is(f->items[i], "size")) s.size = expr(r, item(r, f, ++i));
    else if (is(f->items[i], "unit")) s.unit = (uint32_t)strtoul(item(r, f, ++i)->text, NULL, 10);
    else if (is(f->items[i], "signed")) s.is_signed = true;
    else if (is(f->items[i], "little")) s.little = true;
  }
  return s;
}

static CorePattern *pattern(Reader *r, const Form *f) {
  CorePattern *p = ARENA_NEW(r->arena, CorePattern);
  p->at.line = f->line;
  if (f->text) {
    p->literal = literal(r, f);
    p->kind = p->literal ? PAT_LITERAL : is(f, "_") ? PAT_ANY : PAT_VAR;
    if (p->kind == PAT_VAR) p->var = bind(r, f);
    return p;
  }
  p->count = f->count - 1;
  if (is_list_of(f, "pin")) {
    p->kind = PAT_PIN;
    p->expr = expr(r, item(r, f, 1));
    return p;
  }
  if (is_list_of(f, "map")) {
    p->kind = PAT_MAP;
    p->keys = ARENA_ARRAY(r->arena, Core *, p->count + 1);
    p->items = ARENA_ARRAY(r->arena, CorePattern *, p->count + 1);
    for (uint32_t i = 0; i < p->count; i++) {
      p->keys[i] = expr(r, item(r, f->items[i + 1], 0));
      p->items[i] = pattern(r, item(r, f->items[i + 1], 1));
    }
    return p;
  }
  if (is_list_of(f, "binary")) {
    p->kind = PAT_BINARY;
    p->segments = ARENA_ARRAY(r->arena, CoreSegment, p->count + 1);
    for (uint32_t i = 0; i < p->count; i++) p->segments[i] = segment(r, f->items[i + 1], true);
    return p;
  }
  p->kind = is_list_of(f, "cons") ? PAT_CONS : is_list_of(f, "both") ? PAT_BOTH : PAT_TUPLE;
  p->items = ARENA_ARRAY(r->arena, CorePattern *, p->count + 1);
  for (uint32_t i = 0; i < p->count; i++) p->items[i] = pattern(r, f->items[i + 1]);
  return p;
}

static CoreClause clause(Reader *r, const Form *f) {
  if (!is_list_of(f, "clause")) wrong(r, "a clause was expected");
  uint32_t scope = r->bound_count;
  CoreClause c = {.at = {f->line, 0}};
  const Form *patterns = item(r, f, 1), *guards = item(r, f, 2);
  c.pattern_count = patterns->count;
  c.patterns = ARENA_ARRAY(r->arena, CorePattern *, c.pattern_count + 1);
  for (uint32_t i = 0; i < c.pattern_count; i++) c.patterns[i] = pattern(r, patterns->items[i]);
  c.guard_count = guards->count;
  c.guards = ARENA_ARRAY(r->arena, Core *, c.guard_count + 1);
  for (uint32_t i = 0; i < c.guard_count; i++) c.guards[i] = expr(r, guards->items[i]);
  c.body = expr(r, item(r, f, 3));
  r->bound_count = scope;
  return c;
}

static CoreClause *clauses(Reader *r, const Form *f, uint32_t from, uint32_t *count) {
  uint32_t to = from;
  while (to < f->count && is_list_of(f->items[to], "clause")) to++;
  CoreClause *all = ARENA_ARRAY(r->arena, CoreClause, to - from + 1);
  for (uint32_t i = from; i < to; i++) all[i - from] = clause(r, f->items[i]);
  *count = to - from;
  return all;
}

static Core *branches(Reader *r, const Form *f) {
  static const char *const FAILS[] = {"case", "cond", "with", "try", "match", "boolean", "none"};
  Core *c;
  if (is_list_of(f, "case")) {
    c = core(r, CORE_CASE, f);
    c->args = ARENA_ARRAY(r->arena, Core *, 1);
    c->count = 1;
    c->args[0] = expr(r, item(r, f, 1));
    for (uint32_t i = 0; i < 7; i++) {
      if (is(item(r, f, 2), FAILS[i])) c->u.branch.on_fail = (CoreFail)i;
    }
    c->u.branch.clauses = clauses(r, f, 3, &c->u.branch.clause_count);
  } else if (is_list_of(f, "fn")) {
    c = core(r, CORE_FUN, f);
    c->u.branch.arity = (uint32_t)strtoul(item(r, f, 1)->text, NULL, 10);
    c->u.branch.clauses = clauses(r, f, 2, &c->u.branch.clause_count);
  } else if (is_list_of(f, "receive")) {
    c = core(r, CORE_RECEIVE, f);
    c->u.branch.clauses = clauses(r, f, 1, &c->u.branch.clause_count);
    const Form *last = item(r, f, f->count - 1);
    if (is_list_of(last, "after")) {
      c->u.branch.timeout = expr(r, item(r, last, 1));
      c->u.branch.after_body = expr(r, item(r, last, 2));
    }
  } else {
    c = core(r, CORE_TRY, f);
    c->args = ARENA_ARRAY(r->arena, Core *, 1);
    c->count = 1;
    c->args[0] = expr(r, item(r, f, 1));
    for (uint32_t i = 2; i < f->count; i++) {
      const Form *part = f->items[i];
      if (is_list_of(part, "else")) c->u.branch.else_clauses = clauses(r, part, 1, &c->u.branch.else_count);
      if (is_list_of(part, "after")) c->u.branch.after_body = expr(r, item(r, part, 1));
      if (is_list_of(part, "catch")) {
        uint32_t scope = r->bound_count;
        if (!is(item(r, part, 1), "_")) c->u.branch.stack_var = bind(r, part->items[1]);
        c->u.branch.clauses = clauses(r, part, 2, &c->u.branch.clause_count);
        r->bound_count = scope;
      }
    }
  }
  return c;
}

static Core *letrec(Reader *r, const Form *f) {
  Core *c = core(r, CORE_LETREC, f);
  CoreLetrec *l = ARENA_NEW(r->arena, CoreLetrec);
  uint32_t scope = r->bound_count;
  const Form *params = item(r, f, 1);
  l->param_count = params->count;
  l->params = ARENA_ARRAY(r->arena, CoreVar *, l->param_count + 1);
  for (uint32_t i = 0; i < l->param_count; i++) l->params[i] = bind(r, params->items[i]);
  if (r->letrec_count == 64) wrong(r, "too many loops");
  r->letrecs[r->letrec_count++] = l;
  l->body = expr(r, item(r, f, 2));
  r->bound_count = scope;
  c->u.letrec = l;
  c->args = ARENA_ARRAY(r->arena, Core *, 1);
  c->count = 1;
  c->args[0] = expr(r, item(r, f, 3));
  r->letrec_count--;
  return c;
}

static Core *expr(Reader *r, const Form *f) {
  static const struct {
    const char *name;
    CoreKind kind;
  } PLAIN[] = {{"cons", CORE_CONS}, {"tuple", CORE_TUPLE}, {"map", CORE_MAP}, {"map-update", CORE_MAP_UPDATE},
               {"map-put", CORE_MAP_PUT}, {"raise", CORE_RAISE}, {"seq", CORE_SEQ}};
  Core *c;
  if (f->text) {
    Quoted *q = literal(r, f);
    c = core(r, q ? CORE_LITERAL : CORE_VAR, f);
    if (q) c->u.literal = q;
    else c->u.var = find(r, f);
    return c;
  }
  for (size_t i = 0; i < sizeof PLAIN / sizeof PLAIN[0]; i++) {
    if (!is_list_of(f, PLAIN[i].name)) continue;
    c = core(r, PLAIN[i].kind, f);
    args_from(r, c, f, 1);
    return c;
  }
  if (is_list_of(f, "local")) {
    c = core(r, CORE_LOCAL, f);
    c->u.local.name = name_of(r, item(r, f, 1));
    args_from(r, c, f, 2);
  } else if (is_list_of(f, "ref")) {
    c = core(r, CORE_LOCAL_REF, f);
    c->u.local.name = name_of(r, item(r, f, 1));
    c->u.local.arity = (uint32_t)strtoul(item(r, f, 2)->text, NULL, 10);
  } else if (is_list_of(f, "call") || is_list_of(f, "remote-ref")) {
    c = core(r, is_list_of(f, "call") ? CORE_REMOTE : CORE_REMOTE_REF, f);
    c->u.remote.module = expr(r, item(r, f, 1));
    c->u.remote.function = expr(r, item(r, f, 2));
    args_from(r, c, f, 3);
  } else if (is_list_of(f, "erl")) {
    c = core(r, CORE_REMOTE, f);
    c->u.remote.module = core(r, CORE_LITERAL, NULL);
    c->u.remote.module->u.literal = quoted_atom(names_intern_text(r->names, "erlang"));
    c->u.remote.function = core(r, CORE_LITERAL, NULL);
    c->u.remote.function->u.literal = quoted_atom(name_of(r, item(r, f, 1)));
    args_from(r, c, f, 2);
  } else if (is_list_of(f, "apply")) {
    c = core(r, CORE_APPLY_FUN, f);
    c->u.callee = expr(r, item(r, f, 1));
    args_from(r, c, f, 2);
  } else if (is_list_of(f, "match")) {
    c = core(r, CORE_MATCH, f);
    c->args = ARENA_ARRAY(r->arena, Core *, 1);
    c->count = 1;
    c->args[0] = expr(r, item(r, f, 2));
    c->u.pattern = pattern(r, item(r, f, 1));
  } else if (is_list_of(f, "binary")) {
    c = core(r, CORE_BINARY, f);
    c->u.binary.count = f->count - 1;
    c->u.binary.segments = ARENA_ARRAY(r->arena, CoreSegment, f->count);
    for (uint32_t i = 1; i < f->count; i++) c->u.binary.segments[i - 1] = segment(r, f->items[i], false);
  } else if (is_list_of(f, "letrec")) {
    c = letrec(r, f);
  } else if (is_list_of(f, "call-letrec")) {
    c = core(r, CORE_CALL_LETREC, f);
    if (!r->letrec_count) wrong(r, "a call of no loop");
    c->u.letrec = r->letrecs[r->letrec_count - 1];
    args_from(r, c, f, 1);
  } else {
    c = branches(r, f);
  }
  return c;
}

static CoreFunction *function(Reader *r, const Form *f) {
  CoreFunction *fn = ARENA_NEW(r->arena, CoreFunction);
  fn->name = name_of(r, item(r, f, 1));
  fn->arity = (uint32_t)strtoul(item(r, f, 2)->text, NULL, 10);
  fn->at.line = f->line;
  fn->exported = is(item(r, f, 3), "exported");
  r->bound_count = 0;
  fn->clauses = clauses(r, f, fn->exported ? 4 : 3, &fn->clause_count);
  return fn;
}

CoreModule *core_read(Names *names, const char *text, const char **error) {
  Reader *r = ARENA_NEW(names->arena, Reader);
  r->names = names;
  r->arena = names->arena;
  r->at = text;
  if (setjmp(r->failed)) {
    *error = r->error;
    return NULL;
  }
  const Form *f = form(r);
  if (!is_list_of(f, "module")) wrong(r, "a module was expected");
  CoreModule *m = ARENA_NEW(r->arena, CoreModule);
  m->name = name_of(r, item(r, f, 1));
  m->file = "test.ex";
  m->functions = ARENA_ARRAY(r->arena, CoreFunction *, f->count);
  for (uint32_t i = 2; i < f->count; i++) m->functions[m->function_count++] = function(r, f->items[i]);
  return m;
}

// SPDX-License-Identifier: Apache-2.0
//
// Random decisions: modules of random clauses over tuples, lists, atoms, numbers, maps, bit strings and guards are compiled,
// run on random values, and compared with trying the clauses one by one.
//
// Guards: right clause and right variables; nothing tested twice on a path; no slot read that is not there (by the
// verifier, and by the machine, which empties what live maps leave out).
#include "core_fixture.h"

typedef struct Random {
  uint64_t state;
} Random;

static uint32_t below(Random *r, uint32_t n) {
  r->state ^= r->state << 13;
  r->state ^= r->state >> 7;
  r->state ^= r->state << 17;
  return (uint32_t)((r->state * 0x2545f4914f6cdd1du) >> 33) % n;
}

// --- making modules

typedef struct Maker {
  Random *random;
  int guard_depth;
  Buffer *out;
  uint32_t vars; // of the clause: v0, v1, …
} Maker;

static const char *const ATOMS[] = {":a", ":b", ":c", ":d", "true", "false", "nil"};

static void make_pattern(Maker *m, int depth) {
  Random *r = m->random;
  uint32_t pick = below(r, depth > 0 ? 15 : 8);
  if (pick < 2) {
    buffer_text(m->out, "_");
  } else if (pick < 4) {
    buffer_format(m->out, "v%u", m->vars++);
  } else if (pick < 6) {
    buffer_text(m->out, ATOMS[below(r, 7)]);
  } else if (pick < 8) {
    buffer_format(m->out, "%u", below(r, 4));
  } else if (pick == 8) {
    buffer_text(m->out, "[]");
  } else if (pick < 11) {
    buffer_text(m->out, "(cons ");
    make_pattern(m, depth - 1);
    buffer_text(m->out, " ");
    make_pattern(m, depth - 1);
    buffer_text(m->out, ")");
  } else if (pick < 13) {
    uint32_t count = below(r, 4);
    buffer_text(m->out, "(tuple");
    for (uint32_t i = 0; i < count; i++) {
      buffer_text(m->out, " ");
      if (i == 0 && below(r, 2)) {
        buffer_text(m->out, ATOMS[below(r, 4)]);
      } else {
        make_pattern(m, depth - 1);
      }
    }
    buffer_text(m->out, ")");
  } else if (pick == 13) {
    buffer_text(m->out, "(map");
    for (uint32_t i = 0; i < 2; i++) {
      if (!below(r, 3)) continue;
      buffer_format(m->out, " (%s ", ATOMS[i]);
      make_pattern(m, depth - 1);
      buffer_text(m->out, ")");
    }
    buffer_text(m->out, ")");
  } else {
    uint32_t count = below(r, 3);
    buffer_text(m->out, "(binary");
    for (uint32_t i = 0; i < count; i++) {
      uint32_t kind = below(r, 4);
      if (kind == 0) buffer_format(m->out, " (seg binary \"%s\")", below(r, 2) ? "ab" : "b");
      else if (kind == 1) buffer_format(m->out, " (seg integer %u)", 'a' + below(r, 3));
      else if (kind == 2) buffer_format(m->out, " (seg integer v%u size %u)", m->vars++, 8 + 8 * below(r, 2));
      else buffer_text(m->out, " (seg integer _)");
    }
    uint32_t rest = below(r, 3);
    if (rest == 1) buffer_text(m->out, " (seg binary _)");
    if (rest == 2) buffer_format(m->out, " (seg binary v%u)", m->vars++);
    buffer_text(m->out, ")");
  }
}

static void make_guard(Maker *m, int depth) {
  static const char *const TYPES[] = {"is_atom", "is_integer", "is_list", "is_tuple", "is_map", "is_binary", "is_boolean", "is_number"};
  Random *r = m->random;
  uint32_t v = below(r, m->vars), pick = below(r, depth > 0 ? 12 : 8);
  if (pick < 3) buffer_format(m->out, "(erl %s v%u)", TYPES[below(r, 8)], v);
  else if (pick == 3) buffer_format(m->out, "(erl > v%u %u)", v, below(r, 3));
  else if (pick == 4) buffer_format(m->out, "(erl =:= v%u %s)", v, ATOMS[below(r, 7)]);
  else if (pick == 5) buffer_format(m->out, "(erl =< (erl + v%u 1) 2)", v);
  else if (pick == 6) buffer_format(m->out, "(erl =:= (erl length v%u) 1)", v);
  else if (pick == 7) buffer_format(m->out, "(erl == v%u v%u)", v, below(r, m->vars));
  else {
    buffer_text(m->out, pick < 9 ? "(erl not " : pick < 10 ? "(erl orelse " : "(erl andalso ");
    make_guard(m, depth - 1);
    if (pick >= 9) {
      buffer_text(m->out, " ");
      make_guard(m, depth - 1);
    }
    buffer_text(m->out, ")");
  }
}

static void make_module(Random *r, Buffer *out, uint32_t columns, uint32_t clauses, int guard_depth) {
  buffer_format(out, "(module t (function f %u exported", columns);
  for (uint32_t c = 0; c < clauses; c++) {
    Maker m = {r, guard_depth, out, 0};
    buffer_text(out, "\n (clause (");
    for (uint32_t i = 0; i < columns; i++) {
      if (i) buffer_text(out, " ");
      make_pattern(&m, 3);
    }
    buffer_text(out, ") (");
    uint32_t guards = m.vars && below(r, 2) ? 1 + (guard_depth && below(r, 5) == 0) : 0;
    for (uint32_t g = 0; g < guards; g++) make_guard(&m, guard_depth);
    buffer_format(out, ") (tuple %u", c);
    for (uint32_t v = 0; v < m.vars; v++) buffer_format(out, " v%u", v);
    buffer_text(out, "))");
  }
  buffer_text(out, "))");
  buffer_byte(out, 0);
}

// --- trying clauses one by one

typedef struct Bindings {
  const CoreVar *vars[64];
  Quoted *values[64];
  uint32_t count;
} Bindings;

static bool matches(Names *n, const CorePattern *p, Quoted *q, Bindings *b);

static bool matches_bits(Names *n, const CorePattern *p, Quoted *q, Bindings *b) {
  if (q->kind != Q_BINARY) return false;
  uint32_t at = 0;
  for (uint32_t i = 0; i < p->count; i++) {
    const CoreSegment *s = &p->segments[i];
    Quoted *part;
    if (s->type == SEG_BINARY && s->pattern->kind == PAT_LITERAL) {
      Quoted *k = s->pattern->literal;
      if (at + k->count > q->count || memcmp(q->bytes + at, k->bytes, k->count) != 0) return false;
      at += k->count;
      continue;
    }
    if (s->type == SEG_BINARY) {
      part = quoted_binary(n, q->bytes + at, q->count - at);
      at = q->count;
    } else {
      uint32_t bytes = s->size ? (uint32_t)s->size->u.literal->integer / 8 : 1;
      if (at + bytes > q->count) return false;
      int64_t v = 0;
      for (uint32_t k = 0; k < bytes; k++) v = v << 8 | (unsigned char)q->bytes[at + k];
      part = quoted_int(n, v);
      at += bytes;
    }
    if (!matches(n, s->pattern, part, b)) return false;
  }
  return at == q->count;
}

static bool matches(Names *n, const CorePattern *p, Quoted *q, Bindings *b) {
  switch (p->kind) {
    case PAT_ANY: return true;
    case PAT_VAR:
      b->vars[b->count] = p->var;
      b->values[b->count++] = q;
      return true;
    case PAT_LITERAL: return quoted_equal(n, p->literal, q);
    case PAT_CONS:
      if (q->kind != Q_LIST || !q->count) return false;
      return matches(n, p->items[0], q->items[0], b) &&
             matches(n, p->items[1], q->count == 1 ? (q->tail ? q->tail : quoted_empty_list(n)) : q->tail ? quoted_improper(n, q->items + 1, q->count - 1, q->tail) : quoted_list(n, q->items + 1, q->count - 1), b);
    case PAT_TUPLE:
      if (!quoted_is_tuple(q) || quoted_tuple_size(q) != p->count) return false;
      for (uint32_t i = 0; i < p->count; i++) {
        if (!matches(n, p->items[i], quoted_tuple_item(n, q, i), b)) return false;
      }
      return true;
    case PAT_MAP:
      if (q->kind != Q_MAP) return false;
      for (uint32_t i = 0; i < p->count; i++) {
        Quoted *found = NULL;
        for (uint32_t k = 0; k < q->count; k++) {
          if (quoted_equal(n, q->pairs[2 * k], p->keys[i]->u.literal)) found = q->pairs[2 * k + 1];
        }
        if (!found || !matches(n, p->items[i], found, b)) return false;
      }
      return true;
    case PAT_BINARY: return matches_bits(n, p, q, b);
    default: return false;
  }
}

static double real(Quoted *q) { return q->kind == Q_INT ? (double)q->integer : q->real; }
static bool is_number(Quoted *q) { return q->kind == Q_INT || q->kind == Q_FLOAT; }
static int order(Quoted *a, Quoted *b) {
  if (is_number(a) && is_number(b)) return (real(a) > real(b)) - (real(a) < real(b));
  return (is_number(a) ? 0 : 1) - (is_number(b) ? 0 : 1);
}

// NULL: it raises.
static Quoted *value_of(Names *n, const Core *c, const Bindings *b) {
  if (c->kind == CORE_LITERAL) return c->u.literal;
  if (c->kind == CORE_VAR) {
    for (uint32_t i = 0; i < b->count; i++) {
      if (b->vars[i] == c->u.var) return b->values[i];
    }
    return NULL;
  }
  const char *op = c->u.remote.function->u.literal->name->text;
  Quoted *yes = Q_NAME(n, TRUE), *no = Q_NAME(n, FALSE), *a = value_of(n, c->args[0], b);
  if (!a) return NULL;
  if (!strcmp(op, "andalso")) return a == no ? no : a == yes ? value_of(n, c->args[1], b) : NULL;
  if (!strcmp(op, "orelse")) return a == yes ? yes : a == no ? value_of(n, c->args[1], b) : NULL;
  if (!strcmp(op, "not")) return a == yes ? no : a == no ? yes : NULL;
  if (!strcmp(op, "is_atom")) return a->kind == Q_ATOM ? yes : no;
  if (!strcmp(op, "is_integer")) return a->kind == Q_INT ? yes : no;
  if (!strcmp(op, "is_number")) return is_number(a) ? yes : no;
  if (!strcmp(op, "is_list")) return a->kind == Q_LIST ? yes : no;
  if (!strcmp(op, "is_tuple")) return quoted_is_tuple(a) ? yes : no;
  if (!strcmp(op, "is_map")) return a->kind == Q_MAP ? yes : no;
  if (!strcmp(op, "is_binary")) return a->kind == Q_BINARY ? yes : no;
  if (!strcmp(op, "is_boolean")) return a == yes || a == no ? yes : no;
  if (!strcmp(op, "length")) return a->kind == Q_LIST && !a->tail ? quoted_int(n, a->count) : NULL;
  Quoted *d = value_of(n, c->args[1], b);
  if (!d) return NULL;
  if (!strcmp(op, "+")) return a->kind == Q_INT && d->kind == Q_INT ? quoted_int(n, a->integer + d->integer) : NULL;
  if (!strcmp(op, ">")) return order(a, d) > 0 ? yes : no;
  if (!strcmp(op, "=<")) return order(a, d) <= 0 ? yes : no;
  if (!strcmp(op, "==") && is_number(a) && is_number(d)) return real(a) == real(d) ? yes : no;
  if (!strcmp(op, "=:=") || !strcmp(op, "==")) return quoted_equal(n, a, d) ? yes : no;
  return NULL;
}

static Quoted *try_clauses(Names *n, const CoreFunction *f, Quoted *const *args) {
  for (uint32_t c = 0; c < f->clause_count; c++) {
    const CoreClause *clause = &f->clauses[c];
    Bindings b = {.count = 0};
    bool good = true;
    for (uint32_t i = 0; i < f->arity && good; i++) good = matches(n, clause->patterns[i], args[i], &b);
    bool guard = clause->guard_count == 0;
    for (uint32_t g = 0; g < clause->guard_count && good && !guard; g++) guard = value_of(n, clause->guards[g], &b) == Q_NAME(n, TRUE);
    if (!good || !guard) continue;
    const Core *body = clause->body;
    if (body->kind == CORE_LITERAL) return body->u.literal;
    Quoted *items[66];
    for (uint32_t i = 0; i < body->count; i++) items[i] = value_of(n, body->args[i], &b);
    return quoted_tuple(n, items, body->count);
  }
  return NULL;
}

// --- values

static Quoted *any_value(Names *n, Random *r, int depth) {
  static const NameId KNOWN[] = {N_TRUE, N_FALSE, N_NIL};
  static const char *const TEXTS[] = {"", "a", "b", "ab", "abc", "aab", "ba"};
  Quoted *items[6];
  uint32_t count;
  switch (below(r, depth > 0 ? 9 : 4)) {
    case 0: return names_format(n, "%c", 'a' + below(r, 4))->quoted;
    case 1: return n->known[KNOWN[below(r, 3)]]->quoted;
    case 2: return quoted_int(n, below(r, 4));
    case 3: return quoted_empty_list(n);
    case 4: return quoted_float(n, (double)below(r, 3));
    case 5: {
      const char *t = TEXTS[below(r, 7)];
      return quoted_binary(n, t, strlen(t));
    }
    case 6:
      count = 1 + below(r, 3);
      for (uint32_t i = 0; i < count; i++) items[i] = any_value(n, r, depth - 1);
      return quoted_list(n, items, count);
    case 7:
      count = below(r, 4);
      for (uint32_t i = 0; i < count; i++) items[i] = any_value(n, r, depth - 1);
      return quoted_tuple(n, items, count);
    default:
      items[0] = names_intern_text(n, "a")->quoted;
      items[1] = any_value(n, r, depth - 1);
      items[2] = names_intern_text(n, "b")->quoted;
      items[3] = any_value(n, r, depth - 1);
      return quoted_map(n, items, below(r, 3));
  }
}

// Something that fits the pattern more often than not.
static Quoted *fitting_value(Names *n, Random *r, const CorePattern *p, int depth) {
  Quoted *items[8];
  if (!below(r, 12)) return any_value(n, r, depth);
  switch (p->kind) {
    case PAT_LITERAL: return p->literal;
    case PAT_CONS: {
      Quoted *head = fitting_value(n, r, p->items[0], depth - 1), *rest = fitting_value(n, r, p->items[1], depth - 1);
      return quoted_improper(n, &head, 1, rest);
    }
    case PAT_TUPLE:
      for (uint32_t i = 0; i < p->count; i++) items[i] = fitting_value(n, r, p->items[i], depth - 1);
      return quoted_tuple(n, items, p->count);
    case PAT_MAP:
      for (uint32_t i = 0; i < p->count; i++) {
        items[2 * i] = p->keys[i]->u.literal;
        items[2 * i + 1] = fitting_value(n, r, p->items[i], depth - 1);
      }
      return quoted_map(n, items, p->count);
    case PAT_BINARY: {
      char bytes[32];
      uint32_t size = 0;
      for (uint32_t i = 0; i < p->count; i++) {
        const CoreSegment *s = &p->segments[i];
        Quoted *k = s->pattern->kind == PAT_LITERAL ? s->pattern->literal : NULL;
        if (k && k->kind == Q_BINARY) {
          memcpy(bytes + size, k->bytes, k->count);
          size += k->count;
        } else {
          bytes[size++] = (char)(k ? k->integer : 'a' + below(r, 3));
          if (s->size && s->size->u.literal->integer == 16) bytes[size++] = 'b';
        }
      }
      return quoted_binary(n, bytes, size);
    }
    default: return any_value(n, r, depth < 0 ? 0 : depth);
  }
}

static void run_module(Fixture *f, Random *r, uint32_t columns, uint32_t clauses, uint32_t values, int guard_depth) {
  Buffer text;
  buffer_init(&text, &f->alloc);
  make_module(r, &text, columns, clauses, guard_depth);
  CoreModule *plain = fixture_read(f, text.data), *given = fixture_read(f, text.data);
  ModuleImage *image = fixture_compile(f, given);
  uint32_t index = image_find(image, "f", columns);
  for (uint32_t v = 0; v < values; v++) {
    Quoted *args[4];
    const CoreClause *like = &plain->functions[0]->clauses[below(r, clauses)];
    for (uint32_t i = 0; i < columns; i++) args[i] = fitting_value(&f->names, r, like->patterns[i], 3);
    Quoted *wanted = try_clauses(&f->names, plain->functions[0], args);
    RunResult got = image_run(&f->names, image, index, args, columns);
    bool good = wanted ? got.end == RUN_RETURNED && quoted_equal(&f->names, got.value, wanted) : got.end == RUN_FUNCTION_CLAUSE;
    // The ways out of a guard with `or` meet again, and forget what they learnt.
    if (guard_depth) got.twice = NULL;
    if (good && !got.twice) continue;
    Buffer out;
    buffer_init(&out, &f->alloc);
    for (uint32_t i = 0; i < columns; i++) {
      quoted_print(&f->names, &out, args[i]);
      buffer_text(&out, "\n");
    }
    if (wanted) quoted_print(&f->names, &out, wanted);
    buffer_text(&out, "\n");
    if (got.value) quoted_print(&f->names, &out, got.value);
    buffer_text(&out, "\n");
    disasm_function(image, &image->functions[index], &out);
    cr_assert(got.end != RUN_BROKEN, "%s\n%s\n%.*s", got.broken, text.data, (int)out.size, out.data);
    cr_assert(!got.twice, "%s is tested twice\n%s\n%.*s", got.twice, text.data, (int)out.size, out.data);
    cr_assert(good, "wrong clause (arguments, wanted, got)\n%s\n%.*s", text.data, (int)out.size, out.data);
  }
  buffer_free(&text);
}

static void run_seeds(uint64_t from, uint32_t count, uint32_t columns, uint32_t clauses, uint32_t values, int guard_depth) {
  for (uint32_t seed = 0; seed < count; seed++) {
    Fixture f;
    fixture_start(&f);
    Random r = {from + seed * 0x9e3779b97f4a7c15u + 1};
    for (int i = 0; i < 4; i++) below(&r, 2);
    run_module(&f, &r, columns, 1 + below(&r, clauses), values, guard_depth);
    fixture_end(&f);
  }
}

Test(core_decisions, one_column) { run_seeds(1, 1500, 1, 8, 30, 0); }
Test(core_decisions, two_columns) { run_seeds(2, 1000, 2, 8, 30, 0); }
Test(core_decisions, three_columns) { run_seeds(3, 500, 3, 6, 30, 0); }
Test(core_decisions, many_clauses) { run_seeds(4, 40, 2, 60, 200, 0); }
Test(core_decisions, guards_of_one_column) { run_seeds(5, 1500, 1, 8, 30, 2); }
Test(core_decisions, guards_of_two_columns) { run_seeds(6, 1000, 2, 8, 30, 2); }
Test(core_decisions, many_clauses_with_guards) { run_seeds(7, 40, 3, 60, 200, 2); }

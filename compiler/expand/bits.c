// SPDX-License-Identifier: Apache-2.0
//
// `<<...>>`: segments `value::type-size(n)-unit(u)-sign-endianness` in expressions and patterns.
//
// Literal text in a pattern is one binary segment without size; constant bitstrings of whole bytes become
// literals.

#include <string.h>

#include "compiler/expand/expand.h"

#define NAMES(env) (&(env)->job->names)


typedef enum Kind { KIND_DEFAULT, KIND_INTEGER, KIND_FLOAT, KIND_BINARY, KIND_BITS, KIND_UTF8, KIND_UTF16, KIND_UTF32 } Kind;

typedef struct Spec {
  Kind kind;
  Quoted *size;
  int unit; // 0: not given
  int sign, endian; // 0: not given; 1: signed / little; 2: unsigned / big
} Spec;

typedef struct Segments {
  CoreSegment *items;
  uint32_t count, capacity;
} Segments;

static CoreSegment *add(Env *env, Segments *s) {
  ARENA_ROOM(&env->job->arena, s->items, s->count, s->capacity, 8);
  return &s->items[s->count++];
}

static void conflict(Env *env, Quoted *at, const char *what) {
  expand_error(env, at, DIAG_BIT_SYNTAX, "conflicting %s specification for bit field", what);
}

static void set_kind(Env *env, Quoted *at, Spec *spec, Kind kind) {
  if (spec->kind != KIND_DEFAULT && spec->kind != kind) conflict(env, at, "type");
  spec->kind = kind;
}

static bool set_named(Env *env, Quoted *at, Spec *spec, const Name *name) {
  switch (name->known) {
  case N_INTEGER: set_kind(env, at, spec, KIND_INTEGER); return true;
  case N_FLOAT: set_kind(env, at, spec, KIND_FLOAT); return true;
  case N_BINARY:
  case N_BYTES: set_kind(env, at, spec, KIND_BINARY); return true;
  case N_BITSTRING_TYPE:
  case N_BITS: set_kind(env, at, spec, KIND_BITS); return true;
  case N_UTF8: set_kind(env, at, spec, KIND_UTF8); return true;
  case N_UTF16: set_kind(env, at, spec, KIND_UTF16); return true;
  case N_UTF32: set_kind(env, at, spec, KIND_UTF32); return true;
  case N_SIGNED:
  case N_UNSIGNED:
    if (spec->sign) conflict(env, at, "sign");
    spec->sign = name->known == N_SIGNED ? 1 : 2;
    return true;
  case N_BIG:
  case N_LITTLE:
  case N_NATIVE:
    if (spec->endian) conflict(env, at, "endianness");
    spec->endian = name->known == N_BIG ? 2 : 1;
    return true;
  default: return false;
  }
}

static void set_unit(Env *env, Quoted *at, Spec *spec, Quoted *unit) {
  if (unit->kind != Q_INT || unit->integer < 1 || unit->integer > 256) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "unit in bitstring expects an integer as argument between 1 and 256, got: %s", show(env, unit));
    return;
  }
  spec->unit = (int)unit->integer;
}

static void read_spec(Env *env, Quoted *q, Spec *spec) {
  if (q->kind == Q_INT) {
    if (spec->size) conflict(env, NULL, "size");
    spec->size = q;
    return;
  }
  if (q->kind != Q_CALL || q->head->kind != Q_ATOM) goto unknown;
  if (quoted_is_call_arity(q, N_MINUS, 2)) {
    read_spec(env, quoted_arg(q, 0), spec);
    read_spec(env, quoted_arg(q, 1), spec);
    return;
  }
  if (quoted_is_call_arity(q, N_STAR, 2)) {
    Quoted *size = quoted_arg(q, 0);
    if (!(quoted_is_variable(size) && quoted_is_name(size->head, N_UNDERSCORE))) spec->size = size;
    set_unit(env, q, spec, quoted_arg(q, 1));
    return;
  }
  if (quoted_is_call_arity(q, N_SIZE, 1)) {
    if (spec->size) conflict(env, q, "size");
    spec->size = quoted_arg(q, 0);
    return;
  }
  if (quoted_is_call_arity(q, N_UNIT, 1)) {
    set_unit(env, q, spec, quoted_arg(q, 0));
    return;
  }
  if ((q->args->kind == Q_ATOM || quoted_is_empty(q->args)) && set_named(env, q, spec, q->head->name)) return;
  {
    bool changed = false;
    Quoted *call = q->args->kind == Q_ATOM ? quoted_with_args(NAMES(env), q, quoted_empty_list(NAMES(env))) : q;
    Quoted *next = expand_macro_once(env, call, &changed);
    if (changed) {
      read_spec(env, next, spec);
      return;
    }
  }
unknown:
  expand_error(env, q, DIAG_BIT_SYNTAX, "unknown bitstring specifier: %s", show(env, q));
}

static bool is_string(Quoted *q) { return q->kind == Q_BINARY; }

static void default_kind(Quoted *value, Spec *spec) {
  if (spec->kind != KIND_DEFAULT) return;
  if (is_string(value)) spec->kind = KIND_BINARY;
  else if (value->kind == Q_FLOAT) spec->kind = KIND_FLOAT;
  else if (quoted_is_call_of(value, N_BITSTRING)) spec->kind = KIND_BITS;
  else spec->kind = KIND_INTEGER;
}

static void fill(CoreSegment *s, const Spec *spec, Position at) {
  static const SegmentType types[] = {[KIND_DEFAULT] = SEG_INTEGER, [KIND_INTEGER] = SEG_INTEGER, [KIND_FLOAT] = SEG_FLOAT,
                                      [KIND_BINARY] = SEG_BINARY, [KIND_BITS] = SEG_BINARY, [KIND_UTF8] = SEG_UTF8,
                                      [KIND_UTF16] = SEG_UTF16, [KIND_UTF32] = SEG_UTF32};
  memset(s, 0, sizeof *s);
  s->type = types[spec->kind];
  s->unit = spec->unit ? (uint32_t)spec->unit : spec->kind == KIND_BINARY ? 8 : 1;
  s->is_signed = spec->sign == 1;
  s->little = spec->endian == 1;
  s->at = at;
}

static bool check(Env *env, Quoted *at, Quoted *value, const Spec *spec) {
  bool utf = spec->kind >= KIND_UTF8;
  if (is_string(value) && (spec->kind == KIND_INTEGER || spec->kind == KIND_FLOAT)) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "conflicting type specification for bit field: \"%s\" and \"binary\"",
                 spec->kind == KIND_INTEGER ? "integer" : "float");
    return false;
  }
  if (is_string(value) && !utf && (spec->size || spec->unit)) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "a literal string in <<>> has the size that it has: size and unit cannot be given");
    return false;
  }
  if (utf && (spec->size || spec->unit)) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "size and unit are not supported on utf types");
    return false;
  }
  if ((spec->kind == KIND_BINARY || spec->kind == KIND_BITS) && (spec->sign || spec->endian)) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "signed and unsigned specifiers are supported only on integer and float types");
    return false;
  }
  if (spec->unit && !spec->size && (spec->kind == KIND_INTEGER || spec->kind == KIND_FLOAT)) {
    expand_error(env, at, DIAG_BIT_SYNTAX, "integer and float types require a size specifier if the unit specifier is given");
    return false;
  }
  return true;
}

// One code point of valid UTF-8; 0 bytes left: returns 0.
static uint32_t code_point(const unsigned char *p, uint32_t left, uint32_t *used) {
  uint32_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  if (n > left) n = 1;
  *used = n;
  uint32_t c = n == 1 ? p[0] : n == 2 ? p[0] & 0x1F : n == 3 ? p[0] & 0x0F : p[0] & 0x07;
  for (uint32_t i = 1; i < n; i++) c = c << 6 | (p[i] & 0x3F);
  return c;
}

static void split_value(Quoted *item, Quoted **value, Quoted **spec) {
  *value = item;
  *spec = NULL;
  if (quoted_is_call_arity(item, N_TYPE, 2)) {
    *value = quoted_arg(item, 0);
    *spec = quoted_arg(item, 1);
  }
}

// "text"::utf16 and the like: a segment a code point.
static void add_code_points(Env *env, Segments *out, Quoted *text, const Spec *spec, Position at, bool pattern) {
  uint32_t used;
  for (uint32_t i = 0; i < text->count; i += used) {
    uint32_t c = code_point((const unsigned char *)text->bytes + i, text->count - i, &used);
    CoreSegment *s = add(env, out);
    fill(s, spec, at);
    Quoted *number = quoted_int(NAMES(env), c);
    if (pattern) s->pattern = pat_literal(env, at, number);
    else s->value = core_literal(env, at, number);
  }
}

static Quoted *constant_bytes(Env *env, const Segments *s, bool pattern) {
  Buffer bytes;
  buffer_init(&bytes, &env->job->arena.as_alloc);
  bool constant = true;
  for (uint32_t i = 0; constant && i < s->count; i++) {
    const CoreSegment *seg = &s->items[i];
    Quoted *value = pattern ? (seg->pattern->kind == PAT_LITERAL ? seg->pattern->literal : NULL)
                            : (core_is_literal(seg->value) ? seg->value->u.literal : NULL);
    if (!value) constant = false;
    else if (seg->type == SEG_INTEGER && value->kind == Q_INT && !seg->size) buffer_byte(&bytes, (unsigned char)value->integer);
    else if (seg->type == SEG_BINARY && value->kind == Q_BINARY && !seg->size) buffer_add(&bytes, value->bytes, value->count);
    else if (seg->type == SEG_UTF8 && value->kind == Q_INT && value->integer >= 0 && value->integer <= 0x10FFFF &&
             (value->integer < 0xD800 || value->integer > 0xDFFF)) buffer_utf8(&bytes, (uint32_t)value->integer);
    else constant = false;
    // In patterns a number is compared, not cut.
    if (pattern && constant && seg->type == SEG_INTEGER && (value->integer < 0 || value->integer > 255)) constant = false;
  }
  Quoted *result = constant && !bytes.failed ? quoted_binary(NAMES(env), bytes.data ? bytes.data : "", bytes.size) : NULL;
  buffer_free(&bytes);
  return result;
}

Core *expand_bits(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  uint32_t count = q->args->count;
  // Values first, in order; what they bind is not seen by their neighbours.
  Quoted **values = ARENA_ARRAY(&env->job->arena, Quoted *, count + 1);
  Spec *specs = ARENA_ARRAY(&env->job->arena, Spec, count + 1);
  Core **cores = ARENA_ARRAY(&env->job->arena, Core *, count + 1);
  for (uint32_t i = 0; i < count; i++) {
    Quoted *spec;
    split_value(quoted_arg(q, i), &values[i], &spec);
    if (spec) read_spec(env, spec, &specs[i]);
    if (values[i]->kind == Q_CALL && specs[i].kind == KIND_DEFAULT && !quoted_is_call_of(values[i], N_BITSTRING)) {
      bool changed = false;
      Quoted *term = values[i];
      // A macro may give a literal string (its type is binary then), so look.
      if (term->head->kind == Q_ATOM && quoted_is_list(term->args) && !is_special_form(term->head->name, term->args->count))
        term = expand_macro_once(env, term, &changed);
      if (changed) values[i] = term;
    }
    default_kind(values[i], &specs[i]);
  }
  expand_args(env, values, count, cores);
  Segments out = {0};
  for (uint32_t i = 0; i < count; i++) {
    Spec *spec = &specs[i];
    Position here = at_of(env, quoted_arg(q, i));
    if (!check(env, quoted_arg(q, i), values[i], spec)) continue;
    if (core_is_literal(cores[i]) && is_string(cores[i]->u.literal) && spec->kind >= KIND_UTF8) {
      if (spec->kind == KIND_UTF8) {
        Spec binary = {.kind = KIND_BINARY};
        CoreSegment *s = add(env, &out);
        fill(s, &binary, here);
        s->value = cores[i];
      } else {
        add_code_points(env, &out, cores[i]->u.literal, spec, here, false);
      }
      continue;
    }
    CoreSegment *s = add(env, &out);
    fill(s, spec, here);
    s->value = cores[i];
    if (spec->size) s->size = expand(env, spec->size);
    if (core_is_literal(cores[i]) && values[i]->kind != Q_CALL && cores[i]->u.literal->kind != Q_INT && cores[i]->u.literal->kind != Q_FLOAT &&
        cores[i]->u.literal->kind != Q_BIGINT && cores[i]->u.literal->kind != Q_BINARY)
      expand_error(env, quoted_arg(q, i), DIAG_BIT_SYNTAX, "invalid literal %s in <<>>", show(env, values[i]));
  }
  Quoted *constant = constant_bytes(env, &out, false);
  if (constant) return core_literal(env, at, constant);
  Core *c = core_new(env, CORE_BINARY, at);
  c->u.binary.segments = out.items;
  c->u.binary.count = out.count;
  return c;
}

// A size inside a pattern may use what earlier segments bound, or be a guard expression.
static Core *pattern_size(Env *env, Quoted *size) {
  Position at = at_of(env, size);
  if (quoted_is_variable(size)) {
    CoreVar *var = pattern_find_variable(env, size);
    if (var) return core_var_ref(env, at, var);
    expand_error(env, size, DIAG_UNDEFINED_VARIABLE, "undefined variable \"%s\" in bitstring segment. If the size of the bitstring is a "
                 "variable, it must be defined prior to its use in the binary/bitstring match itself or outside of the match", size->head->name->text);
    return core_int(env, at, 8);
  }
  if (size->kind == Q_INT) return core_literal(env, at, size);
  // An expression: the names in it are looked up one by one.
  Env inner = *env;
  inner.context = CONTEXT_GUARD;
  inner.pattern = NULL;
  QuotedItems stack = {0};
  Names *names = NAMES(env);
  quoted_push(names, &stack, size);
  while (stack.count > 0) {
    Quoted *q = stack.items[--stack.count];
    if (q->kind == Q_LIST) {
      for (uint32_t i = 0; i < q->count; i++) quoted_push(names, &stack, q->items[i]);
    } else if (quoted_is_variable(q)) {
      CoreVar *var = pattern_find_variable(env, q);
      const Name *context;
      int64_t counter;
      variable_key(env, q, &context, &counter);
      if (var) scope_bind_var(&inner, q->head->name, context, counter, var);
    } else if (q->kind == Q_CALL) {
      quoted_push(names, &stack, q->head);
      quoted_push(names, &stack, q->args);
    }
  }
  return expand(&inner, size);
}

static void refuse_unsized(Env *env, Quoted *item) {
  expand_error(env, item, DIAG_BIT_SYNTAX, "a binary field without size is only allowed at the end of a binary pattern, at the right "
               "side of binary concatenation and never allowed in binary generators");
}

// `<<…>>` within a pattern: its segments stand there in its place.
static void add_nested(Env *env, Segments *out, Quoted *value, Quoted *item, Position at, bool is_last) {
  CorePattern *p = pattern_bits(env, value);
  if (p->kind == PAT_LITERAL && p->literal->count == 0) return;
  if (p->kind == PAT_LITERAL) {
    CoreSegment *s = add(env, out);
    Spec text = {.kind = KIND_BINARY};
    fill(s, &text, at);
    s->size = core_int(env, at, (int64_t)p->literal->count * 8);
    s->unit = 1;
    s->pattern = p;
    return;
  }
  for (uint32_t i = 0; i < p->count; i++) {
    CoreSegment *s = add(env, out);
    *s = p->segments[i];
    bool open = s->type == SEG_BINARY && !s->size && s->pattern->kind != PAT_LITERAL;
    if (open && !is_last && i + 1 == p->count) refuse_unsized(env, item);
  }
}

CorePattern *pattern_bits(Env *env, Quoted *q) {
  Position at = at_of(env, q);
  uint32_t count = q->args->count;
  Segments out = {0};
  for (uint32_t i = 0; i < count; i++) {
    Quoted *value, *spec_q;
    Spec spec = {0};
    Quoted *item = quoted_arg(q, i);
    split_value(item, &value, &spec_q);
    if (spec_q) read_spec(env, spec_q, &spec);
    if (value->kind == Q_CALL && value->head->kind == Q_ATOM && quoted_is_list(value->args) &&
        !is_special_form(value->head->name, value->args->count)) {
      bool changed = false;
      Quoted *term = expand_macro_once(env, value, &changed);
      if (changed) value = term;
    }
    default_kind(value, &spec);
    Position here = at_of(env, item);
    if (!check(env, item, value, &spec)) continue;
    if (is_string(value)) {
      if (spec.kind >= KIND_UTF16) {
        add_code_points(env, &out, value, &spec, here, true);
        continue;
      }
      if (value->count > 0 && !spec.size) {
        CoreSegment *s = add(env, &out);
        Spec text = {.kind = KIND_BINARY};
        fill(s, &text, here);
        s->pattern = pat_literal(env, here, value);
      }
      continue;
    }
    if (quoted_is_call_of(value, N_BITSTRING) && !spec.size && (spec.kind == KIND_BINARY || spec.kind == KIND_BITS)) {
      add_nested(env, &out, value, item, here, i + 1 == count);
      continue;
    }
    CoreSegment *s = add(env, &out);
    fill(s, &spec, here);
    uint32_t index = out.count - 1;
    // The size is read before the value is bound: `<<n, n::size(n)>>` means the first n.
    Core *size = spec.size ? pattern_size(env, spec.size) : NULL;
    CorePattern *p;
    p = quoted_is_call_of(value, N_BITSTRING) ? pattern_bits(env, value) : pattern_term(env, value);
    out.items[index].size = size;
    out.items[index].pattern = p;
    if (out.items[index].type == SEG_FLOAT && p->kind == PAT_LITERAL && p->literal->kind == Q_INT)
      p->literal = quoted_float(NAMES(env), (double)p->literal->integer);
    if (p->kind != PAT_VAR && p->kind != PAT_ANY && p->kind != PAT_LITERAL && p->kind != PAT_PIN && p->kind != PAT_BINARY && p->kind != PAT_BOTH)
      expand_error(env, item, DIAG_BIT_SYNTAX, "invalid segment in a bit pattern: %s", show(env, value));
    if (out.items[index].type == SEG_BINARY && !size && i + 1 < count) refuse_unsized(env, item);
  }
  Quoted *constant = constant_bytes(env, &out, true);
  if (constant) return pat_literal(env, at, constant);
  CorePattern *p = pat_new(env, PAT_BINARY, at);
  p->segments = out.items;
  p->count = out.count;
  return p;
}

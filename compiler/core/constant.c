// SPDX-License-Identifier: Apache-2.0
//
// Constants: their codes and equality, and folding of expressions that are constant.
//
// Folding never changes what a program does: what would raise stays as it is, big results stay for run time.
// A map literal with a key twice keeps the last value, as building it would.
#include <math.h>
#include <string.h>

#include "compiler/core/compile.h"
#include "compiler/emit/emit.h"

enum { SMALL_BITS = 61, SHORT_BITS = 30 };

bool int_is_small(int64_t v) { return v >= -((int64_t)1 << (SMALL_BITS - 1)) && v < (int64_t)1 << (SMALL_BITS - 1); }
bool int_is_short(int64_t v) { return v >= -((int64_t)1 << (SHORT_BITS - 1)) && v < (int64_t)1 << (SHORT_BITS - 1); }

Const *const_of(Compile *c, Quoted *q) {
  Const *k = ARENA_NEW(c->arena, Const);
  k->q = q;
  return k;
}
Const *const_atom(Compile *c, const Name *name) { return const_of(c, quoted_atom(name)); }
Const *const_int(Compile *c, int64_t value) { return const_of(c, quoted_int(c->names, value)); }

enum { ETF_VERSION = 131, ETF_EXPORT = 113, ETF_SMALL_ATOM = 119, ETF_SMALL_INT = 97 };

static char *put_atom(char *to, const Name *name) {
  *to++ = (char)ETF_SMALL_ATOM;
  *to++ = (char)name->length;
  memcpy(to, name->text, name->length);
  return to + name->length;
}

Const *const_external_fun(Compile *c, const Name *module, const Name *function, int64_t arity) {
  if (module->length > 255 || function->length > 255 || arity < 0 || arity > 255) return NULL;
  Const *k = const_of(c, quoted_value(c->names, 0, 0));
  char *bytes = arena_get(c->arena, module->length + function->length + 8), *to = bytes;
  *to++ = (char)ETF_VERSION;
  *to++ = (char)ETF_EXPORT;
  to = put_atom(put_atom(to, module), function);
  *to++ = (char)ETF_SMALL_INT;
  *to++ = (char)arity;
  k->external = bytes;
  k->external_size = (uint32_t)(to - bytes);
  return k;
}

CodeConstant const_code(Compile *c, Const *k) {
  if (k->coded) return k->code;
  k->coded = true;
  if (k->external) {
    k->code = (CodeConstant){CONSTANT_LITERAL, builder_literal(c->builder, k->external, k->external_size)};
  } else if (k->q->kind == Q_INT && int_is_small(k->q->integer)) {
    k->code = (CodeConstant){CONSTANT_SMALL, k->q->integer};
  } else if (k->q->kind == Q_ATOM) {
    k->code = (CodeConstant){CONSTANT_ATOM, builder_atom(c->builder, k->q->name->text, k->q->name->length)};
  } else if (quoted_is_empty(k->q)) {
    k->code = (CodeConstant){CONSTANT_NIL, 0};
  } else {
    Buffer bytes;
    buffer_init(&bytes, &c->arena->as_alloc);
    bool good = literal_encode(c->names, &bytes, k->q);
    bool room = !bytes.failed;
    if (good && room) k->code = (CodeConstant){CONSTANT_LITERAL, builder_literal(c->builder, bytes.data, bytes.size)};
    buffer_free(&bytes);
    if (!room) c->arena->on_no_memory(c->arena->context); // does not come back
    if (!good) {
      compile_stop(c, DIAG_INVALID_QUOTED, (Position){0, 0}, "a pid, reference, port or function, or a term nested too deeply, cannot be a literal in code");
    }
  }
  return k->code;
}

bool const_equal(Compile *c, Const *a, Const *b) {
  if (a->q == b->q) return true;
  if (a->q->kind != b->q->kind && !(quoted_is_tuple(a->q) && quoted_is_tuple(b->q))) return false;
  switch (a->q->kind) {
    case Q_ATOM: return false; // one node for each name
    case Q_INT: return a->q->integer == b->q->integer;
    case Q_FLOAT: return a->q->real == b->q->real;
    case Q_BINARY: return a->q->count == b->q->count && memcmp(a->q->bytes, b->q->bytes, a->q->count) == 0;
    case Q_LIST:
      if (a->q->count == 0 || b->q->count == 0) return a->q->count == b->q->count;
      break;
    default: break;
  }
  CodeConstant x = const_code(c, a), y = const_code(c, b);
  return x.kind == y.kind && x.value == y.value;
}

static void become(Core *core, Quoted *q) {
  core->kind = CORE_LITERAL;
  core->count = 0;
  core->args = NULL;
  core->u.literal = q;
}

static bool all_literal(const Core *core) {
  for (uint32_t i = 0; i < core->count; i++) {
    if (core->args[i]->kind != CORE_LITERAL) return false;
  }
  return true;
}

static Quoted **literals_of(Compile *c, const Core *core) {
  Quoted **items = ARENA_ARRAY(c->arena, Quoted *, core->count + 1);
  for (uint32_t i = 0; i < core->count; i++) items[i] = core->args[i]->u.literal;
  return items;
}

// Keys are compared by their encoding; the index is a table of positions plus 1.
static void fold_map(Compile *c, Core *core) {
  uint32_t pairs = core->count / 2, kept = 0, capacity = 8;
  while (capacity < pairs * 2) capacity *= 2;
  Quoted **items = literals_of(c, core);
  uint32_t *slots = ARENA_ARRAY(c->arena, uint32_t, capacity);
  Const **keys = ARENA_ARRAY(c->arena, Const *, pairs + 1);
  for (uint32_t i = 0; i < pairs; i++) {
    Quoted *q = items[2 * i];
    if (q->kind == Q_FLOAT && q->real == 0) q = quoted_float(c->names, 0.0);
    Const *key = const_of(c, q);
    CodeConstant code = const_code(c, key);
    uint32_t at = (uint32_t)(((uint64_t)code.value * 0x9e3779b97f4a7c15u + (uint64_t)code.kind) >> 32) & (capacity - 1);
    while (slots[at] && !const_equal(c, keys[slots[at] - 1], key)) at = (at + 1) & (capacity - 1);
    if (slots[at]) {
      items[2 * (slots[at] - 1) + 1] = items[2 * i + 1];
      continue;
    }
    items[2 * kept] = items[2 * i];
    items[2 * kept + 1] = items[2 * i + 1];
    keys[kept++] = key;
    slots[at] = kept;
  }
  become(core, quoted_map(c->names, items, kept));
}

static bool segment_bytes(const CoreSegment *s, Quoted *q, bool pattern, Buffer *out) {
  if (s->type == SEG_BINARY && q->kind == Q_BINARY && !s->size) {
    buffer_add(out, q->bytes, q->count);
    return true;
  }
  if (s->type == SEG_UTF8 && q->kind == Q_BINARY) { // a string given as utf8: its bytes
    buffer_add(out, q->bytes, q->count);
    return true;
  }
  if (q->kind != Q_INT) return false;
  if (s->type == SEG_UTF8) {
    if (q->integer < 0 || q->integer > 0x10ffff || (q->integer >= 0xd800 && q->integer < 0xe000)) return false;
    buffer_utf8(out, (uint32_t)q->integer);
    return true;
  }
  if (s->type != SEG_INTEGER) return false;
  int64_t bits = 8;
  if (s->size) {
    if (s->size->kind != CORE_LITERAL || s->size->u.literal->kind != Q_INT) return false;
    bits = s->size->u.literal->integer;
    if (bits < 0 || bits > 64) return false;
    bits *= s->unit ? s->unit : 1;
  }
  if (bits % 8 || bits > 64) return false;
  if (pattern && bits < 64 && (q->integer < 0 || q->integer >= (int64_t)1 << (s->is_signed && bits ? bits - 1 : bits))) return false; // never matches as bytes would
  if (pattern && bits == 64 && q->integer < 0) return false;
  for (int64_t i = 0; i < bits / 8; i++) {
    int64_t shift = s->little ? 8 * i : bits - 8 - 8 * i;
    buffer_byte(out, (unsigned char)(q->integer >> shift));
  }
  return true;
}

static bool value_bytes(const CoreSegment *s, Buffer *out) {
  return s->value->kind == CORE_LITERAL && segment_bytes(s, s->value->u.literal, false, out);
}
static bool pattern_bytes(const CoreSegment *s, Buffer *out) {
  return s->pattern && s->pattern->kind == PAT_LITERAL && segment_bytes(s, s->pattern->literal, true, out);
}

void pattern_fold(Compile *c, CorePattern *p) {
  Buffer bytes;
  buffer_init(&bytes, &c->arena->as_alloc);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < p->count;) {
    bytes.size = 0;
    uint32_t j = i;
    while (j < p->count && pattern_bytes(&p->segments[j], &bytes)) j++;
    if (j == i) {
      p->segments[kept++] = p->segments[i++];
      continue;
    }
    if (bytes.size) {
      CorePattern *literal = ARENA_NEW(c->job, CorePattern);
      literal->kind = PAT_LITERAL;
      literal->at = p->segments[i].at;
      literal->literal = quoted_binary(c->names, bytes.data, bytes.size);
      p->segments[kept++] = (CoreSegment){.type = SEG_BINARY, .pattern = literal, .unit = 8, .at = literal->at};
    }
    i = j;
  }
  p->count = kept;
  buffer_free(&bytes);
}

// Joins neighbours whose bytes are known; a binary of nothing else is a literal.
static void fold_binary(Compile *c, Core *core) {
  uint32_t kept = 0;
  CoreSegment *segments = core->u.binary.segments;
  Buffer bytes;
  buffer_init(&bytes, &c->arena->as_alloc);
  for (uint32_t i = 0; i < core->u.binary.count;) {
    bytes.size = 0;
    uint32_t j = i;
    while (j < core->u.binary.count && value_bytes(&segments[j], &bytes)) j++;
    if (j == i) {
      segments[kept++] = segments[i++];
      continue;
    }
    Core *literal = ARENA_NEW(c->job, Core);
    literal->at = segments[i].at;
    become(literal, quoted_binary(c->names, bytes.data ? bytes.data : "", bytes.size));
    if (bytes.size || j - i == core->u.binary.count) segments[kept++] = (CoreSegment){.type = SEG_BINARY, .value = literal, .unit = 8, .at = literal->at};
    i = j;
  }
  bool failed = bytes.failed;
  buffer_free(&bytes);
  if (failed) compile_stop(c, DIAG_LIMIT, core->at, "a binary literal is too large");
  core->u.binary.count = kept;
  if (kept == 0) {
    become(core, quoted_binary(c->names, "", 0));
  } else if (kept == 1 && segments[0].type == SEG_BINARY && !segments[0].size && segments[0].value->kind == CORE_LITERAL &&
             segments[0].value->u.literal->kind == Q_BINARY) {
    become(core, segments[0].value->u.literal);
  }
}

static Quoted *boolean(Compile *c, bool value) { return value ? Q_NAME(c->names, TRUE) : Q_NAME(c->names, FALSE); }

static Quoted *fold_integers(Compile *c, const Name *op, int64_t a, int64_t b) {
  int64_t r;
  const char *t = op->text;
  if (op->length == 1) {
    switch (t[0]) {
      case '+': return __builtin_add_overflow(a, b, &r) ? NULL : quoted_int(c->names, r);
      case '-': return __builtin_sub_overflow(a, b, &r) ? NULL : quoted_int(c->names, r);
      case '*': return __builtin_mul_overflow(a, b, &r) ? NULL : quoted_int(c->names, r);
      case '<': return boolean(c, a < b);
      case '>': return boolean(c, a > b);
      default: return NULL;
    }
  }
  if (!strcmp(t, "==") || !strcmp(t, "=:=")) return boolean(c, a == b);
  if (!strcmp(t, "/=") || !strcmp(t, "=/=")) return boolean(c, a != b);
  if (!strcmp(t, ">=")) return boolean(c, a >= b);
  if (!strcmp(t, "=<")) return boolean(c, a <= b);
  if (!strcmp(t, "band")) return quoted_int(c->names, a & b);
  if (!strcmp(t, "bor")) return quoted_int(c->names, a | b);
  if (!strcmp(t, "bxor")) return quoted_int(c->names, a ^ b);
  if (!strcmp(t, "div") && b != 0 && b != -1) return quoted_int(c->names, a / b);
  if (!strcmp(t, "rem") && b != 0 && b != -1) return quoted_int(c->names, a % b);
  if (!strcmp(t, "bsl") && b >= 0 && b < 62 && a >= 0 && a < (int64_t)1 << (62 - b)) return quoted_int(c->names, a << b);
  if (!strcmp(t, "bsr") && b >= 0) return quoted_int(c->names, a >> (b > 63 ? 63 : b));
  return NULL;
}

static Quoted *fold_floats(Compile *c, const Name *op, double a, double b) {
  if (op->length != 1) return NULL;
  double r;
  switch (op->text[0]) {
    case '+': r = a + b; break;
    case '-': r = a - b; break;
    case '*': r = a * b; break;
    case '/':
      if (b == 0) return NULL;
      r = a / b;
      break;
    default: return NULL;
  }
  return isfinite(r) ? quoted_float(c->names, r) : NULL;
}

static void fold_call(Compile *c, Core *core) {
  const Core *m = core->u.remote.module, *f = core->u.remote.function;
  if (m->kind != CORE_LITERAL || f->kind != CORE_LITERAL || m->u.literal->kind != Q_ATOM || f->u.literal->kind != Q_ATOM) return;
  if (strcmp(m->u.literal->name->text, "erlang") != 0) return;
  const Name *op = f->u.literal->name;
  Quoted *result = NULL;
  if (core->count == 1) {
    Quoted *a = core->args[0]->u.literal;
    if (op->length == 1 && op->text[0] == '-') {
      if (a->kind == Q_INT && a->integer != INT64_MIN) result = quoted_int(c->names, -a->integer);
      if (a->kind == Q_FLOAT) result = quoted_float(c->names, -a->real);
      if (a->kind == Q_BIGINT) result = quoted_bigint(c->names, a->digits, a->count, !a->negative);
    } else if (op->length == 1 && op->text[0] == '+' && (a->kind == Q_INT || a->kind == Q_FLOAT)) {
      result = a;
    } else if (!strcmp(op->text, "not") && (quoted_is_name(a, N_TRUE) || quoted_is_name(a, N_FALSE))) {
      result = boolean(c, quoted_is_name(a, N_FALSE));
    } else if (!strcmp(op->text, "byte_size") && a->kind == Q_BINARY) {
      result = quoted_int(c->names, a->count);
    } else if (!strcmp(op->text, "tuple_size") && quoted_is_tuple(a)) {
      result = quoted_int(c->names, quoted_tuple_size(a));
    } else if (!strcmp(op->text, "length") && quoted_is_list(a)) {
      result = quoted_int(c->names, a->count);
    } else if (!strcmp(op->text, "bnot") && a->kind == Q_INT) {
      result = quoted_int(c->names, ~a->integer);
    }
  } else if (core->count == 2) {
    Quoted *a = core->args[0]->u.literal, *b = core->args[1]->u.literal;
    if (a->kind == Q_INT && b->kind == Q_INT) {
      result = fold_integers(c, op, a->integer, b->integer);
    } else if (a->kind == Q_FLOAT && b->kind == Q_FLOAT) {
      result = fold_floats(c, op, a->real, b->real);
    } else if (a->kind == Q_ATOM && b->kind == Q_ATOM) {
      if (!strcmp(op->text, "==") || !strcmp(op->text, "=:=")) result = boolean(c, a == b);
      if (!strcmp(op->text, "/=") || !strcmp(op->text, "=/=")) result = boolean(c, a != b);
    }
  }
  if (result) become(core, result);
}

void core_fold(Compile *c, Core *core) {
  switch (core->kind) {
    case CORE_TUPLE:
      if (all_literal(core)) become(core, quoted_tuple(c->names, literals_of(c, core), core->count));
      break;
    case CORE_MAP:
      if (all_literal(core)) fold_map(c, core);
      break;
    case CORE_BINARY: fold_binary(c, core); break;
    case CORE_REMOTE:
      if (all_literal(core)) fold_call(c, core);
      break;
    case CORE_SEQ:
      if (core->count == 1) *core = *core->args[0];
      break;
    default: break;
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// The machine of image_run.h. A slot holds a term and its place: where in the arguments it was found. A slot that was
// never written, or that a live map left out, is empty; reading it is an error.
#include "image_run.h"

#include <stdlib.h>
#include <string.h>

#include "vm/code/opcode.h"

enum { SLOTS = 4000, TESTS = 4096, CALLS = 200, STEPS_MAX = 200000 };

typedef struct Cell {
  Quoted *q;
  uint64_t place; // 0: made on the way
} Cell;

typedef struct Made { // a test that was made
  uint64_t place, what;
} Made;

typedef struct Frame {
  const ImageFunction *function;
  uint32_t pc, base;
} Frame;

typedef struct Machine {
  Names *names;
  const ModuleImage *image;
  Cell cells[SLOTS * 2];
  Frame frames[CALLS];
  uint32_t depth;
  Made tests[TESTS];
  uint32_t test_count;
  RunResult result;
  bool done;
} Machine;

uint32_t image_find(const ModuleImage *image, const char *name, uint32_t arity) {
  for (uint32_t i = 0; i < image->function_count; i++) {
    const ImageText *t = &image->atoms[image->functions[i].name];
    if (image->functions[i].arity == arity && t->size == strlen(name) && memcmp(t->bytes, name, t->size) == 0) return i;
  }
  return UINT32_MAX;
}

static void broken(Machine *m, const char *why) {
  if (!m->done) m->result.end = RUN_BROKEN, m->result.broken = why;
  m->done = true;
}

static uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t h = (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu;
  return (h ^ h >> 33) | 1;
}

static Cell read_slot(Machine *m, uint32_t slot) {
  Cell c = m->cells[m->frames[m->depth].base + slot];
  if (!c.q) {
    broken(m, "an empty slot is read");
    c.q = quoted_empty_list(m->names);
  }
  return c;
}

static void write_slot(Machine *m, uint32_t slot, Quoted *q, uint64_t place) { m->cells[m->frames[m->depth].base + slot] = (Cell){q, place}; }

static void keep_only(Machine *m, SlotList map, uint32_t slots) {
  Cell *base = &m->cells[m->frames[m->depth].base];
  uint32_t at = 0;
  for (uint32_t i = 0; i < slots; i++) {
    if (at < map.count && map.slots[at] == i) {
      if (!base[i].q) broken(m, "a live map names an empty slot");
      at++;
    } else {
      base[i].q = NULL;
    }
  }
}

// --- literals: back from the external format

typedef struct Bytes {
  const unsigned char *at;
} Bytes;

static uint64_t number(Bytes *b, int count) {
  uint64_t v = 0;
  while (count--) v = v << 8 | *b->at++;
  return v;
}

static Quoted *decode(Machine *m, Bytes *b) {
  Names *n = m->names;
  unsigned tag = *b->at++;
  switch (tag) {
    case 97: return quoted_int(n, *b->at++);
    case 98: return quoted_int(n, (int32_t)number(b, 4));
    case 110: {
      unsigned count = *b->at++, negative = *b->at++;
      uint64_t v = 0;
      for (unsigned i = 0; i < count && i < 8; i++) v |= (uint64_t)b->at[i] << (8 * i);
      b->at += count;
      return quoted_int(n, negative ? -(int64_t)v : (int64_t)v);
    }
    case 70: {
      uint64_t bits = number(b, 8);
      double d;
      memcpy(&d, &bits, 8);
      return quoted_float(n, d);
    }
    case 119: {
      unsigned size = *b->at++;
      b->at += size;
      return quoted_atom(names_intern(n, (const char *)b->at - size, size));
    }
    case 109: {
      uint64_t size = number(b, 4);
      b->at += size;
      return quoted_binary(n, b->at - size, size);
    }
    case 106: return quoted_empty_list(n);
    case 107:
    case 108: {
      uint64_t count = number(b, tag == 107 ? 2 : 4);
      Quoted **items = calloc(count + 1, sizeof *items);
      for (uint64_t i = 0; i < count; i++) items[i] = tag == 107 ? quoted_int(n, *b->at++) : decode(m, b);
      Quoted *tail = tag == 108 ? decode(m, b) : quoted_empty_list(n);
      Quoted *list = quoted_is_empty(tail) ? quoted_list(n, items, count) : quoted_improper(n, items, count, tail);
      free(items);
      return list;
    }
    case 104: {
      unsigned count = *b->at++;
      Quoted *items[256];
      for (unsigned i = 0; i < count; i++) items[i] = decode(m, b);
      return quoted_tuple(n, items, count);
    }
    case 116: {
      uint64_t count = number(b, 4);
      Quoted **pairs = calloc(2 * count + 1, sizeof *pairs);
      for (uint64_t i = 0; i < 2 * count; i++) pairs[i] = decode(m, b);
      Quoted *map = quoted_map(n, pairs, count);
      free(pairs);
      return map;
    }
    default: broken(m, "a literal of an unknown kind"); return quoted_empty_list(n);
  }
}

static Quoted *constant(Machine *m, CodeConstant c) {
  const ModuleImage *i = m->image;
  switch (c.kind) {
    case CONSTANT_SMALL: return quoted_int(m->names, c.value);
    case CONSTANT_ATOM: return quoted_atom(names_intern(m->names, i->atoms[c.value].bytes, i->atoms[c.value].size));
    case CONSTANT_NIL: return quoted_empty_list(m->names);
    case CONSTANT_LITERAL: {
      Bytes b = {(const unsigned char *)i->literals[c.value].bytes + 1};
      return decode(m, &b);
    }
  }
  return NULL;
}

// --- questions

static Quoted *map_get(Machine *m, Quoted *map, Quoted *key) {
  if (map->kind != Q_MAP) return NULL;
  for (uint32_t i = 0; i < map->count; i++) {
    if (quoted_equal(m->names, map->pairs[2 * i], key)) return map->pairs[2 * i + 1];
  }
  return NULL;
}

static bool is_bool(Quoted *q) { return quoted_is_name(q, N_TRUE) || quoted_is_name(q, N_FALSE); }
static bool is_number(Quoted *q) { return q->kind == Q_INT || q->kind == Q_FLOAT; }
static double real(Quoted *q) { return q->kind == Q_INT ? (double)q->integer : q->real; }

// Numbers < atoms < the rest: enough for tests that compare with numbers.
static int order(Quoted *a, Quoted *b) {
  if (is_number(a) && is_number(b)) return (real(a) > real(b)) - (real(a) < real(b));
  int x = is_number(a) ? 0 : a->kind == Q_ATOM ? 1 : 2, y = is_number(b) ? 0 : b->kind == Q_ATOM ? 1 : 2;
  return x - y;
}

static bool type_test(uint16_t op, Quoted *q) {
  switch (op) {
    case OP_IS_INTEGER: return q->kind == Q_INT;
    case OP_IS_FLOAT: return q->kind == Q_FLOAT;
    case OP_IS_NUMBER: return is_number(q);
    case OP_IS_ATOM: return q->kind == Q_ATOM;
    case OP_IS_BOOLEAN: return is_bool(q);
    case OP_IS_LIST: return q->kind == Q_LIST;
    case OP_IS_CONS: return q->kind == Q_LIST && q->count;
    case OP_IS_NIL: return quoted_is_empty(q);
    case OP_IS_TUPLE: return quoted_is_tuple(q);
    case OP_IS_MAP: return q->kind == Q_MAP;
    case OP_IS_BINARY:
    case OP_IS_BITSTRING: return q->kind == Q_BINARY;
    default: return false;
  }
}

static Quoted *tail(Machine *m, Quoted *q) {
  if (q->count == 1) return q->tail ? q->tail : quoted_empty_list(m->names);
  return q->tail ? quoted_improper(m->names, q->items + 1, q->count - 1, q->tail) : quoted_list(m->names, q->items + 1, q->count - 1);
}

static void made(Machine *m, Cell c, uint64_t what, const char *name) {
  if (!c.place || m->depth) return;
  for (uint32_t i = 0; i < m->test_count; i++) {
    if (m->tests[i].place == c.place && m->tests[i].what == what) m->result.twice = name;
  }
  if (m->test_count < TESTS) m->tests[m->test_count++] = (Made){c.place, what};
}

static uint64_t what_constant(CodeConstant c) { return mix((uint64_t)c.kind * 8 + 3, (uint64_t)c.value); }

// --- steps

static void jump(Machine *m, uint32_t to) { m->frames[m->depth].pc = to; }

static void leave(Machine *m, Cell value) {
  if (m->depth == 0) {
    m->result.end = RUN_RETURNED;
    m->result.value = value.q;
    m->done = true;
    return;
  }
  uint32_t k = m->frames[m->depth].base - m->frames[m->depth - 1].base;
  m->depth--;
  write_slot(m, k, value.q, 0);
}

static void enter(Machine *m, uint32_t function, uint32_t base) {
  const ImageFunction *f = &m->image->functions[function];
  if (base + f->slot_count > SLOTS) {
    broken(m, "the stack is too deep");
    return;
  }
  for (uint32_t i = base + f->arity; i < base + f->slot_count + 1; i++) m->cells[i].q = NULL;
  m->frames[m->depth] = (Frame){f, 0, base};
}

static void arithmetic(Machine *m, const Instruction *ins) {
  const Operand *o = ins->operands;
  bool unary = ins->opcode == OP_NEGATE, immediate = ins->opcode == OP_ADD_INT;
  Quoted *a = read_slot(m, o[1].slot).q, *b = unary ? a : immediate ? quoted_int(m->names, o[2].integer) : read_slot(m, o[2].slot).q;
  uint32_t fail = o[unary ? 2 : 3].label;
  if (a->kind != Q_INT || b->kind != Q_INT) {
    if (fail == LABEL_NONE) {
      m->result.end = RUN_ERROR;
      m->result.error = 1000;
      m->done = true;
    } else {
      jump(m, fail);
    }
    return;
  }
  int64_t r = ins->opcode == OP_SUB ? a->integer - b->integer : ins->opcode == OP_MUL ? a->integer * b->integer : unary ? -a->integer : a->integer + b->integer;
  write_slot(m, o[0].slot, quoted_int(m->names, r), 0);
}

static void guard_native(Machine *m, const Operand *o) {
  const ImageImport *import = &m->image->imports[o[1].number];
  const char *name = m->image->atoms[import->function].bytes;
  Quoted *a = o[2].list.count ? read_slot(m, o[2].list.slots[0]).q : NULL, *r = NULL;
  if (!strcmp(name, "length") && a->kind == Q_LIST && !a->tail) r = quoted_int(m->names, a->count);
  if (!strcmp(name, "tuple_size") && quoted_is_tuple(a)) r = quoted_int(m->names, quoted_tuple_size(a));
  if (!strcmp(name, "byte_size") && a->kind == Q_BINARY) r = quoted_int(m->names, a->count);
  if (!strcmp(name, "map_size") && a->kind == Q_MAP) r = quoted_int(m->names, a->count);
  if (r) {
    write_slot(m, o[0].slot, r, 0);
  } else if (o[3].label == LABEL_NONE) {
    m->result.end = RUN_ERROR;
    m->result.error = 1001;
    m->done = true;
  } else {
    jump(m, o[3].label);
  }
}

static void bits(Machine *m, const Instruction *ins) {
  const Operand *o = ins->operands;
  uint32_t d = 0, label = 0;
  const char *letters = opcode_info(ins->opcode)->operands;
  while (letters[d] == 'd') d++;
  while (letters[label] != 'l') label++;
  Cell source = read_slot(m, o[d].slot);
  if (ins->opcode == OP_BITS_START) {
    made(m, source, 77, "bits_start");
    if (source.q->kind != Q_BINARY) jump(m, o[label].label);
    else write_slot(m, o[0].slot, quoted_int(m->names, 0), mix(source.place, 78));
    return;
  }
  Cell position = read_slot(m, o[d + 1].slot);
  int64_t at = position.q->integer / 8, size = source.q->count, want = 0;
  const unsigned char *bytes = (const unsigned char *)source.q->bytes + at;
  uint64_t what = mix(ins->opcode, d + 2 < label && letters[d + 2] == 'i' ? o[d + 2].number : 0);
  if (ins->opcode == OP_BITS_SKIP) what = mix(OP_BITS_INT, o[d + 2].number); // the same question
  bool good = true;
  switch (ins->opcode) {
    case OP_BITS_INT: {
      want = (int64_t)o[4].number / 8;
      good = at + want <= size;
      uint64_t v = 0;
      for (int64_t i = 0; good && i < want; i++) v = v << 8 | bytes[i];
      if (good) write_slot(m, o[0].slot, quoted_int(m->names, (int64_t)v), mix(position.place, 81 + (uint64_t)want));
      break;
    }
    case OP_BITS_SLICE:
      want = (int64_t)o[4].number / 8;
      good = at + want <= size;
      if (good) write_slot(m, o[0].slot, quoted_binary(m->names, bytes, (size_t)want), mix(position.place, 91 + (uint64_t)want));
      break;
    case OP_BITS_SKIP:
      want = (int64_t)o[3].number / 8;
      good = at + want <= size;
      break;
    case OP_BITS_LITERAL: {
      Quoted *k = constant(m, o[3].constant);
      want = k->count;
      what = mix(what, (uint64_t)o[3].constant.value);
      good = at + want <= size && memcmp(bytes, k->bytes, (size_t)want) == 0;
      break;
    }
    case OP_BITS_REST:
      write_slot(m, o[0].slot, quoted_binary(m->names, bytes, (size_t)(size - at)), mix(position.place, 79));
      return;
    case OP_BITS_REST_UNIT: return;
    case OP_BITS_EMPTY:
      made(m, position, what, "bits_empty");
      if (at != size) jump(m, o[label].label);
      return;
    default: broken(m, "a bit string opcode that this machine does not know"); return;
  }
  made(m, position, what, opcode_info(ins->opcode)->name);
  if (!good) {
    jump(m, o[label].label);
    return;
  }
  write_slot(m, o[d - 1].slot, quoted_int(m->names, (at + want) * 8), mix(position.place, 100 + (uint64_t)want));
}

static void select_by(Machine *m, const Instruction *ins) {
  const Operand *o = ins->operands;
  Cell c = read_slot(m, o[0].slot);
  SelectTable t = o[1].table;
  uint32_t to = t.labels[t.count];
  for (uint32_t i = t.count; i-- > 0;) {
    bool hit;
    if (ins->opcode == OP_SELECT_ARITY) {
      made(m, c, mix(OP_IS_TUPLE_OF, (uint64_t)t.values[i].value), "select_arity");
      hit = quoted_is_tuple(c.q) && quoted_tuple_size(c.q) == t.values[i].value;
    } else {
      made(m, c, what_constant(t.values[i]), "select");
      hit = quoted_equal(m->names, c.q, constant(m, t.values[i]));
    }
    if (hit) to = t.labels[i];
  }
  jump(m, to);
}

static void compare(Machine *m, const Instruction *ins) {
  const Operand *o = ins->operands;
  Cell a = read_slot(m, o[0].slot);
  uint16_t op = ins->opcode;
  bool yes;
  if (op >= OP_LESS_INT && op <= OP_EQUAL_INT) {
    Quoted *n = quoted_int(m->names, o[1].integer);
    int c = order(a.q, n);
    uint16_t plain = op == OP_NOT_LESS_INT ? OP_LESS_INT : op == OP_NOT_GREATER_INT ? OP_GREATER_INT : op;
    made(m, a, mix(plain, (uint64_t)o[1].integer), "comparison with an integer");
    yes = op == OP_LESS_INT ? c < 0 : op == OP_NOT_LESS_INT ? c >= 0 : op == OP_GREATER_INT ? c > 0 : op == OP_NOT_GREATER_INT ? c <= 0 : c == 0;
  } else if (op == OP_SAME_CONST || op == OP_NOT_SAME_CONST) {
    made(m, a, what_constant(o[1].constant), "same_const");
    yes = quoted_equal(m->names, a.q, constant(m, o[1].constant)) == (op == OP_SAME_CONST);
  } else {
    Cell b = read_slot(m, o[1].slot);
    bool equal = quoted_equal(m->names, a.q, b.q) || ((op == OP_EQUAL || op == OP_NOT_EQUAL) && is_number(a.q) && is_number(b.q) && real(a.q) == real(b.q));
    yes = op == OP_SAME || op == OP_EQUAL ? equal : op == OP_NOT_SAME || op == OP_NOT_EQUAL ? !equal : op == OP_LESS ? order(a.q, b.q) < 0 : order(a.q, b.q) >= 0;
  }
  if (!yes) jump(m, o[2].label);
}

static void step(Machine *m) {
  Frame *f = &m->frames[m->depth];
  if (f->pc >= f->function->instruction_count) {
    broken(m, "the code runs over its end");
    return;
  }
  const Instruction *ins = &f->function->instructions[f->pc++];
  const OpcodeInfo *info = opcode_info(ins->opcode);
  const Operand *o = ins->operands;
  uint16_t op = ins->opcode;
  if (info->may_collect && !info->is_call) keep_only(m, o[info->operand_count - 1].list, f->function->slot_count);
  if (op >= OP_BITS_START && op <= OP_BITS_LITERAL) {
    bits(m, ins);
    return;
  }
  if (op >= OP_ADD && op <= OP_ADD_INT) {
    arithmetic(m, ins);
    return;
  }
  if (op >= OP_SAME && op <= OP_EQUAL_INT) {
    compare(m, ins);
    return;
  }
  if (op >= OP_IS_INTEGER && op <= OP_IS_BITSTRING && op != OP_IS_TUPLE_OF && op != OP_IS_TAGGED && op != OP_IS_FUNCTION_ARITY) {
    Cell c = read_slot(m, o[0].slot);
    made(m, c, op == OP_IS_NIL ? what_constant((CodeConstant){CONSTANT_NIL, 0}) : mix(op, 5), info->name);
    if (!type_test(op, c.q)) jump(m, o[1].label);
    return;
  }
  switch (op) {
    case OP_MOVE: {
      Cell c = read_slot(m, o[1].slot);
      write_slot(m, o[0].slot, c.q, c.place);
      return;
    }
    case OP_LOAD: write_slot(m, o[0].slot, constant(m, o[1].constant), 0); return;
    case OP_SWAP: {
      Cell a = read_slot(m, o[0].slot), b = read_slot(m, o[1].slot);
      write_slot(m, o[0].slot, b.q, b.place);
      write_slot(m, o[1].slot, a.q, a.place);
      return;
    }
    case OP_FRAME: return;
    case OP_JUMP: jump(m, o[0].label); return;
    case OP_RETURN: leave(m, read_slot(m, o[0].slot)); return;
    case OP_SELECT:
    case OP_SELECT_ARITY: select_by(m, ins); return;
    case OP_IS_TUPLE_OF:
    case OP_IS_TAGGED: {
      Cell c = read_slot(m, o[0].slot);
      made(m, c, mix(op, op == OP_IS_TAGGED ? mix(o[1].number, (uint64_t)o[2].constant.value) : o[1].number), info->name);
      bool good = quoted_is_tuple(c.q) && quoted_tuple_size(c.q) == o[1].number;
      if (good && op == OP_IS_TAGGED) good = quoted_equal(m->names, quoted_tuple_item(m->names, c.q, 0), constant(m, o[2].constant));
      if (!good) jump(m, o[op == OP_IS_TAGGED ? 3 : 2].label);
      return;
    }
    case OP_GET_LIST:
    case OP_HEAD:
    case OP_TAIL_OF: {
      uint32_t s = op == OP_GET_LIST ? 0 : 1;
      Cell c = read_slot(m, o[s].slot);
      if (c.q->kind != Q_LIST || !c.q->count) {
        jump(m, o[op == OP_GET_LIST ? 3 : 2].label);
        return;
      }
      if (op != OP_TAIL_OF) write_slot(m, o[op == OP_GET_LIST ? 1 : 0].slot, c.q->items[0], mix(c.place, 1000));
      if (op != OP_HEAD) write_slot(m, o[op == OP_GET_LIST ? 2 : 0].slot, tail(m, c.q), mix(c.place, 1001));
      return;
    }
    case OP_ELEMENT: {
      Cell c = read_slot(m, o[1].slot);
      if (!quoted_is_tuple(c.q) || o[2].number >= quoted_tuple_size(c.q)) broken(m, "an element that is not there");
      else write_slot(m, o[0].slot, quoted_tuple_item(m->names, c.q, (uint32_t)o[2].number), mix(c.place, 2000 + o[2].number));
      return;
    }
    case OP_MAP_GET_CONST: {
      Cell c = read_slot(m, o[1].slot);
      made(m, c, mix(op, what_constant(o[2].constant)), info->name);
      Quoted *v = map_get(m, c.q, constant(m, o[2].constant));
      if (v) write_slot(m, o[0].slot, v, mix(c.place, what_constant(o[2].constant)));
      else jump(m, o[3].label);
      return;
    }
    case OP_CONS: {
      Quoted *head = read_slot(m, o[1].slot).q, *rest = read_slot(m, o[2].slot).q;
      write_slot(m, o[0].slot, quoted_improper(m->names, &head, 1, rest), 0);
      return;
    }
    case OP_TUPLE: {
      Quoted *items[256];
      for (uint32_t i = 0; i < o[1].list.count && i < 256; i++) items[i] = read_slot(m, o[1].list.slots[i]).q;
      write_slot(m, o[0].slot, quoted_tuple(m->names, items, o[1].list.count), 0);
      return;
    }
    case OP_GUARD1: guard_native(m, o); return;
    case OP_CALL: {
      uint32_t k = o[0].slot, base = f->base;
      Cell arguments[256];
      uint32_t arity = m->image->functions[o[1].number].arity;
      for (uint32_t i = 0; i < arity; i++) arguments[i] = read_slot(m, k + i);
      keep_only(m, o[2].list, f->function->slot_count);
      if (m->depth + 1 == CALLS) {
        broken(m, "too many calls");
        return;
      }
      for (uint32_t i = 0; i < arity; i++) m->cells[base + k + i] = arguments[i];
      m->depth++;
      enter(m, (uint32_t)o[1].number, base + k);
      return;
    }
    case OP_TAIL: enter(m, (uint32_t)o[0].number, f->base); return;
    case OP_FUNCTION_CLAUSE:
    case OP_ERROR:
      m->result.end = op == OP_ERROR ? RUN_ERROR : RUN_FUNCTION_CLAUSE;
      if (op == OP_ERROR) m->result.error = (uint32_t)o[0].number, m->result.value = read_slot(m, o[1].slot).q;
      m->done = true;
      return;
    default: broken(m, info->name); return;
  }
}

RunResult image_run(Names *names, const ModuleImage *image, uint32_t function, Quoted *const *args, uint32_t count) {
  Machine *m = calloc(1, sizeof *m);
  m->names = names;
  m->image = image;
  for (uint32_t i = 0; i < count; i++) m->cells[i] = (Cell){args[i], mix(7, i + 1)};
  enter(m, function, 0);
  while (!m->done) {
    step(m);
    if (++m->result.steps > STEPS_MAX) broken(m, "it does not end");
  }
  RunResult result = m->result;
  free(m);
  return result;
}

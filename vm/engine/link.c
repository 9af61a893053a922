// SPDX-License-Identifier: Apache-2.0
//
// The linker: file opcodes of one function -> linked words, on the function's first call.
//
// It runs over the instructions twice with the same code: once to measure (out is NULL), which gives each instruction's
// place, once to write. What it chooses may depend only on what both runs see alike. Compiler hints do not exist;
// unchecked forms come from facts that are collected here along straight code:
//
//   known_arity[slot]   the slot holds a tuple of at least that many elements: ELEMENT needs no test
//
// A fact dies where something jumps to, at every call, and when its slot is written.
//
// Several workers: a function is linked under the code table's lock (linking makes exports, functions and funs), so of two that call it
// first one links and the other finds it linked. Nobody reads anything of it before `publish`: until then all ways to it end at its stub.
#include <stdlib.h>
#include <string.h>

#include "vm/engine/build_segments.h"
#include "vm/engine/engine.h"

typedef struct Linker {
  Engine *engine;
  CodeFunction *f;
  CodeUnit *unit;
  const ImageFunction *image;
  Arena *arena;        // of the unit
  uint64_t *out;       // NULL in the first run
  uint64_t *start;     // of the current instruction, or of a scratch one
  uint64_t scratch[64];
  size_t at;           // words so far
  size_t *places;      // per file instruction
  bool *leader;
  const ImageHandler **handler_of;
  uint32_t *known_arity;
  size_t slack_bytes;  // 8 * (S + max(M, slots))
  uint32_t index;      // of the current file instruction
  unsigned next_word;
} Linker;

// Without memory the linker leaves to engine_link, as its arenas do.
static void link_no_memory(void *context) { __builtin_longjmp(context, 1); }

static void *needed(Linker *l, void *what) {
  if (!what) l->arena->on_no_memory(l->arena->context);
  return what;
}

static Export *import_of(Linker *l, Operand o) { return needed(l, unit_import(l->unit, (uint32_t)o.number)); }

static void put_word(Linker *l, uint64_t word) {
  if (l->out) l->out[l->at] = word;
  l->at++;
}

// --- the parts of an instruction: begin, fields, words, list

static void begin(Linker *l, LinkedOp op) {
  uint64_t *to = l->out ? l->out + l->at : l->scratch;
  for (unsigned i = 0; i < LINKED_INFO[op].first_word; i++) to[i] = 0;
  to[0] = l->engine->handlers[op];
  l->start = to;
  l->at += LINKED_INFO[op].first_word;
}

static void field(Linker *l, unsigned i, uint64_t value) {
  CHECK(value <= UINT16_MAX);
  linked_set_field(l->start, i, (uint16_t)value);
}

static int16_t slot_offset(uint32_t slot) { return (int16_t)-(8 * (int)slot); }
static void slot_field(Linker *l, unsigned i, uint32_t slot) { linked_set_field(l->start, i, (uint16_t)slot_offset(slot)); }

static void label_word(Linker *l, uint32_t label) {
  put_word(l, label == LABEL_NONE ? 0 : (uint64_t)(uintptr_t)(l->out ? l->out + l->places[label] : NULL));
}

static void list_words(Linker *l, SlotList list) {
  for (uint32_t i = 0; i < list.count; i += 4) {
    uint64_t word = 0;
    for (uint32_t j = 0; j < 4 && i + j < list.count; j++) word |= (uint64_t)(uint16_t)slot_offset(list.slots[i + j]) << (16 * j);
    put_word(l, word);
  }
}

static uint64_t make_map(Linker *l, SlotList live, uint32_t k, bool is_call) {
  uint64_t map = (uint64_t)k * 8;
  if (is_call && l->handler_of[l->index]) map |= MAP_HANDLER;
  uint32_t highest = live.count ? live.slots[live.count - 1] : 0;
  if (highest < MAP_NEAR_SLOTS) {
    for (uint32_t i = 0; i < live.count; i++) map |= (uint64_t)1 << (MAP_MASK_SHIFT + live.slots[i]);
    return map;
  }
  if (!l->out) return map;
  uint32_t words = highest / 64 + 1;
  FarMap *far_map = arena_zero(l->arena, sizeof(FarMap) + 8 * (size_t)words);
  far_map->word_count = words;
  for (uint32_t i = 0; i < live.count; i++) far_map->bits[live.slots[i] / 64] |= (uint64_t)1 << (live.slots[i] % 64);
  return map | MAP_FAR | (uint64_t)(uintptr_t)far_map >> 3 << MAP_MASK_SHIFT;
}

// Of an instruction that may collect: the low bits tell how many slots the function has (E2 of engine.h).
static void map_word(Linker *l, SlotList live) { put_word(l, make_map(l, live, l->f->slot_count, false)); }
static void call_map_word(Linker *l, SlotList live, uint32_t k) { put_word(l, make_map(l, live, k, true)); }

static SlotList argument_map(Linker *l) {
  uint16_t *slots = arena_get(l->arena, sizeof(uint16_t) * (l->f->arity + 1));
  for (uint32_t i = 0; i < l->f->arity; i++) slots[i] = (uint16_t)i;
  return (SlotList){l->f->arity, slots};
}

static Term constant_term(Linker *l, CodeConstant c) {
  switch (c.kind) {
    case CONSTANT_SMALL: return term_small(c.value);
    case CONSTANT_ATOM: return unit_atom(l->unit, (uint32_t)c.value);
    case CONSTANT_NIL: return T_NIL;
    default: return l->unit->parts.literals[c.value];
  }
}

// A body call leaves as much room below its window as its callee needed, and no more: the heap may have grown up to there. A function
// that has slots further down asks for room again where it goes on. What lives there is what the call keeps, and its value.
static void room_after_call(Linker *l, uint32_t k, SlotList live) {
  if (l->f->slot_count <= k + STACK_SLACK_WORDS) return;
  uint16_t *slots = arena_get(l->arena, sizeof(uint16_t) * ((size_t)live.count + 1));
  if (live.count) memcpy(slots, live.slots, sizeof(uint16_t) * live.count);
  slots[live.count] = (uint16_t)k; // above all of them
  begin(l, L_FRAME);
  field(l, 0, l->slack_bytes);
  put_word(l, make_map(l, (SlotList){live.count + 1, slots}, k + 1, false)); // k + 1: nothing below is kept
}

// --- one file instruction each

static void simple(Linker *l, LinkedOp op, const Operand *o, const char *letters) {
  // Slots and numbers become fields in order, the label a word: the tests and bit string steps.
  begin(l, op);
  unsigned f = 0;
  for (unsigned i = 0; letters[i]; i++) {
    if (letters[i] == 's' || letters[i] == 'd') slot_field(l, f++, o[i].slot);
    if (letters[i] == 'i') field(l, f++, o[i].number);
  }
  for (unsigned i = 0; letters[i]; i++) {
    if (letters[i] == 'm') map_word(l, o[i].list);
  }
  for (unsigned i = 0; letters[i]; i++) {
    if (letters[i] == 'l') label_word(l, o[i].label);
  }
}

static void arithmetic(Linker *l, LinkedOp op, const Operand *o, bool unary) {
  begin(l, op);
  slot_field(l, 0, o[0].slot);
  slot_field(l, 1, o[1].slot);
  if (!unary) slot_field(l, 2, o[2].slot);
  field(l, unary ? 2 : 3, l->slack_bytes + 8 * FLOAT_WORDS);
  map_word(l, o[unary ? 3 : 4].list);
  label_word(l, o[unary ? 2 : 3].label);
}

static void compare_int(Linker *l, LinkedOp op, const Operand *o) {
  begin(l, op);
  slot_field(l, 0, o[0].slot);
  put_word(l, term_small(o[1].integer));
  label_word(l, o[2].label);
}

static void compare_const(Linker *l, const Operand *o, LinkedOp immediate, LinkedOp literal) {
  Term t = constant_term(l, o[1].constant);
  begin(l, term_is_pointer(t) ? literal : immediate);
  slot_field(l, 0, o[0].slot);
  put_word(l, t);
  label_word(l, o[2].label);
}

static uint64_t native_free_bytes(Linker *l, const NativeEntry *n, uint32_t k) {
  uint64_t slots = (uint64_t)k + n->arity + n->scratch;
  if (slots < l->f->slot_count) slots = l->f->slot_count;
  return 8 * (slots + HEAP_SLACK_WORDS);
}

static void call_export(Linker *l, const Operand *o) {
  Export *e = import_of(l, o[1]);
  uint32_t k = o[0].slot;
  if (e->native) {
    begin(l, L_CALL_NATIVE);
    slot_field(l, 0, k);
    field(l, 1, native_free_bytes(l, e->native, k));
    put_word(l, (uint64_t)(uintptr_t)e->native);
  } else {
    begin(l, L_CALL_EXT);
    slot_field(l, 0, k);
    put_word(l, (uint64_t)(uintptr_t)e);
  }
  call_map_word(l, o[2].list, k);
}

static void tail_export(Linker *l, const Operand *o) {
  Export *e = import_of(l, o[0]);
  if (!e->native) {
    begin(l, L_TAIL_EXT);
    put_word(l, (uint64_t)(uintptr_t)e);
    return;
  }
  begin(l, L_NATIVE_BODY);
  field(l, 0, native_free_bytes(l, e->native, 0));
  put_word(l, (uint64_t)(uintptr_t)e->native);
  put_word(l, 0);
  begin(l, L_RETURN);
  slot_field(l, 0, 0);
}

static int compare_rows(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return x[0] < y[0] ? -1 : x[0] > y[0];
}

static void select_table(Linker *l, LinkedOp op, const Operand *o) {
  SelectTable table = o[1].table;
  uint64_t *rows = NULL;
  uint32_t count = 0;
  if (l->out) {
    rows = arena_get(l->arena, 16 * ((size_t)table.count + 1));
    for (uint32_t i = 0; i < table.count; i++) {
      Term value = constant_term(l, table.values[i]);
      bool known = false;
      // The first of equal values counts. Small tables only: large ones are sorted, then thinned.
      for (uint32_t j = 0; table.count <= 16 && j < count && !known; j++) known = rows[2 * j] == value;
      if (known) continue;
      rows[2 * count] = value;
      rows[2 * count + 1] = (uint64_t)(uintptr_t)(l->out + l->places[table.labels[i]]);
      count++;
    }
    qsort(rows, count, 16, compare_rows);
  }
  begin(l, op);
  slot_field(l, 0, o[0].slot);
  field(l, 1, count);
  put_word(l, (uint64_t)(uintptr_t)rows);
  label_word(l, table.labels[table.count]);
}

static void guard(Linker *l, const Operand *o) {
  Export *e = import_of(l, o[1]);
  SlotList args = o[2].list;
  if (e->module == ATOM_erlang && args.count == 1) {
    LinkedOp op = e->name == ATOM_map_size ? L_MAP_SIZE : e->name == ATOM_tuple_size ? L_TUPLE_SIZE : e->name == ATOM_byte_size ? L_BYTE_SIZE : L_GUARD1;
    if (op != L_GUARD1) {
      begin(l, op);
      slot_field(l, 0, o[0].slot);
      slot_field(l, 1, args.slots[0]);
      map_word(l, o[4].list);
      label_word(l, o[3].label);
      return;
    }
  }
  if (e->module == ATOM_erlang && e->name == ATOM_element && args.count == 2) {
    begin(l, L_ELEMENT_DYN);
    slot_field(l, 0, o[0].slot);
    slot_field(l, 1, args.slots[0]);
    slot_field(l, 2, args.slots[1]);
    map_word(l, o[4].list);
    label_word(l, o[3].label);
    return;
  }
  begin(l, L_GUARD1);
  slot_field(l, 0, o[0].slot);
  field(l, 1, args.count);
  put_word(l, (uint64_t)(uintptr_t)e->native);
  map_word(l, o[4].list);
  label_word(l, o[3].label);
  list_words(l, args);
}

// Destination, sources in a list, map last; `extra` is the operand before the list, or 0.
static void build(Linker *l, LinkedOp op, const Operand *o, size_t words) {
  begin(l, op);
  field(l, 0, l->slack_bytes + 8 * words);
  slot_field(l, 1, o[0].slot);
}

static void map_op(Linker *l, LinkedOp op, const Operand *o, bool from_map) {
  SlotList pairs = o[from_map ? 2 : 1].list;
  begin(l, op);
  slot_field(l, 0, o[0].slot);
  if (from_map) slot_field(l, 1, o[1].slot);
  field(l, from_map ? 2 : 1, pairs.count);
  map_word(l, o[from_map ? 3 : 2].list);
  list_words(l, pairs);
}

static void bits_build(Linker *l, const Operand *o) {
  SegmentList from = o[1].segments;
  BuildSegments *list = NULL;
  if (l->out) {
    list = arena_zero(l->arena, sizeof(BuildSegments) + sizeof(BuildSegment) * from.count);
    list->count = from.count;
    for (uint32_t i = 0; i < from.count; i++) {
      const Segment *s = &from.segments[i];
      list->segments[i] = (BuildSegment){.kind = s->kind, .flags = s->flags, .size_kind = s->size_kind, .value_is_constant = s->value_is_constant,
                                         .unit = s->unit, .value_slot = slot_offset(s->value_is_constant ? 0 : s->value),
                                         .size_slot = slot_offset(s->size_kind == SIZE_SLOT ? s->size : 0), .size_bits = s->size,
                                         .constant = s->value_is_constant ? constant_term(l, s->constant) : T_NIL};
    }
  }
  begin(l, L_BITS_BUILD);
  slot_field(l, 0, o[0].slot);
  field(l, 1, 0);
  put_word(l, (uint64_t)(uintptr_t)list);
  map_word(l, o[2].list);
}

// d d s s i(bits) i(flags) l m and the like: fields from `letters`, a size word, map, label.
static void bits_sized(Linker *l, LinkedOp op, const Operand *o, uint64_t bits, bool has_flags, const SlotList *map, uint32_t label, unsigned slots) {
  begin(l, op);
  for (unsigned i = 0; i < slots; i++) slot_field(l, i, o[i].slot);
  if (has_flags) field(l, slots, o[slots + 1].number);
  put_word(l, bits);
  if (map) map_word(l, *map);
  label_word(l, label);
}

static void element(Linker *l, const Operand *o) {
  uint32_t slot = o[1].slot;
  bool known = l->known_arity[slot] > o[2].number && o[2].number < 4096;
  begin(l, known ? L_ELEMENT_KNOWN : L_ELEMENT);
  slot_field(l, 0, o[0].slot);
  slot_field(l, 1, slot);
  field(l, 2, known ? 8 * (o[2].number + 1) : o[2].number);
}

static bool is_leader(const Linker *l, uint32_t index) { return l->leader[index]; }

// Emits instruction l->index; answers how many file instructions it took.
static uint32_t link_one(Linker *l) {
  const Instruction *ins = &l->image->instructions[l->index];
  const Operand *o = ins->operands;
  bool has_next = l->index + 1 < l->image->instruction_count && !is_leader(l, l->index + 1) &&
                  l->handler_of[l->index] == l->handler_of[l->index + 1];
  switch (ins->opcode) {
    case OP_MOVE:
      if (has_next && ins[1].opcode == OP_MOVE) {
        begin(l, L_MOVE2);
        for (unsigned i = 0; i < 4; i++) slot_field(l, i, (i < 2 ? o : ins[1].operands)[i & 1].slot);
        return 2;
      }
      simple(l, L_MOVE, o, "ds");
      break;
    case OP_LOAD:
      if (has_next && ins[1].opcode == OP_RETURN && ins[1].operands[0].slot == o[0].slot) {
        begin(l, L_RETURN_CONST);
        put_word(l, constant_term(l, o[1].constant));
        return 2;
      }
      begin(l, L_LOAD);
      slot_field(l, 0, o[0].slot);
      put_word(l, constant_term(l, o[1].constant));
      break;
    case OP_SWAP: simple(l, L_SWAP, o, "dd"); break;
    case OP_FRAME:
      begin(l, L_FRAME);
      field(l, 0, l->slack_bytes);
      map_word(l, o[0].list);
      break;
    case OP_JUMP: simple(l, L_JUMP, o, "l"); break;
    case OP_RETURN: simple(l, L_RETURN, o, "s"); break;
    case OP_CALL:
      begin(l, L_CALL);
      slot_field(l, 0, o[0].slot);
      put_word(l, (uint64_t)(uintptr_t)needed(l, unit_function(l->unit, (uint32_t)o[1].number)));
      call_map_word(l, o[2].list, o[0].slot);
      room_after_call(l, o[0].slot, o[2].list);
      break;
    case OP_CALL_EXT:
      call_export(l, o);
      room_after_call(l, o[0].slot, o[2].list);
      break;
    case OP_CALL_FUN:
      begin(l, L_CALL_FUN);
      slot_field(l, 0, o[0].slot);
      slot_field(l, 1, o[1].slot);
      field(l, 2, o[2].number);
      call_map_word(l, o[3].list, o[0].slot);
      room_after_call(l, o[0].slot, o[3].list);
      break;
    case OP_CALL_DYN:
      begin(l, L_CALL_DYN);
      for (unsigned i = 0; i < 3; i++) slot_field(l, i, o[i].slot);
      field(l, 3, o[3].number);
      call_map_word(l, o[4].list, o[0].slot);
      room_after_call(l, o[0].slot, o[4].list);
      break;
    case OP_TAIL:
      if (o[0].number == l->f->index) {
        begin(l, L_TAIL_SELF);
        put_word(l, (uint64_t)(uintptr_t)l->out);
      } else {
        begin(l, L_TAIL);
        put_word(l, (uint64_t)(uintptr_t)needed(l, unit_function(l->unit, (uint32_t)o[0].number)));
      }
      break;
    case OP_TAIL_EXT: tail_export(l, o); break;
    case OP_TAIL_FUN:
      begin(l, L_TAIL_FUN);
      slot_field(l, 0, o[0].slot);
      field(l, 1, o[1].number);
      put_word(l, 0);
      break;
    case OP_TAIL_DYN:
      begin(l, L_TAIL_DYN);
      slot_field(l, 0, o[0].slot);
      slot_field(l, 1, o[1].slot);
      field(l, 2, o[2].number);
      put_word(l, 0);
      break;
    case OP_SELECT: select_table(l, L_SELECT, o); break;
    case OP_SELECT_ARITY: select_table(l, L_SELECT_ARITY, o); break;
#define TEST(NAME) \
  case OP_##NAME: simple(l, L_##NAME, o, "sl"); break;
    TEST(IS_INTEGER)
    TEST(IS_FLOAT)
    TEST(IS_NUMBER)
    TEST(IS_ATOM)
    TEST(IS_BOOLEAN)
    TEST(IS_PID)
    TEST(IS_REFERENCE)
    TEST(IS_PORT)
    TEST(IS_FUNCTION)
    TEST(IS_LIST)
    TEST(IS_CONS)
    TEST(IS_NIL)
    TEST(IS_TUPLE)
    TEST(IS_MAP)
    TEST(IS_BINARY)
    TEST(IS_BITSTRING)
#undef TEST
    case OP_IS_TUPLE_OF:
      begin(l, L_IS_TUPLE_OF);
      slot_field(l, 0, o[0].slot);
      put_word(l, HEADER(KIND_TUPLE, o[1].number));
      label_word(l, o[2].label);
      l->known_arity[o[0].slot] = (uint32_t)o[1].number;
      break;
    case OP_IS_TAGGED:
      begin(l, L_IS_TAGGED);
      slot_field(l, 0, o[0].slot);
      put_word(l, HEADER(KIND_TUPLE, o[1].number));
      put_word(l, constant_term(l, o[2].constant));
      label_word(l, o[3].label);
      l->known_arity[o[0].slot] = (uint32_t)o[1].number;
      break;
    case OP_IS_FUNCTION_ARITY: simple(l, L_IS_FUNCTION_ARITY, o, "ssl"); break;
#define COMPARE(NAME) \
  case OP_##NAME: simple(l, L_##NAME, o, "sslm"); break;
    COMPARE(SAME)
    COMPARE(NOT_SAME)
    COMPARE(EQUAL)
    COMPARE(NOT_EQUAL)
    COMPARE(LESS)
    COMPARE(NOT_LESS)
    COMPARE(HAS_KEY)
#undef COMPARE
    case OP_SAME_CONST: compare_const(l, o, L_SAME_IMM, L_SAME_LITERAL); break;
    case OP_NOT_SAME_CONST: compare_const(l, o, L_NOT_SAME_IMM, L_NOT_SAME_LITERAL); break;
    case OP_LESS_INT: compare_int(l, L_LESS_INT, o); break;
    case OP_NOT_LESS_INT: compare_int(l, L_NOT_LESS_INT, o); break;
    case OP_GREATER_INT: compare_int(l, L_GREATER_INT, o); break;
    case OP_NOT_GREATER_INT: compare_int(l, L_NOT_GREATER_INT, o); break;
    case OP_EQUAL_INT: compare_int(l, L_EQUAL_INT, o); break;
    case OP_IS_TRUE:
      begin(l, L_SAME_IMM);
      slot_field(l, 0, o[0].slot);
      put_word(l, ATOM_true);
      label_word(l, o[1].label);
      break;
#define BINARY(NAME) \
  case OP_##NAME: arithmetic(l, L_##NAME, o, false); break;
    BINARY(ADD)
    BINARY(SUB)
    BINARY(MUL)
    BINARY(DIVIDE)
    BINARY(DIV)
    BINARY(REM)
    BINARY(BAND)
    BINARY(BOR)
    BINARY(BXOR)
    BINARY(BSL)
    BINARY(BSR)
#undef BINARY
    case OP_NEGATE: arithmetic(l, L_NEGATE, o, true); break;
    case OP_BNOT: arithmetic(l, L_BNOT, o, true); break;
    case OP_ADD_INT:
      begin(l, L_ADD_INT);
      slot_field(l, 0, o[0].slot);
      slot_field(l, 1, o[1].slot);
      field(l, 2, l->slack_bytes + 8 * FLOAT_WORDS);
      put_word(l, term_small(o[2].integer));
      map_word(l, o[4].list);
      label_word(l, o[3].label);
      break;
    case OP_GUARD1: guard(l, o); break;
    case OP_CONS:
      build(l, L_CONS, o, CONS_WORDS);
      slot_field(l, 2, o[1].slot);
      slot_field(l, 3, o[2].slot);
      map_word(l, o[3].list);
      break;
    case OP_GET_LIST: simple(l, L_GET_LIST, o, "sddl"); break;
    case OP_HEAD: simple(l, L_HEAD, o, "dsl"); break;
    case OP_TAIL_OF: simple(l, L_TAIL_OF, o, "dsl"); break;
    case OP_TUPLE:
      build(l, L_TUPLE, o, 1 + (size_t)o[1].list.count);
      field(l, 2, o[1].list.count);
      map_word(l, o[2].list);
      list_words(l, o[1].list);
      break;
    case OP_ELEMENT: element(l, o); break;
    case OP_MAP_NEW: map_op(l, L_MAP_NEW, o, false); break;
    case OP_MAP_PUT: map_op(l, L_MAP_PUT, o, true); break;
    case OP_MAP_UPDATE: map_op(l, L_MAP_UPDATE, o, true); break;
    case OP_MAP_GET: simple(l, L_MAP_GET, o, "dsslm"); break;
    case OP_MAP_GET_CONST: {
      Term key = constant_term(l, o[2].constant);
      begin(l, term_is_pointer(key) ? L_MAP_GET_LITERAL : L_MAP_GET_ATOM);
      slot_field(l, 0, o[0].slot);
      slot_field(l, 1, o[1].slot);
      put_word(l, key);
      label_word(l, o[3].label);
      break;
    }
    case OP_MAKE_FUN:
      build(l, L_MAKE_FUN, o, 2 + (size_t)o[2].list.count);
      field(l, 2, o[2].list.count);
      put_word(l, (uint64_t)(uintptr_t)needed(l, unit_fun(l->unit, (uint32_t)o[1].number)));
      map_word(l, o[3].list);
      list_words(l, o[2].list);
      break;
    case OP_BITS_START: simple(l, L_BITS_START, o, "dsl"); break;
    case OP_BITS_INT: {
      uint64_t bits = o[4].number;
      if (o[5].number == 0 && bits >= 8 && bits <= 56 && bits % 8 == 0) {
        begin(l, L_BITS_INT_SMALL);
        for (unsigned i = 0; i < 4; i++) slot_field(l, i, o[i].slot);
        field(l, 4, bits);
        label_word(l, o[6].label);
      } else {
        bits_sized(l, L_BITS_INT, o, bits, true, &o[7].list, o[6].label, 4);
      }
      break;
    }
    case OP_BITS_FLOAT: bits_sized(l, L_BITS_FLOAT, o, o[4].number, true, &o[7].list, o[6].label, 4); break;
    case OP_BITS_SLICE:
      bits_sized(l, L_BITS_SLICE, o, o[4].number, false, &o[6].list, o[5].label, 4);
      field(l, 4, l->slack_bytes + 8 * BIN_SLICE_WORDS);
      break;
    case OP_BITS_SKIP: bits_sized(l, L_BITS_SKIP, o, o[3].number, false, NULL, o[4].label, 3); break;
    case OP_BITS_INT_VAR: simple(l, L_BITS_INT_VAR, o, "ddsssiilm"); break;
    case OP_BITS_FLOAT_VAR: simple(l, L_BITS_FLOAT_VAR, o, "ddsssiilm"); break;
    case OP_BITS_SLICE_VAR:
      simple(l, L_BITS_SLICE_VAR, o, "ddsssilm");
      field(l, 6, l->slack_bytes + 8 * BIN_SLICE_WORDS);
      break;
    case OP_BITS_REST:
      simple(l, L_BITS_REST, o, "dssilm");
      field(l, 4, l->slack_bytes + 8 * BIN_SLICE_WORDS);
      break;
    case OP_BITS_SKIP_VAR: simple(l, L_BITS_SKIP_VAR, o, "dsssil"); break;
    case OP_BITS_UTF: simple(l, L_BITS_UTF, o, "ddssil"); break;
    case OP_BITS_EMPTY: simple(l, L_BITS_EMPTY, o, "ssl"); break;
    case OP_BITS_REST_UNIT: simple(l, L_BITS_REST_UNIT, o, "ssil"); break;
    case OP_BITS_LITERAL:
      begin(l, L_BITS_LITERAL);
      for (unsigned i = 0; i < 3; i++) slot_field(l, i, o[i].slot);
      put_word(l, constant_term(l, o[3].constant));
      label_word(l, o[4].label);
      break;
    case OP_BITS_BUILD: bits_build(l, o); break;
    case OP_RECV_PEEK: simple(l, L_RECV_PEEK, o, "dl"); break;
    case OP_RECV_ACCEPT: simple(l, L_RECV_ACCEPT, o, ""); break;
    case OP_RECV_NEXT: simple(l, L_RECV_NEXT, o, "l"); break;
    case OP_RECV_WAIT:
      begin(l, L_RECV_WAIT);
      label_word(l, o[0].label);
      map_word(l, o[1].list);
      break;
    case OP_RECV_WAIT_UNTIL:
      begin(l, L_RECV_WAIT_UNTIL);
      slot_field(l, 0, o[0].slot);
      label_word(l, o[1].label);
      map_word(l, o[2].list);
      break;
    case OP_RECV_MARK: simple(l, L_RECV_MARK, o, "s"); break;
    case OP_SEND: simple(l, L_SEND, o, "dssm"); break;
    case OP_ERROR: simple(l, L_ERROR, o, "is"); break;
    case OP_FUNCTION_CLAUSE:
      begin(l, L_FUNCTION_CLAUSE);
      field(l, 0, o[0].list.count);
      map_word(l, o[0].list);
      break;
    case OP_RAISE: simple(l, L_RAISE, o, "sss"); break;
    case OP_STACKTRACE: simple(l, L_STACKTRACE, o, "dsm"); break;
    default: UNREACHABLE();
  }
  return 1;
}

static void forget_written(Linker *l, uint32_t from, uint32_t count) {
  for (uint32_t i = from; i < from + count; i++) {
    const Instruction *ins = &l->image->instructions[i];
    const OpcodeInfo *info = opcode_info(ins->opcode);
    if (info->is_call) {
      memset(l->known_arity, 0, sizeof(uint32_t) * l->f->slot_count);
      return;
    }
    for (uint32_t j = 0; j < info->operand_count; j++)
      if (info->operands[j] == 'd') l->known_arity[ins->operands[j].slot] = 0;
  }
}

static void run(Linker *l) {
  l->at = 0;
  memset(l->known_arity, 0, sizeof(uint32_t) * l->f->slot_count);
  l->index = 0;
  bool large = l->f->slot_count > STACK_SLACK_WORDS;
  begin(l, large ? L_ENTRY_LARGE : L_ENTRY);
  if (large) field(l, 0, 8 * ((uint64_t)l->f->slot_count + STACK_SLACK_WORDS));
  // Only the arguments are live at the entry.
  put_word(l, make_map(l, argument_map(l), l->f->arity, false));
  for (uint32_t i = 0; i < l->image->instruction_count;) {
    l->index = i;
    if (is_leader(l, i)) memset(l->known_arity, 0, sizeof(uint32_t) * l->f->slot_count);
    uint32_t before = i;
    l->places[i] = l->at;
    uint32_t taken = link_one(l);
    for (uint32_t j = 1; j < taken; j++) l->places[i + j] = l->at; // never a jump's target
    i += taken;
    forget_written(l, before, taken);
  }
}

static void mark_leaders(Linker *l) {
  for (uint32_t i = 0; i < l->image->instruction_count; i++) {
    const OpcodeInfo *info = opcode_info(l->image->instructions[i].opcode);
    const Operand *o = l->image->instructions[i].operands;
    for (uint32_t j = 0; j < info->operand_count; j++) {
      if (info->operands[j] == 'l' || (info->operands[j] == 'L' && o[j].label != LABEL_NONE)) l->leader[o[j].label] = true;
      if (info->operands[j] == 'T')
        for (uint32_t t = 0; t <= o[j].table.count; t++) l->leader[o[j].table.labels[t]] = true;
    }
  }
  for (uint32_t i = l->image->handler_count; i-- > 0;) {
    l->leader[l->image->handlers[i].handler] = true;
    for (uint32_t j = l->image->handlers[i].from; j < l->image->handlers[i].to; j++) l->handler_of[j] = &l->image->handlers[i];
  }
}

static void make_tables(Linker *l) {
  CodeFunction *f = l->f;
  f->handler_count = l->image->handler_count;
  f->handlers = ARENA_ARRAY(l->arena, CodeHandler, f->handler_count);
  for (uint32_t i = 0; i < f->handler_count; i++) {
    const ImageHandler *h = &l->image->handlers[i];
    const uint64_t *to = h->to == l->image->instruction_count ? f->code + f->code_words : f->code + l->places[h->to];
    f->handlers[i] = (CodeHandler){f->code + l->places[h->from], to, f->code + l->places[h->handler], h->base};
  }
  f->line_count = l->image->line_count;
  f->lines = ARENA_ARRAY(l->arena, CodeLine, f->line_count);
  for (uint32_t i = 0; i < f->line_count; i++)
    f->lines[i] = (CodeLine){f->code + l->places[l->image->lines[i].from], l->image->lines[i].line, l->image->lines[i].file};
}

static bool link_words(Engine *e, CodeFunction *f, Arena *temporary) {
  CodeUnit *unit = f->unit;
  ImageFunction image;
  unit_read_function(temporary, unit, f->index, &image);
  uint32_t count = image.instruction_count;
  Linker l = {.engine = e, .f = f, .unit = unit, .image = &image, .arena = temporary,
              .slack_bytes = 8 * (STACK_SLACK_WORDS + (f->slot_count > FRAME_SMALL_WORDS ? f->slot_count : (size_t)FRAME_SMALL_WORDS))};
  l.places = ARENA_ARRAY(temporary, size_t, count);
  l.leader = ARENA_ARRAY(temporary, bool, count);
  l.handler_of = ARENA_ARRAY(temporary, const ImageHandler *, count);
  l.known_arity = ARENA_ARRAY(temporary, uint32_t, (size_t)f->slot_count + 1);
  mark_leaders(&l);
  run(&l);
  f->code_words = l.at;
  f->code = arena_get(&unit->arena, 8 * l.at);
  l.out = f->code;
  l.arena = &unit->arena;
  run(&l);
  CHECK(l.at == f->code_words);
  make_tables(&l);
  return code_add_range(unit->table, f);
}

// Links and compiles. Linked words that could not be compiled are kept for the next call.
static bool make(Engine *e, CodeFunction *f) {
  Arena *arena = &f->unit->arena, temporary;
  void *no_memory[5];
  bool volatile words = f->code != NULL, made = false;
  arena->on_no_memory = link_no_memory;
  arena->context = no_memory;
  arena_init(&temporary, arena->alloc, link_no_memory, no_memory);
  if (__builtin_setjmp(no_memory) == 0) {
    if (!words) words = link_words(e, f, &temporary);
    made = words && (!e->compile || e->compile(e->jit, f));
  }
  arena_free(&temporary);
  arena->on_no_memory = NULL;
  if (!words) f->code = NULL; // what was taken from the unit's arena stays there; the next call tries again
  return made;
}

// From now on calls go to the function itself: everything they will read is whole.
static void publish(Engine *e, CodeFunction *f) {
  CodeUnit *unit = f->unit;
  PUBLISH(f->entry, (const void *)f->code);
  for (uint32_t i = 0; unit->funs && i < unit->parts.fun_count; i++)
    if (unit->funs[i].code && unit->funs[i].function_index == f->index) {
      PUBLISH(unit->funs[i].code, (const void *)f->code);
      PUBLISH(unit->funs[i].machine, f->machine);
    }
  Export *export = code_export_known(unit->table, unit->module, f->name, f->arity);
  if (export && !export->native && export->unit_id == unit->id && export->function_index == f->index) {
    PUBLISH(export->code, (const void *)f->code);
    PUBLISH(export->machine, f->machine);
  }
  e->linked_function_count++;
  e->linked_word_count += f->code_words;
}

bool engine_link(Engine *e, CodeFunction *f) {
  CodeTable *t = f->unit->table;
  code_lock(t);
  bool linked = f->entry != f->stub; // by another worker, while this one came here
  if (!linked && make(e, f)) {
    publish(e, f);
    linked = true;
  }
  code_unlock(t);
  return linked;
}

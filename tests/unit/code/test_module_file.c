// SPDX-License-Identifier: Apache-2.0
//
// Builder, writer and reader agree: what was built comes back from the bytes, for every kind of operand and every opcode.
#include "maker.h"
#include "vm/code/disasm.h"

static void same_text(ImageText a, ImageText b) {
  cr_assert_eq(a.size, b.size);
  if (a.size) cr_assert_eq(memcmp(a.bytes, b.bytes, a.size), 0);
}

static void same_constant(CodeConstant a, CodeConstant b) {
  cr_assert_eq(a.kind, b.kind);
  if (a.kind != CONSTANT_NIL) cr_assert_eq(a.value, b.value);
}

static void same_operand(char letter, const Operand *a, const Operand *b) {
  switch (letter) {
    case 'd':
    case 's':
    case 'k': cr_assert_eq(a->slot, b->slot); break;
    case 'l':
    case 'L': cr_assert_eq(a->label, b->label); break;
    case 'c': same_constant(a->constant, b->constant); break;
    case 'n': cr_assert_eq(a->integer, b->integer); break;
    case 'S':
    case 'm':
      cr_assert_eq(a->list.count, b->list.count);
      for (uint32_t i = 0; i < a->list.count; i++) cr_assert_eq(a->list.slots[i], b->list.slots[i]);
      break;
    case 'T':
      cr_assert_eq(a->table.count, b->table.count);
      for (uint32_t i = 0; i < a->table.count; i++) same_constant(a->table.values[i], b->table.values[i]);
      for (uint32_t i = 0; i <= a->table.count; i++) cr_assert_eq(a->table.labels[i], b->table.labels[i]);
      break;
    case 'G':
      cr_assert_eq(a->segments.count, b->segments.count);
      for (uint32_t i = 0; i < a->segments.count; i++) {
        const Segment *x = &a->segments.segments[i], *y = &b->segments.segments[i];
        cr_assert(x->kind == y->kind && x->flags == y->flags && x->size_kind == y->size_kind && x->unit == y->unit);
        cr_assert_eq(x->value_is_constant, y->value_is_constant);
        if (x->size_kind != SIZE_ALL) cr_assert_eq(x->size, y->size);
        if (x->value_is_constant) {
          same_constant(x->constant, y->constant);
        } else {
          cr_assert_eq(x->value, y->value);
        }
      }
      break;
    default: cr_assert_eq(a->number, b->number); break;
  }
}

static void same_function(const ImageFunction *a, const ImageFunction *b) {
  cr_assert(a->name == b->name && a->arity == b->arity && a->exported == b->exported && a->slot_count == b->slot_count);
  cr_assert_eq(a->instruction_count, b->instruction_count);
  for (uint32_t i = 0; i < a->instruction_count; i++) {
    cr_assert_eq(a->instructions[i].opcode, b->instructions[i].opcode);
    const OpcodeInfo *info = opcode_info(a->instructions[i].opcode);
    for (uint32_t j = 0; j < info->operand_count; j++)
      same_operand(info->operands[j], &a->instructions[i].operands[j], &b->instructions[i].operands[j]);
  }
  cr_assert_eq(a->handler_count, b->handler_count);
  for (uint32_t i = 0; i < a->handler_count; i++) cr_assert_eq(memcmp(&a->handlers[i], &b->handlers[i], sizeof *a->handlers), 0);
  cr_assert_eq(a->line_count, b->line_count);
  for (uint32_t i = 0; i < a->line_count; i++) cr_assert_eq(memcmp(&a->lines[i], &b->lines[i], sizeof *a->lines), 0);
}

static void same_image(const ModuleImage *a, const ModuleImage *b) {
  cr_assert_eq(a->name, b->name);
  cr_assert(a->atom_count == b->atom_count && a->literal_count == b->literal_count && a->file_count == b->file_count);
  for (uint32_t i = 0; i < a->atom_count; i++) same_text(a->atoms[i], b->atoms[i]);
  for (uint32_t i = 0; i < a->literal_count; i++) same_text(a->literals[i], b->literals[i]);
  for (uint32_t i = 0; i < a->file_count; i++) same_text(a->files[i], b->files[i]);
  cr_assert(a->import_count == b->import_count && a->fun_count == b->fun_count);
  for (uint32_t i = 0; i < a->import_count; i++) cr_assert_eq(memcmp(&a->imports[i], &b->imports[i], sizeof *a->imports), 0);
  for (uint32_t i = 0; i < a->fun_count; i++) cr_assert_eq(memcmp(&a->funs[i], &b->funs[i], sizeof *a->funs), 0);
  same_text(a->attributes, b->attributes);
  same_text(a->docs, b->docs);
  cr_assert_eq(a->function_count, b->function_count);
  for (uint32_t i = 0; i < a->function_count; i++) same_function(&a->functions[i], &b->functions[i]);
}

// Writes, reads, compares, writes again: the bytes are the same.
static void round_trip(Maker *m) {
  ModuleImage *image = maker_image(m);
  maker_write(m);
  Arena arena;
  arena_init(&arena, &m->f->alloc, vm_fixture_no_memory, NULL);
  VerifyError error;
  ModuleImage *back = module_read(&arena, m->bytes.data, m->bytes.size, &error);
  cr_assert_not_null(back, "%s", verify_reason_name(error.reason));
  same_image(image, back);
  Buffer again;
  buffer_init(&again, &m->f->alloc);
  module_write(back, &again);
  cr_assert_eq(again.size, m->bytes.size);
  cr_assert_eq(memcmp(again.data, m->bytes.data, again.size), 0);
  buffer_free(&again);
  arena_free(&arena);
}

static uint64_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

static CodeConstant random_constant(uint64_t *r, bool any) {
  switch (next_random(r) % (any ? 4 : 2)) {
    case 0: return (CodeConstant){CONSTANT_SMALL, (int64_t)(next_random(r) << 20 ^ next_random(r)) - ((int64_t)1 << 40)};
    case 1: return (CodeConstant){CONSTANT_ATOM, (int64_t)(next_random(r) % 3)};
    case 2: return (CodeConstant){CONSTANT_NIL, 0};
    default: return (CodeConstant){CONSTANT_LITERAL, (int64_t)(next_random(r) % 2)};
  }
}

// Operands of a form that the reader takes; the verifier is not asked.
static Operand random_operand(Arena *arena, char letter, uint64_t *r, uint32_t label) {
  switch (letter) {
    case 'd':
    case 's':
    case 'k': return (Operand){.slot = (uint32_t)(next_random(r) % SLOT_MAX)};
    case 'l': return (Operand){.label = label};
    case 'L': return (Operand){.label = next_random(r) % 2 ? label : LABEL_NONE};
    case 'c': return (Operand){.constant = random_constant(r, true)};
    case 'n': return (Operand){.integer = (int64_t)(next_random(r) % (1 << 30)) - (1 << 29)};
    case 'i': return (Operand){.number = next_random(r) << 1 & 0xffffffff};
    case 'f': return (Operand){.number = 0};
    case 'e': return (Operand){.number = next_random(r) % 2};
    case 'u': return (Operand){.number = 0};
    case 'S':
    case 'm': {
      uint32_t count = (uint32_t)(next_random(r) % 6);
      uint16_t *slots = ARENA_ARRAY(arena, uint16_t, count);
      for (uint32_t i = 0; i < count; i++) slots[i] = (uint16_t)(letter == 'm' ? (i ? slots[i - 1] : 0) + 1 + next_random(r) % 200 : next_random(r) % SLOT_MAX);
      return (Operand){.list = {count, slots}};
    }
    case 'T': {
      uint32_t count = (uint32_t)(next_random(r) % 6);
      CodeConstant *values = ARENA_ARRAY(arena, CodeConstant, count);
      uint32_t *labels = ARENA_ARRAY(arena, uint32_t, count + 1);
      for (uint32_t i = 0; i < count; i++) values[i] = random_constant(r, false);
      for (uint32_t i = 0; i <= count; i++) labels[i] = label;
      return (Operand){.table = {count, values, labels}};
    }
    default: {
      cr_assert_eq(letter, 'G', "operand letter %c has no test", letter);
      uint32_t count = (uint32_t)(next_random(r) % 6);
      Segment *segments = ARENA_ARRAY(arena, Segment, count);
      for (uint32_t i = 0; i < count; i++) {
        Segment *s = &segments[i];
        s->kind = (uint8_t)(next_random(r) % 6);
        s->flags = (uint8_t)(next_random(r) % 4);
        s->size_kind = s->kind > SEGMENT_BITS ? SIZE_ALL : s->kind < SEGMENT_BITS ? (uint8_t)(1 + next_random(r) % 2) : (uint8_t)(next_random(r) % 3);
        s->unit = (uint16_t)(1 + next_random(r) % 256);
        s->size = s->size_kind == SIZE_ALL ? 0 : (uint32_t)(next_random(r) % SLOT_MAX);
        s->value_is_constant = next_random(r) % 2;
        if (s->value_is_constant) {
          s->constant = random_constant(r, true);
        } else {
          s->value = (uint32_t)(next_random(r) % SLOT_MAX);
        }
      }
      return (Operand){.segments = {count, segments}};
    }
  }
}

Test(module_file, every_opcode_comes_back) {
  for (uint64_t seed = 1; seed <= 40; seed++) {
    Maker m;
    maker_start(&m);
    ModuleBuilder *b = m.b;
    uint64_t random = seed;
    ATOM_INDEX("one"), ATOM_INDEX("zwölf"), ATOM_INDEX("");
    builder_literal(b, "\x83\x61\x07", 3);
    builder_literal(b, "\x83\x6d\0\0\0\3abc", 9);
    builder_import(b, 1, 2, 3), builder_import(b, 0, 1, 255);
    uint32_t file = builder_file(b, "lib/a.ex", 8);
    builder_attributes(b, "\x83\x6a", 2);
    if (seed % 2) builder_docs(b, "\x83\x6a", 2);
    uint32_t f = maker_begin(&m, "all", 3);
    builder_fun(b, f, 1, 2);
    uint32_t label = builder_label(b), end = builder_label(b), handler = builder_label(b);
    builder_bind(b, label);
    for (unsigned op = 0; op < FILE_OPCODE_MAX; op++) {
      const OpcodeInfo *info = opcode_info(op);
      if (!info) continue;
      builder_line(b, file, (uint32_t)(next_random(&random) % 4));
      Operand operands[OP_OPERANDS_MAX];
      cr_assert_leq(info->operand_count, OP_OPERANDS_MAX);
      for (uint32_t i = 0; i < info->operand_count; i++) operands[i] = random_operand(&m.f->arena, info->operands[i], &random, label);
      builder_emit(b, (FileOpcode)op, operands);
    }
    builder_bind(b, end);
    builder_bind(b, handler);
    EMIT(OP_RETURN, SLOT(0));
    builder_handler(b, label, end, handler, 4);
    builder_end(b);
    round_trip(&m);
    maker_end(&m);
  }
}

Test(module_file, programs_come_back) {
  Maker m;
  maker_start(&m);
  program_fib(m.b);
  program_lists(m.b);
  round_trip(&m);
  maker_end(&m);
}

Test(module_file, pools_hold_each_thing_once) {
  Maker m;
  maker_start(&m);
  ModuleBuilder *b = m.b;
  char text[16];
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 1000; i++) {
      int n = snprintf(text, sizeof text, "atom_%d", i);
      cr_assert_eq(builder_atom(b, text, (size_t)n), (uint32_t)i + 1);
      cr_assert_eq(builder_import(b, (uint32_t)i, 1, 2), (uint32_t)i);
    }
  uint32_t a = builder_literal(b, "\x83\x61\x01", 3), c = builder_literal(b, "\x83\x61\x02", 3);
  cr_assert_neq(a, c);
  cr_assert_eq(builder_literal(b, "\x83\x61\x01", 3), a);
  cr_assert_eq(builder_file(b, "x", 1), builder_file(b, "x", 1));
  maker_end(&m);
}

Test(module_file, slots_and_labels_are_found) {
  Maker m;
  maker_start(&m);
  ModuleBuilder *b = m.b;
  maker_begin(&m, "f", 2);
  uint32_t forward = builder_label(b), from = builder_label(b), empty = builder_label(b);
  builder_bind(b, from);
  builder_bind(b, empty);
  EMIT(OP_JUMP, LABEL(forward));
  EMIT(OP_MOVE, SLOT(9), SLOT(0));
  builder_bind(b, forward);
  EMIT(OP_RETURN, SLOT(0));
  builder_handler(b, from, empty, forward, 20); // guards nothing: it is left out, its slots are not
  builder_end(b);
  const ImageFunction *f = &maker_image(&m)->functions[0];
  cr_assert_eq(f->instructions[0].operands[0].label, 2);
  cr_assert_eq(f->slot_count, 23);
  cr_assert_eq(f->handler_count, 0);
  maker_end(&m);
}

Test(module_file, lines_are_kept_where_they_change) {
  Maker m;
  maker_start(&m);
  ModuleBuilder *b = m.b;
  maker_begin(&m, "f", 1);
  builder_line(b, 0, 3);
  builder_line(b, 0, 4); // nothing stands at line 3
  EMIT(OP_MOVE, SLOT(1), SLOT(0));
  builder_line(b, 0, 4);
  EMIT(OP_MOVE, SLOT(1), SLOT(0));
  builder_line(b, 0, 7);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);
  const ImageFunction *f = &maker_image(&m)->functions[0];
  cr_assert_eq(f->line_count, 2);
  cr_assert_eq(f->lines[0].line, 4);
  cr_assert(f->lines[1].line == 7 && f->lines[1].from == 2);
  maker_end(&m);
}

Test(module_file, checksum_sees_every_byte) {
  unsigned char bytes[64] = {0};
  uint64_t first = module_checksum(bytes, sizeof bytes);
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] ^= 0x10;
    cr_assert_neq(module_checksum(bytes, sizeof bytes), first);
    bytes[i] ^= 0x10;
  }
  cr_assert_neq(module_checksum(bytes, sizeof bytes - 1), first, "zeros at the end count");
}

Test(module_file, opcode_table_is_sound) {
  cr_assert_null(opcode_info(FILE_OPCODE_MAX));
  cr_assert_null(opcode_info(100000));
  unsigned count = 0;
  for (unsigned op = 0; op < FILE_OPCODE_MAX; op++) {
    const OpcodeInfo *info = opcode_info(op);
    if (!info) continue;
    count++;
    cr_expect_eq(info->operand_count, strlen(info->operands));
    bool has_map = strchr(info->operands, 'm') != NULL;
    cr_expect(!info->may_collect || has_map, "%s may collect and has no live map", info->name);
    cr_expect(!info->is_call || (has_map && info->operands[0] == 'k'), "%s is a call", info->name);
    cr_expect(!has_map || info->operands[info->operand_count - 1] == 'm', "the map of %s stands last", info->name);
    for (const char *flag = info->flags; *flag; flag++) cr_expect(strchr("CREYK", *flag), "%s has flag %c", info->name, *flag);
  }
  cr_assert_gt(count, 90);
}

Test(module_file, listing_names_what_it_shows) {
  Maker m;
  maker_start(&m);
  program_fib(m.b);
  program_lists(m.b);
  maker_write(&m);
  Buffer out;
  buffer_init(&out, &m.f->alloc);
  VerifyError error;
  cr_assert(disasm_module(&m.f->alloc, m.bytes.data, m.bytes.size, &out, &error));
  buffer_byte(&out, 0);
  cr_assert(strstr(out.data, "module Made\n"));
  cr_assert(strstr(out.data, "fib/1 exported, 4 slots\n"));
  cr_assert(strstr(out.data, "call             @2 fib/1 {x0}"));
  cr_assert(strstr(out.data, "handler ->"));
  out.size = 0;
  m.bytes.data[20] ^= 1;
  cr_assert_not(disasm_module(&m.f->alloc, m.bytes.data, m.bytes.size, &out, &error));
  cr_assert_eq(error.reason, VERIFY_BAD_CHECKSUM);
  buffer_free(&out);
  maker_end(&m);
}

Test(module_file, docs_are_found_without_the_rest) {
  Maker m;
  maker_start(&m);
  program_fib(m.b);
  builder_docs(m.b, "\203m\0\0\0\2hi", 8);
  maker_write(&m);
  ImageText docs;
  cr_assert(module_find_docs(m.bytes.data, m.bytes.size, &docs));
  cr_assert(docs.size == 8 && memcmp(docs.bytes, "\203m\0\0\0\2hi", 8) == 0);
  // Cut anywhere, or with chunks that reach beyond the end: refused, and nothing is read outside.
  for (size_t size = 0; size < m.bytes.size; size++) {
    char *cut = alloc_get(&m.f->alloc, size + 1);
    memcpy(cut, m.bytes.data, size);
    if (size > MODULE_HEADER_BYTES) module_seal(cut, size);
    if (module_find_docs(cut, size, &docs)) cr_assert_eq(docs.size, 0, "cut at %zu", size);
    alloc_put(&m.f->alloc, cut, size + 1);
  }
  char *chunk = maker_chunk(&m, "DOCS");
  for (int byte = 4; byte < 9; byte++) {
    char was = chunk[byte];
    chunk[byte] = (char)0xff;
    maker_seal(&m);
    cr_assert_not(module_find_docs(m.bytes.data, m.bytes.size, &docs), "byte %d", byte);
    chunk[byte] = was;
  }
  m.bytes.data[20] ^= 1;
  cr_assert_not(module_find_docs(m.bytes.data, m.bytes.size, &docs), "the checksum is looked at");
  maker_end(&m);
}

Test(module_file, a_module_without_docs_has_none) {
  Maker m;
  maker_start(&m);
  program_fib(m.b);
  maker_write(&m);
  ImageText docs = {"x", 1};
  cr_assert(module_find_docs(m.bytes.data, m.bytes.size, &docs));
  cr_assert_eq(docs.size, 0);
  maker_end(&m);
}

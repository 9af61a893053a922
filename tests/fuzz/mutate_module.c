// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutate_module.h"

#include <stdlib.h>
#include <string.h>

#include "vm/code/module_builder.h"

#define WRITABLE(pointer) ((void *)(uintptr_t)(pointer))

static void no_memory(void *context) {
  (void)context;
  abort();
}

void mutate_seal(void *bytes, size_t size) {
  if (size < MODULE_HEADER_BYTES) return;
  unsigned char *p = bytes;
  uint64_t sum = module_checksum(p + MODULE_HEADER_BYTES, size - MODULE_HEADER_BYTES);
  for (int i = 0; i < 8; i++) p[8 + i] = (unsigned char)(sum >> (8 * i));
}

// --- what a module says

static uint32_t near(Dice *d, uint32_t value, uint32_t limit) {
  switch (dice_roll(d, 4)) {
    case 0: return value + 1;
    case 1: return value ? value - 1 : 0;
    case 2: return dice_roll(d, limit);
    default: return dice_roll(d, 12);
  }
}

static CodeConstant constant(Dice *d, const ModuleImage *image) {
  static const int64_t NUMBERS[] = {0, 1, -1, 255, 1 << 29, ((int64_t)1 << 60) - 1, -((int64_t)1 << 60)};
  switch (dice_roll(d, 5)) {
    case 0: return (CodeConstant){CONSTANT_SMALL, NUMBERS[dice_roll(d, sizeof NUMBERS / sizeof *NUMBERS)]};
    case 1: return (CodeConstant){CONSTANT_ATOM, dice_roll(d, image->atom_count)};
    case 2: return (CodeConstant){CONSTANT_NIL, 0};
    case 3: return (CodeConstant){CONSTANT_LITERAL, dice_roll(d, image->literal_count + 1)};
    default: {
      CodeConstantKind kind = (CodeConstantKind)dice_roll(d, 5);
      return (CodeConstant){kind, dice_roll(d, 9)};
    }
  }
}

static void change_slots(Dice *d, Arena *arena, uint32_t slot_count, bool ascending, SlotList *list) {
  SlotList old = *list;
  uint16_t *slots = ARENA_ARRAY(arena, uint16_t, old.count + 1);
  uint32_t count = 0, leave_out = dice_roll(d, 2) ? dice_roll(d, old.count + 1) : UINT32_MAX;
  for (uint32_t i = 0; i < old.count; i++)
    if (i != leave_out) slots[count++] = old.slots[i];
  if (leave_out == UINT32_MAX) {
    slots[count++] = (uint16_t)dice_roll(d, slot_count + 1);
    for (uint32_t i = count - 1; ascending && i > 0 && slots[i] < slots[i - 1]; i--) {
      uint16_t t = slots[i];
      slots[i] = slots[i - 1];
      slots[i - 1] = t;
    }
  }
  *list = (SlotList){count, slots};
}

static void change_segment(Dice *d, const ModuleImage *image, const ImageFunction *f, Segment *s) {
  static const uint32_t SIZES[] = {0, 1, 7, 8, 63, 64, 65, 1 << 20, 1u << 31, UINT32_MAX - 1};
  switch (dice_roll(d, 7)) {
    case 0: s->kind = (uint8_t)dice_roll(d, 6); break;
    case 1: s->size_kind = (uint8_t)dice_roll(d, 3); break;
    case 2: s->size = SIZES[dice_roll(d, sizeof SIZES / sizeof *SIZES)]; break;
    case 3: s->value = dice_roll(d, f->slot_count + 1); break;
    case 4: s->flags = (uint8_t)dice_roll(d, 4); break;
    case 5:
      s->value_is_constant = !s->value_is_constant;
      s->constant = constant(d, image);
      break;
    default: s->unit = (uint16_t)(1 + dice_roll(d, 256)); break;
  }
}

static void change_table(Dice *d, const ModuleImage *image, const ImageFunction *f, uint32_t at, SelectTable table) {
  if (table.count) {
    CodeConstant *value = WRITABLE(&table.values[dice_roll(d, table.count)]);
    *value = constant(d, image);
  }
  uint32_t *label = WRITABLE(&table.labels[dice_roll(d, table.count + 1)]);
  *label = at + dice_roll(d, f->instruction_count - at + 1);
}

// By the operand letters of opcodes.def. One roll a statement: compilers order the others as they like.
static void change_operand(Dice *d, Arena *arena, const ModuleImage *image, const ImageFunction *f, uint32_t at, char letter, Operand *o) {
  switch (letter) {
    case 'd':
    case 's':
    case 'k': o->slot = near(d, o->slot, f->slot_count + 2); break;
    case 'L':
      if (dice_roll(d, 3) == 0) {
        o->label = LABEL_NONE;
        break;
      }
      // fall through
    case 'l': // jumps go forward: others are refused, most of the time
      o->label = dice_roll(d, 8) ? at + 1 + dice_roll(d, f->instruction_count - at) : dice_roll(d, f->instruction_count + 1);
      break;
    case 'c': o->constant = constant(d, image); break;
    case 'n': o->integer = dice_roll(d, 3) ? (int64_t)dice_roll(d, 2000) - 1000 : (int64_t)1 << dice_roll(d, 31); break;
    case 'i': o->number = dice_roll(d, 3) ? near(d, (uint32_t)o->number, 40) : (uint64_t)1 << dice_roll(d, 32); break;
    case 'f': o->number = near(d, (uint32_t)o->number, image->function_count); break;
    case 'e': o->number = near(d, (uint32_t)o->number, image->import_count); break;
    case 'u': o->number = near(d, (uint32_t)o->number, image->fun_count); break;
    case 'S':
    case 'm': change_slots(d, arena, f->slot_count, letter == 'm', &o->list); break;
    case 'T':
      change_table(d, image, f, at, o->table);
      break;
    default:
      if (o->segments.count) change_segment(d, image, f, WRITABLE(&o->segments.segments[dice_roll(d, o->segments.count)]));
      break;
  }
}

static void other_opcode(Dice *d, Instruction *ins, const OpcodeInfo *info) {
  for (int tries = 0; tries < 200; tries++) {
    uint32_t op = dice_roll(d, FILE_OPCODE_MAX);
    const OpcodeInfo *other = opcode_info(op);
    if (!other || strcmp(other->operands, info->operands) != 0) continue;
    ins->opcode = (uint16_t)op;
    return;
  }
}

static void change_text(Dice *d, Arena *arena, ImageText *text, ImageText *texts, uint32_t count) {
  if (dice_roll(d, 3) == 0) {
    *text = texts[dice_roll(d, count)];
    return;
  }
  char *bytes = arena_copy(arena, text->bytes, text->size);
  if (text->size) bytes[dice_roll(d, text->size)] ^= (char)(1 << dice_roll(d, 8));
  *text = (ImageText){bytes, dice_roll(d, 4) ? text->size : dice_roll(d, text->size + 1)};
}

static void change_instructions(Dice *d, Arena *arena, ImageFunction *f) {
  uint32_t at = dice_roll(d, f->instruction_count);
  Instruction *ins = &f->instructions[at];
  switch (dice_roll(d, 5)) {
    case 0: { // two change places
      Instruction *other = &f->instructions[dice_roll(d, f->instruction_count)], t = *other;
      *other = *ins;
      *ins = t;
      break;
    }
    case 1: // over its neighbour
      if (at + 1 < f->instruction_count) ins[1] = ins[0];
      break;
    case 2: // the end is missing
      if (f->instruction_count > 1) f->instruction_count -= dice_roll(d, 2) + (f->instruction_count > 2);
      break;
    case 3: { // one more
      Instruction *more = ARENA_ARRAY(arena, Instruction, f->instruction_count + 1);
      memcpy(more, f->instructions, at * sizeof *more);
      more[at] = f->instructions[dice_roll(d, f->instruction_count)];
      memcpy(more + at + 1, f->instructions + at, (f->instruction_count - at) * sizeof *more);
      f->instructions = more;
      f->instruction_count++;
      break;
    }
    default: // one from elsewhere in the function
      *ins = f->instructions[dice_roll(d, f->instruction_count)];
      break;
  }
}

void mutate_image(Dice *d, Arena *arena, ModuleImage *image) {
  if (!image->function_count) return;
  ImageFunction *f = &image->functions[dice_roll(d, image->function_count)];
  uint32_t at = dice_roll(d, f->instruction_count);
  Instruction *ins = &f->instructions[at];
  const OpcodeInfo *info = opcode_info(ins->opcode);
  switch (dice_roll(d, 18)) {
    default:
      if (info->operand_count) {
        uint32_t i = dice_roll(d, info->operand_count);
        change_operand(d, arena, image, f, at, info->operands[i], WRITABLE(&ins->operands[i]));
      }
      break;
    case 0:
    case 1: other_opcode(d, ins, info); break;
    case 2: change_instructions(d, arena, f); break;
    case 3: f->slot_count = dice_roll(d, 20) ? near(d, f->slot_count, 40) : dice_roll(d, SLOT_MAX + 2); break;
    case 4: f->arity = near(d, f->arity, 6); break;
    case 5:
      if (f->handler_count) {
        ImageHandler *h = &f->handlers[dice_roll(d, f->handler_count)];
        uint32_t *fields[] = {&h->from, &h->to, &h->handler, &h->base};
        uint32_t *field = fields[dice_roll(d, 4)];
        *field = near(d, *field, f->instruction_count + 1);
      }
      break;
    case 6:
      if (image->fun_count) {
        ImageFun *fun = &image->funs[dice_roll(d, image->fun_count)];
        uint32_t *fields[] = {&fun->function, &fun->arity, &fun->capture_count};
        uint32_t *field = fields[dice_roll(d, 3)];
        *field = near(d, *field, image->function_count);
      }
      break;
    case 7:
      if (image->import_count) {
        ImageImport *import = &image->imports[dice_roll(d, image->import_count)];
        uint32_t *fields[] = {&import->module, &import->function, &import->arity};
        uint32_t *field = fields[dice_roll(d, 3)];
        *field = field == &import->arity ? dice_roll(d, 5) : dice_roll(d, image->atom_count + 1);
      }
      break;
    case 8:
      if (image->atom_count) change_text(d, arena, &image->atoms[dice_roll(d, image->atom_count)], image->atoms, image->atom_count);
      break;
    case 9:
      if (image->literal_count) change_text(d, arena, &image->literals[dice_roll(d, image->literal_count)], image->literals, image->literal_count);
      break;
    case 10:
      if (f->line_count) f->lines[dice_roll(d, f->line_count)].from = near(d, f->lines[0].from, f->instruction_count);
      break;
    case 11: { // names: of the module, of functions, what is exported
      uint32_t choice = dice_roll(d, 3);
      if (choice == 0) image->name = dice_roll(d, image->atom_count + 1);
      else if (choice == 1) f->name = dice_roll(d, image->atom_count + 1);
      else f->exported = !f->exported;
      break;
    }
  }
}

// --- what its bytes are

typedef struct Chunk {
  unsigned char tag[4];
  unsigned char *bytes;
  size_t size;
} Chunk;
enum { CHUNKS_MAX = 16 };

static size_t split(Arena *arena, const unsigned char *p, size_t size, Chunk *chunks) {
  size_t count = 0, at = MODULE_HEADER_BYTES;
  while (at + 8 <= size && count < CHUNKS_MAX) {
    size_t bytes = p[at + 4] | (size_t)p[at + 5] << 8 | (size_t)p[at + 6] << 16 | (size_t)p[at + 7] << 24;
    if (bytes > size - at - 8) bytes = size - at - 8;
    Chunk *c = &chunks[count++];
    memcpy(c->tag, p + at, 4);
    c->bytes = (unsigned char *)arena_copy(arena, p + at + 8, bytes);
    c->size = bytes;
    at += 8 + bytes;
  }
  return count;
}

// Replaces `old` bytes at `at` by `size` others.
static void replace(Arena *arena, Chunk *c, size_t at, size_t old, const void *with, size_t size) {
  unsigned char *bytes = arena_get(arena, c->size - old + size + 1);
  memcpy(bytes, c->bytes, at);
  if (size) memcpy(bytes + at, with, size);
  memcpy(bytes + at + size, c->bytes + at + old, c->size - at - old);
  c->bytes = bytes;
  c->size = c->size - old + size;
}

static size_t number_at(const Chunk *c, size_t *at, uint64_t *value) {
  while (*at > 0 && c->bytes[*at - 1] & 0x80) --*at; // its first byte
  size_t length = 0;
  *value = 0;
  for (; *at + length < c->size && length < 10; length++) {
    *value |= (uint64_t)(c->bytes[*at + length] & 0x7f) << (7 * length);
    if (!(c->bytes[*at + length] & 0x80)) return length + 1;
  }
  return length;
}

static void put_number(Arena *arena, Chunk *c, size_t at, size_t old, uint64_t value) {
  unsigned char bytes[10];
  size_t length = 0;
  for (; value >= 0x80; value >>= 7) bytes[length++] = (unsigned char)(value | 0x80);
  bytes[length++] = (unsigned char)value;
  replace(arena, c, at, old, bytes, length);
}

static const uint64_t HUGE_NUMBERS[] = {63, 64, 127, 128, 255, 1023, 65535, 65536, 1u << 24, 1u << 31, UINT32_MAX, (uint64_t)1 << 32, (uint64_t)1 << 60, UINT64_MAX};

static void change_chunk(Dice *d, Arena *arena, Chunk *chunks, size_t count, bool bomb) {
  Chunk *c = &chunks[dice_roll(d, (uint32_t)count)];
  if (dice_roll(d, 3)) // code is the largest part of what can go wrong
    for (size_t i = 0; i < count; i++)
      if (memcmp(chunks[i].tag, "CODE", 4) == 0) c = &chunks[i];
  if (!c->size) return;
  size_t at = dice_roll(d, bomb && dice_roll(d, 2) ? 3 : (uint32_t)c->size);
  if (at >= c->size) at = 0;
  uint64_t value;
  size_t length = number_at(c, &at, &value);
  if (bomb) {
    put_number(arena, c, at, length, HUGE_NUMBERS[dice_roll(d, sizeof HUGE_NUMBERS / sizeof *HUGE_NUMBERS)]);
    return;
  }
  switch (dice_roll(d, 10)) {
    case 0:
    case 1:
    case 2: put_number(arena, c, at, length, value + dice_roll(d, 5) - 2); break;
    case 3: put_number(arena, c, at, length, dice_roll(d, 100)); break;
    case 4: replace(arena, c, at, length, NULL, 0); break;
    case 5: replace(arena, c, at, 0, c->bytes + at, length); break;
    case 6: c->bytes[at] ^= (unsigned char)(1 << dice_roll(d, 8)); break;
    case 7: c->size = dice_roll(d, (uint32_t)c->size); break;
    case 8: {
      Chunk *other = &chunks[dice_roll(d, (uint32_t)count)], t = *other;
      if (dice_roll(d, 2)) *other = *c; // twice
      else *other = *c, *c = t;
      break;
    }
    default: { // a stretch from elsewhere
      size_t from = dice_roll(d, (uint32_t)c->size), stretch = dice_roll(d, 40);
      if (stretch > c->size - from) stretch = c->size - from;
      size_t old = stretch < c->size - at ? stretch : c->size - at;
      replace(arena, c, at, old, c->bytes + from, stretch);
    }
  }
}

static void mutate_chunks(Dice *d, Arena *arena, const unsigned char *bytes, size_t size, Buffer *out) {
  Chunk chunks[CHUNKS_MAX];
  size_t count = split(arena, bytes, size, chunks);
  bool bomb = dice_roll(d, 4) == 0;
  for (uint32_t n = 1 + dice_roll(d, 3); n && count; n--) change_chunk(d, arena, chunks, count, bomb);
  if (size < MODULE_HEADER_BYTES) return;
  buffer_add(out, bytes, MODULE_HEADER_BYTES);
  for (size_t i = 0; i < count; i++) {
    if (dice_roll(d, 60) == 0) continue;
    buffer_add(out, chunks[i].tag, 4);
    buffer_u32(out, dice_roll(d, 60) ? (uint32_t)chunks[i].size : dice_roll(d, UINT32_MAX));
    buffer_add(out, chunks[i].bytes, chunks[i].size);
  }
}

void mutate_module(Dice *d, const void *bytes, size_t size, Buffer *out) {
  Arena arena;
  arena_init(&arena, out->alloc, no_memory, NULL);
  VerifyError error;
  ModuleImage *image = dice_roll(d, 10) < 8 ? module_read(&arena, bytes, size, &error) : NULL;
  if (image) {
    uint32_t times = dice_roll(d, 3) ? 1 : 2 + dice_roll(d, 2);
    while (times--) mutate_image(d, &arena, image);
    module_write(image, out);
  } else {
    mutate_chunks(d, &arena, bytes, size, out);
  }
  arena_free(&arena);
  if (out->failed) abort();
  mutate_seal(out->data, out->size);
}

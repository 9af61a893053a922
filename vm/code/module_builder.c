// SPDX-License-Identifier: Apache-2.0
#include "vm/code/module_builder.h"

#include <stdlib.h>
#include <string.h>

// A growing array in an arena: old copies stay behind until the arena goes.
#define GROW(b, Type, array, count, capacity) \
  do { \
    if ((count) == (capacity)) { \
      uint32_t wanted = (capacity) ? (capacity) * 2 : 16; \
      Type *bigger = arena_get((b)->arena, sizeof(Type) * wanted); \
      if (count) memcpy(bigger, (array), sizeof(Type) * (count)); \
      (array) = bigger; \
      (capacity) = wanted; \
    } \
  } while (0)

// Open addressing over the indexes of a pool; 0 is empty, else index + 1.
typedef struct PoolIndex {
  uint32_t *slots;
  uint32_t capacity, count;
} PoolIndex;

typedef struct TextPool {
  ImageText *items;
  uint32_t count, capacity;
  PoolIndex index;
} TextPool;

struct ModuleBuilder {
  Arena *arena;
  ModuleImage image;
  TextPool atoms, literals, files;
  PoolIndex import_index;
  uint32_t import_capacity, fun_capacity, function_capacity;
  // the function being emitted
  ImageFunction *current;
  uint32_t instruction_capacity, handler_capacity, line_capacity;
  uint32_t *labels; // label -> instruction index
  uint32_t label_count, label_capacity;
};

static uint64_t bytes_hash(const void *bytes, size_t size) {
  const unsigned char *p = bytes;
  uint64_t h = 0xcbf29ce484222325u; // FNV-1a
  for (size_t i = 0; i < size; i++) h = (h ^ p[i]) * 0x100000001b3u;
  return h ^ h >> 29;
}

static void index_grow(Arena *arena, PoolIndex *index, uint64_t (*hash_of)(const void *, uint32_t), const void *context) {
  uint32_t capacity = index->capacity ? index->capacity * 2 : 64;
  uint32_t *slots = arena_zero(arena, sizeof(uint32_t) * capacity);
  for (uint32_t i = 0; i < index->capacity; i++) {
    if (!index->slots[i]) continue;
    uint32_t at = (uint32_t)hash_of(context, index->slots[i] - 1) & (capacity - 1);
    while (slots[at]) at = (at + 1) & (capacity - 1);
    slots[at] = index->slots[i];
  }
  index->slots = slots;
  index->capacity = capacity;
}

static uint64_t text_hash_at(const void *context, uint32_t i) {
  const TextPool *pool = context;
  return bytes_hash(pool->items[i].bytes, pool->items[i].size);
}

static uint32_t pool_text(ModuleBuilder *b, TextPool *pool, const void *bytes, size_t size) {
  if ((pool->index.count + 1) * 2 > pool->index.capacity) index_grow(b->arena, &pool->index, text_hash_at, pool);
  uint32_t mask = pool->index.capacity - 1;
  uint32_t at = (uint32_t)bytes_hash(bytes, size) & mask;
  for (; pool->index.slots[at]; at = (at + 1) & mask) {
    const ImageText *text = &pool->items[pool->index.slots[at] - 1];
    if (text->size == size && memcmp(text->bytes, bytes, size) == 0) return pool->index.slots[at] - 1;
  }
  GROW(b, ImageText, pool->items, pool->count, pool->capacity);
  pool->items[pool->count] = (ImageText){arena_copy(b->arena, bytes, size), (uint32_t)size};
  pool->index.slots[at] = ++pool->count;
  pool->index.count++;
  return pool->count - 1;
}

ModuleBuilder *builder_new(Arena *arena, const char *module_name, size_t name_size) {
  ModuleBuilder *b = ARENA_NEW(arena, ModuleBuilder);
  b->arena = arena;
  b->image.name = builder_atom(b, module_name, name_size);
  return b;
}

uint32_t builder_atom(ModuleBuilder *b, const char *text, size_t size) { return pool_text(b, &b->atoms, text, size); }
uint32_t builder_literal(ModuleBuilder *b, const void *bytes, size_t size) { return pool_text(b, &b->literals, bytes, size); }
uint32_t builder_file(ModuleBuilder *b, const char *path, size_t size) { return pool_text(b, &b->files, path, size); }

static uint64_t import_hash(const ImageImport *i) {
  return bytes_hash(i, sizeof *i);
}
static uint64_t import_hash_at(const void *context, uint32_t i) {
  return import_hash(&((const ModuleBuilder *)context)->image.imports[i]);
}

uint32_t builder_import(ModuleBuilder *b, uint32_t module_atom, uint32_t function_atom, uint32_t arity) {
  ImageImport wanted = {module_atom, function_atom, arity};
  PoolIndex *index = &b->import_index;
  if ((index->count + 1) * 2 > index->capacity) index_grow(b->arena, index, import_hash_at, b);
  uint32_t mask = index->capacity - 1;
  uint32_t at = (uint32_t)import_hash(&wanted) & mask;
  for (; index->slots[at]; at = (at + 1) & mask) {
    if (memcmp(&b->image.imports[index->slots[at] - 1], &wanted, sizeof wanted) == 0) return index->slots[at] - 1;
  }
  GROW(b, ImageImport, b->image.imports, b->image.import_count, b->import_capacity);
  b->image.imports[b->image.import_count] = wanted;
  index->slots[at] = ++b->image.import_count;
  index->count++;
  return b->image.import_count - 1;
}

uint32_t builder_fun(ModuleBuilder *b, uint32_t function, uint32_t arity, uint32_t capture_count) {
  GROW(b, ImageFun, b->image.funs, b->image.fun_count, b->fun_capacity);
  b->image.funs[b->image.fun_count] = (ImageFun){function, arity, capture_count};
  return b->image.fun_count++;
}

void builder_attributes(ModuleBuilder *b, const void *etf, size_t size) {
  b->image.attributes = (ImageText){arena_copy(b->arena, etf, size), (uint32_t)size};
}
void builder_docs(ModuleBuilder *b, const void *etf, size_t size) {
  b->image.docs = (ImageText){arena_copy(b->arena, etf, size), (uint32_t)size};
}

uint32_t builder_function(ModuleBuilder *b, uint32_t name_atom, uint32_t arity, bool exported) {
  CHECK(!b->current); // the array may move
  GROW(b, ImageFunction, b->image.functions, b->image.function_count, b->function_capacity);
  b->image.functions[b->image.function_count] = (ImageFunction){.name = name_atom, .arity = arity, .exported = exported};
  return b->image.function_count++;
}

void builder_begin(ModuleBuilder *b, uint32_t function) {
  CHECK(!b->current && function < b->image.function_count);
  b->current = &b->image.functions[function];
  CHECK(b->current->instruction_count == 0);
  b->instruction_capacity = b->handler_capacity = b->line_capacity = 0;
  b->label_count = 0;
}

uint32_t builder_label(ModuleBuilder *b) {
  GROW(b, uint32_t, b->labels, b->label_count, b->label_capacity);
  b->labels[b->label_count] = LABEL_NONE;
  return b->label_count++;
}

void builder_bind(ModuleBuilder *b, uint32_t label) {
  CHECK(label < b->label_count && b->labels[label] == LABEL_NONE);
  b->labels[label] = b->current->instruction_count;
}

void builder_line(ModuleBuilder *b, uint32_t file, uint32_t line) {
  ImageFunction *f = b->current;
  if (f->line_count) {
    ImageLine *last = &f->lines[f->line_count - 1];
    if (last->line == line && last->file == file) return;
    if (last->from == f->instruction_count) {
      last->line = line;
      last->file = file;
      return;
    }
  }
  GROW(b, ImageLine, f->lines, f->line_count, b->line_capacity);
  f->lines[f->line_count++] = (ImageLine){f->instruction_count, line, file};
}

static void *copy_array(Arena *arena, const void *from, size_t size) {
  return size ? memcpy(arena_get(arena, size), from, size) : NULL;
}

static void touch_slot(ImageFunction *f, uint32_t slot) {
  if (slot >= f->slot_count) f->slot_count = slot + 1;
}

void builder_emit(ModuleBuilder *b, FileOpcode opcode, const Operand *operands) {
  const OpcodeInfo *info = opcode_info(opcode);
  CHECK(info && b->current);
  ImageFunction *f = b->current;
  Operand *copy = copy_array(b->arena, operands, sizeof(Operand) * info->operand_count);
  for (uint32_t i = 0; i < info->operand_count; i++) {
    Operand *o = &copy[i];
    switch (info->operands[i]) {
      case 'd':
      case 's':
      case 'k': touch_slot(f, o->slot); break;
      case 'S':
      case 'm':
        o->list.slots = copy_array(b->arena, o->list.slots, sizeof(uint16_t) * o->list.count);
        for (uint32_t j = 0; j < o->list.count; j++) touch_slot(f, o->list.slots[j]);
        break;
      case 'T':
        o->table.values = copy_array(b->arena, o->table.values, sizeof(CodeConstant) * o->table.count);
        o->table.labels = copy_array(b->arena, o->table.labels, sizeof(uint32_t) * (o->table.count + 1));
        break;
      case 'G':
        o->segments.segments = copy_array(b->arena, o->segments.segments, sizeof(Segment) * o->segments.count);
        break;
      default: break;
    }
  }
  GROW(b, Instruction, f->instructions, f->instruction_count, b->instruction_capacity);
  f->instructions[f->instruction_count++] = (Instruction){(uint16_t)opcode, copy};
}

void builder_handler(ModuleBuilder *b, uint32_t from, uint32_t to, uint32_t handler, uint32_t base_slot) {
  ImageFunction *f = b->current;
  GROW(b, ImageHandler, f->handlers, f->handler_count, b->handler_capacity);
  f->handlers[f->handler_count++] = (ImageHandler){from, to, handler, base_slot};
  touch_slot(f, base_slot + 2);
}

static uint32_t label_target(ModuleBuilder *b, uint32_t label) {
  CHECK(label < b->label_count && b->labels[label] != LABEL_NONE);
  return b->labels[label];
}

void builder_end(ModuleBuilder *b) {
  ImageFunction *f = b->current;
  if (f->slot_count < f->arity) f->slot_count = f->arity;
  for (uint32_t i = 0; i < f->instruction_count; i++) {
    const OpcodeInfo *info = opcode_info(f->instructions[i].opcode);
    Operand *operands = (Operand *)(uintptr_t)f->instructions[i].operands;
    for (uint32_t j = 0; j < info->operand_count; j++) {
      char letter = info->operands[j];
      if (letter == 'l' || (letter == 'L' && operands[j].label != LABEL_NONE)) {
        operands[j].label = label_target(b, operands[j].label);
      } else if (letter == 'T') {
        uint32_t *labels = (uint32_t *)(uintptr_t)operands[j].table.labels;
        for (uint32_t t = 0; t <= operands[j].table.count; t++) labels[t] = label_target(b, labels[t]);
      }
    }
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < f->handler_count; i++) {
    ImageHandler h = f->handlers[i];
    h.from = label_target(b, h.from);
    h.to = label_target(b, h.to);
    h.handler = label_target(b, h.handler);
    if (h.from < h.to) f->handlers[kept++] = h; // an empty region guards nothing
  }
  f->handler_count = kept;
  b->current = NULL;
}

ModuleImage *builder_finish(ModuleBuilder *b) {
  CHECK(!b->current);
  b->image.atoms = b->atoms.items, b->image.atom_count = b->atoms.count;
  b->image.literals = b->literals.items, b->image.literal_count = b->literals.count;
  b->image.files = b->files.items, b->image.file_count = b->files.count;
  return &b->image;
}

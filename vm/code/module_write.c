// SPDX-License-Identifier: Apache-2.0
//
// ModuleImage -> bytes of a module file. The mirror of module_read.c.
#include <string.h>

#include "vm/code/module_builder.h"
#include "vm/code/module_file.h"

uint64_t module_checksum(const void *bytes, size_t size) {
  // Multiply-xor over 8 bytes at a time: guards against damage, not against an attacker.
  const unsigned char *p = bytes;
  uint64_t h = 0x9e3779b97f4a7c15u ^ size;
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t w;
    memcpy(&w, p, 8);
    h = (h ^ w) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  for (; size; p++, size--) h = (h ^ *p) * 0x100000001b3u;
  return h ^ h >> 31;
}

static size_t chunk_begin(Buffer *out, const char *tag) {
  buffer_add(out, tag, 4);
  buffer_u32(out, 0);
  return out->size;
}

static void chunk_end(Buffer *out, size_t start) {
  if (out->failed) return;
  uint32_t size = (uint32_t)(out->size - start);
  for (int i = 0; i < 4; i++) out->data[start - 4 + (size_t)i] = (char)(size >> (8 * i));
}

static void write_text(Buffer *out, ImageText text) {
  buffer_varint(out, text.size);
  buffer_add(out, text.bytes, text.size);
}

static void write_texts(Buffer *out, const char *tag, const ImageText *texts, uint32_t count) {
  size_t start = chunk_begin(out, tag);
  buffer_varint(out, count);
  for (uint32_t i = 0; i < count; i++) write_text(out, texts[i]);
  chunk_end(out, start);
}

static void write_constant(Buffer *out, CodeConstant c) {
  buffer_byte(out, (unsigned char)c.kind);
  if (c.kind != CONSTANT_NIL) buffer_signed_varint(out, c.value);
}

static void write_segment(Buffer *out, const Segment *s) {
  buffer_byte(out, s->kind);
  buffer_byte(out, (unsigned char)(s->flags | s->size_kind << 2 | (s->value_is_constant ? 16 : 0)));
  buffer_varint(out, s->unit);
  if (s->size_kind != SIZE_ALL) buffer_varint(out, s->size);
  if (s->value_is_constant) {
    write_constant(out, s->constant);
  } else {
    buffer_varint(out, s->value);
  }
}

static void write_operand(Buffer *out, char letter, const Operand *o) {
  switch (letter) {
    case 'd':
    case 's':
    case 'k': buffer_varint(out, o->slot); break;
    case 'l': buffer_varint(out, o->label); break;
    case 'L': buffer_varint(out, o->label == LABEL_NONE ? 0 : (uint64_t)o->label + 1); break;
    case 'c': write_constant(out, o->constant); break;
    case 'n': buffer_signed_varint(out, o->integer); break;
    case 'S':
    case 'm':
      buffer_varint(out, o->list.count);
      for (uint32_t i = 0; i < o->list.count; i++) buffer_varint(out, o->list.slots[i]);
      break;
    case 'T':
      buffer_varint(out, o->table.count);
      for (uint32_t i = 0; i < o->table.count; i++) {
        write_constant(out, o->table.values[i]);
        buffer_varint(out, o->table.labels[i]);
      }
      buffer_varint(out, o->table.labels[o->table.count]);
      break;
    case 'G':
      buffer_varint(out, o->segments.count);
      for (uint32_t i = 0; i < o->segments.count; i++) write_segment(out, &o->segments.segments[i]);
      break;
    default: buffer_varint(out, o->number); break; // i f e u
  }
}

static void write_function(Buffer *out, const ImageFunction *f) {
  buffer_varint(out, f->name);
  buffer_varint(out, f->arity);
  buffer_byte(out, f->exported);
  buffer_varint(out, f->slot_count);
  buffer_varint(out, f->instruction_count);
  for (uint32_t i = 0; i < f->instruction_count; i++) {
    const OpcodeInfo *info = opcode_info(f->instructions[i].opcode);
    buffer_byte(out, (unsigned char)f->instructions[i].opcode);
    for (uint32_t j = 0; j < info->operand_count; j++) write_operand(out, info->operands[j], &f->instructions[i].operands[j]);
  }
  buffer_varint(out, f->handler_count);
  for (uint32_t i = 0; i < f->handler_count; i++) {
    buffer_varint(out, f->handlers[i].from);
    buffer_varint(out, f->handlers[i].to);
    buffer_varint(out, f->handlers[i].handler);
    buffer_varint(out, f->handlers[i].base);
  }
  buffer_varint(out, f->line_count);
  for (uint32_t i = 0; i < f->line_count; i++) {
    buffer_varint(out, f->lines[i].from);
    buffer_varint(out, f->lines[i].file);
    buffer_varint(out, f->lines[i].line);
  }
}

void module_write(const ModuleImage *image, Buffer *out) {
  size_t begin = out->size;
  buffer_add(out, "JOIST\x1a", 6);
  buffer_u16(out, MODULE_FORMAT_VERSION);
  buffer_u64(out, 0);

  write_texts(out, "ATOM", image->atoms, image->atom_count);
  write_texts(out, "LITS", image->literals, image->literal_count);
  size_t start = chunk_begin(out, "IMPT");
  buffer_varint(out, image->import_count);
  for (uint32_t i = 0; i < image->import_count; i++) {
    buffer_varint(out, image->imports[i].module);
    buffer_varint(out, image->imports[i].function);
    buffer_varint(out, image->imports[i].arity);
  }
  chunk_end(out, start);
  start = chunk_begin(out, "LAMB");
  buffer_varint(out, image->fun_count);
  for (uint32_t i = 0; i < image->fun_count; i++) {
    buffer_varint(out, image->funs[i].function);
    buffer_varint(out, image->funs[i].arity);
    buffer_varint(out, image->funs[i].capture_count);
  }
  chunk_end(out, start);
  write_texts(out, "FILE", image->files, image->file_count);
  start = chunk_begin(out, "CODE");
  buffer_varint(out, image->name);
  buffer_varint(out, image->function_count);
  for (uint32_t i = 0; i < image->function_count; i++) write_function(out, &image->functions[i]);
  chunk_end(out, start);
  if (image->attributes.size) {
    start = chunk_begin(out, "ATTR");
    write_text(out, image->attributes);
    chunk_end(out, start);
  }
  if (image->docs.size) {
    start = chunk_begin(out, "DOCS");
    write_text(out, image->docs);
    chunk_end(out, start);
  }
  if (out->failed) return;
  char *contents = out->data + begin + MODULE_HEADER_BYTES;
  uint64_t sum = module_checksum(contents, out->size - begin - MODULE_HEADER_BYTES);
  for (int i = 0; i < 8; i++) out->data[begin + 8 + (size_t)i] = (char)(sum >> (8 * i));
}

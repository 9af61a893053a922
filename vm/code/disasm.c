// SPDX-License-Identifier: Apache-2.0
#include "vm/code/disasm.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

static void put_text(Buffer *out, ImageText text) { buffer_add(out, text.bytes, text.size); }

static void put_literal(Buffer *out, ImageText etf) {
  // Strings are most of them: shown as such; other literals by their size.
  const unsigned char *p = (const unsigned char *)etf.bytes;
  if (etf.size >= 6 && p[1] == 109) {
    buffer_byte(out, '"');
    for (uint32_t i = 6; i < etf.size && i < 46; i++) buffer_format(out, p[i] >= 32 && p[i] < 127 && p[i] != '"' ? "%c" : "\\x%02x", p[i]);
    buffer_text(out, etf.size > 46 ? "…\"" : "\"");
  } else {
    buffer_format(out, "<term of %u bytes>", etf.size);
  }
}

static void put_constant(const ModuleImage *image, Buffer *out, CodeConstant c) {
  switch (c.kind) {
    case CONSTANT_SMALL: buffer_format(out, "%" PRId64, c.value); break;
    case CONSTANT_ATOM:
      buffer_byte(out, ':');
      put_text(out, image->atoms[c.value]);
      break;
    case CONSTANT_NIL: buffer_text(out, "[]"); break;
    default: put_literal(out, image->literals[c.value]); break;
  }
}

static void put_function_name(const ModuleImage *image, Buffer *out, const ImageFunction *f) {
  put_text(out, image->atoms[f->name]);
  buffer_format(out, "/%u", f->arity);
}

static void put_slots(Buffer *out, char open, SlotList list, char close) {
  buffer_byte(out, (unsigned char)open);
  for (uint32_t i = 0; i < list.count; i++) buffer_format(out, i ? " x%u" : "x%u", list.slots[i]);
  buffer_byte(out, (unsigned char)close);
}

static void put_segments(const ModuleImage *image, Buffer *out, SegmentList list) {
  static const char *const KINDS[] = {"integer", "float", "bits", "utf8", "utf16", "utf32"};
  buffer_text(out, "<<");
  for (uint32_t i = 0; i < list.count; i++) {
    const Segment *s = &list.segments[i];
    if (i) buffer_text(out, ", ");
    if (s->value_is_constant) {
      put_constant(image, out, s->constant);
    } else {
      buffer_format(out, "x%u", s->value);
    }
    buffer_format(out, "::%s", KINDS[s->kind]);
    if (s->size_kind == SIZE_BITS) buffer_format(out, "-%u", s->size);
    if (s->size_kind == SIZE_SLOT) buffer_format(out, "-size(x%u)*%u", s->size, s->unit);
    if (s->flags & SEGMENT_LITTLE) buffer_text(out, "-little");
    if (s->flags & SEGMENT_SIGNED) buffer_text(out, "-signed");
  }
  buffer_text(out, ">>");
}

static void put_operand(const ModuleImage *image, Buffer *out, char letter, const Operand *o) {
  switch (letter) {
    case 'd':
    case 's': buffer_format(out, "x%u", o->slot); break;
    case 'k': buffer_format(out, "@%u", o->slot); break;
    case 'l': buffer_format(out, "->%u", o->label); break;
    case 'L':
      if (o->label == LABEL_NONE) {
        buffer_text(out, "raise");
      } else {
        buffer_format(out, "->%u", o->label);
      }
      break;
    case 'c': put_constant(image, out, o->constant); break;
    case 'n': buffer_format(out, "%" PRId64, o->integer); break;
    case 'f': put_function_name(image, out, &image->functions[o->number]); break;
    case 'e': {
      const ImageImport *i = &image->imports[o->number];
      put_text(out, image->atoms[i->module]);
      buffer_byte(out, '.');
      put_text(out, image->atoms[i->function]);
      buffer_format(out, "/%u", i->arity);
      break;
    }
    case 'u':
      buffer_format(out, "fun %u ", (unsigned)o->number);
      put_function_name(image, out, &image->functions[image->funs[o->number].function]);
      break;
    case 'S': put_slots(out, '[', o->list, ']'); break;
    case 'm': put_slots(out, '{', o->list, '}'); break;
    case 'T':
      for (uint32_t i = 0; i < o->table.count; i++) {
        put_constant(image, out, o->table.values[i]);
        buffer_format(out, "->%u ", o->table.labels[i]);
      }
      buffer_format(out, "else->%u", o->table.labels[o->table.count]);
      break;
    case 'G': put_segments(image, out, o->segments); break;
    default: buffer_format(out, "%" PRIu64, o->number); break;
  }
}

void disasm_function(const ModuleImage *image, const ImageFunction *f, Buffer *out) {
  put_function_name(image, out, f);
  buffer_format(out, "%s, %u slots\n", f->exported ? " exported" : "", f->slot_count);
  uint32_t line = 0;
  for (uint32_t i = 0; i < f->instruction_count; i++) {
    for (; line < f->line_count && f->lines[line].from == i; line++) buffer_format(out, "        line %u\n", f->lines[line].line);
    const OpcodeInfo *info = opcode_info(f->instructions[i].opcode);
    buffer_format(out, "  %4u  ", i);
    char name[32];
    size_t n = 0;
    for (; info->name[n]; n++) name[n] = (char)tolower((unsigned char)info->name[n]);
    buffer_add(out, name, n);
    for (; n < 16; n++) buffer_byte(out, ' ');
    for (uint32_t j = 0; j < info->operand_count; j++) {
      buffer_byte(out, ' ');
      put_operand(image, out, info->operands[j], &f->instructions[i].operands[j]);
    }
    buffer_byte(out, '\n');
  }
  for (uint32_t i = 0; i < f->handler_count; i++)
    buffer_format(out, "        try %u..%u handler ->%u x%u\n", f->handlers[i].from, f->handlers[i].to, f->handlers[i].handler, f->handlers[i].base);
}

static void no_memory(void *context) {
  (void)context;
  PANIC("no memory for a listing");
}

bool disasm_module(const Alloc *alloc, const void *bytes, size_t size, Buffer *out, VerifyError *error) {
  Arena arena;
  arena_init(&arena, alloc, no_memory, NULL);
  ModuleImage *image = module_read(&arena, bytes, size, error);
  if (image) {
    buffer_text(out, "module ");
    put_text(out, image->atoms[image->name]);
    buffer_format(out, "\n%u atoms, %u literals, %u imports, %u funs\n", image->atom_count, image->literal_count, image->import_count, image->fun_count);
    for (uint32_t i = 0; i < image->function_count; i++) {
      buffer_byte(out, '\n');
      disasm_function(image, &image->functions[i], out);
    }
  }
  arena_free(&arena);
  return image != NULL;
}

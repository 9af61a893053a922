// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a module file -> ModuleImage, for bytes that nobody vouches for.
//
// A Reader walks one chunk. The first fault is kept in `error` and moves the reader to its end, so every later
// read gives 0 and loops end; callers test `error` where they would otherwise allocate or index.
// Counts are checked against the bytes that remain (each item takes at least one), so a small file cannot ask
// for much memory.
#include <string.h>

#include "vm/code/module_file.h"

typedef struct Reader {
  const unsigned char *at, *end;
  Arena *arena;
  const ModuleImage *image; // its pools
  VerifyError *error;
  const unsigned char *start; // of the file
} Reader;

static uint64_t fail(Reader *r, VerifyReason reason) {
  if (r->error->reason == VERIFY_OK) r->error->reason = reason;
  r->at = r->end;
  return 0;
}

static bool failed(const Reader *r) { return r->error->reason != VERIFY_OK; }

static uint32_t read_byte(Reader *r) {
  if (r->at == r->end) return (uint32_t)fail(r, VERIFY_TRUNCATED);
  return *r->at++;
}

static uint64_t read_number(Reader *r) {
  uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint32_t b = read_byte(r);
    v |= (uint64_t)(b & 0x7f) << shift;
    if (!(b & 0x80)) return v;
  }
  return fail(r, VERIFY_BAD_OPERAND);
}

static int64_t read_signed(Reader *r) {
  uint64_t v = read_number(r);
  return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static uint32_t read_below(Reader *r, uint64_t limit, VerifyReason reason) {
  uint64_t v = read_number(r);
  if (v >= limit) return (uint32_t)fail(r, reason);
  return (uint32_t)v;
}

// A count of items that take at least a byte each.
static uint32_t read_count(Reader *r) {
  uint64_t v = read_number(r);
  if (v > (uint64_t)(r->end - r->at)) return (uint32_t)fail(r, VERIFY_TRUNCATED);
  return (uint32_t)v;
}

static ImageText read_text(Reader *r) {
  uint32_t size = read_count(r);
  ImageText text = {(const char *)r->at, size};
  r->at += size;
  return text;
}

static ImageText *read_texts(Reader *r, uint32_t *count) {
  *count = read_count(r);
  ImageText *texts = ARENA_ARRAY(r->arena, ImageText, *count);
  for (uint32_t i = 0; i < *count; i++) texts[i] = read_text(r);
  return texts;
}

static bool atom_is_well_formed(ImageText text) {
  uint32_t characters = 0;
  const unsigned char *p = (const unsigned char *)text.bytes, *end = p + text.size;
  while (p < end) {
    unsigned c = *p;
    int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
    if (more < 0 || end - p <= more) return false;
    uint32_t point = more == 0 ? c : c & (0x3fu >> more);
    for (int i = 1; i <= more; i++) {
      if ((p[i] & 0xc0) != 0x80) return false;
      point = point << 6 | (p[i] & 0x3f);
    }
    if ((more == 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) || (more == 3 && (point < 0x10000 || point > 0x10ffff))) return false;
    p += more + 1;
    if (++characters > 255) return false;
  }
  return true;
}

static CodeConstant read_constant(Reader *r) {
  CodeConstant c = {(CodeConstantKind)read_byte(r), 0};
  if (c.kind > CONSTANT_LITERAL) fail(r, VERIFY_BAD_OPERAND);
  if (c.kind != CONSTANT_NIL) c.value = read_signed(r);
  if (c.kind == CONSTANT_SMALL && (c.value > ((int64_t)1 << 60) - 1 || c.value < -((int64_t)1 << 60))) fail(r, VERIFY_BAD_OPERAND);
  if (c.kind == CONSTANT_ATOM && (c.value < 0 || c.value >= r->image->atom_count)) fail(r, VERIFY_BAD_INDEX);
  if (c.kind == CONSTANT_LITERAL && (c.value < 0 || c.value >= r->image->literal_count)) fail(r, VERIFY_BAD_INDEX);
  return c;
}

static uint32_t read_slot(Reader *r) { return read_below(r, SLOT_MAX, VERIFY_BAD_SLOT); }

static SlotList read_slots(Reader *r, bool ascending) {
  uint32_t count = read_count(r);
  uint16_t *slots = ARENA_ARRAY(r->arena, uint16_t, count);
  for (uint32_t i = 0; i < count && !failed(r); i++) {
    slots[i] = (uint16_t)read_slot(r);
    if (ascending && i && slots[i] <= slots[i - 1]) fail(r, VERIFY_BAD_LIVE_MAP);
  }
  return (SlotList){count, slots};
}

static SelectTable read_select(Reader *r, uint32_t instruction_count) {
  uint32_t count = read_count(r);
  CodeConstant *values = ARENA_ARRAY(r->arena, CodeConstant, count);
  uint32_t *labels = ARENA_ARRAY(r->arena, uint32_t, (size_t)count + 1);
  for (uint32_t i = 0; i < count && !failed(r); i++) {
    values[i] = read_constant(r);
    if (values[i].kind != CONSTANT_SMALL && values[i].kind != CONSTANT_ATOM) fail(r, VERIFY_BAD_OPERAND);
    labels[i] = read_below(r, instruction_count, VERIFY_BAD_LABEL);
  }
  labels[count] = read_below(r, instruction_count, VERIFY_BAD_LABEL);
  return (SelectTable){count, values, labels};
}

static SegmentList read_segments(Reader *r) {
  uint32_t count = read_count(r);
  Segment *segments = ARENA_ARRAY(r->arena, Segment, count);
  for (uint32_t i = 0; i < count && !failed(r); i++) {
    Segment *s = &segments[i];
    uint32_t kind = read_byte(r), bits = read_byte(r);
    if (kind > SEGMENT_UTF32 || bits > 31) fail(r, VERIFY_BAD_OPERAND);
    s->kind = (uint8_t)kind;
    s->flags = bits & 3;
    s->size_kind = bits >> 2 & 3;
    s->value_is_constant = bits >> 4;
    s->unit = (uint16_t)read_below(r, 257, VERIFY_BAD_OPERAND);
    if (s->size_kind > SIZE_SLOT || s->unit == 0) fail(r, VERIFY_BAD_OPERAND);
    if (s->size_kind == SIZE_ALL && s->kind < SEGMENT_BITS) fail(r, VERIFY_BAD_OPERAND);
    if (s->size_kind != SIZE_ALL && s->kind > SEGMENT_BITS) fail(r, VERIFY_BAD_OPERAND);
    if (s->size_kind == SIZE_BITS) s->size = read_below(r, UINT32_MAX, VERIFY_BAD_OPERAND);
    if (s->size_kind == SIZE_SLOT) s->size = read_slot(r);
    if (s->value_is_constant) {
      s->constant = read_constant(r);
    } else {
      s->value = read_slot(r);
    }
  }
  return (SegmentList){count, segments};
}

static void read_operand(Reader *r, char letter, Operand *o, uint32_t instruction_count) {
  const ModuleImage *image = r->image;
  switch (letter) {
    case 'd':
    case 's':
    case 'k': o->slot = read_slot(r); break;
    case 'l': o->label = read_below(r, instruction_count, VERIFY_BAD_LABEL); break;
    case 'L': o->label = read_below(r, (uint64_t)instruction_count + 1, VERIFY_BAD_LABEL) - 1; break; // 0 - 1 is LABEL_NONE
    case 'c': o->constant = read_constant(r); break;
    case 'n':
      o->integer = read_signed(r);
      if (o->integer >= (int64_t)1 << 29 || o->integer < -((int64_t)1 << 29)) fail(r, VERIFY_BAD_OPERAND);
      break;
    case 'i': o->number = read_below(r, (uint64_t)1 << 32, VERIFY_BAD_OPERAND); break;
    case 'f': o->number = read_below(r, image->function_count, VERIFY_BAD_INDEX); break;
    case 'e': o->number = read_below(r, image->import_count, VERIFY_BAD_INDEX); break;
    case 'u': o->number = read_below(r, image->fun_count, VERIFY_BAD_INDEX); break;
    case 'S': o->list = read_slots(r, false); break;
    case 'm': o->list = read_slots(r, true); break;
    case 'T': o->table = read_select(r, instruction_count); break;
    case 'G': o->segments = read_segments(r); break;
    default: UNREACHABLE();
  }
}

static void read_function(Reader *r, uint32_t index, ImageFunction *f) {
  f->at = (uint32_t)(r->at - r->start);
  f->name = read_below(r, r->image->atom_count, VERIFY_BAD_INDEX);
  f->arity = read_below(r, ARITY_MAX + 1, VERIFY_BAD_ARITY);
  f->exported = read_below(r, 2, VERIFY_BAD_OPERAND);
  f->slot_count = read_below(r, SLOT_MAX + 1, VERIFY_BAD_SLOT);
  if (f->slot_count < f->arity) fail(r, VERIFY_BAD_SLOT);
  f->instruction_count = read_count(r);
  if (!f->instruction_count) fail(r, VERIFY_BAD_FUNCTION);
  r->error->function = index;
  f->instructions = ARENA_ARRAY(r->arena, Instruction, f->instruction_count);
  for (uint32_t i = 0; i < f->instruction_count && !failed(r); i++) {
    r->error->instruction = i;
    uint32_t opcode = read_byte(r);
    const OpcodeInfo *info = opcode_info(opcode);
    if (!info || failed(r)) {
      fail(r, VERIFY_BAD_OPCODE);
      return;
    }
    Operand *operands = ARENA_ARRAY(r->arena, Operand, info->operand_count);
    for (uint32_t j = 0; j < info->operand_count; j++) read_operand(r, info->operands[j], &operands[j], f->instruction_count);
    f->instructions[i] = (Instruction){(uint16_t)opcode, operands};
  }
  if (failed(r)) return;
  r->error->instruction = UINT32_MAX;
  f->handler_count = read_count(r);
  f->handlers = ARENA_ARRAY(r->arena, ImageHandler, f->handler_count);
  for (uint32_t i = 0; i < f->handler_count && !failed(r); i++) {
    ImageHandler *h = &f->handlers[i];
    h->from = read_below(r, f->instruction_count, VERIFY_BAD_HANDLER);
    h->to = read_below(r, (uint64_t)f->instruction_count + 1, VERIFY_BAD_HANDLER);
    h->handler = read_below(r, f->instruction_count, VERIFY_BAD_HANDLER);
    h->base = read_slot(r);
    if (h->from >= h->to || (uint64_t)h->base + 3 > f->slot_count) fail(r, VERIFY_BAD_HANDLER);
  }
  f->line_count = read_count(r);
  f->lines = ARENA_ARRAY(r->arena, ImageLine, f->line_count);
  for (uint32_t i = 0; i < f->line_count && !failed(r); i++) {
    ImageLine *l = &f->lines[i];
    l->from = read_below(r, f->instruction_count, VERIFY_BAD_LINES);
    l->file = read_below(r, r->image->file_count, VERIFY_BAD_INDEX);
    l->line = read_below(r, UINT32_MAX, VERIFY_BAD_LINES);
    if (i && l->from <= l[-1].from) fail(r, VERIFY_BAD_LINES);
  }
}

static void read_code(Reader *r, ModuleImage *image) {
  image->name = read_below(r, image->atom_count, VERIFY_BAD_INDEX);
  image->function_count = read_count(r);
  image->functions = ARENA_ARRAY(r->arena, ImageFunction, image->function_count);
  for (uint32_t i = 0; i < image->function_count && !failed(r); i++) read_function(r, i, &image->functions[i]);
  if (failed(r)) return;
  r->error->function = r->error->instruction = UINT32_MAX;
  for (uint32_t i = 0; i < image->fun_count; i++) {
    const ImageFun *fun = &image->funs[i];
    if (fun->function >= image->function_count) {
      fail(r, VERIFY_BAD_INDEX);
    } else if ((uint64_t)fun->arity + fun->capture_count != image->functions[fun->function].arity) {
      fail(r, VERIFY_BAD_ARITY);
    }
  }
}

static void read_imports(Reader *r, ModuleImage *image) {
  image->import_count = read_count(r);
  image->imports = ARENA_ARRAY(r->arena, ImageImport, image->import_count);
  for (uint32_t i = 0; i < image->import_count; i++) {
    image->imports[i].module = read_below(r, image->atom_count, VERIFY_BAD_INDEX);
    image->imports[i].function = read_below(r, image->atom_count, VERIFY_BAD_INDEX);
    image->imports[i].arity = read_below(r, ARITY_MAX + 1, VERIFY_BAD_ARITY);
  }
}

static void read_funs(Reader *r, ModuleImage *image) {
  image->fun_count = read_count(r);
  image->funs = ARENA_ARRAY(r->arena, ImageFun, image->fun_count);
  for (uint32_t i = 0; i < image->fun_count; i++) {
    image->funs[i].function = read_below(r, UINT32_MAX, VERIFY_BAD_INDEX);
    image->funs[i].arity = read_below(r, ARITY_MAX + 1, VERIFY_BAD_ARITY);
    image->funs[i].capture_count = read_below(r, ARITY_MAX + 1, VERIFY_BAD_ARITY);
  }
}

static const char CHUNK_TAGS[8][5] = {"ATOM", "LITS", "IMPT", "LAMB", "FILE", "CODE", "ATTR", "DOCS"};

static void read_chunk(Reader *r, int which, ModuleImage *image) {
  switch (which) {
    case 0:
      image->atoms = read_texts(r, &image->atom_count);
      for (uint32_t i = 0; i < image->atom_count && !failed(r); i++)
        if (!atom_is_well_formed(image->atoms[i])) fail(r, VERIFY_BAD_ATOM);
      break;
    case 1: image->literals = read_texts(r, &image->literal_count); break;
    case 2: read_imports(r, image); break;
    case 3: read_funs(r, image); break;
    case 4: image->files = read_texts(r, &image->file_count); break;
    case 5:
      read_code(r, image);
      image->code_end = (uint32_t)(r->at - r->start);
      break;
    case 6: image->attributes = read_text(r); break;
    case 7: image->docs = read_text(r); break;
    default: UNREACHABLE();
  }
}

// What is wrong with the header, or VERIFY_OK.
static VerifyReason check_header(const unsigned char *p, size_t size) {
  if (size < MODULE_HEADER_BYTES || memcmp(p, "JOIST\x1a", 6) != 0) return VERIFY_NOT_A_MODULE;
  if (size > UINT32_MAX) return VERIFY_TOO_LARGE;
  if ((p[6] | p[7] << 8) != MODULE_FORMAT_VERSION) return VERIFY_WRONG_VERSION;
  uint64_t sum = 0;
  for (int i = 0; i < 8; i++) sum |= (uint64_t)p[8 + i] << (8 * i);
  return sum == module_checksum(p + MODULE_HEADER_BYTES, size - MODULE_HEADER_BYTES) ? VERIFY_OK : VERIFY_BAD_CHECKSUM;
}

ModuleImage *module_read(Arena *arena, const void *bytes, size_t size, VerifyError *error) {
  *error = (VerifyError){VERIFY_OK, UINT32_MAX, UINT32_MAX};
  const unsigned char *p = bytes;
  ModuleImage *image = ARENA_NEW(arena, ModuleImage);
  Reader r = {.arena = arena, .error = error, .image = image, .start = p};
  VerifyReason header = check_header(p, size);
  if (header != VERIFY_OK) {
    fail(&r, header);
    return NULL;
  }
  const unsigned char *at = p + MODULE_HEADER_BYTES, *end = p + size;
  int next = 0;
  while (at < end && !failed(&r)) {
    if (end - at < 8) {
      fail(&r, VERIFY_TRUNCATED);
      break;
    }
    uint32_t chunk_size = at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24;
    int which = next;
    while (which < 8 && memcmp(at, CHUNK_TAGS[which], 4) != 0) which++;
    // Only the last two chunks may be left out, and none may come twice or out of order.
    if (which == 8 || (which > next && next < 6)) {
      fail(&r, VERIFY_BAD_CHUNK);
      break;
    }
    if (chunk_size > (uint64_t)(end - at) - 8) {
      fail(&r, VERIFY_TRUNCATED);
      break;
    }
    r.at = at + 8;
    r.end = r.at + chunk_size;
    read_chunk(&r, which, image);
    if (!failed(&r) && r.at != r.end) fail(&r, VERIFY_BAD_CHUNK);
    at += 8 + (size_t)chunk_size;
    next = which + 1;
  }
  if (!failed(&r) && next < 6) fail(&r, VERIFY_BAD_CHUNK);
  return failed(&r) ? NULL : image;
}

bool module_read_function(Arena *arena, const ModuleImage *image, const void *bytes, const void *end, ImageFunction *f) {
  VerifyError error = {VERIFY_OK, UINT32_MAX, UINT32_MAX};
  Reader r = {.at = bytes, .end = end, .arena = arena, .image = image, .error = &error, .start = bytes};
  read_function(&r, 0, f);
  return !failed(&r);
}

bool module_find_docs(const void *bytes, size_t size, ImageText *docs) {
  const unsigned char *p = bytes;
  *docs = (ImageText){0};
  if (check_header(p, size) != VERIFY_OK) return false;
  const unsigned char *at = p + MODULE_HEADER_BYTES, *end = p + size;
  while (end - at >= 8) {
    uint32_t chunk_bytes = (uint32_t)at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24;
    if (chunk_bytes > (size_t)(end - at) - 8) return false;
    if (memcmp(at, "DOCS", 4) == 0) {
      VerifyError error = {VERIFY_OK, UINT32_MAX, UINT32_MAX};
      Reader r = {.at = at + 8, .end = at + 8 + chunk_bytes, .error = &error};
      *docs = read_text(&r);
      return !failed(&r);
    }
    at += 8 + chunk_bytes;
  }
  return at == end;
}

// SPDX-License-Identifier: Apache-2.0
//
// Building bit strings: one BITS_BUILD of all segments. Values and sizes are evaluated first, left to right;
// what is constant goes into the instruction.
#include "compiler/core/lower.h"

typedef struct Build {
  FlowSegment *segments;
  uint32_t count, capacity;
  Val *uses;
  uint32_t use_count, use_capacity;
} Build;

static FlowSegment *segment_add(Lower *l, Build *b) {
  ARENA_ROOM(l->arena, b->segments, b->count, b->capacity, 8);
  FlowSegment *s = &b->segments[b->count++];
  s->value_use = s->size_use = -1;
  return s;
}

static int32_t use_add(Lower *l, Build *b, Val v) {
  ARENA_ROOM(l->arena, b->uses, b->use_count, b->use_capacity, 8);
  b->uses[b->use_count] = v;
  return (int32_t)b->use_count++;
}

static void put_value(Lower *l, Build *b, FlowSegment *s, Val v) {
  bool constant = v.kind == VAL_CONST && (s->proto.kind == SEGMENT_BITS ? v.constant->q->kind == Q_BINARY
                                                                       : v.constant->q->kind == Q_INT || v.constant->q->kind == Q_BIGINT);
  if (constant) {
    s->proto.value_is_constant = true;
    s->constant = v.constant;
  } else {
    s->value_use = use_add(l, b, v);
  }
}

static const uint8_t KINDS[] = {[SEG_INTEGER] = SEGMENT_INTEGER, [SEG_FLOAT] = SEGMENT_FLOAT, [SEG_BINARY] = SEGMENT_BITS,
                                [SEG_UTF8] = SEGMENT_UTF8,       [SEG_UTF16] = SEGMENT_UTF16, [SEG_UTF32] = SEGMENT_UTF32};

static uint32_t next_code_point(const unsigned char *bytes, uint32_t count, uint32_t *at) {
  uint32_t first = bytes[(*at)++], more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  uint32_t c = more == 3 ? first & 7 : more == 2 ? first & 15 : more == 1 ? first & 31 : first;
  while (more-- && *at < count) c = c << 6 | (bytes[(*at)++] & 63);
  return c;
}

static void put_segment(Lower *l, Build *b, const CoreSegment *from, Val value, Val size) {
  uint8_t flags = (uint8_t)((from->is_signed ? SEGMENT_SIGNED : 0) | (from->little ? SEGMENT_LITTLE : 0));
  bool utf = from->type == SEG_UTF8 || from->type == SEG_UTF16 || from->type == SEG_UTF32;
  if (utf && value.kind == VAL_CONST && value.constant->q->kind == Q_BINARY) { // a literal string: its characters
    Quoted *q = value.constant->q;
    for (uint32_t at = 0; at < q->count;) {
      FlowSegment *s = segment_add(l, b);
      s->proto = (Segment){.kind = KINDS[from->type], .flags = flags, .size_kind = SIZE_ALL, .value_is_constant = true};
      s->constant = const_int(l->c, next_code_point((const unsigned char *)q->bytes, q->count, &at));
    }
    return;
  }
  FlowSegment *s = segment_add(l, b);
  uint32_t unit = from->unit ? from->unit : from->type == SEG_BINARY ? 8 : 1;
  s->proto = (Segment){.kind = KINDS[from->type], .flags = flags, .unit = (uint16_t)unit};
  put_value(l, b, s, value);
  if (utf || (!from->size && from->type == SEG_BINARY)) {
    s->proto.size_kind = SIZE_ALL;
  } else if (!from->size) {
    s->proto.size_kind = SIZE_BITS;
    s->proto.size = from->type == SEG_FLOAT ? 64 : 8;
  } else if (size.kind == VAL_CONST && size.constant->q->kind == Q_INT && size.constant->q->integer >= 0 &&
             size.constant->q->integer <= (1 << 28) / (int64_t)unit) {
    s->proto.size_kind = SIZE_BITS;
    s->proto.size = (uint32_t)(size.constant->q->integer * unit);
  } else {
    s->proto.size_kind = SIZE_SLOT;
    s->size_use = use_add(l, b, size);
  }
}

Val lower_binary(Lower *l, Core *core) {
  uint32_t count = core->u.binary.count;
  const CoreSegment *from = core->u.binary.segments;
  Val *values = ARENA_ARRAY(l->arena, Val, count * 2 + 1);
  for (uint32_t i = 0; i < count; i++) {
    values[2 * i] = lower_value(l, from[i].value);
    if (from[i].size) values[2 * i + 1] = lower_value(l, from[i].size);
  }
  if (!l->block) return val_const(l->k_empty);
  Build b = {0};
  bool bytes = true;
  for (uint32_t i = 0; i < count; i++) {
    Val value = flow_resolve(l->f, values[2 * i]), size = from[i].size ? flow_resolve(l->f, values[2 * i + 1]) : (Val){0};
    if (!from[i].size && from[i].type == SEG_BINARY && from[i].unit % 8) bytes = false;
    if (from[i].size) bytes = false;
    put_segment(l, &b, &from[i], value, size);
  }
  Instr *i = lower_emit(l, OP_BITS_BUILD, b.uses, b.use_count, 1);
  i->segments = b.segments;
  i->segment_count = b.count;
  return lower_typed(l, val_reg(i->defs[0]), bytes ? TY_BINARY : TY_BITSTRING);
}

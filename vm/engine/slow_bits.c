// SPDX-License-Identifier: Apache-2.0
//
// Bit strings: matching steps and construction.
//
// Matching keeps no context object: a step takes the source and a position (a small integer, in bits), and gives the
// next position. Every step checks both again, so any source and any position are safe.
// Construction first measures all segments, reserves once, then writes.
#include "vm/engine/build_segments.h"
#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"

// The source from a position on: false when the source is no bit string or the position lies outside it.
static inline bool view_at(Term source, Term position, BitsView *view) {
  if (!term_is_bits(source) || !term_is_small(position)) return false;
  *view = bits_view(source);
  uint64_t at = (uint64_t)small_value(position);
  if (at > view->bit_count) return false;
  view->bit_offset += at;
  view->bit_count -= at;
  return true;
}

static inline Term advance(Term position, uint64_t bits) { return position + term_small((int64_t)bits); }

// size times unit, when that is a number of bits that lies within what is left.
static inline bool sized(Term size, size_t unit, uint64_t left, uint64_t *bits) {
  if (!term_is_small(size) || small_value(size) < 0) return false;
  if (__builtin_mul_overflow((uint64_t)small_value(size), (uint64_t)unit, bits)) return false;
  return *bits <= left;
}

// Integers of more bits are made on a dirty thread (OPERATION_TAKE), which takes them as its instruction says.
static const uint64_t TAKEN_HERE = (uint64_t)ENGINE_LONG_REDUCTIONS << 9; // bits: 0.08 to 0.25 ns each
static bool goes_elsewhere(Process *p, const uint64_t *pc, uint64_t map) {
  if (!engine_has_dirty(p)) return false;
  engine_stand_at(p, pc, map);
  operation_send(p, OPERATION_TAKE, T_NONE, T_NONE);
  return true;
}

#define TAKE_INTEGER(NAME, BITS_CONDITION, FLAGS, MAP, FAIL) \
  BitsView view; \
  uint64_t bits; \
  if (!view_at(R(2), R(3), &view) || !(BITS_CONDITION)) return FAIL; \
  Term value; \
  if (UNLIKELY(bits > TAKEN_HERE) && operation_is_back(p)) { \
    size_t error; \
    value = operation_take(p, &error); \
  } else { \
    if (UNLIKELY(bits > TAKEN_HERE) && goes_elsewhere(p, pc, MAP)) return engine_leave(p, ENGINE_LONG); \
    RESERVE(MAP, bits_integer_words(bits)); \
    view_at(R(2), R(3), &view); \
    value = bits_get_integer(&p->heap, view.base, view.bit_offset, bits, FLAGS); \
  } \
  Term position = R(3); \
  R(0) = value; \
  R(1) = advance(position, bits); \
  return BEHIND(NAME);

SLOW_PATH(BITS_INT) {
  TAKE_INTEGER(BITS_INT, (bits = W(BITS_INT, 0)) <= view.bit_count, (unsigned)I(4), W(BITS_INT, 1), CODE(BITS_INT, 2))
}

SLOW_PATH(BITS_INT_VAR) {
  TAKE_INTEGER(BITS_INT_VAR, sized(R(4), I(5), view.bit_count, &bits), (unsigned)I(6), W(BITS_INT_VAR, 0), CODE(BITS_INT_VAR, 1))
}

bool engine_take_integer(Process *p, const uint64_t *pc, Term *value) {
  bool variable = (uint32_t)pc[0] == vm_engine(p->vm)->handlers[L_BITS_INT_VAR];
  unsigned flags = (unsigned)(variable ? I(6) : I(4));
  BitsView view;
  uint64_t bits = W(BITS_INT, 0);
  CHECK(view_at(R(2), R(3), &view) && (!variable || sized(R(4), I(5), view.bit_count, &bits)));
  if (!process_reserve(p, bits_integer_words(bits))) return false;
  view_at(R(2), R(3), &view);
  *value = bits_get_integer(&p->heap, view.base, view.bit_offset, bits, flags);
  return true;
}

// Not byte-aligned: at most 32 bits need no heap.
SLOW_PATH(BITS_INT_SMALL) {
  BitsView view;
  uint64_t bits = I(4);
  Term position = R(3);
  if (!view_at(R(2), position, &view) || bits > view.bit_count) return CODE(BITS_INT_SMALL, 0);
  R(0) = term_small((int64_t)bits_get_u64(view.base, view.bit_offset, (unsigned)bits));
  R(1) = advance(position, bits);
  return BEHIND(BITS_INT_SMALL);
}

#define TAKE_FLOAT(NAME, BITS_CONDITION, FLAGS, MAP, FAIL) \
  BitsView view; \
  uint64_t bits; \
  double value; \
  if (!view_at(R(2), R(3), &view) || !(BITS_CONDITION)) return FAIL; \
  if ((bits != 16 && bits != 32 && bits != 64) || !bits_get_float(view.base, view.bit_offset, (unsigned)bits, FLAGS, &value)) return FAIL; \
  RESERVE(MAP, FLOAT_WORDS); \
  Term position = R(3); \
  R(0) = heap_float(&p->heap, value); \
  R(1) = advance(position, bits); \
  return BEHIND(NAME);

SLOW_PATH(BITS_FLOAT) {
  TAKE_FLOAT(BITS_FLOAT, (bits = W(BITS_FLOAT, 0)) <= view.bit_count, (unsigned)I(4), W(BITS_FLOAT, 1), CODE(BITS_FLOAT, 2))
}

SLOW_PATH(BITS_FLOAT_VAR) {
  TAKE_FLOAT(BITS_FLOAT_VAR, sized(R(4), I(5), view.bit_count, &bits), (unsigned)I(6), W(BITS_FLOAT_VAR, 0), CODE(BITS_FLOAT_VAR, 1))
}

enum { SLICE_WORDS_MAX = BIN_SLICE_WORDS + 2 + BIN_HEAP_MAX / 8 };

#define TAKE_SLICE(NAME, BITS_CONDITION, MAP, FAIL) \
  BitsView view; \
  uint64_t bits; \
  if (!view_at(R(2), R(3), &view) || !(BITS_CONDITION)) return FAIL; \
  RESERVE(MAP, SLICE_WORDS_MAX); \
  Term position = R(3); \
  R(0) = bits_slice(&p->heap, R(2), (uint64_t)small_value(position), bits); \
  R(1) = advance(position, bits); \
  return BEHIND(NAME);

SLOW_PATH(BITS_SLICE) {
  TAKE_SLICE(BITS_SLICE, (bits = W(BITS_SLICE, 0)) <= view.bit_count, W(BITS_SLICE, 1), CODE(BITS_SLICE, 2))
}

SLOW_PATH(BITS_SLICE_VAR) {
  TAKE_SLICE(BITS_SLICE_VAR, sized(R(4), I(5), view.bit_count, &bits), W(BITS_SLICE_VAR, 0), CODE(BITS_SLICE_VAR, 1))
}

SLOW_PATH(BITS_REST) {
  BitsView view;
  if (!view_at(R(1), R(2), &view) || view.bit_count % I(3) != 0) return CODE(BITS_REST, 1);
  RESERVE(W(BITS_REST, 0), SLICE_WORDS_MAX);
  uint64_t from = (uint64_t)small_value(R(2));
  R(0) = bits_slice(&p->heap, R(1), from, view.bit_count);
  return BEHIND(BITS_REST);
}

SLOW_PATH(BITS_SKIP) {
  BitsView view;
  Term position = R(2);
  if (!view_at(R(1), position, &view) || W(BITS_SKIP, 0) > view.bit_count) return CODE(BITS_SKIP, 1);
  R(0) = advance(position, W(BITS_SKIP, 0));
  return BEHIND(BITS_SKIP);
}

SLOW_PATH(BITS_SKIP_VAR) {
  BitsView view;
  uint64_t bits;
  Term position = R(2);
  if (!view_at(R(1), position, &view) || !sized(R(3), I(4), view.bit_count, &bits)) return CODE(BITS_SKIP_VAR, 0);
  R(0) = advance(position, bits);
  return BEHIND(BITS_SKIP_VAR);
}

SLOW_PATH(BITS_UTF) {
  BitsView view;
  uint32_t point;
  Term position = R(3);
  if (!view_at(R(2), position, &view)) return CODE(BITS_UTF, 0);
  unsigned kind = (unsigned)I(4) & 0xff, flags = I(4) & 256 ? SEGMENT_LITTLE : 0;
  unsigned bits = bits_get_utf(view.base, view.bit_offset, view.bit_offset + view.bit_count, kind, flags, &point);
  if (!bits) return CODE(BITS_UTF, 0);
  R(0) = term_small(point);
  R(1) = advance(position, bits);
  return BEHIND(BITS_UTF);
}

SLOW_PATH(BITS_REST_UNIT) {
  BitsView view;
  return view_at(R(0), R(1), &view) && view.bit_count % I(2) == 0 ? BEHIND(BITS_REST_UNIT) : CODE(BITS_REST_UNIT, 0);
}

SLOW_PATH(BITS_LITERAL) {
  BitsView view;
  Term literal = W(BITS_LITERAL, 0), position = R(2);
  if (!view_at(R(1), position, &view) || !term_is_bits(literal)) return CODE(BITS_LITERAL, 1);
  BitsView wanted = bits_view(literal);
  if (wanted.bit_count > view.bit_count) return CODE(BITS_LITERAL, 1);
  view.bit_count = wanted.bit_count;
  if (!bits_equal(view, wanted)) return CODE(BITS_LITERAL, 1);
  R(0) = advance(position, wanted.bit_count);
  return BEHIND(BITS_LITERAL);
}

// --- construction

static inline Term value_of(const Process *p, const BuildSegment *s) {
  return s->value_is_constant ? s->constant : *(Term *)((char *)p->fp + s->value_slot);
}

// Bits that a segment will take, or false: a bad value or size.
static bool measure(const Process *p, const BuildSegment *s, uint64_t *bits) {
  Term value = value_of(p, s);
  if (s->kind == SEGMENT_BITS ? !term_is_bits(value) : s->kind == SEGMENT_FLOAT ? !term_is_number(value) : !term_is_integer(value)) return false;
  switch (s->size_kind) {
    case SIZE_BITS: *bits = s->size_bits; break;
    case SIZE_SLOT: {
      Term size = *(Term *)((char *)p->fp + s->size_slot);
      if (!term_is_small(size) || small_value(size) < 0) return false;
      if (__builtin_mul_overflow((uint64_t)small_value(size), (uint64_t)s->unit, bits)) return false;
      break;
    }
    default:
      if (s->kind == SEGMENT_BITS) {
        *bits = bits_count(value);
        return *bits % s->unit == 0;
      }
      *bits = bits_utf_size(s->kind == SEGMENT_UTF8 ? 8 : s->kind == SEGMENT_UTF16 ? 16 : 32, value);
      return *bits != 0;
  }
  if (s->kind == SEGMENT_FLOAT) return *bits == 16 || *bits == 32 || *bits == 64;
  if (s->kind == SEGMENT_BITS) return *bits <= bits_count(value);
  return true;
}

static inline __attribute__((always_inline)) bool write_segment(const Process *p, const BuildSegment *s, unsigned char *to, uint64_t at, uint64_t bits) {
  Term value = value_of(p, s);
  switch (s->kind) {
    case SEGMENT_INTEGER: bits_put_integer(to, at, value, bits, s->flags); return true;
    case SEGMENT_FLOAT: return bits_put_float(to, at, value, (unsigned)bits, s->flags);
    case SEGMENT_BITS: {
      BitsView from = bits_view(value);
      bits_copy(to, at, from.base, from.bit_offset, bits);
      return true;
    }
    default:
      bits_put_utf(to, at, s->kind == SEGMENT_UTF8 ? 8 : s->kind == SEGMENT_UTF16 ? 16 : 32, s->flags, (uint32_t)small_value(value));
      return true;
  }
}

// Why a segment cannot be built, as the library explains it: {segment, type, error, value}, in the location of the first frame.
static const uint64_t *segment_failed(Process *p, const uint64_t *pc, const BuildSegments *list, uint32_t index) {
  const BuildSegment *s = &list->segments[index];
  Term value = value_of(p, s), about = value, type, error = ATOM_type;
  switch (s->kind) {
    case SEGMENT_INTEGER: type = ATOM_integer; break;
    case SEGMENT_FLOAT: type = ATOM_float; break;
    case SEGMENT_BITS: type = ATOM_binary; break;
    case SEGMENT_UTF8: type = ATOM_utf8; break;
    case SEGMENT_UTF16: type = ATOM_utf16; break;
    default: type = ATOM_utf32; break;
  }
  bool fits = s->kind == SEGMENT_BITS ? term_is_bits(value) : s->kind == SEGMENT_FLOAT ? term_is_number(value) : term_is_integer(value);
  if (fits && s->size_kind == SIZE_SLOT) {
    Term size = *(Term *)((char *)p->fp + s->size_slot);
    if (!term_is_small(size) || small_value(size) < 0) error = ATOM_size, about = size;
    else if (s->kind == SEGMENT_BITS) error = ATOM_short;
    else if (s->kind == SEGMENT_FLOAT) error = ATOM_no_float;
  } else if (fits && s->kind == SEGMENT_BITS) {
    error = s->size_kind == SIZE_BITS ? ATOM_short : ATOM_unit;
  } else if (fits && s->kind == SEGMENT_FLOAT) {
    error = ATOM_no_float;
  }
  // In memory as arguments are: downwards.
  Term args[4] = {about, error, type, term_small((int64_t)index + 1)};
  return engine_raise_call(p, pc, ATOM_error, ATOM_badarg, ATOM_error_info, ATOM_cause, &args[3], 4);
}

// Why building failed.
typedef enum BuildError { BUILD_LIMIT, BUILD_SEGMENT /* and its index is added */ } BuildError;

// What is to be built: bits in all, and those of a whole bit string in the first place, which is appended to, in place if it was built that way.
typedef struct Build {
  const BuildSegments *list;
  uint64_t total, first_bits;
  bool append;
} Build;

// Fails: false and *error.
static inline __attribute__((always_inline)) bool plan(const Process *p, const uint64_t *pc, Build *b, size_t *error) {
  *b = (Build){.list = (const BuildSegments *)(uintptr_t)W(BITS_BUILD, 0)};
  *error = BUILD_LIMIT;
  for (uint32_t i = 0; i < b->list->count; i++) {
    uint64_t bits;
    if (!measure(p, &b->list->segments[i], &bits)) return *error = BUILD_SEGMENT + i, false;
    if (__builtin_add_overflow(b->total, bits, &b->total) || b->total > (uint64_t)SMALL_MAX) return false;
  }
  const BuildSegment *first = &b->list->segments[0];
  b->append = b->list->count > 1 && first->kind == SEGMENT_BITS && first->size_kind == SIZE_ALL && !first->value_is_constant;
  if (b->append) b->first_bits = bits_count(value_of(p, first));
  return account_allows_work(&p->vm->account, b->total / 8);
}

static inline __attribute__((always_inline)) size_t plan_words(const Process *p, const Build *b) {
  return b->append ? bits_append_words(value_of(p, &b->list->segments[0]), b->total - b->first_bits) : bits_words(b->total);
}

// Room is made. Fails: T_NONE and *error.
static inline __attribute__((always_inline)) Term write_planned(Process *p, const Build *b, size_t *error) {
  unsigned char *bytes;
  uint64_t at = 0, bits;
  Term result = b->append ? bits_append(&p->vm->context, &p->heap, value_of(p, &b->list->segments[0]), b->total - b->first_bits, &bytes, &at)
                          : bits_new(&p->vm->context, &p->heap, b->total, &bytes);
  *error = BUILD_LIMIT;
  if (result == T_NONE) return T_NONE;
  for (uint32_t i = b->append; i < b->list->count; i++) {
    measure(p, &b->list->segments[i], &bits);
    if (!write_segment(p, &b->list->segments[i], bytes, at, bits)) return *error = BUILD_SEGMENT + i, T_NONE;
    at += bits;
  }
  return result;
}

bool engine_build_bits(Process *p, const uint64_t *pc, Term *value, size_t *error) {
  Build b;
  *value = T_NONE;
  if (!plan(p, pc, &b, error)) return true;
  if (!process_reserve(p, plan_words(p, &b))) return false;
  *value = write_planned(p, &b, error);
  return true;
}

enum { BUILD_LONG_SHIFT = 12 }; // bits that are copied for a reduction, with memory that is new

// Long for a scheduler? What is appended to in place costs nothing.
static bool is_long_build(Process *p, const Build *b) {
  if (LIKELY(b->total >> BUILD_LONG_SHIFT <= ENGINE_LONG_REDUCTIONS)) return false;
  uint64_t more = b->total - b->first_bits;
  bool copies = !b->append || bits_append_copies(value_of(p, &b->list->segments[0]), more);
  return (copies ? b->total : more) >> BUILD_LONG_SHIFT > ENGINE_LONG_REDUCTIONS && engine_has_dirty(p);
}

SLOW_PATH(BITS_BUILD) {
  size_t error;
  Term value;
  if (operation_is_back(p)) {
    value = operation_take(p, &error);
  } else {
    Build b;
    value = T_NONE;
    if (LIKELY(plan(p, pc, &b, &error))) {
      p->reductions -= (int64_t)((b.total - b.first_bits) >> 13);
      if (UNLIKELY(is_long_build(p, &b))) {
        engine_stand_at(p, pc, W(BITS_BUILD, 1));
        operation_send(p, OPERATION_BUILD, T_NONE, T_NONE);
        return engine_leave(p, ENGINE_LONG);
      }
      RESERVE(W(BITS_BUILD, 1), plan_words(p, &b));
      value = write_planned(p, &b, &error);
    }
  }
  if (UNLIKELY(value == T_NONE)) {
    if (error == BUILD_LIMIT) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
    return segment_failed(p, pc, (const BuildSegments *)(uintptr_t)W(BITS_BUILD, 0), (uint32_t)(error - BUILD_SEGMENT));
  }
  R(0) = value;
  return BEHIND(BITS_BUILD);
}

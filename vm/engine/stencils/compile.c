// SPDX-License-Identifier: Apache-2.0
//
// Compiling: the linked words of one function -> machine code.
//
// Twice over the instructions: `measure` chooses the form of each stencil and its place, `emit` copies and patches.
// Behind the stencil of a call stand, in the hot part: padding, the map word, `add $K, %r13`. In the cold part each instruction
// has its stencil's cold bytes, its slow exit (`mov $which, %eax; jmp` to the function's own) and, for calls of
// functions not compiled yet, `movabs $function, %rdi; jmp` to the stub. The function's slow exit ends it: it puts the
// function into rcx, so that an instruction's takes but ten bytes.
#include <string.h>

#include "vm/engine/stencils/jit.h"
#include "vm/engine/stencils/stencil_table.h"

#include "vm/engine/stencils/stencil_data.h" // made while building

enum { SLOW_EXIT_BYTES = 10, OBJECT_JUMP_BYTES = 15, MAP_BYTES = 8, WORD_LIMIT = 1 << 24 };
_Static_assert(LINKED_COUNT <= 256, "an opcode fits the low byte of a slow exit's word");

typedef struct CallSite { // a direct jump that waits for its callee
  struct CallSite *next;
  const char *at;         // its distance, in executable code
} CallSite;

typedef struct Compiler {
  Jit *jit;
  CodeFunction *f;
  char *hot, *cold;        // executable addresses; any while measuring
  uint32_t hot_at, cold_at;
  uint32_t slow_exit;      // of the function, in the cold part
} Compiler;

typedef struct One { // the instruction at hand
  const uint64_t *pc;
  LinkedOp op;
  const Stencil *stencil;
  const char *hot, *cold, *return_point, *next, *slow, *callee;
  unsigned padding; // bytes before `hot`
} One;

static uint32_t instruction_words(const uint64_t *pc) {
  const LinkedInfo *info = &LINKED_INFO[(uint32_t)pc[0]];
  size_t words = info->word_count;
  if (info->has_list) words += LIST_WORDS(linked_field(pc, (unsigned)strlen(info->fields) - 1));
  return (uint32_t)words;
}

static inline uint64_t word_of(const uint64_t *pc, LinkedOp op, unsigned i) { return pc[LINKED_INFO[op].first_word + i]; }

static bool fits(uint64_t value, unsigned form) {
  switch (form) {
    case HOLE_32: return value <= UINT32_MAX;
    case HOLE_32S: return (uint64_t)(int64_t)(int32_t)value == value;
    case HOLE_PC32: return value <= INT32_MAX;
    default: return true;
  }
}

// The form with short immediates when all words fit.
static const Stencil *choose(const uint64_t *pc, LinkedOp op) {
  const Stencil *wide = &STENCILS[0][op], *narrow = &STENCILS[1][op];
  if (!narrow->hot_bytes || op == L_SELECT || op == L_SELECT_ARITY) return wide; // tables are made later
  const StencilHole *hole = &STENCIL_HOLES[narrow->hole_at];
  for (unsigned n = (unsigned)narrow->hot_hole_count + narrow->cold_hole_count; n-- > 0; hole++)
    if (hole->kind == HOLE_WORD && !fits(word_of(pc, op, hole->index) + (uint64_t)(int64_t)hole->addend, hole->form)) return wide;
  return narrow;
}

static CodeFunction *callee_of(const uint64_t *pc, LinkedOp op) { return (CodeFunction *)(uintptr_t)word_of(pc, op, 0); }

// Its jump will be patched when the callee is compiled.
static bool waits(const Compiler *c, const One *o) {
  if (!(o->stencil->flags & STENCIL_GOES_CALLEE)) return false;
  const CodeFunction *callee = callee_of(o->pc, o->op);
  return callee != c->f && !callee->hot_bytes;
}

// How many bytes must stand before the stencil so that the distance of its jump to the callee lies in one aligned quadword (jit.h).
__attribute__((noinline)) static unsigned padding(const Compiler *c, const One *o) {
  if (!waits(c, o)) return 0;
  unsigned pad = 0;
  const StencilHole *hole = &STENCIL_HOLES[o->stencil->hole_at];
  for (unsigned i = 0; i < o->stencil->hot_hole_count; i++)
    if (hole[i].kind == HOLE_CALLEE && ((c->hot_at + hole[i].offset) & 7) > 4) pad = 8 - ((c->hot_at + hole[i].offset) & 7);
  return pad;
}

static uint64_t map_of(const uint64_t *pc, LinkedOp op) { return pc[LINKED_INFO[op].word_count - 1]; }

// Places of the parts of the instruction at c->hot_at, c->cold_at, which move behind it.
static One lay_out(Compiler *c, const uint64_t *pc) {
  One o = {.pc = pc, .op = (LinkedOp)(uint32_t)pc[0]};
  o.stencil = choose(pc, o.op);
  if (UNLIKELY(o.stencil->flags & STENCIL_GOES_CALLEE)) c->hot_at += o.padding = padding(c, &o);
  o.hot = c->hot + c->hot_at;
  o.cold = c->cold + c->cold_at;
  c->hot_at += o.stencil->hot_bytes;
  c->cold_at += o.stencil->cold_bytes;
  if (jit_op_is_call(o.op)) {
    c->hot_at = ((c->hot_at + 7) & ~7u) + MAP_BYTES;
    o.return_point = c->hot + c->hot_at;
    c->hot_at += (uint32_t)jit_return_bytes(map_of(pc, o.op));
  }
  o.next = c->hot + c->hot_at;
  if (o.stencil->flags & STENCIL_GOES_SLOW) {
    o.slow = c->cold + c->cold_at;
    c->cold_at += SLOW_EXIT_BYTES;
  }
  if (o.stencil->flags & STENCIL_GOES_CALLEE) {
    o.callee = c->cold + c->cold_at;
    c->cold_at += OBJECT_JUMP_BYTES;
  }
  return o;
}

// --- writing

static char *writable(const Compiler *c, const char *address) { return region_writable(&c->jit->region, address); }

static void put_jump(const Compiler *c, const char *at, const char *target) {
  char *to = writable(c, at);
  int32_t distance = (int32_t)(target - (at + 5));
  to[0] = (char)0xe9;
  memcpy(to + 1, &distance, 4);
}

// movabs $value, %rcx or %rdi; jmp target
static void put_object_jump(const Compiler *c, const char *at, unsigned char opcode, const void *value, const char *target) {
  char *to = writable(c, at);
  to[0] = 0x48;
  to[1] = (char)opcode;
  memcpy(to + 2, &value, 8);
  put_jump(c, at + 10, target);
}

static void put_return_point(const Compiler *c, const One *o) {
  uint64_t map = map_of(o->pc, o->op);
  char *to = writable(c, o->return_point);
  memcpy(to - MAP_BYTES, &map, MAP_BYTES);
  uint32_t k = (uint32_t)(map & MAP_K_MASK);
  bool is_short = jit_return_bytes(map) == 4;
  to[0] = 0x49; // add $k, %r13
  to[1] = (char)(is_short ? 0x83 : 0x81);
  to[2] = (char)0xc5;
  if (is_short) {
    to[3] = (char)k;
  } else {
    memcpy(to + 3, &k, 4);
  }
}

// Where a call of a function of the same unit goes: to its code, or to the instruction's way through the stub until there is some.
static const char *callee_place(const Compiler *c, const One *o, const char *hole_at) {
  CodeFunction *callee = callee_of(o->pc, o->op);
  if (!waits(c, o)) return callee == c->f ? c->hot : callee->machine;
  CHECK(((uintptr_t)hole_at & 7) <= 4 && hole_at >= o->hot && hole_at < o->hot + o->stencil->hot_bytes);
  put_object_jump(c, o->callee, 0xbf, callee, c->jit->through_thunk);
  CallSite *site = arena_get(&c->f->unit->arena, sizeof *site);
  *site = (CallSite){callee->call_sites, hole_at};
  callee->call_sites = site;
  return o->callee;
}

static const char *place_in(const Compiler *c, const uint64_t *pc) { return jit_place_from(c->f, c->hot, pc); }

// A table of (term, linked address) becomes one of (term, place).
static uint64_t select_rows(const Compiler *c, const One *o) {
  const uint64_t *from = (const uint64_t *)(uintptr_t)word_of(o->pc, o->op, 0);
  size_t count = linked_field(o->pc, 1);
  uint64_t *rows = arena_get(&c->f->unit->arena, 16 * (count + 1));
  for (size_t i = 0; i < count; i++) {
    rows[2 * i] = from[2 * i];
    rows[2 * i + 1] = (uint64_t)(uintptr_t)place_in(c, (const uint64_t *)(uintptr_t)from[2 * i + 1]);
  }
  return (uint64_t)(uintptr_t)rows;
}

static uint64_t hole_value(const Compiler *c, const One *o, const StencilHole *hole, const char *at, uint64_t rows) {
  switch ((enum HoleKind)hole->kind) {
    case HOLE_SLOT: return (uint64_t)(int64_t)(int16_t)linked_field(o->pc, hole->index);
    case HOLE_NUMBER: return linked_field(o->pc, hole->index);
    case HOLE_WORD: return rows && hole->index == 0 ? rows : word_of(o->pc, o->op, hole->index);
    case HOLE_CODE: return (uint64_t)(uintptr_t)place_in(c, (const uint64_t *)(uintptr_t)word_of(o->pc, o->op, hole->index));
    case HOLE_LIST: return (uint64_t)(uintptr_t)(o->pc + LINKED_INFO[o->op].word_count);
    case HOLE_RETURN: return (uint64_t)(uintptr_t)o->return_point;
    case HOLE_NEXT: return (uint64_t)(uintptr_t)o->next;
    case HOLE_SLOW: return (uint64_t)(uintptr_t)o->slow;
    case HOLE_CALLEE: return (uint64_t)(uintptr_t)callee_place(c, o, at);
    case HOLE_HOT: return (uint64_t)(uintptr_t)o->hot;
    case HOLE_COLD: return (uint64_t)(uintptr_t)o->cold;
  }
  UNREACHABLE();
}

static void patch(const Compiler *c, const One *o, const char *part, const StencilHole *hole, unsigned count, uint64_t rows) {
  for (; count-- > 0; hole++) {
    const char *at = part + hole->offset;
    uint64_t value = hole_value(c, o, hole, at, rows) + (uint64_t)(int64_t)hole->addend;
    if (hole->form == HOLE_64) {
      memcpy(writable(c, at), &value, 8);
      continue;
    }
    if (hole->form == HOLE_PC32) {
      value -= (uint64_t)(uintptr_t)at;
      CHECK(fits(value, HOLE_32S));
    } else {
      CHECK(fits(value, hole->form));
    }
    uint32_t low = (uint32_t)value;
    memcpy(writable(c, at), &low, 4);
  }
}

static void emit(Compiler *c, const uint64_t *pc) {
  One o = lay_out(c, pc);
  const Stencil *s = o.stencil;
  static const char NOPS[4][3] = {"", "\x90", "\x66\x90", "\x0f\x1f\x00"};
  if (o.padding) memcpy(writable(c, o.hot - o.padding), NOPS[o.padding], o.padding);
  memcpy(writable(c, o.hot), STENCIL_BYTES + s->at, s->hot_bytes);
  memcpy(writable(c, o.cold), STENCIL_BYTES + s->at + s->hot_bytes, s->cold_bytes);
  uint64_t rows = o.op == L_SELECT || o.op == L_SELECT_ARITY ? select_rows(c, &o) : 0;
  patch(c, &o, o.hot, STENCIL_HOLES + s->hole_at, s->hot_hole_count, rows);
  patch(c, &o, o.cold, STENCIL_HOLES + s->hole_at + s->hot_hole_count, s->cold_hole_count, rows);
  if (o.return_point) put_return_point(c, &o);
  if (o.slow) {
    char *to = writable(c, o.slow);
    uint32_t which = (uint32_t)(pc - c->f->code) << 8 | (uint32_t)o.op;
    to[0] = (char)0xb8; // mov $which, %eax
    memcpy(to + 1, &which, 4);
    put_jump(c, o.slow + 5, c->cold + c->slow_exit);
  }
}

// --- a whole function

static void measure(Compiler *c) {
  CodeFunction *f = c->f;
  uint32_t count = 0;
  for (uint32_t word = 0; word < f->code_words; word += instruction_words(f->code + word)) count++;
  if (!f->word_places) { // else there was no room the last time
    f->points = ARENA_ARRAY(&f->unit->arena, CodePoint, count + 1);
    f->point_count = count;
    f->word_places = ARENA_ARRAY(&f->unit->arena, uint32_t, (size_t)f->code_words + 1);
  }
  memset(f->word_places, 0xff, sizeof(uint32_t) * ((size_t)f->code_words + 1));
  uint32_t word = 0;
  for (uint32_t i = 0; i < count; i++) {
    f->points[i] = (CodePoint){c->hot_at, word};
    f->word_places[word] = c->hot_at;
    lay_out(c, f->code + word);
    word += instruction_words(f->code + word);
  }
  f->points[count] = (CodePoint){c->hot_at, word};
  f->word_places[word] = c->hot_at;
  c->slow_exit = c->cold_at;
}

// Other workers may be running these calls: one store each, of the quadword that the distance lies in.
static void forward_calls(const Compiler *c) {
  for (const CallSite *site = c->f->call_sites; site; site = site->next) {
    int32_t distance = (int32_t)(c->hot - (site->at + 4));
    size_t offset = (uintptr_t)site->at & 7;
    uint64_t *to = (uint64_t *)(void *)writable(c, site->at - offset), word = *to;
    memcpy((char *)&word + offset, &distance, 4);
    PUBLISH(*to, word);
  }
  c->f->call_sites = NULL;
}

bool jit_compile(Jit *j, CodeFunction *f) {
  Compiler c = {.jit = j, .f = f, .hot = j->region.start, .cold = j->region.start};
  if (f->code_words >= WORD_LIMIT) return false;
  measure(&c);
  uint32_t hot_bytes = c.hot_at, cold_bytes = c.cold_at + OBJECT_JUMP_BYTES;
  const CodePoint *points = f->points;
  bool room = region_take(&j->region, hot_bytes, cold_bytes, &c.hot, &c.cold);
  if (!room || !code_add_machine_range(f->unit->table, f, c.hot, c.hot + ((hot_bytes + 7) & ~7u))) {
    if (room) region_give(&j->region, c.hot, hot_bytes, c.cold, cold_bytes);
    return false;
  }
  c.hot_at = c.cold_at = 0;
  for (uint32_t i = 0; i < f->point_count; i++) emit(&c, f->code + points[i].word);
  put_object_jump(&c, c.cold + c.slow_exit, 0xb9, f, j->slow_thunk);
  f->cold = c.cold;
  f->hot_bytes = hot_bytes;
  f->cold_bytes = cold_bytes;
  atomic_fetch_add_explicit(&j->published, 1, memory_order_release);
  PUBLISH(f->machine, (const void *)c.hot);
  forward_calls(&c);
  j->function_count++;
  j->instruction_count += f->point_count;
  j->hot_bytes += hot_bytes;
  j->cold_bytes += cold_bytes;
  return true;
}

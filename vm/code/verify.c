// SPDX-License-Identifier: Apache-2.0
//
// The verifier: proves by data flow that a decoded function reads nothing that is not there.
//
// Per instruction that something jumps to, a State: the set of slots that hold a value on every path, whether FRAME
// was executed on every path, and whether a message is being examined. Straight code carries one State along;
// a jump meets it into the target's (intersection). A worklist runs until nothing changes: sets only
// shrink, so it ends after at most slots x labels steps.
//
//  V1  An instruction reads only slots of its State.
//  V2  What may collect keeps only the slots of its live map, which must be in the State and hold its sources.
//  V3  A call keeps the slots below its window that its map names, and gets the result.
//  V4  A handler gets what every instruction that may raise into it leaves, and its three slots.
//  V5  Between RECV_PEEK and ACCEPT or NEXT nothing calls, waits or returns: a message still lies in its
//      fragment there (vm/heap). What raises there takes the message out first (engine).
#include <string.h>

#include "vm/code/module_file.h"

typedef struct State {
  uint64_t *defined; // NULL: not reached yet
  bool has_frame, peeking;
} State;

typedef struct Verifier {
  Arena *arena;
  const ModuleImage *image;
  const ImageFunction *function;
  GuardNativeTest is_guard;
  const void *context;
  VerifyError *error;
  uint32_t word_count;       // of a slot set
  State *at;                 // per instruction; only leaders have one
  uint32_t *worklist, worklist_count;
  bool *queued;
  uint32_t *handler_of;      // per instruction: index into handlers, or LABEL_NONE
  uint64_t *at_handler;      // the set that flows into a handler
  State now;                 // the state before, then after, the current instruction
} Verifier;

#define VERIFY_REASON(name, text) #name,
static const char *const REASON_NAMES[] = {"OK",
#include "vm/code/verify.def"
};
#undef VERIFY_REASON
#define VERIFY_REASON(name, text) text,
static const char *const REASON_TEXTS[] = {"the module is well formed",
#include "vm/code/verify.def"
};
#undef VERIFY_REASON

const char *verify_reason_name(VerifyReason reason) { return reason < VERIFY_REASON_COUNT ? REASON_NAMES[reason] : "?"; }
const char *verify_reason_text(VerifyReason reason) { return reason < VERIFY_REASON_COUNT ? REASON_TEXTS[reason] : "?"; }

static bool refuse(Verifier *v, VerifyReason reason) {
  if (v->error->reason == VERIFY_OK) v->error->reason = reason;
  return false;
}

static bool has(const uint64_t *set, uint32_t slot) { return set[slot / 64] >> (slot % 64) & 1; }
static void put(uint64_t *set, uint32_t slot) { set[slot / 64] |= (uint64_t)1 << (slot % 64); }
static void drop(uint64_t *set, uint32_t slot) { set[slot / 64] &= ~((uint64_t)1 << (slot % 64)); }

// Meets the current state, seen as `set`, into the state of `target`.
static bool flow_to(Verifier *v, uint32_t target, const uint64_t *set, int32_t handler_base) {
  State *s = &v->at[target];
  bool changed = false;
  size_t bytes = sizeof(uint64_t) * v->word_count;
  uint64_t *incoming = (uint64_t *)set, *own = NULL;
  if (handler_base >= 0) {
    own = v->at_handler;
    memcpy(own, set, bytes);
    for (uint32_t i = 0; i < 3; i++) put(own, (uint32_t)handler_base + i);
    incoming = own;
  }
  bool peeking = handler_base >= 0 ? false : v->now.peeking;
  if (!s->defined) {
    s->defined = arena_get(v->arena, bytes);
    memcpy(s->defined, incoming, bytes);
    s->has_frame = v->now.has_frame;
    s->peeking = peeking;
    changed = true;
  } else {
    if (s->peeking != peeking) return refuse(v, VERIFY_BAD_RECEIVE);
    for (uint32_t i = 0; i < v->word_count; i++) {
      uint64_t met = s->defined[i] & incoming[i];
      changed |= met != s->defined[i];
      s->defined[i] = met;
    }
    changed |= s->has_frame && !v->now.has_frame;
    s->has_frame &= v->now.has_frame;
  }
  if (changed && !v->queued[target]) {
    v->queued[target] = true;
    v->worklist[v->worklist_count++] = target;
  }
  return true;
}

static bool slot_in_frame(Verifier *v, uint32_t slot) {
  return slot < v->function->slot_count || refuse(v, VERIFY_BAD_SLOT);
}

static bool reads(Verifier *v, uint32_t slot) {
  if (!slot_in_frame(v, slot)) return false;
  return has(v->now.defined, slot) || refuse(v, VERIFY_UNDEFINED_SLOT);
}

static bool reads_range(Verifier *v, uint32_t from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!reads(v, from + i)) return false;
  return true;
}

// V1 for every operand, and that destinations lie in the frame.
static bool check_operands(Verifier *v, const OpcodeInfo *info, const Operand *o, uint16_t opcode) {
  for (uint32_t i = 0; i < info->operand_count; i++) {
    switch (info->operands[i]) {
      case 's':
        if (!reads(v, o[i].slot)) return false;
        break;
      case 'd':
        if (!(opcode == OP_SWAP ? reads(v, o[i].slot) : slot_in_frame(v, o[i].slot))) return false;
        break;
      case 'S':
        if (o[i].list.count > SLOT_MAX) return refuse(v, VERIFY_TOO_LARGE);
        for (uint32_t j = 0; j < o[i].list.count; j++)
          if (!reads(v, o[i].list.slots[j])) return false;
        break;
      case 'T':
        if (o[i].table.count > UINT16_MAX) return refuse(v, VERIFY_TOO_LARGE);
        break;
      case 'm':
        for (uint32_t j = 0; j < o[i].list.count; j++) {
          if (!slot_in_frame(v, o[i].list.slots[j])) return false;
          if (!has(v->now.defined, o[i].list.slots[j])) return refuse(v, VERIFY_BAD_LIVE_MAP);
        }
        break;
      case 'G':
        for (uint32_t j = 0; j < o[i].segments.count; j++) {
          const Segment *s = &o[i].segments.segments[j];
          if (!s->value_is_constant && !reads(v, s->value)) return false;
          if (s->size_kind == SIZE_SLOT && !reads(v, s->size)) return false;
        }
        break;
      default: break;
    }
  }
  return true;
}

static void map_to_set(const Verifier *v, SlotList map, uint64_t *set) {
  memset(set, 0, sizeof(uint64_t) * v->word_count);
  for (uint32_t j = 0; j < map.count; j++) put(set, map.slots[j]);
}

// V2: sources lie in the map; the state becomes the map.
static bool apply_map(Verifier *v, const OpcodeInfo *info, const Operand *o, const uint64_t *map) {
  for (uint32_t i = 0; i < info->operand_count; i++) {
    char letter = info->operands[i];
    if (letter == 's' && !has(map, o[i].slot)) return refuse(v, VERIFY_BAD_LIVE_MAP);
    if (letter == 'S')
      for (uint32_t j = 0; j < o[i].list.count; j++)
        if (!has(map, o[i].list.slots[j])) return refuse(v, VERIFY_BAD_LIVE_MAP);
    if (letter == 'G')
      for (uint32_t j = 0; j < o[i].segments.count; j++) {
        const Segment *s = &o[i].segments.segments[j];
        if (!s->value_is_constant && !has(map, s->value)) return refuse(v, VERIFY_BAD_LIVE_MAP);
        if (s->size_kind == SIZE_SLOT && !has(map, s->size)) return refuse(v, VERIFY_BAD_LIVE_MAP);
      }
  }
  memcpy(v->now.defined, map, sizeof(uint64_t) * v->word_count);
  return true;
}

static bool window_is_sound(Verifier *v, uint32_t k, uint32_t argument_count, SlotList map) {
  if (k < 1) return refuse(v, VERIFY_BAD_WINDOW);
  if ((uint64_t)k + (argument_count ? argument_count : 1) > v->function->slot_count) return refuse(v, VERIFY_BAD_WINDOW);
  if (map.count && map.slots[map.count - 1] >= k - 1) return refuse(v, VERIFY_BAD_WINDOW);
  return reads_range(v, k, argument_count);
}

static uint32_t argument_count_of(const Verifier *v, uint16_t opcode, const Operand *o) {
  switch (opcode) {
    case OP_CALL: return v->image->functions[o[1].number].arity;
    case OP_CALL_EXT: return v->image->imports[o[1].number].arity;
    case OP_CALL_FUN: return (uint32_t)o[2].number;
    case OP_CALL_DYN: return (uint32_t)o[3].number;
    case OP_TAIL: return v->image->functions[o[0].number].arity;
    case OP_TAIL_EXT: return v->image->imports[o[0].number].arity;
    case OP_TAIL_FUN: return (uint32_t)o[1].number;
    case OP_TAIL_DYN: return (uint32_t)o[2].number;
    default: return 0;
  }
}

// A unit of bit strings, and flags of a segment.
static bool is_unit(uint64_t n) { return n >= 1 && n <= 256; }
static bool are_flags(uint64_t n) { return n <= (SEGMENT_LITTLE | SEGMENT_SIGNED); }

// Numbers of bit string steps: their units divide, and both must fit the fields of linked instructions.
static bool bit_numbers_are_sound(uint16_t opcode, const Operand *o) {
  switch (opcode) {
    case OP_BITS_INT:
    case OP_BITS_FLOAT: return are_flags(o[5].number);
    case OP_BITS_INT_VAR:
    case OP_BITS_FLOAT_VAR: return is_unit(o[5].number) && are_flags(o[6].number);
    case OP_BITS_SLICE_VAR: return is_unit(o[5].number);
    case OP_BITS_REST: return is_unit(o[3].number);
    case OP_BITS_SKIP_VAR: return is_unit(o[4].number);
    case OP_BITS_REST_UNIT: return is_unit(o[2].number);
    case OP_BITS_UTF: {
      uint64_t width = o[4].number & ~(uint64_t)256;
      return width == 8 || width == 16 || width == 32;
    }
    default: return true;
  }
}

// What single opcodes ask for beyond the letters.
static bool check_special(Verifier *v, uint16_t opcode, const OpcodeInfo *info, const Operand *o) {
  const ModuleImage *image = v->image;
  if (!bit_numbers_are_sound(opcode, o)) return refuse(v, VERIFY_BAD_OPERAND);
  if (info->is_call || (opcode >= OP_TAIL && opcode <= OP_TAIL_DYN)) {
    uint32_t count = argument_count_of(v, opcode, o);
    if (count > ARITY_MAX) return refuse(v, VERIFY_BAD_ARITY);
    if (info->is_call) {
      if (!v->now.has_frame) return refuse(v, VERIFY_NO_FRAME);
      return window_is_sound(v, o[0].slot, count, o[info->operand_count - 1].list);
    }
    if (count > v->function->slot_count) return refuse(v, VERIFY_BAD_WINDOW);
    // The callee must not be overwritten by nor lie among the arguments.
    if (opcode == OP_TAIL_FUN && o[0].slot < count) return refuse(v, VERIFY_BAD_WINDOW);
    if (opcode == OP_TAIL_DYN && (o[0].slot < count || o[1].slot < count)) return refuse(v, VERIFY_BAD_WINDOW);
    return reads_range(v, 0, count);
  }
  switch (opcode) {
    case OP_GUARD1: {
      const ImageImport *import = &image->imports[o[1].number];
      if (import->arity != o[2].list.count ||
          !v->is_guard(v->context, image->atoms[import->module], image->atoms[import->function], import->arity))
        return refuse(v, VERIFY_BAD_GUARD);
      return true;
    }
    case OP_IS_TAGGED: return (o[2].constant.kind == CONSTANT_ATOM && o[1].number >= 1) || refuse(v, VERIFY_BAD_OPERAND);
    case OP_SELECT_ARITY:
      for (uint32_t i = 0; i < o[1].table.count; i++)
        if (o[1].table.values[i].kind != CONSTANT_SMALL) return refuse(v, VERIFY_BAD_OPERAND);
      return true;
    case OP_TUPLE: return o[1].list.count >= 1 || refuse(v, VERIFY_BAD_OPERAND);
    case OP_MAP_NEW: return o[1].list.count % 2 == 0 || refuse(v, VERIFY_BAD_OPERAND);
    case OP_MAP_PUT:
    case OP_MAP_UPDATE: return o[2].list.count % 2 == 0 || refuse(v, VERIFY_BAD_OPERAND);
    case OP_MAKE_FUN: return image->funs[o[1].number].capture_count == o[2].list.count || refuse(v, VERIFY_BAD_ARITY);
    case OP_BITS_LITERAL: return o[3].constant.kind == CONSTANT_LITERAL || refuse(v, VERIFY_BAD_OPERAND);
    case OP_ELEMENT: return o[2].number <= UINT16_MAX || refuse(v, VERIFY_BAD_OPERAND);
    case OP_FUNCTION_CLAUSE: { // a fun names its arguments, not the captures behind them
      SlotList map = o[0].list;
      if (map.count > v->function->arity) return refuse(v, VERIFY_BAD_LIVE_MAP);
      return map.count == 0 || map.slots[map.count - 1] == map.count - 1 || refuse(v, VERIFY_BAD_LIVE_MAP);
    }
    case OP_ERROR: {
      static const bool KNOWN[] = {
#define CODE_ERROR(number, atom, with_value, meaning) [number] = true,
#include "vm/code/errors.def"
#undef CODE_ERROR
      };
      return o[0].number < sizeof KNOWN || refuse(v, VERIFY_BAD_OPERAND);
    }
    default: return true;
  }
}

// V5.
static bool check_receive(Verifier *v, uint16_t opcode, const OpcodeInfo *info) {
  bool needs_message = opcode == OP_RECV_ACCEPT || opcode == OP_RECV_NEXT;
  if (needs_message != v->now.peeking && (needs_message || opcode == OP_RECV_PEEK)) return refuse(v, VERIFY_BAD_RECEIVE);
  if (!v->now.peeking || needs_message) return true;
  if (info->may_yield || opcode == OP_RETURN) return refuse(v, VERIFY_BAD_RECEIVE);
  return true;
}

// V6  Jumps go forward, but for the loop of a receive: so code between two calls ends, and reductions are counted.
static bool jumps_forward(Verifier *v, uint32_t index, uint16_t opcode, uint32_t label) {
  bool receives = opcode == OP_RECV_NEXT || opcode == OP_RECV_WAIT || opcode == OP_RECV_WAIT_UNTIL;
  return label > index || receives || refuse(v, VERIFY_BAD_LABEL);
}

static bool step(Verifier *v, uint32_t index, bool *falls_through) {
  const Instruction *ins = &v->function->instructions[index];
  const OpcodeInfo *info = opcode_info(ins->opcode);
  const Operand *o = ins->operands;
  v->error->instruction = index;
  if (!check_operands(v, info, o, ins->opcode)) return false;
  if (!check_special(v, ins->opcode, info, o)) return false;
  if (!check_receive(v, ins->opcode, info)) return false;
  if (ins->opcode == OP_RECV_ACCEPT || ins->opcode == OP_RECV_NEXT) v->now.peeking = false;

  uint64_t map[v->word_count];
  bool has_map = info->operand_count && info->operands[info->operand_count - 1] == 'm';
  if (has_map) {
    map_to_set(v, o[info->operand_count - 1].list, map);
    if (info->is_call) {
      memcpy(v->now.defined, map, sizeof map); // V3
    } else if (!apply_map(v, info, o, map)) {
      return false;
    }
  }
  if (ins->opcode == OP_FRAME) v->now.has_frame = true;
  if (info->may_raise && v->handler_of[index] != LABEL_NONE) { // V4
    const ImageHandler *h = &v->function->handlers[v->handler_of[index]];
    // A native that is called last may collect, and its scratch words overwrite slots.
    if (ins->opcode >= OP_TAIL && ins->opcode <= OP_TAIL_DYN) memset(v->now.defined, 0, sizeof(uint64_t) * v->word_count);
    if (!flow_to(v, h->handler, v->now.defined, (int32_t)h->base)) return false;
  }
  // Jumps leave with what was there before the destinations are written.
  bool peek = ins->opcode == OP_RECV_PEEK;
  for (uint32_t i = 0; i < info->operand_count; i++) {
    if (info->operands[i] == 'l' || (info->operands[i] == 'L' && o[i].label != LABEL_NONE)) {
      if (!jumps_forward(v, index, ins->opcode, o[i].label)) return false;
      if (!flow_to(v, o[i].label, v->now.defined, -1)) return false;
    } else if (info->operands[i] == 'T') {
      for (uint32_t j = 0; j <= o[i].table.count; j++)
        if (!jumps_forward(v, index, ins->opcode, o[i].table.labels[j]) || !flow_to(v, o[i].table.labels[j], v->now.defined, -1)) return false;
    }
  }
  for (uint32_t i = 0; i < info->operand_count; i++)
    if (info->operands[i] == 'd') put(v->now.defined, o[i].slot);
  if (info->is_call) {
    drop(v->now.defined, o[0].slot - 1);
    put(v->now.defined, o[0].slot);
  }
  if (peek) v->now.peeking = true;
  *falls_through = !info->ends_block;
  return true;
}

static bool verify_function(Verifier *v, uint32_t index) {
  const ImageFunction *f = v->function = &v->image->functions[index];
  uint32_t count = f->instruction_count;
  v->error->function = index;
  v->error->instruction = UINT32_MAX;
  v->word_count = (f->slot_count + 63) / 64;
  if (!v->word_count) v->word_count = 1;
  v->at = ARENA_ARRAY(v->arena, State, count);
  v->worklist = ARENA_ARRAY(v->arena, uint32_t, count);
  v->queued = ARENA_ARRAY(v->arena, bool, count);
  v->handler_of = ARENA_ARRAY(v->arena, uint32_t, count);
  v->at_handler = ARENA_ARRAY(v->arena, uint64_t, v->word_count);
  v->worklist_count = 0;
  memset(v->handler_of, 0xff, sizeof(uint32_t) * count);
  for (uint32_t i = 0; i < f->handler_count; i++)
    if (f->handlers[i].handler < f->handlers[i].to) return refuse(v, VERIFY_BAD_HANDLER); // V6
  for (uint32_t i = f->handler_count; i-- > 0;) // inner ones, which come first, overwrite outer ones
    for (uint32_t j = f->handlers[i].from; j < f->handlers[i].to; j++) v->handler_of[j] = i;
  // Mark what is jumped to, so that straight code meets labels.
  bool *leader = ARENA_ARRAY(v->arena, bool, count);
  for (uint32_t i = 0; i < count; i++) {
    const OpcodeInfo *info = opcode_info(f->instructions[i].opcode);
    const Operand *o = f->instructions[i].operands;
    for (uint32_t j = 0; j < info->operand_count; j++) {
      if (info->operands[j] == 'l' || (info->operands[j] == 'L' && o[j].label != LABEL_NONE)) leader[o[j].label] = true;
      if (info->operands[j] == 'T')
        for (uint32_t t = 0; t <= o[j].table.count; t++) leader[o[j].table.labels[t]] = true;
    }
  }
  for (uint32_t i = 0; i < f->handler_count; i++) leader[f->handlers[i].handler] = true;

  size_t bytes = sizeof(uint64_t) * v->word_count;
  v->now = (State){ARENA_ARRAY(v->arena, uint64_t, v->word_count), false, false};
  for (uint32_t i = 0; i < f->arity; i++) put(v->now.defined, i);
  uint64_t *entry = arena_get(v->arena, bytes);
  memcpy(entry, v->now.defined, bytes);
  if (!flow_to(v, 0, entry, -1)) return false;
  while (v->worklist_count) {
    uint32_t at = v->worklist[--v->worklist_count];
    v->queued[at] = false;
    memcpy(v->now.defined, v->at[at].defined, bytes);
    v->now.has_frame = v->at[at].has_frame;
    v->now.peeking = v->at[at].peeking;
    for (bool go_on = true; go_on;) {
      if (!step(v, at, &go_on)) return false;
      if (!go_on) break;
      if (++at == count) return refuse(v, VERIFY_FALLS_OFF);
      if (leader[at]) {
        if (!flow_to(v, at, v->now.defined, -1)) return false;
        break;
      }
    }
  }
  v->error->instruction = UINT32_MAX;
  return true;
}

bool module_verify(Arena *scratch, const ModuleImage *image, GuardNativeTest is_guard, const void *context, VerifyError *error) {
  *error = (VerifyError){VERIFY_OK, UINT32_MAX, UINT32_MAX};
  Verifier v = {.arena = scratch, .image = image, .is_guard = is_guard, .context = context, .error = error};
  // Names are found again by name and arity, so no two functions share both.
  uint32_t capacity = 16;
  while (capacity < image->function_count * 2) capacity *= 2;
  uint32_t *seen = ARENA_ARRAY(scratch, uint32_t, capacity);
  for (uint32_t i = 0; i < image->function_count; i++) {
    const ImageFunction *f = &image->functions[i];
    uint32_t at = (f->name * 2654435761u + f->arity * 40503u) & (capacity - 1);
    for (; seen[at]; at = (at + 1) & (capacity - 1)) {
      const ImageFunction *other = &image->functions[seen[at] - 1];
      if (other->name == f->name && other->arity == f->arity) {
        error->function = i;
        return refuse(&v, VERIFY_BAD_FUNCTION);
      }
    }
    seen[at] = i + 1;
  }
  for (uint32_t i = 0; i < image->function_count; i++)
    if (!verify_function(&v, i)) return false;
  error->function = UINT32_MAX;
  return true;
}

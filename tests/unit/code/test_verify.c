// SPDX-License-Identifier: Apache-2.0
//
// Every reason to refuse a module file, each triggered by files of its own (refusals.def).
#include "maker.h"

#define MAKE(what) static void make_##what(Maker *m, ModuleBuilder *b)
// A module of one function, f.
#define MAKE_FUNCTION(what, arity, ...) \
  MAKE(what) { \
    maker_begin(m, "f", (arity)); \
    __VA_ARGS__ \
    builder_end(b); \
  }
// The good file, damaged, with its checksum put right.
#define MAKE_DAMAGED(what, ...) \
  MAKE(what) { \
    make_good(m, b); \
    maker_write(m); \
    __VA_ARGS__ \
    maker_seal(m); \
  }

// id(x) and id2(x): what the other cases damage.
static void make_good(Maker *m, ModuleBuilder *b) {
  maker_begin(m, "id", 1);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  maker_begin(m, "id2", 1);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
}

// --- the file
MAKE(other_file) {
  (void)b;
  buffer_text(&m->bytes, "#!/bin/sh\necho this is something else\n");
}
MAKE(shorter_than_a_header) {
  (void)b;
  buffer_text(&m->bytes, "JOIST\x1a");
}
MAKE(later_version) {
  make_good(m, b);
  maker_write(m);
  m->bytes.data[6]++;
}
MAKE(flipped_bit) {
  make_good(m, b);
  maker_write(m);
  m->bytes.data[m->bytes.size - 3] ^= 4;
}
MAKE_DAMAGED(cut_within_a_chunk, m->bytes.size -= 5;)
MAKE_DAMAGED(chunk_longer_than_the_file, maker_chunk(m, "CODE")[6] = 1;)
MAKE_DAMAGED(count_beyond_the_chunk, maker_chunk(m, "ATOM")[8] = 0x7f;)
MAKE_DAMAGED(chunk_missing, m->bytes.size = (size_t)(maker_chunk(m, "CODE") - m->bytes.data);)
MAKE_DAMAGED(chunk_doubled, memcpy(maker_chunk(m, "LITS"), "ATOM", 4);)
MAKE_DAMAGED(chunk_unknown, buffer_add(&m->bytes, "XTRA\0\0\0\0", 8);)
MAKE_DAMAGED(rest_in_a_chunk, {
  buffer_byte(&m->bytes, 0);
  maker_chunk(m, "CODE")[4]++;
})

// --- pools
MAKE(atom_is_no_utf8) {
  make_good(m, b);
  builder_atom(b, "a\xc3(", 3);
}
MAKE(atom_too_long) {
  make_good(m, b);
  char text[256];
  memset(text, 'a', sizeof text);
  builder_atom(b, text, sizeof text);
}
MAKE(literal_is_no_term) {
  make_good(m, b);
  builder_literal(b, "\x83\xff", 2);
}
MAKE(literal_with_rest) {
  make_good(m, b);
  builder_literal(b, "\x83\x61\x07\x07", 4);
}
MAKE(atom_outside_its_pool) {
  make_good(m, b);
  maker_image(m)->functions[0].name = 99;
}
MAKE_FUNCTION(import_outside_its_pool, 0, EMIT(OP_TAIL_EXT, NUMBER(3));)
MAKE_FUNCTION(function_outside_its_pool, 0, EMIT(OP_TAIL, NUMBER(1));)
MAKE_FUNCTION(literal_outside_its_pool, 0, {
  EMIT(OP_LOAD, SLOT(0), LITERAL(0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE(fun_of_no_function) {
  make_good(m, b);
  builder_fun(b, 7, 1, 0);
}

// --- operands
MAKE_DAMAGED(opcode_without_a_meaning, {
  char *code = maker_chunk(m, "CODE") + 8;
  // module, function count, name, arity, exported, slots, instructions, then the first opcode
  cr_assert_eq(code[7], OP_RETURN);
  code[7] = (char)255;
})
MAKE_FUNCTION(constant_of_no_kind, 0, {
  EMIT(OP_LOAD, SLOT(0), {.constant = {(CodeConstantKind)9, 0}});
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(number_beyond_30_bits, 1, {
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = 1 << 29}, RAISES, SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(tag_is_no_atom, 1, {
  uint32_t no = builder_label(b);
  EMIT(OP_IS_TAGGED, SLOT(0), NUMBER(2), SMALL(5), LABEL(no));
  builder_bind(b, no);
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(empty_tuple, 0, {
  EMIT(OP_TUPLE, SLOT(0), NO_SLOTS, NO_SLOTS);
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(odd_map_list, 1, {
  EMIT(OP_MAP_NEW, SLOT(0), SLOTS(0, 0, 0), SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})
static void rest_unit(Maker *m, ModuleBuilder *b, uint64_t unit) {
  maker_begin(m, "f", 2);
  uint32_t no = builder_label(b);
  EMIT(OP_BITS_REST, SLOT(0), SLOT(0), SLOT(1), NUMBER(unit), LABEL(no), SLOTS(0, 1));
  builder_bind(b, no);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}
MAKE(unit_of_zero) { rest_unit(m, b, 0); }
MAKE(unit_too_large) { rest_unit(m, b, 257); }
MAKE_FUNCTION(unknown_flags, 2, {
  uint32_t no = builder_label(b);
  EMIT(OP_BITS_INT, SLOT(2), SLOT(3), SLOT(0), SLOT(1), NUMBER(24), NUMBER(1 << 20), LABEL(no), SLOTS(0, 1));
  builder_bind(b, no);
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(utf_of_odd_width, 2, {
  uint32_t no = builder_label(b);
  EMIT(OP_BITS_UTF, SLOT(2), SLOT(3), SLOT(0), SLOT(1), NUMBER(24), LABEL(no));
  builder_bind(b, no);
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(unknown_error, 1, EMIT(OP_ERROR, NUMBER(200), SLOT(0));)
MAKE_FUNCTION(element_too_far, 1, {
  EMIT(OP_ELEMENT, SLOT(0), SLOT(0), NUMBER(1 << 16));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(select_on_a_literal, 1, {
  uint32_t l = builder_label(b);
  EMIT(OP_SELECT, SLOT(0), {.table = {1, (CodeConstant[]){{CONSTANT_NIL, 0}}, (uint32_t[]){l, l}}});
  builder_bind(b, l);
  EMIT(OP_RETURN, SLOT(0));
})

// --- arities
MAKE(too_many_arguments) {
  make_good(m, b);
  maker_image(m)->functions[0].arity = 256;
}
MAKE(fun_with_other_captures) {
  uint32_t f = maker_begin(m, "f", 2);
  EMIT(OP_MAKE_FUN, SLOT(0), NUMBER(builder_fun(b, f, 1, 1)), NO_SLOTS, NO_SLOTS);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}
MAKE(fun_of_other_arity) {
  make_good(m, b);
  builder_fun(b, 0, 1, 1);
}

// --- functions and jumps
MAKE(function_without_code) {
  make_good(m, b);
  maker_image(m)->functions[1].instruction_count = 0;
}
MAKE(same_function_twice) {
  make_good(m, b);
  maker_begin(m, "id", 1);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}
MAKE(jump_behind_the_end) {
  maker_begin(m, "f", 1);
  uint32_t l = builder_label(b);
  EMIT(OP_JUMP, LABEL(l));
  builder_bind(b, l);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  maker_operands(m, 0, 0)[0].label = 2;
}
MAKE_FUNCTION(jump_back, 1, {
  uint32_t l = builder_label(b);
  builder_bind(b, l);
  EMIT(OP_JUMP, LABEL(l));
})
MAKE_FUNCTION(last_instruction_goes_on, 1, EMIT(OP_MOVE, SLOT(1), SLOT(0));)

// --- slots
MAKE(slot_outside_the_frame) {
  maker_begin(m, "f", 1);
  EMIT(OP_MOVE, SLOT(5), SLOT(0));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  maker_image(m)->functions[0].slot_count = 5;
}
MAKE(fewer_slots_than_arguments) {
  make_good(m, b);
  maker_image(m)->functions[0].slot_count = 0;
}
MAKE_FUNCTION(read_before_written, 1, EMIT(OP_RETURN, SLOT(1));)
MAKE_FUNCTION(written_on_one_path_only, 1, {
  uint32_t join = builder_label(b);
  EMIT(OP_IS_ATOM, SLOT(0), LABEL(join));
  EMIT(OP_MOVE, SLOT(1), SLOT(0));
  builder_bind(b, join);
  EMIT(OP_RETURN, SLOT(1));
})
MAKE_FUNCTION(dropped_by_a_live_map, 2, {
  EMIT(OP_CONS, SLOT(0), SLOT(0), SLOT(0), SLOTS(0));
  EMIT(OP_RETURN, SLOT(1));
})
MAKE(result_above_a_window) { // the callee's frame lies over slot 4
  make_good(m, b);
  maker_begin(m, "f", 1);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_MOVE, SLOT(4), SLOT(0));
  EMIT(OP_CALL, SLOT(3), NUMBER(0), SLOTS(0));
  EMIT(OP_RETURN, SLOT(4));
  builder_end(b);
}
MAKE(handler_reads_behind_a_call) { // slot 1 is not live after the call that raises
  make_good(m, b);
  maker_begin(m, "f", 2);
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  builder_bind(b, from);
  EMIT(OP_CALL, SLOT(6), NUMBER(0), SLOTS(0));
  builder_bind(b, to);
  EMIT(OP_RETURN, SLOT(6));
  builder_bind(b, handler);
  EMIT(OP_RETURN, SLOT(1));
  builder_handler(b, from, to, handler, 2);
  builder_end(b);
}
MAKE(handler_reads_behind_a_last_call) { // a native called last may have collected, and it had the slots
  maker_begin(m, "f", 2);
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  builder_bind(b, from);
  EMIT(OP_TAIL_EXT, IMPORT("erlang", "tuple_to_list", 1));
  builder_bind(b, to);
  builder_bind(b, handler);
  EMIT(OP_RETURN, SLOT(1));
  builder_handler(b, from, to, handler, 2);
  builder_end(b);
}

// --- live maps
MAKE_FUNCTION(map_names_nothing, 1, {
  EMIT(OP_CONS, SLOT(0), SLOT(0), SLOT(0), SLOTS(0, 3));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(map_out_of_order, 2, {
  EMIT(OP_CONS, SLOT(0), SLOT(0), SLOT(1), SLOTS(1, 0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(map_without_a_source, 2, {
  EMIT(OP_CONS, SLOT(0), SLOT(0), SLOT(1), SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(clause_error_without_arguments, 2, EMIT(OP_FUNCTION_CLAUSE, SLOTS(1));)

// --- windows and frames
static void call_at(Maker *m, ModuleBuilder *b, uint32_t window, uint16_t live) {
  make_good(m, b);
  maker_begin(m, "f", 2);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(window), SLOT(0));
  EMIT(OP_CALL, SLOT(window), NUMBER(0), SLOTS(live));
  EMIT(OP_RETURN, SLOT(window));
  builder_end(b);
}
MAKE(window_over_live_slots) { call_at(m, b, 2, 1); } // slot 1 gets the return address
MAKE(window_at_slot_0) { call_at(m, b, 0, 1); }
MAKE_FUNCTION(last_call_through_an_argument, 2, EMIT(OP_TAIL_FUN, SLOT(1), NUMBER(2));)
MAKE(call_without_frame) {
  make_good(m, b);
  maker_begin(m, "f", 1);
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
}
MAKE(frame_on_one_path_only) {
  make_good(m, b);
  maker_begin(m, "f", 1);
  uint32_t join = builder_label(b);
  EMIT(OP_IS_ATOM, SLOT(0), LABEL(join));
  EMIT(OP_FRAME, SLOTS(0));
  builder_bind(b, join);
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
}

// --- handlers and lines
static ImageHandler *guarded(Maker *m, ModuleBuilder *b) {
  program_lists(b);
  return &maker_image(m)->functions[3].handlers[0];
}
MAKE(empty_region) {
  ImageHandler *h = guarded(m, b);
  h->to = h->from;
}
MAKE(handler_outside) { guarded(m, b)->handler = 99; }
MAKE(handler_before_its_region) { guarded(m, b)->handler = 0; }
MAKE(handler_slots_outside) {
  ImageHandler *h = guarded(m, b);
  h->base = maker_image(m)->functions[3].slot_count - 2;
}
MAKE(lines_out_of_order) {
  maker_begin(m, "f", 1);
  uint32_t file = builder_file(b, "f.ex", 4);
  builder_line(b, file, 1);
  EMIT(OP_MOVE, SLOT(1), SLOT(0));
  builder_line(b, file, 2);
  EMIT(OP_RETURN, SLOT(1));
  builder_end(b);
  maker_image(m)->functions[0].lines[1].from = 0;
}

// --- guards
MAKE_FUNCTION(guard_calls_a_function, 1, {
  EMIT(OP_GUARD1, SLOT(0), IMPORT("Other", "abs", 1), SLOTS(0), RAISES, SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE_FUNCTION(guard_of_other_arity, 1, {
  EMIT(OP_GUARD1, SLOT(0), IMPORT("erlang", "abs", 1), SLOTS(0, 0), RAISES, SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})

// --- receives
MAKE_FUNCTION(accept_without_a_message, 1, {
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_RETURN, SLOT(0));
})
static uint32_t look(Maker *m, ModuleBuilder *b) {
  uint32_t f = maker_begin(m, "f", 1);
  uint32_t none = builder_label(b), some = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_RECV_PEEK, SLOT(2), LABEL(none));
  EMIT(OP_JUMP, LABEL(some));
  builder_bind(b, none);
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, some);
  return f;
}
MAKE(call_while_looking) {
  uint32_t f = look(m, b);
  EMIT(OP_CALL, SLOT(2), NUMBER(f), NO_SLOTS);
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
}
MAKE(return_while_looking) {
  look(m, b);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
}
MAKE_FUNCTION(looking_on_one_path_only, 1, {
  uint32_t none = builder_label(b);
  EMIT(OP_RECV_PEEK, SLOT(1), LABEL(none));
  builder_bind(b, none);
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_RETURN, SLOT(0));
})

// --- limits
MAKE_FUNCTION(tuple_of_too_many, 1, {
  uint16_t *slots = arena_zero(&m->f->arena, sizeof(uint16_t) * (SLOT_MAX + 1));
  EMIT(OP_TUPLE, SLOT(0), SLOT_LIST(SLOT_MAX + 1, slots), SLOTS(0));
  EMIT(OP_RETURN, SLOT(0));
})
MAKE(select_of_too_many) {
  enum { COUNT = 65536 };
  maker_begin(m, "f", 1);
  uint32_t l = builder_label(b);
  CodeConstant *values = ARENA_ARRAY(&m->f->arena, CodeConstant, COUNT);
  uint32_t *labels = ARENA_ARRAY(&m->f->arena, uint32_t, COUNT + 1);
  for (uint32_t i = 0; i <= COUNT; i++) labels[i] = l;
  for (uint32_t i = 0; i < COUNT; i++) values[i] = (CodeConstant){CONSTANT_SMALL, i};
  EMIT(OP_SELECT, SLOT(0), {.table = {COUNT, values, labels}});
  builder_bind(b, l);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

static void refuse(VerifyReason reason, const char *what, void (*make)(Maker *, ModuleBuilder *)) {
  Maker m;
  maker_start(&m);
  make(&m, m.b);
  LoadStatus status;
  VerifyError error = maker_load(&m, &status);
  cr_assert_eq(status, LOAD_REFUSED, "%s was not refused", what);
  cr_assert_eq(error.reason, reason, "%s: %s instead of %s", what, verify_reason_name(error.reason), verify_reason_name(reason));
  cr_assert_null(code_module(m.f->vm.code, fx_atom(m.f, "Made")), "what is refused is not there");
  maker_end(&m);
}

#define REFUSED(reason, what) \
  Test(verify, what) { refuse(VERIFY_##reason, #what, make_##what); }
#include "refusals.def"
#undef REFUSED

Test(verify, good_files_pass) {
  Maker m;
  maker_start(&m);
  make_good(&m, m.b);
  LoadStatus status;
  VerifyError error = maker_load(&m, &status);
  cr_assert_eq(status, LOAD_OK);
  cr_assert_eq(error.reason, VERIFY_OK);
  maker_end(&m);
}

Test(verify, every_reason_has_a_test) {
  bool tested[VERIFY_REASON_COUNT] = {[VERIFY_OK] = true};
#define REFUSED(reason, what) tested[VERIFY_##reason] = true;
#include "refusals.def"
#undef REFUSED
  for (int i = 0; i < VERIFY_REASON_COUNT; i++) cr_expect(tested[i], "%s has no test", verify_reason_name((VerifyReason)i));
}

Test(verify, every_reason_has_a_name_and_a_text) {
  for (int i = 0; i < VERIFY_REASON_COUNT; i++) {
    cr_expect_gt(strlen(verify_reason_name((VerifyReason)i)), 1);
    cr_expect_gt(strlen(verify_reason_text((VerifyReason)i)), 5);
  }
  cr_expect_str_eq(verify_reason_name(VERIFY_REASON_COUNT), "?");
}

Test(verify, says_where) {
  Maker m;
  maker_start(&m);
  make_good(&m, m.b);
  ModuleBuilder *b = m.b;
  maker_begin(&m, "third", 1);
  EMIT(OP_MOVE, SLOT(1), SLOT(0));
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  LoadStatus status;
  VerifyError error = maker_load(&m, &status);
  cr_assert_eq(error.reason, VERIFY_UNDEFINED_SLOT);
  cr_assert_eq(error.function, 2);
  cr_assert_eq(error.instruction, 1);
  maker_end(&m);
}

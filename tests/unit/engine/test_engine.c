// SPDX-License-Identifier: Apache-2.0
//
// Calls, frames, funs and what happens to them when the process is preempted, collected or moved.
//
// Every program runs four times: as it is, with a slice of one reduction, and under two seeds (random slices on virtual
// time). The hostile build collects at every point of each and fills dead slots with poison.
#include "vm_fixture.h"

typedef void (*Program)(ModuleBuilder *b);

static VmFixture *start_variant(int variant, Program program) {
  return fx_start(&(VmOptions){.seeded = variant >= 2, .seed = (uint64_t)variant}, variant == 1, program);
}

#define EACH_VARIANT(f, program, ...) \
  for (int variant = 0; variant < 4; variant++) { \
    VmFixture *f = start_variant(variant, program); \
    __VA_ARGS__ \
    vm_fixture_end(f); \
  }

#ifdef JOIST_HOSTILE
enum { SIZE = 1 };
#else
enum { SIZE = 20 };
#endif

Test(engine, fib) {
  EACH_VARIANT(f, program_fib, {
    expect_text(fx_run(f, "Made", "fib", term_small(15)), "610");
    expect_text(fx_run(f, "Made", "fib", term_small(0)), "0");
  })
}

static const char *counted(char *out, int from, int to) {
  char *at = out;
  *at++ = '[';
  for (int step = from < to ? 1 : -1, i = from;; i += step) {
    at += sprintf(at, i == to ? "%d]" : "%d, ", i);
    if (i == to) return out;
  }
}

// rev(n): reverse(range(n, []), [])
static void program_reverse(ModuleBuilder *b) {
  program_lists(b);
  builder_begin(b, FUNCTION("rev", 1));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_LOAD, SLOT(3), NIL);
  EMIT(OP_CALL, SLOT(2), NUMBER(0), NO_SLOTS);
  EMIT(OP_MOVE, SLOT(0), SLOT(2));
  EMIT(OP_LOAD, SLOT(1), NIL);
  EMIT(OP_TAIL, NUMBER(1));
  builder_end(b);
}

Test(engine, lists_grow_through_collections) {
  int n = 200 * SIZE;
  char *want = malloc((size_t)n * 8 + 16);
  EACH_VARIANT(f, program_reverse, {
    expect_text(fx_run(f, "Made", "rev", term_small(n)), counted(want, n, 1));
    expect_text(fx_run(f, "Made", "range", term_small(n), T_NIL), counted(want, 1, n));
  })
  free(want);
}

// sum(n): not a last call; n frames deep. tower(n): [n | tower(n-1)], built after the call, with garbage on the way.
static void program_deep(ModuleBuilder *b) {
  uint32_t sum = FUNCTION("sum", 1), tower = FUNCTION("tower", 1);
  builder_begin(b, sum);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, more);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_ADD_INT, SLOT(2), SLOT(0), {.integer = -1}, RAISES, SLOTS(0));
  EMIT(OP_CALL, SLOT(2), NUMBER(sum), SLOTS(0));
  EMIT(OP_ADD, SLOT(0), SLOT(0), SLOT(2), RAISES, SLOTS(0, 2));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, tower);
  uint32_t up = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(up));
  EMIT(OP_LOAD, SLOT(0), NIL);
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, up);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_TUPLE, SLOT(1), SLOTS(0, 0), SLOTS(0)); // live over the call
  EMIT(OP_TUPLE, SLOT(2), SLOTS(1, 1, 0), SLOTS(0, 1)); // garbage
  EMIT(OP_ADD_INT, SLOT(4), SLOT(0), {.integer = -1}, RAISES, SLOTS(0, 1));
  EMIT(OP_CALL, SLOT(4), NUMBER(tower), SLOTS(1));
  EMIT(OP_ELEMENT, SLOT(0), SLOT(1), NUMBER(1));
  EMIT(OP_CONS, SLOT(0), SLOT(0), SLOT(4), SLOTS(0, 4));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

Test(engine, deep_frames) {
  int n = 300 * SIZE;
  char *want = malloc((size_t)n * 8 + 16), sum[32];
  sprintf(sum, "%ld", (long)n * (n + 1) / 2);
  EACH_VARIANT(f, program_deep, {
    expect_text(fx_run(f, "Made", "sum", term_small(n)), sum);
    expect_text(fx_run(f, "Made", "tower", term_small(n)), counted(want, n, 1));
  })
  free(want);
}

// --- large frames: wide(depth) fills `width` slots with tuples, goes down with all of them live, collects at the
// bottom, and checks on the way back up that each holds what was put there.
static uint32_t width;
static void program_wide(ModuleBuilder *b) {
  uint32_t wide = FUNCTION("wide", 1);
  uint16_t all[SLOT_MAX]; // and the window behind them
  for (uint32_t i = 0; i < width; i++) all[i] = (uint16_t)i;
  uint32_t window = width + 1;
  all[width] = (uint16_t)window;
  builder_begin(b, wide);
  EMIT(OP_FRAME, SLOTS(0));
  for (uint32_t i = 1; i < width; i++) {
    EMIT(OP_LOAD, SLOT(i), SMALL(i));
    EMIT(OP_TUPLE, SLOT(i), SLOTS((uint16_t)i, 0), SLOT_LIST(i + 1, all));
  }
  uint32_t down = builder_label(b), check = builder_label(b), wrong = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(down));
  EMIT(OP_CALL_EXT, SLOT(window), IMPORT("erlang", "garbage_collect", 0), SLOT_LIST(width, all));
  EMIT(OP_JUMP, LABEL(check));
  builder_bind(b, down);
  EMIT(OP_ADD_INT, SLOT(window), SLOT(0), {.integer = -1}, RAISES, SLOT_LIST(width, all));
  EMIT(OP_CALL, SLOT(window), NUMBER(wide), SLOT_LIST(width, all));
  builder_bind(b, check);
  EMIT(OP_SAME_CONST, SLOT(window), ATOM("true"), LABEL(wrong));
  for (uint32_t i = 1; i < width; i++) {
    EMIT(OP_ELEMENT, SLOT(window), SLOT(i), NUMBER(0));
    EMIT(OP_EQUAL_INT, SLOT(window), {.integer = i}, LABEL(wrong));
    EMIT(OP_ELEMENT, SLOT(window), SLOT(i), NUMBER(1));
    EMIT(OP_SAME, SLOT(window), SLOT(0), LABEL(wrong), SLOT_LIST(width + 1, all));
  }
  EMIT(OP_LOAD, SLOT(0), ATOM("true"));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, wrong);
  EMIT(OP_RETURN, SLOT(window));
  builder_end(b);
}

Test(engine, large_frames, .timeout = 300) {
  // Around the constant slack (16), the mask of the map word (44), a word of a far map, and the limit.
  static const uint32_t WIDTHS[] = {8, 14, 15, 16, 17, 31, 32, 43, 44, 45, 46, 63, 64, 65, 129, 500, SLOT_MAX - 2};
  for (size_t i = 0; i < sizeof WIDTHS / sizeof *WIDTHS; i++) {
    width = WIDTHS[i];
    if (SIZE == 1 && width > 200) break;
    EACH_VARIANT(f, program_wide, { expect_text(fx_run(f, "Made", "wide", term_small(width > 1000 ? 3 : 12)), "true"); })
  }
}

// --- funs: call_N and tail_N make a fun of `captures` captured words and call it with two arguments.
static uint32_t captures;
static void program_funs(ModuleBuilder *b) {
  uint16_t all[ARITY_MAX], behind[ARITY_MAX];
  for (uint32_t i = 0; i < captures + 2; i++) all[i] = (uint16_t)i;
  uint32_t body = FUNCTION("body", captures + 2), fun = builder_fun(b, body, 2, captures);
  builder_begin(b, body); // {second argument, first, captures…}
  for (uint32_t i = 0; i < captures + 2; i++) behind[i] = (uint16_t)(i < 2 ? 1 - i : i);
  EMIT(OP_TUPLE, SLOT(0), SLOT_LIST(captures + 2, behind), SLOT_LIST(captures + 2, all));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  for (int tail = 0; tail < 2; tail++) {
    builder_begin(b, builder_function(b, tail ? ATOM_INDEX("tail") : ATOM_INDEX("call"), 1, true));
    EMIT(OP_FRAME, SLOTS(0));
    for (uint32_t i = 0; i < captures; i++) {
      EMIT(OP_LOAD, SLOT(i + 1), SMALL(i));
      EMIT(OP_CONS, SLOT(i + 1), SLOT(i + 1), SLOT(0), SLOT_LIST(i + 2, all));
    }
    for (uint32_t i = 0; i < captures; i++) behind[i] = (uint16_t)(i + 1);
    uint32_t f = captures + 1, k = captures + 3;
    EMIT(OP_MAKE_FUN, SLOT(f), NUMBER(fun), SLOT_LIST(captures, behind), SLOT_LIST(captures + 1, all));
    if (tail) {
      EMIT(OP_MOVE, SLOT(k), SLOT(f)); // behind the arguments
      EMIT(OP_LOAD, SLOT(0), ATOM("a"));
      EMIT(OP_LOAD, SLOT(1), ATOM("b"));
      EMIT(OP_TAIL_FUN, SLOT(k), NUMBER(2));
    } else {
      EMIT(OP_LOAD, SLOT(k), ATOM("a"));
      EMIT(OP_LOAD, SLOT(k + 1), ATOM("b"));
      EMIT(OP_CALL_FUN, SLOT(k), SLOT(f), NUMBER(2), NO_SLOTS);
      EMIT(OP_RETURN, SLOT(k));
    }
    builder_end(b);
  }
}

Test(engine, funs_with_captures, .timeout = 120) {
  static const uint32_t COUNTS[] = {0, 1, 5, 13, 14, 15, 16, 30, 60, 200, 253};
  static char want[8192];
  for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
    captures = COUNTS[i];
    char *at = want + sprintf(want, "{:b, :a");
    for (uint32_t j = 0; j < captures; j++) at += sprintf(at, ", [%u | 7]", j);
    sprintf(at, "}");
    EACH_VARIANT(f, program_funs, {
      expect_text(fx_run(f, "Made", "call", term_small(7)), want);
      expect_text(fx_run(f, "Made", "tail", term_small(7)), want);
    })
  }
}

// --- calls by name with many arguments
static uint32_t argument_count;
static void program_apply(ModuleBuilder *b) {
  uint16_t all[ARITY_MAX];
  for (uint32_t i = 0; i < argument_count; i++) all[i] = (uint16_t)i;
  builder_begin(b, FUNCTION("target", argument_count));
  if (argument_count) {
    EMIT(OP_TUPLE, SLOT(0), SLOT_LIST(argument_count, all), SLOT_LIST(argument_count, all));
  } else {
    EMIT(OP_LOAD, SLOT(0), ATOM("none"));
  }
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("by_list", 1)); // apply(Made, target, list)
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_LOAD, SLOT(2), ATOM("Made"));
  EMIT(OP_LOAD, SLOT(3), ATOM("target"));
  EMIT(OP_MOVE, SLOT(4), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "apply", 3), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  builder_begin(b, FUNCTION("by_list_last", 1));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_LOAD, SLOT(0), ATOM("Made"));
  EMIT(OP_LOAD, SLOT(1), ATOM("target"));
  EMIT(OP_TAIL_EXT, IMPORT("erlang", "apply", 3));
  builder_end(b);
  builder_begin(b, FUNCTION("by_fun", 1)); // apply(&Made.target/n, list)
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_LOAD, SLOT(2), ATOM("Made"));
  EMIT(OP_LOAD, SLOT(3), ATOM("target"));
  EMIT(OP_LOAD, SLOT(4), SMALL(argument_count));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "make_fun", 3), SLOTS(0));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "apply", 2), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  for (int tail = 0; tail < 2; tail++) { // arguments 1, 2, …
    builder_begin(b, builder_function(b, tail ? ATOM_INDEX("placed_last") : ATOM_INDEX("placed"), 0, true));
    uint32_t k = tail ? 0 : 1;
    EMIT(OP_FRAME, NO_SLOTS);
    for (uint32_t i = 0; i < argument_count; i++) EMIT(OP_LOAD, SLOT(k + i), SMALL(i + 1));
    EMIT(OP_LOAD, SLOT(k + argument_count), ATOM("Made"));
    EMIT(OP_LOAD, SLOT(k + argument_count + 1), ATOM("target"));
    if (tail) {
      EMIT(OP_TAIL_DYN, SLOT(argument_count), SLOT(argument_count + 1), NUMBER(argument_count));
    } else {
      EMIT(OP_CALL_DYN, SLOT(1), SLOT(k + argument_count), SLOT(k + argument_count + 1), NUMBER(argument_count), NO_SLOTS);
      EMIT(OP_RETURN, SLOT(1));
    }
    builder_end(b);
  }
}

Test(engine, calls_with_many_arguments, .timeout = 120) {
  static const uint32_t COUNTS[] = {0, 1, 2, 13, 16, 17, 44, 45, 100, 254, 255};
  static char want[4096];
  for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
    uint32_t n = argument_count = COUNTS[i];
    char *at = want + sprintf(want, n ? "{1" : ":none");
    for (uint32_t j = 2; j <= n; j++) at += sprintf(at, ", %u", j);
    if (n) sprintf(at, "}");
    EACH_VARIANT(f, program_apply, {
      Term words[2 * ARITY_MAX];
      TermHeap heap = {.top = words, .end = words + 2 * ARITY_MAX, .off_heap = T_NIL};
      Term list = T_NIL;
      for (uint32_t j = n; j > 0; j--) list = heap_cons(&heap, term_small(j), list);
      expect_text(fx_run(f, "Made", "by_list", list), want);
      expect_text(fx_run(f, "Made", "by_list_last", list), want);
      expect_text(fx_run(f, "Made", "by_fun", list), want);
      expect_text(fx_run_plain(f, "Made", "placed"), want);
      expect_text(fx_run_plain(f, "Made", "placed_last"), want);
      Term args[ARITY_MAX];
      for (uint32_t j = 0; j < n; j++) args[j] = term_small(j + 1);
      expect_text(fx_run_terms(f, "Made", "target", args, n), want); // the first function of a process
    })
  }
}

// --- natives that yield, and natives in last position
static void program_natives(ModuleBuilder *b) {
  program_lists(b);
  builder_begin(b, FUNCTION("length", 1)); // length(reverse(range(n, [])))
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_LOAD, SLOT(3), NIL);
  EMIT(OP_CALL, SLOT(2), NUMBER(0), NO_SLOTS);
  EMIT(OP_MOVE, SLOT(0), SLOT(2));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("lists", "reverse", 1), SLOTS(0));
  EMIT(OP_MOVE, SLOT(3), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "++", 2), NO_SLOTS);
  EMIT(OP_MOVE, SLOT(0), SLOT(2));
  EMIT(OP_TAIL_EXT, IMPORT("erlang", "length", 1));
  builder_end(b);
  builder_begin(b, FUNCTION("guard", 1)); // abs in a guard; :no when that fails
  uint32_t no = builder_label(b);
  EMIT(OP_GUARD1, SLOT(1), IMPORT("erlang", "abs", 1), SLOTS(0), LABEL(no), SLOTS(0));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, no);
  EMIT(OP_LOAD, SLOT(0), ATOM("no"));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

Test(engine, natives) {
  EACH_VARIANT(f, program_natives, {
    char want[16];
    sprintf(want, "%d", 2 * 500 * SIZE);
    expect_text(fx_run(f, "Made", "length", term_small(500 * SIZE)), want);
    expect_text(fx_run(f, "Made", "guard", term_small(-4)), "4");
    expect_text(fx_run(f, "Made", "guard", T_NIL), ":no");
  })
}

// --- numbers that leave the small integers, and selections
static void program_numbers(ModuleBuilder *b) {
  uint32_t fact = FUNCTION("fact", 2);
  builder_begin(b, fact);
  uint32_t more = builder_label(b);
  EMIT(OP_EQUAL_INT, SLOT(0), {.integer = 0}, LABEL(more));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, more);
  EMIT(OP_MUL, SLOT(1), SLOT(1), SLOT(0), RAISES, SLOTS(0, 1));
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = -1}, RAISES, SLOTS(0, 1));
  EMIT(OP_TAIL, NUMBER(fact));
  builder_end(b);
  enum { ROWS = 40 };
  builder_begin(b, FUNCTION("choose", 1)); // n * 3 answers n + 1000; anything else :other
  CodeConstant values[ROWS];
  uint32_t labels[ROWS + 1];
  for (uint32_t i = 0; i < ROWS; i++) values[i] = (CodeConstant){CONSTANT_SMALL, (int64_t)(ROWS - i) * 3};
  for (uint32_t i = 0; i <= ROWS; i++) labels[i] = builder_label(b);
  EMIT(OP_SELECT, SLOT(0), {.table = {ROWS, values, labels}});
  for (uint32_t i = 0; i <= ROWS; i++) {
    builder_bind(b, labels[i]);
    if (i < ROWS) {
      EMIT(OP_LOAD, SLOT(0), SMALL(1000 + (int64_t)ROWS - i));
    } else {
      EMIT(OP_LOAD, SLOT(0), ATOM("other"));
    }
    EMIT(OP_RETURN, SLOT(0));
  }
  builder_end(b);
  builder_begin(b, FUNCTION("same_twice", 1)); // of equal values the first one counts
  uint32_t first = builder_label(b), second = builder_label(b);
  EMIT(OP_SELECT, SLOT(0), {.table = {2, (CodeConstant[]){{CONSTANT_SMALL, 1}, {CONSTANT_SMALL, 1}}, (uint32_t[]){first, second, second}}});
  builder_bind(b, first);
  EMIT(OP_LOAD, SLOT(0), ATOM("first"));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, second);
  EMIT(OP_LOAD, SLOT(0), ATOM("second"));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
}

Test(engine, numbers_and_selections) {
  EACH_VARIANT(f, program_numbers, {
    expect_text(fx_run(f, "Made", "fact", term_small(30), term_small(1)), "265252859812191058636308480000000");
    for (int i = 1; i <= 40; i++) {
      char want[16];
      sprintf(want, "%d", 1000 + i);
      expect_text(fx_run(f, "Made", "choose", term_small(3 * i)), want);
      expect_text(fx_run(f, "Made", "choose", term_small(3 * i - 1)), ":other");
    }
    expect_text(fx_run(f, "Made", "choose", ATOM_ok), ":other");
    expect_text(fx_run(f, "Made", "same_twice", term_small(1)), ":first");
    expect_text(fx_run(f, "Made", "same_twice", term_small(2)), ":second");
  })
}

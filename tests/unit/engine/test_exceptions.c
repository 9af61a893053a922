// SPDX-License-Identifier: Apache-2.0
//
// Raising, unwinding through frames, handlers, raising again, and what stack traces tell.
#include "vm/term/binary.h"
#include "vm_fixture.h"

#define BOTH_WAYS(f, program, ...) \
  for (int preempt = 0; preempt < 2; preempt++) { \
    VmFixture *f = fx_start(&(VmOptions){0}, preempt, program); \
    __VA_ARGS__ \
    vm_fixture_end(f); \
  }

Test(exceptions, caught_after_many_frames) {
  BOTH_WAYS(f, program_lists, {
    for (int n = 0; n < 200; n = n * 3 + 1) expect_text(fx_run(f, "Made", "guarded", term_small(n)), "{:error, :badarith}");
  })
}

Test(exceptions, uncaught_ends_the_process) {
  BOTH_WAYS(f, program_lists, {
    expect_text(fx_run(f, "Made", "deep", term_small(1)),
                "** {:badarith, [{:erlang, :div, [0, 0], []}, {:Made, :deep, 1, []}, {:Made, :deep, 1, []}]}");
    // A trace has at most eight frames of code.
    const char *text = fx_run(f, "Made", "deep", term_small(100));
    int frames = 0;
    for (const char *at = text; (at = strstr(at, "{:Made, :deep, 1, []}")); at++) frames++;
    cr_assert_eq(frames, 8);
  })
}

// thrower(class, reason) raises; nested(class, reason): the inner handler raises again what is no throw, the outer one
// answers {:outer, class, reason, trace list}.
static void program_nested(ModuleBuilder *b) {
  uint32_t file = builder_file(b, "lib/nested.ex", 13);
  uint32_t thrower = FUNCTION("thrower", 2);
  builder_begin(b, thrower);
  builder_line(b, file, 10);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_LOAD, SLOT(2), NIL);
  builder_line(b, file, 12);
  EMIT(OP_RAISE, SLOT(0), SLOT(1), SLOT(2));
  builder_end(b);

  uint32_t inner = FUNCTION("inner", 2);
  builder_begin(b, inner);
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b), again = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  EMIT(OP_MOVE, SLOT(7), SLOT(1));
  builder_bind(b, from);
  builder_line(b, file, 20);
  EMIT(OP_CALL, SLOT(6), NUMBER(thrower), NO_SLOTS);
  builder_bind(b, to);
  EMIT(OP_RETURN, SLOT(6));
  builder_bind(b, handler);
  builder_line(b, file, 22);
  EMIT(OP_SAME_CONST, SLOT(0), ATOM("throw"), LABEL(again));
  EMIT(OP_RETURN, SLOT(1));
  builder_bind(b, again);
  EMIT(OP_RAISE, SLOT(0), SLOT(1), SLOT(2));
  builder_handler(b, from, to, handler, 0);
  builder_end(b);

  builder_begin(b, FUNCTION("nested", 2));
  uint32_t begin = builder_label(b), end = builder_label(b), outer = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(6), SLOT(0));
  EMIT(OP_MOVE, SLOT(7), SLOT(1));
  builder_bind(b, begin);
  builder_line(b, file, 30);
  EMIT(OP_CALL, SLOT(6), NUMBER(inner), SLOTS(0));
  builder_bind(b, end);
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 6), SLOTS(0, 6));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, outer);
  EMIT(OP_STACKTRACE, SLOT(3), SLOT(3), SLOTS(1, 2, 3));
  EMIT(OP_LOAD, SLOT(0), ATOM("outer"));
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 1, 2, 3), SLOTS(0, 1, 2, 3));
  EMIT(OP_RETURN, SLOT(0));
  builder_handler(b, begin, end, outer, 1);
  builder_end(b);

  builder_begin(b, FUNCTION("regions", 1)); // the inner region comes first, each answers its name
  uint32_t a = builder_label(b), c = builder_label(b), d = builder_label(b), e = builder_label(b), in = builder_label(b), out = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0));
  builder_bind(b, a);
  uint32_t skip = builder_label(b);
  EMIT(OP_IS_ATOM, SLOT(0), LABEL(skip));
  builder_bind(b, c);
  EMIT(OP_ADD_INT, SLOT(0), SLOT(0), {.integer = 1}, RAISES, SLOTS(0));
  builder_bind(b, d);
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, skip);
  EMIT(OP_ELEMENT, SLOT(0), SLOT(0), NUMBER(0));
  builder_bind(b, e);
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, in);
  EMIT(OP_LOAD, SLOT(0), ATOM("inner"));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, out);
  EMIT(OP_LOAD, SLOT(0), ATOM("outer"));
  EMIT(OP_RETURN, SLOT(0));
  builder_handler(b, c, d, in, 1);
  builder_handler(b, a, e, out, 1);
  builder_end(b);
}

Test(exceptions, inner_handlers_first) {
  BOTH_WAYS(f, program_nested, {
    expect_text(fx_run(f, "Made", "nested", ATOM_throw, term_small(5)), "{:throw, 5}");
    expect_text(fx_run(f, "Made", "regions", ATOM_ok), ":inner");
    expect_text(fx_run(f, "Made", "regions", term_small(3)), ":outer");
  })
}

Test(exceptions, raised_again_with_the_first_trace) {
  BOTH_WAYS(f, program_nested, {
    // RAISE with a list keeps the list: [] here.
    expect_text(fx_run(f, "Made", "nested", ATOM_error, term_small(5)), "{:outer, :error, 5, []}");
    expect_text(fx_run(f, "Made", "nested", ATOM_exit, ATOM_normal), "{:outer, :exit, :normal, []}");
    const char *text = fx_run(f, "Made", "nested", ATOM_ok, term_small(5)); // no class: badarg, with a trace
    expect_text(text, "{:outer, :error, :badarg, [{:Made, :thrower, 2, [file: ~c\"lib/nested.ex\", line: 12]}, "
                      "{:Made, :inner, 2, [file: ~c\"lib/nested.ex\", line: 20]}, {:Made, :nested, 2, [file: ~c\"lib/nested.ex\", line: 30]}]}");
  })
}

// Errors with a value, and natives that raise.
static void program_errors(ModuleBuilder *b) {
  static const char *const NAMES[] = {"badmatch", "case_clause", "cond_clause"};
  for (uint32_t i = 0; i < 3; i++) {
    builder_begin(b, builder_function(b, builder_atom(b, NAMES[i], strlen(NAMES[i])), 1, true));
    EMIT(OP_ERROR, NUMBER(i), SLOT(0));
    builder_end(b);
  }
  builder_begin(b, FUNCTION("clause", 2));
  EMIT(OP_FUNCTION_CLAUSE, SLOTS(0, 1));
  builder_end(b);
  builder_begin(b, FUNCTION("native", 1));
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MOVE, SLOT(2), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(2), IMPORT("erlang", "tuple_to_list", 1), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  builder_begin(b, FUNCTION("native_last", 1));
  EMIT(OP_TAIL_EXT, IMPORT("erlang", "tuple_to_list", 1));
  builder_end(b);
  builder_begin(b, FUNCTION("nowhere", 1));
  EMIT(OP_TAIL_EXT, IMPORT("Nowhere", "f", 1));
  builder_end(b);
  for (int tail = 0; tail < 2; tail++) {
    builder_begin(b, builder_function(b, tail ? ATOM_INDEX("no_fun_last") : ATOM_INDEX("no_fun"), 1, true));
    EMIT(OP_FRAME, SLOTS(0));
    EMIT(OP_MOVE, SLOT(4), SLOT(0));
    EMIT(OP_LOAD, SLOT(2), SMALL(1));
    EMIT(OP_LOAD, SLOT(3), SMALL(2));
    if (tail) {
      EMIT(OP_LOAD, SLOT(0), SMALL(1));
      EMIT(OP_LOAD, SLOT(1), SMALL(2));
      EMIT(OP_TAIL_FUN, SLOT(4), NUMBER(2));
    } else {
      EMIT(OP_CALL_FUN, SLOT(2), SLOT(4), NUMBER(2), NO_SLOTS);
      EMIT(OP_RETURN, SLOT(2));
    }
    builder_end(b);
  }
  uint32_t one = FUNCTION("one", 1), fun = builder_fun(b, one, 1, 0);
  builder_begin(b, one);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);
  builder_begin(b, FUNCTION("arity", 1)); // a fun of one argument is called with two
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_MAKE_FUN, SLOT(4), NUMBER(fun), NO_SLOTS, SLOTS(0));
  EMIT(OP_LOAD, SLOT(2), SMALL(1));
  EMIT(OP_LOAD, SLOT(3), SMALL(2));
  EMIT(OP_CALL_FUN, SLOT(2), SLOT(4), NUMBER(2), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);
  builder_begin(b, FUNCTION("by_name", 1)); // Made.(argument)()
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_LOAD, SLOT(2), ATOM("Made"));
  EMIT(OP_CALL_DYN, SLOT(4), SLOT(2), SLOT(0), NUMBER(0), NO_SLOTS);
  EMIT(OP_RETURN, SLOT(4));
  builder_end(b);
  builder_begin(b, FUNCTION("forged", 2)); // a file may hand anything to RAISE and STACKTRACE
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  builder_bind(b, from);
  EMIT(OP_LOAD, SLOT(2), ATOM("error"));
  EMIT(OP_RAISE, SLOT(2), SLOT(1), SLOT(0));
  builder_bind(b, to);
  builder_bind(b, handler);
  EMIT(OP_STACKTRACE, SLOT(5), SLOT(5), SLOTS(5));
  EMIT(OP_RETURN, SLOT(5));
  builder_handler(b, from, to, handler, 3);
  builder_end(b);
}

#define STARTS(text, start) \
  do { \
    const char *got_ = (text); \
    cr_expect_eq(strncmp(got_, (start), strlen(start)), 0, "got %.800s", got_); \
  } while (0)

Test(exceptions, of_every_origin) {
  BOTH_WAYS(f, program_errors, {
    STARTS(fx_run(f, "Made", "badmatch", term_small(4)), "** {{:badmatch, 4}, [{:Made, :badmatch, 1, []}]}");
    STARTS(fx_run(f, "Made", "case_clause", ATOM_ok), "** {{:case_clause, :ok}, [{:Made, :case_clause, 1, []}]}");
    STARTS(fx_run(f, "Made", "cond_clause", ATOM_ok), "** {:cond_clause, [{:Made, :cond_clause, 1, []}]}");
    STARTS(fx_run(f, "Made", "clause", ATOM_ok, term_small(2)), "** {:function_clause, [{:Made, :clause, [:ok, 2], []}]}");
    STARTS(fx_run(f, "Made", "native", ATOM_ok), "** {:badarg, [{:erlang, :tuple_to_list, [:ok], []}, {:Made, :native, 1, []}]}");
    STARTS(fx_run(f, "Made", "native_last", ATOM_ok), "** {:badarg, [{:erlang, :tuple_to_list, [:ok], []}");
    STARTS(fx_run(f, "Made", "nowhere", ATOM_ok), "** {:undef, [{:Nowhere, :f, [:ok], []}]}");
    STARTS(fx_run(f, "Made", "no_fun", ATOM_ok), "** {{:badfun, :ok}, [{:Made, :no_fun, 1, []}]}");
    STARTS(fx_run(f, "Made", "no_fun_last", ATOM_ok), "** {{:badfun, :ok}, [{:Made, :no_fun_last, 1, []}]}");
    STARTS(fx_run(f, "Made", "arity", ATOM_ok), "** {{:badarity, {");
    STARTS(fx_run(f, "Made", "by_name", ATOM_ok), "** {:undef, [{:Made, :ok, [], []}, {:Made, :by_name, 1, []}]}");
    STARTS(fx_run(f, "Made", "by_name", term_small(1)), "** {:badarg, [{:erlang, :apply, [:Made, 1, []], []}, {:Made, :by_name, 1, []}]}");
    STARTS(fx_run_plain(f, "Nowhere", "f"), "** {:undef, [{:Nowhere, :f, [], []}]}");
  })
}

Test(exceptions, forged_traces_are_harmless) {
  BOTH_WAYS(f, program_errors, {
    Term words[64];
    TermHeap heap = {.top = words, .end = words + 64, .off_heap = T_NIL};
    // What looks like a handle: unit 1, function 4 billion; and with a head that is none.
    uint32_t entry[4] = {1, UINT32_MAX, 0, 7};
    Term binary = binary_make(&f->vm.context, &heap, entry, sizeof entry);
    Term heads[] = {T_NIL, ATOM_ok, term_small(3), binary};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
      Term forged, *items = heap_tuple(&heap, 2, &forged);
      items[0] = binary;
      items[1] = heads[i];
      expect_text(fx_run(f, "Made", "forged", forged, ATOM_ok), "[]");
    }
    expect_text(fx_run(f, "Made", "forged", T_NIL, ATOM_ok), "[]");
    expect_text(fx_run(f, "Made", "forged", heap_cons(&heap, term_small(1), T_NIL), ATOM_ok), "[1]");
  })
}

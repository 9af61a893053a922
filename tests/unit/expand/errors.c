// SPDX-License-Identifier: Apache-2.0
//
// Guards the diagnostics of the expander: each snippet gives this code at this place first.

#include "fake_host.h"

static const struct {
  const char *source;
  DiagnosticCode code;
  int line;
  const char *part; // of the message
} cases[] = {
    {"bar(2)", DIAG_UNDEFINED_FUNCTION, 1, "undefined function bar/1"},
    {"y = 1\nx + y", DIAG_UNDEFINED_VARIABLE, 2, "undefined variable \"x\""},
    {"^y", DIAG_UNBOUND_PIN, 1, "misplaced operator ^y"},
    {"{a, ^z} = {1, 2}\na", DIAG_UNBOUND_PIN, 1, "undefined variable ^z"},
    {"&1", DIAG_CAPTURE, 1, "capture argument &1"},
    {"& &1 + &(&2)", DIAG_CAPTURE, 1, "nested captures"},
    {"&(&2 + 1)", DIAG_CAPTURE, 1, "cannot be defined without &1"},
    {"&foo(1)", DIAG_CAPTURE, 1, "invalid args for &"},
    {"fn x -> x; y, z -> {y, z} end", DIAG_CLAUSES, 1, "different arities"},
    {"case 1 do\n  x, y -> {x, y}\nend", DIAG_CLAUSES, 2, "expected 1 argument"},
    {"<<1::foo>>", DIAG_BIT_SYNTAX, 1, "unknown bitstring specifier"},
    {"<<1::integer-binary>>", DIAG_BIT_SYNTAX, 1, "conflicting type"},
    {"<<\"a\"::integer>>", DIAG_BIT_SYNTAX, 1, "conflicting type specification for bit field: \"integer\""},
    {"<<\"ab\"::binary-size(1)>>", DIAG_BIT_SYNTAX, 1, "has the size that it has"},
    {"<<\"a\"::float, _::binary>> = \"x\"", DIAG_BIT_SYNTAX, 1, "\"float\""},
    {"<<1::unit(8)>>", DIAG_BIT_SYNTAX, 1, "require a size"},
    {"<<a::binary, b>> = \"x\"\n{a, b}", DIAG_BIT_SYNTAX, 1, "only allowed at the end"},
    {"1 |> 2", DIAG_ARGUMENTS, 1, "cannot pipe 1 into 2"},
    {"unquote(1)", DIAG_UNQUOTE, 1, "outside quote"},
    {"alias foo", DIAG_ALIAS_USE, 1, "expected a compile time atom or alias"},
    {"import Nope", DIAG_UNDEFINED_MODULE, 1, "module Nope is not loaded"},
    {"%Nope{a: 1}", DIAG_STRUCT, 1, "Nope.__struct__/0 is undefined"},
    {"try do 1 rescue [1] -> 2 end", DIAG_CLAUSES, 1, "invalid \"rescue\" clause"},
    {"for 1, do: 2", DIAG_CLAUSES, 1, "must start with a generator"},
    {"for x <- [1], reduce: 0, do: x", DIAG_CLAUSES, 1, "acc -> expr clauses"},
    {"def foo, do: 1", DIAG_OUTSIDE_MODULE, 1, "cannot invoke def/2 outside module"},
    {"@foo 1", DIAG_OUTSIDE_MODULE, 1, "cannot invoke @/1 outside module"},
    {"__CALLER__", DIAG_CALLER_FORM, 1, "__CALLER__ is available only"},
    {"__STACKTRACE__", DIAG_CALLER_FORM, 1, "__STACKTRACE__ is available only"},
    {"\"a\" <> 1", DIAG_ARGUMENTS, 1, "expected binary argument in <>"},
    {"_", DIAG_UNDEFINED_VARIABLE, 1, "invalid use of _"},
    {"fn x when foo(x) -> x end", DIAG_GUARD, 1, "cannot find or invoke local foo/1 inside guards"},
    {"fn x when String.length(x) > 1 -> x end", DIAG_GUARD, 1, "cannot invoke remote function String.length/1"},
    {"foo(1) = 1", DIAG_PATTERN, 1, "cannot invoke foo/1 inside a match"},
    {"%{x => 1} = %{}", DIAG_PATTERN, 1, "cannot use variable x as map key"},
    {"defmodule M do\n  def f(x), do: y(x)\nend", DIAG_UNDEFINED_FUNCTION, 2, "undefined function y/1 (expected M"},
    {"defmodule M do\n  def f(x) do\n    1\n  end\nend", DIAG_UNUSED_VARIABLE, 2, "variable \"x\" is unused"},
    {"defmodule M do\n  def f(1), do: 1\n  defp f(2), do: 2\nend", DIAG_CLAUSE_CONFLICT, 3, "already defined as def"},
    {"defmodule M do\n  def f(a \\\\ 1, b \\\\ 2), do: {a, b}\n  def f(a), do: a\nend", DIAG_DEFAULTS_CONFLICT, 3, "conflicts with defaults"},
    {"defmodule M do\n  def f(a)\nend", DIAG_MISSING_CLAUSES, 2, "implementation not provided"},
    {"defmodule M do\n  defp f(a), do: a\nend", DIAG_UNUSED_FUNCTION, 2, "function f/1 is unused"},
    {"defmodule M do\n  @x 1\n  def f, do: 1\nend", DIAG_UNUSED_ATTRIBUTE, 2, "was set but never used"},
    {"defmodule M do\n  def f, do: @nope\nend", DIAG_UNDEFINED_ATTRIBUTE, 2, "undefined module attribute @nope"},
    {"defmodule M do\n  def f(1), do: 1\n  def g, do: 1\n  def f(2), do: 2\nend", DIAG_SCATTERED_CLAUSES, 4, "must be grouped together"},
    {"defmodule M do\n  def f, do: super()\nend", DIAG_UNDEFINED_FUNCTION, 2, "no super defined for f/0"},
    {"_a = 1\n_a", DIAG_UNDERSCORED_USED, 2, "is used after being set"},
    {"case 1 do\n  x -> x\n  2 -> 3\nend", DIAG_UNREACHABLE_CLAUSE, 3, "cannot match because a previous clause at line 2"},
};

Test(expand, diagnostics) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    FakeHost *f = fake_new();
    compile_run_text(f->job, "test.exs", cases[i].source, strlen(cases[i].source), NULL);
    const Diagnostic *d = compile_diagnostics(f->job)->first;
    // Other complaints may come along; this one must be there.
    while (d && !(d->code == cases[i].code && strstr(d->message, cases[i].part))) d = d->next;
    cr_expect_not_null(d, "%s: expected %s, reported: %s", cases[i].source, cases[i].part, f->reported);
    if (d) cr_expect_eq(d->line, cases[i].line, "%s: line %d", cases[i].source, d->line);
    fake_free(f);
  }
}

Test(expand, several_errors_in_one_run) {
  FakeHost *f = fake_new();
  const char *source = "defmodule M do\n  def a, do: x\n  def b, do: y\n  def c, do: z(1)\nend";
  cr_assert_eq(compile_run_text(f->job, "test.exs", source, strlen(source), NULL), COMPILE_FAILED);
  cr_assert_eq(compile_diagnostics(f->job)->error_count, 3);
  cr_assert(strstr(compile_failure(f->job)->text, "CompileError"));
  cr_assert(strstr(f->reported, "test.exs:2:") && strstr(f->reported, "test.exs:3:"));
  fake_free(f);
}

Test(expand, depth_is_an_error_not_a_crash) {
  FakeHost *f = fake_new();
  size_t size = 3 + 4 * 50000;
  char *source = malloc(size + 8);
  memcpy(source, "x=1\nx", 5);
  size_t at = 5;
  for (int i = 0; i < 50000; i++, at += 3) memcpy(source + at, " +x", 3);
  cr_assert_eq(compile_run_text(f->job, "test.exs", source, at, NULL), COMPILE_FAILED);
  cr_assert_eq(compile_diagnostics(f->job)->first->code, DIAG_TOO_DEEP);
  free(source);
  fake_free(f);
}

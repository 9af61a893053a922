// SPDX-License-Identifier: Apache-2.0
//
// Guards the services that running code asks of the compiler, and what a plain module gives.

#include "fake_host.h"

static Quoted *atom(FakeHost *f, const char *text) { return names_intern_text(compile_names(f->job), text)->quoted; }

Test(services, table) {
  cr_assert(compile_service_known("joist_module", "put_attribute", 4));
  cr_assert(compile_service_quick("joist_module", "put_attribute", 4));
  cr_assert(compile_service_known("joist_code", "eval_quoted", 3));
  cr_assert_not(compile_service_quick("joist_code", "eval_quoted", 3));
  cr_assert_not(compile_service_known("joist_module", "put_attribute", 3));
  cr_assert_not(compile_service_known("lists", "reverse", 1));
}

Test(services, closed_module_raises) {
  FakeHost *f = fake_new();
  Names *names = compile_names(f->job);
  Quoted *args[3] = {atom(f, "Elixir.Nope"), atom(f, "x"), Q_NAME(names, NIL)};
  HostFailure failure = {0};
  cr_assert_null(compile_service(f->job, "joist_module", "get_attribute", args, 3, &failure));
  cr_assert_str_eq(failure.class_, "error");
  cr_assert(strstr(failure.text, "because the module Nope is already compiled"), "%s", failure.text);
  fake_free(f);
}

Test(services, plain_module_runs_no_code) {
  FakeHost *f = fake_new();
  const char *source = "defmodule A do\n  @x [1, 2]\n  def f(y), do: [y | @x]\n  defmodule B do\n    def g, do: 1\n  end\nend";
  Quoted *value = NULL;
  cr_assert_eq(compile_run_text(f->job, "test.exs", source, strlen(source), &value), COMPILE_OK, "%s", f->reported);
  cr_assert_eq(f->loads, 2u);
  cr_assert_str_eq(f->last_loaded, "Elixir.A");
  const CompiledModule *m = compile_modules(f->job);
  cr_assert_str_eq(m->name->text, "Elixir.A.B");
  cr_assert_str_eq(m->next->name->text, "Elixir.A");
  cr_assert(value->kind == Q_TUPLE && value->count == 4);
  fake_free(f);
}

Test(services, string_to_quoted) {
  FakeHost *f = fake_new();
  Names *names = compile_names(f->job);
  HostFailure failure = {0};
  Quoted *args[2] = {quoted_binary(names, "a + 1", 5), quoted_empty_list(names)};
  Quoted *result = compile_service(f->job, "joist_code", "string_to_quoted", args, 2, &failure);
  cr_assert(quoted_is_pair(result) && quoted_is_name(result->items[0], N_OK));
  cr_assert(quoted_is_call_arity(result->items[1], N_PLUS, 2));
  args[0] = quoted_binary(names, "a +", 3);
  result = compile_service(f->job, "joist_code", "string_to_quoted", args, 2, &failure);
  cr_assert(quoted_is_pair(result) && quoted_is_name(result->items[0], N_ERROR));
  fake_free(f);
}

Test(services, expand_once_knows_twins) {
  FakeHost *f = fake_new();
  Names *names = compile_names(f->job);
  HostFailure failure = {0};
  Quoted *options = quoted_empty_list(names);
  Quoted *env = compile_service(f->job, "joist_code", "env_for_eval", &options, 1, &failure);
  cr_assert_not_null(env);
  Quoted *text[2] = {quoted_binary(names, "x |> foo(1)", 11), options};
  Quoted *quoted = compile_service(f->job, "joist_code", "string_to_quoted", text, 2, &failure);
  Quoted *args[2] = {quoted->items[1], env};
  Quoted *result = compile_service(f->job, "joist_macro", "expand_once", args, 2, &failure);
  cr_assert_not_null(result, "%s", failure.text);
  cr_assert(quoted_is_name(result->items[1], N_TRUE));
  Quoted *call = result->items[0];
  cr_assert(call->kind == Q_CALL && quoted_is_list(call->args) && call->args->count == 2);
  fake_free(f);
}

// SPDX-License-Identifier: Apache-2.0
//
// Guards the edges of the lexer: numbers, escapes, heredocs, sigils, names, encodings,
// and I1 of lexer.h after broken brackets.

#include "support.h"

#include "compiler/syntax/lexer.h"

static void expect(const char *source, const char *text) {
  Job *job = job_new();
  cr_expect_str_eq(job_quote(job, source), text, "%s gave %s, not %s", source, job_quote(job, source), text);
  job_free(job);
}

Test(lexer, numbers) {
  expect("1_000_000", "1000000");
  expect("0xFF", "255");
  expect("0b101", "5");
  expect("0o17", "15");
  expect("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175");
  expect("0b1111111111111111111111111111111111111111111111111111111111111111111", "147573952589676412927");
  expect("9223372036854775808", "9223372036854775808");
  expect("1.5e-3", "0.0015");
  expect("1_0.2_5e1_0", "102500000000.0");
  expect("1__0", "error");
  expect("1a", "error");
  expect("0x", "error");
  expect("1.0e999", "error");
}

Test(lexer, characters) {
  expect("?a", "97");
  expect("?\\n", "10");
  expect("?\\\\", "92");
  expect("?\xC3\xA9", "233");
  expect("?", "error");
}

Test(lexer, escapes) {
  expect("\"\\x41\\u0042\\u{43}\\s\\\\\\\"\"", "\"ABC \\\\\\\"\"");
  expect("\"a\\\nb\"", "\"ab\"");
  expect("\"\\xFF\"", "<<255>>");
  expect("\"\\u{110000}\"", "error");
  expect("\"\\uD800\"", "error");
  expect("\"\\xZ\"", "error");
  expect("\"\\u{1234567}\"", "error");
}

Test(lexer, heredocs) {
  expect("\"\"\"\n  a\n    b\n  \"\"\"", "\"a\\n  b\\n\"");
  expect("\"\"\"\n\"\"\"", "\"\"");
  expect("\"\"\"\na\"\"\"", "error");
  expect("\"\"\" x\n\"\"\"", "error");
  expect("\"\"\"\n  a\n b\n  \"\"\"", "\"a\\nb\\n\"");
  expect("\"\"\"\n  a\\\n  b\n  \"\"\"", "\"ab\\n\"");
}

Test(lexer, sigils) {
  expect("~s(a\\)b)x", "{:sigil_s, [delimiter: \"(\", line: 1], [{:<<>>, [line: 1], [\"a)b\"]}, [120]]}");
  expect("~S/\\\\/", "{:sigil_S, [delimiter: \"/\", line: 1], [{:<<>>, [line: 1], [\"\\\\\\\\\"]}, []]}");
  expect("~HTML[]", "{:sigil_HTML, [delimiter: \"[\", line: 1], [{:<<>>, [line: 1], [\"\"]}, []]}");
  expect("~ab(x)", "error");
  expect("~s", "error");
}

Test(lexer, names_in_unicode) {
  expect("\xC3\xA9 = 1", "{:=, [line: 1], [{:\xC3\xA9, [line: 1], nil}, 1]}");
  expect("a\xCC\x80", "{:\xC3\xA0, [line: 1], nil}"); // composed
  expect("\xC3\x89", "error");                         // a capital letter outside of ASCII
  expect(":\xE6\x97\xA5", ":\xE6\x97\xA5");
  expect("Foo\xC3\xA9", "error");
}

Test(lexer, encodings) {
  expect("\"\xFF\"", "error");
  expect("# \xFF", "error");
  expect("# \xE2\x80\xAE", "error"); // overrides the direction of text
  expect("\xEF\xBB\xBFx", "{:x, [line: 1], nil}");
  expect("a\r\nb", "{:__block__, [], [{:a, [line: 1], nil}, {:b, [line: 2], nil}]}");
}

Test(lexer, long_names) {
  char name[300];
  memset(name, 'a', sizeof name);
  name[255] = 0;
  Job *job = job_new();
  cr_assert_str_neq(job_quote(job, name), "error");
  name[255] = 'a', name[256] = 0;
  cr_assert_str_eq(job_quote(job, name), "error");
  job_free(job);
}

static bool only_known(void *context, const char *text, size_t length) {
  (void)context;
  return length == 2 && memcmp(text, "ok", 2) == 0;
}

Test(lexer, existing_atoms_only) {
  Job *job = job_new();
  ParseOptions options = {.atom_exists = only_known};
  cr_assert_not_null(job_parse(job, ":ok", options));
  cr_assert_null(job_parse(job, ":other", options));
  cr_assert_null(job_parse(job, "[other: 1]", options));
  job_free(job);
}

Test(lexer, brackets_always_match) {
  const char *broken[] = {"(", "([)", "foo(]", ")", "do end end", "fn [ -> (", "\"#{(\"", "<<(>>", "{[(}", "if a do ( end"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    Job *job = job_new();
    Lexer lexer;
    ParseOptions options = parse_options_compile();
    cr_expect_not(lexer_run(&lexer, &job->names, &options, broken[i], strlen(broken[i]), &job->sink));
    for (uint32_t k = 0; k < lexer.count; k++) {
      switch ((TokenKind)lexer.tokens[k].kind) {
      case T_PAREN_OPEN:
      case T_BRACKET_OPEN:
      case T_BRACE_OPEN:
      case T_BITS_OPEN:
      case T_DO:
      case T_FN: {
        cr_expect_gt(lexer.tokens[k].match, k, "%s", broken[i]);
        cr_expect_lt(lexer.tokens[k].match, lexer.count);
        TokenKind closer = (TokenKind)lexer.tokens[lexer.tokens[k].match].kind;
        cr_expect(closer == T_PAREN_CLOSE || closer == T_BRACKET_CLOSE || closer == T_BRACE_CLOSE || closer == T_BITS_CLOSE || closer == T_END);
        break;
      }
      default: break;
      }
    }
    job_free(job);
  }
}

Test(lexer, starting_place) {
  Job *job = job_new();
  ParseOptions options = {.line = 10, .column = 5, .columns = true};
  cr_assert_str_eq(job_print(job, job_parse(job, "a\nb", options)),
                   "{:__block__, [], [{:a, [line: 10, column: 5], nil}, {:b, [line: 11, column: 1], nil}]}");
  job_free(job);
}

// SPDX-License-Identifier: Apache-2.0
//
// Errors of grammar: what is said, and the way back to the innermost list of statements.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/syntax/parser_internal.h"
#include "compiler/syntax/unicode.h"

void parser_too_deep(Parser *p) {
  // Nothing sensible follows from here: the whole nest is given up.
  p->recover = p->give_up;
  parser_fail(p, DIAG_TOO_DEEP, p->pos, "expressions are nested too deeply: ",
              "split the expression, or build the data at run time", "the program nests too deeply here");
}

// The source of a token.
static const char *source_text(Parser *p, const Token *t) {
  return arena_copy(p->names->arena, p->lexer->text + t->offset, t->length);
}

const char *parser_token_text(Parser *p, const Token *t) {
  Arena *arena = p->names->arena;
  switch ((TokenKind)t->kind) {
  case T_END_OF_INPUT: return "";
  case T_INTERPOLATION_END: return "";
  case T_EOL: return "eol";
  case T_INTEGER:
  case T_NUMBER: return arena_format(arena, "\"%s\"", source_text(p, t));
  case T_STRING:
  case T_CHARLIST:
  case T_TEXT: return source_text(p, t);
  case T_KEY:
  case T_ATOM:
  case T_IDENTIFIER:
  case T_PAREN_IDENTIFIER:
  case T_BRACKET_IDENTIFIER:
  case T_OP_IDENTIFIER:
  case T_ALIAS: {
    bool plain = t->name->length && t->name->text[0] >= 'a' && t->name->text[0] <= 'z';
    for (uint32_t i = 0; plain && i < t->name->length; i++) {
      unsigned char c = (unsigned char)t->name->text[i];
      plain = c == '_' || c == '@' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    return plain ? t->name->text : arena_format(arena, "'%s'", t->name->text);
  }
  case T_DO: return "do";
  case T_SECTION:
  case T_WORD: return t->name->text;
  case T_IN: return t->name->known == N_IN ? "in" : "'not in'";
  case T_MAP: return "'%{}'";
  default: return arena_format(arena, "'%s'", source_text(p, t));
  }
}

// How people call it.
static const char *token_description(Parser *p, const Token *t) {
  Arena *arena = p->names->arena;
  switch ((TokenKind)t->kind) {
  case T_END_OF_INPUT: return "end of the input";
  case T_INTERPOLATION_END: return "end of the interpolation";
  case T_EOL: return "end of the line";
  case T_SEMICOLON: return "\";\"";
  case T_STRING: return "string";
  case T_CHARLIST: return "charlist";
  case T_TEXT: return t->text->kind == TEXT_SIGIL ? "sigil" : t->text->kind == TEXT_KEY ? "key" : "string";
  case T_INTEGER:
  case T_NUMBER: return arena_format(arena, "number %s", source_text(p, t));
  case T_KEY: return arena_format(arena, "key \"%s:\"", t->name->text);
  case T_WORD:
  case T_SECTION:
  case T_DO:
  case T_END:
  case T_FN: return arena_format(arena, "reserved word \"%s\"", source_text(p, t));
  default: return arena_format(arena, "\"%s\"", source_text(p, t));
  }
}

// Near a token that the lexer already complained about, silence.
static bool was_reported(const Parser *p, uint32_t index) {
  if (!p->lexer->failed) return false;
  uint32_t first = index > 3 ? index - 3 : 0;
  for (uint32_t i = first; i <= index + 1 && i < p->lexer->count; i++)
    if (p->tokens[i].kind == T_BAD) return true;
  return false;
}

static void record(Parser *p, DiagnosticCode code, uint32_t index, const char *prefix, const char *hint,
                   const char *message) {
  const Token *t = &p->tokens[index];
  p->failed = true;
  p->error_pos = index;
  if (t->kind == T_END_OF_INPUT) p->incomplete = true;
  if (was_reported(p, index)) return;
  // Behind a bracket or end that does not fit nearly everything looks wrong.
  if (p->lexer->delimiter_line && t->line >= p->lexer->delimiter_line) return;
  int line = t->line, column = t->column;
  if (t->kind == T_END_OF_INPUT && index > 0) {
    // Elixir names the last token it has seen.
    line = p->tokens[index - 1].line;
    column = p->tokens[index - 1].column;
  }
  Diagnostic *d = diagnostics_add(p->sink, code, line, column, "%s", message);
  if (t->length > 1 && t->kind != T_TEXT && t->kind != T_EOL) {
    const unsigned char *text = p->lexer->text + t->offset;
    int width = 0;
    for (uint32_t i = 0; i < t->length && text[i] != '\n'; i++) width += (text[i] & 0xC0) != 0x80;
    if (t->kind != T_END_OF_INPUT) diagnostic_span(d, line, column + width);
  }
  if (hint) diagnostic_hint(p->sink, d, "%s", hint);
  SyntaxFailure *f = ARENA_NEW(p->names->arena, SyntaxFailure);
  // Elixir calls a text that stops where more is needed incomplete, whatever was to come.
  f->kind = t->kind == T_END_OF_INPUT ? FAILURE_TOKEN_MISSING : FAILURE_SYNTAX;
  f->line = line;
  f->column = column;
  f->prefix = prefix;
  f->token = parser_token_text(p, t);
  d->failure = f;
}

NORETURN static void jump(Parser *p) {
  if (p->options->first_error_only || p->sink->error_count >= PARSE_ERRORS_MAX) p->recover = p->give_up;
  longjmp(*p->recover, 1);
}

void parser_abandon(Parser *p) {
  p->failed = true;
  jump(p);
}

void parser_fail(Parser *p, DiagnosticCode code, uint32_t index, const char *prefix, const char *hint,
                 const char *format, ...) {
  char message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  record(p, code, index, prefix, hint, message);
  jump(p);
}

static bool is_value(TokenKind kind) {
  switch (kind) {
  case T_PAREN_CLOSE:
  case T_BRACKET_CLOSE:
  case T_BRACE_CLOSE:
  case T_BITS_CLOSE:
  case T_END: return true;
  default: return token_is_operand(kind);
  }
}

static const char *guess(Parser *p, uint32_t index) {
  const Token *t = &p->tokens[index];
  const Token *before = index > 0 ? t - 1 : NULL;
  TokenKind kind = (TokenKind)t->kind, last = before ? (TokenKind)before->kind : T_EOL;
  bool new_line = last == T_EOL && index > 1;
  TokenKind above = new_line ? (TokenKind)t[-2].kind : last;
  if (above == T_BINARY || above == T_DUAL || above == T_RANGE || above == T_PIPE_BAR || above == T_WHEN || above == T_IN) {
    if (kind == T_END || kind == T_SECTION || kind == T_END_OF_INPUT || kind == T_PAREN_CLOSE || kind == T_BRACKET_CLOSE ||
        kind == T_BRACE_CLOSE)
      return "the operator in front has nothing on its right";
  }
  const unsigned char *source = p->lexer->text + t->offset, *end = p->lexer->end;
  if (kind == T_BINARY && end - source >= 2 && source[0] == '/' && (source[1] == '*' || source[1] == '/')) return "a comment begins with #";
  switch (kind) {
  case T_STAB:
    return "-> belongs between pattern and body in fn, case, cond, receive and the like; a clause's own pattern may need "
           "its predecessor's body first";
  case T_ASSOC: return "=> separates keys from values in maps only: %{key => value}; a clause is written pattern -> body";
  case T_SECTION:
    return "a section such as else belongs between do and end; a condition after else needs cond or a nested if with an end of its own";
  case T_DO:
    return "no call stands in front that could take this block";
  case T_END_OF_INPUT: return last == T_COMMA ? "something must follow the comma" : "an operand or argument is missing at the end";
  case T_COMMA:
    if (last == T_COMMA) return "one comma too many";
    if (last == T_EOL) return "a comma ends its line, it does not begin one";
    return "several values need brackets: [a, b], {a, b} or parentheses around a call's arguments";
  case T_PAREN_OPEN:
    if (last == T_PAREN_CLOSE || last == T_END) return "a function held by a value is called with a dot: fun.(arguments)";
    return NULL;
  case T_KEY:
    if (t->name->known == N_DO) return "with a comma in front it is an argument, def f(x), do: x; a block of several lines is do ... end";
    return "a keyword list stands last among the arguments of a call, or in brackets: [key: value]";
  case T_PAREN_CLOSE:
  case T_BRACKET_CLOSE:
  case T_BRACE_CLOSE:
  case T_BITS_CLOSE:
    if (last == T_COMMA) return "remove the comma in front, or write what should follow it";
    return "something is missing in front of the closing bracket";
  default: break;
  }
  if (new_line && is_value(kind) && is_value(above)) return "a comma or an operator is missing at the end of the line above";
  if (is_value(kind) && is_value(last)) return "an operator or a comma is missing between the two values";
  if (kind == T_BINARY || kind == T_RANGE || kind == T_PIPE_BAR || kind == T_WHEN || kind == T_IN)
    return "the operator has nothing on its left";
  return NULL;
}

static bool is_reserved(Parser *p, const Token *t) {
  if (t->kind == T_WORD || t->kind == T_SECTION || t->kind == T_DO || t->kind == T_END || t->kind == T_FN) return true;
  char c = t->length ? (char)p->lexer->text[t->offset] : 0;
  return (t->kind == T_BINARY || t->kind == T_IN || t->kind == T_WHEN) && c >= 'a' && c <= 'z';
}

// A reserved word where a name was meant: `def and(x)`, `after = 1`. UINT32_MAX: none.
static uint32_t reserved_name(Parser *p, uint32_t index) {
  const Token *t = &p->tokens[index];
  if (is_reserved(p, t) && index + 1 < p->lexer->count && t[1].kind == T_BINARY && t[1].length == 1 && p->lexer->text[t[1].offset] == '=') return index;
  for (uint32_t i = index + 1; i-- > 0 && p->tokens[i].line == t->line;) {
    const Token *d = &p->tokens[i];
    if (d->kind != T_IDENTIFIER && d->kind != T_OP_IDENTIFIER) continue;
    bool defines = name_is(d->name, N_DEF) || name_is(d->name, N_DEFP) || name_is(d->name, N_DEFMACRO) || name_is(d->name, N_DEFMACROP);
    if (defines && is_reserved(p, d + 1)) return i + 1;
  }
  return UINT32_MAX;
}

void parser_unexpected_at(Parser *p, uint32_t index) {
  uint32_t reserved = reserved_name(p, index);
  const Token *t = &p->tokens[reserved == UINT32_MAX ? index : reserved];
  char message[400];
  if (reserved != UINT32_MAX) {
    snprintf(message, sizeof message, "\"%.100s\" is a reserved word and cannot be a name", source_text(p, t));
    record(p, DIAG_RESERVED, reserved, "syntax error before: ", "choose another name", message);
    jump(p);
  }
  snprintf(message, sizeof message, "unexpected %.300s", token_description(p, t));
  record(p, DIAG_SYNTAX, index, "syntax error before: ", guess(p, index), message);
  jump(p);
}

void parser_unexpected(Parser *p) { parser_unexpected_at(p, p->pos); }

void parser_fail_open_call(Parser *p, const Expr *e, bool container) {
  parser_fail(p, DIAG_NESTED_NO_PARENS, e->open_at,
              container ? "unexpected comma, parentheses are required to tell a call's arguments from the container's items. Syntax error before: "
                        : "unexpected comma, parentheses are required to tell the arguments of nested calls apart. Syntax error before: ",
              "put parentheses around the inner call's arguments: f(a, b)",
              container ? "a call without parentheses takes the items that follow it"
                        : "a call without parentheses with several arguments inside of another call");
}

void parser_warn(Parser *p, DiagnosticCode code, const Token *t, const char *format, ...) {
  if (!p->options->emit_warnings) return;
  char message[256];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  diagnostics_add(p->sink, code, t->line, t->column, "%s", message);
}

// SPDX-License-Identifier: Apache-2.0
//
// Brackets, do and fn: who closes whom, and what to say when they do not match.
//
// The stack of openers belongs to one level of interpolation (opener_base). After an
// error closers are added or left out so that I1 of lexer.h holds; a close that stands at
// another indentation than its opener is remembered as the likely place of the mistake.

#include "compiler/syntax/lexer.h"

#include <string.h>

static const char *closer_text(TokenKind closer) {
  switch (closer) {
  case T_PAREN_CLOSE: return ")";
  case T_BRACKET_CLOSE: return "]";
  case T_BRACE_CLOSE: return "}";
  case T_BITS_CLOSE: return ">>";
  default: return "end";
  }
}

static const char *opener_text(const Lexer *l, const Opener *o) {
  switch ((TokenKind)l->tokens[o->token].kind) {
  case T_PAREN_OPEN: return "(";
  case T_BRACKET_OPEN: return "[";
  case T_BRACE_OPEN: return "{";
  case T_BITS_OPEN: return "<<";
  case T_FN: return "fn";
  default: return "do";
  }
}

void lexer_open(Lexer *l, uint32_t token, TokenKind closer) {
  ARENA_ROOM(l->names->arena, l->openers, l->opener_count, l->opener_capacity, 32);
  const Token *t = &l->tokens[token];
  l->openers[l->opener_count++] = (Opener){token, closer, t->line, t->column, l->line_indent};
}

static void mismatch(Lexer *l, const Opener *o, TokenKind closer, int line, int column) {
  const char *opening = opener_text(l, o), *expected = closer_text(o->closer), *found = closer_text(closer);
  Diagnostic *d = lexer_error(l, DIAG_MISMATCHED_DELIMITER, line, column, "unexpected token: ", found,
                              "\"%s\" does not close \"%s\", expected \"%s\"", found, opening, expected);
  diagnostic_span(d, line, column + (int)strlen(found));
  diagnostic_note(l->sink, d, o->line, o->column, "\"%s\" is opened here", opening);
  SyntaxFailure *f = (SyntaxFailure *)d->failure;
  f->suffix = arena_format(l->names->arena, ". The \"%s\" at line %d is missing terminator \"%s\"", opening, o->line, expected);
  f->kind = FAILURE_MISMATCHED;
  f->line = o->line;
  f->column = o->column;
  f->end_line = line;
  f->end_column = column;
  f->opening = opening;
  f->closing = found;
  f->expected = expected;
}

// Adds the closers of all openers above `count`, so that I1 holds after an error.
void lexer_close_down_to(Lexer *l, uint32_t count, const unsigned char *at, int line, int column) {
  while (l->opener_count > count) {
    const Opener *o = &l->openers[--l->opener_count];
    uint32_t index = l->count;
    lexer_add(l, o->closer, at, line, column)->length = 0;
    l->tokens[o->token].match = index;
  }
}

// A line above, indented like this `end`, that begins with a word which takes a block
// but has no do: where the mistake of a stray `end` is likely to be.
static const Token *missing_do(const Lexer *l, int indent) {
  static const NameId openers[] = {N_DEF,    N_DEFP, N_DEFMACRO, N_DEFMACROP, N_DEFMODULE, N_DEFPROTOCOL, N_DEFIMPL, N_IF,
                                   N_UNLESS, N_CASE, N_COND,     N_FOR,       N_WITH,      N_RECEIVE,     N_TRY,     N_QUOTE};
  for (uint32_t i = l->count; i-- > 0;) {
    const Token *t = &l->tokens[i];
    bool first = i == 0 || l->tokens[i - 1].line != t->line;
    if (!first || t->column - 1 != indent || (t->kind != T_IDENTIFIER && t->kind != T_PAREN_IDENTIFIER)) continue;
    bool takes_block = false;
    for (size_t k = 0; k < sizeof openers / sizeof *openers; k++) takes_block = takes_block || t->name->known == openers[k];
    if (!takes_block) continue;
    for (uint32_t k = i; k < l->count && (l->tokens[k].line == t->line || l->tokens[k].kind == T_DO); k++)
      if (l->tokens[k].kind == T_DO || (l->tokens[k].kind == T_KEY && l->tokens[k].name->known == N_DO)) return NULL;
    return t;
  }
  return NULL;
}

void lexer_close(Lexer *l, TokenKind closer, const unsigned char *start, int line, int column) {
  uint32_t index = l->count;
  lexer_add(l, closer, start, line, column);
  // The bracket that a wrong close before it on this line was mistaken for.
  if (l->opener_count == l->opener_base && closer != T_END && l->mismatch_line == line) {
    l->count--;
    return;
  }
  if (l->opener_count == l->opener_base) {
    const char *found = closer_text(closer);
    Diagnostic *d = lexer_error(l, DIAG_UNEXPECTED_CLOSE, line, column,
                                closer == T_END ? "unexpected reserved word: " : "unexpected token: ", found,
                                "\"%s\" closes nothing", found);
    diagnostic_span(d, line, column + (int)strlen(found));
    const Token *without_do = closer == T_END ? missing_do(l, l->line_indent) : NULL;
    if (!without_do && closer == T_END && l->suspect_line) without_do = missing_do(l, l->suspect_indent);
    if (without_do) {
      diagnostic_note(l->sink, d, without_do->line, without_do->column, "this \"%s\" has no do", without_do->name->text);
      diagnostic_hint(l->sink, d, "write do at the end of line %d", without_do->line);
    } else if (closer == T_END && l->suspect_line) {
      diagnostic_note(l->sink, d, l->suspect_line, 0, "the \"end\" here is indented differently from the \"do\" it closes");
    } else if (closer == T_END) {
      diagnostic_hint(l->sink, d, "a \"do\" may be missing above, or this \"end\" is one too many");
    }
    l->count--;
    if (!l->delimiter_line) l->delimiter_line = line;
    return;
  }
  Opener *o = &l->openers[l->opener_count - 1];
  if (o->closer != closer) {
    mismatch(l, o, closer, line, column);
    if (!l->delimiter_line) l->delimiter_line = o->line;
    l->opener_count_wrong = l->opener_count;
    l->mismatch_line = line;
    uint32_t i = l->opener_count;
    while (i > l->opener_base && l->openers[i - 1].closer != closer) i--;
    l->count--;
    if (i == l->opener_base) return; // fits nothing: as if it did not stand here
    // An outer opener fits: those inside of it were forgotten and are closed here.
    lexer_close_down_to(l, i, start, line, column);
    index = l->count;
    lexer_add(l, closer, start, line, column);
    o = &l->openers[l->opener_count - 1];
  }
  l->tokens[o->token].match = index;
  bool first_in_line = column - 1 == l->line_indent;
  if (closer == T_END && first_in_line && o->line != line && o->indent != l->line_indent && !l->suspect_line) {
    l->suspect = *o;
    l->suspect_indent = l->line_indent;
    l->suspect_line = line;
  }
  l->opener_count--;
}

void lexer_missing_closer(Lexer *l) {
  const Opener *o = &l->openers[l->opener_count - 1];
  // The wrong close of this very bracket was reported.
  if (l->opener_count_wrong == l->opener_count) {
    l->incomplete = true;
    return;
  }
  const char *opening = opener_text(l, o), *expected = closer_text(o->closer);
  int line = l->line, column = lexer_column(l, l->end);
  Arena *arena = l->names->arena;
  // A close that stands under another opener than it closes: the opener above it that
  // really is without close is the one it was meant for.
  const Opener *guess = o;
  if (l->suspect_line && strcmp(expected, "end") == 0) guess = &l->suspect;
  if (!l->delimiter_line || guess->line < l->delimiter_line) l->delimiter_line = guess->line;
  Diagnostic *d = lexer_error(l, DIAG_MISSING_TERMINATOR, guess->line, guess->column,
                              arena_format(arena, "missing terminator: %s (for \"%s\" starting at line %d)", expected,
                                           opening, o->line),
                              "", "\"%s\" is never closed, \"%s\" is missing", opener_text(l, guess), expected);
  diagnostic_span(d, guess->line, guess->column + (int)strlen(opener_text(l, guess)));
  // `else if` opens a second block that people forget to close.
  for (uint32_t i = 1; i < l->count && strcmp(expected, "end") == 0; i++) {
    const Token *t = &l->tokens[i];
    bool foreign = t->kind == T_IDENTIFIER && t[-1].line != t->line &&
                   (strcmp(t->name->text, "elsif") == 0 || strcmp(t->name->text, "elseif") == 0 || strcmp(t->name->text, "elif") == 0);
    if (foreign) {
      diagnostic_note(l->sink, d, t->line, t->column, "there is no \"%s\": this opens a block of its own", t->name->text);
      diagnostic_hint(l->sink, d, "use cond do for a chain of conditions");
      break;
    }
    if (t->kind != T_IDENTIFIER || !name_is(t->name, N_IF) || t[-1].kind != T_SECTION || t[-1].line != t->line) continue;
    diagnostic_note(l->sink, d, t->line, t->column, "\"else if\" is an if inside of else, with an end of its own");
    diagnostic_hint(l->sink, d, "use cond do for a chain of conditions");
    break;
  }
  if (l->tokens[guess->token].kind == T_DO && guess->token > 0 && l->tokens[guess->token - 1].kind == T_COMMA && !d->hint)
    diagnostic_hint(l->sink, d, "behind a comma write do: and one expression; a do block stands without a comma");
  // fn x do ... end: the end went to the do.
  if (l->tokens[guess->token].kind == T_FN)
    for (uint32_t i = guess->token + 1; i < l->count && l->tokens[i].line == guess->line; i++)
      if (l->tokens[i].kind == T_DO && !d->hint)
        diagnostic_hint(l->sink, d, "an anonymous function has no do: fn arguments -> body end");
  if (guess == &l->suspect)
    diagnostic_note(l->sink, d, l->suspect_line, 0,
                    "by indentation the \"end\" here belongs to something further out, so one is missing above it");
  diagnostic_note(l->sink, d, line, column, "the input ends here");
  SyntaxFailure *f = (SyntaxFailure *)d->failure;
  f->kind = FAILURE_TOKEN_MISSING;
  f->line = line;
  f->column = column;
  f->end_line = line;
  f->end_column = column;
  f->opening = opening;
  f->expected = expected;
  l->incomplete = true;
}

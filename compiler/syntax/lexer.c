// SPDX-License-Identifier: Apache-2.0
//
// The main loop of the lexer, blanks, newlines, comments and the dot. Each kind of token
// has its file: lexer_name.c, lexer_operator.c, lexer_bracket.c, lexer_number.c, and
// lexer_text.c for everything in quotes.
//
// Columns count code points (grapheme clusters inside of quotes); `wide` holds what the
// bytes of the line are ahead of that.

#include "compiler/syntax/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/syntax/unicode.h"

Token *lexer_add(Lexer *l, TokenKind kind, const unsigned char *start, int line, int column) {
  if (UNLIKELY(l->count == l->capacity)) {
    uint32_t capacity = l->capacity * 2;
    Token *grown = arena_get(l->names->arena, capacity * sizeof *grown);
    memcpy(grown, l->tokens, l->count * sizeof *grown);
    l->tokens = grown;
    l->capacity = capacity;
  }
  Token *t = &l->tokens[l->count++];
  memset(t, 0, sizeof *t);
  t->kind = (uint8_t)kind;
  t->line = line;
  t->column = column;
  t->offset = (uint32_t)(start - l->text);
  t->length = l->p > start ? (uint32_t)(l->p - start) : 0;
  return t;
}

void lexer_newline(Lexer *l, const unsigned char *next) {
  l->line++;
  l->line_start = next;
  l->first_column = 1;
  l->wide = 0;
  const unsigned char *p = next;
  while (p < l->end && (*p == ' ' || *p == '\t')) p++;
  l->line_indent = (int)(p - next);
}

Diagnostic *lexer_error(Lexer *l, DiagnosticCode code, int line, int column, const char *prefix, const char *token,
                        const char *format, ...) {
  Arena *arena = l->names->arena;
  char small[512];
  va_list args;
  va_start(args, format);
  vsnprintf(small, sizeof small, format, args);
  va_end(args);
  l->failed = true;
  if (l->options->first_error_only || l->sink->error_count >= PARSE_ERRORS_MAX) l->stopped = true;
  Diagnostic *d = diagnostics_add(l->sink, code, line, column, "%s", small);
  SyntaxFailure *failure = ARENA_NEW(arena, SyntaxFailure);
  failure->kind = FAILURE_SYNTAX;
  failure->line = line;
  failure->column = column;
  failure->prefix = prefix;
  failure->token = token;
  d->failure = failure;
  return d;
}

const char *lexer_char_text(Lexer *l, const unsigned char *p) {
  uint32_t c = 0;
  int used = unicode_decode(p, l->end, &c);
  if (used == 0) return arena_format(l->names->arena, "\"\\x%02X\"", p < l->end ? *p : 0);
  return arena_format(l->names->arena, "\"%.*s\" (column %d, code point U+%04X)", used, (const char *)p,
                      lexer_column(l, p), c);
}

// What a character that nobody sees, or takes for another, is called.
static const char *character_name(uint32_t c) {
  switch (c) {
  case 0xA0: return ", no-break space";
  case 0xAD: return ", soft hyphen";
  case 0x200B: return ", zero width space";
  case 0x200C: return ", zero width non-joiner";
  case 0x200D: return ", zero width joiner";
  case 0x2003: return ", em space";
  case 0x2009: return ", thin space";
  case 0x202F: return ", narrow no-break space";
  case 0x2060: return ", word joiner";
  case 0x3000: return ", ideographic space";
  case 0xFEFF: return ", byte order mark";
  case 0x2018: return ", left single quotation mark";
  case 0x2019: return ", right single quotation mark";
  case 0x201C: return ", left double quotation mark";
  case 0x201D: return ", right double quotation mark";
  case 0x2013: return ", en dash";
  case 0x2014: return ", em dash";
  case 0x2026: return ", horizontal ellipsis";
  case 0x2212: return ", minus sign";
  case 0xD7: return ", multiplication sign";
  case 0xF7: return ", division sign";
  default: return c >= 0xFF01 && c <= 0xFF5E ? ", a full-width form" : "";
  }
}

void lexer_bad_character(Lexer *l) {
  const unsigned char *p = l->p;
  uint32_t c = 0;
  int used = unicode_decode(p, l->end, &c), column = lexer_column(l, p);
  if (used == 0) {
    lexer_error(l, DIAG_ENCODING, l->line, column, "invalid encoding starting at ",
                arena_format(l->names->arena, "0x%02X", *p), "the byte 0x%02X is no valid UTF-8 here", *p);
    l->p++;
    while (l->p < l->end && (*l->p & 0xC0) == 0x80) l->p++;
    l->wide += (int)(l->p - p) - 1;
  } else {
    Diagnostic *d = lexer_error(l, DIAG_UNEXPECTED_CHARACTER, l->line, column, "unexpected token: ",
                                lexer_char_text(l, p), "unexpected character \"%.*s\" (U+%04X%s)",
                                c < 32 ? 1 : used, c < 32 ? "?" : (const char *)p, c, character_name(c));
    if (c == 0x201C || c == 0x201D || c == 0x201E || c == 0xAB || c == 0xBB)
      diagnostic_hint(l->sink, d, "typographic quotes do not delimit strings: write \"text\" with plain double quotes");
    else if (c == 0x2018 || c == 0x2019 || c == 0x60)
      diagnostic_hint(l->sink, d, "this is no quote of the language: write \"text\" for strings and ~c\"text\" for charlists");
    else if (c == 0x2013 || c == 0x2014 || c == 0x2212)
      diagnostic_hint(l->sink, d, "this dash is no minus sign: write -");
    else if (c == 0xA0 || c == 0x3000 || c == 0x2003 || c == 0x2009 || c == 0x202F)
      diagnostic_hint(l->sink, d, "this blank looks like a space but is none: replace it");
    else if (c == 0xAD || c == 0x200B || c == 0x200C || c == 0x200D || c == 0x2060 || c == 0xFEFF)
      diagnostic_hint(l->sink, d, "this character cannot be seen: delete it");
    else if (c == 0xD7)
      diagnostic_hint(l->sink, d, "to multiply write *");
    else if (c == 0xF7)
      diagnostic_hint(l->sink, d, "to divide write /");
    else if (c >= 0xFF01 && c <= 0xFF5E)
      diagnostic_hint(l->sink, d, "write the plain character %c", (int)(c - 0xFEE0));
    else if (c == ':')
      diagnostic_hint(l->sink, d, "the colon of an atom stands directly before its name, :name; that of a key directly behind it, name: value");
    else if (c == ';')
      diagnostic_hint(l->sink, d, "one ; or newline is enough between expressions");
    l->p += used;
    l->wide += used - 1;
  }
  // Neighbours of the same kind are one mistake.
  if (l->count == 0 || l->tokens[l->count - 1].kind != T_BAD) lexer_add(l, T_BAD, p, l->line, column);
}

// --- blanks and the dot ---

static void lex_comment(Lexer *l) {
  const unsigned char *p = l->p, *stop = memchr(p, '\n', (size_t)(l->end - p));
  if (!stop) stop = l->end;
  for (; p < stop; p++) {
    if (*p < 0x80) continue;
    uint32_t c;
    int used = unicode_decode(p, l->end, &c);
    if (used == 0) {
      lexer_error(l, DIAG_ENCODING, l->line, lexer_column(l, p), "invalid encoding starting at ",
                  arena_format(l->names->arena, "0x%02X", *p), "the byte 0x%02X is no valid UTF-8 here", *p);
      break;
    }
    if (unicode_is_bidi_control(c)) {
      lexer_error(l, DIAG_ENCODING, l->line, lexer_column(l, p),
                  "invalid bidirectional formatting character in comment: ",
                  arena_format(l->names->arena, "\\u%04X", c),
                  "control character U+%04X for text direction in a comment", c);
      break;
    }
    p += used - 1;
    l->wide += used - 1;
  }
  l->p = stop;
  // Blank lines count from the last comment on.
  if (l->count && l->tokens[l->count - 1].kind == T_EOL) l->tokens[l->count - 1].newlines = 0;
}

static void lex_newline(Lexer *l, size_t size) {
  const unsigned char *start = l->p;
  int column = lexer_column(l, start), line = l->line;
  l->p += size;
  lexer_newline(l, l->p);
  Token *last = l->count ? &l->tokens[l->count - 1] : NULL;
  if (last && (last->kind == T_COMMA || last->kind == T_SEMICOLON || last->kind == T_EOL)) {
    last->newlines++;
    return;
  }
  Token *t = lexer_add(l, T_EOL, start, line, column);
  t->newlines = 1;
}

// `foo -1`: a sign that stands apart on the left only makes the name a call.
static void lex_blank(Lexer *l) {
  while (l->p < l->end && (*l->p == ' ' || *l->p == '\t')) l->p++;
  int sign = lexer_peek(l, 0), next = lexer_peek(l, 1);
  if ((sign != '+' && sign != '-') || next < 0 || l->count == 0) return;
  Token *last = &l->tokens[l->count - 1];
  if (last->kind != T_IDENTIFIER || lexer_is_space(next) || strchr("([<{%+-/>:", next)) return;
  last->kind = T_OP_IDENTIFIER;
  const unsigned char *start = l->p++;
  Token *t = lexer_add(l, T_DUAL, start, l->line, lexer_column(l, start));
  t->name = sign == '+' ? NAME(l->names, PLUS) : NAME(l->names, MINUS);
  t->power = POWER_DUAL;
}

// Blanks, newlines and comments behind a dot.
static void skip_dot_space(Lexer *l) {
  for (;;) {
    int c = lexer_peek(l, 0);
    if (c == ' ' || c == '\t') {
      l->p++;
    } else if (c == '\n' || (c == '\r' && lexer_peek(l, 1) == '\n')) {
      l->p += c == '\n' ? 1 : 2;
      lexer_newline(l, l->p);
    } else if (c == '#') {
      lex_comment(l);
    } else {
      return;
    }
  }
}

static void lex_dot(Lexer *l) {
  const unsigned char *start = l->p;
  int line = l->line, column = lexer_column(l, start);
  uint32_t newlines = lexer_take_newlines(l);
  l->p++;
  if (lexer_peek(l, 0) == '(') {
    lexer_add(l, T_DOT_CALL, start, line, column)->newlines = newlines;
    return;
  }
  lexer_add(l, T_DOT, start, line, column)->newlines = newlines;
  skip_dot_space(l);
  int c = lexer_peek(l, 0);
  if (c < 0) return;
  if (c == '"' || c == '\'') {
    lexer_quotes(l, TEXT_CALL_NAME);
    return;
  }
  const Operator *o = c == '.' ? NULL : lexer_find_operator(l, l->p);
  if (!o) return;
  const unsigned char *name_start = l->p;
  size_t length = o->length;
  if (o->kind == T_STEP) o = lexer_find_operator(l, l->p + 1), length = 1; // Foo.//: the name is one slash
  else if (o->kind == T_STAB || o->kind == T_ASSOC) length = 1;
  if (length == 1 && l->end - l->p > 1 && l->p[0] == '<' && l->p[1] == '<') length = 1;
  if (*l->p == '~' && length < 2) return;
  int name_column = lexer_column(l, name_start);
  l->p += length;
  lexer_add(l, lexer_identifier_kind(l), name_start, l->line, name_column)->name =
      names_intern(l->names, (const char *)name_start, length);
}

static void lex_semicolon(Lexer *l) {
  if (l->count && l->tokens[l->count - 1].kind == T_SEMICOLON) {
    lexer_bad_character(l);
    return;
  }
  const unsigned char *start = l->p++;
  lexer_add(l, T_SEMICOLON, start, l->line, lexer_column(l, start));
}

// --- the loop ---

static void bracket(Lexer *l, TokenKind kind, TokenKind closer, size_t size) {
  const unsigned char *start = l->p;
  int column = lexer_column(l, start);
  l->p += size;
  if (closer == T_END_OF_INPUT) {
    lexer_close(l, kind, start, l->line, column);
    return;
  }
  uint32_t index = l->count;
  lexer_add(l, kind, start, l->line, column);
  lexer_open(l, index, closer);
}

// A key made of signs, such as `{}:`.
static bool special_key(Lexer *l) {
  size_t length = lexer_special_name(l, l->p);
  if (length == 0 && *l->p == '.') length = 1;
  if (length == 0 || !lexer_is_key_colon(l, l->p + length)) return false;
  const unsigned char *start = l->p;
  int column = lexer_column(l, start);
  l->p += length;
  lexer_add(l, T_KEY, start, l->line, column)->name = names_intern(l->names, (const char *)start, length);
  l->p++;
  return true;
}

void lexer_tokens(Lexer *l, bool interpolation) {
  while (l->p < l->end && !l->stopped) {
    unsigned char c = *l->p;
    if (c < 0x80 && (lexer_char_class[c] & CH_NAME)) {
      if (lexer_char_class[c] & CH_DIGIT) lexer_number(l);
      else lexer_name(l);
      continue;
    }
    switch (c) {
    case ' ':
    case '\t': lex_blank(l); break;
    case '\n': lex_newline(l, 1); break;
    case '\r':
      if (lexer_peek(l, 1) == '\n') lex_newline(l, 2);
      else lexer_bad_character(l);
      break;
    case '\\':
      if (lexer_peek(l, 1) == '\n') {
        l->p += 2;
        lexer_newline(l, l->p);
      } else if (lexer_peek(l, 1) == '\r' && lexer_peek(l, 2) == '\n') {
        l->p += 3;
        lexer_newline(l, l->p);
      } else if (lexer_peek(l, 1) == '\\') {
        lexer_add_operator(l, lexer_find_operator(l, l->p));
      } else {
        lexer_bad_character(l);
      }
      break;
    case '#': lex_comment(l); break;
    case ';': lex_semicolon(l); break;
    case ',': {
      const unsigned char *start = l->p++;
      lexer_add(l, T_COMMA, start, l->line, lexer_column(l, start));
      break;
    }
    case '(': bracket(l, T_PAREN_OPEN, T_PAREN_CLOSE, 1); break;
    case ')': bracket(l, T_PAREN_CLOSE, T_END_OF_INPUT, 1); break;
    case '[': bracket(l, T_BRACKET_OPEN, T_BRACKET_CLOSE, 1); break;
    case ']': bracket(l, T_BRACKET_CLOSE, T_END_OF_INPUT, 1); break;
    case '{':
      if (special_key(l)) break;
      bracket(l, T_BRACE_OPEN, T_BRACE_CLOSE, 1);
      break;
    case '}':
      if (interpolation && l->opener_count == l->opener_base) return;
      bracket(l, T_BRACE_CLOSE, T_END_OF_INPUT, 1);
      break;
    case '"':
    case '\'': lexer_quotes(l, c == '"' ? TEXT_STRING : TEXT_CHARLIST); break;
    case '?': lexer_char(l); break;
    case ':':
      if (lexer_peek(l, 1) == ':' && lexer_peek(l, 2) != ':') {
        lexer_add_operator(l, lexer_find_operator(l, l->p));
        break;
      }
      lexer_atom(l);
      break;
    case '%': {
      if (special_key(l)) break;
      const unsigned char *start = l->p++;
      lexer_add(l, lexer_peek(l, 0) == '{' ? T_MAP : T_PERCENT, start, l->line, lexer_column(l, start));
      break;
    }
    case '.': {
      if (special_key(l)) break;
      if (lexer_peek(l, 1) != '.') {
        lex_dot(l);
        break;
      }
      // ..///3 in a capture
      if (l->end - l->p > 4 && memcmp(l->p, "..//", 4) == 0) {
        const unsigned char *next = l->p + 4;
        while (next < l->end && (*next == ' ' || *next == '\t')) next++;
        if (next < l->end && *next == '/') {
          const unsigned char *start = l->p;
          int column = lexer_column(l, start);
          l->p += 4;
          lexer_add(l, T_IDENTIFIER, start, l->line, column)->name = NAME(l->names, DOTDOT_SLASHES);
          l->p = next;
          break;
        }
      }
      if (l->end - l->p >= 4 && memcmp(l->p, "..//", 4) == 0) {
        lexer_bad_character(l);
        l->p += 3;
        break;
      }
      lexer_add_operator(l, lexer_find_operator(l, l->p));
      break;
    }
    case '<':
      if (special_key(l)) break;
      if (lexer_peek(l, 1) == '<' && lexer_peek(l, 2) != '<' && lexer_peek(l, 2) != '~') {
        bracket(l, T_BITS_OPEN, T_BITS_CLOSE, 2);
        break;
      }
      lexer_add_operator(l, lexer_find_operator(l, l->p));
      break;
    case '>':
      if (lexer_peek(l, 1) == '>' && lexer_peek(l, 2) != '>') {
        bracket(l, T_BITS_CLOSE, T_END_OF_INPUT, 2);
        break;
      }
      lexer_add_operator(l, lexer_find_operator(l, l->p));
      break;
    case '~': {
      int next = lexer_peek(l, 1);
      if (next >= 'A' && next <= 'z' && (next <= 'Z' || next >= 'a')) {
        lexer_sigil(l);
        break;
      }
      const Operator *o = lexer_find_operator(l, l->p);
      if (o) lexer_add_operator(l, o);
      else lexer_bad_character(l);
      break;
    }
    default: {
      if (c >= 0x80) {
        uint32_t code;
        if (unicode_decode(l->p, l->end, &code) && unicode_is_start(code)) lexer_name(l);
        else lexer_bad_character(l);
        break;
      }
      const Operator *o = lexer_find_operator(l, l->p);
      if (o) lexer_add_operator(l, o);
      else lexer_bad_character(l);
    }
    }
  }
}

bool lexer_run(Lexer *l, Names *names, const ParseOptions *options, const char *text, size_t length,
               Diagnostics *sink) {
  memset(l, 0, sizeof *l);
  l->names = names;
  l->options = options;
  l->sink = sink;
  l->text = l->p = l->line_start = (const unsigned char *)text;
  l->end = l->p + length;
  l->capacity = (uint32_t)(length / 4 + 64);
  l->tokens = arena_get(names->arena, l->capacity * sizeof *l->tokens);
  int line = options->line > 0 ? options->line : 1;
  l->line = line - 1;
  // A mark of byte order at the start is no character of the program.
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) l->p += 3;
  lexer_newline(l, l->p);
  l->first_column = options->column > 0 ? options->column : 1;
  lexer_tokens(l, false);
  // Behind an unterminated text nothing can be said about brackets.
  if (l->opener_count && !l->incomplete && !l->stopped) lexer_missing_closer(l);
  lexer_close_down_to(l, 0, l->p, l->line, lexer_column(l, l->p));
  int column = lexer_column(l, l->p);
  lexer_add(l, T_END_OF_INPUT, l->p, l->line, column);
  return !l->failed;
}

// SPDX-License-Identifier: Apache-2.0
//
// The main loop of the lexer: blanks, newlines, names, operators and brackets. Numbers
// are in lexer_number.c, everything in quotes in lexer_text.c.
//
// Columns count code points (grapheme clusters inside of quotes); `wide` holds what the
// bytes of the line are ahead of that.

#include "compiler/syntax/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/syntax/unicode.h"

enum { NAME_MAX_CHARACTERS = 255 };

// Flags of ASCII characters.
enum { CH_NAME = 1, CH_DIGIT = 2, CH_LOWER = 4, CH_UPPER = 8 };
static const uint8_t char_class[128] = {
    ['0'] = 3,  ['1'] = 3,  ['2'] = 3,  ['3'] = 3,  ['4'] = 3,  ['5'] = 3,  ['6'] = 3,  ['7'] = 3,  ['8'] = 3,
    ['9'] = 3,  ['_'] = 5,  ['a'] = 5,  ['b'] = 5,  ['c'] = 5,  ['d'] = 5,  ['e'] = 5,  ['f'] = 5,  ['g'] = 5,
    ['h'] = 5,  ['i'] = 5,  ['j'] = 5,  ['k'] = 5,  ['l'] = 5,  ['m'] = 5,  ['n'] = 5,  ['o'] = 5,  ['p'] = 5,
    ['q'] = 5,  ['r'] = 5,  ['s'] = 5,  ['t'] = 5,  ['u'] = 5,  ['v'] = 5,  ['w'] = 5,  ['x'] = 5,  ['y'] = 5,
    ['z'] = 5,  ['A'] = 9,  ['B'] = 9,  ['C'] = 9,  ['D'] = 9,  ['E'] = 9,  ['F'] = 9,  ['G'] = 9,  ['H'] = 9,
    ['I'] = 9,  ['J'] = 9,  ['K'] = 9,  ['L'] = 9,  ['M'] = 9,  ['N'] = 9,  ['O'] = 9,  ['P'] = 9,  ['Q'] = 9,
    ['R'] = 9,  ['S'] = 9,  ['T'] = 9,  ['U'] = 9,  ['V'] = 9,  ['W'] = 9,  ['X'] = 9,  ['Y'] = 9,  ['Z'] = 9,
};

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

static void bad_character(Lexer *l) {
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
                                lexer_char_text(l, p), "unexpected character \"%.*s\" (U+%04X)",
                                c < 32 ? 1 : used, c < 32 ? "?" : (const char *)p, c);
    if (c == 0x201C || c == 0x201D || c == 0x201E || c == 0xAB || c == 0xBB)
      diagnostic_hint(l->sink, d, "typographic quotes do not delimit strings: write \"text\" with plain double quotes");
    else if (c == 0x2018 || c == 0x2019 || c == 0x60)
      diagnostic_hint(l->sink, d, "this is no quote of the language: write \"text\" for strings and ~c\"text\" for charlists");
    else if (c == 0x2013 || c == 0x2014 || c == 0x2212)
      diagnostic_hint(l->sink, d, "this dash is no minus sign: write -");
    else if (c == 0xA0 || c == 0x200B || c == 0x3000 || c == 0x2003)
      diagnostic_hint(l->sink, d, "this blank looks like a space but is none: replace it");
    else if (c == ';')
      diagnostic_hint(l->sink, d, "one ; or newline is enough between expressions");
    l->p += used;
    l->wide += used - 1;
  }
  // Neighbours of the same kind are one mistake.
  if (l->count == 0 || l->tokens[l->count - 1].kind != T_BAD) lexer_add(l, T_BAD, p, l->line, column);
}

// --- brackets ---

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

static void open(Lexer *l, uint32_t token, TokenKind closer) {
  if (l->opener_count == l->opener_capacity) {
    uint32_t capacity = l->opener_capacity ? l->opener_capacity * 2 : 32;
    Opener *grown = arena_get(l->names->arena, capacity * sizeof *grown);
    if (l->opener_count) memcpy(grown, l->openers, l->opener_count * sizeof *grown);
    l->openers = grown;
    l->opener_capacity = capacity;
  }
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

static void close(Lexer *l, TokenKind closer, const unsigned char *start, int line, int column) {
  uint32_t index = l->count;
  lexer_add(l, closer, start, line, column);
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
    return;
  }
  Opener *o = &l->openers[l->opener_count - 1];
  if (o->closer != closer) {
    mismatch(l, o, closer, line, column);
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

static void missing_closer(Lexer *l) {
  const Opener *o = &l->openers[l->opener_count - 1];
  const char *opening = opener_text(l, o), *expected = closer_text(o->closer);
  int line = l->line, column = lexer_column(l, l->end);
  Arena *arena = l->names->arena;
  // A close that stands under another opener than it closes: the opener above it that
  // really is without close is the one it was meant for.
  const Opener *guess = o;
  if (l->suspect_line && strcmp(expected, "end") == 0) guess = &l->suspect;
  Diagnostic *d = lexer_error(l, DIAG_MISSING_TERMINATOR, guess->line, guess->column,
                              arena_format(arena, "missing terminator: %s (for \"%s\" starting at line %d)", expected,
                                           opening, o->line),
                              "", "\"%s\" is never closed, \"%s\" is missing", opener_text(l, guess), expected);
  diagnostic_span(d, guess->line, guess->column + (int)strlen(opener_text(l, guess)));
  // `else if` opens a second block that people forget to close.
  for (uint32_t i = 1; i < l->count && strcmp(expected, "end") == 0; i++) {
    const Token *t = &l->tokens[i];
    if (t->kind != T_IDENTIFIER || !name_is(t->name, N_IF) || t[-1].kind != T_SECTION || t[-1].line != t->line) continue;
    diagnostic_note(l->sink, d, t->line, t->column, "\"else if\" is an if inside of else, with an end of its own");
    diagnostic_hint(l->sink, d, "use cond do for a chain of conditions");
    break;
  }
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

// --- operators ---

typedef struct Operator {
  char text[4];
  uint8_t length, kind, power, right;
  NameId name;
} Operator;

// Longest first among those that begin alike.
static const Operator operators[] = {
    {"===", 3, T_BINARY, POWER_COMPARE, 0, N_STRICT_EQUAL},
    {"!==", 3, T_BINARY, POWER_COMPARE, 0, N_STRICT_NOT_EQUAL},
    {"&&&", 3, T_BINARY, POWER_AND, 0, N_AND_AND_AND},
    {"|||", 3, T_BINARY, POWER_OR, 0, N_OR_OR_OR},
    {"<<<", 3, T_BINARY, POWER_ARROW, 0, N_SHIFT_LEFT},
    {">>>", 3, T_BINARY, POWER_ARROW, 0, N_SHIFT_RIGHT},
    {"<<~", 3, T_BINARY, POWER_ARROW, 0, N_PIPE_LEFT},
    {"~>>", 3, T_BINARY, POWER_ARROW, 0, N_PIPE_RIGHT},
    {"<~>", 3, T_BINARY, POWER_ARROW, 0, N_ARROW_TILDE_BOTH},
    {"<|>", 3, T_BINARY, POWER_ARROW, 0, N_ARROW_PIPE},
    {"^^^", 3, T_BINARY, POWER_XOR, 0, N_CARETS},
    {"~~~", 3, T_UNARY, 0, 0, N_TILDES},
    {"+++", 3, T_BINARY, POWER_CONCAT, 1, N_PLUS_PLUS_PLUS},
    {"---", 3, T_BINARY, POWER_CONCAT, 1, N_MINUS_MINUS_MINUS},
    {"...", 3, T_ELLIPSIS, 0, 0, N_DOTDOTDOT},
    {"==", 2, T_BINARY, POWER_COMPARE, 0, N_EQUAL},
    {"!=", 2, T_BINARY, POWER_COMPARE, 0, N_NOT_EQUAL},
    {"=~", 2, T_BINARY, POWER_COMPARE, 0, N_MATCH_TEXT},
    {"=>", 2, T_ASSOC, 0, 0, N_FAT_ARROW},
    {"&&", 2, T_BINARY, POWER_AND, 0, N_AND_AND},
    {"||", 2, T_BINARY, POWER_OR, 0, N_OR_OR},
    {"|>", 2, T_BINARY, POWER_ARROW, 0, N_PIPE},
    {"<=", 2, T_BINARY, POWER_RELATE, 0, N_LESS_EQUAL},
    {">=", 2, T_BINARY, POWER_RELATE, 0, N_GREATER_EQUAL},
    {"<-", 2, T_BINARY, POWER_IN_MATCH, 0, N_LEFT_ARROW},
    {"<~", 2, T_BINARY, POWER_ARROW, 0, N_ARROW_TILDE_LEFT},
    {"<>", 2, T_BINARY, POWER_CONCAT, 1, N_CONCAT},
    {"~>", 2, T_BINARY, POWER_ARROW, 0, N_ARROW_TILDE_RIGHT},
    {"++", 2, T_BINARY, POWER_CONCAT, 1, N_PLUS_PLUS},
    {"--", 2, T_BINARY, POWER_CONCAT, 1, N_MINUS_MINUS},
    {"->", 2, T_STAB, 0, 0, N_ARROW},
    {"**", 2, T_BINARY, POWER_POWER, 0, N_POWER},
    {"//", 2, T_STEP, POWER_STEP, 1, N_RANGE_STEP},
    {"..", 2, T_RANGE, POWER_CONCAT, 1, N_DOTDOT},
    {"::", 2, T_BINARY, POWER_TYPE, 1, N_TYPE},
    {"\\\\", 2, T_BINARY, POWER_IN_MATCH, 0, N_DEFAULT},
    {"@", 1, T_AT, 0, 0, N_AT},
    {"&", 1, T_CAPTURE, 0, 0, N_CAPTURE},
    {"!", 1, T_UNARY, 0, 0, N_BANG},
    {"^", 1, T_UNARY, 0, 0, N_CARET},
    {"+", 1, T_DUAL, POWER_DUAL, 0, N_PLUS},
    {"-", 1, T_DUAL, POWER_DUAL, 0, N_MINUS},
    {"*", 1, T_BINARY, POWER_MULTIPLY, 0, N_STAR},
    {"/", 1, T_BINARY, POWER_MULTIPLY, 0, N_SLASH},
    {"<", 1, T_BINARY, POWER_RELATE, 0, N_LESS},
    {">", 1, T_BINARY, POWER_RELATE, 0, N_GREATER},
    {"=", 1, T_BINARY, POWER_MATCH, 1, N_MATCH},
    {"|", 1, T_PIPE_BAR, POWER_PIPE_BAR, 1, N_BAR},
};
enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

static const Operator *find_operator(const Lexer *l, const unsigned char *p) {
  size_t room = (size_t)(l->end - p);
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    const Operator *o = &operators[i];
    if ((unsigned char)o->text[0] == *p && room >= o->length && memcmp(p, o->text, o->length) == 0) return o;
  }
  return NULL;
}

// Forms without letters or operators that can be atoms and keys.
static size_t special_name(const Lexer *l, const unsigned char *p) {
  static const char *const specials[] = {"%{}", "<<>>", "..//", "...", "{}", "%", ".."};
  size_t room = (size_t)(l->end - p);
  for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
    size_t length = strlen(specials[i]);
    if (room >= length && memcmp(p, specials[i], length) == 0) return length;
  }
  return 0;
}

// Swallows a newline token in front of a binary operator (I3).
static uint32_t take_newlines(Lexer *l) {
  if (l->count && l->tokens[l->count - 1].kind == T_EOL) return l->tokens[--l->count].newlines;
  return 0;
}

static bool is_key_colon(const Lexer *l, const unsigned char *p) {
  return p + 1 < l->end && p[0] == ':' && lexer_is_space(p[1]);
}

static void add_operator(Lexer *l, const Operator *o) {
  const unsigned char *start = l->p;
  int column = lexer_column(l, start);
  l->p += o->length;
  TokenKind kind = (TokenKind)o->kind;
  if (is_key_colon(l, l->p) && kind != T_STEP && kind != T_ASSOC && o->name != N_TYPE) {
    Token *key = lexer_add(l, T_KEY, start, l->line, column);
    key->name = l->names->known[o->name];
    l->p++;
    return;
  }
  // &+/2: before a slash the operator is a name.
  const unsigned char *next = l->p;
  while (next < l->end && (*next == ' ' || *next == '\t')) next++;
  bool division = kind == T_CAPTURE && l->end - next > 1 && next[0] == '/' && next[1] == '/'; // &//2
  if (kind != T_ASSOC && kind != T_STEP && !division && next < l->end && *next == '/') {
    lexer_add(l, T_IDENTIFIER, start, l->line, column)->name = l->names->known[o->name];
    l->p = next;
    return;
  }
  if (kind == T_CAPTURE && lexer_is_digit(lexer_peek(l, 0))) kind = T_CAPTURE_INTEGER;
  bool prefix = kind == T_AT || kind == T_CAPTURE || kind == T_CAPTURE_INTEGER || kind == T_UNARY || kind == T_DUAL ||
                kind == T_ELLIPSIS;
  uint32_t newlines = prefix ? 0 : take_newlines(l);
  Token *t = lexer_add(l, kind, start, l->line, column);
  t->name = l->names->known[o->name];
  t->power = o->power;
  t->right = o->right;
  t->newlines = newlines;
}

// --- names ---

static size_t count_characters(const unsigned char *p, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += (p[i] & 0xC0) != 0x80;
  return count;
}

bool lexer_name_ok(Lexer *l, const char *text, size_t length, int line, int column, bool atom) {
  if (length > NAME_MAX_CHARACTERS && count_characters((const unsigned char *)text, length) > NAME_MAX_CHARACTERS) {
    lexer_error(l, DIAG_ATOM, line, column, "atom length must be less than system limit: ",
                arena_format(l->names->arena, "%.*s", (int)length, text), "%s has more than %d characters",
                atom ? "the atom" : "the name", NAME_MAX_CHARACTERS);
    return false;
  }
  const ParseOptions *o = l->options;
  if (o->atom_exists && !o->atom_exists(o->atom_context, text, length)) {
    const char *name = arena_format(l->names->arena, "%.*s", (int)length, text);
    lexer_error(l, DIAG_ATOM, line, column, "unsafe atom does not exist: ", name, "the atom %s is not known", name);
    return false;
  }
  return true;
}

// Takes the characters of a name from l->p (which is at a valid start). With `at_sign`,
// @ may stand in it. Sets *ascii. Returns its end.
static const unsigned char *scan_name(Lexer *l, bool *ascii, bool *at_sign) {
  const unsigned char *p = l->p;
  *ascii = true;
  *at_sign = false;
  for (;;) {
    if (p >= l->end) break;
    if (*p < 0x80) {
      if (char_class[*p] & CH_NAME) {
        p++;
        continue;
      }
      if (*p == '@') {
        *at_sign = true;
        p++;
        continue;
      }
      break;
    }
    uint32_t c;
    int used = unicode_decode(p, l->end, &c);
    if (!used || !unicode_is_continue(c)) break;
    *ascii = false;
    p += used;
    l->wide += used - 1;
  }
  return p;
}

typedef struct Word {
  const char *text;
  uint8_t length, kind, power;
  NameId name;
} Word;

static const Word words[] = {
    {"do", 2, T_DO, 0, N_DO},          {"end", 3, T_END, 0, N_END},
    {"fn", 2, T_FN, 0, N_FN},          {"true", 4, T_WORD, 0, N_TRUE},
    {"false", 5, T_WORD, 0, N_FALSE},  {"nil", 3, T_WORD, 0, N_NIL},
    {"and", 3, T_BINARY, POWER_AND, N_AND}, {"or", 2, T_BINARY, POWER_OR, N_OR},
    {"in", 2, T_IN, POWER_IN, N_IN},   {"when", 4, T_WHEN, POWER_WHEN, N_WHEN},
    {"not", 3, T_UNARY, 0, N_NOT},     {"after", 5, T_SECTION, 0, N_AFTER},
    {"else", 4, T_SECTION, 0, N_ELSE}, {"rescue", 6, T_SECTION, 0, N_RESCUE},
    {"catch", 5, T_SECTION, 0, N_CATCH},
};

static const Word *find_word(const unsigned char *p, size_t length) {
  if (length < 2 || length > 6) return NULL;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (words[i].length == length && words[i].text[0] == (char)*p && memcmp(words[i].text, p, length) == 0)
      return &words[i];
  return NULL;
}

// The kind of an identifier by what directly follows at l->p.
static TokenKind identifier_kind(const Lexer *l) {
  int c = lexer_peek(l, 0);
  return c == '(' ? T_PAREN_IDENTIFIER : c == '[' ? T_BRACKET_IDENTIFIER : T_IDENTIFIER;
}

static bool after_dot(const Lexer *l) { return l->count && l->tokens[l->count - 1].kind == T_DOT; }

static void add_word(Lexer *l, const Word *w, const unsigned char *start, int column) {
  uint32_t index = l->count;
  Name *name = l->names->known[w->name];
  switch ((TokenKind)w->kind) {
  case T_DO: {
    if (l->count && l->tokens[l->count - 1].kind == T_FN) {
      Diagnostic *d = lexer_error(l, DIAG_BLOCK_SYNTAX, l->line, column, "unexpected reserved word: ", "do", "do behind fn");
      ((SyntaxFailure *)d->failure)->suffix = ". Anonymous functions are written as:\n\n    fn pattern -> expression end";
      diagnostic_span(d, l->line, column + 2);
      diagnostic_hint(l->sink, d, "an anonymous function has no do: fn arguments -> body end");
      return;
    }
    take_newlines(l);
    index = l->count;
    lexer_add(l, T_DO, start, l->line, column);
    open(l, index, T_END);
    return;
  }
  case T_FN:
    lexer_add(l, T_FN, start, l->line, column);
    open(l, index, T_END);
    return;
  case T_END:
    close(l, T_END, start, l->line, column);
    return;
  case T_SECTION: {
    bool in_do = l->opener_count > l->opener_base &&
                 l->tokens[l->openers[l->opener_count - 1].token].kind == T_DO;
    if (!in_do) {
      Diagnostic *d = lexer_error(l, DIAG_BLOCK_SYNTAX, l->line, column, "syntax error before: ", name->text,
                                  "\"%s\" stands outside of a do block", name->text);
      diagnostic_span(d, l->line, column + (int)name->length);
      diagnostic_hint(l->sink, d, "\"%s\" is a reserved word that opens a section between do and end", name->text);
      lexer_add(l, T_BAD, start, l->line, column);
      return;
    }
    lexer_add(l, T_SECTION, start, l->line, column)->name = name;
    return;
  }
  case T_IN:
    if (l->count && l->tokens[l->count - 1].kind == T_UNARY && l->tokens[l->count - 1].name->known == N_NOT) {
      Token not_token = l->tokens[--l->count];
      take_newlines(l);
      Token *t = lexer_add(l, T_IN, l->text + not_token.offset, not_token.line, not_token.column);
      t->name = NAME(l->names, NOT_IN);
      t->power = POWER_IN;
      return;
    }
    break;
  default: break;
  }
  // In front of a slash an operator word is a name, as in &and/2.
  if (w->power || w->kind == T_UNARY) {
    const unsigned char *next = l->p;
    while (next < l->end && (*next == ' ' || *next == '\t')) next++;
    if (next < l->end && *next == '/') {
      lexer_add(l, T_IDENTIFIER, start, l->line, column)->name = name;
      l->p = next;
      return;
    }
  }
  uint32_t newlines = w->power ? take_newlines(l) : 0;
  Token *t = lexer_add(l, (TokenKind)w->kind, start, l->line, column);
  t->name = name;
  t->power = w->power;
  t->newlines = newlines;
}

static void missing_space(Lexer *l, const unsigned char *start, int column) {
  const char *name = arena_format(l->names->arena, "%.*s:", (int)(l->p - start), (const char *)start);
  Diagnostic *d = lexer_error(l, DIAG_KEYWORD_SYNTAX, l->line, column,
                              "keyword argument must be followed by space after: ", name,
                              "a space is missing after the key \"%s\"", name);
  diagnostic_span(d, l->line, lexer_column(l, l->p) + 1);
  diagnostic_hint(l->sink, d, "write \"%s value\"; an atom on its own has the colon in front, :%.*s", name,
                  (int)(l->p - start), (const char *)start);
}

static void lex_name(Lexer *l) {
  const unsigned char *start = l->p;
  int column = lexer_column(l, start);
  bool ascii, at_sign;
  const unsigned char *p = scan_name(l, &ascii, &at_sign);
  bool mark = p < l->end && (*p == '?' || *p == '!');
  if (mark) p++;
  size_t length = (size_t)(p - start);
  l->p = p;
  const char *text = (const char *)start;
  if (!ascii) text = unicode_compose(l->names->arena, text, &length);
  // As key: any name, @ included.
  if (p < l->end && *p == ':' && !(p + 1 < l->end && p[1] == ':')) {
    if (is_key_colon(l, p)) {
      if (!lexer_name_ok(l, text, length, l->line, column, false)) {
        l->p++;
        lexer_add(l, T_BAD, start, l->line, column);
        return;
      }
      Token *key = lexer_add(l, T_KEY, start, l->line, column);
      key->name = names_intern(l->names, text, length);
      l->p++;
      return;
    }
    if (!after_dot(l)) {
      missing_space(l, start, column);
      l->p++;
      Token *key = lexer_add(l, T_KEY, start, l->line, column);
      key->name = names_intern(l->names, text, length);
      return;
    }
  }
  if (at_sign) {
    Diagnostic *d = lexer_error(l, DIAG_ATOM, l->line, column,
                                arena_format(l->names->arena, "invalid character \"@\" (code point U+0040) in %s: ",
                                             char_class[*start & 127] & CH_UPPER ? "alias" : "identifier"),
                                arena_format(l->names->arena, "%.*s", (int)length, text),
                                "\"@\" cannot stand in the name \"%.*s\"", (int)length, text);
    diagnostic_hint(l->sink, d, "@ is allowed in atoms only");
    lexer_add(l, T_BAD, start, l->line, column);
    return;
  }
  uint32_t first = *start;
  if (first >= 0x80) unicode_decode(start, l->end, &first);
  if (first < 0x80 ? char_class[first] & CH_UPPER : unicode_is_upper(first)) {
    if (!ascii || mark) {
      const char *what = mark ? (p[-1] == '?' ? "?" : "!") : NULL;
      Diagnostic *d;
      if (what)
        d = lexer_error(l, DIAG_ATOM, l->line, column,
                        arena_format(l->names->arena, "invalid character \"%s\" (code point U+%04X) in alias: ", what, (unsigned)*what),
                        arena_format(l->names->arena, "%.*s", (int)length, text), "\"%s\" cannot stand in the alias \"%.*s\"", what, (int)length, text);
      else if (first >= 0x80)
        d = lexer_error(l, DIAG_IDENTIFIER, l->line, column, "unexpected token: ", lexer_char_text(l, start),
                        "a name cannot begin with a capital letter outside of ASCII");
      else
        d = lexer_error(l, DIAG_ATOM, l->line, column, "invalid character in alias (only ASCII characters, without punctuation, are allowed): ",
                        arena_format(l->names->arena, "%.*s", (int)length, text),
                        "the alias \"%.*s\" has characters outside of ASCII", (int)length, text);
      diagnostic_span(d, l->line, lexer_column(l, l->p));
      diagnostic_hint(l->sink, d, "functions and variables begin with a lower case letter, aliases are ASCII letters, digits and _");
      lexer_add(l, T_BAD, start, l->line, column);
      return;
    }
    if (!lexer_name_ok(l, text, length, l->line, column, false)) {
      lexer_add(l, T_BAD, start, l->line, column);
      return;
    }
    lexer_add(l, T_ALIAS, start, l->line, column)->name = names_intern(l->names, text, length);
    if (lexer_peek(l, 0) == '(') {
      int open_column = lexer_column(l, l->p);
      Diagnostic *d = lexer_error(l, DIAG_SYNTAX, l->line, open_column,
                                  arena_format(l->names->arena,
                                               "unexpected ( after alias %.*s, a function's name begins with a lower case letter or underscore. Unexpected token: ",
                                               (int)length, text),
                                  "(", "unexpected ( after the alias %.*s", (int)length, text);
      diagnostic_hint(l->sink, d, "a function's name begins with a lower case letter; a value behind an alias is called with %.*s.(...)",
                      (int)length, text);
      l->tokens[l->count - 1].kind = T_PAREN_IDENTIFIER; // go on as if it were one
    }
    return;
  }
  if (!after_dot(l)) {
    const Word *w = mark || !ascii ? NULL : find_word(start, length);
    if (w) {
      add_word(l, w, start, column);
      return;
    }
  }
  if (!lexer_name_ok(l, text, length, l->line, column, false)) {
    lexer_add(l, T_BAD, start, l->line, column);
    return;
  }
  lexer_add(l, identifier_kind(l), start, l->line, column)->name = names_intern(l->names, text, length);
}

// --- atoms ---

static void lex_atom(Lexer *l) {
  const unsigned char *start = l->p;
  int line = l->line, column = lexer_column(l, start);
  const unsigned char *p = start + 1;
  if (p >= l->end) {
    bad_character(l);
    return;
  }
  if (*p == '"' || *p == '\'') {
    l->p = p;
    lexer_quotes(l, TEXT_ATOM);
    return;
  }
  uint32_t c = *p;
  if (c >= 0x80 && !unicode_decode(p, l->end, &c)) c = 0;
  if (unicode_is_start(c)) {
    bool ascii, at_sign;
    l->p = p;
    p = scan_name(l, &ascii, &at_sign);
    if (p < l->end && (*p == '?' || *p == '!')) p++;
    const char *text = (const char *)start + 1;
    size_t length = (size_t)(p - start) - 1;
    l->p = p;
    if (!ascii) text = unicode_compose(l->names->arena, text, &length);
    if (!lexer_name_ok(l, text, length, line, column, true)) {
      lexer_add(l, T_BAD, start, line, column);
      return;
    }
    lexer_add(l, T_ATOM, start, line, column)->name = names_intern(l->names, text, length);
    return;
  }
  size_t length = special_name(l, p);
  if (length == 0) {
    const Operator *o = find_operator(l, p);
    if (o) {
      length = o->length;
      if (o->kind == T_STEP || o->kind == T_ASSOC) length = 1;
    } else if (*p == '.') {
      length = 1;
    }
  }
  if (length == 0) {
    bad_character(l);
    return;
  }
  l->p = p + length;
  lexer_add(l, T_ATOM, start, line, column)->name = names_intern(l->names, (const char *)p, length);
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
  uint32_t newlines = take_newlines(l);
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
  const Operator *o = c == '.' ? NULL : find_operator(l, l->p);
  if (!o) return;
  const unsigned char *name_start = l->p;
  size_t length = o->length;
  if (o->kind == T_STEP) o = find_operator(l, l->p + 1), length = 1; // Foo.//: the name is one slash
  else if (o->kind == T_STAB || o->kind == T_ASSOC) length = 1;
  if (length == 1 && l->end - l->p > 1 && l->p[0] == '<' && l->p[1] == '<') length = 1;
  if (*l->p == '~' && length < 2) return;
  int name_column = lexer_column(l, name_start);
  l->p += length;
  lexer_add(l, identifier_kind(l), name_start, l->line, name_column)->name =
      names_intern(l->names, (const char *)name_start, length);
}

static void lex_semicolon(Lexer *l) {
  if (l->count && l->tokens[l->count - 1].kind == T_SEMICOLON) {
    bad_character(l);
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
    close(l, kind, start, l->line, column);
    return;
  }
  uint32_t index = l->count;
  lexer_add(l, kind, start, l->line, column);
  open(l, index, closer);
}

// A key made of signs, such as `{}:`.
static bool special_key(Lexer *l) {
  size_t length = special_name(l, l->p);
  if (length == 0 && *l->p == '.') length = 1;
  if (length == 0 || !is_key_colon(l, l->p + length)) return false;
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
    if (c < 0x80 && (char_class[c] & CH_NAME)) {
      if (char_class[c] & CH_DIGIT) lexer_number(l);
      else lex_name(l);
      continue;
    }
    switch (c) {
    case ' ':
    case '\t': lex_blank(l); break;
    case '\n': lex_newline(l, 1); break;
    case '\r':
      if (lexer_peek(l, 1) == '\n') lex_newline(l, 2);
      else bad_character(l);
      break;
    case '\\':
      if (lexer_peek(l, 1) == '\n') {
        l->p += 2;
        lexer_newline(l, l->p);
      } else if (lexer_peek(l, 1) == '\r' && lexer_peek(l, 2) == '\n') {
        l->p += 3;
        lexer_newline(l, l->p);
      } else if (lexer_peek(l, 1) == '\\') {
        add_operator(l, find_operator(l, l->p));
      } else {
        bad_character(l);
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
        add_operator(l, find_operator(l, l->p));
        break;
      }
      lex_atom(l);
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
        bad_character(l);
        l->p += 3;
        break;
      }
      add_operator(l, find_operator(l, l->p));
      break;
    }
    case '<':
      if (special_key(l)) break;
      if (lexer_peek(l, 1) == '<' && lexer_peek(l, 2) != '<' && lexer_peek(l, 2) != '~') {
        bracket(l, T_BITS_OPEN, T_BITS_CLOSE, 2);
        break;
      }
      add_operator(l, find_operator(l, l->p));
      break;
    case '>':
      if (lexer_peek(l, 1) == '>' && lexer_peek(l, 2) != '>') {
        bracket(l, T_BITS_CLOSE, T_END_OF_INPUT, 2);
        break;
      }
      add_operator(l, find_operator(l, l->p));
      break;
    case '~': {
      int next = lexer_peek(l, 1);
      if (next >= 'A' && next <= 'z' && (next <= 'Z' || next >= 'a')) {
        lexer_sigil(l);
        break;
      }
      const Operator *o = find_operator(l, l->p);
      if (o) add_operator(l, o);
      else bad_character(l);
      break;
    }
    default: {
      if (c >= 0x80) {
        uint32_t code;
        if (unicode_decode(l->p, l->end, &code) && unicode_is_start(code)) lex_name(l);
        else bad_character(l);
        break;
      }
      const Operator *o = find_operator(l, l->p);
      if (o) add_operator(l, o);
      else bad_character(l);
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
  if (l->opener_count && !l->incomplete && !l->stopped) missing_closer(l);
  lexer_close_down_to(l, 0, l->p, l->line, lexer_column(l, l->p));
  int column = lexer_column(l, l->p);
  lexer_add(l, T_END_OF_INPUT, l->p, l->line, column);
  return !l->failed;
}

// SPDX-License-Identifier: Apache-2.0
//
// Tokens, and how text becomes an array of them.
//
// The whole text is cut into tokens before parsing: brackets are then known to match,
// which lets the parser find the end of a broken statement by jumping from opener to
// closer.
//
// I1  Every opener's `match` is the index of its closer: after a delimiter error closers
//     are added or left out until this holds.
// I2  A T_TEXT token (quotes with interpolation) is followed by the tokens of its
//     interpolations, each run ended by T_INTERPOLATION_END; `match` is the index of the
//     first token behind all of them.
// I3  A newline in front of a binary operator is no token: the operator's `newlines` holds
//     the count. After `,` newlines are swallowed.
#ifndef JOIST_SYNTAX_LEXER_H
#define JOIST_SYNTAX_LEXER_H

#include "compiler/syntax/parser.h"

typedef enum TokenKind {
  T_END_OF_INPUT,
  T_INTERPOLATION_END,
  T_EOL,
  T_SEMICOLON,
  T_COMMA,
  T_INTEGER,      // value
  T_NUMBER,       // value: float or ?c
  T_ATOM,         // name
  T_WORD,         // name: true, false, nil
  T_STRING,       // value
  T_CHARLIST,     // value
  T_TEXT,         // text: quotes with interpolation, and all sigils
  T_IDENTIFIER,   // name, as all identifiers
  T_PAREN_IDENTIFIER,   // directly followed by (
  T_BRACKET_IDENTIFIER, // directly followed by [
  T_OP_IDENTIFIER,      // as in `foo -1`
  T_ALIAS,        // name without "Elixir."
  T_KEY,          // name: `foo:` and `"foo bar":`
  T_DOT,
  T_DOT_CALL,     // . directly followed by (
  T_PAREN_OPEN,
  T_PAREN_CLOSE,
  T_BRACKET_OPEN,
  T_BRACKET_CLOSE,
  T_BRACE_OPEN,
  T_BRACE_CLOSE,
  T_BITS_OPEN,
  T_BITS_CLOSE,
  T_PERCENT,
  T_MAP,          // % directly followed by {
  T_DO,
  T_END,
  T_FN,
  T_SECTION,      // name: after, else, rescue, catch
  T_STAB,         // ->
  T_ASSOC,        // =>
  T_AT,
  T_CAPTURE,
  T_CAPTURE_INTEGER, // & directly followed by a digit
  T_UNARY,        // ! ^ not ~~~
  T_DUAL,         // + -
  T_STEP,         // the operator of range steps
  T_ELLIPSIS,
  T_RANGE,        // ..
  T_PIPE_BAR,     // |
  T_WHEN,
  T_IN,           // in, not in
  T_BINARY,       // all other operators
  T_BAD,          // stands for what was reported already
} TokenKind;

// Binding powers; a bigger one binds tighter.
enum {
  POWER_LOWEST = 0,
  POWER_IN_MATCH = 40,
  POWER_WHEN = 50,
  POWER_TYPE = 60,
  POWER_PIPE_BAR = 70,
  POWER_CAPTURE = 90,
  POWER_MATCH = 100,
  POWER_OR = 120,
  POWER_AND = 130,
  POWER_COMPARE = 140,
  POWER_RELATE = 150,
  POWER_ARROW = 160,
  POWER_IN = 170,
  POWER_XOR = 180,
  POWER_STEP = 190,
  POWER_CONCAT = 200,
  POWER_DUAL = 210,
  POWER_MULTIPLY = 220,
  POWER_POWER = 230,
  POWER_UNARY = 300,
};

typedef enum TextKind {
  TEXT_STRING,
  TEXT_CHARLIST,
  TEXT_ATOM,
  TEXT_KEY,
  TEXT_CALL_NAME, // Foo."bar"
  TEXT_SIGIL,
} TextKind;

typedef struct TextPart {
  Quoted *bytes;   // NULL: an interpolation
  uint32_t first;  // its first token
  int line, column; // of #{
} TextPart;

typedef struct Text {
  TextKind kind;
  TextPart *parts;
  uint32_t part_count, part_capacity;
  const char *delimiter; // as it opened: `"`, `"""`, `(`
  int indentation;       // of a heredoc; -1: none
  Name *sigil;           // sigil_s
  Quoted *modifiers;     // list of characters
} Text;

typedef struct Token {
  uint8_t kind;
  uint8_t power;     // binary operators, 0 for others
  bool right;        // associates to the right
  bool quoted;       // the name was written in quotes
  uint32_t newlines; // T_EOL, T_SEMICOLON: how many; operators: in front of them
  int32_t line, column;
  uint32_t offset, length; // in the text
  uint32_t match;          // I1, I2
  union {
    Name *name;
    Quoted *value;
    Text *text;
  };
} Token;

typedef struct Opener {
  uint32_t token;     // index
  TokenKind closer;
  int line, column;   // of the opener
  int indent;         // of the line it stands in
} Opener;

typedef struct Lexer {
  Names *names;
  const ParseOptions *options;
  Diagnostics *sink;
  const unsigned char *text, *p, *end;
  const unsigned char *line_start;
  int line;
  int first_column; // added to columns of the first line
  int wide;         // bytes on this line in excess of columns
  int line_indent;  // leading blanks of this line
  Token *tokens;
  uint32_t count, capacity;
  Opener *openers;
  uint32_t opener_count, opener_capacity;
  uint32_t opener_count_wrong; // how many were open at the last wrong close; 0: none
  uint32_t opener_base; // those below belong outside of this interpolation
  int depth;            // of interpolations
  bool failed;
  bool incomplete; // ended inside something open
  int mismatch_line;  // of the last close that did not fit, 0: none
  int delimiter_line; // of the first error about brackets and end, 0: none; what is parsed behind it is guesswork
  bool stopped;    // after the first error, when only that is wanted
  // The first close that stood at another indentation than its opener.
  Opener suspect;
  int suspect_line, suspect_indent; // of that close
} Lexer;

// Cuts the whole text. False: errors were reported (tokens are there all the same).
bool lexer_run(Lexer *lexer, Names *names, const ParseOptions *options, const char *text, size_t length,
               Diagnostics *sink);

// --- between the files of the lexer ---

static inline int lexer_column(const Lexer *l, const unsigned char *p) {
  return (int)(p - l->line_start) + l->first_column - l->wide;
}
Token *lexer_add(Lexer *l, TokenKind kind, const unsigned char *start, int line, int column);
void lexer_newline(Lexer *l, const unsigned char *next); // `next` begins a line
void lexer_close_down_to(Lexer *l, uint32_t count, const unsigned char *at, int line, int column);
void lexer_open(Lexer *l, uint32_t token, TokenKind closer);
void lexer_close(Lexer *l, TokenKind closer, const unsigned char *start, int line, int column);
void lexer_missing_closer(Lexer *l); // at the end of input
// Until the closing brace of an interpolation or the end of input.
void lexer_tokens(Lexer *l, bool interpolation);
// An error; sets SyntaxFailure from prefix and token (suffix NULL).
PRINTF_LIKE(7, 8)
Diagnostic *lexer_error(Lexer *l, DiagnosticCode code, int line, int column, const char *prefix, const char *token,
                        const char *format, ...);
const char *lexer_char_text(Lexer *l, const unsigned char *p); // `"x" (column 1, code point U+0078)`
void lexer_bad_character(Lexer *l);

typedef struct Operator {
  char text[4];
  uint8_t length, kind, power, right;
  NameId name;
} Operator;
// The longest operator at p, or NULL.
const Operator *lexer_find_operator(const Lexer *l, const unsigned char *p);
void lexer_add_operator(Lexer *l, const Operator *o); // at l->p
// Bytes at p of a name made of signs that is no operator, such as `%{}`; 0: none.
size_t lexer_special_name(const Lexer *l, const unsigned char *p);
// Swallows a newline token in front of a binary operator (I3); its count.
uint32_t lexer_take_newlines(Lexer *l);

// Flags of ASCII characters.
enum { CH_NAME = 1, CH_DIGIT = 2, CH_LOWER = 4, CH_UPPER = 8 };
extern const uint8_t lexer_char_class[128];
void lexer_name(Lexer *l);
void lexer_atom(Lexer *l); // at :
// The kind of an identifier by what directly follows at l->p.
TokenKind lexer_identifier_kind(const Lexer *l);
void lexer_number(Lexer *l);
void lexer_char(Lexer *l);                     // ?a
void lexer_quotes(Lexer *l, TextKind kind);    // at the opening quote
void lexer_sigil(Lexer *l);                    // at ~
bool lexer_name_ok(Lexer *l, const char *text, size_t length, int line, int column, bool atom);

static inline bool lexer_is_digit(int c) { return c >= '0' && c <= '9'; }
static inline int lexer_peek(const Lexer *l, size_t n) { return (size_t)(l->end - l->p) > n ? l->p[n] : -1; }
static inline bool lexer_is_space(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static inline bool lexer_is_key_colon(const Lexer *l, const unsigned char *p) {
  return p + 1 < l->end && p[0] == ':' && lexer_is_space(p[1]);
}

#endif

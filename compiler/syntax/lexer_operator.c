// SPDX-License-Identifier: Apache-2.0
//
// The table of operators, and operators as keys (`+: 1`) and names (`&+/2`).

#include "compiler/syntax/lexer.h"

#include <string.h>

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

const Operator *lexer_find_operator(const Lexer *l, const unsigned char *p) {
  size_t room = (size_t)(l->end - p);
  for (int i = 0; i < OPERATOR_COUNT; i++) {
    const Operator *o = &operators[i];
    if ((unsigned char)o->text[0] == *p && room >= o->length && memcmp(p, o->text, o->length) == 0) return o;
  }
  return NULL;
}

// Forms without letters or operators that can be atoms and keys.
size_t lexer_special_name(const Lexer *l, const unsigned char *p) {
  static const char *const specials[] = {"%{}", "<<>>", "..//", "...", "{}", "%", ".."};
  size_t room = (size_t)(l->end - p);
  for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
    size_t length = strlen(specials[i]);
    if (room >= length && memcmp(p, specials[i], length) == 0) return length;
  }
  return 0;
}

uint32_t lexer_take_newlines(Lexer *l) {
  if (l->count && l->tokens[l->count - 1].kind == T_EOL) return l->tokens[--l->count].newlines;
  return 0;
}

void lexer_add_operator(Lexer *l, const Operator *o) {
  const unsigned char *start = l->p;
  int column = lexer_column(l, start);
  l->p += o->length;
  TokenKind kind = (TokenKind)o->kind;
  if (lexer_is_key_colon(l, l->p) && kind != T_STEP && kind != T_ASSOC && o->name != N_TYPE) {
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
  uint32_t newlines = prefix ? 0 : lexer_take_newlines(l);
  Token *t = lexer_add(l, kind, start, l->line, column);
  t->name = l->names->known[o->name];
  t->power = o->power;
  t->right = o->right;
  t->newlines = newlines;
}

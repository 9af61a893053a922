// SPDX-License-Identifier: Apache-2.0
//
// What the files of the parser share. See parser.c for the method.
#ifndef JOIST_SYNTAX_PARSER_INTERNAL_H
#define JOIST_SYNTAX_PARSER_INTERNAL_H

#include <setjmp.h>

#include "compiler/syntax/lexer.h"

// What an expression may be used for. Calls without parentheses decide this.
typedef enum ExprKind {
  EXPR_MATCHED,   // anything closed, or a call without parentheses of one argument
  EXPR_BLOCK,     // holds a do block outside of brackets
  EXPR_OPEN,      // ends in a call without parentheses of several arguments
  EXPR_ARGUMENTS, // `(a, b)`: the arguments of a clause; q is the list of them
} ExprKind;

typedef struct Expr {
  Quoted *q;
  ExprKind kind;
  bool tight;       // [ may follow to access it
  bool bar;         // made by a | that is not in parentheses
  bool empty;       // ()
  uint32_t start;   // its first token
  uint32_t open_at; // EXPR_OPEN: the name of the call without parentheses
} Expr;

typedef struct Parser {
  Names *names;
  const ParseOptions *options;
  Diagnostics *sink;
  Lexer *lexer;
  const Token *tokens;
  uint32_t pos;       // of the current token
  int depth;
  bool no_do;         // a do here belongs to a call further out
  bool no_arguments;  // names here take no arguments without parentheses (%name{})
  bool failed;
  bool incomplete;
  jmp_buf *recover;   // of the innermost list of statements
  jmp_buf *give_up;
  uint32_t error_pos; // token of the last error
} Parser;

static inline const Token *parser_token(const Parser *p) { return &p->tokens[p->pos]; }
static inline TokenKind parser_kind(const Parser *p) { return (TokenKind)p->tokens[p->pos].kind; }
static inline void parser_advance(Parser *p) {
  const Token *t = &p->tokens[p->pos];
  p->pos = t->kind == T_TEXT ? t->match : p->pos + 1;
}
// One newline token, whose count is returned.
static inline uint32_t parser_skip_newlines(Parser *p) {
  if (parser_kind(p) != T_EOL) return 0;
  return p->tokens[p->pos++].newlines;
}
static inline int parser_column(const Parser *p, const Token *t) { return p->options->columns ? t->column : 0; }

static inline bool parser_at_key(const Parser *p) {
  const Token *t = parser_token(p);
  return t->kind == T_KEY || (t->kind == T_TEXT && t->text->kind == TEXT_KEY);
}

// A literal or a name, whatever follows it.
static inline bool token_is_operand(TokenKind kind) {
  switch (kind) {
  case T_INTEGER:
  case T_NUMBER:
  case T_ATOM:
  case T_WORD:
  case T_STRING:
  case T_CHARLIST:
  case T_TEXT:
  case T_IDENTIFIER:
  case T_PAREN_IDENTIFIER:
  case T_BRACKET_IDENTIFIER:
  case T_OP_IDENTIFIER:
  case T_ALIAS: return true;
  default: return false;
  }
}

// --- parser.c: statements, clauses, blocks ---
typedef struct DoBlock {
  Quoted *sections; // keyword list
  const Token *open, *close;
} DoBlock;
DoBlock parser_do_block(Parser *p);
Expr parser_fn(Parser *p);
Expr parser_paren(Parser *p, bool arguments_allowed);
// The program between here and a token of kind `end`, which stays the current one.
Quoted *parser_block(Parser *p, TokenKind end);

// --- parser_expr.c: operators, names, calls ---
Expr parser_expression(Parser *p, int power);
Expr parser_operators(Parser *p, Expr left, int power); // goes on behind an operand
Expr parser_postfix(Parser *p, Expr base);              // dots and brackets behind it
Expr parser_operand(Parser *p);
Expr parser_struct_base(Parser *p);
Quoted *parser_open_keywords(Parser *p); // `a: 1, b: 2` without brackets

// --- parser_data.c: literals, lists, tuples, maps, bits, text ---
Expr parser_primary_data(Parser *p); // q NULL: no literal starts here
// Items up to `closer`, which is consumed and returned. Keywords join the items (list) or
// become one item.
typedef enum ItemsStyle { ITEMS_LIST, ITEMS_TUPLE, ITEMS_CALL } ItemsStyle;
const Token *parser_items(Parser *p, QuotedItems *items, TokenKind closer, ItemsStyle style);
Quoted *parser_key(Parser *p); // the key's atom (or call), consumed
Quoted *parser_access(Parser *p, Quoted *base); // at [
void parser_keywords(Parser *p, QuotedItems *items, TokenKind closer, ItemsStyle style);

// --- parser_build.c: nodes and metadata ---
typedef struct Meta {
  Quoted *items[12];
  uint32_t count;
} Meta;
void meta_add(Parser *p, Meta *m, NameId key, Quoted *value);
void meta_newlines(Parser *p, Meta *m, uint32_t newlines);          // only with token metadata
void meta_place(Parser *p, Meta *m, NameId key, const Token *t);    // key: [line:, column:]; only with token metadata
Quoted *parser_place(Parser *p, int line, int column);              // [line:, column:]
Quoted *parser_call(Parser *p, Quoted *head, Quoted *args, const Meta *m, int line, int column);
Quoted *parser_call_at(Parser *p, Quoted *head, Quoted *args, const Meta *m, const Token *t);
Quoted *parser_block_of(Parser *p, const QuotedItems *items, const Token *open, const Token *close);
void parser_end_of_expression(Parser *p, Quoted *q, const Token *end);
Quoted *parser_binary(Parser *p, const Token *op, uint32_t newlines, Quoted *left, Quoted *right);
Quoted *parser_unary(Parser *p, const Token *op, Quoted *operand);

// --- parser_error.c ---
// Records the error and goes to the innermost list of statements.
NORETURN void parser_unexpected(Parser *p);               // the current token cannot stand here
// Back to the innermost list of statements without another message: what is wrong was said.
NORETURN void parser_abandon(Parser *p);
NORETURN void parser_unexpected_at(Parser *p, uint32_t index);
PRINTF_LIKE(6, 7)
NORETURN void parser_fail(Parser *p, DiagnosticCode code, uint32_t index, const char *prefix, const char *hint,
                          const char *format, ...);
NORETURN void parser_fail_open_call(Parser *p, const Expr *e, bool container);
const char *parser_token_text(Parser *p, const Token *t); // as Elixir's messages name it
PRINTF_LIKE(4, 5) void parser_warn(Parser *p, DiagnosticCode code, const Token *t, const char *format, ...);
enum { DEPTH_OPERATOR = 1, DEPTH_OPEN_CALL = 2, DEPTH_BRACKET = 4 };
NORETURN void parser_too_deep(Parser *p);
static inline void parser_enter(Parser *p, int weight) {
  p->depth += weight;
  if (UNLIKELY(p->depth > PARSE_DEPTH_MAX)) parser_too_deep(p);
}
static inline void parser_leave(Parser *p, int weight) { p->depth -= weight; }

#endif

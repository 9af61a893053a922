// SPDX-License-Identifier: Apache-2.0
//
// The parser: recursive descent over the token array, statements and blocks here,
// operators and calls in parser_expr.c, containers in parser_data.c.
//
// An error is recorded and jumps to the innermost list of statements, which goes on
// behind the broken statement; openers know their closers, so its end is found by
// jumping over brackets. Whoever is jumped over holds nothing but arena memory.
// Depth of recursion is bounded by PARSE_DEPTH_MAX.

#include <string.h>

#include "compiler/syntax/parser_internal.h"

// --- lists of statements ---

// One separator: a newline, a semicolon, or a newline and a semicolon.
static const Token *separator(Parser *p) {
  const Token *t = parser_token(p);
  if (t->kind == T_EOL) {
    p->pos++;
    if (parser_kind(p) == T_SEMICOLON) p->pos++;
    return t;
  }
  if (t->kind == T_SEMICOLON) {
    p->pos++;
    return t;
  }
  return NULL;
}

static bool at_end(const Parser *p, TokenKind end) {
  TokenKind kind = parser_kind(p);
  return kind == end || (end == T_END && kind == T_SECTION);
}

// From a broken statement to what ends it.
static void synchronise(Parser *p, uint32_t start) {
  uint32_t i = start;
  for (;;) {
    const Token *t = &p->tokens[i];
    switch ((TokenKind)t->kind) {
    case T_PAREN_OPEN:
    case T_BRACKET_OPEN:
    case T_BRACE_OPEN:
    case T_BITS_OPEN:
    case T_DO:
    case T_FN: i = t->match + 1; continue;
    case T_TEXT: i = t->match; continue;
    case T_EOL:
    case T_SEMICOLON:
      if (i > p->error_pos || (i == p->error_pos && i > start)) {
        p->pos = i;
        return;
      }
      break;
    case T_PAREN_CLOSE:
    case T_BRACKET_CLOSE:
    case T_BRACE_CLOSE:
    case T_BITS_CLOSE:
    case T_END:
    case T_SECTION:
    case T_END_OF_INPUT:
    case T_INTERPOLATION_END: p->pos = i; return;
    default: break;
    }
    i++;
  }
}

static Quoted *empty_list(Parser *p) { return quoted_empty_list(p->names); }

// [a, b when c] is one argument, `when` of all three.
static Quoted *unwrap_when(Parser *p, const QuotedItems *args) {
  Names *names = p->names;
  if (args->count == 1 && quoted_is_call_of(args->items[0], N_BLOCK) && quoted_arg_count(args->items[0]) == 1 &&
      quoted_is_call_of(quoted_arg(args->items[0], 0), N_UNQUOTE_SPLICING))
    return args->items[0]->args;
  Quoted *last = args->count ? args->items[args->count - 1] : NULL;
  if (!last || !quoted_is_call_arity(last, N_WHEN, 2)) return quoted_items_list(names, args);
  QuotedItems all = {0};
  for (uint32_t i = 0; i + 1 < args->count; i++) quoted_push(names, &all, args->items[i]);
  quoted_push(names, &all, quoted_arg(last, 0));
  quoted_push(names, &all, quoted_arg(last, 1));
  return quoted_list_of(names, 1, quoted_with_args(names, last, quoted_items_list(names, &all)));
}

static bool ends_statement(const Parser *p) {
  switch (parser_kind(p)) {
  case T_EOL:
  case T_SEMICOLON:
  case T_PAREN_CLOSE:
  case T_BRACKET_CLOSE:
  case T_BRACE_CLOSE:
  case T_BITS_CLOSE:
  case T_END:
  case T_SECTION: return true;
  default: return false;
  }
}

// At ->: the clause {:->, meta, [args, body]}; further expressions of the body follow as
// statements of their own and are joined by collect_clauses().
static Quoted *clause(Parser *p, Quoted *args) {
  const Token *arrow = parser_token(p);
  uint32_t newlines = arrow->newlines;
  p->pos++;
  if (parser_kind(p) == T_EOL) newlines = parser_skip_newlines(p);
  Quoted *body;
  if (ends_statement(p)) {
    parser_warn(p, DIAG_EMPTY_CLAUSE, arrow, "a clause without expression on the right of -> gives nil");
    body = Q_NAME(p->names, NIL);
  } else {
    body = parser_expression(p, POWER_LOWEST).q;
  }
  Meta meta = {0};
  meta_newlines(p, &meta, newlines);
  return parser_call_at(p, Q_NAME(p->names, ARROW), quoted_list_of(p->names, 2, args, body), &meta, arrow);
}

// `when guard` behind `(a, b)` or `()`.
static Quoted *guarded(Parser *p, QuotedItems *args) {
  const Token *when = parser_token(p);
  uint32_t newlines = when->newlines;
  p->pos++;
  if (parser_kind(p) == T_EOL) newlines = parser_skip_newlines(p);
  quoted_push(p->names, args, parser_expression(p, POWER_LOWEST).q);
  Meta meta = {0};
  meta_newlines(p, &meta, newlines);
  Quoted *call = parser_call_at(p, Q_NAME(p->names, WHEN), quoted_items_list(p->names, args), &meta, when);
  if (parser_kind(p) != T_STAB) parser_unexpected(p);
  return quoted_list_of(p->names, 1, call);
}

// A statement where clauses may stand. EXPR_ARGUMENTS: `a, b` that ends at a closing
// parenthesis, to be arguments of a clause further out.
static Expr clause_or_expression(Parser *p) {
  Names *names = p->names;
  uint32_t start = p->pos;
  if (parser_kind(p) == T_STAB) return (Expr){.q = clause(p, empty_list(p)), .start = start};
  QuotedItems args = {0};
  Expr first;
  bool keywords = false;
  if (parser_kind(p) == T_PAREN_OPEN) {
    uint32_t close = p->tokens[p->pos].match;
    first = parser_paren(p, true);
    bool stab = parser_kind(p) == T_STAB, when = parser_kind(p) == T_WHEN;
    if (first.kind == EXPR_ARGUMENTS || (first.empty && (stab || when))) {
      if (!stab && !when) parser_unexpected_at(p, close);
      for (uint32_t i = 0; first.kind == EXPR_ARGUMENTS && i < first.q->count; i++)
        quoted_push(names, &args, first.q->items[i]);
      Quoted *list = when ? guarded(p, &args) : quoted_items_list(names, &args);
      return (Expr){.q = clause(p, list), .start = start};
    }
    first.start = start;
    first = parser_operators(p, parser_postfix(p, first), POWER_LOWEST);
  } else if (parser_at_key(p)) {
    keywords = true;
    bool no_do = p->no_do;
    p->no_do = true;
    first = (Expr){.q = parser_open_keywords(p), .kind = EXPR_MATCHED, .start = start};
    p->no_do = no_do;
  } else {
    first = parser_expression(p, POWER_LOWEST);
  }
  bool many = keywords;
  quoted_push(names, &args, first.q);
  if (parser_kind(p) == T_COMMA && first.kind == EXPR_MATCHED && !keywords) {
    uint32_t comma = p->pos;
    bool no_do = p->no_do;
    p->no_do = true;
    many = true;
    while (parser_kind(p) == T_COMMA) {
      p->pos++;
      if (parser_at_key(p)) {
        quoted_push(names, &args, parser_open_keywords(p));
        break;
      }
      Expr next = parser_expression(p, POWER_LOWEST);
      if (next.kind == EXPR_OPEN) parser_fail_open_call(p, &next, false);
      quoted_push(names, &args, next.q);
    }
    p->no_do = no_do;
    (void)comma;
  }
  if (parser_kind(p) == T_STAB && first.kind != EXPR_BLOCK)
    return (Expr){.q = clause(p, unwrap_when(p, &args)), .start = start};
  if (!many) return first;
  bool closes = parser_kind(p) == T_PAREN_CLOSE || (parser_kind(p) == T_EOL && p->tokens[p->pos + 1].kind == T_PAREN_CLOSE);
  if (!closes) parser_unexpected(p);
  return (Expr){.q = quoted_items_list(names, &args), .kind = EXPR_ARGUMENTS, .start = start};
}

// Statements up to `end`, which stays the current token. With `clauses`, -> may stand in
// them. Returns EXPR_ARGUMENTS when all there was are a clause's arguments (the list is
// then the only item).
static ExprKind statements(Parser *p, QuotedItems *items, TokenKind end, bool clauses) {
  parser_enter(p, DEPTH_BRACKET);
  jmp_buf here;
  jmp_buf *volatile outer = p->recover;
  volatile uint32_t start = p->pos;
  const int depth = p->depth;
  const bool no_do = p->no_do, no_arguments = p->no_arguments;
  p->no_do = p->no_arguments = false;
  p->recover = &here;
  if (setjmp(here)) {
    p->depth = depth;
    p->no_do = p->no_arguments = false;
    p->recover = &here;
    synchronise(p, start);
    if (!separator(p) && !at_end(p, end)) {
      // Another closer than ours: the mistake is further out.
      p->recover = outer;
      longjmp(*outer, 1);
    }
  }
  ExprKind kind = EXPR_MATCHED;
  while (!at_end(p, end)) {
    start = p->pos;
    Expr e = clauses ? clause_or_expression(p) : parser_expression(p, POWER_LOWEST);
    if (e.kind == EXPR_ARGUMENTS && items->count == 0 && end == T_PAREN_CLOSE) {
      kind = EXPR_ARGUMENTS;
      quoted_push(p->names, items, e.q);
      parser_skip_newlines(p);
      break;
    }
    if (e.kind == EXPR_ARGUMENTS) parser_unexpected(p);
    quoted_push(p->names, items, e.q);
    if (at_end(p, end)) break;
    const Token *after = separator(p);
    if (!after) parser_unexpected(p);
    if (!at_end(p, end)) parser_end_of_expression(p, e.q, after);
  }
  p->recover = outer;
  p->no_do = no_do;
  p->no_arguments = no_arguments;
  parser_leave(p, DEPTH_BRACKET);
  return kind;
}

// --- clauses and blocks ---

static bool is_clause(Quoted *q) { return quoted_is_call_arity(q, N_ARROW, 2); }

// Joins each clause with the expressions that follow it. The first item is a clause.
static Quoted *collect_clauses(Parser *p, const QuotedItems *items) {
  QuotedItems all = {0};
  for (uint32_t i = 0; i < items->count;) {
    Quoted *head = items->items[i++];
    QuotedItems body = {0};
    quoted_push(p->names, &body, quoted_arg(head, 1));
    while (i < items->count && !is_clause(items->items[i])) quoted_push(p->names, &body, items->items[i++]);
    Quoted *block = parser_block_of(p, &body, NULL, NULL);
    quoted_push(p->names, &all, quoted_with_args(p->names, head, quoted_list_of(p->names, 2, quoted_arg(head, 0), block)));
  }
  return quoted_items_list(p->names, &all);
}

// Expressions in front of the first clause.
static void check_no_clause(Parser *p, const QuotedItems *items, uint32_t first_token, uint32_t last_token) {
  for (uint32_t i = 1; i < items->count; i++) {
    if (!is_clause(items->items[i])) continue;
    uint32_t index = last_token;
    for (uint32_t k = first_token; k < last_token; k++)
      if (p->tokens[k].kind == T_STAB && p->tokens[k].line == items->items[i]->line) {
        index = k;
        break;
      }
    parser_fail(p, DIAG_BLOCK_SYNTAX, index,
                "unexpected operator ->. If you want to define multiple clauses, the first expression must use ->. Syntax error before: ",
                "begin with a clause, pattern -> body", "-> behind an expression that is no clause");
  }
}

// A list of clauses or a block.
static Quoted *section_body(Parser *p, TokenKind end) {
  QuotedItems items = {0};
  uint32_t first = p->pos;
  statements(p, &items, end, true);
  if (items.count && is_clause(items.items[0])) return collect_clauses(p, &items);
  check_no_clause(p, &items, first, p->pos);
  return parser_block_of(p, &items, NULL, NULL);
}

DoBlock parser_do_block(Parser *p) {
  DoBlock block = {.open = parser_token(p)};
  QuotedItems sections = {0};
  Quoted *name = Q_NAME(p->names, DO);
  do {
    p->pos++;
    separator(p);
    Quoted *body = section_body(p, T_END);
    quoted_push(p->names, &sections, quoted_pair(p->names, name, body));
    if (parser_kind(p) == T_SECTION) name = quoted_atom(parser_token(p)->name);
  } while (parser_kind(p) == T_SECTION);
  block.close = parser_token(p);
  block.sections = quoted_items_list(p->names, &sections);
  p->pos++;
  return block;
}

Expr parser_fn(Parser *p) {
  const Token *open = parser_token(p);
  uint32_t index = p->pos++;
  const Token *after = separator(p);
  QuotedItems items = {0};
  int errors = p->sink->error_count;
  statements(p, &items, T_END, true);
  if (parser_kind(p) == T_SECTION) parser_unexpected(p);
  const Token *close = parser_token(p);
  if (items.count == 0 && !p->failed) parser_unexpected(p);
  // What was wrong inside of it may have been the arrow.
  if (items.count && !is_clause(items.items[0]) && p->sink->error_count != errors) parser_abandon(p);
  if (items.count && !is_clause(items.items[0]))
    parser_fail(p, DIAG_BLOCK_SYNTAX, index, "expected anonymous functions to be defined with -> inside: ",
                "an anonymous function is written fn arguments -> body end", "fn without ->");
  p->pos++;
  Meta meta = {0};
  if (after) meta_newlines(p, &meta, after->newlines);
  meta_place(p, &meta, N_CLOSING, close);
  Expr e = {.kind = EXPR_MATCHED, .tight = true, .start = index};
  e.q = parser_call_at(p, Q_NAME(p->names, FN), collect_clauses(p, &items), &meta, open);
  return e;
}

Expr parser_paren(Parser *p, bool arguments_allowed) {
  const Token *open = parser_token(p);
  uint32_t index = p->pos++;
  Expr e = {.kind = EXPR_MATCHED, .tight = true, .start = index};
  parser_skip_newlines(p);
  if (parser_kind(p) == T_PAREN_CLOSE) {
    p->pos++;
    e.empty = true;
    e.q = quoted_call(p->names, Q_NAME(p->names, BLOCK), empty_list(p), NULL, 0, 0);
    return e;
  }
  if (parser_kind(p) == T_SEMICOLON) p->pos++;
  QuotedItems items = {0};
  uint32_t first = p->pos;
  ExprKind kind = statements(p, &items, T_PAREN_CLOSE, true);
  const Token *close = parser_token(p);
  p->pos++;
  if (kind == EXPR_ARGUMENTS) {
    if (!arguments_allowed) {
      bool call = index > 0 && (open[-1].kind == T_IDENTIFIER || open[-1].kind == T_OP_IDENTIFIER);
      if (call)
        parser_fail(p, DIAG_SYNTAX, index,
                    "unexpected parentheses. In a function call no space stands between the name and the opening parenthesis. Syntax error before: ",
                    "remove the space in front of the parenthesis", "a space between a function's name and its arguments");
      parser_unexpected_at(p, p->pos - 1);
    }
    e.kind = EXPR_ARGUMENTS;
    e.q = items.items[0];
    return e;
  }
  if (items.count && is_clause(items.items[0])) {
    e.q = collect_clauses(p, &items);
  } else {
    check_no_clause(p, &items, first, p->pos);
    e.q = parser_block_of(p, &items, open, close);
  }
  return e;
}

Quoted *parser_block(Parser *p, TokenKind end) {
  const Token *first = separator(p);
  QuotedItems items = {0};
  if (first && at_end(p, end))
    return parser_call_at(p, Q_NAME(p->names, BLOCK), empty_list(p), NULL, first);
  statements(p, &items, end, false);
  return parser_block_of(p, &items, NULL, NULL);
}

// --- the door ---

ParseOptions parse_options_compile(void) {
  return (ParseOptions){.line = 1, .column = 1, .columns = true, .emit_warnings = true};
}

ParseOptions parse_options_full(void) {
  return (ParseOptions){.line = 1, .column = 1, .columns = true, .token_metadata = true, .first_error_only = true};
}

// Everything from text to block. The result is volatile-free: it is only read when no
// jump happened.
static Quoted *run(Parser *p, Lexer *lexer, const char *text, size_t length) {
  bool lexed = lexer_run(lexer, p->names, p->options, text, length, p->sink);
  if (lexer->stopped) return NULL;
  p->lexer = lexer;
  p->tokens = lexer->tokens;
  jmp_buf top;
  p->give_up = p->recover = &top;
  if (setjmp(top)) return NULL;
  Quoted *block = parser_block(p, T_END_OF_INPUT);
  return lexed && !p->failed ? block : NULL;
}

Quoted *parse_program(Names *names, const ParseOptions *options, const char *text, size_t length,
                      Diagnostics *sink) {
  if (length > UINT32_MAX / 2) {
    diagnostics_add(sink, DIAG_LIMIT, 1, 1, "the source is larger than 2 GB");
    return NULL;
  }
  Lexer lexer;
  Parser parser = {.names = names, .options = options, .sink = sink};
  return run(&parser, &lexer, text, length);
}

ParseStatus parse_status(Names *names, const char *text, size_t length) {
  Diagnostics sink;
  diagnostics_init(&sink, names->arena, NULL);
  ParseOptions options = {.line = 1, .column = 1, .first_error_only = true};
  Lexer lexer;
  Parser parser = {.names = names, .options = &options, .sink = &sink};
  if (run(&parser, &lexer, text, length)) return PARSE_COMPLETE;
  return lexer.incomplete || parser.incomplete ? PARSE_INCOMPLETE : PARSE_WRONG;
}

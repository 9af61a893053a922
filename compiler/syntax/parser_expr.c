// SPDX-License-Identifier: Apache-2.0
//
// Expressions: operators by binding power, names, calls with and without parentheses,
// dots.
//
// A call without parentheses takes everything to its right, up to what closes it; so
// after one with arguments no operator can follow. `no_do` is set while its arguments
// are read: a do block belongs to the outermost such call.

#include "compiler/syntax/parser_internal.h"

// Tokens that, behind a name and a blank, begin an argument.
static bool begins_argument(const Parser *p) {
  switch (parser_kind(p)) {
  case T_KEY:
  case T_PAREN_OPEN:
  case T_BRACKET_OPEN:
  case T_BRACE_OPEN:
  case T_BITS_OPEN:
  case T_PERCENT:
  case T_MAP:
  case T_FN:
  case T_AT:
  case T_CAPTURE:
  case T_CAPTURE_INTEGER:
  case T_UNARY:
  case T_ELLIPSIS:
  case T_BAD: return true;
  default: return token_is_operand(parser_kind(p));
  }
}

// --- arguments without parentheses ---

Quoted *parser_open_keywords(Parser *p) {
  QuotedItems items = {0};
  for (;;) {
    Quoted *key = parser_key(p);
    parser_skip_newlines(p);
    Expr value = parser_expression(p, POWER_LOWEST);
    quoted_push(p->names, &items, quoted_pair(p->names, key, value.q));
    if (parser_kind(p) != T_COMMA) break;
    uint32_t comma = p->pos++;
    if (parser_at_key(p)) continue;
    if (!begins_argument(p)) parser_unexpected(p);
    parser_fail(p, DIAG_KEYWORD_SYNTAX, comma,
                "unexpected expression after keyword list. Keyword lists must always come as the last argument. Syntax error after: ",
                "put the keyword list last, or in brackets: f [a: 1], b", "an expression stands after keyword entries");
  }
  return quoted_items_list(p->names, &items);
}

static ExprKind open_arguments(Parser *p, QuotedItems *items) {
  bool no_do = p->no_do;
  p->no_do = true;
  parser_enter(p, DEPTH_OPEN_CALL);
  ExprKind kind = EXPR_MATCHED;
  if (parser_at_key(p)) {
    quoted_push(p->names, items, parser_open_keywords(p));
  } else {
    Expr first = parser_expression(p, POWER_LOWEST);
    quoted_push(p->names, items, first.q);
    if (first.kind == EXPR_OPEN) {
      kind = EXPR_OPEN;
    } else {
      while (parser_kind(p) == T_COMMA) {
        kind = EXPR_OPEN;
        p->pos++;
        if (parser_at_key(p)) {
          quoted_push(p->names, items, parser_open_keywords(p));
          break;
        }
        Expr next = parser_expression(p, POWER_LOWEST);
        if (next.kind == EXPR_OPEN) parser_fail_open_call(p, &next, false);
        quoted_push(p->names, items, next.q);
      }
    }
  }
  parser_leave(p, DEPTH_OPEN_CALL);
  p->no_do = no_do;
  return kind;
}

// --- calls ---

typedef struct Callee {
  Quoted *head;     // the name as atom, or a dot
  bool dotted;
  const Token *at;  // gives the call's place
} Callee;

static void push_do_block(Parser *p, Meta *meta, QuotedItems *args) {
  DoBlock block = parser_do_block(p);
  // do: and end: stand in front of all else.
  Meta front = {0};
  meta_place(p, &front, N_DO, block.open);
  meta_place(p, &front, N_END, block.close);
  for (uint32_t i = 0; i < meta->count; i++) front.items[front.count++] = meta->items[i];
  *meta = front;
  quoted_push(p->names, args, block.sections);
}

// At ( of name(...), and a second pair directly behind it.
static Expr paren_call(Parser *p, Callee callee) {
  Expr e = {.kind = EXPR_MATCHED, .tight = true};
  const Token *open = parser_token(p);
  if (open->kind != T_PAREN_OPEN) parser_unexpected(p);
  Meta meta = {0};
  for (int round = 0;; round++) {
    p->pos++;
    uint32_t newlines = parser_skip_newlines(p);
    QuotedItems args = {0};
    const Token *close = parser_items(p, &args, T_PAREN_CLOSE, ITEMS_CALL);
    Meta now = {0};
    meta_newlines(p, &now, newlines);
    meta_place(p, &now, N_CLOSING, close);
    for (uint32_t i = 0; i < meta.count; i++) now.items[now.count++] = meta.items[i];
    meta = now;
    bool again = round == 0 && parser_kind(p) == T_PAREN_OPEN;
    if (!again && parser_kind(p) == T_DO && !p->no_do) {
      push_do_block(p, &meta, &args);
      e.kind = EXPR_BLOCK;
      e.tight = false;
    }
    e.q = parser_call_at(p, callee.head, quoted_items_list(p->names, &args), &meta, callee.at);
    if (!again) return e;
    callee.head = e.q;
  }
}

static Expr name_call(Parser *p, TokenKind kind, Callee callee) {
  Expr e = {.kind = EXPR_MATCHED};
  Meta meta = {0};
  if (kind == T_PAREN_IDENTIFIER) return paren_call(p, callee);
  if (!p->no_arguments && (kind == T_OP_IDENTIFIER || (kind == T_IDENTIFIER && begins_argument(p)))) {
    QuotedItems args = {0};
    e.kind = open_arguments(p, &args);
    e.open_at = (uint32_t)(callee.at - p->tokens);
    if (parser_kind(p) == T_DO && !p->no_do) {
      push_do_block(p, &meta, &args);
      e.kind = EXPR_BLOCK;
    } else if (kind == T_OP_IDENTIFIER && args.count == 1 && !callee.dotted) {
      meta_add(p, &meta, N_AMBIGUOUS_OP, Q_NAME(p->names, NIL));
    }
    e.q = parser_call_at(p, callee.head, quoted_items_list(p->names, &args), &meta, callee.at);
    return e;
  }
  if (kind == T_IDENTIFIER && parser_kind(p) == T_DO && !p->no_do && !p->no_arguments) {
    QuotedItems args = {0};
    push_do_block(p, &meta, &args);
    e.kind = EXPR_BLOCK;
    e.q = parser_call_at(p, callee.head, quoted_items_list(p->names, &args), &meta, callee.at);
    return e;
  }
  e.tight = kind == T_BRACKET_IDENTIFIER;
  if (callee.dotted) {
    meta_add(p, &meta, N_NO_PARENS, Q_NAME(p->names, TRUE));
    e.q = parser_call_at(p, callee.head, quoted_empty_list(p->names), &meta, callee.at);
  } else {
    e.q = parser_call_at(p, callee.head, Q_NAME(p->names, NIL), &meta, callee.at);
  }
  return e;
}

// --- behind an operand ---

static Expr dotted_alias(Parser *p, Expr base, const Token *dot) {
  const Token *t = parser_token(p);
  Names *names = p->names;
  if (base.q->kind == Q_ATOM)
    parser_fail(p, DIAG_SYNTAX, (uint32_t)(dot - p->tokens),
                "atom cannot be followed by an alias, quote the atom when the '.' is part of it. Syntax error before: ",
                "an atom with dots and capitals is written in quotes: :\"a.B\"", "an alias behind an atom");
  p->pos++;
  Meta meta = {0};
  meta_place(p, &meta, N_LAST, t);
  if (quoted_is_call_of(base.q, N_ALIASES)) {
    QuotedItems parts = {0};
    for (uint32_t i = 0; i < quoted_arg_count(base.q); i++) quoted_push(names, &parts, quoted_arg(base.q, i));
    quoted_push(names, &parts, quoted_atom(t->name));
    base.q = parser_call(p, Q_NAME(names, ALIASES), quoted_items_list(names, &parts), &meta, base.q->line, base.q->column);
  } else {
    base.q = parser_call_at(p, Q_NAME(names, ALIASES), quoted_list_of(names, 2, base.q, quoted_atom(t->name)), &meta, dot);
  }
  base.kind = EXPR_MATCHED;
  base.tight = true;
  return base;
}

static Expr dotted_tuple(Parser *p, Expr base, const Token *dot) {
  p->pos++;
  uint32_t newlines = parser_skip_newlines(p);
  QuotedItems items = {0};
  const Token *close = parser_items(p, &items, T_BRACE_CLOSE, ITEMS_TUPLE);
  Quoted *head = parser_call_at(p, Q_NAME(p->names, DOT), quoted_list_of(p->names, 2, base.q, Q_NAME(p->names, TUPLE)), NULL, dot);
  Meta meta = {0};
  if (items.count) {
    meta_newlines(p, &meta, newlines);
    meta_place(p, &meta, N_CLOSING, close);
  }
  base.q = parser_call_at(p, head, quoted_items_list(p->names, &items), &meta, dot);
  base.tight = true;
  return base;
}

static Expr dotted(Parser *p, Expr base) {
  const Token *dot = parser_token(p);
  p->pos++;
  const Token *t = parser_token(p);
  uint32_t start = base.start;
  switch ((TokenKind)t->kind) {
  case T_ALIAS: base = dotted_alias(p, base, dot); break;
  case T_BRACE_OPEN: base = dotted_tuple(p, base, dot); break;
  case T_IDENTIFIER:
  case T_PAREN_IDENTIFIER:
  case T_BRACKET_IDENTIFIER:
  case T_OP_IDENTIFIER: {
    p->pos++;
    Quoted *head = parser_call_at(p, Q_NAME(p->names, DOT), quoted_list_of(p->names, 2, base.q, quoted_atom(t->name)), NULL, dot);
    base = name_call(p, (TokenKind)t->kind, (Callee){head, true, t});
    break;
  }
  default:
    if (t->kind == T_END_OF_INPUT || t->kind == T_KEY || true) parser_unexpected(p);
  }
  base.start = start;
  return base;
}

Expr parser_postfix(Parser *p, Expr base) {
  for (;;) {
    uint32_t start = base.start;
    switch (parser_kind(p)) {
    case T_BRACKET_OPEN:
      if (base.kind != EXPR_MATCHED || !base.tight || p->no_arguments) return base;
      base.q = parser_access(p, base.q);
      base.tight = true;
      break;
    case T_DOT:
      if (base.kind != EXPR_MATCHED) return base;
      base = dotted(p, base);
      break;
    case T_DOT_CALL: {
      if (base.kind != EXPR_MATCHED) return base;
      const Token *dot = parser_token(p);
      p->pos++;
      Quoted *head = parser_call_at(p, Q_NAME(p->names, DOT), quoted_list_of(p->names, 1, base.q), NULL, dot);
      base = paren_call(p, (Callee){head, true, dot});
      break;
    }
    default: return base;
    }
    base.start = start;
    base.empty = base.bar = false;
  }
}

// --- operands ---

// Names and literals, without what may follow them.
static Expr primary(Parser *p) {
  const Token *t = parser_token(p);
  uint32_t start = p->pos;
  Expr e;
  switch ((TokenKind)t->kind) {
  case T_IDENTIFIER:
  case T_PAREN_IDENTIFIER:
  case T_BRACKET_IDENTIFIER:
  case T_OP_IDENTIFIER:
    p->pos++;
    e = name_call(p, (TokenKind)t->kind, (Callee){quoted_atom(t->name), false, t});
    break;
  case T_ALIAS: {
    p->pos++;
    Meta meta = {0};
    meta_place(p, &meta, N_LAST, t);
    e = (Expr){.kind = EXPR_MATCHED, .tight = true};
    e.q = parser_call_at(p, Q_NAME(p->names, ALIASES), quoted_list_of(p->names, 1, quoted_atom(t->name)), &meta, t);
    break;
  }
  case T_PAREN_OPEN: e = parser_paren(p, false); break;
  case T_FN: e = parser_fn(p); break;
  case T_CAPTURE_INTEGER:
    p->pos++;
    if (parser_kind(p) != T_INTEGER) parser_unexpected(p);
    e = (Expr){.kind = EXPR_MATCHED, .tight = true};
    e.q = parser_unary(p, t, parser_token(p)->value);
    p->pos++;
    break;
  case T_RANGE:
    p->pos++;
    e = (Expr){.kind = EXPR_MATCHED, .tight = true};
    e.q = parser_call_at(p, quoted_atom(t->name), quoted_empty_list(p->names), NULL, t);
    break;
  default:
    e = parser_primary_data(p);
    if (!e.q) parser_unexpected(p);
  }
  e.start = start;
  return e;
}

static Expr prefixed(Parser *p, const Token *op, Expr operand, uint32_t start) {
  Expr e = {.kind = operand.kind, .start = start, .open_at = operand.open_at};
  e.q = parser_unary(p, op, operand.q);
  return e;
}

// @ binds tighter than the dot, so what follows belongs to the whole of @name.
static Expr at_operand(Parser *p) {
  const Token *t = parser_token(p);
  uint32_t start = p->pos++;
  parser_skip_newlines(p);
  Expr operand;
  parser_enter(p, DEPTH_OPERATOR);
  switch (parser_kind(p)) {
  case T_UNARY:
  case T_DUAL:
  case T_CAPTURE:
  case T_ELLIPSIS: operand = parser_operand(p); break;
  case T_AT:
    operand = at_operand(p);
    while (parser_kind(p) == T_BRACKET_OPEN && operand.kind == EXPR_MATCHED && operand.tight) operand.q = parser_access(p, operand.q);
    break;
  default: operand = primary(p);
  }
  parser_leave(p, DEPTH_OPERATOR);
  Expr e = prefixed(p, t, operand, start);
  e.tight = operand.tight;
  return e;
}

// What may stand between % and {: a name, alias, atom or call, with dots and prefixes.
Expr parser_struct_base(Parser *p) {
  const Token *t = parser_token(p);
  switch ((TokenKind)t->kind) {
  case T_UNARY:
  case T_DUAL: {
    uint32_t start = p->pos++;
    parser_enter(p, DEPTH_OPERATOR);
    Expr operand = parser_struct_base(p);
    parser_leave(p, DEPTH_OPERATOR);
    return prefixed(p, t, operand, start);
  }
  case T_AT:
  case T_ALIAS:
  case T_ATOM:
  case T_IDENTIFIER:
  case T_PAREN_IDENTIFIER:
  case T_OP_IDENTIFIER:
  case T_ELLIPSIS:
  case T_BAD: return parser_operand(p);
  default: parser_unexpected(p);
  }
}

Expr parser_operand(Parser *p) {
  const Token *t = parser_token(p);
  uint32_t start = p->pos;
  switch ((TokenKind)t->kind) {
  case T_UNARY:
  case T_DUAL:
  case T_STEP: {
    p->pos++;
    parser_skip_newlines(p);
    parser_enter(p, DEPTH_OPERATOR);
    Expr operand = parser_operand(p);
    parser_leave(p, DEPTH_OPERATOR);
    return prefixed(p, t, operand, start);
  }
  case T_CAPTURE_INTEGER:
    // &1 is a unit of its own; before any other number & is the operator.
    if (p->tokens[p->pos + 1].kind == T_INTEGER) return parser_postfix(p, primary(p));
    // fall through
  case T_CAPTURE: {
    p->pos++;
    parser_skip_newlines(p);
    return prefixed(p, t, parser_expression(p, POWER_CAPTURE + 1), start);
  }
  case T_ELLIPSIS: {
    p->pos++;
    bool operand = (begins_argument(p) && !parser_at_key(p)) || parser_kind(p) == T_DUAL;
    if (operand && !p->no_arguments) return prefixed(p, t, parser_expression(p, POWER_CAPTURE + 1), start);
    Expr e = {.kind = EXPR_MATCHED, .start = start};
    e.q = parser_call_at(p, quoted_atom(t->name), quoted_empty_list(p->names), NULL, t);
    return parser_postfix(p, e);
  }
  case T_AT: return parser_postfix(p, at_operand(p));
  default: return parser_postfix(p, primary(p));
  }
}

// --- operators ---

static bool is_binary(const Token *t) {
  switch ((TokenKind)t->kind) {
  case T_BINARY:
  case T_DUAL:
  case T_STEP:
  case T_RANGE:
  case T_PIPE_BAR:
  case T_WHEN:
  case T_IN: return true;
  default: return false;
  }
}

Expr parser_operators(Parser *p, Expr left, int power) {
  for (;;) {
    const Token *op = parser_token(p);
    if (!is_binary(op) || op->power < power || left.kind == EXPR_OPEN) return left;
    uint32_t op_pos = p->pos++;
    uint32_t newlines = op->newlines;
    if (parser_kind(p) == T_EOL) {
      uint32_t behind = parser_skip_newlines(p);
      if (op->name->known != N_MATCH) newlines = behind; // behind = they are not told
    }
    Expr right;
    if (parser_at_key(p) && op->kind == T_PIPE_BAR && !p->no_do) {
      p->pos = op_pos; // only a map's update takes keys here
      return left;
    }
    if (parser_at_key(p) && op->kind == T_WHEN) {
      right = (Expr){.q = parser_open_keywords(p), .kind = EXPR_OPEN, .open_at = op_pos};
    } else {
      right = parser_expression(p, op->right || op->kind == T_WHEN ? op->power : op->power + 1);
      if (op->name->known == N_PIPE && right.kind == EXPR_MATCHED && right.q->kind == Q_CALL && !right.tight &&
          right.q->args->kind == Q_LIST && right.q->args->count == 1 && !right.q->extra &&
          p->tokens[right.start].kind == T_IDENTIFIER && p->tokens[right.start + 1].kind != T_DOT)
        parser_warn(p, DIAG_AMBIGUOUS, op, "parentheses are needed around the arguments of a call behind |>");
    }
    uint32_t start = left.start;
    left = (Expr){.q = parser_binary(p, op, newlines, left.q, right.q),
                  .kind = left.kind == EXPR_BLOCK ? EXPR_BLOCK : right.kind,
                  .bar = op->kind == T_PIPE_BAR,
                  .open_at = right.open_at,
                  .start = start};
  }
}

Expr parser_expression(Parser *p, int power) {
  parser_enter(p, DEPTH_OPERATOR);
  Expr e = parser_operators(p, parser_operand(p), power);
  parser_leave(p, DEPTH_OPERATOR);
  return e;
}

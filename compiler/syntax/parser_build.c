// SPDX-License-Identifier: Apache-2.0
//
// Nodes and their metadata. The order of keys is part of the contract: what later code
// puts in front stands in front.

#include <string.h>

#include "compiler/syntax/parser_internal.h"

void meta_add(Parser *p, Meta *m, NameId key, Quoted *value) {
  CHECK(m->count < sizeof m->items / sizeof *m->items);
  m->items[m->count++] = quoted_pair(p->names, p->names->known[key]->quoted, value);
}

void meta_newlines(Parser *p, Meta *m, uint32_t newlines) {
  if (newlines && p->options->token_metadata) meta_add(p, m, N_NEWLINES, quoted_int(p->names, newlines));
}

Quoted *parser_place(Parser *p, int line, int column) {
  Quoted *items[2];
  size_t count = 0;
  items[count++] = quoted_pair(p->names, Q_NAME(p->names, LINE), quoted_int(p->names, line));
  if (p->options->columns)
    items[count++] = quoted_pair(p->names, Q_NAME(p->names, COLUMN), quoted_int(p->names, column));
  return quoted_list(p->names, items, count);
}

void meta_place(Parser *p, Meta *m, NameId key, const Token *t) {
  if (p->options->token_metadata) meta_add(p, m, key, parser_place(p, t->line, t->column));
}

Quoted *parser_call(Parser *p, Quoted *head, Quoted *args, const Meta *m, int line, int column) {
  Quoted *extra = m && m->count ? quoted_list(p->names, m->items, m->count) : NULL;
  return quoted_call(p->names, head, args, extra, line, p->options->columns ? column : 0);
}

Quoted *parser_call_at(Parser *p, Quoted *head, Quoted *args, const Meta *m, const Token *t) {
  return parser_call(p, head, args, m, t->line, t->column);
}

// In front of `in`, `not x` and `!x` mean the whole of `x in y`, unless they stood in
// parentheses: a block of one keeps that apart.
static bool is_rearranged(Quoted *q) {
  return quoted_is_call_arity(q, N_NOT, 1) || quoted_is_call_arity(q, N_BANG, 1);
}

Quoted *parser_block_of(Parser *p, const QuotedItems *items, const Token *open, const Token *close) {
  Meta meta = {0};
  Quoted *block = Q_NAME(p->names, BLOCK);
  if (items->count == 1) {
    Quoted *only = items->items[0];
    if (open && quoted_is_call_of(only, N_BLOCK)) {
      // Parentheses around a block add their place to its own.
      Quoted *inner = quoted_meta(p->names, only);
      QuotedItems all = {0};
      for (uint32_t i = 0; i < inner->count; i++) quoted_push(p->names, &all, inner->items[i]);
      meta_place(p, &meta, N_CLOSING, close);
      Quoted *outer = quoted_meta(p->names, parser_call_at(p, block, only->args, &meta, open));
      for (uint32_t i = 0; i < outer->count; i++) quoted_push(p->names, &all, outer->items[i]);
      return quoted_call_meta(p->names, block, quoted_items_list(p->names, &all), only->args);
    }
    if (!is_rearranged(only) && !quoted_is_call_arity(only, N_UNQUOTE_SPLICING, 1)) return only;
  }
  if (!open) return quoted_call(p->names, block, quoted_items_list(p->names, items), NULL, 0, 0);
  meta_place(p, &meta, N_CLOSING, close);
  return parser_call_at(p, block, quoted_items_list(p->names, items), &meta, open);
}

void parser_end_of_expression(Parser *p, Quoted *q, const Token *end) {
  if (!p->options->token_metadata) return;
  if (quoted_is_call_arity(q, N_ARROW, 2) && quoted_arg(q, 1)->kind == Q_CALL) q = quoted_arg(q, 1);
  if (q->kind != Q_CALL) return;
  Quoted *entries[3];
  size_t count = 0;
  entries[count++] = quoted_pair(p->names, Q_NAME(p->names, NEWLINES), quoted_int(p->names, end->newlines));
  entries[count++] = quoted_pair(p->names, Q_NAME(p->names, LINE), quoted_int(p->names, end->line));
  if (p->options->columns)
    entries[count++] = quoted_pair(p->names, Q_NAME(p->names, COLUMN), quoted_int(p->names, end->column));
  Quoted *pair =
      quoted_pair(p->names, Q_NAME(p->names, END_OF_EXPRESSION), quoted_list(p->names, entries, count));
  // The node is this parser's own and nobody has seen it yet, so it may still change.
  struct QuotedNode *node = (struct QuotedNode *)(uintptr_t)q;
  uint32_t old = node->extra ? node->extra->count : 0;
  Quoted **items = arena_get(p->names->arena, (old + 1) * sizeof *items);
  items[0] = pair;
  if (old) memcpy(items + 1, node->extra->items, old * sizeof *items);
  node->extra = quoted_list(p->names, items, old + 1);
}

Quoted *parser_binary(Parser *p, const Token *op, uint32_t newlines, Quoted *left, Quoted *right) {
  Names *names = p->names;
  Meta meta = {0};
  meta_newlines(p, &meta, newlines);
  if (op->kind == T_STEP) {
    if (!quoted_is_call_arity(left, N_DOTDOT, 2))
      parser_fail(p, DIAG_OPERATOR_USE, (uint32_t)(op - p->tokens),
                  "the range step operator (//) must follow a range, as in 1..9//2. Syntax error before: ",
                  "a default argument is written with \\\\, an integer division with div(a, b)",
                  "// stands only behind a range, as in first..last//step");
    Quoted *args = quoted_list_of(names, 3, quoted_arg(left, 0), quoted_arg(left, 1), right);
    return quoted_with_args(names, quoted_with_head(names, left, Q_NAME(names, DOTDOT_SLASHES)), args);
  }
  Quoted *args = quoted_list_of(names, 2, left, right);
  if (op->kind == T_IN) {
    if (op->name->known == N_NOT_IN) {
      Quoted *in = parser_call_at(p, Q_NAME(names, IN), args, NULL, op);
      return parser_call_at(p, Q_NAME(names, NOT), quoted_list_of(names, 1, in), NULL, op);
    }
    if (is_rearranged(left)) {
      Quoted *in = parser_call_at(p, Q_NAME(names, IN), quoted_list_of(names, 2, quoted_arg(left, 0), right), &meta, op);
      return parser_call_at(p, left->head, quoted_list_of(names, 1, in), &meta, op);
    }
  }
  return parser_call_at(p, quoted_atom(op->name), args, &meta, op);
}

Quoted *parser_unary(Parser *p, const Token *op, Quoted *operand) {
  Names *names = p->names;
  if (op->kind == T_STEP) {
    // &//2: the function / of two arguments.
    Quoted *slash = parser_call(p, Q_NAME(names, SLASH), Q_NAME(names, NIL), NULL, op->line, op->column);
    return parser_call(p, Q_NAME(names, SLASH), quoted_list_of(names, 2, slash, operand), NULL, op->line, op->column + 1);
  }
  return parser_call_at(p, quoted_atom(op->name), quoted_list_of(names, 1, operand), NULL, op);
}

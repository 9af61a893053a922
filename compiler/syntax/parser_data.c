// SPDX-License-Identifier: Apache-2.0
//
// Literals and containers: lists, tuples, maps, structs, bit strings, access, text with
// interpolation.

#include "compiler/syntax/parser_internal.h"

// Between brackets a do belongs to whatever call stands there.
typedef struct Inside {
  bool no_do, no_arguments;
} Inside;
static Inside go_inside(Parser *p) {
  parser_enter(p, DEPTH_BRACKET);
  Inside saved = {p->no_do, p->no_arguments};
  p->no_do = p->no_arguments = false;
  return saved;
}
static void come_out(Parser *p, Inside saved) {
  parser_leave(p, DEPTH_BRACKET);
  p->no_do = saved.no_do;
  p->no_arguments = saved.no_arguments;
}

static bool is_closer(Parser *p, TokenKind closer) {
  if (parser_kind(p) == closer) return true;
  return parser_kind(p) == T_EOL && p->tokens[p->pos + 1].kind == closer;
}

static const Token *take_closer(Parser *p, TokenKind closer) {
  if (parser_kind(p) == T_EOL) p->pos++; // also in front of what is wrong then
  if (parser_kind(p) != closer) parser_unexpected(p);
  return &p->tokens[p->pos++];
}

// --- text ---

static Quoted *remote(Parser *p, NameId module, NameId function, int line, int column) {
  Quoted *args = quoted_list_of(p->names, 2, p->names->known[module]->quoted, p->names->known[function]->quoted);
  return parser_call(p, Q_NAME(p->names, DOT), args, NULL, line, column);
}

// Kernel.to_string(expression)
static Quoted *interpolated(Parser *p, const TextPart *part) {
  p->pos = part->first;
  Quoted *inner = parser_block(p, T_INTERPOLATION_END);
  const Token *close = parser_token(p);
  Meta meta = {0};
  meta_add(p, &meta, N_FROM_INTERPOLATION, Q_NAME(p->names, TRUE));
  meta_place(p, &meta, N_CLOSING, close);
  Quoted *head = remote(p, N_M_KERNEL, N_TO_STRING, part->line, part->column);
  return parser_call(p, head, quoted_list_of(p->names, 1, inner), &meta, part->line, part->column);
}

static Quoted *text_parts(Parser *p, const Text *text, bool typed) {
  QuotedItems items = {0};
  Inside saved = go_inside(p);
  for (uint32_t i = 0; i < text->part_count; i++) {
    const TextPart *part = &text->parts[i];
    if (part->bytes) {
      quoted_push(p->names, &items, part->bytes);
      continue;
    }
    Quoted *value = interpolated(p, part);
    if (typed) {
      Quoted *binary = parser_call(p, Q_NAME(p->names, BINARY), Q_NAME(p->names, NIL), NULL, part->line, part->column);
      value = parser_call(p, Q_NAME(p->names, TYPE), quoted_list_of(p->names, 2, value, binary), NULL, part->line,
                          part->column);
    }
    quoted_push(p->names, &items, value);
  }
  come_out(p, saved);
  return quoted_items_list(p->names, &items);
}

static void meta_delimiter(Parser *p, Meta *m, const char *delimiter) {
  size_t size = 0;
  while (delimiter[size]) size++;
  meta_add(p, m, N_DELIMITER, quoted_binary(p->names, delimiter, size));
}

static Quoted *text_atom(Parser *p, const Token *t, const Meta *meta) {
  Quoted *parts = text_parts(p, t->text, true);
  Quoted *bits = parser_call_at(p, Q_NAME(p->names, BITSTRING), parts, NULL, t);
  NameId function = p->options->atom_exists ? N_BINARY_TO_EXISTING_ATOM : N_BINARY_TO_ATOM;
  Quoted *head = remote(p, N_ERLANG, function, t->line, t->column);
  return parser_call_at(p, head, quoted_list_of(p->names, 2, bits, Q_NAME(p->names, UTF8)), meta, t);
}

static Quoted *parse_text(Parser *p) {
  const Token *t = parser_token(p);
  const Text *text = t->text;
  Names *names = p->names;
  Meta meta = {0};
  Quoted *result = NULL;
  switch (text->kind) {
  case TEXT_STRING:
  case TEXT_CHARLIST:
    if (p->options->token_metadata) {
      meta_delimiter(p, &meta, text->delimiter);
      if (text->indentation >= 0) meta_add(p, &meta, N_INDENTATION, quoted_int(names, text->indentation));
    }
    if (text->kind == TEXT_STRING) {
      result = parser_call_at(p, Q_NAME(names, BITSTRING), text_parts(p, text, true), &meta, t);
    } else {
      Quoted *list = text_parts(p, text, false);
      result = parser_call_at(p, remote(p, N_M_LIST, N_TO_CHARLIST, t->line, t->column), quoted_list_of(names, 1, list),
                              &meta, t);
    }
    break;
  case TEXT_ATOM:
    if (p->options->token_metadata) meta_delimiter(p, &meta, "\"");
    result = text_atom(p, t, &meta);
    break;
  case TEXT_KEY:
    if (p->options->token_metadata) meta_add(p, &meta, N_FORMAT, Q_NAME(names, KEYWORD));
    result = text_atom(p, t, &meta);
    break;
  case TEXT_SIGIL: {
    Meta bits = {0};
    if (text->indentation >= 0) meta_add(p, &bits, N_INDENTATION, quoted_int(names, text->indentation));
    Quoted *content = parser_call_at(p, Q_NAME(names, BITSTRING), text_parts(p, text, true), &bits, t);
    meta_delimiter(p, &meta, text->delimiter);
    result = parser_call_at(p, quoted_atom(text->sigil), quoted_list_of(names, 2, content, text->modifiers), &meta, t);
    break;
  }
  case TEXT_CALL_NAME: UNREACHABLE();
  }
  p->pos = t->match;
  return result;
}

Quoted *parser_key(Parser *p) {
  const Token *t = parser_token(p);
  if (t->kind == T_TEXT) return parse_text(p);
  p->pos++;
  return quoted_atom(t->name);
}

// --- items ---

static Quoted *container_value(Parser *p) {
  Expr e = parser_expression(p, POWER_LOWEST);
  if (e.kind == EXPR_OPEN) parser_fail_open_call(p, &e, true);
  return e.q;
}

// `key: value` entries up to the closer, each pushed as a pair.
void parser_keywords(Parser *p, QuotedItems *items, TokenKind closer, ItemsStyle style) {
  for (;;) {
    Quoted *key = parser_key(p);
    parser_skip_newlines(p);
    quoted_push(p->names, items, quoted_pair(p->names, key, container_value(p)));
    if (parser_kind(p) != T_COMMA) return;
    uint32_t comma = p->pos++;
    if (parser_at_key(p)) continue;
    if (is_closer(p, closer)) {
      if (style == ITEMS_CALL)
        parser_warn(p, DIAG_DEPRECATED_SYNTAX, &p->tokens[comma], "a trailing comma after a call's last argument");
      return;
    }
    if (parser_kind(p) == T_END_OF_INPUT || parser_kind(p) == T_COMMA) parser_unexpected(p);
    parser_fail(p, DIAG_KEYWORD_SYNTAX, comma,
                style == ITEMS_CALL
                    ? "unexpected expression after keyword list. Keyword lists must always come as the last argument. Syntax error after: "
                    : "unexpected expression after keyword list. Keyword lists must always come last in lists and maps. Syntax error after: ",
                style == ITEMS_CALL ? "put the keyword list last, or in brackets: f([a: 1], b)"
                                    : "put the entries with keys last: [b, a: 1]",
                "an expression stands after keyword entries");
  }
}

const Token *parser_items(Parser *p, QuotedItems *items, TokenKind closer, ItemsStyle style) {
  Inside saved = go_inside(p);
  while (!is_closer(p, closer)) {
    if (parser_at_key(p)) {
      if (style == ITEMS_TUPLE && items->count == 0) {
        parser_fail(p, DIAG_KEYWORD_SYNTAX, p->pos, "syntax error before: ",
                    "a map is written %{key: value}, a tuple with a keyword list {[key: value]}",
                    "key and value directly in a tuple or bit string");
      }
      QuotedItems keywords = {0};
      parser_keywords(p, &keywords, closer, style);
      if (style == ITEMS_LIST) {
        for (uint32_t i = 0; i < keywords.count; i++) quoted_push(p->names, items, keywords.items[i]);
      } else {
        quoted_push(p->names, items, quoted_items_list(p->names, &keywords));
      }
      break;
    }
    Expr e = parser_expression(p, POWER_LOWEST);
    if (e.kind == EXPR_OPEN) {
      // f(g a, b) is clear, since nothing else stands in the parentheses.
      bool alone = style == ITEMS_CALL && items->count == 0 && is_closer(p, closer);
      if (!alone) parser_fail_open_call(p, &e, style != ITEMS_CALL);
    }
    quoted_push(p->names, items, e.q);
    if (parser_kind(p) != T_COMMA) break;
    p->pos++;
    if (style == ITEMS_CALL && is_closer(p, closer)) {
      if (parser_kind(p) == T_EOL) p->pos++;
      parser_unexpected(p);
    }
  }
  come_out(p, saved);
  return take_closer(p, closer);
}

Quoted *parser_access(Parser *p, Quoted *base) {
  const Token *open = parser_token(p);
  p->pos++;
  uint32_t newlines = parser_skip_newlines(p);
  Inside saved = go_inside(p);
  Quoted *key;
  if (parser_at_key(p)) {
    QuotedItems keywords = {0};
    parser_keywords(p, &keywords, T_BRACKET_CLOSE, ITEMS_LIST);
    key = quoted_items_list(p->names, &keywords);
  } else {
    key = container_value(p);
    if (parser_kind(p) == T_COMMA) {
      p->pos++;
      if (!is_closer(p, T_BRACKET_CLOSE))
        parser_fail(p, DIAG_SYNTAX, p->pos, "syntax error before: ", "nested data is read with data[a][b] or get_in(data, [a, b])",
                    "more than one key in brackets");
    }
  }
  come_out(p, saved);
  const Token *close = take_closer(p, T_BRACKET_CLOSE);
  Meta meta = {0};
  meta_add(p, &meta, N_FROM_BRACKETS, Q_NAME(p->names, TRUE));
  meta_newlines(p, &meta, newlines);
  meta_place(p, &meta, N_CLOSING, close);
  Quoted *target = quoted_list_of(p->names, 2, Q_NAME(p->names, M_ACCESS), Q_NAME(p->names, GET));
  Quoted *head = parser_call_at(p, Q_NAME(p->names, DOT), target, &meta, open);
  return parser_call_at(p, head, quoted_list_of(p->names, 2, base, key), &meta, open);
}

// --- containers ---

static Quoted *parse_list(Parser *p) {
  p->pos++;
  parser_skip_newlines(p);
  QuotedItems items = {0};
  parser_items(p, &items, T_BRACKET_CLOSE, ITEMS_LIST);
  return quoted_items_list(p->names, &items);
}

// A tuple or bits: a call of what they are made by; a pair is its own quoted form.
static Quoted *parse_items_node(Parser *p, TokenKind closer, NameId maker) {
  const Token *open = parser_token(p);
  p->pos++;
  uint32_t newlines = parser_skip_newlines(p);
  QuotedItems items = {0};
  const Token *close = parser_items(p, &items, closer, ITEMS_TUPLE);
  if (maker == N_TUPLE && items.count == 2) return quoted_pair(p->names, items.items[0], items.items[1]);
  Meta meta = {0};
  meta_newlines(p, &meta, newlines);
  meta_place(p, &meta, N_CLOSING, close);
  return parser_call_at(p, p->names->known[maker]->quoted, quoted_items_list(p->names, &items), &meta, open);
}

// Without => an entry can only be a name or call, which a macro may turn into entries.
static void check_bare_entry(Parser *p, const Expr *e) {
  Quoted *q = e->q;
  const Token *t = &p->tokens[e->start];
  if (t->kind == T_BAD) return;
  if (q->kind == Q_CALL && e->kind == EXPR_MATCHED) {
    bool name = t->kind == T_IDENTIFIER || t->kind == T_PAREN_IDENTIFIER || t->kind == T_OP_IDENTIFIER;
    if (q->head->kind == Q_ATOM && name && q->head->name == t->name) return;
    bool access = q->extra && quoted_keyword_get(q->extra, NAME(p->names, FROM_BRACKETS));
    if (quoted_is_call_of(q->head, N_DOT) && !access) return;
  }
  parser_unexpected(p);
}

// key => value entries; `first` is one key already read, or NULL.
static void map_entries(Parser *p, QuotedItems *items, const Expr *first) {
  for (;;) {
    if (!first) {
      if (is_closer(p, T_BRACE_CLOSE)) return;
      if (parser_at_key(p)) {
        parser_keywords(p, items, T_BRACE_CLOSE, ITEMS_LIST);
        return;
      }
    }
    Expr key = first ? *first : parser_expression(p, POWER_LOWEST);
    if (key.kind == EXPR_OPEN) parser_fail_open_call(p, &key, true);
    if (parser_kind(p) == T_ASSOC) {
      p->pos++;
      parser_skip_newlines(p);
      quoted_push(p->names, items, quoted_pair(p->names, key.q, container_value(p)));
    } else {
      if (!first) check_bare_entry(p, &key);
      quoted_push(p->names, items, key.q);
    }
    first = NULL;
    if (parser_kind(p) != T_COMMA) return;
    p->pos++;
  }
}

// At { of a map or struct.
static Quoted *map_body(Parser *p) {
  const Token *open = parser_token(p);
  p->pos++;
  uint32_t newlines = parser_skip_newlines(p);
  Inside saved = go_inside(p);
  QuotedItems items = {0};
  Names *names = p->names;
  if (is_closer(p, T_BRACE_CLOSE) || parser_at_key(p)) {
    map_entries(p, &items, NULL);
  } else {
    Expr first = parser_expression(p, POWER_LOWEST);
    const Token *bar = parser_token(p);
    Quoted *base = NULL;
    Meta meta = {0};
    QuotedItems updates = {0};
    if (bar->kind == T_PIPE_BAR) {
      // `base | key: value`; the operator stops in front of a key.
      if (first.kind == EXPR_OPEN) parser_fail_open_call(p, &first, true);
      base = first.q;
      uint32_t bar_newlines = bar->newlines;
      p->pos++;
      if (parser_kind(p) == T_EOL) bar_newlines = parser_skip_newlines(p);
      meta_newlines(p, &meta, bar_newlines);
      if (!parser_at_key(p)) parser_unexpected(p);
      parser_keywords(p, &updates, T_BRACE_CLOSE, ITEMS_LIST);
      Quoted *update = parser_call_at(p, Q_NAME(names, BAR),
                                      quoted_list_of(names, 2, base, quoted_items_list(names, &updates)), &meta, bar);
      quoted_push(names, &items, update);
    } else if (first.bar) {
      // `base | key => value`: read as an operator first, taken apart here.
      Expr key = first;
      base = quoted_arg(first.q, 0);
      key.q = quoted_arg(first.q, 1);
      map_entries(p, &updates, &key);
      Quoted *list = quoted_items_list(names, &updates);
      quoted_push(names, &items, quoted_with_args(names, first.q, quoted_list_of(names, 2, base, list)));
    } else {
      if (first.kind == EXPR_OPEN) parser_fail_open_call(p, &first, true);
      if (parser_kind(p) != T_ASSOC) check_bare_entry(p, &first);
      map_entries(p, &items, &first);
    }
  }
  come_out(p, saved);
  const Token *close = take_closer(p, T_BRACE_CLOSE);
  Meta meta = {0};
  meta_newlines(p, &meta, newlines);
  meta_place(p, &meta, N_CLOSING, close);
  return parser_call_at(p, Q_NAME(names, MAP), quoted_items_list(names, &items), &meta, open);
}

static Quoted *parse_struct(Parser *p) {
  const Token *percent = parser_token(p);
  p->pos++;
  bool saved = p->no_arguments;
  p->no_arguments = true;
  parser_enter(p, DEPTH_OPERATOR);
  Expr base = parser_struct_base(p);
  parser_leave(p, DEPTH_OPERATOR);
  p->no_arguments = saved;
  if (base.kind != EXPR_MATCHED) parser_unexpected_at(p, base.start);
  if (parser_kind(p) == T_EOL && p->tokens[p->pos + 1].kind == T_BRACE_OPEN) p->pos++;
  if (parser_kind(p) != T_BRACE_OPEN) parser_unexpected(p);
  Quoted *map = map_body(p);
  return parser_call_at(p, Q_NAME(p->names, STRUCT), quoted_list_of(p->names, 2, base.q, map), NULL, percent);
}

Expr parser_primary_data(Parser *p) {
  const Token *t = parser_token(p);
  Expr e = {.kind = EXPR_MATCHED, .tight = true, .start = p->pos};
  switch ((TokenKind)t->kind) {
  case T_CHARLIST:
    parser_warn(p, DIAG_CHARLIST_QUOTES, t, "single quotes make a charlist: write ~c\"...\" for that, or double quotes for a string");
    e.q = t->value;
    p->pos++;
    break;
  case T_INTEGER:
  case T_NUMBER:
  case T_STRING:
    e.q = t->value;
    p->pos++;
    break;
  case T_ATOM:
  case T_WORD:
    e.q = quoted_atom(t->name);
    p->pos++;
    break;
  case T_BAD:
    e.q = Q_NAME(p->names, NIL);
    p->failed = true;
    p->pos++;
    break;
  case T_TEXT:
    if (t->text->kind != TEXT_KEY) e.q = parse_text(p);
    break;
  case T_BRACKET_OPEN: e.q = parse_list(p); break;
  case T_BRACE_OPEN: e.q = parse_items_node(p, T_BRACE_CLOSE, N_TUPLE); break;
  case T_BITS_OPEN: e.q = parse_items_node(p, T_BITS_CLOSE, N_BITSTRING); break;
  case T_MAP:
    p->pos++;
    e.q = map_body(p);
    break;
  case T_PERCENT: e.q = parse_struct(p); break;
  default: break;
  }
  return e;
}

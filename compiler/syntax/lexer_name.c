// SPDX-License-Identifier: Apache-2.0
//
// Names: identifiers, reserved words, aliases, keys and atoms.
//
// Names in Unicode are interned in composed form. Behind a dot no word is reserved.

#include "compiler/syntax/lexer.h"

#include <string.h>

#include "compiler/syntax/unicode.h"

enum { NAME_MAX_CHARACTERS = 255 };

// Flags of ASCII characters, see lexer.h.
const uint8_t lexer_char_class[128] = {
    ['0'] = 3,  ['1'] = 3,  ['2'] = 3,  ['3'] = 3,  ['4'] = 3,  ['5'] = 3,  ['6'] = 3,  ['7'] = 3,  ['8'] = 3,
    ['9'] = 3,  ['_'] = 5,  ['a'] = 5,  ['b'] = 5,  ['c'] = 5,  ['d'] = 5,  ['e'] = 5,  ['f'] = 5,  ['g'] = 5,
    ['h'] = 5,  ['i'] = 5,  ['j'] = 5,  ['k'] = 5,  ['l'] = 5,  ['m'] = 5,  ['n'] = 5,  ['o'] = 5,  ['p'] = 5,
    ['q'] = 5,  ['r'] = 5,  ['s'] = 5,  ['t'] = 5,  ['u'] = 5,  ['v'] = 5,  ['w'] = 5,  ['x'] = 5,  ['y'] = 5,
    ['z'] = 5,  ['A'] = 9,  ['B'] = 9,  ['C'] = 9,  ['D'] = 9,  ['E'] = 9,  ['F'] = 9,  ['G'] = 9,  ['H'] = 9,
    ['I'] = 9,  ['J'] = 9,  ['K'] = 9,  ['L'] = 9,  ['M'] = 9,  ['N'] = 9,  ['O'] = 9,  ['P'] = 9,  ['Q'] = 9,
    ['R'] = 9,  ['S'] = 9,  ['T'] = 9,  ['U'] = 9,  ['V'] = 9,  ['W'] = 9,  ['X'] = 9,  ['Y'] = 9,  ['Z'] = 9,
};

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
      if (lexer_char_class[*p] & CH_NAME) {
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

TokenKind lexer_identifier_kind(const Lexer *l) {
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
    lexer_take_newlines(l);
    index = l->count;
    lexer_add(l, T_DO, start, l->line, column);
    lexer_open(l, index, T_END);
    return;
  }
  case T_FN:
    lexer_add(l, T_FN, start, l->line, column);
    lexer_open(l, index, T_END);
    return;
  case T_END:
    lexer_close(l, T_END, start, l->line, column);
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
      lexer_take_newlines(l);
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
  uint32_t newlines = w->power ? lexer_take_newlines(l) : 0;
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

void lexer_name(Lexer *l) {
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
    if (lexer_is_key_colon(l, p)) {
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
                                             lexer_char_class[*start & 127] & CH_UPPER ? "alias" : "identifier"),
                                arena_format(l->names->arena, "%.*s", (int)length, text),
                                "\"@\" cannot stand in the name \"%.*s\"", (int)length, text);
    diagnostic_hint(l->sink, d, "@ is allowed in atoms only");
    lexer_add(l, T_BAD, start, l->line, column);
    return;
  }
  uint32_t first = *start;
  if (first >= 0x80) unicode_decode(start, l->end, &first);
  if (first < 0x80 ? lexer_char_class[first] & CH_UPPER : unicode_is_upper(first)) {
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
  lexer_add(l, lexer_identifier_kind(l), start, l->line, column)->name = names_intern(l->names, text, length);
}

// --- atoms ---

void lexer_atom(Lexer *l) {
  const unsigned char *start = l->p;
  int line = l->line, column = lexer_column(l, start);
  const unsigned char *p = start + 1;
  if (p >= l->end) {
    lexer_bad_character(l);
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
  size_t length = lexer_special_name(l, p);
  if (length == 0) {
    const Operator *o = lexer_find_operator(l, p);
    if (o) {
      length = o->length;
      if (o->kind == T_STEP || o->kind == T_ASSOC) length = 1;
    } else if (*p == '.') {
      length = 1;
    }
  }
  if (length == 0) {
    lexer_bad_character(l);
    return;
  }
  l->p = p + length;
  lexer_add(l, T_ATOM, start, line, column)->name = names_intern(l->names, (const char *)p, length);
}

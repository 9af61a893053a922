// SPDX-License-Identifier: Apache-2.0
//
// Everything in quotes: strings, charlists, heredocs, quoted atoms, keys and call names,
// sigils, with escapes and interpolation.
//
// First the raw text is found (its end depends on escapes and nested interpolations
// only), as slices between interpolations; then indentation is taken away from heredocs
// (known only at their end), and last escapes are resolved. Sigils keep their escapes,
// only the one in front of the terminator goes.

#include <string.h>

#include "compiler/syntax/lexer.h"
#include "compiler/syntax/unicode.h"

// How deep strings may nest in interpolations.

typedef struct Raw {
  const unsigned char *start, *end; // NULL: an interpolation
  uint32_t first;                   // its first token
  int line, column;
} Raw;

typedef struct Scan {
  TextKind kind;
  bool heredoc, interpolates, sigil;
  unsigned char terminator;
  int indentation;
  Raw *raw;
  uint32_t count, capacity;
  bool has_interpolation;
  uint32_t token; // the T_TEXT placeholder, when has_interpolation
  const unsigned char *start;
  int line, column; // of the whole token
} Scan;

static void add_raw(Lexer *l, Scan *s, Raw raw) {
  ARENA_ROOM(l->names->arena, s->raw, s->count, s->capacity, 4);
  s->raw[s->count++] = raw;
}

static const char *what_is_it(Lexer *l, const Scan *s) {
  if (s->sigil) return arena_format(l->names->arena, "sigil %.3s", (const char *)s->start);
  if (s->heredoc) return "heredoc";
  switch (s->kind) {
  case TEXT_ATOM: return "atom";
  case TEXT_CALL_NAME: return "function name";
  case TEXT_CHARLIST: return "charlist";
  default: return "string";
  }
}

static const char *terminator_text(Lexer *l, const Scan *s) {
  int n = s->heredoc ? 3 : 1;
  char text[3] = {(char)s->terminator, (char)s->terminator, (char)s->terminator};
  return arena_copy(l->names->arena, text, (size_t)n);
}

static void unterminated(Lexer *l, const Scan *s, bool interpolation, int line, int column) {
  Arena *arena = l->names->arena;
  const char *closer = terminator_text(l, s), *what = what_is_it(l, s);
  const char *old = s->kind == TEXT_CHARLIST && !s->heredoc && !s->sigil ? "string" : what;
  if (s->sigil) old = what = arena_format(arena, "sigil %.*s", 3, (const char *)s->start);
  const char *prefix =
      interpolation
          ? arena_format(arena, "missing interpolation terminator: \"}\" (for %s starting at line %d)", old, s->line)
          : arena_format(arena, "missing terminator: %s (for %s starting at line %d)", closer, old, s->line);
  Diagnostic *d;
  if (interpolation) {
    d = lexer_error(l, DIAG_UNTERMINATED, line, column, prefix, "", "the interpolation is never closed, } is missing");
    diagnostic_span(d, line, column + 2);
  } else {
    d = lexer_error(l, DIAG_UNTERMINATED, s->line, s->column, prefix, "", "the %s is never closed, %s is missing", what,
                    closer);
    diagnostic_note(l->sink, d, l->line, lexer_column(l, l->end), "the input ends here");
    if (!s->heredoc && !s->sigil && s->kind == TEXT_CHARLIST)
      diagnostic_hint(l->sink, d, "an apostrophe opens a charlist; in comments and strings it needs no care, elsewhere it does");
  }
  SyntaxFailure *f = (SyntaxFailure *)d->failure;
  f->kind = FAILURE_TOKEN_MISSING;
  f->line = interpolation ? line : l->line;
  f->column = interpolation ? column : lexer_column(l, l->end);
  f->end_line = l->line;
  f->end_column = lexer_column(l, l->end);
  f->opening = arena_copy(arena, s->start, 1);
  f->expected = interpolation ? "}" : closer;
  l->incomplete = true;
}

// At `#{`. False: it does not end.
static bool interpolation(Lexer *l, Scan *s) {
  int line = l->line, column = lexer_column(l, l->p);
  if (!s->has_interpolation) {
    s->has_interpolation = true;
    s->token = l->count;
    lexer_add(l, T_TEXT, s->start, s->line, s->column);
  }
  if (s->kind == TEXT_CALL_NAME) {
    lexer_error(l, DIAG_SYNTAX, s->line, s->column,
                "interpolation is not allowed when calling function/macro. Found interpolation in a call starting with: ",
                arena_copy(l->names->arena, s->start, 1), "a quoted function name cannot hold an interpolation");
  }
  if (l->depth >= INTERPOLATION_DEPTH_MAX) {
    lexer_error(l, DIAG_TOO_DEEP, line, column, "too many nested interpolations ", "",
                "interpolations nest more than %d deep", INTERPOLATION_DEPTH_MAX);
    l->stopped = true;
    return false;
  }
  l->p += 2;
  add_raw(l, s, (Raw){.first = l->count, .line = line, .column = column});
  uint32_t base = l->opener_base;
  l->opener_base = l->opener_count;
  l->depth++;
  lexer_tokens(l, true);
  l->depth--;
  bool closed = l->p < l->end && *l->p == '}' && !l->stopped;
  if (!closed && !l->stopped && !l->incomplete) unterminated(l, s, true, line, column);
  l->opener_count = l->opener_base;
  l->opener_base = base;
  if (!closed) return false;
  const unsigned char *start = l->p++;
  lexer_add(l, T_INTERPOLATION_END, start, l->line, lexer_column(l, start));
  return true;
}

// In a heredoc, at the beginning of a line: steps over blanks and the terminator when
// this is the last line.
static bool heredoc_end(Lexer *l, Scan *s) {
  const unsigned char *p = l->p;
  while (p < l->end && (*p == ' ' || *p == '\t')) p++;
  if (l->end - p < 3 || p[0] != s->terminator || p[1] != s->terminator || p[2] != s->terminator) return false;
  s->indentation = (int)(p - l->p);
  l->p = p + 3;
  return true;
}

// Steps over one character that is not special; columns count as graphemes do.
static bool step(Lexer *l, const Scan *s) {
  const unsigned char *p = l->p;
  if (*p < 0x80 && (p + 1 == l->end || p[1] < 0x80)) {
    l->p++;
    return true;
  }
  uint32_t c, next = 0;
  int used = unicode_decode(p, l->end, &c);
  if (used == 0) {
    lexer_error(l, DIAG_ENCODING, l->line, lexer_column(l, p), "invalid encoding starting at ",
                arena_format(l->names->arena, "0x%02X", *p), "the byte 0x%02X is no valid UTF-8 here", *p);
    l->p++;
    return !l->stopped;
  }
  if (c >= 0x80 && unicode_is_bidi_control(c)) {
    Diagnostic *d = lexer_error(l, DIAG_ENCODING, l->line, lexer_column(l, p),
                "invalid bidirectional formatting character: ", arena_format(l->names->arena, "\\u%04X", c),
                "control character U+%04X for text direction in a %s", c, what_is_it(l, s));
    diagnostic_hint(l->sink, d, "write it as an escape: \\u%04X", c);
  }
  size_t size = (size_t)used;
  bool narrow = c <= 255 && unicode_decode(p + used, l->end, &next) && next <= 255;
  if (!narrow) {
    size = unicode_grapheme(p, l->end);
    // Never over a character that means something here.
    for (size_t i = (size_t)used; i < size; i++)
      if (p[i] == '\n' || p[i] == s->terminator || p[i] == '\\' || p[i] == '#') size = i;
  }
  l->p += size;
  l->wide += (int)size - 1;
  return true;
}

// Finds the end; l->p stands behind the opening delimiter. False: there is none.
static bool scan_text(Lexer *l, Scan *s) {
  const unsigned char *part = l->p;
  int line = l->line, column = lexer_column(l, l->p);
  if (s->heredoc && heredoc_end(l, s)) return true;
  for (;;) {
    if (l->stopped) return false;
    if (l->p >= l->end) {
      unterminated(l, s, false, 0, 0);
      return false;
    }
    unsigned char c = *l->p;
    if (c == '\\' && l->p + 1 < l->end) {
      // A pair; the second character is never special. Newlines still count.
      l->p++;
      if (s->heredoc && *l->p == s->terminator && l->end - l->p >= 3 && l->p[1] == s->terminator &&
          l->p[2] == s->terminator) {
        l->p += 3;
      } else if (*l->p == '\r' && l->p + 1 < l->end && l->p[1] == '\n') {
        l->p++;
        continue;
      } else if (*l->p == '\n') {
        continue;
      } else if (*l->p < 0x80) {
        // `\#{` counts as one column in Elixir's metadata; carets want the real one.
        if (*l->p == '#' && s->interpolates && l->options->token_metadata && l->end - l->p > 1 && l->p[1] == '{') {
          l->p++;
          l->wide += 2;
        }
        l->p++;
      } else if (!step(l, s)) {
        return false;
      }
      continue;
    }
    if (c == '\n') {
      l->p++;
      lexer_newline(l, l->p);
      if (s->heredoc) {
        const unsigned char *stop = l->p;
        if (heredoc_end(l, s)) {
          add_raw(l, s, (Raw){part, stop, 0, line, column});
          return true;
        }
      }
      continue;
    }
    if (c == s->terminator && !s->heredoc) {
      if (l->p > part) add_raw(l, s, (Raw){part, l->p, 0, line, column});
      l->p++;
      return true;
    }
    if (c == '#' && s->interpolates && l->p + 1 < l->end && l->p[1] == '{') {
      if (l->p > part) add_raw(l, s, (Raw){part, l->p, 0, line, column});
      if (!interpolation(l, s)) return false;
      part = l->p;
      line = l->line;
      column = lexer_column(l, l->p);
      continue;
    }
    if (!step(l, s)) return false;
  }
}

// --- from raw text to bytes ---

// Takes up to `indentation` blanks from every line start. The first slice of a heredoc
// begins a line, later ones follow an interpolation.
static size_t strip(const unsigned char *p, const unsigned char *end, int indentation, bool at_start, unsigned char *out) {
  size_t size = 0;
  bool line_start = at_start;
  while (p < end) {
    if (line_start) {
      for (int i = 0; i < indentation && p < end && (*p == ' ' || *p == '\t'); i++) p++;
      line_start = false;
      continue;
    }
    line_start = *p == '\n';
    out[size++] = *p++;
  }
  return size;
}

static int hex(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static size_t put_utf8(unsigned char *out, uint32_t c) {
  if (c < 0x80) return out[0] = (unsigned char)c, 1;
  if (c < 0x800) return out[0] = (unsigned char)(0xC0 | c >> 6), out[1] = (unsigned char)(0x80 | (c & 0x3F)), 2;
  if (c < 0x10000) {
    out[0] = (unsigned char)(0xE0 | c >> 12);
    out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (unsigned char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (unsigned char)(0xF0 | c >> 18);
  out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (unsigned char)(0x80 | (c & 0x3F));
  return 4;
}

static void bad_escape(Lexer *l, const Scan *s, const Raw *raw, const unsigned char *at, const char *prefix, const char *token,
                       const char *message) {
  // The place: count from the beginning of the slice; in heredocs the bytes were moved,
  // so there the line is found by newlines and the column is that of the slice.
  int line = raw->line, column = raw->column;
  if (!s->heredoc && at >= raw->start && at < raw->end) {
    for (const unsigned char *p = raw->start; p < at; p++) {
      if (*p == '\n') line++, column = 1;
      else if ((*p & 0xC0) != 0x80) column++;
    }
  }
  Diagnostic *d = lexer_error(l, DIAG_ESCAPE, line, column, prefix, token, "%s", message);
  diagnostic_hint(l->sink, d, "forms are \\xHH, \\uHHHH and \\u{H...}; a backslash itself is \\\\");
}

// Resolves escapes from in to out (never longer). Returns the size.
static size_t unescape(Lexer *l, const Scan *s, const Raw *raw, const unsigned char *p, const unsigned char *end,
                       unsigned char *out) {
  size_t size = 0;
  bool chars = s->kind == TEXT_CHARLIST;
  while (p < end) {
    if (*p != '\\' || p + 1 >= end) {
      out[size++] = *p++;
      continue;
    }
    const unsigned char *at = p;
    int c = p[1];
    p += 2;
    switch (c) {
    case '0': out[size++] = 0; break;
    case 'a': out[size++] = 7; break;
    case 'b': out[size++] = 8; break;
    case 'd': out[size++] = 127; break;
    case 'e': out[size++] = 27; break;
    case 'f': out[size++] = 12; break;
    case 'n': out[size++] = 10; break;
    case 'r': out[size++] = 13; break;
    case 's': out[size++] = 32; break;
    case 't': out[size++] = 9; break;
    case 'v': out[size++] = 11; break;
    case '\n': break;
    case '\r':
      if (p < end && *p == '\n') p++;
      else out[size++] = '\r';
      break;
    case 'x':
    case 'u': {
      uint32_t value = 0;
      int digits = 0;
      bool braces = p < end && *p == '{', good = false;
      if (braces) {
        const unsigned char *q = p + 1;
        while (q < end && hex(*q) >= 0 && digits < 7) value = value * 16 + (uint32_t)hex(*q++), digits++;
        if (q < end && *q == '}' && digits >= 1 && digits <= 6) good = true, p = q + 1;
      } else {
        int wanted = c == 'x' ? 2 : 4;
        while (digits < wanted && p < end && hex(*p) >= 0) value = value * 16 + (uint32_t)hex(*p++), digits++;
        good = digits == wanted || (c == 'x' && digits == 1);
      }
      if (!good) {
        if (c == 'x')
          bad_escape(l, s, raw, at, "invalid hex escape character, expected \\xHH where H is a hexadecimal digit. Syntax error after: ", "\\x",
                     "\\x takes two hexadecimal digits");
        else
          bad_escape(l, s, raw, at, "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit. Syntax error after: ",
                     "\\u", "\\u takes four hexadecimal digits, or one to six in braces");
        break;
      }
      if (c == 'x' && !braces && !chars) {
        out[size++] = (unsigned char)value;
        break;
      }
      if (c == 'x' && !braces && value >= 0x80) {
        bad_escape(l, s, raw, at, "invalid encoding in charlist: ", "\\x", "this byte alone is no valid text, write \\u for a code point");
        break;
      }
      if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        bad_escape(l, s, raw, at,
                   arena_format(l->names->arena, "invalid or reserved Unicode code point \\u{%X}. Syntax error after: ", value),
                   "\\u", "there is no such code point");
        break;
      }
      size += put_utf8(out + size, value);
      break;
    }
    default: out[size++] = (unsigned char)c; break;
    }
  }
  return size;
}

// In sigils only the escaped terminator loses its backslash.
static size_t unescape_terminator(const Scan *s, const unsigned char *p, const unsigned char *end, unsigned char *out) {
  size_t size = 0;
  while (p < end) {
    if (*p == '\\' && p + 1 < end) {
      bool drops = s->heredoc ? end - p >= 4 && p[1] == s->terminator && p[2] == s->terminator && p[3] == s->terminator
                              : p[1] == s->terminator;
      if (drops) {
        p++;
        if (s->heredoc) out[size++] = *p++, out[size++] = *p++;
        out[size++] = *p++;
        continue;
      }
      out[size++] = *p++;
    }
    out[size++] = *p++;
  }
  return size;
}

static Quoted *part_bytes(Lexer *l, const Scan *s, uint32_t index) {
  const Raw *raw = &s->raw[index];
  const unsigned char *p = raw->start, *end = raw->end;
  size_t size = (size_t)(end - p);
  bool escapes = memchr(p, '\\', size) != NULL;
  bool indented = s->heredoc && s->indentation > 0;
  if (!escapes && !indented) return quoted_binary(l->names, p, size);
  if (indented) {
    unsigned char *stripped = arena_get(l->names->arena, size + 1);
    size = strip(p, end, s->indentation, index == 0, stripped);
    p = stripped;
    end = p + size;
  }
  if (escapes) {
    unsigned char *resolved = arena_get(l->names->arena, size + 1);
    size = s->sigil ? unescape_terminator(s, p, end, resolved) : unescape(l, s, raw, p, end, resolved);
    p = resolved;
  }
  return quoted_binary(l->names, p, size);
}

static Text *make_text(Lexer *l, Scan *s) {
  Text *text = ARENA_NEW(l->names->arena, Text);
  text->kind = s->kind;
  text->indentation = s->heredoc ? s->indentation : -1;
  uint32_t count = s->count ? s->count : 1;
  text->parts = ARENA_ARRAY(l->names->arena, TextPart, count);
  for (uint32_t i = 0; i < s->count; i++) {
    TextPart *part = &text->parts[i];
    part->line = s->raw[i].line;
    part->column = s->raw[i].column;
    part->first = s->raw[i].first;
    if (s->raw[i].start) part->bytes = part_bytes(l, s, i);
  }
  text->part_count = s->count;
  if (s->count == 0) {
    text->parts[0].bytes = quoted_binary(l->names, "", 0);
    text->part_count = 1;
  }
  return text;
}

// The code points of a binary as list.
static Quoted *charlist(Lexer *l, Quoted *binary) {
  const unsigned char *p = (const unsigned char *)binary->bytes, *end = p + binary->count;
  Quoted **items = arena_get(l->names->arena, (binary->count + 1) * sizeof *items);
  size_t count = 0;
  while (p < end) {
    uint32_t c;
    int used = unicode_decode(p, end, &c);
    if (used == 0) used = 1, c = *p;
    items[count++] = quoted_int(l->names, c);
    p += used;
  }
  return quoted_list(l->names, items, count);
}

// Checks the three quotes of a heredoc and what may follow them on the line.
static bool heredoc_start(Lexer *l, Scan *s) {
  const unsigned char *p = l->p + 3;
  while (p < l->end && (*p == ' ' || *p == '\t')) p++;
  if (p < l->end && *p == '\r' && p + 1 < l->end && p[1] == '\n') p++;
  if (p < l->end && *p != '\n') {
    const char *token = arena_copy(l->names->arena, l->p, 3);
    Diagnostic *d = lexer_error(l, DIAG_HEREDOC, s->line, s->column,
                                "heredoc allows only zero or more whitespace characters followed by a new line after ",
                                token, "the opening %s of a heredoc ends its line", token);
    diagnostic_span(d, s->line, s->column + 3);
    diagnostic_hint(l->sink, d, "begin the text on the next line");
  }
  if (p >= l->end) {
    l->p = l->end;
    return true;
  }
  // Text on the opening line is skipped after the report.
  while (p < l->end && *p != '\n') p++;
  l->p = p < l->end ? p + 1 : p;
  lexer_newline(l, l->p);
  return true;
}

static bool is_heredoc(const Lexer *l, unsigned char quote) {
  return l->end - l->p >= 3 && l->p[0] == quote && l->p[1] == quote && l->p[2] == quote;
}

// Gives up on a text without end: one bad token, nothing after it.
static void abandon(Lexer *l, const Scan *s) {
  l->p = l->end;
  if (s->has_interpolation) l->count = s->token;
  lexer_add(l, T_BAD, s->start, s->line, s->column);
}

// Puts the finished token in its place.
static Token *finish(Lexer *l, const Scan *s, TokenKind kind) {
  Token *t;
  if (s->has_interpolation) {
    t = &l->tokens[s->token];
    t->kind = (uint8_t)kind;
    t->length = (uint32_t)(l->p - s->start);
  } else {
    t = lexer_add(l, kind, s->start, s->line, s->column);
  }
  t->match = l->count;
  return t;
}

void lexer_quotes(Lexer *l, TextKind kind) {
  unsigned char quote = *l->p;
  Scan s = {.kind = kind, .interpolates = true, .terminator = quote, .indentation = 0};
  s.start = kind == TEXT_ATOM ? l->p - 1 : l->p;
  s.line = l->line;
  s.column = lexer_column(l, s.start);
  s.heredoc = (kind == TEXT_STRING || kind == TEXT_CHARLIST) && is_heredoc(l, quote);
  if (s.heredoc) heredoc_start(l, &s);
  else l->p++;
  if (!scan_text(l, &s)) {
    abandon(l, &s);
    return;
  }
  if ((kind == TEXT_STRING || kind == TEXT_CHARLIST) && !s.heredoc && lexer_peek(l, 0) == ':' &&
      lexer_is_space(lexer_peek(l, 1)))
    s.kind = TEXT_KEY;
  Text *text = make_text(l, &s);
  text->delimiter = terminator_text(l, &s);
  if (l->stopped) return;
  if (s.has_interpolation) {
    Token *t;
    if (s.kind == TEXT_CALL_NAME) {
      l->count = s.token; // reported already
      t = lexer_add(l, lexer_identifier_kind(l), s.start, s.line, s.column);
      t->name = names_intern_text(l->names, "");
      return;
    }
    t = finish(l, &s, T_TEXT);
    t->text = text;
    if (s.kind == TEXT_KEY) l->p++;
    return;
  }
  Quoted *bytes = text->parts[0].bytes;
  switch (s.kind) {
  case TEXT_STRING: finish(l, &s, T_STRING)->value = bytes; break;
  case TEXT_CHARLIST: finish(l, &s, T_CHARLIST)->value = charlist(l, bytes); break;
  default: {
    bool valid = true;
    const unsigned char *p = (const unsigned char *)bytes->bytes, *end = p + bytes->count;
    for (uint32_t c; p < end && valid;) {
      int used = unicode_decode(p, end, &c);
      valid = used > 0;
      p += used;
    }
    if (!valid) lexer_error(l, DIAG_ENCODING, s.line, s.column, "invalid encoding in atom: ", "", "an atom holds valid UTF-8 only");
    else valid = lexer_name_ok(l, bytes->bytes, bytes->count, s.line, s.column, true);
    TokenKind token = s.kind == TEXT_KEY ? T_KEY : s.kind == TEXT_ATOM ? T_ATOM : lexer_identifier_kind(l);
    Token *t = finish(l, &s, valid ? token : T_BAD);
    t->name = names_intern(l->names, bytes->bytes, bytes->count);
    t->quoted = true;
    if (s.kind == TEXT_KEY) l->p++;
  }
  }
}

void lexer_sigil(Lexer *l) {
  const unsigned char *start = l->p, *p = start + 1;
  int column = lexer_column(l, start);
  bool lower = *p >= 'a';
  if (lower) {
    p++;
  } else {
    while (p < l->end && ((*p >= 'A' && *p <= 'Z') || lexer_is_digit(*p))) p++;
  }
  size_t name_size = (size_t)(p - start) - 1;
  int c = p < l->end ? *p : -1;
  Scan s = {.kind = TEXT_SIGIL, .sigil = true, .interpolates = lower, .start = start, .line = l->line, .column = column};
  switch (c) {
  case '(': s.terminator = ')'; break;
  case '[': s.terminator = ']'; break;
  case '{': s.terminator = '}'; break;
  case '<': s.terminator = '>'; break;
  case '/':
  case '|':
  case '"':
  case '\'': s.terminator = (unsigned char)c; break;
  default: {
    bool longer = lower && c >= 'a' && c <= 'z';
    Diagnostic *d = lexer_error(
        l, DIAG_SIGIL, l->line, column,
        longer ? "invalid sigil name, it should be either a one-letter lowercase letter or an uppercase letter optionally followed by uppercase letters and digits, got: "
               : "invalid sigil delimiter: ",
        c < 0 ? "\"\"" : longer ? arena_format(l->names->arena, "~%.2s", (const char *)start + 1) : lexer_char_text(l, p),
        longer ? "a sigil's name is one lower case letter, or capital letters and digits" : "no delimiter after the sigil ~%.*s",
        (int)name_size, (const char *)start + 1);
    diagnostic_hint(l->sink, d, "a sigil opens with one of / | \" ' ( [ { <");
    l->p = p;
    while (l->p < l->end && ((*l->p >= 'a' && *l->p <= 'z') || (*l->p >= 'A' && *l->p <= 'Z'))) l->p++;
    lexer_add(l, T_BAD, start, l->line, column);
    return;
  }
  }
  l->p = p;
  s.heredoc = (c == '"' || c == '\'') && is_heredoc(l, (unsigned char)c);
  const char *delimiter = arena_copy(l->names->arena, p, s.heredoc ? 3 : 1);
  if (s.heredoc) heredoc_start(l, &s);
  else l->p++;
  if (!scan_text(l, &s)) {
    abandon(l, &s);
    return;
  }
  Text *text = make_text(l, &s);
  text->delimiter = delimiter;
  text->sigil = names_format(l->names, "sigil_%.*s", (int)name_size, (const char *)start + 1);
  const unsigned char *modifiers = l->p;
  while (l->p < l->end && ((*l->p >= 'a' && *l->p <= 'z') || (*l->p >= 'A' && *l->p <= 'Z') || lexer_is_digit(*l->p))) l->p++;
  QuotedItems items = {0};
  for (const unsigned char *m = modifiers; m < l->p; m++) quoted_push(l->names, &items, quoted_int(l->names, *m));
  text->modifiers = quoted_items_list(l->names, &items);
  if (l->stopped) return;
  finish(l, &s, T_TEXT)->text = text;
}

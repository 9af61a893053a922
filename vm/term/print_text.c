// SPDX-License-Identifier: Apache-2.0
//
// Strings, atoms and names as code writes them.
#include "vm/term/print_text.h"

#include <utf8proc.h>

#include "vm/term/binary.h"

static bool is_printable(uint32_t c) {
  if (c < 0x20) return (c >= 7 && c <= 13) || c == 27;
  return c <= 0x7f || (c >= 0xa0 && c < 0xd800) || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

bool text_is_printable(const unsigned char *text, size_t text_bytes) {
  for (size_t i = 0; i < text_bytes;) {
    uint32_t c;
    unsigned n = utf8_get(text + i, text_bytes - i, &c);
    if (n == 0 || !is_printable(c)) return false;
    i += n;
  }
  return true;
}

static const char *escape_of(uint32_t c) {
  switch (c) {
    case 7: return "\\a";
    case 8: return "\\b";
    case 9: return "\\t";
    case 10: return "\\n";
    case 11: return "\\v";
    case 12: return "\\f";
    case 13: return "\\r";
    case 27: return "\\e";
    case 127: return "\\d";
    case 0: return "\\0";
    case '\\': return "\\\\";
    default: return NULL;
  }
}

static void print_escaped(Buffer *buffer, const unsigned char *text, size_t size, char quote) {
  for (size_t i = 0; i < size;) {
    uint32_t c;
    unsigned n = utf8_get(text + i, size - i, &c);
    if (n == 0) {
      buffer_format(buffer, "\\x%02X", text[i++]);
      continue;
    }
    const char *escape = escape_of(c);
    if (escape) buffer_text(buffer, escape);
    else if (c == (unsigned char)quote) buffer_format(buffer, "\\%c", quote);
    else if (c == '#' && i + 1 < size && text[i + 1] == '{') buffer_text(buffer, "\\#");
    else if (!is_printable(c)) buffer_format(buffer, c < 0x100 ? "\\x%02X" : "\\x{%X}", c);
    else buffer_add(buffer, text + i, n);
    i += n;
  }
}

void print_quoted(Buffer *buffer, const char *text, size_t text_bytes, char quote) {
  buffer_byte(buffer, (unsigned char)quote);
  print_escaped(buffer, (const unsigned char *)text, text_bytes, quote);
  buffer_byte(buffer, (unsigned char)quote);
}

void print_string(Buffer *buffer, const unsigned char *text, size_t size, size_t limit) {
  size_t shown = size;
  if (limit && size > limit) {
    size_t count = 0;
    for (shown = 0; shown < size && count < limit; count++) {
      uint32_t c;
      shown += utf8_get(text + shown, size - shown, &c);
    }
  }
  print_quoted(buffer, (const char *)text, shown, '"');
  if (shown < size) buffer_text(buffer, " <> ...");
}

// --- names
static bool is_name_start(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
  return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LT || k == UTF8PROC_CATEGORY_LM ||
         k == UTF8PROC_CATEGORY_LO || k == UTF8PROC_CATEGORY_NL;
}

static bool is_name_part(uint32_t c) {
  if (is_name_start(c) || (c >= '0' && c <= '9')) return true;
  if (c < 0x80) return false;
  utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
  return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ND || k == UTF8PROC_CATEGORY_PC;
}

// A variable or function name; `at`: with @ inside, as atoms may have.
static bool is_name(const char *text, size_t size, bool at, bool upper) {
  const unsigned char *p = (const unsigned char *)text;
  for (size_t i = 0; i < size;) {
    uint32_t c;
    unsigned n = utf8_get(p + i, size - i, &c);
    if (n == 0) return false;
    bool last = i + n == size;
    bool good = i == 0 ? is_name_start(c) && (upper || c < 'A' || c > 'Z') : is_name_part(c) || (at && c == '@') || (last && (c == '?' || c == '!'));
    if (!good) return false;
    i += n;
  }
  return size > 0;
}

static bool is_operator(const char *text, size_t size) {
  static const char *const operators[] = {
      "!", "&&", "||", "!=", "!==", "==", "===", "=~", "<", ">", "<=", ">=", "+", "-", "*", "/", "**", "++", "--", "+++", "---", "..", "<>",
      "|>", "<<<", ">>>", "<<~", "~>>", "<~", "~>", "<~>", "<|>", "^^^", "~~~", "&&&", "|||", "=", "^", "&", "@", "|", "->", "<-",
      "::", "\\\\", "..//", "...", ".", "%", "%{}", "{}", "<<>>", "=>"};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strlen(operators[i]) == size && memcmp(operators[i], text, size) == 0) return true;
  return false;
}

// An operator that can be called with a dot or used as `name/arity` unquoted.
static bool is_callable_operator(const char *text, size_t size) {
  static const char *const others[] = {"=", "->", "<-", "::", "|", "\\\\", "=>", ".", "..//", "%", "&", "^"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strlen(others[i]) == size && memcmp(others[i], text, size) == 0) return true;
  return is_operator(text, size);
}

// Elixir.Name.Other
static bool is_alias(const char *text, size_t size) {
  if (size < 7 || memcmp(text, "Elixir.", 7) != 0) return false;
  bool start = true;
  for (size_t i = 7; i < size; i++) {
    char c = text[i];
    if (start ? c < 'A' || c > 'Z' : !(c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
      return false;
    start = c == '.';
  }
  return !start;
}

void print_atom(const TermContext *c, Buffer *buffer, Term atom) {
  size_t size;
  const char *text = atom_text(c->atoms, atom, &size);
  if (atom == ATOM_nil || atom == ATOM_true || atom == ATOM_false || atom == ATOM_Elixir) {
    buffer_add(buffer, text, size);
  } else if (is_alias(text, size)) {
    buffer_add(buffer, text + 7, size - 7);
  } else {
    buffer_byte(buffer, ':');
    if (is_name(text, size, true, true) || is_operator(text, size)) buffer_add(buffer, text, size);
    else print_quoted(buffer, text, size, '"');
  }
}

void print_name_text(Buffer *buffer, const char *text, size_t size) {
  if (is_name(text, size, false, false) || is_callable_operator(text, size)) buffer_add(buffer, text, size);
  else print_quoted(buffer, text, size, '"');
}

void print_function_name(const TermContext *c, Buffer *buffer, Term atom) {
  size_t size;
  const char *text = atom_text(c->atoms, atom, &size);
  print_name_text(buffer, text, size);
}

void print_key(const TermContext *c, Buffer *buffer, Term atom) {
  size_t size;
  const char *text = atom_text(c->atoms, atom, &size);
  bool special = size == 2 && memcmp(text, "::", 2) == 0;
  if (is_name(text, size, true, true) || (is_operator(text, size) && !special)) buffer_add(buffer, text, size);
  else print_quoted(buffer, text, size, '"');
  buffer_text(buffer, ": ");
}

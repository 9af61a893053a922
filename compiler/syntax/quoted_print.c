// SPDX-License-Identifier: Apache-2.0
//
// Quoted terms as the text of data, on one line, as `inspect` writes them without limits.
// Lists of small integers are written as lists. Depth costs memory, not C stack: what is
// left to write waits in an array of steps.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/syntax/quoted.h"
#include "compiler/syntax/unicode.h"

typedef struct Step {
  Quoted *q;        // NULL: only text
  const char *text; // written first; NULL: none
  bool key;         // q is the key of a keyword list
} Step;

typedef struct Printer {
  Names *names;
  Buffer *out;
  Step *steps;
  size_t count, capacity;
} Printer;

static void push(Printer *p, Quoted *q, const char *text, bool key) {
  ARENA_ROOM(p->names->arena, p->steps, p->count, p->capacity, 64);
  p->steps[p->count++] = (Step){q, text, key};
}

static void print_escaped(Buffer *out, const char *bytes, size_t size) {
  const unsigned char *p = (const unsigned char *)bytes, *end = p + size;
  buffer_byte(out, '"');
  while (p < end) {
    uint32_t c;
    int used = unicode_decode(p, end, &c);
    if (used == 0) {
      buffer_format(out, "\\x%02X", *p++);
      continue;
    }
    switch (c) {
    case '"': buffer_text(out, "\\\""); break;
    case '\\': buffer_text(out, "\\\\"); break;
    case '\n': buffer_text(out, "\\n"); break;
    case '\t': buffer_text(out, "\\t"); break;
    case '\r': buffer_text(out, "\\r"); break;
    case '\a': buffer_text(out, "\\a"); break;
    case '\b': buffer_text(out, "\\b"); break;
    case 127: buffer_text(out, "\\d"); break;
    case 27: buffer_text(out, "\\e"); break;
    case '\f': buffer_text(out, "\\f"); break;
    case '\v': buffer_text(out, "\\v"); break;
    case 0: buffer_text(out, "\\0"); break;
    case '#':
      buffer_text(out, p + 1 < end && p[1] == '{' ? "\\#" : "#");
      break;
    default:
      if (c == 0xFEFF) buffer_text(out, "\\uFEFF");
      else if (unicode_is_printable(c) && !unicode_is_bidi_control(c)) buffer_add(out, p, (size_t)used);
      else if (c < 0x100) buffer_format(out, "\\x%02X", c);
      else if (c < 0x10000) buffer_format(out, "\\x{%X}", c);
      else buffer_format(out, "\\x{%X}", c);
    }
    p += used;
  }
  buffer_byte(out, '"');
}

static void print_atom(Buffer *out, const Name *name) {
  if (name->known == N_NIL || name->known == N_TRUE || name->known == N_FALSE) {
    buffer_add(out, name->text, name->length);
    return;
  }
  if (name->known == N_ELIXIR) {
    buffer_text(out, "Elixir");
    return;
  }
  switch (unicode_name_shape(name->text, name->length)) {
  case SHAPE_ALIAS:
    // Elixir.Elixir.Foo cannot be shortened: Elixir.Foo means Foo.
    if (name->length >= 13 && memcmp(name->text + 7, "Elixir", 6) == 0 && (name->length == 13 || name->text[13] == '.'))
      buffer_add(out, name->text, name->length);
    else buffer_add(out, name->text + 7, name->length - 7);
    break;
  case SHAPE_PLAIN:
  case SHAPE_OPERATOR:
    buffer_byte(out, ':');
    buffer_add(out, name->text, name->length);
    break;
  case SHAPE_QUOTED:
    buffer_byte(out, ':');
    print_escaped(out, name->text, name->length);
    break;
  }
}

// Only what can be a key without the prefix of modules.
static bool is_key(Quoted *q) {
  return q->kind == Q_ATOM && unicode_name_shape(q->name->text, q->name->length) != SHAPE_ALIAS;
}

static void print_key(Buffer *out, const Name *name) {
  NameShape shape = unicode_name_shape(name->text, name->length);
  if (shape == SHAPE_PLAIN || shape == SHAPE_OPERATOR)
    buffer_add(out, name->text, name->length);
  else print_escaped(out, name->text, name->length);
  buffer_text(out, ": ");
}

static void print_binary(Buffer *out, Quoted *q) {
  const unsigned char *p = (const unsigned char *)q->bytes, *end = p + q->count;
  bool printable = true;
  for (const unsigned char *at = p; at < end && printable;) {
    uint32_t c;
    int used = unicode_decode(at, end, &c);
    printable = used && unicode_is_printable(c);
    at += used;
  }
  if (printable) {
    print_escaped(out, q->bytes, q->count);
    return;
  }
  buffer_text(out, "<<");
  for (; p < end; p++) buffer_format(out, p + 1 < end ? "%d, " : "%d", *p);
  buffer_text(out, ">>");
}

// The shortest digits that read back as the same number: plain below 10^16, below one
// whichever of plain and exponent is shorter.
enum { PLAIN_EXPONENT_MAX = 15 };
static void print_float(Buffer *out, double value) {
  char text[40];
  int digits = 1;
  for (; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (strtod(text, NULL) == value) break;
  }
  char mantissa[32];
  int count = 0;
  const char *p = text;
  if (*p == '-') buffer_byte(out, '-'), p++;
  for (; *p && *p != 'e'; p++)
    if (*p != '.') mantissa[count++] = *p;
  int exponent = atoi(p + 1);
  while (count > 1 && mantissa[count - 1] == '0') count--;
  mantissa[count] = 0;
  // Lengths of both forms.
  char scientific[48];
  snprintf(scientific, sizeof scientific, "%c.%se%d", mantissa[0], count > 1 ? mantissa + 1 : "0", exponent);
  int plain = count + 1 - exponent; // length, when below one
  if (value == 0) {
    buffer_text(out, "0.0");
  } else if (exponent < 0 ? plain <= (int)strlen(scientific) : exponent <= PLAIN_EXPONENT_MAX) {
    if (exponent < 0) {
      buffer_text(out, "0.");
      for (int i = exponent; i < -1; i++) buffer_byte(out, '0');
      buffer_text(out, mantissa);
    } else {
      for (int i = 0; i < count || i <= exponent; i++) {
        if (i == exponent + 1) buffer_byte(out, '.');
        buffer_byte(out, (unsigned char)(i < count ? mantissa[i] : '0'));
      }
      if (count <= exponent + 1) buffer_text(out, ".0");
    }
  } else {
    buffer_text(out, scientific);
  }
}

static void push_list(Printer *p, Quoted *q) {
  bool keyword = !q->tail && q->count > 0;
  for (uint32_t i = 0; keyword && i < q->count; i++)
    keyword = quoted_is_pair(q->items[i]) && is_key(q->items[i]->items[0]);
  buffer_byte(p->out, '[');
  push(p, NULL, "]", false);
  if (q->tail) push(p, q->tail, " | ", false);
  for (uint32_t i = q->count; i-- > 0;) {
    const char *before = i ? ", " : NULL;
    if (keyword) {
      push(p, q->items[i]->items[1], NULL, false);
      push(p, q->items[i]->items[0], before, true);
    } else {
      push(p, q->items[i], before, false);
    }
  }
}

void quoted_print(Names *names, Buffer *out, Quoted *q) {
  Printer printer = {.names = names, .out = out}, *p = &printer;
  push(p, q, NULL, false);
  while (p->count) {
    Step step = p->steps[--p->count];
    if (step.text) buffer_text(out, step.text);
    q = step.q;
    if (!q) continue;
    if (step.key) {
      print_key(out, q->name);
      continue;
    }
    switch ((QuotedKind)q->kind) {
    case Q_ATOM: print_atom(out, q->name); break;
    case Q_INT: buffer_format(out, "%lld", (long long)q->integer); break;
    case Q_BIGINT:
      if (q->negative) buffer_byte(out, '-');
      buffer_add(out, q->digits, q->count);
      break;
    case Q_FLOAT: print_float(out, q->real); break;
    case Q_BINARY: print_binary(out, q); break;
    case Q_VALUE: buffer_format(out, "#Value<%u.%llu>", q->tag, (unsigned long long)q->value); break;
    case Q_LIST: push_list(p, q); break;
    case Q_TUPLE:
      buffer_byte(out, '{');
      push(p, NULL, "}", false);
      for (uint32_t i = q->count; i-- > 0;) push(p, q->items[i], i ? ", " : NULL, false);
      break;
    case Q_CALL:
      buffer_byte(out, '{');
      push(p, NULL, "}", false);
      push(p, q->args, ", ", false);
      push(p, quoted_meta(names, q), ", ", false);
      push(p, q->head, NULL, false);
      break;
    case Q_MAP: {
      bool keyword = q->count > 0;
      for (uint32_t i = 0; keyword && i < q->count; i++) keyword = is_key(q->pairs[2 * i]);
      buffer_text(out, "%{");
      push(p, NULL, "}", false);
      for (uint32_t i = q->count; i-- > 0;) {
        push(p, q->pairs[2 * i + 1], keyword ? NULL : " => ", false);
        push(p, q->pairs[2 * i], i ? ", " : NULL, keyword);
      }
      break;
    }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// The printer. What is open is a chain of frames (list, tuple, map), each knowing what of it comes next; printing a term
// either writes it whole or opens a frame.
#include "vm/term/print.h"

#include <utf8proc.h>

#include "vm/term/binary.h"
#include "vm/term/float_text.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"
#include "vm/term/number.h"
#include "vm/term/print_text.h"
#include "vm/term/shared.h"

typedef enum FrameKind { FRAME_LIST, FRAME_KEYWORDS, FRAME_TUPLE, FRAME_MAP } FrameKind;

typedef struct Frame {
  struct Frame *outer;
  FrameKind kind;
  bool started;     // an item was written
  bool value_next;  // map: the key was written
  bool atom_keys;   // map: `key: value`
  bool skip_struct; // map: __struct__ stands in front
  Term term;        // tuple; list: what is left
  size_t count;     // items written
  MapIterator i;    // last: only maps' frames have the memory for it
} Frame;

typedef struct Printer {
  const TermContext *context;
  Buffer *out;
  PrintOptions limits;
  size_t start;
  size_t depth;
  Frame *frame; // innermost
} Printer;

// --- what is whole
static void print_pid_text(Buffer *out, Term t) { buffer_format(out, "#PID<0.%u.%u>", pid_slot(t), pid_serial(t)); }

static void print_ref(Buffer *out, Term t) {
  uint64_t n = boxed_ptr(t)[1];
  buffer_format(out, "#Reference<0.%llu.%llu.%llu>", (unsigned long long)(n >> 36), (unsigned long long)(n >> 18 & 0x3ffff),
                (unsigned long long)(n & 0x3ffff));
}

static void print_export(Printer *p, Term t) {
  const Export *e = export_of(t);
  buffer_byte(p->out, '&');
  print_atom(p->context, p->out, e->module);
  buffer_byte(p->out, '.');
  print_function_name(p->context, p->out, e->name);
  buffer_format(p->out, "/%u", e->arity);
}

// `-name/arity-fun-n-`: the function that the fun stands in.
static void print_fun(Printer *p, Term t) {
  const FunEntry *e = fun_entry(t);
  buffer_format(p->out, "#Function<%u.%u/%u in ", e->index, e->unit_id, e->arity);
  print_atom(p->context, p->out, e->module);
  size_t size;
  const char *text = atom_text(p->context->atoms, e->name, &size);
  const char *dash = size > 2 && text[0] == '-' ? memmem(text + 1, size - 1, "-fun-", 5) : NULL;
  const char *slash = dash ? memrchr(text + 1, '/', (size_t)(dash - text - 1)) : NULL;
  if (slash) {
    buffer_byte(p->out, '.');
    print_name_text(p->out, text + 1, (size_t)(slash - text - 1));
    buffer_add(p->out, slash, (size_t)(dash - slash));
  }
  buffer_byte(p->out, '>');
}

static void print_bytes(Printer *p, BitsView v) {
  size_t limit = p->limits.item_limit;
  uint64_t whole = v.bit_count >> 3;
  buffer_text(p->out, "<<");
  for (uint64_t i = 0; i < whole; i++) {
    if (i) buffer_text(p->out, ", ");
    if (limit && i >= limit) {
      buffer_text(p->out, "...>>");
      return;
    }
    buffer_format(p->out, "%u", (unsigned)bits_get_u64(v.base, v.bit_offset + i * 8, 8));
  }
  unsigned rest = (unsigned)v.bit_count & 7;
  if (rest) {
    unsigned bits = (unsigned)bits_get_u64(v.base, v.bit_offset + whole * 8, rest);
    buffer_format(p->out, "%s%u::size(%u)", whole ? ", " : "", bits, rest);
  }
  buffer_text(p->out, ">>");
}

static bool print_bits(Printer *p, Term t) {
  BitsView v = bits_view(t);
  Buffer scratch;
  size_t size;
  bool quoted = false;
  if ((v.bit_count & 7) == 0) {
    buffer_init(&scratch, p->context->alloc);
    const unsigned char *bytes = binary_bytes_any(t, &scratch, &size);
    if (!bytes) return false;
    quoted = text_is_printable(bytes, size);
    if (quoted) print_string(p->out, bytes, size, p->limits.item_limit * 64);
    buffer_free(&scratch);
  }
  if (!quoted) print_bytes(p, v);
  return true;
}

static void print_float(Printer *p, Term t) {
  char text[FLOAT_TEXT_MAX];
  buffer_add(p->out, text, float_text_inspect(float_value(t), text));
}

// --- lists
static bool is_charlist(Term list) {
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term c = cons_head(list);
    if (!term_is_small(c) || !((small_value(c) >= 7 && small_value(c) <= 13) || small_value(c) == 27 || (small_value(c) >= 32 && small_value(c) <= 126)))
      return false;
  }
  return list == T_NIL;
}

static bool print_charlist(Printer *p, Term list) {
  Buffer text;
  buffer_init(&text, p->context->alloc);
  for (; term_is_cons(list); list = cons_tail(list)) buffer_byte(&text, (unsigned char)small_value(cons_head(list)));
  buffer_text(p->out, "~c");
  print_string(p->out, (unsigned char *)text.data, text.size, p->limits.item_limit * 64);
  bool good = !text.failed;
  buffer_free(&text);
  return good;
}

static bool is_keyword_key(const Printer *p, Term key) {
  if (!term_is_atom(key)) return false;
  size_t size;
  const char *text = atom_text(p->context->atoms, key, &size);
  return size < 7 || memcmp(text, "Elixir.", 7) != 0;
}

static bool is_keyword_list(const Printer *p, Term list) {
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term pair = cons_head(list);
    if (!term_is_tuple(pair) || tuple_arity(pair) != 2 || !is_keyword_key(p, tuple_items(pair)[0])) return false;
  }
  return list == T_NIL;
}

// --- frames
static size_t frame_bytes(FrameKind kind) { return kind == FRAME_MAP ? sizeof(Frame) : offsetof(Frame, i); }

static Frame *open_frame(Printer *p, FrameKind kind, Term t) {
  Frame *f = alloc_get(p->context->alloc, frame_bytes(kind));
  if (!f) return NULL;
  f->outer = p->frame;
  f->kind = kind;
  f->started = f->value_next = f->atom_keys = f->skip_struct = false;
  f->term = t;
  f->count = 0;
  p->frame = f;
  p->depth++;
  return f;
}

static bool open_list(Printer *p, Term t) {
  if (is_charlist(t)) return print_charlist(p, t);
  buffer_byte(p->out, '[');
  return open_frame(p, is_keyword_list(p, t) ? FRAME_KEYWORDS : FRAME_LIST, t) != NULL;
}

static bool open_tuple(Printer *p, Term t) {
  buffer_byte(p->out, '{');
  return open_frame(p, FRAME_TUPLE, t) != NULL;
}

static bool all_keys_are_words(const Printer *p, Term map) {
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i);)
    if (!is_keyword_key(p, i.key)) return false;
  return true;
}

static bool open_map(Printer *p, Term t) {
  Term name = map_get(p->context, t, ATOM___struct__);
  bool is_struct = name != T_NONE && term_is_atom(name) && all_keys_are_words(p, t);
  buffer_byte(p->out, '%');
  if (is_struct) print_atom(p->context, p->out, name);
  buffer_byte(p->out, '{');
  Frame *f = open_frame(p, FRAME_MAP, t);
  if (!f) return false;
  f->skip_struct = is_struct;
  f->atom_keys = is_struct || all_keys_are_words(p, t);
  map_iterate(&f->i, t);
  return true;
}

static void close_frame(Printer *p) {
  Frame *f = p->frame;
  p->frame = f->outer;
  p->depth--;
  alloc_put(p->context->alloc, f, frame_bytes(f->kind));
}

static bool over_items(const Printer *p, const Frame *f) { return p->limits.item_limit && f->count >= p->limits.item_limit; }

static void separate(Printer *p, Frame *f) {
  if (f->started) buffer_text(p->out, ", ");
  f->started = true;
  f->count++;
}

static void end_frame(Printer *p, const char *text) {
  buffer_text(p->out, text);
  close_frame(p);
}

// The next term of the innermost frame, what goes before it written; T_NONE: the frame was ended.
static Term list_item(Printer *p, Frame *f) {
  if (!term_is_cons(f->term)) {
    if (f->term == T_NIL) {
      end_frame(p, "]");
      return T_NONE;
    }
    Term tail = f->term;
    buffer_text(p->out, " | ");
    f->term = T_NIL;
    return tail;
  }
  if (over_items(p, f)) {
    end_frame(p, ", ...]");
    return T_NONE;
  }
  Term item = cons_head(f->term);
  separate(p, f);
  f->term = cons_tail(f->term);
  if (f->kind == FRAME_LIST) return item;
  print_key(p->context, p->out, tuple_items(item)[0]);
  return tuple_items(item)[1];
}

static Term tuple_item(Printer *p, Frame *f) {
  if (f->count == tuple_arity(f->term)) end_frame(p, "}");
  else if (over_items(p, f)) end_frame(p, ", ...}");
  else {
    size_t i = f->count;
    Term tuple = f->term;
    separate(p, f);
    return tuple_items(tuple)[i];
  }
  return T_NONE;
}

static Term map_item(Printer *p, Frame *f) {
  if (f->value_next) {
    f->value_next = false;
    buffer_text(p->out, " => ");
    return f->i.value;
  }
  do {
    if (map_next(&f->i)) continue;
    end_frame(p, "}");
    return T_NONE;
  } while (f->skip_struct && f->i.key == ATOM___struct__);
  if (over_items(p, f)) {
    end_frame(p, ", ...}");
    return T_NONE;
  }
  separate(p, f);
  if (f->atom_keys) {
    print_key(p->context, p->out, f->i.key);
    return f->i.value;
  }
  f->value_next = true;
  return f->i.key;
}

static Term next_item(Printer *p) {
  Frame *f = p->frame;
  switch (f->kind) {
    case FRAME_LIST:
    case FRAME_KEYWORDS: return list_item(p, f);
    case FRAME_TUPLE: return tuple_item(p, f);
    default: return map_item(p, f);
  }
}

// Writes a term or opens its frame. False without memory.
static bool print_one(Printer *p, Term t) {
  if (p->limits.depth_limit && p->depth >= p->limits.depth_limit && (term_is_cons(t) || term_is_tuple(t) || term_is_map(t))) {
    buffer_text(p->out, "...");
    return true;
  }
  if (term_is_cons(t)) return open_list(p, t);
  if (!term_is_boxed(t)) {
    if (term_is_atom(t)) print_atom(p->context, p->out, t);
    else if (term_is_pid(t)) print_pid_text(p->out, t);
    else if (term_is_small(t)) number_text(p->out, t, 10, false);
    else if (t == T_NIL) buffer_text(p->out, "[]");
    else buffer_format(p->out, "#Special<%llu>", (unsigned long long)(t >> 6));
    return true;
  }
  switch (header_kind(boxed_header(t))) {
    case KIND_TUPLE: return open_tuple(p, t);
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: return open_map(p, t);
    case KIND_FLOAT: print_float(p, t); break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: number_text(p->out, t, 10, false); break;
    case KIND_REF: print_ref(p->out, t); break;
    case KIND_NATIVE: {
      NativeObject *o = term_native_object(t);
      buffer_format(p->out, "#Reference<%s.%llu>", o->type->name, (unsigned long long)o->id);
      break;
    }
    case KIND_FUN: print_fun(p, t); break;
    case KIND_EXPORT: print_export(p, t); break;
    case KIND_BIN_HEAP:
    case KIND_BIN_SHARED:
    case KIND_BIN_SLICE: return print_bits(p, t);
    default: buffer_format(p->out, "#Internal<%u>", header_kind(boxed_header(t))); break;
  }
  return true;
}

static bool over_bytes(Printer *p) {
  size_t limit = p->limits.byte_limit;
  if (!limit || p->out->size - p->start <= limit) return false;
  size_t end = p->start + limit;
  while (end > p->start && ((unsigned char)p->out->data[end] & 0xc0) == 0x80) end--; // not inside a character
  p->out->size = end;
  buffer_text(p->out, "...");
  return true;
}

Status term_print(const TermContext *c, Buffer *buffer, Term t, const PrintOptions *options) {
  Printer p = {.context = c, .out = buffer, .start = buffer->size};
  if (options) p.limits = *options;
  bool good = print_one(&p, t);
  while (good && p.frame && !buffer->failed && !over_bytes(&p)) {
    Term item = next_item(&p);
    if (item != T_NONE) good = print_one(&p, item);
  }
  if (!p.frame) over_bytes(&p);
  while (p.frame) close_frame(&p);
  return good && !buffer->failed ? STATUS_OK : STATUS_NO_MEMORY;
}

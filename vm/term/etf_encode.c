// SPDX-License-Identifier: Apache-2.0
//
// Terms to the external format. What is still to be written waits on a stack: terms, or a mark (T_NONE) and what it
// is about: the rest of a list, or a fun whose size is to be filled in.
#include <zlib.h>

#include "vm/term/binary.h"
#include "vm/term/etf.h"
#include "vm/term/etf_zlib.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

typedef struct Encoder {
  const TermContext *context;
  Buffer *out;
  TermStack stack;
  size_t most; // bytes; nothing has more parts than it takes bytes
} Encoder;

static void put16(Buffer *b, uint64_t v) {
  buffer_byte(b, (unsigned char)(v >> 8));
  buffer_byte(b, (unsigned char)v);
}

static void put32(Buffer *b, uint64_t v) {
  put16(b, v >> 16);
  put16(b, v);
}

static void put_atom(Encoder *e, Term atom) {
  size_t size;
  const char *text = atom_text(e->context->atoms, atom, &size);
  if (size < 256) {
    buffer_byte(e->out, ETF_SMALL_ATOM_UTF8);
    buffer_byte(e->out, (unsigned char)size);
  } else {
    buffer_byte(e->out, ETF_ATOM_UTF8);
    put16(e->out, size);
  }
  buffer_add(e->out, text, size);
}

static void put_node(Encoder *e) { put_atom(e, ATOM_nonode_nohost); }

static void put_pid(Encoder *e, Term t) {
  buffer_byte(e->out, ETF_NEW_PID);
  put_node(e);
  put32(e->out, pid_slot(t));
  put32(e->out, pid_serial(t));
  put32(e->out, 0);
}

// The alias, if it is one, follows as two more words.
static void put_ref(Encoder *e, Term t) {
  uint64_t number = boxed_ptr(t)[1], alias = boxed_ptr(t)[2];
  buffer_byte(e->out, ETF_NEWER_REFERENCE);
  put16(e->out, alias ? 4 : 2);
  put_node(e);
  put32(e->out, 0);
  put32(e->out, number & 0xffffffff);
  put32(e->out, number >> 32);
  if (!alias) return;
  put32(e->out, alias & 0xffffffff);
  put32(e->out, alias >> 32);
}

static void put_integer(Encoder *e, Term t) {
  int64_t v = term_is_small(t) ? small_value(t) : INT64_MAX;
  if (v >= 0 && v < 256) {
    buffer_byte(e->out, ETF_SMALL_INTEGER);
    buffer_byte(e->out, (unsigned char)v);
    return;
  }
  if (v >= INT32_MIN && v <= INT32_MAX) {
    buffer_byte(e->out, ETF_INTEGER);
    put32(e->out, (uint32_t)v);
    return;
  }
  uint64_t room, bytes = (number_bit_length(t) + 7) / 8;
  size_t count;
  bool negative;
  const uint64_t *limbs = number_limbs(t, &room, &count, &negative);
  buffer_byte(e->out, bytes < 256 ? ETF_SMALL_BIG : ETF_LARGE_BIG);
  if (bytes < 256) buffer_byte(e->out, (unsigned char)bytes);
  else put32(e->out, bytes);
  buffer_byte(e->out, negative);
  for (uint64_t i = 0; i < bytes; i++) buffer_byte(e->out, (unsigned char)(limbs[i / 8] >> (i % 8 * 8)));
}

static void put_float(Encoder *e, double d) {
  uint64_t bits;
  memcpy(&bits, &d, 8);
  buffer_byte(e->out, ETF_NEW_FLOAT);
  put32(e->out, bits >> 32);
  put32(e->out, bits & 0xffffffff);
}

static Status put_bits(Encoder *e, Term t) {
  BitsView v = bits_view(t);
  uint64_t bytes = (v.bit_count + 7) >> 3;
  unsigned rest = (unsigned)v.bit_count & 7;
  if (bytes > UINT32_MAX) return STATUS_LIMIT;
  buffer_byte(e->out, rest ? ETF_BIT_BINARY : ETF_BINARY);
  put32(e->out, bytes);
  if (rest) buffer_byte(e->out, (unsigned char)rest);
  if (bytes == 0) return STATUS_OK;
  if (!buffer_reserve(e->out, (size_t)bytes)) return STATUS_NO_MEMORY;
  unsigned char *to = (unsigned char *)e->out->data + e->out->size;
  to[bytes - 1] = 0; // unused bits
  bits_copy(to, 0, v.base, v.bit_offset, v.bit_count);
  e->out->size += (size_t)bytes;
  return STATUS_OK;
}

// --- compounds
static Status push(Encoder *e, const Term *items, size_t count) {
  if (!term_stack_reserve(&e->stack, count)) return STATUS_NO_MEMORY;
  while (count > 0) term_stack_push(&e->stack, items[--count]);
  return STATUS_OK;
}

static Status push_marked(Encoder *e, Term about) { return push(e, (Term[]){T_NONE, about}, 2); }

static Status put_tuple(Encoder *e, Term t) {
  size_t arity = tuple_arity(t);
  if (arity > UINT32_MAX || arity > e->most) return STATUS_LIMIT;
  buffer_byte(e->out, arity < 256 ? ETF_SMALL_TUPLE : ETF_LARGE_TUPLE);
  if (arity < 256) buffer_byte(e->out, (unsigned char)arity);
  else put32(e->out, arity);
  return push(e, tuple_items(t), arity);
}

enum { TERM_BYTES = 80 }; // of a binary are copied while a small term is written, in memory that was not looked at lately

// Could a list with so many elements be written? One of bytes is text while it is short, else each is a term.
static inline bool list_fits(const Encoder *e, size_t count, bool bytes) {
  return count <= (bytes && count <= UINT16_MAX ? e->most : e->most / TERM_BYTES);
}

static Status put_list(Encoder *e, Term list) {
  size_t count = 0;
  bool bytes = true;
  Term tail = list;
  for (; term_is_cons(tail) && list_fits(e, count, bytes); tail = cons_tail(tail), count++) bytes = bytes && term_is_small(cons_head(tail)) && (uint64_t)small_value(cons_head(tail)) < 256;
  if (count > UINT32_MAX || !list_fits(e, count, bytes)) return STATUS_LIMIT;
  if (bytes && tail == T_NIL && count <= UINT16_MAX) {
    buffer_byte(e->out, ETF_STRING);
    put16(e->out, count);
    for (; term_is_cons(list); list = cons_tail(list)) buffer_byte(e->out, (unsigned char)small_value(cons_head(list)));
    return STATUS_OK;
  }
  buffer_byte(e->out, ETF_LIST);
  put32(e->out, count);
  return push_marked(e, list);
}

static Status put_map(Encoder *e, Term map) {
  size_t count = map_size(map);
  if (count > UINT32_MAX || count > e->most / 2) return STATUS_LIMIT;
  buffer_byte(e->out, ETF_MAP);
  put32(e->out, count);
  if (!term_stack_reserve(&e->stack, 2 * count)) return STATUS_NO_MEMORY;
  Term *place = e->stack.items + e->stack.count + 2 * count;
  e->stack.count += 2 * count;
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i);) {
    *--place = i.key;
    *--place = i.value;
  }
  return STATUS_OK;
}

// The unit's identity is not known to other programs: index and function index stand for it.
static Status put_fun(Encoder *e, Term t) {
  const FunEntry *f = fun_entry(t);
  size_t start = e->out->size;
  buffer_byte(e->out, ETF_NEW_FUN);
  put32(e->out, 0); // filled in at the end
  buffer_byte(e->out, (unsigned char)f->arity);
  for (int i = 0; i < 12; i++) buffer_byte(e->out, 0);
  put32(e->out, f->function_index);
  put32(e->out, f->index);
  put32(e->out, fun_capture_count(t));
  put_atom(e, f->module);
  put_integer(e, term_small(f->index));
  put_integer(e, term_small(f->function_index));
  put_pid(e, term_pid(0, 0));
  Status status = push_marked(e, term_small((int64_t)start));
  return status == STATUS_OK ? push(e, fun_captures(t), fun_capture_count(t)) : status;
}

static void put_export(Encoder *e, const Export *x) {
  buffer_byte(e->out, ETF_EXPORT);
  put_atom(e, x->module);
  put_atom(e, x->name);
  put_integer(e, term_small(x->arity));
}

static Status put_term(Encoder *e, Term t) {
  if (term_is_cons(t)) return put_list(e, t);
  if (term_is_small(t)) put_integer(e, t);
  else if (term_is_integer(t)) return number_bit_length(t) >> 3 > e->most ? STATUS_LIMIT : (put_integer(e, t), STATUS_OK);
  else if (term_is_atom(t)) put_atom(e, t);
  else if (t == T_NIL) buffer_byte(e->out, ETF_NIL);
  else if (term_is_pid(t)) put_pid(e, t);
  else if (term_is_tuple(t)) return put_tuple(e, t);
  else if (term_is_map(t)) return put_map(e, t);
  else if (term_is_bits(t)) return bits_count(t) >> 3 > e->most ? STATUS_LIMIT : put_bits(e, t);
  else if (term_is_float(t)) put_float(e, float_value(t));
  else if (term_is_ref(t)) put_ref(e, t);
  else if (term_is_kind(t, KIND_EXPORT)) put_export(e, export_of(t));
  else if (term_is_kind(t, KIND_FUN)) return put_fun(e, t);
  else return STATUS_BAD_DATA; // a native object
  return STATUS_OK;
}

// What a mark is about: a fun is complete, or one more item of a list is due (*t) .
static Status resume(Encoder *e, Term about, Term *t) {
  if (term_is_small(about)) {
    size_t start = (size_t)small_value(about);
    if (e->out->failed) return STATUS_NO_MEMORY;
    uint32_t size = __builtin_bswap32((uint32_t)(e->out->size - start - 1));
    memcpy(e->out->data + start + 1, &size, 4);
    return STATUS_NOT_FOUND;
  }
  *t = cons_head(about);
  Term tail = cons_tail(about);
  return term_is_cons(tail) ? push_marked(e, tail) : push(e, &tail, 1);
}

static Status encode(Encoder *e, Term t) {
  size_t terms = 0;
  Status status = put_term(e, t);
  while (status == STATUS_OK && e->stack.count > 0) {
    if (UNLIKELY(e->out->size + terms * TERM_BYTES > e->most)) return STATUS_LIMIT;
    terms++;
    t = term_stack_pop(&e->stack);
    if (t == T_NONE) {
      status = resume(e, term_stack_pop(&e->stack), &t);
      if (status == STATUS_NOT_FOUND) { // nothing due
        status = STATUS_OK;
        continue;
      }
    }
    if (status == STATUS_OK) status = put_term(e, t);
  }
  return status == STATUS_OK && e->out->failed ? STATUS_NO_MEMORY : status;
}

// The term at `start` of the buffer (behind the version) compressed, if that is shorter.
static Status compress_in_place(const TermContext *c, Buffer *b, size_t start, int level) {
  size_t plain = b->size - start;
  if (plain > UINT32_MAX) return STATUS_OK;
  z_stream z = {0};
  etf_zlib_use(&z, c->alloc);
  if (deflateInit(&z, level > 9 ? 9 : level) != Z_OK) return STATUS_NO_MEMORY;
  size_t room = plain > 5 ? plain - 5 : 0;
  unsigned char *out = alloc_get(c->alloc, room + 1);
  Status status = out ? STATUS_OK : STATUS_NO_MEMORY;
  if (out) {
    z.next_in = (unsigned char *)b->data + start;
    z.avail_in = (uInt)plain;
    z.next_out = out;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
      b->size = start;
      buffer_byte(b, ETF_COMPRESSED);
      put32(b, plain);
      buffer_add(b, out, z.total_out);
    }
    alloc_put(c->alloc, out, room + 1);
  }
  deflateEnd(&z);
  return status;
}

Status etf_encode(const TermContext *c, Buffer *buffer, Term t, int level) { return etf_encode_within(c, buffer, t, level, SIZE_MAX); }

Status etf_encode_within(const TermContext *c, Buffer *buffer, Term t, int level, size_t most) {
  Encoder e = {.context = c, .out = buffer, .most = most};
  term_stack_init(&e.stack, c->alloc);
  buffer_byte(buffer, ETF_VERSION);
  size_t start = buffer->size;
  Status status = encode(&e, t);
  term_stack_free(&e.stack);
  if (status == STATUS_OK && level > 0) status = compress_in_place(c, buffer, start, level);
  return status == STATUS_OK && buffer->failed ? STATUS_NO_MEMORY : status;
}

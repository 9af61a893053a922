// SPDX-License-Identifier: Apache-2.0
//
// Conversions by recursion, with a depth limit: quoted terms come from programs that parser and expander already held
// to a depth, and values beyond it are refused.
#include "vm/main/quoted_terms.h"

#include <stdio.h>
#include <string.h>

#include "vm/term/binary.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

typedef struct FromTerm {
  Names *names;
  Vm *vm;
  uint32_t owner;
} FromTerm;

static Quoted *from_term(FromTerm *f, Term t, int depth);

static Quoted *atom_from_term(FromTerm *f, Term t) {
  size_t size;
  const char *text = atom_text(f->vm->atoms, t, &size);
  Name *name = names_intern(f->names, text, size);
  name->term = t;
  return quoted_atom(name);
}

static Quoted *list_from_term(FromTerm *f, Term t, int depth) {
  QuotedItems items = {0};
  for (; term_is_cons(t); t = cons_tail(t)) {
    Quoted *q = from_term(f, cons_head(t), depth);
    if (!q) return NULL;
    quoted_push(f->names, &items, q);
  }
  if (t == T_NIL) return quoted_items_list(f->names, &items);
  Quoted *tail = from_term(f, t, depth);
  return tail ? quoted_improper(f->names, items.items, items.count, tail) : NULL;
}

static Quoted *kept(FromTerm *f, Term t) {
  Term literal = literal_copy(f->vm->literals, &f->vm->context, t, f->owner);
  return literal == T_NONE ? NULL : quoted_value(f->names, QUOTED_TERM_VALUE, literal);
}

static Quoted *bytes_from_term(FromTerm *f, Term t) {
  Buffer scratch;
  buffer_init(&scratch, &f->names->arena->as_alloc); // the job may leave in the middle
  size_t size;
  const unsigned char *bytes = binary_bytes_any(t, &scratch, &size);
  Quoted *q = bytes ? quoted_binary(f->names, bytes, size) : NULL;
  buffer_free(&scratch);
  return q;
}

static Quoted *boxed_from_term(FromTerm *f, Term t, int depth) {
  switch (header_kind(boxed_header(t))) {
    case KIND_TUPLE: {
      QuotedItems items = {0};
      for (size_t i = 0; i < tuple_arity(t); i++) {
        Quoted *q = from_term(f, tuple_items(t)[i], depth);
        if (!q) return NULL;
        quoted_push(f->names, &items, q);
      }
      return quoted_tuple(f->names, items.items, items.count);
    }
    case KIND_FLOAT: return quoted_float(f->names, float_value(t));
    case KIND_BIG_POS:
    case KIND_BIG_NEG: {
      Buffer text;
      buffer_init(&text, &f->names->arena->as_alloc);
      number_text(&text, t, 10, false);
      bool negative = number_is_negative(t);
      Quoted *q = text.failed ? NULL : quoted_bigint(f->names, text.data + negative, text.size - negative, negative);
      buffer_free(&text);
      return q;
    }
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH: {
      QuotedItems pairs = {0};
      MapIterator i;
      for (map_iterate(&i, t); map_next(&i);) {
        Quoted *key = from_term(f, i.key, depth), *value = key ? from_term(f, i.value, depth) : NULL;
        if (!value) return NULL;
        quoted_push(f->names, &pairs, key);
        quoted_push(f->names, &pairs, value);
      }
      return quoted_map(f->names, pairs.items, pairs.count / 2);
    }
    case KIND_BIN_HEAP:
    case KIND_BIN_SHARED:
    case KIND_BIN_SLICE: return term_is_binary(t) ? bytes_from_term(f, t) : kept(f, t);
    default: return kept(f, t);
  }
}

static Quoted *from_term(FromTerm *f, Term t, int depth) {
  if (depth == QUOTED_DEPTH_MAX) return NULL;
  if (term_is_atom(t)) return atom_from_term(f, t);
  if (term_is_small(t)) return quoted_int(f->names, small_value(t));
  if (term_is_list(t)) return list_from_term(f, t, depth + 1);
  if (term_is_boxed(t)) return boxed_from_term(f, t, depth + 1);
  return quoted_value(f->names, QUOTED_TERM_VALUE, t);
}

Quoted *quoted_from_term(Names *names, Vm *vm, Term t, uint32_t owner_unit) {
  FromTerm f = {names, vm, owner_unit};
  return from_term(&f, t, 0);
}

// --- the other way

static size_t words_of(Quoted *q, int depth) {
  if (depth == QUOTED_DEPTH_MAX) return SIZE_MAX / 4;
  size_t words = 0;
  switch (q->kind) {
    case Q_ATOM:
    case Q_VALUE: return 0;
    case Q_INT: return fits_small(q->integer) ? 0 : NUMBER_INT64_WORDS;
    case Q_BIGINT: return number_parse_words(q->count + 1, 10);
    case Q_FLOAT: return FLOAT_WORDS;
    case Q_BINARY: return binary_words(q->count);
    case Q_LIST:
      for (uint32_t i = 0; i < q->count; i++) words += CONS_WORDS + words_of(q->items[i], depth + 1);
      return q->tail ? words + words_of(q->tail, depth + 1) : words;
    case Q_TUPLE:
      for (uint32_t i = 0; i < q->count; i++) words += 1 + words_of(q->items[i], depth + 1);
      return words + 1;
    case Q_CALL: {
      words = 4 + words_of(q->head, depth + 1) + words_of(q->args, depth + 1) + 2 * (CONS_WORDS + 3);
      return q->extra ? words + words_of(q->extra, depth + 1) : words;
    }
    default:
      for (uint32_t i = 0; i < 2 * q->count; i++) words += words_of(q->pairs[i], depth + 1);
      return words + map_from_pairs_words(q->count) + MAP_EMPTY_WORDS;
  }
}

size_t quoted_term_words(Quoted *q) {
  size_t words = words_of(q, 0);
  return words >= SIZE_MAX / 4 ? SIZE_MAX : words;
}

typedef struct ToTerm {
  Names *names;
  Vm *vm;
  TermHeap *heap;
  bool failed;
} ToTerm;

static Term name_term(ToTerm *b, Name *name) {
  if (!name->term) {
    Term atom;
    if (atom_intern(b->vm->atoms, name->text, name->length, &atom) != STATUS_OK) {
      b->failed = true;
      return T_NIL;
    }
    name->term = atom;
  }
  return name->term;
}

static Term to_term(ToTerm *b, Quoted *q);

static Term list_of(ToTerm *b, Quoted *const *items, uint32_t count, Term tail) {
  for (uint32_t i = count; i-- > 0;) tail = heap_cons(b->heap, to_term(b, items[i]), tail);
  return tail;
}

static Term pair_of(ToTerm *b, Term key, Term value) {
  Term t, *items = heap_tuple(b->heap, 2, &t);
  items[0] = key;
  items[1] = value;
  return t;
}

static Term call_term(ToTerm *b, Quoted *q) {
  Term head = to_term(b, q->head), args = to_term(b, q->args), meta = T_NIL;
  if (!q->meta_whole) {
    if (q->column) meta = heap_cons(b->heap, pair_of(b, ATOM_column, term_small(q->column)), meta);
    if (q->line) meta = heap_cons(b->heap, pair_of(b, ATOM_line, term_small(q->line)), meta);
  }
  if (q->extra) meta = list_of(b, q->extra->items, q->extra->count, meta);
  Term t, *items = heap_tuple(b->heap, 3, &t);
  items[0] = head;
  items[1] = meta;
  items[2] = args;
  return t;
}

static Term map_term(ToTerm *b, Quoted *q) {
  if (q->count == 0) return map_empty(b->heap);
  size_t bytes = sizeof(Term) * 2 * q->count;
  Term *pairs = alloc_get(&b->vm->alloc, bytes);
  Term map = T_NONE;
  if (pairs) {
    for (uint32_t i = 0; i < 2 * q->count; i++) pairs[i] = to_term(b, q->pairs[i]);
    map = map_from_pairs(&b->vm->context, b->heap, pairs, q->count);
    alloc_put(&b->vm->alloc, pairs, bytes);
  }
  if (map == T_NONE) {
    b->failed = true;
    return T_NIL;
  }
  return map;
}

static Term big_term(ToTerm *b, Quoted *q) {
  Buffer text;
  buffer_init(&text, &b->vm->alloc);
  if (q->negative) buffer_byte(&text, '-');
  buffer_add(&text, q->digits, q->count);
  NumberError error;
  Term t = text.failed ? T_NONE : number_parse(&b->vm->context, b->heap, text.data, text.size, 10, &error);
  buffer_free(&text);
  if (t == T_NONE) {
    b->failed = true;
    return T_NIL;
  }
  return t;
}

static Term to_term(ToTerm *b, Quoted *q) {
  switch (q->kind) {
    case Q_ATOM: return name_term(b, q->name);
    case Q_VALUE: return q->value;
    case Q_INT: return number_from_int64(b->heap, q->integer);
    case Q_BIGINT: return big_term(b, q);
    case Q_FLOAT: return heap_float(b->heap, q->real);
    case Q_BINARY: {
      Term t = binary_make(&b->vm->context, b->heap, q->bytes, q->count);
      if (t == T_NONE) b->failed = true;
      return t == T_NONE ? T_NIL : t;
    }
    case Q_LIST: return list_of(b, q->items, q->count, q->tail ? to_term(b, q->tail) : T_NIL);
    case Q_TUPLE: {
      Term t, *items = heap_tuple(b->heap, q->count, &t);
      for (uint32_t i = 0; i < q->count; i++) items[i] = T_NIL;
      for (uint32_t i = 0; i < q->count; i++) items[i] = to_term(b, q->items[i]);
      return t;
    }
    case Q_CALL: return call_term(b, q);
    default: return map_term(b, q);
  }
}

Term term_from_quoted(Names *names, Vm *vm, TermHeap *heap, Quoted *q) {
  ToTerm b = {names, vm, heap, false};
  Term t = to_term(&b, q);
  return b.failed ? T_NONE : t;
}

Term process_term_from_quoted(Process *p, Names *names, Quoted *q) {
  size_t words = quoted_term_words(q);
  if (words == SIZE_MAX) return T_NONE;
  HeapFragment *f = fragment_new(&p->vm->alloc, &p->vm->account, words ? words : 1);
  if (!f) return T_NONE;
  TermHeap heap = fragment_heap(f);
  Term t = term_from_quoted(names, p->vm, &heap, q);
  fragment_close(f, &heap, t);
  heap_adopt(vm_heap_env(p->vm), &p->memory, f);
  return t;
}

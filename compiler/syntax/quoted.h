// SPDX-License-Identifier: Apache-2.0
//
// Quoted terms: the tree of a program, the same `{name, meta, args}` that `quote` yields.
//
// A `Quoted *` points at an immutable node in the job's arena. Nodes may be shared:
// the tree is a directed graph without circles. What a kind holds is in QuotedNode.
//
// I1  A tuple of three whose second element is a proper list is always a Q_CALL, no
//     matter who made it; quoted_tuple() sees to that. Q_TUPLE is every other tuple.
// I2  A name's Q_ATOM is one node (Name.quoted): equal atoms are equal pointers.
// I3  The empty list is Q_LIST with count 0 and tail NULL. A list's tail is never a list.
// I4  A Q_CALL's metadata, as a list, is `extra` followed by `line:` and `column:`
//     (each only when not 0); with meta_whole set `extra` is the whole list as it came and
//     line and column are only read off from it.
//
// Consumers use quoted_is_call() and the call's fields, or the tuple accessors when a
// term must be seen as data. Thread: the job's. Fails: as the arena does.
#ifndef JOIST_SYNTAX_QUOTED_H
#define JOIST_SYNTAX_QUOTED_H

#include "compiler/syntax/names.h"
#include "vm/base/buffer.h"

typedef enum QuotedKind {
  Q_ATOM,
  Q_INT,
  Q_BIGINT,
  Q_FLOAT,
  Q_BINARY,
  Q_LIST,
  Q_TUPLE,
  Q_CALL,
  Q_MAP,
  Q_VALUE,
} QuotedKind;

typedef const struct QuotedNode Quoted;

struct QuotedNode {
  uint8_t kind; // QuotedKind
  bool meta_whole; // Q_CALL, see I4
  bool negative;   // Q_BIGINT
  uint8_t tag;     // Q_VALUE: meaning is its maker's
  uint32_t count;  // Q_LIST, Q_TUPLE: items; Q_MAP: pairs; Q_BIGINT: digits; Q_BINARY: bytes
  union {
    Name *name;         // Q_ATOM
    int64_t integer;    // Q_INT
    const char *digits; // Q_BIGINT: decimal, no sign, no leading zero
    double real;        // Q_FLOAT
    const char *bytes;  // Q_BINARY, a zero byte behind
    uint64_t value;     // Q_VALUE
    struct {
      Quoted *const *items;
      Quoted *tail; // Q_LIST only: NULL when proper
    };
    struct { // Q_CALL
      Quoted *head;
      Quoted *args;  // a list, or the context of a variable (an atom), or anything a macro gave
      Quoted *extra; // a Q_LIST or NULL
      int32_t line, column; // 0: not given
    };
    struct {
      Quoted *const *pairs; // Q_MAP: key, value, key, value ... in the given order
    };
  };
};

// Constructors. Arrays are copied.
static inline Quoted *quoted_atom(const Name *name) { return name->quoted; }
#define Q_NAME(names, id) (NAME(names, id)->quoted)
Quoted *quoted_int(Names *names, int64_t value);
// Decimal digits without sign; becomes Q_INT when the value fits.
Quoted *quoted_bigint(Names *names, const char *digits, size_t count, bool negative);
Quoted *quoted_float(Names *names, double value);
Quoted *quoted_binary(Names *names, const void *bytes, size_t size);
Quoted *quoted_value(Names *names, uint8_t tag, uint64_t value);
Quoted *quoted_empty_list(Names *names);
Quoted *quoted_list(Names *names, Quoted *const *items, size_t count);
// A tail that is a list is joined (I3).
Quoted *quoted_improper(Names *names, Quoted *const *items, size_t count, Quoted *tail);
Quoted *quoted_list_of(Names *names, size_t count, ...); // items as Quoted *
Quoted *quoted_tuple(Names *names, Quoted *const *items, size_t count);
Quoted *quoted_pair(Names *names, Quoted *first, Quoted *second);
Quoted *quoted_map(Names *names, Quoted *const *pairs, size_t pair_count);
// {head, meta, args}; `meta` is a proper list as it came from outside (I4 applied).
Quoted *quoted_call_meta(Names *names, Quoted *head, Quoted *meta, Quoted *args);
// {head, extra ++ [line, column], args}; extra may be NULL.
Quoted *quoted_call(Names *names, Quoted *head, Quoted *args, Quoted *extra, int line, int column);
// {name, like's meta, [args...]}: metadata taken from `like` (a Q_CALL, or NULL for none).
Quoted *quoted_call_like(Names *names, Name *name, Quoted *like, Quoted *const *args, size_t count);
// The same call with other arguments, or with another head.
Quoted *quoted_with_args(Names *names, Quoted *call, Quoted *args);
Quoted *quoted_with_head(Names *names, Quoted *call, Quoted *head);
// The same call with `key: value` put first (an old entry of that key is dropped).
Quoted *quoted_with_meta(Names *names, Quoted *call, Name *key, Quoted *value);

// Questions.
static inline bool quoted_is_atom(Quoted *q) { return q->kind == Q_ATOM; }
static inline bool quoted_is_name(Quoted *q, NameId id) { return q->kind == Q_ATOM && q->name->known == id; }
static inline bool quoted_is_call(Quoted *q) { return q->kind == Q_CALL; }
static inline bool quoted_is_list(Quoted *q) { return q->kind == Q_LIST && !q->tail; }
static inline bool quoted_is_empty(Quoted *q) { return q->kind == Q_LIST && q->count == 0; }
// A call of `name` with a list of arguments (any number / exactly `arity`).
static inline bool quoted_is_call_of(Quoted *q, NameId id) {
  return q->kind == Q_CALL && quoted_is_name(q->head, id) && quoted_is_list(q->args);
}
static inline bool quoted_is_call_arity(Quoted *q, NameId id, uint32_t arity) {
  return quoted_is_call_of(q, id) && q->args->count == arity;
}
// A variable: {atom, meta, atom}.
static inline bool quoted_is_variable(Quoted *q) {
  return q->kind == Q_CALL && q->head->kind == Q_ATOM && q->args->kind == Q_ATOM;
}
// Argument i of a call whose args are a list.
static inline Quoted *quoted_arg(Quoted *q, uint32_t i) { return q->args->items[i]; }
static inline uint32_t quoted_arg_count(Quoted *q) { return quoted_is_list(q->args) ? q->args->count : 0; }
// A tuple of two as literal, e.g. an entry of a keyword list.
static inline bool quoted_is_pair(Quoted *q) { return q->kind == Q_TUPLE && q->count == 2; }
// A proper list of {atom, value} pairs; the empty list is one.
bool quoted_is_keyword(Quoted *q);
// The value of the first `key` in a keyword list (any list), or NULL.
Quoted *quoted_keyword_get(Quoted *list, const Name *key);

// Any tuple, Q_CALL included, as data.
static inline bool quoted_is_tuple(Quoted *q) { return q->kind == Q_TUPLE || q->kind == Q_CALL; }
static inline uint32_t quoted_tuple_size(Quoted *q) { return q->kind == Q_CALL ? 3 : q->count; }
Quoted *quoted_tuple_item(Names *names, Quoted *q, uint32_t i);
// A call's metadata as a list.
Quoted *quoted_meta(Names *names, Quoted *call);
// A call's metadata entry, or NULL; `line` and `column` too.
Quoted *quoted_meta_get(Names *names, Quoted *call, NameId key);
// Line of a call, or of the first call found inside; 0 when there is none.
int quoted_line(Quoted *q);
int quoted_column(Quoted *q);

// Term equality (`===`), metadata included.
bool quoted_equal(Names *names, Quoted *a, Quoted *b);

// The text of a term as data, on one line, e.g. `{:+, [line: 1], [1, 2]}`.
void quoted_print(Names *names, Buffer *out, Quoted *q);

// Collects items in the arena while their number is unknown.
typedef struct QuotedItems {
  Quoted **items;
  uint32_t count, capacity;
} QuotedItems;
void quoted_push(Names *names, QuotedItems *items, Quoted *q);
static inline Quoted *quoted_items_list(Names *names, const QuotedItems *items) {
  return quoted_list(names, items->items, items->count);
}

#endif

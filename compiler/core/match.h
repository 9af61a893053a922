// SPDX-License-Identifier: Apache-2.0
//
// Inside the decision over clauses: match.c (clauses, leaves, bodies), decide.c and select.c (the decision), choose.c (which
// test comes next), rows.c (rows and what tests mean to them), places.c (where the values are), match_bits.c (bit strings).
//
// An Occ is a place in the value being matched: the value itself, a field of another place, a value under a key, a
// position in a bit string. Places are made once for each (parent, selector), so they compare by address. A register
// for a place is fetched when first needed on a path, and found among the facts about its parent afterwards.
//
// A Row is a clause (with one of its guard alternatives) and the items it still wants: places that must look like
// something. Rows are immutable; a test gives each row a successor or drops it.
#ifndef JOIST_CORE_MATCH_H
#define JOIST_CORE_MATCH_H

#include "compiler/core/lower.h"

typedef enum OccKind { OCC_ROOT, OCC_FIELD, OCC_KEY, OCC_START, OCC_VALUE, OCC_AFTER } OccKind;
struct Occ {
  OccKind kind;
  Occ *parent;
  int64_t number; // OCC_FIELD: as in KNOWN_FIELD
  Val value;      // OCC_ROOT: itself; OCC_KEY: the key
  BitsStep *step; // OCC_VALUE, OCC_AFTER
  Occ *children, *sibling;
  BitsStep *steps; // of a position
};

typedef enum BitsKind { BITS_STEP_INTEGER, BITS_STEP_FLOAT, BITS_STEP_SLICE, BITS_STEP_REST, BITS_STEP_UTF, BITS_STEP_LITERAL, BITS_STEP_EMPTY } BitsKind;
struct BitsStep { // reading something at a position
  BitsKind kind;
  int64_t bits;  // all of it when `size` is VAL_NONE; unit of REST; 8, 16, 32 (plus 256) of UTF
  Val size;      // a register: times unit
  uint32_t unit, flags;
  const char *bytes; // LITERAL
  uint32_t byte_count;
  Occ *value, *after;
  BitsStep *next;
};

typedef enum ItemKind { ITEM_CONST, ITEM_CONS, ITEM_TUPLE, ITEM_MAP, ITEM_KEY, ITEM_SAME, ITEM_BINARY, ITEM_BITS } ItemKind;
typedef struct Item {
  ItemKind kind;
  Occ *occ;
  const CorePattern *pattern; // ITEM_KEY: the value's
  Const *constant;
  Val value;                  // ITEM_SAME, ITEM_KEY: key
  uint32_t segment, offset;   // ITEM_BITS: next segment, bytes of its literal already read
} Item;

typedef struct Conjunct {
  Core *expr;
  struct Conjunct *next;
} Conjunct;

struct Row {
  uint32_t index;  // among the rows of the match
  uint32_t clause;
  Conjunct *guard; // what is left of it
  uint32_t item_count;
  Item items[];
};

typedef enum DecisionKind { DECIDE_CONST, DECIDE_CONS, DECIDE_TUPLE, DECIDE_TAGGED, DECIDE_MAP, DECIDE_KEY, DECIDE_SAME, DECIDE_START, DECIDE_STEP } DecisionKind;
typedef struct Decision { // a test of one place
  DecisionKind kind;
  Occ *occ;
  Const *constant; // CONST; tag of TAGGED
  uint32_t arity;
  Val value;       // SAME; key of KEY
  BitsStep *step;
  bool head, tail; // CONS: wanted at once
} Decision;

typedef enum Effect { EFFECT_KEEP, EFFECT_DROP, EFFECT_SOLVE } Effect;

// places.c
Occ *occ_root(Lower *l, Val v);
Occ *occ_field(Lower *l, Occ *parent, int64_t number);
Occ *occ_key(Lower *l, Occ *parent, Val key);
Occ *occ_start(Lower *l, Occ *parent);
Val occ_value(Lower *l, Occ *occ);           // fetched when it is not there yet
bool occ_peek(Lower *l, Occ *occ, Val *v);   // only if it is there

// rows.c
typedef struct RowBuild {
  Lower *l;
  Item *items;
  uint32_t count, capacity;
} RowBuild;
void row_want(RowBuild *b, Occ *occ, const CorePattern *pattern);
void row_put(RowBuild *b, Item item);
Row *row_finish(RowBuild *b, const Row *like);
Effect item_when(Lower *l, const Item *item, const Decision *d, bool outcome);
// Adds what an item wants once its own test has been passed.
void item_open(RowBuild *b, const Item *item, const Decision *d);
// The row with all that is known taken out; NULL: it cannot match.
Row *row_normalize(Lower *l, Row *row);
Row *row_after(Lower *l, Row *row, const Decision *d, bool outcome); // NULL: dropped
bool item_is_binary_const(const Item *item);

// match_bits.c
BitsStep *bits_step(Lower *l, const Item *item, bool bytewise); // what the item reads next; NULL: not known before it is evaluated
const char *bits_literal(const Item *item, uint32_t *count);    // bytes that must come next, NULL: no literal
Effect bits_when(Lower *l, const Item *item, const BitsStep *step, bool outcome);
Answer bits_ask(Lower *l, const Item *item);
void bits_open(RowBuild *b, const Item *item, const BitsStep *step);
Occ *bits_value(Lower *l, BitsStep *step, Occ *position);
Occ *bits_after(Lower *l, BitsStep *step, Occ *position);
// Evaluates a size that is an expression; failures go to `no`.
BitsStep *bits_evaluate(Lower *l, const Item *item, Block *no);
void bits_emit(Lower *l, Occ *position, BitsStep *step, Block *no);
void bits_emit_start(Lower *l, Occ *occ, Block *no);
bool bits_started(Lower *l, Val v);
const CorePattern *bits_of_literal(Lower *l, Const *k); // a binary literal as a pattern of one segment

// match.c
struct Leaf {
  Block *block;
  Version *version;
  Val *values; // of the clause's variables
  Leaf *next;
};

typedef struct MatchBody {
  CoreVar **vars;
  uint32_t var_count, var_capacity;
  Leaf *leaves;
  uint32_t leaf_count;
} MatchBody;

typedef struct Context { // of one decision
  Lower *l;
  Match *m;
  Row **original;
  uint32_t original_count;
  Block *fail;
  Block **chain;
  uint64_t work, budget;
} Context;

void match_push(Lower *l, Row *row);          // on the stack of rows
void match_leaf(Context *x, const Row *row);  // the current block ends as a leaf of the row's clause

// choose.c
const Item *item_at(const Row *row, const Occ *occ); // NULL: none
const Item *choose_item(Lower *l, uint32_t from, uint32_t to); // of the first row
bool item_is_selectable(const Item *item);
Decision decision_of(Lower *l, const Item *item, uint32_t from, uint32_t to);
void decision_emit(Lower *l, const Decision *d, Block *no);

// decide.c: the rows [from, to) of the stack, in the current block
void decide(Context *x, uint32_t from, uint32_t to);
// select.c: splits by all constants (arities) that rows want at the place of `first`. false: they are too few.
bool decide_select(Context *x, const Item *first, uint32_t from, uint32_t *to);

#endif

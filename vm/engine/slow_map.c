// SPDX-License-Identifier: Apache-2.0
//
// Slow paths of maps.
//
// What an instruction makes or finds is a function of its operands alone (map_new, map_put …). Its slow path makes room, calls that and goes on. When a
// huge key is met in there, a jump leaves from within (engine_key_context); a dirty thread calls the same function, and the instruction runs again
// with what that answered. So these functions hold no memory but the heap's and the C stack's.
#include "vm/engine/long_operation.h"
#include "vm/engine/slow.h"
#include "vm/term/hash.h"

// Why there is no map.
enum { KEYS_GOOD, KEYS_COLLIDE, KEYS_MISSING }; // MAP_COLLISION_MAX; the answer is the key that is missing

// More keys than lie on the C stack are sorted in memory that a jump would lose: what takes long is found out before.
static const TermContext *walk_many_keys(Process *p, const TermContext *c, const Term *pairs, size_t pair_count) {
  for (size_t i = 0; i < pair_count; i++) (void)term_hash(c, pairs[2 * i]);
  return &p->vm->context;
}

static inline size_t map_new_words(size_t count) { return count ? map_from_pairs_words(count / 2) : MAP_EMPTY_WORDS; }
static Term map_new(Process *p, const uint64_t *pc, size_t *error) {
  const TermContext *c = engine_key_context(p);
  size_t count = I(1);
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_NEW, i);
  if (UNLIKELY(count / 2 > MAP_FLAT_MAX)) c = walk_many_keys(p, c, pairs, count / 2);
  Term map = map_from_pairs(c, &p->heap, pairs, count / 2);
  if (UNLIKELY(map == T_NONE)) *error = KEYS_COLLIDE;
  return map;
}

static Term map_put_all(Process *p, const uint64_t *pc, size_t *error) {
  const TermContext *c = engine_key_context(p);
  size_t count = I(2);
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_PUT, i);
  Term map = map_put_pairs(c, &p->heap, R(1), pairs, count / 2);
  if (UNLIKELY(map == T_NONE)) *error = KEYS_COLLIDE;
  return map;
}

static Term map_update_all(Process *p, const uint64_t *pc, size_t *error) {
  const TermContext *c = engine_key_context(p);
  size_t count = I(2);
  Term pairs[count + 1], missing = T_NONE;
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_UPDATE, i);
  Term map = map_update_pairs(c, &p->heap, R(1), pairs, count / 2, &missing);
  if (LIKELY(map != T_NONE)) return map;
  *error = missing == T_NONE ? KEYS_COLLIDE : KEYS_MISSING;
  return missing;
}

static const uint64_t *keys_failed(Process *p, const uint64_t *pc, Term missing, size_t error) {
  if (error == KEYS_COLLIDE) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  return engine_raise_about(p, pc, ATOM_badkey, missing);
}

// The map of an instruction to `map` and `error`, here or from a dirty thread.
#define MAP_VALUE(MAP_WORD, WORDS, MAKE) \
  size_t error = KEYS_GOOD; \
  Term map; \
  if (operation_is_back(p)) { \
    map = operation_take(p, &error); \
  } else { \
    RESERVE((MAP_WORD), (WORDS)); \
    map = MAKE(p, pc, &error); \
  } \
  if (UNLIKELY(error)) return keys_failed(p, pc, map, error);

SLOW_PATH(MAP_NEW) {
  size_t count = I(1);
  MAP_VALUE(W(MAP_NEW, 0), map_new_words(count), map_new)
  R(0) = map;
  return BEHIND_LIST(MAP_NEW, count);
}

SLOW_PATH(MAP_PUT) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  MAP_VALUE(W(MAP_PUT, 0), map_put_pairs_words(R(1), count / 2), map_put_all)
  R(0) = map;
  return BEHIND_LIST(MAP_PUT, count);
}

SLOW_PATH(MAP_UPDATE) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  MAP_VALUE(W(MAP_UPDATE, 0), map_update_pairs_words(R(1), count / 2), map_update_all)
  R(0) = map;
  return BEHIND_LIST(MAP_UPDATE, count);
}

// --- finding

// The value, or T_NONE. Only keys that are pointers can take long.
static inline Term found(Process *p, const uint64_t *pc, uint64_t map_word, Term map, Term key) {
  if (!term_is_pointer(key)) return map_get(&p->vm->context, map, key);
  if (operation_is_back(p)) {
    size_t error;
    return operation_take(p, &error);
  }
  engine_stand_at(p, pc, map_word);
  return map_get(engine_key_context(p), map, key);
}

SLOW_PATH(MAP_GET) {
  Term map = R(1);
  if (!term_is_map(map)) return CODE(MAP_GET, 1);
  Term value = found(p, pc, W(MAP_GET, 0), map, R(2));
  if (value == T_NONE) return CODE(MAP_GET, 1);
  R(0) = value;
  return BEHIND(MAP_GET);
}

SLOW_PATH(HAS_KEY) {
  Term map = R(0);
  return term_is_map(map) && found(p, pc, W(HAS_KEY, 0), map, R(1)) != T_NONE ? BEHIND(HAS_KEY) : CODE(HAS_KEY, 1);
}

// With a constant key: no more work than the source wrote down.
#define MAP_GET_CONSTANT(NAME) \
  SLOW_PATH(NAME) { \
    Term map = R(1); \
    if (!term_is_map(map)) return CODE(NAME, 1); \
    Term value = map_get(&p->vm->context, map, W(NAME, 0)); \
    if (value == T_NONE) return CODE(NAME, 1); \
    R(0) = value; \
    return BEHIND(NAME); \
  }
MAP_GET_CONSTANT(MAP_GET_ATOM)
MAP_GET_CONSTANT(MAP_GET_LITERAL)

// --- on a dirty thread

bool engine_key_operation(Process *p, const uint64_t *pc, Term *value, size_t *error) {
  const uint32_t *handlers = vm_engine(p->vm)->handlers;
  uint32_t op = (uint32_t)pc[0];
  Participant *t = &vm_worker(p->vm)->participant; // offline while it works, as other operations are (dirty.c)
  *error = KEYS_GOOD;
  if (op == handlers[L_MAP_GET] || op == handlers[L_HAS_KEY]) {
    bool get = op == handlers[L_MAP_GET];
    participant_offline(t);
    *value = map_get(engine_key_context(p), get ? R(1) : R(0), get ? R(2) : R(1));
    participant_online(t);
    return true;
  }
  Term (*make)(Process *p, const uint64_t *pc, size_t *error) =
    op == handlers[L_MAP_NEW] ? map_new : op == handlers[L_MAP_PUT] ? map_put_all : op == handlers[L_MAP_UPDATE] ? map_update_all : NULL;
  CHECK(make);
  size_t words = make == map_new ? map_new_words(I(1)) : make == map_put_all ? map_put_pairs_words(R(1), I(2) / 2) : map_update_pairs_words(R(1), I(2) / 2);
  if (!process_reserve(p, words)) return false;
  participant_offline(t);
  *value = make(p, pc, error);
  participant_online(t);
  return true;
}

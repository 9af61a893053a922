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

// Why there is no map: MAP_COLLISION_MAX; from KEY_MISSING on, the index of the pair whose key is missing. Set when there is none.
enum { KEYS_COLLIDE, KEY_MISSING };

// More keys than lie on the C stack are sorted in memory that a jump would lose: what takes long is found out before.
static const TermContext *walk_many_keys(Process *p, const TermContext *c, const Term *pairs, size_t pair_count) {
  for (size_t i = 0; i < pair_count; i++) (void)term_hash(c, pairs[2 * i]);
  return &p->vm->context;
}

#define INLINE __attribute__((always_inline)) static inline
INLINE size_t map_new_words(size_t count) { return count ? map_from_pairs_words(count / 2) : MAP_EMPTY_WORDS; }
INLINE Term map_new(Process *p, const uint64_t *pc, size_t count, size_t *error) {
  const TermContext *c = engine_key_context(p);
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_NEW, i);
  if (UNLIKELY(count / 2 > MAP_FLAT_MAX)) c = walk_many_keys(p, c, pairs, count / 2);
  *error = KEYS_COLLIDE;
  return map_from_pairs(c, &p->heap, pairs, count / 2);
}

INLINE Term map_put_all(Process *p, const uint64_t *pc, size_t count, size_t *error) {
  Term pairs[count + 1];
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_PUT, i);
  *error = KEYS_COLLIDE;
  return map_put_pairs(engine_key_context(p), &p->heap, R(1), pairs, count / 2);
}

INLINE Term map_update_all(Process *p, const uint64_t *pc, size_t count, size_t *error) {
  Term pairs[count + 1], missing = T_NONE;
  for (size_t i = 0; i < count; i++) pairs[i] = LIST_SLOT(MAP_UPDATE, i);
  Term map = map_update_pairs(engine_key_context(p), &p->heap, R(1), pairs, count / 2, &missing);
  if (LIKELY(map != T_NONE)) return map;
  *error = KEYS_COLLIDE;
  for (size_t i = 0; i < count && missing != T_NONE; i += 2)
    if (pairs[i] == missing) *error = KEY_MISSING + i;
  return T_NONE;
}

// The map of an instruction to `map`, here or from a dirty thread; T_NONE and `error`.
#define MAP_VALUE(MAP_WORD, WORDS, MAKE) \
  size_t error = 0; \
  Term map; \
  if (operation_is_back(p)) { \
    map = operation_take(p, &error); \
  } else { \
    RESERVE((MAP_WORD), (WORDS)); \
    map = MAKE(p, pc, count, &error); \
  }

SLOW_PATH(MAP_NEW) {
  size_t count = I(1);
  MAP_VALUE(W(MAP_NEW, 0), map_new_words(count), map_new)
  if (UNLIKELY(map == T_NONE)) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  R(0) = map;
  return BEHIND_LIST(MAP_NEW, count);
}

SLOW_PATH(MAP_PUT) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  MAP_VALUE(W(MAP_PUT, 0), map_put_pairs_words(R(1), count / 2), map_put_all)
  if (UNLIKELY(map == T_NONE)) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
  R(0) = map;
  return BEHIND_LIST(MAP_PUT, count);
}

SLOW_PATH(MAP_UPDATE) {
  size_t count = I(2);
  if (!term_is_map(R(1))) return engine_raise_about(p, pc, ATOM_badmap, R(1));
  MAP_VALUE(W(MAP_UPDATE, 0), map_update_pairs_words(R(1), count / 2), map_update_all)
  if (UNLIKELY(map == T_NONE)) {
    if (error == KEYS_COLLIDE) return engine_raise_limit(p, pc, LIMIT_MEMORY_BUDGET);
    return engine_raise_about(p, pc, ATOM_badkey, LIST_SLOT(MAP_UPDATE, error - KEY_MISSING));
  }
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

// --- on a dirty thread (dirty.c)

bool engine_key_operation(Process *p, const uint64_t *pc, Term *value, size_t *error) {
  const uint32_t *handlers = vm_engine(p->vm)->handlers;
  uint32_t op = (uint32_t)pc[0];
  *error = KEYS_COLLIDE;
  if (op == handlers[L_MAP_GET]) {
    *value = map_get(engine_key_context(p), R(1), R(2));
  } else if (op == handlers[L_HAS_KEY]) {
    *value = map_get(engine_key_context(p), R(0), R(1));
  } else if (op == handlers[L_MAP_NEW]) {
    if (!process_reserve(p, map_new_words(I(1)))) return false;
    *value = map_new(p, pc, I(1), error);
  } else if (op == handlers[L_MAP_PUT]) {
    if (!process_reserve(p, map_put_pairs_words(R(1), I(2) / 2))) return false;
    *value = map_put_all(p, pc, I(2), error);
  } else {
    CHECK(op == handlers[L_MAP_UPDATE]);
    if (!process_reserve(p, map_update_pairs_words(R(1), I(2) / 2))) return false;
    *value = map_update_all(p, pc, I(2), error);
  }
  return true;
}

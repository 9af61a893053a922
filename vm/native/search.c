// SPDX-License-Identifier: Apache-2.0
//
// Natives of :binary that search: match, matches, split, replace, compiled patterns, common beginnings and ends. Finding
// itself is matcher.c's.
//
// All searching comes first, its results in a list of places; then room is made once and the answer is built back to
// front. So patterns and subject do not move while they are looked at.
#include "vm/native/bytes.h"
#include "vm/native/matcher.h"

enum { CHARGE_SHIFT = 9 }; // 0.2 ns a byte

// A text that is looked through whole, and may be copied, in one go. (What is found costs more than that; it was charged when known.)
#define LONG_SEARCH() \
  do { \
    if (native_is_long(p, bytes_size(p, 0) >> CHARGE_SHIFT)) return native_go_dirty(p); \
  } while (0)

// --- patterns

static const NativeType PATTERN_TYPE = {"pattern", NULL};

typedef struct Search {
  const Matcher *matcher;
  Matcher own;
  void *extra; // of `own`
  size_t extra_bytes;
  Buffer scratch; // a pattern that starts within a byte
  size_t from, until; // scope
  // places found
  struct Place {
    size_t at, size;
  } *places, inline_places[32];
  size_t count, capacity;
} Search;

static void search_end(Process *p, Search *s) {
  if (s->places != s->inline_places) alloc_put(&p->vm->alloc, s->places, s->capacity * sizeof *s->places);
  alloc_put(&p->vm->alloc, s->extra, s->extra_bytes);
  buffer_free(&s->scratch);
}

// The patterns of a list, each a binary that is not empty, in an array (*capacity of its own) whose bytes stay where they are.
// NULL: badarg, or without memory *no_memory.
static Pattern *list_patterns(Process *p, Term list, Buffer *scratch, size_t *count, bool *no_memory) {
  int64_t length = native_list_length(list);
  *no_memory = false;
  if (length <= 0) return NULL;
  size_t unaligned = 0, size;
  for (Term l = list; l != T_NIL; l = cons_tail(l)) {
    Term t = cons_head(l);
    if (!term_is_binary(t) || bits_count(t) == 0) return NULL;
    if (!binary_bytes(t, &size)) unaligned += size;
  }
  Pattern *patterns = alloc_get(&p->vm->alloc, (size_t)length * sizeof *patterns);
  if (!patterns || (unaligned && !buffer_reserve(scratch, unaligned))) {
    alloc_put(&p->vm->alloc, patterns, (size_t)length * sizeof *patterns);
    *no_memory = true;
    return NULL;
  }
  *count = 0;
  for (Term l = list; l != T_NIL; l = cons_tail(l)) {
    Pattern *to = &patterns[(*count)++];
    to->bytes = binary_bytes(cons_head(l), &to->size);
    if (to->bytes) continue;
    BitsView v = bits_view(cons_head(l));
    to->bytes = (unsigned char *)scratch->data + scratch->size;
    bits_copy((unsigned char *)scratch->data + scratch->size, 0, v.base, v.bit_offset, v.bit_count);
    scratch->size += to->size;
  }
  return patterns;
}

static const Matcher *compiled(Term t) {
  if (!term_is_tuple(t) || tuple_arity(t) != 2 || (tuple_items(t)[0] != ATOM_bm && tuple_items(t)[0] != ATOM_ac)) return NULL;
  Term ref = tuple_items(t)[1];
  if (!term_is_native_object(ref) || term_native_object(ref)->type != &PATTERN_TYPE) return NULL;
  return (const Matcher *)(const void *)term_native_object(ref)->payload;
}

// Makes the matcher of a list of patterns in the search.
static bool own_matcher(Process *p, Search *s, const Pattern *patterns, size_t count) {
  MatcherKind kind;
  size_t bytes;
  if (!matcher_plan(patterns, count, false, &kind, &bytes)) return false;
  if (bytes && (!account_allows_work(&p->vm->account, bytes) || !(s->extra = alloc_get(&p->vm->alloc, bytes)))) return false;
  s->extra_bytes = bytes;
  s->matcher = &s->own;
  return matcher_make(&s->own, kind, patterns, count, s->extra, false, &p->vm->alloc);
}

// Reads pattern (argument 1) and a scope for the subject (argument 0, after bytes_argument). False: raised, nothing to free.
static bool search_start(Process *p, Search *s, Term scope) {
  size_t size;
  bytes_of_argument(p, 0, &size);
  s->places = s->inline_places;
  s->count = 0;
  s->capacity = sizeof s->inline_places / sizeof *s->inline_places;
  s->extra = NULL;
  s->extra_bytes = 0;
  buffer_init(&s->scratch, &p->vm->alloc);
  s->from = 0;
  s->until = size;
  if (scope != T_NONE) {
    int64_t start, length;
    if (!term_is_tuple(scope) || tuple_arity(scope) != 2 || !number_to_int64(tuple_items(scope)[0], &start) ||
        !number_to_int64(tuple_items(scope)[1], &length) || start < 0 || length == INT64_MIN) {
      native_badarg(p);
      return false;
    }
    if (length < 0) {
      start += length;
      length = -length;
    }
    if (start < 0 || (uint64_t)start > size || (uint64_t)length > size - (uint64_t)start) {
      native_badarg(p);
      return false;
    }
    s->from = (size_t)start;
    s->until = (size_t)(start + length);
  }
  Term pattern = ARG(1);
  bool no_memory = false, good = false;
  if (term_is_binary(pattern)) {
    Pattern one;
    one.bytes = binary_bytes_any(pattern, &s->scratch, &one.size);
    no_memory = !one.bytes;
    good = one.bytes && one.size;
    if (good) {
      s->own.kind = one.size == 1 ? MATCHER_BYTE : MATCHER_TEXT;
      s->own.patterns[0] = one;
      s->matcher = &s->own;
    }
  } else if (term_is_cons(pattern)) {
    size_t count;
    Pattern *patterns = list_patterns(p, pattern, &s->scratch, &count, &no_memory);
    if (patterns) {
      good = own_matcher(p, s, patterns, count);
      no_memory = !good;
      alloc_put(&p->vm->alloc, patterns, count * sizeof *patterns);
    }
  } else {
    s->matcher = compiled(pattern);
    good = s->matcher != NULL;
  }
  if (good) return true;
  search_end(p, s);
  native_error(p, no_memory ? ATOM_system_limit : ATOM_badarg);
  return false;
}

static bool add_place(Process *p, Search *s, size_t at, size_t size) {
  if (s->count == s->capacity) {
    size_t bytes = s->capacity * sizeof *s->places;
    struct Place *old = s->places, *grown;
    if (!account_allows_work(&p->vm->account, 2 * bytes)) return false;
    if (old == s->inline_places) {
      grown = alloc_get(&p->vm->alloc, 2 * bytes);
      if (grown) memcpy(grown, old, bytes);
    } else {
      grown = alloc_grow(&p->vm->alloc, old, bytes, 2 * bytes);
    }
    if (!grown) return false;
    s->places = grown;
    s->capacity *= 2;
  }
  s->places[s->count++] = (struct Place){at, size};
  return true;
}
// Finds the first match, or all that do not overlap. False: no memory.
static bool find_places(Process *p, Search *s, bool all) {
  size_t size, at, length, from = s->from;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  bool room = true, found = false;
  while (room && (found = matcher_find(s->matcher, bytes, from, s->until, &at, &length))) {
    room = add_place(p, s, at, length);
    from = at + length;
    if (!all) break;
  }
  size_t looked_at = (found ? from : s->until) - s->from;
  native_charge(p, 1 + (looked_at >> CHARGE_SHIFT) + (s->count >> 3));
  return room;
}

// --- options

typedef struct SearchOptions {
  Term scope, insert;
  bool global, trim, trim_all;
} SearchOptions;
enum { OPTION_SCOPE = 1, OPTION_GLOBAL = 2, OPTION_TRIM = 4, OPTION_INSERT = 8 };

// Of the list in argument `arg`; 0: there is none.
static bool read_options(Process *p, unsigned arg, unsigned allowed, SearchOptions *o) {
  Term list = arg ? ARG(arg) : T_NIL;
  *o = (SearchOptions){.scope = T_NONE, .insert = T_NONE};
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term t = cons_head(list);
    bool pair = term_is_tuple(t) && tuple_arity(t) == 2;
    if (pair && tuple_items(t)[0] == ATOM_scope) {
      o->scope = tuple_items(t)[1];
    } else if (pair && tuple_items(t)[0] == ATOM_insert_replaced && (allowed & OPTION_INSERT)) {
      o->insert = tuple_items(t)[1];
    } else if (t == ATOM_global && (allowed & OPTION_GLOBAL)) {
      o->global = true;
    } else if (t == ATOM_trim && (allowed & OPTION_TRIM)) {
      o->trim = true;
    } else if (t == ATOM_trim_all && (allowed & OPTION_TRIM)) {
      o->trim_all = true;
    } else {
      list = T_NONE;
      break;
    }
  }
  if (list != T_NIL) native_badarg(p);
  return list == T_NIL;
}

// --- match, matches

static Term place_pair(Process *p, const struct Place *place) {
  return native_pair(p, term_small((int64_t)place->at), term_small((int64_t)place->size));
}
static Term match(Process *p, unsigned options, bool all) {
  LONG_SEARCH();
  SearchOptions o;
  Search s;
  if (!bytes_argument(p, 0) || !read_options(p, options, OPTION_SCOPE, &o) || !search_start(p, &s, o.scope)) return T_NONE;
  Term answer = all ? T_NIL : ATOM_nomatch;
  if (!find_places(p, &s, all)) {
    answer = native_error(p, ATOM_system_limit);
  } else if (s.count && !native_reserve(p, s.count * (PAIR_WORDS + CONS_WORDS))) {
    answer = T_NONE;
  } else if (all) {
    for (size_t i = s.count; i-- > 0;) answer = heap_cons(&p->heap, place_pair(p, &s.places[i]), answer);
  } else if (s.count) {
    answer = place_pair(p, &s.places[0]);
  }
  search_end(p, &s);
  return answer;
}
Term native_binary_match_2(Process *p) { return match(p, 0, false); }
Term native_binary_match_3(Process *p) { return match(p, 2, false); }
Term native_binary_matches_2(Process *p) { return match(p, 0, true); }
Term native_binary_matches_3(Process *p) { return match(p, 2, true); }

// --- split

static Term split(Process *p, unsigned options) {
  LONG_SEARCH();
  SearchOptions o;
  Search s;
  if (!bytes_argument(p, 0) || !read_options(p, options, OPTION_SCOPE | OPTION_GLOBAL | OPTION_TRIM, &o) || !search_start(p, &s, o.scope)) return T_NONE;
  Term list = T_NIL;
  if (!find_places(p, &s, o.global)) {
    list = native_error(p, ATOM_system_limit);
  } else if (!native_reserve(p, (s.count + 1) * (PIECE_WORDS + CONS_WORDS))) {
    list = T_NONE;
  } else {
    size_t end;
    const unsigned char *bytes = bytes_of_argument(p, 0, &end);
    for (size_t i = s.count + 1; i-- > 0;) {
      size_t from = i ? s.places[i - 1].at + s.places[i - 1].size : 0;
      bool left_out = end == from && (o.trim_all || (o.trim && list == T_NIL));
      if (!left_out) {
        Term part = bytes_piece(p, 0, bytes, from, end - from);
        list = heap_cons(&p->heap, part, list);
      }
      if (i) end = s.places[i - 1].at;
    }
  }
  search_end(p, &s);
  return list;
}
Term native_binary_split_2(Process *p) { return split(p, 0); }
Term native_binary_split_3(Process *p) { return split(p, 2); }

// --- replace

enum { INSERTS_MAX = 64 };
// Sorted places in the replacement at which what was matched is put in. -1: badarg.
static int insert_places(Term insert, size_t size, size_t *places) {
  int count = 0;
  uint64_t at;
  if (insert == T_NONE) return 0;
  bool single = term_is_small(insert);
  while (single || term_is_cons(insert)) {
    if (!native_count(single ? insert : cons_head(insert), &at) || at > size || count == INSERTS_MAX) return -1;
    int k = count++;
    for (; k > 0 && places[k - 1] > at; k--) places[k] = places[k - 1];
    places[k] = (size_t)at;
    if (single) return count;
    insert = cons_tail(insert);
  }
  return insert == T_NIL ? count : -1;
}
static unsigned char *put(unsigned char *to, const unsigned char *from, size_t size) {
  if (size) memcpy(to, from, size);
  return to + size;
}
static Term replace(Process *p, unsigned options) {
  LONG_SEARCH();
  SearchOptions o;
  Search s;
  size_t size, with_size, inserts[INSERTS_MAX];
  if (!bytes_argument(p, 0) || !bytes_argument(p, 2)) return T_NONE;
  if (!read_options(p, options, OPTION_SCOPE | OPTION_GLOBAL | OPTION_INSERT, &o)) return T_NONE;
  bytes_of_argument(p, 2, &with_size);
  int insert_count = insert_places(o.insert, with_size, inserts);
  if (insert_count < 0) return native_badarg(p);
  if (!search_start(p, &s, o.scope)) return T_NONE;
  Term t = ARG(0);
  bool room = find_places(p, &s, o.global);
  if (room && s.count) {
    bytes_of_argument(p, 0, &size);
    // Each match goes out once and its replacement comes in, with the match as often as it is inserted.
    size_t total = size;
    for (size_t i = 0; i < s.count; i++) total += with_size + s.places[i].size * (size_t)insert_count - s.places[i].size;
    room = account_allows_work(&p->vm->account, total);
    unsigned char *to = NULL;
    t = T_NONE;
    if (room && native_reserve(p, binary_words(total))) {
      t = bits_new(native_context(p), &p->heap, (uint64_t)total << 3, &to);
      room = t != T_NONE;
    }
    if (t != T_NONE) {
      const unsigned char *bytes = bytes_of_argument(p, 0, &size), *with = bytes_of_argument(p, 2, &with_size);
      size_t from = 0;
      for (size_t i = 0; i < s.count; i++) {
        const struct Place *place = &s.places[i];
        to = put(to, bytes + from, place->at - from);
        size_t done = 0;
        for (int k = 0; k < insert_count; k++) {
          to = put(to, with + done, inserts[k] - done);
          to = put(to, bytes + place->at, place->size);
          done = inserts[k];
        }
        to = put(to, with + done, with_size - done);
        from = place->at + place->size;
      }
      put(to, bytes + from, size - from);
      native_charge(p, total >> CHARGE_SHIFT);
    }
  }
  search_end(p, &s);
  return room ? t : native_error(p, ATOM_system_limit);
}
Term native_binary_replace_3(Process *p) { return replace(p, 0); }
Term native_binary_replace_4(Process *p) { return replace(p, 3); }

// --- compiled patterns: {bm, object} for one, {ac, object} for several

// One is copied, and looked at from its end; several become an automaton of as many rows as they have bytes. As far as may be counted here.
enum { PATTERN_SHIFT = 6 };
static size_t pattern_cost(Process *p, Term t) {
  if (term_is_bits(t)) return (size_t)(bits_count(t) >> 3) >> PATTERN_SHIFT;
  size_t cost = 0, most = native_work_allowed(p);
  for (; term_is_cons(t) && cost <= most; t = cons_tail(t)) cost += 2 + (term_is_bits(cons_head(t)) ? (size_t)(bits_count(cons_head(t)) >> 4) : 0);
  return cost;
}
Term native_binary_compile_pattern(Process *p) {
  if (native_is_long(p, pattern_cost(p, ARG(0)))) return native_go_dirty(p);
  NATIVE_RESERVE(NATIVE_WORDS + PAIR_WORDS);
  Buffer scratch;
  buffer_init(&scratch, &p->vm->alloc);
  Pattern one, *patterns = NULL;
  size_t count = 1;
  bool no_memory = false, single = term_is_binary(ARG(0));
  if (single && bits_count(ARG(0)) > 0) {
    one.bytes = binary_bytes_any(ARG(0), &scratch, &one.size);
    no_memory = !one.bytes;
    patterns = one.bytes ? &one : NULL;
  } else if (term_is_cons(ARG(0))) {
    patterns = list_patterns(p, ARG(0), &scratch, &count, &no_memory);
  }
  NativeObject *o = NULL;
  if (patterns) {
    MatcherKind kind;
    size_t bytes;
    no_memory = true;
    if (matcher_plan(patterns, count, true, &kind, &bytes) && account_allows_work(&p->vm->account, bytes)) {
      o = native_object_new(&p->vm->alloc, &PATTERN_TYPE, vm_next_ref(p->vm), sizeof(Matcher) + bytes);
      if (o && !matcher_make((Matcher *)(void *)o->payload, kind, patterns, count, o->payload + sizeof(Matcher), true, &p->vm->alloc)) {
        native_object_drop(o);
        o = NULL;
      }
    }
    if (patterns != &one) alloc_put(&p->vm->alloc, patterns, count * sizeof *patterns);
  }
  buffer_free(&scratch);
  if (!o) return native_error(p, no_memory ? ATOM_system_limit : ATOM_badarg);
  return native_pair(p, count == 1 ? ATOM_bm : ATOM_ac, heap_native_object(&p->heap, o));
}

// --- common beginnings and ends

static uint64_t byte_of(BitsView v, uint64_t index) { return bits_get_u64(v.base, v.bit_offset + 8 * index, 8); }
static Term common(Process *p, bool at_end) {
  if (native_list_length(ARG(0)) <= 0) return native_badarg(p);
  uint64_t shortest = UINT64_MAX, count = 0;
  for (Term l = ARG(0); l != T_NIL; l = cons_tail(l), count++) {
    if (!term_is_binary(cons_head(l))) return native_badarg(p);
    uint64_t size = bits_count(cons_head(l)) / 8;
    if (size < shortest) shortest = size;
  }
  if (native_is_long(p, (size_t)(shortest * count) >> 5)) return native_go_dirty(p);
  uint64_t same = shortest;
  BitsView first = bits_view(cons_head(ARG(0)));
  for (Term l = cons_tail(ARG(0)); l != T_NIL && same; l = cons_tail(l)) {
    BitsView v = bits_view(cons_head(l));
    uint64_t i = 0;
    while (i < same && (at_end ? byte_of(first, first.bit_count / 8 - 1 - i) == byte_of(v, v.bit_count / 8 - 1 - i) : byte_of(first, i) == byte_of(v, i))) i++;
    same = i;
    native_charge(p, (size_t)(i >> 5));
  }
  return term_small((int64_t)same);
}
Term native_binary_longest_common_prefix(Process *p) { return common(p, false); }
Term native_binary_longest_common_suffix(Process *p) { return common(p, true); }

// SPDX-License-Identifier: Apache-2.0
//
// What is asked for at spawn and changed later: options of spawn_opt, flags of process_flag.
//
// Options that only steer OTP's own machinery (fullsweep_after, min_bin_vheap_size, message_queue_data, …) are
// accepted without effect.
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

bool vm_atom_is(Vm *vm, Term atom, const char *name) {
  if (!term_is_atom(atom)) return false;
  size_t bytes;
  const char *text = atom_text(vm->atoms, atom, &bytes);
  return strlen(name) == bytes && memcmp(text, name, bytes) == 0;
}

Term vm_atom(Vm *vm, const char *name) {
  Term atom;
  return atom_intern(vm->atoms, name, strlen(name), &atom) == STATUS_OK ? atom : ATOM_undefined;
}

static bool parse_priority(Term t, uint8_t *priority) {
  static const Term NAMES[] = {ATOM_max, ATOM_high, ATOM_normal, ATOM_low};
  for (uint8_t i = 0; i < PRIORITY_COUNT; i++)
    if (t == NAMES[i]) {
      *priority = i;
      return true;
    }
  return false;
}
static Term priority_name(uint8_t priority) {
  static const Term NAMES[] = {ATOM_max, ATOM_high, ATOM_normal, ATOM_low};
  return NAMES[priority];
}

static bool parse_words(Term t, uint64_t *words) { return term_is_integer(t) && number_to_uint64(t, words); }

// An integer of words, or %{size: words, kill: boolean, error_logger: boolean}.
static bool parse_max_heap(Vm *vm, Term t, uint64_t *words, bool *no_kill, bool *no_log) {
  *no_kill = *no_log = false;
  if (!term_is_map(t)) return parse_words(t, words);
  MapIterator i;
  bool has_size = false;
  map_iterate(&i, t);
  while (map_next(&i)) {
    if (i.key == ATOM_size) has_size = parse_words(i.value, words);
    else if (i.key == ATOM_kill && term_is_boolean(i.value)) *no_kill = i.value == ATOM_false;
    else if (i.key == ATOM_error_logger && term_is_boolean(i.value)) *no_log = i.value == ATOM_false;
    else if (!vm_atom_is(vm, i.key, "include_shared_binaries") || !term_is_boolean(i.value)) return false;
  }
  return has_size;
}

// [alias: kind, tag: term]
static bool parse_monitor(Vm *vm, Term list, SpawnOptions *o) {
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term pair = cons_head(list);
    if (!term_is_tuple(pair) || tuple_arity(pair) != 2) return false;
    Term key = tuple_items(pair)[0], value = tuple_items(pair)[1];
    if (vm_atom_is(vm, key, "tag")) {
      o->monitor_tag = value;
    } else if (key == ATOM_alias) {
      o->flags |= SPAWN_ALIAS;
      if (vm_atom_is(vm, value, "explicit_unalias")) o->alias_kind = ALIAS_EXPLICIT;
      else if (vm_atom_is(vm, value, "demonitor")) o->alias_kind = ALIAS_DEMONITOR;
      else if (vm_atom_is(vm, value, "reply_demonitor")) o->alias_kind = ALIAS_REPLY;
      else return false;
    } else {
      return false;
    }
  }
  return list == T_NIL;
}

// [max: n, on_full: policy], or max :infinity, or :unbounded.
static bool parse_mailbox(Term t, MailboxOptions *o) {
  static const Term NAMES[] = {ATOM_block, ATOM_drop_newest, ATOM_drop_oldest, ATOM_error, ATOM_kill};
  *o = (MailboxOptions){0, ON_FULL_BLOCK};
  if (t == ATOM_unbounded) return true;
  bool has_max = false;
  for (; term_is_cons(t); t = cons_tail(t)) {
    Term pair = cons_head(t);
    if (!term_is_tuple(pair) || tuple_arity(pair) != 2) return false;
    Term key = tuple_items(pair)[0], value = tuple_items(pair)[1];
    if (key == ATOM_max) {
      has_max = true;
      if (value == ATOM_infinity) o->max = 0;
      else if (!term_is_small(value) || small_value(value) < 1) return false;
      else o->max = (uint64_t)small_value(value);
    } else if (key == ATOM_on_full) {
      uint8_t i = 0;
      while (i < sizeof NAMES / sizeof *NAMES && NAMES[i] != value) i++;
      if (i == sizeof NAMES / sizeof *NAMES) return false;
      o->on_full = i;
    } else {
      return false;
    }
  }
  return t == T_NIL && has_max;
}

static bool parse_pair(Vm *vm, Term key, Term value, SpawnOptions *o) {
  uint64_t ignored;
  if (key == ATOM_priority) return parse_priority(value, &o->priority);
  if (key == ATOM_min_heap_size) return parse_words(value, &o->min_heap_words) && o->min_heap_words < (uint64_t)1 << 40;
  if (key == ATOM_max_heap_size) {
    o->has_max_heap = true;
    return parse_max_heap(vm, value, &o->max_heap_words, &o->max_heap_no_kill, &o->max_heap_no_log);
  }
  if (key == ATOM_monitor) {
    o->flags |= SPAWN_MONITOR;
    return parse_monitor(vm, value, o);
  }
  if (key == ATOM_mailbox) return parse_mailbox(value, &o->mailbox);
  if (key == ATOM_message_queue_data) return value == ATOM_on_heap || value == ATOM_off_heap;
  if (key == ATOM_fullsweep_after || vm_atom_is(vm, key, "min_bin_vheap_size")) return parse_words(value, &ignored);
  return vm_atom_is(vm, key, "async_dist") && term_is_boolean(value);
}

bool spawn_options_parse(Vm *vm, Term list, SpawnOptions *o) {
  *o = spawn_options_default();
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term option = cons_head(list);
    if (option == ATOM_link) o->flags |= SPAWN_LINK;
    else if (option == ATOM_monitor) o->flags |= SPAWN_MONITOR;
    else if (!term_is_tuple(option) || tuple_arity(option) != 2) return false;
    else if (!parse_pair(vm, tuple_items(option)[0], tuple_items(option)[1], o)) return false;
  }
  return list == T_NIL;
}

// %{size: , kill: , error_logger: , include_shared_binaries: } in a fragment of p. T_NONE: no memory.
static Term max_heap_map(Process *p) {
  Vm *vm = p->vm;
  Term pairs[8] = {ATOM_size,         term_small(p->limit_words < (uint64_t)SMALL_MAX ? (int64_t)p->limit_words : SMALL_MAX),
                   ATOM_kill,         term_boolean(!(p->flags & PROCESS_LIMIT_NO_KILL)),
                   ATOM_error_logger, term_boolean(!(p->flags & PROCESS_LIMIT_NO_LOG)),
                   vm_atom(vm, "include_shared_binaries"), ATOM_false};
  if (p->flags & PROCESS_DEFAULT_LIMIT) pairs[1] = term_small(0); // nobody asked for one
  HeapFragment *f = vm_fragment_new(vm, map_from_pairs_words(4));
  if (!f) return T_NONE;
  TermHeap heap = fragment_heap(f);
  Term map = map_from_pairs(&vm->context, &heap, pairs, 4);
  fragment_close(f, &heap, map);
  heap_adopt(vm_heap_env(vm), &p->memory, f);
  return map;
}

// As Process.info tells of the mailbox, in a fragment of p. T_NONE: no memory.
static Term mailbox_list(Process *p) {
  Vm *vm = p->vm;
  size_t words = 0;
  bound_describe(p, NULL, &words);
  HeapFragment *f = vm_fragment_new(vm, words);
  if (!f) return T_NONE;
  TermHeap heap = fragment_heap(f);
  Term list = bound_describe(p, &heap, NULL);
  fragment_close(f, &heap, list);
  heap_adopt(vm_heap_env(vm), &p->memory, f);
  return list;
}

static Term flag_bit(Process *p, uint32_t bit, Term value) {
  Term old = term_boolean(p->flags & bit);
  if (!term_is_boolean(value)) return T_NONE;
  if (value == ATOM_true) p->flags |= bit;
  else p->flags &= ~bit;
  return old;
}

Term process_flag(Process *p, Term flag, Term value) {
  Vm *vm = p->vm;
  uint64_t words;
  if (flag == ATOM_trap_exit) return flag_bit(p, PROCESS_TRAP_EXIT, value);
  if (flag == ATOM_sensitive) return flag_bit(p, PROCESS_SENSITIVE, value);
  if (flag == ATOM_priority) {
    Term old = priority_name(p->priority);
    return parse_priority(value, &p->priority) ? old : T_NONE;
  }
  if (flag == ATOM_min_heap_size) {
    if (!parse_words(value, &words) || words >= (uint64_t)1 << 32) return T_NONE;
    Term old = term_small(p->min_block_words);
    p->min_block_words = (uint32_t)words;
    return old;
  }
  if (flag == ATOM_max_heap_size) {
    bool no_kill, no_log;
    if (!parse_max_heap(vm, value, &words, &no_kill, &no_log)) return T_NONE;
    Term old = max_heap_map(p);
    if (old == T_NONE) return T_NONE;
    p->flags &= ~(uint32_t)(PROCESS_DEFAULT_LIMIT | PROCESS_LIMIT_NO_KILL | PROCESS_LIMIT_NO_LOG);
    p->flags |= (no_kill ? PROCESS_LIMIT_NO_KILL : 0u) | (no_log ? PROCESS_LIMIT_NO_LOG : 0u);
    p->heap_flags &= (uint8_t)~HEAP_LIMIT_OFF_HEAP;
    p->limit_words = no_kill ? 0 : words;
    process_limit_queue(p);
    return old;
  }
  if (flag == ATOM_mailbox) {
    MailboxOptions o;
    if (!parse_mailbox(value, &o)) return T_NONE;
    Term old = mailbox_list(p);
    return old != T_NONE && bound_set(p, o) ? old : T_NONE;
  }
  if (flag == ATOM_message_queue_data) return value == ATOM_on_heap || value == ATOM_off_heap ? ATOM_on_heap : T_NONE;
  if (flag == ATOM_fullsweep_after) return parse_words(value, &words) ? term_small(65535) : T_NONE;
  if (flag == ATOM_save_calls) return parse_words(value, &words) ? term_small(0) : T_NONE;
  if (flag == ATOM_error_handler) return term_is_atom(value) ? ATOM_error_handler : T_NONE;
  return T_NONE;
}

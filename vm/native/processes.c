// SPDX-License-Identifier: Apache-2.0
//
// Natives of processes: spawning, signals, monitors, names, timers, flags, information. The rules are vm/process's; here
// arguments are read and errors raised.
#include "vm/native/native_api.h"
#include "vm/process/alarm.h"
#include "vm/process/ask.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"

Term native_self(Process *p) { return p->pid; }
Term native_make_ref(Process *p) {
  NATIVE_RESERVE(REF_WORDS);
  return process_make_ref(p);
}

// --- copies that take long (vm/process/long_copy.h)

// Is this call on a dirty thread? Then only to make the copy: *answer is what the native answers, and it is called again on a scheduler.
static bool copies_only(Process *p, const Term *terms, size_t count, Term *answer) {
  if (LIKELY(process_state(p) == PROCESS_RUNNING)) return false;
  *answer = long_copy_make(p, terms, count) ? native_yield(p) : native_error(p, ATOM_system_limit);
  return true;
}
// The same for natives that ask for themselves whether it takes long.
__attribute__((noinline)) static bool copies_elsewhere(Process *p, Term t, Term *answer) {
  if (copies_only(p, &t, 1, answer)) return true;
  if (LIKELY(!long_copy_is_due(p, &t, 1))) return false;
  *answer = native_go_dirty(p);
  return true;
}
static inline Term copied(Process *p, Term answer) {
  long_copy_drop(p);
  return answer;
}

// --- spawning

// On a dirty thread: what process_spawn asked for.
__attribute__((noinline)) static Term copy_for_spawn(Process *p, Term module, Term function, const Term *args, uint32_t count) {
  Term terms[ARITY_MAX + 1], answer = T_NONE;
  for (uint32_t i = 0; i < count; i++) terms[i] = args[i];
  if (module == T_NONE) terms[count++] = function;
  (void)copies_only(p, terms, count, &answer);
  return answer;
}
static Term spawn(Process *p, SpawnOptions *options, Term module, Term function, const Term *args, uint32_t count) {
  uint64_t ref = 0;
  Term error = ATOM_badarg;
  if (UNLIKELY(process_state(p) != PROCESS_RUNNING)) return copy_for_spawn(p, module, function, args, count);
  options->flags |= SPAWN_MAY_LEAVE;
  Term pid = process_spawn(p, p->vm, options, module, function, args, count, &ref, &error);
  if (UNLIKELY(error == T_YIELD) && pid == T_NONE) return native_go_dirty(p);
  long_copy_drop(p);
  if (pid == T_NONE && error == ATOM_system_limit && process_count(p->vm) >= process_table_max(p->vm->processes)) return native_limit(p, LIMIT_PROCESSES_DEFAULT);
  if (pid == T_NONE) return native_error(p, error);
  if (!(options->flags & SPAWN_MONITOR)) return pid;
  NATIVE_RESERVE(REF_WORDS + PAIR_WORDS);
  return native_pair(p, pid, process_wrap_ref(p, ref, options->flags & SPAWN_ALIAS));
}
static Term spawn_fun(Process *p, SpawnOptions *options) {
  if (!term_is_fun(ARG(0))) return native_badarg(p);
  return spawn(p, options, T_NONE, ARG(0), NULL, 0);
}
static Term spawn_call(Process *p, SpawnOptions *options) {
  Term args[ARITY_MAX];
  uint32_t count = 0;
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1))) return native_badarg(p);
  Term l = ARG(2);
  for (; term_is_cons(l) && count < ARITY_MAX; l = cons_tail(l)) args[count++] = cons_head(l);
  if (l != T_NIL) return term_is_cons(l) ? native_limit(p, LIMIT_ARITY_MAX) : native_badarg(p);
  return spawn(p, options, ARG(0), ARG(1), args, count);
}
static SpawnOptions with_flags(uint32_t flags) {
  SpawnOptions o = spawn_options_default();
  o.flags = flags;
  return o;
}
#define SPAWN(name, flags, how) \
  Term native_##name(Process *p) { \
    SpawnOptions o = with_flags(flags); \
    return how(p, &o); \
  }
SPAWN(spawn_1, 0, spawn_fun)
SPAWN(spawn_3, 0, spawn_call)
SPAWN(spawn_link_1, SPAWN_LINK, spawn_fun)
SPAWN(spawn_link_3, SPAWN_LINK, spawn_call)
SPAWN(spawn_monitor_1, SPAWN_MONITOR, spawn_fun)
SPAWN(spawn_monitor_3, SPAWN_MONITOR, spawn_call)
static Term spawn_with(Process *p, unsigned options_arg, Term (*how)(Process *, SpawnOptions *)) {
  SpawnOptions o;
  if (!spawn_options_parse(p->vm, ARG(options_arg), &o)) return native_badarg(p);
  return how(p, &o);
}
Term native_spawn_opt_2(Process *p) { return spawn_with(p, 1, spawn_fun); }
Term native_spawn_opt_4(Process *p) { return spawn_with(p, 3, spawn_call); }

// --- exits, links
Term native_exit_1(Process *p) { return native_raise(p, ATOM_exit, ARG(0), T_NONE); }
Term native_exit_2(Process *p) {
  Term answer;
  if (!term_is_pid(ARG(0))) return native_badarg(p);
  bool may_be_long = term_is_pointer(ARG(1));
  if (UNLIKELY(may_be_long) && copies_elsewhere(p, ARG(1), &answer)) return answer;
  if (process_exit_signal(p, p->vm, ARG(0), ARG(1))) p->reductions = 0;
  return LIKELY(!may_be_long) ? (Term)ATOM_true : copied(p, ATOM_true);
}
static Term relation(Process *p, RelationResult r) {
  switch (r) {
    case RELATION_OK: return ATOM_true;
    case RELATION_NOPROC: return native_error(p, ATOM_noproc);
    case RELATION_NO_MEMORY: return native_error(p, ATOM_system_limit);
    default: return native_badarg(p);
  }
}
Term native_link(Process *p) { return term_is_pid(ARG(0)) ? relation(p, process_link(p, ARG(0))) : native_badarg(p); }
Term native_unlink(Process *p) { return term_is_pid(ARG(0)) ? relation(p, process_unlink(p, ARG(0))) : native_badarg(p); }

// --- monitors and aliases
enum { MONITOR_WORDS = REF_WORDS + 3 };

static enum AliasKind alias_kind(Term t) {
  return t == ATOM_explicit_unalias ? ALIAS_EXPLICIT : t == ATOM_demonitor ? ALIAS_DEMONITOR : t == ATOM_reply_demonitor ? ALIAS_REPLY : ALIAS_NONE;
}
static Term monitor(Process *p, enum AliasKind alias, Term tag) {
  if (UNLIKELY(ARG(0) != ATOM_process)) {
    // The offset between the clocks never changes here: nobody will be told.
    if (vm_atom_is(p->vm, ARG(0), "time_offset") && vm_atom_is(p->vm, ARG(1), "clock_service")) return process_make_ref(p);
    return native_badarg(p);
  }
  RelationResult result;
  Term ref = process_monitor(p, ARG(1), alias, tag, &result);
  return ref == T_NONE ? relation(p, result) : ref;
}
Term native_monitor_2(Process *p) {
  NATIVE_RESERVE(MONITOR_WORDS);
  return monitor(p, ALIAS_NONE, T_NONE);
}
Term native_monitor_3(Process *p) {
  NATIVE_RESERVE(MONITOR_WORDS);
  enum AliasKind alias = ALIAS_NONE;
  Term tag = T_NONE, l = ARG(2);
  for (; term_is_cons(l); l = cons_tail(l)) {
    Term t = cons_head(l);
    if (!term_is_tuple(t) || tuple_arity(t) != 2) return native_badarg(p);
    if (tuple_items(t)[0] == ATOM_alias) {
      alias = alias_kind(tuple_items(t)[1]);
      if (alias == ALIAS_NONE) return native_badarg(p);
    } else if (tuple_items(t)[0] == ATOM_tag) {
      tag = tuple_items(t)[1];
    } else {
      return native_badarg(p);
    }
  }
  return l == T_NIL ? monitor(p, alias, tag) : native_badarg(p);
}
static Term demonitor(Process *p, bool flush, bool info) {
  if (!term_is_ref(ARG(0))) return native_badarg(p);
  bool flushed = false, was = process_demonitor(p, ARG(0), flush, &flushed);
  return native_bool(!info || (flush ? was && !flushed : was));
}
Term native_demonitor_1(Process *p) { return demonitor(p, false, false); }
Term native_demonitor_2(Process *p) {
  bool flush = false, info = false;
  Term l = ARG(1);
  for (; term_is_cons(l); l = cons_tail(l)) {
    if (cons_head(l) == ATOM_flush) {
      flush = true;
    } else if (cons_head(l) == ATOM_info) {
      info = true;
    } else {
      return native_badarg(p);
    }
  }
  return l == T_NIL ? demonitor(p, flush, info) : native_badarg(p);
}
Term native_alias_0(Process *p) {
  NATIVE_RESERVE(REF_WORDS);
  Term ref = process_alias(p, ALIAS_EXPLICIT);
  return ref == T_NONE ? native_error(p, ATOM_system_limit) : ref;
}
Term native_alias_1(Process *p) {
  enum AliasKind kind = ALIAS_EXPLICIT;
  Term l = ARG(0);
  for (; term_is_cons(l); l = cons_tail(l)) {
    if (cons_head(l) == ATOM_reply) {
      kind = ALIAS_REPLY;
    } else if (cons_head(l) != ATOM_explicit_unalias) {
      return native_badarg(p);
    }
  }
  if (l != T_NIL) return native_badarg(p);
  NATIVE_RESERVE(REF_WORDS);
  Term ref = process_alias(p, kind);
  return ref == T_NONE ? native_error(p, ATOM_system_limit) : ref;
}
Term native_unalias(Process *p) { return term_is_ref(ARG(0)) ? native_bool(process_unalias(p, ARG(0))) : native_badarg(p); }

// --- sending
static Term send(Process *p, Term answer, Term would_wait) {
  Term copying;
  if (copies_only(p, &ARG(1), 1, &copying)) return copying;
  SendResult sent = process_send_with(p, p->vm, ARG(0), ARG(1), would_wait == T_NONE);
  long_copy_drop(p);
  switch (sent) {
    case SEND_OK: return answer;
    case SEND_LONG: return native_go_dirty(p);
    case SEND_LIMIT: return native_error(p, ATOM_system_limit);
    case SEND_FULL: return native_error(p, p->exc_reason);
    case SEND_WAIT: return native_wait(p);
    case SEND_WOULD_WAIT: return would_wait;
    default: return native_badarg(p);
  }
}
Term native_send_2(Process *p) { return send(p, ARG(1), T_NONE); }
Term native_send_3(Process *p) {
  Term l = ARG(2), would_wait = T_NONE, to = ARG(0);
  bool connect = true;
  for (; term_is_cons(l); l = cons_tail(l)) {
    if (cons_head(l) == ATOM_nosuspend) would_wait = ATOM_nosuspend;
    else if (cons_head(l) == ATOM_noconnect) connect = false;
    else return native_badarg(p);
  }
  if (l != T_NIL) return native_badarg(p);
  // A name on another node: there is none that this one is connected with.
  if (!connect && term_is_tuple(to) && tuple_arity(to) == 2 && term_is_atom(tuple_items(to)[0]) && term_is_atom(tuple_items(to)[1]) &&
      tuple_items(to)[1] != ATOM_nonode_nohost)
    return ATOM_noconnect;
  return send(p, ATOM_ok, would_wait);
}

// With options too: none of theirs matters on one node.
Term native_send_nosuspend(Process *p) { return send(p, ATOM_true, ATOM_false); }

// (to, message, timeout): what is left of the timeout, :timeout, or {:mailbox_full, …} for the caller to raise.
Term native_send_within(Process *p) {
  Term timeout = ARG(2), copying;
  if (copies_only(p, &ARG(1), 1, &copying)) return copying;
  SendResult sent = process_send_within(p, ARG(0), ARG(1), &timeout);
  long_copy_drop(p);
  switch (sent) {
    case SEND_LONG: return native_go_dirty(p);
    case SEND_OK: return timeout;
    case SEND_LIMIT: return native_error(p, ATOM_system_limit);
    case SEND_FULL: {
      Term reason = p->exc_reason;
      p->exc_reason = T_NONE;
      return reason;
    }
    case SEND_WAIT: return native_wait(p);
    case SEND_WOULD_WAIT: return ATOM_timeout;
    default: return native_badarg(p);
  }
}

// --- flags and information
enum { ENTRY_SHIFT = 3 }; // entries of a dictionary that are walked or moved for a reduction

Term native_process_flag_2(Process *p) {
  Term old = process_flag(p, ARG(0), ARG(1));
  return old == T_NONE ? native_badarg(p) : old;
}
static Term known(Process *p, Term t) {
  if (t == T_YIELD) return native_wait(p);
  if (t != T_NONE || process_must_exit(p)) return t;
  return p->exc_reason == ATOM_system_limit ? native_error(p, ATOM_system_limit) : native_badarg(p);
}
static Term or_limit(Process *p, Term t) { return t == T_NONE ? native_error(p, ATOM_system_limit) : t; }
Term native_process_info_1(Process *p) { return known(p, process_info_all(p, ARG(0))); }
// Of its own messages and dictionary, which are the dirty thread's when it is there; links and the like are others' then.
static bool own_info_is_long(Process *p) {
  if (ARG(0) != p->pid || !native_may_leave(p)) return false;
  if (signal_inbound(p)) signal_handle_inbound(p); // on the dirty thread there is no look at what came
  if (vm_atom_is(p->vm, ARG(1), "messages")) return process_queue_words(p) >> TERM_SHIFT > NATIVE_LONG;
  if (!vm_atom_is(p->vm, ARG(1), "dictionary")) return false;
  size_t words = 0;
  for (uint32_t i = 0; i < p->dictionary_count && words >> TERM_SHIFT <= NATIVE_LONG; i++) {
    Term key, value;
    process_dictionary_entry(p, i, &key, &value);
    words += (1 << (TERM_SHIFT - ENTRY_SHIFT)) + native_term_words(p, key) + native_term_words(p, value);
  }
  return words >> TERM_SHIFT > NATIVE_LONG;
}
Term native_process_info_2(Process *p) {
  if (own_info_is_long(p)) return native_go_dirty(p);
  return known(p, process_info(p, ARG(0), ARG(1)));
}
Term native_processes(Process *p) {
  NATIVE_COSTS(process_count(p->vm) >> 3);
  return or_limit(p, process_list(p));
}
Term native_is_process_alive(Process *p) {
  if (!term_is_pid(ARG(0))) return native_badarg(p);
  Term alive = process_is_alive(p, ARG(0));
  return alive == T_YIELD ? native_wait(p) : or_limit(p, alive);
}
// The first process stands for the standard streams: as a group leader it is called :user.
Term native_group_leader_0(Process *p) { return p->group_leader == p->vm->first_pid || !term_is_pid(p->group_leader) ? ATOM_user : p->group_leader; }
Term native_group_leader_2(Process *p) {
  Term leader = ARG(0) == ATOM_user && !p->vm->host ? p->vm->first_pid : ARG(0);
  return process_set_group_leader(p, leader, ARG(1)) ? ATOM_true : native_badarg(p);
}
Term native_suspend_process(Process *p) {
  Term answer = term_is_pid(ARG(0)) ? process_suspend(p, ARG(0)) : T_NONE;
  return answer == T_YIELD ? native_wait(p) : answer == ATOM_true ? answer : native_badarg(p);
}
Term native_resume_process(Process *p) { return process_resume(p, ARG(0)) ? ATOM_true : native_badarg(p); }
// The rest of the slice is spent: the next call leaves.
Term native_give_way(Process *p) {
  native_charge(p, p->reductions > 0 ? (size_t)p->reductions : 0);
  return ATOM_true;
}
Term native_bump_reductions(Process *p) {
  if (!term_is_small(ARG(0)) || small_value(ARG(0)) < 0) return native_badarg(p);
  native_charge(p, small_value(ARG(0)) < SEEDED_SLICE_REDUCTIONS ? (size_t)small_value(ARG(0)) : SEEDED_SLICE_REDUCTIONS); // no more than ends a slice
  return ATOM_true;
}
Term native_garbage_collect_0(Process *p) {
  if (process_is_large_in_all(p) && native_may_leave(p)) return native_go_dirty(p);
  return process_collect_full(p, 0) ? ATOM_true : T_NONE;
}
Term native_garbage_collect_1(Process *p) {
  if (!term_is_pid(ARG(0))) return native_badarg(p);
  if (ARG(0) == p->pid) return native_garbage_collect_0(p);
  Term answer = process_ask(p, ARG(0), ASK_COLLECT, T_NIL);
  return answer == T_YIELD ? native_wait(p) : answer == ATOM_undefined ? (Term)ATOM_false : or_limit(p, answer);
}

// --- dictionary. Absent is :undefined.
static Term or_undefined(Term t) { return t == T_NONE ? ATOM_undefined : t; }
Term native_get_1(Process *p) { return or_undefined(process_dictionary_get(p, engine_key_context(p), ARG(0))); }
Term native_put_2(Process *p) {
  if (native_is_long(p, p->dictionary_count >> ENTRY_SHIFT) && process_dictionary_is_full(p)) return native_go_dirty(p);
  bool no_memory = false;
  Term old = process_dictionary_put(p, engine_key_context(p), ARG(0), ARG(1), &no_memory);
  return no_memory ? native_error(p, ATOM_system_limit) : or_undefined(old);
}
Term native_erase_1(Process *p) { return or_undefined(process_dictionary_erase(p, engine_key_context(p), ARG(0))); }
Term native_get_0(Process *p) {
  NATIVE_COSTS(p->dictionary_count >> ENTRY_SHIFT);
  NATIVE_RESERVE((size_t)p->dictionary_count * (PAIR_WORDS + CONS_WORDS));
  Term list = T_NIL;
  for (uint32_t i = p->dictionary_count; i-- > 0;) {
    Term key, value;
    process_dictionary_entry(p, i, &key, &value);
    list = heap_cons(&p->heap, native_pair(p, key, value), list);
  }
  return list;
}
Term native_erase_0(Process *p) {
  Term all = native_get_0(p);
  if (all != T_NONE && all != T_YIELD) process_dictionary_clear(p);
  return all;
}
// All keys, or those whose value is the argument.
static Term dictionary_keys(Process *p, bool of_value) {
  NATIVE_COSTS(p->dictionary_count >> ENTRY_SHIFT);
  NATIVE_RESERVE((size_t)p->dictionary_count * CONS_WORDS);
  Term list = T_NIL, key, value;
  for (uint32_t i = p->dictionary_count; i-- > 0;) {
    process_dictionary_entry(p, i, &key, &value);
    if (!of_value || term_identical(engine_key_context(p), value, ARG(0))) list = heap_cons(&p->heap, key, list);
  }
  return list;
}
Term native_get_keys_0(Process *p) { return dictionary_keys(p, false); }
Term native_get_keys_1(Process *p) { return dictionary_keys(p, true); }

// --- names
Term native_register(Process *p) {
  bool ok = term_is_atom(ARG(0)) && ARG(0) != ATOM_undefined && term_is_pid(ARG(1)), no_memory = false;
  if (ok && registry_register_or(p->vm, ARG(0), ARG(1), &no_memory)) return ATOM_true;
  return native_error(p, no_memory ? ATOM_system_limit : ATOM_badarg);
}
Term native_unregister(Process *p) { return term_is_atom(ARG(0)) && registry_unregister(p->vm, ARG(0)) ? ATOM_true : native_badarg(p); }
Term native_whereis(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  return or_undefined(registry_whereis(p->vm, ARG(0)));
}
static bool add_name(void *state, Term name, Term pid) {
  (void)pid;
  Process *p = state;
  if (p->heap.end - p->heap.top < CONS_WORDS) return false; // names were registered meanwhile
  ARG(0) = heap_cons(&p->heap, name, ARG(0));
  return true;
}
Term native_registered(Process *p) { // scratch 0: the list
  do {
    ARG(0) = T_NIL;
    NATIVE_RESERVE(registry_count(p->vm) * CONS_WORDS);
  } while (!registry_each(p->vm, add_name, p));
  return ARG(0);
}

// --- timers
// (milliseconds, destination, message[, options])
static Term start_timer(Process *p, bool has_options, bool wrap) {
  bool absolute = false;
  for (Term l = has_options ? ARG(3) : T_NIL; l != T_NIL; l = cons_tail(l)) {
    Term t = term_is_cons(l) ? cons_head(l) : T_NIL;
    if (!term_is_tuple(t) || tuple_arity(t) != 2 || tuple_items(t)[0] != ATOM_abs || !term_is_boolean(tuple_items(t)[1])) return native_badarg(p);
    absolute = tuple_items(t)[1] == ATOM_true;
  }
  int64_t ms;
  if (!number_to_int64(ARG(0), &ms) || (!absolute && (ms < 0 || ms > (int64_t)1 << 50))) return native_badarg(p);
  if (!term_is_pid(ARG(1)) && !term_is_atom(ARG(1))) return native_badarg(p);
  Term answer;
  if (copies_only(p, &ARG(2), 1, &answer)) return answer;
  NATIVE_RESERVE(REF_WORDS);
  Term ref = timer_start(p, ms, absolute, ARG(1), ARG(2), wrap);
  if (UNLIKELY(ref == T_YIELD)) return native_go_dirty(p);
  return copied(p, ref == T_NONE ? native_error(p, ATOM_system_limit) : ref);
}
Term native_send_after_3(Process *p) { return start_timer(p, false, false); }
Term native_send_after_4(Process *p) { return start_timer(p, true, false); }
Term native_start_timer_3(Process *p) { return start_timer(p, false, true); }
Term native_start_timer_4(Process *p) { return start_timer(p, true, true); }

// Options {async, b}, {info, b}; the answer is a message when async.
static Term ask_timer(Process *p, bool has_options, int64_t (*ask)(Vm *, Term), Term tag) {
  bool async = false, info = true;
  for (Term l = has_options ? ARG(1) : T_NIL; l != T_NIL; l = cons_tail(l)) {
    Term t = term_is_cons(l) ? cons_head(l) : T_NIL;
    if (!term_is_tuple(t) || tuple_arity(t) != 2 || !term_is_boolean(tuple_items(t)[1])) return native_badarg(p);
    bool value = tuple_items(t)[1] == ATOM_true;
    if (tuple_items(t)[0] == ATOM_async) {
      async = value;
    } else if (tuple_items(t)[0] == ATOM_info && ask == timer_cancel) {
      info = value;
    } else {
      return native_badarg(p);
    }
  }
  if (!term_is_ref(ARG(0))) return native_badarg(p);
  int64_t left = ask(p->vm, ARG(0));
  Term answer = left < 0 ? ATOM_false : term_small(left);
  if (!async) return info ? answer : ATOM_ok;
  if (!info) return ATOM_ok;
  NATIVE_RESERVE(4);
  Term message, *items = heap_tuple(&p->heap, 3, &message);
  items[0] = tag;
  items[1] = ARG(0);
  items[2] = answer;
  return process_send_self(p, message) == SEND_OK ? ATOM_ok : native_error(p, ATOM_system_limit);
}
Term native_cancel_timer_1(Process *p) { return ask_timer(p, false, timer_cancel, ATOM_cancel_timer); }
Term native_cancel_timer_2(Process *p) { return ask_timer(p, true, timer_cancel, ATOM_cancel_timer); }
Term native_read_timer_1(Process *p) { return ask_timer(p, false, timer_read, ATOM_read_timer); }
Term native_read_timer_2(Process *p) { return ask_timer(p, true, timer_read, ATOM_read_timer); }

// --- alarms
Term native_system_monitor_0(Process *p) {
  Term t = alarms_get(p);
  return t == T_NONE ? native_error(p, ATOM_system_limit) : t;
}
static Term set_monitor(Process *p, Term pid, Term options) {
  Term old = native_system_monitor_0(p); // in a fragment: nothing moves
  if (old == T_NONE) return T_NONE;
  return (pid == T_NONE || term_is_pid(pid)) && alarms_set(p, pid, options) ? old : native_badarg(p);
}
Term native_system_monitor_1(Process *p) {
  if (ARG(0) == ATOM_undefined) return set_monitor(p, T_NONE, T_NIL);
  if (!term_is_tuple(ARG(0)) || tuple_arity(ARG(0)) != 2) return native_badarg(p);
  return set_monitor(p, tuple_items(ARG(0))[0], tuple_items(ARG(0))[1]);
}
Term native_system_monitor_2(Process *p) { return term_is_pid(ARG(0)) ? set_monitor(p, ARG(0), ARG(1)) : native_badarg(p); }

// SPDX-License-Identifier: Apache-2.0
//
// process_info: what a process holds, as terms.
//
// Told by whoever may touch the process (ask.h), in a fragment for the one that asked: nothing collects, so its terms may be read
// throughout. Two passes over the items: the first counts words, generously, the second builds.
#include "vm/process/ask.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/term/copy.h"
#include "vm/term/map.h"

// What each item needs at most, and how it is built. `heap` NULL: count into *words.
typedef struct Info {
  Process *target;
  Vm *vm;
  TermHeap *heap;
  size_t words;
} Info;

static size_t copy_size(Info *i, Term t) { return term_size(&i->vm->context, t); }
static Term copy(Info *i, Term t) { return term_is_pointer(t) ? term_copy(&i->vm->context, i->heap, t) : t; }
static Term pair(Info *i, Term a, Term b) {
  Term tuple, *items = heap_tuple(i->heap, 2, &tuple);
  items[0] = a;
  items[1] = b;
  return tuple;
}

static Term info_messages(Info *i) {
  Term list = T_NIL;
  for (HeapFragment *m = i->target->last; m; m = m->prev) {
    if (i->heap) list = heap_cons(i->heap, copy(i, m->term), list);
    else i->words += copy_size(i, m->term) + CONS_WORDS;
  }
  return list;
}

static Term info_links(Info *i) {
  Term list = T_NIL;
  const RelationTable *t = i->target->extra ? &i->target->extra->links : NULL;
  for (uint32_t n = t ? t->used : 0; n-- > 0;) {
    if (!t->items[n].key || !(t->items[n].flags & LINK_ACTIVE)) continue;
    if (i->heap) list = heap_cons(i->heap, t->items[n].key, list);
    else i->words += CONS_WORDS;
  }
  return list;
}

static Term info_monitors(Info *i) {
  Term list = T_NIL;
  const RelationTable *t = i->target->extra ? &i->target->extra->monitors : NULL;
  for (uint32_t n = t ? t->used : 0; n-- > 0;) {
    const Relation *r = &t->items[n];
    if (!r->key) continue;
    if (!i->heap) {
      i->words += CONS_WORDS + 6;
      continue;
    }
    Term object = r->b != T_NONE ? pair(i, r->b, ATOM_nonode_nohost) : r->a;
    list = heap_cons(i->heap, pair(i, ATOM_process, object), list);
  }
  return list;
}

static Term info_monitored_by(Info *i) {
  Term list = T_NIL;
  const RelationTable *t = i->target->extra ? &i->target->extra->monitored_by : NULL;
  for (uint32_t n = t ? t->used : 0; n-- > 0;) {
    if (!t->items[n].key) continue;
    if (i->heap) list = heap_cons(i->heap, t->items[n].a, list);
    else i->words += CONS_WORDS;
  }
  return list;
}

static Term info_dictionary(Info *i) {
  Term list = T_NIL;
  for (uint32_t n = i->target->dictionary_count; n-- > 0;) {
    Term key, value;
    process_dictionary_entry(i->target, n, &key, &value);
    if (i->heap) {
      Term k = copy(i, key), v = copy(i, value);
      list = heap_cons(i->heap, pair(i, k, v), list);
    } else {
      i->words += copy_size(i, key) + copy_size(i, value) + CONS_WORDS + 3;
    }
  }
  return list;
}

static Term mfa(Info *i, Term module, Term function, uint32_t arity) {
  if (!i->heap) {
    i->words += 4;
    return T_NIL;
  }
  Term tuple, *items = heap_tuple(i->heap, 3, &tuple);
  items[0] = module;
  items[1] = function;
  items[2] = term_small(arity);
  return tuple;
}

static Term info_current_function(Info *i) {
  Term module, function;
  uint32_t arity;
  if (!i->vm->hooks.current_function || !i->vm->hooks.current_function(i->target, &module, &function, &arity)) return ATOM_undefined;
  return mfa(i, module, function, arity);
}

// Of a fun it is apply/2, as in OTP: the function behind a fun has a made-up name, which begins with a dash.
static Term info_initial_call(Info *i) {
  size_t size;
  const char *name = atom_text(i->vm->atoms, term_atom(i->target->initial_function), &size);
  if (size > 1 && name[0] == '-') return mfa(i, ATOM_erlang, ATOM_apply, 2);
  return mfa(i, term_atom(i->target->initial_module), term_atom(i->target->initial_function), i->target->initial_arity);
}

static Term info_stacktrace(Info *i) {
  if (!i->vm->hooks.stacktrace || !i->vm->hooks.stacktrace_words) return T_NIL;
  if (i->heap) return i->vm->hooks.stacktrace(i->target, i->heap);
  i->words += i->vm->hooks.stacktrace_words(i->target);
  return T_NIL;
}

static Term info_status(Info *i) {
  switch (process_shown_state(i->target)) {
    case PROCESS_RUNNING:
    case PROCESS_DIRTY: return ATOM_running; // as in OTP, where its thread is a scheduler too
    case PROCESS_WAITING: return ATOM_waiting;
    case PROCESS_SUSPENDED: return ATOM_suspended;
    case PROCESS_EXITING:
    case PROCESS_ABANDONED:
    case PROCESS_DEAD: return ATOM_exiting;
    default: return i->target->flags & PROCESS_SUSPEND_WANTED ? ATOM_suspended : ATOM_runnable;
  }
}

static Term small_words(size_t n) { return term_small((int64_t)n); }
static Term info_name(Info *i) {
  Term name = process_name(i->target);
  return name != T_NONE ? name : T_NIL;
}
static Term info_queue_len(Info *i) { return small_words(process_queue_count(i->target)); }
static Term info_memory(Info *i) { return small_words(process_memory_bytes(i->target)); }
static Term info_heap_size(Info *i) { return small_words((size_t)(i->target->stack_low - i->target->block)); }
static Term info_total_heap_size(Info *i) { return small_words(heap_total_words(&i->target->memory)); }
static Term info_stack_size(Info *i) { return small_words(heap_stack_words(&i->target->memory)); }
static Term info_reductions(Info *i) {
  Process *p = i->target;
  bool runs = process_state(p) == PROCESS_RUNNING;
  int64_t used = runs ? (int64_t)p->slice_given - p->reductions - p->slice_rest : 0;
  return term_small((int64_t)p->reduction_total + (used > 0 ? used : 0));
}
static Term info_trap_exit(Info *i) {
  Process *p = i->target;
  return term_boolean(process_state(p) == PROCESS_DIRTY_IN_C ? process_state_bits(p, STATE_TRAPS) : p->flags & PROCESS_TRAP_EXIT);
}
static Term info_priority(Info *i) {
  static const Term NAMES[] = {ATOM_max, ATOM_high, ATOM_normal, ATOM_low};
  return NAMES[i->target->priority];
}
static Term info_group_leader(Info *i) { return i->target->group_leader; }
static Term info_parent(Info *i) { return i->target->parent == T_NONE ? ATOM_undefined : i->target->parent; }
static Term info_error_handler(Info *i) {
  (void)i;
  return ATOM_error_handler;
}
static Term info_catchlevel(Info *i) {
  (void)i;
  return term_small(0);
}
static Term info_queue_data(Info *i) {
  (void)i;
  return ATOM_on_heap;
}
static Term info_mailbox(Info *i) { return bound_describe(i->target, i->heap, i->heap ? NULL : &i->words); }
static Term info_sending_to(Info *i) {
  Term to = bound_waits_for(i->target);
  return to != T_NONE ? to : ATOM_nil;
}
static Term info_suspending(Info *i) {
  Term list = T_NIL;
  const RelationTable *t = i->target->extra ? &i->target->extra->suspending : NULL;
  for (uint32_t n = t ? t->used : 0; n-- > 0;) {
    if (!t->items[n].key) continue;
    if (!i->heap) {
      i->words += CONS_WORDS + 4;
      continue;
    }
    Term tuple, *items = heap_tuple(i->heap, 3, &tuple);
    items[0] = t->items[n].key;
    items[1] = term_small(t->items[n].flags);
    items[2] = term_small(0);
    list = heap_cons(i->heap, tuple, list);
  }
  return list;
}
// The process dictionary's '$process_label', as OTP 27 has it.
static Term info_label(Info *i) {
  Process *p = i->target;
  for (uint32_t n = 0; n < p->dictionary_count; n++) {
    Term key, value;
    process_dictionary_entry(p, n, &key, &value);
    if (!vm_atom_is(i->vm, key, "$process_label")) continue;
    if (i->heap) return copy(i, value);
    i->words += copy_size(i, value);
    return T_NIL;
  }
  return ATOM_undefined;
}

static Term info_location(Info *i) {
  Term trace = info_stacktrace(i);
  return i->heap && term_is_cons(trace) ? cons_head(trace) : ATOM_undefined;
}
// As process_flag takes it; size 0: the VM's own limit.
static Term info_max_heap(Info *i) {
  Process *p = i->target;
  if (!i->heap) {
    i->words += map_from_pairs_words(4);
    return T_NIL;
  }
  Term pairs[8] = {ATOM_size,         term_small(p->flags & PROCESS_DEFAULT_LIMIT ? 0 : (int64_t)p->limit_words),
                   ATOM_kill,         term_boolean(!(p->flags & PROCESS_LIMIT_NO_KILL)),
                   ATOM_error_logger, term_boolean(!(p->flags & PROCESS_LIMIT_NO_LOG)),
                   vm_atom(i->vm, "include_shared_binaries"), ATOM_false};
  return map_from_pairs(&i->vm->context, i->heap, pairs, 4);
}
static Term info_min_heap(Info *i) { return small_words(i->target->min_block_words ? i->target->min_block_words : i->target->home_words); }
static Term info_min_off_heap(Info *i) {
  (void)i;
  return small_words(HEAP_OFF_HEAP_MIN_WORDS);
}
static Term info_fullsweep(Info *i) {
  (void)i;
  return term_small(65535);
}
// Nobody is traced, and calls are not saved.
static Term info_trace(Info *i) {
  (void)i;
  return term_small(0);
}
static Term info_last_calls(Info *i) {
  (void)i;
  return ATOM_false;
}
static Term info_token(Info *i) {
  (void)i;
  return T_NIL;
}

static Term info_collection(Info *i) {
  Process *p = i->target;
  struct {
    const char *name;
    Term value;
  } items[] = {{"max_heap_size", info_max_heap(i)},
               {"min_bin_vheap_size", info_min_off_heap(i)},
               {"min_heap_size", info_min_heap(i)},
               {"fullsweep_after", info_fullsweep(i)},
               {"minor_gcs", term_small(p->young_count)}};
  size_t count = sizeof items / sizeof *items;
  if (!i->heap) {
    i->words += count * (CONS_WORDS + 3);
    return T_NIL;
  }
  Term list = T_NIL;
  for (size_t n = count; n-- > 0;) list = heap_cons(i->heap, pair(i, vm_atom(i->vm, items[n].name), items[n].value), list);
  return list;
}

typedef Term (*ItemFn)(Info *);
enum {
  STANDARD = 1,  // of process_info/1
  ELSEWHERE = 2, // can be told while a dirty thread has the process: it is made of what that does not touch (Z3 of dirty.c)
};
static const struct {
  const char *name;
  ItemFn build;
  uint8_t flags;
} ITEMS[] = {
    {"registered_name", info_name, STANDARD | ELSEWHERE}, {"current_function", info_current_function, STANDARD},
    {"initial_call", info_initial_call, STANDARD | ELSEWHERE}, {"status", info_status, STANDARD | ELSEWHERE},
    {"message_queue_len", info_queue_len, STANDARD | ELSEWHERE}, {"links", info_links, STANDARD | ELSEWHERE},
    {"dictionary", info_dictionary, STANDARD}, {"trap_exit", info_trap_exit, STANDARD | ELSEWHERE},
    {"error_handler", info_error_handler, STANDARD | ELSEWHERE}, {"priority", info_priority, STANDARD | ELSEWHERE},
    {"group_leader", info_group_leader, STANDARD}, {"total_heap_size", info_total_heap_size, STANDARD}, {"heap_size", info_heap_size, STANDARD},
    {"stack_size", info_stack_size, STANDARD}, {"reductions", info_reductions, STANDARD}, {"garbage_collection", info_collection, STANDARD},
    {"suspending", info_suspending, STANDARD | ELSEWHERE}, {"messages", info_messages, 0}, {"monitors", info_monitors, ELSEWHERE},
    {"monitored_by", info_monitored_by, ELSEWHERE}, {"memory", info_memory, 0}, {"current_stacktrace", info_stacktrace, 0},
    {"message_queue_data", info_queue_data, ELSEWHERE}, {"parent", info_parent, ELSEWHERE}, {"catchlevel", info_catchlevel, ELSEWHERE},
    {"label", info_label, 0}, {"current_location", info_location, 0}, {"max_heap_size", info_max_heap, 0}, {"min_heap_size", info_min_heap, 0},
    {"min_bin_vheap_size", info_min_off_heap, ELSEWHERE}, {"fullsweep_after", info_fullsweep, ELSEWHERE}, {"trace", info_trace, ELSEWHERE},
    {"last_calls", info_last_calls, ELSEWHERE}, {"sequential_trace_token", info_token, ELSEWHERE}, {"mailbox", info_mailbox, 0},
    {"sending_to", info_sending_to, 0},
};
enum { ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS };

static int find_item(Vm *vm, Term name) {
  for (int i = 0; i < ITEM_COUNT; i++)
    if (vm_atom_is(vm, name, ITEMS[i].name)) return i;
  return -1;
}

// Items by position; alone: {item, value} itself (a nameless registered_name: []). NULL: no memory.
static HeapFragment *build(Process *target, const int *items, size_t count, bool alone) {
  Vm *vm = target->vm;
  Info info = {target, vm, NULL, 0};
  for (size_t i = 0; i < count; i++) {
    ITEMS[items[i]].build(&info);
    info.words += CONS_WORDS + 3;
  }
  HeapFragment *f = account_allows_work(&vm->account, info.words * sizeof(Term)) ? vm_fragment_new(vm, info.words) : NULL;
  if (!f) return NULL;
  TermHeap heap = fragment_heap(f);
  info.heap = &heap;
  Term list = T_NIL, result = T_NIL;
  for (size_t i = count; i-- > 0;) {
    Term value = ITEMS[items[i]].build(&info);
    bool nameless = ITEMS[items[i]].build == info_name && value == T_NIL;
    if (nameless && alone) break; // []
    result = pair(&info, vm_atom(vm, ITEMS[items[i]].name), value);
    list = heap_cons(&heap, result, list);
  }
  if (!alone) result = list;
  fragment_close(f, &heap, result);
  return f;
}

enum { CHOSEN_MAX = 64 };

// Positions of an atom's or a list of atoms' items. False: there are others.
static bool choose(Vm *vm, Term item, int *items, size_t *count) {
  *count = 0;
  if (term_is_atom(item)) {
    items[(*count)++] = find_item(vm, item);
    return items[0] >= 0;
  }
  for (; term_is_cons(item); item = cons_tail(item)) {
    if (*count == CHOSEN_MAX || (items[*count] = find_item(vm, cons_head(item))) < 0) return false;
    (*count)++;
  }
  return item == T_NIL;
}

// item: as in process_info, or T_SMALL 0: all standard ones.
HeapFragment *info_answer(Process *p, Term item) {
  int items[CHOSEN_MAX];
  size_t count = 0;
  if (!term_is_small(item)) {
    CHECK(choose(p->vm, item, items, &count));
    return build(p, items, count, term_is_atom(item));
  }
  for (int i = 0; i < ITEM_COUNT; i++)
    if (ITEMS[i].flags & STANDARD && !(ITEMS[i].build == info_name && process_name(p) == T_NONE)) items[count++] = i;
  return build(p, items, count, false);
}

bool info_is_at_hand(Vm *vm, Term item) {
  int items[CHOSEN_MAX];
  size_t count = 0;
  if (term_is_small(item) || !choose(vm, item, items, &count)) return false;
  for (size_t i = 0; i < count; i++)
    if (!(ITEMS[items[i]].flags & ELSEWHERE)) return false;
  return true;
}

static Term ask(Process *caller, Term pid, Term item) {
  Term t = process_ask(caller, pid, ASK_INFO, item);
  if (t == T_NONE) caller->exc_reason = ATOM_system_limit;
  return t;
}

Term process_info(Process *caller, Term pid, Term item) {
  int items[CHOSEN_MAX];
  size_t count;
  return term_is_pid(pid) && choose(caller->vm, item, items, &count) ? ask(caller, pid, item) : T_NONE;
}

Term process_info_all(Process *caller, Term pid) { return term_is_pid(pid) ? ask(caller, pid, term_small(0)) : T_NONE; }

Term process_is_alive(Process *caller, Term pid) {
  bool asked = caller->extra && caller->extra->asked;
  if (!asked) {
    if (pid == caller->pid) return term_boolean(!caller->exit_pending);
    Process *p = process_find(caller->vm, pid);
    if (!p || process_state(p) >= PROCESS_EXITING) return ATOM_false;
    if (!process_state_bits(p, STATE_SIGNALS | STATE_ACTING | STATE_DOOMED)) return ATOM_true; // nothing is on its way that could end it
  }
  Term answer = process_ask(caller, pid, ASK_ALIVE, T_NIL);
  return answer == ATOM_undefined ? (Term)ATOM_false : answer;
}

enum { LIST_MARGIN = 64 }; // for those that begin meanwhile

Term process_list(Process *caller) {
  Vm *vm = caller->vm;
  for (size_t margin = LIST_MARGIN;; margin *= 4) {
    size_t room = process_count(vm) + margin;
    HeapFragment *f = vm_fragment_new(vm, room * CONS_WORDS);
    if (!f) return T_NONE;
    TermHeap heap = fragment_heap(f);
    Term list = T_NIL;
    uint32_t slot = process_table_slots(vm->processes);
    while (slot > 0 && room > 0) {
      Process *p = process_table_at(vm->processes, --slot);
      if (p) list = heap_cons(&heap, p->pid, list), room--;
    }
    fragment_close(f, &heap, list);
    if (slot > 0) { // more came than there was room for: who was there before them must not be left out
      vm_fragment_free(vm, f);
      continue;
    }
    heap_adopt(vm_heap_env(vm), &caller->memory, f);
    return list;
  }
}

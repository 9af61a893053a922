// SPDX-License-Identifier: Apache-2.0
#include "vm/observe/processes_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vm/engine/where.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/signal.h"
#include "vm/term/print.h"

// Below INTEREST_MIN (no message, no name, little memory) nothing tells one process from the next.
enum { MESSAGES_SHOWN = 3, FRAMES_LOOKED_AT = 40, SHOWN_ANYWAY = 3, INTEREST_MIN = 1000 };
static const PrintOptions SHORT = {.item_limit = 8, .depth_limit = 4, .byte_limit = 120};

// Processes in the same state at the same place.
typedef struct Group {
  ProcessState state;
  const CodeFunction *function; // NULL: unknown
  ImageText file;
  uint32_t line;
  size_t count;
} Group;

typedef struct Chosen {
  Process *process;
  uint64_t interest;
} Chosen;

typedef struct Report {
  Vm *vm;
  const ProcessesReportOptions *options;
  Buffer *out;
  size_t total, by_state[PROCESS_STATE_COUNT], memory_bytes;
  Chosen chosen[REPORT_SHOWN_MAX]; // the most interesting first
  uint32_t chosen_count;
  Group groups[REPORT_GROUPS_MAX];
  uint32_t group_count;
  size_t ungrouped; // more places than groups
} Report;

static const char *const STATES[PROCESS_STATE_COUNT] = {
    [PROCESS_NEW] = "being made",     [PROCESS_RUNNABLE] = "ready to run", [PROCESS_RUNNING] = "running",
    [PROCESS_WAITING] = "waiting",    [PROCESS_SUSPENDED] = "suspended",   [PROCESS_DIRTY] = "in a native",
    [PROCESS_IN_C] = "claimed",       [PROCESS_EXITING] = "ending",        [PROCESS_DEAD] = "dead",
    [PROCESS_ABANDONED] = "ending"};

// --- where

typedef struct Place {
  EngineFrame frame; // of the program's own, or the innermost
  bool known;
  const CodeFunction *in; // the innermost frame's, when that is the library's and frame is not
  const NativeEntry *native;
} Place;

static bool is_library(const Report *r, const CodeFunction *f) { return r->options->is_library && r->options->is_library(r->vm, f->unit->module); }

// Its memory and its plain fields are its dirty thread's, which does not stand while the others do: what is told of it are words that do not
// change meanwhile.
static bool is_elsewhere(const Process *p) {
  ProcessState s = process_shown_state(p);
  return s == PROCESS_DIRTY || s == PROCESS_ABANDONED;
}

static Place find_place(const Report *r, Process *p) {
  EngineFrame frames[FRAMES_LOOKED_AT];
  uint32_t count = is_elsewhere(p) ? 0 : engine_frames(p, frames, FRAMES_LOOKED_AT);
  Place place = {0};
  place.native = engine_native(p);
  if (!count) return place;
  uint32_t own = 0;
  while (own < count && is_library(r, frames[own].function)) own++;
  place.known = true;
  place.frame = frames[own < count ? own : 0];
  if (own && own < count) place.in = frames[0].function;
  return place;
}

// What stands outside of modules runs in a body of the file, which has a made-up name.
static bool is_body_name(const Report *r, Term module) {
  static const char PREFIX[] = "joist_body_";
  size_t size;
  const char *name = atom_text(r->vm->atoms, module, &size);
  return size > sizeof PREFIX - 1 && memcmp(name, PREFIX, sizeof PREFIX - 1) == 0;
}
static bool is_body(const Report *r, const CodeFunction *f) { return is_body_name(r, f->unit->module); }

static void write_function(Report *r, const CodeFunction *f) {
  print_atom(&r->vm->context, r->out, f->unit->module);
  buffer_byte(r->out, '.');
  print_function_name(&r->vm->context, r->out, f->name);
  buffer_format(r->out, "/%u", f->arity);
}

static void write_place(Report *r, const Place *place) {
  Buffer *b = r->out;
  if (place->known) {
    if (place->frame.file.size) buffer_format(b, " at %.*s:%u", (int)place->frame.file.size, place->frame.file.bytes, place->frame.line);
    if (!is_body(r, place->frame.function) || !place->frame.file.size) {
      buffer_text(b, " in ");
      write_function(r, place->frame.function);
    }
    if (place->in) {
      buffer_text(b, ", called ");
      write_function(r, place->in);
    }
  }
  if (place->native) buffer_format(b, ", native %s.%s/%u", place->native->module, place->native->name, place->native->arity);
}

// --- one process

static void write_pid(Report *r, Term pid) {
  if (term_print(&r->vm->context, r->out, pid, NULL) != STATUS_OK) r->out->failed = true;
}

static void write_label(Report *r, Process *p) {
  for (uint32_t n = 0; n < p->dictionary_count; n++) {
    Term key, value;
    process_dictionary_entry(p, n, &key, &value);
    bool label = vm_atom_is(r->vm, key, "$process_label"), call = vm_atom_is(r->vm, key, "$initial_call");
    if (!label && !call) continue;
    bool known = call && term_is_tuple(value) && tuple_arity(value) == 3 && term_is_atom(tuple_items(value)[0]);
    if (known && !is_body_name(r, tuple_items(value)[0])) {
      buffer_text(r->out, " of ");
      // A supervisor of a module names itself and the module.
      bool supervisor = vm_atom_is(r->vm, tuple_items(value)[0], "supervisor") && term_is_atom(tuple_items(value)[1]);
      if (supervisor) buffer_text(r->out, "supervisor ");
      print_atom(&r->vm->context, r->out, tuple_items(value)[supervisor ? 1 : 0]);
    } else if (label) {
      buffer_byte(r->out, ' ');
      if (term_print(&r->vm->context, r->out, value, &SHORT) != STATUS_OK) r->out->failed = true;
    }
  }
}

static void write_message(Report *r, Term message, const char *what, bool first) {
  buffer_text(r->out, first ? ": " : "; ");
  if (term_print(&r->vm->context, r->out, message, &SHORT) != STATUS_OK) r->out->failed = true;
  buffer_text(r->out, what);
}

// The oldest messages, each with whether the receive has looked at it in vain.
static void write_messages(Report *r, Process *p) {
  size_t total = process_queue_count(p), shown = 0;
  if (!total) return;
  buffer_format(r->out, ", %zu message%s", total, total == 1 ? "" : "s");
  bool looked = process_state(p) == PROCESS_WAITING || (p->flags & PROCESS_IN_RECEIVE);
  for (HeapFragment *m = p->first; m && shown < MESSAGES_SHOWN; m = m->next) {
    if (m == p->save) looked = false;
    write_message(r, m->term, looked ? " matches no clause" : " unread", shown++ == 0);
  }
  // Inbound: newest first. The oldest few are at its end.
  HeapFragment *oldest[MESSAGES_SHOWN];
  size_t found = 0;
  for (HeapFragment *m = atomic_load_explicit(&p->inbound, memory_order_acquire); m && shown < MESSAGES_SHOWN; m = m->next)
    if (m->kind == SIGNAL_MESSAGE) oldest[found++ % MESSAGES_SHOWN] = m;
  while (found > 0 && shown < MESSAGES_SHOWN) write_message(r, oldest[--found % MESSAGES_SHOWN]->term, " unread", shown++ == 0);
  if (shown < total) buffer_text(r->out, "; …");
}

static uint32_t active_links(const RelationTable *t) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < t->used; i++)
    if (t->items[i].key && (t->items[i].flags & LINK_ACTIVE)) n++;
  return n;
}

static void write_bytes(Buffer *b, size_t bytes) {
  if (bytes < 10 << 10) buffer_format(b, "%zu bytes", bytes);
  else if (bytes < (size_t)10 << 20) buffer_format(b, "%zu KB", bytes >> 10);
  else buffer_format(b, "%zu MB", bytes >> 20);
}

static void write_one_elsewhere(Report *r, Process *p) {
  Buffer *b = r->out;
  write_pid(r, p->pid);
  buffer_format(b, " %s", STATES[process_shown_state(p)]);
  Place place = find_place(r, p);
  write_place(r, &place);
  size_t messages = process_queue_count(p);
  if (messages) buffer_format(b, ", %zu message%s", messages, messages == 1 ? "" : "s");
  buffer_text(b, "\n    started as ");
  print_atom(&r->vm->context, b, term_atom(p->initial_module));
  buffer_byte(b, '.');
  print_function_name(&r->vm->context, b, term_atom(p->initial_function));
  buffer_format(b, "/%u, on a thread for long work\n", p->initial_arity);
}

static void write_process(Report *r, Process *p) {
  if (is_elsewhere(p)) {
    write_one_elsewhere(r, p);
    return;
  }
  Buffer *b = r->out;
  write_pid(r, p->pid);
  Term name = process_name(p);
  if (name != T_NONE) {
    buffer_text(b, " (");
    print_atom(&r->vm->context, b, name);
    buffer_byte(b, ')');
  }
  if (p->pid == r->vm->first_pid) buffer_text(b, " the first process");
  write_label(r, p);
  bool sends = p->flags & PROCESS_SENDING;
  buffer_format(b, " %s", sends ? "waiting" : STATES[process_state(p)]);
  Place place = find_place(r, p);
  write_place(r, &place);
  if (sends) bound_describe_wait(p, b);
  if (p->flags & PROCESS_AWAITS_INPUT) buffer_text(b, " for input");
  if (p->waits_for != T_NONE) {
    buffer_text(b, ", for a reply of ");
    write_pid(r, p->waits_for);
  }
  write_messages(r, p);
  buffer_text(b, "\n    ");
  if (p->extra) {
    const ProcessExtra *x = p->extra;
    if (x->links.count) buffer_format(b, "links %u, ", active_links(&x->links));
    if (x->monitors.count) buffer_format(b, "monitors %u, ", x->monitors.count);
    if (x->monitored_by.count) buffer_format(b, "monitored by %u, ", x->monitored_by.count);
  }
  if (p->flags & PROCESS_TRAP_EXIT) buffer_text(b, "traps exits, ");
  write_bytes(b, process_memory_bytes(p));
  buffer_format(b, ", %" PRIu64 " reductions\n", p->reduction_total);
}

// --- all of them

static uint64_t interest_of(Report *r, Process *p) {
  if (p->pid == r->vm->first_pid) return UINT64_MAX;
  ProcessState s = process_state(p);
  if (is_elsewhere(p)) return 1000000;
  uint64_t queue = process_queue_count(p), interest = process_memory_bytes(p) >> 8;
  interest += (queue > 1000000 ? 1000000 : queue) * 1000;
  if (s == PROCESS_RUNNABLE || s == PROCESS_RUNNING) interest += 100000;
  if (s != PROCESS_WAITING && s != PROCESS_RUNNABLE) interest += 1000000;
  if (process_name(p) != T_NONE) interest += 10000;
  return interest;
}

static void choose(Report *r, Process *p) {
  uint64_t interest = interest_of(r, p);
  uint32_t at = r->chosen_count;
  if (at == REPORT_SHOWN_MAX && r->chosen[at - 1].interest >= interest) return;
  if (at < REPORT_SHOWN_MAX) r->chosen_count++;
  else at--;
  for (; at > 0 && r->chosen[at - 1].interest < interest; at--) r->chosen[at] = r->chosen[at - 1];
  r->chosen[at] = (Chosen){p, interest};
}

static void add_to_group(Report *r, Process *p) {
  Place place = find_place(r, p);
  ProcessState s = process_state(p);
  uint32_t hash = (uint32_t)((uintptr_t)place.frame.function >> 4) * 31u + place.frame.line * 7u + (uint32_t)s;
  for (uint32_t i = 0; i < REPORT_GROUPS_MAX; i++) {
    Group *g = &r->groups[(hash + i) % REPORT_GROUPS_MAX];
    if (!g->count) {
      *g = (Group){s, place.frame.function, place.frame.file, place.frame.line, 0};
      r->group_count++;
    }
    if (g->state != s || g->function != place.frame.function || g->line != place.frame.line) continue;
    g->count++;
    return;
  }
  r->ungrouped++;
}

static bool count_one(void *state, Process *p) {
  Report *r = state;
  r->total++;
  r->by_state[process_state(p)]++;
  if (!is_elsewhere(p)) r->memory_bytes += process_memory_bytes(p);
  return true;
}

static bool list_one(void *state, Process *p) {
  write_process(state, p);
  return true;
}

static bool sift_one(void *state, Process *p) {
  choose(state, p);
  add_to_group(state, p);
  return true;
}

static int larger_group(const void *a, const void *b) {
  const Group *x = a, *y = b;
  return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static void write_groups(Report *r) {
  qsort(r->groups, REPORT_GROUPS_MAX, sizeof *r->groups, larger_group);
  buffer_text(r->out, "by state and place:\n");
  size_t shown = 0;
  for (uint32_t i = 0; i < REPORT_GROUPS_SHOWN && r->groups[i].count; i++) {
    const Group *g = &r->groups[i];
    Place place = {.frame = {g->function, g->file, g->line}, .known = g->function != NULL};
    buffer_format(r->out, "%10zu %s", g->count, STATES[g->state]);
    write_place(r, &place);
    buffer_byte(r->out, '\n');
    shown += g->count;
  }
  if (shown < r->total) buffer_format(r->out, "%10zu elsewhere\n", r->total - shown);
}

static void write_head(Report *r) {
  process_each(r->vm, count_one, r);
  buffer_format(r->out, "joist: %s: %zu process%s", r->options->cause, r->total, r->total == 1 ? "" : "es");
  for (int s = 0; s < PROCESS_STATE_COUNT; s++)
    if (r->by_state[s]) buffer_format(r->out, ", %zu %s", r->by_state[s], STATES[s]);
  buffer_text(r->out, ", ");
  write_bytes(r->out, r->memory_bytes);
  buffer_byte(r->out, '\n');
}

void processes_report(Vm *vm, const ProcessesReportOptions *options, Buffer *b) {
  Report *r = alloc_zero(&vm->alloc, sizeof *r);
  if (!r) {
    b->failed = true;
    return;
  }
  r->vm = vm;
  r->options = options;
  r->out = b;
  write_head(r);
  if (r->total <= REPORT_ALL_MAX) {
    process_each(vm, list_one, r);
  } else {
    process_each(vm, sift_one, r);
    uint32_t shown = 0;
    while (shown < r->chosen_count && (shown < SHOWN_ANYWAY || r->chosen[shown].interest >= INTEREST_MIN)) write_process(r, r->chosen[shown++].process);
    buffer_format(b, "%zu more, not shown one by one\n", r->total - shown);
    write_groups(r);
  }
  alloc_put(&vm->alloc, r, sizeof *r);
}

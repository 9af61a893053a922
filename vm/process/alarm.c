// SPDX-License-Identifier: Apache-2.0
//
// Alarms (alarm.h): thresholds, the message {:monitor, pid, what, info}, the line on standard error.
#include "vm/process/alarm.h"

#include <stdarg.h>
#include <stdio.h>

#include "vm/process/extra.h"
#include "vm/process/signal.h"
#include "vm/term/number.h"
#include "vm/term/print.h"

#define OFF INT64_MAX
enum { DEFAULT_QUEUE = 10000, DEFAULT_MS = 100, INFO_MAX = 5 };

// What can be asked for.
typedef struct Thresholds {
  Term monitor;
  uint64_t queue_high, queue_low, large_heap_words;
  int64_t long_gc_ms, long_schedule_ms;
} Thresholds;
static const Thresholds NONE = {.monitor = T_NONE, .queue_high = UINT64_MAX, .large_heap_words = UINT64_MAX, .long_gc_ms = OFF, .long_schedule_ms = OFF};

// Under the lock, or before anybody runs.
static void put(Alarms *a, const Thresholds *t) {
  a->monitor = t->monitor;
  a->queue_low = t->queue_low;
  a->queue_high = t->queue_high;
  a->large_heap_words = t->large_heap_words;
  a->long_gc_ms = t->long_gc_ms;
  a->long_schedule_ms = t->long_schedule_ms;
  a->watches_heaps = t->long_gc_ms != OFF || t->large_heap_words != UINT64_MAX;
  a->watches_slices = t->long_schedule_ms != OFF;
  a->report_second = 0;
  a->report_count = 0;
  a->suppressed = 0;
}

// Those of nobody.
static Thresholds defaults(const Vm *vm, bool on) {
  Thresholds t = NONE;
  if (!on) return t;
  t.queue_high = DEFAULT_QUEUE;
  t.queue_low = DEFAULT_QUEUE / 10;
  t.large_heap_words = vm->options.max_heap_words / 2;
  t.long_gc_ms = t.long_schedule_ms = DEFAULT_MS;
  return t;
}

void alarms_init(Vm *vm, bool on) {
  Thresholds t = defaults(vm, on);
  lock_init(&vm->alarms.lock, LOCK_ALARMS);
  vm->alarms.reports = on;
  put(&vm->alarms, &t);
}

// Whoever it is when `monitor` is T_NONE, else that one, is told no more.
static void forget(Vm *vm, Term monitor) {
  Alarms *a = &vm->alarms;
  Thresholds t = defaults(vm, a->reports);
  lock_take(&a->lock);
  if (monitor == T_NONE || a->monitor == monitor) put(a, &t);
  lock_give(&a->lock);
}

// --- options

static bool count(Term t, uint64_t *value) { return term_is_integer(t) && number_to_uint64(t, value) && *value < (uint64_t)1 << 59; }

static bool read_option(Vm *vm, Thresholds *a, Term option) {
  if (vm_atom_is(vm, option, "busy_port") || vm_atom_is(vm, option, "busy_dist_port")) return true; // there are neither
  if (!term_is_tuple(option) || tuple_arity(option) != 2) return false;
  Term key = tuple_items(option)[0], value = tuple_items(option)[1];
  uint64_t n;
  if (key == ATOM_long_message_queue) {
    if (!term_is_tuple(value) || tuple_arity(value) != 2 || !count(tuple_items(value)[0], &a->queue_low) || !count(tuple_items(value)[1], &a->queue_high)) return false;
    return a->queue_low < a->queue_high;
  }
  if (!count(value, &n)) return false;
  if (key == ATOM_large_heap) a->large_heap_words = n;
  else if (key == ATOM_long_gc) a->long_gc_ms = (int64_t)n;
  else if (key == ATOM_long_schedule) a->long_schedule_ms = (int64_t)n;
  else return false;
  return true;
}

bool alarms_set(Process *p, Term pid, Term options) {
  Vm *vm = p->vm;
  if (pid == T_NONE) {
    forget(vm, T_NONE);
    return true;
  }
  Process *monitor = process_find(vm, pid);
  Thresholds t = NONE;
  t.monitor = pid;
  for (; term_is_cons(options); options = cons_tail(options))
    if (!read_option(vm, &t, cons_head(options))) return false;
  if (options != T_NIL || !monitor) return false;
  lock_take(&vm->alarms.lock);
  put(&vm->alarms, &t);
  lock_give(&vm->alarms.lock);
  return true;
}

static Term pair(TermHeap *h, Term a, Term b) {
  Term t, *items = heap_tuple(h, 2, &t);
  items[0] = a;
  items[1] = b;
  return t;
}

static Thresholds present(Alarms *a) {
  lock_take(&a->lock);
  Thresholds t = {a->monitor, a->queue_high, a->queue_low, a->large_heap_words, a->long_gc_ms, a->long_schedule_ms};
  lock_give(&a->lock);
  return t;
}

Term alarms_get(Process *p) {
  Vm *vm = p->vm;
  Thresholds t = present(&vm->alarms);
  if (t.monitor == T_NONE || !process_find(vm, t.monitor)) return ATOM_undefined;
  HeapFragment *f = vm_fragment_new(vm, 4 * (3 + CONS_WORDS) + 3 + 3);
  if (!f) return T_NONE;
  TermHeap h = fragment_heap(f);
  Term list = T_NIL;
  if (t.queue_high != UINT64_MAX)
    list = heap_cons(&h, pair(&h, ATOM_long_message_queue, pair(&h, term_small((int64_t)t.queue_low), term_small((int64_t)t.queue_high))), list);
  if (t.long_schedule_ms != OFF) list = heap_cons(&h, pair(&h, ATOM_long_schedule, term_small(t.long_schedule_ms)), list);
  if (t.long_gc_ms != OFF) list = heap_cons(&h, pair(&h, ATOM_long_gc, term_small(t.long_gc_ms)), list);
  if (t.large_heap_words != UINT64_MAX) list = heap_cons(&h, pair(&h, ATOM_large_heap, term_small((int64_t)t.large_heap_words)), list);
  Term answer = pair(&h, t.monitor, list);
  fragment_close(f, &h, answer);
  heap_adopt(vm_heap_env(vm), &p->memory, f);
  return answer;
}

// --- telling

typedef struct Info {
  Term key;
  int64_t value;
} Info;

// {:monitor, pid, what, info} to the monitor; `state` instead of the list when it is an atom.
static void tell(Process *p, Term what, Term state, const Info *info, size_t info_count) {
  Vm *vm = p->vm;
  Term monitor = vm->alarms.monitor;
  if (monitor == T_NONE || p->pid == monitor) return;
  if (!process_find(vm, monitor)) {
    forget(vm, monitor);
    return;
  }
  HeapFragment *m = vm_fragment_new(vm, 5 + info_count * (3 + CONS_WORDS));
  if (!m) return;
  TermHeap h = fragment_heap(m);
  Term list = state, tuple;
  if (info_count) list = T_NIL;
  for (size_t i = info_count; i-- > 0;) list = heap_cons(&h, pair(&h, info[i].key, term_small(info[i].value)), list);
  Term *items = heap_tuple(&h, 4, &tuple);
  items[0] = ATOM_monitor;
  items[1] = p->pid;
  items[2] = what;
  items[3] = list;
  fragment_close(m, &h, tuple);
  m->kind = SIGNAL_MESSAGE;
  process_deliver(vm, monitor, m);
}

// L2: a line, unless there were many in this second. *untold: how many were not told of before it.
static bool may_report(Vm *vm, uint64_t *untold) {
  Alarms *a = &vm->alarms;
  if (!a->reports || !vm->hooks.report) return false;
  int64_t second = vm_monotonic_ns(vm) / 1000000000;
  lock_take(&a->lock);
  if (second != a->report_second) {
    a->report_second = second;
    a->report_count = 0;
  }
  bool may = a->report_count < REPORTS_A_SECOND;
  *untold = a->suppressed;
  a->report_count += may;
  a->suppressed = may ? 0 : a->suppressed + 1;
  lock_give(&a->lock);
  return may;
}

// What may be said of a process that another worker has: who it is, and its queue.
static void describe_briefly(Process *p, Buffer *b) {
  Vm *vm = p->vm;
  if (term_print(&vm->context, b, p->pid, NULL) != STATUS_OK) b->failed = true;
  Term name = process_name(p);
  if (name != T_NONE) {
    buffer_text(b, " (");
    print_atom(&vm->context, b, name);
    buffer_text(b, ")");
  }
  buffer_format(b, ", %zu messages", process_queue_count(p));
}

PRINTF_LIKE(3, 4) static void report(Process *p, void (*describe)(Process *p, Buffer *b), const char *format, ...) {
  Vm *vm = p->vm;
  uint64_t untold;
  if (!may_report(vm, &untold)) return;
  Buffer b;
  char text[160];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  buffer_init(&b, &vm->alloc);
  buffer_format(&b, "alarm: %s: ", text);
  describe(p, &b);
  if (untold) buffer_format(&b, " (%llu more alarms were not shown)", (unsigned long long)untold);
  buffer_byte(&b, '\n');
  if (!b.failed) vm->hooks.report(vm, b.data, b.size);
  buffer_free(&b);
}

void alarm_queue_grew(Vm *vm, Process *p) {
  if (p->pid == vm->alarms.monitor || (atomic_fetch_or_explicit(&p->state, STATE_QUEUE_ALARM, memory_order_acq_rel) & STATE_QUEUE_ALARM)) return;
  tell(p, ATOM_long_message_queue, ATOM_true, NULL, 0);
  report(p, vm->shared ? describe_briefly : process_describe, "a long message queue");
}

void alarm_queue_shrank(Process *p) {
  if (process_queue_count(p) > p->vm->alarms.queue_low) return;
  process_clear_bits(p, STATE_QUEUE_ALARM);
  if (p->vm->alarms.queue_high != UINT64_MAX) tell(p, ATOM_long_message_queue, ATOM_false, NULL, 0);
}

static size_t sizes(const Process *p, Info *info) {
  const Heap *h = &p->memory;
  size_t n = 0;
  info[n++] = (Info){ATOM_old_heap_block_size, (int64_t)heap_old_words(h)};
  info[n++] = (Info){ATOM_heap_block_size, (int64_t)heap_block_words(h)};
  info[n++] = (Info){ATOM_mbuf_size, (int64_t)h->fragment_words};
  info[n++] = (Info){ATOM_stack_size, (int64_t)heap_stack_words(h)};
  return n;
}

void alarm_collected(Process *p, int64_t took_ns) {
  Vm *vm = p->vm;
  Alarms *a = &vm->alarms;
  size_t total = heap_total_words(&p->memory);
  int64_t ms = vm->options.seeded ? (int64_t)(total / COLLECTED_WORDS_A_MS) : took_ns / 1000000;
  Info info[INFO_MAX];
  if (ms > a->long_gc_ms) {
    info[0] = (Info){ATOM_timeout, ms};
    tell(p, ATOM_long_gc, T_NIL, info, 1 + sizes(p, info + 1));
    report(p, process_describe, "a collection took %lld ms", (long long)ms);
  }
  if (total <= a->large_heap_words) {
    p->flags &= ~(uint32_t)PROCESS_HEAP_ALARM;
  } else if (!(p->flags & PROCESS_HEAP_ALARM)) {
    p->flags |= PROCESS_HEAP_ALARM;
    tell(p, ATOM_large_heap, T_NIL, info, sizes(p, info));
    report(p, process_describe, "a large heap, %zu words", total);
  }
}

void alarm_slice(Process *p, int64_t took_ns, int64_t reductions) {
  Vm *vm = p->vm;
  int64_t ms = vm->options.seeded ? reductions / REDUCTIONS_A_MS : took_ns / 1000000;
  if (ms <= vm->alarms.long_schedule_ms) return;
  Info info[1] = {{ATOM_timeout, ms}};
  tell(p, ATOM_long_schedule, T_NIL, info, 1);
  report(p, process_describe, "a slice took %lld ms", (long long)ms);
}

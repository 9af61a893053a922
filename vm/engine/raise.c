// SPDX-License-Identifier: Apache-2.0
//
// Exceptions: unwinding and stack traces.
//
// Nothing is done when a `try` is entered: a map word says that its frame holds a handler (MAP_HANDLER), and only
// then is the function's table looked up, by address, inner regions first.
//
// A trace is captured as numbers, not terms: module, name, arity, file and line of each
// frame, so it outlives the code. The handle that a handler's third slot gets is {pairs, head}: a
// binary of TraceEntry and [] or {module, name, arguments}. Raising must not collect, since instructions that
// only raise have no map word: what is built goes onto the heap when there is room, else into a fragment.
#include <string.h>

#include "vm/engine/slow.h"
#include "vm/engine/where.h"

enum { TRACE_DEPTH = 8 };

typedef struct TraceEntry {
  uint32_t module, name; // atom numbers
  uint32_t file_arity;   // number of the source file (code_file_number) << 8 | arity
  uint32_t line;         // 0: unknown
} TraceEntry;
_Static_assert(FILE_NUMBERS_MAX <= 1 << 24 && ARITY_MAX < 256, "both fit a word");

bool engine_locate(Vm *vm, const uint64_t *address, CodeFunction **function, uint32_t *file, uint32_t *line) {
  CodeFunction *f = code_find(vm->code, address);
  if (!f) return false;
  address = code_linked_address(f, address);
  *function = f;
  *file = *line = 0;
  for (uint32_t i = 0; i < f->line_count && f->lines[i].from <= address; i++) {
    *file = f->lines[i].file;
    *line = f->lines[i].line;
  }
  return true;
}

static TraceEntry trace_entry(const CodeFunction *f, uint32_t file, uint32_t line) {
  uint32_t number = line ? code_file_number(f->unit, file) : 0;
  return (TraceEntry){atom_number(f->unit->module), atom_number(f->name), number << 8 | f->arity, line};
}

static uint32_t trace_walk(Process *p, const uint64_t *pc, TraceEntry *entries, uint32_t max) {
  uint32_t count = 0;
  const Term *fp = p->fp;
  const uint64_t *last = NULL; // a recursion stands at one place many times: that is looked up once
  for (const uint64_t *address = pc; address && count < max; address = engine_caller(&fp)) {
    CodeFunction *f;
    uint32_t file, line;
    if (address == last && count) {
      entries[count] = entries[count - 1];
      count++;
    } else if (engine_locate(p->vm, address, &f, &file, &line)) {
      entries[count++] = trace_entry(f, file, line);
      last = address;
    }
  }
  return count;
}

// Where a raise builds: nothing may move.
typedef struct RaiseHeap {
  TermHeap *heap;
  TermHeap in_fragment;
  HeapFragment *fragment;
} RaiseHeap;

static bool raise_heap_open(RaiseHeap *r, Process *p, const uint64_t *pc, size_t words) {
  CodeFunction *f = code_find(p->vm->code, pc);
  Term *low = p->fp - (f ? f->slot_count : ARITY_MAX + 1);
  if (low > p->heap.top && (size_t)(low - p->heap.top) >= words + HEAP_SLACK_WORDS) {
    p->heap.end = p->heap.top + words;
    *r = (RaiseHeap){.heap = &p->heap};
    return true;
  }
  r->fragment = fragment_new(&p->vm->alloc, &p->vm->account, words);
  if (!r->fragment) return false;
  r->in_fragment = fragment_heap(r->fragment);
  r->heap = &r->in_fragment;
  return true;
}

static void raise_heap_close(RaiseHeap *r, Process *p) {
  if (!r->fragment) return;
  fragment_close(r->fragment, &r->in_fragment, T_NONE);
  heap_adopt(vm_heap_env(p->vm), &p->memory, r->fragment);
}

static const uint64_t *out_of_memory(Process *p) {
  p->exit_reason = ATOM_killed;
  p->exit_pending = 1;
  return engine_leave(p, ENGINE_YIELD);
}

static const uint64_t *find_handler(Process *p, const uint64_t *address) {
  CodeFunction *f = code_find(p->vm->code, address);
  if (!f) return NULL;
  address = code_linked_address(f, address);
  for (uint32_t i = 0; i < f->handler_count; i++) {
    const CodeHandler *h = &f->handlers[i];
    if (address < h->from || address >= h->to) continue;
    Term *slots = p->fp - h->base;
    slots[0] = p->exc_class;
    slots[-1] = p->exc_reason;
    slots[-2] = p->exc_trace;
    p->exc_class = p->exc_reason = p->exc_trace = T_NONE;
    return h->handler;
  }
  return NULL;
}

static bool library_has(Process *p, Export *e) {
  Engine *engine = vm_engine(p->vm);
  if (!export_is_defined(e) && engine->load_module) engine->load_module(p->vm, e->module);
  return export_is_defined(e);
}

// Nobody caught it: the crash handler of the library reports and ends the process; without one it ends here.
//
// Exits are how processes end, and the handler does nothing about them: they end here too, without making a list of the trace (a third of what
// a process costs that exits). With few reductions left the handler is called, as it could be interrupted: a seed's schedule knows no short cut.
enum { CRASH_REDUCTIONS = 16 };

static const uint64_t *uncaught(Process *p) {
  Engine *e = vm_engine(p->vm);
  if (p->exc_class == ATOM_exit && p->reductions > CRASH_REDUCTIONS) {
    p->exit_reason = p->exc_reason;
    p->exc_class = p->exc_reason = p->exc_trace = T_NONE;
    p->fp = p->stack_low = p->block_end - 2;
    p->fp[1] = e->exit_point;
    p->live_map = 0;
    p->pc = &e->exit_code[1];
    return engine_leave(p, ENGINE_EXIT);
  }
  // The stack is empty now; the three words stay roots in exc_….
  Term *base = p->block_end - 2;
  base[1] = e->exit_point;
  p->fp = p->stack_low = base;
  p->live_map = 0;
  p->pc = &e->exit_code[1];
  size_t words = stack_trace_words(p, p->exc_trace) + 16;
  if (!process_reserve(p, words)) return engine_leave(p, ENGINE_YIELD);
  Term list = stack_trace_list(p, p->exc_trace);
  Term class_ = p->exc_class, reason = p->exc_reason;
  // A crash in the crash handler itself ends the process here.
  bool first_time = !(p->flags & PROCESS_CRASHING);
  p->flags |= PROCESS_CRASHING;
  if (first_time && e->crash_handler && library_has(p, e->crash_handler)) {
    p->exc_class = p->exc_reason = p->exc_trace = T_NONE;
    p->fp[0] = class_;
    p->fp[-1] = reason;
    p->fp[-2] = list;
    return PUBLISHED(e->crash_handler->code);
  }
  Term *pair;
  if (class_ == ATOM_exit) {
    p->exit_reason = reason;
  } else {
    if (class_ == ATOM_throw) {
      Term nocatch, *items = heap_tuple(&p->heap, 2, &nocatch);
      items[0] = ATOM_nocatch;
      items[1] = reason;
      reason = nocatch;
    }
    pair = heap_tuple(&p->heap, 2, &p->exit_reason);
    pair[0] = reason;
    pair[1] = list;
  }
  p->exc_class = p->exc_reason = p->exc_trace = T_NONE;
  return engine_leave(p, ENGINE_EXIT);
}

// The frame that p->fp stands at had called; the heap may have grown close to that call's window (room_after_call in link.c). Its function
// gets room for all of its slots before a handler's are written. The words of the exception are roots in exc_…. False: leave.
static bool room_for_handler(Process *p, Term back, uint64_t map) {
  const uint64_t *at = (const uint64_t *)(uintptr_t)back;
  CodeFunction *f = code_find(p->vm->code, at - 1);
  size_t k = map_k_words(map);
  if (!f || f->slot_count <= k + STACK_SLACK_WORDS) return true;
  p->pc = at;
  p->live_map = map & ~(uint64_t)MAP_K_MASK;
  p->stack_low = p->fp - (k ? k - 1 : 0);
  return process_reserve(p, (size_t)f->slot_count + STACK_SLACK_WORDS);
}

static const uint64_t *unwind(Process *p, const uint64_t *pc) {
  p->arg_count = 0;
  const uint64_t *handler = find_handler(p, pc);
  while (!handler) {
    Term back = p->fp[1];
    uint64_t map = return_point_map(back);
    if (map & MAP_BARRIER) return uncaught(p);
    p->fp += map_k_words(map);
    if ((map & MAP_HANDLER) && !room_for_handler(p, back, map)) return engine_leave(p, ENGINE_YIELD);
    if (map & MAP_HANDLER) handler = find_handler(p, (const uint64_t *)(uintptr_t)back - 1);
  }
  return handler;
}

// In the middle of a receive the message is taken out first: what is raised may refer to it.
static void leave_message(Process *p) {
  if (UNLIKELY(p->peeked != NULL)) process_receive_accept(p);
}

const uint64_t *engine_raise_call(Process *p, const uint64_t *pc, Term class_, Term reason, Term module, Term name, const Term *args,
                                  uint32_t arg_count) {
  leave_message(p);
  TraceEntry entries[TRACE_DEPTH];
  uint32_t count = trace_walk(p, pc, entries, TRACE_DEPTH);
  size_t bytes = count * sizeof *entries;
  // At depth 8 a trace is over the bytes a binary may have on the heap elsewhere; the kind allows any size.
  size_t binary_words = 2 + bytes / 8;
  EngineRun *run = vm_engine_run(p->vm);
  uint8_t limit = run->limit;
  run->limit = 0;
  RaiseHeap r = {0};
  if (!raise_heap_open(&r, p, pc, binary_words + 4 + 4 + 6 + 2 * (size_t)arg_count)) return out_of_memory(p);
  Term *binary = heap_take(r.heap, binary_words);
  binary[0] = HEADER(KIND_BIN_HEAP, binary_words - 1);
  binary[1] = bytes * 8;
  memcpy(binary + 2, entries, bytes);
  Term head = T_NIL;
  if (module != T_NONE) {
    Term list = T_NIL;
    for (uint32_t i = arg_count; i-- > 0;) list = heap_cons(r.heap, args[-(ptrdiff_t)i], list);
    if (!term_is_atom(module) || !term_is_atom(name)) { // no such function can be named: it is apply/3 that failed
      list = heap_cons(r.heap, module, heap_cons(r.heap, name, heap_cons(r.heap, list, T_NIL)));
      module = ATOM_erlang;
      name = ATOM_apply;
    }
    Term *call = heap_tuple(r.heap, 3, &head);
    call[0] = module;
    call[1] = name;
    call[2] = list;
  }
  Term *handle = heap_tuple(r.heap, limit ? 3 : 2, &p->exc_trace);
  handle[0] = term_boxed(binary);
  handle[1] = head;
  if (limit) handle[2] = term_small(limit - 1);
  raise_heap_close(&r, p);
  p->exc_class = class_;
  p->exc_reason = reason;
  return unwind(p, pc);
}

const uint64_t *engine_raise(Process *p, const uint64_t *pc, Term class_, Term reason, Term trace) {
  if (trace == T_NONE) return engine_raise_call(p, pc, class_, reason, T_NONE, T_NONE, NULL, 0);
  leave_message(p);
  p->exc_class = class_;
  p->exc_reason = reason;
  p->exc_trace = trace;
  return unwind(p, pc);
}

const uint64_t *engine_raise_limit(Process *p, const uint64_t *pc, LimitId limit) {
  vm_engine_run(p->vm)->limit = (uint8_t)(limit + 1);
  return engine_raise(p, pc, ATOM_error, ATOM_system_limit, T_NONE);
}

const uint64_t *engine_raise_about(Process *p, const uint64_t *pc, Term tag, Term value) {
  RaiseHeap r = {0};
  if (!raise_heap_open(&r, p, pc, 3)) return out_of_memory(p);
  Term reason, *items = heap_tuple(r.heap, 2, &reason);
  items[0] = tag;
  items[1] = value;
  raise_heap_close(&r, p);
  return engine_raise(p, pc, ATOM_error, reason, T_NONE);
}

// --- the list that programs see: [{module, name, arity | arguments, [file: charlist, line: n]}]

// A module file may hand RAISE and STACKTRACE any term, so a handle is believed only as far as it was checked.
static bool is_handle(Term trace) {
  if (!term_is_tuple(trace) || (tuple_arity(trace) != 2 && tuple_arity(trace) != 3) || !term_is_kind(tuple_items(trace)[0], KIND_BIN_HEAP)) return false;
  if (tuple_arity(trace) == 3 && tuple_items(trace)[2] >= term_small(LIMIT_COUNT)) return false;
  Term head = tuple_items(trace)[1];
  return head == T_NIL || (term_is_tuple(head) && tuple_arity(head) == 3);
}

static uint32_t handle_entries(Term trace, TraceEntry *entries) {
  Term binary = tuple_items(trace)[0];
  uint32_t count = (uint32_t)(bits_count(binary) / 8 / sizeof *entries);
  if (count > TRACE_DEPTH) count = TRACE_DEPTH;
  memcpy(entries, boxed_ptr(binary) + 2, count * sizeof *entries);
  return count;
}

static ImageText entry_file(const CodeTable *code, const TraceEntry *t) { return code_file_name(code, t->file_arity >> 8); }

enum { TRACE_ITEM_WORDS = 2 + 5 + 2 + 3 + 2 + 3, LIMIT_WORDS = CONS_WORDS + 3 + 16, SEGMENT_WORDS = 2 + 3 + 5 + 16 };

size_t stack_trace_words(Process *p, Term trace) {
  if (!is_handle(trace)) return 0;
  TraceEntry entries[TRACE_DEPTH];
  uint32_t count = handle_entries(trace, entries);
  size_t words = TRACE_ITEM_WORDS + LIMIT_WORDS + SEGMENT_WORDS;
  for (uint32_t i = 0; i < count; i++)
    words += TRACE_ITEM_WORDS + 2 * (size_t)entry_file(p->vm->code, &entries[i]).size;
  return words;
}

static Term trace_item(TermHeap *h, Term module, Term name, Term arity, Term location) {
  Term item, *items = heap_tuple(h, 4, &item);
  items[0] = module;
  items[1] = name;
  items[2] = arity;
  items[3] = location;
  return item;
}

static Term keyword_pair(TermHeap *h, Term key, Term value, Term rest) {
  Term pair, *items = heap_tuple(h, 2, &pair);
  items[0] = key;
  items[1] = value;
  return heap_cons(h, pair, rest);
}

// Paths are bytes of UTF-8, and mostly of ASCII; a char list has code points.
static Term char_list(TermHeap *h, ImageText text) {
  uint32_t ascii = text.size;
  Term plain = T_NIL;
  Term *top = h->top;
  while (ascii && (unsigned char)text.bytes[ascii - 1] < 0x80) plain = heap_cons(h, term_small(text.bytes[--ascii]), plain);
  if (ascii == 0) return plain;
  h->top = top;
  uint32_t points[text.size + 1], count = 0;
  for (uint32_t at = 0; at < text.size;) {
    unsigned step = utf8_get((const unsigned char *)text.bytes + at, text.size - at, &points[count]);
    if (!step) {
      points[count] = (unsigned char)text.bytes[at];
      step = 1;
    }
    count++;
    at += step;
  }
  Term list = T_NIL;
  while (count) list = heap_cons(h, term_small(points[--count]), list);
  return list;
}

// [error_info: %{limit: key}], or [].
static Term limit_info(Process *p, Term trace) {
  if (tuple_arity(trace) != 3) return T_NIL;
  const char *key = LIMIT_TABLE[small_value(tuple_items(trace)[2])].key;
  Term atom = atom_lookup(p->vm->atoms, key, strlen(key));
  if (atom == T_NONE) return T_NIL;
  Term pair[2] = {ATOM_limit, atom};
  CHECK(map_from_pairs_words(1) <= 16);
  return keyword_pair(&p->heap, ATOM_error_info, map_from_pairs(&p->vm->context, &p->heap, pair, 1), T_NIL);
}

static Term location_of(Process *p, const TraceEntry *t, Term rest) {
  TermHeap *h = &p->heap;
  ImageText file = entry_file(p->vm->code, t);
  if (!file.size) return rest;
  Term line = keyword_pair(h, ATOM_line, term_small(t->line), rest);
  return keyword_pair(h, ATOM_file, char_list(h, file), line);
}

// A loop that the compiler made of a function's inner part, `-NAME/ARITY-loop-N-`: programs know nothing of it. True when `below`
// is the frame of that function (or of one of its funs): both are one frame then, at the loop's place.
static bool loop_of(Vm *vm, const TraceEntry *t, const TraceEntry *below) {
  size_t size, below_size;
  const char *text = atom_text(vm->atoms, term_atom(t->name), &size);
  const char *mark = size && text[0] == '-' ? memmem(text, size, "-loop-", 6) : NULL;
  if (!mark || !below || below->module != t->module || below->name >= atom_count(vm->atoms)) return false;
  const char *outer = atom_text(vm->atoms, term_atom(below->name), &below_size);
  size_t prefix = (size_t)(mark - text); // "-NAME/ARITY"
  if (below_size > prefix && memcmp(outer, text, prefix) == 0 && outer[prefix] == '-') return true;
  return below_size + 2 <= prefix && memcmp(outer, text + 1, below_size) == 0 && text[1 + below_size] == '/';
}

// What a failed construction of a binary says beside its place: %{cause: {segment, type, error, value}, …}.
static Term error_info(Process *p, Term head) {
  Term cause, *items = heap_tuple(&p->heap, 4, &cause), rest = tuple_items(head)[2];
  items[0] = items[1] = items[2] = items[3] = T_NIL;
  for (uint32_t i = 0; i < 4 && term_is_cons(rest); i++, rest = cons_tail(rest)) items[i] = cons_head(rest);
  Term pairs[] = {ATOM_cause, cause, ATOM_function, ATOM_format_bs_fail, ATOM_module, ATOM_erl_erts_errors};
  return map_from_pairs(&p->vm->context, &p->heap, pairs, 3);
}

Term stack_trace_list(Process *p, Term trace) {
  if (!is_handle(trace)) return term_is_list(trace) ? trace : T_NIL;
  TraceEntry entries[TRACE_DEPTH];
  uint32_t count = handle_entries(trace, entries);
  Term head = tuple_items(trace)[1], list = T_NIL;
  TermHeap *h = &p->heap;
  bool informs = head != T_NIL && tuple_items(head)[0] == ATOM_error_info;
  Term info = informs ? keyword_pair(h, ATOM_error_info, error_info(p, head), T_NIL) : limit_info(p, trace);
  for (uint32_t i = count; i-- > 0;) {
    TraceEntry *t = &entries[i];
    if (t->module >= atom_count(p->vm->atoms) || t->name >= atom_count(p->vm->atoms)) continue;
    if (i > 0 && entries[i - 1].name < atom_count(p->vm->atoms) && loop_of(p->vm, &entries[i - 1], t)) {
      entries[i - 1].name = t->name;
      entries[i - 1].file_arity = (entries[i - 1].file_arity & ~0xffu) | (t->file_arity & 0xff);
      continue;
    }
    Term module = term_atom(t->module), name = term_atom(t->name);
    int64_t arity = t->file_arity & 0xff;
    // The first frame repeats the call that failed when that is the function itself.
    if (i == 0 && head != T_NIL && tuple_items(head)[0] == module && tuple_items(head)[1] == name) {
      int64_t given = 0;
      for (Term rest = tuple_items(head)[2]; term_is_cons(rest); rest = cons_tail(rest)) given++;
      if (given == arity) return heap_cons(h, trace_item(h, module, name, tuple_items(head)[2], location_of(p, t, info)), list);
    }
    list = heap_cons(h, trace_item(h, module, name, term_small(arity), location_of(p, t, i == 0 && (head == T_NIL || informs) ? info : T_NIL)), list);
  }
  if (head != T_NIL && !informs) list = heap_cons(h, trace_item(h, tuple_items(head)[0], tuple_items(head)[1], tuple_items(head)[2], info), list);
  return list;
}

// --- where a process stands now, as the same list (hooks stacktrace_words, stacktrace)

size_t stack_frames_words(Process *p) {
  EngineFrame frames[TRACE_DEPTH];
  uint32_t count = engine_frames(p, frames, TRACE_DEPTH);
  size_t words = 0;
  for (uint32_t i = 0; i < count; i++) words += TRACE_ITEM_WORDS + 2 * (size_t)frames[i].file.size;
  return words;
}
Term stack_frames_list(Process *p, TermHeap *h) {
  EngineFrame frames[TRACE_DEPTH];
  Term list = T_NIL;
  for (uint32_t i = engine_frames(p, frames, TRACE_DEPTH); i-- > 0;) {
    const CodeFunction *f = frames[i].function;
    Term location = T_NIL;
    if (frames[i].file.size) location = keyword_pair(h, ATOM_file, char_list(h, frames[i].file), keyword_pair(h, ATOM_line, term_small(frames[i].line), T_NIL));
    list = heap_cons(h, trace_item(h, f->unit->module, f->name, term_small(f->arity), location), list);
  }
  return list;
}

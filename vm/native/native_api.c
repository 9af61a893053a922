// SPDX-License-Identifier: Apache-2.0
#include "vm/native/native_api.h"

#include "vm/term/size.h"

void native_blocking_begin(Process *p) {
  Worker *w = vm_worker(p->vm);
  if (w->is_dirty) participant_offline(&w->participant);
}
void native_blocking_end(Process *p) {
  Worker *w = vm_worker(p->vm);
  if (w->is_dirty) participant_online(&w->participant);
}

size_t native_work_allowed(Process *p) { return native_may_leave(p) ? (size_t)NATIVE_LONG << TERM_SHIFT : INT64_MAX; }

// What was not counted to its end is longer than allowed in reductions, too.
static size_t cut_off(size_t n, size_t most) { return n > most ? most + ((size_t)1 << TERM_SHIFT) : n; }

size_t native_length_within(Process *p, Term list) {
  size_t n = 0, most = native_work_allowed(p);
  for (; n <= most && term_is_cons(list); list = cons_tail(list)) n++;
  return cut_off(n, most);
}

size_t native_term_words(Process *p, Term t) {
  size_t words = 0, most = native_work_allowed(p);
  if (term_is_pointer(t) && size_term_within(native_context(p), t, most, &words) != STATUS_OK) context_no_memory(native_context(p));
  return cut_off(words, most);
}

Term native_error_about(Process *p, Term tag, Term value) {
  // The value stays a root in the exception word while room is made.
  p->exc_reason = value;
  if (!native_reserve(p, PAIR_WORDS)) return T_NONE;
  value = p->exc_reason;
  return native_error(p, native_pair(p, tag, value));
}

static Term call(Process *p, Export *export, Term fun, uint32_t arg_count) {
  EngineRun *run = vm_engine_run(p->vm);
  run->action = NATIVE_CALL;
  run->call = export;
  run->call_fun = fun;
  run->call_arg_count = arg_count;
  return T_YIELD;
}

static Term call_with(Process *p, Export *export, Term fun, uint32_t arg_count, va_list list) {
  CHECK(arg_count <= STACK_SLACK_WORDS); // the window's end lies within the slack
  for (uint32_t i = 0; i < arg_count; i++) ARG(i) = va_arg(list, Term);
  return call(p, export, fun, arg_count);
}

Term native_call(Process *p, Export *export, uint32_t arg_count, ...) {
  va_list list;
  va_start(list, arg_count);
  Term t = call_with(p, export, T_NIL, arg_count, list);
  va_end(list);
  return t;
}

Term native_call_fun(Process *p, Term fun, uint32_t arg_count, ...) {
  va_list list;
  va_start(list, arg_count);
  Term t = call_with(p, NULL, fun, arg_count, list);
  va_end(list);
  return t;
}

Term native_call_placed(Process *p, Export *export, Term fun, uint32_t arg_count) { return call(p, export, fun, arg_count); }

Export *native_export(Process *p, Term module, Term name, uint32_t arity) { return code_export(p->vm->code, module, name, arity); }

Term native_binary(Process *p, const void *bytes, size_t size) {
  NATIVE_RESERVE(binary_words(size));
  Term t = binary_make(native_context(p), &p->heap, bytes, size);
  return t == T_NONE ? native_error(p, ATOM_system_limit) : t;
}

Term native_char_list(Process *p, const char *text, size_t size) {
  const unsigned char *bytes = (const unsigned char *)text;
  NATIVE_RESERVE(CONS_WORDS * utf8_count(bytes, size));
  // Built back to front; continuation bytes are skipped backwards.
  Term list = T_NIL;
  for (size_t end = size; end > 0;) {
    size_t from = end - 1;
    while (from > 0 && (bytes[from] & 0xc0) == 0x80) from--;
    uint32_t point;
    if (!utf8_get(bytes + from, end - from, &point)) point = bytes[from];
    list = heap_cons(&p->heap, term_small(point), list);
    end = from;
  }
  return list;
}

Term native_ok(Process *p, Term value) {
  p->exc_reason = value;
  bool room = native_reserve(p, PAIR_WORDS);
  value = p->exc_reason;
  p->exc_reason = T_NONE;
  return room ? native_pair(p, ATOM_ok, value) : T_NONE;
}

Term native_failed(Process *p, Term reason) {
  NATIVE_RESERVE(PAIR_WORDS);
  return native_pair(p, ATOM_error, reason);
}

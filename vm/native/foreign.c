// SPDX-License-Identifier: Apache-2.0
//
// Calls of foreign natives, and the slots through which they see values (foreign.h has the rules, include/joist/native.h the contracts).
#include "vm/native/foreign.h"

#include <math.h>

#include "vm/engine/linked.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/process/long_copy.h"
#include "vm/term/print.h"

typedef struct ForeignCall {
  joist_native_call head; // first: what the native holds
  Process *process;
  uint32_t slot_count;
  bool dirty;
  bool failed;         // X3: an exception stands in the process, or it must end
  uint32_t value;      // slot of the answer or the reason
  bool has_value;
  Term outcome;        // of JOIST_OUTCOME_CALL: what native_call answered
} ForeignCall;

static ForeignCall *foreign(joist_native_call *call) { return (ForeignCall *)(void *)call; }

// Is it a slot? Otherwise the call fails: it is a bug of the native's.
static bool slot_is(ForeignCall *c, uint32_t slot) {
  if (slot < c->slot_count && !c->failed) return true;
  if (!c->failed) {
    Term reason;
    native_error(c->process, atom_intern(c->process->vm->atoms, "bad_native_slot", 15, &reason) == STATUS_OK ? reason : ATOM_system_limit);
    c->failed = true;
  }
  return false;
}
static Term *place(ForeignCall *c, uint32_t slot) { return native_arg_place(c->process, slot); }
static Term value(joist_native_call *call, uint32_t slot) { return slot_is(foreign(call), slot) ? *place(foreign(call), slot) : T_NONE; }

static bool fail(ForeignCall *c, Term reason) {
  if (!c->failed) native_error(c->process, reason);
  c->failed = true;
  return false;
}

// Room, and the slot is one.
static bool ready(joist_native_call *call, uint32_t to, size_t words) {
  ForeignCall *c = foreign(call);
  if (!slot_is(c, to)) return false;
  if (native_reserve(c->process, words)) return true;
  c->failed = true; // the process ends
  return false;
}
static bool put(joist_native_call *call, uint32_t to, Term t) {
  ForeignCall *c = foreign(call);
  if (t == T_NONE) return fail(c, ATOM_system_limit);
  *place(c, to) = t;
  return true;
}

// --- reading

joist_slot_type foreign_type(Term x) {
  if (x == T_NONE) return JOIST_SLOT_NONE;
  if (term_is_integer(x)) return JOIST_SLOT_INTEGER;
  if (term_is_atom(x)) return JOIST_SLOT_ATOM;
  if (term_is_list(x)) return JOIST_SLOT_LIST;
  if (term_is_pid(x)) return JOIST_SLOT_PID;
  if (term_is_float(x)) return JOIST_SLOT_FLOAT;
  if (term_is_binary(x)) return JOIST_SLOT_BINARY;
  if (term_is_bits(x)) return JOIST_SLOT_BITSTRING;
  if (term_is_tuple(x)) return JOIST_SLOT_TUPLE;
  if (term_is_map(x)) return JOIST_SLOT_MAP;
  if (term_is_ref(x)) return JOIST_SLOT_REFERENCE;
  if (term_is_fun(x)) return JOIST_SLOT_FUNCTION;
  return term_is_native_object(x) ? JOIST_SLOT_RESOURCE : JOIST_SLOT_NONE;
}
static joist_slot_type slot_type(joist_native_call *call, uint32_t slot) { return foreign_type(value(call, slot)); }

static bool get_int64(joist_native_call *call, uint32_t slot, int64_t *to) {
  Term x = value(call, slot);
  int64_t read;
  if (x == T_NONE || !term_is_integer(x) || !number_to_int64(x, &read)) return false;
  if (to) *to = read;
  return true;
}
static bool get_uint64(joist_native_call *call, uint32_t slot, uint64_t *to) {
  Term x = value(call, slot);
  uint64_t read;
  if (x == T_NONE || !term_is_integer(x) || !number_to_uint64(x, &read)) return false;
  if (to) *to = read;
  return true;
}
static bool get_double(joist_native_call *call, uint32_t slot, double *to) {
  Term x = value(call, slot);
  double read;
  if (x == T_NONE || !term_is_number(x) || !number_to_double(x, &read)) return false;
  if (to) *to = read;
  return true;
}

static const char *get_atom(joist_native_call *call, uint32_t slot, size_t *size) {
  Term x = value(call, slot);
  size_t bytes;
  if (x == T_NONE || !term_is_atom(x)) return NULL;
  const char *text = atom_text(foreign(call)->process->vm->atoms, x, &bytes);
  if (size) *size = bytes;
  return text;
}

static const void *get_binary(joist_native_call *call, uint32_t slot, size_t *size) {
  Term x = value(call, slot);
  if (x == T_NONE || !term_is_binary(x)) return NULL;
  size_t bytes;
  const unsigned char *own = binary_bytes(x, &bytes);
  if (!own) { // made anew, from a byte on
    if (!ready(call, slot, binary_words(bytes))) return NULL;
    unsigned char *to;
    Term fresh = bits_new(native_context(foreign(call)->process), &foreign(call)->process->heap, (uint64_t)bytes * 8, &to);
    if (!put(call, slot, fresh == T_NONE ? T_NONE : value(call, slot))) return NULL;
    BitsView v = bits_view(value(call, slot));
    bits_copy(to, 0, v.base, v.bit_offset, v.bit_count);
    put(call, slot, fresh);
    own = to;
  }
  if (size) *size = bytes;
  return own;
}

static int64_t get_size(joist_native_call *call, uint32_t slot) {
  Term x = value(call, slot);
  if (x == T_NONE) return -1;
  if (term_is_tuple(x)) return (int64_t)tuple_arity(x);
  if (term_is_map(x)) return (int64_t)map_size(x);
  if (term_is_binary(x)) return (int64_t)(bits_count(x) / 8);
  return term_is_list(x) ? native_list_length(x) : -1;
}

static bool get_element(joist_native_call *call, uint32_t to, uint32_t tuple, size_t index) {
  Term x = value(call, tuple);
  if (x == T_NONE || !term_is_tuple(x) || index >= tuple_arity(x) || !slot_is(foreign(call), to)) return false;
  return put(call, to, tuple_items(x)[index]);
}

static bool get_next(joist_native_call *call, uint32_t list, uint32_t to) {
  Term x = value(call, list);
  if (x == T_NONE || !term_is_cons(x) || !slot_is(foreign(call), to)) return false;
  put(call, list, cons_tail(x));
  return put(call, to, cons_head(x));
}

static bool get_value(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key) {
  Term x = value(call, map), k = value(call, key);
  if (x == T_NONE || k == T_NONE || !term_is_map(x) || !slot_is(foreign(call), to)) return false;
  Term found = map_get(native_context(foreign(call)->process), x, k);
  return found != T_NONE && put(call, to, found);
}

// A type of the library's is one of the VM's: a name and what destroys it.
_Static_assert(sizeof(joist_resource_type) == sizeof(NativeType) && offsetof(joist_resource_type, destroy) == offsetof(NativeType, destroy),
               "resource types are alike");

static void *get_resource(joist_native_call *call, uint32_t slot, const joist_resource_type *type) {
  Term x = value(call, slot);
  if (x == T_NONE || !term_is_native_object(x)) return NULL;
  NativeObject *o = term_native_object(x);
  return (const void *)o->type == (const void *)type ? o->payload : NULL;
}

static bool equal(joist_native_call *call, uint32_t a, uint32_t b) {
  Term x = value(call, a), y = value(call, b);
  bool same = false;
  if (x == T_NONE || y == T_NONE) return false;
  if (equal_terms(native_context(foreign(call)->process), x, y, true, &same) != STATUS_OK) return fail(foreign(call), ATOM_system_limit);
  return same;
}

static size_t inspect(joist_native_call *call, uint32_t slot, char *out, size_t capacity) {
  Term x = value(call, slot);
  Buffer b;
  buffer_init(&b, &foreign(call)->process->vm->alloc);
  if (x != T_NONE) (void)!term_print(native_context(foreign(call)->process), &b, x, NULL);
  size_t size = b.failed ? 0 : b.size, fits = size < capacity ? size : capacity;
  if (fits) memcpy(out, b.data, fits);
  if (capacity) out[fits < capacity ? fits : capacity - 1] = 0;
  buffer_free(&b);
  return size;
}

// --- making

static bool set_copy(joist_native_call *call, uint32_t to, uint32_t from) {
  return slot_is(foreign(call), to) && slot_is(foreign(call), from) && put(call, to, value(call, from));
}
static bool set_integer(joist_native_call *call, uint32_t to, int64_t n) {
  return ready(call, to, NUMBER_INT64_WORDS) && put(call, to, number_from_int64(&foreign(call)->process->heap, n));
}
static bool set_unsigned(joist_native_call *call, uint32_t to, uint64_t n) {
  return ready(call, to, NUMBER_INT64_WORDS) && put(call, to, number_from_uint64(&foreign(call)->process->heap, n));
}
static bool set_float(joist_native_call *call, uint32_t to, double d) {
  if (!isfinite(d)) return fail(foreign(call), ATOM_badarith);
  return ready(call, to, FLOAT_WORDS) && put(call, to, heap_float(&foreign(call)->process->heap, d));
}
static bool set_atom(joist_native_call *call, uint32_t to, const char *text, size_t size) {
  Term atom;
  if (!slot_is(foreign(call), to)) return false;
  Status s = text ? atom_intern(foreign(call)->process->vm->atoms, text, size, &atom) : STATUS_BAD_DATA;
  if (s != STATUS_OK) return fail(foreign(call), s == STATUS_BAD_DATA ? ATOM_badarg : ATOM_system_limit);
  return put(call, to, atom);
}

static void *set_binary(joist_native_call *call, uint32_t to, const void *bytes, size_t size) {
  ForeignCall *c = foreign(call);
  if (size > UINT64_MAX / 16 || !account_allows(&c->process->vm->account, size)) return fail(c, ATOM_system_limit), NULL;
  // The bytes may be a slot's own, which a collection moves: as long as they can lie on the heap they are kept here meanwhile.
  unsigned char kept[BIN_HEAP_MAX];
  if (bytes && size <= sizeof kept) bytes = memcpy(kept, bytes, size);
  if (!ready(call, to, binary_words(size))) return NULL;
  unsigned char *place_of_bytes;
  Term t = bits_new(native_context(c->process), &c->process->heap, (uint64_t)size * 8, &place_of_bytes);
  if (!put(call, to, t)) return NULL;
  if (bytes) memcpy(place_of_bytes, bytes, size);
  else memset(place_of_bytes, 0, size);
  native_charge(c->process, size >> 10);
  return place_of_bytes;
}

static bool all_slots(joist_native_call *call, const uint32_t *items, size_t count) {
  if (count > FOREIGN_SLOTS_MAX * FOREIGN_SLOTS_MAX || (count && !items)) return fail(foreign(call), count && !items ? ATOM_badarg : ATOM_system_limit);
  for (size_t i = 0; i < count; i++)
    if (!slot_is(foreign(call), items[i])) return false;
  return true;
}
static bool set_list(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count) {
  if (!all_slots(call, items, count) || !ready(call, to, count * CONS_WORDS)) return false;
  Term list = T_NIL;
  for (size_t i = count; i-- > 0;) list = heap_cons(&foreign(call)->process->heap, value(call, items[i]), list);
  return put(call, to, list);
}
static bool set_cons(joist_native_call *call, uint32_t to, uint32_t head, uint32_t tail) {
  if (!slot_is(foreign(call), head) || !slot_is(foreign(call), tail) || !ready(call, to, CONS_WORDS)) return false;
  return put(call, to, heap_cons(&foreign(call)->process->heap, value(call, head), value(call, tail)));
}
static bool set_tuple(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count) {
  if (!all_slots(call, items, count) || !ready(call, to, count + 1)) return false;
  Term tuple, *places = heap_tuple(&foreign(call)->process->heap, count, &tuple);
  for (size_t i = 0; i < count; i++) places[i] = value(call, items[i]);
  return put(call, to, tuple);
}
static bool set_map(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key, uint32_t item) {
  ForeignCall *c = foreign(call);
  Term m = value(call, map);
  if (m == T_NONE || !slot_is(c, key) || !slot_is(c, item)) return false;
  if (m != T_NIL && !term_is_map(m)) return fail(c, ATOM_badarg);
  if (!ready(call, to, (m == T_NIL ? 0 : map_put_words(m)) + map_from_pairs_words(1) + MAP_EMPTY_WORDS)) return false;
  m = value(call, map);
  if (m == T_NIL) m = map_empty(&c->process->heap);
  // The words of a put into an empty map are what map_from_pairs of one pair takes, at most.
  return put(call, to, map_put(native_context(c->process), &c->process->heap, m, value(call, key), value(call, item)));
}
static bool set_pairs(joist_native_call *call, uint32_t to, uint32_t map) {
  Term m = value(call, map);
  if (m == T_NONE || !term_is_map(m)) return fail(foreign(call), ATOM_badarg);
  return ready(call, to, map_to_list_words(m)) && put(call, to, map_to_list(&foreign(call)->process->heap, value(call, map)));
}
static bool set_self(joist_native_call *call, uint32_t to) { return slot_is(foreign(call), to) && put(call, to, foreign(call)->process->pid); }

static void *set_resource(joist_native_call *call, uint32_t to, const joist_resource_type *type, size_t size) {
  ForeignCall *c = foreign(call);
  if (!type || !type->name || size > UINT32_MAX || !account_allows(&c->process->vm->account, size)) return fail(c, type ? ATOM_system_limit : ATOM_badarg), NULL;
  if (!ready(call, to, NATIVE_WORDS)) return NULL;
  NativeObject *o = native_object_new(&c->process->vm->alloc, (const NativeType *)(const void *)type, vm_next_ref(c->process->vm), size);
  if (!o) return fail(c, ATOM_system_limit), NULL;
  memset(o->payload, 0, size);
  put(call, to, heap_native_object(&c->process->heap, o));
  return o->payload;
}

static bool reserve(joist_native_call *call, size_t words) {
  ForeignCall *c = foreign(call);
  if (c->failed || words > UINT32_MAX) return false;
  c->failed = !native_reserve(c->process, words); // then the process ends
  return !c->failed;
}

// --- besides

static bool charge(joist_native_call *call, size_t reductions) { return native_charge(foreign(call)->process, reductions > INT32_MAX ? INT32_MAX : reductions); }
static bool send_message(joist_native_call *call, uint32_t to, uint32_t message) {
  Process *p = foreign(call)->process;
  if (!slot_is(foreign(call), to) || !slot_is(foreign(call), message)) return false;
  if (process_state(p) == PROCESS_ABANDONED) return false; // it was killed meanwhile: the dead send nothing
  process_be_searched(p); // on a dirty thread a search may have begun meanwhile (P8 of vm/engine/purge.c)
  // A C function cannot be left to wait: a full mailbox is told at once.
  SendResult r = process_send_with(p, p->vm, value(call, to), value(call, message), false);
  if (r == SEND_LONG) { // nor to leave for a dirty thread: the copy is made here
    Term copied = value(call, message);
    r = long_copy_make(p, &copied, 1) ? process_send_with(p, p->vm, value(call, to), copied, false) : SEND_LIMIT;
    long_copy_drop(p);
  }
  if (r == SEND_FULL) p->exc_reason = T_NONE;
  return r == SEND_LIMIT ? fail(foreign(call), ATOM_system_limit) : r == SEND_OK;
}
static bool is_dirty(joist_native_call *call) { return foreign(call)->dirty; }
static bool is_over(joist_native_call *call) {
  const Process *p = foreign(call)->process;
  return process_state_bits(p, STATE_DOOMED) || atomic_load_explicit(&p->vm->stopping, memory_order_relaxed);
}

// --- ending

static joist_outcome answer(joist_native_call *call, uint32_t slot) {
  foreign(call)->has_value = slot_is(foreign(call), slot);
  foreign(call)->value = slot;
  return JOIST_OUTCOME_ANSWER;
}
static joist_outcome raise_slot(joist_native_call *call, uint32_t reason) {
  foreign(call)->has_value = slot_is(foreign(call), reason);
  foreign(call)->value = reason;
  return JOIST_OUTCOME_RAISE;
}

static Export *export_of_names(ForeignCall *c, const char *module, const char *function, size_t arity) {
  Vm *vm = c->process->vm;
  Term m, f;
  char text[FOREIGN_TEXT_MAX + 8];
  bool alias = module && module[0] >= 'A' && module[0] <= 'Z' && strncmp(module, "Elixir.", 7) != 0;
  if (!module || !function || strlen(module) > FOREIGN_TEXT_MAX - 7) return NULL;
  strcpy(stpcpy(text, alias ? "Elixir." : ""), module);
  if (atom_intern(vm->atoms, text, strlen(text), &m) != STATUS_OK || atom_intern(vm->atoms, function, strlen(function), &f) != STATUS_OK) return NULL;
  return native_export(c->process, m, f, (uint32_t)arity);
}

// The slots' values as arguments of what comes next: read all, then placed.
static bool place_arguments(ForeignCall *c, const uint32_t *arguments, size_t count) {
  Term values[8];
  if (count > 8 || !all_slots(&c->head, arguments, count)) return count > 8 && fail(c, ATOM_badarg);
  for (size_t i = 0; i < count; i++) values[i] = *place(c, arguments[i]);
  for (size_t i = 0; i < count; i++) *place(c, (uint32_t)i) = values[i];
  return true;
}
static joist_outcome tail_call(joist_native_call *call, const char *module, const char *function, const uint32_t *arguments, size_t count) {
  ForeignCall *c = foreign(call);
  Export *e = c->failed ? NULL : export_of_names(c, module, function, count);
  if (!e) fail(c, ATOM_badarg);
  if (e && place_arguments(c, arguments, count)) c->outcome = native_call_placed(c->process, e, T_NIL, (uint32_t)count);
  return JOIST_OUTCOME_CALL;
}
static joist_outcome tail_call_fun(joist_native_call *call, uint32_t fun, const uint32_t *arguments, size_t count) {
  ForeignCall *c = foreign(call);
  if (!slot_is(c, fun)) return JOIST_OUTCOME_FAILED;
  Term f = *place(c, fun);
  if (place_arguments(c, arguments, count)) c->outcome = native_call_placed(c->process, NULL, f, (uint32_t)count);
  return JOIST_OUTCOME_CALL;
}

// raise(exception, message) of the language makes the struct; without an exception's name: badarg.
static joist_outcome raise_text(joist_native_call *call, const char *exception, const char *message) {
  ForeignCall *c = foreign(call);
  if (!message) message = "";
  if (!exception) return fail(c, ATOM_badarg), JOIST_OUTCOME_FAILED;
  if (c->failed) return JOIST_OUTCOME_FAILED;
  char text[FOREIGN_TEXT_MAX + 8];
  bool alias = exception[0] >= 'A' && exception[0] <= 'Z' && strncmp(exception, "Elixir.", 7) != 0;
  if (strlen(exception) > FOREIGN_TEXT_MAX - 7) return fail(c, ATOM_badarg), JOIST_OUTCOME_FAILED;
  strcpy(stpcpy(text, alias ? "Elixir." : ""), exception);
  if (!set_atom(call, 0, text, strlen(text)) || !set_binary(call, 1, message, strlen(message))) return JOIST_OUTCOME_FAILED;
  const uint32_t both[2] = {0, 1};
  return tail_call(call, "joist_native", "raise", both, 2);
}

static const joist_native_api API = {
    JOIST_NATIVE_ABI, sizeof(joist_native_api), slot_type,   get_int64, get_uint64,   get_double,   get_atom,   get_binary,  get_size,
    get_element,      get_next,                 get_value,   get_resource, equal,     inspect,      set_copy,   set_integer, set_unsigned,
    set_float,        set_atom,                 set_binary,  set_list,  set_cons,     set_tuple,    set_map,    set_pairs,   set_self,
    set_resource,     reserve,                  charge,      send_message, is_dirty,  answer,       raise_slot, raise_text,  tail_call,
    tail_call_fun,    is_over,
};

// --- calling

_Static_assert(FIRST_CALL_NATIVE == FIRST_NATIVE_BODY, "the native's entry stands at one place in both instructions that call one");

Term native_foreign(Process *p) {
  const ForeignNative *f = (const ForeignNative *)(uintptr_t)p->pc[FIRST_NATIVE_BODY];
  ForeignCall c = {.head = {&API}, .process = p, .slot_count = (uint32_t)f->entry.arity + f->entry.scratch, .outcome = T_NONE};
  c.dirty = vm_worker(p->vm)->is_dirty;
  joist_outcome outcome = f->function(&c.head);
  if (outcome == JOIST_OUTCOME_DIRTY && !c.failed && !c.dirty) {
    if (native_may_leave(p)) return native_go_blocking(p); // it may block: nobody says
    c.dirty = true; // there are no such threads: in place
    outcome = f->function(&c.head);
  }
  if (c.failed) return T_NONE;
  switch (outcome) {
    case JOIST_OUTCOME_ANSWER:
      if (c.has_value) return *place(&c, c.value);
      break;
    case JOIST_OUTCOME_RAISE:
      if (c.has_value) return native_error(p, *place(&c, c.value));
      break;
    case JOIST_OUTCOME_CALL:
      if (c.outcome != T_NONE) return c.outcome;
      break;
    case JOIST_OUTCOME_YIELD: return native_yield(p);
    case JOIST_OUTCOME_FAILED:
    case JOIST_OUTCOME_DIRTY:
    default: break;
  }
  Term reason;
  return native_error(p, atom_intern(p->vm->atoms, "bad_native_outcome", 18, &reason) == STATUS_OK ? reason : ATOM_system_limit);
}

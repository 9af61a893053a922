/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of the language written in C (or in whatever makes shared objects).
 *
 *   #include <joist/native.h>
 *   static joist_outcome add(joist_native_call *call) {
 *     int64_t a, b;
 *     if (!joist_slot_get_int64(call, 0, &a) || !joist_slot_get_int64(call, 1, &b)) return joist_raise_badarg(call);
 *     joist_slot_set_integer(call, 0, a + b);
 *     return joist_answer(call, 0);
 *   }
 *   static const joist_native FUNCTIONS[] = {{"add", 2, 0, add}};
 *   JOIST_NATIVE_LIBRARY("Sum", FUNCTIONS)
 *
 *   cc -shared -fPIC sum.c -o sum.so        and in the language:  Joist.Native.load!("./sum.so"); Sum.add(1, 2)
 *
 * The convention. A native works on slots, numbered words of its process's frame: its arguments are 0 … arity - 1, behind them come as
 * many more as its table entry asks for, which start as []. Every value of the language that a native deals with is in a slot; C holds
 * numbers of slots, never a value or its address. So whatever makes a value may collect garbage at any time, and nothing breaks.
 *
 *   - joist_slot_get_… read a slot, joist_slot_set_… make a value in one. A reader that answers false changed nothing: it is not
 *     of that type. A setter answers false when memory or a limit ended: return joist_failed(call) then, or go on, as everything after it
 *     fails too and the answer is replaced by the exception.
 *   - Pointers (to a binary's bytes) are good until the next setter of this call, and never after it returned.
 *   - The function ends with one of joist_answer, joist_raise…, joist_yield, joist_tail_call…, joist_go_dirty, joist_failed.
 *   - Work is paid for: joist_charge counts it (a reduction is about 100 ns); when it answers true the slice is over: put what is needed
 *     to go on into slots and return joist_yield(call). The native is called again from its start, with its slots as they are, after others
 *     ran, or not at all when its process was ended. No C stack, and no memory that only C knows of, may be needed across it.
 *   - What takes long without being divisible, or blocks, returns joist_go_dirty(call) first; it is called again, with joist_is_dirty true.
 *     That is on a thread of its own, and other processes run meanwhile; where there is none (--seed) it goes on in place.
 *   - Slots belong to the thread that runs the native, for the time of the call. A library's own threads cannot use them.
 *   - Other processes call natives, this one too, at the same time on other threads. What a library keeps beside slots, what resources
 *     refer to included, is its own to guard; a native that waits for a lock which may be held for long goes dirty first.
 *
 * What is checked: numbers of slots, types, sizes, the outcome. A native that gets these wrong raises ErlangError in its process and breaks
 * nothing. What cannot be checked: it runs in the VM's address space; a wild write, a crash, or a loop without end is the whole program's.
 *
 * The library is opened at run time and needs no symbol of the program: functions come with the call, as a table that only ever grows
 * (JOIST_NATIVE_ABI and the table's size say what is there).
 */
#ifndef JOIST_NATIVE_H
#define JOIST_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JOIST_NATIVE_ABI 1u

typedef struct joist_native_api joist_native_api;

/* One call of a native. Lives until the function returns. */
typedef struct joist_native_call {
  const joist_native_api *api;
} joist_native_call;

typedef enum joist_outcome {
  JOIST_OUTCOME_FAILED = 0,
  JOIST_OUTCOME_ANSWER = 1,
  JOIST_OUTCOME_RAISE = 2,
  JOIST_OUTCOME_YIELD = 3,
  JOIST_OUTCOME_CALL = 4,
  JOIST_OUTCOME_DIRTY = 5
} joist_outcome;

typedef enum joist_slot_type {
  JOIST_SLOT_NONE = 0, /* there is no such slot */
  JOIST_SLOT_INTEGER = 1,
  JOIST_SLOT_FLOAT = 2,
  JOIST_SLOT_ATOM = 3,
  JOIST_SLOT_BINARY = 4,
  JOIST_SLOT_BITSTRING = 5,
  JOIST_SLOT_LIST = 6, /* [] too: what slots behind the arguments start as */
  JOIST_SLOT_TUPLE = 7,
  JOIST_SLOT_MAP = 8,
  JOIST_SLOT_PID = 9,
  JOIST_SLOT_REFERENCE = 10,
  JOIST_SLOT_FUNCTION = 11,
  JOIST_SLOT_RESOURCE = 12
} joist_slot_type;

/* A kind of resource: memory of the library's that the language holds by reference. Must outlive the VM: a static constant. */
typedef struct joist_resource_type {
  const char *name;
  void (*destroy)(void *data); /* the last reference went: gives back what `data` refers to. Any thread; must not call anything of Joist. May be NULL */
} joist_resource_type;

struct joist_native_api {
  uint32_t abi, struct_size;
  joist_slot_type (*type)(joist_native_call *call, uint32_t slot);
  bool (*get_int64)(joist_native_call *call, uint32_t slot, int64_t *value);
  bool (*get_uint64)(joist_native_call *call, uint32_t slot, uint64_t *value);
  bool (*get_double)(joist_native_call *call, uint32_t slot, double *value);
  const char *(*get_atom)(joist_native_call *call, uint32_t slot, size_t *size);
  const void *(*get_binary)(joist_native_call *call, uint32_t slot, size_t *size);
  int64_t (*get_size)(joist_native_call *call, uint32_t slot);
  bool (*get_element)(joist_native_call *call, uint32_t to, uint32_t tuple, size_t index);
  bool (*get_next)(joist_native_call *call, uint32_t list, uint32_t to);
  bool (*get_value)(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key);
  void *(*get_resource)(joist_native_call *call, uint32_t slot, const joist_resource_type *type);
  bool (*equal)(joist_native_call *call, uint32_t a, uint32_t b);
  size_t (*inspect)(joist_native_call *call, uint32_t slot, char *out, size_t capacity);
  bool (*set_copy)(joist_native_call *call, uint32_t to, uint32_t from);
  bool (*set_integer)(joist_native_call *call, uint32_t to, int64_t value);
  bool (*set_unsigned)(joist_native_call *call, uint32_t to, uint64_t value);
  bool (*set_float)(joist_native_call *call, uint32_t to, double value);
  bool (*set_atom)(joist_native_call *call, uint32_t to, const char *text, size_t size);
  void *(*set_binary)(joist_native_call *call, uint32_t to, const void *bytes, size_t size);
  bool (*set_list)(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count);
  bool (*set_cons)(joist_native_call *call, uint32_t to, uint32_t head, uint32_t tail);
  bool (*set_tuple)(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count);
  bool (*set_map)(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key, uint32_t value);
  bool (*set_pairs)(joist_native_call *call, uint32_t to, uint32_t map);
  bool (*set_self)(joist_native_call *call, uint32_t to);
  void *(*set_resource)(joist_native_call *call, uint32_t to, const joist_resource_type *type, size_t size);
  bool (*reserve)(joist_native_call *call, size_t words);
  bool (*charge)(joist_native_call *call, size_t reductions);
  bool (*send)(joist_native_call *call, uint32_t to, uint32_t message);
  bool (*is_dirty)(joist_native_call *call);
  joist_outcome (*answer)(joist_native_call *call, uint32_t slot);
  joist_outcome (*raise)(joist_native_call *call, uint32_t reason);
  joist_outcome (*raise_text)(joist_native_call *call, const char *exception, const char *message);
  joist_outcome (*tail_call)(joist_native_call *call, const char *module, const char *function, const uint32_t *arguments, size_t count);
  joist_outcome (*tail_call_fun)(joist_native_call *call, uint32_t fun, const uint32_t *arguments, size_t count);
  bool (*is_over)(joist_native_call *call);
};

typedef joist_outcome (*joist_native_function)(joist_native_call *call);

typedef struct joist_native {
  const char *name;
  uint8_t arity;
  uint8_t more_slots; /* behind the arguments; 128 with them at most */
  joist_native_function function;
} joist_native;

typedef struct joist_native_library {
  uint32_t abi, struct_size;
  const char *module; /* whose functions they are: "Sum" is the module Sum, "sum" is :sum. Not one of Joist's own */
  const joist_native *functions;
  size_t function_count;
} joist_native_library;

#if defined(__GNUC__)
#define JOIST_NATIVE_EXPORT __attribute__((visibility("default")))
#else
#define JOIST_NATIVE_EXPORT
#endif

/* What a shared object exports; `functions` is an array. */
#define JOIST_NATIVE_LIBRARY(module_name, functions) \
  JOIST_NATIVE_EXPORT const joist_native_library *joist_native_library_of(void); \
  const joist_native_library *joist_native_library_of(void) { \
    static const joist_native_library library = {JOIST_NATIVE_ABI, sizeof(joist_native_library), module_name, functions, \
                                                 sizeof(functions) / sizeof(functions)[0]}; \
    return &library; \
  }

/* ---- reading ---------------------------------------------------------------------------------------------------------------------- */

static inline joist_slot_type joist_slot_get_type(joist_native_call *call, uint32_t slot) { return call->api->type(call, slot); }
static inline bool joist_slot_get_int64(joist_native_call *call, uint32_t slot, int64_t *value) { return call->api->get_int64(call, slot, value); }
static inline bool joist_slot_get_uint64(joist_native_call *call, uint32_t slot, uint64_t *value) { return call->api->get_uint64(call, slot, value); }
/* A float, or an integer in a double's range. */
static inline bool joist_slot_get_double(joist_native_call *call, uint32_t slot, double *value) { return call->api->get_double(call, slot, value); }
/* UTF-8, zero-terminated too; NULL: no atom. size may be NULL. Good as long as the VM. */
static inline const char *joist_slot_get_atom(joist_native_call *call, uint32_t slot, size_t *size) { return call->api->get_atom(call, slot, size); }
/* NULL: no binary. Not terminated. Good until the next setter. A binary that does not start at a byte is put into the slot anew. */
static inline const void *joist_slot_get_binary(joist_native_call *call, uint32_t slot, size_t *size) { return call->api->get_binary(call, slot, size); }
/* Elements of a tuple, keys of a map, length of a proper list, bytes of a binary; -1: none of these. */
static inline int64_t joist_slot_get_size(joist_native_call *call, uint32_t slot) { return call->api->get_size(call, slot); }
/* Slot `to` becomes the element, from 0 on. */
static inline bool joist_slot_get_element(joist_native_call *call, uint32_t to, uint32_t tuple, size_t index) {
  return call->api->get_element(call, to, tuple, index);
}
/* Slot `to` becomes the head of the list, slot `list` its tail. False at its end, and when it is no list. */
static inline bool joist_slot_get_next(joist_native_call *call, uint32_t list, uint32_t to) { return call->api->get_next(call, list, to); }
/* Slot `to` becomes the map's value of the key. False: no such key, or no map. */
static inline bool joist_slot_get_value(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key) { return call->api->get_value(call, to, map, key); }
/* The memory of a resource of that type, else NULL. Good as long as some slot or value refers to it. */
static inline void *joist_slot_get_resource(joist_native_call *call, uint32_t slot, const joist_resource_type *type) {
  return call->api->get_resource(call, slot, type);
}
static inline bool joist_slot_equal(joist_native_call *call, uint32_t a, uint32_t b) { return call->api->equal(call, a, b); } /* as === */
/* As snprintf, for messages. */
static inline size_t joist_slot_inspect(joist_native_call *call, uint32_t slot, char *out, size_t capacity) {
  return call->api->inspect(call, slot, out, capacity);
}

/* ---- making: each may collect --------------------------------------------------------------------------------------------------------- */

static inline bool joist_slot_set_copy(joist_native_call *call, uint32_t to, uint32_t from) { return call->api->set_copy(call, to, from); } /* never collects */
static inline bool joist_slot_set_integer(joist_native_call *call, uint32_t to, int64_t value) { return call->api->set_integer(call, to, value); }
static inline bool joist_slot_set_unsigned(joist_native_call *call, uint32_t to, uint64_t value) { return call->api->set_unsigned(call, to, value); }
/* False too for what is no float of the language: NaN, infinities. */
static inline bool joist_slot_set_float(joist_native_call *call, uint32_t to, double value) { return call->api->set_float(call, to, value); }
static inline bool joist_slot_set_atom_of_size(joist_native_call *call, uint32_t to, const char *text, size_t size) {
  return call->api->set_atom(call, to, text, size);
}
static inline size_t joist_text_size_(const char *text) {
  size_t size = 0;
  while (text[size]) size++;
  return size;
}
static inline bool joist_slot_set_atom(joist_native_call *call, uint32_t to, const char *text) {
  return call->api->set_atom(call, to, text, joist_text_size_(text));
}
static inline bool joist_slot_set_bool(joist_native_call *call, uint32_t to, bool value) { return joist_slot_set_atom(call, to, value ? "true" : "false"); }
/* Answers where its bytes are, good until the next setter: with bytes NULL they are zeros for the caller to fill. NULL: failed. The
 * bytes may be those of a slot. */
static inline void *joist_slot_set_binary(joist_native_call *call, uint32_t to, const void *bytes, size_t size) {
  return call->api->set_binary(call, to, bytes, size);
}
static inline bool joist_slot_set_string(joist_native_call *call, uint32_t to, const char *text) {
  return call->api->set_binary(call, to, text, joist_text_size_(text)) != NULL;
}
/* Of what is in the slots `items`. */
static inline bool joist_slot_set_list(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count) {
  return call->api->set_list(call, to, items, count);
}
static inline bool joist_slot_set_cons(joist_native_call *call, uint32_t to, uint32_t head, uint32_t tail) { return call->api->set_cons(call, to, head, tail); }
static inline bool joist_slot_set_tuple(joist_native_call *call, uint32_t to, const uint32_t *items, size_t count) {
  return call->api->set_tuple(call, to, items, count);
}
static inline bool joist_slot_set_empty_list(joist_native_call *call, uint32_t to) { return call->api->set_list(call, to, (const uint32_t *)0, 0); }
/* The map with one pair more, or changed; where slot `map` holds [], the pair alone. */
static inline bool joist_slot_set_map(joist_native_call *call, uint32_t to, uint32_t map, uint32_t key, uint32_t value) {
  return call->api->set_map(call, to, map, key, value);
}
/* A list of the map's pairs {key, value}, in its order. No map: fails with ArgumentError. */
static inline bool joist_slot_set_pairs(joist_native_call *call, uint32_t to, uint32_t map) { return call->api->set_pairs(call, to, map); }
static inline bool joist_slot_set_self(joist_native_call *call, uint32_t to) { return call->api->set_self(call, to); } /* the calling process's pid */
/* A new resource: `size` bytes of zeros, which it owns and whose address it answers. NULL: failed. */
static inline void *joist_slot_set_resource(joist_native_call *call, uint32_t to, const joist_resource_type *type, size_t size) {
  return call->api->set_resource(call, to, type, size);
}
/* Room for that many words at once: setters that follow do not collect until it is used up. Never needed; saves time in loops. A cons
 * takes 2 words, a float 2, a tuple 1 and its size, a binary of up to 64 bytes 2 and an eighth of its size, larger ones 4. */
static inline bool joist_reserve(joist_native_call *call, size_t words) { return call->api->reserve(call, words); }

/* ---- besides --------------------------------------------------------------------------------------------------------------------------- */

/* True: the slice is over, yield soon. */
static inline bool joist_charge(joist_native_call *call, size_t reductions) { return call->api->charge(call, reductions); }
/* Slot `to`: a pid or a registered name. False: neither, or a name nobody has. */
static inline bool joist_slot_send(joist_native_call *call, uint32_t to, uint32_t message) { return call->api->send(call, to, message); }
static inline bool joist_is_dirty(joist_native_call *call) { return call->api->is_dirty(call); }
/* True: the process was killed, or the VM is to be freed, while this native works (joist_go_dirty): whatever it answers is thrown away. One that may take
 * long looks now and then, and returns soon. Older versions do not know it: never. */
static inline bool joist_is_over(joist_native_call *call) { return call->api->struct_size > offsetof(struct joist_native_api, is_over) && call->api->is_over(call); }

/* ---- ending ----------------------------------------------------------------------------------------------------------------------------- */

static inline joist_outcome joist_answer(joist_native_call *call, uint32_t slot) { return call->api->answer(call, slot); }
/* An error whose reason is the value in the slot (an exception struct, an atom …). */
static inline joist_outcome joist_raise(joist_native_call *call, uint32_t reason) { return call->api->raise(call, reason); }
/* raise(exception, message): "ArgumentError" … Any exception with a message; NULL is "". */
static inline joist_outcome joist_raise_text(joist_native_call *call, const char *exception, const char *message) {
  return call->api->raise_text(call, exception, message);
}
static inline joist_outcome joist_raise_badarg(joist_native_call *call) { return call->api->raise_text(call, (const char *)0, (const char *)0); }
static inline joist_outcome joist_yield(joist_native_call *call) { return (void)call, JOIST_OUTCOME_YIELD; }
static inline joist_outcome joist_go_dirty(joist_native_call *call) { return (void)call, JOIST_OUTCOME_DIRTY; }
/* A setter failed. */
static inline joist_outcome joist_failed(joist_native_call *call) { return (void)call, JOIST_OUTCOME_FAILED; }
/* Goes on as module.function(arguments in these slots…): what that answers is the answer. At most 8 arguments. */
static inline joist_outcome joist_tail_call(joist_native_call *call, const char *module, const char *function, const uint32_t *arguments, size_t count) {
  return call->api->tail_call(call, module, function, arguments, count);
}
static inline joist_outcome joist_tail_call_fun(joist_native_call *call, uint32_t fun, const uint32_t *arguments, size_t count) {
  return call->api->tail_call_fun(call, fun, arguments, count);
}

#ifdef JOIST_H
/* For hosts: makes the functions of a library that is part of the host's program callable. The library's tables must outlive the VM.
 * Runs code: no. Fails: JOIST_INVALID (joist_error_message says why), JOIST_NO_MEMORY, JOIST_BUSY. */
JOIST_API joist_status joist_native_register(joist_vm *vm, const joist_native_library *library);
#endif

#ifdef __cplusplus
}
#endif

#endif

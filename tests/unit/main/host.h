// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the C API share: checks that tell where they failed, and an allocator that counts and can fail.
#ifndef TESTS_HOST_H
#define TESTS_HOST_H

#include <joist/joist.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPECT(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, __func__, #condition); \
      exit(1); \
    } \
  } while (0)

typedef struct Counted {
  _Atomic(long) blocks, calls;
  _Atomic(long long) bytes;
  long fail_at; // this call and, when fail_on, all that follow; 0: none
  bool fail_on;
} Counted;

static inline bool counted_fails(Counted *c) {
  long call = atomic_fetch_add(&c->calls, 1) + 1;
  return c->fail_at && (call == c->fail_at || (c->fail_on && call > c->fail_at));
}
static inline void *counted_allocate(void *state, size_t size) {
  Counted *c = (Counted *)state;
  void *p = counted_fails(c) ? NULL : malloc(size ? size : 1);
  if (p) {
    c->blocks++;
    c->bytes += (long long)size;
  }
  return p;
}
static inline void *counted_reallocate(void *state, void *old, size_t old_size, size_t size) {
  Counted *c = (Counted *)state;
  void *p = counted_fails(c) ? NULL : realloc(old, size ? size : 1);
  if (p) {
    c->blocks += !old;
    c->bytes += (long long)size - (old ? (long long)old_size : 0);
  }
  return p;
}
static inline void counted_release(void *state, void *memory, size_t size) {
  Counted *c = (Counted *)state;
  if (!memory) return;
  c->blocks--;
  c->bytes -= (long long)size;
  free(memory);
}
static inline joist_allocator counted_table(Counted *c) {
  joist_allocator a = {counted_allocate, counted_reallocate, counted_release, c};
  return a;
}

// What a VM wrote, each stream in one text.
typedef struct Written {
  char text[4][8192];
  size_t size[4];
} Written;
static inline void written(void *context, joist_stream stream, const char *bytes, size_t size) {
  Written *w = (Written *)context;
  size_t room = sizeof w->text[0] - 1 - w->size[stream];
  if (size > room) size = room;
  memcpy(w->text[stream] + w->size[stream], bytes, size);
  w->size[stream] += size;
}

// Of the VMs below; tests that hold with any number run with several too.
static uint32_t host_schedulers = 1;

static inline joist_vm *vm_new(const joist_allocator *allocator, Written *output) {
  joist_options o = joist_options_default();
  joist_vm *vm = NULL;
  o.allocator = allocator;
  o.schedulers = host_schedulers;
  if (output) {
    o.output = written;
    o.output_context = output;
  }
  EXPECT(joist_create(&o, &vm) == JOIST_OK && vm);
  return vm;
}

static inline joist_status eval(joist_vm *vm, joist_terms *terms, const char *text, joist_term *result) {
  return joist_eval(vm, "test.exs", text, strlen(text), JOIST_FOREVER, terms, result);
}
// The value's text, in a buffer of the caller.
static inline const char *evaluated(joist_vm *vm, const char *text, char *out, size_t capacity) {
  joist_terms *terms = joist_terms_new(vm);
  joist_term value;
  if (eval(vm, terms, text, &value) != JOIST_OK) snprintf(out, capacity, "%s", joist_error_message(vm));
  else joist_inspect(terms, value, out, capacity);
  joist_terms_free(terms);
  return out;
}
#define EXPECT_EVAL(vm, text, wanted) \
  do { \
    char got[2000]; \
    if (strcmp(evaluated((vm), (text), got, sizeof got), (wanted)) != 0) { \
      fprintf(stderr, "%s:%d: %s is %s\n", __FILE__, __LINE__, (text), got); \
      exit(1); \
    } \
  } while (0)
#define EXPECT_TERM(terms, term, wanted) \
  do { \
    char got[2000]; \
    joist_inspect((terms), (term), got, sizeof got); \
    if (strcmp(got, (wanted)) != 0) { \
      fprintf(stderr, "%s:%d: the term is %s\n", __FILE__, __LINE__, got); \
      exit(1); \
    } \
  } while (0)

#endif

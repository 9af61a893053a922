// SPDX-License-Identifier: Apache-2.0
//
// The environment as the program sees it: the VM's own copy.
//
// C's own environment is one for the whole program, and setenv moves it while other threads may be reading it: C functions, a host,
// another VM. So what System.put_env changes is a copy, made when the VM was made, that nobody else sees: C functions of the
// program go on to see what it was started with. Under LOCK_NATIVES; values leave it by copy.
#include "vm/native/environment.h"

#include <unistd.h>

#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"

extern char **environ;

// Where the variable stands, or `count`. With the lock.
static size_t find(const Environment *e, const char *name, size_t size) {
  size_t i = 0;
  while (i < e->count && !(e->variables[i].name_size == size && memcmp(e->variables[i].text, name, size) == 0)) i++;
  return i;
}

static void drop(const Alloc *alloc, const Environment *e, EnvironmentVariable *v) {
  if (!e->first || v->text < e->first || v->text >= e->first + e->first_bytes) alloc_put(alloc, v->text, v->name_size + v->value_size + 1);
}

static bool room_for_one(const Alloc *alloc, Environment *e) {
  if (e->count < e->capacity) return true;
  size_t capacity = e->capacity ? 2 * e->capacity : 64;
  EnvironmentVariable *grown = alloc_get(alloc, capacity * sizeof *grown);
  if (!grown) return false;
  if (e->count) memcpy(grown, e->variables, e->count * sizeof *grown);
  alloc_put(alloc, e->variables, e->capacity * sizeof *grown);
  e->variables = grown;
  e->capacity = capacity;
  return true;
}

static bool put(const Alloc *alloc, Environment *e, const char *name, size_t name_size, const char *value, size_t value_size) {
  EnvironmentVariable v = {alloc_get(alloc, name_size + value_size + 1), name_size, value_size};
  size_t at = find(e, name, name_size);
  if (!v.text || (at == e->count && !room_for_one(alloc, e))) {
    if (v.text) drop(alloc, e, &v);
    return false;
  }
  memcpy(v.text, name, name_size);
  if (value_size) memcpy(v.text + name_size, value, value_size);
  v.text[name_size + value_size] = 0;
  if (at < e->count) drop(alloc, e, &e->variables[at]);
  else e->count++;
  e->variables[at] = v;
  return true;
}

// One block has the texts of all that was there at the start, and one all variables.
Status environment_init(Vm *vm) {
  Environment *e = &native_state(vm)->environment;
  size_t count = 0, bytes = 0;
  for (char **at = environ; at && *at; at++, count++) bytes += strlen(*at);
  if (!count) return STATUS_OK;
  e->variables = alloc_get(&vm->alloc, count * sizeof *e->variables);
  e->capacity = e->variables ? count : 0;
  e->first = alloc_get(&vm->alloc, bytes);
  e->first_bytes = e->first ? bytes : 0;
  if (!e->variables || !e->first) return STATUS_NO_MEMORY;
  char *text = e->first;
  for (char **at = environ; *at; at++) {
    const char *equals = strchr(*at, '=');
    if (!equals || equals == *at) continue;
    size_t size = (size_t)(equals - *at), value_size = strlen(equals + 1);
    if (find(e, *at, size) < e->count) continue; // of two of one name C finds the first
    e->variables[e->count++] = (EnvironmentVariable){text, size, value_size};
    memcpy(text, *at, size);
    memcpy(text + size, equals + 1, value_size + 1);
    text += size + value_size + 1;
  }
  return STATUS_OK;
}

void environment_free(Vm *vm) {
  Environment *e = &native_state(vm)->environment;
  for (size_t i = 0; i < e->count; i++) drop(&vm->alloc, e, &e->variables[i]);
  alloc_put(&vm->alloc, e->variables, e->capacity * sizeof *e->variables);
  alloc_put(&vm->alloc, e->first, e->first_bytes);
  *e = (Environment){0};
}

Term native_getenv(Process *p) {
  NativeState *s = native_state(p->vm);
  size_t size;
  char *name = native_c_string(p, ARG(0), &size);
  if (!name) return T_NONE;
  Buffer value;
  buffer_init(&value, &p->vm->alloc);
  lock_take(&s->lock);
  size_t at = find(&s->environment, name, size);
  bool there = at < s->environment.count;
  if (there) buffer_add(&value, s->environment.variables[at].text + size, s->environment.variables[at].value_size);
  lock_give(&s->lock);
  alloc_put(&p->vm->alloc, name, size + 1);
  Term t = value.failed ? native_error(p, ATOM_system_limit) : there ? native_binary(p, value.data ? value.data : "", value.size) : ATOM_nil;
  buffer_free(&value);
  return t;
}

// All of it: [{name, value}].
Term native_env(Process *p) {
  NativeState *s = native_state(p->vm);
  Buffer copy; // name and value of each, a zero byte behind both
  buffer_init(&copy, &p->vm->alloc);
  size_t words = 0;
  lock_take(&s->lock);
  for (size_t i = 0; i < s->environment.count; i++) {
    const EnvironmentVariable *v = &s->environment.variables[i];
    buffer_add(&copy, v->text, v->name_size);
    buffer_add(&copy, "", 1);
    buffer_add(&copy, v->text + v->name_size, v->value_size + 1);
    words += binary_words(v->name_size) + binary_words(v->value_size) + PAIR_WORDS + CONS_WORDS;
  }
  lock_give(&s->lock);
  Term list = copy.failed ? native_error(p, ATOM_system_limit) : native_reserve(p, words) ? T_NIL : T_NONE;
  for (const char *at = copy.data; list != T_NONE && at < copy.data + copy.size;) {
    const char *value = at + strlen(at) + 1;
    Term name = binary_make(native_context(p), &p->heap, at, strlen(at));
    Term text = binary_make(native_context(p), &p->heap, value, strlen(value));
    list = name == T_NONE || text == T_NONE ? native_error(p, ATOM_system_limit) : heap_cons(&p->heap, native_pair(p, name, text), list);
    at = value + strlen(value) + 1;
  }
  buffer_free(&copy);
  return list;
}

Term native_putenv(Process *p) {
  NativeState *s = native_state(p->vm);
  size_t name_size, value_size;
  if (term_is_bits(ARG(1))) NATIVE_COSTS((size_t)(bits_count(ARG(1)) >> 3) >> (BYTE_SHIFT - 1));
  char *name = native_c_string(p, ARG(0), &name_size);
  if (!name) return T_NONE;
  char *value = native_c_string(p, ARG(1), &value_size);
  Term answer = T_NONE; // raised, without a value
  if (value && (name_size == 0 || memchr(name, '=', name_size))) {
    answer = native_badarg(p);
  } else if (value) {
    lock_take(&s->lock);
    bool ok = put(&p->vm->alloc, &s->environment, name, name_size, value, value_size);
    lock_give(&s->lock);
    answer = ok ? ATOM_ok : native_error(p, ATOM_system_limit);
  }
  if (value) alloc_put(&p->vm->alloc, value, value_size + 1);
  alloc_put(&p->vm->alloc, name, name_size + 1);
  return answer;
}

Term native_unsetenv(Process *p) {
  NativeState *s = native_state(p->vm);
  size_t size;
  char *name = native_c_string(p, ARG(0), &size);
  if (!name) return T_NONE;
  bool good = size > 0 && !memchr(name, '=', size);
  lock_take(&s->lock);
  Environment *e = &s->environment;
  size_t at = find(e, name, size);
  if (good && at < e->count) {
    drop(&p->vm->alloc, e, &e->variables[at]);
    memmove(&e->variables[at], &e->variables[at + 1], (--e->count - at) * sizeof *e->variables);
  }
  lock_give(&s->lock);
  alloc_put(&p->vm->alloc, name, size + 1);
  return good ? ATOM_ok : native_badarg(p);
}

// SPDX-License-Identifier: Apache-2.0
//
// Opening libraries of natives and entering their functions into the table of exports.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "vm/code/code.h"
#include "vm/native/foreign.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/native/posix.h"

enum { SLOTS_MIN = 2 }; // what joist_raise_text needs

static const char ALIAS_PREFIX[] = "Elixir.";

// The atom's text of a module's name in C, behind `prefix` for an alias.
static const char *prefix_of(const char *name) { return name[0] >= 'A' && name[0] <= 'Z' && strncmp(name, ALIAS_PREFIX, 7) != 0 ? ALIAS_PREFIX : ""; }

static Status wrong(Buffer *why, const char *format, const char *name) {
  buffer_format(why, format, name);
  return STATUS_BAD_DATA;
}

static bool is_joists_own(Vm *vm, const char *module_text, Term module) {
  for (uint32_t i = 0; i < NATIVE_COUNT; i++)
    if (strcmp(NATIVE_TABLE[i].module, module_text) == 0) return true;
  return vm->image && image_module(vm->image, module);
}

static Status check(const joist_native_library *l, Buffer *why) {
  if (!l || l->struct_size < sizeof *l || !l->module || (l->function_count && !l->functions)) return wrong(why, "it has no table of functions%s", "");
  if (l->abi != JOIST_NATIVE_ABI) {
    buffer_format(why, "it was built for version %u of the native interface, and this is version %u: build it again with this Joist's joist/native.h",
                  l->abi, JOIST_NATIVE_ABI);
    return STATUS_BAD_DATA;
  }
  if (!*l->module || strlen(l->module) > FOREIGN_TEXT_MAX - 7) return wrong(why, "its module's name is empty or too long: %s", l->module);
  if (l->function_count > UINT16_MAX) return wrong(why, "%s has too many functions", l->module);
  for (size_t i = 0; i < l->function_count; i++) {
    const joist_native *f = &l->functions[i];
    if (!f->name || !f->function || !*f->name || strlen(f->name) > FOREIGN_TEXT_MAX) return wrong(why, "a function of %s has no name or no code", l->module);
    if (f->arity + f->more_slots > FOREIGN_SLOTS_MAX) return wrong(why, "function %s asks for more than 128 slots, its arguments included", f->name);
  }
  return STATUS_OK;
}

static ForeignLibrary *make(Vm *vm, const joist_native_library *l) {
  size_t texts = strlen(l->module) + sizeof ALIAS_PREFIX;
  for (size_t i = 0; i < l->function_count; i++) texts += strlen(l->functions[i].name) + 1;
  ForeignLibrary *made = alloc_zero(&vm->raw_alloc, sizeof *made + l->function_count * sizeof *made->natives);
  if (!made) return NULL;
  made->count = (uint32_t)l->function_count;
  made->texts = alloc_get(&vm->raw_alloc, texts);
  made->texts_size = texts;
  if (!made->texts) {
    alloc_put(&vm->raw_alloc, made, sizeof *made + made->count * sizeof *made->natives);
    return NULL;
  }
  char *at = stpcpy(stpcpy(made->texts, prefix_of(l->module)), l->module) + 1;
  for (uint32_t i = 0; i < made->count; i++) {
    const joist_native *f = &l->functions[i];
    unsigned slots = (unsigned)f->arity + f->more_slots;
    uint8_t scratch = (uint8_t)(f->more_slots + (slots < SLOTS_MIN ? SLOTS_MIN - slots : 0));
    made->natives[i] = (ForeignNative){{made->texts, at, f->arity, scratch, 0, native_foreign}, f->function};
    at = stpcpy(at, f->name) + 1;
  }
  return made;
}

static void free_one(const Alloc *alloc, ForeignLibrary *f) {
  void *handle = f->handle;
  alloc_put(alloc, f->texts, f->texts_size);
  alloc_put(alloc, f, sizeof *f + f->count * sizeof *f->natives);
  if (handle) dlclose(handle);
}

void foreign_free(const Alloc *alloc, ForeignLibrary *first) {
  for (ForeignLibrary *next; first; first = next) {
    next = first->next;
    free_one(alloc, first);
  }
}

static Status find_exports(Vm *vm, const ForeignLibrary *f, Term module, Export **exports, const NativeEntry **natives, Buffer *why) {
  for (uint32_t i = 0; i < f->count; i++) {
    const NativeEntry *n = &f->natives[i].entry;
    Term name;
    Status s = atom_intern(vm->atoms, n->name, strlen(n->name), &name);
    if (s == STATUS_BAD_DATA) return wrong(why, "the function's name %s is not UTF-8", n->name);
    if (s != STATUS_OK) return STATUS_NO_MEMORY;
    Export *e = code_export(vm->code, module, name, n->arity);
    if (!e) return STATUS_NO_MEMORY;
    if (PUBLISHED(e->native)) return wrong(why, "there is a native %s of that module already", n->name);
    exports[i] = e;
    natives[i] = n;
  }
  return STATUS_OK;
}

// All names become atoms and exports before the first export changes: it is entered whole or not at all.
static Status enter(Vm *vm, const ForeignLibrary *f, Term module, Buffer *why) {
  size_t bytes = (f->count + 1) * (sizeof(Export *) + sizeof(NativeEntry *));
  Export **exports = alloc_get(&vm->raw_alloc, bytes);
  if (!exports) return STATUS_NO_MEMORY;
  const NativeEntry **natives = (const NativeEntry **)(void *)(exports + f->count + 1);
  Status s = find_exports(vm, f, module, exports, natives, why);
  if (s == STATUS_OK) code_set_natives(vm->code, exports, natives, f->count);
  alloc_put(&vm->raw_alloc, exports, bytes);
  return s;
}

// With the lock: two that load at once must not both find a name free. *known: it is there already.
static Status add(Vm *vm, const joist_native_library *library, void *handle, Buffer *why, bool *known) {
  for (ForeignLibrary *f = vm->foreign; f; f = f->next)
    if (f->library == library) {
      *known = true;
      return STATUS_OK;
    }
  Status s = check(library, why);
  if (s != STATUS_OK) return s;
  ForeignLibrary *f = make(vm, library);
  if (!f) return STATUS_NO_MEMORY;
  Term module;
  s = atom_intern(vm->atoms, f->texts, strlen(f->texts), &module);
  if (s == STATUS_BAD_DATA) wrong(why, "its module's name is not UTF-8%s", "");
  else if (s == STATUS_OK && is_joists_own(vm, f->texts, module)) s = wrong(why, "%s is a module of Joist's own", library->module);
  else if (s == STATUS_OK) s = enter(vm, f, module, why);
  if (s != STATUS_OK) {
    free_one(&vm->raw_alloc, f);
    return s == STATUS_BAD_DATA ? s : STATUS_NO_MEMORY;
  }
  f->handle = handle;
  f->library = library;
  f->next = vm->foreign;
  vm->foreign = f;
  return STATUS_OK;
}

Status foreign_register(Vm *vm, const joist_native_library *library, void *handle, Buffer *why) {
  Lock *lock = &native_state(vm)->libraries_lock;
  bool known = false;
  lock_take(lock);
  Status s = add(vm, library, handle, why, &known);
  lock_give(lock);
  if (known && handle) dlclose(handle); // one handle is enough
  return s;
}

// :joist_native.load(path): {:ok, module} | {:error, text}
Term native_load_library(Process *p) {
  size_t size;
  char *path = native_c_string(p, ARG(0), &size);
  if (!path) return T_NONE;
  Vm *vm = p->vm;
  Buffer why;
  buffer_init(&why, &vm->alloc);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  const joist_native_library *(*entry)(void) = NULL;
  const joist_native_library *library = NULL;
  Status s = STATUS_BAD_DATA;
  if (!handle) {
    buffer_text(&why, dlerror());
  } else {
    void *symbol = dlsym(handle, "joist_native_library_of");
    memcpy(&entry, &symbol, sizeof symbol);
    if (entry) library = entry();
    if (entry) s = foreign_register(vm, library, handle, &why);
    else buffer_format(&why, "%s is no library of natives: it does not export joist_native_library_of (JOIST_NATIVE_LIBRARY makes it)", path);
    if (s != STATUS_OK) dlclose(handle);
  }
  alloc_put(&vm->alloc, path, size + 1);
  Term answer = T_NONE;
  if (s == STATUS_OK) {
    char text[FOREIGN_TEXT_MAX + 8];
    Term module;
    snprintf(text, sizeof text, "%s%s", prefix_of(library->module), library->module);
    s = atom_intern(vm->atoms, text, strlen(text), &module);
    if (s == STATUS_OK && native_reserve(p, PAIR_WORDS)) answer = native_pair(p, ATOM_ok, module);
  } else if (s == STATUS_BAD_DATA && !why.failed) {
    Term text = native_binary(p, why.data ? why.data : "", why.size);
    if (text != T_NONE) {
      ARG(0) = text; // only now: making it may have moved the window
      if (native_reserve(p, PAIR_WORDS)) answer = native_pair(p, ATOM_error, ARG(0));
    }
  } else {
    native_error(p, ATOM_system_limit);
  }
  buffer_free(&why);
  return answer;
}

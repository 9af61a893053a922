// SPDX-License-Identifier: Apache-2.0
//
// What is to be known of modules without running them: their docs chunk (external term format, made by
// compiler/expand/docs.c, read by :joist_docs) and the names of all that could be loaded. A loaded module's chunk comes
// from its unit; for others who started the VM handed down where to look (Engine.module_docs, Engine.module_names).
#include <string.h>

#include "vm/code/module_file.h"
#include "vm/native/native_api.h"

// docs_chunk(module) -> binary, <<>> when the module has none, nil when there is no such module. Nothing is loaded.
Term native_docs_chunk(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  const CodeUnit *u = code_module(p->vm->code, ARG(0));
  const Engine *e = vm_engine(p->vm);
  Buffer bytes;
  buffer_init(&bytes, &p->vm->alloc);
  bool there = code_docs(p->vm->code, ARG(0), &bytes) || (!u && e->module_docs && e->module_docs(p->vm, ARG(0), &bytes));
  Term answer = bytes.failed ? native_error(p, ATOM_system_limit) : there || u ? native_binary(p, bytes.data, bytes.size) : ATOM_nil;
  buffer_free(&bytes);
  return answer;
}

// is_findable(module): would loading find it in the library or on the code path? (A module that was made by a program and kept
// nowhere is loaded, but not findable.)
Term native_is_findable(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  Engine *e = vm_engine(p->vm);
  Buffer bytes;
  buffer_init(&bytes, &p->vm->alloc);
  bool there = e->module_docs && e->module_docs(p->vm, ARG(0), &bytes);
  buffer_free(&bytes);
  return native_bool(there);
}

// docs_of_file(bytes of a module file) -> binary, <<>> when it has none, nil when it is no module file.
Term native_docs_of_file(Process *p) {
  if (!term_is_binary(ARG(0))) return native_badarg(p);
  Buffer scratch;
  size_t size;
  buffer_init(&scratch, &p->vm->alloc);
  const unsigned char *bytes = binary_bytes_any(ARG(0), &scratch, &size);
  ImageText docs = {0};
  Buffer copy; // the reserve may move what `bytes` points into
  buffer_init(&copy, &p->vm->alloc);
  bool good = bytes && module_find_docs(bytes, size, &docs);
  if (good) buffer_add(&copy, docs.bytes, docs.size);
  Term answer = scratch.failed || copy.failed ? native_error(p, ATOM_system_limit) : good ? native_binary(p, copy.data, copy.size) : ATOM_nil;
  buffer_free(&copy);
  buffer_free(&scratch);
  return answer;
}

// module_names() -> the names, as binaries, of all modules that are loaded, can be, or have natives; one may come twice. Scratch: the list, a name.
Term native_module_names(Process *p) {
  Engine *e = vm_engine(p->vm);
  CodeTable *t = p->vm->code;
  Buffer names;
  buffer_init(&names, &p->vm->alloc);
  for (const CodeModule *m = code_first_module(t); m; m = m->next) {
    if (!m->current) continue;
    size_t size;
    const char *text = atom_text(p->vm->atoms, m->name, &size);
    buffer_add(&names, text, size);
    buffer_add(&names, "", 1);
  }
  for (uint32_t i = 0; i < NATIVE_COUNT; i++)
    if (i == 0 || strcmp(NATIVE_TABLE[i].module, NATIVE_TABLE[i - 1].module) != 0) buffer_add(&names, NATIVE_TABLE[i].module, strlen(NATIVE_TABLE[i].module) + 1);
  bool good = (!e->module_names || e->module_names(p->vm, &names)) && !names.failed;
  for (const char *at = names.data; good && at < names.data + names.size; at += strlen(at) + 1) {
    Term name = native_binary(p, at, strlen(at)); // it may move what ARG(1) is
    if (name != T_NONE) ARG(1) = name;
    if (name == T_NONE || !native_reserve(p, CONS_WORDS)) {
      buffer_free(&names);
      return T_NONE;
    }
    ARG(0) = heap_cons(&p->heap, ARG(1), ARG(0));
  }
  buffer_free(&names);
  return good ? ARG(0) : native_error(p, ATOM_system_limit);
}

// SPDX-License-Identifier: Apache-2.0
//
// Natives that call, raise, and ask about code: apply, error and its kin, funs, loaded modules, protocol
// dispatch's cache.
#include "vm/code/module_file.h"
#include "vm/native/native_api.h"
#include "vm/process/extra.h"
#include "vm/term/etf.h"

// --- apply

// Writes the list at ARG(list) into the window from ARG(0) on. Answers how many, or -1 after raising.
static int64_t place_arguments(Process *p, unsigned list_arg) {
  int64_t count = 0;
  Term end = ARG(list_arg);
  for (; term_is_cons(end) && count <= ARITY_MAX; end = cons_tail(end)) count++;
  if (end != T_NIL && !term_is_cons(end)) {
    native_badarg(p);
    return -1;
  }
  if (count > ARITY_MAX) {
    native_limit(p, LIMIT_ARITY_MAX);
    return -1;
  }
  // The window may reach below what the frame has: room as if for that many words more.
  if (!native_reserve(p, (size_t)count + 1)) return -1;
  Term list = ARG(list_arg);
  for (int64_t i = 0; i < count; i++, list = cons_tail(list)) ARG((unsigned)i) = cons_head(list);
  return count;
}

Term native_apply_2(Process *p) {
  Term fun = ARG(0);
  if (!term_is_fun(fun)) return native_error_about(p, ATOM_badfun, fun);
  // The fun is overwritten by the first argument: it is a root in the exception word while room is made.
  p->exc_reason = fun;
  int64_t count = place_arguments(p, 1);
  if (count < 0) return T_NONE;
  fun = p->exc_reason;
  p->exc_reason = T_NONE;
  return native_call_placed(p, NULL, fun, (uint32_t)count);
}

Term native_apply_3(Process *p) {
  Term module = ARG(0), name = ARG(1);
  if (!term_is_atom(module) || !term_is_atom(name)) return native_badarg(p);
  int64_t count = place_arguments(p, 2);
  if (count < 0) return T_NONE;
  Export *e = native_export(p, module, name, (uint32_t)count);
  return e ? native_call_placed(p, e, T_NIL, (uint32_t)count) : native_error(p, ATOM_system_limit);
}

// --- raising
Term native_error_1(Process *p) { return native_error(p, ARG(0)); }
Term native_throw(Process *p) { return native_raise(p, ATOM_throw, ARG(0), T_NONE); }
Term native_raise_3(Process *p) {
  Term class_ = ARG(0);
  if (class_ != ATOM_error && class_ != ATOM_exit && class_ != ATOM_throw) return native_badarg(p);
  if (native_is_long(p, native_length_within(p, ARG(2)) >> TERM_SHIFT)) return native_go_dirty(p);
  return native_raise(p, class_, ARG(1), native_list_length(ARG(2)) >= 0 ? ARG(2) : T_NONE);
}

// die(reason): the process ends with that exit reason, whatever catches there are.
Term native_die(Process *p) {
  p->exit_reason = ARG(0);
  vm_engine_run(p->vm)->action = NATIVE_EXIT;
  return T_YIELD;
}

// --- funs
Term native_make_fun(Process *p) {
  uint64_t arity;
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1)) || !native_count(ARG(2), &arity) || arity > ARITY_MAX) return native_badarg(p);
  NATIVE_RESERVE(2);
  Export *e = native_export(p, ARG(0), ARG(1), (uint32_t)arity);
  if (!e) return native_error(p, ATOM_system_limit);
  Term *object = heap_take(&p->heap, 2);
  object[0] = HEADER(KIND_EXPORT, 1);
  object[1] = (Term)(uintptr_t)e;
  return term_boxed(object);
}

// The value of one item of fun_info, or T_NONE. Words for `env` are reserved by the caller.
static Term fun_item(Process *p, Term fun, Term item) {
  bool external = term_is_kind(fun, KIND_EXPORT);
  const Export *e = external ? export_of(fun) : NULL;
  const FunEntry *f = external ? NULL : fun_entry(fun);
  if (item == ATOM_module) return external ? e->module : f->module;
  if (item == ATOM_name) return external ? e->name : f->name;
  if (item == ATOM_arity) return term_small(external ? e->arity : f->arity);
  if (item == ATOM_type) return external ? ATOM_external : ATOM_local;
  if (item == ATOM_index || item == ATOM_new_index) return external ? ATOM_undefined : term_small(f->index);
  if (item == ATOM_uniq || item == ATOM_new_uniq) return external ? ATOM_undefined : term_small(f->unit_id);
  if (item == ATOM_pid) return external ? ATOM_undefined : p->pid;
  if (item == ATOM_env) {
    Term list = T_NIL;
    for (size_t i = external ? 0 : fun_capture_count(fun); i-- > 0;) list = heap_cons(&p->heap, fun_captures(fun)[i], list);
    return list;
  }
  return T_NONE;
}
static size_t fun_words(Term fun) { return term_is_kind(fun, KIND_FUN) ? fun_capture_count(fun) * CONS_WORDS : 0; }
Term native_fun_info_2(Process *p) {
  if (!term_is_fun(ARG(0))) return native_badarg(p);
  NATIVE_RESERVE(fun_words(ARG(0)) + PAIR_WORDS);
  Term value = fun_item(p, ARG(0), ARG(1));
  return value == T_NONE ? native_badarg(p) : native_pair(p, ARG(1), value);
}
Term native_fun_info_1(Process *p) {
  static const Term ITEMS[] = {ATOM_type, ATOM_env, ATOM_arity, ATOM_name, ATOM_uniq, ATOM_index, ATOM_new_uniq, ATOM_new_index, ATOM_module, ATOM_pid};
  if (!term_is_fun(ARG(0))) return native_badarg(p);
  bool external = term_is_kind(ARG(0), KIND_EXPORT);
  NATIVE_RESERVE(fun_words(ARG(0)) + 10 * (PAIR_WORDS + CONS_WORDS));
  Term list = T_NIL;
  for (size_t i = 0; i < sizeof ITEMS / sizeof *ITEMS; i++) {
    if (external && fun_item(p, ARG(0), ITEMS[i]) == ATOM_undefined) continue;
    Term value = fun_item(p, ARG(0), ITEMS[i]);
    list = heap_cons(&p->heap, native_pair(p, ITEMS[i], value), list);
  }
  return list;
}

// --- modules

static bool ensure_loaded(Process *p, Term module) {
  if (code_module(p->vm->code, module)) return true;
  Engine *e = vm_engine(p->vm);
  return e->load_module && e->load_module(p->vm, module) && code_module(p->vm->code, module);
}

// Would loading it look at files?
static bool is_read_from_files(Process *p, Term module) {
  return !code_module(p->vm->code, module) && !(p->vm->image && image_module(p->vm->image, module));
}

static bool is_native_of(const NativeEntry *n, const char *module, size_t size) {
  return strlen(n->module) == size && memcmp(n->module, module, size) == 0;
}

// How many natives the module has. One that is made of natives alone, as math is, is always there.
static size_t natives_of(Process *p, Term module) {
  size_t size, count = 0;
  const char *text = atom_text(p->vm->atoms, module, &size);
  for (uint32_t i = 0; i < NATIVE_COUNT; i++) count += is_native_of(&NATIVE_TABLE[i], text, size);
  return count;
}

enum { FUNCTION_WORDS = PAIR_WORDS + CONS_WORDS };

// {name, arity} of each, before list; natives_of * FUNCTION_WORDS are reserved. T_NONE: no room for an atom.
static Term natives_list(Process *p, Term module, Term list) {
  size_t size;
  const char *text = atom_text(p->vm->atoms, module, &size);
  for (uint32_t i = NATIVE_COUNT; i-- > 0;) {
    const NativeEntry *n = &NATIVE_TABLE[i];
    Term name;
    if (!is_native_of(n, text, size)) continue;
    if (atom_intern(p->vm->atoms, n->name, strlen(n->name), &name) != STATUS_OK) return T_NONE;
    list = heap_cons(&p->heap, native_pair(p, name, term_small(n->arity)), list);
  }
  return list;
}

// native_exports(module) -> [{name, arity}] of the module's natives.
Term native_native_exports(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  NATIVE_RESERVE(natives_of(p, ARG(0)) * FUNCTION_WORDS);
  Term list = natives_list(p, ARG(0), T_NIL);
  return list == T_NONE ? native_error(p, ATOM_system_limit) : list;
}

// The library's modules count as loaded, as they are at hand.
Term native_function_exported(Process *p) {
  uint64_t arity;
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1)) || !native_count(ARG(2), &arity)) return native_badarg(p);
  if (arity > ARITY_MAX) return ATOM_false;
  Export *known = code_export_find(p->vm->code, ARG(0), ARG(1), (uint32_t)arity);
  if (known && PUBLISHED(known->native)) return ATOM_true;
  if (!is_read_from_files(p, ARG(0))) ensure_loaded(p, ARG(0));
  const CodeUnit *u = code_module(p->vm->code, ARG(0));
  uint32_t index;
  return native_bool(u && unit_find_export(u, ARG(1), (uint32_t)arity, &index));
}

Term native_code_loaded(Process *p) { return term_is_atom(ARG(0)) ? native_bool(code_module(p->vm->code, ARG(0))) : native_badarg(p); }
Term native_code_ensure_loaded(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  if (is_read_from_files(p, ARG(0)) && native_may_leave(p)) return native_go_blocking(p);
  bool there = ensure_loaded(p, ARG(0)) || natives_of(p, ARG(0)) > 0;
  NATIVE_RESERVE(PAIR_WORDS);
  return there ? native_pair(p, ATOM_module, ARG(0)) : native_pair(p, ATOM_error, ATOM_nofile);
}
Term native_code_all_loaded(Process *p) {
  CodeTable *t = p->vm->code;
  const CodeModule *first = code_first_module(t); // others may add more in front of it
  size_t count = 0;
  for (const CodeModule *m = first; m; m = m->next) count++;
  NATIVE_RESERVE(count * CONS_WORDS);
  Term list = T_NIL;
  for (const CodeModule *m = first; m; m = m->next)
    if (m->current) list = heap_cons(&p->heap, m->name, list);
  return list;
}
Term native_code_delete(Process *p) { return term_is_atom(ARG(0)) ? native_bool(code_delete(p->vm->code, ARG(0))) : native_badarg(p); }
// A deleted module's code stays while something may run it.
Term native_code_purge(Process *p) { return term_is_atom(ARG(0)) ? ATOM_true : native_badarg(p); }

static bool is_native(Vm *vm, Term module, const UnitFunction *f) {
  Export *known = code_export_find(vm->code, module, term_atom(f->name), f->arity);
  return known && PUBLISHED(known->native);
}

// {name, arity} of a unit's functions, all of them or those that can be called from outside: these with the module's natives. T_NONE: raised.
// u NULL: there are only natives.
static Term functions_list(Process *p, Term module, const CodeUnit *u, bool exported_only) {
  size_t natives = exported_only || !u ? natives_of(p, module) : 0;
  uint32_t own = u ? u->parts.function_count : 0;
  NATIVE_RESERVE((own + natives) * FUNCTION_WORDS);
  Term list = natives ? natives_list(p, module, T_NIL) : T_NIL;
  if (list == T_NONE) return native_error(p, ATOM_system_limit);
  for (uint32_t i = own; i-- > 0;) {
    const UnitFunction *f = &u->parts.functions[i];
    if (natives && is_native(p->vm, module, f)) continue; // that one wins
    if (f->exported || !exported_only) list = heap_cons(&p->heap, native_pair(p, term_atom(f->name), term_small(f->arity)), list);
  }
  return list;
}

// get_module_info(module) -> {exports, attributes, …} is in the language; these are its parts.
// exports(module) -> [{name, arity}] | nil
Term native_code_exports(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  if (is_read_from_files(p, ARG(0)) && native_may_leave(p)) return native_go_blocking(p);
  if (!ensure_loaded(p, ARG(0))) return ATOM_nil;
  return functions_list(p, ARG(0), code_module(p->vm->code, ARG(0)), true);
}

// --- erlang:get_module_info/1,2, which module_info/0,1 of every module call

// The value of one item; ARG(0) is the module, ARG(1) scratch. One that is made of natives alone has neither attributes nor a file.
// T_NONE: raised.
static Term module_item(Process *p, Term item) {
  CodeUnit *u = code_module(p->vm->code, ARG(0));
  if (!u && !natives_of(p, ARG(0))) return native_badarg(p);
  if (item == ATOM_module) return ARG(0);
  if (item == ATOM_exports || item == ATOM_functions) return functions_list(p, ARG(0), u, item == ATOM_exports);
  if (vm_atom_is(p->vm, item, "native")) return ATOM_false;
  if (!u && (item == ATOM_attributes || item == ATOM_compile)) return T_NIL;
  if (!u && item == ATOM_md5) return native_binary(p, (const uint64_t[2]){0}, 16);
  if (item == ATOM_attributes) {
    ImageText text = unit_text(u, u->parts.attributes);
    if (!text.size) return T_NIL;
    EtfDecoder d;
    if (etf_decoder_start(&d, native_context(p), (const unsigned char *)text.bytes, text.size, 0) != STATUS_OK) return T_NIL;
    Term list = T_NONE;
    bool room = native_reserve(p, d.words);
    if (room && etf_decoder_build(&d, &p->heap, (const unsigned char *)text.bytes, &list) != STATUS_OK) list = native_error(p, ATOM_system_limit);
    etf_decoder_end(&d);
    return list;
  }
  if (item == ATOM_compile) {
    // [source: path]
    if (!u->parts.file_count) return T_NIL;
    ImageText file = unit_file(u, 0);
    Term path = native_char_list(p, file.bytes, file.size); // it may move what ARG(1) is
    if (path == T_NONE) return T_NONE;
    ARG(1) = path;
    NATIVE_RESERVE(PAIR_WORDS + CONS_WORDS);
    return heap_cons(&p->heap, native_pair(p, ATOM_source, ARG(1)), T_NIL);
  }
  if (item == ATOM_md5) {
    uint64_t sum[2] = {u->parts.checksum, u->parts.file_size};
    return native_binary(p, sum, sizeof sum);
  }
  return native_badarg(p);
}
Term native_get_module_info_2(Process *p) {
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  return module_item(p, ARG(1));
}
Term native_get_module_info_1(Process *p) { // scratch: 1 for the items, 2 the list
  static const Term ITEMS[] = {ATOM_md5, ATOM_compile, ATOM_attributes, ATOM_exports, ATOM_module};
  if (!term_is_atom(ARG(0))) return native_badarg(p);
  for (size_t i = 0; i < sizeof ITEMS / sizeof *ITEMS; i++) {
    Term value = module_item(p, ITEMS[i]);
    if (value == T_NONE) return T_NONE;
    ARG(1) = value;
    NATIVE_RESERVE(PAIR_WORDS + CONS_WORDS);
    ARG(2) = heap_cons(&p->heap, native_pair(p, ITEMS[i], ARG(1)), ARG(2));
  }
  return ARG(2);
}

// module_info/0,1 of modules that are natives wholly or in part: what the compiler makes of their source knows only the rest.
static Term module_info_0(Process *p, const char *module) { // scratch: 3, for what it shares with get_module_info/1
  ensure_loaded(p, ARG(0) = vm_atom(p->vm, module));
  return native_get_module_info_1(p);
}
static Term module_info_1(Process *p, const char *module) { // scratch: 1
  Term item = ARG(0);
  ensure_loaded(p, ARG(0) = vm_atom(p->vm, module));
  Term value = module_item(p, item);
  if (value == T_NONE) ARG(0) = item; // as it stands in the trace
  return value;
}
#define MODULE_INFO(module) \
  Term native_module_info_0_##module(Process *p) { return module_info_0(p, #module); } \
  Term native_module_info_1_##module(Process *p) { return module_info_1(p, #module); }
MODULE_INFO(erlang)
MODULE_INFO(binary)
MODULE_INFO(lists)
MODULE_INFO(maps)
MODULE_INFO(unicode)
MODULE_INFO(math)
MODULE_INFO(atomics)
MODULE_INFO(counters)
MODULE_INFO(persistent_term)

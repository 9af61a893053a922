// SPDX-License-Identifier: Apache-2.0
//
// Two tables: library functions that are called under another name (inline.def), and the functions of
// `:erlang` that guards may call (natives.def). Both are filled in when a job asks first.

#include <string.h>

#include "compiler/expand/expand.h"
#include "vm/code/native.h"

typedef enum Order { SAME, SWAP, ELEM, PUT_ELEM, MAP_PUT } Order;

typedef struct Inline {
  const char *module, *function;
  uint32_t arity;
  const char *to_module, *to_function;
  Order order;
} Inline;

static const Inline table[] = {
#define INLINE(m, f, n, tm, tf, order) {m, f, n, tm, tf, order},
#include "compiler/expand/inline.def"
#undef INLINE
};

// Of all natives those that may stand in guards: natives.def says which.
static const struct {
  const char *module, *name;
  uint32_t arity, flags;
} natives[] = {
#define NATIVE(module, name, arity, scratch, flags, function) {module, name, arity, flags},
#include "vm/code/natives.def"
#undef NATIVE
};

static void fill(Job *job) {
  if (job->inline_table.count) return;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const Name *module = names_intern_text(&job->names, table[i].module);
    FunctionSet *set = name_map_get(&job->inline_table, module);
    if (!set) {
      set = ARENA_NEW(&job->arena, FunctionSet);
      name_map_put(&job->arena, &job->inline_table, module, set);
    }
    function_set_add(&job->arena, set, names_intern_text(&job->names, table[i].function), table[i].arity,
                     (void *)(uintptr_t)&table[i]);
  }
  FunctionSet *set = ARENA_NEW(&job->arena, FunctionSet);
  for (size_t i = 0; i < sizeof natives / sizeof *natives; i++)
    if (natives[i].flags & NATIVE_GUARD && !strcmp(natives[i].module, "erlang"))
      function_set_add(&job->arena, set, names_intern_text(&job->names, natives[i].name), natives[i].arity, NULL);
  name_map_put(&job->arena, &job->guard_table, NAME(&job->names, ERLANG), set);
}

static const Inline *find(Job *job, const Name *module, const Name *function, uint32_t arity) {
  fill(job);
  FunctionSet *set = name_map_get(&job->inline_table, module);
  FunctionEntry *e = set ? function_set_find(set, function, arity) : NULL;
  return e ? e->value : NULL;
}

bool guard_safe(Job *job, const Name *function, uint32_t arity) {
  fill(job);
  return function_set_find(name_map_get(&job->guard_table, NAME(&job->names, ERLANG)), function, arity) != NULL;
}

bool inline_lookup(Job *job, const Name *module, const Name *function, uint32_t arity, const Name **to_module,
                   const Name **to_function) {
  const Inline *in = find(job, module, function, arity);
  if (!in || in->order != SAME) return false;
  *to_module = names_intern_text(&job->names, in->to_module);
  *to_function = names_intern_text(&job->names, in->to_function);
  return true;
}

Core *core_inlined(Env *env, Quoted *q, const Name *module, const Name *function, Core **args, uint32_t count) {
  Position at = at_of(env, q);
  Job *job = env->job;
  const Inline *in = find(job, module, function, count);
  if (in) {
    const Name *m = names_intern_text(&job->names, in->to_module);
    const Name *f = names_intern_text(&job->names, in->to_function);
    // Arguments are evaluated as written; only plain ones may change places.
    bool simple = true;
    for (uint32_t i = 0; i < count; i++)
      simple = simple && (args[i]->kind == CORE_VAR || args[i]->kind == CORE_LITERAL);
    switch (in->order) {
    case SAME: return core_inlined(env, q, m, f, args, count);
    case ELEM:
    case PUT_ELEM: {
      Core *index = args[1];
      if (index->kind == CORE_LITERAL && index->u.literal->kind == Q_INT)
        index = core_int(env, at, index->u.literal->integer + 1);
      else index = core_erlang(env, at, N_PLUS, 2, index, core_int(env, at, 1));
      if (!simple && args[1]->kind != CORE_LITERAL && env->context == CONTEXT_NONE) break;
      if (in->order == ELEM) return core_remote(env, at, m, f, 2, index, args[0]);
      return core_remote(env, at, m, f, 3, index, args[0], args[2]);
    }
    case SWAP:
    case MAP_PUT:
      if (!simple && env->context == CONTEXT_NONE) {
        bool last_plain = true; // the map alone may be any code when what follows is plain
        for (uint32_t i = 1; i < count; i++)
          last_plain = last_plain && (args[i]->kind == CORE_LITERAL);
        if (!last_plain) break;
      }
      if (in->order == SWAP) return core_remote(env, at, m, f, 2, args[1], args[0]);
      return core_remote(env, at, m, f, 3, args[1], args[2], args[0]);
    }
    // Bind the arguments in order first, then call with them rearranged.
    Core **items = ARENA_ARRAY(&job->arena, Core *, count + 1);
    Core **refs = ARENA_ARRAY(&job->arena, Core *, count);
    for (uint32_t i = 0; i < count; i++) {
      CoreVar *v = var_fresh(env, NULL);
      items[i] = core_let(env, at, v, args[i]);
      refs[i] = core_var_ref(env, at, v);
    }
    items[count] = core_inlined(env, q, module, function, refs, count);
    return core_seq(env, at, items, count + 1);
  }
  // Raising leaves from here: no frame of a native stands in the trace.
  if (count == 1 && module->known == N_ERLANG && env->context == CONTEXT_NONE &&
      (function->known == N_ERROR || function->known == N_THROW || function->known == N_EXIT)) {
    Core *c = core_nodes(env, CORE_RAISE, at, 2);
    c->args[0] = core_atom(env, at, function);
    c->args[1] = args[0];
    return c;
  }
  return core_remote_args(env, at, core_atom(env, at, module), core_atom(env, at, function), args, count);
}

// SPDX-License-Identifier: Apache-2.0
//
// What a person may have meant: hints for names that do not exist.
//
// Three sources, the nearest first: names of the program that look alike; habits from other languages (FOREIGN); modules of
// the library that have such a function (SEARCHED). Called only when an error or warning is certain, so it may load modules.

#include <string.h>

#include "compiler/expand/module.h"

typedef struct Foreign {
  const char *name, *hint;
} Foreign;

static const Foreign FOREIGN[] = {
  {"return", "a function gives the value of its last expression: there is no return"},
  {"while", "there is no loop that changes variables: use recursion, for, or Enum.reduce_while/3"},
  {"loop", "there is no loop that changes variables: use recursion, for, or Enum.reduce_while/3"},
  {"foreach", "use for item <- list do ... end, or Enum.each(list, fun)"},
  {"elsif", "for a chain of conditions use cond do ... end"},
  {"elif", "for a chain of conditions use cond do ... end"},
  {"elseif", "for a chain of conditions use cond do ... end"},
  {"switch", "use case value do pattern -> ... end"},
  {"match", "use case value do pattern -> ... end, or match?(pattern, value)"},
  {"print", "use IO.write(text), IO.puts(text) or IO.inspect(term)"},
  {"println", "use IO.puts(text)"},
  {"printf", "use IO.puts(\"... #{value} ...\")"},
  {"puts", "use IO.puts(text)"},
  {"echo", "use IO.puts(text)"},
  {"len", "use length(list), String.length(text), map_size(map) or tuple_size(tuple)"},
  {"size", "use length(list), String.length(text), map_size(map) or tuple_size(tuple)"},
  {"str", "use to_string(term) or inspect(term)"},
  {"int", "use String.to_integer(text) or trunc(number)"},
  {"typeof", "use is_integer(x), is_binary(x) and the like, or IEx's i/1"},
  {"null", "write nil"},
  {"None", "write nil"},
  {"undefined", "write nil"},
  {"True", "write true"},
  {"False", "write false"},
  {"function", "write fn arguments -> body end"},
  {"lambda", "write fn arguments -> body end"},
  {"var", "variables need no declaration: name = value"},
  {"let", "variables need no declaration: name = value"},
  {"const", "variables need no declaration: name = value; constants of a module are attributes: @name value"},
  {"class", "use defmodule for functions and defstruct for data"},
  {"new", "a struct is made with %Name{key: value}"},
  {"this", "there are no objects: functions take the data as an argument"},
  {"self", "self() is the calling process: it needs its parentheses"},
  {"catch", "catch belongs into try do ... catch ... end"},
  {"finally", "use try do ... after ... end"},
  {"sleep", "use Process.sleep(milliseconds)"},
  {"exit_code", "use System.halt(status)"},
};

const char *hint_foreign(const char *name) {
  for (size_t i = 0; i < sizeof FOREIGN / sizeof *FOREIGN; i++)
    if (strcmp(FOREIGN[i].name, name) == 0) return FOREIGN[i].hint;
  return NULL;
}

bool function_is_doubtful(const Job *job, const Name *name, uint32_t arity) {
  return job->import_failed || function_set_find(&job->refused, name, arity) != NULL;
}

// Where a function called without a module is looked for, the likeliest first.
static const char *const SEARCHED[] = {"Enum", "String", "List", "Map", "IO", "Integer", "Keyword", "Float", "File", "Path", "System",
                                       "Process", "Tuple", "Stream", "GenServer", "Task", "Agent", "Supervisor", "MapSet", "Code", "Macro", "Module"};
enum { SEARCHED_COUNT = sizeof SEARCHED / sizeof *SEARCHED, CANDIDATES_MAX = 512, SHOWN_MAX = 3 };

static const Name *alias_name(Job *job, const char *text) { return names_format(&job->names, "Elixir.%s", text); }

// "String.upcase/1 or Foo.upcase/1", or NULL.
static const char *elsewhere(Env *env, const Name *name, uint32_t arity) {
  Job *job = env->job;
  const char *text = NULL;
  int found = 0;
  if (job->options.bootstrap) return NULL;
  for (int i = 0; i < SEARCHED_COUNT && found < SHOWN_MAX; i++) {
    ModuleInfo *info = job_module(job, alias_name(job, SEARCHED[i]));
    if (!info || !function_set_find(&info->functions, name, arity)) continue;
    text = text ? arena_format(&job->arena, "%s or %s.%s", text, SEARCHED[i], show_fun(env, name, arity))
                : arena_format(&job->arena, "%s.%s", SEARCHED[i], show_fun(env, name, arity));
    found++;
  }
  return text;
}

static size_t add_set(const FunctionSet *set, const char **candidates, size_t n) {
  for (uint32_t j = 0; j < set->count && n < CANDIDATES_MAX; j++) candidates[n++] = set->items[j].name->text;
  return n;
}

// "upcase/1, upcase/2": every arity of a name in a set.
static const char *arities(Env *env, const FunctionSet *set, const char *name) {
  const char *text = NULL;
  int64_t last = -1;
  for (;;) {
    const FunctionEntry *next = NULL;
    for (uint32_t j = 0; j < set->count; j++) {
      const FunctionEntry *e = &set->items[j];
      if ((int64_t)e->arity > last && (!next || e->arity < next->arity) && strcmp(e->name->text, name) == 0) next = e;
    }
    if (!next) return text;
    const char *one = show_fun(env, next->name, next->arity);
    text = text ? arena_format(&env->job->arena, "%s, %s", text, one) : one;
    last = next->arity;
  }
}

void hint_function(Env *env, Diagnostic *d, const Name *name, uint32_t arity, const FunctionSet *own) {
  Diagnostics *sink = &env->job->diagnostics;
  const char *candidates[CANDIDATES_MAX];
  size_t n = 0;
  const char *foreign = hint_foreign(name->text);
  if (own && function_set_has_name(own, name)) {
    diagnostic_hint(sink, d, "%s exists with another number of arguments: %s", name->text, arities(env, own, name->text));
    return;
  }
  if (foreign) {
    diagnostic_hint(sink, d, "%s", foreign);
    return;
  }
  if (own) n = add_set(own, candidates, n);
  const char *near = diagnostics_nearest(name->text, candidates, n);
  const char *there = near ? NULL : elsewhere(env, name, arity);
  if (near) diagnostic_hint(sink, d, "did you mean %s?", arities(env, own, near));
  else if (there) diagnostic_hint(sink, d, "did you mean %s?", there);
  if (d->hint) return;
  n = 0;
  for (const Import *i = env->functions; i; i = i->next) n = add_set(i->set, candidates, n);
  for (const Import *i = env->macros; i; i = i->next) n = add_set(i->set, candidates, n);
  for (const Binding *b = env->vars; b && n < CANDIDATES_MAX; b = b->next) candidates[n++] = b->name->text;
  near = diagnostics_nearest(name->text, candidates, n);
  if (near) diagnostic_hint(sink, d, "did you mean %s?", near);
}

void hint_remote(Env *env, Diagnostic *d, ModuleInfo *info, const Name *function, uint32_t arity) {
  Diagnostics *sink = &env->job->diagnostics;
  const char *candidates[CANDIDATES_MAX];
  for (const FunctionSet *set = &info->privates; function_set_find(set, function, arity);) {
    diagnostic_hint(sink, d, "%s is there, but private (defp)", show_fun(env, function, arity));
    return;
  }
  const char *same = arities(env, &info->functions, function->text);
  if (!same) same = arities(env, &info->macros, function->text);
  const char *near = same ? NULL : diagnostics_nearest(function->text, candidates, add_set(&info->functions, candidates, 0));
  if (same) diagnostic_hint(sink, d, "%s exists with another number of arguments: %s", function->text, same);
  else if (near) diagnostic_hint(sink, d, "did you mean %s?", arities(env, &info->functions, near));
}

void hint_module(Env *env, Diagnostic *d, const Name *module) {
  Job *job = env->job;
  const char *candidates[CANDIDATES_MAX];
  size_t n = 0;
  if (!name_is_alias(module)) return;
  // A program is expanded as a whole before its modules are there.
  const char *defines = arena_format(&job->arena, "defmodule %s do", module->text + 7);
  for (const Source *s = job->sources; s; s = s->next)
    if (env->file && strcmp(s->file, env->file) == 0 && memmem(s->text, s->size, defines, strlen(defines))) {
      diagnostic_hint(&job->diagnostics, d,
                      "%s is defined in this file: modules below it can import, require and use it and its struct, the file's own code cannot, as it is compiled\n"
                      "before the module is there. Put that code into a module too, or write %s.function(...) and struct(%s, ...)",
                      module->text + 7, module->text + 7, module->text + 7);
      return;
    }
  for (int i = 0; i < SEARCHED_COUNT; i++) candidates[n++] = SEARCHED[i];
  for (uint32_t i = 0; i < job->modules.capacity && n < CANDIDATES_MAX; i++) {
    const ModuleInfo *info = job->modules.keys[i] ? job->modules.values[i] : NULL;
    if (info && (info->there || info->defined_here) && name_is_alias(info->name)) candidates[n++] = info->name->text + 7;
  }
  const char *near = diagnostics_nearest(module->text + 7, candidates, n);
  if (near) diagnostic_hint(&job->diagnostics, d, "did you mean %s?", near);
}

void hint_guard(Env *env, Diagnostic *d) {
  diagnostic_hint(&env->job->diagnostics, d,
                  "what may stand in guards: == != === !== < <= > >=, + - * /, and or not, in, is_atom is_binary is_function is_integer is_list\n"
                  "is_map is_nil is_number is_pid is_struct is_tuple and the like, abs div rem round trunc, hd tl length, elem tuple_size,\n"
                  "map_size is_map_key, bit_size byte_size, and macros made with defguard; compute anything else before, or in the body");
}

void span_name(Diagnostic *d, const Name *name) {
  if (d->column <= 0 || d->end_column) return;
  int width = 0;
  for (uint32_t i = 0; i < name->length; i++) width += ((unsigned char)name->text[i] & 0xC0) != 0x80;
  diagnostic_span(d, d->line, d->column + width);
}

void span_node(Diagnostic *d, Quoted *q) {
  if (!q || q->kind != Q_CALL || q->column <= 0) return;
  if (q->head->kind == Q_ATOM) {
    char c = q->head->name->text[0];
    if (q->head->name->known == N_BLOCK || q->head->name->known == N_ALIASES || c == '%' || c == '{' || c == '<' || c == 0) return;
    span_name(d, q->head->name);
  } else if (quoted_is_call_arity(q->head, N_DOT, 2) && quoted_arg(q->head, 1)->kind == Q_ATOM) {
    span_name(d, quoted_arg(q->head, 1)->name);
  }
}

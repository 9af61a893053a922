// SPDX-License-Identifier: Apache-2.0
//
// Compiling a set of files that may need each other.
//
// All are parsed first, so that it is known which file defines which module as far as the text says. When a
// file needs a module while it is compiled, the file of that module is compiled then and there. A file that is
// already being compiled cannot be waited for: the circle is reported by name.

#include <string.h>

#include "compiler/driver/frame.h"
#include "compiler/syntax/parser.h"

static void add_define(Job *job, FileUnit *unit, const Name *name) {
  const Name **bigger = ARENA_ARRAY(&job->arena, const Name *, unit->define_count + 1);
  if (unit->define_count) memcpy(bigger, unit->defines, sizeof *bigger * unit->define_count);
  bigger[unit->define_count++] = name;
  unit->defines = bigger;
  if (!name_map_get(&job->file_of_module, name)) name_map_put(&job->arena, &job->file_of_module, name, unit);
}

static void collect(Job *job, FileUnit *unit, Quoted *q, const Name *outer, int depth) {
  if (depth > 64) return;
  if (q->kind == Q_LIST) {
    for (uint32_t i = 0; i < q->count; i++) collect(job, unit, q->items[i], outer, depth + 1);
    return;
  }
  if (q->kind != Q_CALL || !quoted_is_list(q->args)) return;
  if (quoted_is_call_of(q, N_BLOCK)) {
    collect(job, unit, q->args, outer, depth + 1);
    return;
  }
  bool module = quoted_is_call_arity(q, N_DEFMODULE, 2) || quoted_is_call_arity(q, N_DEFPROTOCOL, 2);
  bool impl = quoted_is_call_of(q, N_DEFIMPL);
  if (!module && !impl) return;
  Quoted *alias = quoted_arg(q, 0);
  const Name *name = NULL;
  Env env = {.job = job};
  if (quoted_is_call_of(alias, N_ALIASES)) {
    bool atoms = alias->args->count > 0;
    for (uint32_t i = 0; i < alias->args->count; i++) atoms = atoms && quoted_arg(alias, i)->kind == Q_ATOM;
    if (atoms) name = alias_concat(&env, outer, alias->args->items, alias->args->count);
  } else if (alias->kind == Q_ATOM) {
    name = alias->name;
  }
  if (!name || impl) return;
  add_define(job, unit, name);
  Quoted *body = q->args->count == 2 && quoted_is_keyword(quoted_arg(q, 1)) ? quoted_keyword_get(quoted_arg(q, 1), NAME(&job->names, DO)) : NULL;
  if (body) collect(job, unit, body, name, depth + 1);
}

// Says why a file could not be compiled, when diagnostics have not said it yet.
static void report_failure(Job *job, const char *path) {
  const HostFailure *f = &job->failure;
  if (!job->host->report || (f->text && strstr(f->text, "(errors have been logged)"))) return;
  Buffer out;
  buffer_init(&out, &job->arena.as_alloc);
  buffer_format(&out, "error: compiling %s raised\n    ", path);
  if (f->text) buffer_text(&out, f->text);
  else buffer_format(&out, "** (%s) ", f->class_ ? f->class_ : "error");
  if (!f->text && f->reason) quoted_print(&job->names, &out, f->reason);
  if (!f->text && f->stack) {
    buffer_text(&out, "\n    at ");
    quoted_print(&job->names, &out, f->stack);
  }
  buffer_text(&out, "\n\n");
  if (!out.failed) job->host->report(job->host->context, job, out.data, out.size);
  buffer_free(&out);
}

// Code that ran called a function of a module whose file still waits: that file.
static FileUnit *missing_file(Job *job) {
  const HostFailure *f = &job->failure;
  if (!f->reason || !quoted_is_name(f->reason, N_UNDEF) || !f->stack || !quoted_is_list(f->stack) || f->stack->count == 0) return NULL;
  Quoted *top = f->stack->items[0];
  if (!quoted_is_tuple(top) || quoted_tuple_size(top) < 3) return NULL;
  Quoted *module = quoted_tuple_item(&job->names, top, 0);
  FileUnit *unit = module->kind == Q_ATOM ? name_map_get(&job->file_of_module, module->name) : NULL;
  return unit && unit->state == FILE_WAITING && unit->program ? unit : NULL;
}

static bool try_unit(Job *job, FileUnit *unit) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) {
    job_fail(job, &frame);
    return false;
  }
  unit->state = FILE_RUNNING;
  job_run_program(job, unit->source.path, unit->program);
  job_leave(job, &frame);
  return true;
}

// False: it failed; job->failure says how. A file that ran into a module not compiled yet is begun again when that
// is there: bodies of modules may be run twice then, as their file is.
static bool compile_unit(Job *job, FileUnit *unit) {
  for (;;) {
    if (try_unit(job, unit)) {
      unit->state = FILE_DONE;
      return true;
    }
    FileUnit *missing = job->no_memory ? NULL : missing_file(job);
    HostFailure failure = job->failure;
    if (!missing || !compile_unit(job, missing)) {
      unit->state = FILE_DONE;
      job->failure = failure;
      if (!job->no_memory) report_failure(job, unit->source.path);
      return false;
    }
  }
}

bool job_compile_module_file(Job *job, const Name *name) {
  FileUnit *unit = name_map_get(&job->file_of_module, name);
  if (!unit || !unit->program) return false;
  if (unit->state == FILE_RUNNING) {
    Env env = {.job = job, .file = unit->source.path};
    // Its own file: it comes later in it, or it is being defined; no circle between files.
    const char *current = job->open ? job->open->file : NULL;
    if (current && strcmp(current, unit->source.path) != 0)
      expand_error(&env, NULL, DIAG_UNDEFINED_MODULE, "deadlock: module %s of %s is needed by %s, which is needed to compile it", show_module(&env, name),
                   unit->source.path, current);
    return false;
  }
  if (unit->state == FILE_DONE) return false;
  HostFailure outer = job->failure;
  if (!compile_unit(job, unit)) {
    if (job->no_memory) job_abort(job);
    job->files_failed = true;
    return false;
  }
  job->failure = outer;
  return true;
}

static void parse_unit(Job *job, FileUnit *unit) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) {
    job_land(job, &frame);
    job->files_failed = true;
    if (job->no_memory) job_abort(job);
    return;
  }
  const SourceFile *file = &unit->source;
  unit->source.path = arena_copy(&job->arena, file->path, strlen(file->path));
  unit->program = job_parse(job, file->path, 1, file->text, file->size);
  collect(job, unit, unit->program, NULL, 0);
  job_leave(job, &frame);
}

CompileStatus compile_files(CompileJob *job, const SourceFile *files, uint32_t count) {
  JobFrame frame;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) return job_fail(job, &frame);
  job->files = ARENA_ARRAY(&job->arena, FileUnit, count);
  job->file_count = count;
  for (uint32_t i = 0; i < count; i++) {
    job->files[i].source = files[i];
    parse_unit(job, &job->files[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (job->files[i].state != FILE_WAITING || !job->files[i].program) continue;
    if (!compile_unit(job, &job->files[i])) {
      if (job->no_memory) job_abort(job);
      job->files_failed = true;
    }
  }
  bool good = !job->files_failed;
  if (good && !job->options.bootstrap) {
    remote_check_calls(job, true);
    job_report(job);
  }
  if (job->options.warnings_as_errors && job->diagnostics.warning_count > 0) {
    job_compile_error(job, &job->failure, "warnings count as errors");
    good = false;
  }
  job_leave(job, &frame);
  return good ? COMPILE_OK : COMPILE_FAILED;
}

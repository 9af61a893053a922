// SPDX-License-Identifier: Apache-2.0
//
// The compile job: its memory, its failures, what it knows of other modules.
//
// No memory and exceptions of code that ran leave by longjmp to the innermost JobFrame; every entry of
// compile.h and every service makes one. What is open above that frame is closed there (job_land).

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/frame.h"
#include "compiler/emit/emit.h"
#include "compiler/expand/module.h"
#include "vm/code/module_builder.h"

static void on_no_memory(void *context) {
  Job *job = context;
  job->no_memory = true;
  if (!job->frame) PANIC("a compile job ran out of memory outside of its entries");
  longjmp(job->frame->jump, 1);
}

CompileJob *compile_job_new(const Alloc *alloc, const CompileHost *host, const CompileOptions *options) {
  Job *job = alloc_zero(alloc, sizeof *job);
  if (!job) return NULL;
  job->alloc = alloc;
  job->host = host;
  if (options) job->options = *options;
  arena_init(&job->arena, alloc, on_no_memory, job);
  JobFrame frame;
  if (setjmp(frame.jump)) {
    arena_free(&job->arena);
    alloc_put(alloc, job, sizeof *job);
    return NULL;
  }
  frame.outer = NULL;
  job->frame = &frame;
  names_init(&job->names, &job->arena);
  diagnostics_init(&job->diagnostics, &job->arena, "nofile");
  job->handle_count = 1; // 0 is no handle
  job->frame = NULL;
  return job;
}

void compile_job_free(CompileJob *job) {
  if (!job) return;
  const Alloc *alloc = job->alloc;
  alloc_put(alloc, job->handles, sizeof(Handle) * job->handle_capacity);
  arena_free(&job->arena);
  alloc_put(alloc, job, sizeof *job);
}

Names *compile_names(CompileJob *job) { return &job->names; }
const Diagnostics *compile_diagnostics(CompileJob *job) { return &job->diagnostics; }
const HostFailure *compile_failure(CompileJob *job) { return &job->failure; }
const CompiledModule *compile_modules(CompileJob *job) { return job->compiled; }
void *compile_host_data(CompileJob *job) { return job->host_data; }
void compile_set_host_data(CompileJob *job, void *data) { job->host_data = data; }

void job_enter(Job *job, JobFrame *frame) {
  if (!job->frame) {
    memset(&job->refused, 0, sizeof job->refused);
    job->import_failed = false;
  }
  frame->outer = job->frame;
  frame->depth = job->depth;
  frame->open = job->open;
  frame->bodies = job->bodies;
  frame->quiet = job->quiet;
  job->frame = frame;
}

void job_leave(Job *job, JobFrame *frame) {
  DCHECK(job->frame == frame);
  job->frame = frame->outer;
}

void job_land(Job *job, JobFrame *frame) {
  job->frame = frame->outer;
  job->depth = frame->depth;
  job->quiet = frame->quiet;
  while (job->open && job->open != frame->open) {
    OpenModule *m = job->open;
    job->open = m->outer;
    name_map_put(&job->arena, &job->open_by_name, m->name, NULL);
    module_end_temporaries(m);
  }
  for (; job->bodies != frame->bodies; job->bodies = job->bodies->outer) job_temporary_end(job, job->bodies);
  if (job->no_memory) {
    job->failure.class_ = "error";
    job->failure.reason = job->names.known[N_SYSTEM_LIMIT]->quoted;
    job->failure.text = "** (SystemLimitError) no memory for the compiler";
  }
}

CompileStatus job_fail(Job *job, JobFrame *frame) {
  job_land(job, frame);
  if (job->no_memory) return COMPILE_NO_MEMORY;
  job_report(job);
  return COMPILE_FAILED;
}

void compile_no_memory(void *job) {
  on_no_memory(job);
  PANIC("a compile job did not leave");
}

bool compile_guarded(CompileJob *job, void (*work)(void *context), void *context) {
  JobFrame frame;
  bool no_memory = job->no_memory;
  job_enter(job, &frame);
  if (setjmp(frame.jump)) {
    job_leave(job, &frame);
    job->no_memory = no_memory; // of the caller's, not of what the job does
    return false;
  }
  work(context);
  job_leave(job, &frame);
  return true;
}

void job_abort(Job *job) {
  CHECK(job->frame != NULL);
  job->raised = NULL;
  longjmp(job->frame->jump, 1);
}

static Quoted *exception(Job *job, const char *module, Quoted **extra, uint32_t extra_count) {
  Names *names = &job->names;
  Quoted *pairs[16];
  uint32_t n = 0;
  pairs[n++] = Q_NAME(names, STRUCT_FUNCTION);
  pairs[n++] = names_intern_text(names, module)->quoted;
  pairs[n++] = Q_NAME(names, EXCEPTION_KEY);
  pairs[n++] = Q_NAME(names, TRUE);
  for (uint32_t i = 0; i < extra_count * 2; i++) pairs[n++] = extra[i];
  return quoted_map(names, pairs, n / 2);
}

void job_compile_error(Job *job, HostFailure *failure, const char *text, ...) {
  Names *names = &job->names;
  va_list args;
  va_start(args, text);
  const char *message = arena_format_list(&job->arena, text, args);
  va_end(args);
  // "file:line: message" as far as it begins so.
  Quoted *pairs[6] = {Q_NAME(names, FILE), Q_NAME(names, NIL), Q_NAME(names, LINE), Q_NAME(names, NIL),
                      names_intern_text(names, "description")->quoted, NULL};
  const char *description = message;
  const char *mark = strstr(message, ": ");
  if (mark) {
    const char *end = mark;
    const char *colon = mark;
    while (colon > message && colon[-1] >= '0' && colon[-1] <= '9') colon--;
    if (colon > message && colon < mark && colon[-1] == ':') {
      pairs[3] = quoted_int(names, atoi(colon));
      end = colon - 1;
    }
    pairs[1] = quoted_binary(names, message, (size_t)(end - message));
    description = mark + 2;
  }
  pairs[5] = quoted_binary(names, description, strlen(description));
  failure->class_ = "error";
  failure->reason = job->raised ? job->raised : exception(job, "Elixir.CompileError", pairs, 3);
  failure->text = job->raised ? job->raised_text : arena_format(&job->arena, "** (CompileError) %s", message);
  failure->stack = NULL;
  job->raised = NULL;
}

void job_raise_at_end(Job *job, const char *module, Quoted **fields, uint32_t count, const char *message) {
  if (job->raised || job->quiet) return;
  job->raised = exception(job, module, fields, count);
  job->raised_text = arena_format(&job->arena, "** (%s) %s", module + strlen("Elixir."), message);
}

void job_exception(Job *job, HostFailure *failure, const char *module, const char *text, ...) {
  Names *names = &job->names;
  va_list args;
  va_start(args, text);
  const char *message = arena_format_list(&job->arena, text, args);
  va_end(args);
  Quoted *pairs[2] = {Q_NAME(names, MESSAGE), quoted_binary(names, message, strlen(message))};
  failure->class_ = "error";
  failure->reason = exception(job, module, pairs, 1);
  failure->text = arena_format(&job->arena, "** (%s) %s", strncmp(module, "Elixir.", 7) == 0 ? module + 7 : module, message);
  failure->stack = NULL;
}

// {module, function, arity, [file: ~c"…", line: n]}
static Quoted *stack_frame(Names *names, Quoted *module, Quoted *function, uint32_t arity, const char *file, uint32_t line) {
  QuotedItems chars = {0}, location = {0};
  for (; *file; file++) quoted_push(names, &chars, quoted_int(names, (unsigned char)*file));
  quoted_push(names, &location, quoted_pair(names, names_intern_text(names, "file")->quoted, quoted_items_list(names, &chars)));
  if (line) quoted_push(names, &location, quoted_pair(names, names_intern_text(names, "line")->quoted, quoted_int(names, line)));
  return quoted_tuple(names, (Quoted *[]){module, function, quoted_int(names, arity), quoted_items_list(names, &location)}, 4);
}

static bool frame_of(Quoted *frame, const char *module) {
  return frame->kind == Q_TUPLE && frame->count == 4 && frame->items[0]->kind == Q_ATOM &&
         strcmp(frame->items[0]->name->text, module) == 0;
}

// Above the evaluator's frame, which is where the call came from.
static Quoted *stack_with_place(Names *names, Quoted *stack, const CallPlace *p) {
  if (!stack || stack->kind != Q_LIST || stack->tail) return stack;
  QuotedItems out = {0};
  uint32_t i = 0;
  while (i < stack->count && !frame_of(stack->items[i], "joist_evaluator")) quoted_push(names, &out, stack->items[i++]);
  if (p->macro) quoted_push(names, &out, stack_frame(names, p->macro_module->quoted, p->macro->quoted, p->macro_arity, "expanding macro", 0));
  const char *body = p->module ? "__MODULE__" : "__FILE__";
  Quoted *module = p->module ? p->module->quoted : names_intern_text(names, "joist_body")->quoted;
  Quoted *function = p->function ? p->function->quoted : names_intern_text(names, body)->quoted;
  quoted_push(names, &out, stack_frame(names, module, function, p->arity, p->file, p->line));
  for (; i < stack->count; i++) quoted_push(names, &out, stack->items[i]);
  return quoted_items_list(names, &out);
}

static Quoted *call(Job *job, const CallPlace *place, const Name *module, const Name *function, Quoted **args, uint32_t count) {
  HostFailure failure = {0};
  JobFrame *frame = job->frame;
  Quoted *result = job->host->call(job->host->context, job, module->text, function->text, args, count, &failure);
  job->frame = frame;
  if (result) return result;
  if (place && place->file) failure.stack = stack_with_place(&job->names, failure.stack, place);
  job->failure = failure;
  job_abort(job);
}

Quoted *job_call(Job *job, const Name *module, const Name *function, Quoted **args, uint32_t count) {
  return call(job, NULL, module, function, args, count);
}

Quoted *job_call_at(Job *job, const CallPlace *place, const Name *module, const Name *function, Quoted **args, uint32_t count) {
  return call(job, place, module, function, args, count);
}

int64_t job_counter(Job *job) {
  // Blocks of numbers, so that the host is asked rarely.
  enum { BLOCK = 1024 };
  if (job->counter_left == 0) {
    job->counter_base = (job->host->fresh ? job->host->fresh(job->host->context, job) : ++job->counter) * BLOCK;
    job->counter_left = BLOCK;
  }
  return job->counter_base + --job->counter_left + 1;
}

TemporaryModule *job_temporary(Job *job, const char *prefix) {
  TemporaryModule *t = ARENA_NEW(&job->arena, TemporaryModule);
  t->number = job->host->number ? job->host->number(job->host->context, job) : job_counter(job);
  t->name = names_format(&job->names, "%s_%lld", prefix, (long long)t->number);
  return t;
}

void job_temporary_end(Job *job, TemporaryModule *t) {
  if (t->gone) return;
  t->gone = true;
  if (job->host->unload) job->host->unload(job->host->context, job, t->name, t->number);
}

uint32_t job_handle(Job *job, HandleKind kind, void *data) {
  if (job->handle_count >= job->handle_capacity) {
    uint32_t capacity = job->handle_capacity ? job->handle_capacity * 2 : 256;
    Handle *handles = alloc_grow(job->alloc, job->handles, sizeof(Handle) * job->handle_capacity, sizeof(Handle) * capacity);
    if (!handles) on_no_memory(job);
    job->handles = handles;
    job->handle_capacity = capacity;
  }
  job->handles[job->handle_count] = (Handle){kind, data};
  return job->handle_count++;
}

void *job_handle_get(Job *job, HandleKind kind, int64_t handle) {
  if (handle <= 0 || handle >= job->handle_count || job->handles[handle].kind != kind) return NULL;
  return job->handles[handle].data;
}

static Source *source_of(Job *job, const char *file) {
  for (Source *s = job->sources; s; s = s->next)
    if (file && strcmp(s->file, file) == 0) return s;
  return NULL;
}

// Once for a file that defines modules: bit by bit is fast enough and needs no table.
uint32_t job_source_checksum(Job *job, const char *file) {
  Source *s = source_of(job, file);
  if (!s) return 0;
  if (!s->summed) {
    uint32_t sum = ~0u;
    for (size_t i = 0; i < s->size; i++) {
      sum ^= (unsigned char)s->text[i];
      for (int bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ (0xEDB88320u & -(sum & 1));
    }
    s->checksum = ~sum;
    s->summed = true;
  }
  return s->checksum;
}

// A file that is begun again says the same again.
static bool said_before(Job *job, const Diagnostic *d) {
  if (job->file_count == 0) return false;
  for (const Diagnostic *o = job->diagnostics.first; o != d; o = o->next)
    if (o->code == d->code && o->line == d->line && o->column == d->column && strcmp(o->message, d->message) == 0 && o->file && d->file &&
        strcmp(o->file, d->file) == 0)
      return true;
  return false;
}

void job_report(Job *job) {
  Diagnostic *d = job->reported ? job->reported->next : job->diagnostics.first;
  if (!d) return;
  Buffer out;
  buffer_init(&out, &job->arena.as_alloc);
  DiagnosticStyle style = {.warnings_as_errors = job->options.warnings_as_errors, .color = job->options.color};
  for (; d; d = d->next) {
    job->reported = d;
    if (said_before(job, d)) continue;
    const Source *s = source_of(job, d->file);
    diagnostic_render(&out, &job->diagnostics, d, s ? s->text : NULL, s ? s->size : 0, style);
    buffer_byte(&out, '\n');
  }
  if (job->host->report && !out.failed && out.size) job->host->report(job->host->context, job, out.data, out.size);
  buffer_free(&out);
}

void job_dump(Job *job, const CoreModule *module) {
  Buffer out;
  buffer_init(&out, &job->arena.as_alloc);
  core_print(&job->names, &out, module);
  if (job->host->report && !out.failed) job->host->report(job->host->context, job, out.data, out.size);
  buffer_free(&out);
}

bool job_emit(Job *job, CoreModule *module, const void **bytes, size_t *size) {
  // Scratch of the back end goes away at once; only the image and the bytes stay.
  ModuleImage *image = core_compile(&job->arena, &job->names, module, &job->diagnostics);
  if (!image) return false;
  Buffer out;
  buffer_init(&out, &job->arena.as_alloc);
  module_write(image, &out);
  *bytes = out.data;
  *size = out.size;
  HostFailure failure = {0};
  if (job->host->load(job->host->context, job, module->name, *bytes, *size, &failure)) return true;
  job->failure = failure;
  job_abort(job);
}

// --- other modules

ModuleInfo *job_module_entry(Job *job, const Name *name) {
  ModuleInfo *info = name_map_get(&job->modules, name);
  if (!info) {
    info = ARENA_NEW(&job->arena, ModuleInfo);
    info->name = name;
    name_map_put(&job->arena, &job->modules, name, info);
  }
  return info;
}

void job_module_changed(Job *job, const Name *name) {
  ModuleInfo *info = job_module_entry(job, name);
  memset(info, 0, sizeof *info);
  info->name = name;
  info->defined_here = true;
}

static void read_exports(Job *job, ModuleInfo *info) {
  Names *names = &job->names;
  Quoted *key = Q_NAME(names, EXPORTS);
  Quoted *list = job_call(job, info->name, NAME(names, MODULE_INFO), &key, 1);
  info->exports_known = true;
  if (!quoted_is_list(list)) return;
  for (uint32_t i = 0; i < list->count; i++) {
    Quoted *pair = list->items[i];
    if (!quoted_is_pair(pair) || pair->items[0]->kind != Q_ATOM || pair->items[1]->kind != Q_INT) continue;
    const Name *name = pair->items[0]->name;
    uint32_t arity = (uint32_t)pair->items[1]->integer;
    if (name->length > 6 && memcmp(name->text, "MACRO-", 6) == 0 && arity > 0) {
      function_set_add(&job->arena, &info->macros, names_intern(names, name->text + 6, name->length - 6), arity - 1, NULL);
    } else if (name->known == N_INFO && arity == 1) {
      info->has_info = true;
    } else if (name->known != N_MODULE_INFO) {
      function_set_add(&job->arena, &info->functions, name, arity, NULL);
    }
  }
}

ModuleInfo *job_module(Job *job, const Name *name) {
  ModuleInfo *info = job_module_entry(job, name);
  if (!info->looked) {
    // A file of the set that waits stands before what is loaded already when the library compiles itself.
    FileUnit *unit = job->options.bootstrap ? name_map_get(&job->file_of_module, name) : NULL;
    info->there = (!unit || unit->state != FILE_WAITING) && job->host->module_loaded &&
                  job->host->module_loaded(job->host->context, job, name, unit == NULL);
    if (!info->there && job_compile_module_file(job, name)) {
      info = job_module_entry(job, name);
      info->there = job->host->module_loaded && job->host->module_loaded(job->host->context, job, name, false);
    }
    // What a file of the set will define, or an open module, may be there the next time.
    info->looked = info->there || (!name_map_get(&job->file_of_module, name) && !module_find_open(job, name));
  }
  if (!info->there) return NULL;
  if (!info->exports_known) read_exports(job, info);
  return info;
}

// SPDX-License-Identifier: Apache-2.0
//
// `joist compile` and `joist disasm`: source files to module files, and those to a listing.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vm/code/code.h"
#include "vm/code/disasm.h"
#include "vm/main/commands.h"
#include "vm/main/library.h"
#include "vm/term/binary.h"

typedef struct CompileOutput {
  const char *directory;
  Vm *vm;
  bool failed;
  PackItem *pack; // with --pack: collected instead of written one by one
  size_t pack_count, pack_capacity;
  bool packing;
} CompileOutput;

static bool write_file(const char *path, const void *bytes, size_t size) {
  FILE *f = fopen(path, "wb");
  bool ok = f && fwrite(bytes, 1, size, f) == size;
  if (f && fclose(f) != 0) ok = false;
  if (!ok) fprintf(stderr, "joist: cannot write %s: %s\n", path, strerror(errno));
  return ok;
}

static void no_memory(CompileOutput *out) {
  fputs("joist: no memory for the modules\n", stderr);
  out->failed = true;
}

// A file that had to wait for another one's modules is compiled again from its start: the last of a name counts.
static bool pack_module(CompileOutput *out, const CompiledModule *m) {
  for (size_t i = 0; i < out->pack_count; i++) {
    if (strcmp(out->pack[i].name, m->name->text) != 0) continue;
    free((void *)(uintptr_t)out->pack[i].name);
    free((void *)(uintptr_t)out->pack[i].bytes);
    out->pack[i] = out->pack[--out->pack_count];
    break;
  }
  if (out->pack_count == out->pack_capacity) {
    size_t wanted = out->pack_capacity ? out->pack_capacity * 2 : 64;
    PackItem *bigger = realloc(out->pack, wanted * sizeof *bigger);
    if (!bigger) return false;
    out->pack = bigger;
    out->pack_capacity = wanted;
  }
  char *name = strdup(m->name->text);
  void *bytes = malloc(m->size);
  if (!name || !bytes) {
    free(name);
    free(bytes);
    return false;
  }
  memcpy(bytes, m->bytes, m->size);
  out->pack[out->pack_count++] = (PackItem){name, bytes, m->size};
  return true;
}

static void write_module(void *context, const CompiledModule *m) {
  CompileOutput *out = context;
  if (out->packing) {
    if (!pack_module(out, m)) no_memory(out);
    return;
  }
  size_t size = strlen(out->directory) + strlen(m->name->text) + sizeof "/.jo";
  char *path = malloc(size);
  if (!path) {
    no_memory(out);
    return;
  }
  snprintf(path, size, "%s/%s.jo", out->directory, m->name->text);
  if (!write_file(path, m->bytes, m->size)) out->failed = true;
  free(path);
}

// What a file is called that lies below root.
static const char *name_below(const char *root, const char *path) {
  size_t size = root ? strlen(root) : 0;
  return size && strncmp(path, root, size) == 0 && path[size] == '/' ? path + size + 1 : path;
}

// [{path, text} …] for :joist_compile.files/1. T_NONE: no memory.
static Term file_list(Vm *vm, const char *root, char **paths, const Buffer *texts, int count) {
  size_t words = 0;
  for (int i = 0; i < count; i++) words += CONS_WORDS + 3 + binary_words(strlen(paths[i])) + binary_words(texts[i].size);
  LiteralArea *area = literal_area_new(vm->literals, words, 0);
  if (!area) return T_NONE;
  Term list = T_NIL;
  for (int i = count; i-- > 0;) {
    Term pair, *items = heap_tuple(&area->heap, 2, &pair);
    items[0] = items[1] = T_NIL;
    const char *name = name_below(root, paths[i]);
    items[0] = binary_make(&vm->context, &area->heap, name, strlen(name));
    items[1] = binary_make(&vm->context, &area->heap, texts[i].data ? texts[i].data : "", texts[i].size);
    if (items[0] == T_NONE || items[1] == T_NONE) return T_NONE;
    list = heap_cons(&area->heap, pair, list);
  }
  return list;
}

static bool read_files(Buffer *texts, char **paths, int count, const Alloc *alloc) {
  bool ok = true;
  for (int i = 0; i < count; i++) {
    buffer_init(&texts[i], alloc);
    if (file_read_whole(paths[i], &texts[i])) continue;
    fprintf(stderr, "joist: cannot read %s: %s\n", paths[i], strerror(errno));
    ok = false;
  }
  return ok;
}

// The pack, and the image of it when that is wanted.
static bool write_pack(const CompileOutput *out, const char *path, const char *image_path, const Alloc *alloc) {
  Buffer pack, image;
  buffer_init(&pack, alloc);
  buffer_init(&image, alloc);
  bool ok = library_write_pack(&pack, out->pack, out->pack_count) && write_file(path, pack.data, pack.size);
  if (ok && image_path) ok = library_build_image(alloc, pack.data, pack.size, &image) && write_file(image_path, image.data, image.size);
  buffer_free(&image);
  buffer_free(&pack);
  return ok;
}

static int compile_in(Vm *vm, CommandLine *c, const Alloc *alloc) {
  CompileOutput out = {.directory = c->compile.directory, .packing = c->compile.pack};
  Buffer *texts = calloc((size_t)c->word_count, sizeof *texts);
  if (!texts) {
    fputs("joist: no memory for these files\n", stderr);
    return 1;
  }
  compile_host_options(vm, &c->compile.options);
  compile_host_sink(vm, write_module, &out);
  int status = 1;
  if (read_files(texts, c->words, c->word_count, alloc)) {
    Term list = file_list(vm, c->compile.root, c->words, texts, c->word_count);
    if (list == T_NONE) fputs("joist: no memory for these files\n", stderr);
    else status = run_first_process(vm, library_is_there() ? "joist_main" : "joist_compile", library_is_there() ? "compile_files" : "files", &list, 1);
  }
  for (int i = 0; i < c->word_count; i++) buffer_free(&texts[i]);
  free(texts);
  if (out.packing && status == 0 && !write_pack(&out, c->compile.pack, c->compile.image, alloc)) status = 1;
  for (size_t i = 0; i < out.pack_count; i++) {
    free((void *)(uintptr_t)out.pack[i].name);
    free((void *)(uintptr_t)out.pack[i].bytes);
  }
  free(out.pack);
  return status || out.failed;
}

int command_compile(CommandLine *c) {
  if (c->word_count == 0) return options_usage_error("compile needs files");
  mkdir(c->compile.directory, 0777); // when it is there already, writing tells more
  char **files = c->words;
  int file_count = c->word_count;
  c->word_count = 0; // they are no arguments of a program
  joist_vm *vm;
  if (!command_start(c, &vm)) return 1;
  c->words = files;
  c->word_count = file_count;
  Alloc alloc = alloc_system();
  int status = compile_in(host_vm(vm), c, &alloc);
  command_stop(vm, status);
  return status;
}

int command_disasm(CommandLine *c) {
  if (c->word_count != 1) return options_usage_error("disasm needs one file");
  const char *path = c->words[0];
  Alloc alloc = alloc_system();
  Buffer file, text;
  buffer_init(&file, &alloc);
  buffer_init(&text, &alloc);
  int status = 1;
  if (!file_read_whole(path, &file)) {
    fprintf(stderr, "joist: cannot read %s: %s\n", path, strerror(errno));
  } else {
    VerifyError error;
    if (disasm_module(&alloc, file.data, file.size, &text, &error)) {
      fwrite(text.data, 1, text.size, stdout);
      status = 0;
    } else {
      fprintf(stderr, "joist: %s: %s\n", path, verify_reason_text(error.reason));
    }
  }
  buffer_free(&text);
  buffer_free(&file);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
//
// Prints what the parser makes of snippets, for comparison with stored results.
//
//   quoted_dump FILE              snippets separated by lines `----`, one line of output each
//   quoted_dump --whole FILE...   each file is one snippet
//   --oracle     forms of Elixir 1.14 where level 1.18 differs (docs/reference/differences.md)
//   --plain      without token metadata
//   --compile    only parse, as the compiler does, and render diagnostics (FILE as for snippets)
//   --time N     parse the file N times and say how fast

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/syntax/parser.h"

static void no_memory(void *context) {
  (void)context;
  fputs("no memory\n", stderr);
  exit(3);
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(2);
  }
  size_t capacity = 1 << 16;
  char *data = malloc(capacity + 1);
  *size = 0;
  for (size_t got; (got = fread(data + *size, 1, capacity - *size, file)) > 0;) {
    *size += got;
    if (*size == capacity) data = realloc(data, (capacity *= 2) + 1);
  }
  data[*size] = 0;
  fclose(file);
  return data;
}

// Rebuilds a term in the form that Elixir 1.14 gives it.
static Quoted *as_114(Names *names, Quoted *q) {
  QuotedItems items = {0};
  switch ((QuotedKind)q->kind) {
  case Q_LIST:
    for (uint32_t i = 0; i < q->count; i++) quoted_push(names, &items, as_114(names, q->items[i]));
    return quoted_items_list(names, &items);
  case Q_TUPLE:
    for (uint32_t i = 0; i < q->count; i++) quoted_push(names, &items, as_114(names, q->items[i]));
    return quoted_tuple(names, items.items, items.count);
  case Q_CALL: {
    Quoted *extra = NULL;
    if (q->meta_whole) return quoted_call_meta(names, as_114(names, q->head), q->extra, as_114(names, q->args));
    if (q->extra) {
      for (uint32_t i = 0; i < q->extra->count; i++) {
        Quoted *key = q->extra->items[i]->items[0];
        if (quoted_is_name(key, N_FROM_BRACKETS) || quoted_is_name(key, N_FROM_INTERPOLATION)) continue;
        quoted_push(names, &items, q->extra->items[i]);
      }
      extra = quoted_items_list(names, &items);
    }
    Quoted *args = quoted_is_call_arity(q, N_DOTDOTDOT, 0) ? Q_NAME(names, NIL) : as_114(names, q->args);
    return quoted_call(names, as_114(names, q->head), args, extra, q->line, q->column);
  }
  default: return q;
  }
}

typedef struct Mode {
  bool oracle, plain, compile, whole;
} Mode;

static void dump(const char *text, size_t size, Mode mode) {
  Alloc alloc = alloc_system();
  Arena arena;
  arena_init(&arena, &alloc, no_memory, NULL);
  Names names;
  names_init(&names, &arena);
  Diagnostics sink;
  diagnostics_init(&sink, &arena, "file.exs");
  ParseOptions options = mode.compile ? parse_options_compile() : parse_options_full();
  if (mode.plain) options.token_metadata = options.columns = false;
  Quoted *q = parse_program(&names, &options, text, size, &sink);
  Buffer out;
  buffer_init(&out, &alloc);
  if (mode.compile) {
    diagnostics_render(&out, &sink, text, size, (DiagnosticStyle){0});
    if (!sink.first) buffer_text(&out, "(nothing to say)\n");
  } else if (q) {
    quoted_print(&names, &out, mode.oracle ? as_114(&names, q) : q);
  } else {
    const SyntaxFailure *f = sink.first ? sink.first->failure : NULL;
    if (f) {
      int line = f->kind == FAILURE_MISMATCHED ? f->end_line : f->line;
      int column = f->kind == FAILURE_MISMATCHED ? f->end_column : f->column;
      buffer_format(&out, "error %d:%d %s%s", line, column, f->prefix, f->token);
    } else {
      buffer_text(&out, "error without a place");
    }
  }
  if (!mode.compile) buffer_byte(&out, '\n');
  fwrite(out.data, 1, out.size, stdout);
  buffer_free(&out);
  arena_free(&arena);
}

static void each_snippet(char *text, size_t size, Mode mode) {
  char *start = text, *end = text + size;
  int number = 0;
  while (start < end) {
    char *stop = strstr(start, "\n----\n");
    char *next = stop ? stop + 6 : end;
    if (!stop) {
      stop = end;
      if (stop > start && stop[-1] == '\n') stop--;
    }
    // An exact copy, so that a read behind the end is seen.
    size_t length = (size_t)(stop - start);
    char *copy = malloc(length ? length : 1);
    memcpy(copy, start, length);
    if (mode.compile) printf("%s== %d\n", number ? "\n" : "", number + 1);
    number++;
    dump(copy, length, mode);
    free(copy);
    start = next;
  }
}

static void measure(const char *text, size_t size, int rounds) {
  Alloc alloc = alloc_system();
  struct timespec a, b;
  double best = 1e9;
  size_t memory = 0;
  for (int i = 0; i < rounds; i++) {
    Arena arena;
    arena_init(&arena, &alloc, no_memory, NULL);
    Names names;
    names_init(&names, &arena);
    Diagnostics sink;
    diagnostics_init(&sink, &arena, NULL);
    ParseOptions options = parse_options_compile();
    clock_gettime(CLOCK_MONOTONIC, &a);
    parse_program(&names, &options, text, size, &sink);
    clock_gettime(CLOCK_MONOTONIC, &b);
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    if (seconds < best) best = seconds;
    memory = arena.total_bytes;
    arena_free(&arena);
  }
  printf("%zu bytes, best of %d: %.3f ms, %.1f MB/s, arena %.1f MB\n", size, rounds, best * 1e3, (double)size / best / 1e6,
         (double)memory / 1e6);
}

int main(int argc, char **argv) {
  Mode mode = {0};
  int rounds = 0, i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "--oracle") == 0) mode.oracle = true;
    else if (strcmp(argv[i], "--plain") == 0) mode.plain = true;
    else if (strcmp(argv[i], "--compile") == 0) mode.compile = true;
    else if (strcmp(argv[i], "--whole") == 0) mode.whole = true;
    else if (strcmp(argv[i], "--time") == 0 && i + 1 < argc) rounds = atoi(argv[++i]);
    else return fprintf(stderr, "unknown option %s\n", argv[i]), 2;
  }
  if (i >= argc) return fputs("a file is missing\n", stderr), 2;
  for (; i < argc; i++) {
    size_t size;
    char *text = read_file(argv[i], &size);
    if (rounds) measure(text, size, rounds);
    else if (mode.whole) dump(text, size, mode);
    else each_snippet(text, size, mode);
    free(text);
  }
  return 0;
}

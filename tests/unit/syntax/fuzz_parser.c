// SPDX-License-Identifier: Apache-2.0
//
// Feeds damaged programs to the parser: bytes of the given files are deleted, inserted,
// doubled and swapped at random. Whatever comes in, the parser must end, with a term or
// with at least one diagnostic, and without an error of the sanitizers.
//
//   fuzz_parser ROUNDS SEED FILE...      snippets in FILE are separated by lines `----`

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/syntax/parser.h"

static void no_memory(void *context) {
  (void)context;
  exit(3);
}

static uint64_t state;
static uint32_t next_random(uint32_t below) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (uint32_t)((state >> 33) % below);
}

typedef struct Snippet {
  const char *text;
  size_t size;
} Snippet;

static Snippet snippets[20000];
static uint32_t snippet_count;

static void load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(2);
  }
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *data = malloc(size + 1);
  if (fread(data, 1, size, file) != size) exit(2);
  data[size] = 0;
  fclose(file);
  for (char *p = data; p < data + size && snippet_count < 20000;) {
    char *stop = strstr(p, "\n----\n");
    size_t length = stop ? (size_t)(stop - p) : (size_t)(data + size - p);
    snippets[snippet_count++] = (Snippet){p, length};
    if (!stop) break;
    p = stop + 6;
  }
}

static const char *const pieces[] = {"(",   ")",   "[",   "]",    "{",   "}",  "<<", ">>",   "do ",  " end", "fn ",  "->",
                                     "#{",  "\"",  "'",   "\"\"\"\n", "\n", ";",  ",",  "%",    "%{",   "|",    "&1",   "=>",
                                     " else ", "~s(", "~S\"\"\"\n", "\\", "\xC3", "\xF0\x9F", "a: ", "\"a\": ", "@", "..", "//",
                                     " when ", " not in ", "?", ":", "::", "0x", "1.5e", "...", "Foo.", ".(", " -1", "\0"};

static size_t damage(char *text, size_t size, size_t room) {
  uint32_t times = 1 + next_random(4);
  while (times--) {
    size_t at = size ? next_random((uint32_t)size) : 0;
    switch (next_random(4)) {
    case 0: // delete some bytes
      if (size) {
        size_t count = 1 + next_random(4);
        if (count > size - at) count = size - at;
        memmove(text + at, text + at + count, size - at - count);
        size -= count;
      }
      break;
    case 1: { // insert a piece
      const char *piece = pieces[next_random(sizeof pieces / sizeof *pieces)];
      size_t count = strlen(piece);
      if (count == 0) count = 1;
      if (size + count > room) break;
      memmove(text + at + count, text + at, size - at);
      memcpy(text + at, piece, count);
      size += count;
      break;
    }
    case 2: { // double a stretch
      size_t count = 1 + next_random(30);
      if (count > size - at) count = size - at;
      if (size + count > room) break;
      memmove(text + at + count, text + at, size - at);
      size += count;
      break;
    }
    default: // another byte
      if (size) text[at] = (char)next_random(256);
    }
  }
  return size;
}

static void parse(const char *text, size_t size, uint32_t round) {
  Alloc alloc = alloc_system();
  Arena arena;
  arena_init(&arena, &alloc, no_memory, NULL);
  Names names;
  names_init(&names, &arena);
  Diagnostics sink;
  diagnostics_init(&sink, &arena, "fuzz.exs");
  ParseOptions options = round % 2 ? parse_options_compile() : parse_options_full();
  Quoted *q = parse_program(&names, &options, text, size, &sink);
  if (!q == !sink.error_count) {
    fprintf(stderr, "term and diagnostics disagree for:\n%.*s\n", (int)size, text);
    abort();
  }
  Buffer out;
  buffer_init(&out, &alloc);
  if (q) quoted_print(&names, &out, q);
  diagnostics_render(&out, &sink, text, size, (DiagnosticStyle){.color = round % 3 == 0});
  buffer_free(&out);
  if (round % 5 == 0) {
    ParseStatus status = parse_status(&names, text, size);
    if (options.first_error_only && (status == PARSE_COMPLETE) != (q != NULL)) abort();
  }
  arena_free(&arena);
}

int main(int argc, char **argv) {
  if (argc < 4) return fputs("usage: fuzz_parser ROUNDS SEED FILE...\n", stderr), 2;
  uint32_t rounds = (uint32_t)strtoul(argv[1], NULL, 10);
  state = strtoull(argv[2], NULL, 10) * 2654435761u + 1;
  for (int i = 3; i < argc; i++) load(argv[i]);
  if (snippet_count == 0) return fputs("nothing to damage\n", stderr), 2;
  for (uint32_t round = 0; round < rounds; round++) {
    const Snippet *s = &snippets[next_random(snippet_count)];
    size_t room = s->size + 400;
    char *text = malloc(room);
    memcpy(text, s->text, s->size);
    size_t size = damage(text, s->size, room);
    // An exact block, so that the sanitizer sees a read behind the end.
    char *exact = malloc(size ? size : 1);
    memcpy(exact, text, size);
    free(text);
    parse(exact, size, round);
    free(exact);
  }
  printf("%u damaged programs parsed\n", rounds);
  return 0;
}

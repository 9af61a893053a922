// SPDX-License-Identifier: Apache-2.0
//
// Golden listings: each tests/lang/listings/NAME.core compiles to exactly NAME.expected. With JOIST_WRITE_LISTINGS set
// the expected files are written instead; look at the difference before keeping it. And what has no listing: limits, large input.
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include "core_fixture.h"

static char *read_file(Fixture *f, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  Buffer b;
  buffer_init(&b, &f->alloc);
  for (int c; (c = fgetc(file)) != EOF;) buffer_byte(&b, (unsigned char)c);
  fclose(file);
  char *text = arena_copy(&f->arena, b.data ? b.data : "", b.size);
  buffer_free(&b);
  return text;
}

static void list_image(const ModuleImage *image, Buffer *out) {
  for (uint32_t i = 0; i < image->function_count; i++) {
    const ImageText *name = &image->atoms[image->functions[i].name];
    if (name->size == 11 && memcmp(name->bytes, "module_info", 11) == 0) continue;
    disasm_function(image, &image->functions[i], out);
  }
}

static void check_listing(const char *name) {
  Fixture f;
  fixture_start(&f);
  const char *folder = TESTS_SOURCE_ROOT "/tests/lang/listings";
  char *path = arena_format(&f.arena, "%s/%s.core", folder, name), *expected_path = arena_format(&f.arena, "%s/%s.expected", folder, name);
  char *text = read_file(&f, path);
  cr_assert(text != NULL, "%s is missing", path);
  ModuleImage *image = fixture_compile(&f, fixture_read(&f, text));
  Buffer out;
  buffer_init(&out, &f.alloc);
  list_image(image, &out);
  buffer_byte(&out, 0);
  if (getenv("JOIST_WRITE_LISTINGS")) {
    FILE *file = fopen(expected_path, "wb");
    fwrite(out.data, 1, out.size - 1, file);
    fclose(file);
  }
  char *expected = read_file(&f, expected_path);
  cr_assert(expected != NULL, "%s is missing", expected_path);
  cr_assert(strcmp(expected, out.data) == 0, "%s: the listing changed:\n%s", name, out.data);
  buffer_free(&out);
  fixture_end(&f);
}

Test(core_listings, all) {
  DIR *folder = opendir(TESTS_SOURCE_ROOT "/tests/lang/listings");
  cr_assert(folder != NULL);
  int count = 0;
  for (struct dirent *e; (e = readdir(folder));) {
    char *dot = strrchr(e->d_name, '.');
    if (!dot || strcmp(dot, ".core") != 0) continue;
    *dot = 0;
    check_listing(e->d_name);
    count++;
  }
  closedir(folder);
  cr_assert(count >= 4);
}

static RunResult run_int(Fixture *f, ModuleImage *image, const char *name, int64_t n) {
  Quoted *args[] = {quoted_int(&f->names, n)};
  uint32_t index = image_find(image, name, 1);
  cr_assert(index != UINT32_MAX);
  return image_run(&f->names, image, index, args, 1);
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// Thousands of clauses, elements and lines: right, and not quadratic (the bounds are ten times what is needed).
Test(core_listings, large_functions) {
  Fixture f;
  fixture_start(&f);
  Buffer text;
  buffer_init(&text, &f.alloc);
  buffer_text(&text, "(module large (function clauses 1 exported");
  for (int i = 0; i < 5000; i++) buffer_format(&text, " (clause (%d) () :a%d)", i * 7, i);
  buffer_text(&text, ") (function mixed 1 exported");
  for (int i = 0; i < 2000; i++) buffer_format(&text, i % 2 ? " (clause (%d) () %d)" : " (clause (x) ((erl =:= (erl rem x 1000) %d)) %d)", i, i);
  buffer_text(&text, ") (function lines 1 exported (clause (x0) () (seq");
  for (int i = 0; i < 5000; i++) buffer_format(&text, " @%d (match x (local one (erl + x0 %d)))", i + 1, i);
  buffer_text(&text, " x))) (function one 1 (clause (x) () x)))");
  buffer_byte(&text, 0);
  CoreModule *m = fixture_read(&f, text.data);
  // The reader recurses on nesting, so the long list is made here.
  CoreFunction *fn = ARENA_NEW(&f.arena, CoreFunction);
  fn->name = names_intern_text(&f.names, "list");
  fn->exported = true;
  fn->clause_count = 1;
  fn->clauses = ARENA_NEW(&f.arena, CoreClause);
  Core *tail = ARENA_NEW(&f.arena, Core);
  tail->kind = CORE_LITERAL;
  tail->u.literal = quoted_empty_list(&f.names);
  for (int i = 0; i < 100000; i++) {
    Core *cons = ARENA_NEW(&f.arena, Core), *head = ARENA_NEW(&f.arena, Core);
    head->kind = CORE_LITERAL;
    head->u.literal = quoted_int(&f.names, i);
    cons->kind = CORE_CONS;
    cons->count = 2;
    cons->args = ARENA_ARRAY(&f.arena, Core *, 2);
    cons->args[0] = head;
    cons->args[1] = tail;
    tail = cons;
  }
  fn->clauses[0].body = tail;
  CoreFunction **functions = ARENA_ARRAY(&f.arena, CoreFunction *, m->function_count + 1);
  memcpy(functions, m->functions, sizeof *functions * m->function_count);
  functions[m->function_count++] = fn;
  m->functions = functions;
  double start = seconds();
  ModuleImage *image = fixture_compile(&f, m);
  double used = seconds() - start;
  cr_assert(used < 20, "compiling took %.1f s", used);
  RunResult r = run_int(&f, image, "clauses", 7 * 4321);
  cr_assert(r.end == RUN_RETURNED && !strcmp(r.value->name->text, "a4321"));
  r = run_int(&f, image, "clauses", 3);
  cr_assert(r.end == RUN_FUNCTION_CLAUSE);
  r = run_int(&f, image, "lines", 5);
  cr_assert(r.end == RUN_RETURNED && r.value->integer == 5 + 4999);
  buffer_free(&text);
  fixture_end(&f);
}

static bool refuses(const char *before, const char *open, const char *inside, const char *close, const char *after, int depth) {
  Fixture f;
  fixture_start(&f);
  Buffer text;
  buffer_init(&text, &f.alloc);
  buffer_text(&text, before);
  for (int i = 0; i < depth; i++) buffer_text(&text, open);
  buffer_text(&text, inside);
  for (int i = 0; i < depth; i++) buffer_text(&text, close);
  buffer_text(&text, after);
  buffer_byte(&text, 0);
  CoreModule *m = fixture_read(&f, text.data);
  bool refused = core_compile(&f.arena, &f.names, m, &f.sink) == NULL && f.sink.error_count == 1 && f.sink.first->code == DIAG_LIMIT;
  buffer_free(&text);
  fixture_end(&f);
  return refused;
}

// Too deep is a diagnostic, not an overflow of the stack.
Test(core_listings, limits) {
  cr_assert(refuses("(module t (function f 1 exported (clause (x) () ", "(tuple x ", "x", ")", ")))", 4000));
  cr_assert(refuses("(module t (function f 1 exported (clause (", "(tuple _ ", "1", ")", ") () 1)))", 4000));
  cr_assert(!refuses("(module t (function f 1 exported (clause (x) () ", "(tuple x ", "x", ")", ")))", 500));
}

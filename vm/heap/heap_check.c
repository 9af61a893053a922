// SPDX-License-Identifier: Apache-2.0
//
// The walk over a whole heap that proves H1 to H4, and the counters of collection points: for tests and the
// hostile build, not fast.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/heap/heap_internal.h"
#include "vm/term/shared.h"

typedef struct Checker {
  RootVisitor visitor;
  HeapEnv *env;
  Heap *h;
  bool old; // the objects looked at are in the old block
  size_t off_heap_count;
} Checker;

static bool within(const Term *p, const Term *lo, const Term *hi) { return p >= lo && p < hi; }

// H3: where may a reference lead from here?
static void check_word(Checker *k, Term t) {
  if (!term_is_pointer(t)) {
    CHECK((t & TAG_MASK) != TAG_HEADER && t != T_MOVED);
    return;
  }
  const Term *p = (const Term *)(uintptr_t)(t & ~(Term)TAG_MASK);
  Heap *h = k->h;
  bool good = term_is_literal(k->env->context, t) || (h->old && within(p, h->old->words, h->old->top));
  if (!k->old) {
    good = good || within(p, h->block, h->heap.top) || (h->peeked && within(p, h->peeked->words, h->peeked->words + h->peeked->word_count));
    for (HeapFragment *f = h->fragments; f && !good; f = f->next) good = within(p, f->words, f->words + f->word_count);
  }
  CHECK(good);
  if (term_is_boxed(t)) CHECK(word_is_header(*p) && header_kind(*p) < KIND_COUNT && header_kind(*p) != KIND_FILLER);
  else CHECK(!word_is_header(*p));
}

static void check_roots(RootVisitor *v, Term *roots, size_t count) {
  for (size_t i = 0; i < count; i++) check_word((Checker *)v, roots[i]);
}

// Objects that are garbage may refer to what is gone: their references are looked at only when `live`.
static void check_stretch(Checker *k, const Term *from, const Term *to, bool live) {
  for (const Term *p = from; p < to;) {
    const Term *end = p + heap_object_words(p);
    CHECK(end <= to);
    if (word_is_header(*p)) CHECK(header_kind(*p) < KIND_COUNT);
    if (word_is_header(*p) && (header_is(*p, KIND_BIN_SHARED) || header_is(*p, KIND_NATIVE))) k->off_heap_count++;
    if (live)
      for (const Term *w = word_is_header(*p) ? p + kind_first_term(*p) : p; w < end; w++) check_word(k, *w);
    p = end;
  }
}

static size_t chain_count(Term chain) {
  size_t count = 0;
  for (; chain != T_NIL; chain = boxed_ptr(chain)[OFF_HEAP_LINK]) {
    const Term *p = boxed_ptr(chain);
    CHECK(header_is(p[0], KIND_BIN_SHARED) || header_is(p[0], KIND_NATIVE));
    count++;
  }
  return count;
}

void heap_check(HeapEnv *env, Heap *h) {
  CHECK(h->block <= h->age_mark && h->age_mark <= h->heap.top && h->heap.top <= h->stack_low && h->stack_low <= h->block_end);
  Checker k = {{check_roots}, env, h, false, 0};
  check_stretch(&k, h->block, h->heap.top, false);
  for (HeapFragment *f = h->fragments; f; f = f->next) check_stretch(&k, f->words, f->words + f->word_count, true);
  CHECK(k.off_heap_count == chain_count(h->heap.off_heap));
  heap_each_root(env, h, &k.visitor);
  if (!h->old) return;
  k.old = true;
  k.off_heap_count = 0;
  check_stretch(&k, h->old->words, h->old->top, true);
  CHECK(k.off_heap_count == chain_count(h->old->off_heap));
}

// --- collection points

static size_t point_index(const HeapEnv *env, const char *file, int line) {
  size_t i = ((uintptr_t)file * 31 + (size_t)line * 2654435761u) % env->point_capacity;
  while (env->points[i].file && (env->points[i].file != file || env->points[i].line != line)) i = (i + 1) % env->point_capacity;
  return i;
}

uint64_t heap_point_count(const HeapEnv *env, const char *file, int line) {
  return env->point_capacity ? env->points[point_index(env, file, line)].count : 0;
}

void heap_count_point(HeapEnv *env, const char *file, int line) {
  if (env->point_count * 2 >= env->point_capacity) {
    size_t capacity = env->point_capacity ? env->point_capacity * 2 : 256;
    CollectPoint *points = alloc_zero(env->alloc, capacity * sizeof *points);
    if (!points) return;
    CollectPoint *old = env->points;
    size_t old_capacity = env->point_capacity;
    env->points = points;
    env->point_capacity = capacity;
    env->point_count = 0;
    for (size_t i = 0; i < old_capacity; i++) {
      if (!old[i].file) continue;
      heap_count_point(env, old[i].file, old[i].line); // one level: the new table is large enough
      for (size_t j = 0; j < capacity; j++)
        if (points[j].file == old[i].file && points[j].line == old[i].line) points[j].count = old[i].count;
    }
    alloc_put(env->alloc, old, old_capacity * sizeof *old);
  }
  size_t i = point_index(env, file, line);
  if (!env->points[i].file) {
    env->points[i] = (CollectPoint){file, line, 0};
    env->point_count++;
  }
  env->points[i].count++;
}

#ifdef JOIST_HOSTILE
extern const CollectPlace __start_collect_places[], __stop_collect_places[];
#endif

void heap_points_report(const HeapEnv *env, Buffer *buffer) {
#ifdef JOIST_HOSTILE
  for (const CollectPlace *place = __start_collect_places; place < __stop_collect_places; place++)
    buffer_format(buffer, "%s:%ld 0\n", place->file, place->line);
#endif
  for (size_t i = 0; i < env->point_capacity; i++)
    if (env->points[i].file)
      buffer_format(buffer, "%s:%d %llu\n", env->points[i].file, env->points[i].line, (unsigned long long)env->points[i].count);
}

void heap_points_append(const HeapEnv *env) {
  const char *path = getenv("JOIST_COLLECT_POINTS");
  FILE *f = path ? fopen(path, "a") : NULL;
  if (!f) return;
  Buffer b;
  buffer_init(&b, env->alloc);
  heap_points_report(env, &b);
  setvbuf(f, NULL, _IOFBF, b.size + 1); // one write: others append too
  fwrite(b.data, 1, b.size, f);
  fclose(f);
  buffer_free(&b);
}

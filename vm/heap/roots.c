// SPDX-License-Identifier: Apache-2.0
//
// Roots: the walk over frames, and all roots of a heap through one visitor.
#include "vm/heap/heap_internal.h"

void frame_walk_start(FrameWalk *w, const Heap *h) {
  w->fp = h->fp;
  w->map = h->live_map;
  w->return_address = 0;
}

bool frame_walk_next(FrameWalk *w) {
  Term ret = w->fp[1];
  uint64_t map = return_point_map(ret);
  if (map & MAP_BARRIER) return false;
  w->fp += map_k_words(map);
  w->map = map;
  w->return_address = ret;
  return true;
}

static void visit_range(void *context, Term *roots, size_t count) {
  RootVisitor *v = context;
  v->visit(v, roots, count);
}

void heap_each_root(HeapEnv *env, Heap *h, RootVisitor *v) {
  stack_each_root(h, visit_range, v);
  if (env->each_root) env->each_root(env->state, h, v);
}

static bool slot_is_live(uint64_t map, size_t i) {
  if (!(map & MAP_FAR)) return i < MAP_NEAR_SLOTS && (map >> (MAP_MASK_SHIFT + i) & 1);
  const FarMap *far = map_far(map);
  return i / 64 < far->word_count && (far->bits[i / 64] >> (i % 64) & 1);
}

// F1: what no map names must never be read; here it is made unreadable.
void heap_poison_dead(Heap *h) {
  if (h->fp == h->block_end) return;
  Term *args_low = h->arg_count ? h->args - (h->arg_count - 1) : NULL, *args_high = h->arg_count ? h->args + 1 : NULL;
  for (Term *slot = h->fp; slot >= h->stack_low; slot--)
    if (!slot_is_live(h->live_map, (size_t)(h->fp - slot)) && !(slot >= args_low && slot < args_high)) *slot = T_POISON;
  FrameWalk w;
  frame_walk_start(&w, h);
  while (frame_walk_next(&w)) {
    size_t k = map_k_words(w.map);
    for (size_t i = 0; i + 1 < k; i++) // slot K-1 holds the return address
      if (!slot_is_live(w.map, i)) w.fp[-(intptr_t)i] = T_POISON;
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// The external format to terms.
//
// The format is in prefix order, so the first pass (check) needs no stack, only the number of terms still due; that number
// may never exceed the bytes left, since every term takes at least one. So the words counted are bounded by
// the input's size. The second pass (build) trusts the bytes; it keeps runs of slots still to be filled.
//
// A map's keys and values are read into memory beside the heap first. Its words are estimated for keys whose hashes
// spread; keys made to collide may need more than that and are refused (STATUS_LIMIT).
#include <zlib.h>

#include "vm/term/binary.h"
#include "vm/term/etf.h"
#include "vm/term/etf_zlib.h"
#include "vm/term/float_text.h"
#include "vm/term/fun.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

typedef struct Reader {
  const TermContext *context;
  const unsigned char *p, *end;
  unsigned flags;
  bool short_input;
  Status status; // of an atom
} Reader;

static size_t left(const Reader *r) { return (size_t)(r->end - r->p); }

static uint64_t take(Reader *r, unsigned bytes) {
  if (left(r) < bytes) {
    r->short_input = true;
    r->p = r->end;
    return 0;
  }
  uint64_t v = 0;
  while (bytes-- > 0) v = v << 8 | *r->p++;
  return v;
}

static const unsigned char *take_bytes(Reader *r, uint64_t count) {
  if (left(r) < count) {
    r->short_input = true;
    return NULL;
  }
  const unsigned char *p = r->p;
  r->p += count;
  return p;
}

// --- atoms
static Term intern(Reader *r, const char *text, size_t size) {
  Term atom = atom_lookup(r->context->atoms, text, size);
  if (atom != T_NONE) return atom;
  r->status = r->flags & ETF_SAFE ? STATUS_BAD_DATA : atom_intern(r->context->atoms, text, size, &atom);
  return r->status == STATUS_OK ? atom : T_NONE;
}

static Term intern_latin1(Reader *r, const unsigned char *text, size_t size) {
  unsigned char utf8[2 * ATOM_CHARACTERS_MAX];
  size_t n = 0;
  if (size > ATOM_CHARACTERS_MAX) {
    r->status = STATUS_LIMIT;
    return T_NONE;
  }
  for (size_t i = 0; i < size; i++) n += utf8_put(utf8 + n, text[i]);
  return intern(r, (char *)utf8, n);
}

// An atom whose tag was read; T_NONE: no such tag, or r->status, or short input.
static Term read_atom_text(Reader *r, unsigned tag) {
  bool wide = tag == ETF_ATOM || tag == ETF_ATOM_UTF8, latin1 = tag == ETF_ATOM || tag == ETF_SMALL_ATOM;
  if (!wide && !latin1 && tag != ETF_SMALL_ATOM_UTF8) return T_NONE;
  uint64_t size = take(r, wide ? 2 : 1);
  const unsigned char *text = take_bytes(r, size);
  if (!text) return T_NONE;
  return latin1 ? intern_latin1(r, text, (size_t)size) : intern(r, (const char *)text, (size_t)size);
}

static Term read_atom(Reader *r) { return read_atom_text(r, (unsigned)take(r, 1)); }

// --- what stands alone: pids, references, small integers, by tag
static bool read_pid(Reader *r, unsigned tag, Term *pid) {
  Term node = read_atom(r);
  uint64_t slot = take(r, 4), serial = take(r, 4);
  take(r, tag == ETF_PID ? 1 : 4);
  if (node != ATOM_nonode_nohost || slot > 0xfffffff || serial > 0x3fffffff) return false;
  *pid = term_pid((uint32_t)slot, (uint32_t)serial);
  return true;
}

static bool read_ref(Reader *r, unsigned tag, uint64_t *number, Term *alias) {
  uint64_t count = tag == ETF_REFERENCE ? 1 : take(r, 2), ids[5] = {0};
  Term node = read_atom(r);
  if (tag != ETF_REFERENCE) take(r, tag == ETF_NEWER_REFERENCE ? 4 : 1);
  if (node != ATOM_nonode_nohost || count < 1 || count > 5) return false;
  for (uint64_t i = 0; i < count; i++) ids[i] = take(r, 4);
  if (tag == ETF_REFERENCE) take(r, 1);
  *number = ids[0] | ids[1] << 32;
  *alias = ids[2] | ids[3] << 32;
  if (*alias && !term_is_pid(*alias)) *alias = 0;
  return true;
}

static bool read_small(Reader *r, int64_t *value) {
  uint64_t tag = take(r, 1);
  if (tag == ETF_SMALL_INTEGER) *value = (int64_t)take(r, 1);
  else if (tag == ETF_INTEGER) *value = (int32_t)take(r, 4);
  else return false;
  return true;
}

static const Export *read_export(Reader *r) {
  int64_t arity;
  Term module = read_atom(r), name = read_atom(r);
  if (module == T_NONE || name == T_NONE || !read_small(r, &arity) || arity < 0 || arity > 255) return NULL;
  if (!r->context->find_export) return NULL;
  return r->context->find_export(r->context->state, module, name, (uint32_t)arity);
}

static const FunEntry *read_fun(Reader *r, uint64_t *capture_count) {
  take(r, 4);
  uint64_t arity = take(r, 1);
  take(r, 8);
  take(r, 4);
  uint64_t function_index = take(r, 4), index = take(r, 4);
  *capture_count = take(r, 4);
  Term module = read_atom(r), pid;
  int64_t old_index, old_unique;
  if (module == T_NONE || !read_small(r, &old_index) || !read_small(r, &old_unique)) return NULL;
  uint64_t tag = take(r, 1);
  if ((tag != ETF_NEW_PID && tag != ETF_PID) || !read_pid(r, (unsigned)tag, &pid)) return NULL;
  if (r->short_input || (r->flags & ETF_SAFE) || !r->context->find_fun) return NULL;
  const FunEntry *f = r->context->find_fun(r->context->state, module, (uint32_t)index, (uint32_t)function_index, (uint32_t)arity);
  return f && f->arity == arity && f->capture_count == *capture_count ? f : NULL;
}

static bool read_old_float(Reader *r, double *value) {
  const char *text = (const char *)take_bytes(r, 31);
  return text && float_parse(text, strnlen(text, 31), value);
}

static bool read_new_float(Reader *r, double *value) {
  if (left(r) < 8 || !bits_get_float(r->p, 0, 64, 0, value)) return false;
  r->p += 8;
  return true;
}

// --- the first pass
typedef struct Need {
  uint64_t due; // terms
  size_t words;
} Need;

static size_t map_words(uint64_t count) {
  return count <= MAP_FLAT_MAX ? map_from_pairs_words((size_t)count) : 6 * (size_t)count + 600;
}

static Status check_bits(Reader *r, Need *need, bool whole) {
  uint64_t bytes = take(r, 4), rest = whole ? 8 : take(r, 1);
  if (!take_bytes(r, bytes) || rest < 1 || rest > 8 || (bytes == 0 && !whole)) return STATUS_BAD_DATA;
  need->words += bits_words(bytes * 8 - (8 - rest));
  return STATUS_OK;
}

static Status check_big(Reader *r, Need *need, bool large) {
  uint64_t bytes = take(r, large ? 4 : 1);
  take(r, 1);
  if (!take_bytes(r, bytes)) return STATUS_BAD_DATA;
  if (bytes > NUMBER_BITS_MAX / 8) return STATUS_LIMIT;
  need->words += (size_t)bytes / 8 + 3;
  return STATUS_OK;
}

// `count` terms more, each of which takes a byte at least.
static Status check_more(Reader *r, Need *need, uint64_t count, size_t words) {
  need->due += count;
  need->words += words;
  return need->due > left(r) ? STATUS_BAD_DATA : STATUS_OK;
}

static Status found(Need *need, bool good, size_t words) {
  need->words += words;
  return good ? STATUS_OK : STATUS_BAD_DATA;
}

static Status check_term(Reader *r, Need *need) {
  uint64_t tag = take(r, 1), count, number;
  Term t;
  double d;
  switch (tag) {
    case ETF_SMALL_INTEGER: take(r, 1); return STATUS_OK;
    case ETF_INTEGER: take(r, 4); return STATUS_OK;
    case ETF_NEW_FLOAT: return found(need, read_new_float(r, &d), FLOAT_WORDS);
    case ETF_FLOAT: return found(need, read_old_float(r, &d), FLOAT_WORDS);
    case ETF_NIL: return STATUS_OK;
    case ETF_SMALL_TUPLE: count = take(r, 1); return check_more(r, need, count, (size_t)count + 1);
    case ETF_LARGE_TUPLE: count = take(r, 4); return check_more(r, need, count, (size_t)count + 1);
    case ETF_LIST: count = take(r, 4); return check_more(r, need, count + 1, (size_t)count * 2);
    case ETF_MAP: count = take(r, 4); return check_more(r, need, count * 2, map_words(count));
    case ETF_STRING: count = take(r, 2); return found(need, take_bytes(r, count) != NULL, (size_t)count * 2);
    case ETF_BINARY: return check_bits(r, need, true);
    case ETF_BIT_BINARY: return check_bits(r, need, false);
    case ETF_SMALL_BIG: return check_big(r, need, false);
    case ETF_LARGE_BIG: return check_big(r, need, true);
    case ETF_PID:
    case ETF_NEW_PID: return found(need, read_pid(r, (unsigned)tag, &t), 0);
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE: return found(need, read_ref(r, (unsigned)tag, &number, &t), REF_WORDS);
    case ETF_EXPORT: return found(need, read_export(r) != NULL, 2);
    case ETF_NEW_FUN:
      if (!read_fun(r, &count)) return STATUS_BAD_DATA;
      return check_more(r, need, count, (size_t)count + 2);
    default: return found(need, read_atom_text(r, (unsigned)tag) != T_NONE, 0);
  }
}

static Status check(Reader *r, size_t *words) {
  Need need = {.due = 1};
  while (need.due > 0) {
    need.due--;
    Status status = check_term(r, &need);
    if (r->short_input) return STATUS_BAD_DATA;
    if (r->status != STATUS_OK) return r->status;
    if (status != STATUS_OK) return status;
  }
  *words = need.words;
  return STATUS_OK;
}

// --- compressed input
enum { ZLIB_RATIO_MAX = 1040 }; // deflate cannot do better: a larger claim is a lie

static Status inflate_input(EtfDecoder *d, const unsigned char *bytes, size_t byte_count) {
  Reader r = {.context = d->context, .p = bytes, .end = bytes + byte_count};
  uint64_t size = take(&r, 4);
  if (r.short_input || size == 0 || size > ((uint64_t)left(&r) + 1) * ZLIB_RATIO_MAX) return STATUS_BAD_DATA;
  z_stream z = {0};
  etf_zlib_use(&z, d->context->alloc);
  if (inflateInit(&z) != Z_OK) return STATUS_NO_MEMORY;
  d->inflated_bytes = (size_t)size;
  d->inflated = alloc_get(d->context->alloc, d->inflated_bytes);
  Status status = STATUS_NO_MEMORY;
  if (d->inflated) {
    z.next_in = (unsigned char *)(uintptr_t)r.p;
    z.avail_in = left(&r) > UINT32_MAX ? UINT32_MAX : (uInt)left(&r);
    z.next_out = d->inflated;
    z.avail_out = (uInt)size;
    int end = inflate(&z, Z_FINISH);
    status = end == Z_MEM_ERROR ? STATUS_NO_MEMORY : end == Z_STREAM_END && z.total_out == size ? STATUS_OK : STATUS_BAD_DATA;
    d->used_bytes = 2 + 4 + z.total_in;
  }
  inflateEnd(&z);
  d->bytes = d->inflated;
  d->byte_count = d->inflated_bytes;
  return status;
}

Status etf_decoder_start(EtfDecoder *d, const TermContext *c, const unsigned char *bytes, size_t byte_count, unsigned flags) {
  *d = (EtfDecoder){.context = c, .flags = flags};
  if (byte_count < 2 || bytes[0] != ETF_VERSION) return STATUS_BAD_DATA;
  d->bytes = bytes + 1;
  d->byte_count = byte_count - 1;
  Status status = STATUS_OK;
  if (bytes[1] == ETF_COMPRESSED) status = inflate_input(d, bytes + 2, byte_count - 2);
  if (status == STATUS_OK) {
    Reader r = {.context = c, .p = d->bytes, .end = d->bytes + d->byte_count, .flags = flags};
    status = check(&r, &d->words);
    if (!d->inflated) d->used_bytes = byte_count - left(&r);
    else if (status == STATUS_OK && left(&r) > 0) status = STATUS_BAD_DATA;
  }
  if (status != STATUS_OK) etf_decoder_end(d);
  return status;
}

void etf_decoder_end(EtfDecoder *d) {
  alloc_put(d->context->alloc, d->inflated, d->inflated_bytes);
  d->inflated = NULL;
}

// --- the second pass
// A run of slots to fill; or, marked by stride 0, a map whose pairs are complete.
typedef struct Run {
  Term *slot;
  uint64_t count; // slots left; map: pairs
  size_t stride;  // words from slot to slot
  Term *pairs;    // map: owned
} Run;

typedef struct Builder {
  Reader in;
  TermHeap *heap;
  Run *runs; // a stack in one block
  size_t run_count, run_capacity;
} Builder;

static Run *push_run(Builder *b, Term *slot, uint64_t count, size_t stride) {
  if (b->run_count == b->run_capacity) {
    size_t capacity = b->run_capacity ? b->run_capacity * 2 : 32;
    Run *runs = alloc_grow(b->in.context->alloc, b->runs, b->run_capacity * sizeof(Run), capacity * sizeof(Run));
    if (!runs) return NULL;
    b->runs = runs;
    b->run_capacity = capacity;
  }
  Run *run = &b->runs[b->run_count++];
  *run = (Run){.slot = slot, .count = count, .stride = stride};
  return run;
}

static Status status_of(const Run *run) { return run ? STATUS_OK : STATUS_NO_MEMORY; }

static Status build_tuple(Builder *b, uint64_t count, Term *slot) {
  Term *items = heap_tuple(b->heap, (size_t)count, slot);
  return count ? status_of(push_run(b, items, count, 1)) : STATUS_OK;
}

static Status build_list(Builder *b, uint64_t count, Term *slot) {
  Term *cells = heap_take(b->heap, (size_t)count * 2);
  for (uint64_t i = 0; i < count; i++) {
    *slot = term_cons(cells + 2 * i);
    slot = &cells[2 * i + 1];
  }
  // The items stand before the tail in the input, so the tail's run goes below.
  if (!push_run(b, slot, 1, 1)) return STATUS_NO_MEMORY;
  return count ? status_of(push_run(b, cells, count, 2)) : STATUS_OK;
}

static Term build_string(Builder *b, uint64_t count) {
  const unsigned char *bytes = take_bytes(&b->in, count);
  Term list = T_NIL, *cells = heap_take(b->heap, (size_t)count * 2);
  for (uint64_t i = count; i-- > 0;) {
    cells[2 * i] = term_small(bytes[i]);
    cells[2 * i + 1] = list;
    list = term_cons(cells + 2 * i);
  }
  return list;
}

static Status build_bits(Builder *b, bool whole, Term *slot) {
  uint64_t bytes = take(&b->in, 4), rest = whole ? 8 : take(&b->in, 1);
  const unsigned char *from = take_bytes(&b->in, bytes);
  unsigned char *to;
  uint64_t bit_count = bytes * 8 - (8 - rest);
  *slot = bits_new(b->in.context, b->heap, bit_count, &to);
  if (*slot == T_NONE) return STATUS_NO_MEMORY;
  if (bit_count) bits_copy(to, 0, from, 0, bit_count);
  return STATUS_OK;
}

static Term build_big(Builder *b, bool large) {
  uint64_t bytes = take(&b->in, large ? 4 : 1);
  bool negative = take(&b->in, 1) != 0;
  const unsigned char *from = take_bytes(&b->in, bytes);
  size_t count = (size_t)(bytes + 7) / 8;
  Term *limbs = b->heap->top + 1; // where the number will stand
  for (size_t i = 0; i < count; i++) limbs[i] = 0;
  for (uint64_t i = 0; i < bytes; i++) limbs[i / 8] |= (uint64_t)from[i] << (i % 8 * 8);
  return number_from_limbs(b->heap, limbs, count, negative);
}

static Status build_map(Builder *b, uint64_t count, Term *slot) {
  if (count == 0) {
    *slot = map_empty(b->heap);
    return STATUS_OK;
  }
  Term *pairs = alloc_get(b->in.context->alloc, (size_t)count * 2 * sizeof(Term));
  if (!pairs) return STATUS_NO_MEMORY;
  Run *map = push_run(b, slot, count, 0);
  if (!map) {
    alloc_put(b->in.context->alloc, pairs, (size_t)count * 2 * sizeof(Term));
    return STATUS_NO_MEMORY;
  }
  map->pairs = pairs;
  return status_of(push_run(b, pairs, count * 2, 1));
}

// The pairs are all there.
static Status complete_map(Builder *b, const Run *run) {
  const TermContext *c = b->in.context;
  MapPlan plan;
  Status status = map_plan_make(&plan, c, run->pairs, (size_t)run->count);
  if (status == STATUS_OK) {
    if (plan.count < run->count) status = STATUS_BAD_DATA; // a key twice
    else if (plan.words > map_words(run->count)) status = STATUS_LIMIT;
    else *run->slot = map_plan_build(&plan, b->heap, run->pairs);
    map_plan_free(&plan);
  }
  alloc_put(c->alloc, run->pairs, (size_t)run->count * 2 * sizeof(Term));
  return status;
}

static Status build_fun(Builder *b, Term *slot) {
  uint64_t count;
  const FunEntry *f = read_fun(&b->in, &count);
  if (!f) return STATUS_BAD_DATA; // its code was unloaded between the passes
  Term *p = heap_take(b->heap, (size_t)count + 2);
  p[0] = HEADER(KIND_FUN, count + 1);
  p[1] = (Term)(uintptr_t)f;
  *slot = term_boxed(p);
  return count ? status_of(push_run(b, p + 2, count, 1)) : STATUS_OK;
}

static Status build_export(Builder *b, Term *slot) {
  const Export *x = read_export(&b->in);
  if (!x) return STATUS_BAD_DATA;
  Term *p = heap_take(b->heap, 2);
  p[0] = HEADER(KIND_EXPORT, 1);
  p[1] = (Term)(uintptr_t)x;
  *slot = term_boxed(p);
  return STATUS_OK;
}

static Status build_term(Builder *b, Term *slot) {
  Reader *r = &b->in;
  uint64_t tag = take(r, 1), number;
  Term alias;
  double d;
  switch (tag) {
    case ETF_SMALL_INTEGER: *slot = term_small((int64_t)take(r, 1)); return STATUS_OK;
    case ETF_INTEGER: *slot = term_small((int32_t)take(r, 4)); return STATUS_OK;
    case ETF_NEW_FLOAT:
    case ETF_FLOAT:
      if (!(tag == ETF_FLOAT ? read_old_float(r, &d) : read_new_float(r, &d))) return STATUS_BAD_DATA;
      *slot = heap_float(b->heap, d);
      return STATUS_OK;
    case ETF_NIL: *slot = T_NIL; return STATUS_OK;
    case ETF_SMALL_TUPLE: return build_tuple(b, take(r, 1), slot);
    case ETF_LARGE_TUPLE: return build_tuple(b, take(r, 4), slot);
    case ETF_LIST: return build_list(b, take(r, 4), slot);
    case ETF_STRING: *slot = build_string(b, take(r, 2)); return STATUS_OK;
    case ETF_MAP: return build_map(b, take(r, 4), slot);
    case ETF_BINARY: return build_bits(b, true, slot);
    case ETF_BIT_BINARY: return build_bits(b, false, slot);
    case ETF_SMALL_BIG:
    case ETF_LARGE_BIG: *slot = build_big(b, tag == ETF_LARGE_BIG); return STATUS_OK;
    case ETF_PID:
    case ETF_NEW_PID: return read_pid(r, (unsigned)tag, slot) ? STATUS_OK : STATUS_BAD_DATA;
    case ETF_REFERENCE:
    case ETF_NEW_REFERENCE:
    case ETF_NEWER_REFERENCE:
      if (!read_ref(r, (unsigned)tag, &number, &alias)) return STATUS_BAD_DATA;
      *slot = heap_ref(b->heap, number, alias);
      return STATUS_OK;
    case ETF_EXPORT: return build_export(b, slot);
    case ETF_NEW_FUN: return build_fun(b, slot);
    default: *slot = read_atom_text(r, (unsigned)tag); return *slot == T_NONE ? STATUS_BAD_DATA : STATUS_OK;
  }
}

static Status build_next(Builder *b) {
  Run *run = &b->runs[b->run_count - 1];
  if (run->stride == 0) {
    Run map = *run;
    b->run_count--;
    return complete_map(b, &map);
  }
  Term *slot = run->slot;
  run->slot += run->stride;
  if (--run->count == 0) b->run_count--;
  return build_term(b, slot);
}

// Takes back what was built since then.
static void roll_back(TermHeap *heap, const TermHeap *before) {
  while (heap->off_heap != before->off_heap) { // only binaries are built here
    Term newest = heap->off_heap;
    heap->off_heap = boxed_ptr(newest)[OFF_HEAP_LINK];
    shared_binary_drop(term_shared_binary(newest));
  }
  *heap = *before;
}

Status etf_decoder_build(EtfDecoder *d, TermHeap *heap, const unsigned char *bytes, Term *result) {
  if (!d->inflated) d->bytes = bytes + 1;
  Builder b = {.in = {.context = d->context, .p = d->bytes, .end = d->bytes + d->byte_count, .flags = d->flags}, .heap = heap};
  TermHeap before = *heap;
  Term root = T_NIL;
  Status status = push_run(&b, &root, 1, 1) ? STATUS_OK : STATUS_NO_MEMORY;
  while (status == STATUS_OK && b.run_count > 0) status = build_next(&b);
  for (size_t i = 0; i < b.run_count; i++)
    if (b.runs[i].stride == 0) alloc_put(d->context->alloc, b.runs[i].pairs, (size_t)b.runs[i].count * 2 * sizeof(Term));
  alloc_put(d->context->alloc, b.runs, b.run_capacity * sizeof(Run));
  if (status != STATUS_OK) roll_back(heap, &before);
  *result = root;
  return status;
}

size_t etf_decoder_bytes(const unsigned char *bytes, size_t byte_count) {
  if (byte_count < 6 || bytes[0] != ETF_VERSION || bytes[1] != ETF_COMPRESSED) return byte_count;
  size_t said = (size_t)bytes[2] << 24 | (size_t)bytes[3] << 16 | (size_t)bytes[4] << 8 | bytes[5];
  return said > byte_count ? said : byte_count;
}

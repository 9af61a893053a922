// SPDX-License-Identifier: Apache-2.0
//
// External term format: bytes -> term -> bytes -> term, which must equal the first one.
//
// The first byte chooses: bit 0 decodes in safe mode, bits 1..4 the level of compression when writing. The term is also
// printed, hashed and compared with itself.
#include <string.h>

#include "tests/fuzz/target.h"
#include "vm/term/atom.h"
#include "vm/term/compare.h"
#include "vm/term/etf.h"
#include "vm/term/fun.h"
#include "vm/term/hash.h"
#include "vm/term/print.h"
#include "vm/term/shared.h"

enum { INPUT_MAX = 1 << 16, WORDS_MAX = 1 << 22 };

typedef struct Memory {
  TermHeap heap;
  Term *words;
} Memory;

static Memory memory_of(size_t words) {
  Memory m = {.words = malloc((words + 1) * sizeof(Term))};
  if (!m.words) fuzz_fail("a small input asked for more memory than there is");
  m.heap = (TermHeap){.top = m.words, .end = m.words + words, .off_heap = T_NIL};
  return m;
}
static void memory_end(TermContext *c, Memory *m) {
  (void)c;
  off_heap_drop_all(m->heap.off_heap);
  free(m->words);
}

// False: not a term.
static bool decode(TermContext *c, const unsigned char *bytes, size_t size, unsigned flags, Memory *m, Term *t) {
  EtfDecoder d;
  if (etf_decoder_start(&d, c, bytes, size, flags) != STATUS_OK) return false;
  if (d.used_bytes > size) fuzz_fail("more bytes used than there were");
  if (!d.inflated && d.words > 16 * size + 64) fuzz_fail("a term much larger than its bytes");
  *m = memory_of(d.words);
  Status s = etf_decoder_build(&d, &m->heap, bytes, t);
  if (m->heap.top > m->heap.end) fuzz_fail("more words than were asked for");
  etf_decoder_end(&d);
  if (s == STATUS_OK) return true;
  memory_end(c, m);
  return false;
}

static void use(TermContext *c, Term t, unsigned choice) {
  if (!term_equal(c, t, t)) fuzz_fail("a term that is not equal to itself");
  Buffer bytes, text;
  buffer_init(&bytes, c->alloc);
  buffer_init(&text, c->alloc);
  PrintOptions limits = {.item_limit = 200, .depth_limit = 50, .byte_limit = 10000};
  if (term_print(c, &text, t, &limits) != STATUS_OK) fuzz_fail("a term that cannot be printed");
  Status s = etf_encode(c, &bytes, t, (int)(choice >> 1 & 15) % 10);
  if (s != STATUS_OK) fuzz_fail("a decoded term that cannot be encoded");
  Memory again;
  Term u;
  if (!decode(c, (const unsigned char *)bytes.data, bytes.size, 0, &again, &u)) fuzz_fail("what was encoded cannot be decoded");
  if (!term_identical(c, t, u)) fuzz_fail("decoded, encoded and decoded is another term");
  if (term_hash(c, t) != term_hash(c, u)) fuzz_fail("equal terms with different hashes");
  memory_end(c, &again);
  buffer_free(&bytes);
  buffer_free(&text);
}

// External funs, found again by module, name and arity as a code table does.
typedef struct Exports {
  struct Exports *next;
  Export e;
} Exports;
static const Export *find_export(void *state, Term module, Term name, uint32_t arity) {
  Exports **list = state;
  for (Exports *x = *list; x; x = x->next)
    if (x->e.module == module && x->e.name == name && x->e.arity == arity) return &x->e;
  Exports *x = calloc(1, sizeof *x);
  x->next = *list;
  x->e = (Export){.module = module, .name = name, .arity = arity};
  *list = x;
  return &x->e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > INPUT_MAX) return -1;
  Alloc alloc = alloc_system();
  Exports *exports = NULL;
  TermContext context = {.alloc = &alloc, .atoms = atom_table_new(&alloc, 1 << 16), .find_export = find_export, .state = &exports};
  if (!context.atoms) fuzz_fail("no memory");
  unsigned char *exact = malloc(size - 1);
  memcpy(exact, data + 1, size - 1);
  Memory m;
  Term t;
  if (decode(&context, exact, size - 1, data[0] & 1 ? ETF_SAFE : 0, &m, &t)) {
    use(&context, t, data[0]);
    memory_end(&context, &m);
  }
  free(exact);
  atom_table_free(context.atoms);
  for (Exports *x = exports, *next; x; x = next) {
    next = x->next;
    free(x);
  }
  return 0;
}

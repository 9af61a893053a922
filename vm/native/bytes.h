// SPDX-License-Identifier: Apache-2.0
//
// Binary arguments as plain bytes, and pieces of them as terms: what natives over text and searching share.
//
// A piece is made in the cheapest form: none and one byte are literals of the VM, up to PIECE_COPY_BYTES are copied (no
// larger than a slice, and the whole is not kept alive), more is a slice.
#ifndef JOIST_NATIVE_BYTES_H
#define JOIST_NATIVE_BYTES_H

#include "vm/native/native_api.h"
#include "vm/native/native_state.h"

enum { PIECE_WORDS = BIN_SLICE_WORDS, PIECE_COPY_BYTES = 16 };

// Makes sure that argument `arg` is a binary that starts at a byte; one that does not is replaced by a copy. GC: may.
// Fails: false, raised (badarg when it is no binary).
MUST_USE bool bytes_argument_slow(Process *p, unsigned arg);
static inline MUST_USE bool bytes_argument(Process *p, unsigned arg) {
  Term t = ARG(arg);
  if (LIKELY(term_is_kind(t, KIND_BIN_HEAP) && (bits_count(t) & 7) == 0)) return true;
  return bytes_argument_slow(p, arg);
}
// After bytes_argument. Valid until the next native_reserve.
static inline const unsigned char *bytes_of_argument(Process *p, unsigned arg, size_t *size) { return binary_bytes(ARG(arg), size); }

// Bytes from .. from + size of the argument. Words: PIECE_WORDS.
static inline Term bytes_piece(Process *p, unsigned arg, const unsigned char *bytes, size_t from, size_t size) {
  const NativeState *s = native_state(p->vm);
  if (size == 0) return s->empty_binary;
  if (size == 1) return s->single_bytes[bytes[from]];
  if (size <= PIECE_COPY_BYTES) {
    size_t words = 1 + ((size + 7) >> 3);
    Term *t = heap_take(&p->heap, words + 1);
    t[0] = HEADER(KIND_BIN_HEAP, words);
    t[1] = (uint64_t)size << 3;
    t[words] = 0;
    memcpy(t + 2, bytes + from, size);
    return term_boxed(t);
  }
  return bits_slice(&p->heap, ARG(arg), (uint64_t)from << 3, (uint64_t)size << 3);
}
// Bytes of a binary argument, as far as it is one.
static inline size_t bytes_size(Process *p, unsigned arg) { return term_is_bits(ARG(arg)) ? (size_t)(bits_count(ARG(arg)) >> 3) : 0; }
// A binary of the buffer's bytes; frees the buffer. GC: may. Fails: T_NONE, raised.
Term bytes_from_buffer(Process *p, Buffer *b);

#endif

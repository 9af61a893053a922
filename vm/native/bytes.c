// SPDX-License-Identifier: Apache-2.0
#include "vm/native/bytes.h"

bool bytes_argument_slow(Process *p, unsigned arg) {
  if (!term_is_binary(ARG(arg))) {
    native_badarg(p);
    return false;
  }
  size_t size;
  if (binary_bytes(ARG(arg), &size)) return true;
  if (!native_reserve(p, binary_words(size))) return false;
  unsigned char *to;
  Term copy = bits_new(native_context(p), &p->heap, (uint64_t)size << 3, &to);
  if (copy == T_NONE) {
    native_error(p, ATOM_system_limit);
    return false;
  }
  BitsView v = bits_view(ARG(arg));
  bits_copy(to, 0, v.base, v.bit_offset, v.bit_count);
  ARG(arg) = copy;
  return true;
}

Term bytes_from_buffer(Process *p, Buffer *b) {
  Term t = b->failed || !account_allows_work(&p->vm->account, b->size) ? native_error(p, ATOM_system_limit) : native_binary(p, b->data, b->size);
  buffer_free(b);
  return t;
}

Status native_bytes_init(Vm *vm) {
  enum { SINGLE_WORDS = 3 };
  NativeState *s = native_state(vm);
  LiteralArea *area = literal_area_new(vm->literals, 2 + 256 * SINGLE_WORDS, 0);
  if (!area) return STATUS_NO_MEMORY;
  s->empty_binary = binary_make(&vm->context, &area->heap, "", 0);
  for (unsigned i = 0; i < 256; i++) {
    unsigned char byte = (unsigned char)i;
    s->single_bytes[i] = binary_make(&vm->context, &area->heap, &byte, 1);
  }
  return STATUS_OK;
}

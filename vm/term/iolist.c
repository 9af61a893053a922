// SPDX-License-Identifier: Apache-2.0
//
// Iolists: bytes and bit strings in nested lists, whose tails may be bit strings. One walk serves counting and copying:
// it hands each piece to what the caller wants done with it.
#include "vm/term/binary.h"

typedef struct IolistWalk {
  const TermContext *context;
  unsigned char *to; // NULL: count only
  uint64_t bits;     // done so far
  bool bytes_only;
  Term bad;
  size_t work;       // elements that may still be looked at
} IolistWalk;

static bool take_bits(IolistWalk *w, Term t) {
  uint64_t count = bits_count(t);
  if (w->bytes_only && (count & 7)) return false;
  if (w->to) {
    BitsView v = bits_view(t);
    bits_copy(w->to, w->bits, v.base, v.bit_offset, count);
  }
  w->bits += count;
  return true;
}

static bool take_byte(IolistWalk *w, Term t) {
  if (!term_is_small(t) || (uint64_t)small_value(t) > 255) return false;
  if (w->to) {
    if (LIKELY((w->bits & 7) == 0)) w->to[w->bits >> 3] = (unsigned char)small_value(t);
    else bits_put_u64(w->to, w->bits, 8, (uint64_t)small_value(t));
  }
  w->bits += 8;
  return true;
}

static Status walk(IolistWalk *w, Term t) {
  TermStack s;
  term_stack_init(&s, w->context->alloc);
  Status status = STATUS_OK;
  // t: a list, what is left of one, or a bit string.
  for (;;) {
    while (term_is_cons(t)) {
      if (UNLIKELY(w->work-- == 0)) {
        w->work = 0;
        status = STATUS_LIMIT;
        goto done;
      }
      Term head = cons_head(t), tail = cons_tail(t);
      if (take_byte(w, head)) {
        t = tail;
        continue;
      }
      if (!term_is_cons(head)) {
        if (head != T_NIL && !(term_is_bits(head) && take_bits(w, head))) {
          w->bad = head;
          status = STATUS_BAD_DATA;
          goto done;
        }
        t = tail;
        continue;
      }
      if (tail != T_NIL) {
        if (!term_stack_reserve(&s, 1)) {
          status = STATUS_NO_MEMORY;
          goto done;
        }
        term_stack_push(&s, tail);
      }
      t = head;
    }
    if (t != T_NIL && !(term_is_bits(t) && take_bits(w, t))) {
      w->bad = t;
      status = STATUS_BAD_DATA;
      break;
    }
    if (s.count == 0) break;
    t = term_stack_pop(&s);
  }
done:
  term_stack_free(&s);
  return status;
}

Status iolist_bit_count(const TermContext *c, Term list, uint64_t *bit_count, Term *bad) {
  IolistWalk w = {.context = c, .bad = T_NONE, .work = SIZE_MAX};
  Status status = walk(&w, list);
  *bit_count = w.bits;
  if (bad) *bad = w.bad;
  return status;
}

Status iolist_byte_count(const TermContext *c, Term list, uint64_t *byte_count, Term *bad) {
  IolistWalk w = {.context = c, .bad = T_NONE, .bytes_only = true, .work = SIZE_MAX};
  Status status = walk(&w, list);
  *byte_count = w.bits >> 3;
  if (bad) *bad = w.bad;
  return status;
}

Status iolist_count_within(const TermContext *c, Term list, bool bytes, uint64_t *bit_count, Term *bad, size_t *work) {
  IolistWalk w = {.context = c, .bad = T_NONE, .bytes_only = bytes, .work = *work};
  Status status = walk(&w, list);
  *bit_count = w.bits;
  *bad = w.bad;
  *work = w.work;
  return status;
}

Status iolist_copy(const TermContext *c, Term list, unsigned char *to) {
  IolistWalk w = {.context = c, .to = to, .work = SIZE_MAX};
  return walk(&w, list);
}

Status iolist_to_buffer(const TermContext *c, Term list, Buffer *buffer, Term *bad) {
  uint64_t bytes;
  Status status = iolist_byte_count(c, list, &bytes, bad);
  if (status != STATUS_OK) return status;
  if (bytes == 0) return STATUS_OK;
  if (!buffer_reserve(buffer, (size_t)bytes)) return STATUS_NO_MEMORY;
  status = iolist_copy(c, list, (unsigned char *)buffer->data + buffer->size);
  if (status == STATUS_OK) buffer->size += (size_t)bytes;
  return status;
}

// SPDX-License-Identifier: Apache-2.0
//
// Natives that write terms as bytes or text and read them back: the external format, pids, references and funs as text.
#include <stdio.h>
#include <stdlib.h>

#include "vm/native/bytes.h"
#include "vm/process/registry.h"
#include "vm/term/etf.h"
#include "vm/term/fun.h"
#include "vm/term/print.h"

// --- the external format

enum { FORMAT_SHIFT = 5, DEFLATE_SHIFT = 2 }; // 3 ns a byte, 25 ns when it is compressed

static size_t bytes_allowed(Process *p, int shift) { return native_may_leave(p) ? (size_t)NATIVE_LONG << shift : SIZE_MAX; }
static Term encode(Process *p, int level) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  Status s = etf_encode_within(native_context(p), &b, ARG(0), level, bytes_allowed(p, level ? DEFLATE_SHIFT : FORMAT_SHIFT));
  native_charge(p, b.size >> FORMAT_SHIFT);
  if (s == STATUS_LIMIT) {
    buffer_free(&b);
    return native_go_dirty(p);
  }
  if (s == STATUS_OK && !b.failed) return bytes_from_buffer(p, &b);
  buffer_free(&b);
  return s == STATUS_BAD_DATA ? native_badarg(p) : native_error(p, ATOM_system_limit);
}
// Options of term_to_binary. False: badarg.
static bool encode_options(Term list, int *level) {
  *level = 0;
  for (; term_is_cons(list); list = cons_tail(list)) {
    Term t = cons_head(list);
    int64_t n;
    bool pair = term_is_tuple(t) && tuple_arity(t) == 2 && number_to_int64(tuple_items(t)[1], &n);
    if (t == ATOM_compressed) {
      *level = 6;
    } else if (pair && tuple_items(t)[0] == ATOM_compressed && n >= 0 && n <= 9) {
      *level = (int)n;
    } else if (!(pair && tuple_items(t)[0] == ATOM_minor_version && n >= 0 && n <= 2) && t != ATOM_deterministic && t != ATOM_local) {
      return false;
    }
  }
  return list == T_NIL;
}
Term native_term_to_binary_1(Process *p) { return encode(p, 0); }
Term native_term_to_binary_2(Process *p) {
  int level;
  return encode_options(ARG(1), &level) ? encode(p, level) : native_badarg(p);
}
static Term external_size(Process *p) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  Status s = etf_encode_within(native_context(p), &b, ARG(0), 0, bytes_allowed(p, FORMAT_SHIFT));
  size_t size = b.size;
  bool failed = b.failed;
  buffer_free(&b);
  native_charge(p, size >> FORMAT_SHIFT);
  if (s == STATUS_LIMIT) return native_go_dirty(p);
  if (s == STATUS_BAD_DATA) return native_badarg(p);
  return s != STATUS_OK || failed ? native_error(p, ATOM_system_limit) : term_small((int64_t)size);
}
Term native_external_size_1(Process *p) { return external_size(p); }
Term native_external_size_2(Process *p) {
  int level;
  return encode_options(ARG(1), &level) ? external_size(p) : native_badarg(p);
}

static Term decode(Process *p, unsigned flags, bool tell_used) {
  if (!bytes_argument(p, 0)) return T_NONE;
  size_t size;
  EtfDecoder d;
  const unsigned char *bytes = bytes_of_argument(p, 0, &size);
  if (native_is_long(p, etf_decoder_bytes(bytes, size) >> FORMAT_SHIFT)) return native_go_dirty(p);
  Status s = etf_decoder_start(&d, native_context(p), bytes, size, flags);
  native_charge(p, size >> FORMAT_SHIFT);
  if (s != STATUS_OK) return native_error(p, s == STATUS_BAD_DATA ? ATOM_badarg : ATOM_system_limit);
  Term t = T_NONE;
  if (!account_allows_work(&p->vm->account, (uint64_t)d.words * sizeof(Term))) {
    native_error(p, ATOM_system_limit);
  } else if (native_reserve(p, d.words + PAIR_WORDS)) {
    s = etf_decoder_build(&d, &p->heap, bytes_of_argument(p, 0, &size), &t);
    if (s != STATUS_OK) {
      t = native_error(p, s == STATUS_BAD_DATA ? ATOM_badarg : ATOM_system_limit);
    } else if (tell_used) {
      t = native_pair(p, t, term_small((int64_t)d.used_bytes));
    }
  }
  etf_decoder_end(&d);
  return t;
}
Term native_binary_to_term_1(Process *p) { return decode(p, 0, false); }
Term native_binary_to_term_2(Process *p) {
  unsigned flags = 0;
  bool used = false;
  Term list = ARG(1);
  for (; term_is_cons(list); list = cons_tail(list)) {
    if (cons_head(list) == ATOM_safe) {
      flags = ETF_SAFE;
    } else if (cons_head(list) == ATOM_used) {
      used = true;
    } else {
      return native_badarg(p);
    }
  }
  return list == T_NIL ? decode(p, flags, used) : native_badarg(p);
}

// --- as text

// What printing makes of the argument, as characters, with the first `cut` bytes replaced by `head`.
static Term printed(Process *p, size_t cut, const char *head) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  buffer_text(&b, head);
  size_t from = b.size;
  Term t;
  if (term_print(native_context(p), &b, ARG(0), NULL) != STATUS_OK || b.failed) {
    t = native_error(p, ATOM_system_limit);
  } else {
    memmove(b.data + from, b.data + from + cut, b.size - from - cut);
    t = native_char_list(p, b.data, b.size - cut);
  }
  buffer_free(&b);
  return t;
}
Term native_pid_to_list(Process *p) { return term_is_pid(ARG(0)) ? printed(p, strlen("#PID"), "") : native_badarg(p); }
Term native_ref_to_list(Process *p) {
  return term_is_ref(ARG(0)) || term_is_native_object(ARG(0)) ? printed(p, strlen("#Reference"), "#Ref") : native_badarg(p);
}
// There are no ports yet: nothing is one.
Term native_port_to_list(Process *p) { return native_badarg(p); }

// An atom as Erlang writes it: in quotes unless it is a plain name.
static void erlang_atom(Process *p, Buffer *b, Term atom) {
  size_t size;
  const char *text = atom_text(p->vm->atoms, atom, &size);
  bool plain = size > 0 && text[0] >= 'a' && text[0] <= 'z';
  for (size_t i = 0; plain && i < size; i++) {
    char c = text[i];
    plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@';
  }
  if (!plain) buffer_byte(b, '\'');
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\'' || text[i] == '\\') buffer_byte(b, '\\');
    buffer_byte(b, (unsigned char)text[i]);
  }
  if (!plain) buffer_byte(b, '\'');
}
Term native_fun_to_list(Process *p) {
  if (!term_is_fun(ARG(0))) return native_badarg(p);
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  if (term_is_kind(ARG(0), KIND_EXPORT)) {
    const Export *e = export_of(ARG(0));
    buffer_text(&b, "fun ");
    erlang_atom(p, &b, e->module);
    buffer_byte(&b, ':');
    erlang_atom(p, &b, e->name);
    buffer_format(&b, "/%u", e->arity);
  } else {
    const FunEntry *e = fun_entry(ARG(0));
    size_t size;
    const char *text = atom_text(p->vm->atoms, e->module, &size);
    buffer_text(&b, "#Fun<");
    buffer_add(&b, text, size);
    buffer_format(&b, ".%u.%u>", e->index, e->unit_id);
  }
  Term t = b.failed ? native_error(p, ATOM_system_limit) : native_char_list(p, b.data, b.size);
  buffer_free(&b);
  return t;
}

enum { ID_TEXT_MAX = 80 };
// The text of a list of ASCII characters. False: none, or too long.
static bool ascii_list(Term list, char text[ID_TEXT_MAX]) {
  size_t n = 0;
  for (; term_is_cons(list); list = cons_tail(list)) {
    if (!term_is_small(cons_head(list)) || small_value(cons_head(list)) < 1 || small_value(cons_head(list)) > 126 || n == ID_TEXT_MAX - 1) return false;
    text[n++] = (char)small_value(cons_head(list));
  }
  text[n] = 0;
  return list == T_NIL;
}
// Reads `head`, then decimal numbers with dots between them, then '>'. False: it is no such text.
static bool read_numbers(const char *text, const char *head, uint64_t *numbers, int count) {
  size_t n = strlen(head);
  if (strncmp(text, head, n) != 0) return false;
  text += n;
  for (int i = 0; i < count; i++) {
    if (*text < '0' || *text > '9') return false;
    char *end;
    numbers[i] = strtoull(text, &end, 10);
    if (*end != (i + 1 < count ? '.' : '>')) return false;
    text = end + 1;
  }
  return *text == 0;
}
Term native_list_to_pid(Process *p) {
  char text[ID_TEXT_MAX];
  uint64_t n[3];
  bool good = ascii_list(ARG(0), text) && read_numbers(text, "<", n, 3) && n[0] == 0 && n[1] < (1u << 28) && n[2] < (1u << 30);
  return good ? term_pid((uint32_t)n[1], (uint32_t)n[2]) : native_badarg(p);
}
Term native_list_to_ref(Process *p) {
  char text[ID_TEXT_MAX];
  uint64_t n[4];
  bool good = ascii_list(ARG(0), text) && read_numbers(text, "#Ref<", n, 4) && n[0] == 0 && n[1] < (1u << 28) && n[2] < (1u << 18) && n[3] < (1u << 18);
  if (!good) return native_badarg(p);
  NATIVE_RESERVE(REF_WORDS);
  return heap_ref(&p->heap, n[1] << 36 | n[2] << 18 | n[3], 0);
}

// Writes a term for whoever debugs: straight to standard error, past all devices.
Term native_display(Process *p) {
  Buffer b;
  buffer_init(&b, &p->vm->alloc);
  bool ok = term_print(native_context(p), &b, ARG(0), NULL) == STATUS_OK && !b.failed;
  buffer_byte(&b, '\n');
  if (ok) output_write(p->vm, VM_STDERR, b.data, b.size);
  buffer_free(&b);
  return ok ? ATOM_true : native_error(p, ATOM_system_limit);
}

// nodes/1: of kinds of nodes there is but this one.
Term native_nodes_1(Process *p) {
  Term kinds = ARG(0);
  bool single = term_is_atom(kinds), this = false;
  while (single || term_is_cons(kinds)) {
    Term kind = single ? kinds : cons_head(kinds);
    if (kind == ATOM_this || kind == ATOM_known) {
      this = true;
    } else if (kind != ATOM_visible && kind != ATOM_hidden && kind != ATOM_connected) {
      return native_badarg(p);
    }
    kinds = single ? T_NIL : cons_tail(kinds);
    single = false;
  }
  if (kinds != T_NIL) return native_badarg(p);
  NATIVE_RESERVE(CONS_WORDS);
  return this ? heap_cons(&p->heap, ATOM_nonode_nohost, T_NIL) : T_NIL;
}

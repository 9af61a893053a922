// SPDX-License-Identifier: Apache-2.0
//
// Module files made wrong on purpose: built with the builder, damaged in the image or in the bytes, and sealed again.
#ifndef JOIST_TESTS_CODE_MAKER_H
#define JOIST_TESTS_CODE_MAKER_H

#include "../engine/vm_fixture.h"
#include "vm/code/module_file.h"

typedef struct Maker {
  VmFixture *f;
  ModuleBuilder *b;
  ModuleImage *image; // once finished
  Buffer bytes;       // once written
} Maker;

static inline void maker_start(Maker *m) {
  m->f = vm_fixture_start();
  m->b = fx_builder(m->f, "Made");
  m->image = NULL;
  buffer_init(&m->bytes, &m->f->alloc);
}
static inline void maker_end(Maker *m) {
  buffer_free(&m->bytes);
  vm_fixture_end(m->f);
}

// A function `name/arity`, exported, is open after it.
static inline uint32_t maker_begin(Maker *m, const char *name, uint32_t arity) {
  ModuleBuilder *b = m->b;
  uint32_t f = builder_function(b, ATOM_INDEX(name), arity, true);
  builder_begin(b, f);
  return f;
}

static inline ModuleImage *maker_image(Maker *m) {
  if (!m->image) m->image = builder_finish(m->b);
  return m->image;
}
static inline Operand *maker_operands(Maker *m, uint32_t function, uint32_t instruction) {
  return (Operand *)(uintptr_t)maker_image(m)->functions[function].instructions[instruction].operands;
}
static inline void maker_write(Maker *m) { module_write(maker_image(m), &m->bytes); }

static inline void module_seal(char *bytes, size_t size) {
  uint64_t sum = module_checksum(bytes + MODULE_HEADER_BYTES, size - MODULE_HEADER_BYTES);
  for (int i = 0; i < 8; i++) bytes[8 + i] = (char)(sum >> (8 * i));
}
static inline void maker_seal(Maker *m) { module_seal(m->bytes.data, m->bytes.size); }

// Where a chunk's tag stands.
static inline char *maker_chunk(Maker *m, const char *tag) {
  char *at = m->bytes.data + MODULE_HEADER_BYTES, *end = m->bytes.data + m->bytes.size;
  while (at < end && memcmp(at, tag, 4) != 0) {
    uint32_t size;
    memcpy(&size, at + 4, 4);
    at += 8 + size;
  }
  cr_assert_lt(at, end);
  return at;
}

static inline VerifyError maker_load(Maker *m, LoadStatus *status) {
  if (!m->bytes.size) maker_write(m);
  VerifyError error;
  *status = fx_load_bytes(m->f, m->bytes.data, m->bytes.size, &error);
  return error;
}

#endif

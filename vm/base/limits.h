// SPDX-License-Identifier: Apache-2.0
//
// The limits of limits.def: as constants, as places in a table, as texts.
#ifndef JOIST_BASE_LIMITS_H
#define JOIST_BASE_LIMITS_H

#include "vm/base/buffer.h"

enum LimitValues {
#define LIMIT_GROUP(title)
#define LIMIT(name, key, value, unit, option, said, beyond) name = (value),
#include "vm/base/limits.def"
#undef LIMIT
};

typedef enum LimitId {
#define LIMIT(name, key, value, unit, option, said, beyond) LIMIT_##name,
#include "vm/base/limits.def"
#undef LIMIT
#undef LIMIT_GROUP
  LIMIT_COUNT
} LimitId;

typedef struct LimitEntry {
  const char *name;   // "ATOM_COUNT_MAX"
  const char *key;    // "atoms"
  uint64_t value;     // 0: of the running VM
  bool is_bytes;
  const char *option; // or ""
  const char *said, *beyond;
} LimitEntry;
extern const LimitEntry LIMIT_TABLE[LIMIT_COUNT];

// "the atom table is full (1,048,576 atoms); raise it with --max-atoms". value: in force; 0: the table's.
void limit_say(Buffer *out, LimitId id, uint64_t value);
// 1,048,576 or 64 MB.
void limit_say_number(Buffer *out, uint64_t value, bool is_bytes);

#endif

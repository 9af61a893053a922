// SPDX-License-Identifier: Apache-2.0
//
// The table of limits, and the sentences made of it.
#include "vm/base/limits.h"

#include <stdio.h>
#include <string.h>

#define COUNT false
#define BYTES true
const LimitEntry LIMIT_TABLE[LIMIT_COUNT] = {
#define LIMIT_GROUP(title)
#define LIMIT(name, key, value, unit, option, said, beyond) [LIMIT_##name] = {#name, key, (uint64_t)(value), unit, option, said, beyond},
#include "vm/base/limits.def"
#undef LIMIT
#undef LIMIT_GROUP
};

void limit_say_number(Buffer *out, uint64_t value, bool is_bytes) {
  static const char *const UNITS[] = {"bytes", "KB", "MB", "GB", "TB"};
  int unit = 0;
  uint64_t rest = 0;
  while (is_bytes && unit < 4 && value >= 1024) {
    rest = value & 1023;
    value >>= 10;
    unit++;
  }
  char digits[32];
  int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
  for (int i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0) buffer_byte(out, ',');
    buffer_byte(out, (unsigned char)digits[i]);
  }
  if (is_bytes && value < 10 && rest) buffer_format(out, ".%llu", (unsigned long long)(rest * 10 / 1024));
  if (is_bytes) buffer_format(out, " %s", UNITS[unit]);
}

void limit_say(Buffer *out, LimitId id, uint64_t value) {
  const LimitEntry *e = &LIMIT_TABLE[id];
  const char *number = strstr(e->said, "%N");
  buffer_add(out, e->said, number ? (size_t)(number - e->said) : strlen(e->said));
  if (number) {
    limit_say_number(out, value ? value : e->value, e->is_bytes);
    buffer_text(out, number + 2);
  }
  if (*e->option) buffer_format(out, "; raise it with %s", e->option);
}

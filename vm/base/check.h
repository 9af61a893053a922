// SPDX-License-Identifier: Apache-2.0
//
// Three grades of assertion, and the panic they share.
//
// CHECK   always on, O(1): an error of the programmer, never of a user or a program.
// DCHECK  debug builds (JOIST_DEBUG): may cost a few instructions in hot paths.
// HCHECK  hostile build (JOIST_HOSTILE): may walk a whole heap.
//
// A failed check ends the host program with a line on standard error. Operating
// errors (no memory, no file) are a Status; errors of the language are exceptions.
#ifndef JOIST_BASE_CHECK_H
#define JOIST_BASE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NORETURN __attribute__((noreturn))
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COLD __attribute__((cold, noinline))
#define UNUSED __attribute__((unused))

// Ends the program: a bug of Joist. Thread: any. Fails: always.
NORETURN COLD PRINTF_LIKE(3, 4) void base_panic(const char *file, int line, const char *format, ...);

#define CHECK(cond) \
  do { \
    if (UNLIKELY(!(cond))) base_panic(__FILE__, __LINE__, "check failed: %s", #cond); \
  } while (0)
#define PANIC(...) base_panic(__FILE__, __LINE__, __VA_ARGS__)
#define UNREACHABLE() base_panic(__FILE__, __LINE__, "unreachable")

#ifdef JOIST_DEBUG
#define DCHECK(cond) CHECK(cond)
#else
#define DCHECK(cond) ((void)sizeof(!(cond)))
#endif

#ifdef JOIST_HOSTILE
#define HOSTILE true
#define HCHECK(cond) CHECK(cond)
#else
#define HOSTILE false
#define HCHECK(cond) ((void)sizeof(!(cond)))
#endif

// The outcome of an operation that the world may refuse.
typedef enum Status {
  STATUS_OK = 0,
  STATUS_NO_MEMORY,
  STATUS_LIMIT,    // a limit of limits.def was reached
  STATUS_BAD_DATA, // input is damaged or untrusted and wrong
  STATUS_IO,       // errno says more
  STATUS_NOT_FOUND,
} Status;

#endif

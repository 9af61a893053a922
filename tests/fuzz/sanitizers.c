// SPDX-License-Identifier: Apache-2.0
//
// How the sanitizers behave in programs that look for faults: the first one ends the program; too much memory asked for
// is an answer of NULL, which must be handled. ASAN_OPTIONS and UBSAN_OPTIONS still have the last word.
#define VISIBLE __attribute__((visibility("default"), used))

VISIBLE const char *__asan_default_options(void);
VISIBLE const char *__ubsan_default_options(void);

VISIBLE const char *__asan_default_options(void) { return "allocator_may_return_null=1:detect_stack_use_after_return=0:exitcode=99:malloc_context_size=12"; }
VISIBLE const char *__ubsan_default_options(void) { return "halt_on_error=1:print_stacktrace=1:exitcode=99"; }

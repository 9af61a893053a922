// SPDX-License-Identifier: Apache-2.0
//
// ASAN is defined in a program that is built with AddressSanitizer, whichever compiler says so; what such a program may ask of it is declared.
#ifndef JOIST_TESTS_SANITIZERS_H
#define JOIST_TESTS_SANITIZERS_H

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif

#ifdef ASAN
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The hash of `:erlang.phash2`: the value that Erlang gives the same term, on every machine and in every release, so that programs may keep it
// in files and spread keys by it as their peers do. Slower than hash.h, which is for tables of our own.
#ifndef JOIST_TERM_PORTABLE_HASH_H
#define JOIST_TERM_PORTABLE_HASH_H

#include "vm/term/term.h"
#include "vm/term/term_context.h"

// For no more than about *work words (compare.h); *work becomes what is left. Fails: STATUS_NO_MEMORY, STATUS_LIMIT.
MUST_USE Status hash_portable(const TermContext *c, Term t, uint32_t *hash, size_t *work);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The external term format, version 131, as term_to_binary of OTP 25 writes it.
//
// Decoding reads untrusted bytes. A first pass checks everything (sizes against what is left, atoms, numbers) and counts
// words; the second only builds. Neither recurses. Bytes behind the term are reported, not refused.
#ifndef JOIST_TERM_ETF_H
#define JOIST_TERM_ETF_H

#include "vm/base/buffer.h"
#include "vm/term/atom.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

enum {
  ETF_SAFE = 1,          // decoding makes no atoms and no funs
  ETF_DETERMINISTIC = 2, // encoding: as always here; accepted for the option's sake
};

// level: 0 plain, 1..9 compressed through zlib when that is shorter. Fails: STATUS_NO_MEMORY, STATUS_BAD_DATA
// (native object).
MUST_USE Status etf_encode(const TermContext *c, Buffer *buffer, Term t, int level);

typedef struct EtfDecoder {
  const TermContext *context;
  const unsigned char *bytes; // behind the version byte; of the inflated copy when compressed
  size_t byte_count;
  unsigned char *inflated; // owned
  size_t inflated_bytes;
  size_t used_bytes; // of the input, version byte included
  size_t words;      // need of etf_decoder_build, at most
  size_t pair_count_max; // of the largest map
  unsigned flags;
} EtfDecoder;
// Checks and counts. Fails: STATUS_BAD_DATA, STATUS_LIMIT (atoms, sizes), STATUS_NO_MEMORY; nothing to free then.
MUST_USE Status etf_decoder_start(EtfDecoder *d, const TermContext *c, const unsigned char *bytes, size_t byte_count, unsigned flags);
// After reserving d->words. The input must still be there (and may have moved: pass it again; ignored when compressed).
// Fails: STATUS_BAD_DATA (a key twice in a map), STATUS_NO_MEMORY.
MUST_USE Status etf_decoder_build(EtfDecoder *d, TermHeap *heap, const unsigned char *bytes, Term *result);
void etf_decoder_end(EtfDecoder *d);

#endif

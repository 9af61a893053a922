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
// The same, as long as no more than about `most` bytes come of it before they are compressed, each term within counted as 80 bytes more. Fails also:
// STATUS_LIMIT.
MUST_USE Status etf_encode_within(const TermContext *c, Buffer *buffer, Term t, int level, size_t most);

// Numbers of the format: what both directions share.
enum {
  ETF_VERSION = 131,
  ETF_NEW_FLOAT = 70,
  ETF_BIT_BINARY = 77,
  ETF_COMPRESSED = 80,
  ETF_NEW_PID = 88,
  ETF_NEWER_REFERENCE = 90,
  ETF_SMALL_INTEGER = 97,
  ETF_INTEGER = 98,
  ETF_FLOAT = 99,
  ETF_ATOM = 100, // Latin-1
  ETF_REFERENCE = 101,
  ETF_PID = 103,
  ETF_SMALL_TUPLE = 104,
  ETF_LARGE_TUPLE = 105,
  ETF_NIL = 106,
  ETF_STRING = 107,
  ETF_LIST = 108,
  ETF_BINARY = 109,
  ETF_SMALL_BIG = 110,
  ETF_LARGE_BIG = 111,
  ETF_NEW_FUN = 112,
  ETF_EXPORT = 113,
  ETF_NEW_REFERENCE = 114,
  ETF_SMALL_ATOM = 115, // Latin-1
  ETF_MAP = 116,
  ETF_ATOM_UTF8 = 118,
  ETF_SMALL_ATOM_UTF8 = 119,
};

typedef struct EtfDecoder {
  const TermContext *context;
  const unsigned char *bytes; // behind the version byte; of the inflated copy when compressed
  size_t byte_count;
  unsigned char *inflated; // owned
  size_t inflated_bytes;
  size_t used_bytes; // of the input, version byte included
  size_t words;      // need of etf_decoder_build, at most
  unsigned flags;
} EtfDecoder;
// Checks and counts. Fails: STATUS_BAD_DATA, STATUS_LIMIT (atoms, sizes), STATUS_NO_MEMORY; nothing to free then.
MUST_USE Status etf_decoder_start(EtfDecoder *d, const TermContext *c, const unsigned char *bytes, size_t byte_count, unsigned flags);
// After reserving d->words. The input must still be there (and may have moved: pass it again; ignored when compressed).
// Fails: STATUS_BAD_DATA (a key twice in a map), STATUS_NO_MEMORY.
MUST_USE Status etf_decoder_build(EtfDecoder *d, TermHeap *heap, const unsigned char *bytes, Term *result);
void etf_decoder_end(EtfDecoder *d);
// Bytes that decoding will go through: of the input, or what it says that it is when inflated.
size_t etf_decoder_bytes(const unsigned char *bytes, size_t byte_count);

#endif

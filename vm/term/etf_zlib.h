// SPDX-License-Identifier: Apache-2.0
//
// zlib's memory through an Alloc: it frees without telling sizes, so they stand in front of each piece.
#ifndef JOIST_TERM_ETF_ZLIB_H
#define JOIST_TERM_ETF_ZLIB_H

#include <zlib.h>

#include "vm/base/alloc.h"

enum { ETF_ZLIB_HEADER_BYTES = 16 };

static inline voidpf etf_zlib_allocate(voidpf alloc, uInt items, uInt size) {
  size_t bytes = (size_t)items * size + ETF_ZLIB_HEADER_BYTES;
  size_t *p = alloc_get(alloc, bytes);
  if (!p) return NULL;
  *p = bytes;
  return (char *)p + ETF_ZLIB_HEADER_BYTES;
}

static inline void etf_zlib_release(voidpf alloc, voidpf memory) {
  size_t *p = (size_t *)(void *)((char *)memory - ETF_ZLIB_HEADER_BYTES);
  alloc_put(alloc, p, *p);
}

static inline void etf_zlib_use(z_stream *z, const Alloc *alloc) {
  z->zalloc = etf_zlib_allocate;
  z->zfree = etf_zlib_release;
  z->opaque = (voidpf)(uintptr_t)alloc;
}

#endif

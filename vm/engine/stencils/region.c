// SPDX-License-Identifier: Apache-2.0
#include "vm/engine/stencils/region.h"

#include <sys/mman.h>
#include <unistd.h>

Status region_open(CodeRegion *r, const Alloc *alloc, size_t bytes) {
  int fd = memfd_create("joist-code", MFD_CLOEXEC);
  if (fd < 0) return STATUS_NO_MEMORY;
  void *writable = MAP_FAILED, *code = MAP_FAILED;
  if (ftruncate(fd, (off_t)bytes) == 0) {
    writable = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    code = mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_32BIT, fd, 0);
  }
  close(fd);
  if (writable == MAP_FAILED || code == MAP_FAILED || (uintptr_t)code + bytes > INT32_MAX) {
    if (writable != MAP_FAILED) munmap(writable, bytes);
    if (code != MAP_FAILED) munmap(code, bytes);
    return STATUS_NO_MEMORY;
  }
  *r = (CodeRegion){.start = code, .end = (char *)code + bytes, .hot = code, .cold = (char *)code + bytes, .shift = (char *)writable - (char *)code,
                    .free_hot = {.alloc = alloc}, .free_cold = {.alloc = alloc}};
  return STATUS_OK;
}

void region_close(CodeRegion *r) {
  if (!r->start) return;
  size_t bytes = (size_t)(r->end - r->start);
  munmap(r->start + r->shift, bytes);
  munmap(r->start, bytes);
  stretches_free(&r->free_hot);
  stretches_free(&r->free_cold);
  *r = (CodeRegion){0};
}

static size_t rounded(size_t bytes) { return (bytes + 15) & ~(size_t)15; }

bool region_take(CodeRegion *r, size_t hot_bytes, size_t cold_bytes, char **hot, char **cold) {
  hot_bytes = rounded(hot_bytes);
  cold_bytes = rounded(cold_bytes);
  if (!stretches_reserve(&r->free_hot, r->piece_count + 2) || !stretches_reserve(&r->free_cold, r->piece_count + 2)) return false;
  uintptr_t old_hot = stretches_take(&r->free_hot, hot_bytes), old_cold = cold_bytes ? stretches_take(&r->free_cold, cold_bytes) : 0;
  size_t need = (old_hot ? 0 : hot_bytes) + (old_cold ? 0 : cold_bytes);
  if ((size_t)(r->cold - r->hot) < need) {
    if (old_hot) stretches_give(&r->free_hot, old_hot, old_hot + hot_bytes);
    if (old_cold) stretches_give(&r->free_cold, old_cold, old_cold + cold_bytes);
    return false;
  }
  *hot = old_hot ? (char *)old_hot : r->hot;
  if (!old_hot) r->hot += hot_bytes;
  if (!old_cold) r->cold -= cold_bytes;
  *cold = old_cold ? (char *)old_cold : r->cold;
  r->piece_count++;
  return true;
}

void region_give(CodeRegion *r, char *hot, size_t hot_bytes, char *cold, size_t cold_bytes) {
  hot_bytes = rounded(hot_bytes);
  cold_bytes = rounded(cold_bytes);
#if defined(JOIST_HOSTILE) || defined(JOIST_DEBUG)
  memset(region_writable(r, hot), 0xcc, hot_bytes); // whoever still runs it traps
  memset(region_writable(r, cold), 0xcc, cold_bytes);
#endif
  stretches_give(&r->free_hot, (uintptr_t)hot, (uintptr_t)hot + hot_bytes);
  if (cold_bytes) stretches_give(&r->free_cold, (uintptr_t)cold, (uintptr_t)cold + cold_bytes);
  r->piece_count--;
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/engine/stencils/region.h"

#include <sys/mman.h>
#include <unistd.h>

Status region_open(CodeRegion *r, size_t bytes) {
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
  *r = (CodeRegion){code, (char *)code + bytes, code, (char *)code + bytes, (char *)writable - (char *)code};
  return STATUS_OK;
}

void region_close(CodeRegion *r) {
  if (!r->start) return;
  size_t bytes = (size_t)(r->end - r->start);
  munmap(r->start + r->shift, bytes);
  munmap(r->start, bytes);
  *r = (CodeRegion){0};
}

bool region_take(CodeRegion *r, size_t hot_bytes, size_t cold_bytes, char **hot, char **cold) {
  hot_bytes = (hot_bytes + 15) & ~(size_t)15;
  cold_bytes = (cold_bytes + 15) & ~(size_t)15;
  if ((size_t)(r->cold - r->hot) < hot_bytes + cold_bytes) return false;
  *hot = r->hot;
  r->hot += hot_bytes;
  r->cold -= cold_bytes;
  *cold = r->cold;
  return true;
}

// SPDX-License-Identifier: Apache-2.0
//
// The image in use: examined, placed, looked into. See image.h for the model.
//
// Placing finds the file that the image was linked into by the program headers of the object that holds it, and maps the placed
// part from there, privately. Where that cannot be (no /proc, a file that was replaced meanwhile, an image that no object holds) its
// bytes are copied: the same content, only more memory touched.
#include "vm/code/image.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm/code/code.h"
#include "vm/code/image_fingerprint.h" // made while building
#include "vm/term/etf_zlib.h"

static const char IMAGE_MAGIC[8] = "JOISTIMG";

ImageFault image_examine(const void *image, size_t size) {
  const ImageHeader *h = image;
  if (size == 0) return IMAGE_NONE;
  if (size < sizeof *h || ((uintptr_t)image & (IMAGE_PAGE_BYTES - 1)) || memcmp(h->magic, IMAGE_MAGIC, sizeof IMAGE_MAGIC) != 0) return IMAGE_DAMAGED;
  if (h->version != IMAGE_FORMAT_VERSION) return IMAGE_OTHER_VERSION;
  if (h->fingerprint != IMAGE_FINGERPRINT) return IMAGE_OTHER_BUILD;
  if (h->size_bytes != size || h->placed_at > size || (uint64_t)h->placed_at + h->fixed_bytes + h->changing_bytes != size) return IMAGE_DAMAGED;
  return IMAGE_GOOD;
}

const char *image_fault_text(ImageFault fault) {
  switch (fault) {
    case IMAGE_GOOD: return "it is good";
    case IMAGE_NONE: return "there is none";
    case IMAGE_DAMAGED: return "it is damaged";
    case IMAGE_OTHER_VERSION: return "it has the format of another version";
    case IMAGE_OTHER_BUILD: return "another build made it (build the executable again, with its own image)";
  }
  return "unknown";
}

uint64_t image_fingerprint(void) { return IMAGE_FINGERPRINT; }

bool image_is_whole(const void *image, size_t size) {
  const ImageHeader *h = image;
  return image_examine(image, size) == IMAGE_GOOD && module_checksum((const char *)image + sizeof *h, size - sizeof *h) == h->checksum;
}

// --- placing

size_t image_placed_bytes(const void *image) {
  const ImageHeader *h = image;
  // The atom table goes on behind its entries: room for the rest of their last segment.
  uint32_t segment = 1u << ATOM_SEGMENT_SHIFT;
  size_t entries_end = h->atom_entries_at + ((size_t)h->atom_count + segment - 1) / segment * segment * sizeof(AtomEntry);
  size_t bytes = (size_t)h->fixed_bytes + h->changing_bytes;
  if (bytes < entries_end) bytes = entries_end;
  return (bytes + IMAGE_PAGE_BYTES - 1) & ~(size_t)(IMAGE_PAGE_BYTES - 1);
}

typedef struct Holder { // the loaded object that holds an address, and where in its file
  uintptr_t address;
  size_t bytes;
  const char *path;
  off_t offset;
} Holder;

static int find_holder(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  Holder *h = context;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + segment->p_vaddr;
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) || h->address < start || h->address + h->bytes > start + segment->p_filesz) continue;
    h->path = info->dlpi_name[0] ? info->dlpi_name : "/proc/self/exe";
    h->offset = (off_t)(segment->p_offset + (h->address - start));
    return 1;
  }
  return 0;
}

// Maps the placed part from its file to `to`. False: not possible; whatever is mapped there then is replaced by who copies.
static bool map_from_file(const ImageHeader *h, char *to) {
  Holder holder = {.address = (uintptr_t)h, .bytes = h->size_bytes};
  if (!dl_iterate_phdr(find_holder, &holder) || (holder.offset & (IMAGE_PAGE_BYTES - 1))) return false;
  int fd = open(holder.path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ImageHeader in_file;
  bool same = pread(fd, &in_file, sizeof in_file, holder.offset) == (ssize_t)sizeof in_file && memcmp(&in_file, h, sizeof in_file) == 0;
  off_t at = holder.offset + h->placed_at;
  bool fixed = same && mmap(to, h->fixed_bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, at) != MAP_FAILED;
  bool changing = fixed && (!h->changing_bytes || mmap(to + h->fixed_bytes, h->changing_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
                                                       at + h->fixed_bytes) != MAP_FAILED);
  close(fd);
  return changing;
}

static void relocate(const ImageHeader *h, char *to, uint64_t delta) {
  const uint32_t *places = (const uint32_t *)(const void *)((const char *)h + h->relocations_at);
  uint64_t *words = (uint64_t *)(void *)to;
  for (uint32_t i = 0; i < h->relocation_count; i++) words[places[i]] += delta;
}

Status image_place(LibraryImage *placed, const void *image, LiteralSpace *literals) {
  const ImageHeader *h = image;
  char *to = (char *)literal_space_lo(literals);
  size_t bytes = (size_t)h->fixed_bytes + h->changing_bytes, all = image_placed_bytes(image);
  uint64_t delta = (uint64_t)(uintptr_t)to - h->address;
  if (!map_from_file(h, to)) {
    if (mmap(to, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return STATUS_NO_MEMORY;
    memcpy(to, (const char *)image + h->placed_at, bytes);
    if (delta) relocate(h, to, delta);
    if (mprotect(to, h->fixed_bytes, PROT_READ) != 0) return STATUS_NO_MEMORY;
  } else if (delta) {
    if (mprotect(to, h->fixed_bytes, PROT_READ | PROT_WRITE) != 0) return STATUS_NO_MEMORY;
    relocate(h, to, delta);
    if (mprotect(to, h->fixed_bytes, PROT_READ) != 0) return STATUS_NO_MEMORY;
  }
  if (all > bytes && mprotect(to + bytes, all - bytes, PROT_READ | PROT_WRITE) != 0) return STATUS_NO_MEMORY;
  *placed = (LibraryImage){h, to};
  return STATUS_OK;
}

// --- looking into it

const ImageModule *image_module(const LibraryImage *image, Term name) {
  const ImageModule *modules = image_at(image, image->header->modules_at);
  uint32_t number = atom_number(name), low = 0, high = image->header->module_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (modules[middle].name < number) low = middle + 1;
    else high = middle;
  }
  return low < image->header->module_count && modules[low].name == number ? &modules[low] : NULL;
}

UnitParts image_parts(const LibraryImage *image, const ImageModule *m) {
  return (UnitParts){.bytes = (const char *)image->header,
                     .atoms = image_at(image, m->atoms_at),
                     .literals = (const Term *)(const void *)(image->placed + m->literals_at),
                     .functions = image_at(image, m->functions_at),
                     .exports = image_at(image, m->exports_at),
                     .imports = image_at(image, m->imports_at),
                     .funs = image_at(image, m->funs_at),
                     .files = image_at(image, m->files_at),
                     .atom_count = m->atom_count,
                     .literal_count = m->literal_count,
                     .function_count = m->function_count,
                     .export_count = m->export_count,
                     .import_count = m->import_count,
                     .fun_count = m->fun_count,
                     .file_count = m->file_count,
                     .code_end = m->code_end,
                     .attributes = m->attributes,
                     .checksum = m->checksum,
                     .file_size = m->file_size};
}

uint32_t image_native(const LibraryImage *image, Term module, Term name, uint32_t arity) {
  const ImageHeader *h = image->header;
  const uint16_t *slots = image_at(image, h->native_index_at);
  const ImageNative *natives = image_at(image, h->natives_at);
  uint32_t m = atom_number(module), n = atom_number(name), mask = h->native_index_slots - 1;
  for (uint32_t i = image_native_hash(m, n, arity) & mask; slots[i]; i = (i + 1) & mask) {
    uint32_t number = slots[i] - 1u;
    if (natives[number].module == m && natives[number].name == n && NATIVE_TABLE[number].arity == arity) return number;
  }
  return UINT32_MAX;
}

bool image_docs(const LibraryImage *image, const ImageModule *m, const Alloc *alloc, Buffer *out) {
  if (!m->docs.size || !buffer_reserve(out, m->docs_bytes)) return false;
  z_stream z = {.next_in = (Bytef *)(uintptr_t)image_at(image, m->docs.at), .avail_in = m->docs.size, .next_out = (Bytef *)out->data + out->size,
                .avail_out = m->docs_bytes};
  etf_zlib_use(&z, alloc);
  if (inflateInit(&z) != Z_OK) return false;
  bool whole = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == m->docs_bytes;
  inflateEnd(&z);
  if (whole) out->size += m->docs_bytes;
  return whole;
}

AtomImage image_atoms(const LibraryImage *image) {
  const ImageHeader *h = image->header;
  return (AtomImage){(AtomEntry *)(void *)(image->placed + h->atom_entries_at), h->atom_count, image_at(image, h->atom_index_at), h->atom_index_slots - 1};
}

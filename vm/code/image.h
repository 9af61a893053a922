// SPDX-License-Identifier: Apache-2.0
//
// The library's image: all modules of the library as one stage of the build left them, ready to be used where they lie.
//
// An image is one piece of memory (a section of the executable). Its first part is the same wherever it lies, holds no address and
// is never written: tables of modules, functions, encoded instructions, names. Behind it, from `placed_at` on, stands what holds
// addresses: literals in their final form, the atom table's entries. That is mapped from the executable's file at the place it was
// made for, at the start of the literal range, a private mapping: pages that nobody touches are never read. When that place is taken
// (another VM of the process, a limit of address space) the mapping lies elsewhere and the relocation list is worked through once.
//
//   header | modules, functions, code, files, atom index, natives, docs, relocations ‖ literals, lists of them, atom texts |
//                                                                    exports, shared binaries, atom entries
//          `-- position independent, shared by all VMs ---------'      `- fixed: read only -'  `- changing: private -----'
//
//  M1  Atoms of the image are the first of every VM that has it, in its order; atoms.def's come first of all.
//  M2  Everything in it was verified when it was made: its functions are decoded and linked as they are.
//  M3  Literals refer to the placed part alone. A literal &Mod.fun/arity is an EXPORT in the changing part, which is led to the VM's
//      own Export when the module becomes a unit.
//  M4  An image works with the build that made it alone: IMAGE_FINGERPRINT covers every table and layout that it relies on.
//
// Thread: placing is the starter's; afterwards any may read.
#ifndef JOIST_CODE_IMAGE_H
#define JOIST_CODE_IMAGE_H

#include "vm/base/buffer.h"
#include "vm/code/unit_parts.h"
#include "vm/heap/literal.h"
#include "vm/term/atom.h"

enum { IMAGE_FORMAT_VERSION = 1, IMAGE_PAGE_BYTES = 4096 };
// Where the literal range starts when that is free: low enough for every 47-bit address space, far from where systems map by default.
#define IMAGE_ADDRESS ((uintptr_t)0x200000000000)

typedef struct ImageExport { // a literal's EXPORT
  uint32_t at;               // word of the placed part that holds the address
  uint32_t module, name, arity;
} ImageExport;

typedef struct ImageModule { // sorted by name
  uint32_t name;             // atom number
  uint32_t functions_at, function_count, exports_at, export_count, atoms_at, atom_count, imports_at, import_count, funs_at, fun_count, files_at,
      file_count, fixups_at, fixup_count;
  uint32_t literals_at, literal_count; // from the start of the placed part
  uint32_t code_end;
  UnitText attributes, docs; // docs: compressed
  uint32_t docs_bytes;       // when they are not
  uint64_t checksum, file_size;
} ImageModule;

typedef struct ImageNative {
  uint32_t module, name;     // atom numbers, by index of NATIVE_TABLE
} ImageNative;

typedef struct ImageHeader {
  char magic[8];
  uint64_t fingerprint;
  uint64_t checksum;         // of everything behind the header: for tools; starting does not read it
  uint64_t address;          // that the placed part is made for
  uint32_t version, size_bytes;
  uint32_t placed_at, fixed_bytes, changing_bytes; // whole pages
  uint32_t modules_at, module_count;
  uint32_t atom_index_at, atom_index_slots; // a power of two: uint32_t hash bits and number + 1, open addressing
  uint32_t atom_entries_at, atom_count;     // from the start of the placed part
  uint32_t natives_at, native_count, native_index_at, native_index_slots; // uint16_t index + 1
  uint32_t relocations_at, relocation_count;
} ImageHeader;

// An image as one VM has it.
typedef struct LibraryImage {
  const ImageHeader *header;
  char *placed;              // in the literal range
} LibraryImage;

typedef enum ImageFault { IMAGE_GOOD, IMAGE_NONE, IMAGE_DAMAGED, IMAGE_OTHER_VERSION, IMAGE_OTHER_BUILD } ImageFault;
// Can this build use it? O(1). `size` bytes are there.
ImageFault image_examine(const void *image, size_t size);
const char *image_fault_text(ImageFault fault);
// The same with the checksum, O(size).
bool image_is_whole(const void *image, size_t size);

// Maps the placed part of an examined image to the head of the range, which was reserved for it (literal_space_new_for). Fails:
// STATUS_NO_MEMORY.
MUST_USE Status image_place(LibraryImage *placed, const void *image, LiteralSpace *literals);
// Bytes of the literal range that it takes.
size_t image_placed_bytes(const void *image);

const ImageModule *image_module(const LibraryImage *image, Term name); // or NULL
UnitParts image_parts(const LibraryImage *image, const ImageModule *m);
// The number of a native in NATIVE_TABLE, or UINT32_MAX.
uint32_t image_native(const LibraryImage *image, Term module, Term name, uint32_t arity);
bool image_docs(const LibraryImage *image, const ImageModule *m, const Alloc *alloc, Buffer *out);
static inline const void *image_at(const LibraryImage *image, uint32_t at) { return (const char *)image->header + at; }
static inline uint32_t image_native_hash(uint32_t module, uint32_t name, uint32_t arity) {
  uint64_t h = ((uint64_t)module * 31 + name + ((uint64_t)arity << 40)) * 0x9e3779b97f4a7c15u;
  return (uint32_t)(h ^ h >> 32);
}
// The atom table's first entries and their index.
AtomImage image_atoms(const LibraryImage *image);

// Writes the image of all modules that are loaded in `t` (image_write.c). Fails: false; *why says what does not fit an image.
struct CodeTable;
bool image_write(struct CodeTable *t, Buffer *out, const char **why);

#endif

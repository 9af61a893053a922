// SPDX-License-Identifier: Apache-2.0
//
// Loaded code: units, functions, exports, modules.
//
// A CodeUnit is one loaded module: of a module file, or of the library's image (image.h). What never changes stands in its
// UnitParts, in the same form for both; what it grows while it runs (functions, funs, imports) is made when it is first asked for,
// so a unit costs what is used of it. A module name has a current unit and maybe old ones. Functions are decoded and linked one by
// one, on their first call: until then `entry` is the function's stub, which calls the linker of the engine.
//
//  U1  Calls to other modules go through an Export, of which there is one per (module, name, arity)
//      in the VM, found or made when a function is linked, never freed.
//  U2  Where an Export leads is published in one store: a function's stub or code, a native's wrapper, or the export's own stub, which
//      asks under the lock.
//  U3  Units live while they are current or something refers to them: a frame, a fun, a term in their literals (vm/engine/purge.c
//      finds out). Ids of those that went are used again; traces keep names, and numbers of files that are the table's.
//  U4  Code ranges of linked functions are found by address (code_find) for stack traces and handlers.
//  U5  A module is switched to another unit as a whole: first all its exports lead to their stubs, then the current unit changes, then
//      they lead to it, all under the lock. Who meets a stub waits for the lock and goes to the new unit; who has been in the new unit
//      finds stubs or the new unit. So nobody comes back from the new one to the old one, and no other worker has to stand still.
//
// Threads. Any worker, in a slice. Whatever changes here does so under CodeTable.lock (LOCK_LOADING): loading, making exports,
// functions and funs, linking and compiling functions (vm/engine/link.c), for all these make parts of one another. Read without a lock:
//   exports, modules       indexes that grow by copies; what they lead to is never freed
//   Export, FunEntry, CodeFunction   what calls read of them: code, machine, entry (PUBLISHED); the rest of a function and of a fun's
//                          entry is whole before anybody can be led there
//   functions by address   code_find
//   CodeModule.current     the unit stays until the worker stands still: units are freed while all do (vm/engine/purge.c). A dirty thread
//                          does not stand: it may read the unit's parts while it is online, and its literals not at all
#ifndef JOIST_CODE_CODE_H
#define JOIST_CODE_CODE_H

#include "vm/base/arena.h"
#include "vm/base/publish.h"
#include "vm/base/quiescent.h"
#include "vm/code/module_image.h"
#include "vm/code/module_file.h"
#include "vm/code/image.h"
#include "vm/code/native.h"
#include "vm/heap/literal.h"
#include "vm/term/atom.h"
#include "vm/term/fun.h"

typedef struct CodeUnit CodeUnit;
typedef struct CodeTable CodeTable;

typedef struct CodeHandler { // of a linked function, by address; inner ones first
  const uint64_t *from, *to, *handler;
  uint32_t base;
} CodeHandler;

typedef struct CodeLine {
  const uint64_t *from;
  uint32_t line, file;
} CodeLine;

typedef struct CodePoint { // an instruction of a compiled function; both grow
  uint32_t machine_offset, word;
} CodePoint;

typedef struct CodeFunction {
  const void *entry;    // where calls go: the stub below, then the linked code (published)
  const void *machine;  // the same for compiled code: the table's machine_stub, then the compiled code (published)
  uint64_t stub[2];     // LINK_STUB, this
  CodeUnit *unit;
  Term name;
  uint32_t index, arity, slot_count;
  uint64_t *code;       // linked words, or NULL
  size_t code_words;
  CodeHandler *handlers;
  uint32_t handler_count;
  CodeLine *lines;
  uint32_t line_count;
  CodePoint *points;    // of compiled code, one behind the last
  uint32_t *word_places; // the same by linked word: where its instruction's compiled code begins; UINT32_MAX within instructions
  uint32_t point_count, hot_bytes, cold_bytes; // hot_bytes 0: not compiled
  const void *cold;     // of compiled code: the second part of its memory; the first begins at `machine`
  struct CallSite *call_sites; // of the compiler: calls that wait for this function
} CodeFunction;

typedef struct ExportEntry {
  Export e;             // first
  struct ExportEntry *next_of_module;
  uint64_t stub[2];     // EXPORT_STUB, this
  uint64_t native_code[8]; // NATIVE_BODY …, RETURN when e.native
} ExportEntry;

struct CodeUnit {
  Retired retired;
  uint32_t id;
  bool current;
  Term module;
  CodeTable *table;
  Arena arena;          // everything below, and the linked code
  UnitParts parts;
  Export **imports;     // NULL until first asked for: unit_import
  FunEntry *funs;       // all or none of them: unit_fun; .code NULL until first asked for
  CodeFunction **functions; // the same, one by one: unit_function
  uint32_t *file_numbers; // by index of files; 0: not asked for yet (published)
  LiteralArea *literal_area; // of a loaded file
  bool pinned;          // a host holds a fun of it: never freed
  uint32_t condemned;   // number + 1 in the search for who refers to it (vm/engine/purge.c); 0: none
  CodeUnit *next_in_table;
};

// Literals without an owner: values that a compile job passed to code, which may have kept them; persistent terms that were replaced.
typedef struct OrphanAreas {
  struct OrphanAreas *next;
  LiteralArea *areas;   // linked by next; in no list of the space
  size_t bytes;
  uint32_t condemned;   // as CodeUnit.condemned
} OrphanAreas;

typedef struct CodeModule { // a module's name; never freed
  Term name;
  _Atomic(CodeUnit *) current; // or NULL
  ExportEntry *exports; // that somebody asked for
  struct CodeModule *next; // made before it
} CodeModule;

// Open addressing; a slot is written once, when what it leads to is whole. A grown one replaces it and keeps it: others may be looking
// there. Together the old ones are no larger than the newest.
typedef struct CodeIndex {
  struct CodeIndex *older;
  uint32_t count, mask; // count: under the lock
  _Atomic(void *) slots[];
} CodeIndex;

enum { FILE_NUMBERS_MAX = 1 << 16, FILE_SEGMENT_FIRST = 16, FILE_SEGMENTS = 13 };

struct CodeTable {
  const Alloc *alloc;
  AtomTable *atoms;
  const TermContext *context;
  LiteralSpace *literals;
  const LibraryImage *image; // or NULL
  Lock lock;            // everything below but what is marked
  Arena arena;          // exports, modules
  // What the engine hands down before anything is loaded: the handler words of stubs and wrappers.
  uint64_t link_stub_word, export_stub_word;
  void (*make_native_code)(ExportEntry *e);
  const void *machine_stub; // in compiled code: goes to where the first word of the entered object points
  _Atomic(CodeIndex *) exports; // (module, name, arity) -> ExportEntry (any: read)
  _Atomic(CodeIndex *) modules; // module -> CodeModule (any: read)
  _Atomic(CodeModule *) first_module; // all, the newest first (any: read)
  _Atomic(uint32_t) module_count;
  CodeUnit *units;      // all, newest first
  CodeUnit **by_id;     // index id; of ids that no unit in `units` has: odd
  uint32_t unit_count, unit_capacity; // ids given out, 0 included
  uint32_t free_id;     // an id to use again, or 0; by_id holds the next one << 1 | 1
  OrphanAreas *orphans;
  _Atomic(size_t) garbage_bytes; // of units that became old, and orphans, since somebody last looked (any)
  uint64_t old_count;   // units that are not current
  // Handed down, with `state`; each may be NULL.
  void (*garbage_grew)(void *state); // it may be time to look; called without the lock
  void (*drop_function)(void *state, CodeFunction *f); // a unit goes, and what the engine has for f
  void (*retire)(void *state, Retired *r, void (*release)(void *, Retired *)); // of code_find's memory; NULL: at once
  void *state;
  ImageText *files[FILE_SEGMENTS]; // code_file_name by number - 1; segment i has FILE_SEGMENT_FIRST << i texts (any: read, of numbers given out)
  uint32_t file_count, file_capacity;
  uint32_t *file_index; // by hash of the text: number, 0 free; twice file_capacity slots
  _Atomic(struct CodePlaces *) places; // functions by address (ranges.c; any: read)
  uint32_t range_count; // stretches of addresses there
  _Atomic(uint64_t) load_count; // grows with every load or deletion: caches compare it (any)
};

typedef enum LoadStatus { LOAD_OK, LOAD_REFUSED, LOAD_NO_MEMORY, LOAD_WRONG_NAME } LoadStatus;

// image: the library's, placed in `literals` and known to the atom table; or NULL.
Status code_table_init(CodeTable *t, const Alloc *alloc, const TermContext *context, LiteralSpace *literals, const LibraryImage *image);
void code_table_free(CodeTable *t);

static inline void code_lock(CodeTable *t) { lock_take(&t->lock); }
static inline void code_unlock(CodeTable *t) { lock_give(&t->lock); }

// Loads a module file: reads, verifies, makes it the current unit of its module. `bytes` are copied.
// expected: the module's name, or T_NONE. Fails: *error says why when LOAD_REFUSED.
LoadStatus code_load(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error);
// The same for who found that the module is not there: another worker may have loaded it meanwhile, then that stays, and is *unit.
LoadStatus code_load_absent(CodeTable *t, const void *bytes, size_t size, Term expected, CodeUnit **unit, VerifyError *error);
// Makes a module of the image the current unit; of a module that has one by then it stays. False: it is not in the image, or there is no
// memory (*found tells).
bool code_load_from_image(CodeTable *t, Term module, bool *found);
// Makes exports of one module lead to natives from now on, whatever they led to: export i to natives[i]. One that leads to a native
// already is left so. The entries live as long as the table.
void code_set_natives(CodeTable *t, Export *const *exports, const NativeEntry *const *natives, uint32_t count);
// Takes a module out of use. False: there was none.
bool code_delete(CodeTable *t, Term module);

// The one export of that name; made when there was none. Fails: NULL without memory.
Export *code_export(CodeTable *t, Term module, Term name, uint32_t arity);
// The same, or NULL when nobody asked for it yet and it is no native.
Export *code_export_find(CodeTable *t, Term module, Term name, uint32_t arity);
// Is there code behind it now (a function of a loaded module or a native)?
static inline bool export_is_defined(const Export *e) { return PUBLISHED(e->unit_id) != 0 || PUBLISHED(e->native) != NULL; }
// Makes an export lead to the code that its module has by now. False: it has none, or *no_memory.
bool code_export_resolve(CodeTable *t, Export *e, bool *no_memory);
CodeUnit *code_module(const CodeTable *t, Term module); // current unit or NULL
CodeUnit *code_unit(CodeTable *t, uint32_t id);   // or NULL when it is gone
// Modules that were ever named, loaded or not, the newest first: `for (m = code_first_module(t); m; m = m->next)`.
static inline CodeModule *code_first_module(const CodeTable *t) { return atomic_load_explicit(&t->first_module, memory_order_acquire); }

// --- parts of a unit, made when first asked for. Under the lock. Fails: NULL without memory.
CodeFunction *unit_function(CodeUnit *u, uint32_t index);
FunEntry *unit_fun(CodeUnit *u, uint32_t index);
Export *unit_import(CodeUnit *u, uint32_t index);
// The index of an exported function. False: the unit has none of that name and arity.
bool unit_find_export(const CodeUnit *u, Term name, uint32_t arity, uint32_t *index);
static inline Term unit_atom(const CodeUnit *u, uint32_t index) { return term_atom(u->parts.atoms[index]); }
static inline ImageText unit_text(const CodeUnit *u, UnitText t) { return (ImageText){u->parts.bytes + t.at, t.size}; }
// The path of a source file of the unit; empty when it has none of that number.
static inline ImageText unit_file(const CodeUnit *u, uint32_t index) {
  return index < u->parts.file_count ? unit_text(u, u->parts.files[index]) : (ImageText){"", 0};
}
// A number for a source file of the unit that outlives it: the table keeps each text once, up to FILE_NUMBERS_MAX of them. 0: none, or
// no room. And the text of a number; empty when there is none.
uint32_t code_file_number(CodeUnit *u, uint32_t index);
ImageText code_file_name(const CodeTable *t, uint32_t number);
// Decodes a function's instructions into `arena`, for the linker.
void unit_read_function(Arena *arena, const CodeUnit *u, uint32_t index, ImageFunction *f);
// Appends a module's docs chunk (external term format): of its current unit, or of the image when it is not loaded. False: there is
// none, or no memory (out->failed).
bool code_docs(CodeTable *t, Term module, Buffer *out);
void code_files_free(CodeTable *t); // files.c, with the table
// The areas of a job that ended become garbage, and one area that the VM kept (NULL: nothing). Takes the lock: the caller holds none of
// a higher rank. Fails: they stay for ever.
void code_orphan(CodeTable *t, uint32_t owner);
void code_orphan_area(CodeTable *t, LiteralArea *area);
// A host holds a fun of that unit: it is never freed.
void code_pin(CodeTable *t, uint32_t unit_id);
// Frees what nobody refers to. A unit is old and not pinned; forget its functions' addresses first (code_forget_ranges). Under the lock, and
// no other worker in a slice.
void code_unit_free(CodeTable *t, CodeUnit *u);
void code_orphan_free(CodeTable *t, OrphanAreas *o);
size_t code_unit_bytes(const CodeUnit *u);
// Takes the ranges out whose unit is doomed(unit). Under the lock, and no other worker in a slice.
void code_forget_ranges(CodeTable *t, bool (*doomed)(void *state, const CodeUnit *u), void *state);
void code_ranges_free(CodeTable *t); // ranges.c, with the table
// Between code.c and unit.c: the parts of a unit whose file was read; an export, under the lock.
bool unit_make_parts(CodeUnit *u, const ModuleImage *image, const void *source, size_t size);
Export *code_export_locked(CodeTable *t, Term module, Term name, uint32_t arity);
// The export of that name if somebody asked for it; else NULL.
Export *code_export_known(const CodeTable *t, Term module, Term name, uint32_t arity);

// The function whose linked or compiled code holds `address`, or NULL. Lock-free: who asks is a worker in a slice, or otherwise online
// (vm/base/quiescent.h), or nobody frees code meanwhile.
CodeFunction *code_find(const CodeTable *t, const uint64_t *address);
// Makes f's linked code known there, and a stretch of its compiled code. Under the lock, before anybody is led there.
MUST_USE bool code_add_range(CodeTable *t, CodeFunction *f);
MUST_USE bool code_add_machine_range(CodeTable *t, CodeFunction *f, const void *from, const void *to);
// The linked instruction of f at an address of its linked or its compiled code.
const uint64_t *code_linked_address(const CodeFunction *f, const uint64_t *address);

bool code_is_guard_native(const void *table, ImageText module, ImageText name, uint32_t arity);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What reader and verifier let pass cannot break the VM: modules are damaged with care (an operand, an opcode, a
// label, a handler, a pool; or bytes), sealed with a right checksum and loaded. What is accepted runs, with arguments it
// may not expect, for a few slices. Under the sanitizers every wrong read is seen. JOIST_MUTATIONS sets how many, JOIST_MUTATIONS_SHOWN=1
// shows where it is.
#include "maker.h"
#include "vm/term/binary.h"

typedef struct Dice {
  uint64_t state;
} Dice;
static uint32_t roll(Dice *d, uint32_t below) {
  d->state = d->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(d->state >> 33) % below;
}

// One function for each kind of opcode that takes something apart or may collect.
static void program_variety(ModuleBuilder *b) {
  uint32_t literal = builder_literal(b, "\x83\x6d\0\0\0\4\1\2\3\4", 10);
  uint32_t file = builder_file(b, "made.ex", 7);
  uint32_t body = FUNCTION("body", 3);

  builder_begin(b, FUNCTION("bits", 1)); // takes a binary apart and builds another
  uint32_t no = builder_label(b);
  builder_line(b, file, 7);
  EMIT(OP_BITS_START, SLOT(1), SLOT(0), LABEL(no));
  EMIT(OP_BITS_INT, SLOT(2), SLOT(1), SLOT(0), SLOT(1), NUMBER(8), NUMBER(0), LABEL(no), SLOTS(0, 1));
  EMIT(OP_BITS_INT_VAR, SLOT(3), SLOT(1), SLOT(0), SLOT(1), SLOT(2), NUMBER(4), NUMBER(3), LABEL(no), SLOTS(0, 1, 2));
  EMIT(OP_BITS_SLICE, SLOT(4), SLOT(1), SLOT(0), SLOT(1), NUMBER(5), LABEL(no), SLOTS(0, 1, 2, 3));
  EMIT(OP_BITS_REST, SLOT(5), SLOT(0), SLOT(1), NUMBER(1), LABEL(no), SLOTS(0, 1, 2, 3, 4));
  Segment segments[] = {{.kind = SEGMENT_BITS, .size_kind = SIZE_ALL, .unit = 1, .value = 4},
                        {.kind = SEGMENT_INTEGER, .size_kind = SIZE_BITS, .unit = 1, .size = 11, .value = 3},
                        {.kind = SEGMENT_INTEGER, .size_kind = SIZE_SLOT, .unit = 2, .size = 2, .value = 3},
                        {.kind = SEGMENT_BITS, .size_kind = SIZE_ALL, .unit = 8, .value_is_constant = true, .constant = {CONSTANT_LITERAL, literal}}};
  EMIT(OP_BITS_BUILD, SLOT(0), {.segments = {4, segments}}, SLOTS(0, 2, 3, 4, 5));
  builder_bind(b, no);
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, FUNCTION("maps", 2));
  uint32_t none = builder_label(b);
  EMIT(OP_MAP_NEW, SLOT(2), SLOTS(0, 1, 1, 0), SLOTS(0, 1));
  EMIT(OP_MAP_PUT, SLOT(2), SLOT(2), SLOTS(1, 1, 2, 2), SLOTS(0, 1, 2));
  EMIT(OP_MAP_GET, SLOT(3), SLOT(2), SLOT(0), LABEL(none), SLOTS(0, 2));
  EMIT(OP_MAP_GET_CONST, SLOT(4), SLOT(0), ATOM("key"), LABEL(none));
  EMIT(OP_MAP_UPDATE, SLOT(2), SLOT(2), SLOTS(0, 0), SLOTS(0, 2));
  EMIT(OP_HAS_KEY, SLOT(2), SLOT(0), LABEL(none), SLOTS(0, 2));
  builder_bind(b, none);
  EMIT(OP_GUARD1, SLOT(0), IMPORT("erlang", "map_size", 1), SLOTS(2), RAISES, SLOTS(0, 2));
  EMIT(OP_RETURN, SLOT(2));
  builder_end(b);

  builder_begin(b, body);
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 1, 2), SLOTS(0, 1, 2));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, FUNCTION("funs", 2));
  uint32_t from = builder_label(b), to = builder_label(b), handler = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0, 1));
  EMIT(OP_MAKE_FUN, SLOT(2), NUMBER(builder_fun(b, body, 1, 2)), SLOTS(0, 1), SLOTS(0, 1));
  EMIT(OP_MOVE, SLOT(8), SLOT(0));
  builder_bind(b, from);
  EMIT(OP_CALL_FUN, SLOT(8), SLOT(2), NUMBER(1), SLOTS(0, 1, 2));
  EMIT(OP_MOVE, SLOT(1), SLOT(8));
  EMIT(OP_MOVE, SLOT(8), SLOT(0));
  EMIT(OP_CALL_EXT, SLOT(8), IMPORT("erlang", "tuple_to_list", 1), SLOTS(0, 1));
  EMIT(OP_LOAD, SLOT(9), ATOM("Made"));
  EMIT(OP_LOAD, SLOT(10), ATOM("bits"));
  EMIT(OP_CALL_DYN, SLOT(8), SLOT(9), SLOT(10), NUMBER(1), SLOTS(0, 1));
  builder_bind(b, to);
  EMIT(OP_TUPLE, SLOT(0), SLOTS(0, 1, 8), SLOTS(0, 1, 8));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, handler);
  EMIT(OP_STACKTRACE, SLOT(5), SLOT(5), SLOTS(0, 1, 3, 4, 5));
  EMIT(OP_RAISE, SLOT(3), SLOT(4), SLOT(5));
  builder_handler(b, from, to, handler, 3);
  builder_end(b);

  builder_begin(b, FUNCTION("talk", 1)); // to itself
  uint32_t again = builder_label(b), empty = builder_label(b), other = builder_label(b);
  EMIT(OP_FRAME, SLOTS(0));
  EMIT(OP_CALL_EXT, SLOT(3), IMPORT("erlang", "self", 0), SLOTS(0));
  EMIT(OP_MOVE, SLOT(1), SLOT(3));
  EMIT(OP_SEND, SLOT(2), SLOT(1), SLOT(0), SLOTS(0, 1));
  EMIT(OP_SEND, SLOT(2), SLOT(1), SLOT(1), SLOTS(0, 1));
  builder_bind(b, again);
  EMIT(OP_RECV_PEEK, SLOT(2), LABEL(empty));
  EMIT(OP_IS_PID, SLOT(2), LABEL(other));
  EMIT(OP_RECV_ACCEPT, );
  EMIT(OP_RETURN, SLOT(2));
  builder_bind(b, other);
  EMIT(OP_RECV_NEXT, LABEL(again));
  builder_bind(b, empty);
  EMIT(OP_LOAD, SLOT(3), SMALL(5));
  EMIT(OP_RECV_WAIT_UNTIL, SLOT(3), LABEL(again), SLOTS(0, 1, 3));
  EMIT(OP_RETURN, SLOT(0));
  builder_end(b);

  builder_begin(b, FUNCTION("choose", 1));
  uint32_t first = builder_label(b), second = builder_label(b), third = builder_label(b);
  EMIT(OP_SELECT, SLOT(0), {.table = {2, (CodeConstant[]){{CONSTANT_SMALL, 3}, {CONSTANT_ATOM, 0}}, (uint32_t[]){first, second, third}}});
  builder_bind(b, third);
  EMIT(OP_SELECT_ARITY, SLOT(0), {.table = {1, (CodeConstant[]){{CONSTANT_SMALL, 2}}, (uint32_t[]){second, first}}});
  builder_bind(b, second);
  EMIT(OP_IS_TUPLE_OF, SLOT(0), NUMBER(2), LABEL(first));
  EMIT(OP_ELEMENT, SLOT(1), SLOT(0), NUMBER(1));
  EMIT(OP_SWAP, SLOT(0), SLOT(1));
  EMIT(OP_ELEMENT, SLOT(0), SLOT(1), NUMBER(0));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, first);
  EMIT(OP_FUNCTION_CLAUSE, SLOTS(0));
  builder_end(b);

  builder_begin(b, FUNCTION("numbers", 2));
  uint32_t fail = builder_label(b);
  EMIT(OP_ADD, SLOT(2), SLOT(0), SLOT(1), LABEL(fail), SLOTS(0, 1));
  EMIT(OP_MUL, SLOT(2), SLOT(2), SLOT(2), LABEL(fail), SLOTS(0, 1, 2));
  EMIT(OP_BSL, SLOT(2), SLOT(2), SLOT(1), RAISES, SLOTS(0, 1, 2));
  EMIT(OP_LESS, SLOT(0), SLOT(2), LABEL(fail), SLOTS(0, 2));
  EMIT(OP_CONS, SLOT(2), SLOT(2), SLOT(0), SLOTS(0, 2));
  EMIT(OP_GET_LIST, SLOT(2), SLOT(0), SLOT(1), LABEL(fail));
  EMIT(OP_RETURN, SLOT(0));
  builder_bind(b, fail);
  EMIT(OP_ERROR, NUMBER(1), SLOT(0));
  builder_end(b);
}

static ModuleImage *sample(VmFixture *f) {
  ModuleBuilder *b = fx_builder(f, "Made");
  program_fib(b);
  program_lists(b);
  program_variety(b);
  return builder_finish(b);
}

static uint32_t near(Dice *d, uint32_t value, uint32_t limit) {
  switch (roll(d, 4)) {
    case 0: return value + 1;
    case 1: return value ? value - 1 : 0;
    case 2: return roll(d, limit);
    default: return roll(d, 12);
  }
}

// Letters alike have the same form.
static void mutate_operand(Dice *d, Arena *arena, const ImageFunction *f, char letter, Operand *o) {
  switch (letter) {
    case 'd':
    case 's':
    case 'k': o->slot = near(d, o->slot, f->slot_count + 2); break;
    case 'L':
      if (roll(d, 3) == 0) {
        o->label = LABEL_NONE;
        break;
      }
      // fall through
    case 'l': o->label = roll(d, f->instruction_count + 1); break;
    case 'c': o->constant = (CodeConstant){(CodeConstantKind)roll(d, 5), roll(d, 4)}; break;
    case 'n': o->integer = (int64_t)roll(d, 2000) - 1000; break;
    case 'i': o->number = roll(d, 3) ? near(d, (uint32_t)o->number, 40) : roll(d, 1u << 31); break;
    case 'f':
    case 'e':
    case 'u': o->number = near(d, (uint32_t)o->number, 14); break;
    case 'S':
    case 'm': {
      SlotList old = o->list;
      uint16_t *slots = ARENA_ARRAY(arena, uint16_t, old.count + 1);
      uint32_t count = 0;
      uint32_t drop = roll(d, 2) ? roll(d, old.count + 1) : UINT32_MAX;
      for (uint32_t i = 0; i < old.count; i++)
        if (i != drop) slots[count++] = old.slots[i];
      if (drop == UINT32_MAX) { // one more, in order
        slots[count++] = (uint16_t)roll(d, f->slot_count + 1);
        for (uint32_t i = count - 1; letter == 'm' && i > 0 && slots[i] < slots[i - 1]; i--) {
          uint16_t t = slots[i];
          slots[i] = slots[i - 1];
          slots[i - 1] = t;
        }
      }
      o->list = (SlotList){count, slots};
      break;
    }
    case 'T':
      if (o->table.count) ((CodeConstant *)(uintptr_t)o->table.values)[roll(d, o->table.count)] = (CodeConstant){(CodeConstantKind)roll(d, 2), roll(d, 5)};
      ((uint32_t *)(uintptr_t)o->table.labels)[roll(d, o->table.count + 1)] = roll(d, f->instruction_count + 1);
      break;
    default:
      if (o->segments.count) {
        Segment *s = (Segment *)(uintptr_t)&o->segments.segments[roll(d, o->segments.count)];
        switch (roll(d, 5)) {
          case 0: s->kind = (uint8_t)roll(d, 7); break;
          case 1: s->size_kind = (uint8_t)roll(d, 4); break;
          case 2: s->size = roll(d, 100000); break;
          case 3: s->value = roll(d, f->slot_count + 1); break;
          default: s->unit = (uint16_t)roll(d, 300); break;
        }
      }
      break;
  }
}

static void mutate(Dice *d, Arena *arena, ModuleImage *image) {
  ImageFunction *f = &image->functions[roll(d, image->function_count)];
  uint32_t at = roll(d, f->instruction_count);
  Instruction *ins = &f->instructions[at];
  const OpcodeInfo *info = opcode_info(ins->opcode);
  switch (roll(d, 12)) {
    default:
      if (info->operand_count) {
        uint32_t i = roll(d, info->operand_count);
        mutate_operand(d, arena, f, info->operands[i], (Operand *)(uintptr_t)&ins->operands[i]);
      }
      break;
    case 0: // another opcode of the same form
      for (int tries = 0; tries < 200; tries++) {
        uint32_t op = roll(d, FILE_OPCODE_MAX);
        const OpcodeInfo *other = opcode_info(op);
        if (other && strcmp(other->operands, info->operands) == 0) {
          ins->opcode = (uint16_t)op;
          break;
        }
      }
      break;
    case 1: { // two instructions change places
      Instruction *other = &f->instructions[roll(d, f->instruction_count)], t = *other;
      *other = *ins;
      *ins = t;
      break;
    }
    case 2: // one instruction twice: over its neighbour
      if (at + 1 < f->instruction_count) ins[1] = ins[0];
      break;
    case 3: f->slot_count = near(d, f->slot_count, 40); break;
    case 4:
      f->arity = near(d, f->arity, 6);
      break;
    case 5:
      if (f->handler_count) {
        ImageHandler *h = &f->handlers[roll(d, f->handler_count)];
        uint32_t *fields[] = {&h->from, &h->to, &h->handler, &h->base};
        uint32_t *field = fields[roll(d, 4)];
        *field = near(d, *field, f->instruction_count + 1);
      }
      break;
    case 6:
      if (image->fun_count) {
        ImageFun *fun = &image->funs[roll(d, image->fun_count)];
        uint32_t *fields[] = {&fun->function, &fun->arity, &fun->capture_count};
        uint32_t *field = fields[roll(d, 3)];
        *field = near(d, *field, 5);
      }
      break;
    case 7:
      if (image->import_count) image->imports[roll(d, image->import_count)].arity = roll(d, 4);
      break;
  }
}

// File opcodes can loop without a call, and nothing counts that: such a mutant is not run.
static bool may_loop(const ModuleImage *image) {
  for (uint32_t i = 0; i < image->function_count; i++) {
    const ImageFunction *f = &image->functions[i];
    for (uint32_t at = 0; at < f->instruction_count; at++) {
      const OpcodeInfo *info = opcode_info(f->instructions[at].opcode);
      const Operand *o = f->instructions[at].operands;
      for (uint32_t j = 0; j < info->operand_count; j++) {
        uint16_t op = f->instructions[at].opcode; // a receive goes back, but takes or waits for a message each time
        bool receive = op == OP_RECV_NEXT || op == OP_RECV_WAIT || op == OP_RECV_WAIT_UNTIL;
        bool jumps = info->operands[j] == 'l' || (info->operands[j] == 'L' && o[j].label != LABEL_NONE);
        if (jumps && o[j].label <= at && !(receive && f->instructions[o[j].label].opcode == OP_RECV_PEEK)) return true;
        if (info->operands[j] == 'T')
          for (uint32_t t = 0; t <= o[j].table.count; t++)
            if (o[j].table.labels[t] <= at) return true;
      }
    }
    for (uint32_t h = 0; h < f->handler_count; h++)
      if (f->handlers[h].handler < f->handlers[h].to) return true;
  }
  return false;
}

static int64_t slices_left(Picker *k) {
  (void)k;
  return 40;
}
static EngineExit (*run_slice)(Worker *w, Process *p);
static EngineExit run_few(Worker *w, Process *p) {
  if (w->scheduler->slice_count > 60) vm_stop(w->vm, 3);
  return run_slice(w, p);
}

static void run_all(VmFixture *f, Dice *d, const CodeUnit *unit) {
  run_slice = f->vm.hooks.run;
  f->vm.hooks.run = run_few;
  sched_of(&f->vm, 0)->picker->slice = slices_left;
  for (uint32_t i = 0; i < unit->parts.function_count; i++) {
    const UnitFunction *function = &unit->parts.functions[i];
    uint32_t arity = function->arity;
    if (!function->exported) continue;
    Term args[ARITY_MAX], words[32];
    TermHeap heap = {.top = words, .end = words + 32, .off_heap = T_NIL};
    Term item, *items = heap_tuple(&heap, 2, &item);
    items[0] = ATOM_ok, items[1] = term_small(9);
    Term binary = binary_make(&f->vm.context, &heap, "\3binary text", 12);
    Term choices[] = {term_small(3), term_small(-1), ATOM_error, T_NIL, item, heap_cons(&heap, term_small(1), item), binary, heap_float(&heap, 1.5)};
    for (uint32_t j = 0; j < arity; j++) args[j] = choices[roll(d, sizeof choices / sizeof *choices)];
    SpawnOptions options = spawn_options_default();
    uint64_t ref;
    Term error = T_NONE;
    sched_of(&f->vm, 0)->slice_count = 0;
    atomic_store(&f->vm.stopping, false);
    f->vm.first_pid = process_spawn(NULL, &f->vm, &options, unit->module, term_atom(function->name), args, arity, &ref, &error);
    if (f->vm.first_pid == T_NONE) continue;
    sched_run(&f->vm);
    Process *p = process_find(&f->vm, f->vm.first_pid);
    if (p) break; // it runs on: the next one gets a VM of its own
  }
}

static int mutation_count(int normal) {
  const char *text = getenv("JOIST_MUTATIONS");
  return text ? atoi(text) : normal;
}

Test(mutation, of_the_image, .timeout = 600) {
  int accepted = 0, ran = 0, count = mutation_count(4000);
  for (int seed = 0; seed < count; seed++) {
    if (getenv("JOIST_MUTATIONS_SHOWN")) fprintf(stderr, "mutation %d\n", seed);
    Dice dice = {(uint64_t)seed * 77 + 1};
    VmFixture *f = vm_fixture_start_with(&(VmOptions){.seeded = true, .seed = (uint64_t)seed, .budget_bytes = 64 << 20, .literal_bytes = 1 << 20});
    ModuleImage *image = sample(f);
    for (uint32_t n = 1 + roll(&dice, 3); n; n--) mutate(&dice, &f->arena, image);
    Buffer bytes;
    buffer_init(&bytes, &f->alloc);
    module_write(image, &bytes);
    VerifyError error;
    LoadStatus s = fx_load_bytes(f, bytes.data, bytes.size, &error);
    cr_assert(s == LOAD_OK || (s == LOAD_REFUSED && error.reason != VERIFY_OK));
    buffer_free(&bytes);
    if (s == LOAD_OK) {
      accepted++;
      const UnitParts *parts = &f->vm.code->units->parts;
      if (!may_loop(module_read(&f->arena, parts->bytes, parts->file_size, &error))) {
        ran++;
        run_all(f, &dice, f->vm.code->units);
      }
    }
    vm_fixture_end(f);
  }
  cr_assert_gt(accepted, count / 20, "some mutants must live: %d", accepted);
  cr_assert_gt(ran, accepted / 4, "most that live must run: %d of %d", ran, accepted);
}

Test(mutation, of_bytes_behind_a_right_checksum, .timeout = 600) {
  VmFixture *f = vm_fixture_start_with(&(VmOptions){.literal_bytes = 64 << 20});
  Buffer bytes;
  buffer_init(&bytes, &f->alloc);
  module_write(sample(f), &bytes);
  char *copy = malloc(bytes.size);
  for (int seed = 0; seed < mutation_count(20000); seed++) {
    Dice dice = {(uint64_t)seed * 131 + 7};
    memcpy(copy, bytes.data, bytes.size);
    size_t size = roll(&dice, 20) ? bytes.size : MODULE_HEADER_BYTES + roll(&dice, (uint32_t)(bytes.size - MODULE_HEADER_BYTES));
    for (uint32_t n = 1 + roll(&dice, 3); n && size > MODULE_HEADER_BYTES; n--) {
      char *at = copy + MODULE_HEADER_BYTES + roll(&dice, (uint32_t)(size - MODULE_HEADER_BYTES));
      *at = roll(&dice, 2) ? (char)roll(&dice, 256) : (char)(*at ^ 1 << roll(&dice, 8));
    }
    module_seal(copy, size);
    VerifyError error;
    char *exact = malloc(size); // so that a read behind the end is seen
    memcpy(exact, copy, size);
    Arena arena;
    arena_init(&arena, &f->alloc, vm_fixture_no_memory, NULL);
    ModuleImage *image = module_read(&arena, exact, size, &error);
    if (image) module_verify(&arena, image, code_is_guard_native, f->vm.code, &error);
    cr_assert_lt(arena.total_bytes, 64 << 20, "a small file asked for %zu bytes", arena.total_bytes);
    arena_free(&arena);
    free(exact);
  }
  free(copy);
  buffer_free(&bytes);
  vm_fixture_end(f);
}

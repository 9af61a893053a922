// SPDX-License-Identifier: Apache-2.0
//
// The Vm as a whole: made and taken apart; its clocks and its generator of random words.
#include "vm/process/vm.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "vm/process/alarm.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/process/timer.h"

// --- time

static int64_t read_clock(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static int64_t real_monotonic(VmClock *c) {
  (void)c;
  return read_clock(CLOCK_MONOTONIC);
}
static int64_t real_system(VmClock *c) {
  (void)c;
  return read_clock(CLOCK_REALTIME);
}
static int64_t virtual_monotonic(VmClock *c) { return c->virtual_ns; }
// The same start in every run: 2001-09-09 01:46:40.
static int64_t virtual_system(VmClock *c) { return 1000000000 * (int64_t)1000000000 + c->virtual_ns; }

VmClock vm_clock_real(void) { return (VmClock){real_monotonic, real_system, 0}; }
VmClock vm_clock_virtual(void) { return (VmClock){virtual_monotonic, virtual_system, 0}; }

// --- randomness: xoshiro256** over a state spread from the seed by splitmix64

static uint64_t spread(uint64_t *x) {
  uint64_t z = *x += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}
void vm_random_seed(VmRandom *r, uint64_t seed) {
  for (int i = 0; i < 4; i++) r->state[i] = spread(&seed);
}
void vm_random_system(VmRandom *r) {
  uint64_t seed;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = (uint64_t)read_clock(CLOCK_REALTIME) ^ (uint64_t)getpid() << 40;
  vm_random_seed(r, seed);
}
static uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }
uint64_t vm_random_next(VmRandom *r) {
  uint64_t *s = r->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}
uint64_t vm_random_below(VmRandom *r, uint64_t bound) {
  if (bound < 2) return 0;
  uint64_t uneven = -bound % bound, word; // below it the last round of numbers would be incomplete
  do word = vm_random_next(r);
  while (word < uneven);
  return word % bound;
}

// --- the machine

static int write_nowhere(Vm *vm, int stream, const char *bytes, size_t size) {
  (void)vm, (void)stream, (void)bytes, (void)size;
  return 0;
}
static void report(Vm *vm, const char *text, size_t text_bytes) { vm_write(vm, VM_REPORT, text, text_bytes); }

void vm_report(Vm *vm, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  int size = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (size > 0) vm->hooks.report(vm, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
}

// The literal range, with the image at its head, and the atom table.
static bool make_terms(Vm *vm) {
  const void *image = vm->options.image;
  vm->literals = image ? literal_space_new_for(&vm->alloc, vm->options.literal_bytes, IMAGE_ADDRESS, image_placed_bytes(image))
                       : literal_space_new(&vm->alloc, vm->options.literal_bytes);
  if (!vm->literals) return false;
  literal_space_meter(vm->literals, &vm->meters[METER_CODE]);
  AtomImage atoms;
  if (image) {
    if (image_place(&vm->library, image, vm->literals) != STATUS_OK) return false;
    vm->image = &vm->library;
    atoms = image_atoms(vm->image);
  }
  vm->atoms = atom_table_new_from(vm_alloc_of(vm, METER_ATOM), vm->options.max_atoms, image ? &atoms : NULL);
  return vm->atoms != NULL;
}

Status vm_init(Vm *vm, const Alloc *alloc, const VmOptions *options) {
  memset(vm, 0, sizeof *vm);
  vm->raw_alloc = *alloc;
  if (options) vm->options = *options;
  if (vm->options.schedulers == 0) vm->options.schedulers = 1;
  CHECK(vm->options.schedulers <= SCHEDULERS_MAX && (!vm->options.seeded || vm->options.schedulers == 1));
  cpu_reader_init(&vm->cpus);
  atomic_init(&vm->schedulers_online, vm->options.schedulers);
  atomic_init(&vm->schedulers_set, 0);
  atomic_init(&vm->online_asked_ns, 0);
  if (vm->options.budget_bytes == 0) vm->options.budget_bytes = account_default_budget();
  if (vm->options.max_heap_words == 0) vm->options.max_heap_words = vm->options.budget_bytes / 2 / sizeof(Term);
  vm->account.limit_bytes = vm->options.budget_bytes;
  vm->account.raw = &vm->raw_alloc;
  alarms_init(vm, vm->options.alarms);
  for (int i = 0; i < METER_COUNT; i++) meter_init(&vm->meters[i], &vm->account, (MeterKind)i);
  vm->alloc = vm->meters[METER_SYSTEM].alloc;
  if (vm->options.schedulers > 1) account_divide(&vm->account, vm->options.schedulers, &vm->alloc);
  vm->clock = vm->options.seeded ? vm_clock_virtual() : vm_clock_real();
  if (vm->options.seeded) vm_random_seed(&vm->random, vm->options.seed);
  else vm_random_system(&vm->random);
  quiescence_init(&vm->quiescence);
  atomic_init(&vm->next_unique, 0);
  atomic_init(&vm->stop_status, STOP_NONE);
  vm->hooks.report = report;
  vm->hooks.write = write_nowhere;
  if (!make_terms(vm)) {
    vm_free(vm);
    return STATUS_NO_MEMORY;
  }
  vm->processes = process_table_new(vm, vm->options.max_processes);
  if (vm->processes) vm->options.max_processes = process_table_max(vm->processes);
  vm->names = name_table_new(&vm->alloc);
  vm->context.alloc = vm_alloc_of(vm, METER_SCRATCH);
  vm->context.binary_alloc = vm_alloc_of(vm, METER_BINARY);
  vm->context.atoms = vm->atoms;
  vm->context.literal_lo = literal_space_lo(vm->literals);
  vm->context.literal_hi = literal_space_hi(vm->literals);
  vm->context.state = vm;
  vm->first_worker = vm->processes && timers_init(vm) ? worker_new(vm, 0, false) : NULL;
  if (!vm->processes || !vm->names || !vm->first_worker) {
    vm_free(vm);
    return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

// Without signals: nobody is left to hear them.
static bool drop_process(void *state, Process *p) {
  Vm *vm = state;
  if (vm->hooks.process_end) vm->hooks.process_end(p);
  process_table_remove(vm->processes, p->pid);
  for (HeapFragment *s = inbound_take(&p->inbound), *next; s; s = next) {
    next = s->next;
    fragment_free(&vm->alloc, &vm->account, s);
  }
  if (p->receive_timer) timer_end_timeout(vm, p->receive_timer);
  mailbox_free(p);
  heap_free(vm_heap_env(vm), &p->memory);
  process_extra_empty(p);
  process_extra_free(p);
  account_sub(&vm->account, account_chunk(PROCESS_ALLOCATION_BYTES));
  alloc_put(&vm->raw_alloc, p, PROCESS_ALLOCATION_BYTES);
  return true;
}

void vm_free(Vm *vm) {
  if (vm->processes) process_each(vm, drop_process, vm);
  worker_free(vm->first_worker);
  vm->first_worker = NULL;
  timers_free(vm);
  name_table_free(vm->names);
  process_table_free(vm->processes);
  literal_space_free(vm->literals);
  if (vm->atoms) atom_table_free(vm->atoms);
  account_unite(&vm->account, vm->meters, &vm->alloc);
  memset(vm, 0, sizeof *vm);
}

uint64_t vm_process_bytes(const Vm *vm) {
  uint64_t bytes = account_used(&vm->account), other = 0;
  for (int i = 0; i < METER_COUNT; i++) other += i == METER_PROCESS ? 0 : meter_used(&vm->meters[i]);
  other += process_table_cached_bytes(vm->processes);
  return bytes > other ? bytes - other : 0; // others may count meanwhile
}

void vm_stop(Vm *vm, int status) {
  int none = STOP_NONE;
  atomic_compare_exchange_strong(&vm->stop_status, &none, status);
  atomic_store(&vm->stopping, true);
  if (vm->scheduling.wake) vm->scheduling.wake(vm);
}

// SPDX-License-Identifier: Apache-2.0
#include "vm/main/fault.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unwind.h>

#include "joist/joist.h"
#include "vm/engine/where.h"
#include "vm/main/safe_text.h"
#include "vm/main/signals.h"
#include "vm/native/output.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { STACK_BYTES = 64 << 10, HANG_SECONDS = 10, FLUSH_WAIT_MS = 100, NATIVE_FRAMES = 40, PROGRAM_FRAMES = 12, OVERFLOW_REACH_BYTES = 256 << 10 };

static const struct {
  int number;
  const char *name, *meaning;
} FAULTS[] = {
    {SIGSEGV, "SIGSEGV", "memory that is not there"},      {SIGBUS, "SIGBUS", "memory that cannot be reached"},
    {SIGILL, "SIGILL", "an instruction that is none"},     {SIGFPE, "SIGFPE", "an arithmetic fault"},
    {SIGABRT, "SIGABRT", "a check of the VM's own failed"},
};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };

// The executable's alone.
static struct {
  _Atomic(Vm *) vm;
  _Atomic(pid_t) reporter; // the thread that reports, or 0
  _Atomic(pid_t) guarded;  // the thread that is within a stage, or 0
  sigjmp_buf stage;
  int number;
  char main_stack[STACK_BYTES];
} fault;

// What one report knows.
typedef struct Report {
  SafeText text;
  int number;
  const siginfo_t *info;
  uintptr_t pc, sp, frame, process; // of the faulting thread; 0: unknown on this machine
  Vm *vm;
  pid_t thread;
} Report;

static pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

// --- stages (H3)

static void run_stage(Report *r, const char *title, void (*stage)(Report *r)) {
  text_put(&r->text, title);
  if (sigsetjmp(fault.stage, 0) == 0) {
    atomic_store(&fault.guarded, r->thread);
    stage(r);
  } else {
    text_put(&r->text, " (not readable)");
  }
  atomic_store(&fault.guarded, 0);
  text_put(&r->text, "\n");
  text_flush(&r->text);
}

static void put_build_id(Report *r) {
  extern const ElfW(Ehdr) __ehdr_start;
  const char *base = (const char *)&__ehdr_start;
  const ElfW(Phdr) *headers = (const ElfW(Phdr) *)(const void *)(base + __ehdr_start.e_phoff);
  for (int i = 0; i < __ehdr_start.e_phnum; i++) {
    if (headers[i].p_type != PT_NOTE) continue;
    const char *at = base + headers[i].p_vaddr, *end = at + headers[i].p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
      const char *name = at + sizeof *note, *bytes = name + ((note->n_namesz + 3) & ~3u);
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
        for (unsigned b = 0; b < note->n_descsz; b++) {
          text_number(&r->text, (unsigned char)bytes[b] >> 4, 16);
          text_number(&r->text, (unsigned char)bytes[b] & 15, 16);
        }
        return;
      }
      at = bytes + ((note->n_descsz + 3) & ~3u);
    }
  }
  text_put(&r->text, "none");
}

static void stage_version(Report *r) {
  text_put(&r->text, " joist " JOIST_VERSION ", build id ");
  put_build_id(r);
#ifdef JOIST_HOSTILE
  text_put(&r->text, ", hostile");
#elif defined(JOIST_DEBUG)
  text_put(&r->text, ", checks");
#endif
#if defined(__x86_64__)
  text_put(&r->text, ", x86-64");
#elif defined(__aarch64__)
  text_put(&r->text, ", aarch64");
#endif
  if (r->vm && vm_engine(r->vm)) text_put(&r->text, vm_engine(r->vm)->jit ? ", compiled engine" : ", interpreter");
  if (r->vm && r->vm->options.seeded) {
    text_put(&r->text, ", seed ");
    text_decimal(&r->text, r->vm->options.seed);
  }
}

static void stage_command(Report *r) {
  char bytes[400];
  int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  ssize_t size = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
  if (fd >= 0) close(fd);
  for (ssize_t i = 0; i < size; i++) {
    if (i == 0) text_put(&r->text, " ");
    if (i == size - 1 && bytes[i] == 0) break;
    text_add(&r->text, bytes[i] ? &bytes[i] : " ", 1);
  }
  if (size == (ssize_t)sizeof bytes) text_put(&r->text, " …");
}

static void put_atom(Report *r, Term atom) {
  size_t size;
  const char *text = atom_text(r->vm->atoms, atom, &size);
  static const char PREFIX[] = "Elixir.";
  bool alias = size > sizeof PREFIX - 1 && memcmp(text, PREFIX, sizeof PREFIX - 1) == 0;
  text_add(&r->text, alias ? text + sizeof PREFIX - 1 : text, alias ? size - (sizeof PREFIX - 1) : size);
}

static void put_frame(Report *r, const EngineFrame *f) {
  put_atom(r, f->function->unit->module);
  text_put(&r->text, ".");
  put_atom(r, f->function->name);
  text_put(&r->text, "/");
  text_decimal(&r->text, f->function->arity);
  if (!f->file.size) return;
  text_put(&r->text, " (");
  text_add(&r->text, f->file.bytes, f->file.size);
  text_put(&r->text, ":");
  text_decimal(&r->text, f->line);
  text_put(&r->text, ")");
}

// Module and offset of an address, as addr2line wants it.
typedef struct Found {
  uintptr_t address, base;
  const char *name;
} Found;
static int find_object(struct dl_phdr_info *info, size_t size, void *state) {
  (void)size;
  Found *f = state;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *h = &info->dlpi_phdr[i];
    if (h->p_type != PT_LOAD || f->address < info->dlpi_addr + h->p_vaddr || f->address >= info->dlpi_addr + h->p_vaddr + h->p_memsz) continue;
    f->base = info->dlpi_addr;
    f->name = info->dlpi_name && *info->dlpi_name ? info->dlpi_name : "joist";
    return 1;
  }
  return 0;
}
static void put_address(Report *r, uintptr_t address) {
  Found f = {.address = address};
  text_hex(&r->text, address);
  if (!dl_iterate_phdr(find_object, &f)) return;
  const char *slash = strrchr(f.name, '/');
  text_put(&r->text, " ");
  text_put(&r->text, slash ? slash + 1 : f.name);
  text_put(&r->text, "+");
  text_hex(&r->text, address - f.base);
}

static CodeFunction *compiled_at(Report *r) {
  return r->vm && r->vm->code && r->pc ? code_find(r->vm->code, (const uint64_t *)r->pc) : NULL;
}

static void stage_at(Report *r) {
  text_put(&r->text, " ");
  if (!r->pc) {
    text_put(&r->text, "an unknown place");
    return;
  }
  put_address(r, r->pc);
  CodeFunction *f = compiled_at(r);
  if (f) {
    text_put(&r->text, " in compiled code of ");
    EngineFrame frame;
    if (engine_frames_from(r->vm, (const void *)r->pc, NULL, NULL, &frame, 1)) put_frame(r, &frame);
    else put_frame(r, &(EngineFrame){.function = f});
    text_put(&r->text, ", word ");
    text_decimal(&r->text, (uint64_t)(code_linked_address(f, (const uint64_t *)r->pc) - f->code));
  }
}

// What the faulting thread was running: others' workers are none of its business. (The first thread stands in for the first worker.)
static Process *running(Report *r) {
  Worker *w = worker_now ? worker_now : r->vm && r->thread == getpid() ? r->vm->first_worker : NULL;
  return w && w->vm == r->vm ? worker_current(w) : NULL;
}

static void stage_running(Report *r) {
  Process *p = running(r);
  if (!p) {
    text_put(&r->text, " no process");
    return;
  }
  text_put(&r->text, " #PID<0.");
  text_decimal(&r->text, pid_slot(p->pid));
  text_put(&r->text, ".");
  text_decimal(&r->text, pid_serial(p->pid));
  text_put(&r->text, ">, started as ");
  put_atom(r, term_atom(p->initial_module));
  text_put(&r->text, ".");
  put_atom(r, term_atom(p->initial_function));
  text_put(&r->text, "/");
  text_decimal(&r->text, p->initial_arity);
  const NativeEntry *n = compiled_at(r) ? NULL : engine_native(p);
  if (!n) return;
  text_put(&r->text, ", in or behind the native ");
  text_put(&r->text, n->module);
  text_put(&r->text, ".");
  text_put(&r->text, n->name);
  text_put(&r->text, "/");
  text_decimal(&r->text, n->arity);
  if (strcmp(n->module, "joist_ffi") == 0) text_put(&r->text, " (C called by the program: look there first)");
}

static void stage_program(Report *r) {
  Process *p = running(r);
  if (!p) return;
  bool compiled = compiled_at(r) && r->frame && r->process == (uintptr_t)p;
  EngineFrame frames[PROGRAM_FRAMES];
  uint32_t count = compiled ? engine_frames_from(r->vm, (const void *)r->pc, (const Term *)r->frame, p->block_end, frames, PROGRAM_FRAMES)
                            : engine_frames(p, frames, PROGRAM_FRAMES);
  for (uint32_t i = 0; i < count; i++) {
    text_put(&r->text, "\n    ");
    put_frame(r, &frames[i]);
  }
}

typedef struct Walk {
  Report *report;
  bool reached; // the faulting frame
  int count;
  bool all;
} Walk;
static _Unwind_Reason_Code walk_one(struct _Unwind_Context *context, void *state) {
  Walk *w = state;
  int before = 0;
  uintptr_t ip = _Unwind_GetIPInfo(context, &before);
  if (!ip || w->count >= NATIVE_FRAMES) return _URC_END_OF_STACK;
  if (ip == w->report->pc) w->reached = true;
  if (!w->reached && !w->all) return _URC_NO_REASON;
  w->count++;
  text_put(&w->report->text, "\n    ");
  put_address(w->report, before ? ip : ip - 1);
  return _URC_NO_REASON;
}
static void stage_backtrace(Report *r) {
  char path[300];
  ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  if (size > 0) {
    text_put(&r->text, " (addr2line -fie ");
    text_add(&r->text, path, (size_t)size);
    text_put(&r->text, " OFFSET)");
  }
  Walk w = {r, false, 0, false};
  _Unwind_Backtrace(walk_one, &w);
  if (w.count) return;
  w.all = true; // it jumped to where no code is: the handler's own callers are all there is
  _Unwind_Backtrace(walk_one, &w);
}

static void stage_output(Report *r) {
  if (r->vm) output_flush_now(r->vm, FLUSH_WAIT_MS);
}

// --- the report

// By another program, not by a fault.
static bool was_sent(const Report *r) { return r->info->si_code <= 0 && !(r->number == SIGABRT && r->info->si_pid == getpid()); }

static void put_what(Report *r) {
  int i = 0;
  while (i < FAULT_COUNT - 1 && FAULTS[i].number != r->number) i++;
  bool sent = was_sent(r);
  text_put(&r->text, sent ? "\njoist: ended by " : "\njoist: a fault in the VM itself: ");
  text_put(&r->text, FAULTS[i].name);
  if (sent) {
    text_put(&r->text, " from process ");
    text_decimal(&r->text, (uint64_t)r->info->si_pid);
  } else {
    text_put(&r->text, ", ");
    uintptr_t address = (uintptr_t)r->info->si_addr;
    bool memory = r->number == SIGSEGV || r->number == SIGBUS;
    // The page below the lowest one of a stack.
    bool overflow = memory && r->sp && address + OVERFLOW_REACH_BYTES > r->sp && address < r->sp + OVERFLOW_REACH_BYTES;
    text_put(&r->text, overflow ? "the C stack of a thread is full" : FAULTS[i].meaning);
    if (memory) {
      text_put(&r->text, ", address ");
      text_hex(&r->text, address);
    }
  }
  text_put(&r->text, "\n");
}

static void stage_thread(Report *r) {
  const Worker *w = worker_now;
  if (w && w->vm == r->vm && w->is_dirty) {
    text_put(&r->text, " one for long work");
  } else if (w && w->vm == r->vm) {
    text_put(&r->text, " scheduler ");
    text_decimal(&r->text, w->index + 1);
    text_put(&r->text, " of ");
    text_decimal(&r->text, r->vm->options.schedulers);
  } else {
    text_put(&r->text, r->thread == getpid() ? " the program's first" : " one of those beside the schedulers (compiler, signals, input, output)");
  }
}

static void report(int number, const siginfo_t *info, const ucontext_t *context) {
  Report r = {.text = {.fd = STDERR_FILENO}, .number = number, .info = info, .vm = atomic_load(&fault.vm), .thread = this_thread()};
#if defined(__x86_64__)
  r.pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
  r.sp = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
  r.frame = (uintptr_t)context->uc_mcontext.gregs[REG_R13];
  r.process = (uintptr_t)context->uc_mcontext.gregs[REG_R15];
#elif defined(__aarch64__)
  r.pc = (uintptr_t)context->uc_mcontext.pc;
  r.sp = (uintptr_t)context->uc_mcontext.sp;
#else
  (void)context;
#endif
  run_stage(&r, "", stage_output);
  put_what(&r);
  run_stage(&r, "version:", stage_version);
  run_stage(&r, "command:", stage_command);
  run_stage(&r, "at:", stage_at);
  run_stage(&r, "thread:", stage_thread);
  run_stage(&r, "running:", stage_running);
  run_stage(&r, "program:", stage_program);
  run_stage(&r, "backtrace:", stage_backtrace);
  if (!was_sent(&r))
    text_put(&r.text, "This is not your program's fault unless it calls C. Please report it to the project: this text whole, the program that\n"
                      "did it as short as you can make it, and the core file if your system made one (ulimit -c unlimited).\n");
  text_flush(&r.text);
}

// --- handlers

static void die(int number) {
  struct sigaction a = {.sa_handler = SIG_DFL};
  sigaction(number, &a, NULL);
}
static void on_hang(int number) {
  (void)number;
  die(fault.number);
  raise(fault.number);
  _exit(128 + fault.number);
}

static void on_fault(int number, siginfo_t *info, void *context) {
  pid_t thread = this_thread(), none = 0;
  if (atomic_load(&fault.guarded) == thread) siglongjmp(fault.stage, 1);
  if (!atomic_compare_exchange_strong(&fault.reporter, &none, thread)) {
    if (none != thread) // another thread reports, and ends us all
      for (;;) pause();
    die(number);
    raise(number);
    return;
  }
  fault.number = number;
  struct sigaction hang = {.sa_handler = on_hang};
  sigaction(SIGALRM, &hang, NULL);
  alarm(HANG_SECONDS);
  report(number, info, context);
  signals_restore_terminal();
  // What the processor raised comes again when the handler returns, with everything in place for a core file; what was sent is sent again.
  die(number);
  if (info->si_code <= 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
  }
}

void fault_install(void) {
  if (SANITIZED) return;
  stack_t stack = {.ss_sp = fault.main_stack, .ss_size = STACK_BYTES};
  sigaltstack(&stack, NULL);
  struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int i = 0; i < FAULT_COUNT; i++) sigaction(FAULTS[i].number, &a, NULL);
}

void fault_attach(Vm *vm) {
  atomic_store(&fault.vm, vm);
  if (vm) {
    vm->hooks.thread_begin = fault_thread_begin;
    vm->hooks.thread_end = fault_thread_end;
  }
}

void fault_thread_begin(void) {
  if (SANITIZED) return;
  void *memory = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return; // then a full stack of this thread dies without a report
  stack_t stack = {.ss_sp = memory, .ss_size = STACK_BYTES};
  if (sigaltstack(&stack, NULL) != 0) munmap(memory, STACK_BYTES);
}

void fault_thread_end(void) {
  stack_t none = {.ss_flags = SS_DISABLE}, old;
  if (SANITIZED || sigaltstack(&none, &old) != 0 || (old.ss_flags & SS_DISABLE)) return;
  munmap(old.ss_sp, STACK_BYTES);
}

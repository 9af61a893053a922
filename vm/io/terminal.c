// SPDX-License-Identifier: Apache-2.0
//
// The terminal's thread: waits for wishes, shows text of others; and what others call. An entry is read in terminal_entry.c.
#include "vm/io/terminal_internal.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "vm/io/terminal_start.h"
#include "vm/native/posix.h"
#include "vm/term/binary.h"

enum { OUTPUT_WAITING_MAX = 1 << 20 };

// Workers and the signals' thread look here while the owner may be starting it.
static Terminal *terminal_of(Vm *vm) { return (Terminal *)(void *)__atomic_load_n(&vm->io, __ATOMIC_ACQUIRE); }
static void terminal_set(Vm *vm, Terminal *t) { __atomic_store_n(&vm->io, (struct IoSystem *)(void *)t, __ATOMIC_RELEASE); }

// --- text

wchar_t *wide_from_utf8(const Alloc *a, const char *bytes, size_t size, size_t *length) {
  wchar_t *text = alloc_get(a, (size + 1) * sizeof *text);
  size_t n = 0;
  for (size_t i = 0; text && i < size;) {
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + i, (utf8proc_ssize_t)(size - i), &c);
    text[n++] = step > 0 && c ? (wchar_t)c : 0xfffd;
    i += step > 0 ? (size_t)step : 1;
  }
  if (text) text[n] = 0;
  *length = n;
  return text;
}

void wide_to_utf8(Buffer *b, const wchar_t *text, size_t length) {
  for (size_t i = 0; i < length; i++) buffer_utf8(b, (uint32_t)text[i]);
}

// --- writing

void terminal_send(Terminal *t, Buffer *bytes) {
  (void)t;
  if (bytes->size) posix_write_all(STDOUT_FILENO, bytes->data, bytes->size);
  bytes->size = 0;
  bytes->failed = false;
}

static void wake(Terminal *t) {
  uint64_t one = 1;
  int error = errno; // also in signal handlers
  while (write(t->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {}
  errno = error;
}

// The terminal, when text for fd goes through it.
static Terminal *writer_of(Vm *vm, int fd) {
  Terminal *t = terminal_of(vm);
  return t && t->started && !t->plain && (fd == STDERR_FILENO ? t->error_is_terminal : t->output_is_terminal) ? t : NULL;
}
// With the lock, while an entry is edited.
static void hand_over(Terminal *t, const void *bytes, size_t size) {
  size_t before = t->output.size;
  buffer_add(&t->output, bytes, size);
  if (t->output.failed) t->output.size = before, t->output.failed = false;
  wake(t);
}

bool terminal_write(Vm *vm, int fd, const void *bytes, size_t size) {
  Terminal *t = writer_of(vm, fd);
  if (!t) return false;
  pthread_mutex_lock(&t->lock);
  // A window that takes text more slowly than it comes holds the writer up, as writing itself would.
  while (t->editing && t->output.size > OUTPUT_WAITING_MAX && !atomic_load(&t->quit)) pthread_cond_wait(&t->written, &t->lock);
  bool ok = true;
  if (t->editing) {
    hand_over(t, bytes, size);
  } else {
    ok = posix_write_all(fd, bytes, size) == 0;
    screen_column_follow(&t->column, bytes, size, t->columns);
  }
  pthread_mutex_unlock(&t->lock);
  return ok;
}

bool terminal_write_some(Vm *vm, int fd, const void *bytes, size_t size, ssize_t *done) {
  Terminal *t = writer_of(vm, fd);
  if (!t) return false;
  *done = 0;
  if (pthread_mutex_trylock(&t->lock) != 0) return true; // another may be waiting for the window with it
  if (t->editing && t->output.size <= OUTPUT_WAITING_MAX) {
    hand_over(t, bytes, size);
    *done = (ssize_t)size;
  } else if (!t->editing) {
    *done = posix_write_some(fd, bytes, size);
    if (*done > 0) screen_column_follow(&t->column, bytes, (size_t)*done, t->columns);
  }
  pthread_mutex_unlock(&t->lock);
  return true;
}

// --- messages to the owner: {:joist_terminal, id, word} and {:joist_terminal, id, {word, text}}

typedef struct Message {
  Terminal *t;
  uint64_t id;
  Term word;
  const char *bytes; // NULL: only the word
  size_t size;
} Message;

static Term build_message(TermHeap *heap, void *context) {
  const Message *m = context;
  Term what = m->word, message, *items;
  if (m->bytes) {
    Term text = binary_make(&m->t->vm->context, heap, m->bytes, m->size);
    if (text == T_NONE) text = T_NIL;
    items = heap_tuple(heap, 2, &what);
    items[0] = m->word;
    items[1] = text;
  }
  items = heap_tuple(heap, 3, &message);
  items[0] = ATOM_joist_terminal;
  items[1] = term_small((int64_t)m->id);
  items[2] = what;
  return message;
}

void terminal_post(Terminal *t, Term word, const char *bytes, size_t size) {
  Message m = {t, t->entry.id, word, bytes, size};
  process_post(t->vm, t->owner, 4 + 3 + (bytes ? binary_words(size) : 0), build_message, &m);
}

// --- what others did meanwhile

void terminal_look_at_window(Terminal *t) {
  struct winsize w;
  unsigned columns = 80, rows = 24;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) columns = w.ws_col, rows = w.ws_row;
  if (columns == t->screen.columns && rows == t->screen.rows) return;
  screen_resize(&t->screen, columns, rows, &t->out);
  t->dirty = true;
  pthread_mutex_lock(&t->lock);
  t->columns = columns;
  t->rows = rows;
  pthread_mutex_unlock(&t->lock);
}

// Text of others goes where the entry begins; the entry follows it on a row of its own. When that text ends within a row, what
// comes next goes on there.
static void show_output(Terminal *t, Buffer *text) {
  screen_erase(&t->screen, &t->out);
  if (t->screen.origin == 0 && t->column.column) { // within a row, that ends above the entry
    buffer_text(&t->out, "\033[A");
    buffer_format(&t->out, "\033[%uC", t->column.column);
  }
  buffer_add(&t->out, text->data, text->size);
  screen_column_follow(&t->column, text->data, text->size, t->screen.columns);
  screen_forget(&t->screen);
  if (t->column.column) buffer_text(&t->out, "\r\n");
  t->dirty = true;
}

void terminal_clear_window(Terminal *t) {
  screen_erase(&t->screen, &t->out);
  screen_forget(&t->screen);
  t->column = (ScreenColumn){0};
  buffer_text(&t->out, "\033[H\033[2J");
  t->dirty = true;
}

uint32_t terminal_look_around(Terminal *t) {
  if (atomic_load(&t->quit)) return KEY_CANCEL;
  if (atomic_exchange(&t->resized, false)) {
    if (input_keep_terminal(t)) { // others have written meanwhile
      screen_forget(&t->screen);
      buffer_text(&t->out, "\r\n");
      t->column = (ScreenColumn){0};
      t->dirty = true;
    }
    terminal_look_at_window(t);
  }
  pthread_mutex_lock(&t->lock);
  bool cancelled = t->cancelled == t->entry.id && t->entry.id, clear = t->clear_wanted;
  t->clear_wanted = false;
  Buffer text = {0};
  if (t->output.size) {
    text = t->output;
    buffer_init(&t->output, &t->vm->alloc);
    pthread_cond_broadcast(&t->written);
  }
  pthread_mutex_unlock(&t->lock);
  if (clear) terminal_clear_window(t);
  if (text.size) show_output(t, &text);
  buffer_free(&text);
  if (cancelled) return KEY_CANCEL;
  if (atomic_exchange(&t->interrupted, false)) return KEY_INTERRUPT;
  return KEY_NONE;
}

void terminal_show(Terminal *t) {
  if (t->plain || !t->dirty) {
    terminal_send(t, &t->out);
    return;
  }
  t->dirty = false;
  terminal_look_at_window(t);
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  ScreenEntry entry = {t->entry.prompt.data, t->entry.continuation.data, t->entry.prompt.size, t->entry.continuation.size, text, length, cursor};
  if (t->prompt_now) {
    entry.prompt = t->prompt_now;
    entry.prompt_size = t->prompt_now_size;
  }
  screen_draw(&t->screen, &entry, &t->out);
  t->dirty = false;
  terminal_send(t, &t->out);
}

// --- the thread

static void free_request(EntryRequest *r) {
  buffer_free(&r->prompt);
  buffer_free(&r->continuation);
  *r = (EntryRequest){0};
}

static bool take_request(Terminal *t) {
  pthread_mutex_lock(&t->lock);
  bool taken = t->wanted;
  if (taken) {
    t->entry = t->request;
    t->request = (EntryRequest){0};
    t->wanted = false;
  }
  pthread_mutex_unlock(&t->lock);
  return taken;
}

static void read_entry(Terminal *t) {
  if (t->plain) entry_read_plain(t);
  else entry_edit(t);
  free_request(&t->entry);
  atomic_fetch_sub(&t->vm->pending_work, 1);
}

// Nothing is being read.
static void rest(Terminal *t) {
  pthread_mutex_lock(&t->lock);
  bool clear = t->clear_wanted;
  t->clear_wanted = false;
  if (clear) {
    t->column = (ScreenColumn){0};
    posix_write_all(STDOUT_FILENO, "\033[H\033[2J", 7);
  }
  pthread_mutex_unlock(&t->lock);
  if (atomic_exchange(&t->resized, false)) {
    input_keep_terminal(t);
    terminal_look_at_window(t);
  }
  if ((!t->plain && input_take_interrupt(t)) || atomic_exchange(&t->interrupted, false)) terminal_post(t, ATOM_interrupt, NULL, 0);
  if (atomic_load(&t->quit)) return;
  pthread_mutex_lock(&t->lock);
  bool wanted = t->wanted;
  pthread_mutex_unlock(&t->lock);
  if (!wanted) input_wait(t, -1);
}

static void *run(void *state) {
  Terminal *t = state;
  // Text is UTF-8 whatever the program's locale says: this thread, and it alone, has one that agrees.
  locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (utf8) uselocale(utf8);
  if (!t->plain && !edit_open(t)) t->plain = true;
  if (!t->plain && !input_take_terminal(t)) t->plain = true;
  while (!atomic_load(&t->quit)) {
    if (take_request(t)) read_entry(t);
    else rest(t);
  }
  edit_close(t);
  input_give_terminal_back(t);
  if (utf8) {
    uselocale(LC_GLOBAL_LOCALE);
    freelocale(utf8);
  }
  return NULL;
}

static bool start_thread(Terminal *t) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // signals are others' business
  bool started = pthread_create(&t->thread, NULL, run, t) == 0;
  atomic_store(&t->started, started);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started;
}

static void terminal_drop(Terminal *t) {
  atomic_store(&t->quit, true);
  if (t->started) {
    wake(t);
    pthread_join(t->thread, NULL);
  }
  free_request(&t->entry);
  free_request(&t->request);
  Buffer *buffers[] = {&t->output, &t->insert, &t->candidates, &t->input, &t->paste, &t->out};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) buffer_free(buffers[i]);
  history_close(&t->history);
  screen_free(&t->screen);
  pthread_cond_destroy(&t->written);
  pthread_mutex_destroy(&t->lock);
  if (t->wake_fd >= 0) close(t->wake_fd);
  alloc_put(&t->vm->alloc, t, sizeof *t);
}

Terminal *terminal_start(Vm *vm, Term owner) {
  Terminal *t = terminal_of(vm);
  if (t) {
    atomic_store(&t->owner, owner);
    return t;
  }
  if (vm->options.without_standard_streams || !isatty(STDIN_FILENO)) return NULL;
  t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  const char *kind = getenv("TERM");
  tcgetattr(STDIN_FILENO, &t->saved);
  t->vm = vm;
  atomic_init(&t->owner, owner);
  t->output_is_terminal = isatty(STDOUT_FILENO);
  t->error_is_terminal = isatty(STDERR_FILENO);
  t->plain = !t->output_is_terminal || !kind || !*kind || strcmp(kind, "dumb") == 0;
  Buffer *buffers[] = {&t->output, &t->insert, &t->candidates, &t->input, &t->paste, &t->out};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) buffer_init(buffers[i], &vm->alloc);
  screen_init(&t->screen, &vm->alloc);
  t->columns = 80;
  t->rows = 24;
  atomic_store(&t->resized, true);
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->written, NULL);
  history_open(&t->history, &vm->alloc);
  t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  terminal_set(vm, t);
  if (t->wake_fd < 0 || !start_thread(t)) {
    terminal_free(vm);
    return NULL;
  }
  return t;
}

void terminal_free(Vm *vm) {
  Terminal *t = terminal_of(vm);
  terminal_set(vm, NULL);
  if (t) terminal_drop(t);
}

void terminal_restore(Vm *vm) {
  Terminal *t = terminal_of(vm);
  if (t) input_give_terminal_back(t);
}

void terminal_resized(Vm *vm) {
  Terminal *t = terminal_of(vm);
  if (!t) return;
  atomic_store(&t->resized, true);
  wake(t);
}

void terminal_interrupt(Vm *vm) {
  Terminal *t = terminal_of(vm);
  if (!t) return;
  atomic_store(&t->interrupted, true);
  wake(t);
}

bool terminal_is_running(Vm *vm) { return terminal_of(vm) != NULL; }

// --- wishes of the owner

void terminal_want_entry(Terminal *t, EntryRequest *request) {
  pthread_mutex_lock(&t->lock);
  if (t->wanted) {
    free_request(&t->request); // the owner asks for one at a time; an earlier wish is forgotten
  } else {
    atomic_fetch_add(&t->vm->pending_work, 1);
  }
  t->request = *request;
  t->wanted = true;
  pthread_mutex_unlock(&t->lock);
  wake(t);
}

void terminal_cancel(Terminal *t, uint64_t id) {
  pthread_mutex_lock(&t->lock);
  if (t->wanted && t->request.id == id) {
    free_request(&t->request);
    t->wanted = false;
    atomic_fetch_sub(&t->vm->pending_work, 1);
  } else {
    t->cancelled = id;
  }
  pthread_mutex_unlock(&t->lock);
  wake(t);
}

void terminal_answer(Terminal *t, AnswerKind answer, Buffer *insert, Buffer *candidates) {
  pthread_mutex_lock(&t->lock);
  t->answer = answer;
  if (insert) {
    buffer_free(&t->insert);
    buffer_free(&t->candidates);
    t->insert = *insert;
    t->candidates = *candidates;
  }
  pthread_mutex_unlock(&t->lock);
  wake(t);
}

void terminal_clear(Terminal *t) {
  pthread_mutex_lock(&t->lock);
  t->clear_wanted = true;
  pthread_mutex_unlock(&t->lock);
  wake(t);
}

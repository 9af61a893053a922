// SPDX-License-Identifier: Apache-2.0
//
// The terminal's thread: waits for wishes and keys, reads entries, shows text of others; and what others call.
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

static Terminal *terminal_of(Vm *vm) { return (Terminal *)(void *)vm->io; }

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

bool terminal_write(Vm *vm, int fd, const void *bytes, size_t size) {
  Terminal *t = terminal_of(vm);
  if (!t || !t->started || t->plain || !(fd == STDERR_FILENO ? t->error_is_terminal : t->output_is_terminal)) return false;
  pthread_mutex_lock(&t->lock);
  // A window that takes text more slowly than it comes holds the writer up, as writing itself would.
  while (t->editing && t->output.size > OUTPUT_WAITING_MAX && !atomic_load(&t->quit)) pthread_cond_wait(&t->written, &t->lock);
  bool ok = true;
  if (t->editing) {
    size_t before = t->output.size;
    buffer_add(&t->output, bytes, size);
    if (t->output.failed) t->output.size = before, t->output.failed = false;
    wake(t);
  } else {
    ok = posix_write_all(fd, bytes, size) == 0;
    screen_column_follow(&t->column, bytes, size, t->columns);
  }
  pthread_mutex_unlock(&t->lock);
  return ok;
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

static void post(Terminal *t, Term word, const char *bytes, size_t size) {
  Message m = {t, t->entry.id, word, bytes, size};
  process_post(t->vm, t->owner, 4 + 3 + (bytes ? binary_words(size) : 0), build_message, &m);
}

// --- what others did meanwhile

static void look_at_window(Terminal *t) {
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

static void clear_window(Terminal *t) {
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
    look_at_window(t);
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
  if (clear) clear_window(t);
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
  look_at_window(t);
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

// --- reading an entry

static void begin_editing(Terminal *t) {
  pthread_mutex_lock(&t->lock);
  t->editing = true;
  t->answer = ANSWER_NONE;
  pthread_mutex_unlock(&t->lock);
  // A statement begins on a row of its own; a program's prompt stays where it was written.
  if (t->entry.kind == ENTRY_STATEMENT && t->column.column) {
    buffer_text(&t->out, "\r\n");
    t->column = (ScreenColumn){0};
  }
  if (t->column.column >= t->screen.columns) {
    buffer_text(&t->out, "\r\n");
    t->column = (ScreenColumn){0};
  }
  t->screen.origin = t->screen.at_column = t->column.column;
  t->dirty = true;
}

static void end_editing(Terminal *t) {
  screen_leave(&t->screen, &t->out);
  pthread_mutex_lock(&t->lock);
  t->editing = false;
  t->column = (ScreenColumn){0};
  buffer_add(&t->out, t->output.data, t->output.size);
  screen_column_follow(&t->column, t->output.data, t->output.size, t->columns);
  t->output.size = 0;
  terminal_send(t, &t->out);
  pthread_cond_broadcast(&t->written);
  pthread_mutex_unlock(&t->lock);
}

static void text_of(Terminal *t, Buffer *b) {
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  b->size = 0;
  wide_to_utf8(b, text, length);
}

// Asks the owner and waits for its answer. False: interrupted, or not wanted any more (*command).
static bool ask_owner(Terminal *t, Term word, const Buffer *text, AnswerKind *answer, EditCommand *command) {
  pthread_mutex_lock(&t->lock);
  t->answer = ANSWER_NONE;
  pthread_mutex_unlock(&t->lock);
  post(t, word, text->data ? text->data : "", text->size);
  for (;;) {
    pthread_mutex_lock(&t->lock);
    *answer = t->answer;
    pthread_mutex_unlock(&t->lock);
    if (*answer != ANSWER_NONE) return true;
    uint32_t seen = terminal_look_around(t);
    // A check is answered at once, and what is typed behind the entry is for its evaluation; a completion may take its time.
    bool interrupted = seen == KEY_INTERRUPT || (word == ATOM_complete && input_take_interrupt(t));
    if (interrupted || seen == KEY_CANCEL || t->ended) {
      *command = seen == KEY_CANCEL ? EDIT_CANCEL : interrupted ? EDIT_INTERRUPT : EDIT_END;
      return false;
    }
    if (t->out.size) terminal_show(t);
    input_wait(t, -1);
  }
}

static void show_candidates(Terminal *t, const Buffer *list) {
  unsigned widest = 0, count = 0;
  for (size_t i = 0; i < list->size; i += strlen(list->data + i) + 1, count++) {
    ScreenColumn c = {0};
    screen_column_follow(&c, list->data + i, strlen(list->data + i), UINT32_MAX);
    if (c.column > widest) widest = c.column;
  }
  if (!count) return;
  const char **items = alloc_get(&t->vm->alloc, count * sizeof *items);
  if (!items) return;
  size_t at = 0;
  for (unsigned i = 0; i < count; i++, at += strlen(list->data + at) + 1) items[i] = list->data + at;
  unsigned per_row = t->screen.columns / (widest + 2), rows;
  if (per_row == 0) per_row = 1;
  rows = (count + per_row - 1) / per_row;
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length);
  terminal_show(t);
  edit_move(t, cursor);
  screen_leave(&t->screen, &t->out);
  t->column = (ScreenColumn){0};
  for (unsigned row = 0; row < rows; row++) {
    for (unsigned i = row; i < count; i += rows) {
      ScreenColumn c = {0};
      buffer_text(&t->out, items[i]);
      screen_column_follow(&c, items[i], strlen(items[i]), UINT32_MAX);
      for (unsigned pad = c.column; i + rows < count && pad < widest + 2; pad++) buffer_byte(&t->out, ' ');
    }
    buffer_text(&t->out, "\r\n");
  }
  alloc_put(&t->vm->alloc, items, count * sizeof *items);
}

static void insert_utf8(Terminal *t, const char *bytes, size_t size) {
  size_t length;
  wchar_t *text = wide_from_utf8(&t->vm->alloc, bytes, size, &length);
  if (!text) return;
  edit_insert(t, text, length);
  alloc_put(&t->vm->alloc, text, (size + 1) * sizeof *text);
}

static EditCommand complete(Terminal *t) {
  size_t length, cursor;
  const wchar_t *text = edit_text(t, &length, &cursor);
  size_t start = cursor;
  while (start && text[start - 1] != '\n' && (text[start - 1] == ' ' || text[start - 1] == '\t')) start--;
  if (cursor && (start == 0 || text[start - 1] == '\n')) { // indentation
    edit_insert(t, L"  ", 2);
    return EDIT_NOTHING;
  }
  if (t->entry.kind != ENTRY_STATEMENT) {
    edit_insert(t, L"\t", 1);
    return EDIT_NOTHING;
  }
  Buffer before;
  buffer_init(&before, &t->vm->alloc);
  wide_to_utf8(&before, text, cursor);
  AnswerKind answer;
  EditCommand command = EDIT_NOTHING;
  bool answered = ask_owner(t, ATOM_complete, &before, &answer, &command);
  buffer_free(&before);
  if (!answered) return command;
  pthread_mutex_lock(&t->lock);
  Buffer insert = t->insert, candidates = t->candidates;
  buffer_init(&t->insert, &t->vm->alloc);
  buffer_init(&t->candidates, &t->vm->alloc);
  pthread_mutex_unlock(&t->lock);
  show_candidates(t, &candidates);
  if (insert.size) insert_utf8(t, insert.data, insert.size);
  else if (!candidates.size) buffer_byte(&t->out, '\a');
  buffer_free(&insert);
  buffer_free(&candidates);
  t->dirty = true;
  return EDIT_NOTHING;
}

// A paste: line ends are \n, other controls but tabs are dropped. True: it ends with a line end, and is entered.
static bool take_paste(Terminal *t) {
  Buffer clean;
  buffer_init(&clean, &t->vm->alloc);
  for (size_t i = 0; i < t->paste.size; i++) {
    unsigned char c = (unsigned char)t->paste.data[i];
    if (c == '\r') {
      if (i + 1 < t->paste.size && t->paste.data[i + 1] == '\n') i++;
      c = '\n';
    }
    if (c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t') buffer_byte(&clean, c);
  }
  size_t size = clean.size;
  bool entered = size && clean.data[size - 1] == '\n';
  while (size && (clean.data[size - 1] == '\n' || clean.data[size - 1] == ' ' || clean.data[size - 1] == '\t') && entered) size--;
  if (size) insert_utf8(t, clean.data, size);
  buffer_free(&clean);
  t->paste.size = 0;
  return entered;
}

// Is the statement complete? Then it is entered. Else it goes on, on a line of its own.
static EditCommand enter(Terminal *t, bool *done) {
  *done = true;
  if (t->entry.kind != ENTRY_STATEMENT) return EDIT_NOTHING;
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  text_of(t, &text);
  AnswerKind answer;
  EditCommand command = EDIT_NOTHING;
  bool answered = ask_owner(t, ATOM_check, &text, &answer, &command);
  buffer_free(&text);
  *done = answered && answer == ANSWER_COMPLETE;
  if (answered && !*done) edit_insert(t, L"\n", 1);
  return command;
}

typedef enum EntryEnd { END_ENTERED, END_EOF, END_INTERRUPTED, END_CANCELLED } EntryEnd;

static void write_interrupted(Terminal *t) {
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length);
  terminal_show(t);
  buffer_text(&t->out, "^C");
  screen_leave(&t->screen, &t->out);
  t->column = (ScreenColumn){0};
}

static EntryEnd edit_entry(Terminal *t) {
  HistoryWalk walk = {0};
  for (;;) {
    EditCommand command = edit_step(t);
    bool done = false;
    if (t->pasting) {
      size_t length, cursor;
      bool entered = take_paste(t);
      edit_text(t, &length, &cursor);
      if (entered && cursor == length) command = EDIT_ENTER;
    }
    if (command == EDIT_COMPLETE) command = complete(t);
    if (command == EDIT_SEARCH) command = history_search(t, &walk);
    if (command == EDIT_ENTER) command = enter(t, &done);
    if (done) break;
    switch (command) {
      case EDIT_NEW_LINE: edit_insert(t, L"\n", 1); break;
      case EDIT_UP: history_up(t, &walk); break;
      case EDIT_DOWN: history_down(t, &walk); break;
      case EDIT_OLDER_SAME: history_same(t, &walk, true); break;
      case EDIT_NEWER_SAME: history_same(t, &walk, false); break;
      case EDIT_CLEAR: clear_window(t); break;
      case EDIT_SUSPEND:
        screen_leave(&t->screen, &t->out);
        terminal_send(t, &t->out);
        input_suspend(t);
        t->dirty = true;
        break;
      case EDIT_INTERRUPT:
        write_interrupted(t);
        history_walk_end(t, &walk);
        if (t->entry.kind == ENTRY_LINE) return END_INTERRUPTED;
        edit_begin(t);
        break;
      case EDIT_END: history_walk_end(t, &walk); return END_EOF;
      case EDIT_CANCEL: history_walk_end(t, &walk); return END_CANCELLED;
      default: break;
    }
  }
  history_walk_end(t, &walk);
  size_t length, cursor;
  edit_text(t, &length, &cursor);
  edit_move(t, length); // the whole entry is seen when it is entered
  terminal_show(t);
  return END_ENTERED;
}

static void finish_entry(Terminal *t, EntryEnd end) {
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  if (end == END_ENTERED) text_of(t, &text);
  end_editing(t);
  edit_begin(t);
  switch (end) {
    case END_ENTERED:
      if (t->entry.kind == ENTRY_STATEMENT) {
        pthread_mutex_lock(&t->lock);
        history_add(&t->history, text.data ? text.data : "", text.size);
        pthread_mutex_unlock(&t->lock);
      } else {
        buffer_byte(&text, '\n');
      }
      post(t, ATOM_entry, text.data ? text.data : "", text.size);
      break;
    case END_EOF: post(t, ATOM_eof, NULL, 0); break;
    case END_INTERRUPTED: post(t, ATOM_interrupt, NULL, 0); break;
    case END_CANCELLED: break;
  }
  buffer_free(&text);
}

// --- terminals that cannot move their cursor: lines as the system gives them

static void read_plain(Terminal *t) {
  buffer_add(&t->out, t->entry.prompt.data, t->entry.prompt.size);
  terminal_send(t, &t->out);
  Buffer text;
  buffer_init(&text, &t->vm->alloc);
  for (;;) {
    uint32_t seen = terminal_look_around(t);
    if (seen == KEY_CANCEL) break;
    if (seen == KEY_INTERRUPT) {
      t->input.size = t->input_at = 0;
      if (t->entry.kind == ENTRY_LINE) {
        post(t, ATOM_interrupt, NULL, 0);
        break;
      }
      text.size = 0;
      buffer_text(&t->out, "\n");
      buffer_add(&t->out, t->entry.prompt.data, t->entry.prompt.size);
      terminal_send(t, &t->out);
    }
    const char *from = t->input.data + t->input_at;
    size_t there = t->input.size - t->input_at;
    const char *end = there ? memchr(from, '\n', there) : NULL;
    if (end || (t->ended && there)) {
      size_t size = end ? (size_t)(end - from) : there;
      buffer_add(&text, from, size);
      t->input_at += size + (end ? 1 : 0);
      if (t->entry.kind == ENTRY_LINE) buffer_byte(&text, '\n');
      AnswerKind answer = ANSWER_COMPLETE;
      EditCommand command;
      if (t->entry.kind == ENTRY_STATEMENT && !ask_owner(t, ATOM_check, &text, &answer, &command) && !t->ended) continue;
      if (answer == ANSWER_INCOMPLETE) {
        buffer_byte(&text, '\n');
        buffer_add(&t->out, t->entry.continuation.data, t->entry.continuation.size);
        terminal_send(t, &t->out);
        continue;
      }
      post(t, ATOM_entry, text.data ? text.data : "", text.size);
      break;
    }
    if (t->ended) {
      post(t, ATOM_eof, NULL, 0);
      t->ended = false; // the end of a file on a terminal is not for ever
      break;
    }
    input_wait(t, -1);
  }
  buffer_free(&text);
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
  if (t->plain) {
    read_plain(t);
  } else {
    look_at_window(t);
    begin_editing(t);
    finish_entry(t, edit_entry(t));
  }
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
    look_at_window(t);
  }
  if ((!t->plain && input_take_interrupt(t)) || atomic_exchange(&t->interrupted, false)) post(t, ATOM_interrupt, NULL, 0);
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
  t->started = pthread_create(&t->thread, NULL, run, t) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return t->started;
}

Terminal *terminal_start(Vm *vm, Term owner) {
  Terminal *t = terminal_of(vm);
  if (t) {
    t->owner = owner;
    return t;
  }
  if (vm->options.without_standard_streams || !isatty(STDIN_FILENO)) return NULL;
  t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  const char *kind = getenv("TERM");
  tcgetattr(STDIN_FILENO, &t->saved);
  t->vm = vm;
  t->owner = owner;
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
  vm->io = (struct IoSystem *)(void *)t;
  if (t->wake_fd < 0 || !start_thread(t)) {
    terminal_free(vm);
    return NULL;
  }
  return t;
}

void terminal_free(Vm *vm) {
  Terminal *t = terminal_of(vm);
  if (!t) return;
  atomic_store(&t->quit, true);
  if (t->started) {
    wake(t);
    pthread_join(t->thread, NULL);
  }
  vm->io = NULL;
  free_request(&t->entry);
  free_request(&t->request);
  Buffer *buffers[] = {&t->output, &t->insert, &t->candidates, &t->input, &t->paste, &t->out};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) buffer_free(buffers[i]);
  history_close(&t->history);
  screen_free(&t->screen);
  pthread_cond_destroy(&t->written);
  pthread_mutex_destroy(&t->lock);
  if (t->wake_fd >= 0) close(t->wake_fd);
  alloc_put(&vm->alloc, t, sizeof *t);
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

// SPDX-License-Identifier: Apache-2.0
//
// From bytes of the terminal to keys: settings, the queue of what was typed, characters, pastes, signals' keys.
//
// The terminal gives every byte at once (no echo, no line discipline, no signal keys), all the time that the shell runs: the
// system's own line discipline would cut long pasted lines and drop what does not fit. So what is typed while something is
// evaluated waits in t->input, and Ctrl-C is a byte like others: input_take_interrupt looks for it then.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>
#include <utf8proc.h>

#include "vm/io/terminal_internal.h"

#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"
enum { MARK_BYTES = 6, MARK_WAIT_MS = 50, CTRL_C = 3, CTRL_Z = 26, CTRL_BACKSLASH = 28 };

// A signal to this thread, whose default action stops the program: answers when it goes on, or at once where nobody could make it.
static void stop_by(int number) {
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, number);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  raise(number);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// In the background the terminal is somebody else's: as every program that wants it there, this one stops until it is in front.
static bool is_in_background(void) {
  pid_t front = tcgetpgrp(STDIN_FILENO);
  return front > 0 && front != getpgrp();
}
// The system looks and stops in one step (SIGTTOU, as for whatever wants something of a terminal that is not its own; waiting for output
// that was sent wants the least). Between a look and a signal of our own somebody could bring the program to the front, where it would
// stop for no reason.
static void stop_in_background(void) {
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  while (tcdrain(STDIN_FILENO) != 0 && errno == EINTR) {}
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}
// Settings that were in force until then were those of whoever was in front.
static void wait_for_foreground(Terminal *t) {
  if (!is_in_background()) return;
  stop_in_background();
  struct termios now;
  if (tcgetattr(STDIN_FILENO, &now) == 0 && !(atomic_load(&t->raw) && now.c_lflag == t->own.c_lflag)) t->saved = now;
}

bool input_take_terminal(Terminal *t) {
  wait_for_foreground(t);
  t->own = t->saved;
  t->own.c_iflag &= ~(tcflag_t)(BRKINT | IGNBRK | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  t->own.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  t->own.c_oflag |= OPOST | ONLCR;
  t->own.c_cc[VMIN] = 1;
  t->own.c_cc[VTIME] = 0;
  // Before the change, so that a way out that comes in between undoes it.
  atomic_store(&t->raw, true);
  if (tcsetattr(STDIN_FILENO, TCSADRAIN, &t->own) != 0) return false;
  buffer_text(&t->out, "\033[?2004h");
  terminal_send(t, &t->out);
  return true;
}

void input_give_terminal_back(Terminal *t) {
  if (!atomic_exchange(&t->raw, false) || is_in_background()) return;
  static const char NO_PASTE[] = "\033[?2004l";
  if (write(STDOUT_FILENO, NO_PASTE, sizeof NO_PASTE - 1) < 0) {} // it may be gone
  tcsetattr(STDIN_FILENO, TCSADRAIN, &t->saved);
}

// --- the queue

bool input_is_waiting(const Terminal *t) { return t->input_at < t->input.size; }

static void take(Terminal *t, size_t count) {
  t->input_at += count;
  if (t->input_at == t->input.size) t->input.size = t->input_at = 0;
}

void input_put_back(Terminal *t, const char *bytes, size_t size) {
  if (t->input_at < size) {
    size_t rest = t->input.size - t->input_at;
    if (!buffer_reserve(&t->input, size)) {
      t->input.failed = false;
      return;
    }
    if (rest) memmove(t->input.data + size, t->input.data + t->input_at, rest);
    t->input.size = size + rest;
    t->input_at = size;
  }
  t->input_at -= size;
  if (size) memcpy(t->input.data + t->input_at, bytes, size);
}

static void read_input(Terminal *t) {
  if (t->input_at > 1 << 16 && t->input_at > t->input.size / 2) {
    memmove(t->input.data, t->input.data + t->input_at, t->input.size - t->input_at);
    t->input.size -= t->input_at;
    t->input_at = 0;
  }
  char bytes[4096];
  ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
  if (n > 0) {
    buffer_add(&t->input, bytes, (size_t)n);
    t->input.failed = false; // without memory keys are lost, as they are when nobody listens
  } else if (n < 0 && errno == EIO && is_in_background()) {
    if (t->plain) wait_for_foreground(t);
    else input_take_terminal(t);
  } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
    t->ended = true;
  }
}

void input_wait(Terminal *t, int timeout_ms) {
  struct pollfd fds[2] = {{t->wake_fd, POLLIN, 0}, {t->ended ? -1 : STDIN_FILENO, POLLIN, 0}};
  if (poll(fds, 2, timeout_ms) <= 0) return;
  uint64_t count;
  if (fds[0].revents && read(t->wake_fd, &count, sizeof count) < 0) {} // it only woke us
  if (fds[1].revents) read_input(t);
}

bool input_keep_terminal(Terminal *t) {
  struct termios now;
  if (!atomic_load(&t->raw) || tcgetattr(STDIN_FILENO, &now) != 0 || now.c_lflag == t->own.c_lflag) return false;
  t->saved = now;
  return input_take_terminal(t);
}

// --- keys that are signals elsewhere

void input_suspend(Terminal *t) {
  input_give_terminal_back(t);
  stop_by(SIGTSTP);
  tcgetattr(STDIN_FILENO, &t->saved); // who had the terminal meanwhile may have left it otherwise
  input_take_terminal(t);
}

// Every process is reported on SIGQUIT when the program has arranged for that; else the key would only kill.
static void quit_key(void) {
  struct sigaction action;
  if (sigaction(SIGQUIT, NULL, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) kill(getpid(), SIGQUIT);
}

// The end of a paste whose begin stands at `at`: where its last mark begins. SIZE_MAX: it has not come yet.
static size_t paste_end(const Terminal *t, size_t at) {
  for (size_t i = at + MARK_BYTES; i + MARK_BYTES <= t->input.size; i++)
    if (t->input.data[i] == 27 && memcmp(t->input.data + i, PASTE_END, MARK_BYTES) == 0) return i;
  return SIZE_MAX;
}

static bool is_paste(const Terminal *t, size_t at) {
  return t->input.size - at >= MARK_BYTES && memcmp(t->input.data + at, PASTE_BEGIN, MARK_BYTES) == 0;
}

bool input_take_interrupt(Terminal *t) {
  bool found = false;
  for (size_t i = t->input_at; i < t->input.size;) {
    char c = t->input.data[i];
    if (c == 27 && is_paste(t, i)) {
      size_t end = paste_end(t, i);
      if (end == SIZE_MAX) break;
      i = end + MARK_BYTES;
      continue;
    }
    i++;
    if (c == CTRL_C) {
      found = true;
      take(t, i - t->input_at);
      i = t->input_at;
    } else if (c == CTRL_Z || c == CTRL_BACKSLASH) {
      memmove(t->input.data + i - 1, t->input.data + i, t->input.size - i);
      t->input.size--;
      i--;
      if (c == CTRL_Z) input_suspend(t);
      else quit_key();
    }
  }
  if (t->input_at == t->input.size) t->input.size = t->input_at = 0;
  return found;
}

// --- keys

// The marks around a paste may come in pieces. True: a whole begin stands at the front.
static bool paste_begins(Terminal *t) {
  for (int waited = 0;;) {
    size_t there = t->input.size - t->input_at;
    if (there >= MARK_BYTES) return is_paste(t, t->input_at);
    if (memcmp(t->input.data + t->input_at, PASTE_BEGIN, there) != 0 || waited) return false;
    input_wait(t, MARK_WAIT_MS);
    waited = t->input.size - t->input_at == there;
  }
}

// Takes a whole paste into t->paste. False: something else came first (KEY_… in *key); what came of the paste is kept.
static bool take_paste(Terminal *t, uint32_t *key) {
  size_t searched = 0;
  for (;;) {
    size_t from = t->input_at + MARK_BYTES + searched;
    for (size_t i = from; i + MARK_BYTES <= t->input.size; i++) {
      if (t->input.data[i] != 27 || memcmp(t->input.data + i, PASTE_END, MARK_BYTES) != 0) continue;
      t->paste.size = 0;
      buffer_add(&t->paste, t->input.data + t->input_at + MARK_BYTES, i - t->input_at - MARK_BYTES);
      t->paste.failed = false;
      take(t, i + MARK_BYTES - t->input_at);
      return true;
    }
    size_t inside = t->input.size - t->input_at - MARK_BYTES;
    searched = inside > MARK_BYTES ? inside - MARK_BYTES : 0;
    *key = terminal_look_around(t);
    if (*key != KEY_NONE) return false;
    if (t->ended) { // its end will not come
      take(t, MARK_BYTES);
      *key = KEY_NONE;
      return false;
    }
    input_wait(t, -1);
  }
}

static uint32_t take_character(Terminal *t) {
  for (int waited = 0;;) {
    const unsigned char *at = (const unsigned char *)t->input.data + t->input_at;
    size_t there = t->input.size - t->input_at;
    if (at[0] < 0x80) {
      uint32_t c = at[0];
      take(t, 1);
      return c;
    }
    size_t wanted = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 1;
    if (there < wanted && !waited && !t->ended) { // the rest of it is on its way
      input_wait(t, MARK_WAIT_MS);
      waited = t->input.size - t->input_at == there;
      continue;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t step = utf8proc_iterate(at, (utf8proc_ssize_t)there, &c);
    take(t, step > 0 ? (size_t)step : 1);
    if (step <= 0) return 0xfffd;
    return c < 0xa0 ? KEY_NONE : (uint32_t)c; // controls of the second kind are no keys, but libedit would take them for some
  }
}

uint32_t input_key(Terminal *t) {
  for (;;) {
    uint32_t seen = terminal_look_around(t);
    if (seen != KEY_NONE) return seen;
    if (input_is_waiting(t)) {
      char c = t->input.data[t->input_at];
      if (c == 27 && paste_begins(t)) {
        if (t->entry.kind != ENTRY_STATEMENT) { // line by line, as if it were typed
          size_t end = paste_end(t, t->input_at);
          if (end != SIZE_MAX) {
            memmove(t->input.data + end, t->input.data + end + MARK_BYTES, t->input.size - end - MARK_BYTES);
            t->input.size -= MARK_BYTES;
            take(t, MARK_BYTES);
            continue;
          }
        }
        uint32_t key;
        if (take_paste(t, &key)) return KEY_PASTE;
        if (key == KEY_NONE) continue;
        return key;
      }
      if (c == CTRL_BACKSLASH) {
        take(t, 1);
        quit_key();
        continue;
      }
      uint32_t key = take_character(t);
      if (key != KEY_NONE) return key;
      continue;
    }
    if (t->ended) return KEY_END;
    terminal_show(t);
    input_wait(t, -1);
  }
}

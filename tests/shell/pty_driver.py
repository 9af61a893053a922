# SPDX-License-Identifier: Apache-2.0
"""A program in a pseudo-terminal, and the screen that its user would see.

Nothing here sleeps to let something happen: every step waits for what must appear, with a generous limit as a net.
"""
import errno
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
import unicodedata

LIMIT_S = float(os.environ.get("JOIST_SHELL_LIMIT", "60"))


def width(c):
    if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


class Screen:
    """As much of a terminal as the shell uses; what it does not know raises, so that nothing is used unnoticed."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[] for _ in range(rows)]
        self.history = []  # lines that scrolled off
        self.row = self.column = 0
        self.wrap = False  # the cursor waits behind the last column
        self.rest = ""
        self.modes = set()
        self.bells = 0

    def resize(self, columns, rows):
        while len(self.lines) > rows:
            if self.row > 0:
                self.history.append(self.lines.pop(0))
                self.row -= 1
            else:
                self.lines.pop()
        while len(self.lines) < rows:
            self.lines.append([])
        self.columns, self.rows = columns, rows
        self.column = min(self.column, columns - 1)
        self.wrap = False

    def feed(self, text):
        text, self.rest, i = self.rest + text, "", 0
        while i < len(text):
            c = text[i]
            if c == "\x1b":
                m = re.match(r"\x1b(?:\[([?>]?)([0-9;]*)([@-~])|\][^\x07]*\x07|[78=>])", text[i:])
                if not m:
                    if len(text) - i > 64:
                        raise ValueError(f"unknown sequence {text[i:i + 20]!r}")
                    self.rest = text[i:]
                    return
                if m[3]:
                    self.control(m[1], m[2], m[3])
                i += m.end()
                continue
            i += 1
            self.put(c)

    def new_row(self):
        if self.row == self.rows - 1:
            self.history.append(self.lines.pop(0))
            self.lines.append([])
        else:
            self.row += 1

    def put(self, c):
        if c == "\r":
            self.column, self.wrap = 0, False
        elif c == "\n":
            self.new_row()
            self.wrap = False
        elif c == "\b":
            self.column, self.wrap = max(0, self.column - 1), False
        elif c == "\a":
            self.bells += 1
        elif c == "\t":
            self.column = min(self.columns - 1, (self.column | 7) + 1)
        elif ord(c) < 32:
            raise ValueError(f"control {c!r}")
        else:
            w = width(c)
            if w == 0:
                line = self.lines[self.row]
                at = self.column if self.wrap else self.column - 1
                while at > 0 and at < len(line) and line[at] == "":
                    at -= 1
                if 0 <= at < len(line):
                    line[at] += c
                return
            if self.wrap or self.column + w > self.columns:
                self.new_row()
                self.column, self.wrap = 0, False
            line = self.lines[self.row]
            line.extend(" " * (self.column + w - len(line)))
            line[self.column] = c
            if w == 2:
                line[self.column + 1] = ""
            self.column += w
            if self.column >= self.columns:
                self.column, self.wrap = self.columns - 1, True

    def control(self, private, numbers, final):
        n = int(numbers.split(";")[0]) if numbers and numbers.split(";")[0] else 0
        if private:
            (self.modes.add if final == "h" else self.modes.discard)(n)
            return
        line = self.lines[self.row]
        if final not in "m":
            self.wrap = False
        if final == "A":
            self.row = max(0, self.row - (n or 1))
        elif final == "B":
            self.row = min(self.rows - 1, self.row + (n or 1))
        elif final == "C":
            self.column = min(self.columns - 1, self.column + (n or 1))
        elif final == "D":
            self.column = max(0, self.column - (n or 1))
        elif final == "H":
            parts = [int(p) if p else 1 for p in (numbers or "1;1").split(";")]
            self.row, self.column = min(self.rows, parts[0]) - 1, (parts[1] if len(parts) > 1 else 1) - 1
        elif final == "K":
            if n == 0:
                del line[self.column:]
            else:
                self.lines[self.row] = []
        elif final == "J":
            if n == 0:
                del line[self.column:]
                for i in range(self.row + 1, self.rows):
                    self.lines[i] = []
            else:
                self.lines = [[] for _ in range(self.rows)]
        elif final != "m":
            raise ValueError(f"control sequence {final!r}")

    @staticmethod
    def text(line):
        return "".join(line).rstrip()

    def shown(self):
        """Rows of the window, without empty ones at its end."""
        rows = [self.text(l) for l in self.lines]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def everything(self):
        return "\n".join([self.text(l) for l in self.history] + self.shown())

    def cursor_line(self):
        return self.text(self.lines[self.row])


class Lost(Exception):
    pass


class Session:
    def __init__(self, argv, env=None, columns=80, rows=24, cwd=None, settings=None):
        self.screen = Screen(columns, rows)
        self.raw = ""
        self.status = None
        self.bytes = b""
        self.master, slave = os.openpty()
        self.slave_name = os.ttyname(slave)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.settings = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.master)
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            if cwd:
                os.chdir(cwd)
            for s in (signal.SIGINT, signal.SIGPIPE):
                signal.signal(s, signal.SIG_DFL)
            os.execvpe(argv[0], argv, env if env is not None else dict(os.environ))
        self.slave = slave  # kept open: settings can be looked at after the end

    # --- what the program does

    def pump(self, seconds):
        """Takes what the program wrote; False when nothing came, or nothing ever will."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError as e:
            if e.errno == errno.EIO:
                return False
            raise
        self.bytes += data
        text = self.bytes.decode("utf-8", "ignore" if len(self.bytes) > 1 << 20 else "strict") if self.whole() else ""
        if text:
            self.bytes = b""
            self.raw += text
            self.screen.feed(text)
        return True

    def whole(self):
        try:
            self.bytes.decode("utf-8")
            return True
        except UnicodeDecodeError as e:
            if e.end == len(self.bytes) and "unexpected end" in e.reason:
                return False
            raise

    def until(self, condition, what, limit=LIMIT_S):
        end = time.monotonic() + limit
        while not condition():
            if self.ended() and not self.pump(0):
                if condition():
                    return
                raise Lost(f"the program ended (status {self.status}) before {what}\n{self.dump()}")
            if time.monotonic() > end:
                raise Lost(f"in {limit} s never came {what}\n{self.dump()}")
            self.pump(0.2)

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    # --- what the user does and sees

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            _, writable, _ = select.select([], [self.master], [], 0)
            if writable:
                n = os.write(self.master, data[:1024])
                data = data[n:]
                self.pump(0)
            else:
                self.pump(0.05)

    def expect(self, text, limit=LIMIT_S):
        """The text stands on the screen or has scrolled off it."""
        self.until(lambda: text in self.screen.everything(), f"the text {text!r}", limit)

    def expect_raw(self, pattern, limit=LIMIT_S):
        self.until(lambda: re.search(pattern, self.raw), f"output like {pattern!r}", limit)

    def expect_line(self, text, limit=LIMIT_S):
        """The cursor's line is that, up to spaces at its end."""
        self.until(lambda: self.screen.cursor_line() == text.rstrip(), f"the line {text!r} at the cursor", limit)

    def expect_status(self, status, limit=LIMIT_S):
        end = time.monotonic() + limit
        while not self.ended():
            if time.monotonic() > end:
                raise Lost(f"it does not end\n{self.dump()}")
            self.pump(0.2)
        while self.pump(0):
            pass
        if self.status != status:
            raise Lost(f"status {self.status} instead of {status}\n{self.dump()}")

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def terminal_settings(self):
        return termios.tcgetattr(self.slave)

    def dump(self):
        return "\n".join(f"  |{l}" for l in self.screen.everything().split("\n")[-40:]) + f"\n  cursor: row {self.screen.row} column {self.screen.column}"

    def close(self):
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)

# SPDX-License-Identifier: Apache-2.0
"""Runs a session: a file that says what is typed in the shell and what must appear.

One step a line; what follows the word is taken as it stands, \\n, \\e, \\t, \\xNN, \\uNNNN, \\\\ and \\s (a space, at an end) are escapes.

    args ARGS            of the program, before it starts
    program COMMAND      another program is run, with the shell's path in $JOIST
    env NAME=VALUE       of its environment; NAME alone takes it away
    size COLUMNS ROWS    of the window, before it starts
    file PATH            the indented lines that follow are a file in the working directory
    type TEXT            typed, without Enter
    enter TEXT           typed, and Enter
    key NAME…            up down left right home end delete esc tab enter backspace, ctrl-X, alt-X
    paste                the indented lines that follow are pasted, with marks around them, as terminals do; `paste open`: without a line end at its end
    rawpaste             … without marks
    line TEXT            the cursor's line becomes that
    see TEXT             that appears, on the screen or scrolled off it, once more than the `see`s of the same text before
    screen               the indented lines that follow are what the window shows, from its top to its last line with text
    never TEXT           that is nowhere now
    count N TEXT         that is there so many times now
    raw REGEX            what the program wrote matches
    column N             the cursor's column
    resize COLUMNS ROWS  the window gets another size
    signal NAME          is sent to the program
    status N             it ends, with that status; the terminal's settings are what they were
    on-disk PATH         the indented lines that follow are what the file holds
"""
import os
import re
import signal
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pty_driver import Lost, Session  # noqa: E402

KEYS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "delete": "\x1b[3~", "esc": "\x1b",
        "tab": "\t", "enter": "\r", "backspace": "\x7f"}


def unescape(text):
    def one(m):
        s = m[1]
        if s[0] in "xu":
            return chr(int(s[1:], 16))
        return {"n": "\n", "e": "\x1b", "t": "\t", "s": " ", "r": "\r"}.get(s, s)

    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", one, text)


def key(name):
    if name in KEYS:
        return KEYS[name]
    if name.startswith("ctrl-"):
        return chr(ord(name[5:].upper()) ^ 0x40)
    if name.startswith("alt-"):
        return "\x1b" + key(name[4:])
    if len(name) == 1:
        return name
    raise ValueError(f"no key {name}")


def parse(path):
    steps = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f.read().split("\n"), 1):
            if line.startswith("    ") and steps:
                steps[-1][3].append(line[4:])
            elif line == "" and steps and steps[-1][1] in ("file", "paste", "rawpaste", "screen", "on-disk"):
                steps[-1][3].append("")
            elif line and not line.startswith("#"):
                word, _, rest = line.partition(" ")
                steps.append((number, word, rest, []))
    for step in steps:
        while step[3] and step[3][-1] == "":
            step[3].pop()
    return steps


class Run:
    def __init__(self, joist, home):
        self.joist, self.home, self.session = joist, home, None
        self.args, self.size, self.seen = [], (80, 24), {}
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "XDG_", "JOIST_")) and k not in ("LANG", "NO_COLOR", "EDITRC")}
        self.command = [joist]
        self.env.update(HOME=home, JOIST=joist, TERM="xterm-256color", LANG="C.UTF-8", NO_COLOR="1")

    def program(self):
        if not self.session:
            self.session = Session(self.command + self.args, env=self.env, columns=self.size[0], rows=self.size[1], cwd=self.home)
        return self.session

    def step(self, word, rest, block):
        if word == "args":
            self.args = rest.split()
        elif word == "program":
            self.command = rest.split()
        elif word == "env":
            name, equals, value = rest.partition("=")
            if equals:
                self.env[name] = unescape(value).replace("$HOME", self.home)
            else:
                self.env.pop(name, None)
        elif word == "size":
            self.size = tuple(int(n) for n in rest.split())
        elif word == "file":
            path = os.path.join(self.home, rest)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write("\n".join(block) + "\n")
        elif word == "mode":
            mode, path = rest.split()
            os.chmod(os.path.join(self.home, path), int(mode, 8))
        elif word == "on-disk":
            with open(os.path.join(self.home, rest), encoding="utf-8") as f:
                text = f.read()
            if text != "".join(l + "\n" for l in block):
                raise Lost(f"the file holds {text!r}")
        else:
            self.interact(self.program(), word, rest if word == "raw" else unescape(rest), block)

    def interact(self, s, word, rest, block):
        if word == "type":
            s.send(rest)
        elif word == "enter":
            s.send(rest + "\r")
        elif word == "key":
            for name in rest.split():
                s.send(key(name))
        elif word == "paste":
            s.until(lambda: 2004 in s.screen.modes, "the mode in which pastes are marked")
            s.send("\x1b[200~" + "\r".join(block) + ("" if rest == "open" else "\r") + "\x1b[201~")
        elif word == "rawpaste":
            s.send("\r".join(block) + "\r")
        elif word == "line":
            s.expect_line(rest)
        elif word == "see":
            count = self.seen[rest] = self.seen.get(rest, 0) + 1
            s.until(lambda: s.screen.everything().count(rest) >= count, f"the text {rest!r}, {count} times")
        elif word == "screen":
            s.until(lambda: s.screen.shown() == block, "the window\n" + "\n".join(f"  >{l}" for l in block))
        elif word == "never":
            if rest in s.screen.everything():
                raise Lost(f"there is {rest!r}\n{s.dump()}")
        elif word == "count":
            n, _, text = rest.partition(" ")
            if s.screen.everything().count(text) != int(n):
                raise Lost(f"{text!r} is not there {n} times\n{s.dump()}")
        elif word == "raw":
            s.expect_raw(rest)
        elif word == "column":
            s.until(lambda: s.screen.column == int(rest), f"the cursor in column {rest}")
        elif word == "resize":
            s.resize(*(int(n) for n in rest.split()))
        elif word == "signal":
            os.kill(s.pid, getattr(signal, "SIG" + rest))
        elif word == "status":
            s.expect_status(int(rest))
            if s.terminal_settings() != s.settings:
                raise Lost(f"the terminal's settings are not what they were\n{s.terminal_settings()}\n{s.settings}")
            if 2004 in s.screen.modes:
                raise Lost("pastes are still marked")
            s.close()
            self.session = None
            self.seen = {}
        else:
            raise ValueError(f"no step {word}")


def run(path, joist):
    """None, or what went wrong."""
    with tempfile.TemporaryDirectory(prefix="joist shell ") as home:
        r = Run(joist, home)
        try:
            for number, word, rest, block in parse(path):
                try:
                    r.step(word, rest, block)
                except Lost as e:
                    return f"{os.path.basename(path)}:{number}: {word} {rest}\n{e}"
            if r.session:
                return f"{os.path.basename(path)}: the session is not ended: add a status"
        finally:
            if r.session:
                r.session.close()
    return None

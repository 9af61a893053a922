# SPDX-License-Identifier: Apache-2.0
"""The library's files in the order they are compiled: what a folder's ORDER file lists first, the rest by name.

Macros run while the library compiles, so what they call at run time comes right behind Kernel: EARLY.

    order.py                              prints them
    order.py list OUT DEPFILE             writes them to OUT when they are others than before; made again when a folder changes
    order.py compile LIST DEPFILE OUT STAGE0 ARGUMENT...
                                          compiles those of LIST: OUT is made again when one of them changes

So the build sees by itself that a file was added: a folder's time of change is that of its last new or lost name.
"""
import os
import subprocess
import sys

EARLY = ["system/joist_sort.ex", "system/erl_lists.ex", "system/erl_maps.ex"]
FOLDERS = ["kernel", "data", "text", "system", "otp", "shell"]

here = os.path.dirname(os.path.abspath(__file__))


def in_order():
    files = []
    for folder in FOLDERS:
        where = os.path.join(here, folder)
        if not os.path.isdir(where):
            continue
        names = sorted(n for n in os.listdir(where) if n.endswith(".ex"))
        order = os.path.join(where, "ORDER")
        listed = []
        if os.path.exists(order):
            with open(order) as f:
                listed = [l.strip() for l in f if l.strip() and not l.startswith("#")]
        for name in [n for n in listed if n in names] + [n for n in names if n not in listed]:
            files.append(os.path.join(folder, name))
    rest = [f for f in files if f not in EARLY]
    return rest[:1] + EARLY + rest[1:]


def write_needs(depfile, made, needs):
    with open(depfile, "w") as f:
        f.write(made + ": " + " ".join(n.replace(" ", "\\ ") for n in needs) + "\n")


def write_list(made, depfile):
    text = "\n".join(in_order()) + "\n"
    if not os.path.exists(made) or open(made).read() != text:
        with open(made, "w") as f:
            f.write(text)
    orders = [os.path.join(here, folder, "ORDER") for folder in FOLDERS]
    write_needs(depfile, made, [os.path.join(here, folder) for folder in FOLDERS] + [o for o in orders if os.path.exists(o)])


def compile_list(listed, depfile, made, command):
    with open(listed) as f:
        files = [os.path.relpath(os.path.join(here, name)) for name in f.read().split("\n") if name]
    write_needs(depfile, made, files)
    return subprocess.run(command + files, check=False).returncode


if __name__ == "__main__":
    if sys.argv[1:2] == ["list"]:
        write_list(*sys.argv[2:])
    elif sys.argv[1:2] == ["compile"]:
        sys.exit(compile_list(*sys.argv[2:5], sys.argv[5:]))
    else:
        print("\n".join(in_order()))

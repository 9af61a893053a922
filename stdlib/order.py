# SPDX-License-Identifier: Apache-2.0
"""Prints the library's files in the order they are compiled: what a folder's ORDER file lists first, the rest by name.

Macros run while the library compiles, so what they call at run time comes right behind Kernel: EARLY.
"""
import os

EARLY = ["system/joist_sort.ex", "system/erl_lists.ex", "system/erl_maps.ex"]

here = os.path.dirname(os.path.abspath(__file__))
files = []
for folder in ("kernel", "data", "text", "system", "otp", "shell"):
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
print("\n".join(rest[:1] + EARLY + rest[1:]))

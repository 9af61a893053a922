# SPDX-License-Identifier: Apache-2.0
"""Prints the library's files in the order they are compiled: what a folder's ORDER file lists first, the rest by name."""
import os

here = os.path.dirname(os.path.abspath(__file__))
for folder in ("kernel", "data", "text", "system", "otp"):
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
        print(os.path.join(folder, name))

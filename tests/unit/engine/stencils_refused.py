#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants bad bodies and sees tools/make-stencils refuse each: non-zero exit, the opcode's name and the reason told.

  stencils_refused.py MAKE_STENCILS CLANG
"""
import os
import subprocess
import sys
import tempfile

HEAD = '''
typedef unsigned long Word;
#define STENCIL __attribute__((preserve_none)) void
#define ARGUMENTS Word *htop, Word *fp, long reds, void *p, const void *through
#define LEAVE_TO(target) do { __attribute__((musttail)) return target(htop, fp, reds, p, through); } while (0)
extern STENCIL go_next(ARGUMENTS), go_slow(ARGUMENTS);
extern char hole_slot0[] __attribute__((weak, visibility("hidden")));
#define R0 (*(Word *)((char *)fp + (long)hole_slot0))
STENCIL op_GOOD(ARGUMENTS) { R0 = 1; LEAVE_TO(go_next); }
'''
# Opcode, body, what the message says.
BAD = [
    ('CALLS', 'extern Word outside(Word); STENCIL op_CALLS(ARGUMENTS) { R0 = outside(R0); LEAVE_TO(go_next); }', 'touches the stack pointer'),
    ('SPILLS', 'STENCIL op_SPILLS(ARGUMENTS) { volatile Word kept[4]; kept[R0 & 3] = 5; R0 = kept[0]; LEAVE_TO(go_next); }', 'touches the stack pointer'),
    ('RETURNS', 'STENCIL op_RETURNS(ARGUMENTS) { R0 = 2; }', 'touches the stack pointer'),
    ('TABLE', 'static const Word table[4] = {3, 1, 4, 1}; STENCIL op_TABLE(ARGUMENTS) { R0 = table[R0 & 3]; LEAVE_TO(go_next); }', 'refers to read-only data'),
    ('FLOAT', 'STENCIL op_FLOAT(ARGUMENTS) { *(double *)&R0 += 1.5; LEAVE_TO(go_next); }', 'refers to read-only data'),
    ('GLOBAL', 'extern Word counter; STENCIL op_GLOBAL(ARGUMENTS) { counter++; LEAVE_TO(go_next); }', 'relocation that is not known: counter'),
    ('FORM', 'STENCIL op_FORM(ARGUMENTS) { __asm__ volatile("addw $hole_slot0, %%ax" ::: "rax"); LEAVE_TO(go_next); }', 'relocation type'),
    ('SIGN', 'STENCIL op_SIGN(ARGUMENTS) { R0 = (Word)hole_slot0 * 3 + (unsigned)(Word)hole_slot0; LEAVE_TO(go_next); }', 'lose its sign'),
    ('ENDLESS', 'STENCIL op_ENDLESS(ARGUMENTS) { for (;;) R0 = 1; }', 'never goes on'),
]


def attempt(make, clang, text):
    with tempfile.TemporaryDirectory() as work:
        source, output = os.path.join(work, 'bodies.c'), os.path.join(work, 'data.h')
        with open(source, 'w') as out:
            out.write(text)
        done = subprocess.run([make, '--clang', clang, '--source', source, '--output', output], capture_output=True, text=True)
        return done.returncode, done.stderr, os.path.exists(output)


def main():
    make, clang = sys.argv[1:3]
    failures = 0
    status, message, written = attempt(make, clang, HEAD)
    if status != 0 or not written:
        print('a good body was refused:', message)
        failures += 1
    for opcode, body, reason in BAD:
        status, message, written = attempt(make, clang, HEAD + body)
        told = [l for l in message.splitlines() if 'opcode ' + opcode + ' ' in l and reason in l]
        if status == 0 or written or not told or 'opcode GOOD' in message:
            print('%s: exit %d, header written: %s, said: %s' % (opcode, status, written, message))
            failures += 1
    print('%d bad bodies, %d not refused as they should' % (len(BAD), failures))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())

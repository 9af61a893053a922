// SPDX-License-Identifier: Apache-2.0
//
// From C to compiled code and back. Compiled code keeps heap top in r12, frame pointer in r13, reductions in r14, the
// process in r15; it never touches the stack, which stays 16-aligned under it. The first 24 bytes of the stack are a
// JitRegisters, through which the C side gets and gives r12 to r14. The .cfi lines describe jit_enter's frame, in which all of this
// runs: so a fault's report can walk from C through compiled code to who entered it.

  .text
  .macro function name
  .globl \name
  .hidden \name
  .type \name, @function
  .p2align 4
\name:
  .endm

// Into C: registers to JitRegisters, on the stack as jit_enter left it.
  .macro leave_compiled_code
  .cfi_startproc
  .cfi_def_cfa rsp, 96
  .cfi_offset rbp, -16
  .cfi_offset rbx, -24
  .cfi_offset r12, -32
  .cfi_offset r13, -40
  .cfi_offset r14, -48
  .cfi_offset r15, -56
  mov %r12, (%rsp)
  mov %r13, 8(%rsp)
  mov %r14, 16(%rsp)
  .endm

// void jit_enter(const void *place, Process *p, const JitRegisters *registers)
  function jit_enter
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  sub $40, %rsp
  mov %rsi, %r15
  mov (%rdx), %r12
  mov 8(%rdx), %r13
  mov 16(%rdx), %r14
  jmp *%rdi

// eax: word of the instruction << 8 | its opcode. rcx: its function.
  function jit_slow_thunk
  leave_compiled_code
  mov %r15, %rdi
  mov %rsp, %rsi
  mov %eax, %edx
  call jit_slow
  jmp proceed
  .cfi_endproc

// rdi: an object whose first word is a linked address.
  function jit_through_thunk
  leave_compiled_code
  mov %rdi, %rdx
  mov %r15, %rdi
  mov %rsp, %rsi
  call jit_through
proceed:
  test %rax, %rax
  jz leave_engine
  mov (%rsp), %r12
  mov 8(%rsp), %r13
  mov 16(%rsp), %r14
  jmp *%rax
  .cfi_endproc
leave_engine:
  add $40, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret

  .section .note.GNU-stack,"",@progbits

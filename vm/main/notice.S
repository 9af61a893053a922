// SPDX-License-Identifier: Apache-2.0
//
// The text of NOTICE (NOTICE_FILE names it), for `joist --licenses`.
	.section .rodata
	.global notice_text
	.hidden notice_text
notice_text:
	.incbin NOTICE_FILE
1:
	.balign 8
	.global notice_text_bytes
	.hidden notice_text_bytes
notice_text_bytes:
	.quad 1b - notice_text
	.section .note.GNU-stack,"",@progbits

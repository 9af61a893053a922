// SPDX-License-Identifier: Apache-2.0
//
// The library, as the build compiled it (LIBRARY_PACK names the file).
	.section .rodata
	.global library_pack
	.hidden library_pack
	.balign 8
library_pack:
	.incbin LIBRARY_PACK
1:
	.balign 8
	.global library_pack_bytes
	.hidden library_pack_bytes
library_pack_bytes:
	.quad 1b - library_pack
	.section .note.GNU-stack,"",@progbits

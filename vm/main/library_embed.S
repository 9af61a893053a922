// SPDX-License-Identifier: Apache-2.0
//
// The library's image, as the build made it (LIBRARY_IMAGE names the file). It begins on a page, so that parts of it can be mapped
// from the executable's file.
	.section .joist_image,"a",@progbits
	.global library_image
	.hidden library_image
	.balign 4096
library_image:
	.incbin LIBRARY_IMAGE
1:
	.section .rodata
	.balign 8
	.global library_image_bytes
	.hidden library_image_bytes
library_image_bytes:
	.quad 1b - library_image
	.section .note.GNU-stack,"",@progbits

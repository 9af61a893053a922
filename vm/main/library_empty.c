// SPDX-License-Identifier: Apache-2.0
//
// The library of the stage-0 executable: none.
#include "vm/main/library.h"

const unsigned char library_image[] = {0};
const size_t library_image_bytes = 0;

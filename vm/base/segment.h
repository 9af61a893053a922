// SPDX-License-Identifier: Apache-2.0
//
// Flags of bit string segments, the same in file opcodes and in the functions on terms.
#ifndef JOIST_BASE_SEGMENT_H
#define JOIST_BASE_SEGMENT_H

enum SegmentFlags { SEGMENT_LITTLE = 1, SEGMENT_SIGNED = 2 };

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The public C API of Joist.
#ifndef JOIST_H
#define JOIST_H

#define JOIST_VERSION "0.1.0"

#endif

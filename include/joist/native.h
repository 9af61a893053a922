/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOIST_NATIVE_H
#define JOIST_NATIVE_H
#endif

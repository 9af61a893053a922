// SPDX-License-Identifier: Apache-2.0
//
// Publishing: who makes something fills it in, then stores a pointer to it with release; who loads the pointer with acquire finds it
// whole. For places that many read without a lock and few write, under one.
//
// On x86-64 both are plain moves: loads are not reordered with loads, nor stores with stores. On aarch64 they are ldar and stlr, one
// instruction as well. What the words mean to the compiler and to ThreadSanitizer is the same on both.
#ifndef JOIST_BASE_PUBLISH_H
#define JOIST_BASE_PUBLISH_H

#define PUBLISH(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define PUBLISHED(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)

#endif

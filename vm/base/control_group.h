// SPDX-License-Identifier: Apache-2.0
//
// Control groups: what Linux allows the group of programs that this one belongs to. Memory limits (vm/heap/account.c) and processor
// quotas (cpus.c) are read through this.
//
// /proc/self/cgroup has a line for each hierarchy. Version 2 is one tree of all controllers, "0::/a/b", mounted at the root or, beside
// version 1, in its folder unified. Version 1 has a tree for each controller or for several, "4:cpu,cpuacct:/a/b", in a folder named
// after one of them or all. A limit holds for a group and all groups below it, so the least one on the way up is in force.
//
//  G1  A walk visits the group and all above it, up to the root of what is mounted, and nothing outside of that.
//  G2  In a container the mount often shows a part of the tree alone while the path counts from the whole tree's root. The longest tail
//      of the path that is there is the group; when there is none, the mount's root is.
//  G3  What is missing, too long or no number is no limit. Nothing here fails.
//
// Tests hand in a tree of their own. Thread: any. No memory is allocated.
#ifndef JOIST_BASE_CONTROL_GROUP_H
#define JOIST_BASE_CONTROL_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ControlGroups {
  const char *root;  // where hierarchies are mounted
  const char *lines; // the text of /proc/self/cgroup; NULL: that file, read at every walk, as a program may be moved
} ControlGroups;

// Those of this program.
static inline ControlGroups control_groups_own(void) { return (ControlGroups){"/sys/fs/cgroup", NULL}; }

enum { CONTROL_GROUP_NO_LIMIT = -1 };

// A folder of the walk; version 1 or 2.
typedef void (*ControlGroupVisit)(void *state, int version, const char *folder);
// Visits all groups that may limit this program by that controller ("memory", "cpu").
void control_groups_walk(const ControlGroups *g, const char *controller, ControlGroupVisit visit, void *state);

// Reads the numbers at the start of a file of a folder, separated by blanks, into values[0 … count - 1]. Those that are not there, and the word
// "max", are CONTROL_GROUP_NO_LIMIT; a negative number or one too large for int64_t is as well. False: there is no such file.
// (Other small files of the kernel are read so as well.)
bool control_group_numbers(const char *folder, const char *file, int64_t *values, int count);
// Reads what fits of such a file and ends it with a zero byte. False: it cannot be read.
bool control_group_text(const char *path, char *text, size_t room);

#endif

// SPDX-License-Identifier: Apache-2.0
#include "vm/base/control_group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A path in /proc/self/cgroup may have 4,096 bytes; two long ones among a dozen lines are already rare.
enum { LINES_BYTES = 16 << 10, PATH_BYTES = 4800 };

bool control_group_text(const char *path, char *text, size_t room) {
  int fd;
  do fd = open(path, O_RDONLY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) return false;
  size_t size = 0;
  ssize_t n = 1;
  while (n && size < room - 1) {
    n = read(fd, text + size, room - 1 - size);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) size += (size_t)n;
  }
  close(fd);
  text[size] = 0;
  return n >= 0;
}

bool control_group_numbers(const char *folder, const char *file, int64_t *values, int count) {
  char path[PATH_BYTES + 64], text[128], *at = text;
  for (int i = 0; i < count; i++) values[i] = CONTROL_GROUP_NO_LIMIT;
  if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, file) >= sizeof path || !control_group_text(path, text, sizeof text)) return false;
  for (int i = 0; i < count; i++) {
    at += strspn(at, " ");
    size_t word = strcspn(at, " \n");
    char *end;
    errno = 0;
    long long value = strtoll(at, &end, 10);
    if (word && end == at + word && !errno && value >= 0) values[i] = value;
    at += word;
  }
  return true;
}

// Is `name` among the names of a list like "cpu,cpuacct"?
static bool names_controller(const char *list, size_t size, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list, *end = list + size; at < end;) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    size_t own = (size_t)((comma ? comma : end) - at);
    if (own == length && memcmp(at, name, length) == 0) return true;
    at += own + 1;
  }
  return false;
}

static bool is_there(const char *path) { return access(path, F_OK) == 0; }

// G1 and G2, for what is mounted at `path`, a text of that length with room for PATH_BYTES. `group` begins with "/" or is empty.
static void walk_up(char *path, size_t mount, const char *group, size_t size, int version, ControlGroupVisit visit, void *state) {
  const char *last = group + size, *tail = group;
  if (memmem(group, size, "/..", 3)) tail = last; // the group stands outside of what its namespace shows
  size_t end = mount;
  while (end == mount && last - tail > 1) {
    size_t length = (size_t)(last - tail);
    if (mount + length < PATH_BYTES) {
      memcpy(path + mount, tail, length);
      path[mount + length] = 0;
      if (is_there(path)) end = mount + length;
    }
    tail = memchr(tail + 1, '/', length - 1);
    if (!tail) tail = last;
  }
  for (;;) {
    path[end] = 0;
    visit(state, version, path);
    if (end <= mount) return;
    while (path[--end] != '/') {}
  }
}

// One line "ID:CONTROLLERS:GROUP" of `size` bytes.
static void walk_line(const ControlGroups *g, const char *line, size_t size, const char *controller, ControlGroupVisit visit, void *state) {
  const char *names = memchr(line, ':', size), *end = line + size;
  const char *group = names ? memchr(names + 1, ':', (size_t)(end - names - 1)) : NULL;
  if (!group || group + 1 == end || group[1] != '/') return;
  names++, group++;
  int names_size = (int)(group - 1 - names), version = names_size == 0 ? 2 : 1;
  if (version == 1 && !names_controller(names, (size_t)names_size, controller)) return;
  char path[PATH_BYTES];
  int mount;
  if (version == 2) {
    mount = snprintf(path, sizeof path, "%s/unified", g->root);
    if (!is_there(path)) mount = snprintf(path, sizeof path, "%s", g->root);
  } else {
    mount = snprintf(path, sizeof path, "%s/%.*s", g->root, names_size, names);
    if (!is_there(path)) mount = snprintf(path, sizeof path, "%s/%s", g->root, controller);
  }
  if (mount > 0 && (size_t)mount < sizeof path) walk_up(path, (size_t)mount, group, (size_t)(end - group), version, visit, state);
}

void control_groups_walk(const ControlGroups *g, const char *controller, ControlGroupVisit visit, void *state) {
  char own[LINES_BYTES];
  const char *lines = g->lines;
  if (!lines) {
    if (!control_group_text("/proc/self/cgroup", own, sizeof own)) return;
    lines = own;
  }
  for (const char *line = lines; *line;) {
    size_t size = strcspn(line, "\n");
    walk_line(g, line, size, controller, visit, state);
    line += size + (line[size] == '\n');
  }
}

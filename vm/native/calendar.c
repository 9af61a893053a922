// SPDX-License-Identifier: Apache-2.0
//
// Local and universal time as {{year, month, day}, {hour, minute, second}}, by the zone of the environment.
#include <time.h>

#include "vm/native/native_api.h"

static bool is_leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// Reads a tuple of three small integers.
static bool three(Term t, int64_t n[3]) {
  if (!term_is_tuple(t) || tuple_arity(t) != 3) return false;
  for (int i = 0; i < 3; i++) {
    if (!term_is_small(tuple_items(t)[i])) return false;
    n[i] = small_value(tuple_items(t)[i]);
  }
  return true;
}
// False: no date and time of the calendar.
static bool read_time(Term t, struct tm *tm) {
  static const uint8_t DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int64_t d[3], c[3];
  if (!term_is_tuple(t) || tuple_arity(t) != 2 || !three(tuple_items(t)[0], d) || !three(tuple_items(t)[1], c)) return false;
  if (d[0] < 0 || d[0] > 9999999 || d[1] < 1 || d[1] > 12 || d[2] < 1 || d[2] > DAYS[d[1] - 1] + (d[1] == 2 && is_leap(d[0]))) return false;
  if (c[0] < 0 || c[0] > 23 || c[1] < 0 || c[1] > 59 || c[2] < 0 || c[2] > 59) return false;
  *tm = (struct tm){.tm_year = (int)d[0] - 1900, .tm_mon = (int)d[1] - 1, .tm_mday = (int)d[2], .tm_hour = (int)c[0], .tm_min = (int)c[1], .tm_sec = (int)c[2]};
  return true;
}
static Term time_term(Process *p, const struct tm *tm) {
  NATIVE_RESERVE(2 * 4 + PAIR_WORDS);
  Term date, clock, *items = heap_tuple(&p->heap, 3, &date);
  items[0] = term_small((int64_t)tm->tm_year + 1900);
  items[1] = term_small(tm->tm_mon + 1);
  items[2] = term_small(tm->tm_mday);
  items = heap_tuple(&p->heap, 3, &clock);
  items[0] = term_small(tm->tm_hour);
  items[1] = term_small(tm->tm_min);
  items[2] = term_small(tm->tm_sec);
  return native_pair(p, date, clock);
}

Term native_universaltime_to_localtime(Process *p) {
  struct tm tm, local;
  if (!read_time(ARG(0), &tm)) return native_badarg(p);
  time_t seconds = timegm(&tm);
  return localtime_r(&seconds, &local) ? time_term(p, &local) : native_badarg(p);
}
// daylight: 1 and 0 say which of two times is meant when clocks are turned back, -1 that the system shall choose.
static Term to_universal(Process *p, int daylight) {
  struct tm tm, universal;
  if (!read_time(ARG(0), &tm)) return native_badarg(p);
  tm.tm_isdst = daylight;
  time_t seconds = mktime(&tm);
  return gmtime_r(&seconds, &universal) ? time_term(p, &universal) : native_badarg(p);
}
Term native_localtime_to_universaltime_1(Process *p) { return to_universal(p, -1); }
Term native_localtime_to_universaltime_2(Process *p) {
  Term t = ARG(1);
  if (t != ATOM_true && t != ATOM_false && t != ATOM_undefined) return native_badarg(p);
  return to_universal(p, t == ATOM_undefined ? -1 : t == ATOM_true);
}

// SPDX-License-Identifier: Apache-2.0
//
// Names of hosts, asked of the C library: files, DNS, or whatever /etc/nsswitch.conf says. Both natives may wait for other machines
// (NATIVE_BLOCKING). `:inet` in the library makes Erlang's shapes of what they answer.
//
// Version 4 goes through gethostbyname2_r, which tells aliases and keeps the order it was answered; version 6 through getaddrinfo, which reads
// scopes ("fe80::1%eth0"). So does OTP, and so both answer alike.
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "vm/native/native_api.h"
#include "vm/native/posix.h"

enum { ANSWER_BYTES = 2048, ANSWER_BYTES_MAX = 1 << 20, HOST_NAME_BYTES = 256 };

static Term char_list(Process *p, const char *text, size_t size) {
  Term list = T_NIL;
  while (size) list = heap_cons(&p->heap, term_small((unsigned char)text[--size]), list);
  return list;
}

// Up to the first dot, as OTP. A name that is cut off at the end of room is better than none.
Term native_host_name(Process *p) {
  char name[HOST_NAME_BYTES] = "";
  if (gethostname(name, sizeof name - 1) != 0 || !*name) strcpy(name, "localhost");
  size_t size = strcspn(name, ".");
  NATIVE_RESERVE(CONS_WORDS * size);
  return char_list(p, name, size);
}

// Words of a tuple of count numbers.
static size_t address_words(unsigned count) { return 1 + count; }
static Term address_4(Process *p, const void *bytes) {
  const unsigned char *b = bytes;
  Term t, *items = heap_tuple(&p->heap, 4, &t);
  for (int i = 0; i < 4; i++) items[i] = term_small(b[i]);
  return t;
}
static Term address_6(Process *p, const void *bytes) {
  const unsigned char *b = bytes;
  Term t, *items = heap_tuple(&p->heap, 8, &t);
  for (int i = 0; i < 8; i++) items[i] = term_small(b[2 * i] << 8 | b[2 * i + 1]);
  return t;
}

// {name, aliases, addresses}; room is reserved.
static Term answer(Process *p, Term name, Term aliases, Term addresses) {
  Term t, *items = heap_tuple(&p->heap, 3, &t);
  items[0] = name;
  items[1] = aliases;
  items[2] = addresses;
  return t;
}
enum { ANSWER_WORDS = 4 };

static Term answer_4(Process *p, const struct hostent *h) {
  size_t words = ANSWER_WORDS + CONS_WORDS * strlen(h->h_name), aliases = 0, addresses = 0;
  for (; h->h_aliases[aliases]; aliases++) words += CONS_WORDS * (1 + strlen(h->h_aliases[aliases]));
  for (; h->h_addr_list[addresses]; addresses++) words += CONS_WORDS + address_words(4);
  NATIVE_RESERVE(words);
  Term alias_list = T_NIL, address_list = T_NIL;
  while (aliases--) {
    Term alias = char_list(p, h->h_aliases[aliases], strlen(h->h_aliases[aliases]));
    alias_list = heap_cons(&p->heap, alias, alias_list);
  }
  while (addresses--) {
    Term address = address_4(p, h->h_addr_list[addresses]);
    address_list = heap_cons(&p->heap, address, address_list);
  }
  return answer(p, char_list(p, h->h_name, strlen(h->h_name)), alias_list, address_list);
}

// The C library says how much room it needs by asking for more.
static Term look_up_4(Process *p, const char *name) {
  const Alloc *alloc = &p->vm->alloc;
  for (size_t size = ANSWER_BYTES; size <= ANSWER_BYTES_MAX; size *= 2) {
    char *room = alloc_get(alloc, size);
    if (!room) return native_error(p, ATOM_system_limit);
    struct hostent host, *found = NULL;
    int error, status;
    do status = gethostbyname2_r(name, AF_INET, &host, room, size, &found, &error);
    while (status == EINTR);
    Term t = found ? answer_4(p, found) : ATOM_error;
    alloc_put(alloc, room, size);
    if (status != ERANGE) return t;
  }
  return ATOM_error;
}

static Term answer_6(Process *p, const struct addrinfo *first, const char *name) {
  size_t count = 0;
  for (const struct addrinfo *a = first; a; a = a->ai_next) count++;
  NATIVE_RESERVE(ANSWER_WORDS + CONS_WORDS * strlen(name) + count * (CONS_WORDS + address_words(8)));
  Term addresses = T_NIL, *place = &addresses;
  for (const struct addrinfo *a = first; a; a = a->ai_next) {
    const struct sockaddr_in6 *socket = (const void *)a->ai_addr;
    *place = heap_cons(&p->heap, address_6(p, &socket->sin6_addr), T_NIL);
    place = &cons_ptr(*place)[1]; // the list grows at its end: nobody has seen it yet
  }
  return answer(p, char_list(p, name, strlen(name)), T_NIL, addresses);
}

static Term look_up_6(Process *p, const char *name) {
  struct addrinfo *found = NULL, hints = {.ai_family = AF_INET6, .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME};
  int status = getaddrinfo(name, NULL, &hints, &found);
  if (status == EAI_MEMORY) return native_error(p, ATOM_system_limit);
  if (status != 0) return ATOM_error;
  Term t = answer_6(p, found, found->ai_canonname ? found->ai_canonname : name);
  freeaddrinfo(found);
  return t;
}

// (name, :inet or :inet6): {name, aliases, addresses}, or :error: nobody knows it, or nobody answered.
Term native_host_look_up(Process *p) {
  size_t size;
  if (ARG(1) != ATOM_inet && ARG(1) != ATOM_inet6) return native_badarg(p);
  char *name = native_c_string(p, ARG(0), &size);
  if (!name) return T_NONE;
  Term t = ARG(1) == ATOM_inet ? look_up_4(p, name) : look_up_6(p, name);
  alloc_put(&p->vm->alloc, name, size + 1);
  return t;
}

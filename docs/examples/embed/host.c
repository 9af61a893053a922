/* SPDX-License-Identifier: Apache-2.0
 *
 * A C program with Joist inside: starts a VM, loads a server under a supervisor, calls it, sends it messages and gets some back, sees it
 * crash and come up again, and stops. README.md tells how to build it.
 */
#include <joist/joist.h>
#include <stdio.h>
#include <stdlib.h>

/* Everything that the VM writes comes here. Reports of crashed processes too: they go to standard error. */
static void output(void *context, joist_stream stream, const char *bytes, size_t size) {
  (void)context;
  fwrite(bytes, 1, size, stream == JOIST_STDOUT ? stdout : stderr);
}

static void check(joist_vm *vm, const char *what, joist_status status) {
  if (status == JOIST_OK) return;
  fprintf(stderr, "%s: %s\n%s\n%s", what, joist_status_text(status), vm ? joist_error_message(vm) : "", vm ? joist_error_stack(vm) : "");
  exit(1);
}

static void show(const char *what, joist_terms *terms, joist_term term) {
  char text[200];
  joist_inspect(terms, term, text, sizeof text);
  printf("%s %s\n", what, text);
}

/* Waits for the next message, at most ten seconds, while the VM's processes run. */
static joist_term message(joist_vm *vm, joist_mailbox *mailbox, joist_terms *terms) {
  joist_term received;
  check(vm, "waiting for a message", joist_receive_wait(mailbox, terms, 10000, &received));
  return received;
}

static void deposit(joist_vm *vm, joist_terms *terms, joist_term amount) {
  joist_term parts[2];
  parts[0] = joist_atom(terms, "deposit");
  parts[1] = amount;
  check(vm, "sending", joist_send(vm, terms, joist_module(terms, "Bank.Account"), joist_tuple(terms, parts, 2)));
}

int main(int argc, char **argv) {
  joist_options options = joist_options_default();
  joist_vm *vm;
  options.output = output;
  check(NULL, "joist_create", joist_create(&options, &vm));

  /* The host is a process like any other to the code: it has a pid and a name. */
  joist_mailbox *mailbox;
  check(vm, "opening a mailbox", joist_mailbox_open(vm, "host", &mailbox));
  check(vm, "loading the bank", joist_load_file(vm, argc > 1 ? argv[1] : "bank.ex"));
  check(vm, "starting it", joist_call(vm, "Bank", "start", NULL, NULL, 0, JOIST_FOREVER, NULL));

  joist_terms *terms = joist_terms_new(vm);
  joist_term opened = message(vm, mailbox, terms);
  printf("the account is open: %d\n", joist_is_atom(terms, joist_tuple_element(terms, opened, 0), "opened"));

  deposit(vm, terms, joist_integer(terms, 100));
  show("received", terms, message(vm, mailbox, terms));

  /* Text is no amount: the server crashes, its supervisor starts another. */
  deposit(vm, terms, joist_string(terms, "a lot"));
  opened = message(vm, mailbox, terms);
  printf("open again after a crash: %d\n", joist_is_atom(terms, joist_tuple_element(terms, opened, 0), "opened"));

  deposit(vm, terms, joist_integer(terms, 7));
  show("received", terms, message(vm, mailbox, terms));
  joist_term balance;
  check(vm, "asking", joist_call(vm, "Bank.Account", "balance", terms, NULL, 0, 5000, &balance));
  show("the balance is", terms, balance);

  /* An error in a call is an answer, not the end. */
  if (joist_call(vm, "Bank", "close", terms, NULL, 0, 5000, NULL) == JOIST_RAISED) printf("refused: %s\n", joist_error_message(vm));
  joist_free(vm);
  return 0;
}

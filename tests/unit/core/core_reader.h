// SPDX-License-Identifier: Apache-2.0
//
// Core from s-expressions, in the notation of core_print: so that tests of the back end need no parser.
//
//   (module NAME (function NAME ARITY [exported] (clause (PATTERNS) (GUARDS) BODY)…)…)
// Variables are any names; a name means the variable bound last under it. Literals: integers, floats, "text", :atom,
// true, false, nil, []. `(erl OP ARGS…)` is a call of `:erlang`. `;` starts a comment. `@LINE` before a form sets its line.
#ifndef JOIST_TEST_CORE_READER_H
#define JOIST_TEST_CORE_READER_H

#include "compiler/core/core.h"

// The module; NULL: the text is wrong, *error says where.
CoreModule *core_read(Names *names, const char *text, const char **error);

#endif

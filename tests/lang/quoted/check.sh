#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compares what the parser makes of the snippets here with what is stored beside them.
#
#   check.sh DUMP [--oracle]     DUMP: the program built from tests/unit/syntax/quoted_dump.c
#
# NAME.expected comes from real Elixir (tools/oracle-quoted.exs); level_1_18 holds forms that
# only newer Elixir gives, ../../reject/syntax the diagnostics of malformed programs. With
# --oracle all sources of the standard library are compared with the installed `elixir` too.
set -u
dump=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
compare() { # NAME EXPECTED COMMAND...
  name=$1 expected=$2
  shift 2
  if ! "$@" > "$work/got" 2> "$work/errors"; then
    echo "failed: $name (the parser's program ended with an error)"
    cat "$work/errors"
    failed=1
  elif ! cmp -s "$work/got" "$expected"; then
    echo "failed: $name"
    diff "$expected" "$work/got" | cut -c1-300 | head -10
    failed=1
  else
    echo "ok: $name ($(wc -l < "$expected") lines)"
  fi
}
for name in basics forms blocks text operators programs; do
  compare "$name" "$here/$name.expected" "$dump" --oracle "$here/$name.snippets"
done
compare "programs without metadata" "$here/programs.plain.expected" "$dump" --oracle --plain "$here/programs.snippets"
compare "level 1.18" "$here/level_1_18.expected" "$dump" "$here/level_1_18.snippets"
compare "rejected programs" "$root/tests/reject/syntax.expected" "$dump" --compile "$root/tests/reject/syntax.snippets"
if [ "${2:-}" = --oracle ]; then
  find "$root/stdlib" "$root/docs/examples" "$root/tests" \( -name '*.ex' -o -name '*.exs' \) 2>/dev/null | sort > "$work/files"
  xargs elixir "$root/tools/oracle-quoted.exs" --whole < "$work/files" > "$work/oracle" 2>/dev/null
  compare "sources of the library" "$work/oracle" xargs -a "$work/files" "$dump" --oracle --whole
fi
exit $failed

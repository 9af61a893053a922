# SPDX-License-Identifier: Apache-2.0
m = %{a: 1}
IO.inspect(m.b)

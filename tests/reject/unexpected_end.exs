# SPDX-License-Identifier: Apache-2.0
IO.puts(1)
end

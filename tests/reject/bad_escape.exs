# SPDX-License-Identifier: Apache-2.0
IO.puts("\u{110000}")

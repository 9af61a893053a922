# SPDX-License-Identifier: Apache-2.0
IO.inspect(self)

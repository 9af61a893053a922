# SPDX-License-Identifier: Apache-2.0
Enum.map(:atom, fn x -> x end)

# SPDX-License-Identifier: Apache-2.0
f = &(&(&1) + &2)

# SPDX-License-Identifier: Apache-2.0
f = [a: 1, 2]

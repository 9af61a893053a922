# SPDX-License-Identifier: Apache-2.0
import String, only: [no_such: 1]

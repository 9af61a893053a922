# SPDX-License-Identifier: Apache-2.0
end = 5

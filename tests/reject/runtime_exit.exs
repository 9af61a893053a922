# SPDX-License-Identifier: Apache-2.0
exit(:reason_of_exit)

# SPDX-License-Identifier: Apache-2.0
String.no_such("x")

# SPDX-License-Identifier: Apache-2.0
# a file that ends by an error in a linked process
spawn_link(fn -> exit(:from_the_link) end)
Process.sleep(1000)

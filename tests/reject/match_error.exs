# SPDX-License-Identifier: Apache-2.0
{:ok, x} = {:error, :enoent}

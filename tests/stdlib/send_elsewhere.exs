# SPDX-License-Identifier: Apache-2.0
# Messages to names on nodes that are not there, and options of send that do not exist.

try_it = fn fun ->
  try do
    fun.()
  rescue
    error -> {error.__struct__, Exception.message(error)}
  end
  |> IO.inspect()
end

for options <- [[], [:nosuspend], [:noconnect], [:nosuspend, :noconnect], [:later], :noconnect] do
  try_it.(fn -> Process.send({:somebody, :"some@where"}, :hello, options) end)
  try_it.(fn -> Process.send({:somebody, node()}, :hello, options) end)
  try_it.(fn -> Process.send(self(), :hello, options) end)
end

try_it.(fn -> Process.send(:somebody, :hello, []) end)
try_it.(fn -> send({:somebody, :"some@where"}, :hello) end)
try_it.(fn -> Process.monitor({:somebody, :"some@where"}) end)

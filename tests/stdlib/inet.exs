# Names of hosts, without a network: numbers, this host, what is refused before anybody is asked.
# (A name in a hosts file of its own: tests/script/environments.)
lists = [~c"127.0.0.1", ~c"127.1", ~c"1", ~c"0", ~c"255.255.255.255", ~c"::1", ~c"::", ~c"::ffff:1.2.3.4", ~c"1:2:3:4:5:6:7:8", ~c"::1%1"]

for name <- lists do
  IO.inspect({name, :inet.getaddr(name, :inet), :inet.getaddr(name, :inet6)}, charlists: :as_charlists, width: 120)
  IO.inspect({:inet.gethostbyname(name), :inet.gethostbyname(name, :inet6)}, charlists: :as_lists, width: 200)
end

refused = [{127, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 1}, {1, 2, 3}, {1, 2, 3, 256}, {1, 2, 3, -1}, {1, 2, 3, :a}, {1, 2, 3, 4, 5, 6, 7, 65536}, {}, {:local, "x"}, "localhost", "127.0.0.1", 1, 1.5, [],
           [256], [-1], [0], ~c"a b", ~c" 127.0.0.1", ~c"127.0.0.1\n", [?a, 0, ?b], [?a | ?b], [:a], %{}, self() |> is_pid() |> to_string()]

for host <- refused, do: IO.inspect({host, :inet.getaddr(host, :inet), :inet.getaddr(host, :inet6), :inet.getaddrs(host, :inet)}, charlists: :as_lists, width: 150)
IO.inspect(for host <- [{127, 0, 0, 1}, "localhost", 1, %{}], do: {:inet.gethostbyname(host), :inet.gethostbyname(host, :inet6)})
IO.inspect(for family <- [:local, :unspec, 4, nil, "inet"], do: {:inet.getaddr(~c"127.0.0.1", family), :inet.gethostbyname(~c"127.0.0.1", family), :inet.getaddr({127, 0, 0, 1}, family)})

IO.inspect(:inet.getaddr(~c"localhost", :inet))
IO.inspect(:inet.getaddr(:localhost, :inet))
IO.inspect(match?({:ok, {:hostent, ~c"localhost", _, :inet, 4, [{127, 0, 0, 1} | _]}}, :inet.gethostbyname(:LOCALHOST)))
{:ok, name} = :inet.gethostname()
IO.inspect({is_list(name), name != [], ?. in name})
# Ten at the same time.
IO.inspect(1..10 |> Enum.map(fn i -> Task.async(fn -> :inet.getaddr(~c"10.0.0.#{i}", :inet) end) end) |> Enum.map(&Task.await/1))

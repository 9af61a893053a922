if true do
  total = 1
end
IO.puts(total)

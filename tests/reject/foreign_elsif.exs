x = 1
if x == 1 do
  1
elsif x == 2 do
  2
else
  3
end

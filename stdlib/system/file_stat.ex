# SPDX-License-Identifier: Apache-2.0
#
# What the system knows of a file. The native answers times in seconds since 1970; here they become the form that was asked for.

defmodule File.Stat do
  @moduledoc """
  Information on a file, answered by `File.stat/2`.
  """

  defstruct size: nil,
            type: nil,
            access: nil,
            atime: nil,
            mtime: nil,
            ctime: nil,
            mode: nil,
            links: nil,
            major_device: nil,
            minor_device: nil,
            inode: nil,
            uid: nil,
            gid: nil

  @type t :: %File.Stat{}

  @doc false
  def __from__({size, type, access, atime, mtime, ctime, mode, links, major, minor, inode, uid, gid}, form) do
    %File.Stat{
      size: size,
      type: type,
      access: access,
      atime: time(atime, form),
      mtime: time(mtime, form),
      ctime: time(ctime, form),
      mode: mode,
      links: links,
      major_device: major,
      minor_device: minor,
      inode: inode,
      uid: uid,
      gid: gid
    }
  end

  defp time(seconds, :posix), do: seconds
  defp time(seconds, :universal), do: datetime(seconds)
  defp time(seconds, :local), do: :erlang.universaltime_to_localtime(datetime(seconds))

  @doc false
  def datetime(seconds) do
    days = Integer.floor_div(seconds, 86400)
    rest = seconds - days * 86400
    {date(days), {div(rest, 3600), div(rem(rest, 3600), 60), rem(rest, 60)}}
  end

  # Eras of 400 years that begin in March, so that the leap day is the last of its year.
  defp date(days) do
    days = days + 719_468
    era = Integer.floor_div(days, 146_097)
    day_of_era = days - era * 146_097
    year_of_era = div(day_of_era - div(day_of_era, 1460) + div(day_of_era, 36524) - div(day_of_era, 146_096), 365)
    day_of_year = day_of_era - (365 * year_of_era + div(year_of_era, 4) - div(year_of_era, 100))
    shifted = div(5 * day_of_year + 2, 153)
    day = day_of_year - div(153 * shifted + 2, 5) + 1
    month = if shifted < 10, do: shifted + 3, else: shifted - 9
    year = year_of_era + era * 400
    {if(month <= 2, do: year + 1, else: year), month, day}
  end

  @doc false
  def seconds(seconds) when is_integer(seconds), do: seconds

  def seconds({{year, month, day}, {hour, minute, second}}) do
    year = if month <= 2, do: year - 1, else: year
    era = Integer.floor_div(year, 400)
    year_of_era = year - era * 400
    shifted = if month > 2, do: month - 3, else: month + 9
    day_of_year = div(153 * shifted + 2, 5) + day - 1
    day_of_era = year_of_era * 365 + div(year_of_era, 4) - div(year_of_era, 100) + day_of_year
    (era * 146_097 + day_of_era - 719_468) * 86400 + hour * 3600 + minute * 60 + second
  end
end

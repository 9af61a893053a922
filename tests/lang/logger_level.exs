# SPDX-License-Identifier: Apache-2.0
# The primary level, under Erlang's name.
IO.inspect(:logger.set_primary_config(:level, :none))
IO.inspect(:logger.get_primary_config().level)
IO.inspect(:logger.compare_levels(:error, :info))
IO.inspect(:logger.compare_levels(:debug, :info))
IO.inspect(:logger.compare_levels(:info, :info))

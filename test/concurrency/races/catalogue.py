"""All races, by the shape of the query or the command that they are about."""

from . import commands, groups, joins, nested, strangers

SCENARIOS = [*joins.SCENARIOS, *groups.SCENARIOS, *nested.SCENARIOS, *commands.SCENARIOS, *strangers.SCENARIOS]

assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)

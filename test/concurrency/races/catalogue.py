"""All races, by the shape of the query or the command that they are about."""

from . import commands, companions, documents, groups, joins, lookups, nested, prices, refreshes, shared_groups, strangers, sums

SCENARIOS = [*joins.SCENARIOS, *groups.SCENARIOS, *sums.SCENARIOS, *shared_groups.SCENARIOS, *lookups.SCENARIOS, *nested.SCENARIOS,
             *documents.SCENARIOS, *prices.SCENARIOS, *commands.SCENARIOS, *companions.SCENARIOS, *strangers.SCENARIOS, *refreshes.SCENARIOS]

assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)

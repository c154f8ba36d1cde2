"""Races of writers with the refreshes of scheduled TVIEWs: what is not in one refresh is in the next."""

from .scenario import Scenario

TABLES = 'CREATE TABLE parent (id int PRIMARY KEY, name text); CREATE TABLE child (id int PRIMARY KEY, parent int, v int);'
DATA = """INSERT INTO parent VALUES (1, 'one'), (2, 'two'); INSERT INTO child VALUES (10, 1, 1), (20, 2, 2), (21, 2, 3);
          SELECT tview_refresh('family'); SELECT tview_refresh('totals');"""
TVIEWS = {
    'family': ('SELECT c.id, p.name, c.v FROM child c JOIN parent p ON p.id = c.parent', 'id'),
    'totals': 'SELECT parent, count(*) AS n, sum(v) AS v FROM child GROUP BY parent',
}
REFRESH = "SELECT tview_refresh('family'), tview_refresh('totals')"
NEW_CHILD = 'INSERT INTO child VALUES (11, 1, 5)'
CHANGED_PARENT = "UPDATE parent SET name = name || '!' WHERE id = 1"


def race(name, *transactions, **options):
    return Scenario('scheduled_' + name, TABLES, DATA, TVIEWS, transactions, scheduled=True, **options)


SCENARIOS = [
    race('writers', (NEW_CHILD,), (CHANGED_PARENT,), ('UPDATE child SET parent = 2 WHERE id = 10',), waits=False, conflicts=False),
    race('refreshed_meanwhile', (NEW_CHILD, 'UPDATE child SET v = 9 WHERE id = 11'), (REFRESH,), (CHANGED_PARENT,)),
    race('refreshed_twice', (NEW_CHILD,), (REFRESH,), (REFRESH,), errors=frozenset({'55P03'})),
    race('refreshed_by_writer', (NEW_CHILD, REFRESH, 'DELETE FROM child WHERE id = 20'), (CHANGED_PARENT,)),
    race('refreshed_and_rolled_back', (NEW_CHILD, 'SAVEPOINT s', 'DELETE FROM child WHERE parent = 2', 'ROLLBACK TO s'), (REFRESH,)),
]

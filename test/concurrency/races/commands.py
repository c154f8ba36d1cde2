"""Races of commands on TVIEWs with writers of their sources."""

from .joins import CHANGED_PARENT, JOINED, NEW_CHILD, OUTER, PAIR, PAIR_DATA
from .scenario import Scenario

QUERY = 'SELECT c.id, p.name, c.v FROM child c JOIN parent p ON p.id = c.parent'
WIDER = 'SELECT c.id, p.name, c.v, p.id AS parent FROM child c JOIN parent p ON p.id = c.parent'
TOTALS = 'CREATE TVIEW totals AS SELECT parent, sum(v) AS v FROM child GROUP BY parent'


def race(name, command, *writers, tviews=JOINED, **options):
    """A command against writers."""
    options = {'changes_tviews': True} | options
    return Scenario(name, PAIR, PAIR_DATA, tviews, ((command,) if isinstance(command, str) else command, *writers), **options)


SCENARIOS = [
    race('create_while_writing', TOTALS, (NEW_CHILD, 'DELETE FROM child WHERE id = 20')),
    race('create_while_both_are_written', 'CREATE TVIEW again AS ' + QUERY, (NEW_CHILD,), (CHANGED_PARENT,)),
    race('create_on_tview', 'CREATE TVIEW names AS SELECT name, count(*) AS n FROM by_child GROUP BY name', (NEW_CHILD,), (CHANGED_PARENT,)),
    race('replace_with_same', 'CREATE OR REPLACE TVIEW by_child AS ' + QUERY, (NEW_CHILD,)),
    race('replace_with_wider', 'CREATE OR REPLACE TVIEW by_child AS ' + WIDER, (NEW_CHILD,), (CHANGED_PARENT,)),
    race('replace_below_another', 'CREATE OR REPLACE TVIEW by_child AS ' + QUERY, (NEW_CHILD,), (CHANGED_PARENT,),
         tviews=JOINED | {'names': 'SELECT name, count(*) AS n FROM by_child GROUP BY name'}),
    race('replace_rolled_back', ('SAVEPOINT s', 'CREATE OR REPLACE TVIEW by_child AS ' + WIDER, 'ROLLBACK TO s'), (NEW_CHILD,)),
    race('drop_while_writing', 'DROP TVIEW by_child', (NEW_CHILD, CHANGED_PARENT)),
    race('refresh_while_writing', "SELECT tview_refresh('by_child')", (NEW_CHILD,), (CHANGED_PARENT,), changes_tviews=False),
    race('refresh_of_outer', "SELECT tview_refresh('partners')", ('DELETE FROM child WHERE id = 10',), (NEW_CHILD,),
         tviews=OUTER, changes_tviews=False),
    race('repair_while_writing', "SELECT tview_verify('by_child', true)", (NEW_CHILD,), (CHANGED_PARENT,), changes_tviews=False),
    race('verify_while_writing', "SELECT 1 / (v.missing + v.extra = 0)::int FROM tview_verify('by_child') AS v", (NEW_CHILD,), (CHANGED_PARENT,),
         changes_tviews=False, levels=('read committed', 'repeatable read')),
    race('rename_while_writing', 'ALTER TVIEW by_child RENAME TO renamed', (NEW_CHILD,), (CHANGED_PARENT,)),
    race('set_option_while_writing', ('ALTER TVIEW by_child SET (refresh = manual)', 'ALTER TVIEW by_child SET (refresh = immediate)'), (NEW_CHILD,), (CHANGED_PARENT,)),
    race('alter_source_while_writing', 'ALTER TABLE child ALTER COLUMN v SET DEFAULT 0', (NEW_CHILD,), (CHANGED_PARENT,),
         changes_tviews=False),
]

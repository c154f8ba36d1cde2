"""Who has nothing to do with each other does not wait, does not fail, and takes no locks."""

from .groups import DATA as ITEMS
from .groups import GROUPS, PROJECTIONS
from .groups import TABLE as ITEM
from .joins import JOINED, OUTER, PAIR, PAIR_DATA, pair
from .scenario import Scenario

BY_CHILD = {'by_child': JOINED['by_child'], 'left_child': OUTER['left_child']}
READ = ('SELECT * FROM by_child',) * 2

SCENARIOS = [
    pair('unrelated_keys', JOINED | OUTER, ('INSERT INTO child VALUES (11, 1, 5)', 'DELETE FROM child WHERE id = 10'),
         ('UPDATE child SET v = 7 WHERE id = 20', 'INSERT INTO child VALUES (22, 2, 1)'), waits=False, conflicts=False),
    pair('many_children_of_one', BY_CHILD, ('INSERT INTO child VALUES (11, 1, 5)',), ('INSERT INTO child VALUES (12, 1, 6)',),
         ('INSERT INTO child VALUES (13, 1, 7)',), waits=False, conflicts=False),
    pair('opposite_order', JOINED | OUTER, ('UPDATE child SET v = 8 WHERE id = 10', "UPDATE parent SET name = 'x' WHERE id = 1"),
         ("UPDATE parent SET name = 'y' WHERE id = 2", 'UPDATE child SET v = 9 WHERE id = 20'), waits=False, conflicts=False),
    Scenario('opposite_order_of_tables', ITEM + 'CREATE TABLE other (id int PRIMARY KEY, g int);',
             ITEMS + 'INSERT INTO other VALUES (1, 1), (2, 2);',
             GROUPS | {'others': 'SELECT g, count(*) AS n FROM other GROUP BY g'},
             (('UPDATE item SET v = 8 WHERE id = 10', 'INSERT INTO other VALUES (3, 1)'),
              ('INSERT INTO other VALUES (4, 2)', 'UPDATE item SET v = 9 WHERE id = 20')), waits=False, conflicts=False),
    Scenario('unrelated_groups', ITEM, ITEMS, GROUPS | PROJECTIONS, (('INSERT INTO item VALUES (13, 1, 3)',), ('UPDATE item SET v = 4 WHERE id = 20',)),
             waits=False, conflicts=False),
    pair('readers_never_wait', JOINED, READ, ("UPDATE parent SET name = 'x'", 'DELETE FROM child'), waits=False),
    Scenario('nothing_changed', PAIR.replace('v int', 'v int, unused int'), PAIR_DATA.replace('child VALUES', 'child (id, parent, v) VALUES'),
             JOINED, (('UPDATE child SET v = 1 WHERE id = 99', 'DELETE FROM parent WHERE id = 99', 'INSERT INTO child SELECT 1 WHERE false'),),
             quiet=True, waits=False),
]

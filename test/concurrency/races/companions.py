"""Races in groups whose aggregates are kept in a companion: several transactions add to its row, whether the TVIEW shows
the group, hides it, or begins or ceases to.
"""

from .scenario import Scenario

TABLES = """CREATE TABLE shop (id int PRIMARY KEY, region int NOT NULL);
            CREATE TABLE sale (id int PRIMARY KEY, shop int NOT NULL, amount numeric(8, 2));"""
DATA = """INSERT INTO shop VALUES (1, 1), (2, 1), (3, 2);
          INSERT INTO sale VALUES (10, 1, 1), (11, 1, 50), (20, 2, 2), (30, 3, NULL);"""
TVIEWS = {
    'mean': 'SELECT shop, round(avg(amount), 3) AS amount FROM sale GROUP BY shop',
    'busy': 'SELECT shop, sum(amount) AS amount FROM sale GROUP BY shop HAVING count(*) > 2',
    'large': 'SELECT shop, sum(amount) FILTER (WHERE amount > 5) AS amount FROM sale GROUP BY shop',
    'of_region': 'SELECT s.region, avg(f.amount) AS amount FROM shop s JOIN sale f ON f.shop = s.id GROUP BY s.region HAVING max(f.amount) < 60',
    'above': 'SELECT count(*) AS shops, max(amount) AS most FROM busy',
}
ADDED = 'INSERT INTO sale VALUES (12, 1, 3)'
ADDED_TOO = 'INSERT INTO sale VALUES (13, 1, 4)'
LEAVES = 'DELETE FROM sale WHERE id = 11'


def race(name, *transactions, **options):
    return Scenario('companion_' + name, TABLES, DATA, TVIEWS, transactions, **options)


SCENARIOS = [
    race('by_two', (ADDED,), (ADDED_TOO,)),
    race('by_three', (ADDED,), (ADDED_TOO,), ('UPDATE sale SET amount = amount + 1 WHERE id = 11',)),
    race('twice_by_each', (ADDED, 'INSERT INTO sale VALUES (14, 1, 5)'), (ADDED_TOO, 'INSERT INTO sale VALUES (15, 1, 6)')),
    race('hidden_comes_up', ('INSERT INTO sale VALUES (21, 2, 3)',), ('INSERT INTO sale VALUES (22, 2, 4)',)),
    race('comes_up_and_goes', (ADDED, 'DELETE FROM sale WHERE id = 12'), (ADDED_TOO,)),
    race('goes_while_added', (LEAVES,), (ADDED,)),
    race('new_group', ('INSERT INTO sale VALUES (40, 4, 3)',), ('INSERT INTO sale VALUES (41, 4, 4)',)),
    race('group_leaves', ('DELETE FROM sale WHERE id = 30',), ('INSERT INTO sale VALUES (31, 3, 1)',)),
    race('inputs_without_value', ('UPDATE sale SET amount = 5 WHERE id = 30',), ('INSERT INTO sale VALUES (31, 3, NULL)',)),
    race('shop_moves', ('UPDATE shop SET region = 2 WHERE id = 1',), (ADDED,), ('INSERT INTO sale VALUES (31, 3, 70)',)),
    race('rolled_back', ('SAVEPOINT s', ADDED, 'ROLLBACK TO s', ADDED_TOO), ('INSERT INTO sale VALUES (14, 1, 5)',)),
    race('emptied', ('TRUNCATE sale',), (ADDED,)),
    race('refreshed', ("SELECT tview_refresh('busy')",), (ADDED,), (ADDED_TOO,)),
    race('replaced', ("CREATE OR REPLACE TVIEW busy AS SELECT shop, sum(amount) AS amount FROM sale GROUP BY shop HAVING count(*) >= 3",), (ADDED,)),
]

"""Races in groups whose stored row does not tell whether anything is left of them: one row is looked for."""

from .scenario import Scenario

TABLES = """CREATE TABLE shop (id int PRIMARY KEY, region int NOT NULL);
            CREATE TABLE sale (id int PRIMARY KEY, shop int NOT NULL, amount int, price numeric NOT NULL, paid boolean);"""
DATA = """INSERT INTO shop VALUES (1, 1), (2, 1), (3, 2);
          INSERT INTO sale VALUES (10, 1, 1, 1.5, true), (11, 1, 5, 1.25, false), (20, 2, NULL, 2, true), (30, 3, 7, 0.125, false);"""
GROUPS = {
    'of_shop': 'SELECT shop, sum(amount) AS amount FROM sale GROUP BY shop',
    'of_region': 'SELECT s.region, sum(f.price) AS price, coalesce(sum(f.amount), 0) AS amount FROM sale f JOIN shop s ON s.id = f.shop GROUP BY s.region',
    'means': 'SELECT shop, count(*) AS n, count(amount) AS na, avg(amount) AS mean, count(*) * 10 AS tens FROM sale GROUP BY shop',
    'extremes': 'SELECT shop, min(amount) AS least, max(amount) AS most, bool_and(paid) AS paid FROM sale GROUP BY shop',
    'shown': 'SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop HAVING count(*) > 1',
    'total': 'SELECT sum(amount) AS amount, max(amount) AS most FROM sale WHERE shop < 3',
}
LEAVES = 'DELETE FROM sale WHERE id = 10'
OTHER_LEAVES = 'DELETE FROM sale WHERE id = 11'


def race(name, *transactions, **options):
    return Scenario('lookup_' + name, TABLES, DATA, GROUPS, transactions, **options)


SCENARIOS = [
    race('last_two_deleted', (LEAVES,), (OTHER_LEAVES,)),
    race('last_two_moved', ('UPDATE sale SET shop = 2 WHERE id = 10',), ('UPDATE sale SET shop = 3 WHERE id = 11',)),
    race('last_deleted_and_added', ('DELETE FROM sale WHERE shop = 3',), ('INSERT INTO sale VALUES (31, 3, 1, 1, true)',)),
    race('last_two_inputs_left', ('UPDATE sale SET amount = NULL WHERE id = 10',), ('UPDATE sale SET amount = NULL WHERE id = 11',)),
    race('last_input_left_and_came', ('UPDATE sale SET amount = NULL WHERE id = 30',), ('INSERT INTO sale VALUES (31, 3, 2, 1, NULL)',)),
    race('both_extremes_left', (LEAVES, 'INSERT INTO sale VALUES (12, 1, 3, 1, true)'), (OTHER_LEAVES,)),
    race('extreme_left_and_came', (OTHER_LEAVES,), ('INSERT INTO sale VALUES (12, 1, 9, 1.125, false)',)),
    race('last_false_left_twice', ('UPDATE sale SET paid = true WHERE id = 11',), ('INSERT INTO sale VALUES (12, 1, 9, 1, false)', 'DELETE FROM sale WHERE id = 12')),
    race('hidden_and_shown', (LEAVES,), ('INSERT INTO sale VALUES (12, 1, 3, 1, true)',)),
    race('shown_by_two', ('INSERT INTO sale VALUES (31, 3, 1, 1, true)',), ('INSERT INTO sale VALUES (32, 3, 2, 1, true)',)),
    race('decimals_left', ('DELETE FROM sale WHERE id = 11',), ('UPDATE sale SET price = 3 WHERE id = 10',)),
    race('rows_and_shop_left', (LEAVES,), ('DELETE FROM shop WHERE id = 1',)),
    race('row_left_and_shop_moved', (LEAVES,), ('UPDATE shop SET region = 3 WHERE id = 1',)),
    race('rolled_back', ('SAVEPOINT s', LEAVES, 'ROLLBACK TO s', 'INSERT INTO sale VALUES (12, 1, 3, 1, true)'), (OTHER_LEAVES,)),
]

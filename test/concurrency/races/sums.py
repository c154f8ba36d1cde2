"""Races in sums that are kept by adding what changed rows contribute, without computing their groups again."""

from .scenario import Scenario

TABLES = """CREATE TABLE shop (id int PRIMARY KEY, region int NOT NULL, rate int NOT NULL);
            CREATE TABLE sale (id int PRIMARY KEY, shop int NOT NULL, amount int NOT NULL);"""
DATA = """INSERT INTO shop VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3);
          INSERT INTO sale VALUES (10, 1, 1), (11, 1, 5), (20, 2, 2), (30, 3, 7);"""
SUMS = {
    'of_shop': 'SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop',
    'of_region': 'SELECT s.region, count(*) AS n, sum(f.amount) AS amount FROM sale f JOIN shop s ON s.id = f.shop GROUP BY s.region',
    'weighted': 'SELECT s.region, sum(f.amount * s.rate) AS amount, max(f.amount) AS most FROM sale f JOIN shop s ON s.id = f.shop GROUP BY s.region',
    'of_every_shop': 'SELECT s.id, count(f.id) AS n, sum(f.amount) AS amount FROM shop s LEFT JOIN sale f ON f.shop = s.id GROUP BY s.id',
    'of_every_region': 'SELECT s.region, count(f.id) AS n, sum(f.amount) AS amount FROM shop s LEFT JOIN sale f ON f.shop = s.id GROUP BY s.region',
}
SOLD = 'INSERT INTO sale VALUES (12, 1, 3)'
SOLD_TOO = 'INSERT INTO sale VALUES (13, 1, 4)'


def race(name, *transactions, **options):
    return Scenario('sum_' + name, TABLES, DATA, SUMS, transactions, **options)


SCENARIOS = [
    race('two_added', (SOLD,), (SOLD_TOO,)),
    race('three_added', (SOLD,), (SOLD_TOO,), ('INSERT INTO sale VALUES (21, 2, 6)',)),
    race('added_and_taken', (SOLD,), ('DELETE FROM sale WHERE id = 11',)),
    race('same_row_changed', ('UPDATE sale SET amount = amount + 1 WHERE id = 10',), ('UPDATE sale SET amount = amount * 3 WHERE id = 10',)),
    race('group_emptied_and_filled', ('DELETE FROM sale WHERE shop = 3',), ('INSERT INTO sale VALUES (31, 3, 1)',)),
    race('group_created_twice', ('INSERT INTO shop VALUES (4, 3, 1)', 'INSERT INTO sale VALUES (40, 4, 1)'),
         ('INSERT INTO shop VALUES (5, 3, 2)', 'INSERT INTO sale VALUES (50, 5, 2)')),
    race('row_moved_and_added', ('UPDATE sale SET shop = 3 WHERE id = 10',), ('INSERT INTO sale VALUES (32, 3, 1)',)),
    race('added_to_moving_shop', (SOLD,), ('UPDATE shop SET region = 2 WHERE id = 1',)),
    race('added_to_new_shop', ('INSERT INTO sale VALUES (40, 4, 1)',), ('INSERT INTO shop VALUES (4, 2, 5)',)),
    race('added_to_leaving_shop', (SOLD,), ('DELETE FROM shop WHERE id = 1',)),
    race('rate_changed', (SOLD,), ('UPDATE shop SET rate = rate + 1 WHERE id = 1',)),
    race('amount_and_rate_changed', ('UPDATE sale SET amount = 9 WHERE id = 10',), ('UPDATE shop SET rate = 7 WHERE id = 1',)),
    race('largest_leaves', ('DELETE FROM sale WHERE id = 11',), ('INSERT INTO sale VALUES (12, 2, 4)',)),
    race('both_sides_in_one', (SOLD, 'UPDATE shop SET region = 2 WHERE id = 1'), (SOLD_TOO,)),
    race('rolled_back_to_savepoint', (SOLD, 'SAVEPOINT s', 'DELETE FROM sale WHERE shop = 1', 'ROLLBACK TO s'), (SOLD_TOO,)),
    race('added_and_whole', (SOLD,), (SOLD_TOO,), full=(1,)),
]

"""Races in groups whose stored row several transactions add to: they share the key, and the row makes them take turns.

Whatever cannot be added needs the key alone: groups that come or go, an extremum that leaves, a change of another source.
"""

from .scenario import Scenario

TABLES = """CREATE TABLE shop (id int PRIMARY KEY, region int NOT NULL);
            CREATE TABLE sale (id int PRIMARY KEY, shop int NOT NULL, amount int NOT NULL);"""
DATA = """INSERT INTO shop VALUES (1, 1), (2, 1), (3, 2);
          INSERT INTO sale VALUES (10, 1, 1), (11, 1, 50), (20, 2, 2), (30, 3, 7);"""
GROUPS = {
    'of_shop': 'SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop',
    'of_every_shop': 'SELECT s.id, s.region, count(f.id) AS n, sum(f.amount) AS amount FROM shop s LEFT JOIN sale f ON f.shop = s.id GROUP BY s.id',
    'largest': 'SELECT shop, max(amount) AS most FROM sale GROUP BY shop',
    'of_region': 'SELECT s.region, sum(t.n) AS n, sum(t.amount) AS amount FROM shop s JOIN of_shop t ON t.shop = s.id GROUP BY s.region',
    'by_number': 'SELECT n, count(*) AS shops FROM of_shop GROUP BY n',
}
NAMED = {
    'by_name': 'SELECT s.id, s.region, count(*) AS n, sum(f.amount) AS amount FROM shop s JOIN sale f ON f.shop = s.id GROUP BY s.id, s.region',
    'by_other_side': 'SELECT f.shop, s.region, max(f.amount) AS most FROM sale f LEFT JOIN shop s ON s.id = f.shop GROUP BY f.shop, s.region',
    'above': 'SELECT region, sum(n) AS n FROM by_name GROUP BY region',
}
BESIDE = {
    'beside': '''SELECT s.id, s.region, r.n, r.amount FROM shop s
                 LEFT JOIN (SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop) r ON r.shop = s.id''',
    'most_beside': '''SELECT s.id, r.most FROM shop s LEFT JOIN (SELECT shop, max(amount) AS most FROM sale GROUP BY shop) r ON r.shop = s.id''',
    'asked': 'SELECT s.id, (SELECT count(*) FROM sale f WHERE f.shop = s.id) AS n, (SELECT sum(f.amount) FROM sale f WHERE f.shop = s.id) AS amount FROM shop s',
    'above': 'SELECT region, sum(n) AS n FROM beside GROUP BY region',
}
RENAMED = 'UPDATE shop SET region = region + 7 WHERE id = 1'
ADDED = 'INSERT INTO sale VALUES (12, 1, 3)'
ADDED_TOO = 'INSERT INTO sale VALUES (13, 1, 4)'
LARGEST_LEAVES = 'DELETE FROM sale WHERE id = 11'


def race(name, *transactions, only=None, **options):
    tviews = {name: GROUPS[name] for name in GROUPS if only in (None, name)}
    return Scenario('shared_' + name, TABLES, DATA, tviews, transactions, **options)



def naming(name, *transactions, **options):
    return Scenario('named_group_' + name, TABLES, DATA, NAMED, transactions, **options)


def standing_beside(name, *transactions, **options):
    return Scenario('group_beside_' + name, TABLES, DATA, BESIDE, transactions, **options)


SCENARIOS = [
    standing_beside('by_two', (ADDED,), (ADDED_TOO,), (RENAMED,)),
    standing_beside('last_row_leaves', ('INSERT INTO sale VALUES (31, 3, 1)',), ('DELETE FROM sale WHERE id = 30',)),
    standing_beside('first_row_comes', ('INSERT INTO shop VALUES (4, 1)', 'INSERT INTO sale VALUES (40, 4, 1)'), ('INSERT INTO sale VALUES (41, 4, 2)',)),
    standing_beside('row_comes', ('INSERT INTO shop VALUES (4, 1)',), ('INSERT INTO sale VALUES (40, 4, 1)',), ('INSERT INTO sale VALUES (41, 4, 2)',)),
    standing_beside('row_goes', ('DELETE FROM shop WHERE id = 1',), (ADDED,), (LARGEST_LEAVES,)),
    standing_beside('extremum_leaves', (LARGEST_LEAVES,), (ADDED,), ('UPDATE sale SET shop = 3 WHERE id = 10',)),
    standing_beside('group_leaves_and_comes_back', ('DELETE FROM sale WHERE id = 30', 'INSERT INTO sale VALUES (32, 3, 9)'), ('INSERT INTO sale VALUES (31, 3, 1)',)),
    naming('beside_addition', (RENAMED,), (ADDED,), (ADDED_TOO,)),
    naming('after_addition', (ADDED, RENAMED), (ADDED_TOO, 'UPDATE shop SET region = 5 WHERE id = 2')),
    naming('twice', (RENAMED,), ('UPDATE shop SET region = 9 WHERE id < 3',), (LARGEST_LEAVES,)),
    naming('of_a_group_that_leaves', ('UPDATE shop SET region = 4 WHERE id = 3',), ('DELETE FROM sale WHERE id = 30',)),
    naming('of_a_group_that_comes_back', ('DELETE FROM sale WHERE id = 30', 'INSERT INTO sale VALUES (32, 3, 9)'), ('UPDATE shop SET region = 4 WHERE id = 3',)),
    naming('whose_row_moves', (RENAMED,), ('UPDATE sale SET shop = 2 WHERE id = 10',), ('UPDATE shop SET region = 4 WHERE id = 2',)),
    naming('rolled_back', ('SAVEPOINT s', RENAMED, 'ROLLBACK TO s', ADDED), (ADDED_TOO, RENAMED), deadlocks=True),
    race('by_two', (ADDED,), (ADDED_TOO,)),
    race('by_four', (ADDED,), (ADDED_TOO,), ('DELETE FROM sale WHERE id = 10',), ('UPDATE sale SET amount = amount + 1 WHERE id = 11',)),
    race('twice_by_each', (ADDED, 'INSERT INTO sale VALUES (14, 1, 5)'), (ADDED_TOO, 'INSERT INTO sale VALUES (15, 1, 6)')),
    race('last_row_leaves', ('INSERT INTO sale VALUES (31, 3, 1)',), ('DELETE FROM sale WHERE id = 30',)),
    race('group_leaves_and_comes_back', ('DELETE FROM sale WHERE id = 30', 'INSERT INTO sale VALUES (32, 3, 9)'), ('INSERT INTO sale VALUES (31, 3, 1)',)),
    race('extremum_leaves', (LARGEST_LEAVES,), (ADDED,)),
    race('extremum_leaves_after_adding', (ADDED, LARGEST_LEAVES), (ADDED_TOO,)),
    race('extremum_alone_leaves_after_adding', (ADDED, LARGEST_LEAVES), (ADDED_TOO,), only='largest'),
    race('extremum_alone_leaves_after_adding_nothing', ('INSERT INTO sale VALUES (12, 1, 0)', LARGEST_LEAVES),
         ('INSERT INTO sale VALUES (13, 1, 0)', 'INSERT INTO sale VALUES (14, 1, 0)'), only='largest'),
    race('extremum_alone_comes_and_leaves', ('INSERT INTO sale VALUES (12, 1, 70)', 'DELETE FROM sale WHERE id = 12'),
         ('INSERT INTO sale VALUES (13, 1, 0)', 'INSERT INTO sale VALUES (14, 1, 60)'), only='largest'),
    race('extremum_leaves_after_adding_nothing', ('INSERT INTO sale VALUES (12, 1, 0)', 'INSERT INTO sale VALUES (14, 1, 0)'),
         ('INSERT INTO sale VALUES (13, 1, 0)', LARGEST_LEAVES)),
    race('partner_leaves', (ADDED,), ('DELETE FROM shop WHERE id = 1',)),
    race('partner_changes_after_adding', (ADDED, 'UPDATE shop SET region = 2 WHERE id = 1'), (ADDED_TOO,)),
    race('partner_alone_changes_after_adding', (ADDED, 'UPDATE shop SET region = 2 WHERE id = 1'), (ADDED_TOO,), only='of_every_shop'),
    race('partner_alone_leaves_after_adding', (ADDED, 'DELETE FROM shop WHERE id = 1'), (ADDED_TOO,), only='of_every_shop'),
    race('row_moves', ('UPDATE sale SET shop = 2 WHERE id = 10',), (ADDED,), ('INSERT INTO sale VALUES (21, 2, 6)',)),
    race('two_groups_in_opposite_order', (ADDED, 'INSERT INTO sale VALUES (21, 2, 6)'), ('INSERT INTO sale VALUES (22, 2, 8)', ADDED_TOO),
         deadlocks=True),
    race('two_groups_in_one_statement', ('INSERT INTO sale VALUES (12, 1, 3), (21, 2, 6)',), ('INSERT INTO sale VALUES (22, 2, 8), (13, 1, 4)',), (LARGEST_LEAVES,)),
    race('rolled_back_to_savepoint', ('SAVEPOINT s', ADDED, 'ROLLBACK TO s', 'INSERT INTO sale VALUES (12, 1, 70)'), (ADDED_TOO,)),
    race('rolled_back_beside', ('SAVEPOINT s', ADDED, 'ROLLBACK TO s', 'INSERT INTO sale VALUES (21, 2, 6)'), (ADDED_TOO, LARGEST_LEAVES)),
    race('prepared', (ADDED, "PREPARE TRANSACTION 'race_one'"), (ADDED_TOO, LARGEST_LEAVES)),
    race('beside_a_snapshot', ('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', ADDED), (ADDED_TOO,),
         levels=('read committed',), errors=frozenset({'40001'})),
    Scenario('shared_keys_without_hash', 'CREATE TABLE sale (id int PRIMARY KEY, mask bit(2) NOT NULL, amount int NOT NULL);',
             "INSERT INTO sale VALUES (10, '01', 1), (11, '01', 9), (20, '10', 1), (21, '10', 9);",
             {'largest': 'SELECT mask, max(amount) AS most FROM sale GROUP BY mask'},
             (("INSERT INTO sale VALUES (12, '01', 3)", 'DELETE FROM sale WHERE id = 11'),
              ("INSERT INTO sale VALUES (22, '10', 3)", 'DELETE FROM sale WHERE id = 21'))),
    race('by_one_of_everything', (ADDED,), (ADDED_TOO,), full=(1,)),
]

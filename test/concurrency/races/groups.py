"""Races in groups, in sets of equal rows, and for the extremum: what is there depends on several rows."""

from .scenario import Scenario

TABLE = 'CREATE TABLE item (id int PRIMARY KEY, g int, v int);'
DATA = 'INSERT INTO item VALUES (10, 1, 1), (11, 1, 5), (12, 1, 9), (20, 2, 2);'
GROUPS = {
    'totals': 'SELECT g, count(*) AS n, sum(v) AS v, avg(v) AS mean FROM item GROUP BY g',
    'extrema': 'SELECT g, min(v) AS least, max(v) AS most FROM item GROUP BY g',
    'large': 'SELECT g, count(*) AS n FROM item GROUP BY g HAVING count(*) > 1',
}
PROJECTIONS = {
    'distinct_g': 'SELECT DISTINCT g FROM item',
    'keyless': 'SELECT g, v % 2 AS odd FROM item',
    'one_column': 'SELECT v FROM item WHERE v > 1',
}
WHOLE = {
    'grand_total': 'SELECT count(*) AS n, sum(v) AS v FROM item',
    'newest': 'SELECT id, v FROM item ORDER BY v DESC, id LIMIT 2',
    'above_mean': 'SELECT id, v FROM item WHERE v > (SELECT avg(v) FROM item)',
}


def race(name, tviews, *transactions, **options):
    return Scenario(name, TABLE, DATA, tviews, transactions, **options)


SCENARIOS = [
    race('group_created_twice', GROUPS, ('INSERT INTO item VALUES (30, 3, 1)',), ('INSERT INTO item VALUES (31, 3, 2)',)),
    race('group_created_by_three', GROUPS, ('INSERT INTO item VALUES (30, 3, 1)',), ('INSERT INTO item VALUES (31, 3, 2)',),
         ('UPDATE item SET g = 3 WHERE id = 20',)),
    race('group_emptied_and_filled', GROUPS, ('DELETE FROM item WHERE g = 2',), ('INSERT INTO item VALUES (21, 2, 4)',)),
    race('group_of_null', GROUPS, ('INSERT INTO item VALUES (30, NULL, 1)',), ('INSERT INTO item VALUES (31, NULL, 2)',)),
    race('rows_change_groups', GROUPS, ('UPDATE item SET g = 2 WHERE id = 10',), ('UPDATE item SET g = 1 WHERE id = 20',)),
    race('extremum_goes_next_goes', GROUPS, ('DELETE FROM item WHERE id = 12',), ('DELETE FROM item WHERE id = 11',)),
    race('extremum_goes_larger_comes', GROUPS, ('DELETE FROM item WHERE id = 12',), ('INSERT INTO item VALUES (13, 1, 11)',)),
    race('threshold_crossed_twice', GROUPS, ('INSERT INTO item VALUES (21, 2, 1)',), ('DELETE FROM item WHERE id = 20',)),
    race('several_groups_each', GROUPS, ('UPDATE item SET v = v + 1 WHERE id = 10', 'UPDATE item SET v = v + 1 WHERE id = 20'),
         ('INSERT INTO item VALUES (22, 2, 1)', 'INSERT INTO item VALUES (14, 1, 1)'), deadlocks=True),
    race('same_row_updated', GROUPS, ('UPDATE item SET v = v + 1 WHERE id = 10',), ('UPDATE item SET v = v * 2 WHERE id = 10',)),
    race('upserts', GROUPS, ('INSERT INTO item VALUES (30, 3, 1) ON CONFLICT (id) DO UPDATE SET v = item.v + 1',),
         ('INSERT INTO item VALUES (30, 4, 2) ON CONFLICT (id) DO UPDATE SET v = item.v + 2, g = 2',)),
    race('savepoints', GROUPS, ('SAVEPOINT s', 'DELETE FROM item WHERE g = 2', 'ROLLBACK TO s', 'INSERT INTO item VALUES (22, 2, 1)'),
         ('UPDATE item SET g = 2 WHERE id = 10',)),
    race('flushed_early', GROUPS, ('INSERT INTO item VALUES (30, 3, 1)', 'SELECT tview_flush()', 'DELETE FROM item WHERE id = 30'),
         ('INSERT INTO item VALUES (31, 3, 2)',)),
    race('distinct_created_twice', PROJECTIONS, ('INSERT INTO item VALUES (30, 3, 1)',), ('INSERT INTO item VALUES (31, 3, 1)',)),
    race('duplicates_go', PROJECTIONS, ('DELETE FROM item WHERE id = 10',), ('DELETE FROM item WHERE id = 11',), ('DELETE FROM item WHERE id = 12',)),
    race('projection_rows_change', PROJECTIONS, ('UPDATE item SET v = 5 WHERE id = 12',), ('UPDATE item SET v = 7 WHERE id = 11',)),
    race('whole_inserts', WHOLE, ('INSERT INTO item VALUES (30, 3, 20)',), ('INSERT INTO item VALUES (31, 3, 30)',)),
    race('whole_winner_goes', WHOLE, ('DELETE FROM item WHERE id = 12',), ('DELETE FROM item WHERE id = 11',)),
    race('full_against_keyed', GROUPS | PROJECTIONS, ('INSERT INTO item VALUES (30, 3, 1)',), ('INSERT INTO item VALUES (31, 3, 2)',), full=(1,)),
    race('full_against_full', GROUPS | PROJECTIONS, ('DELETE FROM item WHERE g = 2',), ('UPDATE item SET g = 2 WHERE id = 10',), full=(0, 1)),
    race('truncated', GROUPS | PROJECTIONS, ('TRUNCATE item',), ('INSERT INTO item VALUES (30, 3, 1)',), mvcc=False),
    race('truncated_and_filled', GROUPS, ('TRUNCATE item', 'INSERT INTO item VALUES (40, 2, 1)'), ('UPDATE item SET g = 2 WHERE id = 10',), mvcc=False),
    race('copied', GROUPS, ('INSERT INTO item SELECT 100 + n, n % 3, n FROM generate_series(1, 30) AS n',),
         ('DELETE FROM item WHERE g = 1',)),
    race('windows', {'ranked': 'SELECT g, id, row_number() OVER (PARTITION BY g ORDER BY v, id) AS place FROM item',
                     'best': 'SELECT DISTINCT ON (g) g, id, v FROM item ORDER BY g, v DESC, id'},
         ('INSERT INTO item VALUES (30, 1, 3)',), ('DELETE FROM item WHERE id = 12',), ('UPDATE item SET g = 1 WHERE id = 20',)),
]

"""Races on both sides of a join: what one transaction adds must meet what the other one changes."""

from .scenario import Scenario

PAIR = 'CREATE TABLE parent (id int PRIMARY KEY, name text); CREATE TABLE child (id int PRIMARY KEY, parent int, v int);'
PAIR_DATA = """INSERT INTO parent VALUES (1, 'one'), (2, 'two'), (3, 'three');
               INSERT INTO child VALUES (10, 1, 1), (20, 2, 2), (21, 2, 3);"""
JOINED = {
    'by_child': ('SELECT c.id, p.name, c.v FROM child c JOIN parent p ON p.id = c.parent', 'id'),
    'by_parent': ('SELECT p.id, p.name, c.v FROM child c JOIN parent p ON p.id = c.parent', 'id'),
}
OUTER = {
    'left_child': ('SELECT c.id, p.name, c.v FROM child c LEFT JOIN parent p ON p.id = c.parent', 'id'),
    'left_parent': ('SELECT p.id, p.name, c.v FROM parent p LEFT JOIN child c ON c.parent = p.id', 'id'),
    'partners': ('SELECT p.id, count(c.id) AS n, sum(c.v) AS v FROM parent p LEFT JOIN child c ON c.parent = p.id GROUP BY p.id', 'id'),
}
RENAMED = {
    'shown': ('SELECT c.id, c.parent, p.name, upper(p.name) AS loud, c.v FROM child c JOIN parent p ON p.id = c.parent', 'id'),
    'filtered': ('SELECT c.id, p.name FROM child c JOIN parent p ON p.id = c.parent WHERE c.v > 1', 'id'),
    'left_shown': ('SELECT c.id, c.parent, p.name FROM child c LEFT JOIN parent p ON p.id = c.parent', 'id'),
    'again': ('SELECT id, name FROM shown', 'id'),
}
CHAIN = """CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, a int, c int, v int);
           CREATE TABLE c (id int PRIMARY KEY, v int);"""
CHAIN_DATA = 'INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 1, 1, 1), (2, 2, 2, 2); INSERT INTO c VALUES (1, 1), (2, 2);'
CHAIN_TVIEWS = {
    'key_%s' % key: ('SELECT %s.id, a.v AS av, b.v AS bv, c.v AS cv FROM a JOIN b ON b.a = a.id JOIN c ON c.id = b.c' % key, 'id')
    for key in 'abc'
}
LEFT_CHAIN_TVIEWS = {
    'left_a': ('SELECT a.id, a.v AS av, b.v AS bv, c.v AS cv FROM a LEFT JOIN b ON b.a = a.id LEFT JOIN c ON c.id = b.c', 'id'),
    'left_c': ('SELECT c.id, a.v AS av, b.v AS bv FROM a LEFT JOIN b ON b.a = a.id LEFT JOIN c ON c.id = coalesce(b.c, 1)', 'id'),
}

NEW_CHILD = "INSERT INTO child VALUES (11, 1, 5)"
CHANGED_PARENT = "UPDATE parent SET name = name || '!' WHERE id = 1"


def pair(name, tviews, *transactions, data=PAIR_DATA, **options):
    return Scenario(name, PAIR, data, tviews, transactions, **options)


def chain(name, tviews, *transactions, **options):
    return Scenario(name, CHAIN, CHAIN_DATA, tviews, transactions, **options)


INNER_RACES = [
    pair('new_child_changed_parent', JOINED, (NEW_CHILD,), (CHANGED_PARENT,)),
    pair('new_child_new_parent', JOINED, ('INSERT INTO child VALUES (40, 4, 1)',), ("INSERT INTO parent VALUES (4, 'four')",)),
    pair('new_child_gone_parent', JOINED, (NEW_CHILD,), ('DELETE FROM parent WHERE id = 1',)),
    pair('gone_child_changed_parent', JOINED, ('DELETE FROM child WHERE parent = 2',), ("UPDATE parent SET name = 'x' WHERE id = 2",)),
    pair('moved_child_changed_parents', JOINED, ('UPDATE child SET parent = 2 WHERE id = 10',),
         ("UPDATE parent SET name = name || '?' WHERE id IN (1, 2)",)),
    pair('moved_child_changed_old_parent', JOINED, ('UPDATE child SET parent = 2 WHERE id = 10',), (CHANGED_PARENT,)),
    pair('child_moved_twice', JOINED, ('UPDATE child SET parent = 2 WHERE id = 10',), ('UPDATE child SET parent = 3 WHERE id = 10',)),
    pair('child_moved_and_gone', JOINED, ('UPDATE child SET parent = 3 WHERE id = 10',), ('DELETE FROM child WHERE id = 10',)),
    pair('moved_key_of_parent', JOINED, ('UPDATE parent SET id = 4 WHERE id = 2',), ('INSERT INTO child VALUES (40, 4, 1), (22, 2, 1)',)),
    pair('swapped_parents', JOINED, ('UPDATE parent SET id = 9 WHERE id = 1', 'UPDATE parent SET id = 1 WHERE id = 2'),
         ('UPDATE child SET parent = 3 - parent WHERE parent IN (1, 2)',)),
    pair('several_of_each', JOINED, (NEW_CHILD, "UPDATE parent SET name = 'a' WHERE id = 2"),
         ("INSERT INTO child VALUES (22, 2, 1)", "UPDATE parent SET name = 'b' WHERE id = 3")),
    pair('one_statement_on_both', JOINED,
         ("WITH c AS (INSERT INTO child VALUES (40, 4, 1) RETURNING parent) INSERT INTO parent SELECT parent, 'w' FROM c",),
         ('INSERT INTO child VALUES (41, 4, 2)',)),
    pair('rolled_back_to_savepoint', JOINED, ('SAVEPOINT s', NEW_CHILD, 'ROLLBACK TO s', 'INSERT INTO child VALUES (12, 1, 7)'),
         (CHANGED_PARENT,)),
    pair('three_writers', JOINED, (NEW_CHILD,), (CHANGED_PARENT,), ('UPDATE child SET parent = 1 WHERE id = 20',)),
    pair('child_shown_parent_renamed', RENAMED, ('UPDATE child SET v = 3 - v WHERE id IN (10, 20)',), (CHANGED_PARENT,)),
    pair('children_moved_parents_renamed', RENAMED, ('UPDATE child SET parent = 3 - parent WHERE parent IN (1, 2)',),
         ("UPDATE parent SET name = name || '!'",)),
    pair('parents_renamed_in_two_orders', RENAMED, (CHANGED_PARENT, NEW_CHILD), ("UPDATE parent SET name = 'b' WHERE id IN (2, 3)",)),
    pair('renamed_beside_moved_and_gone', RENAMED, (CHANGED_PARENT, 'DELETE FROM child WHERE id = 20'),
         ('UPDATE child SET parent = 1 WHERE id = 21',), ('INSERT INTO child VALUES (12, 1, 9)',)),
    pair('prepared', JOINED, (NEW_CHILD, "PREPARE TRANSACTION 'race_one'"), (CHANGED_PARENT,)),
    Scenario('composite_edge', 'CREATE TABLE l (id int PRIMARY KEY, x int, y int8); CREATE TABLE r (x int8, y int, v int, PRIMARY KEY (x, y));',
             'INSERT INTO l VALUES (1, 1, 1), (2, 1, 2); INSERT INTO r VALUES (1, 1, 1), (1, 2, 2);',
             {'joined': ('SELECT l.id, r.v FROM l JOIN r ON r.x = l.x AND l.y = r.y', 'id')},
             (('INSERT INTO l VALUES (3, 1, 1), (4, 2, 2)',), ('UPDATE r SET v = 9 WHERE y = 1',), ('INSERT INTO r VALUES (2, 2, 5)',))),
    Scenario('range_edge', 'CREATE TABLE p (id int PRIMARY KEY, at int); CREATE TABLE span (lo int, hi int, name text);',
             "INSERT INTO p VALUES (1, 5), (2, 15); INSERT INTO span VALUES (0, 9, 'low'), (10, 19, 'high');",
             {'placed': ('SELECT p.id, s.name FROM p JOIN span s ON p.at BETWEEN s.lo AND s.hi', 'id')},
             (('INSERT INTO p VALUES (3, 25)',), ("INSERT INTO span VALUES (20, 29, 'higher')",))),
    Scenario('text_edge', """CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             CREATE TABLE l (id int PRIMARY KEY, k text COLLATE folded); CREATE TABLE r (k text COLLATE folded, v numeric);""",
             "INSERT INTO l VALUES (1, 'a'); INSERT INTO r VALUES ('A', 1);",
             {'joined': ('SELECT l.id, r.v FROM l JOIN r ON r.k = l.k', 'id')},
             (("INSERT INTO l VALUES (2, 'B')",), ("INSERT INTO r VALUES ('b', 2)",))),
    Scenario('numeric_edge', 'CREATE TABLE l (id int PRIMARY KEY, k numeric); CREATE TABLE r (k numeric, v int);',
             'INSERT INTO l VALUES (1, 1.0); INSERT INTO r VALUES (1, 1);',
             {'joined': ('SELECT l.id, r.v FROM l JOIN r ON r.k = l.k', 'id')},
             (('INSERT INTO l VALUES (2, 2.0)',), ('INSERT INTO r VALUES (2.000, 2)',))),
]

OUTER_RACES = [
    pair('partner_goes_partner_comes', OUTER, ('DELETE FROM child WHERE id = 10',), (NEW_CHILD,)),
    pair('both_partners_go', OUTER, ('DELETE FROM child WHERE id = 20',), ('DELETE FROM child WHERE id = 21',)),
    pair('two_first_partners', OUTER, ('INSERT INTO child VALUES (30, 3, 1)',), ('INSERT INTO child VALUES (31, 3, 2)',)),
    pair('outer_new_child_changed_parent', OUTER, (NEW_CHILD,), (CHANGED_PARENT,)),
    pair('outer_new_child_new_parent', OUTER, ('INSERT INTO child VALUES (40, 4, 1)',), ("INSERT INTO parent VALUES (4, 'four')",)),
    pair('outer_gone_parent_moved_child', OUTER, ('DELETE FROM parent WHERE id = 2',), ('UPDATE child SET parent = 2 WHERE id = 10',)),
    pair('partner_moves_both_ways', OUTER, ('UPDATE child SET parent = 3 WHERE id = 10',), ('UPDATE child SET parent = 1 WHERE id = 20',)),
    pair('full_join', {'united': 'SELECT coalesce(p.id, c.parent) AS k, count(p.id) AS ps, sum(c.v) AS v FROM parent p '
                                 'FULL JOIN child c ON c.parent = p.id GROUP BY 1'},
         ('INSERT INTO child VALUES (40, 4, 1)',), ("INSERT INTO parent VALUES (4, 'four')",), ('DELETE FROM child WHERE id = 10',)),
    pair('right_join', {'mirrored': ('SELECT p.id, p.name, c.v FROM child c RIGHT JOIN parent p ON p.id = c.parent AND c.v > 1', 'id')},
         ('UPDATE child SET v = v + 1 WHERE id = 10',), ("UPDATE parent SET name = 'x' WHERE id = 1",)),
]

CHAIN_RACES = [
    chain('both_ends', CHAIN_TVIEWS, ('UPDATE a SET v = 9 WHERE id = 1',), ('UPDATE c SET v = 9 WHERE id = 1',)),
    chain('inserts_at_both_ends', CHAIN_TVIEWS, ('INSERT INTO b VALUES (3, 3, 3, 3)', 'INSERT INTO a VALUES (3, 3)'),
          ('INSERT INTO c VALUES (3, 3)',)),
    chain('end_and_middle', CHAIN_TVIEWS, ('INSERT INTO b VALUES (3, 1, 2, 3)',), ('UPDATE c SET v = 9 WHERE id = 2',),
          ('DELETE FROM a WHERE id = 1',)),
    chain('middle_moved_ends_changed', CHAIN_TVIEWS, ('UPDATE b SET a = 2, c = 2 WHERE id = 1',), ('UPDATE a SET v = 7 WHERE id = 2',),
          ('UPDATE c SET v = 7 WHERE id = 2',)),
    chain('middle_moved_away_end_changed', CHAIN_TVIEWS, ('UPDATE b SET a = 2 WHERE id = 1',), ('UPDATE a SET v = 7 WHERE id = 1',)),
    chain('middle_gone_end_changed', CHAIN_TVIEWS, ('DELETE FROM b WHERE id = 1',), ('UPDATE c SET v = 7 WHERE id = 1',)),
    chain('left_both_ends', LEFT_CHAIN_TVIEWS, ('DELETE FROM b WHERE id = 2',), ('INSERT INTO c VALUES (3, 3)', 'UPDATE b SET c = 3 WHERE id = 1')),
    chain('left_middle_gone_end_changed', LEFT_CHAIN_TVIEWS, ('DELETE FROM b WHERE id = 1',), ('UPDATE c SET v = 9 WHERE id = 1',),
          ('UPDATE a SET v = 9 WHERE id = 1',)),
    chain('left_new_middle', LEFT_CHAIN_TVIEWS, ('INSERT INTO b VALUES (3, 1, 2, 3)',), ('DELETE FROM c WHERE id = 2',)),
    Scenario('chain_of_four', """CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, a int, v int);
             CREATE TABLE c (id int PRIMARY KEY, b int, v int); CREATE TABLE d (id int PRIMARY KEY, c int, v int);""",
             'INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1, 1); INSERT INTO c VALUES (1, 1, 1); INSERT INTO d VALUES (1, 1, 1);',
             {'last': ('SELECT d.id, a.v AS av, b.v AS bv, c.v AS cv FROM a JOIN b ON b.a = a.id JOIN c ON c.b = b.id JOIN d ON d.c = c.id', 'id'),
              'first': ('SELECT a.id, sum(d.v) AS v FROM a JOIN b ON b.a = a.id JOIN c ON c.b = b.id JOIN d ON d.c = c.id GROUP BY a.id', 'id')},
             (('INSERT INTO d VALUES (2, 2, 2)',), ('INSERT INTO b VALUES (2, 1, 2)',), ('INSERT INTO c VALUES (2, 2, 2)',))),
]

CROSS_RACES = [
    Scenario('cross_join', 'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);',
             'INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);',
             {'pairs': ('SELECT a.id AS a, b.id AS b FROM a CROSS JOIN b', 'a, b'), 'by_a': ('SELECT a.id AS a, b.id AS b FROM a CROSS JOIN b', 'a'),
              'counted': 'SELECT count(*) AS n FROM a CROSS JOIN b'},
             (('INSERT INTO a VALUES (2)',), ('INSERT INTO b VALUES (2)',))),
    Scenario('self_join', 'CREATE TABLE employee (id int PRIMARY KEY, boss int, name text);',
             "INSERT INTO employee VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, 4, 'own');",
             {'staff': ('SELECT e.id, e.name, b.name AS boss FROM employee e LEFT JOIN employee b ON b.id = e.boss', 'id'),
              'teams': ('SELECT b.id, count(*) AS n FROM employee e JOIN employee b ON b.id = e.boss GROUP BY b.id', 'id')},
             (("INSERT INTO employee VALUES (5, 2, 'd')",), ("UPDATE employee SET name = 'x', boss = 4 WHERE id = 2",),
              ('DELETE FROM employee WHERE id = 4',))),
    Scenario('self_join_swapped', 'CREATE TABLE employee (id int PRIMARY KEY, boss int, name text);',
             "INSERT INTO employee VALUES (1, 2, 'a'), (2, 1, 'b'), (3, 1, 'c');",
             {'staff': ('SELECT e.id, e.name, b.name AS boss FROM employee e JOIN employee b ON b.id = e.boss', 'id')},
             (('UPDATE employee SET boss = 3 WHERE id = 1',), ("UPDATE employee SET name = 'z' WHERE id = 3",),
              ("UPDATE employee SET name = 'y' WHERE id = 2",))),
    Scenario('partitions', """CREATE TABLE part (k int, id int, v int, PRIMARY KEY (k, id)) PARTITION BY LIST (k);
             CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1); CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
             CREATE TABLE label (k int PRIMARY KEY, name text);""",
             "INSERT INTO part VALUES (1, 1, 1), (2, 2, 2); INSERT INTO label VALUES (1, 'one'), (2, 'two');",
             {'labelled': ('SELECT p.id, p.v, l.name FROM part p JOIN label l ON l.k = p.k', 'id')},
             (('UPDATE part SET k = 2 WHERE id = 1',), ("UPDATE label SET name = 'x' WHERE k = 2",), ('INSERT INTO part_2 VALUES (2, 3, 3)',))),
]

SCENARIOS = [*INNER_RACES, *OUTER_RACES, *CHAIN_RACES, *CROSS_RACES]

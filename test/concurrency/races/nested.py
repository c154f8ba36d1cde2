"""Races through subqueries, set operations, TVIEWs on TVIEWs, and cascades."""

from .joins import PAIR, PAIR_DATA, pair
from .scenario import Scenario

ANTI = {
    'childless': ('SELECT p.id, p.name FROM parent p WHERE NOT EXISTS (SELECT FROM child c WHERE c.parent = p.id)', 'id'),
    'with_child': ('SELECT p.id, p.name FROM parent p WHERE EXISTS (SELECT FROM child c WHERE c.parent = p.id AND c.v > 1)', 'id'),
    'listed': ('SELECT p.id, p.name FROM parent p WHERE p.id IN (SELECT c.parent FROM child c)', 'id'),
    'unlisted': ('SELECT p.id FROM parent p WHERE p.id NOT IN (SELECT c.parent FROM child c WHERE c.parent IS NOT NULL)', 'id'),
}
SUBQUERIES = {
    'newest_child': ('SELECT p.id, l.id AS child, l.v FROM parent p CROSS JOIN LATERAL '
                     '(SELECT c.id, c.v FROM child c WHERE c.parent = p.id ORDER BY c.v DESC, c.id LIMIT 1) l', 'id'),
    'documents': ("SELECT p.id, jsonb_build_object('name', p.name, 'children', (SELECT jsonb_agg(c.v ORDER BY c.id) "
                  'FROM child c WHERE c.parent = p.id)) AS d FROM parent p', 'id'),
    'aggregated': ('SELECT p.id, p.name, s.v FROM parent p JOIN (SELECT parent, sum(v) AS v FROM child GROUP BY parent) s '
                   'ON s.parent = p.id', 'id'),
}
UNITED = {
    'either': 'SELECT id, name FROM parent UNION SELECT parent, \'child\' FROM child',
    'everything': 'SELECT id FROM parent UNION ALL SELECT parent FROM child',
    'common': 'SELECT id FROM parent INTERSECT SELECT parent FROM child',
    'rest': 'SELECT id FROM parent EXCEPT ALL SELECT parent FROM child',
}
LEVELS = {
    'per_parent': 'SELECT parent, count(*) AS n, sum(v) AS v FROM child GROUP BY parent',
    'named': ('SELECT p.id, p.name, t.n, t.v FROM parent p LEFT JOIN per_parent t ON t.parent = p.id', 'id'),
    'by_name': 'SELECT name, sum(n) AS n, max(v) AS v FROM named GROUP BY name',
    'with_own_base': ('SELECT c.id, c.v, t.n FROM child c JOIN per_parent t ON t.parent = c.parent', 'id'),
}
FOREIGN = """CREATE TABLE parent (id int PRIMARY KEY, name text);
             CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE, v int);"""
NEW_CHILD = 'INSERT INTO child VALUES (11, 1, 5)'
OF_NEW_PARENT = ('INSERT INTO child VALUES (40, 4, 2)',), ("INSERT INTO parent VALUES (4, 'four')",)

SUBQUERY_RACES = [
    pair('anti_both_sides', ANTI, *OF_NEW_PARENT),
    pair('anti_goes_and_comes', ANTI, ('DELETE FROM child WHERE id = 10',), (NEW_CHILD,)),
    pair('anti_two_firsts', ANTI, ('INSERT INTO child VALUES (30, 3, 2)',), ('INSERT INTO child VALUES (31, 3, 3)',)),
    pair('anti_both_go', ANTI, ('DELETE FROM child WHERE id = 20',), ('UPDATE child SET parent = 3 WHERE id = 21',)),
    pair('anti_changed_parent', ANTI, ('UPDATE parent SET name = \'x\' WHERE id = 1',), ('DELETE FROM child WHERE id = 10',)),
    pair('subquery_both_sides', SUBQUERIES, *OF_NEW_PARENT),
    pair('subquery_children', SUBQUERIES, (NEW_CHILD,), ('DELETE FROM child WHERE id = 10',)),
    pair('subquery_changed_parent', SUBQUERIES, ("UPDATE parent SET name = 'x' WHERE id = 1",), (NEW_CHILD,)),
    pair('subquery_moves', SUBQUERIES, ('UPDATE child SET parent = 1 WHERE id = 21',), ('UPDATE child SET parent = 2 WHERE id = 10',)),
    pair('set_operations', UNITED, *OF_NEW_PARENT, ('DELETE FROM child WHERE id = 20',)),
    pair('set_operations_same', UNITED, ('DELETE FROM child WHERE id = 20',), ('DELETE FROM child WHERE id = 21',), ('DELETE FROM parent WHERE id = 2',)),
    Scenario('uncorrelated', 'CREATE TABLE item (id int PRIMARY KEY, v int); CREATE TABLE bound (v int);',
             'INSERT INTO item VALUES (1, 1), (2, 5); INSERT INTO bound VALUES (3);',
             {'above': ('SELECT id, v FROM item WHERE v > (SELECT max(v) FROM bound)', 'id')},
             (('INSERT INTO item VALUES (3, 4)',), ('UPDATE bound SET v = 4',))),
    Scenario('hidden_in_group', 'CREATE TABLE head (id int PRIMARY KEY, k int); CREATE TABLE line (id int PRIMARY KEY, head int, v int); '
             'CREATE TABLE kind (k int PRIMARY KEY, factor int);',
             'INSERT INTO head VALUES (1, 1), (2, 2); INSERT INTO line VALUES (10, 1, 1), (20, 2, 2); INSERT INTO kind VALUES (1, 10), (2, 20);',
             {'weighted': ('SELECT h.id, sum(l.v * k.factor) AS v FROM head h JOIN line l ON l.head = h.id JOIN kind k ON k.k = h.k GROUP BY h.id', 'id')},
             (('INSERT INTO line VALUES (11, 1, 3)',), ('UPDATE kind SET factor = 7 WHERE k = 1',), ('UPDATE head SET k = 1 WHERE id = 2',))),
]

LEVEL_RACES = [
    pair('levels_new_children', LEVELS, (NEW_CHILD,), ('INSERT INTO child VALUES (12, 1, 7)',)),
    pair('levels_both_sides', LEVELS, (NEW_CHILD,), ("UPDATE parent SET name = 'two' WHERE id = 1",)),
    pair('levels_new_parent', LEVELS, *OF_NEW_PARENT),
    pair('levels_moves', LEVELS, ('UPDATE child SET parent = 3 WHERE id = 10',), ('UPDATE child SET parent = 1 WHERE id = 20',)),
    pair('levels_truncated', LEVELS, ('TRUNCATE child',), ("UPDATE parent SET name = 'same'",), (NEW_CHILD,), mvcc=False),
    pair('levels_full_against_keyed', LEVELS, (NEW_CHILD,), ("INSERT INTO parent VALUES (5, 'two')",), full=(0,)),
    Scenario('diamond', 'CREATE TABLE item (id int PRIMARY KEY, g int, v int);', 'INSERT INTO item VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3);',
             {'totals': 'SELECT g, sum(v) AS v FROM item GROUP BY g', 'counts': 'SELECT g, count(*) AS n FROM item GROUP BY g',
              'means': ('SELECT t.g, t.v, c.n FROM totals t JOIN counts c ON c.g = t.g', 'g')},
             (('INSERT INTO item VALUES (4, 3, 4)',), ('INSERT INTO item VALUES (5, 3, 5)',), ('UPDATE item SET g = 3 WHERE id = 1',))),
]

CASCADE_TVIEWS = {
    'joined': ('SELECT c.id, p.name, c.v FROM child c JOIN parent p ON p.id = c.parent', 'id'),
    'totals': 'SELECT p.id, sum(c.v) AS v FROM parent p LEFT JOIN child c ON c.parent = p.id GROUP BY p.id',
}
FOREIGN_KEY_ERRORS = frozenset({'23503'})
CASCADE_RACES = [
    Scenario('cascade_against_insert', FOREIGN, PAIR_DATA, CASCADE_TVIEWS,
             (('DELETE FROM parent WHERE id = 1',), (NEW_CHILD,)), errors=FOREIGN_KEY_ERRORS),
    Scenario('cascade_against_move', FOREIGN, PAIR_DATA, CASCADE_TVIEWS,
             (('DELETE FROM parent WHERE id = 2',), ('UPDATE child SET parent = 2 WHERE id = 10',)), errors=FOREIGN_KEY_ERRORS),
    Scenario('cascaded_key', FOREIGN, PAIR_DATA, CASCADE_TVIEWS,
             (('UPDATE parent SET id = 5 WHERE id = 2',), ('UPDATE child SET v = 8 WHERE id = 21',)), errors=FOREIGN_KEY_ERRORS),
    Scenario('trigger_writes_other_source', PAIR + """
             CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO parent VALUES (NEW.parent, 'made') ON CONFLICT DO NOTHING; RETURN NULL; END $$;
             CREATE TRIGGER follow AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION follow();""", PAIR_DATA, CASCADE_TVIEWS,
             (('INSERT INTO child VALUES (40, 4, 1)',), ('INSERT INTO child VALUES (41, 4, 2)',))),
]

SCENARIOS = [*SUBQUERY_RACES, *LEVEL_RACES, *CASCADE_RACES]

-- What a TVIEW depends on: through views, function bodies, TVIEWs, partitions and inheritance; columns, paths, cycles,
-- depth.
CREATE SCHEMA dependency_walk;
SET search_path = dependency_walk, public;
SET client_min_messages = warning;

CREATE TABLE a (id int PRIMARY KEY, x int, y int, unused int);
CREATE TABLE b (id int PRIMARY KEY, aid int, w text);
CREATE TABLE parted (id int, k int) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parent (id int, k int);
CREATE TABLE child (more int) INHERITS (parent);
CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one, 2 AS two;
CREATE VIEW joined AS SELECT a.id, b.w FROM a JOIN b ON b.aid = a.id WHERE a.x > 0;
CREATE VIEW both_ways AS SELECT id, w FROM joined UNION ALL SELECT id, w FROM b;
CREATE FUNCTION y_of(i int) RETURNS int STABLE BEGIN ATOMIC SELECT y FROM a WHERE id = i; END;
CREATE FUNCTION y_twice(i int) RETURNS int STABLE RETURN 2 * y_of(i);
CREATE FUNCTION in_parted(i int, j int) RETURNS boolean STABLE
    BEGIN ATOMIC SELECT i = j AND EXISTS (SELECT FROM parted WHERE k = i); END;
CREATE OPERATOR <=|=> (LEFTARG = int, RIGHTARG = int, FUNCTION = in_parted);

SELECT tview_create('through_views', 'SELECT v.*, k.one FROM both_ways AS v, kept AS k');
SELECT tview_create('through_functions', 'SELECT id, y_twice(id) AS y FROM b WHERE id <=|=> aid');
SELECT tview_create('whole_rows', 'SELECT to_jsonb(a) AS doc, (SELECT count(*) FROM parted) AS n FROM a');
SELECT tview_create('of_children', 'SELECT p.id, q.k FROM parent AS p JOIN parted AS q ON q.id = p.id');
SELECT tview_create('of_tviews', 'SELECT t.doc, u.y FROM whole_rows AS t, through_functions AS u');
SELECT tview_create('merged', 'SELECT id, x, w FROM a NATURAL JOIN b');

SELECT tview, source, depth, path, columns FROM tview.dependencies
WHERE tview::text IN ('through_views', 'through_functions', 'whole_rows', 'of_children', 'of_tviews', 'merged')
ORDER BY tview::text COLLATE "C", source::text COLLATE "C";

-- changes of what was reached in a roundabout way arrive
INSERT INTO a VALUES (1, 1, 10, 0), (2, 0, 20, 0);
INSERT INTO b VALUES (1, 1, 'one'), (2, 1, 'two');
INSERT INTO parted VALUES (1, 1), (2, 2);
INSERT INTO child VALUES (1, 7, 8);
UPDATE a SET y = y + 1;
SELECT * FROM through_views ORDER BY id, w;
SELECT * FROM through_functions ORDER BY id;
SELECT * FROM whole_rows ORDER BY doc;
SELECT * FROM of_children ORDER BY id;
SELECT name, (tview_verify(tview)).* FROM tview.tviews
WHERE backing_view::text LIKE '%' AND tview::regclass::oid IN
      (SELECT oid FROM pg_class WHERE relnamespace = 'dependency_walk'::regnamespace) ORDER BY name COLLATE "C";

-- cycles
\set VERBOSITY default
SELECT tview_create('first', 'SELECT id FROM a');
CREATE VIEW between AS SELECT id FROM first;
SELECT tview_create('second', 'SELECT id FROM between');
SELECT tview_create('first', 'SELECT id FROM second', or_replace => true);
SELECT tview_create('first', 'SELECT id FROM first', or_replace => true);
SELECT tview_create('first', 'SELECT id FROM a WHERE id IN (SELECT id FROM between)', or_replace => true);

-- ten levels and no more
CREATE VIEW w1 AS SELECT id FROM a;
SELECT format('CREATE VIEW w%s AS SELECT id FROM w%s', n, n - 1) FROM generate_series(2, 10) AS n \gexec
SELECT tview_create('deep', 'SELECT id FROM w9');
SELECT tview_create('deeper', 'SELECT id FROM w10');
SET pg_tviews.max_dependency_depth = 11;
SELECT tview_create('deeper', 'SELECT id FROM w10');
SET pg_tviews.max_dependency_depth = 2;
SELECT tview_create('deepest', 'SELECT id FROM second');
RESET pg_tviews.max_dependency_depth;

DROP SCHEMA dependency_walk CASCADE;

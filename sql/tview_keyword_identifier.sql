-- `tview` stays an ordinary identifier wherever PostgreSQL takes one (scenario 106).
SET client_min_messages = warning;
CREATE SCHEMA identifier_test;
SET search_path = identifier_test, public;
CREATE TABLE tview (id int PRIMARY KEY, tview int);
CREATE TABLE comment (id int, tview boolean);
CREATE TABLE drop (id int, drop int, "create" int);
CREATE TABLE alter (id int, tview text);
CREATE VIEW v AS SELECT tview.tview AS tview FROM tview tview;
CREATE TYPE replace AS (tview int);
CREATE FUNCTION tview(tview int) RETURNS int LANGUAGE sql AS 'SELECT $1';
INSERT INTO tview AS tview (id, tview) VALUES (1, 2);
INSERT INTO drop VALUES (1, 2, 3);
SELECT drop tview FROM drop;
SELECT t.drop tview, 'x;' AS a, drop TVIEW FROM drop t;
SELECT t.create tview FROM drop t;
SELECT drop tview FROM drop tview WHERE tview.id = 1;
SELECT count(*) FROM tview JOIN comment ON tview.id = comment.id;
SELECT count(*) FROM tview CROSS JOIN LATERAL (SELECT 1) comment(x) JOIN drop ON tview IS NOT NULL;
UPDATE drop tview SET id = 5;
UPDATE identifier_test.drop tview SET (id, drop) = (6, 7);
UPDATE alter tview SET tview = 'x' WHERE tview.id = 1;
DELETE FROM drop tview USING tview t WHERE tview.id = t.id;
MERGE INTO drop tview USING tview t ON t.id = tview.id WHEN MATCHED THEN UPDATE SET drop = t.tview;
ALTER TABLE alter ALTER tview TYPE varchar;
ALTER TABLE alter ALTER tview SET DEFAULT 'x', ALTER tview DROP DEFAULT;
ALTER TABLE "alter" ALTER tview SET STATISTICS 10;
ALTER TABLE comment DROP tview CASCADE;
ALTER TABLE comment ADD alter tview, ADD drop tview;
ALTER TABLE comment RENAME alter TO tview;
TRUNCATE tview;
TRUNCATE drop, tview;
SELECT tview.tview, tview(1), (ROW(1)::replace).tview, 1 AS tview, 2 tview FROM tview RIGHT JOIN drop ON true;
WITH tview AS (SELECT 1 AS tview) SELECT tview FROM tview;
PREPARE tview AS UPDATE drop tview SET drop = $1;
EXECUTE tview (1);
EXPLAIN (COSTS OFF) SELECT drop tview FROM drop;
EXPLAIN (COSTS OFF, FORMAT text) UPDATE drop tview SET drop = 1;
DO $$ DECLARE tview int; BEGIN SELECT drop tview INTO tview FROM drop; UPDATE drop tview SET drop = tview.id; END $$;
SELECT 1 AS drop \; UPDATE drop tview SET drop = 1 \; SELECT drop tview FROM drop;
COMMENT ON TABLE tview IS 'x';
COMMENT ON COLUMN tview.tview IS 'x';
DROP FUNCTION tview(tview int);
DROP VIEW v;
ALTER TABLE tview RENAME TO table_then;
ALTER TABLE table_then RENAME TO tview;
DROP TABLE tview, comment, drop, alter;

-- nobody else notices
SELECT quote_ident('tview'), quote_ident('Tview'), quote_ident('create'), quote_ident('tview x'),
       format('%I.%I', 'tview', 'table');
SELECT count(*) = count(DISTINCT word) AS distinct, bool_or(word = 'tview'), bool_or(word = 'table'), bool_or(word = 'view')
FROM pg_get_keywords();
CREATE TVIEW "q" AS SELECT 1 AS one \; SELECT word FROM pg_get_keywords() WHERE word IN ('tview', 'table', 'view') \; DROP TVIEW "q";
DROP TVIEW "q" "q";
SELECT word FROM pg_get_keywords() WHERE word IN ('tview', 'table', 'view');
DROP SCHEMA identifier_test CASCADE;

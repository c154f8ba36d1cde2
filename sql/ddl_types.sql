-- Labels of an enum and attributes of a composite type show in text and in jsonb: renaming them recomputes.
CREATE SCHEMA ddl_types;
SET search_path = ddl_types, public;
\i test/lib/oracle.sql

CREATE TYPE mood AS ENUM ('sad', 'fine');
CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
CREATE TYPE pair AS (a int, m mood);
CREATE TABLE t (id int PRIMARY KEY, m mood, g good_mood, ms mood[], p pair);
CREATE TABLE by_mood (m mood, id int) PARTITION BY LIST (m);
CREATE TABLE by_mood_fine PARTITION OF by_mood FOR VALUES IN ('fine');
INSERT INTO t VALUES (1, 'sad', 'fine', '{sad,fine}', (1, 'fine'));
INSERT INTO by_mood VALUES ('fine', 1);
CREATE TVIEW plain AS SELECT id, m FROM t;
CREATE TVIEW labels AS SELECT id, m::text AS label, g::text AS good FROM t;
CREATE TVIEW documents AS SELECT id, to_jsonb(t) AS doc FROM t;
CREATE TVIEW parts AS SELECT id, upper(m::text) AS label FROM by_mood;

ALTER TYPE mood RENAME VALUE 'fine' TO 'well';
SELECT * FROM labels;
SELECT * FROM documents;
SELECT * FROM parts;
SELECT * FROM pg_temp.oracle();
ALTER TYPE pair RENAME ATTRIBUTE a TO number;
SELECT * FROM documents;
SELECT * FROM pg_temp.oracle();
ALTER TYPE mood ADD VALUE 'great';
ALTER TYPE mood RENAME TO feeling;
INSERT INTO t VALUES (2, 'great', 'great', '{}', (3, 'great'));
SELECT * FROM pg_temp.oracle();
ALTER TYPE pair ALTER ATTRIBUTE number TYPE bigint;
DROP TYPE pair;
SET client_min_messages = error;
DROP SCHEMA ddl_types CASCADE;

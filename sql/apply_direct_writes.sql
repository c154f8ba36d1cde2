-- Scenario 57: direct writes to a TVIEW are refused, and maintenance goes on.
CREATE SCHEMA apply_direct_writes;
SET search_path = apply_direct_writes, public;
\i test/lib/oracle.sql

CREATE TABLE word (id int PRIMARY KEY, w text);
INSERT INTO word VALUES (1, 'one'), (2, 'two');
CREATE TVIEW tv_word AS SELECT id, w FROM word;
\set VERBOSITY sqlstate
INSERT INTO tv_word VALUES (3, 'three');
UPDATE tv_word SET w = 'x';
DELETE FROM tv_word;
TRUNCATE tv_word;
TRUNCATE tv_word, word;
COPY tv_word FROM stdin;
3	three
\.
MERGE INTO tv_word USING word ON word.id = tv_word.id WHEN MATCHED THEN DELETE;
WITH gone AS (DELETE FROM tv_word RETURNING *) SELECT count(*) FROM gone;
INSERT INTO tv_word VALUES (1, 'one') ON CONFLICT DO NOTHING;
\set VERBOSITY default
DELETE FROM tv_word WHERE id = 1;
SELECT * FROM pg_temp.oracle();
UPDATE word SET w = upper(w);
TABLE tv_word ORDER BY id;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_direct_writes CASCADE;

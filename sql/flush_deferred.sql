-- Deferred TVIEWs: at COMMIT, at PREPARE TRANSACTION (53), at tview_flush(), once whatever the number of statements.
CREATE SCHEMA flush_deferred;
SET search_path = flush_deferred, public;
\i test/lib/oracle.sql
CREATE TABLE a (id int PRIMARY KEY, k int, v int);
CREATE TABLE b (id int PRIMARY KEY, k int, v int);
INSERT INTO a SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
INSERT INTO b SELECT n, n % 3, n FROM generate_series(1, 9) AS n;
CREATE TVIEW later WITH (refresh = 'deferred') AS SELECT a.id, a.v, b.v AS w FROM a LEFT JOIN b ON b.k = a.k;
CREATE TVIEW now AS SELECT k, sum(v) AS s FROM a GROUP BY k;
CREATE TVIEW never WITH (refresh = 'manual') AS SELECT count(*) AS n FROM a;
BEGIN;
UPDATE a SET k = k + 1;
UPDATE b SET k = k + 2 WHERE id < 5;
DELETE FROM b WHERE id = 9;
UPDATE a SET v = v + 1 WHERE id = 1;
UPDATE a SET v = v + 1 WHERE id = 1;
INSERT INTO b VALUES (10, 1, 10);
SELECT tview FROM pg_temp.oracle();
SELECT tview_flush() > 0 AS written;
SELECT tview_flush();
SELECT tview FROM pg_temp.oracle();
INSERT INTO a VALUES (10, 1, 10);
COMMIT;
SELECT tview FROM pg_temp.oracle();
SELECT * FROM never;
SELECT relation, inserted_or_updated FROM
    (SELECT relation, rows_inserted + rows_updated AS inserted_or_updated FROM tview_refresh('never')) AS r;
SELECT * FROM pg_temp.oracle();
BEGIN;
DELETE FROM a WHERE id = 10;
INSERT INTO b VALUES (11, 1, 11);
PREPARE TRANSACTION 'flush_deferred';
SELECT count(*) FROM later WHERE id = 10;
COMMIT PREPARED 'flush_deferred';
SELECT count(*) FROM later WHERE id = 10;
SELECT tview FROM pg_temp.oracle();
BEGIN;
DELETE FROM a WHERE id = 9;
PREPARE TRANSACTION 'flush_deferred';
\c -
SET search_path = flush_deferred, public;
\i test/lib/oracle.sql
ROLLBACK PREPARED 'flush_deferred';
SELECT tview FROM pg_temp.oracle();
-- One transaction, both sides, in one statement each and then rolled back.
BEGIN;
WITH x AS (DELETE FROM a WHERE k = 1 RETURNING id) INSERT INTO b SELECT 100 + id, 2, 0 FROM x;
ROLLBACK;
WITH x AS (DELETE FROM a WHERE k = 1 RETURNING id) INSERT INTO b SELECT 100 + id, 2, 0 FROM x;
SELECT tview FROM pg_temp.oracle();
SET client_min_messages = error;
DROP SCHEMA flush_deferred CASCADE;

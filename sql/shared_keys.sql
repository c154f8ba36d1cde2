-- Who only adds to the stored row of a group shares the key of the group with others. Everything else takes it alone.
SET jit = off;
CREATE SCHEMA shared_keys;
SET search_path = shared_keys, public;
CREATE TABLE shop (id int PRIMARY KEY, region int NOT NULL);
CREATE TABLE sale (id int PRIMARY KEY, shop int NOT NULL, amount int NOT NULL);
INSERT INTO shop VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO sale VALUES (10, 1, 1), (11, 1, 5), (20, 2, 2), (30, 3, 7);
CREATE TVIEW largest AS SELECT shop, max(amount) AS most FROM sale GROUP BY shop;
CREATE TVIEW of_every_shop AS
    SELECT s.id, s.region, count(f.id) AS n, sum(f.amount) AS amount FROM shop s LEFT JOIN sale f ON f.shop = s.id GROUP BY s.id;
CREATE TVIEW of_shop AS SELECT shop, count(*) AS n, sum(amount) AS amount FROM sale GROUP BY shop;
CREATE VIEW keys AS
    SELECT classid::regclass::text AS tview, mode, count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = x'5458'::int AND pid = pg_backend_pid() GROUP BY 1, 2;
CREATE VIEW wrong AS SELECT t.name, v.* FROM tview.tviews t, tview_verify(t.tview) v WHERE v.missing > 0 OR v.extra > 0;

-- Rows come, change and go without making or emptying a group.
BEGIN;
INSERT INTO sale VALUES (12, 1, 3);
UPDATE sale SET amount = 4 WHERE id = 12;
DELETE FROM sale WHERE id = 12;
SELECT * FROM keys ORDER BY 1, 2;
COMMIT;
-- The group of one row goes; shop 3 stays, without sales.
BEGIN;
DELETE FROM sale WHERE id = 30;
SELECT * FROM keys ORDER BY 1, 2;
COMMIT;
-- It comes back.
BEGIN;
INSERT INTO sale VALUES (30, 3, 7);
SELECT * FROM keys ORDER BY 1, 2;
COMMIT;
-- The extremum leaves: what is largest now is to be looked for.
BEGIN;
DELETE FROM sale WHERE id = 11;
SELECT * FROM keys ORDER BY 1, 2;
COMMIT;
-- A row goes from one group to another, and two rows at once.
BEGIN;
UPDATE sale SET shop = 2 WHERE id = 10;
SELECT * FROM keys ORDER BY 1, 2;
ROLLBACK;
BEGIN;
INSERT INTO sale VALUES (13, 1, 1), (14, 1, 2);
SELECT * FROM keys ORDER BY 1, 2;
ROLLBACK;
-- Another source.
BEGIN;
UPDATE shop SET region = 2 WHERE id = 1;
SELECT * FROM keys ORDER BY 1, 2;
ROLLBACK;
-- Under a snapshot of one's own.
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO sale VALUES (13, 1, 1);
SELECT * FROM keys ORDER BY 1, 2;
ROLLBACK;
-- Who has a key alone may add as well; a savepoint gives back what was taken since.
BEGIN;
INSERT INTO sale VALUES (40, 4, 1);
INSERT INTO sale VALUES (41, 4, 2);
SAVEPOINT s;
INSERT INTO sale VALUES (15, 1, 3);
ROLLBACK TO s;
SELECT * FROM keys ORDER BY 1, 2;
COMMIT;
SELECT * FROM wrong;

SET client_min_messages = warning;
DROP SCHEMA shared_keys CASCADE;

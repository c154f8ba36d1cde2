-- The locks of a flush are advisory locks of classes of our own: users' advisory locks, prepared transactions and
-- savepoints leave them as they are. Long transactions take one lock instead of many.
SET jit = off;
CREATE SCHEMA value_locks;
SET search_path = value_locks, public;
CREATE TABLE parent (id int PRIMARY KEY, name text, note text);
CREATE TABLE child (id int PRIMARY KEY, parent bigint, v numeric);
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child VALUES (10, 1, 1.0), (20, 2, 2), (30, NULL, 3);
CREATE TVIEW joined AS SELECT c.id, p.name, c.v FROM child c LEFT JOIN parent p ON p.id = c.parent;
CREATE TVIEW amounts AS SELECT v, count(*) AS n FROM child GROUP BY v;
CREATE VIEW ours AS
    SELECT classid::regclass::text AS tview,
           CASE objsubid WHEN x'5456'::int THEN 'tview' WHEN x'5457'::int THEN 'value' WHEN x'5458'::int THEN 'key' END AS of,
           mode, count(*) AS locks
    FROM pg_locks WHERE locktype = 'advisory' AND objsubid > 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY 1, 2, 3;
CREATE VIEW wrong AS SELECT t.name, v.* FROM tview.tviews t, tview_verify(t.tview) v WHERE v.missing > 0 OR v.extra > 0;

-- Nothing read changes: no lock, and no transaction id for a statement without rows.
BEGIN;
UPDATE child SET v = 9 WHERE id = 99;
SELECT pg_current_xact_id_if_assigned() IS NULL AS no_xid;
UPDATE parent SET note = 'unread';
UPDATE child SET v = v;
SELECT count(*) FROM ours;
COMMIT;

-- A child: the TVIEW, its parent's value, its key. A parent without a value: no edge. 1.0 and 1.00 are one group.
BEGIN;
UPDATE child SET v = 1.00 WHERE id = 10;
SELECT * FROM ours ORDER BY 1, 2, 3;
ROLLBACK;
BEGIN;
UPDATE child SET v = 4 WHERE id = 30;
SELECT * FROM ours ORDER BY 1, 2, 3;
ROLLBACK;
-- A parent: looks its children up. Both in one transaction.
BEGIN;
UPDATE parent SET name = 'ONE' WHERE id = 1;
SELECT * FROM ours ORDER BY 1, 2, 3;
UPDATE child SET v = 7 WHERE id = 10;
SELECT * FROM ours ORDER BY 1, 2, 3;
COMMIT;
BEGIN;
WITH p AS (UPDATE parent SET name = 'uno' WHERE id = 1) UPDATE child SET v = 8 WHERE id = 10;
SELECT * FROM ours ORDER BY 1, 2, 3;
COMMIT;
SELECT * FROM wrong;

-- Users' own advisory locks stay theirs.
BEGIN;
SELECT pg_advisory_lock(1), pg_advisory_xact_lock(2, 3);
UPDATE child SET v = 5 WHERE id = 20;
SELECT pg_advisory_unlock_all();
SELECT * FROM ours ORDER BY 1, 2, 3;
COMMIT;
SELECT count(*) FROM ours;

-- A rolled back savepoint gives its locks back.
BEGIN;
UPDATE child SET v = 6 WHERE id = 20;
SAVEPOINT s;
UPDATE parent SET name = 'zwei' WHERE id = 2;
ROLLBACK TO s;
SELECT * FROM ours ORDER BY 1, 2, 3;
COMMIT;
SELECT * FROM wrong;

-- A prepared transaction keeps them; a user's session lock beside them is no obstacle.
SELECT pg_advisory_lock(1);
BEGIN;
UPDATE child SET v = 11 WHERE id = 10;
PREPARE TRANSACTION 'value_locks';
SELECT pg_advisory_unlock(1);
SELECT * FROM ours ORDER BY 1, 2, 3;
SET lock_timeout = '50ms';
UPDATE parent SET name = 'eins' WHERE id = 1;
UPDATE parent SET name = 'dos' WHERE id = 2;
RESET lock_timeout;
COMMIT PREPARED 'value_locks';
UPDATE parent SET name = 'eins' WHERE id = 1;
SELECT * FROM joined ORDER BY id;
SELECT count(*) FROM ours;
SELECT * FROM wrong;

-- Many single-row statements: one lock on the TVIEW in the end, subtransactions included.
SET pg_tviews.lock_escalation_threshold = 20;
BEGIN;
DO $$
BEGIN
    FOR i IN 100..299 LOOP
        BEGIN
            INSERT INTO child VALUES (i, i % 2 + 1, i);
            IF i % 3 = 0 THEN
                RAISE division_by_zero;
            END IF;
        EXCEPTION WHEN division_by_zero THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT tview, of, mode, locks < 50 AS few FROM ours ORDER BY 1, 2, 3;
SELECT tview, locks_escalated > 0 AS escalated, locks_waited FROM tview.stats WHERE tview::text IN ('joined', 'amounts') ORDER BY 1;
COMMIT;
SELECT count(*) FROM ours;
SELECT * FROM wrong;
-- So many rows at once that they are not even listed.
INSERT INTO child SELECT i, i % 2, i FROM generate_series(1000, 3000) i;
DELETE FROM child WHERE id >= 1000;
SELECT * FROM wrong;
RESET pg_tviews.lock_escalation_threshold;

SET client_min_messages = warning;
DROP TVIEW joined, amounts;
DROP SCHEMA value_locks CASCADE;

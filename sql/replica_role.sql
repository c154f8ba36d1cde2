-- Scenario 56: session_replication_role = replica is noticed. TVIEWs follow their sources, direct writes to a
-- TVIEW warn. With pg_tviews.maintain_on_replica = off TVIEWs are left to whoever replicates.
CREATE SCHEMA replica_role;
SET search_path = replica_role, public;
\i test/lib/oracle.sql
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (id int, parent int, v int) PARTITION BY RANGE (id);
CREATE TABLE child_1 PARTITION OF child FOR VALUES FROM (0) TO (100);
CREATE TABLE child_2 PARTITION OF child FOR VALUES FROM (100) TO (200);
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child VALUES (1, 1, 10), (2, 1, 20), (101, 2, 30);
CREATE TVIEW joined AS SELECT c.id, c.v, p.name FROM child c JOIN parent p ON p.id = c.parent;
CREATE TVIEW sums WITH (refresh = deferred) AS SELECT name, sum(v) AS s FROM joined GROUP BY name;
CREATE VIEW firing AS
    SELECT tgrelid::regclass AS on_table, tgname, tgenabled FROM pg_trigger
     WHERE tgname ~ 'tview' AND tgrelid::regclass::text ~ '^(parent|child|joined|sums)' ORDER BY tgrelid::regclass::text, tgname;
SELECT tgenabled, count(*), string_agg(DISTINCT tgname, ' ' ORDER BY tgname) FROM firing GROUP BY 1 ORDER BY 1;

SET session_replication_role = replica;
INSERT INTO child VALUES (3, 2, 40), (102, 3, 50);
UPDATE parent SET name = 'TWO' WHERE id = 2;
DELETE FROM child WHERE id = 2;
SELECT * FROM joined ORDER BY id;
SELECT * FROM sums ORDER BY name;
SELECT * FROM pg_temp.oracle();
COPY child FROM stdin;
4	1	60
103	2	70
\.
SELECT * FROM pg_temp.oracle();
BEGIN;
TRUNCATE child_2;
SELECT * FROM sums ORDER BY name;
ROLLBACK;
SELECT * FROM pg_temp.oracle();

-- Direct writes are a superuser's own doing.
BEGIN;
INSERT INTO joined VALUES (77, 77, 'nowhere');
DELETE FROM joined WHERE id = 1;
SELECT * FROM pg_temp.oracle();
ROLLBACK;
BEGIN;
TRUNCATE joined;
SELECT missing, extra FROM tview_verify('joined', repair => true);
COMMIT;
SELECT * FROM pg_temp.oracle();

-- Off: who replicates brings the rows of the TVIEWs.
SET pg_tviews.maintain_on_replica = off;
BEGIN;
INSERT INTO child VALUES (5, 1, 80);
UPDATE child SET v = 81 WHERE id = 5;
INSERT INTO joined VALUES (5, 81, 'one');
UPDATE sums SET s = s + 81 WHERE name = 'one';
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
TRUNCATE child, joined, sums;
SELECT * FROM pg_temp.oracle();
ROLLBACK;
DELETE FROM child WHERE id = 5;
SELECT tview, missing, extra FROM pg_temp.oracle();
SELECT rows_deleted FROM tview_refresh('joined');
SELECT rows_updated FROM tview_refresh('sums');
SELECT * FROM pg_temp.oracle();
RESET pg_tviews.maintain_on_replica;
RESET session_replication_role;
DELETE FROM joined;
CREATE ROLE replica_role_user;
SET ROLE replica_role_user;
SET pg_tviews.maintain_on_replica = off;
RESET ROLE;
DROP ROLE replica_role_user;

-- Disabling and enabling triggers, as a restore does, leaves them firing in replica role.
ALTER TABLE child DISABLE TRIGGER ALL;
INSERT INTO child VALUES (6, 1, 90);
ALTER TABLE child ENABLE TRIGGER ALL;
SELECT * FROM pg_temp.oracle();
ALTER TABLE joined DISABLE TRIGGER ALL;
ALTER TABLE joined ENABLE TRIGGER ALL;
ALTER TABLE parent ENABLE REPLICA TRIGGER "~tview_capture_row";
SELECT tgenabled, count(*), string_agg(DISTINCT tgname, ' ' ORDER BY tgname) FROM firing GROUP BY 1 ORDER BY 1;
UPDATE parent SET name = 'uno' WHERE id = 1;
CREATE TABLE child_3 PARTITION OF child FOR VALUES FROM (200) TO (300);
SET session_replication_role = replica;
INSERT INTO child VALUES (7, 2, 100), (200, 1, 110);
SELECT * FROM pg_temp.oracle();
RESET session_replication_role;
DROP TRIGGER tview_replica_guard ON joined;
SELECT tgname, tgenabled FROM firing WHERE on_table = 'joined'::regclass;

-- (A partition that is dropped has all recomputed, which must wait until all of the command is done.)
SET client_min_messages = warning;
DROP SCHEMA replica_role CASCADE;

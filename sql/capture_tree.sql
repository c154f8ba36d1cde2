-- Partitions and inheritance children: written directly and through the root, with other attribute numbers, attached,
-- detached, dropped, added later, and as sources by themselves (scenarios 51, 95).
CREATE SCHEMA capture_tree;
SET search_path = capture_tree, public;
\i test/lib/oracle.sql
CREATE TABLE p (id int NOT NULL, k int, v text) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 (v text, junk int, k int, id int NOT NULL) PARTITION BY LIST (k);
ALTER TABLE p2 DROP COLUMN junk;
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (100) TO (200);
CREATE TABLE p2_even (k int, junk text, id int NOT NULL, v text);
ALTER TABLE p2_even DROP COLUMN junk;
ALTER TABLE p2 ATTACH PARTITION p2_even FOR VALUES IN (0, 2);
CREATE TABLE p2_rest PARTITION OF p2 DEFAULT;
INSERT INTO p SELECT n, n % 4, 'v' || n FROM generate_series(1, 9) AS n;
INSERT INTO p SELECT n, n % 4, 'v' || n FROM generate_series(101, 109) AS n;
CREATE TVIEW whole AS SELECT id, v FROM p WHERE k < 3;
CREATE TVIEW by_k AS SELECT k, count(*) AS n, max(v) AS top FROM p GROUP BY k;
CREATE TVIEW leaf AS SELECT id, v FROM p2_even;
CREATE TVIEW branch AS SELECT k, string_agg(v, ',' ORDER BY v) AS vs FROM p2 GROUP BY k;

INSERT INTO p2_even VALUES (2, 150, 'direct');
INSERT INTO p1 VALUES (50, 2, 'direct');
SELECT * FROM pg_temp.oracle();
UPDATE p SET id = id + 100 WHERE id < 5;
SELECT * FROM pg_temp.oracle();
UPDATE p2 SET k = k + 1;
SELECT * FROM pg_temp.oracle();
UPDATE p2_rest SET v = 'rest' WHERE k = 3;
DELETE FROM p WHERE id % 3 = 0;
SELECT * FROM pg_temp.oracle();
COPY p FROM stdin;
60	1	copied
160	2	copied
\.
SELECT * FROM pg_temp.oracle();
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (200) TO (300);
INSERT INTO p3 VALUES (200, 1, 'new partition');
INSERT INTO p VALUES (201, 2, 'through the root');
SELECT * FROM pg_temp.oracle();
CREATE TABLE p4 (v text, k int, id int NOT NULL);
INSERT INTO p4 VALUES ('came along', 1, 300);
ALTER TABLE p ATTACH PARTITION p4 FOR VALUES FROM (300) TO (400);
SELECT * FROM pg_temp.oracle();
UPDATE p4 SET k = 2;
SELECT * FROM pg_temp.oracle();
ALTER TABLE p DETACH PARTITION p1;
SELECT * FROM pg_temp.oracle();
INSERT INTO p1 VALUES (51, 1, 'no part of it');
SELECT * FROM pg_temp.oracle();
DROP TABLE p3;
SELECT * FROM pg_temp.oracle();
-- A leaf that is a source by itself keeps its trigger when the TVIEWs on the root go, and when it is detached.
DROP TVIEW whole;
DROP TVIEW by_k;
DROP TVIEW branch;
UPDATE p2_even SET v = v || '!';
UPDATE p SET v = v || '?';
SELECT * FROM pg_temp.oracle();
ALTER TABLE p2 DETACH PARTITION p2_even;
UPDATE p2_even SET v = 'alone';
SELECT * FROM pg_temp.oracle();
SELECT count(*) AS triggers_left FROM pg_trigger WHERE tgrelid = 'p'::regclass;

CREATE TABLE i (id int PRIMARY KEY, v text);
CREATE TABLE i1 (more int) INHERITS (i);
INSERT INTO i VALUES (1, 'one');
INSERT INTO i1 VALUES (11, 'eleven', 1);
CREATE TVIEW inherited AS SELECT id, v FROM i;
CREATE TVIEW only_root AS SELECT id, v FROM ONLY i;
INSERT INTO i1 VALUES (12, 'twelve', 2);
UPDATE i SET v = upper(v);
SELECT * FROM pg_temp.oracle();
CREATE TABLE i2 (extra text) INHERITS (i);
INSERT INTO i2 VALUES (21, 'later', 'x');
UPDATE i2 SET v = 'LATER';
SELECT * FROM pg_temp.oracle();
CREATE TABLE i3 (other int, v text, id int NOT NULL);
INSERT INTO i3 VALUES (1, 'joined', 31);
ALTER TABLE i3 INHERIT i;
SELECT * FROM pg_temp.oracle();
DELETE FROM i WHERE id IN (11, 31);
SELECT * FROM pg_temp.oracle();
TRUNCATE i2;
SELECT * FROM pg_temp.oracle();
ALTER TABLE i1 NO INHERIT i;
SELECT * FROM pg_temp.oracle();
SELECT * FROM inherited ORDER BY id;
SET client_min_messages = error;
DROP SCHEMA capture_tree CASCADE;

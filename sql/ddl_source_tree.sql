-- Partitions and inheritance children of a source come and go: their rows do too, and they are captured while there.
CREATE SCHEMA ddl_source_tree;
SET search_path = ddl_source_tree, public;
\i test/lib/oracle.sql

CREATE TABLE p (id int, k int) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p_sub PARTITION OF p FOR VALUES IN (2, 3) PARTITION BY LIST (k);
CREATE TABLE heap (more text, k int, id int);
ALTER TABLE heap DROP COLUMN more;
INSERT INTO heap VALUES (4, 40);
INSERT INTO p VALUES (10, 1);
CREATE TVIEW parts AS SELECT id, k FROM p;
CREATE TABLE p2 PARTITION OF p_sub FOR VALUES IN (2);
INSERT INTO p2 VALUES (20, 2);
INSERT INTO p VALUES (21, 2);
ALTER TABLE p ATTACH PARTITION heap FOR VALUES IN (4);
INSERT INTO heap VALUES (4, 41);
SELECT * FROM pg_temp.oracle();
SELECT * FROM parts ORDER BY id;
ALTER TABLE p DETACH PARTITION heap;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'heap'::regclass;
INSERT INTO heap VALUES (4, 42);
SELECT * FROM pg_temp.oracle();
ALTER TABLE p_sub ATTACH PARTITION heap DEFAULT;
DROP TABLE heap;
ALTER TABLE p_sub ADD CHECK (k <> 4);
TRUNCATE p1;
SELECT * FROM pg_temp.oracle();
DROP TABLE p2;
SELECT * FROM pg_temp.oracle();

-- inheritance
CREATE TABLE parent (id int);
CREATE TVIEW family AS SELECT id FROM parent;
CREATE TABLE child (extra int) INHERITS (parent);
INSERT INTO child VALUES (1, 2);
CREATE TABLE adopted (id int);
INSERT INTO adopted VALUES (3);
ALTER TABLE adopted INHERIT child;
ALTER TABLE adopted ADD COLUMN extra int;
ALTER TABLE adopted INHERIT child;
UPDATE parent SET id = id + 10;
SELECT * FROM family ORDER BY id;
SELECT * FROM pg_temp.oracle();
ALTER TABLE adopted NO INHERIT child;
SELECT * FROM family ORDER BY id;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'adopted'::regclass;
DROP TABLE child;
SELECT * FROM family ORDER BY id;
SET client_min_messages = error;
DROP SCHEMA ddl_source_tree CASCADE;

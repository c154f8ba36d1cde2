-- Indexes and foreign keys a user adds to a TVIEW: no violation but those of the final contents.
CREATE SCHEMA apply_unique_indexes;
SET search_path = apply_unique_indexes, public;
\i test/lib/oracle.sql

CREATE TABLE seat (id int PRIMARY KEY DEFERRABLE, place int, row_no int, guest int);
INSERT INTO seat SELECT g, g, g, g FROM generate_series(1, 10) AS g;
CREATE TVIEW tv_seat AS SELECT id, place, row_no, guest FROM seat;
ALTER TABLE tv_seat ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON tv_seat (place);
CREATE UNIQUE INDEX ON tv_seat (abs(row_no)) WHERE row_no > 3;

-- Values swapped, rotated, handed to a new row.
UPDATE seat SET place = 3 - place WHERE place < 3;
SELECT * FROM pg_temp.oracle();
UPDATE seat SET place = place % 10 + 1;
SELECT * FROM pg_temp.oracle();
UPDATE seat SET row_no = 11 - row_no WHERE row_no IN (5, 6);
SELECT * FROM pg_temp.oracle();
UPDATE seat SET id = 11 - id;
SELECT * FROM pg_temp.oracle();
WITH gone AS (DELETE FROM seat WHERE id = 4 RETURNING *)
    INSERT INTO seat SELECT 40, place, row_no, guest FROM gone;
SELECT * FROM pg_temp.oracle();
-- A real violation is the writer's error, and nothing changes.
UPDATE seat SET place = 1;
SELECT count(DISTINCT place) FROM seat;
SELECT * FROM pg_temp.oracle();

-- A row that is pointed at moves in place.
CREATE TABLE pointer (seat int REFERENCES tv_seat (id) ON DELETE CASCADE);
INSERT INTO pointer VALUES (2), (3);
UPDATE seat SET place = 99 WHERE id = 2;
TABLE pointer;
DELETE FROM seat WHERE id = 3;
TABLE pointer;
SELECT * FROM pg_temp.oracle();
-- What a cascade changes is checked in its turn, by triggers of a table that we do not write to.
CREATE TABLE stand (id int PRIMARY KEY, name text);
INSERT INTO stand SELECT g, 'stand ' || g FROM generate_series(1, 20) AS g;
CREATE TVIEW tv_stand AS SELECT id, name FROM stand;
CREATE UNIQUE INDEX ON tv_stand (name);
CREATE UNIQUE INDEX ON tv_stand (id);
CREATE TABLE visit (stand int REFERENCES tv_stand (id) ON UPDATE CASCADE);
INSERT INTO visit VALUES (3);
UPDATE stand SET id = 100 WHERE id = 3;
TABLE visit;

-- A deferrable foreign key of the TVIEW is checked at COMMIT, as for every table.
CREATE TABLE guest (id int PRIMARY KEY);
INSERT INTO guest SELECT generate_series(1, 10);
ALTER TABLE tv_seat ADD FOREIGN KEY (guest) REFERENCES guest DEFERRABLE INITIALLY DEFERRED;
BEGIN;
UPDATE seat SET guest = 20 WHERE id = 2;
INSERT INTO guest VALUES (20);
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE seat SET guest = 30 WHERE id = 2;
SELECT guest FROM tv_seat WHERE id = 2;
COMMIT;
SELECT guest FROM tv_seat WHERE id = 2;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_unique_indexes CASCADE;

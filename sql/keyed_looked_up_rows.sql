-- The row of a key is found by index lookups where the query only joins along unique indexes, with the query's result;
-- where it does more, or something is in the way, by the query.
CREATE SCHEMA keyed_looked_up_rows;
SET search_path = keyed_looked_up_rows, public;
\i test/lib/oracle.sql
CREATE FUNCTION pg_temp.looked_up(OUT tview text, OUT looked_up boolean) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT t.tview::text, bool_or(e.reason LIKE '%index lookups') FROM tview.tviews t, tview_explain(t.tview) e GROUP BY 1 ORDER BY 1 $$;
CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE country (gone int, code varchar(2) PRIMARY KEY, name text);
ALTER TABLE country DROP COLUMN gone;
CREATE TABLE city (id bigint PRIMARY KEY, country text, name text COLLATE blind, twin bigint);
CREATE TABLE person (id positive PRIMARY KEY, city int, name text, pay numeric, double_pay numeric GENERATED ALWAYS AS (pay * 2) STORED,
    other text, bio text, old boolean);
CREATE TABLE badge (person int, kind text COLLATE blind, number int, level int, UNIQUE (kind, person));
CREATE TABLE visit (person int, city bigint, day int);
CREATE INDEX ON visit (city, person);
CREATE TABLE fined (person int NOT NULL UNIQUE, fine numeric);
INSERT INTO country VALUES ('at', 'Austria'), ('be', 'Belgium'), ('cz', 'Czechia');
INSERT INTO city SELECT n, (ARRAY['at', 'be', NULL, 'xx'])[1 + n % 4], 'City ' || n, NULLIF(n % 5, 0) FROM generate_series(1, 8) n;
INSERT INTO person (id, city, name, pay, other, bio, old) SELECT n, NULLIF(n % 10, 0), 'P' || n, n * 1.10, 'cz', repeat(n::text, 3000), n % 3 = 0 FROM generate_series(1, 30) n;
INSERT INTO badge SELECT n, (ARRAY['gold', 'tin'])[1 + n % 2], n, n % 4 FROM generate_series(1, 20) n;
INSERT INTO visit SELECT n % 13, n % 9, n FROM generate_series(1, 40) n;
INSERT INTO fined SELECT n, n FROM generate_series(1, 30, 7) n;
CREATE VIEW place AS SELECT c.id, c.name, c.twin, upper(c.name) AS loud, l.name AS country FROM city c JOIN country l ON l.code = c.country;
CREATE TVIEW inner_rows AS SELECT p.id, p.name, p.double_pay, c.name AS city FROM person p, city c WHERE c.id = p.city AND p.pay > 2.0;
CREATE TVIEW left_rows AS SELECT p.id, p.name, c.id AS city, l.name AS country, b.number, b.level IS NULL AS none, left(p.bio, 9) AS bio
    FROM person p LEFT JOIN (city c JOIN country l ON l.code = c.country AND l.name <> c.name) ON c.id = p.city AND l.name <> p.name
    LEFT JOIN badge b ON b.person = p.id AND b.kind = 'GOLD' AND b.level < 3 WHERE coalesce(l.name, '') <> 'Belgium';
CREATE TVIEW chain AS SELECT p.id, t.name AS twin, t2.id AS next, p.pay FROM person p LEFT JOIN city c ON c.id = p.city
    LEFT JOIN city t ON t.id = c.twin AND NOT p.old RIGHT JOIN person p2 ON p2.id = p.id LEFT JOIN city t2 ON t2.id = t.twin;
CREATE TVIEW chained AS SELECT p.id, t.name AS twin, t2.id AS next, p.bio FROM person p LEFT JOIN city c ON c.id = p.city
    LEFT JOIN city t ON t.id = c.twin AND NOT p.old LEFT JOIN city t2 ON t2.id = t.twin;
CREATE TVIEW by_view AS SELECT p.id, v.name, v.loud, v.country FROM person p JOIN place v ON v.id = p.city;
CREATE TVIEW by_nullable_view AS SELECT p.id, v.name, v.country FROM person p LEFT JOIN place v ON v.id = p.city;
CREATE TVIEW by_nullable_value AS SELECT p.id, v.loud FROM person p LEFT JOIN place v ON v.id = p.city;
CREATE TVIEW seen AS SELECT p.id, p.name FROM person p JOIN city c ON c.id = p.city
    WHERE EXISTS (SELECT FROM visit v WHERE v.city = c.id AND v.day % 2 = 0 AND v.person < p.id) AND NOT EXISTS (SELECT FROM fined f WHERE f.person = p.id AND f.fine > 8);
CREATE TVIEW seen_today AS SELECT p.id FROM person p WHERE EXISTS (SELECT FROM visit v WHERE v.city = p.city AND v.day = 7);
CREATE TVIEW seen_alone AS SELECT p.id FROM person p WHERE EXISTS (SELECT FROM visit v WHERE v.city = p.city AND v.day = p.id);
CREATE TVIEW of_badge AS SELECT b.kind, b.person, p.name FROM badge b JOIN person p ON p.id = b.person;
CREATE TVIEW above AS SELECT i.id, i.name, p.other FROM inner_rows i JOIN person p ON p.id = i.id;
CREATE TVIEW laterals AS SELECT p.id, s.same, s.name FROM person p LEFT JOIN LATERAL (SELECT p.name AS same, c.name FROM city c WHERE c.id = p.city) s ON true;
CREATE TVIEW no_index AS SELECT p.id, b.kind FROM person p LEFT JOIN badge b ON b.number = p.id;
CREATE TVIEW full_join AS SELECT p.id, c.id AS city FROM person p FULL JOIN city c ON c.id = p.city;
CREATE TVIEW in_list AS SELECT p.id, (SELECT max(v.day) FROM visit v WHERE v.person = p.id) AS last FROM person p;
SELECT * FROM pg_temp.looked_up();
ALTER TABLE inner_rows ADD PRIMARY KEY (id);
SELECT * FROM pg_temp.looked_up() WHERE tview = 'above';

\i test/lib/write.sql
CREATE PROCEDURE write_everything() LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $s$INSERT INTO person (id, city, name, pay, other, bio) VALUES (101, 1, 'Ann', 5.00, 'at', repeat('a', 20000))$s$,
        $s$INSERT INTO person (id, city, name, pay, old) VALUES (102, NULL, 'Bob', 5.0, true), (103, 5, 'Cy', NULL, NULL), (104, 77, 'Di', 9, false)$s$,
        $s$INSERT INTO badge VALUES (101, 'Gold', 4, 1), (102, 'gold', 1, 3), (103, NULL, 2, 2), (NULL, 'gold', 2, 2)$s$,
        $s$UPDATE person SET pay = 5.000, city = city + 1 WHERE id = 101$s$,
        $s$UPDATE person SET city = 3 WHERE id IN (102, 103)$s$,
        $s$UPDATE person SET old = NOT old, name = name || '!' WHERE id % 2 = 0$s$,
        $s$UPDATE city SET name = upper(name), twin = id % 3 + 1 WHERE id < 5$s$,
        $s$UPDATE city SET country = 'cz' WHERE country IS NULL$s$,
        $s$UPDATE country SET name = 'P1' WHERE code = 'at'$s$,
        $s$UPDATE badge SET kind = upper(kind), level = 2 WHERE number = 4$s$,
        $s$UPDATE person SET id = 201 WHERE id = 102$s$,
        $s$INSERT INTO visit VALUES (1, 3, 2), (2, 5, 4)$s$,
        $s$DELETE FROM visit WHERE city = 6$s$,
        $s$UPDATE fined SET fine = 20 - fine$s$,
        $s$UPDATE visit SET day = day + 1 WHERE person < 4$s$,
        $s$DELETE FROM city WHERE id = 2$s$,
        $s$INSERT INTO city VALUES (2, 'at', 'back', 3)$s$,
        $s$DELETE FROM badge WHERE number IN (4, 1)$s$,
        $s$DELETE FROM visit WHERE day = 2$s$,
        $s$DELETE FROM person WHERE id > 100$s$]
    LOOP
        CALL write(statement);
    END LOOP;
END
$$;
CALL write_everything();
SELECT * FROM pg_temp.oracle();
-- Between the writes: indexes come, go and move, tables and functions change.
ALTER TABLE city DROP CONSTRAINT city_pkey;
SELECT * FROM pg_temp.looked_up() WHERE tview IN ('inner_rows', 'left_rows', 'above');
CALL write_everything();
CREATE UNIQUE INDEX city_some ON city (id) WHERE id > 0;
CREATE UNIQUE INDEX city_computed ON city ((id + 0));
ALTER TABLE city ADD UNIQUE (id) DEFERRABLE;
SELECT * FROM pg_temp.looked_up() WHERE tview IN ('inner_rows', 'left_rows');
CALL write_everything();
CREATE UNIQUE INDEX city_all ON city (id) INCLUDE (name);
SELECT * FROM pg_temp.looked_up() WHERE tview IN ('inner_rows', 'left_rows');
CALL write_everything();
REINDEX TABLE city;
ALTER TABLE city ADD COLUMN later int DEFAULT 7;
CALL write_everything();
CREATE TABLE town () INHERITS (city);
SELECT * FROM pg_temp.looked_up() WHERE tview IN ('inner_rows', 'left_rows');
INSERT INTO town VALUES (9, 'at', 'town', 1), (10, 'be', 'hamlet', 4);
CALL write_everything();
DROP TABLE town CASCADE;
-- A comparison in another collation than the index's.
CREATE TVIEW collated AS SELECT b.person, b.number, p.name FROM badge b LEFT JOIN person p ON p.id = b.person AND p.name COLLATE "C" > b.kind COLLATE "C" WHERE b.kind = 'gold' COLLATE "C";
CREATE TVIEW by_name AS SELECT p.id, l.code FROM person p JOIN country l ON l.code = p.other COLLATE "C";
SELECT * FROM pg_temp.looked_up() WHERE tview IN ('collated', 'by_name');
CALL write_everything();
-- The transaction's own snapshot.
BEGIN ISOLATION LEVEL SERIALIZABLE;
CALL write('INSERT INTO person (id, city, name, pay) VALUES (301, 3, ''Eve'', 3)');
CALL write('UPDATE city SET name = ''inside'' WHERE id = 3');
SAVEPOINT s;
CALL write('DELETE FROM person WHERE id = 301');
ROLLBACK TO s;
CALL write('UPDATE person SET city = 4 WHERE id = 301');
COMMIT;
SELECT id, name, city FROM inner_rows WHERE id = 301;
SELECT * FROM pg_temp.oracle();
-- Errors are the query's, and say whose they are.
CREATE TVIEW divided AS SELECT p.id, 10 / p.city AS part FROM person p JOIN country l ON l.code = p.other;
INSERT INTO person (id, city, other) VALUES (302, 0, 'at');
INSERT INTO person (id, city, other) VALUES (303, 0, 'none');
SELECT * FROM pg_temp.oracle();
-- An owner who may read columns only, or whose rights come and go with a role.
CREATE ROLE looked_up_owner;
CREATE ROLE looked_up_readers;
GRANT looked_up_readers TO looked_up_owner;
GRANT ALL ON SCHEMA keyed_looked_up_rows TO looked_up_owner;
GRANT SELECT (id, city, name), TRIGGER ON person TO looked_up_owner;
GRANT SELECT, TRIGGER ON city TO looked_up_readers;
SET ROLE looked_up_owner;
CREATE TVIEW owned AS SELECT p.id, p.name, c.name AS city FROM person p JOIN city c ON c.id = p.city;
RESET ROLE;
CALL write_everything();
GRANT SELECT ON person TO looked_up_owner;
CALL write_everything();
REVOKE looked_up_readers FROM looked_up_owner;
UPDATE person SET city = 1 WHERE id = 3;
GRANT looked_up_readers TO looked_up_owner;
UPDATE person SET city = 1 WHERE id = 3;
SELECT * FROM pg_temp.oracle();
-- A preparation that fails again and again leaves nothing behind.
CREATE TABLE shelf (id int PRIMARY KEY, name text);
CREATE TABLE book (id int PRIMARY KEY, shelf int);
INSERT INTO shelf VALUES (1, 'first'), (2, 'second');
INSERT INTO book VALUES (1, 1);
GRANT SELECT, TRIGGER ON shelf, book TO looked_up_owner;
CREATE FUNCTION loud(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper($1); END';
REVOKE ALL ON FUNCTION loud FROM PUBLIC;
GRANT EXECUTE ON FUNCTION loud TO looked_up_owner;
SET ROLE looked_up_owner;
CREATE TVIEW loudly AS SELECT b.id, loud(s.name) AS shelf FROM book b JOIN shelf s ON s.id = b.shelf;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION loud FROM looked_up_owner;
CREATE PROCEDURE fail(times int) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..times LOOP
        BEGIN
            UPDATE book SET shelf = 2;
            RAISE 'this was to fail';
        EXCEPTION WHEN insufficient_privilege THEN
        END;
    END LOOP;
END
$$;
CALL fail(1);
SELECT count(*) AS before FROM pg_backend_memory_contexts WHERE name = 'pg_tviews prepared' \gset
CALL fail(20);
SELECT count(*) <= :before AS nothing_left FROM pg_backend_memory_contexts WHERE name = 'pg_tviews prepared';
GRANT EXECUTE ON FUNCTION loud TO looked_up_owner;
UPDATE book SET shelf = 2;
SELECT * FROM loudly;
SELECT * FROM pg_temp.oracle();
\set VERBOSITY terse
DROP SCHEMA keyed_looked_up_rows CASCADE;
DROP ROLE looked_up_owner;
DROP ROLE looked_up_readers;

-- One row after the other: columns that are handed on, computed with, filtered by, joined by; inner and outer joins.
CREATE SCHEMA keyed_single_rows;
SET search_path = keyed_single_rows, public;
\i test/lib/oracle.sql
CREATE TABLE category (id int PRIMARY KEY, name text);
CREATE TABLE product (id int PRIMARY KEY, category int, name text, price numeric, hidden boolean DEFAULT false, note text);
CREATE TABLE stock (product int UNIQUE NOT NULL, qty int, active boolean DEFAULT true, place text);
CREATE TABLE review (id int PRIMARY KEY, product int, stars int);
INSERT INTO category VALUES (1, 'a'), (2, 'b');
INSERT INTO product SELECT g, 1 + g % 3, 'p' || g, g * 1.5, g % 5 = 0 FROM generate_series(1, 12) AS g;
INSERT INTO stock SELECT g, g * 10, g % 4 <> 0, 's' || g FROM generate_series(1, 9) AS g;
INSERT INTO review SELECT g, 1 + g % 12, g % 5 FROM generate_series(1, 40) AS g;
CREATE TVIEW listed AS
    SELECT p.id, upper(p.name) AS name, round(p.price, 1) AS price, c.name AS category, s.qty, s.place,
           p.name || coalesce(s.place, '?') AS label, s.qty IS NULL AS missing
      FROM product AS p JOIN category AS c ON c.id = p.category LEFT JOIN stock AS s ON s.product = p.id AND s.active
     WHERE NOT p.hidden;
CREATE TVIEW reviewed AS SELECT p.id, r.id AS review, p.name, r.stars, p.note FROM product AS p JOIN review AS r ON r.product = p.id;
CREATE TVIEW doubled AS SELECT p.id, p.name, q.name AS other FROM product AS p LEFT JOIN product AS q ON q.id = p.category;
CREATE TVIEW noted WITH (refresh = deferred) AS SELECT id, note, price FROM product;
CREATE UNIQUE INDEX ON noted (note);

\i test/lib/write.sql
CALL write('UPDATE product SET price = 99.99 WHERE id = 1');
CALL write('UPDATE product SET name = ''renamed'' WHERE id = 1');
CALL write('UPDATE product SET price = 7, name = ''both'' WHERE id = 5');
CALL write('UPDATE product SET hidden = true WHERE id = 1');
CALL write('UPDATE product SET price = 3 WHERE id = 1');
CALL write('UPDATE product SET hidden = false, price = 4 WHERE id = 1');
CALL write('UPDATE product SET category = 2 WHERE id = 1');
CALL write('UPDATE product SET id = 100 WHERE id = 2');
CALL write('UPDATE product SET note = repeat(''x'', 5000) WHERE id = 3');
CALL write('UPDATE product SET note = NULL WHERE id = 3');
CALL write('UPDATE stock SET qty = 1 WHERE product = 3');
CALL write('UPDATE stock SET qty = 2 WHERE product = 4');
CALL write('UPDATE stock SET place = NULL WHERE product = 3');
CALL write('UPDATE stock SET active = false WHERE product = 3');
CALL write('UPDATE stock SET qty = 5, active = true WHERE product = 3');
CALL write('UPDATE stock SET product = 11 WHERE product = 3');
CALL write('UPDATE stock SET qty = NULL WHERE product = 11');
CALL write('DELETE FROM stock WHERE product = 11');
CALL write('INSERT INTO stock VALUES (77, 1), (78, 1)');
CALL write('UPDATE stock SET qty = 2 WHERE product = 77');
CALL write('UPDATE category SET name = ''z'' WHERE id = 1');
CALL write('UPDATE review SET stars = 9 WHERE id = 7');
CALL write('UPDATE review SET product = 1 WHERE id = 7');
CALL write('DELETE FROM review WHERE id = 7');
CALL write('DELETE FROM product WHERE id = 6');
CALL write('WITH gone AS (DELETE FROM product WHERE id = 7 RETURNING *) INSERT INTO product SELECT id, category, name || ''2'', price FROM gone');
CALL write('UPDATE product SET note = ''n'' || id');
CALL write('UPDATE product SET name = name || ''!''');
CALL write('DELETE FROM category WHERE id = 2');
-- Several changes of one row, or of several sources, before the flush.
BEGIN;
UPDATE product SET note = 'first', price = 1 WHERE id = 8;
UPDATE product SET note = 'second', price = 2 WHERE id = 8;
COMMIT;
SELECT * FROM pg_temp.oracle();
BEGIN;
UPDATE product SET note = 'third' WHERE id = 8;
DELETE FROM product WHERE id = 8;
COMMIT;
BEGIN;
INSERT INTO product (id, category, name, note) VALUES (200, 1, 'new', 'fresh');
UPDATE product SET note = 'fresher' WHERE id = 200;
COMMIT;
BEGIN;
DELETE FROM product WHERE id = 9;
INSERT INTO product (id, category, name, note) VALUES (9, 1, 'again', 'back');
COMMIT;
SELECT * FROM pg_temp.oracle();
-- Values that swap places under a unique index.
CALL write('UPDATE product SET note = CASE id WHEN 9 THEN ''fresher'' WHEN 200 THEN ''back'' END WHERE id IN (9, 200)');
SET client_min_messages = warning;
DROP SCHEMA keyed_single_rows CASCADE;

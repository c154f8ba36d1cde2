-- Scenario 66: CREATE OR REPLACE and ALTER of functions, and of views, that a TVIEW uses are noticed: contents, sources
-- and triggers follow, and what a TVIEW may not use is refused.
CREATE SCHEMA function_replaced;
SET search_path = function_replaced, public;
SET client_min_messages = warning;

CREATE TABLE a (id int PRIMARY KEY, v int);
CREATE TABLE b (id int PRIMARY KEY, v int);
INSERT INTO a VALUES (1, 10), (2, 20);
INSERT INTO b VALUES (1, 100), (2, 200);
CREATE FUNCTION price(i int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT i * 2';
CREATE FUNCTION label(i int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN ''n'' || i; END';
CREATE FUNCTION found(i int) RETURNS int STABLE BEGIN ATOMIC SELECT v FROM a WHERE id = i; END;
CREATE VIEW middle AS SELECT id, price(v) AS price FROM a;
CREATE OPERATOR %% (RIGHTARG = int, FUNCTION = price);
CREATE AGGREGATE labels(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = label);

CREATE TVIEW prices AS SELECT id, price, %% price AS more, label(id) FROM middle;
CREATE TVIEW lookups AS SELECT id, found(id) AS v FROM b;
CREATE TVIEW grouped AS SELECT v, labels(id) AS l FROM a GROUP BY v;
CREATE VIEW wrong AS
    SELECT name, v.missing, v.extra FROM tview.tviews AS t, tview_verify(t.tview) AS v
    WHERE name IN ('prices', 'lookups', 'grouped') AND v.missing + v.extra > 0;
SELECT * FROM prices ORDER BY id;
SELECT * FROM lookups ORDER BY id;
SELECT * FROM grouped ORDER BY v;

-- other results
CREATE OR REPLACE FUNCTION price(i int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT i * 3';
SELECT * FROM prices ORDER BY id;
CREATE OR REPLACE FUNCTION label(i int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN ''m'' || i; END';
SELECT * FROM prices ORDER BY id;
SELECT * FROM grouped ORDER BY v;
SELECT * FROM wrong;

-- another source
CREATE OR REPLACE FUNCTION found(i int) RETURNS int STABLE BEGIN ATOMIC SELECT v FROM b WHERE id = i; END;
SELECT source, columns FROM tview.dependencies WHERE tview = 'lookups'::regclass;
UPDATE b SET v = v + 1;
SELECT * FROM lookups ORDER BY id;
CREATE OR REPLACE VIEW middle AS SELECT id, price(v) AS price FROM b;
SELECT source, path, columns FROM tview.dependencies WHERE tview = 'prices'::regclass;
INSERT INTO b VALUES (3, 300);
DELETE FROM a WHERE id = 1;
SELECT * FROM prices ORDER BY id;
SELECT * FROM wrong;

-- what a TVIEW may not use
CREATE OR REPLACE FUNCTION label(i int) RETURNS text VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN random()::text; END';
CREATE OR REPLACE FUNCTION found(i int) RETURNS int STABLE RETURN extract(year FROM now())::int;
CREATE OR REPLACE VIEW middle AS SELECT id, price(v) AS price FROM b WHERE current_user = 'x';
ALTER FUNCTION price(int) VOLATILE;
SELECT * FROM prices ORDER BY id;
SELECT * FROM wrong;

DROP SCHEMA function_replaced CASCADE;

-- A value that passes several set operations takes the type of each: what it becomes in the output is not what a cast
-- from its own type to the last one gives.
CREATE SCHEMA attack_set_operation_types;
SET search_path = attack_set_operation_types, public;
SET client_min_messages = warning;
\i test/lib/oracle.sql

CREATE TABLE exact_values (id int PRIMARY KEY, a numeric);
CREATE TABLE short_values (id int PRIMARY KEY, a float4);
CREATE TABLE long_values (id int PRIMARY KEY, a float8);

CREATE TVIEW kept AS (SELECT a FROM exact_values UNION ALL SELECT a FROM short_values) UNION ALL SELECT a FROM long_values;
CREATE TVIEW merged AS (SELECT a FROM exact_values UNION SELECT a FROM short_values) UNION ALL SELECT a FROM long_values;
CREATE TVIEW joined AS
    SELECT u.a, l.id FROM ((SELECT a FROM exact_values UNION ALL SELECT a FROM short_values) UNION ALL SELECT 0.5::float8) AS u
    JOIN long_values AS l ON l.a = u.a;
SELECT t.tview, e.source, e.strategy, e.key FROM tview.tviews AS t, tview_explain(t.tview) AS e ORDER BY 1, 2;

INSERT INTO exact_values VALUES (1, 0.1), (2, 0.25), (3, 0.1000000001);
SELECT * FROM pg_temp.oracle();
INSERT INTO long_values SELECT id, a::float4 FROM exact_values;
SELECT * FROM pg_temp.oracle();
UPDATE exact_values SET a = 0.3 WHERE id = 1;
SELECT * FROM pg_temp.oracle();
WITH moved AS (DELETE FROM exact_values WHERE id = 3 RETURNING id, a) INSERT INTO short_values SELECT id, a FROM moved;
SELECT * FROM pg_temp.oracle();
DELETE FROM short_values;
SELECT * FROM pg_temp.oracle();
UPDATE long_values SET a = 0.3::float4 WHERE id = 2;
SELECT * FROM pg_temp.oracle();
SELECT a, id FROM joined ORDER BY id;

-- A type that has equality but no order cannot tell keys apart.
CREATE TABLE unordered (id int PRIMARY KEY, a xid[]);
CREATE TVIEW counted AS SELECT a, count(*) AS n FROM unordered GROUP BY a;
INSERT INTO unordered SELECT i, ARRAY[(i % 3)::text::xid] FROM generate_series(1, 5) AS i;
SELECT * FROM pg_temp.oracle();
DELETE FROM unordered WHERE id = 3;
SELECT * FROM pg_temp.oracle();
DROP SCHEMA attack_set_operation_types CASCADE;

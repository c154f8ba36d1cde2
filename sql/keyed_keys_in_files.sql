-- Keys that do not fit into memory leave no file behind.
CREATE SCHEMA keyed_keys_in_files;
SET search_path = keyed_keys_in_files, public;
\i test/lib/oracle.sql
CREATE TABLE leaf (id int PRIMARY KEY, name text, kind int);
INSERT INTO leaf SELECT n, (SELECT string_agg(md5((n % 30 + i)::text), '') FROM generate_series(1, 100) AS i), n % 3 FROM generate_series(1, 300) AS n;
CREATE TVIEW branches AS SELECT name, string_agg(kind::text, ',' ORDER BY id) AS kinds FROM leaf GROUP BY name;
SET work_mem = '64kB';
UPDATE leaf SET kind = kind + 1 WHERE id <= 290;
RESET work_mem;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA keyed_keys_in_files CASCADE;

-- Scenarios 46 and 47: json, point and xml in the output; toasted values, generated and identity columns.
CREATE SCHEMA apply_types_without_equality;
SET search_path = apply_types_without_equality, public;
\i test/lib/oracle.sql

SET client_min_messages = warning;
CREATE TABLE doc (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, j json, p point, x xml, body text,
    len int GENERATED ALWAYS AS (length(body)) STORED
);
ALTER TABLE doc ALTER body SET STORAGE EXTERNAL;
INSERT INTO doc (n, j, p, x, body)
    SELECT g, '{"a": 1}', point(g, g), '<a/>', repeat('long', 2000 + g) FROM generate_series(1, 10) AS g;
CREATE TVIEW tv_doc AS SELECT id, n, j, p, x, body, len FROM doc;
CREATE TVIEW tv_no_key AS SELECT j, p, x FROM doc;
SELECT attstorage FROM pg_attribute WHERE attrelid = 'tv_doc'::regclass AND attname = 'body';
ALTER TABLE tv_doc ALTER body SET STORAGE EXTERNAL;
CREATE FUNCTION toast_size() RETURNS bigint LANGUAGE sql AS
    $$ SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'tv_doc'::regclass $$;
UPDATE doc SET body = body || '.';
SELECT * FROM pg_temp.oracle();

-- The long value stays where it is when only others change.
SELECT toast_size() AS before \gset
UPDATE doc SET n = n + 1;
SELECT toast_size() = :before AS "toasted value not rewritten";
SELECT * FROM pg_temp.oracle();
SELECT * FROM tview_verify('tv_doc');

UPDATE doc SET j = '{"a":1}' WHERE id = 1;
UPDATE doc SET p = point(0, 0), x = '<b/>' WHERE id IN (2, 3);
UPDATE doc SET body = body || '!' WHERE id = 5;
UPDATE doc SET body = NULL WHERE id = 6;
SELECT * FROM pg_temp.oracle();
SELECT * FROM tview_verify('tv_doc');
SELECT * FROM tview_verify('tv_no_key');
DELETE FROM doc WHERE id IN (1, 2, 5);
INSERT INTO doc (n, j) VALUES (11, NULL), (11, NULL);
SELECT * FROM pg_temp.oracle();
SELECT * FROM tview_verify('tv_doc');
SELECT id, n, j, p, x, length(body), len FROM tv_doc ORDER BY id;

DROP SCHEMA apply_types_without_equality CASCADE;

-- A column counts as free of NULLs only where all rows must comply: an inheritance child may have dropped its parent's NOT NULL.
CREATE SCHEMA delta_not_null;
SET search_path = delta_not_null, public;
SET jit = off;
SET client_min_messages = warning;
CREATE TABLE parent (g int, x int);
ALTER TABLE parent ALTER x SET NOT NULL;
CREATE TABLE child () INHERITS (parent);
CREATE TVIEW sums AS SELECT g, sum(x) AS s, count(*) AS n FROM parent GROUP BY g;
CREATE TVIEW counts AS SELECT g, count(x) AS n FROM parent GROUP BY g;
SELECT t AS tview, e.strategy FROM unnest(ARRAY['sums', 'counts']) AS t, tview_explain(t::regclass) AS e;

-- PostgreSQL 18 has it inherited for good.
DO $$
BEGIN
    IF current_setting('server_version_num')::int < 180000 THEN
        ALTER TABLE child ALTER x DROP NOT NULL;
    ELSE
        ALTER TABLE parent ALTER x DROP NOT NULL;
    END IF;
END $$;
INSERT INTO child VALUES (1, NULL), (1, 5), (2, 5), (2, 6);
DELETE FROM child WHERE x = 5;
SELECT * FROM sums ORDER BY g;
SELECT * FROM counts ORDER BY g;

-- The NOT NULL of an ordinary table is given up, with and without rows to count.
CREATE TABLE plain (g int, x int NOT NULL);
CREATE TVIEW plain_sums AS SELECT g, sum(x) AS s, count(*) AS n FROM plain GROUP BY g;
INSERT INTO plain VALUES (1, 1), (2, 2);
ALTER TABLE plain ALTER x DROP NOT NULL;
INSERT INTO plain VALUES (1, NULL);
DELETE FROM plain WHERE x > 0;
SELECT * FROM plain_sums;

-- PostgreSQL 18 knows a NOT NULL that older rows need not comply with.
CREATE TABLE older (g int, x int);
INSERT INTO older VALUES (1, NULL), (1, 5);
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE 'ALTER TABLE older ADD CONSTRAINT filled NOT NULL x NOT VALID';
    END IF;
END $$;
CREATE TVIEW older_sums AS SELECT g, sum(x) AS s, count(*) AS n FROM older GROUP BY g;
DELETE FROM older WHERE x = 5;
SELECT * FROM older_sums;

SELECT t AS tview, v.* FROM unnest(ARRAY['sums', 'counts', 'plain_sums', 'older_sums']) AS t, tview_verify(t::regclass) AS v;
DROP SCHEMA delta_not_null CASCADE;

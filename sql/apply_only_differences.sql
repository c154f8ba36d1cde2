-- Unchanged rows are never rewritten, and what counts as a change is the exact image of a row.
CREATE SCHEMA apply_only_differences;
SET search_path = apply_only_differences, public;
\i test/lib/oracle.sql

CREATE TABLE item (id int PRIMARY KEY, grp int, n numeric, f float8, j json, note text);
INSERT INTO item SELECT g, g % 3, g, g, '{"a":1}', 'n' || g FROM generate_series(1, 30) AS g;
CREATE TVIEW tv_item AS SELECT id, grp, n, f, j FROM item;
CREATE TVIEW tv_sum AS SELECT grp, sum(n) AS total, count(*) AS items FROM item GROUP BY grp;
CREATE FUNCTION written(tview regclass, OUT rows_written bigint) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT count(*) FROM %s WHERE xmin = pg_current_xact_id()::xid', tview) INTO rows_written;
END
$$;

-- One row, whatever the size of the TVIEW.
BEGIN; UPDATE item SET n = n + 1 WHERE id = 1; SELECT written('tv_item'), written('tv_sum'); COMMIT;
SELECT * FROM pg_temp.oracle();
-- A column nobody reads, the same value again, a change that the aggregate does not show.
BEGIN; UPDATE item SET note = 'x'; SELECT written('tv_item'), written('tv_sum'); COMMIT;
BEGIN; UPDATE item SET n = n; SELECT written('tv_item'), written('tv_sum'); COMMIT;
BEGIN; UPDATE item SET n = CASE id WHEN 3 THEN 6 ELSE 3 END WHERE id IN (3, 6); SELECT written('tv_item'), written('tv_sum'); COMMIT;
SELECT * FROM pg_temp.oracle();
-- All rows computed again, one of them different.
BEGIN; UPDATE item SET n = n + CASE WHEN id = 7 THEN 1 ELSE 0 END; SELECT written('tv_item'), written('tv_sum'); COMMIT;
SELECT * FROM pg_temp.oracle();
-- Equal values with another image.
BEGIN; UPDATE item SET n = '8.00' WHERE id = 8; SELECT written('tv_item'); COMMIT;
BEGIN; UPDATE item SET f = 0 WHERE id = 9; COMMIT;
BEGIN; UPDATE item SET f = '-0' WHERE id = 9; SELECT written('tv_item'); COMMIT;
BEGIN; UPDATE item SET j = '{"a": 1}' WHERE id = 10; SELECT written('tv_item'); COMMIT;
SELECT id, n, f, j FROM tv_item WHERE id IN (8, 9, 10) ORDER BY id;
SELECT * FROM tview_verify('tv_item');
SELECT * FROM tview_verify('tv_sum');
-- A refresh of what is right writes nothing.
BEGIN; SELECT rows_inserted, rows_updated, rows_deleted FROM tview_refresh('tv_item'); SELECT written('tv_item'); COMMIT;
SELECT * FROM pg_temp.oracle();

DROP SCHEMA apply_only_differences CASCADE;

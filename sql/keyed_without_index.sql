-- Many groups of a table without an index on the grouping columns: it is read a few times, not once for each group.
CREATE SCHEMA keyed_without_index;
SET search_path = keyed_without_index, public;
\i test/lib/oracle.sql
CREATE TABLE sale (id int PRIMARY KEY, region int, kind text, amount float8);
INSERT INTO sale SELECT i, nullif(i % 1000, 7), 'kind ' || i % 3, i FROM generate_series(1, 9000) i;
ANALYZE sale;
CREATE TVIEW by_region AS SELECT region, sum(amount) AS amount FROM sale GROUP BY region;
CREATE TVIEW by_both AS SELECT region, kind, max(amount) AS amount, sum(amount) AS total FROM sale GROUP BY region, kind;

CREATE FUNCTION times_read(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE before bigint := pg_stat_get_xact_tuples_returned('sale'::regclass);
BEGIN
    EXECUTE statement;
    RETURN round((pg_stat_get_xact_tuples_returned('sale'::regclass) - before) / 9000.0);
END $$;

-- Each of the two TVIEWs, and the statement itself.
SELECT times_read('UPDATE sale SET amount = amount + 1 WHERE id <= 20') <= 12 AS twenty_groups;
SELECT times_read('DELETE FROM sale WHERE id <= 200') <= 12 AS two_hundred;
SELECT times_read('UPDATE sale SET amount = -amount, kind = ''other'' WHERE id % 1000 BETWEEN 5 AND 90') <= 12 AS with_null;
SELECT * FROM pg_temp.oracle();

-- With an index only the rows of the groups are read.
CREATE INDEX ON sale (region);
ANALYZE sale;
SELECT times_read('UPDATE sale SET amount = amount + 1 WHERE id BETWEEN 1001 AND 1020') <= 2 AS twenty_groups;
SELECT * FROM pg_temp.oracle();
SET client_min_messages = warning;
DROP SCHEMA keyed_without_index CASCADE;

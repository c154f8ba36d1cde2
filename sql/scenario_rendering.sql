-- Scenarios 44 and 45: contents do not depend on the writer's session; names of every kind; a hostile search_path.
CREATE SCHEMA scenario_rendering;
SET search_path = scenario_rendering, public;
\i test/lib/scenario.sql

-- 44: rows of one group were written under different settings and must look alike.
CREATE TABLE t (id int PRIMARY KEY, at timestamptz, f float8, raw bytea, span interval, d date);
CALL tview('shown', 'SELECT id, at::text AS at, f::text AS f, raw::text AS raw, span::text AS span, d::text AS d,
    jsonb_build_object(''at'', at, ''f'', f, ''span'', span, ''d'', d) AS doc, to_char(at, ''YYYY-MM-DD HH24:MI TZH'') AS c FROM t', 'as verified');
CREATE PROCEDURE add_row(id int) LANGUAGE sql AS $$ INSERT INTO t VALUES (id, '2024-03-31 01:30:00+00', 0.1::float8 + 0.2, '\x00ff41', '1 day 02:03:04', '2024-02-03') $$;
CALL add_row(1);
SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape'; SET extra_float_digits = -5;
CALL add_row(2);
BEGIN; CALL add_row(3); SET LOCAL TimeZone = 'America/New_York'; SET LOCAL DateStyle = 'SQL, DMY'; COMMIT;
UPDATE t SET span = span WHERE id = 1;
RESET TimeZone; RESET DateStyle; RESET IntervalStyle; RESET bytea_output; RESET extra_float_digits;
SELECT count(*) AS rows, count(DISTINCT (at, f, raw, span, d, doc, c)) AS looks FROM shown_now;
SELECT count(*) AS rows, count(DISTINCT (at, f, raw, span, d, doc, c)) AS looks FROM shown_later;
SELECT * FROM tview_verify('shown_now') UNION ALL SELECT * FROM tview_verify('shown_later');

-- 45: names.
CREATE TABLE "My ""Table""; --" ("Id" int PRIMARY KEY, "ключ" text, "SELECT" int, "tv_delta_1" int, missing int, extra int, "K" int, k int, "a.b" int);
CALL tview('Größe "x"', 'SELECT "Id", "ключ", "SELECT", tv_delta_1, missing, extra, "K", k, "a.b" FROM "My ""Table""; --"');
CALL tview('grouped $1', 'SELECT "ключ" AS "$1", sum("SELECT") AS "count(*)", max("K") AS "tview" FROM "My ""Table""; --" GROUP BY "ключ"');
CALL write('names_inserted', 'INSERT INTO "My ""Table""; --" VALUES (1, $q$a'' "b" \$q$, 1, 2, 3, 4, 5, 6, 7), (2, NULL, 1, 2, 3, 4, 5, 6, 7)');
CALL write('names_updated', 'UPDATE "My ""Table""; --" SET missing = extra, "K" = k, "ключ" = $q$ü$q$ WHERE "Id" = 2');
CALL write('names_deleted', 'DELETE FROM "My ""Table""; --" WHERE "K" = 6');

CREATE TABLE a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others1 (k int, n int);
CREATE TABLE a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others2 (k int, n int);
CREATE TVIEW tv_a_name_of_sixty_three_bytes_that_shares_its_prefix_with_oth1 AS
    SELECT k, sum(n) AS n FROM a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others1 GROUP BY k;
CREATE TVIEW tv_a_name_of_sixty_three_bytes_that_shares_its_prefix_with_oth2 AS
    SELECT x.k, y.n FROM a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others1 AS x
    JOIN a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others2 AS y ON y.k = x.k;
INSERT INTO a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others1 VALUES (1, 1), (1, 2);
INSERT INTO a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others2 VALUES (1, 1), (2, 2);
UPDATE a_name_of_sixty_three_bytes_that_shares_its_prefix_with_others1 SET k = 2 WHERE n = 2;
SELECT * FROM tv_a_name_of_sixty_three_bytes_that_shares_its_prefix_with_oth1 ORDER BY k;
SELECT * FROM tv_a_name_of_sixty_three_bytes_that_shares_its_prefix_with_oth2 ORDER BY k;

-- 45: 1600 columns.
DO $$ BEGIN EXECUTE 'CREATE TABLE widest (' || (SELECT string_agg(format('c%s bool', n), ', ' ORDER BY n) FROM generate_series(1, 1600) AS n) || ')'; END $$;
CALL tview('widest_copy', 'SELECT * FROM widest');
CALL write('widest_inserted', 'INSERT INTO widest (c1, c1600) VALUES (true, true), (false, true)');
CALL write('widest_updated', 'UPDATE widest SET c1599 = true WHERE c1');

-- 45: a schema that is not on the search path, and a search path with operators and functions of an attacker before pg_catalog.
CREATE SCHEMA scenario_elsewhere;
CREATE TABLE scenario_elsewhere.t (id int PRIMARY KEY, k text, v int);
CREATE TVIEW scenario_elsewhere.by_k AS SELECT k, sum(v) AS v, count(*) AS n FROM scenario_elsewhere.t GROUP BY k;
CREATE TVIEW scenario_elsewhere.pairs WITH (refresh = deferred) AS
    SELECT x.id, y.id AS other FROM scenario_elsewhere.t AS x JOIN scenario_elsewhere.t AS y ON y.k = x.k WHERE x.k IN ('a', 'b');
SELECT FROM watch('scenario_elsewhere.by_k', 'SELECT k, sum(v) AS v, count(*) AS n FROM scenario_elsewhere.t GROUP BY k', false);
SELECT FROM watch('scenario_elsewhere.pairs', 'SELECT x.id, y.id AS other FROM scenario_elsewhere.t AS x JOIN scenario_elsewhere.t AS y ON y.k = x.k WHERE x.k IN (''a'', ''b'')', true);
CALL write('elsewhere_inserted', 'INSERT INTO scenario_elsewhere.t VALUES (1, $q$a$q$, 1), (2, $q$b$q$, 2), (3, NULL, 3)');
CREATE SCHEMA scenario_hostile;
CREATE FUNCTION scenario_hostile.never(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE FUNCTION scenario_hostile.never(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;
CREATE OPERATOR scenario_hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = scenario_hostile.never);
CREATE OPERATOR scenario_hostile.= (LEFTARG = int, RIGHTARG = int, FUNCTION = scenario_hostile.never);
CREATE FUNCTION scenario_hostile.sum(int) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 0;
CREATE TABLE scenario_hostile.t (id int, k text, v int);
SET search_path = scenario_hostile, pg_catalog;
INSERT INTO scenario_elsewhere.t VALUES (4, 'a', 4), (5, NULL, 5);
UPDATE scenario_elsewhere.t SET k = 'b' WHERE id OPERATOR(pg_catalog.=) 1;
SET search_path = scenario_rendering, public;
CALL write('after_hostile_path', 'UPDATE scenario_elsewhere.t SET v = v + 1');
SET search_path = '';
UPDATE scenario_elsewhere.t SET k = 'c' WHERE id = 2;
DELETE FROM scenario_elsewhere.t WHERE id = 4;
SET search_path = scenario_rendering, public;
CALL write('after_empty_path', 'DELETE FROM scenario_elsewhere.t WHERE k IS NULL');

SET client_min_messages = warning;
DROP SCHEMA scenario_rendering, scenario_elsewhere, scenario_hostile CASCADE;

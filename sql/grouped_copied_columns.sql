-- An UPDATE of columns that only name a group, such as the name of the user whose workouts are counted, copies them into
-- the stored rows, whether they are grouped by or fixed by the key that is: with the same result as computing the groups.
SET jit = off;
SET pg_tviews.full_refresh_threshold = 1;
CREATE SCHEMA grouped_copied_columns;
SET search_path = grouped_copied_columns, public;
\i test/lib/by_text.sql
\i test/lib/write_by_text.sql
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
RESET client_min_messages;
CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE team (gone int, id int PRIMARY KEY, name text, rank numeric);
ALTER TABLE team DROP COLUMN gone;
CREATE TABLE users (id int PRIMARY KEY, team int, name text, mail text UNIQUE, weight int, word text COLLATE anycase);
CREATE TABLE workout (id int PRIMARY KEY, users int, minutes int, kind text COLLATE anycase);
CREATE TABLE kind (kind text COLLATE anycase PRIMARY KEY, name text, rank int);
CREATE TABLE exact (kind text PRIMARY KEY, name text);
INSERT INTO team SELECT n, 'team ' || n, n FROM generate_series(1, 3) AS n;
INSERT INTO users SELECT n, nullif(n % 4, 0), 'user ' || n, nullif('mail ' || n % 9, 'mail 0'), n % 3, CASE WHEN n % 2 = 0 THEN 'A' ELSE 'a' END FROM generate_series(1, 9) AS n;
INSERT INTO workout SELECT n, nullif(n % 11, 0), n % 7, CASE WHEN n % 2 = 0 THEN 'RUN' ELSE 'swim' END FROM generate_series(1, 60) AS n;
INSERT INTO kind VALUES ('run', 'Running', 1), ('Swim', 'Swimming', 2), ('row', 'Rowing', 3);
INSERT INTO exact VALUES ('RUN', 'loud'), ('run', 'silent'), ('swim', 'wet');
CREATE INDEX ON workout (users);
-- By the key and the name, by the other side of the join, by the key alone; without aggregates; HAVING; FILTER.
CREATE TVIEW by_name AS SELECT u.id, u.name, count(*) AS n, sum(w.minutes) AS minutes FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id, u.name;
CREATE TVIEW by_other_side AS SELECT w.users, u.name, upper(u.name) AS loud, count(*) AS n, avg(w.minutes) AS mean FROM users u JOIN workout w ON w.users = u.id GROUP BY w.users, u.name;
CREATE TVIEW by_key AS SELECT u.id, u.name || '/' || u.id AS name, length(u.name), max(w.minutes) AS most, count(*) + u.id AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW groups_only AS SELECT u.id, lower(u.name) AS name, lower(w.kind) AS kind FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id, lower(u.name), w.kind;
CREATE TVIEW some_of AS SELECT u.id, u.name, count(*) AS n, sum(w.minutes) FILTER (WHERE u.weight > 1) AS minutes FROM users u JOIN workout w ON w.users = u.id
    WHERE w.minutes > 1 GROUP BY u.id, u.name HAVING count(*) > 3;
-- Two steps away, and where nobody may be found.
CREATE TVIEW of_team AS SELECT u.id, u.name, t.name AS team, t.rank, count(*) AS n FROM workout w JOIN users u ON u.id = w.users JOIN team t ON t.id = u.team GROUP BY u.id, t.id;
CREATE TVIEW teams AS SELECT t.id, t.name, t.rank, count(w.id) AS n, sum(w.minutes) AS minutes FROM team t LEFT JOIN (users u JOIN workout w ON w.users = u.id) ON u.team = t.id GROUP BY t.id, t.name, t.rank;
CREATE TVIEW outermost AS SELECT w.users, u.name, t.name AS team, count(*) AS n FROM workout w LEFT JOIN users u ON u.id = w.users LEFT JOIN team t ON t.id = u.team GROUP BY w.users, u.id, t.id;
CREATE TVIEW own AS SELECT u.id, u.name, lower(w.kind) AS kind, count(*) AS n FROM workout w LEFT JOIN users u ON u.id = w.users AND w.minutes > 2 GROUP BY u.id, u.name, w.kind;
CREATE TVIEW above AS SELECT name, sum(n) AS n FROM by_name GROUP BY name;
-- The group's kind is one of several that are equal; the key of `exact` tells them apart.
CREATE TVIEW kinds AS SELECT upper(w.kind) AS kind, k.kind AS written, k.name, count(*) AS n FROM workout w JOIN kind k ON k.kind = w.kind GROUP BY w.kind, k.kind, k.name;
CREATE TVIEW finer AS SELECT w.users, x.kind, x.name, count(*) AS n FROM workout w JOIN exact x ON x.kind = w.kind COLLATE "C" GROUP BY w.users, x.kind, x.name;
-- A rename counts nothing again: the workouts are not looked at.
CREATE FUNCTION scans() RETURNS numeric LANGUAGE sql AS $$
    SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relid = 'grouped_copied_columns.workout'::regclass $$;
BEGIN;
SELECT scans() AS before \gset
UPDATE users SET name = 'renamed' WHERE id = 3;
UPDATE users SET name = 'renamed' WHERE id IN (4, 5);
SELECT scans() - :before AS scans;
SELECT differences();
ROLLBACK;
-- What decides more: not to be copied.
CREATE TVIEW names AS SELECT u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.name;
CREATE TVIEW hidden_key AS SELECT u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id, u.name;
CREATE TVIEW hidden_name AS SELECT u.id, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id, u.name;
CREATE TVIEW mails AS SELECT u.mail, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.mail, u.name;
CREATE TVIEW coarser AS SELECT lower(w.kind) AS kind, x.name, count(*) AS n FROM workout w JOIN exact x ON x.kind = w.kind COLLATE "C" GROUP BY w.kind, x.name;
CREATE TVIEW coarsest AS SELECT lower(w.kind) AS kind, min(x.name) AS name, count(*) AS n FROM workout w JOIN exact x ON x.kind = w.kind COLLATE "C" GROUP BY w.kind;
CREATE TVIEW aggregated AS SELECT u.id, u.name, u.weight, max(u.name) AS same, sum(u.weight) AS weight_of_all FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW ordered AS SELECT u.id, u.name, string_agg(w.kind, ',' ORDER BY w.id + u.weight, u.name) AS kinds FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW filtered AS SELECT u.id, u.name, count(*) FILTER (WHERE u.name LIKE 'user%') AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW having_name AS SELECT u.id, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id HAVING count(*) > 3 AND u.name <> 'gone';
CREATE TVIEW shown AS SELECT u.id, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id WHERE u.name <> 'gone' GROUP BY u.id;
CREATE TVIEW mixed AS SELECT u.id, u.name || w.minutes AS both, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id, u.name || w.minutes;
CREATE TVIEW twice AS SELECT u.id, u.name, sum(v.weight) AS weights FROM users u JOIN users v ON v.team = u.team GROUP BY u.id;
CREATE TVIEW rolled_up AS SELECT u.id, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY ROLLUP (u.id, u.name);
CREATE TVIEW distinct_names AS SELECT DISTINCT u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW ranked AS SELECT u.id, u.name, count(*) AS n, rank() OVER (PARTITION BY u.name ORDER BY count(*)) FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
CREATE TVIEW sets AS SELECT u.id, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY GROUPING SETS ((u.id, u.name), (u.id));
CREATE TVIEW ranked_within AS SELECT w.minutes, u.id, u.name, count(*) AS n, rank() OVER (PARTITION BY w.minutes ORDER BY u.name) FROM users u JOIN workout w ON w.users = u.id GROUP BY w.minutes, u.id;
CREATE TVIEW joined AS SELECT t.name, g.name AS first, g.n FROM team t JOIN (SELECT u.team, u.id, u.name, count(*) AS n FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id) g ON g.team = t.id;
CREATE TVIEW asked AS SELECT u.id, u.name, count(*) AS n, (SELECT count(*) FROM kind k WHERE k.rank > u.weight) AS kinds FROM users u JOIN workout w ON w.users = u.id GROUP BY u.id;
-- A column that the others fix is no part of the key.
SELECT DISTINCT t.name, e.key FROM tview.tviews t, tview_explain(t.tview) e WHERE t.name IN ('by_name', 'by_other_side', 'by_key', 'groups_only', 'kinds', 'finer', 'outermost') ORDER BY 1;
-- What an outer join makes NULL fixes nothing: all teams without users have it in common.
SELECT DISTINCT key FROM tview_explain_query('SELECT t.id, t.name, u.team, count(u.id) AS n FROM team t LEFT JOIN users u ON u.team = t.id GROUP BY t.id, t.name, u.team');

CREATE PROCEDURE write_everything() LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        $s$UPDATE users SET name = 'new' WHERE id = 3$s$,
        $s$UPDATE users SET name = 'gone' WHERE id IN (3, 4)$s$,
        $s$UPDATE users SET name = name || '!'$s$,
        $s$UPDATE users SET name = NULL WHERE id = 5$s$,
        $s$UPDATE users SET name = 'new' WHERE id IN (1, 2, 5)$s$,
        $s$UPDATE users SET name = repeat('x', 9000) WHERE id = 6$s$,
        $s$UPDATE users SET name = name WHERE id = 6$s$,
        $s$UPDATE users SET name = 'nobody counts', weight = 2 WHERE id = 7$s$,
        $s$UPDATE users SET weight = weight + 1, word = lower(word)$s$,
        $s$UPDATE users SET mail = 'moved', name = 'moved' WHERE id = 8$s$,
        $s$UPDATE users SET team = 1, name = 'one' WHERE id = 2$s$,
        $s$UPDATE users SET id = 20, name = 'twenty' WHERE id = 9$s$,
        $s$UPDATE users SET id = 9, name = 'nine' WHERE id = 20$s$,
        $s$UPDATE team SET name = name || '?', rank = rank + 1$s$,
        $s$UPDATE team SET rank = '2.00' WHERE id = 1$s$,
        $s$UPDATE team SET rank = '2.0' WHERE id = 1$s$,
        $s$UPDATE team SET name = NULL WHERE id = 2$s$,
        $s$UPDATE kind SET name = 'other' WHERE kind = 'RUN'$s$,
        $s$UPDATE kind SET kind = upper(kind) WHERE kind = 'run'$s$,
        $s$UPDATE exact SET name = 'wet' WHERE kind = 'RUN'$s$,
        $s$UPDATE exact SET name = 'wet'$s$,
        $s$UPDATE exact SET name = kind$s$,
        $s$INSERT INTO workout VALUES (100, 3, 5, 'run')$s$,
        $s$INSERT INTO workout VALUES (101, 99, 5, 'Run'), (102, NULL, 5, 'rUN')$s$,
        $s$UPDATE users SET name = name || ' again' WHERE id = 3$s$,
        $s$DELETE FROM workout WHERE users = 3$s$,
        $s$UPDATE users SET name = 'without workouts' WHERE id = 3$s$,
        $s$INSERT INTO workout VALUES (103, 3, 5, 'run')$s$,
        $s$WITH renamed AS (UPDATE users SET name = 'both' WHERE id = 2) INSERT INTO workout VALUES (104, 2, 6, 'run')$s$,
        $s$WITH renamed AS (UPDATE users SET name = 'three' WHERE id = 2), other AS (UPDATE team SET name = 'three') DELETE FROM workout WHERE id = 104$s$,
        $s$WITH renamed AS (UPDATE users SET name = 'come' WHERE id = 2) INSERT INTO users (id, name) VALUES (99, 'come')$s$,
        $s$WITH renamed AS (UPDATE users SET name = 'go' WHERE id = 2) DELETE FROM users WHERE id = 99$s$]
    LOOP
        CALL write(statement);
    END LOOP;
END $$;
BEGIN;
CALL write_everything();
ROLLBACK;
-- Several statements in one flush, some rolled back; a snapshot of one's own; the images of one row several times.
ALTER TVIEW by_name SET (refresh = deferred);
ALTER TVIEW by_other_side SET (refresh = deferred);
ALTER TVIEW of_team SET (refresh = deferred);
CALL write_everything();
BEGIN;
UPDATE users SET name = 'first' WHERE id IN (1, 2);
SAVEPOINT s;
UPDATE users SET name = 'second', team = 3 WHERE id = 1;
ROLLBACK TO s;
UPDATE users SET name = 'third' WHERE id = 2;
COMMIT;
SELECT differences();
BEGIN;
UPDATE users SET name = 'fourth' WHERE id = 2;
INSERT INTO workout VALUES (110, 2, 6, 'run');
UPDATE users SET name = 'fifth' WHERE id = 2;
COMMIT;
SELECT differences();
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE users SET name = 'repeatable';
UPDATE team SET name = 'repeatable';
COMMIT;
SELECT differences();
SELECT id, name FROM by_name WHERE id < 3 ORDER BY id;
-- Grouping holds equal what the lookup tells apart: a group may be made of several rows of `exact`.
UPDATE exact SET name = 'same';
CREATE TABLE lap (id int PRIMARY KEY, kind citext);
INSERT INTO lap SELECT n, CASE WHEN n % 3 = 0 THEN 'run' ELSE 'RUN' END FROM generate_series(1, 9) AS n;
CREATE TVIEW equal_kinds AS SELECT l.kind, x.name, count(*) AS n FROM lap l JOIN exact x ON x.kind = l.kind::text GROUP BY l.kind, x.name;
CREATE INDEX ON equal_kinds (kind);
UPDATE exact SET name = 'loud' WHERE kind = 'RUN';
SELECT * FROM tview_verify('equal_kinds');
UPDATE exact SET name = kind || '.';
SELECT * FROM tview_verify('equal_kinds');
DROP TVIEW equal_kinds;
-- Without the unique index there may be two in a group.
CREATE TABLE loose (id int PRIMARY KEY, name text);
INSERT INTO loose SELECT id, name FROM users;
CREATE TVIEW of_loose AS SELECT l.id, l.name, count(*) AS n FROM loose l JOIN workout w ON w.users = l.id GROUP BY l.id, l.name;
CALL write($s$UPDATE loose SET name = 'unique' WHERE id < 4$s$);
ALTER TABLE loose DROP CONSTRAINT loose_pkey;
CALL write($s$INSERT INTO loose VALUES (1, 'a second row of that key'), (2, 'unique')$s$);
CALL write($s$UPDATE loose SET name = 'one of two' WHERE id = 1 AND name = 'unique'$s$);
CALL write($s$UPDATE loose SET name = 'both' WHERE id = 1$s$);
SELECT id, name, n FROM of_loose WHERE id < 3 ORDER BY id, name;
-- In several tables that are read together there may be two of a key.
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
CREATE TVIEW of_parent AS SELECT p.id, p.name, count(*) AS n FROM parent p JOIN workout w ON w.users = p.id GROUP BY p.id, p.name;
CALL write($s$INSERT INTO parent VALUES (1, 'one'), (2, 'two')$s$);
CALL write($s$INSERT INTO child VALUES (1, 'another'), (2, 'two')$s$);
CALL write($s$INSERT INTO workout VALUES (120, 1, 3, 'run'), (121, 2, 3, 'run')$s$);
CALL write($s$UPDATE ONLY parent SET name = 'two' WHERE id = 1$s$);
CALL write($s$UPDATE child SET name = 'two'$s$);
SELECT id, name, n FROM of_parent ORDER BY id, name;
SET client_min_messages = error;
DROP SCHEMA grouped_copied_columns CASCADE;

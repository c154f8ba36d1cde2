-- Scenarios 97 and 98: what would go stale silently is refused at creation; what is pinned is accepted.
CREATE SCHEMA scenario_refusals;
SET search_path = scenario_refusals, public;
\i test/lib/scenario.sql

CREATE TABLE t (id int PRIMARY KEY, at timestamptz, v int, who text);
CREATE TABLE rates (v int PRIMARY KEY, rate int);
INSERT INTO t VALUES (1, '2020-01-01 00:00+00', 1, 'postgres'), (2, NULL, 2, NULL);
CREATE FUNCTION read_rate(int) RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT rate FROM rates WHERE v = $1); END $$;
CREATE FUNCTION next_number() RETURNS int LANGUAGE sql VOLATILE RETURN 1;
CREATE FUNCTION read_rate_atomic(int) RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT rate FROM rates WHERE v = $1; END;

-- 97
CALL refused('now', '0A000', 'CREATE TVIEW x AS SELECT id FROM t WHERE at < now()');
CALL refused('current_date', '0A000', 'CREATE TVIEW x AS SELECT id, CURRENT_DATE AS d FROM t');
CALL refused('localtimestamp', '0A000', 'CREATE TVIEW x AS SELECT id, LOCALTIMESTAMP AS d FROM t');
CALL refused('current_user', '0A000', 'CREATE TVIEW x AS SELECT id FROM t WHERE who = CURRENT_USER');
CALL refused('current_setting', '0A000', 'CREATE TVIEW x AS SELECT id FROM t WHERE who = current_setting($$application_name$$)');
CALL refused('age_of_one', '0A000', 'CREATE TVIEW x AS SELECT id, age(at) AS a FROM t');
CALL refused('stable_function_with_string_body', '0A000', 'CREATE TVIEW x AS SELECT id, read_rate(v) AS r FROM t');
CALL refused('volatile_function', '0A000', 'CREATE TVIEW x AS SELECT id, next_number() AS n FROM t');
CALL refused('random', '0A000', 'CREATE TVIEW x AS SELECT id FROM t WHERE random() < 0.5');
CALL refused('clock_in_view_below', '0A000', 'CREATE VIEW recent AS SELECT id FROM t WHERE at > now(); CREATE TVIEW x AS SELECT * FROM recent');
CALL refused('deferred_is_no_better', '0A000', 'CREATE TVIEW x WITH (refresh = deferred) AS SELECT id FROM t WHERE at < now()');
CALL refused('for_update', '0A000', 'CREATE TVIEW x AS SELECT id FROM t FOR UPDATE');
CALL refused('writing_cte', '0A000', 'CREATE TVIEW x AS WITH w AS (DELETE FROM t RETURNING id) SELECT id FROM w');
CALL refused('system_column', '0A000', 'CREATE TVIEW x AS SELECT id, xmin FROM t');
CALL refused('system_catalog', '0A000', 'CREATE TVIEW x AS SELECT relname FROM pg_class');
CALL refused('temporary_source', '0A000', 'CREATE TEMP TABLE tmp (a int); CREATE TVIEW x AS SELECT a FROM tmp');
CALL refused('unlogged_source', '0A000', 'CREATE UNLOGGED TABLE ul (a int); CREATE TVIEW x AS SELECT a FROM ul');
SELECT count(*) AS left_behind FROM pg_class WHERE relnamespace = 'scenario_refusals'::regnamespace AND relname LIKE ANY ('{x,v\_x}');

CALL tview('formatted', 'SELECT id, to_char(at, ''YYYY-MM-DD'') AS day, jsonb_build_object(''at'', at) AS doc, age(at, ''2021-01-01 00:00+00'') AS a FROM t', 'as verified');
CALL tview('collected', 'SELECT v % 2 AS odd, jsonb_agg(to_jsonb(t) ORDER BY id) AS rows, jsonb_object_agg(id, who) AS whos FROM t GROUP BY v % 2', 'as verified');
CALL tview('followed_function', 'SELECT id, read_rate_atomic(v) AS r FROM t');
CALL write('accepted_maintained', 'INSERT INTO t VALUES (3, $$2024-02-03 04:05+00$$, 1, $$x$$)', 'UPDATE t SET who = $$y$$ WHERE id = 1');
CALL write('function_body_followed', 'INSERT INTO rates VALUES (1, 10), (2, 20)', 'UPDATE t SET v = 2 WHERE id = 3');
CALL write('function_body_changes', 'UPDATE rates SET rate = rate + 1');
SET client_min_messages = error;
CREATE TVIEW of_the_clock WITH (refresh = manual) AS SELECT id, at < now() AS past FROM t;
SELECT rows_inserted, rows_updated, rows_deleted FROM tview_refresh('of_the_clock');

-- 98
CREATE ROLE regress_tview_reader;
GRANT USAGE, CREATE ON SCHEMA scenario_refusals TO regress_tview_reader;
CREATE TABLE secured (id int PRIMARY KEY, owner text, grp int);
CREATE TABLE members (who text, grp int);
GRANT SELECT, TRIGGER ON secured, members, t TO regress_tview_reader;
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secured USING (owner = current_setting('app.user', true));
RESET client_min_messages;
SET ROLE regress_tview_reader;
DO $$ BEGIN CREATE TVIEW y AS SELECT id FROM secured; EXCEPTION WHEN OTHERS THEN RAISE INFO 'policy_on_setting: %', SQLSTATE; END $$;
RESET ROLE;
DROP POLICY own ON secured;
CREATE POLICY joined ON secured USING (EXISTS (SELECT FROM members AS m WHERE m.grp = secured.grp AND m.who = CURRENT_USER));
SET ROLE regress_tview_reader;
DO $$ BEGIN CREATE TVIEW y AS SELECT id FROM secured; EXCEPTION WHEN OTHERS THEN RAISE INFO 'policy_with_join: %', SQLSTATE; END $$;
DO $$ BEGIN CREATE TVIEW y AS SELECT t.id FROM t WHERE EXISTS (SELECT FROM secured AS s WHERE s.id = t.id);
    EXCEPTION WHEN OTHERS THEN RAISE INFO 'policy_in_subquery: %', SQLSTATE; END $$;
RESET ROLE;
-- who owns the table, or is no subject to policies, sees all rows: the TVIEW holds all, whoever writes
CALL tview('all_secured', 'SELECT id, owner FROM secured');
CREATE POLICY all_may_write ON secured FOR ALL TO regress_tview_reader USING (true) WITH CHECK (true);
GRANT INSERT, UPDATE, DELETE ON secured TO regress_tview_reader;
SET ROLE regress_tview_reader;
INSERT INTO secured VALUES (1, 'a', 1), (2, 'b', 2);
UPDATE secured SET owner = 'c' WHERE id = 2;
RESET ROLE;
CALL write('owner_sees_all', 'INSERT INTO secured VALUES (3, $$z$$, 3)');

SET client_min_messages = warning;
DROP SCHEMA scenario_refusals CASCADE;
DROP ROLE regress_tview_reader;

-- tview_refresh: manual and unpopulated TVIEWs, what it reports, materialized views, who may.
CREATE SCHEMA refresh_on_request;
SET search_path = refresh_on_request, public;
\i test/lib/oracle.sql

SET client_min_messages = warning;
CREATE TABLE base (id int PRIMARY KEY, v int);
INSERT INTO base SELECT g, g FROM generate_series(1, 5) AS g;
CREATE TVIEW tv_manual WITH (refresh = manual) AS SELECT id, v FROM base;
CREATE TVIEW tv_above AS SELECT sum(v) AS total FROM tv_manual;
CREATE TVIEW tv_empty AS SELECT id, v FROM base WITH NO DATA;
\set outcome 'relation, kind, mode, status, rows_inserted, rows_updated, rows_deleted'

UPDATE base SET v = v + 10 WHERE id < 3;
DELETE FROM base WHERE id = 5;
INSERT INTO base VALUES (6, 6), (7, 7);
TABLE tv_manual ORDER BY id;
SELECT :outcome FROM tview_refresh('tv_manual');
SELECT :outcome FROM tview_refresh(relation => 'tv_manual', mode => 'auto');
TABLE tv_above;
SELECT duration_ms >= 0 AS timed FROM tview_refresh('tv_manual');

-- Nothing is shown, then everything, and from there on it is maintained.
SELECT name, populated FROM tview.tviews WHERE name ~ 'tv_empty';
TABLE tv_empty;
SELECT :outcome FROM tview_refresh('tv_empty');
SELECT name, populated FROM tview.tviews WHERE name ~ 'tv_empty';
UPDATE base SET v = 0 WHERE id = 1;
SELECT * FROM tview_verify('tv_empty');
SELECT :outcome FROM tview_refresh('tv_manual');
SELECT * FROM pg_temp.oracle();

-- In the transaction of the writer, with changes pending.
CREATE TVIEW tv_deferred WITH (refresh = deferred) AS SELECT id, v FROM base;
BEGIN;
UPDATE base SET v = v * 2;
SELECT :outcome FROM tview_refresh('tv_deferred');
SELECT tview_flush();
COMMIT;
SELECT :outcome FROM tview_refresh('tv_manual');
SELECT * FROM pg_temp.oracle();

CREATE MATERIALIZED VIEW mv AS SELECT id, v FROM base;
UPDATE base SET v = v + 1;
SELECT :outcome FROM tview_refresh('mv');
SELECT count(*) FROM (TABLE mv EXCEPT TABLE base) AS d;
SELECT :outcome FROM tview_refresh('mv', 'concurrent');
CREATE UNIQUE INDEX ON mv (id);
SELECT :outcome FROM tview_refresh('mv', 'auto');

SELECT :outcome FROM tview_refresh('base');
SELECT :outcome FROM tview_refresh('tv_manual', 'fast');
SELECT * FROM tview_refresh(NULL);
CREATE ROLE refresh_on_request_other;
GRANT USAGE ON SCHEMA refresh_on_request TO refresh_on_request_other;
GRANT SELECT ON ALL TABLES IN SCHEMA refresh_on_request TO refresh_on_request_other;
SET ROLE refresh_on_request_other;
SELECT :outcome FROM tview_refresh('tv_manual');
SELECT :outcome FROM tview_refresh('mv');
RESET ROLE;
SELECT tview_version() = extversion AS "library and extension agree" FROM pg_extension WHERE extname = 'pg_tviews';

DROP SCHEMA refresh_on_request CASCADE;
DROP ROLE refresh_on_request_other;

-- Where the library is not preloaded, tview.stats counts this session only, and says so.
CREATE SCHEMA unloaded_stats;
SET search_path = unloaded_stats, public;
CREATE TABLE a (id int PRIMARY KEY, v int);
SELECT tview_create('t', 'SELECT id, v FROM a');
INSERT INTO a VALUES (1, 1), (2, 2);
SELECT flushes, rows_inserted, scope FROM tview.stats WHERE tview = 't'::regclass;
\c -
SET search_path = unloaded_stats, public;
SELECT flushes, rows_inserted, last_flush_at, scope, counted_since > now() - interval '1 hour' AS since_session
  FROM tview.stats WHERE tview = 't'::regclass;
UPDATE a SET v = 3 WHERE id = 1;
SELECT flushes, rows_updated, scope FROM tview.stats WHERE tview = 't'::regclass;
SELECT tview_stats_reset('t');
SELECT flushes, rows_updated, scope FROM tview.stats WHERE tview = 't'::regclass;
SELECT missing, extra FROM tview_verify('t');
DROP SCHEMA unloaded_stats CASCADE;

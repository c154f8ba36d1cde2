-- tview_next_runs: fields, special days, intervals, daylight saving in PostgreSQL's time zones, and what is refused.
CREATE SCHEMA schedule_next_runs;
SET search_path = schedule_next_runs, public;
SET timezone = 'UTC';
\set VERBOSITY default

CREATE FUNCTION runs(schedule text, zone text, after text, n int DEFAULT 5) RETURNS text LANGUAGE sql STABLE
    AS $$SELECT string_agg(to_char(r AT TIME ZONE zone, 'MM-DD HH24:MI:SS') || ' ' || to_char(r, 'HH24:MI') || 'Z', E'\n' ORDER BY r)
           FROM tview_next_runs(schedule, zone, after::timestamp AT TIME ZONE zone, n) r$$;
\pset tuples_only on
\pset format unaligned

-- Fields.
SELECT runs('*/20 9-10 * * *', 'UTC', '2026-01-01', 7);
SELECT runs('15,45 30 12 * * *', 'UTC', '2026-01-01 12:30:15', 2);
SELECT runs('0 0 1 JAN,jul *', 'UTC', '2026-01-01', 2);
SELECT runs('0 9 * * mon-FRI', 'UTC', '2026-01-02 09:00', 2);
SELECT runs('0 0 13 * 5', 'UTC', '2026-02-28', 4);
SELECT tview_next_runs('0 0 29 2 *', 'UTC', '2096-03-01', 1);
SELECT runs('0 0 L * *', 'UTC', '2026-01-31', 3);
SELECT runs('0 0 LW * *', 'UTC', '2026-01-01', 2);
SELECT runs('0 0 15W * *', 'UTC', '2026-02-01', 2);
SELECT runs('0 0 * * 5#2', 'UTC', '2026-01-01', 2);
SELECT runs('0 0 * * FRIL', 'UTC', '2026-01-01', 2);
SELECT runs('@hourly', 'UTC', '2026-01-01', 1), runs('@daily', 'UTC', '2026-01-01', 1), runs('@weekly', 'UTC', '2026-01-01', 1),
       runs('@monthly', 'UTC', '2026-01-01', 1), runs('@yearly', 'UTC', '2026-01-01', 1);
SELECT count(*) FROM tview_next_runs('@reboot');

-- Intervals are counted from the time given, seconds too.
SELECT tview_next_runs('90 minutes', 'UTC', '2026-01-01 00:00:00.25', 3);
SELECT tview_next_runs('1 second', after => '2026-01-01 00:00:00.25', n => 2);
-- A run is later than `after`, which may lie between seconds.
SELECT tview_next_runs('0 0 * * *', after => '2026-01-01 00:00:00', n => 1);
SELECT tview_next_runs('0 0 * * *', after => '2025-12-31 23:59:59.999999', n => 1);
SELECT tview_next_runs('0 0 * * *', after => '1999-12-31 23:59:59.5', n => 1);
SELECT count(*) FROM tview_next_runs('* * * * *');
SELECT count(*) FROM tview_next_runs('* * * * *', n => 0);
SELECT count(*) FROM tview_next_runs(NULL);
SELECT tview_next_runs('0 0 1 1 *', after => '294276-01-01', n => 2);

-- America/New_York: 2:00 to 3:00 is skipped on March 8th, 1:00 to 2:00 comes twice on November 1st.
SELECT runs('30 2 * * *', 'America/New_York', '2026-03-07', 3);
SELECT runs('*/30 1-3 * * *', 'America/New_York', '2026-03-08', 5);
SELECT runs('30 * * * *', 'America/New_York', '2026-03-08 00:00', 4);
SELECT runs('30 1 * * *', 'America/New_York', '2026-10-31', 3);
SELECT runs('30 * * * *', 'America/New_York', '2026-11-01', 4);
SELECT (r AT TIME ZONE 'America/New_York')::date AS day, count(*)
  FROM tview_next_runs('0 * * * *', 'America/New_York', '2026-10-31 23:59:00-04', 25 + 24) r GROUP BY 1 ORDER BY 1;
SELECT (r AT TIME ZONE 'America/New_York')::date AS day, count(*)
  FROM tview_next_runs('0 * * * *', 'America/New_York', '2026-03-07 23:59:00-05', 23 + 24) r GROUP BY 1 ORDER BY 1;
-- Between the two 1:30s of the long day: the first was the run.
SELECT tview_next_runs('30 1 * * *', 'America/New_York', '2026-11-01 05:45Z', 1);

-- Europe/Paris: 2:00 to 3:00 is skipped on March 29th and comes twice on October 25th.
SELECT runs('0 2 * * *', 'Europe/Paris', '2026-03-28', 3);
SELECT runs('0 2 * * *', 'Europe/Paris', '2026-10-24', 3);
SELECT runs('@daily', 'Europe/Paris', '2026-10-24', 3);

-- Australia/Lord_Howe: half an hour, 2:00 to 2:30 skipped on October 4th, 1:30 to 2:00 twice on April 5th.
SELECT runs('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03', 3);
SELECT runs('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04', 3);
SELECT runs('0,45 * * * *', 'Australia/Lord_Howe', '2026-04-05 01:00', 4);

-- Pacific/Apia had no December 30th in 2011.
SELECT runs('0 12 * * *', 'Pacific/Apia', '2011-12-29', 3);
SELECT runs('0 12 30 12 *', 'Pacific/Apia', '2011-12-29', 1);
SELECT runs('0 * * * *', 'Pacific/Apia', '2011-12-29 22:30', 3);

-- Asia/Kathmandu is off by quarters of an hour.
SELECT runs('0 0 * * *', 'Asia/Kathmandu', '2026-01-01', 1);
\pset format aligned

-- What is refused, and which field is said to be wrong.
SELECT tview_next_runs('* * * *');
SELECT tview_next_runs('* * * * * * *');
SELECT tview_next_runs('');
SELECT tview_next_runs('61 * * * *');
SELECT tview_next_runs('61 * * * * *');
SELECT tview_next_runs('0 25 * * *');
SELECT tview_next_runs('0 0 30 2 *');
SELECT tview_next_runs('0 0 * 13 *');
SELECT tview_next_runs('0 0 * * fry');
SELECT tview_next_runs('*/0 * * * *');
SELECT tview_next_runs('0 22-2 * * *');
SELECT tview_next_runs('0 0 * * 1#6');
SELECT tview_next_runs('0 seconds');
SELECT tview_next_runs('1 month');
SELECT tview_next_runs('@sometimes');
SELECT tview_next_runs('ääääääääääääääääääääääääääääääääääääääääääääääääääää * * * *');
SELECT tview_next_runs('@daily', 'Mars/Olympus');
SELECT tview_next_runs('@daily', n => -1);
SELECT tview_next_runs('@daily', after => 'infinity');

-- The domains of the catalog's columns let nothing else in, and take NULL.
SELECT '0 0 * * *'::tview.schedule_text, NULL::tview.schedule_text, 'Europe/Paris'::tview.timezone_text;
SELECT '0 0 * *'::tview.schedule_text;
SELECT 'Mars/Olympus'::tview.timezone_text;
SELECT relation::text, attname, typname FROM (VALUES ('tview.tview'::regclass), ('tview.registration')) AS t (relation)
  JOIN pg_attribute ON attrelid = relation JOIN pg_type ON pg_type.oid = atttypid
 WHERE attname IN ('schedule', 'timezone') ORDER BY 1, 2;

DROP SCHEMA schedule_next_runs CASCADE;

-- Writers need not have the limits that the creator of a TVIEW had: depth is checked when it is defined.
CREATE SCHEMA lifecycle_other_settings;
SET search_path = lifecycle_other_settings, public;
\i test/lib/oracle.sql

CREATE TABLE a (id int PRIMARY KEY, v text);
CREATE VIEW w1 AS SELECT id, v FROM a;
CREATE VIEW w2 AS SELECT id, v FROM w1;
CREATE VIEW w3 AS SELECT id, v FROM w2;
CREATE TVIEW deep AS SELECT id, v FROM w3;
\c
SET search_path = lifecycle_other_settings, public;
\i test/lib/oracle.sql
SET pg_tviews.max_dependency_depth = 2;
INSERT INTO a VALUES (1, 'one'), (2, 'two');
SELECT * FROM pg_temp.oracle();
SELECT tview_verify('deep');
SELECT status FROM tview_refresh('deep');
CREATE TVIEW deeper AS SELECT id, v FROM w3;

SET client_min_messages = error;
DROP SCHEMA lifecycle_other_settings CASCADE;

-- The schema of the catalog and of the monitoring views.

CREATE SCHEMA tview;
COMMENT ON SCHEMA tview IS 'catalog and monitoring views of pg_tviews';
GRANT USAGE ON SCHEMA tview TO PUBLIC;

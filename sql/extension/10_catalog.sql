-- Stage catalog: schema tview, which TVIEWs there are and what they read.

CREATE TABLE tview.tview (
    relid      regclass    NOT NULL,
    view       regclass    NOT NULL,
    refresh    text        NOT NULL DEFAULT 'immediate'
               CONSTRAINT tview_refresh_check CHECK (refresh IN ('immediate', 'deferred', 'scheduled', 'manual')),
    key        text[],
    schedule   tview.schedule_text,
    timezone   tview.timezone_text,
    notify     text,
    populated  boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT tview_pkey PRIMARY KEY (relid),
    CONSTRAINT tview_view_key UNIQUE (view)
);
COMMENT ON TABLE tview.tview IS 'one row per TVIEW';
COMMENT ON COLUMN tview.tview.relid IS 'the TVIEW table';
COMMENT ON COLUMN tview.tview.view IS 'the view that holds the defining query';
COMMENT ON COLUMN tview.tview.refresh IS 'when it is brought up to date: immediate, deferred, scheduled or manual';
COMMENT ON COLUMN tview.tview.key IS 'columns given by the option "key"; NULL when chosen by pg_tviews';
COMMENT ON COLUMN tview.tview.schedule IS 'when a scheduled TVIEW is brought up to date';
COMMENT ON COLUMN tview.tview.timezone IS 'time zone of the schedule';
COMMENT ON COLUMN tview.tview.notify IS 'channel of change events; NULL for none';
COMMENT ON COLUMN tview.tview.populated IS 'false after WITH NO DATA, until the first refresh';
COMMENT ON COLUMN tview.tview.created_at IS 'start of the transaction that created it';

CREATE TABLE tview.dependency (
    tview   regclass   NOT NULL,
    source  regclass   NOT NULL,
    depth   integer    NOT NULL,
    path    regclass[] NOT NULL,
    columns text[]     NOT NULL,
    CONSTRAINT dependency_pkey PRIMARY KEY (tview, source)
);
CREATE INDEX dependency_source_idx ON tview.dependency (source);
COMMENT ON TABLE tview.dependency IS 'one row per TVIEW and relation its query reads, directly or through views';
COMMENT ON COLUMN tview.dependency.tview IS 'the TVIEW';
COMMENT ON COLUMN tview.dependency.source IS 'the table, materialized view, foreign table or TVIEW it reads';
COMMENT ON COLUMN tview.dependency.depth IS '1 for a relation named in the query, 2 through one view, …';
COMMENT ON COLUMN tview.dependency.path IS 'the relations walked through, from the backing view to the source';
COMMENT ON COLUMN tview.dependency.columns IS 'the columns read';

CREATE TABLE tview.companion (
    tview     regclass NOT NULL,
    companion regclass NOT NULL,
    view      regclass NOT NULL,
    CONSTRAINT companion_pkey PRIMARY KEY (tview),
    CONSTRAINT companion_companion_key UNIQUE (companion),
    CONSTRAINT companion_view_key UNIQUE (view)
);
COMMENT ON TABLE tview.companion IS
    'TVIEWs whose columns do not tell the aggregates from which they are brought up to date, and where these are kept';
COMMENT ON COLUMN tview.companion.tview IS 'the TVIEW';
COMMENT ON COLUMN tview.companion.companion IS
    'the table with its groups and their aggregates, in schema tview: a TVIEW itself, maintained before the other';
COMMENT ON COLUMN tview.companion.view IS 'computes the rows of the TVIEW from those of the companion';

SELECT pg_catalog.pg_extension_config_dump('tview.tview', '');
SELECT pg_catalog.pg_extension_config_dump('tview.companion', '');
SELECT pg_catalog.pg_extension_config_dump('tview.dependency', '');
GRANT SELECT ON tview.tview, tview.dependency, tview.companion TO PUBLIC;

CREATE VIEW tview.tviews AS
    SELECT t.relid::pg_catalog.text AS name,
           t.view AS backing_view,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           t.refresh, t.schedule, t.key, t.populated, t.created_at,
           pg_catalog.pg_get_viewdef(t.view) AS definition,
           t.relid AS tview,
           t.timezone, t.notify
      FROM tview.tview t
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
     WHERE NOT EXISTS (SELECT FROM tview.companion p WHERE p.companion OPERATOR(pg_catalog.=) t.relid);
COMMENT ON VIEW tview.tviews IS 'all TVIEWs of this database; companions (tview.companion) are left out';

CREATE VIEW tview.dependencies AS
    SELECT d.tview, d.source, d.depth, d.path::pg_catalog.text[] AS path, d.columns
      FROM tview.dependency d;
COMMENT ON VIEW tview.dependencies IS 'what each TVIEW reads: source, depth, the path walked and the columns';

GRANT SELECT ON tview.tviews, tview.dependencies TO PUBLIC;


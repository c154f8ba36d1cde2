-- Stage capture: what scheduled TVIEWs have not been brought up to date with yet.

-- Not dumped: after a restore no TVIEW has its baseline row, and the first refresh recomputes it as a whole.
CREATE TABLE tview.pending (
    tview       regclass    NOT NULL,
    what        text        NOT NULL
                CONSTRAINT pending_what_check CHECK (what IN ('baseline', 'whole', 'images')),
    stored_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    source      regclass,
    format      integer,
    columns     smallint[],
    types       oid[],
    image_count integer,
    images      bytea
) WITH (toast_tuple_target = 8160);
ALTER TABLE tview.pending ALTER COLUMN images SET STORAGE EXTERNAL;
CREATE INDEX pending_tview_idx ON tview.pending (tview);
REVOKE ALL ON tview.pending FROM PUBLIC;
COMMENT ON TABLE tview.pending IS
    'the images of changed rows which scheduled TVIEWs have yet to be brought up to date with, stored by those who wrote '
    'the rows; not for users: the images show what the tables show. tview.backlog sums it up';
COMMENT ON COLUMN tview.pending.tview IS 'the TVIEW';
COMMENT ON COLUMN tview.pending.what IS
    'baseline: every change since its contents were complete is here; whole: everything may have changed; images: rows changed';
COMMENT ON COLUMN tview.pending.stored_at IS 'when the row was stored, shortly before its transaction committed';
COMMENT ON COLUMN tview.pending.source IS 'the table whose rows changed';
COMMENT ON COLUMN tview.pending.format IS 'how the images are written; images in another format count as whole';
COMMENT ON COLUMN tview.pending.columns IS 'the columns of the source that the images hold';
COMMENT ON COLUMN tview.pending.types IS 'the types of these columns when the images were stored';
COMMENT ON COLUMN tview.pending.image_count IS 'how many images the row holds';
COMMENT ON COLUMN tview.pending.images IS 'old and new images of the changed rows';

CREATE VIEW tview.backlog AS
    SELECT t.relid AS tview,
           pg_catalog.count(p.tview) FILTER (WHERE p.what OPERATOR(pg_catalog.=) 'baseline') OPERATOR(pg_catalog.=) 0
               OR pg_catalog.bool_or(p.what OPERATOR(pg_catalog.=) 'whole') AS whole,
           COALESCE(pg_catalog.sum(p.image_count), 0)::bigint AS images,
           COALESCE(pg_catalog.sum(pg_catalog.octet_length(p.images)), 0)::bigint AS bytes,
           pg_catalog.min(p.stored_at) FILTER (WHERE p.what OPERATOR(pg_catalog.<>) 'baseline') AS since
      FROM tview.tview t
      LEFT JOIN tview.pending p ON p.tview OPERATOR(pg_catalog.=) t.relid
     WHERE t.refresh OPERATOR(pg_catalog.=) 'scheduled'
     GROUP BY t.relid;
GRANT SELECT ON tview.backlog TO PUBLIC;
COMMENT ON VIEW tview.backlog IS
    'what each scheduled TVIEW lags behind: whether its next refresh recomputes it as a whole, images stored for it, their '
    'bytes, and since when';

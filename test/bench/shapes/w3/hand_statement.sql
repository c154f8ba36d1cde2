ALTER TABLE result ADD PRIMARY KEY (region);
CREATE FUNCTION sales_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r SELECT region, count(*), sum(amount), avg(amount) FROM new_rows GROUP BY region ORDER BY region
    ON CONFLICT (region) DO UPDATE SET sales = r.sales + EXCLUDED.sales, total = r.total + EXCLUDED.total,
        mean = (r.total + EXCLUDED.total)::numeric / (r.sales + EXCLUDED.sales);
    RETURN NULL;
END $$;
CREATE FUNCTION sales_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET sales = r.sales - d.sales, total = r.total - d.total,
        mean = CASE WHEN r.sales > d.sales THEN (r.total - d.total)::numeric / (r.sales - d.sales) END
    FROM (SELECT region, count(*) AS sales, sum(amount) AS total FROM old_rows GROUP BY region) d WHERE r.region = d.region;
    DELETE FROM result WHERE sales = 0;
    RETURN NULL;
END $$;
CREATE FUNCTION sales_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r SELECT region, sum(number), sum(amount), NULL
    FROM (SELECT region, -1 AS number, -amount AS amount FROM old_rows UNION ALL SELECT region, 1, amount FROM new_rows) c
    GROUP BY region ORDER BY region
    ON CONFLICT (region) DO UPDATE SET sales = r.sales + EXCLUDED.sales, total = r.total + EXCLUDED.total,
        mean = CASE WHEN r.sales + EXCLUDED.sales > 0 THEN (r.total + EXCLUDED.total)::numeric / (r.sales + EXCLUDED.sales) END;
    UPDATE result SET mean = total::numeric / sales WHERE mean IS NULL AND sales > 0;
    DELETE FROM result WHERE sales = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON sales REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_inserted();
CREATE TRIGGER deleted AFTER DELETE ON sales REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_deleted();
CREATE TRIGGER updated AFTER UPDATE ON sales REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION sales_updated();

ALTER TABLE result ADD PRIMARY KEY (order_id);
CREATE FUNCTION lines_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM skus WHERE sku_id IN (SELECT sku_id FROM new_rows) ORDER BY sku_id FOR SHARE;
    UPDATE result r SET total = r.total + d.total, lines = r.lines + d.lines
    FROM (SELECT c.order_id, sum(c.quantity * s.price) AS total, sum(c.number) AS lines
          FROM (SELECT order_id, sku_id, -quantity AS quantity, -1 AS number FROM old_rows
                UNION ALL SELECT order_id, sku_id, quantity, 1 FROM new_rows) c JOIN skus s USING (sku_id) GROUP BY c.order_id) d
    WHERE r.order_id = d.order_id AND (d.total <> 0 OR d.lines <> 0);
    RETURN NULL;
END $$;
CREATE FUNCTION skus_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET total = r.total + d.total
    FROM (SELECT l.order_id, sum(l.quantity * (n.price - o.price)) AS total
          FROM new_rows n JOIN old_rows o USING (sku_id) JOIN lines l USING (sku_id) GROUP BY l.order_id) d
    WHERE r.order_id = d.order_id AND d.total <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER updated AFTER UPDATE ON lines REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lines_updated();
CREATE TRIGGER updated AFTER UPDATE ON skus REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION skus_updated();

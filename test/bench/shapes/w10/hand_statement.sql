ALTER TABLE order_totals ADD PRIMARY KEY (order_id);
ALTER TABLE customer_totals ADD PRIMARY KEY (customer_id, region);
ALTER TABLE result ADD PRIMARY KEY (region);
CREATE FUNCTION lines_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH changed AS (
        UPDATE order_totals t SET total = t.total + d.amount
        FROM (SELECT n.order_id, sum(n.amount - o.amount) AS amount FROM new_rows n JOIN old_rows o USING (line_id) GROUP BY n.order_id) d
        WHERE t.order_id = d.order_id AND d.amount <> 0 RETURNING t.customer_id, t.region, d.amount),
    customers AS (
        UPDATE customer_totals t SET total = t.total + d.amount
        FROM (SELECT customer_id, region, sum(amount) AS amount FROM changed GROUP BY customer_id, region) d
        WHERE t.customer_id = d.customer_id AND t.region = d.region RETURNING t.region, d.amount)
    UPDATE result t SET total = t.total + d.amount FROM (SELECT region, sum(amount) AS amount FROM customers GROUP BY region) d
    WHERE t.region = d.region;
    RETURN NULL;
END $$;
CREATE TRIGGER updated AFTER UPDATE ON lines REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lines_updated();

-- Products only: the set-based yardstick for many of them at once; inventory and reviews by row.
ALTER TABLE result ADD PRIMARY KEY (product_id);
CREATE INDEX ON result (category_id);
CREATE INDEX ON result (supplier_id);
CREATE FUNCTION products_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM categories WHERE category_id IN (SELECT category_id FROM new_rows) ORDER BY category_id FOR SHARE;
    PERFORM FROM suppliers WHERE supplier_id IN (SELECT supplier_id FROM new_rows) ORDER BY supplier_id FOR SHARE;
    INSERT INTO result SELECT n.product_id, n.name, n.price, n.category_id, c.name, n.supplier_id, s.name, i.quantity, r.reviews, r.stars
    FROM new_rows n JOIN categories c USING (category_id) JOIN suppliers s USING (supplier_id) LEFT JOIN inventory i USING (product_id)
    LEFT JOIN LATERAL (SELECT nullif(count(*), 0) AS reviews, sum(stars) AS stars FROM reviews WHERE product_id = n.product_id) r ON true;
    RETURN NULL;
END $$;
CREATE FUNCTION products_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM result r USING old_rows o WHERE r.product_id = o.product_id;
    RETURN NULL;
END $$;
CREATE FUNCTION products_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET name = n.name, price = n.price FROM new_rows n WHERE r.product_id = n.product_id;
    RETURN NULL;
END $$;
CREATE FUNCTION inventory_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET quantity = n.quantity FROM new_rows n WHERE r.product_id = n.product_id;
    RETURN NULL;
END $$;
CREATE FUNCTION reviews_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET reviews = coalesce(r.reviews, 0) + n.reviews, stars = coalesce(r.stars, 0) + n.stars
    FROM (SELECT product_id, count(*) AS reviews, sum(stars) AS stars FROM new_rows GROUP BY product_id) n WHERE r.product_id = n.product_id;
    RETURN NULL;
END $$;
CREATE TRIGGER inserted AFTER INSERT ON products REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION products_inserted();
CREATE TRIGGER deleted AFTER DELETE ON products REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION products_deleted();
CREATE TRIGGER updated AFTER UPDATE ON products REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION products_updated();
CREATE TRIGGER updated AFTER UPDATE ON inventory REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_updated();
CREATE TRIGGER inserted AFTER INSERT ON reviews REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reviews_inserted();
